/* The registers of meetings, documents issued and training courses, on both databases (R143-R145;
 * SECURITY.md AC4, AU1): who sees what, what a file does, how rows are counted, that nothing is
 * deleted. Sums are worked out by hand from the rows below. */
#include "rig_people.h"

#include "base/file.h"
#include "office/attachment.h"
#include "office/register.h"

#include <string.h>

struct house {
    struct story *s;
    int64_t clerk;  /* of A, which B stands under */
    int64_t other;  /* of C */
    int64_t office; /* sees all */
};

static const struct office_register_kind *kind(const char *name)
{
    return office_register_kind(str_of(name));
}

static void house_make(struct house *h, struct story *s)
{
    *h = (struct house){.s = s};
    people_house(s);
    h->clerk = people_add(s, "clerk", "A", MODEL_ROLE_CLERK);
    h->other = people_add(s, "other", "C", MODEL_ROLE_CLERK);
    h->office = people_add(s, "office", "A", MODEL_ROLE_OFFICE);
}

static struct errand *as(struct house *h, int64_t account)
{
    return people_as(h->s, account, MODEL_PERMISSION_REGISTER_EDIT);
}

static const struct office_import_report *take(struct house *h, int64_t account,
                                               const char *register_name, const char *text)
{
    const struct office_import job = {.resource = str_of(register_name),
                                      .path = story_file(h->s, "rows.csv", text),
                                      .scoped = true};
    assert_int_equal(office_import(as(h, account), &job, &h->s->report), ERR_OK);
    return &h->s->report;
}

static size_t found(struct house *h, int64_t account, const char *register_name,
                    const struct office_register_find *find)
{
    static const struct office_register_find any = {0};
    struct office_register_row *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_register_rows(&rows, &count, as(h, account), kind(register_name),
                                          find != NULL ? find : &any),
                     ERR_OK);
    return count;
}

/* A meeting as it is typed. */
static void typed(struct str values[STORE_VALUES_MAX], const char *title, const char *day,
                  const char *department)
{
    for (size_t i = 0; i < STORE_VALUES_MAX; i++)
        values[i] = STR("");
    values[MODEL_REGISTER_TITLE] = str_of(title);
    values[MODEL_REGISTER_DATE] = str_of(day);
    values[MODEL_REGISTER_DEPARTMENT] = str_of(department);
    values[MODEL_MEETING_KIND] = STR("joint");
    values[MODEL_MEETING_ATTENDEES] = STR("乙局，C、省里的单位");
}

static int64_t added(struct house *h, int64_t account, const char *title, const char *day,
                     const char *department)
{
    struct str values[STORE_VALUES_MAX];
    int64_t id = 0;
    typed(values, title, day, department);
    const struct office_register_edit edit = {kind("meetings"), values, STR("")};
    enum err err = office_register_save(&id, as(h, account), &edit);
    if (err != ERR_OK)
        print_message("# %s\n", h->s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    return id;
}

static enum err refused(struct house *h, int64_t account, int64_t id, struct str *values,
                        const char *reason)
{
    const struct office_register_edit edit = {kind("meetings"), values, str_of(reason)};
    return office_register_save(&id, as(h, account), &edit);
}

static struct office_register_page looked(struct house *h, int64_t id)
{
    struct office_register_page page;
    assert_int_equal(office_register_get(&page, as(h, h->office), kind("meetings"), id), ERR_OK);
    return page;
}

static void R143_a_meeting_gets_its_number_and_its_attendees_by_name(void **state)
{
    struct house h;
    house_make(&h, *state);
    int64_t first = added(&h, h.clerk, "联席会议", "2024-03-18", "A");
    int64_t second = added(&h, h.clerk, "部署会", "2024-12-31", "A");
    int64_t below = added(&h, h.clerk, "部署会", "2024-12-31", "B");
    int64_t later = added(&h, h.clerk, "部署会", "2025-01-01", "A");
    static const char *const codes[] = {"A-HY2024-001", "A-HY2024-002", "B-HY2024-001",
                                        "A-HY2025-001"};
    const int64_t ids[] = {first, second, below, later};
    for (size_t i = 0; i < 4; i++) {
        struct office_register_page page = looked(&h, ids[i]);
        assert_true(str_eq(page.row.record.values[MODEL_REGISTER_CODE], str_of(codes[i])));
        assert_true(
            str_eq(page.row.record.values[MODEL_MEETING_ATTENDEES], STR("乙局、丙局、省里的单位")));
    }
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM audit WHERE action = 'register-add'"),
                     4);
}

static void what_is_typed_wrong_is_told_at_its_field(void **state)
{
    struct house h;
    house_make(&h, *state);
    added(&h, h.clerk, "联席会议", "2024-03-18", "A");
    static const struct {
        const char *title;
        const char *day;
        const char *department;
        const char *field;
    } rows[] = {
        {"", "2024-03-18", "A", "title"},         {"会", "", "A", "date"},
        {"会", "2024-02-30", "A", "date"},        {"会", "2999-01-01", "A", "date"},
        {"会", "2024-03-18", "C", "department"},  {"会", "2024-03-18", "", "department"},
        {"联席会议", "2024-03-18", "A", "title"}, /* it is there already */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str values[STORE_VALUES_MAX];
        typed(values, rows[i].title, rows[i].day, rows[i].department);
        assert_int_equal(refused(&h, h.clerk, 0, values, ""), ERR_INPUT);
        assert_string_equal(h.s->e.fault.field, rows[i].field);
    }
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM meeting"), 1);
}

static void a_repeated_errand_registers_once_and_leads_to_the_same_row(void **state)
{
    struct house h;
    struct str values[STORE_VALUES_MAX];
    int64_t ids[2] = {0};
    house_make(&h, *state);
    typed(values, "联席会议", "2024-03-18", "A");
    const struct office_register_edit edit = {kind("meetings"), values, STR("")};
    for (size_t i = 0; i < 2; i++) {
        struct errand *e = as(&h, h.clerk);
        e->key = STR("twice");
        assert_int_equal(office_register_save(&ids[i], e, &edit), ERR_OK);
        e->key = STR("");
        added(&h, h.clerk, i == 0 ? "另一个会" : "再一个会", "2024-04-01", "A");
    }
    assert_true(ids[0] == ids[1]);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM meeting"), 3);
}

static void AC4_another_department_finds_nothing_and_changes_nothing(void **state)
{
    struct house h;
    struct str values[STORE_VALUES_MAX];
    struct office_register_page page;
    struct office_register_counts counts;
    house_make(&h, *state);
    int64_t id = added(&h, h.clerk, "联席会议", "2024-03-18", "B");
    assert_int_equal(found(&h, h.clerk, "meetings", NULL), 1);
    assert_int_equal(found(&h, h.office, "meetings", NULL), 1);
    assert_int_equal(found(&h, h.other, "meetings", NULL), 0);
    assert_int_equal(office_register_get(&page, as(&h, h.other), kind("meetings"), id),
                     ERR_MISSING);
    typed(values, "改名", "2024-03-18", "B");
    assert_int_equal(refused(&h, h.other, id, values, "改"), ERR_MISSING);
    assert_int_equal(office_register_withdraw(as(&h, h.other), kind("meetings"), id, STR("作废")),
                     ERR_MISSING);
    assert_int_equal(office_register_counts(&counts, as(&h, h.other), kind("meetings"), 2024),
                     ERR_OK);
    assert_int_equal(counts.all.total, 0);
    assert_int_equal(counts.count, 1); /* C alone */
    assert_int_equal(take(&h, h.other, "meetings",
                          "登记编号,会议名称,会议日期,召集单位,会议类别\n"
                          "B-HY2024-001,改名,2024-03-18,乙局,联席会议\n"
                          ",新会,2024-03-19,乙局,联席会议\n,新会,2024-03-19,丙局,联席会议\n")
                         ->added,
                     1);
    assert_int_equal(h.s->report.rejected, 2);
    assert_string_equal(story_text(h.s, "SELECT title FROM meeting WHERE code = 'B-HY2024-001'"),
                        "联席会议");
}

static void R144_a_change_wants_a_reason_and_keeps_what_was(void **state)
{
    struct house h;
    struct str values[STORE_VALUES_MAX];
    house_make(&h, *state);
    int64_t id = added(&h, h.clerk, "联席会议", "2024-03-18", "A");
    typed(values, "联席会议第一次会议", "2024-03-19", "C"); /* whose it is does not change */
    assert_int_equal(refused(&h, h.clerk, id, values, "  "), ERR_INPUT);
    assert_string_equal(h.s->e.fault.field, "reason");
    assert_int_equal(refused(&h, h.clerk, id, values, "名称和日期登错"), ERR_OK);
    struct office_register_page page = looked(&h, id);
    assert_true(str_eq(page.row.record.values[MODEL_REGISTER_TITLE], STR("联席会议第一次会议")));
    assert_true(str_eq(page.row.record.values[MODEL_REGISTER_DEPARTMENT], STR("A")));
    assert_int_equal(page.change_count, 1);
    assert_true(str_eq(page.changes[0].reason, STR("名称和日期登错")));
    assert_true(str_find(page.changes[0].before, STR("2024-03-18")) > 0);
    assert_true(str_find(page.changes[0].after, STR("2024-03-19")) > 0);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM audit WHERE action ="
                                       " 'register-save' AND target = 'A-HY2024-001'"
                                       " AND old_value LIKE '%2024-03-18%'"),
                     1);
}

static void a_withdrawn_row_stays_is_not_counted_and_is_not_touched_again(void **state)
{
    struct house h;
    struct str values[STORE_VALUES_MAX];
    struct office_register_counts counts;
    house_make(&h, *state);
    int64_t id = added(&h, h.clerk, "联席会议", "2024-03-18", "A");
    const struct office_register_kind *meetings = kind("meetings");
    assert_int_equal(office_register_withdraw(as(&h, h.clerk), meetings, id, STR("")), ERR_INPUT);
    assert_string_equal(h.s->e.fault.field, "reason");
    assert_int_equal(office_register_withdraw(as(&h, h.clerk), meetings, id, STR("重复登记")),
                     ERR_OK);
    assert_true(looked(&h, id).withdrawn);
    assert_true(str_eq(looked(&h, id).changes[0].reason, STR("重复登记")));
    assert_int_equal(office_register_withdraw(as(&h, h.clerk), meetings, id, STR("再作废")),
                     ERR_STATE);
    typed(values, "改名", "2024-03-18", "A");
    assert_int_equal(refused(&h, h.clerk, id, values, "改"), ERR_STATE);
    assert_int_equal(office_register_counts(&counts, as(&h, h.clerk), meetings, 2024), ERR_OK);
    assert_int_equal(counts.all.total, 0);
    assert_int_equal(found(&h, h.clerk, "meetings", NULL), 1);
    const struct office_register_find active = {.state = STR("active")};
    assert_int_equal(found(&h, h.clerk, "meetings", &active), 0);
    assert_true(added(&h, h.clerk, "联席会议", "2024-03-18", "A") != id); /* rightly this time */
    assert_int_equal(
        story_number(h.s, "SELECT COUNT(*) FROM audit WHERE action = 'register-withdraw'"), 1);
}

#define COURSES                                                                                    \
    "培训班名称,培训时间,组织部门,类别,人数,课时,讲师\n"                      \
    "业务班,2024年1月5日,甲局,执法业务,46,8,甲讲师\n"                               \
    "业务班,2024-01-31,A,业务,4,,\n"                                                          \
    "系统班,2024/3/8,乙局,系统操作,12人,4,\n"                                            \
    "标准班,2023-12-31,甲局,标准,30,,\n"

static void R144_rows_and_people_are_counted_by_month_and_department_with_zeros(void **state)
{
    struct house h;
    struct office_register_counts counts;
    house_make(&h, *state);
    assert_int_equal(take(&h, h.office, "courses", COURSES)->added, 4);
    assert_int_equal(office_register_counts(&counts, as(&h, h.office), kind("courses"), 2024),
                     ERR_OK);
    assert_int_equal(counts.count, 3);
    assert_int_equal(counts.all.total, 3);
    assert_int_equal(counts.all.total_people, 62);
    assert_int_equal(counts.all.rows[0], 2);
    assert_int_equal(counts.all.people[2], 12);
    for (size_t i = 0; i < counts.count; i++) {
        const struct office_register_count *one = &counts.departments[i];
        bool a = str_eq(one->code, STR("A"));
        bool b = str_eq(one->code, STR("B"));
        assert_int_equal(one->total, a ? 2 : b ? 1 : 0);
        assert_int_equal(one->total_people, a ? 50 : b ? 12 : 0);
        assert_int_equal(one->rows[0], a ? 2 : 0);
        assert_int_equal(one->rows[11], 0);
    }
    assert_int_equal(counts.years[counts.year_count - 1], 2023);
    assert_int_equal(counts.years[counts.year_count - 2], 2024);
}

static void filters_find_by_year_month_department_and_words(void **state)
{
    struct house h;
    house_make(&h, *state);
    take(&h, h.office, "courses", COURSES);
    const struct {
        struct office_register_find find;
        size_t count;
    } rows[] = {
        {{.year = 2024}, 3},
        {{.year = 2024, .month = 1}, 2},
        {{.month = 12}, 1},
        {{.department = STR("B")}, 1},
        {{.text = STR("业务")}, 2},
        {{.text = STR("甲讲师")}, 1},
        {{.text = STR("a-px2024")}, 2},
        {{.text = STR("没有")}, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(found(&h, h.office, "courses", &rows[i].find), rows[i].count);
}

static void a_file_goes_in_once_and_bad_rows_are_told(void **state)
{
    struct house h;
    house_make(&h, *state);
    take(&h, h.clerk, "courses", COURSES);
    take(&h, h.clerk, "courses", COURSES);
    const struct story_counts again = {.seen = 4, .same = 4};
    story_counts(h.s, &again);
    take(&h, h.clerk, "courses",
         "培训名称,培训日期,组织单位,培训类别,培训人数\n"
         "甲,2024-05-01,甲局,业务,0\n"
         "乙,2999-05-01,甲局,业务,3\n"
         "丙,2024-05-01,没有这个局,业务,3\n"
         "丁,2024-05-01,甲局,什么,3\n"
         "戊,2024-05-01,甲局,业务,很多\n"
         "己,2024-05-01,丙局,业务,3\n"
         "庚,2024-05-01,甲局,业务,3\n"
         "庚,2024-05-01,甲局,业务,4\n");
    static const char *const reasons[] = {"不少于1", "晚于今天", "部门名录", "", "", "权限范围"};
    for (size_t i = 0; i < 6; i++)
        story_problem(h.s, i + 2, reasons[i]);
    story_problem(h.s, 9, "第8行重复");
    const struct story_counts bad = {.seen = 8, .added = 1, .rejected = 7};
    story_counts(h.s, &bad);
}

static void a_document_is_known_by_its_number_and_a_file_withdraws_nothing(void **state)
{
    struct house h;
    house_make(&h, *state);
    take(&h, h.clerk, "issuances",
         "文件名称,文号,印发日期,发文单位,级别\n实施方案,甲双〔2024〕1号,2024-02-01,甲局,县级\n");
    take(&h, h.clerk, "issuances",
         "文件名称,文号,印发日期,发文单位,级别\n"
         "实施方案（修订）,甲双〔2024〕1号,2024-02-02,甲局,县级\n");
    const struct story_counts changed = {.seen = 1, .changed = 1};
    story_counts(h.s, &changed);
    assert_string_equal(story_text(h.s, "SELECT title FROM issuance"), "实施方案（修订）");
    take(&h, h.clerk, "issuances",
         "文件名称,文号,印发日期,发文单位,级别,登记状态\n"
         "实施方案（修订）,甲双〔2024〕1号,2024-02-02,甲局,县级,作废\n");
    story_problem(h.s, 2, "写明原因");
    assert_string_equal(story_text(h.s, "SELECT state FROM issuance"), "active");
}

static void an_export_holds_what_fits_and_comes_back_unchanged(void **state)
{
    struct house h;
    struct buf text = {0};
    struct str path, name;
    int64_t job = 0;
    house_make(&h, *state);
    take(&h, h.office, "courses", COURSES);
    take(&h, h.office, "courses",
         "培训名称,培训日期,组织单位,培训类别,培训人数\n丙局的班,2024-02-02,丙局,业务,7\n");
    const struct office_register_find every = {.year = 2024};
    struct office_register_order order = {kind("courses"), &every, SHEET_CSV, 0};
    struct errand *e = people_as(h.s, h.clerk, MODEL_PERMISSION_REGISTER_EXPORT);
    assert_int_equal(office_register_export(&job, e, &order), ERR_INPUT);
    order.columns = UINT32_MAX;
    order.format = SHEET_JSON;
    assert_int_equal(office_register_export(&job, e, &order), ERR_INPUT);
    order.format = SHEET_CSV;
    assert_int_equal(office_register_export(&job, e, &order), ERR_OK);
    story_work(h.s);
    e = people_as(h.s, h.clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_result(&path, &name, e, job), ERR_OK);
    assert_true(str_find(name, STR("业务培训登记簿")) >= 0);
    const char *file = arena_cstr(&h.s->arena, path);
    assert_int_equal(file_read(&text, file, 1 << 20), ERR_OK);
    assert_true(str_find(buf_view(&text), STR("A-PX2024-001,业务班,2024-01-05,甲局,有效,内部,"
                                              "执法人员业务,46,8,甲讲师")) >= 0);
    assert_true(str_find(buf_view(&text), STR("丙局")) < 0);   /* beyond the scope */
    assert_true(str_find(buf_view(&text), STR("标准班")) < 0); /* of another year */
    buf_free(&text);
    assert_int_equal(
        story_number(h.s, "SELECT COUNT(*) FROM audit WHERE action = 'register-export'"), 1);
    const struct office_import back = {.resource = STR("courses"), .path = file, .scoped = true};
    assert_int_equal(office_import(as(&h, h.clerk), &back, &h.s->report), ERR_OK);
    const struct story_counts same = {.seen = 3, .same = 3};
    story_counts(h.s, &same);
}

/* --- files --- */

/* Minutes, lists of those who came: seen by whoever sees the row, of that row alone, and fixed once
 * it is withdrawn. */
static void files_belong_to_their_row_and_stay_when_it_is_withdrawn(void **state)
{
    static const char pdf[] = "%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n";
    struct house h;
    struct store_attachment *rows = NULL;
    struct store_attachment one;
    const char *path = NULL;
    size_t count = 0;
    house_make(&h, *state);
    int64_t id = added(&h, h.clerk, "联席会议", "2026-03-01", "A");
    int64_t second = added(&h, h.clerk, "推进会", "2026-03-02", "A");
    const struct office_attachment_place place = {.registered = kind("meetings"), .row = id};
    const struct office_attachment_place other = {.registered = kind("meetings"), .row = second};
    const struct office_attachment_place commission = {.row = id};
    const struct office_attachment_file file = {story_file(h.s, "minutes.pdf", pdf),
                                                STR("会议纪要.pdf")};
    assert_int_equal(office_attachment_add(as(&h, h.other), &place, &file), ERR_MISSING);
    assert_int_equal(office_attachment_add(as(&h, h.clerk), &commission, &file), ERR_MISSING);
    if (office_attachment_add(as(&h, h.clerk), &place, &file) != ERR_OK)
        fail_msg("%s", h.s->e.fault.text);
    int64_t number = story_number(h.s, "SELECT id FROM attachment WHERE resource = 'meetings'");
    assert_int_equal(office_attachments(&rows, &count, as(&h, h.office), &place), ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(rows[0].name, STR("会议纪要.pdf")));
    assert_int_equal(office_attachment_open(&one, &path, as(&h, h.office), &place, number), ERR_OK);
    assert_int_equal(office_attachment_open(&one, &path, as(&h, h.clerk), &other, number),
                     ERR_MISSING);
    assert_int_equal(office_attachment_open(&one, &path, as(&h, h.other), &place, number),
                     ERR_MISSING);
    assert_int_equal(
        office_register_withdraw(as(&h, h.clerk), kind("meetings"), id, STR("重复登记")), ERR_OK);
    assert_int_equal(office_attachment_add(as(&h, h.clerk), &place, &file), ERR_STATE);
    assert_int_equal(office_attachment_remove(as(&h, h.clerk), &place, number), ERR_STATE);
    assert_int_equal(office_attachment_open(&one, &path, as(&h, h.clerk), &place, number), ERR_OK);
    assert_int_equal(
        story_number(h.s, "SELECT count(id) FROM audit WHERE action = 'attachment-add'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(R143_a_meeting_gets_its_number_and_its_attendees_by_name),
        STORY_TEST(what_is_typed_wrong_is_told_at_its_field),
        STORY_TEST(a_repeated_errand_registers_once_and_leads_to_the_same_row),
        STORY_TEST(AC4_another_department_finds_nothing_and_changes_nothing),
        STORY_TEST(R144_a_change_wants_a_reason_and_keeps_what_was),
        STORY_TEST(a_withdrawn_row_stays_is_not_counted_and_is_not_touched_again),
        STORY_TEST(R144_rows_and_people_are_counted_by_month_and_department_with_zeros),
        STORY_TEST(filters_find_by_year_month_department_and_words),
        STORY_TEST(a_file_goes_in_once_and_bad_rows_are_told),
        STORY_TEST(a_document_is_known_by_its_number_and_a_file_withdraws_nothing),
        STORY_TEST(an_export_holds_what_fits_and_comes_back_unchanged),
        STORY_TEST(files_belong_to_their_row_and_stay_when_it_is_withdrawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
