/* sunlot-vectors FILE...: runs draw vectors (format of draws.json or assignments.json, told apart
 * by content), prints every check that fails with both values, and last "N passed, N failed". Exit
 * 1 if any failed, or a file cannot be read or holds no case. */
#include "vectors.h"

#include "base/buf.h"
#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>

enum { FILE_LIMIT = 1 << 30 };

void tally_text(struct tally *tally, const char *what, struct str expected, struct str got)
{
    if (str_eq(expected, got)) {
        tally->passed++;
        return;
    }
    tally->failed++;
    printf("FAILED %.*s: %s\n  expected %.*s\n  got      %.*s\n", STR_ARG(tally->name), what,
           STR_ARG(expected), STR_ARG(got));
}

void tally_hash(struct tally *tally, const char *what, struct str expected, const uint8_t *got)
{
    struct buf hex = {0};
    buf_hex(&hex, got, 32);
    tally_text(tally, what, expected, buf_view(&hex));
    buf_free(&hex);
}

void tally_number(struct tally *tally, const char *what, uint64_t expected, uint64_t got)
{
    char a[24];
    char b[24];
    snprintf(a, sizeof a, "%" PRIu64, expected);
    snprintf(b, sizeof b, "%" PRIu64, got);
    tally_text(tally, what, str_of(a), str_of(b));
}

bool tally_step(struct tally *tally, const char *what, enum err err, const struct fault *fault)
{
    const char *words = fault->text[0] != '\0' ? fault_text(fault) : err_zh(err);
    tally_text(tally, what, STR("ok"), err == ERR_OK ? STR("ok") : str_of(words));
    return err == ERR_OK;
}

struct str item_str(const json_t *array, size_t index)
{
    const json_t *item = json_array_get(array, index);
    return json_is_string(item) ? str_range(json_string_value(item), json_string_length(item))
                                : str_range(NULL, 0);
}

uint64_t value_u64(const json_t *value)
{
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    return number < 0 ? UINT64_MAX : (uint64_t)number;
}

static void run_case(struct tally *tally, const json_t *c)
{
    struct arena arena = {0};
    tally->name = json_member_str(c, "name");
    if (json_object_get(c, "commitment") != NULL)
        draw_case(tally, &arena, c);
    else if (json_object_get(c, "seats") != NULL)
        assign_case(tally, &arena, c);
    else
        tally_text(tally, "kind of case", STR("draw or assignment"), STR("neither"));
    arena_free(&arena);
}

static bool run_json(struct tally *tally, const char *path, struct str text)
{
    struct fault fault = {0};
    json_t *cases = NULL;
    if (json_parse_sized(&cases, text, FILE_LIMIT, &fault) != ERR_OK) {
        fprintf(stderr, "%s: %s\n", path, fault_text(&fault));
        return false;
    }
    size_t count = json_is_array(cases) ? json_array_size(cases) : 0;
    if (count == 0)
        fprintf(stderr, "%s: 没有可检验的用例\n", path);
    for (size_t i = 0; i < count; i++)
        run_case(tally, json_array_get(cases, i));
    json_decref(cases);
    return count > 0;
}

static bool run_file(struct tally *tally, const char *path)
{
    struct buf text = {0};
    enum err err = file_read(&text, path, FILE_LIMIT);
    bool ok = err == ERR_OK && run_json(tally, path, buf_view(&text));
    if (err != ERR_OK)
        fprintf(stderr, "%s: %s\n", path, err_zh(err));
    buf_free(&text);
    return ok;
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    bool ok = argc > 1;
    if (!ok)
        fputs("用法：sunlot-vectors 文件……\n", stderr);
    for (int i = 1; i < argc; i++)
        ok &= run_file(&tally, argv[i]);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", tally.passed, tally.failed);
    return ok && tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
