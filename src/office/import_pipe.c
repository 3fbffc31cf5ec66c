/* Two threads for a long file: one reads and judges rows, the other (the caller, who has the
 * transaction) finds them in the registry and saves them. Reading a spreadsheet and filling a
 * database cost about the same, so a million rows take little more than half the time.
 *
 * What each may touch: the front has a copy of the run with an arena, an errand (its fault) and
 * rows of its own, and alone uses the sheet, the mapping and what judging remembers; the back has
 * the transaction, the report and the error workbook. Chunks change hands through one slot, under
 * the lock. The front never waits for longer than the back lives: the back always ends it. */
#include "office/import_kind.h"

#include <pthread.h>
#include <stdlib.h>

/* The rows of a chunk with the memory they lie in. */
struct import_batch {
    struct import_row *rows;
    size_t count;
    size_t cap;
    struct arena arena;
};

struct import_pipe {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct import_batch slot;
    bool full;    /* the slot holds a chunk to be saved */
    bool ended;   /* the front will hand over nothing more */
    bool stopped; /* the back wants nothing more */
    enum err err; /* why the front ended; ERR_END after the last row */
    struct errand errand;
    struct import_run front;
};

/* Exchanges a run's rows with those of the slot. */
static void swap(struct import_run *run, struct import_batch *slot)
{
    struct import_batch mine = {run->rows, run->count, run->cap, run->chunk};
    run->rows = slot->rows;
    run->count = slot->count;
    run->cap = slot->cap;
    run->chunk = slot->arena;
    *slot = mine;
}

/* Front: puts its chunk into the slot once that is free. False when the back has stopped. */
static bool hand_over(struct import_pipe *pipe)
{
    pthread_mutex_lock(&pipe->lock);
    while (pipe->full && !pipe->stopped)
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    bool wanted = !pipe->stopped;
    if (wanted) {
        swap(&pipe->front, &pipe->slot);
        pipe->full = true;
        pthread_cond_signal(&pipe->changed);
    }
    pthread_mutex_unlock(&pipe->lock);
    return wanted;
}

static void *front_main(void *ctx)
{
    struct import_pipe *pipe = ctx;
    enum err err;
    bool wanted = true;
    do {
        err = import_take(&pipe->front);
        if (err == ERR_OK || err == ERR_END)
            wanted = hand_over(pipe);
    } while (err == ERR_OK && wanted);
    pthread_mutex_lock(&pipe->lock);
    pipe->ended = true;
    pipe->err = err;
    pthread_cond_signal(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
    return NULL;
}

/* Back: takes the next chunk out of the slot and leaves its own, empty one. False after the last.
 */
static bool receive(struct import_pipe *pipe, struct import_run *run)
{
    pthread_mutex_lock(&pipe->lock);
    while (!pipe->full && !pipe->ended)
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    bool there = pipe->full;
    if (there) {
        swap(run, &pipe->slot);
        pipe->full = false;
        pthread_cond_signal(&pipe->changed);
    }
    pthread_mutex_unlock(&pipe->lock);
    return there;
}

/* Ends the front and waits until it is gone. */
static void stop(struct import_pipe *pipe, pthread_t thread)
{
    pthread_mutex_lock(&pipe->lock);
    pipe->stopped = true;
    pthread_cond_signal(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
    pthread_join(thread, NULL);
}

/* Saves chunks as they come. The back's own error goes before the front's. */
static enum err save_chunks(struct import_pipe *pipe, struct import_run *run, pthread_t thread)
{
    enum err err = ERR_OK;
    while (err == ERR_OK && receive(pipe, run))
        err = import_finish(run);
    stop(pipe, thread);
    run->map = pipe->front.map;
    run->seen = pipe->front.seen;
    if (err != ERR_OK || pipe->err == ERR_END)
        return err;
    run->e->fault = pipe->errand.fault;
    return pipe->err;
}

/* The front's copy of the run: same file, same registry, rows and memory of its own. */
static void prepare(struct import_pipe *pipe, struct import_run *run)
{
    pipe->errand = *run->e;
    pipe->front = *run;
    pipe->front.e = &pipe->errand;
    pipe->front.arena = (struct arena){0};
    pipe->front.chunk = (struct arena){0};
    pipe->front.rows = NULL;
    pipe->front.cap = 0;
    pipe->front.tx = NULL;
}

enum err import_pipe(bool *done, struct import_run *run)
{
    pthread_t thread;
    struct import_pipe *pipe = calloc(1, sizeof *pipe);
    enum err err = ERR_OK;
    *done = false;
    if (pipe == NULL)
        return ERR_MEMORY;
    pthread_mutex_init(&pipe->lock, NULL);
    pthread_cond_init(&pipe->changed, NULL);
    prepare(pipe, run);
    *done = pthread_create(&thread, NULL, front_main, pipe) == 0;
    if (*done)
        err = save_chunks(pipe, run, thread);
    pthread_cond_destroy(&pipe->changed);
    pthread_mutex_destroy(&pipe->lock);
    arena_free(&pipe->front.arena);
    arena_free(&pipe->front.chunk);
    arena_free(&pipe->slot.arena);
    free(pipe->front.rows);
    free(pipe->slot.rows);
    free(pipe);
    return err;
}
