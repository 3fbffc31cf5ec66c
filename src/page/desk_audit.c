/* The audit log for the audit administrator: search, paging by key, export, the bound days. */
#include "page/desk_list.h"

#include "base/csv.h"
#include "base/time.h"
#include "office/audit.h"

#include <string.h>

enum { AUDIT_EXPORT = 1000 };

static const struct field_word audit_outcomes[] = {{"done", "成功", NULL},
                                                   {"refused", "被拒绝", NULL},
                                                   {"denied", "无权限", NULL},
                                                   {NULL, NULL, NULL}};

static const struct field_word audit_actions[] = {
    {"sign-in", "登录", NULL},
    {"session-end", "结束登录", NULL},
    {"session-prove", "再次确认身份", NULL},
    {"session-end-all", "结束全部登录", NULL},
    {"request", "请求", NULL},
    {"password-change", "修改密码", NULL},
    {"password-reset", "重置密码", NULL},
    {"setup-code", "生成首次设置代码", NULL},
    {"account-add", "新建账号", NULL},
    {"account-change", "修改账号", NULL},
    {"account-state", "停用或启用账号", NULL},
    {"role-grant", "授予角色", NULL},
    {"account-clearance", "设定可阅等级", NULL},
    {"role-revoke", "收回角色", NULL},
    {"matrix-export", "导出权限表", NULL},
    {"audit-export", "导出审计日志", NULL},
    {"audit-close", "审计日志记入公开日志", NULL},
    {"import", "导入", NULL},
    {"reference", "导入比对名单", NULL},
    {"upload", "上传导入文件", NULL},
    {"upload-columns", "改正导入的列", NULL},
    {"upload-remove", "删除上传的文件", NULL},
    {"job-order", "下达后台任务", NULL},
    {"job-cancel", "取消后台任务", NULL},
    {"job-download", "下载结果文件", NULL},
    {"setting-change", "修改设置", NULL},
    {"task-create", "新建抽查任务", NULL},
    {"draw-commit", "抽取：承诺", NULL},
    {"draw-beacon", "抽取：随机数", NULL},
    {"draw-objects", "抽取：抽取对象", NULL},
    {"draw-recuse", "抽取：回避", NULL},
    {"draw-teams", "抽取：检查组", NULL},
    {"draw-assign", "抽取：匹配人员", NULL},
    {"draw-skip", "抽取：跳过对象", NULL},
    {"draw-next", "抽取：顺延", NULL},
    {"draw-refill", "抽取：补充人员", NULL},
    {"draw-abort", "抽取：中止", NULL},
    {"draw-disclose", "抽取：公开", NULL},
    {"object-add", "登记检查对象", NULL},
    {"object-edit", "修改检查对象", NULL},
    {"object-department", "增减责任部门", NULL},
    {"object-label", "批量加减标签", NULL},
    {"object-export", "导出检查对象", NULL},
    {"label", "维护标签字库", NULL},
    {"library", "新建或修改专项库", NULL},
    {"library-grade", "改变专项库的安全标记", NULL},
    {"library-place", "列入或移出专项库", NULL},
    {"library-batch", "批量列入或移出专项库", NULL},
    {"library-export", "导出专项库", NULL},
    {"conflict-declare", "登记回避关系", NULL},
    {"conflict-end", "结束回避关系", NULL},
    {"inspector-add", "新建检查人员", NULL},
    {"inspector-save", "修改检查人员", NULL},
    {"inspector-export", "导出检查人员", NULL},
    {"approval-ask", "申请导出完整号码", NULL},
    {"approval-approve", "批准导出完整号码", NULL},
    {"approval-decline", "不批准导出完整号码", NULL},
    {"approval-export", "按批准导出完整号码", NULL},
    {"person-unmask", "查看完整电话和证号", NULL},
    {"department-save", "新建或修改部门", NULL},
    {"commission-add", "新建第三方委托", NULL},
    {"commission-save", "修改第三方委托", NULL},
    {"commission-export", "导出第三方委托", NULL},
    {"register-add", "登记会议、印发文件、培训", NULL},
    {"register-save", "修改登记簿", NULL},
    {"register-withdraw", "作废登记簿中的一条", NULL},
    {"register-export", "导出登记簿", NULL},
    {"attachment-add", "上传附件", NULL},
    {"attachment-remove", "移除附件", NULL},
    {"attachment-original", "下载图片原件", NULL},
    {"virus-refused", "查出病毒，拒绝接收文件", NULL},
    {"document-add", "新建文件资料", NULL},
    {"document-save", "修改文件资料", NULL},
    {"document-submit", "提交文件资料审核", NULL},
    {"document-return", "退回文件资料", NULL},
    {"document-publish", "发布文件资料", NULL},
    {"document-withdraw", "撤回文件资料", NULL},
    {"document-openness", "改变文件公开属性", NULL},
    {"register-grade", "改变登记簿中一条的安全标记", NULL},
    {"commission-grade", "改变第三方委托的安全标记", NULL},
    {"document-grade", "改变文件安全标记", NULL},
    {"result-enter", "录入结果", NULL},
    {"result-return", "退回结果", NULL},
    {"result-approve", "审核结果", NULL},
    {"result-exempt", "结果不予公示", NULL},
    {"result-redact", "结果的一部分不予公开", NULL},
    {"result-unredact", "结果的一部分改为公开", NULL},
    {"result-publish", "公示结果", NULL},
    {"result-correct", "更正结果", NULL},
    {"pending-export", "导出待公示结果", NULL},
    {"result-follow", "登记后续处理", NULL},
    {"calendar-change", "导入工作日历", NULL},
    {"dictionary-change", "修改字典", NULL},
    {"item-draft", "保存抽查事项草稿", NULL},
    {"item-submit", "提交抽查事项草稿", NULL},
    {"item-drop", "撤销抽查事项草稿", NULL},
    {"item-review", "审查抽查事项", NULL},
    {"item-publish", "公布抽查事项", NULL},
    {"item-withdraw", "撤回公布的抽查事项", NULL},
    {"item-begin", "抽查事项开始施行", NULL},
    {"item-department", "抽查事项明确实施部门", NULL},
    {"item-end", "抽查事项停止施行", NULL},
    {"item-claim", "认领上级事项", NULL},
    {"item-decline", "不认领上级事项", NULL},
    {"item-assign", "分派上级事项", NULL},
    {"outside-check", "登记非随机检查", NULL},
    {"feedback", "提交公众意见", NULL},
    {"feedback-handle", "办理公众意见", NULL},
    {NULL, NULL, NULL},
};

static int64_t audit_day(struct str text, int32_t more)
{
    int32_t day = 0;
    return date_parse(&day, str_trim(text)) == ERR_OK ? time_of_date(day + more) : 0;
}

static struct store_audit_find audit_wanted(const struct web_request *r)
{
    return (struct store_audit_find){.actor = str_trim(web_param(r, "actor")),
                                     .action = web_param(r, "action"),
                                     .target = str_trim(web_param(r, "target")),
                                     .address = str_trim(web_param(r, "address")),
                                     .outcome = web_param(r, "outcome"),
                                     .from = audit_day(web_param(r, "from"), 0),
                                     .until = audit_day(web_param(r, "until"), 1)};
}

/* The filter as it stands in a query string, without the place in the list. */
static struct str audit_query(struct page *p)
{
    static const char *const names[] = {"actor",   "action", "target", "address",
                                        "outcome", "from",   "until"};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct str value = web_param(p->request, names[i]);
        if (value.len == 0)
            continue;
        buf_printf(&out, "%s%s=", out.len > 0 ? "&" : "", names[i]);
        buf_str(&out, page_url(p, value));
    }
    struct str text = arena_str(p->request->arena, buf_view(&out));
    p->model.failed = p->model.failed || text.data == NULL;
    buf_free(&out);
    return text;
}

/* To the second, as the record has it. */
static struct str audit_time(struct page *p, int64_t us)
{
    struct str minute = page_time(p, us);
    int64_t second = us / TIME_SECOND % 60;
    return arena_printf(p->request->arena, "%.*s:%02d", STR_ARG(minute), (int)second);
}

enum {
    AUDIT_AT,
    AUDIT_ACTOR,
    AUDIT_ACTION,
    AUDIT_TARGET,
    AUDIT_DETAIL,
    AUDIT_OUTCOME,
    AUDIT_ADDRESS,
    AUDIT_ID,
    AUDIT_ROLE,
    AUDIT_DEPARTMENT,
    AUDIT_REQUEST
};

static const struct desk_filter audit_filters[] = {
    {"actor", "用户名", DESK_FILTER_TEXT, NULL, false},
    {"action", "操作", DESK_FILTER_SELECT, audit_actions, false},
    {"target", "对象", DESK_FILTER_TEXT, NULL, false},
    {"outcome", "结果", DESK_FILTER_SELECT, audit_outcomes, false},
    {"from", "从", DESK_FILTER_DATE, NULL, false},
    {"until", "到", DESK_FILTER_DATE, NULL, false},
    {"address", "地址", DESK_FILTER_TEXT, NULL, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column audit_columns[] = {
    [AUDIT_AT] = {"at", "时间", DESK_COLUMN_TIME, false, false},
    [AUDIT_ACTOR] = {"actor", "用户", DESK_COLUMN_TEXT, false, false},
    [AUDIT_ACTION] = {"action", "操作", DESK_COLUMN_TEXT, false, false},
    [AUDIT_TARGET] = {"target", "对象", DESK_COLUMN_TEXT, false, false},
    [AUDIT_DETAIL] = {"detail", "说明", DESK_COLUMN_TEXT, false, false},
    [AUDIT_OUTCOME] = {"outcome", "结果", DESK_COLUMN_TEXT, false, false},
    [AUDIT_ADDRESS] = {"address", "地址", DESK_COLUMN_TIME, false, false},
    [AUDIT_ID] = {"id", "编号", DESK_COLUMN_NUMBER, true, false},
    [AUDIT_ROLE] = {"role", "角色", DESK_COLUMN_TEXT, true, false},
    [AUDIT_DEPARTMENT] = {"department", "部门", DESK_COLUMN_TEXT, true, false},
    [AUDIT_REQUEST] = {"request", "请求", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind audit_list = {"audit",  "/desk/audit", "审计日志",
                                                 "条记录", audit_filters, audit_columns};

/* Which permission a request that was denied would have needed. */
static struct str audit_needed(struct page *p, struct str route)
{
    const struct web_route *r = page_routes;
    while (r->pattern != NULL && !str_eq(str_of(r->name), route))
        r++;
    if (r->pattern == NULL || r->permit == 0)
        return STR("");
    const char *what = model_permission_row((enum model_permission)(r->permit - 1))->what;
    struct str text = arena_printf(p->request->arena, "（%s）", what);
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static void audit_row(struct desk_list *list, const struct store_audit *a)
{
    struct page *p = list->p;
    desk_list_row(list, page_digits(p, a->id), a->action);
    desk_list_text(list, AUDIT_AT, audit_time(p, a->at));
    desk_list_text(list, AUDIT_ACTOR, a->actor);
    desk_list_text(list, AUDIT_ACTION, model_text(audit_actions, a->action));
    desk_list_text(list, AUDIT_TARGET, a->target);
    if (a->detail.len > 0)
        desk_list_text(list, AUDIT_DETAIL, a->detail);
    if (str_eq(a->action, STR("request")))
        desk_list_text(list, AUDIT_DETAIL, audit_needed(p, a->target));
    if (a->before.len > 0)
        desk_list_fold(list, AUDIT_DETAIL, STR("改前"), a->before);
    if (a->after.len > 0)
        desk_list_fold(list, AUDIT_DETAIL, STR("改后"), a->after);
    if (str_eq(a->outcome, STR("done")))
        desk_list_text(list, AUDIT_OUTCOME, model_text(audit_outcomes, a->outcome));
    else
        desk_list_tag(list, AUDIT_OUTCOME, model_text(audit_outcomes, a->outcome), true);
    desk_list_text(list, AUDIT_ADDRESS, a->address);
    desk_list_count(list, AUDIT_ID, a->id);
    desk_list_text(list, AUDIT_ROLE, a->role);
    desk_list_text(list, AUDIT_DEPARTMENT, a->department);
    desk_list_text(list, AUDIT_REQUEST, a->request);
}

static enum err audit_days(struct page *p)
{
    struct store_audit_digest *days = NULL;
    size_t count = 0;
    TRY(office_audit_days(&days, &count, &p->errand));
    struct web_value *last = web_set_object(&p->model, &p->model.root, "bound");
    web_set_flag(&p->model, last, "any", count > 0);
    if (count == 0)
        return ERR_OK;
    web_set(&p->model, last, "day", page_date(p, days[count - 1].day));
    web_set_count(&p->model, last, "idx", days[count - 1].idx);
    web_set_count(&p->model, last, "days", (int64_t)count);
    return ERR_OK;
}

/* The page: one row more is asked for than is shown, so that it is known whether others follow. */
static enum err audit_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct store_audit_find find = audit_wanted(p->request);
    struct store_audit *rows = NULL;
    struct desk_found found = {0};
    size_t count = 0;
    bool back = list->before.len > 0;
    find.before = desk_number(list->after);
    find.after = back ? desk_number(list->before) : 0;
    find.most = (int64_t)list->size + 1;
    TRY(office_audit_find(&rows, &count, &p->errand, &find));
    TRY(office_audit_count(&found.total, &p->errand, &find));
    bool more = count > list->size;
    const struct store_audit *first = back && more ? rows + 1 : rows;
    size_t shown = more ? list->size : count;
    for (size_t i = 0; i < shown; i++)
        audit_row(list, &first[i]);
    found.has_before = back ? more : find.before != 0;
    found.has_behind = back ? true : more;
    found.first = shown > 0 ? page_digits(p, first[0].id) : STR("");
    found.last = shown > 0 ? page_digits(p, first[shown - 1].id) : STR("");
    desk_list_end(list, &found, "还没有记录。");
    return audit_days(p);
}

enum err desk_audit(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/audit", "审计日志");
    enum err err = desk_list_begin(&list, &p, &audit_list);
    desk_list_button_query(&list, "导出 CSV", STR("/desk/audit.csv"));
    if (err == ERR_OK)
        err = audit_fill(&list);
    return err == ERR_OK ? page_end(reply, &p, "desk_audit") : page_fail(fault, &p, err);
}

/* --- export --- */

static void audit_csv_row(struct page *p, struct buf *out, const struct store_audit *a)
{
    struct buf at = {0};
    time_format(&at, a->at);
    const struct str cells[] = {arena_printf(p->errand.arena, "%lld", (long long)a->id),
                                buf_view(&at),
                                a->actor,
                                a->role,
                                a->department,
                                a->address,
                                a->request,
                                model_text(audit_actions, a->action),
                                a->target,
                                a->detail,
                                model_text(audit_outcomes, a->outcome),
                                a->before,
                                a->after};
    csv_write_row(out, cells, sizeof cells / sizeof cells[0], ',');
    buf_free(&at);
}

/* All that match, in batches with an arena of their own. */
static enum err audit_csv(struct page *p, struct buf *out, struct store_audit_find *find)
{
    struct arena arena = {0};
    struct arena *kept = p->errand.arena;
    struct store_audit *rows = NULL;
    size_t count = AUDIT_EXPORT;
    enum err err = ERR_OK;
    find->before = 0;
    find->most = AUDIT_EXPORT;
    p->errand.arena = &arena;
    while (err == ERR_OK && count == AUDIT_EXPORT) {
        arena_clear(&arena);
        err = office_audit_find(&rows, &count, &p->errand, find);
        for (size_t i = 0; i < count && err == ERR_OK; i++)
            audit_csv_row(p, out, &rows[i]);
        find->before = err == ERR_OK && count > 0 ? rows[count - 1].id : 0;
    }
    p->errand.arena = kept;
    arena_free(&arena);
    return err != ERR_OK ? err : buf_err(out);
}

enum err desk_audit_csv(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    static const char *const heads[] = {"编号", "时间（UTC）", "用户", "角色", "部门",
                                        "地址", "请求",        "操作", "对象", "说明",
                                        "结果", "改前",        "改后"};
    struct page p;
    struct str cells[sizeof heads / sizeof heads[0]];
    struct store_audit_find find = audit_wanted(request);
    desk_begin(&p, request, "/desk/audit", "审计日志");
    enum err err = office_audit_note(&p.errand, STR("audit-export"), STR("audit"), audit_query(&p));
    reply->type = "text/csv; charset=utf-8";
    reply->download = STR("审计日志.csv");
    buf_cat(&reply->body, "\xEF\xBB\xBF");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        cells[i] = str_of(heads[i]);
    csv_write_row(&reply->body, cells, sizeof heads / sizeof heads[0], ',');
    if (err == ERR_OK)
        err = audit_csv(&p, &reply->body, &find);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
