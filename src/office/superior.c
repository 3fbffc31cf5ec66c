/* Superiors' lists, claimed or declined (R10), and checks outside the draw (R17): see catalogue.h.
 */
#include "office/catalogue_work.h"
#include "office/scope.h"

#include "base/time.h"
#include "base/utf8.h"
#include "store/department.h"

#include <string.h>

enum { SUPERIOR_NAME = 200 /* bytes of a list's name */ };

enum err office_superior_name(struct errand *e, struct str list)
{
    struct str name = str_trim(list);
    if (name.len > 0 && name.len <= SUPERIOR_NAME && !utf8_has_deceptive(name))
        return ERR_OK;
    return fault_at(&e->fault, "list", ERR_INPUT, "请写明上级清单的名称（最多约60字）；没有导入");
}

/* --- reading --- */

struct lists_work {
    struct errand *e;
    struct store_superior_list **out;
    size_t *count;
};

static enum err lists_read(struct db_tx *tx, void *ctx)
{
    struct lists_work *w = ctx;
    struct errand *e = w->e;
    struct store_reach reach;
    TRY(office_reach(&reach, e));
    return store_superior_lists(w->out, w->count, e->arena, tx, e->office->tenant, &reach);
}

enum err office_superior_lists(struct store_superior_list **out, size_t *count, struct errand *e)
{
    struct lists_work w = {e, out, count};
    return office_read(e, "superior-lists", lists_read, &w);
}

struct superiors_work {
    struct errand *e;
    const struct store_superior_find *find;
    struct store_superior **out;
    size_t *count;
    int64_t *total;
};

static enum err superiors_read(struct db_tx *tx, void *ctx)
{
    struct superiors_work *w = ctx;
    struct str tenant = w->e->office->tenant;
    if (w->total != NULL)
        TRY(store_superior_count(w->total, tx, tenant, w->find));
    return w->out == NULL ? ERR_OK
                          : store_superiors(w->out, w->count, w->e->arena, tx, tenant, w->find);
}

enum err office_superiors(struct store_superior **out, size_t *count, int64_t *total,
                          struct errand *e, struct store_superior_find *find)
{
    struct superiors_work w = {e, find, out, count, total};
    TRY(office_reach(&find->reach, e));
    return office_read(e, "superiors", superiors_read, &w);
}

static enum err superior_load(struct store_superior *out, struct errand *e, struct db_tx *tx,
                              int64_t id)
{
    struct store_reach reach = {0};
    TRY(office_reach(&reach, e));
    enum err err = store_superior_get(out, e->arena, tx, e->office->tenant, &reach, id);
    return err == ERR_MISSING ? fault_set(&e->fault, err, "上级清单中没有这一项") : err;
}

struct superior_work {
    struct errand *e;
    struct store_superior *out;
    int64_t id;
};

static enum err superior_read(struct db_tx *tx, void *ctx)
{
    struct superior_work *w = ctx;
    return superior_load(w->out, w->e, tx, w->id);
}

enum err office_superior_get(struct store_superior *out, struct errand *e, int64_t id)
{
    struct superior_work w = {e, out, id};
    return office_read(e, "superior", superior_read, &w);
}

/* --- answering --- */

struct answer_work {
    struct errand *e;
    const struct office_superior_answer *in;
    const char *action;
    const char *from; /* a second state that may be answered, NULL for none */
    enum err (*one)(struct answer_work *w, struct db_tx *tx, struct store_superior *row);
    struct store_department *departments;
    size_t department_count;
    struct store_item *items; /* for claiming: what is in force */
    size_t item_count;
    struct joint_names names;
};

/* The department that answers: the person's own, or the one named by who reaches all. */
static enum err answer_department(struct str *code, struct str *name, struct answer_work *w,
                                  const struct store_superior *row)
{
    struct errand *e = w->e;
    struct str wanted = w->in->department;
    if (wanted.len == 0)
        wanted = row->values[MODEL_ITEM_DEPARTMENT];
    if (e->scope.level != MODEL_SCOPE_ALL)
        wanted = e->scope.department;
    for (size_t i = 0; i < w->department_count; i++)
        if (str_eq(w->departments[i].code, wanted) &&
            str_eq(w->departments[i].state, STR("active"))) {
            *code = w->departments[i].code;
            *name = w->departments[i].name;
            return ERR_OK;
        }
    return fault_at(&e->fault, "department", ERR_INPUT, "请选择部门；它须在部门名录中且未撤销");
}

/* The item that the department has of that category and name. */
static const struct store_item *claim_known(const struct answer_work *w, struct str department,
                                            const struct store_superior *row)
{
    static const enum model_item_field key[] = {MODEL_ITEM_CATEGORY, MODEL_ITEM_NAME,
                                                MODEL_ITEM_OBJECTS};
    for (size_t i = 0; i < w->item_count; i++) {
        const struct store_item *item = &w->items[i];
        bool same = str_eq(item->state, STR("active")) &&
                    str_eq(item->values[MODEL_ITEM_DEPARTMENT], department);
        for (size_t k = 0; k < sizeof key / sizeof key[0]; k++)
            same = same && str_eq(item->values[key[k]], row->values[key[k]]);
        if (same)
            return item;
    }
    return NULL;
}

/* Does the item say what the superior's row says, wherever that says something? partners: with whom
 * the row has it done. */
static enum err claim_same(bool *same, const struct answer_work *w, const struct store_item *item,
                           const struct store_superior *row, struct str partners)
{
    struct str ours;
    *same = false;
    for (int i = 0; i < MODEL_ITEM_COUNT; i++) {
        bool local = i == MODEL_ITEM_COMPILER || i == MODEL_ITEM_NUMBER || i == MODEL_ITEM_CAP ||
                     i == MODEL_ITEM_DEPARTMENT || i == MODEL_ITEM_PARTNERS;
        if (!local && row->values[i].len > 0 && !str_eq(row->values[i], item->values[i]))
            return ERR_OK;
    }
    TRY(joint_partners(&ours, w->e->arena, &w->names, item->values,
                       item->values[MODEL_ITEM_DEPARTMENT]));
    *same = partners.len == 0 || str_eq(partners, ours);
    return ERR_OK;
}

/* What the superior's row says; where that is silent, what the item known here says. Who compiled
 * it and its cap are ours alone. A check form is one of the two with its name. */
static void claim_values(struct str values[MODEL_ITEM_COUNT], const struct store_superior *row,
                         const struct store_item *known)
{
    memcpy(values, row->values, MODEL_ITEM_COUNT * sizeof *values);
    for (int i = 0; i < MODEL_ITEM_COUNT && known != NULL; i++) {
        bool named = i == MODEL_ITEM_FORM_CODE && row->values[MODEL_ITEM_FORM].len > 0;
        if (values[i].len == 0 && !named)
            values[i] = known->values[i];
    }
    values[MODEL_ITEM_COMPILER] = known != NULL ? known->values[MODEL_ITEM_COMPILER] : STR("");
    values[MODEL_ITEM_CAP] = known != NULL ? known->values[MODEL_ITEM_CAP] : STR("");
}

/* The superior's words, where it has none our own; a joint item keeps its partners (R12). */
static enum err claim_draft(struct answer_work *w, struct db_tx *tx, struct store_superior *row,
                            const struct store_item *known, struct str partners)
{
    struct errand *e = w->e;
    struct str values[MODEL_ITEM_COUNT];
    struct store_draft draft = {.kind = known != NULL ? STR("change") : STR("new"),
                                .code = known != NULL ? known->code : STR(""),
                                .base = known != NULL ? known->id : 0,
                                .state = STR("draft"),
                                .superior = row->id,
                                .author = e->actor,
                                .version = 1,
                                .at = e->now};
    struct str name;
    TRY(answer_department(&draft.department, &name, w, row));
    claim_values(values, row, known);
    TRY(catalogue_form_loosen(e, tx, values));
    if (known == NULL)
        values[MODEL_ITEM_COMPILER] = name;
    values[MODEL_ITEM_DEPARTMENT] = draft.department;
    if (partners.len == 0 && known != NULL)
        partners = known->values[MODEL_ITEM_PARTNERS];
    values[MODEL_ITEM_PARTNERS] = partners;
    draft.reason = arena_printf(e->arena, "认领上级清单《%.*s》%s%.*s", STR_ARG(row->list),
                                row->values[MODEL_ITEM_NUMBER].len > 0 ? "序号 " : "",
                                STR_ARG(row->values[MODEL_ITEM_NUMBER]));
    if (draft.reason.data == NULL)
        return ERR_MEMORY;
    const struct catalogue_kept kept = {partners, values[MODEL_ITEM_LABELS]};
    TRY(catalogue_judge(e, tx, values, &kept));
    TRY(office_id(&draft.id, e));
    TRY(catalogue_content(&draft.content, e->arena, values));
    TRY(store_draft_add(tx, e->office->tenant, &draft));
    row->draft = draft.id;
    const struct catalogue_change change = {"item-draft", "saved", draft.reason, STR(""),
                                            draft.content};
    return catalogue_step(e, tx, &draft, &change);
}

/* With whom whoever claims the row does it: the list's own lead stays among them, whoever the row
 * was handed to since. */
static enum err claim_partners(struct str *out, const struct answer_work *w,
                               const struct store_superior *row, struct str department)
{
    struct str values[MODEL_ITEM_COUNT];
    const struct store_department *lead = NULL;
    memcpy(values, row->values, sizeof values);
    TRY(joint_first(&lead, w->e->arena, &w->names, values[MODEL_ITEM_COMPILER]));
    if (lead != NULL)
        values[MODEL_ITEM_DEPARTMENT] = STR("");
    return joint_partners(out, w->e->arena, &w->names, values, department);
}

static enum err claim_one(struct answer_work *w, struct db_tx *tx, struct store_superior *row)
{
    struct errand *e = w->e;
    struct str code;
    struct str name;
    int64_t open = 0;
    TRY(answer_department(&code, &name, w, row));
    const struct store_item *known = claim_known(w, code, row);
    struct str partners;
    bool same = false;
    TRY(claim_partners(&partners, w, row, code));
    row->state = STR("claimed");
    row->reason = STR("");
    row->values[MODEL_ITEM_DEPARTMENT] = code;
    if (known != NULL)
        TRY(claim_same(&same, w, known, row, partners));
    if (same) {
        row->reason =
            arena_printf(e->arena, "与现行事项 %.*s 一致，无需变更", STR_ARG(known->code));
        return row->reason.data != NULL ? ERR_OK : ERR_MEMORY;
    }
    if (known != NULL)
        TRY(store_draft_open(&open, tx, e->office->tenant, known->code));
    if (open != 0)
        return fault_set(&e->fault, ERR_STATE,
                         "事项 %.*s 已有一份未办结的草稿，全部没有认领；请先办结或撤销那一份",
                         STR_ARG(known->code));
    return claim_draft(w, tx, row, known, partners);
}

static enum err decline_one(struct answer_work *w, struct db_tx *tx, struct store_superior *row)
{
    struct str name;
    (void)tx;
    if (w->e->scope.level != MODEL_SCOPE_ALL)
        TRY(answer_department(&row->values[MODEL_ITEM_DEPARTMENT], &name, w, row));
    row->state = STR("declined");
    row->reason = str_trim(w->in->reason);
    return ERR_OK;
}

static enum err assign_one(struct answer_work *w, struct db_tx *tx, struct store_superior *row)
{
    struct str name;
    (void)tx;
    row->state = STR("open");
    row->reason = str_trim(w->in->reason);
    return answer_department(&row->values[MODEL_ITEM_DEPARTMENT], &name, w, row);
}

static enum err answer_row(struct answer_work *w, struct db_tx *tx, int64_t id)
{
    struct errand *e = w->e;
    struct store_superior row = {0};
    TRY(superior_load(&row, e, tx, id));
    struct str from = row.state;
    struct str before = row.values[MODEL_ITEM_DEPARTMENT];
    bool open = str_eq(from, STR("open")) || (w->from != NULL && str_eq(from, str_of(w->from)));
    if (!open)
        return fault_set(
            &e->fault, ERR_STATE, "“%.*s”已由 %.*s 办理，全部没有执行；请刷新页面后重试",
            STR_ARG(str_sub(row.values[MODEL_ITEM_NAME], 0, 90)), STR_ARG(row.decided_by));
    row.decided_by = e->actor;
    row.decided_at = e->now;
    TRY(w->one(w, tx, &row));
    TRY(store_superior_answer(tx, e->office->tenant, &row, from));
    struct str target = arena_printf(e->arena, "%lld", (long long)row.id);
    const struct office_audit_row audit = {
        .action = str_of(w->action),
        .target = target,
        .detail = row.reason,
        .outcome = STR("done"),
        .before = arena_printf(e->arena, "{\"state\":\"%.*s\",\"department\":\"%.*s\"}",
                               STR_ARG(from), STR_ARG(before)),
        .after = arena_printf(e->arena, "{\"state\":\"%.*s\",\"department\":\"%.*s\"}",
                              STR_ARG(row.state), STR_ARG(row.values[MODEL_ITEM_DEPARTMENT]))};
    if (target.data == NULL || audit.before.data == NULL || audit.after.data == NULL)
        return ERR_MEMORY;
    return office_audit_add(e, tx, &audit);
}

static enum err answer_run(struct db_tx *tx, void *ctx)
{
    struct answer_work *w = ctx;
    struct errand *e = w->e;
    bool done = false;
    struct str outcome;
    TRY(office_once(&done, &outcome, e, tx, str_of(w->action)));
    if (done)
        return ERR_OK;
    TRY(store_departments(&w->departments, &w->department_count, e->arena, tx, e->office->tenant));
    TRY(joint_names(&w->names, e->arena, e, tx));
    TRY(store_items_shown(&w->items, &w->item_count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < w->in->count; i++)
        TRY(answer_row(w, tx, w->in->ids[i]));
    return office_once_done(e, tx, str_of(w->action), STR(""));
}

static enum err answer_do(struct answer_work *w)
{
    struct errand *e = w->e;
    if (w->in->count == 0)
        return fault_set(&e->fault, ERR_INPUT, "没有选择任何事项");
    if (w->in->reason.len > 1500 || utf8_has_deceptive(w->in->reason))
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "理由过长（最多约500字），或含有不能显示的字符");
    return office_write(e, w->action, answer_run, w);
}

enum err office_superior_claim(struct errand *e, const struct office_superior_answer *answer)
{
    struct answer_work w = {.e = e, .in = answer, .action = "item-claim", .one = claim_one};
    return answer_do(&w);
}

enum err office_superior_decline(struct errand *e, const struct office_superior_answer *answer)
{
    struct answer_work w = {.e = e, .in = answer, .action = "item-decline", .one = decline_one};
    if (str_trim(answer->reason).len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "不认领须写明理由");
    return answer_do(&w);
}

enum err office_superior_assign(struct errand *e, const struct office_superior_answer *answer)
{
    struct answer_work w = {
        .e = e, .in = answer, .action = "item-assign", .from = "declined", .one = assign_one};
    if (e->scope.level != MODEL_SCOPE_ALL)
        return fault_set(&e->fault, ERR_FORBIDDEN, "只有双随机办可以分派上级事项");
    return answer_do(&w);
}

/* --- checks outside the draw --- */

struct outside_work {
    struct errand *e;
    struct store_outside row;
};

static enum err outside_run(struct db_tx *tx, void *ctx)
{
    struct outside_work *w = ctx;
    struct errand *e = w->e;
    bool done = false;
    bool known = false;
    struct str outcome;
    struct store_department *rows = NULL;
    size_t count = 0;
    TRY(office_once(&done, &outcome, e, tx, STR("outside-check")));
    if (done)
        return ERR_OK;
    TRY(store_departments(&rows, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        known = known || str_eq(rows[i].code, w->row.department);
    if (!known)
        return fault_at(&e->fault, "department", ERR_INPUT, "请选择检查部门");
    TRY(office_id(&w->row.id, e));
    TRY(store_outside_add(tx, e->office->tenant, &w->row));
    TRY(office_audit(e, tx, STR("outside-check"), w->row.object, w->row.ground));
    return office_once_done(e, tx, STR("outside-check"), STR(""));
}

static enum err outside_judge(struct errand *e, const struct store_outside *row)
{
    static const struct {
        const char *field;
        const char *label;
        size_t most;
    } texts[] = {
        {"object", "检查对象", 600}, {"ground", "法定依据和事由", 3000}, {"note", "备注", 3000}};
    const struct str values[] = {row->object, row->ground, row->note};
    for (size_t i = 0; i < 3; i++) {
        if (i < 2 && values[i].len == 0)
            return fault_at(&e->fault, texts[i].field, ERR_INPUT, "请填写%s", texts[i].label);
        if (values[i].len > texts[i].most || utf8_has_deceptive(values[i]))
            return fault_at(&e->fault, texts[i].field, ERR_INPUT, "%s过长，或含有不能显示的字符",
                            texts[i].label);
    }
    if (model_word_by_code(model_sources, row->source) == NULL || str_eq(row->source, STR("plan")))
        return fault_at(&e->fault, "source", ERR_INPUT, "请选择检查来源");
    if (row->checked_on <= 0 || row->checked_on > date_of_time(e->now))
        return fault_at(&e->fault, "checked_on", ERR_INPUT, "请填写检查日期，不能晚于今天");
    return ERR_OK;
}

enum err office_outside_add(struct errand *e, const struct office_outside *outside)
{
    bool all = e->scope.level == MODEL_SCOPE_ALL;
    struct outside_work w = {.e = e,
                             .row = {.department = all ? outside->department : e->scope.department,
                                     .object = str_trim(outside->object),
                                     .checked_on = outside->checked_on,
                                     .source = outside->source,
                                     .ground = str_trim(outside->ground),
                                     .note = str_trim(outside->note),
                                     .actor = e->actor,
                                     .at = e->now}};
    TRY(outside_judge(e, &w.row));
    return office_write(e, "outside-check", outside_run, &w);
}

struct outsides_work {
    struct errand *e;
    struct store_outside **out;
    size_t *count;
    int64_t *drawn;
    int year;
};

static enum err outsides_read(struct db_tx *tx, void *ctx)
{
    struct outsides_work *w = ctx;
    struct errand *e = w->e;
    struct store_reach reach = {0};
    TRY(office_reach(&reach, e));
    TRY(store_drawn_visits(w->drawn, tx, e->office->tenant, &reach, w->year));
    return store_outsides(w->out, w->count, e->arena, tx, e->office->tenant, &reach, w->year);
}

enum err office_outsides(struct store_outside **out, size_t *count, int64_t *drawn,
                         struct errand *e, int year)
{
    struct outsides_work w = {e, out, count, drawn, year};
    return office_read(e, "outside-checks", outsides_read, &w);
}
