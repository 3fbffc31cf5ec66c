/* Accounts: see account.h.
 *
 * Invariants: a password never stands in an audit row, a log line or an error's words; whatever
 * takes rights or a password away ends the sessions in the same transaction; the rules of the three
 * administrators are asked inside the transaction that writes. */
#include "office/account.h"

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "office/department.h"
#include "office/password.h"
#include "office/personal.h"
#include "store/department.h"

#include <string.h>

enum { NAME_LEAST = 2, NAME_MOST = 64, SETUP_PERSONS = 3, SETUP_HOURS = 24, KEPT_MOST = 50 };

/* --- names --- */

static bool account_name_char(uint32_t cp)
{
    bool ascii =
        (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || cp == '.' || cp == '_' || cp == '-';
    return ascii || (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3400 && cp <= 0x4DBF);
}

enum err office_account_fold(struct str *out, struct arena *arena, struct str name)
{
    struct str rest;
    uint32_t cp;
    *out = STR("");
    if (!utf8_valid(name) || name.len > 400)
        return ERR_INPUT;
    TRY(utf8_nfkc_fold(out, arena, str_trim(name)));
    *out = str_trim(*out);
    rest = *out;
    size_t count = utf8_count(rest);
    if (count < NAME_LEAST || count > NAME_MOST)
        return ERR_INPUT;
    while (rest.len > 0) {
        TRY(utf8_next(&cp, &rest));
        if (!account_name_char(cp))
            return ERR_INPUT;
    }
    return ERR_OK;
}

static enum err account_fold(struct str *out, struct errand *e, struct str name, const char *field)
{
    enum err err = office_account_fold(out, e->arena, name);
    if (err != ERR_INPUT)
        return err;
    return fault_at(&e->fault, field, ERR_INPUT, "用户名应为2到64个字母、数字、汉字或 . _ -");
}

static enum err account_line(struct errand *e, struct str text, const char *field, const char *what)
{
    if (utf8_has_deceptive(text) || text.len > 200)
        return fault_at(&e->fault, field, ERR_INPUT, "%s过长，或含有不能显示的字符", what);
    return ERR_OK;
}

/* --- the first three persons --- */

struct account_any {
    struct errand *e;
    bool any;
};

static enum err account_any(struct db_tx *tx, void *ctx)
{
    struct account_any *a = ctx;
    struct store_account *rows = NULL;
    size_t count = 0;
    TRY(store_account_all(&rows, &count, a->e->arena, tx, a->e->office->tenant));
    a->any = count > 0;
    return ERR_OK;
}

enum err office_account_any(bool *any, struct errand *e)
{
    struct account_any a = {.e = e};
    TRY(office_read(e, "account-any", account_any, &a));
    *any = a.any;
    return ERR_OK;
}

struct setup {
    struct errand *e;
    const struct office_setup *in;
    struct store_setup_code code;
    struct store_account accounts[SETUP_PERSONS];
    char hashes[SETUP_PERSONS][CRYPTO_PASSWORD_TEXT];
    struct office_password_rule rule;
};

/* As a person types it: blanks and dashes don't count, case neither. */
static enum err setup_digest(struct str *out, struct arena *arena, struct str code)
{
    char plain[64];
    size_t len = 0;
    uint8_t hash[CRYPTO_HASH];
    for (size_t i = 0; i < code.len && len < sizeof plain; i++) {
        char c = code.data[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != ' ' && c != '-')
            plain[len++] = c;
    }
    crypto_sha256(hash, str_range(plain, len));
    *out = arena_hex(arena, hash, sizeof hash);
    crypto_wipe(plain, sizeof plain);
    return out->data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err setup_code_make(struct db_tx *tx, void *ctx)
{
    struct setup *s = ctx;
    struct errand *e = s->e;
    struct account_any a = {.e = e};
    TRY(account_any(tx, &a));
    if (a.any)
        return fault_set(&e->fault, ERR_STATE,
                         "已经有账号了，不能再生成首次使用的代码；请由系统管理员新建账号");
    TRY(store_setup_code_add(tx, e->office->tenant, &s->code));
    return office_audit(e, tx, STR("setup-code"), STR(""), STR(""));
}

enum err office_setup_code(struct str *code, struct errand *e)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32 */
    uint8_t noise[20];
    char text[32] = "";
    size_t len = 0;
    TRY(crypto_random(noise, sizeof noise));
    for (size_t i = 0; i < sizeof noise; i++) {
        if (i > 0 && i % 5 == 0)
            text[len++] = '-';
        text[len++] = letters[noise[i] % 32];
    }
    *code = arena_str(e->arena, str_range(text, len));
    crypto_wipe(noise, sizeof noise);
    crypto_wipe(text, sizeof text);
    if (code->data == NULL)
        return ERR_MEMORY;
    struct setup s = {.e = e,
                      .code = {.until = e->now + SETUP_HOURS * 3600 * TIME_SECOND,
                               .at = e->now,
                               .actor = e->actor}};
    TRY(setup_digest(&s.code.digest, e->arena, *code));
    return office_write(e, "setup-code", setup_code_make, &s);
}

static enum err setup_rule(struct db_tx *tx, void *ctx)
{
    struct setup *s = ctx;
    return office_password_rule_get(&s->rule, s->e, tx);
}

/* Words with the number of the person in the field's name. */
static enum err setup_person(struct setup *s, size_t i)
{
    static const char *const names[] = {"name0", "name1", "name2"};
    static const char *const persons[] = {"person0", "person1", "person2"};
    static const char *const passwords[] = {"password0", "password1", "password2"};
    struct errand *e = s->e;
    const struct office_setup_person *p = &s->in->persons[i];
    struct store_account *a = &s->accounts[i];
    *a = (struct store_account){.person = str_trim(p->person),
                                .state = STR("active"),
                                .hashed_at = e->now,
                                .must_change = true,
                                .used_at = e->now,
                                .version = 1,
                                .at = e->now,
                                .actor = STR("setup")};
    TRY(account_fold(&a->name, e, p->name, names[i]));
    for (size_t k = 0; k < i; k++)
        if (str_eq(s->accounts[k].name, a->name))
            return fault_at(&e->fault, names[i], ERR_INPUT, "三员必须是三个不同的人，用户名重复");
    if (a->person.len == 0)
        return fault_at(&e->fault, persons[i], ERR_INPUT, "请填写姓名");
    TRY(account_line(e, a->person, persons[i], "姓名"));
    for (size_t k = 0; k < i; k++)
        if (str_eq(s->accounts[k].person, a->person))
            return fault_at(&e->fault, persons[i], ERR_INPUT, "三员必须是三个不同的人，姓名重复");
    const struct office_password_owner owner = {a->name, a->person, e->office->name};
    enum err err = office_password_judge(&s->rule, &owner, p->password, e->arena, &e->fault);
    e->fault.field = err == ERR_OK ? NULL : passwords[i];
    return err;
}

static enum err setup_code_check(struct setup *s, struct db_tx *tx)
{
    struct errand *e = s->e;
    struct store_setup_code found = {0};
    enum err err = store_setup_code_get(&found, e->arena, tx, e->office->tenant, s->code.digest);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    if (err == ERR_MISSING || found.used_at != 0 || found.until <= e->now)
        return fault_at(
            &e->fault, "code", ERR_FORBIDDEN,
            "代码不正确、已用过或已过期（有效24小时），请在服务器上运行 sunlot accounts "
            "code 重新生成");
    return ERR_OK;
}

static enum err setup_look(struct db_tx *tx, void *ctx)
{
    struct setup *s = ctx;
    struct account_any a = {.e = s->e};
    TRY(account_any(tx, &a));
    if (a.any)
        return fault_set(&s->e->fault, ERR_STATE, "首次设置已经完成，请直接登录");
    return setup_code_check(s, tx);
}

static enum err account_grant_row(struct errand *e, struct db_tx *tx, int64_t account,
                                  enum model_role role)
{
    struct store_grant row = {.account = account,
                              .role = str_of(model_roles[role].code),
                              .at = e->now,
                              .actor = e->actor};
    TRY(office_id(&row.id, e));
    return store_grant_add(tx, e->office->tenant, &row);
}

/* What a new account may see, until the security administrator says otherwise. */
static enum err account_cleared(struct store_account *row, struct errand *e, struct db_tx *tx)
{
    uint64_t grade = 0;
    TRY(office_setting_count(&grade, e, tx, MODEL_SETTING_CLEARANCE_DEFAULT));
    row->clearance = (int64_t)grade;
    return ERR_OK;
}

static enum err setup_write(struct db_tx *tx, void *ctx)
{
    struct setup *s = ctx;
    struct errand *e = s->e;
    TRY(setup_look(tx, s));
    for (size_t i = 0; i < SETUP_PERSONS; i++) {
        struct store_account *a = &s->accounts[i];
        a->hash = str_of(s->hashes[i]);
        TRY(account_cleared(a, e, tx));
        TRY(office_id(&a->id, e));
        TRY(store_account_add(tx, e->office->tenant, a));
        TRY(account_grant_row(e, tx, a->id, (enum model_role)i));
        TRY(office_audit(e, tx, STR("account-add"), a->name, STR("首次设置")));
        TRY(office_audit(e, tx, STR("role-grant"), a->name, str_of(model_roles[i].text)));
    }
    return store_setup_code_use(tx, e->office->tenant, s->code.digest, e->now);
}

enum err office_setup(struct errand *e, const struct office_setup *setup)
{
    struct setup s = {.e = e, .in = setup};
    e->actor = STR("setup");
    TRY(setup_digest(&s.code.digest, e->arena, setup->code));
    TRY(office_read(e, "setup-look", setup_look, &s));
    TRY(office_read(e, "password-rule", setup_rule, &s));
    for (size_t i = 0; i < SETUP_PERSONS; i++)
        TRY(setup_person(&s, i));
    enum err err = ERR_OK;
    for (size_t i = 0; i < SETUP_PERSONS && err == ERR_OK; i++)
        err = crypto_password_hash(s.hashes[i], setup->persons[i].password, &s.rule.cost);
    if (err == ERR_OK)
        err = office_write(e, "setup", setup_write, &s);
    crypto_wipe(s.hashes, sizeof s.hashes);
    return err;
}

/* --- reading --- */

struct account_list {
    struct errand *e;
    struct office_account **out;
    size_t *count;
    int64_t id; /* of one; 0: all */
};

static void account_dress(struct office_account *a, const struct store_grant *grants,
                          size_t grant_count)
{
    a->row.hash = STR("");
    for (size_t i = 0; i < grant_count; i++) {
        enum model_role role = model_role_find(grants[i].role);
        if (grants[i].account == a->row.id && role != MODEL_ROLE_COUNT)
            a->roles |= 1u << role;
    }
}

static enum err account_list(struct db_tx *tx, void *ctx)
{
    struct account_list *l = ctx;
    struct errand *e = l->e;
    struct str tenant = e->office->tenant;
    struct store_account *rows = NULL;
    struct store_account one = {0};
    struct store_grant *grants = NULL;
    struct store_department *departments = NULL;
    size_t count = 1;
    size_t grant_count = 0;
    size_t department_count = 0;
    if (l->id != 0)
        TRY(store_account_get(&one, e->arena, tx, tenant, l->id));
    else
        TRY(store_account_all(&rows, &count, e->arena, tx, tenant));
    TRY(store_grants_held(&grants, &grant_count, e->arena, tx, tenant, l->id));
    TRY(store_departments(&departments, &department_count, e->arena, tx, tenant));
    struct office_account *list = arena_array(e->arena, count + 1, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct office_account){.row = l->id != 0 ? one : rows[i]};
        const struct office_personal at = {.column = STORE_PERSONAL_ACCOUNT, .id = list[i].row.id};
        TRY(office_personal_open(&list[i].row.phone, e, &at));
        account_dress(&list[i], grants, grant_count);
        for (size_t k = 0; k < department_count; k++)
            if (str_eq(departments[k].code, list[i].row.department))
                list[i].department_name = departments[k].name;
    }
    *l->out = list;
    *l->count = count;
    return ERR_OK;
}

enum err office_accounts(struct office_account **out, size_t *count, struct errand *e)
{
    struct account_list l = {e, out, count, 0};
    return office_read(e, "accounts", account_list, &l);
}

enum err office_account_get(struct office_account *out, struct errand *e, int64_t id)
{
    struct office_account *found = NULL;
    size_t count = 0;
    struct account_list l = {e, &found, &count, id};
    if (id <= 0)
        return ERR_MISSING;
    TRY(office_read(e, "account", account_list, &l));
    *out = found[0];
    return ERR_OK;
}

enum err office_departments(struct store_department **out, size_t *count, struct errand *e)
{
    struct office_department *tree = NULL;
    TRY(office_department_tree(&tree, count, e));
    *out = arena_array(e->arena, *count + 1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < *count; i++) {
        const struct str *v = tree[i].record.values;
        (*out)[i] = (struct store_department){.id = tree[i].record.id,
                                              .code = v[MODEL_DEPARTMENT_CODE],
                                              .name = v[MODEL_DEPARTMENT_NAME],
                                              .parent = v[MODEL_DEPARTMENT_PARENT],
                                              .state = v[MODEL_DEPARTMENT_STATE],
                                              .aliases = v[MODEL_DEPARTMENT_ALIASES],
                                              .depth = tree[i].depth,
                                              .below = tree[i].below};
    }
    return ERR_OK;
}

/* --- making and changing --- */

struct account_write {
    struct errand *e;
    const struct office_account_edit *edit;
    struct store_account row;
    struct office_password_rule rule;
    char hash[CRYPTO_PASSWORD_TEXT];
    struct str password;
    struct str state;
    int64_t id;
    bool repeated;
};

static enum err account_password_rule(struct db_tx *tx, void *ctx)
{
    struct account_write *w = ctx;
    return office_password_rule_get(&w->rule, w->e, tx);
}

/* A fresh random password and its hash. */
static enum err account_password_new(struct account_write *w)
{
    TRY(office_read(w->e, "password-rule", account_password_rule, w));
    TRY(office_password_make(&w->password, w->e->arena));
    return crypto_password_hash(w->hash, w->password, &w->rule.cost);
}

static enum err account_department_check(struct account_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_department *all = NULL;
    size_t count = 0;
    if (w->edit->department.len == 0)
        return ERR_OK;
    TRY(store_departments(&all, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        if (str_eq(all[i].code, w->edit->department) && str_eq(all[i].state, STR("active")))
            return ERR_OK;
    return fault_at(&e->fault, "department", ERR_INPUT, "没有这个部门，或部门已撤销");
}

static enum err account_check(struct account_write *w)
{
    struct errand *e = w->e;
    const struct office_account_edit *in = w->edit;
    if (str_trim(in->person).len == 0)
        return fault_at(&e->fault, "person", ERR_INPUT, "请填写姓名");
    TRY(account_line(e, in->person, "person", "姓名"));
    TRY(account_line(e, in->inspector, "inspector", "检查人员编号"));
    return account_line(e, in->phone, "phone", "联系电话");
}

static enum err account_json(struct str *out, struct arena *arena, const struct store_account *a)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_str(&w, "person", a->person);
    json_pair_str(&w, "department", a->department);
    json_pair_str(&w, "inspector", a->inspector);
    json_pair_bool(&w, "phone", a->phone.len > 0); /* the number itself stays out (AU6) */
    json_pair_str(&w, "state", a->state);
    json_pair_str(&w, "clearance", str_of(model_grades[a->clearance].code));
    json_write_object_end(&w);
    return arena_keep(out, arena, &text, json_write_end(&w));
}

static void account_take(struct store_account *row, const struct account_write *w)
{
    const struct office_account_edit *in = w->edit;
    row->person = str_trim(in->person);
    row->department = in->department;
    row->inspector = str_trim(in->inspector);
    row->phone = str_trim(in->phone);
    row->at = w->e->now;
    row->actor = w->e->actor;
}

static enum err account_seal(struct store_account *row, struct errand *e)
{
    const struct office_personal at = {.column = STORE_PERSONAL_ACCOUNT, .id = row->id};
    return office_personal_seal(&row->phone, e, &at);
}

static enum err account_add(struct db_tx *tx, void *ctx)
{
    struct account_write *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    struct office_audit_row row = {
        .action = STR("account-add"), .target = w->row.name, .outcome = STR("done")};
    TRY(office_once(&w->repeated, &outcome, e, tx, STR("account-add")));
    if (w->repeated)
        return str_i64(&w->row.id, outcome);
    TRY(account_department_check(w, tx));
    account_take(&w->row, w);
    w->row.hash = str_of(w->hash);
    TRY(account_cleared(&w->row, e, tx));
    TRY(office_id(&w->row.id, e));
    TRY(account_seal(&w->row, e));
    enum err err = store_account_add(tx, e->office->tenant, &w->row);
    if (err == ERR_DUPLICATE)
        return fault_at(&e->fault, "name", err, "用户名“%.*s”已经有人使用，请换一个",
                        STR_ARG(w->row.name));
    TRY(err);
    TRY(account_json(&row.after, e->arena, &w->row));
    TRY(office_audit_add(e, tx, &row));
    return office_once_done(e, tx, STR("account-add"),
                            arena_printf(e->arena, "%lld", (long long)w->row.id));
}

enum err office_account_add(int64_t *id, struct str *password, struct errand *e,
                            const struct office_account_edit *edit)
{
    struct account_write w = {.e = e,
                              .edit = edit,
                              .row = {.state = STR("active"),
                                      .hashed_at = e->now,
                                      .must_change = !edit->settled,
                                      .used_at = e->now,
                                      .version = 1}};
    TRY(account_fold(&w.row.name, e, edit->name, "name"));
    TRY(account_check(&w));
    enum err err = account_password_new(&w);
    if (err == ERR_OK)
        err = office_write(e, "account-add", account_add, &w);
    crypto_wipe(w.hash, sizeof w.hash);
    *id = w.row.id;
    *password = w.repeated ? STR("") : w.password;
    return err;
}

/* Reads the row that is to change; ERR_MISSING in words. */
static enum err account_load(struct account_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    enum err err = store_account_get(&w->row, e->arena, tx, e->office->tenant, w->id);
    return err == ERR_MISSING ? fault_set(&e->fault, err, "没有这个账号") : err;
}

static enum err account_save(struct account_write *w, struct db_tx *tx)
{
    uint64_t changed = 0;
    w->row.version++;
    w->row.at = w->e->now;
    w->row.actor = w->e->actor;
    TRY(account_seal(&w->row, w->e));
    TRY(store_account_update(&changed, tx, w->e->office->tenant, &w->row));
    return changed != 0 ? ERR_OK : ERR_CONFLICT;
}

static enum err account_sessions_over(struct account_write *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    uint64_t changed = 0;
    const struct store_session_end end = {e->office->tenant, w->id, 0, e->now, e->actor};
    return store_session_end(&changed, tx, &end);
}

static enum err account_not_own(struct account_write *w, const char *what)
{
    struct errand *e = w->e;
    if (!str_eq(w->row.name, e->actor))
        return ERR_OK;
    return fault_set(&e->fault, ERR_FORBIDDEN, "不能%s自己的账号，请由另一位管理员办理", what);
}

static enum err account_change(struct db_tx *tx, void *ctx)
{
    struct account_write *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    struct office_audit_row row = {.action = STR("account-change"), .outcome = STR("done")};
    TRY(office_once(&w->repeated, &outcome, e, tx, STR("account-change")));
    if (w->repeated)
        return ERR_OK;
    TRY(account_load(w, tx));
    TRY(account_not_own(w, "修改"));
    if (w->row.version != w->edit->version)
        return ERR_CONFLICT;
    TRY(account_department_check(w, tx));
    TRY(account_json(&row.before, e->arena, &w->row));
    bool moved = !str_eq(w->row.department, w->edit->department);
    account_take(&w->row, w);
    row.target = w->row.name;
    TRY(account_json(&row.after, e->arena, &w->row));
    TRY(account_save(w, tx));
    if (moved) /* another department is another scope: sign in anew */
        TRY(account_sessions_over(w, tx));
    TRY(office_audit_add(e, tx, &row));
    return office_once_done(e, tx, STR("account-change"), STR("done"));
}

enum err office_account_change(struct errand *e, const struct office_account_edit *edit)
{
    struct account_write w = {.e = e, .edit = edit, .id = edit->id};
    TRY(account_check(&w));
    return office_write(e, "account-change", account_change, &w);
}

static enum err account_state(struct db_tx *tx, void *ctx)
{
    struct account_write *w = ctx;
    struct errand *e = w->e;
    TRY(account_load(w, tx));
    TRY(account_not_own(w, "停用或启用"));
    if (str_eq(w->row.state, w->state))
        return ERR_OK;
    const struct office_audit_row row = {.action = STR("account-state"),
                                         .target = w->row.name,
                                         .outcome = STR("done"),
                                         .before = w->row.state,
                                         .after = w->state};
    w->row.state = w->state;
    w->row.used_at = e->now; /* an account that is taken up again is not unused */
    TRY(account_save(w, tx));
    TRY(account_sessions_over(w, tx));
    return office_audit_add(e, tx, &row);
}

enum err office_account_state(struct errand *e, int64_t id, struct str state)
{
    struct account_write w = {.e = e, .id = id, .state = state};
    if (!str_eq(state, STR("active")) && !str_eq(state, STR("suspended")))
        return ERR_INPUT;
    return office_write(e, "account-state", account_state, &w);
}

static enum err account_reset(struct db_tx *tx, void *ctx)
{
    struct account_write *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    TRY(office_once(&w->repeated, &outcome, e, tx, STR("password-reset")));
    if (w->repeated)
        return ERR_OK;
    TRY(account_load(w, tx));
    TRY(account_not_own(w, "重置"));
    struct store_password old = {0, w->id, w->row.hash, e->now};
    TRY(office_id(&old.id, e));
    TRY(store_password_add(tx, e->office->tenant, &old));
    w->row.hash = str_of(w->hash);
    w->row.hashed_at = e->now;
    w->row.must_change = true;
    TRY(account_save(w, tx));
    TRY(account_sessions_over(w, tx));
    TRY(office_audit(e, tx, STR("password-reset"), w->row.name, STR("")));
    return office_once_done(e, tx, STR("password-reset"), STR("done"));
}

enum err office_account_reset(struct str *password, struct errand *e, int64_t id)
{
    struct account_write w = {.e = e, .id = id};
    enum err err = account_password_new(&w);
    if (err == ERR_OK)
        err = office_write(e, "password-reset", account_reset, &w);
    crypto_wipe(w.hash, sizeof w.hash);
    *password = w.repeated ? STR("") : w.password;
    return err;
}

static enum err account_end(struct db_tx *tx, void *ctx)
{
    struct account_write *w = ctx;
    struct errand *e = w->e;
    uint64_t changed = 0;
    int64_t session = w->edit->version;
    TRY(account_load(w, tx));
    const struct store_session_end end = {e->office->tenant, w->id, session, e->now, e->actor};
    TRY(store_session_end(&changed, tx, &end));
    if (changed == 0)
        return session != 0 ? ERR_MISSING : ERR_OK;
    return office_audit(e, tx, session != 0 ? STR("session-end") : STR("session-end-all"),
                        w->row.name, STR(""));
}

enum err office_account_sessions_end(struct errand *e, int64_t id, int64_t session)
{
    const struct office_account_edit edit = {.version = session};
    struct account_write w = {.e = e, .id = id, .edit = &edit};
    return session >= 0 ? office_write(e, "sessions-end", account_end, &w) : ERR_MISSING;
}

/* --- unused accounts --- */

struct account_sweep {
    struct errand *e;
    uint64_t count;
};

static enum err account_sweep(struct db_tx *tx, void *ctx)
{
    struct account_sweep *s = ctx;
    struct errand *e = s->e;
    struct store_account *rows = NULL;
    size_t count = 0;
    uint64_t days = 0;
    s->count = 0;
    TRY(office_setting_count(&days, e, tx, MODEL_SETTING_ACCOUNT_UNUSED));
    TRY(store_account_all(&rows, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++) {
        struct account_write w = {.e = e, .id = rows[i].id, .row = rows[i]};
        if (!str_eq(rows[i].state, STR("active")) ||
            rows[i].used_at + (int64_t)days * TIME_DAY > e->now)
            continue;
        w.row.state = STR("suspended");
        TRY(account_save(&w, tx));
        TRY(account_sessions_over(&w, tx));
        TRY(office_audit(e, tx, STR("account-state"), w.row.name, STR("长期未登录，自动停用")));
        s->count++;
    }
    return ERR_OK;
}

enum err office_account_sweep(uint64_t *count, struct errand *e)
{
    struct account_sweep s = {.e = e};
    TRY(office_write(e, "account-sweep", account_sweep, &s));
    *count = s.count;
    return ERR_OK;
}

/* --- roles --- */

bool office_roles_agree(unsigned roles, enum model_role role)
{
    unsigned others = roles & ~(1u << role);
    if (role >= MODEL_ROLE_COUNT)
        return false;
    if (model_role_admin(role))
        return others == 0;
    return (others &
            (1u << MODEL_ROLE_SYSTEM | 1u << MODEL_ROLE_SECURITY | 1u << MODEL_ROLE_AUDIT)) == 0;
}

struct grant_work {
    struct account_write account;
    enum model_role role;
};

static enum err grant_roles(unsigned *roles, struct grant_work *g, struct db_tx *tx)
{
    struct errand *e = g->account.e;
    struct store_grant *grants = NULL;
    size_t count = 0;
    struct office_account held = {.row = g->account.row};
    TRY(store_grants_held(&grants, &count, e->arena, tx, e->office->tenant, g->account.id));
    account_dress(&held, grants, count);
    *roles = held.roles;
    return ERR_OK;
}

static enum err grant_check(struct grant_work *g, struct db_tx *tx)
{
    struct errand *e = g->account.e;
    const char *text = model_roles[g->role].text;
    unsigned roles = 0;
    TRY(account_load(&g->account, tx));
    TRY(account_not_own(&g->account, "授权给"));
    TRY(grant_roles(&roles, g, tx));
    if (!office_roles_agree(roles, g->role))
        return fault_set(
            &e->fault, ERR_STATE,
            "不能授予“%s”：三员（系统、安全、审计管理员）只能有一个角色，也不能办理业务", text);
    if (!model_role_admin(g->role) && g->role != MODEL_ROLE_OFFICE &&
        g->account.row.department.len == 0)
        return fault_set(&e->fault, ERR_STATE,
                         "不能授予“%s”：账号没有部门，请先由系统管理员填写部门", text);
    return ERR_OK;
}

static enum err grant_write(struct db_tx *tx, void *ctx)
{
    struct grant_work *g = ctx;
    struct errand *e = g->account.e;
    TRY(grant_check(g, tx));
    enum err err = account_grant_row(e, tx, g->account.id, g->role);
    if (err == ERR_DUPLICATE)
        return ERR_OK; /* he holds it already: nothing to do */
    TRY(err);
    TRY(account_sessions_over(&g->account, tx));
    return office_audit(e, tx, STR("role-grant"), g->account.row.name,
                        str_of(model_roles[g->role].text));
}

static enum err revoke_write(struct db_tx *tx, void *ctx)
{
    struct grant_work *g = ctx;
    struct errand *e = g->account.e;
    uint64_t changed = 0;
    TRY(account_load(&g->account, tx));
    TRY(account_not_own(&g->account, "收回"));
    const struct store_grant row = {.account = g->account.id,
                                    .role = str_of(model_roles[g->role].code),
                                    .ended_at = e->now,
                                    .ended_by = e->actor};
    TRY(store_grant_end(&changed, tx, e->office->tenant, &row));
    if (changed == 0)
        return ERR_OK;
    TRY(account_sessions_over(&g->account, tx));
    return office_audit(e, tx, STR("role-revoke"), g->account.row.name,
                        str_of(model_roles[g->role].text));
}

enum err office_grant(struct errand *e, int64_t account, enum model_role role)
{
    struct grant_work g = {{.e = e, .id = account}, role};
    return role < MODEL_ROLE_COUNT ? office_write(e, "role-grant", grant_write, &g) : ERR_INPUT;
}

enum err office_revoke(struct errand *e, int64_t account, enum model_role role)
{
    struct grant_work g = {{.e = e, .id = account}, role};
    return role < MODEL_ROLE_COUNT ? office_write(e, "role-revoke", revoke_write, &g) : ERR_INPUT;
}

/* --- clearances --- */

struct clearance_work {
    struct account_write account;
    enum model_grade clearance;
};

static enum err clearance_write(struct db_tx *tx, void *ctx)
{
    struct clearance_work *c = ctx;
    struct account_write *w = &c->account;
    struct errand *e = w->e;
    TRY(account_load(w, tx));
    TRY(account_not_own(w, "设定可阅等级给"));
    if (w->row.clearance == (int64_t)c->clearance)
        return ERR_OK;
    struct office_audit_row row = {.action = STR("account-clearance"),
                                   .target = w->row.name,
                                   .detail = str_of(model_grades[c->clearance].text),
                                   .outcome = STR("done")};
    TRY(account_json(&row.before, e->arena, &w->row));
    w->row.clearance = c->clearance;
    TRY(account_json(&row.after, e->arena, &w->row));
    TRY(account_save(w, tx));
    TRY(account_sessions_over(w, tx));
    return office_audit_add(e, tx, &row);
}

enum err office_account_clearance(struct errand *e, int64_t account, enum model_grade clearance)
{
    struct clearance_work c = {{.e = e, .id = account}, clearance};
    if (clearance >= MODEL_GRADE_COUNT)
        return fault_at(&e->fault, "clearance", ERR_INPUT, "请选择可阅等级");
    return office_write(e, "account-clearance", clearance_write, &c);
}

struct grant_list {
    struct errand *e;
    struct store_grant **out;
    size_t *count;
    int64_t account;
};

static enum err grant_list(struct db_tx *tx, void *ctx)
{
    struct grant_list *l = ctx;
    return store_grants(l->out, l->count, l->e->arena, tx, l->e->office->tenant, l->account);
}

enum err office_grants(struct store_grant **out, size_t *count, struct errand *e, int64_t account)
{
    struct grant_list l = {e, out, count, account};
    return office_read(e, "grants", grant_list, &l);
}
