/* The portal's pages: read, model, template. Every page is public; what may be seen is decided
 * below (store/portal.h). The workbench's pages stand on desk.h. This header is private to the room
 * but for page_site, page_routes, page_guard, page_fields and page_admit. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "model/resource.h"
#include "model/setting.h"
#include "office/portal.h"
#include "vault/times.h"
#include "web/http.h"
#include "web/page.h"
#include "web/template.h"

#include <pthread.h>

enum { PAGE_TEMPLATES = 160, PAGE_ASSETS = 64, PAGE_ROWS = 50 };

struct page_template {
    struct str name;
    struct web_template *parsed[2]; /* zh, en: the text table's words are in them */
};

/* A file under /static/NAME.HASH.EXT, held ready in each encoding. */
struct page_asset {
    struct str name; /* portal.css */
    struct str path; /* /static/portal.0123456789abcdef.css */
    struct web_page *page;
};

struct page_footer;
struct page_frames;
struct page_words;

/* The site, made once at start and then only read: request->ctx. */
struct page_site {
    struct office *reader; /* read-only */
    struct office *writer; /* for feedback, and for the workbench */
    struct arena arena;
    struct page_template templates[PAGE_TEMPLATES];
    size_t template_count;
    struct page_asset assets[PAGE_ASSETS];
    size_t asset_count;
    struct web_value words[2];       /* the text table: zh, en */
    const struct page_words *sorted; /* the same, to be found in */
    struct str vkey;
    struct vault_times *times;            /* of log entries */
    const char *checkpoint;               /* path of the log's checkpoint */
    _Atomic int64_t looked;               /* when it was last looked at, microseconds UTC */
    _Atomic uint64_t written;             /* what was seen then */
    _Atomic uint64_t renewed;             /* grows to empty the page cache by hand */
    _Atomic(struct page_footer *) footer; /* the newest; older ones are kept for who reads them */
    struct page_frames *frames;
    pthread_mutex_t exporting; /* one file of open data is made at a time */
};

/* Parses templates and words, readies assets. ERR_FORMAT with words for a broken template. */
MUST enum err page_site_open(struct page_site *site, struct office *reader, struct office *writer,
                             struct fault *fault);
void page_site_close(struct page_site *site);
/* Sorts the text table into site->sorted. ERR_FORMAT where a Chinese text has two translations. */
MUST enum err page_words_make(struct page_site *site, struct fault *fault);
/* Reads the settings that the site holds anew and forgets every cached page (SIGHUP). On an error
 * the older ones stay. */
MUST enum err page_site_renew(struct page_site *site, struct fault *fault);
/* When the log's checkpoint was written, in nanoseconds; as it was up to a millisecond ago, so that
 * thousands of readers a second ask the disk a thousand times. */
uint64_t page_site_written(struct page_site *site);
/* Grows whenever public content changed: the page cache's key. ctx is the site. */
uint64_t page_site_version(void *ctx);
/* The portal's route table, ends with pattern NULL. */
extern const struct web_route page_routes[];
/* Who may pass to routes with a permit (desk.h). */
web_guard page_guard;
/* Which fields the form of a route may hold, and who may fill them in (fields.h): a refusal is
 * audited where somebody is signed in. */
web_fields page_fields;
/* Who may send a form with a file. */
web_admit page_admit;
/* The error page, of the workbench where somebody is signed in. */
web_error_page page_error;

/* --- for the pages --- */

/* The footer block as the settings tell it: read at start and at each renewal, then only read. */
MUST enum err page_footer_load(struct page_site *site, struct fault *fault);
void page_footer_free(struct page_site *site);
/* Where frames are kept once they were made (frame.c). */
MUST enum err page_frames_open(struct page_site *site);
void page_frames_close(struct page_site *site);

/* A page being made: its model and the errand that asks for its content. */
struct page {
    const struct page_site *site;
    const struct web_request *request;
    struct web_model model;
    struct errand errand;
    const char *nav; /* its place in the menu; NULL: a page of the workbench, without the frame */
    uint64_t asked; /* which of the request's params it read, a bit each: its address holds those */
};
/* Starts a page: words, title, and its place in the navigation (the path of one of nav.mustache's
 * links; "" for none), a literal. */
void page_begin(struct page *p, const struct web_request *request, const char *nav,
                struct str title);
/* Does it speak English? The workbench speaks Chinese whatever the browser asks for. */
bool page_english(const struct page *p);
/* The word for a key in the page's language; the key itself where there is none. */
struct str page_word(const struct page *p, const char *key);
/* What a dictionary says in Chinese, in the page's language: by a row "said_..." of the text table
 * with the same Chinese; the text itself where there is none. */
struct str page_said(const struct page *p, struct str zh);
/* The same in English, whatever the page speaks. */
struct str page_said_english(const struct page_site *site, struct str zh);
/* Sets `name` to what page_said gives, and the flag `chinese` where an English page has it in
 * Chinese only. */
void page_set_said(struct page *p, struct web_value *row, const char *name, struct str zh);
/* The same of a fault's words, whose row has {} where they hold a value. */
struct str page_said_fault(const struct page *p, struct str zh);
/* Sets an object `name`: the fault's words as `text`, and `chinese` where an English page has them
 * in Chinese only. Nothing without words. */
void page_problem(struct page *p, const char *name, const struct fault *fault);
/* The title is a name: Chinese, also in an English page. */
void page_named(struct page *p, struct str name);
/* Renders the template of that name into the reply. */
MUST enum err page_end(struct web_reply *reply, struct page *p, const char *name);
/* A text of the settings that the site holds (footer.c), empty where it is not set. */
struct str page_site_text(const struct page_site *site, enum model_setting setting);
/* What the site is called: the setting site.name, else the place. */
struct str page_site_name(const struct page_site *site);
/* Fills the footer block of a page; nothing where nothing is set. */
void page_footer(struct page *p);
/* Hands an office function's words up. */
MUST enum err page_fail(struct fault *fault, const struct page *p, enum err err);

/* Values: a number in digits (a key, a field's value), and a date, an instant (China time), a share
 * in percent; data NULL when out of memory, which page_digits notes for page_end. */
struct str page_digits(struct page *p, int64_t n);
struct str page_date(struct page *p, int32_t day);
struct str page_time(struct page *p, int64_t us);
struct str page_percent(struct page *p, double share);
/* The name of a division, its code where that is not known. */
struct str page_division(const struct page *p, struct str code);
/* A positive whole number given as a parameter, 0 where it is absent; a date likewise. ERR_INPUT.
 */
MUST enum err page_number(int64_t *out, struct page *p, const char *name, struct fault *fault);
MUST enum err page_day(int32_t *out, struct page *p, const char *name, struct fault *fault);
/* The named parameters as they go on in a query: &name=value each. */
struct str page_keep_query(struct page *p, const char *const *names, size_t count);
/* One row of a select: value, text, on; a dictionary as a list of them; divisions likewise under
 * the name "divisions". */
void page_option(struct page *p, struct web_value *list, struct str value, struct str text,
                 struct str chosen);
void page_options(struct page *p, const char *name, const struct field_word *words,
                  struct str chosen);
void page_division_options(struct page *p, const struct office_choices *choices, struct str chosen);
/* The address of this page with those params whose bits are set, without language, size (which the
 * tools in the head add) and message. */
struct str page_here(struct page *p, uint64_t params);
/* A parameter that says what the page shows, empty where it is absent: it goes on with the links
 * for language and size. What else an address holds (trackers add to it) does not. */
struct str page_param(struct page *p, const char *name);
/* Does the reader want large letters? */
bool page_large(const struct page *p);
/* Sets what language and size add to links: q begins a query, `and` goes on in one. */
void page_carry(struct page *p);
/* The template of that name; NULL where there is none. */
const struct web_template *page_template(const struct page *p, struct str name);
/* Renders the template into the reply as the content of the frame. */
MUST enum err page_framed(struct web_reply *reply, struct page *p,
                          const struct web_template *content);
/* The log's size as its checkpoint says, in digits: its second line. */
struct str page_log_size(struct page *p);
/* Text as it stands in a query string. */
struct str page_url(struct page *p, struct str text);
/* The path of an asset, empty if there is none. */
struct str page_asset_path(const struct page_site *site, const char *name);
/* Sets `name` to the words that stand in place of a part kept back by law, for the kind of its
 * ground (R110); nothing where the kind is empty. */
void page_withheld(struct page *p, struct web_value *row, const char *name, struct str kind);
/* Fills a list named "results" from rows, in their order, and the flag has_results; gives the
 * list. */
struct web_value *page_results(struct page *p, const struct store_public_result *rows,
                               size_t count);

/* The document library (documents.c, plans.c): a version as a row of the model; the document that
 * the address names with the version that a reader asked for (plan: annual plans only, else never
 * one); all that a page of it shows. ERR_MISSING. */
void page_document_row(struct page *p, struct web_value *row, const struct store_version *v);
MUST enum err page_document_read(struct office_document_page *out,
                                 const struct store_version **shown, struct page *p, bool plan,
                                 struct fault *fault);
void page_document_show(struct page *p, const struct office_document_page *page,
                        const struct store_version *shown);
/* ?year=: a year of four digits, 0 where none is asked for. ERR_INPUT. */
MUST enum err page_year(int64_t *year, struct page *p, struct fault *fault);

web_handler page_front, page_search, page_business, page_items, page_item, page_joint, page_tasks,
    page_task, page_draws, page_draw, page_results_list, page_statistics, page_open, page_open_file,
    page_catalog, page_how, page_verify, page_feedback, page_feedback_post, page_sitemap,
    page_sitemap_xml, page_robots, page_health, page_static, page_log_checkpoint, page_log_tile,
    page_bundle, page_documents, page_document, page_document_file, page_plans, page_plan;

#endif
