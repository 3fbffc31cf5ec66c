/* Annual plans for the public (R69, R70): by year and department, and one plan with all its
 * versions and what each changed. */
#include "page/page.h"

#include "base/diff.h"
#include "base/time.h"

enum { PLANS_AROUND = 2 }; /* equal lines shown beside those that differ */

/* --- the list --- */

static void plans_years(struct page *p, const struct office_plans *plans)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "years");
    for (size_t i = 0; i < plans->year_count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set_count(m, row, "year", plans->years[i]);
        web_set_flag(m, row, "on", plans->years[i] == plans->year);
    }
    web_set_count(m, &m->root, "year", plans->year);
}

static void plans_documents(struct page *p, struct web_value *row, const char *name,
                            const struct office_document *documents, size_t count)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, row, name);
    for (size_t i = 0; i < count; i++) {
        struct web_value *one = web_list_add(m, list);
        page_document_row(p, one, &documents[i].newest);
        web_set(m, one, "published_on",
                page_date(p, date_of_time(documents[i].newest.published_at)));
        web_set_flag(m, one, "adjusted", documents[i].newest.version > 1);
    }
}

/* The departments that a reader asked for, all where he named none. */
static void plans_rows(struct page *p, const struct office_plans *plans, struct str wanted)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "rows");
    struct web_value *choice = web_set_list(m, &m->root, "departments");
    int64_t published = 0;
    int64_t count = 0;
    for (size_t i = 0; i < plans->count; i++) {
        const struct office_plan_row *d = &plans->rows[i];
        page_option(p, choice, d->department, d->name, wanted);
        count++;
        published += d->published;
        if (wanted.len > 0 && !str_eq(wanted, d->department))
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "name", d->name);
        web_set_flag(m, row, "missing", !d->published);
        plans_documents(p, row, "plans", d->plans, d->plan_count);
        plans_documents(p, row, "schemes", d->schemes, d->scheme_count);
        web_set_flag(m, row, "has_schemes", d->scheme_count > 0);
    }
    web_set_count(m, &m->root, "department_count", count);
    web_set_count(m, &m->root, "published_count", published);
    web_set_flag(m, &m->root, "has_rows", list->count > 0);
}

enum err page_plans(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct office_plans plans;
    int64_t year = 0;
    page_begin(&p, request, "/plans", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "annual_plan"));
    TRY(page_year(&year, &p, fault));
    enum err err = office_portal_plans(&plans, &p.errand, year);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    plans_years(&p, &plans);
    plans_rows(&p, &plans, page_param(&p, "department"));
    return page_end(reply, &p, "plans");
}

/* --- what a version changed --- */

/* Is the line among those that differ, or beside them? */
static bool plan_near(const struct diff_line *lines, size_t count, size_t at)
{
    size_t from = at > PLANS_AROUND ? at - PLANS_AROUND : 0;
    for (size_t i = from; i < count && i <= at + PLANS_AROUND; i++)
        if (lines[i].kind != DIFF_SAME)
            return true;
    return false;
}

/* The words of a line and of the line that it became or was; not told where they share less than
 * half, since then the lines are easier to read whole. */
static enum err plan_words(struct page *p, struct web_value *row, const struct diff_line *line,
                           struct str other)
{
    struct web_model *m = &p->model;
    struct diff_line *words = NULL;
    size_t count = 0;
    size_t same = 0;
    bool added = line->kind == DIFF_ADDED;
    struct str old = added ? other : line->text;
    struct str new = added ? line->text : other;
    TRY(diff_words(&words, &count, p->request->arena, old, new));
    for (size_t i = 0; i < count; i++)
        same += words[i].kind == DIFF_SAME ? words[i].text.len : 0;
    if (2 * same < old.len || 2 * same < new.len)
        return ERR_OK;
    web_set_flag(m, row, "worded", true);
    struct web_value *list = web_set_list(m, row, "words");
    for (size_t i = 0; i < count; i++) {
        if (words[i].kind != DIFF_SAME && words[i].kind != line->kind)
            continue;
        struct web_value *word = web_list_add(m, list);
        web_set_flag(m, word, "changed", words[i].kind != DIFF_SAME);
        web_set(m, word, "word", words[i].text);
    }
    return ERR_OK;
}

static enum err plan_lines(struct page *p, struct web_value *list, const struct diff_line *lines,
                           size_t count)
{
    struct web_model *m = &p->model;
    int64_t left_out = 0;
    size_t *partner = arena_array(p->request->arena, count + 1, sizeof *partner);
    if (partner == NULL)
        return ERR_MEMORY;
    diff_partners(partner, lines, count);
    for (size_t i = 0; i < count; i++) {
        bool near = plan_near(lines, count, i);
        left_out += near ? 0 : 1;
        if (left_out > 0 && (near || i + 1 == count)) {
            web_set_count(m, web_list_add(m, list), "left_out", left_out);
            left_out = 0;
        }
        if (!near)
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set_flag(m, row, "added", lines[i].kind == DIFF_ADDED);
        web_set_flag(m, row, "removed", lines[i].kind == DIFF_REMOVED);
        web_set_flag(m, row, "same", lines[i].kind == DIFF_SAME);
        web_set(m, row, "text", lines[i].text);
        if (partner[i] != SIZE_MAX)
            TRY(plan_words(p, row, &lines[i], lines[partner[i]].text));
    }
    return ERR_OK;
}

/* One part of the plan, where it changed. */
static enum err plan_change(struct page *p, struct web_value *changes, struct str heading,
                            struct str old, struct str new)
{
    struct diff_line *lines = NULL;
    size_t count = 0;
    if (str_eq(old, new))
        return ERR_OK;
    TRY(diff_lines(&lines, &count, p->request->arena, old, new));
    struct web_value *change = web_list_add(&p->model, changes);
    web_set(&p->model, change, "heading", heading);
    return plan_lines(p, web_set_list(&p->model, change, "lines"), lines, count);
}

static enum err plan_changes(struct page *p, const struct store_version *old,
                             const struct store_version *new)
{
    struct web_value *changes = web_set_list(&p->model, &p->model.root, "changes");
    TRY(plan_change(p, changes, page_word(p, "plan_title"), old->title, new->title));
    TRY(plan_change(p, changes, page_word(p, "library_number"), old->number, new->number));
    TRY(plan_change(p, changes, page_word(p, "effective_on"), page_date(p, old->effective_on),
                    page_date(p, new->effective_on)));
    for (size_t i = 0; i < STORE_TEXTS; i++) {
        const char *heading = office_document_heading(new->document.kind, i);
        if (heading != NULL)
            TRY(plan_change(p, changes, page_said(p, str_of(heading)), old->texts[i],
                            new->texts[i]));
    }
    web_set_count(&p->model, &p->model.root, "before", old->version);
    web_set_flag(&p->model, &p->model.root, "compared", true);
    web_set_flag(&p->model, &p->model.root, "has_changes", changes->count > 0);
    return ERR_OK;
}

enum err page_plan(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct office_document_page page;
    const struct store_version *shown = NULL;
    page_begin(&p, request, "/plans", STR(""));
    TRY(page_document_read(&page, &shown, &p, true, fault));
    page_document_show(&p, &page, shown);
    web_set_count(&p.model, &p.model.root, "year", shown->document.year);
    web_set_flag(&p.model, &p.model.root, "several", page.count > 1);
    /* newest first: the one before stands behind it */
    if (shown + 1 < page.versions + page.count)
        TRY(plan_changes(&p, shown + 1, shown));
    return page_end(reply, &p, "plan");
}
