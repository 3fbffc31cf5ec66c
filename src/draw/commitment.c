/* The commitment entry: see commitment.h.
 *
 * Each line has one spelling (canonical decimals, hex, dates, sorted strata), and parse and write
 * share commitment_check: so parse after write is the identity, and write after parse too. */
#include "draw/commitment.h"

#include "base/arena.h"
#include "base/time.h"
#include "draw/quota.h"

static const struct str mode_names[] = {
    [DRAW_FIXED] = {"fixed", 5}, [DRAW_CEIL] = {"ceil", 4}, [DRAW_SYSTEMATIC] = {"systematic", 10}};

struct str draw_mode_name(enum draw_mode mode)
{
    return mode_names[mode];
}

bool draw_commitment_sealed(const struct draw_commitment *commitment)
{
    return commitment->code_count > 0;
}

/* Strata are sorted by name, so a binary search finds one. */
ptrdiff_t draw_commitment_stratum(const struct draw_commitment *commitment, struct str name)
{
    size_t low = 0;
    size_t high = commitment->stratum_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(commitment->strata[mid].name, name);
        if (order == 0)
            return (ptrdiff_t)mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return -1;
}

bool draw_stratum_opaque(struct str name)
{
    uint64_t number = 0;
    return name.len > 1 && (name.data[0] == 'S' || name.data[0] == 'X') &&
           str_u64(&number, str_sub(name, 1, name.len)) == ERR_OK && number > 0;
}

/* Section 3: a name without blanks, strictly after the one before it, and a ratio that means
 * something; `fixed` has no denominator but 1. */
static enum err stratum_check(const struct draw_commitment *commitment, size_t i,
                              struct fault *fault)
{
    const struct draw_stratum *stratum = &commitment->strata[i];
    if (!draw_name_ok(stratum->name, DRAW_NAME_MAX))
        return fault_set(fault, ERR_INPUT,
                         "第 %zu 个分层的名称不正确：应为 1 至 64 字节，不含空格和控制字符", i + 1);
    if (i > 0 && str_cmp(commitment->strata[i - 1].name, stratum->name) >= 0)
        return fault_set(fault, ERR_INPUT, "分层“%.*s”重复或没有按字节顺序排列",
                         STR_ARG(stratum->name));
    if (stratum->mode > DRAW_SYSTEMATIC || stratum->den == 0 ||
        (stratum->mode == DRAW_FIXED && stratum->den != 1))
        return fault_set(fault, ERR_INPUT,
                         "分层“%.*s”的抽取方式不正确：分母不能为 0，固定数量的分母应为 1",
                         STR_ARG(stratum->name));
    return ERR_OK;
}

/* Counts must add up to the size of the pool, or an object could be in no stratum; and the
 * quotas must be computable whatever the rounding will be, or the draw could never be finished. */
static enum err strata_check(const struct draw_commitment *commitment, struct fault *fault)
{
    uint64_t sum = 0;
    if (commitment->stratum_count == 0 || commitment->stratum_count > DRAW_STRATA)
        return fault_set(fault, ERR_INPUT, "分层应有 1 至 %d 个", DRAW_STRATA);
    for (size_t i = 0; i < commitment->stratum_count; i++) {
        TRY(stratum_check(commitment, i, fault));
        if (__builtin_add_overflow(sum, commitment->strata[i].count, &sum))
            return fault_set(fault, ERR_INPUT, "各分层的对象数之和超出范围");
    }
    if (sum != commitment->pool_size)
        return fault_set(fault, ERR_INPUT, "各分层的对象数之和是 %llu，与名单总数 %llu 不符",
                         (unsigned long long)sum, (unsigned long long)commitment->pool_size);
    return draw_quota_bounds(NULL, NULL, commitment->strata, commitment->stratum_count, fault);
}

/* The texts of the first lines, and two instants in whole seconds, the only ones the format has. */
static enum err head_check(const struct draw_commitment *commitment, struct fault *fault)
{
    if (!draw_text_ok(commitment->organiser, DRAW_TEXT_MAX))
        return fault_set(fault, ERR_INPUT, "组织单位名称不能为空，且不得含控制字符");
    if (!draw_name_ok(commitment->number, DRAW_TEXT_MAX))
        return fault_set(fault, ERR_INPUT, "抽取编号不能为空，且不得含空格和控制字符");
    if (!draw_text_ok(commitment->task, DRAW_TEXT_MAX))
        return fault_set(fault, ERR_INPUT, "任务编号不能为空（没有任务时写“-”），且不得含控制字符");
    if (commitment->opened % TIME_SECOND != 0 || commitment->disclose_by % TIME_SECOND != 0)
        return fault_set(fault, ERR_INPUT, "承诺时间和公开期限应为整秒");
    if (commitment->disclose_by <= commitment->opened)
        return fault_set(fault, ERR_INPUT, "公开期限应晚于承诺时间");
    return ERR_OK;
}

/* None is an open draw; each party of a sealed one has a chain of at least one code. */
static enum err codes_check(const struct draw_commitment *commitment, struct fault *fault)
{
    if (commitment->code_count > DRAW_CODES)
        return fault_set(fault, ERR_INPUT, "密码承诺最多 %d 个", DRAW_CODES);
    for (size_t i = 0; i < commitment->code_count; i++)
        if (commitment->codes[i].length == 0 || commitment->codes[i].length > DRAW_CODE_LENGTH)
            return fault_set(fault, ERR_INPUT, "第 %zu 个密码链的长度应为 1 至 %d", i + 1,
                             DRAW_CODE_LENGTH);
    return ERR_OK;
}

/* Everything that write and parse both hold a commitment to; sources check themselves. */
static enum err commitment_check(const struct draw_commitment *commitment, struct fault *fault)
{
    TRY(head_check(commitment, fault));
    TRY(strata_check(commitment, fault));
    return codes_check(commitment, fault);
}

/* Section 2: a blinded pool hides classes, so its strata must not tell them. */
static enum err opaque_check(const struct draw_commitment *commitment, struct fault *fault)
{
    for (size_t i = 0; commitment->blinded && i < commitment->stratum_count; i++)
        if (!draw_stratum_opaque(commitment->strata[i].name))
            return fault_set(fault, ERR_INPUT,
                             "遮蔽名单的分层名称应为 S1、S2…… 或 X1、X2……，不能泄露类别：“%.*s”",
                             STR_ARG(commitment->strata[i].name));
    return ERR_OK;
}

/* The lines up to pool-root, in the order of section 3. */
static void head_emit(struct buf *out, const struct draw_commitment *c)
{
    buf_printf(out, "sunlot-draw/1 commitment\norganiser %.*s\ndraw %.*s\ntask %.*s\nopened ",
               STR_ARG(c->organiser), STR_ARG(c->number), STR_ARG(c->task));
    time_format(out, c->opened);
    buf_cat(out, "\ndisclose-by ");
    time_format(out, c->disclose_by);
    buf_cat(out, c->blinded ? "\npool-form blinded\npool-size " : "\npool-form plain\npool-size ");
    buf_u64(out, c->pool_size);
    buf_cat(out, "\npool-root ");
    buf_hex(out, c->pool_root, DRAW_HASH);
    buf_char(out, '\n');
}

/* stratum NAME COUNT MODE NUM/DEN; the ratio as it was given, not reduced. */
static void stratum_emit(struct buf *out, const struct draw_stratum *stratum)
{
    buf_printf(out, "stratum %.*s %llu %.*s %llu/%llu\n", STR_ARG(stratum->name),
               (unsigned long long)stratum->count, STR_ARG(draw_mode_name(stratum->mode)),
               (unsigned long long)stratum->num, (unsigned long long)stratum->den);
}

/* code LENGTH HEX */
static void code_emit(struct buf *out, const struct draw_code *code)
{
    buf_cat(out, "code ");
    buf_u64(out, code->length);
    buf_char(out, ' ');
    buf_hex(out, code->hash, DRAW_HASH);
    buf_char(out, '\n');
}

/* Sources go to a buffer of their own first, so that a bad one leaves `out` as it was. */
enum err draw_commitment_write(struct buf *out, const struct draw_commitment *commitment,
                               struct fault *fault)
{
    struct buf sources = {0};
    TRY(commitment_check(commitment, fault));
    TRY(opaque_check(commitment, fault));
    enum err err =
        draw_sources_write(&sources, commitment->sources, commitment->source_count, fault);
    if (err != ERR_OK)
        goto done;
    head_emit(out, commitment);
    for (size_t i = 0; i < commitment->stratum_count; i++)
        stratum_emit(out, &commitment->strata[i]);
    buf_str(out, buf_view(&sources));
    for (size_t i = 0; i < commitment->code_count; i++)
        code_emit(out, &commitment->codes[i]);
    err = buf_err(out);
done:
    buf_free(&sources);
    return err;
}

/* ERR_FORMAT for the line last read, with the form it should have. */
static enum err bad_line(const struct draw_lines *lines, struct fault *fault, const char *form)
{
    return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行写法不正确，应为“%s”",
                                 (unsigned long long)lines->row, form),
                       fault, lines->row);
}

/* A line that holds an instant. */
static enum err time_line(int64_t *us, struct draw_lines *lines, struct str key,
                          struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&value, lines, key, fault));
    if (time_parse(us, value) != ERR_OK)
        return bad_line(lines, fault, "2026-03-02T01:00:00Z");
    return ERR_OK;
}

/* pool-form, pool-size, pool-root */
static enum err pool_lines(struct draw_commitment *c, struct draw_lines *lines, struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&value, lines, STR("pool-form"), fault));
    c->blinded = str_eq(value, STR("blinded"));
    if (!c->blinded && !str_eq(value, STR("plain")))
        return bad_line(lines, fault, "pool-form plain 或 blinded");
    TRY(draw_line_value(&value, lines, STR("pool-size"), fault));
    if (str_u64(&c->pool_size, value) != ERR_OK)
        return bad_line(lines, fault, "pool-size 数量");
    TRY(draw_line_value(&value, lines, STR("pool-root"), fault));
    if (str_unhex(c->pool_root, DRAW_HASH, value) != ERR_OK)
        return bad_line(lines, fault, "pool-root 64 位十六进制");
    return ERR_OK;
}

/* The lines before the strata, each exactly once and in this order. */
static enum err head_lines(struct draw_commitment *c, struct draw_lines *lines, struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&value, lines, STR("sunlot-draw/1"), fault));
    if (!str_eq(value, STR("commitment")))
        return bad_line(lines, fault, "sunlot-draw/1 commitment");
    TRY(draw_line_value(&c->organiser, lines, STR("organiser"), fault));
    TRY(draw_line_value(&c->number, lines, STR("draw"), fault));
    TRY(draw_line_value(&c->task, lines, STR("task"), fault));
    TRY(time_line(&c->opened, lines, STR("opened"), fault));
    TRY(time_line(&c->disclose_by, lines, STR("disclose-by"), fault));
    return pool_lines(c, lines, fault);
}

/* One of the three words of section 6. */
static bool mode_parse(enum draw_mode *mode, struct str name)
{
    for (size_t i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++)
        if (str_eq(name, mode_names[i])) {
            *mode = (enum draw_mode)i;
            return true;
        }
    return false;
}

/* NAME COUNT MODE NUM/DEN */
static bool stratum_parse(struct draw_stratum *stratum, struct str value)
{
    struct str word[3];
    for (size_t i = 0; i < 3; i++)
        if (!str_cut(&word[i], &value, ' '))
            return false;
    struct str num = {0};
    stratum->name = word[0];
    return str_u64(&stratum->count, word[1]) == ERR_OK && mode_parse(&stratum->mode, word[2]) &&
           str_cut(&num, &value, '/') && str_u64(&stratum->num, num) == ERR_OK &&
           str_u64(&stratum->den, value) == ERR_OK;
}

/* LENGTH HEX */
static bool code_parse(struct draw_code *code, struct str value)
{
    struct str length = {0};
    return str_cut(&length, &value, ' ') && str_u64(&code->length, length) == ERR_OK &&
           str_unhex(code->hash, DRAW_HASH, value) == ERR_OK;
}

/* How many lines beginning with key follow, at most limit + 1. */
static size_t lines_count(struct draw_lines lines, struct str key, size_t limit)
{
    size_t count = 0;
    struct str line = {0};
    while (count <= limit && draw_line_is(&lines, key) &&
           draw_line_next(&line, &lines, NULL) == ERR_OK)
        count++;
    return count;
}

/* All stratum lines. More than DRAW_STRATA are not read, and so refused by the line that
 * follows. */
static enum err strata_lines(struct draw_commitment *c, struct arena *arena,
                             struct draw_lines *lines, struct fault *fault)
{
    size_t count = lines_count(*lines, STR("stratum"), DRAW_STRATA);
    struct draw_stratum *strata = arena_array(arena, count, sizeof *strata);
    if (strata == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct str value = {0};
        TRY(draw_line_value(&value, lines, STR("stratum"), fault));
        if (!stratum_parse(&strata[i], value))
            return bad_line(lines, fault, "stratum 名称 数量 fixed|ceil|systematic 分子/分母");
    }
    c->strata = strata;
    c->stratum_count = count;
    return ERR_OK;
}

/* All code lines; none is an open draw. */
static enum err code_lines(struct draw_commitment *c, struct arena *arena, struct draw_lines *lines,
                           struct fault *fault)
{
    size_t count = lines_count(*lines, STR("code"), DRAW_CODES);
    struct draw_code *codes = arena_array(arena, count, sizeof *codes);
    if (codes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct str value = {0};
        TRY(draw_line_value(&value, lines, STR("code"), fault));
        if (!code_parse(&codes[i], value))
            return bad_line(lines, fault, "code 长度 64 位十六进制");
    }
    c->codes = codes;
    c->code_count = count;
    return ERR_OK;
}

/* The texts are checked after all lines were read; nothing is used before that. */
enum err draw_commitment_parse(struct draw_commitment *commitment, struct arena *arena,
                               struct str entry, struct fault *fault)
{
    struct draw_lines lines = {entry, 0};
    struct draw_source *sources = NULL;
    *commitment = (struct draw_commitment){0};
    TRY(head_lines(commitment, &lines, fault));
    TRY(strata_lines(commitment, arena, &lines, fault));
    TRY(draw_sources_parse(&sources, &commitment->source_count, arena, &lines, fault));
    commitment->sources = sources;
    TRY(code_lines(commitment, arena, &lines, fault));
    TRY(draw_line_end(&lines, fault));
    return commitment_check(commitment, fault) == ERR_OK ? ERR_OK : ERR_FORMAT;
}
