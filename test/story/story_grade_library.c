/* Security grades (安全标记) of special libraries, on both databases (SECURITY.md AC7): a library
 * above the clearance and its rows are there for no act of a person, nor for his jobs and files. */
#include "story.h"

#include "rig_people.h"

#include "office/grade.h"
#include "office/health.h"
#include "office/job.h"
#include "office/library.h"
#include "office/object.h"
#include "office/setting.h"

#include <string.h>

/* Somebody of SCJG who sees up to a grade. */
static struct errand *as(struct course *c, const char *actor, enum model_grade clearance)
{
    struct errand *e = course_as(c, actor, MODEL_SCOPE_DEPARTMENT, "SCJG");
    e->scope.clearance = clearance;
    return e;
}

/* A library of SCJG as its form writes it; id 0 makes one, job is what the form was opened with. */
static enum err library_put(int64_t *id, struct errand *e, const char *name, const char *grade,
                            int64_t job)
{
    const struct store_library l = {.id = *id,
                                    .name = str_of(name),
                                    .department = STR("SCJG"),
                                    .state = STR("active"),
                                    .job = job};
    int64_t made = 0;
    enum err err = office_library_put(&made, e, &l, str_of(grade));
    if (err == ERR_OK)
        *id = made;
    return err;
}

static int64_t library(struct course *c, const char *name, const char *grade)
{
    int64_t id = 0;
    assert_int_equal(library_put(&id, as(c, "chen", MODEL_GRADE_SENSITIVE), name, grade, 0),
                     ERR_OK);
    return id;
}

/* An object of SCJG, number P-1. */
static void library_object(struct course *c)
{
    story_import_text(c->s, "departments",
                      "部门代码,部门名称,层级,行政区划\nSCJG,市场监督管理局,县,410882\n");
    story_import_text(c->s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,监管部门\n"
                      "P-1,电梯一,产品,SCJG\nP-2,电梯二,产品,SCJG\n");
}

static struct office_library_place placed(int64_t id)
{
    return (struct office_library_place){
        .pool_id = STR("P-1"), .library = id, .licence = STR("TS-1"), .what = STR("使用登记")};
}

/* How many changes of P-1 tell of a library. */
static size_t library_told(struct course *c, enum model_grade clearance)
{
    struct office_object object;
    size_t told = 0;
    assert_int_equal(office_object_show(&object, as(c, "w", clearance), STR("P-1")), ERR_OK);
    for (size_t i = 0; i < object.change_count; i++)
        told += str_find(object.changes[i].after, STR("TS-1")) >= 0 ||
                str_find(object.changes[i].before, STR("TS-1")) >= 0;
    return told;
}

/* Does a change of the ratio say that so many are too small? */
static bool library_small(struct course *c, enum model_grade clearance, size_t count)
{
    struct office_impact impact = {0};
    struct str want = arena_printf(&c->s->arena, "有 %zu 个专项库过小", count);
    bool found = false;
    assert_int_equal(office_setting_impact(&impact, as(c, "x", clearance),
                                           MODEL_SETTING_HEALTH_RATIO, STR("1/100"), STR("试验")),
                     ERR_OK);
    for (size_t i = 0; i < impact.count; i++)
        found = found || str_find(impact.words[i], want) >= 0;
    return found;
}

/* Rows of a file that names the library which went in. */
static uint64_t library_taken(struct course *c, enum model_grade clearance, const char *name)
{
    struct story *s = c->s;
    struct str text = arena_printf(
        &s->arena, "专项库,统一社会信用代码,许可证号,许可事项\n%s,P-1,TS-1,使用登记\n", name);
    const char *path = story_file(s, "许可证.csv", arena_cstr(&s->arena, text));
    const struct office_import job = {.resource = STR("libraries"), .path = path, .scoped = true};
    assert_int_equal(office_import(as(c, "w", clearance), &job, &s->report), ERR_OK);
    if (s->report.rejected > 0) /* in the words for a name that no library has */
        assert_non_null(strstr(arena_cstr(&s->arena, s->report.problems[0].reason), "没有专项库"));
    return s->report.same;
}

/* One library asked for by every way there is, by somebody who sees it or does not. */
static void library_ways(struct course *c, enum model_grade clearance, int64_t id, bool sees)
{
    static const char *const names[] = {"public", "internal", "sensitive"};
    const struct str picked[] = {STR("P-1")};
    const struct office_library_query rows = {.library = id, .most = 10};
    const struct office_object_query filter = {.filter = {.library = id, .year = 2026}};
    const struct office_library_place place = placed(id);
    const struct office_library_place none = {
        .pool_id = STR("P-1"), .library = id, .licence = STR("TS-9")};
    struct office_library_batch batch = {
        .set = {.pool_ids = picked, .pool_id_count = 1, .expected = -1},
        .library = id,
        .reason = STR("因")};
    struct store_library l = {0};
    struct office_library_list list;
    struct office_object_list objects;
    struct office_batched out;
    int64_t job = 0;
    int64_t same = id;
    assert_int_equal(office_library_get(&l, as(c, "w", clearance), id),
                     sees ? ERR_OK : ERR_MISSING);
    assert_int_equal(l.objects, sees ? 1 : 0);
    assert_int_equal(office_library_list(&list, as(c, "w", clearance), &rows),
                     sees ? ERR_OK : ERR_MISSING);
    assert_int_equal(list.total, sees ? 1 : 0);
    assert_int_equal(office_object_list(&objects, as(c, "w", clearance), &filter), ERR_OK);
    assert_int_equal(objects.total, sees ? 1 : 0);
    /* found is a conflict with a job of no library, hidden is missing */
    assert_int_equal(library_put(&same, as(c, "w", clearance), "别名", "", 99),
                     sees ? ERR_CONFLICT : ERR_MISSING);
    assert_int_equal(office_library_place(as(c, "w", clearance), &place),
                     sees ? ERR_OK : ERR_INPUT);
    assert_int_equal(office_library_leave(as(c, "w", clearance), &none), sees ? ERR_OK : ERR_INPUT);
    assert_int_equal(office_library_batch(&out, as(c, "w", clearance), &batch),
                     sees ? ERR_OK : ERR_INPUT);
    if (!sees) {
        assert_string_equal(c->s->e.fault.field, "library");
        batch.leave = true;
        assert_int_equal(office_library_batch(&out, as(c, "w", clearance), &batch), ERR_INPUT);
        assert_int_equal(office_library_export_order(&job, as(c, "w", clearance), id, SHEET_CSV),
                         ERR_MISSING);
    }
    const struct office_grading to = {NULL, id, str_of(names[sees ? l.grade : MODEL_GRADE_PUBLIC]),
                                      STR("依据"), true};
    assert_int_equal(office_grade(as(c, "w", clearance), &to), sees ? ERR_STATE : ERR_MISSING);
}

static void AC7_a_library_and_its_rows_end_at_the_clearance(void **state)
{
    struct course *c = *state;
    static const char *const grades[] = {"public", "internal", "sensitive"};
    static const char *const names[] = {"公开的库", "内部的库", "敏感的库"};
    int64_t ids[MODEL_GRADE_COUNT];
    library_object(c);
    for (size_t g = 0; g < MODEL_GRADE_COUNT; g++) {
        ids[g] = library(c, names[g], grades[g]);
        const struct office_library_place place = placed(ids[g]);
        assert_int_equal(office_library_place(as(c, "chen", MODEL_GRADE_SENSITIVE), &place),
                         ERR_OK);
    }
    for (size_t n = 0; n < MODEL_GRADE_COUNT; n++) {
        enum model_grade clearance = (enum model_grade)n;
        struct store_library *rows = NULL;
        struct store_library_row *places = NULL;
        uint64_t least = 0;
        size_t count = 0;
        for (size_t g = 0; g < MODEL_GRADE_COUNT; g++) {
            library_ways(c, clearance, ids[g], g <= n);
            assert_int_equal(library_taken(c, clearance, names[g]), g <= n ? 1 : 0);
        }
        assert_int_equal(office_libraries(&rows, &count, as(c, "w", clearance)), ERR_OK);
        assert_int_equal(count, n + 1);
        assert_int_equal(office_library_choices(&rows, &count, as(c, "w", clearance)), ERR_OK);
        assert_int_equal(count, n + 1);
        assert_int_equal(office_health_libraries(&rows, &count, &least, as(c, "w", clearance)),
                         ERR_OK); /* one object is too few of each */
        assert_int_equal(count, n + 1);
        assert_int_equal(office_library_rows(&places, &count, as(c, "w", clearance), STR("P-1")),
                         ERR_OK);
        assert_int_equal(count, n + 1);
        assert_int_equal(library_told(c, clearance), n + 1);
        assert_true(library_small(c, clearance, n + 1));
    }
    assert_int_equal(course_number(c, "SELECT count(object) FROM library_row"), 3);
    /* what the history tells of a library goes with it, under whatever name it had then */
    int64_t job = course_number(c, "SELECT job FROM library WHERE name = '公开的库'");
    assert_int_equal(
        library_put(&ids[0], as(c, "chen", MODEL_GRADE_SENSITIVE), "改名的库", "sensitive", job),
        ERR_OK);
    assert_int_equal(library_told(c, MODEL_GRADE_PUBLIC), 0);
    assert_int_equal(library_told(c, MODEL_GRADE_INTERNAL), 1);
    assert_int_equal(library_told(c, MODEL_GRADE_SENSITIVE), 3);
}

/* A library's rows asked for without asking for the library first, as by a transaction that begins
 * after it was raised. */
struct stored {
    struct course *c;
    int64_t library;
    int64_t object;
    enum model_grade clearance;
    bool sees;
};

static enum err stored_each(void *ctx, const struct store_library_entry *entry)
{
    int *seen = ctx;
    *seen += str_eq(entry->pool_id, STR("P-1"));
    return ERR_OK;
}

static enum err stored_run(struct db_tx *tx, void *ctx)
{
    const struct stored *s = ctx;
    struct arena *arena = &s->c->s->arena;
    struct str tenant = s->c->s->e.office->tenant;
    int64_t one = s->sees ? 1 : 0;
    const struct store_library_row key = {
        .library = s->library, .object = s->object, .licence = STR("TS-1")};
    const struct store_library_rows_find find = {tenant, s->library, s->clearance, {&s->object, 1}};
    struct store_library_page page = {
        .find = {.tenant = tenant, .reach = {.all = true}, .clearance = s->clearance},
        .library = s->library,
        .text = STR(""),
        .number = STR(""),
        .licence = STR(""),
        .most = 9};
    struct store_library_entry *entries = NULL;
    struct store_library_row *rows = NULL;
    struct store_library_row row;
    int64_t total = -1;
    size_t count = 9;
    int seen = 0;
    assert_int_equal(store_library_entries(tx, &page.find, s->library, stored_each, &seen), ERR_OK);
    assert_int_equal(seen, one);
    assert_int_equal(store_library_page_total(&total, tx, &page), ERR_OK);
    assert_int_equal(total, one);
    assert_int_equal(store_library_page(&entries, &count, arena, tx, &page), ERR_OK);
    assert_int_equal(count, one);
    page.back = true;
    page.object = INT64_MAX;
    assert_int_equal(store_library_page(&entries, &count, arena, tx, &page), ERR_OK);
    assert_int_equal(count, one);
    assert_int_equal(store_library_row_get(&row, arena, tx, tenant, &key, s->clearance),
                     s->sees ? ERR_OK : ERR_MISSING);
    assert_int_equal(store_library_rows_of(&rows, &count, arena, tx, &find), ERR_OK);
    assert_int_equal(count, one);
    return store_library_rows_remove(tx, &find);
}

static void AC7_no_statement_over_its_rows_finds_a_library_above_the_clearance(void **state)
{
    struct course *c = *state;
    struct stored s = {.c = c};
    library_object(c);
    s.library = library(c, "敏感的库", "sensitive");
    s.object = course_number(c, "SELECT id FROM object WHERE pool_id = 'P-1'");
    const struct office_library_place place = placed(s.library);
    assert_int_equal(office_library_place(as(c, "chen", MODEL_GRADE_SENSITIVE), &place), ERR_OK);
    for (size_t n = 0; n < MODEL_GRADE_COUNT; n++) {
        s.clearance = (enum model_grade)n;
        s.sees = s.clearance == MODEL_GRADE_SENSITIVE;
        assert_int_equal(office_write(as(c, "w", s.clearance), "stored", stored_run, &s), ERR_OK);
        assert_int_equal(course_number(c, "SELECT count(object) FROM library_row"), s.sees ? 0 : 1);
    }
}

static void AC7_a_library_is_raised_by_an_edit_and_lowered_with_a_reason(void **state)
{
    struct course *c = *state;
    int64_t id = library(c, "常", "");
    int64_t low = 0;
    int64_t first = -1;
    assert_int_equal(course_number(c, "SELECT grade FROM library"), MODEL_GRADE_INTERNAL);
    /* at most what he sees himself, of his own will or by the setting */
    assert_int_equal(library_put(&low, as(c, "chen", MODEL_GRADE_INTERNAL), "高", "sensitive", 0),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    assert_int_equal(library_put(&low, as(c, "chen", MODEL_GRADE_INTERNAL), "高", "secret", 0),
                     ERR_INPUT);
    assert_int_equal(office_setting_change(as(c, "x", MODEL_GRADE_PUBLIC),
                                           MODEL_SETTING_GRADE_LIBRARY, STR("3"), STR("试验")),
                     ERR_INPUT);
    assert_int_equal(office_library_grade_first(&first, as(c, "chen", MODEL_GRADE_PUBLIC)), ERR_OK);
    assert_int_equal(first, MODEL_GRADE_PUBLIC);
    assert_int_equal(library_put(&low, as(c, "chen", MODEL_GRADE_PUBLIC), "低", "", 0), ERR_OK);
    assert_int_equal(course_number(c, "SELECT grade FROM library WHERE name = '低'"),
                     MODEL_GRADE_PUBLIC);
    /* a name that is taken is told as that of a commission is, nothing else of who has it */
    low = 0;
    assert_int_equal(library_put(&low, as(c, "chen", MODEL_GRADE_PUBLIC), "常", "", 0),
                     ERR_DUPLICATE);
    /* an edit raises it, leaves it as it is, and does not lower it */
    int64_t job = course_number(c, "SELECT job FROM library WHERE name = '常'");
    assert_int_equal(library_put(&id, as(c, "chen", MODEL_GRADE_INTERNAL), "常", "public", job),
                     ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "grade");
    assert_int_equal(library_put(&id, as(c, "chen", MODEL_GRADE_SENSITIVE), "常", "sensitive", job),
                     ERR_OK);
    job = course_number(c, "SELECT job FROM library WHERE name = '常'");
    assert_int_equal(library_put(&id, as(c, "chen", MODEL_GRADE_SENSITIVE), "常", "", job), ERR_OK);
    assert_int_equal(course_number(c, "SELECT grade FROM library WHERE name = '常'"),
                     MODEL_GRADE_SENSITIVE);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'library'"
                                      " AND old_value LIKE '%\"grade\":\"internal\"%'"
                                      " AND new_value LIKE '%\"grade\":\"sensitive\"%'"),
                     1);
    /* lowered by who sees and keeps it, with a reason, once; an edit begun before is refused */
    const struct office_grading bare = {NULL, id, STR("internal"), STR(" "), true};
    const struct office_grading down = {NULL, id, STR("internal"), STR("脱敏"), true};
    job = course_number(c, "SELECT job FROM library WHERE name = '常'");
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_INTERNAL), &down), ERR_MISSING);
    struct errand *other = course_as(c, "zhao", MODEL_SCOPE_DEPARTMENT, "XFJY");
    assert_int_equal(office_grade(other, &down), ERR_MISSING);
    assert_int_equal(office_grade(as(c, "chen", MODEL_GRADE_SENSITIVE), &bare), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "reason");
    for (int i = 0; i < 2; i++) { /* pressed twice */
        struct errand *e = as(c, "chen", MODEL_GRADE_SENSITIVE);
        e->key = STR("desk-1-grade");
        assert_int_equal(office_grade(e, &down), ERR_OK);
    }
    assert_int_equal(course_number(c, "SELECT grade FROM library WHERE name = '常'"),
                     MODEL_GRADE_INTERNAL);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'library-grade'"
                                      " AND detail = '脱敏' AND target = '常'"
                                      " AND old_value LIKE '%\"grade\":\"sensitive\"%'"
                                      " AND new_value LIKE '%\"grade\":\"internal\"%'"),
                     1);
    assert_int_equal(library_put(&id, as(c, "chen", MODEL_GRADE_SENSITIVE), "常", "", job),
                     ERR_CONFLICT);
}

/* Raised between order and work: it is not there any more for the job of somebody cleared less. */
static void AC7_a_job_finds_no_library_that_was_raised_meanwhile(void **state)
{
    struct course *c = *state;
    struct story *s = c->s;
    const struct office_object_query products = {.filter = {.kind = STR("product"), .year = 2026}};
    const struct store_library l = {
        .name = STR("电梯库"), .department = STR("A"), .state = STR("active")};
    struct store_job row;
    int64_t id = 0;
    int64_t jobs[2] = {0};
    people_house(s);
    int64_t office = people_add(s, "jingban", "A", MODEL_ROLE_OFFICE);
    story_import_text(s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,监管部门\nP-1,电梯一,产品,甲局\n");
    assert_int_equal(
        office_library_put(&id, people_as(s, office, MODEL_PERMISSION_LIBRARY_EDIT), &l, STR("")),
        ERR_OK);
    const struct office_library_batch batch = {
        .set = {.query = &products, .expected = 1}, .library = id, .reason = STR("普查")};
    struct errand *e = people_as(s, office, MODEL_PERMISSION_OBJECT_EXPORT);
    assert_int_equal(office_library_export_order(&jobs[0], e, id, SHEET_CSV), ERR_OK);
    e = people_as(s, office, MODEL_PERMISSION_LIBRARY_EDIT);
    assert_int_equal(office_library_batch_order(&jobs[1], e, &batch), ERR_OK);
    story_run(s, "UPDATE library SET grade = 2");
    story_work(s);
    for (int i = 0; i < 2; i++) {
        e = people_as(s, office, MODEL_PERMISSION_JOB_VIEW);
        assert_int_equal(office_job_get(&row, e, jobs[i]), ERR_OK);
        assert_true(str_eq(row.state, STR("failed")));
        assert_true(str_find(row.words, STR("专项库")) >= 0);
    }
    assert_int_equal(course_number(c, "SELECT count(object) FROM library_row"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(AC7_a_library_and_its_rows_end_at_the_clearance),
        COURSE_TEST(AC7_no_statement_over_its_rows_finds_a_library_above_the_clearance),
        COURSE_TEST(AC7_a_library_is_raised_by_an_edit_and_lowered_with_a_reason),
        COURSE_TEST(AC7_a_job_finds_no_library_that_was_raised_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
