/* The draw over frozen pools of 10^5, 10^6 and 10^7 lines: read the file, check every line, Merkle
 * root, tickets, stratified selection, in one pass, on one core, in CPU seconds. The limit is the
 * SHA-256 blocks this must compute, counted line by line, at the rate libcrypto's EVP shows in the
 * same run.
 *
 * Without arguments: the benchmark. `bench_draw make LINES FILE` writes a pool; `bench_draw time
 * FILE` prints seconds, root and the digest of selected.tsv (bench_draw_peer.sh compares Python's).
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"
#include "draw/entry.h"
#include "draw/pool.h"
#include "draw/quota.h"
#include "draw/seed.h"
#include "draw/select.h"

#include <math.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SHARE = 1000 };

/* The strata of a generated pool: so many of 1000 objects, drawn at NUM/100. */
static const struct {
    const char *name;
    unsigned share;
    unsigned num;
} classes[] = {{"A低", 500, 1},
               {"B一般", 300, 2},
               {"C较高", 70, 5},
               {"D高", 30, 10},
               {"排除-本年度已查", 100, 0}};
enum { CLASSES = sizeof classes / sizeof classes[0] };

/* CPU seconds of this thread: all of the work is its own, and the machine may be shared. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A scrambled number: which stratum a line is in must not follow its place. */
static uint64_t scramble(uint64_t x)
{
    x = (x ^ x >> 31) * UINT64_C(0x9E3779B97F4A7C15);
    return (x ^ x >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> 32;
}

static const char *class_of(uint64_t i)
{
    unsigned at = (unsigned)(scramble(i) % SHARE);
    size_t c = 0;
    while (at >= classes[c].share)
        at -= classes[c++].share;
    return classes[c].name;
}

static enum err pool_make(const char *path, uint64_t lines)
{
    struct file_out file;
    TRY(file_out_open(&file, path, 0600, false));
    for (uint64_t i = 0; i < lines; i++) {
        char line[96];
        int len = snprintf(line, sizeof line, "9141%013lluX\t%s\n", (unsigned long long)i * 7,
                           class_of(i));
        file_out_add(&file, str_range(line, (size_t)len));
    }
    return file_out_commit(&file);
}

/* What one pass did. */
struct run {
    double seconds; /* the best of the repeats */
    double rate;    /* SHA-256 blocks a second, the best measured between them */
    uint64_t lines;
    uint64_t blocks; /* SHA-256 blocks that had to be computed */
    uint64_t drawn;
    uint8_t root[DRAW_HASH];
    uint8_t selected[DRAW_HASH];
};

static uint64_t blocks_of(uint64_t bytes)
{
    return (bytes + 9 + 63) / 64;
}

/* leaf: 0x00 and the line; ticket: "object:", id, 0x01 behind the key block, and the outer block.
 */
static uint64_t line_blocks(const struct draw_object *object, size_t len, bool ticket)
{
    return blocks_of(1 + len) + (ticket ? blocks_of(7 + object->id.len + 1) + 1 : 0);
}

/* A first pass, not timed: the commitment's strata, and the blocks. */
static enum err pool_survey(struct draw_commitment *commitment, struct run *run,
                            struct arena *arena, const char *path)
{
    struct file_lines file;
    struct str line;
    struct draw_pool *pool = NULL;
    struct draw_stratum *strata = NULL;
    TRY(draw_pool_open(&pool, arena, NULL));
    TRY(file_lines_open(&file, path));
    enum err err = ERR_OK;
    while ((err = file_lines_next(&file, &line)) == ERR_OK) {
        struct draw_object object;
        err = draw_pool_line(&object, pool, line, NULL);
        if (err != ERR_OK)
            break;
        bool excluded = str_eq(object.stratum, str_of(classes[CLASSES - 1].name));
        run->blocks += line_blocks(&object, line.len, !excluded);
    }
    file_lines_close(&file);
    if (err != ERR_END)
        return err;
    run->lines = draw_pool_size(pool);
    run->blocks += 2 * (run->lines - 1);
    TRY(draw_pool_strata(&strata, &commitment->stratum_count, pool, arena));
    for (size_t i = 0; i < commitment->stratum_count; i++)
        for (size_t c = 0; c < CLASSES; c++)
            if (str_eq(strata[i].name, str_of(classes[c].name)))
                strata[i] = (struct draw_stratum){strata[i].name, strata[i].count,
                                                  classes[c].num ? DRAW_CEIL : DRAW_FIXED,
                                                  classes[c].num, classes[c].num ? 100 : 1};
    commitment->strata = strata;
    commitment->pool_size = run->lines;
    return ERR_OK;
}

/* The pass that is timed. */
static enum err pass(struct draw_pool *pool, struct draw_select *select, const char *path)
{
    struct file_lines file;
    struct str line;
    struct draw_object object;
    enum err err = ERR_OK;
    TRY(file_lines_open(&file, path));
    while (err == ERR_OK && (err = file_lines_next(&file, &line)) == ERR_OK) {
        err = draw_pool_line(&object, pool, line, NULL);
        if (err == ERR_OK)
            err = draw_select_object(select, object.id, object.stratum, NULL);
    }
    file_lines_close(&file);
    return err == ERR_END ? ERR_OK : err;
}

static enum err selected_digest(struct run *run, const struct draw_selection *selection)
{
    struct buf text = {0};
    enum err err = draw_selected_write(&text, selection);
    crypto_sha256(run->selected, buf_view(&text));
    run->drawn = selection->count;
    buf_free(&text);
    return err;
}

static enum err draw_once(struct run *run, struct arena *arena,
                          const struct draw_commitment *commitment, const char *path)
{
    static const uint8_t seed[DRAW_HASH] = {42};
    static const uint8_t rounding[DRAW_HASH] = {0};
    uint64_t quotas[CLASSES];
    struct draw_pool *pool = NULL;
    struct draw_select *select = NULL;
    struct draw_selection selection;
    double start = now();
    TRY(draw_quotas(quotas, commitment->strata, commitment->stratum_count, rounding, NULL));
    TRY(draw_pool_open(&pool, arena, NULL));
    TRY(draw_select_open(&select, arena, commitment, quotas, seed));
    TRY(pass(pool, select, path));
    TRY(draw_pool_root(run->root, pool));
    TRY(draw_select_close(&selection, select, NULL));
    run->seconds = now() - start;
    return selected_digest(run, &selection);
}

/* Blocks a second of one SHA-256 stream over 16 KiB messages, as `openssl speed` measures. */
static double block_rate(void)
{
    static uint8_t data[16384];
    uint8_t out[DRAW_HASH];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint64_t blocks = 0;
    double start = now();
    double end = start;
    for (; ctx != NULL && end - start < 0.1; end = now()) {
        EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
        EVP_DigestUpdate(ctx, data, sizeof data);
        EVP_DigestFinal_ex(ctx, out, NULL);
        blocks += blocks_of(sizeof data);
    }
    EVP_MD_CTX_free(ctx);
    return (double)blocks / (end - start);
}

static enum err draw_time(struct run *run, const char *path, int repeats)
{
    struct arena survey = {0};
    struct draw_commitment commitment = {0};
    double best = 1e9;
    enum err err = pool_survey(&commitment, run, &survey, path);
    for (int i = 0; err == ERR_OK && i < repeats; i++) {
        struct arena arena = {0};
        double rate = block_rate();
        err = draw_once(run, &arena, &commitment, path);
        best = run->seconds < best ? run->seconds : best;
        run->rate = rate > run->rate ? rate : run->rate;
        arena_free(&arena);
    }
    run->seconds = best;
    arena_free(&survey);
    return err;
}

static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static enum err bench_size(double *seconds, uint64_t lines, const char *path)
{
    struct run run = {0};
    TRY(pool_make(path, lines));
    TRY(draw_time(&run, path, lines > 5000000 ? 3 : 9));
    double limit = (double)run.blocks / run.rate;
    *seconds = run.seconds;
    printf("# %llu lines, %llu drawn, %llu SHA-256 blocks: at least %.3f s\n",
           (unsigned long long)run.lines, (unsigned long long)run.drawn,
           (unsigned long long)run.blocks, limit);
    printf("draw_1e%d %.3f s %.2f <=1.5\n", (int)lround(log10((double)lines)), run.seconds,
           run.seconds / limit);
    printf("draw_1e%d_memory %.1f MB %.3f <=1\n", (int)lround(log10((double)lines)), peak_mb(),
           peak_mb() / 64);
    fflush(stdout);
    return ERR_OK;
}

static enum err bench_all(const char *path)
{
    double seconds[3] = {0};
    TRY(bench_size(&seconds[0], 100000, path));
    TRY(bench_size(&seconds[1], 1000000, path));
    TRY(bench_size(&seconds[2], 10000000, path));
    double exponent = log(seconds[2] / seconds[0]) / log(100);
    printf("draw_growth_1e5_1e7 %.3f exponent %.3f <=1.05\n", exponent, exponent);
    return ERR_OK;
}

static enum err time_file(const char *path)
{
    struct run run = {0};
    struct buf out = {0};
    TRY(draw_time(&run, path, 3));
    buf_printf(&out, "%.6f ", run.seconds);
    buf_hex(&out, run.root, DRAW_HASH);
    buf_char(&out, ' ');
    buf_hex(&out, run.selected, DRAW_HASH);
    puts(buf_cstr(&out));
    buf_free(&out);
    return ERR_OK;
}

static enum err bench_temp(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/bench_draw.XXXXXX", folder ? folder : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0)
        return ERR_IO;
    close(fd);
    enum err err = bench_all(path);
    unlink(path);
    return err;
}

int main(int argc, char **argv)
{
    enum err err = ERR_USAGE;
    if (argc == 1)
        err = bench_temp();
    else if (argc == 4 && strcmp(argv[1], "make") == 0)
        err = pool_make(argv[3], strtoull(argv[2], NULL, 10));
    else if (argc == 3 && strcmp(argv[1], "time") == 0)
        err = time_file(argv[2]);
    if (err != ERR_OK)
        fprintf(stderr, "bench_draw: %s\n", err_en(err));
    return err != ERR_OK;
}
