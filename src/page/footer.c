/* The footer block (国办发〔2017〕47号): who runs the site, how to reach him, its identifiers; on
 * what terms its data may be used, and within how many working days results are published. Settings
 * hold the texts; they are read at start and at SIGHUP, since pages that touch no database show
 * them too. */
#include "page/page.h"

#include "base/time.h"

#include <stdlib.h>

static const struct {
    enum model_setting setting;
    const char *key; /* of its label; NULL: not in the footer */
    const char *href;
} footer_rows[] = {
    {MODEL_SETTING_SITE_ORGANISER, "site_organiser", ""},
    {MODEL_SETTING_SITE_HOST, "site_host", ""},
    {MODEL_SETTING_SITE_ADDRESS, "site_address", ""},
    {MODEL_SETTING_SITE_PHONE, "site_phone", ""},
    {MODEL_SETTING_SITE_MAIL, "site_mail", ""},
    {MODEL_SETTING_SITE_CODE, "site_code", ""},
    {MODEL_SETTING_SITE_ICP, "site_icp", "https://beian.miit.gov.cn/"},
    {MODEL_SETTING_SITE_POLICE, "site_police", ""},
    {MODEL_SETTING_SITE_NAME, NULL, ""},
    {MODEL_SETTING_OPEN_LICENCE, NULL, ""},
    {MODEL_SETTING_OPEN_LICENCE_URL, NULL, ""},
    {MODEL_SETTING_PUBLISH_DAYS, NULL, ""},
};

enum { FOOTER_ROWS = sizeof footer_rows / sizeof footer_rows[0] };

struct page_footer {
    struct page_footer *older;
    struct arena arena;
    struct str texts[FOOTER_ROWS];
    bool any;
};

struct footer_work {
    struct errand *e;
    struct page_footer *footer;
};

static enum err footer_read(struct db_tx *tx, void *ctx)
{
    struct footer_work *w = ctx;
    w->footer->any = false;
    for (size_t i = 0; i < FOOTER_ROWS; i++) {
        TRY(office_setting(&w->footer->texts[i], w->e, tx, footer_rows[i].setting));
        w->footer->any =
            w->footer->any || (footer_rows[i].key != NULL && w->footer->texts[i].len > 0);
    }
    return ERR_OK;
}

enum err page_footer_load(struct page_site *site, struct fault *fault)
{
    struct page_footer *footer = calloc(1, sizeof *footer);
    if (footer == NULL)
        return ERR_MEMORY;
    struct errand e = {
        .office = site->reader, .arena = &footer->arena, .actor = STR("portal"), .now = time_now()};
    struct footer_work work = {&e, footer};
    enum err err = office_read(&e, "portal-footer", footer_read, &work);
    if (err != ERR_OK) {
        arena_free(&footer->arena);
        free(footer);
        return fault_set(fault, err, "%s", e.fault.text);
    }
    footer->older = site->footer;
    site->footer = footer;
    return ERR_OK;
}

void page_footer_free(struct page_site *site)
{
    struct page_footer *footer = site->footer;
    while (footer != NULL) {
        struct page_footer *older = footer->older;
        arena_free(&footer->arena);
        free(footer);
        footer = older;
    }
    site->footer = NULL;
}

struct str page_site_text(const struct page_site *site, enum model_setting setting)
{
    const struct page_footer *footer = site->footer;
    for (size_t i = 0; footer != NULL && i < FOOTER_ROWS; i++)
        if (footer_rows[i].setting == setting)
            return footer->texts[i];
    return STR("");
}

struct str page_site_name(const struct page_site *site)
{
    struct str name = page_site_text(site, MODEL_SETTING_SITE_NAME);
    return name.len > 0 ? name : site->reader->name;
}

void page_footer(struct page *p)
{
    const struct page_footer *footer = p->site->footer;
    struct web_model *m = &p->model;
    if (footer == NULL || !footer->any)
        return;
    struct web_value *list = web_set_list(m, web_set_object(m, &m->root, "footer"), "rows");
    for (size_t i = 0; i < FOOTER_ROWS; i++) {
        if (footer_rows[i].key == NULL || footer->texts[i].len == 0)
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "label", page_word(p, footer_rows[i].key));
        web_set(m, row, "text", footer->texts[i]);
        web_set(m, row, "href", str_of(footer_rows[i].href));
    }
}
