/* Files: assets, the log in the C2SP tiled layout, public bundles; and the pages without content of
 * their own: how, verify, feedback, site map, health. */
#include "page/page.h"

#include "base/file.h"
#include "base/json.h"
#include "crypto/random.h"
#include "office/feedback.h"

#include <string.h>

/* --- assets --- */

enum err page_static(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    const struct page_site *site = request->ctx;
    (void)fault;
    for (size_t i = 0; i < site->asset_count; i++) {
        const struct page_asset *asset = &site->assets[i];
        if (!str_eq(asset->path, request->path))
            continue;
        reply->ready = asset->page;
        return ERR_OK;
    }
    return ERR_MISSING;
}

/* --- the log --- */

enum err page_log_checkpoint(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    const struct page_site *site = request->ctx;
    (void)fault;
    reply->type = "text/plain; charset=utf-8";
    reply->open_data = true;
    return file_read(&reply->body, site->checkpoint, 65536);
}

/* Only what a tile path can hold: digits, x, p, dots, slashes and the word entries. */
static bool files_tile_path(struct str path)
{
    struct str rest = path;
    struct str word;
    while (str_cut(&word, &rest, '/')) {
        bool entries = str_eq(word, STR("entries"));
        for (size_t i = 0; i < word.len && !entries; i++)
            if (strchr("0123456789x.p", word.data[i]) == NULL)
                return false;
        if (word.len == 0 || str_find(word, STR("..")) >= 0)
            return false;
    }
    return path.len > 0 && path.len < 200;
}

enum err page_log_tile(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    const struct page_site *site = request->ctx;
    struct str path = web_capture(request, "path");
    (void)fault;
    if (!files_tile_path(path))
        return ERR_MISSING;
    struct str file =
        arena_printf(request->arena, "%s/log/tile/%.*s", site->reader->dir, STR_ARG(path));
    if (file.data == NULL)
        return ERR_MEMORY;
    reply->type = "application/octet-stream";
    reply->file = file.data;
    reply->immutable = true;
    reply->open_data = true;
    return file_exists(file.data) ? ERR_OK : ERR_MISSING;
}

/* Public bundles only: the name's ending decides, and no slash can stand in one segment. */
enum err page_bundle(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    const struct page_site *site = request->ctx;
    struct str name = web_capture(request, "name");
    (void)fault;
    if (!str_ends(name, STR("-public.zip")) || name.data[0] == '.')
        return ERR_MISSING;
    struct str file =
        arena_printf(request->arena, "%s/bundles/%.*s", site->reader->dir, STR_ARG(name));
    if (file.data == NULL)
        return ERR_MEMORY;
    reply->type = "application/zip";
    reply->file = file.data;
    reply->download = name;
    reply->open_data = true;
    return file_exists(file.data) ? ERR_OK : ERR_MISSING;
}

/* --- pages of words --- */

enum err page_how(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    static const char *const names[] = {"pic_1", "pic_2", "pic_3", "pic_4", "pic_5", "pic_6"};
    static const char *const files[] = {"how1.svg", "how2.svg", "how3.svg",
                                        "how4.svg", "how5.svg", "how6.svg"};
    struct page p;
    (void)fault;
    page_begin(&p, request, "/how", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "how"));
    web_set(&p.model, &p.model.root, "publish_days",
            page_site_text(p.site, MODEL_SETTING_PUBLISH_DAYS));
    for (size_t i = 0; i < 6; i++)
        web_set(&p.model, &p.model.root, names[i], page_asset_path(p.site, files[i]));
    return page_end(reply, &p, "how");
}

/* The addresses of public bundles with their draws, as JSON for the verifier's choice. */
static enum err verify_bundles(struct str *out, struct page *p)
{
    struct store_public_draw *rows = NULL;
    size_t count = 0;
    struct buf text = {0};
    struct json_writer w;
    TRY(office_portal_draws(&rows, &count, &p->errand, 0, PAGE_ROWS));
    json_write_begin(&w, &text);
    json_write_array(&w);
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(rows[i].state, STR("disclosed")))
            continue;
        struct arena *arena = p->request->arena;
        json_write_array(&w);
        json_write_str(
            &w, arena_printf(arena, "/open/bundles/%.*s-public.zip", STR_ARG(rows[i].number)));
        json_write_str(&w, arena_printf(arena, "%.*s %.*s", STR_ARG(rows[i].number),
                                        STR_ARG(rows[i].task_name)));
        json_write_array_end(&w);
    }
    json_write_array_end(&w);
    enum err err = json_write_end(&w);
    return arena_keep(out, p->request->arena, &text, err);
}

enum err page_verify(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    struct str bundles = STR("[]");
    page_begin(&p, request, "/verify", STR(""));
    (void)page_param(&p, "bundle"); /* the page's script reads it */
    enum err err = verify_bundles(&bundles, &p);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    bool en = page_english(&p);
    web_set(m, root, "title", page_word(&p, "verify"));
    web_set(m, root, "verify_worker", page_asset_path(p.site, "verify_worker.js"));
    web_set(m, root, "verify_key", p.site->vkey);
    web_set(m, root, "verify_bundles", bundles);
    web_set(m, root, "verify_css", page_asset_path(p.site, "verify.css"));
    web_set(m, root, "verify_script",
            page_asset_path(p.site, en ? "verify_en.js" : "verify_zh.js"));
    return page_end(reply, &p, "verify");
}

enum err page_sitemap(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    (void)fault;
    page_begin(&p, request, "", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "sitemap"));
    return page_end(reply, &p, "sitemap");
}

enum err page_sitemap_xml(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    static const char *const paths[] = {"/",       "/search", "/results",   "/draws",      "/plans",
                                        "/tasks",  "/items",  "/documents", "/statistics", "/how",
                                        "/verify", "/open",   "/joint"};
    (void)fault;
    reply->type = "application/xml; charset=utf-8";
    buf_cat(&reply->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                          "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        buf_printf(&reply->body, "<url><loc>%s://", request->scheme);
        for (size_t k = 0; k < request->host.len; k++)
            if (strchr("<>&\"'", request->host.data[k]) == NULL)
                buf_char(&reply->body, request->host.data[k]);
        buf_printf(&reply->body, "%s</loc></url>\n", paths[i]);
    }
    buf_cat(&reply->body, "</urlset>\n");
    return ERR_OK;
}

enum err page_robots(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    const struct page_site *site = request->ctx;
    (void)fault;
    reply->type = "text/plain; charset=utf-8";
    buf_printf(&reply->body, "User-agent: *\nDisallow: %s\n",
               site->reader->training ? "/" : "/feedback");
    return ERR_OK;
}

static enum err health_ask(struct db_tx *tx, void *ctx)
{
    (void)tx;
    (void)ctx;
    return ERR_OK;
}

/* Says ok when the database answers and the log is there; nothing else (SC3, SC4). */
enum err page_health(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    const struct page_site *site = request->ctx;
    (void)fault;
    reply->type = "text/plain; charset=utf-8";
    reply->no_store = true;
    TRY(db_read(site->reader->db, "health", health_ask, NULL, NULL));
    if (!file_exists(site->checkpoint))
        return ERR_IO;
    buf_cat(&reply->body, "ok\n");
    return ERR_OK;
}

/* --- feedback --- */

/* A key that makes a second press of the button the same request. */
static struct str feedback_key(struct page *p)
{
    uint8_t noise[16];
    struct buf hex = {0};
    if (crypto_random(noise, sizeof noise) != ERR_OK)
        return STR("");
    buf_cat(&hex, "feedback-");
    buf_hex(&hex, noise, sizeof noise);
    struct str key = arena_str(p->request->arena, buf_view(&hex));
    buf_free(&hex);
    return key;
}

enum err page_feedback(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    (void)fault;
    page_begin(&p, request, "", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "feedback"));
    web_set(&p.model, &p.model.root, "key", feedback_key(&p));
    web_set(&p.model, &p.model.root, "text", STR(""));
    web_set_flag(&p.model, &p.model.root, "sent", page_param(&p, "sent").len > 0);
    reply->no_store = true;
    return page_end(reply, &p, "feedback");
}

/* Only a form of this site may post (WB2): the Origin, where a browser tells it, must be ours. */
static bool feedback_own(const struct web_request *r)
{
    ptrdiff_t at = str_find(r->origin, STR("://"));
    return r->origin.len == 0 ||
           (at >= 0 && str_eq(str_sub(r->origin, (size_t)at + 3, SIZE_MAX), r->host));
}

/* Another page says thank you, so that a reload of it sends nothing. */
static enum err feedback_thanks(struct web_reply *reply, struct page *p)
{
    static const char *const kept[] = {"lang", "size"};
    struct str more = page_keep_query(p, kept, 2);
    reply->location = arena_printf(p->request->arena, "/feedback?sent=1%.*s", STR_ARG(more));
    reply->status = 303;
    reply->no_store = true;
    return reply->location.data != NULL ? ERR_OK : ERR_MEMORY;
}

enum err page_feedback_post(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    if (!feedback_own(request))
        return fault_set(fault, ERR_FORBIDDEN, "请从本站的页面提交");
    page_begin(&p, request, "", STR(""));
    struct errand e = p.errand;
    e.office = p.site->writer;
    e.key = web_field(request, "key");
    if (e.key.len > 64)
        return fault_set(fault, ERR_INPUT, "请求不符合要求，请刷新页面后重新提交");
    const struct office_feedback_words words = {
        web_field(request, "subject"), web_field(request, "text"), web_field(request, "contact")};
    enum err err = office_feedback_add(&e, &words);
    if (err != ERR_OK && err != ERR_INPUT)
        return fault_set(fault, err, "%s", e.fault.text);
    if (err == ERR_OK)
        return feedback_thanks(reply, &p);
    struct web_model *m = &p.model;
    web_set(m, &m->root, "title", page_word(&p, "feedback"));
    web_set_flag(m, &m->root, "sent", false);
    page_problem(&p, "problem", &e.fault);
    web_set(m, &m->root, "subject", words.subject);
    web_set(m, &m->root, "text", words.text);
    web_set(m, &m->root, "contact", words.contact);
    web_set(m, &m->root, "key", feedback_key(&p));
    reply->status = 400;
    reply->no_store = true;
    return page_end(reply, &p, "feedback");
}
