/* sunlot accounts: the one-time code for the first three persons, and what accounts there are. */
#include "cmd/cmd.h"

#include "office/account.h"

#include <stdio.h>

static int accounts_code(struct cmd *cmd)
{
    struct str code;
    enum err err = office_setup_code(&code, &cmd->errand);
    if (err != ERR_OK)
        return cmd_fail(err, &cmd->errand.fault);
    printf("一次性代码（24小时内有效，用过即失效）：\n  %.*s\n", STR_ARG(code));
    printf("请打开 /desk/setup，建立系统管理员、安全管理员、审计管理员三个账号。\n");
    return CMD_OK;
}

static int accounts_list(struct cmd *cmd)
{
    struct office_account *rows = NULL;
    size_t count = 0;
    enum err err = office_accounts(&rows, &count, &cmd->errand);
    if (err != ERR_OK)
        return cmd_fail(err, &cmd->errand.fault);
    for (size_t i = 0; i < count; i++) {
        printf("%.*s\t%.*s\t%.*s\t%s", STR_ARG(rows[i].row.name), STR_ARG(rows[i].row.person),
               STR_ARG(rows[i].department_name),
               str_eq(rows[i].row.state, STR("active")) ? "有效" : "停用");
        for (size_t r = 0; r < MODEL_ROLE_COUNT; r++)
            if ((rows[i].roles & 1u << r) != 0)
                printf("\t%s", model_roles[r].text);
        printf("\n");
    }
    if (count == 0)
        printf("还没有账号；请运行 sunlot accounts code。\n");
    return CMD_OK;
}

int cmd_accounts(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    const struct cmd_syntax syntax = {
        NULL, 0, 1, 1,
        "  sunlot [--data 目录] accounts code    生成首次设置用的一次性代码（没有账号时）\n"
        "  sunlot [--data 目录] accounts list    列出账号和角色"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    bool list = str_eq(words.items[0], STR("list"));
    if (!list && !str_eq(words.items[0], STR("code"))) {
        struct fault fault = {0};
        return cmd_fail(fault_set(&fault, ERR_USAGE, "应为 accounts code 或 accounts list"),
                        &fault);
    }
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    return list ? accounts_list(cmd) : accounts_code(cmd);
}
