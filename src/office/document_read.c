/* What is seen of the document library, in the workbench and in public: see document.h. */
#include "office/document_state.h"

#include "base/utf8.h"
#include "office/scope.h"

#include <stdlib.h>

bool document_in(const struct store_version *v, const char *state)
{
    return str_eq(v->state, str_of(state));
}

bool document_was_public(const struct store_version *v)
{
    return document_in(v, "published") || document_in(v, "replaced") || document_in(v, "withdrawn");
}

bool office_document_for_all(const struct store_document *d)
{
    return str_eq(d->openness, STR("open"));
}

/* reach NULL: the public. */
static bool version_seen(const struct office_document_reach *reach, const struct store_version *v)
{
    if (document_was_public(v))
        return reach != NULL || office_document_for_all(&v->document);
    return reach != NULL && (office_scope_department(reach->edit, v->document.department) ||
                             office_scope_department(reach->publish, v->document.department));
}

/* The public has none. */
static int64_t version_clearance(const struct errand *e, const struct office_document_reach *reach)
{
    return reach != NULL ? (int64_t)e->scope.clearance : MODEL_GRADE_PUBLIC;
}

struct document_read {
    struct errand *e;
    struct str code; /* empty: all */
    int64_t clearance;
    struct store_version *rows;
    size_t count;
};

static enum err document_read(struct db_tx *tx, void *ctx)
{
    struct document_read *r = ctx;
    struct errand *e = r->e;
    const struct store_version_find find = {e->office->tenant, r->code, r->clearance};
    if (r->code.len > 0)
        return store_versions_of(&r->rows, &r->count, e->arena, tx, &find);
    return store_versions(&r->rows, &r->count, e->arena, tx, e->office->tenant, r->clearance);
}

static enum err document_matches(bool *out, struct errand *e,
                                 const struct office_document_find *find,
                                 const struct store_version *v)
{
    struct str wanted, title, number;
    *out = (find->kind.len == 0 || str_eq(find->kind, v->document.kind)) &&
           (find->department.len == 0 || str_eq(find->department, v->document.department)) &&
           (find->state.len == 0 || str_eq(find->state, v->state)) &&
           (find->openness.len == 0 || str_eq(find->openness, v->document.openness)) &&
           (find->grade.len == 0 || (int64_t)model_grade_find(find->grade) == v->document.grade);
    if (!*out || find->text.len == 0)
        return ERR_OK;
    TRY(utf8_nfkc_fold(&wanted, e->arena, str_trim(find->text)));
    TRY(utf8_nfkc_fold(&title, e->arena, v->title));
    TRY(utf8_nfkc_fold(&number, e->arena, v->number));
    *out = str_find(title, wanted) >= 0 || str_find(number, wanted) >= 0;
    return ERR_OK;
}

enum err office_documents(struct office_document **out, size_t *count, struct errand *e,
                          const struct office_document_reach *reach,
                          const struct office_document_find *find)
{
    struct document_read r = {.e = e, .clearance = version_clearance(e, reach)};
    int64_t last = 0;
    *count = 0;
    TRY(office_read(e, "documents", document_read, &r));
    *out = arena_array(e->arena, r.count + 1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < r.count; i++) {
        const struct store_version *v = &r.rows[i];
        bool matches = false;
        if (v->document.id == last || !version_seen(reach, v))
            continue;
        last = v->document.id;
        TRY(document_matches(&matches, e, find, v));
        if (!matches)
            continue;
        struct office_document *d = &(*out)[(*count)++];
        *d = (struct office_document){.newest = *v};
        for (size_t k = i; k < r.count && r.rows[k].document.id == last; k++)
            if (document_in(&r.rows[k], "published"))
                d->published = r.rows[k].version;
    }
    return ERR_OK;
}

static int public_order(const void *a, const void *b)
{
    const struct store_version *x = &((const struct office_document *)a)->newest;
    const struct store_version *y = &((const struct office_document *)b)->newest;
    int order = str_cmp(x->document.department, y->document.department);
    if (order == 0)
        order = str_cmp(x->document.kind, y->document.kind);
    if (order == 0)
        order = str_cmp(x->document.plan, y->document.plan);
    return order != 0 ? order : str_cmp(x->title, y->title);
}

/* Those that are annual plans, or those that are not. */
static enum err public_list(struct office_document **out, size_t *count, struct errand *e,
                            bool plans)
{
    const struct office_document_find none = {0};
    struct office_document *rows = NULL;
    size_t all = 0;
    TRY(office_documents(&rows, &all, e, NULL, &none));
    *out = rows;
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (office_document_is_plan(rows[i].newest.document.kind) == plans)
            rows[(*count)++] = rows[i];
    if (*count > 1)
        qsort(rows, *count, sizeof *rows, public_order);
    return ERR_OK;
}

enum err office_documents_public(struct office_document **out, size_t *count, struct errand *e)
{
    return public_list(out, count, e, false);
}

enum err office_plans_public(struct office_document **out, size_t *count, struct errand *e)
{
    return public_list(out, count, e, true);
}

struct document_first {
    struct errand *e;
    int64_t grade;
};

static enum err document_first(struct db_tx *tx, void *ctx)
{
    struct document_first *f = ctx;
    return office_scope_grade(&f->grade, f->e, tx, STR(""), MODEL_SETTING_GRADE_DOCUMENT);
}

enum err office_document_grade_first(enum model_grade *out, struct errand *e)
{
    struct document_first f = {.e = e};
    struct fault words = e->fault; /* of what was refused before the form is shown again */
    TRY(office_read(e, "document-grade", document_first, &f));
    e->fault = words;
    *out = (enum model_grade)f.grade;
    return ERR_OK;
}

/* One document whole, its versions cut down to those that are seen. */
struct document_files {
    struct errand *e;
    struct office_document_page *out;
    int64_t owner;
    int64_t clearance;
};

static enum err document_files(struct db_tx *tx, void *ctx)
{
    struct document_files *f = ctx;
    const struct store_attachment owner = {
        .tenant = f->e->office->tenant, .resource = STR("documents"), .owner = f->owner};
    return store_attachments(&f->out->files, &f->out->file_count, f->e->arena, tx, &owner,
                             f->clearance);
}

static enum err document_page(struct office_document_page *out, struct errand *e,
                              const struct office_document_reach *reach, struct str code,
                              int64_t version)
{
    struct document_read r = {.e = e, .code = code, .clearance = version_clearance(e, reach)};
    struct document_files files = {.e = e, .out = out, .clearance = r.clearance};
    *out = (struct office_document_page){0};
    if (code.len > 0)
        TRY(office_read(e, "document", document_read, &r));
    out->versions = r.rows;
    for (size_t i = 0; i < r.count; i++) {
        if (!version_seen(reach, &r.rows[i]))
            continue;
        if (files.owner == 0 && (version == 0 || version == r.rows[i].version))
            files.owner = r.rows[i].id;
        out->versions[out->count++] = r.rows[i];
    }
    if (files.owner == 0)
        return fault_set(&e->fault, ERR_MISSING, "没有这个文件");
    return office_read(e, "document-files", document_files, &files);
}

enum err office_document_get(struct office_document_page *out, struct errand *e,
                             const struct office_document_reach *reach, struct str code)
{
    return document_page(out, e, reach, code, 0);
}

enum err office_document_public(struct office_document_page *out, struct errand *e, struct str code,
                                int64_t version)
{
    return document_page(out, e, NULL, code, version);
}
