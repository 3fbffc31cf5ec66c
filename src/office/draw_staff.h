/* Who may sit in a team (PROTOCOL 7, R36, R37, R40, R90, R91): one place that knows. Private to the
 * office's draw_*.c files. */
#ifndef OFFICE_DRAW_STAFF_H
#define OFFICE_DRAW_STAFF_H

#include "office/draw_case.h"

/* What the settings and the task ask of everybody. */
struct draw_staff_rule {
    int32_t visit_from;
    int32_t visit_until;
    bool certificate; /* only a certificate valid on all visiting days counts */
};
MUST enum err draw_staff_rule_get(struct draw_staff_rule *out, struct errand *e, struct db_tx *tx,
                                  const struct store_task *task);
/* Counts towards the two: an officer or supervising official, with a valid certificate where the
 * rule asks for one; never assistants and experts. */
bool draw_staff_counts(const struct store_inspector *inspector, const struct draw_staff_rule *rule);
/* Holds the speciality (an empty tag is held by all); works in that division. */
bool draw_staff_tag(const struct store_inspector *inspector, struct str tag);
bool draw_staff_area(const struct store_inspector *inspector, struct str division);

/* A division with drawable objects in it, and how many. */
struct draw_place {
    struct str division;
    uint64_t count;
};

/* Can the task be staffed by today's registry, for at most `most` objects that may all lie in one
 * of these places? Names the department, the qualification and the number that is missing:
 * ERR_STAFF.
 */
struct draw_staff_need {
    const struct office_task *task;
    const struct draw_place *places;
    size_t place_count;
    uint64_t most;
};
MUST enum err draw_staff_check(struct errand *e, struct db_tx *tx,
                               const struct draw_staff_need *need);

/* Seats, inspectors and eligible pairs for the visits that stand, recusals and declared conflicts
 * left out; sorted as the files need it. In the errand's arena. */
MUST enum err draw_staff_roster(struct draw_roster *out, struct draw_case *c, struct db_tx *tx,
                                const struct store_visit *visits, size_t visit_count);
/* For a refill: who of the roster's inspectors may take these seats now; nobody who leaves a seat
 * of the same object in this refill. A seat's object is the one it visits today (a skipped object's
 * seats go to the object that followed). */
MUST enum err draw_staff_refill(struct draw_pair **out, size_t *count, struct draw_case *c,
                                struct db_tx *tx, const struct draw_roster *roster,
                                const struct draw_leaving *leaving, size_t leaving_count);

#endif
