/* Fills a registry and its search index for bench_search, without the checks of an import: rows of
 * `gen_objects ROWS bare` from standard input into the folder's SQLite database.
 *
 *   gen_objects 10000000 bare | fill_objects DIR/sunlot.db
 *
 * Objects are as an import leaves them; the index is made by the function that `sunlot serve`
 * calls, with more rows a transaction. */
#include "base/str.h"
#include "db/db.h"
#include "ids/industry.h"
#include "model/embed.h"
#include "store/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILL_LINE = 4096, FILL_FIELDS = 7, FILL_STEP = 200000, FILL_JOB = 1 };

static const char COLUMNS[] =
    "tenant, id, pool_id, number_kind, number, name, kind, type, state, division, address,"
    " industry, business, established, risk, risk_on, observed_until, department, labels, likeness,"
    " job, at";

struct fill {
    struct db *db;
    struct industries industries;
    int64_t rows;
    uint64_t done;
};

static const struct str tenant = {"410882", 6};

/* number,name,kind,state,division,address,industry,... : none of these holds a comma. */
static bool fill_split(struct str fields[FILL_FIELDS], const char *line)
{
    struct str rest = str_of(line);
    for (int i = 0; i < FILL_FIELDS; i++)
        if (!str_cut(&fields[i], &rest, ','))
            return false;
    return true;
}

static enum err fill_row(struct db_bulk *bulk, const char *line, int64_t id)
{
    struct str f[FILL_FIELDS];
    if (!fill_split(f, line))
        return ERR_INPUT;
    const struct db_value row[] = {db_text(tenant),
                                   db_int(id),
                                   db_text(f[0]),
                                   db_text(STR("uscc")),
                                   db_text(f[0]),
                                   db_text(f[1]),
                                   db_text(STR("enterprise")),
                                   db_text(STR("")),
                                   db_text(STR("active")),
                                   db_text(f[4]),
                                   db_text(f[5]),
                                   db_text(f[6]),
                                   db_text(STR("")),
                                   db_int(0),
                                   db_text(STR("")),
                                   db_int(0),
                                   db_int(0),
                                   db_text(STR("")),
                                   db_text(STR("")),
                                   db_text(STR("")),
                                   db_int(FILL_JOB),
                                   db_int(0)};
    return db_bulk_add(bulk, row, sizeof row / sizeof row[0]);
}

static enum err fill_objects(struct db_tx *tx, void *ctx)
{
    struct fill *fill = ctx;
    struct db_bulk *bulk = NULL;
    char line[FILL_LINE];
    TRY(db_bulk_open(&bulk, tx, "object", COLUMNS));
    enum err err = ERR_OK;
    while (err == ERR_OK && fgets(line, sizeof line, stdin) != NULL)
        err = fill_row(bulk, line, ++fill->rows);
    enum err closed = db_bulk_close(bulk);
    return err != ERR_OK ? err : closed;
}

static enum err fill_index(struct db_tx *tx, void *ctx)
{
    struct fill *fill = ctx;
    struct arena arena = {0};
    const struct store_search_source source = {db_dialect(fill->db), tenant, &fill->industries};
    enum err err = store_search_make(tx, db_dialect(fill->db));
    if (err == ERR_OK)
        err = store_search_follow(&fill->done, &arena, tx, &source, FILL_STEP);
    arena_free(&arena);
    return err;
}

static enum err fill_all(struct fill *fill, struct str url, struct arena *arena,
                         struct fault *fault)
{
    TRY(industries_load(&fill->industries, arena, model_data_find("industries.csv"), fault));
    TRY(db_open(&fill->db, url, false, fault));
    TRY(db_transact(fill->db, "fill-objects", fill_objects, fill, fault));
    do
        TRY(db_transact(fill->db, "fill-index", fill_index, fill, fault));
    while (fill->done > 0);
    return ERR_OK;
}

int main(int argc, char **argv)
{
    struct fill fill = {0};
    struct arena arena = {0};
    struct fault fault = {0};
    char url[FILL_LINE];
    if (argc != 2) {
        fprintf(stderr, "fill_objects DATABASE <ROWS\n");
        return 2;
    }
    snprintf(url, sizeof url, "sqlite:%s", argv[1]);
    enum err err = fill_all(&fill, str_of(url), &arena, &fault);
    db_close(fill.db);
    arena_free(&arena);
    if (err != ERR_OK)
        fprintf(stderr, "fill_objects: %s %s\n", err_en(err), fault.text);
    return err == ERR_OK ? 0 : 1;
}
