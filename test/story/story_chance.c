/* Randomness (PROTOCOL 4): what is too little, what exists already, what was not typed by two, what
 * does not fit. */
#include "story.h"

/* drand's quicknet (its public chain info): genesis 1692803367, a round every 3 seconds. The round
 * of COURSE_START is (1772413200 - 1692803367) / 3 + 1 = 26536612. */
#define QUICKNET "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
#define TWENTY "dice:10x20:0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9."

static void sources_with_too_little_entropy_are_refused(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        /* 24 * log2(6) = 62.04; 25 * log2(6) = 64.6; log2 C(33,6)*16 = 24.08 */
        {"24 rolls of a die", course_commit, &(struct course_commit){.sources = "dice 6 24"},
         ERR_ENTROPY, "62"},
        {"a lottery of 24 bits", course_commit,
         &(struct course_commit){.sources = "lottery cwl-ssq 2026024 unordered 6 unordered 1"},
         ERR_ENTROPY, "24"},
        {"a lottery nobody knows", course_commit,
         &(struct course_commit){.sources = "lottery mine 1 unordered 60"}, ERR_ENTROPY},
        {"local does not help a few rolls", course_commit,
         &(struct course_commit){.sources = "local;dice 6 10"}, ERR_ENTROPY},
        {"25 rolls", course_commit, &(struct course_commit){.sources = "dice 6 25"}},
        {"beacon", course_beacon,
         &(struct course_beacon){
             .parts = "dice:6x25:0.1.2.3.4.5.0.1.2.3.4.5.0.1.2.3.4.5.0.1.2.3.4.5.0.",
             .again = "dice:6x25:0.1.2.3.4.5.0.1.2.3.4.5.0.1.2.3.4.5.0.1.2.3.4.5.0."}},
        {"objects", course_objects},
        {"the second randomness as well", course_teams, "dice 10 19", ERR_ENTROPY, "63"},
        {"enough", course_teams, "dice 10 20"},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = TWENTY, .again = TWENTY}},
        {"assign", course_assign},
        {"and the third", course_refill, &(struct course_refill){"1:SCJG:1=生病", "dice 10 19"},
         ERR_ENTROPY},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
}

static void a_place_may_ask_for_more_entropy(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a hundred bits", course_setting,
         &(struct course_setting){MODEL_SETTING_ENTROPY_BITS, "100", "本地规定〔2026〕4号"}},
        {"a task", course_task},
        {"67 bits", course_commit, &(struct course_commit){.sources = "dice 10 20"}, ERR_ENTROPY,
         "100"},
        {"103 bits", course_commit, &(struct course_commit){.sources = "dice 10 31"}},
    };
    COURSE_RUN(c, steps);
}

static void a_drand_round_must_lie_ahead(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"the round of this very start", course_commit,
         &(struct course_commit){.sources = "drand " QUICKNET " 26536612"}, ERR_INPUT, "26536612"},
        {"the first round of all", course_commit,
         &(struct course_commit){.sources = "drand " QUICKNET " 1"}, ERR_INPUT},
        {"a chain nobody knows", course_commit,
         &(struct course_commit){
             .sources =
                 "drand 0000000000000000000000000000000000000000000000000000000000000000 99999999"},
         ERR_INPUT, "drand"},
        {"a round an hour ahead", course_commit,
         &(struct course_commit){.sources = "drand " QUICKNET " 26537812"}},
        {"a part of another round", course_beacon,
         &(struct course_beacon){
             .parts = "drand:" QUICKNET ":26537813:"
                      "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2"
                      "bacbe47e4b6b63ed5e39"},
         ERR_INPUT},
        {"its part, an hour later", course_beacon,
         &(struct course_beacon){
             .parts = "drand:" QUICKNET ":26537812:"
                      "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2"
                      "bacbe47e4b6b63ed5e39"},
         .days = 1},
        {"objects", course_objects},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
}

static void dice_are_typed_by_two_and_must_agree(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"dice", course_commit, &(struct course_commit){.sources = "dice 10 20"}},
        {"nobody typed it again", course_beacon, &(struct course_beacon){.parts = TWENTY},
         ERR_INPUT, "第二人"},
        {"two rolls changed places", course_beacon,
         &(struct course_beacon){.parts = TWENTY,
                                 .again = "dice:10x20:1.0.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9."},
         ERR_INPUT, "一致"},
        {"a roll of ten on a die of ten", course_beacon,
         &(struct course_beacon){.parts = "dice:10x20:10.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.",
                                 .again = "dice:10x20:10.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9."},
         ERR_INPUT},
        {"nineteen rolls", course_beacon,
         &(struct course_beacon){.parts = "dice:10x20:1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.",
                                 .again = "dice:10x20:1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9."},
         ERR_INPUT},
        {"both the same", course_beacon, &(struct course_beacon){.parts = TWENTY, .again = TWENTY}},
    };
    COURSE_RUN(c, steps);
}

static void parts_that_do_not_fit_their_sources_are_refused(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"words that are no source", course_commit, &(struct course_commit){.sources = "coin 2 99"},
         ERR_FORMAT},
        {"no source", course_commit, &(struct course_commit){.sources = ""}, ERR_FORMAT},
        {"a witness and a lottery", course_commit,
         &(struct course_commit){.sources =
                                     "witness:1;lottery cwl-ssq 2026024 unordered 6 unordered 1"}},
        {"none", course_beacon, &(struct course_beacon){0}, ERR_INPUT, "见证人1"},
        {"one of two", course_beacon, &(struct course_beacon){.parts = "witness:1"}, ERR_INPUT,
         "cwl-ssq"},
        {"another witness", course_beacon,
         &(struct course_beacon){.parts = "witness:2;lottery:cwl-ssq:2026024:1.5.9.17.22.33.:16."},
         ERR_INPUT},
        {"a nonce that is not his", course_beacon,
         &(struct course_beacon){
             .parts =
                 "witness:见证人1:0000000000000000000000000000000000000000000000000000000000000000;"
                 "lottery:cwl-ssq:2026024:1.5.9.17.22.33.:16."},
         ERR_INPUT, "见证人1"},
        {"balls not ascending", course_beacon,
         &(struct course_beacon){.parts = "witness:1;lottery:cwl-ssq:2026024:5.1.9.17.22.33.:16."},
         ERR_INPUT, "cwl-ssq"},
        {"another issue", course_beacon,
         &(struct course_beacon){.parts = "witness:1;lottery:cwl-ssq:2026025:1.5.9.17.22.33.:16."},
         ERR_INPUT},
        {"one too many", course_beacon,
         &(struct course_beacon){
             .parts = "witness:1;lottery:cwl-ssq:2026024:1.5.9.17.22.33.:16.;witness:3"},
         ERR_INPUT},
        {"in another order", course_beacon,
         &(struct course_beacon){.parts = "lottery:cwl-ssq:2026024:1.5.9.17.22.33.:16.;witness:1"}},
        {"objects", course_objects},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
}

static void one_throw_does_not_serve_two_sources(void **state)
{
    struct course *c = *state;
    const char *throw = "dice:10x10:0.1.2.3.4.5.6.7.8.9.";
    const struct step first[] = {{"a task", course_task}};
    COURSE_RUN(c, first);
    struct str number;
    const struct str sources[] = {STR("dice 10 10"), STR("dice 10 10")};
    const struct office_draw_commit spec = {c->task, false, sources, 2, 40000};
    c->s->e.now = c->clock;
    if (office_draw_commit(&number, &c->s->e, &spec) != ERR_OK)
        return; /* refused at once: as good */
    c->draw = number;
    const struct step steps[] = {
        {"ten rolls of thirty-three bits twice", course_beacon,
         &(struct course_beacon){.parts = throw, .again = throw}, ERR_INPUT},
    };
    COURSE_RUN(c, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(sources_with_too_little_entropy_are_refused),
        COURSE_TEST(a_place_may_ask_for_more_entropy),
        COURSE_TEST(a_drand_round_must_lie_ahead),
        COURSE_TEST(dice_are_typed_by_two_and_must_agree),
        COURSE_TEST(parts_that_do_not_fit_their_sources_are_refused),
        COURSE_TEST(one_throw_does_not_serve_two_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
