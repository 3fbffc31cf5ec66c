/* Accounts: list, new, edit, suspend, reset, end sessions; roles and the matrix of permissions. */
#include "page/desk_list.h"

#include "base/csv.h"
#include "office/account.h"
#include "office/audit.h"
#include "office/inspector.h"
#include "store/department.h"

#include <stdlib.h>
#include <string.h>

/* --- the list --- */

static bool account_matches(const struct office_account *a, const struct web_request *r)
{
    struct str text = str_trim(web_param(r, "q"));
    struct str role = web_param(r, "role");
    struct str state = web_param(r, "state");
    struct str department = web_param(r, "department");
    struct str clearance = web_param(r, "clearance");
    enum model_role wanted = model_role_find(role);
    if (text.len > 0 && str_find(a->row.name, text) < 0 && str_find(a->row.person, text) < 0)
        return false;
    if (wanted < MODEL_ROLE_COUNT && (a->roles & 1u << wanted) == 0)
        return false;
    if (str_eq(role, STR("none")) && a->roles != 0)
        return false;
    if (state.len > 0 && !str_eq(state, a->row.state))
        return false;
    if (clearance.len > 0 && (int64_t)model_grade_find(clearance) != a->row.clearance)
        return false;
    return department.len == 0 || str_eq(department, a->row.department);
}

static struct str account_href(struct page *p, int64_t id)
{
    struct str href = arena_printf(p->request->arena, "/desk/accounts/%lld", (long long)id);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

static struct str account_used(struct page *p, const struct office_account *a)
{
    return a->row.used_at == a->row.hashed_at ? STR("从未登录") : page_time(p, a->row.used_at);
}

static void account_roles(struct page *p, struct web_value *row, unsigned roles)
{
    struct web_value *list = web_set_list(&p->model, row, "roles");
    for (size_t i = 0; i < MODEL_ROLE_COUNT; i++) {
        if ((roles & 1u << i) == 0)
            continue;
        struct web_value *one = web_list_add(&p->model, list);
        web_set(&p->model, one, "code", str_of(model_roles[i].code));
        web_set(&p->model, one, "text", str_of(model_roles[i].text));
    }
    web_set_flag(&p->model, row, "no_role", roles == 0);
}

static void account_show(struct page *p, struct web_value *row, const struct office_account *a)
{
    struct web_model *m = &p->model;
    web_set_count(m, row, "id", a->row.id);
    web_set(m, row, "name", a->row.name);
    web_set(m, row, "full_name", a->row.person);
    web_set(m, row, "unit", a->department_name);
    web_set(m, row, "phone", a->row.phone);
    web_set(m, row, "inspector", a->row.inspector);
    web_set(m, row, "used", account_used(p, a));
    web_set_flag(m, row, "active", str_eq(a->row.state, STR("active")));
    web_set_flag(m, row, "own", str_eq(a->row.name, p->errand.actor));
    web_set(m, row, "clearance", str_of(model_grades[a->row.clearance].text));
    account_roles(p, row, a->roles);
}

static const struct field_word account_states[] = {
    {"active", "有效", NULL}, {"suspended", "停用", NULL}, {NULL, NULL, NULL}};

/* Who may do what here, for the buttons. */
static void account_buttons(struct page *p)
{
    desk_set_may(p, "may_edit", MODEL_PERMISSION_ACCOUNT_EDIT);
    desk_set_may(p, "may_grant", MODEL_PERMISSION_ROLE_GRANT);
    desk_set_may(p, "may_end", MODEL_PERMISSION_SESSION_END);
}

/* The filter's choices, those without a role among them. */
static const struct field_word account_role_choices[] = {{"none", "没有角色", NULL},
                                                         {NULL, NULL, NULL}};

static const struct desk_filter account_filters[] = {
    {"q", "用户名或姓名", DESK_FILTER_TEXT, NULL, false},
    {"department", "部门", DESK_FILTER_SELECT, NULL, false},
    {"role", "角色", DESK_FILTER_SELECT, account_role_choices, false},
    {"state", "状态", DESK_FILTER_SELECT, account_states, false},
    {"clearance", "可阅等级", DESK_FILTER_SELECT, model_grades, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum {
    ACCOUNT_NAME,
    ACCOUNT_PERSON,
    ACCOUNT_UNIT,
    ACCOUNT_ROLES,
    ACCOUNT_STATE,
    ACCOUNT_USED,
    ACCOUNT_PHONE,
    ACCOUNT_INSPECTOR,
    ACCOUNT_CLEARANCE
};

static const struct desk_column account_columns[] = {
    [ACCOUNT_NAME] = {"name", "用户名", DESK_COLUMN_TEXT, false, true},
    [ACCOUNT_PERSON] = {"person", "姓名", DESK_COLUMN_TEXT, false, false},
    [ACCOUNT_UNIT] = {"unit", "部门", DESK_COLUMN_TEXT, false, true},
    [ACCOUNT_ROLES] = {"roles", "角色", DESK_COLUMN_TEXT, false, false},
    [ACCOUNT_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [ACCOUNT_USED] = {"used", "最近登录", DESK_COLUMN_TIME, false, true},
    [ACCOUNT_PHONE] = {"phone", "联系电话", DESK_COLUMN_TEXT, true, false},
    [ACCOUNT_INSPECTOR] = {"inspector", "检查人员编号", DESK_COLUMN_TEXT, true, false},
    [ACCOUNT_CLEARANCE] = {"clearance", "可阅等级", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind account_list = {"accounts", "/desk/accounts", "用户列表",
                                                   "个用户",   account_filters,  account_columns};

static int account_by_name(const void *a, const void *b)
{
    const struct office_account *x = a;
    const struct office_account *y = b;
    return str_cmp(x->row.name, y->row.name);
}

static int account_by_unit(const void *a, const void *b)
{
    const struct office_account *x = a;
    const struct office_account *y = b;
    int order = str_cmp(x->department_name, y->department_name);
    return order != 0 ? order : account_by_name(a, b);
}

static int account_by_used(const void *a, const void *b)
{
    const struct office_account *x = a;
    const struct office_account *y = b;
    int order = (x->row.used_at > y->row.used_at) - (x->row.used_at < y->row.used_at);
    return order != 0 ? order : account_by_name(a, b);
}

static void account_sort(const struct desk_list *list, struct office_account *rows, size_t count)
{
    const struct desk_column *sort = list->sort;
    qsort(rows, count, sizeof *rows,
          sort == &account_columns[ACCOUNT_USED]   ? account_by_used
          : sort == &account_columns[ACCOUNT_UNIT] ? account_by_unit
                                                   : account_by_name);
    for (size_t i = 0; list->down && i < count / 2; i++) {
        struct office_account kept = rows[i];
        rows[i] = rows[count - 1 - i];
        rows[count - 1 - i] = kept;
    }
}

static void account_row(struct desk_list *list, const struct office_account *a)
{
    struct page *p = list->p;
    struct str href = account_href(p, a->row.id);
    desk_list_row(list, a->row.name, a->row.person);
    desk_list_link(list, ACCOUNT_NAME, a->row.name, href);
    desk_list_text(list, ACCOUNT_PERSON, a->row.person);
    desk_list_text(list, ACCOUNT_UNIT, a->department_name);
    for (size_t i = 0; i < MODEL_ROLE_COUNT; i++)
        if ((a->roles & 1u << i) != 0)
            desk_list_tag(list, ACCOUNT_ROLES, str_of(model_roles[i].text), false);
    if (a->roles == 0)
        desk_list_tag(list, ACCOUNT_ROLES, STR("没有角色"), true);
    desk_list_tag(list, ACCOUNT_CLEARANCE, str_of(model_grades[a->row.clearance].text),
                  a->row.clearance == MODEL_GRADE_SENSITIVE);
    if (str_eq(a->row.state, STR("active")))
        desk_list_text(list, ACCOUNT_STATE, STR("有效"));
    else
        desk_list_tag(list, ACCOUNT_STATE, STR("停用"), true);
    desk_list_text(list, ACCOUNT_USED, account_used(p, a));
    desk_list_text(list, ACCOUNT_PHONE, a->row.phone);
    desk_list_text(list, ACCOUNT_INSPECTOR, a->row.inspector);
    desk_list_act(list, desk_may(p, MODEL_PERMISSION_ROLE_GRANT) ? "授权" : "管理", href);
    bool own = str_eq(a->row.name, p->errand.actor);
    if (!own && desk_may(p, MODEL_PERMISSION_ACCOUNT_EDIT))
        desk_list_act(list, "修改", arena_printf(p->request->arena, "%.*s/edit", STR_ARG(href)));
}

static enum err account_choices_fill(struct desk_list *list)
{
    struct store_department *departments = NULL;
    size_t count = 0;
    TRY(office_departments(&departments, &count, &list->p->errand));
    for (size_t i = 0; i < count; i++)
        desk_list_option(list, "department", departments[i].code,
                         desk_indent(list->p, departments[i].name, departments[i].depth));
    for (size_t i = 0; i < MODEL_ROLE_COUNT; i++)
        desk_list_option(list, "role", str_of(model_roles[i].code), str_of(model_roles[i].text));
    return ERR_OK;
}

/* Keeps those that match, in their order, and shows the page of them. */
static enum err account_fill(struct desk_list *list, struct office_account *rows, size_t count)
{
    struct page *p = list->p;
    struct desk_found found = {0};
    struct str *keys = arena_array(p->request->arena, count, sizeof *keys);
    size_t kept = 0;
    size_t from = 0;
    size_t until = 0;
    if (keys == NULL)
        return ERR_MEMORY;
    account_sort(list, rows, count);
    for (size_t i = 0; i < count; i++)
        if (account_matches(&rows[i], p->request))
            rows[kept++] = rows[i];
    for (size_t i = 0; i < kept; i++)
        keys[i] = rows[i].row.name;
    desk_list_window(&found, &from, &until, list, keys, kept);
    for (size_t i = from; i < until; i++)
        account_row(list, &rows[i]);
    desk_list_end(list, &found, "还没有用户。点“新建用户”建立账号，再由安全管理员授予角色。");
    return ERR_OK;
}

enum err desk_accounts(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct desk_list list;
    struct office_account *rows = NULL;
    size_t count = 0;
    desk_begin(&p, request, "/desk/accounts", "用户管理");
    enum err err = desk_list_begin(&list, &p, &account_list);
    if (err == ERR_OK)
        err = account_choices_fill(&list);
    if (err == ERR_OK)
        err = office_accounts(&rows, &count, &p.errand);
    if (err == ERR_OK)
        err = account_fill(&list, rows, count);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (desk_may(&p, MODEL_PERMISSION_ACCOUNT_EDIT))
        desk_list_button(&list, "新建用户", STR("/desk/accounts/new"));
    return page_end(reply, &p, "desk_accounts");
}

/* --- one account --- */

static enum err account_sessions(struct page *p, int64_t id)
{
    struct store_session *rows = NULL;
    size_t count = 0;
    TRY(office_sessions(&rows, &count, &p->errand, id));
    struct web_value *list = web_set_list(&p->model, &p->model.root, "sessions");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(&p->model, list);
        web_set_count(&p->model, row, "session", rows[i].id);
        web_set(&p->model, row, "at", page_time(p, rows[i].at));
        web_set(&p->model, row, "seen", page_time(p, rows[i].seen_at));
        web_set(&p->model, row, "address", rows[i].address);
        web_set(&p->model, row, "agent", desk_agent(p, rows[i].agent));
    }
    web_set_flag(&p->model, &p->model.root, "has_sessions", count > 0);
    return ERR_OK;
}

static enum err account_grants(struct page *p, int64_t id)
{
    struct store_grant *rows = NULL;
    size_t count = 0;
    TRY(office_grants(&rows, &count, &p->errand, id));
    struct web_value *list = web_set_list(&p->model, &p->model.root, "grants");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(&p->model, list);
        web_set(&p->model, row, "role", model_text(model_roles, rows[i].role));
        web_set(&p->model, row, "at", page_time(p, rows[i].at));
        web_set(&p->model, row, "actor",
                str_eq(rows[i].actor, STR("setup")) ? STR("首次设置") : rows[i].actor);
        web_set(&p->model, row, "ended", page_time(p, rows[i].ended_at));
        web_set(&p->model, row, "ended_by", rows[i].ended_by);
    }
    web_set_flag(&p->model, &p->model.root, "has_grants", count > 0);
    return ERR_OK;
}

/* Roles that could be granted beside those he holds. */
static void account_grantable(struct page *p, const struct office_account *a)
{
    struct web_value *list = web_set_list(&p->model, &p->model.root, "grantable");
    struct str chosen = web_field(p->request, "role");
    for (size_t i = 0; i < MODEL_ROLE_COUNT; i++) {
        if ((a->roles & 1u << i) != 0 || !office_roles_agree(a->roles, (enum model_role)i))
            continue;
        struct web_value *row = web_list_add(&p->model, list);
        web_set(&p->model, row, "code", str_of(model_roles[i].code));
        web_set(&p->model, row, "text", str_of(model_roles[i].text));
        web_set_flag(&p->model, row, "on", str_eq(str_of(model_roles[i].code), chosen));
    }
    web_set_flag(&p->model, &p->model.root, "has_grantable", list->count > 0);
}

/* The clearances that he could be given. */
static void account_clearances(struct page *p, const struct office_account *a)
{
    struct str typed = web_field(p->request, "clearance");
    page_options(p, "clearances", model_grades,
                 typed.len > 0 ? typed : str_of(model_grades[a->row.clearance].code));
}

/* Is his certificate in order (R36)? Told without its number. */
static enum err account_certificate(struct page *p, struct str code)
{
    struct office_inspector i = {0};
    enum err err = code.len > 0 ? office_inspector_brief(&i, &p->errand, code) : ERR_MISSING;
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    struct str until = i.until > 0 ? page_date(p, i.until) : STR("未登记");
    struct str text = arena_printf(p->request->arena, "%.*s，%s；执法证有效期至：%.*s",
                                   STR_ARG(i.record.values[MODEL_INSPECTOR_NAME]),
                                   office_standing_text(i.standing), STR_ARG(until));
    p->model.failed = p->model.failed || text.data == NULL;
    web_set(&p->model, &p->model.root, "certificate",
            code.len == 0        ? STR("")
            : err == ERR_MISSING ? STR("名录库中没有这个编号，请核对")
                                 : text);
    return ERR_OK;
}

/* The page of an account; the words of a refused button stand above it. */
static enum err account_page(struct web_reply *reply, struct page *p, int64_t id, enum err refused)
{
    struct office_account a = {0};
    desk_refused(reply, p, refused);
    if (desk_form_again(p->request))
        desk_say_again(p);
    TRY(office_account_get(&a, &p->errand, id));
    account_show(p, web_set_object(&p->model, &p->model.root, "of"), &a);
    TRY(account_certificate(p, a.row.inspector));
    TRY(account_sessions(p, id));
    TRY(account_grants(p, id));
    account_grantable(p, &a);
    account_clearances(p, &a);
    account_buttons(p);
    web_set(&p->model, &p->model.root, "title", a.row.person);
    desk_crumb(p, STR("用户管理"), desk_list_home(p, "/desk/accounts"));
    return page_end(reply, p, "desk_account");
}

enum err desk_account(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/accounts", "用户");
    enum err err = account_page(reply, &p, desk_number(web_capture(request, "id")), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- new and edit --- */

static enum err account_form(struct web_reply *reply, struct page *p,
                             const struct office_account *a, enum err refused)
{
    static const struct desk_field fields[] = {
        {"name", "用户名", DESK_TEXT, true, "2到64个字母、数字、汉字或 . _ -；建好后不能更改",
         NULL},
        {"person", "姓名", DESK_TEXT, true, NULL, NULL},
        {"department", "部门", DESK_SELECT, false, "三员和双随机办可以不填", NULL},
        {"inspector", "检查人员编号", DESK_TEXT, false, "本人是执法检查人员的，填名录库中的编号",
         NULL},
        {"phone", "联系电话", DESK_TEXT, false, NULL, NULL},
        {"version", "", DESK_HIDDEN, false, NULL, NULL},
    };
    const struct str values[] = {STR(""),          a->row.person, a->row.department,
                                 a->row.inspector, a->row.phone,  page_digits(p, a->row.version)};
    struct desk_form form;
    struct store_department *departments = NULL;
    size_t count = 0;
    struct fault words = p->errand.fault;
    TRY(office_departments(&departments, &count, &p->errand));
    p->errand.fault = words;
    desk_form_begin(&form, p, p->request->path, a->row.id != 0 ? "保存" : "新建用户");
    web_set(&p->model, form.object, "back",
            a->row.id != 0 ? desk_list_on(p, account_href(p, a->row.id))
                           : desk_list_home(p, "/desk/accounts"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = a->row.id != 0 ? 1 : 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct web_value *row = desk_form_field(&form, &fields[i], values[i]);
        if (fields[i].kind != DESK_SELECT)
            continue;
        desk_form_option(&form, row, STR(""), STR("（无）"));
        for (size_t k = 0; k < count; k++)
            if (str_eq(departments[k].state, STR("active")))
                desk_form_option(&form, row, departments[k].code,
                                 desk_indent(p, departments[k].name, departments[k].depth));
    }
    desk_crumb(p, STR("用户管理"), desk_list_home(p, "/desk/accounts"));
    web_set_flag(&p->model, &p->model.root, "fresh", a->row.id == 0);
    return page_end(reply, p, "desk_account_edit");
}

static struct office_account_edit account_typed(const struct web_request *request, int64_t id)
{
    return (struct office_account_edit){.id = id,
                                        .version = desk_number(web_field(request, "version")),
                                        .name = web_field(request, "name"),
                                        .person = web_field(request, "person"),
                                        .department = web_field(request, "department"),
                                        .inspector = web_field(request, "inspector"),
                                        .phone = web_field(request, "phone")};
}

/* The initial password, shown this once. */
static enum err account_secret(struct web_reply *reply, struct page *p, int64_t id,
                               struct str password)
{
    struct office_account a = {0};
    TRY(office_account_get(&a, &p->errand, id));
    account_show(p, web_set_object(&p->model, &p->model.root, "of"), &a);
    web_set(&p->model, &p->model.root, "secret", password);
    web_set_flag(&p->model, &p->model.root, "has_secret", password.len > 0);
    web_set(&p->model, &p->model.root, "title", STR("初始密码"));
    desk_crumb(p, STR("用户管理"), desk_list_home(p, "/desk/accounts"));
    return page_end(reply, p, "desk_account_secret");
}

enum err desk_account_new(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    const struct office_account none = {0};
    desk_begin(&p, request, "/desk/accounts", "新建用户");
    enum err err = account_form(reply, &p, &none, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_account_add(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    int64_t id = 0;
    struct str password;
    const struct office_account none = {0};
    const struct office_account_edit edit = account_typed(request, 0);
    desk_begin(&p, request, "/desk/accounts", "新建用户");
    if (desk_form_again(request))
        return account_form(reply, &p, &none, ERR_OK);
    enum err err = office_account_add(&id, &password, &p.errand, &edit);
    if (err != ERR_OK && desk_form_mends(err))
        return account_form(reply, &p, &none, err);
    if (err == ERR_OK)
        err = account_secret(reply, &p, id, password);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_account_edit(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct office_account a = {0};
    int64_t id = desk_number(web_capture(request, "id"));
    desk_begin(&p, request, "/desk/accounts", "修改用户");
    enum err err = office_account_get(&a, &p.errand, id);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (request->method != WEB_POST || desk_form_again(request))
        return account_form(reply, &p, &a, ERR_OK);
    const struct office_account_edit edit = account_typed(request, id);
    err = office_account_change(&p.errand, &edit);
    if (err != ERR_OK && desk_form_mends(err))
        return account_form(reply, &p, &a, err);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    return desk_done(reply, request, account_href(&p, id), "saved");
}

/* --- buttons --- */

/* After a button: back to the account, or the words above it. */
static enum err account_after(struct web_reply *reply, struct page *p, enum err err,
                              const char *done, struct fault *fault)
{
    int64_t id = desk_number(web_capture(p->request, "id"));
    if (err == ERR_OK)
        return desk_done(reply, p->request, account_href(p, id), done);
    if (desk_form_mends(err) && err != ERR_MISSING)
        err = account_page(reply, p, id, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, p, err);
}

enum err desk_account_state(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct str state = web_field(request, "state");
    desk_begin(&p, request, "/desk/accounts", "用户");
    enum err err = office_account_state(&p.errand, desk_number(web_capture(request, "id")), state);
    return account_after(reply, &p, err, str_eq(state, STR("active")) ? "opened" : "closed", fault);
}

enum err desk_account_reset(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct str password;
    int64_t id = desk_number(web_capture(request, "id"));
    desk_begin(&p, request, "/desk/accounts", "重置密码");
    enum err err = office_account_reset(&password, &p.errand, id);
    if (err != ERR_OK)
        return account_after(reply, &p, err, "", fault);
    err = account_secret(reply, &p, id, password);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_account_end(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/accounts", "用户");
    enum err err = office_account_sessions_end(&p.errand, desk_number(web_capture(request, "id")),
                                               desk_number(web_field(request, "session")));
    return account_after(reply, &p, err, "ended", fault);
}

/* The page again, with what was typed before the session was over. */
static enum err account_again(struct web_reply *reply, struct page *p, struct fault *fault)
{
    enum err err = account_page(reply, p, desk_number(web_capture(p->request, "id")), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, p, err);
}

enum err desk_account_grant(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/accounts", "用户");
    if (desk_form_again(request))
        return account_again(reply, &p, fault);
    enum err err = office_grant(&p.errand, desk_number(web_capture(request, "id")),
                                model_role_find(web_field(request, "role")));
    return account_after(reply, &p, err, "granted", fault);
}

enum err desk_account_revoke(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/accounts", "用户");
    enum err err = office_revoke(&p.errand, desk_number(web_capture(request, "id")),
                                 model_role_find(web_field(request, "role")));
    return account_after(reply, &p, err, "revoked", fault);
}

enum err desk_account_clearance(struct web_reply *reply, const struct web_request *request,
                                struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/accounts", "用户");
    if (desk_form_again(request))
        return account_again(reply, &p, fault);
    enum err err = office_account_clearance(&p.errand, desk_number(web_capture(request, "id")),
                                            model_grade_find(web_field(request, "clearance")));
    return account_after(reply, &p, err, "cleared", fault);
}

/* --- the matrix --- */

enum err desk_matrix(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    (void)fault;
    desk_begin(&p, request, "/desk/matrix", "权限表");
    struct web_model *m = &p.model;
    page_options(&p, "role_heads", model_roles, STR(""));
    struct web_value *list = web_set_list(m, &m->root, "permissions");
    for (size_t i = 0; i < MODEL_PERMISSION_COUNT; i++) {
        const struct model_permission_row *permission =
            model_permission_row((enum model_permission)i);
        struct web_value *row = web_list_add(m, list);
        struct web_value *cells = web_set_list(m, row, "cells");
        web_set(m, row, "what", str_of(permission->what));
        web_set(m, row, "code", str_of(permission->name));
        web_set(m, row, "grade", str_of(model_grades[permission->grade].text));
        web_set_flag(m, row, "graded", permission->grade > MODEL_GRADE_PUBLIC);
        for (size_t r = 0; r < MODEL_ROLE_COUNT; r++) {
            struct web_value *cell = web_list_add(m, cells);
            bool has = permission->scopes[r] != MODEL_SCOPE_NONE;
            web_set(m, cell, "role", str_of(model_roles[r].text));
            web_set(m, cell, "scope",
                    has ? str_of(model_scopes[permission->scopes[r]].text) : STR("—"));
            web_set_flag(m, cell, "has", has);
        }
    }
    return page_end(reply, &p, "desk_matrix");
}

enum err desk_matrix_csv(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct str cells[MODEL_ROLE_COUNT + 3] = {STR("权限"), STR("代码"), STR("所需可阅等级")};
    desk_begin(&p, request, "/desk/matrix", "权限表");
    enum err err = office_audit_note(&p.errand, STR("matrix-export"), STR("permissions"), STR(""));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    reply->type = "text/csv; charset=utf-8";
    reply->download = STR("权限表.csv");
    buf_cat(&reply->body, "\xEF\xBB\xBF");
    for (size_t r = 0; r < MODEL_ROLE_COUNT; r++)
        cells[r + 3] = str_of(model_roles[r].text);
    csv_write_row(&reply->body, cells, MODEL_ROLE_COUNT + 3, ',');
    for (size_t i = 0; i < MODEL_PERMISSION_COUNT; i++) {
        const struct model_permission_row *row = model_permission_row((enum model_permission)i);
        cells[0] = str_of(row->what);
        cells[1] = str_of(row->name);
        cells[2] = str_of(model_grades[row->grade].text);
        for (size_t r = 0; r < MODEL_ROLE_COUNT; r++)
            cells[r + 3] = str_of(model_scopes[row->scopes[r]].text);
        csv_write_row(&reply->body, cells, MODEL_ROLE_COUNT + 3, ',');
    }
    return ERR_OK;
}
