/* Settings, their versions, targets: see setting.h. */
#include "office/setting.h"

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
