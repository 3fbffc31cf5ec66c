/* sunlot draw: the steps of a draw, one word each. */
#include "cmd/cmd.h"

#include "base/time.h"
#include "draw/source.h"
#include "model/resource.h"
#include "office/draw.h"

#include <stdio.h>

static const char draw_usage[] =
    "  sunlot draw commit 任务编号 --source 来源 ... [--open|--sealed] [--disclose-by 日期]\n"
    "      来源：\"dice 10 20\"、\"lottery cwl-ssq 2026024 unordered 6 unordered 1\"、\n"
    "            \"drand 链 轮次\"、\"witness 名称 哈希\"、\"local\"（仅供演示）\n"
    "  sunlot draw beacon 抽取编号 [--part 结果 ...] [--again 第二人录入的掷骰结果 ...]\n"
    "  sunlot draw objects 抽取编号\n"
    "  sunlot draw recuse 抽取编号 --inspector 人员编号 --object 号码|'*' --reason 理由\n"
    "  sunlot draw teams 抽取编号 --source 来源 ...\n"
    "  sunlot draw assign 抽取编号\n"
    "  sunlot draw skip 抽取编号 --object 号码 --reason 理由 [--evidence 文件]\n"
    "  sunlot draw refill 抽取编号 --leaving '席位=理由' ... --source 来源 ...  然后 "
    "beacon、assign\n"
    "  sunlot draw abort 抽取编号 --reason 理由\n"
    "  sunlot draw disclose 抽取编号\n"
    "  sunlot draw show 抽取编号 | sunlot draw list";

struct draw_words {
    struct cmd_list sources;
    struct cmd_list parts;
    struct cmd_list again;
    struct cmd_list leaving;
    struct str inspector;
    struct str object;
    struct str reason;
    struct str evidence;
    bool open;
    bool sealed;
    int32_t disclose_by;
    struct str number; /* of the draw or task */
};

static enum err draw_commit_run(struct errand *e, struct draw_words *w)
{
    const struct office_draw_commit spec = {w->number, !w->open, w->sources.items, w->sources.count,
                                            w->disclose_by};
    struct str number;
    TRY(office_draw_commit(&number, e, &spec));
    printf("%.*s\n", STR_ARG(number));
    return ERR_OK;
}

static enum err draw_beacon_run(struct errand *e, struct draw_words *w)
{
    const struct office_beacon beacon = {w->number, w->parts.items, w->parts.count, w->again.items,
                                         w->again.count};
    TRY(office_draw_beacon(e, &beacon));
    printf("随机数已登记并写入公开日志。\n");
    return ERR_OK;
}

static enum err draw_objects_run(struct errand *e, struct draw_words *w)
{
    uint64_t count = 0;
    TRY(office_draw_objects(&count, e, w->number));
    printf("抽中 %llu 个检查对象（sunlot draw show %.*s 查看）。\n", (unsigned long long)count,
           STR_ARG(w->number));
    return ERR_OK;
}

static enum err draw_recuse_run(struct errand *e, struct draw_words *w)
{
    const struct store_recusal recusal = {w->inspector, w->object, w->reason};
    TRY(office_draw_recuse(e, w->number, &recusal));
    printf("已登记回避：%.*s 回避 %.*s。\n", STR_ARG(w->inspector), STR_ARG(w->object));
    return ERR_OK;
}

static enum err draw_teams_run(struct errand *e, struct draw_words *w)
{
    TRY(office_draw_teams(e, w->number, w->sources.items, w->sources.count));
    printf("席位、人员和回避情况已固定并写入公开日志，等待第二次随机数。\n");
    return ERR_OK;
}

static enum err draw_assign_run(struct errand *e, struct draw_words *w)
{
    TRY(office_draw_assign(e, w->number));
    printf("检查人员已匹配（sunlot draw show %.*s 查看）。\n", STR_ARG(w->number));
    return ERR_OK;
}

static enum err draw_skip_run(struct errand *e, struct draw_words *w)
{
    const struct office_skip skip = {w->number, w->object, w->reason, w->evidence.data};
    struct str next;
    TRY(office_draw_skip(&next, e, &skip));
    if (next.len > 0)
        printf("已记入公开日志；递补对象：%.*s\n", STR_ARG(next));
    else
        printf("已记入公开日志；该分层已没有可以递补的对象。\n");
    return ERR_OK;
}

static enum err draw_refill_run(struct errand *e, struct draw_words *w)
{
    const struct office_refill refill = {w->number, w->leaving.items, w->leaving.count,
                                         w->sources.items, w->sources.count};
    TRY(office_draw_refill(e, &refill));
    printf("空出的席位已写入公开日志，请登记随机数（beacon）后匹配（assign）。\n");
    return ERR_OK;
}

static enum err draw_abort_run(struct errand *e, struct draw_words *w)
{
    TRY(office_draw_abort(e, w->number, w->reason));
    printf("抽取 %.*s 已终止，记录永久公开。\n", STR_ARG(w->number));
    return ERR_OK;
}

static enum err draw_disclose_run(struct errand *e, struct draw_words *w)
{
    struct office_disclosed out = {0};
    TRY(office_draw_disclose(&out, e, w->number));
    printf("完整材料包（可含风险类别，只交审计、纪检和领导小组）：%s\n公开材料包：%s\n"
           "任何人可运行：sunlot verify %s\n",
           out.full, out.public, out.public);
    return ERR_OK;
}

/* --- show --- */

static void show_entries(const struct office_draw *d)
{
    for (size_t i = 0; i < d->entry_count; i++) {
        struct buf when = {0};
        if (d->times[i] > 0)
            time_format(&when, d->times[i]);
        printf("  日志序号 %lld %.*s  %.*s", (long long)d->entries[i].idx, STR_ARG(buf_view(&when)),
               STR_ARG(d->entries[i].kind));
        if (d->entries[i].round > 0)
            printf("（第 %lld 轮）", (long long)d->entries[i].round);
        printf("\n");
        buf_free(&when);
    }
}

static void show_strata(const struct office_draw *d)
{
    for (size_t i = 0; i < d->stratum_count; i++) {
        const struct store_stratum *s = &d->strata[i];
        printf("  分层 %.*s（%.*s）：%lld 个，%.*s %lld/%lld", STR_ARG(s->name),
               STR_ARG(s->meaning), (long long)s->count,
               STR_ARG(model_text(model_quota_modes, s->mode)), (long long)s->num,
               (long long)s->den);
        if (s->quota >= 0)
            printf("，抽 %lld 个", (long long)s->quota);
        printf("\n");
    }
}

static void show_visits(const struct office_draw *d)
{
    for (size_t i = 0; i < d->visit_count; i++) {
        const struct store_visit *v = &d->visits[i];
        printf("  %zu. %.*s [%.*s]%s%.*s", i + 1, STR_ARG(v->pool_id),
               STR_ARG(model_text(model_visit_states, v->state)), v->skip_reason.len > 0 ? " " : "",
               STR_ARG(v->skip_reason));
        for (size_t k = 0; k < d->seat_count; k++)
            if (str_eq(d->seats[k].pool_id, v->pool_id))
                printf("  %.*s", STR_ARG(d->seats[k].inspector));
        printf("\n");
    }
}

static enum err draw_show_run(struct errand *e, struct draw_words *w)
{
    struct office_draw d;
    struct buf by = {0};
    TRY(office_draw_show(&d, e, w->number));
    time_format(&by, d.draw.disclose_by);
    printf("抽取 %.*s（%s%s%s）\n", STR_ARG(d.draw.number), d.draw.sealed ? "封存" : "公开进行",
           d.draw.blinded ? "，名单加盲" : "", d.draw.demo ? "，仅供演示：随机数来自本机" : "");
    printf("  组织者 %.*s，任务 %.*s %.*s\n", STR_ARG(d.organiser), STR_ARG(d.task_number),
           STR_ARG(d.task_name));
    printf("  状态 %s，名单 %lld 个，最迟公开 %.*s%s\n", office_draw_state_zh(d.draw.state),
           (long long)d.draw.pool_size, STR_ARG(buf_view(&by)),
           d.draw.disclose_by < e->now ? "（已逾期）" : "");
    buf_free(&by);
    for (size_t i = 0; i < d.asked_count; i++)
        printf("  等待随机来源：%.*s\n", STR_ARG(d.asked[i]));
    show_entries(&d);
    show_strata(&d);
    show_visits(&d);
    return ERR_OK;
}

static enum err draw_list_run(struct errand *e)
{
    struct store_draw *draws = NULL;
    size_t count = 0;
    TRY(office_draw_list(&draws, &count, e));
    for (size_t i = 0; i < count; i++)
        printf("%.*s\t%s\t抽中 %lld 个\n", STR_ARG(draws[i].number),
               office_draw_state_zh(draws[i].state), (long long)draws[i].drawn);
    if (count == 0)
        printf("还没有抽取。先建立任务，再用 sunlot draw commit 承诺。\n");
    return ERR_OK;
}

typedef enum err draw_run(struct errand *e, struct draw_words *w);

static const struct {
    const char *word;
    draw_run *run;
} draw_steps[] = {
    {"commit", draw_commit_run}, {"beacon", draw_beacon_run},     {"objects", draw_objects_run},
    {"recuse", draw_recuse_run}, {"teams", draw_teams_run},       {"assign", draw_assign_run},
    {"skip", draw_skip_run},     {"refill", draw_refill_run},     {"abort", draw_abort_run},
    {"show", draw_show_run},     {"disclose", draw_disclose_run},
};

static draw_run *draw_step_find(struct str word)
{
    for (size_t i = 0; i < sizeof draw_steps / sizeof draw_steps[0]; i++)
        if (str_eq(str_of(draw_steps[i].word), word))
            return draw_steps[i].run;
    return NULL;
}

/* Options that a step cannot do without, or that contradict each other; told before the folder is
 * opened. */
static bool draw_words_fit(struct str word, const struct draw_words *w)
{
    if (str_eq(word, STR("commit")))
        return !(w->open && w->sealed);
    if (str_eq(word, STR("recuse")))
        return w->inspector.len > 0 && w->object.len > 0;
    return !str_eq(word, STR("skip")) || w->object.len > 0;
}

int cmd_draw(struct cmd *cmd, int argc, char **argv)
{
    struct draw_words w = {0};
    struct cmd_list words;
    const struct cmd_option options[] = {
        {"--source", CMD_LIST, &w.sources},
        {"--part", CMD_LIST, &w.parts},
        {"--again", CMD_LIST, &w.again},
        {"--leaving", CMD_LIST, &w.leaving},
        {"--inspector", CMD_TEXT, &w.inspector},
        {"--object", CMD_TEXT, &w.object},
        {"--reason", CMD_TEXT, &w.reason},
        {"--evidence", CMD_TEXT, &w.evidence},
        {"--open", CMD_FLAG, &w.open},
        {"--sealed", CMD_FLAG, &w.sealed},
        {"--disclose-by", CMD_DATE, &w.disclose_by},
    };
    const struct cmd_syntax syntax = {options, sizeof options / sizeof options[0], 1, 2,
                                      draw_usage};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    bool list = str_eq(words.items[0], STR("list"));
    draw_run *run = draw_step_find(words.items[0]);
    if (!list && (run == NULL || words.count != 2))
        return cmd_usage(&syntax, "命令不完整，或没有这样的写法", "");
    if (!draw_words_fit(words.items[0], &w))
        return cmd_usage(&syntax, "选项不完整或互相矛盾", "");
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    struct errand *e = &cmd->errand;
    w.number = list ? STR("") : words.items[1];
    enum err err = list ? draw_list_run(e) : run(e, &w);
    return err == ERR_OK ? CMD_OK : cmd_fail(err, &e->fault);
}
