/* A request and its reply, as every page and API sees them. web_http fills the one and sends the
 * other; nobody else knows HTTP. Everything lives in the request's arena. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "web/frame.h"

enum web_method { WEB_GET, WEB_POST, WEB_HEAD };

/* A decoded name and value (query, form, path). Names occur once: a repeated one is 400 (IN8). */
struct web_pair {
    struct str name;
    struct str value;
};

/* The file of a form (WEB_UPLOAD): removed behind the handler unless it moved it away. */
struct web_upload {
    const char *path;
    struct str name; /* as the browser calls it, without folders; empty: none was chosen */
    uint64_t bytes;
};

struct web_request {
    enum web_method method;
    struct str path;  /* decoded, starts with '/', valid UTF-8, no "..", no control characters */
    struct str query; /* as sent, without '?' */
    const struct web_pair *params; /* of the query, decoded */
    size_t param_count;
    uint64_t version;              /* of public content when it was asked for; 0: nobody looked */
    const struct web_pair *fields; /* of a form body (application/x-www-form-urlencoded) */
    size_t field_count;
    const struct str *picks; /* keys of the rows picked in a form (WEB_PICKS) */
    size_t pick_count;
    const struct web_pair *captures; /* of the route's {names} */
    size_t capture_count;
    const struct web_upload *upload; /* the form's file; NULL where there is none */
    struct str body;
    struct str type;     /* Content-Type without parameters */
    struct str client;   /* address, from the trusted proxy's header where one is configured */
    struct str language; /* "zh" or "en", from ?lang= or Accept-Language */
    struct str if_none_match;
    struct str origin;
    struct str host;
    const char *scheme;    /* of the reader's address: "http", "https" */
    struct str cookie;     /* the whole Cookie header; web_cookie reads it */
    struct str agent;      /* User-Agent */
    struct str fetch_site; /* Sec-Fetch-Site: same-origin, same-site, cross-site, none */
    uint64_t id;           /* request id, shown in error pages and in the log */
    int64_t now;
    struct arena *arena;
    void *ctx;     /* what the server was started with */
    void *session; /* what the guard found out about the person; NULL on public routes */
};

/* The value of a parameter, field or capture; data NULL if it is absent. */
struct str web_param(const struct web_request *r, const char *name);
struct str web_field(const struct web_request *r, const char *name);
struct str web_capture(const struct web_request *r, const char *name);
/* The value of a cookie; data NULL if it is absent or there twice. */
struct str web_cookie(const struct web_request *r, const char *name);
/* Was the request made by a page of this site (SECURITY.md WB2)? Sec-Fetch-Site says it, or the
 * Origin, which must then be ours; where a program tells neither, no. */
bool web_same_origin(const struct web_request *r);

struct web_page;

/* What goes back. A handler sets type and fills body, or names a file. Security headers, length,
 * ETag, compression and HEAD are the adapter's work. */
struct web_reply {
    int status;       /* 200 unless set */
    const char *type; /* a literal, e.g. "text/html; charset=utf-8" */
    struct buf body;
    struct web_framed framed; /* what of body many pages share; without a frame nothing */
    struct web_page *ready;   /* a finished page to send instead of all else; not taken over */
    const char *file;         /* path of a file to send instead of body; NULL for none */
    struct str location;      /* of a redirect */
    struct str download;      /* file name for Content-Disposition: attachment; empty for none */
    struct str cookie;        /* a whole Set-Cookie value; empty for none */
    unsigned refresh;         /* seconds after which the browser asks again; 0: never */
    unsigned max_age;         /* seconds a shared cache may keep it; 0: must revalidate */
    bool immutable;           /* content never changes under this address */
    bool no_store;            /* nothing may keep it */
    bool open_data;           /* Access-Control-Allow-Origin: * (WB4) */
    bool forget;              /* Clear-Site-Data: the browser drops all it holds of us (WB3) */
};

/* Frees the body and gives the frame back. */
void web_reply_free(struct web_reply *reply);

/* A handler fills the reply. Its error becomes a status by err_http and an error page; words in
 * fault are shown only for 4xx (SC4). */
typedef enum err web_handler(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault);

enum {
    WEB_FAST = 0,    /* runs on the event thread: touches no disk and no database */
    WEB_BLOCK = 1,   /* runs on the bounded worker pool */
    WEB_CACHED = 2,  /* GET replies may be kept until the log grows (web_cache) */
    WEB_LIMITED = 4, /* counts against the address's budget of expensive requests (AV1) */
    WEB_HEAVY = 8, /* computes for long: runs on a pool of its own, as many threads as cores, of low
                      priority, 32 waiting, more get 503 (password hashes, ID5) */
    WEB_PICKS = 32,   /* a POST of rows picked in a list: as many fields s-KEY as a page has rows */
    WEB_FORM = 16,    /* a POST that shows its form again, filled in and without acting, when the
                         field "again" is there: where a person returns to after signing in anew */
    WEB_QUICK = 64,   /* with WEB_BLOCK: a few reads by key. On the event thread where the server
                         was told that such reads wait for nobody (web_config.quick) */
    WEB_UPLOAD = 128, /* a POST of multipart/form-data with one file, in the field "file": admitted
                        by its head (web_config.admit), then streamed into a temporary file */
    WEB_PROVE = 256,  /* a POST for which the person must have typed his password lately: the guard
                         asks for it (SECURITY.md ID11); with WEB_HEAVY, since that takes a hash */
};

/* One row of the route table: no row, no service. A pattern is literal but for {name}, one segment,
 * and a last {name*}, the rest of the path. A row with a permit other than 0 is not public: the
 * server's guard is asked before its handler runs, its answers are kept by nobody. What the number
 * means is the guard's business. */
struct web_route {
    enum web_method method;
    const char *pattern;
    web_handler *handler;
    unsigned flags;
    size_t body_limit; /* bytes of body allowed; 0: none */
    const char *name;  /* for the access log */
    unsigned permit;   /* 0: public */
};

/* Asked before the handler of every route with a permit: may this person? Sets request->session and
 * returns ERR_OK, or answers itself (the sign-in page) and sets *answered, or refuses with an
 * error. */
typedef enum err web_guard(bool *answered, struct web_reply *reply, struct web_request *request,
                           const struct web_route *route, struct fault *fault);

/* Asked before the handler of every POST, behind the guard: may its form hold these fields?
 * ERR_INPUT or ERR_FORBIDDEN with words where it may not; the handler is then not run. */
typedef enum err web_fields(const struct web_request *request, const struct web_route *route,
                            struct fault *fault);

/* Where the file of a form goes, and how large it may be. */
struct web_admission {
    const char *dir;
    uint64_t limit; /* bytes */
};
/* Asked when the head of a form with a file (WEB_UPLOAD) has come, before any of its body is taken:
 * may this person? Fills *out, or leaves it and answers itself (the sign-in page), or refuses with
 * an error. The guard is asked all the same once the form is complete. */
typedef enum err web_admit(struct web_admission *out, struct web_reply *reply,
                           struct web_request *request, const struct web_route *route,
                           struct fault *fault);

#endif
