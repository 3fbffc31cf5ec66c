/* Many objects into a special library, or out of it, at once: see office_library_batch. */
#include "office/job.h"
#include "office/library.h"
#include "office/library_place.h"

#include <stdio.h>

/* What was asked for, with the library that it names. */
struct library_what {
    struct office_library_batch batch;
    struct store_library library;
};

static enum err batch_begin(struct object_batch *b, struct db_tx *tx)
{
    struct library_what *w = b->what;
    TRY(library_visible(&w->library, b->e, tx, w->batch.library));
    b->word = w->library.name;
    return w->batch.leave ? ERR_OK : library_open(b->e, &w->library);
}

/* What one page of objects had in the library, by object, and what that leads to. */
struct batch_page {
    struct store_library_row *had;
    size_t had_count;
    struct store_library_row *fresh;
    struct store_change *changes;
    size_t count; /* of changes; of fresh where objects go in */
    int64_t *gone;
    size_t gone_count;
};

/* The rows of an object: where they begin, how many there are. */
static size_t page_had(size_t *from, const struct batch_page *page, int64_t object)
{
    size_t low = 0;
    size_t high = page->had_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (page->had[middle].object < object)
            low = middle + 1;
        else
            high = middle;
    }
    *from = low;
    while (low < page->had_count && page->had[low].object == object)
        low++;
    return low - *from;
}

static struct store_change *page_change(struct batch_page *page, const struct library_what *w,
                                        int64_t object)
{
    struct store_change *change = &page->changes[page->count++];
    *change = (struct store_change){.target = object,
                                    .before = STR("{}"),
                                    .after = STR("{}"),
                                    .reason = w->batch.reason,
                                    .library = w->library.id};
    return change;
}

static enum err page_place(struct object_batch *b, struct batch_page *page, struct arena *arena,
                           int64_t object)
{
    const struct library_what *w = b->what;
    struct store_library_row *row = &page->fresh[page->count];
    struct store_change *change = page_change(page, w, object);
    *row = (struct store_library_row){.library = w->library.id,
                                      .object = object,
                                      .licence = STR(""),
                                      .what = STR(""),
                                      .contact = STR(""),
                                      .phone = STR(""),
                                      .at = b->e->now,
                                      .actor = b->e->actor};
    return library_place_json(&change->after, arena, w->library.name, row);
}

/* All rows of one object leave, each with its history. */
static enum err page_leave(struct object_batch *b, struct batch_page *page, struct arena *arena,
                           const struct store_library_row *had, size_t count)
{
    const struct library_what *w = b->what;
    for (size_t i = 0; i < count; i++) {
        struct store_change *change = page_change(page, w, had[i].object);
        struct store_library_row was = had[i];
        TRY(library_place_open(&was, b->e, arena));
        TRY(library_place_json(&change->before, arena, w->library.name, &was));
    }
    page->gone[page->gone_count++] = had[0].object;
    return ERR_OK;
}

static enum err page_object(struct object_batch *b, struct batch_page *page, struct arena *arena,
                            const struct store_object_row *row)
{
    size_t from = 0;
    size_t count = page_had(&from, page, row->record.id);
    if ((count > 0) != b->removed)
        return ERR_OK;
    object_batch_changed(b, row);
    return b->removed ? page_leave(b, page, arena, page->had + from, count)
                      : page_place(b, page, arena, row->record.id);
}

static enum err page_write(struct object_batch *b, struct db_tx *tx, struct batch_page *page)
{
    const struct library_what *w = b->what;
    const struct store_changes all = {page->changes, page->count, STORE_OBJECTS, b->e->actor};
    const struct store_library_rows_find gone = {
        b->stamp.tenant, w->library.id, b->e->scope.clearance, {page->gone, page->gone_count}};
    int64_t next = 0;
    if (page->count == 0)
        return ERR_OK;
    TRY(object_batch_ids(&next, b, page->count));
    for (size_t i = 0; i < page->count; i++)
        page->changes[i].id = next + (int64_t)i;
    if (b->removed)
        TRY(store_library_rows_remove(tx, &gone));
    else
        TRY(store_library_rows_load(tx, b->stamp.tenant, page->fresh, page->count));
    return store_change_add(tx, &b->stamp, &all);
}

static enum err batch_page(struct object_batch *b, struct db_tx *tx,
                           const struct store_object_row *rows, size_t count, struct arena *arena)
{
    const struct library_what *w = b->what;
    struct batch_page page = {.gone = arena_array(arena, count + 1, sizeof *page.gone)};
    if (page.gone == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        page.gone[i] = rows[i].record.id;
    const struct store_library_rows_find find = {
        b->stamp.tenant, w->library.id, b->e->scope.clearance, {page.gone, count}};
    TRY(store_library_rows_of(&page.had, &page.had_count, arena, tx, &find));
    page.fresh = arena_array(arena, count + 1, sizeof *page.fresh);
    page.changes = arena_array(arena, count + page.had_count + 1, sizeof *page.changes);
    if (page.fresh == NULL || page.changes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        TRY(page_object(b, &page, arena, &rows[i]));
    return page_write(b, tx, &page);
}

static const struct object_batch_kind library_kind = {"library-batch", batch_begin, batch_page,
                                                      false};

static enum err batch_of(struct object_batch *b, struct library_what *w,
                         const struct office_library_batch *batch)
{
    *w = (struct library_what){.batch = *batch};
    w->batch.reason = str_trim(batch->reason);
    b->kind = &library_kind;
    b->set = &w->batch.set;
    b->what = w;
    b->removed = w->batch.leave;
    if (w->batch.reason.len == 0)
        return fault_at(&b->e->fault, "reason", ERR_INPUT, "请填写原因；没有改动");
    return ERR_OK;
}

enum err office_library_batch(struct office_batched *out, struct errand *e,
                              const struct office_library_batch *batch)
{
    struct library_what what;
    struct object_batch b = {.e = e, .out = out};
    *out = (struct office_batched){0};
    TRY(batch_of(&b, &what, batch));
    return object_batch_now(&b);
}

/* --- as a job --- */

static void batch_args(struct json_writer *w, const void *ctx)
{
    const struct library_what *what = ctx;
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)what->batch.library);
    json_pair_str(w, "into", str_of(id));
    json_pair_str(w, "reason", what->batch.reason);
}

enum err office_library_batch_order(int64_t *job, struct errand *e,
                                    const struct office_library_batch *batch)
{
    struct library_what what;
    struct object_batch b = {.e = e};
    const struct object_batch_order order = {.job = &office_job_batch_libraries,
                                             .title = batch->leave ? STR("批量移出专项库")
                                                                   : STR("批量列入专项库"),
                                             .write = batch_args};
    TRY(batch_of(&b, &what, batch));
    return object_batch_order(job, &b, &order);
}

static enum err batch_job(struct office_job_run *run)
{
    struct library_what what;
    struct office_library_batch batch = {
        .leave = json_integer_value(json_object_get(run->args, "remove")) != 0,
        .reason = json_member_str(run->args, "reason")};
    struct object_batch b = {.e = run->e};
    TRY(str_i64(&batch.library, json_member_str(run->args, "into")));
    TRY(object_batch_read(&batch.set, run));
    TRY(batch_of(&b, &what, &batch));
    return object_batch_job(&b, run);
}

const struct office_job_kind office_job_batch_libraries = {
    "batch-libraries", "批量处理专项库", MODEL_PERMISSION_LIBRARY_EDIT, batch_job};
