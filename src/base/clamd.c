/* Asking clamd: see clamd.h. Everything waits by poll until one deadline. */
#include "base/clamd.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CLAMD_PIECE = 64 * 1024, CLAMD_LENGTH = 4, CLAMD_ANSWER = 1024 };

struct clamd {
    int fd;
    int64_t until; /* milliseconds of the monotonic clock */
};

static int64_t clamd_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- where --- */

union clamd_address {
    struct sockaddr any;
    struct sockaddr_un local;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static enum err clamd_local(union clamd_address *out, socklen_t *len, const char *path)
{
    if (strlen(path) >= sizeof out->local.sun_path)
        return ERR_INPUT;
    out->local.sun_family = AF_UNIX;
    memcpy(out->local.sun_path, path, strlen(path) + 1);
    *len = sizeof out->local;
    return ERR_OK;
}

static enum err clamd_address(union clamd_address *out, socklen_t *len, const char *where)
{
    char host[INET6_ADDRSTRLEN] = "";
    uint64_t port = 0;
    struct str text = str_of(where);
    size_t colon = text.len;
    memset(out, 0, sizeof *out);
    if (where[0] == '/')
        return clamd_local(out, len, where);
    while (colon > 0 && where[colon - 1] != ':')
        colon--;
    if (colon < 2 || colon > sizeof host ||
        str_u64(&port, str_sub(text, colon, SIZE_MAX)) != ERR_OK || port == 0 || port > UINT16_MAX)
        return ERR_INPUT;
    memcpy(host, where, colon - 1);
    if (strcmp(host, "[::1]") == 0) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_addr = in6addr_loopback;
        out->v6.sin6_port = htons((uint16_t)port);
        *len = sizeof out->v6;
        return ERR_OK;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons((uint16_t)port);
    *len = sizeof out->v4;
    const char *number = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    bool known = inet_pton(AF_INET, number, &out->v4.sin_addr) == 1;
    return known && ntohl(out->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET ? ERR_OK : ERR_INPUT;
}

enum err clamd_place(const char *where, struct fault *fault)
{
    union clamd_address address;
    socklen_t len = 0;
    if (clamd_address(&address, &len, where) == ERR_OK)
        return ERR_OK;
    return fault_set(fault, ERR_INPUT,
                     "查毒程序的地址“%s”不能用：应为本机套接字的绝对路径（如 "
                     "/run/clamav/clamd.ctl），或本机地址和端口（如 127.0.0.1:3310）",
                     where);
}

/* --- talking --- */

/* Waits until it can be read or written. */
static enum err clamd_wait(const struct clamd *c, short events)
{
    struct pollfd p = {.fd = c->fd, .events = events};
    int64_t left = c->until - clamd_now();
    int got = left > 0 ? poll(&p, 1, (int)left) : 0;
    if (got < 0 && errno == EINTR)
        return clamd_wait(c, events);
    return got > 0 ? ERR_OK : ERR_TIMEOUT;
}

static enum err clamd_connect(struct clamd *c, const char *where)
{
    union clamd_address address;
    socklen_t len = 0;
    int failed = 0;
    socklen_t size = sizeof failed;
    TRY(clamd_address(&address, &len, where));
    c->fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0)
        return ERR_STATE;
    if (connect(c->fd, &address.any, len) == 0)
        return ERR_OK;
    if (errno != EINPROGRESS)
        return ERR_STATE;
    TRY(clamd_wait(c, POLLOUT));
    bool asked = getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0;
    return asked && failed == 0 ? ERR_OK : ERR_STATE;
}

/* ERR_END: the other side takes no more, and has said why or is gone. */
static enum err clamd_send(const struct clamd *c, const char *data, size_t len)
{
    while (len > 0) {
        TRY(clamd_wait(c, POLLOUT));
        ssize_t sent = send(c->fd, data, len, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (sent < 0)
            return ERR_END;
        data += sent;
        len -= (size_t)sent;
    }
    return ERR_OK;
}

/* A piece with its length before it; an empty one is the end. */
static enum err clamd_piece(const struct clamd *c, const char *data, size_t len)
{
    const uint32_t length = htonl((uint32_t)len);
    TRY(clamd_send(c, (const char *)&length, CLAMD_LENGTH));
    return clamd_send(c, data, len);
}

static enum err clamd_file(const struct clamd *c, int file)
{
    char piece[CLAMD_PIECE];
    TRY(clamd_send(c, "zINSTREAM", sizeof "zINSTREAM"));
    for (;;) {
        ssize_t got = read(file, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR_IO;
        TRY(clamd_piece(c, piece, (size_t)got));
        if (got == 0)
            return ERR_OK;
    }
}

/* The answer, up to its zero byte or the end. */
static enum err clamd_take(const struct clamd *c, char out[CLAMD_ANSWER])
{
    size_t len = 0;
    while (len < CLAMD_ANSWER - 1) {
        TRY(clamd_wait(c, POLLIN));
        ssize_t got = recv(c->fd, out + len, CLAMD_ANSWER - 1 - len, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            break;
        len += (size_t)got;
        if (memchr(out, '\0', len) != NULL)
            return ERR_OK;
    }
    out[len] = '\0';
    return ERR_OK;
}

/* "stream: OK", "stream: NAME FOUND", or words and "ERROR". */
static enum err clamd_read(struct clamd_answer *out, const char *text)
{
    struct str answer = str_trim(str_of(text));
    struct str head = STR("stream: ");
    struct str tail = STR(" FOUND");
    size_t len = 0;
    if (answer.len == 0)
        return ERR_STATE;
    if (str_eq(answer, STR("stream: OK")))
        return ERR_OK;
    if (str_find(answer, STR("size limit exceeded")) >= 0)
        return ERR_LIMIT;
    if (!str_starts(answer, head) || !str_ends(answer, tail) || answer.len < head.len + tail.len)
        return ERR_FORMAT;
    struct str name = str_sub(answer, head.len, answer.len - head.len - tail.len);
    for (size_t i = 0; i < name.len && len + 1 < sizeof out->name; i++) {
        char c = name.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        out->name[len++] = plain || memchr("._-/:", c, 5) != NULL ? c : '_';
    }
    out->name[len] = '\0';
    out->found = true;
    return ERR_OK;
}

static enum err clamd_ask(struct clamd_answer *out, struct clamd *c, const char *where, int file)
{
    char text[CLAMD_ANSWER];
    TRY(clamd_connect(c, where));
    enum err err = clamd_file(c, file);
    if (err != ERR_OK && err != ERR_END)
        return err;
    TRY(clamd_take(c, text));
    TRY(clamd_read(out, text));
    /* an answer that all is well, before all was sent, is none */
    return err == ERR_END && !out->found ? ERR_FORMAT : ERR_OK;
}

enum err clamd_scan(struct clamd_answer *out, const char *where, const char *path, uint32_t seconds)
{
    struct clamd c = {-1, clamd_now() + (int64_t)seconds * 1000};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    *out = (struct clamd_answer){0};
    if (file < 0)
        return err_errno(errno);
    enum err err = clamd_ask(out, &c, where, file);
    if (c.fd >= 0)
        close(c.fd);
    close(file);
    return err;
}
