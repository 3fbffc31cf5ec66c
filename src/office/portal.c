/* What the public portal asks: see portal.h. */
#include "office/portal.h"

#include "base/file.h"
#include "base/time.h"
#include "model/resource.h"
#include "office/portal_kept.h"
#include "office/ticket.h"
#include "store/search.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PORTAL_FRONT = 8, PORTAL_RESULTS = 500, PORTAL_FOLLOW = 2000 };

/* How long pages may share one reading transaction (db_linger). */
enum { PORTAL_LINGER_MS = 5 };

enum err office_reader_open(struct office *out, const struct office *office, struct fault *fault)
{
    *out = *office;
    out->db = NULL;
    out->arena = (struct arena){0};
    out->kept = NULL;
    TRY(ticket_book_open(&out->tickets, TICKET_POOLS));
    TRY(portal_kept_open(&out->kept));
    TRY(db_open(&out->db, office->url, true, fault));
    enum err err = db_linger(out->db, PORTAL_LINGER_MS);
    return err == ERR_OK ? ERR_OK : fault_set(fault, err, "%s", err_zh(err));
}

void office_reader_close(struct office *reader)
{
    db_close(reader->db);
    ticket_book_close(reader->tickets);
    portal_kept_close(reader->kept);
    *reader = (struct office){0};
}

void office_year(int64_t *from, int64_t *until, int year)
{
    int32_t first = 0;
    int32_t next = 0;
    bool known =
        date_make(&first, year, 1, 1) == ERR_OK && date_make(&next, year + 1, 1, 1) == ERR_OK;
    *from = known ? time_of_date(first) : 0;
    *until = known ? time_of_date(next) : 0;
}

/* --- the search index --- */

struct follow_work {
    struct errand *e;
    uint64_t done;
    bool pending;
};

static enum err follow_make(struct db_tx *tx, void *ctx)
{
    struct follow_work *w = ctx;
    return store_search_make(tx, db_dialect(w->e->office->db));
}

enum err office_search_open(struct errand *e)
{
    struct follow_work work = {.e = e};
    return office_write(e, "search-open", follow_make, &work);
}

static enum err follow_ask(struct db_tx *tx, void *ctx)
{
    struct follow_work *w = ctx;
    return store_search_pending(&w->pending, tx, w->e->office->tenant);
}

static enum err follow_step(struct db_tx *tx, void *ctx)
{
    struct follow_work *w = ctx;
    struct arena arena = {0};
    const struct office *office = w->e->office;
    const struct store_search_source source = {db_dialect(office->db), office->tenant,
                                               &office->industries};
    enum err err = store_search_follow(&w->done, &arena, tx, &source, PORTAL_FOLLOW);
    arena_free(&arena);
    return err;
}

enum err office_search_follow(bool *more, struct errand *e)
{
    struct follow_work work = {.e = e};
    *more = false;
    TRY(office_read(e, "search-ask", follow_ask, &work));
    if (!work.pending)
        return ERR_OK;
    TRY(office_write(e, "search-follow", follow_step, &work));
    *more = work.done == PORTAL_FOLLOW;
    return ERR_OK;
}

/* --- plans behind numbers --- */

/* Rows of one page name few plans: each number is asked for once. */
struct plan_links {
    struct errand *e;
    struct db_tx *tx;
    struct plan_link {
        struct str number;
        struct str code;
    } * links;
    size_t count;
};

static enum err plan_links_open(struct plan_links *out, struct errand *e, struct db_tx *tx,
                                size_t rows)
{
    *out = (struct plan_links){.e = e, .tx = tx};
    out->links = arena_array(e->arena, rows + 1, sizeof *out->links);
    return out->links != NULL ? ERR_OK : ERR_MEMORY;
}

/* The document of the published plan of that number, as it is kept or as the tables have it; absent
 * where there is none. */
static enum err plan_read(struct str *code, struct plan_links *l, struct str number)
{
    const struct portal_key key = {l->e->version, PORTAL_PLAN, number};
    struct portal_kept *kept = l->e->office->kept;
    if (portal_kept_get(code, l->e->arena, kept, &key))
        return code->data != NULL ? ERR_OK : ERR_MEMORY;
    enum err err = store_public_plan(code, l->e->arena, l->tx, l->e->office->tenant, number);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    portal_kept_put(kept, &key, *code);
    return ERR_OK;
}

static enum err plan_link(struct str *code, struct plan_links *l, struct str number)
{
    *code = STR("");
    if (number.len == 0)
        return ERR_OK;
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->links[i].number, number)) {
            *code = l->links[i].code;
            return ERR_OK;
        }
    TRY(plan_read(code, l, number));
    l->links[l->count++] = (struct plan_link){number, *code};
    return ERR_OK;
}

/* Rows of any kind that name a plan by its number: where its code goes. */
struct plan_rows {
    void *rows;
    size_t count;
    size_t size;
    size_t number; /* offsets in a row */
    size_t code;
};
#define PLAN_ROWS(rows, count, type)                                                               \
    (&(const struct plan_rows){(rows), (count), sizeof(type), offsetof(type, plan_number),         \
                               offsetof(type, plan_code)})
#define PLAN_RESULTS(rows, count) PLAN_ROWS(rows, count, struct store_public_result)
#define PLAN_TASKS(rows, count) PLAN_ROWS(rows, count, struct store_public_task)

static enum err plan_links(const struct plan_rows *r, struct errand *e, struct db_tx *tx)
{
    struct plan_links links;
    TRY(plan_links_open(&links, e, tx, r->count));
    for (size_t i = 0; i < r->count; i++) {
        char *row = (char *)r->rows + i * r->size;
        const struct str *number = (const void *)(row + r->number);
        TRY(plan_link((void *)(row + r->code), &links, *number));
    }
    return ERR_OK;
}

/* --- front --- */

struct front_work {
    struct errand *e;
    struct office_front *out;
};

static enum err front_run(struct db_tx *tx, void *ctx)
{
    struct front_work *w = ctx;
    struct errand *e = w->e;
    struct office_front *out = w->out;
    struct str tenant = e->office->tenant;
    const struct store_result_filter newest = {.tenant = tenant, .most = PORTAL_FRONT};
    int64_t from = 0;
    int64_t until = 0;
    out->year = date_year(date_of_time(e->now));
    office_year(&from, &until, out->year);
    TRY(store_figures(&out->figures, tx, tenant, from, until, e->now));
    TRY(store_public_tasks(&out->tasks, &out->task_count, e->arena, tx, tenant, 0, PORTAL_FRONT));
    TRY(store_public_results(&out->results, &out->result_count, e->arena, tx, &newest));
    TRY(plan_links(PLAN_RESULTS(out->results, out->result_count), e, tx));
    return store_public_draws_overdue(&out->overdue, &out->overdue_count, e->arena, tx, tenant,
                                      e->now);
}

enum err office_portal_front(struct office_front *out, struct errand *e)
{
    struct front_work work = {e, out};
    *out = (struct office_front){0};
    return office_read(e, "portal-front", front_run, &work);
}

/* --- search --- */

struct search_work {
    struct errand *e;
    const struct office_search *search;
    struct office_found *out;
};

/* Ten characters of a number or more are looked up as a number, shorter ones as a part of a name.
 */
static bool search_is_number(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c == '-'))
            return false;
    }
    return text.len >= 6 &&
           (text.data[0] == 'S' || (text.data[0] >= '0' && text.data[0] <= '9') || text.len >= 15);
}

static bool search_holds(const struct errand *e, const struct office_search *s,
                         const struct store_public_object *o)
{
    const struct industry *industry = industry_find(&e->office->industries, o->industry);
    return str_starts(o->division, s->division) && (s->kind.len == 0 || str_eq(o->kind, s->kind)) &&
           (s->state.len == 0 || str_eq(o->state, s->state)) &&
           (s->section.len == 0 ||
            (industry != NULL && str_eq(str_range(&industry->section, 1), s->section)));
}

/* A number as registries write it, in capitals; data NULL when out of memory. */
static struct str search_capitals(struct arena *arena, struct str text)
{
    char *copy = arena_cstr(arena, text);
    for (size_t i = 0; copy != NULL && i < text.len; i++)
        if (copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    return str_range(copy, copy != NULL ? text.len : 0);
}

/* By number: candidates are looked at 500 at a time, and never more than 2,000, so
 * that a page costs a bounded time; then the next page goes on behind the last candidate. */
static enum err search_numbers(struct search_work *w, struct db_tx *tx, struct str number)
{
    enum { STEP = 500, STEPS = 4 };
    struct errand *e = w->e;
    const struct office_search *s = w->search;
    struct office_found *out = w->out;
    struct str after = s->after;
    struct store_public_object *rows = NULL;
    size_t count = STEP;
    size_t most = (size_t)s->most;
    out->objects = arena_array(e->arena, most, sizeof *out->objects);
    if (out->objects == NULL)
        return ERR_MEMORY;
    for (int step = 0; step < STEPS && count == STEP; step++) {
        TRY(store_public_objects_by_number(&rows, &count, e->arena, tx, e->office->tenant, number,
                                           after, STEP));
        for (size_t i = 0; i < count; i++) {
            out->next = after;
            after = rows[i].pool_id;
            bool held = search_holds(e, s, &rows[i]);
            out->more = held && out->count == most;
            if (out->more)
                return ERR_OK;
            if (held)
                out->objects[out->count++] = rows[i];
        }
    }
    out->more = count == STEP;
    out->next = after;
    return ERR_OK;
}

enum err office_search_fault(struct errand *e, enum err err)
{
    if (err != ERR_LIMIT)
        return err;
    return fault_at(&e->fault, "q", ERR_INPUT, "一次最多搜 %d 个词，请去掉一些",
                    STORE_SEARCH_WORDS);
}

static enum err search_names(struct search_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct office_search *s = w->search;
    struct office_found *out = w->out;
    struct store_search search = {.tenant = e->office->tenant,
                                  .text = s->text,
                                  .division = s->division,
                                  .kind = s->kind,
                                  .state = s->state,
                                  .section = s->section,
                                  .most = s->most + 1};
    if (s->after.len > 0 && str_i64(&search.after, s->after) != ERR_OK)
        return fault_set(&e->fault, ERR_INPUT, "页码不正确");
    enum err err = store_search_find(&out->objects, &out->count, e->arena, tx,
                                     db_dialect(e->office->db), &search);
    if (err != ERR_OK)
        return office_search_fault(e, err);
    out->more = out->count > (size_t)s->most;
    if (!out->more)
        return ERR_OK;
    out->count = (size_t)s->most;
    out->next = arena_printf(e->arena, "%lld", (long long)out->objects[out->count - 1].id);
    return out->next.data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err search_run(struct db_tx *tx, void *ctx)
{
    struct search_work *w = ctx;
    *w->out = (struct office_found){0};
    struct str number = search_capitals(w->e->arena, w->search->text);
    if (number.data == NULL)
        return ERR_MEMORY;
    return search_is_number(number) ? search_numbers(w, tx, number) : search_names(w, tx);
}

enum err office_portal_search(struct office_found *out, struct errand *e,
                              const struct office_search *search)
{
    struct search_work work = {e, search, out};
    return office_read(e, "portal-search", search_run, &work);
}

/* --- choices --- */

struct choices_work {
    struct errand *e;
    struct office_choices *out;
    bool results;
};

/* Divisions that have objects, as codes of at most `digits`; false when there are too many. */
static enum err choices_divisions(bool *fits, struct choices_work *w, struct db_tx *tx,
                                  size_t digits)
{
    struct errand *e = w->e;
    struct office_choices *out = w->out;
    struct str after = STR("");
    enum err err = ERR_OK;
    out->division_count = 0;
    while (err == ERR_OK && out->division_count < OFFICE_DIVISIONS) {
        struct str code;
        err = store_public_division(&code, e->arena, tx, e->office->tenant, after);
        if (err != ERR_OK)
            break;
        code = str_sub(code, 0, digits);
        out->divisions[out->division_count++] = code;
        after = arena_printf(e->arena, "%.*s~", STR_ARG(code));
        err = after.data != NULL ? ERR_OK : ERR_MEMORY;
    }
    *fits = err == ERR_MISSING;
    return err == ERR_MISSING ? ERR_OK : err;
}

static enum err choices_run(struct db_tx *tx, void *ctx)
{
    static const size_t digits[] = {9, 6, 4};
    struct choices_work *w = ctx;
    struct errand *e = w->e;
    struct office_choices *out = w->out;
    bool fits = false;
    for (size_t i = 0; i < 3 && !fits; i++)
        TRY(choices_divisions(&fits, w, tx, digits[i]));
    if (!w->results)
        return ERR_OK;
    TRY(store_public_departments(&out->departments, &out->department_count, e->arena, tx,
                                 e->office->tenant));
    return store_public_tried_items(&out->items, &out->item_count, e->arena, tx, e->office->tenant);
}

enum err office_portal_choices(struct office_choices *out, struct errand *e, bool results)
{
    struct choices_work work = {e, out, results};
    *out = (struct office_choices){0};
    return office_read(e, "portal-choices", choices_run, &work);
}

/* --- one business --- */

struct business_work {
    struct errand *e;
    struct office_business *out;
    struct str pool_id;
};

/* Something can have followed: measures are of findings alone, and a full list may have hidden one.
 */
static bool business_found(const struct office_business *b)
{
    for (size_t i = 0; i < b->result_count; i++)
        if (model_result_found(b->results[i].code))
            return true;
    return b->result_count == PORTAL_RESULTS;
}

/* What goes with its results. */
static bool business_adopted(const struct office_business *b)
{
    for (size_t i = 0; i < b->result_count; i++)
        if (b->results[i].adopted)
            return true;
    return b->result_count == PORTAL_RESULTS;
}

/* May the names of those who checked be shown? */
static enum err business_named(bool *named, struct errand *e, struct db_tx *tx)
{
    const struct portal_key key = {e->version, PORTAL_SETTING, STR("names")};
    struct str shown;
    uint64_t count = 0;
    if (!portal_kept_get(&shown, e->arena, e->office->kept, &key)) {
        TRY(office_setting_count(&count, e, tx, MODEL_SETTING_PUBLIC_TEAMS));
        shown = count > 0 ? STR("1") : STR("");
        portal_kept_put(e->office->kept, &key, shown);
    }
    *named = shown.len > 0;
    return ERR_OK;
}

static enum err business_checked(struct business_work *w, struct db_tx *tx,
                                 const struct store_result_filter *filter)
{
    struct errand *e = w->e;
    struct office_business *out = w->out;
    bool named = false;
    TRY(plan_links(PLAN_RESULTS(out->results, out->result_count), e, tx));
    if (business_found(out))
        TRY(store_public_followups(&out->followups, &out->followup_count, e->arena, tx, filter));
    if (business_adopted(out))
        TRY(store_public_adoptions(&out->adoptions, &out->adoption_count, e->arena, tx,
                                   filter->tenant, w->pool_id));
    TRY(business_named(&named, e, tx));
    if (!named)
        return ERR_OK;
    return store_public_members(&out->members, &out->member_count, e->arena, tx, filter->tenant,
                                w->pool_id);
}

static enum err business_results(struct business_work *w, struct db_tx *tx)
{
    const struct store_result_filter filter = {
        .tenant = w->e->office->tenant, .pool_id = w->pool_id, .most = PORTAL_RESULTS};
    TRY(store_public_results(&w->out->results, &w->out->result_count, w->e->arena, tx, &filter));
    return w->out->result_count > 0 ? business_checked(w, tx, &filter) : ERR_OK;
}

static enum err business_run(struct db_tx *tx, void *ctx)
{
    struct business_work *w = ctx;
    struct ticket_asked asked = {.pool_id = w->pool_id};
    *w->out = (struct office_business){0};
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    enum err err = store_public_object_get(&w->out->object, e->arena, tx, tenant, w->pool_id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "名录库中没有“%.*s”", STR_ARG(w->pool_id));
    TRY(err);
    TRY(store_object_draws(&asked.drawn, &asked.drawn_count, e->arena, tx, tenant, w->pool_id));
    if (asked.drawn_count > 0) /* a result is one of a visit, and most have never been drawn */
        TRY(business_results(w, tx));
    return ticket_all(&w->out->tickets, &w->out->ticket_count, e, tx, &asked);
}

enum err office_portal_business(struct office_business *out, struct errand *e, struct str pool_id)
{
    struct business_work work = {e, out, pool_id};
    return office_read(e, "portal-business", business_run, &work);
}

/* --- lists --- */

struct list_work {
    struct errand *e;
    void *rows;
    size_t count;
    int64_t before;
    int64_t most;
    const struct store_result_filter *filter;
};

static enum err tasks_run(struct db_tx *tx, void *ctx)
{
    struct list_work *w = ctx;
    TRY(store_public_tasks((struct store_public_task **)&w->rows, &w->count, w->e->arena, tx,
                           w->e->office->tenant, w->before, w->most));
    return plan_links(PLAN_TASKS(w->rows, w->count), w->e, tx);
}

enum err office_portal_tasks(struct store_public_task **out, size_t *count, struct errand *e,
                             int64_t before, int64_t most)
{
    struct list_work work = {.e = e, .before = before, .most = most};
    TRY(office_read(e, "portal-tasks", tasks_run, &work));
    *out = work.rows;
    *count = work.count;
    return ERR_OK;
}

static enum err draws_run(struct db_tx *tx, void *ctx)
{
    struct list_work *w = ctx;
    return store_public_draws((struct store_public_draw **)&w->rows, &w->count, w->e->arena, tx,
                              w->e->office->tenant, w->before, w->most);
}

enum err office_portal_draws(struct store_public_draw **out, size_t *count, struct errand *e,
                             int64_t before, int64_t most)
{
    struct list_work work = {.e = e, .before = before, .most = most};
    TRY(office_read(e, "portal-draws", draws_run, &work));
    *out = work.rows;
    *count = work.count;
    return ERR_OK;
}

static enum err results_run(struct db_tx *tx, void *ctx)
{
    struct list_work *w = ctx;
    TRY(store_public_results((struct store_public_result **)&w->rows, &w->count, w->e->arena, tx,
                             w->filter));
    return plan_links(PLAN_RESULTS(w->rows, w->count), w->e, tx);
}

enum err office_portal_results(struct store_public_result **out, size_t *count, struct errand *e,
                               const struct store_result_filter *filter)
{
    struct store_result_filter own = *filter;
    own.tenant = e->office->tenant;
    struct list_work work = {.e = e, .filter = &own};
    TRY(office_read(e, "portal-results", results_run, &work));
    *out = work.rows;
    *count = work.count;
    return ERR_OK;
}

static enum err followups_run(struct db_tx *tx, void *ctx)
{
    struct list_work *w = ctx;
    return store_public_followups((struct store_public_followup **)&w->rows, &w->count, w->e->arena,
                                  tx, w->filter);
}

enum err office_portal_followups(struct store_public_followup **out, size_t *count,
                                 struct errand *e, const struct store_result_filter *filter)
{
    struct store_result_filter own = *filter;
    own.tenant = e->office->tenant;
    struct list_work work = {.e = e, .filter = &own};
    TRY(office_read(e, "portal-followups", followups_run, &work));
    *out = work.rows;
    *count = work.count;
    return ERR_OK;
}

struct item_work {
    struct errand *e;
    struct store_public_item *rows;
    size_t count;
    struct str code;
};

static enum err item_run(struct db_tx *tx, void *ctx)
{
    struct item_work *w = ctx;
    struct errand *e = w->e;
    TRY(store_public_item_versions(&w->rows, &w->count, e->arena, tx, e->office->tenant, w->code));
    if (w->count > 0)
        return ERR_OK;
    return fault_set(&e->fault, ERR_MISSING, "没有编号为 %.*s 的抽查事项", STR_ARG(w->code));
}

enum err office_portal_item(struct store_public_item **out, size_t *count, struct errand *e,
                            struct str code)
{
    struct item_work work = {.e = e, .code = code};
    TRY(office_read(e, "portal-item", item_run, &work));
    *out = work.rows;
    *count = work.count;
    return ERR_OK;
}

static enum err items_run(struct db_tx *tx, void *ctx)
{
    struct list_work *w = ctx;
    return store_public_items((struct store_public_item **)&w->rows, &w->count, w->e->arena, tx,
                              w->e->office->tenant);
}

enum err office_portal_items(struct store_public_item **out, size_t *count, struct errand *e)
{
    struct list_work work = {.e = e};
    TRY(office_read(e, "portal-items", items_run, &work));
    *out = work.rows;
    *count = work.count;
    return ERR_OK;
}

struct task_work {
    struct errand *e;
    struct office_public_task *out;
    struct str number;
};

static enum err task_run(struct db_tx *tx, void *ctx)
{
    struct task_work *w = ctx;
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    enum err err = store_public_task_get(&w->out->task, e->arena, tx, tenant, w->number);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的任务", STR_ARG(w->number));
    TRY(err);
    TRY(plan_links(PLAN_TASKS(&w->out->task, 1), e, tx));
    int64_t id = w->out->task.id;
    TRY(store_task_items(&w->out->items, &w->out->item_count, e->arena, tx, tenant, id));
    TRY(store_task_parts(&w->out->parts, &w->out->part_count, e->arena, tx, tenant, id));
    return store_departments(&w->out->departments, &w->out->department_count, e->arena, tx, tenant);
}

enum err office_portal_task(struct office_public_task *out, struct errand *e, struct str number)
{
    struct task_work work = {e, out, number};
    *out = (struct office_public_task){0};
    return office_read(e, "portal-task", task_run, &work);
}

/* --- one draw --- */

struct draw_work {
    struct errand *e;
    struct office_public_draw *out;
    struct str number;
};

/* Quotas and cutoffs are outcome; in a blinded pool they would betray classes even afterwards. */
static void draw_mask(struct office_public_draw *out, bool outcome)
{
    for (size_t i = 0; i < out->stratum_count; i++) {
        struct store_stratum *s = &out->strata[i];
        s->meaning = STR("");
        if (outcome && !out->draw.blinded)
            continue;
        s->quota = -1;
        s->cutoff = STR("");
    }
}

static enum err draw_outcome(struct draw_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct office_public_draw *out = w->out;
    struct str tenant = e->office->tenant;
    uint64_t names = 0;
    TRY(store_public_visits(&out->visits, &out->visit_count, e->arena, tx, tenant, out->draw.id));
    if (!out->disclosed)
        return ERR_OK;
    TRY(office_setting_count(&names, e, tx, MODEL_SETTING_PUBLIC_TEAMS));
    TRY(store_public_seats(&out->seats, &out->seat_count, e->arena, tx, tenant, out->draw.id));
    for (size_t i = 0; i < out->seat_count && names == 0; i++)
        out->seats[i].inspector = STR("");
    return ERR_OK;
}

static enum err draw_run(struct db_tx *tx, void *ctx)
{
    struct draw_work *w = ctx;
    struct errand *e = w->e;
    struct office_public_draw *out = w->out;
    struct str tenant = e->office->tenant;
    enum err err = store_public_draw_get(&out->draw, e->arena, tx, tenant, w->number);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的抽取", STR_ARG(w->number));
    TRY(err);
    int64_t id = out->draw.id;
    out->disclosed = str_eq(out->draw.state, STR("disclosed"));
    out->closed = out->disclosed || str_eq(out->draw.state, STR("aborted"));
    bool outcome = out->disclosed || !out->draw.sealed;
    TRY(store_draw_entries(&out->entries, &out->entry_count, e->arena, tx, tenant, id));
    TRY(store_strata(&out->strata, &out->stratum_count, e->arena, tx, tenant, id));
    draw_mask(out, outcome);
    return outcome ? draw_outcome(w, tx) : ERR_OK;
}

enum err office_portal_draw(struct office_public_draw *out, struct errand *e, struct str number)
{
    struct draw_work work = {e, out, number};
    *out = (struct office_public_draw){0};
    return office_read(e, "portal-draw", draw_run, &work);
}
