/* sunlot verify: recomputes a bundle or an own proof and prints every finding. Needs no data
 * folder. Exit code 0 only if all holds, 1 if anything does not, 2 if the file cannot be looked at.
 */
#include "cmd/cmd.h"

#include "office/verify.h"

#include <stdio.h>

static const char usage[] =
    "  sunlot verify 材料包.zip|文件夹|自证文件 [--vkey 日志公钥] [--quiet]\n"
    "  --vkey   机构另行公布的日志公钥；不给则用文件自带的，并加以说明\n"
    "  --quiet  只打印不符之处和结论\n"
    "  全部相符返回 0，有不符返回 1，读不出返回 2";

/* Prints a finding at once, so that a long verification shows where it is. */
static void print(void *ctx, const struct draw_finding *finding)
{
    struct buf line = {0};
    if (*(const bool *)ctx && finding->mark != DRAW_DIFFERS)
        return;
    office_verify_line(&line, finding);
    fwrite(line.data, 1, line.len, stdout);
    buf_free(&line);
}

int cmd_verify(struct cmd *cmd, int argc, char **argv)
{
    bool quiet = false;
    struct office_verify job = {.report = print, .ctx = &quiet};
    const struct cmd_option options[] = {{"--vkey", CMD_TEXT, &job.vkey},
                                         {"--quiet", CMD_FLAG, &quiet}};
    const struct cmd_syntax syntax = {options, 2, 1, 1, usage};
    struct cmd_list words;
    struct draw_verdict verdict;
    struct fault fault = {0};
    struct buf end = {0};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    job.path = words.items[0].data;
    enum err err = office_verify(&verdict, &job, &fault);
    if (err != ERR_OK) {
        cmd_fail(err, &fault);
        return CMD_USAGE;
    }
    office_verify_end(&end, &verdict);
    fwrite(end.data, 1, end.len, stdout);
    buf_free(&end);
    return verdict.holds ? CMD_OK : CMD_FAILED;
}
