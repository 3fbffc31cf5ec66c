/* Labels: the vocabulary (字库, R27). */
#include "page/desk_object.h"

#include <string.h>

/* --- the vocabulary --- */

static const struct desk_filter label_filters[] = {
    {"q", "标签或主题", DESK_FILTER_TEXT, NULL, false},
    {"subject", "用途", DESK_FILTER_SELECT, model_label_subjects, false},
    {"state", "状态", DESK_FILTER_SELECT, model_label_states, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum { LABEL_WORD, LABEL_THEME, LABEL_SUBJECT, LABEL_USED, LABEL_STATE };

static const struct desk_column label_columns[] = {
    [LABEL_WORD] = {"word", "标签", DESK_COLUMN_TEXT, false, false},
    [LABEL_THEME] = {"theme", "主题", DESK_COLUMN_TEXT, false, false},
    [LABEL_SUBJECT] = {"subject", "用途", DESK_COLUMN_TEXT, false, false},
    [LABEL_USED] = {"used", "已标检查对象", DESK_COLUMN_NUMBER, false, false},
    [LABEL_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind label_list = {"labels", "/desk/labels", "标签列表",
                                                 "个标签", label_filters,  label_columns};

static bool label_matches(const struct store_label *l, const struct web_request *r)
{
    struct str text = str_trim(web_param(r, "q"));
    struct str subject = web_param(r, "subject");
    struct str state = web_param(r, "state");
    if (text.len > 0 && str_find(l->word, text) < 0 && str_find(l->theme, text) < 0)
        return false;
    if (subject.len > 0 && !str_eq(subject, l->subject))
        return false;
    return state.len == 0 || str_eq(state, l->state);
}

static void label_row(struct desk_list *list, const struct store_label *l, struct str key)
{
    struct page *p = list->p;
    struct arena *arena = p->request->arena;
    bool objects = str_eq(l->subject, STR("objects"));
    struct str edit = arena_printf(arena, "/desk/labels/%.*s/edit", STR_ARG(key));
    struct str bearers =
        arena_printf(arena, "/desk/objects?label=%.*s", STR_ARG(page_url(p, l->word)));
    desk_list_row(list, key, l->word);
    desk_list_text(list, LABEL_WORD, l->word);
    desk_list_text(list, LABEL_THEME, l->theme);
    desk_list_text(list, LABEL_SUBJECT, model_text(model_label_subjects, l->subject));
    if (objects)
        desk_list_count(list, LABEL_USED, l->used);
    if (str_eq(l->state, STR("active")))
        desk_list_text(list, LABEL_STATE, STR("在用"));
    else
        desk_list_tag(list, LABEL_STATE, STR("停用"), true);
    if (objects)
        desk_list_act(list, "查看对象", bearers);
    if (desk_may(p, MODEL_PERMISSION_LABEL_EDIT))
        desk_list_act(list, "修改", edit);
}

/* Both subjects one after the other. */
static enum err label_load(struct store_label **out, size_t *count, struct page *p)
{
    struct store_label *rows[2] = {NULL, NULL};
    size_t counts[2] = {0, 0};
    for (size_t i = 0; i < 2; i++)
        TRY(office_labels(&rows[i], &counts[i], &p->errand, str_of(model_label_subjects[i].code)));
    *out = arena_array(p->request->arena, counts[0] + counts[1] + 1, sizeof **out);
    *count = 0;
    if (*out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < counts[i]; k++)
            if (label_matches(&rows[i][k], p->request))
                (*out)[(*count)++] = rows[i][k];
    return ERR_OK;
}

static enum err label_fill(struct desk_list *list)
{
    struct store_label *rows = NULL;
    struct str *keys = NULL;
    struct desk_found found = {0};
    size_t count = 0;
    size_t from = 0;
    size_t until = 0;
    TRY(label_load(&rows, &count, list->p));
    TRY(desk_list_keys(&keys, list->p, DESK_IDS(rows, count, struct store_label, id)));
    desk_list_window(&found, &from, &until, list, keys, count);
    for (size_t i = from; i < until; i++)
        label_row(list, &rows[i], keys[i]);
    desk_list_end(list, &found,
                  "标签字库还是空的。请双随机办先建立字库（可以导入省里下发的表格），再给检查对象加"
                  "标签；抽查事项按标签确定"
                  "适用的对象。");
    return ERR_OK;
}

enum err desk_labels(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/labels", "标签字库");
    enum err err = desk_list_begin(&list, &p, &label_list);
    if (err == ERR_OK)
        err = label_fill(&list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (desk_may(&p, MODEL_PERMISSION_LABEL_EDIT)) {
        desk_list_button(&list, "新建标签", STR("/desk/labels/new"));
        desk_list_button(&list, "从表格导入", STR("/desk/import/labels"));
    }
    return page_end(reply, &p, "desk_list_page");
}

static enum err label_form(struct web_reply *reply, struct page *p, const struct store_label *l,
                           enum err refused)
{
    static const struct desk_field fields[] = {
        {"word", "标签", DESK_TEXT, true, "最多40个字，建好后不能改名，只能停用", NULL},
        {"theme", "主题", DESK_TEXT, false, "同一主题的标签列在一起，如“行业”“风险”“专项”", NULL},
        {"subject", "用途", DESK_SELECT, true, NULL, model_label_subjects},
        {"state", "状态", DESK_SELECT, true, "停用的标签不能再加，已加的保留", model_label_states},
        {"job", "", DESK_HIDDEN, false, NULL, NULL}};
    const struct str values[] = {l->word, l->theme, l->subject, l->state, page_digits(p, l->job)};
    struct desk_form form;
    bool fresh = l->id == 0;
    desk_form_begin(&form, p, p->request->path, fresh ? "新建标签" : "保存");
    web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/labels"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fresh || (i != 0 && i != 2))
            (void)desk_form_field(&form, &fields[i], values[i]);
    web_set(&p->model, &p->model.root, "intro", fresh ? STR("") : l->word);
    desk_crumb(p, STR("标签字库"), desk_list_home(p, "/desk/labels"));
    return page_end(reply, p, "desk_form_page");
}

/* The label of that id; a new one where id is 0. */
static enum err label_known(struct store_label *out, struct page *p, int64_t id)
{
    struct store_label *rows = NULL;
    size_t count = 0;
    struct str subject = web_param(p->request, "subject");
    bool people = str_eq(subject, STR("inspectors"));
    *out = (struct store_label){.word = web_param(p->request, "word"),
                                .subject = people ? STR("inspectors") : STR("objects"),
                                .state = STR("active")};
    for (size_t s = 0; s < 2 && id != 0; s++) {
        TRY(office_labels(&rows, &count, &p->errand, str_of(model_label_subjects[s].code)));
        for (size_t i = 0; i < count; i++)
            if (rows[i].id == id) {
                *out = rows[i];
                return ERR_OK;
            }
    }
    return id == 0 ? ERR_OK : fault_set(&p->errand.fault, ERR_MISSING, "没有这个标签");
}

static enum err label_save(struct page *p, struct store_label *l)
{
    const struct web_request *r = p->request;
    struct store_label typed = *l;
    int64_t id = 0;
    typed.theme = web_field(r, "theme");
    typed.state = web_field(r, "state");
    typed.job = desk_number(web_field(r, "job"));
    if (l->id == 0) {
        typed.word = web_field(r, "word");
        typed.subject = web_field(r, "subject");
    }
    return office_label_put(&id, &p->errand, &typed);
}

/* New where the address has no id. */
static enum err label_edit(struct web_reply *reply, struct page *p, struct fault *fault)
{
    struct store_label l;
    struct str id = web_capture(p->request, "id");
    int64_t number = desk_number(id);
    enum err err = id.len > 0 && number == 0 ? ERR_MISSING : label_known(&l, p, number);
    if (err != ERR_OK)
        return page_fail(fault, p, err);
    if (p->request->method == WEB_POST && !desk_form_again(p->request)) {
        err = label_save(p, &l);
        if (err == ERR_OK)
            return desk_done(reply, p->request, desk_list_home(p, "/desk/labels"), "saved");
        if (!desk_form_mends(err))
            return page_fail(fault, p, err);
    }
    err = label_form(reply, p, &l, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, p, err);
}

enum err desk_label_new(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/labels", "新建标签");
    return label_edit(reply, &p, fault);
}

enum err desk_label_edit(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/labels", "修改标签");
    return label_edit(reply, &p, fault);
}
