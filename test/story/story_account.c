/* Accounts, sign-in, sessions, roles, passwords (SECURITY.md 1.1, 1.2), on both databases. Costs of
 * the hash are set to their least, so that the story takes seconds. */
#include "rig_office.h"

#include "base/time.h"
#include "office/account.h"
#include "office/audit.h"
#include "office/password.h"

#include <string.h>

#define DAY TIME_DAY
#define MINUTE (60 * TIME_SECOND)

static const char *const admins[] = {"guanli1", "guanli2", "guanli3"};
static const char *const firsts[] = {"Kx7-strom-Haus", "Mw4+blume.Tal", "Qz9_wolke-Rad"};

/* The errand anew, some time later. */
static struct errand *at(struct story *s, int64_t later)
{
    s->e.fault = (struct fault){0};
    s->e.now += later;
    s->e.actor = STR("");
    s->e.key = STR("");
    s->e.origin = (struct office_origin){.address = STR("192.0.2.7")};
    return &s->e;
}

static struct errand *by(struct story *s, const char *actor)
{
    struct errand *e = at(s, 0);
    e->actor = str_of(actor);
    return e;
}

static void setting(struct story *s, enum model_setting which, const char *value)
{
    assert_int_equal(office_setting_change(by(s, "test"), which, str_of(value), STR("试验")),
                     ERR_OK);
}

/* The three administrators, with cheap hashes. */
static void house(struct story *s)
{
    struct office_setup setup = {0};
    s->e.now = time_now();
    setting(s, MODEL_SETTING_PASSWORD_KIB, "19456");
    setting(s, MODEL_SETTING_PASSWORD_PASSES, "2");
    setting(s, MODEL_SETTING_SIGN_IN_RATE, "1000");
    assert_int_equal(office_setup_code(&setup.code, by(s, "root")), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        setup.persons[i] =
            (struct office_setup_person){str_of(admins[i]), str_of(admins[i]), str_of(firsts[i])};
    setup.persons[0].person = STR("王一");
    setup.persons[1].person = STR("李二");
    setup.persons[2].person = STR("赵三");
    enum err err = office_setup(at(s, 0), &setup);
    if (err != ERR_OK)
        print_message("# %s\n", s->e.fault.text);
    assert_int_equal(err, ERR_OK);
}

static enum err sign_in(struct story *s, struct str *token, const char *name, const char *password)
{
    const struct office_sign_in in = {.name = str_of(name), .password = str_of(password)};
    return office_sign_in(token, at(s, TIME_SECOND), &in);
}

static int64_t account_of(struct story *s, const char *name)
{
    struct office_account *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_accounts(&rows, &count, at(s, 0)), ERR_OK);
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].row.name, str_of(name)))
            return rows[i].row.id;
    return 0;
}

/* A business account with its initial password. */
static int64_t clerk(struct story *s, struct str *password, const char *name)
{
    int64_t id = 0;
    const struct office_account_edit edit = {.name = str_of(name), .person = STR("陈经办")};
    assert_int_equal(office_account_add(&id, password, by(s, "guanli1"), &edit), ERR_OK);
    return id;
}

static void ID3_the_code_lasts_a_day_and_serves_once(void **state)
{
    struct story *s = *state;
    struct office_setup setup = {0};
    bool any = true;
    s->e.now = time_now();
    assert_int_equal(office_account_any(&any, at(s, 0)), ERR_OK);
    assert_false(any);
    assert_int_equal(office_setup_code(&setup.code, by(s, "root")), ERR_OK);
    for (size_t i = 0; i < 3; i++)
        setup.persons[i] =
            (struct office_setup_person){str_of(admins[i]), str_of(admins[i]), str_of(firsts[i])};
    assert_int_equal(office_setup(at(s, DAY), &setup), ERR_FORBIDDEN);
    assert_string_equal(s->e.fault.field, "code");
    assert_int_equal(story_number(s, "SELECT count(id) FROM account"), 0);
    assert_int_equal(story_number(s, "SELECT count(digest) FROM setup_code"), 1);
}

static void ID4_five_failures_make_a_delay_that_ends(void **state)
{
    struct story *s = *state;
    struct str token;
    house(s);
    for (int i = 0; i < 5; i++)
        assert_int_equal(sign_in(s, &token, "guanli1", "Falsch-kenn-1"), ERR_FORBIDDEN);
    const char *wrong = arena_cstr(&s->arena, str_of(s->e.fault.text));
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_FORBIDDEN);
    assert_string_equal(s->e.fault.text, wrong);
    assert_int_equal(sign_in(s, &token, "niemand", firsts[0]), ERR_FORBIDDEN);
    assert_string_equal(s->e.fault.text, wrong);
    at(s, 14 * MINUTE);
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_FORBIDDEN);
    at(s, MINUTE);
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_OK);
    /* a success begins the count anew, and failures spread over more than the time don't lock */
    for (int i = 0; i < 6; i++) {
        at(s, 5 * MINUTE);
        assert_int_equal(sign_in(s, &token, "guanli1", "Falsch-kenn-1"), ERR_FORBIDDEN);
    }
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_OK);
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action = 'sign-in'"
                                     " AND outcome = 'refused'"),
                     14);
}

static void ID4_an_address_has_its_budget(void **state)
{
    struct story *s = *state;
    struct str token;
    house(s);
    setting(s, MODEL_SETTING_SIGN_IN_RATE, "20");
    int refused = 0;
    int limited = 0;
    for (int i = 0; i < 25; i++) {
        enum err err = sign_in(s, &token, "niemand", "x");
        refused += err == ERR_FORBIDDEN;
        limited += err == ERR_RATE;
    }
    assert_int_equal(refused, 20);
    assert_int_equal(limited, 5);
    at(s, MINUTE);
    assert_int_equal(sign_in(s, &token, "niemand", "x"), ERR_FORBIDDEN);
    /* a /64 of IPv6 is one household, however its addresses are written */
    static const char *const house64[] = {"2001:db8::1", "2001:db8::2:3", "2001:db8::a:b:c:d",
                                          "2001:db8:0:0:9::"};
    const struct office_sign_in stranger = {.name = STR("niemand"), .password = STR("x")};
    limited = 0;
    for (int i = 0; i < 24; i++) {
        at(s, TIME_SECOND)->origin.address = str_of(house64[i % 4]);
        limited += office_sign_in(&token, &s->e, &stranger) == ERR_RATE;
    }
    assert_int_equal(limited, 4);
    at(s, TIME_SECOND)->origin.address = STR("2001:db8:0:1::1");
    assert_int_equal(office_sign_in(&token, &s->e, &stranger), ERR_FORBIDDEN);
}

static void ID9_a_session_ends_when_idle_and_after_hours(void **state)
{
    struct story *s = *state;
    struct str token;
    struct str password;
    struct office_session session;
    house(s);
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_OK);
    assert_int_equal(office_session_find(&session, at(s, 14 * MINUTE), token), ERR_OK);
    assert_int_equal(office_session_find(&session, at(s, 14 * MINUTE), token), ERR_OK);
    assert_int_equal(office_session_find(&session, at(s, 15 * MINUTE), token), ERR_MISSING);
    (void)clerk(s, &password, "jingban");
    assert_int_equal(sign_in(s, &token, "jingban", arena_cstr(&s->arena, password)), ERR_OK);
    for (int i = 0; i < 24; i++)
        assert_int_equal(office_session_find(&session, at(s, 29 * MINUTE), token), ERR_OK);
    assert_int_equal(office_session_find(&session, at(s, 25 * MINUTE), token), ERR_MISSING);
    assert_int_equal(
        office_setting_change(by(s, "test"), MODEL_SETTING_SESSION_IDLE, STR("31"), STR("本地")),
        ERR_INPUT);
}

static void AC1_three_administrators_and_business_are_apart(void **state)
{
    struct story *s = *state;
    struct str password;
    house(s);
    int64_t someone = clerk(s, &password, "jingban");
    for (int r = 0; r < MODEL_ROLE_COUNT; r++) {
        enum model_role role = (enum model_role)r;
        assert_int_equal(office_grant(by(s, "guanli2"), account_of(s, "guanli1"), role),
                         role == MODEL_ROLE_SYSTEM ? ERR_OK : ERR_STATE);
        assert_int_equal(office_grant(by(s, "guanli2"), account_of(s, "guanli2"), role),
                         ERR_FORBIDDEN);
    }
    assert_int_equal(office_grant(by(s, "guanli2"), someone, MODEL_ROLE_CLERK), ERR_STATE);
    assert_non_null(strstr(s->e.fault.text, "没有部门"));
    assert_int_equal(office_grant(by(s, "guanli2"), someone, MODEL_ROLE_OFFICE), ERR_OK);
    for (int r = 0; r <= MODEL_ROLE_AUDIT; r++)
        assert_int_equal(office_grant(by(s, "guanli2"), someone, (enum model_role)r), ERR_STATE);
    assert_int_equal(story_number(s, "SELECT count(id) FROM account_role"), 4);
    assert_int_equal(office_revoke(by(s, "guanli2"), someone, MODEL_ROLE_OFFICE), ERR_OK);
    assert_int_equal(office_grant(by(s, "guanli2"), someone, MODEL_ROLE_AUDIT), ERR_OK);
    assert_int_equal(story_number(s, "SELECT count(id) FROM account_role WHERE ended_at > 0 AND"
                                     " ended_by = 'guanli2'"),
                     1);
}

static enum err change(struct story *s, struct str *token, const char *old, const char *new)
{
    struct office_session session;
    assert_int_equal(office_session_find(&session, at(s, TIME_SECOND), *token), ERR_OK);
    const struct office_password_change in = {str_of(old), str_of(new), str_of(new), STR("")};
    struct errand *e = at(s, TIME_SECOND);
    e->actor = session.name;
    return office_password_change(token, e, &session, &in);
}

static void ID2_the_last_five_passwords_are_refused_and_ninety_days_are_the_end(void **state)
{
    struct story *s = *state;
    static const char *const words[] = {"Eins-garten-Tor1", "Zwei-garten-Tor2", "Drei-garten-Tor3",
                                        "Vier-garten-Tor4", "Elf-garten-Tor55"};
    struct str token;
    struct office_session session;
    house(s);
    assert_int_equal(sign_in(s, &token, "guanli3", firsts[2]), ERR_OK);
    assert_int_equal(office_session_find(&session, at(s, 0), token), ERR_OK);
    assert_true(session.must_change);
    assert_int_equal(change(s, &token, "falsch", words[0]), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "old");
    const char *now = firsts[2];
    for (size_t i = 0; i < 5; i++) {
        struct str before = token;
        assert_int_equal(change(s, &token, now, words[i]), ERR_OK);
        assert_int_equal(office_session_find(&session, at(s, 0), before), ERR_MISSING);
        now = words[i];
        for (size_t k = 0; k <= i; k++)
            assert_int_equal(change(s, &token, now, words[k]), ERR_INPUT);
    }
    assert_int_equal(change(s, &token, now, firsts[2]), ERR_OK); /* the sixth before */
    assert_int_equal(office_session_find(&session, at(s, 0), token), ERR_OK);
    assert_false(session.must_change);
    at(s, 91 * DAY);
    assert_int_equal(sign_in(s, &token, "guanli3", firsts[2]), ERR_OK);
    assert_int_equal(office_session_find(&session, at(s, 0), token), ERR_OK);
    assert_true(session.must_change);
    setting(s, MODEL_SETTING_PASSWORD_ASVS, "1");
    assert_int_equal(office_session_find(&session, at(s, 0), token), ERR_OK);
    assert_false(session.must_change);
}

static void ID12_unused_accounts_are_suspended(void **state)
{
    struct story *s = *state;
    uint64_t count = 9;
    struct str token;
    house(s);
    at(s, 60 * DAY);
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_OK);
    assert_int_equal(office_account_sweep(&count, at(s, 0)), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(office_account_sweep(&count, at(s, 31 * DAY)), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(sign_in(s, &token, "guanli2", firsts[1]), ERR_FORBIDDEN);
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_OK);
}

static void a_new_cost_is_taken_over_at_the_next_sign_in(void **state)
{
    struct story *s = *state;
    struct str token;
    house(s);
    assert_int_equal(story_number(s, "SELECT count(id) FROM account WHERE hash LIKE"
                                     " '%m=19456,t=2,p=1%'"),
                     3);
    setting(s, MODEL_SETTING_PASSWORD_PASSES, "3");
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_OK);
    assert_int_equal(story_number(s, "SELECT count(id) FROM account WHERE hash LIKE"
                                     " '%m=19456,t=3,p=1%'"),
                     1);
    assert_int_equal(sign_in(s, &token, "guanli1", firsts[0]), ERR_OK);
}

static void ID11_the_password_is_asked_for_again_and_failures_lock(void **state)
{
    struct story *s = *state;
    struct str token;
    struct office_session session;
    bool proven = false;
    house(s);
    assert_int_equal(sign_in(s, &token, "guanli2", firsts[1]), ERR_OK);
    assert_int_equal(office_session_find(&session, at(s, 4 * MINUTE), token), ERR_OK);
    assert_int_equal(office_session_proven(&proven, at(s, 0), &session), ERR_OK);
    assert_true(proven);
    assert_int_equal(office_session_find(&session, at(s, MINUTE), token), ERR_OK);
    assert_int_equal(office_session_proven(&proven, at(s, 0), &session), ERR_OK);
    assert_false(proven);
    assert_int_equal(office_session_prove(at(s, 0), &session, STR("Falsch-kenn-1")), ERR_FORBIDDEN);
    assert_int_equal(office_session_prove(at(s, TIME_SECOND), &session, str_of(firsts[1])), ERR_OK);
    assert_int_equal(office_session_proven(&proven, at(s, 4 * MINUTE), &session), ERR_OK);
    assert_true(proven);
    for (int i = 0; i < 5; i++)
        assert_int_equal(office_session_prove(at(s, TIME_SECOND), &session, STR("Falsch-kenn-1")),
                         ERR_FORBIDDEN);
    assert_int_equal(office_session_prove(at(s, TIME_SECOND), &session, str_of(firsts[1])),
                     ERR_FORBIDDEN);
    assert_int_equal(
        office_setting_change(by(s, "test"), MODEL_SETTING_SESSION_PROVE, STR("31"), STR("本地")),
        ERR_INPUT);
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action = 'session-prove'"),
                     1);
}

static void below_reaches_the_departments_under_ones_own(void **state)
{
    struct story *s = *state;
    struct office_scope scope;
    struct office_session session = {.roles = 1u << MODEL_ROLE_CLERK, .department = STR("B")};
    s->e.now = time_now();
    story_import_text(
        s, "departments",
        "部门代码,部门名称,上级部门\nA,甲局,\nB,乙局,A\nC,丙科,B\nD,丁股,C\nE,戊局,A\n");
    assert_int_equal(office_session_scope(&scope, at(s, 0), &session, MODEL_PERMISSION_OBJECT_VIEW),
                     ERR_OK);
    assert_int_equal(scope.level, MODEL_SCOPE_BELOW);
    assert_int_equal(scope.department_count, 3);
    assert_true(str_eq(scope.departments[0], STR("B")) && str_eq(scope.departments[2], STR("D")));
    session.department = STR("");
    assert_int_equal(office_session_scope(&scope, at(s, 0), &session, MODEL_PERMISSION_OBJECT_VIEW),
                     ERR_OK);
    assert_int_equal(scope.level, MODEL_SCOPE_NONE);
}

static void AU2_days_are_bound_without_a_gap_and_once(void **state)
{
    struct story *s = *state;
    uint64_t days = 9;
    house(s);
    assert_int_equal(office_audit_close(&days, at(s, 0)), ERR_OK);
    assert_int_equal(days, 0);
    setting(s, MODEL_SETTING_TEAM_SEATS, "3");
    assert_int_equal(office_audit_close(&days, at(s, DAY)), ERR_OK);
    assert_int_equal(days, 1);
    setting(s, MODEL_SETTING_TEAM_SEATS, "4");
    assert_int_equal(office_audit_close(&days, at(s, 3 * DAY)), ERR_OK);
    assert_int_equal(days, 1);
    assert_int_equal(office_audit_close(&days, at(s, 0)), ERR_OK);
    assert_int_equal(days, 0);
    assert_int_equal(office_audit_check(&days, at(s, 0)), ERR_OK);
    assert_int_equal(days, 2);
    story_run(s, "UPDATE audit SET detail = 'x' WHERE id = 2");
    assert_int_equal(office_audit_check(&days, at(s, 0)), ERR_DAMAGED);
}

/* Each value of each row of a bound day, changed alone and put back; a row less, a row more, two
 * rows in each other's place. */
static void AU2_any_change_of_a_bound_row_is_found(void **state)
{
    struct story *s = *state;
    static const char *const columns[] = {"at",      "actor",   "action",     "target",
                                          "detail",  "role",    "department", "address",
                                          "request", "outcome", "old_value",  "new_value"};
    uint64_t days = 0;
    char sql[400];
    house(s);
    setting(s, MODEL_SETTING_TEAM_SEATS, "3");
    assert_int_equal(office_audit_close(&days, at(s, DAY)), ERR_OK);
    int64_t rows = story_number(s, "SELECT count FROM audit_digest");
    assert_true(rows >= 4);
    for (int64_t id = 1; id <= rows; id++)
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
            bool number = c == 0;
            snprintf(sql, sizeof sql, "UPDATE audit SET %s = %s%s WHERE id = %lld", columns[c],
                     columns[c], number ? " + 1" : " || 'x'", (long long)id);
            story_run(s, sql);
            assert_int_equal(office_audit_check(&days, at(s, 0)), ERR_DAMAGED);
            if (number)
                snprintf(sql, sizeof sql, "UPDATE audit SET at = at - 1 WHERE id = %lld",
                         (long long)id);
            else
                snprintf(sql, sizeof sql,
                         "UPDATE audit SET %s = SUBSTR(%s, 1, LENGTH(%s) - 1) WHERE id = %lld",
                         columns[c], columns[c], columns[c], (long long)id);
            story_run(s, sql);
        }
    assert_int_equal(office_audit_check(&days, at(s, 0)), ERR_OK);
    story_run(s, "UPDATE audit SET id = -1 WHERE id = 1");
    story_run(s, "UPDATE audit SET id = 1 WHERE id = 2");
    story_run(s, "UPDATE audit SET id = 2 WHERE id = -1");
    assert_int_equal(office_audit_check(&days, at(s, 0)), ERR_DAMAGED);
    story_run(s, "UPDATE audit SET id = -1 WHERE id = 1");
    story_run(s, "UPDATE audit SET id = 1 WHERE id = 2");
    story_run(s, "UPDATE audit SET id = 2 WHERE id = -1");
    assert_int_equal(office_audit_check(&days, at(s, 0)), ERR_OK);
    snprintf(sql, sizeof sql, "DELETE FROM audit WHERE id = %lld", (long long)rows);
    story_run(s, sql);
    assert_int_equal(office_audit_check(&days, at(s, 0)), ERR_DAMAGED);
}

/* --- the password policy, both profiles --- */

static bool judged(const struct office_password_rule *rule, const char *password)
{
    struct arena arena = {0};
    struct fault fault = {0};
    const struct office_password_owner owner = {STR("wanghong"), STR("王红"), STR("沁阳市")};
    enum err err = office_password_judge(rule, &owner, str_of(password), &arena, &fault);
    arena_free(&arena);
    return err == ERR_OK;
}

static void ID2_each_profile_takes_and_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *password;
        bool mlps;
        bool asvs;
    } rows[] = {
        {"Kx7-strom-Haus", true, true},
        {"kx7stromhaus", false, true},   /* two kinds */
        {"Kx7-strom", false, false},     /* nine characters */
        {"Kx7-stromH", true, false},     /* ten */
        {"Kx7-stromHau", true, true},    /* twelve */
        {"Password2024!", false, false}, /* a common word with signs around it */
        {"P@ssw0rd2024!", false, false}, /* the same, spelt with signs */
        {"Qwertyuiop12!", false, false}, /* a row of keys */
        {"1qaz2wsx3EDC4rfv", false, false},
        {"Abcdefghijkl1!", false, false},
        {"Aa1!Aa1!Aa1!", false, false},           /* four different characters */
        {"Wanghong-ist7!", false, false},         /* the sign-in name */
        {"ＷａｎｇＨｏｎｇ-ist7!", false, false}, /* full-width */
        {"王红的长长密码Ab1", false, false},
        {"沁阳市的长长句子Ab1", false, false},
        {"双随机一公开Abc123", false, false},
        {"春风又绿江南岸明月何时", false, false}, /* eleven characters */
        {"春风又绿江南岸明月何时照我还", false, true},
        {"春风又绿江南岸明月何时照A1", true, true},
    };
    const struct office_password_rule mlps = {.days = 90, .kept = 5};
    const struct office_password_rule asvs = {.asvs = true, .kept = 5};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (judged(&mlps, rows[i].password) != rows[i].mlps ||
            judged(&asvs, rows[i].password) != rows[i].asvs)
            print_message("# %s\n", rows[i].password);
        assert_int_equal(judged(&mlps, rows[i].password), rows[i].mlps);
        assert_int_equal(judged(&asvs, rows[i].password), rows[i].asvs);
    }
}

/* The three thousand that people choose first: a name or a common word, a year or a row of digits,
 * a sign; spelt as the rule of three kinds asks. None of them passes either profile. */
static void ID2_three_thousand_usual_passwords_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"Zhang", "Wang", "Li",  "Zhao", "Chen", "Yang", "Huang",
                                        "Zhou",  "Wu",   "Xu",  "Sun",  "Ma",   "Zhu",  "Hu",
                                        "Guo",   "He",   "Gao", "Lin",  "Luo",  "Zheng"};
    static const char *const given[] = {
        "wei",  "fang", "na",  "xiuying", "min", "jing", "lijuan", "qiang",  "lei", "jun",
        "yang", "yong", "yan", "jie",     "tao", "ming", "chao",   "xiulan", "xia", "ping"};
    static const char *const words[] = {"Password", "Adminadmin", "Woaini",   "Iloveyou", "Qwerty",
                                        "Welcome",  "Mimawang",   "Passw0rd", "Beijing",  "Dragon"};
    static const char *const tails[] = {"1990!",  "2024@",     "123456!", "520520#",
                                        "1314!!", "@19880808", "2008#",   "666888!"};
    const struct office_password_rule mlps = {.days = 90, .kept = 5};
    const struct office_password_rule asvs = {.asvs = true};
    char text[64];
    unsigned count = 0;
    for (size_t t = 0; t < 8; t++) {
        for (size_t n = 0; n < 20; n++)
            for (size_t g = 0; g < 20; g++, count++) {
                snprintf(text, sizeof text, "%s%s%s", names[n], given[g], tails[t]);
                bool passes = judged(&mlps, text) || judged(&asvs, text);
                if (passes)
                    print_message("# %s\n", text);
                assert_false(passes);
            }
        for (size_t w = 0; w < 10; w++, count++) {
            snprintf(text, sizeof text, "%s%s", words[w], tails[t]);
            bool passes = judged(&mlps, text) || judged(&asvs, text);
            if (passes)
                print_message("# %s\n", text);
            assert_false(passes);
        }
    }
    assert_true(count >= 3000);
}

static void ID2_nothing_is_cut_off(void **state)
{
    (void)state;
    const struct crypto_password_cost cost = {19456, 2};
    char text[CRYPTO_PASSWORD_TEXT];
    char a[81];
    memset(a, 'k', 80);
    a[80] = '\0';
    assert_int_equal(crypto_password_hash(text, str_of(a), &cost), ERR_OK);
    assert_true(crypto_password_holds(str_of(text), str_of(a)));
    a[79] = 'j';
    assert_false(crypto_password_holds(str_of(text), str_of(a)));
    assert_false(crypto_password_holds(str_of(text), str_sub(str_of(a), 0, 72)));
    crypto_password_decoy(text, &cost);
    assert_false(crypto_password_holds(str_of(text), str_of(a)));
    assert_false(crypto_password_stale(str_of(text), &cost));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(ID3_the_code_lasts_a_day_and_serves_once),
        STORY_TEST(ID4_five_failures_make_a_delay_that_ends),
        STORY_TEST(ID4_an_address_has_its_budget),
        STORY_TEST(ID9_a_session_ends_when_idle_and_after_hours),
        STORY_TEST(AC1_three_administrators_and_business_are_apart),
        STORY_TEST(ID2_the_last_five_passwords_are_refused_and_ninety_days_are_the_end),
        STORY_TEST(ID12_unused_accounts_are_suspended),
        STORY_TEST(a_new_cost_is_taken_over_at_the_next_sign_in),
        STORY_TEST(ID11_the_password_is_asked_for_again_and_failures_lock),
        STORY_TEST(below_reaches_the_departments_under_ones_own),
        STORY_TEST(AU2_days_are_bound_without_a_gap_and_once),
        STORY_TEST(AU2_any_change_of_a_bound_row_is_found),
        cmocka_unit_test(ID2_each_profile_takes_and_refuses),
        cmocka_unit_test(ID2_three_thousand_usual_passwords_are_refused),
        cmocka_unit_test(ID2_nothing_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
