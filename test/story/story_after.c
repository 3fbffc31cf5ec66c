/* After the draw (PROTOCOL 8): objects that cannot be inspected, seats that fall vacant. The peer
 * computes who must follow. */
#include "story.h"

#include "base/file.h"
#include "crypto/hash.h"

static const struct step drawn[] = {
    {"a task of two strata", course_task,
     &(struct course_task){.strata = "kind",
                           .kind = "enterprise,individual",
                           .quotas = "enterprise=fixed:3;individual=fixed:2"}},
    {"the draw", course_draw},
};

static struct str state_of(struct course *c, struct str object)
{
    const struct office_draw *draw = course_show(c);
    for (size_t i = 0; i < draw->visit_count; i++)
        if (str_eq(draw->visits[i].pool_id, object))
            return draw->visits[i].state;
    return str_range(NULL, 0);
}

static size_t seats_at(struct course *c, struct str object)
{
    const struct office_draw *draw = course_show(c);
    size_t seats = 0;
    for (size_t i = 0; i < draw->seat_count; i++)
        seats += str_eq(draw->seats[i].pool_id, object);
    return seats;
}

static void a_skipped_object_is_followed_by_its_stratums_next_ticket(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    struct str gone = course_object(c, "2");
    struct str stratum = course_show(c)->visits[1].stratum;
    const char *object = arena_cstr(&c->s->arena, gone);
    const char *evidence = story_file(c->s, "photo.jpg", "大门紧锁");
    const struct step skip[] = {
        {"without a reason", course_skip, &(struct course_skip){object, "", NULL}, ERR_INPUT,
         "原因"},
        {"evidence that is not there", course_skip,
         &(struct course_skip){object, "missing", "/nonexistent"}, ERR_MISSING, "/nonexistent"},
        {"an object that was not drawn", course_skip,
         &(struct course_skip){"91410882MA0000000", "missing", NULL}, ERR_MISSING},
        {"skip", course_skip, &(struct course_skip){object, "missing", evidence}},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, skip);
    struct str next = c->next;
    assert_true(next.len > 0);
    assert_true(str_eq(state_of(c, gone), STR("skipped")));
    assert_true(str_eq(state_of(c, next), STR("assigned")));
    assert_int_equal(seats_at(c, gone), 0);
    assert_int_equal(seats_at(c, next), 2);
    assert_int_equal(course_show(c)->visit_count, 6);
    const struct office_draw *draw = course_show(c);
    for (size_t i = 0; i < draw->visit_count; i++)
        if (str_eq(draw->visits[i].pool_id, next))
            assert_true(str_eq(draw->visits[i].stratum, stratum));
    const struct step more[] = {
        {"the next one as well", course_skip,
         &(struct course_skip){arena_cstr(&c->s->arena, next), "moved", NULL}},
        {"peer", course_peer, .still = true},
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, more);
}

static void the_skips_line_holds_the_hash_of_its_evidence(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const char *evidence = story_file(c->s, "note.txt", "现场笔录\n");
    struct str gone = course_object(c, "1");
    const struct step skip[] = {
        {"skip", course_skip, &(struct course_skip){"1", "closed", evidence}}};
    COURSE_RUN(c, skip);
    uint8_t hash[32];
    struct buf want = {0};
    crypto_sha256(hash, STR("现场笔录\n"));
    buf_printf(&want, "%.*s\tclosed\t", STR_ARG(gone));
    buf_hex(&want, hash, sizeof hash);
    buf_char(&want, '\n');
    assert_true(str_eq(course_file(c, "skip-1.tsv"), buf_view(&want)));
    buf_free(&want);
}

static void a_crash_between_the_skip_and_the_next_name_is_mended_by_calling_again(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const char *gone = arena_cstr(&c->s->arena, course_object(c, "1"));
    const struct step skip[] = {{"skip", course_skip, &(struct course_skip){gone, "closed", NULL}}};
    COURSE_RUN(c, skip);
    struct str next = c->next;
    /* What the database holds when the process dies after the skip's transaction. */
    char sql[300];
    snprintf(sql, sizeof sql, "UPDATE seat SET pool_id = '%s' WHERE pool_id = '%.*s'", gone,
             STR_ARG(next));
    story_run(c->s, sql);
    snprintf(sql, sizeof sql, "DELETE FROM visit WHERE pool_id = '%.*s'", STR_ARG(next));
    story_run(c->s, sql);
    story_run(c->s, "DELETE FROM audit WHERE action = 'draw-next'");
    int64_t logged = course_number(c, "SELECT count(idx) FROM log_entry");
    assert_int_equal(logged, 7); /* the skip is in the log although the next name is not known */
    const struct step again[] = {
        {"again", course_skip, &(struct course_skip){gone, "closed", NULL}},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, again);
    assert_true(str_eq(c->next, next));
    assert_int_equal(course_number(c, "SELECT count(idx) FROM log_entry"), logged);
    assert_int_equal(seats_at(c, next), 2);
}

static void a_stratum_that_is_used_up_names_nobody(void **state)
{
    struct course *c = *state;
    static const char two[] = "检查对象名称,对象类别\n示例产品甲,产品\n示例产品乙,产品\n";
    const struct step steps[] = {
        {"two products", course_import, &(struct course_import){"objects", two}},
        {"one of them", course_task,
         &(struct course_task){.kind = "product", .items = "SCJG-S0002", .quotas = "ALL=fixed:1"}},
        {"the draw", course_draw},
        {"the first is gone", course_skip, &(struct course_skip){"1", "closed", NULL}},
    };
    COURSE_RUN(c, steps);
    const char *second = arena_cstr(&c->s->arena, c->next);
    const struct step more[] = {
        {"and the second", course_skip, &(struct course_skip){second, "closed", NULL}},
        {"peer", course_peer, .still = true},
    };
    assert_true(strlen(second) > 3);
    COURSE_RUN(c, more);
    assert_int_equal(c->next.len, 0);
    assert_int_equal(course_show(c)->visit_count, 2);
}

static void before_the_teams_a_skip_changes_the_seats_that_are_fixed_then(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task, &(struct course_task){.quotas = "ALL=fixed:3"}},
        {"commit", course_commit},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"skip", course_skip, &(struct course_skip){"1", "closed", NULL}},
        {"skip another", course_skip, &(struct course_skip){"2", "revoked", NULL}},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_show(c)->visit_count, 5);
    assert_int_equal(course_show(c)->seat_count, 6);
}

/* --- refills --- */

static void a_vacant_seat_goes_to_one_who_may_sit_and_all_others_stay(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task, &(struct course_task){.parts = "SCJG:2:食品:1"}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
    const struct office_draw *before = course_show(c);
    struct str left = course_seated(c, 2, "SCJG", 1);
    const struct step refill[] = {
        {"no seat", course_refill, &(struct course_refill){NULL, NULL}, ERR_INPUT},
        {"a seat that is not there", course_refill,
         &(struct course_refill){"91410882MA9999999|SCJG|1=生病", NULL}, ERR_INPUT},
        {"no reason", course_refill, &(struct course_refill){"2:SCJG:1=", NULL}, ERR_INPUT},
        {"the same seat twice", course_refill,
         &(struct course_refill){"2:SCJG:1=生病;2:SCJG:1=生病", NULL}, ERR_INPUT},
        {"refill", course_refill, &(struct course_refill){"2:SCJG:1=生病住院", NULL}},
        {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, refill);
    const struct office_draw *after = course_show(c);
    assert_int_equal(after->seat_count, before->seat_count);
    size_t changed = 0;
    for (size_t i = 0; i < after->seat_count; i++)
        changed += !str_eq(after->seats[i].inspector, before->seats[i].inspector);
    assert_int_equal(changed, 1);
    struct str now = course_seated(c, 2, "SCJG", 1);
    assert_false(str_eq(now, left));
    assert_false(str_eq(now, course_seated(c, 2, "SCJG", 2)));
    /* seat 1 asks for 食品: 甲一, 甲二, 甲三 */
    assert_true(str_eq(now, STR("SCJG-001")) || str_eq(now, STR("SCJG-002")) ||
                str_eq(now, STR("SCJG-003")));
    assert_string_equal(course_text(c, "SELECT reason FROM seat_change"), "生病住院");
    assert_string_equal(course_text(c, "SELECT leaving FROM seat_change"),
                        arena_cstr(&c->s->arena, left));
    const struct step end[] = {
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
    };
    COURSE_RUN(c, end);
}

/* A draw of the brigade: four people, two seats at each object. */
static void brigade_draw(struct course *c)
{
    const struct step draw[] = {
        {"a task of the brigade", course_task,
         &(struct course_task){.items = "XFJY-S0001", .department = "XFJY", .parts = "XFJY:2"}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, draw);
}

static const char *const brigade[] = {"XFJY-001", "XFJY-002", "XFJY-003", "XFJY-004"};

static void a_refill_after_a_recusal_does_not_give_the_seat_to_him(void **state)
{
    struct course *c = *state;
    brigade_draw(c);
    /* four people, two sit at the first object; one of the others withdraws from it */
    struct str one = course_seated(c, 1, "XFJY", 1);
    struct str two = course_seated(c, 1, "XFJY", 2);
    const char *free_one = NULL;
    const char *last = NULL;
    for (size_t i = 0; i < 4; i++) {
        if (str_eq(one, str_of(brigade[i])) || str_eq(two, str_of(brigade[i])))
            continue;
        if (free_one == NULL)
            free_one = brigade[i];
        else
            last = brigade[i];
    }
    const struct step refill[] = {
        {"he withdraws", course_recuse, &(struct course_recuse){free_one, "1", "亲属"}},
        {"a seat falls vacant", course_refill, &(struct course_refill){"1:XFJY:1=生病", NULL}},
        {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, refill);
    assert_true(str_eq(course_seated(c, 1, "XFJY", 1), str_of(last)));
}

static void several_seats_at_once_and_a_second_refill(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"two seats", course_refill,
         &(struct course_refill){"1:SCJG:1=生病;3:SCJG:2=调离", "witness:3"}},
        {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
        {"assign", course_assign},
        {"one more", course_refill, &(struct course_refill){"1:SCJG:1=生病", "witness:4"}},
        {"beacon 4", course_beacon, &(struct course_beacon){.parts = "witness:4"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(seat) FROM seat_change"), 3);
}

static void a_sealed_draw_refills_until_its_code_chain_is_used_up(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a chain of three", course_setting,
         &(struct course_setting){MODEL_SETTING_CODE_LENGTH, "3", "本地规定〔2026〕5号"}},
        {"a task", course_task},
        {"sealed", course_commit, &(struct course_commit){.sealed = true}},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"skip", course_skip, &(struct course_skip){"4", "moved", NULL}},
        {"the third round", course_refill, &(struct course_refill){"1:SCJG:1=生病", NULL}},
        {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
        {"assign", course_assign},
        {"there is no fourth", course_refill, &(struct course_refill){"1:SCJG:1=生病", "witness:4"},
         ERR_STATE, "密码链"},
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_true(str_find(course_show(c)->entries[0].body, STR("\ncode 3 ")) > 0);
}

static void a_skipped_objects_seats_can_be_refilled_at_the_object_that_follows(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"skip", course_skip, &(struct course_skip){"1", "closed", NULL}},
    };
    COURSE_RUN(c, steps);
    struct str next = c->next;
    const struct office_draw *draw = course_show(c);
    struct str seat = str_range(NULL, 0);
    struct str sitting = str_range(NULL, 0);
    for (size_t i = 0; i < draw->seat_count; i++)
        if (str_eq(draw->seats[i].pool_id, next) && seat.len == 0) {
            seat = draw->seats[i].seat;
            sitting = draw->seats[i].inspector;
        }
    struct str leaving = arena_printf(&c->s->arena, "%.*s=回避", STR_ARG(seat));
    const struct course_recuse recuse = {arena_cstr(&c->s->arena, sitting),
                                         arena_cstr(&c->s->arena, next), "亲属"};
    const struct course_refill refill_seat = {leaving.data, NULL};
    const struct step more[] = {
        {"he withdraws from the one that follows", course_recuse, &recuse},
        {"his seat", course_refill, &refill_seat},
        {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
    };
    COURSE_RUN(c, more);
    draw = course_show(c);
    for (size_t i = 0; i < draw->seat_count; i++)
        if (str_eq(draw->seats[i].pool_id, next))
            assert_false(str_eq(draw->seats[i].inspector, sitting));
}

static void the_same_skip_again_names_the_same_next_and_changes_nothing(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const char *gone = arena_cstr(&c->s->arena, course_object(c, "1"));
    const struct step skip[] = {{"skip", course_skip, &(struct course_skip){gone, "closed", NULL}}};
    COURSE_RUN(c, skip);
    struct str next = c->next;
    const struct step again[] = {
        {"again", course_skip, &(struct course_skip){gone, "closed", NULL}, .still = true}};
    COURSE_RUN(c, again);
    assert_true(str_eq(c->next, next));
}

static void a_refill_that_nobody_can_take_is_refused_before_its_randomness(void **state)
{
    struct course *c = *state;
    brigade_draw(c);
    /* four people: two sit at the first object, the two others withdraw from it */
    struct str one = course_seated(c, 1, "XFJY", 1);
    struct str two = course_seated(c, 1, "XFJY", 2);
    for (size_t i = 0; i < 4; i++) {
        const struct course_recuse recuse = {brigade[i], "1", "亲属"};
        const struct step step = {"he withdraws", course_recuse, &recuse};
        if (!str_eq(one, str_of(brigade[i])) && !str_eq(two, str_of(brigade[i])))
            course_step(c, &step);
    }
    const struct step more[] = {
        {"only his colleague of the same object is left", course_refill,
         &(struct course_refill){"1:XFJY:1=生病", NULL}, ERR_STAFF, "XFJY;缺 1"},
    };
    COURSE_RUN(c, more);
}

static void two_vacant_seats_with_one_who_may_take_them_are_refused(void **state)
{
    struct course *c = *state;
    const struct step draw[] = {
        {"three of four at each object", course_task,
         &(struct course_task){.items = "XFJY-S0001", .department = "XFJY", .parts = "XFJY:3"}},
        {"the draw", course_draw},
        {"two of the three fall ill, one is left", course_refill,
         &(struct course_refill){"1:XFJY:1=生病;1:XFJY:2=生病", NULL}, ERR_STAFF, "XFJY"},
    };
    COURSE_RUN(c, draw);
}

static void who_leaves_an_object_does_not_come_back_to_it(void **state)
{
    struct course *c = *state;
    for (unsigned k = 0; k < 4; k++) {
        const struct step draw[] = {
            {"two of four at each object", course_task,
             &(struct course_task){.items = "XFJY-S0001", .department = "XFJY", .parts = "XFJY:2"}},
            {"the draw", course_draw},
        };
        COURSE_RUN(c, draw);
        struct str one = course_seated(c, 1, "XFJY", 1);
        struct str two = course_seated(c, 1, "XFJY", 2);
        const struct step refill[] = {
            {"both fall ill", course_refill,
             &(struct course_refill){"1:XFJY:1=生病;1:XFJY:2=生病", NULL}},
            {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
            {"assign", course_assign},
            {"peer", course_peer, .still = true},
        };
        COURSE_RUN(c, refill);
        for (int n = 1; n <= 2; n++) {
            assert_false(str_eq(course_seated(c, 1, "XFJY", n), one));
            assert_false(str_eq(course_seated(c, 1, "XFJY", n), two));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(a_skipped_object_is_followed_by_its_stratums_next_ticket),
        COURSE_TEST(the_skips_line_holds_the_hash_of_its_evidence),
        COURSE_TEST(a_crash_between_the_skip_and_the_next_name_is_mended_by_calling_again),
        COURSE_TEST(the_same_skip_again_names_the_same_next_and_changes_nothing),
        COURSE_TEST(a_refill_that_nobody_can_take_is_refused_before_its_randomness),
        COURSE_TEST(a_stratum_that_is_used_up_names_nobody),
        COURSE_TEST(before_the_teams_a_skip_changes_the_seats_that_are_fixed_then),
        COURSE_TEST(a_vacant_seat_goes_to_one_who_may_sit_and_all_others_stay),
        COURSE_TEST(two_vacant_seats_with_one_who_may_take_them_are_refused),
        COURSE_TEST(who_leaves_an_object_does_not_come_back_to_it),
        COURSE_TEST(a_refill_after_a_recusal_does_not_give_the_seat_to_him),
        COURSE_TEST(several_seats_at_once_and_a_second_refill),
        COURSE_TEST(a_sealed_draw_refills_until_its_code_chain_is_used_up),
        COURSE_TEST(a_skipped_objects_seats_can_be_refilled_at_the_object_that_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
