/* sunlot init, setting, log, check: the house itself. */
#include "cmd/cmd.h"

#include "base/buf.h"
#include "base/time.h"
#include "store/core.h"
#include "vault/log.h"

#include <stdio.h>

/* The verifier key, which everybody needs who wants to check this log. */
static enum err init_vkey(struct str *out, struct cmd *cmd, struct fault *fault)
{
    struct vault_log *log = NULL;
    struct buf text = {0};
    TRY(vault_log_open(&log, cmd->dir, fault));
    vault_log_vkey(&text, log);
    vault_log_close(log);
    *out = arena_str(&cmd->arena, buf_view(&text));
    buf_free(&text);
    return out->data != NULL ? ERR_OK : ERR_MEMORY;
}

int cmd_init(struct cmd *cmd, int argc, char **argv)
{
    struct office_init init = {.dir = cmd->dir};
    struct cmd_list words;
    struct fault fault = {0};
    struct str vkey;
    const struct cmd_option options[] = {
        {"--division", CMD_TEXT, &init.tenant},   {"--name", CMD_TEXT, &init.name},
        {"--origin", CMD_TEXT, &init.origin},     {"--database", CMD_TEXT, &init.url},
        {"--training", CMD_FLAG, &init.training},
    };
    const struct cmd_syntax syntax = {
        options, 5, 0, 0,
        "  sunlot [--data 目录] init --division 行政区划代码 --name 地方名称 --origin 日志名称 "
        "[--database 地址] [--training]\n"
        "    --division  6位行政区划代码，例如 410882\n"
        "    --name      地方名称，例如 示例县\n"
        "    --origin    公开日志的名称，例如 example.gov.cn/sunlot（以后不能更改）\n"
        "    --database  不填用目录里的 SQLite；或 postgresql://用户@主机/库\n"
        "    --training  演练用：每个页面都标明数据为虚构，日志名称以 /training "
        "结尾，不能改为正式"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    enum err err = office_init(&init, &fault);
    if (err == ERR_OK)
        err = init_vkey(&vkey, cmd, &fault);
    if (err != ERR_OK)
        return cmd_fail(err, &fault);
    printf("已建立：%s\n公开日志的验证公钥（请公布，任何人凭它核验）：\n%.*s\n", cmd->dir,
           STR_ARG(vkey));
    printf("请把 %s/keys 离线备份：丢失后无法继续写日志，也无法打开封存的抽取。\n", cmd->dir);
    return CMD_OK;
}

struct setting_list {
    struct errand *e;
    enum model_setting first; /* to last, both included */
    enum model_setting last;
};

static enum err setting_print(struct db_tx *tx, void *ctx)
{
    struct setting_list *list = ctx;
    for (enum model_setting i = list->first; i <= list->last; i++) {
        const struct model_setting_row *row = model_setting_row(i);
        struct office_setting_view view;
        TRY(office_setting_view_get(&view, list->e, tx, i));
        printf("%-32s %.*s %s%s\n    %s\n    依据：%.*s\n", row->name, STR_ARG(view.value),
               row->unit, view.changed ? "（本地修改）" : "", row->what, STR_ARG(view.basis));
    }
    return ERR_OK;
}

int cmd_setting(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    struct str basis = {NULL, 0};
    const struct cmd_option options[] = {{"--basis", CMD_TEXT, &basis}};
    const struct cmd_syntax syntax = {
        options, 1, 0, 2,
        "  sunlot setting                                列出全部设置和依据\n"
        "  sunlot setting 名称                           只看一项\n"
        "  sunlot setting 名称 值 --basis 依据           修改一项（保留历史）"};
    int code = cmd_begin(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    struct errand *e = &cmd->errand;
    struct setting_list list = {e, 0, MODEL_SETTING_COUNT - 1};
    enum model_setting setting = words.count > 0 ? model_setting_find(words.items[0]) : 0;
    if (setting == MODEL_SETTING_COUNT) {
        fault_set(&e->fault, ERR_MISSING, "没有设置“%.*s”，运行 sunlot setting 查看全部名称",
                  STR_ARG(words.items[0]));
        return cmd_fail(ERR_MISSING, &e->fault);
    }
    if (words.count < 2) {
        if (words.count == 1)
            list.first = list.last = setting;
        enum err err = office_read(e, "setting-list", setting_print, &list);
        return err == ERR_OK ? CMD_OK : cmd_fail(err, &e->fault);
    }
    enum err err = office_setting_change(e, setting, words.items[1], basis);
    if (err != ERR_OK)
        return cmd_fail(err, &e->fault);
    printf("已修改：%.*s = %.*s\n", STR_ARG(words.items[0]), STR_ARG(words.items[1]));
    return CMD_OK;
}

static enum err log_entry_print(struct vault_log *log, uint64_t idx)
{
    struct buf body = {0};
    struct buf when = {0};
    int64_t time = 0;
    enum err err = vault_log_entry(&body, log, idx);
    if (err == ERR_OK && vault_log_time(&time, log, idx) == ERR_OK)
        time_format(&when, time);
    if (err == ERR_OK)
        printf("日志序号 %llu  %.*s\n%.*s\n", (unsigned long long)idx, STR_ARG(buf_view(&when)),
               STR_ARG(buf_view(&body)));
    buf_free(&body);
    buf_free(&when);
    return err;
}

static enum err log_show(struct vault_log *log, const struct cmd_list *words, struct fault *fault)
{
    struct buf text = {0};
    uint64_t number = 0;
    uint64_t size = vault_log_size(log);
    if (words->count == 2) {
        struct str word = words->items[1];
        if (str_u64(&number, word) == ERR_OK && number < size)
            return log_entry_print(log, number);
        return fault_set(fault, ERR_MISSING, "没有日志序号 %.*s：现有 %llu 条，序号从 0 开始",
                         STR_ARG(word), (unsigned long long)size);
    }
    enum err err = vault_log_checkpoint(&text, log);
    printf("%.*s", STR_ARG(buf_view(&text)));
    buf_free(&text);
    return err;
}

static enum err log_key(struct vault_log *log)
{
    struct buf text = {0};
    vault_log_vkey(&text, log);
    printf("%.*s\n", STR_ARG(buf_view(&text)));
    enum err err = buf_err(&text);
    buf_free(&text);
    return err;
}

static enum err log_verify(struct vault_log *log, struct fault *fault)
{
    uint64_t number = 0;
    TRY(vault_log_verify(&number, log, fault));
    printf("公开日志完好：%llu 条，全部重新计算相符\n", (unsigned long long)number);
    return ERR_OK;
}

static enum err log_run(struct vault_log *log, const struct cmd_list *words, struct fault *fault)
{
    if (str_eq(words->items[0], STR("key")))
        return log_key(log);
    if (str_eq(words->items[0], STR("verify")))
        return log_verify(log, fault);
    return log_show(log, words, fault);
}

static bool log_known(const struct cmd_list *words)
{
    struct str word = words->items[0];
    if (str_eq(word, STR("show")))
        return true;
    return words->count == 1 && (str_eq(word, STR("key")) || str_eq(word, STR("verify")));
}

int cmd_log(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    const struct cmd_syntax syntax = {NULL, 0, 1, 2,
                                      "  sunlot log key          验证公钥\n"
                                      "  sunlot log show [序号]  最新检查点，或一条日志\n"
                                      "  sunlot log verify       重新计算整个日志"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code == CMD_OK && !log_known(&words))
        code = cmd_usage(&syntax, "命令不完整，或没有这样的写法", "");
    if (code == CMD_OK)
        code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    struct errand *e = &cmd->errand;
    struct vault_log *log = NULL;
    enum err err = vault_log_open(&log, cmd->dir, &e->fault);
    if (err == ERR_OK)
        err = log_run(log, &words, &e->fault);
    vault_log_close(log);
    if (err == ERR_STATE)
        fault_set(&e->fault, err, "日志还是空的");
    return err == ERR_OK ? CMD_OK : cmd_fail(err, &e->fault);
}

int cmd_check(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    const struct cmd_syntax syntax = {NULL, 0, 0, 0,
                                      "  sunlot check    检查数据库、公开日志和抽取文件是否完好"};
    int code = cmd_begin(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    struct errand *e = &cmd->errand;
    struct office_checked checked = {0};
    enum err err = office_check(&checked, e);
    if (err != ERR_OK)
        return cmd_fail(err, &e->fault);
    printf("数据库完好；公开日志 %llu 条相符；抽取文件 %llu 个相符；审计日志 %llu 天相符。\n",
           (unsigned long long)checked.entries, (unsigned long long)checked.files,
           (unsigned long long)checked.days);
    cmd_guard_print(cmd);
    return CMD_OK;
}
