/* Sessions: see session.h.
 *
 * Invariants: the token itself is never stored, only its SHA-256; whatever ends a session
 * (sign-out, suspension, a change of roles or password) is a row's ended_at, read at every request,
 * hence true at once on every node; every way of failing to sign in costs one password hash and
 * says the same. */
#include "office/session.h"

#include "base/net.h"
#include "base/time.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "office/account.h"
#include "office/password.h"
#include "store/department.h"

#include <stdio.h>
#include <string.h>

enum { SESSION_BYTES = 32, SESSION_NOTED = 60, SESSION_FAILURES_MOST = 10 };

#define MINUTES(n) ((int64_t)(n)*60 * TIME_SECOND)

/* --- tokens --- */

static enum err session_digest(struct str *out, struct arena *arena, struct str token)
{
    uint8_t hash[CRYPTO_HASH];
    crypto_sha256(hash, token);
    *out = arena_hex(arena, hash, sizeof hash);
    return out->data != NULL ? ERR_OK : ERR_MEMORY;
}

enum err office_session_open(struct str *token, struct errand *e, struct db_tx *tx, int64_t account,
                             struct str agent)
{
    uint8_t noise[SESSION_BYTES];
    struct buf text = {0};
    struct store_session row = {.account = account,
                                .address = e->origin.address,
                                .agent = str_sub(agent, 0, utf8_valid_len(str_sub(agent, 0, 300))),
                                .at = e->now,
                                .seen_at = e->now};
    TRY(crypto_random(noise, sizeof noise));
    buf_hex(&text, noise, sizeof noise);
    *token = arena_str(e->arena, buf_view(&text));
    crypto_wipe(noise, sizeof noise);
    crypto_wipe(text.data, text.cap);
    buf_free(&text);
    if (token->data == NULL)
        return ERR_MEMORY;
    TRY(session_digest(&row.token, e->arena, *token));
    TRY(office_id(&row.id, e));
    return store_session_add(tx, e->office->tenant, &row);
}

/* --- signing in --- */

struct sign_in {
    struct errand *e;
    const struct office_sign_in *in;
    struct str *token;
    struct str folded;
    struct str subject; /* digest of the name */
    struct office_password_rule rule;
    struct store_account account; /* id 0: nobody has the name */
    struct store_sign_in attempt;
    uint64_t failures;
    int64_t delay;
    bool locked;
    bool right;
    char net[NET_TEXT];
    char fresh[CRYPTO_PASSWORD_TEXT]; /* new text of the password, where the costs have changed */
};

/* Locked: as many failures as the rule allows stand within its time, none of them before a success,
 * and the time since the last is not over. Attempts while locked don't count, so that nobody can
 * lock a person out for good. */
static enum err sign_in_locked(struct sign_in *s, struct db_tx *tx)
{
    struct errand *e = s->e;
    struct store_sign_in *rows = NULL;
    size_t count = 0;
    const struct store_sign_in_find find = {e->office->tenant, s->subject, (int64_t)s->failures};
    TRY(store_sign_in_newest(&rows, &count, e->arena, tx, &find));
    s->locked = count == s->failures && rows[0].at + s->delay > e->now &&
                rows[0].at - rows[count - 1].at <= s->delay;
    for (size_t i = 0; i < count; i++)
        s->locked = s->locked && str_eq(rows[i].outcome, STR("failed"));
    return ERR_OK;
}

static enum err sign_in_settings(struct sign_in *s, struct db_tx *tx, uint64_t *rate)
{
    uint64_t minutes = 0;
    TRY(office_setting_count(rate, s->e, tx, MODEL_SETTING_SIGN_IN_RATE));
    TRY(office_setting_count(&s->failures, s->e, tx, MODEL_SETTING_SIGN_IN_FAILURES));
    TRY(office_setting_count(&minutes, s->e, tx, MODEL_SETTING_SIGN_IN_DELAY));
    s->delay = MINUTES(minutes);
    return office_password_rule_get(&s->rule, s->e, tx);
}

/* First transaction: the address's budget, the attempt, the account. */
static enum err sign_in_begin(struct db_tx *tx, void *ctx)
{
    struct sign_in *s = ctx;
    struct errand *e = s->e;
    uint64_t rate = 0;
    int64_t count = 0;
    struct str tenant = e->office->tenant;
    TRY(sign_in_settings(s, tx, &rate));
    s->attempt = (struct store_sign_in){.subject = s->subject,
                                        .address = net_of(s->net, e->origin.address),
                                        .outcome = STR("open"),
                                        .at = e->now};
    TRY(store_sign_in_count(&count, tx, tenant, s->attempt.address, e->now - MINUTES(1)));
    if ((uint64_t)count >= rate)
        return ERR_RATE;
    TRY(sign_in_locked(s, tx));
    s->account = (struct store_account){0};
    enum err err = store_account_by_name(&s->account, e->arena, tx, tenant, s->folded);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    TRY(office_id(&s->attempt.id, e));
    return store_sign_in_add(tx, tenant, &s->attempt);
}

/* One hash, whoever it is. */
static enum err sign_in_hash(struct sign_in *s)
{
    char decoy[CRYPTO_PASSWORD_TEXT];
    struct str text = s->account.hash;
    if (s->account.id == 0) {
        crypto_password_decoy(decoy, &s->rule.cost);
        text = str_of(decoy);
    }
    s->right = crypto_password_holds(text, s->in->password) && s->account.id != 0;
    bool renew = s->right && !s->locked && crypto_password_stale(text, &s->rule.cost);
    return renew ? crypto_password_hash(s->fresh, s->in->password, &s->rule.cost) : ERR_OK;
}

static const char *sign_in_reason(const struct sign_in *s)
{
    if (s->account.id == 0)
        return "没有这个用户名";
    if (s->locked)
        return "输错次数过多，暂时锁定";
    return s->right ? "账号已停用" : "密码不正确";
}

static enum err sign_in_refuse(struct sign_in *s, struct db_tx *tx)
{
    struct errand *e = s->e;
    const struct office_audit_row row = {.action = STR("sign-in"),
                                         .target = s->account.id != 0 ? s->folded : STR(""),
                                         .detail = str_of(sign_in_reason(s)),
                                         .outcome = STR("refused")};
    TRY(store_sign_in_close(tx, e->office->tenant, s->attempt.id,
                            s->locked ? STR("locked") : STR("failed")));
    return office_audit_add(e, tx, &row);
}

/* The session that the browser had is over: a new one each time somebody signs in (ID8). */
static enum err sign_in_replace(struct sign_in *s, struct db_tx *tx)
{
    struct errand *e = s->e;
    struct store_session old = {0};
    struct str digest;
    uint64_t changed = 0;
    if (s->in->old.len == 0)
        return ERR_OK;
    TRY(session_digest(&digest, e->arena, s->in->old));
    enum err err = store_session_get(&old, e->arena, tx, e->office->tenant, digest);
    if (err != ERR_OK)
        return err == ERR_MISSING ? ERR_OK : err;
    const struct store_session_end end = {e->office->tenant, old.account, old.id, e->now,
                                          s->folded};
    return store_session_end(&changed, tx, &end);
}

static enum err sign_in_admit(struct sign_in *s, struct db_tx *tx)
{
    struct errand *e = s->e;
    uint64_t changed = 0;
    struct store_account a = s->account;
    a.used_at = e->now;
    a.version++;
    if (s->fresh[0] != '\0')
        a.hash = str_of(s->fresh);
    TRY(store_account_update(&changed, tx, e->office->tenant, &a));
    if (changed == 0)
        return ERR_CONFLICT;
    TRY(store_sign_in_close(tx, e->office->tenant, s->attempt.id, STR("done")));
    TRY(sign_in_replace(s, tx));
    TRY(office_session_open(s->token, e, tx, a.id, s->in->agent));
    return office_audit(e, tx, STR("sign-in"), a.name, STR(""));
}

/* Second transaction: what came of it. Refusing is a commit as well. */
static enum err sign_in_end(struct db_tx *tx, void *ctx)
{
    struct sign_in *s = ctx;
    struct errand *e = s->e;
    if (s->account.id != 0)
        TRY(store_account_get(&s->account, e->arena, tx, e->office->tenant, s->account.id));
    TRY(sign_in_locked(s, tx));
    bool active = str_eq(s->account.state, STR("active"));
    *s->token = str_range(NULL, 0);
    return s->right && active && !s->locked ? sign_in_admit(s, tx) : sign_in_refuse(s, tx);
}

enum err office_sign_in(struct str *token, struct errand *e, const struct office_sign_in *in)
{
    struct sign_in s = {.e = e, .in = in, .token = token};
    enum err err = office_account_fold(&s.folded, e->arena, in->name);
    if (err != ERR_OK && err != ERR_INPUT)
        return err;
    TRY(session_digest(&s.subject, e->arena, s.folded));
    e->actor = STR("");
    err = office_write(e, "sign-in-begin", sign_in_begin, &s);
    if (err == ERR_OK)
        err = sign_in_hash(&s);
    e->actor = s.account.id != 0 ? s.folded : STR("");
    if (err == ERR_OK)
        err = office_write(e, "sign-in", sign_in_end, &s);
    crypto_wipe(s.fresh, sizeof s.fresh);
    TRY(err);
    if (token->data == NULL)
        return fault_set(
            &e->fault, ERR_FORBIDDEN,
            "用户名或密码不正确，或者账号已停用、暂时锁定。连续%llu次输错须等%lld分钟再试",
            (unsigned long long)s.failures, (long long)(s.delay / MINUTES(1)));
    return ERR_OK;
}

struct sign_in_rule {
    struct errand *e;
    uint64_t failures;
    uint64_t minutes;
};

static enum err sign_in_rule(struct db_tx *tx, void *ctx)
{
    struct sign_in_rule *r = ctx;
    TRY(office_setting_count(&r->failures, r->e, tx, MODEL_SETTING_SIGN_IN_FAILURES));
    return office_setting_count(&r->minutes, r->e, tx, MODEL_SETTING_SIGN_IN_DELAY);
}

enum err office_sign_in_words(struct str *out, struct errand *e)
{
    struct sign_in_rule r = {.e = e};
    TRY(office_read(e, "sign-in-rule", sign_in_rule, &r));
    *out = arena_printf(e->arena, "连续%llu次输错须等待%llu分钟", (unsigned long long)r.failures,
                        (unsigned long long)r.minutes);
    return out->data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- proving oneself again --- */

struct proven_work {
    struct errand *e;
    const struct office_session *session;
    bool proven;
};

static enum err proven_read(struct db_tx *tx, void *ctx)
{
    struct proven_work *w = ctx;
    struct errand *e = w->e;
    uint64_t minutes = 0;
    int64_t at = 0;
    TRY(office_setting_count(&minutes, e, tx, MODEL_SETTING_SESSION_PROVE));
    TRY(store_session_proven(&at, tx, e->office->tenant, w->session->id));
    if (at < w->session->at)
        at = w->session->at;
    w->proven = at + MINUTES(minutes) > e->now;
    return ERR_OK;
}

enum err office_session_proven(bool *proven, struct errand *e, const struct office_session *session)
{
    struct proven_work w = {e, session, false};
    TRY(office_read(e, "session-proven", proven_read, &w));
    *proven = w.proven;
    return ERR_OK;
}

struct prove_work {
    struct sign_in s;
    int64_t session;
    bool done;
};

/* Like the end of signing in, but the session stays. */
static enum err prove_end(struct db_tx *tx, void *ctx)
{
    struct prove_work *w = ctx;
    struct sign_in *s = &w->s;
    struct errand *e = s->e;
    TRY(sign_in_locked(s, tx));
    w->done = s->right && !s->locked && str_eq(s->account.state, STR("active"));
    if (!w->done)
        return sign_in_refuse(s, tx);
    TRY(store_sign_in_close(tx, e->office->tenant, s->attempt.id, STR("done")));
    TRY(store_session_prove(tx, e->office->tenant, w->session, e->now));
    return office_audit(e, tx, STR("session-prove"), s->account.name, STR(""));
}

enum err office_session_prove(struct errand *e, const struct office_session *session,
                              struct str password)
{
    const struct office_sign_in in = {.name = session->name, .password = password};
    struct prove_work w = {.s = {.e = e, .in = &in, .folded = session->name},
                           .session = session->id};
    TRY(session_digest(&w.s.subject, e->arena, session->name));
    enum err err = office_write(e, "session-prove-begin", sign_in_begin, &w.s);
    if (err == ERR_OK)
        err = sign_in_hash(&w.s);
    if (err == ERR_OK)
        err = office_write(e, "session-prove", prove_end, &w);
    crypto_wipe(w.s.fresh, sizeof w.s.fresh);
    TRY(err);
    return w.done ? ERR_OK : fault_set(&e->fault, ERR_FORBIDDEN, "密码不正确，没有执行");
}

/* --- who is asking --- */

struct session_ask {
    struct errand *e;
    struct office_session *out;
    struct str digest;
    struct store_session row;
};

static enum err session_roles(struct session_ask *a, struct db_tx *tx)
{
    struct errand *e = a->e;
    struct store_grant *grants = NULL;
    size_t count = 0;
    struct buf codes = {0};
    TRY(store_grants_held(&grants, &count, e->arena, tx, e->office->tenant, a->row.account));
    for (size_t i = 0; i < count; i++) {
        enum model_role role = model_role_find(grants[i].role);
        if (role == MODEL_ROLE_COUNT)
            continue;
        a->out->roles |= 1u << role;
        if (codes.len > 0)
            buf_char(&codes, ',');
        buf_str(&codes, grants[i].role);
    }
    a->out->role_codes = arena_str(e->arena, buf_view(&codes));
    buf_free(&codes);
    return a->out->role_codes.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* Idle, absolute: whichever comes first. */
static enum err session_until(struct session_ask *a, struct db_tx *tx)
{
    uint64_t idle = 0;
    uint64_t hours = 0;
    unsigned admins = 1u << MODEL_ROLE_SYSTEM | 1u << MODEL_ROLE_SECURITY | 1u << MODEL_ROLE_AUDIT;
    bool admin = (a->out->roles & admins) != 0;
    TRY(office_setting_count(&idle, a->e, tx,
                             admin ? MODEL_SETTING_SESSION_ADMIN : MODEL_SETTING_SESSION_IDLE));
    TRY(office_setting_count(&hours, a->e, tx, MODEL_SETTING_SESSION_LENGTH));
    int64_t quiet = a->row.seen_at + MINUTES(idle);
    int64_t whole = a->row.at + MINUTES(hours * 60);
    a->out->until = quiet < whole ? quiet : whole;
    return ERR_OK;
}

static enum err session_department(struct session_ask *a, struct db_tx *tx)
{
    struct errand *e = a->e;
    struct store_department *all = NULL;
    size_t count = 0;
    a->out->department_name = STR("");
    if (a->out->department.len == 0)
        return ERR_OK;
    TRY(store_departments(&all, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        if (str_eq(all[i].code, a->out->department))
            a->out->department_name = all[i].name;
    return ERR_OK;
}

static enum err session_person(struct session_ask *a, struct db_tx *tx)
{
    struct errand *e = a->e;
    struct store_account account = {0};
    struct office_password_rule rule = {0};
    struct str large = {0};
    TRY(store_account_get(&account, e->arena, tx, e->office->tenant, a->row.account));
    TRY(office_password_rule_get(&rule, e, tx));
    if (!str_eq(account.state, STR("active")))
        return ERR_MISSING;
    a->out->name = account.name;
    a->out->person = account.person;
    a->out->department = account.department;
    a->out->inspector = account.inspector;
    a->out->clearance = account.clearance;
    a->out->must_change =
        account.must_change ||
        (rule.days > 0 && account.hashed_at + (int64_t)rule.days * TIME_DAY < e->now);
    enum err err =
        store_preference_get(&large, e->arena, tx, e->office->tenant, account.id, STR("large"));
    a->out->large = err == ERR_OK && str_eq(large, STR("1"));
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    return session_department(a, tx);
}

static enum err session_ask(struct db_tx *tx, void *ctx)
{
    struct session_ask *a = ctx;
    struct errand *e = a->e;
    *a->out = (struct office_session){.role_codes = STR("")};
    TRY(store_session_get(&a->row, e->arena, tx, e->office->tenant, a->digest));
    if (a->row.ended_at != 0)
        return ERR_MISSING;
    a->out->id = a->row.id;
    a->out->account = a->row.account;
    a->out->at = a->row.at;
    TRY(session_roles(a, tx));
    TRY(session_until(a, tx));
    if (e->now >= a->out->until)
        return ERR_MISSING;
    return session_person(a, tx);
}

static enum err session_note(struct db_tx *tx, void *ctx)
{
    struct session_ask *a = ctx;
    return store_session_seen(tx, a->e->office->tenant, a->row.id, a->e->now);
}

enum err office_session_find(struct office_session *out, struct errand *e, struct str token)
{
    struct session_ask a = {.e = e, .out = out};
    if (token.len == 0 || token.len > 2 * SESSION_BYTES)
        return ERR_MISSING;
    TRY(session_digest(&a.digest, e->arena, token));
    TRY(office_read(e, "session", session_ask, &a));
    out->token = token;
    int64_t unseen = e->now - a.row.seen_at;
    bool soon = unseen < (out->until - a.row.seen_at) / 2; /* nobody is signed out for it */
    if (unseen < SESSION_NOTED * TIME_SECOND || (soon && db_busy(e->office->db)))
        return ERR_OK;
    return office_write(e, "session-seen", session_note, &a);
}

/* --- scope --- */

struct session_below {
    struct errand *e;
    struct office_scope *out;
};

/* Is a department the one, or anywhere below it? The way up ends after as many steps as there are
 * departments. */
static bool session_under(const struct store_department *all, size_t count, size_t at,
                          struct str top)
{
    struct str code = all[at].code;
    for (size_t step = 0; step <= count && code.len > 0; step++) {
        if (str_eq(code, top))
            return true;
        size_t i = 0;
        while (i < count && !str_eq(all[i].code, code))
            i++;
        code = i < count ? all[i].parent : STR("");
    }
    return false;
}

static enum err session_below(struct db_tx *tx, void *ctx)
{
    struct session_below *b = ctx;
    struct errand *e = b->e;
    struct store_department *all = NULL;
    size_t count = 0;
    size_t used = 0;
    TRY(store_departments(&all, &count, e->arena, tx, e->office->tenant));
    struct str *codes = arena_array(e->arena, count + 1, sizeof *codes);
    if (codes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (session_under(all, count, i, b->out->department))
            codes[used++] = all[i].code;
    b->out->departments = codes;
    b->out->department_count = used;
    return ERR_OK;
}

static enum err session_of(struct db_tx *tx, void *ctx)
{
    struct session_ask *a = ctx;
    *a->out = (struct office_session){.account = a->row.account, .role_codes = STR("")};
    TRY(session_roles(a, tx));
    return session_person(a, tx);
}

enum err office_session_of(struct office_session *out, struct errand *e, int64_t account)
{
    struct session_ask a = {.e = e, .out = out, .row = {.account = account}};
    return office_read(e, "session-of", session_of, &a);
}

enum err office_session_scope(struct office_scope *out, struct errand *e,
                              const struct office_session *session,
                              enum model_permission permission)
{
    char id[24];
    enum model_scope level =
        model_permission_scope(permission, session->roles, (enum model_grade)session->clearance);
    bool placed = session->department.len > 0;
    *out = (struct office_scope){.level = MODEL_SCOPE_NONE,
                                 .clearance = (enum model_grade)session->clearance};
    if (permission == MODEL_PERMISSION_SELF)
        level = MODEL_SCOPE_OWN; /* also without a role: his own password and sessions */
    if ((level == MODEL_SCOPE_DEPARTMENT || level == MODEL_SCOPE_BELOW) && !placed)
        return ERR_OK;
    snprintf(id, sizeof id, "%lld", (long long)session->account);
    out->account = arena_str(e->arena, str_of(id));
    if (out->account.data == NULL)
        return ERR_MEMORY;
    out->level = level;
    out->inspector = session->inspector;
    out->department = session->department;
    out->departments = &session->department;
    out->department_count = placed ? 1 : 0;
    struct session_below below = {e, out};
    return level == MODEL_SCOPE_BELOW ? office_read(e, "departments-below", session_below, &below)
                                      : ERR_OK;
}

void office_session_act(struct errand *e, const struct office_session *session,
                        const struct office_scope *scope)
{
    e->actor = session->name;
    e->origin.role = session->role_codes;
    e->origin.department = session->department;
    e->scope = *scope;
}

struct session_denial {
    struct errand *e;
    struct str target;
    struct str reason;
};

static enum err session_denial(struct db_tx *tx, void *ctx)
{
    struct session_denial *d = ctx;
    const struct office_audit_row row = {.action = STR("request"),
                                         .target = d->target,
                                         .detail = d->reason,
                                         .outcome = STR("denied")};
    return office_audit_add(d->e, tx, &row);
}

enum err office_session_denied(struct errand *e, struct str target, struct str reason)
{
    struct session_denial d = {e, target, reason};
    return office_write(e, "denied", session_denial, &d);
}

/* --- ending --- */

struct session_ending {
    struct errand *e;
    struct store_session_end end;
    struct str name;
    uint64_t changed;
};

static enum err session_ending(struct db_tx *tx, void *ctx)
{
    struct session_ending *w = ctx;
    TRY(store_session_end(&w->changed, tx, &w->end));
    if (w->changed == 0)
        return w->end.id > 0 ? ERR_MISSING : ERR_OK;
    return office_audit(w->e, tx, w->end.id > 0 ? STR("session-end") : STR("session-end-all"),
                        w->name, STR(""));
}

enum err office_session_end(struct errand *e, const struct office_session *session, int64_t id)
{
    struct session_ending w = {
        .e = e,
        .end = {e->office->tenant, session->account, id, e->now, session->name},
        .name = session->name};
    return office_write(e, "session-end", session_ending, &w);
}

struct session_list {
    struct errand *e;
    struct store_session **out;
    size_t *count;
    int64_t account;
};

static enum err session_list(struct db_tx *tx, void *ctx)
{
    struct session_list *w = ctx;
    uint64_t idle = 0;
    TRY(office_setting_count(&idle, w->e, tx, MODEL_SETTING_SESSION_IDLE));
    const struct store_session_find find = {w->e->office->tenant, w->account,
                                            w->e->now - MINUTES(idle)};
    return store_sessions(w->out, w->count, w->e->arena, tx, &find);
}

enum err office_sessions(struct store_session **out, size_t *count, struct errand *e,
                         int64_t account)
{
    struct session_list w = {e, out, count, account};
    return office_read(e, "sessions", session_list, &w);
}

/* --- preferences --- */

struct session_choice {
    struct errand *e;
    struct str *out;
    struct store_preference row;
};

static enum err session_choice_get(struct db_tx *tx, void *ctx)
{
    struct session_choice *c = ctx;
    enum err err =
        store_preference_get(c->out, c->e->arena, tx, c->row.tenant, c->row.account, c->row.name);
    if (err == ERR_MISSING)
        *c->out = STR("");
    return err == ERR_MISSING ? ERR_OK : err;
}

enum err office_preference_get(struct str *out, struct errand *e, int64_t account, struct str name)
{
    struct session_choice c = {e, out, {e->office->tenant, account, name, STR("")}};
    return office_read(e, "preference", session_choice_get, &c);
}

static enum err session_choice_set(struct db_tx *tx, void *ctx)
{
    struct session_choice *c = ctx;
    return store_preference_set(tx, &c->row);
}

enum err office_preference_set(struct errand *e, int64_t account, struct str name, struct str value)
{
    struct session_choice c = {e, NULL, {e->office->tenant, account, name, value}};
    return office_write(e, "preference-set", session_choice_set, &c);
}
