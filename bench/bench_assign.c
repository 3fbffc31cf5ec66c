/* Assignment (PROTOCOL.md section 7) as it grows: twelve departments, two seats of each at an
 * object, one in ten inspectors recused from an object; then the dense case, everybody eligible for
 * everything, and a tight one, where caps leave no seat to spare. The limit is the tickets that the
 * protocol orders by, one a pair, at the rate measured in the same run. */
#include "base/arena.h"
#include "crypto/hash.h"
#include "draw/assign.h"
#include "draw/seed.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum { DEPARTMENTS = 12 };

/* CPU seconds of this thread: the machine may be shared. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One case to make: departments 0 means everybody may sit anywhere. */
struct plan {
    const char *name;
    uint32_t seats;
    uint32_t people;
    uint32_t departments;
    uint64_t cap;
    uint32_t recused; /* of 100 pairs */
};

static uint32_t scramble(uint32_t a, uint32_t b)
{
    uint64_t x = ((uint64_t)a << 32 | b) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)((x ^ x >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> 33);
}

static uint32_t department(const struct plan *plan, uint32_t i)
{
    return plan->departments ? i % plan->departments : 0;
}

static bool seats_make(struct draw_roster *roster, struct arena *arena, const struct plan *plan)
{
    struct draw_seat *seats = arena_array(arena, plan->seats, sizeof *seats);
    for (uint32_t i = 0; seats != NULL && i < plan->seats; i++) {
        uint32_t visit = i / 2;
        seats[i].object = arena_printf(arena, "9141%014u", visit);
        seats[i].id = arena_printf(arena, "%.*s|D%02u|%u", STR_ARG(seats[i].object),
                                   department(plan, visit), i % 2 + 1);
    }
    roster->seats = seats;
    roster->seat_count = plan->seats;
    return seats != NULL;
}

static bool people_make(struct draw_roster *roster, struct arena *arena, const struct plan *plan)
{
    struct draw_inspector *people = arena_array(arena, plan->people, sizeof *people);
    for (uint32_t i = 0; people != NULL && i < plan->people; i++)
        people[i] = (struct draw_inspector){arena_printf(arena, "I-%04u", i), i % 4, plan->cap};
    roster->inspectors = people;
    roster->inspector_count = plan->people;
    return people != NULL;
}

static bool pairs_make(struct draw_roster *roster, struct arena *arena, const struct plan *plan)
{
    struct draw_pair *pairs = arena_array(arena, (size_t)plan->people * plan->seats, sizeof *pairs);
    size_t count = 0;
    for (uint32_t i = 0; pairs != NULL && i < plan->people; i++)
        for (uint32_t s = 0; s < plan->seats; s++)
            if (department(plan, i) == department(plan, s / 2) &&
                scramble(i, s / 2) % 100 >= plan->recused)
                pairs[count++] = (struct draw_pair){i, s};
    roster->pairs = pairs;
    roster->pair_count = count;
    return pairs != NULL;
}

/* Seconds a pair ticket takes. */
static double ticket_seconds(void)
{
    enum { TICKETS = 1000000 };
    struct crypto_ticket ticket;
    uint8_t seed[DRAW_HASH] = {7};
    crypto_ticket_init(&ticket, seed);
    double start = now();
    for (int i = 0; i < TICKETS; i++)
        draw_ticket_pair(seed, &ticket, STR("914100000000000007|D01|1"), STR("I-0001"));
    return (now() - start) / TICKETS;
}

static enum err bench_plan(double *seconds, const struct plan *plan)
{
    static const uint8_t seed[DRAW_HASH] = {42};
    struct arena arena = {0};
    struct draw_roster roster = {0};
    struct draw_teams teams;
    enum err err = ERR_MEMORY;
    if (!seats_make(&roster, &arena, plan) || !people_make(&roster, &arena, plan) ||
        !pairs_make(&roster, &arena, plan))
        goto done;
    double start = now();
    err = draw_assign(&teams, &arena, &roster, seed, NULL);
    *seconds = now() - start;
    double limit = ticket_seconds() * (double)roster.pair_count;
    printf("# %u seats, %u inspectors, %zu pairs: %s\n", plan->seats, plan->people,
           roster.pair_count, err == ERR_OK ? "filled" : err_en(err));
    printf("assign_%s_%u %.3f s %.2f -\n", plan->name, plan->seats, *seconds, *seconds / limit);
    fflush(stdout);
done:
    arena_free(&arena);
    return err == ERR_STAFF ? ERR_OK : err;
}

int main(void)
{
    static const struct plan plans[] = {{"county", 1250, 63, DEPARTMENTS, 1000, 10},
                                        {"county", 2500, 125, DEPARTMENTS, 1000, 10},
                                        {"county", 5000, 250, DEPARTMENTS, 1000, 10},
                                        {"county", 10000, 500, DEPARTMENTS, 1000, 10},
                                        {"tight", 10000, 500, 0, 20, 90},
                                        {"dense", 10000, 500, 0, 1000, 0}};
    double seconds[sizeof plans / sizeof plans[0]] = {0};
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        enum err err = bench_plan(&seconds[i], &plans[i]);
        if (err != ERR_OK) {
            fprintf(stderr, "bench_assign: %s\n", err_en(err));
            return 1;
        }
    }
    printf("assign_county_10000x500 %.3f s %.3f <=1\n", seconds[3], seconds[3] / 5);
    printf("# growth of county, seats and inspectors both doubling (pairs grow fourfold)\n");
    printf("assign_growth %.2f exponent - -\n", log(seconds[3] / seconds[0]) / log(8));
    return 0;
}
