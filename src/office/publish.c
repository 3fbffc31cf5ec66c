/* Publishing and exporting results: see result.h. A publication is a log entry, so that nobody can
 * later say that a result was, or was not, public; a correction is an entry of its own
 * (publication.h). What was published is kept as it was. */
#include "office/result.h"

#include "base/time.h"
#include "office/publication.h"
#include "office/redaction.h"
#include "office/task.h"
#include "office/veil.h"
#include "sheet/writer.h"
#include "store/draw.h"

/* One entry in the making: its rows are those results whose publication is its id. */
struct publish_entry {
    bool correction;
    int64_t id;
    size_t most; /* rows that it will have */
    struct str *lines;
    size_t count;
    int64_t idx; /* -1 where nothing was published */
};

struct publish {
    struct errand *e;
    struct str draw;
    struct str pool_id;
    struct store_draw row;
    struct office_task task;
    struct publish_entry news;
    struct publish_entry corrections;
    struct office_published out;
};

/* --- publishing --- */

/* Every item of the task has a result that is approved or exempt. */
static bool publish_ready(const struct publish *p, const struct store_result *results, size_t count)
{
    for (size_t i = 0; i < p->task.item_count; i++) {
        bool ready = false;
        for (size_t k = 0; k < count && !ready; k++)
            ready = results[k].item == p->task.items[i].item &&
                    (str_eq(results[k].state, STR("approved")) ||
                     str_eq(results[k].state, STR("exempt")));
        if (!ready)
            return false;
    }
    return true;
}

/* Is any of a visit's results told now? Where all are exempt its object stays veiled. */
static bool publish_opens(const struct store_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(results[i].state, STR("published")))
            return true;
    return false;
}

static enum err publish_visit(struct publish *p, struct db_tx *tx, const struct store_visit *visit)
{
    struct errand *e = p->e;
    struct store_result *results = NULL;
    size_t count = 0;
    struct str tenant = e->office->tenant;
    TRY(store_results_of_visit(&results, &count, e->arena, tx, tenant, visit->id));
    if (!publish_ready(p, results, count)) {
        p->out.waiting++;
        return ERR_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (str_eq(results[i].state, STR("exempt"))) {
            p->out.exempt++;
            continue;
        }
        results[i].state = STR("published");
        results[i].published_at = e->now;
        results[i].publication = p->news.id;
        TRY(store_result_step(tx, &results[i], STR("approved")));
        p->out.results++;
        p->news.most++;
    }
    p->out.visits++;
    TRY(store_visit_state(tx, tenant, visit->id, STR("published"), STR("")));
    return publish_opens(results, count) ? office_visit_open(e, tx, &p->row, visit) : ERR_OK;
}

/* What is approved after the publication of its object corrects a published result. */
static enum err publish_corrections(struct publish *p, struct db_tx *tx,
                                    const struct store_visit *visit)
{
    struct errand *e = p->e;
    struct store_result *results = NULL;
    size_t count = 0;
    struct str tenant = e->office->tenant;
    TRY(store_results_of_visit(&results, &count, e->arena, tx, tenant, visit->id));
    for (size_t i = 0; i < count; i++) {
        struct store_correction c = {0};
        if (!str_eq(results[i].state, STR("approved")))
            continue;
        TRY(store_correction_get(&c, e->arena, tx, tenant, results[i].id));
        results[i].state = STR("published");
        results[i].published_at = e->now;
        results[i].publication = p->corrections.id;
        TRY(store_result_replace(tx, tenant, c.replaces));
        TRY(redaction_publish(e, tx, &results[i]));
        TRY(store_result_step(tx, &results[i], STR("approved")));
        p->out.corrected++;
        p->corrections.most++;
    }
    return ERR_OK;
}

static enum err publish_visits(struct publish *p, struct db_tx *tx)
{
    struct errand *e = p->e;
    struct store_visit *visits = NULL;
    size_t count = 0;
    bool found = p->pool_id.len == 0;
    TRY(office_visits(&visits, &count, e, tx, &p->row));
    for (size_t i = 0; i < count; i++) {
        bool meant = p->pool_id.len == 0 || str_eq(visits[i].pool_id, p->pool_id);
        bool open =
            str_eq(visits[i].state, STR("entered")) || str_eq(visits[i].state, STR("assigned"));
        found = found || meant;
        if (meant && open)
            TRY(publish_visit(p, tx, &visits[i]));
        else if (meant && str_eq(visits[i].state, STR("published")))
            TRY(publish_corrections(p, tx, &visits[i]));
    }
    if (!found)
        return fault_set(&e->fault, ERR_MISSING, "对象 %.*s 不在本次抽中名单里；没有公示",
                         STR_ARG(p->pool_id));
    return ERR_OK;
}

/* What is kept back of a row is neither in the log nor in what is frozen. */
static enum err publish_withhold(struct publish *p, struct store_published *row)
{
    if (row->reason_kind.len == 0)
        return ERR_OK;
    row->reason = publication_withheld(p->e->arena, row->reason_kind);
    return row->reason.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* A row's line for the root. A correction's line says what it replaces and why. */
static enum err publish_line(struct publish *p, struct db_tx *tx, struct publish_entry *entry,
                             const struct store_published *row)
{
    struct errand *e = p->e;
    struct store_published old = {0};
    struct str more[2];
    if (entry->count == entry->most)
        return ERR_DAMAGED;
    if (entry->correction) {
        TRY(store_published_get(&old, e->arena, tx, e->office->tenant, row->replaces));
        more[0] = publication_leaf(e->arena, &old);
        more[1] = row->reason;
        if (more[0].data == NULL)
            return ERR_MEMORY;
    }
    struct str line = publication_line(e->arena, row, more, entry->correction ? 2 : 0);
    entry->lines[entry->count++] = line;
    return line.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* The rows are read whole before the first is frozen: one statement at a time; and they are frozen
 * with their place in the log, once it is known. */
static enum err publish_entry(struct publish *p, struct db_tx *tx, struct publish_entry *entry)
{
    struct errand *e = p->e;
    struct store_published *rows = NULL;
    size_t count = 0;
    if (entry->most == 0)
        return ERR_OK;
    TRY(store_publishing(&rows, &count, e->arena, tx, e->office->tenant, entry->id));
    entry->lines = arena_array(e->arena, entry->most, sizeof *entry->lines);
    if (entry->lines == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        TRY(publish_withhold(p, &rows[i]));
        TRY(publish_line(p, tx, entry, &rows[i]));
    }
    if (entry->count != entry->most)
        return ERR_DAMAGED;
    const struct publication publication = {entry->correction ? "correction" : "publication",
                                            entry->lines, entry->count};
    TRY(publication_append(&entry->idx, e, tx, &publication));
    const struct store_publication row = {e->office->tenant,     entry->id, entry->idx,
                                          (int64_t)entry->count, e->now,    e->actor};
    for (size_t i = 0; i < count; i++)
        TRY(store_published_add(tx, &row, &rows[i]));
    return store_publication_add(tx, &row);
}

/* What was answered, as text and back, for a repeated errand. */
static enum err publish_remember(struct publish *p, struct db_tx *tx)
{
    struct str outcome =
        arena_printf(p->e->arena, "%llu/%llu/%llu/%llu/%llu/%lld",
                     (unsigned long long)p->out.visits, (unsigned long long)p->out.results,
                     (unsigned long long)p->out.exempt, (unsigned long long)p->out.waiting,
                     (unsigned long long)p->out.corrected, (long long)p->out.idx);
    if (outcome.data == NULL)
        return ERR_MEMORY;
    return office_once_done(p->e, tx, STR("result-publish"), outcome);
}

static enum err publish_recall(struct publish *p, struct str outcome)
{
    uint64_t *const counts[] = {&p->out.visits, &p->out.results, &p->out.exempt, &p->out.waiting,
                                &p->out.corrected};
    struct str rest = outcome;
    struct str word;
    for (size_t i = 0; i < 5; i++) {
        if (!str_cut(&word, &rest, '/'))
            return ERR_DAMAGED;
        TRY(str_u64(counts[i], word));
    }
    return str_i64(&p->out.idx, rest);
}

static enum err publish_run(struct db_tx *tx, void *ctx)
{
    struct publish *p = ctx;
    struct errand *e = p->e;
    struct store_task task = {0};
    struct str told;
    struct str outcome;
    bool done = false;
    p->out = (struct office_published){.idx = -1};
    TRY(office_once(&done, &outcome, e, tx, STR("result-publish")));
    if (done)
        return publish_recall(p, outcome);
    enum err err = store_draw_get(&p->row, e->arena, tx, e->office->tenant, p->draw);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的抽取", STR_ARG(p->draw));
    TRY(err);
    TRY(store_task_by_id(&task, e->arena, tx, e->office->tenant, p->row.task));
    TRY(office_task_load(&p->task, e, tx, task.number));
    p->news = (struct publish_entry){.idx = -1};
    p->corrections = (struct publish_entry){.correction = true, .idx = -1};
    TRY(office_ids(&p->news.id, e, 2));
    p->corrections.id = p->news.id + 1;
    TRY(publish_visits(p, tx));
    TRY(publish_entry(p, tx, &p->news));
    TRY(publish_entry(p, tx, &p->corrections));
    p->out.idx = p->corrections.idx >= 0 ? p->corrections.idx : p->news.idx;
    TRY(office_veil(&told, e, &p->row, p->pool_id));
    if (p->out.visits > 0 || p->out.corrected > 0)
        TRY(office_audit(e, tx, STR("result-publish"), p->draw, told));
    return publish_remember(p, tx);
}

enum err office_result_publish(struct office_published *out, struct errand *e, struct str draw,
                               struct str pool_id)
{
    struct publish p = {.e = e, .draw = draw, .pool_id = pool_id};
    TRY(office_write(e, "result-publish", publish_run, &p));
    *out = p.out;
    return p.out.idx >= 0 ? office_log_sync(e->office, e->now, &e->fault) : ERR_OK;
}

/* --- exporting --- */

struct export_work {
    struct errand *e;
    struct sheet_writer *writer;
    uint64_t count;
};

static enum err export_rows(struct export_work *w, struct db_rows *rows)
{
    struct store_published row;
    struct str cells[MODEL_RESULT_COUNT];
    struct buf date = {0};
    enum err err = store_published_next(&row, rows);
    while (err == ERR_OK) {
        publication_cells(cells, &date, &row);
        err = sheet_writer_row(w->writer, cells, MODEL_RESULT_COUNT, &w->e->fault);
        w->count++;
        if (err == ERR_OK)
            err = store_published_next(&row, rows);
    }
    buf_free(&date);
    return err == ERR_END ? ERR_OK : err;
}

static enum err export_run(struct db_tx *tx, void *ctx)
{
    struct export_work *w = ctx;
    struct db_rows *rows = NULL;
    TRY(store_published_open(&rows, tx, w->e->office->tenant));
    enum err err = export_rows(w, rows);
    db_done(rows);
    return err;
}

enum err office_result_export(uint64_t *count, struct errand *e, const char *path)
{
    struct sheet_column columns[MODEL_RESULT_COUNT];
    struct export_work work = {.e = e};
    enum sheet_format format;
    for (size_t i = 0; i < MODEL_RESULT_COUNT; i++)
        columns[i] = (struct sheet_column){model_results.fields[i].name,
                                           model_results.fields[i].label, false, 0};
    TRY(sheet_format_of(&format, path, &e->fault));
    TRY(sheet_writer_open(&work.writer, path, format, columns, MODEL_RESULT_COUNT, &e->fault));
    enum err err = office_read(e, "result-export", export_run, &work);
    if (err == ERR_OK)
        err = sheet_writer_close(work.writer, &e->fault);
    else
        sheet_writer_abort(work.writer);
    *count = work.count;
    return err;
}
