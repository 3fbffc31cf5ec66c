/* Exports in full beyond the limit, on both databases (SECURITY.md PI3): asked for, decided by
 * another person, done once. Departments A, B under A, C; four people in A, two in B, two in C, and
 * a limit of two. */
#include "rig_people.h"

#include "base/file.h"
#include "base/time.h"
#include "office/approval.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS (1u << MODEL_INSPECTOR_NAME | 1u << MODEL_INSPECTOR_PHONE)
enum { HOURS = 72, AGAIN_MINUTES = 10, DECIDERS = 4 };

static const char people[] = "姓名,单位,人员类别,手机号\n"
                             "甲一,A,执法人员,13700000001\n甲二,A,执法人员,13700000002\n"
                             "甲三,A,执法人员,13700000003\n甲四,A,执法人员,13700000004\n"
                             "乙一,B,执法人员,13700000011\n乙二,B,执法人员,13700000012\n"
                             "丙一,C,执法人员,13700000021\n丙二,C,执法人员,13700000022\n";

struct house {
    struct story *s;
    int64_t asker; /* clerk of A, reaches B */
    int64_t peer;  /* clerk of A */
    int64_t below; /* clerk of B */
    int64_t other; /* clerk of C */
    int64_t office;
    int64_t chief; /* office */
    int64_t now;
};

static struct errand *as(struct house *h, int64_t account, const char *key)
{
    struct errand *e = people_as(h->s, account, MODEL_PERMISSION_EXPORT_APPROVE);
    h->now += TIME_SECOND;
    e->now = h->now;
    e->key = str_of(key);
    return e;
}

static void house_make(struct house *h, struct story *s)
{
    *h = (struct house){.s = s};
    people_house(s);
    h->asker = people_add(s, "zhao", "A", MODEL_ROLE_CLERK);
    h->peer = people_add(s, "qian", "A", MODEL_ROLE_CLERK);
    h->below = people_add(s, "sun", "B", MODEL_ROLE_CLERK);
    h->other = people_add(s, "li", "C", MODEL_ROLE_CLERK);
    h->office = people_add(s, "zhou", "A", MODEL_ROLE_OFFICE);
    h->chief = people_add(s, "wu", "C", MODEL_ROLE_OFFICE);
    h->now = s->e.now;
    story_import_text(s, "inspectors", people);
    s->e.actor = STR("test");
    assert_int_equal(office_setting_change(&s->e, MODEL_SETTING_UNMASK_ROWS, STR("2"), STR("试验")),
                     ERR_OK);
}

static enum err asked(int64_t *id, struct house *h, int64_t account, const char *reason,
                      const char *key)
{
    const struct office_inspector_find find = {.officials = true, .below = true};
    const struct office_inspector_export export = {
        .find = &find, .columns = COLUMNS, .reason = str_of(reason)};
    const struct office_approval_ask ask = {&export, true};
    return office_approval_ask(id, as(h, account, key), &ask);
}

static int64_t request(struct house *h, int64_t account)
{
    int64_t id = 0;
    assert_int_equal(asked(&id, h, account, "换发证件", ""), ERR_OK);
    return id;
}

static enum err decided(struct house *h, int64_t account, int64_t id, bool approve, const char *key)
{
    const struct office_approval_decision d = {id, approve, STR("换证属实")};
    return office_approval_decide(as(h, account, key), &d);
}

/* The file as text; NULL where there is none. */
static enum err exported(const char **text, struct house *h, int64_t account, int64_t id,
                         const char *key)
{
    struct buf bytes = {0};
    uint64_t rows = 0;
    const char *path =
        arena_printf(&h->s->arena, "%s/approved-%lld.csv", h->s->dir, (long long)h->now).data;
    enum err err = office_approval_export(&rows, as(h, account, key), id, path);
    *text = NULL;
    if (err != ERR_OK) {
        assert_int_not_equal(access(path, F_OK), 0); /* nothing is left behind */
        return err;
    }
    assert_int_equal(file_read(&bytes, path, 1 << 20), ERR_OK);
    *text = arena_cstr(&h->s->arena, buf_view(&bytes));
    buf_free(&bytes);
    unlink(path);
    return ERR_OK;
}

static const char *state_of(struct house *h, int64_t account, int64_t id)
{
    struct office_approval a;
    assert_int_equal(office_approval_get(&a, as(h, account, ""), id), ERR_OK);
    return arena_cstr(&h->s->arena, a.row.state);
}

static int64_t audited(struct house *h, const char *action)
{
    return story_number(
        h->s,
        arena_printf(&h->s->arena, "SELECT COUNT(id) FROM audit WHERE action = '%s'", action).data);
}

static void PI3_what_is_approved_by_another_is_exported_once_with_both_names(void **state)
{
    struct house h;
    const char *text;
    house_make(&h, *state);
    int64_t id = request(&h, h.asker);
    assert_string_equal(state_of(&h, h.asker, id), "asked");
    assert_int_equal(exported(&text, &h, h.asker, id, ""), ERR_STATE);
    assert_int_equal(decided(&h, h.peer, id, true, ""), ERR_OK);
    assert_string_equal(state_of(&h, h.asker, id), "approved");
    assert_int_equal(exported(&text, &h, h.asker, id, ""), ERR_OK);
    assert_non_null(strstr(text, "姓名,手机号,导出标记"));
    assert_non_null(strstr(text, "甲一,13700000001,zhao zhao 20"));
    assert_non_null(strstr(text, "导出，qian qian 批准，请勿外传"));
    assert_non_null(strstr(text, "乙二,13700000012,zhao zhao 20"));
    assert_null(strstr(text, "丙一")); /* beyond the asker */
    assert_string_equal(state_of(&h, h.peer, id), "done");
    assert_int_equal(exported(&text, &h, h.asker, id, ""), ERR_STATE);
    assert_non_null(strstr(h.s->e.fault.text, "只能用一次"));
    assert_int_equal(audited(&h, "approval-ask"), 1);
    assert_int_equal(audited(&h, "approval-approve"), 1);
    assert_int_equal(audited(&h, "approval-export"), 1);
    assert_int_equal(story_number(h.s, "SELECT COUNT(id) FROM audit WHERE detail LIKE '%1370000%'"),
                     0);
}

static void PI3_nobody_decides_his_own_nor_one_beyond_his_reach(void **state)
{
    struct house h;
    struct office_approval a;
    struct office_approvals list;
    const char *text;
    house_make(&h, *state);
    int64_t id = request(&h, h.asker);
    assert_int_equal(decided(&h, h.asker, id, true, ""), ERR_FORBIDDEN);
    const int64_t strangers[] = {h.below, h.other};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(decided(&h, strangers[i], id, true, ""), ERR_MISSING);
        assert_int_equal(office_approval_get(&a, as(&h, strangers[i], ""), id), ERR_MISSING);
        assert_int_equal(exported(&text, &h, strangers[i], id, ""), ERR_MISSING);
        assert_int_equal(office_approvals(&list, as(&h, strangers[i], ""),
                                          (struct store_approval_find){.window.most = 10}),
                         ERR_OK);
        assert_int_equal(list.total, 0);
    }
    assert_string_equal(state_of(&h, h.peer, id), "asked");
    /* who reaches all is decided by who reaches all, not by a clerk of his department */
    int64_t wide = request(&h, h.office);
    assert_int_equal(decided(&h, h.peer, wide, true, ""), ERR_MISSING);
    assert_int_equal(decided(&h, h.office, wide, true, ""), ERR_FORBIDDEN);
    assert_int_equal(decided(&h, h.chief, wide, true, ""), ERR_OK);
    /* a superior decides for those below, and another's approval is nobody else's leave */
    int64_t low = 0;
    assert_int_equal(
        office_setting_change(&h.s->e, MODEL_SETTING_UNMASK_ROWS, STR("1"), STR("试验")), ERR_OK);
    assert_int_equal(asked(&low, &h, h.below, "换证", ""), ERR_OK);
    assert_int_equal(decided(&h, h.peer, low, true, ""), ERR_OK);
    assert_int_equal(exported(&text, &h, h.peer, low, ""), ERR_FORBIDDEN);
    assert_int_equal(exported(&text, &h, h.below, low, ""), ERR_OK);
    assert_null(strstr(text, "甲一"));
}

static void PI3_asking_needs_a_reason_columns_and_more_rows_than_the_limit(void **state)
{
    struct house h;
    int64_t id = 0;
    const struct office_inspector_find one = {.text = STR("甲一"), .officials = true};
    house_make(&h, *state);
    struct office_inspector_export export = {
        .find = &one, .columns = COLUMNS, .reason = STR("换证")};
    const struct office_approval_ask ask = {&export, false};
    assert_int_equal(asked(&id, &h, h.asker, "", ""), ERR_INPUT);
    assert_string_equal(h.s->e.fault.field, "reason");
    assert_int_equal(office_approval_ask(&id, as(&h, h.asker, ""), &ask), ERR_INPUT);
    assert_non_null(strstr(h.s->e.fault.text, "不需要审批"));
    const struct office_inspector_find all = {.officials = true};
    export.find = &all;
    export.columns = 0;
    assert_int_equal(office_approval_ask(&id, as(&h, h.asker, ""), &ask), ERR_INPUT);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM approval"), 0);
    const struct office_approval_decision mute = {request(&h, h.asker), true, STR(" ")};
    assert_int_equal(office_approval_decide(as(&h, h.peer, ""), &mute), ERR_INPUT);
    assert_string_equal(h.s->e.fault.field, "words");
}

static void PI3_requests_and_approvals_run_out_and_say_so(void **state)
{
    struct house h;
    const char *text;
    struct office_approval_counts counts;
    house_make(&h, *state);
    int64_t late = request(&h, h.asker);
    int64_t unused = request(&h, h.asker);
    assert_int_equal(decided(&h, h.peer, unused, true, ""), ERR_OK);
    assert_int_equal(office_approval_count(&counts, as(&h, h.peer, "")), ERR_OK);
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.ready, 0);
    assert_int_equal(office_approval_count(&counts, as(&h, h.asker, "")), ERR_OK);
    assert_int_equal(counts.waiting, 0); /* his own is not for him */
    assert_int_equal(counts.ready, 1);
    h.now += HOURS * 3600 * TIME_SECOND;
    assert_string_equal(state_of(&h, h.peer, late), "expired");
    assert_string_equal(state_of(&h, h.asker, unused), "expired");
    assert_int_equal(decided(&h, h.peer, late, true, ""), ERR_STATE);
    assert_non_null(strstr(h.s->e.fault.text, "已过期"));
    assert_int_equal(exported(&text, &h, h.asker, unused, ""), ERR_STATE);
    assert_non_null(strstr(h.s->e.fault.text, "已过期"));
    assert_int_equal(office_approval_count(&counts, as(&h, h.peer, "")), ERR_OK);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(office_approval_count(&counts, as(&h, h.asker, "")), ERR_OK);
    assert_int_equal(counts.ready, 0);
}

static void PI3_what_is_declined_or_grows_or_reaches_elsewhere_is_not_exported(void **state)
{
    struct house h;
    const char *text;
    house_make(&h, *state);
    int64_t no = request(&h, h.asker);
    assert_int_equal(decided(&h, h.peer, no, false, ""), ERR_OK);
    assert_int_equal(exported(&text, &h, h.asker, no, ""), ERR_STATE);
    assert_int_equal(decided(&h, h.office, no, true, ""), ERR_STATE);
    assert_int_equal(audited(&h, "approval-decline"), 1);
    int64_t grown = request(&h, h.asker);
    assert_int_equal(decided(&h, h.peer, grown, true, ""), ERR_OK);
    story_import_text(h.s, "inspectors",
                      "姓名,单位,人员类别,手机号\n乙三,B,执法人员,13700000013\n");
    assert_int_equal(exported(&text, &h, h.asker, grown, ""), ERR_LIMIT);
    story_run(h.s, "DELETE FROM inspector WHERE name = '乙三'");
    /* the same person with another reach: what was approved is not what he would get */
    story_run(h.s, "UPDATE approval SET department = 'B' WHERE state = 'approved'");
    assert_int_equal(exported(&text, &h, h.asker, grown, ""), ERR_STATE);
    assert_non_null(strstr(h.s->e.fault.text, "权限范围变了"));
    story_run(h.s, "UPDATE approval SET department = 'A' WHERE state = 'approved'");
    assert_int_equal(exported(&text, &h, h.asker, grown, ""), ERR_OK);
}

static void PI3_a_repeated_request_does_nothing_twice(void **state)
{
    struct house h;
    const char *text;
    int64_t first = 0;
    int64_t second = 0;
    house_make(&h, *state);
    assert_int_equal(asked(&first, &h, h.asker, "换证", "ask-1"), ERR_OK);
    assert_int_equal(asked(&second, &h, h.asker, "换证", "ask-1"), ERR_OK);
    assert_true(first == second);
    assert_int_equal(story_number(h.s, "SELECT COUNT(*) FROM approval"), 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(decided(&h, h.peer, first, true, "decide-1"), ERR_OK);
    assert_int_equal(audited(&h, "approval-approve"), 1);
    /* the same key with the other decision, or for another request, is no answer to it */
    assert_int_equal(decided(&h, h.peer, first, false, "decide-1"), ERR_CONFLICT);
    assert_string_equal(h.s->e.fault.text, "这份申请已登记为批准，没有改动");
    assert_string_equal(state_of(&h, h.asker, first), "approved");
    int64_t declined = request(&h, h.asker);
    assert_int_equal(decided(&h, h.peer, declined, true, "decide-1"), ERR_CONFLICT);
    assert_string_equal(state_of(&h, h.asker, declined), "asked");
    assert_int_equal(decided(&h, h.peer, declined, false, "decide-2"), ERR_OK);
    assert_int_equal(decided(&h, h.peer, declined, true, "decide-2"), ERR_CONFLICT);
    assert_string_equal(h.s->e.fault.text, "这份申请已登记为不批准，没有改动");
    assert_int_equal(decided(&h, h.peer, declined, false, "decide-2"), ERR_OK);
    assert_string_equal(state_of(&h, h.asker, declined), "declined");
    assert_int_equal(audited(&h, "approval-approve"), 1);
    assert_int_equal(audited(&h, "approval-decline"), 1);
    /* a download that broke off comes again under its key, for ten minutes from the first one */
    assert_int_equal(exported(&text, &h, h.asker, first, "file-1"), ERR_OK);
    int64_t done = h.now;
    h.now = done + AGAIN_MINUTES * 60 * TIME_SECOND - 2 * TIME_SECOND;
    assert_int_equal(exported(&text, &h, h.asker, first, "file-1"), ERR_OK);
    assert_int_equal(exported(&text, &h, h.asker, first, "file-1"), ERR_STATE);
    assert_true(h.now == done + AGAIN_MINUTES * 60 * TIME_SECOND);
    assert_non_null(strstr(h.s->e.fault.text, "10 分钟"));
    assert_int_equal(exported(&text, &h, h.asker, first, "file-2"), ERR_STATE);
    assert_int_equal(audited(&h, "approval-export"), 2);
}

/* A plain export of those whose name holds the text. */
static enum err portion(uint64_t *rows, struct errand *e, struct house *h, const char *text)
{
    const struct office_inspector_find find = {
        .text = str_of(text), .officials = true, .below = true};
    const struct office_inspector_export export = {
        .find = &find,
        .columns = COLUMNS,
        .plain = true,
        .reason = STR("换证"),
        .path = arena_printf(e->arena, "%s/part-%lld.csv", h->s->dir, (long long)e->now).data};
    enum err err = office_inspector_export(rows, e, &export);
    assert_int_equal(access(export.path, F_OK) == 0, err == ERR_OK);
    unlink(export.path);
    return err;
}

static void PI3_portions_of_a_day_add_up_to_the_limit(void **state)
{
    struct house h;
    const char *text;
    uint64_t rows = 0;
    int64_t id = 0;
    house_make(&h, *state);
    const struct office_inspector_find second = {.text = STR("甲二"), .officials = true};
    const struct office_inspector_export export = {
        .find = &second, .columns = COLUMNS, .reason = STR("换证")};
    const struct office_approval_ask ask = {&export, true};
    assert_int_equal(
        office_setting_change(&h.s->e, MODEL_SETTING_UNMASK_ROWS, STR("4"), STR("试验")), ERR_OK);
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "甲"), ERR_OK);
    assert_int_equal(rows, 4);
    /* no earlier than the rows of the audit before it, which making the house left */
    int64_t start =
        story_number(h.s, "SELECT MAX(at) FROM audit WHERE action = 'inspector-export'");
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "乙"), ERR_LIMIT);
    assert_non_null(strstr(h.s->e.fault.text, "您已导出 4 人，这次又有 2 人"));
    assert_non_null(strstr(h.s->e.fault.text, "提交审批"));
    assert_int_equal(audited(&h, "inspector-export"), 1); /* who is refused counts for nothing */
    assert_int_equal(portion(&rows, as(&h, h.peer, ""), &h, "乙"), ERR_OK); /* another's are his */
    /* one more is asked for, approved, and not counted with the others */
    assert_int_equal(office_approval_ask(&id, as(&h, h.asker, ""), &ask), ERR_OK);
    assert_int_equal(decided(&h, h.peer, id, true, ""), ERR_OK);
    assert_int_equal(exported(&text, &h, h.asker, id, ""), ERR_OK);
    assert_non_null(strstr(text, "甲二,13700000002"));
    assert_int_equal(office_inspector_plain_done(&rows, as(&h, h.asker, "")), ERR_OK);
    assert_int_equal(rows, 4);
    h.now = start + 24 * 3600 * TIME_SECOND - 2 * TIME_SECOND;
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "乙一"), ERR_LIMIT);
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "乙"), ERR_OK);
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "甲"), ERR_LIMIT);
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "乙"), ERR_OK);
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "乙一"), ERR_LIMIT);
}

static void PI3_what_is_masked_or_refused_is_no_portion(void **state)
{
    struct house h;
    uint64_t rows = 0;
    house_make(&h, *state);
    const struct office_inspector_find find = {.officials = true};
    struct office_inspector_export export = {
        .find = &find, .columns = COLUMNS, .reason = STR("1 行，完整号码")};
    export.path = arena_printf(&h.s->arena, "%s/masked.csv", h.s->dir).data;
    assert_int_equal(office_inspector_export(&rows, as(&h, h.asker, ""), &export), ERR_OK);
    unlink(export.path);
    export.plain = true;
    export.columns = 0;
    assert_int_equal(office_inspector_export(&rows, as(&h, h.asker, ""), &export), ERR_INPUT);
    assert_int_equal(office_inspector_plain_done(&rows, as(&h, h.asker, "")), ERR_OK);
    assert_int_equal(rows, 0);
    assert_int_equal(portion(&rows, as(&h, h.asker, ""), &h, "乙"), ERR_OK);
}

/* --- several at once --- */

struct decider {
    struct arena arena;
    pthread_barrier_t *start;
    struct errand e;
    int64_t id;
    bool approve;
    const char *path;    /* of the file, where he exports */
    struct house *house; /* where he exports a portion */
    enum err err;
};

static void *decide_one(void *ctx)
{
    struct decider *d = ctx;
    const struct office_approval_decision decision = {d->id, d->approve, STR("看过")};
    uint64_t rows = 0;
    pthread_barrier_wait(d->start);
    if (d->house != NULL)
        d->err = portion(&rows, &d->e, d->house, "乙");
    else
        d->err = d->path != NULL ? office_approval_export(&rows, &d->e, d->id, d->path)
                                 : office_approval_decide(&d->e, &decision);
    return NULL;
}

static void decide_all(struct decider deciders[DECIDERS])
{
    pthread_t threads[DECIDERS];
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, DECIDERS), 0);
    for (size_t i = 0; i < DECIDERS; i++) {
        deciders[i].e.arena = &deciders[i].arena;
        deciders[i].start = &start;
        assert_int_equal(pthread_create(&threads[i], NULL, decide_one, &deciders[i]), 0);
    }
    for (size_t i = 0; i < DECIDERS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
}

static void PI3_of_several_who_decide_at_once_one_does(void **state)
{
    struct house h;
    struct decider deciders[DECIDERS] = {0};
    size_t done = 0;
    house_make(&h, *state);
    int64_t id = request(&h, h.asker);
    for (size_t i = 0; i < DECIDERS; i++) {
        struct decider *d = &deciders[i];
        d->e = *as(&h, i % 2 == 0 ? h.peer : h.chief, "");
        d->id = id;
        d->approve = i % 2 == 0;
    }
    decide_all(deciders);
    for (size_t i = 0; i < DECIDERS; i++) {
        done += deciders[i].err == ERR_OK;
        if (deciders[i].err != ERR_OK)
            assert_int_equal(deciders[i].err, ERR_STATE);
        if (deciders[i].err == ERR_OK)
            assert_string_equal(state_of(&h, h.asker, id),
                                deciders[i].approve ? "approved" : "declined");
        arena_free(&deciders[i].arena);
    }
    assert_int_equal(done, 1);
    assert_int_equal(audited(&h, "approval-approve") + audited(&h, "approval-decline"), 1);
}

static void PI3_of_several_exports_at_once_one_leaves_a_file(void **state)
{
    struct house h;
    struct decider deciders[DECIDERS] = {0};
    size_t done = 0;
    house_make(&h, *state);
    int64_t id = request(&h, h.asker);
    assert_int_equal(decided(&h, h.peer, id, true, ""), ERR_OK);
    for (size_t i = 0; i < DECIDERS; i++) {
        struct decider *d = &deciders[i];
        d->e = *as(&h, h.asker, "");
        d->id = id;
        d->path = arena_printf(&h.s->arena, "%s/race-%zu.csv", h.s->dir, i).data;
    }
    decide_all(deciders);
    for (size_t i = 0; i < DECIDERS; i++) {
        bool good = deciders[i].err == ERR_OK;
        done += good;
        assert_true(good || deciders[i].err == ERR_STATE);
        assert_int_equal(access(deciders[i].path, F_OK) == 0, good);
        arena_free(&deciders[i].arena);
    }
    assert_int_equal(done, 1);
    assert_int_equal(audited(&h, "approval-export"), 1);
}

static void PI3_of_portions_at_once_no_more_than_the_limit_leave(void **state)
{
    struct house h;
    struct decider deciders[DECIDERS] = {0};
    size_t done = 0;
    house_make(&h, *state);
    for (size_t i = 0; i < DECIDERS; i++) {
        deciders[i].e = *as(&h, h.asker, "");
        deciders[i].house = &h;
    }
    decide_all(deciders);
    for (size_t i = 0; i < DECIDERS; i++) {
        done += deciders[i].err == ERR_OK;
        assert_true(deciders[i].err == ERR_OK || deciders[i].err == ERR_LIMIT);
        arena_free(&deciders[i].arena);
    }
    assert_int_equal(done, 1);
    assert_int_equal(audited(&h, "inspector-export"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(PI3_what_is_approved_by_another_is_exported_once_with_both_names),
        STORY_TEST(PI3_nobody_decides_his_own_nor_one_beyond_his_reach),
        STORY_TEST(PI3_asking_needs_a_reason_columns_and_more_rows_than_the_limit),
        STORY_TEST(PI3_requests_and_approvals_run_out_and_say_so),
        STORY_TEST(PI3_what_is_declined_or_grows_or_reaches_elsewhere_is_not_exported),
        STORY_TEST(PI3_a_repeated_request_does_nothing_twice),
        STORY_TEST(PI3_portions_of_a_day_add_up_to_the_limit),
        STORY_TEST(PI3_what_is_masked_or_refused_is_no_portion),
        STORY_TEST(PI3_of_portions_at_once_no_more_than_the_limit_leave),
        STORY_TEST(PI3_of_several_who_decide_at_once_one_does),
        STORY_TEST(PI3_of_several_exports_at_once_one_leaves_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
