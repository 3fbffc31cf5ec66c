/* The files of round 2 (PROTOCOL.md sections 7 and 8) in memory, written and strictly read.
 *
 * Each file is sorted by raw bytes, each line once, TAB between fields, LF behind each line. The
 * parsers refuse anything else with ERR_FORMAT and fault->row. Slices point into the texts, arrays
 * lie in the arena. */
#ifndef DRAW_TEAM_FILES_H
#define DRAW_TEAM_FILES_H

#include "draw/text.h"

struct arena;

/* A seat, OBJECT|DEPARTMENT|N, and its object. */
struct draw_seat {
    struct str id;
    struct str object;
};

struct draw_inspector {
    struct str id;
    uint64_t base; /* load carried in */
    uint64_t cap;  /* most seats in this draw */
};

/* Inspector and seat by index; sorted by inspector id, then seat id, each once. */
struct draw_pair {
    uint32_t inspector;
    uint32_t seat;
};

/* What a teams entry fixes. Seats and inspectors are sorted by id, each once. */
struct draw_roster {
    const struct draw_seat *seats;
    size_t seat_count;
    const struct draw_inspector *inspectors;
    size_t inspector_count;
    const struct draw_pair *pairs;
    size_t pair_count;
};

/* One line of leaving.tsv: who leaves which seat, and why. */
struct draw_leaving {
    uint32_t seat;
    uint32_t inspector;
    struct str reason;
};

/* No inspector: a seat nobody has. */
#define DRAW_NOBODY UINT32_MAX

/* The index of a seat or inspector by id (binary search), or -1. */
ptrdiff_t draw_seat_find(const struct draw_roster *roster, struct str id);
ptrdiff_t draw_inspector_find(const struct draw_roster *roster, struct str id);

/* Sort the arrays as the files need them. For the office, which collects in any order. */
void draw_seats_sort(struct draw_seat *seats, size_t count);
void draw_inspectors_sort(struct draw_inspector *inspectors, size_t count);
/* By inspector, then seat, as indexes into sorted arrays. */
void draw_pairs_sort(struct draw_pair *pairs, size_t count);

/* ERR_INPUT with words unless names are well-formed, arrays sorted and without doubles, pairs in
 * range. Every write below checks this first. */
MUST enum err draw_roster_check(const struct draw_roster *roster, struct fault *fault);

/* Appends seats.tsv. */
MUST enum err draw_seats_write(struct buf *out, const struct draw_roster *roster,
                               struct fault *fault);
/* Appends inspectors.tsv. */
MUST enum err draw_inspectors_write(struct buf *out, const struct draw_roster *roster,
                                    struct fault *fault);
/* Appends eligible.tsv. */
MUST enum err draw_eligible_write(struct buf *out, const struct draw_roster *roster,
                                  struct fault *fault);
/* Reads the three files into one roster. */
MUST enum err draw_roster_parse(struct draw_roster *roster, struct arena *arena, struct str seats,
                                struct str inspectors, struct str eligible, struct fault *fault);
/* Reads another eligible.tsv (a refill's) over the same seats and inspectors. */
MUST enum err draw_eligible_parse(struct draw_pair **pairs, size_t *count, struct arena *arena,
                                  const struct draw_roster *roster, struct str text,
                                  struct fault *fault);

/* teams.tsv: people[s] is the inspector of seat s; all seats filled (ERR_INPUT else). */
MUST enum err draw_teams_write(struct buf *out, const struct draw_roster *roster,
                               const uint32_t *people, struct fault *fault);
/* people has room for seat_count. Every seat must occur; eligibility is not looked at. */
MUST enum err draw_teams_parse(uint32_t *people, const struct draw_roster *roster, struct str text,
                               struct fault *fault);

/* leaving.tsv: SEAT TAB INSPECTOR TAB REASON, sorted by seat, at least one line. */
MUST enum err draw_leaving_write(struct buf *out, const struct draw_roster *roster,
                                 const struct draw_leaving *leaving, size_t count,
                                 struct fault *fault);
MUST enum err draw_leaving_parse(struct draw_leaving **leaving, size_t *count, struct arena *arena,
                                 const struct draw_roster *roster, struct str text,
                                 struct fault *fault);

#endif
