/* The office: what a person can do, one function and one transaction each. This header holds what
 * all of them share: the opened house (struct office) and one errand in it (struct errand).
 *
 * Rules that every office function keeps: it checks first and writes last; all it writes stands in
 * one db_transact; it is idempotent under its errand's key, or by itself where repeating it changes
 * nothing (recuse, conflict, skip, disclose); each change has its audit row in the
 * same transaction (AU1); log entries are fixed by the database and reach the tiles afterwards
 * through office_log_sync, before anything is shown. */
#ifndef OFFICE_OFFICE_H
#define OFFICE_OFFICE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/workday.h"
#include "db/db.h"
#include "ids/industry.h"
#include "model/permission.h"
#include "model/setting.h"
#include "regions/regions.h"

struct vault_log;
struct roster;
struct ticket_book;
struct portal_kept;

/* How the origin of a training installation's log ends, and no other's (R154). It is part of the
 * log's key and of everything signed with it, so that nothing made in training can pass for real,
 * and an installation cannot be turned from one into the other. */
#define OFFICE_TRAINING "/training"

/* One installation, opened. Immutable while errands run; owned by cmd. */
struct office {
    struct db *db;
    const char *dir;   /* data folder */
    struct str url;    /* of the database */
    struct str tenant; /* division code of the owning unit, 6 digits */
    struct str name;   /* its name, e.g. 示例县 */
    struct str origin; /* the log's origin */
    bool training; /* the origin ends in OFFICE_TRAINING: all data is made up, every page says so */
    struct workdays workdays;
    struct regions regions;
    struct industries industries;
    uint8_t seal_key[32];  /* seals secrets in the database */
    struct roster *roster; /* what lists of objects are found in (office/roster.h); its own lock */
    const struct log *log; /* events; may be NULL */
    const char *clamd;     /* where the virus scanner listens (base/clamd.h); NULL: none */
    struct arena arena;    /* holds what lives as long as the office */
    struct ticket_book *tickets; /* of a reader: what it keeps of disclosed draws; else NULL */
    struct portal_kept *kept;    /* of a reader: short answers that many pages need; else NULL */
};

/* How far the person of an errand sees and acts (DESIGN.md section 6): decided once, before the
 * errand begins, from his roles and the permission it needs. Zero is nothing at all. Office
 * functions hand it to store/, which puts it into its statements. */
struct office_scope {
    enum model_scope level;
    enum model_grade clearance;    /* records graded above it don't exist for him (AC7) */
    struct str account;            /* id of the account, MODEL_SCOPE_OWN */
    struct str inspector;          /* code of the inspector he is; may be empty */
    struct str department;         /* code of his own department */
    const struct str *departments; /* codes: his own and, for MODEL_SCOPE_BELOW, those below */
    size_t department_count;
};

/* The scope of whoever holds the data folder: commands. */
#define OFFICE_SCOPE_WHOLE                                                                         \
    ((struct office_scope){.level = MODEL_SCOPE_ALL, .clearance = MODEL_GRADE_SENSITIVE})

/* What the audit says of the one who acts, beside his name; empty for commands (AU1). */
struct office_origin {
    struct str role;       /* codes of his roles, joined by commas */
    struct str department; /* code of his own department */
    struct str address;    /* where the request came from */
    struct str request;    /* its number, as the access log has it */
};

/* One thing that one person does. Zero-initialise, set office, actor and now; free the arena. */
struct errand {
    const struct office *office;
    struct arena *arena; /* what the answer holds lives here */
    struct str actor;    /* who, as the audit names him */
    struct str key;      /* idempotency key, empty if the caller has none */
    struct office_scope scope;
    struct office_origin origin;
    int64_t now;        /* UTC microseconds */
    uint64_t version;   /* of public content, as the page cache counts it; 0 if it doesn't matter */
    struct fault fault; /* words for the person, when a function returned an error */
};

/* Creates the data folder: configuration, database with its schema, log key, seal key, settings'
 * defaults. Refuses a folder that holds an installation (ERR_STATE). url may be empty: SQLite in
 * the folder. tenant: 6-digit division code that exists. */
struct office_init {
    const char *dir;
    struct str tenant;
    struct str name;
    struct str origin;
    struct str url;
    bool
        training; /* OFFICE_TRAINING is added to the origin; without it such an origin is refused */
};
MUST enum err office_init(const struct office_init *init, struct fault *fault);
/* Opens it; migrates the schema; catches the log up after a crash. Caller closes. */
MUST enum err office_open(struct office *out, const char *dir, const struct log *log,
                          struct fault *fault);
void office_close(struct office *office);
/* Why the database's own net beneath the reach (store/guard.h) is off, and what to do, for whoever
 * runs the program; empty where it is on, and on SQLite, which has none. In arena. */
struct str office_guard_words(struct arena *arena, const struct office *office);

/* The value of a setting in force for this tenant, in arena. */
MUST enum err office_setting(struct str *out, struct errand *e, struct db_tx *tx,
                             enum model_setting setting);
/* The same with its basis: the place's own where it changed the value, else the shipped one. */
struct office_setting_view {
    struct str value;
    struct str basis;
    bool changed;
};
MUST enum err office_setting_view_get(struct office_setting_view *out, struct errand *e,
                                      struct db_tx *tx, enum model_setting setting);
/* The value as a whole number; as a ratio. ERR_CONFIG when it is none. */
MUST enum err office_setting_count(uint64_t *out, struct errand *e, struct db_tx *tx,
                                   enum model_setting setting);
MUST enum err office_setting_ratio(uint64_t *num, uint64_t *den, struct errand *e, struct db_tx *tx,
                                   enum model_setting setting);
/* May a setting have this value on this basis? ERR_INPUT with the field value or basis. */
MUST enum err office_setting_judge(struct errand *e, enum model_setting setting, struct str value,
                                   struct str basis);
/* Sets a setting: a new version with its basis (R1-R161: every number is a setting). */
MUST enum err office_setting_change(struct errand *e, enum model_setting setting, struct str value,
                                    struct str basis);

/* A new 63-bit identifier, time-sorted: microseconds since 2020 and 10 random bits; unique within
 * the table because the insert fails otherwise. */
MUST enum err office_id(int64_t *out, struct errand *e);
/* When an id was made. */
int64_t office_id_time(int64_t id);
/* `count` identifiers in a row, the first in *out, for bulk loads. */
MUST enum err office_ids(int64_t *out, struct errand *e, uint64_t count);
/* The number of a job that writes rows of the registries, within its transaction: numbers in the
 * order in which the search index meets them. */
MUST enum err office_stamp(int64_t *job, struct errand *e, struct db_tx *tx);
/* Next number of a gapless series (counter name, year), inside the transaction (I10). */
MUST enum err office_number(int64_t *out, struct errand *e, struct db_tx *tx, struct str name,
                            int year);
/* Writes the audit row of a change, inside its transaction. */
MUST enum err office_audit(struct errand *e, struct db_tx *tx, struct str action, struct str target,
                           struct str detail);
/* The same with its outcome and the values before and after. */
struct office_audit_row {
    struct str action;
    struct str target;
    struct str detail;
    struct str outcome; /* done, refused (wrong password, rule broken), denied (no permission) */
    struct str before;  /* JSON objects, or empty */
    struct str after;
};
MUST enum err office_audit_add(struct errand *e, struct db_tx *tx,
                               const struct office_audit_row *row);
/* Idempotency: if this errand's key was used before, *done is true and *outcome is what
 * office_once_done stored (ERR_CONFLICT if it was another action). Without a key *done is false.
 * office_repeated asks the same in a read transaction of its own. */
MUST enum err office_once(bool *done, struct str *outcome, struct errand *e, struct db_tx *tx,
                          struct str action);
MUST enum err office_repeated(bool *done, struct str *outcome, struct errand *e, struct str action);
MUST enum err office_once_done(struct errand *e, struct db_tx *tx, struct str action,
                               struct str outcome);

/* Appends a log entry in the transaction; *idx gets its place. At most 65,535 bytes. */
MUST enum err office_log_append(int64_t *idx, struct errand *e, struct db_tx *tx, struct str body);
/* Why something failed, in a few words, without what the error's own text says of the data: for
 * messages about what is already committed. */
struct str office_cause(enum err err);

/* Brings every entry of the database into the tiles, signs and publishes the checkpoint. Called
 * after each transaction that appended, before anything is shown. */
MUST enum err office_log_sync(const struct office *office, int64_t now, struct fault *fault);

/* Checks the installation: the database's own integrity, every tile and checkpoint of the log, each
 * log entry against the database, each file of each draw against its digest (I4, I5). ERR_DAMAGED
 * names what is wrong. */
struct office_checked {
    uint64_t entries;
    uint64_t files;
    uint64_t days; /* of the audit, bound in the log */
};
MUST enum err office_check(struct office_checked *out, struct errand *e);

/* Runs work in a write transaction with its ctx; on error fills e->fault if it has no words yet. */
MUST enum err office_write(struct errand *e, const char *name, db_work *work, void *ctx);
/* office_write of work that adds rows which somebody else may be adding at the same time, so that
 * neither sees the other's: done again when that shows at the end (PostgreSQL), a few times; then
 * ERR_DUPLICATE with words. */
MUST enum err office_write_again(struct errand *e, const char *name, db_work *work, void *ctx);
MUST enum err office_read(struct errand *e, const char *name, db_work *work, void *ctx);

/* "<dir>/<name>" in the arena, NULL when out of memory. */
const char *office_path(struct arena *arena, const struct office *office, const char *name);

#endif
