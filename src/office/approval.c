/* Exports in full that a second person approves: see approval.h. */
#include "office/approval.h"

#include "base/json.h"
#include "base/time.h"
#include "office/scope.h"
#include "store/account.h"

#include <unistd.h>

enum {
    APPROVAL_TEXT = 600, /* bytes of a reason and of a decision's words */
    /* Minutes in which a file may be sent again under its key: a download that broke off is noticed
     * at once, and later who is in the register may have changed since it was approved. */
    APPROVAL_AGAIN = 10
};

const struct field_word office_approval_states[] = {
    {"asked", "待审批", NULL}, {"approved", "已批准，待导出", NULL}, {"declined", "未批准", NULL},
    {"done", "已导出", NULL},  {"expired", "已过期", NULL},          {NULL, NULL, NULL}};

static struct str approval_target(struct errand *e, int64_t id)
{
    return arena_printf(e->arena, "approval-%lld", (long long)id);
}

/* Where the errand's reach begins: a code, '' for all departments. Whose reach holds it holds all
 * rows that the errand sees. */
static struct str approval_reach(const struct errand *e)
{
    return e->scope.level == MODEL_SCOPE_ALL ? STR("") : e->scope.department;
}

static enum err approval_until(int64_t *out, struct errand *e, struct db_tx *tx)
{
    uint64_t hours = 0;
    TRY(office_setting_count(&hours, e, tx, MODEL_SETTING_APPROVAL_HOURS));
    *out = e->now + (int64_t)hours * 3600 * TIME_SECOND;
    return ERR_OK;
}

/* The name of the errand's person; his account's name where there is no such account (commands). */
static enum err approval_person(struct str *out, struct errand *e, struct db_tx *tx)
{
    struct store_account account;
    enum err err = store_account_by_name(&account, e->arena, tx, e->office->tenant, e->actor);
    *out = err == ERR_OK ? account.person : e->actor;
    return err == ERR_MISSING ? ERR_OK : err;
}

/* --- what was asked for, as text --- */

/* The conditions that are texts, by their names in the JSON. */
struct approval_text {
    const char *name;
    size_t at; /* in struct office_inspector_find */
};
static const struct approval_text approval_texts[] = {
    {"text", offsetof(struct office_inspector_find, text)},
    {"department", offsetof(struct office_inspector_find, department)},
    {"category", offsetof(struct office_inspector_find, category)},
    {"state", offsetof(struct office_inspector_find, state)},
    {"standing", offsetof(struct office_inspector_find, standing)},
    {"validity", offsetof(struct office_inspector_find, validity)},
    {"speciality", offsetof(struct office_inspector_find, speciality)},
    {"area", offsetof(struct office_inspector_find, area)},
};
enum { APPROVAL_TEXTS = sizeof approval_texts / sizeof approval_texts[0] };

static enum err filter_write(struct str *out, struct errand *e,
                             const struct office_inspector_find *find)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    for (size_t i = 0; i < APPROVAL_TEXTS; i++) {
        const char *at = (const char *)find + approval_texts[i].at;
        const struct str *value = (const struct str *)(const void *)at;
        if (value->len > 0)
            json_pair_str(&w, approval_texts[i].name, *value);
    }
    json_pair_bool(&w, "below", find->below);
    json_pair_bool(&w, "officials", find->officials);
    json_write_key(&w, "keys");
    json_write_array(&w);
    for (size_t i = 0; i < find->key_count; i++)
        json_write_str(&w, find->keys[i]);
    json_write_array_end(&w);
    json_write_object_end(&w);
    return arena_keep(out, e->arena, &text, json_write_end(&w));
}

static enum err filter_keys(struct office_inspector_find *find, struct arena *arena,
                            const json_t *list)
{
    size_t count = json_array_size(list);
    struct str *keys = arena_array(arena, count + 1, sizeof *keys);
    if (keys == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        keys[i] = arena_str(arena, str_range(json_string_value(one), json_string_length(one)));
        if (keys[i].data == NULL)
            return ERR_MEMORY;
    }
    find->keys = keys;
    find->key_count = count;
    return ERR_OK;
}

static enum err filter_fill(struct office_inspector_find *find, struct arena *arena,
                            const json_t *object)
{
    for (size_t i = 0; i < APPROVAL_TEXTS; i++) {
        char *at = (char *)find + approval_texts[i].at;
        struct str *value = (struct str *)(void *)at;
        struct str member = json_member_str(object, approval_texts[i].name);
        *value = arena_str(arena, member.data != NULL ? member : STR(""));
        if (value->data == NULL)
            return ERR_MEMORY;
    }
    find->below = json_is_true(json_object_get(object, "below"));
    find->officials = json_is_true(json_object_get(object, "officials"));
    return filter_keys(find, arena, json_object_get(object, "keys"));
}

static enum err filter_read(struct office_inspector_find *out, struct errand *e, struct str text)
{
    json_t *object = NULL;
    *out = (struct office_inspector_find){0};
    TRY(json_parse_sized(&object, text, text.len + 1, &e->fault));
    enum err err = filter_fill(out, e->arena, object);
    json_decref(object);
    return err;
}

/* --- asking --- */

struct approval_work {
    struct errand *e;
    struct store_approval row;
    struct store_approval_find find;
    struct office_approvals *list;
    struct office_approval_counts *counts;
    const struct office_approval_decision *decision;
    bool repeated;
};

static enum err approval_note(struct approval_work *w, struct db_tx *tx, const char *action,
                              struct str detail)
{
    struct errand *e = w->e;
    struct str target = approval_target(e, w->row.id);
    return target.data == NULL || detail.data == NULL
               ? ERR_MEMORY
               : office_audit(e, tx, str_of(action), target, detail);
}

static enum err ask_run(struct db_tx *tx, void *ctx)
{
    struct approval_work *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("approval-ask")));
    if (done)
        return str_i64(&w->row.id, outcome);
    TRY(office_id(&w->row.id, e));
    TRY(approval_person(&w->row.person, e, tx));
    TRY(approval_until(&w->row.until, e, tx));
    TRY(store_approval_add(tx, e->office->tenant, &w->row));
    TRY(approval_note(w, tx, "approval-ask",
                      arena_printf(e->arena, "%lld 行，完整号码，理由：%.*s",
                                   (long long)w->row.most, STR_ARG(w->row.reason))));
    return office_once_done(e, tx, STR("approval-ask"),
                            arena_printf(e->arena, "%lld", (long long)w->row.id));
}

static enum err ask_check(struct errand *e, const struct office_inspector_export *export,
                          const struct office_inspectors *all)
{
    uint64_t done = 0;
    if (export->reason.len == 0 || export->reason.len > APPROVAL_TEXT)
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "请写明为什么要导出完整号码（最多约200字）；没有提交");
    if ((export->columns & ((UINT32_C(1) << OFFICE_INSPECTOR_COLUMNS) - 1)) == 0)
        return fault_set(&e->fault, ERR_INPUT, "请至少选择一列；没有提交");
    TRY(office_inspector_plain_done(&done, e));
    if (all->count + done <= all->plain_most)
        return fault_set(&e->fault, ERR_INPUT,
                         "共 %zu 人，不超过 %llu 人的不需要审批，请直接导出；没有提交", all->count,
                         (unsigned long long)all->plain_most);
    if (e->scope.level < MODEL_SCOPE_DEPARTMENT)
        return fault_set(&e->fault, ERR_FORBIDDEN, "您的角色不能导出完整号码；没有提交");
    return ERR_OK;
}

enum err office_approval_ask(int64_t *id, struct errand *e, const struct office_approval_ask *ask)
{
    const struct office_inspector_export *export = ask->export;
    struct office_inspectors all;
    struct str outcome;
    bool done = false;
    TRY(office_repeated(&done, &outcome, e, STR("approval-ask")));
    if (done)
        return str_i64(id, outcome);
    TRY(inspector_find(&all, e, export->find));
    TRY(ask_check(e, export, &all));
    struct approval_work w = {.e = e,
                              .row = {.department = approval_reach(e),
                                      .actor = e->actor,
                                      .reason = export->reason,
                                      .columns = export->columns,
                                      .format = ask->csv ? STR("csv") : STR("xlsx"),
                                      .most = (int64_t)all.count,
                                      .at = e->now}};
    TRY(filter_write(&w.row.filter, e, export->find));
    TRY(office_write(e, "approval-ask", ask_run, &w));
    *id = w.row.id;
    return ERR_OK;
}

/* --- reading --- */

/* One row more than the page holds says whether it goes on. */
static enum err approvals_run(struct db_tx *tx, void *ctx)
{
    struct approval_work *w = ctx;
    struct office_approvals *out = w->list;
    struct str tenant = w->e->office->tenant;
    struct store_approval_find find = w->find;
    find.window.most++;
    *out = (struct office_approvals){0};
    TRY(store_approval_count(&out->total, tx, tenant, &find));
    TRY(store_approval_find(&out->rows, &out->count, w->e->arena, tx, tenant, &find));
    out->sides = store_window_end(out->rows, &out->count, sizeof *out->rows, &w->find.window);
    return ERR_OK;
}

enum err office_approvals(struct office_approvals *out, struct errand *e,
                          struct store_approval_find find)
{
    struct approval_work w = {.e = e, .find = find, .list = out};
    w.find.now = e->now;
    TRY(office_reach(&w.find.reach, e));
    return office_read(e, "approvals", approvals_run, &w);
}

static enum err count_run(struct db_tx *tx, void *ctx)
{
    struct approval_work *w = ctx;
    struct str tenant = w->e->office->tenant;
    struct store_approval_find ready = w->find;
    ready.state = STR("approved");
    ready.by = w->e->actor;
    w->find.state = STR("asked");
    w->find.but = w->e->actor;
    TRY(store_approval_count(&w->counts->waiting, tx, tenant, &w->find));
    return store_approval_count(&w->counts->ready, tx, tenant, &ready);
}

enum err office_approval_count(struct office_approval_counts *out, struct errand *e)
{
    struct approval_work w = {.e = e, .counts = out};
    w.find.now = e->now;
    TRY(office_reach(&w.find.reach, e));
    return office_read(e, "approval-count", count_run, &w);
}

static enum err approval_read(struct db_tx *tx, void *ctx)
{
    struct approval_work *w = ctx;
    struct errand *e = w->e;
    enum err err =
        store_approval_get(&w->row, e->arena, tx, e->office->tenant, &w->find, w->row.id);
    return err == ERR_MISSING ? fault_set(&e->fault, err, "没有这份导出申请") : err;
}

static enum err approval_begin(struct approval_work *w, struct errand *e, int64_t id)
{
    *w = (struct approval_work){.e = e, .row = {.id = id}, .find = {.now = e->now}};
    return office_reach(&w->find.reach, e);
}

enum err office_approval_get(struct office_approval *out, struct errand *e, int64_t id)
{
    struct approval_work w;
    TRY(approval_begin(&w, e, id));
    TRY(office_read(e, "approval-get", approval_read, &w));
    out->row = w.row;
    out->mine = str_eq(w.row.actor, e->actor);
    return filter_read(&out->find, e, w.row.filter);
}

/* --- deciding --- */

static enum err decide_check(struct approval_work *w)
{
    struct errand *e = w->e;
    const struct store_approval *row = &w->row;
    if (str_eq(row->actor, e->actor))
        return fault_set(&e->fault, ERR_FORBIDDEN, "不能审批自己的申请，须由另一人审批；没有改动");
    if (str_eq(row->state, STR("asked")))
        return ERR_OK;
    if (row->decided_by.len > 0)
        return fault_set(&e->fault, ERR_STATE, "%.*s 已经审批了这份申请；没有改动",
                         STR_ARG(row->decider));
    return fault_set(&e->fault, ERR_STATE, "这份申请已过期，没有改动；请申请人重新提交");
}

/* What a decision's key stands for: which request, decided how. */
static struct str decide_outcome(struct errand *e, int64_t id, struct str state)
{
    return arena_printf(e->arena, "%lld %.*s", (long long)id, STR_ARG(state));
}

/* Was the same decided under this key? Else the words of the new one would answer for the old. */
static enum err decide_again(struct approval_work *w, struct str outcome)
{
    struct errand *e = w->e;
    struct str same =
        decide_outcome(e, w->row.id, w->decision->approve ? STR("approved") : STR("declined"));
    struct str other =
        decide_outcome(e, w->row.id, w->decision->approve ? STR("declined") : STR("approved"));
    if (same.data == NULL || other.data == NULL)
        return ERR_MEMORY;
    if (str_eq(outcome, same))
        return ERR_OK;
    if (str_eq(outcome, other))
        return fault_set(&e->fault, ERR_CONFLICT, "这份申请已登记为%s，没有改动",
                         w->decision->approve ? "不批准" : "批准");
    return fault_set(&e->fault, ERR_CONFLICT, "请求已用于另一份申请，请刷新页面再试；没有改动");
}

static enum err decide_run(struct db_tx *tx, void *ctx)
{
    struct approval_work *w = ctx;
    struct errand *e = w->e;
    const struct office_approval_decision *d = w->decision;
    struct str outcome;
    uint64_t changed = 0;
    bool done = false;
    w->row.id = d->id;
    TRY(approval_read(tx, w)); /* first: a repeated errand tells nothing beyond the scope either */
    TRY(office_once(&done, &outcome, e, tx, STR("approval-decide")));
    if (done)
        return decide_again(w, outcome);
    TRY(decide_check(w));
    w->row.state = d->approve ? STR("approved") : STR("declined");
    w->row.decided_at = e->now;
    w->row.decided_by = e->actor;
    w->row.words = str_trim(d->words);
    TRY(approval_person(&w->row.decider, e, tx));
    TRY(approval_until(&w->row.until, e, tx));
    TRY(store_approval_decide(&changed, tx, e->office->tenant, &w->row));
    if (changed != 1)
        return fault_set(&e->fault, ERR_STATE, "刚有别人审批了这份申请；没有改动");
    TRY(approval_note(w, tx, d->approve ? "approval-approve" : "approval-decline",
                      arena_printf(e->arena, "申请人 %.*s，%lld 行：%.*s", STR_ARG(w->row.actor),
                                   (long long)w->row.most, STR_ARG(w->row.words))));
    outcome = decide_outcome(e, d->id, w->row.state);
    return outcome.data == NULL ? ERR_MEMORY
                                : office_once_done(e, tx, STR("approval-decide"), outcome);
}

enum err office_approval_decide(struct errand *e, const struct office_approval_decision *decision)
{
    struct approval_work w;
    size_t words = str_trim(decision->words).len;
    if (words == 0 || words > APPROVAL_TEXT)
        return fault_at(&e->fault, "words", ERR_INPUT, "请写明审批意见（最多约200字）；没有改动");
    TRY(approval_begin(&w, e, decision->id));
    w.decision = decision;
    return office_write(e, "approval-decide", decide_run, &w);
}

/* --- exporting --- */

/* Is it still to be done: approved and not over, or done just now under this errand's key? */
static enum err export_ready(struct approval_work *w)
{
    struct errand *e = w->e;
    const struct store_approval *row = &w->row;
    bool done = str_eq(row->state, STR("done"));
    bool again = w->repeated && done && e->now < row->done_at + APPROVAL_AGAIN * 60 * TIME_SECOND;
    if (!str_eq(row->actor, e->actor))
        return fault_set(&e->fault, ERR_FORBIDDEN, "只能由申请人本人导出；没有导出");
    if (!str_eq(row->department, approval_reach(e)))
        return fault_set(&e->fault, ERR_STATE, "申请以后您的权限范围变了，请重新申请；没有导出");
    if (str_eq(row->state, STR("approved")) || again)
        return ERR_OK;
    if (done && w->repeated)
        return fault_set(&e->fault, ERR_STATE,
                         "文件已经导出；下载中断的只能在导出后 %d 分钟内重新下载，现在已过时限。"
                         "批准只能用一次，如确需再次导出，请重新申请",
                         APPROVAL_AGAIN);
    if (done)
        return fault_set(&e->fault, ERR_STATE,
                         "已经导出过，批准只能用一次；如确需再次导出，请重新申请");
    if (str_eq(row->state, STR("expired")))
        return fault_set(&e->fault, ERR_STATE, "申请或批准已过期，请重新申请；没有导出");
    return fault_set(&e->fault, ERR_STATE, "申请还没有获得批准；没有导出");
}

static enum err done_run(struct db_tx *tx, void *ctx)
{
    struct approval_work *w = ctx;
    struct errand *e = w->e;
    uint64_t changed = 0;
    struct str id = arena_printf(e->arena, "%lld", (long long)w->row.id);
    if (id.data == NULL)
        return ERR_MEMORY;
    if (!w->repeated) {
        TRY(store_approval_done(&changed, tx, e->office->tenant, &w->row));
        if (changed != 1)
            return fault_set(&e->fault, ERR_STATE, "刚刚已经导出过，批准只能用一次；没有再次导出");
        TRY(office_once_done(e, tx, STR("approval-export"), id));
    }
    return approval_note(w, tx, "approval-export",
                         arena_printf(e->arena, "%lld 行，完整号码，审批人 %.*s，理由：%.*s%s",
                                      (long long)w->row.done_rows, STR_ARG(w->row.decided_by),
                                      STR_ARG(w->row.reason), w->repeated ? "（重新发送）" : ""));
}

/* The rows that were approved, as the asker reaches them now. */
static enum err export_find(struct office_inspectors *all, struct approval_work *w)
{
    struct errand *e = w->e;
    struct office_inspector_find find;
    TRY(filter_read(&find, e, w->row.filter));
    TRY(inspector_find(all, e, &find));
    if ((int64_t)all->count <= w->row.most)
        return ERR_OK;
    return fault_set(&e->fault, ERR_LIMIT, "现有 %zu 人，多于批准的 %lld 人，请重新申请；没有导出",
                     all->count, (long long)w->row.most);
}

enum err office_approval_export(uint64_t *rows, struct errand *e, int64_t id, const char *path)
{
    struct approval_work w;
    struct office_inspectors all;
    struct str outcome;
    int64_t before = 0;
    TRY(approval_begin(&w, e, id));
    TRY(office_read(e, "approval-get", approval_read, &w));
    TRY(office_repeated(&w.repeated, &outcome, e, STR("approval-export")));
    if (w.repeated)
        TRY(str_i64(&before, outcome));
    if (w.repeated && before != id)
        return fault_set(&e->fault, ERR_CONFLICT, "请求已用于另一份申请，请刷新页面再试");
    TRY(export_ready(&w));
    TRY(export_find(&all, &w));
    const struct office_inspector_export export = {.columns = (uint32_t)w.row.columns,
                                                   .path = path,
                                                   .plain = true,
                                                   .approver = w.row.decider,
                                                   .approved_by = w.row.decided_by};
    TRY(inspector_export_file(e, &export, &all));
    w.row.done_at = e->now;
    w.row.done_rows = (int64_t)all.count;
    enum err err = office_write(e, "approval-export", done_run, &w);
    if (err != ERR_OK)
        unlink(path); /* who is refused leaves nothing behind */
    *rows = all.count;
    return err;
}
