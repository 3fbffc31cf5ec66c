/* Errors: one list (err.def), one way to hand them up.
 *
 * A function that can fail returns enum err and must be checked; ERR_OK is 0. TRY(x) returns the
 * error at once. ERR_END is no failure: an iterator has no more. struct fault carries the words a
 * person needs (which row, which column, which value); it may be NULL wherever it is asked for. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

enum err {
    ERR_OK = 0,
    ERR_END, /* nothing more to read */
#define ERR(name, http, code, zh, en) ERR_##name,
#include "base/err.def"
#undef ERR
    ERR_COUNT
};

#define MUST __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum err try_err_ = (x);                                                                   \
        if (try_err_ != ERR_OK)                                                                    \
            return try_err_;                                                                       \
    } while (0)

/* What went wrong, in words for the person who can mend it. Zero-initialise before use. */
struct fault {
    enum err err;
    uint64_t row;      /* 1-based row of an input file, 0 if none */
    const char *field; /* name of the form's field that is wrong, a literal; NULL if none */
    char text[480];    /* UTF-8, Chinese; always terminated, never cut inside a character */
};

/* Stores err and the formatted text into fault (if not NULL) and returns err, so that a caller may
 * write `return fault_set(fault, ERR_INPUT, "...", ...)`. */
enum err fault_set(struct fault *fault, enum err err, const char *fmt, ...) PRINTF(3, 4);

/* The same, and which field of the form it concerns (a literal). */
enum err fault_at(struct fault *fault, const char *field, enum err err, const char *fmt, ...)
    PRINTF(4, 5);

/* The text to show: the fault's own words where it has some, else the error's general text. */
const char *fault_text(const struct fault *fault);

/* Stable short code ("disk-full"), HTTP status, and the two texts of an error. Never NULL. */
const char *err_code(enum err err);
int err_http(enum err err);
const char *err_zh(enum err err);
const char *err_en(enum err err);

/* Maps errno of a failed file operation to ERR_FULL, ERR_READONLY, ERR_MISSING, ERR_MEMORY, ERR_IO.
 */
enum err err_errno(int number);

#endif
