/* The workbench's first page: what waits for the person, by what he may do; where nothing is there
 * yet, what to do first. */
#include "page/desk.h"

#include "base/time.h"
#include "office/account.h"
#include "office/approval.h"
#include "office/audit.h"
#include "office/catalogue.h"
#include "office/document.h"
#include "office/feedback.h"
#include "office/inspector.h"
#include "office/pending.h"
#include "store/department.h"

/* One figure with the list behind it. */
struct home_todo {
    const char *href;
    const char *label;
    const char *hint;
    int64_t count;
};

static void home_add(struct page *p, struct web_value *list, const struct home_todo *todo)
{
    struct web_value *row = web_list_add(&p->model, list);
    web_set(&p->model, row, "href", str_of(todo->href));
    web_set(&p->model, row, "label", str_of(todo->label));
    web_set(&p->model, row, "hint", str_of(todo->hint != NULL ? todo->hint : ""));
    web_set_count(&p->model, row, "count", todo->count);
}

static int64_t home_roleless(const struct office_account *rows, size_t count)
{
    int64_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += rows[i].roles == 0 && str_eq(rows[i].row.state, STR("active"));
    return found;
}

/* System and security administrators. */
static enum err home_accounts(struct page *p, struct web_value *list)
{
    struct office_account *rows = NULL;
    struct store_department *departments = NULL;
    size_t count = 0;
    size_t units = 0;
    TRY(office_accounts(&rows, &count, &p->errand));
    TRY(office_departments(&departments, &units, &p->errand));
    if (desk_may(p, MODEL_PERMISSION_DEPARTMENT_EDIT)) {
        const struct home_todo todo = {"/desk/departments", "个部门",
                                       units == 0 ? "请先建立部门，再新建用户" : NULL,
                                       (int64_t)units};
        home_add(p, list, &todo);
    }
    const struct home_todo users = {"/desk/accounts", "个用户",
                                    count <= 3 ? "只有三员：请新建业务人员的账号" : NULL,
                                    (int64_t)count};
    home_add(p, list, &users);
    const struct home_todo bare = {
        "/desk/accounts?role=none", "个用户等待授权",
        desk_may(p, MODEL_PERMISSION_ROLE_GRANT) ? "点开后逐个授予角色" : "由安全管理员授予角色",
        home_roleless(rows, count)};
    if (bare.count > 0)
        home_add(p, list, &bare);
    return ERR_OK;
}

/* The audit administrator: what was refused and denied in the last seven days. */
static enum err home_audit(struct page *p, struct web_value *list)
{
    static const struct {
        const char *outcome;
        const char *label;
        const char *href;
    } kinds[] = {{"refused", "次登录或操作被拒绝", "/desk/audit?outcome=refused"},
                 {"denied", "次无权限的请求", "/desk/audit?outcome=denied"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct store_audit_find find = {.outcome = str_of(kinds[i].outcome),
                                              .from = p->request->now - 7 * TIME_DAY};
        struct home_todo todo = {kinds[i].href, kinds[i].label, "最近七天", 0};
        TRY(office_audit_count(&todo.count, &p->errand, &find));
        home_add(p, list, &todo);
    }
    return ERR_OK;
}

/* The catalogue: what waits for whoever drafts, reviews and publishes (R9-R11). Each figure is
 * counted as far as the permission behind its list reaches. */
static enum err home_drafts(struct page *p, struct web_value *list)
{
    static const struct {
        enum model_permission permission;
        const char *state;
        struct home_todo todo;
    } kinds[] = {
        {MODEL_PERMISSION_ITEM_EDIT,
         "returned",
         {"/desk/drafts?state=returned", "份事项草稿被退回", "修改后再次提交", 0}},
        {MODEL_PERMISSION_ITEM_EDIT,
         "draft",
         {"/desk/drafts?state=draft", "份事项草稿未提交", "补齐后提交审查", 0}},
        {MODEL_PERMISSION_ITEM_REVIEW,
         "submitted",
         {"/desk/drafts?state=submitted", "份事项草稿待审查", NULL, 0}},
        {MODEL_PERMISSION_ITEM_PUBLISH,
         "approved",
         {"/desk/drafts?state=approved", "份事项草稿待公布", NULL, 0}},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct home_todo todo = kinds[i].todo;
        if (!desk_may(p, kinds[i].permission))
            continue;
        TRY(office_draft_count(&todo.count, &p->errand, str_of(kinds[i].state)));
        if (todo.count > 0)
            home_add(p, list, &todo);
    }
    return ERR_OK;
}

/* What the documents want by a day of each year and is not there (R9, R33). */
static enum err home_catalogue(struct page *p, struct web_value *list)
{
    struct office_catalogue_gap gap = {0};
    struct arena *arena = p->request->arena;
    if (!desk_may(p, MODEL_PERMISSION_ITEM_PUBLISH))
        return ERR_OK;
    TRY(office_catalogue_gap(&gap, &p->errand));
    const struct {
        const char *href;
        const char *label;
        const char *what;
        struct str until;
        int64_t count;
    } gaps[] = {
        {"/desk/items", "个部门没有现行抽查事项", "事项清单", gap.until, gap.departments},
        {"/desk/joint", "份部门联合抽查事项清单还没有事项", "联合清单", gap.joint_until,
         gap.joint == 0},
        {"/desk/inspectors/groups", "个部门没有检查人员", "两库", gap.registry_until, gap.bare},
    };
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        struct str hint = arena_printf(arena, "%s应在每年 %.*s 前%s", gaps[i].what,
                                       STR_ARG(gaps[i].until), i == 2 ? "建成" : "公布");
        if (hint.data == NULL)
            return ERR_MEMORY;
        const struct home_todo todo = {gaps[i].href, gaps[i].label, hint.data, gaps[i].count};
        if (todo.count > 0)
            home_add(p, list, &todo);
    }
    return ERR_OK;
}

static enum err home_items(struct page *p, struct web_value *list)
{
    struct office_scope own = p->errand.scope;
    struct store_superior_find find = {.state = STR("open"), .like = STR("%")};
    struct home_todo open = {"/desk/superior?state=open", "个上级事项待认领",
                             "认领，或写明理由不认领", 0};
    TRY(office_session_scope(&p->errand.scope, &p->errand, &desk_of(p->request)->session,
                             MODEL_PERMISSION_ITEM_DRAFT));
    TRY(home_drafts(p, list));
    TRY(office_superiors(NULL, NULL, &open.count, &p->errand, &find));
    if (open.count > 0 && desk_may(p, MODEL_PERMISSION_ITEM_EDIT))
        home_add(p, list, &open);
    p->errand.scope = own;
    return home_catalogue(p, list);
}

/* Certificates that end or have ended, of those who are on duty (R36). */
static enum err home_certificates(struct page *p, struct web_value *list)
{
    static const struct {
        const char *validity;
        struct home_todo todo;
    } kinds[] = {
        {"ending",
         {"/desk/inspectors?state=active&validity=ending", "人执法证即将到期", "请提醒换证", 0}},
        {"ended",
         {"/desk/inspectors?state=active&validity=ended", "人执法证已到期", "换证前不参加抽取", 0}},
    };
    const struct desk *desk = desk_of(p->request);
    struct office_scope own = p->errand.scope;
    TRY(office_session_scope(&p->errand.scope, &p->errand, &desk->session,
                             MODEL_PERMISSION_INSPECTOR_EDIT));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct office_inspector_find find = {
            .officials = true, .state = STR("active"), .validity = str_of(kinds[i].validity)};
        struct office_inspectors found;
        struct home_todo todo = kinds[i].todo;
        TRY(office_inspectors(&found, &p->errand, &find));
        todo.count = (int64_t)found.count;
        if (todo.count > 0)
            home_add(p, list, &todo);
    }
    p->errand.scope = own;
    return ERR_OK;
}

/* Documents on their way, as the list of that state shows them. */
static enum err home_documents(struct page *p, struct web_value *list)
{
    static const struct {
        enum model_permission permission;
        const char *state;
        struct home_todo todo;
    } kinds[] = {
        {MODEL_PERMISSION_DOCUMENT_EDIT,
         "draft",
         {"/desk/documents?state=draft", "份文件资料草稿", "补齐后提交审核", 0}},
        {MODEL_PERMISSION_DOCUMENT_PUBLISH,
         "submitted",
         {"/desk/documents?state=submitted", "份文件资料待审核发布", NULL, 0}},
    };
    const struct office_session *session = &desk_of(p->request)->session;
    struct office_scope edit, publish;
    const struct office_document_reach reach = {&edit, &publish};
    TRY(office_session_scope(&edit, &p->errand, session, MODEL_PERMISSION_DOCUMENT_EDIT));
    TRY(office_session_scope(&publish, &p->errand, session, MODEL_PERMISSION_DOCUMENT_PUBLISH));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct office_document_find find = {.state = str_of(kinds[i].state)};
        struct office_document *rows = NULL;
        struct home_todo todo = kinds[i].todo;
        size_t count = 0;
        if (!desk_may(p, kinds[i].permission))
            continue;
        TRY(office_documents(&rows, &count, &p->errand, &reach, &find));
        todo.count = (int64_t)count;
        if (count > 0)
            home_add(p, list, &todo);
    }
    return ERR_OK;
}

/* Results whose last day is near or over (R106, R111). */
static enum err home_due(struct page *p, struct web_value *list)
{
    static const struct office_pending_find all = {.bare = true};
    struct office_scope own = p->errand.scope;
    struct office_pendings found;
    TRY(office_session_scope(&p->errand.scope, &p->errand, &desk_of(p->request)->session,
                             MODEL_PERMISSION_RESULT_VIEW));
    TRY(office_pendings(&found, &p->errand, &all));
    p->errand.scope = own;
    struct str hint =
        arena_printf(p->request->arena, "期限在 %llu 个工作日内", (unsigned long long)found.soon);
    if (hint.data == NULL)
        return ERR_MEMORY;
    const struct home_todo over = {"/desk/due?state=overdue", "户次抽查结果已逾期",
                                   "请尽快录入、审核和公示", found.counts[OFFICE_PENDING_OVERDUE]};
    const struct home_todo soon = {"/desk/due?state=soon", "户次抽查结果即将到期", hint.data,
                                   found.counts[OFFICE_PENDING_SOON]};
    const struct home_todo rest = {"/desk/due", "户次抽查结果待公示", "已匹配检查人员的全部对象",
                                   over.count + soon.count + found.counts[OFFICE_PENDING_LATER]};
    if (over.count > 0)
        home_add(p, list, &over);
    if (soon.count > 0)
        home_add(p, list, &soon);
    if (rest.count > 0)
        home_add(p, list, &rest);
    return ERR_OK;
}

/* What readers of the portal wrote and nobody has answered for yet (R114). */
static enum err home_feedback(struct page *p, struct web_value *list)
{
    static const struct {
        const char *state;
        struct home_todo todo;
    } kinds[] = {
        {"new", {"/desk/feedback?state=new", "条公众意见待办理", "看过后写明办理情况", 0}},
        {"working", {"/desk/feedback?state=working", "条公众意见处理中", "办完后写明结果", 0}},
    };
    struct office_scope own = p->errand.scope;
    TRY(office_session_scope(&p->errand.scope, &p->errand, &desk_of(p->request)->session,
                             MODEL_PERMISSION_FEEDBACK_EDIT));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct home_todo todo = kinds[i].todo;
        TRY(office_feedback_count(&todo.count, &p->errand, str_of(kinds[i].state)));
        if (todo.count > 0)
            home_add(p, list, &todo);
    }
    p->errand.scope = own;
    return ERR_OK;
}

/* Exports in full that wait for a second person, and the person's own that he may do now (PI3). */
static enum err home_approvals(struct page *p, struct web_value *list)
{
    struct office_scope own = p->errand.scope;
    struct office_approval_counts counts = {0};
    TRY(office_session_scope(&p->errand.scope, &p->errand, &desk_of(p->request)->session,
                             MODEL_PERMISSION_EXPORT_APPROVE));
    TRY(office_approval_count(&counts, &p->errand));
    p->errand.scope = own;
    const struct home_todo waiting = {"/desk/approvals?state=asked", "份完整号码导出申请待审批",
                                      "核实用途后批准或不批准", counts.waiting};
    const struct home_todo ready = {"/desk/approvals?state=approved", "份导出申请已批准",
                                    "过期前导出一次", counts.ready};
    if (waiting.count > 0)
        home_add(p, list, &waiting);
    if (ready.count > 0)
        home_add(p, list, &ready);
    return ERR_OK;
}

enum err desk_home(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    enum err err = ERR_OK;
    if (desk_of(request)->session.must_change) {
        desk_go(reply, STR("/desk/password"));
        return ERR_OK;
    }
    desk_begin(&p, request, "/desk", "工作台首页");
    struct web_value *list = web_set_list(&p.model, &p.model.root, "todo");
    if (desk_may(&p, MODEL_PERMISSION_ACCOUNT_VIEW))
        err = home_accounts(&p, list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_AUDIT_VIEW))
        err = home_audit(&p, list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_RESULT_VIEW))
        err = home_due(&p, list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_FEEDBACK_EDIT))
        err = home_feedback(&p, list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_EXPORT_APPROVE))
        err = home_approvals(&p, list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_ITEM_DRAFT))
        err = home_items(&p, list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_INSPECTOR_EDIT))
        err = home_certificates(&p, list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_DOCUMENT_VIEW))
        err = home_documents(&p, list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    web_set_flag(&p.model, &p.model.root, "has_todo", list->count > 0);
    web_set_flag(&p.model, &p.model.root, "quiet", list->count == 0);
    return page_end(reply, &p, "desk_home");
}
