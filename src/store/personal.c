/* Columns of personal numbers: see personal.h. */
#include "store/personal.h"

#define PLAIN(key, column, table)                                                                  \
    "SELECT " key ", " column " FROM " table " WHERE tenant = $1 AND " column                      \
    " <> '' AND substr(" column ", 1, length($2)) <> $2 ORDER BY id LIMIT $3"
#define ALL(key, column, table)                                                                    \
    "SELECT " key ", " column " FROM " table " WHERE tenant = $1 AND " column " <> ''"
#define PUT(column, table) "UPDATE " table " SET " column " = $3 WHERE tenant = $1 AND id = $2"
#define BY_ID "id, 0, ''"
#define BY_PLACE "library AS id, object, licence"

static const struct {
    const char *plain;
    const char *all;
    const char *put;
} columns[STORE_PERSONAL_COUNT] = {
    [STORE_PERSONAL_INSPECTOR] = {PLAIN(BY_ID, "phone", "inspector"),
                                  ALL(BY_ID, "phone", "inspector"), PUT("phone", "inspector")},
    [STORE_PERSONAL_ACCOUNT] = {PLAIN(BY_ID, "phone", "account"), ALL(BY_ID, "phone", "account"),
                                PUT("phone", "account")},
    [STORE_PERSONAL_DEPARTMENT] = {PLAIN(BY_ID, "phone", "department"),
                                   ALL(BY_ID, "phone", "department"), PUT("phone", "department")},
    [STORE_PERSONAL_FEEDBACK] = {PLAIN(BY_ID, "contact", "feedback"),
                                 ALL(BY_ID, "contact", "feedback"), PUT("contact", "feedback")},
    [STORE_PERSONAL_LIBRARY] = {PLAIN(BY_PLACE, "phone", "library_row"),
                                ALL(BY_PLACE, "phone", "library_row"),
                                "UPDATE library_row SET phone = $3 WHERE tenant = $1 AND"
                                " library = $2 AND object = $4 AND licence = $5"},
};

static enum err personal_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_personal_row *row = out;
    row->id = db_col_int(rows, 0);
    row->object = db_col_int(rows, 1);
    row->licence = store_text(rows, 2, arena, &failed);
    row->value = store_text(rows, 3, arena, &failed);
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
    if (column == STORE_PERSONAL_LIBRARY)
        return db_run(tx, NULL, columns[column].put,
                      DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->value),
                              db_int(row->object), db_text(row->licence)));
    return db_run(tx, NULL, columns[column].put,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->value)));
}
