/* Batch actions of the lists of inspectors, experts, commissions and documents: a form that says
 * how many rows it is about, then the report of what was done and what was passed over and why. One
 * handler: the address says which action. Many rows become a job. */
#include "page/desk_inspector.h"

#include "office/batch.h"
#include "office/commission.h"
#include "office/document.h"

/* --- all that fit a filter --- */

static enum err people_all(struct str **keys, size_t *count, struct page *p,
                           const struct web_request *filter, bool experts)
{
    struct office_inspectors all;
    const struct office_inspector_find find = inspector_conditions(filter, experts);
    TRY(office_inspectors(&all, &p->errand, &find));
    *keys = arena_array(p->request->arena, all.count + 1, sizeof **keys);
    if (*keys == NULL)
        return ERR_MEMORY;
    for (*count = 0; *count < all.count; (*count)++)
        (*keys)[*count] = all.rows[*count].record.values[STORE_INSPECTOR_CODE];
    return ERR_OK;
}

static enum err commissions_all(struct str **keys, size_t *count, struct page *p,
                                const struct web_request *filter, bool experts)
{
    struct office_commission *rows = NULL;
    const struct office_commission_find find = desk_commission_find(filter);
    (void)experts;
    TRY(office_commissions(&rows, count, &p->errand, &find));
    return desk_list_keys(keys, p, DESK_IDS(rows, *count, struct office_commission, record.id));
}

static enum err documents_all(struct str **keys, size_t *count, struct page *p,
                              const struct web_request *filter, bool experts)
{
    struct office_document *rows = NULL;
    (void)experts;
    TRY(desk_documents_found(&rows, count, p, filter));
    *keys = arena_array(p->request->arena, *count + 1, sizeof **keys);
    if (*keys == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < *count; i++)
        (*keys)[i] = rows[i].newest.document.code;
    return ERR_OK;
}

/* --- the actions --- */

static const struct batch_page {
    const char *path;
    enum office_batch_act act;
    const char *list;
    const char *list_title;
    const char *title;
    const char *button;
    const char *noun;
    const char *note;   /* what it means */
    const char *reason; /* hint of the reason; NULL: none is asked */
    enum err (*all)(struct str **keys, size_t *count, struct page *p,
                    const struct web_request *filter, bool experts);
    bool experts;
} batch_pages[] = {
    {"/desk/inspectors/leave", OFFICE_BATCH_LEAVE, "/desk/inspectors", "检查人员", "批量离岗",
     "改为离岗", "人", "离岗的人员不再参加抽取，记录和历史保留；以后可以恢复在岗。",
     "如：机构改革划转、退休；写入每个人的变更历史", people_all, false},
    {"/desk/inspectors/return", OFFICE_BATCH_RETURN, "/desk/inspectors", "检查人员", "批量恢复在岗",
     "恢复在岗", "人", "恢复在岗后，执法证在有效期内的重新参加抽取。",
     "如：借调期满返回；写入每个人的变更历史", people_all, false},
    {"/desk/inspectors/label", OFFICE_BATCH_LABEL, "/desk/inspectors", "检查人员", "批量加业务专长",
     "加上业务专长", "人", "业务专长用于任务要求的专业匹配；已有这项的人不变。",
     "如：2026年特种设备检查培训合格；写入每个人的变更历史", people_all, false},
    {"/desk/inspectors/unlabel", OFFICE_BATCH_UNLABEL, "/desk/inspectors", "检查人员",
     "批量去业务专长", "去掉业务专长", "人", "去掉后不再参加要求这项专长的匹配。",
     "写入每个人的变更历史", people_all, false},
    {"/desk/experts/leave", OFFICE_BATCH_LEAVE, "/desk/experts", "专家库", "批量解聘", "解聘",
     "名专家", "解聘的专家不再参加抽取，记录和历史保留；以后可以恢复。",
     "如：聘期届满；写入每位专家的变更历史", people_all, true},
    {"/desk/experts/return", OFFICE_BATCH_RETURN, "/desk/experts", "专家库", "批量恢复聘用",
     "恢复聘用", "名专家", "恢复后重新参加抽取。聘期请在各人的页面修改。",
     "如：续聘；写入每位专家的变更历史", people_all, true},
    {"/desk/experts/label", OFFICE_BATCH_LABEL, "/desk/experts", "专家库", "批量加专业领域",
     "加上专业领域", "名专家", "专业领域用于任务要求的专业匹配；已有这项的不变。",
     "写入每位专家的变更历史", people_all, true},
    {"/desk/experts/unlabel", OFFICE_BATCH_UNLABEL, "/desk/experts", "专家库", "批量去专业领域",
     "去掉专业领域", "名专家", "去掉后不再参加要求这项专业的匹配。", "写入每位专家的变更历史",
     people_all, true},
    {"/desk/commissions/cancel", OFFICE_BATCH_CANCEL, "/desk/commissions", "第三方委托",
     "批量取消委托", "取消委托", "项委托", "只有进行中的委托可以取消；已完成的不变。",
     "如：合同终止；写入每项委托的变更历史", commissions_all, false},
    {"/desk/documents/publish", OFFICE_BATCH_PUBLISH, "/desk/documents", "文件资料", "批量发布",
     "发布", "份文件",
     "只发布待审核、主动公开的；您起草或提交的由他人发布。发布后在公示平台公开，并记入公开日志，发"
     "布的版本"
     "不能再改。",
     NULL, documents_all, false},
    {"/desk/documents/withdraw", OFFICE_BATCH_WITHDRAW, "/desk/documents", "文件资料", "批量废止",
     "废止", "份文件", "只废止已发布的；废止后仍在公示平台可查，标明已废止。",
     "如：被新办法代替；在公示平台显示", documents_all, false},
};

enum { BATCH_PAGES = sizeof batch_pages / sizeof batch_pages[0] };

/* --- what was picked --- */

static const struct batch_page *batch_of(const struct web_request *request)
{
    for (size_t i = 0; i < BATCH_PAGES; i++)
        if (str_eq(request->path, str_of(batch_pages[i].path)))
            return &batch_pages[i];
    return NULL;
}

/* "All that fit" become the rows that fit now, so that the form and its answer mean the same ones;
 * where they are too many for a form, their number must not have changed between the two. */
static enum err batch_pin(struct desk_picked *picked, struct page *p, const struct batch_page *page)
{
    struct str *keys = NULL;
    size_t count = 0;
    if (!picked->all)
        return ERR_OK;
    TRY(page->all(&keys, &count, p, &picked->request, page->experts));
    if (picked->sure && picked->total != (int64_t)count)
        return fault_set(&p->errand.fault, ERR_CONFLICT,
                         "符合条件的由%lld%s变为%zu%s，没有改动；请返回列表核对后重新选择",
                         (long long)picked->total, page->noun, count, page->noun);
    if (count == 0)
        return fault_set(&p->errand.fault, ERR_INPUT, "符合条件的已经没有了，什么也没有做");
    picked->all = count > DESK_PAGE_MOST;
    picked->total = (int64_t)count;
    picked->keys = keys;
    picked->count = count;
    return ERR_OK;
}

/* The list as it was filtered. */
static struct str batch_home(struct page *p, const struct batch_page *page,
                             const struct desk_picked *picked)
{
    struct str home = arena_printf(p->request->arena, "%s%s%.*s", page->list,
                                   picked->query.len > 0 ? "?" : "", STR_ARG(picked->query));
    p->model.failed = p->model.failed || home.data == NULL;
    return home;
}

/* --- the form --- */

static enum err batch_words(struct desk_form *form, const struct batch_page *page)
{
    const struct desk_field field = {
        "word", page->experts ? "专业领域" : "业务专长", DESK_SELECT, true, NULL, NULL};
    struct str *words = NULL;
    size_t count = 0;
    struct fault kept = form->p->errand.fault;
    if (page->act != OFFICE_BATCH_LABEL && page->act != OFFICE_BATCH_UNLABEL)
        return ERR_OK;
    TRY(office_batch_words(&words, &count, &form->p->errand, page->act));
    form->p->errand.fault = kept;
    struct web_value *row = desk_form_field(form, &field, STR(""));
    desk_form_option(form, row, STR(""),
                     count > 0 ? STR("请选择") : STR("（标签字库中还没有检查人员的标签）"));
    for (size_t i = 0; i < count; i++)
        desk_form_option(form, row, words[i], words[i]);
    return ERR_OK;
}

static enum err batch_form(struct web_reply *reply, struct page *p, const struct batch_page *page,
                           const struct desk_picked *picked, enum err refused)
{
    const struct desk_field reason = {"reason", "原因", DESK_TEXT, true, page->reason, NULL};
    struct desk_form form;
    struct str home = batch_home(p, page, picked);
    desk_form_begin(&form, p, str_of(page->path), page->button);
    web_set(&p->model, form.object, "back", home);
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    desk_picked_form(&form, picked);
    TRY(batch_words(&form, page));
    if (page->reason != NULL)
        (void)desk_form_field(&form, &reason, STR(""));
    web_set(&p->model, &p->model.root, "intro",
            arena_printf(p->request->arena, "将处理所选的 %zu %s。%s%s", picked->count, page->noun,
                         page->note,
                         picked->count > OFFICE_BATCH_NOW ? "数量较多，在后台处理，可以关闭页面。"
                                                          : ""));
    desk_crumb(p, str_of(page->list_title), home);
    return page_end(reply, p, "desk_form_page");
}

/* --- the report --- */

static enum err batch_report(struct web_reply *reply, struct page *p, const struct batch_page *page,
                             const struct desk_picked *picked,
                             const struct office_batch_report *batched)
{
    struct web_model *m = &p->model;
    struct str home = batch_home(p, page, picked);
    struct web_value *list = web_set_list(m, &m->root, "skips");
    for (size_t i = 0; i < batched->skip_count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "key", batched->skips[i].key);
        web_set(m, row, "name", batched->skips[i].name);
        web_set(m, row, "why", batched->skips[i].why);
    }
    web_set_count(m, &m->root, "done_count", batched->done);
    web_set_count(m, &m->root, "skip_count", (int64_t)batched->skip_count);
    web_set_flag(m, &m->root, "has_skips", batched->skip_count > 0);
    web_set(m, &m->root, "noun", str_of(page->noun));
    web_set(m, &m->root, "home", home);
    web_set(m, &m->root, "list_title", str_of(page->list_title));
    desk_crumb(p, str_of(page->list_title), home);
    return page_end(reply, p, "desk_batch");
}

static enum err batch_do(struct web_reply *reply, struct page *p, const struct batch_page *page,
                         const struct desk_picked *picked)
{
    struct office_batch_report batched;
    int64_t job = 0;
    const struct office_batch batch = {.act = page->act,
                                       .keys = picked->keys,
                                       .count = picked->count,
                                       .word = web_field(p->request, "word"),
                                       .reason = web_field(p->request, "reason")};
    if (picked->count <= OFFICE_BATCH_NOW) {
        TRY(office_batch(&batched, &p->errand, &batch));
        return batch_report(reply, p, page, picked, &batched);
    }
    TRY(office_batch_order(&job, &p->errand, &batch));
    return desk_ordered(reply, p->request, job);
}

enum err desk_batch(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct desk_picked picked;
    const struct batch_page *page = batch_of(request);
    if (page == NULL)
        return ERR_MISSING;
    desk_begin(&p, request, page->list, page->title);
    enum err err = desk_picked(&picked, &p);
    if (err == ERR_OK)
        err = batch_pin(&picked, &p, page);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (picked.sure && !desk_form_again(request)) {
        err = batch_do(reply, &p, page, &picked);
        if (err == ERR_OK || !desk_form_mends(err))
            return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    err = batch_form(reply, &p, page, &picked, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
