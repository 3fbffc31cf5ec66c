/* A page of a special library's rows: see office_library_list. */
#include "office/library.h"
#include "office/library_place.h"
#include "office/mask.h"

struct list_work {
    struct errand *e;
    const struct office_library_query *query;
    struct office_library_list *out;
};

/* A number as the registry keeps it: typed in small letters it is meant all the same. */
static struct str list_number(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    if (copy == NULL)
        return (struct str){0};
    for (size_t i = 0; i < text.len; i++)
        copy[i] =
            text.data[i] >= 'a' && text.data[i] <= 'z' ? (char)(text.data[i] - 32) : text.data[i];
    return str_range(copy, text.len);
}

/* The page's rows, from the begin where there are none at its place any more. One row more than the
 * page holds tells whether there are others. */
static enum err list_rows(struct office_library_list *out, struct errand *e, struct db_tx *tx,
                          struct store_library_page *page)
{
    page->most++;
    TRY(store_library_page(&out->rows, &out->count, e->arena, tx, page));
    if (out->count == 0 && page->object != 0) {
        page->object = 0;
        page->licence = STR("");
        page->back = false;
        TRY(store_library_page(&out->rows, &out->count, e->arena, tx, page));
    }
    bool more = (int64_t)out->count == page->most;
    bool inside = page->object != 0;
    if (more && page->back)
        out->rows++;
    out->count -= more;
    out->before = page->back ? more : inside;
    out->behind = page->back ? inside : more;
    return ERR_OK;
}

static enum err list_mask(struct office_library_list *out, struct errand *e)
{
    const struct field *field = &model_libraries.fields[MODEL_LIBRARY_PHONE];
    for (size_t i = 0; i < out->count; i++) {
        TRY(library_place_open(&out->rows[i].place, e, e->arena));
        out->rows[i].place.phone = office_mask(e->arena, field, out->rows[i].place.phone);
        if (out->rows[i].place.phone.data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

static enum err list_run(struct db_tx *tx, void *ctx)
{
    struct list_work *w = ctx;
    struct errand *e = w->e;
    const struct office_library_query *q = w->query;
    struct str text = str_trim(q->text);
    struct store_library_page page = {.library = q->library,
                                      .text = text,
                                      .number = list_number(e->arena, text),
                                      .from = q->from,
                                      .until = q->until,
                                      .object = q->object,
                                      .licence = q->licence,
                                      .back = q->back,
                                      .most = (int64_t)q->most};
    *w->out = (struct office_library_list){0};
    enum err err = library_visible(&w->out->library, e, tx, q->library);
    if (err == ERR_INPUT)
        return fault_set(&e->fault, ERR_MISSING, "没有这个专项库");
    TRY(err);
    if (page.number.data == NULL)
        return ERR_MEMORY;
    TRY(library_find(&page.find, e));
    TRY(store_library_page_total(&w->out->total, tx, &page));
    TRY(list_rows(w->out, e, tx, &page));
    return list_mask(w->out, e);
}

enum err office_library_list(struct office_library_list *out, struct errand *e,
                             const struct office_library_query *query)
{
    struct list_work work = {.e = e, .query = query, .out = out};
    return office_read(e, "library-list", list_run, &work);
}
