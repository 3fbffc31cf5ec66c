/* Open data (R8, R18, ECOSYSTEM c.3): every public list as CSV with BOM, JSON and XLSX, one file a
 * year, and a DCAT catalogue. CSV and JSON are made in memory, XLSX through the sheet writer. */
#include "page/page.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "model/resource.h"
#include "office/draw.h"
#include "sheet/writer.h"

#include <string.h>
#include <unistd.h>

enum { OPEN_COLUMNS = 12, OPEN_PAGE = 1000, OPEN_YEARS = 6 };

/* A row on its way out: its cells as text. */
typedef enum err open_row(void *ctx, const struct str *cells, size_t count);

/* A dataset: its name, label, columns, and how its rows of a year are walked. */
struct open_set {
    const char *name;
    const char *label;
    size_t count;
    struct sheet_column columns[OPEN_COLUMNS];
    enum err (*walk)(struct page *p, int year, open_row *row, void *ctx);
};

static void open_span(struct store_result_filter *f, int year)
{
    int32_t day = 0;
    if (date_make(&day, year, 1, 1) == ERR_OK)
        f->from = time_of_date(day);
    if (date_make(&day, year + 1, 1, 1) == ERR_OK)
        f->until = time_of_date(day);
}

static enum err open_result(struct page *p, const struct store_public_result *r, open_row *row,
                            void *ctx)
{
    const struct str cells[] = {r->plan_number,
                                r->plan_name,
                                r->task_number,
                                r->task_name,
                                model_text(model_task_types, r->type),
                                r->authority,
                                page_date(p, r->date),
                                r->object_number,
                                r->object_name,
                                r->item,
                                model_text(model_result_codes, r->code)};
    return row(ctx, cells, sizeof cells / sizeof cells[0]);
}

/* Page by page, in an arena of its own, so that memory does not grow with the rows. */
static enum err open_results(struct page *p, int year, open_row *row, void *ctx)
{
    struct store_result_filter filter = {.most = OPEN_PAGE};
    struct store_public_result *rows = NULL;
    struct arena arena = {0};
    struct arena *kept = p->errand.arena;
    size_t count = OPEN_PAGE;
    enum err err = ERR_OK;
    open_span(&filter, year);
    p->errand.arena = &arena;
    while (count == OPEN_PAGE && err == ERR_OK) {
        arena_clear(&arena);
        err = office_portal_results(&rows, &count, &p->errand, &filter);
        for (size_t i = 0; i < count && err == ERR_OK; i++)
            err = open_result(p, &rows[i], row, ctx);
        filter.before = err == ERR_OK && count > 0 ? rows[count - 1].id : 0;
    }
    p->errand.arena = kept;
    arena_free(&arena);
    return err;
}

static enum err open_draws(struct page *p, int year, open_row *row, void *ctx)
{
    struct store_public_draw *rows = NULL;
    size_t count = 0;
    TRY(office_portal_draws(&rows, &count, &p->errand, 0, INT32_MAX));
    for (size_t i = 0; i < count; i++) {
        const struct store_public_draw *d = &rows[i];
        if (date_year(date_of_time(d->opened)) != year)
            continue;
        const struct str cells[] = {
            d->number,
            d->organiser,
            d->task_number,
            d->task_name,
            d->sealed ? STR("封存") : STR("公开进行"),
            str_of(office_draw_state_zh(d->state)),
            page_time(p, d->opened),
            page_time(p, d->disclose_by),
            arena_printf(p->request->arena, "%lld", (long long)d->pool_size)};
        TRY(row(ctx, cells, sizeof cells / sizeof cells[0]));
    }
    return ERR_OK;
}

static enum err open_tasks(struct page *p, int year, open_row *row, void *ctx)
{
    struct store_public_task *rows = NULL;
    size_t count = 0;
    TRY(office_portal_tasks(&rows, &count, &p->errand, 0, INT32_MAX));
    for (size_t i = 0; i < count; i++) {
        const struct store_public_task *t = &rows[i];
        if (date_year(t->visit_from) != year)
            continue;
        const struct str cells[] = {t->number,
                                    t->name,
                                    t->plan_number,
                                    t->plan_name,
                                    t->department,
                                    model_text(model_task_types, t->type),
                                    page_date(p, t->visit_from),
                                    page_date(p, t->visit_until),
                                    t->basis,
                                    t->draw};
        TRY(row(ctx, cells, sizeof cells / sizeof cells[0]));
    }
    return ERR_OK;
}

static enum err open_items(struct page *p, int year, open_row *row, void *ctx)
{
    struct store_public_item *rows = NULL;
    size_t count = 0;
    (void)year;
    TRY(office_portal_items(&rows, &count, &p->errand));
    for (size_t i = 0; i < count; i++) {
        const struct store_public_item *t = &rows[i];
        const struct str cells[] = {t->code,
                                    t->compiler,
                                    t->category,
                                    t->name,
                                    model_text(model_item_classes, t->class),
                                    t->objects,
                                    t->methods,
                                    t->subject,
                                    t->basis,
                                    page_date(p, t->valid_from)};
        TRY(row(ctx, cells, sizeof cells / sizeof cells[0]));
    }
    return ERR_OK;
}

#define COLUMN(name, label)                                                                        \
    {                                                                                              \
        name, label, false, 0                                                                      \
    }

static const struct open_set open_sets[] = {
    {"results",
     "抽查结果",
     11,
     {COLUMN("plan_number", "抽查计划编号"), COLUMN("plan_name", "抽查计划名称"),
      COLUMN("task_number", "抽查任务编号"), COLUMN("task_name", "抽查任务名称"),
      COLUMN("type", "抽查类型"), COLUMN("authority", "抽查机关"), COLUMN("date", "抽查完成日期"),
      COLUMN("object_number", "统一社会信用代码"), COLUMN("object_name", "检查对象名称"),
      COLUMN("item", "检查事项"), COLUMN("result", "检查结果")},
     open_results},
    {"draws",
     "抽取",
     9,
     {COLUMN("number", "抽取编号"), COLUMN("organiser", "组织者"),
      COLUMN("task_number", "抽查任务编号"), COLUMN("task_name", "抽查任务名称"),
      COLUMN("form", "方式"), COLUMN("state", "状态"), COLUMN("opened", "承诺时间"),
      COLUMN("disclose_by", "最迟公开"), COLUMN("pool_size", "名单数量")},
     open_draws},
    {"tasks",
     "抽查任务",
     10,
     {COLUMN("number", "抽查任务编号"), COLUMN("name", "抽查任务名称"),
      COLUMN("plan_number", "抽查计划编号"), COLUMN("plan_name", "抽查计划名称"),
      COLUMN("department", "发起部门"), COLUMN("type", "抽查类型"), COLUMN("from", "检查开始"),
      COLUMN("until", "检查结束"), COLUMN("basis", "依据"), COLUMN("draw", "抽取编号")},
     open_tasks},
    {"items",
     "抽查事项清单",
     10,
     {COLUMN("code", "事项编号"), COLUMN("compiler", "编制单位"), COLUMN("category", "抽查类别"),
      COLUMN("name", "抽查事项"), COLUMN("class", "事项类别"), COLUMN("objects", "检查对象"),
      COLUMN("methods", "检查方式"), COLUMN("subject", "检查主体"), COLUMN("basis", "检查依据"),
      COLUMN("since", "生效日期")},
     open_items},
};

enum { OPEN_SETS = sizeof open_sets / sizeof open_sets[0] };

/* --- formats --- */

static enum err open_csv_row(void *ctx, const struct str *cells, size_t count)
{
    csv_write_row(ctx, cells, count, ',');
    return buf_err(ctx);
}

struct open_json {
    struct json_writer *out;
    const struct open_set *set;
};

static enum err open_json_row(void *ctx, const struct str *cells, size_t count)
{
    struct open_json *j = ctx;
    json_write_object(j->out);
    for (size_t i = 0; i < count; i++) {
        json_write_key(j->out, j->set->columns[i].name);
        json_write_str(j->out, cells[i]);
    }
    json_write_object_end(j->out);
    return ERR_OK;
}

static enum err open_json(struct web_reply *reply, struct page *p, const struct open_set *set,
                          int year)
{
    struct json_writer out;
    struct open_json j = {&out, set};
    reply->type = "application/json; charset=utf-8";
    json_write_begin(&out, &reply->body);
    json_write_array(&out);
    TRY(set->walk(p, year, open_json_row, &j));
    json_write_array_end(&out);
    return json_write_end(&out);
}

struct open_xlsx {
    struct sheet_writer *writer;
    struct fault *fault;
};

static enum err open_xlsx_row(void *ctx, const struct str *cells, size_t count)
{
    struct open_xlsx *x = ctx;
    return sheet_writer_row(x->writer, cells, count, x->fault);
}

static enum err open_csv(struct web_reply *reply, struct page *p, const struct open_set *set,
                         int year)
{
    struct str heads[OPEN_COLUMNS];
    for (size_t i = 0; i < set->count; i++)
        heads[i] = str_of(set->columns[i].label);
    reply->type = "text/csv; charset=utf-8";
    buf_cat(&reply->body, "\xEF\xBB\xBF");
    csv_write_row(&reply->body, heads, set->count, ',');
    return set->walk(p, year, open_csv_row, &reply->body);
}

/* The library writes .xlsx into a file only: it is made in the data folder under a name of this
 * request, read and removed. */
static enum err open_xlsx(struct web_reply *reply, struct page *p, const struct open_set *set,
                          int year, struct fault *fault)
{
    struct open_xlsx x = {NULL, fault};
    const char *dir = office_path(p->request->arena, p->site->reader, "blobs/tmp");
    struct str path =
        arena_printf(p->request->arena, "%s/open-%d-%llu.xlsx", dir != NULL ? dir : "", getpid(),
                     (unsigned long long)p->request->id);
    if (dir == NULL || path.data == NULL)
        return ERR_MEMORY;
    TRY(file_mkdirs(dir, 0700));
    reply->type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    TRY(sheet_writer_open(&x.writer, path.data, SHEET_XLSX, set->columns, set->count, fault));
    enum err err = set->walk(p, year, open_xlsx_row, &x);
    if (err != ERR_OK) {
        sheet_writer_abort(x.writer);
        return err;
    }
    TRY(sheet_writer_close(x.writer, fault));
    err = file_read(&reply->body, path.data, 256 << 20);
    unlink(path.data);
    return err;
}

/* results-2026.csv → its dataset and year; items.csv has no year. */
static const struct open_set *open_find(int *year, struct str *ending, struct str name)
{
    struct str rest = name;
    struct str stem;
    uint64_t number = 0;
    (void)str_cut(&stem, &rest, '.');
    *ending = rest;
    ptrdiff_t dash = str_find_char(stem, '-');
    *year = 0;
    if (dash > 0 && str_u64(&number, str_sub(stem, (size_t)dash + 1, SIZE_MAX)) == ERR_OK &&
        number < 9999) {
        *year = (int)number;
        stem.len = (size_t)dash;
    }
    for (size_t i = 0; i < OPEN_SETS; i++) {
        bool yearly = open_sets[i].walk != open_items;
        if (str_eq(str_of(open_sets[i].name), stem) && yearly == (*year != 0))
            return &open_sets[i];
    }
    return NULL;
}

enum err page_open_file(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    int year = 0;
    struct str ending;
    struct str name = web_capture(request, "name");
    const struct open_set *set = open_find(&year, &ending, name);
    if (set == NULL)
        return fault_set(fault, ERR_MISSING, "没有这个数据文件");
    page_begin(&p, request, "/open", STR(""));
    reply->open_data = true;
    reply->download = name;
    enum err err = ERR_MISSING;
    if (str_eq(ending, STR("csv")))
        err = open_csv(reply, &p, set, year);
    else if (str_eq(ending, STR("xlsx")))
        err = open_xlsx(reply, &p, set, year, fault);
    else if (str_eq(ending, STR("json")))
        err = open_json(reply, &p, set, year);
    return err == ERR_OK || fault->text[0] != '\0' ? err : page_fail(fault, &p, err);
}

/* --- catalogue --- */

enum err page_open(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    (void)fault;
    page_begin(&p, request, "/open", STR(""));
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "sets");
    int now = date_year(date_of_time(request->now));
    web_set(m, &m->root, "title", page_word(&p, "open"));
    for (size_t i = 0; i < OPEN_SETS; i++)
        for (int year = now; year > now - OPEN_YEARS; year--) {
            bool yearly = open_sets[i].walk != open_items;
            struct web_value *row = web_list_add(m, list);
            web_set(m, row, "label", str_of(open_sets[i].label));
            web_set(m, row, "year", yearly ? arena_printf(request->arena, "%d", year) : STR("–"));
            web_set(m, row, "base",
                    yearly ? arena_printf(request->arena, "/open/%s-%d", open_sets[i].name, year)
                           : arena_printf(request->arena, "/open/%s", open_sets[i].name));
            if (!yearly)
                break;
        }
    return page_end(reply, &p, "open");
}

struct open_format {
    const char *ending;
    const char *type;
};

static const struct open_format open_formats[] = {
    {"csv", "text/csv"},
    {"json", "application/json"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
};

static void catalog_distribution(struct json_writer *out, const struct web_request *request,
                                 const char *name, int year, const struct open_format *format)
{
    struct str suffix = year > 0 ? arena_printf(request->arena, "-%d", year) : STR("");
    struct str url = arena_printf(request->arena, "https://%.*s/open/%s%.*s.%s",
                                  STR_ARG(request->host), name, STR_ARG(suffix), format->ending);
    json_write_object(out);
    json_write_key(out, "@type");
    json_write_str(out, STR("dcat:Distribution"));
    json_write_key(out, "dcat:downloadURL");
    json_write_str(out, url);
    json_write_key(out, "dcat:mediaType");
    json_write_str(out, str_of(format->type));
    json_write_object_end(out);
}

static void catalog_set(struct json_writer *out, const struct web_request *request,
                        const struct open_set *set, int year)
{
    const struct page_site *site = request->ctx;
    json_write_object(out);
    json_write_key(out, "@type");
    json_write_str(out, STR("dcat:Dataset"));
    json_write_key(out, "dcterms:title");
    json_write_str(out, year > 0 ? arena_printf(request->arena, "%s %d", set->label, year)
                                 : str_of(set->label));
    json_write_key(out, "dcterms:publisher");
    json_write_str(out, site->reader->name);
    json_write_key(out, "dcterms:accrualPeriodicity");
    json_write_str(out, STR("随发布更新"));
    json_write_key(out, "dcat:distribution");
    json_write_array(out);
    for (size_t i = 0; i < sizeof open_formats / sizeof open_formats[0]; i++)
        catalog_distribution(out, request, set->name, year, &open_formats[i]);
    json_write_array_end(out);
    json_write_object_end(out);
}

enum err page_catalog(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct json_writer out;
    int now = date_year(date_of_time(request->now));
    (void)fault;
    reply->type = "application/ld+json; charset=utf-8";
    reply->open_data = true;
    json_write_begin(&out, &reply->body);
    json_write_object(&out);
    json_write_key(&out, "@context");
    json_write_object(&out);
    json_write_key(&out, "dcat");
    json_write_str(&out, STR("http://www.w3.org/ns/dcat#"));
    json_write_key(&out, "dcterms");
    json_write_str(&out, STR("http://purl.org/dc/terms/"));
    json_write_object_end(&out);
    json_write_key(&out, "@type");
    json_write_str(&out, STR("dcat:Catalog"));
    json_write_key(&out, "dcat:dataset");
    json_write_array(&out);
    for (size_t i = 0; i < OPEN_SETS; i++) {
        bool yearly = open_sets[i].walk != open_items;
        for (int year = now; year > now - (yearly ? OPEN_YEARS : 1); year--)
            catalog_set(&out, request, &open_sets[i], yearly ? year : 0);
    }
    json_write_array_end(&out);
    json_write_object_end(&out);
    return json_write_end(&out);
}
