/* seats.tsv, inspectors.tsv, eligible.tsv, teams.tsv, leaving.tsv: see team_files.h.
 *
 * TAB is below every byte of a name, so arrays sorted by their first column give sorted files. A
 * seat's id begins with its object's, and '|' stands in no object id: the seats of one object are
 * therefore neighbours, on which assign.c relies. */
#include "draw/team_files.h"

#include "base/arena.h"
#include "draw/seed.h"

#include <stdlib.h>

/* Bounds that keep base + x and every index inside their types. */
#define ROSTER_LOAD_MAX (UINT64_C(1) << 48)
enum { ROSTER_MAX = 1 << 30 };

/* By raw bytes of the id. */
static int seat_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct draw_seat *)a)->id, ((const struct draw_seat *)b)->id);
}

/* By raw bytes of the id. */
static int inspector_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct draw_inspector *)a)->id, ((const struct draw_inspector *)b)->id);
}

/* By inspector, then seat: the order of eligible.tsv, since both are sorted. */
static int pair_cmp(const void *a, const void *b)
{
    const struct draw_pair *x = a;
    const struct draw_pair *y = b;
    if (x->inspector != y->inspector)
        return x->inspector < y->inspector ? -1 : 1;
    return x->seat < y->seat ? -1 : x->seat > y->seat;
}

void draw_seats_sort(struct draw_seat *seats, size_t count)
{
    if (count > 0)
        qsort(seats, count, sizeof *seats, seat_cmp);
}

void draw_inspectors_sort(struct draw_inspector *inspectors, size_t count)
{
    if (count > 0)
        qsort(inspectors, count, sizeof *inspectors, inspector_cmp);
}

void draw_pairs_sort(struct draw_pair *pairs, size_t count)
{
    if (count > 0)
        qsort(pairs, count, sizeof *pairs, pair_cmp);
}

/* bsearch is not asked about an empty array, whose pointer may be NULL. */
ptrdiff_t draw_seat_find(const struct draw_roster *roster, struct str id)
{
    struct draw_seat key = {.id = id};
    const struct draw_seat *found =
        roster->seat_count > 0
            ? bsearch(&key, roster->seats, roster->seat_count, sizeof key, seat_cmp)
            : NULL;
    return found ? found - roster->seats : -1;
}

/* As draw_seat_find. */
ptrdiff_t draw_inspector_find(const struct draw_roster *roster, struct str id)
{
    struct draw_inspector key = {.id = id};
    const struct draw_inspector *found =
        roster->inspector_count > 0
            ? bsearch(&key, roster->inspectors, roster->inspector_count, sizeof key, inspector_cmp)
            : NULL;
    return found ? found - roster->inspectors : -1;
}

/* OBJECT|DEPARTMENT|N with this object, a department, and a number from 1. */
static bool seat_ok(const struct draw_seat *seat)
{
    uint64_t number = 0;
    if (!draw_name_ok(seat->id, DRAW_LABEL_PART) || !draw_id_ok(seat->object) ||
        !str_starts(seat->id, seat->object))
        return false;
    struct str rest = str_sub(seat->id, seat->object.len, seat->id.len);
    if (rest.len < 4 || rest.data[0] != '|')
        return false;
    size_t at = rest.len - 1;
    while (rest.data[at] != '|')
        at--;
    return at > 1 && str_u64(&number, str_sub(rest, at + 1, rest.len)) == ERR_OK && number > 0;
}

/* Every seat well-formed and after the one before it. */
static enum err seats_check(const struct draw_roster *roster, struct fault *fault)
{
    for (size_t i = 0; i < roster->seat_count; i++) {
        const struct draw_seat *seat = &roster->seats[i];
        if (!seat_ok(seat))
            return draw_at_row(fault_set(fault, ERR_INPUT,
                                         "席位第 %zu 行不正确，应为“对象|部门|序号<TAB>对象”",
                                         i + 1),
                               fault, i + 1);
        if (i > 0 && seat_cmp(seat - 1, seat) >= 0)
            return draw_at_row(
                fault_set(fault, ERR_INPUT, "席位 %.*s 重复或没有排序", STR_ARG(seat->id)), fault,
                i + 1);
    }
    return ERR_OK;
}

/* Every inspector well-formed, his numbers small enough to be added. */
static enum err inspectors_check(const struct draw_roster *roster, struct fault *fault)
{
    for (size_t i = 0; i < roster->inspector_count; i++) {
        const struct draw_inspector *person = &roster->inspectors[i];
        if (!draw_name_ok(person->id, DRAW_LABEL_PART) || person->base > ROSTER_LOAD_MAX ||
            person->cap > ROSTER_LOAD_MAX)
            return draw_at_row(
                fault_set(fault, ERR_INPUT,
                          "检查人员第 %zu 行不正确，应为“编号<TAB>已有任务数<TAB>最多席位数”",
                          i + 1),
                fault, i + 1);
        if (i > 0 && inspector_cmp(person - 1, person) >= 0)
            return draw_at_row(
                fault_set(fault, ERR_INPUT, "检查人员 %.*s 重复或没有排序", STR_ARG(person->id)),
                fault, i + 1);
    }
    return ERR_OK;
}

/* Indexes in range, sorted, each pair once. */
static enum err pairs_check(const struct draw_roster *roster, const struct draw_pair *pairs,
                            size_t count, struct fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        bool in_range =
            pairs[i].inspector < roster->inspector_count && pairs[i].seat < roster->seat_count;
        if (!in_range || (i > 0 && pair_cmp(&pairs[i - 1], &pairs[i]) >= 0))
            return draw_at_row(
                fault_set(fault, ERR_INPUT, "可派名单第 %zu 行重复、没有排序或不在名册中", i + 1),
                fault, i + 1);
    }
    return ERR_OK;
}

/* assign.c relies on all of it: sorted arrays, seats of an object side by side, pairs in range. */
enum err draw_roster_check(const struct draw_roster *roster, struct fault *fault)
{
    if (roster->seat_count > ROSTER_MAX || roster->inspector_count > ROSTER_MAX ||
        roster->pair_count > ROSTER_MAX)
        return fault_set(fault, ERR_LIMIT, "席位、检查人员或可派关系过多");
    TRY(seats_check(roster, fault));
    TRY(inspectors_check(roster, fault));
    return pairs_check(roster, roster->pairs, roster->pair_count, fault);
}

/* A line of two fields. */
static void pair_emit(struct buf *out, struct str a, struct str b)
{
    buf_str(out, a);
    buf_char(out, '\t');
    buf_str(out, b);
    buf_char(out, '\n');
}

enum err draw_seats_write(struct buf *out, const struct draw_roster *roster, struct fault *fault)
{
    TRY(draw_roster_check(roster, fault));
    for (size_t i = 0; i < roster->seat_count; i++)
        pair_emit(out, roster->seats[i].id, roster->seats[i].object);
    return buf_err(out);
}

enum err draw_inspectors_write(struct buf *out, const struct draw_roster *roster,
                               struct fault *fault)
{
    TRY(draw_roster_check(roster, fault));
    for (size_t i = 0; i < roster->inspector_count; i++) {
        buf_str(out, roster->inspectors[i].id);
        buf_char(out, '\t');
        buf_u64(out, roster->inspectors[i].base);
        buf_char(out, '\t');
        buf_u64(out, roster->inspectors[i].cap);
        buf_char(out, '\n');
    }
    return buf_err(out);
}

enum err draw_eligible_write(struct buf *out, const struct draw_roster *roster, struct fault *fault)
{
    TRY(draw_roster_check(roster, fault));
    for (size_t i = 0; i < roster->pair_count; i++)
        pair_emit(out, roster->inspectors[roster->pairs[i].inspector].id,
                  roster->seats[roster->pairs[i].seat].id);
    return buf_err(out);
}

/* How many rows to make room for. */
static size_t lines_total(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

/* The next line, cut into exactly `count` fields. ERR_END after the last line. */
static enum err fields_next(struct str *fields, size_t count, struct draw_lines *lines,
                            struct fault *fault)
{
    struct str line = {0};
    TRY(draw_line_next(&line, lines, fault));
    size_t got = 0;
    while (got < count && str_cut(&fields[got], &line, '\t'))
        got++;
    if (got == count && line.data == NULL)
        return ERR_OK;
    return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行应有 %zu 列，以制表符分隔",
                                 (unsigned long long)lines->row, count),
                       fault, lines->row);
}

/* ERR_FORMAT for the line last read. */
static enum err bad_row(const struct draw_lines *lines, struct fault *fault, const char *what)
{
    return draw_at_row(
        fault_set(fault, ERR_FORMAT, "第 %llu 行不正确：%s", (unsigned long long)lines->row, what),
        fault, lines->row);
}

/* ERR_END of a loop over lines is its good end. */
static enum err ended(enum err err)
{
    return err == ERR_END ? ERR_OK : err;
}

/* Order and form are checked afterwards, by draw_roster_check. */
static enum err seats_parse(struct draw_roster *roster, struct arena *arena, struct str text,
                            struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    struct str field[2];
    struct draw_seat *seats = arena_array(arena, lines_total(text), sizeof *seats);
    enum err err = seats ? ERR_OK : ERR_MEMORY;
    while (err == ERR_OK && (err = fields_next(field, 2, &lines, fault)) == ERR_OK)
        seats[roster->seat_count++] = (struct draw_seat){field[0], field[1]};
    roster->seats = seats;
    return ended(err);
}

/* Order and form are checked afterwards, by draw_roster_check. */
static enum err inspectors_parse(struct draw_roster *roster, struct arena *arena, struct str text,
                                 struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    struct str field[3];
    struct draw_inspector *people = arena_array(arena, lines_total(text), sizeof *people);
    enum err err = people ? ERR_OK : ERR_MEMORY;
    while (err == ERR_OK && (err = fields_next(field, 3, &lines, fault)) == ERR_OK) {
        struct draw_inspector *person = &people[roster->inspector_count++];
        person->id = field[0];
        if (str_u64(&person->base, field[1]) != ERR_OK || str_u64(&person->cap, field[2]) != ERR_OK)
            err = bad_row(&lines, fault, "任务数和席位数应为整数");
    }
    roster->inspectors = people;
    return ended(err);
}

/* Lines come sorted by inspector, so the one of the line before is tried first. */
static bool pair_find(struct draw_pair *pair, const struct draw_pair *before,
                      const struct draw_roster *roster, const struct str field[2])
{
    ptrdiff_t person = -1;
    if (before != NULL && str_eq(roster->inspectors[before->inspector].id, field[0]))
        person = before->inspector;
    else
        person = draw_inspector_find(roster, field[0]);
    ptrdiff_t seat = draw_seat_find(roster, field[1]);
    if (person < 0 || seat < 0)
        return false;
    *pair = (struct draw_pair){(uint32_t)person, (uint32_t)seat};
    return before == NULL || pair_cmp(before, pair) < 0;
}

/* Each line must come after the one before it, by indexes, which is by bytes. */
enum err draw_eligible_parse(struct draw_pair **pairs, size_t *count, struct arena *arena,
                             const struct draw_roster *roster, struct str text, struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    struct str field[2];
    struct draw_pair *list = arena_array(arena, lines_total(text), sizeof *list);
    size_t total = 0;
    enum err err = list ? ERR_OK : ERR_MEMORY;
    while (err == ERR_OK && (err = fields_next(field, 2, &lines, fault)) == ERR_OK) {
        if (!pair_find(&list[total], total > 0 ? &list[total - 1] : NULL, roster, field))
            err = bad_row(&lines, fault, "检查人员或席位不在名册中，或者重复、没有排序");
        total++;
    }
    *pairs = list;
    *count = total;
    return ended(err);
}

/* Eligible pairs are looked up in seats and inspectors, so those are checked first. */
enum err draw_roster_parse(struct draw_roster *roster, struct arena *arena, struct str seats,
                           struct str inspectors, struct str eligible, struct fault *fault)
{
    struct draw_pair *pairs = NULL;
    *roster = (struct draw_roster){0};
    TRY(seats_parse(roster, arena, seats, fault));
    TRY(inspectors_parse(roster, arena, inspectors, fault));
    if (draw_roster_check(roster, fault) != ERR_OK)
        return ERR_FORMAT;
    TRY(draw_eligible_parse(&pairs, &roster->pair_count, arena, roster, eligible, fault));
    roster->pairs = pairs;
    return ERR_OK;
}

/* Seats are sorted, so the lines are. */
enum err draw_teams_write(struct buf *out, const struct draw_roster *roster, const uint32_t *people,
                          struct fault *fault)
{
    TRY(draw_roster_check(roster, fault));
    for (size_t i = 0; i < roster->seat_count; i++)
        if (people[i] >= roster->inspector_count)
            return fault_set(fault, ERR_INPUT, "席位 %.*s 没有派人", STR_ARG(roster->seats[i].id));
    for (size_t i = 0; i < roster->seat_count; i++)
        pair_emit(out, roster->seats[i].id, roster->inspectors[people[i]].id);
    return buf_err(out);
}

/* Line n must name seat n: so all occur, once, in order. */
enum err draw_teams_parse(uint32_t *people, const struct draw_roster *roster, struct str text,
                          struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    for (size_t i = 0; i < roster->seat_count; i++) {
        struct str field[2];
        enum err err = fields_next(field, 2, &lines, fault);
        if (err == ERR_END)
            return fault_set(fault, ERR_FORMAT, "检查组名单不全，缺少席位 %.*s",
                             STR_ARG(roster->seats[i].id));
        TRY(err);
        ptrdiff_t person = draw_inspector_find(roster, field[1]);
        if (!str_eq(field[0], roster->seats[i].id) || person < 0)
            return bad_row(&lines, fault, "席位或检查人员不在名册中，或者没有排序");
        people[i] = (uint32_t)person;
    }
    return draw_line_end(&lines, fault);
}

/* Sorted by seat, each seat once. */
static bool leaving_follows(const struct draw_leaving *leaving, size_t i)
{
    return i == 0 || leaving[i - 1].seat < leaving[i].seat;
}

/* Only who sits where is written; whether he does is for draw_refill. */
enum err draw_leaving_write(struct buf *out, const struct draw_roster *roster,
                            const struct draw_leaving *leaving, size_t count, struct fault *fault)
{
    if (count == 0)
        return fault_set(fault, ERR_INPUT, "没有人退出，无需补派");
    for (size_t i = 0; i < count; i++)
        if (leaving[i].seat >= roster->seat_count ||
            leaving[i].inspector >= roster->inspector_count || !leaving_follows(leaving, i) ||
            !draw_text_ok(leaving[i].reason, DRAW_TEXT_MAX))
            return fault_set(fault, ERR_INPUT,
                             "退出名单第 %zu 行不正确：应按席位排序，写明席位、人员和原因", i + 1);
    for (size_t i = 0; i < count; i++) {
        buf_str(out, roster->seats[leaving[i].seat].id);
        buf_char(out, '\t');
        pair_emit(out, roster->inspectors[leaving[i].inspector].id, leaving[i].reason);
    }
    return buf_err(out);
}

/* Known seat, known person, a reason. */
static bool leaving_parse(struct draw_leaving *leaving, const struct draw_roster *roster,
                          const struct str field[3])
{
    ptrdiff_t seat = draw_seat_find(roster, field[0]);
    ptrdiff_t person = draw_inspector_find(roster, field[1]);
    if (seat < 0 || person < 0 || !draw_text_ok(field[2], DRAW_TEXT_MAX))
        return false;
    *leaving = (struct draw_leaving){(uint32_t)seat, (uint32_t)person, field[2]};
    return true;
}

/* An empty file would be a refill without cause. */
enum err draw_leaving_parse(struct draw_leaving **leaving, size_t *count, struct arena *arena,
                            const struct draw_roster *roster, struct str text, struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    struct str field[3];
    struct draw_leaving *list = arena_array(arena, lines_total(text), sizeof *list);
    size_t total = 0;
    enum err err = list ? ERR_OK : ERR_MEMORY;
    while (err == ERR_OK && (err = fields_next(field, 3, &lines, fault)) == ERR_OK) {
        if (!leaving_parse(&list[total], roster, field) || !leaving_follows(list, total))
            err = bad_row(&lines, fault, "席位或检查人员不在名册中，没有排序，或者缺少原因");
        total++;
    }
    if (err == ERR_END && total == 0)
        return fault_set(fault, ERR_FORMAT, "退出名单是空的");
    *leaving = list;
    *count = total;
    return ended(err);
}
