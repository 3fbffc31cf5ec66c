/* What only PostgreSQL can do to us: databases that order or encode otherwise, connections that
 * break. A proxy between libpq and the server cuts the line at the message it is told to. */
#include "rig.h"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Runs sql on the server itself, not through db/. */
static void server_run(const struct rig *rig, const char *sql)
{
    PGconn *conn = PQconnectdb(rig->url);
    PGresult *res = PQexec(conn, sql);
    if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_TUPLES_OK)
        fail_msg("%s", PQresultErrorMessage(res));
    PQclear(res);
    PQfinish(conn);
}

/* The rig's URL with another database name: postgresql://sunlot@/NAME?host=... */
static void url_of(char *out, size_t size, const struct rig *rig, const char *name)
{
    const char *rest = strchr(rig->url, '?');
    assert_non_null(rest);
    snprintf(out, size, "postgresql://sunlot@/%s%s", name, rest);
}

static void a_database_that_orders_or_encodes_otherwise_is_refused(void **state)
{
    struct rig *rig = *state;
    static const char *const options[] = {
        "LOCALE_PROVIDER icu ICU_LOCALE 'zh' LOCALE 'C' ENCODING 'UTF8'",
        "LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C' ENCODING 'UTF8'",
        "LOCALE 'C' ENCODING 'SQL_ASCII'",
        "LOCALE 'C' ENCODING 'EUC_CN'",
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char sql[200], url[600];
        struct db *db = NULL;
        struct fault fault = {0};
        snprintf(sql, sizeof sql, "CREATE DATABASE odd%zu TEMPLATE template0 %s", i, options[i]);
        server_run(rig, sql);
        snprintf(sql, sizeof sql, "odd%zu", i);
        url_of(url, sizeof url, rig, sql);
        assert_int_equal(db_open(&db, str_of(url), false, &fault), ERR_CONFIG);
        assert_null(db);
        assert_non_null(strstr(fault.text, "createdb --encoding=UTF8 --locale=C"));
        snprintf(sql, sizeof sql, "DROP DATABASE odd%zu", i);
        server_run(rig, sql);
    }
}

static void a_commit_is_durable_even_where_the_server_says_off(void **state)
{
    struct rig *rig = *state;
    server_run(rig, "ALTER DATABASE sunlot SET synchronous_commit = off");
    struct db *db = rig_again(rig, false);
    static const char *const sql =
        "SELECT CASE WHEN current_setting('synchronous_commit') = 'on' THEN 1 ELSE 0 END";
    assert_int_equal(rig_number(db, sql), 1);
    db_close(db);
    server_run(rig, "ALTER DATABASE sunlot RESET synchronous_commit");
}

/* The proxy */

struct proxy {
    pthread_t thread;
    char folder[64];  /* holds the socket, stands as host in the URL */
    char server[108]; /* the server's socket */
    int listener;
    const char *word; /* a message to the server that holds it ends the connection */
    bool pass;        /* the message still reaches the server */
    atomic_int cuts;  /* cuts still to make */
    atomic_bool stop;
};

static int socket_to(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(address->sun_path, sizeof address->sun_path, "%.107s", path);
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* Waits until the server has closed its side or answered. */
static void server_wait(int server)
{
    struct pollfd fd = {server, POLLIN, 0};
    poll(&fd, 1, 5000);
}

/* Moves bytes one way. False at the end of the line or when it is to be cut. */
static bool proxy_move(struct proxy *proxy, int from, int to, bool to_server)
{
    char bytes[65536];
    ssize_t len = read(from, bytes, sizeof bytes);
    if (len <= 0)
        return false;
    bool cut = to_server && atomic_load(&proxy->cuts) > 0 &&
               memmem(bytes, (size_t)len, proxy->word, strlen(proxy->word)) != NULL;
    if (cut && !proxy->pass) {
        atomic_fetch_sub(&proxy->cuts, 1);
        return false;
    }
    if (write(to, bytes, (size_t)len) != len)
        return false;
    if (cut) {
        atomic_fetch_sub(&proxy->cuts, 1);
        server_wait(to);
    }
    return !cut;
}

static void proxy_serve(struct proxy *proxy, int client)
{
    struct sockaddr_un address;
    int server = socket_to(&address, proxy->server);
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        return;
    for (bool open = true; open && !atomic_load(&proxy->stop);) {
        struct pollfd fds[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
        poll(fds, 2, 20);
        if (fds[0].revents != 0)
            open = proxy_move(proxy, client, server, true);
        if (open && fds[1].revents != 0)
            open = proxy_move(proxy, server, client, false);
    }
    close(server);
}

/* One connection at a time: the test has one thread. */
static void *proxy_run(void *arg)
{
    struct proxy *proxy = arg;
    while (!atomic_load(&proxy->stop)) {
        struct pollfd fd = {proxy->listener, POLLIN, 0};
        if (poll(&fd, 1, 20) <= 0)
            continue;
        int client = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0)
            continue;
        proxy_serve(proxy, client);
        close(client);
    }
    return NULL;
}

/* Starts the proxy; *db goes through it. */
static void proxy_start(struct proxy *proxy, struct db **db, const struct rig *rig)
{
    struct sockaddr_un address;
    char path[100], url[200];
    const char *host = strstr(rig->url, "host=");
    assert_non_null(host);
    snprintf(proxy->folder, sizeof proxy->folder, "%s", rig->dir);
    snprintf(proxy->server, sizeof proxy->server, "%.80s/.s.PGSQL.5432", host + 5);
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", rig->dir);
    proxy->listener = socket_to(&address, path);
    unlink(path);
    assert_int_equal(bind(proxy->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(proxy->listener, 8), 0);
    assert_int_equal(pthread_create(&proxy->thread, NULL, proxy_run, proxy), 0);
    snprintf(url, sizeof url, "postgresql://sunlot@/sunlot?host=%s", rig->dir);
    assert_int_equal(db_open(db, str_of(url), false, NULL), ERR_OK);
}

static void proxy_stop(struct proxy *proxy, struct db *db)
{
    db_close(db);
    atomic_store(&proxy->stop, true);
    pthread_join(proxy->thread, NULL);
    close(proxy->listener);
}

struct
try {
    int runs;
};

static enum err try_work(struct db_tx *tx, void *ctx)
{
    struct try *try = ctx;
    try->runs++;
    return db_run(tx, NULL, "INSERT INTO item(id) VALUES ($1)", DB_ARGS(db_int(try->runs)));
}

/* One transaction with the line cut at word; returns what it was told. */
static enum err cut_at(struct rig *rig, struct try *try, struct fault *fault, struct proxy proxy)
{
    struct db *db = NULL;
    atomic_int cuts = proxy.cuts;
    atomic_store(&proxy.cuts, 0);
    proxy_start(&proxy, &db, rig);
    atomic_store(&proxy.cuts, cuts);
    enum err err = db_transact(db, "cut", try_work, try, fault);
    proxy_stop(&proxy, db);
    return err;
}

static void a_commit_without_an_answer_is_never_repeated(void **state)
{
    struct rig *rig = *state;
    struct try try = {0};
    struct fault fault = {0};
    rig_run(rig->db, "CREATE TABLE item (id BIGINT PRIMARY KEY)");
    struct proxy answer_lost = {.word = "COMMIT", .pass = true, .cuts = 1};
    assert_int_equal(cut_at(rig, &try, &fault, answer_lost), ERR_DB);
    assert_non_null(strstr(fault.text, "结果未知"));
    assert_int_equal(try.runs, 1);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item"), 1);
}

static void a_commit_that_never_arrived_is_told_in_the_same_words(void **state)
{
    struct rig *rig = *state;
    struct try try = {0};
    struct fault fault = {0};
    rig_run(rig->db, "CREATE TABLE item (id BIGINT PRIMARY KEY)");
    struct proxy commit_lost = {.word = "COMMIT", .cuts = 1};
    assert_int_equal(cut_at(rig, &try, &fault, commit_lost), ERR_DB);
    assert_non_null(strstr(fault.text, "结果未知"));
    assert_int_equal(try.runs, 1);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item"), 0);
}

static void a_connection_lost_before_the_commit_is_made_good(void **state)
{
    struct rig *rig = *state;
    static const char *const words[] = {"BEGIN", "INSERT", "RELEASE one"};
    rig_run(rig->db, "CREATE TABLE item (id BIGINT PRIMARY KEY)");
    for (size_t i = 0; i < 3; i++) {
        struct try try = {0};
        struct proxy proxy = {.word = words[i], .pass = i == 1, .cuts = 2};
        assert_int_equal(cut_at(rig, &try, NULL, proxy), ERR_OK);
        assert_int_equal(try.runs, i == 0 ? 1 : 3);
        assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item"), 1);
        rig_run(rig->db, "DELETE FROM item");
    }
}

static void a_line_that_always_breaks_is_given_up(void **state)
{
    struct rig *rig = *state;
    struct try try = {0};
    struct fault fault = {0};
    rig_run(rig->db, "CREATE TABLE item (id BIGINT PRIMARY KEY)");
    struct proxy proxy = {.word = "INSERT", .cuts = 1000};
    assert_int_equal(cut_at(rig, &try, &fault, proxy), ERR_DB);
    assert_int_equal(try.runs, 9);
    assert_true(fault.text[0] != '\0');
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item"), 0);
}

static void connections_that_the_server_ended_are_replaced(void **state)
{
    struct rig *rig = *state;
    struct try try = {0};
    rig_run(rig->db, "CREATE TABLE item (id BIGINT PRIMARY KEY)");
    server_run(rig, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'sunlot'");
    assert_int_equal(db_transact(rig->db, "w", try_work, &try, NULL), ERR_OK);
    server_run(rig, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'sunlot'");
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item"), 1);
}

/* The statement ends its own connection, each time it is tried. */
static enum err suicide_work(struct db_tx *tx, void *ctx)
{
    int *runs = ctx;
    (*runs)++;
    TRY(db_run(tx, NULL, "INSERT INTO item VALUES ($1)", DB_ARGS(db_int(*runs))));
    return db_run(tx, NULL,
                  "UPDATE item SET id = CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN id"
                  " ELSE id + 1 END",
                  DB_NONE);
}

static void a_server_that_goes_within_a_statement_holds_nobody_up(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    int runs = 0;
    rig_run(rig->db, "CREATE TABLE item (id BIGINT PRIMARY KEY)");
    alarm(60); /* else the group would hang */
    assert_int_equal(db_transact(rig->db, "w", suicide_work, &runs, &fault), ERR_DB);
    alarm(0);
    assert_true(runs > 1);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item"), 0);
}

static void a_table_that_cannot_be_read_fails_the_check(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    rig_run(rig->db, "CREATE TABLE \"odd \"\"name\" (id BIGINT)");
    assert_int_equal(db_check(rig->db, &fault), ERR_OK);
    server_run(rig, "CREATE TABLE torn (id BIGINT); INSERT INTO torn VALUES (1); CHECKPOINT; "
                    "SET allow_system_table_mods = on; "
                    "UPDATE pg_class SET relfilenode = 4999999 WHERE relname = 'torn'");
    assert_int_equal(db_check(rig->db, &fault), ERR_DAMAGED);
    assert_non_null(strstr(fault.text, "torn"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_database_that_orders_or_encodes_otherwise_is_refused),
        RIG_TEST(a_commit_is_durable_even_where_the_server_says_off),
        RIG_TEST(a_commit_without_an_answer_is_never_repeated),
        RIG_TEST(a_commit_that_never_arrived_is_told_in_the_same_words),
        RIG_TEST(a_connection_lost_before_the_commit_is_made_good),
        RIG_TEST(a_line_that_always_breaks_is_given_up),
        RIG_TEST(connections_that_the_server_ended_are_replaced),
        RIG_TEST(a_server_that_goes_within_a_statement_holds_nobody_up),
        RIG_TEST(a_table_that_cannot_be_read_fails_the_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
