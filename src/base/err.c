/* Errors and faults: see err.h. */
#include "base/err.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct err_row {
    int http;
    const char *code;
    const char *zh;
    const char *en;
};

static const struct err_row err_rows[ERR_COUNT] = {
    [ERR_OK] = {200, "ok", "成功", "ok"},
    [ERR_END] = {200, "end", "没有更多内容", "no more"},
#define ERR(name, http, code, zh, en) [ERR_##name] = {http, code, zh, en},
#include "base/err.def"
#undef ERR
};

/* A number that is no error is shown as ERR_IO rather than read past the table. */
static const struct err_row *err_find(enum err err)
{
    size_t i = (size_t)err;
    return i < ERR_COUNT ? &err_rows[i] : &err_rows[ERR_IO];
}

const char *err_code(enum err err)
{
    return err_find(err)->code;
}

int err_http(enum err err)
{
    return err_find(err)->http;
}

const char *err_zh(enum err err)
{
    return err_find(err)->zh;
}

const char *err_en(enum err err)
{
    return err_find(err)->en;
}

enum err err_errno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return ERR_READONLY;
    case ENOENT:
    case ENOTDIR:
        return ERR_MISSING;
    case ENOMEM:
        return ERR_MEMORY;
    default:
        return ERR_IO;
    }
}

/* Drops bytes that belong to no whole character: of a name that was cut, or at the end of the text.
 * The words go into databases that refuse them. */
static void fault_mend(char *text)
{
    struct str rest = str_of(text);
    size_t to = 0;
    while (rest.len > 0) {
        size_t good = utf8_valid_len(rest);
        memmove(text + to, rest.data, good);
        to += good;
        rest = str_sub(rest, good + 1, SIZE_MAX);
    }
    text[to] = '\0';
}

static PRINTF(4, 0) void fault_say(struct fault *fault, const char *field, enum err err,
                                   const char *fmt, va_list args)
{
    if (fault == NULL)
        return;
    fault->err = err;
    fault->field = field;
    (void)vsnprintf(fault->text, sizeof fault->text, fmt, args);
    fault_mend(fault->text);
}

enum err fault_set(struct fault *fault, enum err err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fault_say(fault, NULL, err, fmt, args);
    va_end(args);
    return err;
}

enum err fault_at(struct fault *fault, const char *field, enum err err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fault_say(fault, field, err, fmt, args);
    va_end(args);
    return err;
}

const char *fault_text(const struct fault *fault)
{
    return fault->text[0] != '\0' ? fault->text : err_zh(fault->err);
}
