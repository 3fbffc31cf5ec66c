/* What a sealed draw drew, until it is public (SECURITY.md AC8), on both databases. The test does
 * not know which columns could betray it: it counts in which tables and files the number of each
 * object of the county stands. What was drawn must stand where everything else stands, and nowhere
 * else. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "office/audit.h"
#include "office/object.h"
#include "office/pending.h"
#include "office/veil.h"

#include <dirent.h>
#include <string.h>

enum { PLACES = 400, OBJECTS = 240, COLUMNS = 40 };

/* How often each object's number stands in each table, and in each file of the blobs' folder. */
struct places {
    struct course *c;
    struct str objects[OBJECTS];
    size_t object_count;
    const char *names[PLACES];
    uint16_t counts[PLACES][OBJECTS];
    size_t place_count;
    bool drawn[OBJECTS];
};

static enum err place_object(void *ctx, struct db_rows *rows)
{
    struct places *p = ctx;
    p->objects[p->object_count++] = arena_str(&p->c->s->arena, db_col_text(rows, 0));
    return ERR_OK;
}

static void place_count(struct places *p, struct str text)
{
    for (size_t i = 0; i < p->object_count && text.len > 0; i++)
        p->counts[p->place_count][i] += str_find(text, p->objects[i]) >= 0;
}

static enum err place_table(struct places *p, struct db_tx *tx, const char *table)
{
    char sql[100];
    struct db_rows *rows = NULL;
    snprintf(sql, sizeof sql, "SELECT t.*, 0 FROM %s t", table);
    TRY(db_query(&rows, tx, sql, DB_NONE));
    p->names[p->place_count] = table;
    enum err err;
    while ((err = db_next(rows)) == ERR_OK)
        for (int i = 0; i < COLUMNS; i++)
            place_count(p, db_col_text(rows, i));
    db_done(rows);
    p->place_count++;
    return err == ERR_END ? ERR_OK : err;
}

static enum err place_tables(struct db_tx *tx, void *ctx)
{
    struct places *p = ctx;
    for (size_t i = 0; i < p->c->table_count; i++)
        TRY(place_table(p, tx, p->c->tables[i]));
    return ERR_OK;
}

static void place_files(struct places *p, const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    assert_non_null(d);
    while ((entry = readdir(d)) != NULL) {
        struct buf bytes = {0};
        if (entry->d_name[0] == '.')
            continue;
        const char *path = arena_printf(&p->c->s->arena, "%s/%s", dir, entry->d_name).data;
        if (entry->d_type == DT_DIR) {
            place_files(p, path);
            continue;
        }
        assert_int_equal(file_read(&bytes, path, 1 << 26), ERR_OK);
        assert_in_range(p->place_count, 0, PLACES - 1);
        p->names[p->place_count] = path;
        place_count(p, buf_view(&bytes));
        p->place_count++;
        buf_free(&bytes);
    }
    closedir(d);
}

static enum err place_registry(struct db_tx *tx, void *ctx)
{
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "SELECT pool_id FROM object ORDER BY pool_id", DB_NONE));
    enum err err;
    while ((err = db_next(rows)) == ERR_OK)
        TRY(place_object(ctx, rows));
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

/* What is drawn is asked of the office, which may open it. */
static void places_look(struct places *p, struct course *c)
{
    *p = (struct places){.c = c};
    struct db *db = c->s->office.db;
    assert_int_equal(db_read(db, "registry", place_registry, p, NULL), ERR_OK);
    assert_int_equal(p->object_count, OBJECTS);
    assert_int_equal(db_read(db, "tables", place_tables, p, NULL), ERR_OK);
    place_files(p, course_path(c, "data/blobs"));
    const struct office_draw *draw = course_show(c);
    for (size_t v = 0; v < draw->visit_count; v++)
        for (size_t i = 0; i < OBJECTS; i++)
            p->drawn[i] |= str_eq(p->objects[i], draw->visits[v].pool_id);
}

/* The number of places where something drawn stands oftener than something that is not. */
static size_t places_betray(const struct places *p)
{
    size_t found = 0;
    for (size_t n = 0; n < p->place_count; n++) {
        unsigned most[2] = {0, 0};
        for (size_t i = 0; i < OBJECTS; i++)
            if (p->counts[n][i] > most[p->drawn[i]])
                most[p->drawn[i]] = p->counts[n][i];
        if (most[1] > most[0]) {
            print_message("# %s: %u of what was drawn, %u of what was not\n", p->names[n], most[1],
                          most[0]);
            found++;
        }
    }
    return found;
}

static const struct step sealed[] = {
    {"a task", course_task},
    {"sealed", course_commit, &(struct course_commit){.sealed = true}},
    {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
    {"objects", course_objects},
    {"one withdraws", course_recuse, &(struct course_recuse){"SCJG-002", "2", "亲属"}},
    {"teams", course_teams},
    {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
    {"assign", course_assign},
};

static const struct step work[] = {
    {"one has moved", course_skip, &(struct course_skip){"4", "moved", NULL}},
    {"one is ill", course_refill, &(struct course_refill){"1:SCJG:1=生病", NULL}},
    {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
    {"assign", course_assign},
    {"a result", course_enter, &(struct course_result){"1", .code = "01", .method = "现场检查"},
     .days = 10},
    {"and another", course_enter,
     &(struct course_result){"2", .code = "02", .method = "现场检查", .note = "未亮照"}},
    {"returned", course_return, &(struct course_result){"2", .item = "", .note = "照片不清"},
     .by = "审核员"},
    {"approved", course_approve, &(struct course_result){"1", .item = ""}, .by = "审核员"},
};

static void AC8_what_a_sealed_draw_drew_stands_nowhere_until_its_disclosure(void **state)
{
    struct course *c = *state;
    static struct places p;
    COURSE_RUN(c, sealed);
    places_look(&p, c);
    assert_int_equal(places_betray(&p), 0);
    COURSE_RUN(c, work);
    places_look(&p, c);
    assert_int_equal(places_betray(&p), 0);
    const struct step open[] = {
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, open);
    places_look(&p, c);
    assert_true(places_betray(&p) >= 3); /* visit, seat, recusal: the test can see */
    assert_int_equal(course_number(c,
                                   "SELECT (SELECT count(id) FROM visit WHERE pool_id LIKE '~%'"
                                   " OR follows LIKE '~%') + (SELECT count(seat) FROM seat"
                                   " WHERE seat LIKE '~%' OR pool_id LIKE '~%')"
                                   " + (SELECT count(seat) FROM seat_change WHERE seat LIKE '~%')"
                                   " + (SELECT count(*) FROM recusal WHERE pool_id LIKE '~%')"),
                     0);
}

static void AC8_an_open_draw_is_in_plain_text(void **state)
{
    struct course *c = *state;
    static struct places p;
    const struct step steps[] = {{"a task", course_task}, {"the draw", course_draw}};
    COURSE_RUN(c, steps);
    places_look(&p, c);
    assert_true(places_betray(&p) >= 2);
}

static void AC8_who_does_the_work_sees_it_and_the_registry_does_not_tell(void **state)
{
    struct course *c = *state;
    struct office_pendings owed = {0};
    struct office_object object = {0};
    const struct office_pending_find any = {0};
    COURSE_RUN(c, sealed);
    struct str first = course_object(c, "1");
    assert_int_equal(
        office_pendings(&owed, course_as(c, "chen", MODEL_SCOPE_DEPARTMENT, "SCJG"), &any), ERR_OK);
    assert_int_equal(owed.count, 6);
    bool found = false;
    for (size_t i = 0; i < owed.count; i++) {
        struct str name = str_of(course_text(
            c, arena_printf(&c->s->arena, "SELECT name FROM object WHERE pool_id = '%.*s'",
                            STR_ARG(owed.rows[i].pool_id))
                   .data));
        assert_true(str_eq(owed.rows[i].object, name));
        assert_true(owed.rows[i].team.len > 0);
        assert_true(owed.rows[i].veiled);
        found = found || str_eq(owed.rows[i].pool_id, first);
    }
    assert_true(found);
    assert_int_equal(
        office_pendings(&owed, course_as(c, "wang", MODEL_SCOPE_DEPARTMENT, "XFJY"), &any), ERR_OK);
    assert_int_equal(owed.count, 0);
    struct errand *e = course_as(c, "chen", MODEL_SCOPE_ALL, NULL);
    assert_int_equal(office_object_show(&object, e, first), ERR_OK);
    assert_int_equal(object.visit_count, 0);
    const struct step open[] = {{"disclose", course_disclose}};
    COURSE_RUN(c, open);
    e = course_as(c, "chen", MODEL_SCOPE_ALL, NULL);
    assert_int_equal(office_object_show(&object, e, first), ERR_OK);
    assert_int_equal(object.visit_count, 1);
}

/* The object of the audit's newest row of an action, as people are shown it. */
static struct str audited(struct course *c, const char *action)
{
    struct store_audit *rows = NULL;
    size_t count = 0;
    const struct store_audit_find find = {.action = str_of(action), .most = 1};
    assert_int_equal(office_audit_find(&rows, &count, &c->s->e, &find), ERR_OK);
    assert_int_equal(count, 1);
    return str_eq(str_of(action), STR("draw-skip")) ? rows[0].detail : rows[0].target;
}

/* How many rows of the audit tell of an action on that object. */
static int64_t audited_of(struct course *c, const char *action, struct str target)
{
    struct store_audit *rows = NULL;
    size_t count = 0;
    int64_t all = 0;
    const struct store_audit_find find = {.action = str_of(action), .target = target, .most = 10};
    assert_int_equal(office_audit_find(&rows, &count, &c->s->e, &find), ERR_OK);
    assert_int_equal(office_audit_count(&all, &c->s->e, &find), ERR_OK);
    assert_int_equal(all, count);
    for (size_t i = 0; i < count; i++)
        assert_true(str_eq(rows[i].target, target));
    return all;
}

static void AC8_the_audit_names_the_objects_when_the_draw_is_disclosed(void **state)
{
    struct course *c = *state;
    static const char *const actions[] = {"draw-skip", "result-approve"};
    COURSE_RUN(c, sealed);
    struct str fourth = course_object(c, "4");
    COURSE_RUN(c, work);
    struct str objects[] = {fourth, course_object(c, "1")};
    for (size_t i = 0; i < 2; i++)
        assert_true(str_eq(audited(c, actions[i]), STR("封存抽取的对象（公开前不显示）")));
    assert_int_equal(audited_of(c, "result-approve", objects[1]), 0);
    const struct step open[] = {{"disclose", course_disclose}};
    COURSE_RUN(c, open);
    for (size_t i = 0; i < 2; i++)
        assert_true(str_eq(audited(c, actions[i]), objects[i]));
    assert_true(audited_of(c, "result-approve", objects[1]) > 0);
    assert_int_equal(audited_of(c, "result-approve", fourth), 0);
}

static void AC8_publishing_one_visit_opens_that_one_alone(void **state)
{
    struct course *c = *state;
    static struct places p;
    COURSE_RUN(c, sealed);
    COURSE_RUN(c, work);
    struct str first = course_object(c, "1");
    const struct step publish[] = {{"publish what is ready", course_publish}};
    COURSE_RUN(c, publish);
    assert_int_equal(c->published.visits, 1);
    places_look(&p, c);
    for (size_t i = 0; i < OBJECTS; i++)
        p.drawn[i] = p.drawn[i] && !str_eq(p.objects[i], first);
    assert_int_equal(places_betray(&p), 0);
    assert_int_equal(course_number(c, "SELECT count(id) FROM visit WHERE pool_id NOT LIKE '~%'"),
                     1);
    assert_int_equal(course_number(c, "SELECT count(seat) FROM seat WHERE pool_id NOT LIKE '~%'"),
                     2); /* its own */
    assert_int_equal(course_number(c, "SELECT count(seat) FROM seat WHERE seat NOT LIKE '~%'"), 0);
    const struct step open[] = {
        {"a correction", course_correct,
         &(struct course_result){"1", .code = "02", .method = "现场检查", .note = "未亮照",
                                 .reason = "录入有误"}},
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, open);
    assert_int_equal(course_number(c, "SELECT count(id) FROM visit WHERE pool_id LIKE '~%'"), 0);
}

/* Published is the object that came after one that was skipped: which one that was stays veiled. */
static void AC8_what_follows_does_not_tell_what_it_follows(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, sealed);
    COURSE_RUN(c, work);
    const char *next = arena_cstr(&c->s->arena, c->next);
    const struct course_result all = {next, .item = ""};
    const struct course_result good = {next, .code = "01", .method = "现场检查"};
    const struct step steps[] = {
        {"its result", course_enter, &good},
        {"approved", course_approve, &all, .by = "审核员"},
        {"published", course_publish, next},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM visit WHERE pool_id NOT LIKE '~%'"
                                      " AND follows LIKE '~%'"),
                     1);
}

/* What is published to nobody (a state secret) is named by no row, not by the audit either. */
static void AC8_a_visit_that_is_wholly_exempt_stays_veiled(void **state)
{
    struct course *c = *state;
    static struct places p;
    COURSE_RUN(c, sealed);
    struct str first = course_object(c, "1");
    const char *object = arena_cstr(&c->s->arena, first);
    const struct course_result entered = {object, .code = "01", .method = "现场检查"};
    const struct course_result exempt = {object, .item = "", .note = "涉及国家秘密",
                                         .reason = "国家秘密"};
    const struct step steps[] = {
        {"a result", course_enter, &entered, .days = 10},
        {"kept back", course_exempt, &exempt, .by = "审核员"},
        {"published", course_publish, object},
    };
    COURSE_RUN(c, steps);
    assert_string_equal(course_text(c, "SELECT state FROM visit WHERE state = 'published'"),
                        "published");
    places_look(&p, c);
    assert_int_equal(places_betray(&p), 0);
}

static void AC8_a_recusal_declared_again_after_publication_is_the_same_one(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, sealed);
    COURSE_RUN(c, work);
    const char *second = arena_cstr(&c->s->arena, course_object(c, "2"));
    const struct course_result good = {second, .code = "01", .method = "现场检查"};
    const struct course_result all = {second, .item = ""};
    const struct course_recuse again = {"SCJG-002", second, "亲属"};
    const struct step steps[] = {
        {"entered anew", course_enter, &good},
        {"approved", course_approve, &all, .by = "审核员"},
        {"published", course_publish, second},
        {"declared again", course_recuse, &again, .still = true},
        {"disclose", course_disclose},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(*) FROM recusal"), 1);
}

static void AC8_what_a_sealed_draw_drew_is_not_drawn_again_that_year(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, sealed);
    const struct step again[] = {
        {"another task", course_task, &(struct course_task){.name = "第二次"}},
        {"open", course_commit},
    };
    COURSE_RUN(c, again);
    assert_int_equal(course_number(c, "SELECT SUM(s.count) FROM draw_stratum s JOIN draw d"
                                      " ON d.tenant = s.tenant AND d.id = s.draw"
                                      " WHERE d.number = '%s' AND s.excluded = 1"),
                     6);
}

static void AC8_a_changed_name_or_another_key_is_told_in_words(void **state)
{
    struct course *c = *state;
    struct office_draw draw;
    struct errand *e = &c->s->e;
    COURSE_RUN(c, sealed);
    c->s->office.seal_key[0] ^= 1;
    struct str name = str_of(course_text(c, "SELECT min(pool_id) FROM visit"));
    struct str held = name;
    e->fault = (struct fault){0};
    assert_int_equal(office_unveil(&name, e), ERR_DAMAGED);
    assert_non_null(strstr(e->fault.text, "密钥"));
    c->s->office.seal_key[0] ^= 1;
    assert_int_equal(office_unveil(&held, e), ERR_OK);
    assert_true(held.len > 0 && held.data[0] != '~');
    story_run(c->s,
              "UPDATE visit SET pool_id = replace(pool_id, substr(pool_id, 2, 8), '00000000')");
    assert_int_equal(office_draw_show(&draw, e, c->draw), ERR_DAMAGED);
    struct office_checked checked;
    assert_int_equal(office_check(&checked, e), ERR_DAMAGED);
}

/* Drawn before names were veiled: the rest of its way is as it was. */
static void AC8_a_draw_from_before_goes_on_in_plain_text(void **state)
{
    struct course *c = *state;
    struct str name;
    COURSE_RUN(c, sealed);
    const struct office_draw *draw = course_show(c);
    for (size_t i = 0; i < draw->visit_count; i++) {
        assert_int_equal(office_veil(&name, &c->s->e, &draw->draw, draw->visits[i].pool_id),
                         ERR_OK);
        const char *sql =
            arena_printf(&c->s->arena, "UPDATE visit SET pool_id = '%.*s' WHERE pool_id = '%.*s'",
                         STR_ARG(draw->visits[i].pool_id), STR_ARG(name))
                .data;
        story_run(c->s, sql);
        sql = arena_printf(&c->s->arena, "UPDATE seat SET pool_id = '%.*s' WHERE pool_id = '%.*s'",
                           STR_ARG(draw->visits[i].pool_id), STR_ARG(name))
                  .data;
        story_run(c->s, sql);
    }
    for (size_t i = 0; i < draw->seat_count; i++) {
        assert_int_equal(office_veil(&name, &c->s->e, &draw->draw, draw->seats[i].seat), ERR_OK);
        story_run(c->s,
                  arena_printf(&c->s->arena, "UPDATE seat SET seat = '%.*s' WHERE seat = '%.*s'",
                               STR_ARG(draw->seats[i].seat), STR_ARG(name))
                      .data);
    }
    COURSE_RUN(c, work);
    const struct step open[] = {
        {"publish what is ready", course_publish},
        {"disclose", course_disclose},
        {"peer, from the bundle", course_peer, .still = true},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(AC8_what_a_sealed_draw_drew_stands_nowhere_until_its_disclosure),
        COURSE_TEST(AC8_an_open_draw_is_in_plain_text),
        COURSE_TEST(AC8_who_does_the_work_sees_it_and_the_registry_does_not_tell),
        COURSE_TEST(AC8_the_audit_names_the_objects_when_the_draw_is_disclosed),
        COURSE_TEST(AC8_publishing_one_visit_opens_that_one_alone),
        COURSE_TEST(AC8_what_follows_does_not_tell_what_it_follows),
        COURSE_TEST(AC8_a_visit_that_is_wholly_exempt_stays_veiled),
        COURSE_TEST(AC8_a_recusal_declared_again_after_publication_is_the_same_one),
        COURSE_TEST(AC8_what_a_sealed_draw_drew_is_not_drawn_again_that_year),
        COURSE_TEST(AC8_a_changed_name_or_another_key_is_told_in_words),
        COURSE_TEST(AC8_a_draw_from_before_goes_on_in_plain_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
