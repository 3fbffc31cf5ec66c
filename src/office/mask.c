/* Masking by the fields' own descriptions: see mask.h. */
#include "office/mask.h"

#include "base/time.h"
#include "ids/person.h"
#include "office/audit.h"
#include "store/inspector.h"

#include <string.h>

enum { MASK_TAIL = 4, MASK_REASON = 600 }; /* bytes */

/* ****4567: the last four characters, of anything shorter than eight none. */
static struct str mask_number(struct arena *arena, struct str value)
{
    char *data = arena_alloc(arena, value.len + 1);
    if (data == NULL)
        return (struct str){0};
    size_t tail = value.len >= 2 * MASK_TAIL ? MASK_TAIL : 0;
    while (tail > 0 && ((unsigned char)value.data[value.len - tail] & 0xC0) == 0x80)
        tail--; /* never inside a character */
    memset(data, '*', value.len - tail);
    if (tail > 0)
        memcpy(data + value.len - tail, value.data + value.len - tail, tail);
    return str_range(data, value.len);
}

bool office_masked(const struct field *field)
{
    return field->mask == MASK_PHONE || field->mask == MASK_IDCARD || field->mask == MASK_SECRET;
}

struct str office_mask(struct arena *arena, const struct field *field, struct str value)
{
    if (value.len == 0 || !office_masked(field))
        return value;
    if (field->mask == MASK_PHONE)
        return ids_mask_phone(arena, value);
    if (field->mask == MASK_IDCARD)
        return ids_mask_idcard(arena, value);
    return mask_number(arena, value);
}

static enum err unmask_rate(struct errand *e, struct db_tx *tx)
{
    uint64_t most = 0;
    int64_t done = 0;
    const struct store_doings find = {e->office->tenant, e->actor, STR("person-unmask"),
                                      e->now - 3600 * TIME_SECOND};
    TRY(office_setting_count(&most, e, tx, MODEL_SETTING_UNMASK_RATE));
    TRY(store_audit_doings(&done, tx, &find));
    if ((uint64_t)done < most)
        return ERR_OK;
    return fault_set(&e->fault, ERR_RATE, "一小时内查看完整号码已达 %llu 次，请稍后再看；没有显示",
                     (unsigned long long)most);
}

enum err office_unmask(struct errand *e, struct db_tx *tx, struct str subject, struct str reason)
{
    struct str why = str_trim(reason);
    if (why.len == 0 || why.len > MASK_REASON)
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "请写明为什么要看完整号码（最多约200字）；没有显示");
    TRY(unmask_rate(e, tx));
    return office_audit(e, tx, STR("person-unmask"), subject, why);
}
