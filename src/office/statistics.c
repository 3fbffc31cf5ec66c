/* Statistics of published results: see portal.h; docs/statistics.md gives the formulas.
 *
 * Each stratum of each disclosed draw with a plain pool is a random sample of its own. A place, a
 * trade or an item is a domain that runs across the strata: its share is a ratio of two estimated
 * totals, and its variance that of the ratio's residuals (Cochran, Sampling Techniques, 3rd
 * edition, 5A.14 and 6.11). */
#include "office/portal.h"

#include "base/time.h"

#include <math.h>
#include <stdlib.h>

/* Fewer visits than this say nothing that an interval could bound. */
enum { STATISTICS_LEAST = 5 };

struct statistics_work {
    struct errand *e;
    struct office_statistics *out;
    struct store_span span;
    struct store_stratum_share *strata; /* by draw, stratum */
    size_t stratum_count;
    struct store_share *shares[4]; /* by enum store_dimension */
    size_t share_count[4];
    struct store_domain_share *domains[4];
    size_t domain_count[4];
};

static enum err statistics_run(struct db_tx *tx, void *ctx)
{
    struct statistics_work *w = ctx;
    struct errand *e = w->e;
    const struct store_span *s = &w->span;
    TRY(store_figures(&w->out->figures, tx, s->tenant, s->from, s->until, e->now));
    for (int by = STORE_BY_ITEM; by <= STORE_BY_DEPARTMENT; by++) {
        enum store_dimension dimension = (enum store_dimension)by;
        TRY(store_shares(&w->shares[by], &w->share_count[by], e->arena, tx, s, dimension));
        TRY(store_domain_shares(&w->domains[by], &w->domain_count[by], e->arena, tx, s, dimension));
    }
    return store_stratum_shares(&w->strata, &w->stratum_count, e->arena, tx, s);
}

/* --- one estimate --- */

/* One stratum's part in a domain. */
struct sample_part {
    double size;     /* N: objects in the stratum */
    double sample;   /* n: visited */
    double in;       /* of these in the domain */
    double findings; /* of those with a finding */
};

/* Wilson's interval for a share p seen in n independent visits; n may be infinite. */
static void estimate_interval(struct office_estimate *e, double n)
{
    static const double z = 1.959964; /* 97.5 % point of the normal distribution */
    double p = e->share;
    double bend = z * z / n;
    double middle = (p + bend / 2) / (1 + bend);
    double half = z / (1 + bend) * sqrt(p * (1 - p) / n + bend / (4 * n));
    e->low = fmax(0, middle - half);
    e->high = fmin(1, middle + half);
}

/* The variance of the ratio, from the residuals y - R x, which are 1 - R, -R and 0. */
static double estimate_variance(const struct sample_part *parts, size_t count, double ratio,
                                double total)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sample_part *h = &parts[i];
        double rest = h->in - h->findings;
        double squares = h->findings * (1 - ratio) * (1 - ratio) + rest * ratio * ratio;
        double mean = (h->findings - ratio * h->in) / h->sample;
        if (h->sample > 1)
            sum += h->size * h->size * (1 - h->sample / h->size) / h->sample *
                   (squares - h->sample * mean * mean) / (h->sample - 1);
    }
    return sum / (total * total);
}

static void estimate_make(struct office_estimate *e, const struct sample_part *parts, size_t count)
{
    double found = 0;
    double all = 0;
    double size = 0;
    double sample = 0;
    bool unknown = false;
    for (size_t i = 0; i < count; i++) {
        const struct sample_part *h = &parts[i];
        found += h->size * h->findings / h->sample;
        all += h->size * h->in / h->sample;
        size += h->size;
        sample += h->sample;
        e->visited += (int64_t)h->in;
        e->findings += (int64_t)h->findings;
        unknown = unknown || (h->sample < 2 && h->size > h->sample);
    }
    e->size = (int64_t)llround(size);
    e->share = all > 0 ? found / all : 0;
    e->low = NAN;
    e->high = NAN;
    if (unknown || e->visited < STATISTICS_LEAST)
        return;
    double variance = estimate_variance(parts, count, e->share, all);
    double open = 1 - sample / size;
    bool bare = e->share <= 0 || e->share >= 1;
    estimate_interval(e, bare ? (double)e->visited / open : e->share * (1 - e->share) / variance);
}

/* --- domains --- */

static int strata_order(const void *key, const void *row)
{
    const struct store_domain_share *d = key;
    const struct store_stratum_share *s = row;
    int order = str_cmp(d->draw, s->draw);
    return order != 0 ? order : str_cmp(d->stratum, s->stratum);
}

static int domain_order(const void *a, const void *b)
{
    const struct store_domain_share *x = a;
    const struct store_domain_share *y = b;
    int order = str_cmp(x->key, y->key);
    order = order != 0 ? order : str_cmp(x->draw, y->draw);
    return order != 0 ? order : str_cmp(x->stratum, y->stratum);
}

/* The estimate over rows of one key; equal strata in a row are parts of one. */
static enum err domain_estimate(struct office_estimate *out, const struct statistics_work *w,
                                const struct store_domain_share *rows, size_t count)
{
    struct sample_part *parts = arena_array(w->e->arena, count, sizeof *parts);
    size_t used = 0;
    if (parts == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        bool again = i > 0 && domain_order(&rows[i], &rows[i - 1]) == 0;
        const struct store_stratum_share *s =
            bsearch(&rows[i], w->strata, w->stratum_count, sizeof *w->strata, strata_order);
        if (s == NULL)
            return ERR_DAMAGED;
        if (!again)
            parts[used++] =
                (struct sample_part){.size = (double)s->size, .sample = (double)s->visited};
        parts[used - 1].in += (double)rows[i].visited;
        parts[used - 1].findings += (double)rows[i].findings;
    }
    estimate_make(out, parts, used);
    return ERR_OK;
}

/* A trade is told by its section: single classes are too small to say anything. */
static struct str statistics_section(const struct statistics_work *w, struct str code)
{
    const struct industry *industry = industry_find(&w->e->office->industries, code);
    return industry != NULL ? str_range(&industry->section, 1) : STR("");
}

static int share_order(const void *a, const void *b)
{
    return str_cmp(((const struct store_share *)a)->key, ((const struct store_share *)b)->key);
}

static void statistics_sections(struct statistics_work *w)
{
    struct store_share *shares = w->shares[STORE_BY_INDUSTRY];
    struct store_domain_share *domains = w->domains[STORE_BY_INDUSTRY];
    size_t share_count = w->share_count[STORE_BY_INDUSTRY];
    size_t domain_count = w->domain_count[STORE_BY_INDUSTRY];
    for (size_t i = 0; i < share_count; i++)
        shares[i].key = statistics_section(w, shares[i].key);
    for (size_t i = 0; i < domain_count; i++)
        domains[i].key = statistics_section(w, domains[i].key);
    if (share_count > 0)
        qsort(shares, share_count, sizeof *shares, share_order);
    if (domain_count > 0)
        qsort(domains, domain_count, sizeof *domains, domain_order);
}

/* Rows of one key from `from` on. */
static size_t domain_run(const struct store_domain_share *rows, size_t count, struct str key,
                         size_t *from)
{
    size_t at = 0;
    while (at < count && !str_eq(rows[at].key, key))
        at++;
    *from = at;
    while (at < count && str_eq(rows[at].key, key))
        at++;
    return at - *from;
}

static enum err statistics_dimension(struct statistics_work *w, int by)
{
    struct office_statistics *out = w->out;
    struct office_share *list = arena_array(w->e->arena, w->share_count[by] + 1, sizeof *list);
    size_t count = 0;
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->share_count[by]; i++) {
        const struct store_share *s = &w->shares[by][i];
        size_t from = 0;
        if (count == 0 || !str_eq(list[count - 1].key, s->key)) {
            struct office_share *made = &list[count++];
            *made = (struct office_share){.key = s->key};
            size_t run = domain_run(w->domains[by], w->domain_count[by], s->key, &from);
            if (run > 0)
                TRY(domain_estimate(&made->estimate, w, &w->domains[by][from], run));
        }
        list[count - 1].visits += s->visits;
        list[count - 1].results += s->results;
        list[count - 1].findings += s->findings;
    }
    out->shares[by] = list;
    out->share_count[by] = count;
    return ERR_OK;
}

/* Each draw by itself: its domain is all of it. */
static enum err statistics_draws(struct statistics_work *w)
{
    struct office_statistics *out = w->out;
    struct sample_part *parts = arena_array(w->e->arena, w->stratum_count + 1, sizeof *parts);
    out->estimates = arena_array(w->e->arena, w->stratum_count + 1, sizeof *out->estimates);
    if (parts == NULL || out->estimates == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->stratum_count;) {
        const struct store_stratum_share *first = &w->strata[i];
        struct office_estimate *e = &out->estimates[out->estimate_count++];
        size_t used = 0;
        *e = (struct office_estimate){.draw = first->draw, .task_name = first->task_name};
        for (; i < w->stratum_count && str_eq(w->strata[i].draw, first->draw); i++)
            parts[used++] =
                (struct sample_part){(double)w->strata[i].size, (double)w->strata[i].visited,
                                     (double)w->strata[i].visited, (double)w->strata[i].findings};
        estimate_make(e, parts, used);
    }
    return ERR_OK;
}

enum err office_portal_statistics(struct office_statistics *out, struct errand *e, int year)
{
    struct statistics_work work = {.e = e, .out = out};
    *out = (struct office_statistics){0};
    work.span.tenant = e->office->tenant;
    office_year(&work.span.from, &work.span.until, year);
    TRY(office_read(e, "portal-statistics", statistics_run, &work));
    statistics_sections(&work);
    for (int by = STORE_BY_ITEM; by <= STORE_BY_DEPARTMENT; by++)
        TRY(statistics_dimension(&work, by));
    return statistics_draws(&work);
}
