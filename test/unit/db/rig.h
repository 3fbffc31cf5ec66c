/* A fresh, empty database for each test: in PostgreSQL if SUNLOT_TEST_PG names a database (see
 * test/pg/pg_run), which is emptied, else in SQLite in a new folder, under /tmp or where
 * SUNLOT_TEST_DIR says (a short path). */
#ifndef TEST_DB_RIG_H
#define TEST_DB_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db/db.h"

struct rig {
    bool postgres;
    char dir[64];
    char file[96]; /* SQLite's file */
    char url[512];
    struct db *db;
};

/* Empties or makes the database and opens it. Asserts that it works. */
void rig_open(struct rig *rig);
/* Opens the same database once more. */
struct db *rig_again(const struct rig *rig, bool readonly);
/* Closes and removes everything. */
void rig_close(struct rig *rig);

/* Runs one statement without parameters in a transaction of its own; the error is asserted. */
void rig_run(struct db *db, const char *sql);
/* The first column of the only row of a query, as a number. */
int64_t rig_number(struct db *db, const char *sql);

/* Waits until the thread that stores its id (gettid) in *thread as its last act before it queues
 * has gone to sleep in the queue. */
void rig_wait_asleep(atomic_int *thread);

/* cmocka's group functions: state is the rig, made anew for each test. */
#define RIG_TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
int rig_setup(void **state);
int rig_teardown(void **state);

#endif
