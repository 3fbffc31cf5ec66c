/* The audit, read: see audit.h. */
#include "store/audit.h"

#define AUDIT_COLUMNS                                                                              \
    "id, at, actor, action, target, detail, role, department, address, request, outcome, "         \
    "old_value, new_value"
#define AUDIT_MATCHES                                                                              \
    " FROM audit WHERE tenant = $1 AND (actor = $2 OR $2 = '') AND (action = $3 OR $3 = '')"       \
    " AND (target = $4 OR $4 = '' OR SUBSTR(target, 1, 1) = '~'"                                   \
    " AND REPLACE($9, '\x1F' || target || '\x1F', '') <> $9)"                                      \
    " AND (address = $5 OR $5 = '') AND (outcome = $6 OR $6 = '')"                                 \
    " AND at >= $7 AND (at < $8 OR $8 = 0)"

static const char AUDIT_FIND[] =
    "SELECT " AUDIT_COLUMNS AUDIT_MATCHES " AND (id < $10 OR $10 = 0) ORDER BY id DESC LIMIT $11";
static const char AUDIT_NEXT[] =
    "SELECT " AUDIT_COLUMNS AUDIT_MATCHES " AND id > $10 ORDER BY id LIMIT $11";
static const char AUDIT_COUNT[] = "SELECT COUNT(id)" AUDIT_MATCHES;
static const char AUDIT_SPAN[] =
    "SELECT " AUDIT_COLUMNS " FROM audit WHERE tenant = $1 AND id >= $2 AND id < $2 + $3"
    " ORDER BY id";

static enum err audit_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_audit *a = out;
    bool failed = false;
    a->id = db_col_int(rows, 0);
    a->at = db_col_int(rows, 1);
    a->actor = store_text(rows, 2, arena, &failed);
    a->action = store_text(rows, 3, arena, &failed);
    a->target = store_text(rows, 4, arena, &failed);
    a->detail = store_text(rows, 5, arena, &failed);
    a->role = store_text(rows, 6, arena, &failed);
    a->department = store_text(rows, 7, arena, &failed);
    a->address = store_text(rows, 8, arena, &failed);
    a->request = store_text(rows, 9, arena, &failed);
    a->outcome = store_text(rows, 10, arena, &failed);
    a->before = store_text(rows, 11, arena, &failed);
    a->after = store_text(rows, 12, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape audit_shape = {sizeof(struct store_audit), audit_fill};

#define AUDIT_ARGS(f)                                                                              \
    db_text((f)->tenant), db_text((f)->actor), db_text((f)->action), db_text((f)->target),         \
        db_text((f)->address), db_text((f)->outcome), db_int((f)->from), db_int((f)->until),       \
        db_text((f)->veiled)

enum err store_audit_find(struct store_audit **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, const struct store_audit_find *find)
{
    bool next = find->after != 0;
    TRY(store_array(
        (void **)out, count, arena, tx, &audit_shape, next ? AUDIT_NEXT : AUDIT_FIND,
        DB_ARGS(AUDIT_ARGS(find), db_int(next ? find->after : find->before), db_int(find->most))));
    for (size_t i = 0; next && i < *count / 2; i++) {
        struct store_audit kept = (*out)[i];
        (*out)[i] = (*out)[*count - 1 - i];
        (*out)[*count - 1 - i] = kept;
    }
    return ERR_OK;
}

enum err store_audit_span(struct store_audit **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, const struct store_audit_span *span)
{
    return store_array((void **)out, count, arena, tx, &audit_shape, AUDIT_SPAN,
                       DB_ARGS(db_text(span->tenant), db_int(span->first), db_int(span->most)));
}

enum err store_audit_count(int64_t *out, struct db_tx *tx, const struct store_audit_find *find)
{
    return store_one(out, NULL, tx, AUDIT_COUNT, DB_ARGS(AUDIT_ARGS(find)), store_fill_int);
}

static const char DIGEST_ADD[] =
    "INSERT INTO audit_digest (tenant, day, first, count, root, idx, at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char DIGESTS[] = "SELECT day, first, count, root, idx, at FROM audit_digest"
                              " WHERE tenant = $1 ORDER BY day";

enum err store_audit_digest_add(struct db_tx *tx, struct str tenant,
                                const struct store_audit_digest *row)
{
    return db_run(tx, NULL, DIGEST_ADD,
                  DB_ARGS(db_text(tenant), db_int(row->day), db_int(row->first), db_int(row->count),
                          db_text(row->root), db_int(row->idx), db_int(row->at)));
}

static enum err digest_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_audit_digest *d = out;
    bool failed = false;
    d->day = (int32_t)db_col_int(rows, 0);
    d->first = db_col_int(rows, 1);
    d->count = db_col_int(rows, 2);
    d->root = store_text(rows, 3, arena, &failed);
    d->idx = db_col_int(rows, 4);
    d->at = db_col_int(rows, 5);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_audit_digests(struct store_audit_digest **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant)
{
    static const struct store_shape shape = {sizeof(struct store_audit_digest), digest_fill};
    return store_array((void **)out, count, arena, tx, &shape, DIGESTS, DB_ARGS(db_text(tenant)));
}
