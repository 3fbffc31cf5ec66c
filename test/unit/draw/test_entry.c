/* The entries of PROTOCOL.md section 9: the text of each, read strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/entry.h"
#include "help.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define D "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

/* One entry of each kind, as section 9 lays it out. */
static const char *const texts[] = {
    "sunlot-draw/1 beacon\ndraw 1-2\nround 1\nentry " A "\npart dice:10x2:3.4.\npart local:" B "\n",
    "sunlot-draw/1 drawn\ndraw 1-2\nround 1\nselected " A "\n",
    "sunlot-draw/1 teams\ndraw 1-2\nround 2\ncommitment " A "\nseats " B "\ninspectors " C
    "\neligible " D "\nsource local\nsource dice 10 20\n",
    "sunlot-draw/1 assigned\ndraw 1-2\nround 2\nteams " A "\n",
    "sunlot-draw/1 skip\ndraw 1-2\nobject " A "\n",
    "sunlot-draw/1 refill\ndraw 1-2\nround 3\ncommitment " A "\nleaving " B "\neligible " C
    "\nsource local\n",
    "sunlot-draw/1 refilled\ndraw 1-2\nround 3\nteams " A "\n",
    "sunlot-draw/1 abort\ndraw 1-2\nreason 系统故障，改期\n",
    "sunlot-draw/1 disclosure\ndraw 1-2\nsecret " A "\nsecret " B "\nfiles " C "\n",
    "sunlot-draw/1 disclosure\ndraw 1-2\nfiles " C "\n",
    "sunlot-draw/1 attestation\ndraw 1-2\nauditor 县审计局\nverdict 全部相符\n",
};

/* Reads an entry by its kind and writes it again. */
static enum err again(struct buf *out, struct arena *arena, struct str text)
{
    enum draw_kind kind = DRAW_KINDS;
    union {
        struct draw_beacon beacon;
        struct draw_outcome outcome;
        struct draw_teams_entry teams;
        struct draw_refill_entry refill;
        struct draw_abort abort_entry;
        struct draw_disclosure disclosure;
        struct draw_attestation attestation;
    } e;
    TRY(draw_entry_kind(&kind, text, NULL));
    switch (kind) {
    case DRAW_BEACON:
        TRY(draw_beacon_parse(&e.beacon, arena, text, NULL));
        return draw_beacon_write(out, &e.beacon, NULL);
    case DRAW_TEAMS:
        TRY(draw_teams_entry_parse(&e.teams, arena, text, NULL));
        return draw_teams_entry_write(out, &e.teams, NULL);
    case DRAW_REFILL:
        TRY(draw_refill_entry_parse(&e.refill, arena, text, NULL));
        return draw_refill_entry_write(out, &e.refill, NULL);
    case DRAW_ABORT:
        TRY(draw_abort_parse(&e.abort_entry, text, NULL));
        return draw_abort_write(out, &e.abort_entry, NULL);
    case DRAW_DISCLOSURE:
        TRY(draw_disclosure_parse(&e.disclosure, arena, text, NULL));
        return draw_disclosure_write(out, &e.disclosure, NULL);
    case DRAW_ATTESTATION:
        TRY(draw_attestation_parse(&e.attestation, text, NULL));
        return draw_attestation_write(out, &e.attestation, NULL);
    default:
        TRY(draw_outcome_parse(&e.outcome, text, NULL));
        return draw_outcome_write(out, &e.outcome, NULL);
    }
}

static void each_entry_is_written_as_it_was_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct arena arena = {0};
        struct buf out = {0};
        struct str number = {0};
        assert_int_equal(again(&out, &arena, str_of(texts[i])), ERR_OK);
        assert_str(buf_view(&out), texts[i]);
        assert_int_equal(draw_entry_number(&number, str_of(texts[i]), NULL), ERR_OK);
        assert_str(number, "1-2");
        buf_free(&out);
        arena_free(&arena);
    }
}

/* Every byte changed: what is still read is written as it stands. */
static void no_two_spellings_mean_the_same_entry(void **state)
{
    static const char tries[] = " 0129aAbdxz/:.\n\t\x7F\x80\xC2";
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t at = 0; at < strlen(texts[i]); at++)
            for (size_t c = 0; c < sizeof tries - 1; c++) {
                struct arena arena = {0};
                struct buf text = {0};
                struct buf out = {0};
                buf_cat(&text, texts[i]);
                text.data[at] = tries[c];
                if (again(&out, &arena, buf_view(&text)) == ERR_OK)
                    assert_str(buf_view(&out), buf_cstr(&text));
                buf_free(&out);
                buf_free(&text);
                arena_free(&arena);
            }
}

static void an_entry_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t len = 0; len < strlen(texts[i]); len++) {
            struct arena arena = {0};
            struct buf out = {0};
            struct str part = str_range(texts[i], len);
            enum err err = again(&out, &arena, part);
            bool lawful = str_ends(part, STR("dice:10x2:3.4.\n")) || str_ends(part, STR("local\n"));
            assert_int_equal(err, lawful ? ERR_OK : ERR_FORMAT);
            buf_free(&out);
            arena_free(&arena);
        }
}

static void wrong_kinds_rounds_and_additions_are_refused(void **state)
{
    static const char *const bad[] = {
        "sunlot-draw/1 redraw\ndraw 1-2\n",
        "sunlot-draw/1 drawn\ndraw 1-2\nround 2\nselected " A "\n",
        "sunlot-draw/1 drawn\ndraw 1-2\nround 1\nteams " A "\n",
        "sunlot-draw/1 assigned\ndraw 1-2\nround 1\nteams " A "\n",
        "sunlot-draw/1 refilled\ndraw 1-2\nround 2\nteams " A "\n",
        "sunlot-draw/1 teams\ndraw 1-2\nround 3\ncommitment " A "\nseats " B "\ninspectors " C
        "\neligible " D "\nsource local\n",
        "sunlot-draw/1 refill\ndraw 1-2\nround 2\ncommitment " A "\nleaving " B "\neligible " C
        "\nsource local\n",
        "sunlot-draw/1 beacon\ndraw 1-2\nround 0\nentry " A "\npart local:" B "\n",
        "sunlot-draw/1 beacon\ndraw 1-2\nround 1\nentry " A "\npart a/b\n",
        "sunlot-draw/1 beacon\ndraw 1-2\nround 1\nentry " A "\n",
        "sunlot-draw/1 abort\ndraw 1-2\nreason a\nreason b\n",
        "sunlot-draw/1 abort\ndraw 1 2\nreason a\n",
        "sunlot-draw/1 disclosure\ndraw 1-2\nfiles " C "\nsecret " A "\n",
        "sunlot-draw/1 skip\ndraw 1-2\nround 1\nobject " A "\n",
        "sunlot-draw/1 skip\ndraw 1-2\nobject " A "\n\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena arena = {0};
        struct buf out = {0};
        assert_int_equal(again(&out, &arena, str_of(bad[i])), ERR_FORMAT);
        assert_int_equal(out.len, 0);
        buf_free(&out);
        arena_free(&arena);
    }
}

static void a_value_that_would_break_the_text_is_not_written(void **state)
{
    (void)state;
    struct buf out = {0};
    struct draw_abort abort_entry = {STR("1"), STR("a\nreason b")};
    assert_int_equal(draw_abort_write(&out, &abort_entry, NULL), ERR_INPUT);
    abort_entry = (struct draw_abort){STR("1 2"), STR("a")};
    assert_int_equal(draw_abort_write(&out, &abort_entry, NULL), ERR_INPUT);
    struct draw_attestation verdict = {STR("1"), STR("审计局"), STR("")};
    assert_int_equal(draw_attestation_write(&out, &verdict, NULL), ERR_INPUT);
    struct draw_outcome outcome = {DRAW_ABORT, STR("1"), 1, {0}};
    assert_int_equal(draw_outcome_write(&out, &outcome, NULL), ERR_INPUT);
    struct draw_teams_entry teams = {.number = STR("1")};
    assert_int_equal(draw_teams_entry_write(&out, &teams, NULL), ERR_INPUT);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void a_beacon_must_answer_the_entry_that_asked(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_beacon beacon;
    struct draw_source sources[2] = {{.kind = DRAW_SOURCE_DICE, .sides = 10, .rolls = 2},
                                     {.kind = DRAW_SOURCE_LOCAL}};
    uint8_t leaf[DRAW_HASH];
    memset(leaf, 0xAA, sizeof leaf);
    assert_int_equal(draw_beacon_parse(&beacon, &arena, str_of(texts[0]), NULL), ERR_OK);
    assert_int_equal(draw_beacon_check(&beacon, leaf, sources, 2, NULL), ERR_OK);
    assert_int_equal(draw_beacon_check(&beacon, leaf, sources, 1, NULL), ERR_PROOF);
    sources[0].sides = 4;
    assert_int_equal(draw_beacon_check(&beacon, leaf, sources, 2, NULL), ERR_FORMAT);
    sources[0].sides = 10;
    leaf[0] ^= 1;
    assert_int_equal(draw_beacon_check(&beacon, leaf, sources, 2, NULL), ERR_PROOF);
    arena_free(&arena);
}

/* Python: sha256(blind + b"file\n"). */
static void digests_are_blinded_and_stream(void **state)
{
    (void)state;
    uint8_t digest[DRAW_HASH];
    uint8_t blind[DRAW_HASH];
    struct crypto_sha256 h;
    memset(blind, 7, sizeof blind);
    draw_digest(digest, blind, STR("file\n"));
    assert_hex(digest, 32, "385223d37f17ffd9297a592dc555dc48f074a14b790869afb88124b3254df57c");
    draw_digest_begin(&h, blind);
    crypto_sha256_add(&h, STR("fi"));
    crypto_sha256_add(&h, STR("le\n"));
    crypto_sha256_final(digest, &h);
    assert_hex(digest, 32, "385223d37f17ffd9297a592dc555dc48f074a14b790869afb88124b3254df57c");
    draw_digest(digest, NULL, STR("file\n"));
    assert_hex(digest, 32, "947f8d3290dc0b4f7cf53421ac3e0193e42a38a057cf4d76b899141f80ca5f75");
}

/* Python: RFC 6962 root of the three lines, sorted. */
static void the_files_root_sorts_and_refuses_doubles(void **state)
{
    (void)state;
    uint8_t root[DRAW_HASH];
    struct draw_file files[3] = {
        {.name = STR("VERIFY.md")}, {.name = STR("pool.tsv")}, {.name = STR("commitment")}};
    crypto_sha256(files[0].hash, STR("a"));
    crypto_sha256(files[1].hash, STR("b"));
    crypto_sha256(files[2].hash, STR("c"));
    assert_int_equal(draw_files_root(root, files, 3, NULL), ERR_OK);
    assert_hex(root, 32, "87a4386f1d1d949e1608bc528de477c6818f6c3efff191aa889629df2b896269");
    files[0].name = files[1].name;
    assert_int_equal(draw_files_root(root, files, 3, NULL), ERR_DUPLICATE);
    files[0].name = STR("a\tb");
    assert_int_equal(draw_files_root(root, files, 3, NULL), ERR_INPUT);
}

static void a_skip_line_is_object_reason_and_evidence(void **state)
{
    (void)state;
    struct buf out = {0};
    uint8_t evidence[DRAW_HASH];
    memset(evidence, 0xEE, sizeof evidence);
    assert_int_equal(draw_skip_line(&out, STR("SL-1"), STR("已注销"), evidence, NULL), ERR_OK);
    assert_str(buf_view(&out), "SL-1\t已注销\t"
                               "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    assert_int_equal(draw_skip_line(&out, STR("sl"), STR("x"), evidence, NULL), ERR_INPUT);
    assert_int_equal(draw_skip_line(&out, STR("SL-1"), STR("x\ty"), evidence, NULL), ERR_INPUT);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_entry_is_written_as_it_was_read),
        cmocka_unit_test(no_two_spellings_mean_the_same_entry),
        cmocka_unit_test(an_entry_cut_anywhere_is_refused),
        cmocka_unit_test(wrong_kinds_rounds_and_additions_are_refused),
        cmocka_unit_test(a_value_that_would_break_the_text_is_not_written),
        cmocka_unit_test(a_beacon_must_answer_the_entry_that_asked),
        cmocka_unit_test(digests_are_blinded_and_stream),
        cmocka_unit_test(the_files_root_sorts_and_refuses_doubles),
        cmocka_unit_test(a_skip_line_is_object_reason_and_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
