/* Many objects into a special library, or out of it, at once: see office_library_batch. */
#include "office/library.h"
#include "office/library_place.h"

struct batch_work {
    struct errand *e;
    const struct office_library_batch *batch;
    struct office_batched *out;
    struct store_library library;
    struct store_stamp stamp;
    int64_t next_id;
    struct str reason;
};

/* What one page of objects leads to. */
struct batch_page {
    struct store_library_row *fresh;
    struct store_change *changes;
    size_t fresh_count;
    size_t change_count;
};

/* The object's rows in this library. */
static enum err batch_had(struct store_library_row **out, size_t *count, struct batch_work *w,
                          struct db_tx *tx, struct arena *arena, int64_t object)
{
    size_t kept = 0;
    TRY(store_library_rows(out, count, arena, tx, w->stamp.tenant, object));
    for (size_t i = 0; i < *count; i++)
        if ((*out)[i].library == w->library.id)
            (*out)[kept++] = (*out)[i];
    *count = kept;
    return ERR_OK;
}

static struct store_change batch_change(struct batch_work *w, int64_t object)
{
    return (struct store_change){.id = w->next_id++,
                                 .target = object,
                                 .before = STR("{}"),
                                 .after = STR("{}"),
                                 .reason = w->reason};
}

static enum err batch_place(struct batch_work *w, struct batch_page *page, struct arena *arena,
                            int64_t object)
{
    struct store_library_row *row = &page->fresh[page->fresh_count++];
    struct store_change *change = &page->changes[page->change_count++];
    *row = (struct store_library_row){.library = w->library.id,
                                      .object = object,
                                      .licence = STR(""),
                                      .what = STR(""),
                                      .contact = STR(""),
                                      .phone = STR(""),
                                      .at = w->e->now,
                                      .actor = w->e->actor};
    *change = batch_change(w, object);
    return library_place_json(&change->after, arena, w->library.name, row);
}

/* Takes all rows of one object away, each with its history. */
static enum err batch_leave(struct batch_work *w, struct db_tx *tx, struct arena *arena,
                            const struct store_library_row *had, size_t count)
{
    struct store_change *changes = arena_array(arena, count, sizeof *changes);
    const struct store_changes all = {changes, count, STORE_OBJECTS, w->e->actor};
    uint64_t removed = 0;
    if (changes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        changes[i] = batch_change(w, had[i].object);
        TRY(library_place_json(&changes[i].before, arena, w->library.name, &had[i]));
        TRY(store_library_row_remove(&removed, tx, w->stamp.tenant, &had[i]));
    }
    return store_change_add(tx, &w->stamp, &all);
}

static enum err batch_object(struct batch_work *w, struct db_tx *tx, struct arena *arena,
                             struct batch_page *page, int64_t object)
{
    struct store_library_row *had = NULL;
    size_t count = 0;
    TRY(batch_had(&had, &count, w, tx, arena, object));
    if ((count > 0) != w->batch->leave)
        return ERR_OK;
    w->out->changed++;
    return w->batch->leave ? batch_leave(w, tx, arena, had, count)
                           : batch_place(w, page, arena, object);
}

static enum err batch_objects(void *ctx, struct db_tx *tx, const struct store_object_row *rows,
                              size_t count, struct arena *arena)
{
    struct batch_work *w = ctx;
    struct batch_page page = {.fresh = arena_array(arena, count + 1, sizeof *page.fresh),
                              .changes = arena_array(arena, count + 1, sizeof *page.changes)};
    if (page.fresh == NULL || page.changes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        TRY(batch_object(w, tx, arena, &page, rows[i].record.id));
    const struct store_changes all = {page.changes, page.change_count, STORE_OBJECTS, w->e->actor};
    TRY(store_library_rows_load(tx, w->stamp.tenant, page.fresh, page.fresh_count));
    return store_change_add(tx, &w->stamp, &all);
}

static enum err batch_run(struct db_tx *tx, void *ctx)
{
    struct batch_work *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    bool done = false;
    *w->out = (struct office_batched){0};
    TRY(office_once(&done, &outcome, e, tx, STR("library-batch")));
    if (done)
        return object_set_recall(w->out, outcome, &e->fault);
    TRY(library_visible(&w->library, e, tx, w->batch->library));
    if (!w->batch->leave)
        TRY(library_open(e, &w->library));
    w->stamp = (struct store_stamp){.tenant = e->office->tenant, .at = e->now};
    TRY(office_id(&w->stamp.job, e));
    TRY(office_ids(&w->next_id, e, INT32_MAX));
    TRY(object_set_walk(&w->out->fit, e, tx, &w->batch->set, batch_objects, w));
    TRY(object_set_outcome(&outcome, e, w->library.name, w->batch->leave, w->out));
    TRY(office_audit(e, tx, STR("library-batch"), w->library.name, outcome));
    return office_once_done(e, tx, STR("library-batch"), outcome);
}

enum err office_library_batch(struct office_batched *out, struct errand *e,
                              const struct office_library_batch *batch)
{
    struct batch_work work = {
        .e = e, .batch = batch, .out = out, .reason = str_trim(batch->reason)};
    *out = (struct office_batched){0};
    if (work.reason.len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "请填写原因；没有改动");
    return office_write(e, "library-batch", batch_run, &work);
}
