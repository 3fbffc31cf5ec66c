/* sunlot result and export. */
#include "cmd/cmd.h"

#include "base/file.h"
#include "base/time.h"
#include "office/draw.h"
#include "office/result.h"

#include <stdio.h>

static const char result_usage[] =
    "  sunlot result enter 抽取编号 --object 号码 --item 事项编号 --result 01-08 --method 方式\n"
    "      --inspector 人员编号 [--note 情况] [--date 结果日期]\n"
    "      [--adopt 种类 --adopt-body 出具机构 --adopt-number 文号 --adopt-date 日期]\n"
    "      采信他人结论的：种类为 其他部门的检查结论、生效司法文书、专业机构鉴定意见\n"
    "  sunlot --by 审核人 result approve 抽取编号 --object 号码 [--item 事项编号]\n"
    "  sunlot --by 审核人 result return 抽取编号 --object 号码 [--item 事项编号] --reason 理由\n"
    "  sunlot --by 审批人 result exempt 抽取编号 --object 号码 [--item 事项编号] --kind 情形\n"
    "      --ground 依据    情形：国家秘密、商业秘密、个人隐私、其他（网页上只公布情形和条数）\n"
    "  sunlot --by 审批人 result redact 抽取编号 --object 号码 [--item 事项编号] --part 部分\n"
    "      --kind 情形 --ground 依据    结论照常公示，只是其中一部分依法不予公开；\n"
    "      部分：采信的结论、更正理由（多个用逗号隔开）；网页上只写情形和法律条款\n"
    "  sunlot --by 审批人 result unredact 抽取编号 --object 号码 [--item 事项编号] --part 部分\n"
    "      --reason 理由    审核以前改为公开\n"
    "  sunlot result publish 抽取编号 [--object 号码]\n"
    "  sunlot result correct 抽取编号 --object 号码 --item 事项编号 --result 01-08 --method 方式\n"
    "      --inspector 人员编号 --reason 理由 [--note 情况] [--date 结果日期] [--adopt ...]\n"
    "      更正已公示的结果：再经他人 approve、publish 后公布，原结果保留并标明已更正\n"
    "  sunlot --by 审核人 result follow 抽取编号 --object 号码 --item 事项编号 --measure 处置\n"
    "      --state 未完结|已完结 --inspector 人员编号 [--document 文号] [--note 说明] [--date "
    "日期]\n"
    "      [--part 文书文号,处置说明 --kind 情形 --ground 依据]    这些部分不予公开\n"
    "      公布后续处置，如 责令改正、立案查处、抄告、移送司法机关、行政处罚、整改复查合格\n"
    "  sunlot result counts\n"
    "  结果：01 未发现问题  02 未按规定公示应当公示的信息  03 公示信息隐瞒真实情况、弄虚作假\n"
    "        04 通过登记的住所（经营场所）无法联系  05 发现问题已责令改正  06 不配合检查情节严重\n"
    "        07 未发现开展本次抽查涉及的经营活动  08 发现问题待后续处理";

struct result_words {
    struct office_result_entry entry;
    struct str reason;
    struct office_exemption exemption;
    struct str parts;
    struct str measure;
    struct str state;
    struct str document;
};

static void result_due_print(const char *what, const struct office_result_due *due)
{
    struct buf text = {0};
    date_format(&text, due->due_on);
    printf("%s，最迟公示日期 %.*s%s\n", what, STR_ARG(buf_view(&text)),
           due->estimated ? "（估算：尚无该年度工作日安排）" : "");
    if (due->kept > 0)
        printf("沿用上一版的决定，%llu 处依法不予公开；要改为公开，请审核前 result unredact。\n",
               (unsigned long long)due->kept);
    buf_free(&text);
}

static enum err result_enter_run(struct errand *e, struct result_words *w)
{
    struct office_result_due due = {0};
    TRY(office_result_enter(&due, e, &w->entry));
    result_due_print("已录入", &due);
    return ERR_OK;
}

static enum err result_correct_run(struct errand *e, struct result_words *w)
{
    struct office_result_due due = {0};
    TRY(office_result_correct(&due, e, &w->entry, w->reason));
    result_due_print("已录入更正，待他人审核后公示", &due);
    return ERR_OK;
}

static enum err result_follow_run(struct errand *e, struct result_words *w)
{
    int64_t idx = 0;
    const struct office_follow follow = {
        .key = w->entry.key,
        .measure = w->measure,
        .state = w->state,
        .happened_on = w->entry.result_on,
        .document = w->document,
        .note = w->entry.note,
        .inspector = w->entry.inspector,
        .withheld = {w->parts, w->exemption.kind, w->exemption.ground}};
    TRY(office_result_follow(&idx, e, &follow));
    printf("后续处置已公布，写入公开日志，日志序号 %lld。\n", (long long)idx);
    return ERR_OK;
}

static enum err result_approve_run(struct errand *e, struct result_words *w)
{
    uint64_t count = 0;
    TRY(office_result_approve(&count, e, &w->entry.key));
    printf("已审核 %llu 项。\n", (unsigned long long)count);
    return ERR_OK;
}

static enum err result_return_run(struct errand *e, struct result_words *w)
{
    uint64_t count = 0;
    TRY(office_result_return(&count, e, &w->entry.key, w->reason));
    printf("已退回 %llu 项，由录入人重新录入。\n", (unsigned long long)count);
    return ERR_OK;
}

static enum err result_exempt_run(struct errand *e, struct result_words *w)
{
    uint64_t count = 0;
    TRY(office_result_exempt(&count, e, &w->entry.key, &w->exemption));
    printf("已审批 %llu 项不予公示。\n", (unsigned long long)count);
    return ERR_OK;
}

static enum err result_redact_run(struct errand *e, struct result_words *w)
{
    uint64_t count = 0;
    const struct office_redaction redaction = {w->parts, w->exemption.kind, w->exemption.ground};
    TRY(office_result_redact(&count, e, &w->entry.key, &redaction));
    printf("已决定 %llu 处不予公开，其余照常公示。\n", (unsigned long long)count);
    return ERR_OK;
}

static enum err result_unredact_run(struct errand *e, struct result_words *w)
{
    uint64_t count = 0;
    TRY(office_result_unredact(&count, e, &w->entry.key, w->parts, w->reason));
    printf("已将 %llu 处改为公开。\n", (unsigned long long)count);
    return ERR_OK;
}

static enum err result_publish_run(struct errand *e, struct result_words *w)
{
    struct office_published out = {0};
    TRY(office_result_publish(&out, e, w->entry.key.draw, w->entry.key.pool_id));
    printf("公示 %llu 个对象的 %llu 项结果（另有不予公示 %llu 项），%llu 个对象还没有全部审核。\n",
           (unsigned long long)out.visits, (unsigned long long)out.results,
           (unsigned long long)out.exempt, (unsigned long long)out.waiting);
    if (out.corrected > 0)
        printf("更正 %llu 项已公示的结果。\n", (unsigned long long)out.corrected);
    if (out.idx >= 0)
        printf("已写入公开日志，日志序号 %lld。\n", (long long)out.idx);
    return ERR_OK;
}

static enum err result_counts_run(struct errand *e)
{
    struct store_result_counts c = {0};
    TRY(office_result_counts(&c, e));
    printf("待审核 %lld，已退回 %lld，待公示 %lld，已公示 %lld，不予公示 %lld；逾期未公示 %lld\n",
           (long long)c.entered, (long long)c.returned, (long long)c.approved,
           (long long)c.published, (long long)c.exempt, (long long)c.overdue);
    int64_t due = c.entered + c.returned + c.approved + c.published;
    if (due > 0)
        printf("公示率 %.1f%%（已公示 ÷ 应公示；应公示 = 已录入的全部结果，不含不予公示）\n",
               100.0 * (double)c.published / (double)due);
    return ERR_OK;
}

typedef enum err result_run(struct errand *e, struct result_words *w);

static const struct {
    const char *word;
    result_run *run;
} result_steps[] = {
    {"enter", result_enter_run},     {"approve", result_approve_run},
    {"return", result_return_run},   {"exempt", result_exempt_run},
    {"publish", result_publish_run}, {"correct", result_correct_run},
    {"redact", result_redact_run},   {"unredact", result_unredact_run},
    {"follow", result_follow_run},
};

static result_run *result_find(struct str word)
{
    for (size_t i = 0; i < sizeof result_steps / sizeof result_steps[0]; i++)
        if (str_eq(str_of(result_steps[i].word), word))
            return result_steps[i].run;
    return NULL;
}

int cmd_result(struct cmd *cmd, int argc, char **argv)
{
    struct result_words w = {0};
    struct cmd_list words;
    const struct cmd_option options[] = {
        {"--object", CMD_TEXT, &w.entry.key.pool_id},
        {"--item", CMD_TEXT, &w.entry.key.item},
        {"--result", CMD_TEXT, &w.entry.code},
        {"--method", CMD_TEXT, &w.entry.method},
        {"--adopt", CMD_TEXT, &w.entry.adoption.kind},
        {"--adopt-body", CMD_TEXT, &w.entry.adoption.body},
        {"--adopt-number", CMD_TEXT, &w.entry.adoption.number},
        {"--adopt-date", CMD_DATE, &w.entry.adoption.made_on},
        {"--note", CMD_TEXT, &w.entry.note},
        {"--date", CMD_DATE, &w.entry.result_on},
        {"--inspector", CMD_TEXT, &w.entry.inspector},
        {"--reason", CMD_TEXT, &w.reason},
        {"--part", CMD_TEXT, &w.parts},
        {"--kind", CMD_TEXT, &w.exemption.kind},
        {"--ground", CMD_TEXT, &w.exemption.ground},
        {"--measure", CMD_TEXT, &w.measure},
        {"--state", CMD_TEXT, &w.state},
        {"--document", CMD_TEXT, &w.document},
    };
    const struct cmd_syntax syntax = {options, sizeof options / sizeof options[0], 1, 2,
                                      result_usage};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    bool counts = str_eq(words.items[0], STR("counts"));
    result_run *run = result_find(words.items[0]);
    if (!counts && (run == NULL || words.count != 2))
        return cmd_usage(&syntax, "命令不完整，或没有这样的写法", "");
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    struct errand *e = &cmd->errand;
    w.entry.key.draw = counts ? STR("") : words.items[1];
    enum err err = counts ? result_counts_run(e) : run(e, &w);
    return err == ERR_OK ? CMD_OK : cmd_fail(err, &e->fault);
}

static enum err export_proof(struct errand *e, struct str draw, struct str object, const char *path)
{
    struct buf text = {0};
    enum err err = office_draw_proof(&text, e, draw, object);
    if (err == ERR_OK)
        err = file_write_durable(path, buf_view(&text), 0644);
    buf_free(&text);
    if (err == ERR_OK)
        printf("企业自证：%s\n核验：sunlot verify %s\n", path, path);
    return err;
}

int cmd_export(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    struct str draw = {NULL, 0};
    struct str object = {NULL, 0};
    const struct cmd_option options[] = {{"--draw", CMD_TEXT, &draw},
                                         {"--object", CMD_TEXT, &object}};
    const struct cmd_syntax syntax = {
        options, 2, 2, 2,
        "  sunlot export results 文件.csv|.xlsx|.json|.jsonl            "
        "已公示结果，国家公示系统的栏目\n"
        "  sunlot export proof 文件 --draw 抽取编号 --object 号码        一家企业的自证材料"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    bool results = str_eq(words.items[0], STR("results"));
    bool proof = str_eq(words.items[0], STR("proof")) && draw.len > 0 && object.len > 0;
    if (!results && !proof)
        return cmd_usage(&syntax, "命令不完整，或没有这样的写法", "");
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    struct errand *e = &cmd->errand;
    uint64_t count = 0;
    if (proof) {
        enum err err = export_proof(e, draw, object, words.items[1].data);
        return err == ERR_OK ? CMD_OK : cmd_fail(err, &e->fault);
    }
    enum err err = office_result_export(&count, e, words.items[1].data);
    if (err == ERR_OK)
        printf("导出 %llu 行：%s\n", (unsigned long long)count, words.items[1].data);
    return err == ERR_OK ? CMD_OK : cmd_fail(err, &e->fault);
}
