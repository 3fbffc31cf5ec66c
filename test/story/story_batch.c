/* Actions on many rows at once, on both databases (R38, R39, R43; SECURITY.md AC4): each row is
 * judged on its own, what was passed over is named with its reason, nothing beyond the reach is
 * touched, and a second press of the button does nothing more. */
#include "story.h"

#include "base/time.h"
#include "office/batch.h"
#include "office/commission.h"
#include "office/document.h"
#include "office/inspector.h"
#include "office/object.h"
#include "rig_people.h"
#include "sheet/reader.h"

#include <string.h>

/* The errand of a person with that reach; department NULL: everywhere. */
static struct errand *as(struct course *c, const char *actor, const char *department)
{
    return course_as(c, actor, department != NULL ? MODEL_SCOPE_BELOW : MODEL_SCOPE_ALL,
                     department);
}

static struct errand *clerk(struct course *c)
{
    return as(c, "chen", "SCJG");
}

/* Does it and asserts what came of it. */
static void done(struct office_batch_report *out, struct errand *e,
                 const struct office_batch *batch, int64_t count)
{
    enum err err = office_batch(out, e, batch);
    if (err != ERR_OK)
        print_message("%s\n", fault_text(&e->fault));
    assert_int_equal(err, ERR_OK);
    assert_int_equal(out->done, count);
    assert_int_equal(out->skip_count, batch->count - (size_t)count);
}

static void skipped(const struct office_batch_skip *skip, const char *key, const char *why)
{
    assert_true(str_eq(skip->key, str_of(key)));
    if (str_find(skip->why, str_of(why)) < 0)
        fail_msg("%.*s: %.*s", STR_ARG(skip->key), STR_ARG(skip->why));
}

/* --- people --- */

static void R39_many_leave_each_with_a_history_and_nobody_beyond_the_reach(void **state)
{
    static const struct str keys[] = {STR("SCJG-001"), STR("XFJY-001"), STR("SCJG-002"),
                                      STR("SCJG-002"), STR("KEINER-1")};
    struct course *c = *state;
    struct office_batch_report out;
    struct office_batch batch = {
        .act = OFFICE_BATCH_LEAVE, .keys = keys, .count = 5, .reason = STR(" ")};
    assert_int_equal(office_batch(&out, clerk(c), &batch), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "reason");
    batch.reason = STR("机构改革划转");
    done(&out, clerk(c), &batch, 2);
    skipped(&out.skips[0], "XFJY-001", "权限范围");
    assert_int_equal(out.skips[0].name.len, 0); /* nothing is said of somebody he does not see */
    skipped(&out.skips[1], "SCJG-002", "已经离岗");
    assert_true(out.skips[1].name.len > 0);
    skipped(&out.skips[2], "KEINER-1", "权限范围");
    assert_int_equal(course_number(c, "SELECT count(id) FROM inspector WHERE state = 'left'"
                                      " AND reason = '机构改革划转' AND department = 'SCJG'"),
                     2);
    assert_string_equal(course_text(c, "SELECT state FROM inspector WHERE code = 'XFJY-001'"),
                        "active");
    struct office_inspector_page page;
    assert_int_equal(office_inspector_get(&page, clerk(c), STR("SCJG-001")), ERR_OK);
    assert_true(str_eq(page.changes[0].reason, STR("机构改革划转")));
    assert_int_equal(page.inspector.standing, OFFICE_STANDING_LEFT);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'inspector-save'"
                                      " AND old_value LIKE '%\"state\":\"active\"%'"
                                      " AND new_value LIKE '%\"state\":\"left\"%'"),
                     2);
    batch.act = OFFICE_BATCH_RETURN;
    batch.reason = STR("划转取消");
    done(&out, clerk(c), &batch, 2);
    skipped(&out.skips[1], "SCJG-002", "已经在岗");
    assert_int_equal(course_number(c, "SELECT count(id) FROM inspector WHERE state = 'left'"), 0);
}

static void a_second_press_gives_the_report_of_the_first(void **state)
{
    static const struct str keys[] = {STR("SCJG-001"), STR("XFJY-001")};
    struct course *c = *state;
    struct office_batch_report out;
    const struct office_batch batch = {
        .act = OFFICE_BATCH_LEAVE, .keys = keys, .count = 2, .reason = STR("退休")};
    for (int i = 0; i < 2; i++) {
        struct errand *e = clerk(c);
        e->key = STR("desk-7-xyz");
        done(&out, e, &batch, 1);
        skipped(&out.skips[0], "XFJY-001", "权限范围");
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM registry_change WHERE"
                                      " resource = 'inspectors'"),
                     1);
}

static void R38_a_speciality_comes_from_the_vocabulary_and_is_taken_away_again(void **state)
{
    static const struct str keys[] = {STR("SCJG-001"), STR("SCJG-002"), STR("SCJG-003")};
    struct course *c = *state;
    struct office_batch_report out;
    struct office_batch batch = {.act = OFFICE_BATCH_LABEL,
                                 .keys = keys,
                                 .count = 3,
                                 .word = STR("锅炉"),
                                 .reason = STR("培训合格")};
    int64_t had = course_number(c, "SELECT count(id) FROM inspector WHERE specialities <> ''"
                                   " AND code IN ('SCJG-001', 'SCJG-002', 'SCJG-003')");
    assert_int_equal(office_batch(&out, clerk(c), &batch), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "word");
    int64_t id = 0;
    const struct store_label word = {
        .word = STR("锅炉"), .subject = STR("inspectors"), .state = STR("active")};
    assert_int_equal(office_label_put(&id, as(c, "ban", NULL), &word), ERR_OK);
    done(&out, clerk(c), &batch, 3);
    assert_int_equal(course_number(c, "SELECT count(id) FROM inspector WHERE"
                                      " specialities = '锅炉' OR specialities LIKE '%、锅炉'"),
                     3);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM inspector WHERE specialities LIKE '%、锅炉'"), had);
    done(&out, clerk(c), &batch, 0);
    skipped(&out.skips[2], "SCJG-003", "已有");
    batch.act = OFFICE_BATCH_UNLABEL;
    done(&out, clerk(c), &batch, 3);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM inspector WHERE specialities LIKE '%锅炉%'"), 0);
    assert_int_equal(course_number(c, "SELECT count(id) FROM inspector WHERE specialities <> ''"
                                      " AND code IN ('SCJG-001', 'SCJG-002', 'SCJG-003')"),
                     had);
}

static void AC4_words_to_choose_from_end_where_the_scope_ends(void **state)
{
    struct course *c = *state;
    struct str *words = NULL;
    size_t count = 0;
    bool food = false;
    assert_int_equal(office_batch_words(&words, &count, clerk(c), OFFICE_BATCH_UNLABEL), ERR_OK);
    for (size_t i = 0; i < count; i++)
        food = food || str_eq(words[i], STR("食品"));
    assert_true(food); /* is known in SCJG alone */
    assert_int_equal(
        office_batch_words(&words, &count, as(c, "zhou", "STHJ"), OFFICE_BATCH_UNLABEL), ERR_OK);
    for (size_t i = 0; i < count; i++)
        assert_false(str_eq(words[i], STR("食品")));
}

static void the_rows_that_were_picked_are_exported_and_no_others(void **state)
{
    static const struct str keys[] = {STR("SCJG-002"), STR("XFJY-001"), STR("SCJG-005")};
    struct course *c = *state;
    struct office_inspectors list;
    const struct office_inspector_find find = {.keys = keys, .key_count = 3};
    assert_int_equal(office_inspectors(&list, clerk(c), &find), ERR_OK);
    assert_int_equal(list.count, 2);
    assert_true(str_eq(list.rows[0].record.values[STORE_INSPECTOR_CODE], keys[0]));
    assert_true(str_eq(list.rows[1].record.values[STORE_INSPECTOR_CODE], keys[2]));
}

/* --- commissions --- */

static const char ledger[] =
    "委托编号,类别,受托机构,资质,事项,委托单位,开始日期,结束日期,结论,状态,费用\n"
    "委1,检验检测,省计量院,CNAS L1,加油机检定,SCJG,2026-02-01,,,进行中,12000\n"
    "委2,检验检测,省计量院,CNAS L1,衡器检定,SCJG,2026-01-01,2026-02-01,合格,已完成,800.5\n"
    "委3,财务审计,某会计所,执业证,资金检查,XFJY,2026-02-01,,,进行中,\n";

static struct str commission_id(struct course *c, const char *code)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT id FROM commission WHERE code = '%s'", code);
    return arena_printf(&c->s->arena, "%lld", (long long)course_number(c, sql));
}

static void R43_a_commission_under_way_is_cancelled_a_finished_one_stays(void **state)
{
    struct course *c = *state;
    struct office_batch_report out;
    story_import_text(c->s, "commissions", ledger);
    const struct story_counts want = {.seen = 3, .added = 3};
    story_counts(c->s, &want);
    const struct str keys[] = {commission_id(c, "委1"), commission_id(c, "委2"),
                               commission_id(c, "委3"), STR("0")};
    const struct office_batch batch = {
        .act = OFFICE_BATCH_CANCEL, .keys = keys, .count = 4, .reason = STR("合同终止")};
    done(&out, clerk(c), &batch, 1);
    skipped(&out.skips[0], "委2", "已完成");
    skipped(&out.skips[1], keys[2].data, "权限范围");
    assert_string_equal(course_text(c, "SELECT state FROM commission WHERE code = '委1'"),
                        "cancelled");
    assert_string_equal(course_text(c, "SELECT state FROM commission WHERE code = '委3'"),
                        "active");
    done(&out, clerk(c), &batch, 0);
    skipped(&out.skips[0], "委1", "已经取消");
}

static void R43_an_exported_ledger_comes_in_again_and_changes_nothing(void **state)
{
    struct course *c = *state;
    uint64_t rows = 0;
    const struct office_commission_find none = {0};
    struct office_commission_export export = {.find = &none,
                                              .path = course_path(c, "commissions.xlsx")};
    story_import_text(c->s, "commissions", ledger);
    assert_int_equal(office_commission_export(&rows, clerk(c), &export), ERR_INPUT);
    export.columns = UINT32_MAX;
    assert_int_equal(office_commission_export(&rows, clerk(c), &export), ERR_OK);
    assert_int_equal(rows, 2); /* those of its department */
    story_import(c->s, "commissions", export.path);
    const struct story_counts same = {.seen = 2, .same = 2};
    story_counts(c->s, &same);
    const struct str keys[] = {commission_id(c, "委3"), commission_id(c, "委2")};
    const struct office_commission_find picked = {.keys = keys, .key_count = 2};
    export.find = &picked;
    assert_int_equal(office_commission_export(&rows, clerk(c), &export), ERR_OK);
    assert_int_equal(rows, 1);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM audit WHERE action = 'commission-export'"), 2);
}

/* --- documents --- */

static struct str document(struct course *c, const char *actor, const char *department,
                           bool submitted)
{
    struct str code = STR("");
    const struct office_document_edit edit = {.kind = STR("guide"),
                                              .department = str_of(department),
                                              .title = STR("抽查工作指引"),
                                              .number = STR(""),
                                              .item = STR(""),
                                              .texts = {STR("正文。")}};
    assert_int_equal(office_document_save(&code, as(c, actor, department), &edit), ERR_OK);
    if (submitted)
        assert_int_equal(office_document_submit(as(c, actor, department), code), ERR_OK);
    return code;
}

static void each_document_is_published_or_passed_over_on_its_own(void **state)
{
    struct course *c = *state;
    struct office_batch_report out;
    const struct str keys[] = {document(c, "chen", "SCJG", true), document(c, "li", "SCJG", true),
                               document(c, "chen", "SCJG", false),
                               document(c, "zhou", "XFJY", true),
                               document(c, "chen", "SCJG", true)};
    struct office_batch batch = {.act = OFFICE_BATCH_PUBLISH, .keys = keys, .count = 5};
    int64_t logged = course_number(c, "SELECT count(idx) FROM log_entry");
    done(&out, as(c, "li", "SCJG"), &batch, 2);
    skipped(&out.skips[0], "SCJG-D002", "自己发布");
    skipped(&out.skips[1], "SCJG-D003", "只有待审核的可以发布");
    skipped(&out.skips[2], "XFJY-D001", "权限范围");
    assert_true(str_eq(out.skips[0].name, STR("抽查工作指引")));
    assert_int_equal(out.skips[2].name.len, 0);
    assert_int_equal(course_number(c, "SELECT count(id) FROM document_version"
                                      " WHERE state = 'published'"),
                     2);
    assert_int_equal(course_number(c, "SELECT count(idx) FROM log_entry"), logged + 2);
    batch.act = OFFICE_BATCH_WITHDRAW;
    assert_int_equal(office_batch(&out, as(c, "li", "SCJG"), &batch), ERR_INPUT);
    batch.reason = STR("被新办法代替");
    done(&out, as(c, "li", "SCJG"), &batch, 2);
    skipped(&out.skips[0], "SCJG-D002", "没有已发布的版本");
    assert_int_equal(course_number(c, "SELECT count(id) FROM document_version"
                                      " WHERE state = 'withdrawn' AND note = '被新办法代替'"),
                     2);
    assert_int_equal(course_number(c, "SELECT count(idx) FROM log_entry"), logged + 4);
}

/* --- many --- */

/* Cells of row `at` (1: the headings) of a table. */
static void table_row(struct story *s, struct str path, size_t at, struct str *first,
                      struct str *last)
{
    struct sheet *sheet = NULL;
    struct sheet_row row;
    struct fault fault = {0};
    const char *name = arena_cstr(&s->arena, path);
    assert_int_equal(sheet_open(&sheet, name, NULL, &fault), ERR_OK);
    for (size_t i = 0; i < at; i++)
        assert_int_equal(sheet_next(&row, sheet, &fault), ERR_OK);
    *first = arena_str(&s->arena, row.cells[0].text);
    *last = arena_str(&s->arena, row.cells[row.count - 1].text);
    sheet_close(sheet);
}

static void many_rows_go_as_a_job_that_leaves_a_table_of_what_it_passed_over(void **state)
{
    static const struct str keys[] = {STR("A-001"), STR("C-001"), STR("B-001")};
    struct story *s = *state;
    struct store_job row = {0};
    struct str path, name, first, last;
    int64_t job = 0;
    uint64_t found = 0;
    const struct office_batch batch = {
        .act = OFFICE_BATCH_LEAVE, .keys = keys, .count = 3, .reason = STR("划转")};
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    story_import_text(s, "inspectors",
                      "姓名,单位,执法证号\n张三,A,ZF1001\n李四,B,ZF1002\n王五,C,ZF1003\n");
    struct errand *e = people_as(s, clerk, MODEL_PERMISSION_INSPECTOR_EDIT);
    assert_int_equal(office_batch_order(&job, e, &batch), ERR_OK);
    assert_int_equal(story_number(s, "SELECT count(id) FROM inspector WHERE state = 'left'"), 0);
    story_work(s);
    e = people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_get(&row, e, job), ERR_OK);
    assert_true(str_eq(row.state, STR("done")));
    assert_true(str_eq(row.words, STR("共选 3 项，已处理 2 项，没有处理 1 项（原因见结果文件）")));
    assert_int_equal(office_job_result(&path, &name, e, job), ERR_OK);
    table_row(s, path, 2, &first, &last);
    assert_true(str_eq(first, STR("C-001")));
    assert_true(str_find(last, STR("权限范围")) >= 0);
    /* begun again behind its commit: the same report, nothing more is done */
    story_run(s, "UPDATE job SET state = 'running' WHERE kind = 'batch-people'");
    assert_int_equal(office_job_recover(&found, &s->e), ERR_OK);
    story_work(s);
    e = people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_get(&row, e, job), ERR_OK);
    assert_true(str_eq(row.words, STR("共选 3 项，已处理 2 项，没有处理 1 项（原因见结果文件）")));
    assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change WHERE"
                                     " resource = 'inspectors'"),
                     2);
    assert_string_equal(story_text(s, "SELECT state FROM inspector WHERE code = 'C-001'"),
                        "active");
}

/* Keys and report are both larger than the megabyte that JSON from outside may have. */
static void sixty_thousand_keys_go_as_a_job_and_the_audit_keeps_their_digest(void **state)
{
    enum { KEYS = 60000 };
    struct story *s = *state;
    struct store_job row = {0};
    struct str path, name, first, last;
    int64_t job = 0;
    uint64_t found = 0;
    struct str *keys = arena_array(&s->arena, KEYS, sizeof *keys);
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    story_import_text(s, "inspectors", "姓名,单位,执法证号\n张三,A,ZF1001\n");
    keys[0] = STR("A-001");
    for (size_t i = 1; i < KEYS; i++)
        keys[i] = arena_printf(&s->arena, "NOBODY-OF-THIS-CODE-%zu", i);
    const struct office_batch batch = {
        .act = OFFICE_BATCH_LEAVE, .keys = keys, .count = KEYS, .reason = STR("划转")};
    struct errand *e = people_as(s, clerk, MODEL_PERMISSION_INSPECTOR_EDIT);
    assert_int_equal(office_batch_order(&job, e, &batch), ERR_OK);
    assert_in_range(story_number(s, "SELECT length(args) FROM job"), 1 << 20, 4 << 20);
    assert_in_range(story_number(s, "SELECT max(length(detail)) FROM audit"), 64, 8192);
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action = 'job-order' AND"
                                     " detail LIKE '{\"rows\":60000,\"bytes\":%,\"sha256\":%'"),
                     1);
    for (int i = 0; i < 2; i++) { /* the second time behind its commit: the report is recalled */
        story_work(s);
        e = people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW);
        assert_int_equal(office_job_get(&row, e, job), ERR_OK);
        assert_true(str_eq(row.words,
                           STR("共选 60000 项，已处理 1 项，没有处理 59999 项（原因见结果文件）")));
        assert_int_equal(office_job_result(&path, &name, e, job), ERR_OK);
        table_row(s, path, KEYS, &first, &last);
        assert_true(str_eq(first, STR("NOBODY-OF-THIS-CODE-59999")));
        story_run(s, "UPDATE job SET state = 'running' WHERE kind = 'batch-people'");
        assert_int_equal(office_job_recover(&found, &s->e), ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(R39_many_leave_each_with_a_history_and_nobody_beyond_the_reach),
        COURSE_TEST(a_second_press_gives_the_report_of_the_first),
        COURSE_TEST(R38_a_speciality_comes_from_the_vocabulary_and_is_taken_away_again),
        COURSE_TEST(AC4_words_to_choose_from_end_where_the_scope_ends),
        COURSE_TEST(the_rows_that_were_picked_are_exported_and_no_others),
        COURSE_TEST(R43_a_commission_under_way_is_cancelled_a_finished_one_stays),
        COURSE_TEST(R43_an_exported_ledger_comes_in_again_and_changes_nothing),
        COURSE_TEST(each_document_is_published_or_passed_over_on_its_own),
        STORY_TEST(many_rows_go_as_a_job_that_leaves_a_table_of_what_it_passed_over),
        STORY_TEST(sixty_thousand_keys_go_as_a_job_and_the_audit_keeps_their_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
