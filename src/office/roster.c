/* The roster: see roster.h. Rows are sorted by id. Codes are kept once, as numbers: a filter is
 * worked out for each different code, and the pass over the rows only looks it up. */
#include "office/roster.h"

#include "base/pinyin.h"
#include "office/portal.h"
#include "office/roster_words.h"
#include "office/scope.h"
#include "store/label.h"
#include "store/search.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Batches are looked for so far behind the newest, since a long transaction may end after a shorter
 * one that began later: six hours, in the unit of ids. */
#define ROSTER_BEHIND ((INT64_C(6) * 3600 * 1000000) << 10)

enum roster_code {
    CODE_DIVISION,
    CODE_INDUSTRY,
    CODE_DEPARTMENT,
    CODE_KIND,
    CODE_STATE,
    CODE_RISK,
    CODE_LABELS, /* whole lists */
    CODE_SHARED, /* whole lists of further departments */
    CODES
};

/* The marks of a text are a bit of 64 for each of its characters and pairs of neighbours: a text
 * that holds another has all of its marks, so that nearly all that do not hold it are not looked
 * at. */
struct roster_row {
    int64_t id;
    int64_t at;
    uint64_t name_marks;
    uint64_t initials_marks;
    uint32_t text; /* where its texts begin: name, folded name where it differs, initials, number */
    uint16_t name;
    uint16_t folded; /* 0: as the name */
    uint16_t initials;
    uint16_t number;
    uint32_t codes[CODES];
};

struct roster {
    pthread_rwlock_t lock;
    struct arena arena; /* of the words */
    struct roster_row *rows;
    size_t count;
    size_t cap;
    struct buf texts;
    size_t wasted; /* bytes of texts that no row points to any more */
    struct roster_words words[CODES];
    int64_t *batches; /* seen, of the time that is looked back */
    size_t batch_count;
    size_t batch_cap;
    int64_t newest;
    bool built;
};

struct roster *roster_new(void)
{
    struct roster *r = calloc(1, sizeof *r);
    if (r != NULL && pthread_rwlock_init(&r->lock, NULL) != 0) {
        free(r);
        return NULL;
    }
    return r;
}

void roster_free(struct roster *r)
{
    if (r == NULL)
        return;
    for (int i = 0; i < CODES; i++)
        roster_words_free(&r->words[i]);
    pthread_rwlock_destroy(&r->lock);
    arena_free(&r->arena);
    buf_free(&r->texts);
    free(r->batches);
    free(r->rows);
    free(r);
}

/* --- rows --- */

/* The first row whose id is not below. */
static size_t roster_at(const struct roster *r, int64_t id)
{
    size_t low = 0;
    size_t high = r->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->rows[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Characters that are their own folded form: most names have no others. */
static bool roster_plain(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        bool ascii = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
        bool follows = (c & 0xC0) == 0x80;
        if (!ascii && !follows && !(c >= 0xE4 && c <= 0xE9))
            return false;
    }
    return true;
}

static uint64_t mark_bit(uint64_t text)
{
    return UINT64_C(1) << (text * UINT64_C(0x9E3779B97F4A7C15) >> 58);
}

static uint64_t text_marks(struct str text)
{
    uint64_t marks = 0;
    uint64_t last = 0;
    size_t i = 0;
    while (i < text.len) {
        uint64_t one = (unsigned char)text.data[i++];
        while (i < text.len && ((unsigned char)text.data[i] & 0xC0) == 0x80)
            one = one << 8 | (unsigned char)text.data[i++];
        marks |= mark_bit(one);
        if (last != 0)
            marks |= mark_bit(last << 32 | one);
        last = one;
    }
    return marks;
}

/* memmem prepares a table for each call; names are too short for that. */
static bool text_holds(struct str text, struct str part)
{
    uint32_t head = 0;
    uint32_t here = 0;
    if (part.len < sizeof head)
        return memmem(text.data, text.len, part.data, part.len) != NULL;
    memcpy(&head, part.data, sizeof head);
    for (size_t i = 0; i + part.len <= text.len; i++) {
        memcpy(&here, text.data + i, sizeof here);
        if (here == head && memcmp(text.data + i, part.data, part.len) == 0)
            return true;
    }
    return false;
}

static uint16_t roster_part(struct roster *r, struct str text)
{
    struct str part = str_sub(text, 0, UINT16_MAX);
    buf_str(&r->texts, part);
    return (uint16_t)part.len;
}

static enum err roster_texts(struct roster_row *row, struct roster *r, const struct store_mark *m)
{
    struct arena arena = {0};
    struct buf initials = {0};
    struct str folded = roster_plain(m->name) ? m->name : store_search_fold(&arena, m->name);
    enum err err = folded.data == NULL && m->name.len > 0 ? ERR_MEMORY : ERR_OK;
    if (r->texts.len > UINT32_MAX - 4 * UINT16_MAX)
        err = ERR_LIMIT;
    if (err == ERR_OK) {
        pinyin_initials(&initials, folded);
        row->text = (uint32_t)r->texts.len;
        row->name_marks = text_marks(folded);
        row->initials_marks = text_marks(buf_view(&initials));
        row->name = roster_part(r, m->name);
        row->folded = 0;
        if (!str_eq(folded, m->name)) {
            buf_char(&r->texts, '\0'); /* so that an empty form is told from "as the name" */
            row->folded = (uint16_t)(1 + roster_part(r, str_sub(folded, 0, UINT16_MAX - 1)));
        }
        row->initials = roster_part(r, buf_view(&initials));
        row->number = roster_part(r, m->pool_id);
        err = buf_err(&r->texts);
    }
    if (err == ERR_OK)
        err = buf_err(&initials);
    buf_free(&initials);
    arena_free(&arena);
    return err;
}

static struct str row_name(const struct roster *r, const struct roster_row *row)
{
    return str_range(buf_view(&r->texts).data + row->text, row->name);
}

static struct str row_folded(const struct roster *r, const struct roster_row *row)
{
    if (row->folded == 0)
        return row_name(r, row);
    return str_range(buf_view(&r->texts).data + row->text + row->name + 1, row->folded - 1U);
}

static struct str row_initials(const struct roster *r, const struct roster_row *row)
{
    return str_range(buf_view(&r->texts).data + row->text + row->name + row->folded, row->initials);
}

static struct str row_number(const struct roster *r, const struct roster_row *row)
{
    return str_range(buf_view(&r->texts).data + row->text + row->name + row->folded + row->initials,
                     row->number);
}

static enum err roster_put(void *ctx, const struct store_mark *m)
{
    struct roster *r = ctx;
    const struct str codes[CODES] = {
        [CODE_DIVISION] = m->division,     [CODE_INDUSTRY] = m->industry,
        [CODE_DEPARTMENT] = m->department, [CODE_KIND] = m->kind,
        [CODE_STATE] = m->state,           [CODE_RISK] = m->risk,
        [CODE_LABELS] = m->labels,         [CODE_SHARED] = STR("")};
    struct roster_row row = {.id = m->id, .at = m->at};
    size_t at = r->count == 0 || r->rows[r->count - 1].id < m->id ? r->count : roster_at(r, m->id);
    bool known = at < r->count && r->rows[at].id == m->id;
    for (int i = 0; i < CODES; i++)
        TRY(roster_words_number(&row.codes[i], &r->words[(enum roster_code)i], &r->arena,
                                codes[i]));
    TRY(roster_texts(&row, r, m));
    if (known) {
        const struct roster_row *old = &r->rows[at];
        r->wasted += (size_t)old->name + old->folded + old->initials + old->number;
        row.codes[CODE_SHARED] = r->rows[at].codes[CODE_SHARED];
        r->rows[at] = row;
        return ERR_OK;
    }
    TRY(roster_room((void **)&r->rows, &r->cap, r->count, sizeof *r->rows));
    memmove(&r->rows[at + 1], &r->rows[at], (r->count - at) * sizeof *r->rows);
    r->rows[at] = row;
    r->count++;
    return ERR_OK;
}

/* --- further departments: all of them anew, they are few --- */

struct roster_shares {
    struct roster *r;
    int64_t object;
    struct buf codes; /* of the object: separated as a list of labels is */
};

static enum err shares_flush(struct roster_shares *s)
{
    size_t at = roster_at(s->r, s->object);
    if (s->codes.len == 0 || at == s->r->count || s->r->rows[at].id != s->object)
        return ERR_OK;
    TRY(buf_err(&s->codes));
    return roster_words_number(&s->r->rows[at].codes[CODE_SHARED], &s->r->words[CODE_SHARED],
                               &s->r->arena, buf_view(&s->codes));
}

static enum err shares_each(void *ctx, int64_t object, struct str department)
{
    struct roster_shares *s = ctx;
    if (object != s->object) {
        TRY(shares_flush(s));
        buf_clear(&s->codes);
        s->object = object;
    }
    buf_cat(&s->codes, s->codes.len > 0 ? "、" : "");
    buf_str(&s->codes, department);
    return ERR_OK;
}

static enum err roster_shares(struct roster *r, struct db_tx *tx, struct str tenant)
{
    struct roster_shares s = {.r = r};
    uint32_t none = 0;
    TRY(roster_words_number(&none, &r->words[CODE_SHARED], &r->arena, STR("")));
    for (size_t i = 0; i < r->count; i++)
        r->rows[i].codes[CODE_SHARED] = none;
    enum err err = store_object_shares(tx, tenant, shares_each, &s);
    if (err == ERR_OK)
        err = shares_flush(&s);
    buf_free(&s.codes);
    return err;
}

/* --- following --- */

struct roster_news {
    struct roster *r;
    struct store_batch *items; /* not seen yet */
    size_t count;
    size_t cap;
};

static bool roster_seen(const struct roster *r, int64_t job)
{
    for (size_t i = r->batch_count; i-- > 0;)
        if (r->batches[i] == job)
            return true;
    return false;
}

static enum err news_each(void *ctx, const struct store_batch *batch)
{
    struct roster_news *n = ctx;
    if (n->r->built && roster_seen(n->r, batch->job))
        return ERR_OK;
    TRY(roster_room((void **)&n->items, &n->cap, n->count, sizeof *n->items));
    n->items[n->count++] = *batch;
    return ERR_OK;
}

/* Forgets batches so old that they are not looked for any more. */
static enum err roster_note(struct roster *r, int64_t job)
{
    size_t kept = 0;
    if (job > r->newest)
        r->newest = job;
    for (size_t i = 0; i < r->batch_count; i++)
        if (r->batches[i] > r->newest - 2 * ROSTER_BEHIND)
            r->batches[kept++] = r->batches[i];
    r->batch_count = kept;
    TRY(roster_room((void **)&r->batches, &r->batch_cap, r->batch_count, sizeof *r->batches));
    r->batches[r->batch_count++] = job;
    return ERR_OK;
}

/* What a failure leaves is thrown away, and the next one who asks builds it anew. */
static void roster_forget(struct roster *r)
{
    r->count = 0;
    r->batch_count = 0;
    r->newest = 0;
    r->built = false;
    r->wasted = 0;
    buf_free(&r->texts);
    r->texts = (struct buf){0};
}

static enum err roster_take(struct roster *r, struct db_tx *tx, struct str tenant,
                            const struct roster_news *n)
{
    r->built = r->built && r->wasted <= r->texts.len / 2;
    bool shares = !r->built;
    if (!r->built) {
        roster_forget(r);
        TRY(store_object_marks(tx, tenant, 0, roster_put, r));
    }
    for (size_t i = 0; i < n->count; i++) {
        if (r->built && roster_seen(r, n->items[i].job))
            continue; /* by one who saw more than this transaction does */
        if (r->built)
            TRY(store_object_marks(tx, tenant, n->items[i].job, roster_put, r));
        shares = shares || n->items[i].shares;
        TRY(roster_note(r, n->items[i].job));
    }
    if (shares)
        TRY(roster_shares(r, tx, tenant));
    r->built = true;
    return ERR_OK;
}

/* Brings the roster up to the transaction. Gives the read lock back. */
static enum err roster_follow(struct roster *r, struct errand *e, struct db_tx *tx)
{
    struct str tenant = e->office->tenant;
    pthread_rwlock_rdlock(&r->lock);
    struct roster_news n = {.r = r};
    enum err err =
        store_object_batches(tx, tenant, r->built ? r->newest - ROSTER_BEHIND : 0, news_each, &n);
    bool nothing = err == ERR_OK && r->built && n.count == 0;
    if (!nothing && err == ERR_OK) {
        pthread_rwlock_unlock(&r->lock);
        pthread_rwlock_wrlock(&r->lock);
        err = roster_take(r, tx, tenant, &n);
        if (err != ERR_OK)
            roster_forget(r);
        pthread_rwlock_unlock(&r->lock);
        pthread_rwlock_rdlock(&r->lock);
    }
    free(n.items);
    return err;
}

static enum err roster_warm_run(struct db_tx *tx, void *ctx)
{
    struct errand *e = ctx;
    enum err err = roster_follow(e->office->roster, e, tx);
    pthread_rwlock_unlock(&e->office->roster->lock);
    return err;
}

enum err roster_warm(struct errand *e)
{
    struct roster *r = e->office->roster;
    pthread_rwlock_rdlock(&r->lock);
    bool built = r->built;
    pthread_rwlock_unlock(&r->lock);
    if (!built)
        return ERR_OK;
    return office_read(e, "roster-warm", roster_warm_run, e);
}

/* --- finding --- */

/* A filter worked out: for each code of each kind, does it fit? */
struct roster_ask {
    const struct roster *r;
    const struct store_object_filter *filter;
    const struct office_scope *scope;
    const struct industries *industries;
    uint8_t *fits[CODES];
    uint8_t *shared_named; /* a list of further departments that holds the one asked for */
    uint8_t *own_reach;
    uint8_t *shared_reach;
    struct store_search_words words;
    uint64_t marks[STORE_SEARCH_WORDS]; /* of each word */
    bool initials[STORE_SEARCH_WORDS];  /* may it be initials? */
    struct str number;
    uint8_t *chosen; /* bits of rows: in the library, visited; NULL: not asked */
    bool chosen_not; /* rows without the bit */
};

static bool starts(struct str asked, struct str code)
{
    return asked.len == 0 || str_starts(code, asked);
}

/* "-" asks for none. */
static bool equals(struct str asked, struct str code)
{
    return asked.len == 0 || str_eq(asked, code) || (str_eq(asked, STR("-")) && code.len == 0);
}

static bool industry_fits(const struct roster_ask *a, struct str code)
{
    const struct store_object_filter *f = a->filter;
    if (f->section.len > 0 && !industry_within(a->industries, code, f->section))
        return false;
    return starts(f->industry, code) || industry_within(a->industries, code, f->industry);
}

/* Does a list hold a word that the vocabulary does not know? Without one nothing is unknown. */
static bool labels_strange(const struct store_object_filter *f, struct str labels)
{
    struct str word;
    while (f->known.len > 0 && store_label_next(&word, &labels))
        if (!store_label_in(f->known, word))
            return true;
    return false;
}

static bool labels_fit(const struct store_object_filter *f, struct str labels)
{
    if (f->nothing || (f->applies && !store_label_applies(f->item_labels, STR("active"), labels)))
        return false;
    if (str_eq(f->label, STR("?")))
        return labels_strange(f, labels);
    return equals(f->label, labels) || store_label_in(labels, f->label);
}

static bool code_fits(const struct roster_ask *a, enum roster_code kind, struct str code)
{
    const struct store_object_filter *f = a->filter;
    switch (kind) {
    case CODE_DIVISION:
        return starts(f->division, code);
    case CODE_INDUSTRY:
        return industry_fits(a, code);
    case CODE_KIND:
        return equals(f->kind, code);
    case CODE_STATE:
        return equals(f->state, code) && (!f->applies || str_eq(code, STR("active")));
    case CODE_RISK:
        return equals(f->risk, code);
    case CODE_LABELS:
        return labels_fit(f, code);
    case CODE_DEPARTMENT:
        return f->department.len == 0 || str_eq(f->department, code);
    case CODE_SHARED:
    case CODES:
        break;
    }
    return true;
}

static bool list_reached(const struct office_scope *scope, struct str list)
{
    struct str code;
    if (scope->level == MODEL_SCOPE_ALL)
        return true;
    while (store_label_next(&code, &list))
        if (office_scope_department(scope, code))
            return true;
    return false;
}

static enum err ask_tables(struct roster_ask *a, struct arena *arena)
{
    const struct roster *r = a->r;
    const struct store_object_filter *f = a->filter;
    for (int k = 0; k < CODES; k++) {
        a->fits[k] = arena_alloc(arena, r->words[k].count + 1);
        if (a->fits[k] == NULL)
            return ERR_MEMORY;
        for (size_t i = 0; i < r->words[k].count; i++)
            a->fits[k][i] = code_fits(a, (enum roster_code)k, r->words[k].items[i]);
    }
    const struct roster_words *own = &r->words[CODE_DEPARTMENT];
    const struct roster_words *shared = &r->words[CODE_SHARED];
    a->own_reach = arena_alloc(arena, own->count + 1);
    a->shared_reach = arena_alloc(arena, shared->count + 1);
    a->shared_named = arena_alloc(arena, shared->count + 1);
    if (a->own_reach == NULL || a->shared_reach == NULL || a->shared_named == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < own->count; i++)
        a->own_reach[i] = office_scope_department(a->scope, own->items[i]);
    for (size_t i = 0; i < shared->count; i++) {
        a->shared_reach[i] = list_reached(a->scope, shared->items[i]);
        a->shared_named[i] =
            f->department.len > 0 && store_label_in(shared->items[i], f->department);
    }
    return ERR_OK;
}

static bool text_initials(struct str word)
{
    bool latin = word.len >= 2;
    for (size_t i = 0; i < word.len; i++)
        latin = latin && (unsigned char)word.data[i] < 0x80;
    return latin;
}

static enum err ask_text(struct roster_ask *a, struct errand *e)
{
    enum err err = store_search_cut(&a->words, e->arena, a->filter->text);
    if (err != ERR_OK)
        return office_search_fault(e, err);
    a->number = a->filter->number;
    for (size_t i = 0; i < a->words.count; i++) {
        a->marks[i] = text_marks(a->words.words[i]);
        a->initials[i] = text_initials(a->words.words[i]);
    }
    return ERR_OK;
}

/* Marks the rows of these ids; `both` keeps those alone that are marked already. */
/* Where an id stands, or would: looked for from `from` on in growing steps, so that many ids in
 * their order cost little more than walking over them. */
static size_t roster_onward(const struct roster *r, size_t from, int64_t id)
{
    size_t step = 1;
    if (from >= r->count || r->rows[from].id > id)
        return roster_at(r, id);
    while (step < r->count - from && r->rows[from + step].id < id) {
        from += step;
        step *= 2;
    }
    size_t high = step < r->count - from ? from + step : r->count;
    while (from < high) {
        size_t middle = from + (high - from) / 2;
        if (r->rows[middle].id < id)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

static enum err ask_choose(struct roster_ask *a, struct arena *arena, const int64_t *ids,
                           size_t count)
{
    uint8_t *bits = arena_alloc(arena, a->r->count + 1);
    if (bits == NULL)
        return ERR_MEMORY;
    memset(bits, 0, a->r->count + 1);
    for (size_t i = 0, at = 0; i < count; i++) {
        at = roster_onward(a->r, at, ids[i]);
        if (at < a->r->count && a->r->rows[at].id == ids[i])
            bits[at] = 1;
    }
    for (size_t i = 0; a->chosen != NULL && i < a->r->count; i++)
        bits[i] &= a->chosen[i];
    a->chosen = bits;
    return ERR_OK;
}

/* What stands outside of the registry's rows: visits, libraries. */
static enum err ask_sets(struct roster_ask *a, struct errand *e, struct db_tx *tx)
{
    const struct store_object_filter *f = a->filter;
    int64_t *ids = NULL;
    size_t count = 0;
    if (f->visited != STORE_VISITED_ANY) {
        TRY(store_object_visited(&ids, &count, e->arena, tx, f));
        TRY(ask_choose(a, e->arena, ids, count));
    }
    if (f->visited == STORE_VISITED_NO)
        for (size_t i = 0; i < a->r->count; i++)
            a->chosen[i] ^= 1;
    if (f->library == 0)
        return ERR_OK;
    TRY(store_object_in_library(&ids, &count, e->arena, tx, f, e->scope.clearance));
    return ask_choose(a, e->arena, ids, count);
}

/* Does the name hold the word, or its initials do? */
static bool row_word_fits(const struct roster_ask *a, const struct roster_row *row, size_t i)
{
    struct str word = a->words.words[i];
    uint64_t marks = a->marks[i];
    if ((row->name_marks & marks) == marks && text_holds(row_folded(a->r, row), word))
        return true;
    return a->initials[i] && (row->initials_marks & marks) == marks &&
           text_holds(row_initials(a->r, row), word);
}

static bool row_text_fits(const struct roster_ask *a, const struct roster_row *row)
{
    if (a->number.len > 0 && !str_starts(row_number(a->r, row), a->number))
        return false;
    if (a->filter->text.len == 0)
        return true;
    for (size_t i = 0; i < a->words.count; i++)
        if (!row_word_fits(a, row, i))
            return false;
    return a->words.count > 0;
}

static bool row_fits(const struct roster_ask *a, size_t i)
{
    const struct roster_row *row = &a->r->rows[i];
    const uint32_t *c = row->codes;
    bool codes = a->fits[CODE_DIVISION][c[CODE_DIVISION]] &
                 a->fits[CODE_INDUSTRY][c[CODE_INDUSTRY]] & a->fits[CODE_KIND][c[CODE_KIND]] &
                 a->fits[CODE_STATE][c[CODE_STATE]] & a->fits[CODE_RISK][c[CODE_RISK]] &
                 a->fits[CODE_LABELS][c[CODE_LABELS]] &
                 (a->fits[CODE_DEPARTMENT][c[CODE_DEPARTMENT]] | a->shared_named[c[CODE_SHARED]]) &
                 (a->own_reach[c[CODE_DEPARTMENT]] | a->shared_reach[c[CODE_SHARED]]);
    if (!codes || (a->chosen != NULL && a->chosen[i] == 0))
        return false;
    if (a->filter->stale_before > 0 && row->at >= a->filter->stale_before)
        return false;
    return row_text_fits(a, row);
}

/* --- pages --- */

/* Rows that fit, by id. */
struct roster_fit {
    const struct roster *r;
    uint32_t *rows;
    size_t count;
};

static enum err fit_all(struct roster_fit *out, const struct roster_ask *a)
{
    out->r = a->r;
    out->rows = malloc((a->r->count + 1) * sizeof *out->rows);
    if (out->rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < a->r->count; i++)
        if (row_fits(a, i))
            out->rows[out->count++] = (uint32_t)i;
    return ERR_OK;
}

/* By name, then by id, as the databases sort. */
static int fit_compare(const struct roster *r, uint32_t a, uint32_t b)
{
    int order = str_cmp(row_name(r, &r->rows[a]), row_name(r, &r->rows[b]));
    return order != 0 ? order : (a > b) - (a < b);
}

/* A heap of the `most` first rows in an order: its top is the last of them. */
struct roster_heap {
    const struct roster *r;
    uint32_t *rows;
    size_t count;
    size_t most;
    int sign; /* -1: descending */
};

static bool heap_behind(const struct roster_heap *h, uint32_t a, uint32_t b)
{
    return h->sign * fit_compare(h->r, a, b) > 0;
}

static void heap_sink(struct roster_heap *h, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= h->count)
            return;
        if (child + 1 < h->count && heap_behind(h, h->rows[child + 1], h->rows[child]))
            child++;
        if (!heap_behind(h, h->rows[child], h->rows[at]))
            return;
        uint32_t other = h->rows[at];
        h->rows[at] = h->rows[child];
        h->rows[child] = other;
        at = child;
    }
}

static void heap_add(struct roster_heap *h, uint32_t row)
{
    if (h->count == h->most) {
        if (heap_behind(h, h->rows[0], row)) {
            h->rows[0] = row;
            heap_sink(h, 0);
        }
        return;
    }
    size_t at = h->count++;
    h->rows[at] = row;
    while (at > 0 && heap_behind(h, h->rows[at], h->rows[(at - 1) / 2])) {
        uint32_t other = h->rows[at];
        h->rows[at] = h->rows[(at - 1) / 2];
        h->rows[(at - 1) / 2] = other;
        at = (at - 1) / 2;
    }
}

/* The heap's rows in their order. */
static void heap_sort(struct roster_heap *h)
{
    size_t count = h->count;
    while (h->count > 1) {
        uint32_t last = h->rows[0];
        h->rows[0] = h->rows[--h->count];
        h->rows[h->count] = last;
        heap_sink(h, 0);
    }
    h->count = count;
}

struct roster_page {
    const struct store_object_page *page;
    size_t key; /* row behind which it begins; count of the roster: none */
    bool up;    /* walks towards greater keys */
};

/* Does a row stand on the walk's side of the key? */
static bool page_beyond(const struct roster_page *p, const struct roster *r, uint32_t row)
{
    if (p->key == r->count)
        return true;
    int order = p->page->order == STORE_OBJECT_BY_NAME ? fit_compare(r, row, (uint32_t)p->key)
                                                       : (row > p->key) - (row < p->key);
    return p->up ? order > 0 : order < 0;
}

static enum err page_take(struct roster_found *out, struct arena *arena,
                          const struct roster_fit *fit, const struct roster_page *p)
{
    const struct roster *r = fit->r;
    size_t most = (size_t)p->page->most;
    bool by_name = p->page->order == STORE_OBJECT_BY_NAME;
    struct roster_heap heap = {.r = r, .most = most + 1, .sign = p->up ? 1 : -1};
    heap.rows = arena_array(arena, most + 1, sizeof *heap.rows);
    out->ids = arena_array(arena, most + 1, sizeof *out->ids);
    if (heap.rows == NULL || out->ids == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < fit->count; i++) {
        uint32_t row = fit->rows[p->up ? i : fit->count - 1 - i];
        if (!page_beyond(p, r, row))
            continue;
        if (by_name)
            heap_add(&heap, row);
        else if (heap.count < heap.most)
            heap.rows[heap.count++] = row;
        else
            break;
    }
    if (by_name)
        heap_sort(&heap);
    bool more = heap.count > most;
    out->count = more ? most : heap.count;
    bool turned = p->page->back; /* the walk goes away from the page's begin */
    for (size_t i = 0; i < out->count; i++)
        out->ids[turned ? out->count - 1 - i : i] = r->rows[heap.rows[i]].id;
    bool keyed = p->key != r->count;
    out->before = turned ? more : keyed;
    out->behind = turned ? keyed : more;
    return ERR_OK;
}

static enum err page_every(struct roster_found *out, struct arena *arena,
                           const struct roster_fit *fit, bool by_name)
{
    struct roster_heap heap = {.r = fit->r, .rows = fit->rows, .most = fit->count, .sign = 1};
    out->ids = arena_array(arena, fit->count + 1, sizeof *out->ids);
    if (out->ids == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; by_name && i < fit->count; i++)
        heap_add(&heap, fit->rows[i]);
    if (by_name)
        heap_sort(&heap);
    for (size_t i = 0; i < fit->count; i++)
        out->ids[i] = fit->r->rows[fit->rows[i]].id;
    out->count = fit->count;
    return ERR_OK;
}

static enum err roster_answer(struct roster_found *out, struct errand *e, struct db_tx *tx,
                              struct roster_ask *a, const struct store_object_page *page)
{
    const struct roster *r = a->r;
    struct roster_fit fit = {0};
    TRY(ask_tables(a, e->arena));
    TRY(ask_text(a, e));
    TRY(ask_sets(a, e, tx));
    TRY(fit_all(&fit, a));
    size_t key = page->id != 0 ? roster_at(r, page->id) : r->count;
    if (key < r->count && r->rows[key].id != page->id)
        key = r->count;
    const struct roster_page p = {page, key, page->back == page->down};
    out->total = (int64_t)fit.count;
    enum err err = page->most == 0
                       ? page_every(out, e->arena, &fit, page->order == STORE_OBJECT_BY_NAME)
                       : page_take(out, e->arena, &fit, &p);
    free(fit.rows);
    return err;
}

enum err roster_find(struct roster_found *out, struct errand *e, struct db_tx *tx,
                     const struct store_object_filter *filter, const struct store_object_page *page)
{
    struct roster *r = e->office->roster;
    struct roster_ask ask = {
        .r = r, .filter = filter, .scope = &e->scope, .industries = &e->office->industries};
    *out = (struct roster_found){0};
    enum err err = roster_follow(r, e, tx);
    if (err == ERR_OK)
        err = roster_answer(out, e, tx, &ask, page);
    pthread_rwlock_unlock(&r->lock);
    return err;
}
