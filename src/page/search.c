/* The search of businesses, and one business with all that was published of it. */
#include "page/page.h"

#include "base/time.h"
#include "base/utf8.h"

/* --- search --- */

static void search_rows(struct page *p, const struct office_found *found)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "found");
    for (size_t i = 0; i < found->count; i++) {
        const struct store_public_object *o = &found->objects[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "pool_id", o->pool_id);
        web_set(m, row, "name", o->name);
        web_set(m, row, "number", o->number);
        web_set(m, row, "kind", page_said(p, model_text(model_object_kinds, o->kind)));
        web_set(m, row, "state", page_said(p, model_text(model_object_states, o->state)));
        web_set(m, row, "division", page_division(p, o->division));
        web_set(m, row, "address", o->address);
    }
    web_set_flag(m, &m->root, "has_found", found->count > 0);
    web_set_flag(m, &m->root, "more", found->more);
    web_set(m, &m->root, "next", found->next);
}

static const char *const search_names[] = {"q", "division", "section", "kind", "state"};

/* The choices of the form, with what was chosen. */
static enum err search_form(struct page *p, const struct office_search *search)
{
    struct office_choices choices;
    struct web_model *m = &p->model;
    const struct industries *all = &p->site->reader->industries;
    TRY(office_portal_choices(&choices, &p->errand, false));
    page_division_options(p, &choices, search->division);
    page_options(p, "kinds", model_object_kinds, search->kind);
    page_options(p, "states", model_object_states, search->state);
    struct web_value *sections = web_set_list(m, &m->root, "sections");
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].parent.len == 0)
            page_option(p, sections, all->items[i].code, page_said(p, all->items[i].name),
                        search->section);
    return ERR_OK;
}

static enum err search_asked(struct office_search *out, struct page *p, struct fault *fault)
{
    const struct web_request *r = p->request;
    *out = (struct office_search){.text = str_trim(page_param(p, "q")),
                                  .division = page_param(p, "division"),
                                  .kind = page_param(p, "kind"),
                                  .state = page_param(p, "state"),
                                  .section = page_param(p, "section"),
                                  .after = page_param(p, "after"),
                                  .most = PAGE_ROWS};
    struct str d = out->division;
    TRY(utf8_halfwidth(&out->text, r->arena, out->text));
    bool digits = d.len == 0 || (d.len >= 4 && d.len <= 12);
    for (size_t i = 0; i < d.len; i++)
        digits = digits && d.data[i] >= '0' && d.data[i] <= '9';
    if (out->text.len > 300)
        return fault_set(fault, ERR_INPUT, "搜索词过长，请少输一些字");
    if (!digits)
        return fault_set(fault, ERR_INPUT, "行政区划应为4至12位数字代码");
    if (out->kind.len > 0 && model_word_by_code(model_object_kinds, out->kind) == NULL)
        return fault_set(fault, ERR_INPUT, "没有这种检查对象类别");
    if (out->state.len > 0 && model_word_by_code(model_object_states, out->state) == NULL)
        return fault_set(fault, ERR_INPUT, "没有这种登记状态");
    if (out->section.len > 1)
        return fault_set(fault, ERR_INPUT, "行业门类应为一个字母");
    return ERR_OK;
}

enum err page_search(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    struct office_found found = {0};
    struct office_search search;
    page_begin(&p, request, "/search", STR(""));
    TRY(search_asked(&search, &p, fault));
    bool asked = search.text.len + search.division.len + search.kind.len + search.state.len +
                     search.section.len >
                 0;
    struct web_value *root = &p.model.root;
    web_set(&p.model, root, "title", page_word(&p, "businesses"));
    web_set(&p.model, root, "query", search.text);
    web_set(&p.model, root, "keep",
            page_keep_query(&p, search_names, sizeof search_names / sizeof search_names[0]));
    web_set_flag(&p.model, root, "asked", asked);
    enum err err = search_form(&p, &search);
    if (err == ERR_OK && asked)
        err = office_portal_search(&found, &p.errand, &search);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    search_rows(&p, &found);
    return page_end(reply, &p, "search");
}

/* --- business --- */

static void business_tickets(struct page *p, const struct office_business *b)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "tickets");
    for (size_t i = 0; i < b->ticket_count; i++) {
        const struct office_ticket *t = &b->tickets[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "draw", t->draw);
        web_set(m, row, "task_name", t->task_name);
        page_set_said(p, row, "stratum", t->stratum);
        web_set(m, row, "ticket", t->ticket);
        web_set(m, row, "cutoff", t->cutoff);
        web_set_flag(m, row, "drawn", t->drawn);
    }
    web_set_flag(m, &m->root, "has_tickets", b->ticket_count > 0);
}

/* The result of that id among those of the business; NULL if there is none. */
static const struct store_public_result *business_result(const struct office_business *b,
                                                         int64_t id)
{
    for (size_t i = 0; i < b->result_count; i++)
        if (b->results[i].id == id)
            return &b->results[i];
    return NULL;
}

/* Which result corrects this one; NULL if none does. */
static const struct store_public_result *business_corrected(const struct office_business *b,
                                                            int64_t id)
{
    for (size_t i = 0; i < b->result_count; i++)
        if (b->results[i].replaces == id)
            return &b->results[i];
    return NULL;
}

/* What followed the finding, newest first, as a list of its row. */
static void business_followups(struct page *p, struct web_value *row,
                               const struct office_business *b, const struct store_public_result *r)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, row, "followups");
    bool any = false;
    for (size_t i = 0; i < b->followup_count; i++) {
        const struct store_public_followup *f = &b->followups[i];
        if (r->replaced || f->visit != r->visit || f->item_id != r->item_id)
            continue;
        struct web_value *one = web_list_add(m, list);
        web_set(m, one, "measure", page_said(p, model_text(model_measures, f->measure)));
        web_set(m, one, "state", page_said(p, model_text(model_measure_states, f->state)));
        web_set_flag(m, one, "open", str_eq(f->state, STR("open")));
        web_set(m, one, "date", page_date(p, f->happened_on));
        web_set(m, one, "document", f->document);
        web_set(m, one, "note", f->note);
        page_withheld(p, one, "document_withheld", f->document_kind);
        page_withheld(p, one, "note_withheld", f->note_kind);
        web_set_count(m, one, "idx", f->idx);
        any = true;
    }
    web_set_flag(m, row, "has_followups", any);
}

/* The conclusion of others that the result rests on (R44). */
static void business_adoption(struct page *p, struct web_value *row,
                              const struct office_business *b, const struct store_public_result *r)
{
    struct web_model *m = &p->model;
    for (size_t i = 0; i < b->adoption_count; i++) {
        const struct store_adoption *a = &b->adoptions[i];
        if (a->result != r->id)
            continue;
        struct web_value *one = web_set_object(m, row, "adoption");
        web_set(m, one, "kind", page_said(p, model_text(model_adoption_kinds, a->kind)));
        web_set(m, one, "body", a->body);
        web_set(m, one, "number", a->number);
        web_set(m, one, "made", page_date(p, a->made_on));
        page_withheld(p, one, "adopted_withheld", a->withheld);
        return;
    }
}

/* The other side of a correction: its result and the day it was published. */
static void business_other(struct page *p, struct web_value *row, const char *name,
                           const struct store_public_result *other)
{
    struct web_model *m = &p->model;
    if (other == NULL)
        return;
    struct web_value *one = web_set_object(m, row, name);
    web_set(m, one, "result", page_said(p, model_text(model_result_codes, other->code)));
    web_set(m, one, "published", page_date(p, date_of_time(other->published_at)));
}

/* Who checked, where that may be known: names and nothing else. */
static void business_team(struct page *p, struct web_value *row, const struct office_business *b,
                          const struct store_public_result *r)
{
    struct web_model *m = &p->model;
    struct web_value *team = web_set_list(m, row, "team");
    for (size_t i = 0; i < b->member_count; i++)
        if (b->members[i].visit == r->visit && str_eq(b->members[i].department, r->department))
            web_set(m, web_list_add(m, team), "inspector", b->members[i].name);
    web_set_flag(m, row, "has_team", team->count > 0);
}

static void business_results(struct page *p, const struct office_business *b)
{
    struct web_value *list = page_results(p, b->results, b->result_count);
    for (size_t i = 0; i < list->count; i++) {
        const struct store_public_result *r = &b->results[i];
        business_other(p, list->items[i], "before",
                       r->replaces != 0 ? business_result(b, r->replaces) : NULL);
        business_other(p, list->items[i], "after", business_corrected(b, r->id));
        business_team(p, list->items[i], b, r);
        business_adoption(p, list->items[i], b, r);
        business_followups(p, list->items[i], b, r);
    }
}

enum err page_business(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct office_business b;
    page_begin(&p, request, "/search", STR(""));
    enum err err = office_portal_business(&b, &p.errand, web_capture(request, "id"));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    const struct store_public_object *o = &b.object;
    const struct industry *industry = industry_find(&p.site->reader->industries, o->industry);
    page_named(&p, o->name);
    web_set(m, root, "number", o->number);
    web_set(m, root, "kind", page_said(&p, model_text(model_object_kinds, o->kind)));
    web_set(m, root, "state", page_said(&p, model_text(model_object_states, o->state)));
    web_set(m, root, "division", page_division(&p, o->division));
    web_set(m, root, "address", o->address);
    web_set(m, root, "industry", industry != NULL ? industry->name : STR(""));
    web_set(m, root, "business", o->business);
    web_set(m, root, "established", page_date(&p, o->established));
    web_set_flag(m, root, "own", true);
    business_results(&p, &b);
    business_tickets(&p, &b);
    return page_end(reply, &p, "business");
}
