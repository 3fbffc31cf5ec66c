/* The text of a business's own proof, written and strictly read, and finding what it needs in a
 * pool that streams by: bundle_own.h.
 *
 * The writer decides from the struct which lines there are; the reader finds the same lines in the
 * same order and then lets the writer repeat the text, so that it accepts nothing else. */
#include "draw/bundle_own.h"

#include "base/arena.h"

#include <string.h>

/* A block is counted in lines, so that the text stays readable. */
static size_t text_lines(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

/* `key HEX`. */
static void hex_line(struct buf *out, const char *key, const uint8_t *data, size_t len)
{
    buf_printf(out, "%s ", key);
    buf_hex(out, data, len);
    buf_char(out, '\n');
}

/* One line a hash, from the leaf up. */
static void path_write(struct buf *out, const char *key, const struct crypto_proof *path)
{
    for (size_t i = 0; i < path->count; i++)
        hex_line(out, key, path->hash[i], DRAW_HASH);
}

/* A neighbour and its path; nothing at either end of the pool. */
static void neighbour_write(struct buf *out, const char *key, const char *path_key,
                            const struct draw_own_line *line)
{
    if (!line->given)
        return;
    buf_printf(out, "%s %.*s\n", key, STR_ARG(line->line));
    path_write(out, path_key, &line->path);
}

/* The lines of an object that stands in the pool. */
static void present_write(struct buf *out, const struct draw_own *own)
{
    buf_printf(out, "line %.*s\n", STR_ARG(own->line.line));
    if (own->blinded)
        hex_line(out, "nonce", own->nonce, DRAW_NONCE);
    buf_printf(out, "index %llu\n", (unsigned long long)own->index);
    path_write(out, "path", &own->line.path);
    buf_printf(out, "quota %llu\n", (unsigned long long)own->quota);
    if (own->quota > 0)
        hex_line(out, "cutoff", own->cutoff, DRAW_HASH);
    if (own->rank > 0)
        buf_printf(out, "drawn %llu\n", (unsigned long long)own->rank);
    else
        buf_cat(out, "drawn no\n");
}

/* An entry and its proof, verbatim. */
static void entry_write(struct buf *out, const char *name, const struct draw_own_entry *entry)
{
    buf_printf(out, "%s %zu\n", name, text_lines(entry->text));
    buf_str(out, entry->text);
    buf_printf(out, "%s-proof %zu\n", name, text_lines(entry->proof));
    buf_str(out, entry->proof);
}

/* The whole text in its one order. */
static void own_write(struct buf *out, const struct draw_own *own)
{
    buf_printf(out, "sunlot-proof/1\nvkey %.*s\nobject %.*s\nanswer %s\n", STR_ARG(own->vkey),
               STR_ARG(own->object), own->present ? "present" : "absent");
    if (own->present) {
        present_write(out, own);
    } else {
        buf_printf(out, "next %llu\n", (unsigned long long)own->index);
        neighbour_write(out, "before", "before-path", &own->before);
        neighbour_write(out, "after", "after-path", &own->after);
    }
    entry_write(out, "commitment", &own->commitment);
    if (own->present) {
        entry_write(out, "beacon", &own->beacon);
        entry_write(out, "disclosure", &own->disclosure);
    }
    buf_cat(out, "end\n");
}

/* A block that did not end with LF would swallow the next line. */
static bool block_ok(struct str text)
{
    return text.len > 0 && text.data[text.len - 1] == '\n';
}

/* Both halves are there. */
static bool entry_ok(const struct draw_own_entry *entry)
{
    return block_ok(entry->text) && block_ok(entry->proof);
}

/* A line as a pool could hold it. */
static bool line_ok(const struct draw_own_line *line)
{
    struct draw_object object = {0};
    return line->given && line->path.count <= CRYPTO_PROOF_MAX &&
           draw_pool_split(&object, line->line, NULL) == ERR_OK;
}

/* What the writer needs and the reader found. */
static bool own_ok(const struct draw_own *own)
{
    bool ok = draw_text_ok(own->vkey, DRAW_TEXT_MAX) && draw_id_ok(own->object) &&
              entry_ok(&own->commitment);
    if (!own->present)
        return ok && (!own->before.given || line_ok(&own->before)) &&
               (!own->after.given || line_ok(&own->after));
    return ok && line_ok(&own->line) && entry_ok(&own->beacon) && entry_ok(&own->disclosure);
}

enum err draw_own_write(struct buf *out, const struct draw_own *own, struct fault *fault)
{
    if (!own_ok(own))
        return fault_set(fault, ERR_INPUT, "对象“%.*s”的自证缺少内容或写法不正确",
                         STR_ARG(own->object));
    own_write(out, own);
    return buf_err(out);
}

/* One sentence for all malformed lines; the number says which. */
static enum err bad(const struct draw_lines *lines, struct fault *fault)
{
    return draw_at_row(
        fault_set(fault, ERR_FORMAT, "自证第 %llu 行写法不正确", (unsigned long long)lines->row),
        fault, lines->row);
}

/* `key N`, canonical decimal. */
static enum err number_read(uint64_t *out, struct draw_lines *lines, struct str key,
                            struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&value, lines, key, fault));
    return str_u64(out, value) == ERR_OK ? ERR_OK : bad(lines, fault);
}

/* As many lines as there are, up to the longest path of any tree. */
static enum err path_read(struct crypto_proof *path, struct draw_lines *lines, struct str key,
                          struct fault *fault)
{
    path->count = 0;
    while (draw_line_is(lines, key)) {
        struct str value = {0};
        TRY(draw_line_value(&value, lines, key, fault));
        if (path->count == CRYPTO_PROOF_MAX ||
            str_unhex(path->hash[path->count], DRAW_HASH, value) != ERR_OK)
            return bad(lines, fault);
        path->count++;
    }
    return ERR_OK;
}

/* `NAME N` and the N lines behind it. */
static enum err block_read(struct str *text, struct draw_lines *lines, struct str name,
                           struct fault *fault)
{
    uint64_t count = 0;
    TRY(number_read(&count, lines, name, fault));
    const char *start = lines->rest.data;
    for (uint64_t i = 0; i < count; i++) {
        struct str line = {0};
        if (draw_line_next(&line, lines, fault) != ERR_OK)
            return bad(lines, fault);
    }
    *text = str_range(start, (size_t)(lines->rest.data - start));
    return ERR_OK;
}

/* names: of the entry's block and of its proof's. */
static enum err entry_read(struct draw_own_entry *entry, struct draw_lines *lines,
                           const struct str names[2], struct fault *fault)
{
    TRY(block_read(&entry->text, lines, names[0], fault));
    return block_read(&entry->proof, lines, names[1], fault);
}

/* Quota, cutoff and answer. */
static enum err drawn_read(struct draw_own *own, struct draw_lines *lines, struct fault *fault)
{
    struct str value = {0};
    TRY(number_read(&own->quota, lines, STR("quota"), fault));
    if (own->quota > 0) {
        TRY(draw_line_value(&value, lines, STR("cutoff"), fault));
        if (str_unhex(own->cutoff, DRAW_HASH, value) != ERR_OK)
            return bad(lines, fault);
    }
    TRY(draw_line_value(&value, lines, STR("drawn"), fault));
    if (str_eq(value, STR("no")))
        return ERR_OK;
    return str_u64(&own->rank, value) == ERR_OK ? ERR_OK : bad(lines, fault);
}

/* Whether the pool is blinded is told by the nonce, and later compared with the commitment. */
static enum err present_read(struct draw_own *own, struct draw_lines *lines, struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&own->line.line, lines, STR("line"), fault));
    own->line.given = true;
    own->blinded = draw_line_is(lines, STR("nonce"));
    if (own->blinded) {
        TRY(draw_line_value(&value, lines, STR("nonce"), fault));
        if (str_unhex(own->nonce, DRAW_NONCE, value) != ERR_OK)
            return bad(lines, fault);
    }
    TRY(number_read(&own->index, lines, STR("index"), fault));
    TRY(path_read(&own->line.path, lines, STR("path"), fault));
    return drawn_read(own, lines, fault);
}

/* keys: of the line and of its path. */
static enum err neighbour_read(struct draw_own_line *line, struct draw_lines *lines,
                               const struct str keys[2], struct fault *fault)
{
    if (!draw_line_is(lines, keys[0]))
        return ERR_OK;
    line->given = true;
    TRY(draw_line_value(&line->line, lines, keys[0], fault));
    return path_read(&line->path, lines, keys[1], fault);
}

/* Which neighbours there must be is checked against the pool's size later. */
static enum err absent_read(struct draw_own *own, struct draw_lines *lines, struct fault *fault)
{
    const struct str before[2] = {STR("before"), STR("before-path")};
    const struct str after[2] = {STR("after"), STR("after-path")};
    TRY(number_read(&own->index, lines, STR("next"), fault));
    TRY(neighbour_read(&own->before, lines, before, fault));
    return neighbour_read(&own->after, lines, after, fault);
}

/* The absence of an object needs the commitment only. */
static enum err entries_read(struct draw_own *own, struct draw_lines *lines, struct fault *fault)
{
    const struct str names[3][2] = {{STR("commitment"), STR("commitment-proof")},
                                    {STR("beacon"), STR("beacon-proof")},
                                    {STR("disclosure"), STR("disclosure-proof")}};
    TRY(entry_read(&own->commitment, lines, names[0], fault));
    if (!own->present)
        return ERR_OK;
    TRY(entry_read(&own->beacon, lines, names[1], fault));
    return entry_read(&own->disclosure, lines, names[2], fault);
}

/* The writer's text of what was read must be the text that was read. */
static enum err same_again(const struct draw_own *own, struct str text, struct fault *fault)
{
    struct buf again = {0};
    enum err err = draw_own_write(&again, own, fault);
    if (err == ERR_OK && !str_eq(buf_view(&again), text))
        err = fault_set(fault, ERR_FORMAT, "自证的写法与标准写法不一致");
    buf_free(&again);
    return err == ERR_INPUT ? ERR_FORMAT : err;
}

enum err draw_own_parse(struct draw_own *own, struct str text, struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    struct str line = {0};
    struct str answer = {0};
    memset(own, 0, sizeof *own);
    if (text.len > DRAW_OWN_MAX)
        return fault_set(fault, ERR_LIMIT, "自证文件过大");
    enum err err = draw_line_next(&line, &lines, fault);
    if (err != ERR_OK || !str_eq(line, STR("sunlot-proof/1")))
        return bad(&lines, fault);
    TRY(draw_line_value(&own->vkey, &lines, STR("vkey"), fault));
    TRY(draw_line_value(&own->object, &lines, STR("object"), fault));
    TRY(draw_line_value(&answer, &lines, STR("answer"), fault));
    own->present = str_eq(answer, STR("present"));
    TRY(own->present ? present_read(own, &lines, fault) : absent_read(own, &lines, fault));
    TRY(entries_read(own, &lines, fault));
    err = draw_line_next(&line, &lines, fault);
    if (err != ERR_OK || !str_eq(line, STR("end")))
        return bad(&lines, fault);
    TRY(draw_line_end(&lines, fault));
    return same_again(own, text, fault);
}

/* Two provers run side by side: of the line before the object and of the object's own line, or, if
 * it is absent, of the line that stands where it would. */
struct draw_own_finder {
    struct arena *arena;
    struct str id;
    const uint8_t *key;
    uint64_t lines; /* of the first pass */
    uint64_t index; /* of the first line that does not sort before the object */
    bool present;
    uint64_t at; /* of the second pass */
    struct crypto_prover provers[2];
    bool wanted[2];
    struct str found[2];
};

enum err draw_own_open(struct draw_own_finder **finder, struct arena *arena, struct str id,
                       const uint8_t *pool_key)
{
    struct draw_own_finder *f = arena_alloc(arena, sizeof *f);
    if (f == NULL)
        return ERR_MEMORY;
    f->arena = arena;
    f->id = arena_str(arena, id);
    f->key = pool_key;
    *finder = f;
    return f->id.data == NULL ? ERR_MEMORY : ERR_OK;
}

enum err draw_own_find(struct draw_own_finder *finder, struct str line)
{
    struct draw_object object = {0};
    TRY(draw_pool_split(&object, line, NULL));
    int order = str_cmp(object.id, finder->id);
    finder->index += order < 0;
    finder->present |= order == 0;
    finder->lines++;
    return ERR_OK;
}

enum err draw_own_turn(struct draw_own_finder *finder, struct fault *fault)
{
    if (!finder->present && finder->key != NULL)
        return fault_set(fault, ERR_MISSING,
                         "名单中没有“%.*s”；名单中的分层不公开，"
                         "无法在不暴露相邻对象的情况下出具不在名单的证明",
                         STR_ARG(finder->id));
    finder->wanted[0] = !finder->present && finder->index > 0;
    finder->wanted[1] = finder->index < finder->lines;
    crypto_prover_init(&finder->provers[0], finder->index - (finder->wanted[0] ? 1 : 0));
    crypto_prover_init(&finder->provers[1], finder->index);
    return ERR_OK;
}

/* A leaf as the pool's tree has it, with the nonce where there is a key. */
static enum err leaf_bytes(uint8_t leaf[DRAW_HASH], const struct draw_own_finder *f,
                           struct str line)
{
    uint8_t nonce[DRAW_NONCE];
    struct draw_object object = {0};
    struct buf hex = {0};
    TRY(draw_pool_split(&object, line, NULL));
    if (f->key == NULL) {
        crypto_leaf(leaf, line);
        return ERR_OK;
    }
    draw_pool_nonce(nonce, f->key, object.id);
    enum err err = draw_pool_leaf(&hex, line, nonce);
    if (err == ERR_OK)
        crypto_leaf(leaf, buf_view(&hex));
    buf_free(&hex);
    return err;
}

enum err draw_own_prove(struct draw_own_finder *finder, struct str line)
{
    uint8_t leaf[DRAW_HASH];
    TRY(leaf_bytes(leaf, finder, line));
    for (size_t i = 0; i < 2; i++) {
        if (!finder->wanted[i])
            continue;
        if (finder->at == finder->provers[i].index)
            finder->found[i] = arena_str(finder->arena, line);
        crypto_prover_add_hash(&finder->provers[i], leaf);
    }
    finder->at++;
    return ERR_OK;
}

/* What prover i found; ERR_STATE when its line never came. */
static enum err line_close(struct draw_own_line *line, const struct draw_own_finder *f, size_t i)
{
    uint8_t root[DRAW_HASH];
    *line = (struct draw_own_line){.given = f->wanted[i], .line = f->found[i]};
    if (!line->given)
        return ERR_OK;
    if (str_empty(line->line))
        return ERR_STATE;
    return crypto_prover_proof(&line->path, root, &f->provers[i]);
}

enum err draw_own_close(struct draw_own *own, struct draw_own_finder *finder)
{
    if (finder->at != finder->lines)
        return ERR_STATE;
    own->object = finder->id;
    own->present = finder->present;
    own->index = finder->index;
    own->blinded = finder->key != NULL;
    if (own->blinded)
        draw_pool_nonce(own->nonce, finder->key, finder->id);
    TRY(line_close(&own->before, finder, 0));
    return line_close(own->present ? &own->line : &own->after, finder, 1);
}
