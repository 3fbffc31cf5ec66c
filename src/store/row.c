/* Reading rows: see row.h. */
#include "store/row.h"

#include <string.h>

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

static void row_swap(char *a, char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

void store_turn(void *rows, size_t count, size_t size)
{
    char *first = rows;
    for (size_t i = 0; i < count / 2; i++)
        row_swap(first + i * size, first + (count - 1 - i) * size, size);
}

struct store_sides store_window_end(void *rows, size_t *count, size_t size,
                                    const struct store_window *window)
{
    bool back = window->before != 0;
    bool more = *count > (size_t)window->most;
    *count -= more;
    if (back)
        store_turn(rows, *count, size);
    return (struct store_sides){.newer = back ? more : window->after != 0, .older = back || more};
}

enum err store_fill_int(void *out, struct db_rows *rows, struct arena *arena)
{
    (void)arena;
    *(int64_t *)out = db_col_int(rows, 0);
    return ERR_OK;
}

enum err store_fill_text(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    *(struct str *)out = store_text(rows, 0, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
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

struct row_array {
    const struct store_shape *shape;
    struct arena *arena;
    char *data;
    size_t count;
    size_t cap;
};

static enum err row_array_add(void *ctx, struct db_rows *rows)
{
    struct row_array *list = ctx;
    if (list->count == list->cap) {
        size_t cap = list->cap == 0 ? 16 : list->cap * 2;
        char *data = arena_array(list->arena, cap, list->shape->size);
        if (data == NULL)
            return ERR_MEMORY;
        if (list->count > 0)
            memcpy(data, list->data, list->count * list->shape->size);
        list->data = data;
        list->cap = cap;
    }
    return list->shape->fill(list->data + list->count++ * list->shape->size, rows, list->arena);
}

enum err store_array(void **out, size_t *count, struct arena *arena, struct db_tx *tx,
                     const struct store_shape *shape, const char *sql, const struct db_value *args,
                     size_t arg_count)
{
    struct row_array list = {.shape = shape, .arena = arena};
    TRY(store_all(tx, sql, args, arg_count, row_array_add, &list));
    *out = list.data;
    *count = list.count;
    return ERR_OK;
}

struct str store_text(struct db_rows *rows, int col, struct arena *arena, bool *failed)
{
    struct str copy = arena_str(arena, db_col_text(rows, col));
    if (copy.data == NULL)
        *failed = true;
    return copy;
}
