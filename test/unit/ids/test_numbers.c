/* Numbers against every row of ../shared/data/ids (real registry rows and mutations of them, with
 * the problem named per row by another program), and the repair of what spreadsheets do. Expected
 * counts after repair were worked out with a few lines of Python (unicodedata, upper, mod 31). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/file.h"
#include "ids/number.h"

struct rows {
    struct buf text;
    struct csv *csv;
    struct str *cells;
    size_t count;
};

/* Opens data/ids/<name> behind its heading; false, with a note, where the folder is absent. */
static bool rows_open(struct rows *rows, const char *name)
{
    char path[4096];
    *rows = (struct rows){0};
    const char *shared = getenv("SUNLOT_SHARED");
    snprintf(path, sizeof path, "%s/data/ids/%s", shared ? shared : ".", name);
    if (!shared || file_read(&rows->text, path, 1 << 24) != ERR_OK) {
        printf("# %s is not here; nothing was compared\n", path);
        return false;
    }
    assert_int_equal(csv_open_memory(&rows->csv, buf_view(&rows->text), NULL, NULL), ERR_OK);
    assert_int_equal(csv_next(rows->csv, &rows->cells, &rows->count), ERR_OK);
    return true;
}

static bool rows_next(struct rows *rows)
{
    enum err err = csv_next(rows->csv, &rows->cells, &rows->count);
    assert_true(err == ERR_OK || err == ERR_END);
    return err == ERR_OK;
}

static void rows_close(struct rows *rows)
{
    csv_close(rows->csv);
    buf_free(&rows->text);
}

static void uscc_check_accepts_every_valid_code_of_the_collection(void **state)
{
    (void)state;
    struct rows rows;
    if (!rows_open(&rows, "uscc_valid.csv"))
        return;
    size_t seen = 0;
    for (; rows_next(&rows); seen++)
        assert_true(ids_check_ok(ids_uscc_check(rows.cells[0])));
    assert_int_equal(seen, 1019);
    rows_close(&rows);
}

static void uscc_check_only_warns_of_a_wrong_organisation_code_inside(void **state)
{
    (void)state;
    struct rows rows;
    if (!rows_open(&rows, "uscc_valid_but_org_code_mismatch.csv"))
        return;
    size_t seen = 0;
    for (; rows_next(&rows); seen++) {
        assert_int_equal(ids_uscc_check(rows.cells[0]), IDS_VALID_ORG_MISMATCH);
        assert_int_equal(ids_number_check(rows.cells[0]), IDS_VALID_ORG_MISMATCH);
    }
    assert_int_equal(seen, 64);
    rows_close(&rows);
}

/* What the problem column of uscc_invalid.csv means for the code as it stands. */
static enum ids_check expected_of(struct str problem)
{
    static const struct {
        const char *problem;
        enum ids_check check;
    } table[] = {
        {"single_substitution", IDS_BAD_DIGIT}, {"adjacent_transposition", IDS_BAD_DIGIT},
        {"bad_check_digit", IDS_BAD_DIGIT},     {"illegal_character", IDS_BAD_CHARACTER},
        {"letter_O_for_0", IDS_BAD_CHARACTER},  {"letter_I_for_1", IDS_BAD_CHARACTER},
        {"lower_case", IDS_BAD_CHARACTER},      {"too_short", IDS_BAD_LENGTH},
        {"too_long", IDS_BAD_LENGTH},           {"fullwidth", IDS_BAD_LENGTH},
        {"inner_space", IDS_BAD_LENGTH},        {"scientific_notation", IDS_BAD_LENGTH},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq(problem, str_of(table[i].problem)))
            return table[i].check;
    fail_msg("problem %.*s is new", STR_ARG(problem));
    return IDS_VALID;
}

static void uscc_check_names_the_problem_of_every_invalid_code(void **state)
{
    (void)state;
    struct rows rows;
    if (!rows_open(&rows, "uscc_invalid.csv"))
        return;
    size_t seen = 0;
    for (; rows_next(&rows); seen++)
        if (ids_uscc_check(rows.cells[0]) != expected_of(rows.cells[2]))
            fail_msg("%.*s: %d", STR_ARG(rows.cells[0]), ids_uscc_check(rows.cells[0]));
    assert_int_equal(seen, 140);
    rows_close(&rows);
}

static void repair_mends_case_width_and_blanks_and_no_wrong_character(void **state)
{
    (void)state;
    struct rows rows;
    struct arena arena = {0};
    if (!rows_open(&rows, "uscc_invalid.csv"))
        return;
    size_t mended = 0, lost = 0;
    while (rows_next(&rows)) {
        struct str number;
        enum err err = ids_number_repair(&number, &arena, rows.cells[0], NULL);
        lost += err == ERR_INPUT;
        mended += err == ERR_OK && ids_check_ok(ids_uscc_check(number));
        if (err == ERR_OK && number.len != 0)
            assert_int_equal(ids_number_kind(number), IDS_KIND_USCC);
    }
    assert_int_equal(mended, 36);
    assert_int_equal(lost, 1); /* 9.1410882E+17 */
    rows_close(&rows);
    arena_free(&arena);
}

static void repair_undoes_what_spreadsheets_do_where_no_digit_is_lost(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *number;
    } table[] = {
        {"469006600187440.0", "469006600187440"},
        {"469006600187440.00", "469006600187440"},
        {"4.69006600187440E+14", "469006600187440"},
        {"4.6900660018744E14", "469006600187440"},
        {"4.6900660018744e+14", "469006600187440"},
        {"469006NA110016X", "469006NA110016X"},
        {"'914403001922038216", "914403001922038216"},
        {"\xE2\x80\x98"
         "914403001922038216",
         "914403001922038216"},
        {" 9144 0300\xE3\x80\x80"
         "1922\xC2\xA0"
         "038216\xE2\x80\x8B",
         "914403001922038216"},
        {"９１４４０３００７０８４６１１３６Ｔ", "91440300708461136T"},
        {"91440300708461136t", "91440300708461136T"},
        {"91440300-70846113-6T", "91440300708461136T"},
        {"JY1-4401-23", "JY1-4401-23"},
        {"000123", "000123"},
        {"", ""},
        {"  ", ""},
        {"豫A12345", "豫A12345"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str number;
        assert_int_equal(ids_number_repair(&number, &arena, str_of(table[i].raw), NULL), ERR_OK);
        if (!str_eq(number, str_of(table[i].number)))
            fail_msg("%s became %.*s", table[i].raw, STR_ARG(number));
    }
    arena_free(&arena);
}

static void repair_refuses_where_digits_are_gone(void **state)
{
    (void)state;
    static const char *const lost[] = {
        "4.69E+14",    "4.69007E+14",          "9.1410882E+17", "9.11410340519522E+17",
        "469006600.5", "911410340519522334.0", "4.690066E+3",   "1.5E-3x\xFF",
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
        struct str number;
        struct fault fault = {0};
        assert_int_equal(ids_number_repair(&number, &arena, str_of(lost[i]), &fault), ERR_INPUT);
        assert_true(fault.text[0] != '\0');
        assert_int_equal(number.len, 0);
    }
    arena_free(&arena);
}

static void regno15_check_follows_iso_7064_mod_11_10(void **state)
{
    (void)state;
    /* A real number of the Wanning file (FACTS.md), and one digit changed. */
    assert_int_equal(ids_regno15_check(STR("469006600187440")), IDS_VALID);
    assert_int_equal(ids_regno15_check(STR("469006600187441")), IDS_BAD_DIGIT);
    assert_int_equal(ids_regno15_check(STR("469006600178440")), IDS_BAD_DIGIT);
    assert_int_equal(ids_regno15_check(STR("46900660018744")), IDS_BAD_LENGTH);
    assert_int_equal(ids_regno15_check(STR("469006NA110016X")), IDS_BAD_CHARACTER);
    char made[IDS_REGNO_LEN];
    assert_int_equal(ids_regno15_make(made, STR("46900660018744")), ERR_OK);
    assert_memory_equal(made, "469006600187440", IDS_REGNO_LEN);
    assert_int_equal(ids_regno15_make(made, STR("4690066001874A")), ERR_INPUT);
    assert_int_equal(ids_regno15_make(made, STR("469006")), ERR_INPUT);
}

static void every_single_change_of_a_code_is_found(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char code[] = "914403001922038216";
    for (size_t i = 0; i < IDS_USCC_LEN; i++) {
        char kept = code[i];
        for (size_t k = 0; k < sizeof alphabet - 1; k++) {
            code[i] = alphabet[k];
            bool same = alphabet[k] == kept;
            assert_int_equal(ids_check_ok(ids_uscc_check(str_of(code))), same);
        }
        code[i] = kept;
    }
}

static void uscc_make_agrees_with_the_example_of_the_requirements(void **state)
{
    (void)state;
    char made[IDS_USCC_LEN];
    /* REQUIREMENTS.md B7: 91350100M000100Y + 4 has the check character 3. */
    assert_int_equal(ids_uscc_make(made, STR("91350100M000100Y4")), ERR_OK);
    assert_memory_equal(made, "91350100M000100Y43", IDS_USCC_LEN);
    assert_int_equal(ids_uscc_make(made, STR("91350100M000100O4")), ERR_INPUT);
    assert_int_equal(ids_uscc_make(made, STR("91350100M000100Y")), ERR_INPUT);
    /* Two real codes taken apart. */
    assert_int_equal(ids_uscc_compose(made, STR("91"), STR("440300"), STR("19220382")), ERR_OK);
    assert_memory_equal(made, "914403001922038216", IDS_USCC_LEN);
    assert_int_equal(ids_uscc_compose(made, STR("91"), STR("440300"), STR("70846113")), ERR_OK);
    assert_memory_equal(made, "91440300708461136T", IDS_USCC_LEN);
    assert_int_equal(ids_uscc_compose(made, STR("91"), STR("4403"), STR("70846113")), ERR_INPUT);
    assert_int_equal(ids_uscc_compose(made, STR("91"), STR("440300"), STR("7084611O")), ERR_INPUT);
}

static void kinds_are_told_by_form(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        enum ids_kind kind;
        enum ids_check check;
    } table[] = {
        {"", IDS_KIND_NONE, IDS_VALID},
        {"914403001922038216", IDS_KIND_USCC, IDS_VALID},
        {"914403001922038217", IDS_KIND_USCC, IDS_BAD_DIGIT},
        {"9I4403001922038216", IDS_KIND_USCC, IDS_BAD_CHARACTER},
        {"91440300192203821", IDS_KIND_USCC, IDS_BAD_LENGTH},
        {"9144030019220382160", IDS_KIND_USCC, IDS_BAD_LENGTH},
        {"469006600187440", IDS_KIND_REGNO15, IDS_VALID},
        {"469006600187449", IDS_KIND_REGNO15, IDS_BAD_DIGIT},
        {"469006NA110016X", IDS_KIND_OLD, IDS_VALID},
        {"4690061100165", IDS_KIND_OLD, IDS_VALID},
        {"46900611001652", IDS_KIND_OLD, IDS_VALID},
        /* The example of GB 11643. */
        {"11010519491231002X", IDS_KIND_IDCARD, IDS_VALID},
        {"豫GSP-001", IDS_KIND_OTHER, IDS_VALID},
        {"12345", IDS_KIND_OTHER, IDS_VALID},
        {"JY14101220012345", IDS_KIND_OTHER, IDS_VALID},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str number = str_of(table[i].number);
        if (ids_number_kind(number) != table[i].kind || ids_number_check(number) != table[i].check)
            fail_msg("%s is a %s, %s", table[i].number, ids_kind_code(ids_number_kind(number)),
                     ids_check_text(ids_number_check(number)));
        assert_true(*ids_kind_text(table[i].kind) && *ids_check_text(table[i].check));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uscc_check_accepts_every_valid_code_of_the_collection),
        cmocka_unit_test(uscc_check_only_warns_of_a_wrong_organisation_code_inside),
        cmocka_unit_test(uscc_check_names_the_problem_of_every_invalid_code),
        cmocka_unit_test(repair_mends_case_width_and_blanks_and_no_wrong_character),
        cmocka_unit_test(repair_undoes_what_spreadsheets_do_where_no_digit_is_lost),
        cmocka_unit_test(repair_refuses_where_digits_are_gone),
        cmocka_unit_test(regno15_check_follows_iso_7064_mod_11_10),
        cmocka_unit_test(every_single_change_of_a_code_is_found),
        cmocka_unit_test(uscc_make_agrees_with_the_example_of_the_requirements),
        cmocka_unit_test(kinds_are_told_by_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
