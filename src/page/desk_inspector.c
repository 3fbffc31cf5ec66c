/* Inspectors and experts: the two lists, the departments with their numbers, one person. */
#include "page/desk_inspector.h"

#include "base/time.h"
#include "office/interest.h"
#include "office/scope.h"

#include <string.h>

/* --- lists --- */

static const struct field_word inspector_officials[] = {{"officer", "行政执法人员", NULL},
                                                        {"staff", "日常监管人员", NULL},
                                                        {"assistant", "辅助人员", NULL},
                                                        {NULL, NULL, NULL}};
static const struct field_word inspector_counting[] = {{"counts", "计入两人", NULL},
                                                       {"not", "不计入（全部）", NULL},
                                                       {"left", "已离岗", NULL},
                                                       {"assistant", "辅助人员", NULL},
                                                       {"bare", "没有执法证", NULL},
                                                       {"expired", "执法证不在有效期内", NULL},
                                                       {NULL, NULL, NULL}};

static const struct desk_filter inspector_filters[] = {
    {"q", "姓名、拼音首字母、编号或职务", DESK_FILTER_TEXT, NULL, false},
    {"department", "单位", DESK_FILTER_SELECT, NULL, false},
    {"category", "人员类别", DESK_FILTER_SELECT, inspector_officials, false},
    {"standing", "是否计入两人", DESK_FILTER_SELECT, inspector_counting, false},
    {"validity", "执法证", DESK_FILTER_SELECT, office_validities, false},
    {"state", "状态", DESK_FILTER_SELECT, model_person_states, false},
    {"speciality", "业务专长", DESK_FILTER_SELECT, NULL, true},
    {"area", "可检查区域", DESK_FILTER_TEXT, NULL, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum {
    PERSON_NAME,
    PERSON_CODE,
    PERSON_DEPARTMENT,
    PERSON_POSITION,
    PERSON_CATEGORY,
    PERSON_STANDING,
    PERSON_UNTIL,
    PERSON_SPECIALITIES,
    PERSON_AREAS,
    PERSON_LOAD,
    PERSON_STATE,
    PERSON_CERTIFICATE,
    PERSON_PHONE,
    PERSON_INTERESTS,
    PERSON_INSTITUTION
};

static const struct desk_column inspector_columns[] = {
    [PERSON_NAME] = {"name", "姓名", DESK_COLUMN_TEXT, false, false},
    [PERSON_CODE] = {"code", "编号", DESK_COLUMN_TEXT, false, false},
    [PERSON_DEPARTMENT] = {"department", "单位", DESK_COLUMN_TEXT, false, false},
    [PERSON_POSITION] = {"position", "职务", DESK_COLUMN_TEXT, true, false},
    [PERSON_CATEGORY] = {"category", "人员类别", DESK_COLUMN_TEXT, false, false},
    [PERSON_STANDING] = {"standing", "是否计入两人", DESK_COLUMN_TEXT, false, false},
    [PERSON_UNTIL] = {"until", "执法证有效期至", DESK_COLUMN_TEXT, false, false},
    [PERSON_SPECIALITIES] = {"specialities", "业务专长", DESK_COLUMN_TEXT, false, false},
    [PERSON_AREAS] = {"areas", "检查区域", DESK_COLUMN_TEXT, true, false},
    [PERSON_LOAD] = {"load", "本年席位", DESK_COLUMN_NUMBER, false, false},
    [PERSON_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [PERSON_CERTIFICATE] = {"certificate", "执法证号", DESK_COLUMN_TEXT, true, false},
    [PERSON_PHONE] = {"phone", "手机号", DESK_COLUMN_TEXT, true, false},
    [PERSON_INTERESTS] = {"interests", "回避关系", DESK_COLUMN_NUMBER, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind inspector_list = {
    "inspectors", "/desk/inspectors", "检查人员列表", "人", inspector_filters, inspector_columns};

static const struct desk_filter expert_filters[] = {
    {"q", "姓名、编号或职务", DESK_FILTER_TEXT, NULL, false},
    {"department", "聘用单位", DESK_FILTER_SELECT, NULL, false},
    {"speciality", "专业领域", DESK_FILTER_SELECT, NULL, false},
    {"state", "状态", DESK_FILTER_SELECT, model_person_states, false},
    {"area", "可检查区域", DESK_FILTER_TEXT, NULL, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column expert_columns[] = {
    [PERSON_NAME] = {"name", "姓名", DESK_COLUMN_TEXT, false, false},
    [PERSON_CODE] = {"code", "编号", DESK_COLUMN_TEXT, false, false},
    [PERSON_DEPARTMENT] = {"department", "聘用单位", DESK_COLUMN_TEXT, false, false},
    [PERSON_POSITION] = {"position", "职务职称", DESK_COLUMN_TEXT, false, false},
    [PERSON_CATEGORY] = {"category", "人员类别", DESK_COLUMN_TEXT, true, false},
    [PERSON_STANDING] = {"standing", "是否计入两人", DESK_COLUMN_TEXT, true, false},
    [PERSON_UNTIL] = {"until", "聘期至", DESK_COLUMN_TEXT, false, false},
    [PERSON_SPECIALITIES] = {"specialities", "专业领域", DESK_COLUMN_TEXT, false, false},
    [PERSON_AREAS] = {"areas", "检查区域", DESK_COLUMN_TEXT, true, false},
    [PERSON_LOAD] = {"load", "本年席位", DESK_COLUMN_NUMBER, true, false},
    [PERSON_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [PERSON_CERTIFICATE] = {"certificate", "执法证号", DESK_COLUMN_TEXT, true, false},
    [PERSON_PHONE] = {"phone", "手机号", DESK_COLUMN_TEXT, true, false},
    [PERSON_INTERESTS] = {"interests", "回避关系", DESK_COLUMN_NUMBER, true, false},
    [PERSON_INSTITUTION] = {"institution", "所在机构", DESK_COLUMN_TEXT, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind expert_list = {"experts", "/desk/experts", "专家列表",
                                                  "名专家",  expert_filters,  expert_columns};

static struct str condition(const struct web_request *request, const char *name)
{
    struct str value = web_param(request, name);
    return str_trim(value.data != NULL ? value : web_field(request, name));
}

struct office_inspector_find inspector_conditions(const struct web_request *request, bool experts)
{
    const struct page_site *site = request->ctx;
    struct str area = condition(request, "area");
    const struct region *region =
        area.len > 0 ? regions_resolve(&site->writer->regions, site->writer->tenant, area) : NULL;
    return (struct office_inspector_find){.text = condition(request, "q"),
                                          .department = condition(request, "department"),
                                          .below = true,
                                          .category = experts ? STR("expert")
                                                              : condition(request, "category"),
                                          .officials = !experts,
                                          .state = condition(request, "state"),
                                          .standing = condition(request, "standing"),
                                          .validity = condition(request, "validity"),
                                          .speciality = condition(request, "speciality"),
                                          .area = region != NULL ? region->code : area};
}

bool inspector_is_expert(const struct store_record *record)
{
    return str_eq(record->values[MODEL_INSPECTOR_CATEGORY], STR("expert"));
}

const char *inspector_list_path(bool expert)
{
    return expert ? "/desk/experts" : "/desk/inspectors";
}

struct str inspector_href(struct page *p, struct str code, const char *more)
{
    struct str href =
        arena_printf(p->request->arena, "/desk/inspectors/%.*s%s", STR_ARG(code), more);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

struct str inspector_until(struct page *p, const struct office_inspector *i)
{
    if (i->validity == OFFICE_UNCERTIFIED)
        return STR("—");
    return i->until > 0 ? page_date(p, i->until) : STR("未填有效期");
}

static void list_choices(struct desk_list *list, const struct office_inspectors *all)
{
    struct page *p = list->p;
    for (size_t i = 0; i < all->group_count; i++) {
        const struct office_inspector_group *g = &all->groups[i];
        int64_t n = list->kind == &expert_list ? g->experts : g->people - g->experts;
        struct str text =
            arena_printf(p->request->arena, "%.*s（%lld）", STR_ARG(g->name), (long long)n);
        p->model.failed = p->model.failed || text.data == NULL;
        desk_list_option(list, "department", g->code, desk_indent(p, text, g->below));
    }
    for (size_t i = 0; i < all->speciality_count; i++)
        desk_list_option(list, "speciality", all->specialities[i], all->specialities[i]);
}

static void list_until(struct desk_list *list, const struct office_inspector *i, int32_t today)
{
    const struct str *v = i->record.values;
    int32_t term = 0;
    if (list->kind == &expert_list) {
        bool over = date_parse(&term, v[MODEL_INSPECTOR_TERM_UNTIL]) == ERR_OK && term < today;
        desk_list_text(list, PERSON_UNTIL, v[MODEL_INSPECTOR_TERM_UNTIL]);
        if (over)
            desk_list_tag(list, PERSON_UNTIL, STR("聘期已满"), true);
        desk_list_text(list, PERSON_INSTITUTION, v[MODEL_INSPECTOR_INSTITUTION]);
        return;
    }
    desk_list_text(list, PERSON_UNTIL, inspector_until(list->p, i));
    if (i->validity == OFFICE_ENDING || i->validity == OFFICE_ENDED)
        desk_list_tag(list, PERSON_UNTIL, str_of(office_validities[i->validity].text), true);
}

/* May he know of interests at all, be it how many (AC7)? */
static bool interests_cleared(const struct page *p)
{
    return office_scope_cleared(&p->errand.scope,
                                model_permission_row(MODEL_PERMISSION_CONFLICT_DECLARE)->grade);
}

static void list_person(struct desk_list *list, const struct office_inspector *i,
                        const struct vocabulary *words)
{
    const struct str *v = i->record.values;
    struct page *p = list->p;
    struct str code = v[STORE_INSPECTOR_CODE];
    bool left = i->standing == OFFICE_STANDING_LEFT;
    desk_list_row(list, code, v[MODEL_INSPECTOR_NAME]);
    desk_list_link(list, PERSON_NAME, v[MODEL_INSPECTOR_NAME], inspector_href(p, code, ""));
    desk_list_text(list, PERSON_CODE, code);
    desk_list_text(list, PERSON_DEPARTMENT, i->department_name);
    desk_list_text(list, PERSON_POSITION, v[MODEL_INSPECTOR_POSITION]);
    desk_list_text(list, PERSON_CATEGORY,
                   model_text(model_categories, v[MODEL_INSPECTOR_CATEGORY]));
    desk_list_tag(list, PERSON_STANDING, str_of(office_standing_text(i->standing)),
                  i->standing != OFFICE_STANDING_COUNTS);
    list_until(list, i, date_of_time(p->request->now));
    desk_list_text(list, PERSON_SPECIALITIES, v[MODEL_INSPECTOR_SPECIALITIES]);
    struct str rest = v[MODEL_INSPECTOR_SPECIALITIES];
    struct str word;
    if (vocabulary_unknown(&word, &rest, words, STR("")))
        desk_list_tag(list, PERSON_SPECIALITIES, STR("不在字库"), true);
    if (desk_list_shows(list, PERSON_AREAS))
        desk_list_text(list, PERSON_AREAS,
                       desk_value(p, &model_inspectors.fields[MODEL_INSPECTOR_AREAS],
                                  v[MODEL_INSPECTOR_AREAS]));
    desk_list_count(list, PERSON_LOAD, i->load);
    if (left)
        desk_list_tag(list, PERSON_STATE, STR("离岗"), true);
    else
        desk_list_text(list, PERSON_STATE, STR("在岗"));
    desk_list_text(list, PERSON_CERTIFICATE, v[MODEL_INSPECTOR_CERTIFICATE]);
    desk_list_text(list, PERSON_PHONE, v[MODEL_INSPECTOR_PHONE]);
    if (interests_cleared(p))
        desk_list_count(list, PERSON_INTERESTS, i->interests);
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EDIT))
        desk_list_act(list, "修改", inspector_href(p, code, "/edit"));
}

static enum err list_rows(struct desk_list *list, struct desk_found *found,
                          const struct office_inspectors *all)
{
    struct page *p = list->p;
    struct vocabulary words;
    size_t from = 0;
    size_t until = 0;
    TRY(office_vocabulary(&words, &p->errand, "inspectors"));
    struct str *keys = arena_array(p->request->arena, all->count + 1, sizeof *keys);
    if (keys == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < all->count; i++)
        keys[i] = all->rows[i].record.values[STORE_INSPECTOR_CODE];
    desk_list_window(found, &from, &until, list, keys, all->count);
    for (size_t i = from; i < until; i++)
        list_person(list, &all->rows[i], &words);
    return ERR_OK;
}

/* What may be done with many of them. */
static void people_batches(struct desk_list *list, bool experts)
{
    static const struct {
        const char *label;
        const char *inspectors;
        const char *expert_label;
        const char *experts;
    } batches[] = {
        {"离岗", "/desk/inspectors/leave", "解聘", "/desk/experts/leave"},
        {"恢复在岗", "/desk/inspectors/return", "恢复聘用", "/desk/experts/return"},
        {"加业务专长", "/desk/inspectors/label", "加专业领域", "/desk/experts/label"},
        {"去业务专长", "/desk/inspectors/unlabel", "去专业领域", "/desk/experts/unlabel"}};
    struct page *p = list->p;
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EXPORT))
        desk_list_batch(list, "导出所选",
                        experts ? STR("/desk/experts/export") : STR("/desk/inspectors/export"));
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++)
        if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EDIT))
            desk_list_batch(list, experts ? batches[i].expert_label : batches[i].label,
                            str_of(experts ? batches[i].experts : batches[i].inspectors));
}

static enum err people_list(struct web_reply *reply, struct page *p,
                            const struct desk_list_kind *kind)
{
    struct desk_list list;
    struct desk_found found = {0};
    struct office_inspectors all;
    bool experts = kind == &expert_list;
    const struct office_inspector_find find = inspector_conditions(p->request, experts);
    TRY(desk_list_begin(&list, p, kind));
    TRY(office_inspectors(&all, &p->errand, &find));
    list_choices(&list, &all);
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EDIT))
        desk_list_button(&list, experts ? "新建专家" : "新建检查人员",
                         experts ? STR("/desk/inspectors/new?category=expert")
                                 : STR("/desk/inspectors/new"));
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_IMPORT))
        desk_list_button(&list, "导入", STR("/desk/import/inspectors"));
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EXPORT))
        desk_list_button_query(
            &list, "导出", experts ? STR("/desk/experts/export") : STR("/desk/inspectors/export"));
    if (!experts && p->errand.scope.level != MODEL_SCOPE_OWN)
        desk_list_button(&list, "各部门人数", STR("/desk/inspectors/groups"));
    people_batches(&list, experts);
    TRY(list_rows(&list, &found, &all));
    desk_list_end(
        &list, &found,
        experts ? "还没有专家。点“新建专家”登记第一位，或导入专家名录文件。"
                : "还没有检查人员。请先建立部门，再导入执法人员名录文件，或点“新建”逐人登记。");
    return page_end(reply, p, "desk_inspectors");
}

enum err desk_inspectors(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/inspectors", "检查人员");
    enum err err = people_list(reply, &p, &inspector_list);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_experts(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/experts", "专家库");
    enum err err = people_list(reply, &p, &expert_list);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- departments with their numbers, also those that have nobody --- */

static void group_row(struct page *p, struct web_value *row, const struct office_inspector_group *g)
{
    struct web_model *m = &p->model;
    struct web_value *steps = web_set_list(m, row, "steps");
    for (unsigned k = 0; k < g->depth; k++)
        (void)web_list_add(m, steps);
    web_set(m, row, "code", g->code);
    web_set(m, row, "name", g->name);
    web_set_count(m, row, "people", g->people);
    web_set_count(m, row, "counting", g->counting);
    web_set_count(m, row, "ending", g->ending);
    web_set_count(m, row, "ended", g->ended);
    web_set_count(m, row, "assistants", g->assistants);
    web_set_count(m, row, "experts", g->experts);
    web_set_count(m, row, "load", g->load);
    web_set_flag(m, row, "few", g->counting < 2);
}

enum err desk_inspector_groups(struct web_reply *reply, const struct web_request *request,
                               struct fault *fault)
{
    struct page p;
    struct office_inspectors all;
    const struct office_inspector_find none = {0};
    desk_begin(&p, request, "/desk/inspectors", "各部门人数");
    enum err err = office_inspectors(&all, &p.errand, &none);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_value *list = web_set_list(&p.model, &p.model.root, "groups");
    for (size_t i = 0; i < all.group_count; i++)
        group_row(&p, web_list_add(&p.model, list), &all.groups[i]);
    web_set_flag(&p.model, &p.model.root, "none", all.group_count == 0);
    web_set_count(&p.model, &p.model.root, "soon", all.soon);
    desk_crumb(&p, STR("检查人员"), STR("/desk/inspectors"));
    return page_end(reply, &p, "desk_inspector_groups");
}

/* --- one person --- */

static void person_pairs(struct page *p, const struct office_inspector *i,
                         const struct vocabulary *words)
{
    struct web_model *m = &p->model;
    const struct str *v = i->record.values;
    bool expert = inspector_is_expert(&i->record);
    struct web_value *list = web_set_list(m, &m->root, "pairs");
    for (size_t f = 0; f < MODEL_INSPECTOR_COUNT; f++) {
        bool certificate = f >= MODEL_INSPECTOR_CERTIFICATE && f <= MODEL_INSPECTOR_VALID_UNTIL2;
        bool of_expert = f == MODEL_INSPECTOR_INSTITUTION || f == MODEL_INSPECTOR_TERM_UNTIL;
        if (certificate || (of_expert && !expert && v[f].len == 0))
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "label", str_of(model_inspectors.fields[f].label));
        web_set(m, row, "value",
                f == MODEL_INSPECTOR_DEPARTMENT ? i->department_name
                                                : desk_value(p, &model_inspectors.fields[f], v[f]));
        desk_unknown(p, row, f == MODEL_INSPECTOR_SPECIALITIES ? v[f] : STR(""), words);
    }
}

static void person_certificate(struct page *p, struct web_value *list, const struct str *v,
                               size_t number)
{
    static const size_t numbers[] = {MODEL_INSPECTOR_CERTIFICATE, MODEL_INSPECTOR_CERTIFICATE2};
    static const size_t untils[] = {MODEL_INSPECTOR_VALID_UNTIL, MODEL_INSPECTOR_VALID_UNTIL2};
    struct web_model *m = &p->model;
    int32_t until = 0;
    if (v[numbers[number]].len == 0)
        return;
    struct web_value *row = web_list_add(m, list);
    bool told = date_parse(&until, v[untils[number]]) == ERR_OK;
    int32_t today = date_of_time(p->request->now);
    bool ended = !told || until < today;
    struct str left = arena_printf(p->request->arena, "还有 %d 天", (int)(until - today));
    m->failed = m->failed || left.data == NULL;
    web_set(m, row, "label", number == 0 ? STR("执法证") : STR("第二执法证"));
    web_set(m, row, "number", v[numbers[number]]);
    web_set(m, row, "issuer", number == 0 ? v[MODEL_INSPECTOR_ISSUER] : STR(""));
    web_set(m, row, "until", told ? v[untils[number]] : STR("未填"));
    web_set(m, row, "left", !told ? STR("未填有效期，按无效计") : ended ? STR("已到期") : left);
    web_set_flag(m, row, "ended", ended);
}

static void person_duties(struct page *p, const struct office_inspector_page *page)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "duties");
    for (size_t i = 0; i < page->duty_count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "task", page->duties[i].task);
        web_set(m, row, "task_name", page->duties[i].name);
        web_set(m, row, "from", page_date(p, page->duties[i].visit_from));
        web_set(m, row, "until", page_date(p, page->duties[i].visit_until));
        web_set_count(m, row, "seats", page->duties[i].seats);
    }
    web_set_flag(m, &m->root, "has_duties", page->duty_count > 0);
    web_set_count(m, &m->root, "year", page->year);
    web_set_count(m, &m->root, "load", page->inspector.load);
}

/* What an interest is in; beyond the person's reach as it was typed. */
static struct str interest_object(const struct store_interest *row)
{
    if (row->reached)
        return row->object.len > 0 ? row->object : row->pool_id;
    return row->typed.len > 0 ? row->typed : STR("其他部门的检查对象");
}

/* Interests tell of families: shown to those who may declare them, and to the person. */
static enum err person_interests(struct page *p, const struct office_inspector *i)
{
    struct web_model *m = &p->model;
    struct store_interest *rows = NULL;
    size_t count = 0;
    bool shown = desk_may(p, MODEL_PERMISSION_CONFLICT_DECLARE);
    if (shown)
        TRY(office_interests(&rows, &count, &p->errand, i->record.id));
    struct web_value *list = web_set_list(m, &m->root, "interests");
    for (size_t k = 0; k < count; k++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "object", interest_object(&rows[k]));
        web_set(m, row, "object_number", rows[k].pool_id);
        web_set_count(m, row, "declared", rows[k].at);
        web_set_flag(m, row, "typed_here",
                     rows[k].at == desk_number(web_field(p->request, "declared")));
        web_set(m, row, "kind", model_text(model_conflict_kinds, rows[k].kind));
        web_set(m, row, "reason", rows[k].reason);
        web_set(m, row, "at", page_time(p, rows[k].at));
        web_set(m, row, "actor", rows[k].actor);
        web_set_flag(m, row, "holds", rows[k].ended_at == 0);
        web_set(m, row, "ended", rows[k].ended_at > 0 ? page_time(p, rows[k].ended_at) : STR(""));
        web_set(m, row, "ended_by", rows[k].ended_by);
        web_set(m, row, "end_reason", rows[k].end_reason);
    }
    web_set_flag(m, &m->root, "has_interests", count > 0);
    web_set_flag(m, &m->root, "shows_interests", shown);
    web_set_flag(m, &m->root, "counts_interests", !shown && interests_cleared(p));
    web_set_flag(m, &m->root, "withholds_interests", !interests_cleared(p));
    web_set_count(m, &m->root, "interest_count", i->interests);
    return ERR_OK;
}

static void person_head(struct page *p, const struct office_inspector_page *page)
{
    struct web_model *m = &p->model;
    const struct office_inspector *i = &page->inspector;
    const struct str *v = i->record.values;
    bool expert = inspector_is_expert(&i->record);
    struct web_value *list = web_set_list(m, &m->root, "certificates");
    person_certificate(p, list, v, 0);
    person_certificate(p, list, v, 1);
    web_set_flag(m, &m->root, "has_certificates", list->count > 0);
    web_set(m, &m->root, "title", v[MODEL_INSPECTOR_NAME]);
    web_set(m, &m->root, "code", v[STORE_INSPECTOR_CODE]);
    web_set(m, &m->root, "standing", str_of(office_standing_text(i->standing)));
    web_set_flag(m, &m->root, "counts", i->standing == OFFICE_STANDING_COUNTS);
    web_set_flag(m, &m->root, "asks", page->certificate);
    web_set_flag(m, &m->root, "left", i->standing == OFFICE_STANDING_LEFT);
    web_set_flag(m, &m->root, "ending", i->validity == OFFICE_ENDING);
    desk_set_may(p, "may_edit", MODEL_PERMISSION_INSPECTOR_EDIT);
    desk_set_may(p, "may_unmask", MODEL_PERMISSION_PERSON_UNMASK);
    desk_set_may(p, "may_declare", MODEL_PERMISSION_CONFLICT_DECLARE);
    desk_crumb(p, expert ? STR("专家库") : STR("检查人员"),
               desk_list_home(p, inspector_list_path(expert)));
}

/* What was refused stands above; revealed: the row with its numbers in full. */
static enum err person_page(struct web_reply *reply, struct page *p, struct str code,
                            const struct store_record *revealed, enum err refused)
{
    struct office_inspector_page page;
    struct vocabulary words;
    desk_refused(reply, p, refused);
    if (desk_form_again(p->request))
        desk_say_again(p);
    TRY(office_inspector_get(&page, &p->errand, code));
    TRY(person_interests(p, &page.inspector));
    if (revealed != NULL)
        page.inspector.record = *revealed;
    TRY(office_vocabulary(&words, &p->errand, "inspectors"));
    person_pairs(p, &page.inspector, &words);
    person_duties(p, &page);
    person_head(p, &page);
    desk_changes(p, &model_inspectors, page.changes, page.change_count);
    web_set_flag(&p->model, &p->model.root, "revealed", revealed != NULL);
    return page_end(reply, p, "desk_inspector");
}

enum err desk_inspector(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/inspectors", "检查人员");
    enum err err = person_page(reply, &p, web_capture(request, "code"), NULL, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* The page with what was typed, after signing in anew. */
static enum err person_again(struct web_reply *reply, struct page *p, struct str code,
                             struct fault *fault)
{
    enum err err = person_page(reply, p, code, NULL, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, p, err);
}

enum err desk_inspector_reveal(struct web_reply *reply, const struct web_request *request,
                               struct fault *fault)
{
    struct page p;
    struct store_record row;
    struct str code = web_capture(request, "code");
    desk_begin(&p, request, "/desk/inspectors", "检查人员");
    if (desk_form_again(request))
        return person_again(reply, &p, code, fault);
    enum err err =
        office_inspector_reveal(&row, &p.errand, code, str_trim(web_field(request, "reason")));
    if (err != ERR_OK && !desk_form_mends(err))
        return page_fail(fault, &p, err);
    err = person_page(reply, &p, code, err == ERR_OK ? &row : NULL, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_inspector_state(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    struct str code = web_capture(request, "code");
    struct str state = web_field(request, "state");
    desk_begin(&p, request, "/desk/inspectors", "检查人员");
    if (desk_form_again(request))
        return person_again(reply, &p, code, fault);
    enum err err =
        office_inspector_state(&p.errand, code, state, str_trim(web_field(request, "reason")));
    if (err == ERR_OK)
        return desk_done(reply, request, inspector_href(&p, code, ""), "saved");
    if (!desk_form_mends(err))
        return page_fail(fault, &p, err);
    err = person_page(reply, &p, code, NULL, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_interest_end(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct str code = web_capture(request, "code");
    desk_begin(&p, request, "/desk/inspectors", "检查人员");
    if (desk_form_again(request))
        return person_again(reply, &p, code, fault);
    enum err err = office_interest_end(&p.errand, code, desk_number(web_field(request, "declared")),
                                       str_trim(web_field(request, "reason")));
    if (err == ERR_OK)
        return desk_done(reply, request, inspector_href(&p, code, ""), "saved");
    if (!desk_form_mends(err))
        return page_fail(fault, &p, err);
    err = person_page(reply, &p, code, NULL, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
