/* The worked draws of shared/draw/vectors, which an independent model made, become bundles: what
 * their files say is the model's, and our verification has to come to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle_kit.h"

#include "base/file.h"
#include "base/json.h"
#include "office/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void count_marks(void *ctx, const struct draw_finding *finding)
{
    unsigned(*marks)[4] = ctx;
    marks[finding->check][finding->mark]++;
    if (finding->mark == DRAW_DIFFERS)
        print_message("# %s %.*s %.*s\n", draw_check_zh(finding->check), STR_ARG(finding->file),
                      STR_ARG(finding->words));
}

static json_t *cases_load(void)
{
    char path[4096];
    struct buf text = {0};
    json_t *cases = NULL;
    const char *shared = getenv("SUNLOT_SHARED");
    snprintf(path, sizeof path, "%s/draw/vectors/draws.json", shared != NULL ? shared : ".");
    if (!file_exists(path)) {
        print_message("# no draw vectors here: nothing to compare with\n");
        return NULL;
    }
    assert_int_equal(file_read(&text, path, 1 << 26), ERR_OK);
    assert_int_equal(json_parse_sized(&cases, buf_view(&text), 1 << 26, NULL), ERR_OK);
    buf_free(&text);
    return cases;
}

static struct str item(const json_t *row, size_t i)
{
    return str_of(json_string_value(json_array_get(row, i)));
}

static void unhex(uint8_t out[DRAW_HASH], const json_t *of, const char *key)
{
    assert_int_equal(str_unhex(out, DRAW_HASH, json_member_str(of, key)), ERR_OK);
}

/* The log's time lies before the drand round of the cases (2023-08-23). */
static void case_open(struct kit *kit, const json_t *of)
{
    const json_t *pool = json_object_get(of, "pool");
    struct kit_spec spec = {.label = "vector", .parties = 0};
    spec.blinded = json_is_string(json_object_get(of, "pool_key"));
    spec.parties = json_is_string(json_object_get(of, "secret"));
    kit_open(kit, &spec);
    kit->now = 1690000000;
    kit->spec.objects = json_array_size(pool);
    assert_true(kit->spec.objects <= KIT_LINES);
    for (size_t i = 0; i < kit->spec.objects; i++) {
        const json_t *row = json_array_get(pool, i);
        kit->lines[i] =
            arena_printf(&kit->arena, "%.*s\t%.*s", STR_ARG(item(row, 0)), STR_ARG(item(row, 1)));
    }
    if (spec.blinded)
        unhex(kit->pool_key, of, "pool_key");
    if (spec.parties > 0)
        unhex(kit->secrets[0], of, "secret");
    kit_append(kit, arena_str(&kit->arena, json_member_str(of, "commitment")));
    assert_int_equal(draw_commitment_parse(&kit->commitment, &kit->arena, kit->entries[0], NULL),
                     ERR_OK);
}

static void case_beacon(struct kit *kit, const json_t *of)
{
    struct str parts[8];
    struct buf text = {0};
    const json_t *list = json_object_get(of, "parts");
    struct draw_beacon beacon = {.number = kit->commitment.number,
                                 .round = 1,
                                 .parts = parts,
                                 .part_count = json_array_size(list)};
    for (size_t i = 0; i < beacon.part_count; i++)
        parts[i] = item(list, i);
    memcpy(beacon.entry, kit->entry_leaves[0], DRAW_HASH);
    assert_int_equal(draw_beacon_write(&text, &beacon, NULL), ERR_OK);
    kit_append(kit, arena_str(&kit->arena, buf_view(&text)));
    buf_free(&text);
}

static int line_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* selected.tsv and drawn.tsv are the model's rows, written out. */
static void case_drawn(struct kit *kit, const json_t *of)
{
    uint8_t digest[DRAW_HASH];
    struct buf selected = {0};
    struct buf drawn = {0};
    const json_t *rows = json_object_get(of, "selected");
    size_t count = json_array_size(rows);
    struct str *lines = arena_array(&kit->arena, count, sizeof *lines);
    assert_non_null(lines);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        long long rank = json_integer_value(json_array_get(row, 1));
        buf_printf(&selected, "%.*s\t%lld\t%.*s\t%.*s\n", STR_ARG(item(row, 0)), rank,
                   STR_ARG(item(row, 2)), STR_ARG(item(row, 3)));
        lines[i] =
            arena_printf(&kit->arena, "%.*s\t%.*s\n", STR_ARG(item(row, 2)), STR_ARG(item(row, 3)));
    }
    qsort(lines, count, sizeof *lines, line_order);
    for (size_t i = 0; i < count; i++)
        buf_str(&drawn, lines[i]);
    struct str text = arena_str(&kit->arena, buf_view(&selected));
    kit_part_digest(digest, kit, "selected.tsv", text, text);
    kit_part(kit, "drawn.tsv", arena_str(&kit->arena, buf_view(&drawn)));
    kit_outcome(kit, DRAW_DRAWN, 1, digest);
    buf_free(&selected);
    buf_free(&drawn);
}

static void case_verify(struct kit *kit, const char *path, bool full)
{
    unsigned marks[DRAW_CHECKS][4] = {0};
    struct draw_verdict verdict;
    struct fault fault = {0};
    struct office_verify job = {
        .path = path, .vkey = kit_vkey(kit), .report = count_marks, .ctx = marks};
    assert_int_equal(office_verify(&verdict, &job, &fault), ERR_OK);
    assert_true(verdict.holds);
    assert_int_equal(marks[DRAW_CHECK_DRAWN][DRAW_SAME], 1);
    assert_int_equal(marks[DRAW_CHECK_SELECTED][DRAW_SAME], full ? 1 : !kit->spec.blinded);
    assert_int_equal(marks[DRAW_CHECK_POOL_ROOT][DRAW_SAME], full ? 1 : !kit->spec.blinded);
}

static void the_worked_draws_hold_as_bundles(void **state)
{
    (void)state;
    json_t *cases = cases_load();
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *of = json_array_get(cases, i);
        struct kit *kit = calloc(1, sizeof *kit);
        assert_non_null(kit);
        print_message("# %s\n", json_member_str(of, "name").data);
        case_open(kit, of);
        case_beacon(kit, of);
        case_drawn(kit, of);
        kit_finish(kit);
        case_verify(kit, kit->full, true);
        case_verify(kit, kit->open, false);
        kit_close(kit);
        free(kit);
    }
    json_decref(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_draws_hold_as_bundles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
