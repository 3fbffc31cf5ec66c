/* sunlot accounts: the one-time code for the first three persons, what accounts there are, and a
 * way back for administrators who can help neither themselves nor each other: the only one who
 * forgot his password, all three unused for so long that they were suspended. */
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

static const struct office_account *accounts_find(const struct office_account *rows, size_t count,
                                                  struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].row.name, name))
            return &rows[i];
    return NULL;
}

/* Of administrators alone: everybody else has them to ask. */
static enum err accounts_open(struct str *password, struct errand *e, struct str name)
{
    const unsigned admins =
        1u << MODEL_ROLE_SYSTEM | 1u << MODEL_ROLE_SECURITY | 1u << MODEL_ROLE_AUDIT;
    struct office_account *rows = NULL;
    size_t count = 0;
    TRY(office_accounts(&rows, &count, e));
    const struct office_account *a = accounts_find(rows, count, name);
    if (a == NULL || (a->roles & admins) == 0)
        return fault_set(&e->fault, ERR_MISSING,
                         "没有叫“%.*s”的系统、安全、审计管理员；其他用户请由系统管理员重置",
                         STR_ARG(name));
    TRY(office_account_state(e, a->row.id, STR("active")));
    return office_account_reset(password, e, a->row.id);
}

static int accounts_reset(struct cmd *cmd, struct str name)
{
    struct str password;
    enum err err = accounts_open(&password, &cmd->errand, name);
    if (err != ERR_OK)
        return cmd_fail(err, &cmd->errand.fault);
    printf("%.*s 已启用，原来的登录都已结束。初始密码（首次登录须修改）：\n  %.*s\n", STR_ARG(name),
           STR_ARG(password));
    return CMD_OK;
}

int cmd_accounts(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    const struct cmd_syntax syntax = {
        NULL, 0, 1, 2,
        "  sunlot [--data 目录] accounts code    生成首次设置用的一次性代码（没有账号时）\n"
        "  sunlot [--data 目录] accounts list    列出账号和角色\n"
        "  sunlot [--data 目录] accounts reset 用户名\n"
        "    三员之一忘记密码或被停用、又无人能在工作台办理时：启用并给出初始密码"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    bool list = str_eq(words.items[0], STR("list"));
    bool reset = str_eq(words.items[0], STR("reset"));
    bool known = list || reset || str_eq(words.items[0], STR("code"));
    if (!known || words.count != (reset ? 2 : 1)) {
        struct fault fault = {0};
        return cmd_fail(fault_set(&fault, ERR_USAGE,
                                  "应为 accounts code、accounts list 或 accounts reset 用户名"),
                        &fault);
    }
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    if (reset)
        return accounts_reset(cmd, words.items[1]);
    return list ? accounts_list(cmd) : accounts_code(cmd);
}
