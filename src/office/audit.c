/* The audit log: see audit.h. */
#include "office/audit.h"

#include "base/time.h"
#include "crypto/merkle.h"
#include "office/veil.h"

#include <string.h>

enum { AUDIT_BATCH = 1000 };

#define AUDIT_HEAD "sunlot-audit/1 day\n"

/* --- reading --- */

struct audit_reading {
    struct errand *e;
    struct store_audit_find find;
    struct store_audit **out;
    size_t *count;
    int64_t *all;
};

static enum err audit_reading(struct db_tx *tx, void *ctx)
{
    struct audit_reading *r = ctx;
    if (r->find.target.len > 0)
        TRY(office_veil_forms(&r->find.veiled, r->e, tx, r->find.target));
    if (r->all != NULL)
        return store_audit_count(r->all, tx, &r->find);
    TRY(store_audit_find(r->out, r->count, r->e->arena, tx, &r->find));
    for (size_t i = 0; i < *r->count; i++) {
        TRY(office_veil_told(&(*r->out)[i].target, r->e, tx));
        TRY(office_veil_told(&(*r->out)[i].detail, r->e, tx));
    }
    return ERR_OK;
}

enum err office_audit_find(struct store_audit **out, size_t *count, struct errand *e,
                           const struct store_audit_find *find)
{
    struct audit_reading r = {e, *find, out, count, NULL};
    r.find.tenant = e->office->tenant;
    return office_read(e, "audit-find", audit_reading, &r);
}

enum err office_audit_count(int64_t *out, struct errand *e, const struct store_audit_find *find)
{
    struct audit_reading r = {e, *find, NULL, NULL, out};
    r.find.tenant = e->office->tenant;
    return office_read(e, "audit-count", audit_reading, &r);
}

struct audit_note {
    struct errand *e;
    struct str action;
    struct str target;
    struct str detail;
};

static enum err audit_note(struct db_tx *tx, void *ctx)
{
    struct audit_note *n = ctx;
    return office_audit(n->e, tx, n->action, n->target, n->detail);
}

enum err office_audit_note(struct errand *e, struct str action, struct str target,
                           struct str detail)
{
    struct audit_note n = {e, action, target, detail};
    return office_write(e, "audit-note", audit_note, &n);
}

/* --- a day's root --- */

static void audit_string(struct buf *out, struct str text)
{
    buf_u64(out, text.len);
    buf_char(out, ':');
    buf_str(out, text);
    buf_char(out, ',');
}

static void audit_number(struct buf *out, int64_t number)
{
    struct buf text = {0};
    buf_i64(&text, number);
    audit_string(out, buf_view(&text));
    buf_free(&text);
}

static void audit_leaf(struct buf *out, const struct store_audit *a)
{
    const struct str texts[] = {a->actor,   a->action,     a->target,  a->detail,
                                a->role,    a->department, a->address, a->request,
                                a->outcome, a->before,     a->after};
    buf_clear(out);
    audit_number(out, a->id);
    audit_number(out, a->at);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        audit_string(out, texts[i]);
}

/* The rows from `first` on, in batches, as long as they are of the day that the first one is of. */
struct audit_day {
    struct errand *e;
    int64_t first;
    int64_t most; /* rows at most; 0: the whole day */
    int32_t day;
    int64_t count;
    bool over; /* a row of a later day stands behind it */
    struct crypto_merkle tree;
};

static enum err audit_day_row(struct audit_day *d, const struct store_audit *row, struct buf *leaf)
{
    int32_t day = date_of_time(row->at);
    if (row->id != d->first + d->count)
        return ERR_DAMAGED;
    if (d->count == 0)
        d->day = day;
    if (day != d->day) {
        d->over = true;
        return ERR_END;
    }
    audit_leaf(leaf, row);
    crypto_merkle_add(&d->tree, buf_view(leaf));
    d->count++;
    return buf_err(leaf);
}

static enum err audit_day_batch(struct audit_day *d, struct db_tx *tx, struct buf *leaf)
{
    struct arena arena = {0};
    struct store_audit *rows = NULL;
    size_t count = 0;
    int64_t left = d->most != 0 ? d->most - d->count : AUDIT_BATCH;
    const struct store_audit_span span = {d->e->office->tenant, d->first + d->count,
                                          left < AUDIT_BATCH ? left : AUDIT_BATCH};
    enum err err = store_audit_span(&rows, &count, &arena, tx, &span);
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = audit_day_row(d, &rows[i], leaf);
    if (err == ERR_OK && count == 0)
        err = ERR_END;
    arena_free(&arena);
    return err;
}

static enum err audit_day_read(struct audit_day *d, struct db_tx *tx)
{
    struct buf leaf = {0};
    enum err err = ERR_OK;
    crypto_merkle_init(&d->tree);
    while (err == ERR_OK && (d->most == 0 || d->count < d->most))
        err = audit_day_batch(d, tx, &leaf);
    buf_free(&leaf);
    return err == ERR_END ? ERR_OK : err;
}

/* The entry of a day: what the log shows, and what office_audit_check expects there. */
static enum err audit_entry(struct str *out, struct str *root, const struct audit_day *d)
{
    uint8_t hash[CRYPTO_HASH];
    struct arena *arena = d->e->arena;
    struct buf date = {0};
    crypto_merkle_root(hash, &d->tree);
    date_format(&date, d->day);
    *root = arena_hex(arena, hash, sizeof hash);
    *out =
        arena_printf(arena, AUDIT_HEAD "tenant %.*s\nday %.*s\nfirst %lld\ncount %lld\nroot %.*s\n",
                     STR_ARG(d->e->office->tenant), STR_ARG(buf_view(&date)), (long long)d->first,
                     (long long)d->count, STR_ARG(*root));
    buf_free(&date);
    return root->data != NULL && out->data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- binding --- */

struct audit_close {
    struct errand *e;
    uint64_t days;
};

static enum err audit_bind(struct audit_close *c, struct db_tx *tx, const struct audit_day *d)
{
    struct errand *e = c->e;
    struct str body;
    struct store_audit_digest row = {
        .day = d->day, .first = d->first, .count = d->count, .at = e->now};
    TRY(audit_entry(&body, &row.root, d));
    TRY(office_log_append(&row.idx, e, tx, body));
    TRY(store_audit_digest_add(tx, e->office->tenant, &row));
    c->days++;
    return ERR_OK;
}

/* Everything behind the last bound day, day by day, up to yesterday. The row that says so is of
 * today: nothing can be added to a bound day any more, because times never fall (AU8). */
static enum err audit_close(struct db_tx *tx, void *ctx)
{
    struct audit_close *c = ctx;
    struct errand *e = c->e;
    struct store_audit_digest *bound = NULL;
    size_t count = 0;
    int32_t today = date_of_time(e->now);
    TRY(store_audit_digests(&bound, &count, e->arena, tx, e->office->tenant));
    struct audit_day d = {.e = e, .count = 0};
    int64_t next = count > 0 ? bound[count - 1].first + bound[count - 1].count : 1;
    c->days = 0;
    do {
        d = (struct audit_day){.e = e, .first = next};
        TRY(audit_day_read(&d, tx));
        if (d.count > 0 && d.day < today)
            TRY(audit_bind(c, tx, &d));
        next += d.count;
    } while (d.count > 0 && d.day < today);
    return c->days > 0 ? office_audit(e, tx, STR("audit-close"), STR(""), STR("")) : ERR_OK;
}

enum err office_audit_close(uint64_t *days, struct errand *e)
{
    struct audit_close c = {.e = e};
    TRY(office_write(e, "audit-close", audit_close, &c));
    *days = c.days;
    return c.days > 0 ? office_log_sync(e->office, e->now, &e->fault) : ERR_OK;
}

/* --- checking --- */

struct audit_checking {
    struct errand *e;
    struct store_audit_digest *bound;
    size_t count;
    size_t next;
    struct db_tx *tx;
    uint64_t days;
};

static enum err audit_damaged(struct errand *e, int32_t day, const char *what)
{
    struct buf date = {0};
    date_format(&date, day);
    enum err err = fault_set(&e->fault, ERR_DAMAGED, "审计日志%.*s这一天与公开日志不符：%s",
                             STR_ARG(buf_view(&date)), what);
    buf_free(&date);
    return err;
}

/* One bound day: its rows give its entry, byte for byte. */
static enum err audit_check_day(struct audit_checking *c, const struct store_audit_digest *bound,
                                struct str body)
{
    struct errand *e = c->e;
    struct audit_day d = {.e = e, .first = bound->first, .most = bound->count};
    struct str want;
    struct str root;
    enum err err = audit_day_read(&d, c->tx);
    if (err == ERR_DAMAGED || (err == ERR_OK && d.count != bound->count))
        return audit_damaged(e, bound->day, "记录缺少、增加或换了日期");
    TRY(err);
    TRY(audit_entry(&want, &root, &d));
    return str_eq(want, body) ? ERR_OK : audit_damaged(e, bound->day, "记录内容被改动");
}

/* The log's entries lead, not the table: a day that was taken out of both table and audit is
 * missed. */
static enum err audit_check_entry(void *ctx, int64_t idx, struct str body)
{
    struct audit_checking *c = ctx;
    if (!str_starts(body, STR(AUDIT_HEAD)))
        return ERR_OK;
    if (c->next == c->count)
        return fault_set(&c->e->fault, ERR_DAMAGED,
                         "日志序号 %lld 是一天审计日志的摘要，数据库中没有登记", (long long)idx);
    const struct store_audit_digest *bound = &c->bound[c->next];
    int64_t first = c->next > 0 ? bound[-1].first + bound[-1].count : 1;
    if (bound->idx != idx || bound->first != first)
        return audit_damaged(c->e, bound->day, "登记的摘要不连续");
    TRY(audit_check_day(c, bound, body));
    c->next++;
    c->days++;
    return ERR_OK;
}

static enum err audit_checking(struct db_tx *tx, void *ctx)
{
    struct audit_checking *c = ctx;
    struct errand *e = c->e;
    c->tx = tx;
    TRY(store_audit_digests(&c->bound, &c->count, e->arena, tx, e->office->tenant));
    TRY(store_log_from(tx, 0, INT64_MAX, audit_check_entry, c));
    return c->next == c->count ? ERR_OK
                               : audit_damaged(e, c->bound[c->next].day, "公开日志中没有这一天");
}

enum err office_audit_check(uint64_t *days, struct errand *e)
{
    struct audit_checking c = {.e = e};
    TRY(office_read(e, "audit-check", audit_checking, &c));
    *days = c.days;
    return ERR_OK;
}

struct audit_list {
    struct errand *e;
    struct store_audit_digest **out;
    size_t *count;
};

static enum err audit_list(struct db_tx *tx, void *ctx)
{
    struct audit_list *l = ctx;
    return store_audit_digests(l->out, l->count, l->e->arena, tx, l->e->office->tenant);
}

enum err office_audit_days(struct store_audit_digest **out, size_t *count, struct errand *e)
{
    struct audit_list l = {e, out, count};
    return office_read(e, "audit-days", audit_list, &l);
}
