/* Open data (R8, R18, ECOSYSTEM c.3): every public list as CSV with BOM, JSON and XLSX, one file a
 * year; catalog.c tells of them.
 *
 * A file is written row by row into the folder `open` of the data folder and sent from there, so
 * that memory does not grow with its rows; it is kept until the log grows. One is made at a time:
 * whoever asks for another meanwhile is told to come back, and the workers stay free for readers.
 */
#include "page/open.h"

#include "base/file.h"
#include "base/time.h"
#include "office/draw.h"
#include "office/publication.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_PAGE = 1000 };

/* A file in the making. What a step reads lives in the arena until the next step. */
struct open_file {
    struct page *p;
    struct arena arena;
    struct sheet_writer *writer;
    struct store_result_filter filter; /* its year and page */
    int year;
    int newest;    /* without a writer: which years have rows, bit N being newest - N */
    unsigned seen; /* these bits */
    bool listed;   /* one walk has seen all years */
    struct fault *fault;
};

static void open_saw(struct open_file *f, int year)
{
    if (year <= f->newest && year > f->newest - OPEN_YEARS)
        f->seen |= 1U << (f->newest - year);
}

static enum err open_row(struct open_file *f, const struct str *cells, size_t count)
{
    if (f->writer != NULL)
        return sheet_writer_row(f->writer, cells, count, f->fault);
    open_saw(f, f->year);
    return ERR_OK;
}

/* Whether a row of a list of all years belongs into the file. */
static bool open_wants(struct open_file *f, int year)
{
    if (f->writer != NULL)
        return year == f->year;
    f->listed = true;
    open_saw(f, year);
    return false;
}

static struct str open_day(struct open_file *f, int32_t day)
{
    struct buf text = {0};
    if (day != 0)
        date_format(&text, day);
    struct str copy = arena_str(&f->arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

static struct str open_count(struct open_file *f, int64_t n)
{
    return arena_printf(&f->arena, "%lld", (long long)n);
}

/* A part as the public is told it; kind: of the ground by which it is kept back, empty: it is told.
 */
static struct str open_part(struct open_file *f, struct str text, struct str kind)
{
    return kind.len > 0 ? publication_withheld(&f->arena, kind) : text;
}

/* What is kept back of a result beside its conclusion. */
static struct str open_parts(struct open_file *f, const struct store_public_result *r)
{
    const struct {
        const char *part;
        struct str kind;
    } parts[] = {{"adoption", r->adopted_kind}, {"reason", r->reason_kind}};
    struct buf text = {0};
    struct str out;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].kind.len == 0)
            continue;
        buf_str(&text, text.len > 0 ? STR("；") : STR(""));
        buf_str(&text, model_text(model_result_parts, str_of(parts[i].part)));
        buf_str(&text, STR("："));
        buf_str(&text, publication_withheld(&f->arena, parts[i].kind));
    }
    return arena_keep(&out, &f->arena, &text, ERR_OK) == ERR_OK ? out : (struct str){NULL, 0};
}

static enum err open_result(struct open_file *f, const struct store_public_result *r)
{
    const struct str cells[] = {r->plan_number,
                                r->plan_name,
                                r->task_number,
                                r->task_name,
                                model_text(model_task_types, r->type),
                                r->authority,
                                open_day(f, r->date),
                                r->object_number,
                                r->object_name,
                                r->item,
                                model_text(model_result_codes, r->code),
                                open_parts(f, r)};
    return open_row(f, cells, sizeof cells / sizeof cells[0]);
}

/* A correction has the columns of a result as it is now, and when, why and where it is logged. */
static enum err open_correction(struct open_file *f, const struct store_public_result *r)
{
    const struct str cells[] = {r->task_number,
                                r->object_number,
                                r->object_name,
                                r->item,
                                model_text(model_result_codes, r->code),
                                open_day(f, r->date),
                                open_part(f, r->reason, r->reason_kind),
                                open_day(f, date_of_time(r->published_at)),
                                open_count(f, r->idx),
                                open_count(f, r->id),
                                open_count(f, r->replaces)};
    return open_row(f, cells, sizeof cells / sizeof cells[0]);
}

typedef enum err open_each(struct open_file *f, const struct store_public_result *r);

static enum err open_pages(struct open_file *f, open_each *each)
{
    struct store_public_result *rows = NULL;
    size_t count = OPEN_PAGE;
    while (count == OPEN_PAGE) {
        arena_clear(&f->arena);
        TRY(office_portal_results(&rows, &count, &f->p->errand, &f->filter));
        for (size_t i = 0; i < count; i++)
            TRY(each(f, &rows[i]));
        f->filter.before = count > 0 ? rows[count - 1].id : 0;
    }
    return ERR_OK;
}

static enum err open_results(struct open_file *f)
{
    f->filter.current = true;
    return open_pages(f, open_result);
}

static enum err open_corrections(struct open_file *f)
{
    f->filter.corrections = true;
    return open_pages(f, open_correction);
}

static enum err open_followup(struct open_file *f, const struct store_public_followup *r)
{
    const struct str cells[] = {r->task_number,
                                r->object_number,
                                r->object_name,
                                r->item,
                                r->authority,
                                model_text(model_result_codes, r->code),
                                model_text(model_measures, r->measure),
                                model_text(model_measure_states, r->state),
                                open_day(f, r->happened_on),
                                open_part(f, r->document, r->document_kind),
                                open_part(f, r->note, r->note_kind),
                                open_count(f, r->idx)};
    return open_row(f, cells, sizeof cells / sizeof cells[0]);
}

static enum err open_followups(struct open_file *f)
{
    struct store_public_followup *rows = NULL;
    size_t count = OPEN_PAGE;
    while (count == OPEN_PAGE) {
        arena_clear(&f->arena);
        TRY(office_portal_followups(&rows, &count, &f->p->errand, &f->filter));
        for (size_t i = 0; i < count; i++)
            TRY(open_followup(f, &rows[i]));
        f->filter.before = count > 0 ? rows[count - 1].id : 0;
    }
    return ERR_OK;
}

static enum err open_draw(struct open_file *f, const struct store_public_draw *d)
{
    const struct str cells[] = {d->number,
                                d->organiser,
                                d->task_number,
                                d->task_name,
                                d->sealed ? STR("封存") : STR("公开进行"),
                                str_of(office_draw_state_zh(d->state)),
                                page_time(f->p, d->opened),
                                page_time(f->p, d->disclose_by),
                                open_count(f, d->pool_size)};
    return open_row(f, cells, sizeof cells / sizeof cells[0]);
}

static enum err open_draws(struct open_file *f)
{
    struct store_public_draw *rows = NULL;
    size_t count = 0;
    TRY(office_portal_draws(&rows, &count, &f->p->errand, 0, INT32_MAX));
    for (size_t i = 0; i < count; i++)
        if (open_wants(f, date_year(date_of_time(rows[i].opened))))
            TRY(open_draw(f, &rows[i]));
    return ERR_OK;
}

static enum err open_task(struct open_file *f, const struct store_public_task *t)
{
    const struct str cells[] = {t->number,
                                t->name,
                                t->plan_number,
                                t->plan_name,
                                t->department,
                                model_text(model_task_types, t->type),
                                open_day(f, t->visit_from),
                                open_day(f, t->visit_until),
                                t->basis,
                                t->draw};
    return open_row(f, cells, sizeof cells / sizeof cells[0]);
}

static enum err open_tasks(struct open_file *f)
{
    struct store_public_task *rows = NULL;
    size_t count = 0;
    TRY(office_portal_tasks(&rows, &count, &f->p->errand, 0, INT32_MAX));
    for (size_t i = 0; i < count; i++)
        if (open_wants(f, date_year(rows[i].visit_from)))
            TRY(open_task(f, &rows[i]));
    return ERR_OK;
}

static struct str open_item_state(struct str state)
{
    if (str_eq(state, STR("active")))
        return STR("现行");
    if (str_eq(state, STR("coming")))
        return STR("待施行");
    if (str_eq(state, STR("withdrawn")))
        return STR("施行前已撤回");
    return str_eq(state, STR("replaced")) ? STR("已被新版本取代") : STR("已停用");
}

static enum err open_items(struct open_file *f)
{
    struct store_public_item *rows = NULL;
    size_t count = 0;
    TRY(office_portal_items(&rows, &count, &f->p->errand));
    for (size_t i = 0; i < count; i++) {
        const struct store_public_item *t = &rows[i];
        const struct str cells[] = {t->code,
                                    open_count(f, t->version),
                                    t->compiler,
                                    t->category,
                                    t->name,
                                    model_text(model_item_classes, t->class),
                                    t->objects,
                                    t->methods,
                                    t->subject,
                                    t->content,
                                    t->basis,
                                    open_day(f, t->valid_from),
                                    open_item_state(t->state)};
        TRY(open_row(f, cells, sizeof cells / sizeof cells[0]));
    }
    return ERR_OK;
}

static enum err open_plan(struct open_file *f, const struct store_version *v)
{
    const struct str cells[] = {open_count(f, v->document.year),
                                v->department_name,
                                model_text(office_document_kinds, v->document.kind),
                                v->document.plan,
                                v->title,
                                v->number,
                                open_count(f, v->version),
                                model_text(office_document_states, v->state),
                                open_day(f, date_of_time(v->published_at)),
                                v->reason,
                                v->approver,
                                open_count(f, v->idx),
                                arena_printf(&f->arena, "/plans/%.*s?version=%lld",
                                             STR_ARG(v->document.code), (long long)v->version)};
    return open_row(f, cells, sizeof cells / sizeof cells[0]);
}

static enum err open_plans(struct open_file *f)
{
    struct office_document *rows = NULL;
    size_t count = 0;
    TRY(office_plans_public(&rows, &count, &f->p->errand));
    for (size_t i = 0; i < count; i++) {
        struct office_document_page page;
        TRY(office_document_public(&page, &f->p->errand, rows[i].newest.document.code, 0));
        for (size_t k = 0; k < page.count; k++)
            TRY(open_plan(f, &page.versions[k]));
    }
    return ERR_OK;
}

static enum err open_rate(struct open_file *f, int year, const struct office_rate *r)
{
    const struct str cells[] = {open_count(f, year),
                                r->department,
                                open_count(f, r->due),
                                open_count(f, r->published),
                                open_count(f, r->late),
                                open_count(f, r->overdue),
                                r->due > 0 ? page_percent(f->p, r->share) : STR(""),
                                open_count(f, r->open),
                                open_count(f, r->withheld),
                                open_count(f, r->exempt[0]),
                                open_count(f, r->exempt[1]),
                                open_count(f, r->exempt[2]),
                                open_count(f, r->exempt[3]),
                                open_count(f, r->redacted)};
    return open_row(f, cells, sizeof cells / sizeof cells[0]);
}

static enum err open_rates(struct open_file *f)
{
    int now = date_year(date_of_time(f->p->request->now));
    for (int year = now; year > now - OPEN_YEARS; year--) {
        struct office_rates rates;
        TRY(office_portal_rates(&rates, &f->p->errand, year));
        for (size_t i = 0; i < rates.count; i++)
            TRY(open_rate(f, year, &rates.rows[i]));
    }
    return ERR_OK;
}

#define COLUMN(name, label)                                                                        \
    {                                                                                              \
        name, label, false, 0                                                                      \
    }

const struct open_set open_sets[OPEN_SETS] = {
    {"results",
     "抽查结果",
     "每个检查对象每个抽查事项一行：抽查计划、抽查任务、抽查类型、抽查机关、完成日期、对象和检查结"
     "果；更正后只列现行的一条。",
     "双随机一公开,抽查结果,行政检查",
     12,
     {COLUMN("plan_number", "抽查计划编号"), COLUMN("plan_name", "抽查计划名称"),
      COLUMN("task_number", "抽查任务编号"), COLUMN("task_name", "抽查任务名称"),
      COLUMN("type", "抽查类型"), COLUMN("authority", "抽查机关"), COLUMN("date", "抽查完成日期"),
      COLUMN("object_number", "统一社会信用代码"), COLUMN("object_name", "检查对象名称"),
      COLUMN("item", "检查事项"), COLUMN("result", "检查结果"),
      COLUMN("withheld", "依法不予公开的部分")},
     open_results,
     true},
    {"corrections",
     "结果更正",
     "每次更正一行：更正后的结果、理由、日期和日志序号，并指明被更正的结果。",
     "双随机一公开,结果更正",
     11,
     {COLUMN("task_number", "抽查任务编号"), COLUMN("object_number", "统一社会信用代码"),
      COLUMN("object_name", "检查对象名称"), COLUMN("item", "检查事项"),
      COLUMN("result", "更正后的检查结果"), COLUMN("date", "抽查完成日期"),
      COLUMN("reason", "更正理由"), COLUMN("published", "更正公示日期"),
      COLUMN("log_index", "日志序号"), COLUMN("id", "更正后的结果编号"),
      COLUMN("replaces", "被更正的结果编号")},
     open_corrections,
     true},
    {"followups",
     "后续处置",
     "发现问题后的处置每项一行：措施、办理状态、文书文号、日期和日志序号。",
     "双随机一公开,后续处置,行政检查",
     12,
     {COLUMN("task_number", "抽查任务编号"), COLUMN("object_number", "统一社会信用代码"),
      COLUMN("object_name", "检查对象名称"), COLUMN("item", "检查事项"),
      COLUMN("authority", "抽查机关"), COLUMN("result", "检查结果"), COLUMN("measure", "后续处置"),
      COLUMN("state", "办理状态"), COLUMN("date", "处置日期"), COLUMN("document", "文书文号"),
      COLUMN("note", "说明"), COLUMN("log_index", "日志序号")},
     open_followups,
     true},
    {"draws",
     "抽取",
     "每次抽取一行：组织者、抽查任务、方式、状态、承诺时间、最迟公开日期和名单数量。",
     "双随机一公开,随机抽取",
     9,
     {COLUMN("number", "抽取编号"), COLUMN("organiser", "组织者"),
      COLUMN("task_number", "抽查任务编号"), COLUMN("task_name", "抽查任务名称"),
      COLUMN("form", "方式"), COLUMN("state", "状态"), COLUMN("opened", "承诺时间"),
      COLUMN("disclose_by", "最迟公开"), COLUMN("pool_size", "名单数量")},
     open_draws,
     true},
    {"tasks",
     "抽查任务",
     "每个抽查任务一行：所属计划、发起部门、抽查类型、检查日期、依据和抽取编号。",
     "双随机一公开,抽查任务",
     10,
     {COLUMN("number", "抽查任务编号"), COLUMN("name", "抽查任务名称"),
      COLUMN("plan_number", "抽查计划编号"), COLUMN("plan_name", "抽查计划名称"),
      COLUMN("department", "发起部门"), COLUMN("type", "抽查类型"), COLUMN("from", "检查开始"),
      COLUMN("until", "检查结束"), COLUMN("basis", "依据"), COLUMN("draw", "抽取编号")},
     open_tasks,
     true},
    {"items",
     "抽查事项清单（全部版本）",
     "随机抽查事项清单的每个版本一行：编制单位、抽查类别、抽查事项、检查对象、检查方式、检查主体、"
     "检查内容、检查依据、生效日期和状态。",
     "双随机一公开,抽查事项清单",
     13,
     {COLUMN("code", "事项编号"), COLUMN("version", "版本"), COLUMN("compiler", "编制单位"),
      COLUMN("category", "抽查类别"), COLUMN("name", "抽查事项"), COLUMN("class", "事项类别"),
      COLUMN("objects", "检查对象"), COLUMN("methods", "检查方式"), COLUMN("subject", "检查主体"),
      COLUMN("content", "检查内容"), COLUMN("basis", "检查依据"), COLUMN("since", "生效日期"),
      COLUMN("state", "状态")},
     open_items,
     false},
    {"plans",
     "年度抽查工作计划（全部版本）",
     "每个部门年度抽查工作计划的每个版本一行：年度、种类、计划编号、文号、公布日期、调整原因和批准"
     "单"
     "位。",
     "双随机一公开,年度抽查工作计划",
     13,
     {COLUMN("year", "年度"), COLUMN("department", "部门"), COLUMN("kind", "种类"),
      COLUMN("plan_number", "计划编号"), COLUMN("name", "计划名称"), COLUMN("number", "文号"),
      COLUMN("version", "版本"), COLUMN("state", "状态"), COLUMN("published", "公布日期"),
      COLUMN("reason", "调整原因"), COLUMN("approver", "批准单位（会议）"),
      COLUMN("log_index", "日志序号"), COLUMN("page", "页面")},
     open_plans,
     false},
    {"rates",
     "抽查检查结果公示率",
     "每年每个部门一行：应公示、已公示、其中逾期后公示、逾期未公示、公示率、未到期限，以及依法整条"
     "不予公开的数量和依据类别、部分内容不予公开的数量。",
     "双随机一公开,公示率",
     14,
     {COLUMN("year", "年度"), COLUMN("department", "部门"), COLUMN("due", "应公示"),
      COLUMN("published", "已公示"), COLUMN("late", "其中逾期后公示"),
      COLUMN("overdue", "逾期未公示"), COLUMN("rate", "公示率"), COLUMN("open", "未到期限"),
      COLUMN("withheld", "依法不予公开"), COLUMN("withheld_state", "其中国家秘密、国家安全"),
      COLUMN("withheld_trade", "其中商业秘密"),
      COLUMN("withheld_privacy", "其中个人隐私、个人信息"),
      COLUMN("withheld_other", "其中其他依据"), COLUMN("redacted", "已公示但部分内容不予公开")},
     open_rates,
     false},
};

/* --- making a file --- */

const struct open_format open_formats[OPEN_FORMATS] = {
    {"csv", "text/csv; charset=utf-8", SHEET_CSV},
    {"json", "application/json; charset=utf-8", SHEET_JSON},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", SHEET_XLSX},
};

/* What a request asks for. */
struct open_ask {
    const struct open_set *set;
    const struct open_format *format;
    int year;
    uint64_t written; /* state of the public content, kept as the file's time */
    const char *dir;
    const char *path;
    const char *part; /* under this name until it is whole */
};

static bool open_fresh(const struct open_ask *ask)
{
    struct stat st;
    return stat(ask->path, &st) == 0 &&
           (uint64_t)st.st_mtim.tv_sec * 1000000000U + (uint64_t)st.st_mtim.tv_nsec == ask->written;
}

static enum err open_write(struct open_file *f, const struct open_ask *ask)
{
    const struct open_set *set = ask->set;
    struct arena *kept = f->p->errand.arena;
    if (ask->year > 0)
        office_year(&f->filter.from, &f->filter.until, ask->year);
    TRY(sheet_writer_open(&f->writer, ask->part, ask->format->format, set->columns, set->count,
                          f->fault));
    f->p->errand.arena = &f->arena;
    enum err err = set->walk(f);
    f->p->errand.arena = kept;
    arena_free(&f->arena);
    if (err != ERR_OK) {
        sheet_writer_abort(f->writer);
        return err;
    }
    return sheet_writer_close(f->writer, f->fault);
}

static enum err open_make(struct page *p, const struct open_ask *ask, struct fault *fault)
{
    struct open_file f = {.p = p, .filter = {.most = OPEN_PAGE}, .year = ask->year, .fault = fault};
    const struct timespec stamp = {(time_t)(ask->written / 1000000000U),
                                   (long)(ask->written % 1000000000U)};
    const struct timespec times[] = {stamp, stamp};
    TRY(open_write(&f, ask));
    if (utimensat(AT_FDCWD, ask->part, times, 0) != 0 || rename(ask->part, ask->path) != 0)
        return ERR_IO;
    return ERR_OK;
}

/* results-2026.csv → its dataset and year; items.csv has no year. Only what the catalogue lists. */
static enum err open_find(struct open_ask *ask, const struct web_request *request, struct str name)
{
    struct str rest = name;
    struct str stem;
    uint64_t year = 0;
    int now = date_year(date_of_time(request->now));
    (void)str_cut(&stem, &rest, '.');
    ptrdiff_t dash = str_find_char(stem, '-');
    struct str digits = dash > 0 ? str_sub(stem, (size_t)dash + 1, SIZE_MAX) : STR("");
    if (digits.len == 4 && str_u64(&year, digits) == ERR_OK)
        stem.len = (size_t)dash;
    for (size_t i = 0; i < OPEN_FORMATS; i++)
        if (str_eq(str_of(open_formats[i].ending), rest))
            ask->format = &open_formats[i];
    for (size_t i = 0; i < OPEN_SETS; i++)
        if (str_eq(str_of(open_sets[i].name), stem) && open_sets[i].yearly == (year != 0))
            ask->set = &open_sets[i];
    ask->year = (int)year;
    bool listed = year == 0 || ((int)year <= now && (int)year > now - OPEN_YEARS);
    return ask->set != NULL && ask->format != NULL && listed ? ERR_OK : ERR_MISSING;
}

static enum err open_paths(struct open_ask *ask, const struct web_request *request, struct str name)
{
    struct page_site *site = request->ctx;
    const char *dir = office_path(request->arena, site->reader, "open");
    struct str path =
        arena_printf(request->arena, "%s/%.*s", dir != NULL ? dir : "", STR_ARG(name));
    struct str part =
        arena_printf(request->arena, "%s/part-%.*s", dir != NULL ? dir : "", STR_ARG(name));
    if (dir == NULL || path.data == NULL || part.data == NULL)
        return ERR_MEMORY;
    ask->dir = dir;
    ask->path = path.data;
    ask->part = part.data;
    ask->written = ask->set->yearly ? page_site_written(site) : page_site_version(request->ctx);
    return ERR_OK;
}

struct str open_base(struct arena *arena, const struct open_set *set, int year)
{
    return year > 0 ? arena_printf(arena, "/open/%s-%d", set->name, year)
                    : arena_printf(arena, "/open/%s", set->name);
}

int64_t open_size(struct page *p, const struct open_set *set, int year,
                  const struct open_format *format)
{
    struct stat st;
    struct open_ask ask = {.set = set, .format = format, .year = year};
    struct arena *arena = p->request->arena;
    struct str base = open_base(arena, set, year);
    struct str name = arena_printf(
        arena, "%.*s.%s", STR_ARG(str_sub(base, sizeof "/open/" - 1, SIZE_MAX)), format->ending);
    if (base.data == NULL || name.data == NULL || open_paths(&ask, p->request, name) != ERR_OK)
        return -1;
    return open_fresh(&ask) && stat(ask.path, &st) == 0 ? (int64_t)st.st_size : -1;
}

/* Makes the file unless it is there, or another is being made. */
static enum err open_ready(struct page *p, const struct open_ask *ask, struct fault *fault)
{
    struct page_site *site = p->request->ctx;
    if (open_fresh(ask))
        return ERR_OK;
    TRY(file_mkdirs(ask->dir, 0700));
    if (pthread_mutex_trylock(&site->exporting) != 0)
        return fault_set(fault, ERR_BUSY, "正在生成另一个数据文件，请稍后再试");
    enum err err = open_fresh(ask) ? ERR_OK : open_make(p, ask, fault);
    pthread_mutex_unlock(&site->exporting);
    return err;
}

enum err page_open_file(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct open_ask ask = {0};
    struct str name = web_capture(request, "name");
    if (open_find(&ask, request, name) != ERR_OK)
        return fault_set(fault, ERR_MISSING, "没有这个数据文件");
    page_begin(&p, request, "/open", STR(""));
    enum err err = open_paths(&ask, request, name);
    if (err == ERR_OK)
        err = open_ready(&p, &ask, fault);
    if (err != ERR_OK)
        return fault->text[0] != '\0' ? err : page_fail(fault, &p, err);
    reply->type = ask.format->type;
    reply->file = ask.path;
    reply->open_data = true;
    reply->download = name;
    return ERR_OK;
}

/* --- the page --- */

enum err open_years(unsigned *out, struct page *p, const struct open_set *set, int newest)
{
    struct open_file f = {.p = p, .newest = newest, .fault = &p->errand.fault};
    struct arena *kept = p->errand.arena;
    enum err err = ERR_OK;
    p->errand.arena = &f.arena;
    for (int year = newest; year > newest - OPEN_YEARS && err == ERR_OK && !f.listed; year--) {
        f.year = year;
        f.filter = (struct store_result_filter){.most = 1};
        office_year(&f.filter.from, &f.filter.until, year);
        err = set->walk(&f);
        arena_clear(&f.arena);
    }
    p->errand.arena = kept;
    arena_free(&f.arena);
    *out = f.seen;
    return err;
}

/* One line: a set, of one year or (0) of all. */
static void open_line(struct page *p, struct web_value *list, const struct open_set *set, int year)
{
    struct web_model *m = &p->model;
    struct arena *arena = p->request->arena;
    struct web_value *row = web_list_add(m, list);
    web_set(m, row, "label", page_said(p, str_of(set->label)));
    web_set(m, row, "year", year > 0 ? arena_printf(arena, "%d", year) : STR("–"));
    struct str base = open_base(arena, set, year);
    web_set(m, row, "base", base);
    web_set(m, row, "id", str_sub(base, sizeof "/open/" - 1, SIZE_MAX));
}

/* On what terms: the words that the site has set, and where they can be read in full. */
static void open_licence(struct page *p)
{
    struct str text = page_site_text(p->site, MODEL_SETTING_OPEN_LICENCE);
    if (text.len == 0)
        return;
    struct web_value *licence = web_set_object(&p->model, &p->model.root, "licence");
    page_set_said(p, licence, "text", text);
    web_set(&p->model, licence, "href", page_site_text(p->site, MODEL_SETTING_OPEN_LICENCE_URL));
}

enum err page_open(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    page_begin(&p, request, "/open", STR(""));
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "sets");
    struct web_value *empty = web_set_list(m, &m->root, "empty");
    int now = date_year(date_of_time(request->now));
    web_set(m, &m->root, "title", page_word(&p, "open"));
    open_licence(&p);
    for (size_t i = 0; i < OPEN_SETS; i++) {
        unsigned seen = 0;
        if (!open_sets[i].yearly) {
            open_line(&p, list, &open_sets[i], 0);
            continue;
        }
        enum err err = open_years(&seen, &p, &open_sets[i], now);
        if (err != ERR_OK)
            return page_fail(fault, &p, err);
        for (int n = 0; n < OPEN_YEARS; n++)
            open_line(&p, (seen >> n & 1U) != 0 ? list : empty, &open_sets[i], now - n);
        web_set_flag(m, &m->root, "has_empty", empty->count > 0);
    }
    return page_end(reply, &p, "open");
}
