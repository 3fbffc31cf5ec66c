/* sunlot demo: a county made from nothing, one open draw from the registries to published results,
 * one sealed draw waiting for its disclosure, through the same office functions as the commands. */
#include "cmd/cmd.h"
#include "cmd/demo.h"

#include "base/file.h"
#include "base/time.h"
#include "office/account.h"
#include "office/document.h"
#include "office/draw.h"
#include "office/import.h"
#include "office/library.h"
#include "office/object.h"
#include "office/password.h"
#include "office/register.h"
#include "office/result.h"
#include "office/task.h"
#include "office/verify.h"

#include <stdio.h>

struct demo_run {
    struct cmd *cmd;
    struct errand *e;
    int32_t today;
    struct str plans[2]; /* numbers of the joint plan and of the department's own */
    struct str plan_names[2];
    struct str open_draw;
    struct str sealed_draw;
    struct office_disclosed bundle;
    struct str sample; /* a drawn object */
};

static const struct str demo_division = {"410882", 6};

/* Each office function is an errand of its own: words and clock start afresh. */
static struct errand *demo_errand(struct demo_run *r, const char *actor)
{
    r->e->fault = (struct fault){0};
    r->e->now = time_now();
    r->e->actor = str_of(actor);
    return r->e;
}

static enum err demo_import(struct demo_run *r, const char *resource)
{
    char path[FILE_PATH_MAX];
    struct office_import_report *report = arena_alloc(&r->cmd->arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    snprintf(path, sizeof path, "%s/source/%s.csv", r->cmd->dir, resource);
    const struct office_import job = {.resource = str_of(resource), .path = path};
    TRY(office_import(demo_errand(r, "系统管理员（演示）"), &job, report));
    printf("  %s：导入 %llu 行，拒绝 %llu 行\n", path, (unsigned long long)report->added,
           (unsigned long long)report->rejected);
    return ERR_OK;
}

static enum err demo_registries(struct demo_run *r)
{
    char dir[FILE_PATH_MAX];
    snprintf(dir, sizeof dir, "%s/source", r->cmd->dir);
    TRY(file_mkdirs(dir, 0700));
    const struct demo_plan plan = {.dir = dir,
                                   .division = demo_division,
                                   .today = r->today,
                                   .objects = 5000,
                                   .inspectors = 80,
                                   .regions = &r->cmd->office.regions,
                                   .industries = &r->cmd->office.industries};
    TRY(demo_files(&plan, &r->e->fault));
    TRY(demo_import(r, "departments"));
    TRY(demo_import(r, "inspectors"));
    TRY(demo_import(r, "items"));
    return demo_import(r, "objects");
}

/* --- plans --- */

/* An errand of somebody who may draft and publish everywhere. */
static struct errand *demo_editor(struct demo_run *r, const char *actor)
{
    struct errand *e = demo_errand(r, actor);
    e->scope = OFFICE_SCOPE_WHOLE;
    return e;
}

static enum err demo_publish(struct str *code, struct demo_run *r,
                             const struct office_document_edit *edit)
{
    TRY(office_document_save(code, demo_editor(r, "经办人（演示）"), edit));
    TRY(office_document_submit(demo_editor(r, "经办人（演示）"), *code));
    return office_document_publish(demo_editor(r, "审核人（演示）"), *code);
}

/* The joint plan, which is adjusted once, and the department's own. */
static enum err demo_annual(struct demo_run *r, int year)
{
    struct str code = STR("");
    struct office_document_edit joint = {
        .kind = STR("joint"),
        .department = STR("SCJG"),
        .title = r->plan_names[0],
        .number = arena_printf(&r->cmd->arena, "示双随机办〔%d〕1号", year),
        .year = year,
        .plan = r->plans[0],
        .approver = STR("示例县双随机、一公开联席会议"),
        .texts = {
            STR("部门联合抽查占全年抽查次数的20%以上，进一次门、查多项事。"),
            STR("1. 企业公示信息与消防安全联合抽查：企业、个体工商户、农民专业合作社；抽查比例"
                "2%；3月至11月；市场监督管理局发起，消防救援大队参与。\n"
                "2. 校外培训机构联合抽查：校外培训机构；抽查比例5%；9月至10月；教育局发起，市场"
                "监督管理局参与。\n"
                "3. 加油站联合抽查：加油站；抽查比例10%；5月至6月；应急管理局发起，市场监督管理"
                "局、消防救援大队参与。"),
            STR("由发起部门组织抽取，参与部门按抽查任务派出检查人员。"),
            STR("检查结果自产生之日起20个工作日内公示。")}};
    TRY(demo_publish(&code, r, &joint));
    joint.texts[1] =
        STR("1. 企业公示信息与消防安全联合抽查：企业、个体工商户、农民专业合作社；抽查比例"
            "2%；3月至11月；市场监督管理局发起，消防救援大队参与。\n"
            "2. 校外培训机构联合抽查：校外培训机构；抽查比例10%；7月至10月；教育局发起，市场"
            "监督管理局参与。\n"
            "3. 加油站联合抽查：加油站；抽查比例10%；5月至6月；应急管理局发起，市场监督管理"
            "局、消防救援大队参与。\n"
            "4. 养老机构联合抽查：养老机构；抽查比例5%；10月；民政局发起，消防救援大队参与。");
    joint.reason = STR("演示：校外培训机构投诉增多，提高比例并提前；增加养老机构联合抽查。");
    TRY(demo_publish(&code, r, &joint));
    code = STR("");
    const struct office_document_edit own = {
        .kind = STR("plan"),
        .department = STR("SCJG"),
        .title = r->plan_names[1],
        .number = arena_printf(&r->cmd->arena, "示市监〔%d〕8号", year),
        .year = year,
        .plan = r->plans[1],
        .approver = STR("市场监督管理局局务会"),
        .texts = {STR("按信用风险类别确定抽查比例。"),
                  STR("1. "
                      "校园周边食品销售监督检查：食品销售者；比例随信用风险提高，最高全部抽查；全年"
                      "两次。"),
                  STR("由各市场监督管理所实施。"), STR("检查结果自产生之日起20个工作日内公示。")}};
    return demo_publish(&code, r, &own);
}

static enum err demo_scheme(struct demo_run *r, int year)
{
    struct str code = STR("");
    const struct office_document_edit scheme = {
        .kind = STR("scheme"),
        .department = STR("SCJG"),
        .title = STR("市场监督管理局随机抽查实施方案"),
        .number = arena_printf(&r->cmd->arena, "示市监〔%d〕2号", year),
        .texts = {STR("信用监管科牵头，各科室、所按职责实施。"),
                  STR("抽取、通知、检查、录入、审核、公示。"),
                  STR("由两名以上检查人员到场，出示执法证件。"),
                  STR("实地核查、书面检查、网络监测。"),
                  STR("按抽查事项清单的检查内容和检查表。")}};
    return demo_publish(&code, r, &scheme);
}

static enum err demo_plans(struct demo_run *r)
{
    struct arena *arena = &r->cmd->arena;
    int year = date_year(r->today);
    r->plans[0] = arena_printf(arena, "410882%d0001", year);
    r->plans[1] = arena_printf(arena, "410882%d0002", year);
    r->plan_names[0] = arena_printf(arena, "示例县%d年度部门联合抽查计划", year);
    r->plan_names[1] = arena_printf(arena, "示例县%d年度本部门抽查计划", year);
    for (size_t i = 0; i < 2; i++)
        if (r->plans[i].data == NULL || r->plan_names[i].data == NULL)
            return ERR_MEMORY;
    TRY(demo_annual(r, year));
    TRY(demo_scheme(r, year));
    printf("  公布 2 份年度抽查计划（其中 1 份调整过）和 1 份实施方案\n");
    return ERR_OK;
}

/* Commits a draw and runs it up to its teams. */
static enum err demo_draw(struct str *draw, struct demo_run *r, struct str task, bool sealed)
{
    const struct str local[] = {STR("local")};
    const struct office_draw_commit spec = {task, sealed, local, 1, 0};
    uint64_t count = 0;
    TRY(office_draw_commit(draw, demo_errand(r, "抽取操作员（演示）"), &spec));
    const struct office_beacon beacon = {*draw, NULL, 0, NULL, 0};
    TRY(office_draw_beacon(demo_errand(r, "抽取操作员（演示）"), &beacon));
    TRY(office_draw_objects(&count, demo_errand(r, "抽取操作员（演示）"), *draw));
    TRY(office_draw_teams(demo_errand(r, "抽取操作员（演示）"), *draw, local, 1));
    TRY(office_draw_beacon(demo_errand(r, "抽取操作员（演示）"), &beacon));
    TRY(office_draw_assign(demo_errand(r, "抽取操作员（演示）"), *draw));
    printf("  %s抽取 %.*s：抽中 %llu 个对象并匹配检查人员\n", sealed ? "封存" : "公开进行的",
           STR_ARG(*draw), (unsigned long long)count);
    return ERR_OK;
}

static enum err demo_open_task(struct str *number, struct demo_run *r)
{
    const struct str items[] = {STR("SCJG-S0001"), STR("XFJY-S0001@XFJY")};
    const struct str parts[] = {STR("SCJG:2"), STR("XFJY:2")};
    const struct str quotas[] = {STR("*=ceil:2%")};
    const struct office_task_spec spec = {
        .task = {.name = STR("企业公示信息与消防安全联合抽查"),
                 .plan_number = r->plans[0],
                 .plan_name = r->plan_names[0],
                 .document = STR("示双随机办〔2026〕1号"),
                 .type = STR("undirected"),
                 .source = STR("plan"),
                 .basis = STR("《企业信息公示暂行条例》第十四条；《消防法》第五十三条"),
                 .department = STR("SCJG"),
                 .visit_from = r->today,
                 .visit_until = r->today + 60,
                 .strata = STR("kind"),
                 .scope_kind = STR("enterprise,individual,cooperative")},
        .items = items,
        .item_count = 2,
        .parts = parts,
        .part_count = 2,
        .quotas = quotas,
        .quota_count = 1};
    return office_task_create(number, demo_errand(r, "任务管理员（演示）"), &spec);
}

static enum err demo_sealed_task(struct str *number, struct demo_run *r)
{
    const struct str items[] = {STR("SCJG-S0003")};
    const struct str parts[] = {STR("SCJG:2:食品:1")};
    const struct str quotas[] = {STR("A=ceil:1%"), STR("B=ceil:5%"), STR("C=ceil:20%"),
                                 STR("D=ceil:100%"), STR("*=ceil:3%")};
    const struct office_task_spec spec = {.task = {.name = STR("校园周边食品销售监督检查"),
                                                   .plan_number = r->plans[1],
                                                   .plan_name = r->plan_names[1],
                                                   .document = STR("示市监〔2026〕8号"),
                                                   .type = STR("directed"),
                                                   .source = STR("plan"),
                                                   .basis = STR("《食品安全法》第一百一十条"),
                                                   .department = STR("SCJG"),
                                                   .visit_from = r->today,
                                                   .visit_until = r->today + 30,
                                                   .strata = STR("risk")},
                                          .items = items,
                                          .item_count = 1,
                                          .parts = parts,
                                          .part_count = 1,
                                          .quotas = quotas,
                                          .quota_count = 5};
    return office_task_create(number, demo_errand(r, "任务管理员（演示）"), &spec);
}

/* The first inspector of a department who sits for this object. */
static struct str demo_author(const struct office_draw *d, struct str pool_id,
                              const char *department)
{
    for (size_t i = 0; i < d->seat_count; i++)
        if (str_eq(d->seats[i].pool_id, pool_id) &&
            str_eq(d->seats[i].department, str_of(department)))
            return d->seats[i].inspector;
    return str_range(NULL, 0);
}

static enum err demo_enter(struct demo_run *r, const struct office_draw *d, size_t visit,
                           const char *item, const char *department)
{
    struct office_result_due due = {0};
    struct str pool_id = d->visits[visit].pool_id;
    bool finding = visit % 6 == 5;
    bool adopted = visit == 1 && str_eq(str_of(department), STR("XFJY"));
    struct office_result_entry entry = {.key = {r->open_draw, pool_id, str_of(item)},
                                        .code = finding ? STR("05") : STR("01"),
                                        .method = STR("site"),
                                        .note =
                                            finding ? STR("演示：发现问题，已责令改正") : STR(""),
                                        .inspector = demo_author(d, pool_id, department)};
    if (adopted) {
        entry.method = STR("adopted");
        entry.adoption = (struct office_adoption){.kind = STR("department"),
                                                  .body = STR("示例县住房和城乡建设局"),
                                                  .number = STR("示住建检〔演示〕3号"),
                                                  .made_on = r->today - 10};
    }
    return office_result_enter(&due, demo_errand(r, "检查人员（演示）"), &entry);
}

static enum err demo_results(struct demo_run *r)
{
    struct office_draw d = {0};
    struct office_published published = {0};
    uint64_t count = 0;
    TRY(office_draw_show(&d, demo_errand(r, "检查人员（演示）"), r->open_draw));
    for (size_t i = 0; i < d.visit_count; i++) {
        TRY(demo_enter(r, &d, i, "SCJG-S0001", "SCJG"));
        TRY(demo_enter(r, &d, i, "XFJY-S0001", "XFJY"));
        const struct office_result_key key = {r->open_draw, d.visits[i].pool_id, {NULL, 0}};
        TRY(office_result_approve(&count, demo_errand(r, "审核人（演示）"), &key));
    }
    r->sample = d.visits[0].pool_id;
    TRY(office_result_publish(&published, demo_errand(r, "审核人（演示）"), r->open_draw, STR("")));
    printf("  录入、审核并公示 %llu 个对象的 %llu 项结果\n", (unsigned long long)published.visits,
           (unsigned long long)published.results);
    return ERR_OK;
}

/* One published result is corrected, and what followed one finding is published. */
static enum err demo_afterwards(struct demo_run *r)
{
    struct office_draw d = {0};
    struct office_result_due due = {0};
    struct office_published published = {0};
    uint64_t count = 0;
    int64_t idx = 0;
    TRY(office_draw_show(&d, demo_errand(r, "检查人员（演示）"), r->open_draw));
    if (d.visit_count < 6)
        return ERR_OK;
    struct str first = d.visits[0].pool_id;
    struct str found = d.visits[5].pool_id;
    const struct office_result_entry entry = {.key = {r->open_draw, first, STR("SCJG-S0001")},
                                              .code = STR("02"),
                                              .method = STR("site"),
                                              .note = STR("演示：年度报告未公示"),
                                              .inspector = demo_author(&d, first, "SCJG")};
    const struct office_follow follow = {.key = {r->open_draw, found, STR("SCJG-S0001")},
                                         .measure = STR("rectified"),
                                         .state = STR("closed"),
                                         .document = STR("示市监改〔演示〕1号"),
                                         .inspector = demo_author(&d, found, "SCJG")};
    TRY(office_result_correct(&due, demo_errand(r, "检查人员（演示）"), &entry,
                              STR("演示：录入时选错结果")));
    TRY(office_result_approve(&count, demo_errand(r, "审核人（演示）"), &entry.key));
    TRY(office_result_publish(&published, demo_errand(r, "审核人（演示）"), r->open_draw, STR("")));
    TRY(office_result_follow(&idx, demo_errand(r, "审核人（演示）"), &follow));
    printf("  更正 %llu 项结果，公布 1 项后续处置\n", (unsigned long long)published.corrected);
    return ERR_OK;
}

static enum err demo_verify(struct demo_run *r)
{
    struct draw_verdict verdict = {0};
    const struct office_verify job = {.path = r->bundle.full};
    TRY(office_verify(&verdict, &job, &r->e->fault));
    printf("  核验完整材料包：%llu 项相符，%llu 项不符\n", (unsigned long long)verdict.same,
           (unsigned long long)verdict.differs);
    return verdict.holds
               ? ERR_OK
               : fault_set(&r->e->fault, ERR_PROOF, "演示抽取核验不通过，这是程序错误，请报告");
}

/* One account of each business role, made by the system administrator and granted by the security
 * administrator; their passwords are random and stand in a file of the demo alone. */
static const struct {
    const char *name;
    const char *person;
    const char *department;
    enum model_role role;
    const char *inspector; /* who he is in the registry */
} demo_people[] = {
    {"shuangsuiban", "演示·双随机办", "SCJG", MODEL_ROLE_OFFICE, ""},
    {"jingban", "演示·经办人", "SCJG", MODEL_ROLE_CLERK, ""},
    {"shenhe", "演示·审核人", "SCJG", MODEL_ROLE_REVIEWER, ""},
    {"xiaofang", "演示·消防经办人", "XFJY", MODEL_ROLE_CLERK, ""},
    {"jiancha", "演示·检查人员", "SCJG", MODEL_ROLE_INSPECTOR, "SCJG-001"},
    {"zhuanjia", "演示·专家", "SCJG", MODEL_ROLE_EXPERT, ""},
    {"chayue", "演示·查阅人员", "SCJG", MODEL_ROLE_VIEWER, ""},
};

enum { DEMO_PEOPLE = sizeof demo_people / sizeof demo_people[0] };

static void demo_line(struct buf *out, const char *role, struct str name, struct str password)
{
    buf_printf(out, "  %-14.*s %-22.*s %s\n", STR_ARG(name), STR_ARG(password), role);
}

static enum err demo_admins(struct demo_run *r, struct buf *out)
{
    static const char *const names[] = {"xitong", "anquan", "shenji"};
    static const char *const persons[] = {"演示·系统管理员", "演示·安全管理员", "演示·审计管理员"};
    struct office_setup setup = {0};
    TRY(office_setup_code(&setup.code, demo_errand(r, "demo")));
    for (size_t i = 0; i < 3; i++) {
        setup.persons[i] =
            (struct office_setup_person){str_of(names[i]), str_of(persons[i]), {NULL, 0}};
        TRY(office_password_make(&setup.persons[i].password, &r->cmd->arena));
        demo_line(out, model_roles[i].text, setup.persons[i].name, setup.persons[i].password);
    }
    return office_setup(demo_errand(r, "demo"), &setup);
}

static enum err demo_accounts(struct demo_run *r)
{
    char path[FILE_PATH_MAX];
    struct buf text = {0};
    struct str password;
    int64_t id = 0;
    TRY(demo_admins(r, &text));
    for (size_t i = 0; i < DEMO_PEOPLE; i++) {
        const struct office_account_edit edit = {.name = str_of(demo_people[i].name),
                                                 .person = str_of(demo_people[i].person),
                                                 .department = str_of(demo_people[i].department),
                                                 .inspector = str_of(demo_people[i].inspector),
                                                 .settled = true};
        TRY(office_account_add(&id, &password, demo_errand(r, "xitong"), &edit));
        TRY(office_grant(demo_errand(r, "anquan"), id, demo_people[i].role));
        demo_line(&text, model_roles[demo_people[i].role].text, edit.name, password);
    }
    snprintf(path, sizeof path, "%s/accounts.txt", r->cmd->dir);
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = file_write_plain(path, buf_view(&text), 0600);
    printf("四、演示账号（工作台 /desk；三员首次登录须改密码；也写在 %s 里）\n%s", path,
           buf_cstr(&text));
    buf_free(&text);
    return err;
}

/* The vocabulary that the imported labels come from, and a special library. */
static enum err demo_words(struct demo_run *r)
{
    static const char *const words[][2] = {{"食品经营", "行业"},
                                           {"特种设备使用", "风险"},
                                           {"危险化学品", "风险"},
                                           {"校外培训", "专项"},
                                           {"网络餐饮", "新业态"}};
    struct errand *e = demo_editor(r, "shuangsuiban");
    int64_t id = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct store_label label = {.word = str_of(words[i][0]),
                                          .theme = str_of(words[i][1]),
                                          .subject = STR("objects"),
                                          .state = STR("active")};
        TRY(office_label_put(&id, e, &label));
    }
    const struct store_library library = {.name = STR("特种设备使用单位库"),
                                          .department = STR("SCJG"),
                                          .basis = STR("演示"),
                                          .state = STR("active")};
    return office_library_put(&id, e, &library, STR(""));
}

/* Rows of the three registers: what the monthly reports' first three rows are made of. */
static const struct {
    const char *resource;
    int32_t days; /* ago */
    const char *department;
    const char *values[STORE_VALUES_MAX]; /* title, then what follows the common fields */
} demo_registers[] = {
    {"meetings",
     75,
     "SCJG",
     {"示例县双随机、一公开监管工作联席会议第一次全体会议", "joint",
      "应急管理局、消防救援大队、生态环境局", "县政府第二会议室", "示双随机纪〔演示〕1号",
      "审议年度抽查计划"}},
    {"meetings",
     33,
     "SCJG",
     {"联席会议办公室联络员会议", "office", "消防救援大队、住房和城乡建设局", "", "", ""}},
    {"meetings", 12, "XFJY", {"消防领域随机抽查部署会", "deploy", "", "大队三楼会议室", "", ""}},
    {"issuances",
     70,
     "SCJG",
     {"关于印发示例县随机抽查实施方案的通知", "示双随机办〔演示〕1号", "county", ""}},
    {"issuances", 20, "XFJY", {"消防救援大队随机抽查工作细则", "示消〔演示〕4号", "county", ""}},
    {"courses",
     45,
     "SCJG",
     {"执法人员双随机业务培训班", "business", "46", "8", "演示讲师甲",
      "抽查程序、文书填写、结果录入和公示", "", ""}},
    {"courses",
     15,
     "SCJG",
     {"监管平台系统操作培训", "system", "24", "4", "演示讲师乙", "任务、抽取和录入", "", ""}},
    {"courses",
     9,
     "JYJ",
     {"随机抽查工作规范宣贯", "standard", "18", "2", "", "工作规范的步骤和表单", "", ""}},
};

static enum err demo_register(struct demo_run *r, size_t at)
{
    struct str values[STORE_VALUES_MAX];
    struct buf day = {0};
    int64_t id = 0;
    struct errand *e = demo_errand(r, "shuangsuiban");
    const struct office_register_edit edit = {
        .kind = office_register_kind(str_of(demo_registers[at].resource)), .values = values};
    date_format(&day, r->today - demo_registers[at].days);
    for (size_t i = 0; i < edit.kind->resource->count; i++)
        values[i] = i < MODEL_REGISTER_COMMON
                        ? STR("")
                        : str_of(demo_registers[at].values[i - MODEL_REGISTER_COMMON + 1]);
    values[MODEL_REGISTER_TITLE] = str_of(demo_registers[at].values[0]);
    values[MODEL_REGISTER_DEPARTMENT] = str_of(demo_registers[at].department);
    e->scope = OFFICE_SCOPE_WHOLE;
    enum err err = arena_keep(&values[MODEL_REGISTER_DATE], &r->cmd->arena, &day, ERR_OK);
    return err == ERR_OK ? office_register_save(&id, e, &edit) : err;
}

static enum err demo_course(struct demo_run *r)
{
    struct str task;
    printf("一、生成并导入名录库\n");
    TRY(demo_registries(r));
    TRY(demo_plans(r));
    printf("二、公开进行的抽取：从任务到公示\n");
    TRY(demo_open_task(&task, r));
    TRY(demo_draw(&r->open_draw, r, task, false));
    TRY(demo_results(r));
    TRY(demo_afterwards(r));
    TRY(office_draw_disclose(&r->bundle, demo_errand(r, "抽取操作员（演示）"), r->open_draw));
    TRY(demo_verify(r));
    printf("三、封存的抽取：等待公开\n");
    TRY(demo_sealed_task(&task, r));
    TRY(demo_draw(&r->sealed_draw, r, task, true));
    TRY(demo_words(r));
    for (size_t i = 0; i < sizeof demo_registers / sizeof demo_registers[0]; i++)
        TRY(demo_register(r, i));
    return demo_accounts(r);
}

static void demo_next_steps(const struct demo_run *r)
{
    const char *dir = r->cmd->dir;
    printf("\n演示县已建成（随机数来自本机，仅供演示）。可以看：\n"
           "  %s\n"
           "  %s/log/checkpoint     公开日志\n"
           "  %s/source/            导入用的四个文件\n\n接着试试：\n",
           r->bundle.public, dir, dir);
    printf("  sunlot verify %s\n", r->bundle.public);
    printf("  sunlot --data %s draw show %.*s\n", dir, STR_ARG(r->open_draw));
    printf("  sunlot --data %s export results 公示结果.xlsx\n", dir);
    printf("  sunlot --data %s export proof 自证.txt --draw %.*s --object %.*s\n", dir,
           STR_ARG(r->open_draw), STR_ARG(r->sample));
    printf("  sunlot --data %s draw disclose %.*s      公开封存的抽取\n", dir,
           STR_ARG(r->sealed_draw));
    printf("  sunlot --data %s log verify\n", dir);
}

int cmd_demo(struct cmd *cmd, int argc, char **argv)
{
    struct cmd_list words;
    struct fault fault = {0};
    struct str url = {NULL, 0};
    const struct cmd_option options[] = {{"--database", CMD_TEXT, &url}};
    const struct cmd_syntax syntax = {
        options, 1, 1, 1,
        "  sunlot demo 目录 [--database 地址]    在新目录里建立演示县并走完一次抽查\n"
        "    --database  不填用目录里的 SQLite；或 postgresql://用户@主机/库（空库）"};
    int code = cmd_parse(&words, cmd, &syntax, argc, argv);
    if (code != CMD_OK)
        return code;
    cmd->dir = words.items[0].data;
    const struct office_init init = {.dir = cmd->dir,
                                     .tenant = demo_division,
                                     .name = STR("示例县（演示）"),
                                     .origin = STR("demo.sunlot.example"),
                                     .url = url,
                                     .training = true};
    enum err err = office_init(&init, &fault);
    if (err != ERR_OK)
        return cmd_fail(err, &fault);
    code = cmd_open(cmd);
    if (code != CMD_OK)
        return code;
    struct demo_run run = {.cmd = cmd, .e = &cmd->errand, .today = date_of_time(time_now())};
    err = demo_course(&run);
    if (err != ERR_OK)
        return cmd_fail(err, &run.e->fault);
    demo_next_steps(&run);
    return CMD_OK;
}
