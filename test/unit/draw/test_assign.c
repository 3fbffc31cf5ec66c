/* Assignment against exhaustive search by the words of PROTOCOL.md section 7, witnesses against
 * their definition, refills, and the files of round 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "draw/assign.h"
#include "draw/seed.h"
#include "help.h"

enum { SEATS = 7, PEOPLE = 4 };

/* A small case, and who may sit where as a table. */
struct small {
    struct draw_roster roster;
    struct draw_seat seats[SEATS];
    struct draw_inspector people[PEOPLE];
    struct draw_pair pairs[SEATS * PEOPLE];
    bool may[PEOPLE][SEATS];
    char names[SEATS][64];
    uint8_t seed[DRAW_HASH];
    struct crypto_ticket ticket;
};

static void small_make(struct small *c, uint64_t number)
{
    static const struct str objects[3] = {{"O1", 2}, {"O2", 2}, {"O3", 2}};
    static const struct str ids[PEOPLE] = {{"P1", 2}, {"P2", 2}, {"P3", 2}, {"P4", 2}};
    uint64_t state = number * 77 + 1;
    size_t pairs = 0;
    memset(c, 0, sizeof *c);
    seed_of(c->seed, number);
    crypto_ticket_init(&c->ticket, c->seed);
    size_t seats = 1 + dice(&state, SEATS);
    size_t people = 1 + dice(&state, PEOPLE);
    uint64_t density = 3 + dice(&state, 7);
    for (size_t s = 0; s < seats; s++) {
        c->seats[s].object = objects[s * 3 / SEATS];
        snprintf(c->names[s], sizeof c->names[s], "O%zu|D|%zu", s * 3 / SEATS + 1, s + 1);
        c->seats[s].id = str_of(c->names[s]);
    }
    for (size_t i = 0; i < people; i++) {
        c->people[i] = (struct draw_inspector){ids[i], dice(&state, 3), dice(&state, 5)};
        for (size_t s = 0; s < seats; s++)
            if ((c->may[i][s] = dice(&state, 10) < density))
                c->pairs[pairs++] = (struct draw_pair){(uint32_t)i, (uint32_t)s};
    }
    c->roster = (struct draw_roster){c->seats, seats, c->people, people, c->pairs, pairs};
}

/* One filling being tried: who sits where, and how many seats each may still take. */
struct filling {
    const struct small *c;
    uint32_t people[SEATS + 1];
    uint64_t left[PEOPLE];
    size_t twin; /* a seat that is there twice, or SEATS */
};

static struct str object_of(const struct filling *f, size_t s)
{
    return f->c->seats[s < f->c->roster.seat_count ? s : f->twin].object;
}

static bool may_take(const struct filling *f, size_t s, size_t i)
{
    size_t seat = s < f->c->roster.seat_count ? s : f->twin;
    if (f->left[i] == 0 || !f->c->may[i][seat])
        return false;
    for (size_t t = 0; t < s; t++)
        if (f->people[t] == i && str_eq(object_of(f, t), object_of(f, s)))
            return false;
    return true;
}

/* The most seats of s.. that can be filled. */
static size_t most_from(struct filling *f, size_t s, size_t seats)
{
    if (s == seats)
        return 0;
    f->people[s] = DRAW_NOBODY;
    size_t best = most_from(f, s + 1, seats);
    for (size_t i = 0; i < f->c->roster.inspector_count && best < seats - s; i++) {
        if (!may_take(f, s, i))
            continue;
        f->people[s] = (uint32_t)i;
        f->left[i]--;
        size_t got = 1 + most_from(f, s + 1, seats);
        f->left[i]++;
        best = got > best ? got : best;
    }
    return best;
}

static size_t most_served(const struct small *c, const uint64_t *loads, size_t twin)
{
    struct filling f = {.c = c, .twin = twin};
    for (size_t i = 0; i < c->roster.inspector_count; i++)
        f.left[i] = loads[i];
    return most_from(&f, 0, c->roster.seat_count + (twin < SEATS));
}

/* Step 1 by its words: -1 if not everybody can be served, else loads are set. */
static bool even_loads(uint64_t loads[PEOPLE], const struct small *c)
{
    bool active[PEOPLE];
    size_t served = 0;
    for (size_t i = 0; i < c->roster.inspector_count; i++) {
        loads[i] = 0;
        active[i] = c->people[i].cap > 0;
    }
    while (served < c->roster.seat_count) {
        size_t best = PEOPLE;
        uint8_t best_ticket[DRAW_HASH];
        for (size_t i = 0; i < c->roster.inspector_count; i++) {
            uint8_t ticket[DRAW_HASH];
            uint64_t level = c->people[i].base + loads[i];
            draw_ticket_load(ticket, &c->ticket, level, c->people[i].id);
            if (!active[i])
                continue;
            uint64_t best_level = best < PEOPLE ? c->people[best].base + loads[best] : 0;
            if (best < PEOPLE && (level > best_level ||
                                  (level == best_level && memcmp(ticket, best_ticket, 32) > 0)))
                continue;
            best = i;
            memcpy(best_ticket, ticket, sizeof ticket);
        }
        if (best == PEOPLE)
            return false;
        loads[best]++;
        if (loads[best] <= c->people[best].cap && most_served(c, loads, SEATS) == served + 1)
            served++;
        else
            active[best] = false, loads[best]--;
    }
    return true;
}

/* Whether seats s.. can all be filled with exactly what is left, fixed ones keeping theirs. */
static bool completes(struct filling *f, const uint32_t *fixed, size_t s)
{
    if (s == f->c->roster.seat_count)
        return true;
    for (size_t i = 0; i < f->c->roster.inspector_count; i++) {
        if ((fixed[s] != DRAW_NOBODY && fixed[s] != i) || !may_take(f, s, i))
            continue;
        f->people[s] = (uint32_t)i;
        f->left[i]--;
        bool ok = completes(f, fixed, s + 1);
        f->left[i]++;
        if (ok)
            return true;
    }
    return false;
}

static bool can_complete(const struct small *c, const uint64_t *loads, const uint32_t *fixed)
{
    struct filling f = {.c = c, .twin = SEATS};
    for (size_t i = 0; i < c->roster.inspector_count; i++)
        f.left[i] = loads[i];
    return completes(&f, fixed, 0);
}

/* Takes the one with the smallest ticket not taken yet. */
static size_t smallest(const uint8_t (*tickets)[DRAW_HASH], bool *taken, size_t count)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (!taken[i] && (best == count || memcmp(tickets[i], tickets[best], DRAW_HASH) < 0))
            best = i;
    if (best < count)
        taken[best] = true;
    return best;
}

static void first_person(uint32_t *fixed, const struct small *c, const uint64_t *loads, size_t s)
{
    uint8_t tickets[PEOPLE][DRAW_HASH];
    bool taken[PEOPLE] = {false};
    for (size_t i = 0; i < c->roster.inspector_count; i++)
        draw_ticket_pair(tickets[i], &c->ticket, c->seats[s].id, c->people[i].id);
    do {
        size_t i = smallest((const uint8_t(*)[DRAW_HASH])tickets, taken, c->roster.inspector_count);
        assert_true(i < c->roster.inspector_count);
        fixed[s] = (uint32_t)i;
    } while (!c->may[fixed[s]][s] || !can_complete(c, loads, fixed));
}

/* Step 2 by its words. */
static void first_filling(uint32_t fixed[SEATS], const struct small *c, const uint64_t *loads)
{
    uint8_t tickets[SEATS][DRAW_HASH];
    bool taken[SEATS] = {false};
    for (size_t s = 0; s < c->roster.seat_count; s++) {
        fixed[s] = DRAW_NOBODY;
        draw_ticket_seat(tickets[s], &c->ticket, c->seats[s].id);
    }
    for (size_t n = 0; n < c->roster.seat_count; n++)
        first_person(fixed, c, loads,
                     smallest((const uint8_t(*)[DRAW_HASH])tickets, taken, c->roster.seat_count));
}

/* A seat can be reached from spare capacity if and only if a second one just like it could be
 * served as well. */
static void assert_witness(const struct small *c, const struct draw_teams *teams)
{
    uint64_t caps[PEOPLE] = {0};
    bool eligible[PEOPLE] = {false};
    size_t seats = 0;
    size_t people = 0;
    for (size_t i = 0; i < c->roster.inspector_count; i++)
        caps[i] = c->people[i].cap;
    size_t most = most_served(c, caps, SEATS);
    assert_int_equal(teams->missing, c->roster.seat_count - most);
    for (size_t s = 0; s < c->roster.seat_count; s++) {
        bool reached = most_served(c, caps, s) > most;
        if (reached)
            continue;
        assert_true(seats < teams->short_seat_count && teams->short_seats[seats] == s);
        seats++;
        for (size_t i = 0; i < c->roster.inspector_count; i++)
            eligible[i] |= c->may[i][s];
    }
    assert_int_equal(seats, teams->short_seat_count);
    for (size_t i = 0; i < c->roster.inspector_count; i++)
        if (eligible[i])
            assert_true(people < teams->short_people_count && teams->short_people[people++] == i);
    assert_int_equal(people, teams->short_people_count);
}

static void exhaustive_search_finds_the_same(void **state)
{
    size_t filled = 0;
    size_t moved = 0;
    (void)state;
    for (uint64_t n = 0; n < 1500; n++) {
        struct small c;
        struct arena arena = {0};
        struct draw_teams teams;
        uint64_t loads[PEOPLE] = {0};
        uint32_t people[SEATS];
        small_make(&c, n);
        bool ok = even_loads(loads, &c);
        enum err err = draw_assign(&teams, &arena, &c.roster, c.seed, NULL);
        assert_int_equal(err, ok ? ERR_OK : ERR_STAFF);
        if (ok) {
            first_filling(people, &c, loads);
            assert_memory_equal(teams.loads, loads, c.roster.inspector_count * sizeof *loads);
            assert_memory_equal(teams.people, people, c.roster.seat_count * sizeof *people);
            assert_int_equal(draw_teams_check(&c.roster, teams.people, &arena, NULL), ERR_OK);
            filled++;
            moved += c.roster.seat_count > 4;
        } else {
            assert_witness(&c, &teams);
        }
        arena_free(&arena);
    }
    assert_true(filled > 200 && filled < 1300 && moved > 50);
}

static void feasibility_needs_no_seed_and_agrees(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 300; n++) {
        struct small c;
        struct arena arena = {0};
        struct draw_teams teams;
        struct draw_teams seeded;
        small_make(&c, n);
        enum err possible = draw_assign_possible(&teams, &arena, &c.roster, NULL);
        assert_int_equal(draw_assign(&seeded, &arena, &c.roster, c.seed, NULL), possible);
        assert_int_equal(teams.missing, seeded.missing);
        assert_int_equal(teams.short_seat_count, seeded.short_seat_count);
        size_t nobody = 0;
        for (size_t s = 0; s < c.roster.seat_count; s++)
            nobody += teams.people[s] == DRAW_NOBODY;
        assert_int_equal(nobody, teams.missing);
        arena_free(&arena);
    }
}

static void too_few_people_are_told_in_numbers(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct fault fault = {0};
    struct draw_teams teams;
    struct draw_seat seats[] = {{STR("O|D|1"), STR("O")}, {STR("O|D|2"), STR("O")}};
    struct draw_inspector people[] = {{STR("P"), 0, 9}};
    struct draw_pair pairs[] = {{0, 0}, {0, 1}};
    struct draw_roster roster = {seats, 2, people, 1, pairs, 2};
    assert_int_equal(draw_assign_possible(&teams, &arena, &roster, &fault), ERR_STAFF);
    assert_int_equal(teams.missing, 1);
    assert_int_equal(teams.short_seat_count, 2);
    assert_int_equal(teams.short_people_count, 1);
    assert_non_null(strstr(fault.text, "2 个席位中有 1 个"));
    roster.seat_count = 0;
    roster.pair_count = 0;
    assert_int_equal(draw_assign_possible(&teams, &arena, &roster, NULL), ERR_OK);
    arena_free(&arena);
}

/* A filling as teams.tsv holds it, over two objects of two seats and three people. */
static struct draw_seat four_seats[] = {{STR("A|D|1"), STR("A")},
                                        {STR("A|D|2"), STR("A")},
                                        {STR("B|D|1"), STR("B")},
                                        {STR("B|D|2"), STR("B")}};
static struct draw_inspector four_people[] = {
    {STR("P1"), 0, 4}, {STR("P2"), 0, 4}, {STR("P3"), 1, 4}, {STR("P4"), 0, 1}};
static struct draw_pair four_pairs[] = {{0, 0}, {0, 1}, {0, 2}, {0, 3}, {1, 0},
                                        {1, 1}, {1, 2}, {1, 3}, {2, 0}, {2, 1},
                                        {2, 2}, {2, 3}, {3, 0}, {3, 1}, {3, 2}};

static struct draw_roster four(void)
{
    return (struct draw_roster){four_seats, 4, four_people, 4, four_pairs, COUNT(four_pairs)};
}

static void a_filling_is_checked_rule_by_rule(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_roster roster = four();
    uint32_t good[] = {0, 1, 2, 0};
    uint32_t twice[] = {0, 0, 2, 1};
    uint32_t stranger[] = {0, 1, 2, 3};
    uint32_t nobody[] = {0, DRAW_NOBODY, 2, 0};
    uint32_t over[] = {3, 1, 3, 0};
    assert_int_equal(draw_teams_check(&roster, good, &arena, NULL), ERR_OK);
    assert_int_equal(draw_teams_check(&roster, twice, &arena, NULL), ERR_PROOF);
    assert_int_equal(draw_teams_check(&roster, stranger, &arena, NULL), ERR_PROOF);
    assert_int_equal(draw_teams_check(&roster, nobody, &arena, NULL), ERR_PROOF);
    assert_int_equal(draw_teams_check(&roster, over, &arena, NULL), ERR_PROOF);
    arena_free(&arena);
}

/* Seat A|D|1 falls vacant; P2 sits on A already. Left are P3 (1+1 or 1+0) and P4 (0+0): the lower
 * load wins whatever the tickets say. */
static void a_vacant_seat_goes_to_the_least_loaded(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_roster roster = four();
    struct draw_leaving leaving = {0, 0, STR("回避")};
    for (uint64_t n = 0; n < 20; n++) {
        uint32_t people[] = {0, 1, 2, 0};
        uint8_t seed[DRAW_HASH];
        seed_of(seed, n);
        assert_int_equal(draw_refill(people, &arena, &roster, &leaving, 1, seed, NULL), ERR_OK);
        assert_int_equal(people[0], 3);
        assert_int_equal(people[1], 1);
        assert_int_equal(people[2], 2);
        assert_int_equal(people[3], 0);
    }
    arena_free(&arena);
}

static void among_equals_the_pair_ticket_decides(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_roster roster = four();
    struct draw_leaving leaving = {2, 2, STR("生病")};
    size_t chosen[4] = {0};
    for (uint64_t n = 0; n < 40; n++) {
        uint32_t people[] = {0, 1, 2, 0}; /* on B: P1 has the other seat; P2 and P4 differ */
        uint8_t seed[DRAW_HASH];
        uint8_t two[DRAW_HASH];
        uint8_t four_[DRAW_HASH];
        struct crypto_ticket ticket;
        seed_of(seed, n);
        people[1] = 2; /* P2 then holds nothing, like P4 */
        crypto_ticket_init(&ticket, seed);
        draw_ticket_pair(two, &ticket, STR("B|D|1"), STR("P2"));
        draw_ticket_pair(four_, &ticket, STR("B|D|1"), STR("P4"));
        uint32_t want = memcmp(two, four_, DRAW_HASH) < 0 ? 1 : 3;
        assert_int_equal(draw_refill(people, &arena, &roster, &leaving, 1, seed, NULL), ERR_OK);
        assert_int_equal(people[2], want);
        chosen[want]++;
    }
    assert_true(chosen[1] > 5 && chosen[3] > 5);
    arena_free(&arena);
}

/* The rules of section 8 one by one, on random small cases: whoever is chosen may sit there, does
 * not leave it, has room, has no other seat of the object; and nobody else who may has a smaller
 * (load, ticket). */
static void assert_first(const struct small *c, const uint32_t *people, size_t seat, uint32_t gone)
{
    uint64_t loads[PEOPLE] = {0};
    uint32_t best = DRAW_NOBODY;
    uint8_t tickets[PEOPLE][DRAW_HASH];
    for (size_t s = 0; s < c->roster.seat_count; s++)
        if (s != seat)
            loads[people[s]]++;
    for (uint32_t i = 0; i < c->roster.inspector_count; i++) {
        bool ok = c->may[i][seat] && i != gone && loads[i] < c->people[i].cap;
        for (size_t s = 0; s < c->roster.seat_count; s++)
            ok &= s == seat || people[s] != i || !str_eq(c->seats[s].object, c->seats[seat].object);
        draw_ticket_pair(tickets[i], &c->ticket, c->seats[seat].id, c->people[i].id);
        if (!ok)
            continue;
        uint64_t level = c->people[i].base + loads[i];
        uint64_t least = best == DRAW_NOBODY ? UINT64_MAX : c->people[best].base + loads[best];
        if (level < least || (level == least && memcmp(tickets[i], tickets[best], 32) < 0))
            best = i;
    }
    assert_int_equal(people[seat], best);
}

static void a_refill_takes_the_first_of_all_who_may(void **state)
{
    size_t refilled = 0;
    (void)state;
    for (uint64_t n = 0; n < 1500; n++) {
        struct small c;
        struct arena arena = {0};
        struct draw_teams teams;
        small_make(&c, n);
        if (draw_assign(&teams, &arena, &c.roster, c.seed, NULL) == ERR_OK) {
            uint32_t seat = (uint32_t)(n % c.roster.seat_count);
            struct draw_leaving leaving = {seat, teams.people[seat], STR("x")};
            uint32_t before = teams.people[seat];
            if (draw_refill(teams.people, &arena, &c.roster, &leaving, 1, c.seed, NULL) == ERR_OK) {
                assert_first(&c, teams.people, seat, before);
                refilled++;
            } else {
                teams.people[seat] = DRAW_NOBODY;
                assert_first(&c, teams.people, seat, before);
            }
        }
        arena_free(&arena);
    }
    assert_true(refilled > 100);
}

/* P1 leaves A|D|1 and P3 leaves B|D|1, both empty before the first is given away: P4 (0+0) takes
 * the first and is full with it; on B, P2 sits already and P3 leaves, so P1 takes it, free again.
 */
static void several_seats_are_refilled_in_file_order(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_roster roster = four();
    struct draw_leaving both[] = {{0, 0, STR("x")}, {2, 2, STR("x")}};
    for (uint64_t n = 0; n < 20; n++) {
        uint32_t people[] = {0, 1, 2, 1};
        uint8_t seed[DRAW_HASH];
        seed_of(seed, n);
        assert_int_equal(draw_refill(people, &arena, &roster, both, 2, seed, NULL), ERR_OK);
        assert_int_equal(people[0], 3);
        assert_int_equal(people[2], 0);
    }
    arena_free(&arena);
}

static void who_leaves_a_seat_has_room_for_another(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_roster roster = four();
    struct draw_inspector people[4];
    struct draw_leaving both[] = {{0, 0, STR("x")}, {2, 2, STR("x")}};
    uint32_t held[] = {0, 1, 2, 1};
    uint8_t seed[DRAW_HASH] = {0};
    memcpy(people, four_people, sizeof people);
    people[0].cap = 1;
    roster.inspectors = people;
    assert_int_equal(draw_refill(held, &arena, &roster, both, 2, seed, NULL), ERR_OK);
    assert_int_equal(held[2], 0);
    arena_free(&arena);
}

static void a_refill_that_cannot_be_changes_nothing(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_roster roster = four();
    struct draw_leaving both[] = {{0, 0, STR("x")}, {3, 0, STR("x")}};
    struct draw_leaving wrong = {0, 1, STR("x")};
    uint32_t people[] = {0, 1, 2, 0};
    uint8_t seed[DRAW_HASH] = {0};
    roster.pair_count = 4; /* only P1 is eligible, who leaves */
    assert_int_equal(draw_refill(people, &arena, &roster, both, 2, seed, NULL), ERR_STAFF);
    assert_int_equal(people[0], 0);
    assert_int_equal(people[3], 0);
    assert_int_equal(draw_refill(people, &arena, &roster, &wrong, 1, seed, NULL), ERR_INPUT);
    arena_free(&arena);
}

static const char seats_tsv[] = "A|D|1\tA\nA|D|2\tA\nB|D|1\tB\nB|D|2\tB\n";
static const char people_tsv[] = "P1\t0\t4\nP2\t0\t4\nP3\t1\t4\nP4\t0\t1\n";
static const char eligible_tsv[] = "P1\tA|D|1\nP1\tB|D|2\nP2\tA|D|2\nP4\tB|D|1\n";

static void the_files_are_read_and_written_alike(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_roster roster;
    struct buf out = {0};
    assert_int_equal(draw_roster_parse(&roster, &arena, str_of(seats_tsv), str_of(people_tsv),
                                       str_of(eligible_tsv), NULL),
                     ERR_OK);
    assert_int_equal(draw_seats_write(&out, &roster, NULL), ERR_OK);
    assert_str(buf_view(&out), seats_tsv);
    buf_clear(&out);
    assert_int_equal(draw_inspectors_write(&out, &roster, NULL), ERR_OK);
    assert_str(buf_view(&out), people_tsv);
    buf_clear(&out);
    assert_int_equal(draw_eligible_write(&out, &roster, NULL), ERR_OK);
    assert_str(buf_view(&out), eligible_tsv);
    buf_clear(&out);
    uint32_t people[] = {0, 1, 3, 0};
    uint32_t back[4];
    assert_int_equal(draw_teams_write(&out, &roster, people, NULL), ERR_OK);
    assert_str(buf_view(&out), "A|D|1\tP1\nA|D|2\tP2\nB|D|1\tP4\nB|D|2\tP1\n");
    assert_int_equal(draw_teams_parse(back, &roster, buf_view(&out), NULL), ERR_OK);
    assert_memory_equal(back, people, sizeof people);
    buf_free(&out);
    arena_free(&arena);
}

static void a_file_that_is_unsorted_doubled_or_torn_is_refused(void **state)
{
    static const char *const bad_seats[] = {"A|D|2\tA\nA|D|1\tA\n",
                                            "A|D|1\tA\nA|D|1\tA\n",
                                            "A|D|1\tA",
                                            "A|D|1\n",
                                            "A|D|1\tA\tB\n",
                                            "A|D|1\tB\n",
                                            "A|D|0\tA\n",
                                            "A|D|01\tA\n",
                                            "A||1\tA\n",
                                            "A|1\tA\n",
                                            "a|D|1\ta\n",
                                            "A|D|1\tA\n\n",
                                            "A|D E|1\tA\n",
                                            "AB|D|1\tA\n",
                                            "A|D|1 \tA\n",
                                            "A|D|x\tA\n"};
    static const char *const bad_people[] = {"P1\t0\n",
                                             "P1\t0\t-1\n",
                                             "P1\t00\t1\n",
                                             "P2\t0\t1\nP1\t0\t1\n",
                                             "P1\t0\t1\nP1\t0\t1\n",
                                             "P 1\t0\t1\n",
                                             "\t0\t1\n",
                                             "P1\t18446744073709551615\t1\n"};
    static const char *const bad_eligible[] = {"P1\tA|D|9\n",
                                               "P9\tA|D|1\n",
                                               "P2\tA|D|1\nP1\tA|D|1\n",
                                               "P1\tA|D|2\nP1\tA|D|1\n",
                                               "P1\tA|D|1\nP1\tA|D|1\n",
                                               "P1\tA|D|1",
                                               "P1\n"};
    struct draw_roster roster;
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(bad_seats); i++)
        assert_int_equal(draw_roster_parse(&roster, &arena, str_of(bad_seats[i]),
                                           str_of(people_tsv), STR(""), NULL),
                         ERR_FORMAT);
    for (size_t i = 0; i < COUNT(bad_people); i++)
        assert_int_equal(draw_roster_parse(&roster, &arena, str_of(seats_tsv),
                                           str_of(bad_people[i]), STR(""), NULL),
                         ERR_FORMAT);
    for (size_t i = 0; i < COUNT(bad_eligible); i++)
        assert_int_equal(draw_roster_parse(&roster, &arena, str_of(seats_tsv), str_of(people_tsv),
                                           str_of(bad_eligible[i]), NULL),
                         ERR_FORMAT);
    arena_free(&arena);
}

static void teams_tsv_names_every_seat_once(void **state)
{
    static const char *const bad[] = {
        "A|D|1\tP1\nA|D|2\tP2\nB|D|1\tP4\n", "A|D|1\tP1\nA|D|2\tP2\nB|D|1\tP4\nB|D|2\tP9\n",
        "A|D|2\tP1\nA|D|1\tP2\nB|D|1\tP4\nB|D|2\tP1\n",
        "A|D|1\tP1\nA|D|2\tP2\nB|D|1\tP4\nB|D|2\tP1\nB|D|2\tP1\n", ""};
    struct draw_roster roster = four();
    uint32_t people[4];
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(draw_teams_parse(people, &roster, str_of(bad[i]), NULL), ERR_FORMAT);
    uint32_t nobody[] = {0, DRAW_NOBODY, 2, 0};
    struct buf out = {0};
    assert_int_equal(draw_teams_write(&out, &roster, nobody, NULL), ERR_INPUT);
    buf_free(&out);
}

static void leaving_tsv_is_read_and_written_alike(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf out = {0};
    struct draw_roster roster = four();
    struct draw_leaving *back = NULL;
    size_t count = 0;
    struct draw_leaving leaving[] = {{0, 0, STR("声明回避")}, {3, 2, STR("病假 三天")}};
    assert_int_equal(draw_leaving_write(&out, &roster, leaving, 2, NULL), ERR_OK);
    assert_str(buf_view(&out), "A|D|1\tP1\t声明回避\nB|D|2\tP3\t病假 三天\n");
    assert_int_equal(draw_leaving_parse(&back, &count, &arena, &roster, buf_view(&out), NULL),
                     ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(back[1].inspector, 2);
    assert_str(back[1].reason, "病假 三天");
    static const char *const bad[] = {"",
                                      "A|D|1\tP1\n",
                                      "A|D|1\tP1\t\n",
                                      "A|D|9\tP1\tx\n",
                                      "B|D|1\tP1\tx\nA|D|1\tP1\tx\n",
                                      "A|D|1\tP1\tx\nA|D|1\tP2\tx\n"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(draw_leaving_parse(&back, &count, &arena, &roster, str_of(bad[i]), NULL),
                         ERR_FORMAT);
    leaving[1].seat = 0;
    assert_int_equal(draw_leaving_write(&out, &roster, leaving, 2, NULL), ERR_INPUT);
    assert_int_equal(draw_leaving_write(&out, &roster, leaving, 0, NULL), ERR_INPUT);
    buf_free(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exhaustive_search_finds_the_same),
        cmocka_unit_test(feasibility_needs_no_seed_and_agrees),
        cmocka_unit_test(too_few_people_are_told_in_numbers),
        cmocka_unit_test(a_filling_is_checked_rule_by_rule),
        cmocka_unit_test(a_vacant_seat_goes_to_the_least_loaded),
        cmocka_unit_test(among_equals_the_pair_ticket_decides),
        cmocka_unit_test(a_refill_takes_the_first_of_all_who_may),
        cmocka_unit_test(several_seats_are_refilled_in_file_order),
        cmocka_unit_test(who_leaves_a_seat_has_room_for_another),
        cmocka_unit_test(a_refill_that_cannot_be_changes_nothing),
        cmocka_unit_test(the_files_are_read_and_written_alike),
        cmocka_unit_test(a_file_that_is_unsorted_doubled_or_torn_is_refused),
        cmocka_unit_test(teams_tsv_names_every_seat_once),
        cmocka_unit_test(leaving_tsv_is_read_and_written_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
