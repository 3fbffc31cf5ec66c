/* Names of sealed draws in the database: see veil.h. */
#include "office/veil.h"

#include "crypto/hash.h"
#include "crypto/siv.h"
#include "crypto/wipe.h"
#include "store/task.h"

#include <stdlib.h>
#include <string.h>

enum { VEIL_MARK = '~', VEIL_BYTES = 512 };

bool office_veiled(const struct store_draw *draw)
{
    return draw->sealed && !str_eq(draw->state, STR("disclosed"));
}

/* --- one name --- */

/* Two AES keys from the office's, which serves for nothing else in this form. */
static void veil_key(uint8_t key[CRYPTO_SIV_256], const struct errand *e)
{
    struct str seal = str_range((const char *)e->office->seal_key, CRYPTO_HASH);
    crypto_hmac(key, seal, STR("sunlot veil 1"));
    crypto_hmac(key + CRYPTO_HASH, seal, STR("sunlot veil 2"));
}

static struct str veil_place(const struct errand *e)
{
    return arena_printf(e->arena, "drawn|%.*s", STR_ARG(e->office->tenant));
}

static enum err veil_seal(struct buf *sealed, struct errand *e, struct str text)
{
    uint8_t key[CRYPTO_SIV_256];
    struct str place = veil_place(e);
    if (place.data == NULL || text.data == NULL)
        return ERR_MEMORY;
    veil_key(key, e);
    enum err err = crypto_siv_seal(sealed, str_range((const char *)key, sizeof key), place, text);
    crypto_wipe(key, sizeof key);
    return err;
}

enum err office_veil(struct str *out, struct errand *e, const struct store_draw *draw,
                     struct str plain)
{
    struct buf sealed = {0};
    *out = plain;
    if (!office_veiled(draw) || plain.len == 0 || str_eq(plain, STR("*")))
        return ERR_OK;
    enum err err = veil_seal(
        &sealed, e, arena_printf(e->arena, "%lld|%.*s", (long long)draw->id, STR_ARG(plain)));
    if (err == ERR_OK) {
        struct str hex = arena_hex(e->arena, (const uint8_t *)sealed.data, sealed.len);
        *out = arena_printf(e->arena, "%c%.*s", VEIL_MARK, STR_ARG(hex));
        err = out->data != NULL && hex.data != NULL ? ERR_OK : ERR_MEMORY;
    }
    buf_free(&sealed);
    return err;
}

/* Opens the sealed bytes: the draw's id and the name. */
static enum err veil_lift(int64_t *draw, struct str *name, struct errand *e, struct str sealed)
{
    uint8_t key[CRYPTO_SIV_256];
    struct buf plain = {0};
    struct str id;
    struct str text;
    struct str place = veil_place(e);
    if (place.data == NULL)
        return ERR_MEMORY;
    veil_key(key, e);
    enum err err = crypto_siv_open(&plain, str_range((const char *)key, sizeof key), place, sealed);
    crypto_wipe(key, sizeof key);
    TRY(arena_keep(&text, e->arena, &plain, err));
    if (!str_cut(&id, &text, '|') || text.data == NULL || str_i64(draw, id) != ERR_OK)
        return ERR_DAMAGED;
    *name = text;
    return ERR_OK;
}

/* The bytes of a veiled name; the length is 0 for a name that somebody gave. */
static size_t veil_bytes(uint8_t bytes[VEIL_BYTES], struct str name)
{
    if (name.len < 2 * CRYPTO_SIV_EXTRA || name.data[0] != VEIL_MARK)
        return 0;
    struct str hex = str_sub(name, 1, name.len - 1);
    bool veiled = hex.len <= 2 * VEIL_BYTES && str_unhex(bytes, hex.len / 2, hex) == ERR_OK;
    return veiled ? hex.len / 2 : 0;
}

enum err office_unveil(struct str *name, struct errand *e)
{
    uint8_t bytes[VEIL_BYTES];
    int64_t draw = 0;
    size_t size = veil_bytes(bytes, *name);
    if (size == 0)
        return ERR_OK;
    enum err err = veil_lift(&draw, name, e, str_range((const char *)bytes, size));
    if (err == ERR_DAMAGED)
        fault_set(&e->fault, err,
                  "封存抽取的名单无法打开（密钥文件与数据库不配套，或者数据被改动）");
    return err;
}

enum err office_veil_told(struct str *text, struct errand *e, struct db_tx *tx)
{
    uint8_t bytes[VEIL_BYTES];
    int64_t draw = 0;
    int64_t disclosed = 0;
    struct str name;
    size_t size = veil_bytes(bytes, *text);
    if (size == 0)
        return ERR_OK;
    enum err err = veil_lift(&draw, &name, e, str_range((const char *)bytes, size));
    if (err == ERR_OK)
        err = store_draw_disclosed(&disclosed, tx, e->office->tenant, draw);
    if (err != ERR_OK && err != ERR_DAMAGED)
        return err;
    *text = disclosed == 1 ? name : STR("封存抽取的对象（公开前不显示）");
    return ERR_OK;
}

enum err office_veil_forms(struct str *out, struct errand *e, struct db_tx *tx, struct str plain)
{
    struct store_disclosed *draws = NULL;
    size_t count = 0;
    struct buf forms = {0};
    enum err err =
        store_disclosed_draws(&draws, &count, e->arena, tx, e->office->tenant, INT64_MAX);
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const struct store_draw then = {.id = draws[i].id, .sealed = true, .state = STR("drawn")};
        struct str veiled;
        err = office_veil(&veiled, e, &then, plain);
        buf_char(&forms, '\x1F');
        buf_str(&forms, veiled);
    }
    buf_char(&forms, '\x1F');
    return arena_keep(out, e->arena, &forms, err);
}

/* --- visits --- */

static int veil_by_ticket(const void *a, const void *b)
{
    const struct store_visit *x = a;
    const struct store_visit *y = b;
    int order = str_cmp(x->ticket, y->ticket);
    return order != 0 ? order : str_cmp(x->pool_id, y->pool_id);
}

enum err office_visits(struct store_visit **out, size_t *count, struct errand *e, struct db_tx *tx,
                       const struct store_draw *draw)
{
    TRY(store_visits(out, count, e->arena, tx, e->office->tenant, draw->id));
    for (size_t i = 0; i < *count; i++) {
        TRY(office_unveil(&(*out)[i].pool_id, e));
        TRY(office_unveil(&(*out)[i].follows, e));
    }
    if (*count > 0)
        qsort(*out, *count, sizeof **out, veil_by_ticket);
    return ERR_OK;
}

enum err office_visit_get(struct store_visit *out, struct errand *e, struct db_tx *tx,
                          const struct store_draw *draw, struct str pool_id)
{
    struct str tenant = e->office->tenant;
    struct str name;
    TRY(office_veil(&name, e, draw, pool_id));
    enum err err = store_visit_get(out, e->arena, tx, tenant, draw->id, name);
    if (err == ERR_MISSING && !str_eq(name, pool_id))
        err = store_visit_get(out, e->arena, tx, tenant, draw->id, pool_id);
    TRY(err);
    TRY(office_unveil(&out->pool_id, e));
    return office_unveil(&out->follows, e);
}

enum err office_visits_add(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                           struct store_visit *visits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(office_veil(&visits[i].pool_id, e, draw, visits[i].pool_id));
        TRY(office_veil(&visits[i].follows, e, draw, visits[i].follows));
    }
    return store_visits_add(tx, visits, count);
}

/* --- seats --- */

static int veil_by_seat(const void *a, const void *b)
{
    return str_cmp(((const struct store_seat *)a)->seat, ((const struct store_seat *)b)->seat);
}

enum err office_seats(struct store_seat **out, size_t *count, struct errand *e, struct db_tx *tx,
                      const struct store_draw *draw)
{
    TRY(store_seats(out, count, e->arena, tx, e->office->tenant, draw->id));
    for (size_t i = 0; i < *count; i++) {
        TRY(office_unveil(&(*out)[i].seat, e));
        TRY(office_unveil(&(*out)[i].pool_id, e));
    }
    if (*count > 0)
        qsort(*out, *count, sizeof **out, veil_by_seat);
    return ERR_OK;
}

enum err office_seat_held(bool *out, struct errand *e, struct db_tx *tx,
                          const struct store_draw *draw, const struct store_seat *seat)
{
    struct store_seat *rows = NULL;
    size_t count = 0;
    struct str veiled;
    *out = false;
    TRY(office_veil(&veiled, e, draw, seat->pool_id));
    TRY(store_seats(&rows, &count, e->arena, tx, e->office->tenant, draw->id));
    for (size_t i = 0; i < count && !*out; i++)
        *out = (str_eq(rows[i].pool_id, veiled) || str_eq(rows[i].pool_id, seat->pool_id)) &&
               str_eq(rows[i].department, seat->department) &&
               str_eq(rows[i].inspector, seat->inspector);
    return ERR_OK;
}

enum err office_seats_add(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                          struct store_seat *seats, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(office_veil(&seats[i].seat, e, draw, seats[i].seat));
        TRY(office_veil(&seats[i].pool_id, e, draw, seats[i].pool_id));
    }
    return store_seats_add(tx, e->office->tenant, draw->id, seats, count);
}

enum err office_seats_move(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                           struct str from, struct str to)
{
    struct str veiled;
    struct str name;
    TRY(office_veil(&veiled, e, draw, from));
    TRY(office_veil(&name, e, draw, to));
    TRY(store_seats_move(tx, e->office->tenant, draw->id, veiled, name));
    if (str_eq(veiled, from))
        return ERR_OK;
    return store_seats_move(tx, e->office->tenant, draw->id, from, name);
}

enum err office_seat_change(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                            const struct store_seat_change *change)
{
    struct store_seat_change row = *change;
    TRY(office_veil(&row.seat, e, draw, change->seat));
    enum err err = store_seat_change(tx, &row);
    if (err == ERR_MISSING && !str_eq(row.seat, change->seat))
        err = store_seat_change(tx, change);
    return err;
}

/* --- recusals --- */

enum err office_recusal_add(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                            const struct store_recusal *recusal)
{
    struct store_recusal row = *recusal;
    struct store_recusal *known = NULL;
    size_t count = 0;
    /* one that stands there opened is the same declaration */
    TRY(office_recusals(&known, &count, e, tx, draw));
    for (size_t i = 0; i < count; i++)
        if (str_eq(known[i].inspector, recusal->inspector) &&
            str_eq(known[i].pool_id, recusal->pool_id))
            return ERR_DUPLICATE;
    TRY(office_veil(&row.pool_id, e, draw, recusal->pool_id));
    return store_recusal_add(tx, e->office->tenant, draw->id, &row, e->now, e->actor);
}

enum err office_recusals(struct store_recusal **out, size_t *count, struct errand *e,
                         struct db_tx *tx, const struct store_draw *draw)
{
    TRY(store_recusals(out, count, e->arena, tx, e->office->tenant, draw->id));
    for (size_t i = 0; i < *count; i++)
        TRY(office_unveil(&(*out)[i].pool_id, e));
    return ERR_OK;
}

/* --- opening for good --- */

enum err office_visit_open(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                           const struct store_visit *visit)
{
    struct str veiled;
    struct str follows;
    struct str tenant = e->office->tenant;
    TRY(office_veil(&veiled, e, draw, visit->pool_id));
    TRY(office_veil(&follows, e, draw, visit->follows)); /* that one stays veiled */
    if (str_eq(veiled, visit->pool_id))
        return ERR_OK;
    TRY(store_visit_rename(tx, tenant, visit->id, visit->pool_id, follows));
    TRY(store_recusals_rename(tx, tenant, draw->id, veiled, visit->pool_id));
    return store_seats_move(tx, tenant, draw->id, veiled, visit->pool_id);
}

static enum err veil_open_visits(struct errand *e, struct db_tx *tx, const struct store_draw *draw)
{
    struct store_visit *visits = NULL;
    size_t count = 0;
    struct str veiled;
    struct str tenant = e->office->tenant;
    TRY(office_visits(&visits, &count, e, tx, draw));
    for (size_t i = 0; i < count; i++) {
        const struct store_visit *v = &visits[i];
        TRY(office_veil(&veiled, e, draw, v->pool_id));
        TRY(store_visit_rename(tx, tenant, v->id, v->pool_id, v->follows));
        TRY(store_recusals_rename(tx, tenant, draw->id, veiled, v->pool_id));
        TRY(store_seats_move(tx, tenant, draw->id, veiled, v->pool_id));
    }
    return ERR_OK;
}

enum err office_draw_open(struct errand *e, struct db_tx *tx, const struct store_draw *draw)
{
    struct store_seat *seats = NULL;
    size_t count = 0;
    struct str veiled;
    if (!office_veiled(draw))
        return ERR_OK;
    TRY(veil_open_visits(e, tx, draw));
    TRY(office_seats(&seats, &count, e, tx, draw));
    for (size_t i = 0; i < count; i++) {
        TRY(office_veil(&veiled, e, draw, seats[i].seat));
        TRY(store_seat_rename(tx, e->office->tenant, draw->id, veiled, seats[i].seat));
    }
    return ERR_OK;
}

/* --- what was drawn this year --- */

static int veil_by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum err office_veiled_visited(struct str **out, size_t *count, struct errand *e, struct db_tx *tx,
                               int year)
{
    TRY(store_visited_veiled(out, count, e->arena, tx, e->office->tenant, year));
    for (size_t i = 0; i < *count; i++)
        TRY(office_unveil(&(*out)[i], e));
    if (*count > 0)
        qsort(*out, *count, sizeof **out, veil_by_name);
    return ERR_OK;
}
