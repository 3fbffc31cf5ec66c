/* The workbench's first page: what waits for the person, by what he may do; where nothing is there
 * yet, what to do first. */
#include "page/desk.h"

#include "base/time.h"
#include "office/account.h"
#include "office/audit.h"
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
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    web_set_flag(&p.model, &p.model.root, "has_todo", list->count > 0);
    web_set_flag(&p.model, &p.model.root, "quiet", list->count == 0);
    return page_end(reply, &p, "desk_home");
}
