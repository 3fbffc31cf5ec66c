/* From a reviewed draft to a version that holds from its day on: see catalogue.h.
 *
 * Invariant: of an item's versions one at most is in force and one at most is coming. */
#include "office/catalogue_work.h"

#include "base/time.h"
#include "base/utf8.h"

#include <string.h>

struct publish_work {
    struct errand *e;
    const struct office_item_publish *in;
    int32_t today;
};

/* Nothing was published or imported meanwhile that the draft does not know of. */
static enum err publish_base(struct publish_work *w, struct db_tx *tx,
                             const struct store_draft *draft)
{
    struct errand *e = w->e;
    struct store_item active = {0};
    struct store_coming *coming = NULL;
    size_t count = 0;
    if (draft->base == 0)
        return ERR_OK;
    enum err err = store_item_active(&active, e->arena, tx, e->office->tenant, draft->code);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    if (err == ERR_MISSING || active.id != draft->base)
        return fault_set(&e->fault, ERR_STATE,
                         "事项 %.*s 在起草之后已有新版本或已停止施行，没有公布；请撤销这份草稿，"
                         "在现行版本上重新起草",
                         STR_ARG(draft->code));
    if (active.valid_until != 0)
        return fault_set(&e->fault, ERR_STATE, "事项 %.*s 已公布停止施行的日期，没有公布",
                         STR_ARG(draft->code));
    TRY(store_items_coming(&coming, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        if (str_eq(coming[i].code, draft->code))
            return fault_set(&e->fault, ERR_STATE,
                             "事项 %.*s 已有公布而尚未施行的版本，没有公布；请等它施行，或先撤回它",
                             STR_ARG(draft->code));
    return ERR_OK;
}

/* A new item gets the next code of its department, as an imported one does. */
static enum err publish_code(struct publish_work *w, struct db_tx *tx, struct store_draft *draft)
{
    struct errand *e = w->e;
    int64_t number = 0;
    if (draft->code.len > 0)
        return ERR_OK;
    struct str counter = arena_printf(e->arena, "item-%.*s-", STR_ARG(draft->department));
    if (counter.data == NULL)
        return ERR_MEMORY;
    TRY(office_number(&number, e, tx, counter, 0));
    draft->code =
        arena_printf(e->arena, "%.*s-S%04lld", STR_ARG(draft->department), (long long)number);
    return draft->code.data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err publish_version(struct publish_work *w, struct db_tx *tx, struct store_draft *draft)
{
    struct errand *e = w->e;
    bool now = w->in->effective_on <= w->today;
    struct joint_names names;
    struct store_item item = {.valid_from = w->in->effective_on,
                              .at = e->now,
                              .state = now ? STR("active") : STR("coming")};
    TRY(publish_code(w, tx, draft));
    TRY(catalogue_parse(item.values, e->arena, draft->content));
    TRY(catalogue_form(e, tx, item.values));
    TRY(store_item_last(&item.version, tx, e->office->tenant, draft->code));
    TRY(office_id(&item.id, e));
    item.code = draft->code;
    item.version++;
    const struct store_item_move old = {draft->base, "active", "replaced"};
    if (now && draft->base != 0)
        TRY(store_item_move(tx, e->office->tenant, &old));
    TRY(store_item_add(tx, e->office->tenant, &item));
    TRY(joint_names(&names, e->arena, e, tx));
    TRY(joint_put(e, tx, &names, item.id, item.values));
    draft->item = item.id;
    return ERR_OK;
}

static enum err publish_end(struct publish_work *w, struct db_tx *tx, struct store_draft *draft)
{
    struct errand *e = w->e;
    const struct store_item_move move = {draft->base, "active", "closed"};
    TRY(store_item_end(tx, e->office->tenant, draft->base, w->in->effective_on));
    draft->item = draft->base;
    return w->in->effective_on <= w->today ? store_item_move(tx, e->office->tenant, &move) : ERR_OK;
}

static enum err publish_one(struct publish_work *w, struct db_tx *tx, int64_t id)
{
    struct errand *e = w->e;
    struct store_draft draft;
    struct buf day = {0};
    TRY(catalogue_draft(&draft, e, tx, id));
    if (!str_eq(draft.state, STR("approved")))
        return fault_set(&e->fault, ERR_STATE,
                         "有草稿未经审查同意或已公布，全部没有公布；"
                         "请刷新页面后重试");
    TRY(publish_base(w, tx, &draft));
    TRY(str_eq(draft.kind, STR("close")) ? publish_end(w, tx, &draft)
                                         : publish_version(w, tx, &draft));
    draft.state = STR("published");
    draft.effective_on = w->in->effective_on;
    draft.version++;
    draft.at = e->now;
    TRY(store_draft_update(tx, e->office->tenant, &draft));
    date_format(&day, w->in->effective_on);
    struct str words =
        arena_printf(e->arena, "%.*s %.*s起%s %.*s", STR_ARG(draft.code), STR_ARG(buf_view(&day)),
                     str_eq(draft.kind, STR("close")) ? "停止施行" : "施行", STR_ARG(w->in->words));
    buf_free(&day);
    if (words.data == NULL)
        return ERR_MEMORY;
    const struct catalogue_change change = {"item-publish", "published", str_trim(words), STR(""),
                                            draft.content};
    return catalogue_step(e, tx, &draft, &change);
}

static enum err publish_run(struct db_tx *tx, void *ctx)
{
    struct publish_work *w = ctx;
    bool done = false;
    struct str outcome;
    TRY(office_once(&done, &outcome, w->e, tx, STR("item-publish")));
    for (size_t i = 0; i < w->in->count && !done; i++)
        TRY(publish_one(w, tx, w->in->ids[i]));
    return done ? ERR_OK : office_once_done(w->e, tx, STR("item-publish"), STR(""));
}

enum err office_items_publish(struct errand *e, const struct office_item_publish *publish)
{
    struct publish_work w = {e, publish, date_of_time(e->now)};
    if (publish->count == 0)
        return fault_set(&e->fault, ERR_INPUT, "没有选择要公布的事项");
    if (publish->effective_on < w.today)
        return fault_at(&e->fault, "effective_on", ERR_INPUT, "施行日期不能早于今天");
    if (publish->effective_on > w.today + 3660)
        return fault_at(&e->fault, "effective_on", ERR_INPUT, "施行日期过远，请检查");
    if (publish->words.len > 300 || utf8_has_deceptive(publish->words))
        return fault_at(&e->fault, "words", ERR_INPUT, "文号过长，或含有不能显示的字符");
    return office_write(e, "item-publish", publish_run, &w);
}

/* --- taking back --- */

struct withdraw_work {
    struct errand *e;
    struct str code;
    struct str reason;
};

static enum err withdraw_run(struct db_tx *tx, void *ctx)
{
    struct withdraw_work *w = ctx;
    struct errand *e = w->e;
    struct store_coming *coming = NULL;
    size_t count = 0;
    bool done = false;
    struct str outcome;
    TRY(office_once(&done, &outcome, e, tx, STR("item-withdraw")));
    if (done)
        return ERR_OK;
    TRY(store_items_coming(&coming, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(coming[i].code, w->code))
            continue;
        const struct store_item_move move = {coming[i].id, "coming", "withdrawn"};
        TRY(store_item_move(tx, e->office->tenant, &move));
        const struct office_audit_row noted = {.action = STR("item-withdraw"),
                                               .target = w->code,
                                               .detail = w->reason,
                                               .outcome = STR("done"),
                                               .before = STR("{\"state\":\"coming\"}"),
                                               .after = STR("{\"state\":\"withdrawn\"}")};
        TRY(office_audit_add(e, tx, &noted));
        return office_once_done(e, tx, STR("item-withdraw"), STR(""));
    }
    return fault_set(&e->fault, ERR_MISSING, "该事项没有尚未施行的版本");
}

enum err office_item_withdraw(struct errand *e, struct str code, struct str reason)
{
    struct withdraw_work w = {e, code, str_trim(reason)};
    if (w.reason.len == 0 || w.reason.len > 1500 || utf8_has_deceptive(w.reason))
        return fault_at(&e->fault, "reason", ERR_INPUT, "撤回须写明理由（最多约500字）");
    return office_write(e, "item-withdraw", withdraw_run, &w);
}

/* --- the day has come --- */

struct follow_work {
    struct errand *e;
    uint64_t moved;
};

static enum err follow_begin(struct follow_work *w, struct db_tx *tx,
                             const struct store_coming *coming)
{
    struct errand *e = w->e;
    struct store_item old = {0};
    enum err err = store_item_active(&old, e->arena, tx, e->office->tenant, coming->code);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    const struct store_item_move out = {old.id, "active", "replaced"};
    const struct store_item_move in = {coming->id, "coming", "active"};
    if (err == ERR_OK)
        TRY(store_item_move(tx, e->office->tenant, &out));
    TRY(store_item_move(tx, e->office->tenant, &in));
    w->moved++;
    return office_audit(e, tx, STR("item-begin"), coming->code, STR("施行日期已到"));
}

static enum err follow_run(struct db_tx *tx, void *ctx)
{
    struct follow_work *w = ctx;
    struct errand *e = w->e;
    struct store_coming *rows = NULL;
    size_t count = 0;
    int32_t today = date_of_time(e->now);
    w->moved = 0;
    TRY(store_items_coming(&rows, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        if (rows[i].valid_from <= today)
            TRY(follow_begin(w, tx, &rows[i]));
    TRY(joint_follow(e, tx));
    TRY(store_items_ending(&rows, &count, e->arena, tx, e->office->tenant, today));
    for (size_t i = 0; i < count; i++, w->moved++) {
        const struct store_item_move move = {rows[i].id, "active", "closed"};
        TRY(store_item_move(tx, e->office->tenant, &move));
        TRY(office_audit(e, tx, STR("item-end"), rows[i].code, STR("停止施行的日期已到")));
    }
    return ERR_OK;
}

enum err office_items_follow(uint64_t *moved, struct errand *e)
{
    struct follow_work w = {e, 0};
    TRY(office_write(e, "items-follow", follow_run, &w));
    *moved = w.moved;
    return ERR_OK;
}
