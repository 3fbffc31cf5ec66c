/* Security grades (安全标记) and clearances (可阅等级), on both databases (SECURITY.md AC7): who
 * gives which, what is there for whom, what may be published, what was there before there were
 * grades. */
#include "story.h"

#include "rig_people.h"

#include "base/file.h"
#include "office/account.h"
#include "office/attachment.h"
#include "office/batch.h"
#include "office/commission.h"
#include "office/document.h"
#include "office/form.h"
#include "office/grade.h"
#include "office/job.h"

#include <stdio.h>
#include <string.h>

#define PDF "%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n"

/* Somebody of SCJG who sees up to a grade. */
static struct errand *as(struct course *c, const char *actor, enum model_grade clearance)
{
    struct errand *e = course_as(c, actor, MODEL_SCOPE_DEPARTMENT, "SCJG");
    e->scope.clearance = clearance;
    return e;
}

static struct office_document_edit guide(const char *grade)
{
    return (struct office_document_edit){.kind = STR("guide"),
                                         .department = STR("SCJG"),
                                         .title = STR("抽查工作指引"),
                                         .grade = str_of(grade),
                                         .texts = {STR("绝密正文")}};
}

/* A draft of that grade, by somebody who may give it. */
static struct str drafted(struct course *c, const char *grade)
{
    const struct office_document_edit edit = guide(grade);
    struct str code = STR("");
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_SENSITIVE), &edit),
                     ERR_OK);
    return code;
}

/* How many documents the list holds for a clearance, of a grade or of any ("") */
static size_t listed(struct course *c, enum model_grade clearance, const char *grade)
{
    struct errand *e = as(c, "wang", clearance);
    struct office_scope scope = e->scope;
    const struct office_document_reach reach = {&scope, &scope};
    const struct office_document_find find = {.grade = str_of(grade)};
    struct office_document *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_documents(&rows, &count, e, &reach, &find), ERR_OK);
    return count;
}

static enum err opened(struct course *c, enum model_grade clearance, struct str code)
{
    struct errand *e = as(c, "wang", clearance);
    struct office_scope scope = e->scope;
    const struct office_document_reach reach = {&scope, &scope};
    struct office_document_page page;
    return office_document_get(&page, e, &reach, code);
}

static enum err regraded(struct errand *e, struct str code, const char *grade, const char *reason)
{
    const struct office_document_grade to = {str_of(grade), str_of(reason)};
    return office_document_grade(e, code, &to);
}

static enum err attached(struct course *c, struct errand *e, struct str code, const char *grade)
{
    const struct office_attachment_place place = {.document = code, .grade = str_of(grade)};
    const struct office_attachment_file file = {story_file(c->s, "upload.bin", PDF),
                                                STR("附件.pdf")};
    return office_attachment_add(e, &place, &file);
}

/* --- who sees --- */

static void AC7_a_document_above_the_clearance_is_not_there_for_any_act(void **state)
{
    struct course *c = *state;
    static const char *const grades[] = {"public", "internal", "sensitive"};
    for (size_t g = 0; g < MODEL_GRADE_COUNT; g++) {
        struct str code = drafted(c, grades[g]);
        assert_int_equal(attached(c, as(c, "chen", MODEL_GRADE_SENSITIVE), code, ""), ERR_OK);
        int64_t file = course_number(c, "SELECT max(id) FROM attachment");
        for (size_t k = 0; k < MODEL_GRADE_COUNT; k++) {
            enum model_grade clearance = (enum model_grade)k;
            bool sees = g <= k;
            struct office_document_edit edit = guide("");
            const struct office_attachment_place place = {.document = code};
            edit.revision = 99; /* of no draft: found is a conflict, hidden is missing */
            assert_int_equal(opened(c, clearance, code), sees ? ERR_OK : ERR_MISSING);
            assert_int_equal(office_document_save(&code, as(c, "wang", clearance), &edit),
                             sees ? ERR_CONFLICT : ERR_MISSING);
            assert_int_equal(office_document_return(as(c, "wang", clearance), code, STR("因")),
                             sees ? ERR_STATE : ERR_MISSING);
            assert_int_equal(office_document_publish(as(c, "wang", clearance), code),
                             sees ? ERR_STATE : ERR_MISSING);
            assert_int_equal(office_document_withdraw(as(c, "wang", clearance), code, STR("因")),
                             sees ? ERR_STATE : ERR_MISSING);
            assert_int_equal(regraded(as(c, "wang", clearance), code, grades[g], ""),
                             sees ? ERR_STATE : ERR_MISSING);
            assert_int_equal(attached(c, as(c, "wang", clearance), code, ""),
                             sees ? ERR_OK : ERR_MISSING);
            assert_int_equal(
                office_attachment_remove(as(c, "wang", clearance), &place, sees ? 77 : file),
                ERR_MISSING);
        }
        assert_int_equal(listed(c, (enum model_grade)g, ""), g + 1);
        assert_int_equal(listed(c, MODEL_GRADE_SENSITIVE, grades[g]), 1);
        assert_int_equal(listed(c, MODEL_GRADE_PUBLIC, ""), 1);
    }
    assert_int_equal(listed(c, MODEL_GRADE_PUBLIC, "sensitive"), 0);
}

static void AC7_a_file_is_graded_as_its_document_or_higher(void **state)
{
    struct course *c = *state;
    struct str code = drafted(c, "public");
    struct store_attachment a;
    const char *path = NULL;
    assert_int_equal(attached(c, as(c, "chen", MODEL_GRADE_INTERNAL), code, "sensitive"),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    assert_int_equal(attached(c, as(c, "chen", MODEL_GRADE_INTERNAL), code, "secret"), ERR_INPUT);
    assert_int_equal(attached(c, as(c, "chen", MODEL_GRADE_INTERNAL), code, "internal"), ERR_OK);
    int64_t file = course_number(c, "SELECT id FROM attachment");
    for (size_t k = 0; k < MODEL_GRADE_COUNT; k++) {
        struct errand *e = as(c, "wang", (enum model_grade)k);
        struct office_scope scope = e->scope;
        const struct office_document_reach reach = {&scope, &scope};
        const struct office_attachment_place place = {.document = code, .reach = &reach};
        struct office_document_page page;
        bool sees = k >= MODEL_GRADE_INTERNAL;
        assert_int_equal(office_document_get(&page, e, &reach, code), ERR_OK);
        assert_int_equal(page.file_count, sees ? 1 : 0);
        assert_int_equal(office_attachment_open(&a, &path, e, &place, file),
                         sees ? ERR_OK : ERR_MISSING);
        if (!sees)
            assert_int_equal(office_attachment_remove(e, &place, file), ERR_MISSING);
    }
    /* nor is it published with the document, by whoever */
    assert_int_equal(office_document_submit(as(c, "chen", MODEL_GRADE_PUBLIC), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", MODEL_GRADE_SENSITIVE), code), ERR_STATE);
    assert_string_equal(c->s->e.fault.field, "grade");
    assert_non_null(strstr(c->s->e.fault.text, "附件"));
    assert_int_equal(office_document_return(as(c, "li", MODEL_GRADE_PUBLIC), code, STR("附件")),
                     ERR_OK);
    const struct office_attachment_place place = {.document = code};
    assert_int_equal(office_attachment_remove(as(c, "chen", MODEL_GRADE_INTERNAL), &place, file),
                     ERR_OK);
    assert_int_equal(office_document_submit(as(c, "chen", MODEL_GRADE_PUBLIC), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", MODEL_GRADE_PUBLIC), code), ERR_OK);
}

static void AC7_a_check_form_above_the_clearance_is_no_choice(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = {
        .kind = STR("form"), .department = STR("SCJG"), .title = STR("检查表")};
    const struct office_document_openness off = {STR("request"), STR(""), true};
    struct str code = STR("");
    struct store_form *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_PUBLIC), &edit), ERR_OK);
    assert_int_equal(attached(c, as(c, "chen", MODEL_GRADE_PUBLIC), code, ""), ERR_OK);
    assert_int_equal(office_document_submit(as(c, "chen", MODEL_GRADE_PUBLIC), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", MODEL_GRADE_PUBLIC), code), ERR_OK);
    assert_int_equal(office_document_openness(as(c, "li", MODEL_GRADE_PUBLIC), code, &off), ERR_OK);
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_INTERNAL), code, "internal", ""), ERR_OK);
    assert_int_equal(office_forms(&rows, &count, as(c, "li", MODEL_GRADE_PUBLIC)), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(office_forms(&rows, &count, as(c, "li", MODEL_GRADE_INTERNAL)), ERR_OK);
    assert_int_equal(count, 1);
}

/* --- who gives --- */

static void AC7_nobody_gives_a_grade_above_his_clearance_and_lowering_has_a_reason(void **state)
{
    struct course *c = *state;
    struct office_document_edit edit = guide("sensitive");
    struct str code = STR("");
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_INTERNAL), &edit),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    edit.grade = STR("secret");
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_SENSITIVE), &edit),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    code = drafted(c, "internal");
    /* a draft is raised by whoever drafts, not lowered */
    edit = guide("public");
    edit.revision = 1;
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_SENSITIVE), &edit),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    edit.grade = STR("sensitive");
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_INTERNAL), &edit),
                     ERR_INPUT);
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_SENSITIVE), &edit),
                     ERR_OK);
    assert_int_equal(course_number(c, "SELECT grade FROM document"), MODEL_GRADE_SENSITIVE);
    /* lowered where it is published, by who sees it, with a reason, once */
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_INTERNAL), code, "internal", "脱敏"),
                     ERR_MISSING);
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_SENSITIVE), code, "internal", "  "),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "reason");
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_SENSITIVE), code, "", "脱敏"), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    for (int i = 0; i < 2; i++) { /* pressed twice */
        struct errand *e = as(c, "li", MODEL_GRADE_SENSITIVE);
        e->key = STR("desk-1-grade");
        assert_int_equal(regraded(e, code, "internal", "脱敏"), ERR_OK);
    }
    assert_int_equal(course_number(c, "SELECT grade FROM document"), MODEL_GRADE_INTERNAL);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'document-grade'"
                                      " AND outcome = 'done' AND detail = '脱敏'"
                                      " AND old_value LIKE '%\"grade\":\"sensitive\"%'"
                                      " AND new_value LIKE '%\"grade\":\"internal\"%'"),
                     1);
}

static void AC7_the_grade_that_nobody_chose_is_the_settings(void **state)
{
    struct course *c = *state;
    struct office_document_edit edit = guide("");
    struct str code = drafted(c, "");
    enum model_grade first = MODEL_GRADE_COUNT;
    assert_int_equal(course_number(c, "SELECT grade FROM document"), MODEL_GRADE_PUBLIC);
    assert_int_equal(office_setting_change(as(c, "x", MODEL_GRADE_PUBLIC),
                                           MODEL_SETTING_GRADE_DOCUMENT, STR("3"), STR("试验")),
                     ERR_INPUT);
    assert_int_equal(office_setting_change(as(c, "x", MODEL_GRADE_PUBLIC),
                                           MODEL_SETTING_GRADE_DOCUMENT, STR("2"), STR("试验")),
                     ERR_OK);
    assert_int_equal(office_document_grade_first(&first, as(c, "chen", MODEL_GRADE_INTERNAL)),
                     ERR_OK);
    assert_int_equal(first, MODEL_GRADE_INTERNAL);
    code = STR("");
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_INTERNAL), &edit),
                     ERR_OK); /* and he sees what he made */
    assert_int_equal(opened(c, MODEL_GRADE_INTERNAL, code), ERR_OK);
    assert_int_equal(opened(c, MODEL_GRADE_PUBLIC, code), ERR_MISSING);
    /* annual plans must be public */
    const struct office_document_edit plan = {.kind = STR("plan"),
                                              .department = STR("SCJG"),
                                              .title = STR("计划"),
                                              .year = 2026,
                                              .grade = STR("sensitive")};
    code = STR("");
    assert_int_equal(office_document_save(&code, as(c, "chen", MODEL_GRADE_PUBLIC), &plan), ERR_OK);
    assert_int_equal(course_number(c, "SELECT grade FROM document WHERE kind = 'plan'"),
                     MODEL_GRADE_PUBLIC);
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_SENSITIVE), code, "internal", ""), ERR_STATE);
    assert_string_equal(c->s->e.fault.field, "grade");
}

/* --- what is published is public --- */

static void AC7_only_what_is_public_is_published_and_it_stays_so_on_the_portal(void **state)
{
    struct course *c = *state;
    struct office_document_page page;
    const struct office_document_openness off = {STR("request"), STR(""), true};
    const struct office_document_openness on = {STR("open"), STR(""), false};
    struct str code = drafted(c, "internal");
    assert_int_equal(office_document_submit(as(c, "chen", MODEL_GRADE_INTERNAL), code), ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", MODEL_GRADE_SENSITIVE), code), ERR_STATE);
    assert_string_equal(c->s->e.fault.field, "grade");
    assert_non_null(strstr(c->s->e.fault.text, "先把安全标记改为公开"));
    assert_int_equal(office_document_public(&page, as(c, "li", MODEL_GRADE_SENSITIVE), code, 0),
                     ERR_MISSING);
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_INTERNAL), code, "public", "可以公开"),
                     ERR_OK);
    assert_int_equal(office_document_publish(as(c, "li", MODEL_GRADE_PUBLIC), code), ERR_OK);
    assert_int_equal(office_document_public(&page, as(c, "li", MODEL_GRADE_PUBLIC), code, 0),
                     ERR_OK);
    /* it is raised only after it left the portal, and comes back only as public */
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_SENSITIVE), code, "internal", "x"),
                     ERR_STATE);
    assert_non_null(strstr(c->s->e.fault.text, "公开属性"));
    assert_int_equal(office_document_openness(as(c, "li", MODEL_GRADE_PUBLIC), code, &off), ERR_OK);
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_SENSITIVE), code, "sensitive", ""), ERR_OK);
    assert_int_equal(opened(c, MODEL_GRADE_INTERNAL, code), ERR_MISSING);
    assert_int_equal(office_document_openness(as(c, "li", MODEL_GRADE_SENSITIVE), code, &on),
                     ERR_STATE);
    assert_string_equal(c->s->e.fault.field, "openness");
    assert_int_equal(office_document_public(&page, as(c, "li", MODEL_GRADE_SENSITIVE), code, 0),
                     ERR_MISSING);
    assert_int_equal(regraded(as(c, "li", MODEL_GRADE_SENSITIVE), code, "public", "可以公开"),
                     ERR_OK);
    assert_int_equal(office_document_openness(as(c, "li", MODEL_GRADE_PUBLIC), code, &on), ERR_OK);
    assert_int_equal(office_document_public(&page, as(c, "li", MODEL_GRADE_PUBLIC), code, 0),
                     ERR_OK);
    assert_int_equal(course_sound(c, NULL), ERR_OK);
}

static void AC7_the_audit_keeps_no_word_of_a_sensitive_document(void **state)
{
    struct course *c = *state;
    (void)drafted(c, "internal");
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'document-add'"
                                      " AND new_value LIKE '%绝密正文%'"),
                     1);
    struct str code = drafted(c, "sensitive");
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'document-add'"
                                      " AND new_value LIKE '%绝密正文%'"),
                     1);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'document-add'"
                                      " AND new_value LIKE '%\"text1\":\"sha256:%'"
                                      " AND new_value LIKE '%\"grade\":\"sensitive\"%'"),
                     1);
    assert_int_equal(office_document_submit(as(c, "chen", MODEL_GRADE_SENSITIVE), code), ERR_OK);
    assert_int_equal(
        office_document_return(as(c, "li", MODEL_GRADE_SENSITIVE), code, STR("绝密缘由")), ERR_OK);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action ="
                                      " 'document-return' AND detail LIKE 'sha256:%'"),
                     1);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE detail LIKE '%绝密%'"
                                      " OR old_value LIKE '%绝密缘由%'"
                                      " OR new_value LIKE '%绝密缘由%'"),
                     0);
}

static void AC7_a_batch_passes_over_what_is_not_there(void **state)
{
    struct course *c = *state;
    struct str codes[] = {drafted(c, "public"), drafted(c, "sensitive")};
    struct office_batch_report out = {0};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(office_document_submit(as(c, "chen", MODEL_GRADE_SENSITIVE), codes[i]),
                         ERR_OK);
    const struct office_batch batch = {
        .act = OFFICE_BATCH_PUBLISH, .keys = codes, .count = 2, .reason = STR("x")};
    assert_int_equal(office_batch(&out, as(c, "li", MODEL_GRADE_INTERNAL), &batch), ERR_OK);
    assert_int_equal(out.done, 1);
    assert_int_equal(out.skip_count, 1);
    assert_int_equal(out.skips[0].name.len, 0);
    assert_true(str_starts(out.skips[0].why, STR("没有这份文件")));
    assert_int_equal(course_number(c, "SELECT count(id) FROM document_version"
                                      " WHERE state = 'submitted'"),
                     1);
}

/* --- registers and commissions --- */

/* A meeting of SCJG with a grade ("": none chosen), entered by somebody of that clearance. */
static enum err entered(int64_t *id, struct errand *e, const char *title, const char *grade)
{
    struct str values[STORE_VALUES_MAX] = {{0}};
    const struct office_register_edit edit = {office_register_kind(STR("meetings")), values,
                                              STR("")};
    *id = 0;
    for (size_t i = 0; i < edit.kind->resource->count; i++)
        values[i] = STR("");
    values[MODEL_REGISTER_GRADE] = str_of(grade);
    values[MODEL_REGISTER_DEPARTMENT] = STR("SCJG");
    values[MODEL_REGISTER_TITLE] = str_of(title);
    values[MODEL_REGISTER_DATE] = STR("2026-01-05");
    values[MODEL_MEETING_KIND] = STR("deploy");
    return office_register_save(id, e, &edit);
}

static int64_t meeting(struct course *c, enum model_grade clearance, const char *title)
{
    int64_t id = 0;
    enum err err = entered(&id, as(c, "chen", clearance), title, "");
    if (err != ERR_OK)
        print_message("# %s\n", c->s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    return id;
}

static enum err commissioned(int64_t *id, struct errand *e, const char *code, const char *grade)
{
    struct str values[MODEL_COMMISSION_COUNT];
    *id = 0;
    for (size_t i = 0; i < MODEL_COMMISSION_COUNT; i++)
        values[i] = STR("");
    values[MODEL_COMMISSION_CODE] = str_of(code);
    values[MODEL_COMMISSION_KIND] = STR("test");
    values[MODEL_COMMISSION_BODY] = STR("省计量院");
    values[MODEL_COMMISSION_QUALIFICATION] = STR("CNAS");
    values[MODEL_COMMISSION_MATTER] = STR("检定");
    values[MODEL_COMMISSION_DEPARTMENT] = STR("SCJG");
    values[MODEL_COMMISSION_BEGINS_ON] = STR("2026-03-02");
    values[MODEL_COMMISSION_STATE] = STR("active");
    values[MODEL_COMMISSION_GRADE] = str_of(grade);
    return office_commission_save(id, e, values);
}

static int64_t commission(struct course *c, enum model_grade clearance, const char *code)
{
    int64_t id = 0;
    assert_int_equal(commissioned(&id, as(c, "chen", clearance), code, ""), ERR_OK);
    return id;
}

static size_t meetings(struct course *c, enum model_grade clearance, const char *grade)
{
    const struct office_register_find find = {.grade = str_of(grade)};
    struct office_register_row *rows = NULL;
    struct office_register_counts counts;
    size_t count = 0;
    const struct office_register_kind *kind = office_register_kind(STR("meetings"));
    assert_int_equal(office_register_rows(&rows, &count, as(c, "w", clearance), kind, &find),
                     ERR_OK);
    assert_int_equal(office_register_counts(&counts, as(c, "w", clearance), kind, 2026), ERR_OK);
    if (grade[0] == '\0')
        assert_int_equal(counts.all.total, count);
    return count;
}

static void AC7_rows_of_registers_and_commissions_end_at_the_clearance(void **state)
{
    struct course *c = *state;
    const struct office_register_kind *kind = office_register_kind(STR("meetings"));
    static const char *const names[] = {"public", "internal", "sensitive"};
    for (size_t g = 0; g < MODEL_GRADE_COUNT; g++) {
        char code[20];
        snprintf(code, sizeof code, "W-%zu", g);
        int64_t rows[2] = {meeting(c, MODEL_GRADE_SENSITIVE, names[g]),
                           commission(c, MODEL_GRADE_SENSITIVE, code)};
        assert_int_equal(meetings(c, MODEL_GRADE_PUBLIC, ""), g > 0 ? 1 : 0);
        for (size_t k = 0; k < 2; k++) {
            const struct office_register_kind *of = k == 0 ? kind : NULL;
            const struct office_grading to = {of, rows[k], str_of(names[g]), STR("依据"), false};
            const struct office_attachment_place place = {.registered = of, .row = rows[k]};
            const struct office_attachment_file file = {story_file(c->s, "u.bin", PDF),
                                                        STR("附件.pdf")};
            struct store_attachment a;
            const char *path = NULL;
            assert_int_equal(office_attachment_add(as(c, "chen", 2), &place, &file), ERR_OK);
            int64_t id = course_number(c, "SELECT max(id) FROM attachment");
            if (g != MODEL_GRADE_INTERNAL)
                assert_int_equal(office_grade(as(c, "chen", 2), &to), ERR_OK);
            for (size_t n = 0; n < MODEL_GRADE_COUNT; n++) {
                enum model_grade clearance = (enum model_grade)n;
                enum err want = g <= n ? ERR_OK : ERR_MISSING;
                struct office_register_page row;
                struct office_commission_page page;
                assert_int_equal(
                    k == 0 ? office_register_get(&row, as(c, "w", clearance), kind, rows[k])
                           : office_commission_get(&page, as(c, "w", clearance), rows[k]),
                    want);
                assert_int_equal(
                    office_attachment_open(&a, &path, as(c, "w", clearance), &place, id), want);
                assert_int_equal(office_attachment_add(as(c, "w", clearance), &place, &file), want);
                assert_int_equal(office_grade(as(c, "w", clearance), &to),
                                 g <= n ? ERR_STATE : ERR_MISSING);
                if (g > n && k == 0)
                    assert_int_equal(
                        office_register_withdraw(as(c, "w", clearance), kind, rows[k], STR("因")),
                        ERR_MISSING);
            }
        }
    }
    for (size_t n = 0; n < MODEL_GRADE_COUNT; n++) {
        const struct office_commission_find none = {.key_count = 0};
        struct office_commission *rows = NULL;
        size_t count = 0;
        assert_int_equal(meetings(c, (enum model_grade)n, ""), n + 1);
        assert_int_equal(meetings(c, (enum model_grade)n, "sensitive"), n == 2 ? 1 : 0);
        assert_int_equal(office_commissions(&rows, &count, as(c, "w", (enum model_grade)n), &none),
                         ERR_OK);
        assert_int_equal(count, n + 1);
    }
    /* a batch, and a file that names them, find nothing there either */
    struct office_batch_report out = {0};
    struct str key =
        arena_printf(&c->s->arena, "%lld",
                     (long long)course_number(c, "SELECT id FROM commission WHERE grade = 2"));
    const struct office_batch batch = {
        .act = OFFICE_BATCH_CANCEL, .keys = &key, .count = 1, .reason = STR("因")};
    assert_int_equal(office_batch(&out, as(c, "li", MODEL_GRADE_INTERNAL), &batch), ERR_OK);
    assert_int_equal(out.done, 0);
    assert_int_equal(out.skip_count, 1);
    assert_int_equal(out.skips[0].name.len, 0);
    assert_int_equal(office_batch(&out, as(c, "li", MODEL_GRADE_SENSITIVE), &batch), ERR_OK);
    assert_int_equal(out.done, 1);
}

static void AC7_a_row_is_graded_as_the_setting_says_and_lowered_with_a_reason(void **state)
{
    struct course *c = *state;
    const struct office_register_kind *kind = office_register_kind(STR("meetings"));
    int64_t id = meeting(c, MODEL_GRADE_PUBLIC, "低");
    assert_int_equal(course_number(c, "SELECT grade FROM meeting"), MODEL_GRADE_PUBLIC);
    id = meeting(c, MODEL_GRADE_SENSITIVE, "常");
    assert_int_equal(course_number(c, "SELECT max(grade) FROM meeting"), MODEL_GRADE_INTERNAL);
    const struct office_grading up = {kind, id, STR("sensitive"), STR(""), false};
    const struct office_grading bare = {kind, id, STR("internal"), STR(" "), false};
    const struct office_grading down = {kind, id, STR("internal"), STR("脱敏"), false};
    const struct office_grading none = {kind, id, STR("secret"), STR("x"), false};
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_INTERNAL), &up), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_INTERNAL), &none), ERR_INPUT);
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_SENSITIVE), &up), ERR_OK);
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_INTERNAL), &down), ERR_MISSING);
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_SENSITIVE), &bare), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "reason");
    for (int i = 0; i < 2; i++) { /* pressed twice */
        struct errand *e = as(c, "chen", MODEL_GRADE_SENSITIVE);
        e->key = STR("desk-1-grade");
        assert_int_equal(office_grade(e, &down), ERR_OK);
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'register-grade'"
                                      " AND detail = '脱敏'"
                                      " AND old_value LIKE '%\"grade\":\"sensitive\"%'"
                                      " AND new_value LIKE '%\"grade\":\"internal\"%'"),
                     1);
    /* an edit leaves the grade as it is */
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_SENSITIVE), &up), ERR_OK);
    assert_int_equal(
        office_register_withdraw(as(c, "chen", MODEL_GRADE_SENSITIVE), kind, id, STR("因")),
        ERR_OK);
    assert_int_equal(course_number(c, "SELECT max(grade) FROM meeting"), MODEL_GRADE_SENSITIVE);
}

static void AC7_a_new_row_is_graded_as_chosen_up_to_the_clearance(void **state)
{
    struct course *c = *state;
    static const char *const grades[] = {"public", "internal", "sensitive"};
    for (size_t n = 0; n < MODEL_GRADE_COUNT; n++)
        for (size_t g = 0; g < MODEL_GRADE_COUNT; g++) {
            char name[20];
            int64_t id = 0;
            enum err want = g <= n ? ERR_OK : ERR_INPUT;
            snprintf(name, sizeof name, "W-%zu-%zu", n, g);
            struct errand *e = as(c, "chen", (enum model_grade)n);
            assert_int_equal(entered(&id, e, name, grades[g]), want);
            if (want != ERR_OK) {
                assert_string_equal(e->fault.field, "grade");
                assert_non_null(strstr(e->fault.text, "可阅等级"));
            }
            e = as(c, "chen", (enum model_grade)n);
            assert_int_equal(commissioned(&id, e, name, grades[g]), want);
            if (want != ERR_OK)
                assert_string_equal(e->fault.field, "grade");
        }
    int64_t id = 0;
    struct errand *e = as(c, "chen", MODEL_GRADE_SENSITIVE);
    assert_int_equal(entered(&id, e, "无此级", "secret"), ERR_INPUT);
    assert_string_equal(e->fault.field, "grade");
    for (int k = 0; k < 2; k++) {
        struct str sum =
            k == 0 ? str_of(course_text(c, "SELECT CAST(sum(grade) AS text) FROM meeting"))
                   : str_of(course_text(c, "SELECT CAST(sum(grade) AS text) FROM commission"));
        assert_true(str_eq(sum, STR("4"))); /* 0, 0 1, 0 1 2 */
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'register-add'"
                                      " AND new_value LIKE '%\"grade\":\"sensitive\"%'"),
                     1);
}

/* A file of a resource, taken in by somebody of that clearance. */
static void taken(struct course *c, enum model_grade clearance, const char *resource,
                  const char *path)
{
    const struct office_import job = {.resource = str_of(resource), .path = path, .scoped = true};
    assert_int_equal(office_import(as(c, "chen", clearance), &job, &c->s->report), ERR_OK);
}

/* The reason of the i-th rejected row, which is about the grade. */
static const char *told(struct course *c, size_t i)
{
    const struct office_import_problem *problem = &c->s->report.problems[i];
    assert_true(str_eq(problem->column, STR("安全标记")));
    return arena_cstr(&c->s->arena, problem->reason);
}

static void AC7_a_file_grades_new_rows_raises_known_ones_and_lowers_none(void **state)
{
    struct course *c = *state;
    static const char head[] = "会议名称,会议日期,召集单位,会议类别,安全标记\n";
    static const char rest[] = "2026-01-05,SCJG,部署推进会";
    struct str text =
        arena_printf(&c->s->arena, "%s甲会,%s,敏感\n乙会,%s,公开\n丙会,%s,\n丁会,%s,绝密\n", head,
                     rest, rest, rest, rest);
    taken(c, MODEL_GRADE_INTERNAL, "meetings", story_file(c->s, "first.csv", text.data));
    const struct story_counts first = {.seen = 4, .added = 2, .rejected = 2};
    story_counts(c->s, &first);
    assert_non_null(strstr(told(c, 0), "不能高于本人的可阅等级（内部）"));
    (void)told(c, 1);
    assert_int_equal(course_number(c, "SELECT grade FROM meeting WHERE title = '乙会'"), 0);
    assert_int_equal(course_number(c, "SELECT grade FROM meeting WHERE title = '丙会'"), 1);
    text = arena_printf(&c->s->arena, "%s乙会,%s,内部\n丙会,%s,公开\n", head, rest, rest);
    taken(c, MODEL_GRADE_INTERNAL, "meetings", story_file(c->s, "second.csv", text.data));
    const struct story_counts second = {.seen = 2, .changed = 1, .rejected = 1};
    story_counts(c->s, &second);
    assert_non_null(strstr(told(c, 0), "降低"));
    assert_int_equal(course_number(c, "SELECT grade FROM meeting WHERE title = '乙会'"), 1);
    assert_int_equal(course_number(c, "SELECT grade FROM meeting WHERE title = '丙会'"), 1);
    assert_int_equal(course_number(c, "SELECT count(id) FROM registry_change"
                                      " WHERE before = '{\"grade\":\"public\"}'"
                                      " AND after = '{\"grade\":\"internal\"}'"),
                     1);
    text = arena_printf(&c->s->arena, "%s乙会,%s,\n丙会,%s,清空\n", head, rest, rest);
    taken(c, MODEL_GRADE_INTERNAL, "meetings", story_file(c->s, "third.csv", text.data));
    const struct story_counts third = {.seen = 2, .same = 1, .rejected = 1};
    story_counts(c->s, &third);
    (void)told(c, 0);
}

static void AC7_an_exported_file_has_the_grades_and_changes_nothing_when_it_comes_back(void **state)
{
    struct course *c = *state;
    static const char *const grades[] = {"public", "internal", "sensitive"};
    const struct office_commission_find none = {.key_count = 0};
    struct buf text = {0};
    uint64_t rows = 0;
    for (size_t g = 0; g < MODEL_GRADE_COUNT; g++) {
        char code[20];
        int64_t id = 0;
        snprintf(code, sizeof code, "W-%zu", g);
        assert_int_equal(commissioned(&id, as(c, "chen", MODEL_GRADE_SENSITIVE), code, grades[g]),
                         ERR_OK);
    }
    const struct office_commission_export export = {&none, UINT32_MAX,
                                                    story_file(c->s, "out.csv", "")};
    assert_int_equal(office_commission_export(&rows, as(c, "chen", MODEL_GRADE_SENSITIVE), &export),
                     ERR_OK);
    assert_int_equal(file_read(&text, export.path, 1 << 20), ERR_OK);
    assert_true(str_find(buf_view(&text), STR("委托状态,安全标记")) >= 0);
    assert_true(str_find(buf_view(&text), STR("进行中,公开")) >= 0);
    assert_true(str_find(buf_view(&text), STR("进行中,敏感")) >= 0);
    buf_free(&text);
    taken(c, MODEL_GRADE_SENSITIVE, "commissions", export.path);
    const struct story_counts same = {.seen = 3, .same = 3};
    story_counts(c->s, &same);
}

/* --- clearances --- */

static void AC7_a_clearance_is_given_by_another_ends_sessions_and_stands_in_the_audit(void **state)
{
    struct course *c = *state;
    struct story *s = c->s;
    people_house(s);
    int64_t security = people_add(s, "anquan", "", MODEL_ROLE_SECURITY);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    struct office_session session;
    assert_int_equal(people_as(s, clerk, MODEL_PERMISSION_DOCUMENT_EDIT)->scope.clearance,
                     MODEL_GRADE_INTERNAL);
    char sql[300];
    snprintf(sql, sizeof sql,
             "INSERT INTO session (tenant, id, token, account, address, agent, at, seen_at,"
             " ended_at, ended_by) VALUES ('410882', 1, 'x', %lld, '', '', 1, 1, 0, '')",
             (long long)clerk);
    rig_run(s->office.db, sql);
    assert_int_equal(office_account_clearance(people_as(s, security, MODEL_PERMISSION_ROLE_GRANT),
                                              security, MODEL_GRADE_SENSITIVE),
                     ERR_FORBIDDEN);
    assert_int_equal(office_account_clearance(people_as(s, security, MODEL_PERMISSION_ROLE_GRANT),
                                              clerk, MODEL_GRADE_COUNT),
                     ERR_INPUT);
    for (int i = 0; i < 2; i++) /* the second time there is nothing to do */
        assert_int_equal(
            office_account_clearance(people_as(s, security, MODEL_PERMISSION_ROLE_GRANT), clerk,
                                     MODEL_GRADE_SENSITIVE),
            ERR_OK);
    assert_int_equal(people_as(s, clerk, MODEL_PERMISSION_DOCUMENT_EDIT)->scope.clearance,
                     MODEL_GRADE_SENSITIVE);
    /* with a permission that he hasn't as well: the level says no, not the clearance */
    assert_int_equal(people_as(s, clerk, MODEL_PERMISSION_AUDIT_VIEW)->scope.clearance,
                     MODEL_GRADE_SENSITIVE);
    assert_int_equal(course_number(c, "SELECT count(id) FROM session WHERE ended_at = 0"), 0);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action ="
                                      " 'account-clearance' AND target = 'jingban'"
                                      " AND old_value LIKE '%\"clearance\":\"internal\"%'"
                                      " AND new_value LIKE '%\"clearance\":\"sensitive\"%'"),
                     1);
    assert_int_equal(office_session_of(&session, &s->e, clerk), ERR_OK);
    assert_int_equal(session.clearance, MODEL_GRADE_SENSITIVE);
    /* whoever comes later begins as the setting says */
    assert_int_equal(office_setting_change(as(c, "x", MODEL_GRADE_PUBLIC),
                                           MODEL_SETTING_CLEARANCE_DEFAULT, STR("0"), STR("试验")),
                     ERR_OK);
    int64_t later = people_add(s, "houlai", "A", MODEL_ROLE_CLERK);
    assert_int_equal(people_as(s, later, MODEL_PERMISSION_DOCUMENT_EDIT)->scope.clearance,
                     MODEL_GRADE_PUBLIC);
    assert_int_equal(people_as(s, clerk, MODEL_PERMISSION_DOCUMENT_EDIT)->scope.clearance,
                     MODEL_GRADE_SENSITIVE);
}

static void AC7_a_job_is_seen_by_nobody_of_less_clearance_than_who_ordered_it(void **state)
{
    struct course *c = *state;
    struct story *s = c->s;
    people_house(s);
    int64_t security = people_add(s, "anquan", "", MODEL_ROLE_SECURITY);
    int64_t first = people_add(s, "jia", "A", MODEL_ROLE_REVIEWER);
    int64_t second = people_add(s, "yi", "A", MODEL_ROLE_REVIEWER);
    const struct str keys[] = {STR("A-D001")};
    const struct office_batch batch = {.act = OFFICE_BATCH_PUBLISH, .keys = keys, .count = 1};
    struct store_job job;
    int64_t id = 0;
    struct errand *e = people_as(s, security, MODEL_PERMISSION_ROLE_GRANT);
    assert_int_equal(office_account_clearance(e, first, MODEL_GRADE_SENSITIVE), ERR_OK);
    e = people_as(s, first, MODEL_PERMISSION_DOCUMENT_PUBLISH);
    assert_int_equal(office_batch_order(&id, e, &batch), ERR_OK);
    assert_int_equal(office_job_get(&job, people_as(s, first, MODEL_PERMISSION_JOB_VIEW), id),
                     ERR_OK);
    assert_int_equal(office_job_get(&job, people_as(s, second, MODEL_PERMISSION_JOB_VIEW), id),
                     ERR_MISSING);
    e = people_as(s, security, MODEL_PERMISSION_ROLE_GRANT);
    assert_int_equal(office_account_clearance(e, second, MODEL_GRADE_SENSITIVE), ERR_OK);
    assert_int_equal(office_job_get(&job, people_as(s, second, MODEL_PERMISSION_JOB_VIEW), id),
                     ERR_OK);
    e = people_as(s, security, MODEL_PERMISSION_ROLE_GRANT);
    assert_int_equal(office_account_clearance(e, first, MODEL_GRADE_INTERNAL), ERR_OK);
    assert_int_equal(office_job_get(&job, people_as(s, first, MODEL_PERMISSION_JOB_VIEW), id),
                     ERR_MISSING);
}

/* Raised between order and work: what the job's result holds is for those of the lower clearance.
 */
static void AC7_a_job_sees_no_more_than_who_ordered_it_did_then(void **state)
{
    struct course *c = *state;
    struct story *s = c->s;
    people_house(s);
    int64_t security = people_add(s, "anquan", "", MODEL_ROLE_SECURITY);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    struct str keys[2];
    const struct office_batch batch = {
        .act = OFFICE_BATCH_CANCEL, .keys = keys, .count = 2, .reason = STR("合同终止")};
    struct store_job row;
    int64_t job = 0;
    story_import_text(s, "commissions",
                      "委托编号,类别,受托机构,资质,事项,委托单位,开始日期\n"
                      "委1,检验检测,省计量院,CNAS,检定,A,2026-03-02\n"
                      "委2,检验检测,省计量院,CNAS,检定,A,2026-03-02\n");
    story_run(s, "UPDATE commission SET grade = 2 WHERE code = '委2'");
    keys[0] = str_of(course_text(c, "SELECT CAST(id AS text) FROM commission WHERE code = '委1'"));
    keys[1] = str_of(course_text(c, "SELECT CAST(id AS text) FROM commission WHERE code = '委2'"));
    struct errand *e = people_as(s, clerk, MODEL_PERMISSION_INSPECTOR_EDIT);
    assert_int_equal(office_batch_order(&job, e, &batch), ERR_OK);
    e = people_as(s, security, MODEL_PERMISSION_ROLE_GRANT);
    assert_int_equal(office_account_clearance(e, clerk, MODEL_GRADE_SENSITIVE), ERR_OK);
    story_work(s);
    assert_int_equal(office_job_get(&row, people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW), job),
                     ERR_OK);
    assert_true(str_eq(row.words, STR("共选 2 项，已处理 1 项，没有处理 1 项（原因见结果文件）")));
    assert_string_equal(course_text(c, "SELECT state FROM commission WHERE code = '委2'"),
                        "active");
}

/* A number that is taken says so at its row; the others of the file go in. */
static void AC7_a_number_that_a_hidden_commission_has_is_refused_at_its_row(void **state)
{
    struct course *c = *state;
    struct str values[MODEL_COMMISSION_COUNT];
    int64_t id = commission(c, MODEL_GRADE_SENSITIVE, "W-7");
    struct errand *e = as(c, "w", MODEL_GRADE_SENSITIVE);
    struct office_commission_page page;
    assert_int_equal(office_commission_get(&page, e, id), ERR_OK);
    memcpy(values, page.commission.record.values, sizeof values);
    story_run(c->s, "UPDATE commission SET grade = 2 WHERE code = 'W-7'");
    e = as(c, "w", MODEL_GRADE_INTERNAL);
    id = 0; /* as new */
    assert_int_equal(office_commission_save(&id, e, values), ERR_INPUT);
    assert_string_equal(e->fault.field, "code");
    assert_non_null(strstr(e->fault.text, "已经使用"));
    assert_int_equal(course_number(c, "SELECT count(id) FROM commission"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(AC7_a_document_above_the_clearance_is_not_there_for_any_act),
        COURSE_TEST(AC7_a_file_is_graded_as_its_document_or_higher),
        COURSE_TEST(AC7_a_check_form_above_the_clearance_is_no_choice),
        COURSE_TEST(AC7_nobody_gives_a_grade_above_his_clearance_and_lowering_has_a_reason),
        COURSE_TEST(AC7_the_grade_that_nobody_chose_is_the_settings),
        COURSE_TEST(AC7_only_what_is_public_is_published_and_it_stays_so_on_the_portal),
        COURSE_TEST(AC7_the_audit_keeps_no_word_of_a_sensitive_document),
        COURSE_TEST(AC7_a_batch_passes_over_what_is_not_there),
        COURSE_TEST(AC7_rows_of_registers_and_commissions_end_at_the_clearance),
        COURSE_TEST(AC7_a_row_is_graded_as_the_setting_says_and_lowered_with_a_reason),
        COURSE_TEST(AC7_a_new_row_is_graded_as_chosen_up_to_the_clearance),
        COURSE_TEST(AC7_a_file_grades_new_rows_raises_known_ones_and_lowers_none),
        COURSE_TEST(AC7_an_exported_file_has_the_grades_and_changes_nothing_when_it_comes_back),
        COURSE_TEST(AC7_a_clearance_is_given_by_another_ends_sessions_and_stands_in_the_audit),
        COURSE_TEST(AC7_a_job_is_seen_by_nobody_of_less_clearance_than_who_ordered_it),
        COURSE_TEST(AC7_a_job_sees_no_more_than_who_ordered_it_did_then),
        COURSE_TEST(AC7_a_number_that_a_hidden_commission_has_is_refused_at_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
