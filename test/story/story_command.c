/* The command line, by the real program: words and exit codes (cmd.h), errors that say in Chinese
 * what to do, and a whole draw typed in as the usage texts say. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"

#include <unistd.h>

enum { WORDS = 40 };

/* Runs `sunlot WORDS` (words separated by blanks; '~' stands for a blank, %d for the data folder's
 * path, %n for the draw's number); gives the exit code and everything printed. */
static const char *word(struct course *c, struct str text)
{
    struct buf out = {0};
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '%' && i + 1 < text.len && text.data[i + 1] == 'd') {
            buf_cat(&out, c->s->dir);
            i++;
        } else if (text.data[i] == '%' && i + 1 < text.len && text.data[i + 1] == 'n') {
            buf_str(&out, c->draw);
            i++;
        } else {
            buf_char(&out, text.data[i] == '~' ? ' ' : text.data[i]);
        }
    }
    const char *copy = arena_cstr(&c->s->arena, buf_view(&out));
    buf_free(&out);
    return copy;
}

static const char *const *words_of(struct course *c, const char *line)
{
    const char **words = arena_array(&c->s->arena, WORDS, sizeof *words);
    struct str rest = str_of(line);
    struct str one;
    size_t count = 0;
    assert_non_null(words);
    words[count++] = getenv("SUNLOT_PROGRAM");
    assert_non_null(words[0]);
    while (str_cut(&one, &rest, ' ')) {
        assert_true(count < WORDS - 1);
        words[count++] = word(c, one);
    }
    words[count] = NULL;
    return words;
}

static int sunlot(const char **text, struct course *c, const char *line)
{
    return course_spawn(text, c, words_of(c, line));
}

/* Runs a line on the story's folder; asserts the exit code. */
static const char *must(struct course *c, int code, const char *line)
{
    const char *text = "";
    const char *whole = arena_printf(&c->s->arena, "--data %%d %s", line).data;
    int got = sunlot(&text, c, whole);
    if (got != code)
        fail_msg("sunlot %s: exit %d, should be %d: %s", line, got, code, text);
    return text;
}

static void must_say(const char *line, const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("sunlot %s: “%s” is not said in: %s", line, part, text);
}

/* --- help and usage --- */

static void every_command_tells_its_usage_when_asked(void **state)
{
    struct course *c = *state;
    const char *help = "";
    assert_int_equal(sunlot(&help, c, "--help"), 0);
    struct str rest = str_of(help);
    struct str line;
    size_t commands = 0;
    while (str_cut(&line, &rest, '\n')) {
        struct str name;
        struct str tail = str_trim(line);
        if (!str_starts(line, STR("  ")) || !str_cut(&name, &tail, ' '))
            continue;
        const char *text = "";
        const char *ask = arena_printf(&c->s->arena, "%.*s --help", STR_ARG(name)).data;
        int code = sunlot(&text, c, ask);
        if (code != 0)
            fail_msg("sunlot %s: exit %d", ask, code);
        must_say(ask, text, "用法");
        must_say(ask, text, arena_printf(&c->s->arena, "sunlot ").data);
        commands++;
    }
    assert_true(commands >= 11);
}

static void wrong_words_give_the_usage_and_exit_code_2(void **state)
{
    struct course *c = *state;
    static const char *const lines[] = {
        "nonsense",
        "--nonsense x draw list",
        "--data",
        "draw",
        "draw commit",
        "draw dance 1",
        "draw show 1 2",
        "draw show 1 --dance",
        "draw commit 1 --source",
        "draw commit 1 --open --sealed --source local",
        "draw commit 1 --disclose-by 2026-02-30 --source local",
        "draw skip 1 --reason x",
        "draw recuse 1 --reason x",
        "task",
        "task dance",
        "task create --from gestern",
        "task show",
        "result",
        "result dance 1",
        "result enter",
        "export",
        "export results",
        "export nothing x.csv",
        "export proof x.txt",
        "import",
        "import things x.csv",
        "import objects",
        "import objects x.csv --errors y.doc",
        "import objects x.csv --library 甲",
        "import libraries x.csv --superior 甲",
        "setting a b c",
        "log",
        "log dance",
        "log key 1",
        "verify",
        "demo",
        "check all",
        "init x",
    };
    /* Wrong words are wrong whether or not there is a folder. */
    static const char *const heads[] = {"--data %d ", "--data /tmp/no-such-folder "};
    for (size_t i = 0; i < 2 * sizeof lines / sizeof lines[0]; i++) {
        const char *text = "";
        const char *line = lines[i / 2];
        const char *whole =
            line[0] == '-' ? line : arena_printf(&c->s->arena, "%s%s", heads[i % 2], line).data;
        int code = sunlot(&text, c, whole);
        if (code != 2)
            fail_msg("sunlot %s: exit %d, should be 2: %s", whole, code, text);
        if (strstr(text, "用法") == NULL && strstr(text, "错误：") == NULL)
            fail_msg("sunlot %s says: %s", whole, text);
    }
}

static void a_folder_that_is_not_there_is_named_with_what_to_do(void **state)
{
    struct course *c = *state;
    static const char *const lines[] = {"draw list",  "task list", "check",
                                        "log verify", "setting",   "result counts"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *text = "";
        const char *whole =
            arena_printf(&c->s->arena, "--data /tmp/no-such-folder %s", lines[i]).data;
        assert_int_equal(sunlot(&text, c, whole), 1);
        must_say(whole, text, "/tmp/no-such-folder");
        must_say(whole, text, "init");
        assert_true(access("/tmp/no-such-folder", F_OK) != 0);
    }
}

/* Lines that cannot be done, and what has to be said. */
static void what_cannot_be_done_is_said_in_chinese_with_the_value_and_the_remedy(void **state)
{
    struct course *c = *state;
    static const char *const lines[][2] = {
        {"draw show 410882-SCJG-2026-0042", "410882-SCJG-2026-0042"},
        {"log show 9999", "没有日志序号 9999"},
        {"log show x", "没有日志序号 x"},
        {"import objects /tmp", "“/tmp”是文件夹"},
        {"draw commit 410882202601010001 --open --source local", "410882202601010001"},
        {"task show 410882202601010001", "410882202601010001"},
        {"task create --name x --department GAJ --item SCJG-S0001 --quota ALL=fixed:1 --from "
         "2026-12-01 --until 2026-12-31 --basis 法",
         "GAJ"},
        {"task create --name x --department SCJG --item SCJG-S0001 --quota ALL=fixed:1 --from "
         "2026-12-31 --until 2026-12-01 --basis 法",
         "日期"},
        {"task create --name x --department SCJG --item SCJG-S0001 --quota ALL --from 2026-12-01 "
         "--until 2026-12-31 --basis 法",
         "ALL"},
        {"import objects /tmp/no-such-file.xlsx", "/tmp/no-such-file.xlsx"},
        {"import objects %d/sunlot.conf --department GAJ", "GAJ"},
        {"setting no.such", "no.such"},
        {"setting no.such 1 --basis x", "no.such"},
        {"setting team.seats 3", "依据"},
        {"result enter 410882-SCJG-2026-0042 --object 1 --item 1 --result 01 --method site "
         "--inspector 1",
         "410882-SCJG-2026-0042"},
        {"export results /nonexistent/x.csv", "/nonexistent/x.csv"},
        {"init --division 410882 --name x --origin x.cn/y", "%d"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *text = must(c, 1, lines[i][0]);
        must_say(lines[i][0], text, "错误：");
        must_say(lines[i][0], text, word(c, str_of(lines[i][1])));
        assert_null(strstr(text, "ERR_"));
        assert_null(strstr(text, "SELECT"));
        assert_null(strstr(text, "No such file"));
    }
}

/* The registries of the demo county are files like anybody's: imported again they change nothing,
 * and only the certificates that were made to run out are worth a word. */
static void the_demo_county_is_made_of_rows_without_fault(void **state)
{
    struct course *c = *state;
    static const char *const files[][2] = {{"departments", "共 12 行"},
                                           {"items", "共 20 行"},
                                           {"objects", "共 5000 行"},
                                           {"inspectors", "共 80 行"}};
    const char *text = "";
    assert_int_equal(sunlot(&text, c, "demo %d/county"), 0);
    must_say("demo", text, "0 项不符");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *line =
            arena_printf(&c->s->arena, "--data %%d/county import %s %%d/county/source/%s.csv",
                         files[i][0], files[i][0])
                .data;
        assert_int_equal(sunlot(&text, c, line), 0);
        must_say(line, text, files[i][1]);
        must_say(line, text, "新增 0，变更 0");
        must_say(line, text, "未导入 0");
        if (i < 3)
            assert_null(strstr(text, "需要留意"));
    }
}

static void R43_a_ledger_of_commissions_comes_in_by_the_command(void **state)
{
    struct course *c = *state;
    const char *book = course_path(c, "ledger-errors.xlsx");
    const char *file = story_file(c->s, "ledger.csv",
                                  "委托编号,类别,受托机构,资质,事项,委托单位,开始日期,费用\n"
                                  "委1,检验检测,省计量院,CNAS L1,检定,,2026-02-01,12000\n"
                                  "委2,检验检测,省计量院,CNAS L1,检定,,2026-02-01,一万\n");
    const char *bare = arena_printf(&c->s->arena, "import commissions %s --dry-run", file).data;
    must_say(bare, must(c, 0, bare), "缺少委托单位");
    const char *line =
        arena_printf(&c->s->arena, "import commissions %s --department SCJG --errors %s", file,
                     book)
            .data;
    const char *text = must(c, 0, line);
    must_say(line, text, "共 2 行，新增 1，变更 0，无变化 0，未导入 1");
    must_say(line, text, "费用应为金额");
    assert_true(file_exists(book));
    assert_int_equal(course_number(c, "SELECT count(id) FROM commission"), 1);
}

/* --- a folder of its own --- */

static void init_makes_a_folder_once_and_tells_the_verifier_key(void **state)
{
    struct course *c = *state;
    const char *text = "";
    const char *key = "";
    const char *dir = course_path(c, "fresh");
    const char *line = arena_printf(&c->s->arena,
                                    "--data %s init --division 410882 --name 示例县 --origin "
                                    "example.gov.cn/two",
                                    dir)
                           .data;
    assert_int_equal(sunlot(&text, c, line), 0);
    must_say(line, text, "example.gov.cn/two+");
    assert_int_equal(sunlot(&key, c, arena_printf(&c->s->arena, "--data %s log key", dir).data), 0);
    must_say(line, text, key);
    assert_int_equal(sunlot(&text, c, line), 1);
    must_say(line, text, dir);
    line = arena_printf(&c->s->arena,
                        "--data %s init --division 999999 --name x --origin example.gov.cn/x",
                        course_path(c, "other"))
               .data;
    assert_int_equal(sunlot(&text, c, line), 1);
    must_say(line, text, "999999");
}

/* --- a whole draw, typed --- */

#define THROW "dice:10x20:7.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9."

static void commit_by_hand(struct course *c)
{
    struct buf line = {0};
    int32_t today = date_of_time(time_now());
    buf_cat(&line, "--by 任务员 task create --name 年报抽查 --department SCJG --item SCJG-S0001 "
                   "--item XFJY-S0001@XFJY --part SCJG:2:食品:1 --part 消防救援大队 --strata kind "
                   "--quota *=fixed:2 --kind enterprise,individual --basis 条例第十四条 --from ");
    date_format(&line, today);
    buf_cat(&line, " --until ");
    date_format(&line, today + 30);
    const char *task = must(c, 0, buf_cstr(&line));
    buf_free(&line);
    struct str number = str_trim(str_of(task));
    assert_int_equal(number.len, 18);
    const char *draw = must(
        c, 0,
        arena_printf(&c->s->arena, "draw commit %.*s --open --source dice~10~20", STR_ARG(number))
            .data);
    c->draw = str_trim(str_of(draw));
    assert_true(str_starts(c->draw, STR("410882-SCJG-")));
}

static void results_by_hand(struct course *c)
{
    const struct office_draw *draw = course_show(c);
    static const char *const items[] = {"SCJG-S0001", "XFJY-S0001"};
    for (size_t i = 0; i < draw->visit_count; i++) {
        struct str object = draw->visits[i].pool_id;
        for (size_t k = 0; k < 2; k++) {
            struct str who = course_seated(c, i + 1, k == 0 ? "SCJG" : "XFJY", 2);
            must(c, 0,
                 arena_printf(&c->s->arena,
                              "--by 录入员 result enter %%n --object %.*s --item %s --result 05 "
                              "--method 实地核查 --note 已责令改正 --inspector %.*s",
                              STR_ARG(object), items[k], STR_ARG(who))
                     .data);
        }
        must(c, 0,
             arena_printf(&c->s->arena, "--by 审核员 result approve %%n --object %.*s",
                          STR_ARG(object))
                 .data);
    }
    must_say("publish", must(c, 0, "result publish %n"), "公示 4 个对象的 8 项结果");
    must_say("counts", must(c, 0, "result counts"), "已公示 8");
}

static void a_whole_draw_is_typed_and_anybody_verifies_it(void **state)
{
    struct course *c = *state;
    const char *text = "";
    commit_by_hand(c);
    must(c, 1, "draw beacon %n --part " THROW);
    must(c, 0, "draw beacon %n --part " THROW " --again " THROW);
    must_say("objects", must(c, 0, "draw objects %n"), "4");
    must(c, 0, "draw recuse %n --inspector SCJG-001 --object * --reason 借调");
    must(c, 0, "draw teams %n --source local --source dice~10~20");
    const char *show = must(c, 0, "draw show %n");
    must_say("draw show", show, "dice 10 20");
    must(c, 0, "draw beacon %n --part " THROW " --again " THROW);
    must(c, 0, "draw assign %n");
    results_by_hand(c);
    must(c, 0, "draw disclose %n");
    const char *bundle = word(c, STR("%d/bundles/%n-public.zip"));
    const char *key = must(c, 0, "log key");
    int code = sunlot(
        &text, c,
        arena_printf(&c->s->arena, "verify %s --vkey %.*s", bundle, STR_ARG(str_trim(str_of(key))))
            .data);
    if (code != 0)
        fail_msg("%s", text);
    code = sunlot(
        &text, c,
        arena_printf(&c->s->arena, "verify %s --vkey example.gov.cn/x+00000000+AQ==", bundle).data);
    assert_true(code == 1 || code == 2);
    must(c, 0,
         arena_printf(&c->s->arena, "export proof %s --draw %%n --object %.*s",
                      course_path(c, "own.txt"), STR_ARG(course_object(c, "1")))
             .data);
    assert_int_equal(
        sunlot(&text, c, arena_printf(&c->s->arena, "verify %s", course_path(c, "own.txt")).data),
        0);
    must_say("log verify", must(c, 0, "log verify"), "完好");
    must_say("check", must(c, 0, "check"), "完好");
    must_say("draw list", must(c, 0, "draw list"), "已公开");
}

static void a_byte_changed_in_a_bundle_ends_with_code_1(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task}, {"the draw", course_draw}, {"disclosure", course_disclose}};
    const char *text = "";
    struct buf bytes = {0};
    COURSE_RUN(c, steps);
    assert_int_equal(file_read(&bytes, c->bundle.public, 1 << 24), ERR_OK);
    ptrdiff_t at = str_find(buf_view(&bytes), STR("sunlot-draw/1 commitment"));
    if (at < 0) /* compressed: any byte of the middle */
        at = (ptrdiff_t)(bytes.len / 2);
    bytes.data[at + 3] ^= 1;
    const char *path = course_path(c, "broken.zip");
    assert_int_equal(file_write_plain(path, buf_view(&bytes), 0600), ERR_OK);
    int code = sunlot(&text, c, arena_printf(&c->s->arena, "verify %s", path).data);
    if (code != 1 && code != 2)
        fail_msg("exit %d: %s", code, text);
    assert_true(strstr(text, "不符") != NULL || strstr(text, "错误：") != NULL);
    buf_free(&bytes);
}

static void a_draw_that_is_not_opened_in_time_is_shown_as_overdue(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"to be opened by June", course_commit,
         &(struct course_commit){.disclose_by = "2026-06-30"}},
    };
    COURSE_RUN(c, steps);
    must_say("draw show", must(c, 0, "draw show %n"), "逾期"); /* the machine's clock is later */
    must_say("draw list", must(c, 0, "draw list"), "410882-SCJG-2026-0001");
}

static void an_object_shows_its_visits_and_results(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"results", course_results, .days = 8},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
    const char *line =
        arena_printf(&c->s->arena, "object show %.*s", STR_ARG(course_object(c, "1"))).data;
    const char *text = must(c, 0, line);
    must_say(line, text, "410882-SCJG-2026-0001");
    must_say(line, text, "未发现问题");
    text = must(c, 1, "object show 91410882MA0000000");
    must_say("object", text, "91410882MA0000000");
}

/* --- several at once, keys --- */

#define CREATE                                                                                         \
    "task create --name 年报抽查 --department SCJG --item SCJG-S0001 --quota ALL=fixed:2 --basis " \
    "条例 --from 2027-03-01 --until 2027-03-31"

static void two_commands_on_one_folder_at_once_both_succeed(void **state)
{
    struct course *c = *state;
    for (int i = 0; i < 4; i++) {
        int codes[2];
        const char *text[2];
        course_spawn_both(codes, text, c, words_of(c, "--data %d " CREATE),
                          words_of(c, "--data %d " CREATE));
        for (int k = 0; k < 2; k++)
            if (codes[k] != 0)
                fail_msg("exit %d: %s", codes[k], text[k]);
        assert_string_not_equal(text[0], text[1]);
        course_spawn_both(codes, text, c, words_of(c, "--data %d check"),
                          words_of(c, "--data %d " CREATE));
        for (int k = 0; k < 2; k++)
            if (codes[k] != 0)
                fail_msg("exit %d: %s", codes[k], text[k]);
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM task"), 12);
}

static void two_commitments_of_one_task_at_once_make_one_draw(void **state)
{
    struct course *c = *state;
    for (int i = 0; i < 3; i++) {
        int codes[2];
        const char *text[2];
        const char *number = arena_cstr(&c->s->arena, str_trim(str_of(must(c, 0, CREATE))));
        const char *line =
            arena_printf(&c->s->arena, "--data %%d draw commit %s --open --source local", number)
                .data;
        course_spawn_both(codes, text, c, words_of(c, line), words_of(c, line));
        if (codes[0] + codes[1] != 1)
            fail_msg("exit %d and %d: %s / %s", codes[0], codes[1], text[0], text[1]);
        must_say(line, text[codes[0] == 0], "错误：");
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM draw"), 3);
    must_say("log verify", must(c, 0, "log verify"), "3");
}

static void each_step_typed_by_two_at_once_is_done_once(void **state)
{
    struct course *c = *state;
    static const char *const lines[] = {
        "draw beacon %n", "draw objects %n", "draw teams %n --source local",
        "draw beacon %n", "draw assign %n",  "draw abort %n --reason 改期"};
    const struct step steps[] = {
        {"a task", course_task},
        {"commit", course_commit, &(struct course_commit){.sources = "local"}},
    };
    COURSE_RUN(c, steps);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        int codes[2];
        const char *text[2];
        const char *line = arena_printf(&c->s->arena, "--data %%d %s", lines[i]).data;
        course_spawn_both(codes, text, c, words_of(c, line), words_of(c, line));
        if (codes[0] + codes[1] != 1)
            fail_msg("%s: exit %d and %d: %s / %s", lines[i], codes[0], codes[1], text[0], text[1]);
        must_say(line, text[codes[0] == 0], "错误：");
    }
    const struct step look[] = {{"peer", course_peer, .still = true}};
    COURSE_RUN(c, look);
}

static void a_command_repeated_with_its_key_gives_the_same_number(void **state)
{
    struct course *c = *state;
    const char *first = must(c, 0, "--key 请求-1 " CREATE);
    const char *again = must(c, 0, "--key 请求-1 " CREATE);
    const char *other = must(c, 0, "--key 请求-2 " CREATE);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
}

static void settings_are_listed_with_their_basis_and_changed(void **state)
{
    struct course *c = *state;
    const char *all = must(c, 0, "setting");
    for (size_t i = 0; i < MODEL_SETTING_COUNT; i++) {
        must_say("setting", all, model_setting_row((enum model_setting)i)->name);
        must_say("setting", all, model_setting_row((enum model_setting)i)->basis);
    }
    const char *one = must(c, 0, "setting publish.workdays");
    must_say("setting publish.workdays", one, "publish.workdays                 20 ");
    assert_null(strstr(one, "team.seats"));
    must(c, 0, "setting publish.workdays 10 --basis 沁双随〔2026〕9号");
    must_say("setting", must(c, 0, "setting"), "publish.workdays                 10 ");
    must_say("setting", must(c, 0, "setting"), "沁双随〔2026〕9号");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_EMPTY(every_command_tells_its_usage_when_asked),
        COURSE_EMPTY(wrong_words_give_the_usage_and_exit_code_2),
        COURSE_EMPTY(a_folder_that_is_not_there_is_named_with_what_to_do),
        COURSE_TEST(what_cannot_be_done_is_said_in_chinese_with_the_value_and_the_remedy),
        COURSE_EMPTY(the_demo_county_is_made_of_rows_without_fault),
        COURSE_TEST(R43_a_ledger_of_commissions_comes_in_by_the_command),
        COURSE_EMPTY(init_makes_a_folder_once_and_tells_the_verifier_key),
        COURSE_TEST(a_whole_draw_is_typed_and_anybody_verifies_it),
        COURSE_TEST(a_byte_changed_in_a_bundle_ends_with_code_1),
        COURSE_TEST(a_draw_that_is_not_opened_in_time_is_shown_as_overdue),
        COURSE_TEST(an_object_shows_its_visits_and_results),
        COURSE_TEST(two_commands_on_one_folder_at_once_both_succeed),
        COURSE_TEST(two_commitments_of_one_task_at_once_make_one_draw),
        COURSE_TEST(each_step_typed_by_two_at_once_is_done_once),
        COURSE_TEST(a_command_repeated_with_its_key_gives_the_same_number),
        COURSE_TEST(settings_are_listed_with_their_basis_and_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
