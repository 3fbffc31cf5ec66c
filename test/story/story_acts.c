/* What the steps of stories do: each act calls one office function with the words of its row. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "ids/number.h"

enum { ACT_LIST = 32 };

static struct errand *act_errand(struct course *c)
{
    return &c->s->e;
}

static int32_t act_date(const char *text)
{
    int32_t day = 0;
    if (text != NULL)
        assert_int_equal(date_parse(&day, str_of(text)), ERR_OK);
    return day;
}

static struct str act_text(const char *text, const char *otherwise)
{
    return str_of(text != NULL ? text : otherwise);
}

/* --- witnesses: a nonce each, known to the story --- */

static void witness_nonce(uint8_t nonce[32], unsigned k)
{
    char text[40];
    snprintf(text, sizeof text, "story nonce %u", k);
    crypto_sha256(nonce, str_of(text));
}

static struct str witness_words(struct course *c, const char *form, unsigned k,
                                const uint8_t hash[32])
{
    struct buf hex = {0};
    buf_hex(&hex, hash, 32);
    struct str words = arena_printf(&c->s->arena, "%s%u%s%.*s", form, k, form[7] == ':' ? ":" : " ",
                                    STR_ARG(buf_view(&hex)));
    buf_free(&hex);
    return words;
}

struct str course_witness_source(struct course *c, unsigned k)
{
    uint8_t nonce[32];
    uint8_t hash[32];
    witness_nonce(nonce, k);
    crypto_sha256(hash, str_range((const char *)nonce, sizeof nonce));
    return witness_words(c, "witness 见证人", k, hash);
}

struct str course_witness_part(struct course *c, unsigned k)
{
    uint8_t nonce[32];
    witness_nonce(nonce, k);
    return witness_words(c, "witness:见证人", k, nonce);
}

size_t course_list(struct str *out, size_t most, struct course *c, const char *text, bool parts)
{
    struct str rest = str_of(text);
    struct str word;
    uint64_t k = 0;
    size_t count = 0;
    while (text != NULL && str_cut(&word, &rest, ';')) {
        assert_true(count < most);
        bool witness = str_starts(word, STR("witness:")) && word.len < 12;
        if (witness)
            assert_int_equal(str_u64(&k, str_sub(word, 8, word.len - 8)), ERR_OK);
        out[count++] = !witness ? word
                       : parts  ? course_witness_part(c, (unsigned)k)
                                : course_witness_source(c, (unsigned)k);
    }
    return count;
}

/* --- registries --- */

enum err course_import(struct course *c, const void *arg)
{
    const struct course_import *in = arg;
    char name[64];
    snprintf(name, sizeof name, "%s.csv", in->resource);
    const struct office_import job = {.resource = str_of(in->resource),
                                      .path = story_file(c->s, name, in->text)};
    TRY(office_import(act_errand(c), &job, &c->s->report));
    c->count = c->s->report.added + c->s->report.changed;
    for (size_t i = 0; i < c->s->report.problem_count; i++)
        print_message("# %s row %llu: %.*s\n", name,
                      (unsigned long long)c->s->report.problems[i].row,
                      STR_ARG(c->s->report.problems[i].reason));
    return ERR_OK;
}

static const char county_departments[] = "部门代码,部门名称,层级,行政区划\n"
                                         "SCJG,市场监督管理局,县,410882\n"
                                         "XFJY,消防救援大队,县,410882\n"
                                         "STHJ,生态环境局,县,410882\n";

static const char county_inspectors[] =
    "姓名,单位,职务,人员类别,执法证号,执法证有效期至,业务专长\n"
    "甲一,市场监督管理局,股长,行政执法人员,ZF001,2028-12-31,食品、公示信息\n"
    "甲二,市场监督管理局,科员,行政执法人员,ZF002,2028-12-31,食品\n"
    "甲三,市场监督管理局,科员,行政执法人员,ZF003,2028-12-31,食品\n"
    "甲四,市场监督管理局,科员,行政执法人员,ZF004,2028-12-31,公示信息\n"
    "甲五,市场监督管理局,科员,日常监管人员,ZF005,2028-12-31,\n"
    "甲六,市场监督管理局,科员,行政执法人员,ZF006,2028-12-31,\n"
    "甲七,市场监督管理局,科员,行政执法人员,ZF007,2028-12-31,\n"
    "甲八,市场监督管理局,科员,行政执法人员,ZF008,2028-12-31,\n"
    "甲九,市场监督管理局,协管,辅助人员,ZF009,2028-12-31,食品\n"
    "甲十,市场监督管理局,教授,专家,ZF010,2028-12-31,食品\n"
    "乙一,消防救援大队,科员,行政执法人员,ZF101,2028-12-31,消防\n"
    "乙二,消防救援大队,科员,行政执法人员,ZF102,2028-12-31,消防\n"
    "乙三,消防救援大队,科员,行政执法人员,ZF103,2028-12-31,\n"
    "乙四,消防救援大队,科员,行政执法人员,ZF104,2028-12-31,\n"
    "丙一,生态环境局,科员,行政执法人员,ZF201,2028-12-31,污染源\n"
    "丙二,生态环境局,科员,行政执法人员,ZF202,2026-03-20,污染源\n";

static const char county_items[] =
    "编制单位,序号,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查依据,"
    "抽查比例上限\n"
    "市场监督管理局,A01,企业公示信息抽查,年度报告公示信息的检查,企业,一般检查事项,书面检查,"
    "县级," COURSE_STATUTE ",1/10\n"
    "市场监督管理局,A02,食品销售监督检查,食品销售监督检查,食品经营者,重点检查事项,实地核查,"
    "县级,《食品安全法》第一百一十条,\n"
    "消防救援大队,C01,消防监督检查,消防安全职责的检查,单位,重点检查事项,实地核查,"
    "县级,《消防法》第五十三条,\n"
    "生态环境局,D01,污染源监管,排污许可执行情况的检查,排污单位,重点检查事项,实地核查,"
    "县级,《大气污染防治法》第二十九条,\n";

enum { COUNTY_OBJECTS = 240 };

static const char *county_objects(struct course *c)
{
    static const char *const heads[] = {"91", "92", "93"};
    static const char *const kinds[] = {"企业", "个体工商户", "农民专业合作社"};
    struct buf text = {0};
    buf_cat(&text, "统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划,信用风险类别\n");
    for (unsigned i = 0; i < COUNTY_OBJECTS; i++) {
        char number[IDS_USCC_LEN];
        char organisation[9];
        snprintf(organisation, sizeof organisation, "MA%06u", i + 1);
        assert_int_equal(
            ids_uscc_compose(number, str_of(heads[i % 3]), STR("410882"), str_of(organisation)),
            ERR_OK);
        buf_printf(&text, "%.*s,第%03u号,%s,存续,410882,%c\n", IDS_USCC_LEN, number, i + 1,
                   kinds[i % 3], "AAAAABBBCD"[i % 10]);
    }
    const char *copy = arena_cstr(&c->s->arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

enum err course_county(struct course *c, const void *arg)
{
    (void)arg;
    const struct course_import files[] = {{"departments", county_departments},
                                          {"inspectors", county_inspectors},
                                          {"items", county_items},
                                          {"objects", county_objects(c)}};
    static const uint64_t rows[] = {3, 16, 4, COUNTY_OBJECTS};
    for (size_t i = 0; i < 4; i++) {
        TRY(course_import(c, &files[i]));
        assert_int_equal(c->s->report.added, rows[i]);
        assert_int_equal(c->s->report.rejected, 0);
    }
    return ERR_OK;
}

/* --- tasks --- */

enum err course_task(struct course *c, const void *arg)
{
    static const struct course_task none = {0};
    const struct course_task *in = arg != NULL ? arg : &none;
    struct str items[ACT_LIST];
    struct str parts[ACT_LIST];
    struct str quotas[ACT_LIST];
    int32_t start = date_of_time(COURSE_START);
    struct office_task_spec spec = {
        .task = {.name = act_text(in->name, "公示信息抽查"),
                 .plan_number = STR("41088220260001"),
                 .plan_name = STR("沁阳市2026年度抽查计划"),
                 .document = STR("沁双随〔2026〕1号"),
                 .type = STR("undirected"),
                 .source = act_text(in->source, "plan"),
                 .ground = str_of(in->ground),
                 .basis = act_text(in->basis, COURSE_STATUTE),
                 .department = act_text(in->department, "SCJG"),
                 .visit_from = start + (in->from != 0 ? in->from : 7),
                 .visit_until = start + (in->until != 0 ? in->until : 67),
                 .strata = act_text(in->strata, "none"),
                 .scope_kind = str_of(in->kind),
                 .scope_risk = str_of(in->risk),
                 .repeat_reason = str_of(in->repeat)},
        .items = items,
        .parts = parts,
        .quotas = quotas};
    if (in->basis != NULL && strcmp(in->basis, "-") == 0)
        spec.task.basis = STR("");
    spec.item_count = course_list(items, ACT_LIST, c, in->items ? in->items : "SCJG-S0001", false);
    spec.part_count = course_list(parts, ACT_LIST, c, in->parts ? in->parts : "SCJG", false);
    spec.quota_count =
        course_list(quotas, ACT_LIST, c, in->quotas ? in->quotas : "ALL=fixed:6", false);
    return office_task_create(&c->task, act_errand(c), &spec);
}

enum err course_conflict(struct course *c, const void *arg)
{
    const struct course_recuse *in = arg;
    return office_conflict_declare(act_errand(c), str_of(in->inspector),
                                   course_object(c, in->object), str_of(in->reason));
}

enum err course_setting(struct course *c, const void *arg)
{
    const struct course_setting *in = arg;
    return office_setting_change(act_errand(c), in->setting, str_of(in->value), str_of(in->basis));
}

/* --- the draw --- */

enum err course_commit(struct course *c, const void *arg)
{
    static const struct course_commit none = {0};
    const struct course_commit *in = arg != NULL ? arg : &none;
    struct str sources[ACT_LIST];
    const struct office_draw_commit spec = {
        .task = in->task != NULL ? str_of(in->task) : c->task,
        .sealed = in->sealed,
        .sources = sources,
        .source_count =
            course_list(sources, ACT_LIST, c, in->sources ? in->sources : "witness:1", false),
        .disclose_by = act_date(in->disclose_by != NULL ? in->disclose_by : "2099-12-31")};
    struct str number;
    TRY(office_draw_commit(&number, act_errand(c), &spec));
    c->draw = number;
    return ERR_OK;
}

enum err course_beacon(struct course *c, const void *arg)
{
    const struct course_beacon *in = arg;
    struct str parts[ACT_LIST];
    struct str again[ACT_LIST];
    const struct office_beacon beacon = {
        .draw = c->draw,
        .parts = parts,
        .part_count = course_list(parts, ACT_LIST, c, in->parts, true),
        .again = again,
        .again_count = course_list(again, ACT_LIST, c, in->again, true)};
    return office_draw_beacon(act_errand(c), &beacon);
}

enum err course_objects(struct course *c, const void *arg)
{
    (void)arg;
    return office_draw_objects(&c->count, act_errand(c), c->draw);
}

enum err course_recuse(struct course *c, const void *arg)
{
    const struct course_recuse *in = arg;
    const struct store_recusal recusal = {str_of(in->inspector), course_object(c, in->object),
                                          str_of(in->reason)};
    return office_draw_recuse(act_errand(c), c->draw, &recusal);
}

enum err course_teams(struct course *c, const void *arg)
{
    struct str sources[ACT_LIST];
    size_t count = course_list(sources, ACT_LIST, c, arg != NULL ? arg : "witness:2", false);
    return office_draw_teams(act_errand(c), c->draw, sources, count);
}

enum err course_assign(struct course *c, const void *arg)
{
    (void)arg;
    return office_draw_assign(act_errand(c), c->draw);
}

enum err course_skip(struct course *c, const void *arg)
{
    const struct course_skip *in = arg;
    const struct office_skip skip = {c->draw, course_object(c, in->object), str_of(in->reason),
                                     in->evidence};
    c->next = str_range(NULL, 0);
    return office_draw_skip(&c->next, act_errand(c), &skip);
}

/* "K:DEPARTMENT:N=REASON" becomes the seat's own name. */
static struct str leaving_seat(struct course *c, struct str text)
{
    struct str rest = text;
    struct str visit;
    struct str tail;
    uint64_t k = 0;
    if (!str_cut(&visit, &rest, ':') || str_u64(&k, visit) != ERR_OK)
        return text;
    struct buf name = {0};
    struct str object = course_object(c, arena_cstr(&c->s->arena, visit));
    assert_true(str_cut(&tail, &rest, ':'));
    buf_printf(&name, "%.*s|%.*s|%.*s", STR_ARG(object), STR_ARG(tail), STR_ARG(rest));
    struct str copy = arena_str(&c->s->arena, buf_view(&name));
    buf_free(&name);
    return copy;
}

enum err course_refill(struct course *c, const void *arg)
{
    const struct course_refill *in = arg;
    struct str sources[ACT_LIST];
    struct str leaving[ACT_LIST];
    struct office_refill refill = {.draw = c->draw, .leaving = leaving, .sources = sources};
    refill.source_count =
        course_list(sources, ACT_LIST, c, in->sources ? in->sources : "witness:3", false);
    refill.leaving_count = course_list(leaving, ACT_LIST, c, in->leaving, false);
    for (size_t i = 0; i < refill.leaving_count; i++)
        leaving[i] = leaving_seat(c, leaving[i]);
    return office_draw_refill(act_errand(c), &refill);
}

enum err course_abort(struct course *c, const void *arg)
{
    return office_draw_abort(act_errand(c), c->draw, str_of(arg));
}

enum err course_disclose(struct course *c, const void *arg)
{
    (void)arg;
    return office_draw_disclose(&c->bundle, act_errand(c), c->draw);
}

/* --- results --- */

static struct office_result_key result_key(struct course *c, const struct course_result *in)
{
    return (struct office_result_key){c->draw, course_object(c, in->object),
                                      act_text(in->item, "SCJG-S0001")};
}

/* The department that checks an item in the tasks of these stories stands before its code. */
static struct str result_inspector(struct course *c, const struct office_result_key *key)
{
    const struct office_draw *draw = course_show(c);
    struct str rest = key->item;
    struct str department;
    (void)str_cut(&department, &rest, '-');
    for (size_t i = 0; i < draw->seat_count; i++)
        if (str_eq(draw->seats[i].pool_id, key->pool_id) &&
            str_eq(draw->seats[i].department, department))
            return draw->seats[i].inspector;
    return STR("");
}

static struct office_adoption result_adoption_of(const char *text)
{
    struct office_adoption out = {0};
    struct str rest = str_of(text);
    struct str day = {0};
    if (text == NULL)
        return out;
    (void)str_cut(&out.kind, &rest, ';');
    (void)str_cut(&out.body, &rest, ';');
    (void)str_cut(&out.number, &rest, ';');
    (void)str_cut(&day, &rest, ';');
    if (day.len > 0)
        assert_int_equal(date_parse(&out.made_on, day), ERR_OK);
    return out;
}

static struct office_result_entry result_entry(struct course *c, const struct course_result *in)
{
    struct office_result_entry entry = {.key = result_key(c, in),
                                        .code = str_of(in->code),
                                        .method = str_of(in->method),
                                        .note = str_of(in->note),
                                        .result_on = act_date(in->on),
                                        .adoption = result_adoption_of(in->adopt)};
    entry.inspector =
        in->inspector != NULL ? str_of(in->inspector) : result_inspector(c, &entry.key);
    return entry;
}

enum err course_enter(struct course *c, const void *arg)
{
    const struct office_result_entry entry = result_entry(c, arg);
    return office_result_enter(&c->due, act_errand(c), &entry);
}

enum err course_correct(struct course *c, const void *arg)
{
    const struct course_result *in = arg;
    const struct office_result_entry entry = result_entry(c, in);
    return office_result_correct(&c->due, act_errand(c), &entry, str_of(in->reason));
}

enum err course_follow(struct course *c, const void *arg)
{
    const struct course_follow *in = arg;
    const struct course_result result = {.object = in->object, .item = in->item};
    struct office_follow follow = {
        .key = result_key(c, &result),
        .measure = str_of(in->measure),
        .state = str_of(in->state),
        .happened_on = act_date(in->on),
        .document = str_of(in->document),
        .note = str_of(in->note),
        .withheld = {str_of(in->parts), str_of(in->kind), str_of(in->ground)}};
    follow.inspector =
        in->inspector != NULL ? str_of(in->inspector) : result_inspector(c, &follow.key);
    return office_result_follow(&c->idx, act_errand(c), &follow);
}

enum err course_approve(struct course *c, const void *arg)
{
    const struct office_result_key key = result_key(c, arg);
    return office_result_approve(&c->count, act_errand(c), &key);
}

enum err course_return(struct course *c, const void *arg)
{
    const struct course_result *in = arg;
    const struct office_result_key key = result_key(c, in);
    return office_result_return(&c->count, act_errand(c), &key, str_of(in->note));
}

enum err course_exempt(struct course *c, const void *arg)
{
    const struct course_result *in = arg;
    const struct office_result_key key = result_key(c, in);
    const struct office_exemption exemption = {str_of(in->reason), str_of(in->note)};
    return office_result_exempt(&c->count, act_errand(c), &key, &exemption);
}

enum err course_redact(struct course *c, const void *arg)
{
    const struct course_redact *in = arg;
    const struct course_result result = {.object = in->object, .item = in->item};
    const struct office_result_key key = result_key(c, &result);
    const struct office_redaction redaction = {str_of(in->parts), str_of(in->kind),
                                               str_of(in->ground)};
    return office_result_redact(&c->count, act_errand(c), &key, &redaction);
}

enum err course_unredact(struct course *c, const void *arg)
{
    const struct course_redact *in = arg;
    const struct course_result result = {.object = in->object, .item = in->item};
    const struct office_result_key key = result_key(c, &result);
    return office_result_unredact(&c->count, act_errand(c), &key, str_of(in->parts),
                                  str_of(in->ground));
}

enum err course_publish(struct course *c, const void *arg)
{
    return office_result_publish(&c->published, act_errand(c), c->draw, course_object(c, arg));
}

/* --- several at once --- */

enum err course_draw(struct course *c, const void *arg)
{
    (void)arg;
    TRY(course_commit(c, NULL));
    TRY(course_beacon(c, &(struct course_beacon){.parts = "witness:1"}));
    TRY(course_objects(c, NULL));
    TRY(course_teams(c, NULL));
    TRY(course_beacon(c, &(struct course_beacon){.parts = "witness:2"}));
    return course_assign(c, NULL);
}

enum err course_results(struct course *c, const void *arg)
{
    const struct office_draw *draw = course_show(c);
    struct errand *e = act_errand(c);
    for (size_t i = 0; i < draw->visit_count; i++) {
        const struct store_visit *visit = &draw->visits[i];
        if (str_eq(visit->state, STR("skipped")))
            continue;
        const struct course_result in = {.object = arena_cstr(&c->s->arena, visit->pool_id),
                                         .item = arg,
                                         .code = "01",
                                         .method = "site"};
        e->actor = STR("检查员");
        TRY(course_enter(c, &in));
        e->actor = STR("审核员");
        TRY(course_approve(c, &in));
    }
    return ERR_OK;
}

enum err course_sound(struct course *c, const void *arg)
{
    (void)arg;
    struct office_checked checked = {0};
    return office_check(&checked, act_errand(c));
}

/* --- the second implementation --- */

/* What the office shows, a line each: visits in their order, then the seats that stand. */
static void peer_show(struct course *c, const char *path)
{
    const struct office_draw *draw = course_show(c);
    struct buf text = {0};
    for (size_t i = 0; i < draw->visit_count; i++)
        buf_printf(&text, "visit\t%.*s\t%.*s\n", STR_ARG(draw->visits[i].pool_id),
                   str_eq(draw->visits[i].state, STR("skipped")) ? 7 : 8,
                   str_eq(draw->visits[i].state, STR("skipped")) ? "skipped" : "standing");
    for (size_t i = 0; i < draw->seat_count; i++)
        buf_printf(&text, "seat\t%.*s\t%.*s\t%.*s\n", STR_ARG(draw->seats[i].seat),
                   STR_ARG(draw->seats[i].pool_id), STR_ARG(draw->seats[i].inspector));
    assert_int_equal(file_write_plain(path, buf_view(&text), 0600), ERR_OK);
    buf_free(&text);
}

/* The draw's files where the office keeps them: NAME TAB PATH. */
static enum err peer_files_work(struct db_tx *tx, void *ctx)
{
    struct course *c = ctx;
    struct db_rows *rows = NULL;
    struct buf text = {0};
    char number[64];
    snprintf(number, sizeof number, "%.*s", STR_ARG(c->draw));
    TRY(db_query(&rows, tx,
                 "SELECT f.name, f.digest FROM draw_file f JOIN draw d ON d.tenant = f.tenant"
                 " AND d.id = f.draw WHERE d.number = $1 ORDER BY f.name",
                 DB_ARGS(db_text(str_of(number)))));
    enum err err;
    while ((err = db_next(rows)) == ERR_OK) {
        struct str name = db_col_text(rows, 0);
        struct str digest = db_col_text(rows, 1);
        assert_int_equal(digest.len, 32);
        buf_printf(&text, "%.*s\t%s/blobs/%02x/", STR_ARG(name), c->s->dir,
                   (unsigned)(uint8_t)digest.data[0]);
        buf_hex(&text, (const uint8_t *)digest.data, digest.len);
        buf_char(&text, '\n');
    }
    db_done(rows);
    assert_int_equal(file_write_plain(course_path(c, "peer-files"), buf_view(&text), 0600), ERR_OK);
    buf_free(&text);
    return err == ERR_END ? ERR_OK : err;
}

enum err course_peer(struct course *c, const void *arg)
{
    (void)arg;
    const char *source = getenv("SUNLOT_SOURCE");
    const char *text = "";
    struct fault *fault = &act_errand(c)->fault;
    peer_show(c, course_path(c, "peer-show"));
    TRY(db_read(c->s->office.db, "peer", peer_files_work, c, NULL));
    const char *peer =
        arena_printf(&c->s->arena, "%s/test/story/peer.py", source != NULL ? source : ".").data;
    const char *number = arena_cstr(&c->s->arena, c->draw);
    const char *words[] = {"python3",
                           peer,
                           c->s->dir,
                           number,
                           course_path(c, "peer-show"),
                           course_path(c, "peer-files"),
                           c->bundle.full,
                           NULL};
    if (course_spawn(&text, c, words) == 0)
        return ERR_OK;
    print_message("# %.*s\n", (int)strcspn(text, "\n"), text);
    return fault_set(fault, ERR_PROOF, "另一实现的计算不符：%.300s", text);
}

const struct step course_joint[2] = {
    {"a joint task", course_task,
     &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY", .parts = "SCJG;XFJY"}},
    {"the draw", course_draw},
};
