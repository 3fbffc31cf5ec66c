/* Objects in the workbench: whatever is asked for, the list is what reading every row would give,
 * forwards and backwards, and never a row of another department; edits, labels and exports keep the
 * same bounds. Expected answers are worked out here from the rows as they were typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig_office.h"

#include "base/file.h"
#include "base/time.h"
#include "office/edit.h"
#include "office/library.h"
#include "office/object.h"
#include "office/portal.h"

enum { OBJECTS = 700, ASKED = 220, YEAR = 2026 };

static const char DEPARTMENTS[] = "部门代码,部门名称,上级部门\n"
                                  "SCJG,市场监管局,\nSCJG-1,城关所,SCJG\nXFJY,消防大队,\n"
                                  "NYNC,农业农村局,\n";

static const char *const codes[] = {"SCJG", "SCJG-1", "XFJY", "NYNC"};
static const char *const divisions[] = {"410882", "410883", "410823"};
static const char *const industries[] = {"5211", "5251", "6210", "0111"};
static const char *const kinds[][2] = {
    {"enterprise", "企业"}, {"individual", "个体工商户"}, {"product", "产品"}, {"project", "项目"}};
static const char *const states[][2] = {
    {"active", "存续"}, {"revoked", "吊销"}, {"closed", "注销"}};
static const char *const risks[] = {"A", "B", "C", "D", ""};
static const char *const labels[] = {"食品", "特种设备", "食品安全"};
/* Syllables and their initials, as a dictionary gives them. */
static const struct {
    const char *text;
    char initial;
} letters[] = {{"河", 'h'}, {"南", 'n'}, {"省", 's'}, {"沁", 'q'}, {"阳", 'y'},
               {"食", 's'}, {"品", 'p'}, {"店", 'd'}, {"县", 'x'}, {"有", 'y'}};

struct thing {
    char number[32];
    char name[64];
    char initials[16];
    const char *department;
    const char *further; /* another responsible department, or NULL */
    const char *division;
    const char *industry;
    const char *kind;
    const char *state;
    const char *risk;
    unsigned labels; /* bits */
    int visited;     /* 1: drawn, 2: with a result */
};

struct world {
    struct story *s;
    struct thing things[OBJECTS];
    uint32_t noise;
};

static uint32_t noise(struct world *w, uint32_t below)
{
    w->noise = w->noise * 1664525U + 1013904223U;
    return (w->noise >> 8) % below;
}

#define PICK(w, list) (list)[noise(w, sizeof(list) / sizeof((list)[0]))]

static void thing_make(struct world *w, struct thing *t, int i)
{
    size_t length = 3 + noise(w, 6), used = 0;
    snprintf(t->number, sizeof t->number, "QY-%05d", (i * 389) % 99991);
    for (size_t k = 0; k < length; k++) {
        size_t letter = noise(w, sizeof letters / sizeof letters[0]);
        used += (size_t)snprintf(t->name + used, sizeof t->name - used, "%s", letters[letter].text);
        t->initials[k] = letters[letter].initial;
        t->initials[k + 1] = '\0';
    }
    t->department = PICK(w, codes);
    t->further = noise(w, 20) == 0 ? PICK(w, codes) : NULL;
    if (t->further == t->department)
        t->further = NULL;
    t->division = PICK(w, divisions);
    t->industry = PICK(w, industries);
    t->kind = kinds[noise(w, 4)][0];
    t->state = states[noise(w, 8) < 6 ? 0 : 1 + noise(w, 2)][0];
    t->risk = PICK(w, risks);
    t->labels = noise(w, 3) == 0 ? noise(w, 8) : 0;
    t->visited = noise(w, 5) == 0 ? 1 + (int)noise(w, 2) : 0;
}

static const char *word_of(const char *const list[][2], size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i][0], code) == 0)
            return list[i][1];
    return "";
}

static void thing_row(struct buf *csv, const struct thing *t)
{
    bool first = true;
    buf_printf(csv, "%s,%s,%s,%s,%s,%s,%s,%s,", t->number, t->name, word_of(kinds, 4, t->kind),
               word_of(states, 3, t->state), t->division, t->industry, t->risk, t->department);
    for (int i = 0; i < 3; i++) {
        if ((t->labels >> i & 1) == 0)
            continue;
        buf_printf(csv, "%s%s", first ? "" : "、", labels[i]);
        first = false;
    }
    buf_char(csv, '\n');
}

static void follow(struct story *s)
{
    bool more = true;
    assert_int_equal(office_search_open(&s->e), ERR_OK);
    while (more)
        assert_int_equal(office_search_follow(&more, &s->e), ERR_OK);
}

static void scope_all(struct story *s)
{
    s->e.scope = OFFICE_SCOPE_WHOLE;
}

static void thing_relate(struct world *w, const struct thing *t, int i)
{
    char sql[400];
    if (t->further != NULL)
        assert_int_equal(
            office_object_department(&w->s->e, str_of(t->number), str_of(t->further), true),
            ERR_OK);
    if (t->visited == 0)
        return;
    snprintf(sql, sizeof sql,
             "INSERT INTO visit (tenant, id, task, draw, pool_id, stratum, rank, ticket, year,"
             " state, skip_reason, follows, at) VALUES ('410882', %d, 1, 1, '%s', 'ALL', 1, '', %d,"
             " '%s', '', '', 0)",
             i + 1, t->number, YEAR, t->visited == 1 ? "drawn" : "entered");
    story_run(w->s, sql);
}

/* Half of the objects in an empty registry, half behind them: the two ways labels go in. */
static void world_make(struct world *w, struct story *s)
{
    static const char heading[] =
        "统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划,行业代码,"
        "信用风险类别,监管部门,监管标签\n";
    *w = (struct world){.s = s, .noise = 7};
    scope_all(s);
    story_import_text(s, "departments", DEPARTMENTS);
    for (int half = 0; half < 2; half++) {
        struct buf csv = {0};
        buf_cat(&csv, heading);
        for (int i = half * OBJECTS / 2; i < (half + 1) * OBJECTS / 2; i++) {
            thing_make(w, &w->things[i], i);
            thing_row(&csv, &w->things[i]);
        }
        story_import_text(s, "objects", buf_cstr(&csv));
        assert_int_equal(s->report.added, OBJECTS / 2);
        buf_free(&csv);
    }
    for (int i = 0; i < OBJECTS; i++)
        thing_relate(w, &w->things[i], i);
    follow(s);
}

/* --- what reading everything gives --- */

static bool has(struct str all, const char *part)
{
    return str_find(all, str_of(part)) >= 0;
}

static bool in_scope(const struct office_scope *scope, const char *code)
{
    if (scope->level == MODEL_SCOPE_ALL)
        return true;
    if (code == NULL || scope->level < MODEL_SCOPE_DEPARTMENT)
        return false;
    if (str_eq(scope->department, str_of(code)))
        return true;
    for (size_t i = 0; scope->level == MODEL_SCOPE_BELOW && i < scope->department_count; i++)
        if (str_eq(scope->departments[i], str_of(code)))
            return true;
    return false;
}

static bool is(struct str asked, const char *value)
{
    return asked.len == 0 || str_eq(asked, str_of(value));
}

/* GB/T 4754-2017: divisions 01-05 are section A, 51-52 F, 61-62 H. */
static const char *section_of(const char *industry)
{
    return industry[0] == '0' ? "A" : industry[0] == '5' ? "F" : "H";
}

/* Every word of the text is in the name or, of more than one letter, in its initials. */
static bool words_held(const struct thing *t, struct str text)
{
    struct str word;
    while (str_cut(&word, &text, ' '))
        if (word.len > 0 && str_find(str_of(t->name), word) < 0 &&
            (word.len < 2 || str_find(str_of(t->initials), word) < 0))
            return false;
    return true;
}

static bool fits(const struct world *w, const struct thing *t, const struct store_object_filter *f)
{
    const struct office_scope *scope = &w->s->e.scope;
    if (!in_scope(scope, t->department) && !in_scope(scope, t->further))
        return false;
    if (!words_held(t, f->text))
        return false;
    bool department =
        is(f->department, t->department) || (t->further != NULL && is(f->department, t->further));
    bool labelled = f->label.len == 0 || (str_eq(f->label, STR("-")) && t->labels == 0);
    for (int i = 0; i < 3; i++)
        labelled = labelled || ((t->labels >> i & 1) != 0 && str_eq(f->label, str_of(labels[i])));
    bool risk = is(f->risk, t->risk) || (str_eq(f->risk, STR("-")) && t->risk[0] == '\0');
    static const int visits[] = {
        [STORE_VISITED_YES] = 2, [STORE_VISITED_NO] = 0, [STORE_VISITED_DRAWN] = 1};
    bool visited = f->visited == STORE_VISITED_ANY || t->visited == visits[f->visited];
    return department && labelled && risk && visited && is(f->kind, t->kind) &&
           is(f->state, t->state) && str_starts(str_of(t->division), f->division) &&
           is(f->section, section_of(t->industry)) &&
           str_starts(str_of(t->industry), f->industry) && str_starts(str_of(t->number), f->number);
}

static struct str sometimes(struct world *w, uint32_t one_in, const char *text)
{
    return noise(w, one_in) == 0 ? str_of(text) : STR("");
}

static void ask(struct world *w, struct store_object_filter *f)
{
    static const char *const parts[] = {"河",  "南省", "沁阳食", "食品店", "hn",       "ssp",
                                        "xyd", "有",   "店 食",  "hn 店",  " 县  有 ", "ssp 河 店"};
    static const char *const risk_words[] = {"A", "D", "-"};
    static const char *const label_words[] = {"食品", "食品安全", "-", "没有的"};
    *f = (struct store_object_filter){.year = YEAR};
    f->division = sometimes(w, 3, PICK(w, divisions));
    if (f->division.len > 0 && noise(w, 3) == 0)
        f->division.len = 5;
    f->industry = sometimes(w, 4, PICK(w, industries));
    if (f->industry.len > 0 && noise(w, 2) == 0)
        f->industry.len = 2;
    f->section = sometimes(w, 6, noise(w, 2) == 0 ? "F" : "H");
    f->kind = sometimes(w, 4, kinds[noise(w, 4)][0]);
    f->state = sometimes(w, 4, states[noise(w, 3)][0]);
    f->risk = sometimes(w, 5, PICK(w, risk_words));
    f->label = sometimes(w, 5, PICK(w, label_words));
    f->department = sometimes(w, 5, PICK(w, codes));
    f->number = sometimes(w, 9, "QY-01");
    f->text = sometimes(w, 3, PICK(w, parts));
    f->visited = noise(w, 5) == 0 ? 1 + noise(w, 3) : STORE_VISITED_ANY;
}

/* Somebody of all, of one department, of one and those below it, of nothing. */
static void someone(struct world *w)
{
    static const struct str below[] = {{"SCJG-1", 6}};
    static const enum model_scope levels[] = {MODEL_SCOPE_ALL, MODEL_SCOPE_ALL, MODEL_SCOPE_BELOW,
                                              MODEL_SCOPE_DEPARTMENT, MODEL_SCOPE_OWN};
    w->s->e.scope = (struct office_scope){.level = PICK(w, levels),
                                          .department = str_of(PICK(w, codes)),
                                          .departments = below,
                                          .department_count = 1};
}

static const struct thing *thing_of(const struct world *w, const struct store_object_row *row)
{
    for (int i = 0; i < OBJECTS; i++)
        if (str_eq(row->record.values[MODEL_OBJECT_NUMBER], str_of(w->things[i].number)))
            return &w->things[i];
    fail_msg("an object that was never typed");
    return NULL;
}

static bool in_order(const struct store_object_row *x, const struct store_object_row *y,
                     const struct store_object_page *page)
{
    const struct store_object_row *a = page->down ? y : x;
    const struct store_object_row *b = page->down ? x : y;
    int names = str_cmp(a->record.values[MODEL_OBJECT_NAME], b->record.values[MODEL_OBJECT_NAME]);
    if (page->order == STORE_OBJECT_BY_NAME && names != 0)
        return names < 0;
    return a->record.id < b->record.id;
}

/* Pages through the whole list one way; gives how many rows there were. */
static int64_t read_through(struct world *w, struct office_object_query *query, bool back)
{
    struct office_object_list list;
    struct store_object_row last = {0};
    bool seen[OBJECTS] = {false};
    int64_t rows = 0;
    query->page.back = back;
    query->page.id = 0;
    do {
        assert_int_equal(office_object_list(&list, &w->s->e, query), ERR_OK);
        for (size_t k = 0; k < list.count; k++) {
            size_t i = back ? list.count - 1 - k : k;
            const struct thing *t = thing_of(w, &list.rows[i]);
            if (!fits(w, t, &query->filter))
                fail_msg("%s does not fit", t->number);
            assert_false(seen[t - w->things]);
            seen[t - w->things] = true;
            if (rows > 0 && back)
                assert_true(in_order(&list.rows[i], &last, &query->page));
            else if (rows > 0)
                assert_true(in_order(&last, &list.rows[i], &query->page));
            last = list.rows[i];
            rows++;
        }
        query->page.id = last.record.id;
    } while (back ? list.before : list.behind);
    assert_int_equal(list.total, rows);
    return rows;
}

static void test_every_list_is_what_reading_all_rows_gives(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    int64_t rows = 0;
    world_make(w, *state);
    for (int i = 0; i < ASKED; i++) {
        struct office_object_query query = {.page = {.most = 1 + noise(w, 60)}};
        int64_t want = 0, count = 0;
        someone(w);
        ask(w, &query.filter);
        query.page.order = noise(w, 2) == 0 ? STORE_OBJECT_BY_ID : STORE_OBJECT_BY_NAME;
        query.page.down = noise(w, 3) == 0;
        for (int k = 0; k < OBJECTS; k++)
            want += fits(w, &w->things[k], &query.filter);
        assert_int_equal(read_through(w, &query, false), want);
        assert_int_equal(read_through(w, &query, true), want);
        assert_int_equal(office_object_count(&count, &w->s->e, &query), ERR_OK);
        assert_int_equal(count, want);
        rows += want;
    }
    assert_true(rows > 2000);
    free(w);
}

/* What one program writes the other finds: rows, labels, further departments, an import. */
static void test_a_second_server_sees_what_the_first_wrote(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct office other;
    struct fault fault = {0};
    struct arena arena = {0};
    struct office_batched batched;
    int64_t id = 0, before = 0, after = 0, shared = 0;
    world_make(w, *state);
    struct story *s = w->s;
    assert_int_equal(office_open(&other, s->dir, NULL, &fault), ERR_OK);
    struct errand second = {
        .office = &other, .arena = &arena, .actor = STR("second"), .now = s->e.now};
    second.scope = OFFICE_SCOPE_WHOLE;
    const struct store_label word = {
        .word = STR("特种设备"), .subject = STR("objects"), .state = STR("active")};
    struct office_object_query labelled = {.filter = {.label = STR("特种设备"), .year = YEAR}};
    struct office_object_query kind = {.filter = {.kind = STR("project"), .year = YEAR}};
    struct office_object_query fire = {.filter = {.department = STR("XFJY"), .year = YEAR}};
    assert_int_equal(office_object_count(&before, &second, &labelled), ERR_OK);
    assert_int_equal(office_object_count(&shared, &second, &fire), ERR_OK);
    assert_int_equal(office_label_put(&id, &s->e, &word), ERR_OK);
    const struct office_label_batch batch = {
        .set = {.query = &kind, .expected = -1}, .word = STR("特种设备"), .reason = STR("试")};
    assert_int_equal(office_label_batch(&batched, &s->e, &batch), ERR_OK);
    assert_true(batched.changed > 0);
    assert_int_equal(office_object_count(&after, &second, &labelled), ERR_OK);
    assert_int_equal(after, before + batched.changed);
    int i = 0;
    while (strcmp(w->things[i].department, "SCJG") != 0 || w->things[i].further != NULL)
        i++;
    struct str number = str_of(w->things[i].number);
    for (int add = 1; add >= 0; add--) {
        assert_int_equal(office_object_department(&s->e, number, STR("XFJY"), add == 1), ERR_OK);
        assert_int_equal(office_object_count(&after, &second, &fire), ERR_OK);
        assert_int_equal(after, shared + add);
    }
    story_import_text(s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,监管部门\n"
                      "P-77,新来的产品,产品,XFJY\n");
    assert_int_equal(office_object_count(&after, &second, &fire), ERR_OK);
    assert_int_equal(after, shared + 1);
    office_close(&other);
    arena_free(&arena);
    free(w);
}

/* Enough changes for the texts that nothing points to any more to be thrown away several times. */
static void test_lists_stay_right_through_many_changes(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    world_make(w, *state);
    for (int round = 0; round < 8; round++) {
        struct buf csv = {0};
        struct office_object_query query = {.page = {.most = 200}, .filter = {.text = STR("店")}};
        int64_t want = 0;
        buf_cat(&csv, "统一社会信用代码,检查对象名称,对象类别\n");
        for (int i = 0; i < OBJECTS; i++) {
            struct thing *t = &w->things[i];
            if (noise(w, 3) == 0)
                snprintf(t->name + strlen(t->name), 4, "店");
            buf_printf(&csv, "%s,%s,%s\n", t->number, t->name, word_of(kinds, 4, t->kind));
        }
        scope_all(w->s);
        story_import_text(w->s, "objects", buf_cstr(&csv));
        assert_true(w->s->report.changed > 100);
        buf_free(&csv);
        for (int i = 0; i < OBJECTS; i++)
            want += has(str_of(w->things[i].name), "店");
        query.filter.year = YEAR;
        assert_int_equal(read_through(w, &query, false), want);
        query.page.order = STORE_OBJECT_BY_NAME;
        assert_int_equal(read_through(w, &query, true), want);
    }
    free(w);
}

static void test_an_object_of_another_department_is_not_there(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct office_object object;
    struct office_edited edited;
    struct office_batched batched;
    const struct str values[MODEL_OBJECT_COUNT] = {[MODEL_OBJECT_ADDRESS] = STR("新址")};
    int seen = 0, hidden = 0;
    world_make(w, *state);
    struct errand *e = &w->s->e;
    for (int i = 0; i < 60; i++) {
        const struct thing *t = &w->things[i];
        struct str id = str_of(t->number);
        scope_all(w->s);
        assert_int_equal(office_object_show(&object, e, id), ERR_OK);
        const struct office_edit edit = {.id = object.row.record.id,
                                         .was = object.row.job,
                                         .values = values,
                                         .count = MODEL_OBJECT_COUNT,
                                         .reason = STR("搬迁")};
        const struct office_label_batch batch = {
            .set = {.pool_ids = &id, .pool_id_count = 1, .expected = -1},
            .word = STR("食品"),
            .remove = true,
            .reason = STR("测试")};
        e->scope =
            (struct office_scope){.level = MODEL_SCOPE_DEPARTMENT, .department = STR("XFJY")};
        bool mine = in_scope(&e->scope, t->department) || in_scope(&e->scope, t->further);
        enum err want = mine ? ERR_OK : ERR_MISSING;
        assert_int_equal(office_object_show(&object, e, id), want);
        assert_int_equal(office_object_department(e, id, STR("NYNC"), false),
                         mine && strcmp(t->department, "NYNC") == 0 ? ERR_INPUT : want);
        assert_int_equal(office_edit(&edited, e, &edit), want);
        assert_int_equal(office_label_batch(&batched, e, &batch), want);
        seen += mine;
        hidden += !mine;
    }
    assert_true(seen > 5 && hidden > 20);
    e->scope = (struct office_scope){0};
    assert_int_equal(office_object_show(&object, e, str_of(w->things[0].number)), ERR_MISSING);
    free(w);
}

/* --- one object --- */

static const char ONE[] = "统一社会信用代码,检查对象名称,对象类别,地址,监管部门,行业代码\n"
                          "91410882MA0000000X,x,企业,,,\n"
                          "P-1,老产品,产品,东街1号,SCJG,5211\n"
                          "P-2,别的产品,产品,西街2号,XFJY,5211\n";

static void one_make(struct story *s)
{
    scope_all(s);
    story_import_text(s, "departments", DEPARTMENTS);
    story_import_text(s, "objects", ONE);
    assert_int_equal(s->report.added, 2);
}

static struct office_object show(struct story *s, const char *id)
{
    struct office_object object;
    assert_int_equal(office_object_show(&object, &s->e, str_of(id)), ERR_OK);
    return object;
}

struct typed {
    int field;
    const char *text;
};

static enum err edit(struct story *s, struct office_edited *out, const struct office_object *object,
                     const struct typed *typed, size_t count)
{
    struct str values[MODEL_OBJECT_COUNT] = {{0}};
    for (size_t i = 0; i < count; i++)
        values[typed[i].field] = str_of(typed[i].text);
    const struct office_edit wanted = {.id = object != NULL ? object->row.record.id : 0,
                                       .was = object != NULL ? object->row.job : 0,
                                       .values = values,
                                       .count = MODEL_OBJECT_COUNT,
                                       .reason = STR("现场核对")};
    return office_edit(out, &s->e, &wanted);
}
#define EDIT(s, out, object, ...)                                                                  \
    edit(s, out, object, (const struct typed[]){__VA_ARGS__},                                      \
         sizeof((const struct typed[]){__VA_ARGS__}) / sizeof(struct typed))

static bool faulty(const struct office_edited *edited, int field, const char *words)
{
    for (size_t i = 0; i < edited->fault_count; i++)
        if (edited->faults[i].field == field && has(edited->faults[i].words, words))
            return true;
    return false;
}

static void test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(void **state)
{
    struct story *s = *state;
    struct office_edited out;
    one_make(s);
    story_import_text(s, "labels", "标签,用途\n随手拍的,检查对象\n");
    struct office_object object = show(s, "P-1");
    assert_int_equal(EDIT(s, &out, &object, {MODEL_OBJECT_NAME, " "},
                          {MODEL_OBJECT_ESTABLISHED, "昨天"}, {MODEL_OBJECT_DIVISION, "999999"},
                          {MODEL_OBJECT_ADDRESS, "南街"}),
                     ERR_INPUT);
    assert_true(faulty(&out, MODEL_OBJECT_NAME, "缺少检查对象名称"));
    assert_true(faulty(&out, MODEL_OBJECT_ESTABLISHED, ""));
    assert_int_equal(EDIT(s, &out, &object, {MODEL_OBJECT_DIVISION, "999999"}), ERR_INPUT);
    assert_true(faulty(&out, MODEL_OBJECT_DIVISION, "行政区划"));
    assert_int_equal(EDIT(s, &out, &object, {MODEL_OBJECT_NUMBER, "P-9"}), ERR_INPUT);
    assert_true(faulty(&out, MODEL_OBJECT_NUMBER, "不能修改"));
    assert_int_equal(EDIT(s, &out, &object, {MODEL_OBJECT_LABELS, "随手写的"}), ERR_INPUT);
    assert_true(
        faulty(&out, MODEL_OBJECT_LABELS, "“随手写的”不在标签字库中，最接近的是“随手拍的”"));
    assert_int_equal(EDIT(s, &out, NULL, {MODEL_OBJECT_NUMBER, "P-2"}, {MODEL_OBJECT_NAME, "新"},
                          {MODEL_OBJECT_KIND, "产品"}),
                     ERR_INPUT);
    assert_true(faulty(&out, MODEL_OBJECT_NUMBER, "已有"));
    object = show(s, "P-1");
    assert_string_equal(object.row.record.values[MODEL_OBJECT_ADDRESS].data, "东街1号");
    assert_int_equal(object.change_count, 0);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM audit WHERE action = 'object-edit'"), 0);
}

static void test_an_edit_keeps_before_and_after_and_is_done_once(void **state)
{
    struct story *s = *state;
    struct office_edited out;
    one_make(s);
    struct office_object old = show(s, "P-1");
    s->e.key = STR("form-1");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(EDIT(s, &out, &old, {MODEL_OBJECT_ADDRESS, "南街3号"},
                              {MODEL_OBJECT_STATE, "注销"}, {MODEL_OBJECT_INDUSTRY, ""}),
                         ERR_OK);
        assert_int_equal(out.repeated, i == 1);
    }
    s->e.key = STR("");
    struct office_object now = show(s, "P-1");
    const struct str *values = now.row.record.values;
    assert_string_equal(values[MODEL_OBJECT_ADDRESS].data, "南街3号");
    assert_string_equal(values[MODEL_OBJECT_STATE].data, "closed");
    assert_int_equal(values[MODEL_OBJECT_INDUSTRY].len, 0);
    assert_string_equal(values[MODEL_OBJECT_NAME].data, "老产品");
    assert_int_equal(now.change_count, 1);
    assert_true(has(now.changes[0].before, "东街1号") && has(now.changes[0].before, "active"));
    assert_true(has(now.changes[0].after, "南街3号") && has(now.changes[0].after, "closed"));
    assert_false(has(now.changes[0].after, "老产品"));
    assert_string_equal(now.changes[0].reason.data, "现场核对");
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM audit WHERE action = 'object-edit'"), 1);
    assert_int_equal(EDIT(s, &out, &old, {MODEL_OBJECT_ADDRESS, "北街"}), ERR_CONFLICT);
    assert_int_equal(EDIT(s, &out, &now, {MODEL_OBJECT_ADDRESS, "南街3号"}), ERR_OK);
    assert_false(out.changed);
    assert_int_equal(show(s, "P-1").change_count, 1);
    assert_int_equal(EDIT(s, &out, &now, {MODEL_OBJECT_ADDRESS, "无"}), ERR_OK);
    assert_int_equal(show(s, "P-1").row.record.values[MODEL_OBJECT_ADDRESS].len, 0);
}

static void test_a_new_object_belongs_to_a_department_of_the_person(void **state)
{
    struct story *s = *state;
    struct office_edited out;
    one_make(s);
    s->e.scope = (struct office_scope){.level = MODEL_SCOPE_BELOW, .department = STR("SCJG")};
    assert_int_equal(EDIT(s, &out, NULL, {MODEL_OBJECT_NUMBER, "P-3"},
                          {MODEL_OBJECT_NAME, "新产品"}, {MODEL_OBJECT_KIND, "产品"},
                          {MODEL_OBJECT_DEPARTMENT, "消防大队"}),
                     ERR_INPUT);
    assert_true(faulty(&out, MODEL_OBJECT_DEPARTMENT, "您所管"));
    assert_int_equal(EDIT(s, &out, NULL, {MODEL_OBJECT_NUMBER, "P-3"},
                          {MODEL_OBJECT_NAME, "新产品"}, {MODEL_OBJECT_KIND, "产品"}),
                     ERR_OK);
    struct office_object object = show(s, "P-3");
    assert_string_equal(object.row.record.values[MODEL_OBJECT_DEPARTMENT].data, "SCJG");
    assert_string_equal(object.row.record.values[MODEL_OBJECT_DIVISION].data, "410882");
    assert_int_equal(object.change_count, 1);
    assert_true(has(object.changes[0].after, "新产品"));
    struct office_object mine = show(s, "P-1");
    assert_int_equal(EDIT(s, &out, &mine, {MODEL_OBJECT_DEPARTMENT, "XFJY"}), ERR_INPUT);
    scope_all(s);
    assert_int_equal(EDIT(s, &out, &mine, {MODEL_OBJECT_DEPARTMENT, "XFJY"}), ERR_OK);
}

static void test_items_apply_by_their_labels(void **state)
{
    struct story *s = *state;
    scope_all(s);
    story_import_text(s, "departments", DEPARTMENTS);
    story_import_text(s, "items",
                      "抽查事项,编制单位,适用标签\n登记事项,市场监管局,\n"
                      "食品经营,市场监管局,食品、保健品\n电梯,市场监管局,特种设备\n");
    story_import_text(s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,监管标签\n"
                      "P-1,甲,产品,食品\nP-2,乙,产品,\n");
    struct office_object a = show(s, "P-1"), b = show(s, "P-2");
    assert_int_equal(a.item_count, 2);
    assert_string_equal(a.items[1]->values[MODEL_ITEM_NAME].data, "食品经营");
    assert_int_equal(b.item_count, 1);
    assert_string_equal(b.items[0]->values[MODEL_ITEM_NAME].data, "登记事项");
}

/* --- labels --- */

static void word(struct story *s, const char *text, const char *state)
{
    int64_t id = 0;
    const struct store_label label = {.word = str_of(text),
                                      .theme = STR("食药"),
                                      .subject = STR("objects"),
                                      .state = str_of(state)};
    assert_int_equal(office_label_put(&id, &s->e, &label), ERR_OK);
}

static void test_a_filtered_set_is_labelled_whole_and_once(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    world_make(w, *state);
    struct story *s = w->s;
    struct office_batched out;
    struct office_object_query query = {.filter = {.division = STR("410882"), .year = YEAR}};
    struct office_label_batch batch = {
        .set = {.query = &query, .expected = -1}, .word = STR("重点"), .reason = STR("专项整治")};
    int64_t want = 0, count = 0;
    assert_int_equal(office_label_batch(&out, &s->e, &batch), ERR_INPUT);
    word(s, "重点", "active");
    s->e.scope = (struct office_scope){.level = MODEL_SCOPE_DEPARTMENT, .department = STR("SCJG")};
    for (int i = 0; i < OBJECTS; i++)
        want += fits(w, &w->things[i], &query.filter);
    batch.set.expected = want + 1;
    assert_int_equal(office_label_batch(&out, &s->e, &batch), ERR_CONFLICT);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM object_label WHERE label = '重点'"), 0);
    batch.set.expected = want;
    s->e.key = STR("batch-1");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(office_label_batch(&out, &s->e, &batch), ERR_OK);
        assert_int_equal(out.fit, want);
        assert_int_equal(out.changed, want);
    }
    assert_true(out.repeated);
    s->e.key = STR("");
    assert_int_equal(office_label_batch(&out, &s->e, &batch), ERR_OK);
    assert_int_equal(out.changed, 0);
    query.filter.division = STR("");
    query.filter.label = STR("重点");
    assert_int_equal(office_object_count(&count, &s->e, &query), ERR_OK);
    assert_int_equal(count, want);
    scope_all(s);
    assert_int_equal(office_object_count(&count, &s->e, &query), ERR_OK);
    assert_int_equal(count, want);
    assert_int_equal(
        story_number(s, "SELECT COUNT(*) FROM registry_change WHERE reason = '专项整治'"), want);
    batch.remove = true;
    batch.set.expected = -1;
    assert_int_equal(office_label_batch(&out, &s->e, &batch), ERR_OK);
    assert_int_equal(out.changed, want);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM object_label WHERE label = '重点'"), 0);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM object WHERE labels LIKE '%重点%'"), 0);
    free(w);
}

static void test_label_rows_say_what_the_objects_say(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    int64_t want = 0;
    world_make(w, *state);
    for (int i = 0; i < OBJECTS; i++)
        for (int k = 0; k < 3; k++)
            want += w->things[i].labels >> k & 1;
    assert_int_equal(story_number(w->s, "SELECT COUNT(*) FROM object_label"), want);
    char csv[400];
    snprintf(csv, sizeof csv, "统一社会信用代码,检查对象名称,对象类别,监管标签\n%s,%s,%s,清空\n",
             w->things[0].number, w->things[0].name, word_of(kinds, 4, w->things[0].kind));
    int64_t had = 0;
    for (int k = 0; k < 3; k++)
        had += w->things[0].labels >> k & 1;
    story_import_text(w->s, "objects", csv);
    assert_int_equal(story_number(w->s, "SELECT COUNT(*) FROM object_label"), want - had);
    free(w);
}

static void test_words_of_the_vocabulary_are_closed_not_renamed(void **state)
{
    struct story *s = *state;
    struct store_label *list = NULL;
    size_t count = 0;
    int64_t id = 0;
    one_make(s);
    word(s, "食品", "active");
    struct store_label label = {
        .word = STR("食品"), .subject = STR("objects"), .state = STR("active")};
    assert_int_equal(office_label_put(&id, &s->e, &label), ERR_DUPLICATE);
    label.word = STR("甲、乙");
    assert_int_equal(office_label_put(&id, &s->e, &label), ERR_INPUT);
    assert_int_equal(office_labels(&list, &count, &s->e, STR("objects")), ERR_OK);
    assert_int_equal(count, 1);
    struct store_label change = list[0];
    change.state = STR("closed");
    assert_int_equal(office_label_put(&id, &s->e, &change), ERR_OK);
    assert_int_equal(office_label_put(&id, &s->e, &change), ERR_CONFLICT);
    struct office_batched out;
    const struct str ids[] = {STR("P-1")};
    const struct office_label_batch batch = {
        .set = {.pool_ids = ids, .pool_id_count = 1, .expected = -1},
        .word = STR("食品"),
        .reason = STR("测试")};
    assert_int_equal(office_label_batch(&out, &s->e, &batch), ERR_INPUT);
}

/* --- export --- */

static int lines_of(const char *path, struct buf *text)
{
    int lines = 0;
    assert_int_equal(file_read(text, path, 1 << 22), ERR_OK);
    for (size_t i = 0; i < text->len; i++)
        lines += text->data[i] == '\n';
    return lines;
}

static void test_an_export_holds_the_filtered_rows_of_the_scope_and_is_audited(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    char path[300];
    int64_t rows = 0, want = 0;
    struct buf text = {0};
    world_make(w, *state);
    struct story *s = w->s;
    const int columns[] = {MODEL_OBJECT_NAME, MODEL_OBJECT_NUMBER, MODEL_OBJECT_STATE};
    struct office_object_query query = {.filter = {.text = STR("食品"), .year = YEAR},
                                        .page = {.order = STORE_OBJECT_BY_NAME}};
    s->e.scope = (struct office_scope){.level = MODEL_SCOPE_DEPARTMENT, .department = STR("NYNC")};
    snprintf(path, sizeof path, "%s/out.csv", s->rig.dir);
    const struct office_object_export wanted = {&query, path, SHEET_CSV, columns, 3, NULL, NULL};
    for (int i = 0; i < OBJECTS; i++)
        want += fits(w, &w->things[i], &query.filter);
    assert_int_equal(office_object_export(&rows, &s->e, &wanted), ERR_OK);
    assert_int_equal(rows, want);
    assert_int_equal(lines_of(path, &text), want + 1);
    for (int i = 0; i < OBJECTS; i++)
        assert_int_equal(str_find(buf_view(&text), str_of(w->things[i].number)) >= 0,
                         fits(w, &w->things[i], &query.filter));
    assert_true(has(buf_view(&text), "检查对象名称,统一社会信用代码,登记状态"));
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM audit WHERE action = 'object-export' AND detail LIKE"
             " '{\"rows\":%lld,\"columns\":\"name number state\"}'",
             (long long)want);
    assert_int_equal(story_number(s, sql), 1);
    buf_free(&text);
    free(w);
}

static void test_a_formula_leaves_as_text_and_comes_back_the_same(void **state)
{
    struct story *s = *state;
    char path[300];
    int64_t rows = 0;
    struct buf text = {0};
    scope_all(s);
    story_import_text(s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别\n"
                      "P-1,\"=HYPERLINK(\"\"http://x\"\")\",产品\nP-2,@甲,产品\n"
                      "P-3,+86乙,产品\n");
    snprintf(path, sizeof path, "%s/out.csv", s->rig.dir);
    const struct office_object_query every = {.page = {.most = 50}};
    const struct office_object_export wanted = {&every, path, SHEET_CSV, NULL, 0, NULL, NULL};
    assert_int_equal(office_object_export(&rows, &s->e, &wanted), ERR_OK);
    (void)lines_of(path, &text);
    assert_true(str_find(buf_view(&text), STR(",=HYP")) < 0);
    assert_true(str_find(buf_view(&text), STR(",\"=HYP")) < 0);
    assert_true(str_find(buf_view(&text), STR(",@")) < 0);
    assert_true(str_find(buf_view(&text), STR(",+86")) < 0);
    story_import(s, "objects", path);
    assert_int_equal(s->report.same, 3);
    buf_free(&text);
}

static void
test_a_library_holds_an_object_once_a_licence_and_shows_each_department_its_own(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct office_object_query query = {.filter = {.year = YEAR}};
    struct office_object_list list;
    struct store_library *libraries = NULL;
    struct store_library_row *rows = NULL;
    size_t count = 0;
    int64_t id = 0;
    int64_t none = 0;
    world_make(w, *state);
    struct story *s = w->s;
    struct store_library library = {
        .name = STR("特种设备库"), .department = STR("SCJG"), .state = STR("active")};
    assert_int_equal(office_library_put(&id, &s->e, &library, STR("")), ERR_OK);
    assert_int_equal(office_library_put(&id, &s->e, &library, STR("")), ERR_DUPLICATE);
    assert_int_equal(office_libraries(&libraries, &count, &s->e), ERR_OK);
    assert_int_equal(count, 1);
    id = libraries[0].id;
    int in[4] = {0};
    for (int i = 0; i < 40; i++) {
        struct office_library_place place = {.pool_id = str_of(w->things[i].number),
                                             .library = id,
                                             .licence = STR("A-1"),
                                             .phone = STR("13812345678")};
        assert_int_equal(office_library_place(&s->e, &place), ERR_OK);
        place.licence = STR("A-2");
        assert_int_equal(office_library_place(&s->e, &place), ERR_OK);
        for (int k = 0; k < 4; k++)
            in[k] += strcmp(w->things[i].department, codes[k]) == 0 ||
                     (w->things[i].further != NULL && strcmp(w->things[i].further, codes[k]) == 0);
    }
    query.filter.library = id;
    assert_int_equal(office_object_list(&list, &s->e, &query), ERR_OK);
    assert_int_equal(list.total, 40);
    for (int k = 0; k < 4; k++) {
        s->e.scope = (struct office_scope){.level = MODEL_SCOPE_DEPARTMENT,
                                           .clearance = MODEL_GRADE_INTERNAL,
                                           .department = str_of(codes[k])};
        assert_int_equal(office_object_list(&list, &s->e, &query), ERR_OK);
        assert_int_equal(list.total, in[k]);
        assert_int_equal(office_libraries(&libraries, &count, &s->e), ERR_OK);
        assert_int_equal(count, in[k] > 0 || k == 0 ? 1 : 0);
        if (count > 0)
            assert_int_equal(libraries[0].objects, in[k]);
        library.id = id;
        library.job = count > 0 ? libraries[0].job : 0;
        if (k > 0)
            assert_int_equal(office_library_put(&none, &s->e, &library, STR("")), ERR_INPUT);
    }
    scope_all(s);
    const struct office_library_place leave = {
        .pool_id = str_of(w->things[0].number), .library = id, .licence = STR("A-2")};
    assert_int_equal(office_library_leave(&s->e, &leave), ERR_OK);
    assert_int_equal(office_library_rows(&rows, &count, &s->e, str_of(w->things[0].number)),
                     ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(rows[0].licence, STR("A-1")));
    assert_int_equal(
        story_number(s, "SELECT COUNT(*) FROM registry_change WHERE reason = '移出专项库'"), 1);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(test_every_list_is_what_reading_all_rows_gives),
        STORY_TEST(test_a_second_server_sees_what_the_first_wrote),
        STORY_TEST(test_lists_stay_right_through_many_changes),
        STORY_TEST(test_an_object_of_another_department_is_not_there),
        STORY_TEST(test_what_is_wrong_is_said_at_its_field_and_nothing_is_written),
        STORY_TEST(test_an_edit_keeps_before_and_after_and_is_done_once),
        STORY_TEST(test_a_new_object_belongs_to_a_department_of_the_person),
        STORY_TEST(test_items_apply_by_their_labels),
        STORY_TEST(test_a_filtered_set_is_labelled_whole_and_once),
        STORY_TEST(test_label_rows_say_what_the_objects_say),
        STORY_TEST(test_words_of_the_vocabulary_are_closed_not_renamed),
        STORY_TEST(test_an_export_holds_the_filtered_rows_of_the_scope_and_is_audited),
        STORY_TEST(test_a_library_holds_an_object_once_a_licence_and_shows_each_department_its_own),
        STORY_TEST(test_a_formula_leaves_as_text_and_comes_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
