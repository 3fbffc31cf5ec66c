/* Columns of personal numbers: see personal.h. */
#include "store/personal.h"

#define PLAIN(table)                                                                               \
    "SELECT id, phone FROM " table                                                                 \
    " WHERE tenant = $1 AND phone <> '' AND substr(phone, 1, length($2)) <> $2 ORDER BY id LIMIT " \
    "$3"
#define ALL(table) "SELECT id, phone FROM " table " WHERE tenant = $1 AND phone <> ''"
#define PUT(table) "UPDATE " table " SET phone = $3 WHERE tenant = $1 AND id = $2"

static const struct {
    const char *plain;
    const char *all;
    const char *put;
} columns[STORE_PERSONAL_COUNT] = {
    [STORE_PERSONAL_INSPECTOR] = {PLAIN("inspector"), ALL("inspector"), PUT("inspector")},
    [STORE_PERSONAL_ACCOUNT] = {PLAIN("account"), ALL("account"), PUT("account")},
};

static enum err personal_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_personal_row *row = out;
    row->id = db_col_int(rows, 0);
    row->value = store_text(rows, 1, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape personal_shape = {sizeof(struct store_personal_row), personal_fill};

enum err store_personal_all(struct store_personal_row **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, enum store_personal column)
{
    return store_array((void **)out, count, arena, tx, &personal_shape, columns[column].all,
                       DB_ARGS(db_text(tenant)));
}

enum err store_personal_plain(struct store_personal_row **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_personal_find *find)
{
    return store_array(
        (void **)out, count, arena, tx, &personal_shape, columns[find->column].plain,
        DB_ARGS(db_text(find->tenant), db_text(str_of(find->sealed)), db_int(find->most)));
}

enum err store_personal_put(struct db_tx *tx, struct str tenant, enum store_personal column,
                            const struct store_personal_row *row)
{
    return db_run(tx, NULL, columns[column].put,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->value)));
}
