/* The server: see http.h.
 *
 * A request goes: head complete → own strict check → route → (page cache) → either answered on the
 * event thread or suspended, worked on by the pool, resumed → one reply. Everything of a request
 * lives in its job and is freed when libmicrohttpd says that the request is over. */
#include "web/http.h"

#include "base/lock.h"
#include "base/nice.h"
#include "base/time.h"
#include "crypto/random.h"
#include "web/access.h"
#include "web/address.h"
#include "web/check.h"
#include "web/headers.h"
#include "web/limit.h"
#include "web/page.h"
#include "web/route.h"
#include "web/upload.h"
#include "web/watch.h"
#include "web/work.h"

#include <fcntl.h>
#include <limits.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HTTP_CACHE = 32 << 20,
    HTTP_FORGET = 1 << 20,   /* bytes of a refused body that are read all the same */
    HTTP_MEMORY = 24 * 1024, /* of a connection: head and buffers; cleared for each request */
    HTTP_IDLE = 60,          /* seconds between two requests of a connection */
    HTTP_HEAD = 10,          /* seconds for a head */
    HTTP_BODY = 30,          /* seconds for a body */
    HTTP_UPLOAD = 900,       /* seconds for a body with a file */
    HTTP_SEND = 60,          /* seconds for an answer, and for its bytes: */
    HTTP_SLOWEST = 1024,     /* a second */
    HTTP_RATE = 10,          /* expensive requests a second of one address */
    HTTP_BURST = 40,
    HTTP_SLOTS = 4096,
    HTTP_WRITERS = 16,    /* forms under way: mostly they wait for the database */
    HTTP_HEAVY = 32,      /* long computations that wait */
    HTTP_SPARE = 64,      /* jobs kept for the next request, with the memory they work in */
    HTTP_ROOM = 48 * 1024 /* of that memory: most pages need less */
};

struct web_server {
    struct web_config config;
    struct MHD_Daemon *daemon;
    struct web_pool *pool;
    struct web_pool *writes; /* of forms */
    struct web_pool *heavy;
    struct web_cache *cache;
    struct web_packer *packer;
    struct web_limit *limit;
    struct web_watch *watch;
    struct web_access *access;
    pthread_mutex_t lock; /* of spare */
    struct job *spare;
    unsigned spares;
    struct web_crowd crowd;
    _Atomic uint64_t next_id;
    _Atomic unsigned active; /* requests under way */
    _Atomic bool stopping;   /* answers close their connection */
    uint16_t port;
    bool own_lines; /* the lines of a head are checked here, see take_lines */
};

/* How far a form with a file is. */
enum job_stage { JOB_PLAIN, JOB_ADMITTING, JOB_ADMITTED, JOB_STREAMING };

/* One request under way. */
struct job {
    struct job *next; /* while it is spare */
    struct web_server *server;
    struct MHD_Connection *connection;
    int fd;
    struct arena arena;
    struct web_request request;
    const struct web_route *route;
    char *target; /* as sent */
    struct buf body;
    struct buf room; /* for the next page's bytes */
    size_t taken;    /* bytes of body that came */
    struct buf key;  /* in the page cache */
    struct web_page *page;
    enum job_stage stage;
    struct web_sink *sink; /* of a form with a file */
    struct web_check check;
    enum web_encoding wanted; /* of the body: what the reader's Accept-Encoding allows */
    int64_t started;
    int refused; /* status of a refusal found before the handler */
    bool begun;
    bool close; /* the connection ends with this answer: what follows cannot be trusted */
    bool done;
    bool kept;    /* the page was there before */
    bool proxied; /* by the proxy that is believed */
    enum web_encoding encoding;
    size_t sent;
};

static unsigned http_or(unsigned value, unsigned otherwise)
{
    return value != 0 ? value : otherwise;
}

/* --- making pages --- */

static struct web_page *job_error(struct job *job, int status, const struct fault *fault)
{
    struct web_reply reply = {.status = status, .type = "text/plain; charset=utf-8"};
    struct web_page *page = NULL;
    job->server->config.error_page(&reply, &job->request, status, fault);
    reply.status = status;
    reply.no_store = true;
    if (web_page_make(&page, &reply, WEB_PAGE_PLAIN, NULL) != ERR_OK)
        web_reply_free(&reply);
    return page;
}

/* The guard where the route wants one, the form's fields, then the handler. Nothing of a guarded
 * route may be kept (WB3). */
static enum err job_guarded(struct web_reply *reply, struct job *job, struct fault *fault)
{
    const struct web_route *route = job->route;
    const struct web_config *config = &job->server->config;
    bool answered = false;
    if (route->permit != 0) {
        reply->no_store = true;
        if (config->guard == NULL)
            return ERR_FORBIDDEN;
        TRY(config->guard(&answered, reply, &job->request, route, fault));
    }
    if (!answered && job->request.method == WEB_POST && config->fields != NULL)
        TRY(config->fields(&job->request, route, fault));
    return answered ? ERR_OK : route->handler(reply, &job->request, fault);
}

/* A page that was sent before, and will be again. */
static struct web_page *job_kept(struct job *job, struct web_page *page)
{
    job->kept = page != NULL;
    return page;
}

static bool job_cacheable(const struct job *job)
{
    return (job->route->flags & WEB_CACHED) != 0 && job->route->permit == 0 &&
           job->request.method != WEB_POST;
}

/* What took long is kept at once, what is quick to make when it is asked for again. */
static bool job_keeps(const struct job *job, const struct web_reply *reply)
{
    if (reply->status != 200 || reply->file != NULL || !job_cacheable(job))
        return false;
    return (job->route->flags & WEB_QUICK) == 0 ||
           web_cache_again(job->server->cache, buf_view(&job->key));
}

/* The reply as a page, kept where it will be asked for again: under the version that stood when it
 * was asked for, so that nobody finds it should that be newer. */
static enum err job_page(struct job *job, struct web_reply *reply)
{
    TRY(buf_err(&reply->body));
    bool keeps = job_keeps(job, reply);
    if (keeps) /* packed as one: slower, and smaller each time it is sent */
        web_framed_drop(&reply->framed);
    TRY(web_page_make_in(&job->page, reply, &job->room, 1U << job->wanted, job->server->packer));
    if (keeps)
        web_cache_put(job->server->cache, buf_view(&job->key), job->request.version, job->page);
    return ERR_OK;
}

/* Runs the route's handler, on a worker, or on the event thread for fast routes; whatever it
 * returns becomes a page. Words are told only for 4xx. */
static void job_run(struct job *job)
{
    struct web_reply reply = {.status = 200, .type = "text/html; charset=utf-8", .body = job->room};
    struct fault fault = {0};
    job->room = (struct buf){0};
    job->done = true;
    enum err err = job_guarded(&reply, job, &fault);
    if (err == ERR_OK && reply.ready != NULL) {
        job->room = reply.body;
        job->page = job_kept(job, web_page_hold(reply.ready));
        return;
    }
    if (err == ERR_OK && (err = job_page(job, &reply)) == ERR_OK)
        return;
    web_reply_free(&reply);
    int status = err_http(err);
    log_event(job->server->config.log, status < 500 ? LOG_INFO : LOG_ERROR, "request-failed",
              LOG_PAIRS(log_int("request", (int64_t)job->request.id), log_err(err),
                        log_str("words", str_of(fault.text))));
    job->page = job_error(job, status, status < 500 ? &fault : NULL);
}

/* Asks whether a form with a file may come in, and opens its file. Whatever refuses it is told when
 * the body has come and was forgotten: a browser that still sends does not listen. */
static void job_admit(struct job *job)
{
    struct web_reply reply = {.status = 200, .type = "text/html; charset=utf-8", .no_store = true};
    struct web_admission admission = {0};
    struct fault fault = {0};
    web_admit *admit = job->server->config.admit;
    enum err err = admit != NULL ? admit(&admission, &reply, &job->request, job->route, &fault)
                                 : ERR_FORBIDDEN;
    if (err == ERR_OK && admission.dir == NULL)
        err = web_page_make(&job->page, &reply, WEB_PAGE_PLAIN, NULL);
    else if (err == ERR_OK)
        err = web_sink_open(&job->sink, job->connection, &admission, &job->arena);
    if (err != ERR_OK) {
        web_reply_free(&reply);
        job->page = job_error(job, err_http(err), err_http(err) < 500 ? &fault : NULL);
    }
    job->close = job->sink == NULL;
    job->stage = JOB_ADMITTED;
}

static void job_work(void *item)
{
    struct job *job = item;
    if (job->stage == JOB_ADMITTING)
        job_admit(job);
    else
        job_run(job);
    MHD_resume_connection(job->connection);
}

/* --- sending --- */

static void send_headers(struct MHD_Response *response, const struct job *job)
{
    web_headers_add(response, job->page, job->encoding, job->server->stopping || job->close);
}

static struct MHD_Response *send_file(struct job *job)
{
    struct stat st;
    int fd = open(job->page->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    job->sent = (size_t)st.st_size;
    struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)st.st_size, fd);
    if (response != NULL)
        send_headers(response, job);
    return response;
}

static void ready_free(void *response)
{
    MHD_destroy_response(response);
}

static void send_release(void *page)
{
    web_page_release(page);
}

/* An answer that holds the page while it is sent. */
static struct MHD_Response *send_new(const struct job *job, struct str body)
{
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body.len, (void *)(uintptr_t)body.data, send_release, web_page_hold(job->page));
    if (response != NULL)
        send_headers(response, job);
    else
        web_page_release(job->page);
    return response;
}

/* Can the answer be sent again as it is? What depends on the moment cannot, and a page that was
 * only just made may never be asked for again. */
static bool send_again(const struct job *job)
{
    return job->kept && job->page->status == 200 && !job->page->no_store && !job->close &&
           !job->server->stopping;
}

/* The page's own answer, made by whoever sends it from the cache first; with a copy of the bytes,
 * since it may be under way longer than the page is kept. */
static struct MHD_Response *send_ready(struct job *job, struct str body)
{
    struct web_page *page = job->page;
    void *ready = page->ready[job->encoding];
    if (ready != NULL)
        return ready;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.len, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return NULL;
    send_headers(response, job);
    page->ready_free = ready_free;
    if (atomic_compare_exchange_strong(&page->ready[job->encoding], &ready, response))
        return response;
    MHD_destroy_response(response);
    return ready;
}

/* fresh: the reader has the bytes. mine: the caller destroys the answer. */
static struct MHD_Response *send_body(bool *mine, struct job *job, bool fresh)
{
    struct web_page *page = job->page;
    job->encoding = page->encoded[job->wanted] ? job->wanted : WEB_IDENTITY;
    struct str body = fresh ? STR("") : buf_view(&page->body[job->encoding]);
    job->sent = body.len;
    *mine = fresh || !send_again(job);
    return *mine ? send_new(job, body) : send_ready(job, body);
}

/* From here on it is the reader who may be slow, but not slower than the slowest. */
static enum MHD_Result send_queue(struct job *job, unsigned status, struct MHD_Response *response,
                                  bool mine)
{
    const struct web_config *c = &job->server->config;
    size_t seconds = job->sent / http_or(c->slowest, HTTP_SLOWEST);
    web_watch_set(job->server->watch, job->fd,
                  http_or(c->send_seconds, HTTP_SEND) + (unsigned)seconds);
    enum MHD_Result queued = MHD_queue_response(job->connection, status, response);
    if (mine)
        MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result job_send(struct job *job)
{
    struct web_page *page = job->page;
    if (page == NULL)
        return MHD_NO;
    bool fresh = web_page_matches(page, job->request.if_none_match);
    bool file = page->path != NULL && !fresh;
    bool mine = true;
    struct MHD_Response *response = file ? send_file(job) : send_body(&mine, job, fresh);
    if (response != NULL)
        return send_queue(job, fresh ? 304U : (unsigned)page->status, response, mine);
    if (!file)
        return MHD_NO;
    web_page_release(page);
    job->page = job_error(job, 404, NULL);
    return job->page != NULL ? job_send(job) : MHD_NO;
}

/* --- taking requests --- */

/* With its size, so that a NUL inside is seen. */
static enum MHD_Result take_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    struct job *job = ctx;
    (void)kind;
    web_check_header(&job->check, str_range(name, name_size),
                     value != NULL ? str_range(value, value_size) : STR(""));
    web_check_line(&job->check, name, value != NULL ? value + value_size : NULL);
    return MHD_YES;
}

/* The lines of the head. Before its version 1.0 libmicrohttpd hands out names and values where they
 * came in and takes bare line feeds, folded lines and NULs; later it refuses them, being told to.
 */
static void take_lines(struct job *job, const char *method, const char *version)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(job->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    job->check.head = info != NULL ? info->header_size : 0;
    job->check.unlined = !job->server->own_lines;
    web_check_line(&job->check, method, version + strlen(version));
    MHD_get_connection_values_n(job->connection, MHD_HEADER_KIND, take_header, job);
    web_check_line(&job->check, method + job->check.head - 2, NULL);
}

static struct str take_value(const struct job *job, const char *name)
{
    const char *value = MHD_lookup_connection_value(job->connection, MHD_HEADER_KIND, name);
    return value != NULL ? str_of(value) : str_range(NULL, 0);
}

static const struct sockaddr *http_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info != NULL ? info->client_addr : NULL;
}

static struct str take_client(struct job *job)
{
    char text[WEB_ADDRESS];
    web_address_text(text, http_peer(job->connection));
    struct str forwarded = take_value(job, "X-Forwarded-For");
    const char *proxy = job->server->config.proxy;
    if (proxy == NULL || strcmp(proxy, text) != 0 || forwarded.len == 0)
        return arena_str(&job->arena, str_of(text));
    struct str last = forwarded; /* the proxy's own entry is the last one */
    struct str rest = forwarded;
    while (str_cut(&last, &rest, ','))
        continue;
    job->proxied = true;
    return arena_str(&job->arena, str_trim(last));
}

/* What the proxy says, which is https unless it says otherwise; we ourselves speak http. */
static const char *take_scheme(const struct job *job)
{
    bool plain = str_eq(take_value(job, "X-Forwarded-Proto"), STR("http"));
    return job->proxied && !plain ? "https" : "http";
}

/* The reader's language: ?lang= first, then what the browser asks for; Chinese otherwise. */
static struct str take_language(const struct job *job)
{
    struct str asked = web_param(&job->request, "lang");
    if (asked.data == NULL)
        asked = take_value(job, "Accept-Language");
    return str_starts(asked, STR("en")) ? STR("en") : STR("zh");
}

static struct str take_type(const struct job *job)
{
    struct str rest = take_value(job, "Content-Type");
    struct str type = rest;
    (void)str_cut(&type, &rest, ';');
    return str_trim(type);
}

static int take_method(struct web_request *request, const char *method)
{
    if (strcmp(method, "GET") == 0)
        request->method = WEB_GET;
    else if (strcmp(method, "HEAD") == 0)
        request->method = WEB_HEAD;
    else if (strcmp(method, "POST") == 0)
        request->method = WEB_POST;
    else
        return 405;
    return 0;
}

static int take_route(struct job *job)
{
    const struct web_config *c = &job->server->config;
    int status = 0;
    if (web_route_closed(&job->request, c->closed, c->closed_but))
        return 404;
    job->route = web_route_find(&job->request, &status, c->routes);
    if (job->route == NULL)
        return status;
    if ((job->route->flags & WEB_LIMITED) != 0 &&
        !web_limit_take(job->server->limit, job->request.client, job->request.now))
        return 429;
    return 0;
}

/* Everything that the head tells. Returns the status of a refusal, or 0. */
static int take_head(struct job *job, const char *method, const char *version)
{
    struct web_request *r = &job->request;
    take_lines(job, method, version);
    r->arena = &job->arena;
    r->ctx = job->server->config.ctx;
    r->now = job->started;
    r->client = take_client(job);
    r->scheme = take_scheme(job);
    r->language = STR("zh");
    job->wanted = web_encoding_pick(take_value(job, "Accept-Encoding"));
    int status = web_check_headers_end(&job->check);
    if (status == 0)
        status = take_method(r, method);
    enum err err = status == 0 ? web_check_target(r, str_of(job->target)) : ERR_OK;
    if (err != ERR_OK)
        status = err == ERR_LIMIT ? 414 : 400;
    if (status != 0)
        return status;
    r->language = take_language(job);
    r->if_none_match = take_value(job, "If-None-Match");
    r->origin = take_value(job, "Origin");
    r->host = take_value(job, "Host");
    r->cookie = take_value(job, "Cookie");
    r->agent = take_value(job, "User-Agent");
    r->fetch_site = take_value(job, "Sec-Fetch-Site");
    r->type = take_type(job);
    return take_route(job);
}

/* Language and encoding, path and query. */
static void job_key(struct job *job)
{
    buf_char(&job->key, (char)('0' + (int)job->wanted));
    buf_str(&job->key, job->request.language);
    buf_str(&job->key, job->request.path);
    buf_char(&job->key, '?');
    buf_str(&job->key, job->request.query);
}

static struct web_page *job_cached(struct job *job)
{
    const struct web_config *config = &job->server->config;
    if (!job_cacheable(job))
        return NULL;
    job_key(job);
    job->request.version = config->version(config->ctx);
    return job_kept(job,
                    web_cache_get(job->server->cache, buf_view(&job->key), job->request.version));
}

/* A refusal that says the message itself cannot be trusted: answered at once, whatever follows. */
static bool job_untrusted(const struct job *job)
{
    return job->refused == 400 || job->refused == 405 || job->refused == 411 ||
           job->refused == 414 || job->refused == 431;
}

/* Does it run on the event thread? Handing a page over and back costs as much as a quick one. */
static bool job_here(const struct job *job)
{
    unsigned flags = job->route->flags;
    if ((flags & WEB_QUICK) != 0 && job->server->config.quick)
        return true;
    return (flags & (WEB_BLOCK | WEB_HEAVY)) == 0;
}

/* Forms have workers of their own: one that waits for the writer takes none from readers. */
static struct web_pool *job_pool(const struct job *job)
{
    if ((job->route->flags & WEB_HEAVY) != 0)
        return job->server->heavy;
    return job->request.method == WEB_POST ? job->server->writes : job->server->pool;
}

/* The request is complete: answers it, or hands it to the pool. */
static enum MHD_Result job_answer(struct job *job)
{
    job->begun = true;
    if (job->page != NULL)
        return job_send(job);
    if (job->sink != NULL && job->refused == 0)
        job->refused = web_sink_end(job->sink, &job->request);
    else if (job->refused == 0 && job->request.method == WEB_POST) {
        job->request.body = buf_view(&job->body);
        bool form = str_eq(job->request.type, STR("application/x-www-form-urlencoded"));
        bool picks = job->route != NULL && (job->route->flags & WEB_PICKS) != 0;
        if (form && (picks ? web_check_picks : web_check_form)(&job->request) != ERR_OK)
            job->refused = 400;
    }
    if (job->refused != 0)
        job->page = job_error(job, job->refused, NULL);
    else
        job->page = job_cached(job);
    if (job->page != NULL || job->refused != 0)
        return job_send(job);
    if (job_here(job)) {
        job_run(job);
        return job_send(job);
    }
    web_watch_set(job->server->watch, job->fd, 0);
    MHD_suspend_connection(job->connection);
    if (web_pool_give(job_pool(job), job) == ERR_OK)
        return MHD_YES;
    job->page = job_error(job, 503, NULL);
    job->done = true;
    MHD_resume_connection(job->connection);
    return MHD_YES;
}

/* What is refused is read and forgotten, so that the answer arrives; but not without end. */
static enum MHD_Result take_body(struct job *job, const char *data, size_t *size)
{
    size_t limit = job->route != NULL ? job->route->body_limit : 0;
    job->taken += *size;
    if (job->refused == 0 && job->taken > limit)
        job->refused = limit == 0 ? 400 : 413;
    if (job->refused == 0 && job->sink != NULL)
        job->refused = web_sink_take(job->sink, data, *size);
    else if (job->refused == 0 && job->page == NULL)
        buf_add(&job->body, data, *size);
    if (buf_err(&job->body) != ERR_OK)
        job->refused = 503;
    if (job->refused != 0)
        buf_free(&job->body);
    *size = 0;
    return job->taken > limit + HTTP_FORGET ? MHD_NO : MHD_YES;
}

/* A body that is announced larger than what would be read and forgotten is answered at once. */
static enum MHD_Result take_announced(struct job *job)
{
    struct str text = take_value(job, "Content-Length");
    uint64_t length = 0;
    size_t limit = job->route != NULL ? job->route->body_limit : 0;
    if (text.len == 0 || str_u64(&length, text) != ERR_OK || length <= limit + HTTP_FORGET)
        return MHD_YES;
    job->begun = true;
    job->close = true;
    job->page = job_error(job, job->refused != 0 ? job->refused : limit == 0 ? 400 : 413, NULL);
    return job_send(job);
}

/* A form with a file: asks for admission, off the event thread. Its body waits meanwhile. */
static enum MHD_Result take_upload(struct job *job)
{
    job->stage = JOB_ADMITTING;
    MHD_suspend_connection(job->connection);
    if (web_pool_give(job_pool(job), job) == ERR_OK)
        return MHD_YES;
    job->page = job_error(job, 503, NULL);
    job->stage = JOB_ADMITTED;
    MHD_resume_connection(job->connection);
    return MHD_YES;
}

/* The head of a request has come. */
static enum MHD_Result take_first(struct job *job, struct MHD_Connection *connection,
                                  const char *method, const char *version)
{
    job->connection = connection;
    job->refused = take_head(job, method, version);
    web_watch_set(job->server->watch, job->fd, HTTP_BODY);
    job->close = job_untrusted(job);
    if (job->close)
        return job_answer(job);
    bool upload = job->refused == 0 && (job->route->flags & WEB_UPLOAD) != 0;
    enum MHD_Result taken = take_announced(job);
    return upload && !job->begun ? take_upload(job) : taken;
}

/* check: allow parameters — the shape is libmicrohttpd's */
static enum MHD_Result http_handle(void *ctx, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *size, void **state)
{
    struct job *job = *state;
    (void)ctx;
    (void)url;
    if (job == NULL)
        return MHD_NO;
    if (job->connection == NULL)
        return take_first(job, connection, method, version);
    if (job->done)
        return job_send(job);
    if (job->stage == JOB_ADMITTED && *size == 0) { /* again for the head, now that it is settled */
        job->stage = JOB_STREAMING;
        web_watch_set(job->server->watch, job->fd, HTTP_UPLOAD);
        return MHD_YES;
    }
    if (*size > 0)
        return take_body(job, data, size);
    return job->begun ? MHD_YES : job_answer(job);
}

static int http_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

/* A connection comes or goes. One too many of its network is ended at once. */
static void http_connection(void *ctx, struct MHD_Connection *connection, void **state,
                            enum MHD_ConnectionNotificationCode code)
{
    struct web_server *server = ctx;
    const struct web_config *c = &server->config;
    bool comes = code == MHD_CONNECTION_NOTIFY_STARTED;
    unsigned most = c->proxy != NULL ? UINT_MAX : http_or(c->per_client, 64);
    (void)state;
    web_watch_set(server->watch, http_socket(connection), comes ? HTTP_HEAD : 0);
    if (!comes)
        web_crowd_leave(&server->crowd, http_peer(connection));
    else if (web_crowd_enter(&server->crowd, http_peer(connection)) > most)
        shutdown(http_socket(connection), SHUT_RDWR);
}

static void job_free(struct job *job)
{
    arena_free(&job->arena);
    buf_free(&job->room);
    buf_free(&job->key);
    free(job);
}

/* A job of before with its memory, or a new one. */
static struct job *job_new(struct web_server *server)
{
    pthread_mutex_lock(&server->lock);
    struct job *job = server->spare;
    if (job != NULL) {
        server->spare = job->next;
        server->spares--;
    }
    pthread_mutex_unlock(&server->lock);
    if (job == NULL)
        job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    (void)arena_reserve(&job->arena, HTTP_ROOM);
    server->active++;
    job->server = server;
    return job;
}

/* Ends a request. What held a form is not kept: it may have been a password. */
static void job_end(struct job *job)
{
    struct web_server *server = job->server;
    bool form = job->request.method == WEB_POST || job->body.data != NULL;
    web_page_release(job->page);
    web_sink_close(job->sink);
    buf_free(&job->body);
    buf_clear(&job->key);
    arena_clear(&job->arena);
    *job = (struct job){.arena = job->arena, .room = job->room, .key = job->key};
    pthread_mutex_lock(&server->lock);
    bool kept = !form && server->spares < HTTP_SPARE;
    if (kept) {
        job->next = server->spare;
        server->spare = job;
        server->spares++;
    }
    pthread_mutex_unlock(&server->lock);
    if (!kept)
        job_free(job);
    server->active--;
}

/* The first that is heard of a request: its target as sent. The job is its state from here on. */
static void *http_begin(void *ctx, const char *target, struct MHD_Connection *connection)
{
    struct web_server *server = ctx;
    struct job *job = job_new(server);
    if (job == NULL)
        return NULL;
    job->fd = http_socket(connection);
    web_watch_set(server->watch, job->fd, HTTP_HEAD);
    job->target = arena_cstr(&job->arena, str_of(target));
    job->started = time_now();
    job->request.id = server->next_id++;
    job->request.now = job->started;
    job->request.arena = &job->arena;
    job->request.language = STR("zh");
    job->request.ctx = server->config.ctx;
    if (job->target != NULL)
        return job;
    job_end(job);
    return NULL;
}

static void http_log(struct job *job)
{
    const struct web_access_row row = {.request = job->request.id,
                                       .client = job->request.client,
                                       .route = job->route != NULL ? job->route->name : "-",
                                       .target = job->target,
                                       .status = job->page != NULL ? job->page->status : 0,
                                       .bytes = job->sent,
                                       .started = job->started};
    buf_clear(&job->key); /* the page was found long ago */
    web_access_line(job->server->access, &job->key, &row);
}

static void http_end(void *ctx, struct MHD_Connection *connection, void **state,
                     enum MHD_RequestTerminationCode code)
{
    struct job *job = *state;
    (void)ctx;
    (void)connection;
    (void)code;
    *state = NULL;
    if (job == NULL)
        return;
    http_log(job);
    web_watch_set(job->server->watch, job->fd,
                  http_or(job->server->config.idle_seconds, HTTP_IDLE));
    job_end(job);
}

/* We decode ourselves, strictly. */
static size_t http_keep(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

/* --- start and stop --- */

static enum err http_listen(struct web_server *server, struct fault *fault)
{
    const struct web_config *c = &server->config;
    struct sockaddr_storage address;
    unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (!web_address_parse(&address, c->address, c->port))
        return fault_set(fault, ERR_INPUT, "监听地址 %s 不正确，应为 IP 地址", c->address);
    server->own_lines = MHD_get_version()[0] == '0';
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    if (address.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    server->daemon = MHD_start_daemon(
        flags, c->port, NULL, NULL, http_handle, server, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, http_or(c->threads, cores),
        MHD_OPTION_CONNECTION_LIMIT, http_or(c->connections, 1000), MHD_OPTION_CONNECTION_TIMEOUT,
        http_or(c->idle_seconds, HTTP_IDLE), MHD_OPTION_NOTIFY_CONNECTION, http_connection, server,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT,
        server->own_lines ? 0 : 1, MHD_OPTION_URI_LOG_CALLBACK, http_begin, server,
        MHD_OPTION_UNESCAPE_CALLBACK, http_keep, NULL, MHD_OPTION_NOTIFY_COMPLETED, http_end,
        server, MHD_OPTION_END);
    if (server->daemon == NULL)
        return fault_set(fault, ERR_IO, "无法在 %s 端口 %u 上监听：端口可能已被占用", c->address,
                         c->port);
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info != NULL ? info->port : c->port;
    return ERR_OK;
}

static enum err http_parts(struct web_server *server)
{
    const struct web_config *c = &server->config;
    unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t noise = 0;
    TRY(crypto_random(&noise, sizeof noise));
    server->next_id = (uint64_t)noise << 20;
    lock_init(&server->lock);
    TRY(web_watch_start(&server->watch));
    TRY(web_access_open(&server->access, c->log));
    TRY(web_limit_open(&server->limit, HTTP_RATE, HTTP_BURST, HTTP_SLOTS));
    TRY(web_packer_open(&server->packer));
    TRY(web_cache_open(&server->cache, c->cache_bytes != 0 ? c->cache_bytes : HTTP_CACHE));
    const struct web_pool_spec work = {http_or(c->workers, 2 * cores), http_or(c->queue, 256), 0,
                                       job_work};
    const struct web_pool_spec writes = {HTTP_WRITERS, http_or(c->queue, 256), 0, job_work};
    const struct web_pool_spec heavy = {cores, HTTP_HEAVY, NICE_BACKGROUND, job_work};
    TRY(web_pool_start(&server->pool, &work));
    TRY(web_pool_start(&server->writes, &writes));
    return web_pool_start(&server->heavy, &heavy);
}

enum err web_server_start(struct web_server **out, const struct web_config *config,
                          struct fault *fault)
{
    struct web_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return ERR_MEMORY;
    server->config = *config;
    enum err err = http_parts(server);
    if (err == ERR_OK)
        err = http_listen(server, fault);
    if (err != ERR_OK) {
        web_server_stop(server, 0);
        return err;
    }
    *out = server;
    return ERR_OK;
}

uint16_t web_server_port(const struct web_server *server)
{
    return server->port;
}

void web_server_stop(struct web_server *server, unsigned grace_seconds)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        server->stopping = true;
        MHD_socket listening = MHD_quiesce_daemon(server->daemon);
        if (listening != MHD_INVALID_SOCKET)
            close(listening);
        for (unsigned i = 0; i < grace_seconds * 100 && server->active > 0; i++)
            usleep(10000);
    }
    web_pool_stop(server->pool); /* nothing is suspended any more */
    web_pool_stop(server->writes);
    web_pool_stop(server->heavy);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    web_pool_free(server->pool);
    web_pool_free(server->writes);
    web_pool_free(server->heavy);
    web_cache_close(server->cache);
    web_packer_close(server->packer);
    web_limit_close(server->limit);
    web_watch_stop(server->watch);
    web_access_close(server->access);
    while (server->spare != NULL) {
        struct job *job = server->spare;
        server->spare = job->next;
        job_free(job);
    }
    pthread_mutex_destroy(&server->lock);
    free(server);
}
