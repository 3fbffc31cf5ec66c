/* Interests: see interest.h. */
#include "office/interest.h"

#include "base/json.h"
#include "model/resource.h"
#include "office/object.h"
#include "office/scope.h"
#include "office/task.h"
#include "store/task.h"

enum { INTEREST_WORDS = 600 };

struct interest {
    struct errand *e;
    struct str inspector; /* code */
    bool unscoped;        /* a command at the machine */
    struct store_inspector who;
    struct store_interest row;
};

static enum err interest_person(struct interest *i, struct db_tx *tx)
{
    struct errand *e = i->e;
    enum err err = store_inspector_find(&i->who, e->arena, tx, e->office->tenant, i->inspector);
    bool seen = err == ERR_OK &&
                (i->unscoped || office_scope_inspector(&e->scope, i->who.department, i->who.code));
    if (err == ERR_MISSING || (err == ERR_OK && !seen))
        return fault_at(&e->fault, "inspector", ERR_MISSING, "没有编号为 %.*s 的在岗人员",
                        STR_ARG(i->inspector));
    i->row.tenant = e->office->tenant;
    i->row.inspector = i->who.id;
    return err;
}

/* The audit's values: object, kind, reason. */
static enum err interest_audit(struct interest *i, struct db_tx *tx, bool ends)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_str(&w, "object", i->row.pool_id);
    if (!ends)
        json_pair_str(&w, "kind", i->row.kind);
    json_pair_str(&w, "reason", ends ? i->row.end_reason : i->row.reason);
    json_write_object_end(&w);
    enum err err = json_write_end(&w);
    struct office_audit_row row = {.action = ends ? STR("conflict-end") : STR("conflict-declare"),
                                   .target = i->who.code,
                                   .detail = i->row.pool_id,
                                   .outcome = STR("done")};
    if (ends)
        row.before = buf_view(&text);
    else
        row.after = buf_view(&text);
    if (err == ERR_OK)
        err = office_audit_add(i->e, tx, &row);
    buf_free(&text);
    return err;
}

/* --- which object --- */

static enum err interest_unknown(struct errand *e)
{
    return fault_at(&e->fault, "object", ERR_INPUT,
                    "没有找到这样的检查对象，或者不止一个；请填写统一社会信用代码，或企业的全称");
}

/* By name: the one that is called so; or, where a part is enough, the only one that holds it. */
static enum err interest_named(struct str *out, struct errand *e, struct str typed, bool part)
{
    const struct office_object_query query = {
        .filter = {.text = typed},
        .page = {.most = OFFICE_PAGE_MOST, .order = STORE_OBJECT_BY_NAME}};
    struct office_object_list list;
    size_t named = 0;
    TRY(office_object_list(&list, e, &query));
    for (size_t i = 0; i < list.count; i++) {
        const struct str *v = list.rows[i].record.values;
        bool same = str_eq(v[MODEL_OBJECT_NAME], typed);
        if (same || (part && list.total == 1))
            *out = v[STORE_OBJECT_POOL_ID];
        named += same;
    }
    if (named > 1)
        *out = STR("");
    return ERR_OK;
}

/* Within the scope by a part of the name, beyond it by the whole name alone. */
static enum err interest_name(struct str *out, struct errand *e, struct str typed)
{
    struct errand wide = *e;
    wide.scope = (struct office_scope){.level = MODEL_SCOPE_ALL};
    TRY(interest_named(out, e, typed, true));
    return out->len > 0 ? ERR_OK : interest_named(out, &wide, typed, false);
}

/* The object that was typed: a number or id as it is, else a name. */
static enum err interest_object(struct str *out, struct errand *e, struct str typed)
{
    bool plain = typed.len > 0;
    if (typed.len == 0)
        return fault_at(&e->fault, "object", ERR_INPUT, "请填写检查对象的代码或名称");
    for (size_t i = 0; i < typed.len; i++)
        plain = plain && (unsigned char)typed.data[i] < 0x80;
    *out = plain ? typed : STR("");
    if (plain)
        return ERR_OK;
    TRY(interest_name(out, e, typed));
    return out->len > 0 ? ERR_OK : interest_unknown(e);
}

/* --- declaring --- */

static enum err interest_declare(struct db_tx *tx, void *ctx)
{
    struct interest *i = ctx;
    struct errand *e = i->e;
    struct store_object_name object = {0};
    TRY(interest_person(i, tx));
    enum err err = store_object_name(&object, e->arena, tx, e->office->tenant, i->row.pool_id);
    if (err == ERR_MISSING)
        return interest_unknown(e);
    TRY(err);
    err = store_interest_add(tx, &i->row);
    if (err == ERR_DUPLICATE)
        return ERR_OK;
    TRY(err);
    return interest_audit(i, tx, false);
}

static enum err interest_words(struct errand *e, const struct office_interest *in)
{
    if (in->reason.len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "申报回避必须写明理由；没有登记");
    if (in->reason.len > INTEREST_WORDS)
        return fault_at(&e->fault, "reason", ERR_INPUT, "理由过长，最多约200字；没有登记");
    if (in->object.len > INTEREST_WORDS)
        return interest_unknown(e);
    if (model_word_by_code(model_conflict_kinds, in->kind) == NULL)
        return fault_at(&e->fault, "kind", ERR_INPUT, "请选择回避关系的种类；没有登记");
    return ERR_OK;
}

static enum err interest_run(struct errand *e, const struct office_interest *in, bool unscoped)
{
    struct interest work = {.e = e,
                            .inspector = in->inspector,
                            .unscoped = unscoped,
                            .row = {.typed = str_trim(in->object),
                                    .kind = in->kind,
                                    .reason = in->reason,
                                    .at = e->now,
                                    .actor = e->actor}};
    TRY(interest_words(e, in));
    TRY(interest_object(&work.row.pool_id, e, work.row.typed));
    return office_write(e, "conflict-declare", interest_declare, &work);
}

enum err office_interest_declare(struct errand *e, const struct office_interest *in)
{
    return interest_run(e, in, false);
}

enum err office_conflict_declare(struct errand *e, struct str inspector, struct str pool_id,
                                 struct str reason)
{
    const struct office_interest in = {inspector, pool_id, STR("other"), reason};
    return interest_run(e, &in, true);
}

/* --- what there is --- */

struct interest_list {
    struct errand *e;
    struct store_interest **out;
    size_t *count;
    int64_t inspector;
};

static enum err interest_list(struct db_tx *tx, void *ctx)
{
    struct interest_list *l = ctx;
    struct store_interest_find find = {.tenant = l->e->office->tenant, .inspector = l->inspector};
    TRY(office_reach(&find.reach, l->e));
    return store_interests(l->out, l->count, l->e->arena, tx, &find);
}

enum err office_interests(struct store_interest **out, size_t *count, struct errand *e,
                          int64_t inspector)
{
    struct interest_list l = {e, out, count, inspector};
    TRY(office_read(e, "interests", interest_list, &l));
    for (size_t i = 0; i < *count; i++) {
        struct store_interest *row = &(*out)[i];
        row->pool_id = row->reached ? row->pool_id : STR("");
        row->object = row->reached ? row->object : STR("");
    }
    return ERR_OK;
}

/* --- ending --- */

static enum err interest_end(struct db_tx *tx, void *ctx)
{
    struct interest *i = ctx;
    struct store_interest *rows = NULL;
    size_t count = 0;
    size_t at = 0;
    TRY(interest_person(i, tx));
    struct interest_list all = {i->e, &rows, &count, i->who.id};
    TRY(interest_list(tx, &all));
    while (at < count && (rows[at].at != i->row.at || rows[at].ended_at > 0))
        at++;
    if (at == count)
        return fault_set(&i->e->fault, ERR_MISSING, "没有这条有效的回避关系，可能已经结束");
    i->row.pool_id = rows[at].pool_id;
    i->row.ended_at = i->e->now;
    i->row.ended_by = i->e->actor;
    TRY(store_interest_end(tx, &i->row));
    return interest_audit(i, tx, true);
}

enum err office_interest_end(struct errand *e, struct str inspector, int64_t at, struct str reason)
{
    struct interest work = {
        .e = e, .inspector = inspector, .row = {.at = at, .end_reason = reason}};
    if (reason.len == 0 || reason.len > INTEREST_WORDS)
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "请写明回避关系为什么结束（最多约200字）；没有改动");
    return office_write(e, "conflict-end", interest_end, &work);
}
