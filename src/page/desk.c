/* The workbench's shell: see desk.h. */
#include "page/desk_list.h"

#include "base/time.h"
#include "crypto/hash.h"
#include "crypto/random.h"

#include <string.h>

enum { DESK_CSRF = 16, DESK_CAME = 2000 };

#define DESK_STALE "表单已失效，没有执行；请返回刷新页面后重新提交"

/* The menu: whoever has the permission sees the row. */
static const struct {
    enum model_permission permission;
    const char *group;
    const char *href;
    const char *label;
} desk_menu[] = {
    {MODEL_PERMISSION_SELF, "我的工作", "/desk", "工作台首页"},
    {MODEL_PERMISSION_RESULT_VIEW, "我的工作", "/desk/due", "待公示抽查结果"},
    {MODEL_PERMISSION_FEEDBACK_VIEW, "我的工作", "/desk/feedback", "公众意见"},
    {MODEL_PERMISSION_JOB_VIEW, "我的工作", "/desk/jobs", "后台任务"},
    {MODEL_PERMISSION_EXPORT_APPROVE, "我的工作", "/desk/approvals", "导出审批"},
    {MODEL_PERMISSION_SELF, "我的工作", "/desk/guide", "使用指南"},
    {MODEL_PERMISSION_SELF, "我的工作", "/desk/password", "修改密码"},
    {MODEL_PERMISSION_SELF, "我的工作", "/desk/sessions", "我的登录"},
    {MODEL_PERMISSION_OBJECT_VIEW, "名录库", "/desk/objects", "检查对象名录库"},
    {MODEL_PERMISSION_OBJECT_VIEW, "名录库", "/desk/libraries", "专项库"},
    {MODEL_PERMISSION_OBJECT_VIEW, "名录库", "/desk/labels", "标签字库"},
    {MODEL_PERMISSION_HEALTH_VIEW, "名录库", "/desk/health", "两库质量（全新特）"},
    {MODEL_PERMISSION_INSPECTOR_VIEW, "名录库", "/desk/inspectors", "检查人员"},
    {MODEL_PERMISSION_INSPECTOR_VIEW, "名录库", "/desk/experts", "专家库"},
    {MODEL_PERMISSION_INSPECTOR_VIEW, "名录库", "/desk/commissions", "第三方委托"},
    {MODEL_PERMISSION_DOCUMENT_VIEW, "名录库", "/desk/documents", "文件资料"},
    {MODEL_PERMISSION_OBJECT_IMPORT, "名录库", "/desk/import/objects", "导入检查对象"},
    {MODEL_PERMISSION_LIBRARY_EDIT, "名录库", "/desk/import/libraries", "导入专项库"},
    {MODEL_PERMISSION_LABEL_EDIT, "名录库", "/desk/import/labels", "导入标签字库"},
    {MODEL_PERMISSION_INSPECTOR_IMPORT, "名录库", "/desk/import/inspectors", "导入检查人员"},
    {MODEL_PERMISSION_INSPECTOR_IMPORT, "名录库", "/desk/import/commissions", "导入第三方委托"},
    {MODEL_PERMISSION_REGISTER_VIEW, "登记簿", "/desk/meetings", "会议"},
    {MODEL_PERMISSION_REGISTER_VIEW, "登记簿", "/desk/issuances", "印发文件"},
    {MODEL_PERMISSION_REGISTER_VIEW, "登记簿", "/desk/courses", "业务培训"},
    {MODEL_PERMISSION_REGISTER_IMPORT, "登记簿", "/desk/import/meetings", "导入会议"},
    {MODEL_PERMISSION_REGISTER_IMPORT, "登记簿", "/desk/import/issuances", "导入印发文件"},
    {MODEL_PERMISSION_REGISTER_IMPORT, "登记簿", "/desk/import/courses", "导入业务培训"},
    {MODEL_PERMISSION_DEPARTMENT_VIEW, "组织机构", "/desk/departments", "部门管理"},
    {MODEL_PERMISSION_DEPARTMENT_VIEW, "组织机构", "/desk/divisions", "行政区划"},
    {MODEL_PERMISSION_ACCOUNT_VIEW, "组织机构", "/desk/accounts", "用户管理"},
    {MODEL_PERMISSION_ITEM_VIEW, "抽查事项", "/desk/items", "抽查事项清单"},
    {MODEL_PERMISSION_ITEM_VIEW, "抽查事项", "/desk/joint", "部门联合抽查事项"},
    {MODEL_PERMISSION_ITEM_DRAFT, "抽查事项", "/desk/drafts", "草稿、审查和公布"},
    {MODEL_PERMISSION_ITEM_DRAFT, "抽查事项", "/desk/superior", "上级清单认领"},
    {MODEL_PERMISSION_ITEM_PUBLISH, "抽查事项", "/desk/import/items", "导入抽查事项"},
    {MODEL_PERMISSION_ITEM_IMPORT, "抽查事项", "/desk/import/superior", "导入上级清单"},
    {MODEL_PERMISSION_ITEM_DRAFT, "抽查事项", "/desk/outside", "非随机检查登记"},
    {MODEL_PERMISSION_SETTING_VIEW, "系统管理", "/desk/settings", "系统设置"},
    {MODEL_PERMISSION_SETTING_VIEW, "系统管理", "/desk/dictionaries", "字典"},
    {MODEL_PERMISSION_SETTING_VIEW, "系统管理", "/desk/calendar", "工作日历"},
    {MODEL_PERMISSION_MATRIX_VIEW, "系统管理", "/desk/matrix", "权限表"},
    {MODEL_PERMISSION_AUDIT_VIEW, "系统管理", "/desk/audit", "审计日志"},
};

enum { DESK_MENU = sizeof desk_menu / sizeof desk_menu[0] };

/* What a redirect may say was done. */
static const struct {
    const char *name;
    const char *text;
    const char *tail; /* behind a number; NULL: the words hold none */
} desk_words[] = {
    {"saved", "已保存。", NULL},
    {"added", "已新建。", NULL},
    {"ordered", "任务已开始，可以关闭页面；完成后在这里查看结果、下载文件。", NULL},
    {"labelled", "已为 ", " 个对象加上标签，每个对象的历史中都有记录；原来就有的不变。"},
    {"unlabelled", "已为 ", " 个对象去掉标签，每个对象的历史中都有记录；原来没有的不变。"},
    {"placed", "已将 ", " 个对象列入专项库，每个对象的历史中都有记录；原来就在库中的不变。"},
    {"displaced", "已将 ", " 个对象移出专项库，每个对象的历史中都有记录；原来不在库中的不变。"},
    {"asked", "已提交审批；批准后在本页导出。", NULL},
    {"approved", "已批准，申请人可以导出一次。", NULL},
    {"unapproved", "已登记为不批准，没有导出。", NULL},
    {"ended", "已结束所选的登录。", NULL},
    {"closed", "已停用。", NULL},
    {"opened", "已启用。", NULL},
    {"granted", "已授予，对方须重新登录。", NULL},
    {"password", "密码已修改，其他地方的登录都已结束。", NULL},
    {"revoked", "已收回，对方须重新登录。", NULL},
    {"setup", "三员账号已建立。请三人分别登录，首次登录须修改密码。", NULL},
    {"submitted", "已提交审查。", NULL},
    {"dropped", "已撤销。", NULL},
    {"agreed", "已审查同意，等待公布。", NULL},
    {"returned", "已退回起草人。", NULL},
    {"published", "已公布，公示平台一分钟内显示。", NULL},
    {"withdrawn", "已撤回。", NULL},
    {"voided", "已作废。", NULL},
    {"claimed", "已认领；有变化的已生成草稿，请核对后提交审查。", NULL},
    {"declined", "已登记为不认领。", NULL},
    {"assigned", "已分派。", NULL},
    {"document-submitted", "已提交，等待审核发布。", NULL},
    {"document-published", "已发布，公示平台可以看到，并已记入公开日志。", NULL},
    {"document-openness", "公开属性已改。", NULL},
    {"graded", "安全标记已改。", NULL},
    {"document-grade", "安全标记已改。", NULL},
    {"cleared", "可阅等级已设定，对方须重新登录。", NULL},
    {"document-withdrawn", "已废止，公示平台标明已废止。", NULL},
    {"attached", "附件已上传。", NULL},
    {"detached", "附件已移除。", NULL},
    {"out", "已退出登录。", NULL},
    {"removed", "文件已删除，没有导入任何内容。", NULL},
    {"cancelled", "任务已取消。", NULL},
};

/* --- who asks --- */

const struct desk *desk_of(const struct web_request *request)
{
    return request->session;
}

struct errand desk_errand(const struct web_request *request)
{
    const struct page_site *site = request->ctx;
    struct errand e = {
        .office = site->writer, .arena = request->arena, .actor = STR(""), .now = request->now};
    e.origin.address = request->client;
    e.origin.request = arena_printf(request->arena, "%llu", (unsigned long long)request->id);
    return e;
}

/* The token that a form of this session must bring: it follows from the cookie alone. */
static void desk_csrf(uint8_t out[DESK_CSRF], struct str token)
{
    uint8_t mac[CRYPTO_HASH];
    crypto_hmac(mac, token, STR("sunlot desk csrf"));
    memcpy(out, mac, DESK_CSRF);
}

/* Masked with noise of its own on each page, so that compression tells nothing about it. */
static struct str desk_csrf_text(struct page *p, struct str token)
{
    uint8_t csrf[DESK_CSRF];
    uint8_t noise[2 * DESK_CSRF];
    struct buf hex = {0};
    desk_csrf(csrf, token);
    p->model.failed = p->model.failed || crypto_random(noise, DESK_CSRF) != ERR_OK;
    for (size_t i = 0; i < DESK_CSRF; i++)
        noise[DESK_CSRF + i] = noise[i] ^ csrf[i];
    buf_hex(&hex, noise, sizeof noise);
    struct str text = arena_str(p->request->arena, buf_view(&hex));
    p->model.failed = p->model.failed || text.data == NULL;
    buf_free(&hex);
    return text;
}

static bool desk_csrf_holds(const struct web_request *request, struct str token)
{
    uint8_t given[2 * DESK_CSRF];
    uint8_t csrf[DESK_CSRF];
    unsigned differs = 0;
    if (str_unhex(given, sizeof given, web_field(request, "csrf")) != ERR_OK)
        return false;
    desk_csrf(csrf, token);
    for (size_t i = 0; i < DESK_CSRF; i++)
        differs |= (unsigned)(given[i] ^ given[DESK_CSRF + i] ^ csrf[i]);
    return differs == 0;
}

enum err desk_enter(struct desk **out, struct errand *e, struct str token, unsigned permit)
{
    struct desk *desk = arena_alloc(e->arena, sizeof *desk);
    if (desk == NULL)
        return ERR_MEMORY;
    TRY(office_session_find(&desk->session, e, token));
    TRY(office_session_scope(&desk->scope, e, &desk->session, (enum model_permission)(permit - 1)));
    office_session_act(e, &desk->session, &desk->scope);
    *out = desk;
    return ERR_OK;
}

static enum err desk_refuse(struct errand *e, const struct web_route *route, const char *reason,
                            struct fault *fault)
{
    TRY(office_session_denied(e, str_of(route->name), str_of(reason)));
    return fault_set(fault, ERR_FORBIDDEN, "%s", reason);
}

/* A password that came along is looked at first. */
enum err desk_prove(bool *answered, struct web_reply *reply, const struct web_request *request,
                    struct errand *e, const struct office_session *session)
{
    struct page p;
    struct str typed = web_field(request, "proof_password");
    bool proven = false;
    enum err err = office_session_proven(&proven, e, session);
    if (err != ERR_OK || proven)
        return err;
    if (typed.len > 0)
        err = office_session_prove(e, session, typed);
    if (err != ERR_OK && err != ERR_FORBIDDEN && err != ERR_RATE)
        return err;
    if (err == ERR_OK && typed.len > 0)
        return ERR_OK;
    *answered = true;
    desk_begin(&p, request, "", "请再次输入密码");
    if (err != ERR_OK)
        desk_say(&p, false, str_of(fault_text(&e->fault)));
    web_set(&p.model, &p.model.root, "action", request->path);
    struct web_value *list = web_set_list(&p.model, &p.model.root, "typed");
    for (size_t i = 0; i < request->field_count; i++) {
        struct str name = request->fields[i].name;
        bool hidden = str_eq(name, STR("csrf")) || str_eq(name, STR("came")); /* desk_hidden's */
        if (hidden || str_find(name, STR("password")) >= 0)
            continue;
        struct web_value *row = web_list_add(&p.model, list);
        web_set(&p.model, row, "name", name);
        web_set(&p.model, row, "value", request->fields[i].value);
    }
    reply->status = err == ERR_RATE ? 429 : 401;
    return page_end(reply, &p, "desk_prove");
}

/* A form of a session before: the person has signed in anew in another window. It was sent from a
 * page of ours, so that he may have back what he typed; nothing is done with it. */
static enum err desk_stale(struct web_reply *reply, struct web_request *request, struct errand *e,
                           const struct web_route *route, struct fault *fault)
{
    TRY(office_session_denied(e, str_of(route->name), STR(DESK_STALE)));
    TRY(desk_form_return(reply, request, route, fault));
    reply->status = reply->status == 200 ? 403 : reply->status;
    return ERR_OK;
}

/* Why the permission is not his: the role, or the clearance (AC7). */
static const char *desk_lacks(const struct desk *desk, const struct web_route *route)
{
    enum model_permission permission = (enum model_permission)(route->permit - 1);
    bool cleared = desk->session.clearance >= model_permission_row(permission)->grade;
    return cleared ? "您的角色没有这项权限；如确需使用，请与安全管理员联系"
                   : "这里的内容标为内部，高于您账号的可阅等级；如确需查看，请与安全管理员联系";
}

enum err page_guard(bool *answered, struct web_reply *reply, struct web_request *request,
                    const struct web_route *route, struct fault *fault)
{
    struct errand e = desk_errand(request);
    struct desk *desk = NULL;
    struct str token = web_cookie(request, DESK_COOKIE);
    bool own = route->permit == DESK_PERMIT(SELF);
    enum err err = desk_enter(&desk, &e, token, route->permit);
    if (err == ERR_MISSING) {
        *answered = true;
        return desk_sign_in_again(reply, request);
    }
    TRY(err);
    request->session = desk;
    bool post = route->method == WEB_POST;
    bool stale = post && !desk_csrf_holds(request, token);
    if (post && !web_same_origin(request))
        return desk_refuse(&e, route, "这个请求不是从本站的页面发出的，没有执行", fault);
    if (stale && ((route->flags & WEB_FORM) == 0 || desk->session.must_change))
        return desk_refuse(&e, route, DESK_STALE, fault);
    if (desk->session.must_change && !own) {
        *answered = true;
        desk_go(reply, STR("/desk/password"));
        return ERR_OK;
    }
    if (desk->scope.level == MODEL_SCOPE_NONE)
        return desk_refuse(&e, route, desk_lacks(desk, route), fault);
    if (stale) {
        *answered = true;
        return desk_stale(reply, request, &e, route, fault);
    }
    if ((route->flags & WEB_PROVE) != 0)
        return desk_prove(answered, reply, request, &e, &desk->session);
    return ERR_OK;
}

/* --- the shell --- */

bool desk_may(const struct page *p, enum model_permission permission)
{
    const struct desk *desk = desk_of(p->request);
    return permission == MODEL_PERMISSION_SELF ||
           model_permission_scope(permission, desk->session.roles,
                                  (enum model_grade)desk->session.clearance) != MODEL_SCOPE_NONE;
}

bool desk_opens(const struct page *p, struct str href)
{
    struct str path = href;
    struct str rest = href;
    (void)str_cut(&path, &rest, '?');
    for (const struct web_route *r = page_routes; path.len > 0 && r->pattern != NULL; r++) {
        if (r->method != WEB_GET || !str_eq(str_of(r->pattern), path))
            continue;
        return r->permit == 0 || desk_may(p, (enum model_permission)(r->permit - 1));
    }
    return false;
}

void desk_set_may(struct page *p, const char *name, enum model_permission permission)
{
    web_set_flag(&p->model, &p->model.root, name, desk_may(p, permission));
}

static void desk_menu_fill(struct page *p, const char *nav)
{
    struct web_model *m = &p->model;
    struct web_value *groups = web_set_list(m, &m->root, "menu");
    struct web_value *rows = NULL;
    const char *last = "";
    for (size_t i = 0; i < DESK_MENU; i++) {
        if (!desk_may(p, desk_menu[i].permission))
            continue;
        if (strcmp(desk_menu[i].group, last) != 0) {
            struct web_value *group = web_list_add(m, groups);
            last = desk_menu[i].group;
            web_set(m, group, "group", str_of(last));
            rows = web_set_list(m, group, "rows");
        }
        struct web_value *row = web_list_add(m, rows);
        bool current = strcmp(desk_menu[i].href, nav) == 0;
        web_set(m, row, "href", str_of(desk_menu[i].href));
        web_set(m, row, "label", str_of(desk_menu[i].label));
        web_set_flag(m, row, "current", current);
        if (current && strcmp(nav, "/desk") != 0)
            web_set(m, &m->root, "menu_group", str_of(last));
    }
}

/* His roles in words. */
static struct str desk_roles(struct page *p, unsigned roles)
{
    struct buf text = {0};
    for (size_t i = 0; i < MODEL_ROLE_COUNT; i++) {
        if ((roles & 1u << i) == 0)
            continue;
        if (text.len > 0)
            buf_cat(&text, "、");
        buf_cat(&text, model_roles[i].text);
    }
    struct str copy = arena_str(p->request->arena, buf_view(&text));
    p->model.failed = p->model.failed || copy.data == NULL;
    buf_free(&text);
    return copy;
}

/* A key that makes a second press of the button the same errand. */
static struct str desk_key(struct page *p)
{
    uint8_t noise[16];
    struct buf hex = {0};
    struct str typed = web_field(p->request, "key");
    if (typed.len > 0)
        return typed;
    p->model.failed = p->model.failed || crypto_random(noise, sizeof noise) != ERR_OK;
    buf_hex(&hex, noise, sizeof noise);
    struct str key = arena_str(p->request->arena, buf_view(&hex));
    buf_free(&hex);
    return key;
}

static void desk_person(struct page *p)
{
    struct web_model *m = &p->model;
    const struct office_session *s = &desk_of(p->request)->session;
    struct arena *arena = p->request->arena;
    struct str mark = arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(s->person), STR_ARG(s->name),
                                   STR_ARG(page_time(p, p->request->now)));
    m->failed = m->failed || mark.data == NULL;
    web_set(m, &m->root, "person", s->person);
    web_set(m, &m->root, "account", s->name);
    web_set(m, &m->root, "department", s->department_name);
    web_set(m, &m->root, "roles", desk_roles(p, s->roles));
    web_set(m, &m->root, "watermark", mark);
    web_set_flag(m, &m->root, "large", s->large);
    web_set_flag(m, &m->root, "signed_in", true);
    web_set(m, &m->root, "csrf", desk_csrf_text(p, s->token));
}

/* The query of the list that the person came from; empty for none. It only ever goes behind the '?'
 * of an address of ours. */
static struct str desk_came(const struct web_request *request)
{
    struct str came = web_param(request, "came");
    if (came.len == 0)
        came = web_field(request, "came");
    for (size_t i = 0; i < came.len; i++)
        if ((unsigned char)came.data[i] <= ' ' || (unsigned char)came.data[i] > '~')
            return STR("");
    return came.len <= DESK_CAME ? came : STR("");
}

/* The same as a parameter behind mark; empty for none. */
static struct str desk_came_query(struct page *p, const char *mark)
{
    struct str came = desk_came(p->request);
    if (came.len == 0)
        return STR("");
    struct str text =
        arena_printf(p->request->arena, "%scame=%.*s", mark, STR_ARG(page_url(p, came)));
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

struct str desk_list_home(struct page *p, const char *path)
{
    struct str came = desk_came(p->request);
    struct str home =
        arena_printf(p->request->arena, "%s%s%.*s", path, came.len > 0 ? "?" : "", STR_ARG(came));
    p->model.failed = p->model.failed || home.data == NULL;
    return home;
}

struct str desk_list_on(struct page *p, struct str href)
{
    struct str came = desk_came_query(p, str_find_char(href, '?') >= 0 ? "&" : "?");
    struct str on = arena_printf(p->request->arena, "%.*s%.*s", STR_ARG(href), STR_ARG(came));
    p->model.failed = p->model.failed || on.data == NULL;
    return on;
}

/* The words of ?done=NAME, or NAME.COUNT where they hold a number. */
static void desk_say_done(struct page *p, struct str done)
{
    struct str name;
    int64_t count = 0;
    if (!str_cut(&name, &done, '.'))
        return;
    bool counted = str_i64(&count, done) == ERR_OK && count >= 0;
    for (size_t i = 0; i < sizeof desk_words / sizeof desk_words[0]; i++) {
        const char *tail = desk_words[i].tail;
        if (!str_eq(name, str_of(desk_words[i].name)) || counted != (tail != NULL))
            continue;
        desk_say(p, true,
                 counted ? arena_printf(p->request->arena, "%s%lld%s", desk_words[i].text,
                                        (long long)count, tail)
                         : str_of(desk_words[i].text));
    }
}

/* A flag of the model under a name made of what came in. */
static void desk_typed_flag(struct page *p, struct web_value *typed, const char *head,
                            struct str value)
{
    struct str name = arena_printf(p->request->arena, "%s%.*s", head, STR_ARG(value));
    p->model.failed = p->model.failed || name.data == NULL;
    if (name.data != NULL)
        web_set_flag(&p->model, typed, name.data, true);
}

/* What was typed, for forms that a page's template spells out (desk_say_again). */
static void desk_typed(struct page *p)
{
    const struct web_request *r = p->request;
    struct web_value *typed = web_set_object(&p->model, &p->model.root, "typed");
    struct str last = r->path;
    struct str part = STR("");
    while (last.len > 0 && str_cut(&part, &last, '/'))
        continue;
    desk_typed_flag(p, typed, "at_", part);
    desk_typed_flag(p, typed, "act_", web_field(r, "act"));
    for (size_t i = 0; i < r->field_count; i++) {
        const char *name = arena_cstr(r->arena, r->fields[i].name);
        p->model.failed = p->model.failed || name == NULL;
        if (name != NULL && str_find(r->fields[i].name, STR("password")) < 0)
            web_set(&p->model, typed, name, r->fields[i].value);
    }
}

static void desk_shell(struct page *p, const struct web_request *request, const char *title)
{
    struct web_model *m = &p->model;
    p->site = request->ctx;
    p->request = request;
    p->nav = NULL;
    p->asked = 0;
    web_model_init(m, request->arena);
    p->errand = desk_errand(request);
    web_set(m, &m->root, "site", page_site_name(p->site));
    web_set_flag(m, &m->root, "training", p->site->reader->training);
    web_set(m, &m->root, "title", str_of(title));
    web_set(m, &m->root, "css", page_asset_path(p->site, "desk.css"));
    web_set(m, &m->root, "icon", page_asset_path(p->site, "icon.svg"));
    web_set(m, &m->root, "here",
            request->method == WEB_POST ? request->path : page_here(p, UINT64_MAX));
    web_set(m, &m->root, "came", desk_came(request));
    web_set(m, &m->root, "came_query", desk_came_query(p, "?"));
    web_set(m, &m->root, "key", desk_key(p));
    (void)web_set_list(m, &m->root, "crumbs");
    if (request->method != WEB_POST)
        desk_say_done(p, web_param(request, "done"));
    else
        desk_typed(p);
}

void desk_begin(struct page *p, const struct web_request *request, const char *nav,
                const char *title)
{
    const struct desk *desk = desk_of(request);
    struct str key = web_field(request, "key");
    desk_shell(p, request, title);
    office_session_act(&p->errand, &desk->session, &desk->scope);
    if (key.len > 0)
        p->errand.key =
            arena_printf(request->arena, "desk-%lld-%.*s", (long long)desk->session.account,
                         STR_ARG(str_sub(key, 0, 64)));
    desk_person(p);
    desk_menu_fill(p, nav);
}

void desk_begin_public(struct page *p, const struct web_request *request, const char *title)
{
    desk_shell(p, request, title);
    web_set_flag(&p->model, &p->model.root, "signed_in", false);
}

void desk_crumb(struct page *p, struct str label, struct str href)
{
    struct web_model *m = &p->model;
    for (size_t i = 0; i < m->root.count; i++) {
        if (!str_eq(m->root.names[i].text, STR("crumbs")))
            continue;
        struct web_value *row = web_list_add(m, m->root.items[i]);
        web_set(m, row, "label", label);
        web_set(m, row, "href", href);
    }
}

void desk_say(struct page *p, bool good, struct str words)
{
    struct web_value *banner = web_set_object(&p->model, &p->model.root, "banner");
    struct str copy = arena_str(p->request->arena, words); /* an errand's words don't last */
    p->model.failed = p->model.failed || copy.data == NULL;
    web_set(&p->model, banner, "words", copy);
    web_set_flag(&p->model, banner, "good", good);
}

void desk_refused(struct web_reply *reply, struct page *p, enum err refused)
{
    if (refused == ERR_OK)
        return;
    struct fault *fault = &p->errand.fault;
    struct web_value *wrong = web_set_object(&p->model, &p->model.root, "wrong");
    struct str words = arena_str(p->request->arena, str_of(fault_text(fault)));
    p->model.failed = p->model.failed || words.data == NULL;
    reply->status = err_http(refused);
    desk_say(p, false, words);
    if (fault->field != NULL)
        web_set(&p->model, wrong, fault->field, words);
}

void desk_go(struct web_reply *reply, struct str where)
{
    reply->status = 303;
    reply->location = where;
    reply->no_store = true;
}

enum err desk_done(struct web_reply *reply, const struct web_request *request, struct str where,
                   const char *done)
{
    struct page p = {.request = request};
    bool query = str_find_char(where, '?') >= 0;
    struct str came = query ? STR("") : desk_came_query(&p, "&");
    struct str to = arena_printf(request->arena, "%.*s%sdone=%s%.*s", STR_ARG(where),
                                 query ? "&" : "?", done, STR_ARG(came));
    if (to.data == NULL || p.model.failed)
        return ERR_MEMORY;
    desk_go(reply, to);
    return ERR_OK;
}

enum err desk_done_count(struct web_reply *reply, const struct web_request *request,
                         struct str where, const char *done, int64_t count)
{
    const char *counted = arena_printf(request->arena, "%s.%lld", done, (long long)count).data;
    return counted == NULL ? ERR_MEMORY : desk_done(reply, request, where, counted);
}

enum err desk_ordered(struct web_reply *reply, const struct web_request *request, int64_t job)
{
    struct str href = arena_printf(request->arena, "/desk/jobs/%lld", (long long)job);
    return href.data == NULL ? ERR_MEMORY : desk_done(reply, request, href, "ordered");
}

struct str desk_back(const struct web_request *request)
{
    struct str back = web_field(request, "back");
    struct str path = str_sub(back, 0, 5);
    struct str next = str_sub(back, 5, 1);
    bool ours = str_eq(path, STR("/desk")) && str_find(back, STR("//")) < 0 &&
                (next.len == 0 || next.data[0] == '/' || next.data[0] == '?');
    for (size_t i = 0; i < back.len; i++)
        ours = ours && (unsigned char)back.data[i] > ' ';
    return ours ? back : STR("/desk");
}

int64_t desk_number(struct str text)
{
    int64_t number = 0;
    return str_i64(&number, text) == ERR_OK ? number : 0;
}

struct str desk_href(struct page *p, const char *base, int64_t id)
{
    struct str href = arena_printf(p->request->arena, "%s/%lld", base, (long long)id);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

bool desk_error(struct web_reply *reply, const struct web_request *request, int status,
                const struct fault *fault)
{
    struct page p;
    if (request->session == NULL)
        return false;
    desk_begin(&p, request, "",
               status == 404   ? "没有找到"
               : status == 403 ? "没有权限"
                               : "没有完成");
    web_set(&p.model, &p.model.root, "words",
            fault != NULL && fault->text[0] != '\0' ? str_of(fault->text) : str_range(NULL, 0));
    web_set_flag(&p.model, &p.model.root, "missing", status == 404);
    web_set_flag(&p.model, &p.model.root, "broken", status >= 500);
    web_set_count(&p.model, &p.model.root, "request_id", (int64_t)request->id);
    reply->type = "text/html; charset=utf-8";
    return page_end(reply, &p, "desk_error") == ERR_OK;
}

/* --- first page --- */

enum err desk_large(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    const struct desk *desk = desk_of(request);
    desk_begin(&p, request, "", "大字");
    enum err err = office_preference_set(&p.errand, desk->session.account, STR("large"),
                                         desk->session.large ? STR("0") : STR("1"));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    desk_go(reply, desk_back(request));
    return ERR_OK;
}
