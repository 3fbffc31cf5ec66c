/* Randomness sources: see source.h.
 *
 * A source line is canonical: one blank between words, canonical decimals, lower-case hex. Parse
 * and write share source_check, so neither lets through what the other refuses. */
#include "draw/source.h"

#include "base/arena.h"
#include "crypto/hash.h"

#include <math.h>

enum { SOURCE_WORDS = 3 + 2 * DRAW_FIELDS, SIGNATURE_SHORT = 48, SIGNATURE_LONG = 96 };

/* One field of a known game: `count` numbers out of first..last, drawn without replacement
 * (unordered) or each on its own (ordered digits). */
struct game_field {
    struct draw_field field;
    uint64_t first;
    uint64_t last;
};

struct game {
    const char *name;
    size_t field_count;
    struct game_field fields[2];
};

/* Games whose pool sizes are known, from the rules each issuer publishes: 中国福利彩票 (cwl.gov.cn,
 * 游戏规则) 双色球 6/33 + 1/16, 快乐8 20/80, 七乐彩 7/30 (the special ball is left out), 3D three
 * digits; 中国体育彩票 (lottery.gov.cn, 游戏规则) 超级大乐透 5/35 + 2/12, 排列3 and 排列5 digits.
 * PROTOCOL.md section 4 gives 快乐8 as 61 bits and 双色球 as 24, which these sizes yield. */
static const struct game games[] = {
    {"cwl-ssq", 2, {{{false, 6}, 1, 33}, {{false, 1}, 1, 16}}},
    {"cwl-kl8", 1, {{{false, 20}, 1, 80}}},
    {"cwl-qlc", 1, {{{false, 7}, 1, 30}}},
    {"cwl-3d", 1, {{{true, 3}, 0, 9}}},
    {"slc-dlt", 2, {{{false, 5}, 1, 35}, {{false, 2}, 1, 12}}},
    {"slc-pl3", 1, {{{true, 3}, 0, 9}}},
    {"slc-pl5", 1, {{{true, 5}, 0, 9}}},
};

/* Kind and number of one field. */
static bool field_eq(const struct draw_field *a, const struct draw_field *b)
{
    return a->ordered == b->ordered && a->count == b->count;
}

/* The row of a lottery whose game and fields are both those of the source; other fields under a
 * known name are as unknown as another name. */
static const struct game *game_find(const struct draw_source *source)
{
    if (source->kind != DRAW_SOURCE_LOTTERY)
        return NULL;
    for (size_t i = 0; i < sizeof games / sizeof games[0]; i++) {
        const struct game *game = &games[i];
        bool same =
            str_eq(str_of(game->name), source->name) && game->field_count == source->field_count;
        for (size_t f = 0; same && f < game->field_count; f++)
            same = field_eq(&game->fields[f].field, &source->fields[f]);
        if (same)
            return game;
    }
    return NULL;
}

/* A word that stands between ':' and '/' in the randomness string. */
static bool word_ok(struct str word)
{
    return draw_name_ok(word, DRAW_NAME_MAX) && str_find_char(word, ':') < 0 &&
           str_find_char(word, '/') < 0;
}

/* Names fit between separators, at least one field, each of a sensible size. */
static enum err lottery_check(const struct draw_source *source, struct fault *fault)
{
    if (!word_ok(source->name) || !word_ok(source->issue))
        return fault_set(fault, ERR_INPUT,
                         "彩票来源的玩法和期号应为 1 至 64 字节，不含空格、“:”和“/”");
    if (source->field_count == 0 || source->field_count > DRAW_FIELDS)
        return fault_set(fault, ERR_INPUT, "彩票来源应有 1 至 %d 组号码", DRAW_FIELDS);
    for (size_t i = 0; i < source->field_count; i++)
        if (source->fields[i].count == 0 || source->fields[i].count > 100)
            return fault_set(fault, ERR_INPUT, "彩票来源第 %zu 组的号码个数应为 1 至 100", i + 1);
    return ERR_OK;
}

/* Whether a source could be written; the limits of source.h. */
static enum err source_check(const struct draw_source *source, struct fault *fault)
{
    switch (source->kind) {
    case DRAW_SOURCE_DRAND:
        if (source->round == 0)
            return fault_set(fault, ERR_INPUT, "drand 来源的轮次应大于 0");
        return ERR_OK;
    case DRAW_SOURCE_LOTTERY:
        return lottery_check(source, fault);
    case DRAW_SOURCE_DICE:
        if (source->sides < 2 || source->sides > 1000 || source->rolls == 0 ||
            source->rolls > DRAW_ROLLS)
            return fault_set(fault, ERR_INPUT, "骰子来源的面数应为 2 至 1000，次数应为 1 至 %d",
                             DRAW_ROLLS);
        return ERR_OK;
    case DRAW_SOURCE_WITNESS:
        if (!word_ok(source->name))
            return fault_set(fault, ERR_INPUT, "见证人名称应为 1 至 64 字节，不含空格、“:”和“/”");
        return ERR_OK;
    case DRAW_SOURCE_LOCAL:
        return ERR_OK;
    }
    return fault_set(fault, ERR_INPUT, "未知的随机来源");
}

/* A canonical decimal of 32 bits. */
static enum err small_parse(uint32_t *out, struct str word)
{
    uint64_t value = 0;
    TRY(str_u64(&value, word));
    if (value > UINT32_MAX)
        return ERR_RANGE;
    *out = (uint32_t)value;
    return ERR_OK;
}

/* FIELD FIELD ..., each a word and a number. Their number is bounded by that of the words. */
static enum err fields_parse(struct draw_source *source, const struct str *words, size_t count)
{
    if (count == 0 || count % 2 != 0)
        return ERR_FORMAT;
    for (size_t i = 0; i < count; i += 2) {
        struct draw_field *field = &source->fields[source->field_count++];
        field->ordered = str_eq(words[i], STR("ordered"));
        if (!field->ordered && !str_eq(words[i], STR("unordered")))
            return ERR_FORMAT;
        TRY(small_parse(&field->count, words[i + 1]));
    }
    return ERR_OK;
}

/* By the first word and the number of words; whatever is neither of the others must be `local`. */
static enum err words_parse(struct draw_source *source, const struct str *words, size_t count)
{
    if (str_eq(words[0], STR("drand")) && count == 3) {
        source->kind = DRAW_SOURCE_DRAND;
        TRY(str_unhex(source->hash, DRAW_HASH, words[1]));
        return str_u64(&source->round, words[2]);
    }
    if (str_eq(words[0], STR("lottery")) && count > 3) {
        source->kind = DRAW_SOURCE_LOTTERY;
        source->name = words[1];
        source->issue = words[2];
        return fields_parse(source, words + 3, count - 3);
    }
    if (str_eq(words[0], STR("dice")) && count == 3) {
        source->kind = DRAW_SOURCE_DICE;
        TRY(small_parse(&source->sides, words[1]));
        return small_parse(&source->rolls, words[2]);
    }
    if (str_eq(words[0], STR("witness")) && count == 3) {
        source->kind = DRAW_SOURCE_WITNESS;
        source->name = words[1];
        return str_unhex(source->hash, DRAW_HASH, words[2]);
    }
    source->kind = DRAW_SOURCE_LOCAL;
    return str_eq(words[0], STR("local")) && count == 1 ? ERR_OK : ERR_FORMAT;
}

/* Exactly one blank between words: a second one gives an empty word, which no form allows. */
enum err draw_source_parse(struct draw_source *source, struct str text, struct fault *fault)
{
    struct str words[SOURCE_WORDS];
    size_t count = 0;
    *source = (struct draw_source){0};
    struct str rest = text;
    while (count < SOURCE_WORDS && str_cut(&words[count], &rest, ' '))
        count++;
    if (count == 0 || rest.data != NULL || words_parse(source, words, count) != ERR_OK)
        return fault_set(fault, ERR_FORMAT,
                         "随机来源的写法不正确，应为 drand、lottery、dice、witness 或 local "
                         "之一，例如“dice 10 20”");
    return source_check(source, fault) == ERR_OK ? ERR_OK : ERR_FORMAT;
}

/* The fields of a lottery, each with a blank before it. */
static void fields_write(struct buf *out, const struct draw_source *source)
{
    for (size_t i = 0; i < source->field_count; i++) {
        buf_cat(out, source->fields[i].ordered ? " ordered " : " unordered ");
        buf_u64(out, source->fields[i].count);
    }
}

/* A name, a blank, and a hash or a second name. */
static void source_emit(struct buf *out, const struct draw_source *source)
{
    switch (source->kind) {
    case DRAW_SOURCE_DRAND:
        buf_cat(out, "drand ");
        buf_hex(out, source->hash, DRAW_HASH);
        buf_char(out, ' ');
        buf_u64(out, source->round);
        break;
    case DRAW_SOURCE_LOTTERY:
        buf_printf(out, "lottery %.*s %.*s", STR_ARG(source->name), STR_ARG(source->issue));
        fields_write(out, source);
        break;
    case DRAW_SOURCE_DICE:
        buf_printf(out, "dice %u %u", source->sides, source->rolls);
        break;
    case DRAW_SOURCE_WITNESS:
        buf_printf(out, "witness %.*s ", STR_ARG(source->name));
        buf_hex(out, source->hash, DRAW_HASH);
        break;
    case DRAW_SOURCE_LOCAL:
        buf_cat(out, "local");
        break;
    }
}

enum err draw_source_write(struct buf *out, const struct draw_source *source, struct fault *fault)
{
    TRY(source_check(source, fault));
    source_emit(out, source);
    return buf_err(out);
}

/* How many `source ` lines follow, without reading them. */
static size_t sources_count(struct draw_lines lines)
{
    size_t count = 0;
    struct str line = {0};
    while (draw_line_is(&lines, STR("source")) && draw_line_next(&line, &lines, NULL) == ERR_OK)
        count++;
    return count;
}

enum err draw_sources_parse(struct draw_source **sources, size_t *count, struct arena *arena,
                            struct draw_lines *lines, struct fault *fault)
{
    size_t total = sources_count(*lines);
    if (total == 0 || total > DRAW_SOURCES)
        return draw_at_row(fault_set(fault, ERR_FORMAT,
                                     "第 %llu 行起应有 1 至 %d 行 source（随机来源）",
                                     (unsigned long long)lines->row + 1, DRAW_SOURCES),
                           fault, lines->row + 1);
    struct draw_source *list = arena_array(arena, total, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < total; i++) {
        struct str value = {0};
        TRY(draw_line_value(&value, lines, STR("source"), fault));
        enum err err = draw_source_parse(&list[i], value, fault);
        if (err != ERR_OK)
            return draw_at_row(err, fault, lines->row);
    }
    *sources = list;
    *count = total;
    return ERR_OK;
}

/* All are checked before the first is written. */
enum err draw_sources_write(struct buf *out, const struct draw_source *sources, size_t count,
                            struct fault *fault)
{
    if (count == 0 || count > DRAW_SOURCES)
        return fault_set(fault, ERR_INPUT, "随机来源应有 1 至 %d 个", DRAW_SOURCES);
    for (size_t i = 0; i < count; i++)
        TRY(source_check(&sources[i], fault));
    for (size_t i = 0; i < count; i++) {
        buf_cat(out, "source ");
        source_emit(out, &sources[i]);
        buf_char(out, '\n');
    }
    return buf_err(out);
}

/* Bits of one field: log2 of the number of outcomes, C(size, count) or size^count. */
static double game_field_bits(const struct game_field *field)
{
    double size = (double)(field->last - field->first + 1);
    double bits = 0;
    for (uint32_t i = 0; i < field->field.count; i++)
        bits += field->field.ordered ? log2(size) : log2((size - i) / (i + 1.0));
    return bits;
}

/* Fields are drawn independently of each other, so their bits add up. */
static uint64_t game_millibits(const struct game *game)
{
    double bits = 0;
    for (size_t i = 0; game != NULL && i < game->field_count; i++)
        bits += game_field_bits(&game->fields[i]);
    return (uint64_t)(bits * 1000);
}

/* PROTOCOL.md section 4 gives the figures for drand (128 and more) and a witness (256). */
uint64_t draw_source_millibits(const struct draw_source *source)
{
    switch (source->kind) {
    case DRAW_SOURCE_DRAND:
        return 128000;
    case DRAW_SOURCE_LOTTERY:
        return game_millibits(game_find(source));
    case DRAW_SOURCE_DICE:
        return (uint64_t)(log2(source->sides) * source->rolls * 1000);
    case DRAW_SOURCE_WITNESS:
        return 256000;
    case DRAW_SOURCE_LOCAL:
        return 0;
    }
    return 0;
}

bool draw_source_known(const struct draw_source *source)
{
    return game_find(source) != NULL;
}

/* One source of another kind is enough to make a draw a real one. */
bool draw_sources_local(const struct draw_source *sources, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sources[i].kind != DRAW_SOURCE_LOCAL)
            return false;
    return count > 0;
}

/* True when a lottery among the sources is not in the table and so counted 0. */
static bool sources_unknown(const struct draw_source *sources, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sources[i].kind == DRAW_SOURCE_LOTTERY && !draw_source_known(&sources[i]))
            return true;
    return false;
}

/* Whole bits of the sum are compared, so that what is shown and what decides are one number. */
enum err draw_sources_enough(const struct draw_source *sources, size_t count, uint64_t least_bits,
                             struct fault *fault)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += draw_source_millibits(&sources[i]);
    if (draw_sources_local(sources, count) || sum / 1000 >= least_bits)
        return ERR_OK;
    return fault_set(
        fault, ERR_ENTROPY,
        "随机来源合计只有 %llu 比特，少于所要求的 %llu 比特%s；尚未承诺，请增加来源，"
        "例如多掷几次骰子（十面骰子每次 3.3 比特）、快乐8（61 比特）或见证人（256 比特）",
        (unsigned long long)(sum / 1000), (unsigned long long)least_bits,
        sources_unknown(sources, count) ? "（未知的彩票玩法按 0 计）" : "");
}

enum draw_proof draw_source_proof(const struct draw_source *source)
{
    switch (source->kind) {
    case DRAW_SOURCE_WITNESS:
        return DRAW_PROOF_COMPLETE;
    case DRAW_SOURCE_DRAND:
        return DRAW_PROOF_UNCHECKED;
    case DRAW_SOURCE_LOTTERY:
    case DRAW_SOURCE_DICE:
        return DRAW_PROOF_OUTSIDE;
    case DRAW_SOURCE_LOCAL:
        break;
    }
    return DRAW_PROOF_NONE;
}

const char *draw_proof_zh(enum draw_proof proof)
{
    switch (proof) {
    case DRAW_PROOF_COMPLETE:
        return "已核对承诺的哈希";
    case DRAW_PROOF_OUTSIDE:
        return "格式已核对，数值请与公布的结果或记录、录像比对";
    case DRAW_PROOF_UNCHECKED:
        return "格式已核对，签名未在此核验";
    case DRAW_PROOF_NONE:
        break;
    }
    return "仅供培训和演示，无从核验";
}

/* Numbers as an unordered field writes them: canonical decimals, ascending, each followed by '.'.
 * limit may be NULL where the game is unknown. */
static bool balls_ok(struct str text, uint32_t count, const struct game_field *limit)
{
    uint64_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct str word = {0};
        uint64_t value = 0;
        if (!str_cut(&word, &text, '.') || text.data == NULL || str_u64(&value, word) != ERR_OK)
            return false;
        if (i > 0 && value <= before)
            return false;
        if (limit != NULL && (value < limit->first || value > limit->last))
            return false;
        before = value;
    }
    return text.len == 0;
}

/* Digits as drawn, then one '.'. */
static bool digits_ok(struct str text, uint32_t count)
{
    if (text.len != (size_t)count + 1 || text.data[count] != '.')
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

/* GAME:ISSUE:FIELD[:FIELD], nothing behind. */
static bool lottery_ok(const struct draw_source *source, struct str rest)
{
    const struct game *game = game_find(source);
    struct str word = {0};
    if (!str_cut(&word, &rest, ':') || !str_eq(word, source->name))
        return false;
    if (!str_cut(&word, &rest, ':') || !str_eq(word, source->issue))
        return false;
    for (size_t i = 0; i < source->field_count; i++) {
        const struct draw_field *field = &source->fields[i];
        const struct game_field *limit = game ? &game->fields[i] : NULL;
        if (!str_cut(&word, &rest, ':'))
            return false;
        if (field->ordered ? !digits_ok(word, field->count) : !balls_ok(word, field->count, limit))
            return false;
    }
    return rest.data == NULL;
}

/* Cuts a canonical decimal that must equal `want`. */
static bool number_cut(struct str *rest, char separator, uint64_t want)
{
    struct str word = {0};
    uint64_t value = 0;
    return str_cut(&word, rest, separator) && str_u64(&value, word) == ERR_OK && value == want;
}

/* SIDESxROLLS:V1.V2...Vn., every value below SIDES. */
static bool dice_ok(const struct draw_source *source, struct str rest)
{
    if (!number_cut(&rest, 'x', source->sides) || !number_cut(&rest, ':', source->rolls))
        return false;
    for (uint32_t i = 0; i < source->rolls; i++) {
        struct str word = {0};
        uint64_t value = 0;
        if (!str_cut(&word, &rest, '.') || rest.data == NULL || str_u64(&value, word) != ERR_OK ||
            value >= source->sides)
            return false;
    }
    return rest.len == 0;
}

/* CHAIN:ROUND:SIGNATURE, a G1 signature (48 bytes) or a G2 one (96). Whether it is the chain's
 * is not checked here. */
static bool drand_ok(const struct draw_source *source, struct str rest)
{
    uint8_t chain[DRAW_HASH];
    uint8_t signature[SIGNATURE_LONG];
    struct str word = {0};
    if (!str_cut(&word, &rest, ':') || str_unhex(chain, DRAW_HASH, word) != ERR_OK ||
        !crypto_hash_eq(chain, source->hash) || !number_cut(&rest, ':', source->round))
        return false;
    return str_unhex(signature, SIGNATURE_SHORT, rest) == ERR_OK ||
           str_unhex(signature, SIGNATURE_LONG, rest) == ERR_OK;
}

/* Form only; nonce gets the bytes. */
static bool witness_form(uint8_t nonce[DRAW_HASH], const struct draw_source *source,
                         struct str rest)
{
    struct str word = {0};
    return str_cut(&word, &rest, ':') && str_eq(word, source->name) &&
           str_unhex(nonce, DRAW_HASH, rest) == ERR_OK;
}

/* The value is not quoted: it may be anything. */
static enum err part_refuse(struct fault *fault, const char *form)
{
    return fault_set(fault, ERR_FORMAT, "随机值的写法与来源不符，未被采用；应为 %s", form);
}

/* The only part that proves itself: the hash stood in the entry before. */
static enum err witness_check(const struct draw_source *source, struct str rest,
                              struct fault *fault)
{
    uint8_t nonce[DRAW_HASH];
    uint8_t hash[DRAW_HASH];
    if (!witness_form(nonce, source, rest))
        return part_refuse(fault, "witness:名称:64 位十六进制");
    crypto_sha256(hash, draw_bytes(nonce, DRAW_HASH));
    if (!crypto_hash_eq(hash, source->hash))
        return fault_set(fault, ERR_PROOF, "见证人“%.*s”公开的随机数与其事先承诺的哈希不符",
                         STR_ARG(source->name));
    return ERR_OK;
}

/* The first word of a part must be that of its source line; then each kind by its own form. */
enum err draw_part_check(const struct draw_source *source, struct str part, struct fault *fault)
{
    uint8_t nonce[DRAW_HASH];
    struct str word = {0};
    struct str rest = part;
    if (part.len > DRAW_PART_MAX || !str_cut(&word, &rest, ':') || rest.data == NULL)
        return part_refuse(fault, "“种类:内容”");
    switch (source->kind) {
    case DRAW_SOURCE_DRAND:
        return str_eq(word, STR("drand")) && drand_ok(source, rest)
                   ? ERR_OK
                   : part_refuse(fault, "drand:链:轮次:签名（96 或 192 位十六进制）");
    case DRAW_SOURCE_LOTTERY:
        return str_eq(word, STR("lottery")) && lottery_ok(source, rest)
                   ? ERR_OK
                   : part_refuse(fault, "lottery:玩法:期号:号码，例如 5.18.26.29.30.31.:3."
                                        "（从小到大，每个号码后一个点）");
    case DRAW_SOURCE_DICE:
        return str_eq(word, STR("dice")) && dice_ok(source, rest)
                   ? ERR_OK
                   : part_refuse(fault, "dice:面数x次数:点数，例如 7.3.5.（0 至面数减 1，"
                                        "每个点数后一个点）");
    case DRAW_SOURCE_WITNESS:
        return str_eq(word, STR("witness")) ? witness_check(source, rest, fault)
                                            : part_refuse(fault, "witness:名称:64 位十六进制");
    case DRAW_SOURCE_LOCAL:
        return str_eq(word, STR("local")) && str_unhex(nonce, DRAW_HASH, rest) == ERR_OK
                   ? ERR_OK
                   : part_refuse(fault, "local:64 位十六进制");
    }
    return ERR_FORMAT;
}

/* Section 4. The caller has checked the parts, or a beacon entry was parsed. */
enum err draw_randomness(struct buf *out, const uint8_t leaf[DRAW_HASH], const struct str *parts,
                         size_t count)
{
    buf_cat(out, "entry:");
    buf_hex(out, leaf, DRAW_HASH);
    buf_char(out, '/');
    for (size_t i = 0; i < count; i++) {
        buf_str(out, parts[i]);
        buf_char(out, '/');
    }
    return buf_err(out);
}
