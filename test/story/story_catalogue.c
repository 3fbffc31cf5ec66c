/* The catalogue from a superior's list to what the portal shows (R1-R12, R16-R18), on both
 * databases. Expected values follow from the documents and from the files' own rows. */
#include "rig_office.h"

#include "base/time.h"
#include "office/catalogue.h"
#include "office/object.h"
#include "office/portal.h"
#include "office/task.h"

#include <string.h>

#define DAY TIME_DAY

/* 2026-03-02 09:00 in China */
static const int64_t MORNING = INT64_C(1772413200000000);

/* Who acts, and how far he reaches. */
static struct errand *by(struct story *s, const char *actor, const char *department)
{
    s->e.fault = (struct fault){0};
    s->e.actor = str_of(actor);
    s->e.key = STR("");
    s->e.scope = (struct office_scope){
        .level = strcmp(department, "*") == 0 ? MODEL_SCOPE_ALL : MODEL_SCOPE_DEPARTMENT,
        .department = str_of(department)};
    return &s->e;
}

static void county(struct story *s)
{
    story_import_text(
        s, "departments",
        "部门代码,部门名称\nSCJG,市场监督管理局\nXFJY,消防救援大队\nWHLY,文化和旅游局\n");
    story_import_text(
        s, "items",
        "编制单位,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查内容,检查依据\n"
        "市场监督管理局,食品安全,食品销售监督检查,食品销售者,重点,现场检查,县级,索证索票,"
        "食品安全法\n"
        "市场监督管理局,广告,广告经营检查,广告经营者,一般,书面检查,县级,广告内容,广告法\n");
    s->e.now = MORNING; /* importing took the machine's clock */
}

/* What a complete item says. */
static struct office_draft_edit whole(const char *name)
{
    struct office_draft_edit edit = story_draft("文化市场", name, "娱乐场所");
    edit.values[MODEL_ITEM_SUBJECT] = STR("县级文化和旅游部门");
    return edit;
}

static int64_t saved(struct story *s, const struct office_draft_edit *edit)
{
    int64_t id = 0;
    enum err err = office_draft_save(&id, by(s, "wang", "WHLY"), edit);
    if (err != ERR_OK)
        print_message("# %s\n", s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    return id;
}

static enum err review(struct story *s, const char *actor, int64_t id, bool agree)
{
    const struct office_item_review r = {id, story_draft_version(s, id), agree,
                                         agree ? STR("") : STR("依据不全，请补充条款")};
    return office_draft_review(by(s, actor, "WHLY"), &r);
}

static enum err publish(struct story *s, int64_t id, int32_t on)
{
    const struct office_item_publish p = {&id, 1, on, STR("示双随机办〔2026〕3号")};
    enum err err = office_items_publish(by(s, "ban", "*"), &p);
    if (err != ERR_OK)
        print_message("# %s\n", s->e.fault.text);
    return err;
}

/* Submitted by wang, agreed to by li. */
static void agreed(struct story *s, int64_t id)
{
    assert_int_equal(office_draft_submit(by(s, "wang", "WHLY"), id, story_draft_version(s, id)),
                     ERR_OK);
    assert_int_equal(review(s, "li", id, true), ERR_OK);
}

static void R11_a_draft_goes_through_another_persons_review(void **state)
{
    struct story *s = *state;
    struct office_draft_edit edit = whole("娱乐场所经营检查");
    county(s);
    int64_t id = saved(s, &edit);
    assert_int_equal(review(s, "li", id, true), ERR_STATE);
    assert_int_equal(office_draft_submit(by(s, "wang", "WHLY"), id, 1), ERR_OK);
    assert_int_equal(office_draft_submit(by(s, "wang", "WHLY"), id, 2), ERR_STATE);
    assert_int_equal(review(s, "wang", id, true), ERR_FORBIDDEN);
    const struct office_item_review mute = {id, 2, false, STR(" ")};
    assert_int_equal(office_draft_review(by(s, "li", "WHLY"), &mute), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "words");
    assert_int_equal(review(s, "li", id, false), ERR_OK);
    edit.id = id;
    edit.version = 3;
    edit.values[MODEL_ITEM_BASIS] = STR("《娱乐场所管理条例》第三条、第三十一条");
    (void)saved(s, &edit);
    edit.version = 3;
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &edit), ERR_CONFLICT);
    agreed(s, id);
    assert_int_equal(publish(s, id, date_of_time(MORNING)), ERR_OK);
    assert_string_equal(story_text(s, "SELECT code FROM item WHERE name = '娱乐场所经营检查'"),
                        "WHLY-S0001");
    assert_string_equal(story_text(s, "SELECT compiler FROM item WHERE code = 'WHLY-S0001'"),
                        "文化和旅游局");
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_step"), 7);
    assert_int_equal(publish(s, id, date_of_time(MORNING)), ERR_STATE);
    struct store_item_step *steps = NULL;
    size_t count = 0;
    assert_int_equal(office_draft_steps(&steps, &count, by(s, "li", "WHLY"), id), ERR_OK);
    static const char *const course[] = {"saved",     "submitted", "returned", "saved",
                                         "submitted", "approved",  "published"};
    for (size_t i = 0; i < count; i++)
        assert_true(str_eq(steps[i].step, str_of(course[i])));
    assert_true(str_eq(steps[2].words, STR("依据不全，请补充条款")));
}

static void R2_an_incomplete_item_is_saved_but_not_handed_in(void **state)
{
    struct story *s = *state;
    static const enum model_item_field needed[] = {MODEL_ITEM_CATEGORY, MODEL_ITEM_SUBJECT,
                                                   MODEL_ITEM_CONTENT, MODEL_ITEM_METHODS,
                                                   MODEL_ITEM_BASIS};
    county(s);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        struct office_draft_edit edit = whole("缺项");
        edit.values[needed[i]] = STR("");
        int64_t id = saved(s, &edit);
        assert_int_equal(office_draft_submit(by(s, "wang", "WHLY"), id, 1), ERR_INPUT);
        assert_string_equal(s->e.fault.field, model_items.fields[needed[i]].name);
    }
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_draft WHERE state = 'draft'"), 5);
}

static void R5_a_general_item_has_a_cap_and_a_key_item_none(void **state)
{
    struct story *s = *state;
    int64_t id = 0;
    struct office_draft_edit edit = whole("比例");
    county(s);
    edit.values[MODEL_ITEM_CAP] = STR("11%");
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &edit), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "cap");
    assert_non_null(strstr(s->e.fault.text, "舞政〔2020〕2号"));
    edit.values[MODEL_ITEM_CAP] = STR("3%");
    id = saved(s, &edit);
    struct office_draft d;
    assert_int_equal(office_draft_get(&d, by(s, "wang", "WHLY"), id), ERR_OK);
    assert_true(str_eq(d.values[MODEL_ITEM_CAP], STR("3/100")));
    edit.values[MODEL_ITEM_CAP] = STR("");
    id = saved(s, &edit);
    assert_int_equal(office_draft_get(&d, by(s, "wang", "WHLY"), id), ERR_OK);
    assert_true(str_eq(d.values[MODEL_ITEM_CAP], STR("1/10")));
    edit.values[MODEL_ITEM_CLASS] = STR("key");
    id = saved(s, &edit);
    assert_int_equal(office_draft_get(&d, by(s, "wang", "WHLY"), id), ERR_OK);
    assert_true(str_eq(d.values[MODEL_ITEM_CAP], STR("1/1")));
}

static void R7_a_version_holds_from_its_day_and_older_tasks_keep_theirs(void **state)
{
    struct story *s = *state;
    struct office_draft_edit edit = whole("场所检查");
    uint64_t moved = 9;
    int32_t today = date_of_time(MORNING);
    county(s);
    int64_t id = saved(s, &edit);
    agreed(s, id);
    assert_int_equal(publish(s, id, today - 1), ERR_INPUT);
    assert_int_equal(publish(s, id, today), ERR_OK);
    story_run(s, "INSERT INTO task_item (tenant, task, item, department) SELECT tenant, 7, id,"
                 " department FROM item WHERE code = 'WHLY-S0001'");
    edit.kind = STR("change");
    edit.code = STR("WHLY-S0001");
    edit.reason = STR("条例修订");
    edit.values[MODEL_ITEM_CONTENT] = STR("经营许可；未成年人保护");
    int64_t change = saved(s, &edit);
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &edit), ERR_STATE);
    agreed(s, change);
    assert_int_equal(publish(s, change, today + 30), ERR_OK);
    struct store_item *versions = NULL;
    size_t count = 0;
    assert_int_equal(office_item(&versions, &count, by(s, "wang", "WHLY"), STR("WHLY-S0001")),
                     ERR_OK);
    assert_int_equal(count, 2);
    assert_true(str_eq(versions[0].state, STR("coming")));
    assert_true(str_eq(versions[1].state, STR("active")));
    struct store_public_item *shown = NULL;
    assert_int_equal(office_portal_item(&shown, &count, by(s, "", "*"), STR("WHLY-S0001")), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(shown[0].valid_from, today + 30);
    s->e.now = MORNING + 29 * DAY;
    assert_int_equal(office_items_follow(&moved, by(s, "serve", "*")), ERR_OK);
    assert_int_equal(moved, 0);
    s->e.now = MORNING + 30 * DAY;
    assert_int_equal(office_items_follow(&moved, by(s, "serve", "*")), ERR_OK);
    assert_int_equal(moved, 1);
    assert_int_equal(office_items_follow(&moved, by(s, "serve", "*")), ERR_OK);
    assert_int_equal(moved, 0);
    assert_int_equal(
        story_number(s, "SELECT version FROM item WHERE code = 'WHLY-S0001' AND state = 'active'"),
        2);
    assert_int_equal(
        story_number(s, "SELECT i.version FROM task_item t JOIN item i ON i.tenant = t.tenant"
                        " AND i.id = t.item WHERE t.task = 7"),
        1);
}

static void a_coming_version_can_be_taken_back_and_stays_in_the_history(void **state)
{
    struct story *s = *state;
    struct office_draft_edit edit = whole("场所检查");
    uint64_t moved = 9;
    int32_t today = date_of_time(MORNING);
    county(s);
    int64_t id = saved(s, &edit);
    agreed(s, id);
    assert_int_equal(publish(s, id, today + 5), ERR_OK);
    assert_int_equal(office_item_withdraw(by(s, "ban", "*"), STR("WHLY-S0001"), STR("")),
                     ERR_INPUT);
    assert_int_equal(office_item_withdraw(by(s, "ban", "*"), STR("WHLY-S0001"), STR("上级未同意")),
                     ERR_OK);
    assert_int_equal(office_item_withdraw(by(s, "ban", "*"), STR("WHLY-S0001"), STR("上级未同意")),
                     ERR_MISSING);
    s->e.now = MORNING + 6 * DAY;
    assert_int_equal(office_items_follow(&moved, by(s, "serve", "*")), ERR_OK);
    assert_int_equal(moved, 0);
    assert_string_equal(story_text(s, "SELECT state FROM item WHERE code = 'WHLY-S0001'"),
                        "withdrawn");
}

static void an_item_ends_on_its_day(void **state)
{
    struct story *s = *state;
    uint64_t moved = 0;
    struct office_draft_edit end = {
        .kind = STR("close"), .code = STR("SCJG-S0002"), .reason = STR("")};
    int64_t id = 0;
    county(s);
    for (size_t i = 0; i < MODEL_ITEM_COUNT; i++)
        end.values[i] = STR("");
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &end), ERR_MISSING);
    assert_int_equal(office_draft_save(&id, by(s, "sun", "SCJG"), &end), ERR_OK);
    assert_int_equal(office_draft_submit(by(s, "sun", "SCJG"), id, 1), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "reason");
    end.id = id;
    end.version = 1;
    end.reason = STR("依据已废止");
    assert_int_equal(office_draft_save(&id, by(s, "sun", "SCJG"), &end), ERR_OK);
    assert_int_equal(office_draft_submit(by(s, "sun", "SCJG"), id, 2), ERR_OK);
    const struct office_item_review r = {id, 3, true, STR("")};
    assert_int_equal(office_draft_review(by(s, "li", "WHLY"), &r), ERR_MISSING);
    assert_int_equal(office_draft_review(by(s, "qian", "SCJG"), &r), ERR_OK);
    assert_int_equal(publish(s, id, date_of_time(MORNING) + 1), ERR_OK);
    assert_string_equal(story_text(s, "SELECT state FROM item WHERE code = 'SCJG-S0002'"),
                        "active");
    s->e.now = MORNING + DAY;
    assert_int_equal(office_items_follow(&moved, by(s, "serve", "*")), ERR_OK);
    assert_int_equal(moved, 1);
    assert_string_equal(story_text(s, "SELECT state FROM item WHERE code = 'SCJG-S0002'"),
                        "closed");
}

static void another_departments_draft_is_not_there(void **state)
{
    struct story *s = *state;
    struct office_draft_edit edit = whole("场所检查");
    struct office_draft d;
    struct office_draft *rows = NULL;
    size_t count = 9;
    int64_t waiting = 9;
    county(s);
    int64_t id = saved(s, &edit);
    assert_int_equal(office_draft_get(&d, by(s, "sun", "SCJG"), id), ERR_MISSING);
    assert_int_equal(office_drafts(&rows, &count, by(s, "sun", "SCJG"), STR("")), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(office_draft_submit(by(s, "sun", "SCJG"), id, 1), ERR_MISSING);
    assert_int_equal(office_draft_drop(by(s, "sun", "SCJG"), id, 1), ERR_MISSING);
    edit.id = id;
    edit.version = 1;
    assert_int_equal(office_draft_save(&id, by(s, "sun", "SCJG"), &edit), ERR_MISSING);
    assert_int_equal(office_draft_count(&waiting, by(s, "sun", "SCJG"), STR("draft")), ERR_OK);
    assert_int_equal(waiting, 0);
    assert_int_equal(office_draft_count(&waiting, by(s, "ban", "*"), STR("draft")), ERR_OK);
    assert_int_equal(waiting, 1);
    struct errand *nobody = by(s, "x", "WHLY");
    nobody->scope.level = MODEL_SCOPE_NONE;
    assert_int_equal(office_draft_get(&d, nobody, id), ERR_MISSING);
}

static void R12_partners_are_departments_and_never_the_lead(void **state)
{
    struct story *s = *state;
    int64_t id = 0;
    struct office_draft_edit edit = whole("联合检查");
    county(s);
    edit.values[MODEL_ITEM_PARTNERS] = STR("消防救援大队、税务局");
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &edit), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "partners");
    edit.values[MODEL_ITEM_PARTNERS] = STR("消防救援大队、文化和旅游局");
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &edit), ERR_INPUT);
    edit.values[MODEL_ITEM_PARTNERS] = STR("XFJY，市场监督管理局;消防救援大队");
    id = saved(s, &edit);
    struct office_draft d;
    assert_int_equal(office_draft_get(&d, by(s, "wang", "WHLY"), id), ERR_OK);
    assert_true(str_eq(d.values[MODEL_ITEM_PARTNERS], STR("消防救援大队、市场监督管理局")));
}

static void a_double_submit_makes_one_draft(void **state)
{
    struct story *s = *state;
    int64_t first = 0;
    int64_t second = 0;
    const struct office_draft_edit edit = whole("场所检查");
    county(s);
    struct errand *e = by(s, "wang", "WHLY");
    e->key = STR("desk-1-abc");
    assert_int_equal(office_draft_save(&first, e, &edit), ERR_OK);
    e->key = STR("desk-1-abc");
    assert_int_equal(office_draft_save(&second, e, &edit), ERR_OK);
    assert_int_equal(first, second);
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_draft"), 1);
}

/* Three columns and the words of real joint lists (items/fenyang_joint_items_excerpt.csv). */
static const char joint_list[] =
    "发起部门,抽查领域,抽查事项,检查对象,配合部门\n"
    "文化和旅游部门,娱乐,歌舞娱乐场所检查,歌舞娱乐场所,\"市场监管部门、消防救援机构\"\n"
    "市场监管部门,广告,广告经营检查,广告经营者,\"文旅部门、市场监管领域相关部门\"\n"
    "市监局、文旅局,演出,演出票务检查,演出经营者,税务部门\n";

static void joint_county(struct story *s)
{
    story_import_text(s, "departments",
                      "部门代码,部门名称,简称、别称\nSCJG,沁阳市市场监督管理局,市监局\n"
                      "XFJY,消防救援大队,\nWHLY,文化和旅游局,\"文旅部门、文旅局\"\n");
    s->e.now = MORNING;
}

/* A row of item_unit as role:words>department, in the order of the list. */
static const char *units_of(struct story *s, const char *table, const char *name)
{
    struct buf text = {0};
    for (int i = 0; i < 6; i++) {
        char sql[500];
        snprintf(sql, sizeof sql,
                 "SELECT COALESCE(MAX(u.role || ':' || u.words || '>' || u.department), '')"
                 " FROM item_unit u JOIN %s i ON i.tenant = u.tenant AND i.id = u.item"
                 " WHERE i.name = '%s' AND u.place = %d AND i.state IN ('active', 'open')",
                 table, name, i);
        const char *one = story_text(s, sql);
        buf_printf(&text, "%s%s", text.len > 0 && one[0] != '\0' ? " " : "", one);
    }
    struct str copy = arena_str(&s->arena, buf_view(&text));
    buf_free(&text);
    return copy.data;
}

static void R12_an_imported_joint_list_names_departments_of_ours_and_keeps_other_words(void **state)
{
    struct story *s = *state;
    joint_county(s);
    story_import_text(s, "items", joint_list);
    story_counts(s, &(struct story_counts){3, 3, 0, 0, 0, 2});
    story_warning(s, 3, "配合部门“市场监管领域相关部门”不在部门名录中");
    story_warning(s, 4, "配合部门“税务部门”");
    assert_string_equal(
        units_of(s, "item", "歌舞娱乐场所检查"),
        "lead:文化和旅游部门>WHLY partner:市场监管部门>SCJG partner:消防救援机构>XFJY");
    assert_string_equal(
        units_of(s, "item", "广告经营检查"),
        "lead:市场监管部门>SCJG partner:文旅部门>WHLY partner:市场监管领域相关部门>");
    assert_string_equal(units_of(s, "item", "演出票务检查"),
                        "lead:市监局>SCJG lead:文旅局>WHLY partner:税务部门>");
    assert_string_equal(story_text(s, "SELECT department FROM item WHERE name = '演出票务检查'"),
                        "SCJG");
    story_import_text(s, "items", joint_list);
    story_counts(s, &(struct story_counts){3, 0, 0, 3, 0, 2});
    /* the department comes into the registry afterwards */
    story_import_text(s, "departments", "部门代码,部门名称\nSWJ,国家税务总局沁阳市税务局\n");
    assert_string_equal(units_of(s, "item", "演出票务检查"),
                        "lead:市监局>SCJG lead:文旅局>WHLY partner:税务部门>");
    story_import_text(s, "departments",
                      "部门代码,部门名称,简称\nSWJ,国家税务总局沁阳市税务局,税务局\n");
    assert_string_equal(units_of(s, "item", "演出票务检查"),
                        "lead:市监局>SCJG lead:文旅局>WHLY partner:税务部门>SWJ");
    story_import_text(s, "items", joint_list);
    story_counts(s, &(struct story_counts){3, 0, 0, 3, 0, 1});
}

/* Lists come before departments do: an item, or a superior's row, of a department that nobody knew
 * gets it when the department comes or learns that name; the version stays the one it was. */
static void R1_an_item_finds_its_department_once_that_is_there(void **state)
{
    static const char list[] = "编制单位,抽查类别,抽查事项,检查对象,实施部门\n"
                               "城管部门,市容,户外广告检查,企业,\n"
                               "省厅,粮食,储粮检查,企业,粮食和储备局\n"
                               "省厅,盐业,食盐检查,企业,盐务局\n";
    struct story *s = *state;
    joint_county(s);
    story_import_text(s, "items", list);
    story_counts(s, &(struct story_counts){3, 3, 0, 0, 0, 2});
    s->e.now += 1000000;
    story_run(
        s, "INSERT INTO item_superior (tenant, id, list, number, compiler, category, name, class,"
           " objects, methods, subject, content, basis, ratio, frequency, cap_num, cap_den,"
           " department, partners, labels, form, state, job, at) VALUES ('410882', 7, '省清单',"
           " '', '城管部门', '市容', '占道检查', 'general', '', '', '', '', '', '', '', 0, 1, '',"
           " '', '', '', 'open', 7, 7)");
    story_import_text(s, "departments",
                      "部门代码,部门名称,简称\nCGJ,沁阳市城市管理局,城管局\nLSJ,粮食和储备局,\n");
    assert_string_equal(story_text(s, "SELECT department FROM item WHERE name = '户外广告检查'"),
                        "CGJ");
    assert_string_equal(story_text(s, "SELECT department FROM item WHERE name = '储粮检查'"),
                        "LSJ");
    assert_string_equal(story_text(s, "SELECT department FROM item WHERE name = '食盐检查'"),
                        "盐务局");
    assert_string_equal(
        story_text(s, "SELECT department FROM item_superior WHERE name = '占道检查'"), "CGJ");
    assert_int_equal(
        story_number(s, "SELECT count(id) FROM audit WHERE action = 'item-department'"), 3);
    story_import_text(s, "items", list);
    story_counts(s, &(struct story_counts){3, 0, 0, 3, 0, 1});
    assert_int_equal(story_number(s, "SELECT max(version) FROM item"), 1);
}

/* What the documents want by a day of each year: every department's list, a joint one, people. */
static void R9_R33_what_a_year_still_lacks_is_counted(void **state)
{
    struct story *s = *state;
    struct office_catalogue_gap gap;
    joint_county(s);
    assert_int_equal(office_catalogue_gap(&gap, &s->e), ERR_OK);
    assert_int_equal(gap.departments, 3);
    assert_int_equal(gap.joint, 0);
    assert_int_equal(gap.bare, 3);
    assert_true(str_eq(gap.joint_until, STR("03-31")) && str_eq(gap.registry_until, STR("03-31")));
    story_import_text(s, "items", joint_list);
    story_import_text(s, "inspectors",
                      "姓名,单位,执法证号,人员状态\n张三,沁阳市市场监督管理局,A1,在岗\n"
                      "李四,消防救援大队,A2,离岗\n");
    assert_int_equal(office_catalogue_gap(&gap, &s->e), ERR_OK);
    assert_int_equal(gap.departments, 1);
    assert_int_equal(gap.joint, 3);
    assert_int_equal(gap.bare, 2);
}

static void R12_a_name_that_two_departments_share_means_neither(void **state)
{
    struct story *s = *state;
    story_import_text(s, "departments",
                      "部门代码,部门名称\nJYJ,教育局\nJYW,教育委员会\nGAJ,公安局\n");
    story_import_text(s, "items",
                      "发起部门,抽查领域,抽查事项,检查对象,配合部门\n"
                      "公安部门,保安,保安检查,保安公司,教育部门\n"
                      "焦作市公安局,保安,枪支检查,保安公司,教育局\n"
                      "沁阳市公安局,保安,印章检查,印章业,教育局\n");
    story_counts(s, &(struct story_counts){3, 3, 0, 0, 0, 2});
    story_warning(s, 2, "配合部门“教育部门”");
    story_warning(s, 3, "牵头部门“焦作市公安局”"); /* the superior city's is another */
    assert_string_equal(units_of(s, "item", "保安检查"), "lead:公安部门>GAJ partner:教育部门>");
    assert_string_equal(units_of(s, "item", "印章检查"),
                        "lead:沁阳市公安局>GAJ partner:教育局>JYJ");
}

/* --- superiors' lists --- */

static void superior(struct story *s, const char *list, const char *path)
{
    const struct office_import job = {
        .resource = STR("superior"), .path = path, .list = str_of(list)};
    enum err err = story_import_err(s, &job);
    if (err != ERR_OK)
        print_message("# %s\n", s->e.fault.text);
    assert_int_equal(err, ERR_OK);
}

static int64_t row_of(struct story *s, const char *name)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT id FROM item_superior WHERE name = '%s'", name);
    return story_number(s, sql);
}

static const char province[] =
    "序号,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查内容,检查依据,实施部门\n"
    "1,食品安全,食品销售监督检查,食品销售者,重点,现场检查,县级,索证索票；进货查验,食品安全法,"
    "市场监督管理局\n"
    "2,广告,广告经营检查,广告经营者,一般,书面检查,县级,广告内容,广告法,市场监督管理局\n"
    "3,文化市场,网吧检查,上网服务场所,一般,实地核查,县级,实名登记,条例,\n"
    "4,海事,船舶检查,船舶,一般,实地核查,市级,证书,条例,\n";

static void R10_a_department_claims_or_declines_what_the_superior_lists(void **state)
{
    struct story *s = *state;
    struct store_superior *rows = NULL;
    size_t count = 0;
    int64_t total = 0;
    county(s);
    superior(s, "省清单2026", story_file(s, "province.csv", province));
    superior(s, "省清单2026", story_file(s, "province.csv", province));
    assert_int_equal(s->report.same, 4);
    struct store_superior_find find = {.state = STR("open"), .like = STR("%"), .most = 50};
    assert_int_equal(office_superiors(&rows, &count, &total, by(s, "wang", "WHLY"), &find), ERR_OK);
    assert_int_equal(total, 2); /* what nobody was named for */
    assert_int_equal(office_superiors(&rows, &count, &total, by(s, "sun", "SCJG"), &find), ERR_OK);
    assert_int_equal(total, 4);
    assert_int_equal(count, 4);
    int64_t ids[] = {row_of(s, "食品销售监督检查"), row_of(s, "广告经营检查")};
    const struct office_superior_answer ours = {.ids = ids, .count = 2};
    assert_int_equal(office_superior_claim(by(s, "wang", "WHLY"), &ours), ERR_MISSING);
    assert_int_equal(office_superior_claim(by(s, "sun", "SCJG"), &ours), ERR_OK);
    assert_int_equal(office_superior_claim(by(s, "sun", "SCJG"), &ours), ERR_STATE);
    /* the first says something new, the second what the department has */
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_draft"), 1);
    assert_string_equal(story_text(s, "SELECT code FROM item_draft"), "SCJG-S0001");
    assert_string_equal(story_text(s, "SELECT kind FROM item_draft"), "change");
    int64_t net = row_of(s, "网吧检查");
    const struct office_superior_answer second = {.ids = &net, .count = 1};
    assert_int_equal(office_superior_claim(by(s, "wang", "WHLY"), &second), ERR_OK);
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_draft WHERE kind = 'new'"), 1);
    int64_t ship = row_of(s, "船舶检查");
    struct office_superior_answer no = {.ids = &ship, .count = 1, .reason = STR("")};
    assert_int_equal(office_superior_decline(by(s, "wang", "WHLY"), &no), ERR_INPUT);
    no.reason = STR("不属于本部门职责");
    assert_int_equal(office_superior_decline(by(s, "wang", "WHLY"), &no), ERR_OK);
    no.department = STR("XFJY");
    no.reason = STR("请消防核对");
    assert_int_equal(office_superior_assign(by(s, "wang", "WHLY"), &no), ERR_FORBIDDEN);
    assert_int_equal(office_superior_assign(by(s, "ban", "*"), &no), ERR_OK);
    find.reach = (struct store_reach){0};
    assert_int_equal(office_superiors(&rows, &count, &total, by(s, "zhou", "XFJY"), &find), ERR_OK);
    assert_int_equal(total, 1);
    struct store_superior_list *lists = NULL;
    assert_int_equal(office_superior_lists(&lists, &count, by(s, "ban", "*")), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(lists[0].rows, 4);
    assert_int_equal(lists[0].open, 1);
    assert_int_equal(lists[0].claimed, 3);
}

static void R12_a_claimed_joint_item_keeps_its_partners(void **state)
{
    struct story *s = *state;
    struct office_draft d;
    joint_county(s);
    superior(s, "省联合清单", story_file(s, "joint.csv", joint_list));
    s->e.now = MORNING;
    assert_string_equal(
        units_of(s, "item_superior", "广告经营检查"),
        "lead:市场监管部门>SCJG partner:文旅部门>WHLY partner:市场监管领域相关部门>");
    int64_t id = row_of(s, "广告经营检查");
    const struct office_superior_answer lead = {.ids = &id, .count = 1};
    assert_int_equal(office_superior_claim(by(s, "sun", "SCJG"), &lead), ERR_OK);
    id = story_number(s, "SELECT draft FROM item_superior WHERE name = '广告经营检查'");
    assert_int_equal(office_draft_get(&d, by(s, "sun", "SCJG"), id), ERR_OK);
    assert_true(str_eq(d.values[MODEL_ITEM_PARTNERS], STR("文化和旅游局、市场监管领域相关部门")));
    /* what the list said may stay, what is made up may not */
    struct office_draft_edit edit = {.id = id, .version = 1, .kind = STR("new")};
    memcpy(edit.values, d.values, sizeof edit.values);
    edit.values[MODEL_ITEM_CAP] = STR("");
    edit.values[MODEL_ITEM_SUBJECT] = STR("县级");
    edit.values[MODEL_ITEM_CONTENT] = STR("广告内容");
    edit.values[MODEL_ITEM_METHODS] = STR("书面检查");
    edit.values[MODEL_ITEM_BASIS] = STR("《广告法》第六条");
    edit.values[MODEL_ITEM_PARTNERS] = STR("文旅局、海关");
    assert_int_equal(office_draft_save(&id, by(s, "sun", "SCJG"), &edit), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "partners");
    edit.values[MODEL_ITEM_PARTNERS] = d.values[MODEL_ITEM_PARTNERS];
    assert_int_equal(office_draft_save(&id, by(s, "sun", "SCJG"), &edit), ERR_OK);
    assert_int_equal(office_draft_submit(by(s, "sun", "SCJG"), id, 2), ERR_OK);
    const struct office_item_review r = {id, 3, true, STR("")};
    assert_int_equal(office_draft_review(by(s, "qian", "SCJG"), &r), ERR_OK);
    assert_int_equal(publish(s, id, date_of_time(MORNING)), ERR_OK);
    assert_string_equal(
        units_of(s, "item", "广告经营检查"),
        "lead:沁阳市市场监督管理局>SCJG partner:文化和旅游局>WHLY partner:市场监管领域相关部门>");
    /* a partner that claims does not lose the lead */
    id = row_of(s, "歌舞娱乐场所检查");
    const struct office_superior_answer moved = {
        .ids = &id, .count = 1, .department = STR("XFJY"), .reason = STR("由消防办理")};
    assert_int_equal(office_superior_assign(by(s, "ban", "*"), &moved), ERR_OK);
    assert_int_equal(office_superior_claim(by(s, "zhou", "XFJY"), &moved), ERR_OK);
    id = story_number(s, "SELECT draft FROM item_superior WHERE name = '歌舞娱乐场所检查'");
    assert_int_equal(office_draft_get(&d, by(s, "zhou", "XFJY"), id), ERR_OK);
    assert_true(str_eq(d.values[MODEL_ITEM_PARTNERS], STR("文化和旅游局、沁阳市市场监督管理局")));
}

/* Every row of two real lists goes in, with each of its departments as a row. */
static void R12_the_real_joint_lists_go_in_with_all_whom_they_name(void **state)
{
    /* told apart with Python: rows, rows that name a partner, words for leads and partners of those
     * rows, each once a row (csv, split at 、，;,) */
    static const struct {
        const char *path;
        int64_t rows;
        int64_t joint;
        int64_t units;
    } lists[] = {{"items/fenyang_joint_items_excerpt.csv", 11, 11, 30},
                 {"items/hainan_joint_items_v2.csv", 83, 82, 192}};
    struct story *s = *state;
    char path[256];
    int64_t rows = 0, joint = 0, units = 0;
    joint_county(s);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (story_shared(path, sizeof path, lists[i].path) == NULL)
            return;
        superior(s, lists[i].path, path);
        rows += lists[i].rows;
        joint += lists[i].joint;
        units += lists[i].units;
        assert_int_equal(story_number(s, "SELECT count(id) FROM item_superior"), rows);
        assert_int_equal(story_number(s, "SELECT count(DISTINCT item) FROM item_unit"), joint);
        assert_int_equal(story_number(s, "SELECT count(*) FROM item_unit"), units);
    }
    assert_true(story_number(s, "SELECT count(*) FROM item_unit WHERE department = 'SCJG'"
                                " AND role = 'partner' AND words = '市场监管部门'") > 10);
    assert_int_equal(story_number(s, "SELECT count(*) FROM item_unit WHERE department <> ''"
                                     " AND words = '市场监管领域相关部门'"),
                     0);
}

static void a_claimed_draft_that_is_taken_back_opens_the_row_again(void **state)
{
    struct story *s = *state;
    county(s);
    superior(s, "省清单2026", story_file(s, "province.csv", province));
    int64_t net = row_of(s, "网吧检查");
    const struct office_superior_answer answer = {.ids = &net, .count = 1};
    assert_int_equal(office_superior_claim(by(s, "wang", "WHLY"), &answer), ERR_OK);
    int64_t id = story_number(s, "SELECT draft FROM item_superior WHERE name = '网吧检查'");
    assert_int_equal(office_draft_drop(by(s, "wang", "WHLY"), id, 1), ERR_OK);
    assert_string_equal(story_text(s, "SELECT state FROM item_superior WHERE name = '网吧检查'"),
                        "open");
    assert_int_equal(office_superior_claim(by(s, "wang", "WHLY"), &answer), ERR_OK);
}

static void an_import_does_not_change_an_item_behind_its_coming_version(void **state)
{
    struct story *s = *state;
    county(s);
    struct office_draft_edit edit = whole("广告经营检查");
    edit.kind = STR("change");
    edit.code = STR("SCJG-S0002");
    edit.reason = STR("修订");
    int64_t id = 0;
    assert_int_equal(office_draft_save(&id, by(s, "sun", "SCJG"), &edit), ERR_OK);
    assert_int_equal(office_draft_submit(by(s, "sun", "SCJG"), id, 1), ERR_OK);
    const struct office_item_review r = {id, 2, true, STR("")};
    assert_int_equal(office_draft_review(by(s, "qian", "SCJG"), &r), ERR_OK);
    assert_int_equal(publish(s, id, date_of_time(MORNING) + 9), ERR_OK);
    story_import_text(s, "items",
                      "编制单位,抽查类别,抽查事项,检查对象,检查内容\n"
                      "市场监督管理局,食品安全,食品销售监督检查,食品销售者,冷链\n"
                      "市场监督管理局,广告,广告经营检查,广告经营者,互联网广告\n");
    const struct story_counts want = {.seen = 2, .changed = 1, .rejected = 1};
    story_counts(s, &want);
    story_problem(s, 3, "尚未施行");
}

static void R10_the_real_list_of_a_province_is_claimed_whole(void **state)
{
    struct story *s = *state;
    char path[256];
    int64_t ids[400];
    struct store_superior *rows = NULL;
    size_t count = 0;
    int64_t total = 0;
    if (story_shared(path, sizeof path, "items/hainan_2020_random_check_items.csv") == NULL)
        return;
    county(s);
    superior(s, "海南省2020", path);
    struct store_superior_find find = {.state = STR("open"), .like = STR("%"), .most = 400};
    assert_int_equal(office_superiors(&rows, &count, &total, by(s, "sun", "SCJG"), &find), ERR_OK);
    assert_int_equal(total, (int64_t)s->report.added);
    assert_true(count > 50 && count < 400);
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].id;
    const struct office_superior_answer all = {.ids = ids, .count = count};
    enum err err = office_superior_claim(by(s, "sun", "SCJG"), &all);
    if (err != ERR_OK)
        print_message("# %s\n", s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_draft"), (int64_t)count);
    assert_int_equal(
        story_number(s, "SELECT count(id) FROM item_superior WHERE state <> 'claimed'"), 0);
}

static void R17_a_check_outside_the_draw_needs_a_ground(void **state)
{
    struct story *s = *state;
    struct office_outside check = {.object = STR("红星饭店"),
                                   .checked_on = date_of_time(MORNING),
                                   .source = STR("complaint"),
                                   .ground = STR(""),
                                   .note = STR("")};
    struct store_outside *rows = NULL;
    size_t count = 0;
    int64_t drawn = 9;
    county(s);
    assert_int_equal(office_outside_add(by(s, "sun", "SCJG"), &check), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "ground");
    check.ground = STR("《食品安全法》第一百一十条；12315 投诉 2026-118 号");
    check.source = STR("plan");
    assert_int_equal(office_outside_add(by(s, "sun", "SCJG"), &check), ERR_INPUT);
    check.source = STR("complaint");
    assert_int_equal(office_outside_add(by(s, "sun", "SCJG"), &check), ERR_OK);
    assert_int_equal(office_outsides(&rows, &count, &drawn, by(s, "sun", "SCJG"), 2026), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(drawn, 0);
    assert_int_equal(office_outsides(&rows, &count, &drawn, by(s, "wang", "WHLY"), 2026), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(office_outsides(&rows, &count, &drawn, by(s, "sun", "SCJG"), 2025), ERR_OK);
    assert_int_equal(count, 0);
}

/* The list of an item holds the objects whose pages name the item, and no others. */
static void R22_the_list_of_an_item_holds_what_it_applies_to(void **state)
{
    static const struct {
        const char *item;
        int64_t objects;
    } wanted[] = {{"登记事项", 3}, {"食品经营", 2}, {"电梯", 0}};
    struct story *s = *state;
    struct store_item *items = NULL;
    struct office_object_query query = {.filter = {.item = STR("没有的编码")}};
    size_t count = 0, seen = 0;
    int64_t objects = -1;
    s->e.scope = OFFICE_SCOPE_WHOLE;
    story_import_text(s, "departments",
                      "部门代码,部门名称,上级部门\nSCJG,市场监管局,\nXFJY,消防大队,\n");
    story_import_text(s, "items",
                      "抽查事项,编制单位,适用标签\n登记事项,市场监管局,\n"
                      "食品经营,市场监管局,食品、保健品\n电梯,市场监管局,特种设备\n");
    story_import_text(
        s, "objects",
        "统一社会信用代码,检查对象名称,对象类别,监管部门,监管标签\n"
        "P-1,甲,产品,SCJG,食品\nP-2,乙,产品,SCJG,\nP-3,丙,产品,XFJY,保健品、食品安全\n");
    assert_int_equal(office_object_count(&objects, &s->e, &query), ERR_OK);
    assert_int_equal(objects, 0);
    assert_int_equal(office_items(&items, &count, &s->e), ERR_OK);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++) {
            if (!str_eq(items[i].values[MODEL_ITEM_NAME], str_of(wanted[k].item)))
                continue;
            seen++;
            query.filter.item = items[i].code;
            s->e.scope = OFFICE_SCOPE_WHOLE;
            assert_int_equal(office_object_count(&objects, &s->e, &query), ERR_OK);
            assert_int_equal(objects, wanted[k].objects);
            s->e.scope =
                (struct office_scope){.level = MODEL_SCOPE_DEPARTMENT, .department = STR("XFJY")};
            assert_int_equal(office_object_count(&objects, &s->e, &query), ERR_OK);
            assert_int_equal(objects, wanted[k].objects > 0 ? 1 : 0);
        }
    assert_int_equal(seen, 3);
}

/* Only what still does business is inspected: 吊销, 注销, 撤销 and 迁出 have no items. */
static void R22_no_item_applies_to_objects_that_are_closed(void **state)
{
    struct story *s = *state;
    struct store_item *items = NULL;
    struct office_object_query query = {0};
    struct office_object object = {0};
    size_t count = 0;
    int64_t objects = -1;
    s->e.scope = OFFICE_SCOPE_WHOLE;
    story_import_text(s, "departments", "部门代码,部门名称\nSCJG,市场监管局\n");
    story_import_text(s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,登记状态,监管部门,监管标签\n"
                      "P-1,甲,产品,存续,SCJG,食品\nP-2,乙,产品,注销,SCJG,食品\n"
                      "P-3,丙,产品,吊销,SCJG,\nP-4,丁,产品,撤销,SCJG,食品\n"
                      "P-5,戊,产品,迁出,SCJG,食品\nP-6,己,产品,存续,SCJG,\n");
    story_import_text(s, "items",
                      "抽查事项,编制单位,适用标签\n登记事项,市场监管局,\n食品经营,市场监管局,食品\n"
                      "公示信息,市场监管局,\n");
    /* the hint: two items without labels, for the two objects in being */
    assert_int_equal(s->report.unlabelled, 2);
    assert_int_equal(s->report.objects, 2);
    assert_int_equal(s->report.warned, 0);
    assert_int_equal(office_items(&items, &count, &s->e), ERR_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        bool food = str_eq(items[i].values[MODEL_ITEM_NAME], STR("食品经营"));
        query.filter.item = items[i].code;
        assert_int_equal(office_object_count(&objects, &s->e, &query), ERR_OK);
        assert_int_equal(objects, food ? 1 : 2);
    }
    static const size_t applicable[] = {3, 0, 0, 0, 0, 2};
    for (size_t i = 0; i < 6; i++) {
        const char *names[] = {"甲", "乙", "丙", "丁", "戊", "己"};
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT pool_id FROM object WHERE name = '%s'", names[i]);
        struct str id = str_of(story_text(s, sql));
        assert_int_equal(office_object_show(&object, &s->e, id), ERR_OK);
        assert_int_equal(object.item_count, applicable[i]);
    }
}

/* R27: lists and drafts say where a label is no word of the vocabulary, and which is nearest. */
static void R27_labels_of_items_are_words_of_the_vocabulary(void **state)
{
    struct story *s = *state;
    struct office_draft_edit edit = whole("标签");
    struct office_draft d;
    int64_t id = 0;
    county(s);
    story_import_text(s, "items", "编制单位,抽查事项,适用标签\n文化和旅游局,旧事项,歌舞娱乐\n");
    assert_int_equal(s->report.warned, 0); /* no vocabulary yet: nothing to check by */
    story_import_text(s, "labels",
                      "标签,用途\n娱乐场所,检查对象\n歌舞娱乐场所,检查对象\n网吧,检查对象\n"
                      "安全,检查人员\n");
    story_import_text(s, "items",
                      "编制单位,抽查事项,适用标签\n文化和旅游局,甲,网吧、歌舞娱乐\n"
                      "文化和旅游局,乙,娱乐场锁\n文化和旅游局,丙,完全不同的词\n"
                      "文化和旅游局,丁,安全\n文化和旅游局,戊,娱乐场所\n");
    story_counts(s, &(struct story_counts){5, 5, 0, 0, 0, 4});
    story_warning(s, 2, "“歌舞娱乐”不在标签字库中，最接近的是“歌舞娱乐场所”"); /* held by it */
    story_warning(s, 3, "最接近的是“娱乐场所”");                               /* one character */
    story_warning(s, 4, "“完全不同的词”不在标签字库中；");                     /* none is near */
    story_warning(s, 5, "“安全”不在标签字库中"); /* a word for people, not for objects */
    s->e.now = MORNING;
    edit.values[MODEL_ITEM_LABELS] = STR("网吧、歌厅");
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &edit), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "labels");
    assert_non_null(strstr(s->e.fault.text, "歌厅"));
    edit.values[MODEL_ITEM_LABELS] = STR("网吧、娱乐场所");
    (void)saved(s, &edit);
    /* an item in force keeps the unknown word that it has, and takes no other */
    edit.kind = STR("change");
    edit.code =
        str_of(story_text(s, "SELECT code FROM item WHERE name = '旧事项' AND state = 'active'"));
    edit.reason = STR("补充");
    edit.values[MODEL_ITEM_LABELS] = STR("歌舞娱乐、网吧");
    id = saved(s, &edit);
    assert_int_equal(office_draft_get(&d, by(s, "wang", "WHLY"), id), ERR_OK);
    assert_true(str_eq(d.values[MODEL_ITEM_LABELS], STR("歌舞娱乐、网吧")));
    edit.id = id;
    edit.version = 1;
    edit.values[MODEL_ITEM_LABELS] = STR("歌舞娱乐、网咖");
    assert_int_equal(office_draft_save(&id, by(s, "wang", "WHLY"), &edit), ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(R11_a_draft_goes_through_another_persons_review),
        STORY_TEST(R2_an_incomplete_item_is_saved_but_not_handed_in),
        STORY_TEST(R5_a_general_item_has_a_cap_and_a_key_item_none),
        STORY_TEST(R7_a_version_holds_from_its_day_and_older_tasks_keep_theirs),
        STORY_TEST(a_coming_version_can_be_taken_back_and_stays_in_the_history),
        STORY_TEST(an_item_ends_on_its_day),
        STORY_TEST(another_departments_draft_is_not_there),
        STORY_TEST(R12_partners_are_departments_and_never_the_lead),
        STORY_TEST(a_double_submit_makes_one_draft),
        STORY_TEST(R10_a_department_claims_or_declines_what_the_superior_lists),
        STORY_TEST(R12_an_imported_joint_list_names_departments_of_ours_and_keeps_other_words),
        STORY_TEST(R1_an_item_finds_its_department_once_that_is_there),
        STORY_TEST(R9_R33_what_a_year_still_lacks_is_counted),
        STORY_TEST(R12_a_name_that_two_departments_share_means_neither),
        STORY_TEST(R12_a_claimed_joint_item_keeps_its_partners),
        STORY_TEST(R12_the_real_joint_lists_go_in_with_all_whom_they_name),
        STORY_TEST(a_claimed_draft_that_is_taken_back_opens_the_row_again),
        STORY_TEST(an_import_does_not_change_an_item_behind_its_coming_version),
        STORY_TEST(R10_the_real_list_of_a_province_is_claimed_whole),
        STORY_TEST(R17_a_check_outside_the_draw_needs_a_ground),
        STORY_TEST(R22_the_list_of_an_item_holds_what_it_applies_to),
        STORY_TEST(R22_no_item_applies_to_objects_that_are_closed),
        STORY_TEST(R27_labels_of_items_are_words_of_the_vocabulary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
