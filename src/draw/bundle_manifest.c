/* The manifest of a bundle, FULL or PUBLIC: what is kept back, and what a reader therefore cannot
 * check with it. Which sentences it holds follows from the entries and the names kept back alone.
 */
#include "draw/bundle.h"

#include "base/arena.h"

/* What cannot be checked by anybody with one bundle alone. */
static const char *const always_open[] = {
    "材料包自带的日志公钥须与机构另行公布的公钥核对",
    "日志给所有人看到的是否是同一份，须由见证者或不同来源的检查点对照",
    "名单是否包含了全部应当抽取的对象、可选人员是否如实，本材料包不能证明，由举报、名录库核对和"
    "审计发现",
};

/* A sentence that stands when any file of a name (or tail of a name) is kept back. */
struct left_out {
    struct str name;
    const char *text;
};

static const struct left_out left_outs[] = {
    {{"pool.tsv", 8},
     "未附名单和分层：不能核对名单的根、各层总数、各层是否取了最小的号码、入选界限和递补；"
     "审计、纪检人员用完整材料包核对，企业用自己的自证核对"},
    {{"seats.tsv", 9}, "未附席位：不能核对席位是否都属于抽中的对象"},
    {{"inspectors.tsv", 14}, "未附检查人员名单：不能重算检查组"},
    {{"eligible.tsv", 12}, "未附可选人员名单：不能核对回避与资格，不能重算检查组"},
    {{"teams.tsv", 9}, "未附检查组：不能核对由谁检查"},
    {{"/leaving.tsv", 12}, "未附退出席位的名单：不能重算补派"},
    {{"/eligible.tsv", 13}, "未附补派的可选人员名单：不能重算补派"},
    {{"/teams.tsv", 10}, "未附补派后的检查组：不能核对补派结果"},
};

/* Files of a round are known by their tail, whatever the round. */
static bool left_out_fits(const struct left_out *rule, struct str name)
{
    return rule->name.data[0] == '/' ? str_ends(name, rule->name) : str_eq(name, rule->name);
}

static void unchecked_add(struct buf *out, const char *text)
{
    buf_printf(out, "unchecked %s\n", text);
}

/* Each sentence once, however many files it stands for. */
static void left_outs_add(struct buf *out, const struct draw_bundle_plan *plan)
{
    for (size_t i = 0; i < sizeof left_outs / sizeof left_outs[0]; i++) {
        bool any = false;
        for (size_t k = 0; k < plan->kept_count; k++)
            any |= left_out_fits(&left_outs[i], plan->kept[k]);
        if (any)
            unchecked_add(out, left_outs[i].text);
    }
}

/* Sentences about sources whose values this program cannot check by itself. */
static void sources_add(struct buf *out, const struct draw_commitment *commitment)
{
    bool drand = false;
    bool outside = false;
    for (size_t i = 0; i < commitment->source_count; i++) {
        enum draw_proof proof = draw_source_proof(&commitment->sources[i]);
        drand |= proof == DRAW_PROOF_UNCHECKED;
        outside |= proof == DRAW_PROOF_OUTSIDE;
    }
    if (drand)
        unchecked_add(out, "drand 的签名在此未核对，须用 drand 的公钥核对");
    if (outside)
        unchecked_add(out, "彩票开奖号码、掷骰记录须与公布的结果、录像和记录对照");
    if (draw_sources_local(commitment->sources, commitment->source_count))
        unchecked_add(out, "只用了本机随机数：仅供培训和演示，不能用于正式抽取");
}

/* Refused here as well as where parts are added: the manifest is what readers rely on. */
static enum err kept_check(const struct draw_bundle_plan *plan, bool blinded, struct fault *fault)
{
    for (size_t i = 0; i < plan->kept_count; i++)
        if (!draw_bundle_may_keep(plan->kept[i], blinded))
            return fault_set(fault, ERR_INPUT, "文件“%.*s”必须公开，不能从公开材料包中去掉",
                             STR_ARG(plan->kept[i]));
    return ERR_OK;
}

enum err draw_bundle_manifest(struct buf *out, struct arena *arena,
                              const struct draw_bundle_plan *plan, bool full, struct fault *fault)
{
    struct draw_commitment commitment = {0};
    enum draw_kind last = DRAW_COMMITMENT;
    if (plan->entry_count == 0)
        return fault_set(fault, ERR_INPUT, "材料包中没有日志条目");
    TRY(draw_commitment_parse(&commitment, arena, plan->entries[0], fault));
    TRY(draw_entry_kind(&last, plan->entries[plan->entry_count - 1], fault));
    TRY(kept_check(plan, commitment.blinded, fault));
    buf_printf(out, "sunlot-bundle/1 %s\ndraw %.*s\npool %s\nend %s\n", full ? "full" : "public",
               STR_ARG(commitment.number), commitment.blinded ? "blinded" : "plain",
               last == DRAW_ABORT ? "abort" : "disclosure");
    for (size_t i = 0; !full && i < plan->kept_count; i++)
        buf_printf(out, "without %.*s\n", STR_ARG(plan->kept[i]));
    if (!full)
        left_outs_add(out, plan);
    if (last == DRAW_ABORT)
        unchecked_add(out, "放弃的抽取没有公开条目，日志没有固定文件清单；封存抽取的密码没有公开");
    sources_add(out, &commitment);
    for (size_t i = 0; i < sizeof always_open / sizeof always_open[0]; i++)
        unchecked_add(out, always_open[i]);
    return buf_err(out);
}

/* The form is a hint for whoever repairs the file. */
static enum err bad_word(const struct draw_lines *lines, const char *form, struct fault *fault)
{
    return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行写法不正确，应为“%s”",
                                 (unsigned long long)lines->row, form),
                       fault, lines->row);
}

/* A line `key a` or `key b`; *first tells which. */
static enum err choice_line(bool *first, struct draw_lines *lines, const char *const words[3],
                            struct fault *fault)
{
    struct str value = {0};
    TRY(draw_line_value(&value, lines, str_of(words[0]), fault));
    *first = str_eq(value, str_of(words[1]));
    if (*first || str_eq(value, str_of(words[2])))
        return ERR_OK;
    return bad_word(lines, words[1], fault);
}

/* The values of consecutive lines with this key, in the arena. */
static enum err values_read(const struct str **values, size_t *count, struct arena *arena,
                            struct draw_lines *lines, struct str key)
{
    size_t most = 0;
    for (size_t i = 0; i < lines->rest.len; i++)
        most += lines->rest.data[i] == '\n';
    struct str *list = arena_array(arena, most, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    size_t n = 0;
    while (draw_line_is(lines, key))
        TRY(draw_line_value(&list[n++], lines, key, NULL));
    *values = list;
    *count = n;
    return ERR_OK;
}

/* Names in their order and texts without control characters, as the writer gives them. */
static enum err values_check(const struct draw_manifest *manifest, const struct draw_lines *lines,
                             struct fault *fault)
{
    for (size_t i = 0; i < manifest->without_count; i++)
        if (!draw_bundle_name_ok(manifest->without[i]) ||
            (i > 0 && str_cmp(manifest->without[i - 1], manifest->without[i]) >= 0))
            return bad_word(lines, "without 文件名（按字节顺序）", fault);
    for (size_t i = 0; i < manifest->unchecked_count; i++)
        if (!draw_text_ok(manifest->unchecked[i], DRAW_TEXT_MAX))
            return bad_word(lines, "unchecked 说明", fault);
    return ERR_OK;
}

enum err draw_manifest_parse(struct draw_manifest *manifest, struct arena *arena, struct str text,
                             struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    bool plain = false;
    bool disclosed = false;
    *manifest = (struct draw_manifest){0};
    TRY(choice_line(&manifest->full, &lines,
                    (const char *const[]){"sunlot-bundle/1", "full", "public"}, fault));
    TRY(draw_line_value(&manifest->number, &lines, STR("draw"), fault));
    TRY(choice_line(&plain, &lines, (const char *const[]){"pool", "plain", "blinded"}, fault));
    TRY(choice_line(&disclosed, &lines, (const char *const[]){"end", "disclosure", "abort"},
                    fault));
    manifest->blinded = !plain;
    manifest->aborted = !disclosed;
    TRY(values_read(&manifest->without, &manifest->without_count, arena, &lines, STR("without")));
    TRY(values_read(&manifest->unchecked, &manifest->unchecked_count, arena, &lines,
                    STR("unchecked")));
    TRY(draw_line_end(&lines, fault));
    return values_check(manifest, &lines, fault);
}
