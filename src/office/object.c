/* Objects in the workbench: see object.h. */
#include "office/object.h"

#include "base/json.h"
#include "base/utf8.h"
#include "office/roster.h"
#include "office/scope.h"
#include "office/vocabulary.h"
#include "store/catalogue.h"

#include <stdlib.h>
#include <string.h>

enum { OBJECT_PAGE = 50, OBJECT_NUMBER_LEN = 6, OBJECT_THEME_MOST = 40 };

/* --- asking --- */

/* A text of digits and capital letters that is long enough is the beginning of a number. */
static bool object_is_number(struct str text)
{
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
        digit = digit || (c >= '0' && c <= '9');
        if (!letter && !(c >= '0' && c <= '9'))
            return false;
    }
    return digit && text.len >= OBJECT_NUMBER_LEN;
}

static struct str object_upper(struct arena *arena, struct str text)
{
    char *copy = arena_cstr(arena, text);
    for (size_t i = 0; copy != NULL && i < text.len; i++)
        if (copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    return str_range(copy, copy != NULL ? text.len : 0);
}

/* The labels of the item that is asked for; where it is not in force nothing fits. */
static enum err object_item(struct store_object_filter *out, struct errand *e, struct db_tx *tx)
{
    struct store_item item;
    if (out->item.len == 0)
        return ERR_OK;
    enum err err = store_item_active(&item, e->arena, tx, e->office->tenant, out->item);
    out->nothing = err == ERR_MISSING;
    if (err == ERR_OK)
        out->item_labels = item.values[MODEL_ITEM_LABELS];
    out->applies = true;
    return err == ERR_MISSING ? ERR_OK : err;
}

/* The words that labels are measured by, where those beyond them are asked for (R27). */
static enum err object_known(struct store_object_filter *out, struct errand *e, struct db_tx *tx)
{
    struct vocabulary words;
    struct buf text = {0};
    if (!str_eq(out->label, STR("?")))
        return ERR_OK;
    TRY(vocabulary_load(&words, e->arena, e, tx, "objects"));
    for (size_t i = 0; i < words.count; i++)
        buf_printf(&text, "%s%.*s", i > 0 ? "、" : "", STR_ARG(words.words[i]));
    return arena_keep(&out->known, e->arena, &text, buf_err(&text));
}

enum err object_ask(struct store_object_filter *out, struct errand *e, struct db_tx *tx,
                    const struct office_object_query *query)
{
    *out = query->filter;
    out->tenant = e->office->tenant;
    out->text = str_trim(query->filter.text);
    if (out->number.len == 0 && object_is_number(out->text)) {
        out->number = object_upper(e->arena, out->text);
        out->text = STR("");
        if (out->number.data == NULL)
            return ERR_MEMORY;
    }
    TRY(object_item(out, e, tx));
    TRY(object_known(out, e, tx));
    return office_reach(&out->reach, e);
}

/* --- lists --- */

struct list_work {
    struct errand *e;
    const struct office_object_query *query;
    struct office_object_list *out;
    int64_t *count;
};

static enum err list_run(struct db_tx *tx, void *ctx)
{
    struct list_work *w = ctx;
    struct errand *e = w->e;
    struct store_object_filter filter;
    struct roster_found found;
    struct store_object_page page = w->query->page;
    TRY(object_ask(&filter, e, tx, w->query));
    page.most = page.most > 0 ? page.most : OBJECT_PAGE;
    TRY(roster_find(&found, e, tx, &filter, &page));
    const struct store_ids ids = {found.ids, found.count};
    *w->out = (struct office_object_list){
        .total = found.total, .before = found.before, .behind = found.behind};
    return store_object_rows(&w->out->rows, &w->out->count, e->arena, tx, &filter, &ids);
}

enum err office_object_list(struct office_object_list *out, struct errand *e,
                            const struct office_object_query *query)
{
    struct list_work work = {.e = e, .query = query, .out = out};
    *out = (struct office_object_list){0};
    if (query->page.most < 0 || query->page.most > OFFICE_PAGE_MOST)
        return fault_set(&e->fault, ERR_INPUT, "每页最多%d行", OFFICE_PAGE_MOST);
    return office_read(e, "object-list", list_run, &work);
}

static enum err count_run(struct db_tx *tx, void *ctx)
{
    const struct store_object_page one = {.most = 1};
    struct list_work *w = ctx;
    struct errand *e = w->e;
    struct store_object_filter filter;
    struct roster_found found;
    TRY(object_ask(&filter, e, tx, w->query));
    TRY(roster_find(&found, e, tx, &filter, &one));
    *w->count = found.total;
    return ERR_OK;
}

enum err office_object_count(int64_t *out, struct errand *e,
                             const struct office_object_query *query)
{
    struct list_work work = {.e = e, .query = query, .count = out};
    *out = 0;
    return office_read(e, "object-count", count_run, &work);
}

/* --- one object --- */

struct show_work {
    struct errand *e;
    struct office_object *out;
    struct str pool_id;
    size_t cap;
};

static enum err show_item(void *ctx, const struct store_record *record)
{
    struct show_work *w = ctx;
    struct office_object *out = w->out;
    const struct str *own = out->row.record.values;
    if (!store_label_applies(record->values[MODEL_ITEM_LABELS], own[MODEL_OBJECT_STATE],
                             own[MODEL_OBJECT_LABELS]))
        return ERR_OK;
    if (out->item_count == w->cap) {
        size_t cap = w->cap == 0 ? 64 : w->cap * 2;
        const struct store_record **wider = arena_array(w->e->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (out->item_count > 0)
            memcpy(wider, out->items, out->item_count * sizeof *wider);
        out->items = wider;
        w->cap = cap;
    }
    struct store_record *copy = arena_alloc(w->e->arena, sizeof *copy);
    if (copy == NULL)
        return ERR_MEMORY;
    *copy = *record;
    out->items[out->item_count++] = copy;
    return ERR_OK;
}

enum err object_find(struct store_object_row *out, struct errand *e, struct db_tx *tx,
                     struct str pool_id)
{
    struct store_object_filter mine = {.tenant = e->office->tenant};
    TRY(office_reach(&mine.reach, e));
    enum err err = store_object_find_pool(out, e->arena, tx, &mine, pool_id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "名录库中没有检查对象 %.*s", STR_ARG(pool_id));
    return err;
}

/* A result that is not public yet has the grade of the permission to see such results (AC7). */
static void show_cleared(struct office_object *out, const struct office_scope *scope)
{
    bool cleared =
        office_scope_cleared(scope, model_permission_row(MODEL_PERMISSION_RESULT_VIEW)->grade);
    size_t kept = 0;
    for (size_t i = 0; i < out->visit_count; i++) {
        const struct store_object_visit *v = &out->visits[i];
        if (cleared || v->code.len == 0 || v->published_at != 0)
            out->visits[kept++] = *v;
    }
    out->visit_count = kept;
}

static enum err show_run(struct db_tx *tx, void *ctx)
{
    struct show_work *w = ctx;
    struct errand *e = w->e;
    struct office_object *out = w->out;
    struct str tenant = e->office->tenant;
    const struct store_find items = {tx, tenant, e->arena, show_item, w, 0};
    *out = (struct office_object){0};
    w->cap = 0;
    TRY(object_find(&out->row, e, tx, w->pool_id));
    int64_t id = out->row.record.id;
    TRY(store_object_departments(&out->departments, &out->department_count, e->arena, tx, tenant,
                                 id));
    TRY(store_object_changes(&out->changes, &out->change_count, e->arena, tx, tenant, id,
                             e->scope.clearance));
    TRY(store_object_visits(&out->visits, &out->visit_count, e->arena, tx, tenant, w->pool_id));
    show_cleared(out, &e->scope);
    return store_registry_all(STORE_ITEMS, &items);
}

enum err office_object_show(struct office_object *out, struct errand *e, struct str pool_id)
{
    struct show_work work = {.e = e, .out = out, .pool_id = pool_id};
    return office_read(e, "object-show", show_run, &work);
}

/* --- history of what is not a field --- */

enum err object_json(struct str *out, struct arena *arena, const char *name, struct str text)
{
    struct buf json = {0};
    struct json_writer w;
    json_write_begin(&w, &json);
    json_write_object(&w);
    json_pair_str(&w, name, text);
    json_write_object_end(&w);
    return arena_keep(out, arena, &json, json_write_end(&w));
}

/* --- responsible departments --- */

struct department_work {
    struct errand *e;
    struct str pool_id;
    struct str department;
    bool add;
};

/* The codes before or after, as the history shows them. */
static enum err department_list(struct str *out, struct errand *e, struct db_tx *tx, int64_t object)
{
    struct str *codes = NULL;
    size_t count = 0;
    struct buf text = {0};
    TRY(store_object_departments(&codes, &count, e->arena, tx, e->office->tenant, object));
    for (size_t i = 0; i < count; i++) {
        buf_cat(&text, i > 0 ? "、" : "");
        buf_str(&text, codes[i]);
    }
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = object_json(out, e->arena, "departments", buf_view(&text));
    buf_free(&text);
    return err;
}

static enum err department_change(struct department_work *w, struct db_tx *tx,
                                  const struct store_object_row *row)
{
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    struct store_change change = {.target = row->record.id};
    const struct store_stamp stamp = {tenant, row->job, e->now};
    bool changed = false;
    TRY(department_list(&change.before, e, tx, row->record.id));
    if (w->add)
        TRY(store_object_department_add(&changed, tx, tenant, row->record.id, w->department));
    else
        TRY(store_object_department_remove(&changed, tx, tenant, row->record.id, w->department));
    if (!changed)
        return ERR_OK;
    TRY(department_list(&change.after, e, tx, row->record.id));
    TRY(office_id(&change.id, e));
    struct store_stamp batch = stamp;
    TRY(office_id(&batch.job, e));
    TRY(store_object_batch_add(tx, &batch, true));
    change.reason = w->add ? STR("增加责任部门") : STR("取消责任部门");
    const struct store_changes all = {&change, 1, STORE_OBJECTS, e->actor};
    TRY(store_change_add(tx, &stamp, &all));
    const struct office_audit_row noted = {.action = STR("object-department"),
                                           .target = w->pool_id,
                                           .detail = change.reason,
                                           .outcome = STR("done"),
                                           .before = change.before,
                                           .after = change.after};
    return office_audit_add(e, tx, &noted);
}

static enum err department_run(struct db_tx *tx, void *ctx)
{
    struct department_work *w = ctx;
    struct errand *e = w->e;
    struct store_object_row row;
    bool known = false;
    TRY(object_find(&row, e, tx, w->pool_id));
    TRY(store_department_known(&known, tx, e->office->tenant, w->department));
    if (!known)
        return fault_set(&e->fault, ERR_INPUT, "没有代码为“%.*s”的部门，没有改动",
                         STR_ARG(w->department));
    if (str_eq(row.record.values[MODEL_OBJECT_DEPARTMENT], w->department))
        return fault_set(&e->fault, ERR_INPUT, "它已经是监管部门，没有改动");
    return department_change(w, tx, &row);
}

enum err office_object_department(struct errand *e, struct str pool_id, struct str department,
                                  bool add)
{
    struct department_work work = {e, pool_id, department, add};
    return office_write(e, "object-department", department_run, &work);
}

/* --- the vocabulary --- */

struct label_work {
    struct errand *e;
    struct store_label *labels;
    size_t count;
    struct str subject;
    const struct store_label *put;
    int64_t id;
};

static enum err labels_run(struct db_tx *tx, void *ctx)
{
    struct label_work *w = ctx;
    struct errand *e = w->e;
    struct store_reach reach;
    TRY(office_reach(&reach, e));
    return store_labels(&w->labels, &w->count, e->arena, tx, e->office->tenant, &reach, w->subject);
}

enum err office_labels(struct store_label **out, size_t *count, struct errand *e,
                       struct str subject)
{
    struct label_work work = {.e = e, .subject = subject};
    enum err err = office_read(e, "labels", labels_run, &work);
    *out = work.labels;
    *count = work.count;
    return err;
}

/* What can be changed of a label, for the audit. */
static enum err label_json(struct str *out, struct arena *arena, const struct store_label *label)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_str(&w, "theme", label->theme);
    json_pair_str(&w, "state", label->state);
    json_write_object_end(&w);
    return arena_keep(out, arena, &text, json_write_end(&w));
}

static enum err label_put_run(struct db_tx *tx, void *ctx)
{
    struct label_work *w = ctx;
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    struct store_label label = *w->put;
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("label")));
    if (done)
        return str_i64(&w->id, outcome);
    label.word = str_trim(label.word);
    label.theme = str_trim(label.theme);
    label.at = e->now;
    TRY(office_id(&label.job, e));
    enum err err = ERR_OK;
    struct store_label old = {0};
    struct office_audit_row noted = {
        .action = STR("label"), .target = label.word, .outcome = STR("done")};
    if (label.id == 0) {
        label.id = label.job;
        err = store_label_add(tx, tenant, &label);
    } else {
        TRY(store_label_get(&old, e->arena, tx, tenant, label.id));
        TRY(label_json(&noted.before, e->arena, &old));
        err = store_label_save(tx, tenant, &label, w->put->job);
    }
    if (err == ERR_DUPLICATE)
        return fault_set(&e->fault, err, "标签“%.*s”已在字库中", STR_ARG(label.word));
    if (err == ERR_CONFLICT)
        return fault_set(&e->fault, err, "这个标签刚被他人修改，没有保存");
    TRY(err);
    w->id = label.id;
    struct str id = arena_printf(e->arena, "%lld", (long long)label.id);
    if (id.data == NULL)
        return ERR_MEMORY;
    TRY(label_json(&noted.after, e->arena, &label));
    TRY(office_audit_add(e, tx, &noted));
    return office_once_done(e, tx, STR("label"), id);
}

enum err office_label_put(int64_t *id, struct errand *e, const struct store_label *label)
{
    struct label_work work = {.e = e, .put = label};
    bool known =
        str_eq(label->subject, STR("objects")) || str_eq(label->subject, STR("inspectors"));
    bool state = str_eq(label->state, STR("active")) || str_eq(label->state, STR("closed"));
    if (!known || !state || utf8_has_deceptive(label->theme))
        return fault_set(&e->fault, ERR_INPUT, "请选择标签的用途和状态");
    if (!office_label_fits(str_trim(label->word)))
        return fault_set(&e->fault, ERR_INPUT,
                         "标签最多%d个字，不能含有顿号、逗号、分号、引号或竖线", OBJECT_THEME_MOST);
    enum err err = office_write(e, "label-put", label_put_run, &work);
    *id = work.id;
    return err;
}

/* --- export --- */

struct export_work {
    struct errand *e;
    const struct office_object_export *wanted;
    struct sheet_writer *writer;
    struct store_object_filter filter;
    int64_t rows;
};

/* A code as people read it. */
static struct str export_text(const struct field *field, struct str value)
{
    return field->words != NULL ? model_text(field->words, value) : value;
}

static enum err export_row(struct export_work *w, const struct store_object_row *row)
{
    struct str values[MODEL_OBJECT_COUNT];
    for (size_t i = 0; i < w->wanted->column_count; i++) {
        int column = w->wanted->columns[i];
        values[i] = export_text(&model_objects.fields[column], row->record.values[column]);
    }
    w->rows++;
    if (w->wanted->progress != NULL)
        TRY(w->wanted->progress(w->wanted->ctx, w->rows));
    return sheet_writer_row(w->writer, values, w->wanted->column_count, &w->e->fault);
}

static enum err export_some(struct export_work *w, struct db_tx *tx, struct arena *arena,
                            const struct store_ids *ids)
{
    struct store_object_row *rows = NULL;
    size_t count = 0;
    TRY(store_object_rows(&rows, &count, arena, tx, &w->filter, ids));
    for (size_t i = 0; i < count; i++)
        TRY(export_row(w, &rows[i]));
    return ERR_OK;
}

/* The ids are known first, 8 bytes each; the rows come some at a time. */
static enum err export_run(struct db_tx *tx, void *ctx)
{
    struct export_work *w = ctx;
    struct errand *e = w->e;
    const struct store_object_page every = {.order = w->wanted->query->page.order};
    struct roster_found found;
    struct arena arena = {0};
    enum err err = ERR_OK;
    if (w->rows > 0) /* read once more after a broken connection: the file has rows already */
        return fault_set(&e->fault, ERR_STATE, "数据库连接中断，没有导出，请重新导出");
    TRY(object_ask(&w->filter, e, tx, w->wanted->query));
    TRY(roster_find(&found, e, tx, &w->filter, &every));
    for (size_t i = 0; i < found.count && err == ERR_OK; i += OFFICE_PAGE_MOST) {
        size_t left = found.count - i;
        const struct store_ids ids = {found.ids + i,
                                      left < OFFICE_PAGE_MOST ? left : OFFICE_PAGE_MOST};
        arena_clear(&arena);
        err = export_some(w, tx, &arena, &ids);
    }
    arena_free(&arena);
    return err;
}

static enum err export_audit(struct db_tx *tx, void *ctx)
{
    struct export_work *w = ctx;
    struct errand *e = w->e;
    struct buf text = {0};
    buf_printf(&text, "{\"rows\":%lld,\"columns\":\"", (long long)w->rows);
    for (size_t i = 0; i < w->wanted->column_count; i++)
        buf_printf(&text, "%s%s", i > 0 ? " " : "",
                   model_objects.fields[w->wanted->columns[i]].name);
    buf_cat(&text, "\"}");
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = office_audit(e, tx, STR("object-export"), STR("objects"), buf_view(&text));
    buf_free(&text);
    return err;
}

static enum err export_columns(struct sheet_column *out, struct errand *e,
                               const struct office_object_export *wanted)
{
    for (size_t i = 0; i < wanted->column_count; i++) {
        if (wanted->columns[i] < 0 || wanted->columns[i] >= MODEL_OBJECT_COUNT)
            return fault_set(&e->fault, ERR_INPUT, "没有这一列，没有导出");
        const struct field *field = &model_objects.fields[wanted->columns[i]];
        out[i] = (struct sheet_column){.name = field->name, .label = field->label};
    }
    return ERR_OK;
}

enum err office_object_export(int64_t *rows, struct errand *e,
                              const struct office_object_export *wanted)
{
    struct sheet_column columns[MODEL_OBJECT_COUNT];
    int every[MODEL_OBJECT_COUNT];
    struct office_object_export full = *wanted;
    struct export_work work = {.e = e, .wanted = &full};
    *rows = 0;
    for (int i = 0; i < MODEL_OBJECT_COUNT; i++)
        every[i] = i;
    if (wanted->column_count == 0) {
        full.columns = every;
        full.column_count = MODEL_OBJECT_COUNT;
    }
    if (full.column_count > MODEL_OBJECT_COUNT)
        return fault_set(&e->fault, ERR_INPUT, "列数过多，没有导出");
    TRY(export_columns(columns, e, &full));
    TRY(sheet_writer_open(&work.writer, full.path, full.format, columns, full.column_count,
                          &e->fault));
    enum err err = office_read(e, "object-export", export_run, &work);
    if (err == ERR_OK)
        err = office_write(e, "object-export-audit", export_audit, &work);
    if (err != ERR_OK) {
        sheet_writer_abort(work.writer);
        return err;
    }
    *rows = work.rows;
    return sheet_writer_close(work.writer, &e->fault);
}
