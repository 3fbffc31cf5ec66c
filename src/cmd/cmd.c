/* Words of the command line, and opening the office. getopt_long was looked at: it prints its own
 * English, keeps its place in globals and knows neither lists nor dates. */
#include "cmd/cmd.h"

#include "base/time.h"

#include <stdio.h>

int cmd_fail(enum err err, const struct fault *fault)
{
    const char *text = fault != NULL && fault->text[0] != '\0' ? fault->text : err_zh(err);
    fprintf(stderr, "错误：%s\n", text);
    return err == ERR_USAGE ? CMD_USAGE : CMD_FAILED;
}

void cmd_guard_print(struct cmd *cmd)
{
    struct str words = office_guard_words(&cmd->arena, &cmd->office);
    if (words.len > 0)
        printf("注意：%.*s\n", STR_ARG(words));
    fflush(stdout);
}

int cmd_open(struct cmd *cmd)
{
    struct fault fault = {0};
    enum err err = office_open(&cmd->office, cmd->dir, &cmd->log, &fault);
    if (err != ERR_OK)
        return cmd_fail(err, &fault);
    cmd->open = true;
    cmd->errand = (struct errand){.office = &cmd->office,
                                  .scope = OFFICE_SCOPE_WHOLE,
                                  .arena = &cmd->arena,
                                  .actor = cmd->actor,
                                  .key = cmd->key,
                                  .now = time_now()};
    return CMD_OK;
}

int cmd_usage(const struct cmd_syntax *syntax, const char *what, const char *word)
{
    if (what != NULL)
        fprintf(stderr, "错误：%s%s%s\n", what, word[0] != '\0' ? " " : "", word);
    fprintf(what != NULL ? stderr : stdout, "用法：\n%s\n", syntax->usage);
    return CMD_USAGE;
}

static const struct cmd_option *cmd_find(const struct cmd_syntax *syntax, const char *word)
{
    for (size_t i = 0; i < syntax->option_count; i++)
        if (str_eq(str_of(syntax->options[i].name), str_of(word)))
            return &syntax->options[i];
    return NULL;
}

static enum err cmd_list_add(struct cmd_list *list, struct arena *arena, struct str word)
{
    struct str *items = arena_array(arena, list->count + 1, sizeof *items);
    if (items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < list->count; i++)
        items[i] = list->items[i];
    items[list->count++] = word;
    list->items = items;
    return ERR_OK;
}

/* Stores the word behind an option. */
static enum err cmd_take(const struct cmd_option *option, struct arena *arena, const char *word)
{
    switch (option->kind) {
    case CMD_TEXT:
        *(struct str *)option->to = str_of(word);
        return ERR_OK;
    case CMD_COUNT:
        return str_u64(option->to, str_of(word));
    case CMD_DATE:
        return date_parse(option->to, str_of(word));
    case CMD_LIST:
        return cmd_list_add(option->to, arena, str_of(word));
    case CMD_FLAG:
        break;
    }
    *(bool *)option->to = true;
    return ERR_OK;
}

static const char *cmd_value_words(enum cmd_kind kind)
{
    return kind == CMD_COUNT  ? "应为整数："
           : kind == CMD_DATE ? "应为日期（如 2026-03-02）："
                              : "不能使用：";
}

/* One option at argv[*i], and its value behind it. */
static int cmd_option_take(struct cmd *cmd, const struct cmd_syntax *syntax, int *i, int argc,
                           char **argv)
{
    const char *word = argv[*i];
    const struct cmd_option *option = cmd_find(syntax, word);
    if (option == NULL)
        return cmd_usage(syntax, "没有这个选项：", word);
    bool flag = option->kind == CMD_FLAG;
    if (!flag && ++*i >= argc)
        return cmd_usage(syntax, "选项后面缺少内容：", word);
    if (cmd_take(option, &cmd->arena, argv[*i]) != ERR_OK)
        return cmd_usage(syntax, cmd_value_words(option->kind), argv[*i]);
    return CMD_OK;
}

static bool cmd_asks_help(const char *word)
{
    return str_eq(str_of(word), STR("--help")) || str_eq(str_of(word), STR("-h"));
}

int cmd_parse(struct cmd_list *words, struct cmd *cmd, const struct cmd_syntax *syntax, int argc,
              char **argv)
{
    *words = (struct cmd_list){0};
    for (int i = 1; i < argc; i++) {
        int code = CMD_OK;
        if (cmd_asks_help(argv[i])) {
            cmd_usage(syntax, NULL, NULL);
            return CMD_HELPED;
        }
        if (str_starts(str_of(argv[i]), STR("--")))
            code = cmd_option_take(cmd, syntax, &i, argc, argv);
        else if (cmd_list_add(words, &cmd->arena, str_of(argv[i])) != ERR_OK)
            code = cmd_fail(ERR_MEMORY, NULL);
        if (code != CMD_OK)
            return code;
    }
    if (words->count < syntax->least)
        return cmd_usage(syntax, "缺少参数", "");
    if (words->count > syntax->most)
        return cmd_usage(syntax, "多余的参数：", words->items[syntax->most].data);
    return CMD_OK;
}

int cmd_begin(struct cmd_list *words, struct cmd *cmd, const struct cmd_syntax *syntax, int argc,
              char **argv)
{
    int code = cmd_parse(words, cmd, syntax, argc, argv);
    return code == CMD_OK ? cmd_open(cmd) : code;
}
