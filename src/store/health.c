/* Health of the registries: see health.h. */
#include "store/health.h"

#include "store/reach.h"

/* --- counting --- */

static const char HEALTH_OBJECTS[] =
    STORE_WHOLE "SELECT department, count(id), sum(CASE WHEN at < $1 THEN 1 ELSE 0 END),"
                " sum(CASE WHEN labels = '' THEN 1 ELSE 0 END) FROM object"
                " WHERE tenant = $2 AND state = 'active' GROUP BY department";
static const char HEALTH_FURTHER[] =
    STORE_WHOLE "SELECT d.department, count(o.id), sum(CASE WHEN o.at < $1 THEN 1 ELSE 0 END),"
                " sum(CASE WHEN o.labels = '' THEN 1 ELSE 0 END) FROM object_department d"
                " JOIN object o ON o.tenant = d.tenant AND o.id = d.object"
                " WHERE d.tenant = $2 AND o.state = 'active' AND o.department <> d.department"
                " GROUP BY d.department";
static const char HEALTH_REFERENCES[] = STORE_WHOLE
    "SELECT r.department, count(r.number), sum(CASE WHEN o.id IS NULL THEN 1 ELSE 0 END)"
    " FROM reference_object r LEFT JOIN object o ON o.tenant = r.tenant AND o.pool_id = r.number"
    " WHERE r.tenant = $1 GROUP BY r.department";
static const char HEALTH_PERSONS[] = STORE_WHOLE
    "SELECT department, count(id), sum(CASE WHEN (certificate <> '' AND valid_until >= $1)"
    " OR (certificate2 <> '' AND valid_until2 >= $1) THEN 0 ELSE 1 END) FROM inspector"
    " WHERE tenant = $2 AND state = 'active' AND (certificate <> '' OR certificate2 <> '')"
    " GROUP BY department";

static enum err objects_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_health *h = out;
    bool failed = false;
    h->department = store_text(rows, 0, arena, &failed);
    h->objects = db_col_int(rows, 1);
    h->stale = db_col_int(rows, 2);
    h->unlabelled = db_col_int(rows, 3);
    return failed ? ERR_MEMORY : ERR_OK;
}

static enum err references_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_health *h = out;
    bool failed = false;
    h->department = store_text(rows, 0, arena, &failed);
    h->reference = db_col_int(rows, 1);
    h->missing = db_col_int(rows, 2);
    return failed ? ERR_MEMORY : ERR_OK;
}

static enum err persons_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_health *h = out;
    bool failed = false;
    h->department = store_text(rows, 0, arena, &failed);
    h->persons = db_col_int(rows, 1);
    h->expired = db_col_int(rows, 2);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_health_objects(struct store_health **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_health_ask *ask)
{
    static const struct store_shape shape = {sizeof(struct store_health), objects_fill};
    return store_array((void **)out, count, arena, tx, &shape, HEALTH_OBJECTS,
                       DB_ARGS(db_int(ask->stale_before), db_text(ask->tenant)));
}

enum err store_health_further(struct store_health **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_health_ask *ask)
{
    static const struct store_shape shape = {sizeof(struct store_health), objects_fill};
    return store_array((void **)out, count, arena, tx, &shape, HEALTH_FURTHER,
                       DB_ARGS(db_int(ask->stale_before), db_text(ask->tenant)));
}

enum err store_health_references(struct store_health **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, const struct store_health_ask *ask)
{
    static const struct store_shape shape = {sizeof(struct store_health), references_fill};
    return store_array((void **)out, count, arena, tx, &shape, HEALTH_REFERENCES,
                       DB_ARGS(db_text(ask->tenant)));
}

enum err store_health_persons(struct store_health **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_health_ask *ask)
{
    static const struct store_shape shape = {sizeof(struct store_health), persons_fill};
    return store_array((void **)out, count, arena, tx, &shape, HEALTH_PERSONS,
                       DB_ARGS(db_int(ask->today), db_text(ask->tenant)));
}

/* --- reference lists --- */

static const char REFERENCE_CLEAR[] =
    "DELETE FROM reference_object WHERE tenant = $1 AND department = $2";
static const char REFERENCE_MISSING[] =
    STORE_WHOLE "SELECT r.number, r.name, r.division FROM reference_object r"
                " WHERE r.tenant = $1 AND r.department = $2 AND r.number > $3 AND NOT EXISTS"
                " (SELECT o.id FROM object o WHERE o.tenant = r.tenant AND o.pool_id = r.number)"
                " ORDER BY r.number LIMIT $4";

enum err store_reference_clear(struct db_tx *tx, struct str tenant, struct str department)
{
    return db_run(tx, NULL, REFERENCE_CLEAR, DB_ARGS(db_text(tenant), db_text(department)));
}

enum err store_reference_load(struct store_reference_load *load, struct db_tx *tx)
{
    return db_bulk_open(&load->bulk, tx, "reference_object",
                        "tenant, department, number, name, division, job");
}

enum err store_reference_load_add(struct store_reference_load *load,
                                  const struct store_reference *row)
{
    const struct db_value args[] = {db_text(load->tenant),  db_text(load->department),
                                    db_text(row->number),   db_text(row->name),
                                    db_text(row->division), db_int(load->job)};
    return db_bulk_add(load->bulk, args, sizeof args / sizeof args[0]);
}

enum err store_reference_load_close(struct store_reference_load *load)
{
    struct db_bulk *bulk = load->bulk;
    load->bulk = NULL;
    return bulk != NULL ? db_bulk_close(bulk) : ERR_OK;
}

static enum err reference_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_reference *r = out;
    bool failed = false;
    r->number = store_text(rows, 0, arena, &failed);
    r->name = store_text(rows, 1, arena, &failed);
    r->division = store_text(rows, 2, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_reference_missing(struct store_reference **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, const struct store_reference_find *find)
{
    static const struct store_shape shape = {sizeof(struct store_reference), reference_fill};
    return store_array((void **)out, count, arena, tx, &shape, REFERENCE_MISSING,
                       DB_ARGS(db_text(find->tenant), db_text(find->department),
                               db_text(find->after), db_int(find->most)));
}
