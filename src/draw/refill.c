/* Refills and the check of a filling: see assign.h (PROTOCOL.md section 8).
 *
 * Seats of one object are neighbours in a roster (team_files.c), so "another seat of the object" is
 * looked for left and right of a seat. */
#include "draw/assign.h"

#include "base/arena.h"
#include "crypto/hash.h"
#include "crypto/wipe.h"
#include "draw/seed.h"

#include <stdlib.h>
#include <string.h>

/* By name: a seat's object is not indexed. */
static bool same_object(const struct draw_roster *roster, size_t a, size_t b)
{
    return str_eq(roster->seats[a].object, roster->seats[b].object);
}

/* Whether the inspector holds a seat of this seat's object, the seat itself aside. */
static bool holds_object(const struct draw_roster *roster, const uint32_t *people, size_t seat,
                         uint32_t person)
{
    for (size_t s = seat; s > 0 && same_object(roster, s - 1, seat); s--)
        if (people[s - 1] == person)
            return true;
    for (size_t s = seat + 1; s < roster->seat_count && same_object(roster, s, seat); s++)
        if (people[s] == person)
            return true;
    return false;
}

/* The order of a roster's pairs. */
static int pair_cmp(const void *a, const void *b)
{
    const struct draw_pair *x = a;
    const struct draw_pair *y = b;
    if (x->inspector != y->inspector)
        return x->inspector < y->inspector ? -1 : 1;
    return (x->seat > y->seat) - (x->seat < y->seat);
}

/* Pairs are sorted, so a binary search tells. */
static bool eligible(const struct draw_roster *roster, uint32_t person, uint32_t seat)
{
    struct draw_pair key = {person, seat};
    return roster->pair_count > 0 &&
           bsearch(&key, roster->pairs, roster->pair_count, sizeof key, pair_cmp) != NULL;
}

/* Seats held by each inspector. */
static enum err loads_count(uint64_t **loads, struct arena *arena, const struct draw_roster *roster,
                            const uint32_t *people)
{
    *loads = arena_array(arena, roster->inspector_count + 1, sizeof **loads);
    if (*loads == NULL)
        return ERR_MEMORY;
    for (size_t s = 0; s < roster->seat_count; s++)
        if (people[s] < roster->inspector_count)
            (*loads)[people[s]]++;
    return ERR_OK;
}

/* One seat against the three rules of a team. */
static enum err seat_check(const struct draw_roster *roster, const uint32_t *people, uint32_t seat,
                           struct fault *fault)
{
    struct str id = roster->seats[seat].id;
    uint32_t person = people[seat];
    if (person >= roster->inspector_count)
        return fault_set(fault, ERR_PROOF, "席位 %.*s 没有派人", STR_ARG(id));
    if (!eligible(roster, person, seat))
        return fault_set(fault, ERR_PROOF, "席位 %.*s 派了不在可派名单中的 %.*s", STR_ARG(id),
                         STR_ARG(roster->inspectors[person].id));
    if (holds_object(roster, people, seat, person))
        return fault_set(fault, ERR_PROOF, "%.*s 在同一对象占了不止一个席位",
                         STR_ARG(roster->inspectors[person].id));
    return ERR_OK;
}

/* Seats first, then the caps, which need all of them. */
enum err draw_teams_check(const struct draw_roster *roster, const uint32_t *people,
                          struct arena *arena, struct fault *fault)
{
    uint64_t *loads = NULL;
    TRY(loads_count(&loads, arena, roster, people));
    for (uint32_t s = 0; s < roster->seat_count; s++)
        TRY(seat_check(roster, people, s, fault));
    for (size_t i = 0; i < roster->inspector_count; i++)
        if (loads[i] > roster->inspectors[i].cap)
            return fault_set(fault, ERR_PROOF, "%.*s 派了 %llu 个席位，超过上限 %llu",
                             STR_ARG(roster->inspectors[i].id), (unsigned long long)loads[i],
                             (unsigned long long)roster->inspectors[i].cap);
    return ERR_OK;
}

/* Everything one vacant seat's choice looks at. */
struct refill {
    const struct draw_roster *roster;
    uint32_t *people;
    uint64_t *loads;
    struct crypto_ticket seed;
};

/* Everything section 8 asks of a successor but the order. */
static bool can_sit(const struct refill *r, uint32_t person, const struct draw_leaving *vacant)
{
    return person != vacant->inspector && r->loads[person] < r->roster->inspectors[person].cap &&
           eligible(r->roster, person, vacant->seat) &&
           !holds_object(r->roster, r->people, vacant->seat, person);
}

/* The smallest (BASE + x, ticket, id); indexes ascend with ids. DRAW_NOBODY if nobody can. */
static uint32_t refill_choose(const struct refill *r, const struct draw_leaving *vacant)
{
    uint32_t best = DRAW_NOBODY;
    uint64_t best_level = 0;
    uint8_t best_ticket[DRAW_HASH];
    for (uint32_t i = 0; i < r->roster->inspector_count; i++) {
        const struct draw_inspector *inspector = &r->roster->inspectors[i];
        uint64_t level = inspector->base + r->loads[i];
        uint8_t ticket[DRAW_HASH];
        if (!can_sit(r, i, vacant) || (best != DRAW_NOBODY && level > best_level))
            continue;
        draw_ticket_pair(ticket, &r->seed, r->roster->seats[vacant->seat].id, inspector->id);
        if (best != DRAW_NOBODY && level == best_level &&
            memcmp(ticket, best_ticket, DRAW_HASH) >= 0)
            continue;
        best = i;
        best_level = level;
        memcpy(best_ticket, ticket, DRAW_HASH);
    }
    return best;
}

/* All leave before anyone comes, so that the load of one who changes seats is right. */
static enum err refill_empty(struct refill *r, const struct draw_leaving *leaving, size_t count,
                             struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        const struct draw_leaving *gone = &leaving[i];
        if (gone->seat >= r->roster->seat_count || gone->inspector >= r->roster->inspector_count ||
            r->people[gone->seat] != gone->inspector)
            return fault_set(fault, ERR_INPUT, "退出名单第 %zu 行：此人并不在该席位上", i + 1);
        r->people[gone->seat] = DRAW_NOBODY;
        r->loads[gone->inspector]--;
    }
    return ERR_OK;
}

/* In file order, loads counting on: the outcome does not depend on anything else. */
static enum err refill_seats(struct refill *r, const struct draw_leaving *leaving, size_t count,
                             struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t person = refill_choose(r, &leaving[i]);
        if (person == DRAW_NOBODY)
            return fault_set(
                fault, ERR_STAFF,
                "席位 %.*s 无人可补派：可派人员均已满额、已在该对象的检查组中或须回避。"
                "原检查组没有改变",
                STR_ARG(r->roster->seats[leaving[i].seat].id));
        r->people[leaving[i].seat] = person;
        r->loads[person]++;
    }
    return ERR_OK;
}

/* Works on a copy, so that an error leaves the teams as they were. */
enum err draw_refill(uint32_t *people, struct arena *arena, const struct draw_roster *roster,
                     const struct draw_leaving *leaving, size_t count,
                     const uint8_t seed[DRAW_HASH], struct fault *fault)
{
    struct refill r = {.roster = roster};
    TRY(draw_roster_check(roster, fault));
    TRY(loads_count(&r.loads, arena, roster, people));
    r.people = arena_array(arena, roster->seat_count + 1, sizeof *r.people);
    if (r.people == NULL)
        return ERR_MEMORY;
    memcpy(r.people, people, roster->seat_count * sizeof *people);
    crypto_ticket_init(&r.seed, seed);
    enum err err = refill_empty(&r, leaving, count, fault);
    if (err == ERR_OK)
        err = refill_seats(&r, leaving, count, fault);
    crypto_wipe(&r.seed, sizeof r.seed);
    if (err == ERR_OK)
        memcpy(people, r.people, roster->seat_count * sizeof *people);
    return err;
}
