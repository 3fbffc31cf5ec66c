/* Who may sit in a team: see draw_staff.h. */
#include "office/draw_staff.h"

#include "base/time.h"
#include "office/standing.h"
#include "sheet/value.h"

enum err draw_staff_rule_get(struct draw_staff_rule *out, struct errand *e, struct db_tx *tx,
                             const struct store_task *task)
{
    uint64_t certificate = 0;
    TRY(office_setting_count(&certificate, e, tx, MODEL_SETTING_CERTIFICATE));
    *out = (struct draw_staff_rule){task->visit_from, task->visit_until, certificate != 0};
    return ERR_OK;
}

bool draw_staff_counts(const struct store_inspector *inspector, const struct draw_staff_rule *rule)
{
    const struct office_credentials who = {
        .category = inspector->category,
        .active = true, /* the store gives no others */
        .certificate = rule->certificate,
        .numbers = {inspector->certificate, inspector->certificate2},
        .until = {inspector->valid_until, inspector->valid_until2}};
    return office_standing_of(&who, rule->visit_until) == OFFICE_STANDING_COUNTS;
}

bool draw_staff_tag(const struct store_inspector *inspector, struct str tag)
{
    struct str rest = inspector->specialities;
    struct str word;
    while (tag.len > 0 && sheet_list_next(&word, &rest))
        if (str_eq(word, tag))
            return true;
    return tag.len == 0;
}

bool draw_staff_area(const struct store_inspector *inspector, struct str division)
{
    struct str rest = inspector->areas;
    struct str area;
    if (inspector->areas.len == 0 || division.len == 0)
        return true;
    while (sheet_list_next(&area, &rest))
        if (regions_within(division, area))
            return true;
    return false;
}

/* --- can it be staffed at all --- */

struct staff_count {
    uint64_t all;
    uint64_t tagged;
};

/* How many count, in one division (or anywhere, division empty). */
static struct staff_count staff_count(const struct store_inspector *list, size_t count,
                                      const struct draw_staff_rule *rule,
                                      const struct store_task_part *part, struct str division)
{
    struct staff_count found = {0};
    for (size_t i = 0; i < count; i++) {
        if (!draw_staff_counts(&list[i], rule) || !draw_staff_area(&list[i], division))
            continue;
        found.all++;
        if (draw_staff_tag(&list[i], part->tag))
            found.tagged++;
    }
    return found;
}

/* One place (or everywhere) in which a part of the task must be staffed. */
struct staff_place {
    struct str department; /* name */
    struct str where;      /* division, empty: everywhere */
    uint64_t objects;      /* drawn there at most */
};

/* Says who is missing: `wanted` of them with `what`, of whom there are `found`. */
static enum err staff_missing(struct errand *e, const struct staff_place *place, const char *what,
                              uint64_t wanted, uint64_t found)
{
    const char *in = place->where.len > 0 ? "在 " : "";
    const char *at = place->where.len > 0 ? " " : "";
    return fault_set(&e->fault, ERR_STAFF,
                     "%.*s %s%.*s%s需要 %llu 名%s，符合条件的只有 %llu 名，缺 %llu 名；"
                     "尚未承诺，没有任何改动。请补充人员、更新执法证有效期或调整要求",
                     STR_ARG(place->department), in, STR_ARG(place->where), at,
                     (unsigned long long)wanted, what, (unsigned long long)found,
                     (unsigned long long)(wanted - found));
}

/* Says that the people there are cannot take as many seats as may be drawn. */
static enum err staff_full(struct errand *e, const struct staff_place *place, const char *what,
                           uint64_t wanted, uint64_t room)
{
    const char *in = place->where.len > 0 ? "在 " : "";
    const char *at = place->where.len > 0 ? " " : "";
    return fault_set(&e->fault, ERR_STAFF,
                     "%.*s %s%.*s%s最多可能要安排 %llu 个由%s承担的席位，按每人上限只能承担 %llu "
                     "个，缺 %llu 个；"
                     "尚未承诺，没有任何改动。请提高每人上限、降低比例或补充人员",
                     STR_ARG(place->department), in, STR_ARG(place->where), at,
                     (unsigned long long)wanted, what, (unsigned long long)room,
                     (unsigned long long)(wanted - room));
}

/* Enough people for one team, and enough room under their caps for all objects of the place. */
static enum err staff_place_check(struct errand *e, const struct staff_place *place,
                                  const struct store_task_part *part,
                                  const struct staff_count *found)
{
    uint64_t cap = (uint64_t)part->cap;
    uint64_t seats = (uint64_t)part->seats;
    uint64_t tagged = (uint64_t)part->tag_seats;
    struct str tag =
        arena_printf(e->arena, "具备“%.*s”专长且执法证有效的检查人员", STR_ARG(part->tag));
    if (tag.data == NULL)
        return ERR_MEMORY;
    if (found->all < seats)
        return staff_missing(e, place, "执法证在检查期内有效的检查人员", seats, found->all);
    if (found->tagged < tagged)
        return staff_missing(e, place, tag.data, tagged, found->tagged);
    if (place->objects * seats > found->all * cap)
        return staff_full(e, place, "检查人员", place->objects * seats, found->all * cap);
    if (place->objects * tagged > found->tagged * cap)
        return staff_full(e, place, tag.data, place->objects * tagged, found->tagged * cap);
    return ERR_OK;
}

static enum err staff_part_check(struct errand *e, struct db_tx *tx,
                                 const struct draw_staff_need *need,
                                 const struct store_task_part *part)
{
    struct draw_staff_rule rule;
    struct store_inspector *list = NULL;
    size_t count = 0;
    struct store_office department = {0};
    struct str tenant = e->office->tenant;
    TRY(draw_staff_rule_get(&rule, e, tx, &need->task->task));
    TRY(store_department_find(&department, e->arena, tx, tenant, part->department));
    TRY(store_inspectors(&list, &count, e->arena, tx, tenant, part->department, 0));
    struct staff_place place = {.department = department.name, .objects = need->most};
    struct staff_count found = staff_count(list, count, &rule, part, place.where);
    TRY(staff_place_check(e, &place, part, &found));
    for (size_t i = 0; i < need->place_count; i++) {
        place.where = need->places[i].division;
        place.objects = need->places[i].count < need->most ? need->places[i].count : need->most;
        found = staff_count(list, count, &rule, part, place.where);
        TRY(staff_place_check(e, &place, part, &found));
    }
    return ERR_OK;
}

enum err draw_staff_check(struct errand *e, struct db_tx *tx, const struct draw_staff_need *need)
{
    for (size_t i = 0; i < need->task->part_count; i++)
        TRY(staff_part_check(e, tx, need, &need->task->parts[i]));
    return ERR_OK;
}

/* --- the roster --- */

/* A person of the roster and the part of the task he can sit for. */
struct staff_person {
    struct store_inspector who;
    const struct store_task_part *part;
};

/* A seat before it has an index. */
struct staff_seat {
    const struct store_task_part *part;
    int64_t number; /* 1.. ; the first tag_seats ask for the tag */
    struct str pool_id;
    struct str division;
};

struct staff_work {
    struct draw_case *c;
    struct db_tx *tx;
    struct draw_staff_rule rule;
    struct office_task task;
    struct staff_person *people;
    size_t person_count;
    struct store_recusal *recusals;
    size_t recusal_count;
    struct store_conflict *conflicts;
    size_t conflict_count;
};

static enum err staff_people_load(struct staff_work *w)
{
    struct errand *e = w->c->e;
    struct str tenant = e->office->tenant;
    int year = date_year(w->c->task.visit_from);
    for (size_t p = 0; p < w->task.part_count; p++) {
        struct store_inspector *list = NULL;
        size_t count = 0;
        TRY(store_inspectors(&list, &count, e->arena, w->tx, tenant, w->task.parts[p].department,
                             year));
        struct staff_person *people =
            arena_array(e->arena, w->person_count + count, sizeof *people);
        if (people == NULL)
            return ERR_MEMORY;
        for (size_t i = 0; i < w->person_count; i++)
            people[i] = w->people[i];
        for (size_t i = 0; i < count; i++)
            if (draw_staff_counts(&list[i], &w->rule))
                people[w->person_count++] = (struct staff_person){list[i], &w->task.parts[p]};
        w->people = people;
    }
    return ERR_OK;
}

static enum err staff_load(struct staff_work *w)
{
    struct errand *e = w->c->e;
    struct str tenant = e->office->tenant;
    TRY(office_task_load(&w->task, e, w->tx, w->c->task.number));
    TRY(draw_staff_rule_get(&w->rule, e, w->tx, &w->c->task));
    TRY(staff_people_load(w));
    TRY(office_recusals(&w->recusals, &w->recusal_count, e, w->tx, &w->c->draw));
    return store_conflicts(&w->conflicts, &w->conflict_count, e->arena, w->tx, tenant);
}

static bool staff_conflicted(const struct staff_work *w, struct str inspector, struct str pool_id)
{
    size_t low = 0;
    size_t high = w->conflict_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct store_conflict *row = &w->conflicts[mid];
        int order = str_cmp(row->inspector, inspector);
        if (order == 0)
            order = str_cmp(row->pool_id, pool_id);
        if (order == 0)
            return true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

static bool staff_recused(const struct staff_work *w, struct str inspector, struct str pool_id)
{
    for (size_t i = 0; i < w->recusal_count; i++) {
        const struct store_recusal *row = &w->recusals[i];
        if (str_eq(row->inspector, inspector) &&
            (str_eq(row->pool_id, pool_id) || str_eq(row->pool_id, STR("*"))))
            return true;
    }
    return staff_conflicted(w, inspector, pool_id);
}

/* Eligible (PROTOCOL 7): of the department, counts, holds the seat's tag, area fits, no recusal. */
static bool staff_eligible(const struct staff_work *w, const struct staff_person *person,
                           const struct staff_seat *seat)
{
    if (person->part != seat->part)
        return false;
    if (seat->number <= seat->part->tag_seats && !draw_staff_tag(&person->who, seat->part->tag))
        return false;
    return draw_staff_area(&person->who, seat->division) &&
           !staff_recused(w, person->who.code, seat->pool_id);
}

struct staff_build {
    struct staff_work *w;
    struct staff_seat *facts; /* in the order they were made */
    struct draw_seat *seats;
    size_t seat_count;
    struct draw_inspector *inspectors;
    struct draw_pair *pairs;
    size_t pair_count;
    size_t pair_cap;
};

static enum err staff_seats_make(struct staff_build *b, const struct store_visit *visits,
                                 size_t visit_count)
{
    struct errand *e = b->w->c->e;
    size_t each = 0;
    for (size_t p = 0; p < b->w->task.part_count; p++)
        each += (size_t)b->w->task.parts[p].seats;
    b->facts = arena_array(e->arena, visit_count * each, sizeof *b->facts);
    b->seats = arena_array(e->arena, visit_count * each, sizeof *b->seats);
    if (b->facts == NULL || b->seats == NULL)
        return ERR_MEMORY;
    for (size_t v = 0; v < visit_count; v++) {
        struct store_object_name object = {0};
        TRY(store_object_name(&object, e->arena, b->w->tx, e->office->tenant, visits[v].pool_id));
        for (size_t s = 0, p = 0, n = 1; s < each; s++) {
            const struct store_task_part *part = &b->w->task.parts[p];
            struct str id = arena_printf(e->arena, "%.*s|%.*s|%zu", STR_ARG(visits[v].pool_id),
                                         STR_ARG(part->department), n);
            if (id.data == NULL)
                return ERR_MEMORY;
            b->seats[b->seat_count] = (struct draw_seat){id, visits[v].pool_id};
            b->facts[b->seat_count++] =
                (struct staff_seat){part, (int64_t)n, visits[v].pool_id, object.division};
            p += (int64_t)n == part->seats ? 1 : 0;
            n = (int64_t)n == part->seats ? 1 : n + 1;
        }
    }
    return ERR_OK;
}

static enum err staff_pair_add(struct staff_build *b, uint32_t inspector, uint32_t seat)
{
    if (b->pair_count == b->pair_cap) {
        size_t cap = b->pair_cap == 0 ? 4096 : b->pair_cap * 2;
        struct draw_pair *pairs = arena_array(b->w->c->e->arena, cap, sizeof *pairs);
        if (pairs == NULL)
            return ERR_MEMORY;
        for (size_t i = 0; i < b->pair_count; i++)
            pairs[i] = b->pairs[i];
        b->pairs = pairs;
        b->pair_cap = cap;
    }
    b->pairs[b->pair_count++] = (struct draw_pair){inspector, seat};
    return ERR_OK;
}

static enum err staff_inspectors_make(struct staff_build *b)
{
    struct staff_work *w = b->w;
    b->inspectors = arena_array(w->c->e->arena, w->person_count, sizeof *b->inspectors);
    if (b->inspectors == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->person_count; i++)
        b->inspectors[i] =
            (struct draw_inspector){w->people[i].who.code, (uint64_t)w->people[i].who.load,
                                    (uint64_t)w->people[i].part->cap};
    draw_inspectors_sort(b->inspectors, w->person_count);
    return ERR_OK;
}

static enum err staff_pairs_make(struct staff_build *b, const struct draw_roster *roster,
                                 const struct staff_seat *facts, const uint32_t *seats,
                                 size_t count)
{
    struct staff_work *w = b->w;
    for (size_t i = 0; i < w->person_count; i++) {
        ptrdiff_t inspector = draw_inspector_find(roster, w->people[i].who.code);
        if (inspector < 0)
            continue;
        for (size_t s = 0; s < count; s++)
            if (staff_eligible(w, &w->people[i], &facts[s]))
                TRY(staff_pair_add(b, (uint32_t)inspector, seats[s]));
    }
    draw_pairs_sort(b->pairs, b->pair_count);
    return ERR_OK;
}

enum err draw_staff_roster(struct draw_roster *out, struct draw_case *c, struct db_tx *tx,
                           const struct store_visit *visits, size_t visit_count)
{
    struct staff_work w = {.c = c, .tx = tx};
    struct staff_build b = {.w = &w};
    TRY(staff_load(&w));
    TRY(staff_seats_make(&b, visits, visit_count));
    uint32_t *index = arena_array(c->e->arena, b.seat_count, sizeof *index);
    struct draw_seat *sorted = arena_array(c->e->arena, b.seat_count, sizeof *sorted);
    if (index == NULL || sorted == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < b.seat_count; i++)
        sorted[i] = b.seats[i];
    draw_seats_sort(sorted, b.seat_count);
    TRY(staff_inspectors_make(&b));
    *out = (struct draw_roster){.seats = sorted,
                                .seat_count = b.seat_count,
                                .inspectors = b.inspectors,
                                .inspector_count = w.person_count};
    for (size_t i = 0; i < b.seat_count; i++)
        index[i] = (uint32_t)draw_seat_find(out, b.seats[i].id);
    TRY(staff_pairs_make(&b, out, b.facts, index, b.seat_count));
    out->pairs = b.pairs;
    out->pair_count = b.pair_count;
    return ERR_OK;
}

/* --- refills --- */

static const struct store_seat *staff_seat_row(const struct store_seat *rows, size_t count,
                                               struct str seat)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].seat, seat))
            return &rows[i];
    return NULL;
}

/* What a seat asks for: its department and number stand in its name, OBJECT|DEPARTMENT|N; its
 * object is the one it visits today. */
static enum err staff_seat_facts(struct staff_seat *out, const struct staff_work *w,
                                 const struct store_seat *row)
{
    struct errand *e = w->c->e;
    struct store_object_name object = {0};
    struct str rest = row->seat;
    struct str word;
    uint64_t number = 0;
    (void)str_cut(&word, &rest, '|');
    (void)str_cut(&word, &rest, '|');
    TRY(str_u64(&number, rest));
    TRY(store_object_name(&object, e->arena, w->tx, e->office->tenant, row->pool_id));
    *out = (struct staff_seat){NULL, (int64_t)number, row->pool_id, object.division};
    for (size_t p = 0; p < w->task.part_count; p++)
        if (str_eq(w->task.parts[p].department, row->department))
            out->part = &w->task.parts[p];
    return out->part != NULL ? ERR_OK : ERR_DAMAGED;
}

/* The same for seats of the roster, by their indexes. */
static enum err staff_seats_facts(struct staff_seat *out, const struct staff_work *w,
                                  const struct draw_roster *roster, const uint32_t *seats,
                                  size_t count)
{
    struct errand *e = w->c->e;
    struct store_seat *rows = NULL;
    size_t row_count = 0;
    TRY(office_seats(&rows, &row_count, e, w->tx, &w->c->draw));
    for (size_t i = 0; i < count; i++) {
        const struct store_seat *row = staff_seat_row(rows, row_count, roster->seats[seats[i]].id);
        if (row == NULL)
            return ERR_DAMAGED;
        TRY(staff_seat_facts(&out[i], w, row));
    }
    return ERR_OK;
}

/* Does this inspector leave any seat of this object in this refill? */
static bool staff_leaves(const struct draw_roster *roster, const struct draw_leaving *leaving,
                         size_t count, const struct draw_pair *pair)
{
    struct str object = roster->seats[pair->seat].object;
    for (size_t i = 0; i < count; i++)
        if (leaving[i].inspector == pair->inspector &&
            str_eq(roster->seats[leaving[i].seat].object, object))
            return true;
    return false;
}

enum err draw_staff_refill(struct draw_pair **out, size_t *count, struct draw_case *c,
                           struct db_tx *tx, const struct draw_roster *roster,
                           const struct draw_leaving *leaving, size_t leaving_count)
{
    struct errand *e = c->e;
    struct staff_work w = {.c = c, .tx = tx};
    struct staff_build b = {.w = &w};
    struct staff_seat *facts = arena_array(e->arena, leaving_count, sizeof *facts);
    uint32_t *seats = arena_array(e->arena, leaving_count, sizeof *seats);
    if (facts == NULL || seats == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < leaving_count; i++)
        seats[i] = leaving[i].seat;
    TRY(staff_load(&w));
    TRY(staff_seats_facts(facts, &w, roster, seats, leaving_count));
    TRY(staff_pairs_make(&b, roster, facts, seats, leaving_count));
    *out = b.pairs;
    *count = 0;
    for (size_t i = 0; i < b.pair_count; i++)
        if (!staff_leaves(roster, leaving, leaving_count, &b.pairs[i]))
            b.pairs[(*count)++] = b.pairs[i];
    return ERR_OK;
}
