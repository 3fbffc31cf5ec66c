/* Drafts of the catalogue from the first word to the review: see catalogue.h. */
#include "office/catalogue.h"

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "office/catalogue_work.h"
#include "office/form.h"
#include "office/scope.h"
#include "office/setting.h"
#include "office/vocabulary.h"
#include "sheet/value.h"
#include "store/department.h"

#include <string.h>

enum { WORDS_MOST = 1500 /* bytes of a reason or an opinion */ };

/* --- reading --- */

struct items_work {
    struct errand *e;
    struct store_item **out;
    size_t *count;
    struct str code;
};

static enum err items_read(struct db_tx *tx, void *ctx)
{
    struct items_work *w = ctx;
    struct errand *e = w->e;
    if (w->code.len == 0)
        return store_items_shown(w->out, w->count, e->arena, tx, e->office->tenant);
    TRY(store_item_versions(w->out, w->count, e->arena, tx, e->office->tenant, w->code));
    return *w->count > 0 ? ERR_OK : fault_set(&e->fault, ERR_MISSING, "没有这个抽查事项");
}

enum err office_items(struct store_item **out, size_t *count, struct errand *e)
{
    struct items_work w = {e, out, count, STR("")};
    return office_read(e, "items", items_read, &w);
}

enum err office_item(struct store_item **out, size_t *count, struct errand *e, struct str code)
{
    struct items_work w = {e, out, count, code};
    if (code.len == 0)
        return fault_set(&e->fault, ERR_MISSING, "没有这个抽查事项");
    return office_read(e, "item", items_read, &w);
}

struct gap_work {
    struct errand *e;
    struct office_catalogue_gap *out;
};

static enum err gap_read(struct db_tx *tx, void *ctx)
{
    struct gap_work *w = ctx;
    struct errand *e = w->e;
    struct office_catalogue_gap *out = w->out;
    struct str tenant = e->office->tenant;
    TRY(office_setting(&out->until, e, tx, MODEL_SETTING_ITEM_DEADLINE));
    TRY(office_setting(&out->joint_until, e, tx, MODEL_SETTING_JOINT_DEADLINE));
    TRY(office_setting(&out->registry_until, e, tx, MODEL_SETTING_REGISTRY_DEADLINE));
    TRY(store_items_joint(&out->joint, tx, tenant));
    TRY(store_departments_bare(&out->bare, tx, tenant));
    return store_items_without(&out->departments, tx, tenant);
}

enum err office_catalogue_gap(struct office_catalogue_gap *out, struct errand *e)
{
    struct gap_work w = {e, out};
    return office_read(e, "catalogue-gap", gap_read, &w);
}

enum err catalogue_parse(struct str values[MODEL_ITEM_COUNT], struct arena *arena,
                         struct str content)
{
    json_t *object = NULL;
    enum err err = json_parse(&object, content, NULL);
    for (size_t i = 0; i < MODEL_ITEM_COUNT && err == ERR_OK; i++) {
        struct str value = json_member_str(object, model_items.fields[i].name);
        values[i] = arena_str(arena, value);
        if (values[i].data == NULL)
            err = ERR_MEMORY;
    }
    json_decref(object);
    return err;
}

enum err catalogue_content(struct str *out, struct arena *arena,
                           const struct str values[MODEL_ITEM_COUNT])
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    for (size_t i = 0; i < MODEL_ITEM_COUNT; i++)
        json_pair_str(&w, model_items.fields[i].name, values[i]);
    json_write_object_end(&w);
    return arena_keep(out, arena, &text, json_write_end(&w));
}

/* The department's name beside its code, and the version it was made from. */
static enum err draft_dress(struct office_draft *d, struct errand *e, struct db_tx *tx)
{
    struct store_department *rows = NULL;
    size_t count = 0;
    TRY(catalogue_parse(d->values, e->arena, d->row.content));
    TRY(store_departments(&rows, &count, e->arena, tx, e->office->tenant));
    d->department_name = d->row.department;
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].code, d->row.department))
            d->department_name = rows[i].name;
    if (d->row.base == 0)
        return ERR_OK;
    return store_item_get(&d->base, e->arena, tx, e->office->tenant, d->row.base);
}

struct drafts_work {
    struct errand *e;
    struct office_draft **out;
    size_t *count;
    struct str state;
};

static enum err drafts_read(struct db_tx *tx, void *ctx)
{
    struct drafts_work *w = ctx;
    struct errand *e = w->e;
    struct store_reach reach = {0};
    struct store_draft *rows = NULL;
    TRY(office_reach(&reach, e));
    TRY(store_drafts(&rows, w->count, e->arena, tx, e->office->tenant, &reach, w->state));
    *w->out = arena_array(e->arena, *w->count + 1, sizeof **w->out);
    if (*w->out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < *w->count; i++) {
        (*w->out)[i] = (struct office_draft){.row = rows[i]};
        TRY(draft_dress(&(*w->out)[i], e, tx));
    }
    return ERR_OK;
}

enum err office_drafts(struct office_draft **out, size_t *count, struct errand *e, struct str state)
{
    struct drafts_work w = {e, out, count, state};
    return office_read(e, "drafts", drafts_read, &w);
}

enum err catalogue_draft(struct store_draft *out, struct errand *e, struct db_tx *tx, int64_t id)
{
    struct store_reach reach = {0};
    TRY(office_reach(&reach, e));
    enum err err = store_draft_get(out, e->arena, tx, e->office->tenant, &reach, id);
    return err == ERR_MISSING ? fault_set(&e->fault, err, "没有这份草稿") : err;
}

struct draft_work {
    struct errand *e;
    struct office_draft *out;
    int64_t id;
};

static enum err draft_read(struct db_tx *tx, void *ctx)
{
    struct draft_work *w = ctx;
    *w->out = (struct office_draft){0};
    TRY(catalogue_draft(&w->out->row, w->e, tx, w->id));
    return draft_dress(w->out, w->e, tx);
}

enum err office_draft_get(struct office_draft *out, struct errand *e, int64_t id)
{
    struct draft_work w = {e, out, id};
    return office_read(e, "draft", draft_read, &w);
}

struct steps_work {
    struct errand *e;
    struct store_item_step **out;
    size_t *count;
    int64_t id;
};

static enum err steps_read(struct db_tx *tx, void *ctx)
{
    struct steps_work *w = ctx;
    struct store_draft draft;
    TRY(catalogue_draft(&draft, w->e, tx, w->id));
    return store_item_steps(w->out, w->count, w->e->arena, tx, w->e->office->tenant, w->id);
}

enum err office_draft_steps(struct store_item_step **out, size_t *count, struct errand *e,
                            int64_t id)
{
    struct steps_work w = {e, out, count, id};
    return office_read(e, "draft-steps", steps_read, &w);
}

struct count_work {
    struct errand *e;
    int64_t *out;
    struct str state;
};

static enum err draft_counted(struct db_tx *tx, void *ctx)
{
    struct count_work *w = ctx;
    struct store_reach reach = {0};
    TRY(office_reach(&reach, w->e));
    return store_draft_count(w->out, tx, w->e->office->tenant, &reach, w->state);
}

enum err office_draft_count(int64_t *out, struct errand *e, struct str state)
{
    struct count_work w = {e, out, state};
    return office_read(e, "draft-count", draft_counted, &w);
}

/* --- the form of what is typed --- */

enum err office_item_limit(struct office_item_limit *out, struct errand *e, struct db_tx *tx)
{
    struct office_setting_view view = {0};
    TRY(office_setting_ratio(&out->num, &out->den, e, tx, MODEL_SETTING_GENERAL_CAP));
    TRY(office_setting_view_get(&view, e, tx, MODEL_SETTING_GENERAL_CAP));
    out->value = view.value;
    out->basis = view.basis;
    return ERR_OK;
}

enum err office_item_cap(bool *above, struct str values[MODEL_ITEM_COUNT],
                         const struct office_item_limit *limit)
{
    uint64_t num = 0, den = 0;
    struct str *cap = &values[MODEL_ITEM_CAP];
    struct str rest = *cap;
    struct str head;
    *above = false;
    if (str_eq(values[MODEL_ITEM_CLASS], STR("key"))) {
        *cap = STR("1/1");
        return ERR_OK;
    }
    if (cap->len == 0 || str_eq(*cap, STR("0/1"))) {
        *cap = limit->value;
        return ERR_OK;
    }
    (void)str_cut(&head, &rest, '/');
    TRY(str_u64(&num, head));
    TRY(str_u64(&den, rest));
    *above = num * limit->den > limit->num * den;
    return ERR_OK;
}

/* The same for what is typed. */
static enum err judge_cap(struct errand *e, struct db_tx *tx, struct str values[MODEL_ITEM_COUNT])
{
    struct office_item_limit limit = {0};
    bool above = false;
    TRY(office_item_limit(&limit, e, tx));
    TRY(office_item_cap(&above, values, &limit));
    if (!above)
        return ERR_OK;
    return fault_at(&e->fault, "cap", ERR_INPUT, OFFICE_ITEM_CAP_WORDS, STR_ARG(limit.value),
                    STR_ARG(limit.basis));
}

/* Partners are departments of ours, named once each, none of them the lead (R12); words that mean
 * none may stay where a superior's list or the version in force has them. */
static enum err judge_partners(struct errand *e, const struct joint_names *names,
                               struct str values[MODEL_ITEM_COUNT], struct str kept)
{
    struct str rest = values[MODEL_ITEM_PARTNERS];
    struct str word;
    struct str list = STR("");
    while (sheet_list_next(&word, &rest)) {
        const struct store_department *found = NULL;
        TRY(joint_find(&found, e->arena, names, word));
        if (found == NULL && !joint_listed(kept, word))
            return fault_at(&e->fault, "partners", ERR_INPUT,
                            "配合部门“%.*s”不在部门名录中，或已撤销", STR_ARG(word));
        if (found != NULL && str_eq(found->code, values[MODEL_ITEM_DEPARTMENT]))
            return fault_at(&e->fault, "partners", ERR_INPUT,
                            "“%.*s”是牵头（实施）部门，不能同时是配合部门", STR_ARG(word));
        word = found != NULL ? found->name : word;
        if (joint_listed(list, word))
            continue;
        list = list.len == 0 ? word
                             : arena_printf(e->arena, "%.*s、%.*s", STR_ARG(list), STR_ARG(word));
        if (list.data == NULL)
            return ERR_MEMORY;
    }
    values[MODEL_ITEM_PARTNERS] = list;
    return ERR_OK;
}

/* Signs that show other than they are; line breaks may stand in long texts. */
static bool deceptive(struct str text)
{
    struct str line;
    bool found = false;
    while (str_cut(&line, &text, '\n'))
        found = found || utf8_has_deceptive(line);
    return found;
}

/* Each field by its description, as a cell of a file would be read. */
static enum err judge_fields(struct errand *e, struct str values[MODEL_ITEM_COUNT])
{
    for (size_t i = 0; i < MODEL_ITEM_COUNT; i++) {
        struct field field = model_items.fields[i];
        struct str text = str_trim(values[i]);
        const struct sheet_cell cell = {.text = text, .kind = SHEET_TEXT};
        field.required = false;
        if (i == MODEL_ITEM_CAP && str_eq(text, STR("0/1")))
            continue;
        enum err err = sheet_value(&values[i], &field, &cell, e->arena, &e->fault);
        if (err == ERR_INPUT)
            e->fault.field = model_items.fields[i].name;
        TRY(err);
        values[i] = arena_str(e->arena, values[i]);
        if (values[i].data == NULL)
            return ERR_MEMORY;
        if (deceptive(values[i]))
            return fault_at(&e->fault, model_items.fields[i].name, ERR_INPUT,
                            "含有不能显示的字符，请重新输入");
    }
    if (values[MODEL_ITEM_CLASS].len == 0)
        values[MODEL_ITEM_CLASS] = STR("general");
    return ERR_OK;
}

/* R22, R27: an item applies by words of the vocabulary. */
static enum err judge_labels(struct errand *e, struct db_tx *tx, struct str labels, struct str kept)
{
    struct vocabulary words;
    struct str word;
    TRY(vocabulary_load(&words, e->arena, e, tx, "objects"));
    if (!vocabulary_unknown(&word, &labels, &words, kept))
        return ERR_OK;
    struct str said = vocabulary_words(e->arena, &words, word);
    return said.data != NULL ? fault_at(&e->fault, "labels", ERR_INPUT, "%.*s", STR_ARG(said))
                             : ERR_MEMORY;
}

enum err catalogue_judge(struct errand *e, struct db_tx *tx, struct str values[MODEL_ITEM_COUNT],
                         const struct catalogue_kept *kept)
{
    struct joint_names names;
    const struct field_word *methods = NULL;
    const struct store_department *own = NULL;
    struct str lead = values[MODEL_ITEM_DEPARTMENT];
    TRY(judge_fields(e, values));
    TRY(joint_names(&names, e->arena, e, tx));
    for (size_t i = 0; i < names.count; i++)
        if (str_eq(names.items[i].department->code, lead))
            own = names.items[i].department;
    if (own == NULL)
        return fault_at(&e->fault, "department", ERR_INPUT,
                        "请选择实施部门；它须在部门名录中且未撤销");
    values[MODEL_ITEM_DEPARTMENT] = own->code;
    if (values[MODEL_ITEM_COMPILER].len == 0)
        values[MODEL_ITEM_COMPILER] = own->name;
    TRY(office_words(&methods, e, tx, "methods"));
    TRY(office_words_unify(&values[MODEL_ITEM_METHODS], e->arena, methods));
    TRY(judge_partners(e, &names, values, kept->partners));
    TRY(judge_labels(e, tx, values[MODEL_ITEM_LABELS], kept->labels));
    TRY(catalogue_form(e, tx, values));
    return judge_cap(e, tx, values);
}

enum err catalogue_form(struct errand *e, struct db_tx *tx, struct str values[MODEL_ITEM_COUNT])
{
    struct store_form *forms = NULL;
    size_t count = 0;
    struct str code = values[MODEL_ITEM_FORM_CODE];
    if (code.len == 0 && values[MODEL_ITEM_FORM].len == 0)
        return ERR_OK;
    TRY(store_forms(&forms, &count, e->arena, tx, e->office->tenant, e->scope.clearance));
    const struct store_form *form = code.len > 0 ? form_coded(forms, count, code)
                                                 : form_named(forms, count, values[MODEL_ITEM_FORM],
                                                              values[MODEL_ITEM_DEPARTMENT]);
    if (form == NULL && code.len > 0)
        return fault_at(&e->fault, "form_code", ERR_INPUT,
                        "文件资料中没有编号为“%.*s”的已发布检查表，请重新选择", STR_ARG(code));
    if (form == NULL)
        return ERR_OK;
    values[MODEL_ITEM_FORM_CODE] = form->code;
    values[MODEL_ITEM_FORM] = form->title;
    return ERR_OK;
}

enum err catalogue_form_loosen(struct errand *e, struct db_tx *tx,
                               struct str values[MODEL_ITEM_COUNT])
{
    struct store_form *forms = NULL;
    size_t count = 0;
    TRY(store_forms(&forms, &count, e->arena, tx, e->office->tenant, e->scope.clearance));
    if (form_coded(forms, count, values[MODEL_ITEM_FORM_CODE]) == NULL)
        values[MODEL_ITEM_FORM_CODE] = STR("");
    return ERR_OK;
}

static enum err judge_words(struct errand *e, struct str words, const char *field)
{
    if (words.len <= WORDS_MOST && !deceptive(words))
        return ERR_OK;
    return fault_at(&e->fault, field, ERR_INPUT, "文字过长（最多约500字），或含有不能显示的字符");
}

/* --- steps --- */

enum err catalogue_step(struct errand *e, struct db_tx *tx, struct store_draft *draft,
                        const struct catalogue_change *change)
{
    struct store_item_step step = {.draft = draft->id,
                                   .step = str_of(change->step),
                                   .words = change->words,
                                   .actor = e->actor,
                                   .at = e->now};
    const struct office_audit_row row = {.action = str_of(change->action),
                                         .target =
                                             arena_printf(e->arena, "%lld", (long long)draft->id),
                                         .detail = change->words,
                                         .outcome = STR("done"),
                                         .before = change->before,
                                         .after = change->after};
    TRY(office_id(&step.id, e));
    if (row.target.data == NULL)
        return ERR_MEMORY;
    TRY(store_item_step_add(tx, e->office->tenant, &step));
    return office_audit_add(e, tx, &row);
}

/* Moves a draft on, with its step and its audit row: which state it was in and is, where the change
 * tells nothing of the content. */
static enum err draft_move(struct errand *e, struct db_tx *tx, struct store_draft *draft,
                           const struct catalogue_change *change)
{
    struct catalogue_change noted = *change;
    if (change->before.len == 0) {
        noted.before = arena_printf(e->arena, "{\"state\":\"%.*s\"}", STR_ARG(draft->state));
        noted.after = arena_printf(e->arena, "{\"state\":\"%s\"}", change->step);
        if (noted.before.data == NULL || noted.after.data == NULL)
            return ERR_MEMORY;
    }
    draft->state = str_of(change->step);
    draft->version++;
    draft->at = e->now;
    TRY(store_draft_update(tx, e->office->tenant, draft));
    return catalogue_step(e, tx, draft, &noted);
}

static enum err draft_stale(struct errand *e, const struct store_draft *draft, int64_t version)
{
    if (draft->version == version)
        return ERR_OK;
    return fault_set(&e->fault, ERR_CONFLICT,
                     "这份草稿已被他人修改或处理，没有执行；请刷新页面后重试");
}

static bool draft_in(const struct store_draft *draft, const char *a, const char *b)
{
    return str_eq(draft->state, str_of(a)) || str_eq(draft->state, str_of(b));
}

/* --- saving --- */

struct save_work {
    struct errand *e;
    const struct office_draft_edit *edit;
    struct store_draft draft;
    struct str values[MODEL_ITEM_COUNT];
    struct str before;
    struct catalogue_kept kept; /* what stands there already */
};

/* The department: the person's own, or whichever he names who reaches all. */
static void save_department(struct save_work *w)
{
    if (w->e->scope.level != MODEL_SCOPE_ALL)
        w->values[MODEL_ITEM_DEPARTMENT] = w->e->scope.department;
}

/* A change or an end begins with the version in force. */
static enum err save_base(struct save_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_item item = {0};
    int64_t open = 0;
    if (str_eq(w->edit->kind, STR("new")))
        return ERR_OK;
    enum err err = store_item_active(&item, e->arena, tx, e->office->tenant, w->edit->code);
    if (err == ERR_OK && !office_scope_department(&e->scope, item.values[MODEL_ITEM_DEPARTMENT]))
        err = ERR_MISSING;
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有这个现行的抽查事项");
    TRY(err);
    TRY(store_draft_open(&open, tx, e->office->tenant, w->edit->code));
    if (open != 0)
        return fault_set(&e->fault, ERR_STATE, "该事项已有一份未办结的草稿，请先办结或撤销那一份");
    w->draft.base = item.id;
    w->draft.code = item.code;
    w->kept =
        (struct catalogue_kept){item.values[MODEL_ITEM_PARTNERS], item.values[MODEL_ITEM_LABELS]};
    w->values[MODEL_ITEM_DEPARTMENT] = item.values[MODEL_ITEM_DEPARTMENT];
    w->values[MODEL_ITEM_COMPILER] = item.values[MODEL_ITEM_COMPILER];
    if (str_eq(w->edit->kind, STR("close")))
        memcpy(w->values, item.values, sizeof w->values);
    return ERR_OK;
}

static enum err save_begin(struct save_work *w, struct db_tx *tx)
{
    struct str kind = w->edit->kind;
    bool known =
        str_eq(kind, STR("new")) || str_eq(kind, STR("change")) || str_eq(kind, STR("close"));
    if (!known)
        return fault_set(&w->e->fault, ERR_INPUT, "不认识的草稿种类，没有保存");
    w->draft.kind = kind;
    w->draft.state = STR("draft");
    w->draft.version = 1;
    TRY(office_id(&w->draft.id, w->e));
    return save_base(w, tx);
}

static enum err save_load(struct save_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct str stored[MODEL_ITEM_COUNT];
    TRY(catalogue_draft(&w->draft, e, tx, w->edit->id));
    TRY(draft_stale(e, &w->draft, w->edit->version));
    if (!draft_in(&w->draft, "draft", "returned"))
        return fault_set(&e->fault, ERR_STATE, "这份草稿已提交审查或已办结，不能再修改");
    TRY(catalogue_parse(stored, e->arena, w->draft.content));
    w->before = w->draft.content;
    w->kept = (struct catalogue_kept){stored[MODEL_ITEM_PARTNERS], stored[MODEL_ITEM_LABELS]};
    w->values[MODEL_ITEM_COMPILER] = stored[MODEL_ITEM_COMPILER];
    if (w->draft.base != 0)
        w->values[MODEL_ITEM_DEPARTMENT] = stored[MODEL_ITEM_DEPARTMENT];
    if (str_eq(w->draft.kind, STR("close")))
        memcpy(w->values, stored, sizeof stored);
    w->draft.version++;
    return ERR_OK;
}

static enum err save_run(struct db_tx *tx, void *ctx)
{
    struct save_work *w = ctx;
    struct errand *e = w->e;
    bool done = false;
    struct str outcome;
    w->draft = (struct store_draft){.id = w->edit->id};
    w->before = STR("");
    w->kept = (struct catalogue_kept){STR(""), STR("")};
    memcpy(w->values, w->edit->values, sizeof w->values);
    w->values[MODEL_ITEM_COMPILER] = STR("");
    TRY(office_once(&done, &outcome, e, tx, STR("item-draft")));
    if (done)
        return str_i64(&w->draft.id, outcome);
    save_department(w);
    TRY(w->edit->id == 0 ? save_begin(w, tx) : save_load(w, tx));
    TRY(catalogue_judge(e, tx, w->values, &w->kept));
    w->draft.department = w->values[MODEL_ITEM_DEPARTMENT];
    w->draft.reason = str_trim(w->edit->reason);
    w->draft.author = e->actor;
    w->draft.at = e->now;
    TRY(catalogue_content(&w->draft.content, e->arena, w->values));
    TRY(w->edit->id == 0 ? store_draft_add(tx, e->office->tenant, &w->draft)
                         : store_draft_update(tx, e->office->tenant, &w->draft));
    const struct catalogue_change change = {"item-draft", "saved", STR(""), w->before,
                                            w->draft.content};
    TRY(catalogue_step(e, tx, &w->draft, &change));
    outcome = arena_printf(e->arena, "%lld", (long long)w->draft.id);
    return outcome.data != NULL ? office_once_done(e, tx, STR("item-draft"), outcome) : ERR_MEMORY;
}

enum err office_draft_save(int64_t *id, struct errand *e, const struct office_draft_edit *edit)
{
    struct save_work w = {.e = e, .edit = edit};
    TRY(judge_words(e, edit->reason, "reason"));
    TRY(office_write(e, "item-draft", save_run, &w));
    *id = w.draft.id;
    return ERR_OK;
}

/* --- handing in, taking back --- */

/* A step of a draft, taken on the version that the person saw. */
struct move_work {
    struct errand *e;
    const char *action;
    int64_t id;
    int64_t version;
    const struct office_item_review *review;
    enum err (*step)(const struct move_work *w, struct db_tx *tx, struct store_draft *draft);
};

static enum err move_run(struct db_tx *tx, void *ctx)
{
    const struct move_work *w = ctx;
    struct store_draft draft;
    struct str outcome;
    bool done = false;
    TRY(catalogue_draft(&draft, w->e, tx, w->id));
    TRY(office_once(&done, &outcome, w->e, tx, str_of(w->action)));
    if (done)
        return ERR_OK;
    TRY(draft_stale(w->e, &draft, w->version));
    TRY(w->step(w, tx, &draft));
    return office_once_done(w->e, tx, str_of(w->action), STR(""));
}

/* What R2 and R3 ask of an item, where it is typed. */
static enum err submit_complete(struct errand *e, const struct str values[MODEL_ITEM_COUNT])
{
    static const enum model_item_field needed[] = {
        MODEL_ITEM_CATEGORY, MODEL_ITEM_NAME,    MODEL_ITEM_OBJECTS, MODEL_ITEM_SUBJECT,
        MODEL_ITEM_CONTENT,  MODEL_ITEM_METHODS, MODEL_ITEM_BASIS};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (values[needed[i]].len == 0)
            return fault_at(&e->fault, model_items.fields[needed[i]].name, ERR_INPUT,
                            "还没有填写“%s”，不能提交审查；请先修改草稿",
                            model_items.fields[needed[i]].label);
    return ERR_OK;
}

static enum err submit_judge(struct errand *e, struct db_tx *tx, struct store_draft *draft)
{
    struct str values[MODEL_ITEM_COUNT];
    struct store_item base = {0};
    bool differs = false;
    TRY(catalogue_parse(values, e->arena, draft->content));
    if (!str_eq(draft->kind, STR("new")) && draft->reason.len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "还没有填写变更理由，不能提交审查；请先修改草稿");
    if (str_eq(draft->kind, STR("close")))
        return ERR_OK;
    TRY(submit_complete(e, values));
    const struct catalogue_kept kept = {values[MODEL_ITEM_PARTNERS], values[MODEL_ITEM_LABELS]};
    TRY(catalogue_judge(e, tx, values, &kept));
    if (draft->base == 0)
        return ERR_OK;
    TRY(store_item_get(&base, e->arena, tx, e->office->tenant, draft->base));
    for (size_t i = 0; i < MODEL_ITEM_COUNT; i++)
        differs = differs || !str_eq(values[i], base.values[i]);
    if (differs)
        return ERR_OK;
    return fault_set(&e->fault, ERR_STATE, "草稿与现行版本没有不同，不必提交");
}

static enum err submit_step(const struct move_work *w, struct db_tx *tx, struct store_draft *draft)
{
    const struct catalogue_change change = {w->action, "submitted", STR(""), STR(""), STR("")};
    if (!draft_in(draft, "draft", "returned"))
        return fault_set(&w->e->fault, ERR_STATE, "这份草稿已提交审查或已办结");
    TRY(submit_judge(w->e, tx, draft));
    return draft_move(w->e, tx, draft, &change);
}

enum err office_draft_submit(struct errand *e, int64_t id, int64_t version)
{
    struct move_work w = {e, "item-submit", id, version, NULL, submit_step};
    return office_write(e, w.action, move_run, &w);
}

/* A row of a superior's list whose draft is taken back is open again. */
static enum err drop_superior(struct errand *e, struct db_tx *tx, const struct store_draft *draft)
{
    struct store_superior row = {0};
    struct store_reach reach = {.all = true};
    if (draft->superior == 0)
        return ERR_OK;
    TRY(store_superior_get(&row, e->arena, tx, e->office->tenant, &reach, draft->superior));
    row.state = STR("open");
    row.reason = STR("");
    row.draft = 0;
    row.decided_by = STR("");
    row.decided_at = 0;
    return store_superior_answer(tx, e->office->tenant, &row, STR("claimed"));
}

static enum err drop_step(const struct move_work *w, struct db_tx *tx, struct store_draft *draft)
{
    const struct catalogue_change change = {w->action, "dropped", STR(""), draft->content, STR("")};
    if (draft_in(draft, "published", "dropped"))
        return fault_set(&w->e->fault, ERR_STATE, "这份草稿已公布或已撤销");
    TRY(drop_superior(w->e, tx, draft));
    return draft_move(w->e, tx, draft, &change);
}

enum err office_draft_drop(struct errand *e, int64_t id, int64_t version)
{
    struct move_work w = {e, "item-drop", id, version, NULL, drop_step};
    return office_write(e, w.action, move_run, &w);
}

/* --- the review --- */

/* Nobody reviews what he wrote or handed in (R11). */
static enum err review_stranger(struct errand *e, struct db_tx *tx, const struct store_draft *draft)
{
    struct store_item_step *steps = NULL;
    size_t count = 0;
    TRY(store_item_steps(&steps, &count, e->arena, tx, e->office->tenant, draft->id));
    for (size_t i = 0; i < count; i++) {
        bool hand = str_eq(steps[i].step, STR("saved")) || str_eq(steps[i].step, STR("submitted"));
        if (hand && str_eq(steps[i].actor, e->actor))
            return fault_set(&e->fault, ERR_FORBIDDEN,
                             "您参与过这份草稿的起草或提交，不能由您审查，请由他人审查");
    }
    return ERR_OK;
}

static enum err review_step(const struct move_work *w, struct db_tx *tx, struct store_draft *draft)
{
    const struct office_item_review *r = w->review;
    const struct catalogue_change change = {w->action, r->agree ? "approved" : "returned",
                                            str_trim(r->words), STR(""), STR("")};
    if (!draft_in(draft, "submitted", r->agree ? "submitted" : "approved"))
        return fault_set(&w->e->fault, ERR_STATE, "这份草稿不在待审查状态");
    TRY(review_stranger(w->e, tx, draft));
    if (r->agree)
        TRY(submit_judge(w->e, tx, draft));
    return draft_move(w->e, tx, draft, &change);
}

enum err office_draft_review(struct errand *e, const struct office_item_review *review)
{
    struct move_work w = {e, "item-review", review->id, review->version, review, review_step};
    TRY(judge_words(e, review->words, "words"));
    if (!review->agree && str_trim(review->words).len == 0)
        return fault_at(&e->fault, "words", ERR_INPUT, "退回须写明审查意见");
    return office_write(e, w.action, move_run, &w);
}
