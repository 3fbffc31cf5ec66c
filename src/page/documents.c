/* The document library for the public (R13-R15): guides, rules and schemes that were published,
 * with their older versions and the log entry of each. */
#include "page/page.h"

#include "office/attachment.h"

void page_document_row(struct page *p, struct web_value *row, const struct store_version *v)
{
    struct web_model *m = &p->model;
    web_set(m, row, "code", v->document.code);
    web_set(m, row, "name", v->title);
    web_set(m, row, "number", v->number);
    web_set(m, row, "kind", page_said(p, model_text(office_document_kinds, v->document.kind)));
    web_set(m, row, "openness", page_said(p, model_text(model_openness, v->document.openness)));
    web_set(m, row, "department", v->department_name);
    web_set_count(m, row, "version", v->version);
    web_set(m, row, "effective", page_date(p, v->effective_on));
    web_set(m, row, "published", page_time(p, v->published_at));
    web_set(m, row, "state",
            page_word(p, str_eq(v->state, STR("published"))  ? "in_force"
                         : str_eq(v->state, STR("replaced")) ? "replaced_by_newer"
                                                             : "out_of_force"));
    web_set_flag(m, row, "in_force", str_eq(v->state, STR("published")));
    web_set(m, row, "note", v->note);
    web_set(m, row, "plan", v->document.plan);
    web_set(m, row, "reason", v->reason);
    web_set(m, row, "approver", v->approver);
    web_set_count(m, row, "idx", v->idx);
}

enum err page_documents(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct office_document *rows = NULL;
    size_t count = 0;
    page_begin(&p, request, "/documents", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "documents"));
    enum err err = office_documents_public(&rows, &count, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "documents");
    for (size_t i = 0; i < count; i++)
        page_document_row(&p, web_list_add(m, list), &rows[i].newest);
    web_set_flag(m, &m->root, "has_documents", count > 0);
    return page_end(reply, &p, "documents");
}

/* The version that a reader asked for; the newest where none was named. */
static const struct store_version *document_wanted(const struct office_document_page *page,
                                                   int64_t version)
{
    for (size_t i = 0; i < page->count; i++)
        if (page->versions[i].version == version)
            return &page->versions[i];
    return version == 0 ? &page->versions[0] : NULL;
}

enum err page_document_read(struct office_document_page *out, const struct store_version **shown,
                            struct page *p, bool plan, struct fault *fault)
{
    int64_t version = 0;
    TRY(page_number(&version, p, "version", fault));
    enum err err =
        office_document_public(out, &p->errand, web_capture(p->request, "code"), version);
    if (err != ERR_OK)
        return page_fail(fault, p, err);
    *shown = document_wanted(out, version);
    if (*shown == NULL)
        return fault_set(fault, ERR_MISSING, "没有这个版本");
    if (office_document_is_plan((*shown)->document.kind) != plan)
        return fault_set(fault, ERR_MISSING, "没有这个文件");
    return ERR_OK;
}

static void document_texts(struct page *p, const struct store_version *v)
{
    struct web_model *m = &p->model;
    struct web_value *texts = web_set_list(m, &m->root, "texts");
    for (size_t i = 0; i < STORE_TEXTS; i++) {
        const char *heading = office_document_heading(v->document.kind, i);
        if (heading == NULL)
            continue;
        struct web_value *row = web_list_add(m, texts);
        web_set(m, row, "heading", page_said(p, str_of(heading)));
        web_set(m, row, "text", v->texts[i]);
    }
}

static void document_files(struct page *p, const struct office_document_page *page)
{
    struct web_model *m = &p->model;
    struct web_value *files = web_set_list(m, &m->root, "files");
    for (size_t i = 0; i < page->file_count; i++) {
        struct web_value *row = web_list_add(m, files);
        web_set_count(m, row, "file", page->files[i].id);
        web_set(m, row, "file_name", page->files[i].name);
        web_set(m, row, "digest", page->files[i].digest);
    }
    web_set_flag(m, &m->root, "has_files", page->file_count > 0);
}

void page_document_show(struct page *p, const struct office_document_page *page,
                        const struct store_version *shown)
{
    struct web_model *m = &p->model;
    page_document_row(p, web_set_object(m, &m->root, "of"), shown);
    document_texts(p, shown);
    struct web_value *list = web_set_list(m, &m->root, "versions");
    for (size_t i = 0; i < page->count; i++) {
        struct web_value *row = web_list_add(m, list);
        page_document_row(p, row, &page->versions[i]);
        web_set_flag(m, row, "shown", &page->versions[i] == shown);
    }
    document_files(p, page);
    page_named(p, shown->title);
    web_set(m, &m->root, "document_code", shown->document.code);
}

enum err page_document(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct office_document_page page;
    const struct store_version *shown = NULL;
    page_begin(&p, request, "/documents", STR(""));
    TRY(page_document_read(&page, &shown, &p, false, fault));
    page_document_show(&p, &page, shown);
    return page_end(reply, &p, "document");
}

enum err page_document_file(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct store_attachment a = {0};
    const char *path = NULL;
    int64_t id = 0;
    const struct office_attachment_place place = {.document = web_capture(request, "code")};
    page_begin(&p, request, "/documents", STR(""));
    if (str_i64(&id, web_capture(request, "file")) != ERR_OK)
        return fault_set(fault, ERR_MISSING, "没有这个附件");
    enum err err = office_attachment_open(&a, &path, &p.errand, &place, id);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    reply->type = office_attachment_type(a.kind);
    reply->file = path;
    reply->download = a.name;
    return ERR_OK;
}
