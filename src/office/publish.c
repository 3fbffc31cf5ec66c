/* Publishing results and exporting them in the national columns: see result.h.
 *
 * A publication is a log entry, so that nobody can later say that a result was, or was not, public:
 *
 *   sunlot-result/1 publication
 *   number TENANT-SERIAL
 *   count N
 *   root HEX        RFC 6962 root of the published rows, sorted by raw bytes; a row is the national
 *                   columns in their order, TAB between them, no LF: plan number and name, task
 *                   number and name, type, authority, date, object's number and name, item, result
 */
#include "office/result.h"

#include "base/time.h"
#include "crypto/merkle.h"
#include "model/resource.h"
#include "office/task.h"
#include "sheet/writer.h"
#include "store/draw.h"

#include <stdlib.h>
#include <string.h>

struct publish {
    struct errand *e;
    struct str draw;
    struct str pool_id;
    struct store_draw row;
    struct office_task task;
    int64_t id;
    struct office_published out;
    struct str *lines;
    size_t line_count;
};

/* --- one row in words --- */

static void publish_cells(struct str cells[MODEL_RESULT_COUNT], struct buf *date,
                          const struct store_published *row)
{
    buf_clear(date);
    date_format(date, row->date);
    cells[MODEL_RESULT_PLAN_NUMBER] = row->plan_number;
    cells[MODEL_RESULT_PLAN_NAME] = row->plan_name;
    cells[MODEL_RESULT_TASK_NUMBER] = row->task_number;
    cells[MODEL_RESULT_TASK_NAME] = row->task_name;
    cells[MODEL_RESULT_TYPE] = model_text(model_task_types, row->type);
    cells[MODEL_RESULT_AUTHORITY] = row->authority;
    cells[MODEL_RESULT_DATE] = buf_view(date);
    cells[MODEL_RESULT_OBJECT_NUMBER] = row->object_number;
    cells[MODEL_RESULT_OBJECT_NAME] = row->object_name;
    cells[MODEL_RESULT_ITEM] = row->item;
    cells[MODEL_RESULT_TEXT] = model_text(model_result_codes, row->code);
}

/* TAB-joined; TAB and line breaks inside a value become blanks. */
static struct str publish_line(struct arena *arena, const struct str cells[MODEL_RESULT_COUNT])
{
    struct buf line = {0};
    for (size_t i = 0; i < MODEL_RESULT_COUNT; i++) {
        if (i > 0)
            buf_char(&line, '\t');
        for (size_t k = 0; k < cells[i].len; k++)
            buf_char(&line, (unsigned char)cells[i].data[k] < 0x20 ? ' ' : cells[i].data[k]);
    }
    struct str copy =
        buf_err(&line) == ERR_OK ? arena_str(arena, buf_view(&line)) : str_range(NULL, 0);
    buf_free(&line);
    return copy;
}

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
        results[i].publication = p->id;
        TRY(store_result_step(tx, &results[i], STR("approved")));
        p->out.results++;
    }
    p->out.visits++;
    return store_visit_state(tx, tenant, visit->id, STR("published"), STR(""));
}

static enum err publish_visits(struct publish *p, struct db_tx *tx)
{
    struct errand *e = p->e;
    struct store_visit *visits = NULL;
    size_t count = 0;
    bool found = p->pool_id.len == 0;
    TRY(store_visits(&visits, &count, e->arena, tx, e->office->tenant, p->row.id));
    for (size_t i = 0; i < count; i++) {
        bool meant = p->pool_id.len == 0 || str_eq(visits[i].pool_id, p->pool_id);
        bool open =
            str_eq(visits[i].state, STR("entered")) || str_eq(visits[i].state, STR("assigned"));
        found = found || meant;
        if (meant && open)
            TRY(publish_visit(p, tx, &visits[i]));
    }
    if (!found)
        return fault_set(&e->fault, ERR_MISSING, "对象 %.*s 不在本次抽中名单里；没有公示",
                         STR_ARG(p->pool_id));
    return ERR_OK;
}

/* One row frozen, and its line for the root. */
static enum err publish_freeze(struct publish *p, struct db_tx *tx,
                               const struct store_published *row, struct buf *date)
{
    struct str cells[MODEL_RESULT_COUNT];
    if (p->line_count == p->out.results)
        return ERR_DAMAGED;
    publish_cells(cells, date, row);
    struct str line = publish_line(p->e->arena, cells);
    p->lines[p->line_count++] = line;
    return line.data != NULL ? store_published_add(tx, p->e->office->tenant, p->id, row)
                             : ERR_MEMORY;
}

static enum err publish_collect(struct publish *p, struct db_tx *tx, struct db_rows *rows)
{
    struct errand *e = p->e;
    struct store_published row;
    struct buf date = {0};
    p->lines = arena_array(e->arena, (size_t)p->out.results, sizeof *p->lines);
    enum err err = p->lines != NULL ? store_published_next(&row, rows) : ERR_MEMORY;
    while (err == ERR_OK) {
        err = publish_freeze(p, tx, &row, &date);
        if (err == ERR_OK)
            err = store_published_next(&row, rows);
    }
    buf_free(&date);
    if (err != ERR_END)
        return err;
    return p->line_count == p->out.results ? ERR_OK : ERR_DAMAGED;
}

static int publish_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static enum err publish_root(uint8_t root[CRYPTO_HASH], struct publish *p, struct db_tx *tx)
{
    struct db_rows *rows = NULL;
    struct crypto_merkle tree;
    p->line_count = 0;
    TRY(store_publishing_open(&rows, tx, p->e->office->tenant, p->id));
    enum err err = publish_collect(p, tx, rows);
    db_done(rows);
    TRY(err);
    qsort(p->lines, p->line_count, sizeof *p->lines, publish_order);
    crypto_merkle_init(&tree);
    for (size_t i = 0; i < p->line_count; i++)
        crypto_merkle_add(&tree, p->lines[i]);
    crypto_merkle_root(root, &tree);
    return ERR_OK;
}

static enum err publish_entry(struct publish *p, struct db_tx *tx)
{
    struct errand *e = p->e;
    uint8_t root[CRYPTO_HASH];
    int64_t serial = 0;
    struct buf body = {0};
    TRY(publish_root(root, p, tx));
    TRY(office_number(&serial, e, tx, STR("publication"), 0));
    buf_printf(&body, "sunlot-result/1 publication\nnumber %.*s-%lld\ncount %llu\nroot ",
               STR_ARG(e->office->tenant), (long long)serial, (unsigned long long)p->out.results);
    buf_hex(&body, root, sizeof root);
    buf_char(&body, '\n');
    enum err err = buf_err(&body);
    if (err == ERR_OK)
        err = office_log_append(&p->out.idx, e, tx, buf_view(&body));
    buf_free(&body);
    TRY(err);
    const struct store_publication row = {e->office->tenant,       p->id,  p->out.idx,
                                          (int64_t)p->out.results, e->now, e->actor};
    return store_publication_add(tx, &row);
}

/* What was answered, as text and back, for a repeated errand. */
static enum err publish_remember(struct publish *p, struct db_tx *tx)
{
    struct str outcome =
        arena_printf(p->e->arena, "%llu/%llu/%llu/%llu/%lld", (unsigned long long)p->out.visits,
                     (unsigned long long)p->out.results, (unsigned long long)p->out.exempt,
                     (unsigned long long)p->out.waiting, (long long)p->out.idx);
    if (outcome.data == NULL)
        return ERR_MEMORY;
    return office_once_done(p->e, tx, STR("result-publish"), outcome);
}

static enum err publish_recall(struct publish *p, struct str outcome)
{
    uint64_t *const counts[] = {&p->out.visits, &p->out.results, &p->out.exempt, &p->out.waiting};
    struct str rest = outcome;
    struct str word;
    for (size_t i = 0; i < 4; i++) {
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
    TRY(office_id(&p->id, e));
    TRY(publish_visits(p, tx));
    if (p->out.results > 0)
        TRY(publish_entry(p, tx));
    if (p->out.visits > 0)
        TRY(office_audit(e, tx, STR("result-publish"), p->draw, p->pool_id));
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
        publish_cells(cells, &date, &row);
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
    TRY(store_published_open(&rows, tx, w->e->office->tenant, 0));
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
