/* Assignment of inspectors to seats (PROTOCOL.md sections 7 and 8). The outcome is fixed by the
 * protocol alone: most even loads, then the lexicographically first filling in ticket order. */
#ifndef DRAW_ASSIGN_H
#define DRAW_ASSIGN_H

#include "draw/team_files.h"

struct arena;

/* The outcome, in the arena. */
struct draw_teams {
    uint32_t *people; /* of each seat: index of its inspector */
    uint64_t *loads;  /* of each inspector: seats taken in this draw */
    /* Only when nobody can be found for some seats (ERR_STAFF): the largest set of seats that
     * cannot be reached from spare capacity, and everyone eligible for one of them; ascending
     * indexes. */
    uint32_t *short_seats;
    size_t short_seat_count;
    uint32_t *short_people;
    size_t short_people_count;
    uint64_t missing; /* seats that stay empty however one fills */
};

/* Both steps of section 7. seed is seed_2. The roster is checked first (ERR_INPUT). ERR_STAFF when
 * no filling exists: the witness is set, fault tells the number of missing people. ERR_MEMORY. */
MUST enum err draw_assign(struct draw_teams *teams, struct arena *arena,
                          const struct draw_roster *roster, const uint8_t seed[DRAW_HASH],
                          struct fault *fault);
/* Whether a filling exists at all, before any randomness: ERR_OK, or ERR_STAFF with the witness.
 * people and loads are some filling (the largest found), people DRAW_NOBODY where empty. */
MUST enum err draw_assign_possible(struct draw_teams *teams, struct arena *arena,
                                   const struct draw_roster *roster, struct fault *fault);
/* ERR_PROOF with words unless people fills every seat with an eligible inspector, within CAP, at
 * most one seat of an object each. For data read back; a verifier recomputes with draw_assign. */
MUST enum err draw_teams_check(const struct draw_roster *roster, const uint32_t *people,
                               struct arena *arena, struct fault *fault);

/* A seat falls vacant (section 8). people is changed in place: each leaving line, in file order,
 * first empties its seat (all of them), then each seat goes to the eligible inspector with the
 * smallest (BASE + x, ticket_j("pair|" SEAT "|" INSPECTOR), id), x being the seats held at that
 * moment, who has x < CAP, no other seat of the object, and does not leave this seat. roster->pairs
 * are the refill's own. seed is seed_j. ERR_STAFF names the first seat that nobody can take;
 * ERR_INPUT when a leaving inspector does not hold the seat. people is unchanged on an error. */
MUST enum err draw_refill(uint32_t *people, struct arena *arena, const struct draw_roster *roster,
                          const struct draw_leaving *leaving, size_t count,
                          const uint8_t seed[DRAW_HASH], struct fault *fault);

#endif
