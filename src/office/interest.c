/* Interests: see interest.h. */
#include "office/interest.h"

#include "base/json.h"
#include "model/resource.h"
#include "office/scope.h"
#include "office/task.h"
#include "store/task.h"

enum { INTEREST_WORDS = 600 };

struct interest {
    struct errand *e;
    const struct office_interest *in;
    bool unscoped; /* a command at the machine */
    struct store_inspector who;
    struct store_interest row;
};

static enum err interest_person(struct interest *i, struct db_tx *tx)
{
    struct errand *e = i->e;
    enum err err = store_inspector_find(&i->who, e->arena, tx, e->office->tenant, i->in->inspector);
    bool seen = err == ERR_OK &&
                (i->unscoped || office_scope_inspector(&e->scope, i->who.department, i->who.code));
    if (err == ERR_MISSING || (err == ERR_OK && !seen))
        return fault_at(&e->fault, "inspector", ERR_MISSING, "没有编号为 %.*s 的在岗人员",
                        STR_ARG(i->in->inspector));
    i->row = (struct store_interest){.tenant = e->office->tenant,
                                     .inspector = i->who.id,
                                     .pool_id = i->in->pool_id,
                                     .kind = i->in->kind,
                                     .reason = i->in->reason,
                                     .at = e->now,
                                     .actor = e->actor};
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

static enum err interest_declare(struct db_tx *tx, void *ctx)
{
    struct interest *i = ctx;
    struct errand *e = i->e;
    struct store_object_name object = {0};
    TRY(interest_person(i, tx));
    enum err err = store_object_name(&object, e->arena, tx, e->office->tenant, i->in->pool_id);
    if (err == ERR_MISSING)
        return fault_at(&e->fault, "object", ERR_INPUT, "名录库中没有对象 %.*s",
                        STR_ARG(i->in->pool_id));
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
    if (model_word_by_code(model_conflict_kinds, in->kind) == NULL)
        return fault_at(&e->fault, "kind", ERR_INPUT, "请选择回避关系的种类；没有登记");
    return ERR_OK;
}

static enum err interest_run(struct errand *e, const struct office_interest *in, bool unscoped)
{
    struct interest work = {.e = e, .in = in, .unscoped = unscoped};
    TRY(interest_words(e, in));
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

static enum err interest_end(struct db_tx *tx, void *ctx)
{
    struct interest *i = ctx;
    TRY(interest_person(i, tx));
    i->row.ended_at = i->e->now;
    i->row.ended_by = i->e->actor;
    i->row.end_reason = i->in->reason;
    TRY(store_interest_end(tx, &i->row));
    return interest_audit(i, tx, true);
}

enum err office_interest_end(struct errand *e, const struct office_interest *in)
{
    struct interest work = {.e = e, .in = in};
    if (in->reason.len == 0 || in->reason.len > INTEREST_WORDS)
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "请写明回避关系为什么结束（最多约200字）；没有改动");
    return office_write(e, "conflict-end", interest_end, &work);
}

struct interest_list {
    struct errand *e;
    struct store_interest **out;
    size_t *count;
    int64_t inspector;
};

static enum err interest_list(struct db_tx *tx, void *ctx)
{
    struct interest_list *l = ctx;
    return store_interests(l->out, l->count, l->e->arena, tx, l->e->office->tenant, l->inspector);
}

enum err office_interests(struct store_interest **out, size_t *count, struct errand *e,
                          int64_t inspector)
{
    struct interest_list l = {e, out, count, inspector};
    return office_read(e, "interests", interest_list, &l);
}
