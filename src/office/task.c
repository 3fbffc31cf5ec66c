/* Tasks: see task.h. Invariant: a task that exists can be drawn as far as its own data go; whether
 * it can be staffed is asked again at the commitment, with the registry of that day. */
#include "office/task.h"

#include "base/time.h"
#include "model/resource.h"

/* NUM/DEN, N%, N‰ or a plain number (fixed). */
static enum err task_ratio_parse(struct store_task_quota *out, struct str text)
{
    uint64_t num = 0;
    uint64_t den = 1;
    struct str rest = text;
    struct str head = text;
    if (str_ends(text, STR("%")) || str_ends(text, STR("％"))) {
        head.len -= str_ends(text, STR("%")) ? 1 : 3;
        den = 100;
    } else if (str_ends(text, STR("‰"))) {
        head.len -= 3;
        den = 1000;
    } else if (str_cut(&head, &rest, '/') && rest.data != NULL) {
        TRY(str_u64(&den, rest));
    }
    TRY(str_u64(&num, head));
    if (den == 0 || den > 1000000 || num > 100000000)
        return ERR_INPUT;
    out->num = (int64_t)num;
    out->den = (int64_t)den;
    return ERR_OK;
}

static bool task_quota_sound(const struct store_task_quota *q)
{
    if (str_eq(q->mode, STR("fixed")))
        return q->den == 1;
    bool known = str_eq(q->mode, STR("ceil")) || str_eq(q->mode, STR("systematic"));
    return known && q->num <= q->den;
}

enum err office_quota_parse(struct store_task_quota *out, struct str text, struct fault *fault)
{
    struct str rest = text;
    struct str ratio;
    enum err err = ERR_INPUT;
    if (str_cut(&out->stratum, &rest, '=') && rest.data != NULL) {
        ratio = rest;
        if (str_cut(&out->mode, &ratio, ':') && ratio.data != NULL)
            err = task_ratio_parse(out, ratio);
    }
    if (err == ERR_OK && out->stratum.len > 0 && task_quota_sound(out))
        return ERR_OK;
    return fault_set(
        fault, ERR_INPUT,
        "比例“%.*s”写法不对，应为 分层=方式:比例，例如 D=ceil:30/100、*=ceil:3%%、ALL=fixed:20"
        "（方式：fixed 定数、ceil 不低于比例、systematic 总体恰合比例）",
        STR_ARG(text));
}

enum err office_part_parse(struct store_task_part *out, struct str text, struct fault *fault)
{
    struct str rest = text;
    struct str word;
    uint64_t number[2] = {0, 0};
    enum err err = ERR_OK;
    *out = (struct store_task_part){0};
    (void)str_cut(&out->department, &rest, ':');
    if (str_cut(&word, &rest, ':'))
        err = str_u64(&number[0], word);
    if (err == ERR_OK && str_cut(&out->tag, &rest, ':'))
        err = rest.data != NULL ? str_u64(&number[1], rest) : ERR_INPUT;
    if (err != ERR_OK || out->department.len == 0 || number[0] > 99 || number[1] > 99)
        return fault_set(
            fault, ERR_INPUT,
            "检查组“%.*s”写法不对，应为 部门[:人数[:专长:具备该专长的人数]]，例如 市监局:3:食品:1",
            STR_ARG(text));
    out->seats = (int64_t)number[0];
    out->tag_seats = (int64_t)number[1];
    return ERR_OK;
}

struct task_work {
    struct errand *e;
    const struct office_task_spec *spec;
    struct store_task task;
    struct store_task_part *parts;
    size_t part_count;
    struct store_task_item *items;
    struct store_task_quota *quotas;
    struct str number;
};

static enum err task_department(struct store_office *out, struct task_work *w, struct db_tx *tx,
                                struct str name)
{
    struct errand *e = w->e;
    enum err err = store_department_find(out, e->arena, tx, e->office->tenant, name);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, ERR_INPUT, "没有部门“%.*s”，请先导入部门；任务未建立",
                         STR_ARG(name));
    TRY(err);
    if (!str_eq(out->state, STR("active")))
        return fault_set(&e->fault, ERR_INPUT, "部门“%.*s”已停用；任务未建立", STR_ARG(name));
    return ERR_OK;
}

/* The parts as written, or the lead's own; departments become codes; seats get their minimum. */
static enum err task_parts_resolve(struct task_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct str own[] = {w->task.department};
    const struct str *texts = w->spec->part_count > 0 ? w->spec->parts : own;
    w->part_count = w->spec->part_count > 0 ? w->spec->part_count : 1;
    w->parts = arena_array(e->arena, w->part_count, sizeof *w->parts);
    uint64_t least = 0;
    uint64_t cap = 0;
    if (w->parts == NULL)
        return ERR_MEMORY;
    TRY(office_setting_count(&least, e, tx, MODEL_SETTING_TEAM_SEATS));
    TRY(office_setting_count(&cap, e, tx, MODEL_SETTING_SEAT_CAP));
    for (size_t i = 0; i < w->part_count; i++) {
        struct store_office department = {0};
        struct store_task_part *part = &w->parts[i];
        TRY(office_part_parse(part, texts[i], &e->fault));
        TRY(task_department(&department, w, tx, part->department));
        part->department = department.code;
        part->seats = part->seats == 0 ? (int64_t)least : part->seats;
        part->cap = (int64_t)cap;
        if (part->seats < (int64_t)least)
            return fault_set(
                &e->fault, ERR_INPUT, "%.*s 的检查组只有 %lld 人，不得少于 %llu 人；任务未建立",
                STR_ARG(department.name), (long long)part->seats, (unsigned long long)least);
        if (part->tag_seats > part->seats)
            return fault_set(&e->fault, ERR_INPUT, "%.*s 要求的专长人数多于检查组人数；任务未建立",
                             STR_ARG(department.name));
    }
    return ERR_OK;
}

static const struct store_task_part *task_part_find(const struct task_work *w, struct str code)
{
    for (size_t i = 0; i < w->part_count; i++)
        if (str_eq(w->parts[i].department, code))
            return &w->parts[i];
    return NULL;
}

/* CODE or CODE@DEPARTMENT; the department must have a part in the task. */
static enum err task_item_resolve(struct store_task_item *out, struct task_work *w,
                                  struct db_tx *tx, struct str text)
{
    struct errand *e = w->e;
    struct str rest = text;
    struct str code;
    (void)str_cut(&code, &rest, '@');
    enum err err = store_item_by_code(out, e->arena, tx, e->office->tenant, code);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, ERR_INPUT, "没有抽查事项“%.*s”（或已停用）；任务未建立",
                         STR_ARG(code));
    TRY(err);
    struct str department = rest.data != NULL ? rest : w->task.department;
    struct store_office found = {0};
    TRY(task_department(&found, w, tx, department));
    out->department = found.code;
    if (task_part_find(w, found.code) == NULL)
        return fault_set(&e->fault, ERR_INPUT,
                         "事项 %.*s 由 %.*s 检查，但该部门没有参加本任务（--part）", STR_ARG(code),
                         STR_ARG(found.name));
    return ERR_OK;
}

/* R5: a ratio above the cap of a 一般 item is refused. Where strata follow risk classes the cap
 * holds for the whole draw and is asked again at the commitment, when the counts are known. */
static enum err task_cap_check(struct task_work *w, const struct store_task_item *item)
{
    if (!str_eq(item->class, STR("general")) || str_eq(w->task.strata, STR("risk")))
        return ERR_OK;
    for (size_t i = 0; i < w->spec->quota_count; i++) {
        const struct store_task_quota *q = &w->quotas[i];
        bool fixed = str_eq(q->mode, STR("fixed"));
        if (!fixed && q->num * item->cap_den > item->cap_num * q->den)
            return fault_set(&w->e->fault, ERR_INPUT,
                             "一般检查事项 %.*s 的抽查比例上限是 %lld/%lld，%.*s 的比例 %lld/%lld "
                             "超过上限；任务未建立",
                             STR_ARG(item->code), (long long)item->cap_num,
                             (long long)item->cap_den, STR_ARG(q->stratum), (long long)q->num,
                             (long long)q->den);
    }
    return ERR_OK;
}

/* Can an object ever stand in a stratum of this key? */
static bool task_key_exists(const struct errand *e, struct str strata, struct str key)
{
    const struct office *office = e->office;
    if (str_eq(key, STR("*")))
        return true;
    if (str_eq(strata, STR("none")))
        return str_eq(key, STR("ALL"));
    if (str_eq(key, STR("-")))
        return true;
    if (str_eq(strata, STR("risk")))
        return model_word_by_code(model_risks, key) != NULL;
    if (str_eq(strata, STR("kind")))
        return model_word_by_code(model_object_kinds, key) != NULL;
    if (str_eq(strata, STR("industry")))
        return key.len == 1 && industry_find(&office->industries, key) != NULL;
    return regions_find(&office->regions, key) != NULL;
}

static enum err task_quotas_resolve(struct task_work *w)
{
    const struct office_task_spec *spec = w->spec;
    struct errand *e = w->e;
    w->quotas = arena_array(e->arena, spec->quota_count, sizeof *w->quotas);
    if (w->quotas == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < spec->quota_count; i++) {
        TRY(office_quota_parse(&w->quotas[i], spec->quotas[i], &e->fault));
        if (!task_key_exists(e, w->task.strata, w->quotas[i].stratum))
            return fault_set(&e->fault, ERR_INPUT,
                             "按 %.*s 分层时没有“%.*s”这一层，比例不会起作用；任务未建立",
                             STR_ARG(w->task.strata), STR_ARG(w->quotas[i].stratum));
        for (size_t k = 0; k < i; k++)
            if (str_eq(w->quotas[k].stratum, w->quotas[i].stratum))
                return fault_set(&e->fault, ERR_INPUT, "分层“%.*s”的比例写了两次；任务未建立",
                                 STR_ARG(w->quotas[i].stratum));
    }
    return ERR_OK;
}

static enum err task_items_resolve(struct task_work *w, struct db_tx *tx)
{
    const struct office_task_spec *spec = w->spec;
    w->items = arena_array(w->e->arena, spec->item_count, sizeof *w->items);
    if (w->items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < spec->item_count; i++) {
        TRY(task_item_resolve(&w->items[i], w, tx, spec->items[i]));
        TRY(task_cap_check(w, &w->items[i]));
    }
    return ERR_OK;
}

/* Division, date and serial of the year: 18 digits, as the national platform's task numbers. */
static enum err task_number(struct task_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    int32_t today = date_of_time(e->now);
    int y = 0;
    int m = 0;
    int d = 0;
    int64_t serial = 0;
    date_split(&y, &m, &d, today);
    TRY(office_number(&serial, e, tx, STR("task"), y));
    w->number = arena_printf(e->arena, "%.*s%04d%02d%02d%04lld", STR_ARG(e->office->tenant), y, m,
                             d, (long long)serial);
    return w->number.data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err task_rows_add(struct task_work *w, struct db_tx *tx)
{
    struct str tenant = w->e->office->tenant;
    TRY(store_task_add(tx, &w->task));
    for (size_t i = 0; i < w->part_count; i++)
        TRY(store_task_part_add(tx, tenant, w->task.id, &w->parts[i]));
    for (size_t i = 0; i < w->spec->item_count; i++)
        TRY(store_task_item_add(tx, tenant, w->task.id, &w->items[i]));
    for (size_t i = 0; i < w->spec->quota_count; i++)
        TRY(store_task_quota_add(tx, tenant, w->task.id, &w->quotas[i]));
    return ERR_OK;
}

static enum err task_create_work(struct db_tx *tx, void *ctx)
{
    struct task_work *w = ctx;
    struct errand *e = w->e;
    bool done = false;
    TRY(office_once(&done, &w->number, e, tx, STR("task-create")));
    if (done)
        return ERR_OK;
    struct store_office lead = {0};
    w->task = w->spec->task;
    TRY(task_department(&lead, w, tx, w->task.department));
    w->task.department = lead.code;
    TRY(task_parts_resolve(w, tx));
    TRY(task_quotas_resolve(w));
    TRY(task_items_resolve(w, tx));
    TRY(task_number(w, tx));
    TRY(office_id(&w->task.id, e));
    w->task.tenant = e->office->tenant;
    w->task.number = w->number;
    w->task.state = STR("ready");
    w->task.at = e->now;
    w->task.actor = e->actor;
    enum err err = task_rows_add(w, tx);
    if (err == ERR_DUPLICATE)
        return fault_set(&e->fault, ERR_INPUT, "同一部门或事项写了两次；任务未建立");
    TRY(err);
    TRY(office_audit(e, tx, STR("task-create"), w->number, w->task.name));
    return office_once_done(e, tx, STR("task-create"), w->number);
}

static enum err task_words_check(struct errand *e, const struct store_task *t)
{
    if (t->name.len == 0 || t->department.len == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         "任务必须有名称（--name）和发起部门（--department）；任务未建立");
    if (t->basis.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "任务必须写明法律依据（--basis）；任务未建立");
    if (t->visit_until < t->visit_from || t->visit_from == 0)
        return fault_set(&e->fault, ERR_INPUT, "检查起止日期不正确（--from、--until）；任务未建立");
    if (model_word_by_code(model_sources, t->source) == NULL)
        return fault_set(&e->fault, ERR_INPUT, "检查来源“%.*s”不认识；任务未建立",
                         STR_ARG(t->source));
    if (!str_eq(t->source, STR("plan")) && t->ground.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "计划外的任务必须写明理由（--ground）；任务未建立");
    if (model_word_by_code(model_task_types, t->type) == NULL)
        return fault_set(&e->fault, ERR_INPUT,
                         "抽查类型应为 directed（定向）或 undirected（不定向）；任务未建立");
    return ERR_OK;
}

/* A word in a comma-separated scope list. */
static enum err task_scope_words(struct errand *e, const struct field_word *words, struct str list,
                                 const char *what)
{
    struct str rest = list;
    struct str word;
    while (list.len > 0 && str_cut(&word, &rest, ','))
        if (model_word_by_code(words, word) == NULL)
            return fault_set(&e->fault, ERR_INPUT, "%s“%.*s”不认识；任务未建立", what,
                             STR_ARG(word));
    return ERR_OK;
}

static enum err task_scope_check(struct errand *e, const struct store_task *t)
{
    const struct str strata[] = {STR("none"), STR("risk"), STR("division"), STR("industry"),
                                 STR("kind")};
    bool known = false;
    for (size_t i = 0; i < sizeof strata / sizeof strata[0]; i++)
        known = known || str_eq(t->strata, strata[i]);
    if (!known)
        return fault_set(&e->fault, ERR_INPUT,
                         "分层方式应为 none、risk、division、industry 或 kind；任务未建立");
    if (t->scope_division.len > 0 && regions_find(&e->office->regions, t->scope_division) == NULL)
        return fault_set(&e->fault, ERR_INPUT, "行政区划“%.*s”不存在；任务未建立",
                         STR_ARG(t->scope_division));
    if (t->scope_industry.len > 0 &&
        industry_find(&e->office->industries, t->scope_industry) == NULL)
        return fault_set(&e->fault, ERR_INPUT, "行业代码“%.*s”不存在；任务未建立",
                         STR_ARG(t->scope_industry));
    TRY(task_scope_words(e, model_object_kinds, t->scope_kind, "对象类别"));
    return task_scope_words(e, model_risks, t->scope_risk, "信用风险类别");
}

enum err office_task_create(struct str *number, struct errand *e,
                            const struct office_task_spec *spec)
{
    TRY(task_words_check(e, &spec->task));
    TRY(task_scope_check(e, &spec->task));
    if (spec->item_count == 0 || spec->quota_count == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         "任务至少要有一个抽查事项（--item）和一个比例（--quota）；任务未建立");
    struct task_work work = {.e = e, .spec = spec};
    TRY(office_write(e, "task-create", task_create_work, &work));
    *number = work.number;
    return ERR_OK;
}

enum err office_task_load(struct office_task *out, struct errand *e, struct db_tx *tx,
                          struct str number)
{
    struct str tenant = e->office->tenant;
    enum err err = store_task_get(&out->task, e->arena, tx, tenant, number);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的任务", STR_ARG(number));
    TRY(err);
    int64_t id = out->task.id;
    TRY(store_task_items(&out->items, &out->item_count, e->arena, tx, tenant, id));
    TRY(store_task_parts(&out->parts, &out->part_count, e->arena, tx, tenant, id));
    return store_task_quotas(&out->quotas, &out->quota_count, e->arena, tx, tenant, id);
}

struct task_show {
    struct errand *e;
    struct office_task *out;
    struct str number;
};

static enum err task_show_work(struct db_tx *tx, void *ctx)
{
    struct task_show *show = ctx;
    return office_task_load(show->out, show->e, tx, show->number);
}

enum err office_task_show(struct office_task *out, struct errand *e, struct str number)
{
    struct task_show show = {e, out, number};
    return office_read(e, "task-show", task_show_work, &show);
}

struct task_list {
    struct errand *e;
    struct store_task *tasks;
    size_t count;
};

static enum err task_list_work(struct db_tx *tx, void *ctx)
{
    struct task_list *list = ctx;
    return store_task_list(&list->tasks, &list->count, list->e->arena, tx, list->e->office->tenant);
}

enum err office_task_list(struct store_task **out, size_t *count, struct errand *e)
{
    struct task_list list = {.e = e};
    TRY(office_read(e, "task-list", task_list_work, &list));
    *out = list.tasks;
    *count = list.count;
    return ERR_OK;
}
