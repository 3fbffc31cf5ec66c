/* Masking by the fields' own descriptions: see mask.h. */
#include "office/mask.h"

#include "ids/person.h"

#include <string.h>

enum { MASK_TAIL = 4 };

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
