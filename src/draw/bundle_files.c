/* The lists inside a bundle (files.tsv, private.tsv, blinds, strata.tsv) and its names: bundle.h.
 *
 * Every list is canonical: sorted by name, each name once, one spelling of every value. So a list
 * that was read is the list that was written, and a changed byte never goes by unseen. */
#include "draw/bundle.h"

#include "base/arena.h"

#include <stdlib.h>

enum { HEX_HASH = 2 * DRAW_HASH };

static const struct str salt_head = {"# salt ", 7};

/* When a file is kept back from the public bundle. */
enum keep { KEEP_NEVER, KEEP_ALWAYS, KEEP_BLINDED, KEEP_SETTING };

/* A file's name, or a family of names with a number between head and tail. */
struct name_rule {
    struct str head;
    struct str tail;
    uint64_t least; /* smallest number; 0: no number and no tail */
    enum keep keep;
};

/* The 15 names and 5 families of bundle.h that files.tsv or private.tsv may list. */
static const struct name_rule name_rules[] = {
    {{"FULL", 4}, {0}, 0, KEEP_NEVER},
    {{"PUBLIC", 6}, {0}, 0, KEEP_NEVER},
    {{"VERIFY.md", 9}, {0}, 0, KEEP_NEVER},
    {{"beacons/", 8}, {".txt", 4}, 1, KEEP_NEVER},
    {{"blinds", 6}, {0}, 0, KEEP_NEVER},
    {{"blinds-private", 14}, {0}, 0, KEEP_ALWAYS},
    {{"drawn.tsv", 9}, {0}, 0, KEEP_NEVER},
    {{"eligible.tsv", 12}, {0}, 0, KEEP_SETTING},
    {{"inspectors.tsv", 14}, {0}, 0, KEEP_SETTING},
    {{"pool-key", 8}, {0}, 0, KEEP_BLINDED},
    {{"pool.tsv", 8}, {0}, 0, KEEP_BLINDED},
    {{"private.tsv", 11}, {0}, 0, KEEP_NEVER},
    {{"round-", 6}, {"/eligible.tsv", 13}, 3, KEEP_SETTING},
    {{"round-", 6}, {"/leaving.tsv", 12}, 3, KEEP_SETTING},
    {{"round-", 6}, {"/teams.tsv", 10}, 3, KEEP_SETTING},
    {{"seats.tsv", 9}, {0}, 0, KEEP_SETTING},
    {{"secret", 6}, {0}, 0, KEEP_NEVER},
    {{"selected.tsv", 12}, {0}, 0, KEEP_BLINDED},
    {{"skip-", 5}, {".tsv", 4}, 1, KEEP_NEVER},
    {{"strata.tsv", 10}, {0}, 0, KEEP_BLINDED},
    {{"teams.tsv", 9}, {0}, 0, KEEP_SETTING},
};

/* Numbers have one spelling (str_u64), so that a family holds each number once. */
static bool rule_fits(const struct name_rule *rule, struct str name)
{
    if (rule->least == 0)
        return str_eq(name, rule->head);
    if (name.len <= rule->head.len + rule->tail.len || !str_starts(name, rule->head) ||
        !str_ends(name, rule->tail))
        return false;
    uint64_t number = 0;
    size_t digits = name.len - rule->head.len - rule->tail.len;
    return str_u64(&number, str_sub(name, rule->head.len, digits)) == ERR_OK &&
           number >= rule->least;
}

/* At most one rule fits a name. */
static const struct name_rule *rule_find(struct str name)
{
    for (size_t i = 0; i < sizeof name_rules / sizeof name_rules[0]; i++)
        if (rule_fits(&name_rules[i], name))
            return &name_rules[i];
    return NULL;
}

bool draw_bundle_name_ok(struct str name)
{
    return name.len <= DRAW_BUNDLE_NAME && rule_find(name) != NULL;
}

/* blinds-private goes with the files it belongs to; the others betray strata. */
bool draw_bundle_must_keep(struct str name)
{
    const struct name_rule *rule = rule_find(name);
    return rule != NULL && (rule->keep == KEEP_BLINDED || rule->keep == KEEP_ALWAYS);
}

/* What proves commitment, randomness and codes can never be kept back. */
bool draw_bundle_may_keep(struct str name, bool blinded)
{
    const struct name_rule *rule = rule_find(name);
    if (rule == NULL || rule->keep == KEEP_NEVER)
        return false;
    return rule->keep != KEEP_BLINDED || blinded;
}

void draw_bundle_entry_name(struct buf *out, size_t index, enum draw_kind kind)
{
    buf_printf(out, "entries/%02zu-%.*s", index + 1, STR_ARG(draw_kind_name(kind)));
}

void draw_bundle_proof_name(struct buf *out, size_t index, enum draw_kind kind)
{
    buf_printf(out, "proofs/%02zu-%.*s.tlog-proof", index + 1, STR_ARG(draw_kind_name(kind)));
}

/* The form is a hint for whoever repairs the file. */
static enum err bad_row(uint64_t row, const char *form, struct fault *fault)
{
    return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行写法不正确，应为“%s”",
                                 (unsigned long long)row, form),
                       fault, row);
}

/* Twice and unsorted are one case: the order is strict. */
static enum err unsorted(uint64_t row, struct fault *fault)
{
    return draw_at_row(
        fault_set(fault, ERR_FORMAT, "第 %llu 行重复或没有按字节顺序排列", (unsigned long long)row),
        fault, row);
}

/* How many lines text has at most; ERR_LIMIT above DRAW_BUNDLE_FILES. */
static enum err line_count(size_t *count, struct str text, struct fault *fault)
{
    *count = 0;
    for (size_t i = 0; i < text.len; i++)
        *count += text.data[i] == '\n';
    if (*count <= DRAW_BUNDLE_FILES)
        return ERR_OK;
    return fault_set(fault, ERR_LIMIT, "共 %zu 行，超过上限 %d 行", *count, DRAW_BUNDLE_FILES);
}

/* Reads `NAME TAB HEX`, the line of files.tsv, private.tsv and blinds. */
static enum err pair_line(struct str *name, uint8_t hash[DRAW_HASH], struct draw_lines *lines,
                          struct fault *fault)
{
    struct str rest = {0};
    TRY(draw_line_next(&rest, lines, fault));
    if (!str_cut(name, &rest, '\t') || !draw_bundle_name_ok(*name) || rest.len != HEX_HASH ||
        str_unhex(hash, DRAW_HASH, rest) != ERR_OK)
        return bad_row(lines->row, "文件名 TAB 64 位十六进制", fault);
    return ERR_OK;
}

/* The salt itself is of no use to a reader; it only has to be there in its one form. */
static enum err salt_line(struct draw_lines *lines, struct fault *fault)
{
    struct str line = {0};
    uint8_t salt[DRAW_HASH];
    enum err err = draw_line_next(&line, lines, fault);
    bool ok = err == ERR_OK && str_starts(line, salt_head) &&
              line.len == salt_head.len + HEX_HASH &&
              str_unhex(salt, DRAW_HASH, str_sub(line, salt_head.len, HEX_HASH)) == ERR_OK;
    if (ok)
        return ERR_OK;
    return err == ERR_FORMAT ? err : bad_row(1, "# salt 64 位十六进制", fault);
}

/* Room for every line is taken at once: the number of LFs bounds the rows. */
enum err draw_files_parse(struct draw_file **files, size_t *count, struct arena *arena,
                          struct str text, bool salted, struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    size_t most = 0;
    TRY(line_count(&most, text, fault));
    struct draw_file *rows = arena_array(arena, most + 1, sizeof *rows);
    if (rows == NULL)
        return ERR_MEMORY;
    if (salted)
        TRY(salt_line(&lines, fault));
    size_t n = 0;
    for (; lines.rest.len > 0; n++) {
        TRY(pair_line(&rows[n].name, rows[n].hash, &lines, fault));
        if (n > 0 && str_cmp(rows[n - 1].name, rows[n].name) >= 0)
            return unsorted(lines.row, fault);
    }
    *files = rows;
    *count = n;
    return ERR_OK;
}

/* By name; the first member of both kinds of row is the name. */
static int name_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

const struct draw_file *draw_files_find(const struct draw_file *files, size_t count,
                                        struct str name)
{
    return count == 0 ? NULL : bsearch(&name, files, count, sizeof *files, name_order);
}

/* Names are compared with the one before only, because rows are sorted. */
static enum err name_check(struct str name, struct str before, struct fault *fault)
{
    if (!draw_bundle_name_ok(name))
        return fault_set(fault, ERR_INPUT, "材料包中没有名为“%.*s”的文件", STR_ARG(name));
    if (str_eq(name, before))
        return fault_set(fault, ERR_DUPLICATE, "文件名“%.*s”重复", STR_ARG(name));
    return ERR_OK;
}

static void salt_write(struct buf *out, const uint8_t salt[DRAW_HASH])
{
    buf_str(out, salt_head);
    buf_hex(out, salt, DRAW_HASH);
    buf_char(out, '\n');
}

static void pair_write(struct buf *out, struct str name, const uint8_t hash[DRAW_HASH])
{
    buf_str(out, name);
    buf_char(out, '\t');
    buf_hex(out, hash, DRAW_HASH);
    buf_char(out, '\n');
}

enum err draw_files_write(struct buf *out, struct draw_file *files, size_t count,
                          const uint8_t *salt, struct fault *fault)
{
    if (count > 0)
        qsort(files, count, sizeof *files, name_order);
    for (size_t i = 0; i < count; i++)
        TRY(name_check(files[i].name, i > 0 ? files[i - 1].name : str_range(NULL, 0), fault));
    if (salt != NULL)
        salt_write(out, salt);
    for (size_t i = 0; i < count; i++)
        pair_write(out, files[i].name, files[i].hash);
    return buf_err(out);
}

enum err draw_blinds_write(struct buf *out, struct draw_blind *rows, size_t count,
                           struct fault *fault)
{
    if (count > 0)
        qsort(rows, count, sizeof *rows, name_order);
    for (size_t i = 0; i < count; i++)
        TRY(name_check(rows[i].name, i > 0 ? rows[i - 1].name : str_range(NULL, 0), fault));
    for (size_t i = 0; i < count; i++)
        pair_write(out, rows[i].name, rows[i].blind);
    return buf_err(out);
}

enum err draw_blinds_parse(struct draw_blind **rows, size_t *count, struct arena *arena,
                           struct str text, struct fault *fault)
{
    struct draw_file *files = NULL;
    TRY(draw_files_parse(&files, count, arena, text, false, fault));
    struct draw_blind *blinds = arena_array(arena, *count, sizeof *blinds);
    if (blinds == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < *count; i++) {
        blinds[i].name = files[i].name;
        for (size_t k = 0; k < DRAW_HASH; k++)
            blinds[i].blind[k] = files[i].hash[k];
    }
    *rows = blinds;
    return ERR_OK;
}

/* Checks every row before the first byte is written. */
enum err draw_meanings_write(struct buf *out, struct draw_meaning *rows, size_t count,
                             const uint8_t salt[DRAW_HASH], struct fault *fault)
{
    if (count > 0)
        qsort(rows, count, sizeof *rows, name_order);
    for (size_t i = 0; i < count; i++) {
        if (!draw_name_ok(rows[i].stratum, DRAW_NAME_MAX) ||
            !draw_text_ok(rows[i].text, DRAW_TEXT_MAX))
            return fault_set(fault, ERR_INPUT, "分层“%.*s”的名称或含义写法不正确",
                             STR_ARG(rows[i].stratum));
        if (i > 0 && str_eq(rows[i - 1].stratum, rows[i].stratum))
            return fault_set(fault, ERR_DUPLICATE, "分层“%.*s”重复", STR_ARG(rows[i].stratum));
    }
    salt_write(out, salt);
    for (size_t i = 0; i < count; i++) {
        buf_str(out, rows[i].stratum);
        buf_char(out, '\t');
        buf_str(out, rows[i].text);
        buf_char(out, '\n');
    }
    return buf_err(out);
}

/* STRATUM TAB MEANING; a meaning is one line of text without control characters (so without
 * TAB). */
static enum err meaning_line(struct draw_meaning *row, struct draw_lines *lines,
                             struct fault *fault)
{
    struct str rest = {0};
    TRY(draw_line_next(&rest, lines, fault));
    if (!str_cut(&row->stratum, &rest, '\t') || !draw_name_ok(row->stratum, DRAW_NAME_MAX) ||
        !draw_text_ok(rest, DRAW_TEXT_MAX))
        return bad_row(lines->row, "分层 TAB 含义", fault);
    row->text = rest;
    return ERR_OK;
}

enum err draw_meanings_parse(struct draw_meaning **rows, size_t *count, struct arena *arena,
                             struct str text, struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    size_t most = 0;
    TRY(line_count(&most, text, fault));
    struct draw_meaning *list = arena_array(arena, most + 1, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    TRY(salt_line(&lines, fault));
    size_t n = 0;
    for (; lines.rest.len > 0; n++) {
        TRY(meaning_line(&list[n], &lines, fault));
        if (n > 0 && str_cmp(list[n - 1].stratum, list[n].stratum) >= 0)
            return unsorted(lines.row, fault);
    }
    *rows = list;
    *count = n;
    return ERR_OK;
}
