/* Opening the house, and what every errand needs: settings, numbers, audit, idempotency, the log.
 *
 * Invariant: the database fixes the order and the bytes of log entries; the tiles only ever follow
 * it (office_log_sync), so a crash between the two loses nothing and shows nothing too early. */
#include "office/office.h"

#include "office/roster.h"
#include "office/scope.h"

#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "model/embed.h"
#include "store/core.h"
#include "store/guard.h"
#include "store/search.h"
#include "vault/litter.h"
#include "vault/log.h"

#include <stdio.h>
#include <string.h>

enum {
    OFFICE_CONF_MAX = 65536,
    OFFICE_LOG_BATCH = 1000,
    OFFICE_TRIES = 4 /* when somebody else adds the same rows at the same time */
};

const char *office_path(struct arena *arena, const struct office *office, const char *name)
{
    return arena_printf(arena, "%s/%s", office->dir, name).data;
}

/* --- making and opening the house --- */

static enum err office_conf_value(struct str value, const char *what, struct fault *fault)
{
    bool bad = value.len > 1024;
    for (size_t i = 0; i < value.len; i++)
        bad = bad || (unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7F;
    if (bad)
        return fault_set(fault, ERR_INPUT, "%s含有不允许的字符或过长，未创建，请修改后重试", what);
    return ERR_OK;
}

static enum err office_init_check(const struct office_init *init, struct fault *fault)
{
    TRY(office_conf_value(init->name, "单位名称", fault));
    TRY(office_conf_value(init->url, "数据库地址", fault));
    if (init->name.len == 0)
        return fault_set(fault, ERR_INPUT, "缺少地方名称，例如 --name 示例县");
    if (init->origin.len == 0 || str_find_char(init->origin, ' ') >= 0 ||
        str_find_char(init->origin, '+') >= 0)
        return fault_set(fault, ERR_INPUT,
                         "日志名称不能为空，也不能含空格或加号，例如 example.gov.cn/sunlot");
    if (!init->training && str_ends(init->origin, STR(OFFICE_TRAINING)))
        return fault_set(fault, ERR_INPUT,
                         "以 " OFFICE_TRAINING " 结尾的日志名称只用于演练，请换一个名称");
    return office_conf_value(init->origin, "日志名称", fault);
}

static enum err office_tenant_check(const struct office_init *init, struct fault *fault)
{
    struct arena arena = {0};
    struct regions regions = {0};
    enum err err = regions_load(&regions, &arena, model_data_find("divisions.csv"),
                                model_data_find("division_changes.csv"), fault);
    if (err == ERR_OK && (init->tenant.len != 6 || regions_find(&regions, init->tenant) == NULL))
        err =
            fault_set(fault, ERR_INPUT, "行政区划代码 %.*s 不存在，应为现行的6位代码，例如 410882",
                      STR_ARG(init->tenant));
    arena_free(&arena);
    return err;
}

/* Sixteen hex digits that only this key gives: a key file with a turned bit never seals anything.
 */
static void office_key_check(struct buf *out, const uint8_t key[CRYPTO_HASH])
{
    uint8_t check[CRYPTO_HASH];
    crypto_hmac(check, str_range((const char *)key, CRYPTO_HASH), STR("sunlot seal key"));
    buf_hex(out, check, 8);
}

static enum err office_key_make(const char *dir, struct fault *fault)
{
    char path[FILE_PATH_MAX];
    uint8_t key[CRYPTO_HASH];
    snprintf(path, sizeof path, "%s/keys/seal.key", dir);
    if (file_exists(path))
        return ERR_OK;
    TRY(crypto_random(key, sizeof key));
    struct buf text = {0};
    buf_hex(&text, key, sizeof key);
    buf_char(&text, ' ');
    office_key_check(&text, key);
    buf_char(&text, '\n');
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = file_write_durable(path, buf_view(&text), 0600);
    crypto_wipe(key, sizeof key);
    crypto_wipe(text.data, text.cap);
    buf_free(&text);
    return err == ERR_OK ? ERR_OK : fault_set(fault, err, "无法写入密钥文件 %s", path);
}

static enum err office_conf_write(const struct office_init *init, struct fault *fault)
{
    char path[FILE_PATH_MAX];
    struct buf text = {0};
    buf_cat(&text,
            "# sunlot 安装配置；由 sunlot init 写入。修改数据库地址前请先停止程序并备份。\n");
    buf_printf(&text, "tenant = %.*s\n", STR_ARG(init->tenant));
    buf_printf(&text, "name = %.*s\n", STR_ARG(init->name));
    buf_printf(&text, "origin = %.*s\n", STR_ARG(init->origin));
    if (init->url.len > 0)
        buf_printf(&text, "database = %.*s\n", STR_ARG(init->url));
    snprintf(path, sizeof path, "%s/sunlot.conf", init->dir);
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = file_write_durable(path, buf_view(&text), 0600);
    buf_free(&text);
    return err == ERR_OK ? ERR_OK : fault_set(fault, err, "无法写入 %s", path);
}

/* The configuration is written last: a folder without it is no installation, and init may be
 * repeated after a crash. */
static enum err office_init_as(const struct office_init *init, struct fault *fault)
{
    char path[FILE_PATH_MAX];
    TRY(office_tenant_check(init, fault));
    snprintf(path, sizeof path, "%s/sunlot.conf", init->dir);
    if (file_exists(path))
        return fault_set(fault, ERR_STATE, "%s 已经是一个安装目录，没有改动", init->dir);
    snprintf(path, sizeof path, "%s/keys", init->dir);
    enum err err = file_mkdirs(path, 0700);
    if (err != ERR_OK)
        return fault_set(fault, err, "无法创建目录 %s：%s", path, err_zh(err));
    TRY(office_key_make(init->dir, fault));
    err = vault_log_create(init->dir, init->origin, fault);
    if (err != ERR_OK && err != ERR_STATE)
        return err;
    TRY(office_conf_write(init, fault));
    struct office office = {0};
    TRY(office_open(&office, init->dir, NULL, fault));
    office_close(&office);
    return ERR_OK;
}

enum err office_init(const struct office_init *init, struct fault *fault)
{
    char origin[FILE_PATH_MAX];
    struct office_init named = *init;
    TRY(office_init_check(init, fault));
    if (init->training && !str_ends(init->origin, STR(OFFICE_TRAINING))) {
        int len = snprintf(origin, sizeof origin, "%.*s" OFFICE_TRAINING, STR_ARG(init->origin));
        named.origin = str_range(origin, (size_t)len);
    }
    return office_init_as(&named, fault);
}

struct office_conf {
    struct str tenant;
    struct str name;
    struct str origin;
    struct str url;
};

static enum err office_conf_line(struct office_conf *conf, struct str line, struct fault *fault)
{
    line = str_trim(line);
    if (line.len == 0 || line.data[0] == '#')
        return ERR_OK;
    struct str key;
    struct str value = line;
    (void)str_cut(&key, &value, '=');
    key = str_trim(key);
    value = str_trim(value);
    if (str_eq(key, STR("tenant")))
        conf->tenant = value;
    else if (str_eq(key, STR("name")))
        conf->name = value;
    else if (str_eq(key, STR("origin")))
        conf->origin = value;
    else if (str_eq(key, STR("database")))
        conf->url = value;
    else
        return fault_set(fault, ERR_CONFIG, "sunlot.conf 中有不认识的配置项“%.*s”", STR_ARG(key));
    return ERR_OK;
}

static enum err office_conf_read(struct office_conf *conf, struct office *office,
                                 struct fault *fault)
{
    struct buf text = {0};
    const char *path = office_path(&office->arena, office, "sunlot.conf");
    enum err err = path != NULL ? file_read(&text, path, OFFICE_CONF_MAX) : ERR_MEMORY;
    if (err == ERR_MISSING)
        fault_set(fault, err, "%s 不是安装目录（没有 sunlot.conf），请先运行 sunlot init",
                  office->dir);
    struct str rest = arena_str(&office->arena, buf_view(&text));
    struct str line;
    while (err == ERR_OK && str_cut(&line, &rest, '\n'))
        err = office_conf_line(conf, line, fault);
    buf_free(&text);
    if (err == ERR_OK && (conf->tenant.len == 0 || conf->name.len == 0 || conf->origin.len == 0))
        err = fault_set(fault, ERR_CONFIG, "sunlot.conf 缺少 tenant、name 或 origin");
    return err;
}

static enum err office_seal_key_read(struct office *office, struct fault *fault)
{
    struct buf text = {0};
    const char *path = office_path(&office->arena, office, "keys/seal.key");
    enum err err = path != NULL ? file_read(&text, path, 256) : ERR_MEMORY;
    struct str check = str_trim(buf_view(&text));
    struct str hex = check;
    (void)str_cut(&hex, &check, ' ');
    struct buf want = {0};
    if (err == ERR_OK)
        err = str_unhex(office->seal_key, sizeof office->seal_key, hex);
    if (err == ERR_OK)
        office_key_check(&want, office->seal_key);
    if (err == ERR_OK && !str_eq(buf_view(&want), check))
        err = ERR_DAMAGED;
    buf_free(&want);
    crypto_wipe(text.data, text.cap);
    buf_free(&text);
    return err == ERR_OK ? ERR_OK
                         : fault_set(fault, ERR_CONFIG, "密钥文件 keys/seal.key 缺失或已损坏");
}

static enum err office_facts_load(struct office *office, struct fault *fault)
{
    TRY(regions_load(&office->regions, &office->arena, model_data_find("divisions.csv"),
                     model_data_find("division_changes.csv"), fault));
    TRY(industries_load(&office->industries, &office->arena, model_data_find("industries.csv"),
                        fault));
    struct str days = model_data_find("workdays_2015_2026.csv");
    struct buf local = {0};
    const char *path = office_path(&office->arena, office, "workdays.csv");
    if (path != NULL && file_exists(path) && file_read(&local, path, 4 << 20) == ERR_OK)
        days = buf_view(&local);
    enum err err = workdays_load(&office->workdays, &office->arena, days, fault);
    buf_free(&local);
    return err;
}

static enum err office_db_open(struct office *office, struct str url, struct fault *fault)
{
    if (url.len == 0)
        url = arena_printf(&office->arena, "sqlite:%s/sunlot.db", office->dir);
    office->url = url;
    TRY(db_open(&office->db, url, false, fault));
    struct db_migration *list = NULL;
    size_t count = 0;
    TRY(store_migrations(&list, &count, &office->arena));
    TRY(db_migrate(office->db, list, count, fault));
    TRY(db_guard(office->db, store_guards, STORE_GUARDS, fault));
    struct db_guard_told told;
    enum db_guarded guarded = db_guarded(&told, office->db);
    if (guarded == DB_GUARD_BLIND)
        return fault_set(
            fault, ERR_STATE,
            "数据库用户 %s 不拥有数据表，数据库的行级安全会向它隐藏数据，因此没有打开。"
            "请用拥有这些表的数据库用户连接（或者把表的所有者改为 %s）",
            told.user, told.user);
    if (guarded == DB_GUARD_ROLE || guarded == DB_GUARD_TABLES)
        log_event(
            office->log, LOG_WARN, "row-security-off",
            LOG_PAIRS(log_str("user", str_of(told.user)), log_str("message", str_of(told.why))));
    return ERR_OK;
}

struct str office_guard_words(struct arena *arena, const struct office *office)
{
    struct db_guard_told told;
    enum db_guarded guarded = db_guarded(&told, office->db);
    if (guarded == DB_GUARD_ROLE)
        return arena_printf(arena,
                            "数据库的行级安全没有启用：数据库用户 %s 不能使用角色 %s（%s）。"
                            "各部门之间的数据界限仍由程序保证，只是少了数据库自己的一层。"
                            "请数据库管理员执行下面两句，然后重新启动 sunlot：\n"
                            "    CREATE ROLE \"%s\" NOLOGIN;\n"
                            "    GRANT \"%s\" TO \"%s\";",
                            told.user, told.role, told.why, told.role, told.role, told.user);
    if (guarded == DB_GUARD_TABLES)
        return arena_printf(arena,
                            "数据库的行级安全没有启用：数据表的访问策略未能设置（%s）。"
                            "各部门之间的数据界限仍由程序保证，只是少了数据库自己的一层。"
                            "请让 sunlot 用拥有这些表的数据库用户连接，然后重新启动",
                            told.why);
    return STR("");
}

/* What a killed command left half written, once it is old enough to be nobody's work. */
static void office_sweep(struct office *office)
{
    enum { LITTER_AGE = 3600 };
    static const struct {
        const char *dir;
        const char *mark;
    } places[] = {{"blobs/tmp", NULL}, {"bundles", ".tmp-"}, {"keys", ".tmp-"}, {".", ".tmp-"}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *dir = office_path(&office->arena, office, places[i].dir);
        size_t gone = dir != NULL ? vault_litter_remove(dir, places[i].mark, LITTER_AGE) : 0;
        if (gone > 0)
            log_event(office->log, LOG_INFO, "litter-removed",
                      LOG_PAIRS(log_str("folder", str_of(dir)), log_int("files", (int64_t)gone)));
    }
}

/* The configuration's word for the log must be the one that its key was made for: real and training
 * would be exchanged by editing a line. */
static enum err office_origin_check(const struct office *office, struct fault *fault)
{
    struct tlog_verifier verifier;
    TRY(vault_log_verifier_read(&verifier, office->dir, fault));
    if (str_eq(str_of(verifier.name), office->origin))
        return ERR_OK;
    return fault_set(fault, ERR_CONFIG,
                     "sunlot.conf 中的日志名称 %.*s 与日志密钥的名称 %s 不符，没有启动；请改回",
                     STR_ARG(office->origin), verifier.name);
}

static enum err office_open_parts(struct office *office, struct fault *fault)
{
    struct office_conf conf = {0};
    TRY(office_conf_read(&conf, office, fault));
    office->tenant = conf.tenant;
    office->name = conf.name;
    office->origin = conf.origin;
    office->training = str_ends(conf.origin, STR(OFFICE_TRAINING));
    TRY(office_seal_key_read(office, fault));
    TRY(office_facts_load(office, fault));
    TRY(office_db_open(office, conf.url, fault));
    office_sweep(office);
    TRY(office_log_sync(office, time_now(), fault));
    return office_origin_check(office, fault);
}

enum err office_open(struct office *out, const char *dir, const struct log *log,
                     struct fault *fault)
{
    *out = (struct office){.log = log};
    out->dir = arena_cstr(&out->arena, str_of(dir));
    out->roster = roster_new();
    enum err err =
        out->dir != NULL && out->roster != NULL ? office_open_parts(out, fault) : ERR_MEMORY;
    if (err != ERR_OK)
        office_close(out);
    return err;
}

void office_close(struct office *office)
{
    db_close(office->db);
    roster_free(office->roster);
    crypto_wipe(office->seal_key, sizeof office->seal_key);
    arena_free(&office->arena);
    *office = (struct office){0};
}

/* --- transactions --- */

static void office_words(struct errand *e, enum err err)
{
    if (err != ERR_OK && e->fault.text[0] == '\0')
        fault_set(&e->fault, err, "%s", err_zh(err));
    if (err != ERR_OK)
        e->fault.err = err;
}

enum err office_write(struct errand *e, const char *name, db_work *work, void *ctx)
{
    enum err err = db_transact(e->office->db, name, work, ctx, &e->fault);
    office_words(e, err);
    return err;
}

enum err office_write_again(struct errand *e, const char *name, db_work *work, void *ctx)
{
    enum err err = ERR_DUPLICATE;
    for (int i = 0; i < OFFICE_TRIES && err == ERR_DUPLICATE; i++) {
        e->fault = (struct fault){0}; /* of the try before */
        err = office_write(e, name, work, ctx);
    }
    if (err == ERR_DUPLICATE)
        return fault_set(&e->fault, err, "同样的记录正由他人写入，本次没有改动，请稍后重试");
    return err;
}

/* The reach without the separators at its ends. */
static enum err office_read_within(struct errand *e, const char *name, db_work *work, void *ctx)
{
    struct store_reach seen = {0};
    TRY(office_reach(&seen, e));
    struct str codes = seen.codes;
    const struct db_reach reach = {codes.len > 2 ? str_sub(codes, 1, codes.len - 2) : STR(""),
                                   e->scope.inspector};
    return db_read_within(e->office->db, name, &reach, work, ctx, &e->fault);
}

enum err office_read(struct errand *e, const char *name, db_work *work, void *ctx)
{
    enum err err = office_scope_bound(e) ? office_read_within(e, name, work, ctx)
                                         : db_read(e->office->db, name, work, ctx, &e->fault);
    office_words(e, err);
    return err;
}

/* --- settings --- */

enum err office_setting_view_get(struct office_setting_view *out, struct errand *e,
                                 struct db_tx *tx, enum model_setting setting)
{
    const struct model_setting_row *row = model_setting_row(setting);
    struct store_setting stored = {0};
    enum err err = store_setting_get(&stored, e->arena, tx, e->office->tenant, str_of(row->name));
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    out->changed = err == ERR_OK;
    out->value = out->changed ? stored.value : str_of(row->value);
    out->basis = out->changed ? stored.basis : str_of(row->basis);
    return ERR_OK;
}

enum err office_setting(struct str *out, struct errand *e, struct db_tx *tx,
                        enum model_setting setting)
{
    struct office_setting_view view = {0};
    TRY(office_setting_view_get(&view, e, tx, setting));
    *out = view.value;
    return ERR_OK;
}

enum err office_setting_count(uint64_t *out, struct errand *e, struct db_tx *tx,
                              enum model_setting setting)
{
    struct str text;
    TRY(office_setting(&text, e, tx, setting));
    if (str_u64(out, text) == ERR_OK)
        return ERR_OK;
    return fault_set(&e->fault, ERR_CONFIG, "设置 %s 的值“%.*s”不是整数",
                     model_setting_row(setting)->name, STR_ARG(text));
}

static enum err office_ratio_parse(uint64_t *num, uint64_t *den, struct str text)
{
    struct str rest = text;
    struct str head;
    if (!str_cut(&head, &rest, '/') || rest.data == NULL)
        return ERR_INPUT;
    TRY(str_u64(num, head));
    TRY(str_u64(den, rest));
    return *den > 0 && *num <= *den && *den <= 1000000 ? ERR_OK : ERR_INPUT;
}

enum err office_setting_ratio(uint64_t *num, uint64_t *den, struct errand *e, struct db_tx *tx,
                              enum model_setting setting)
{
    struct str text;
    TRY(office_setting(&text, e, tx, setting));
    if (office_ratio_parse(num, den, text) == ERR_OK)
        return ERR_OK;
    return fault_set(&e->fault, ERR_CONFIG, "设置 %s 的值“%.*s”不是比例（如 1/10）",
                     model_setting_row(setting)->name, STR_ARG(text));
}

struct office_setting_work {
    struct errand *e;
    enum model_setting setting;
    struct str value;
    struct str basis;
};

/* {"value":...} of a text. */
static enum err office_setting_json(struct str *out, struct errand *e, struct str value)
{
    struct buf text = {0};
    buf_cat(&text, "{\"value\":");
    json_escape(&text, value);
    buf_char(&text, '}');
    *out = arena_str(e->arena, buf_view(&text));
    enum err err = buf_err(&text);
    buf_free(&text);
    return err == ERR_OK && out->data == NULL ? ERR_MEMORY : err;
}

/* The change with its values before and after. */
static enum err office_setting_audit(struct errand *e, struct db_tx *tx,
                                     const struct office_audit_row *change, struct str before)
{
    struct office_audit_row row = *change;
    TRY(office_setting_json(&row.before, e, before));
    TRY(office_setting_json(&row.after, e, change->detail));
    return office_audit_add(e, tx, &row);
}

static enum err office_setting_write(struct db_tx *tx, void *ctx)
{
    struct office_setting_work *w = ctx;
    struct errand *e = w->e;
    struct str name = str_of(model_setting_row(w->setting)->name);
    struct store_setting old = {0};
    enum err err = store_setting_get(&old, e->arena, tx, e->office->tenant, name);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    const struct store_setting_row row = {e->office->tenant, name,   old.version + 1, w->value,
                                          w->basis,          e->now, e->actor};
    bool done = false;
    struct str outcome;
    TRY(office_once(&done, &outcome, e, tx, STR("setting-change")));
    if (done)
        return ERR_OK;
    TRY(store_setting_add(tx, &row));
    const struct office_audit_row audit = {.action = STR("setting-change"),
                                           .target = name,
                                           .detail = w->value,
                                           .outcome = STR("done")};
    TRY(office_setting_audit(
        e, tx, &audit, err == ERR_OK ? old.value : str_of(model_setting_row(w->setting)->value)));
    return office_once_done(e, tx, STR("setting-change"), STR(""));
}

enum { OFFICE_TEXT = 300 };

static enum err office_setting_text(struct errand *e, const struct model_setting_row *row,
                                    struct str value)
{
    bool plain = value.len <= OFFICE_TEXT && utf8_valid(value);
    for (size_t i = 0; i < value.len; i++)
        plain = plain && (unsigned char)value.data[i] >= 0x20 && value.data[i] != 0x7F;
    if (plain)
        return ERR_OK;
    return fault_at(&e->fault, "value", ERR_INPUT, "设置 %s 应为一行文字，最多约100字；没有改动",
                    row->name);
}

/* An address that a page may link to, or nothing. */
static enum err office_setting_url(struct errand *e, const struct model_setting_row *row,
                                   struct str value)
{
    bool url =
        value.len == 0 || str_starts(value, STR("https://")) || str_starts(value, STR("http://"));
    for (size_t i = 0; i < value.len; i++)
        url = url && value.data[i] > ' ' && value.data[i] < 0x7F &&
              strchr("\"<>\\^`{|}", value.data[i]) == NULL;
    if (url && value.len <= OFFICE_TEXT)
        return ERR_OK;
    return fault_at(&e->fault, "value", ERR_INPUT,
                    "设置 %s 应为网址，例如 https://www.example.gov.cn/licence；没有改动",
                    row->name);
}

/* A day of the year: MM-DD. */
static enum err office_setting_day(struct errand *e, const struct model_setting_row *row,
                                   struct str value)
{
    int32_t day = 0;
    struct str date = arena_printf(e->arena, "2024-%.*s", STR_ARG(value));
    if (date.data != NULL && value.len == 5 && date_parse(&day, date) == ERR_OK)
        return ERR_OK;
    return fault_at(&e->fault, "value", ERR_INPUT, "设置 %s 应为月-日，例如 %s；没有改动",
                    row->name, row->value);
}

/* A value has the form of its default: a ratio, a whole number or free text. */
static enum err office_setting_check(struct errand *e, enum model_setting setting, struct str value)
{
    const struct model_setting_row *row = model_setting_row(setting);
    uint64_t a = 0;
    uint64_t b = 0;
    bool ratio = strchr(row->value, '/') != NULL;
    if (strcmp(row->unit, "文字") == 0)
        return office_setting_text(e, row, value);
    if (strcmp(row->unit, "网址") == 0)
        return office_setting_url(e, row, value);
    if (strcmp(row->unit, "月-日") == 0)
        return office_setting_day(e, row, value);
    enum err err = ratio ? office_ratio_parse(&a, &b, value) : str_u64(&a, value);
    if (err != ERR_OK)
        return fault_at(&e->fault, "value", ERR_INPUT, "设置 %s 应为%s，例如 %s；没有改动",
                        row->name, ratio ? "比例" : "非负整数", row->value);
    if (!ratio && a > model_setting_most(setting))
        return fault_at(&e->fault, "value", ERR_INPUT, "设置 %s 不得大于 %u（%s）；没有改动",
                        row->name, model_setting_most(setting), row->basis);
    if (!ratio && a < row->least)
        return fault_at(&e->fault, "value", ERR_INPUT, "设置 %s 不得小于 %u（%s）；没有改动",
                        row->name, row->least, row->basis);
    return ERR_OK;
}

enum err office_setting_judge(struct errand *e, enum model_setting setting, struct str value,
                              struct str basis)
{
    TRY(office_setting_check(e, setting, value));
    if (basis.len == 0)
        return fault_at(&e->fault, "basis", ERR_INPUT, "修改设置必须写明依据（--basis）；没有改动");
    if (basis.len > 2 * OFFICE_TEXT || utf8_has_deceptive(basis))
        return fault_at(&e->fault, "basis", ERR_INPUT,
                        "依据过长（最多约200字），或含有不能显示的字符；没有改动");
    return ERR_OK;
}

enum err office_setting_change(struct errand *e, enum model_setting setting, struct str value,
                               struct str basis)
{
    TRY(office_setting_judge(e, setting, value, basis));
    struct office_setting_work work = {e, setting, value, basis};
    return office_write(e, "setting-change", office_setting_write, &work);
}

/* --- numbers, audit, idempotency --- */

#define OFFICE_EPOCH (INT64_C(1577836800) * 1000000) /* 2020-01-01 */

enum err office_ids(int64_t *out, struct errand *e, uint64_t count)
{
    uint16_t noise = 0;
    TRY(crypto_random(&noise, sizeof noise));
    if (e->now < OFFICE_EPOCH)
        return fault_set(&e->fault, ERR_RANGE, "系统时钟早于2020年，请先校准时间");
    *out = (time_now() - OFFICE_EPOCH) << 10 | (noise & 1023);
    return count < (uint64_t)(INT64_MAX - *out) ? ERR_OK : ERR_RANGE;
}

int64_t office_id_time(int64_t id)
{
    return (id >> 10) + OFFICE_EPOCH;
}

enum err office_id(int64_t *out, struct errand *e)
{
    return office_ids(out, e, 1);
}

enum err office_stamp(int64_t *job, struct errand *e, struct db_tx *tx)
{
    TRY(store_search_hold(tx, db_dialect(e->office->db)));
    return office_id(job, e);
}

enum err office_number(int64_t *out, struct errand *e, struct db_tx *tx, struct str name, int year)
{
    return store_counter_next(out, tx, e->office->tenant, name, year);
}

/* Times in the audit and in the log never fall, whatever the clock does (AU8); a clock that went
 * back is told in the events. */
static int64_t office_at(const struct errand *e, int64_t last)
{
    if (e->now >= last)
        return e->now;
    log_event(e->office->log, LOG_WARN, "clock-went-back",
              LOG_PAIRS(log_int("behind_us", last - e->now)));
    return last;
}

enum err office_audit(struct errand *e, struct db_tx *tx, struct str action, struct str target,
                      struct str detail)
{
    const struct office_audit_row row = {
        .action = action, .target = target, .detail = detail, .outcome = STR("done")};
    return office_audit_add(e, tx, &row);
}

enum err office_audit_add(struct errand *e, struct db_tx *tx, const struct office_audit_row *row)
{
    int64_t id = 0;
    int64_t last = 0;
    TRY(store_counter_next(&id, tx, e->office->tenant, STR("audit"), 0));
    TRY(store_audit_time(&last, tx, e->office->tenant, id - 1));
    int64_t at = office_at(e, last);
    const struct office_origin *from = &e->origin;
    const struct store_audit full = {.tenant = e->office->tenant,
                                     .id = id,
                                     .at = at,
                                     .actor = e->actor,
                                     .action = row->action,
                                     .target = row->target,
                                     .detail = row->detail,
                                     .role = from->role,
                                     .department = from->department,
                                     .address = from->address,
                                     .request = from->request,
                                     .outcome = row->outcome,
                                     .before = row->before,
                                     .after = row->after};
    return store_audit_add(tx, &full);
}

enum err office_once(bool *done, struct str *outcome, struct errand *e, struct db_tx *tx,
                     struct str action)
{
    *done = false;
    if (e->key.len == 0)
        return ERR_OK;
    struct store_request found = {0};
    enum err err = store_request_get(&found, e->arena, tx, e->office->tenant, e->key);
    if (err == ERR_MISSING)
        return ERR_OK;
    TRY(err);
    if (!str_eq(found.action, action))
        return fault_set(&e->fault, ERR_CONFLICT, "请求编号 %.*s 已用于另一项操作，请换一个编号",
                         STR_ARG(e->key));
    *done = true;
    *outcome = found.outcome;
    return ERR_OK;
}

struct office_repeat {
    struct errand *e;
    struct str action;
    bool *done;
    struct str *outcome;
};

static enum err office_repeat_ask(struct db_tx *tx, void *ctx)
{
    struct office_repeat *r = ctx;
    return office_once(r->done, r->outcome, r->e, tx, r->action);
}

enum err office_repeated(bool *done, struct str *outcome, struct errand *e, struct str action)
{
    struct office_repeat repeat = {e, action, done, outcome};
    *done = false;
    return e->key.len > 0 ? office_read(e, "repeated", office_repeat_ask, &repeat) : ERR_OK;
}

enum err office_once_done(struct errand *e, struct db_tx *tx, struct str action, struct str outcome)
{
    if (e->key.len == 0)
        return ERR_OK;
    const struct store_request_row row = {e->office->tenant, e->key, {action, outcome}, e->now};
    return store_request_add(tx, &row);
}

/* --- the log --- */

enum err office_log_append(int64_t *idx, struct errand *e, struct db_tx *tx, struct str body)
{
    if (body.len > UINT16_MAX)
        return fault_set(&e->fault, ERR_LIMIT, "日志条目过长（%zu 字节，最多 65535），请减少分层数",
                         body.len);
    int64_t size = 0;
    int64_t last = 0;
    TRY(store_log_size(&size, tx));
    TRY(store_log_time(&last, tx, size - 1));
    return store_log_add(idx, tx, e->office->tenant, office_at(e, last), body);
}

struct office_log_batch {
    struct arena arena;
    struct str *bodies;
    size_t count;
    int64_t from;
};

static enum err office_log_take(void *ctx, int64_t idx, struct str body)
{
    struct office_log_batch *batch = ctx;
    if (idx != batch->from + (int64_t)batch->count)
        return ERR_DAMAGED;
    struct str copy = arena_str(&batch->arena, body);
    if (copy.data == NULL)
        return ERR_MEMORY;
    batch->bodies[batch->count++] = copy;
    return ERR_OK;
}

static enum err office_log_load(struct db_tx *tx, void *ctx)
{
    struct office_log_batch *batch = ctx;
    batch->count = 0;
    return store_log_from(tx, batch->from, OFFICE_LOG_BATCH, office_log_take, batch);
}

/* One batch of entries that the tiles lack; *more says whether there may be others. */
static enum err office_log_step(bool *more, const struct office *office, struct vault_log *log,
                                struct fault *fault)
{
    struct office_log_batch batch = {.from = (int64_t)vault_log_size(log)};
    batch.bodies = arena_array(&batch.arena, OFFICE_LOG_BATCH, sizeof *batch.bodies);
    enum err err = batch.bodies != NULL ? ERR_OK : ERR_MEMORY;
    if (err == ERR_OK)
        err = db_read(office->db, "log-load", office_log_load, &batch, fault);
    if (err == ERR_OK && batch.count > 0)
        err = vault_log_append(log, batch.bodies, batch.count);
    *more = batch.count == OFFICE_LOG_BATCH;
    arena_free(&batch.arena);
    return err;
}

static enum err office_log_count(struct db_tx *tx, void *ctx)
{
    return store_log_size(ctx, tx);
}

struct str office_cause(enum err err)
{
    struct str text = str_of(err_zh(err));
    ptrdiff_t comma = str_find(text, STR("，"));
    return comma > 0 ? str_sub(text, 0, (size_t)comma) : text;
}

enum err office_log_sync(const struct office *office, int64_t now, struct fault *fault)
{
    struct vault_log *log = NULL;
    int64_t size = 0;
    bool more = true;
    enum err err = vault_log_open(&log, office->dir, fault);
    if (err == ERR_OK)
        err = db_read(office->db, "log-size", office_log_count, &size, fault);
    if (err == ERR_OK && (uint64_t)size < vault_log_size(log))
        err = fault_set(
            fault, ERR_DAMAGED,
            "公开日志已有 %llu 条，数据库只有 %lld 条：数据库可能是旧备份，请恢复最新备份",
            (unsigned long long)vault_log_size(log), (long long)size);
    while (err == ERR_OK && more)
        err = office_log_step(&more, office, log, fault);
    if (err == ERR_OK)
        err = vault_log_publish(log, now);
    vault_log_close(log);
    if (err != ERR_OK && err != ERR_DAMAGED)
        fault_set(fault, err,
                  "%.*"
                  "s，公开日志尚未写入；已提交的步骤登记在数据库中，不会丢失，排除故障后重新运行任"
                  "一命令即可补写",
                  STR_ARG(office_cause(err)));
    return err;
}
