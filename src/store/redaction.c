/* Parts of results that are kept back: see redaction.h. */
#include "store/redaction.h"

static const char REDACTION_UPDATE[] =
    "UPDATE redaction SET department = $6, kind = $7, ground = $8, actor = $9, at = $10"
    " WHERE tenant = $1 AND visit = $2 AND item = $3 AND owner = $4 AND part = $5";
static const char REDACTION_ADD[] =
    "INSERT INTO redaction (tenant, visit, item, owner, part, department, kind, ground, actor, at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

enum err store_redaction_put(struct db_tx *tx, const struct store_redaction *row)
{
    return db_upsert(tx, REDACTION_UPDATE, REDACTION_ADD,
                     DB_ARGS(db_text(row->tenant), db_int(row->visit), db_int(row->item),
                             db_int(row->owner), db_text(row->part), db_text(row->department),
                             db_text(row->kind), db_text(row->ground), db_text(row->actor),
                             db_int(row->at)));
}

#define REDACTION_KEYS                                                                             \
    " WHERE tenant = $1 AND visit = $2 AND item = $3 AND owner = $4 AND part = $5"
#define REDACTION_ARGS(row)                                                                        \
    DB_ARGS(db_text((row)->tenant), db_int((row)->visit), db_int((row)->item),                     \
            db_int((row)->owner), db_text((row)->part))

static const char REDACTION_REMOVE[] = "DELETE FROM redaction" REDACTION_KEYS;

enum err store_redaction_remove(struct db_tx *tx, const struct store_redaction *row)
{
    return db_run(tx, NULL, REDACTION_REMOVE, REDACTION_ARGS(row));
}

static enum err redaction_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_redaction *r = out;
    r->owner = db_col_int(rows, 0);
    r->kind = store_text(rows, 1, arena, &failed);
    r->ground = store_text(rows, 2, arena, &failed);
    r->actor = store_text(rows, 3, arena, &failed);
    r->at = db_col_int(rows, 4);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char REDACTION_GET[] =
    "SELECT owner, kind, ground, actor, at FROM redaction" REDACTION_KEYS;

enum err store_redaction_get(struct store_redaction *out, struct arena *arena, struct db_tx *tx,
                             const struct store_redaction *row)
{
    *out = *row;
    return store_one(out, arena, tx, REDACTION_GET, REDACTION_ARGS(row), redaction_fill);
}

#define REDACTION_BEFORE(part)                                                                     \
    "SELECT r.id, COALESCE(x.kind, ''), COALESCE(x.ground, ''), COALESCE(x.actor, ''),"            \
    " COALESCE(x.at, 0) FROM result r"                                                             \
    " JOIN " part " p ON p.tenant = r.tenant AND p.result = r.id"                                  \
    " LEFT JOIN redaction x ON x.tenant = r.tenant AND x.visit = r.visit AND x.item = r.item"      \
    " AND x.owner = r.id AND x.part = $5"                                                          \
    " WHERE r.tenant = $1 AND r.visit = $2 AND r.item = $3 AND r.version < $4"                     \
    " ORDER BY r.version DESC LIMIT 1"

static const char ADOPTION_BEFORE[] = REDACTION_BEFORE("adoption");
static const char REASON_BEFORE[] = REDACTION_BEFORE("correction");

static bool redaction_adoption(const struct store_redaction *row)
{
    return str_eq(row->part, STR("adoption"));
}

enum err store_redaction_before(struct store_redaction *out, struct arena *arena, struct db_tx *tx,
                                const struct store_redaction *row, int64_t version)
{
    *out = *row;
    return store_one(out, arena, tx, redaction_adoption(row) ? ADOPTION_BEFORE : REASON_BEFORE,
                     DB_ARGS(db_text(row->tenant), db_int(row->visit), db_int(row->item),
                             db_int(version), db_text(row->part)),
                     redaction_fill);
}

#define PART_COUNT(part)                                                                           \
    "SELECT COUNT(*) FROM result r JOIN " part " p ON p.tenant = r.tenant AND p.result = r.id"     \
    " WHERE r.tenant = $1 AND r.visit = $2 AND r.item = $3"                                        \
    " AND (r.id = $4 OR r.state IN ('published', 'replaced'))"

static const char ADOPTION_COUNT[] = PART_COUNT("adoption");
static const char REASON_COUNT[] = PART_COUNT("correction");

enum err store_redaction_part(bool *out, struct db_tx *tx, const struct store_redaction *row)
{
    int64_t count = 0;
    TRY(store_one(
        &count, NULL, tx, redaction_adoption(row) ? ADOPTION_COUNT : REASON_COUNT,
        DB_ARGS(db_text(row->tenant), db_int(row->visit), db_int(row->item), db_int(row->owner)),
        store_fill_int));
    *out = count > 0;
    return ERR_OK;
}

/* --- what is public already --- */

static const char TOLD[] =
    "SELECT COALESCE(SUM(CASE WHEN p.adopted = 1 AND p.adopted_kind = '' THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN p.replaced = 0 AND p.adopted_kind <> '' THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN p.reason <> '' AND p.reason_kind = '' THEN 1 ELSE 0 END), 0)"
    " FROM result r JOIN published p ON p.tenant = r.tenant AND p.result = r.id"
    " WHERE r.tenant = $1 AND r.visit = $2 AND r.item = $3";

static enum err told_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    (void)arena;
    struct store_told *t = out;
    t->adopted = db_col_int(rows, 0);
    t->adopted_withheld = db_col_int(rows, 1);
    t->reasons = db_col_int(rows, 2);
    return ERR_OK;
}

enum err store_told(struct store_told *out, struct db_tx *tx, struct str tenant, int64_t visit,
                    int64_t item)
{
    return store_one(out, NULL, tx, TOLD, DB_ARGS(db_text(tenant), db_int(visit), db_int(item)),
                     told_fill);
}

#define TOLD_VERSIONS                                                                              \
    " WHERE tenant = $1 AND result IN (SELECT r.id FROM result r WHERE r.tenant = $1"              \
    " AND r.visit = $2 AND r.item = $3)"

static const char ADOPTION_WITHHOLD[] =
    "UPDATE published SET adopted_kind = $4" TOLD_VERSIONS " AND adopted = 1 AND adopted_kind = ''";
static const char REASON_WITHHOLD[] =
    "UPDATE published SET reason_kind = $4" TOLD_VERSIONS " AND reason <> '' AND reason_kind = ''";

enum err store_told_withhold(struct db_tx *tx, const struct store_redaction *row)
{
    return db_run(
        tx, NULL, redaction_adoption(row) ? ADOPTION_WITHHOLD : REASON_WITHHOLD,
        DB_ARGS(db_text(row->tenant), db_int(row->visit), db_int(row->item), db_text(row->kind)));
}
