/* Special libraries by the many (R25, R26): a filtered or picked set put in and taken out at once,
 * rows from a file, rows into a file; who sees what of it. And the vocabulary from a file (R27).
 * Numbers are those of made-up products.
 */
#include "rig_people.h"

#include "base/file.h"
#include "office/library.h"
#include "office/object.h"
#include "office/upload.h"

#include <string.h>

#define HEAD "专项库,统一社会信用代码,名称,许可证号,许可事项,有效期至,联系人,电话\n"

struct house {
    struct story *s;
    int64_t clerk; /* of A; B is below */
    int64_t other; /* of C */
    int64_t office;
    int64_t lifts;  /* A's library */
    int64_t closed; /* A's, no longer in use */
    int64_t theirs; /* C's */
};

static struct errand *as(const struct house *h, int64_t account)
{
    return people_as(h->s, account, MODEL_PERMISSION_LIBRARY_EDIT);
}

static int64_t library(struct house *h, int64_t account, const char *name, const char *department,
                       const char *state)
{
    int64_t id = 0;
    const struct store_library l = {
        .name = str_of(name), .department = str_of(department), .state = str_of(state)};
    assert_int_equal(office_library_put(&id, as(h, account), &l, STR("")), ERR_OK);
    return id;
}

static void house_make(struct house *h, struct story *s)
{
    *h = (struct house){.s = s};
    people_house(s);
    h->clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    h->other = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    h->office = people_add(s, "shuangsuiban", "A", MODEL_ROLE_OFFICE);
    story_import_text(s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,监管部门\n"
                      "P-1,电梯一,产品,甲局\nP-2,电梯二,产品,甲局\nP-3,电梯三,产品,乙局\n"
                      "P-4,电梯四,产品,丙局\nP-5,孪生梯,产品,甲局\nP-6,孪生梯,产品,丙局\n"
                      "P-7,厂房,项目,甲局\n");
    h->lifts = library(h, h->clerk, "电梯库", "A", "active");
    h->closed = library(h, h->clerk, "停用库", "A", "closed");
    h->theirs = library(h, h->other, "丙库", "C", "active");
}

static int64_t places(struct house *h)
{
    return story_number(h->s, "SELECT COUNT(*) FROM library_row");
}

/* The number of P-1's place with that licence, which stands sealed. */
static const char *phone_of(struct house *h, const char *licence)
{
    struct store_library_row *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_library_rows(&rows, &count, as(h, h->clerk), STR("P-1")), ERR_OK);
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].licence, str_of(licence)))
            return arena_cstr(&h->s->arena, rows[i].phone);
    return NULL;
}

static int64_t histories(struct house *h)
{
    return story_number(h->s, "SELECT COUNT(*) FROM registry_change WHERE resource = 'objects'");
}

/* Imports text as an account; scoped as an upload is. */
static void take(struct house *h, int64_t account, const char *text, const char *list)
{
    struct story *s = h->s;
    const char *path = story_file(s, "许可证.csv", text);
    const struct office_import job = {
        .resource = STR("libraries"), .path = path, .scoped = true, .list = str_of(list)};
    struct errand *e = as(h, account);
    enum err err = office_import(e, &job, &s->report);
    if (err != ERR_OK)
        print_message("%s\n", fault_text(&e->fault));
    assert_int_equal(err, ERR_OK);
}

/* --- many at once --- */

static void a_filtered_set_goes_into_a_library_whole_and_once(void **state)
{
    struct house h;
    struct office_batched out;
    struct office_object_query products = {.filter = {.kind = STR("product"), .year = 2026}};
    house_make(&h, *state);
    struct office_library_batch batch = {
        .set = {.query = &products, .expected = 5}, .library = h.lifts, .reason = STR("普查")};
    /* four of the five products are within the clerk's reach: nothing is done for another number */
    assert_int_equal(office_library_batch(&out, as(&h, h.clerk), &batch), ERR_CONFLICT);
    assert_int_equal(places(&h), 0);
    batch.set.expected = 4;
    for (int i = 0; i < 2; i++) {
        struct errand *e = as(&h, h.clerk);
        e->key = STR("press-1");
        assert_int_equal(office_library_batch(&out, e, &batch), ERR_OK);
        assert_int_equal(out.fit, 4);
        assert_int_equal(out.changed, 4);
        assert_int_equal(out.repeated, i == 1);
    }
    assert_int_equal(places(&h), 4);
    assert_int_equal(histories(&h), 4);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM audit WHERE action = 'library-batch'"),
                     1);
    assert_string_equal(story_text(h.s, "SELECT detail FROM audit WHERE action = 'library-batch'"),
                        "{\"word\":\"电梯库\",\"remove\":0,\"fit\":4,\"changed\":4,"
                        /* printf 'P-1\nP-2\nP-3\nP-5\n' | sha256sum */
                        "\"objects_sha256\":"
                        "\"ed0434dac1945fc8632074e617532dbdf1a094a82efc7304c4393a17e5ef5a23\"}");
    /* a second press under a key of its own finds all of them there */
    assert_int_equal(office_library_batch(&out, as(&h, h.clerk), &batch), ERR_OK);
    assert_int_equal(out.changed, 0);
    assert_int_equal(histories(&h), 4);
    /* the office reaches all: only what is missing is added */
    batch.set.expected = 6;
    assert_int_equal(office_library_batch(&out, as(&h, h.office), &batch), ERR_OK);
    assert_int_equal(out.fit, 6);
    assert_int_equal(out.changed, 2);
    assert_string_equal(
        story_text(h.s, "SELECT reason FROM registry_change ORDER BY id DESC LIMIT 1"), "普查");
}

static void what_is_taken_out_leaves_with_every_licence_and_stays_in_the_history(void **state)
{
    struct house h;
    struct office_batched out;
    struct office_object_query projects = {.filter = {.kind = STR("project"), .year = 2026}};
    const struct str picked[] = {STR("P-1"), STR("P-2")};
    house_make(&h, *state);
    for (int i = 0; i < 2; i++) {
        const struct office_library_place place = {.pool_id = STR("P-1"),
                                                   .library = h.lifts,
                                                   .licence = i == 0 ? STR("TS-1") : STR("TS-2"),
                                                   .phone = STR("13812345678")};
        assert_int_equal(office_library_place(as(&h, h.clerk), &place), ERR_OK);
        assert_int_equal(office_library_place(as(&h, h.clerk), &place), ERR_OK);
    }
    assert_int_equal(histories(&h), 2); /* placing it again as it is was no change */
    struct office_library_batch batch = {
        .set = {.pool_ids = picked, .pool_id_count = 2, .expected = -1},
        .library = h.lifts,
        .reason = STR("核实")};
    assert_int_equal(office_library_batch(&out, as(&h, h.clerk), &batch), ERR_OK);
    assert_int_equal(out.changed, 1); /* P-1 stands in it already, with licences */
    assert_int_equal(places(&h), 3);
    batch.leave = true;
    assert_int_equal(office_library_batch(&out, as(&h, h.clerk), &batch), ERR_OK);
    assert_int_equal(out.fit, 2);
    assert_int_equal(out.changed, 2);
    assert_int_equal(places(&h), 0);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM registry_change WHERE after = '{}'"
                                       " AND before LIKE '%TS-_%'"),
                     2);
    assert_int_equal(
        story_number(h.s, "SELECT COUNT(*) FROM registry_change WHERE before LIKE '%13812345678%'"),
        0);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM registry_change WHERE after = '{}'"
                                       " AND before LIKE '%138****5678%'"),
                     2);
    batch.set = (struct office_object_set){.query = &projects, .expected = -1};
    assert_int_equal(office_library_batch(&out, as(&h, h.clerk), &batch), ERR_OK);
    assert_int_equal(out.fit, 1);
    assert_int_equal(out.changed, 0);
}

static void nothing_is_put_where_or_taken_from_where_a_person_does_not_see(void **state)
{
    struct house h;
    struct office_batched out;
    const struct str mine[] = {STR("P-1")};
    const struct str mixed[] = {STR("P-1"), STR("P-4")};
    house_make(&h, *state);
    const struct office_object_set one = {.pool_ids = mine, .pool_id_count = 1, .expected = -1};
    const struct office_object_set two = {.pool_ids = mixed, .pool_id_count = 2, .expected = -1};
    const struct {
        struct office_library_batch batch;
        enum err err;
        const char *field;
    } cases[] = {
        {{two, h.lifts, false, STR("试")}, ERR_MISSING, NULL},
        {{one, h.theirs, false, STR("试")}, ERR_INPUT, "library"},
        {{one, h.theirs + 1, false, STR("试")}, ERR_INPUT, "library"},
        {{one, h.closed, false, STR("试")}, ERR_STATE, "library"},
        {{one, h.lifts, false, STR(" ")}, ERR_INPUT, "reason"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct errand *e = as(&h, h.clerk);
        assert_int_equal(office_library_batch(&out, e, &cases[i].batch), cases[i].err);
        if (cases[i].field != NULL)
            assert_string_equal(e->fault.field, cases[i].field);
    }
    const struct office_library_place guessed = {.pool_id = STR("P-1"), .library = h.theirs};
    struct errand *e = as(&h, h.clerk);
    assert_int_equal(office_library_place(e, &guessed), ERR_INPUT);
    assert_null(strstr(fault_text(&e->fault), "丙库"));
    assert_int_equal(places(&h), 0);
    /* a closed library can still be emptied */
    const struct office_library_batch leave = {one, h.closed, true, STR("试")};
    assert_int_equal(office_library_batch(&out, as(&h, h.clerk), &leave), ERR_OK);
}

/* --- rows from a file --- */

static const char LIST[] = HEAD "电梯库,P-1,电梯一,TS-1,使用登记,2027-01-31,张三,13812345678\n"
                                "电梯库,P-1,,TS-2,使用登记,长期,,\n"
                                "电梯库,,电梯三,TS-3,,2027/2/1,,\n"
                                "电梯库,P-4,电梯四,TS-4,,,,\n"
                                "电梯库,P-9,,TS-9,,,,\n"
                                "电梯库,P-1,,TS-1,,,,\n"
                                "电梯库,P-2,,TS-5,,2027-02-30,,\n"
                                "没有的库,P-2,,TS-6,,,,\n"
                                "停用库,P-2,,TS-7,,,,\n"
                                "电梯库,,,TS-8,,,,\n"
                                "电梯库,P-2,改了名,TS-10,,,,\n"
                                "电梯库,,孪生梯,TS-11,,,,\n"
                                "丙库,P-2,,TS-12,,,,\n";

static void good_rows_go_in_and_each_bad_one_says_why(void **state)
{
    static const struct story_counts first = {13, 5, 0, 0, 8, 1};
    static const struct story_counts again = {13, 0, 0, 5, 8, 1};
    struct house h;
    house_make(&h, *state);
    struct story *s = h.s;
    take(&h, h.clerk, LIST, "");
    story_counts(s, &first);
    story_problem(s, 5, "没有编号为“P-4”的检查对象"); /* it is, in another department */
    story_problem(s, 6, "没有编号为“P-9”的检查对象");
    story_problem(s, 7, "与第2行重复");
    story_problem(s, 8, "2027-02-30");
    story_problem(s, 9, "没有专项库“没有的库”");
    story_problem(s, 10, "已停用");
    story_problem(s, 11, "没有填写统一社会信用代码，也没有填写检查对象名称");
    story_problem(s, 14, "没有专项库“丙库”"); /* it is, in another department */
    story_warning(s, 12, "名称与名录库中的“电梯二”不同");
    assert_true(str_eq(s->report.problems[3].column, STR("有效期至")));
    assert_int_equal(places(&h), 5);
    /* 2027-01-31 and 2027-02-01 in days since 1970 */
    assert_int_equal(story_number(s, "SELECT valid_until FROM library_row WHERE licence = 'TS-1'"),
                     20849);
    assert_int_equal(story_number(s, "SELECT valid_until FROM library_row WHERE licence = 'TS-2'"),
                     0);
    assert_int_equal(story_number(s, "SELECT valid_until FROM library_row WHERE licence = 'TS-3'"),
                     20850);
    assert_string_equal(story_text(s, "SELECT o.pool_id FROM library_row r JOIN object o ON"
                                      " o.id = r.object WHERE r.licence = 'TS-11'"),
                        "P-5"); /* of the two of that name the one within reach */
    assert_int_equal(histories(&h), 5);
    assert_int_equal(
        story_number(s, "SELECT COUNT(*) FROM registry_change WHERE reason = '许可证.csv'"), 5);
    assert_string_equal(story_text(s, "SELECT name FROM object WHERE pool_id = 'P-2'"), "电梯二");
    take(&h, h.clerk, LIST, "");
    story_counts(s, &again);
    assert_int_equal(places(&h), 5);
    assert_int_equal(histories(&h), 5);
    /* for who sees both of a name the name says too little */
    take(&h, h.office, HEAD "电梯库,,孪生梯,TS-12,,,,\n", "");
    story_problem(s, 2, "2个同名的检查对象");
}

static void a_file_changes_what_it_says_and_keeps_the_rest(void **state)
{
    static const struct story_counts one = {1, 0, 1, 0, 0, 0};
    static const struct story_counts masked = {1, 0, 0, 1, 0, 1};
    struct house h;
    house_make(&h, *state);
    struct story *s = h.s;
    take(&h, h.clerk, LIST, "");
    take(&h, h.clerk, "检查对象编号,许可证编号,电话\nP-1,TS-1,138****5678\n", "电梯库");
    story_counts(s, &masked);
    story_warning(s, 2, "遮盖的号码没有导入");
    take(&h, h.clerk, "注册号,许可证编号,到期日期\nP-1,TS-1,2030年6月30日\n", "电梯库");
    story_counts(s, &one);
    assert_string_equal(story_text(s, "SELECT what FROM library_row WHERE licence = 'TS-1'"),
                        "使用登记");
    assert_string_equal(phone_of(&h, "TS-1"), "13812345678");
    assert_non_null(
        strstr(story_text(s, "SELECT before FROM registry_change ORDER BY id DESC LIMIT 1"),
               "2027-01-31"));
    assert_non_null(strstr(
        story_text(s, "SELECT after FROM registry_change ORDER BY id DESC LIMIT 1"), "2030-06-30"));
    take(&h, h.clerk, "注册号,许可证编号,有效期至,电话\nP-1,TS-1,长期,清空\n", "电梯库");
    story_counts(s, &one);
    assert_int_equal(story_number(s, "SELECT valid_until FROM library_row WHERE licence = 'TS-1'"),
                     0);
    assert_string_equal(story_text(s, "SELECT phone FROM library_row WHERE licence = 'TS-1'"), "");
    assert_string_equal(story_text(s, "SELECT contact FROM library_row WHERE licence = 'TS-1'"),
                        "张三");
    take(&h, h.clerk, "注册号,许可证编号\nP-1,4.10882E+17\n", "电梯库");
    story_problem(s, 2, "丢失了位数");
}

static void a_file_that_cannot_say_where_its_rows_belong_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *list;
        const char *words;
    } cases[] = {
        {"统一社会信用代码,许可证号\nP-1,TS-1\n", "", "没有“专项库”列"},
        {"统一社会信用代码,许可证号\nP-1,TS-1\n", "丙库", "没有专项库“丙库”"},
        {"统一社会信用代码,许可证号\nP-1,TS-1\n", "停用库", "已停用"},
        {"专项库,许可证号\n电梯库,TS-1\n", "", "没有“统一社会信用代码”列"},
    };
    struct house h;
    house_make(&h, *state);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct errand *e = as(&h, h.clerk);
        const struct office_import job = {.resource = STR("libraries"),
                                          .path = story_file(h.s, "表.csv", cases[i].text),
                                          .scoped = true,
                                          .list = str_of(cases[i].list)};
        assert_int_not_equal(office_import(e, &job, &h.s->report), ERR_OK);
        assert_non_null(strstr(fault_text(&e->fault), cases[i].words));
    }
    assert_int_equal(places(&h), 0);
}

/* --- in the browser --- */

static enum err upload(int64_t *id, struct house *h, const char *text, const char *into)
{
    struct errand *e = as(h, h->clerk);
    const char *path = office_job_path(e, ".tmp-test");
    assert_int_equal(file_write_plain(path, str_of(text), 0600), ERR_OK);
    const struct office_upload_add in = {.kind = office_upload_kind(STR("libraries")),
                                         .path = path,
                                         .name = STR("许可证.csv"),
                                         .bytes = strlen(text),
                                         .library = str_of(into)};
    return office_upload_add(id, e, &in);
}

static void an_upload_is_checked_first_and_goes_into_the_library_chosen(void **state)
{
    const struct office_upload_kind *kind = office_upload_kind(STR("libraries"));
    struct house h;
    struct store_upload u = {0};
    int64_t id = 0;
    int64_t job = 0;
    house_make(&h, *state);
    struct story *s = h.s;
    assert_int_equal(upload(&id, &h, "注册号\nP-1\n", "丙库"), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "library");
    assert_int_equal(upload(&id, &h, "注册号\nP-1\n", "停用库"), ERR_INPUT);
    assert_int_equal(upload(&id, &h, "注册号,许可证号\nP-1,TS-1\nP-3,TS-3\nP-4,TS-4\n", "电梯库"),
                     ERR_OK);
    story_work(s);
    assert_int_equal(office_upload_get(&u, as(&h, h.clerk), kind, id), ERR_OK);
    assert_true(str_eq(u.state, STR("checked")));
    assert_int_equal(places(&h), 0);
    assert_int_equal(office_upload_get(&u, as(&h, h.other), kind, id), ERR_MISSING);
    assert_int_equal(office_upload_confirm(&job, as(&h, h.clerk), kind, id), ERR_OK);
    story_work(s);
    assert_int_equal(places(&h), 2);
    assert_string_equal(story_text(s, "SELECT words FROM job WHERE kind = 'import-libraries'"),
                        "共 3 行，新增 2，变更 0，无变化 0，未导入 1");
}

/* --- the rows of one --- */

static void a_librarys_rows_are_those_of_the_scope_page_after_page(void **state)
{
    struct house h;
    struct office_library_list list;
    house_make(&h, *state);
    struct story *s = h.s;
    take(&h, h.office, HEAD "电梯库,P-4,,TS-4,,2020-02-29,李四,13900001111\n", "");
    take(&h, h.clerk, LIST, "");
    const struct {
        int64_t account;
        struct office_library_query query;
        int64_t total;
    } cases[] = {
        {h.clerk, {.most = 50}, 5},
        {h.other, {.most = 50}, 1}, /* its own object in another department's library */
        {h.office, {.most = 50}, 6},
        {h.office, {.text = STR("TS-1"), .most = 50}, 3}, /* TS-1, TS-10, TS-11 */
        {h.office, {.text = STR("p-4"), .most = 50}, 1},
        {h.office, {.text = STR("电梯"), .most = 50}, 5},
        {h.office, {.from = 1, .until = 20000, .most = 50}, 1},     /* 2020-02-29 is day 18321 */
        {h.office, {.from = 20849, .until = 20849, .most = 50}, 1}, /* 2027-01-31 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct office_library_query query = cases[i].query;
        query.library = h.lifts;
        query.licence = STR("");
        assert_int_equal(office_library_list(&list, as(&h, cases[i].account), &query), ERR_OK);
        assert_int_equal(list.total, cases[i].total);
        assert_int_equal(list.count, cases[i].total);
        for (size_t k = 0; k < list.count; k++)
            assert_true(str_find(list.rows[k].place.phone, STR("1234")) < 0);
    }
    /* by twos forward to the end, then back to the begin */
    struct office_library_query query = {.library = h.lifts, .licence = STR(""), .most = 2};
    struct str seen[6];
    for (size_t n = 0; n < 6; n += 2) {
        assert_int_equal(office_library_list(&list, as(&h, h.office), &query), ERR_OK);
        assert_int_equal(list.count, 2);
        assert_int_equal(list.before, n > 0);
        assert_int_equal(list.behind, n < 4);
        seen[n] = list.rows[0].place.licence;
        seen[n + 1] = list.rows[1].place.licence;
        query.object = list.rows[1].place.object;
        query.licence = seen[n + 1];
    }
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq(seen[i], seen[k]));
    query.object = list.rows[0].place.object;
    query.licence = list.rows[0].place.licence;
    query.back = true;
    assert_int_equal(office_library_list(&list, as(&h, h.office), &query), ERR_OK);
    assert_true(str_eq(list.rows[0].place.licence, seen[2]));
    assert_true(list.before && list.behind);
    query.library = h.theirs;
    assert_int_equal(office_library_list(&list, as(&h, h.clerk), &query), ERR_MISSING);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM library_row"), 6);
}

/* --- rows into a file --- */

static void an_export_holds_the_rows_of_the_scope_and_comes_back_unchanged(void **state)
{
    struct house h;
    struct buf text = {0};
    struct str path, name;
    int64_t job = 0;
    house_make(&h, *state);
    struct story *s = h.s;
    take(&h, h.office, HEAD "电梯库,P-4,,TS-4,,,李四,13900001111\n", "");
    take(&h, h.clerk, LIST, "");
    struct errand *e = people_as(s, h.other, MODEL_PERMISSION_OBJECT_EXPORT);
    assert_int_equal(office_library_export_order(&job, e, h.closed, SHEET_CSV), ERR_MISSING);
    e = people_as(s, h.clerk, MODEL_PERMISSION_OBJECT_EXPORT);
    assert_int_equal(office_library_export_order(&job, e, h.lifts, SHEET_JSON), ERR_INPUT);
    assert_int_equal(office_library_export_order(&job, e, h.lifts, SHEET_CSV), ERR_OK);
    story_work(s);
    e = people_as(s, h.clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_result(&path, &name, e, job), ERR_OK);
    assert_true(str_eq(name, STR("电梯库.csv")));
    const char *file = arena_cstr(&s->arena, path);
    assert_int_equal(file_read(&text, file, 1 << 20), ERR_OK);
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    assert_int_equal(lines, 1 + 5); /* not P-4 of another department */
    assert_true(str_find(buf_view(&text), STR("P-4")) < 0);
    assert_true(str_find(buf_view(&text), STR("电梯库,P-1,电梯一,TS-1,使用登记,2027-01-31,张三,"
                                              "138****5678")) >= 0);
    assert_true(str_find(buf_view(&text), STR("13812345678")) < 0);
    assert_string_equal(story_text(s, "SELECT detail FROM audit WHERE action = 'library-export'"),
                        "{\"rows\":5}");
    const struct office_import back = {.resource = STR("libraries"), .path = file, .scoped = true};
    assert_int_equal(office_import(as(&h, h.clerk), &back, &s->report), ERR_OK);
    assert_int_equal(s->report.same, 5);
    assert_int_equal(s->report.seen, 5);
    assert_string_equal(phone_of(&h, "TS-1"), "13812345678");
    buf_free(&text);
}

/* --- the vocabulary --- */

/* The limit is the setting of inspectors' numbers, 20 an hour where nothing else is set (PI2). */
static void a_phone_in_full_wants_a_reason_and_is_held_to_so_many_an_hour(void **state)
{
    struct house h;
    house_make(&h, *state);
    assert_int_equal(office_library_reveal(as(&h, h.clerk), STR("P-1"), STR(" ")), ERR_INPUT);
    assert_int_equal(office_library_reveal(as(&h, h.clerk), STR("P-4"), STR("核对")), ERR_MISSING);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM audit WHERE action = 'person-unmask'"),
                     0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(office_library_reveal(as(&h, h.clerk), STR("P-1"), STR("电话核实")),
                         ERR_OK);
    assert_int_equal(office_library_reveal(as(&h, h.clerk), STR("P-1"), STR("电话核实")), ERR_RATE);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM audit WHERE action = 'person-unmask'"
                                       " AND target = 'P-1' AND detail = '电话核实'"),
                     20);
}

static void a_provinces_vocabulary_comes_from_a_file_and_no_word_is_renamed(void **state)
{
    static const struct story_counts first = {6, 4, 0, 0, 2, 0};
    static const struct story_counts again = {6, 0, 0, 4, 2, 0};
    static const struct story_counts one = {1, 0, 1, 0, 0, 0};
    static const char words[] = "序号,标签类别,标签名称,用途,状态\n"
                                "1,行业,食品经营,,\n2,风险,特种设备使用,检查对象,启用\n"
                                "3,专长,食品经营,检查人员,\n4,专项,剧本娱乐,,停用\n"
                                "5,行业,食品经营,,\n6,行业,食品、药品,,\n";
    struct story *s = *state;
    struct store_label *rows = NULL;
    size_t count = 0;
    people_house(s);
    int64_t office = people_add(s, "shuangsuiban", "A", MODEL_ROLE_OFFICE);
    story_import_text(s, "labels", words);
    story_counts(s, &first);
    story_problem(s, 6, "与第2行重复");
    story_problem(s, 7, "不能含有顿号");
    struct errand *e = people_as(s, office, MODEL_PERMISSION_LABEL_EDIT);
    assert_int_equal(office_labels(&rows, &count, e, STR("objects")), ERR_OK);
    assert_int_equal(count, 3);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM label WHERE subject = 'inspectors'"), 1);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM label WHERE state = 'closed'"), 1);
    story_import_text(s, "labels", words);
    story_counts(s, &again);
    int64_t id = story_number(s, "SELECT id FROM label WHERE word = '特种设备使用'");
    story_import_text(s, "labels", "标签,主题,状态\n特种设备使用,设备,停用\n");
    story_counts(s, &one);
    assert_int_equal(story_number(s, "SELECT id FROM label WHERE word = '特种设备使用'"), id);
    assert_string_equal(story_text(s, "SELECT theme || state FROM label WHERE subject = 'objects'"
                                      " AND word = '特种设备使用'"),
                        "设备closed");
    assert_string_equal(story_text(s, "SELECT before FROM registry_change WHERE resource = "
                                      "'labels'"),
                        "{\"theme\":\"风险\",\"state\":\"active\"}");
    /* an empty cell says nothing: it is not opened again */
    story_import_text(s, "labels", "标签,主题\n特种设备使用,设备\n");
    assert_int_equal(s->report.same, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(a_filtered_set_goes_into_a_library_whole_and_once),
        STORY_TEST(what_is_taken_out_leaves_with_every_licence_and_stays_in_the_history),
        STORY_TEST(nothing_is_put_where_or_taken_from_where_a_person_does_not_see),
        STORY_TEST(good_rows_go_in_and_each_bad_one_says_why),
        STORY_TEST(a_file_changes_what_it_says_and_keeps_the_rest),
        STORY_TEST(a_file_that_cannot_say_where_its_rows_belong_is_refused),
        STORY_TEST(an_upload_is_checked_first_and_goes_into_the_library_chosen),
        STORY_TEST(a_librarys_rows_are_those_of_the_scope_page_after_page),
        STORY_TEST(an_export_holds_the_rows_of_the_scope_and_comes_back_unchanged),
        STORY_TEST(a_phone_in_full_wants_a_reason_and_is_held_to_so_many_an_hour),
        STORY_TEST(a_provinces_vocabulary_comes_from_a_file_and_no_word_is_renamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
