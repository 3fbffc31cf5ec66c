/* Findings of a verification, and reading a bundle's files: bundle_work.h.
 *
 * Only here a difference is counted; `holds` is false from the first one on. */
#include "draw/bundle_work.h"

#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>

static const char *const check_words[DRAW_CHECKS] = {
#define CHECK(name, zh) [DRAW_CHECK_##name] = zh,
#include "draw/check.def"
#undef CHECK
};

const char *draw_check_zh(enum draw_check check)
{
    return (size_t)check < DRAW_CHECKS ? check_words[check] : "";
}

/* Names of a folder may be longer than any a bundle has; they are cut. */
static void verdict_first(struct draw_verdict *verdict, const struct draw_finding *finding)
{
    size_t len = finding->file.len < DRAW_BUNDLE_NAME ? finding->file.len : DRAW_BUNDLE_NAME;
    if (len > 0)
        memcpy(verdict->file, finding->file.data, len);
    verdict->file[len] = '\0';
    verdict->row = finding->row;
}

void bundle_say(struct bundle *b, const struct draw_finding *finding)
{
    struct draw_verdict *verdict = b->verdict;
    verdict->same += finding->mark == DRAW_SAME;
    verdict->open += finding->mark == DRAW_OPEN;
    if (finding->mark == DRAW_DIFFERS) {
        if (verdict->differs++ == 0)
            verdict_first(verdict, finding);
        verdict->holds = false;
    }
    if (b->job->report != NULL)
        b->job->report(b->job->ctx, finding);
}

enum err bundle_differs(struct bundle *b, const struct draw_finding *finding)
{
    struct draw_finding difference = *finding;
    difference.mark = DRAW_DIFFERS;
    bundle_say(b, &difference);
    return ERR_PROOF;
}

enum err bundle_go_on(enum err err)
{
    return err == ERR_PROOF ? ERR_OK : err;
}

enum err bundle_blame(struct bundle *b, enum draw_check check, struct str file, enum err err,
                      const struct fault *fault)
{
    if (err == ERR_OK || err == ERR_MEMORY || err == ERR_IO)
        return err;
    const char *words = fault->text[0] != '\0' ? fault->text : err_zh(err);
    return bundle_differs(
        b, &(struct draw_finding){
               .check = check, .file = file, .row = fault->row, .words = str_of(words)});
}

struct str bundle_hex(struct bundle *b, const uint8_t hash[DRAW_HASH])
{
    struct buf hex = {0};
    buf_hex(&hex, hash, DRAW_HASH);
    struct str copy = arena_str(b->arena, buf_view(&hex));
    buf_free(&hex);
    return copy.data != NULL ? copy : str_range(NULL, 0);
}

enum err bundle_match(struct bundle *b, enum draw_check check, struct str file,
                      const uint8_t shown[DRAW_HASH], const uint8_t computed[DRAW_HASH])
{
    bool same = memcmp(shown, computed, DRAW_HASH) == 0;
    struct draw_finding finding = {.mark = same ? DRAW_SAME : DRAW_DIFFERS,
                                   .check = check,
                                   .file = file,
                                   .shown = bundle_hex(b, shown),
                                   .computed = bundle_hex(b, computed)};
    bundle_say(b, &finding);
    return same ? ERR_OK : ERR_PROOF;
}

/* Equal texts need no look at lines; else the first line that differs is found. */
enum err bundle_compare(struct bundle *b, enum draw_check check, struct str file, struct str shown,
                        struct str computed)
{
    uint64_t row = 0;
    struct str left = str_empty(shown) ? str_range("", 0) : shown;
    struct str right = str_empty(computed) ? str_range("", 0) : computed;
    struct str a = {0};
    struct str c = {0};
    bool more = true;
    bool same = str_eq(left, right);
    while (!same && more && str_eq(a, c)) {
        bool some = str_cut(&a, &left, '\n');
        more = str_cut(&c, &right, '\n') && some;
        row++;
    }
    if (!same)
        return bundle_differs(
            b, &(struct draw_finding){
                   .check = check, .file = file, .row = row, .shown = a, .computed = c});
    for (size_t i = 0; i < shown.len; i++)
        row += shown.data[i] == '\n';
    struct str lines = arena_printf(b->arena, "%llu 行", (unsigned long long)row);
    bundle_say(b, &(struct draw_finding){.check = check, .file = file, .words = lines});
    return ERR_OK;
}

/* For sorting and finding names. */
static int str_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

bool bundle_has(const struct bundle *b, struct str name)
{
    size_t count = b->job->files->count;
    return count > 0 && bsearch(&name, b->names, count, sizeof name, str_order) != NULL;
}

bool bundle_excused(const struct bundle *b, struct str name)
{
    if (bundle_has(b, name))
        return false;
    const struct draw_manifest *manifest = &b->manifest;
    for (size_t i = 0; i < manifest->without_count; i++)
        if (str_eq(manifest->without[i], name))
            return true;
    return manifest->aborted;
}

/* The words for a file that is there and cannot be read. */
static enum err file_bad(struct bundle *b, enum draw_check check, struct str name, enum err err)
{
    struct fault fault = {0};
    if (err == ERR_FORMAT)
        fault_set(&fault, err, "文件内容已损坏，无法读出");
    if (err == ERR_LIMIT)
        fault_set(&fault, err, "文件过大，超出材料包中这种文件的上限");
    return bundle_blame(b, check, name, err, &fault);
}

/* Opens a file that must be there. */
static enum err file_open(void **stream, struct bundle *b, enum draw_check check, struct str name)
{
    const struct draw_bundle_source *files = b->job->files;
    if (!bundle_has(b, name))
        return bundle_differs(b, &(struct draw_finding){.check = check,
                                                        .file = name,
                                                        .words = STR("材料包中缺少这个文件")});
    return file_bad(b, check, name, files->open(stream, files->ctx, name));
}

/* Stops as soon as the limit is passed: what a directory promised may be a lie. */
static enum err stream_load(struct buf *out, const struct draw_bundle_source *files, void *stream,
                            size_t limit)
{
    enum { STEP = 65536 };
    size_t got = 1;
    while (got > 0) {
        char *at = buf_reserve(out, STEP);
        if (at == NULL)
            return ERR_MEMORY;
        TRY(files->read(stream, at, STEP, &got));
        out->len += got;
        if (out->len > limit)
            return ERR_LIMIT;
    }
    return ERR_OK;
}

/* The buffer grows outside the arena, so that its growth leaves nothing behind. */
enum err bundle_load(struct str *text, struct bundle *b, enum draw_check check, struct str name,
                     size_t limit)
{
    void *stream = NULL;
    struct buf whole = {0};
    TRY(file_open(&stream, b, check, name));
    enum err err = stream_load(&whole, b->job->files, stream, limit);
    b->job->files->close(stream);
    if (err == ERR_OK) {
        *text = arena_str(b->arena, buf_view(&whole));
        err = text->data == NULL ? ERR_MEMORY : ERR_OK;
    }
    buf_free(&whole);
    return file_bad(b, check, name, err);
}

enum err bundle_hash(uint8_t hash[DRAW_HASH], struct bundle *b, struct str name)
{
    void *stream = NULL;
    char data[16384];
    size_t got = 1;
    struct crypto_sha256 h;
    TRY(file_open(&stream, b, DRAW_CHECK_FILE, name));
    crypto_sha256_init(&h);
    enum err err = ERR_OK;
    while (err == ERR_OK && got > 0) {
        err = b->job->files->read(stream, data, sizeof data, &got);
        if (err == ERR_OK)
            crypto_sha256_add(&h, str_range(data, got));
    }
    b->job->files->close(stream);
    crypto_sha256_final(hash, &h);
    return file_bad(b, DRAW_CHECK_FILE, name, err);
}

/* Both lists are short. */
static const struct draw_blind *blind_find(const struct bundle *b, struct str name)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < b->blind_counts[i]; k++)
            if (str_eq(b->blinds[i][k].name, name))
                return &b->blinds[i][k];
    return NULL;
}

/* In an open draw the blind is 32 zero bytes (PROTOCOL.md section 9). */
enum err bundle_committed_load(struct str *text, struct bundle *b,
                               const struct bundle_committed *file)
{
    uint8_t digest[DRAW_HASH];
    const struct draw_blind *blind = blind_find(b, file->name);
    bool sealed = draw_commitment_sealed(&b->commitment);
    TRY(bundle_load(text, b, file->check, file->name, BUNDLE_WHOLE));
    if (sealed && blind == NULL)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_BLINDS,
                                                        .file = file->name,
                                                        .words = STR("没有附这个文件的遮盖数")});
    if (file->line) {
        if (text->len == 0 || text->data[text->len - 1] != '\n')
            return bundle_differs(b, &(struct draw_finding){.check = file->check,
                                                            .file = file->name,
                                                            .row = 1,
                                                            .words = STR("末尾没有换行符")});
        text->len--;
    }
    draw_digest(digest, sealed ? blind->blind : NULL, *text);
    return bundle_match(b, file->check, file->name, file->digest, digest);
}
