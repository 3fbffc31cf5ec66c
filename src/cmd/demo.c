/* The demo county's files: see demo.h. Names are put together from word lists; whatever looks like
 * a real business is chance. The generator's own small random numbers decide nothing but the
 * looks of the sample, never a draw. */
#include "cmd/demo.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/time.h"
#include "ids/number.h"
#include "model/embed.h"

#include <stdio.h>

struct demo {
    const struct demo_plan *plan;
    uint64_t state; /* splitmix64 */
    const struct region **towns;
    size_t town_count;
};

static const struct {
    const char *code;
    const char *name;
    const char *speciality;
} demo_departments[] = {
    {"SCJG", "市场监督管理局", "食品"},
    {"YJGL", "应急管理局", "工贸安全"},
    {"XFJY", "消防救援大队", "消防"},
    {"STHJ", "生态环境局", "污染源"},
    {"ZJJ", "住房和城乡建设局", "房地产"},
    {"JTYS", "交通运输局", "道路运输"},
    {"NYNC", "农业农村局", "农资"},
    {"SWJ", "商务局", "商贸流通"},
    {"WGL", "文化广电和旅游局", "文化市场"},
    {"WJW", "卫生健康委员会", "公共卫生"},
    {"RSJ", "人力资源和社会保障局", "劳动用工"},
    {"JYJ", "教育局", "校外培训"},
};

enum { DEMO_DEPARTMENTS = sizeof demo_departments / sizeof demo_departments[0] };

static const char *const demo_first[] = {"兴", "瑞", "恒", "德", "嘉", "永", "金",
                                         "宏", "盛", "华", "泰", "祥", "明", "新",
                                         "安", "天", "和", "丰", "润", "晨"};
static const char *const demo_second[] = {"源", "达", "隆", "通", "康", "顺", "发",
                                          "益", "佳", "林", "阳", "峰", "宇", "航",
                                          "诚", "信", "茂", "鑫", "运", "邦"};

/* What a business does: words for its name and scope, GB/T 4754 class, how often of a hundred. */
static const struct {
    const char *trade;
    const char *industry;
    const char *scope;
    unsigned share;
} demo_trades[] = {
    {"食品销售", "5229", "预包装食品、散装食品零售", 18},
    {"餐饮", "6210", "正餐服务", 14},
    {"超市", "5212", "日用百货零售", 10},
    {"建材", "5165", "五金、建筑材料零售", 8},
    {"机械制造", "3484", "机械零部件加工、销售", 8},
    {"医药", "5251", "药品零售", 6},
    {"物流", "5431", "普通货物道路运输", 6},
    {"房地产经纪", "7030", "房屋租赁、买卖中介", 5},
    {"农资", "5166", "化肥、农药、种子销售", 6},
    {"宾馆", "6129", "旅馆住宿服务", 4},
    {"网络科技", "6513", "应用软件开发", 6},
    {"教育培训", "8391", "校外培训服务", 4},
    {"化工", "2669", "专用化学产品制造", 2},
    {"家具制造", "2110", "木质家具制造、销售", 3},
};

enum { DEMO_TRADES = sizeof demo_trades / sizeof demo_trades[0] };

static uint64_t demo_next(struct demo *d)
{
    uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static unsigned demo_below(struct demo *d, unsigned bound)
{
    return (unsigned)(demo_next(d) % bound);
}

static enum err demo_save(const struct demo *d, const char *name, struct buf *text)
{
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", d->plan->dir, name);
    enum err err = buf_err(text);
    if (err == ERR_OK)
        err = file_write_plain(path, buf_view(text), 0644);
    buf_free(text);
    return err;
}

static enum err demo_departments_file(const struct demo *d)
{
    struct buf text = {0};
    buf_cat(&text, "部门代码,部门名称,层级,行政区划,主管领导,责任科室,责任人员,联络员\n");
    for (size_t i = 0; i < DEMO_DEPARTMENTS; i++)
        buf_printf(&text,
                   "%s,%s,县,%.*s,演示领导%02zu,综合监管科,演示责任人%02zu,演示联络员%02zu\n",
                   demo_departments[i].code, demo_departments[i].name, STR_ARG(d->plan->division),
                   i + 1, i + 1, i + 1);
    return demo_save(d, "departments.csv", &text);
}

/* The first department is the largest; the others share the rest. */
static size_t demo_department_of(uint64_t inspector, uint64_t count)
{
    uint64_t large = count / 5;
    return inspector < large ? 0 : 1 + (size_t)((inspector - large) % (DEMO_DEPARTMENTS - 1));
}

static enum err demo_inspectors_file(struct demo *d)
{
    struct buf text = {0};
    struct buf day = {0};
    buf_cat(&text, "姓名,单位,职务,人员类别,执法证号,执法证有效期至,业务专长\n");
    for (uint64_t i = 0; i < d->plan->inspectors; i++) {
        size_t department = demo_department_of(i, d->plan->inspectors);
        bool expired = i % 27 == 26; /* some certificates ran out: they are not drawn */
        bool expert = i % 40 == 39;
        buf_clear(&day);
        date_format(&day, d->plan->today + (expired ? -30 : 400 + (int32_t)demo_below(d, 600)));
        buf_printf(&text, "演示人员%03llu,%s,%s,%s,%s%.*s%05llu,%.*s,%s%s\n",
                   (unsigned long long)i + 1, demo_departments[department].name,
                   i % 9 == 0 ? "股长" : "科员", expert ? "专家" : "行政执法人员", "YS",
                   STR_ARG(d->plan->division), (unsigned long long)i + 1, STR_ARG(buf_view(&day)),
                   demo_departments[department].speciality, i % 3 == 0 ? "、公示信息" : "");
    }
    buf_free(&day);
    return demo_save(d, "inspectors.csv", &text);
}

static size_t demo_trade(struct demo *d)
{
    unsigned at = demo_below(d, 100);
    size_t trade = 0;
    while (trade + 1 < DEMO_TRADES && at >= demo_trades[trade].share)
        at -= demo_trades[trade++].share;
    return trade;
}

/* A number with right check digits: 91 company, 92 sole trader, 93 cooperative. */
static enum err demo_number(char out[IDS_USCC_LEN], const struct demo *d, const char *head,
                            uint64_t serial)
{
    char organisation[9];
    snprintf(organisation, sizeof organisation, "MA%06llu", (unsigned long long)(serial % 1000000));
    return ids_uscc_compose(out, str_of(head), d->plan->division, str_range(organisation, 8));
}

static const char *demo_risk(struct demo *d)
{
    unsigned at = demo_below(d, 100);
    return at < 48 ? "A" : at < 83 ? "B" : at < 95 ? "C" : "D";
}

struct demo_object {
    const char *head;
    const char *form;
    const char *kind;
};

static struct demo_object demo_object_kind(struct demo *d)
{
    unsigned at = demo_below(d, 100);
    if (at < 52)
        return (struct demo_object){"92", "店", "个体工商户"};
    return at < 94 ? (struct demo_object){"91", "有限公司", "企业"}
                   : (struct demo_object){"93", "农民专业合作社", "农民专业合作社"};
}

/* Who supervises it: the market administration most, the others the rest. */
static const char *demo_supervisor(size_t trade, uint64_t serial)
{
    bool market = trade < 3 || serial % 3 == 0;
    return demo_departments[market ? 0 : serial % DEMO_DEPARTMENTS].name;
}

static enum err demo_object_row(struct demo *d, struct buf *text, uint64_t serial)
{
    char number[IDS_USCC_LEN];
    struct demo_object kind = demo_object_kind(d);
    size_t trade = demo_trade(d);
    const struct region *town = d->towns[demo_below(d, (unsigned)d->town_count)];
    const char *first = demo_first[demo_below(d, 20)];
    const char *second = demo_second[demo_below(d, 20)];
    const char *risk = demo_risk(d);
    unsigned fate = demo_below(d, 1000);
    struct buf day = {0};
    TRY(demo_number(number, d, kind.head, serial));
    date_format(&day, d->plan->today - 30 - (int32_t)demo_below(d, 5000));
    buf_printf(text, "%.*s,示例县%s%s%s%s%s,%s,%s,%.*s,%.*s演示路%u号,%s,%s,%.*s,%s,", IDS_USCC_LEN,
               number, first, second, demo_first[serial % 20], demo_trades[trade].trade, kind.form,
               kind.kind,
               fate < 6    ? "吊销"
               : fate < 20 ? "注销"
                           : "存续",
               STR_ARG(town->code), STR_ARG(town->name), demo_below(d, 900) + 1,
               demo_trades[trade].industry, demo_trades[trade].scope, STR_ARG(buf_view(&day)),
               risk);
    if (risk[0] == 'A' && fate % 11 == 0) {
        buf_clear(&day);
        date_format(&day, d->plan->today + 120);
        buf_str(text, buf_view(&day));
    }
    buf_printf(text, ",%s,%s\n", demo_supervisor(trade, serial), trade < 3 ? "食品经营" : "");
    buf_free(&day);
    return buf_err(text);
}

/* Objects without any number (R21, R127). */
static void demo_numberless(struct demo *d, struct buf *text)
{
    static const char *const kinds[] = {"无证无照户", "产品", "项目"};
    for (unsigned i = 0; i < 24; i++) {
        const struct region *town = d->towns[i % d->town_count];
        buf_printf(text, ",示例县演示%s%02u,%s,存续,%.*s,%.*s演示路%u号,,,,,,%s,\n", kinds[i % 3],
                   i + 1, kinds[i % 3], STR_ARG(town->code), STR_ARG(town->name), i + 1,
                   demo_departments[i % DEMO_DEPARTMENTS].name);
    }
}

static enum err demo_objects_file(struct demo *d)
{
    struct buf text = {0};
    buf_cat(&text,
            "统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划,地址,行业代码,经营范围,"
            "成立日期,信用风险类别,观察期至,监管部门,监管标签\n");
    demo_numberless(d, &text);
    enum err err = ERR_OK;
    for (uint64_t i = 0; i + 24 < d->plan->objects && err == ERR_OK; i++)
        err = demo_object_row(d, &text, i);
    if (err != ERR_OK) {
        buf_free(&text);
        return err;
    }
    return demo_save(d, "objects.csv", &text);
}

static enum err demo_items_file(const struct demo *d)
{
    struct buf text = {0};
    buf_str(&text, model_data_find("demo_items.csv"));
    return demo_save(d, "items.csv", &text);
}

/* The townships of the county, or the county itself where none are known. */
static enum err demo_towns(struct demo *d, struct arena *arena)
{
    const struct regions *all = d->plan->regions;
    d->towns = arena_array(arena, all->count + 1, sizeof *d->towns);
    if (d->towns == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].parent, d->plan->division))
            d->towns[d->town_count++] = &all->items[i];
    const struct region *county = regions_find(all, d->plan->division);
    if (d->town_count == 0 && county != NULL)
        d->towns[d->town_count++] = county;
    return d->town_count > 0 ? ERR_OK : ERR_INPUT;
}

enum err demo_files(const struct demo_plan *plan, struct fault *fault)
{
    struct arena arena = {0};
    struct demo d = {.plan = plan, .state = 20260302};
    enum err err = demo_towns(&d, &arena);
    if (err == ERR_OK)
        err = demo_departments_file(&d);
    if (err == ERR_OK)
        err = demo_inspectors_file(&d);
    if (err == ERR_OK)
        err = demo_objects_file(&d);
    if (err == ERR_OK)
        err = demo_items_file(&d);
    arena_free(&arena);
    return err == ERR_OK ? err
                         : fault_set(fault, err, "演示文件无法写入 %s：%s", plan->dir, err_zh(err));
}
