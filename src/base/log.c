/* Log: see log.h. Every text goes through json_escape, which leaves no control, bidi or
 * line-separator character and no invalid byte in the line. */
#include "base/log.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"

#include <errno.h>
#include <unistd.h>

/* Cuts at a character of the valid part, so that a hostile value cannot flood the log. */
static void log_text(struct buf *out, struct str text)
{
    if (text.len <= LOG_VALUE_MAX) {
        json_escape(out, text);
        return;
    }
    struct str head = str_range(text.data, LOG_VALUE_MAX);
    size_t keep = utf8_valid_len(head);
    head.len = LOG_VALUE_MAX - keep < 4 ? keep : head.len;
    json_escape(out, head);
    out->len -= out->failed ? 0 : 1;
    buf_cat(out, "…\"");
}

/* A number and a flag are bare, a text is quoted. */
static void log_value(struct buf *out, const struct log_pair *pair)
{
    if (pair->kind == LOG_NUMBER)
        buf_i64(out, pair->number);
    else if (pair->kind == LOG_FLAG)
        buf_cat(out, pair->number != 0 ? "true" : "false");
    else
        log_text(out, pair->text);
}

/* Six digits. */
static void log_micros(struct buf *out, int64_t us)
{
    char digits[6];
    for (int i = 5; i >= 0; i--, us /= 10)
        digits[i] = (char)('0' + us % 10);
    buf_add(out, digits, sizeof digits);
}

/* The whole line. time_format gives whole seconds; the microseconds go between them and the Z. A
 * busy server writes tens of thousands a second: no printf here. */
void log_line(struct buf *out, enum log_level level, const char *event,
              const struct log_pair *pairs, size_t count)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    int64_t now = time_now();
    struct buf time = {0};
    time_format(&time, now);
    buf_cat(out, "{\"time\":\"");
    buf_add(out, time.data, time.len > 0 ? time.len - 1 : 0);
    buf_char(out, '.');
    buf_free(&time);
    log_micros(out, now % TIME_SECOND);
    buf_cat(out, "Z\",\"level\":\"");
    buf_cat(out, names[(size_t)level < 4 ? level : LOG_ERROR]);
    buf_cat(out, "\",\"event\":");
    log_text(out, str_of(event));
    for (size_t i = 0; i < count; i++) {
        buf_char(out, ',');
        json_escape(out, str_of(pairs[i].key));
        buf_char(out, ':');
        log_value(out, &pairs[i]);
    }
    buf_cat(out, "}\n");
}

bool log_wants(const struct log *log, enum log_level level)
{
    return log != NULL && log->fd >= 0 && (int)level >= log->level;
}

void log_write(const struct log *log, struct str lines)
{
    ssize_t done = 0;
    do
        done = write(log->fd, lines.data, lines.len);
    while (done < 0 && errno == EINTR);
}

void log_event(const struct log *log, enum log_level level, const char *event,
               const struct log_pair *pairs, size_t count)
{
    if (!log_wants(log, level))
        return;
    struct buf line = {0};
    log_line(&line, level, event, pairs, count);
    if (buf_err(&line) == ERR_OK)
        log_write(log, buf_view(&line));
    buf_free(&line);
}
