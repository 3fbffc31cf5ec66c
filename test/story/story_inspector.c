/* Inspectors and experts kept by hand, within a scope, on both databases (R34-R42, R91; SECURITY.md
 * AC4, PI2, PI3): who is seen, who counts, what is masked, what an interest does to a draw. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "office/inspector.h"
#include "office/interest.h"
#include "office/object.h"
#include "office/task.h"

#include <string.h>
#include <unistd.h>

#define PHONE "13912345678"
#define CERTIFICATE "ZF20260099887"

/* The errand of somebody with that reach; departments ';'-free: one code, or none. */
static struct errand *as(struct course *c, enum model_scope level, const char *department)
{
    return course_as(c, "chen.jing", level, department);
}

static struct errand *all(struct course *c)
{
    return as(c, MODEL_SCOPE_ALL, NULL);
}

static size_t found(struct course *c, struct errand *e, const struct office_inspector_find *find)
{
    struct office_inspectors list;
    (void)c;
    assert_int_equal(office_inspectors(&list, e, find), ERR_OK);
    return list.count;
}

/* Values of a form; pairs of field and text. */
static void typed(struct str values[MODEL_INSPECTOR_COUNT], const char *name,
                  const char *department)
{
    for (size_t i = 0; i < MODEL_INSPECTOR_COUNT; i++)
        values[i] = STR("");
    values[MODEL_INSPECTOR_NAME] = str_of(name);
    values[MODEL_INSPECTOR_DEPARTMENT] = str_of(department);
    values[MODEL_INSPECTOR_CATEGORY] = STR("officer");
    values[MODEL_INSPECTOR_STATE] = STR("active");
    values[MODEL_INSPECTOR_CERTIFICATE] = STR(CERTIFICATE);
    values[MODEL_INSPECTOR_VALID_UNTIL] = STR("2028-01-01");
    values[MODEL_INSPECTOR_PHONE] = STR(PHONE);
}

static struct str added(struct course *c, const char *name, const char *department)
{
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = STR("");
    typed(values, name, department);
    enum err err = office_inspector_save(&code, as(c, MODEL_SCOPE_BELOW, department), values);
    if (err != ERR_OK)
        print_message("# %s\n", c->s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    return code;
}

static struct office_inspector_page looked(struct course *c, struct str code)
{
    struct office_inspector_page page;
    assert_int_equal(office_inspector_get(&page, all(c), code), ERR_OK);
    return page;
}

/* --- who is seen --- */

static void AC4_rows_counts_and_choices_end_where_the_scope_ends(void **state)
{
    struct course *c = *state;
    const struct office_inspector_find none = {0};
    const struct office_inspector_find other = {.department = STR("XFJY")};
    struct office_inspectors list;
    struct office_inspector_page page;
    assert_int_equal(found(c, all(c), &none), 16); /* the county's inspectors, written down there */
    assert_int_equal(found(c, as(c, MODEL_SCOPE_BELOW, "SCJG"), &none), 10);
    assert_int_equal(found(c, as(c, MODEL_SCOPE_DEPARTMENT, "XFJY"), &none), 4);
    assert_int_equal(found(c, as(c, MODEL_SCOPE_BELOW, "SCJG"), &other), 0);
    assert_int_equal(found(c, as(c, MODEL_SCOPE_NONE, "SCJG"), &none), 0);
    assert_int_equal(office_inspectors(&list, as(c, MODEL_SCOPE_BELOW, "STHJ"), &none), ERR_OK);
    assert_int_equal(list.group_count, 1);
    for (size_t i = 0; i < list.speciality_count; i++)
        assert_false(str_eq(list.specialities[i], STR("食品"))); /* is known in SCJG alone */
    assert_int_equal(office_inspector_get(&page, as(c, MODEL_SCOPE_BELOW, "STHJ"), STR("SCJG-001")),
                     ERR_MISSING);
    struct errand *own = as(c, MODEL_SCOPE_OWN, NULL);
    own->scope.inspector = STR("SCJG-002");
    assert_int_equal(found(c, own, &none), 1);
    assert_int_equal(office_inspector_get(&page, own, STR("SCJG-002")), ERR_OK);
    assert_int_equal(office_inspector_get(&page, own, STR("SCJG-001")), ERR_MISSING);
}

static void AC4_nothing_is_changed_beyond_the_scope(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = STR("");
    struct store_record row;
    const char *before = course_text(c, "SELECT max(at) FROM inspector");
    typed(values, "外来", "XFJY");
    assert_int_equal(office_inspector_save(&code, as(c, MODEL_SCOPE_BELOW, "SCJG"), values),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "department");
    code = STR("XFJY-001");
    assert_int_equal(office_inspector_save(&code, as(c, MODEL_SCOPE_BELOW, "SCJG"), values),
                     ERR_MISSING);
    assert_int_equal(
        office_inspector_state(as(c, MODEL_SCOPE_BELOW, "SCJG"), code, STR("left"), STR("调出")),
        ERR_MISSING);
    assert_int_equal(
        office_inspector_reveal(&row, as(c, MODEL_SCOPE_BELOW, "SCJG"), code, STR("核对")),
        ERR_MISSING);
    assert_string_equal(course_text(c, "SELECT max(at) FROM inspector"), before);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'person-unmask'"),
                     0);
}

static void departments_without_anybody_are_counted_as_nought(void **state)
{
    struct course *c = *state;
    const struct office_inspector_find none = {0};
    struct office_inspectors list;
    assert_int_equal(course_import(c, &(struct course_import){"departments",
                                                              "部门代码,部门名称\nWTLY,文旅局\n"}),
                     ERR_OK);
    assert_int_equal(office_inspectors(&list, all(c), &none), ERR_OK);
    assert_int_equal(list.group_count, 4);
    for (size_t i = 0; i < list.group_count; i++)
        if (str_eq(list.groups[i].code, STR("WTLY")))
            assert_int_equal(list.groups[i].people, 0);
        else
            assert_true(list.groups[i].people > 0);
}

/* --- who counts --- */

static void R35_R40_who_counts_is_said_with_the_reason(void **state)
{
    struct course *c = *state;
    static const struct {
        const char *standing;
        size_t count;
    } wanted[] = {{"expert", 1}, {"assistant", 1}, {"left", 0}, {"bare", 0}};
    for (size_t i = 0; i < 4; i++) {
        const struct office_inspector_find find = {.standing = str_of(wanted[i].standing)};
        assert_int_equal(found(c, all(c), &find), wanted[i].count);
    }
    struct str code = added(c, "孙七", "SCJG");
    assert_int_equal(looked(c, code).inspector.standing, OFFICE_STANDING_COUNTS);
    struct str values[MODEL_INSPECTOR_COUNT];
    typed(values, "孙七", "SCJG");
    values[MODEL_INSPECTOR_VALID_UNTIL] = STR("2026-03-01"); /* the story begins on 2026-03-02 */
    assert_int_equal(office_inspector_save(&code, as(c, MODEL_SCOPE_BELOW, "SCJG"), values),
                     ERR_OK);
    assert_int_equal(looked(c, code).inspector.standing, OFFICE_STANDING_EXPIRED);
    values[MODEL_INSPECTOR_CERTIFICATE2] = STR("DEPT-77");
    values[MODEL_INSPECTOR_VALID_UNTIL2] = STR("2026-03-02");
    assert_int_equal(office_inspector_save(&code, as(c, MODEL_SCOPE_BELOW, "SCJG"), values),
                     ERR_OK);
    assert_int_equal(looked(c, code).inspector.standing, OFFICE_STANDING_COUNTS);
    assert_int_equal(looked(c, code).inspector.validity, OFFICE_ENDING);
    values[MODEL_INSPECTOR_CERTIFICATE] = STR("");
    values[MODEL_INSPECTOR_VALID_UNTIL] = STR("");
    values[MODEL_INSPECTOR_CERTIFICATE2] = STR("");
    values[MODEL_INSPECTOR_VALID_UNTIL2] = STR("");
    assert_int_equal(office_inspector_save(&code, as(c, MODEL_SCOPE_BELOW, "SCJG"), values),
                     ERR_OK);
    assert_int_equal(looked(c, code).inspector.standing, OFFICE_STANDING_BARE);
    assert_int_equal(looked(c, code).inspector.validity, OFFICE_UNCERTIFIED);
    values[MODEL_INSPECTOR_CERTIFICATE] = STR("无"); /* as a file says it: there is none */
    values[MODEL_INSPECTOR_PHONE] = STR("/");
    assert_int_equal(office_inspector_save(&code, as(c, MODEL_SCOPE_BELOW, "SCJG"), values),
                     ERR_OK);
    assert_int_equal(looked(c, code).inspector.standing, OFFICE_STANDING_BARE);
    assert_int_equal(looked(c, code).inspector.record.values[MODEL_INSPECTOR_PHONE].len, 0);
    assert_int_equal(
        office_setting_change(all(c), MODEL_SETTING_CERTIFICATE, STR("0"), STR("试验")), ERR_OK);
    assert_int_equal(looked(c, code).inspector.standing, OFFICE_STANDING_COUNTS);
}

static void filters_find_by_name_speciality_area_and_the_certificates_end(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = added(c, "欧阳修", "SCJG");
    typed(values, "欧阳修", "SCJG");
    values[MODEL_INSPECTOR_SPECIALITIES] = STR("特种设备、计量");
    values[MODEL_INSPECTOR_AREAS] = STR("410882");
    assert_int_equal(office_inspector_save(&code, all(c), values), ERR_OK);
    const struct office_inspector_find some[] = {
        {.text = STR("阳修")}, {.speciality = STR("计量")}, {.text = STR("9887")},
        {.text = STR("oyx")},  {.text = STR("YX")},
    };
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_int_equal(found(c, all(c), &some[i]), 1);
    const struct office_inspector_find no[] = {
        {.text = STR("修阳")}, {.speciality = STR("设备")}, {.text = STR("2026009")}};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(found(c, all(c), &no[i]), 0);
    /* he alone is bound to a place: in another county there are all but him */
    const struct office_inspector_find away = {.area = STR("410102")};
    assert_int_equal(found(c, all(c), &away), 16);
    const struct office_inspector_find here = {.area = STR("410882")};
    assert_int_equal(found(c, all(c), &here), 17);
}

/* --- keeping them --- */

static void R39_a_change_keeps_its_history_and_a_leaving_its_reason(void **state)
{
    struct course *c = *state;
    struct str code = added(c, "孙七", "SCJG");
    assert_string_equal(arena_cstr(&c->s->arena, code), "SCJG-011");
    assert_int_equal(office_inspector_state(all(c), code, STR("left"), STR("")), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "reason");
    assert_int_equal(office_inspector_state(all(c), code, STR("left"), STR("退休")), ERR_OK);
    struct office_inspector_page page = looked(c, code);
    assert_int_equal(page.inspector.standing, OFFICE_STANDING_LEFT);
    assert_int_equal(page.change_count, 1);
    assert_true(str_eq(page.changes[0].reason, STR("退休")));
    assert_true(str_find(page.changes[0].before, STR("\"state\":\"active\"")) >= 0);
    assert_true(str_find(page.changes[0].after, STR("\"state\":\"left\"")) >= 0);
    assert_int_equal(course_number(c, "SELECT count(id) FROM inspector"), 17);
    /* the audit has values before and after, and no personal number */
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'inspector-save'"
                                      " AND target = 'SCJG-011' AND old_value LIKE '%active%'"
                                      " AND new_value LIKE '%left%'"),
                     1);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE new_value LIKE '%" PHONE
                                      "%' OR new_value LIKE '%" CERTIFICATE "%'"),
                     0);
}

static void a_form_is_refused_at_its_field_and_a_colleague_keeps_his_certificate(void **state)
{
    struct course *c = *state;
    static const struct {
        size_t field;
        const char *value;
        const char *wrong; /* field that is named */
    } cases[] = {
        {MODEL_INSPECTOR_NAME, "", "name"},
        {MODEL_INSPECTOR_VALID_UNTIL, "2026-02-30", "valid_until"},
        {MODEL_INSPECTOR_CERTIFICATE, "", "certificate"}, /* but with a last day */
        {MODEL_INSPECTOR_CERTIFICATE, "110101199003078814", "certificate"}, /* an identity card */
        {MODEL_INSPECTOR_AREAS, "亚特兰蒂斯", "areas"},
        {MODEL_INSPECTOR_STATE, "left", "reason"},
    };
    added(c, "孙七", "SCJG");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str values[MODEL_INSPECTOR_COUNT];
        struct str code = STR("SCJG-011");
        typed(values, "孙七", "SCJG");
        values[cases[i].field] = str_of(cases[i].value);
        assert_int_equal(office_inspector_save(&code, all(c), values), ERR_INPUT);
        assert_non_null(c->s->e.fault.field);
        assert_string_equal(c->s->e.fault.field, cases[i].wrong);
    }
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = STR("");
    typed(values, "别人", "SCJG");
    assert_int_equal(office_inspector_save(&code, all(c), values), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "certificate");
    code = STR("SCJG-001");
    assert_int_equal(office_inspector_save(&code, all(c), values), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "certificate");
    assert_int_equal(course_number(c, "SELECT count(id) FROM registry_change"), 0);
}

static void a_double_press_adds_one_person(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_INSPECTOR_COUNT];
    typed(values, "孙七", "SCJG");
    for (int i = 0; i < 2; i++) {
        struct str code = STR("");
        struct errand *e = all(c);
        e->key = STR("desk-1-abc");
        assert_int_equal(office_inspector_save(&code, e, values), ERR_OK);
        assert_true(str_eq(code, STR("SCJG-011")));
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM inspector"), 17);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'inspector-add'"),
                     1);
}

static void a_new_row_with_empty_fields_has_them_empty(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = STR("");
    typed(values, "孙七", "SCJG");
    values[MODEL_INSPECTOR_CERTIFICATE] = STR("");
    values[MODEL_INSPECTOR_VALID_UNTIL] = STR("");
    values[MODEL_INSPECTOR_PHONE] = STR("");
    assert_int_equal(office_inspector_save(&code, all(c), values), ERR_OK);
    assert_string_equal(course_text(c, "SELECT certificate || '|' || phone || '|' || areas FROM"
                                       " inspector WHERE code = 'SCJG-011'"),
                        "||");
}

static void a_refused_form_goes_in_mended_under_the_same_key(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = STR("");
    typed(values, "孙七", "SCJG");
    values[MODEL_INSPECTOR_CERTIFICATE] = STR("");
    struct errand *e = all(c);
    e->key = STR("desk-1-abc");
    assert_int_equal(office_inspector_save(&code, e, values), ERR_INPUT);
    values[MODEL_INSPECTOR_CERTIFICATE] = STR(CERTIFICATE);
    e = all(c);
    e->key = STR("desk-1-abc");
    assert_int_equal(office_inspector_save(&code, e, values), ERR_OK);
    assert_int_equal(course_number(c, "SELECT count(id) FROM inspector"), 17);
}

/* --- personal numbers --- */

static void PI2_numbers_are_masked_until_somebody_says_why(void **state)
{
    struct course *c = *state;
    struct store_record row;
    struct str code = added(c, "孙七", "SCJG");
    const struct str *v = looked(c, code).inspector.record.values;
    assert_true(str_eq(v[MODEL_INSPECTOR_PHONE], STR("139****5678")));
    assert_true(str_eq(v[MODEL_INSPECTOR_CERTIFICATE], STR("*********9887")));
    assert_int_equal(office_inspector_reveal(&row, all(c), code, STR(" ")), ERR_INPUT);
    assert_int_equal(office_inspector_reveal(&row, all(c), code, STR("通知开会")), ERR_OK);
    assert_true(str_eq(row.values[MODEL_INSPECTOR_PHONE], STR(PHONE)));
    assert_true(str_eq(row.values[MODEL_INSPECTOR_CERTIFICATE], STR(CERTIFICATE)));
    assert_string_equal(course_text(c, "SELECT detail FROM audit WHERE action = 'person-unmask'"),
                        "通知开会");
    for (int i = 1; i < 20; i++)
        assert_int_equal(office_inspector_reveal(&row, all(c), code, STR("核对")), ERR_OK);
    assert_int_equal(office_inspector_reveal(&row, all(c), code, STR("核对")), ERR_RATE);
    c->clock += 3600 * TIME_SECOND;
    assert_int_equal(office_inspector_reveal(&row, all(c), code, STR("核对")), ERR_OK);
}

static void a_masked_number_that_comes_back_from_the_form_stays_what_it_was(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_INSPECTOR_COUNT];
    struct str code = added(c, "孙七", "SCJG");
    memcpy(values, looked(c, code).inspector.record.values, sizeof values);
    values[MODEL_INSPECTOR_POSITION] = STR("科员");
    assert_int_equal(office_inspector_save(&code, all(c), values), ERR_OK);
    assert_string_equal(course_text(c, "SELECT certificate || position FROM inspector"
                                       " WHERE code = 'SCJG-011'"),
                        CERTIFICATE "科员");
    struct store_record row;
    assert_int_equal(office_inspector_reveal(&row, all(c), code, STR("核对")), ERR_OK);
    assert_true(str_eq(row.values[MODEL_INSPECTOR_PHONE], STR(PHONE)));
    values[MODEL_INSPECTOR_PHONE] = STR("13800000000");
    assert_int_equal(office_inspector_save(&code, all(c), values), ERR_OK);
    assert_int_equal(office_inspector_reveal(&row, all(c), code, STR("核对")), ERR_OK);
    assert_true(str_eq(row.values[MODEL_INSPECTOR_PHONE], STR("13800000000")));
}

static enum err exported(struct course *c, struct str *text, const char *department, bool plain,
                         const char *reason)
{
    const struct office_inspector_find none = {0};
    char path[300];
    uint64_t rows = 0;
    struct buf bytes = {0};
    snprintf(path, sizeof path, "%s/out.csv", c->s->dir);
    const struct office_inspector_export export = {.find = &none,
                                                   .columns = 1u << MODEL_INSPECTOR_NAME |
                                                              1u << MODEL_INSPECTOR_PHONE |
                                                              1u << OFFICE_INSPECTOR_STANDING,
                                                   .path = path,
                                                   .plain = plain,
                                                   .reason = str_of(reason)};
    struct errand *e = department != NULL ? as(c, MODEL_SCOPE_BELOW, department) : all(c);
    TRY(office_inspector_export(&rows, e, &export));
    assert_int_equal(file_read(&bytes, path, 1 << 20), ERR_OK);
    *text = arena_str(&c->s->arena, buf_view(&bytes));
    buf_free(&bytes);
    unlink(path);
    return ERR_OK;
}

static void PI3_an_export_masks_ends_at_the_scope_and_is_audited(void **state)
{
    struct course *c = *state;
    struct str text;
    added(c, "孙七", "SCJG");
    assert_int_equal(exported(c, &text, "SCJG", false, ""), ERR_OK);
    assert_true(str_find(text, STR("姓名,手机号,是否计入两人")) >= 0);
    assert_true(str_find(text, STR("孙七,139****5678,计入两人")) >= 0);
    assert_true(str_find(text, STR(PHONE)) < 0);
    assert_int_equal(exported(c, &text, "STHJ", false, ""), ERR_OK);
    assert_true(str_find(text, STR("孙七")) < 0);
    assert_int_equal(exported(c, &text, NULL, true, ""), ERR_INPUT);
    assert_int_equal(exported(c, &text, NULL, true, "换证登记"), ERR_OK);
    assert_true(str_find(text, STR("孙七," PHONE)) >= 0);
    assert_int_equal(
        office_setting_change(all(c), MODEL_SETTING_UNMASK_ROWS, STR("16"), STR("试验")), ERR_OK);
    assert_int_equal(exported(c, &text, NULL, true, "换证登记"), ERR_LIMIT);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM audit WHERE action = 'inspector-export'"), 3);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action ="
                                      " 'inspector-export' AND detail LIKE '%换证登记%'"),
                     1);
}

/* --- interests --- */

static enum err declared(struct course *c, struct errand *e, const char *who, struct str object)
{
    const struct office_interest in = {str_of(who), object, STR("relative"), STR("配偶经营")};
    (void)c;
    return office_interest_declare(e, &in);
}

static void R91_an_interest_in_force_keeps_the_seat_away_and_an_ended_one_does_not(void **state)
{
    struct course *c = *state;
    /* STHJ has two inspectors and sends two: an interest of one makes the team impossible. */
    const struct step task[] = {
        {"a task of one object", course_task,
         &(struct course_task){.items = "STHJ-S0001",
                               .department = "STHJ",
                               .parts = "STHJ:2",
                               .quotas = "ALL=fixed:1",
                               .until = 18}},
        {"commit", course_commit},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
    };
    COURSE_RUN(c, task);
    struct str object = course_object(c, "1");
    assert_int_equal(declared(c, all(c), "STHJ-001", object), ERR_OK);
    assert_int_equal(declared(c, all(c), "STHJ-001", object), ERR_OK); /* again: nothing */
    assert_int_equal(declared(c, as(c, MODEL_SCOPE_BELOW, "SCJG"), "STHJ-001", object),
                     ERR_MISSING);
    assert_int_equal(declared(c, all(c), "STHJ-001", STR("91410882NOBODY0000")), ERR_INPUT);
    assert_int_equal(looked(c, STR("STHJ-001")).inspector.interests, 1);
    course_step(c, &(const struct step){"nobody is left", course_teams, NULL, ERR_STAFF});
    int64_t at = course_number(c, "SELECT max(at) FROM conflict");
    assert_int_equal(office_interest_end(all(c), STR("STHJ-001"), at, STR("")), ERR_INPUT);
    assert_int_equal(office_interest_end(all(c), STR("SCJG-001"), at, STR("误报")), ERR_MISSING);
    assert_int_equal(office_interest_end(all(c), STR("STHJ-001"), at, STR("已离婚")), ERR_OK);
    assert_int_equal(office_interest_end(all(c), STR("STHJ-001"), at, STR("已离婚")), ERR_MISSING);
    assert_int_equal(looked(c, STR("STHJ-001")).inspector.interests, 0);
    assert_int_equal(course_number(c, "SELECT count(*) FROM conflict WHERE ended_at > 0"), 1);
    course_step(c, &(const struct step){"the two sit", course_teams});
    /* declared anew it holds again */
    assert_int_equal(declared(c, all(c), "STHJ-001", object), ERR_OK);
    assert_int_equal(looked(c, STR("STHJ-001")).inspector.interests, 1);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM audit WHERE action = 'conflict-declare'"), 2);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'conflict-end'"),
                     1);
}

static void R91_an_inspector_declares_for_himself_and_for_nobody_else(void **state)
{
    struct course *c = *state;
    struct str object = course_bytes(c, "SELECT min(pool_id) FROM object");
    struct errand *own = as(c, MODEL_SCOPE_OWN, NULL);
    own->scope.inspector = STR("SCJG-002");
    assert_int_equal(declared(c, own, "SCJG-002", object), ERR_OK);
    assert_int_equal(declared(c, own, "SCJG-001", object), ERR_MISSING);
}

static struct store_interest newest(struct course *c, struct errand *e, const char *who)
{
    struct store_interest *rows = NULL;
    size_t count = 0;
    int64_t id = looked(c, str_of(who)).inspector.record.id;
    assert_int_equal(office_interests(&rows, &count, e, id), ERR_OK);
    assert_true(count > 0);
    return rows[0];
}

/* An object that the department answers for too: its number and its name. */
static void given(struct course *c, const char *department, const char *which, struct str *number,
                  struct str *name)
{
    struct buf sql = {0};
    buf_printf(&sql, "SELECT %s(pool_id) FROM object", which);
    *number = course_bytes(c, buf_cstr(&sql));
    sql.len = 0;
    buf_printf(&sql, "SELECT name FROM object WHERE pool_id = '%.*s'", STR_ARG(*number));
    *name = course_bytes(c, buf_cstr(&sql));
    buf_free(&sql);
    assert_int_equal(office_object_department(all(c), *number, str_of(department), true), ERR_OK);
}

/* R91 holds across departments; AC6: what lies beyond the scope is told to nobody. */
static void of_an_object_beyond_the_scope_an_interest_tells_what_was_typed_and_no_more(void **state)
{
    struct course *c = *state;
    struct str number;
    struct str name;
    given(c, "XFJY", "min", &number, &name);
    struct errand own = *as(c, MODEL_SCOPE_BELOW, "STHJ");
    assert_int_equal(declared(c, &own, "STHJ-001", name), ERR_OK);
    struct store_interest row = newest(c, &own, "STHJ-001");
    assert_true(str_eq(row.typed, name) && row.pool_id.len == 0 && row.object.len == 0);
    assert_int_equal(office_interest_end(&own, STR("STHJ-001"), row.at, STR("误报")), ERR_OK);
    assert_int_equal(declared(c, &own, "STHJ-001", number), ERR_OK);
    row = newest(c, &own, "STHJ-001");
    assert_true(str_eq(row.typed, number) && row.pool_id.len == 0 && row.object.len == 0);
    /* It is that object all the same, and whose it is sees it whole. */
    row = newest(c, all(c), "STHJ-001");
    assert_true(str_eq(row.pool_id, number) && str_eq(row.object, name));
    own.now += TIME_SECOND;
    /* A part of its name tells nothing: the answer is that to a name which nobody bears. */
    assert_int_equal(declared(c, &own, "STHJ-001", str_sub(name, 0, name.len - 3)), ERR_INPUT);
    const char *near = arena_cstr(c->s->e.arena, str_of(own.fault.text));
    assert_int_equal(declared(c, &own, "STHJ-001", STR("没有这样的企业")), ERR_INPUT);
    assert_string_equal(own.fault.text, near);
}

static void a_part_of_a_name_is_enough_within_the_scope(void **state)
{
    struct course *c = *state;
    struct str number;
    struct str name;
    given(c, "STHJ", "max", &number, &name);
    struct errand own = *as(c, MODEL_SCOPE_BELOW, "STHJ");
    assert_int_equal(declared(c, &own, "STHJ-001", str_sub(name, 0, name.len - 3)), ERR_OK);
    struct store_interest row = newest(c, &own, "STHJ-001");
    assert_true(str_eq(row.pool_id, number) && str_eq(row.object, name));
}

static void the_load_of_the_year_and_its_tasks_stand_with_the_person(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task for two of two", course_task,
         &(struct course_task){.items = "STHJ-S0001",
                               .department = "STHJ",
                               .parts = "STHJ:2",
                               .quotas = "ALL=fixed:3",
                               .until = 18}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
    struct office_inspector_page page = looked(c, STR("STHJ-001"));
    assert_int_equal(page.inspector.load, 3);
    assert_int_equal(page.duty_count, 1);
    assert_int_equal(page.duties[0].seats, 3);
    assert_true(str_eq(page.duties[0].task, c->task));
    assert_int_equal(looked(c, STR("SCJG-001")).inspector.load, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(AC4_rows_counts_and_choices_end_where_the_scope_ends),
        COURSE_TEST(AC4_nothing_is_changed_beyond_the_scope),
        COURSE_TEST(departments_without_anybody_are_counted_as_nought),
        COURSE_TEST(R35_R40_who_counts_is_said_with_the_reason),
        COURSE_TEST(filters_find_by_name_speciality_area_and_the_certificates_end),
        COURSE_TEST(R39_a_change_keeps_its_history_and_a_leaving_its_reason),
        COURSE_TEST(a_form_is_refused_at_its_field_and_a_colleague_keeps_his_certificate),
        COURSE_TEST(a_double_press_adds_one_person),
        COURSE_TEST(a_new_row_with_empty_fields_has_them_empty),
        COURSE_TEST(a_refused_form_goes_in_mended_under_the_same_key),
        COURSE_TEST(PI2_numbers_are_masked_until_somebody_says_why),
        COURSE_TEST(a_masked_number_that_comes_back_from_the_form_stays_what_it_was),
        COURSE_TEST(PI3_an_export_masks_ends_at_the_scope_and_is_audited),
        COURSE_TEST(R91_an_interest_in_force_keeps_the_seat_away_and_an_ended_one_does_not),
        COURSE_TEST(of_an_object_beyond_the_scope_an_interest_tells_what_was_typed_and_no_more),
        COURSE_TEST(a_part_of_a_name_is_enough_within_the_scope),
        COURSE_TEST(R91_an_inspector_declares_for_himself_and_for_nobody_else),
        COURSE_TEST(the_load_of_the_year_and_its_tasks_stand_with_the_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
