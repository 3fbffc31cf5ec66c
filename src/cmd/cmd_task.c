/* sunlot task: create, show, list. */
#include "cmd/cmd.h"

#include "base/time.h"
#include "model/resource.h"
#include "office/step.h"
#include "office/task.h"

#include <stdio.h>

static const char task_usage[] =
    "  sunlot task create --name 名称 --department 发起部门 --item 事项编号[@部门] ...\n"
    "      --quota 分层=方式:比例 ... --from 日期 --until 日期 --basis 法律依据\n"
    "      [--part 部门[:人数[:专长:人数]] ...] [--strata none|risk|division|industry|kind]\n"
    "      [--division 区划] [--industry 行业] [--kind 类别,...] [--label 标签] [--risk A,B,...]\n"
    "      [--plan-number 编号] [--plan-name 名称] [--document 文号] [--type directed|undirected]\n"
    "      [--source plan|special|complaint|...] [--ground 理由] [--repeat-reason 理由]\n"
    "    例：--strata risk --quota A=ceil:1% --quota B=ceil:5% --quota C=ceil:20% "
    "--quota D=ceil:100% --quota '*=ceil:3%'\n"
    "  sunlot task show 编号\n"
    "  sunlot task steps 编号    方案、名录、抽取、派组、检查、录入、公示、后续各步的进展和期限\n"
    "  sunlot task list\n"
    "  sunlot task conflict 人员编号 对象号码 --reason 理由    申报长期回避关系";

struct task_words {
    struct office_task_spec spec;
    struct cmd_list items;
    struct cmd_list parts;
    struct cmd_list quotas;
    struct str reason;
};

static int task_create(struct cmd *cmd, struct task_words *w)
{
    struct errand *e = &cmd->errand;
    struct str number;
    w->spec.items = w->items.items;
    w->spec.item_count = w->items.count;
    w->spec.parts = w->parts.items;
    w->spec.part_count = w->parts.count;
    w->spec.quotas = w->quotas.items;
    w->spec.quota_count = w->quotas.count;
    enum err err = office_task_create(&number, e, &w->spec);
    if (err != ERR_OK)
        return cmd_fail(err, &e->fault);
    printf("%.*s\n", STR_ARG(number));
    return CMD_OK;
}

static void task_print(const struct office_task *t)
{
    struct buf dates = {0};
    date_format(&dates, t->task.visit_from);
    buf_cat(&dates, " 至 ");
    date_format(&dates, t->task.visit_until);
    printf("任务 %.*s  %.*s\n", STR_ARG(t->task.number), STR_ARG(t->task.name));
    printf("  发起部门 %.*s，检查日期 %.*s，类型 %.*s，来源 %.*s\n", STR_ARG(t->task.department),
           STR_ARG(buf_view(&dates)), STR_ARG(model_text(model_task_types, t->task.type)),
           STR_ARG(model_text(model_sources, t->task.source)));
    printf("  依据 %.*s\n", STR_ARG(t->task.basis));
    for (size_t i = 0; i < t->item_count; i++)
        printf("  事项 %.*s %.*s（%.*s，%.*s）\n", STR_ARG(t->items[i].code),
               STR_ARG(t->items[i].name),
               STR_ARG(model_text(model_item_classes, t->items[i].class)),
               STR_ARG(t->items[i].department));
    for (size_t i = 0; i < t->part_count; i++)
        printf("  检查组 %.*s %lld 人%s%.*s\n", STR_ARG(t->parts[i].department),
               (long long)t->parts[i].seats, t->parts[i].tag.len > 0 ? "，其中须具备专长 " : "",
               STR_ARG(t->parts[i].tag));
    for (size_t i = 0; i < t->quota_count; i++)
        printf("  分层 %.*s %.*s %lld/%lld\n", STR_ARG(t->quotas[i].stratum),
               STR_ARG(t->quotas[i].mode), (long long)t->quotas[i].num,
               (long long)t->quotas[i].den);
    buf_free(&dates);
}

static int task_show(struct cmd *cmd, struct str number)
{
    struct office_task task = {0};
    enum err err = office_task_show(&task, &cmd->errand, number);
    if (err != ERR_OK)
        return cmd_fail(err, &cmd->errand.fault);
    task_print(&task);
    return CMD_OK;
}

static void task_step_print(const struct model_step_row *words, const struct office_step *step)
{
    struct buf day = {0};
    if (step->due_on != 0)
        date_format(&day, step->due_on);
    printf("%s\t%s%s\t%.*s%s\t%.*s\n", words->name,
           step->done   ? "已完成"
           : step->next ? "进行中"
                        : "未完成",
           step->late ? "，已逾期" : "", STR_ARG(buf_view(&day)),
           step->estimated && !step->done ? "（估算）" : "", STR_ARG(step->detail));
    buf_free(&day);
}

static int task_steps(struct cmd *cmd, struct str number)
{
    struct office_task_steps steps;
    struct errand *e = &cmd->errand;
    e->scope = OFFICE_SCOPE_WHOLE;
    enum err err = office_task_steps(&steps, e, number);
    if (err != ERR_OK)
        return cmd_fail(err, &e->fault);
    printf("任务 %.*s  %.*s\n", STR_ARG(steps.task.number), STR_ARG(steps.task.name));
    if (steps.aborted)
        printf("任务已终止\n");
    for (size_t i = 0; i < MODEL_STEP_COUNT; i++)
        task_step_print(model_step_row((enum model_step)i), &steps.steps[i]);
    return CMD_OK;
}

static int task_list(struct cmd *cmd)
{
    struct store_task *tasks = NULL;
    size_t count = 0;
    enum err err = office_task_list(&tasks, &count, &cmd->errand);
    if (err != ERR_OK)
        return cmd_fail(err, &cmd->errand.fault);
    for (size_t i = 0; i < count; i++)
        printf("%.*s\t%.*s\t%.*s\n", STR_ARG(tasks[i].number),
               STR_ARG(model_text(model_task_states, tasks[i].state)), STR_ARG(tasks[i].name));
    if (count == 0)
        printf("还没有任务。用 sunlot task create 建立第一个。\n");
    return CMD_OK;
}

static int task_conflict(struct cmd *cmd, const struct cmd_list *words, struct str reason)
{
    struct errand *e = &cmd->errand;
    enum err err = office_conflict_declare(e, words->items[1], words->items[2], reason);
    if (err != ERR_OK)
        return cmd_fail(err, &e->fault);
    printf("已登记：%.*s 回避 %.*s\n", STR_ARG(words->items[1]), STR_ARG(words->items[2]));
    return CMD_OK;
}

enum task_step { TASK_UNKNOWN, TASK_CREATE, TASK_SHOW, TASK_STEPS, TASK_LIST, TASK_CONFLICT };

/* Which step the plain words ask for; wrong words are told before the folder is opened. */
static enum task_step task_step_find(const struct cmd_list *words)
{
    static const struct {
        const char *word;
        size_t count;
        enum task_step step;
    } steps[] = {{"create", 1, TASK_CREATE},
                 {"show", 2, TASK_SHOW},
                 {"steps", 2, TASK_STEPS},
                 {"list", 1, TASK_LIST},
                 {"conflict", 3, TASK_CONFLICT}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (str_eq(words->items[0], str_of(steps[i].word)) && words->count == steps[i].count)
            return steps[i].step;
    return TASK_UNKNOWN;
}

int cmd_task(struct cmd *cmd, int argc, char **argv)
{
    struct task_words w = {
        .spec.task = {.type = STR("undirected"), .source = STR("plan"), .strata = STR("none")}};
    struct store_task *t = &w.spec.task;
    struct cmd_list words;
    const struct cmd_option options[] = {
        {"--name", CMD_TEXT, &t->name},
        {"--department", CMD_TEXT, &t->department},
        {"--item", CMD_LIST, &w.items},
        {"--part", CMD_LIST, &w.parts},
        {"--quota", CMD_LIST, &w.quotas},
        {"--from", CMD_DATE, &t->visit_from},
        {"--until", CMD_DATE, &t->visit_until},
        {"--basis", CMD_TEXT, &t->basis},
        {"--strata", CMD_TEXT, &t->strata},
        {"--division", CMD_TEXT, &t->scope_division},
        {"--industry", CMD_TEXT, &t->scope_industry},
        {"--kind", CMD_TEXT, &t->scope_kind},
        {"--label", CMD_TEXT, &t->scope_label},
        {"--risk", CMD_TEXT, &t->scope_risk},
        {"--plan-number", CMD_TEXT, &t->plan_number},
        {"--plan-name", CMD_TEXT, &t->plan_name},
        {"--document", CMD_TEXT, &t->document},
        {"--type", CMD_TEXT, &t->type},
        {"--source", CMD_TEXT, &t->source},
        {"--ground", CMD_TEXT, &t->ground},
        {"--repeat-reason", CMD_TEXT, &t->repeat_reason},
        {"--reason", CMD_TEXT, &w.reason},
    };
    const struct cmd_syntax syntax = {options, sizeof options / sizeof options[0], 1, 3,
                                      task_usage};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    enum task_step step = task_step_find(&words);
    if (step == TASK_UNKNOWN)
        return cmd_usage(&syntax, "命令不完整，或没有这样的写法", "");
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    switch (step) {
    case TASK_CREATE:
        return task_create(cmd, &w);
    case TASK_SHOW:
        return task_show(cmd, words.items[1]);
    case TASK_STEPS:
        return task_steps(cmd, words.items[1]);
    case TASK_CONFLICT:
        return task_conflict(cmd, &words, w.reason);
    default:
        return task_list(cmd);
    }
}
