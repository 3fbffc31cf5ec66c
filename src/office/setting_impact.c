/* What a change of a setting touches: see setting.h. One row of the table a setting: what can be
 * counted in the data, and from when on the new value holds. A setting without a row does not build
 * (the table's length) or fails its test (a row without words). */
#include "office/setting.h"

#include "base/time.h"
#include "store/catalogue.h"

#include <string.h>

/* What `values` of store_touched are made of. */
enum touch_by {
    TOUCH_NOTHING,
    TOUCH_RATIO,   /* the new value, num/den */
    TOUCH_NUMBER,  /* the new value */
    TOUCH_TODAY,   /* today */
    TOUCH_YEAR,    /* this year */
    TOUCH_SOON,    /* today, and so many days on */
    TOUCH_DAYS,    /* the instant so many days ago */
    TOUCH_MINUTES, /* the instant so many minutes ago, and a day ago */
    TOUCH_HOURS,   /* the instant so many hours ago, and a day ago */
    TOUCH_MIB      /* so many bytes */
};

struct effect {
    const char *later;         /* from when on the new value holds, and for what */
    const char *counted;       /* what there is of it, with one %lld; NULL: nothing to count */
    enum store_touched what;   /* counted by this statement */
    enum touch_by by;          /* of the values it is given */
    store_count_plain *counts; /* else by this function */
};

#define SITE_EFFECT                                                                                              \
    {                                                                                                            \
        .later = "公示平台和工作台的全部页面立即按新内容显示，不影响已公示的数据" \
    }
#define TARGET_EFFECT                                                                              \
    {                                                                                              \
        .later = "只改变目标完成情况的比较，不影响业务办理",                                       \
        .counted = "本年度已有 %lld 次抽查，按新目标比较", .what = STORE_TOUCHED_YEAR,             \
        .by = TOUCH_YEAR                                                                           \
    }

static const struct effect effects[] = {
    [MODEL_SETTING_TEAM_SEATS] = {.later = "只影响以后建立的任务；已建立的任务按建立时的人数抽取",
                                  .counted =
                                      "已建立、尚未抽取的任务中有 %lld 个部门的检查组人数少于新值",
                                  .what = STORE_TOUCHED_PARTS,
                                  .by = TOUCH_NUMBER},
    [MODEL_SETTING_PUBLISH_DAYS] = {.later = "只影响以后录入的结果",
                                    .counted = "已录入未公示的结果 %lld 条保持原来的公示期限",
                                    .what = STORE_TOUCHED_RESULTS},
    [MODEL_SETTING_RESULT_SOON] = {.later = "立即改变“待公示”中即将到期的提醒，期限本身不变",
                                   .counted = "已录入未公示的结果 %lld 条按新的天数重新提醒",
                                   .what = STORE_TOUCHED_RESULTS},
    [MODEL_SETTING_REPEAT_EXCLUDE] =
        {.later = "只影响以后承诺的抽取；已承诺的名单不变",
         .counted = "本年度已查对象 %lld 户：设为 1 时此后的抽取不再抽到，设为 0 时可以再抽到",
         .what = STORE_TOUCHED_VISITED,
         .by = TOUCH_YEAR},
    [MODEL_SETTING_GENERAL_CAP] =
        {.later = "只影响以后起草、导入的事项",
         .counted = "现行一般检查事项中有 %lld 个的上限高于新值，保持不变，直到起草变更",
         .what = STORE_TOUCHED_CAPS,
         .by = TOUCH_RATIO},
    [MODEL_SETTING_ITEM_DEADLINE] = {.later = "立即改变清单公布期限的提醒",
                                     .counted =
                                         "有 %lld 个部门还没有现行的抽查事项，按新的期限提醒",
                                     .counts = store_items_without},
    [MODEL_SETTING_JOINT_DEADLINE] = {.later = "立即改变联合清单公布期限的提醒",
                                      .counted = "现行的部门联合抽查事项有 %lld "
                                                 "个；一个也没有时按新的期限提醒",
                                      .counts = store_items_joint},
    [MODEL_SETTING_REGISTRY_DEADLINE] = {.later = "立即改变两库建成期限的提醒",
                                         .counted = "有 %lld 个部门还没有检查人员，按新的期限提醒",
                                         .counts = store_departments_bare},
    [MODEL_SETTING_TARGET_JOINT] = TARGET_EFFECT,
    [MODEL_SETTING_TARGET_JOINT_OBJECTS] = TARGET_EFFECT,
    [MODEL_SETTING_TARGET_RISK_JOINT] = TARGET_EFFECT,
    [MODEL_SETTING_TARGET_RISK] = TARGET_EFFECT,
    [MODEL_SETTING_ENTROPY_BITS] = {.later = "只影响以后指定的随机来源；已记录的随机来源不变",
                                    .counted = "已建立、尚未抽取的任务 %lld 个按新值检查随机来源",
                                    .what = STORE_TOUCHED_TASKS},
    [MODEL_SETTING_CODE_LENGTH] = {.later = "只影响以后承诺的封存抽取；已承诺的抽取不变",
                                   .counted =
                                       "已建立、尚未抽取的任务 %lld 个，封存抽取时用新的长度",
                                   .what = STORE_TOUCHED_TASKS},
    [MODEL_SETTING_DISCLOSE_DAYS] = {.later = "只影响以后承诺的抽取",
                                     .counted =
                                         "已承诺、尚未公开的抽取 %lld 次保持各自承诺的公开日期",
                                     .what = STORE_TOUCHED_DRAWS},
    [MODEL_SETTING_SEAT_CAP] = {.later = "只影响以后建立的任务",
                                .counted = "已建立、尚未抽取的任务 %lld 个保持原来的席位上限",
                                .what = STORE_TOUCHED_TASKS},
    [MODEL_SETTING_CERTIFICATE] =
        {.later = "只影响以后的抽取和人员匹配；已匹配的检查组不变",
         .counted = "在岗执法人员中有 %lld 人今天没有有效执法证：设为 1 时不计入检查组人数",
         .what = STORE_TOUCHED_INSPECTORS,
         .by = TOUCH_TODAY},
    [MODEL_SETTING_PUBLIC_TEAMS] = {.later = "公示平台的抽取页面和企业页面立即按新值显示或不显示人"
                                             "员；公开材料包只影响以后公开的抽取",
                                    .counted = "已公开的抽取 %lld 次，其材料包不变",
                                    .what = STORE_TOUCHED_DISCLOSED},
    [MODEL_SETTING_XLS_SECONDS] = {.later = "只影响以后读取的旧版 .xls 文件"},
    [MODEL_SETTING_PREPARE_DAYS] = {.later = "立即改变任务步骤页面上方案、名录、抽取、派组的完成"
                                             "期限，不影响已办理的事项"},
    [MODEL_SETTING_FOLLOW_DAYS] = {.later = "立即改变任务步骤页面上后续处置的完成期限，不影响已登记"
                                            "的处置"},
    [MODEL_SETTING_OPEN_LICENCE] = {.later =
                                        "公示平台的开放数据页和数据目录立即按新内容注明，已下载的"
                                        "文件不变"},
    [MODEL_SETTING_OPEN_LICENCE_URL] = {.later =
                                            "公示平台的开放数据页和数据目录立即按新内容注明，已下"
                                            "载的文件不变"},
    [MODEL_SETTING_SITE_NAME] = SITE_EFFECT,
    [MODEL_SETTING_SITE_ORGANISER] = SITE_EFFECT,
    [MODEL_SETTING_SITE_HOST] = SITE_EFFECT,
    [MODEL_SETTING_SITE_ADDRESS] = SITE_EFFECT,
    [MODEL_SETTING_SITE_PHONE] = SITE_EFFECT,
    [MODEL_SETTING_SITE_MAIL] = SITE_EFFECT,
    [MODEL_SETTING_SITE_CODE] = SITE_EFFECT,
    [MODEL_SETTING_SITE_ICP] = SITE_EFFECT,
    [MODEL_SETTING_SITE_POLICE] = SITE_EFFECT,
    [MODEL_SETTING_PASSWORD_ASVS] = {.later =
                                         "只影响以后设置的密码；定期更换的要求从下次登录起按新规则",
                                     .counted = "有效账号 %lld 个",
                                     .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_PASSWORD_AGE] = {.later = "从下次登录起按新的天数要求修改密码",
                                    .counted =
                                        "有 %lld 个账号的密码已超过新的有效天数，下次登录须修改",
                                    .what = STORE_TOUCHED_PASSWORDS,
                                    .by = TOUCH_DAYS},
    [MODEL_SETTING_PASSWORD_KEPT] = {.later = "只影响以后设置的密码",
                                     .counted = "有效账号 %lld 个，下次修改密码时按新值比较",
                                     .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_PASSWORD_KIB] =
        {.later = "只影响以后的登录和设置密码；登录时占用的内存随之改变",
         .counted = "有效账号 %lld 个，下次登录成功时按新的参数重新保存密码摘要",
         .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_PASSWORD_PASSES] =
        {.later = "只影响以后的登录和设置密码；登录所需的时间随之改变",
         .counted = "有效账号 %lld 个，下次登录成功时按新的参数重新保存密码摘要",
         .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_SIGN_IN_FAILURES] = {.later = "从下一次登录起按新的次数判断，最近的失败一并计算",
                                        .counted = "有效账号 %lld 个",
                                        .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_SIGN_IN_DELAY] = {.later =
                                         "从下一次登录起按新的时段判断；正在等待的账号也按新值",
                                     .counted = "有效账号 %lld 个",
                                     .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_SIGN_IN_RATE] = {.later = "从下一次登录起按新值限制每个地址",
                                    .counted = "有效账号 %lld 个",
                                    .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_SESSION_IDLE] = {.later = "立即用于现有登录和以后的登录",
                                    .counted =
                                        "现有登录中有 %lld 个已超过新的时间未操作，须重新登录",
                                    .what = STORE_TOUCHED_SESSIONS,
                                    .by = TOUCH_MINUTES},
    [MODEL_SETTING_SESSION_ADMIN] =
        {.later = "立即用于三员的现有登录和以后的登录",
         .counted = "现有登录（含业务人员）中有 %lld 个已超过新的时间未操作；其中三员须重新登录",
         .what = STORE_TOUCHED_SESSIONS,
         .by = TOUCH_MINUTES},
    [MODEL_SETTING_SESSION_LENGTH] = {.later = "立即用于现有登录和以后的登录",
                                      .counted = "现有登录中有 %lld 个已超过新的时间，须重新登录",
                                      .what = STORE_TOUCHED_AGED,
                                      .by = TOUCH_HOURS},
    [MODEL_SETTING_SESSION_PROVE] = {.later = "只影响以后的授权、重置密码、查看和导出完整号码",
                                     .counted = "有效账号 %lld 个",
                                     .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_ACCOUNT_UNUSED] = {.later = "从今夜起按新的天数停用账号，可由管理员恢复",
                                      .counted = "有 %lld 个账号已超过新的天数未登录，今夜自动停用",
                                      .what = STORE_TOUCHED_UNUSED,
                                      .by = TOUCH_DAYS},
    [MODEL_SETTING_JOB_KEEP] = {.later = "只影响以后完成的后台任务",
                                .counted = "已有结果文件的任务 %lld 个按原来的日期删除",
                                .what = STORE_TOUCHED_FILES},
    [MODEL_SETTING_UPLOAD_MIB] = {.later = "只影响以后上传的文件；已上传的不受影响"},
    [MODEL_SETTING_UPLOAD_HOURS] = {.later = "只影响以后上传的文件",
                                    .counted = "已上传、尚未确认的文件 %lld 个按原来的时间删除",
                                    .what = STORE_TOUCHED_UPLOADS},
    [MODEL_SETTING_HEALTH_STALE] = {.later = "立即改变“两库质量”中陈旧的计数，不改动对象",
                                    .counted = "按新的天数，有 %lld 个存续的检查对象算作陈旧",
                                    .what = STORE_TOUCHED_STALE,
                                    .by = TOUCH_DAYS},
    [MODEL_SETTING_CERTIFICATE_SOON] = {.later = "立即改变名录中即将到期的提醒，不影响抽取",
                                        .counted =
                                            "按新的天数，有 %lld 名在岗执法人员的执法证即将到期",
                                        .what = STORE_TOUCHED_ENDING,
                                        .by = TOUCH_SOON},
    [MODEL_SETTING_UNMASK_RATE] = {.later = "只影响以后的查看；本小时内已查看的计算在内",
                                   .counted = "名录中有 %lld 名在岗人员",
                                   .what = STORE_TOUCHED_PEOPLE},
    [MODEL_SETTING_APPROVAL_HOURS] = {.later = "只影响以后提交的申请和以后的批准"},
    [MODEL_SETTING_UNMASK_ROWS] = {.later = "只影响以后的导出；24小时内已导出的计算在内",
                                   .counted = "名录中有 %lld 名在岗人员",
                                   .what = STORE_TOUCHED_PEOPLE},
    [MODEL_SETTING_PICTURE_PIXELS] = {.later = "只影响以后上传的图片"},
    [MODEL_SETTING_PICTURE_EDGE] = {.later = "只影响以后上传的图片；已上传的图片副本不变"},
    [MODEL_SETTING_PICTURE_MEMORY] = {.later = "只影响以后上传的图片"},
    [MODEL_SETTING_PICTURE_SECONDS] = {.later = "只影响以后上传的图片"},
    [MODEL_SETTING_SCAN_SECONDS] = {.later = "只影响以后上传的文件"},
    [MODEL_SETTING_CLEARANCE_DEFAULT] =
        {.later = "只影响以后新建的账号；已有账号的可阅等级不变，由安全管理员逐个设定",
         .counted = "有效账号 %lld 个，不受影响",
         .what = STORE_TOUCHED_ACCOUNTS},
    [MODEL_SETTING_GRADE_DOCUMENT] =
        {.later = "只影响以后新建、没有另选安全标记的文件资料；已有文件不变，年度计划总是公开"},
    [MODEL_SETTING_GRADE_REGISTER] = {.later = "只影响以后登记的；已登记的安全标记不变"},
    [MODEL_SETTING_GRADE_COMMISSION] = {.later = "只影响以后登记的委托；已登记的安全标记不变"},
    [MODEL_SETTING_GRADE_LIBRARY] =
        {.later = "只影响以后新建、没有另选安全标记的专项库；已有专项库不变"},
    [MODEL_SETTING_ATTACHMENT_MIB] = {.later = "只影响以后上传的附件",
                                      .counted = "已有附件中有 %lld 个大于新值，予以保留",
                                      .what = STORE_TOUCHED_ATTACHMENTS,
                                      .by = TOUCH_MIB},
    [MODEL_SETTING_HEALTH_RATIO] = {.later = "立即改变“两库质量”中过小的专项库，不影响抽取",
                                    .counted = "按新的比例，有 %lld 个专项库过小",
                                    .what = STORE_TOUCHED_LIBRARIES,
                                    .by = TOUCH_RATIO},
};
_Static_assert(sizeof effects / sizeof effects[0] == MODEL_SETTING_COUNT,
               "each setting says what its change touches");

struct impact_work {
    struct errand *e;
    struct office_impact *out;
    enum model_setting setting;
    struct str value;
};

/* The new value as a number, or two; far away is as good as for ever. */
static enum err touch_number(int64_t out[2], struct str value)
{
    struct str rest = value;
    struct str head;
    (void)str_cut(&head, &rest, '/');
    TRY(str_i64(&out[0], head));
    out[1] = 0;
    return rest.data != NULL ? str_i64(&out[1], rest) : ERR_OK;
}

static enum err touch_values(int64_t values[2], const struct impact_work *w, enum touch_by by)
{
    int64_t now = w->e->now;
    int32_t today = date_of_time(now);
    int64_t n[2] = {0, 0};
    if (by != TOUCH_NOTHING && by != TOUCH_TODAY && by != TOUCH_YEAR)
        TRY(touch_number(n, w->value));
    int64_t some = n[0] > 100000 ? 100000 : n[0]; /* longer ago than anything is */
    const struct {
        int64_t first;
        int64_t second;
    } all[] = {
        [TOUCH_NOTHING] = {0, 0},
        [TOUCH_RATIO] = {n[0], n[1]},
        [TOUCH_NUMBER] = {n[0], 0},
        [TOUCH_TODAY] = {today, 0},
        [TOUCH_YEAR] = {date_year(today), 0},
        [TOUCH_SOON] = {today, today + some},
        [TOUCH_DAYS] = {now - some * TIME_DAY, 0},
        [TOUCH_MINUTES] = {now - some * 60 * TIME_SECOND, now - TIME_DAY},
        [TOUCH_HOURS] = {now - some * 3600 * TIME_SECOND, now - TIME_DAY},
        [TOUCH_MIB] = {some << 20, 0},
    };
    values[0] = all[by].first;
    values[1] = all[by].second;
    return ERR_OK;
}

/* Words with the number in place of their %lld. */
static enum err impact_counted(struct str *out, struct arena *arena, const char *words,
                               int64_t count)
{
    const char *gap = strstr(words, "%lld");
    *out = arena_printf(arena, "%.*s%lld%s", (int)(gap - words), words, (long long)count, gap + 4);
    return out->data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err impact_read(struct db_tx *tx, void *ctx)
{
    struct impact_work *w = ctx;
    struct errand *e = w->e;
    const struct effect *effect = &effects[w->setting];
    int64_t values[2];
    int64_t count = 0;
    w->out->count = 0;
    if (effect->counts != NULL)
        TRY(effect->counts(&count, tx, e->office->tenant));
    TRY(touch_values(values, w, effect->by));
    if (effect->counted != NULL && effect->counts == NULL)
        TRY(store_touched(&count, tx, e->office->tenant, effect->what, values, e->scope.clearance));
    if (effect->counted != NULL)
        TRY(impact_counted(&w->out->words[w->out->count++], e->arena, effect->counted, count));
    w->out->words[w->out->count++] = str_of(effect->later);
    w->out->words[w->out->count++] = STR("原值和依据保留在版本中");
    return ERR_OK;
}

enum err office_setting_impact(struct office_impact *out, struct errand *e,
                               enum model_setting setting, struct str value, struct str basis)
{
    struct impact_work w = {e, out, setting, value};
    TRY(office_setting_judge(e, setting, value, basis));
    return office_read(e, "setting-impact", impact_read, &w);
}
