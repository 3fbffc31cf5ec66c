/* Inspectors and experts: new, edit, interests, export. */
#include "page/desk_inspector.h"

#include "office/interest.h"

/* --- new and edit --- */

struct person_form {
    struct page *p;
    struct desk_form form;
    const struct office_inspectors *all; /* for the choices */
    const struct office_inspector *old;  /* NULL: a new person */
    bool expert;
};

static void person_departments(struct person_form *f, struct str value)
{
    const struct desk_field field = {"department", "单位", DESK_SELECT, true, NULL, NULL};
    struct web_value *row = desk_form_field(&f->form, &field, value);
    if (f->all->group_count != 1)
        desk_form_option(&f->form, row, STR(""), STR("请选择"));
    for (size_t i = 0; i < f->all->group_count; i++)
        desk_form_option(&f->form, row, f->all->groups[i].code,
                         desk_indent(f->p, f->all->groups[i].name, f->all->groups[i].below));
}

static enum err person_field(struct person_form *f, size_t i, struct str value)
{
    struct field field = model_inspectors.fields[i];
    if (i == MODEL_INSPECTOR_DEPARTMENT) {
        if (f->old == NULL)
            person_departments(f, value);
        return ERR_OK;
    }
    if (i == MODEL_INSPECTOR_AREAS)
        value = desk_areas(f->p, value);
    if (i == MODEL_INSPECTOR_PHONE || i == MODEL_INSPECTOR_CERTIFICATE ||
        i == MODEL_INSPECTOR_CERTIFICATE2)
        field.hint =
            f->old != NULL && value.len > 0 ? "已遮盖；不改就保持原样，要改请整个重写" : field.hint;
    if (i == MODEL_INSPECTOR_SPECIALITIES)
        field.hint = "用标签字库中的词，多个用顿号分隔；与任务要求的专长文字一致才能匹配";
    struct web_value *row = desk_form_model(&f->form, &field, value);
    return i == MODEL_INSPECTOR_SPECIALITIES ? desk_form_vocabulary(&f->form, row, "inspectors")
                                             : ERR_OK;
}

static bool person_field_shown(const struct person_form *f, size_t i)
{
    bool of_expert = i == MODEL_INSPECTOR_INSTITUTION || i == MODEL_INSPECTOR_TERM_UNTIL;
    bool certificate = i >= MODEL_INSPECTOR_CERTIFICATE && i <= MODEL_INSPECTOR_VALID_UNTIL2;
    bool state = i == MODEL_INSPECTOR_STATE || i == MODEL_INSPECTOR_REASON;
    if (f->old != NULL)
        return true;
    return !state && (f->expert ? !certificate : !of_expert);
}

static enum err person_form(struct web_reply *reply, struct page *p,
                            const struct office_inspector *old, enum err refused)
{
    struct office_inspectors all;
    const struct office_inspector_find none = {0};
    struct fault words = p->errand.fault;
    struct person_form f = {.p = p, .all = &all, .old = old};
    f.expert = old != NULL ? inspector_is_expert(&old->record)
                           : str_eq(web_param(p->request, "category"), STR("expert"));
    TRY(office_inspectors(&all, &p->errand, &none));
    p->errand.fault = words;
    struct str action = old != NULL ? p->request->path
                        : f.expert  ? STR("/desk/inspectors/new?category=expert")
                                    : STR("/desk/inspectors/new");
    desk_form_begin(&f.form, p, action, old != NULL ? "保存" : "新建");
    web_set(&p->model, f.form.object, "back",
            old != NULL
                ? desk_list_on(p, inspector_href(p, old->record.values[STORE_INSPECTOR_CODE], ""))
                : desk_list_home(p, inspector_list_path(f.expert)));
    if (refused != ERR_OK)
        desk_form_refused(&f.form, reply, refused);
    for (size_t i = 0; i < MODEL_INSPECTOR_COUNT; i++) {
        struct str value = old != NULL                                 ? old->record.values[i]
                           : i == MODEL_INSPECTOR_CATEGORY && f.expert ? STR("expert")
                           : i == MODEL_INSPECTOR_CATEGORY             ? STR("officer")
                                                                       : STR("");
        if (person_field_shown(&f, i))
            TRY(person_field(&f, i, value));
    }
    web_set_flag(&p->model, &p->model.root, "fresh", old == NULL);
    desk_crumb(p, f.expert ? STR("专家库") : STR("检查人员"),
               desk_list_home(p, inspector_list_path(f.expert)));
    return page_end(reply, p, "desk_inspector_edit");
}

enum err desk_inspector_new(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = STR("");
    bool expert = str_eq(web_param(request, "category"), STR("expert"));
    enum err err = ERR_OK;
    desk_begin(&p, request, inspector_list_path(expert), expert ? "新建专家" : "新建检查人员");
    if (request->method == WEB_POST && !desk_form_again(request)) {
        desk_typed(values, request, &model_inspectors);
        values[MODEL_INSPECTOR_STATE] = STR("active");
        err = office_inspector_save(&code, &p.errand, values);
        if (err == ERR_OK)
            return desk_done(reply, request, inspector_href(&p, code, ""), "added");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = person_form(reply, &p, NULL, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_inspector_edit(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    struct office_inspector_page page;
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = web_capture(request, "code");
    desk_begin(&p, request, "/desk/inspectors", "修改人员信息");
    enum err err = office_inspector_get(&page, &p.errand, code);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        desk_typed(values, request, &model_inspectors);
        err = office_inspector_save(&code, &p.errand, values);
        if (err == ERR_OK)
            return desk_done(reply, request, inspector_href(&p, code, ""), "saved");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = person_form(reply, &p, &page.inspector, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- interests --- */

static enum err interest_form(struct web_reply *reply, struct page *p,
                              const struct office_inspector *i, enum err refused)
{
    static const struct desk_field fields[] = {
        {"object", "检查对象", DESK_TEXT, true,
         "统一社会信用代码，或企业的全称；本部门的对象也可以只填名称中的几个字", NULL},
        {"kind", "关系", DESK_SELECT, true, NULL, model_conflict_kinds},
        {"reason", "情况说明", DESK_AREA, true, "如：2019至2024年在该企业任职", NULL}};
    struct desk_form form;
    struct str code = i->record.values[STORE_INSPECTOR_CODE];
    bool expert = inspector_is_expert(&i->record);
    desk_form_begin(&form, p, p->request->path, "登记回避关系");
    web_set(&p->model, form.object, "back", desk_list_on(p, inspector_href(p, code, "")));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++)
        (void)desk_form_field(&form, &fields[k], STR(""));
    web_set(&p->model, &p->model.root, "inspector", i->record.values[MODEL_INSPECTOR_NAME]);
    desk_crumb(p, expert ? STR("专家库") : STR("检查人员"),
               desk_list_home(p, inspector_list_path(expert)));
    desk_crumb(p, i->record.values[MODEL_INSPECTOR_NAME],
               desk_list_on(p, inspector_href(p, code, "")));
    return page_end(reply, p, "desk_interest_new");
}

enum err desk_interest_new(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct office_inspector_page page;
    const struct office_interest in = {.inspector = web_capture(request, "code"),
                                       .object = str_trim(web_field(request, "object")),
                                       .kind = web_field(request, "kind"),
                                       .reason = str_trim(web_field(request, "reason"))};
    desk_begin(&p, request, "/desk/inspectors", "登记回避关系");
    enum err err = office_inspector_get(&page, &p.errand, in.inspector);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = office_interest_declare(&p.errand, &in);
        if (err == ERR_OK)
            return desk_done(reply, request, inspector_href(&p, in.inspector, ""), "saved");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = interest_form(reply, &p, &page.inspector, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
