/* Special libraries: see library.h. */
#include "store/library.h"

#include <stdlib.h>
#include <string.h>

static enum err library_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_library *l = out;
    l->id = db_col_int(rows, 0);
    l->name = store_text(rows, 1, arena, &failed);
    l->department = store_text(rows, 2, arena, &failed);
    l->basis = store_text(rows, 3, arena, &failed);
    l->state = store_text(rows, 4, arena, &failed);
    l->job = db_col_int(rows, 5);
    l->at = db_col_int(rows, 6);
    l->objects = db_col_int(rows, 7);
    l->grade = db_col_int(rows, 8);
    return failed ? ERR_MEMORY : ERR_OK;
}

/* Objects of a library within the reach, each once. */
#define OBJECTS_IN                                                                                 \
    "(SELECT COUNT(DISTINCT r.object) FROM library_row r JOIN object o ON o.tenant = r.tenant"     \
    " AND o.id = r.object WHERE r.tenant = l.tenant AND r.library = l.id"                          \
    " AND " STORE_REACH_OBJECT ")"
static const char LIBRARIES[] =
    "SELECT y.id, y.name, y.department, y.basis, y.state, y.job, y.at, y.objects, y.grade FROM"
    " (SELECT l.id, l.name, l.department, l.basis, l.state, l.job, l.at, l.grade, " OBJECTS_IN
    " AS objects FROM library l WHERE l.tenant = $1" STORE_CLEARED(
        "l.grade", "$4") ") y"
                         " WHERE y.objects > 0 OR " STORE_REACH("y.department") " ORDER BY y.name";

enum err store_libraries(struct store_library **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, const struct store_library_find *find)
{
    const struct store_shape shape = {sizeof **out, library_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, LIBRARIES,
        DB_ARGS(db_text(find->tenant), STORE_REACH_ARGS(&find->reach), db_int(find->clearance)));
}

#define LIBRARY_SEEN                                                                               \
    "SELECT l.id, l.name, l.department, l.basis, l.state, l.job, l.at, 0, l.grade FROM library l"  \
    " WHERE l.tenant = $1 AND (" STORE_REACH(                                                      \
        "l.department") " OR EXISTS (SELECT 1 FROM library_row r JOIN object o"                    \
                        " ON o.tenant = r.tenant AND o.id = r.object WHERE r.tenant = l.tenant"    \
                        " AND r.library = l.id AND " STORE_REACH_OBJECT                            \
                        "))" STORE_CLEARED("l.grade", "$4")
static const char LIBRARY_CHOICES[] = LIBRARY_SEEN " ORDER BY l.name";
static const char LIBRARY_FIND[] = LIBRARY_SEEN " AND l.id = $5";

enum err store_library_choices(struct store_library **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, const struct store_library_find *find)
{
    const struct store_shape shape = {sizeof **out, library_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, LIBRARY_CHOICES,
        DB_ARGS(db_text(find->tenant), STORE_REACH_ARGS(&find->reach), db_int(find->clearance)));
}

enum err store_library_find(struct store_library *out, struct arena *arena, struct db_tx *tx,
                            const struct store_library_find *find, int64_t id)
{
    return store_one(out, arena, tx, LIBRARY_FIND,
                     DB_ARGS(db_text(find->tenant), STORE_REACH_ARGS(&find->reach),
                             db_int(find->clearance), db_int(id)),
                     library_fill);
}

static const char LIBRARY_GET[] =
    STORE_WHOLE "SELECT id, name, department, basis, state, job, at, 0, grade"
                " FROM library WHERE tenant = $1 AND id = $2" STORE_CLEARED("grade", "$3");

enum err store_library_get(struct store_library *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, int64_t id, int64_t clearance)
{
    return store_one(out, arena, tx, LIBRARY_GET,
                     DB_ARGS(db_text(tenant), db_int(id), db_int(clearance)), library_fill);
}

static const char LIBRARY_ADD[] = "INSERT INTO library (tenant, id, name, department, basis, state,"
                                  " job, at, grade) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

enum err store_library_add(struct db_tx *tx, struct str tenant, const struct store_library *l)
{
    return db_run(tx, NULL, LIBRARY_ADD,
                  DB_ARGS(db_text(tenant), db_int(l->id), db_text(l->name), db_text(l->department),
                          db_text(l->basis), db_text(l->state), db_int(l->job), db_int(l->at),
                          db_int(l->grade)));
}

static const char LIBRARY_SAVE[] = "UPDATE library SET name = $3, department = $4, basis = $5,"
                                   " state = $6, job = $7, at = $8, grade = $10"
                                   " WHERE tenant = $1 AND id = $2 AND job = $9";

enum err store_library_save(struct db_tx *tx, struct str tenant, const struct store_library *l,
                            int64_t was)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, LIBRARY_SAVE,
               DB_ARGS(db_text(tenant), db_int(l->id), db_text(l->name), db_text(l->department),
                       db_text(l->basis), db_text(l->state), db_int(l->job), db_int(l->at),
                       db_int(was), db_int(l->grade))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char LIBRARY_GRADE[] = "UPDATE library SET grade = $4, job = $5, at = $6"
                                    " WHERE tenant = $1 AND id = $2 AND grade = $3";

enum err store_library_grade(struct db_tx *tx, struct str tenant, const struct store_library *l,
                             int64_t was)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, LIBRARY_GRADE,
               DB_ARGS(db_text(tenant), db_int(l->id), db_int(was), db_int(l->grade),
                       db_int(l->job), db_int(l->at))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* --- places --- */

static enum err row_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_library_row *r = out;
    r->library = db_col_int(rows, 0);
    r->library_name = store_text(rows, 1, arena, &failed);
    r->object = db_col_int(rows, 2);
    r->licence = store_text(rows, 3, arena, &failed);
    r->what = store_text(rows, 4, arena, &failed);
    r->valid_until = (int32_t)db_col_int(rows, 5);
    r->contact = store_text(rows, 6, arena, &failed);
    r->phone = store_text(rows, 7, arena, &failed);
    r->at = db_col_int(rows, 8);
    r->actor = store_text(rows, 9, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

#define PLACES_ALL                                                                                 \
    "SELECT r.library, l.name, r.object, r.licence, r.what, r.valid_until, r.contact, r.phone,"    \
    " r.at, r.actor FROM library_row r JOIN library l ON l.tenant = r.tenant AND l.id = r.library" \
    " WHERE r.tenant = $1"
#define PLACES PLACES_ALL " AND r.object = $2" STORE_CLEARED("l.grade", "$3")
static const char PLACES_OF[] = STORE_WHOLE PLACES " ORDER BY l.name, r.licence";
static const char PLACE_GET[] = STORE_WHOLE PLACES " AND r.library = $4 AND r.licence = $5";

enum err store_library_rows(struct store_library_row **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, int64_t object, int64_t clearance)
{
    const struct store_shape shape = {sizeof **out, row_fill};
    return store_array((void **)out, count, arena, tx, &shape, PLACES_OF,
                       DB_ARGS(db_text(tenant), db_int(object), db_int(clearance)));
}

enum err store_library_row_get(struct store_library_row *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, const struct store_library_row *key,
                               int64_t clearance)
{
    return store_one(out, arena, tx, PLACE_GET,
                     DB_ARGS(db_text(tenant), db_int(key->object), db_int(clearance),
                             db_int(key->library), db_text(key->licence)),
                     row_fill);
}

static const char PLACE_UPDATE[] =
    "UPDATE library_row SET what = $5, valid_until = $6, contact = $7, phone = $8, at = $9,"
    " actor = $10 WHERE tenant = $1 AND library = $2 AND object = $3 AND licence = $4";
static const char PLACE_ADD[] =
    "INSERT INTO library_row (tenant, library, object, licence, what, valid_until, contact, phone,"
    " at, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
static const char PLACE_REMOVE[] = "DELETE FROM library_row WHERE tenant = $1 AND library = $2"
                                   " AND object = $3 AND licence = $4";

enum err store_library_row_put(struct db_tx *tx, struct str tenant,
                               const struct store_library_row *r)
{
    return db_upsert(tx, PLACE_UPDATE, PLACE_ADD,
                     DB_ARGS(db_text(tenant), db_int(r->library), db_int(r->object),
                             db_text(r->licence), db_text(r->what), db_int(r->valid_until),
                             db_text(r->contact), db_text(r->phone), db_int(r->at),
                             db_text(r->actor)));
}

enum err store_library_row_remove(uint64_t *changed, struct db_tx *tx, struct str tenant,
                                  const struct store_library_row *key)
{
    return db_run(
        tx, changed, PLACE_REMOVE,
        DB_ARGS(db_text(tenant), db_int(key->library), db_int(key->object), db_text(key->licence)));
}

/* Behind three values the keys, $4 to $103, the last one again and again. */
static const char PLACES_IN[] = STORE_WHOLE PLACES_ALL
    " AND r.library = $2" STORE_CLEARED("l.grade", "$3") " AND r.object IN " STORE_REACH_IN;
static const char PLACES_GONE[] =
    "DELETE FROM library_row WHERE tenant = $1 AND library = $2"
    " AND EXISTS (SELECT 1 FROM library l WHERE l.tenant = $1 AND l.id = $2" STORE_CLEARED(
        "l.grade", "$3") ") AND object IN " STORE_REACH_IN;

/* The parameters of a hundred keys from `from` on. */
static void keys_args(struct db_value args[3 + STORE_REACH_KEYS],
                      const struct store_library_rows_find *find, size_t from)
{
    size_t left = find->objects.count - from;
    args[0] = db_text(find->tenant);
    args[1] = db_int(find->library);
    args[2] = db_int(find->clearance);
    for (size_t i = 0; i < STORE_REACH_KEYS; i++)
        args[3 + i] = db_int(find->objects.items[from + (i < left ? i : left - 1)]);
}

static int place_order(const void *a, const void *b)
{
    const struct store_library_row *x = a;
    const struct store_library_row *y = b;
    int order = (x->object > y->object) - (x->object < y->object);
    return order != 0 ? order : str_cmp(x->licence, y->licence);
}

struct places {
    struct store_library_row *rows;
    size_t count;
    size_t cap;
};

static enum err places_add(struct places *p, struct arena *arena,
                           const struct store_library_row *some, size_t count)
{
    if (p->count + count > p->cap) {
        size_t cap = 2 * (p->count + count);
        struct store_library_row *wider = arena_array(arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (p->count > 0)
            memcpy(wider, p->rows, p->count * sizeof *wider);
        p->rows = wider;
        p->cap = cap;
    }
    if (count > 0)
        memcpy(p->rows + p->count, some, count * sizeof *some);
    p->count += count;
    return ERR_OK;
}

enum err store_library_rows_of(struct store_library_row **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, const struct store_library_rows_find *find)
{
    const struct store_shape shape = {sizeof **out, row_fill};
    struct db_value args[3 + STORE_REACH_KEYS];
    struct places p = {0};
    for (size_t from = 0; from < find->objects.count; from += STORE_REACH_KEYS) {
        struct store_library_row *some = NULL;
        size_t found = 0;
        keys_args(args, find, from);
        TRY(store_array((void **)&some, &found, arena, tx, &shape, PLACES_IN, args,
                        3 + STORE_REACH_KEYS));
        TRY(places_add(&p, arena, some, found));
    }
    if (p.count > 1)
        qsort(p.rows, p.count, sizeof *p.rows, place_order);
    *out = p.rows;
    *count = p.count;
    return ERR_OK;
}

enum err store_library_rows_remove(struct db_tx *tx, const struct store_library_rows_find *find)
{
    struct db_value args[3 + STORE_REACH_KEYS];
    for (size_t from = 0; from < find->objects.count; from += STORE_REACH_KEYS) {
        keys_args(args, find, from);
        TRY(db_run(tx, NULL, PLACES_GONE, args, 3 + STORE_REACH_KEYS));
    }
    return ERR_OK;
}

#define PLACE_COLUMNS "library, object, licence, what, valid_until, contact, phone, at, actor"

enum err store_library_rows_load(struct db_tx *tx, struct str tenant,
                                 const struct store_library_row *rows, size_t count)
{
    struct db_bulk *bulk = NULL;
    if (count == 0)
        return ERR_OK;
    TRY(db_bulk_open(&bulk, tx, "library_row", "tenant, " PLACE_COLUMNS));
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const struct store_library_row *r = &rows[i];
        err = db_bulk_add(bulk, DB_ARGS(db_text(tenant), db_int(r->library), db_int(r->object),
                                        db_text(r->licence), db_text(r->what),
                                        db_int(r->valid_until), db_text(r->contact),
                                        db_text(r->phone), db_int(r->at), db_text(r->actor)));
    }
    enum err closed = db_bulk_close(bulk);
    return err != ERR_OK ? err : closed;
}

/* --- places of many objects --- */

static const char OBJECTS_BY_POOL_ID[] =
    "SELECT o.id, o.pool_id, o.name FROM object o WHERE o.tenant = $1 AND " STORE_REACH_OBJECT
    " AND o.pool_id IN " STORE_REACH_IN;

struct objects {
    struct store_library_object *rows;
    size_t count;
    size_t cap;
    struct arena *arena;
};

static enum err object_each(void *ctx, struct db_rows *rows)
{
    struct objects *all = ctx;
    bool failed = false;
    if (all->count == all->cap) {
        size_t cap = all->cap == 0 ? STORE_REACH_KEYS : all->cap * 2;
        struct store_library_object *wider = arena_array(all->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (all->count > 0)
            memcpy(wider, all->rows, all->count * sizeof *wider);
        all->rows = wider;
        all->cap = cap;
    }
    struct store_library_object *o = &all->rows[all->count++];
    o->id = db_col_int(rows, 0);
    o->pool_id = store_text(rows, 1, all->arena, &failed);
    o->name = store_text(rows, 2, all->arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_library_objects(struct store_library_object **out, size_t *count,
                               struct arena *arena, struct db_tx *tx,
                               const struct store_library_find *find)
{
    struct objects all = {.arena = arena};
    struct db_value args[3 + STORE_REACH_KEYS] = {db_text(find->tenant),
                                                  STORE_REACH_ARGS(&find->reach)};
    for (size_t i = 0; i < find->key_count; i += STORE_REACH_KEYS) {
        for (size_t k = 0; k < STORE_REACH_KEYS; k++) {
            size_t at = i + k < find->key_count ? i + k : find->key_count - 1;
            args[3 + k] = db_text(find->keys[at]);
        }
        TRY(store_all(tx, OBJECTS_BY_POOL_ID, args, 3 + STORE_REACH_KEYS, object_each, &all));
    }
    *out = all.rows;
    *count = all.count;
    return ERR_OK;
}

#define ENTRIES_FROM                                                                               \
    " FROM library_row r JOIN object o ON o.tenant = r.tenant AND o.id = r.object"                 \
    " JOIN library l ON l.tenant = r.tenant AND l.id = r.library WHERE r.tenant = $1"              \
    " AND r.library = $4 AND " STORE_REACH_OBJECT STORE_CLEARED("l.grade", "$5")
#define ENTRIES_COLUMNS                                                                            \
    "SELECT r.object, r.licence, r.what, r.valid_until, r.contact, r.phone, r.at, r.actor,"        \
    " o.pool_id, o.name, o.department, r.library" ENTRIES_FROM
static const char ENTRIES[] = ENTRIES_COLUMNS " ORDER BY r.object, r.licence";

struct entries {
    store_library_each *each;
    void *ctx;
};

/* Texts of the row as it stands; valid until the next. */
static struct store_library_entry entry_of(struct db_rows *rows)
{
    return (struct store_library_entry){.place = {.object = db_col_int(rows, 0),
                                                  .licence = db_col_text(rows, 1),
                                                  .what = db_col_text(rows, 2),
                                                  .valid_until = (int32_t)db_col_int(rows, 3),
                                                  .contact = db_col_text(rows, 4),
                                                  .phone = db_col_text(rows, 5),
                                                  .at = db_col_int(rows, 6),
                                                  .actor = db_col_text(rows, 7),
                                                  .library = db_col_int(rows, 11)},
                                        .pool_id = db_col_text(rows, 8),
                                        .name = db_col_text(rows, 9),
                                        .department = db_col_text(rows, 10)};
}

static enum err entry_each(void *ctx, struct db_rows *rows)
{
    const struct entries *all = ctx;
    const struct store_library_entry entry = entry_of(rows);
    return all->each(all->ctx, &entry);
}

enum err store_library_entries(struct db_tx *tx, const struct store_library_find *find,
                               int64_t library, store_library_each *each, void *ctx)
{
    struct entries all = {each, ctx};
    return store_all(tx, ENTRIES,
                     DB_ARGS(db_text(find->tenant), STORE_REACH_ARGS(&find->reach), db_int(library),
                             db_int(find->clearance)),
                     entry_each, &all);
}

/* $6 to $9. */
#define ENTRIES_FIT                                                                                \
    " AND ($6 = '' OR REPLACE(o.name, $6, '') <> o.name OR REPLACE(r.licence, $6, '') <> "         \
    "r.licence OR o.pool_id = $7) AND ($8 = 0 OR (r.valid_until >= $8 AND r.valid_until <= $9))"
static const char ENTRIES_TOTAL[] = "SELECT COUNT(*)" ENTRIES_FROM ENTRIES_FIT;
static const char ENTRIES_BEHIND[] =
    ENTRIES_COLUMNS ENTRIES_FIT " AND r.object >= $10 AND (r.object > $10 OR r.licence > $11)"
                                " ORDER BY r.object, r.licence LIMIT $12";
static const char ENTRIES_BEFORE[] =
    ENTRIES_COLUMNS ENTRIES_FIT " AND r.object <= $10 AND (r.object < $10 OR r.licence < $11)"
                                " ORDER BY r.object DESC, r.licence DESC LIMIT $12";

static enum err entry_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_library_entry *entry = out;
    *entry = entry_of(rows);
    struct str *const texts[] = {&entry->place.licence, &entry->place.what,  &entry->place.contact,
                                 &entry->place.phone,   &entry->place.actor, &entry->pool_id,
                                 &entry->name,          &entry->department};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = arena_str(arena, *texts[i]);
        if (texts[i]->data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

enum err store_library_page(struct store_library_entry **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, const struct store_library_page *p)
{
    const struct store_shape shape = {sizeof **out, entry_fill};
    const struct db_value args[] = {db_text(p->find.tenant), STORE_REACH_ARGS(&p->find.reach),
                                    db_int(p->library),      db_int(p->find.clearance),
                                    db_text(p->text),        db_text(p->number),
                                    db_int(p->from),         db_int(p->until),
                                    db_int(p->object),       db_text(p->licence),
                                    db_int(p->most)};
    size_t n = sizeof args / sizeof args[0];
    if (!p->back)
        return store_array((void **)out, count, arena, tx, &shape, ENTRIES_BEHIND, args, n);
    TRY(store_array((void **)out, count, arena, tx, &shape, ENTRIES_BEFORE, args, n));
    for (size_t i = 0; i < *count / 2; i++) {
        struct store_library_entry kept = (*out)[i];
        (*out)[i] = (*out)[*count - 1 - i];
        (*out)[*count - 1 - i] = kept;
    }
    return ERR_OK;
}

enum err store_library_page_total(int64_t *out, struct db_tx *tx,
                                  const struct store_library_page *p)
{
    return store_one(out, NULL, tx, ENTRIES_TOTAL,
                     DB_ARGS(db_text(p->find.tenant), STORE_REACH_ARGS(&p->find.reach),
                             db_int(p->library), db_int(p->find.clearance), db_text(p->text),
                             db_text(p->number), db_int(p->from), db_int(p->until)),
                     store_fill_int);
}
