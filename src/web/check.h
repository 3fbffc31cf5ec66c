/* Our own strict check of a request, before anything else looks at it (SECURITY.md IN7, IN8; A5
 * 4.2.1). Pure: text in, text out. */
#ifndef WEB_CHECK_H
#define WEB_CHECK_H

#include "web/request.h"

#include <stdint.h>

enum {
    WEB_HEAD_MAX = 16384, /* bytes of request line and headers */
    WEB_HEADERS_MAX = 64,
    WEB_TARGET_MAX = 4096,
    WEB_PARAMS_MAX = 64,
    WEB_PICKS_MAX = 2000
};

/* Headers as they come in, one web_check_header each, then web_check_headers_end. */
struct web_check {
    size_t head;    /* its bytes, where they are known */
    uintptr_t line; /* where the next line of the head must begin; 0: unknown */
    bool unlined;   /* lines are not looked at */
    unsigned headers;
    unsigned hosts;
    unsigned lengths;
    unsigned encodings;
    bool bad;
};
/* Takes one header: a name that is no token, a control character in a value, an odd
 * Content-Length or Transfer-Encoding spoil the request. */
void web_check_header(struct web_check *check, struct str name, struct str value);
/* Takes where a line of the head lies among the bytes that came, without its end. Two bytes further
 * the next one must begin: less than CR LF is a bare line feed, more a folded line or what a NUL
 * hid. The addresses alone are compared. The last call is for the empty line. */
void web_check_line(struct web_check *check, const char *from, const char *end);
/* 0 when the headers may pass, else the status: 400 (two lengths, length with encoding, no or two
 * Hosts, bad names or lines), 431 (too many, too large), 411 (chunks: how those end is not for us
 * to see, and no browser sends any). */
int web_check_headers_end(const struct web_check *check);

/* Takes a request target apart: path decoded, query split and decoded. ERR_INPUT for anything but
 * an absolute path of valid UTF-8: bad %zz, %00, control characters, backslashes, ".." or "."
 * segments, a name that occurs twice; ERR_LIMIT when it is too long. In request->arena. */
MUST enum err web_check_target(struct web_request *request, struct str target);
/* Splits a form body (application/x-www-form-urlencoded) into request->fields. ERR_INPUT,
 * ERR_LIMIT. */
MUST enum err web_check_form(struct web_request *request);
/* The same for a form in which rows are picked (WEB_PICKS): fields named s-KEY become
 * request->picks, at most WEB_PICKS_MAX of them, and are no fields. */
MUST enum err web_check_picks(struct web_request *request);
/* Splits a query that travelled inside a form, as that of an address; into the arena. */
MUST enum err web_check_query(const struct web_pair **out, size_t *count, struct arena *arena,
                              struct str query);
/* Decodes %XX, and '+' as a blank if plus is set, into the arena. ERR_INPUT, ERR_MEMORY. */
MUST enum err web_check_decode(struct str *out, struct arena *arena, struct str text, bool plus);

#endif
