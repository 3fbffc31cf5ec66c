/* Kinds of numbers, and the repair of what spreadsheets do to them.
 *
 * A registry file rarely says which kind its number column holds: USCCs, 15-digit registration
 * numbers, older 13- and 14-digit ones and a cooperative's 469006NA110016X stand below each other,
 * and a spreadsheet has turned some into floating point. Invariant: repair never guesses a digit;
 * where digits are gone it says so. */
#include "ids/number.h"

#include "base/utf8.h"
#include "ids/person.h"

#include <string.h>

enum {
    EXACT_DIGITS = 15, /* decimal digits that a spreadsheet's number keeps */
    SHOWN_DIGITS = 11  /* fraction digits that no default display shows: the writer gave them all */
};

bool ids_check_ok(enum ids_check check)
{
    return check == IDS_VALID || check == IDS_VALID_ORG_MISMATCH;
}

const char *ids_check_text(enum ids_check check)
{
    static const char *const texts[] = {
        [IDS_VALID] = "正确",
        [IDS_VALID_ORG_MISMATCH] = "代码有效，但其中组织机构代码的校验位不符，请留意",
        [IDS_BAD_LENGTH] = "位数不正确",
        [IDS_BAD_CHARACTER] = "含有不允许的字符",
        [IDS_BAD_DIGIT] = "校验位不正确",
        [IDS_BAD_DATE] = "其中的出生日期不存在",
    };
    return texts[check];
}

static const struct {
    const char *code, *text;
} kinds[] = {
    [IDS_KIND_NONE] = {"none", "无编号"},           [IDS_KIND_USCC] = {"uscc", "统一社会信用代码"},
    [IDS_KIND_REGNO15] = {"regno15", "注册号"},     [IDS_KIND_OLD] = {"old", "旧注册号"},
    [IDS_KIND_IDCARD] = {"idcard", "居民身份证号"}, [IDS_KIND_OTHER] = {"other", "其他编号"},
};

const char *ids_kind_code(enum ids_kind kind)
{
    return kinds[kind].code;
}

const char *ids_kind_text(enum ids_kind kind)
{
    return kinds[kind].text;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.data[i]))
            return false;
    return s.len > 0;
}

static bool all_alnum(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.data[i]) && !is_upper(s.data[i]))
            return false;
    return s.len > 0;
}

/* A USCC with a character lost or doubled still starts like one: 1, 5, 9 or N, a category, and
 * the six digits of a division. */
static bool looks_like_uscc(struct str s)
{
    if (s.len < IDS_USCC_LEN - 2 || s.len > IDS_USCC_LEN + 2 || !all_alnum(s))
        return false;
    return strchr("159N", s.data[0]) && all_digits(str_sub(s, 2, 6));
}

/* 469006NA110016X and the like: a division, NA, six digits, a check character. */
static bool looks_like_cooperative(struct str s)
{
    return s.len == IDS_REGNO_LEN && all_digits(str_sub(s, 0, 6)) &&
           str_eq(str_sub(s, 6, 2), STR("NA")) && all_digits(str_sub(s, 8, 6)) &&
           all_alnum(str_sub(s, 14, 1));
}

enum ids_kind ids_number_kind(struct str number)
{
    if (number.len == 0)
        return IDS_KIND_NONE;
    if (number.len == IDS_USCC_LEN && all_alnum(number)) {
        bool person = ids_idcard_check(number) == IDS_VALID;
        return person && !ids_check_ok(ids_uscc_check(number)) ? IDS_KIND_IDCARD : IDS_KIND_USCC;
    }
    if (number.len == IDS_REGNO_LEN && all_digits(number))
        return IDS_KIND_REGNO15;
    if ((number.len == 13 || number.len == 14) && all_digits(number))
        return IDS_KIND_OLD;
    if (looks_like_cooperative(number))
        return IDS_KIND_OLD;
    return looks_like_uscc(number) ? IDS_KIND_USCC : IDS_KIND_OTHER;
}

enum ids_check ids_number_check(struct str number)
{
    switch (ids_number_kind(number)) {
    case IDS_KIND_USCC:
        return ids_uscc_check(number);
    case IDS_KIND_REGNO15:
        return ids_regno15_check(number);
    default:
        return IDS_VALID;
    }
}

/* Blanks of any kind and characters without width, which people paste along. */
static bool is_blank(uint32_t cp)
{
    return cp <= ' ' || cp == 0xA0 || cp == 0x3000 || (cp >= 0x2000 && cp <= 0x200F) ||
           cp == 0x202F || cp == 0x2060 || cp == 0xFEFF;
}

/* Spreadsheets show a leading apostrophe where a number is kept as text. */
static bool is_apostrophe(uint32_t cp)
{
    return cp == '\'' || cp == '`' || cp == 0x2018 || cp == 0x2019;
}

/* Takes blanks and leading apostrophes out of half-width text and raises its letters. out has room
 * for text.len bytes. */
static size_t clean(char *out, struct str text)
{
    size_t len = 0;
    struct str rest = text;
    uint32_t cp;
    while (utf8_next(&cp, &rest) == ERR_OK) {
        size_t width = (size_t)(rest.data - text.data);
        if (!is_blank(cp) && (len > 0 || !is_apostrophe(cp))) {
            memcpy(out + len, text.data, width);
            if (cp >= 'a' && cp <= 'z')
                out[len] = (char)(cp - 'a' + 'A');
            len += width;
        }
        text = rest;
    }
    return len;
}

/* Takes dashes out where a known form appears without them (91140981-MA0GT8378-4). */
static size_t join_groups(char *text, size_t len)
{
    size_t dashes = 0;
    for (size_t i = 0; i < len; i++)
        dashes += text[i] == '-';
    size_t rest = len - dashes;
    if (!dashes || (rest != IDS_USCC_LEN && rest != IDS_REGNO_LEN && rest != 13 && rest != 14))
        return len;
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '-' && !is_digit(text[i]) && !is_upper(text[i]))
            return len;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '-')
            text[kept++] = text[i];
    return kept;
}

/* A number as a spreadsheet or a program prints it. */
struct printed {
    struct str whole;
    struct str fraction;
    unsigned exponent;
    bool scientific;
};

/* DIGITS.DIGITS or D.DIGITSE+DD; false for anything else. */
static bool parse_printed(struct printed *out, struct str s)
{
    struct str exponent = {0};
    *out = (struct printed){.whole = s};
    ptrdiff_t e = str_find_char(s, 'E');
    if (e > 0) {
        out->scientific = true;
        exponent = str_sub(s, (size_t)e + 1, s.len);
        if (str_starts(exponent, STR("+")))
            exponent = str_sub(exponent, 1, exponent.len);
        out->whole = s = str_sub(s, 0, (size_t)e);
    }
    ptrdiff_t dot = str_find_char(s, '.');
    if (dot > 0) {
        out->whole = str_sub(s, 0, (size_t)dot);
        out->fraction = str_sub(s, (size_t)dot + 1, s.len);
    }
    if (!all_digits(out->whole) || (dot > 0 && !all_digits(out->fraction)))
        return false;
    if (!out->scientific)
        return dot > 0;
    if (out->whole.len != 1 || exponent.len == 0 || exponent.len > 2 || !all_digits(exponent))
        return false;
    for (size_t i = 0; i < exponent.len; i++)
        out->exponent = out->exponent * 10 + (unsigned)(exponent.data[i] - '0');
    return true;
}

static bool all_zero(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] != '0')
            return false;
    return true;
}

/* Writes a printed number's digits to out (room for 16), 0 if some are gone. */
static size_t exact_digits(char *out, const struct printed *p)
{
    if (!p->scientific) {
        if (p->whole.len > EXACT_DIGITS || !all_zero(p->fraction))
            return 0;
        memcpy(out, p->whole.data, p->whole.len);
        return p->whole.len;
    }
    bool complete = p->fraction.len == p->exponent || p->fraction.len >= SHOWN_DIGITS;
    if (p->exponent >= EXACT_DIGITS || !complete ||
        !all_zero(str_sub(p->fraction, p->exponent, p->fraction.len)))
        return 0;
    out[0] = p->whole.data[0];
    for (size_t i = 0; i < p->exponent; i++)
        out[i + 1] = i < p->fraction.len ? p->fraction.data[i] : '0';
    return p->exponent + 1;
}

enum err ids_number_repair(struct str *out, struct arena *arena, struct str raw,
                           struct fault *fault)
{
    *out = (struct str){0};
    struct str narrow;
    if (utf8_halfwidth(&narrow, arena, raw) != ERR_OK)
        return fault_set(fault, ERR_INPUT, "编号不是有效的文字，请检查文件编码");
    char *text = arena_alloc(arena, narrow.len + EXACT_DIGITS + 1);
    if (!text)
        return ERR_MEMORY;
    size_t len = clean(text, narrow);
    struct printed printed;
    if (parse_printed(&printed, str_range(text, len))) {
        char digits[EXACT_DIGITS + 1];
        size_t count = exact_digits(digits, &printed);
        if (count == 0)
            return fault_set(fault, ERR_INPUT,
                             "编号“%.*s”已被表格软件改成数值并丢失了位数，无法还原；"
                             "请在原表把该列设为文本后重新填写",
                             STR_ARG(raw));
        memcpy(text, digits, count);
        *out = str_range(text, count);
        return ERR_OK;
    }
    *out = str_range(text, join_groups(text, len));
    return ERR_OK;
}
