/* Draws with their entries, files, strata, recusals, visits and seats. */
#ifndef STORE_DRAW_H
#define STORE_DRAW_H

#include "store/row.h"

struct store_draw {
    struct str tenant;
    int64_t id;
    struct str number;
    int64_t task;
    struct str organiser; /* department code */
    bool sealed;
    bool blinded;
    struct str state;
    int64_t round; /* the last round that was asked for: 1, 2, 3 ... */
    int64_t opened;
    int64_t disclose_by;
    int64_t pool_size;
    int64_t drawn;
    bool demo;       /* nothing but `local` decided: training, marked wherever shown */
    struct str keys; /* sealed: secret and pool key */
    int64_t version; /* grows with every step; optimistic lock */
    int64_t at;
    struct str actor;
};
/* Adds a draw. ERR_DUPLICATE for a number that is taken. */
MUST enum err store_draw_add(struct db_tx *tx, const struct store_draw *draw);
/* ERR_MISSING. */
MUST enum err store_draw_get(struct store_draw *out, struct arena *arena, struct db_tx *tx,
                             struct str tenant, struct str number);
/* The draw of a task. ERR_MISSING. */
MUST enum err store_draw_by_task(struct store_draw *out, struct arena *arena, struct db_tx *tx,
                                 struct str tenant, int64_t task);
MUST enum err store_draw_list(struct store_draw **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant);
/* 1 when the draw of that id is disclosed, else 0. */
MUST enum err store_draw_disclosed(int64_t *out, struct db_tx *tx, struct str tenant, int64_t id);
/* How many draws a task ever had: never more than one. */
MUST enum err store_draw_of_task(int64_t *count, struct db_tx *tx, struct str tenant, int64_t task);
/* Moves a draw on: state, round and number drawn, if its version is still the one that was read.
 * ERR_CONFLICT otherwise. */
MUST enum err store_draw_step(struct db_tx *tx, const struct store_draw *draw, struct str state);

/* One log entry of a draw. */
struct store_draw_entry {
    int64_t seq;
    struct str kind;
    int64_t round;
    int64_t idx;
    struct str body;
};
MUST enum err store_draw_entry_add(struct db_tx *tx, struct str tenant, int64_t draw,
                                   const struct store_draw_entry *entry);
/* In their order, with their bytes. */
MUST enum err store_draw_entries(struct store_draw_entry **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, int64_t draw);

/* One file: where its bytes are (blob digest) and, sealed, the blind of its digest in the log. */
struct store_draw_file {
    struct str name;
    struct str digest; /* 32 bytes */
    struct str blind;  /* sealed; empty in an open draw */
    int64_t size;
};
MUST enum err store_draw_file_add(struct db_tx *tx, struct str tenant, int64_t draw,
                                  const struct store_draw_file *file, int64_t at);
MUST enum err store_draw_files(struct store_draw_file **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int64_t draw);
/* ERR_MISSING. */
MUST enum err store_draw_file_get(struct store_draw_file *out, struct arena *arena,
                                  struct db_tx *tx, struct str tenant, int64_t draw,
                                  struct str name);

/* The newest `most` disclosed draws, newest first. */
struct store_disclosed {
    int64_t id;
    int64_t version;
    struct str number;
};
MUST enum err store_disclosed_draws(struct store_disclosed **out, size_t *count,
                                    struct arena *arena, struct db_tx *tx, struct str tenant,
                                    int64_t most);
/* The draws, of any state, in which an object was drawn; in no order. */
MUST enum err store_object_draws(int64_t **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, struct str pool_id);

struct store_stratum {
    struct str name;
    struct str meaning;
    bool excluded;
    int64_t count;
    struct str mode;
    int64_t num;
    int64_t den;
    int64_t quota;     /* -1 before the draw */
    struct str cutoff; /* hex of the last drawn ticket, '' if none */
};
/* Adds a stratum as committed; sets quota and cutoff once drawn; reads all, sorted by name. */
MUST enum err store_stratum_add(struct db_tx *tx, struct str tenant, int64_t draw,
                                const struct store_stratum *stratum);
MUST enum err store_stratum_drawn(struct db_tx *tx, struct str tenant, int64_t draw,
                                  const struct store_stratum *stratum);
MUST enum err store_strata(struct store_stratum **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant, int64_t draw);

struct store_recusal {
    struct str inspector; /* code */
    struct str pool_id;   /* '*': any object of this draw */
    struct str reason;
};
/* ERR_DUPLICATE when it was declared already. */
MUST enum err store_recusal_add(struct db_tx *tx, struct str tenant, int64_t draw,
                                const struct store_recusal *recusal, int64_t at, struct str actor);
/* Replaces the object that recusals of a draw name. */
MUST enum err store_recusals_rename(struct db_tx *tx, struct str tenant, int64_t draw,
                                    struct str from, struct str to);
/* Sorted by inspector, then pool id. */
MUST enum err store_recusals(struct store_recusal **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, int64_t draw);

struct store_visit {
    struct str tenant;
    int64_t id;
    int64_t task;
    int64_t draw;
    struct str pool_id;
    struct str stratum;
    int64_t rank;
    struct str ticket; /* hex */
    int64_t year;
    struct str state;
    struct str skip_reason;
    struct str
        follows; /* the skipped object that this one came after, '' if it was drawn at first */
    int64_t at;
};
/* Adds the visits of a draw in one load. */
MUST enum err store_visits_add(struct db_tx *tx, const struct store_visit *visits, size_t count);
/* All visits of a draw, by ascending ticket: the visiting order. */
MUST enum err store_visits(struct store_visit **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant, int64_t draw);
MUST enum err store_visit_get(struct store_visit *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, int64_t draw, struct str pool_id);
MUST enum err store_visit_state(struct db_tx *tx, struct str tenant, int64_t id, struct str state,
                                struct str reason);
/* Replaces the names of a visit's object and of the one it follows. */
MUST enum err store_visit_rename(struct db_tx *tx, struct str tenant, int64_t id,
                                 struct str pool_id, struct str follows);
/* All visits of a draw that stand in `from` go to `to`. */
MUST enum err store_visits_state(struct db_tx *tx, struct str tenant, int64_t draw, struct str from,
                                 struct str to);

struct store_seat {
    struct str seat;
    struct str pool_id;
    struct str department;
    struct str inspector;
    int64_t year;
    int64_t round;
};
/* Adds the seats of a draw in one load; reads them, sorted by seat. */
MUST enum err store_seats_add(struct db_tx *tx, struct str tenant, int64_t draw,
                              const struct store_seat *seats, size_t count);
MUST enum err store_seats(struct store_seat **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t draw);
/* The seats of a skipped object visit the object that follows it. */
MUST enum err store_seats_move(struct db_tx *tx, struct str tenant, int64_t draw, struct str from,
                               struct str to);
/* Replaces the name of a seat, also in what is kept of who left it. */
MUST enum err store_seat_rename(struct db_tx *tx, struct str tenant, int64_t draw, struct str from,
                                struct str to);
/* Gives a seat to another inspector and keeps who left (R94). */
struct store_seat_change {
    struct str tenant;
    int64_t draw;
    struct str seat;
    int64_t round;
    struct str leaving;
    struct str coming;
    struct str reason;
    int64_t at;
    struct str actor;
};
MUST enum err store_seat_change(struct db_tx *tx, const struct store_seat_change *change);

#endif
