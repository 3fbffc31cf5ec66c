/* sunlot (阳光双随机): the program. A table of commands; nothing happens here but finding the right
 * one. */
#include "cmd/cmd.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct main_command {
    const char *name;
    cmd_run *run;
    const char *what;
};

static const struct main_command main_commands[] = {
    {"init", cmd_init, "建立安装目录：数据库、公开日志密钥"},
    {"import", cmd_import,
     "导入名录库、委托、事项清单、部门、专项库、标签、登记簿（objects|inspectors|commissions|items|"
     "departments|libraries|labels|meetings|issuances|courses）"},
    {"object", cmd_object, "一个检查对象的登记、变更、检查和结果"},
    {"setting", cmd_setting, "查看或修改设置（每项都有依据）"},
    {"task", cmd_task, "抽查任务：create、show、list、conflict"},
    {"draw", cmd_draw,
     "抽取：commit、beacon、objects、recuse、teams、assign、skip、refill、abort、disclose、show、li"
     "st"},
    {"result", cmd_result,
     "检查结果：enter、approve、return、exempt、redact、unredact、publish、correct、"
     "follow、counts"},
    {"export", cmd_export, "导出：results、proof"},
    {"verify", cmd_verify, "核验材料包或企业自证：任何人都可以运行"},
    {"log", cmd_log, "公开日志：key、show、verify"},
    {"check", cmd_check, "检查数据库、日志和文件是否完好"},
    {"serve", cmd_serve, "启动公示平台和工作台（网站）"},
    {"accounts", cmd_accounts, "工作台账号：code（首次设置）、list"},
    {"demo", cmd_demo, "建立演示县并走完一次抽查"},
};

enum { MAIN_COMMANDS = sizeof main_commands / sizeof main_commands[0] };

static int main_help(FILE *out)
{
    fprintf(out, "sunlot 阳光双随机 —— 任何人都能核验的双随机抽查\n\n"
                 "用法：sunlot [--data 目录] [--by 操作人] [--key 请求编号] 命令 ...\n\n命令：\n");
    for (size_t i = 0; i < MAIN_COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", main_commands[i].name, main_commands[i].what);
    fprintf(out, "\n每个命令后加 --help 查看用法。目录也可用环境变量 SUNLOT_DATA 指定，默认 "
                 "./sunlot-data。\n");
    return out == stdout ? CMD_OK : CMD_USAGE;
}

static const struct main_command *main_find(const char *name)
{
    for (size_t i = 0; i < MAIN_COMMANDS; i++)
        if (strcmp(main_commands[i].name, name) == 0)
            return &main_commands[i];
    return NULL;
}

static struct str main_login(struct arena *arena)
{
    const struct passwd *user = getpwuid(geteuid());
    return arena_str(arena, str_of(user != NULL ? user->pw_name : "unknown"));
}

/* Takes the options before the command off argv; returns how many words were taken, -1 if wrong. */
static int main_options(struct cmd *cmd, int argc, char **argv)
{
    int at = 1;
    while (at < argc && strncmp(argv[at], "--", 2) == 0) {
        bool value = at + 1 < argc;
        if (strcmp(argv[at], "--data") == 0 && value)
            cmd->dir = argv[at + 1];
        else if (strcmp(argv[at], "--by") == 0 && value)
            cmd->actor = str_of(argv[at + 1]);
        else if (strcmp(argv[at], "--key") == 0 && value)
            cmd->key = str_of(argv[at + 1]);
        else
            return -1;
        at += 2;
    }
    return at;
}

static int main_run(struct cmd *cmd, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        return main_help(stdout);
    int at = main_options(cmd, argc, argv);
    if (at < 0 || at >= argc)
        return main_help(stderr);
    if (strcmp(argv[at], "help") == 0)
        return main_help(stdout);
    const struct main_command *command = main_find(argv[at]);
    if (command != NULL)
        return command->run(cmd, argc - at, argv + at);
    fprintf(stderr, "错误：没有“%s”这个命令\n\n", argv[at]);
    return main_help(stderr);
}

int main(int argc, char **argv)
{
    const char *dir = getenv("SUNLOT_DATA");
    struct cmd cmd = {.dir = dir != NULL ? dir : "sunlot-data",
                      .log = {getenv("SUNLOT_LOG") != NULL ? STDERR_FILENO : -1, LOG_INFO}};
    cmd.actor = main_login(&cmd.arena);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write past a limit fails in words instead */
    int code = main_run(&cmd, argc, argv);
    if (cmd.open)
        office_close(&cmd.office);
    arena_free(&cmd.arena);
    return code == CMD_HELPED ? CMD_OK : code;
}
