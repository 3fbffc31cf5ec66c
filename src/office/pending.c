/* Results that are still owed: see pending.h. A county has some hundreds of them, a large city some
 * ten thousands: they are read whole and looked through here. */
#include "office/pending.h"

#include "base/time.h"
#include "base/utf8.h"
#include "office/scope.h"
#include "office/setting.h"
#include "office/veil.h"
#include "store/pending.h"
#include "store/task.h"

#include <stdlib.h>

const struct field_word office_pending_states[] = {
    [OFFICE_PENDING_OVERDUE] = {"overdue", "已逾期", NULL},
    [OFFICE_PENDING_SOON] = {"soon", "即将到期", NULL},
    [OFFICE_PENDING_LATER] = {"later", "期限内", NULL},
    [OFFICE_PENDING_STATES] = {NULL, NULL, NULL},
};

struct pending_work {
    struct errand *e;
    const struct office_pending_find *find;
    struct office_pendings *out;
    struct str text; /* folded */
    struct workdays calendar;
    int32_t today;
    struct store_pending *items;
    size_t item_count;
    struct store_pending_seat *seats;
    size_t seat_count;
};

/* --- one row --- */

static void row_count(struct office_pending *row, struct str state)
{
    row->enter += state.len == 0;
    row->again += str_eq(state, STR("returned"));
    row->review += str_eq(state, STR("entered"));
    row->publish += str_eq(state, STR("approved"));
}

/* The item's last day, where it comes before those of the row's other items. */
static void row_due(struct office_pending *row, const struct store_pending *item)
{
    bool visits = item->state.len == 0;
    int32_t due = visits ? item->until : item->due_on;
    if (row->due_on != 0 && row->due_on <= due)
        return;
    row->due_on = due;
    row->visits = visits;
    row->estimated = !visits && item->estimated;
}

/* The days are counted as the calendar knows them today. A last day that is no working day stays
 * what it is; the one before it is only told. */
static void row_judge(struct office_pending *row, const struct pending_work *w)
{
    bool estimated = false;
    bool over = row->due_on < w->today;
    row->days = workdays_between(&estimated, &w->calendar, over ? row->due_on : w->today,
                                 over ? w->today : row->due_on);
    row->estimated = row->estimated || (estimated && !over);
    row->today = row->due_on == w->today;
    row->state = over                        ? OFFICE_PENDING_OVERDUE
                 : row->days <= w->out->soon ? OFFICE_PENDING_SOON
                                             : OFFICE_PENDING_LATER;
    if (workdays_is(&w->calendar, row->due_on))
        return;
    row->workday = row->due_on - 1;
    while (!workdays_is(&w->calendar, row->workday))
        row->workday--;
}

/* The names of its seats, which stand together. */
static enum err row_team(struct office_pending *row, const struct pending_work *w, size_t *at)
{
    struct buf names = {0};
    while (*at < w->seat_count && (w->seats[*at].visit < row->visit ||
                                   (w->seats[*at].visit == row->visit &&
                                    str_cmp(w->seats[*at].department, row->department) < 0)))
        (*at)++;
    for (; *at < w->seat_count && w->seats[*at].visit == row->visit &&
           str_eq(w->seats[*at].department, row->department);
         (*at)++) {
        buf_cat(&names, names.len > 0 ? "、" : "");
        buf_str(&names, w->seats[*at].name);
    }
    enum err err = buf_err(&names);
    if (err == ERR_OK)
        row->team = arena_str(w->e->arena, buf_view(&names));
    buf_free(&names);
    return err == ERR_OK && row->team.data == NULL ? ERR_MEMORY : err;
}

static enum err row_matches(bool *out, const struct pending_work *w,
                            const struct office_pending *row)
{
    const struct office_pending_find *f = w->find;
    struct str folded;
    *out = (f->department.len == 0 || str_eq(f->department, row->department)) &&
           (f->task.len == 0 || str_eq(f->task, row->task)) &&
           (f->state.len == 0 || str_eq(f->state, str_of(office_pending_states[row->state].code)));
    if (!*out || w->text.len == 0)
        return ERR_OK;
    TRY(utf8_nfkc_fold(&folded, w->e->arena, row->object));
    *out = str_find(folded, w->text) >= 0;
    if (*out)
        return ERR_OK;
    TRY(utf8_nfkc_fold(&folded, w->e->arena, row->pool_id));
    *out = str_eq(folded, w->text);
    return ERR_OK;
}

/* --- all rows --- */

static int item_order(const void *a, const void *b)
{
    const struct store_pending *x = a;
    const struct store_pending *y = b;
    return x->visit != y->visit ? (x->visit > y->visit ? 1 : -1)
                                : str_cmp(x->department, y->department);
}

static int seat_order(const void *a, const void *b)
{
    const struct store_pending_seat *x = a;
    const struct store_pending_seat *y = b;
    if (x->visit != y->visit)
        return x->visit > y->visit ? 1 : -1;
    int order = str_cmp(x->department, y->department);
    return order != 0 ? order : str_cmp(x->seat, y->seat);
}

static int row_order(const void *a, const void *b)
{
    const struct office_pending *x = a;
    const struct office_pending *y = b;
    if (x->due_on != y->due_on)
        return x->due_on > y->due_on ? 1 : -1;
    int order = str_cmp(x->object, y->object);
    if (order == 0)
        order = str_cmp(x->department, y->department);
    return order != 0 ? order : (x->visit > y->visit) - (x->visit < y->visit);
}

static int task_order(const void *a, const void *b)
{
    const struct office_pending_task *x = a;
    const struct office_pending_task *y = b;
    return str_cmp(x->number, y->number);
}

static void task_add(struct office_pendings *out, const struct store_pending *item)
{
    for (size_t i = out->task_count; i > 0; i--)
        if (str_eq(out->tasks[i - 1].number, item->task))
            return;
    out->tasks[out->task_count++] = (struct office_pending_task){item->task, item->task_name};
}

/* The items of one visit and department, from *at on, as a row. */
static void row_gather(struct office_pending *row, const struct pending_work *w, size_t *at)
{
    const struct store_pending *first = &w->items[*at];
    *row = (struct office_pending){.visit = first->visit,
                                   .pool_id = first->pool_id,
                                   .object = first->object,
                                   .task = first->task,
                                   .task_name = first->task_name,
                                   .draw = first->draw,
                                   .department = first->department,
                                   .veiled = first->veiled};
    for (; *at < w->item_count && item_order(first, &w->items[*at]) == 0; (*at)++) {
        row_count(row, w->items[*at].state);
        row_due(row, &w->items[*at]);
    }
    row_judge(row, w);
}

static enum err pending_gather(struct pending_work *w)
{
    struct office_pendings *out = w->out;
    size_t seat = 0;
    out->rows = arena_array(w->e->arena, w->item_count + 1, sizeof *out->rows);
    out->tasks = arena_array(w->e->arena, w->item_count + 1, sizeof *out->tasks);
    if (out->rows == NULL || out->tasks == NULL)
        return ERR_MEMORY;
    if (w->item_count == 0)
        return ERR_OK;
    qsort(w->items, w->item_count, sizeof *w->items, item_order);
    if (w->seat_count > 0)
        qsort(w->seats, w->seat_count, sizeof *w->seats, seat_order);
    for (size_t i = 0; i < w->item_count;) {
        struct office_pending *row = &out->rows[out->count];
        bool matches = false;
        task_add(out, &w->items[i]);
        row_gather(row, w, &i);
        out->counts[row->state]++;
        TRY(row_matches(&matches, w, row));
        if (!matches)
            continue;
        TRY(row_team(row, w, &seat));
        out->count++;
    }
    qsort(out->rows, out->count, sizeof *out->rows, row_order);
    qsort(out->tasks, out->task_count, sizeof *out->tasks, task_order);
    return ERR_OK;
}

/* Names of objects that a sealed draw drew are opened here: the database cannot join them. */
static enum err pending_open(struct pending_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    for (size_t i = 0; i < w->item_count; i++) {
        struct store_pending *item = &w->items[i];
        struct store_object_name object = {0};
        struct str veiled = item->pool_id;
        TRY(office_unveil(&item->pool_id, e));
        item->veiled = !str_eq(veiled, item->pool_id);
        if (!item->veiled)
            continue;
        item->object = item->pool_id;
        enum err err = store_object_name(&object, e->arena, tx, e->office->tenant, item->pool_id);
        if (err == ERR_OK)
            item->object = object.name;
        else if (err != ERR_MISSING)
            return err;
    }
    return ERR_OK;
}

static enum err pending_read(struct db_tx *tx, void *ctx)
{
    struct pending_work *w = ctx;
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    bool own = e->scope.level == MODEL_SCOPE_OWN;
    struct store_pending_of of = {.inspector = own ? e->scope.inspector : STR("")};
    *w->out = (struct office_pendings){0};
    TRY(office_reach(&of.reach, e));
    TRY(office_workdays(&w->calendar, e, tx));
    TRY(office_setting_count(&w->out->soon, e, tx, MODEL_SETTING_RESULT_SOON));
    TRY(store_pending(&w->items, &w->item_count, e->arena, tx, tenant, &of));
    if (!w->find->bare || w->text.len > 0)
        TRY(pending_open(w, tx));
    if (w->find->bare)
        return ERR_OK;
    return store_pending_seats(&w->seats, &w->seat_count, e->arena, tx, tenant, &of);
}

enum err office_pendings(struct office_pendings *out, struct errand *e,
                         const struct office_pending_find *find)
{
    struct pending_work w = {.e = e, .find = find, .out = out, .today = date_of_time(e->now)};
    TRY(utf8_nfkc_fold(&w.text, e->arena, str_trim(find->text)));
    TRY(office_read(e, "pending", pending_read, &w));
    return pending_gather(&w);
}

/* --- words --- */

struct str office_pending_work(struct arena *arena, const struct office_pending *row)
{
    const struct {
        int64_t count;
        const char *what;
    } steps[] = {{row->enter, "待录入"},
                 {row->again, "退回待重录"},
                 {row->review, "待审核"},
                 {row->publish, "待公示"}};
    struct buf text = {0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i].count > 0)
            buf_printf(&text, "%s%s %lld 项", text.len > 0 ? "、" : "", steps[i].what,
                       (long long)steps[i].count);
    struct str words =
        buf_err(&text) == ERR_OK ? arena_str(arena, buf_view(&text)) : (struct str){NULL, 0};
    buf_free(&text);
    return words;
}

struct str office_pending_days(struct arena *arena, const struct office_pending *row)
{
    bool over = row->state == OFFICE_PENDING_OVERDUE;
    if (row->today)
        return STR("今天到期");
    if (row->days == 0)
        return over ? STR("逾期，不足 1 个工作日") : STR("到期前没有工作日了");
    return arena_printf(arena, over ? "逾期 %u 个工作日" : "还有 %u 个工作日", row->days);
}

struct str office_pending_kind(const struct office_pending *row)
{
    return row->visits ? STR("检查截止") : STR("最迟公示");
}
