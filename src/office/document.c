/* The document library: see document.h. */
#include "office/document_state.h"

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "model/resource.h"
#include "office/batch.h"
#include "office/scope.h"
#include "store/catalogue.h"
#include "store/department.h"
#include "store/task.h"

#include <stdio.h>
#include <string.h>

enum {
    TITLE_MOST = 300,
    NUMBER_MOST = 120,
    TEXT_MOST = 90000,
    REASON_MOST = 600,
    PLAN_MOST = 60,
    YEAR_FIRST = 2015, /* 国办发〔2015〕58号 began random inspections */
    YEAR_LAST = 2100
};

/* --- writing --- */

struct document_write {
    struct errand *e;
    struct str given; /* the code that the person named; empty: a new document */
    struct str code;
    const struct office_document_edit *edit;
    const struct office_document_openness *to;
    struct str grade; /* as typed, of office_document_grade */
    struct str reason;
    const char *action;
    struct store_version old; /* the newest version; id 0: a new document */
    struct store_version row;
    bool published; /* a version of it is public */
    bool repeated;
};

/* A text as the audit keeps it: of a sensitive document its digest, since whoever reads the audit
 * need not have the clearance. */
static struct str write_told(const struct document_write *w, struct str text)
{
    uint8_t hash[CRYPTO_HASH];
    bool sensitive = w->old.document.grade >= MODEL_GRADE_SENSITIVE ||
                     w->row.document.grade >= MODEL_GRADE_SENSITIVE;
    if (!sensitive || text.len == 0)
        return text;
    crypto_sha256(hash, text);
    struct str hex = arena_hex(w->e->arena, hash, sizeof hash);
    struct str told = arena_printf(w->e->arena, "sha256:%.*s", STR_ARG(hex));
    return told.data != NULL ? told : STR("sha256:?"); /* memory is out: the write fails too */
}

static void write_pair(struct json_writer *w, const char *name, struct str old, struct str new,
                       bool after)
{
    if (!str_eq(old, new))
        json_pair_str(w, name, after ? new : old);
}

static struct str write_grade(const struct store_document *d)
{
    return str_of(d->id != 0 ? model_grades[d->grade].code : "");
}

/* What differs between the two, on one side. */
static enum err write_json(struct str *out, const struct document_write *w, bool after)
{
    static const char *const texts[STORE_TEXTS] = {"text1", "text2", "text3", "text4", "text5"};
    const struct store_version *a = &w->old;
    const struct store_version *b = &w->row;
    struct buf text = {0};
    struct json_writer j;
    json_write_begin(&j, &text);
    json_write_object(&j);
    json_pair_int(&j, "version", after ? b->version : a->version);
    write_pair(&j, "state", a->state, b->state, after);
    write_pair(&j, "title", write_told(w, a->title), write_told(w, b->title), after);
    write_pair(&j, "number", write_told(w, a->number), write_told(w, b->number), after);
    write_pair(&j, "item", a->item, b->item, after);
    write_pair(&j, "note", write_told(w, a->note), write_told(w, b->note), after);
    if (a->effective_on != b->effective_on)
        json_pair_int(&j, "effective_on", after ? b->effective_on : a->effective_on);
    for (size_t i = 0; i < STORE_TEXTS; i++)
        write_pair(&j, texts[i], write_told(w, a->texts[i]), write_told(w, b->texts[i]), after);
    if (a->document.year != b->document.year)
        json_pair_int(&j, "year", after ? b->document.year : a->document.year);
    write_pair(&j, "plan", a->document.plan, b->document.plan, after);
    write_pair(&j, "reason", write_told(w, a->reason), write_told(w, b->reason), after);
    write_pair(&j, "approver", a->approver, b->approver, after);
    write_pair(&j, "openness", a->document.openness, b->document.openness, after);
    write_pair(&j, "grade", write_grade(&a->document), write_grade(&b->document), after);
    write_pair(&j, "openness_reason", write_told(w, a->document.openness_reason),
               write_told(w, b->document.openness_reason), after);
    json_write_object_end(&j);
    return arena_keep(out, w->e->arena, &text, json_write_end(&j));
}

static enum err write_audit(struct document_write *w, struct db_tx *tx)
{
    /* why a grade is another now is for whoever reads the audit */
    bool graded = strcmp(w->action, "document-grade") == 0;
    struct office_audit_row row = {.action = str_of(w->action),
                                   .target = w->code,
                                   .detail = graded ? w->reason : write_told(w, w->reason),
                                   .outcome = STR("done")};
    TRY(write_json(&row.after, w, true));
    if (w->old.id != 0)
        TRY(write_json(&row.before, w, false));
    return office_audit_add(w->e, tx, &row);
}

static enum err write_versions(struct store_version **rows, size_t *count,
                               const struct document_write *w, struct db_tx *tx)
{
    const struct store_version_find find = {w->e->office->tenant, w->code, w->e->scope.clearance};
    return store_versions_of(rows, count, w->e->arena, tx, &find);
}

/* All files of a version, those too that the person may not see. */
static enum err write_files(struct store_attachment **files, size_t *count,
                            const struct document_write *w, struct db_tx *tx, int64_t version)
{
    const struct store_attachment owner = {
        .tenant = w->e->office->tenant, .resource = STR("documents"), .owner = version};
    return store_attachments(files, count, w->e->arena, tx, &owner, MODEL_GRADE_SENSITIVE);
}

/* The newest version of the document, within the errand's scope. */
static enum err write_load(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_version *rows = NULL;
    size_t count = 0;
    TRY(write_versions(&rows, &count, w, tx));
    if (count == 0 || !office_scope_department(&e->scope, rows[0].document.department))
        return fault_set(&e->fault, ERR_MISSING, "没有这个文件");
    w->old = rows[0];
    w->row = rows[0];
    w->row.document.tenant = e->office->tenant;
    w->published = false;
    for (size_t i = 0; i < count; i++)
        w->published = w->published || document_was_public(&rows[i]);
    return ERR_OK;
}

static enum err write_state(struct document_write *w, const char *state, const char *words)
{
    if (document_in(&w->old, state))
        return ERR_OK;
    return fault_set(&w->e->fault, ERR_STATE, "%s（现在的状态：%.*s）", words,
                     STR_ARG(model_text(office_document_states, w->old.state)));
}

/* --- drafting --- */

static enum err edit_text(struct errand *e, struct str text, size_t most, const char *field)
{
    struct str rest = text;
    uint32_t cp;
    if (text.len > most)
        return fault_at(&e->fault, field, ERR_INPUT, "内容过长，最多约%zu字", most / 3);
    while (rest.len > 0) {
        if (utf8_next(&cp, &rest) != ERR_OK ||
            (utf8_is_control(cp) && cp != '\n' && cp != '\r' && cp != '\t'))
            return fault_at(&e->fault, field, ERR_INPUT, "含有不能显示的字符，请删除后重填");
    }
    return ERR_OK;
}

/* One line of text in a field. */
static enum err edit_line(struct errand *e, struct str text, size_t most, const char *field)
{
    if (utf8_has_deceptive(text) || str_find_char(text, '\n') >= 0)
        return fault_at(&e->fault, field, ERR_INPUT, "含有不能显示的字符，请删除后重填");
    return edit_text(e, text, most, field);
}

static enum err edit_plan(struct errand *e, const struct office_document_edit *edit)
{
    TRY(edit_line(e, edit->plan, PLAN_MOST, "plan"));
    TRY(edit_line(e, edit->approver, NUMBER_MOST, "approver"));
    return edit_text(e, edit->reason, REASON_MOST, "reason");
}

static enum err edit_check(struct errand *e, const struct office_document_edit *edit)
{
    static const char *const fields[STORE_TEXTS] = {"text1", "text2", "text3", "text4", "text5"};
    if (edit->title.len == 0)
        return fault_at(&e->fault, "title", ERR_INPUT, "请填写标题");
    if (utf8_has_deceptive(edit->title) || utf8_has_deceptive(edit->number))
        return fault_at(&e->fault, "title", ERR_INPUT, "标题或文号含有不能显示的字符");
    TRY(edit_text(e, edit->title, TITLE_MOST, "title"));
    TRY(edit_text(e, edit->number, NUMBER_MOST, "number"));
    TRY(edit_plan(e, edit));
    for (size_t i = 0; i < STORE_TEXTS; i++)
        TRY(edit_text(e, edit->texts[i], TEXT_MOST, fields[i]));
    return ERR_OK;
}

static enum err edit_item(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_task_item item = {0};
    if (w->edit->item.len == 0)
        return ERR_OK;
    enum err err = store_item_by_code(&item, e->arena, tx, e->office->tenant, w->edit->item);
    if (err != ERR_MISSING)
        return err;
    return fault_at(&e->fault, "item", ERR_INPUT, "没有代码为“%.*s”的抽查事项",
                    STR_ARG(w->edit->item));
}

/* Year and number of an annual plan, until it is public. */
static enum err edit_numbered(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct office_document_edit *edit = w->edit;
    struct store_document *d = &w->row.document;
    struct store_document other = {0};
    if (edit->year < YEAR_FIRST || edit->year > YEAR_LAST)
        return fault_at(&e->fault, "year", ERR_INPUT, "年度应为%d年以后的四位数字，如2026",
                        YEAR_FIRST);
    d->year = edit->year;
    d->plan = edit->plan;
    if (d->plan.len == 0)
        return ERR_OK;
    enum err err = store_document_by_plan(&other, e->arena, tx, e->office->tenant, d->plan);
    if (err == ERR_MISSING || (err == ERR_OK && other.id == d->id))
        return ERR_OK;
    TRY(err);
    return fault_at(&e->fault, "plan", ERR_INPUT, "计划编号“%.*s”已经有另一份计划使用",
                    STR_ARG(d->plan));
}

/* What an annual plan has beside other documents; whatever else was typed is left aside. */
static enum err edit_planned(struct document_write *w, struct db_tx *tx)
{
    struct store_version *v = &w->row;
    bool plan = office_document_is_plan(v->document.kind);
    v->reason = plan ? w->edit->reason : STR("");
    v->approver = plan ? w->edit->approver : STR("");
    if (!plan || w->published)
        return ERR_OK;
    TRY(edit_numbered(w, tx));
    return w->old.id != 0 ? store_document_plan(tx, &v->document) : ERR_OK;
}

/* Who may have it, as far as it is judged alone. */
static enum err openness_check(struct errand *e, struct str openness, struct str reason)
{
    if (model_word_by_code(model_openness, openness) == NULL)
        return fault_at(&e->fault, "openness", ERR_INPUT, "请选择公开属性");
    if (str_eq(openness, STR("closed")) && reason.len == 0)
        return fault_at(&e->fault, "openness_reason", ERR_INPUT,
                        "不予公开的，请写明理由（依据的法律条款和情形）");
    if (utf8_has_deceptive(reason))
        return fault_at(&e->fault, "openness_reason", ERR_INPUT,
                        "含有不能显示的字符，请删除后重填");
    return edit_text(e, reason, REASON_MOST, "openness_reason");
}

/* What is for everybody needs no reason. */
static struct str openness_kept(struct str openness, struct str reason)
{
    return str_eq(openness, STR("open")) ? STR("") : reason;
}

/* A draft says who may have it; where a version was public that is changed by a step of its own,
 * and not by who drafts. */
static enum err edit_openness(struct document_write *w, struct db_tx *tx)
{
    struct store_document *d = &w->row.document;
    const struct office_document_edit *edit = w->edit;
    struct str openness = edit->openness.len > 0 ? edit->openness : STR("open");
    if (office_document_is_plan(d->kind)) {
        d->openness = STR("open");
        d->openness_reason = STR("");
        return ERR_OK;
    }
    if (w->published && edit->openness.len > 0 && !str_eq(openness, d->openness))
        return fault_set(&w->e->fault, ERR_FORBIDDEN,
                         "发布过的文件，公开属性由审核发布的人在文件的页面上改；没有保存");
    if (w->published)
        return ERR_OK;
    TRY(openness_check(w->e, openness, edit->openness_reason));
    d->openness = openness;
    d->openness_reason = openness_kept(openness, edit->openness_reason);
    return w->old.id != 0 ? store_document_openness(tx, d) : ERR_OK;
}

/* A draft says how confidential it is; it is lowered, and changed once a version was public, by a
 * step of its own. */
static enum err edit_grade(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_document *d = &w->row.document;
    int64_t grade = d->grade;
    if (office_document_is_plan(d->kind)) {
        d->grade = MODEL_GRADE_PUBLIC;
        return ERR_OK;
    }
    if (w->published && w->edit->grade.len > 0 && model_grade_find(w->edit->grade) != d->grade)
        return fault_set(&e->fault, ERR_FORBIDDEN,
                         "发布过的文件，安全标记由审核发布的人在文件的页面上改；没有保存");
    if (w->published || (w->old.id != 0 && w->edit->grade.len == 0))
        return ERR_OK;
    TRY(office_scope_grade(&grade, e, tx, w->edit->grade, MODEL_SETTING_GRADE_DOCUMENT));
    if (w->old.id != 0 && grade < d->grade)
        return fault_at(&e->fault, "grade", ERR_INPUT,
                        "降低安全标记须由审核发布的人在文件页面办理（修改安全标记），并写明理由");
    d->grade = grade;
    return w->old.id != 0 ? store_document_grade(tx, d) : ERR_OK;
}

/* A new document: its department is one of the scope and in force. */
static enum err edit_found(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct office_document_edit *edit = w->edit;
    struct store_department *rows = NULL;
    size_t count = 0;
    bool known = false;
    int64_t number = 0;
    if (model_word_by_code(office_document_kinds, edit->kind) == NULL)
        return fault_at(&e->fault, "kind", ERR_INPUT, "请选择文件种类");
    TRY(store_departments(&rows, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        known = known ||
                (str_eq(rows[i].code, edit->department) && str_eq(rows[i].state, STR("active")));
    if (!known || !office_scope_department(&e->scope, edit->department))
        return fault_at(&e->fault, "department", ERR_INPUT, "请选择制定单位");
    struct str counter = arena_printf(e->arena, "document-%.*s", STR_ARG(edit->department));
    if (counter.data == NULL)
        return ERR_MEMORY;
    TRY(office_number(&number, e, tx, counter, 0));
    w->code = arena_printf(e->arena, "%.*s-D%03lld", STR_ARG(edit->department), (long long)number);
    w->row.document = (struct store_document){.tenant = e->office->tenant,
                                              .code = w->code,
                                              .kind = edit->kind,
                                              .department = edit->department,
                                              .at = e->now,
                                              .actor = e->actor};
    TRY(office_id(&w->row.document.id, e));
    TRY(edit_planned(w, tx));
    TRY(edit_openness(w, tx));
    TRY(edit_grade(w, tx));
    return w->code.data == NULL ? ERR_MEMORY : store_document_add(tx, &w->row.document);
}

static void edit_take(struct document_write *w)
{
    const struct office_document_edit *edit = w->edit;
    struct store_version *v = &w->row;
    v->title = edit->title;
    v->number = edit->number;
    v->item = edit->item;
    v->effective_on = edit->effective_on;
    for (size_t i = 0; i < STORE_TEXTS; i++)
        v->texts[i] = edit->texts[i];
    v->at = w->e->now;
    v->actor = w->e->actor;
    v->state = STR("draft");
}

/* The new version begins with the files of the one before. */
static enum err version_files(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_attachment *files = NULL;
    size_t count = 0;
    int64_t first = 0;
    TRY(write_files(&files, &count, w, tx, w->old.id));
    if (count == 0)
        return ERR_OK;
    TRY(office_ids(&first, e, count));
    for (size_t i = 0; i < count; i++) {
        files[i].tenant = e->office->tenant;
        files[i].owner = w->row.id;
        files[i].id = first + (int64_t)i;
        TRY(store_attachment_add(tx, &files[i]));
    }
    return ERR_OK;
}

/* A version of its own, behind the one there is. */
static enum err edit_version(struct document_write *w, struct db_tx *tx)
{
    struct store_version *v = &w->row;
    v->version = w->old.version + 1;
    v->revision = 1;
    v->note = STR("");
    v->submitted_by = STR("");
    v->published_by = STR("");
    v->published_at = 0;
    v->idx = -1;
    TRY(office_id(&v->id, w->e));
    TRY(store_version_add(tx, v));
    return w->old.id != 0 ? version_files(w, tx) : ERR_OK;
}

static enum err edit_run(struct db_tx *tx, void *ctx)
{
    struct document_write *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    bool fresh = w->given.len == 0;
    TRY(office_once(&w->repeated, &outcome, e, tx, str_of(w->action)));
    if (w->repeated) {
        w->code = outcome;
        return ERR_OK;
    }
    w->old = (struct store_version){0};
    w->row = (struct store_version){0};
    TRY(fresh ? edit_found(w, tx) : write_load(w, tx));
    TRY(edit_item(w, tx));
    if (document_in(&w->old, "submitted"))
        return fault_set(&e->fault, ERR_STATE, "已提交审核，不能修改；请审核人退回后再改");
    if (!fresh) {
        TRY(edit_planned(w, tx));
        TRY(edit_openness(w, tx));
        TRY(edit_grade(w, tx));
    }
    edit_take(w);
    if (!document_in(&w->old, "draft")) {
        TRY(edit_version(w, tx));
    } else {
        w->row.revision = w->edit->revision + 1;
        enum err err = store_version_save(tx, &w->row);
        if (err == ERR_CONFLICT)
            fault_set(&e->fault, err,
                      "这份草稿已被他人修改，没有保存；请另开页面核对新内容后再提交");
        TRY(err);
    }
    TRY(write_audit(w, tx));
    return office_once_done(e, tx, str_of(w->action), w->code);
}

enum err office_document_save(struct str *code, struct errand *e,
                              const struct office_document_edit *edit)
{
    struct document_write w = {.e = e,
                               .code = *code,
                               .edit = edit,
                               .action = code->len > 0 ? "document-save" : "document-add"};
    w.given = *code;
    TRY(edit_check(e, edit));
    TRY(office_write(e, w.action, edit_run, &w));
    *code = w.code;
    return ERR_OK;
}

/* --- from state to state --- */

/* A check form is its file; what is written beside it may be left out. */
static enum err submit_form(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_attachment *files = NULL;
    size_t count = 0;
    TRY(write_files(&files, &count, w, tx, w->old.id));
    if (count > 0)
        return ERR_OK;
    return fault_set(&e->fault, ERR_INPUT,
                     "检查表还没有附件，没有提交；请先上传表格文件（Excel、PDF 或图片）");
}

static enum err submit_plan(const struct document_write *w)
{
    struct errand *e = w->e;
    const struct store_version *v = &w->old;
    if (v->document.plan.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "还没有填写计划编号，没有提交");
    if (v->approver.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "还没有填写批准单位（会议），没有提交");
    if (w->published && str_trim(v->reason).len == 0)
        return fault_set(&e->fault, ERR_INPUT, "调整计划必须写明调整原因，没有提交");
    return ERR_OK;
}

static enum err submit_check(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct store_version *v = &w->old;
    bool scheme = str_eq(v->document.kind, STR("scheme"));
    if (str_eq(v->document.kind, STR("form")))
        return submit_form(w, tx);
    for (size_t i = 0; i < STORE_TEXTS; i++) {
        const char *heading = office_document_heading(v->document.kind, i);
        if (heading != NULL && str_trim(v->texts[i]).len == 0)
            return fault_set(&e->fault, ERR_INPUT, "还没有填写“%s”，没有提交", heading);
    }
    if (scheme && v->number.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "实施方案必须填写文号，没有提交");
    return office_document_is_plan(v->document.kind) ? submit_plan(w) : ERR_OK;
}

static enum err submit_run(struct db_tx *tx, void *ctx)
{
    struct document_write *w = ctx;
    TRY(write_load(w, tx));
    TRY(write_state(w, "draft", "只有草稿可以提交"));
    TRY(submit_check(w, tx));
    w->row.state = STR("submitted");
    w->row.submitted_by = w->e->actor;
    w->row.note = STR("");
    TRY(store_version_move(tx, &w->row, STR("draft")));
    return write_audit(w, tx);
}

enum err office_document_submit(struct errand *e, struct str code)
{
    struct document_write w = {.e = e, .code = code, .action = "document-submit"};
    return office_write(e, w.action, submit_run, &w);
}

static enum err return_run(struct db_tx *tx, void *ctx)
{
    struct document_write *w = ctx;
    TRY(write_load(w, tx));
    TRY(write_state(w, "submitted", "只有待审核的可以退回"));
    w->row.state = STR("draft");
    w->row.note = w->reason;
    TRY(store_version_move(tx, &w->row, STR("submitted")));
    return write_audit(w, tx);
}

static enum err write_reason(struct errand *e, struct str reason, const char *words)
{
    if (reason.len > 0 && reason.len <= REASON_MOST && !utf8_has_deceptive(reason))
        return ERR_OK;
    return fault_at(&e->fault, "reason", ERR_INPUT, "%s", words);
}

enum err office_document_return(struct errand *e, struct str code, struct str reason)
{
    struct document_write w = {.e = e, .code = code, .reason = reason, .action = "document-return"};
    TRY(write_reason(e, reason, "请写明退回的原因（最多约200字）"));
    return office_write(e, w.action, return_run, &w);
}

/* --- the log --- */

static void net_add(struct buf *out, struct str text)
{
    buf_printf(out, "%zu:", text.len);
    buf_str(out, text);
    buf_char(out, ',');
}

/* The bytes that the entry's digest is over. */
static void net_version(struct buf *out, const struct store_version *v,
                        const struct store_attachment *files, size_t count)
{
    char number[24];
    struct buf date = {0};
    int len = snprintf(number, sizeof number, "%lld", (long long)v->version);
    if (v->effective_on != 0)
        date_format(&date, v->effective_on);
    net_add(out, v->document.code);
    net_add(out, str_range(number, (size_t)len));
    net_add(out, v->document.kind);
    net_add(out, v->document.department);
    net_add(out, v->title);
    net_add(out, v->number);
    net_add(out, v->item);
    net_add(out, buf_view(&date));
    for (size_t i = 0; i < STORE_TEXTS; i++)
        net_add(out, v->texts[i]);
    if (office_document_is_plan(v->document.kind)) {
        len = snprintf(number, sizeof number, "%lld", (long long)v->document.year);
        net_add(out, str_range(number, (size_t)len));
        net_add(out, v->document.plan);
        net_add(out, v->reason);
        net_add(out, v->approver);
    }
    for (size_t i = 0; i < count; i++) {
        net_add(out, files[i].name);
        net_add(out, files[i].digest);
    }
    buf_free(&date);
}

static enum err log_entry(struct document_write *w, struct db_tx *tx, const char *what)
{
    struct errand *e = w->e;
    struct store_attachment *files = NULL;
    size_t count = 0;
    struct buf bytes = {0};
    struct buf body = {0};
    uint8_t hash[CRYPTO_HASH];
    TRY(write_files(&files, &count, w, tx, w->row.id));
    net_version(&bytes, &w->row, files, count);
    crypto_sha256(hash, buf_view(&bytes));
    buf_printf(&body, "sunlot-document/1 %s\ntenant %.*s\ndocument %.*s\nversion %lld\nsha256 ",
               what, STR_ARG(e->office->tenant), STR_ARG(w->row.document.code),
               (long long)w->row.version);
    buf_hex(&body, hash, sizeof hash);
    buf_char(&body, '\n');
    enum err err = buf_err(&bytes) != ERR_OK ? buf_err(&bytes) : buf_err(&body);
    if (err == ERR_OK)
        err = office_log_append(&w->row.idx, e, tx, buf_view(&body));
    buf_free(&bytes);
    buf_free(&body);
    return err;
}

/* The version that held until now. */
static enum err publish_replace(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_version *rows = NULL;
    size_t count = 0;
    TRY(write_versions(&rows, &count, w, tx));
    for (size_t i = 0; i < count; i++) {
        if (!document_in(&rows[i], "published"))
            continue;
        rows[i].document.tenant = e->office->tenant;
        rows[i].state = STR("replaced");
        TRY(store_version_move(tx, &rows[i], STR("published")));
    }
    return ERR_OK;
}

/* What is published is public by its grade, with all its files (AC7). */
static enum err publish_grade(const struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct store_document *d = &w->old.document;
    struct store_attachment *files = NULL;
    size_t count = 0;
    if (d->grade != MODEL_GRADE_PUBLIC)
        return fault_at(
            &e->fault, "grade", ERR_STATE,
            "安全标记是“%s”，不能在公示平台发布；确要发布的，先把安全标记改为公开并写明理由",
            model_grades[d->grade].text);
    TRY(write_files(&files, &count, w, tx, w->old.id));
    for (size_t i = 0; i < count; i++)
        if (files[i].grade != MODEL_GRADE_PUBLIC)
            return fault_at(&e->fault, "grade", ERR_STATE,
                            "有附件的安全标记高于公开，不能在公示平台发布；"
                            "请退回草稿，移除这些附件或重新上传后再提交");
    return ERR_OK;
}

static enum err publish_run(struct db_tx *tx, void *ctx)
{
    struct document_write *w = ctx;
    struct errand *e = w->e;
    TRY(write_load(w, tx));
    TRY(write_state(w, "submitted", "只有待审核的可以发布"));
    if (!office_document_for_all(&w->old.document))
        return fault_set(
            &e->fault, ERR_STATE,
            "公开属性是“%.*s”，不能在公示平台发布；确要发布的，先把公开属性改为主动公开",
            STR_ARG(model_text(model_openness, w->old.document.openness)));
    if (str_eq(w->old.submitted_by, e->actor) || str_eq(w->old.actor, e->actor))
        return fault_set(&e->fault, ERR_FORBIDDEN, "起草和提交的人不能自己发布，请由他人审核发布");
    TRY(publish_grade(w, tx));
    TRY(publish_replace(w, tx));
    w->row.state = STR("published");
    w->row.published_at = e->now;
    w->row.published_by = e->actor;
    TRY(log_entry(w, tx, "publication"));
    TRY(store_version_move(tx, &w->row, STR("submitted")));
    return write_audit(w, tx);
}

enum err office_document_publish(struct errand *e, struct str code)
{
    struct document_write w = {.e = e, .code = code, .action = "document-publish"};
    TRY(office_write(e, w.action, publish_run, &w));
    return office_log_sync(e->office, e->now, &e->fault);
}

/* What holds now; a newer draft may stand before it. */
static enum err withdraw_load(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_version *rows = NULL;
    size_t count = 0;
    TRY(write_load(w, tx));
    TRY(write_versions(&rows, &count, w, tx));
    for (size_t i = 0; i < count; i++)
        if (document_in(&rows[i], "published")) {
            w->old = rows[i];
            w->row = rows[i];
            w->row.document.tenant = e->office->tenant;
            return ERR_OK;
        }
    return fault_set(&e->fault, ERR_STATE, "没有已发布的版本，不能废止");
}

/* No item in force is left with a form that no longer holds. */
static enum err withdraw_free(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_item *items = NULL;
    size_t count = 0;
    TRY(store_items_of_form(&items, &count, e->arena, tx, e->office->tenant, w->code));
    if (count == 0)
        return ERR_OK;
    return fault_set(&e->fault, ERR_STATE,
                     "有%zu个抽查事项（%.*s%s）正在使用这份检查表，不能废止；请先变更这些事项，"
                     "或发布新版代替",
                     count, STR_ARG(items[0].code), count > 1 ? "等" : "");
}

static enum err withdraw_run(struct db_tx *tx, void *ctx)
{
    struct document_write *w = ctx;
    int64_t published = 0;
    TRY(withdraw_load(w, tx));
    TRY(withdraw_free(w, tx));
    published = w->row.idx;
    w->row.state = STR("withdrawn");
    w->row.note = w->reason;
    TRY(log_entry(w, tx, "withdrawal"));
    w->row.idx = published; /* the row keeps the place of its publication */
    TRY(store_version_move(tx, &w->row, STR("published")));
    return write_audit(w, tx);
}

enum err office_document_withdraw(struct errand *e, struct str code, struct str reason)
{
    struct document_write w = {
        .e = e, .code = code, .reason = reason, .action = "document-withdraw"};
    TRY(write_reason(e, reason, "请写明废止的原因（最多约200字）"));
    TRY(office_write(e, w.action, withdraw_run, &w));
    return office_log_sync(e->office, e->now, &e->fault);
}

/* --- who may have it --- */

static enum err openness_entry(struct document_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct buf body = {0};
    int64_t idx = -1;
    buf_printf(&body, "sunlot-document/1 openness\ntenant %.*s\ndocument %.*s\nopenness %.*s\n",
               STR_ARG(e->office->tenant), STR_ARG(w->row.document.code),
               STR_ARG(w->row.document.openness));
    enum err err = buf_err(&body);
    if (err == ERR_OK)
        err = office_log_append(&idx, e, tx, buf_view(&body));
    buf_free(&body);
    return err;
}

static enum err openness_judge(const struct document_write *w)
{
    struct errand *e = w->e;
    const struct office_document_openness *to = w->to;
    const struct store_document *d = &w->old.document;
    if (office_document_is_plan(d->kind))
        return fault_set(&e->fault, ERR_STATE, "年度抽查工作计划必须主动公开，公开属性不能改");
    if (str_eq(to->openness, d->openness) &&
        str_eq(openness_kept(to->openness, w->reason), d->openness_reason))
        return fault_set(&e->fault, ERR_STATE, "公开属性已经是“%.*s”，没有改动",
                         STR_ARG(model_text(model_openness, d->openness)));
    if (w->published && str_eq(to->openness, STR("open")) && d->grade != MODEL_GRADE_PUBLIC)
        return fault_at(&e->fault, "openness", ERR_STATE,
                        "安全标记是“%s”，不能主动公开；先把安全标记改为公开并写明理由",
                        model_grades[d->grade].text);
    bool leaves = w->published && office_document_for_all(&w->old.document) &&
                  !str_eq(to->openness, STR("open"));
    if (leaves && !to->off)
        return fault_at(&e->fault, "off", ERR_INPUT,
                        "这份文件已在公示平台公开，改为“%.*s”会把全部版本和附件从公示平台撤下；"
                        "请勾选确认",
                        STR_ARG(model_text(model_openness, to->openness)));
    return ERR_OK;
}

static enum err openness_run(struct db_tx *tx, void *ctx)
{
    struct document_write *w = ctx;
    struct str outcome;
    TRY(office_once(&w->repeated, &outcome, w->e, tx, str_of(w->action)));
    if (w->repeated)
        return ERR_OK;
    TRY(write_load(w, tx));
    TRY(openness_judge(w));
    w->row.document.openness = w->to->openness;
    w->row.document.openness_reason = openness_kept(w->to->openness, w->reason);
    TRY(store_document_openness(tx, &w->row.document));
    if (w->published && !str_eq(w->to->openness, w->old.document.openness))
        TRY(openness_entry(w, tx));
    TRY(write_audit(w, tx));
    return office_once_done(w->e, tx, str_of(w->action), w->to->openness);
}

enum err office_document_openness(struct errand *e, struct str code,
                                  const struct office_document_openness *to)
{
    struct document_write w = {.e = e,
                               .code = code,
                               .reason = str_trim(to->reason),
                               .to = to,
                               .action = "document-openness"};
    TRY(openness_check(e, to->openness, w.reason));
    TRY(office_write(e, w.action, openness_run, &w));
    return office_log_sync(e->office, e->now, &e->fault);
}

/* --- how confidential it is --- */

static enum err grade_judge(const struct document_write *w, int64_t grade)
{
    struct errand *e = w->e;
    const struct store_document *d = &w->old.document;
    if (office_document_is_plan(d->kind))
        return fault_at(&e->fault, "grade", ERR_STATE,
                        "年度抽查工作计划必须主动公开，安全标记不能改");
    if (grade == d->grade)
        return fault_at(&e->fault, "grade", ERR_STATE, "安全标记已经是“%s”，没有改动",
                        model_grades[grade].text);
    if (grade < d->grade && w->reason.len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "降低安全标记必须写明理由");
    if (w->published && office_document_for_all(d))
        return fault_at(&e->fault, "grade", ERR_STATE,
                        "这份文件已在公示平台公开；要提高安全标记的，"
                        "先把公开属性改为依申请公开或不予公开，从公示平台撤下");
    return ERR_OK;
}

static enum err grade_run(struct db_tx *tx, void *ctx)
{
    struct document_write *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    int64_t grade = 0;
    TRY(office_once(&w->repeated, &outcome, e, tx, str_of(w->action)));
    if (w->repeated)
        return ERR_OK;
    TRY(write_load(w, tx));
    TRY(office_scope_grade(&grade, e, tx, w->grade, MODEL_SETTING_GRADE_DOCUMENT));
    TRY(grade_judge(w, grade));
    w->row.document.grade = grade;
    TRY(store_document_grade(tx, &w->row.document));
    TRY(write_audit(w, tx));
    return office_once_done(e, tx, str_of(w->action), w->grade);
}

enum err office_document_grade(struct errand *e, struct str code,
                               const struct office_document_grade *to)
{
    struct document_write w = {.e = e,
                               .code = code,
                               .reason = str_trim(to->reason),
                               .grade = to->grade,
                               .action = "document-grade"};
    if (to->grade.len == 0)
        return fault_at(&e->fault, "grade", ERR_INPUT, "请选择安全标记");
    if (utf8_has_deceptive(w.reason) || w.reason.len > REASON_MOST)
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "理由过长（最多约200字），或含有不能显示的字符");
    return office_write(e, w.action, grade_run, &w);
}

/* --- many at once --- */

/* Refusals of one document; anything else ends the whole batch. */
static bool batch_passes(enum err err)
{
    return err == ERR_STATE || err == ERR_FORBIDDEN || err == ERR_INPUT || err == ERR_MISSING;
}

/* publish_run and withdraw_run refuse before they write: the next document goes on. */
enum err batch_documents(struct batch_run *run)
{
    struct errand *e = run->e;
    bool publish = run->batch->act == OFFICE_BATCH_PUBLISH;
    for (size_t i = 0; i < run->batch->count; i++) {
        struct document_write w = {.e = e,
                                   .code = run->batch->keys[i],
                                   .reason = run->batch->reason,
                                   .action = publish ? "document-publish" : "document-withdraw"};
        TRY(batch_progress(run, i));
        enum err err = publish ? publish_run(run->tx, &w) : withdraw_run(run->tx, &w);
        if (err == ERR_OK) {
            run->out->done++;
            continue;
        }
        if (!batch_passes(err))
            return err;
        struct str why = err == ERR_MISSING ? STR("没有这份文件，或者不在您的发布权限范围内")
                                            : str_of(fault_text(&e->fault));
        TRY(batch_skip(run, w.code, w.old.title.data != NULL ? w.old.title : STR(""), why));
        e->fault = (struct fault){0};
    }
    return ERR_OK;
}
