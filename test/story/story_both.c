/* One story, two databases: both give the same answers to the byte. The story has open draws whose
 * randomness are dice and known nonces, so that its whole outcome is a function of the registry;
 * ids that the program makes up are left out of what is compared, everything else is in it. Where
 * PostgreSQL is not there the story is told twice on SQLite. */
#include "story.h"

static const char *const told_queries[] = {
    "SELECT idx, at, body FROM log_entry ORDER BY idx",
    "SELECT name, year, value FROM counter ORDER BY name, year",
    "SELECT name, version, value, basis, at, actor FROM setting ORDER BY name, version",
    "SELECT request, action, outcome FROM idempotency ORDER BY request",
    "SELECT at, actor, action, target, detail FROM audit ORDER BY at, action, target, detail",
    "SELECT resource, file, digest, seen, added, changed, same, rejected, warned FROM import_job"
    " ORDER BY resource, at",
    "SELECT resource, before, after, reason FROM registry_change ORDER BY resource, before, after",
    "SELECT code, name, division, state FROM department ORDER BY code",
    "SELECT pool_id, number_kind, name, kind, type, state, division, risk, observed_until, likeness"
    " FROM object WHERE number <> '' ORDER BY pool_id",
    "SELECT code, name, department, category, certificate, valid_until, specialities, areas, state"
    " FROM inspector ORDER BY code",
    "SELECT code, version, name, class, methods, cap_num, cap_den, department FROM item"
    " ORDER BY code, version",
    "SELECT number, name, department, visit_from, visit_until, strata, state FROM task"
    " ORDER BY number",
    "SELECT t.number, q.stratum, q.mode, q.num, q.den FROM task_quota q JOIN task t ON"
    " t.tenant = q.tenant AND t.id = q.task ORDER BY t.number, q.stratum",
    "SELECT number, organiser, sealed, blinded, state, round, opened, disclose_by, pool_size, "
    "drawn,"
    " demo FROM draw ORDER BY number",
    "SELECT d.number, e.seq, e.kind, e.round, e.idx FROM draw_entry e JOIN draw d ON"
    " d.tenant = e.tenant AND d.id = e.draw ORDER BY d.number, e.seq",
    "SELECT d.number, f.name, f.digest, f.size FROM draw_file f JOIN draw d ON"
    " d.tenant = f.tenant AND d.id = f.draw ORDER BY d.number, f.name",
    "SELECT d.number, s.name, s.meaning, s.count, s.mode, s.num, s.den, s.quota, s.cutoff FROM"
    " draw_stratum s JOIN draw d ON d.tenant = s.tenant AND d.id = s.draw"
    " ORDER BY d.number, s.name",
    "SELECT inspector, pool_id, reason, actor FROM recusal ORDER BY inspector, pool_id",
    "SELECT d.number, v.pool_id, v.stratum, v.rank, v.ticket, v.year, v.state, v.skip_reason FROM"
    " visit v JOIN draw d ON d.tenant = v.tenant AND d.id = v.draw ORDER BY d.number, v.ticket",
    "SELECT d.number, s.seat, s.pool_id, s.department, s.inspector, s.round FROM seat s JOIN draw d"
    " ON d.tenant = s.tenant AND d.id = s.draw ORDER BY d.number, s.seat",
    "SELECT seat, round, leaving, coming, reason FROM seat_change ORDER BY seat, round",
    "SELECT v.pool_id, r.department, r.version, r.code, r.note, r.method, r.result_on, r.due_on,"
    " r.estimated, r.state, r.entered_by, r.approved_by, r.exempt_ground FROM result r JOIN visit v"
    " ON v.tenant = r.tenant AND v.id = r.visit ORDER BY v.pool_id, r.department, r.version",
    "SELECT idx, count, at, actor FROM publication ORDER BY idx",
};

struct told {
    struct buf *out;
    const char *sql;
};

static enum err told_work(struct db_tx *tx, void *ctx)
{
    struct told *told = ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, told->sql, DB_NONE));
    buf_printf(told->out, "== %s\n", told->sql);
    enum err err;
    while ((err = db_next(rows)) == ERR_OK) {
        for (int i = 0; i < 16; i++) {
            struct str cell = db_col_text(rows, i);
            bool text = true;
            for (size_t k = 0; k < cell.len; k++)
                text = text && ((unsigned char)cell.data[k] >= 0x20 || cell.data[k] == '\n');
            if (text && cell.len != 32)
                buf_str(told->out, cell);
            else
                buf_hex(told->out, (const uint8_t *)cell.data, cell.len);
            buf_char(told->out, '\t');
        }
        buf_char(told->out, '\n');
    }
    db_done(rows);
    return err == ERR_END ? ERR_OK : err;
}

static void tell(struct buf *out, struct course *c)
{
    for (size_t i = 0; i < sizeof told_queries / sizeof told_queries[0]; i++) {
        struct told told = {out, told_queries[i]};
        assert_int_equal(db_read(c->s->office.db, "tell", told_work, &told, NULL), ERR_OK);
    }
}

#define THROW "dice:10x20:7.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9."

static void the_first_draw(struct course *c)
{
    static const char again[] = "统一社会信用代码,检查对象名称,登记状态\n"
                                "91410882MA00010691,改名公司,注销\n";
    const struct step steps[] = {
        {"a joint task", course_task,
         &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY",
                               .parts = "SCJG:2:食品:1;XFJY",
                               .strata = "kind",
                               .quotas = "enterprise=systematic:3/100;*=ceil:1/50"},
         .key = "first"},
        {"the same again", course_task, .key = "first", .still = true},
        {"commit", course_commit, &(struct course_commit){.sources = "dice 10 20;witness:1"}},
        {"beacon", course_beacon,
         &(struct course_beacon){.parts = "witness:1;" THROW, .again = THROW}},
        {"objects", course_objects},
        {"recuse", course_recuse, &(struct course_recuse){"SCJG-002", "*", "出差"}},
        {"skip", course_skip, &(struct course_skip){"2", "missing", NULL}},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"refill", course_refill, &(struct course_refill){"1:SCJG:1=生病;3:XFJY:2=调离", NULL}},
        {"beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"}},
        {"assign 3", course_assign},
        {"peer", course_peer, .still = true},
        {"results", course_results, .days = 8},
        {"results 2", course_results, "XFJY-S0001"},
        {"a name and a state change", course_import, &(struct course_import){"objects", again}},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
}

static void the_second_draw(struct course *c)
{
    const struct step steps[] = {
        {"the next task", course_task, &(struct course_task){.quotas = "ALL=fixed:9"}},
        {"a refused commitment", course_commit, &(struct course_commit){.sources = "dice 6 5"},
         ERR_ENTROPY},
        {"the draw", course_draw},
        {"peer", course_peer, .still = true},
        {"a finding", course_enter,
         &(struct course_result){
             .object = "1", .code = "08", .method = "书面检查", .note = "待处理"}},
        {"sent back", course_return, &(struct course_result){.object = "1", .note = "补充照片"},
         .by = "审核员"},
        {"a third task", course_task, &(struct course_task){.quotas = "ALL=fixed:3"}},
        {"its draw", course_draw},
        {"is given up", course_abort, "机构改革"},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
}

/* Tells the whole story in a fresh office. */
static void told_story(struct buf *out)
{
    void *state = NULL;
    assert_int_equal(course_setup(&state), 0);
    struct course *c = state;
    the_first_draw(c);
    the_second_draw(c);
    tell(out, c);
    assert_int_equal(course_teardown(&state), 0);
}

static void show_first_difference(struct str a, struct str b)
{
    struct str x;
    struct str y;
    while (str_cut(&x, &a, '\n') && str_cut(&y, &b, '\n'))
        if (!str_eq(x, y)) {
            print_message("# one:   %.*s\n# other: %.*s\n", STR_ARG(x), STR_ARG(y));
            return;
        }
}

static void both_databases_tell_the_same_story(void **state)
{
    const char *server = getenv("SUNLOT_TEST_PG");
    char url[512] = "";
    struct buf sqlite = {0};
    struct buf other = {0};
    (void)state;
    snprintf(url, sizeof url, "%s", server != NULL ? server : "");
    unsetenv("SUNLOT_TEST_PG");
    told_story(&sqlite);
    if (url[0] != '\0')
        setenv("SUNLOT_TEST_PG", url, 1);
    told_story(&other);
    assert_true(sqlite.len > 20000);
    if (!str_eq(buf_view(&sqlite), buf_view(&other))) {
        show_first_difference(buf_view(&sqlite), buf_view(&other));
        fail_msg("the two stories differ");
    }
    buf_free(&sqlite);
    buf_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_databases_tell_the_same_story),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
