/* Signing in and out, the first three persons, one's own password and sessions.
 *
 * A request that arrives when the session is over is answered with the sign-in page, which carries
 * what was typed in hidden fields named keep.NAME, and the keys of picked rows as desk_picked reads
 * them; after signing in the form is shown again with it, by the very handler that the request was
 * for (WEB_FORM). Nothing is done with it until the person presses the button once more. */
#include "page/desk.h"

#include "office/account.h"
#include "web/check.h"
#include "web/route.h"

#include <string.h>

enum { SIGN_IN_FIELDS = 64 };

#define KEEP "keep."

/* Never kept: what belongs to the old session, and passwords. */
static bool sign_in_kept(struct str name)
{
    return !str_eq(name, STR("csrf")) && !str_eq(name, STR("again")) &&
           str_find(name, STR("password")) < 0 && !str_eq(name, STR("old"));
}

static bool sign_in_local(struct str path)
{
    return str_starts(path, STR("/desk")) && str_find(path, STR("//")) < 0 &&
           str_find_char(path, '\\') < 0;
}

/* The hidden fields: where to, and what was typed. */
static void sign_in_carry(struct page *p, struct str to, struct str action)
{
    struct web_model *m = &p->model;
    web_set(m, &m->root, "to", sign_in_local(to) ? to : STR(""));
    web_set(m, &m->root, "action", sign_in_local(action) ? action : STR(""));
    (void)web_set_list(m, &m->root, "kept");
}

static void sign_in_keep(struct page *p, struct str name, struct str value)
{
    struct web_model *m = &p->model;
    for (size_t i = 0; i < m->root.count; i++) {
        if (!str_eq(m->root.names[i].text, STR("kept")))
            continue;
        struct web_value *row = web_list_add(m, m->root.items[i]);
        web_set(m, row, "name", name);
        web_set(m, row, "value", value);
    }
}

static enum err sign_in_page(struct web_reply *reply, struct page *p)
{
    bool any = true;
    struct str rule = {0};
    struct fault words = p->errand.fault;
    TRY(office_account_any(&any, &p->errand));
    TRY(office_sign_in_words(&rule, &p->errand));
    p->errand.fault = words;
    web_set_flag(&p->model, &p->model.root, "empty", !any);
    web_set(&p->model, &p->model.root, "rule", rule);
    reply->no_store = true;
    return page_end(reply, p, "desk_sign_in");
}

/* All that was typed and picked, for the page's hidden fields. */
static void sign_in_keep_all(struct page *p)
{
    const struct web_request *r = p->request;
    struct buf picks = {0};
    for (size_t i = 0; i < r->field_count; i++)
        if (sign_in_kept(r->fields[i].name))
            sign_in_keep(p, arena_printf(r->arena, KEEP "%.*s", STR_ARG(r->fields[i].name)),
                         r->fields[i].value);
    for (size_t i = 0; i < r->pick_count; i++) {
        if (i > 0)
            buf_char(&picks, ',');
        buf_str(&picks, r->picks[i]);
    }
    struct str kept = arena_str(r->arena, buf_view(&picks));
    p->model.failed = p->model.failed || kept.data == NULL;
    buf_free(&picks);
    if (r->pick_count > 0)
        sign_in_keep(p, STR(KEEP "keys"), kept);
}

enum err desk_sign_in_again(struct web_reply *reply, const struct web_request *request)
{
    struct page p;
    struct str here = arena_printf(request->arena, "%.*s%s%.*s", STR_ARG(request->path),
                                   request->query.len > 0 ? "?" : "", STR_ARG(request->query));
    bool post = request->method == WEB_POST;
    if (here.data == NULL)
        return ERR_MEMORY;
    desk_begin_public(&p, request, "登录");
    sign_in_carry(&p, post ? STR("") : here, post ? here : STR(""));
    if (post)
        sign_in_keep_all(&p);
    web_set_flag(&p.model, &p.model.root, "over", post || web_cookie(request, "__Host-s").len > 0);
    web_set_flag(&p.model, &p.model.root, "typed", post);
    reply->status = 401;
    return sign_in_page(reply, &p);
}

enum err desk_cookie(struct web_reply *reply, struct arena *arena, struct str token)
{
    reply->cookie =
        token.len > 0
            ? arena_printf(arena, "__Host-s=%.*s; Secure; HttpOnly; SameSite=Strict; Path=/",
                           STR_ARG(token))
            : STR("__Host-s=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    return reply->cookie.data != NULL ? ERR_OK : ERR_MEMORY;
}

enum err desk_sign_in(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    (void)fault;
    desk_begin_public(&p, request, "登录");
    sign_in_carry(&p, web_param(request, "to"), STR(""));
    return sign_in_page(reply, &p);
}

/* --- back to the form --- */

/* What was kept, under its own names. */
static enum err sign_in_unpack(struct web_request *inner, const struct web_request *request)
{
    struct web_pair *fields = arena_array(request->arena, SIGN_IN_FIELDS + 1, sizeof *fields);
    size_t count = 0;
    if (fields == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < request->field_count && count < SIGN_IN_FIELDS; i++)
        if (str_starts(request->fields[i].name, STR(KEEP)))
            fields[count++] = (struct web_pair){
                str_sub(request->fields[i].name, strlen(KEEP), SIZE_MAX), request->fields[i].value};
    inner->fields = fields;
    inner->field_count = count;
    return ERR_OK;
}

/* The nearest page above an address that can be read. */
static struct str sign_in_above(const struct web_request *request, struct str path)
{
    struct web_request probe = *request;
    int status = 0;
    probe.method = WEB_GET;
    while (path.len > 5) {
        probe.path = path;
        if (web_route_find(&probe, &status, page_routes) != NULL)
            return path;
        while (path.len > 0 && path.data[path.len - 1] != '/')
            path.len--;
        path.len -= path.len > 0;
    }
    return STR("/desk");
}

/* Shows the form again by its own handler, or goes to the page above where there is none. */
static enum err sign_in_return(struct web_reply *reply, const struct web_request *request,
                               struct str token, struct fault *fault)
{
    struct web_request inner = *request;
    struct errand e = desk_errand(request);
    struct desk *desk = NULL;
    int status = 0;
    inner.query = web_field(request, "action");
    (void)str_cut(&inner.path, &inner.query, '?');
    TRY(web_check_query(&inner.params, &inner.param_count, request->arena, inner.query));
    const struct web_route *route = web_route_find(&inner, &status, page_routes);
    TRY(sign_in_unpack(&inner, request));
    if (route == NULL || route->permit == 0 || (route->flags & WEB_FORM) == 0) {
        bool back = web_field(&inner, "back").len > 0;
        desk_go(reply, back ? desk_back(&inner) : sign_in_above(request, inner.path));
        return ERR_OK;
    }
    TRY(desk_enter(&desk, &e, token, route->permit));
    inner.session = desk;
    if (desk->session.must_change)
        desk_go(reply, STR("/desk/password"));
    else if (desk->scope.level == MODEL_SCOPE_NONE)
        desk_go(reply, STR("/desk"));
    else
        return desk_form_return(reply, &inner, route, fault);
    return ERR_OK;
}

static enum err sign_in_refused(struct web_reply *reply, const struct web_request *request,
                                struct page *p, enum err err)
{
    sign_in_carry(p, web_field(request, "to"), web_field(request, "action"));
    for (size_t i = 0; i < request->field_count; i++)
        if (str_starts(request->fields[i].name, STR(KEEP)))
            sign_in_keep(p, request->fields[i].name, request->fields[i].value);
    web_set(&p->model, &p->model.root, "name", web_field(request, "name"));
    desk_say(p, false, str_of(fault_text(&p->errand.fault)));
    reply->status = err == ERR_FORBIDDEN ? 401 : err_http(err);
    return sign_in_page(reply, p);
}

enum err desk_sign_in_post(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct str token;
    struct str to = web_field(request, "to");
    const struct office_sign_in in = {.name = web_field(request, "name"),
                                      .password = web_field(request, "password"),
                                      .agent = request->agent,
                                      .old = web_cookie(request, "__Host-s")};
    desk_begin_public(&p, request, "登录");
    reply->no_store = true;
    if (!web_same_origin(request))
        return fault_set(fault, ERR_FORBIDDEN, "这个请求不是从本站的页面发出的，没有执行");
    enum err err = office_sign_in(&token, &p.errand, &in);
    if (err == ERR_FORBIDDEN || err == ERR_RATE)
        return sign_in_refused(reply, request, &p, err);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    TRY(desk_cookie(reply, request->arena, token));
    if (sign_in_local(web_field(request, "action")))
        return sign_in_return(reply, request, token, fault);
    desk_go(reply, sign_in_local(to) ? to : STR("/desk"));
    return ERR_OK;
}

enum err desk_sign_out(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    const struct desk *desk = desk_of(request);
    bool all = web_field(request, "all").len > 0;
    desk_begin(&p, request, "", "退出登录");
    enum err err = office_session_end(&p.errand, &desk->session, all ? 0 : desk->session.id);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    TRY(desk_cookie(reply, request->arena, STR("")));
    reply->forget = true;
    desk_go(reply, STR("/desk/sign-in?done=out"));
    return ERR_OK;
}

/* --- one's own password --- */

static enum err password_page(struct web_reply *reply, struct page *p, enum err refused)
{
    static const struct desk_field fields[] = {
        {"old", "现在的密码", DESK_PASSWORD, true, NULL, NULL},
        {"password", "新密码", DESK_NEW_PASSWORD, true, NULL, NULL},
        {"again", "再填一次新密码", DESK_NEW_PASSWORD, true, NULL, NULL},
    };
    struct desk_form form;
    const char *hint = "";
    struct fault words = p->errand.fault;
    TRY(office_password_words(&hint, &p->errand));
    p->errand.fault = words;
    desk_form_begin(&form, p, STR("/desk/password"), "修改密码");
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = 0; i < 3; i++) {
        struct desk_field field = fields[i];
        field.hint = i == 1 ? hint : NULL;
        (void)desk_form_field(&form, &field, STR(""));
    }
    web_set_flag(&p->model, &p->model.root, "must", desk_of(p->request)->session.must_change);
    return page_end(reply, p, "desk_password");
}

enum err desk_password(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    (void)fault;
    desk_begin(&p, request, "/desk/password", "修改密码");
    return password_page(reply, &p, ERR_OK);
}

enum err desk_password_post(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct str token;
    const struct office_password_change change = {.old = web_field(request, "old"),
                                                  .password = web_field(request, "password"),
                                                  .again = web_field(request, "again"),
                                                  .agent = request->agent};
    desk_begin(&p, request, "/desk/password", "修改密码");
    enum err err = office_password_change(&token, &p.errand, &desk_of(request)->session, &change);
    if (err != ERR_OK && desk_form_mends(err))
        return password_page(reply, &p, err);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    TRY(desk_cookie(reply, request->arena, token));
    return desk_done(reply, request, STR("/desk"), "password");
}

/* --- one's own sessions --- */

/* The first word of a table that the text holds; NULL if none. Browsers name those whose pages they
 * also show, so that the order counts. */
static const char *agent_word(const char *const words[][2], struct str agent)
{
    for (size_t i = 0; words[i][0] != NULL; i++)
        if (str_find(agent, str_of(words[i][0])) >= 0)
            return words[i][1];
    return NULL;
}

struct str desk_agent(struct page *p, struct str agent)
{
    static const char *const browsers[][2] = {
        {"MicroMessenger", "微信"}, {"DingTalk", "钉钉"},   {"Edg", "Edge"},
        {"QQBrowser", "QQ浏览器"},  {"360", "360浏览器"},   {"QIHU", "360浏览器"},
        {"OPR", "Opera"},           {"Firefox", "Firefox"}, {"Chrome", "Chrome"},
        {"Safari", "Safari"},       {"Trident", "IE"},      {NULL, NULL}};
    static const char *const systems[][2] = {
        {"HarmonyOS", "鸿蒙"},  {"Android", "安卓"},   {"iPhone", "iPhone"}, {"iPad", "iPad"},
        {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"UOS", "统信UOS"},   {"Kylin", "麒麟"},
        {"Linux", "Linux"},     {NULL, NULL}};
    const char *browser = agent_word(browsers, agent);
    const char *system = agent_word(systems, agent);
    if (browser == NULL || system == NULL)
        return agent;
    struct str words = arena_printf(p->request->arena, "%s，%s", browser, system);
    p->model.failed = p->model.failed || words.data == NULL;
    return words;
}

enum err desk_sessions(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct store_session *rows = NULL;
    size_t count = 0;
    const struct desk *desk = desk_of(request);
    desk_begin(&p, request, "/desk/sessions", "我的登录");
    enum err err = office_sessions(&rows, &count, &p.errand, desk->session.account);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_value *list = web_set_list(&p.model, &p.model.root, "sessions");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(&p.model, list);
        web_set_count(&p.model, row, "id", rows[i].id);
        web_set(&p.model, row, "at", page_time(&p, rows[i].at));
        web_set(&p.model, row, "seen", page_time(&p, rows[i].seen_at));
        web_set(&p.model, row, "address", rows[i].address);
        web_set(&p.model, row, "agent", desk_agent(&p, rows[i].agent));
        web_set_flag(&p.model, row, "own", rows[i].id == desk->session.id);
    }
    return page_end(reply, &p, "desk_sessions");
}

/* One, or all but this one. */
enum err desk_sessions_end(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    const struct desk *desk = desk_of(request);
    int64_t id = desk_number(web_field(request, "session"));
    desk_begin(&p, request, "/desk/sessions", "我的登录");
    enum err err = office_session_end(&p.errand, &desk->session, id > 0 ? id : -desk->session.id);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    return desk_done(reply, request, STR("/desk/sessions"), "ended");
}

/* --- the first three persons --- */

static enum err setup_page(struct web_reply *reply, struct page *p, enum err refused)
{
    static const struct desk_field code = {
        "code",
        "一次性代码",
        DESK_TEXT,
        true,
        "在服务器上运行 sunlot accounts code 得到，24小时内有效，只能用一次",
        NULL};
    static const struct desk_field fields[3][3] = {
        {{"name0", "系统管理员：用户名", DESK_TEXT, true, "负责账号、设置、备份", NULL},
         {"person0", "系统管理员：姓名", DESK_TEXT, true, NULL, NULL},
         {"password0", "系统管理员：初始密码", DESK_NEW_PASSWORD, true, NULL, NULL}},
        {{"name1", "安全管理员：用户名", DESK_TEXT, true, "负责授予和收回角色", NULL},
         {"person1", "安全管理员：姓名", DESK_TEXT, true, NULL, NULL},
         {"password1", "安全管理员：初始密码", DESK_NEW_PASSWORD, true, NULL, NULL}},
        {{"name2", "审计管理员：用户名", DESK_TEXT, true, "负责查看审计日志", NULL},
         {"person2", "审计管理员：姓名", DESK_TEXT, true, NULL, NULL},
         {"password2", "审计管理员：初始密码", DESK_NEW_PASSWORD, true, NULL, NULL}}};
    struct desk_form form;
    const char *hint = "";
    struct fault words = p->errand.fault;
    TRY(office_password_words(&hint, &p->errand));
    p->errand.fault = words;
    desk_form_begin(&form, p, STR("/desk/setup"), "建立三员账号");
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &code, STR(""));
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++) {
            struct desk_field field = fields[i][k];
            field.hint = k == 2 ? hint : field.hint;
            (void)desk_form_field(&form, &field, STR(""));
        }
    reply->no_store = true;
    return page_end(reply, p, "desk_setup");
}

enum err desk_setup(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    bool any = true;
    desk_begin_public(&p, request, "首次设置");
    enum err err = office_account_any(&any, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (any) {
        desk_go(reply, STR("/desk/sign-in"));
        return ERR_OK;
    }
    return setup_page(reply, &p, ERR_OK);
}

enum err desk_setup_post(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    static const char *const names[3][3] = {{"name0", "person0", "password0"},
                                            {"name1", "person1", "password1"},
                                            {"name2", "person2", "password2"}};
    struct office_setup setup = {.code = web_field(request, "code")};
    desk_begin_public(&p, request, "首次设置");
    if (!web_same_origin(request))
        return fault_set(fault, ERR_FORBIDDEN, "这个请求不是从本站的页面发出的，没有执行");
    for (size_t i = 0; i < 3; i++)
        setup.persons[i] = (struct office_setup_person){web_field(request, names[i][0]),
                                                        web_field(request, names[i][1]),
                                                        web_field(request, names[i][2])};
    enum err err = office_setup(&p.errand, &setup);
    if (err != ERR_OK && desk_form_mends(err))
        return setup_page(reply, &p, err);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    return desk_done(reply, request, STR("/desk/sign-in"), "setup");
}
