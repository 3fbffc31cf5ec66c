/* Settings, what their change touches, targets: see setting.h. */
#include "office/setting.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

struct settings_work {
    struct errand *e;
    struct office_settings *out;
};

static enum err settings_read(struct db_tx *tx, void *ctx)
{
    struct settings_work *w = ctx;
    for (size_t i = 0; i < MODEL_SETTING_COUNT; i++)
        TRY(office_setting_view_get(&w->out->views[i], w->e, tx, (enum model_setting)i));
    return ERR_OK;
}

enum err office_settings(struct office_settings *out, struct errand *e)
{
    struct settings_work w = {e, out};
    return office_read(e, "settings", settings_read, &w);
}

struct versions_work {
    struct errand *e;
    struct store_setting_version **out;
    size_t *count;
    enum model_setting setting;
};

static enum err versions_read(struct db_tx *tx, void *ctx)
{
    struct versions_work *w = ctx;
    return store_setting_versions(w->out, w->count, w->e->arena, tx, w->e->office->tenant,
                                  str_of(model_setting_row(w->setting)->name));
}

enum err office_setting_versions(struct store_setting_version **out, size_t *count,
                                 struct errand *e, enum model_setting setting)
{
    struct versions_work w = {e, out, count, setting};
    return office_read(e, "setting-versions", versions_read, &w);
}

/* --- what a change touches --- */

/* What `values` of store_touched are made of. */
enum touch_by {
    TOUCH_NOTHING,
    TOUCH_RATIO,   /* the new value, num/den */
    TOUCH_NUMBER,  /* the new value */
    TOUCH_TODAY,   /* today, this year */
    TOUCH_DAYS,    /* the instant so many days ago */
    TOUCH_MINUTES, /* the instant so many minutes ago */
    TOUCH_HOURS
};

static const struct {
    enum model_setting setting;
    enum store_touched what;
    enum touch_by by;
    const char *words; /* one %lld */
} touches[] = {
    {MODEL_SETTING_PUBLISH_DAYS, STORE_TOUCHED_RESULTS, TOUCH_NOTHING,
     "已录入未公示的结果 %lld 条保持原来的公示期限，新期限用于此后录入的结果"},
    {MODEL_SETTING_GENERAL_CAP, STORE_TOUCHED_CAPS, TOUCH_RATIO,
     "现行一般检查事项中有 %lld 个的上限高于新值：保持不变，直到起草变更；此后起草的按新值检查"},
    {MODEL_SETTING_TEAM_SEATS, STORE_TOUCHED_PARTS, TOUCH_NUMBER,
     "已建立、尚未抽取的任务中有 %lld 个部门的检查组人数少于新值"},
    {MODEL_SETTING_REPEAT_EXCLUDE, STORE_TOUCHED_VISITED, TOUCH_TODAY,
     "本年度已查对象 %lld 户：设为 1 时此后的抽取不再抽到，设为 0 时可以再抽到"},
    {MODEL_SETTING_CERTIFICATE, STORE_TOUCHED_INSPECTORS, TOUCH_TODAY,
     "在岗执法人员中有 %lld 人今天没有有效执法证：设为 1 时不计入检查组人数"},
    {MODEL_SETTING_PASSWORD_AGE, STORE_TOUCHED_PASSWORDS, TOUCH_DAYS,
     "有 %lld 个账号的密码已超过新的有效天数，下次登录须修改"},
    {MODEL_SETTING_SESSION_IDLE, STORE_TOUCHED_SESSIONS, TOUCH_MINUTES,
     "现有登录中有 %lld 个已超过新的时间未操作，须重新登录"},
    {MODEL_SETTING_SESSION_ADMIN, STORE_TOUCHED_SESSIONS, TOUCH_MINUTES,
     "现有登录（含业务人员）中有 %lld 个已超过新的时间未操作；其中三员须重新登录"},
    {MODEL_SETTING_ACCOUNT_UNUSED, STORE_TOUCHED_UNUSED, TOUCH_DAYS,
     "有 %lld 个账号已超过新的天数未登录，今夜自动停用"},
    {MODEL_SETTING_DISCLOSE_DAYS, STORE_TOUCHED_DRAWS, TOUCH_NOTHING,
     "已承诺、尚未公开的抽取 %lld 次保持各自承诺的公开日期"},
};

struct impact_work {
    struct errand *e;
    struct office_impact *out;
    enum model_setting setting;
    struct str value;
};

static enum err touch_values(int64_t values[2], const struct impact_work *w, enum touch_by by)
{
    int64_t now = w->e->now;
    struct str rest = w->value;
    struct str head;
    int32_t today = date_of_time(now);
    values[0] = values[1] = 0;
    if (by == TOUCH_NOTHING)
        return ERR_OK;
    if (by == TOUCH_TODAY) {
        values[0] = w->setting == MODEL_SETTING_CERTIFICATE ? today : date_year(today);
        return ERR_OK;
    }
    (void)str_cut(&head, &rest, '/');
    TRY(str_i64(&values[0], head));
    if (by == TOUCH_RATIO)
        return str_i64(&values[1], rest);
    if (values[0] > 100000) /* longer ago than anything is */
        values[0] = 100000;
    if (by == TOUCH_DAYS)
        values[0] = now - values[0] * TIME_DAY;
    if (by == TOUCH_MINUTES) {
        values[0] = now - values[0] * 60 * TIME_SECOND;
        values[1] = now - TIME_DAY;
    }
    return ERR_OK;
}

static enum err impact_add(struct office_impact *out, struct str words)
{
    if (words.data == NULL)
        return ERR_MEMORY;
    out->words[out->count++] = words;
    return ERR_OK;
}

static enum err impact_read(struct db_tx *tx, void *ctx)
{
    struct impact_work *w = ctx;
    struct errand *e = w->e;
    const struct model_setting_row *row = model_setting_row(w->setting);
    w->out->count = 0;
    for (size_t i = 0; i < sizeof touches / sizeof touches[0]; i++) {
        int64_t values[2];
        int64_t count = 0;
        char number[24];
        if (touches[i].setting != w->setting)
            continue;
        TRY(touch_values(values, w, touches[i].by));
        TRY(store_touched(&count, tx, e->office->tenant, touches[i].what, values));
        struct buf text = {0};
        const char *gap = strstr(touches[i].words, "%lld");
        buf_str(&text, str_range(touches[i].words, (size_t)(gap - touches[i].words)));
        snprintf(number, sizeof number, "%lld", (long long)count);
        buf_cat(&text, number);
        buf_cat(&text, gap + 4);
        struct str words = arena_str(e->arena, buf_view(&text));
        buf_free(&text);
        TRY(impact_add(w->out, words));
    }
    if (strncmp(row->name, "site.", 5) == 0)
        return impact_add(w->out,
                          STR("公示平台和工作台的页面立即按新内容显示，不影响已公示的数据"));
    if (strncmp(row->name, "target.", 7) == 0)
        return impact_add(w->out, STR("目标完成情况按新值比较，不影响业务办理"));
    return impact_add(w->out, STR("自确认起用于此后的操作；已作出的记录不改动，原值保留在版本中"));
}

enum err office_setting_impact(struct office_impact *out, struct errand *e,
                               enum model_setting setting, struct str value, struct str basis)
{
    struct impact_work w = {e, out, setting, value};
    TRY(office_setting_judge(e, setting, value, basis));
    return office_read(e, "setting-impact", impact_read, &w);
}

/* --- targets --- */

struct targets_work {
    struct errand *e;
    struct store_reached reached;
    int year;
};

static enum err targets_read(struct db_tx *tx, void *ctx)
{
    struct targets_work *w = ctx;
    return store_reached(&w->reached, tx, w->e->office->tenant, w->year);
}

enum err office_targets(struct office_target out[OFFICE_TARGETS], struct errand *e, int year)
{
    struct targets_work w = {.e = e, .year = year};
    TRY(office_read(e, "targets", targets_read, &w));
    const struct store_reached *r = &w.reached;
    out[0] = (struct office_target){MODEL_SETTING_TARGET_JOINT, r->joint_draws, r->draws};
    out[1] = (struct office_target){MODEL_SETTING_TARGET_JOINT_OBJECTS, r->joint_visits, r->visits};
    out[2] = (struct office_target){MODEL_SETTING_TARGET_RISK_JOINT, r->joint_risk_draws,
                                    r->joint_draws};
    out[3] = (struct office_target){MODEL_SETTING_TARGET_RISK, r->risk_draws, r->draws};
    return ERR_OK;
}
