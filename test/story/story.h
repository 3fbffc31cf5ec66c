/* Stories told in labelled steps: a table of rows, each an act with its words and with what must
 * come of it. Whatever a step is about, the runner itself asks at every step:
 *
 *   - a refused step leaves every table and the public log as they were, to the byte, and says why
 *     in Chinese;
 *   - a step that was done has its row in the audit (I3), and every entry of the database is in
 *     the signed log when it returns;
 *   - a step marked `still` (a repeated errand, a look) changes nothing.
 *
 * The office of rig_office.h stands below: each story runs on SQLite and on PostgreSQL. The clock
 * is the story's own, so that an outcome is a function of the registry and of the values told. */
#ifndef TEST_STORY_STORY_H
#define TEST_STORY_STORY_H

#include "rig_office.h"

#include "office/draw.h"
#include "office/result.h"
#include "office/task.h"

/* Rows of steps leave out what is nothing. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* 2026-03-02 09:00 in China, a Monday. */
#define COURSE_START INT64_C(1772413200000000)
#define COURSE_STATUTE "《企业信息公示暂行条例》第十四条"

enum { COURSE_TABLES = 100 };

/* An office with a small county and where its story stands. */
struct course {
    struct story *s;
    int64_t clock;   /* the errand's now; every step takes a second */
    struct str task; /* numbers of the last ones made */
    struct str draw;
    struct office_disclosed bundle;
    uint64_t count; /* what the last step counted */
    struct str next;
    struct office_result_due due;
    struct office_published published;
    int64_t idx;                       /* of the last follow-up's entry */
    const char *tables[COURSE_TABLES]; /* of the database, the migrations' own left out */
    size_t table_count;
    uint8_t digest[32]; /* of all of them after the last step */
};

typedef enum err course_act(struct course *c, const void *arg);

struct step {
    const char *label;
    course_act *act;
    const void *arg;
    enum err want;
    const char *words; /* the refusal must hold each of these, ';' between them */
    bool still;        /* done, and nothing is changed by it */
    const char *by;    /* actor, else 经办员 */
    const char *key;   /* idempotency key */
    int days;          /* that pass before the step */
};

/* Runs the steps; a failure names the label. */
void course_run(struct course *c, const struct step *steps, size_t count);
#define COURSE_RUN(c, steps) course_run((c), (steps), sizeof(steps) / sizeof((steps)[0]))
/* One step, for loops. */
void course_step(struct course *c, const struct step *step);

/* The errand of somebody with that reach, a second later; department (a code) may be NULL. */
struct errand *course_as(struct course *c, const char *actor, enum model_scope level,
                         const char *department);

/* cmocka's group functions: state is a course with the county of course_county. */
#define COURSE_TEST(f) cmocka_unit_test_setup_teardown(f, course_setup, course_teardown)
/* The same with an office that holds nothing yet. */
#define COURSE_EMPTY(f) cmocka_unit_test_setup_teardown(f, course_setup_empty, course_teardown)
int course_setup(void **state);
int course_setup_empty(void **state);
int course_teardown(void **state);

/* --- acts; those whose argument is a text take a const char * --- */

/* A registry out of CSV text. */
struct course_import {
    const char *resource;
    const char *text;
};
course_act course_import;
/* Departments SCJG (8 inspectors, 3 of them with 食品, an assistant, an expert), XFJY (4), STHJ (2,
 * one certificate ends within the visits); 4 items; 240 objects, a third of each of enterprises,
 * sole traders and cooperatives, by fives of each ten in risk class A, 3 in B, 1 in C, 1 in D. */
course_act course_county;

/* A task; what is not given has a default that works: items SCJG-S0001 (一般), part SCJG, quota
 * ALL=fixed:6, visits from the story's eighth day on for 60 days. Lists with ';' between. */
struct course_task {
    const char *items;
    const char *parts;
    const char *quotas;
    const char *strata;
    const char *department;
    const char *name;
    const char *repeat;
    const char *source;
    const char *ground;
    const char *kind;
    const char *risk;
    const char *basis; /* "-": none */
    int from;          /* days after COURSE_START, 0: 7 */
    int until;         /* 0: 67 */
};
course_act course_task;

/* Sources with ';' between; "witness:K" is the source of the witness with nonce number K. */
struct course_commit {
    const char *sources; /* NULL: witness:1 */
    bool sealed;
    const char *task;        /* NULL: the last one */
    const char *disclose_by; /* NULL: far off, because the log's own time is the machine's */
};
course_act course_commit;
/* Parts with ';' between; "witness:K" is that witness's part. */
struct course_beacon {
    const char *parts;
    const char *again;
};
course_act course_beacon;
course_act course_objects;
struct course_recuse {
    const char *inspector;
    const char *object; /* as course_object; "*" for all */
    const char *reason;
};
course_act course_recuse;
course_act course_teams; /* sources, NULL: witness:2 */
course_act course_assign;
struct course_skip {
    const char *object; /* as course_object */
    const char *reason;
    const char *evidence;
};
course_act course_skip;
struct course_refill {
    const char *leaving; /* SEAT=REASON with ';' between; SEAT may be "K:DEPARTMENT:N" */
    const char *sources; /* NULL: witness:3 */
};
course_act course_refill;
course_act course_abort; /* reason */
course_act course_disclose;
/* Declares an interest: inspector, object, reason. */
course_act course_conflict;
struct course_setting {
    enum model_setting setting;
    const char *value;
    const char *basis;
};
course_act course_setting;

struct course_result {
    const char *object; /* as course_object */
    const char *item;   /* NULL: SCJG-S0001 */
    const char *code;
    const char *method;
    const char *note;
    const char *on;        /* date */
    const char *inspector; /* NULL: the first of the item's department who sits there */
    const char *reason;    /* of a correction */
    const char *adopt;     /* kind, body, number, date of an adopted conclusion, ';' between */
};
course_act course_enter;
course_act course_correct;
struct course_follow {
    const char *object;
    const char *item; /* NULL: SCJG-S0001 */
    const char *measure;
    const char *state;
    const char *document;
    const char *note;
    const char *on;
    const char *inspector; /* as in course_result */
    const char *parts;     /* that are kept back, with kind and ground */
    const char *kind;
    const char *ground;
};
course_act course_follow;
struct course_redact {
    const char *object;
    const char *item; /* NULL: SCJG-S0001; "": all */
    const char *parts;
    const char *kind;
    const char *ground; /* the reason, where it is taken back */
};
course_act course_redact;
course_act course_unredact;
course_act course_approve; /* struct course_result; item "" for all */
course_act course_return;  /* note is the reason */
course_act course_exempt;  /* note is the ground, reason its kind */
course_act course_publish; /* object or NULL for all */
/* Everything from the commitment up to the teams, open, with witnesses 1 and 2. */
course_act course_draw;
/* Enters and approves 01 for an item (text; NULL: SCJG-S0001) of every standing object. */
course_act course_results;
/* The whole draw recomputed by test/story/peer.py from the log's tiles, the draw's files and what
 * the office shows: equal to the last line, or ERR_PROOF. */
course_act course_peer;
/* `sunlot log verify`'s work, and the office's own check of everything. */
course_act course_sound;

/* --- looking --- */

/* Resolves "K" (the K-th visit in order, from 1, skipped ones counted) or an id as it is. */
struct str course_object(struct course *c, const char *text);
/* What the office shows of the last draw. */
const struct office_draw *course_show(struct course *c);
/* The inspector of a seat of the K-th visit. */
struct str course_seated(struct course *c, size_t visit, const char *department, int n);
/* Number, text of a query; '%s' in it stands for the draw's number. */
int64_t course_number(struct course *c, const char *sql);
const char *course_text(struct course *c, const char *sql);
/* The first column of a query's first row; absent when there is no row. */
struct str course_bytes(struct course *c, const char *sql);
/* A file of the last draw as it was fixed, in the arena; absent when there is none. */
struct str course_file(struct course *c, const char *name);
/* How many cells of all tables hold these words. */
size_t course_holds(struct course *c, const char *words);
/* SHA-256 over every row of every table. */
void course_digest(uint8_t digest[32], struct course *c);
/* The source line and the part of the witness with nonce number K, in the arena. */
struct str course_witness_source(struct course *c, unsigned k);
struct str course_witness_part(struct course *c, unsigned k);
/* Splits a list at ';' and resolves witnesses. */
size_t course_list(struct str *out, size_t most, struct course *c, const char *text, bool parts);
/* "folder of the story/name" */
const char *course_path(struct course *c, const char *name);
/* Runs a program to its end; output and errors together go to *text, terminated, in the arena.
 * Returns its exit code. words ends with NULL. */
int course_spawn(const char **text, struct course *c, const char *const *words);
/* Two of them at the same time; codes[0] and codes[1]. */
void course_spawn_both(int codes[2], const char *text[2], struct course *c,
                       const char *const *first, const char *const *second);

/* A joint task of SCJG and XFJY and its draw: COURSE_RUN(c, course_joint), or one after the other.
 */
extern const struct step course_joint[2];
/* Of its nth object: SCJG's item is in order; XFJY's is; all items. */
#define COURSE_GOOD(nth)                                                                           \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .code = "01", .method = "site"                                            \
    }
#define COURSE_FIRE(nth)                                                                           \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .item = "XFJY-S0001", .code = "01", .method = "site"                      \
    }
#define COURSE_ALL(nth)                                                                            \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .item = ""                                                                \
    }

#endif
