/* PostgreSQL's bulk load (COPY FROM STDIN) and the check that reads every table (COPY TO STDOUT).
 *
 * COPY's text form, not its binary one: binary would store the eight bytes of a number into a text
 * column without a word. Lines go out in pieces of 64 KiB. */
#include "db/db_postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_PIECE = 65536 };

struct pg_bulk {
    struct db_bulk bulk; /* first */
    struct buf line;
};

/* The letter behind the backslash for a byte that COPY would take for its own, else 0. */
static char copy_escape(char c)
{
    switch (c) {
    case '\\':
        return '\\';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    default:
        return 0;
    }
}

/* Appends text with COPY's escapes, in runs. */
static void copy_text(struct buf *line, struct str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        char escape = copy_escape(text.data[i]);
        if (escape == 0)
            continue;
        buf_add(line, text.data + from, i - from);
        buf_char(line, '\\');
        buf_char(line, escape);
        from = i + 1;
    }
    buf_add(line, text.data + from, text.len - from);
}

/* One column. "\\\\x" is bytea's hex form behind COPY's own escape. */
static void copy_value(struct buf *line, const struct db_value *value)
{
    switch (value->kind) {
    case DB_NULL:
        buf_cat(line, "\\N");
        return;
    case DB_INT:
        buf_i64(line, value->number);
        return;
    case DB_TEXT:
        if (value->bytes.len > 0)
            copy_text(line, value->bytes);
        return;
    case DB_BLOB:
        buf_cat(line, "\\\\x");
        buf_hex(line, (const uint8_t *)value->bytes.data, value->bytes.len);
        return;
    }
}

/* Hands the collected lines to libpq. */
static enum err copy_send(struct pg_bulk *bulk)
{
    struct pg_conn *conn = (struct pg_conn *)bulk->bulk.tx;
    TRY(buf_err(&bulk->line));
    if (PQputCopyData(conn->pg, bulk->line.data, (int)bulk->line.len) != 1)
        return pg_fail(conn, NULL);
    buf_clear(&bulk->line);
    return ERR_OK;
}

/* table and columns are literals of the program, as in the driver of SQLite. */
enum err pg_bulk_open(struct db_bulk **out, struct db_tx *tx, const char *table,
                      const char *columns)
{
    struct pg_conn *conn = (struct pg_conn *)tx;
    struct buf sql = {0};
    struct pg_bulk *bulk = calloc(1, sizeof *bulk);
    if (bulk == NULL)
        return ERR_MEMORY;
    buf_printf(&sql, "COPY %s(%s) FROM STDIN", table, columns);
    enum err err = buf_err(&sql);
    if (err == ERR_OK)
        err = pg_expect(conn, PQexec(conn->pg, buf_cstr(&sql)), PGRES_COPY_IN);
    buf_free(&sql);
    if (err != ERR_OK) {
        free(bulk);
        return err;
    }
    *out = &bulk->bulk;
    return ERR_OK;
}

enum err pg_bulk_add(struct db_bulk *base, const struct db_value *row, size_t count)
{
    struct pg_bulk *bulk = (struct pg_bulk *)base;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_char(&bulk->line, '\t');
        copy_value(&bulk->line, &row[i]);
    }
    buf_char(&bulk->line, '\n');
    return bulk->line.len >= COPY_PIECE ? copy_send(bulk) : ERR_OK;
}

/* The server judges the whole load at its end; a load that failed here is called off there. */
enum err pg_bulk_close(struct db_bulk *base)
{
    struct pg_bulk *bulk = (struct pg_bulk *)base;
    struct pg_conn *conn = (struct pg_conn *)base->tx;
    enum err err = base->failed;
    if (err == ERR_OK)
        err = copy_send(bulk);
    if (PQputCopyEnd(conn->pg, err == ERR_OK ? NULL : "called off") != 1)
        err = pg_fail(conn, NULL);
    for (PGresult *res; (res = PQgetResult(conn->pg)) != NULL;) {
        enum err answer = pg_expect(conn, res, PGRES_COMMAND_OK);
        err = err == ERR_OK ? answer : err;
    }
    buf_free(&bulk->line);
    free(bulk);
    /* COPY says 22P04 of a line with too few or too many columns, which is the program's mistake.
     */
    return err;
}

/* Check */

/* Reads one table to its end, every byte of it, and throws it away. */
static enum err table_read(struct pg_conn *conn, const char *table)
{
    char sql[300];
    char *name = PQescapeIdentifier(conn->pg, table, strlen(table));
    char *piece = NULL;
    if (name == NULL)
        return pg_fail(conn, NULL);
    snprintf(sql, sizeof sql, "COPY %s TO STDOUT", name);
    PQfreemem(name);
    TRY(pg_expect(conn, PQexec(conn->pg, sql), PGRES_COPY_OUT));
    while (PQgetCopyData(conn->pg, &piece, 0) > 0)
        PQfreemem(piece);
    enum err err = ERR_OK;
    for (PGresult *res; (res = PQgetResult(conn->pg)) != NULL;) {
        enum err answer = pg_expect(conn, res, PGRES_COMMAND_OK);
        err = err == ERR_OK ? answer : err;
    }
    return err;
}

/* A page with a wrong checksum or a row that cannot be decoded fails the read of its table. */
enum err pg_check(struct db_tx *tx, struct fault *fault)
{
    struct pg_conn *conn = (struct pg_conn *)tx;
    PGresult *tables = PQexec(conn->pg, "SELECT tablename FROM pg_tables "
                                        "WHERE schemaname = current_schema() ORDER BY tablename");
    enum err err = PQresultStatus(tables) == PGRES_TUPLES_OK ? ERR_OK : pg_fail(conn, tables);
    int count = PQntuples(tables);
    for (int i = 0; i < count && err == ERR_OK; i++) {
        const char *name = PQgetvalue(tables, i, 0);
        err = table_read(conn, name);
        if (err != ERR_OK)
            fault_set(
                fault, ERR_DAMAGED,
                "数据库自检不通过：表 %.80s 无法读完（%.250s）。请停止写入，保留现场并从备份恢复",
                name, tx->message);
    }
    PQclear(tables);
    if (err == ERR_OK)
        return ERR_OK;
    if (!tx->lost && count > 0)
        return ERR_DAMAGED;
    return fault_set(fault, err, "数据库自检未能完成：%s", err_zh(err));
}
