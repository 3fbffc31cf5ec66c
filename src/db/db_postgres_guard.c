/* Row-level security of PostgreSQL, a second net beneath the conditions of the statements: a reader
 * with a reach (db_read_within) is another role within his transaction, one that owns no table, and
 * to whom a policy of each table shows what the reach holds.
 *
 * Invariants: the role and the reach are settings of the transaction and end with it; where nothing
 * is set, the policies show nothing; what a policy says is in its name, as a digest, so that a
 * condition of another version of the program is noticed and replaced; nothing of it binds the
 * owner of the tables, who imports, writes and draws. */
#include "crypto/hash.h"
#include "db/db_postgres.h"

#include <stdio.h>
#include <string.h>

/* How often it is tried again when another process does the same. */
enum { GUARD_TRIES = 5, NAME_MAX = 48 };
#define POLICY "reach_"

/* Asks for the role's name once a connection; a name of nobody where that fails, so that the role
 * is not there. */
static const char *role_set(struct pg_conn *conn)
{
    if (conn->role[0] != '\0')
        return conn->as_role;
    PGresult *res = PQexec(conn->pg, "SELECT " DB_GUARD_NAME);
    if (PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1)
        snprintf(conn->role, sizeof conn->role, "%s", PQgetvalue(res, 0, 0));
    PQclear(res);
    char *quoted = PQescapeIdentifier(conn->pg, conn->role, strlen(conn->role));
    snprintf(conn->as_role, sizeof conn->as_role, "SET LOCAL ROLE %s",
             quoted != NULL ? quoted : "\"\"");
    PQfreemem(quoted);
    return conn->as_role;
}

/* Appends text as a string constant of SQL. */
static enum err literal_add(struct buf *out, struct pg_conn *conn, struct str text)
{
    char *literal = PQescapeLiteral(conn->pg, text.len > 0 ? text.data : "", text.len);
    if (literal == NULL)
        return pg_fail(conn, NULL);
    buf_cat(out, literal);
    PQfreemem(literal);
    return buf_err(out);
}

/* All in one round trip. A connection that is left in a failed transaction would not begin again.
 */
enum err pg_begin_within(struct pg_conn *conn)
{
    struct buf sql = {0};
    const char *as_role = role_set(conn);
    buf_cat(&sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                  "SELECT set_config('sunlot.departments', ");
    enum err err = literal_add(&sql, conn, conn->tx.reach->departments);
    buf_cat(&sql, ", true), set_config('sunlot.inspector', ");
    if (err == ERR_OK)
        err = literal_add(&sql, conn, conn->tx.reach->inspector);
    buf_cat(&sql, ", true); ");
    buf_cat(&sql, as_role);
    if (err == ERR_OK)
        err = buf_err(&sql);
    if (err == ERR_OK)
        err = pg_exec(&conn->tx, buf_cstr(&sql));
    buf_free(&sql);
    conn->within = err == ERR_OK;
    if (err != ERR_OK)
        PQclear(PQexec(conn->pg, "ROLLBACK"));
    return err;
}

/* The role changes when it must: mostly whole statements stand together. */
enum err pg_role_for(struct pg_conn *conn, const char *sql)
{
    bool within = strncmp(sql, DB_WHOLE, strlen(DB_WHOLE)) != 0;
    if (conn->tx.reach == NULL || conn->within == within)
        return ERR_OK;
    TRY(pg_exec(&conn->tx, within ? role_set(conn) : "SET LOCAL ROLE NONE"));
    conn->within = within;
    return ERR_OK;
}

/* --- putting the tables under it --- */

/* The name tells what the policy says. */
static void policy_name(char out[NAME_MAX], const struct db_guard *guard)
{
    struct buf hex = {0};
    uint8_t digest[CRYPTO_HASH];
    crypto_sha256(digest, str_of(guard->seen));
    buf_hex(&hex, digest, 8);
    snprintf(out, NAME_MAX, POLICY "%.*s", STR_ARG(buf_view(&hex)));
    buf_free(&hex);
}

/* What the catalogue says of all tables of this user: name, whether under row-level security,
 * readable for the role, and its policies with commas between. Rows are the caller's to clear. */
static enum err tables_ask(PGresult **out, struct pg_conn *conn)
{
    *out = PQexec(
        conn->pg,
        "SELECT c.relname, c.relrowsecurity, has_table_privilege(CAST(" DB_GUARD_NAME
        " AS name), c.oid, 'SELECT'), COALESCE((SELECT string_agg(p.polname, ',' ORDER BY "
        "p.polname) "
        "FROM pg_policy p WHERE p.polrelid = c.oid), '') FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() "
        "AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE') ORDER BY c.relname");
    return PQresultStatus(*out) == PGRES_TUPLES_OK ? ERR_OK : pg_fail(conn, *out);
}

static bool is_true(const PGresult *res, int row, int col)
{
    return PQgetvalue(res, row, col)[0] == 't';
}

/* Does the row of that table say what it should? */
static bool table_good(const PGresult *tables, const struct db_guard *guard)
{
    char name[NAME_MAX] = "";
    if (guard->seen != NULL)
        policy_name(name, guard);
    for (int i = 0; i < PQntuples(tables); i++)
        if (strcmp(PQgetvalue(tables, i, 0), guard->table) == 0)
            return is_true(tables, i, 1) && strcmp(PQgetvalue(tables, i, 3), name) == 0;
    return false;
}

/* Every table of the list, and none that the role may not read at all. */
static bool tables_good(const PGresult *tables, const struct db_guard *list, size_t count)
{
    for (int i = 0; i < PQntuples(tables); i++)
        if (!is_true(tables, i, 2))
            return false;
    for (size_t i = 0; i < count; i++)
        if (!table_good(tables, &list[i]))
            return false;
    return true;
}

/* Takes away the policies that this program, or another version of it, made. */
static void policies_drop(struct buf *sql, const PGresult *tables, const char *table)
{
    for (int i = 0; i < PQntuples(tables); i++) {
        struct str names = str_of(PQgetvalue(tables, i, 3));
        struct str name;
        if (strcmp(PQgetvalue(tables, i, 0), table) != 0)
            continue;
        while (str_cut(&name, &names, ','))
            if (str_starts(name, STR(POLICY)))
                buf_printf(sql, "DROP POLICY %.*s ON %s; ", STR_ARG(name), table);
    }
}

/* The text that sets all tables right, in the words of the server. */
static enum err guard_text(struct buf *sql, const PGresult *tables, const struct db_guard *list,
                           size_t count)
{
    char name[NAME_MAX];
    for (size_t i = 0; i < count; i++) {
        if (table_good(tables, &list[i]))
            continue;
        policies_drop(sql, tables, list[i].table);
        buf_printf(sql, "ALTER TABLE %s ENABLE ROW LEVEL SECURITY; ", list[i].table);
        if (list[i].seen == NULL)
            continue;
        policy_name(name, &list[i]);
        buf_printf(sql, "CREATE POLICY %s ON %s FOR SELECT USING (%s); ", name, list[i].table,
                   list[i].seen);
    }
    buf_cat(sql, "DO $$ DECLARE role name := " DB_GUARD_NAME "; one name; BEGIN "
                 "EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role); "
                 "FOR one IN SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') "
                 "AND c.relnamespace = CAST(quote_ident(current_schema()) AS regnamespace) "
                 "AND pg_has_role(c.relowner, 'USAGE') LOOP "
                 "EXECUTE format('GRANT SELECT ON %I TO %I', one, role); END LOOP; END $$; COMMIT");
    return buf_err(sql);
}

/* Where another process was faster, there is nothing left to do. */
static enum err guard_apply(struct pg_conn *conn, const struct db_guard *list, size_t count)
{
    PGresult *tables = NULL;
    struct buf sql = {0};
    enum err err = pg_exec(&conn->tx, "BEGIN; LOCK TABLE schema_migration IN EXCLUSIVE MODE");
    if (err == ERR_OK)
        err = tables_ask(&tables, conn);
    if (err == ERR_OK)
        err = guard_text(&sql, tables, list, count);
    if (err == ERR_OK)
        err = pg_exec(&conn->tx, buf_cstr(&sql));
    if (err != ERR_OK)
        PQclear(PQexec(conn->pg, "ROLLBACK"));
    PQclear(tables);
    buf_free(&sql);
    return err;
}

/* Is the role there, for this user, and bound by policies itself? */
static bool role_good(struct pg_conn *conn)
{
    char sql[400];
    snprintf(
        sql, sizeof sql,
        "BEGIN; %s; SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user",
        role_set(conn));
    PGresult *res = PQexec(conn->pg, sql);
    bool good = PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1 &&
                PQgetvalue(res, 0, 0)[0] == 'f';
    if (PQresultStatus(res) != PGRES_TUPLES_OK)
        (void)pg_fail(conn, res);
    else if (!good)
        snprintf(conn->tx.message, sizeof conn->tx.message, "%s is SUPERUSER or BYPASSRLS",
                 conn->role);
    PQclear(res);
    PQclear(PQexec(conn->pg, "ROLLBACK"));
    return good;
}

/* All databases of the user share the role: that it is there already, or being made, is no failure,
 * and neither is a right that this user doesn't have; role_good tells. */
static bool role_make(struct pg_conn *conn)
{
    for (int i = 0; i < GUARD_TRIES && !conn->tx.lost; i++) {
        PQclear(PQexec(conn->pg,
                       "DO $$ BEGIN EXECUTE format('CREATE ROLE %I NOLOGIN', " DB_GUARD_NAME
                       "); END $$"));
        PQclear(PQexec(conn->pg, "DO $$ BEGIN EXECUTE format('GRANT %I TO %I', " DB_GUARD_NAME
                                 ", session_user); END $$"));
        if (role_good(conn))
            return true;
    }
    return false;
}

/* Do policies bind this user himself? Then a table may seem empty to him, and writes do nothing. */
static bool user_bound(struct pg_conn *conn)
{
    PGresult *res =
        PQexec(conn->pg,
               "SELECT COUNT(*) FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace ="
               " CAST(quote_ident(current_schema()) AS regnamespace) AND "
               "row_security_active(c.oid)");
    bool bound = PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1 &&
                 strcmp(PQgetvalue(res, 0, 0), "0") != 0;
    PQclear(res);
    return bound;
}

enum db_guarded pg_guard(struct db_guard_told *out, struct db_tx *tx, const struct db_guard *list,
                         size_t count, bool apply)
{
    struct pg_conn *conn = (struct pg_conn *)tx;
    (void)role_set(conn);
    out->user = PQuser(conn->pg);
    out->role = conn->role;
    if (user_bound(conn))
        return DB_GUARD_BLIND;
    if (!role_good(conn) && !(apply && role_make(conn)))
        return DB_GUARD_ROLE;
    tx->message[0] = '\0';
    for (int i = 0; i < GUARD_TRIES && !tx->lost; i++) {
        PGresult *tables = NULL;
        enum err err = tables_ask(&tables, conn);
        bool good = err == ERR_OK && tables_good(tables, list, count);
        PQclear(tables);
        if (good)
            return DB_GUARD_ON;
        if (!apply)
            break;
        (void)guard_apply(conn, list, count); /* the next look tells */
    }
    if (tx->message[0] == '\0')
        snprintf(tx->message, sizeof tx->message,
                 "tables have policies of others, or are not up to date");
    return DB_GUARD_TABLES;
}
