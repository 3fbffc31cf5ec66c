/* Batches over sets of objects: see object_set.h. Labels of many stand here too; libraries in
 * library_batch.c.
 *
 * Invariants: a transaction of a batch leaves one audit row, which holds counts and a digest of the
 * keys; a job's transactions go through the set by id, and each keeps under its key
 * ("job-ID-N") where it ended, so that a job that begins again asks those keys and goes on. */
#include "base/utf8.h"
#include "office/job.h"
#include "office/object.h"
#include "office/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH_WORD_MOST = 40, /* characters of a label */
    BATCH_TRIES = 60,     /* of a piece, when the database is busy */
    BATCH_PAUSE_US = 1000000
};

/* --- one transaction --- */

enum err object_batch_ids(int64_t *out, struct object_batch *b, size_t count)
{
    TRY(office_ids(out, b->e, count));
    b->changes_from = b->changes_from == 0 ? *out : b->changes_from;
    b->changes_until = *out + (int64_t)count;
    return ERR_OK;
}

void object_batch_changed(struct object_batch *b, const struct store_object_row *row)
{
    crypto_sha256_add(&b->digest, row->record.values[STORE_OBJECT_POOL_ID]);
    crypto_sha256_add(&b->digest, STR("\n"));
    b->out->changed++;
}

static enum err batch_begin(struct object_batch *b, struct db_tx *tx)
{
    struct errand *e = b->e;
    *b->out = (struct office_batched){0};
    b->stamp = (struct store_stamp){.tenant = e->office->tenant, .at = e->now};
    b->changes_from = 0;
    b->changes_until = 0;
    crypto_sha256_init(&b->digest);
    TRY(b->kind->begin(b, tx));
    return b->kind->rows ? office_stamp(&b->stamp.job, e, tx) : office_id(&b->stamp.job, e);
}

/* A piece of a job; a batch of one transaction has no such. */
struct batch_piece {
    int64_t last; /* id of its last object; the next piece begins behind it */
    int64_t total;
    bool more;
    int64_t changes_from;
    int64_t changes_until;
};

static void batch_pair_id(struct json_writer *w, const char *name, int64_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id); /* ids are wider than JSON's numbers */
    json_pair_str(w, name, str_of(text));
}

/* The result as JSON, for the audit and for a repeated request. In e->arena. */
static enum err batch_outcome(struct str *out, struct object_batch *b,
                              const struct batch_piece *piece)
{
    uint8_t digest[CRYPTO_HASH];
    struct crypto_sha256 fork = b->digest;
    struct buf hex = {0};
    struct buf json = {0};
    struct json_writer w;
    crypto_sha256_final(digest, &fork);
    buf_hex(&hex, digest, sizeof digest);
    json_write_begin(&w, &json);
    json_write_object(&w);
    json_pair_str(&w, "word", b->word);
    json_pair_int(&w, "remove", b->removed);
    json_pair_int(&w, "fit", b->out->fit);
    json_pair_int(&w, "changed", b->out->changed);
    json_pair_str(&w, "objects_sha256", buf_view(&hex));
    if (piece != NULL) {
        json_pair_int(&w, "total", piece->total);
        json_pair_int(&w, "more", piece->more);
        batch_pair_id(&w, "last", piece->last);
        batch_pair_id(&w, "changes_from", piece->changes_from);
        batch_pair_id(&w, "changes_until", piece->changes_until);
    }
    json_write_object_end(&w);
    buf_free(&hex);
    return arena_keep(out, b->e->arena, &json, json_write_end(&w));
}

static enum err batch_recall(struct object_batch *b, struct batch_piece *piece, struct str outcome)
{
    struct office_batched *out = b->out;
    json_t *value = NULL;
    TRY(json_parse(&value, outcome, &b->e->fault));
    enum err err = ERR_OK;
    b->word = arena_str(b->e->arena, json_member_str(value, "word"));
    out->fit = json_integer_value(json_object_get(value, "fit"));
    out->changed = json_integer_value(json_object_get(value, "changed"));
    out->repeated = true;
    if (piece != NULL) {
        piece->total = json_integer_value(json_object_get(value, "total"));
        piece->more = json_integer_value(json_object_get(value, "more")) != 0;
        err = str_i64(&piece->last, json_member_str(value, "last"));
        if (err == ERR_OK)
            err = str_i64(&piece->changes_from, json_member_str(value, "changes_from"));
        if (err == ERR_OK)
            err = str_i64(&piece->changes_until, json_member_str(value, "changes_until"));
    }
    json_decref(value);
    return err;
}

/* What was done, for the audit and for a repeated request. */
static enum err batch_end(struct object_batch *b, struct db_tx *tx, const struct batch_piece *piece)
{
    struct errand *e = b->e;
    struct str outcome;
    struct str action = str_of(b->kind->action);
    if (b->kind->rows && b->out->changed > 0)
        TRY(store_object_batch_add(tx, &b->stamp, false));
    TRY(batch_outcome(&outcome, b, piece));
    TRY(office_audit(e, tx, action, b->word, outcome));
    return office_once_done(e, tx, action, outcome);
}

static enum err batch_grown(struct errand *e, int64_t was, int64_t is)
{
    return fault_set(&e->fault, ERR_CONFLICT,
                     "符合条件的对象由%lld个变为%lld个，没有改动；请核对后重新提交", (long long)was,
                     (long long)is);
}

/* --- all of a set in one transaction --- */

/* Those that fit, as they are before the batch changes any of them; some at a time. */
static enum err now_filtered(struct object_batch *b, struct db_tx *tx, struct arena *arena)
{
    const struct store_object_page every = {.order = STORE_OBJECT_BY_ID};
    struct store_object_filter filter;
    struct roster_found found;
    TRY(object_ask(&filter, b->e, tx, b->set->query));
    TRY(roster_find(&found, b->e, tx, &filter, &every));
    for (size_t i = 0; i < found.count; i += OFFICE_PAGE_MOST) {
        struct store_object_row *rows = NULL;
        size_t count = found.count - i < OFFICE_PAGE_MOST ? found.count - i : OFFICE_PAGE_MOST;
        const struct store_ids ids = {found.ids + i, count};
        arena_clear(arena);
        TRY(store_object_rows(&rows, &count, arena, tx, &filter, &ids));
        TRY(b->kind->page(b, tx, rows, count, arena));
        b->out->fit += (int64_t)count;
    }
    return ERR_OK;
}

/* The objects of some keys; one that is named twice comes once. */
static enum err picked_rows(struct store_object_row *out, size_t *count, struct object_batch *b,
                            struct db_tx *tx, const struct str *pool_ids)
{
    size_t keys = *count;
    *count = 0;
    for (size_t i = 0; i < keys; i++) {
        size_t at = 0;
        TRY(object_find(&out[*count], b->e, tx, pool_ids[i]));
        while (out[at].record.id != out[*count].record.id)
            at++;
        *count += at == *count;
    }
    return ERR_OK;
}

static enum err now_picked(struct object_batch *b, struct db_tx *tx, struct arena *arena)
{
    for (size_t i = 0; i < b->set->pool_id_count; i += OFFICE_PAGE_MOST) {
        size_t left = b->set->pool_id_count - i;
        size_t count = left < OFFICE_PAGE_MOST ? left : OFFICE_PAGE_MOST;
        struct store_object_row *rows = NULL;
        arena_clear(arena);
        rows = arena_array(arena, count, sizeof *rows);
        if (rows == NULL)
            return ERR_MEMORY;
        TRY(picked_rows(rows, &count, b, tx, b->set->pool_ids + i));
        TRY(b->kind->page(b, tx, rows, count, arena));
        b->out->fit += (int64_t)count;
    }
    return ERR_OK;
}

static enum err now_run(struct db_tx *tx, void *ctx)
{
    struct object_batch *b = ctx;
    struct errand *e = b->e;
    struct arena arena = {0};
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, str_of(b->kind->action)));
    if (done)
        return batch_recall(b, NULL, outcome);
    TRY(batch_begin(b, tx));
    enum err err =
        b->set->pool_id_count > 0 ? now_picked(b, tx, &arena) : now_filtered(b, tx, &arena);
    arena_free(&arena);
    TRY(err);
    if (b->set->expected >= 0 && b->set->expected != b->out->fit)
        return batch_grown(e, b->set->expected, b->out->fit);
    return batch_end(b, tx, NULL);
}

enum err object_batch_now(struct object_batch *b)
{
    *b->out = (struct office_batched){0};
    return office_write_again(b->e, b->kind->action, now_run, b);
}

/* --- ordering a job --- */

static enum err order_judge(struct db_tx *tx, void *ctx)
{
    struct object_batch *b = ctx;
    return b->kind->begin(b, tx);
}

static enum err order_args(struct str *out, struct object_batch *b,
                           const struct object_batch_order *order)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    object_filter_write(&w, &b->set->query->filter);
    json_pair_int(&w, "expected", b->set->expected);
    json_pair_int(&w, "remove", b->removed);
    order->write(&w, b->what);
    json_write_object_end(&w);
    return arena_keep(out, b->e->arena, &text, json_write_end(&w));
}

enum err object_batch_order(int64_t *id, struct object_batch *b,
                            const struct object_batch_order *order)
{
    struct errand *e = b->e;
    int64_t total = 0;
    struct office_job_order job = {.kind = order->job, .title = order->title};
    TRY(office_read(e, b->kind->action, order_judge, b));
    TRY(office_object_count(&total, e, b->set->query));
    if (b->set->expected >= 0 && b->set->expected != total)
        return batch_grown(e, b->set->expected, total);
    TRY(order_args(&job.args, b, order));
    job.total = (uint64_t)total;
    return office_job_order(id, e, &job);
}

/* --- the job --- */

enum err object_batch_read(struct office_object_set *out, struct office_job_run *run)
{
    struct office_object_query *query = arena_alloc(run->e->arena, sizeof *query);
    if (query == NULL)
        return ERR_MEMORY;
    *query = (struct office_object_query){0};
    object_filter_read(&query->filter, run->args);
    *out = (struct office_object_set){
        .query = query, .expected = json_integer_value(json_object_get(run->args, "expected"))};
    return ERR_OK;
}

struct batch_job {
    struct object_batch *b;
    struct office_job_run *run;
    struct arena arena;      /* of one piece */
    struct batch_piece from; /* the piece before */
    struct batch_piece at;
    struct office_batched sum;
    struct batch_piece *pieces; /* those that changed something */
    size_t count;
    size_t cap;
    struct sheet_writer *writer;
    struct str told; /* the object of the row before */
};

static enum err piece_run(struct db_tx *tx, void *ctx)
{
    struct batch_job *j = ctx;
    struct object_batch *b = j->b;
    struct errand *e = b->e;
    struct batch_piece next = j->from;
    const struct store_object_page page = {
        .order = STORE_OBJECT_BY_ID, .id = j->from.last, .most = OFFICE_PAGE_MOST};
    struct store_object_filter filter;
    struct store_object_row *rows = NULL;
    struct roster_found found;
    struct str outcome;
    size_t count = 0;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, str_of(b->kind->action)));
    if (done)
        return batch_recall(b, &j->at, outcome);
    TRY(batch_begin(b, tx));
    TRY(object_ask(&filter, e, tx, b->set->query));
    TRY(roster_find(&found, e, tx, &filter, &page));
    if (j->from.last == 0 && b->set->expected >= 0 && b->set->expected != found.total)
        return batch_grown(e, b->set->expected, found.total);
    const struct store_ids ids = {found.ids, found.count};
    TRY(store_object_rows(&rows, &count, e->arena, tx, &filter, &ids));
    TRY(b->kind->page(b, tx, rows, count, e->arena));
    b->out->fit = (int64_t)count;
    next.total = j->from.last == 0 ? found.total : next.total;
    next.last = found.count > 0 ? found.ids[found.count - 1] : next.last;
    next.more = found.behind;
    next.changes_from = b->changes_from;
    next.changes_until = b->changes_until;
    TRY(batch_end(b, tx, &next));
    j->at = next;
    return ERR_OK;
}

static enum err piece_keep(struct batch_job *j)
{
    j->sum.fit += j->b->out->fit;
    j->sum.changed += j->b->out->changed;
    if (j->at.changes_until == j->at.changes_from)
        return ERR_OK;
    if (j->count == j->cap) {
        size_t cap = j->cap == 0 ? 64 : j->cap * 2;
        struct batch_piece *wider = arena_array(j->run->e->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (j->count > 0)
            memcpy(wider, j->pieces, j->count * sizeof *wider);
        j->pieces = wider;
        j->cap = cap;
    }
    j->pieces[j->count++] = j->at;
    return ERR_OK;
}

/* One piece in an errand of its own: its key, its memory. */
static enum err piece_do(struct batch_job *j, size_t number)
{
    struct errand *e = j->run->e;
    struct errand mine = *e;
    arena_clear(&j->arena);
    mine.arena = &j->arena;
    mine.key = arena_printf(&j->arena, "%.*s-%zu", STR_ARG(e->key), number);
    if (mine.key.data == NULL)
        return ERR_MEMORY;
    j->b->e = &mine;
    j->from = j->at;
    enum err err = office_write_again(&mine, j->b->kind->action, piece_run, j);
    e->fault = mine.fault;
    j->b->e = e;
    TRY(err);
    TRY(piece_keep(j));
    return office_job_progress(j->run, (uint64_t)j->sum.fit, (uint64_t)j->at.total);
}

/* Nobody waits for a job: while others keep the database busy it tries again. */
static enum err piece_patient(struct batch_job *j, size_t number)
{
    enum err err = piece_do(j, number);
    for (int i = 0; i < BATCH_TRIES && err == ERR_BUSY; i++) {
        TRY(office_job_progress(j->run, (uint64_t)j->sum.fit, (uint64_t)j->at.total));
        usleep(BATCH_PAUSE_US);
        err = piece_do(j, number);
    }
    return err;
}

static enum err table_row(void *ctx, struct str pool_id, struct str name)
{
    struct batch_job *j = ctx;
    const struct str cells[] = {
        pool_id, name, j->b->removed ? STR("已去掉或移出") : STR("已加上或列入"), j->b->word};
    if (str_eq(pool_id, j->told))
        return ERR_OK; /* an object that left with several rows */
    j->told = arena_str(j->run->e->arena, pool_id);
    return j->told.data == NULL ? ERR_MEMORY
                                : sheet_writer_row(j->writer, cells, 4, &j->run->e->fault);
}

static enum err table_read(struct db_tx *tx, void *ctx)
{
    struct batch_job *j = ctx;
    struct errand *e = j->run->e;
    if (j->told.len > 0) /* read once more after a broken connection: the file has rows already */
        return fault_set(&e->fault, ERR_BUSY, "数据库连接中断，处理结果的表没有写成");
    for (size_t i = 0; i < j->count; i++) {
        const struct store_change_span span = {e->office->tenant, j->pieces[i].changes_from,
                                               j->pieces[i].changes_until};
        TRY(store_changes_objects(tx, &span, table_row, j));
    }
    return ERR_OK;
}

/* Every object that was changed, a row each, from its history: a job that was interrupted has those
 * of its first beginning in it too. */
static enum err batch_table(struct batch_job *j)
{
    static const struct sheet_column columns[] = {{"object", "编号", false, 24},
                                                  {"name", "名称", false, 40},
                                                  {"did", "处理", false, 16},
                                                  {"word", "标签或专项库", false, 24}};
    struct office_job_run *run = j->run;
    struct fault *fault = &run->e->fault;
    if (j->sum.changed == 0)
        return ERR_OK;
    enum sheet_format format = j->sum.changed < 1000000 ? SHEET_XLSX : SHEET_CSV;
    TRY(sheet_writer_open(&j->writer, run->path, format, columns, 4, fault));
    enum err err = office_read(run->e, "object-batch-table", table_read, j);
    if (err != ERR_OK) {
        sheet_writer_abort(j->writer);
        return err;
    }
    run->download = format == SHEET_XLSX ? STR("处理过的对象.xlsx") : STR("处理过的对象.csv");
    return sheet_writer_close(j->writer, fault);
}

enum err object_batch_job(struct object_batch *b, struct office_job_run *run)
{
    struct office_batched piece;
    struct object_batch own = *b;
    struct batch_job j = {.b = &own, .run = run, .at = {.more = true}};
    enum err err = ERR_OK;
    own.out = &piece;
    for (size_t number = 1; j.at.more && err == ERR_OK; number++)
        err = piece_patient(&j, number);
    own.word = arena_str(run->e->arena, own.word);
    arena_free(&j.arena);
    TRY(err);
    TRY(batch_table(&j));
    run->words = arena_printf(run->e->arena, "共 %lld 个对象，已处理 %lld 个，%lld 个原来就是这样",
                              (long long)j.sum.fit, (long long)j.sum.changed,
                              (long long)(j.sum.fit - j.sum.changed));
    return run->words.data != NULL && own.word.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- labels of many --- */

static enum err label_begin(struct object_batch *b, struct db_tx *tx)
{
    struct errand *e = b->e;
    const struct office_label_batch *batch = b->what;
    struct store_label label = {.subject = STR("objects"), .word = batch->word};
    b->word = batch->word;
    if (batch->remove)
        return ERR_OK;
    enum err err = store_label_find(&label, e->arena, tx, &label, e->office->tenant);
    bool active = err == ERR_OK && str_eq(label.state, STR("active"));
    if (err == ERR_MISSING || (err == ERR_OK && !active))
        return fault_at(&e->fault, "word", ERR_INPUT, "标签“%.*s”不在标签字库中，没有改动",
                        STR_ARG(batch->word));
    return err;
}

/* Objects of a page that change, by the list of labels that they had. */
struct label_change {
    const struct store_object_row *row;
    struct str had;
};

static int label_order(const void *a, const void *b)
{
    const struct label_change *x = a;
    const struct label_change *y = b;
    int order = str_cmp(x->had, y->had);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

struct label_page {
    struct label_change *items;
    size_t count;
    struct store_change *changes;
    int64_t *ids;
};

/* Objects that had the same labels: one statement for a hundred of them. */
static enum err label_group(struct object_batch *b, struct db_tx *tx, const struct label_page *page,
                            size_t from, size_t until, struct arena *arena)
{
    const struct office_label_batch *batch = b->what;
    const struct store_ids ids = {page->ids + from, until - from};
    struct str had = page->items[from].had;
    struct str labels;
    struct str before;
    struct str after;
    TRY(store_label_list(&labels, arena, had, batch->word, batch->remove));
    TRY(object_json(&before, arena, "labels", had));
    TRY(object_json(&after, arena, "labels", labels));
    for (size_t i = from; i < until; i++) {
        page->changes[i].before = before;
        page->changes[i].after = after;
    }
    return store_object_labels_set(tx, &b->stamp, &ids, labels);
}

/* The statements of one page. */
static enum err label_write(struct object_batch *b, struct db_tx *tx, const struct label_page *page,
                            struct arena *arena)
{
    const struct office_label_batch *batch = b->what;
    const struct store_ids all = {page->ids, page->count};
    const struct store_changes done = {page->changes, page->count, STORE_OBJECTS, b->e->actor};
    for (size_t from = 0, until = 0; from < page->count; from = until) {
        while (until < page->count && str_eq(page->items[until].had, page->items[from].had))
            until++;
        TRY(label_group(b, tx, page, from, until, arena));
    }
    TRY(store_object_label_remove(tx, b->stamp.tenant, &all, batch->word));
    if (!batch->remove)
        TRY(store_object_label_add(tx, b->stamp.tenant, &all, batch->word));
    return store_change_add(tx, &b->stamp, &done);
}

static enum err label_page(struct object_batch *b, struct db_tx *tx,
                           const struct store_object_row *rows, size_t count, struct arena *arena)
{
    const struct office_label_batch *batch = b->what;
    struct label_page page = {.items = arena_array(arena, count + 1, sizeof *page.items),
                              .changes = arena_array(arena, count + 1, sizeof *page.changes),
                              .ids = arena_array(arena, count + 1, sizeof *page.ids)};
    int64_t next = 0;
    if (page.items == NULL || page.changes == NULL || page.ids == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct str had = rows[i].record.values[MODEL_OBJECT_LABELS];
        if (store_label_in(had, batch->word) != batch->remove)
            continue;
        page.items[page.count++] = (struct label_change){&rows[i], had};
        object_batch_changed(b, &rows[i]);
    }
    if (page.count == 0)
        return ERR_OK;
    qsort(page.items, page.count, sizeof *page.items, label_order);
    TRY(object_batch_ids(&next, b, page.count));
    for (size_t i = 0; i < page.count; i++) {
        page.ids[i] = page.items[i].row->record.id;
        page.changes[i] = (struct store_change){
            .id = next + (int64_t)i, .target = page.ids[i], .reason = batch->reason};
    }
    return label_write(b, tx, &page, arena);
}

static const struct object_batch_kind label_kind = {"object-label", label_begin, label_page, true};

bool office_label_fits(struct str word)
{
    static const char *const marks[] = {"、", "，", "；", "|", ",", ";", "\"", "\\"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (str_find(word, str_of(marks[i])) >= 0)
            return false;
    return word.len > 0 && !str_eq(word, STR("-")) && !utf8_has_deceptive(word) &&
           utf8_count(word) <= BATCH_WORD_MOST;
}

static enum err label_judge(struct errand *e, const struct office_label_batch *batch)
{
    if (!office_label_fits(batch->word))
        return fault_at(&e->fault, "word", ERR_INPUT, "请选择标签；没有改动");
    if (batch->reason.len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "请填写原因；没有改动");
    return ERR_OK;
}

static struct office_label_batch label_clean(const struct office_label_batch *batch)
{
    struct office_label_batch clean = *batch;
    clean.word = str_trim(batch->word);
    clean.reason = str_trim(batch->reason);
    return clean;
}

enum err office_label_batch(struct office_batched *out, struct errand *e,
                            const struct office_label_batch *batch)
{
    struct office_label_batch clean = label_clean(batch);
    struct object_batch b = {.e = e,
                             .kind = &label_kind,
                             .set = &clean.set,
                             .what = &clean,
                             .removed = clean.remove,
                             .out = out};
    *out = (struct office_batched){0};
    TRY(label_judge(e, &clean));
    return object_batch_now(&b);
}

static void label_args(struct json_writer *w, const void *what)
{
    const struct office_label_batch *batch = what;
    json_pair_str(w, "word", batch->word);
    json_pair_str(w, "reason", batch->reason);
}

enum err office_label_batch_order(int64_t *job, struct errand *e,
                                  const struct office_label_batch *batch)
{
    struct office_label_batch clean = label_clean(batch);
    struct object_batch b = {
        .e = e, .kind = &label_kind, .set = &clean.set, .what = &clean, .removed = clean.remove};
    const struct object_batch_order order = {.job = &office_job_batch_labels,
                                             .title = arena_printf(e->arena, "批量%s标签：%.*s",
                                                                   clean.remove ? "去" : "加",
                                                                   STR_ARG(clean.word)),
                                             .write = label_args};
    TRY(label_judge(e, &clean));
    return order.title.data == NULL ? ERR_MEMORY : object_batch_order(job, &b, &order);
}

static enum err label_job(struct office_job_run *run)
{
    struct office_label_batch batch = {
        .word = json_member_str(run->args, "word"),
        .reason = json_member_str(run->args, "reason"),
        .remove = json_integer_value(json_object_get(run->args, "remove")) != 0};
    struct object_batch b = {.e = run->e,
                             .kind = &label_kind,
                             .set = &batch.set,
                             .what = &batch,
                             .removed = batch.remove};
    TRY(object_batch_read(&batch.set, run));
    return object_batch_job(&b, run);
}

const struct office_job_kind office_job_batch_labels = {"batch-labels", "批量处理标签",
                                                        MODEL_PERMISSION_OBJECT_EDIT, label_job};
