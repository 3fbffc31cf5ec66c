/* Personal numbers, recognised and masked (GB 11643-1999, SECURITY.md PI2).
 *
 * Invariant: a masked text never shows more than the rule of its kind allows, whatever was put in;
 * what has an unexpected shape is shown as stars. */
#include "ids/person.h"

#include <string.h>

enum { IDCARD_LEN = 18, IDCARD_OLD_LEN = 15, PHONE_LEN = 11 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digit_run(struct str s)
{
    size_t n = 0;
    while (n < s.len && is_digit(s.data[n]))
        n++;
    return n;
}

static unsigned number(const char *digits, size_t count)
{
    unsigned value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (unsigned)(digits[i] - '0');
    return value;
}

static bool date_exists(unsigned year, unsigned month, unsigned day)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* Check character over 17 digits: weights 2^(18-i) mod 11 (ISO 7064 MOD 11-2). */
static char idcard_digit(const char *digits)
{
    unsigned sum = 0;
    for (size_t i = 0; i < IDCARD_LEN - 1; i++)
        sum = (sum + (unsigned)(digits[i] - '0')) * 2 % 11;
    return "10X98765432"[sum];
}

enum ids_check ids_idcard_check(struct str text)
{
    if (text.len == IDCARD_OLD_LEN) {
        if (digit_run(text) != IDCARD_OLD_LEN)
            return IDS_BAD_CHARACTER;
        unsigned year = 1900 + number(text.data + 6, 2);
        bool exists = date_exists(year, number(text.data + 8, 2), number(text.data + 10, 2));
        return exists ? IDS_VALID : IDS_BAD_DATE;
    }
    if (text.len != IDCARD_LEN)
        return IDS_BAD_LENGTH;
    char last = text.data[IDCARD_LEN - 1] == 'x' ? 'X' : text.data[IDCARD_LEN - 1];
    if (digit_run(text) < IDCARD_LEN - 1 || (!is_digit(last) && last != 'X'))
        return IDS_BAD_CHARACTER;
    unsigned year = number(text.data + 6, 4);
    if (year < 1800 || year > 2100 ||
        !date_exists(year, number(text.data + 10, 2), number(text.data + 12, 2)))
        return IDS_BAD_DATE;
    return idcard_digit(text.data) == last ? IDS_VALID : IDS_BAD_DIGIT;
}

bool ids_idcard_inside(struct str text)
{
    for (size_t at = 0; at + IDCARD_LEN <= text.len;) {
        struct str rest = str_sub(text, at, text.len);
        size_t run = digit_run(rest);
        bool alone = run == IDCARD_LEN || run == IDCARD_LEN - 1;
        if (alone && ids_idcard_check(str_sub(rest, 0, IDCARD_LEN)) == IDS_VALID)
            return true;
        at += run + 1;
    }
    return false;
}

bool ids_phone_inside(struct str text)
{
    for (size_t at = 0; at < text.len;) {
        struct str rest = str_sub(text, at, text.len);
        size_t run = digit_run(rest);
        if (run == PHONE_LEN && rest.data[0] == '1' && rest.data[1] >= '3')
            return true;
        at += run + 1;
    }
    return false;
}

/* Copies `text` with everything but the first `head` and last `tail` bytes as stars. */
static struct str mask_middle(struct arena *arena, struct str text, size_t head, size_t tail)
{
    char *data = arena_alloc(arena, text.len + 1);
    if (!data)
        return (struct str){0};
    memcpy(data, text.data, text.len);
    memset(data + head, '*', text.len - head - tail);
    return str_range(data, text.len);
}

static struct str stars(struct arena *arena, size_t count)
{
    char *data = arena_alloc(arena, count + 1);
    if (!data)
        return (struct str){0};
    memset(data, '*', count);
    return str_range(data, count);
}

struct str ids_mask_phone(struct arena *arena, struct str phone)
{
    if (digit_run(phone) == phone.len && phone.len >= PHONE_LEN)
        return mask_middle(arena, phone, 3, 4);
    bool landline = phone.len >= 7 && digit_run(str_sub(phone, phone.len - 2, 2)) == 2;
    return landline ? mask_middle(arena, phone, 0, 2) : stars(arena, phone.len);
}

struct str ids_mask_idcard(struct arena *arena, struct str text)
{
    bool usual = text.len == IDCARD_LEN || text.len == IDCARD_OLD_LEN;
    if (!usual || digit_run(text) + 1 < text.len)
        return stars(arena, text.len);
    return mask_middle(arena, text, 4, 4);
}

/* Bytes of the UTF-8 character at the start; at least 1. */
static size_t char_len(struct str s)
{
    size_t n = 1;
    while (n < s.len && ((unsigned char)s.data[n] & 0xC0) == 0x80)
        n++;
    return n;
}

static size_t char_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.data[i] & 0xC0) != 0x80;
    return count;
}

static bool compound_surname(struct str name)
{
    static const char *const surnames[] = {
        "欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容",
        "令狐", "宇文", "长孙", "司徒", "司空", "南宫", "端木", "澹台", "申屠", "钟离",
        "轩辕", "闻人", "赫连", "濮阳", "淳于", "单于", "太史", "公冶", "宗政", "独孤",
    };
    for (size_t i = 0; i < sizeof surnames / sizeof *surnames; i++)
        if (str_starts(name, str_of(surnames[i])))
            return true;
    return false;
}

struct str ids_mask_name(struct arena *arena, struct str name)
{
    size_t count = char_count(name);
    if (count < 2)
        return stars(arena, count);
    size_t head = char_len(name), shown = 1;
    if (count > 2 && compound_surname(name)) {
        head += char_len(str_sub(name, head, name.len));
        shown = 2;
    }
    char *data = arena_alloc(arena, head + count);
    if (!data)
        return (struct str){0};
    memcpy(data, name.data, head);
    memset(data + head, '*', count - shown);
    return str_range(data, head + count - shown);
}
