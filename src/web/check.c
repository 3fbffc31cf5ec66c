/* The strict check of requests: see check.h. */
#include "web/check.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

static bool check_is(struct str name, const char *other)
{
    return name.len == strlen(other) && strncasecmp(name.data, other, name.len) == 0;
}

/* RFC 9110 token characters. */
static bool check_token(struct str name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && (c == '\0' || strchr(marks, c) == NULL))
            return false;
    }
    return name.len > 0;
}

static bool check_value(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

static bool check_digits(struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] < '0' || value.data[i] > '9')
            return false;
    return value.len > 0 && value.len <= 15;
}

void web_check_header(struct web_check *check, struct str name, struct str value)
{
    check->headers++;
    check->bad = check->bad || !check_token(name) || !check_value(value);
    if (check_is(name, "host")) {
        check->hosts++;
        check->bad = check->bad || value.len == 0 || str_find_char(value, ' ') >= 0;
    }
    if (check_is(name, "content-length")) {
        check->lengths++;
        check->bad = check->bad || !check_digits(value);
    }
    if (check_is(name, "transfer-encoding")) {
        check->encodings++;
        check->bad = check->bad || !check_is(value, "chunked");
    }
}

void web_check_line(struct web_check *check, const char *from, const char *end)
{
    bool next = check->line == 0 || check->line == (uintptr_t)from;
    check->bad = check->bad || (!next && !check->unlined);
    check->line = (uintptr_t)end + 2;
}

int web_check_headers_end(const struct web_check *check)
{
    if (check->headers > WEB_HEADERS_MAX || check->head > WEB_HEAD_MAX)
        return 431;
    if (check->bad || check->lengths + check->encodings > 1 || check->hosts != 1)
        return 400;
    return check->encodings > 0 ? 411 : 0;
}

static int check_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum err web_check_decode(struct str *out, struct arena *arena, struct str text, bool plus)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    if (to == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.len ? check_hex(text.data[i + 1]) : -1;
            int low = high >= 0 ? check_hex(text.data[i + 2]) : -1;
            if (low < 0)
                return ERR_INPUT;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        to[len++] = c;
    }
    *out = str_range(to, len);
    return utf8_valid(*out) ? ERR_OK : ERR_INPUT;
}

/* A path's characters and segments, once decoded. */
static bool check_path(struct str path)
{
    struct str rest = path;
    struct str segment;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.data[i] < 0x20 || path.data[i] == 0x7F || path.data[i] == '\\')
            return false;
    while (str_cut(&segment, &rest, '/'))
        if (str_eq(segment, STR("..")) || str_eq(segment, STR(".")))
            return false;
    return path.len > 0 && path.data[0] == '/';
}

static bool check_repeated(const struct web_pair *pairs, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(pairs[i].name, name))
            return true;
    return false;
}

/* Text that may be shown: no control characters but line breaks and tabs, no NUL. */
static bool check_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 && c != '\n' && c != '\r' && c != '\t')
            return false;
    }
    return true;
}

static enum err check_pair(struct web_pair *pair, struct arena *arena, struct str text)
{
    struct str rest = text;
    struct str name;
    (void)str_cut(&name, &rest, '=');
    TRY(web_check_decode(&pair->name, arena, name, true));
    TRY(web_check_decode(&pair->value, arena, rest, true));
    return pair->name.len > 0 && check_text(pair->name) && check_text(pair->value) ? ERR_OK
                                                                                   : ERR_INPUT;
}

enum err web_check_query(const struct web_pair **out, size_t *count, struct arena *arena,
                         struct str text)
{
    struct web_pair *pairs = arena_array(arena, WEB_PARAMS_MAX, sizeof *pairs);
    struct str rest = text;
    struct str one;
    if (pairs == NULL)
        return ERR_MEMORY;
    *out = pairs;
    *count = 0;
    while (text.len > 0 && str_cut(&one, &rest, '&')) {
        if (one.len == 0)
            continue;
        if (*count == WEB_PARAMS_MAX)
            return ERR_LIMIT;
        TRY(check_pair(&pairs[*count], arena, one));
        if (check_repeated(pairs, *count, pairs[*count].name))
            return ERR_INPUT;
        ++*count;
    }
    return ERR_OK;
}

enum err web_check_target(struct web_request *request, struct str target)
{
    struct str rest = target;
    struct str path;
    if (target.len > WEB_TARGET_MAX)
        return ERR_LIMIT;
    if (str_find_char(target, '#') >= 0 || str_find_char(target, ' ') >= 0)
        return ERR_INPUT;
    (void)str_cut(&path, &rest, '?');
    TRY(web_check_decode(&request->path, request->arena, path, false));
    if (!check_path(request->path))
        return ERR_INPUT;
    request->query = rest;
    return web_check_query(&request->params, &request->param_count, request->arena, rest);
}

enum err web_check_form(struct web_request *request)
{
    return web_check_query(&request->fields, &request->field_count, request->arena, request->body);
}

/* Takes the picked rows out of a form; what is left goes to *rest. */
static enum err check_picks(struct buf *rest, struct web_request *request, struct str *picks)
{
    struct str text = request->body;
    struct str one;
    while (text.len > 0 && str_cut(&one, &text, '&')) {
        struct web_pair pair;
        if (!str_starts(one, STR("s-"))) {
            buf_str(rest, one);
            buf_char(rest, '&');
            continue;
        }
        if (request->pick_count == WEB_PICKS_MAX)
            return ERR_LIMIT;
        TRY(check_pair(&pair, request->arena, one));
        picks[request->pick_count++] = str_sub(pair.name, 2, SIZE_MAX);
    }
    return buf_err(rest);
}

enum err web_check_picks(struct web_request *request)
{
    struct buf rest = {0};
    struct str *picks = arena_array(request->arena, WEB_PICKS_MAX, sizeof *picks);
    enum err err = picks == NULL ? ERR_MEMORY : check_picks(&rest, request, picks);
    struct str fields = arena_str(request->arena, buf_view(&rest));
    buf_free(&rest);
    TRY(err);
    if (fields.data == NULL)
        return ERR_MEMORY;
    request->picks = picks;
    return web_check_query(&request->fields, &request->field_count, request->arena, fields);
}

static struct str check_find(const struct web_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(pairs[i].name, str_of(name)))
            return pairs[i].value;
    return str_range(NULL, 0);
}

struct str web_param(const struct web_request *r, const char *name)
{
    return check_find(r->params, r->param_count, name);
}

struct str web_field(const struct web_request *r, const char *name)
{
    return check_find(r->fields, r->field_count, name);
}

struct str web_capture(const struct web_request *r, const char *name)
{
    return check_find(r->captures, r->capture_count, name);
}

struct str web_cookie(const struct web_request *r, const char *name)
{
    struct str found = str_range(NULL, 0);
    struct str rest = r->cookie;
    struct str pair;
    while (str_cut(&pair, &rest, ';')) {
        struct str value = str_trim(pair);
        struct str key = value;
        (void)str_cut(&key, &value, '=');
        if (!str_eq(key, str_of(name)))
            continue;
        if (found.data != NULL)
            return str_range(NULL, 0);
        found = value;
    }
    return found;
}

bool web_same_origin(const struct web_request *r)
{
    ptrdiff_t at = str_find(r->origin, STR("://"));
    if (r->fetch_site.len > 0)
        return str_eq(r->fetch_site, STR("same-origin"));
    return at >= 0 && str_eq(str_sub(r->origin, (size_t)at + 3, SIZE_MAX), r->host);
}
