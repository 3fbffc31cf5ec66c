/* The catalogue's statements: see catalogue.h. */
#include "store/catalogue.h"

#include "base/time.h"

#define FIELDS                                                                                     \
    "compiler, number, category, name, objects, class, methods, subject, content, basis, ratio,"   \
    " frequency, cap_num, cap_den, department, partners, labels, form, form_code"
#define REACH " " STORE_REACH("department")

/* The fields of an item from column `col` on. */
static enum err fields_fill(struct str values[MODEL_ITEM_COUNT], struct db_rows *rows, int col,
                            struct arena *arena)
{
    bool failed = false;
    for (int i = 0; i < MODEL_ITEM_COUNT; i++) {
        if (i != MODEL_ITEM_CAP) {
            values[i] = store_text(rows, col++, arena, &failed);
            continue;
        }
        values[i] = arena_printf(arena, "%lld/%lld", (long long)db_col_int(rows, col),
                                 (long long)db_col_int(rows, col + 1));
        failed = failed || values[i].data == NULL;
        col += 2;
    }
    return failed ? ERR_MEMORY : ERR_OK;
}

/* --- items --- */

#define ITEM_ROW                                                                                   \
    "SELECT id, code, version, state, valid_from, valid_until, at, " FIELDS " FROM item"           \
    " WHERE tenant = $1"

static enum err item_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_item *item = out;
    item->id = db_col_int(rows, 0);
    item->code = store_text(rows, 1, arena, &failed);
    item->version = db_col_int(rows, 2);
    item->state = store_text(rows, 3, arena, &failed);
    item->valid_from = (int32_t)db_col_int(rows, 4);
    item->valid_until = (int32_t)db_col_int(rows, 5);
    item->at = db_col_int(rows, 6);
    return failed ? ERR_MEMORY : fields_fill(item->values, rows, 7, arena);
}

static const struct store_shape item_shape = {sizeof(struct store_item), item_fill};

static const char ITEMS_SHOWN[] =
    ITEM_ROW " AND state IN ('active', 'coming', 'closed')"
             " ORDER BY department, compiler, category, code, version";

enum err store_items_shown(struct store_item **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &item_shape, ITEMS_SHOWN,
                       DB_ARGS(db_text(tenant)));
}

static const char ITEM_VERSIONS[] = ITEM_ROW " AND code = $2 ORDER BY version DESC";

enum err store_item_versions(struct store_item **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, struct str code)
{
    return store_array((void **)out, count, arena, tx, &item_shape, ITEM_VERSIONS,
                       DB_ARGS(db_text(tenant), db_text(code)));
}

static const char ITEMS_OF_FORM[] =
    ITEM_ROW " AND form_code = $2 AND state IN ('active', 'coming') ORDER BY code, version";

enum err store_items_of_form(struct store_item **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, struct str form)
{
    return store_array((void **)out, count, arena, tx, &item_shape, ITEMS_OF_FORM,
                       DB_ARGS(db_text(tenant), db_text(form)));
}

static const char ITEM_GET[] = ITEM_ROW " AND id = $2";
static const char ITEM_ACTIVE[] =
    ITEM_ROW " AND code = $2 AND state = 'active' ORDER BY version DESC LIMIT 1";

enum err store_item_get(struct store_item *out, struct arena *arena, struct db_tx *tx,
                        struct str tenant, int64_t id)
{
    return store_one(out, arena, tx, ITEM_GET, DB_ARGS(db_text(tenant), db_int(id)), item_fill);
}

enum err store_item_active(struct store_item *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, struct str code)
{
    return store_one(out, arena, tx, ITEM_ACTIVE, DB_ARGS(db_text(tenant), db_text(code)),
                     item_fill);
}

enum err store_item_last(int64_t *out, struct db_tx *tx, struct str tenant, struct str code)
{
    return store_one(out, NULL, tx,
                     "SELECT COALESCE(MAX(version), 0) FROM item WHERE tenant = $1 AND code = $2",
                     DB_ARGS(db_text(tenant), db_text(code)), store_fill_int);
}

static const char ITEM_ADD[] =
    "INSERT INTO item (tenant, id, code, version, state, valid_from, valid_until, job, at, " FIELDS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
    " $19, $20, $21, $22, $23, $24, $25, $26, $27)";

/* NUM/DEN in two numbers. */
static enum err cap_of(int64_t out[2], struct str text)
{
    struct str rest = text;
    struct str head;
    if (!str_cut(&head, &rest, '/'))
        return ERR_INPUT;
    TRY(str_i64(&out[0], head));
    return str_i64(&out[1], rest);
}

enum err store_item_add(struct db_tx *tx, struct str tenant, const struct store_item *item)
{
    enum { FIRST = 8 };
    struct db_value args[FIRST + MODEL_ITEM_COUNT + 1] = {
        db_text(tenant),           db_int(item->id),     db_text(item->code),
        db_int(item->version),     db_text(item->state), db_int(item->valid_from),
        db_int(item->valid_until), db_int(item->at)};
    int64_t cap[2] = {0, 0};
    size_t count = FIRST;
    TRY(cap_of(cap, item->values[MODEL_ITEM_CAP]));
    for (int i = 0; i < MODEL_ITEM_COUNT; i++) {
        args[count++] = i == MODEL_ITEM_CAP ? db_int(cap[0]) : db_text(item->values[i]);
        if (i == MODEL_ITEM_CAP)
            args[count++] = db_int(cap[1]);
    }
    return db_run(tx, NULL, ITEM_ADD, args, count);
}

static enum err one_changed(struct db_tx *tx, const char *sql, const struct db_value *args,
                            size_t count)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, sql, args, count));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err store_item_move(struct db_tx *tx, struct str tenant, const struct store_item_move *move)
{
    return one_changed(tx,
                       "UPDATE item SET state = $4 WHERE tenant = $1 AND id = $2 AND state = $3",
                       DB_ARGS(db_text(tenant), db_int(move->id), db_text(str_of(move->from)),
                               db_text(str_of(move->to))));
}

enum err store_item_end(struct db_tx *tx, struct str tenant, int64_t id, int32_t until)
{
    return one_changed(tx,
                       "UPDATE item SET valid_until = $3 WHERE tenant = $1 AND id = $2"
                       " AND state = 'active' AND valid_until = 0",
                       DB_ARGS(db_text(tenant), db_int(id), db_int(until)));
}

static enum err coming_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_coming *coming = out;
    coming->id = db_col_int(rows, 0);
    coming->code = store_text(rows, 1, arena, &failed);
    coming->valid_from = (int32_t)db_col_int(rows, 2);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape coming_shape = {sizeof(struct store_coming), coming_fill};

static const char ITEMS_COMING[] =
    "SELECT id, code, valid_from FROM item"
    " WHERE tenant = $1 AND state = 'coming' ORDER BY valid_from, id";
static const char ITEMS_ENDING[] =
    "SELECT id, code, valid_from FROM item WHERE tenant = $1 AND state = 'active'"
    " AND valid_until > 0 AND valid_until <= $2 ORDER BY id";

enum err store_items_coming(struct store_coming **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &coming_shape, ITEMS_COMING,
                       DB_ARGS(db_text(tenant)));
}

enum err store_items_ending(struct store_coming **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, int32_t today)
{
    return store_array((void **)out, count, arena, tx, &coming_shape, ITEMS_ENDING,
                       DB_ARGS(db_text(tenant), db_int(today)));
}

static const char ITEMS_ABOVE[] =
    "SELECT COUNT(*) FROM item WHERE tenant = $1 AND state = 'active' AND class = 'general'"
    " AND cap_num * $3 > $2 * cap_den";

enum err store_items_above(int64_t *out, struct db_tx *tx, struct str tenant, int64_t num,
                           int64_t den)
{
    return store_one(out, NULL, tx, ITEMS_ABOVE, DB_ARGS(db_text(tenant), db_int(num), db_int(den)),
                     store_fill_int);
}

static const char ITEMS_WITHOUT[] =
    "SELECT COUNT(*) FROM department d WHERE d.tenant = $1 AND d.state = 'active' AND NOT EXISTS"
    " (SELECT 1 FROM item i WHERE i.tenant = d.tenant AND i.department = d.code"
    " AND i.state = 'active')";

enum err store_items_without(int64_t *out, struct db_tx *tx, struct str tenant)
{
    return store_one(out, NULL, tx, ITEMS_WITHOUT, DB_ARGS(db_text(tenant)), store_fill_int);
}

static const char ITEMS_JOINT[] =
    "SELECT COUNT(*) FROM item WHERE tenant = $1 AND state = 'active' AND partners <> ''";

enum err store_items_joint(int64_t *out, struct db_tx *tx, struct str tenant)
{
    return store_one(out, NULL, tx, ITEMS_JOINT, DB_ARGS(db_text(tenant)), store_fill_int);
}

static const char DEPARTMENTS_BARE[] = STORE_WHOLE
    "SELECT COUNT(*) FROM department d WHERE d.tenant = $1 AND d.state = 'active' AND NOT EXISTS"
    " (SELECT 1 FROM inspector i WHERE i.tenant = d.tenant AND i.department = d.code"
    " AND i.state = 'active')";

enum err store_departments_bare(int64_t *out, struct db_tx *tx, struct str tenant)
{
    return store_one(out, NULL, tx, DEPARTMENTS_BARE, DB_ARGS(db_text(tenant)), store_fill_int);
}

static enum err loose_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_loose *l = out;
    l->id = db_col_int(rows, 0);
    l->code = store_text(rows, 1, arena, &failed);
    l->department = store_text(rows, 2, arena, &failed);
    l->compiler = store_text(rows, 3, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape loose_shape = {sizeof(struct store_loose), loose_fill};

#define LOOSE                                                                                      \
    " AND NOT EXISTS (SELECT 1 FROM department d WHERE d.tenant = i.tenant"                        \
    " AND d.code = i.department) ORDER BY i.id"

static const char ITEMS_LOOSE[] = "SELECT i.id, i.code, i.department, i.compiler FROM item i"
                                  " WHERE i.tenant = $1 AND i.state IN ('active', 'coming')" LOOSE;

enum err store_items_loose(struct store_loose **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &loose_shape, ITEMS_LOOSE,
                       DB_ARGS(db_text(tenant)));
}

static const char SUPERIORS_LOOSE[] =
    "SELECT i.id, i.list, i.department, i.compiler FROM item_superior i"
    " WHERE i.tenant = $1 AND i.state = 'open'" LOOSE;

enum err store_superiors_loose(struct store_loose **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &loose_shape, SUPERIORS_LOOSE,
                       DB_ARGS(db_text(tenant)));
}

enum err store_item_department(struct db_tx *tx, struct str tenant, int64_t id,
                               struct str department)
{
    return db_run(tx, NULL, "UPDATE item SET department = $3 WHERE tenant = $1 AND id = $2",
                  DB_ARGS(db_text(tenant), db_int(id), db_text(department)));
}

enum err store_superior_department(struct db_tx *tx, struct str tenant, int64_t id,
                                   struct str department)
{
    return db_run(tx, NULL,
                  "UPDATE item_superior SET department = $3 WHERE tenant = $1 AND id = $2",
                  DB_ARGS(db_text(tenant), db_int(id), db_text(department)));
}

/* --- lead and partners --- */

#define UNIT_ROW                                                                                   \
    "SELECT u.item, u.place, u.role, u.words, u.department, COALESCE(d.name, u.words)"             \
    " FROM item_unit u LEFT JOIN department d ON d.tenant = u.tenant AND d.code = u.department"

static enum err unit_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_item_unit *u = out;
    u->item = db_col_int(rows, 0);
    u->place = db_col_int(rows, 1);
    u->role = store_text(rows, 2, arena, &failed);
    u->words = store_text(rows, 3, arena, &failed);
    u->department = store_text(rows, 4, arena, &failed);
    u->name = store_text(rows, 5, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape unit_shape = {sizeof(struct store_item_unit), unit_fill};

static const char UNITS[] = UNIT_ROW " WHERE u.tenant = $1 AND u.item = $2 ORDER BY u.place";
static const char UNITS_SHOWN[] =
    UNIT_ROW " JOIN item i ON i.tenant = u.tenant AND i.id = u.item"
             " WHERE u.tenant = $1 AND i.state IN ('active', 'coming') ORDER BY u.item, u.place";
static const char UNITS_OPEN[] =
    UNIT_ROW " WHERE u.tenant = $1 AND u.department = '' ORDER BY u.item, u.place";

enum err store_item_units(struct store_item_unit **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t item)
{
    return store_array((void **)out, count, arena, tx, &unit_shape, UNITS,
                       DB_ARGS(db_text(tenant), db_int(item)));
}

enum err store_item_units_shown(struct store_item_unit **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &unit_shape, UNITS_SHOWN,
                       DB_ARGS(db_text(tenant)));
}

enum err store_item_units_open(struct store_item_unit **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &unit_shape, UNITS_OPEN,
                       DB_ARGS(db_text(tenant)));
}

static const char ITEMS_UNJOINED[] =
    ITEM_ROW " AND partners <> '' AND NOT EXISTS (SELECT 1 FROM item_unit u"
             " WHERE u.tenant = item.tenant AND u.item = item.id) ORDER BY id";

enum err store_items_unjoined(struct store_item **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &item_shape, ITEMS_UNJOINED,
                       DB_ARGS(db_text(tenant)));
}

static const char UNITS_DROP[] = "DELETE FROM item_unit WHERE tenant = $1 AND item = $2";
static const char UNIT_ADD[] =
    "INSERT INTO item_unit (tenant, item, place, role, words, department)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_item_units_put(struct db_tx *tx, struct str tenant, int64_t item,
                              struct store_item_unit *units, size_t count)
{
    TRY(db_run(tx, NULL, UNITS_DROP, DB_ARGS(db_text(tenant), db_int(item))));
    for (size_t i = 0; i < count; i++) {
        units[i].item = item;
        units[i].place = (int64_t)i;
        TRY(db_run(tx, NULL, UNIT_ADD,
                   DB_ARGS(db_text(tenant), db_int(item), db_int(units[i].place),
                           db_text(units[i].role), db_text(units[i].words),
                           db_text(units[i].department))));
    }
    return ERR_OK;
}

enum err store_item_unit_set(struct db_tx *tx, struct str tenant,
                             const struct store_item_unit *unit)
{
    return db_run(tx, NULL,
                  "UPDATE item_unit SET department = $4 WHERE tenant = $1 AND item = $2"
                  " AND place = $3",
                  DB_ARGS(db_text(tenant), db_int(unit->item), db_int(unit->place),
                          db_text(unit->department)));
}

/* --- drafts --- */

#define DRAFT_COLUMNS                                                                              \
    "id, kind, code, base, department, content, reason, state, superior, item, effective_on,"      \
    " author, version, at"

static const char DRAFT_ADD[] =
    "INSERT INTO item_draft (tenant, " DRAFT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
    " $10, $11, $12, $13, $14, $15)";

enum err store_draft_add(struct db_tx *tx, struct str tenant, const struct store_draft *d)
{
    return db_run(tx, NULL, DRAFT_ADD,
                  DB_ARGS(db_text(tenant), db_int(d->id), db_text(d->kind), db_text(d->code),
                          db_int(d->base), db_text(d->department), db_text(d->content),
                          db_text(d->reason), db_text(d->state), db_int(d->superior),
                          db_int(d->item), db_int(d->effective_on), db_text(d->author),
                          db_int(d->version), db_int(d->at)));
}

static enum err draft_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_draft *d = out;
    d->id = db_col_int(rows, 0);
    d->kind = store_text(rows, 1, arena, &failed);
    d->code = store_text(rows, 2, arena, &failed);
    d->base = db_col_int(rows, 3);
    d->department = store_text(rows, 4, arena, &failed);
    d->content = store_text(rows, 5, arena, &failed);
    d->reason = store_text(rows, 6, arena, &failed);
    d->state = store_text(rows, 7, arena, &failed);
    d->superior = db_col_int(rows, 8);
    d->item = db_col_int(rows, 9);
    d->effective_on = (int32_t)db_col_int(rows, 10);
    d->author = store_text(rows, 11, arena, &failed);
    d->version = db_col_int(rows, 12);
    d->at = db_col_int(rows, 13);
    return failed ? ERR_MEMORY : ERR_OK;
}

#define DRAFT_ROW "SELECT " DRAFT_COLUMNS " FROM item_draft WHERE tenant = $1 AND" REACH

static const char DRAFT_GET[] = DRAFT_ROW " AND id = $4";
static const char DRAFTS[] =
    DRAFT_ROW " AND (state = $4 OR ($4 = '' AND state IN ('draft', 'submitted', 'returned',"
              " 'approved'))) ORDER BY at, id";

enum err store_draft_get(struct store_draft *out, struct arena *arena, struct db_tx *tx,
                         struct str tenant, const struct store_reach *reach, int64_t id)
{
    return store_one(out, arena, tx, DRAFT_GET,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_int(id)), draft_fill);
}

enum err store_drafts(struct store_draft **out, size_t *count, struct arena *arena,
                      struct db_tx *tx, struct str tenant, const struct store_reach *reach,
                      struct str state)
{
    static const struct store_shape shape = {sizeof(struct store_draft), draft_fill};
    return store_array((void **)out, count, arena, tx, &shape, DRAFTS,
                       DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_text(state)));
}

static const char DRAFT_OPEN[] =
    STORE_WHOLE "SELECT COALESCE(MAX(id), 0) FROM item_draft WHERE tenant = $1 AND code = $2"
                " AND state IN ('draft', 'submitted', 'returned', 'approved')";

enum err store_draft_open(int64_t *out, struct db_tx *tx, struct str tenant, struct str code)
{
    return store_one(out, NULL, tx, DRAFT_OPEN, DB_ARGS(db_text(tenant), db_text(code)),
                     store_fill_int);
}

static const char DRAFT_UPDATE[] =
    "UPDATE item_draft SET kind = $3, code = $4, base = $5, department = $6, content = $7,"
    " reason = $8, state = $9, superior = $10, item = $11, effective_on = $12, author = $13,"
    " version = $14, at = $15 WHERE tenant = $1 AND id = $2 AND version = $14 - 1";

enum err store_draft_update(struct db_tx *tx, struct str tenant, const struct store_draft *d)
{
    return one_changed(tx, DRAFT_UPDATE,
                       DB_ARGS(db_text(tenant), db_int(d->id), db_text(d->kind), db_text(d->code),
                               db_int(d->base), db_text(d->department), db_text(d->content),
                               db_text(d->reason), db_text(d->state), db_int(d->superior),
                               db_int(d->item), db_int(d->effective_on), db_text(d->author),
                               db_int(d->version), db_int(d->at)));
}

static const char DRAFT_COUNT[] =
    "SELECT COUNT(*) FROM item_draft WHERE tenant = $1 AND" REACH " AND state = $4";

enum err store_draft_count(int64_t *out, struct db_tx *tx, struct str tenant,
                           const struct store_reach *reach, struct str state)
{
    return store_one(out, NULL, tx, DRAFT_COUNT,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_text(state)),
                     store_fill_int);
}

static const char STEP_ADD[] = "INSERT INTO item_step (tenant, id, draft, step, words, actor, at)"
                               " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_item_step_add(struct db_tx *tx, struct str tenant, const struct store_item_step *s)
{
    return db_run(tx, NULL, STEP_ADD,
                  DB_ARGS(db_text(tenant), db_int(s->id), db_int(s->draft), db_text(s->step),
                          db_text(s->words), db_text(s->actor), db_int(s->at)));
}

static enum err step_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_item_step *s = out;
    s->id = db_col_int(rows, 0);
    s->draft = db_col_int(rows, 1);
    s->step = store_text(rows, 2, arena, &failed);
    s->words = store_text(rows, 3, arena, &failed);
    s->actor = store_text(rows, 4, arena, &failed);
    s->at = db_col_int(rows, 5);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char STEPS[] = STORE_WHOLE "SELECT id, draft, step, words, actor, at FROM item_step"
                                        " WHERE tenant = $1 AND draft = $2 ORDER BY id";

enum err store_item_steps(struct store_item_step **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t draft)
{
    static const struct store_shape shape = {sizeof(struct store_item_step), step_fill};
    return store_array((void **)out, count, arena, tx, &shape, STEPS,
                       DB_ARGS(db_text(tenant), db_int(draft)));
}

/* --- superiors' lists --- */

#define SUPERIOR_ROW                                                                               \
    "SELECT id, list, state, reason, decided_by, decided_at, draft, " FIELDS                       \
    " FROM item_superior WHERE tenant = $1 AND (" STORE_REACH("department") " OR department = '')"
#define SUPERIOR_FIND                                                                              \
    " AND ($4 = '' OR state = $4) AND ($5 = '' OR list = $5)"                                      \
    " AND (category LIKE $6 OR name LIKE $6)"

static enum err superior_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_superior *s = out;
    s->id = db_col_int(rows, 0);
    s->list = store_text(rows, 1, arena, &failed);
    s->state = store_text(rows, 2, arena, &failed);
    s->reason = store_text(rows, 3, arena, &failed);
    s->decided_by = store_text(rows, 4, arena, &failed);
    s->decided_at = db_col_int(rows, 5);
    s->draft = db_col_int(rows, 6);
    return failed ? ERR_MEMORY : fields_fill(s->values, rows, 7, arena);
}

static const char SUPERIORS[] = SUPERIOR_ROW SUPERIOR_FIND " AND id > $7 ORDER BY id LIMIT $8";

enum err store_superiors(struct store_superior **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, struct str tenant,
                         const struct store_superior_find *find)
{
    static const struct store_shape shape = {sizeof(struct store_superior), superior_fill};
    return store_array((void **)out, count, arena, tx, &shape, SUPERIORS,
                       DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&find->reach),
                               db_text(find->state), db_text(find->list), db_text(find->like),
                               db_int(find->after), db_int(find->most)));
}

static const char SUPERIOR_COUNT[] =
    "SELECT COUNT(*) FROM item_superior WHERE tenant = $1"
    " AND (" STORE_REACH("department") " OR department = '')" SUPERIOR_FIND;

enum err store_superior_count(int64_t *out, struct db_tx *tx, struct str tenant,
                              const struct store_superior_find *find)
{
    return store_one(out, NULL, tx, SUPERIOR_COUNT,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&find->reach), db_text(find->state),
                             db_text(find->list), db_text(find->like)),
                     store_fill_int);
}

static const char SUPERIOR_GET[] = SUPERIOR_ROW " AND id = $4";

enum err store_superior_get(struct store_superior *out, struct arena *arena, struct db_tx *tx,
                            struct str tenant, const struct store_reach *reach, int64_t id)
{
    return store_one(out, arena, tx, SUPERIOR_GET,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_int(id)), superior_fill);
}

static const char SUPERIOR_ANSWER[] =
    "UPDATE item_superior SET state = $3, reason = $4, decided_by = $5, decided_at = $6,"
    " draft = $7, department = $8 WHERE tenant = $1 AND id = $2 AND state = $9";

enum err store_superior_answer(struct db_tx *tx, struct str tenant, const struct store_superior *s,
                               struct str from)
{
    return one_changed(tx, SUPERIOR_ANSWER,
                       DB_ARGS(db_text(tenant), db_int(s->id), db_text(s->state),
                               db_text(s->reason), db_text(s->decided_by), db_int(s->decided_at),
                               db_int(s->draft), db_text(s->values[MODEL_ITEM_DEPARTMENT]),
                               db_text(from)));
}

static enum err superior_list_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_superior_list *l = out;
    l->list = store_text(rows, 0, arena, &failed);
    l->rows = db_col_int(rows, 1);
    l->open = db_col_int(rows, 2);
    l->claimed = db_col_int(rows, 3);
    l->declined = db_col_int(rows, 4);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char SUPERIOR_LISTS[] =
    "SELECT list, COUNT(*), SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN state = 'claimed' THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN state = 'declined' THEN 1 ELSE 0 END)"
    " FROM item_superior WHERE tenant = $1 AND (" STORE_REACH(
        "department") " OR department = '')"
                      " GROUP BY list ORDER BY list";

enum err store_superior_lists(struct store_superior_list **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant, const struct store_reach *reach)
{
    static const struct store_shape shape = {sizeof(struct store_superior_list),
                                             superior_list_fill};
    return store_array((void **)out, count, arena, tx, &shape, SUPERIOR_LISTS,
                       DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach)));
}

/* --- checks outside the draw --- */

static const char OUTSIDE_ADD[] =
    "INSERT INTO outside_check (tenant, id, department, object, checked_on, source, ground, note,"
    " actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

enum err store_outside_add(struct db_tx *tx, struct str tenant, const struct store_outside *o)
{
    return db_run(tx, NULL, OUTSIDE_ADD,
                  DB_ARGS(db_text(tenant), db_int(o->id), db_text(o->department),
                          db_text(o->object), db_int(o->checked_on), db_text(o->source),
                          db_text(o->ground), db_text(o->note), db_text(o->actor), db_int(o->at)));
}

static enum err outside_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_outside *o = out;
    o->id = db_col_int(rows, 0);
    o->department = store_text(rows, 1, arena, &failed);
    o->object = store_text(rows, 2, arena, &failed);
    o->checked_on = (int32_t)db_col_int(rows, 3);
    o->source = store_text(rows, 4, arena, &failed);
    o->ground = store_text(rows, 5, arena, &failed);
    o->note = store_text(rows, 6, arena, &failed);
    o->actor = store_text(rows, 7, arena, &failed);
    o->at = db_col_int(rows, 8);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char OUTSIDES[] =
    "SELECT id, department, object, checked_on, source, ground, note, actor, at FROM outside_check"
    " WHERE tenant = $1 AND" REACH " AND checked_on >= $4 AND checked_on < $5"
    " ORDER BY checked_on DESC, id DESC";

enum err store_outsides(struct store_outside **out, size_t *count, struct arena *arena,
                        struct db_tx *tx, struct str tenant, const struct store_reach *reach,
                        int year)
{
    static const struct store_shape shape = {sizeof(struct store_outside), outside_fill};
    int32_t from = 0;
    int32_t until = 0;
    TRY(date_make(&from, year, 1, 1));
    TRY(date_make(&until, year, 12, 31));
    return store_array(
        (void **)out, count, arena, tx, &shape, OUTSIDES,
        DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_int(from), db_int(until + 1)));
}

static const char DRAWN_VISITS[] =
    "SELECT COUNT(DISTINCT r.visit) FROM result r JOIN visit v ON v.tenant = r.tenant"
    " AND v.id = r.visit WHERE r.tenant = $1 AND " STORE_REACH(
        "r.department") " AND v.year = $4"
                        " AND r.state <> 'returned'";

enum err store_drawn_visits(int64_t *out, struct db_tx *tx, struct str tenant,
                            const struct store_reach *reach, int year)
{
    return store_one(out, NULL, tx, DRAWN_VISITS,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_int(year)),
                     store_fill_int);
}
