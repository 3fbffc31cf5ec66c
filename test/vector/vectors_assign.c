/* Cases of assignments.json: teams and loads, or the witness that nobody can be found. */
#include "vectors.h"

#include "draw/assign.h"

static enum err seats_read(struct draw_roster *roster, struct arena *arena, const json_t *list)
{
    size_t count = json_array_size(list);
    struct draw_seat *seats = arena_array(arena, count, sizeof *seats);
    if (seats == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(list, i);
        seats[i] = (struct draw_seat){item_str(row, 0), item_str(row, 1)};
    }
    draw_seats_sort(seats, count);
    roster->seats = seats;
    roster->seat_count = count;
    return ERR_OK;
}

static enum err inspectors_read(struct draw_roster *roster, struct arena *arena, json_t *map)
{
    struct draw_inspector *people = arena_array(arena, json_object_size(map), sizeof *people);
    const char *id = NULL;
    json_t *row = NULL;
    if (people == NULL)
        return ERR_MEMORY;
    json_object_foreach(map, id, row)
    {
        people[roster->inspector_count++] =
            (struct draw_inspector){str_of(id), value_u64(json_object_get(row, "base")),
                                    value_u64(json_object_get(row, "cap"))};
    }
    draw_inspectors_sort(people, roster->inspector_count);
    roster->inspectors = people;
    return ERR_OK;
}

static enum err eligible_read(struct draw_roster *roster, struct arena *arena, const json_t *list)
{
    size_t count = json_array_size(list);
    struct draw_pair *pairs = arena_array(arena, count, sizeof *pairs);
    if (pairs == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(list, i);
        ptrdiff_t person = draw_inspector_find(roster, item_str(row, 0));
        ptrdiff_t seat = draw_seat_find(roster, item_str(row, 1));
        if (person < 0 || seat < 0)
            return ERR_FORMAT;
        pairs[i] = (struct draw_pair){(uint32_t)person, (uint32_t)seat};
    }
    draw_pairs_sort(pairs, count);
    roster->pairs = pairs;
    roster->pair_count = count;
    return ERR_OK;
}

static enum err roster_read(struct draw_roster *roster, struct arena *arena, const json_t *c)
{
    TRY(seats_read(roster, arena, json_object_get(c, "seats")));
    TRY(inspectors_read(roster, arena, json_object_get(c, "inspectors")));
    return eligible_read(roster, arena, json_object_get(c, "eligible"));
}

static void teams_compare(struct tally *tally, const json_t *want, const struct draw_roster *roster,
                          const struct draw_teams *teams, struct arena *arena)
{
    tally_number(tally, "number of seats", json_object_size(want), roster->seat_count);
    for (size_t i = 0; i < roster->seat_count; i++) {
        const char *seat = arena_cstr(arena, roster->seats[i].id);
        tally_text(tally, seat ? seat : "", json_member_str(want, seat ? seat : ""),
                   roster->inspectors[teams->people[i]].id);
    }
}

static void loads_compare(struct tally *tally, const json_t *want, const struct draw_roster *roster,
                          const struct draw_teams *teams, struct arena *arena)
{
    size_t working = 0;
    for (size_t i = 0; i < roster->inspector_count; i++) {
        const char *id = arena_cstr(arena, roster->inspectors[i].id);
        const json_t *load = id ? json_object_get(want, id) : NULL;
        working += teams->loads[i] > 0;
        tally_number(tally, id ? id : "", load ? value_u64(load) : 0, teams->loads[i]);
    }
    tally_number(tally, "number of loads", json_object_size(want), working);
}

static void feasible_case(struct tally *tally, const json_t *c, const struct draw_roster *roster,
                          const struct draw_teams *teams, struct arena *arena)
{
    struct fault fault = {0};
    teams_compare(tally, json_object_get(c, "teams"), roster, teams, arena);
    loads_compare(tally, json_object_get(c, "loads"), roster, teams, arena);
    enum err err = draw_teams_check(roster, teams->people, arena, &fault);
    tally_step(tally, "the filling is lawful", err, &fault);
}

static void witness_case(struct tally *tally, const json_t *want, const struct draw_roster *roster,
                         const struct draw_teams *teams)
{
    const json_t *seats = json_object_get(want, "seats");
    const json_t *people = json_object_get(want, "inspectors");
    tally_number(tally, "seats of the witness", json_array_size(seats), teams->short_seat_count);
    tally_number(tally, "inspectors of the witness", json_array_size(people),
                 teams->short_people_count);
    for (size_t i = 0; i < teams->short_seat_count; i++)
        tally_text(tally, "seat of the witness", item_str(seats, i),
                   roster->seats[teams->short_seats[i]].id);
    for (size_t i = 0; i < teams->short_people_count; i++)
        tally_text(tally, "inspector of the witness", item_str(people, i),
                   roster->inspectors[teams->short_people[i]].id);
}

void assign_case(struct tally *tally, struct arena *arena, const json_t *c)
{
    struct fault fault = {0};
    struct draw_roster roster = {0};
    struct draw_teams teams = {0};
    uint8_t seed[DRAW_HASH];
    const json_t *short_of = json_object_get(c, "infeasible");
    enum err err = str_unhex(seed, sizeof seed, json_member_str(c, "seed"));
    if (err == ERR_OK)
        err = roster_read(&roster, arena, c);
    if (!tally_step(tally, "case is read", err, &fault))
        return;
    err = draw_assign(&teams, arena, &roster, seed, &fault);
    if (err != ERR_OK && err != ERR_STAFF) {
        tally_step(tally, "assignment", err, &fault);
        return;
    }
    tally_text(tally, "whether a filling exists", short_of ? STR("no") : STR("yes"),
               err == ERR_OK ? STR("yes") : STR("no"));
    if (err == ERR_OK && short_of == NULL)
        feasible_case(tally, c, &roster, &teams, arena);
    if (err != ERR_OK && short_of != NULL)
        witness_case(tally, short_of, &roster, &teams);
}
