/* What the steps of a draw share: see draw_case.h. */
#include "office/draw_case.h"

#include "base/file.h"
#include "base/time.h"
#include "crypto/merkle.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/wipe.h"
#include "draw/seed.h"
#include "model/embed.h"
#include "vault/blob.h"

#include <string.h>

enum { CASE_FILE_MAX = 512 << 20 };

/* --- loading --- */

static struct str case_place(const struct draw_case *c, const char *what)
{
    return arena_printf(c->e->arena, "draw|%.*s|%lld|%s", STR_ARG(c->e->office->tenant),
                        (long long)c->draw.id, what);
}

/* keys: secret, then pool key, sealed together. */
static enum err case_keys_open(struct draw_case *c)
{
    struct buf plain = {0};
    enum err err = crypto_open(&plain, c->e->office->seal_key, case_place(c, "keys"), c->draw.keys);
    if (err == ERR_OK && plain.len != 2 * CRYPTO_HASH)
        err = ERR_DAMAGED;
    if (err == ERR_OK) {
        memcpy(c->secret, plain.data, CRYPTO_HASH);
        memcpy(c->pool_key, plain.data + CRYPTO_HASH, CRYPTO_HASH);
    }
    crypto_wipe(plain.data, plain.cap);
    buf_free(&plain);
    if (err != ERR_OK)
        return fault_set(&c->e->fault, err, "抽取 %.*s 的密钥无法打开（密钥文件与数据库不配套？）",
                         STR_ARG(c->draw.number));
    return ERR_OK;
}

enum err draw_case_load(struct draw_case *c, struct errand *e, struct db_tx *tx, struct str number)
{
    struct str tenant = e->office->tenant;
    *c = (struct draw_case){.e = e};
    enum err err = store_draw_get(&c->draw, e->arena, tx, tenant, number);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的抽取", STR_ARG(number));
    TRY(err);
    TRY(store_task_by_id(&c->task, e->arena, tx, tenant, c->draw.task));
    TRY(store_draw_entries(&c->entries, &c->entry_count, e->arena, tx, tenant, c->draw.id));
    if (c->entry_count == 0)
        return fault_set(&e->fault, ERR_DAMAGED, "抽取 %.*s 没有日志条目", STR_ARG(number));
    TRY(draw_commitment_parse(&c->commitment, e->arena, c->entries[0].body, &e->fault));
    crypto_leaf(c->leaf, c->entries[0].body);
    return case_keys_open(c);
}

struct case_read {
    struct draw_case *c;
    struct errand *e;
    struct str number;
};

static enum err case_read_work(struct db_tx *tx, void *ctx)
{
    struct case_read *read = ctx;
    return draw_case_load(read->c, read->e, tx, read->number);
}

enum err draw_case_read(struct draw_case *c, struct errand *e, struct str number)
{
    struct case_read read = {c, e, number};
    return office_read(e, "draw-load", case_read_work, &read);
}

void draw_case_wipe(struct draw_case *c)
{
    crypto_wipe(c->secret, sizeof c->secret);
    crypto_wipe(c->pool_key, sizeof c->pool_key);
}

enum err draw_case_expect(const struct draw_case *c, const char *states, const char *step)
{
    struct str rest = str_of(states);
    struct str one;
    while (str_cut(&one, &rest, '|'))
        if (str_eq(one, c->draw.state))
            return ERR_OK;
    return fault_set(&c->e->fault, ERR_STATE, "抽取 %.*s 目前的状态是“%s”，不能%s；没有任何改动",
                     STR_ARG(c->draw.number), office_draw_state_zh(c->draw.state), step);
}

/* --- entries, randomness --- */

const struct store_draw_entry *draw_case_entry(const struct draw_case *c, enum draw_kind kind,
                                               int64_t round)
{
    struct str name = draw_kind_name(kind);
    for (size_t i = c->entry_count; i > 0; i--) {
        const struct store_draw_entry *entry = &c->entries[i - 1];
        if (str_eq(entry->kind, name) && (round == 0 || entry->round == round))
            return entry;
    }
    return NULL;
}

enum err draw_case_asked(struct draw_asked *out, const struct draw_case *c, int64_t round)
{
    struct errand *e = c->e;
    if (round == 1) {
        memcpy(out->leaf, c->leaf, CRYPTO_HASH);
        out->sources = c->commitment.sources;
        out->count = c->commitment.source_count;
        return ERR_OK;
    }
    const struct store_draw_entry *entry =
        draw_case_entry(c, round == 2 ? DRAW_TEAMS : DRAW_REFILL, round);
    if (entry == NULL)
        return fault_set(&e->fault, ERR_STATE, "第 %lld 轮还没有确定随机来源", (long long)round);
    crypto_leaf(out->leaf, entry->body);
    if (round == 2) {
        struct draw_teams_entry teams = {0};
        TRY(draw_teams_entry_parse(&teams, e->arena, entry->body, &e->fault));
        out->sources = teams.sources;
        out->count = teams.source_count;
        return ERR_OK;
    }
    struct draw_refill_entry refill = {0};
    TRY(draw_refill_entry_parse(&refill, e->arena, entry->body, &e->fault));
    out->sources = refill.sources;
    out->count = refill.source_count;
    return ERR_OK;
}

/* The salt of a round: empty in an open draw, else the round's code. */
static enum err case_salt(struct draw_salt *salt, const struct draw_case *c, int64_t round)
{
    const uint8_t(*secrets)[CRYPTO_HASH] = (const uint8_t(*)[CRYPTO_HASH])c->secret;
    return draw_salt_round(salt, &c->commitment, secrets, c->draw.sealed ? 1 : 0, (uint64_t)round,
                           &c->e->fault);
}

enum err draw_case_seed(uint8_t seed[CRYPTO_HASH], const struct draw_case *c, int64_t round)
{
    struct errand *e = c->e;
    struct draw_asked asked = {0};
    struct draw_beacon beacon = {0};
    struct draw_salt salt = {0};
    const struct store_draw_entry *entry = draw_case_entry(c, DRAW_BEACON, round);
    if (entry == NULL)
        return fault_set(&e->fault, ERR_STATE, "第 %lld 轮的随机数还没有登记", (long long)round);
    TRY(draw_case_asked(&asked, c, round));
    TRY(draw_beacon_parse(&beacon, e->arena, entry->body, &e->fault));
    TRY(draw_beacon_check(&beacon, asked.leaf, asked.sources, asked.count, &e->fault));
    TRY(case_salt(&salt, c, round));
    struct buf randomness = {0};
    enum err err = draw_randomness(&randomness, asked.leaf, beacon.parts, beacon.part_count);
    if (err == ERR_OK)
        draw_seed_make(seed, &salt, buf_view(&randomness));
    buf_free(&randomness);
    crypto_wipe(&salt, sizeof salt);
    return err;
}

/* --- files --- */

const char *draw_case_blob(const struct errand *e, struct str digest)
{
    struct buf path = {0};
    const char *root = office_path(e->arena, e->office, "blobs");
    if (root == NULL || digest.len != CRYPTO_HASH)
        return NULL;
    vault_blob_path(&path, root, (const uint8_t *)digest.data);
    const char *copy = buf_err(&path) == ERR_OK ? arena_cstr(e->arena, buf_view(&path)) : NULL;
    buf_free(&path);
    return copy;
}

/* What a sealed file begins with; no file of a draw does in plain text. */
#define CASE_VEILED STR("sunlot-veiled/1\n")

static struct str case_file_place(const struct draw_case *c, struct str name)
{
    return arena_printf(c->e->arena, "draw|%.*s|%lld|file|%.*s", STR_ARG(c->e->office->tenant),
                        (long long)c->draw.id, STR_ARG(name));
}

static enum err paper_blob(struct draw_paper *paper, const struct draw_case *c, const char *root)
{
    struct buf sealed = {0};
    struct str place = case_file_place(c, paper->name);
    if (!c->draw.sealed)
        return vault_blob_put(paper->blob, root, paper->bytes);
    buf_str(&sealed, CASE_VEILED);
    enum err err = place.data != NULL ? buf_err(&sealed) : ERR_MEMORY;
    if (err == ERR_OK)
        err = crypto_seal(&sealed, c->e->office->seal_key, place, paper->bytes);
    if (err == ERR_OK)
        err = vault_blob_put(paper->blob, root, buf_view(&sealed));
    buf_free(&sealed);
    return err;
}

enum err draw_paper_put(struct draw_paper *paper, const struct draw_case *c, struct str name,
                        struct str bytes)
{
    struct errand *e = c->e;
    const char *root = office_path(e->arena, e->office, "blobs");
    *paper = (struct draw_paper){.name = name, .bytes = bytes};
    if (root == NULL)
        return ERR_MEMORY;
    if (c->draw.sealed)
        TRY(crypto_random(paper->blind, sizeof paper->blind));
    draw_digest(paper->digest, paper->blind, bytes);
    enum err err = paper_blob(paper, c, root);
    if (err == ERR_OK)
        return ERR_OK;
    return fault_set(&e->fault, err, "写入文件 %.*s 失败：%s；没有任何改动", STR_ARG(name),
                     err_zh(err));
}

enum err draw_paper_add(const struct draw_paper *paper, const struct draw_case *c, struct db_tx *tx)
{
    struct errand *e = c->e;
    struct buf sealed = {0};
    struct str place = case_place(c, arena_cstr(e->arena, paper->name));
    enum err err = crypto_seal(&sealed, e->office->seal_key, place,
                               str_range((const char *)paper->blind, sizeof paper->blind));
    const struct store_draw_file file = {paper->name,
                                         str_range((const char *)paper->blob, CRYPTO_HASH),
                                         buf_view(&sealed), (int64_t)paper->bytes.len};
    if (err == ERR_OK)
        err = store_draw_file_add(tx, e->office->tenant, c->draw.id, &file, e->now);
    buf_free(&sealed);
    return err;
}

enum err draw_case_blind(uint8_t blind[CRYPTO_HASH], const struct draw_case *c,
                         const struct store_draw_file *file)
{
    struct errand *e = c->e;
    struct buf plain = {0};
    struct str place = case_place(c, arena_cstr(e->arena, file->name));
    enum err err = crypto_open(&plain, e->office->seal_key, place, file->blind);
    if (err == ERR_OK && plain.len != CRYPTO_HASH)
        err = ERR_DAMAGED;
    if (err == ERR_OK)
        memcpy(blind, plain.data, CRYPTO_HASH);
    crypto_wipe(plain.data, plain.cap);
    buf_free(&plain);
    return err;
}

/* Opens what was read; blob is emptied. */
static enum err case_file_open(struct str *out, const struct draw_case *c, struct str name,
                               struct buf *blob)
{
    struct buf plain = {0};
    struct str bytes = buf_view(blob);
    struct str place = case_file_place(c, name);
    if (!str_starts(bytes, CASE_VEILED))
        return arena_keep(out, c->e->arena, blob, ERR_OK);
    bytes = str_sub(bytes, CASE_VEILED.len, bytes.len);
    enum err err =
        place.data != NULL ? crypto_open(&plain, c->e->office->seal_key, place, bytes) : ERR_MEMORY;
    buf_free(blob);
    return arena_keep(out, c->e->arena, &plain, err);
}

enum err draw_case_bytes(struct str *out, const struct draw_case *c,
                         const struct store_draw_file *file)
{
    struct errand *e = c->e;
    struct buf blob = {0};
    uint8_t digest[CRYPTO_HASH];
    const char *path = draw_case_blob(e, file->digest);
    enum err err = path != NULL ? file_read(&blob, path, CASE_FILE_MAX) : ERR_MEMORY;
    if (err == ERR_OK) {
        crypto_sha256(digest, buf_view(&blob));
        err = crypto_hash_eq(digest, (const uint8_t *)file->digest.data) ? ERR_OK : ERR_DAMAGED;
    }
    if (err == ERR_OK)
        err = case_file_open(out, c, file->name, &blob);
    buf_free(&blob);
    if (err != ERR_OK)
        return fault_set(&e->fault, err, "抽取 %.*s 的文件 %.*s 缺失或已被改动，请从备份恢复",
                         STR_ARG(c->draw.number), STR_ARG(file->name));
    return ERR_OK;
}

enum err draw_case_file(struct str *out, const struct draw_case *c, struct db_tx *tx,
                        struct str name)
{
    struct store_draw_file file = {0};
    struct errand *e = c->e;
    TRY(store_draw_file_get(&file, e->arena, tx, e->office->tenant, c->draw.id, name));
    return draw_case_bytes(out, c, &file);
}

static enum err case_pool_lines(const struct draw_case *c, struct draw_pool *pool,
                                struct file_lines *lines, draw_each_object *each, void *ctx)
{
    struct str line;
    struct draw_object object;
    enum err err = file_lines_next(lines, &line);
    while (err == ERR_OK) {
        TRY(draw_pool_line(&object, pool, line, &c->e->fault));
        TRY(each(ctx, &object, &c->e->fault));
        err = file_lines_next(lines, &line);
    }
    return err == ERR_END ? ERR_OK : err;
}

enum err draw_case_pool(const struct draw_case *c, struct str digest, draw_each_object *each,
                        void *ctx)
{
    struct errand *e = c->e;
    struct draw_pool *pool = NULL;
    struct file_lines lines = {0};
    const char *path = draw_case_blob(e, digest);
    if (path == NULL)
        return ERR_MEMORY;
    TRY(draw_pool_open(&pool, e->arena, c->draw.blinded ? c->pool_key : NULL));
    enum err err = file_lines_open(&lines, path);
    if (err != ERR_OK)
        return fault_set(&e->fault, err, "抽取 %.*s 的名单文件 pool.tsv 无法读取，请从备份恢复",
                         STR_ARG(c->draw.number));
    err = case_pool_lines(c, pool, &lines, each, ctx);
    file_lines_close(&lines);
    return err == ERR_OK ? draw_pool_check(pool, &c->commitment, &e->fault) : err;
}

/* --- writing --- */

static enum err case_overtaken(const struct draw_case *c)
{
    return fault_set(&c->e->fault, ERR_STATE,
                     "抽取 %.*s 刚刚被他人推进了一步，本次没有改动，请重新查看",
                     STR_ARG(c->draw.number));
}

enum err draw_case_log(struct draw_case *c, struct db_tx *tx, enum draw_kind kind, int64_t round,
                       struct str body)
{
    struct errand *e = c->e;
    int64_t idx = 0;
    int64_t seq = c->entry_count > 0 ? c->entries[c->entry_count - 1].seq + 1 : 1;
    TRY(office_log_append(&idx, e, tx, body));
    const struct store_draw_entry entry = {seq, draw_kind_name(kind), round, idx, body};
    enum err err = store_draw_entry_add(tx, e->office->tenant, c->draw.id, &entry);
    return err == ERR_DUPLICATE ? case_overtaken(c) : err;
}

enum err draw_case_step(struct draw_case *c, struct db_tx *tx, struct str state, struct str action,
                        struct str detail)
{
    struct errand *e = c->e;
    enum err err = store_draw_step(tx, &c->draw, state);
    if (err == ERR_CONFLICT)
        return case_overtaken(c);
    TRY(err);
    TRY(office_audit(e, tx, action, c->draw.number, detail));
    return office_once_done(e, tx, action, detail);
}

static enum err case_fresh_get(const struct draw_case *c, struct db_tx *tx)
{
    struct store_draw now = {0};
    TRY(store_draw_get(&now, c->e->arena, tx, c->e->office->tenant, c->draw.number));
    return now.version == c->draw.version ? ERR_OK : ERR_CONFLICT;
}

enum err draw_case_fresh(const struct draw_case *c, struct db_tx *tx)
{
    enum err err = case_fresh_get(c, tx);
    return err == ERR_CONFLICT ? case_overtaken(c) : err;
}

/* --- sources --- */

/* data/drand.csv: chain,name,period,genesis. The round's time, or 0 when the chain is unknown. */
static int64_t case_drand_time(const struct draw_source *source)
{
    struct buf chain = {0};
    buf_hex(&chain, source->hash, sizeof source->hash);
    struct str rest = model_data_find("drand.csv");
    struct str line;
    struct str cell[4];
    uint64_t period = 0;
    uint64_t genesis = 0;
    int64_t time = 0;
    while (str_cut(&line, &rest, '\n')) {
        int n = 0;
        while (n < 4 && str_cut(&cell[n], &line, ','))
            n++;
        if (n == 4 && str_eq(cell[0], buf_view(&chain)) && str_u64(&period, cell[2]) == ERR_OK &&
            str_u64(&genesis, cell[3]) == ERR_OK)
            time = (int64_t)(genesis + (source->round - 1) * period) * TIME_SECOND;
    }
    buf_free(&chain);
    return time;
}

static enum err case_source_late(struct errand *e, const struct draw_source *source)
{
    if (source->kind != DRAW_SOURCE_DRAND)
        return ERR_OK;
    int64_t time = case_drand_time(source);
    if (time == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         "drand 链不在已知清单中，无法确认该轮随机数尚未产生；没有任何改动");
    if (time <= e->now)
        return fault_set(&e->fault, ERR_INPUT,
                         "drand 第 %llu 轮的随机数已经产生，必须选用将来的轮次；没有任何改动",
                         (unsigned long long)source->round);
    return ERR_OK;
}

enum err draw_case_sources(struct draw_source **out, struct errand *e, struct db_tx *tx,
                           const struct str *texts, size_t count)
{
    uint64_t bits = 0;
    if (count == 0 || count > DRAW_SOURCES)
        return fault_set(&e->fault, ERR_INPUT,
                         "必须指定随机来源（--source），例如 \"dice 10 20\"；没有任何改动");
    *out = arena_array(e->arena, count, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        TRY(draw_source_parse(&(*out)[i], texts[i], &e->fault));
        TRY(case_source_late(e, &(*out)[i]));
    }
    TRY(office_setting_count(&bits, e, tx, MODEL_SETTING_ENTROPY_BITS));
    return draw_sources_enough(*out, count, bits, &e->fault);
}
