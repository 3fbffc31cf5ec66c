/* Visits and seats of a draw: see draw.h. */
#include "store/draw.h"

#include "store/reach.h"

#define VISIT_COLUMNS                                                                              \
    "tenant, id, task, draw, pool_id, stratum, rank, ticket, year, state, skip_reason, follows,"   \
    " at"

enum err store_visits_add(struct db_tx *tx, const struct store_visit *visits, size_t count)
{
    struct db_bulk *bulk = NULL;
    TRY(db_bulk_open(&bulk, tx, "visit", VISIT_COLUMNS));
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const struct store_visit *v = &visits[i];
        err = db_bulk_add(bulk, DB_ARGS(db_text(v->tenant), db_int(v->id), db_int(v->task),
                                        db_int(v->draw), db_text(v->pool_id), db_text(v->stratum),
                                        db_int(v->rank), db_text(v->ticket), db_int(v->year),
                                        db_text(v->state), db_text(v->skip_reason),
                                        db_text(v->follows), db_int(v->at)));
    }
    enum err closed = db_bulk_close(bulk);
    return err != ERR_OK ? err : closed;
}

static enum err visit_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_visit *v = out;
    v->tenant = store_text(rows, 0, arena, &failed);
    v->id = db_col_int(rows, 1);
    v->task = db_col_int(rows, 2);
    v->draw = db_col_int(rows, 3);
    v->pool_id = store_text(rows, 4, arena, &failed);
    v->stratum = store_text(rows, 5, arena, &failed);
    v->rank = db_col_int(rows, 6);
    v->ticket = store_text(rows, 7, arena, &failed);
    v->year = db_col_int(rows, 8);
    v->state = store_text(rows, 9, arena, &failed);
    v->skip_reason = store_text(rows, 10, arena, &failed);
    v->follows = store_text(rows, 11, arena, &failed);
    v->at = db_col_int(rows, 12);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char VISITS[] = "SELECT " VISIT_COLUMNS " FROM visit WHERE tenant = $1 AND draw = $2"
                             " ORDER BY ticket, pool_id";

enum err store_visits(struct store_visit **out, size_t *count, struct arena *arena,
                      struct db_tx *tx, struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof(struct store_visit), visit_fill};
    return store_array((void **)out, count, arena, tx, &shape, VISITS,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}

static const char VISIT_GET[] = "SELECT " VISIT_COLUMNS " FROM visit WHERE tenant = $1"
                                " AND draw = $2 AND pool_id = $3";

enum err store_visit_get(struct store_visit *out, struct arena *arena, struct db_tx *tx,
                         struct str tenant, int64_t draw, struct str pool_id)
{
    return store_one(out, arena, tx, VISIT_GET,
                     DB_ARGS(db_text(tenant), db_int(draw), db_text(pool_id)), visit_fill);
}

static const char VISIT_STATE[] = "UPDATE visit SET state = $3, skip_reason = $4"
                                  " WHERE tenant = $1 AND id = $2";

enum err store_visit_state(struct db_tx *tx, struct str tenant, int64_t id, struct str state,
                           struct str reason)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, VISIT_STATE,
               DB_ARGS(db_text(tenant), db_int(id), db_text(state), db_text(reason))));
    return changed == 1 ? ERR_OK : ERR_MISSING;
}

static const char VISIT_RENAME[] = "UPDATE visit SET pool_id = $3, follows = $4"
                                   " WHERE tenant = $1 AND id = $2";

enum err store_visit_rename(struct db_tx *tx, struct str tenant, int64_t id, struct str pool_id,
                            struct str follows)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, VISIT_RENAME,
               DB_ARGS(db_text(tenant), db_int(id), db_text(pool_id), db_text(follows))));
    return changed == 1 ? ERR_OK : ERR_MISSING;
}

static const char VISITS_STATE[] = "UPDATE visit SET state = $4"
                                   " WHERE tenant = $1 AND draw = $2 AND state = $3";

enum err store_visits_state(struct db_tx *tx, struct str tenant, int64_t draw, struct str from,
                            struct str to)
{
    return db_run(tx, NULL, VISITS_STATE,
                  DB_ARGS(db_text(tenant), db_int(draw), db_text(from), db_text(to)));
}

enum err store_seats_add(struct db_tx *tx, struct str tenant, int64_t draw,
                         const struct store_seat *seats, size_t count)
{
    struct db_bulk *bulk = NULL;
    TRY(db_bulk_open(&bulk, tx, "seat",
                     "tenant, draw, seat, pool_id, department, inspector, year, round"));
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = db_bulk_add(bulk, DB_ARGS(db_text(tenant), db_int(draw), db_text(seats[i].seat),
                                        db_text(seats[i].pool_id), db_text(seats[i].department),
                                        db_text(seats[i].inspector), db_int(seats[i].year),
                                        db_int(seats[i].round)));
    enum err closed = db_bulk_close(bulk);
    return err != ERR_OK ? err : closed;
}

static enum err seat_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_seat *seat = out;
    seat->seat = store_text(rows, 0, arena, &failed);
    seat->pool_id = store_text(rows, 1, arena, &failed);
    seat->department = store_text(rows, 2, arena, &failed);
    seat->inspector = store_text(rows, 3, arena, &failed);
    seat->year = db_col_int(rows, 4);
    seat->round = db_col_int(rows, 5);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char SEATS[] =
    STORE_WHOLE "SELECT seat, pool_id, department, inspector, year, round FROM seat"
                " WHERE tenant = $1 AND draw = $2 ORDER BY seat";

enum err store_seats(struct store_seat **out, size_t *count, struct arena *arena, struct db_tx *tx,
                     struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof(struct store_seat), seat_fill};
    return store_array((void **)out, count, arena, tx, &shape, SEATS,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}

static const char SEATS_MOVE[] = "UPDATE seat SET pool_id = $4"
                                 " WHERE tenant = $1 AND draw = $2 AND pool_id = $3";

enum err store_seats_move(struct db_tx *tx, struct str tenant, int64_t draw, struct str from,
                          struct str to)
{
    return db_run(tx, NULL, SEATS_MOVE,
                  DB_ARGS(db_text(tenant), db_int(draw), db_text(from), db_text(to)));
}

static const char SEAT_RENAME[] = "UPDATE seat SET seat = $4"
                                  " WHERE tenant = $1 AND draw = $2 AND seat = $3";
static const char CHANGES_RENAME[] = "UPDATE seat_change SET seat = $4"
                                     " WHERE tenant = $1 AND draw = $2 AND seat = $3";

enum err store_seat_rename(struct db_tx *tx, struct str tenant, int64_t draw, struct str from,
                           struct str to)
{
    const struct db_value args[] = {db_text(tenant), db_int(draw), db_text(from), db_text(to)};
    TRY(db_run(tx, NULL, SEAT_RENAME, args, 4));
    return db_run(tx, NULL, CHANGES_RENAME, args, 4);
}

static const char SEAT_GIVE[] = "UPDATE seat SET inspector = $4, round = $5"
                                " WHERE tenant = $1 AND draw = $2 AND seat = $3";
static const char SEAT_CHANGE[] =
    "INSERT INTO seat_change (tenant, draw, seat, round, leaving, coming, reason, at, actor)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

enum err store_seat_change(struct db_tx *tx, const struct store_seat_change *c)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, SEAT_GIVE,
               DB_ARGS(db_text(c->tenant), db_int(c->draw), db_text(c->seat), db_text(c->coming),
                       db_int(c->round))));
    if (changed != 1)
        return ERR_MISSING;
    return db_run(tx, NULL, SEAT_CHANGE,
                  DB_ARGS(db_text(c->tenant), db_int(c->draw), db_text(c->seat), db_int(c->round),
                          db_text(c->leaving), db_text(c->coming), db_text(c->reason),
                          db_int(c->at), db_text(c->actor)));
}
