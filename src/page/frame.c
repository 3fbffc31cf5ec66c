/* The frame of the portal's pages, ui/page/frame.mustache: everything around a page's title and its
 * content. Pages that differ in these only share one (web/frame.h), made when the first of them is
 * asked for and again when the settings were read anew. */
#include "page/page.h"

#include "base/lock.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    FRAME_ROWS = 128, /* 13 places of the menu, two languages chosen or not, two sizes: 104 */
    FRAME_ENGLISH = 1,
    FRAME_LARGE = 2,
    FRAME_CHOSEN = 4 /* the language travels with the links */
};

/* Where title and content go. No text that is put in can hold these: its < is escaped. */
static const char *const frame_marks[WEB_FRAME_PARTS - 1] = {"<!--title-->", "<!--content-->"};

struct frame_row {
    const char *nav;
    unsigned kind;
    const struct page_footer *footer; /* of the settings that it was made from */
    struct web_frame *frame;
};

struct page_frames {
    pthread_mutex_t lock;
    struct frame_row rows[FRAME_ROWS];
    size_t count;
};

enum err page_frames_open(struct page_site *site)
{
    site->frames = calloc(1, sizeof *site->frames);
    if (site->frames == NULL)
        return ERR_MEMORY;
    lock_init(&site->frames->lock);
    return ERR_OK;
}

void page_frames_close(struct page_site *site)
{
    struct page_frames *frames = site->frames;
    if (frames == NULL)
        return;
    for (size_t i = 0; i < frames->count; i++)
        web_frame_release(frames->rows[i].frame);
    pthread_mutex_destroy(&frames->lock);
    free(frames);
    site->frames = NULL;
}

/* --- those that are there --- */

static struct frame_row *frame_row(struct page_frames *frames, const char *nav, unsigned kind)
{
    for (size_t i = 0; i < frames->count; i++)
        if (frames->rows[i].kind == kind && strcmp(frames->rows[i].nav, nav) == 0)
            return &frames->rows[i];
    return NULL;
}

/* With a reference for the caller; NULL where there is none, or one of older settings. */
static struct web_frame *frame_find(const struct page *p, unsigned kind)
{
    struct page_frames *frames = p->site->frames;
    struct web_frame *found = NULL;
    pthread_mutex_lock(&frames->lock);
    const struct frame_row *row = frame_row(frames, p->nav, kind);
    if (row != NULL && row->footer == p->site->footer)
        found = web_frame_hold(row->frame);
    pthread_mutex_unlock(&frames->lock);
    return found;
}

/* Keeps one, made from the settings of `footer`, in the place of an older one. */
static void frame_keep(const struct page *p, unsigned kind, const struct page_footer *footer,
                       struct web_frame *frame)
{
    struct page_frames *frames = p->site->frames;
    struct web_frame *older = NULL;
    pthread_mutex_lock(&frames->lock);
    struct frame_row *row = frame_row(frames, p->nav, kind);
    if (row == NULL && frames->count < FRAME_ROWS)
        row = &frames->rows[frames->count++];
    if (row != NULL) {
        older = row->frame;
        *row = (struct frame_row){p->nav, kind, footer, web_frame_hold(frame)};
    }
    pthread_mutex_unlock(&frames->lock);
    web_frame_release(older);
}

/* --- making one --- */

/* What the template wants to know; here: the address that language and size are added to, empty
 * where relative ones will do. */
static void frame_model(struct page *p, unsigned kind, struct str here)
{
    struct web_model *m = &p->model;
    struct web_value *root = &m->root;
    bool en = (kind & FRAME_ENGLISH) != 0;
    bool large = (kind & FRAME_LARGE) != 0;
    struct str lang = (kind & FRAME_CHOSEN) == 0 ? STR("") : en ? STR("&lang=en") : STR("&lang=zh");
    web_set(m, root, "site", page_site_name(p->site));
    web_set_flag(m, root, "training", p->site->reader->training);
    web_set(m, root, "css", page_asset_path(p->site, "portal.css"));
    web_set(m, root, "icon", page_asset_path(p->site, "icon.svg"));
    web_set(m, root, "here", here);
    web_set(m, root, "sep", here.len > 0 ? STR("&") : STR("?"));
    web_set(m, root, "lang_and", lang);
    web_set(m, root, "size_and", large ? STR("&size=large") : STR(""));
    web_set(m, root, "other", en ? STR("zh") : STR("en"));
    web_set_flag(m, root, "large", large);
    page_carry(p);
    page_footer(p);
    if (p->nav[0] == '/')
        web_set_flag(m, web_set_object(m, root, "at"), p->nav[1] != '\0' ? p->nav + 1 : "home",
                     true);
}

/* Renders the template and cuts it where title and content go. */
static enum err frame_render(struct str parts[WEB_FRAME_PARTS], struct buf *text,
                             const struct page *p, unsigned kind, struct str here)
{
    struct page own = *p;
    const struct web_template *t = page_template(p, STR("frame"));
    web_model_init(&own.model, p->request->arena);
    frame_model(&own, kind, here);
    TRY(web_model_err(&own.model));
    if (t == NULL)
        return ERR_MISSING;
    TRY(web_template_render(text, t, &own.model.root));
    TRY(buf_err(text));
    struct str rest = buf_view(text);
    for (size_t i = 0; i + 1 < WEB_FRAME_PARTS; i++) {
        struct str mark = str_of(frame_marks[i]);
        ptrdiff_t at = str_find(rest, mark);
        if (at < 0)
            return ERR_FORMAT;
        parts[i] = str_sub(rest, 0, (size_t)at);
        rest = str_sub(rest, (size_t)at + mark.len, SIZE_MAX);
    }
    parts[WEB_FRAME_PARTS - 1] = rest;
    return ERR_OK;
}

static enum err frame_make(struct web_frame **out, const struct page *p, unsigned kind)
{
    const struct page_footer *footer = p->site->footer;
    struct str parts[WEB_FRAME_PARTS];
    struct buf text = {0};
    enum err err = frame_render(parts, &text, p, kind, STR(""));
    if (err == ERR_OK)
        err = web_frame_make(out, parts);
    buf_free(&text);
    if (err == ERR_OK)
        frame_keep(p, kind, footer, *out);
    return err;
}

/* --- a page in its frame --- */

/* The parts around a page's own: of the frame that it shares, or in `own` where the address holds
 * what this page was asked for. */
static enum err frame_parts(struct str parts[WEB_FRAME_PARTS], struct web_frame **shared,
                            struct buf *own, struct page *p)
{
    unsigned kind = (page_english(p) ? FRAME_ENGLISH : 0) | (page_large(p) ? FRAME_LARGE : 0) |
                    (web_param(p->request, "lang").len > 0 ? FRAME_CHOSEN : 0);
    struct str here = p->asked != 0 ? page_here(p, p->asked) : STR("");
    TRY(web_model_err(&p->model));
    if (str_find_char(here, '?') >= 0)
        return frame_render(parts, own, p, kind, here);
    *shared = frame_find(p, kind);
    if (*shared == NULL)
        TRY(frame_make(shared, p, kind));
    for (size_t i = 0; i < WEB_FRAME_PARTS; i++)
        parts[i] = web_frame_text(*shared, i);
    return ERR_OK;
}

enum err page_framed(struct web_reply *reply, struct page *p, const struct web_template *content)
{
    struct str parts[WEB_FRAME_PARTS];
    struct buf own = {0};
    struct buf *body = &reply->body;
    struct web_framed *framed = &reply->framed;
    enum err err = frame_parts(parts, &framed->frame, &own, p);
    if (err == ERR_OK) {
        framed->at[0] = body->len;
        buf_str(body, parts[0]);
        web_escape(body, web_text(&p->model.root, "title"));
        framed->at[1] = body->len;
        buf_str(body, parts[1]);
        err = web_template_render(body, content, &p->model.root);
        framed->at[2] = body->len;
        buf_str(body, parts[2]);
    }
    buf_free(&own);
    return err;
}
