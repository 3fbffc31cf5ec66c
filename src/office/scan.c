/* Files and the virus scanner: see scan.h. */
#include "office/scan.h"

#include "base/clamd.h"

struct scan_work {
    struct errand *e;
    const struct office_scan *file;
    struct clamd_answer answer;
    uint64_t seconds;
};

static enum err scan_setting(struct db_tx *tx, void *ctx)
{
    struct scan_work *w = ctx;
    return office_setting_count(&w->seconds, w->e, tx, MODEL_SETTING_SCAN_SECONDS);
}

static enum err scan_found(struct db_tx *tx, void *ctx)
{
    struct scan_work *w = ctx;
    const struct office_audit_row row = {
        .action = STR("virus-refused"),
        .target = w->file->target,
        .detail = arena_printf(w->e->arena, "%s：%.*s", w->answer.name, STR_ARG(w->file->name)),
        .outcome = STR("refused")};
    return row.detail.data != NULL ? office_audit_add(w->e, tx, &row) : ERR_MEMORY;
}

/* What the person can do where there is no answer. */
static enum err scan_failed(struct errand *e, enum err err)
{
    log_event(e->office->log, LOG_ERROR, "scan", LOG_PAIRS(log_err(err)));
    if (err == ERR_LIMIT)
        return fault_at(&e->fault, "file", ERR_STATE,
                        "文件超过查毒程序接受的大小，没有接收；请缩小或拆分后再上传，"
                        "或请系统管理员调大 clamd 的 StreamMaxLength");
    if (err == ERR_TIMEOUT)
        return fault_at(&e->fault, "file", ERR_STATE,
                        "查毒程序没有在规定时间内答复，文件没有接收；请稍后重新上传，"
                        "一直这样请联系系统管理员");
    return fault_at(&e->fault, "file", ERR_STATE,
                    "查毒程序（clamd）没有运行或没有正常答复，文件没有接收；请稍后重新上传，"
                    "一直这样请联系系统管理员");
}

enum err office_scan(int64_t *at, struct errand *e, const struct office_scan *file)
{
    struct scan_work w = {.e = e, .file = file};
    *at = 0;
    if (e->office->clamd == NULL)
        return ERR_OK;
    TRY(office_read(e, "scan-setting", scan_setting, &w));
    enum err err = clamd_scan(&w.answer, e->office->clamd, file->path, (uint32_t)w.seconds);
    if (err != ERR_OK)
        return scan_failed(e, err);
    *at = e->now;
    if (!w.answer.found)
        return ERR_OK;
    TRY(office_write(e, "virus-refused", scan_found, &w));
    return fault_at(&e->fault, "file", ERR_UNSUPPORTED,
                    "查毒程序在文件里发现病毒“%s”，没有接收；请在本机查杀病毒后，"
                    "用干净的文件重新上传",
                    w.answer.name);
}
