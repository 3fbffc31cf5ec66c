/* Substring search over names, on both databases: every part of one to six characters of every kind
 * of name is asked for, and several at once, and the answer is compared with reading all names
 * (what LIKE over the folded names would give). Names are made of few characters, so that parts
 * occur often and across each other, and of the characters that tokenizers stumble over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/db/rig.h"
#include "base/buf.h"
#include "base/file.h"
#include "store/core.h"
#include "store/search.h"

enum { OBJECTS = 1500, ASKED = 1200, PAGE = 100 };

static const char *const letters[] = {
    "示", "例", "县", "龘", "𠮷", "𪚥", "ÿ", "é", "E\xCC\x81", "ß",  "Ａ", "a",        "B",
    "1",  "２", "〇", "·",  "（", "）", "×", "'", "\"",        "\\", "%",  "_",        " ",
    "-",  "*",  ":",  "&",  "😀",  "🏪",  "ཀ", "й", "の",        "ﬁ",  "㈱", "\xC2\xA0", "AND",
};
enum { LETTERS = sizeof letters / sizeof letters[0] };

struct house {
    struct rig rig;
    struct arena arena;
    struct str names[OBJECTS];
    struct str folded[OBJECTS];
    struct industries industries;
    uint32_t noise;
};

static uint32_t noise(struct house *h, uint32_t below)
{
    h->noise = h->noise * 1664525U + 1013904223U;
    return (h->noise >> 8) % below;
}

/* A third of all letters are 示, 例 or 县. */
static struct str name_make(struct house *h)
{
    struct buf text = {0};
    size_t length = 1 + noise(h, 12);
    for (size_t i = 0; i < length; i++)
        buf_cat(&text, letters[noise(h, 3) == 0 ? noise(h, 3) : noise(h, LETTERS)]);
    struct str name = arena_str(&h->arena, buf_view(&text));
    buf_free(&text);
    return name;
}

static const char ADD[] =
    "INSERT INTO object (tenant, id, pool_id, number_kind, number, name, kind, type, state,"
    " division, address, industry, business, established, risk, risk_on, observed_until,"
    " department, labels, likeness, job, at) VALUES ($1, $2, $3, 'none', '', $4, $7, '',"
    " $8, $5, '', $9, '', 0, '', 0, 0, '', '', '', $6, 0)";

/* What the i-th object is; its industry's section, by the codes of GB/T 4754, beside it. */
static const char *const divisions[] = {"410883", "410882100", "410882101", "410882100203"};
static const char *const kinds[] = {"enterprise", "individual", "foreign-office"};
static const char *const states[] = {"active", "revoked"};
static const char *const trades[][2] = {
    {"0111", "A"}, {"13", "C"}, {"5212", "F"}, {"", ""}, {"F", "F"}};

static struct str division_of(int i)
{
    return str_of(divisions[i % 4]);
}

static enum err add_all(struct db_tx *tx, void *ctx)
{
    struct house *h = ctx;
    char pool_id[32];
    for (int i = 0; i < OBJECTS; i++) {
        snprintf(pool_id, sizeof pool_id, "S%d", i);
        TRY(db_run(tx, NULL, ADD,
                   DB_ARGS(db_text(STR("410882")), db_int(100 + i), db_text(str_of(pool_id)),
                           db_text(h->names[i]), db_text(division_of(i)), db_int(i / 500),
                           db_text(str_of(kinds[i % 3])), db_text(str_of(states[i % 2])),
                           db_text(str_of(trades[i % 5][0])))));
    }
    return store_search_make(tx, db_dialect(h->rig.db));
}

static enum err follow_some(struct db_tx *tx, void *ctx)
{
    struct house *h = ctx;
    uint64_t done = 1;
    struct arena arena = {0};
    const struct store_search_source source = {db_dialect(h->rig.db), STR("410882"),
                                               &h->industries};
    enum err err = ERR_OK;
    while (err == ERR_OK && done > 0)
        err = store_search_follow(&done, &arena, tx, &source, 333);
    arena_free(&arena);
    return err;
}

static void write_now(struct house *h, db_work *work)
{
    struct fault fault = {0};
    if (db_transact(h->rig.db, "test", work, h, &fault) != ERR_OK)
        fail_msg("%s", fault.text);
}

static void house_open(struct house *h)
{
    struct db_migration *list = NULL;
    size_t count = 0;
    struct fault fault = {0};
    memset(h, 0, sizeof *h);
    h->noise = 20261121;
    rig_open(&h->rig);
    const char *source = getenv("SUNLOT_SOURCE");
    char path[300];
    struct buf csv = {0};
    snprintf(path, sizeof path, "%s/data/industries.csv", source != NULL ? source : ".");
    assert_int_equal(file_read(&csv, path, 1 << 24), ERR_OK);
    struct str kept = arena_str(&h->arena, buf_view(&csv));
    buf_free(&csv);
    assert_int_equal(industries_load(&h->industries, &h->arena, kept, &fault), ERR_OK);
    assert_int_equal(store_migrations(&list, &count, &h->arena), ERR_OK);
    if (db_migrate(h->rig.db, list, count, &fault) != ERR_OK)
        fail_msg("%s", fault.text);
    for (int i = 0; i < OBJECTS; i++) {
        h->names[i] = name_make(h);
        h->folded[i] = store_search_fold(&h->arena, h->names[i]);
        assert_non_null(h->folded[i].data);
    }
    write_now(h, add_all);
    write_now(h, follow_some);
}

static void house_close(struct house *h)
{
    rig_close(&h->rig);
    arena_free(&h->arena);
}

struct question {
    struct house *house;
    struct arena arena;
    struct store_search search;
    struct store_public_object *found;
    size_t count;
};

static enum err ask(struct db_tx *tx, void *ctx)
{
    struct question *q = ctx;
    return store_search_find(&q->found, &q->count, &q->arena, tx, db_dialect(q->house->rig.db),
                             &q->search);
}

/* How many bytes of a blank the text begins with: ASCII, no-break, full-width. */
static size_t blank(struct str text)
{
    if (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        return 1;
    if (str_starts(text, STR("\xC2\xA0")))
        return 2;
    return str_starts(text, STR("\xE3\x80\x80")) ? 3 : 0;
}

enum { WORDS = 64 };

/* A text cut at its blanks, each part folded; those without letters are left out. */
struct parts {
    struct str list[WORDS];
    size_t count;
};

static void cut(struct parts *out, struct arena *arena, struct str text)
{
    size_t from = 0;
    out->count = 0;
    for (size_t i = 0; i <= text.len; i++) {
        size_t gap = i < text.len ? blank(str_sub(text, i, SIZE_MAX)) : 1;
        if (gap == 0)
            continue;
        struct str folded = store_search_fold(arena, str_sub(text, from, i - from));
        if (folded.len > 0 && out->count < WORDS)
            out->list[out->count++] = folded;
        from = i + gap;
        i = from - 1;
    }
}

/* Does the object's folded name hold every part, and is it all that is asked for? */
static bool holds(const struct house *h, int i, const struct parts *parts,
                  const struct store_search *s)
{
    bool named = s->text.len == 0 || parts->count > 0;
    for (size_t k = 0; k < parts->count; k++)
        named = named && str_find(h->folded[i], parts->list[k]) >= 0;
    return named && str_starts(division_of(i), s->division) &&
           (s->kind.len == 0 || str_eq(s->kind, str_of(kinds[i % 3]))) &&
           (s->state.len == 0 || str_eq(s->state, str_of(states[i % 2]))) &&
           (s->section.len == 0 || str_eq(s->section, str_of(trades[i % 5][1])));
}

/* Asks page by page and compares with reading everything. */
static size_t compare_all(struct house *h, const struct store_search *search)
{
    struct question q = {.house = h, .search = *search};
    struct fault fault = {0};
    struct str text = search->text;
    struct parts parts;
    int at = 0;
    size_t all = 0;
    q.search.tenant = STR("410882");
    q.search.most = PAGE;
    cut(&parts, &q.arena, text);
    do {
        if (db_read(h->rig.db, "test", ask, &q, &fault) != ERR_OK)
            fail_msg("“%.*s”: %s", STR_ARG(text), fault.text);
        for (size_t k = 0; k < q.count; k++, all++) {
            while (at < OBJECTS && !holds(h, at, &parts, search))
                at++;
            if (at == OBJECTS || q.found[k].id != 100 + at)
                fail_msg("“%.*s”: %lld is not the next that holds it", STR_ARG(text),
                         (long long)q.found[k].id);
            at++;
            q.search.after = q.found[k].id;
        }
    } while (q.count == PAGE);
    for (; at < OBJECTS; at++)
        if (holds(h, at, &parts, search))
            fail_msg("“%.*s”: %d holds it and was not found", STR_ARG(text), 100 + at);
    arena_free(&q.arena);
    return all;
}

static size_t compare(struct house *h, struct str text, struct str division)
{
    const struct store_search search = {.text = text, .division = division};
    return compare_all(h, &search);
}

/* `length` characters of a name from a random place. */
static struct str part(struct house *h, struct str name, size_t length)
{
    size_t starts[256];
    size_t count = 0;
    for (size_t i = 0; i < name.len && count < 255; i++)
        if (((unsigned char)name.data[i] & 0xC0) != 0x80)
            starts[count++] = i;
    starts[count] = name.len;
    size_t from = noise(h, (uint32_t)count);
    size_t end = from + length < count ? from + length : count;
    return str_range(name.data + starts[from], starts[end] - starts[from]);
}

static void every_part_of_a_name_finds_exactly_who_holds_it(void **state)
{
    struct house h;
    size_t found = 0;
    (void)state;
    house_open(&h);
    for (int i = 0; i < ASKED; i++) {
        struct str text = part(&h, h.names[noise(&h, OBJECTS)], 1 + noise(&h, 6));
        found += compare(&h, text, i % 3 == 0 ? STR("410882") : STR(""));
    }
    assert_true(found > ASKED);
    house_close(&h);
}

/* Some of the words are of one name, so that there is somebody to find; blanks are of every kind.
 */
static void several_words_find_exactly_who_holds_them_all_in_any_order(void **state)
{
    static const char *const blanks[] = {" ",  "\xE3\x80\x80", "\xC2\xA0",
                                         "  ", "\t",           " \xE3\x80\x80"};
    struct house h;
    size_t found = 0;
    size_t none = 0;
    (void)state;
    house_open(&h);
    for (int i = 0; i < ASKED; i++) {
        struct buf text = {0};
        struct str name = h.names[noise(&h, OBJECTS)];
        size_t words = 2 + noise(&h, 3);
        for (size_t k = 0; k < words; k++) {
            struct str from = noise(&h, 5) == 0 ? h.names[noise(&h, OBJECTS)] : name;
            buf_str(&text, part(&h, from, 1 + noise(&h, 2)));
            buf_cat(&text, k + 1 < words ? blanks[noise(&h, 6)] : "");
        }
        size_t count = compare(&h, buf_view(&text), i % 5 == 0 ? STR("410882") : STR(""));
        found += count;
        none += count == 0;
        buf_free(&text);
    }
    assert_true(found > ASKED && none > ASKED / 20);
    house_close(&h);
}

static void asked_words(struct house *h, const char *text, enum err wanted)
{
    struct fault fault = {0};
    struct question q = {.house = h,
                         .search = {.tenant = STR("410882"), .text = str_of(text), .most = PAGE}};
    assert_int_equal(db_read(h->rig.db, "test", ask, &q, &fault), wanted);
    arena_free(&q.arena);
}

static void eight_words_are_taken_and_nine_refused(void **state)
{
    struct house h;
    (void)state;
    house_open(&h);
    asked_words(&h, "示 例 县 a b 1 2 c", ERR_OK);
    asked_words(&h, "示 例 县 a b 1 2 c · （ ）", ERR_OK);
    asked_words(&h, "示 例 县 a b 1 2 c d", ERR_LIMIT);
    house_close(&h);
}

static void what_is_asked_for_beside_the_name_limits_the_answer(void **state)
{
    static const char *const places[] = {"",          "4108",      "410882",       "410883",
                                         "410882100", "410882101", "410882100203", "410999"};
    static const char *const sections[] = {"", "A", "C", "F", "T"};
    struct house h;
    size_t found = 0;
    size_t unnamed = 0;
    (void)state;
    house_open(&h);
    for (int i = 0; i < ASKED; i++) {
        struct store_search s = {.division = str_of(places[noise(&h, 8)]),
                                 .section = str_of(sections[noise(&h, 5)])};
        if (noise(&h, 2) == 0)
            s.kind = str_of(kinds[noise(&h, 3)]);
        if (noise(&h, 2) == 0)
            s.state = str_of(states[noise(&h, 2)]);
        bool marked = s.kind.len > 0 || s.state.len > 0 || s.section.len > 0;
        if (noise(&h, 4) != 0 || !marked)
            s.text = part(&h, h.names[noise(&h, OBJECTS)], 1 + noise(&h, 2));
        size_t count = compare_all(&h, &s);
        found += count;
        unnamed += s.text.len == 0 ? count : 0;
    }
    assert_true(found > ASKED && unnamed > ASKED);
    house_close(&h);
}

static void asking_for_nothing_finds_nothing(void **state)
{
    struct house h;
    struct fault fault = {0};
    (void)state;
    house_open(&h);
    struct question q = {.house = &h, .search = {.tenant = STR("410882"), .most = PAGE}};
    assert_int_equal(db_read(h.rig.db, "test", ask, &q, &fault), ERR_OK);
    assert_int_equal(q.count, 0);
    arena_free(&q.arena);
    house_close(&h);
}

static void what_no_name_holds_finds_nothing(void **state)
{
    static const char *const rows[] = {
        " ", "\xEE\x80\x81", "·",    "'",    "\"",  "\\",     "*",        "%",
        "_", "鑫",           "鑫示", "示鑫", "& |", "' OR '", "示* OR 例"};
    struct house h;
    (void)state;
    house_open(&h);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        (void)compare(&h, str_of(rows[i]), STR(""));
    house_close(&h);
}

static enum err rename_some(struct db_tx *tx, void *ctx)
{
    struct house *h = ctx;
    for (int i = 0; i < OBJECTS; i += 7) {
        h->names[i] = name_make(h);
        h->folded[i] = store_search_fold(&h->arena, h->names[i]);
        TRY(db_run(tx, NULL, "UPDATE object SET name = $3, job = 99 WHERE tenant = $1 AND id = $2",
                   DB_ARGS(db_text(STR("410882")), db_int(100 + i), db_text(h->names[i]))));
    }
    return ERR_OK;
}

static enum err ask_pending(struct db_tx *tx, void *ctx)
{
    bool pending = false;
    struct house *h = ctx;
    TRY(store_search_pending(&pending, tx, STR("410882")));
    h->noise = pending ? 1 : 2;
    return ERR_OK;
}

static void a_changed_name_is_found_and_the_old_one_is_not(void **state)
{
    struct house h;
    struct fault fault = {0};
    (void)state;
    house_open(&h);
    assert_int_equal(db_read(h.rig.db, "test", ask_pending, &h, &fault), ERR_OK);
    assert_int_equal(h.noise, 2);
    write_now(&h, rename_some);
    assert_int_equal(db_read(h.rig.db, "test", ask_pending, &h, &fault), ERR_OK);
    assert_int_equal(h.noise, 1);
    write_now(&h, follow_some);
    for (int i = 0; i < ASKED / 3; i++)
        (void)compare(&h, part(&h, h.names[noise(&h, OBJECTS)], 1 + noise(&h, 3)), STR(""));
    house_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_a_name_finds_exactly_who_holds_it),
        cmocka_unit_test(several_words_find_exactly_who_holds_them_all_in_any_order),
        cmocka_unit_test(eight_words_are_taken_and_nine_refused),
        cmocka_unit_test(what_is_asked_for_beside_the_name_limits_the_answer),
        cmocka_unit_test(asking_for_nothing_finds_nothing),
        cmocka_unit_test(what_no_name_holds_finds_nothing),
        cmocka_unit_test(a_changed_name_is_found_and_the_old_one_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
