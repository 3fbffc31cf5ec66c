/* Forms of the workbench: see desk.h. What was typed always comes before what was stored. */
#include "page/desk.h"

#include <string.h>

void desk_form_begin(struct desk_form *form, struct page *p, struct str action, const char *button)
{
    struct web_model *m = &p->model;
    *form = (struct desk_form){.p = p};
    form->object = web_set_object(m, &m->root, "form");
    web_set(m, form->object, "action", action);
    web_set(m, form->object, "button", str_of(button));
    form->fields = web_set_list(m, form->object, "fields");
    if (desk_form_again(p->request))
        desk_say_again(p);
}

bool desk_form_mends(enum err err)
{
    int status = err_http(err);
    return status >= 400 && status < 500;
}

void desk_form_refused(struct desk_form *form, struct web_reply *reply, enum err err)
{
    struct fault *kept = arena_alloc(form->p->request->arena, sizeof *kept);
    form->p->model.failed = form->p->model.failed || kept == NULL;
    if (kept == NULL)
        return;
    *kept = form->p->errand.fault; /* the errand's own is emptied by its next transaction */
    form->fault = kept;
    reply->status = err_http(err);
    if (form->fault->field == NULL)
        desk_say(form->p, false, str_of(fault_text(form->fault)));
    else
        desk_say(form->p, false, STR("没有保存，请按红字修改后再次提交。"));
}

void desk_form_wrong(struct desk_form *form, const char *name, struct str words)
{
    if (form->wrong_count < DESK_WRONGS)
        form->wrongs[form->wrong_count++] = (struct desk_wrong){name, words};
}

/* What is wrong with a field; empty: nothing. */
static struct str form_error(const struct desk_form *form, const char *name)
{
    for (size_t i = 0; i < form->wrong_count; i++)
        if (strcmp(form->wrongs[i].name, name) == 0)
            return form->wrongs[i].words;
    bool named =
        form->fault != NULL && form->fault->field != NULL && strcmp(form->fault->field, name) == 0;
    return named ? str_of(fault_text(form->fault)) : STR("");
}

static void form_kind(struct web_model *m, struct web_value *row, const struct desk_field *field)
{
    static const char *const flags[] = {
        [DESK_TEXT] = "text",          [DESK_AREA] = "area",     [DESK_PASSWORD] = "password",
        [DESK_NEW_PASSWORD] = "fresh", [DESK_SELECT] = "select", [DESK_DATE] = "date",
        [DESK_CHECK] = "check",        [DESK_HIDDEN] = "hidden"};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0];
         i++) /* else an outer value shines through */
        web_set_flag(m, row, flags[i], i == (size_t)field->kind);
    web_set_flag(m, row, "shown", field->kind != DESK_HIDDEN);
}

/* Is this the form's own answer, in which a box that is not there is not ticked? Rows picked in a
 * list come by POST as well, before their form was ever shown. */
static bool form_answered(const struct web_request *request)
{
    bool picking = web_field(request, "which").len > 0 && web_field(request, "sure").len == 0;
    return request->method == WEB_POST && !picking;
}

struct web_value *desk_form_field(struct desk_form *form, const struct desk_field *field,
                                  struct str value)
{
    struct web_model *m = &form->p->model;
    struct web_value *row = web_list_add(m, form->fields);
    struct str typed = web_field(form->p->request, field->name);
    bool secret = field->kind == DESK_PASSWORD || field->kind == DESK_NEW_PASSWORD;
    bool posted = form_answered(form->p->request);
    struct str error = form_error(form, field->name);
    bool wrong = error.len > 0;
    struct str shown = secret ? STR("") : typed.data != NULL ? typed : value;
    if (posted && field->kind == DESK_CHECK)
        shown = typed;
    form_kind(m, row, field);
    web_set(m, row, "name", str_of(field->name));
    web_set(m, row, "label", str_of(field->label));
    web_set(m, row, "value", shown);
    web_set(m, row, "hint", str_of(field->hint != NULL ? field->hint : ""));
    web_set_flag(m, row, "has_hint", field->hint != NULL);
    web_set_flag(m, row, "required", field->required);
    web_set_flag(m, row, "checked", str_eq(shown, STR("1")));
    web_set_flag(m, row, "wrong", wrong);
    web_set(m, row, "error", error);
    web_set_flag(m, row, "described", wrong || field->hint != NULL);
    web_set_flag(m, row, "has_words", false);
    if (field->kind == DESK_SELECT)
        (void)web_set_list(m, row, "options");
    for (const struct field_word *w = field->words; w != NULL && w->code != NULL; w++)
        desk_form_option(form, row, str_of(w->code), str_of(w->text));
    return row;
}

/* What a field shows. */
static struct str form_shown(const struct web_value *field)
{
    for (size_t i = 0; i < field->count; i++)
        if (str_eq(field->names[i].text, STR("value")))
            return field->items[i]->text;
    return STR("");
}

void desk_form_words(struct desk_form *form, struct web_value *field, const struct str *words,
                     size_t count)
{
    struct web_model *m = &form->p->model;
    struct arena *arena = form->p->request->arena;
    struct str shown = form_shown(field);
    struct web_value *list = web_set_list(m, field, "words");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        struct str whole =
            shown.len == 0 ? words[i]
                           : arena_printf(arena, "%.*s、%.*s", STR_ARG(shown), STR_ARG(words[i]));
        m->failed = m->failed || whole.data == NULL;
        web_set(m, row, "word", words[i]);
        web_set(m, row, "whole", whole);
    }
    web_set_flag(m, field, "has_words", count > 0);
}

void desk_form_option(struct desk_form *form, struct web_value *field, struct str value,
                      struct str label)
{
    struct web_model *m = &form->p->model;
    struct str chosen = form_shown(field);
    struct web_value *options = NULL;
    for (size_t i = 0; i < field->count; i++)
        if (str_eq(field->names[i].text, STR("options")))
            options = field->items[i];
    if (options == NULL)
        return;
    struct web_value *row = web_list_add(m, options);
    web_set(m, row, "code", value);
    web_set(m, row, "text", label);
    web_set_flag(m, row, "chosen", str_eq(chosen, value));
}

struct str desk_indent(struct page *p, struct str name, unsigned depth)
{
    static const char wide[] = "　　　　　　　　"; /* U+3000, which a browser keeps in an option */
    size_t indent = depth * 3 < sizeof wide - 1 ? depth * 3 : sizeof wide - 1;
    if (depth == 0)
        return name;
    struct str text = arena_printf(p->request->arena, "%.*s%.*s", (int)indent, wide, STR_ARG(name));
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

bool desk_form_again(const struct web_request *request)
{
    return web_field(request, "again").len > 0;
}

enum err desk_form_return(struct web_reply *reply, const struct web_request *request,
                          const struct web_route *route, struct fault *fault)
{
    struct web_request inner = *request;
    size_t count = request->field_count;
    struct web_pair *fields = arena_array(request->arena, count + 1, sizeof *fields);
    if (fields == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        fields[i] = request->fields[i];
    fields[count] = (struct web_pair){STR("again"), STR("1")};
    inner.fields = fields;
    inner.field_count = count + 1;
    return route->handler(reply, &inner, fault);
}

void desk_say_again(struct page *p)
{
    desk_say(p, true,
             STR("已重新登录，刚才的提交没有执行。填写的内容都在下面，请核对后再次提交。"));
}
