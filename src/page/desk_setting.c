/* Settings with their basis and versions, a change with what it touches before it is confirmed;
 * dictionaries; the working-day calendar. */
#include "page/desk_setting.h"

#include "base/time.h"
#include "office/setting.h"
#include "sheet/value.h"

#include <string.h>

/* --- the list, by group --- */

/* The group of a setting is the first word of its name. */
static const struct {
    const char *head;
    const char *label;
} setting_groups[] = {
    {"site.", "名称和页脚"},    {"item.", "抽查事项"},  {"draw.", "抽取"},    {"team.", "检查组"},
    {"inspector.", "检查人员"}, {"publish.", "公示"},   {"target.", "目标"},  {"password.", "密码"},
    {"sign-in.", "登录"},       {"session.", "会话"},   {"account.", "账号"}, {"import.", "导入"},
    {"job.", "后台任务"},       {"grade.", "安全标记"}, {"", "其他"},
};

enum { SETTING_GROUPS = sizeof setting_groups / sizeof setting_groups[0] };

static size_t setting_group(const char *name)
{
    size_t i = 0;
    while (strncmp(name, setting_groups[i].head, strlen(setting_groups[i].head)) != 0)
        i++;
    return i;
}

/* Are its values words rather than a number of something? */
static bool setting_words(const struct model_setting_row *row)
{
    return strcmp(row->unit, "文字") == 0 || strcmp(row->unit, "网址") == 0;
}

static struct str setting_value(struct page *p, enum model_setting setting, struct str value)
{
    const struct model_setting_row *row = model_setting_row(setting);
    if (value.len == 0)
        return STR("（空）");
    if (strcmp(row->unit, "0/1") == 0)
        return str_eq(value, STR("1")) ? STR("1（是）") : STR("0（否）");
    if (strcmp(row->unit, "级") == 0 && value.len == 1 && value.data[0] >= '0' &&
        value.data[0] < '0' + MODEL_GRADE_COUNT)
        return arena_printf(p->request->arena, "%.*s（%s）", STR_ARG(value),
                            model_grades[value.data[0] - '0'].text);
    if (strcmp(row->unit, "比例") == 0) {
        uint64_t num = 0, den = 0;
        struct str rest = value;
        struct str head;
        (void)str_cut(&head, &rest, '/');
        bool ratio = str_u64(&num, head) == ERR_OK && str_u64(&den, rest) == ERR_OK && den > 0;
        return ratio ? arena_printf(p->request->arena, "%.*s（%.*s）", STR_ARG(value),
                                    STR_ARG(page_percent(p, (double)num / (double)den)))
                     : value;
    }
    bool bare = setting_words(row) || strcmp(row->unit, "月-日") == 0;
    return bare ? value : arena_printf(p->request->arena, "%.*s %s", STR_ARG(value), row->unit);
}

static struct str setting_href(struct page *p, enum model_setting setting, const char *more)
{
    struct str href = arena_printf(p->request->arena, "/desk/settings/%s%s",
                                   model_setting_row(setting)->name, more);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

static void setting_show(struct page *p, struct web_value *row, enum model_setting setting,
                         const struct office_setting_view *view)
{
    struct web_model *m = &p->model;
    const struct model_setting_row *shipped = model_setting_row(setting);
    web_set(m, row, "what", str_of(shipped->what));
    web_set(m, row, "name", str_of(shipped->name));
    web_set(m, row, "href", setting_href(p, setting, ""));
    web_set(m, row, "value", setting_value(p, setting, view->value));
    web_set(m, row, "basis", view->basis);
    web_set_flag(m, row, "changed", view->changed);
}

/* Targets beside what the year has reached. */
static enum err settings_targets(struct page *p, const struct office_settings *all)
{
    struct web_model *m = &p->model;
    struct office_target targets[OFFICE_TARGETS];
    int year = date_year(date_of_time(p->request->now));
    TRY(office_targets(targets, &p->errand, year));
    struct web_value *list = web_set_list(m, &m->root, "targets");
    for (size_t i = 0; i < OFFICE_TARGETS; i++) {
        const struct office_target *t = &targets[i];
        struct web_value *row = web_list_add(m, list);
        setting_show(p, row, t->setting, &all->views[t->setting]);
        web_set_count(m, row, "part", t->part);
        web_set_count(m, row, "whole", t->whole);
        web_set(m, row, "reached",
                t->whole > 0 ? page_percent(p, (double)t->part / (double)t->whole) : STR("—"));
    }
    web_set_count(m, &m->root, "year", year);
    return ERR_OK;
}

enum err desk_settings(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct office_settings *all = arena_alloc(request->arena, sizeof *all);
    desk_begin(&p, request, "/desk/settings", "系统设置");
    enum err err = all != NULL ? office_settings(all, &p.errand) : ERR_MEMORY;
    if (err == ERR_OK)
        err = settings_targets(&p, all);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *groups = web_set_list(m, &m->root, "groups");
    for (size_t g = 0; g < SETTING_GROUPS; g++) {
        struct web_value *group = web_list_add(m, groups);
        struct web_value *rows = web_set_list(m, group, "rows");
        web_set(m, group, "group", str_of(setting_groups[g].label));
        for (size_t i = 0; i < MODEL_SETTING_COUNT; i++)
            if (setting_group(model_setting_row((enum model_setting)i)->name) == g)
                setting_show(&p, web_list_add(m, rows), (enum model_setting)i, &all->views[i]);
        bool target = strcmp(setting_groups[g].head, "target.") == 0; /* they stand above */
        web_set_flag(m, group, "any", rows->count > 0 && !target);
    }
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_SETTING_EDIT);
    return page_end(reply, &p, "desk_settings");
}

/* --- one setting --- */

static enum err setting_find(enum model_setting *out, struct page *p)
{
    *out = model_setting_find(web_capture(p->request, "name"));
    if (*out != MODEL_SETTING_COUNT)
        return ERR_OK;
    return fault_set(&p->errand.fault, ERR_MISSING, "没有这项设置");
}

static enum err setting_versions(struct page *p, enum model_setting setting)
{
    struct web_model *m = &p->model;
    struct store_setting_version *rows = NULL;
    size_t count = 0;
    TRY(office_setting_versions(&rows, &count, &p->errand, setting));
    struct web_value *list = web_set_list(m, &m->root, "versions");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        struct str before =
            i + 1 < count ? rows[i + 1].value : str_of(model_setting_row(setting)->value);
        web_set_count(m, row, "version", rows[i].version);
        web_set(m, row, "at", page_time(p, rows[i].at));
        web_set(m, row, "actor", rows[i].actor);
        web_set(m, row, "before", setting_value(p, setting, before));
        web_set(m, row, "after", setting_value(p, setting, rows[i].value));
        web_set(m, row, "basis", rows[i].basis);
    }
    web_set_flag(m, &m->root, "has_versions", count > 0);
    return ERR_OK;
}

enum err desk_setting(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    enum model_setting setting = MODEL_SETTING_COUNT;
    struct office_settings *all = arena_alloc(request->arena, sizeof *all);
    desk_begin(&p, request, "/desk/settings", "设置");
    enum err err = all != NULL ? setting_find(&setting, &p) : ERR_MEMORY;
    if (err == ERR_OK)
        err = office_settings(all, &p.errand);
    if (err == ERR_OK)
        err = setting_versions(&p, setting);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    const struct model_setting_row *shipped = model_setting_row(setting);
    setting_show(&p, &m->root, setting, &all->views[setting]);
    web_set(m, &m->root, "shipped", setting_value(&p, setting, str_of(shipped->value)));
    web_set(m, &m->root, "shipped_basis", str_of(shipped->basis));
    web_set(m, &m->root, "title", str_of(shipped->what));
    web_set(m, &m->root, "edit", setting_href(&p, setting, "/edit"));
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_SETTING_EDIT);
    desk_crumb(&p, STR("系统设置"), STR("/desk/settings"));
    return page_end(reply, &p, "desk_setting");
}

/* --- changing --- */

/* What was typed as a value. A ratio as people write one (10%, 0.1) is NUM/DEN; what cannot be read
 * is left for the office to refuse. */
static struct str setting_typed(struct page *p, enum model_setting setting)
{
    static const struct field ratio = {.name = "value", .kind = FIELD_RATIO, .max = 40};
    struct str typed = str_trim(web_field(p->request, "value"));
    const struct sheet_cell cell = {.text = typed};
    struct fault fault = {0};
    struct str read = {0};
    bool fits = strcmp(model_setting_row(setting)->unit, "比例") == 0 && typed.len > 0 &&
                sheet_value(&read, &ratio, &cell, p->request->arena, &fault) == ERR_OK;
    return fits ? read : typed;
}

/* The form; with an impact also what the change would touch, and a second button that does it. */
static enum err setting_form(struct web_reply *reply, struct page *p, enum model_setting setting,
                             const struct office_impact *impact, enum err refused)
{
    struct desk_form form;
    struct web_model *m = &p->model;
    struct office_settings *all = arena_alloc(p->request->arena, sizeof *all);
    struct fault words = p->errand.fault;
    const struct model_setting_row *row = model_setting_row(setting);
    if (all == NULL)
        return ERR_MEMORY;
    TRY(office_settings(all, &p->errand));
    p->errand.fault = words;
    bool asked = impact != NULL;
    bool text = setting_words(row);
    const char *hint = strcmp(row->unit, "比例") == 0 ? "比例，如 10%、0.1 或 1/10" : row->unit;
    const struct desk_field fields[] = {
        {"value", row->what, DESK_TEXT, !text, text ? NULL : hint, NULL},
        {"basis", "依据", DESK_TEXT, true, "文件名称、文号和条款", NULL},
        {"confirm", "", DESK_HIDDEN, false, NULL, NULL}};
    desk_form_begin(&form, p, setting_href(p, setting, "/edit"),
                    asked ? "确认修改" : "下一步：看会影响什么");
    web_set(m, form.object, "back", setting_href(p, setting, ""));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &fields[0], all->views[setting].value);
    (void)desk_form_field(&form, &fields[1], STR(""));
    struct web_value *confirm = desk_form_field(&form, &fields[2], STR(""));
    struct str shown =
        asked ? arena_printf(p->request->arena, "=%.*s", STR_ARG(web_field(p->request, "value")))
              : STR("");
    m->failed = m->failed || shown.data == NULL;
    web_set(m, confirm, "value", shown);
    struct web_value *list = web_set_list(m, &m->root, "impact");
    for (size_t i = 0; asked && i < impact->count; i++)
        web_set(m, web_list_add(m, list), "words", impact->words[i]);
    web_set_flag(m, &m->root, "asked", asked);
    web_set(m, &m->root, "before", setting_value(p, setting, all->views[setting].value));
    web_set(m, &m->root, "after", setting_value(p, setting, setting_typed(p, setting)));
    desk_crumb(p, STR("系统设置"), STR("/desk/settings"));
    return page_end(reply, p, "desk_setting_edit");
}

/* Confirmed is what was shown: another value typed since then is looked at anew. */
static enum err setting_save(struct web_reply *reply, struct page *p, enum model_setting setting)
{
    const struct web_request *request = p->request;
    struct str value = setting_typed(p, setting);
    struct str basis = str_trim(web_field(request, "basis"));
    struct str confirm = web_field(request, "confirm");
    struct office_impact impact = {0};
    bool sure =
        confirm.len > 0 && str_eq(str_sub(confirm, 1, SIZE_MAX), web_field(request, "value"));
    enum err err = office_setting_impact(&impact, &p->errand, setting, value, basis);
    if (err == ERR_OK && !sure)
        return setting_form(reply, p, setting, &impact, ERR_OK);
    if (err == ERR_OK)
        err = office_setting_change(&p->errand, setting, value, basis);
    if (err != ERR_OK)
        return desk_form_mends(err) ? setting_form(reply, p, setting, NULL, err) : err;
    TRY(page_site_renew(request->ctx, &p->errand.fault));
    return desk_done(reply, request, setting_href(p, setting, ""), "saved");
}

enum err desk_setting_edit(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    enum model_setting setting = MODEL_SETTING_COUNT;
    desk_begin(&p, request, "/desk/settings", "修改设置");
    enum err err = setting_find(&setting, &p);
    bool post = request->method == WEB_POST && !desk_form_again(request);
    if (err == ERR_OK)
        err = post ? setting_save(reply, &p, setting)
                   : setting_form(reply, &p, setting, NULL, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- dictionaries --- */

enum err desk_dictionaries(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    (void)fault;
    desk_begin(&p, request, "/desk/dictionaries", "字典");
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "dictionaries");
    for (const struct office_dictionary *d = office_dictionaries; d->id != NULL; d++) {
        struct web_value *row = web_list_add(m, list);
        int64_t count = 0;
        while (d->words[count].code != NULL)
            count++;
        web_set(m, row, "id", str_of(d->id));
        web_set(m, row, "label", str_of(d->label));
        web_set(m, row, "basis", str_of(d->basis));
        web_set_count(m, row, "count", count);
        web_set_flag(m, row, "grows", d->grows);
    }
    return page_end(reply, &p, "desk_dictionaries");
}

static enum err dictionary_find(const struct office_dictionary **out, struct page *p)
{
    *out = office_dictionary_find(web_capture(p->request, "id"));
    if (*out != NULL)
        return ERR_OK;
    return fault_set(&p->errand.fault, ERR_MISSING, "没有这个字典");
}

static enum err dictionary_own(struct page *p, const struct office_dictionary *d)
{
    struct web_model *m = &p->model;
    struct store_word *rows = NULL;
    size_t count = 0;
    TRY(office_word_versions(&rows, &count, &p->errand, str_of(d->id)));
    struct web_value *list = web_set_list(m, &m->root, "versions");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        bool newest = i == 0 || !str_eq(rows[i].word, rows[i - 1].word);
        web_set(m, row, "word", rows[i].word);
        web_set(m, row, "word_url", page_url(p, rows[i].word));
        web_set_count(m, row, "version", rows[i].version);
        web_set(m, row, "synonyms", rows[i].synonyms);
        web_set_flag(m, row, "closed", str_eq(rows[i].state, STR("closed")));
        web_set_flag(m, row, "newest", newest);
        web_set(m, row, "basis", rows[i].basis);
        web_set(m, row, "actor", rows[i].actor);
        web_set(m, row, "at", page_time(p, rows[i].at));
    }
    web_set_flag(m, &m->root, "has_versions", count > 0);
    return ERR_OK;
}

/* A word's other spellings as people list them: 、 between. */
static struct str dictionary_spellings(struct page *p, const struct field_word *w)
{
    struct buf out = {0};
    struct str rest = str_of(w->synonyms != NULL ? w->synonyms : "");
    struct str one;
    while (str_cut(&one, &rest, '|')) {
        buf_cat(&out, out.len > 0 ? "、" : "");
        buf_str(&out, one);
    }
    struct str text = arena_str(p->request->arena, buf_view(&out));
    p->model.failed = p->model.failed || text.data == NULL || buf_err(&out) != ERR_OK;
    buf_free(&out);
    return text;
}

enum { WORD_CODE, WORD_TEXT, WORD_SPELLINGS };

static const struct desk_filter word_filters[] = {
    {"q", "词、代码或写法", DESK_FILTER_TEXT, NULL, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column word_columns[] = {
    [WORD_CODE] = {"code", "代码", DESK_COLUMN_TEXT, false, false},
    [WORD_TEXT] = {"text", "词", DESK_COLUMN_TEXT, false, false},
    [WORD_SPELLINGS] = {"spellings", "导入时也认的写法", DESK_COLUMN_TEXT, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static bool word_matches(const struct page *p, const struct field_word *w)
{
    struct str q = str_trim(web_param(p->request, "q"));
    return q.len == 0 || str_find(str_of(w->text), q) >= 0 || str_find(str_of(w->code), q) >= 0 ||
           str_find(str_of(w->synonyms), q) >= 0;
}

/* The words that come with the program; the place's own stand below with their versions. */
static enum err word_fill(struct desk_list *list, const struct office_dictionary *d)
{
    struct page *p = list->p;
    struct desk_found found = {0};
    size_t count = 0, kept = 0, from = 0, until = 0;
    while (d->words[count].code != NULL)
        count++;
    struct str *keys = arena_array(p->request->arena, count + 1, sizeof *keys);
    const struct field_word **rows = arena_array(p->request->arena, count + 1, sizeof *rows);
    if (keys == NULL || rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (word_matches(p, &d->words[i])) {
            rows[kept] = &d->words[i];
            keys[kept++] = str_of(d->words[i].code);
        }
    desk_list_window(&found, &from, &until, list, keys, kept);
    for (size_t i = from; i < until; i++) {
        desk_list_row(list, keys[i], str_of(rows[i]->text));
        desk_list_text(list, WORD_CODE, keys[i]);
        desk_list_text(list, WORD_TEXT, str_of(rows[i]->text));
        desk_list_text(list, WORD_SPELLINGS, dictionary_spellings(p, rows[i]));
    }
    desk_list_end(list, &found, "没有词。");
    return ERR_OK;
}

enum err desk_dictionary(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    const struct office_dictionary *d = NULL;
    desk_begin(&p, request, "/desk/dictionaries", "字典");
    enum err err = dictionary_find(&d, &p);
    if (err == ERR_OK)
        err = dictionary_own(&p, d);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct desk_list list;
    struct str path = arena_printf(request->arena, "/desk/dictionaries/%s", d->id);
    if (path.data == NULL)
        return ERR_MEMORY;
    const struct desk_list_kind kind = {"words", path.data,    "词",
                                        "个词",  word_filters, word_columns};
    err = desk_list_begin(&list, &p, &kind);
    if (err == ERR_OK)
        err = word_fill(&list, d);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    web_set(m, &m->root, "id", str_of(d->id));
    web_set(m, &m->root, "title", str_of(d->label));
    web_set(m, &m->root, "basis", str_of(d->basis));
    web_set_flag(m, &m->root, "grows", d->grows);
    web_set_flag(m, &m->root, "may_edit", d->grows && desk_may(&p, MODEL_PERMISSION_SETTING_EDIT));
    desk_crumb(&p, STR("字典"), STR("/desk/dictionaries"));
    return page_end(reply, &p, "desk_dictionary");
}

static enum err word_form(struct web_reply *reply, struct page *p,
                          const struct office_dictionary *d, enum err refused)
{
    static const struct field_word states[] = {
        {"0", "使用", NULL}, {"1", "停用", NULL}, {NULL, NULL, NULL}};
    static const struct desk_field fields[] = {
        {"word", "词", DESK_TEXT, true, NULL, NULL},
        {"synonyms", "同义写法", DESK_TEXT, false, "导入时按这个词读取的其他写法，多个用顿号分隔",
         NULL},
        {"closed", "状态", DESK_SELECT, true, "停用后不再提供选择，原有记录不变", states},
        {"basis", "依据", DESK_TEXT, true, NULL, NULL}};
    struct desk_form form;
    desk_form_begin(&form, p, p->request->path, "保存");
    web_set(&p->model, form.object, "back",
            arena_printf(p->request->arena, "/desk/dictionaries/%s", d->id));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = 0; i < 4; i++)
        (void)desk_form_field(&form, &fields[i],
                              i == 0   ? web_param(p->request, "word")
                              : i == 2 ? STR("0")
                                       : STR(""));
    desk_crumb(p, STR("字典"), STR("/desk/dictionaries"));
    return page_end(reply, p, "desk_setting_edit");
}

enum err desk_dictionary_word(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    const struct office_dictionary *d = NULL;
    const struct office_word_edit edit = {.dictionary = web_capture(request, "id"),
                                          .word = web_field(request, "word"),
                                          .synonyms = web_field(request, "synonyms"),
                                          .closed = str_eq(web_field(request, "closed"), STR("1")),
                                          .basis = web_field(request, "basis")};
    desk_begin(&p, request, "/desk/dictionaries", "字典的词");
    enum err err = dictionary_find(&d, &p);
    bool post = request->method == WEB_POST && !desk_form_again(request);
    if (err == ERR_OK && post)
        err = office_word_change(&p.errand, &edit);
    if (err == ERR_OK && post)
        return desk_done(reply, request,
                         arena_printf(request->arena, "/desk/dictionaries/%s", d->id), "saved");
    if (err == ERR_OK || (d != NULL && desk_form_mends(err)))
        err = word_form(reply, &p, d, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- the calendar --- */

static const char *const weekdays[] = {"一", "二", "三", "四", "五", "六", "日"};

static void calendar_day(struct page *p, struct web_value *row, const struct workdays *w,
                         int32_t day, int number)
{
    struct web_model *m = &p->model;
    bool works = workdays_is(w, day);
    bool weekend = date_weekday(day) >= 5;
    web_set_count(m, row, "day", number);
    web_set_flag(m, row, "works", works);
    web_set_flag(m, row, "makeup", works && weekend);
    web_set_flag(m, row, "holiday", !works && !weekend);
    web_set(m, row, "words",
            works && weekend     ? STR("补班")
            : !works && !weekend ? STR("放假")
                                 : STR(""));
}

static void calendar_month(struct page *p, struct web_value *month, const struct workdays *w,
                           int year, int number)
{
    struct web_model *m = &p->model;
    int32_t first = 0;
    int32_t day = 0;
    int64_t working = 0;
    if (date_make(&first, year, number, 1) != ERR_OK)
        return;
    struct web_value *blanks = web_set_list(m, month, "blanks");
    for (int i = 0; i < date_weekday(first); i++)
        (void)web_list_add(m, blanks);
    struct web_value *days = web_set_list(m, month, "days");
    for (int d = 1; d <= 31 && date_make(&day, year, number, d) == ERR_OK; d++) {
        calendar_day(p, web_list_add(m, days), w, day, d);
        working += workdays_is(w, day);
    }
    web_set_count(m, month, "month", number);
    web_set_count(m, month, "working", working);
}

static int calendar_year(struct page *p)
{
    int64_t year = desk_number(web_param(p->request, "year"));
    return year >= 2000 && year <= 2100 ? (int)year : date_year(date_of_time(p->request->now));
}

enum err desk_calendar(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct office_calendar calendar = {0};
    int32_t first = 0;
    desk_begin(&p, request, "/desk/calendar", "工作日历");
    int year = calendar_year(&p);
    enum err err = office_calendar(&calendar, &p.errand, year);
    if (err == ERR_OK)
        err = date_make(&first, year, 1, 1);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *months = web_set_list(m, &m->root, "months");
    for (int i = 1; i <= 12; i++)
        calendar_month(&p, web_list_add(m, months), &calendar.days, year, i);
    struct web_value *heads = web_set_list(m, &m->root, "weekdays");
    for (int i = 0; i < 7; i++)
        web_set(m, web_list_add(m, heads), "name", str_of(weekdays[i]));
    struct web_value *list = web_set_list(m, &m->root, "versions");
    for (size_t i = 0; i < calendar.count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set_count(m, row, "version", calendar.versions[i].version);
        web_set(m, row, "basis", calendar.versions[i].basis);
        web_set(m, row, "actor", calendar.versions[i].actor);
        web_set(m, row, "at", page_time(&p, calendar.versions[i].at));
    }
    web_set_count(m, &m->root, "year", year);
    web_set_count(m, &m->root, "before", year - 1);
    web_set_count(m, &m->root, "after", year + 1);
    web_set_flag(m, &m->root, "has_versions", calendar.count > 0);
    web_set_flag(m, &m->root, "known", workdays_known(&calendar.days, first));
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_SETTING_EDIT);
    return page_end(reply, &p, "desk_calendar");
}
