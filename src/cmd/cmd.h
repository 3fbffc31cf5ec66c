/* The program's commands: what main knows of each, and what they share. A command parses its words,
 * calls one office function and prints the answer in Chinese; it decides nothing itself.
 * Exit codes: 0 done, 1 it could not be done (words on stderr), 2 wrong command or argument. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "office/office.h"

enum {
    CMD_OK = 0,
    CMD_FAILED = 1,
    CMD_USAGE = 2,
    CMD_HELPED = 3 /* asked-for help: ends with 0 */
};

/* One run of the program. */
struct cmd {
    const char *dir;      /* data folder */
    struct str actor;     /* --by, else the login name */
    struct str key;       /* --key */
    struct log log;       /* events, to stderr when SUNLOT_LOG is set */
    struct arena arena;   /* lives as long as the run */
    struct office office; /* opened by cmd_open */
    bool open;
    struct errand errand; /* ready after cmd_open */
};

/* Opens the office in cmd->dir and prepares cmd->errand; prints the fault and returns CMD_FAILED
 * when that is not possible. */
int cmd_open(struct cmd *cmd);
/* Prints "错误：" and the fault's words to stderr and returns CMD_FAILED (CMD_USAGE for ERR_USAGE).
 */
int cmd_fail(enum err err, const struct fault *fault);
/* Says so where the database's own net beneath the reach is off (office_guard_words). */
void cmd_guard_print(struct cmd *cmd);

enum cmd_kind {
    CMD_FLAG,  /* bool *: set to true */
    CMD_TEXT,  /* struct str *: the next word */
    CMD_COUNT, /* uint64_t *: the next word, a whole number */
    CMD_DATE,  /* int32_t *: the next word, YYYY-MM-DD */
    CMD_LIST   /* struct cmd_list *: the next word is added; may be given several times */
};

/* Words given for a CMD_LIST option, in their order. Memory in cmd->arena. */
struct cmd_list {
    struct str *items;
    size_t count;
};

/* One option of a command: "--department". */
struct cmd_option {
    const char *name;
    enum cmd_kind kind;
    void *to;
};

/* What a command takes: its options, how many plain words, and the usage text. */
struct cmd_syntax {
    const struct cmd_option *options;
    size_t option_count;
    size_t least; /* plain words */
    size_t most;
    const char *usage; /* Chinese, several lines; printed for wrong words and for --help */
};

/* Sorts argv[1..] into options and plain words (struct str, in cmd->arena). Prints what is wrong
 * and the usage and returns CMD_USAGE, or CMD_HELPED for --help;
 * CMD_OK otherwise. */
int cmd_parse(struct cmd_list *words, struct cmd *cmd, const struct cmd_syntax *syntax, int argc,
              char **argv);

/* Prints what is wrong (word: with what, may be empty) and the usage; what NULL: the usage alone,
 * as asked for. CMD_USAGE. */
int cmd_usage(const struct cmd_syntax *syntax, const char *what, const char *word);
/* cmd_parse, then cmd_open: for commands that need the installation whatever their words are. */
int cmd_begin(struct cmd_list *words, struct cmd *cmd, const struct cmd_syntax *syntax, int argc,
              char **argv);

/* A command: argv[0] is its name, the rest its words. */
typedef int cmd_run(struct cmd *cmd, int argc, char **argv);
cmd_run cmd_init;
cmd_run cmd_import;
cmd_run cmd_object;
cmd_run cmd_setting;
cmd_run cmd_task;
cmd_run cmd_draw;
cmd_run cmd_result;
cmd_run cmd_export;
cmd_run cmd_verify;
cmd_run cmd_log;
cmd_run cmd_demo;
cmd_run cmd_check;
cmd_run cmd_serve;
cmd_run cmd_accounts;

#endif
