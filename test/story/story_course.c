/* Whole courses of draws, from the registries to what a stranger verifies, each step labelled; and
 * what the log, the proofs and a second implementation say of them. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "office/verify.h"

/* --- what strangers do --- */

static void show_difference(void *ctx, const struct draw_finding *finding)
{
    (void)ctx;
    struct buf line = {0};
    if (finding->mark == DRAW_DIFFERS) {
        office_verify_line(&line, finding);
        print_message("# %s", buf_cstr(&line));
    }
    buf_free(&line);
}

static struct draw_verdict verify(const char *path)
{
    struct draw_verdict verdict = {0};
    struct fault fault = {0};
    const struct office_verify job = {.path = path, .report = show_difference};
    enum err err = office_verify(&verdict, &job, &fault);
    if (err != ERR_OK)
        fail_msg("%s: %s", path, fault_text(&fault));
    return verdict;
}

static void both_bundles_hold(struct course *c)
{
    struct draw_verdict full = verify(c->bundle.full);
    struct draw_verdict public = verify(c->bundle.public);
    assert_true(full.holds);
    assert_int_equal(full.differs, 0);
    assert_true(public.holds);
    assert_int_equal(public.differs, 0);
    assert_true(full.same > 20);
}

/* Writes an object's own proof and verifies it. */
static void own_proof_holds(struct course *c, struct str object)
{
    struct buf text = {0};
    enum err err = office_draw_proof(&text, &c->s->e, c->draw, object);
    if (err != ERR_OK)
        fail_msg("proof of %.*s: %s", STR_ARG(object), fault_text(&c->s->e.fault));
    const char *path = course_path(c, "own-proof");
    assert_int_equal(file_write_plain(path, buf_view(&text), 0600), ERR_OK);
    struct draw_verdict verdict = verify(path);
    assert_true(verdict.holds);
    assert_true(verdict.same > 0);
    buf_free(&text);
}

/* An object of the pool that no visit goes to. */
static struct str not_drawn(struct course *c)
{
    return course_bytes(c, "SELECT o.pool_id FROM object o WHERE NOT EXISTS (SELECT 1 FROM visit v"
                           " WHERE v.tenant = o.tenant AND v.pool_id = o.pool_id)"
                           " ORDER BY o.pool_id");
}

static void own_proofs_hold(struct course *c)
{
    own_proof_holds(c, course_object(c, "1"));
    own_proof_holds(c, not_drawn(c));
}

/* The draw's entries as the office shows them: kinds in order, times never falling. */
static void entries_are(struct course *c, const char *kinds)
{
    const struct office_draw *draw = course_show(c);
    struct buf text = {0};
    for (size_t i = 0; i < draw->entry_count; i++) {
        buf_printf(&text, "%s%.*s", i > 0 ? " " : "", STR_ARG(draw->entries[i].kind));
        assert_true(draw->times[i] > 0);
        assert_true(i == 0 || draw->times[i] >= draw->times[i - 1]);
        assert_true(i == 0 || draw->entries[i].idx > draw->entries[i - 1].idx);
    }
    assert_string_equal(buf_cstr(&text), kinds);
    buf_free(&text);
}

/* --- the stories --- */

static void an_open_draw_goes_from_the_registries_to_a_bundle_that_verifies(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a joint task of two departments", course_task,
         &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY",
                               .parts = "SCJG:2:食品:1;XFJY:2",
                               .quotas = "*=fixed:2",
                               .strata = "kind"}},
        {"the commitment names dice and a witness", course_commit,
         &(struct course_commit){.sources = "dice 10 20;witness:1"}},
        {"both values are told, the dice twice", course_beacon,
         &(struct course_beacon){.parts = "dice:10x20:0.1.2.3.4.5.6.7.8.9.9.8.7.6.5.4.3.2.1.0.;"
                                          "witness:1",
                                 .again = "dice:10x20:0.1.2.3.4.5.6.7.8.9.9.8.7.6.5.4.3.2.1.0."}},
        {"the objects", course_objects},
        {"an inspector withdraws from the first", course_recuse,
         &(struct course_recuse){"SCJG-001", "1", "近亲属在该企业任职"}},
        {"the teams' rules are fixed", course_teams, "witness:2"},
        {"the second value", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"the teams", course_assign},
        {"peer", course_peer, .still = true},
        {"results of the first item", course_results, .days = 8},
        {"results of the second item", course_results, "XFJY-S0001"},
        {"publication", course_publish},
        {"disclosure", course_disclose},
        {"peer again, from the bundle", course_peer, .still = true},
        {"the office finds itself sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_show(c)->visit_count, 6);
    assert_int_equal(course_show(c)->seat_count, 24);
    assert_false(course_show(c)->draw.demo);
    assert_int_equal(c->published.visits, 6);
    assert_int_equal(c->published.results, 12);
    entries_are(c, "commitment beacon drawn teams beacon assigned disclosure");
    both_bundles_hold(c);
    own_proofs_hold(c);
}

static void a_sealed_draw_by_risk_class_opens_at_the_disclosure_and_verifies(void **state)
{
    struct course *c = *state;
    const struct step before[] = {
        {"a task with a ratio for each class", course_task,
         &(struct course_task){.items = "SCJG-S0002",
                               .quotas = "A=ceil:1%;B=systematic:3/100;C=ceil:1/8;D=ceil:20%",
                               .strata = "risk"}},
        {"sealed, with a lottery, a witness and dice", course_commit,
         &(struct course_commit){.sources = "lottery cwl-ssq 2026024 unordered 6 unordered 1;"
                                            "witness:1;dice 6 10",
                                 .sealed = true}},
        {"three values", course_beacon,
         &(struct course_beacon){.parts = "lottery:cwl-ssq:2026024:1.5.9.17.22.33.:16.;witness:1;"
                                          "dice:6x10:0.1.2.3.4.5.0.1.2.3.",
                                 .again = "dice:6x10:0.1.2.3.4.5.0.1.2.3."}},
        {"the objects", course_objects},
        {"teams by a witness", course_teams},
        {"the second value", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"the teams", course_assign},
    };
    COURSE_RUN(c, before);
    /* 240 objects: 120 A, 72 B, 24 C, 24 D; ceil 1 % of 120 = 2, 1/8 of 24 = 3, 20 % of 24 = 5;
     * B's 72 * 3/100 = 2.16 rounds to 2 or 3. */
    size_t drawn = course_show(c)->visit_count;
    assert_true(drawn == 12 || drawn == 13);
    const struct step after[] = {
        {"results", course_results, "SCJG-S0002", .days = 8},
        {"publication", course_publish},
        {"disclosure", course_disclose},
        {"peer, with the code and the pool key", course_peer, .still = true},
        {"the office finds itself sound", course_sound, .still = true},
    };
    COURSE_RUN(c, after);
    entries_are(c, "commitment beacon drawn teams beacon assigned disclosure");
    both_bundles_hold(c);
    own_proofs_hold(c);
}

static void until_the_disclosure_a_sealed_draw_shows_no_object_in_the_log(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task, &(struct course_task){.quotas = "ALL=fixed:5"}},
        {"sealed", course_commit, &(struct course_commit){.sealed = true}},
        {"value", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"teams", course_teams},
        {"value 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"an object is gone", course_skip, &(struct course_skip){"2", "missing", NULL}},
    };
    COURSE_RUN(c, steps);
    const struct office_draw *draw = course_show(c);
    for (size_t i = 0; i < draw->entry_count; i++)
        for (size_t k = 0; k < draw->visit_count; k++)
            assert_true(str_find(draw->entries[i].body, draw->visits[k].pool_id) < 0);
    struct buf out = {0};
    assert_int_equal(office_draw_proof(&out, &c->s->e, c->draw, draw->visits[0].pool_id),
                     ERR_STATE);
    buf_free(&out);
}

static void an_id_that_is_not_in_the_pool_has_no_proof_and_is_told_so(void **state)
{
    struct course *c = *state;
    struct buf out = {0};
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"disclosure", course_disclose},
    };
    COURSE_RUN(c, steps);
    enum err err = office_draw_proof(&out, &c->s->e, c->draw, STR("91410882MA009999XX"));
    if (err == ERR_OK) { /* absence has a proof: two neighbours (PROTOCOL 2) */
        const char *path = course_path(c, "absence");
        assert_int_equal(file_write_plain(path, buf_view(&out), 0600), ERR_OK);
        assert_true(verify(path).holds);
    } else {
        assert_int_equal(err, ERR_MISSING);
    }
    buf_free(&out);
}

static void disclosing_again_writes_the_same_bytes(void **state)
{
    struct course *c = *state;
    struct buf first = {0};
    struct buf again = {0};
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"disclosure", course_disclose},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(file_read(&first, c->bundle.full, 1 << 24), ERR_OK);
    assert_int_equal(remove(c->bundle.full), 0);
    const struct step more[] = {{"again", course_disclose, .still = true, .days = 3}};
    COURSE_RUN(c, more);
    assert_int_equal(file_read(&again, c->bundle.full, 1 << 24), ERR_OK);
    assert_true(str_eq(buf_view(&first), buf_view(&again)));
    buf_free(&first);
    buf_free(&again);
}

static void a_draw_by_local_randomness_is_marked_as_a_demonstration(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"local alone", course_commit, &(struct course_commit){.sources = "local"}},
        {"its part is made here", course_beacon, &(struct course_beacon){0}},
        {"objects", course_objects},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_true(course_show(c)->draw.demo);
}

/* The second implementation is a test only if it notices. */
static void the_peer_notices_a_seat_or_an_object_that_was_changed_by_hand(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {{"a task", course_task}, {"the draw", course_draw}};
    COURSE_RUN(c, steps);
    const char *object = arena_cstr(&c->s->arena, course_object(c, "2"));
    const char *one = arena_cstr(&c->s->arena, course_seated(c, 2, "SCJG", 1));
    const char *other = strcmp(one, "SCJG-008") == 0 ? "SCJG-007" : "SCJG-008";
    char sql[300];
    const struct step differs[] = {{"peer", course_peer, NULL, ERR_PROOF}};
    snprintf(sql, sizeof sql, "UPDATE seat SET inspector = '%s' WHERE inspector = '%s'", other,
             one);
    story_run(c->s, sql);
    COURSE_RUN(c, differs);
    snprintf(sql, sizeof sql, "UPDATE seat SET inspector = '%s' WHERE inspector = '%s'", one,
             other);
    story_run(c->s, sql);
    snprintf(sql, sizeof sql, "UPDATE visit SET pool_id = '91410882MA0000000' WHERE pool_id = '%s'",
             object);
    story_run(c->s, sql);
    COURSE_RUN(c, differs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(an_open_draw_goes_from_the_registries_to_a_bundle_that_verifies),
        COURSE_TEST(a_sealed_draw_by_risk_class_opens_at_the_disclosure_and_verifies),
        COURSE_TEST(until_the_disclosure_a_sealed_draw_shows_no_object_in_the_log),
        COURSE_TEST(an_id_that_is_not_in_the_pool_has_no_proof_and_is_told_so),
        COURSE_TEST(disclosing_again_writes_the_same_bytes),
        COURSE_TEST(the_peer_notices_a_seat_or_an_object_that_was_changed_by_hand),
        COURSE_TEST(a_draw_by_local_randomness_is_marked_as_a_demonstration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
