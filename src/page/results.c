/* The list of results and their statistics. */
#include "page/page.h"

#include "base/time.h"
#include "office/setting.h"

#include <math.h>
#include <string.h>
/* --- results --- */

static const char *const results_names[] = {"department", "item", "task",  "type", "code",
                                            "division",   "from", "until", "year"};

enum err page_year(int64_t *year, struct page *p, struct fault *fault)
{
    TRY(page_number(year, p, "year", fault));
    if (*year == 0 || (*year >= 2000 && *year <= 9999))
        return ERR_OK;
    return fault_set(fault, ERR_INPUT, "年度应为2000年以后的四位数字，如2026");
}

static enum err results_filter(struct store_result_filter *f, struct page *p, struct fault *fault)
{
    int64_t year = 0;
    *f = (struct store_result_filter){.department = page_param(p, "department"),
                                      .task = str_trim(page_param(p, "task")),
                                      .item = page_param(p, "item"),
                                      .type = page_param(p, "type"),
                                      .division = page_param(p, "division"),
                                      .code = page_param(p, "code"),
                                      .most = PAGE_ROWS + 1};
    TRY(page_number(&f->before, p, "before", fault));
    TRY(page_day(&f->first, p, "from", fault));
    TRY(page_day(&f->last, p, "until", fault));
    TRY(page_year(&year, p, fault));
    if (year == 0)
        return ERR_OK;
    office_year(&f->from, &f->until, (int)year);
    return ERR_OK;
}

static void results_choices(struct page *p, const char *name, const struct store_choice *rows,
                            size_t count, struct str chosen)
{
    struct web_value *list = web_set_list(&p->model, &p->model.root, name);
    bool by_name = strcmp(name, "departments") == 0; /* the published row holds the name */
    for (size_t i = 0; i < count; i++)
        page_option(p, list, by_name ? rows[i].name : rows[i].key, rows[i].name, chosen);
}

/* The form with what was chosen. */
static enum err results_form(struct page *p, const struct store_result_filter *f)
{
    struct office_choices choices;
    struct web_model *m = &p->model;
    struct web_value *root = &m->root;
    TRY(office_portal_choices(&choices, &p->errand, true));
    results_choices(p, "departments", choices.departments, choices.department_count, f->department);
    results_choices(p, "tried_items", choices.items, choices.item_count, f->item);
    page_division_options(p, &choices, f->division);
    page_options(p, "codes", model_result_codes, f->code);
    page_options(p, "types", model_task_types, f->type);
    web_set_flag(m, root, "any_finding", str_eq(f->code, STR("finding")));
    web_set(m, root, "task", f->task);
    web_set(m, root, "from", page_date(p, f->first));
    web_set(m, root, "until", page_date(p, f->last));
    web_set(m, root, "year", page_param(p, "year"));
    return ERR_OK;
}

enum err page_results_list(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct store_result_filter filter;
    struct store_public_result *rows = NULL;
    size_t count = 0;
    page_begin(&p, request, "/results", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "results"));
    TRY(results_filter(&filter, &p, fault));
    enum err err = office_portal_results(&rows, &count, &p.errand, &filter);
    if (err == ERR_OK)
        err = results_form(&p, &filter);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    bool more = count > PAGE_ROWS;
    web_set(m, root, "keep",
            page_keep_query(&p, results_names, sizeof results_names / sizeof results_names[0]));
    page_results(&p, rows, more ? PAGE_ROWS : count);
    web_set_flag(m, root, "more", more);
    web_set_count(m, root, "next", more ? rows[PAGE_ROWS - 1].id : 0);
    return page_end(reply, &p, "results");
}

/* --- statistics --- */

static struct str statistics_key(struct page *p, enum store_dimension by, struct str key)
{
    if (key.len == 0)
        return STR("–");
    if (by == STORE_BY_DIVISION)
        return page_division(p, key);
    if (by != STORE_BY_INDUSTRY)
        return key;
    const struct industry *industry = industry_find(&p->site->reader->industries, key);
    return industry != NULL ? industry->name : key;
}

/* The estimated share with its interval, where there is one. */
static void statistics_estimate(struct page *p, struct web_value *row,
                                const struct office_estimate *e)
{
    struct web_model *m = &p->model;
    web_set_flag(m, row, "interval", !isnan(e->low));
    web_set_flag(m, row, "too_few", isnan(e->low));
    if (isnan(e->low))
        return;
    web_set(m, row, "estimated", page_percent(p, e->share));
    web_set(m, row, "low", page_percent(p, e->low));
    web_set(m, row, "high", page_percent(p, e->high));
}

static void statistics_tables(struct page *p, const struct office_statistics *s)
{
    static const char *const headings[] = {"by_item", "by_industry", "by_division",
                                           "by_department"};
    static const char *const columns[] = {"item", "section", "division", "department"};
    struct web_model *m = &p->model;
    struct web_value *tables = web_set_list(m, &m->root, "tables");
    for (int by = STORE_BY_ITEM; by <= STORE_BY_DEPARTMENT; by++) {
        struct web_value *table = web_list_add(m, tables);
        web_set(m, table, "heading", page_word(p, headings[by]));
        web_set(m, table, "column", page_word(p, columns[by]));
        web_set_flag(m, table, "any", s->share_count[by] > 0);
        struct web_value *rows = web_set_list(m, table, "rows");
        for (size_t i = 0; i < s->share_count[by]; i++) {
            const struct office_share *share = &s->shares[by][i];
            struct web_value *row = web_list_add(m, rows);
            page_set_said(p, row, "key", statistics_key(p, (enum store_dimension)by, share->key));
            web_set_count(m, row, "visits", share->visits);
            web_set_count(m, row, "results", share->results);
            web_set_count(m, row, "findings", share->findings);
            double rate = share->results > 0 ? (double)share->findings / (double)share->results : 0;
            web_set(m, row, "share", page_percent(p, rate));
            if (share->estimate.visited > 0)
                statistics_estimate(p, row, &share->estimate);
        }
    }
}

static void statistics_estimates(struct page *p, const struct office_statistics *s)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "estimates");
    for (size_t i = 0; i < s->estimate_count; i++) {
        const struct office_estimate *e = &s->estimates[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "draw", e->draw);
        web_set(m, row, "task_name", e->task_name);
        web_set_count(m, row, "size", e->size);
        web_set_count(m, row, "visited", e->visited);
        web_set_count(m, row, "findings", e->findings);
        statistics_estimate(p, row, e);
    }
    web_set_flag(m, &m->root, "has_estimates", s->estimate_count > 0);
}

/* Links to this year and those before it. */
static void statistics_years(struct page *p, int shown)
{
    enum { YEARS = 6 };
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "years");
    int now = date_year(date_of_time(p->request->now));
    for (int year = now; year > now - YEARS; year--) {
        struct web_value *row = web_list_add(m, list);
        web_set_count(m, row, "year", year);
        web_set_flag(m, row, "on", year == shown);
    }
    web_set_count(m, &m->root, "year", shown);
}

static void statistics_rate(struct page *p, struct web_value *row, const struct office_rate *r)
{
    struct web_model *m = &p->model;
    web_set(m, row, "rate_department", r->department);
    web_set_count(m, row, "due", r->due);
    web_set_count(m, row, "published", r->published);
    web_set_count(m, row, "late", r->late);
    web_set_count(m, row, "overdue", r->overdue);
    web_set_flag(m, row, "owes", r->overdue > 0);
    web_set_count(m, row, "still_open", r->open);
    web_set_count(m, row, "withheld", r->withheld);
    web_set(m, row, "rate", r->due > 0 ? page_percent(p, r->share) : STR("–"));
}

/* What the law keeps back: by the kinds of its grounds alone. */
static void statistics_withheld(struct page *p, const struct office_rate *total)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "grounds");
    for (int ground = 0; ground < OFFICE_GROUNDS; ground++) {
        if (total->exempt[ground] == 0 && total->redacted_by[ground] == 0)
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "ground", page_said(p, str_of(model_exemption_kinds[ground].text)));
        web_set_count(m, row, "count", total->exempt[ground]);
        web_set_count(m, row, "parts", total->redacted_by[ground]);
    }
    web_set(m, &m->root, "withheld_basis",
            str_of(office_dictionary_find(STR("exemptions"))->basis));
    web_set_flag(m, &m->root, "has_withheld", total->withheld + total->redacted > 0);
    web_set_flag(m, &m->root, "has_redacted", total->redacted > 0);
    web_set_count(m, &m->root, "redacted", total->redacted);
}

/* How public results are, by department and in all. */
static enum err statistics_rates(struct page *p, int year)
{
    struct office_rates rates;
    struct web_model *m = &p->model;
    TRY(office_portal_rates(&rates, &p->errand, year));
    struct web_value *rows = web_set_list(m, &m->root, "rates");
    for (size_t i = 0; i < rates.count; i++)
        statistics_rate(p, web_list_add(m, rows), &rates.rows[i]);
    statistics_rate(p, web_set_object(m, &m->root, "rate_total"), &rates.total);
    web_set_flag(m, &m->root, "has_rates", rates.count > 0);
    web_set_flag(m, &m->root, "several_rates", rates.count > 1);
    web_set_flag(m, &m->root, "rate_estimated", rates.estimated);
    web_set_count(m, &m->root, "publish_days", (int64_t)rates.days);
    statistics_withheld(p, &rates.total);
    return ERR_OK;
}

enum err page_statistics(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct office_statistics s;
    int64_t year = 0;
    page_begin(&p, request, "/statistics", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "statistics"));
    TRY(page_year(&year, &p, fault));
    if (year == 0)
        year = date_year(date_of_time(request->now));
    enum err err = office_portal_statistics(&s, &p.errand, (int)year);
    if (err == ERR_OK)
        err = statistics_rates(&p, (int)year);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    web_set_count(&p.model, &p.model.root, "visits", s.figures.visits);
    web_set_count(&p.model, &p.model.root, "results_count", s.figures.results);
    web_set_count(&p.model, &p.model.root, "findings", s.figures.findings);
    statistics_years(&p, (int)year);
    statistics_tables(&p, &s);
    statistics_estimates(&p, &s);
    return page_end(reply, &p, "statistics");
}
