/* Batches: see batch.h. What was done is kept as JSON under the errand's key, so that a second
 * press of the button shows the report of the first. */
#include "office/batch.h"

#include "base/utf8.h"
#include "office/inspector.h"
#include "office/object.h"
#include "sheet/writer.h"

#include <string.h>

enum { BATCH_WORDS = 600 /* bytes of a reason */ };

static const struct {
    const char *name; /* in the job's row: never changed */
    const char *text;
    enum err (*run)(struct batch_run *run);
    const struct office_job_kind *job;
    bool reason;
    bool word;
} acts[OFFICE_BATCH_ACTS] = {
    [OFFICE_BATCH_LEAVE] = {"leave", "批量离岗", batch_people, &office_job_batch_people, true,
                            false},
    [OFFICE_BATCH_RETURN] = {"return", "批量恢复在岗", batch_people, &office_job_batch_people, true,
                             false},
    [OFFICE_BATCH_LABEL] = {"label", "批量加业务专长", batch_people, &office_job_batch_people, true,
                            true},
    [OFFICE_BATCH_UNLABEL] = {"unlabel", "批量去业务专长", batch_people, &office_job_batch_people,
                              true, true},
    [OFFICE_BATCH_CANCEL] = {"cancel", "批量取消委托", batch_commissions, &office_job_batch_people,
                             true, false},
    [OFFICE_BATCH_PUBLISH] = {"publish", "批量发布", batch_documents, &office_job_batch_documents,
                              false, false},
    [OFFICE_BATCH_WITHDRAW] = {"withdraw", "批量废止", batch_documents, &office_job_batch_documents,
                               true, false},
};

/* --- the report --- */

enum err batch_skip(struct batch_run *run, struct str key, struct str name, struct str why)
{
    struct arena *arena = run->e->arena;
    struct office_batch_skip *skip = &run->out->skips[run->out->skip_count++];
    *skip = (struct office_batch_skip){arena_str(arena, key), arena_str(arena, name),
                                       arena_str(arena, why)};
    return skip->key.data != NULL && skip->name.data != NULL && skip->why.data != NULL ? ERR_OK
                                                                                       : ERR_MEMORY;
}

enum err batch_progress(struct batch_run *run, size_t at)
{
    return run->job == NULL ? ERR_OK : office_job_progress(run->job, at, run->batch->count);
}

static enum err report_json(struct str *out, struct errand *e,
                            const struct office_batch_report *batched)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_int(&w, "done", batched->done);
    json_write_key(&w, "skips");
    json_write_array(&w);
    for (size_t i = 0; i < batched->skip_count; i++) {
        json_write_object(&w);
        json_pair_str(&w, "key", batched->skips[i].key);
        json_pair_str(&w, "name", batched->skips[i].name);
        json_pair_str(&w, "why", batched->skips[i].why);
        json_write_object_end(&w);
    }
    json_write_array_end(&w);
    json_write_object_end(&w);
    return arena_keep(out, e->arena, &text, json_write_end(&w));
}

static enum err report_recall(struct batch_run *run, struct str outcome)
{
    json_t *report = NULL;
    TRY(json_parse_sized(&report, outcome, OFFICE_JOB_BYTES, &run->e->fault));
    const json_t *skips = json_object_get(report, "skips");
    size_t count = json_array_size(skips);
    enum err err = ERR_OK;
    run->out->done = json_integer_value(json_object_get(report, "done"));
    run->out->skips = arena_array(run->e->arena, count + 1, sizeof *run->out->skips);
    if (run->out->skips == NULL)
        err = ERR_MEMORY;
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const json_t *one = json_array_get(skips, i);
        err = batch_skip(run, json_member_str(one, "key"), json_member_str(one, "name"),
                         json_member_str(one, "why"));
    }
    json_decref(report);
    return err;
}

/* --- doing it --- */

static enum err batch_judge(struct errand *e, const struct office_batch *batch)
{
    struct str reason = str_trim(batch->reason);
    if (batch->count == 0)
        return fault_set(&e->fault, ERR_INPUT, "没有选择任何行，什么也没有做");
    if (acts[batch->act].word && str_trim(batch->word).len == 0)
        return fault_at(&e->fault, "word", ERR_INPUT, "请选择业务专长；没有改动");
    if (acts[batch->act].reason && reason.len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "请写明原因；没有改动");
    if (reason.len > BATCH_WORDS || utf8_has_deceptive(reason))
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "原因过长（最多约200字），或含有不能显示的字符；没有改动");
    return ERR_OK;
}

static enum err batch_work(struct db_tx *tx, void *ctx)
{
    struct batch_run *run = ctx;
    struct errand *e = run->e;
    bool done = false;
    struct str outcome;
    run->tx = tx;
    *run->out = (struct office_batch_report){0};
    TRY(office_once(&done, &outcome, e, tx, STR("batch")));
    if (done)
        return report_recall(run, outcome);
    run->out->skips = arena_array(e->arena, run->batch->count + 1, sizeof *run->out->skips);
    if (run->out->skips == NULL)
        return ERR_MEMORY;
    TRY(acts[run->batch->act].run(run));
    TRY(report_json(&outcome, e, run->out));
    return office_once_done(e, tx, STR("batch"), outcome);
}

static enum err batch_do(struct batch_run *run)
{
    struct errand *e = run->e;
    bool documents = acts[run->batch->act].run == batch_documents;
    TRY(batch_judge(e, run->batch));
    TRY(office_write(e, "batch", batch_work, run));
    return documents ? office_log_sync(e->office, e->now, &e->fault) : ERR_OK;
}

enum err office_batch(struct office_batch_report *out, struct errand *e,
                      const struct office_batch *batch)
{
    struct office_batch clean = *batch;
    struct batch_run run = {.e = e, .batch = &clean, .out = out};
    clean.word = str_trim(batch->word);
    clean.reason = str_trim(batch->reason);
    return batch_do(&run);
}

/* --- as a job --- */

static enum err order_args(struct str *out, struct errand *e, const struct office_batch *batch)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_str(&w, "act", str_of(acts[batch->act].name));
    json_pair_str(&w, "word", str_trim(batch->word));
    json_pair_str(&w, "reason", str_trim(batch->reason));
    json_write_key(&w, "keys");
    json_write_array(&w);
    for (size_t i = 0; i < batch->count; i++)
        json_write_str(&w, batch->keys[i]);
    json_write_array_end(&w);
    json_write_object_end(&w);
    return arena_keep(out, e->arena, &text, json_write_end(&w));
}

enum err office_batch_order(int64_t *job, struct errand *e, const struct office_batch *batch)
{
    struct office_job_order order = {.kind = acts[batch->act].job,
                                     .title = str_of(acts[batch->act].text),
                                     .total = batch->count};
    TRY(batch_judge(e, batch));
    TRY(order_args(&order.args, e, batch));
    return office_job_order(job, e, &order);
}

static enum err job_read(struct office_batch *batch, struct office_job_run *run)
{
    struct arena *arena = run->e->arena;
    struct str act = json_member_str(run->args, "act");
    const json_t *keys = json_object_get(run->args, "keys");
    struct str *list = arena_array(arena, json_array_size(keys) + 1, sizeof *list);
    *batch = (struct office_batch){.act = OFFICE_BATCH_ACTS,
                                   .word = json_member_str(run->args, "word"),
                                   .reason = json_member_str(run->args, "reason"),
                                   .keys = list};
    for (size_t i = 0; i < OFFICE_BATCH_ACTS; i++)
        if (str_eq(act, str_of(acts[i].name)) && acts[i].job == office_job_kind(run->job->kind))
            batch->act = (enum office_batch_act)i;
    if (list == NULL || batch->act == OFFICE_BATCH_ACTS)
        return list == NULL ? ERR_MEMORY : ERR_STATE;
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const char *key = json_string_value(json_array_get(keys, i));
        list[batch->count++] = str_of(key != NULL ? key : "");
    }
    return ERR_OK;
}

/* The rows that were passed over, as a table to work through. */
static enum err job_table(struct office_job_run *run, const struct office_batch_report *batched)
{
    static const struct sheet_column columns[] = {{"key", "编号", false, 24},
                                                  {"name", "名称", false, 40},
                                                  {"why", "没有处理的原因", false, 60}};
    struct sheet_writer *writer = NULL;
    struct fault *fault = &run->e->fault;
    enum err err = ERR_OK;
    if (batched->skip_count == 0)
        return ERR_OK;
    TRY(sheet_writer_open(&writer, run->path, SHEET_XLSX, columns, 3, fault));
    for (size_t i = 0; i < batched->skip_count && err == ERR_OK; i++) {
        const struct office_batch_skip *skip = &batched->skips[i];
        const struct str cells[] = {skip->key, skip->name, skip->why};
        err = sheet_writer_row(writer, cells, 3, fault);
    }
    if (err != ERR_OK) {
        sheet_writer_abort(writer);
        return err;
    }
    run->download = STR("没有处理的行.xlsx");
    return sheet_writer_close(writer, fault);
}

static enum err job_run(struct office_job_run *run)
{
    struct office_batch batch;
    struct office_batch_report batched;
    struct batch_run work = {.e = run->e, .batch = &batch, .out = &batched, .job = run};
    TRY(job_read(&batch, run));
    TRY(batch_do(&work));
    TRY(job_table(run, &batched));
    run->words = arena_printf(run->e->arena, "共选 %zu 项，已处理 %lld 项，没有处理 %zu 项%s",
                              batch.count, (long long)batched.done, batched.skip_count,
                              batched.skip_count > 0 ? "（原因见结果文件）" : "");
    return run->words.data != NULL ? ERR_OK : ERR_MEMORY;
}

const struct office_job_kind office_job_batch_people = {"batch-people", "批量处理人员和委托",
                                                        MODEL_PERMISSION_INSPECTOR_EDIT, job_run};
const struct office_job_kind office_job_batch_documents = {
    "batch-documents", "批量处理文件资料", MODEL_PERMISSION_DOCUMENT_PUBLISH, job_run};

/* --- the words to choose from --- */

static bool words_hold(const struct str *words, size_t count, struct str word)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(words[i], word))
            return true;
    return false;
}

enum err office_batch_words(struct str **out, size_t *count, struct errand *e,
                            enum office_batch_act act)
{
    const struct office_inspector_find none = {0};
    struct office_inspectors people;
    struct store_label *labels = NULL;
    size_t label_count = 0;
    *count = 0;
    TRY(inspector_find(&people, e, &none));
    if (act == OFFICE_BATCH_LABEL)
        TRY(office_labels(&labels, &label_count, e, STR("inspectors")));
    *out = arena_array(e->arena, label_count + people.speciality_count + 1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < label_count; i++)
        if (str_eq(labels[i].state, STR("active")))
            (*out)[(*count)++] = labels[i].word;
    size_t listed = *count;
    for (size_t i = 0; i < people.speciality_count; i++)
        if (!words_hold(*out, listed, people.specialities[i]))
            (*out)[(*count)++] = people.specialities[i];
    return ERR_OK;
}
