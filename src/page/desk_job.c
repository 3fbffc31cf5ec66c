/* Jobs: the list, one with its progress and result file. While a job waits or runs its page asks
 * again by itself (the header Refresh, so that no script is needed); ?still=1 stops that. */
#include "page/desk_list.h"

#include "office/job.h"

#include <string.h>

enum { JOB_ROWS = 20000, JOB_REFRESH = 3 };

static const struct field_word job_states[] = {
    {"waiting", "等待", NULL}, {"running", "进行中", NULL}, {"done", "完成", NULL},
    {"failed", "失败", NULL},  {"broken", "已中断", NULL},  {"cancelled", "已取消", NULL},
    {NULL, NULL, NULL},
};

static bool job_open(const struct store_job *job)
{
    return str_eq(job->state, STR("waiting")) || str_eq(job->state, STR("running"));
}

/* 2,345 of 10,000 rows (23%); without a total what is done alone. */
static struct str job_progress(struct page *p, const struct store_job *job)
{
    struct arena *arena = p->request->arena;
    long long done = (long long)job->done;
    struct str text = STR("");
    if (job->total > 0)
        text = arena_printf(arena, "%lld / %lld 行（%lld%%）", done, (long long)job->total,
                            done >= job->total ? 100 : done * 100 / (long long)job->total);
    else if (job->done > 0)
        text = arena_printf(arena, "%lld 行", done);
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static struct str job_size(struct page *p, int64_t bytes)
{
    struct str text = bytes < 1 << 20
                          ? arena_printf(p->request->arena, "%.1f KB", (double)bytes / 1024)
                          : arena_printf(p->request->arena, "%.1f MB", (double)bytes / (1 << 20));
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static void job_show(struct page *p, struct web_value *row, const struct store_job *job)
{
    struct web_model *m = &p->model;
    const struct office_job_kind *kind = office_job_kind(job->kind);
    int64_t total = job->total > 0 ? job->total : 1;
    web_set_count(m, row, "id", job->id);
    web_set(m, row, "kind", str_of(kind != NULL ? kind->text : ""));
    web_set(m, row, "job_title", job->title);
    web_set(m, row, "actor", job->actor);
    web_set(m, row, "state", model_text(job_states, job->state));
    web_set_flag(m, row, "open", job_open(job));
    web_set_flag(m, row, "waiting", str_eq(job->state, STR("waiting")));
    web_set_flag(m, row, "running", str_eq(job->state, STR("running")));
    web_set_flag(m, row, "good", str_eq(job->state, STR("done")));
    web_set_flag(m, row, "bad",
                 str_eq(job->state, STR("failed")) || str_eq(job->state, STR("broken")));
    web_set(m, row, "progress", job_progress(p, job));
    web_set_flag(m, row, "measured", job->total > 0 && job_open(job));
    web_set_count(m, row, "done", job->done < total ? job->done : total);
    web_set_count(m, row, "total", total);
    web_set(m, row, "words", job->words);
    web_set(m, row, "at", page_time(p, job->at));
    web_set(m, row, "begun", job->begun_at > 0 ? page_time(p, job->begun_at) : STR(""));
    web_set(m, row, "ended", job->ended_at > 0 ? page_time(p, job->ended_at) : STR(""));
    bool ready = job->file.len > 0 && job->until > p->request->now;
    web_set_flag(m, row, "ready", ready);
    web_set_flag(m, row, "gone", job->until > 0 && !ready);
    web_set(m, row, "download", job->download);
    web_set(m, row, "size", job_size(p, job->bytes));
    web_set(m, row, "until", job->until > 0 ? page_time(p, job->until) : STR(""));
}

/* Lets the page ask again unless the person stopped that. */
static void job_refresh(struct web_reply *reply, struct page *p, bool open)
{
    bool still = str_eq(web_param(p->request, "still"), STR("1"));
    web_set_flag(&p->model, &p->model.root, "refreshes", open && !still);
    web_set_flag(&p->model, &p->model.root, "stopped", open && still);
    web_set_count(&p->model, &p->model.root, "seconds", JOB_REFRESH);
    if (open && !still)
        reply->refresh = JOB_REFRESH;
}

/* --- the list --- */

static const struct desk_filter job_filters[] = {
    {"state", "状态", DESK_FILTER_SELECT, job_states, false},
    {"kind", "种类", DESK_FILTER_SELECT, NULL, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum { JOB_AT, JOB_KIND, JOB_TITLE, JOB_ACTOR, JOB_STATE, JOB_RESULT, JOB_UNTIL };

static const struct desk_column job_columns[] = {
    [JOB_AT] = {"at", "下达时间", DESK_COLUMN_TIME, false, false},
    [JOB_KIND] = {"kind", "种类", DESK_COLUMN_TEXT, false, false},
    [JOB_TITLE] = {"title", "任务", DESK_COLUMN_TEXT, false, false},
    [JOB_ACTOR] = {"actor", "下达人", DESK_COLUMN_TEXT, false, false},
    [JOB_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [JOB_RESULT] = {"result", "进度与结果", DESK_COLUMN_TEXT, false, false},
    [JOB_UNTIL] = {"until", "结果文件保留到", DESK_COLUMN_TIME, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind job_list = {"jobs",   "/desk/jobs", "任务列表",
                                               "个任务", job_filters,  job_columns};

static void job_row(struct desk_list *list, const struct store_job *job)
{
    struct page *p = list->p;
    const struct office_job_kind *kind = office_job_kind(job->kind);
    struct str href = arena_printf(p->request->arena, "/desk/jobs/%lld", (long long)job->id);
    struct str file = arena_printf(p->request->arena, "/desk/jobs/%lld/file", (long long)job->id);
    bool bad = str_eq(job->state, STR("failed")) || str_eq(job->state, STR("broken"));
    p->model.failed = p->model.failed || href.data == NULL || file.data == NULL;
    desk_list_row(list, str_sub(href, sizeof "/desk/jobs/" - 1, SIZE_MAX), job->title);
    desk_list_text(list, JOB_AT, page_time(p, job->at));
    desk_list_text(list, JOB_KIND, str_of(kind != NULL ? kind->text : ""));
    desk_list_link(list, JOB_TITLE, job->title, href);
    desk_list_text(list, JOB_ACTOR, job->actor);
    if (bad)
        desk_list_tag(list, JOB_STATE, model_text(job_states, job->state), true);
    else
        desk_list_text(list, JOB_STATE, model_text(job_states, job->state));
    desk_list_text(list, JOB_RESULT, job_open(job) ? job_progress(p, job) : job->words);
    desk_list_text(list, JOB_UNTIL, job->until > 0 ? page_time(p, job->until) : STR(""));
    if (job->file.len > 0 && job->until > p->request->now)
        desk_list_act(list, "下载", file);
    else
        desk_list_act(list, "查看", href);
}

/* All that he may see, newest first; the page is cut out of them by their ids. */
static enum err job_fill(struct desk_list *list, bool *open)
{
    struct page *p = list->p;
    struct store_job *rows = NULL;
    struct str *keys = NULL;
    struct desk_found found = {0};
    size_t count = 0;
    size_t from = 0;
    size_t until = 0;
    const struct office_job_find find = {.state = web_param(p->request, "state"),
                                         .kind = web_param(p->request, "kind"),
                                         .most = JOB_ROWS};
    TRY(office_jobs(&rows, &count, &p->errand, &find));
    TRY(desk_list_keys(&keys, p, DESK_IDS(rows, count, struct store_job, id)));
    desk_list_window(&found, &from, &until, list, keys, count);
    found.more = count == JOB_ROWS;
    for (size_t i = from; i < until; i++) {
        job_row(list, &rows[i]);
        *open = *open || job_open(&rows[i]);
    }
    desk_list_end(list, &found,
                  "还没有后台任务。导入、导出时任务会列在这里；可以关闭页面，稍后再来查看进度、"
                  "下载结果。");
    return ERR_OK;
}

enum err desk_jobs(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct desk_list list;
    bool open = false;
    desk_begin(&p, request, "/desk/jobs", "后台任务");
    enum err err = desk_list_begin(&list, &p, &job_list);
    for (size_t i = 0; err == ERR_OK && office_job_kinds[i] != NULL; i++)
        if (desk_may(&p, office_job_kinds[i]->permission))
            desk_list_option(&list, "kind", str_of(office_job_kinds[i]->name),
                             str_of(office_job_kinds[i]->text));
    if (err == ERR_OK)
        err = job_fill(&list, &open);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    job_refresh(reply, &p, open);
    return page_end(reply, &p, "desk_jobs");
}

/* --- one --- */

/* The page of a job; the words of a refused button stand above it. */
static enum err job_page(struct web_reply *reply, struct page *p, enum err refused)
{
    struct store_job job = {0};
    desk_refused(reply, p, refused);
    TRY(office_job_get(&job, &p->errand, desk_number(web_capture(p->request, "id"))));
    const struct desk *desk = desk_of(p->request);
    struct web_value *of = web_set_object(&p->model, &p->model.root, "of");
    job_show(p, of, &job);
    web_set_flag(&p->model, of, "own", job.account == desk->session.account);
    web_set(&p->model, &p->model.root, "title", job.title);
    desk_crumb(p, STR("后台任务"), desk_list_home(p, "/desk/jobs"));
    job_refresh(reply, p, job_open(&job) && refused == ERR_OK);
    return page_end(reply, p, "desk_job");
}

enum err desk_job(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/jobs", "任务");
    enum err err = job_page(reply, &p, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_job_file(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct str path;
    desk_begin(&p, request, "/desk/jobs", "任务");
    enum err err = office_job_result(&path, &reply->download, &p.errand,
                                     desk_number(web_capture(request, "id")));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (p.errand.office->training)
        reply->download = arena_printf(request->arena, "演练-%.*s", STR_ARG(reply->download));
    reply->type = "application/octet-stream";
    reply->file = path.data;
    reply->no_store = true;
    return ERR_OK;
}

enum err desk_job_cancel(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct str id = web_capture(request, "id");
    desk_begin(&p, request, "/desk/jobs", "任务");
    enum err err = office_job_cancel(&p.errand, desk_number(id));
    if (err == ERR_OK) {
        struct str href = arena_printf(request->arena, "/desk/jobs/%.*s", STR_ARG(id));
        return href.data == NULL ? ERR_MEMORY : desk_done(reply, request, href, "cancelled");
    }
    if (desk_form_mends(err) && err != ERR_MISSING)
        err = job_page(reply, &p, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
