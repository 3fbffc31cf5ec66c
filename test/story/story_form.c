/* Check forms (检查表) and the items that name them, on both databases (R2, R10, R13): what may be
 * chosen, what a name in a list becomes, what is kept when a form is renamed or given up. */
#include "story.h"

#include "base/time.h"
#include "office/attachment.h"
#include "office/catalogue.h"
#include "office/document.h"
#include "office/form.h"
#include "office/portal.h"

#include <string.h>

#define PDF "%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n"
#define SALES "食品销售检查表"
#define SALES_LINE "市场监督管理局,食品安全,网络食品检查,平台,一般,网络监测,县级,亮证,食品安全法,"
#define ITEM_HEADS                                                                                 \
    "编制单位,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查内容,检查依据,"

/* The errand of a person with that reach; department NULL: everywhere. */
static struct errand *as(struct course *c, const char *actor, const char *department)
{
    return course_as(c, actor, department != NULL ? MODEL_SCOPE_DEPARTMENT : MODEL_SCOPE_ALL,
                     department);
}

/* --- forms --- */

static struct str drafted(struct course *c, const char *department, const char *title)
{
    struct str code = STR("");
    const struct office_document_edit edit = {.kind = STR("form"),
                                              .department = str_of(department),
                                              .title = str_of(title),
                                              .number = STR(""),
                                              .item = STR("")};
    assert_int_equal(office_document_save(&code, as(c, "chen", department), &edit), ERR_OK);
    return code;
}

static void attached(struct course *c, const char *department, struct str code)
{
    const struct office_attachment_place place = {.document = code};
    const struct office_attachment_file file = {story_file(c->s, "form.pdf", PDF), STR("表.pdf")};
    assert_int_equal(office_attachment_add(as(c, "chen", department), &place, &file), ERR_OK);
}

static struct str published(struct course *c, const char *department, const char *title)
{
    struct str code = drafted(c, department, title);
    attached(c, department, code);
    assert_int_equal(office_document_submit(as(c, "chen", department), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", department), code), ERR_OK);
    return code;
}

/* The published form under another title. */
static void renamed(struct course *c, struct str code, const char *title)
{
    struct str same = code;
    const struct office_document_edit edit = {.kind = STR("form"),
                                              .department = STR("SCJG"),
                                              .title = str_of(title),
                                              .number = STR(""),
                                              .item = STR("")};
    assert_int_equal(office_document_save(&same, as(c, "chen", "SCJG"), &edit), ERR_OK);
    assert_int_equal(office_document_submit(as(c, "chen", "SCJG"), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", "SCJG"), code), ERR_OK);
}

/* --- items --- */

static struct office_draft_edit whole(struct str form, const char *name)
{
    struct office_draft_edit edit = story_draft("食品安全", "食品销售检查", "食品销售者");
    edit.values[MODEL_ITEM_FORM_CODE] = form;
    edit.values[MODEL_ITEM_FORM] = str_of(name);
    return edit;
}

/* Saved, handed in, agreed to. */
static int64_t agreed(struct course *c, const struct office_draft_edit *edit)
{
    int64_t id = 0;
    assert_int_equal(office_draft_save(&id, as(c, "wang", "SCJG"), edit), ERR_OK);
    assert_int_equal(office_draft_submit(as(c, "wang", "SCJG"), id, story_draft_version(c->s, id)),
                     ERR_OK);
    const struct office_item_review r = {id, story_draft_version(c->s, id), true, STR("")};
    assert_int_equal(office_draft_review(as(c, "zhao", "SCJG"), &r), ERR_OK);
    return id;
}

static enum err in_force(struct course *c, int64_t id)
{
    const struct office_item_publish p = {&id, 1, date_of_time(c->clock), STR("")};
    return office_items_publish(as(c, "ban", NULL), &p);
}

/* The form's code that the portal shows of version `at` (0: newest) of an item. */
static struct str shown(struct course *c, struct str item, size_t at)
{
    struct store_public_item *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_portal_item(&rows, &count, as(c, "leser", NULL), item), ERR_OK);
    assert_in_range(at, 0, count - 1);
    return rows[at].form_code;
}

static void a_check_form_is_submitted_with_its_file_alone(void **state)
{
    struct course *c = *state;
    struct store_form *forms = NULL;
    size_t count = 9;
    struct str code = drafted(c, "SCJG", SALES);
    assert_int_equal(office_document_submit(as(c, "chen", "SCJG"), code), ERR_INPUT);
    assert_non_null(strstr(c->s->e.fault.text, "附件"));
    attached(c, "SCJG", code);
    assert_int_equal(office_document_submit(as(c, "chen", "SCJG"), code), ERR_OK);
    assert_int_equal(office_forms(&forms, &count, as(c, "wang", "XFJY")), ERR_OK);
    assert_int_equal(count, 0); /* submitted is not published */
    assert_int_equal(office_document_publish(as(c, "li", "SCJG"), code), ERR_OK);
    assert_int_equal(office_forms(&forms, &count, as(c, "wang", "XFJY")), ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(forms[0].title, STR(SALES)));
    assert_true(str_eq(forms[0].department_name, STR("市场监督管理局")));
}

static void R2_an_item_names_a_form_in_force_and_the_portal_links_it(void **state)
{
    struct course *c = *state;
    int64_t id = 0;
    struct str code = drafted(c, "SCJG", SALES);
    struct office_draft_edit edit = whole(code, "随便写的");
    assert_int_equal(office_draft_save(&id, as(c, "wang", "SCJG"), &edit), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "form_code");
    attached(c, "SCJG", code);
    assert_int_equal(office_document_submit(as(c, "chen", "SCJG"), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", "SCJG"), code), ERR_OK);
    id = agreed(c, &edit);
    assert_int_equal(in_force(c, id), ERR_OK);
    assert_string_equal(course_text(c, "SELECT form FROM item WHERE name = '食品销售检查'"), SALES);
    struct str item = str_of(course_text(c, "SELECT code FROM item WHERE name = '食品销售检查'"));
    assert_true(str_eq(shown(c, item, 0), code));
    struct store_item *items = NULL;
    size_t count = 0;
    assert_int_equal(office_form_items(&items, &count, as(c, "li", "SCJG"), code), ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(items[0].code, item));
    /* one that is not for everybody has no address in public (R115) */
    const struct office_document_openness fewer = {STR("request"), STR(""), true};
    assert_int_equal(office_document_openness(as(c, "li", "SCJG"), code, &fewer), ERR_OK);
    assert_int_equal(shown(c, item, 0).len, 0);
    const struct office_document_openness all = {STR("open"), STR(""), false};
    assert_int_equal(office_document_openness(as(c, "li", "SCJG"), code, &all), ERR_OK);
    assert_true(str_eq(shown(c, item, 0), code));
    /* any other kind of document is no form */
    struct office_draft_edit other = whole(STR("SCJG-D999"), "");
    assert_int_equal(office_draft_save(&id, as(c, "wang", "SCJG"), &other), ERR_INPUT);
}

static void a_form_in_use_is_not_given_up_before_its_items_let_go_of_it(void **state)
{
    struct course *c = *state;
    struct str code = published(c, "SCJG", SALES);
    struct office_draft_edit edit = whole(code, "");
    assert_int_equal(in_force(c, agreed(c, &edit)), ERR_OK);
    struct str item = str_of(course_text(c, "SELECT code FROM item WHERE name = '食品销售检查'"));
    assert_int_equal(office_document_withdraw(as(c, "li", "SCJG"), code, STR("作废")), ERR_STATE);
    assert_non_null(strstr(c->s->e.fault.text, course_text(c, "SELECT MAX(code) FROM item"
                                                              " WHERE form_code <> ''")));
    struct office_draft_edit without = whole(STR(""), "新表（在制）");
    without.kind = STR("change");
    without.code = item;
    without.reason = STR("换表");
    assert_int_equal(in_force(c, agreed(c, &without)), ERR_OK);
    assert_int_equal(office_document_withdraw(as(c, "li", "SCJG"), code, STR("作废")), ERR_OK);
    assert_int_equal(shown(c, item, 0).len, 0);
    assert_true(str_eq(shown(c, item, 1), code)); /* what was so, stays to be read */
}

static void a_draft_whose_form_was_given_up_meanwhile_is_not_published(void **state)
{
    struct course *c = *state;
    struct str code = published(c, "SCJG", SALES);
    struct office_draft_edit edit = whole(code, "");
    int64_t id = agreed(c, &edit);
    assert_int_equal(office_document_withdraw(as(c, "li", "SCJG"), code, STR("作废")), ERR_OK);
    assert_int_equal(in_force(c, id), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "form_code");
    assert_int_equal(course_number(c, "SELECT count(id) FROM item WHERE form_code <> ''"), 0);
}

static void a_name_that_a_form_has_becomes_a_link_and_another_stays_a_name(void **state)
{
    struct course *c = *state;
    struct str code = published(c, "SCJG", SALES);
    static const char list[] = ITEM_HEADS
        "检查表\n" SALES_LINE SALES "\n"
        "市场监督管理局,广告,户外广告检查,广告主,一般,书面检查,县级,内容,广告法,广告检查表\n"
        "市场监督管理局,计量,加油机检查,加油站,一般,实地核查,县级,检定,计量法,\n";
    story_import_text(c->s, "items", list);
    const struct story_counts want = {.seen = 3, .added = 3, .warned = 1};
    story_counts(c->s, &want);
    story_warning(c->s, 3, "只保存名称");
    assert_string_equal(course_text(c, "SELECT form_code FROM item WHERE name = '网络食品检查'"),
                        "SCJG-D001");
    assert_true(str_eq(code, STR("SCJG-D001")));
    assert_string_equal(course_text(c, "SELECT form FROM item WHERE name = '户外广告检查'"),
                        "广告检查表");
    assert_string_equal(course_text(c, "SELECT form_code FROM item WHERE name = '户外广告检查'"),
                        "");
    story_import_text(c->s, "items", list);
    const struct story_counts same = {.seen = 3, .same = 3, .warned = 1};
    story_counts(c->s, &same);
    /* the form is called otherwise by now: the item's name still means it */
    renamed(c, code, "食品销售者检查表（2026）");
    story_import_text(c->s, "items", list);
    const struct story_counts still = {.seen = 3, .same = 3, .warned = 2};
    story_counts(c->s, &still);
    story_import_text(c->s, "items", ITEM_HEADS "检查表编号\n" SALES_LINE "SCJG-D404\n");
    const struct story_counts none = {.seen = 1, .rejected = 1};
    story_counts(c->s, &none);
    story_problem(c->s, 2, "SCJG-D404");
    story_import_text(c->s, "items", ITEM_HEADS "检查表\n" SALES_LINE "清空\n");
    assert_string_equal(course_text(c, "SELECT form_code FROM item WHERE name = '网络食品检查'"
                                       " AND state = 'active'"),
                        "");
}

static void of_two_forms_of_one_name_a_department_means_its_own(void **state)
{
    struct course *c = *state;
    (void)published(c, "SCJG", "基础检查表");
    (void)published(c, "XFJY", "基础检查表");
    story_import_text(c->s, "items",
                      ITEM_HEADS
                      "实施部门,检查表\n"
                      "市场监督管理局,甲,甲项,企业,一般,实地核查,县级,内容,依据,市场监督管理局,"
                      "基础检查表\n"
                      "消防救援大队,乙,乙项,企业,一般,实地核查,县级,内容,依据,XFJY,基础检查表\n"
                      "生态环境分局,丙,丙项,企业,一般,实地核查,县级,内容,依据,STHJ,基础检查表\n");
    assert_string_equal(course_text(c, "SELECT form_code FROM item WHERE name = '甲项'"),
                        "SCJG-D001");
    assert_string_equal(course_text(c, "SELECT form_code FROM item WHERE name = '乙项'"),
                        "XFJY-D001");
    assert_string_equal(course_text(c, "SELECT form_code FROM item WHERE name = '丙项'"), "");
    story_warning(c->s, 4, "不止一份");
}

static void R10_a_superiors_item_brings_its_form_along_while_it_is_in_force(void **state)
{
    struct course *c = *state;
    struct str code = published(c, "SCJG", SALES);
    const struct office_import job = {
        .resource = STR("superior"),
        .list = STR("省清单"),
        .path = story_file(c->s, "province.csv",
                           ITEM_HEADS
                           "实施部门,检查表,检查表编号\n"
                           "省局,甲,甲项,企业,一般,实地核查,县级,内容,依据,SCJG," SALES ",\n"
                           "省局,乙,乙项,企业,一般,实地核查,县级,内容,依据,SCJG," SALES ",省-7\n")};
    (void)as(c, "ban", NULL);
    assert_int_equal(story_import_err(c->s, &job), ERR_OK);
    story_warning(c->s, 3, "省-7"); /* a number of theirs, not ours */
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM item_superior WHERE form_code = 'SCJG-D001'"), 2);
    int64_t first = course_number(c, "SELECT id FROM item_superior WHERE name = '甲项'");
    int64_t second = course_number(c, "SELECT id FROM item_superior WHERE name = '乙项'");
    const struct office_superior_answer one = {.ids = &first, .count = 1};
    const struct office_superior_answer two = {.ids = &second, .count = 1};
    struct office_draft draft;
    assert_int_equal(office_superior_claim(as(c, "wang", "SCJG"), &one), ERR_OK);
    int64_t id = course_number(c, "SELECT draft FROM item_superior WHERE name = '甲项'");
    assert_int_equal(office_draft_get(&draft, as(c, "wang", "SCJG"), id), ERR_OK);
    assert_true(str_eq(draft.values[MODEL_ITEM_FORM_CODE], code));
    assert_int_equal(office_document_withdraw(as(c, "li", "SCJG"), code, STR("作废")), ERR_OK);
    assert_int_equal(office_superior_claim(as(c, "wang", "SCJG"), &two), ERR_OK);
    id = course_number(c, "SELECT draft FROM item_superior WHERE name = '乙项'");
    assert_int_equal(office_draft_get(&draft, as(c, "wang", "SCJG"), id), ERR_OK);
    assert_int_equal(draft.values[MODEL_ITEM_FORM_CODE].len, 0);
    assert_true(str_eq(draft.values[MODEL_ITEM_FORM], STR(SALES)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(a_check_form_is_submitted_with_its_file_alone),
        COURSE_TEST(R2_an_item_names_a_form_in_force_and_the_portal_links_it),
        COURSE_TEST(a_form_in_use_is_not_given_up_before_its_items_let_go_of_it),
        COURSE_TEST(a_draft_whose_form_was_given_up_meanwhile_is_not_published),
        COURSE_TEST(a_name_that_a_form_has_becomes_a_link_and_another_stays_a_name),
        COURSE_TEST(of_two_forms_of_one_name_a_department_means_its_own),
        COURSE_TEST(R10_a_superiors_item_brings_its_form_along_while_it_is_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
