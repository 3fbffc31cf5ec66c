/* What the public portal asks, each in one read transaction and only of what is published (I11).
 * Answers live in e->arena. */
#ifndef OFFICE_PORTAL_H
#define OFFICE_PORTAL_H

#include "office/document.h"
#include "office/office.h"
#include "office/ticket.h"
#include "store/department.h"
#include "store/draw.h"
#include "store/portal.h"
#include "store/task.h"

/* A second view of an opened office whose database connection can only read. regions and other
 * facts are shared with `office`, which must outlive it. Close with office_reader_close. */
MUST enum err office_reader_open(struct office *out, const struct office *office,
                                 struct fault *fault);
void office_reader_close(struct office *reader);

/* Makes the search index where it is missing, so that a reader may ask it. */
MUST enum err office_search_open(struct errand *e);
/* Brings the next few thousand imported objects into the search index. *more: there are others, so
 * call again. Writes only when something was imported. e->office can write. */
MUST enum err office_search_follow(bool *more, struct errand *e);

/* The front page: figures of the year and of what is there now, newest tasks and results, overdue
 * draws. */
struct office_front {
    int year;
    struct store_figures figures;
    struct store_public_task *tasks;
    size_t task_count;
    struct store_public_result *results;
    size_t result_count;
    struct store_public_draw *overdue;
    size_t overdue_count;
};
MUST enum err office_portal_front(struct office_front *out, struct errand *e);

/* Words for what store_search_cut refuses; any other error as it is. */
MUST enum err office_search_fault(struct errand *e, enum err err);
/* Businesses by parts of their name (every word between blanks is a substring of the folded name)
 * or by the beginning of their number; division limits to it and below. One page of at most `most`
 * from behind `after` (0 or an object's id; by number: empty or a pool id). more says whether there
 * may be others. */
struct office_search {
    struct str text; /* may be empty where something else is asked for */
    struct str division;
    struct str kind;
    struct str state;
    struct str section; /* of the industry: one letter */
    struct str after;
    int64_t most;
};
struct office_found {
    struct store_public_object *objects;
    size_t count;
    bool more;
    struct str next; /* for office_search.after */
};
MUST enum err office_portal_search(struct office_found *out, struct errand *e,
                                   const struct office_search *search);

/* What a reader may choose from: divisions that have objects (codes, in their order; of townships,
 * or where these are too many of counties, or of cities); and, where `results` is set, departments
 * and items that have been drawn for. */
enum { OFFICE_DIVISIONS = 200 };
struct office_choices {
    struct str divisions[OFFICE_DIVISIONS];
    size_t division_count;
    struct store_choice *departments;
    size_t department_count;
    struct store_choice *items;
    size_t item_count;
};
MUST enum err office_portal_choices(struct office_choices *out, struct errand *e, bool results);

/* One business with its published results and its tickets. */
struct office_business {
    struct store_public_object object;
    struct store_public_result *results;
    size_t result_count;
    struct store_adoption *adoptions; /* what results rest on */
    size_t adoption_count;
    struct store_public_followup *followups;
    size_t followup_count;
    struct office_ticket *tickets;
    size_t ticket_count;
    struct store_public_member *members; /* none unless the setting publish.inspectors allows */
    size_t member_count;
};
/* ERR_MISSING with words. */
MUST enum err office_portal_business(struct office_business *out, struct errand *e,
                                     struct str pool_id);

/* Annual plans by department for the public (R69): departments in force, and those that are not and
 * have a plan of the year; with their plans of the year and their schemes (抽查实施方案) in force.
 * year 0: this one. */
struct office_plan_row {
    struct str department; /* code */
    struct str name;
    struct office_document *plans;
    size_t plan_count;
    struct office_document *schemes;
    size_t scheme_count;
    bool published; /* a plan of the year is in force */
};
struct office_plans {
    int64_t year;
    int64_t *years; /* with plans, and this one; newest first */
    size_t year_count;
    struct office_plan_row *rows;
    size_t count;
};
MUST enum err office_portal_plans(struct office_plans *out, struct errand *e, int64_t year);

/* Lists, newest first, from below the id `before` (0: the newest), at most `most` rows. */
MUST enum err office_portal_tasks(struct store_public_task **out, size_t *count, struct errand *e,
                                  int64_t before, int64_t most);
/* A task with its items and parts. ERR_MISSING also while it is a draft. */
struct office_public_task {
    struct store_public_task task;
    struct store_task_item *items;
    size_t item_count;
    struct store_task_part *parts;
    size_t part_count;
    struct store_department *departments; /* all there are, for the names behind the codes */
    size_t department_count;
};
MUST enum err office_portal_task(struct office_public_task *out, struct errand *e,
                                 struct str number);
MUST enum err office_portal_draws(struct store_public_draw **out, size_t *count, struct errand *e,
                                  int64_t before, int64_t most);
/* One draw as everybody may see it: of a sealed draw that is not disclosed no quota, cutoff, visit;
 * of a blinded pool never a stratum's cutoff; seats only once disclosed, by the codes of
 * the bundle's teams.tsv, with names where the setting publish.inspectors allows. ERR_MISSING with
 * words. */
struct office_public_draw {
    struct store_public_draw draw;
    bool closed;    /* disclosed or aborted */
    bool disclosed; /* its public bundle exists */
    struct store_draw_entry *entries;
    size_t entry_count;
    struct store_stratum *strata;
    size_t stratum_count;
    struct store_public_visit *visits;
    size_t visit_count;
    struct store_public_seat *seats;
    size_t seat_count;
};
MUST enum err office_portal_draw(struct office_public_draw *out, struct errand *e,
                                 struct str number);
MUST enum err office_portal_results(struct store_public_result **out, size_t *count,
                                    struct errand *e, const struct store_result_filter *filter);
/* What followed findings in a span; of the filter span, before and most are looked at. */
MUST enum err office_portal_followups(struct store_public_followup **out, size_t *count,
                                      struct errand *e, const struct store_result_filter *filter);
/* All versions of one item, newest first. ERR_MISSING with words. */
MUST enum err office_portal_item(struct store_public_item **out, size_t *count, struct errand *e,
                                 struct str code);
MUST enum err office_portal_items(struct store_public_item **out, size_t *count, struct errand *e);

/* The span of a calendar year in China. */
void office_year(int64_t *from, int64_t *until, int year);

/* Statistics of what was published in a year (R104; docs/statistics.md gives the formulas): counts
 * by dimension, each with the stratified estimate over the disclosed draws with a plain pool, and
 * the estimate of each such draw. Industries are told by section. */
struct office_estimate {
    struct str draw;
    struct str task_name;
    int64_t size; /* objects in the strata that were visited */
    int64_t visited;
    int64_t findings;
    double share; /* estimated share of objects with a finding, 0..1 */
    double low;   /* 95 % interval; NaN where too few were visited */
    double high;
};
struct office_share {
    struct str key;
    int64_t visits;
    int64_t results;
    int64_t findings;
    struct office_estimate estimate; /* visited 0: nothing was drawn at random and disclosed */
};
struct office_statistics {
    struct store_figures figures;
    struct office_share *shares[4]; /* by enum store_dimension */
    size_t share_count[4];
    struct office_estimate *estimates;
    size_t estimate_count;
};
MUST enum err office_portal_statistics(struct office_statistics *out, struct errand *e, int year);

/* How public results are (R111; docs/statistics.md): of one year's tasks, by department. One item
 * of one object counts once. */
enum { OFFICE_GROUNDS = 4 }; /* as model_exemption_kinds, in its order (R110) */
struct office_rate {
    struct str department; /* name */
    int64_t published;
    int64_t late;    /* of these, after their last day */
    int64_t overdue; /* not public though the last day is over */
    int64_t open;    /* not public, within the last day; sealed draws left out until disclosure */
    int64_t exempt[OFFICE_GROUNDS];
    int64_t withheld;                    /* all exempt ones */
    int64_t redacted_by[OFFICE_GROUNDS]; /* published, a part kept back by such a ground */
    int64_t redacted;                    /* published, with any part kept back; each once */
    int64_t due;                         /* to be public by now: published and overdue */
    double share; /* published of due, cut to thousandths; 0 where nothing is due */
};
struct office_rates {
    struct office_rate *rows;
    size_t count;
    struct office_rate total;
    uint64_t days;  /* working days that a result has until its publication */
    bool estimated; /* a last day was counted over a year whose calendar is not known */
};
MUST enum err office_portal_rates(struct office_rates *out, struct errand *e, int year);

#endif
