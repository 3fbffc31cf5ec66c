/* Bundles and own proofs. The first byte says what the rest is taken for:
 *   B  a bundle as a row of files: length of the name (one byte), name, length of the content (four
 *      bytes, big-endian), content. Oracle: it holds under the key below if and only if it is, file
 *      by file, one of the two bundles whose seeds stand in corpus/bundle (made by story_verify).
 *   O  an own proof; F files.tsv; P private.tsv; D blinds; S strata.tsv; M a manifest. Oracle: what
 *      is read is written again byte for byte. */
#include "fuzz.h"

#include "base/arena.h"
#include "draw/bundle_own.h"
#include "tlog/proof.h"

#include <stdlib.h>
#include <string.h>

enum { FILES = 128 };

/* The verifier key and the bundles of the draw whose label is "fuzz" in story_verify. */
static const char vkey[] =
    "example.cn/sunlot+1916c7b3+AdAGD9arBxeySU4gdhPSWjHgmq35MzTf51Zu1Co0srrX";
static const char *const known[] = {
    "10502bb00ec329a0d1bc8b5aa5f892730bde4d59d0e8d4aa7beaef30f67ea983",
    "bc61b41b670c206bc99b101d08815d7055acf5c61eb5ea9d72f2facb7cba47fc",
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The files of one input. */
struct row {
    struct str names[FILES];
    struct str texts[FILES];
    size_t count;
};

static bool take(struct str *out, struct str *rest, size_t len)
{
    if (rest->len < len)
        return false;
    *out = str_sub(*rest, 0, len);
    *rest = str_sub(*rest, len, rest->len);
    return true;
}

static size_t number(struct str bytes)
{
    size_t value = 0;
    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | (unsigned char)bytes.data[i];
    return value;
}

static bool row_has(const struct row *row, struct str name)
{
    for (size_t i = 0; i < row->count; i++)
        if (str_eq(row->names[i], name))
            return true;
    return false;
}

/* A name that occurs twice is refused, as zip_reader_open does. */
static bool row_read(struct row *row, struct str rest)
{
    while (rest.len > 0) {
        struct str len = {0};
        struct str name = {0};
        struct str *text = &row->texts[row->count];
        if (row->count == FILES || !take(&len, &rest, 1) || !take(&name, &rest, number(len)) ||
            !take(&len, &rest, 4) || !take(text, &rest, number(len)) || row_has(row, name))
            return false;
        row->names[row->count++] = name;
    }
    return true;
}

static enum err row_open(void **stream, void *ctx, struct str name)
{
    const struct row *row = ctx;
    for (size_t i = 0; i < row->count; i++)
        if (str_eq(row->names[i], name)) {
            struct str *rest = malloc(sizeof *rest);
            if (rest == NULL)
                return ERR_MEMORY;
            *rest = row->texts[i];
            *stream = rest;
            return ERR_OK;
        }
    return ERR_FORMAT;
}

static enum err row_next(void *stream, char *data, size_t cap, size_t *got)
{
    struct str piece = {0};
    struct str *rest = stream;
    *got = rest->len < cap ? rest->len : cap;
    if (take(&piece, rest, *got) && piece.len > 0)
        memcpy(data, piece.data, piece.len);
    return ERR_OK;
}

static enum err prove(struct draw_logged *out, void *ctx, struct str proof,
                      const uint8_t leaf[DRAW_HASH], struct fault *fault)
{
    struct tlog_proven proven = {0};
    TRY(tlog_proof_verify(&proven, proof, leaf, ctx, fault));
    *out = (struct draw_logged){.index = proven.index, .size = proven.size, .time = proven.time};
    memcpy(out->root, proven.root, DRAW_HASH);
    return ERR_OK;
}

static int name_order(const void *a, const void *b, void *ctx)
{
    const struct row *row = ctx;
    return str_cmp(row->names[*(const size_t *)a], row->names[*(const size_t *)b]);
}

/* SHA-256 over the digests of names and contents, sorted by name. */
static bool row_known(const struct row *row)
{
    size_t order[FILES];
    uint8_t hash[CRYPTO_HASH];
    struct crypto_sha256 all;
    bool found = false;
    for (size_t i = 0; i < row->count; i++)
        order[i] = i;
    qsort_r(order, row->count, sizeof order[0], name_order, (void *)(uintptr_t)row);
    crypto_sha256_init(&all);
    for (size_t i = 0; i < row->count; i++) {
        crypto_sha256(hash, row->names[order[i]]);
        crypto_sha256_add(&all, str_range((const char *)hash, sizeof hash));
        crypto_sha256(hash, row->texts[order[i]]);
        crypto_sha256_add(&all, str_range((const char *)hash, sizeof hash));
    }
    crypto_sha256_final(hash, &all);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint8_t wanted[CRYPTO_HASH];
        must(str_unhex(wanted, sizeof wanted, str_of(known[i])) == ERR_OK);
        found |= memcmp(wanted, hash, sizeof hash) == 0;
    }
    return found;
}

static void look_bundle(struct str input)
{
    struct row row = {0};
    struct tlog_verifier verifier = {0};
    struct draw_verdict verdict;
    if (!row_read(&row, input))
        return;
    must(tlog_verifier_parse(&verifier, str_of(vkey)) == ERR_OK);
    struct draw_bundle_source files = {&row, row.names, row.count, row_open, row_next, free};
    struct draw_bundle_log log = {&verifier, prove};
    struct draw_bundle_job job = {.files = &files, .log = &log};
    enum err err = draw_verify(&verdict, &job, NULL);
    /* vkey is compared where the reader's key is known (office/verify.c), so it is here. */
    bool key = false;
    for (size_t i = 0; i < row.count; i++)
        key |= str_eq(row.names[i], STR("vkey")) && row.texts[i].len == sizeof vkey &&
               str_starts(row.texts[i], str_of(vkey)) && str_ends(row.texts[i], STR("\n"));
    must((err == ERR_OK && verdict.holds && key) == row_known(&row));
}

static void look_own(struct str input)
{
    struct draw_own own;
    struct buf again = {0};
    struct tlog_verifier verifier = {0};
    struct draw_verdict verdict;
    struct draw_bundle_log log = {&verifier, prove};
    struct draw_bundle_job job = {.log = &log};
    if (draw_own_parse(&own, input, NULL) != ERR_OK)
        return;
    must(draw_own_write(&again, &own, NULL) == ERR_OK && str_eq(buf_view(&again), input));
    buf_free(&again);
    must(tlog_verifier_parse(&verifier, str_of(vkey)) == ERR_OK);
    must(draw_own_verify(&verdict, &own, &job, NULL) == ERR_OK);
}

static void look_files(struct arena *arena, struct str input, bool salted)
{
    struct draw_file *rows = NULL;
    size_t count = 0;
    struct buf again = {0};
    uint8_t salt[DRAW_HASH] = {0};
    if (draw_files_parse(&rows, &count, arena, input, salted, NULL) != ERR_OK)
        return;
    if (salted)
        must(str_unhex(salt, sizeof salt, str_sub(input, 7, 64)) == ERR_OK);
    must(draw_files_write(&again, rows, count, salted ? salt : NULL, NULL) == ERR_OK);
    must(str_eq(buf_view(&again), input));
    for (size_t i = 0; i < count; i++)
        must(draw_files_find(rows, count, rows[i].name) == &rows[i]);
    buf_free(&again);
}

static void look_blinds(struct arena *arena, struct str input)
{
    struct draw_blind *rows = NULL;
    size_t count = 0;
    struct buf again = {0};
    if (draw_blinds_parse(&rows, &count, arena, input, NULL) != ERR_OK)
        return;
    must(draw_blinds_write(&again, rows, count, NULL) == ERR_OK);
    must(str_eq(buf_view(&again), input));
    buf_free(&again);
}

static void look_strata(struct arena *arena, struct str input)
{
    struct draw_meaning *rows = NULL;
    size_t count = 0;
    struct buf again = {0};
    uint8_t salt[DRAW_HASH];
    if (draw_meanings_parse(&rows, &count, arena, input, NULL) != ERR_OK)
        return;
    must(str_unhex(salt, sizeof salt, str_sub(input, 7, 64)) == ERR_OK);
    must(draw_meanings_write(&again, rows, count, salt, NULL) == ERR_OK);
    must(str_eq(buf_view(&again), input));
    buf_free(&again);
}

static void look_manifest(struct arena *arena, struct str input)
{
    struct draw_manifest m;
    struct buf again = {0};
    if (draw_manifest_parse(&m, arena, input, NULL) != ERR_OK)
        return;
    buf_printf(&again, "sunlot-bundle/1 %s\ndraw %.*s\npool %s\nend %s\n",
               m.full ? "full" : "public", STR_ARG(m.number), m.blinded ? "blinded" : "plain",
               m.aborted ? "abort" : "disclosure");
    for (size_t i = 0; i < m.without_count; i++)
        buf_printf(&again, "without %.*s\n", STR_ARG(m.without[i]));
    for (size_t i = 0; i < m.unchecked_count; i++)
        buf_printf(&again, "unchecked %.*s\n", STR_ARG(m.unchecked[i]));
    must(str_eq(buf_view(&again), input));
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    if (size == 0)
        return 0;
    struct str input = str_range((const char *)data + 1, size - 1);
    switch (data[0]) {
    case 'B':
        look_bundle(input);
        break;
    case 'O':
        look_own(input);
        break;
    case 'F':
        look_files(&arena, input, false);
        break;
    case 'P':
        look_files(&arena, input, true);
        break;
    case 'D':
        look_blinds(&arena, input);
        break;
    case 'S':
        look_strata(&arena, input);
        break;
    case 'M':
        look_manifest(&arena, input);
        break;
    default:
        break;
    }
    arena_free(&arena);
    return 0;
}
