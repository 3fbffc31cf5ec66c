/* Personal numbers in the database: see personal.h. */
#include "office/personal.h"

#include "crypto/seal.h"
#include "crypto/wipe.h"

#define PERSONAL_SEALED "sealed:"
enum { PERSONAL_BYTES = 1024, PERSONAL_PIECE = 500 };

static const char *const personal_tables[STORE_PERSONAL_COUNT] = {
    [STORE_PERSONAL_INSPECTOR] = "inspector",   [STORE_PERSONAL_ACCOUNT] = "account",
    [STORE_PERSONAL_DEPARTMENT] = "department", [STORE_PERSONAL_FEEDBACK] = "feedback",
    [STORE_PERSONAL_LIBRARY] = "library_row",
};

static struct arena *personal_arena(const struct errand *e, const struct office_personal *at)
{
    return at->arena != NULL ? at->arena : e->arena;
}

/* The licence, which may hold any character, stands between what holds no bar. */
static struct str personal_place(const struct errand *e, const struct office_personal *at)
{
    struct arena *arena = personal_arena(e, at);
    struct str tenant = e->office->tenant;
    if (at->column == STORE_PERSONAL_LIBRARY)
        return arena_printf(arena, "personal|%.*s|library_row|%lld|%lld|%.*s|phone",
                            STR_ARG(tenant), (long long)at->id, (long long)at->object,
                            STR_ARG(at->licence));
    return arena_printf(arena, "personal|%.*s|%s|%lld|%s", STR_ARG(tenant),
                        personal_tables[at->column], (long long)at->id,
                        at->column == STORE_PERSONAL_FEEDBACK ? "contact" : "phone");
}

/* Opens a number that is sealed for this place; ERR_MISSING: the text is none. */
static enum err personal_lift(struct str *out, struct errand *e, const struct office_personal *at,
                              struct str text, struct str place)
{
    uint8_t bytes[PERSONAL_BYTES];
    struct buf plain = {0};
    struct str head = STR(PERSONAL_SEALED);
    struct str hex = str_sub(text, head.len, text.len);
    bool sealed = str_starts(text, head) && hex.len > 2 * CRYPTO_SEAL_EXTRA &&
                  hex.len <= 2 * sizeof bytes && str_unhex(bytes, hex.len / 2, hex) == ERR_OK;
    if (!sealed)
        return ERR_MISSING;
    enum err err = crypto_open(&plain, e->office->seal_key, place,
                               str_range((const char *)bytes, hex.len / 2));
    if (err == ERR_OK)
        *out = arena_str(personal_arena(e, at), buf_view(&plain));
    if (plain.data != NULL)
        crypto_wipe(plain.data, plain.cap);
    buf_free(&plain);
    return err == ERR_OK && out->data == NULL ? ERR_MEMORY : err;
}

enum err office_personal_seal(struct str *value, struct errand *e, const struct office_personal *at)
{
    struct buf sealed = {0};
    struct str held;
    struct str place = personal_place(e, at);
    if (value->len == 0)
        return ERR_OK;
    if (place.data == NULL)
        return ERR_MEMORY;
    if (personal_lift(&held, e, at, *value, place) == ERR_OK)
        return ERR_OK;
    TRY(crypto_seal(&sealed, e->office->seal_key, place, *value));
    struct str hex = arena_hex(personal_arena(e, at), (const uint8_t *)sealed.data, sealed.len);
    buf_free(&sealed);
    *value = arena_printf(personal_arena(e, at), PERSONAL_SEALED "%.*s", STR_ARG(hex));
    return hex.data != NULL && value->data != NULL ? ERR_OK : ERR_MEMORY;
}

enum err office_personal_open(struct str *value, struct errand *e, const struct office_personal *at)
{
    struct str place = personal_place(e, at);
    if (!str_starts(*value, STR(PERSONAL_SEALED)))
        return ERR_OK;
    if (place.data == NULL)
        return ERR_MEMORY;
    enum err err = personal_lift(value, e, at, *value, place);
    if (err == ERR_OK || err == ERR_MISSING)
        return ERR_OK;
    if (err != ERR_MEMORY && err != ERR_CRYPTO)
        return fault_set(&e->fault, ERR_DAMAGED,
                         "%s无法打开（密钥文件与数据库不配套，或者数据被改动）",
                         at->column == STORE_PERSONAL_FEEDBACK ? "联系方式" : "电话号码");
    return err;
}

static struct office_personal personal_at(enum store_personal column,
                                          const struct store_personal_row *row)
{
    return (struct office_personal){
        .column = column, .id = row->id, .object = row->object, .licence = row->licence};
}

static enum err personal_check(struct errand *e, struct db_tx *tx, enum store_personal column)
{
    struct store_personal_row *rows = NULL;
    size_t count = 0;
    TRY(store_personal_all(&rows, &count, e->arena, tx, e->office->tenant, column));
    for (size_t i = 0; i < count; i++) {
        const struct office_personal at = personal_at(column, &rows[i]);
        TRY(office_personal_open(&rows[i].value, e, &at));
    }
    return ERR_OK;
}

enum err office_personal_check(struct errand *e, struct db_tx *tx)
{
    for (int i = 0; i < STORE_PERSONAL_COUNT; i++)
        TRY(personal_check(e, tx, (enum store_personal)i));
    return ERR_OK;
}

/* --- what stands in plain text --- */

struct personal_sweep {
    struct errand *e;
    enum store_personal column;
    uint64_t count;
    bool more;
};

static enum err personal_piece(struct db_tx *tx, void *ctx)
{
    struct personal_sweep *s = ctx;
    struct errand *e = s->e;
    struct store_personal_row *rows = NULL;
    size_t count = 0;
    const struct store_personal_find find = {e->office->tenant, s->column, PERSONAL_SEALED,
                                             PERSONAL_PIECE};
    TRY(store_personal_plain(&rows, &count, e->arena, tx, &find));
    for (size_t i = 0; i < count; i++) {
        const struct office_personal at = personal_at(s->column, &rows[i]);
        TRY(office_personal_seal(&rows[i].value, e, &at));
        TRY(store_personal_put(tx, e->office->tenant, s->column, &rows[i]));
    }
    s->count = count;
    s->more = count == PERSONAL_PIECE;
    return ERR_OK;
}

enum err office_personal_sweep(uint64_t *count, struct errand *e)
{
    *count = 0;
    for (int i = 0; i < STORE_PERSONAL_COUNT; i++) {
        struct personal_sweep s = {e, (enum store_personal)i, 0, true};
        while (s.more) {
            TRY(office_write(e, "personal-sweep", personal_piece, &s));
            *count += s.count;
        }
    }
    return ERR_OK;
}
