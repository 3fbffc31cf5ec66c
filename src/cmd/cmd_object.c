/* sunlot object show: one object with its changes, visits and results. */
#include "cmd/cmd.h"

#include "base/time.h"
#include "model/resource.h"
#include "office/history.h"
#include "office/result.h"

#include <stdio.h>

static void object_line(const char *label, struct str value)
{
    if (value.len > 0)
        printf("  %s：%.*s\n", label, STR_ARG(value));
}

static void object_date(const char *label, int32_t day)
{
    struct buf text = {0};
    if (day != 0)
        date_format(&text, day);
    object_line(label, buf_view(&text));
    buf_free(&text);
}

static void object_print(const struct office *office, const struct store_object *o)
{
    const struct region *region = regions_find(&office->regions, o->division);
    const struct industry *industry = industry_find(&office->industries, o->industry);
    printf("%.*s  %.*s\n", STR_ARG(o->pool_id), STR_ARG(o->name));
    object_line("类别", model_text(model_object_kinds, o->kind));
    object_line("企业类型", o->type);
    object_line("登记状态", model_text(model_object_states, o->state));
    object_line("区划", region != NULL ? region->name : o->division);
    object_line("地址", o->address);
    object_line("行业", industry != NULL ? industry->name : o->industry);
    object_line("经营范围", o->business);
    object_date("成立日期", o->established);
    object_line("信用风险类别", model_text(model_risks, o->risk));
    object_date("观察期至", o->observed_until);
    object_line("监管部门", o->department);
    object_line("标签", o->labels);
}

static void object_changes(const struct office_history *h)
{
    for (size_t i = 0; i < h->change_count; i++) {
        const struct store_object_change *c = &h->changes[i];
        struct buf when = {0};
        time_format(&when, c->at);
        printf("  变更 %.*s（%.*s）：%.*s → %.*s %.*s\n", STR_ARG(buf_view(&when)),
               STR_ARG(c->actor), STR_ARG(c->before), STR_ARG(c->after), STR_ARG(c->reason));
        buf_free(&when);
    }
}

static enum err object_visits(struct arena *arena, const struct office_history *h)
{
    for (size_t i = 0; i < h->visit_count; i++) {
        const struct store_object_visit *v = &h->visits[i];
        struct buf day = {0};
        date_format(&day, v->result_on != 0 ? v->result_on : v->visit_from);
        printf("  检查 %.*s  %.*s（抽取 %.*s，%.*s%.*s）", STR_ARG(buf_view(&day)),
               STR_ARG(v->task_name), STR_ARG(v->draw),
               STR_ARG(model_text(model_visit_states, v->state)), STR_ARG(v->skip_reason));
        if (v->code.len > 0)
            printf("  %.*s / %.*s：%.*s%s", STR_ARG(v->department), STR_ARG(v->item),
                   STR_ARG(model_text(model_result_codes, v->code)),
                   v->published_at != 0 ? "（已公示）" : "");
        printf("\n");
        buf_free(&day);
        if (v->adoption.kind.len == 0)
            continue;
        struct str adopted = office_adoption_text(arena, &v->adoption);
        if (adopted.data == NULL)
            return ERR_MEMORY;
        printf("    %.*s\n", STR_ARG(adopted));
    }
    return ERR_OK;
}

int cmd_object(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    struct office_history history;
    const struct cmd_syntax syntax = {
        NULL, 0, 2, 2, "  sunlot object show 号码    一个检查对象的登记、变更、检查和结果"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code == CMD_OK && !str_eq(words.items[0], STR("show")))
        code = cmd_usage(&syntax, "命令不完整，或没有这样的写法", "");
    if (code == CMD_OK)
        code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    struct errand *e = &cmd->errand;
    enum err err = office_history_show(&history, e, words.items[1]);
    if (err != ERR_OK)
        return cmd_fail(err, &e->fault);
    object_print(e->office, &history.object);
    object_changes(&history);
    err = object_visits(e->arena, &history);
    return err == ERR_OK ? CMD_OK : cmd_fail(err, &e->fault);
}
