/* Changing one's own password: see account.h. Hashing happens outside of the transactions. */
#include "office/account.h"

#include "crypto/wipe.h"
#include "office/password.h"

#include <string.h>

struct password_work {
    struct errand *e;
    const struct office_session *session;
    const struct office_password_change *in;
    struct office_password_rule rule;
    struct store_account row;
    struct store_password *used;
    size_t used_count;
    char hash[CRYPTO_PASSWORD_TEXT];
    struct str *token;
};

static enum err password_look(struct db_tx *tx, void *ctx)
{
    struct password_work *w = ctx;
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    TRY(office_password_rule_get(&w->rule, e, tx));
    TRY(store_account_get(&w->row, e->arena, tx, tenant, w->session->account));
    const struct store_password_find find = {tenant, w->session->account,
                                             (int64_t)(w->rule.kept > 0 ? w->rule.kept - 1 : 0)};
    return store_password_newest(&w->used, &w->used_count, e->arena, tx, &find);
}

/* The present one counts as one of those kept. */
static enum err password_check(struct password_work *w)
{
    struct errand *e = w->e;
    const struct office_password_change *in = w->in;
    if (!crypto_password_holds(w->row.hash, in->old))
        return fault_at(&e->fault, "old", ERR_INPUT, "现在的密码不正确");
    const struct office_password_owner owner = {w->row.name, w->row.person, e->office->name};
    TRY(office_password_judge(&w->rule, &owner, in->password, e->arena, &e->fault));
    if (!str_eq(in->password, in->again))
        return fault_at(&e->fault, "again", ERR_INPUT, "两次填写的新密码不同");
    bool used = crypto_password_holds(w->row.hash, in->password);
    for (size_t i = 0; i < w->used_count && !used; i++)
        used = crypto_password_holds(w->used[i].hash, in->password);
    if (used)
        return fault_at(&e->fault, "password", ERR_INPUT, "不能与最近%llu个密码相同",
                        (unsigned long long)w->rule.kept);
    return crypto_password_hash(w->hash, in->password, &w->rule.cost);
}

static enum err password_write(struct db_tx *tx, void *ctx)
{
    struct password_work *w = ctx;
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    uint64_t changed = 0;
    struct store_account row = w->row;
    struct store_password old = {0, row.id, row.hash, e->now};
    const struct store_session_end end = {tenant, row.id, 0, e->now, row.name};
    row.hash = str_of(w->hash);
    row.hashed_at = e->now;
    row.must_change = false;
    row.version++;
    row.at = e->now;
    row.actor = row.name;
    TRY(store_account_update(&changed, tx, tenant, &row));
    if (changed == 0)
        return ERR_CONFLICT;
    TRY(office_id(&old.id, e));
    TRY(store_password_add(tx, tenant, &old));
    TRY(store_session_end(&changed, tx, &end));
    TRY(office_session_open(w->token, e, tx, row.id, w->in->agent));
    return office_audit(e, tx, STR("password-change"), row.name, STR(""));
}

static enum err password_refused(struct db_tx *tx, void *ctx)
{
    struct password_work *w = ctx;
    const struct office_audit_row row = {.action = STR("password-change"),
                                         .target = w->session->name,
                                         .detail = STR("现在的密码不正确"),
                                         .outcome = STR("refused")};
    return office_audit_add(w->e, tx, &row);
}

enum err office_password_change(struct str *token, struct errand *e,
                                const struct office_session *session,
                                const struct office_password_change *change)
{
    struct password_work w = {.e = e, .session = session, .in = change, .token = token};
    TRY(office_read(e, "password-look", password_look, &w));
    enum err err = password_check(&w);
    if (err == ERR_INPUT && e->fault.field != NULL && strcmp(e->fault.field, "old") == 0) {
        struct fault words = e->fault;
        TRY(office_write(e, "password-refused", password_refused, &w));
        e->fault = words;
    }
    if (err == ERR_OK)
        err = office_write(e, "password-change", password_write, &w);
    crypto_wipe(w.hash, sizeof w.hash);
    return err;
}

struct password_words {
    struct errand *e;
    const char **hint;
};

static enum err password_words(struct db_tx *tx, void *ctx)
{
    struct password_words *w = ctx;
    struct office_password_rule rule = {0};
    TRY(office_password_rule_get(&rule, w->e, tx));
    *w->hint = office_password_hint(&rule);
    return ERR_OK;
}

enum err office_password_words(const char **hint, struct errand *e)
{
    struct password_words w = {e, hint};
    return office_read(e, "password-rule", password_words, &w);
}
