/* The one writer of a SQLite file: a thread, a queue in order of arrival, and group commit.
 *
 * Why: many writers on one file starve each other, and a commit costs a sync of the disk. All work
 * that waits when the thread looks is run in one transaction, each piece in a savepoint of its own,
 * and made durable by one commit.
 *
 * Invariants:
 * - a job is told ERR_OK only after the commit that holds it;
 * - a failing job is rolled back to its savepoint and harms nobody; if it takes the whole
 *   transaction down with it (disk full), the others are run again without it;
 * - if the commit fails nobody is acknowledged, whatever he had heard before;
 * - after a failed sync (fact 4 of the security plan) nothing is run any more. */
#include "db/driver.h"

#include <stdio.h>
#include <stdlib.h>

/* Most jobs of one group: the first of it waits for the last. */
enum { WRITER_GROUP = 1000 };

struct db_writer {
    struct db_tx *tx;
    struct db_counts *counts;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct db_job *head;
    struct db_job *tail;
    bool running; /* a group is under way */
    bool stopping;
    bool dead; /* a sync failed; touched by the thread only */
};

/* Takes up to WRITER_GROUP jobs off the queue; waits for one. NULL when the writer is to stop. */
static struct db_job *writer_take(struct db_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    while (writer->head == NULL && !writer->stopping)
        pthread_cond_wait(&writer->filled, &writer->lock);
    struct db_job *first = writer->head;
    struct db_job *last = first;
    for (int i = 1; last != NULL && last->next != NULL && i < WRITER_GROUP; i++)
        last = last->next;
    writer->head = last != NULL ? last->next : NULL;
    if (writer->head == NULL)
        writer->tail = NULL;
    if (last != NULL)
        last->next = NULL;
    writer->running = first != NULL;
    pthread_mutex_unlock(&writer->lock);
    return first;
}

/* Wakes everyone of the group. A job is gone as soon as its owner sees done. */
static void writer_tell(struct db_writer *writer, struct db_job *job)
{
    pthread_mutex_lock(&writer->lock);
    writer->running = false;
    while (job != NULL) {
        struct db_job *next = job->next;
        job->done = true;
        pthread_cond_signal(&job->told);
        job = next;
    }
    pthread_mutex_unlock(&writer->lock);
}

/* Gives err to every job that has not failed for good already. */
static void group_fail(struct db_job *job, const struct db_tx *tx, enum err err)
{
    for (; job != NULL; job = job->next)
        if (!job->settled)
            db_job_fail(job, tx, err);
}

/* One job in its savepoint. False when the whole transaction was lost with it. */
static bool group_run_one(struct db_tx *tx, struct db_job *job)
{
    enum err err = tx->driver->step(tx, DB_SAVE);
    if (err == ERR_OK)
        db_job_run(job, tx);
    else
        db_job_fail(job, tx, err);
    bool good = job->err == ERR_OK;
    if (err == ERR_OK)
        err = tx->driver->step(tx, good ? DB_RELEASE : DB_REVERT);
    if (err != ERR_OK && good)
        db_job_fail(job, tx, err);
    job->settled = err != ERR_OK;
    return err == ERR_OK;
}

/* Runs what is not settled. False when the transaction was lost on the way and one more job is
 * settled by it; *useful gets the number of jobs that want the commit. A job alone needs no
 * savepoint, which spares a big load the copies of the pages it changes. */
static bool group_run(uint64_t *useful, struct db_writer *writer, struct db_job *jobs)
{
    struct db_tx *tx = writer->tx;
    bool whole = true;
    *useful = 0;
    for (struct db_job *job = jobs; job != NULL && whole; job = job->next) {
        if (job->settled)
            continue;
        db_tx_reset(tx, true);
        if (jobs->next == NULL)
            db_job_run(job, tx);
        else
            whole = group_run_one(tx, job);
        *useful += job->err == ERR_OK;
        writer->dead = writer->dead || tx->failed == ERR_SYNC;
    }
    return whole;
}

/* Begins and runs the group until the transaction survives. Each repetition has a job less. */
static enum err group_begin(uint64_t *useful, struct db_writer *writer, struct db_job *jobs)
{
    struct db_tx *tx = writer->tx;
    while (!writer->dead) {
        db_tx_reset(tx, true);
        TRY(tx->driver->step(tx, DB_BEGIN_WRITE));
        if (group_run(useful, writer, jobs))
            return writer->dead ? ERR_SYNC : ERR_OK;
        (void)tx->driver->step(tx, DB_ROLLBACK);
        atomic_fetch_add(&writer->counts->retries, 1);
    }
    return ERR_SYNC;
}

/* One group from begin to commit. A group of which nothing is to be kept needs no commit. */
static void group_do(struct db_writer *writer, struct db_job *jobs)
{
    struct db_tx *tx = writer->tx;
    uint64_t useful = 0;
    enum err err = group_begin(&useful, writer, jobs);
    if (err == ERR_OK && useful == 0) {
        (void)tx->driver->step(tx, DB_ROLLBACK);
        return;
    }
    if (err == ERR_OK)
        err = tx->driver->step(tx, DB_COMMIT);
    if (err != ERR_OK) {
        group_fail(jobs, tx, err);
        (void)tx->driver->step(tx, DB_ROLLBACK);
        writer->dead = writer->dead || err == ERR_SYNC;
        return;
    }
    atomic_fetch_add(&writer->counts->works, useful);
    atomic_fetch_add(&writer->counts->commits, 1);
}

/* Tells the group before it tidies: of the checkpoint only the next group may have to wait for. */
static void *writer_loop(void *arg)
{
    struct db_writer *writer = arg;
    struct db_tx *tx = writer->tx;
    for (struct db_job *jobs; (jobs = writer_take(writer)) != NULL;) {
        group_do(writer, jobs);
        writer_tell(writer, jobs);
        if (!writer->dead && tx->driver->tidy != NULL)
            writer->dead = tx->driver->tidy(tx) == ERR_SYNC;
    }
    return NULL;
}

/* The lock and the condition live in the struct, so the thread starts last. */
enum err db_writer_start(struct db_writer **out, struct db_tx *tx, struct db_counts *counts)
{
    struct db_writer *writer = calloc(1, sizeof *writer);
    *out = NULL;
    if (writer == NULL)
        return ERR_MEMORY;
    writer->tx = tx;
    writer->counts = counts;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->filled, NULL);
    if (pthread_create(&writer->thread, NULL, writer_loop, writer) != 0) {
        free(writer);
        return ERR_MEMORY;
    }
    *out = writer;
    return ERR_OK;
}

bool db_writer_busy(struct db_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    bool busy = writer->running || writer->head != NULL;
    pthread_mutex_unlock(&writer->lock);
    return busy;
}

/* Queued at the tail, taken from the head: nobody is overtaken. */
void db_writer_do(struct db_writer *writer, struct db_job *job)
{
    if (pthread_equal(pthread_self(), writer->thread)) {
        job->err = fault_set(job->fault, ERR_STATE,
                             "数据库操作不能嵌套进行，本次操作未执行，数据没有改变");
        snprintf(job->message, sizeof job->message, "db_transact inside of a work");
        return;
    }
    pthread_cond_init(&job->told, NULL);
    pthread_mutex_lock(&writer->lock);
    if (writer->tail != NULL)
        writer->tail->next = job;
    else
        writer->head = job;
    writer->tail = job;
    pthread_cond_signal(&writer->filled);
    while (!job->done)
        pthread_cond_wait(&job->told, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    pthread_cond_destroy(&job->told);
}

/* The thread ends when the queue is empty, so nobody is left waiting. */
void db_writer_stop(struct db_writer *writer)
{
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->filled);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    writer->tx->driver->close(writer->tx);
    pthread_cond_destroy(&writer->filled);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}
