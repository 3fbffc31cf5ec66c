/* Log appends against the disk itself: fdatasync of a file that grows by as many bytes, in the same
 * folder and the same run. One by one an append is one fdatasync and little else; in batches of 100
 * the entries share it. Rounds of both alternate, so that a busy disk slows both alike.
 *
 * A publish (tiles and a signed checkpoint) after each append is told without a goal. */
#include "base/file.h"
#include "vault/log.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ENTRY = 300, BATCH = 100, ROUNDS = 8 };
#define ROUND_SECONDS 0.25

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Work done and the time it took. */
struct tally {
    double count;
    double seconds;
};

static double rate(struct tally t)
{
    return t.count / t.seconds;
}

static void entry_fill(char entry[ENTRY], uint64_t number)
{
    memset(entry, 'e', ENTRY);
    snprintf(entry, ENTRY, "sunlot-draw/1 bench %llu", (unsigned long long)number);
}

/* Appends batches of n for one round; with publish, shows each. */
static enum err round_log(struct tally *t, struct vault_log *log, size_t n, bool publish)
{
    char text[BATCH][ENTRY];
    struct str entries[BATCH];
    double start = now();
    double end = start;
    for (; end - start < ROUND_SECONDS; end = now()) {
        for (size_t i = 0; i < n; i++) {
            entry_fill(text[i], vault_log_size(log) + i);
            entries[i] = str_range(text[i], ENTRY);
        }
        TRY(vault_log_append(log, entries, n));
        if (publish)
            TRY(vault_log_publish(log, 0));
        t->count += (double)n;
    }
    t->seconds += end - start;
    return ERR_OK;
}

static enum err round_raw(struct tally *t, int fd)
{
    char text[ENTRY];
    double start = now();
    double end = start;
    for (; end - start < ROUND_SECONDS; end = now()) {
        entry_fill(text, (uint64_t)t->count);
        if (write(fd, text, sizeof text) != (ssize_t)sizeof text || fdatasync(fd) != 0)
            return ERR_IO;
        t->count += 1;
    }
    t->seconds += end - start;
    return ERR_OK;
}

/* All rounds of one kind, each beside a raw one. */
static enum err rounds(struct tally *log_tally, struct tally *raw, struct vault_log *log, int fd,
                       size_t n, bool publish)
{
    for (int i = 0; i < ROUNDS; i++) {
        TRY(round_raw(raw, fd));
        TRY(round_log(log_tally, log, n, publish));
    }
    return ERR_OK;
}

static enum err bench(struct vault_log *log, int fd)
{
    struct tally one = {0};
    struct tally raw = {0};
    struct tally hundred = {0};
    struct tally raw_hundred = {0};
    struct tally shown = {0};
    struct tally raw_shown = {0};
    TRY(rounds(&one, &raw, log, fd, 1, false));
    printf("# raw fdatasync of as many bytes: %.0f a second\n", rate(raw));
    printf("log_append_1 %.0f /s %.2f >=0.8\n", rate(one), rate(one) / rate(raw));
    TRY(rounds(&hundred, &raw_hundred, log, fd, BATCH, false));
    printf("# against the goal of 100,000 entries a second\n");
    printf("log_append_100 %.0f /s %.2f >=1\n", rate(hundred), rate(hundred) / 100000);
    TRY(rounds(&shown, &raw_shown, log, fd, 1, true));
    printf("# tiles written and a checkpoint signed each time, against raw fdatasync\n");
    printf("log_publish %.0f /s %.2f -\n", rate(shown), rate(shown) / rate(raw_shown));
    return ERR_OK;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

int main(void)
{
    char dir[] = "./bench-log-XXXXXX";
    char path[64];
    struct vault_log *log = NULL;
    struct fault fault = {0};
    if (mkdtemp(dir) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/raw", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    enum err err = fd < 0 ? ERR_IO : vault_log_create(dir, STR("bench.invalid/log"), &fault);
    if (err == ERR_OK)
        err = vault_log_open(&log, dir, &fault);
    if (err == ERR_OK)
        err = bench(log, fd);
    vault_log_close(log);
    if (fd >= 0)
        close(fd);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (err != ERR_OK)
        fprintf(stderr, "bench_log: %s %s\n", err_en(err), fault.text);
    return err == ERR_OK ? 0 : 1;
}
