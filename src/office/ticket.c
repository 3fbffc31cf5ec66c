/* Tickets in disclosed draws: see ticket.h. */
#include "office/ticket.h"

#include "base/lock.h"

#include "draw/pool.h"
#include "draw/seed.h"
#include "office/draw_case.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TICKET_DRAWS = 200,
    POOL_MARKS = 64,
    POOL_KEPT = 256 * 1024 /* bytes of a pool that may be held in memory */
};

/* Where a line of a pool begins, and its id: what every search would read first. */
struct pool_mark {
    uint64_t from;
    struct str id;
};

/* One disclosed draw. Only the lists of them are guarded: a page once written is only read. */
struct ticket_page {
    struct ticket_page *next;
    int64_t id;
    int64_t version;
    struct str number;
    struct str task_name;
    struct crypto_ticket keyed;
    struct store_stratum *strata;
    size_t stratum_count;
    int pool; /* the file of a plain pool, open; -1 for a blinded one */
    uint64_t pool_size;
    struct str held;                    /* the whole pool; data NULL: it is read from the file */
    struct pool_mark marks[POOL_MARKS]; /* lines spread over the pool, in order */
    size_t mark_count;
    struct arena arena;
};

/* The pages of the newest disclosed draws, newest first. */
struct ticket_newest {
    uint64_t version; /* of public content, as in portal_kept.h; 0: none */
    size_t count;
    const struct ticket_page *pages[TICKET_DRAWS];
};

struct ticket_book {
    pthread_mutex_t lock;
    struct ticket_page *pages;
    struct ticket_newest newest;
    size_t most;         /* bytes of pools that are held */
    _Atomic size_t held; /* so many are */
};

enum err ticket_book_open(struct ticket_book **out, size_t most)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    (*out)->most = most;
    lock_init(&(*out)->lock);
    return ERR_OK;
}

static void ticket_page_free(struct ticket_page *page)
{
    if (page->pool >= 0)
        close(page->pool);
    arena_free(&page->arena);
    free(page);
}

void ticket_book_close(struct ticket_book *book)
{
    if (book == NULL)
        return;
    while (book->pages != NULL) {
        struct ticket_page *page = book->pages;
        book->pages = page->next;
        ticket_page_free(page);
    }
    pthread_mutex_destroy(&book->lock);
    free(book);
}

/* --- one line of a pool --- */

/* A pool's lines are sorted by id, each `id TAB stratum LF` (PROTOCOL.md 3): an order is known from
 * what stands before the tab. */
static int line_order(struct str line, struct str id)
{
    struct str rest = line;
    struct str own;
    (void)str_cut(&own, &rest, '\t');
    return str_cmp(own, id);
}

/* Looks for a line in a window that begins with one. Ids hold no tab, so what stands in front of
 * one at the beginning of a line is a whole id. */
static enum err window_line(struct str *out, struct arena *arena, struct str window, struct str id)
{
    struct str rest = window;
    struct str line;
    for (ptrdiff_t at = str_find(rest, id); at >= 0; at = str_find(rest, id)) {
        rest = str_sub(rest, (size_t)at, SIZE_MAX);
        bool begins = rest.data == window.data || rest.data[-1] == '\n';
        struct str from = rest;
        if (begins && str_cut(&line, &from, '\n') && line_order(line, id) == 0) {
            *out = arena_str(arena, line);
            return out->data != NULL ? ERR_OK : ERR_MEMORY;
        }
        rest = str_sub(rest, 1, SIZE_MAX);
    }
    return ERR_OK;
}

enum { POOL_WINDOW = 4096, POOL_LINES = 2 * DRAW_LINE_MAX + 2 }; /* bytes */

/* Up to `most` bytes of a pool from `at` on: of one that is held as they lie there, else read into
 * the room. data NULL: it cannot be read. */
static struct str pool_read(const struct ticket_page *page, char *room, size_t most, uint64_t at)
{
    if (page->held.data != NULL)
        return str_sub(page->held, (size_t)at, most);
    ssize_t got = pread(page->pool, room, most, (off_t)at);
    return got < 0 ? str_range(NULL, 0) : str_range(room, (size_t)got);
}

/* The first line that begins behind `at`, with a room of POOL_LINES; `from` is where. */
static enum err pool_line_behind(struct str *out, uint64_t *from, char *room,
                                 const struct ticket_page *page, uint64_t at)
{
    struct str rest = pool_read(page, room, POOL_LINES, at);
    struct str cut;
    if (!str_cut(&cut, &rest, '\n') || !str_cut(out, &rest, '\n'))
        return ERR_IO;
    *from = at + cut.len + 1;
    return ERR_OK;
}

/* Narrows the bytes in which an object's line can stand by what the page knows of its pool. */
static void pool_narrow(uint64_t *low, uint64_t *high, const struct ticket_page *page,
                        struct str id)
{
    size_t from = 0;
    size_t to = page->mark_count;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (str_cmp(page->marks[mid].id, id) <= 0)
            from = mid + 1;
        else
            to = mid;
    }
    *low = from > 0 ? page->marks[from - 1].from : 0;
    *high = from < page->mark_count ? page->marks[from].from : page->pool_size;
}

/* The line of an object in a file of lines, by halving until one read holds what is left; data NULL
 * if it is not there. room: of POOL_WINDOW where the pool is not held. */
static enum err pool_line_with(struct str *out, struct arena *arena, const struct ticket_page *page,
                               struct str id, char *room)
{
    uint64_t low = 0;
    uint64_t high = 0;
    *out = str_range(NULL, 0);
    pool_narrow(&low, &high, page, id);
    while (high - low > POOL_WINDOW) {
        struct str line;
        uint64_t from = 0;
        TRY(pool_line_behind(&line, &from, room, page, low + (high - low) / 2));
        if (line_order(line, id) <= 0)
            low = from;
        else
            high = from;
    }
    struct str window = pool_read(page, room, (size_t)(high - low), low);
    return window.data == NULL ? ERR_IO : window_line(out, arena, window, id);
}

static enum err pool_line_read(struct str *out, struct arena *arena, const struct ticket_page *page,
                               struct str id)
{
    char room[POOL_WINDOW];
    return pool_line_with(out, arena, page, id, room);
}

static enum err pool_line(struct str *out, struct arena *arena, const struct ticket_page *page,
                          struct str id)
{
    return page->held.data != NULL ? pool_line_with(out, arena, page, id, NULL)
                                   : pool_line_read(out, arena, page, id);
}

/* Marks in a pool of more than one window, evenly spread. */
static enum err pool_mark_all(struct ticket_page *page)
{
    char window[POOL_LINES];
    struct str line;
    uint64_t step = page->pool_size / (POOL_MARKS + 1);
    if (step < POOL_WINDOW)
        step = POOL_WINDOW;
    for (uint64_t at = step; at + POOL_LINES < page->pool_size && page->mark_count < POOL_MARKS;
         at += step) {
        struct pool_mark *mark = &page->marks[page->mark_count++];
        TRY(pool_line_behind(&line, &mark->from, window, page, at));
        struct str rest = line;
        (void)str_cut(&line, &rest, '\t');
        mark->id = arena_str(&page->arena, line);
        if (mark->id.data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

/* --- reading a draw --- */

/* Holds a small pool while there is room for it: reading a few bytes of a file for every page would
 * cost more than the rest of a ticket. */
static enum err page_hold(struct ticket_page *page, struct ticket_book *book)
{
    size_t size = (size_t)page->pool_size;
    if (size == 0 || size > POOL_KEPT || atomic_load(&book->held) + size > book->most)
        return ERR_OK;
    char *text = arena_alloc(&page->arena, size);
    if (text == NULL)
        return ERR_MEMORY;
    if (pread(page->pool, text, size, 0) != (ssize_t)size)
        return ERR_IO;
    page->held = str_range(text, size);
    atomic_fetch_add(&book->held, size);
    return ERR_OK;
}

static enum err page_pool(struct ticket_page *page, const struct draw_case *c, struct db_tx *tx)
{
    struct errand *e = c->e;
    struct store_draw_file pool = {0};
    TRY(store_draw_file_get(&pool, e->arena, tx, e->office->tenant, c->draw.id, STR("pool.tsv")));
    const char *path = draw_case_blob(e, pool.digest);
    page->pool = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    page->pool_size = (uint64_t)pool.size;
    if (page->pool < 0)
        return ERR_MISSING;
    TRY(page_hold(page, e->office->tickets));
    return pool_mark_all(page);
}

static enum err page_texts(struct ticket_page *page, const struct draw_case *c)
{
    page->number = arena_str(&page->arena, c->draw.number);
    page->task_name = arena_str(&page->arena, c->task.name);
    return page->number.data != NULL && page->task_name.data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err page_read(struct ticket_page *page, struct draw_case *c, struct db_tx *tx)
{
    uint8_t seed[CRYPTO_HASH];
    TRY(page_texts(page, c));
    TRY(draw_case_seed(seed, c, 1));
    crypto_ticket_init(&page->keyed, seed);
    TRY(store_strata(&page->strata, &page->stratum_count, &page->arena, tx, c->e->office->tenant,
                     page->id));
    return c->draw.blinded ? ERR_OK : page_pool(page, c, tx);
}

static enum err page_new(struct ticket_page **out, struct errand *e, struct db_tx *tx,
                         const struct store_disclosed *draw)
{
    struct draw_case c;
    struct ticket_page *page = calloc(1, sizeof *page);
    if (page == NULL)
        return ERR_MEMORY;
    page->id = draw->id;
    page->version = draw->version;
    page->pool = -1;
    enum err err = draw_case_load(&c, e, tx, draw->number);
    if (err == ERR_OK)
        err = page_read(page, &c, tx);
    draw_case_wipe(&c);
    if (err != ERR_OK) {
        ticket_page_free(page);
        return err;
    }
    *out = page;
    return ERR_OK;
}

/* --- the book --- */

static const struct ticket_page *book_find(struct ticket_book *book,
                                           const struct store_disclosed *draw)
{
    pthread_mutex_lock(&book->lock);
    const struct ticket_page *page = book->pages;
    while (page != NULL && (page->id != draw->id || page->version != draw->version))
        page = page->next;
    pthread_mutex_unlock(&book->lock);
    return page;
}

/* Two threads may have read the same draw: both pages stay, the same is in them. */
static enum err book_page(const struct ticket_page **out, struct errand *e, struct db_tx *tx,
                          const struct store_disclosed *draw)
{
    struct ticket_book *book = e->office->tickets;
    struct ticket_page *page = NULL;
    *out = book_find(book, draw);
    if (*out != NULL)
        return ERR_OK;
    TRY(page_new(&page, e, tx, draw));
    pthread_mutex_lock(&book->lock);
    page->next = book->pages;
    book->pages = page;
    pthread_mutex_unlock(&book->lock);
    *out = page;
    return ERR_OK;
}

/* --- the newest draws --- */

/* Those of them that a page asks about, in its arena. */
struct ticket_list {
    const struct ticket_page **pages;
    size_t count;
};

static enum err list_make(struct ticket_list *out, struct errand *e, size_t count)
{
    out->pages = arena_array(e->arena, count + 1, sizeof *out->pages);
    out->count = count;
    return out->pages != NULL ? ERR_OK : ERR_MEMORY;
}

/* ERR_MISSING where none are kept, or those of older content. */
static enum err list_kept(struct ticket_list *out, struct errand *e)
{
    struct ticket_book *book = e->office->tickets;
    enum err err = ERR_MISSING;
    if (book == NULL || e->version == 0)
        return err;
    pthread_mutex_lock(&book->lock);
    const struct ticket_newest *newest = &book->newest;
    if (newest->version == e->version)
        err = list_make(out, e, newest->count);
    if (err == ERR_OK)
        memcpy(out->pages, newest->pages, newest->count * sizeof *out->pages);
    pthread_mutex_unlock(&book->lock);
    return err;
}

static void list_keep(const struct ticket_list *list, struct errand *e)
{
    struct ticket_book *book = e->office->tickets;
    if (book == NULL || e->version == 0)
        return;
    pthread_mutex_lock(&book->lock);
    struct ticket_newest *newest = &book->newest;
    if (e->version > newest->version) {
        newest->version = e->version;
        newest->count = list->count;
        memcpy(newest->pages, list->pages, list->count * sizeof *list->pages);
    }
    pthread_mutex_unlock(&book->lock);
}

/* As it is kept, or as the tables have it. */
static enum err list_read(struct ticket_list *out, struct errand *e, struct db_tx *tx)
{
    struct store_disclosed *draws = NULL;
    size_t count = 0;
    enum err err = list_kept(out, e);
    if (err != ERR_MISSING)
        return err;
    TRY(store_disclosed_draws(&draws, &count, e->arena, tx, e->office->tenant, TICKET_DRAWS));
    TRY(list_make(out, e, count));
    for (size_t i = 0; i < count; i++)
        TRY(book_page(&out->pages[i], e, tx, &draws[i]));
    list_keep(out, e);
    return ERR_OK;
}

/* --- tickets --- */

static enum err ticket_stratum(struct str *out, struct errand *e, const struct ticket_page *page,
                               struct str id)
{
    struct draw_object object = {0};
    struct str line = {0};
    if (page->pool >= 0)
        TRY(pool_line(&line, e->arena, page, id));
    if (line.data != NULL)
        TRY(draw_pool_split(&object, line, NULL));
    *out = object.stratum;
    return ERR_OK;
}

static struct str ticket_cutoff(const struct ticket_page *page, struct str stratum)
{
    for (size_t i = 0; i < page->stratum_count; i++)
        if (str_eq(page->strata[i].name, stratum))
            return page->strata[i].cutoff;
    return STR("");
}

static enum err ticket_make(struct office_ticket *out, bool *stands, struct errand *e,
                            const struct ticket_page *page, struct str id)
{
    uint8_t ticket[CRYPTO_HASH];
    TRY(ticket_stratum(&out->stratum, e, page, id));
    *stands = out->drawn || out->stratum.len > 0;
    if (!*stands)
        return ERR_OK;
    draw_ticket_object(ticket, &page->keyed, id);
    out->draw = page->number;
    out->task_name = page->task_name;
    out->ticket = arena_hex(e->arena, ticket, CRYPTO_HASH);
    out->cutoff = ticket_cutoff(page, out->stratum);
    return out->ticket.data != NULL ? ERR_OK : ERR_MEMORY;
}

static bool drawn_in(const struct ticket_asked *asked, int64_t draw)
{
    for (size_t i = 0; i < asked->drawn_count; i++)
        if (asked->drawn[i] == draw)
            return true;
    return false;
}

enum err ticket_all(struct office_ticket **out, size_t *count, struct errand *e, struct db_tx *tx,
                    const struct ticket_asked *asked)
{
    struct ticket_list list;
    TRY(list_read(&list, e, tx));
    *count = 0;
    *out = arena_array(e->arena, list.count + 1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < list.count; i++) {
        struct office_ticket *ticket = &(*out)[*count];
        bool stands = false;
        *ticket = (struct office_ticket){.drawn = drawn_in(asked, list.pages[i]->id)};
        TRY(ticket_make(ticket, &stands, e, list.pages[i], asked->pool_id));
        *count += stands ? 1 : 0;
    }
    return ERR_OK;
}
