/* sunlot import: a table file into a registry, and what became of its rows. */
#include "base/nice.h"
#include "cmd/cmd.h"
#include "office/import.h"
#include "sheet/reader.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { IMPORT_SHOWN = 10 };

static const char import_usage[] =
    "  sunlot import objects|inspectors|commissions|items|departments|libraries|labels|\n"
    "      meetings|issuances|courses 文件 [选项]\n\n"
    "  objects      检查对象名录库      inspectors   执法检查人员名录库\n"
    "  items        随机抽查事项清单    departments  部门\n"
    "  commissions  第三方委托          labels       标签字库\n"
    "  meetings     会议登记簿          issuances    印发文件登记簿\n"
    "  courses      业务培训登记簿\n"
    "  libraries    专项库中的检查对象，一张许可证一行；对象须已在名录库中\n\n"
    "  --department 部门   没有写明部门的行属于它（名称或代码）\n"
    "  --division 区划     没有写明行政区划的行属于它（6位代码或名称）\n"
    "  --library 专项库    没有写明专项库的行列入它（libraries）\n"
    "  --superior 名称     是上级的抽查事项清单（items），各部门在工作台认领，不直接成为本地事项\n"
    "  --dry-run           只检查，不写入\n"
    "  --errors 文件.xlsx  没有导入的行及原因，改正后可直接再次导入\n\n"
    "文件可以是 .xlsx、.csv、.txt、网页表格或 .xls；内容决定种类，与扩展名无关。\n"
    "空单元格不改变原有内容；写“清空”的单元格清除原有内容。";

/* Progress is shown to somebody who waits, or for whom it takes long anyway. */
struct import_watch {
    bool terminal;
    bool shown;
    struct timespec last;
};

/* Seconds between two instants. */
static double import_since(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

/* On a terminal one line that is overwritten, else a line now and then. */
static enum err import_progress(void *ctx, uint64_t rows, unsigned permille)
{
    struct import_watch *watch = ctx;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double pause = watch->terminal ? 0.5 : 5.0;
    if (import_since(&watch->last, &now) < pause)
        return ERR_OK;
    watch->last = now;
    watch->shown = true;
    fprintf(stderr, "%s已读取 %llu 行（%u%%）%s", watch->terminal ? "\r" : "",
            (unsigned long long)rows, permille / 10, watch->terminal ? "" : "\n");
    return ERR_OK;
}

/* --- what is printed --- */

static void import_print_columns(const struct office_import_report *report)
{
    size_t unused = 0;
    printf("表头在第 %llu 行。读取的列：\n", (unsigned long long)report->heading_row);
    for (size_t i = 0; i < report->column_count; i++) {
        const struct office_import_column *column = &report->columns[i];
        unused += column->field.len == 0 && column->heading.len > 0;
        if (column->field.len > 0)
            printf("  %.*s → %.*s\n", STR_ARG(column->heading), STR_ARG(column->field));
    }
    if (unused == 0)
        return;
    printf("未使用的列：");
    const char *gap = "";
    for (size_t i = 0; i < report->column_count; i++) {
        const struct office_import_column *column = &report->columns[i];
        if (column->field.len > 0 || column->heading.len == 0)
            continue;
        printf("%s%.*s", gap, STR_ARG(column->heading));
        gap = "、";
    }
    printf("\n");
}

/* Rows that are no data, by reason. */
static void import_print_skipped(const struct office_import_report *report)
{
    for (int i = 0; i < SHEET_SKIP_COUNT; i++)
        if (report->skipped[i] > 0)
            printf("  跳过%s %llu 行\n", sheet_skip_text((enum sheet_skip)i),
                   (unsigned long long)report->skipped[i]);
}

/* The first few of a list, and how many there are. */
static void import_print_problems(const struct office_import_problem *problems, size_t count,
                                  uint64_t total)
{
    for (size_t i = 0; i < count && i < IMPORT_SHOWN; i++) {
        const struct office_import_problem *p = &problems[i];
        printf("  第 %llu 行", (unsigned long long)p->row);
        if (p->column.len > 0)
            printf("“%.*s”", STR_ARG(p->column));
        printf("：%.*s\n", STR_ARG(p->reason));
    }
    if (total > IMPORT_SHOWN)
        printf("  ……共 %llu 行\n", (unsigned long long)total);
}

/* The one line that sums it up. */
static void import_print_counts(const struct office_import *job,
                                const struct office_import_report *report)
{
    const char *word = job->dry_run ? "试导入（未写入）" : "导入完成";
    if (report->repeated)
        word = "这个请求编号已经导入过，本次没有再做，当时的结果是";
    printf("%s：共 %llu 行，新增 %llu，变更 %llu，无变化 %llu，未导入 %llu\n", word,
           (unsigned long long)report->seen, (unsigned long long)report->added,
           (unsigned long long)report->changed, (unsigned long long)report->same,
           (unsigned long long)report->rejected);
}

/* The whole answer. */
static void import_print(const struct office_import *job, const struct office_import_report *report)
{
    if (!report->repeated)
        import_print_columns(report);
    if (report->sheet_count > 1)
        printf("文件中有 %zu 张表，只读取了“%.*s”\n", report->sheet_count, STR_ARG(report->sheet));
    import_print_counts(job, report);
    import_print_skipped(report);
    if (report->problem_count > 0)
        printf("未导入的行：\n");
    import_print_problems(report->problems, report->problem_count, report->rejected);
    if (report->unlabelled > 0)
        printf("%llu 个事项没有填写适用标签，适用于全部存续的检查对象（%lld 个）\n",
               (unsigned long long)report->unlabelled, (long long)report->objects);
    if (report->warning_count > 0)
        printf("需要留意的行（已导入）：\n");
    import_print_problems(report->warnings, report->warning_count, report->warned);
    if (report->errors_written)
        printf("未导入的行及原因在 %s，改正后可直接再次导入\n", job->errors_path);
    else if (report->rejected > 0 && !report->repeated)
        printf("加上 --errors 文件.xlsx 可得到全部未导入的行及原因\n");
}

/* --- the command --- */

static bool import_known(struct str resource)
{
    static const char *const known[] = {"objects",     "inspectors", "items",  "commissions",
                                        "departments", "libraries",  "labels", "meetings",
                                        "issuances",   "courses"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (str_eq(resource, str_of(known[i])))
            return true;
    return false;
}

/* What is right instead. */
static int import_wrong(struct str resource)
{
    fprintf(stderr, "错误：不能导入“%.*s”\n用法：\n%s\n", STR_ARG(resource), import_usage);
    return CMD_USAGE;
}

/* Runs the job and prints the answer. */
static int import_run(struct cmd *cmd, const struct office_import *job,
                      const struct import_watch *watch)
{
    struct office_import_report *report = arena_alloc(&cmd->arena, sizeof *report);
    if (report == NULL)
        return cmd_fail(ERR_MEMORY, NULL);
    enum err err = office_import(&cmd->errand, job, report);
    if (watch->shown && watch->terminal)
        fprintf(stderr, "\r\033[K");
    if (err != ERR_OK)
        return cmd_fail(err, &cmd->errand.fault);
    import_print(job, report);
    return CMD_OK;
}

/* The two words that belong to one resource each. */
static int import_list(struct office_import *job, struct str superior, struct str library)
{
    bool items = str_eq(job->resource, STR("items"));
    bool libraries = str_eq(job->resource, STR("libraries"));
    if (superior.len > 0 && !items)
        fprintf(stderr, "错误：--superior 只用于 items\n");
    else if (library.len > 0 && !libraries)
        fprintf(stderr, "错误：--library 只用于 libraries\n");
    else {
        job->list = libraries ? library : superior;
        if (superior.len > 0)
            job->resource = STR("superior");
        return CMD_OK;
    }
    return CMD_USAGE;
}

int cmd_import(struct cmd *cmd, int argc, char **argv)
{
    struct import_watch watch = {.terminal = isatty(STDERR_FILENO) != 0};
    struct office_import job = {.progress = import_progress, .progress_ctx = &watch};
    struct str errors = {0};
    struct str superior = {0};
    struct str library = {0};
    struct cmd_list words;
    const struct cmd_option options[] = {
        {"--department", CMD_TEXT, &job.department}, {"--division", CMD_TEXT, &job.division},
        {"--superior", CMD_TEXT, &superior},         {"--library", CMD_TEXT, &library},
        {"--dry-run", CMD_FLAG, &job.dry_run},       {"--errors", CMD_TEXT, &errors},
    };
    const struct cmd_syntax syntax = {options, sizeof options / sizeof options[0], 2, 2,
                                      import_usage};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    if (!import_known(words.items[0]))
        return import_wrong(words.items[0]);
    if (errors.len > 0 && !str_ends(errors, STR(".xlsx"))) {
        fprintf(stderr, "错误：--errors 的文件名应以 .xlsx 结尾\n");
        return CMD_USAGE;
    }
    job.resource = words.items[0];
    code = import_list(&job, superior, library);
    if (code != CMD_OK)
        return code;
    job.path = arena_cstr(&cmd->arena, words.items[1]);
    job.errors_path = errors.len > 0 ? arena_cstr(&cmd->arena, errors) : NULL;
    if (job.path == NULL || (errors.len > 0 && job.errors_path == NULL))
        return cmd_fail(ERR_MEMORY, NULL);
    clock_gettime(CLOCK_MONOTONIC, &watch.last);
    nice_step_back(NICE_BACKGROUND); /* readers of the portal are served first */
    code = cmd_open(cmd);
    return code != CMD_OK ? code : import_run(cmd, &job, &watch);
}
