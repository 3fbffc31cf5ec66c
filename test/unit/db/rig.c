/* See rig.h. */
#include "rig.h"

#include <ftw.h>
#include <libpq-fe.h>
#include <time.h>
#include <unistd.h>

/* Throws everything away that an earlier test left on the server. */
static void postgres_empty(const char *url)
{
    PGconn *conn = PQconnectdb(url);
    if (PQstatus(conn) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(conn));
    PGresult *res = PQexec(conn, "SET client_min_messages = error; DROP SCHEMA public CASCADE; "
                                 "CREATE SCHEMA public");
    assert_int_equal(PQresultStatus(res), PGRES_COMMAND_OK);
    PQclear(res);
    PQfinish(conn);
}

void rig_open(struct rig *rig)
{
    struct fault fault = {0};
    const char *server = getenv("SUNLOT_TEST_PG");
    const char *base = getenv("SUNLOT_TEST_DIR");
    *rig = (struct rig){.postgres = server != NULL};
    snprintf(rig->dir, sizeof rig->dir, "%s/sunlot-db-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(rig->dir));
    snprintf(rig->file, sizeof rig->file, "%s/test.db", rig->dir);
    if (rig->postgres) {
        snprintf(rig->url, sizeof rig->url, "%s", server);
        postgres_empty(rig->url);
    } else {
        snprintf(rig->url, sizeof rig->url, "sqlite:%s", rig->file);
    }
    if (db_open(&rig->db, str_of(rig->url), false, &fault) != ERR_OK)
        fail_msg("%s", fault_text(&fault));
}

struct db *rig_again(const struct rig *rig, bool readonly)
{
    struct fault fault = {0};
    struct db *db = NULL;
    if (db_open(&db, str_of(rig->url), readonly, &fault) != ERR_OK)
        fail_msg("%s", fault_text(&fault));
    return db;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

void rig_close(struct rig *rig)
{
    db_close(rig->db);
    nftw(rig->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static enum err run_work(struct db_tx *tx, void *ctx)
{
    enum err err = db_run(tx, NULL, ctx, DB_NONE);
    if (err != ERR_OK)
        print_message("# %s\n", db_message(tx));
    return err;
}

void rig_run(struct db *db, const char *sql)
{
    char text[2000];
    snprintf(text, sizeof text, "%s", sql);
    assert_int_equal(db_transact(db, "run", run_work, text, NULL), ERR_OK);
}

struct number {
    const char *sql;
    int64_t value;
};

static enum err number_work(struct db_tx *tx, void *ctx)
{
    struct number *number = ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, number->sql, DB_NONE));
    enum err err = db_next(rows);
    number->value = err == ERR_OK ? db_col_int(rows, 0) : 0;
    db_done(rows);
    return err;
}

int64_t rig_number(struct db *db, const char *sql)
{
    struct number number = {sql, 0};
    assert_int_equal(db_read(db, "number", number_work, &number, NULL), ERR_OK);
    return number.value;
}

/* The state letter of a thread, behind the name in its stat line. */
static char thread_state(int thread)
{
    char path[64], line[200] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return '?';
    size_t len = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[len] = '\0';
    const char *behind = strrchr(line, ')');
    return behind != NULL && behind[1] == ' ' ? behind[2] : '?';
}

void rig_wait_asleep(atomic_int *thread)
{
    while (atomic_load(thread) == 0 || thread_state(atomic_load(thread)) != 'S')
        nanosleep(&(struct timespec){0, 1000000}, NULL);
}

int rig_setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    if (rig == NULL)
        return -1;
    rig_open(rig);
    *state = rig;
    return 0;
}

int rig_teardown(void **state)
{
    rig_close(*state);
    free(*state);
    return 0;
}
