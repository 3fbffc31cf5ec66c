/* What all pages share: see page.h. */
#include "page/page.h"

#include "base/file.h"
#include "base/time.h"
#include "model/resource.h"
#include "page/desk.h"

#include <stdio.h>

struct str page_here(struct page *p, uint64_t params)
{
    const struct web_request *r = p->request;
    struct buf out = {0};
    char mark = '?';
    buf_str(&out, r->path);
    for (size_t i = 0; i < r->param_count; i++) {
        const struct web_pair *pair = &r->params[i];
        if ((params >> i & 1) == 0 || str_eq(pair->name, STR("lang")) ||
            str_eq(pair->name, STR("size")) || str_eq(pair->name, STR("done")))
            continue;
        buf_char(&out, mark);
        buf_str(&out, page_url(p, pair->name));
        buf_char(&out, '=');
        buf_str(&out, page_url(p, pair->value));
        mark = '&';
    }
    struct str here = arena_str(r->arena, buf_view(&out));
    p->model.failed = p->model.failed || here.data == NULL || buf_err(&out) != ERR_OK;
    buf_free(&out);
    return here;
}

struct str page_param(struct page *p, const char *name)
{
    const struct web_request *r = p->request;
    for (size_t i = 0; i < r->param_count; i++)
        if (str_eq(r->params[i].name, str_of(name)) && r->params[i].value.len > 0) {
            p->asked |= UINT64_C(1) << i;
            return r->params[i].value;
        }
    return STR("");
}

bool page_large(const struct page *p)
{
    return str_eq(web_param(p->request, "size"), STR("large"));
}

void page_carry(struct page *p)
{
    struct web_model *m = &p->model;
    struct web_value *root = &m->root;
    bool en = page_english(p);
    bool large = page_large(p);
    bool chosen = web_param(p->request, "lang").len > 0;
    struct str lang = !chosen ? STR("") : en ? STR("en") : STR("zh");
    struct str size = large ? STR("&size=large") : STR("");
    struct str and = size;
    if (chosen)
        and = arena_printf(p->request->arena, "&lang=%.*s%.*s", STR_ARG(lang), STR_ARG(size));
    struct str q = and;
    if (and.len > 0)
        q = arena_printf(p->request->arena, "?%.*s", STR_ARG(str_sub(and, 1, SIZE_MAX)));
    m->failed = m->failed || and.data == NULL || q.data == NULL;
    web_set(m, root, "q", q);
    web_set(m, root, "and", and);
    web_set(m, root, "lang_chosen", lang);
    web_set_flag(m, root, "large", large);
}

void page_begin(struct page *p, const struct web_request *request, const char *nav,
                struct str title)
{
    p->site = request->ctx;
    p->request = request;
    p->nav = nav;
    p->asked = 0;
    web_model_init(&p->model, request->arena);
    p->errand = (struct errand){.office = p->site->reader,
                                .arena = request->arena,
                                .actor = STR("portal"),
                                .now = request->now,
                                .version = request->version != 0 ? request->version
                                                                 : page_site_version(request->ctx)};
    web_set(&p->model, &p->model.root, "title", title);
    page_carry(p);
}

void page_set_said(struct page *p, struct web_value *row, const char *name, struct str zh)
{
    struct str said = page_said(p, zh);
    web_set(&p->model, row, name, said);
    web_set_flag(&p->model, row, "chinese", page_english(p) && str_eq(said, zh));
}

void page_named(struct page *p, struct str name)
{
    web_set(&p->model, &p->model.root, "title", name);
    web_set_flag(&p->model, &p->model.root, "named", page_english(p));
}

const struct web_template *page_template(const struct page *p, struct str name)
{
    const struct page_template *t = p->site->templates;
    for (size_t i = 0; i < p->site->template_count; i++)
        if (str_eq(t[i].name, name))
            return t[i].parsed[page_english(p) ? 1 : 0];
    return NULL;
}

enum err page_end(struct web_reply *reply, struct page *p, const char *name)
{
    enum { PAGE_ROOM = 8000 }; /* most pages are smaller */
    const struct web_template *t = page_template(p, str_of(name));
    TRY(web_model_err(&p->model));
    if (t == NULL)
        return ERR_MISSING;
    (void)buf_reserve(&reply->body, PAGE_ROOM);
    if (p->nav != NULL)
        return page_framed(reply, p, t);
    return web_template_render(&reply->body, t, &p->model.root);
}

enum err page_fail(struct fault *fault, const struct page *p, enum err err)
{
    return fault_set(fault, err, "%s", p->errand.fault.text);
}

/* --- what readers ask --- */

static struct str page_keep(struct page *p, struct buf *text)
{
    struct str copy = arena_str(p->request->arena, buf_view(text));
    p->model.failed = p->model.failed || copy.data == NULL || buf_err(text) != ERR_OK;
    buf_free(text);
    return copy;
}

enum err page_number(int64_t *out, struct page *p, const char *name, struct fault *fault)
{
    struct str text = page_param(p, name);
    *out = 0;
    if (text.len == 0)
        return ERR_OK;
    if (str_i64(out, text) != ERR_OK || *out < 0)
        return fault_set(fault, ERR_INPUT, "参数 %s 应为数字", name);
    return ERR_OK;
}

enum err page_day(int32_t *out, struct page *p, const char *name, struct fault *fault)
{
    struct str text = str_trim(page_param(p, name));
    *out = 0;
    if (text.len == 0)
        return ERR_OK;
    if (date_parse(out, text) != ERR_OK)
        return fault_set(fault, ERR_INPUT, "日期“%.*s”不正确，请写成 2026-01-31 的样子",
                         STR_ARG(str_sub(text, 0, 40)));
    return ERR_OK;
}

struct str page_keep_query(struct page *p, const char *const *names, size_t count)
{
    struct buf out = {0};
    for (size_t i = 0; i < count; i++) {
        struct str value = web_param(p->request, names[i]);
        if (value.len > 0)
            buf_printf(&out, "&%s=%.*s", names[i], STR_ARG(page_url(p, value)));
    }
    return page_keep(p, &out);
}

void page_option(struct page *p, struct web_value *list, struct str value, struct str text,
                 struct str chosen)
{
    struct web_value *row = web_list_add(&p->model, list);
    web_set(&p->model, row, "value", value);
    web_set(&p->model, row, "text", text);
    web_set_flag(&p->model, row, "on", str_eq(value, chosen));
}

void page_options(struct page *p, const char *name, const struct field_word *words,
                  struct str chosen)
{
    struct web_value *list = web_set_list(&p->model, &p->model.root, name);
    for (const struct field_word *w = words; w->code != NULL; w++)
        page_option(p, list, str_of(w->code), page_said(p, str_of(w->text)), chosen);
}

void page_division_options(struct page *p, const struct office_choices *choices, struct str chosen)
{
    struct web_value *list = web_set_list(&p->model, &p->model.root, "divisions");
    for (size_t i = 0; i < choices->division_count; i++)
        page_option(p, list, choices->divisions[i], page_division(p, choices->divisions[i]),
                    chosen);
}

/* --- values --- */

struct str page_digits(struct page *p, int64_t n)
{
    struct str text = arena_printf(p->request->arena, "%lld", (long long)n);
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

struct str page_date(struct page *p, int32_t day)
{
    char text[DATE_TEXT_LEN];
    if (day == 0)
        return STR("");
    date_chars(text, day);
    struct str copy = arena_str(p->request->arena, str_range(text, sizeof text));
    p->model.failed = p->model.failed || copy.data == NULL;
    return copy;
}

struct str page_time(struct page *p, int64_t us)
{
    struct buf text = {0};
    if (us == 0)
        return STR("");
    int32_t day = date_of_time(us);
    int64_t minutes = (us - time_of_date(day)) / (60 * TIME_SECOND);
    date_format(&text, day);
    buf_printf(&text, " %02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
    return page_keep(p, &text);
}

struct str page_division(const struct page *p, struct str code)
{
    const struct region *region = regions_find(&p->site->reader->regions, code);
    return region != NULL ? region->name : code;
}

struct str page_percent(struct page *p, double share)
{
    struct buf text = {0};
    buf_printf(&text, "%.1f%%", share * 100);
    return page_keep(p, &text);
}

struct str page_url(struct page *p, struct str text)
{
    struct buf out = {0};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            buf_char(&out, (char)c);
        else
            buf_printf(&out, "%%%02X", c);
    }
    return page_keep(p, &out);
}

/* That parts of a result are kept back, and by which kinds of grounds (R110). */
static void page_redacted(struct page *p, struct web_value *row,
                          const struct store_public_result *r)
{
    struct str first = r->adopted_kind.len > 0 ? r->adopted_kind : r->reason_kind;
    bool both = r->reason_kind.len > 0 && !str_eq(first, r->reason_kind);
    struct buf text = {0};
    if (first.len == 0)
        return;
    buf_str(&text, page_word(p, "redacted"));
    buf_str(&text, page_word(p, "bracket_open"));
    buf_str(&text, page_said(p, model_text(model_exemption_kinds, first)));
    if (both) {
        buf_str(&text, page_word(p, "semicolon"));
        buf_str(&text, page_said(p, model_text(model_exemption_kinds, r->reason_kind)));
    }
    buf_str(&text, page_word(p, "bracket_close"));
    web_set(&p->model, row, "redacted", page_keep(p, &text));
}

/* When it was published, and why it corrects another. */
static void page_result_more(struct page *p, struct web_value *row,
                             const struct store_public_result *r)
{
    web_set(&p->model, row, "published", page_date(p, date_of_time(r->published_at)));
    web_set_count(&p->model, row, "idx", r->idx);
    web_set(&p->model, row, "reason", r->reason);
    page_withheld(p, row, "reason_withheld", r->reason_kind);
    page_redacted(p, row, r);
}

void page_withheld(struct page *p, struct web_value *row, const char *name, struct str kind)
{
    struct buf text = {0};
    if (kind.len == 0)
        return;
    buf_str(&text, page_word(p, "withheld_part"));
    buf_str(&text, page_word(p, "bracket_open"));
    buf_str(&text, page_said(p, model_text(model_exemption_kinds, kind)));
    buf_str(&text, page_word(p, "comma"));
    buf_str(&text, page_said(p, model_text(model_exemption_bases, kind)));
    buf_str(&text, page_word(p, "bracket_close"));
    web_set(&p->model, row, name, page_keep(p, &text));
}

struct web_value *page_results(struct page *p, const struct store_public_result *rows, size_t count)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "results");
    for (size_t i = 0; i < count; i++) {
        const struct store_public_result *r = &rows[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "date", page_date(p, r->date));
        web_set(m, row, "pool_id", r->pool_id);
        web_set(m, row, "object", r->object_name);
        web_set(m, row, "item", r->item);
        web_set(m, row, "result", page_said(p, model_text(model_result_codes, r->code)));
        web_set_flag(m, row, "finding", model_result_found(r->code));
        web_set(m, row, "authority", r->authority);
        web_set(m, row, "type", page_said(p, model_text(model_task_types, r->type)));
        web_set(m, row, "task_number", r->task_number);
        web_set(m, row, "task_name", r->task_name);
        web_set(m, row, "plan_name", r->plan_name);
        web_set(m, row, "plan_number", r->plan_number);
        web_set(m, row, "plan_code", r->plan_code);
        web_set_flag(m, row, "replaced", r->replaced);
        web_set_flag(m, row, "corrects", r->replaces != 0);
        page_result_more(p, row, r);
    }
    web_set_flag(m, &m->root, "has_results", count > 0);
    return list;
}

/* --- errors --- */

void page_problem(struct page *p, const char *name, const struct fault *fault)
{
    struct str zh = fault != NULL ? str_of(fault->text) : STR("");
    struct str said = page_said_fault(p, zh);
    if (zh.len == 0)
        return;
    struct web_value *problem = web_set_object(&p->model, &p->model.root, name);
    web_set(&p->model, problem, "text", said);
    web_set_flag(&p->model, problem, "chinese", page_english(p) && str_eq(said, zh));
}

static const char *error_title(int status)
{
    if (status == 404)
        return "not_found";
    if (status == 503 || status == 429)
        return "busy";
    return status >= 500 ? "failed" : "refused";
}

/* What to do: a wrong address or date does not become right later. */
static const char *error_note(int status)
{
    if (status == 404)
        return "not_found_note";
    return status >= 500 || status == 429 ? "failed_note" : "refused_note";
}

void page_error(struct web_reply *reply, const struct web_request *request, int status,
                const struct fault *fault)
{
    struct page p;
    if (desk_error(reply, request, status, fault))
        return;
    buf_clear(&reply->body);
    page_begin(&p, request, "", STR(""));
    p.asked = request->param_count > 0 ? UINT64_MAX : 0; /* the refusal in another language */
    web_set(&p.model, &p.model.root, "title", page_word(&p, error_title(status)));
    web_set(&p.model, &p.model.root, "note", page_word(&p, error_note(status)));
    page_problem(&p, "words", fault);
    web_set_count(&p.model, &p.model.root, "request_id", (int64_t)request->id);
    reply->type = "text/html; charset=utf-8";
    if (page_end(reply, &p, "error") == ERR_OK)
        return;
    buf_clear(&reply->body);
    web_framed_drop(&reply->framed);
    reply->type = "text/plain; charset=utf-8";
    buf_str(&reply->body, page_word(&p, error_title(status)));
}
