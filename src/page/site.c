/* The site made once at start: templates, words, assets. Afterwards it is only read, by all
 * threads.
 */
#include "page/page.h"

#include "base/csv.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "model/embed.h"
#include "vault/log.h"

#include <string.h>
#include <sys/stat.h>

extern const struct embed_file page_templates[];
extern const struct embed_file page_files[];

/* A partial is a template of that name; `verifier` is the verifier's own page. */
static struct str site_partial(void *ctx, struct str name)
{
    (void)ctx;
    bool verifier = str_eq(name, STR("verifier"));
    for (const struct embed_file *f = page_templates; f->name != NULL; f++) {
        struct str file = str_of(f->name);
        if (verifier && str_eq(file, STR("page.html")))
            return str_range(f->data, f->size);
        if (file.len == name.len + 9 && str_starts(file, name) && str_ends(file, STR(".mustache")))
            return str_range(f->data, f->size);
    }
    return str_range(NULL, 0);
}

/* The workbench speaks Chinese alone (page_english). */
static enum err site_template(struct page_template *t, struct page_site *site, struct str text,
                              struct fault *fault)
{
    int languages = str_starts(t->name, STR("desk_")) ? 1 : 2;
    for (int language = 0; language < languages; language++) {
        const struct web_template_options options = {.strict = true,
                                                     .partial = site_partial,
                                                     .fixed = "t",
                                                     .fixed_texts = &site->words[language]};
        TRY(web_template_parse(&t->parsed[language], &site->arena, text, &options, fault));
    }
    if (languages == 1)
        t->parsed[1] = t->parsed[0];
    return ERR_OK;
}

static enum err site_templates(struct page_site *site, struct fault *fault)
{
    for (const struct embed_file *f = page_templates; f->name != NULL; f++) {
        struct str file = str_of(f->name);
        struct page_template *t = &site->templates[site->template_count];
        if (!str_ends(file, STR(".mustache")))
            continue;
        if (site->template_count == PAGE_TEMPLATES)
            return ERR_LIMIT;
        t->name = str_sub(file, 0, file.len - 9);
        TRY(site_template(t, site, str_range(f->data, f->size), fault));
        site->template_count++;
    }
    return ERR_OK;
}

/* --- words --- */

static enum err site_word(struct page_site *site, struct web_model *m, const struct str *cells)
{
    char *key = arena_cstr(&site->arena, cells[0]);
    struct str zh = arena_str(&site->arena, cells[1]);
    struct str en = arena_str(&site->arena, cells[2]);
    if (key == NULL || zh.data == NULL || en.data == NULL)
        return ERR_MEMORY;
    web_set(m, &site->words[0], key, zh);
    web_set(m, &site->words[1], key, en);
    return ERR_OK;
}

static enum err site_words_read(struct page_site *site, struct csv *csv, struct fault *fault)
{
    struct web_model m;
    struct str *cells = NULL;
    size_t count = 0;
    web_model_init(&m, &site->arena);
    enum err err = csv_next(csv, &cells, &count);
    while (err == ERR_OK) {
        if (count != 3)
            return fault_set(fault, ERR_FORMAT, "文字表 strings.csv 的“%.*s”一行应有三列",
                             STR_ARG(cells[0]));
        TRY(site_word(site, &m, cells));
        err = csv_next(csv, &cells, &count);
    }
    web_set(&m, &site->words[0], "lang_tag", STR("zh-CN"));
    web_set(&m, &site->words[1], "lang_tag", STR("en"));
    if (err != ERR_END)
        return err;
    TRY(web_model_err(&m));
    return page_words_make(site, fault);
}

static enum err site_words(struct page_site *site, struct fault *fault)
{
    struct csv *csv = NULL;
    const struct csv_options options = {.delimiter = ',', .kind = DECODE_UTF8};
    const struct embed_file *f = page_files;
    while (f->name != NULL && strcmp(f->name, "strings.csv") != 0)
        f++;
    if (f->name == NULL)
        return fault_set(fault, ERR_DAMAGED, "程序缺少文字表 strings.csv");
    TRY(csv_open_memory(&csv, str_range(f->data, f->size), &options, fault));
    enum err err = site_words_read(site, csv, fault);
    csv_close(csv);
    return err;
}

/* --- assets --- */

static const char *site_type(struct str name)
{
    if (str_ends(name, STR(".css")))
        return "text/css; charset=utf-8";
    if (str_ends(name, STR(".js")))
        return "text/javascript; charset=utf-8";
    return str_ends(name, STR(".svg")) ? "image/svg+xml" : NULL;
}

/* /static/NAME.HASH.EXT: the address changes with the content, so that it may be kept for ever. */
static struct str site_path(struct page_site *site, struct str name, struct str bytes)
{
    uint8_t hash[CRYPTO_HASH];
    struct buf hex = {0};
    struct str stem = name;
    while (stem.len > 0 && stem.data[stem.len - 1] != '.')
        stem.len--;
    struct str ending = str_sub(name, stem.len, SIZE_MAX);
    crypto_sha256(hash, bytes);
    buf_hex(&hex, hash, 8);
    struct str path = arena_printf(&site->arena, "/static/%.*s%.*s.%.*s", STR_ARG(stem),
                                   STR_ARG(buf_view(&hex)), STR_ARG(ending));
    buf_free(&hex);
    return path;
}

/* The file's bytes as tools/pack.c compressed them; empty where that saved nothing. */
static struct str site_packed(const char *name, const char *ending)
{
    for (const struct embed_file *f = page_files; f->name != NULL; f++) {
        struct str file = str_of(f->name);
        if (str_starts(file, str_of(name)) &&
            str_eq(str_sub(file, strlen(name), SIZE_MAX), str_of(ending)))
            return str_range(f->data, f->size);
    }
    return STR("");
}

static enum err site_asset(struct page_site *site, const struct embed_file *f, const char *type)
{
    struct page_asset *asset = &site->assets[site->asset_count];
    struct web_reply reply = {.status = 200, .type = type, .immutable = true};
    struct str bytes = str_range(f->data, f->size);
    if (site->asset_count == PAGE_ASSETS)
        return ERR_LIMIT;
    buf_str(&reply.body, bytes);
    asset->name = str_of(f->name);
    asset->path = site_path(site, asset->name, bytes);
    if (asset->path.data == NULL)
        return ERR_MEMORY;
    TRY(web_page_make(&asset->page, &reply, WEB_PAGE_PLAIN, NULL));
    site->asset_count++;
    TRY(web_page_encoded(asset->page, WEB_GZIP, site_packed(f->name, ".gz")));
    return web_page_encoded(asset->page, WEB_BROTLI, site_packed(f->name, ".br"));
}

static enum err site_assets(struct page_site *site)
{
    for (const struct embed_file *f = page_files; f->name != NULL; f++) {
        const char *type = site_type(str_of(f->name));
        if (type != NULL)
            TRY(site_asset(site, f, type));
    }
    return ERR_OK;
}

/* --- the log --- */

/* The verifier key and the times of entries. The log itself is not opened: office_open has. */
static enum err site_log(struct page_site *site, struct fault *fault)
{
    struct tlog_verifier verifier;
    struct buf vkey = {0};
    const char *dir = site->reader->dir;
    struct str checkpoint = arena_printf(&site->arena, "%s/log/checkpoint", dir);
    struct str checkpoints = arena_printf(&site->arena, "%s/log/checkpoints", dir);
    if (checkpoint.data == NULL || checkpoints.data == NULL)
        return ERR_MEMORY;
    site->checkpoint = checkpoint.data;
    TRY(vault_log_verifier_read(&verifier, dir, fault));
    tlog_verifier_print(&vkey, &verifier);
    enum err err = vault_times_open(&site->times, checkpoints.data, &verifier);
    return arena_keep(&site->vkey, &site->arena, &vkey, err);
}

enum err page_site_open(struct page_site *site, struct office *reader, struct office *writer,
                        struct fault *fault)
{
    site->reader = reader;
    site->writer = writer;
    pthread_mutex_init(&site->exporting, NULL);
    TRY(site_log(site, fault));
    TRY(site_words(site, fault));
    TRY(site_assets(site));
    TRY(page_footer_load(site, fault));
    TRY(page_frames_open(site));
    return site_templates(site, fault);
}

void page_site_close(struct page_site *site)
{
    for (size_t i = 0; i < site->asset_count; i++)
        web_page_release(site->assets[i].page);
    vault_times_close(site->times);
    arena_free(&site->arena);
    page_frames_close(site);
    page_footer_free(site);
    if (site->reader != NULL)
        pthread_mutex_destroy(&site->exporting);
    *site = (struct page_site){0};
}

enum err page_site_renew(struct page_site *site, struct fault *fault)
{
    TRY(page_footer_load(site, fault));
    site->renewed++;
    return ERR_OK;
}

/* Microseconds. A page that this lets through was made from older content by as much at most. */
enum { SITE_LOOK = 1000 };

uint64_t page_site_written(struct page_site *site)
{
    int64_t now = time_now();
    int64_t looked = site->looked;
    struct stat st;
    if (now >= looked && now - looked < SITE_LOOK)
        return site->written;
    if (stat(site->checkpoint, &st) != 0)
        return 0;
    uint64_t written = (uint64_t)st.st_mtim.tv_sec * 1000000000U + (uint64_t)st.st_mtim.tv_nsec;
    site->written = written;
    site->looked = now;
    return written;
}

/* The later of the checkpoint's time and the present minute: a page that tells what is overdue, or
 * an imported registry, is never older than a minute. */
uint64_t page_site_version(void *ctx)
{
    struct page_site *site = ctx;
    uint64_t minute = (uint64_t)(time_now() / (60 * TIME_SECOND)) * 60 * 1000000000U;
    uint64_t written = page_site_written(site);
    return (written > minute ? written : minute) + site->renewed;
}

struct str page_asset_path(const struct page_site *site, const char *name)
{
    for (size_t i = 0; i < site->asset_count; i++)
        if (str_eq(site->assets[i].name, str_of(name)))
            return site->assets[i].path;
    return STR("");
}
