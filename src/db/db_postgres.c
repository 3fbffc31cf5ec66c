/* PostgreSQL behind the driver table, by libpq.
 *
 * Writing transactions are SERIALIZABLE and run again after 40001 and 40P01; readers have one
 * REPEATABLE READ snapshot. Every db_run goes as savepoint, statement and release in one pipeline,
 * hence one round trip, so that a violation does not end the transaction (on SQLite it never does).
 *
 * Parameters: a number is declared int8 and sent in binary, bytes are bytea in binary; text is left
 * to the server to type, as an untyped literal. Declaring numbers matters: the server would guess
 * int4 in "$1 + 1". Results come as text, since sums are numeric and only text is alike for all
 * types; bytea is decoded from its hex form when it is asked for.
 *
 * Invariants: a connection that broke is never used again; a COMMIT that was sent and not answered
 * is ERR_DB without retry. */
#include "db/db_postgres.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types by their fixed numbers in pg_type; rows of one fetch; most parameters of a statement. */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, FETCH_ROWS = 1000, PARAMS_MAX = 250 };

struct pg_stmt {
    struct db_stmt stmt; /* first */
    char name[24];
    size_t params;
    Oid types[]; /* as declared: 0 where the server inferred it */
};

struct pg_rows {
    struct db_rows rows; /* first */
    PGresult *res;
    int at;          /* present row of res, -1 before the first */
    char cursor[24]; /* "" if everything was fetched */
    bool ended;
    struct arena bytes; /* decoded bytea of the present row */
};

/* A call's parameters in libpq's form. */
struct pg_params {
    int count;
    Oid types[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX];
    int formats[PARAMS_MAX];
};

/* SQLSTATE codes, of five letters or whole classes of two, and what they are to us. */
static enum err pg_code(const char *state)
{
    static const struct {
        const char *prefix;
        enum err err;
    } table[] = {
        {"23505", ERR_DUPLICATE}, {"23", ERR_INPUT},       {"40001", ERR_BUSY},
        {"40P01", ERR_BUSY},      {"55P03", ERR_BUSY},     {"53300", ERR_BUSY},
        {"53100", ERR_FULL},      {"53200", ERR_MEMORY},   {"25006", ERR_READONLY},
        {"58030", ERR_IO},        {"57014", ERR_TIMEOUT},  {"22021", ERR_UTF8},
        {"22P02", ERR_INPUT},     {"22003", ERR_INPUT},    {"XX001", ERR_DAMAGED},
        {"XX002", ERR_DAMAGED},   {"42501", ERR_READONLY},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].err;
    return ERR_DB;
}

/* The connection is gone: told by libpq, or by the server that it is shutting down. */
static bool pg_broken(const struct pg_conn *conn, const char *state)
{
    return PQstatus(conn->pg) == CONNECTION_BAD || state[0] == '\0' ||
           strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0;
}

enum err pg_fail(struct pg_conn *conn, const PGresult *res)
{
    const char *field = res != NULL ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    const char *state = field != NULL ? field : "";
    const char *words = res != NULL ? PQresultErrorMessage(res) : PQerrorMessage(conn->pg);
    enum err err = pg_code(state);
    snprintf(conn->tx.message, sizeof conn->tx.message, "postgresql %s: %.400s", state, words);
    if (pg_broken(conn, state)) {
        conn->tx.lost = true;
        conn->tx.retry = !conn->committing;
        return ERR_DB;
    }
    if (strncmp(state, "40", 2) == 0)
        conn->tx.retry = true;
    return err;
}

/* A failure of the caller's. */
static enum err pg_misuse(struct pg_conn *conn, const char *what, const char *sql)
{
    snprintf(conn->tx.message, sizeof conn->tx.message, "%s: %.400s", what, sql);
    return ERR_DB;
}

enum err pg_expect(struct pg_conn *conn, PGresult *res, ExecStatusType want)
{
    enum err err = ERR_OK;
    if (res == NULL || PQresultStatus(res) == PGRES_FATAL_ERROR)
        err = pg_fail(conn, res);
    else if (PQresultStatus(res) != want)
        err = pg_misuse(conn, "unexpected answer", PQresStatus(PQresultStatus(res)));
    PQclear(res);
    return err;
}

enum err pg_exec(struct db_tx *tx, const char *sql)
{
    struct pg_conn *conn = (struct pg_conn *)tx;
    return pg_expect(conn, PQexec(conn->pg, sql), PGRES_COMMAND_OK);
}

/* Parameters */

/* The type a parameter is declared as, 0 to let the server infer it. */
static Oid value_type(const struct db_value *value)
{
    return value->kind == DB_INT ? OID_INT8 : value->kind == DB_BLOB ? OID_BYTEA : 0;
}

/* Appends value's bytes to the scratch buffer, terminated; the pointers follow when it no longer
 * moves. */
static void param_add(struct pg_params *params, struct buf *scratch, const struct db_value *value)
{
    int i = params->count++;
    uint64_t number = htobe64((uint64_t)value->number);
    size_t start = scratch->len;
    params->types[i] = value_type(value);
    params->formats[i] = params->types[i] != 0;
    if (value->kind == DB_INT)
        buf_add(scratch, &number, sizeof number);
    else
        buf_str(scratch, value->bytes);
    params->lengths[i] = (int)(scratch->len - start);
    buf_char(scratch, '\0');
}

/* Lays the call's parameters out in the connection's scratch buffer. */
static enum err params_set(struct pg_params *params, struct pg_conn *conn,
                           const struct db_call *call)
{
    params->count = 0;
    buf_clear(&conn->scratch);
    if (call->count > PARAMS_MAX)
        return pg_misuse(conn, "too many arguments", call->sql);
    for (size_t i = 0; i < call->count; i++) {
        if (call->args[i].bytes.len > INT32_MAX / 2)
            return ERR_LIMIT;
        param_add(params, &conn->scratch, &call->args[i]);
    }
    TRY(buf_err(&conn->scratch));
    const char *next = conn->scratch.data;
    for (size_t i = 0; i < call->count; i++) {
        params->values[i] = call->args[i].kind == DB_NULL ? NULL : next;
        next += params->lengths[i] + 1;
    }
    return ERR_OK;
}

/* Statements */

/* Whether params can be sent to stmt: what is declared now was declared so then. */
static bool stmt_fits(const struct pg_stmt *stmt, const struct pg_params *params)
{
    if (stmt->params != (size_t)params->count)
        return false;
    for (size_t i = 0; i < stmt->params; i++)
        if (params->types[i] != 0 && params->types[i] != stmt->types[i])
            return false;
    return true;
}

static void stmt_forget(struct pg_stmt *stmt)
{
    if (stmt == NULL)
        return;
    free(stmt->stmt.sql);
    free(stmt);
}

/* Drops stmt here and on the server. */
static enum err stmt_drop(struct pg_conn *conn, struct pg_stmt *stmt)
{
    char sql[48];
    if (stmt == NULL)
        return ERR_OK;
    snprintf(sql, sizeof sql, "DEALLOCATE %s", stmt->name);
    stmt_forget(stmt);
    return pg_exec(&conn->tx, sql);
}

/* Checks that exactly $1..$count occur: the server would take an unused one only sometimes. */
static bool stmt_uses(const char *sql, size_t count)
{
    bool seen[PARAMS_MAX + 1] = {false};
    for (const char *c = strchr(sql, '$'); c != NULL; c = strchr(c + 1, '$')) {
        unsigned long number = strtoul(c + 1, NULL, 10);
        if (number < 1 || number > count)
            return false;
        seen[number] = true;
    }
    for (size_t i = 1; i <= count; i++)
        if (!seen[i])
            return false;
    return true;
}

/* Prepares on the server under a name that this connection never used. */
static enum err stmt_prepare(struct pg_stmt **out, struct pg_conn *conn, const char *sql,
                             const struct pg_params *params)
{
    size_t count = (size_t)params->count;
    if (!stmt_uses(sql, count))
        return pg_misuse(conn, "parameters are not $1..$n", sql);
    struct pg_stmt *stmt = calloc(1, sizeof *stmt + count * sizeof(Oid));
    if (stmt == NULL)
        return ERR_MEMORY;
    stmt->params = count;
    memcpy(stmt->types, params->types, count * sizeof(Oid));
    snprintf(stmt->name, sizeof stmt->name, "s%llu", (unsigned long long)++conn->names);
    stmt->stmt.hash = db_cache_hash(sql);
    stmt->stmt.sql = strdup(sql);
    enum err err = stmt->stmt.sql == NULL ? ERR_MEMORY : ERR_OK;
    if (err == ERR_OK)
        err = pg_expect(conn, PQprepare(conn->pg, stmt->name, sql, params->count, params->types),
                        PGRES_COMMAND_OK);
    if (err != ERR_OK) {
        stmt_forget(stmt);
        return err;
    }
    *out = stmt;
    return ERR_OK;
}

/* The prepared statement for sql, from the cache or new. It belongs to the cache. */
static enum err stmt_get(struct pg_stmt **out, struct pg_conn *conn, const char *sql,
                         const struct pg_params *params)
{
    struct pg_stmt *found = (struct pg_stmt *)db_cache_find(&conn->cache, sql);
    *out = found;
    if (found != NULL && stmt_fits(found, params))
        return ERR_OK;
    if (found != NULL) {
        db_cache_remove(&conn->cache, &found->stmt);
        TRY(stmt_drop(conn, found));
    }
    struct db_stmt *dropped = NULL;
    TRY(stmt_prepare(out, conn, sql, params));
    db_cache_put(&dropped, &conn->cache, &(*out)->stmt);
    return stmt_drop(conn, (struct pg_stmt *)dropped);
}

/* Running */

/* Sends savepoint, statement and release at once. */
static bool run_send(struct pg_conn *conn, const struct pg_stmt *stmt,
                     const struct pg_params *params)
{
    return PQenterPipelineMode(conn->pg) == 1 &&
           PQsendQueryParams(conn->pg, "SAVEPOINT one", 0, NULL, NULL, NULL, NULL, 0) == 1 &&
           PQsendQueryPrepared(conn->pg, stmt->name, params->count, params->values, params->lengths,
                               params->formats, 0) == 1 &&
           PQsendQueryParams(conn->pg, "RELEASE one", 0, NULL, NULL, NULL, NULL, 0) == 1 &&
           PQpipelineSync(conn->pg) == 1;
}

/* Reads the answers up to the end of the pipeline. *res gets the statement's own, the second. Each
 * is followed by nothing once; nothing twice means that none will come, which libpq says for ever
 * of a line that broke while it was written to, and calls it open all the same. */
static bool run_receive(PGresult **res, struct pg_conn *conn)
{
    enum { ASKED = 4 }; /* of run_send, the end of the pipeline among them */
    int answers = 0;
    int nothings = 0;
    *res = NULL;
    while (PQstatus(conn->pg) == CONNECTION_OK && nothings < 2 && answers < ASKED) {
        PGresult *next = PQgetResult(conn->pg);
        nothings = next == NULL ? nothings + 1 : 0;
        bool end = next != NULL && PQresultStatus(next) == PGRES_PIPELINE_SYNC;
        if (next != NULL && ++answers == 2 && !end)
            *res = next;
        else
            PQclear(next);
        if (end)
            return PQexitPipelineMode(conn->pg) == 1 && *res != NULL;
    }
    return false;
}

/* Judges the statement's answer; a violation is undone to the savepoint. */
static enum err run_judge(uint64_t *changed, struct pg_conn *conn, PGresult *res, const char *sql)
{
    if (PQresultStatus(res) == PGRES_COMMAND_OK) {
        *changed = strtoull(PQcmdTuples(res), NULL, 10);
        return ERR_OK;
    }
    if (PQresultStatus(res) == PGRES_TUPLES_OK)
        return pg_misuse(conn, "the statement gives rows", sql);
    enum err err = pg_fail(conn, res);
    if (err != ERR_DUPLICATE && err != ERR_INPUT)
        return err;
    char words[sizeof conn->tx.message];
    memcpy(words, conn->tx.message, sizeof words);
    TRY(pg_exec(&conn->tx, "ROLLBACK TO one; RELEASE one"));
    memcpy(conn->tx.message, words, sizeof words);
    return err;
}

/* A pipeline that was not read to its end leaves the connection in an unknown state: it is lost. */
static enum err pg_run(uint64_t *changed, struct db_tx *tx, const struct db_call *call)
{
    struct pg_conn *conn = (struct pg_conn *)tx;
    struct pg_params params;
    struct pg_stmt *stmt = NULL;
    PGresult *res = NULL;
    TRY(params_set(&params, conn, call));
    TRY(stmt_get(&stmt, conn, call->sql, &params));
    if (!run_send(conn, stmt, &params) || !run_receive(&res, conn)) {
        PQclear(res);
        conn->tx.lost = true;
        return pg_fail(conn, NULL);
    }
    enum err err = run_judge(changed, conn, res, call->sql);
    PQclear(res);
    return err;
}

/* Rows */

/* All rows at once, by a statement that stays prepared. */
static enum err rows_fetch_all(struct pg_rows *rows, struct pg_conn *conn,
                               const struct db_call *call, const struct pg_params *params)
{
    struct pg_stmt *stmt = NULL;
    TRY(stmt_get(&stmt, conn, call->sql, params));
    rows->res = PQexecPrepared(conn->pg, stmt->name, params->count, params->values, params->lengths,
                               params->formats, 0);
    ExecStatusType status = PQresultStatus(rows->res);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return ERR_OK;
    return pg_fail(conn, rows->res);
}

/* The next rows of the cursor; fewer than a full fetch are the last. */
static enum err rows_fetch(struct pg_rows *rows, struct pg_conn *conn)
{
    char sql[64];
    snprintf(sql, sizeof sql, "FETCH %d FROM %s", FETCH_ROWS, rows->cursor);
    PQclear(rows->res);
    rows->at = -1;
    rows->res = PQexec(conn->pg, sql);
    if (PQresultStatus(rows->res) != PGRES_TUPLES_OK)
        return pg_fail(conn, rows->res);
    return ERR_OK;
}

/* A cursor cannot be prepared; its text is parsed each time. */
static enum err rows_declare(struct pg_rows *rows, struct pg_conn *conn, const struct db_call *call,
                             const struct pg_params *params)
{
    struct buf sql = {0};
    if (!stmt_uses(call->sql, call->count))
        return pg_misuse(conn, "parameters are not $1..$n", call->sql);
    snprintf(rows->cursor, sizeof rows->cursor, "c%llu", (unsigned long long)++conn->names);
    buf_printf(&sql, "DECLARE %s NO SCROLL CURSOR FOR %s", rows->cursor, call->sql);
    enum err err = buf_err(&sql);
    if (err == ERR_OK)
        err = pg_expect(conn,
                        PQexecParams(conn->pg, buf_cstr(&sql), params->count, params->types,
                                     params->values, params->lengths, params->formats, 0),
                        PGRES_COMMAND_OK);
    buf_free(&sql);
    return err != ERR_OK ? err : rows_fetch(rows, conn);
}

static enum err pg_query(struct db_rows **out, struct db_tx *tx, const struct db_call *call,
                         bool stream)
{
    struct pg_conn *conn = (struct pg_conn *)tx;
    struct pg_params params;
    struct pg_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return ERR_MEMORY;
    rows->at = -1;
    enum err err = pg_role_for(conn, call->sql);
    if (err == ERR_OK)
        err = params_set(&params, conn, call);
    if (err == ERR_OK)
        err = stream ? rows_declare(rows, conn, call, &params)
                     : rows_fetch_all(rows, conn, call, &params);
    if (err != ERR_OK) {
        PQclear(rows->res);
        free(rows);
        return err;
    }
    *out = &rows->rows;
    return ERR_OK;
}

static enum err pg_next(struct db_rows *base)
{
    struct pg_rows *rows = (struct pg_rows *)base;
    int have = PQntuples(rows->res);
    arena_clear(&rows->bytes);
    if (rows->ended)
        return ERR_END;
    if (++rows->at < have)
        return ERR_OK;
    rows->ended = rows->cursor[0] == '\0' || have < FETCH_ROWS;
    if (!rows->ended) {
        enum err err = rows_fetch(rows, (struct pg_conn *)base->tx);
        rows->ended = err != ERR_OK || PQntuples(rows->res) == 0;
        rows->at = 0;
        TRY(err);
    }
    return rows->ended ? ERR_END : ERR_OK;
}

/* Also true outside of the rows and columns there are, as on SQLite. */
static bool pg_col_null(struct db_rows *base, int col)
{
    const struct pg_rows *rows = (struct pg_rows *)base;
    if (rows->at < 0 || rows->at >= PQntuples(rows->res) || col < 0 || col >= PQnfields(rows->res))
        return true;
    return PQgetisnull(rows->res, rows->at, col) == 1;
}

/* Decodes "\x..." into the rows' arena. */
static struct str bytea_decode(struct pg_rows *rows, struct str hex)
{
    size_t len = hex.len < 2 ? 0 : (hex.len - 2) / 2;
    char *data = arena_alloc(&rows->bytes, len);
    if (data == NULL || str_unhex((uint8_t *)data, len, str_sub(hex, 2, len * 2)) != ERR_OK) {
        rows->rows.tx->failed = data == NULL ? ERR_MEMORY : ERR_DB;
        return (struct str){NULL, 0};
    }
    return (struct str){data, len};
}

/* Booleans read as SQLite's 1 and 0. */
static struct str pg_col_text(struct db_rows *base, int col)
{
    struct pg_rows *rows = (struct pg_rows *)base;
    if (pg_col_null(base, col))
        return (struct str){NULL, 0};
    struct str text = {PQgetvalue(rows->res, rows->at, col),
                       (size_t)PQgetlength(rows->res, rows->at, col)};
    if (PQftype(rows->res, col) == OID_BYTEA)
        return bytea_decode(rows, text);
    if (PQftype(rows->res, col) == OID_BOOL)
        return text.data[0] == 't' ? STR("1") : STR("0");
    return text;
}

static int64_t pg_col_int(struct db_rows *base, int col)
{
    struct str text = pg_col_text(base, col);
    return text.data != NULL ? strtoll(text.data, NULL, 10) : 0;
}

/* In a failed transaction the cursor is gone already. */
static void pg_done(struct db_rows *base)
{
    struct pg_rows *rows = (struct pg_rows *)base;
    struct db_tx *tx = base->tx;
    char sql[48];
    snprintf(sql, sizeof sql, "CLOSE %s", rows->cursor);
    if (rows->cursor[0] != '\0' && tx->failed == ERR_OK)
        (void)db_tx_fail(tx, pg_exec(tx, sql));
    PQclear(rows->res);
    arena_free(&rows->bytes);
    free(rows);
}

/* Transactions */

/* A COMMIT of a transaction that failed before is answered "ROLLBACK". */
static enum err pg_commit(struct pg_conn *conn)
{
    conn->committing = true;
    PGresult *res = PQexec(conn->pg, "COMMIT");
    bool undone =
        PQresultStatus(res) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(res), "COMMIT") != 0;
    enum err err = pg_expect(conn, res, PGRES_COMMAND_OK);
    conn->committing = false;
    if (err == ERR_OK && undone)
        return pg_misuse(conn, "the server rolled back", "COMMIT");
    return err;
}

static enum err pg_step(struct db_tx *tx, enum db_step step)
{
    static const char *const sql[] = {
        [DB_BEGIN_WRITE] = "BEGIN ISOLATION LEVEL SERIALIZABLE",
        [DB_BEGIN_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        [DB_ROLLBACK] = "ROLLBACK",
        [DB_SAVE] = "SAVEPOINT work",
        [DB_RELEASE] = "RELEASE work",
        [DB_REVERT] = "ROLLBACK TO work; RELEASE work",
    };
    if (step == DB_COMMIT)
        return pg_commit((struct pg_conn *)tx);
    if (step == DB_BEGIN_READ && tx->reach != NULL)
        return pg_begin_within((struct pg_conn *)tx);
    if (step != DB_ROLLBACK)
        return pg_exec(tx, sql[step]);
    bool retry = tx->retry; /* why it is rolled back counts, not how that goes */
    enum err err = tx->lost ? ERR_OK : pg_exec(tx, sql[step]);
    tx->lost = tx->lost || err != ERR_OK;
    tx->retry = retry;
    return err;
}

/* Taken before anything is read, so that the snapshot shows what the other process did. */
static enum err pg_lock_schema(struct db_tx *tx)
{
    return pg_exec(tx, "LOCK TABLE schema_migration IN EXCLUSIVE MODE");
}

/* Opening */

/* Notices would go to stderr. */
static void pg_silent(void *ctx, const PGresult *res)
{
    (void)ctx;
    (void)res;
}

/* Also for a connection that was never made. The server drops the statements with it. */
static void pg_close(struct db_tx *tx)
{
    struct pg_conn *conn = (struct pg_conn *)tx;
    for (size_t i = 0; i < DB_CACHE_SLOTS; i++)
        stmt_forget((struct pg_stmt *)conn->cache.slots[i]);
    PQfinish(conn->pg);
    buf_free(&conn->scratch);
    free(conn);
}

/* Asks the database itself how it orders, since the name of a collation is written in many ways:
 * capitals before small letters, and Chinese by code point, not by pinyin or strokes. */
static enum err conn_check(struct pg_conn *conn, struct fault *fault)
{
    PGresult *res = PQexec(conn->pg, "SELECT current_setting('server_encoding') = 'UTF8', "
                                     "'Z' < 'a' AND 'a-b' < 'ab' AND '一' < '阿', "
                                     "current_database()");
    if (PQresultStatus(res) != PGRES_TUPLES_OK) {
        enum err err = pg_fail(conn, res);
        PQclear(res);
        return fault_set(fault, err, "无法查询数据库的编码：%.300s", conn->tx.message);
    }
    bool good = PQgetvalue(res, 0, 0)[0] == 't' && PQgetvalue(res, 0, 1)[0] == 't';
    if (!good)
        fault_set(
            fault, ERR_CONFIG,
            "数据库 %.100s 的编码或排序规则不合要求（须为 UTF8 和 C），没有改动它。请重新建库："
            "createdb --encoding=UTF8 --locale=C --template=template0 库名",
            PQgetvalue(res, 0, 2));
    PQclear(res);
    return good ? ERR_OK : ERR_CONFIG;
}

/* Session settings. A commit must be durable when it is answered, whatever the server's default;
 * stronger settings than on (remote_apply) are left alone. The schemas are named, since "$user" in
 * their list would be another one for the role of db_read_within. Statements are not compiled: the
 * conditions of policies make many look expensive enough, and then that takes seconds. */
static enum err conn_set(struct pg_conn *conn, struct fault *fault)
{
    static const char *const sql =
        "SET bytea_output = 'hex'; SET standard_conforming_strings = on; "
        "SET client_min_messages = warning; "
        "SELECT set_config(name, 'off', false) FROM pg_settings WHERE name = 'jit'; "
        "SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') "
        "IN ('off', 'local') THEN 'on' ELSE current_setting('synchronous_commit') END, false), "
        "set_config('search_path', array_to_string(ARRAY(SELECT quote_ident(s) FROM "
        "unnest(current_schemas(false)) s), ', '), false)";
    enum err err = pg_expect(conn, PQexec(conn->pg, sql), PGRES_TUPLES_OK);
    if (err != ERR_OK)
        return fault_set(fault, err, "无法设置数据库连接：%.300s", conn->tx.message);
    return conn_check(conn, fault);
}

/* Defaults stand before the URL and so give way to it; the encoding stands behind it. */
static PGconn *conn_connect(const char *url)
{
    static const char *const names[] = {"connect_timeout", "application_name", "dbname",
                                        "client_encoding", NULL};
    const char *values[] = {"10", "sunlot", url, "UTF8", NULL};
    return PQconnectdbParams(names, values, 1);
}

static enum err pg_open(struct db_tx **out, const struct db_source *source, bool writable,
                        struct fault *fault)
{
    (void)writable;
    struct pg_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        return ERR_MEMORY;
    conn->tx.driver = &db_postgres_driver;
    conn->tx.source = source;
    conn->pg = conn_connect(source->address);
    enum err err = conn->pg == NULL ? ERR_MEMORY : ERR_OK;
    if (err == ERR_OK && PQstatus(conn->pg) != CONNECTION_OK)
        err = fault_set(fault, ERR_DB, "无法连接数据库，本次操作未执行：%.350s",
                        PQerrorMessage(conn->pg));
    if (err == ERR_OK) {
        PQsetNoticeReceiver(conn->pg, pg_silent, NULL);
        err = conn_set(conn, fault);
    }
    if (err != ERR_OK) {
        pg_close(&conn->tx);
        return err;
    }
    *out = &conn->tx;
    return ERR_OK;
}

const struct db_driver db_postgres_driver = {
    .dialect = "postgresql",
    .most = 8, /* a server has a hundred for all */
    .big = "BIGINT",
    .bytes = "bytea",
    .open = pg_open,
    .close = pg_close,
    .step = pg_step,
    .exec = pg_exec,
    .run = pg_run,
    .query = pg_query,
    .next = pg_next,
    .col_int = pg_col_int,
    .col_text = pg_col_text,
    .col_null = pg_col_null,
    .done = pg_done,
    .bulk_open = pg_bulk_open,
    .bulk_add = pg_bulk_add,
    .bulk_close = pg_bulk_close,
    .lock_schema = pg_lock_schema,
    .check = pg_check,
    .guard = pg_guard,
};
