/* What readers of the portal write: see feedback.h. */
#include "store/feedback.h"

static const char FEEDBACK_ADD[] =
    "INSERT INTO feedback (tenant, id, subject, department, text, contact, state, note, at,"
    " handled_at, handled_by) VALUES ($1, $2, $3, $4, $5, $6, 'new', '', $7, 0, '')";

enum err store_feedback_add(struct db_tx *tx, struct str tenant, const struct store_feedback *row)
{
    return db_run(tx, NULL, FEEDBACK_ADD,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->subject),
                          db_text(row->department), db_text(row->text), db_text(row->contact),
                          db_int(row->at)));
}

static const char FEEDBACK_OWNER[] =
    "SELECT COALESCE((SELECT organiser FROM draw WHERE tenant = $1 AND number = $2),"
    " (SELECT department FROM task WHERE tenant = $1 AND number = $2),"
    " (SELECT department FROM object WHERE tenant = $1 AND pool_id = $2), '')";

static enum err owner_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    *(struct str *)out = store_text(rows, 0, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_feedback_owner(struct str *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, struct str number)
{
    return store_one(out, arena, tx, FEEDBACK_OWNER, DB_ARGS(db_text(tenant), db_text(number)),
                     owner_fill);
}

#define FEEDBACK_ROWS                                                                              \
    "SELECT id, subject, department, text, contact, state, note, at, handled_at, handled_by"       \
    " FROM feedback WHERE tenant = $1 AND " STORE_REACH("department")
#define FEEDBACK_STATE " AND (state = $4 OR $4 = '')"

static const char FEEDBACK_OLDER[] =
    FEEDBACK_ROWS FEEDBACK_STATE " AND (id < $5 OR $5 = 0) ORDER BY id DESC LIMIT $6";
static const char FEEDBACK_NEWER[] =
    FEEDBACK_ROWS FEEDBACK_STATE " AND id > $5 ORDER BY id LIMIT $6";
static const char FEEDBACK_GET[] = FEEDBACK_ROWS " AND id = $4";
static const char FEEDBACK_COUNT[] =
    "SELECT COUNT(id) FROM feedback WHERE tenant = $1 AND " STORE_REACH("department")
        FEEDBACK_STATE;

static enum err feedback_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_feedback *f = out;
    bool failed = false;
    f->id = db_col_int(rows, 0);
    f->subject = store_text(rows, 1, arena, &failed);
    f->department = store_text(rows, 2, arena, &failed);
    f->text = store_text(rows, 3, arena, &failed);
    f->contact = store_text(rows, 4, arena, &failed);
    f->state = store_text(rows, 5, arena, &failed);
    f->note = store_text(rows, 6, arena, &failed);
    f->at = db_col_int(rows, 7);
    f->handled_at = db_col_int(rows, 8);
    f->handled_by = store_text(rows, 9, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_feedback_find(struct store_feedback **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant,
                             const struct store_feedback_find *find)
{
    const struct store_shape shape = {sizeof(struct store_feedback), feedback_fill};
    const struct store_window *window = &find->window;
    bool newer = window->before != 0;
    return store_array(
        (void **)out, count, arena, tx, &shape, newer ? FEEDBACK_NEWER : FEEDBACK_OLDER,
        DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&find->reach), db_text(find->state),
                db_int(newer ? window->before : window->after), db_int(window->most)));
}

enum err store_feedback_count(int64_t *out, struct db_tx *tx, struct str tenant,
                              const struct store_feedback_find *find)
{
    return store_one(out, NULL, tx, FEEDBACK_COUNT,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&find->reach), db_text(find->state)),
                     store_fill_int);
}

enum err store_feedback_get(struct store_feedback *out, struct arena *arena, struct db_tx *tx,
                            struct str tenant, const struct store_reach *reach, int64_t id)
{
    return store_one(out, arena, tx, FEEDBACK_GET,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_int(id)), feedback_fill);
}

static const char FEEDBACK_HANDLE[] =
    "UPDATE feedback SET state = $3, note = $4, handled_at = $5, handled_by = $6"
    " WHERE tenant = $1 AND id = $2";

enum err store_feedback_handle(struct db_tx *tx, struct str tenant,
                               const struct store_feedback *row)
{
    return db_run(tx, NULL, FEEDBACK_HANDLE,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->state), db_text(row->note),
                          db_int(row->handled_at), db_text(row->handled_by)));
}
