/* The export of objects as a job: the filter and the columns travel as JSON in the job's row. */
#include "office/object_job.h"

#include "base/json.h"
#include "office/job.h"

#include <stdio.h>
#include <string.h>

/* The filter's texts by their names in the job's row. */
static struct str *job_text(struct store_object_filter *f, size_t i, const char **name)
{
    const struct {
        const char *name;
        struct str *text;
    } texts[] = {{"number", &f->number},     {"division", &f->division},
                 {"industry", &f->industry}, {"kind", &f->kind},
                 {"state", &f->state},       {"risk", &f->risk},
                 {"label", &f->label},       {"section", &f->section},
                 {"item", &f->item},         {"department", &f->department},
                 {"text", &f->text}};
    if (i >= sizeof texts / sizeof texts[0])
        return NULL;
    *name = texts[i].name;
    return texts[i].text;
}

static int64_t *job_number(struct store_object_filter *f, size_t i, const char **name)
{
    const struct {
        const char *name;
        int64_t *number;
    } numbers[] = {{"library", &f->library}, {"stale_before", &f->stale_before}};
    if (i >= sizeof numbers / sizeof numbers[0])
        return NULL;
    *name = numbers[i].name;
    return numbers[i].number;
}

void object_filter_write(struct json_writer *w, const struct store_object_filter *filter)
{
    struct store_object_filter f = *filter;
    const char *name = NULL;
    struct str *text = NULL;
    int64_t *number = NULL;
    for (size_t i = 0; (text = job_text(&f, i, &name)) != NULL; i++)
        json_pair_str(w, name, *text);
    for (size_t i = 0; (number = job_number(&f, i, &name)) != NULL; i++) {
        char digits[24]; /* ids and times are wider than JSON's numbers */
        snprintf(digits, sizeof digits, "%lld", (long long)*number);
        json_pair_str(w, name, str_of(digits));
    }
    json_pair_int(w, "visited", f.visited);
    json_pair_int(w, "year", f.year);
}

static int64_t job_int(const json_t *args, const char *name)
{
    int64_t number = 0;
    struct str text = json_member_str(args, name);
    if (text.data != NULL) /* jobs of older versions hold a number */
        return str_i64(&number, text) == ERR_OK ? number : 0;
    return json_integer_value(json_object_get(args, name));
}

void object_filter_read(struct store_object_filter *out, const json_t *args)
{
    const char *name = NULL;
    struct str *text = NULL;
    int64_t *number = NULL;
    for (size_t i = 0; (text = job_text(out, i, &name)) != NULL; i++)
        *text = json_member_str(args, name);
    for (size_t i = 0; (number = job_number(out, i, &name)) != NULL; i++)
        *number = job_int(args, name);
    out->visited = (enum store_visited)job_int(args, "visited");
    out->year = (int)job_int(args, "year");
}

static enum err job_args(struct str *out, struct errand *e, const struct office_object_order *order)
{
    struct buf json = {0};
    struct json_writer w;
    json_write_begin(&w, &json);
    json_write_object(&w);
    object_filter_write(&w, &order->query->filter);
    json_pair_int(&w, "order", order->query->page.order);
    json_pair_int(&w, "format", order->format);
    json_write_key(&w, "columns");
    json_write_array(&w);
    for (size_t i = 0; i < order->column_count; i++)
        json_write_int(&w, order->columns[i]);
    json_write_array_end(&w);
    json_write_object_end(&w);
    return arena_keep(out, e->arena, &json, json_write_end(&w));
}

static enum err job_read(struct office_object_query *query, struct office_object_export *wanted,
                         struct office_job_run *run)
{
    const json_t *columns = json_object_get(run->args, "columns");
    int *list = arena_array(run->e->arena, MODEL_OBJECT_COUNT, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    object_filter_read(&query->filter, run->args);
    query->page.order = (enum store_object_order)job_int(run->args, "order");
    wanted->format = (enum sheet_format)job_int(run->args, "format");
    for (size_t i = 0; i < json_array_size(columns) && i < MODEL_OBJECT_COUNT; i++)
        list[wanted->column_count++] = (int)json_integer_value(json_array_get(columns, i));
    wanted->columns = list;
    return ERR_OK;
}

static enum err job_progress(void *ctx, int64_t rows)
{
    struct office_job_run *run = ctx;
    return office_job_progress(run, (uint64_t)rows, run->job->total);
}

static enum err job_run(struct office_job_run *run)
{
    struct office_object_query query = {0};
    struct office_object_export wanted = {
        .query = &query, .path = run->path, .progress = job_progress, .ctx = run};
    int64_t rows = 0;
    TRY(job_read(&query, &wanted, run));
    TRY(office_object_export(&rows, run->e, &wanted));
    run->download =
        wanted.format == SHEET_CSV ? STR("检查对象名录库.csv") : STR("检查对象名录库.xlsx");
    run->words = arena_printf(run->e->arena, "共导出%lld个检查对象。", (long long)rows);
    return run->words.data == NULL ? ERR_MEMORY : ERR_OK;
}

const struct office_job_kind office_job_export_objects = {"export-objects", "导出检查对象",
                                                          MODEL_PERMISSION_OBJECT_EXPORT, job_run};

enum err office_object_export_order(int64_t *id, struct errand *e,
                                    const struct office_object_order *order)
{
    struct str args;
    int64_t total = 0;
    if (order->format != SHEET_XLSX && order->format != SHEET_CSV)
        return fault_at(&e->fault, "format", ERR_INPUT, "请选择文件格式");
    if (order->column_count == 0)
        return fault_set(&e->fault, ERR_INPUT, "请至少选择一列；没有导出");
    TRY(office_object_count(&total, e, order->query));
    TRY(job_args(&args, e, order));
    const struct office_job_order job = {.kind = &office_job_export_objects,
                                         .title = STR("导出检查对象名录库"),
                                         .args = args,
                                         .total = (uint64_t)total};
    return office_job_order(id, e, &job);
}
