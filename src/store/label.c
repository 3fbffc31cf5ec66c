/* Labels: see label.h. */
#include "store/label.h"

#include "base/buf.h"
#include "store/reach.h"

enum { LABEL_BATCH = 5000 };

/* --- the vocabulary --- */

static enum err label_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_label *l = out;
    l->id = db_col_int(rows, 0);
    l->word = store_text(rows, 1, arena, &failed);
    l->theme = store_text(rows, 2, arena, &failed);
    l->subject = store_text(rows, 3, arena, &failed);
    l->state = store_text(rows, 4, arena, &failed);
    l->job = db_col_int(rows, 5);
    l->at = db_col_int(rows, 6);
    l->used = db_col_int(rows, 7);
    return failed ? ERR_MEMORY : ERR_OK;
}

#define OF_REACH                                                                                   \
    "(" STORE_REACH(                                                                               \
        "b.department") " OR EXISTS (SELECT 1 FROM object_department d"                            \
                        " WHERE d.tenant = b.tenant AND d.object = b.id AND " STORE_REACH(         \
                            "d.department") "))"
/* The objects need looking at only where the reach is not everything. */
static const char LABELS[] =
    "SELECT l.id, l.word, l.theme, l.subject, l.state, l.job, l.at,"
    " (SELECT COUNT(*) FROM object_label o WHERE o.tenant = l.tenant AND o.label = l.word"
    " AND ($2 = 1 OR EXISTS (SELECT 1 FROM object b WHERE b.tenant = o.tenant AND b.id = o.object"
    " AND " OF_REACH ")))"
    " FROM label l WHERE l.tenant = $1 AND l.subject = $4 ORDER BY l.theme, l.word";

enum err store_labels(struct store_label **out, size_t *count, struct arena *arena,
                      struct db_tx *tx, struct str tenant, const struct store_reach *reach,
                      struct str subject)
{
    const struct store_shape shape = {sizeof **out, label_fill};
    return store_array((void **)out, count, arena, tx, &shape, LABELS,
                       DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_text(subject)));
}

#define LABEL "SELECT id, word, theme, subject, state, job, at, 0 FROM label WHERE tenant = $1"
static const char LABEL_GET[] = LABEL " AND id = $2";
static const char LABEL_FIND[] = LABEL " AND subject = $2 AND word = $3";

enum err store_label_get(struct store_label *out, struct arena *arena, struct db_tx *tx,
                         struct str tenant, int64_t id)
{
    return store_one(out, arena, tx, LABEL_GET, DB_ARGS(db_text(tenant), db_int(id)), label_fill);
}

enum err store_label_find(struct store_label *out, struct arena *arena, struct db_tx *tx,
                          const struct store_label *word, struct str tenant)
{
    return store_one(out, arena, tx, LABEL_FIND,
                     DB_ARGS(db_text(tenant), db_text(word->subject), db_text(word->word)),
                     label_fill);
}

static const char LABEL_ADD[] = "INSERT INTO label (tenant, id, word, theme, subject, state, job,"
                                " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

enum err store_label_add(struct db_tx *tx, struct str tenant, const struct store_label *l)
{
    return db_run(tx, NULL, LABEL_ADD,
                  DB_ARGS(db_text(tenant), db_int(l->id), db_text(l->word), db_text(l->theme),
                          db_text(l->subject), db_text(l->state), db_int(l->job), db_int(l->at)));
}

static const char LABEL_SAVE[] = "UPDATE label SET theme = $3, state = $4, job = $5, at = $6"
                                 " WHERE tenant = $1 AND id = $2 AND job = $7";

enum err store_label_save(struct db_tx *tx, struct str tenant, const struct store_label *l,
                          int64_t was)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, LABEL_SAVE,
               DB_ARGS(db_text(tenant), db_int(l->id), db_text(l->theme), db_text(l->state),
                       db_int(l->job), db_int(l->at), db_int(was))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* --- which object bears which --- */

static const char OBJECT_LABEL_ADD[] =
    "INSERT INTO object_label (tenant, label, object) VALUES ($1, $2, $3)";
static const char OBJECT_LABEL_CLEAR[] =
    "DELETE FROM object_label WHERE tenant = $1 AND object = $2";

bool store_label_next(struct str *word, struct str *rest)
{
    static const struct str mark = {"、", sizeof "、" - 1};
    ptrdiff_t at = str_find(*rest, mark);
    if (rest->len == 0)
        return false;
    *word = at < 0 ? *rest : str_sub(*rest, 0, (size_t)at);
    *rest =
        at < 0 ? str_sub(*rest, rest->len, 0) : str_sub(*rest, (size_t)at + mark.len, rest->len);
    return true;
}

bool store_label_in(struct str list, struct str word)
{
    struct str one;
    while (store_label_next(&one, &list))
        if (str_eq(one, word))
            return true;
    return false;
}

enum err store_label_list(struct str *out, struct arena *arena, struct str list, struct str word,
                          bool remove)
{
    struct buf text = {0};
    struct str one;
    struct str rest = list;
    while (store_label_next(&one, &rest)) {
        if (str_eq(one, word))
            continue;
        buf_cat(&text, text.len > 0 ? "、" : "");
        buf_str(&text, one);
    }
    if (!remove) {
        buf_cat(&text, text.len > 0 ? "、" : "");
        buf_str(&text, word);
    }
    return arena_keep(out, arena, &text, buf_err(&text));
}

bool store_label_applies(struct str item, struct str state, struct str object)
{
    struct str word;
    if (!str_eq(state, STR("active")))
        return false;
    if (item.len == 0)
        return true;
    while (store_label_next(&word, &item))
        if (store_label_in(object, word))
            return true;
    return false;
}

static enum err label_row_add(struct db_tx *tx, struct str tenant, int64_t object, struct str word)
{
    enum err err =
        db_run(tx, NULL, OBJECT_LABEL_ADD, DB_ARGS(db_text(tenant), db_text(word), db_int(object)));
    return err == ERR_DUPLICATE ? ERR_OK : err;
}

enum err store_object_labels_put(struct db_tx *tx, struct str tenant, int64_t object,
                                 struct str labels)
{
    struct str word;
    TRY(db_run(tx, NULL, OBJECT_LABEL_CLEAR, DB_ARGS(db_text(tenant), db_int(object))));
    while (store_label_next(&word, &labels))
        if (word.len > 0)
            TRY(label_row_add(tx, tenant, object, word));
    return ERR_OK;
}

/* --- one word on many objects --- */

/* Behind three values the keys ($4 to $103, the last one again and again), then one value more. */
static enum err by_keys(struct db_tx *tx, const char *sql, const struct db_value *three,
                        const struct store_ids *objects, const struct db_value *last)
{
    struct db_value args[4 + STORE_REACH_KEYS] = {three[0], three[1], three[2]};
    for (size_t from = 0; from < objects->count; from += STORE_REACH_KEYS) {
        size_t left = objects->count - from;
        for (size_t i = 0; i < STORE_REACH_KEYS; i++)
            args[3 + i] = db_int(objects->items[from + (i < left ? i : left - 1)]);
        if (last != NULL)
            args[3 + STORE_REACH_KEYS] = *last;
        TRY(db_run(tx, NULL, sql, args, 3 + STORE_REACH_KEYS + (last != NULL)));
    }
    return ERR_OK;
}

static const char OBJECT_LABELS_SET[] = "UPDATE object SET labels = $2, job = $3, at = $104"
                                        " WHERE tenant = $1 AND id IN " STORE_REACH_IN;
static const char OBJECT_LABEL_REMOVE[] =
    "DELETE FROM object_label WHERE tenant = $1 AND label = $2 AND object > $3"
    " AND object IN " STORE_REACH_IN;

enum err store_object_labels_set(struct db_tx *tx, const struct store_stamp *stamp,
                                 const struct store_ids *objects, struct str labels)
{
    const struct db_value three[] = {db_text(stamp->tenant), db_text(labels), db_int(stamp->job)};
    const struct db_value at = db_int(stamp->at);
    return by_keys(tx, OBJECT_LABELS_SET, three, objects, &at);
}

enum err store_object_label_remove(struct db_tx *tx, struct str tenant,
                                   const struct store_ids *objects, struct str word)
{
    const struct db_value three[] = {db_text(tenant), db_text(word), db_int(0)};
    return by_keys(tx, OBJECT_LABEL_REMOVE, three, objects, NULL);
}

enum err store_object_label_add(struct db_tx *tx, struct str tenant,
                                const struct store_ids *objects, struct str word)
{
    struct db_bulk *bulk = NULL;
    if (objects->count == 0)
        return ERR_OK;
    TRY(db_bulk_open(&bulk, tx, "object_label", "tenant, label, object"));
    enum err err = ERR_OK;
    for (size_t i = 0; i < objects->count && err == ERR_OK; i++)
        err = db_bulk_add(bulk, DB_ARGS(db_text(tenant), db_text(word), db_int(objects->items[i])));
    enum err closed = db_bulk_close(bulk);
    return err != ERR_OK ? err : closed;
}

static enum err labels_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_object_labels *row = out;
    row->id = db_col_int(rows, 0);
    row->labels = store_text(rows, 1, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char LABELS_OF_JOB[] =
    "SELECT id, labels FROM object WHERE tenant = $1 AND job = $2 AND id > $3 AND labels <> ''"
    " ORDER BY id LIMIT $4";

enum err store_object_labels_of_job(struct store_object_labels **out, size_t *count,
                                    struct arena *arena, struct db_tx *tx,
                                    const struct store_stamp *stamp, int64_t after)
{
    const struct store_shape shape = {sizeof **out, labels_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, LABELS_OF_JOB,
        DB_ARGS(db_text(stamp->tenant), db_int(stamp->job), db_int(after), db_int(LABEL_BATCH)));
}

static enum err load_words(struct db_bulk *bulk, struct str tenant,
                           const struct store_object_labels *row)
{
    struct str rest = row->labels;
    struct str word;
    while (store_label_next(&word, &rest))
        if (word.len > 0)
            TRY(db_bulk_add(bulk, DB_ARGS(db_text(tenant), db_text(word), db_int(row->id))));
    return ERR_OK;
}

enum err store_object_labels_load(struct db_tx *tx, struct str tenant,
                                  const struct store_object_labels *rows, size_t count)
{
    struct db_bulk *bulk = NULL;
    enum err err = ERR_OK;
    if (count == 0)
        return ERR_OK;
    TRY(db_bulk_open(&bulk, tx, "object_label", "tenant, label, object"));
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = load_words(bulk, tenant, &rows[i]);
    enum err closed = db_bulk_close(bulk);
    return err != ERR_OK ? err : closed;
}

/* --- further departments --- */

static enum err code_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    *(struct str *)out = store_text(rows, 0, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static enum err any_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    (void)arena;
    *(bool *)out = db_col_int(rows, 0) > 0;
    return ERR_OK;
}

static const char DEPARTMENT_KNOWN[] =
    "SELECT COUNT(*) FROM department WHERE tenant = $1 AND code = $2 AND state = 'active'";

enum err store_department_known(bool *known, struct db_tx *tx, struct str tenant, struct str code)
{
    return store_one(known, NULL, tx, DEPARTMENT_KNOWN, DB_ARGS(db_text(tenant), db_text(code)),
                     any_fill);
}

static const char DEPARTMENTS[] =
    STORE_WHOLE "SELECT department FROM object_department WHERE tenant = $1"
                " AND object = $2 ORDER BY department";

enum err store_object_departments(struct str **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, struct str tenant, int64_t object)
{
    const struct store_shape shape = {sizeof **out, code_fill};
    return store_array((void **)out, count, arena, tx, &shape, DEPARTMENTS,
                       DB_ARGS(db_text(tenant), db_int(object)));
}

static const char DEPARTMENT_ADD[] =
    "INSERT INTO object_department (tenant, object, department) VALUES ($1, $2, $3)";
static const char DEPARTMENT_REMOVE[] =
    "DELETE FROM object_department WHERE tenant = $1 AND object = $2 AND department = $3";

enum err store_object_department_add(bool *changed, struct db_tx *tx, struct str tenant,
                                     int64_t object, struct str department)
{
    enum err err = db_run(tx, NULL, DEPARTMENT_ADD,
                          DB_ARGS(db_text(tenant), db_int(object), db_text(department)));
    *changed = err == ERR_OK;
    return err == ERR_DUPLICATE ? ERR_OK : err;
}

enum err store_object_department_remove(bool *changed, struct db_tx *tx, struct str tenant,
                                        int64_t object, struct str department)
{
    uint64_t rows = 0;
    TRY(db_run(tx, &rows, DEPARTMENT_REMOVE,
               DB_ARGS(db_text(tenant), db_int(object), db_text(department))));
    *changed = rows > 0;
    return ERR_OK;
}
