/* Log: see log.h. Every text goes through json_escape, which leaves no control, bidi or
 * line-separator character and no invalid byte in the line. */
#include "base/log.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
    buf_cat(out, "{\"time\":\"");
    time_format(out, now);
    out->len -= out->failed ? 0 : 1;
    buf_char(out, '.');
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

int log_open(int fd)
{
    struct stat st;
    char path[32];
    if (fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))
        return fd;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int mine = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return mine >= 0 ? mine : fd;
}

/* As many whole lines as go into a pipe or socket at once or not at all, at least one; all of them
 * where nobody waits for room. */
static struct str log_piece(struct str lines, bool small)
{
    size_t len = lines.len;
    while (small && len > PIPE_BUF) {
        size_t end = len - 1;
        while (end > 0 && lines.data[end - 1] != '\n')
            end--;
        if (end == 0)
            break;
        len = end;
    }
    return str_sub(lines, 0, len);
}

void log_write(const struct log *log, struct str lines)
{
    struct stat st;
    bool small = fstat(log->fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
    ssize_t done = 0;
    while (lines.len > 0 && done >= 0) {
        struct str piece = log_piece(lines, small);
        done = send(log->fd, piece.data, piece.len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (done < 0 && errno == ENOTSOCK)
            done = write(log->fd, piece.data, piece.len);
        if (done < 0 && errno == EINTR)
            done = 0;
        else
            lines = str_sub(lines, piece.len, SIZE_MAX);
    }
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
