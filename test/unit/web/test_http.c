/* The server itself, with handlers that only a test has: slow ones, failing ones, many at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/http.h"

/* What the test's handlers share with the test. */
struct bench {
    struct web_server *server;
    pthread_mutex_t gate; /* held by the test while slow handlers are to wait */
    _Atomic int waiting;
    _Atomic int made;
    _Atomic uint64_t version;
};

static enum err handle_fast(struct web_reply *reply, const struct web_request *r,
                            struct fault *fault)
{
    (void)r;
    (void)fault;
    buf_cat(&reply->body, "fast");
    return ERR_OK;
}

static enum err handle_slow(struct web_reply *reply, const struct web_request *r,
                            struct fault *fault)
{
    struct bench *b = r->ctx;
    (void)fault;
    b->waiting++;
    pthread_mutex_lock(&b->gate);
    pthread_mutex_unlock(&b->gate);
    buf_cat(&reply->body, "slow");
    return ERR_OK;
}

static enum err handle_count(struct web_reply *reply, const struct web_request *r,
                             struct fault *fault)
{
    struct bench *b = r->ctx;
    (void)fault;
    buf_printf(&reply->body, "made %d", ++b->made);
    return ERR_OK;
}

static enum err handle_fail(struct web_reply *reply, const struct web_request *r,
                            struct fault *fault)
{
    bool ours = str_eq(web_param(r, "of"), STR("ours"));
    buf_cat(&reply->body, "half a page");
    return fault_set(fault, ours ? ERR_DB : ERR_MISSING, "words of the fault");
}

static enum err handle_echo(struct web_reply *reply, const struct web_request *r,
                            struct fault *fault)
{
    (void)fault;
    buf_str(&reply->body, r->body);
    return ERR_OK;
}

enum { LARGE = 32 << 20 }; /* more than the system keeps for a reader */

static enum err handle_large(struct web_reply *reply, const struct web_request *r,
                             struct fault *fault)
{
    char kilobyte[1024];
    (void)r;
    (void)fault;
    memset(kilobyte, 'x', sizeof kilobyte);
    for (int i = 0; i < LARGE / 1024; i++)
        buf_add(&reply->body, kilobyte, sizeof kilobyte);
    return ERR_OK;
}

static void make_error(struct web_reply *reply, const struct web_request *r, int status,
                       const struct fault *fault)
{
    (void)r;
    buf_printf(&reply->body, "error %d %s", status, fault != NULL ? fault->text : "-");
}

static uint64_t tell_version(void *ctx)
{
    return ((struct bench *)ctx)->version;
}

static const struct web_route routes[] = {
    {WEB_GET, "/fast", handle_fast, WEB_FAST, 0, "fast", 0},
    {WEB_GET, "/block", handle_fast, WEB_BLOCK, 0, "block", 0},
    {WEB_GET, "/slow", handle_slow, WEB_BLOCK, 0, "slow", 0},
    {WEB_GET, "/count", handle_count, WEB_BLOCK | WEB_CACHED, 0, "count", 0},
    {WEB_GET, "/quick", handle_count, WEB_BLOCK | WEB_CACHED | WEB_QUICK, 0, "quick", 0},
    {WEB_GET, "/large", handle_large, WEB_BLOCK, 0, "large", 0},
    {WEB_GET, "/fail", handle_fail, WEB_BLOCK, 0, "fail", 0},
    {WEB_POST, "/hold", handle_slow, WEB_BLOCK, 0, "hold", 0},
    {WEB_POST, "/echo", handle_echo, WEB_BLOCK, 1000, "echo", 0},
    {WEB_GET, NULL, NULL, 0, 0, NULL, 0},
};

static void bench_start(struct bench *b, struct web_config config)
{
    struct fault fault = {0};
    memset(b, 0, sizeof *b);
    pthread_mutex_init(&b->gate, NULL);
    b->version = 1;
    config.address = "127.0.0.1";
    config.routes = routes;
    config.error_page = make_error;
    config.version = tell_version;
    config.ctx = b;
    assert_int_equal(web_server_start(&b->server, &config, &fault), ERR_OK);
}

static void bench_open(struct bench *b, unsigned workers, unsigned queue)
{
    bench_start(b, (struct web_config){.workers = workers, .queue = queue, .per_client = 500});
}

static void bench_close(struct bench *b)
{
    web_server_stop(b->server, 5);
    pthread_mutex_destroy(&b->gate);
}

static int ask(const struct bench *b, const char *head)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(web_server_port(b->server))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(fd, head, strlen(head), MSG_NOSIGNAL), (ssize_t)strlen(head));
    return fd;
}

/* Byte by byte, each a packet of its own as far as the machine allows. */
static int ask_slowly(const struct bench *b, const char *head)
{
    int fd = ask(b, "");
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (const char *c = head; *c != '\0' && send(fd, c, 1, MSG_NOSIGNAL) == 1; c++)
        usleep(200);
    return fd;
}

/* All that comes until the server closes. */
static void hear(char *out, size_t size, int fd)
{
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 && len < size - 1) {
        got = recv(fd, out + len, size - 1 - len, 0);
        len += got > 0 ? (size_t)got : 0;
    }
    out[len] = '\0';
    close(fd);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static int status_of(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static bool ends_with(const char *answer, const char *body)
{
    return str_ends(str_of(answer), str_of(body));
}

static void wait_for(const _Atomic int *value, int least)
{
    for (int i = 0; i < 1000 && *value < least; i++)
        usleep(5000);
    assert_true(*value >= least);
}

/* Waits until `least` of the sockets have something to hear. */
static void wait_heard(const int *fds, int count, int least)
{
    int heard = 0;
    for (int i = 0; i < 2000 && heard < least; i++) {
        usleep(5000);
        heard = 0;
        for (int k = 0; k < count; k++) {
            struct pollfd one = {.fd = fds[k], .events = POLLIN};
            heard += poll(&one, 1, 0) == 1;
        }
    }
    assert_int_equal(heard, least);
}

/* Every worker waits, the queue is full: pages that need no worker are served all the same, what
 * finds no place is told to come again, and nothing is lost once the slow ones go on. */
static void slow_handlers_do_not_slow_other_readers(void **state)
{
    enum { WORKERS = 4, QUEUE = 8, MORE = 20 };
    struct bench b;
    char answer[4096];
    int slow[WORKERS];
    int asked[QUEUE + MORE];
    int served = 0;
    (void)state;
    bench_open(&b, WORKERS, QUEUE);
    pthread_mutex_lock(&b.gate);
    for (int i = 0; i < WORKERS; i++)
        slow[i] = ask(&b, GET("/slow"));
    wait_for(&b.waiting, WORKERS);
    for (int i = 0; i < QUEUE + MORE; i++)
        asked[i] = ask(&b, GET("/block"));
    wait_heard(asked, QUEUE + MORE, MORE);
    for (int i = 0; i < 200; i++) {
        hear(answer, sizeof answer, ask(&b, GET("/fast")));
        assert_true(status_of(answer) == 200 && ends_with(answer, "fast"));
    }
    assert_int_equal(b.waiting, WORKERS);
    pthread_mutex_unlock(&b.gate);
    for (int i = 0; i < WORKERS; i++) {
        hear(answer, sizeof answer, slow[i]);
        assert_true(status_of(answer) == 200 && ends_with(answer, "slow"));
    }
    for (int i = 0; i < QUEUE + MORE; i++) {
        hear(answer, sizeof answer, asked[i]);
        served += status_of(answer) == 200;
        if (status_of(answer) != 200)
            assert_true(status_of(answer) == 503 && strstr(answer, "Retry-After") != NULL);
    }
    assert_int_equal(served, QUEUE);
    bench_close(&b);
}

/* Forms that wait for the one writer of a database must not keep readers from theirs. */
static void forms_that_wait_take_no_worker_from_readers(void **state)
{
    enum { WORKERS = 2, FORMS = 8 };
    struct bench b;
    char answer[4096];
    int forms[FORMS];
    (void)state;
    bench_open(&b, WORKERS, 8);
    pthread_mutex_lock(&b.gate);
    for (int i = 0; i < FORMS; i++)
        forms[i] = ask(&b, "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                           "Connection: close\r\n\r\n");
    wait_for(&b.waiting, FORMS);
    for (int i = 0; i < 20; i++) {
        hear(answer, sizeof answer, ask(&b, GET("/block")));
        assert_true(status_of(answer) == 200 && ends_with(answer, "fast"));
    }
    pthread_mutex_unlock(&b.gate);
    for (int i = 0; i < FORMS; i++) {
        hear(answer, sizeof answer, forms[i]);
        assert_true(status_of(answer) == 200 && ends_with(answer, "slow"));
    }
    bench_close(&b);
}

struct stopper {
    struct bench *bench;
    _Atomic int done;
};

/* More of one address than allowed are ended without an answer; who leaves makes room. */
static void an_address_has_its_number_of_connections(void **state)
{
    struct bench b;
    char answer[1024];
    int fds[3];
    (void)state;
    bench_start(&b, (struct web_config){.workers = 2, .per_client = 3});
    for (int i = 0; i < 3; i++)
        fds[i] = ask(&b, "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_heard(fds, 3, 3);
    for (int i = 0; i < 3; i++) {
        hear(answer, sizeof answer, ask(&b, ""));
        assert_string_equal(answer, "");
    }
    assert_int_equal(recv(fds[0], answer, 12, 0), 12);
    assert_memory_equal(answer, "HTTP/1.1 200", 12);
    answer[0] = '\0';
    close(fds[1]);
    for (int i = 0; i < 200 && status_of(answer) != 200; i++) {
        usleep(10000);
        hear(answer, sizeof answer, ask(&b, GET("/fast")));
    }
    assert_true(ends_with(answer, "fast"));
    close(fds[0]);
    close(fds[2]);
    bench_close(&b);
}

/* Who takes his answer too slowly is cut off within it; who takes it in time has it whole. */
static void readers_that_do_not_read_are_cut_off(void **state)
{
    struct bench b;
    char *all = malloc(LARGE + 4096);
    (void)state;
    assert_non_null(all);
    bench_start(&b, (struct web_config){.workers = 2, .send_seconds = 1, .slowest = LARGE});
    int slow = ask(&b, GET("/large"));
    hear(all, LARGE + 4096, ask(&b, GET("/large")));
    assert_int_equal(status_of(all), 200);
    assert_true(strlen(all) > LARGE);
    sleep(4); /* two seconds are its time, the watch looks once a second */
    hear(all, LARGE + 4096, slow);
    assert_int_equal(status_of(all), 200);
    assert_true(strlen(all) < LARGE);
    bench_close(&b);
    free(all);
}

static void *stop_server(void *arg)
{
    struct stopper *s = arg;
    web_server_stop(s->bench->server, 20);
    s->done = 1;
    return NULL;
}

static void stopping_finishes_what_has_begun(void **state)
{
    struct bench b;
    struct stopper stopper = {.bench = &b};
    pthread_t thread;
    char answer[4096];
    (void)state;
    bench_open(&b, 2, 8);
    pthread_mutex_lock(&b.gate);
    int slow = ask(&b, GET("/slow"));
    int idle = ask(&b, "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_for(&b.waiting, 1);
    wait_heard(&idle, 1, 1);
    pthread_create(&thread, NULL, stop_server, &stopper);
    usleep(50000);
    assert_false(stopper.done);
    pthread_mutex_unlock(&b.gate);
    hear(answer, sizeof answer, slow);
    assert_true(status_of(answer) == 200 && ends_with(answer, "slow"));
    hear(answer, sizeof answer, idle);
    assert_int_equal(status_of(answer), 200);
    pthread_join(thread, NULL);
    assert_true(stopper.done);
    pthread_mutex_destroy(&b.gate);
}

static void cached_pages_are_made_once_a_version(void **state)
{
    struct bench b;
    char answer[4096];
    (void)state;
    bench_open(&b, 2, 8);
    for (int i = 0; i < 5; i++) {
        hear(answer, sizeof answer, ask(&b, GET("/count")));
        assert_true(ends_with(answer, "\r\n\r\nmade 1"));
    }
    hear(answer, sizeof answer, ask(&b, GET("/count?lang=en")));
    assert_true(ends_with(answer, "made 2")); /* another page */
    hear(answer, sizeof answer, ask(&b, GET("/count")));
    assert_true(ends_with(answer, "made 1"));
    hear(answer, sizeof answer,
         ask(&b, "HEAD /count HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    assert_true(status_of(answer) == 200 && ends_with(answer, "\r\n\r\n"));
    assert_non_null(strstr(answer, "Content-Length: 6"));
    b.version = 2;
    hear(answer, sizeof answer, ask(&b, GET("/count")));
    assert_true(ends_with(answer, "made 3"));
    bench_close(&b);
}

static void quick_pages_are_kept_from_the_second_time_on(void **state)
{
    static const char *const answers[] = {"made 1", "made 2", "made 2", "made 2"};
    struct bench b;
    char answer[4096];
    (void)state;
    bench_open(&b, 2, 8);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        hear(answer, sizeof answer, ask(&b, GET("/quick")));
        assert_true(ends_with(answer, answers[i]));
    }
    hear(answer, sizeof answer, ask(&b, GET("/quick?other=1")));
    assert_true(ends_with(answer, "made 3"));
    hear(answer, sizeof answer, ask(&b, GET("/quick")));
    assert_true(ends_with(answer, "made 2"));
    bench_close(&b);
}

static void faults_of_ours_tell_nothing(void **state)
{
    struct bench b;
    char answer[4096];
    (void)state;
    bench_open(&b, 2, 8);
    hear(answer, sizeof answer, ask(&b, GET("/fail?of=theirs")));
    assert_true(status_of(answer) == 404 && ends_with(answer, "error 404 words of the fault"));
    hear(answer, sizeof answer, ask(&b, GET("/fail?of=ours")));
    assert_true(status_of(answer) == 500 && ends_with(answer, "error 500 -"));
    assert_null(strstr(answer, "half a page"));
    bench_close(&b);
}

static void bodies_end_where_they_say(void **state)
{
    struct bench b;
    char answer[8192];
    char text[4096];
    (void)state;
    bench_open(&b, 2, 8);
    snprintf(text, sizeof text,
             "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
             "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde%s",
             GET("/fast"));
    hear(answer, sizeof answer, ask(&b, text));
    assert_non_null(strstr(answer, "\r\n\r\nhello"));
    assert_non_null(strstr(answer, "\r\n\r\nabcde"));
    assert_true(ends_with(answer, "fast"));
    snprintf(text, sizeof text,
             "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n%s",
             GET("/fast"));
    hear(answer, sizeof answer, ask(&b, text));
    assert_int_equal(status_of(answer), 411);
    assert_null(strstr(answer, "fast")); /* nothing behind a body without length is believed */
    snprintf(text, sizeof text,
             "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n"
             "%01001d",
             0);
    hear(answer, sizeof answer, ask(&b, text));
    assert_int_equal(status_of(answer), 413);
    bench_close(&b);
}

/* What is unusual but right in the lines of a head passes, in one piece or byte by byte; what is
 * not a line of CR LF is refused, and nothing behind it is answered. */
static void heads_pass_by_their_lines_however_they_arrive(void **state)
{
    static const struct {
        int status;
        const char *head;
    } rows[] = {
        {200, "GET /fast HTTP/1.1\r\nHost: x\r\n"},
        {200, "GET /fast HTTP/1.1\r\nHost:x\r\n"},
        {200, "GET /fast HTTP/1.1\r\nHost: \t x\r\nA: b \t\r\n"},
        {200, "GET /fast HTTP/1.1\r\nA:\r\nB: \r\nHost: x\r\nC:\r\n"},
        {200, "\r\n\r\nGET /fast HTTP/1.1\r\nHost: x\r\n"},
        {200, "GET /fast?a=1&b=%20 HTTP/1.1\r\nHost: x\r\nCookie: a=1; b=2\r\nA: b:c\r\n"},
        {400, "GET /fast HTTP/1.1\nHost: x\r\n"},
        {400, "GET /fast HTTP/1.1\r\nHost: x\n"},
        {400, "GET /fast HTTP/1.1\r\nHost: x\nA:  b\r\n"},
        {400, "GET /fast HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n"},
        {400, "GET /fast HTTP/1.1\r\nHost: x\r\nA: b\n\tc\r\nB: c\r\n"},
        {400, "GET /fast HTTP/1.1\r\nHost:\r\n x\r\n"},
        {400, "GET /fast HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n"},
        {400, "GET /fa st HTTP/1.1\r\nHost: x\r\n"},
    };
    struct bench b;
    char answer[8192];
    char text[1024];
    (void)state;
    bench_open(&b, 2, 8);
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        const char *head = rows[i / 2].head;
        snprintf(text, sizeof text, "%sConnection: close\r\n\r\n%s", head, GET("/count"));
        hear(answer, sizeof answer, i % 2 == 0 ? ask(&b, text) : ask_slowly(&b, text));
        if (status_of(answer) != rows[i / 2].status)
            fail_msg("%s: %s", head, answer);
        assert_null(strstr(answer, "made"));
    }
    bench_close(&b);
}

struct crowd {
    const struct bench *bench;
    int wrong;
};

static void *crowd_run(void *arg)
{
    static const char *const heads[] = {GET("/fast"),           GET("/count"),   GET("/block"),
                                        GET("/fail?of=theirs"), GET("/nothing"), GET("/%zz")};
    static const int statuses[] = {200, 200, 200, 404, 404, 400};
    struct crowd *c = arg;
    char answer[4096];
    for (int i = 0; i < 300; i++) {
        hear(answer, sizeof answer, ask(c->bench, heads[i % 6]));
        c->wrong += status_of(answer) != statuses[i % 6];
    }
    return NULL;
}

/* For the sanitizers as much as for its own sake. */
static void many_at_once_get_their_own_answers(void **state)
{
    enum { CROWD = 8 };
    struct bench b;
    pthread_t threads[CROWD];
    struct crowd crowds[CROWD];
    (void)state;
    bench_open(&b, 4, 256);
    for (int i = 0; i < CROWD; i++) {
        crowds[i] = (struct crowd){&b, 0};
        pthread_create(&threads[i], NULL, crowd_run, &crowds[i]);
    }
    for (int i = 0; i < 40; i++) {
        usleep(2000);
        b.version++;
    }
    for (int i = 0; i < CROWD; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(crowds[i].wrong, 0);
    }
    bench_close(&b);
}

static void a_taken_port_is_told_in_words(void **state)
{
    struct bench b;
    struct web_server *second = NULL;
    struct fault fault = {0};
    (void)state;
    bench_open(&b, 1, 1);
    struct web_config config = {.address = "127.0.0.1",
                                .port = web_server_port(b.server),
                                .routes = routes,
                                .error_page = make_error,
                                .version = tell_version,
                                .ctx = &b};
    assert_int_equal(web_server_start(&second, &config, &fault), ERR_IO);
    assert_non_null(strstr(fault.text, "端口"));
    config.address = "not an address";
    assert_int_equal(web_server_start(&second, &config, &fault), ERR_INPUT);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_handlers_do_not_slow_other_readers),
        cmocka_unit_test(forms_that_wait_take_no_worker_from_readers),
        cmocka_unit_test(an_address_has_its_number_of_connections),
        cmocka_unit_test(readers_that_do_not_read_are_cut_off),
        cmocka_unit_test(stopping_finishes_what_has_begun),
        cmocka_unit_test(cached_pages_are_made_once_a_version),
        cmocka_unit_test(quick_pages_are_kept_from_the_second_time_on),
        cmocka_unit_test(faults_of_ours_tell_nothing),
        cmocka_unit_test(bodies_end_where_they_say),
        cmocka_unit_test(heads_pass_by_their_lines_however_they_arrive),
        cmocka_unit_test(many_at_once_get_their_own_answers),
        cmocka_unit_test(a_taken_port_is_told_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
