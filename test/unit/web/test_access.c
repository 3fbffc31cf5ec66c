/* The access log: what is written when, and that no line is lost or torn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "web/access.h"

enum { WRITERS = 4, LINES = 2000 };

struct bench {
    struct log log;
    struct web_access *access;
    char text[4 << 20];
};

static struct bench *bench_open(void)
{
    static struct bench b;
    memset(&b, 0, sizeof b);
    b.log.fd = memfd_create("access", MFD_CLOEXEC);
    assert_true(b.log.fd >= 0);
    assert_int_equal(web_access_open(&b.access, &b.log), ERR_OK);
    return &b;
}

static void tell(struct bench *b, uint64_t request, const char *target)
{
    struct buf room = {0};
    const struct web_access_row row = {.request = request,
                                       .client = STR("192.0.2.1"),
                                       .route = "front",
                                       .target = target,
                                       .status = 200,
                                       .bytes = 12,
                                       .started = 1};
    web_access_line(b->access, &room, &row);
    buf_free(&room);
}

/* What stands in the file by now. */
static const char *written(struct bench *b)
{
    ssize_t got = pread(b->log.fd, b->text, sizeof b->text - 1, 0);
    assert_true(got >= 0);
    b->text[got] = '\0';
    return b->text;
}

static size_t lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void on_a_quiet_server_a_line_is_there_at_once(void **state)
{
    struct bench *b = bench_open();
    (void)state;
    tell(b, 7, "/a?b=\"c\"");
    const char *text = written(b);
    assert_int_equal(lines(text), 1);
    assert_non_null(strstr(text, "\"event\":\"request\",\"request\":7,\"client\":\"192.0.2.1\","
                                 "\"route\":\"front\",\"target\":\"/a?b=\\\"c\\\"\",\"status\":200,"
                                 "\"bytes\":12,\"us\":"));
    usleep(20000);
    tell(b, 8, "/");
    assert_int_equal(lines(written(b)), 2);
    web_access_close(b->access);
    close(b->log.fd);
}

static void what_a_burst_leaves_is_written_soon_and_when_the_server_ends(void **state)
{
    struct bench *b = bench_open();
    (void)state;
    for (uint64_t i = 0; i < 5; i++)
        tell(b, i, "/");
    for (int i = 0; i < 200 && lines(written(b)) < 5; i++)
        usleep(10000);
    assert_int_equal(lines(written(b)), 5);
    for (uint64_t i = 0; i < 5; i++)
        tell(b, i, "/");
    web_access_close(b->access);
    assert_int_equal(lines(written(b)), 10);
    close(b->log.fd);
}

static void *writer(void *arg)
{
    for (uint64_t i = 0; i < LINES; i++)
        tell(arg, i, "/results?page=2");
    return NULL;
}

static void no_line_of_many_writers_is_lost_or_torn(void **state)
{
    struct bench *b = bench_open();
    pthread_t threads[WRITERS];
    size_t whole = 0;
    (void)state;
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, writer, b), 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    web_access_close(b->access);
    struct str rest = str_of(written(b));
    struct str line;
    while (str_cut(&line, &rest, '\n'))
        whole += str_starts(line, STR("{\"time\":\"2")) && str_ends(line, STR("}"));
    assert_int_equal(whole, WRITERS * LINES);
    assert_int_equal(lines(b->text), WRITERS * LINES);
    close(b->log.fd);
}

static void *teller(void *arg)
{
    tell(arg, 1, "/first");
    return NULL;
}

/* A disk or a collector that takes its time: whoever writes waits, whoever adds a line does not. */
static void a_write_that_is_held_up_holds_up_nobody_who_adds_a_line(void **state)
{
    static struct bench b;
    static char full[1 << 20];
    pthread_t first;
    int ends[2];
    int unread = 0;
    size_t got = 0;
    ssize_t piece;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    b.log.fd = ends[1];
    assert_int_equal(web_access_open(&b.access, &b.log), ERR_OK);
    int capacity = fcntl(ends[1], F_GETPIPE_SZ);
    assert_in_range(capacity, 1, sizeof full);
    memset(full, '\n', sizeof full);
    assert_int_equal(write(ends[1], full, (size_t)capacity), capacity);
    assert_int_equal(pthread_create(&first, NULL, teller, &b), 0);
    usleep(50000); /* it waits for room in the pipe by now */
    tell(&b, 2, "/second");
    tell(&b, 3, "/third"); /* neither returns while the first is waited for by them */
    assert_int_equal(ioctl(ends[0], FIONREAD, &unread), 0);
    assert_int_equal(unread, capacity);
    while (got < (size_t)capacity && (piece = read(ends[0], full, (size_t)capacity - got)) > 0)
        got += (size_t)piece;
    pthread_join(first, NULL);
    web_access_close(b.access);
    close(ends[1]);
    for (got = 0; (piece = read(ends[0], b.text + got, sizeof b.text - 1 - got)) > 0;)
        got += (size_t)piece;
    b.text[got] = '\0';
    close(ends[0]);
    const char *order[] = {strstr(b.text, "/first"), strstr(b.text, "/second"),
                           strstr(b.text, "/third")};
    assert_true(order[0] != NULL && order[1] > order[0] && order[2] > order[1]);
    assert_int_equal(lines(b.text), 3);
}

static void without_a_log_nothing_is_written(void **state)
{
    static struct bench b = {.log = {.fd = -1}};
    (void)state;
    assert_int_equal(web_access_open(&b.access, NULL), ERR_OK);
    tell(&b, 1, "/");
    web_access_close(b.access);
    assert_int_equal(web_access_open(&b.access, &b.log), ERR_OK);
    tell(&b, 1, "/");
    web_access_close(b.access);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_quiet_server_a_line_is_there_at_once),
        cmocka_unit_test(what_a_burst_leaves_is_written_soon_and_when_the_server_ends),
        cmocka_unit_test(no_line_of_many_writers_is_lost_or_torn),
        cmocka_unit_test(a_write_that_is_held_up_holds_up_nobody_who_adds_a_line),
        cmocka_unit_test(without_a_log_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
