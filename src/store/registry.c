/* Registry rows: see registry.h. Each table is described once below, its statements beside the
 * columns; values are bound and read in the order of the resource's fields, so that a field added
 * there needs one word here. */
#include "store/registry.h"

#include "base/time.h"
#include "model/permission.h"
#include "store/object_columns.h"
#include "store/reach.h"

enum { COLUMNS_MAX = STORE_VALUES_MAX + 8 };

enum column_kind { COLUMN_TEXT, COLUMN_DAY, COLUMN_INT, COLUMN_RATIO, COLUMN_GRADE };

#define INSPECTOR_COLUMNS                                                                          \
    "name, department, position, category, certificate, valid_until, issuer, certificate2, "       \
    "valid_until2, specialities, areas, phone, state, reason, institution, term_until, code"
#define ITEM_FIELDS                                                                                \
    "compiler, number, category, name, objects, class, methods, subject, content, basis, ratio, "  \
    "frequency, cap_num, cap_den, department, partners, labels, form, form_code"
#define ITEM_COLUMNS ITEM_FIELDS ", code, version, state, valid_from"
#define SUPERIOR_COLUMNS ITEM_FIELDS ", list, state"
#define COMMISSION_COLUMNS                                                                         \
    "code, kind, body, qualification, matter, department, payer, contract, fee, task, expert, "    \
    "begins_on, ends_on, conclusion, state, grade"
#define DEPARTMENT_COLUMNS                                                                         \
    "code, name, parent, level, division, leader, section, person, liaison, phone, state, aliases"
#define LABEL_COLUMNS "word, theme, subject, state"
#define MEETING_COLUMNS                                                                            \
    "code, title, held_on, department, state, grade, kind, attendees, place, minutes, note"
#define ISSUANCE_COLUMNS "code, title, issued_on, department, state, grade, number, level, note"
#define COURSE_COLUMNS                                                                             \
    "code, title, held_on, department, state, grade, kind, people, hours, teacher, content, "      \
    "task, note"

/* The last parameters are the stamp: job and time. */
#define OBJECT_UPDATE                                                                              \
    "UPDATE object SET number = $3, name = $4, kind = $5, type = $6, state = $7, division = $8, "  \
    "address = $9, industry = $10, business = $11, established = $12, risk = $13, "                \
    "risk_on = $14, observed_until = $15, department = $16, labels = $17, pool_id = $18, "         \
    "number_kind = $19, likeness = $20, job = $21, at = $22 WHERE tenant = $1 AND id = $2"
#define INSPECTOR_UPDATE                                                                           \
    "UPDATE inspector SET name = $3, department = $4, position = $5, category = $6, "              \
    "certificate = $7, valid_until = $8, issuer = $9, certificate2 = $10, valid_until2 = $11, "    \
    "specialities = $12, areas = $13, phone = $14, state = $15, reason = $16, institution = $17, " \
    "term_until = $18, code = $19, job = $20, at = $21 WHERE tenant = $1 AND id = $2"
#define LABEL_UPDATE                                                                               \
    "UPDATE label SET word = $3, theme = $4, subject = $5, state = $6, job = $7, at = $8 "         \
    "WHERE tenant = $1 AND id = $2"
#define ITEM_UPDATE                                                                                \
    "UPDATE item SET compiler = $3, number = $4, category = $5, name = $6, objects = $7, "         \
    "class = $8, methods = $9, subject = $10, content = $11, basis = $12, ratio = $13, "           \
    "frequency = $14, cap_num = $15, cap_den = $16, department = $17, partners = $18, "            \
    "labels = $19, form = $20, form_code = $21, code = $22, version = $23, state = $24, "          \
    "valid_from = $25, job = $26, at = $27 "                                                       \
    "WHERE tenant = $1 AND id = $2"
#define SUPERIOR_UPDATE                                                                            \
    "UPDATE item_superior SET compiler = $3, number = $4, category = $5, name = $6, "              \
    "objects = $7, class = $8, methods = $9, subject = $10, content = $11, basis = $12, "          \
    "ratio = $13, frequency = $14, cap_num = $15, cap_den = $16, department = $17, "               \
    "partners = $18, labels = $19, form = $20, form_code = $21, list = $22, state = $23, "         \
    "job = $24, at = $25 "                                                                         \
    "WHERE tenant = $1 AND id = $2"
#define DEPARTMENT_UPDATE                                                                          \
    "UPDATE department SET code = $3, name = $4, parent = $5, level = $6, division = $7, "         \
    "leader = $8, section = $9, person = $10, liaison = $11, phone = $12, state = $13, "           \
    "aliases = $14, job = $15, at = $16 WHERE tenant = $1 AND id = $2"

#define COMMISSION_UPDATE                                                                          \
    "UPDATE commission SET code = $3, kind = $4, body = $5, qualification = $6, matter = $7, "     \
    "department = $8, payer = $9, contract = $10, fee = $11, task = $12, expert = $13, "           \
    "begins_on = $14, ends_on = $15, conclusion = $16, state = $17, grade = $18, job = $19, "      \
    "at = $20 "                                                                                    \
    "WHERE tenant = $1 AND id = $2"

#define MEETING_UPDATE                                                                             \
    "UPDATE meeting SET code = $3, title = $4, held_on = $5, department = $6, state = $7, "        \
    "grade = $8, kind = $9, attendees = $10, place = $11, minutes = $12, note = $13, job = $14, "  \
    "at = $15 WHERE tenant = $1 AND id = $2"
#define ISSUANCE_UPDATE                                                                            \
    "UPDATE issuance SET code = $3, title = $4, issued_on = $5, department = $6, state = $7, "     \
    "grade = $8, number = $9, level = $10, note = $11, job = $12, at = $13 "                       \
    "WHERE tenant = $1 AND id = $2"
#define COURSE_UPDATE                                                                              \
    "UPDATE course SET code = $3, title = $4, held_on = $5, department = $6, state = $7, "         \
    "grade = $8, kind = $9, people = $10, hours = $11, teacher = $12, content = $13, task = $14, " \
    "note = $15, job = $16, at = $17 WHERE tenant = $1 AND id = $2"

/* Tables whose rows have a grade: one of the values. */
#define GRADED STORE_CLEARED("grade", "$2") " ORDER BY id"

#define GRADE_UPDATE(table)                                                                        \
    "UPDATE " table " SET grade = $4 WHERE tenant = $1 AND id = $2 AND grade = $3"

static const struct {
    const struct resource *resource;
    const char *table;
    const char *columns;
    const char *all;
    const char *update;
    size_t count;      /* values */
    const char *grade; /* changes a row's grade; NULL where rows have none */
} tables[STORE_TABLES] = {
    [STORE_OBJECTS] = {&model_objects, "object", "tenant, id, " STORE_OBJECT_COLUMNS ", job, at",
                       NULL, OBJECT_UPDATE, STORE_OBJECT_VALUES},
    [STORE_INSPECTORS] = {&model_inspectors, "inspector",
                          "tenant, id, " INSPECTOR_COLUMNS ", job, at",
                          STORE_WHOLE "SELECT id, " INSPECTOR_COLUMNS
                                      " FROM inspector WHERE tenant = $1 ORDER BY id",
                          INSPECTOR_UPDATE, STORE_INSPECTOR_VALUES},
    [STORE_ITEMS] = {&model_items, "item", "tenant, id, " ITEM_COLUMNS ", job, at",
                     "SELECT id, " ITEM_COLUMNS
                     " FROM item WHERE tenant = $1 AND state = 'active' ORDER BY id",
                     ITEM_UPDATE, STORE_ITEM_VALUES},
    [STORE_DEPARTMENTS] = {&model_departments, "department",
                           "tenant, id, " DEPARTMENT_COLUMNS ", job, at",
                           "SELECT id, " DEPARTMENT_COLUMNS
                           " FROM department WHERE tenant = $1 ORDER BY id",
                           DEPARTMENT_UPDATE, MODEL_DEPARTMENT_COUNT},
    [STORE_SUPERIOR] = {&model_superior, "item_superior",
                        "tenant, id, " SUPERIOR_COLUMNS ", job, at",
                        STORE_WHOLE "SELECT id, " SUPERIOR_COLUMNS
                                    " FROM item_superior WHERE tenant = $1 ORDER BY id",
                        SUPERIOR_UPDATE, STORE_SUPERIOR_VALUES},
    [STORE_COMMISSIONS] = {&model_commissions, "commission",
                           "tenant, id, " COMMISSION_COLUMNS ", job, at",
                           STORE_WHOLE "SELECT id, " COMMISSION_COLUMNS
                                       " FROM commission WHERE tenant = $1" GRADED,
                           COMMISSION_UPDATE, MODEL_COMMISSION_COUNT, GRADE_UPDATE("commission")},
    [STORE_LABELS] = {&model_labels, "label", "tenant, id, " LABEL_COLUMNS ", job, at",
                      "SELECT id, " LABEL_COLUMNS " FROM label WHERE tenant = $1 ORDER BY id",
                      LABEL_UPDATE, MODEL_LABEL_COUNT},
    [STORE_MEETINGS] = {&model_meetings, "meeting", "tenant, id, " MEETING_COLUMNS ", job, at",
                        STORE_WHOLE "SELECT id, " MEETING_COLUMNS
                                    " FROM meeting WHERE tenant = $1" GRADED,
                        MEETING_UPDATE, MODEL_MEETING_COUNT, GRADE_UPDATE("meeting")},
    [STORE_ISSUANCES] = {&model_issuances, "issuance", "tenant, id, " ISSUANCE_COLUMNS ", job, at",
                         STORE_WHOLE "SELECT id, " ISSUANCE_COLUMNS
                                     " FROM issuance WHERE tenant = $1" GRADED,
                         ISSUANCE_UPDATE, MODEL_ISSUANCE_COUNT, GRADE_UPDATE("issuance")},
    [STORE_COURSES] = {&model_courses, "course", "tenant, id, " COURSE_COLUMNS ", job, at",
                       STORE_WHOLE "SELECT id, " COURSE_COLUMNS
                                   " FROM course WHERE tenant = $1" GRADED,
                       COURSE_UPDATE, MODEL_COURSE_COUNT, GRADE_UPDATE("course")},
    [STORE_LIBRARIES] = {&model_libraries, NULL, NULL, NULL, NULL, MODEL_LIBRARY_COUNT},
};

size_t store_registry_count(enum store_table table)
{
    return tables[table].count;
}

size_t store_registry_code(enum store_table table)
{
    static const size_t codes[STORE_TABLES] = {
        [STORE_OBJECTS] = STORE_OBJECT_POOL_ID,   [STORE_INSPECTORS] = STORE_INSPECTOR_CODE,
        [STORE_ITEMS] = STORE_ITEM_CODE,          [STORE_DEPARTMENTS] = MODEL_DEPARTMENT_CODE,
        [STORE_SUPERIOR] = MODEL_ITEM_NUMBER,     [STORE_COMMISSIONS] = MODEL_COMMISSION_CODE,
        [STORE_MEETINGS] = MODEL_REGISTER_CODE,   [STORE_ISSUANCES] = MODEL_REGISTER_CODE,
        [STORE_COURSES] = MODEL_REGISTER_CODE,    [STORE_LABELS] = MODEL_LABEL_WORD,
        [STORE_LIBRARIES] = MODEL_LIBRARY_LICENCE};
    return codes[table];
}

struct str store_registry_name(enum store_table table)
{
    return str_of(tables[table].resource->name);
}

/* How a value is stored: by its field's kind, or by name behind the fields. */
static enum column_kind kind_of(enum store_table table, size_t value)
{
    const struct resource *resource = tables[table].resource;
    if (value >= resource->count) {
        if (table == STORE_ITEMS && value == STORE_ITEM_VERSION)
            return COLUMN_INT;
        return table == STORE_ITEMS && value == STORE_ITEM_VALID_FROM ? COLUMN_DAY : COLUMN_TEXT;
    }
    if (resource->fields[value].words == model_grades)
        return COLUMN_GRADE;
    switch (resource->fields[value].kind) {
    case FIELD_DATE:
        return COLUMN_DAY;
    case FIELD_RATIO:
        return COLUMN_RATIO;
    default:
        return COLUMN_TEXT;
    }
}

/* --- values to columns --- */

static enum err bind_ratio(struct db_value out[2], struct str text)
{
    int64_t num = 0, den = 0;
    struct str rest = text, head;
    if (!str_cut(&head, &rest, '/'))
        return ERR_INPUT;
    TRY(str_i64(&num, head));
    TRY(str_i64(&den, rest));
    out[0] = db_int(num);
    out[1] = db_int(den);
    return ERR_OK;
}

/* One value into its column or columns. */
static enum err bind_value(struct db_value *out, size_t *used, enum column_kind kind,
                           struct str text)
{
    int32_t day = 0;
    int64_t number = 0;
    *used = 1;
    switch (kind) {
    case COLUMN_TEXT:
        *out = db_text(text);
        return ERR_OK;
    case COLUMN_DAY:
        if (text.len > 0)
            TRY(date_parse(&day, text));
        *out = db_int(day);
        return ERR_OK;
    case COLUMN_INT:
        TRY(str_i64(&number, text));
        *out = db_int(number);
        return ERR_OK;
    case COLUMN_RATIO:
        *used = 2;
        return bind_ratio(out, text);
    case COLUMN_GRADE:
        number = model_grade_find(text);
        *out = db_int(number);
        return number < MODEL_GRADE_COUNT ? ERR_OK : ERR_STATE;
    }
    return ERR_STATE;
}

/* tenant, id, the values, job, at: the order of a table's columns and of its update. */
static enum err bind_record(struct db_value *args, size_t *count, enum store_table table,
                            const struct store_record *record, const struct store_stamp *stamp)
{
    size_t at = 0, used = 0;
    args[at++] = db_text(stamp->tenant);
    args[at++] = db_int(record->id);
    for (size_t i = 0; i < tables[table].count; i++, at += used)
        TRY(bind_value(&args[at], &used, kind_of(table, i), record->values[i]));
    args[at++] = db_int(stamp->job);
    args[at++] = db_int(stamp->at);
    *count = at;
    return ERR_OK;
}

enum err store_registry_load(struct store_load *out, struct db_tx *tx, enum store_table table,
                             const struct store_stamp *stamp)
{
    *out = (struct store_load){.table = table, .stamp = *stamp};
    return db_bulk_open(&out->bulk, tx, tables[table].table, tables[table].columns);
}

enum err store_registry_load_add(struct store_load *load, const struct store_record *record)
{
    struct db_value args[COLUMNS_MAX];
    size_t count = 0;
    TRY(bind_record(args, &count, load->table, record, &load->stamp));
    return db_bulk_add(load->bulk, args, count);
}

enum err store_registry_load_close(struct store_load *load)
{
    struct db_bulk *bulk = load->bulk;
    load->bulk = NULL;
    return bulk != NULL ? db_bulk_close(bulk) : ERR_OK;
}

enum err store_registry_update(struct db_tx *tx, enum store_table table,
                               const struct store_record *record, const struct store_stamp *stamp)
{
    struct db_value args[COLUMNS_MAX];
    size_t count = 0;
    uint64_t changed = 0;
    TRY(bind_record(args, &count, table, record, stamp));
    TRY(db_run(tx, &changed, tables[table].update, args, count));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err store_object_save(struct db_tx *tx, const struct store_record *record,
                           const struct store_stamp *stamp, int64_t was)
{
    struct db_value args[COLUMNS_MAX + 1];
    size_t count = 0;
    uint64_t changed = 0;
    TRY(bind_record(args, &count, STORE_OBJECTS, record, stamp));
    args[count++] = db_int(was);
    TRY(db_run(tx, &changed, OBJECT_UPDATE " AND job = $23", args, count));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* --- columns to values --- */

static struct str take_day(struct arena *arena, int64_t day)
{
    struct buf text = {0};
    if (day == 0)
        return (struct str){"", 0};
    date_format(&text, (int32_t)day);
    struct str copy =
        buf_err(&text) == ERR_OK ? arena_str(arena, buf_view(&text)) : (struct str){0};
    buf_free(&text);
    return copy;
}

/* One value out of its column or columns. */
static struct str take_value(struct db_rows *rows, int *col, enum column_kind kind,
                             struct arena *arena)
{
    int at = (*col)++;
    switch (kind) {
    case COLUMN_DAY:
        return take_day(arena, db_col_int(rows, at));
    case COLUMN_INT:
        return arena_printf(arena, "%lld", (long long)db_col_int(rows, at));
    case COLUMN_RATIO:
        (*col)++;
        return arena_printf(arena, "%lld/%lld", (long long)db_col_int(rows, at),
                            (long long)db_col_int(rows, at + 1));
    case COLUMN_GRADE:
        return str_of(model_grades[db_col_int(rows, at)].code);
    case COLUMN_TEXT:
        break;
    }
    return arena_str(arena, db_col_text(rows, at));
}

/* A search and the table it is in. */
struct finding {
    const struct store_find *find;
    enum store_table table;
};

/* The values of a row whose first one stands in column `col`. */
static enum err take_record(struct store_record *out, enum store_table table, struct db_rows *rows,
                            int col, struct arena *arena)
{
    for (size_t i = 0; i < tables[table].count; i++) {
        enum column_kind kind = kind_of(table, i);
        out->values[i] = take_value(rows, &col, kind, arena);
        if (out->values[i].data == NULL)
            return ERR_MEMORY;
        if (kind == COLUMN_GRADE)
            out->grade = model_grade_find(out->values[i]);
    }
    return ERR_OK;
}

enum err store_object_record(struct store_record *out, struct db_rows *rows, int col,
                             struct arena *arena)
{
    return take_record(out, STORE_OBJECTS, rows, col, arena);
}

/* Gives one row on as a record. */
static enum err find_row(void *ctx, struct db_rows *rows)
{
    const struct finding *f = ctx;
    struct store_record record = {.id = db_col_int(rows, 0)};
    TRY(take_record(&record, f->table, rows, 1, f->find->arena));
    return f->find->each(f->find->ctx, &record);
}

enum err store_registry_all(enum store_table table, const struct store_find *find)
{
    struct finding f = {find, table};
    if (tables[table].all == NULL)
        return ERR_STATE;
    if (tables[table].grade != NULL)
        return store_all(find->tx, tables[table].all,
                         DB_ARGS(db_text(find->tenant), db_int(find->clearance)), find_row, &f);
    return store_all(find->tx, tables[table].all, DB_ARGS(db_text(find->tenant)), find_row, &f);
}

enum err store_registry_grade(struct db_tx *tx, enum store_table table,
                              const struct store_registry_grade *row)
{
    uint64_t changed = 0;
    if (tables[table].grade == NULL)
        return ERR_STATE;
    TRY(db_run(
        tx, &changed, tables[table].grade,
        DB_ARGS(db_text(row->tenant), db_int(row->id), db_int(row->was), db_int(row->grade))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* $2 to $249 */
#define TEN(p)                                                                                     \
    ", $" #p "0, $" #p "1, $" #p "2, $" #p "3, $" #p "4, $" #p "5, $" #p "6, $" #p "7, $" #p       \
    "8, $" #p "9"
#define KEYS                                                                                       \
    "($2, $3, $4, $5, $6, $7, $8, $9" TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8)      \
        TEN(9) TEN(10) TEN(11) TEN(12) TEN(13) TEN(14) TEN(15) TEN(16) TEN(17) TEN(18) TEN(19)     \
            TEN(20) TEN(21) TEN(22) TEN(23) TEN(24) ")"

/* Runs a statement whose keys are $2..$249; the last key fills the places that are left over. */
static enum err find_keys(const char *sql, const struct store_find *find, const struct str *keys,
                          size_t count)
{
    struct finding f = {find, STORE_OBJECTS};
    struct db_value args[STORE_KEYS + 1];
    if (count == 0)
        return ERR_OK;
    if (count > STORE_KEYS)
        return ERR_LIMIT;
    args[0] = db_text(find->tenant);
    for (size_t i = 0; i < STORE_KEYS; i++)
        args[i + 1] = db_text(keys[i < count ? i : count - 1]);
    return store_all(find->tx, sql, args, STORE_KEYS + 1, find_row, &f);
}

enum err store_object_by_pool_id(const struct store_find *find, const struct str *pool_ids,
                                 size_t count)
{
    static const char sql[] = STORE_WHOLE "SELECT id, " STORE_OBJECT_COLUMNS
                                          " FROM object WHERE tenant = $1 AND pool_id IN " KEYS;
    return find_keys(sql, find, pool_ids, count);
}

enum err store_object_by_likeness(const struct store_find *find, const struct str *likenesses,
                                  size_t count)
{
    static const char sql[] =
        STORE_WHOLE "SELECT id, " STORE_OBJECT_COLUMNS
                    " FROM object WHERE tenant = $1 AND likeness IN " KEYS " AND likeness <> ''";
    return find_keys(sql, find, likenesses, count);
}

/* --- the rest --- */

enum err store_item_replace(struct db_tx *tx, struct str tenant, int64_t id)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed,
               "UPDATE item SET state = 'replaced' "
               "WHERE tenant = $1 AND id = $2 AND state = 'active'",
               DB_ARGS(db_text(tenant), db_int(id))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* There is one. */
static enum err any_row(void *out, struct db_rows *rows, struct arena *arena)
{
    (void)arena;
    *(bool *)out = db_col_int(rows, 0) > 0;
    return ERR_OK;
}

enum err store_object_any(bool *any, struct db_tx *tx)
{
    enum err err =
        store_one(any, NULL, tx, STORE_WHOLE "SELECT 1 FROM object ORDER BY tenant, id LIMIT 1",
                  DB_NONE, any_row);
    if (err != ERR_MISSING)
        return err;
    *any = false;
    return ERR_OK;
}

static const char *const object_indexes[][2] = {
    {"DROP INDEX object_pool_id", "CREATE UNIQUE INDEX object_pool_id ON object (tenant, pool_id)"},
    {"DROP INDEX object_likeness",
     "CREATE UNIQUE INDEX object_likeness ON object (tenant, likeness) WHERE likeness <> ''"},
    {"DROP INDEX object_division", "CREATE INDEX object_division ON object (tenant, division)"},
};
enum { OBJECT_INDEXES = sizeof object_indexes / sizeof object_indexes[0] };

enum err store_object_indexes_drop(struct db_tx *tx)
{
    for (size_t i = 0; i < OBJECT_INDEXES; i++)
        TRY(db_run(tx, NULL, object_indexes[i][0], DB_NONE));
    return ERR_OK;
}

/* The words of schema/; a test compares the two. */
enum err store_object_indexes_build(struct db_tx *tx)
{
    for (size_t i = 0; i < OBJECT_INDEXES; i++)
        TRY(db_run(tx, NULL, object_indexes[i][1], DB_NONE));
    return ERR_OK;
}

enum err store_import_job_add(struct db_tx *tx, const struct store_stamp *stamp,
                              const struct store_import_job *job)
{
    return db_run(
        tx, NULL,
        "INSERT INTO import_job (tenant, id, resource, file, digest, department, seen, added, "
        "changed, same, rejected, warned, at, actor) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        DB_ARGS(db_text(stamp->tenant), db_int(stamp->job), db_text(job->resource),
                db_text(job->file), db_text(job->digest), db_text(job->department),
                db_int((int64_t)job->seen), db_int((int64_t)job->added),
                db_int((int64_t)job->changed), db_int((int64_t)job->same),
                db_int((int64_t)job->rejected), db_int((int64_t)job->warned), db_int(stamp->at),
                db_text(job->actor)));
}

/* One row of registry_change. */
static enum err change_row(struct db_bulk *bulk, const struct store_stamp *stamp,
                           const struct store_changes *all, const struct store_change *one)
{
    return db_bulk_add(bulk, DB_ARGS(db_text(stamp->tenant), db_int(one->id),
                                     db_text(store_registry_name(all->table)), db_int(one->target),
                                     db_int(stamp->job), db_text(one->before), db_text(one->after),
                                     db_text(one->reason), db_int(stamp->at), db_text(all->actor),
                                     db_int(one->library)));
}

enum err store_change_add(struct db_tx *tx, const struct store_stamp *stamp,
                          const struct store_changes *changes)
{
    struct db_bulk *bulk = NULL;
    if (changes->count == 0)
        return ERR_OK;
    TRY(db_bulk_open(&bulk, tx, "registry_change",
                     "tenant, id, resource, target, job, before, after, reason, at, actor,"
                     " library"));
    enum err err = ERR_OK;
    for (size_t i = 0; i < changes->count && err == ERR_OK; i++)
        err = change_row(bulk, stamp, changes, &changes->items[i]);
    enum err closed = db_bulk_close(bulk);
    return err != ERR_OK ? err : closed;
}
