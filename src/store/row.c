/* Reading rows: see row.h. */
#include "store/row.h"

enum err store_one(void *out, struct arena *arena, struct db_tx *tx, const char *sql,
                   const struct db_value *args, size_t count, store_fill *fill)
{
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, sql, args, count));
    enum err err = db_next(rows);
    if (err == ERR_OK)
        err = fill(out, rows, arena);
    else if (err == ERR_END)
        err = ERR_MISSING;
    db_done(rows);
    return err;
}

enum err store_all(struct db_tx *tx, const char *sql, const struct db_value *args, size_t count,
                   store_each *each, void *ctx)
{
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, sql, args, count));
    enum err err = db_next(rows);
    while (err == ERR_OK) {
        err = each(ctx, rows);
        if (err == ERR_OK)
            err = db_next(rows);
    }
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

struct str store_text(struct db_rows *rows, int col, struct arena *arena, bool *failed)
{
    struct str copy = arena_str(arena, db_col_text(rows, col));
    if (copy.data == NULL)
        *failed = true;
    return copy;
}
