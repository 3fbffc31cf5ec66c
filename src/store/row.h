/* What every store file uses: one row out of a query, and nothing more. A store function is one SQL
 * statement: its text stands beside its parameters and columns. Records given back hold slices that
 * live in the arena that was passed in. */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "base/arena.h"
#include "db/db.h"

/* Runs a query for at most one row and calls fill with it. ERR_MISSING if there is none. */
typedef enum err store_fill(void *out, struct db_rows *rows, struct arena *arena);
MUST enum err store_one(void *out, struct arena *arena, struct db_tx *tx, const char *sql,
                        const struct db_value *args, size_t count, store_fill *fill);

/* The fill of a query for one number: out is an int64_t. */
MUST enum err store_fill_int(void *out, struct db_rows *rows, struct arena *arena);

/* The same for one text: out is a struct str. */
MUST enum err store_fill_text(void *out, struct db_rows *rows, struct arena *arena);

/* Calls each with every row in turn; each may stop with ERR_END (that is success). */
typedef enum err store_each(void *ctx, struct db_rows *rows);
MUST enum err store_all(struct db_tx *tx, const char *sql, const struct db_value *args,
                        size_t count, store_each *each, void *ctx);

/* All rows as one array in the arena: what one element measures and how it is filled. */
struct store_shape {
    size_t size;
    store_fill *fill;
};
MUST enum err store_array(void **out, size_t *count, struct arena *arena, struct db_tx *tx,
                          const struct store_shape *shape, const char *sql,
                          const struct db_value *args, size_t arg_count);

/* A page of a list by number, newest first: the `most` rows behind the one `after` (0: from the
 * newest), or, where `before` is not 0, those before it. */
struct store_window {
    int64_t after;
    int64_t before;
    int64_t most;
};
/* Rows were read one more than `most`, those before a row oldest first: cuts the one too many, puts
 * the newest first, and says on which sides the list goes on. */
struct store_sides {
    bool newer;
    bool older;
};
struct store_sides store_window_end(void *rows, size_t *count, size_t size,
                                    const struct store_window *window);
/* Turns an array of `count` rows of `size` bytes end for end. */
void store_turn(void *rows, size_t count, size_t size);

/* A text column copied into the arena; sets *failed when out of memory. */
struct str store_text(struct db_rows *rows, int col, struct arena *arena, bool *failed);

#endif
