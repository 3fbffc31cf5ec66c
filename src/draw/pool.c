/* A pass over a pool: see pool.h.
 *
 * What is kept between two lines is the last id, the strata with their counts, the Merkle stack,
 * and up to CRYPTO_BATCH leaves that wait to be hashed together (crypto/batch.h). Ids are strictly
 * ascending, which gives order and uniqueness at once: TAB is below every character of an id, so
 * ids sort as whole lines do. */
#include "draw/pool.h"

#include "base/arena.h"
#include "crypto/batch.h"
#include "draw/strata.h"

#include <stdlib.h>
#include <string.h>

struct draw_pool {
    struct arena *arena;
    bool blinded;
    struct crypto_ticket key;
    struct crypto_merkle tree;
    size_t waiting; /* leaves not hashed yet */
    struct str leaves[CRYPTO_BATCH];
    char bytes[CRYPTO_BATCH][DRAW_LEAF_MAX];
    struct draw_strata strata;
    uint64_t counts[DRAW_STRATA];
    size_t last_len;
    char last[DRAW_ID_MAX];
};

/* The key stays in the pass as two midstates; wipe the arena when the draw is sealed. */
enum err draw_pool_open(struct draw_pool **pool, struct arena *arena, const uint8_t *pool_key)
{
    struct draw_pool *p = arena_alloc(arena, sizeof *p);
    if (p == NULL)
        return ERR_MEMORY;
    p->arena = arena;
    p->blinded = pool_key != NULL;
    if (p->blinded)
        crypto_ticket_init(&p->key, pool_key);
    crypto_merkle_init(&p->tree);
    *pool = p;
    return ERR_OK;
}

/* Cuts at the TAB; checks the id, but of the stratum only that it is there. */
static enum err line_cut(struct draw_object *object, struct str line, struct fault *fault)
{
    ptrdiff_t tab = str_find_char(str_sub(line, 0, DRAW_ID_MAX + 1), '\t');
    if (tab < 0)
        return fault_set(fault, ERR_INPUT, "缺少制表符，应为“对象编号<TAB>分层”");
    object->id = str_range(line.data, (size_t)tab);
    object->stratum = str_range(line.data + tab + 1, line.len - (size_t)tab - 1);
    if (!draw_id_ok(object->id))
        return fault_set(fault, ERR_INPUT, "对象编号应为 1 至 64 个数字、大写字母、“-”或“.”");
    return ERR_OK;
}

/* A name that is new to this pass, or to be written. */
static enum err stratum_check(struct str name, struct fault *fault)
{
    if (!draw_name_ok(name, DRAW_NAME_MAX))
        return fault_set(fault, ERR_INPUT, "分层名称应为 1 至 64 字节，不含空格和控制字符");
    return ERR_OK;
}

enum err draw_pool_split(struct draw_object *object, struct str line, struct fault *fault)
{
    TRY(line_cut(object, line, fault));
    return stratum_check(object->stratum, fault);
}

/* A name seen before was checked then. */
static enum err pool_count(struct draw_pool *pool, struct str name, struct fault *fault)
{
    ptrdiff_t index = draw_strata_find(&pool->strata, name);
    if (index < 0) {
        TRY(stratum_check(name, fault));
        struct str copy = arena_str(pool->arena, name);
        if (copy.data == NULL)
            return ERR_MEMORY;
        if (draw_strata_add(&pool->strata, copy) != ERR_OK)
            return fault_set(fault, ERR_LIMIT, "分层超过 %d 个", DRAW_STRATA);
        index = (ptrdiff_t)pool->strata.count - 1;
    }
    pool->counts[index]++;
    return ERR_OK;
}

/* Strictly ascending ids; the id is kept for the next line. */
static enum err pool_order(struct draw_pool *pool, struct str id, struct fault *fault)
{
    int order = str_cmp(str_range(pool->last, pool->last_len), id);
    if (order == 0)
        return fault_set(fault, ERR_DUPLICATE, "对象 %.*s 重复", STR_ARG(id));
    if (order > 0)
        return fault_set(fault, ERR_INPUT, "对象 %.*s 没有按字节顺序排列", STR_ARG(id));
    memcpy(pool->last, id.data, id.len);
    pool->last_len = id.len;
    return ERR_OK;
}

/* Section 2: the first 16 bytes of HMAC(pool-key, "leaf:" || id || 0x01), which is a ticket. */
static void nonce_make(uint8_t nonce[DRAW_NONCE], const struct crypto_ticket *key, struct str id)
{
    uint8_t mac[DRAW_HASH];
    char label[5 + DRAW_ID_MAX] = "leaf:";
    size_t len = id.len < DRAW_ID_MAX ? id.len : DRAW_ID_MAX;
    memcpy(label + 5, id.data, len);
    crypto_ticket_make(mac, key, str_range(label, 5 + len));
    memcpy(nonce, mac, DRAW_NONCE);
}

void draw_pool_nonce(uint8_t nonce[DRAW_NONCE], const uint8_t pool_key[DRAW_HASH], struct str id)
{
    struct crypto_ticket key;
    crypto_ticket_init(&key, pool_key);
    nonce_make(nonce, &key, id);
}

/* Lays TAB and hex(nonce) behind the line. Returns the leaf's length. */
static size_t leaf_blind(char *leaf, size_t len, const struct crypto_ticket *key, struct str id)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t nonce[DRAW_NONCE];
    nonce_make(nonce, key, id);
    leaf[len++] = '\t';
    for (size_t i = 0; i < DRAW_NONCE; i++) {
        leaf[len++] = digits[nonce[i] >> 4];
        leaf[len++] = digits[nonce[i] & 15];
    }
    return len;
}

/* Hashes the leaves that wait. */
static void pool_flush(struct draw_pool *pool)
{
    uint8_t hashes[CRYPTO_BATCH][DRAW_HASH];
    crypto_leaf_many(hashes, pool->leaves, pool->waiting);
    crypto_merkle_add_many(&pool->tree, hashes, pool->waiting);
    pool->waiting = 0;
}

/* A line was checked to fit. */
static void pool_add(struct draw_pool *pool, struct str line, struct str id)
{
    char *leaf = pool->bytes[pool->waiting];
    size_t len = line.len;
    memcpy(leaf, line.data, len);
    if (pool->blinded)
        len = leaf_blind(leaf, len, &pool->key, id);
    pool->leaves[pool->waiting++] = str_range(leaf, len);
    if (pool->waiting == CRYPTO_BATCH)
        pool_flush(pool);
}

/* Checks before anything is counted or hashed, so that a refused line leaves no trace. */
static enum err pool_take(struct draw_object *object, struct draw_pool *pool, struct str line,
                          struct fault *fault)
{
    TRY(line_cut(object, line, fault));
    TRY(pool_order(pool, object->id, fault));
    TRY(pool_count(pool, object->stratum, fault));
    pool_add(pool, line, object->id);
    return ERR_OK;
}

/* The row named in a fault is that of the line just given. */
enum err draw_pool_line(struct draw_object *object, struct draw_pool *pool, struct str line,
                        struct fault *fault)
{
    struct draw_object taken;
    enum err err = pool_take(&taken, pool, line, fault);
    if (err != ERR_OK)
        return draw_at_row(err, fault, draw_pool_size(pool) + 1);
    if (object != NULL)
        *object = taken;
    return ERR_OK;
}

enum err draw_pool_root(uint8_t root[DRAW_HASH], struct draw_pool *pool)
{
    pool_flush(pool);
    crypto_merkle_root(root, &pool->tree);
    return ERR_OK;
}

uint64_t draw_pool_size(const struct draw_pool *pool)
{
    return pool->tree.size + pool->waiting;
}

/* By raw bytes of the name, as everything in the protocol is sorted. */
static int stratum_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct draw_stratum *)a)->name, ((const struct draw_stratum *)b)->name);
}

/* What a commitment needs; the caller sets mode and ratio of each. */
enum err draw_pool_strata(struct draw_stratum **strata, size_t *count, const struct draw_pool *pool,
                          struct arena *arena)
{
    struct draw_stratum *list = arena_array(arena, pool->strata.count, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < pool->strata.count; i++)
        list[i] = (struct draw_stratum){pool->strata.names[i], pool->counts[i], DRAW_FIXED, 0, 1};
    if (pool->strata.count > 0)
        qsort(list, pool->strata.count, sizeof *list, stratum_cmp);
    *strata = list;
    *count = pool->strata.count;
    return ERR_OK;
}

/* A committed stratum without any object is lawful and counts 0. */
static enum err counts_check(struct draw_pool *pool, const struct draw_commitment *commitment,
                             struct fault *fault)
{
    for (size_t i = 0; i < commitment->stratum_count; i++) {
        const struct draw_stratum *stratum = &commitment->strata[i];
        ptrdiff_t at = draw_strata_find(&pool->strata, stratum->name);
        uint64_t count = at < 0 ? 0 : pool->counts[at];
        if (count != stratum->count)
            return fault_set(fault, ERR_PROOF, "分层“%.*s”承诺 %llu 个对象，名单中有 %llu 个",
                             STR_ARG(stratum->name), (unsigned long long)stratum->count,
                             (unsigned long long)count);
    }
    return ERR_OK;
}

/* Sizes equal and every committed stratum's count met: then no other stratum can have any. */
enum err draw_pool_check(struct draw_pool *pool, const struct draw_commitment *commitment,
                         struct fault *fault)
{
    uint8_t root[DRAW_HASH];
    pool_flush(pool);
    if (pool->tree.size != commitment->pool_size)
        return fault_set(fault, ERR_PROOF, "承诺的名单有 %llu 个对象，现有 %llu 个",
                         (unsigned long long)commitment->pool_size,
                         (unsigned long long)pool->tree.size);
    TRY(counts_check(pool, commitment, fault));
    crypto_merkle_root(root, &pool->tree);
    if (!crypto_hash_eq(root, commitment->pool_root))
        return fault_set(fault, ERR_PROOF, "名单与承诺的哈希（pool-root）不符，名单被改动过");
    return ERR_OK;
}

enum err draw_pool_write(struct buf *out, struct str id, struct str stratum, struct fault *fault)
{
    if (!draw_id_ok(id))
        return fault_set(fault, ERR_INPUT, "对象编号应为 1 至 64 个数字、大写字母、“-”或“.”");
    TRY(stratum_check(stratum, fault));
    buf_str(out, id);
    buf_char(out, '\t');
    buf_str(out, stratum);
    return buf_err(out);
}

enum err draw_pool_leaf(struct buf *out, struct str line, const uint8_t *nonce)
{
    buf_str(out, line);
    if (nonce != NULL) {
        buf_char(out, '\t');
        buf_hex(out, nonce, DRAW_NONCE);
    }
    return buf_err(out);
}
