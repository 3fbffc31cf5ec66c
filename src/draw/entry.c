/* The entries of a draw other than the commitment: see entry.h.
 *
 * All of them share their first two lines, `sunlot-draw/1 KIND` and `draw NUMBER`; the rest is read
 * line by line in one fixed order, each value in its only spelling. */
#include "draw/entry.h"

#include "base/arena.h"
#include "crypto/merkle.h"
#include "draw/commitment.h"

#include <stdlib.h>

static const struct str kind_names[DRAW_KINDS] = {[DRAW_COMMITMENT] = {"commitment", 10},
                                                  [DRAW_BEACON] = {"beacon", 6},
                                                  [DRAW_DRAWN] = {"drawn", 5},
                                                  [DRAW_TEAMS] = {"teams", 5},
                                                  [DRAW_ASSIGNED] = {"assigned", 8},
                                                  [DRAW_SKIP] = {"skip", 4},
                                                  [DRAW_REFILL] = {"refill", 6},
                                                  [DRAW_REFILLED] = {"refilled", 8},
                                                  [DRAW_ABORT] = {"abort", 5},
                                                  [DRAW_DISCLOSURE] = {"disclosure", 10},
                                                  [DRAW_ATTESTATION] = {"attestation", 11}};

struct str draw_kind_name(enum draw_kind kind)
{
    return (size_t)kind < DRAW_KINDS ? kind_names[kind] : str_range(NULL, 0);
}

/* ERR_FORMAT for the line last read, with the form it should have. */
static enum err bad_line(const struct draw_lines *lines, struct fault *fault, const char *form)
{
    return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行写法不正确，应为“%s”",
                                 (unsigned long long)lines->row, form),
                       fault, lines->row);
}

/* The first line of every entry. */
static enum err kind_line(enum draw_kind *kind, struct draw_lines *lines, struct fault *fault)
{
    struct str name = {0};
    TRY(draw_line_value(&name, lines, STR("sunlot-draw/1"), fault));
    for (size_t i = 0; i < DRAW_KINDS; i++)
        if (str_eq(name, kind_names[i])) {
            *kind = (enum draw_kind)i;
            return ERR_OK;
        }
    return bad_line(lines, fault, "sunlot-draw/1 种类");
}

enum err draw_entry_kind(enum draw_kind *kind, struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    return kind_line(kind, &lines, fault);
}

/* draw NUMBER */
static enum err number_line(struct str *number, struct draw_lines *lines, struct fault *fault)
{
    TRY(draw_line_value(number, lines, STR("draw"), fault));
    return draw_name_ok(*number, DRAW_TEXT_MAX) ? ERR_OK : bad_line(lines, fault, "draw 抽取编号");
}

/* In a commitment the number is the third line, elsewhere the second. */
enum err draw_entry_number(struct str *number, struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    enum draw_kind kind = DRAW_KINDS;
    struct str organiser = {0};
    TRY(kind_line(&kind, &lines, fault));
    if (kind == DRAW_COMMITMENT)
        TRY(draw_line_value(&organiser, &lines, STR("organiser"), fault));
    return number_line(number, &lines, fault);
}

/* The two lines every entry begins with, of a known kind. */
static enum err head_lines(struct str *number, struct draw_lines *lines, enum draw_kind want,
                           struct fault *fault)
{
    enum draw_kind kind = DRAW_KINDS;
    TRY(kind_line(&kind, lines, fault));
    if (kind != want)
        return draw_at_row(
            fault_set(fault, ERR_FORMAT, "条目种类不对，应为 %.*s", STR_ARG(draw_kind_name(want))),
            fault, lines->row);
    return number_line(number, lines, fault);
}

/* A line that holds one hash in lower-case hex. */
static enum err hash_line(uint8_t hash[DRAW_HASH], struct draw_lines *lines, struct str key,
                          struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&value, lines, key, fault));
    return str_unhex(hash, DRAW_HASH, value) == ERR_OK ? ERR_OK
                                                       : bad_line(lines, fault, "64 位十六进制");
}

/* round J, canonical; whether J fits the kind is for the caller. */
static enum err round_line(uint64_t *round, struct draw_lines *lines, struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&value, lines, STR("round"), fault));
    return str_u64(round, value) == ERR_OK ? ERR_OK : bad_line(lines, fault, "round 轮次");
}

/* A line of free text: a reason, a verdict, a name. */
static enum err text_line(struct str *text, struct draw_lines *lines, struct str key,
                          struct fault *fault)
{
    TRY(draw_line_value(text, lines, key, fault));
    return draw_text_ok(*text, DRAW_TEXT_MAX) ? ERR_OK
                                              : bad_line(lines, fault, "不含控制字符的文字");
}

/* For writing: a number that would not be read back is refused. */
static enum err number_check(struct str number, struct fault *fault)
{
    if (!draw_name_ok(number, DRAW_TEXT_MAX))
        return fault_set(fault, ERR_INPUT, "抽取编号不能为空，且不得含空格和控制字符");
    return ERR_OK;
}

/* For writing: `what` names the text to the person who has to mend it. */
static enum err text_check(struct str text, const char *what, struct fault *fault)
{
    if (!draw_text_ok(text, DRAW_TEXT_MAX))
        return fault_set(fault, ERR_INPUT, "%s不能为空，不得超过 %d 字节，不得含控制字符", what,
                         DRAW_TEXT_MAX);
    return ERR_OK;
}

/* The two lines every entry but the commitment begins with. */
static void head_emit(struct buf *out, enum draw_kind kind, struct str number)
{
    buf_printf(out, "sunlot-draw/1 %.*s\ndraw %.*s\n", STR_ARG(draw_kind_name(kind)),
               STR_ARG(number));
}

/* KEY HEX */
static void hash_emit(struct buf *out, const char *key, const uint8_t hash[DRAW_HASH])
{
    buf_cat(out, key);
    buf_char(out, ' ');
    buf_hex(out, hash, DRAW_HASH);
    buf_char(out, '\n');
}

/* round J */
static void round_emit(struct buf *out, uint64_t round)
{
    buf_cat(out, "round ");
    buf_u64(out, round);
    buf_char(out, '\n');
}

/* KEY TEXT */
static void text_emit(struct buf *out, const char *key, struct str text)
{
    buf_cat(out, key);
    buf_char(out, ' ');
    buf_str(out, text);
    buf_char(out, '\n');
}

/* Zeros in an open draw, where nothing is to be hidden. */
void draw_digest_begin(struct crypto_sha256 *h, const uint8_t *blind)
{
    static const uint8_t zero[DRAW_HASH] = {0};
    crypto_sha256_init(h);
    crypto_sha256_add(h, draw_bytes(blind ? blind : zero, DRAW_HASH));
}

/* The blind keeps a small file from being guessed while the draw is sealed. */
void draw_digest(uint8_t digest[DRAW_HASH], const uint8_t *blind, struct str file)
{
    struct crypto_sha256 hash;
    draw_digest_begin(&hash, blind);
    crypto_sha256_add(&hash, file);
    crypto_sha256_final(digest, &hash);
}

/* beacon */

static enum err beacon_values_check(const struct draw_beacon *beacon, struct fault *fault)
{
    TRY(number_check(beacon->number, fault));
    if (beacon->round == 0)
        return fault_set(fault, ERR_INPUT, "轮次应从 1 开始");
    if (beacon->part_count == 0 || beacon->part_count > DRAW_SOURCES)
        return fault_set(fault, ERR_INPUT, "随机值应有 1 至 %d 个", DRAW_SOURCES);
    for (size_t i = 0; i < beacon->part_count; i++)
        if (!draw_name_ok(beacon->parts[i], DRAW_PART_MAX) ||
            str_find_char(beacon->parts[i], '/') >= 0)
            return fault_set(fault, ERR_INPUT, "第 %zu 个随机值为空，或含有空格、“/”或控制字符",
                             i + 1);
    return ERR_OK;
}

/* Round, the leaf of the entry that asked, and the parts as they will be hashed. */
enum err draw_beacon_write(struct buf *out, const struct draw_beacon *beacon, struct fault *fault)
{
    TRY(beacon_values_check(beacon, fault));
    head_emit(out, DRAW_BEACON, beacon->number);
    round_emit(out, beacon->round);
    hash_emit(out, "entry", beacon->entry);
    for (size_t i = 0; i < beacon->part_count; i++)
        text_emit(out, "part", beacon->parts[i]);
    return buf_err(out);
}

/* Reads up to `most` lines that begin with key into list. */
static enum err value_lines(struct str *list, size_t *count, struct draw_lines *lines,
                            struct str key, struct fault *fault)
{
    *count = 0;
    while (*count < DRAW_SOURCES && draw_line_is(lines, key))
        TRY(draw_line_value(&list[(*count)++], lines, key, fault));
    return ERR_OK;
}

enum err draw_beacon_parse(struct draw_beacon *beacon, struct arena *arena, struct str entry,
                           struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    struct str *parts = arena_array(arena, DRAW_SOURCES, sizeof *parts);
    if (parts == NULL)
        return ERR_MEMORY;
    *beacon = (struct draw_beacon){.parts = parts};
    TRY(head_lines(&beacon->number, &lines, DRAW_BEACON, fault));
    TRY(round_line(&beacon->round, &lines, fault));
    TRY(hash_line(beacon->entry, &lines, STR("entry"), fault));
    TRY(value_lines(parts, &beacon->part_count, &lines, STR("part"), fault));
    TRY(draw_line_end(&lines, fault));
    return beacon_values_check(beacon, fault) == ERR_OK ? ERR_OK : ERR_FORMAT;
}

/* The leaf ties the value to the very entry that named its sources; the order of the parts is
 * that of the source lines. */
enum err draw_beacon_check(const struct draw_beacon *beacon, const uint8_t leaf[DRAW_HASH],
                           const struct draw_source *sources, size_t count, struct fault *fault)
{
    if (!crypto_hash_eq(beacon->entry, leaf))
        return fault_set(fault, ERR_PROOF, "随机值条目所指的条目哈希不符");
    if (beacon->part_count != count)
        return fault_set(fault, ERR_PROOF, "随机来源有 %zu 个，随机值有 %zu 个", count,
                         beacon->part_count);
    for (size_t i = 0; i < count; i++)
        TRY(draw_part_check(&sources[i], beacon->parts[i], fault));
    return ERR_OK;
}

/* drawn, assigned, refilled, skip */

/* The key of the digest line of a kind; the empty slice if it has none. */
static const char *outcome_key(enum draw_kind kind)
{
    if (kind == DRAW_DRAWN)
        return "selected";
    return kind == DRAW_SKIP ? "object" : "teams";
}

/* Which round each kind belongs to: objects 1, teams 2, refills 3 and more; a skip has none. */
static bool outcome_ok(const struct draw_outcome *outcome)
{
    switch (outcome->kind) {
    case DRAW_DRAWN:
        return outcome->round == 1;
    case DRAW_ASSIGNED:
        return outcome->round == 2;
    case DRAW_REFILLED:
        return outcome->round > 2;
    case DRAW_SKIP:
        return outcome->round == 0;
    default:
        return false;
    }
}

enum err draw_outcome_write(struct buf *out, const struct draw_outcome *outcome,
                            struct fault *fault)
{
    TRY(number_check(outcome->number, fault));
    if (!outcome_ok(outcome))
        return fault_set(fault, ERR_INPUT, "条目种类与轮次不符");
    head_emit(out, outcome->kind, outcome->number);
    if (outcome->kind != DRAW_SKIP)
        round_emit(out, outcome->round);
    hash_emit(out, outcome_key(outcome->kind), outcome->digest);
    return buf_err(out);
}

/* A kind with another layout fails at its third line, or at outcome_ok. */
enum err draw_outcome_parse(struct draw_outcome *outcome, struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    *outcome = (struct draw_outcome){0};
    TRY(kind_line(&outcome->kind, &lines, fault));
    TRY(number_line(&outcome->number, &lines, fault));
    if (outcome->kind != DRAW_SKIP)
        TRY(round_line(&outcome->round, &lines, fault));
    TRY(hash_line(outcome->digest, &lines, str_of(outcome_key(outcome->kind)), fault));
    TRY(draw_line_end(&lines, fault));
    return outcome_ok(outcome) ? ERR_OK : fault_set(fault, ERR_FORMAT, "条目种类与轮次不符");
}

/* teams */

enum err draw_teams_entry_write(struct buf *out, const struct draw_teams_entry *teams,
                                struct fault *fault)
{
    struct buf sources = {0};
    TRY(number_check(teams->number, fault));
    enum err err = draw_sources_write(&sources, teams->sources, teams->source_count, fault);
    if (err != ERR_OK)
        goto done;
    head_emit(out, DRAW_TEAMS, teams->number);
    round_emit(out, 2);
    hash_emit(out, "commitment", teams->commitment);
    hash_emit(out, "seats", teams->seats);
    hash_emit(out, "inspectors", teams->inspectors);
    hash_emit(out, "eligible", teams->eligible);
    buf_str(out, buf_view(&sources));
    err = buf_err(out);
done:
    buf_free(&sources);
    return err;
}

/* Always round 2. */
enum err draw_teams_entry_parse(struct draw_teams_entry *teams, struct arena *arena,
                                struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    struct draw_source *sources = NULL;
    uint64_t round = 0;
    *teams = (struct draw_teams_entry){0};
    TRY(head_lines(&teams->number, &lines, DRAW_TEAMS, fault));
    TRY(round_line(&round, &lines, fault));
    if (round != 2)
        return bad_line(&lines, fault, "round 2");
    TRY(hash_line(teams->commitment, &lines, STR("commitment"), fault));
    TRY(hash_line(teams->seats, &lines, STR("seats"), fault));
    TRY(hash_line(teams->inspectors, &lines, STR("inspectors"), fault));
    TRY(hash_line(teams->eligible, &lines, STR("eligible"), fault));
    TRY(draw_sources_parse(&sources, &teams->source_count, arena, &lines, fault));
    teams->sources = sources;
    return draw_line_end(&lines, fault);
}

/* refill */

enum err draw_refill_entry_write(struct buf *out, const struct draw_refill_entry *refill,
                                 struct fault *fault)
{
    struct buf sources = {0};
    TRY(number_check(refill->number, fault));
    if (refill->round < 3)
        return fault_set(fault, ERR_INPUT, "补派的轮次应从 3 开始");
    enum err err = draw_sources_write(&sources, refill->sources, refill->source_count, fault);
    if (err != ERR_OK)
        goto done;
    head_emit(out, DRAW_REFILL, refill->number);
    round_emit(out, refill->round);
    hash_emit(out, "commitment", refill->commitment);
    hash_emit(out, "leaving", refill->leaving);
    hash_emit(out, "eligible", refill->eligible);
    buf_str(out, buf_view(&sources));
    err = buf_err(out);
done:
    buf_free(&sources);
    return err;
}

/* Round 3 or more: 1 and 2 are the draw itself. */
enum err draw_refill_entry_parse(struct draw_refill_entry *refill, struct arena *arena,
                                 struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    struct draw_source *sources = NULL;
    *refill = (struct draw_refill_entry){0};
    TRY(head_lines(&refill->number, &lines, DRAW_REFILL, fault));
    TRY(round_line(&refill->round, &lines, fault));
    if (refill->round < 3)
        return bad_line(&lines, fault, "round 3 或更大");
    TRY(hash_line(refill->commitment, &lines, STR("commitment"), fault));
    TRY(hash_line(refill->leaving, &lines, STR("leaving"), fault));
    TRY(hash_line(refill->eligible, &lines, STR("eligible"), fault));
    TRY(draw_sources_parse(&sources, &refill->source_count, arena, &lines, fault));
    refill->sources = sources;
    return draw_line_end(&lines, fault);
}

/* A digest of this line stands in the log; the line itself is disclosed with the bundle. */
enum err draw_skip_line(struct buf *out, struct str object, struct str reason,
                        const uint8_t evidence[DRAW_HASH], struct fault *fault)
{
    if (!draw_id_ok(object))
        return fault_set(fault, ERR_INPUT, "对象编号应为 1 至 64 个数字、大写字母、“-”或“.”");
    TRY(text_check(reason, "不能检查的原因", fault));
    buf_str(out, object);
    buf_char(out, '\t');
    buf_str(out, reason);
    buf_char(out, '\t');
    buf_hex(out, evidence, DRAW_HASH);
    return buf_err(out);
}

/* abort */

enum err draw_abort_write(struct buf *out, const struct draw_abort *abort_entry,
                          struct fault *fault)
{
    TRY(number_check(abort_entry->number, fault));
    TRY(text_check(abort_entry->reason, "中止原因", fault));
    head_emit(out, DRAW_ABORT, abort_entry->number);
    text_emit(out, "reason", abort_entry->reason);
    return buf_err(out);
}

enum err draw_abort_parse(struct draw_abort *abort_entry, struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    *abort_entry = (struct draw_abort){0};
    TRY(head_lines(&abort_entry->number, &lines, DRAW_ABORT, fault));
    TRY(text_line(&abort_entry->reason, &lines, STR("reason"), fault));
    return draw_line_end(&lines, fault);
}

/* disclosure */

enum err draw_disclosure_write(struct buf *out, const struct draw_disclosure *disclosure,
                               struct fault *fault)
{
    TRY(number_check(disclosure->number, fault));
    if (disclosure->secret_count > DRAW_CODES)
        return fault_set(fault, ERR_INPUT, "密码最多 %d 个", DRAW_CODES);
    head_emit(out, DRAW_DISCLOSURE, disclosure->number);
    for (size_t i = 0; i < disclosure->secret_count; i++)
        hash_emit(out, "secret", disclosure->secrets[i]);
    hash_emit(out, "files", disclosure->files);
    return buf_err(out);
}

/* At most DRAW_CODES secrets; a further one fails as a wrong `files` line. */
enum err draw_disclosure_parse(struct draw_disclosure *disclosure, struct arena *arena,
                               struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    uint8_t(*secrets)[DRAW_HASH] = arena_array(arena, DRAW_CODES, DRAW_HASH);
    if (secrets == NULL)
        return ERR_MEMORY;
    *disclosure = (struct draw_disclosure){.secrets = (const uint8_t(*)[DRAW_HASH])secrets};
    TRY(head_lines(&disclosure->number, &lines, DRAW_DISCLOSURE, fault));
    while (disclosure->secret_count < DRAW_CODES && draw_line_is(&lines, STR("secret")))
        TRY(hash_line(secrets[disclosure->secret_count++], &lines, STR("secret"), fault));
    TRY(hash_line(disclosure->files, &lines, STR("files"), fault));
    return draw_line_end(&lines, fault);
}

/* attestation */

enum err draw_attestation_write(struct buf *out, const struct draw_attestation *attestation,
                                struct fault *fault)
{
    TRY(number_check(attestation->number, fault));
    TRY(text_check(attestation->auditor, "审计人", fault));
    TRY(text_check(attestation->verdict, "审计结论", fault));
    head_emit(out, DRAW_ATTESTATION, attestation->number);
    text_emit(out, "auditor", attestation->auditor);
    text_emit(out, "verdict", attestation->verdict);
    return buf_err(out);
}

enum err draw_attestation_parse(struct draw_attestation *attestation, struct str entry,
                                struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    *attestation = (struct draw_attestation){0};
    TRY(head_lines(&attestation->number, &lines, DRAW_ATTESTATION, fault));
    TRY(text_line(&attestation->auditor, &lines, STR("auditor"), fault));
    TRY(text_line(&attestation->verdict, &lines, STR("verdict"), fault));
    return draw_line_end(&lines, fault);
}

/* files */

static int file_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct draw_file *)a)->name, ((const struct draw_file *)b)->name);
}

/* After sorting, so that a name that occurs twice has itself for a neighbour. */
static enum err files_check(const struct draw_file *files, size_t count, struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (!draw_text_ok(files[i].name, DRAW_TEXT_MAX))
            return fault_set(fault, ERR_INPUT, "第 %zu 个文件的名称为空或含控制字符", i + 1);
        if (i > 0 && str_eq(files[i - 1].name, files[i].name))
            return fault_set(fault, ERR_DUPLICATE, "文件“%.*s”出现了两次", STR_ARG(files[i].name));
    }
    return ERR_OK;
}

/* Names hold no control characters, so sorting them sorts the lines: TAB is below every byte of a
 * name. */
enum err draw_files_root(uint8_t root[DRAW_HASH], struct draw_file *files, size_t count,
                         struct fault *fault)
{
    struct crypto_merkle tree;
    struct buf line = {0};
    if (count > 0)
        qsort(files, count, sizeof *files, file_cmp);
    TRY(files_check(files, count, fault));
    crypto_merkle_init(&tree);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&line);
        buf_str(&line, files[i].name);
        buf_char(&line, '\t');
        buf_hex(&line, files[i].hash, DRAW_HASH);
        crypto_merkle_add(&tree, buf_view(&line));
    }
    enum err err = buf_err(&line);
    crypto_merkle_root(root, &tree);
    buf_free(&line);
    return err;
}
