/* Structured log: one JSON line an event, written with one write(2). Whatever stands in a value, it
 * never makes a second line, a terminal escape or reordered text (SECURITY.md AU5). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/buf.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Longer values are cut at a character and end in "…", so that a line stays small. */
enum { LOG_VALUE_MAX = 1024 };

struct log {
    int fd;    /* -1: nothing is written */
    int level; /* lowest enum log_level that is written */
};

enum log_kind { LOG_TEXT, LOG_NUMBER, LOG_FLAG };

/* One key and its value. Keys are literals of lower-case letters, digits and '_'. */
struct log_pair {
    const char *key;
    enum log_kind kind;
    int64_t number;
    struct str text;
};

static inline struct log_pair log_str(const char *key, struct str text)
{
    return (struct log_pair){key, LOG_TEXT, 0, text};
}

static inline struct log_pair log_int(const char *key, int64_t number)
{
    return (struct log_pair){key, LOG_NUMBER, number, {NULL, 0}};
}

static inline struct log_pair log_bool(const char *key, bool value)
{
    return (struct log_pair){key, LOG_FLAG, value, {NULL, 0}};
}

static inline struct log_pair log_err(enum err err)
{
    return log_str("error", str_of(err_code(err)));
}

/* Pairs with their count: log_event(&log, LOG_INFO, "import-done", LOG_PAIRS(log_int("rows", n))).
 */
#define LOG_PAIRS(...)                                                                             \
    (const struct log_pair[]){__VA_ARGS__},                                                        \
        sizeof((const struct log_pair[]){__VA_ARGS__}) / sizeof(struct log_pair)
#define LOG_NONE NULL, 0

/* A descriptor for the log that writes to where fd does and never waits for whoever reads there
 * (AU7): a pipe is opened anew, all else is fd itself. */
int log_open(int fd);
/* Appends {"time":"2026-03-02T01:00:00.000000Z","level":"info","event":event, pairs...} and LF. */
void log_line(struct buf *out, enum log_level level, const char *event,
              const struct log_pair *pairs, size_t count);
/* Would an event of that level be written? */
bool log_wants(const struct log *log, enum log_level level);
/* Writes lines as they are, which end in LF. Losing them, where they cannot be written or their
 * reader does not take them in time, is no reason to fail or to wait. */
void log_write(const struct log *log, struct str lines);
/* Writes such a line at once. log NULL writes nothing. Thread-safe.
 */
void log_event(const struct log *log, enum log_level level, const char *event,
               const struct log_pair *pairs, size_t count);

#endif
