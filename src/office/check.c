/* Is everything still as it was written? Database, log and the files of all draws. */
#include "office/draw_case.h"

#include "crypto/wipe.h"
#include "office/audit.h"
#include "office/personal.h"
#include "store/core.h"
#include "vault/blob.h"
#include "vault/log.h"

struct check_work {
    struct errand *e;
    struct office_checked *out;
};

/* Every file against its digest; every secret of the draw must open with today's key. */
static enum err check_draw_files(struct check_work *w, struct db_tx *tx, const struct draw_case *c)
{
    struct errand *e = w->e;
    struct store_draw_file *files = NULL;
    size_t count = 0;
    uint8_t blind[CRYPTO_HASH];
    const char *root = office_path(e->arena, e->office, "blobs");
    if (root == NULL)
        return ERR_MEMORY;
    TRY(store_draw_files(&files, &count, e->arena, tx, e->office->tenant, c->draw.id));
    for (size_t i = 0; i < count; i++) {
        TRY(vault_blob_check(NULL, root, (const uint8_t *)files[i].digest.data, &e->fault));
        enum err err = draw_case_blind(blind, c, &files[i]);
        if (err != ERR_OK)
            return fault_set(&e->fault, err,
                             "抽取 %.*s 的文件 %.*s 的盲值无法打开，已损坏或密钥不配套",
                             STR_ARG(c->draw.number), STR_ARG(files[i].name));
        w->out->files++;
    }
    crypto_wipe(blind, sizeof blind);
    return ERR_OK;
}

/* Every name that a sealed draw drew must open. */
static enum err check_draw_names(struct check_work *w, struct db_tx *tx, const struct draw_case *c)
{
    struct store_visit *visits = NULL;
    struct store_seat *seats = NULL;
    size_t count = 0;
    TRY(office_visits(&visits, &count, w->e, tx, &c->draw));
    return office_seats(&seats, &count, w->e, tx, &c->draw);
}

static enum err check_draw(struct check_work *w, struct db_tx *tx, struct str number)
{
    struct draw_case c;
    enum err err = draw_case_load(&c, w->e, tx, number);
    if (err == ERR_OK)
        err = check_draw_files(w, tx, &c);
    if (err == ERR_OK)
        err = check_draw_names(w, tx, &c);
    draw_case_wipe(&c);
    return err;
}

static enum err check_files(struct db_tx *tx, void *ctx)
{
    struct check_work *w = ctx;
    struct store_draw *draws = NULL;
    size_t count = 0;
    TRY(store_draw_list(&draws, &count, w->e->arena, tx, w->e->office->tenant));
    for (size_t i = 0; i < count; i++)
        TRY(check_draw(w, tx, draws[i].number));
    return office_personal_check(w->e, tx);
}

struct check_entries {
    struct errand *e;
    struct vault_log *log;
};

static enum err check_entry(void *ctx, int64_t idx, struct str body)
{
    struct check_entries *w = ctx;
    struct buf shown = {0};
    enum err err = vault_log_entry(&shown, w->log, (uint64_t)idx);
    bool same = err == ERR_OK && str_eq(buf_view(&shown), body);
    buf_free(&shown);
    if (err == ERR_OK && !same)
        return fault_set(&w->e->fault, ERR_DAMAGED, "日志序号 %lld 的条目与数据库不一致",
                         (long long)idx);
    return err;
}

static enum err check_log_rows(struct db_tx *tx, void *ctx)
{
    struct check_entries *w = ctx;
    return store_log_from(tx, 0, INT64_MAX, check_entry, w);
}

static enum err check_log(struct check_work *w)
{
    struct errand *e = w->e;
    struct check_entries entries = {.e = e};
    TRY(vault_log_open(&entries.log, e->office->dir, &e->fault));
    enum err err = vault_log_verify(&w->out->entries, entries.log, &e->fault);
    if (err == ERR_OK)
        err = office_read(e, "check-log", check_log_rows, &entries);
    vault_log_close(entries.log);
    return err;
}

enum err office_check(struct office_checked *out, struct errand *e)
{
    struct check_work work = {e, out};
    *out = (struct office_checked){0};
    TRY(db_check(e->office->db, &e->fault));
    TRY(check_log(&work));
    TRY(office_audit_check(&out->days, e));
    return office_read(e, "check-files", check_files, &work);
}
