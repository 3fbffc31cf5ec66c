/* A fresh office for each story: a new data folder, its database in SQLite, or in PostgreSQL where
 * SUNLOT_TEST_PG names one (test/pg/pg_run). Its place is 沁阳市 (410882). */
#ifndef TEST_STORY_RIG_OFFICE_H
#define TEST_STORY_RIG_OFFICE_H

#include "../unit/db/rig.h"
#include "office/catalogue.h"
#include "office/import.h"
#include "office/office.h"

struct story {
    struct rig rig; /* the database, emptied; its own connection is closed */
    char dir[128];  /* data folder */
    char path[256]; /* of the file story_file wrote last */
    struct office office;
    struct arena arena;
    struct errand e;
    struct office_import_report report;
};

/* cmocka's group functions: state is the story. */
#define STORY_TEST(f) cmocka_unit_test_setup_teardown(f, story_setup, story_teardown)
int story_setup(void **state);
int story_teardown(void **state);
/* Opens and closes the office of an existing story (another process, after a crash). */
void story_open(struct story *s);
void story_close(struct story *s);

/* The folder shared/data/..., NULL (with a printed note) where it is not there. */
const char *story_shared(char *path, size_t size, const char *name);
/* Writes a file into the story's folder and gives its path. */
const char *story_file(struct story *s, const char *name, const char *text);
/* Imports a file; asserts success and prints the fault otherwise. The report is in s->report. */
void story_import(struct story *s, const char *resource, const char *path);
/* Imports text as name.csv. */
void story_import_text(struct story *s, const char *resource, const char *text);
/* Imports and gives the error; the fault is in s->e.fault. */
enum err story_import_err(struct story *s, const struct office_import *job);
/* Asserts the counts of the last report. */
struct story_counts {
    uint64_t seen;
    uint64_t added;
    uint64_t changed;
    uint64_t same;
    uint64_t rejected;
    uint64_t warned;
};
void story_counts(const struct story *s, const struct story_counts *want);
/* Asserts that the reason of a rejected (or warned) row of the last report holds these words. */
void story_problem(const struct story *s, uint64_t row, const char *words);
void story_warning(const struct story *s, uint64_t row, const char *words);
/* The first column of the only row of a query; text lives in the story's arena. */
int64_t story_number(struct story *s, const char *sql);
const char *story_text(struct story *s, const char *sql);
/* One step of the runner of jobs: did it find one? stop may be NULL. */
bool story_job_step(struct story *s, const _Atomic bool *stop);
/* All jobs that wait. */
void story_work(struct story *s);
/* A draft of an item that says all it must; the texts stay the caller's. */
struct office_draft_edit story_draft(const char *category, const char *name, const char *objects);
/* The version that a draft is at. */
int64_t story_draft_version(struct story *s, int64_t id);
/* Runs a statement. */
void story_run(struct story *s, const char *sql);

#endif
