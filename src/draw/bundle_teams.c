/* Round 2 and the refills recomputed: seats belong to objects that were drawn, the teams are those
 * the protocol leads to, and after every refill again.
 *
 * Where a bundle keeps inspectors or eligibility back, teams cannot be recomputed; what is left is
 * that seats and teams fit each other and that nobody sits twice at one object. */
#include "draw/bundle_work.h"

#include "draw/assign.h"

#include <stdlib.h>
#include <string.h>

/* The state between a teams entry and the last refill. */
struct teams {
    struct bundle *b;
    struct draw_roster roster;
    struct str seats;  /* the text, if it is there */
    bool roster_known; /* roster holds everything */
    uint32_t *people;  /* as recomputed so far */
    bool people_known;
};

/* A difference in a file as a whole. */
static enum err differs(struct bundle *b, enum draw_check check, struct str file, const char *words)
{
    return bundle_differs(
        b, &(struct draw_finding){.check = check, .file = file, .words = str_of(words)});
}

/* One of the three files of a teams entry, unless it is kept back: *there tells. */
static enum err fixed_load(struct str *text, bool *there, struct bundle *b,
                           const struct bundle_committed *file)
{
    *there = !bundle_excused(b, file->name);
    return *there ? bundle_committed_load(text, b, file) : ERR_OK;
}

/* The three files are digest-committed one by one; only together they are a roster. */
static enum err roster_load(struct teams *t, const struct draw_teams_entry *entry)
{
    struct bundle *b = t->b;
    struct fault fault = {0};
    struct str inspectors = {0};
    struct str eligible = {0};
    bool there[3];
    struct bundle_committed files[3] = {
        {DRAW_CHECK_SEATS_DIGEST, STR("seats.tsv"), entry->seats, false},
        {DRAW_CHECK_INSPECTORS_DIGEST, STR("inspectors.tsv"), entry->inspectors, false},
        {DRAW_CHECK_ELIGIBLE_DIGEST, STR("eligible.tsv"), entry->eligible, false}};
    TRY(fixed_load(&t->seats, &there[0], b, &files[0]));
    TRY(fixed_load(&inspectors, &there[1], b, &files[1]));
    TRY(fixed_load(&eligible, &there[2], b, &files[2]));
    if (!there[0] || !there[1] || !there[2])
        return ERR_OK;
    enum err err = draw_roster_parse(&t->roster, b->arena, t->seats, inspectors, eligible, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ROSTER, STR("seats.tsv、inspectors.tsv、eligible.tsv"), err,
                     &fault));
    t->roster_known = true;
    return ERR_OK;
}

/* By id, for sorting and finding. */
static int object_order(const void *a, const void *c)
{
    return str_cmp((*(struct bundle_object *const *)a)->id,
                   (*(struct bundle_object *const *)c)->id);
}

/* The objects in by the entry `at`, sorted by id. */
static enum err objects_at(struct bundle_object ***list, size_t *count, struct bundle *b, size_t at)
{
    struct bundle_object **in = arena_array(b->arena, b->object_count, sizeof *in);
    if (in == NULL)
        return ERR_MEMORY;
    *list = in;
    *count = 0;
    for (size_t i = 0; i < b->object_count; i++) {
        struct bundle_object *object = &b->objects[i];
        if (object->since < at && (object->skipped == 0 || object->skipped > at))
            in[(*count)++] = object;
    }
    if (*count > 0)
        qsort(in, *count, sizeof *in, object_order);
    return ERR_OK;
}

/* OBJECT of OBJECT|DEPARTMENT|N. */
static struct str object_of_seat(struct str line)
{
    struct str object = {0};
    struct str rest = line;
    return str_cut(&object, &rest, '|') ? object : line;
}

/* The objects of seats.tsv against those drawn. */
struct seating {
    struct bundle_object **objects;
    size_t count;
    size_t strangers; /* seats of objects that only a skip can have brought in */
};

/* Where strata are kept back, who followed for a skipped object is not known: such a seat stays
 * open. */
static enum err seat_check(struct bundle *b, struct seating *s, struct str id, uint64_t row)
{
    struct bundle_object key = {.id = object_of_seat(id)};
    struct bundle_object *of = &key;
    struct bundle_object **found =
        s->count == 0 ? NULL : bsearch(&of, s->objects, s->count, sizeof of, object_order);
    if (found != NULL) {
        (*found)->seated = true;
        return ERR_OK;
    }
    if (!b->reserve_known && b->skip_count > 0) {
        s->strangers++;
        return ERR_OK;
    }
    return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_SEATS,
                                                    .file = STR("seats.tsv"),
                                                    .row = row,
                                                    .shown = id,
                                                    .words = STR("这个席位的对象没有被抽中")});
}

/* An object without seats is shown, not judged: it may have followed for one skipped after the
 * teams. */
static void seats_say(struct bundle *b, const struct seating *s)
{
    size_t empty = 0;
    for (size_t i = 0; i < s->count; i++)
        empty += !s->objects[i]->seated;
    struct draw_finding finding = {
        .mark = DRAW_SAME, .check = DRAW_CHECK_SEATS, .file = STR("seats.tsv")};
    bundle_say(b, &finding);
    finding.mark = DRAW_NOTE;
    if (empty > 0) {
        finding.words = arena_printf(b->arena, "有 %zu 个抽中的对象没有席位", empty);
        bundle_say(b, &finding);
    }
    finding.mark = DRAW_OPEN;
    if (s->strangers > 0) {
        finding.words =
            arena_printf(b->arena, "有 %zu 个席位属于递补的对象，凭本材料包不能核对", s->strangers);
        bundle_say(b, &finding);
    }
}

/* Every seat belongs to an object that is in when the teams entry is made. */
static enum err seats_check(struct teams *t, size_t at)
{
    struct bundle *b = t->b;
    struct seating s = {0};
    struct draw_lines lines = {t->seats, 0};
    struct fault fault = {0};
    if (!b->objects_known || str_empty(t->seats))
        return ERR_OK;
    TRY(objects_at(&s.objects, &s.count, b, at));
    while (lines.rest.len > 0) {
        struct str line = {0};
        struct str seat = {0};
        enum err err = draw_line_next(&line, &lines, &fault);
        TRY(bundle_blame(b, DRAW_CHECK_SEATS, STR("seats.tsv"), err, &fault));
        str_cut(&seat, &line, '\t');
        if (!str_eq(object_of_seat(seat), line))
            return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_SEATS,
                                                            .file = STR("seats.tsv"),
                                                            .row = lines.row,
                                                            .shown = line,
                                                            .words = STR("席位与对象不一致")});
        TRY(seat_check(b, &s, seat, lines.row));
    }
    seats_say(b, &s);
    return ERR_OK;
}

/* Compares a teams.tsv with the recomputed one. */
static enum err people_compare(struct teams *t, enum draw_check check, struct str name,
                               struct str shown)
{
    struct buf computed = {0};
    struct fault fault = {0};
    enum err err = draw_teams_write(&computed, &t->roster, t->people, &fault);
    if (err == ERR_OK)
        err = bundle_compare(t->b, check, name, shown, buf_view(&computed));
    else
        err = bundle_blame(t->b, check, name, err, &fault);
    buf_free(&computed);
    return err;
}

/* People already sitting at the object of the last line. */
struct table {
    struct str object;
    struct str *people;
    size_t count;
};

/* at: the seat (shown), the person (computed) and the line. Seats of one object are neighbours. */
static enum err table_check(struct bundle *b, struct table *table, struct str name,
                            const struct draw_finding *at)
{
    struct str object = object_of_seat(at->shown);
    if (!str_eq(object, table->object))
        table->count = 0;
    table->object = object;
    for (size_t i = 0; i < table->count; i++)
        if (str_eq(table->people[i], at->computed))
            return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_ASSIGNED,
                                                            .file = name,
                                                            .row = at->row,
                                                            .shown = at->computed,
                                                            .words = STR("同一人占同一对象两席")});
    table->people[table->count++] = at->computed;
    return ERR_OK;
}

/* How many lines a text has. */
static size_t line_count(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

/* teams.tsv alone: sorted lines SEAT TAB INSPECTOR, the seats those of seats.tsv (if it is there),
 * nobody twice at one object. */
static enum err people_alone(struct teams *t, struct str name, struct str text)
{
    struct bundle *b = t->b;
    struct draw_lines teams = {text, 0};
    struct draw_lines seats = {t->seats, 0};
    struct fault fault = {0};
    bool known = !str_empty(t->seats);
    struct table table = {.people =
                              arena_array(b->arena, line_count(text) + 1, sizeof *table.people)};
    if (table.people == NULL)
        return ERR_MEMORY;
    while (teams.rest.len > 0) {
        struct str person = {0};
        struct str seat = {0};
        struct str wanted = {0};
        struct str rest = {0};
        enum err err = draw_line_next(&person, &teams, &fault);
        TRY(bundle_blame(b, DRAW_CHECK_ASSIGNED, name, err, &fault));
        bool ok = str_cut(&seat, &person, '\t') && !str_empty(person);
        if (ok && known)
            ok = draw_line_next(&rest, &seats, NULL) == ERR_OK && str_cut(&wanted, &rest, '\t') &&
                 str_eq(seat, wanted);
        struct draw_finding at = {.row = teams.row, .shown = seat, .computed = person};
        if (!ok)
            return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_ASSIGNED,
                                                            .file = name,
                                                            .row = teams.row,
                                                            .shown = seat,
                                                            .computed = wanted,
                                                            .words = STR("与席位不一致")});
        TRY(table_check(b, &table, name, &at));
    }
    if (known && seats.rest.len > 0)
        return differs(b, DRAW_CHECK_ASSIGNED, name, "有席位没有人");
    bundle_say(b, &(struct draw_finding){.mark = DRAW_OPEN,
                                         .check = DRAW_CHECK_ASSIGNED,
                                         .file = name,
                                         .words = STR("席位与人员相配；人员是否按号码确定，"
                                                      "凭本材料包不能重算")});
    return ERR_OK;
}

/* The digest first; then the whole assignment again, from loads to people. */
static enum err assigned_check(struct teams *t, const struct bundle_entry *entry)
{
    struct bundle *b = t->b;
    struct fault fault = {0};
    struct draw_outcome outcome = {0};
    struct draw_teams teams = {0};
    struct str shown = {0};
    struct str name = STR("teams.tsv");
    const uint8_t *seed = bundle_seed(b, 2);
    enum err err = draw_outcome_parse(&outcome, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    struct bundle_committed file = {DRAW_CHECK_TEAMS_DIGEST, name, outcome.digest, false};
    bool excused = bundle_excused(b, name);
    if (!excused)
        TRY(bundle_committed_load(&shown, b, &file));
    if (!t->roster_known || seed == NULL)
        return excused ? ERR_OK : people_alone(t, name, shown);
    err = draw_assign(&teams, b->arena, &t->roster, seed, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ASSIGNED, name, err, &fault));
    t->people = teams.people;
    t->people_known = true;
    return excused ? ERR_OK : people_compare(t, DRAW_CHECK_ASSIGNED, name, shown);
}

/* A refill's two files. */
struct refill {
    struct draw_refill_entry entry;
    struct draw_leaving *leaving;
    size_t leaving_count;
    struct draw_pair *pairs;
    size_t pair_count;
    bool known;
};

/* round-J/NAME; data NULL when out of memory. */
static struct str round_file(struct bundle *b, uint64_t round, const char *name)
{
    return arena_printf(b->arena, "round-%llu/%s", (unsigned long long)round, name);
}

/* Who leaves and who may follow; known only where the roster is. */
static enum err refill_load(struct refill *r, struct teams *t, const struct bundle_entry *entry)
{
    struct bundle *b = t->b;
    struct fault fault = {0};
    struct str texts[2] = {0};
    bool there[2];
    enum err err = draw_refill_entry_parse(&r->entry, b->arena, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    struct bundle_committed files[2] = {
        {DRAW_CHECK_LEAVING_DIGEST, round_file(b, r->entry.round, "leaving.tsv"), r->entry.leaving,
         false},
        {DRAW_CHECK_ELIGIBLE_DIGEST, round_file(b, r->entry.round, "eligible.tsv"),
         r->entry.eligible, false}};
    if (files[0].name.data == NULL || files[1].name.data == NULL)
        return ERR_MEMORY;
    TRY(fixed_load(&texts[0], &there[0], b, &files[0]));
    TRY(fixed_load(&texts[1], &there[1], b, &files[1]));
    if (!there[0] || !there[1] || !t->roster_known)
        return ERR_OK;
    err =
        draw_leaving_parse(&r->leaving, &r->leaving_count, b->arena, &t->roster, texts[0], &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ROSTER, files[0].name, err, &fault));
    err = draw_eligible_parse(&r->pairs, &r->pair_count, b->arena, &t->roster, texts[1], &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ROSTER, files[1].name, err, &fault));
    r->known = true;
    return ERR_OK;
}

/* People go on from the last teams; once they are not known, no later refill can be recomputed. */
static enum err refilled_check(struct teams *t, const struct refill *r,
                               const struct bundle_entry *entry)
{
    struct bundle *b = t->b;
    struct fault fault = {0};
    struct draw_outcome outcome = {0};
    struct str shown = {0};
    const uint8_t *seed = bundle_seed(b, r->entry.round);
    struct str name = round_file(b, r->entry.round, "teams.tsv");
    if (name.data == NULL)
        return ERR_MEMORY;
    enum err err = draw_outcome_parse(&outcome, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    if (outcome.round != r->entry.round)
        return differs(b, DRAW_CHECK_COURSE, entry->name, "轮次与补派的不一致");
    struct bundle_committed file = {DRAW_CHECK_TEAMS_DIGEST, name, outcome.digest, false};
    bool excused = bundle_excused(b, name);
    if (!excused)
        TRY(bundle_committed_load(&shown, b, &file));
    if (!r->known || !t->people_known || seed == NULL) {
        t->people_known = false;
        return excused ? ERR_OK : people_alone(t, name, shown);
    }
    struct draw_roster roster = t->roster;
    roster.pairs = r->pairs;
    roster.pair_count = r->pair_count;
    err = draw_refill(t->people, b->arena, &roster, r->leaving, r->leaving_count, seed, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_REFILLED, name, err, &fault));
    return excused ? ERR_OK : people_compare(t, DRAW_CHECK_REFILLED, name, shown);
}

/* The files of a teams entry and its seats. */
static enum err teams_entry(struct teams *t, size_t at)
{
    struct fault fault = {0};
    struct draw_teams_entry entry = {0};
    const struct bundle_entry *of = &t->b->entries[at];
    enum err err = draw_teams_entry_parse(&entry, t->b->arena, of->text, &fault);
    TRY(bundle_blame(t->b, DRAW_CHECK_ENTRY, of->name, err, &fault));
    TRY(roster_load(t, &entry));
    return seats_check(t, at);
}

/* In log order: a refill changes the people that the next one starts from. */
enum err bundle_teams(struct bundle *b)
{
    struct teams t = {.b = b};
    struct refill refill = {0};
    for (size_t i = 0; i < b->entry_count; i++) {
        const struct bundle_entry *entry = &b->entries[i];
        if (entry->kind == DRAW_TEAMS)
            TRY(teams_entry(&t, i));
        if (entry->kind == DRAW_ASSIGNED)
            TRY(assigned_check(&t, entry));
        if (entry->kind == DRAW_REFILL) {
            refill = (struct refill){0};
            TRY(refill_load(&refill, &t, entry));
        }
        if (entry->kind == DRAW_REFILLED)
            TRY(refilled_check(&t, &refill, entry));
    }
    return ERR_OK;
}
