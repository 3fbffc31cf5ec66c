/* One cell into the stored form of its field.
 *
 * Invariants: what is stored is valid UTF-8 in normal form C without control or invisible
 * characters, on one line unless the field is LONG, and at most field->max bytes; a value that
 * cannot be read one way only is refused with words and never guessed. */
#include "sheet/value.h"

#include "base/buf.h"
#include "base/time.h"
#include "base/utf8.h"

#include <string.h>

enum {
    MAX_USUAL = 2000,
    FRACTION_MAX = 9, /* digits behind the point of a ratio */
    WORDS_NAMED = 12  /* dictionary words listed in a refusal */
};

/* Blanks of any width. */
static bool is_blank(uint32_t cp)
{
    return cp == ' ' || cp == '\t' || cp == 0xA0 || cp == 0x3000 || cp == 0x202F || cp == 0x205F ||
           (cp >= 0x2000 && cp <= 0x200A);
}

/* Characters that take no room and carry no meaning in a table. */
static bool is_invisible(uint32_t cp)
{
    bool control = utf8_is_control(cp) && cp != '\t' && cp != '\n' && cp != '\r';
    return control || utf8_is_deceptive(cp) || (cp >= 0x200B && cp <= 0x200F) || cp == 0x2060 ||
           cp == 0xFEFF || cp == 0xAD;
}

static bool is_break(uint32_t cp)
{
    return cp == '\n' || cp == '\r' || cp == 0x2028 || cp == 0x2029;
}

/* Full-width ASCII and blanks as ASCII. */
static uint32_t narrow(uint32_t cp)
{
    if (is_blank(cp))
        return ' ';
    return cp >= 0xFF01 && cp <= 0xFF5E ? cp - 0xFEE0 : cp;
}

/* Half width, invisible characters gone, with or without blanks and line breaks. */
static struct str fold(struct arena *arena, struct str text, bool blanks)
{
    char *out = arena_alloc(arena, text.len + 1);
    struct str rest = text;
    size_t len = 0;
    uint32_t cp;
    if (!out)
        return (struct str){0};
    while (utf8_next(&cp, &rest) == ERR_OK) {
        size_t width = (size_t)(rest.data - text.data);
        uint32_t thin = narrow(cp);
        bool gap = thin == ' ' || is_break(thin);
        if (thin != cp && (blanks || !gap)) {
            out[len++] = (char)thin;
        } else if (!is_invisible(cp) && (blanks || !gap)) {
            memcpy(out + len, text.data, width);
            len += width;
        }
        text = rest;
    }
    return str_range(out, len);
}

struct str sheet_fold(struct arena *arena, struct str text)
{
    return fold(arena, text, true);
}

/* May NFC change text that holds this character? ASCII, Latin-1, kana, ideographs and full-width
 * forms stay, which is all of most files. */
static bool needs_nfc(uint32_t cp)
{
    bool plain = cp < 0x300 || (cp >= 0x3000 && cp < 0x3099) || (cp > 0x309A && cp <= 0x9FFF) ||
                 (cp >= 0xFF00 && cp <= 0xFFEF) || (cp >= 0x2010 && cp <= 0x2027);
    return !plain;
}

/* How cleaning proceeds: what has been seen since the last character that was kept. */
struct cleaner {
    struct buf *out;
    bool lines; /* keep line breaks */
    bool blank, broken;
    bool compose;
    uint32_t last;
};

/* Writes what stands for the blanks and breaks before `next`. A wrapped line inside Chinese text
 * needs no blank. */
static void clean_gap(struct cleaner *c, uint32_t next)
{
    bool wrapped = c->last > 0x2E7F && next > 0x2E7F;
    if (c->out->len == 0)
        return;
    if (c->broken && c->lines)
        buf_char(c->out, '\n');
    else if (c->blank || (c->broken && !wrapped))
        buf_char(c->out, ' ');
}

/* Text with runs of blanks collapsed, invisible characters gone, in normal form C. */
static enum err clean(struct str *out, struct arena *arena, struct str text, bool lines)
{
    struct buf buf = {0};
    struct cleaner c = {.out = &buf, .lines = lines};
    uint32_t cp;
    while (utf8_next(&cp, &text) == ERR_OK) {
        c.broken |= is_break(cp);
        c.blank |= is_blank(cp);
        if (is_break(cp) || is_blank(cp) || is_invisible(cp))
            continue;
        if (c.blank || c.broken)
            clean_gap(&c, cp);
        utf8_add(&buf, cp);
        c.compose |= needs_nfc(cp);
        c.blank = c.broken = false;
        c.last = cp;
    }
    enum err err = buf_err(&buf);
    if (err == ERR_OK)
        *out = arena_str(arena, buf_view(&buf));
    if (err == ERR_OK && !out->data)
        err = ERR_MEMORY;
    if (err == ERR_OK && c.compose)
        err = utf8_nfc(out, arena, *out);
    buf_free(&buf);
    return err;
}

/* Most cells are clean already: ASCII without blanks to collapse, or ideographs. */
static bool is_clean(struct str text)
{
    char last = ' ';
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool ideograph = c >= 0xE4 && c <= 0xE9 && i + 2 < text.len;
        if (ideograph) {
            i += 2;
        } else if (c < ' ' || c >= 0x7F || (c == ' ' && last == ' ')) {
            return false;
        }
        last = (char)c;
    }
    return last != ' ' || text.len == 0;
}

static enum err clean_text(struct str *out, struct arena *arena, struct str text, bool lines)
{
    if (!is_clean(text))
        return clean(out, arena, text, lines);
    *out = text;
    return ERR_OK;
}

/* Half-width and without any blank: codes, numbers, divisions. */
static enum err compact(struct str *out, struct arena *arena, struct str text)
{
    *out = fold(arena, text, false);
    return out->data ? ERR_OK : ERR_MEMORY;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.len > 0;
}

static bool one_of(struct str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(text, str_of(words[i])))
            return true;
    return false;
}

static enum err read_date(struct str *out, struct arena *arena, const struct sheet_cell *cell,
                          struct fault *fault)
{
    static const char *const forever[] = {"长期",     "永久",       "长期有效",
                                          "永久有效", "无固定期限", "9999"};
    struct str text;
    int32_t day;
    TRY(compact(&text, arena, cell->text));
    if (one_of(text, forever, sizeof forever / sizeof *forever)) {
        *out = STR("9999-12-31");
        return ERR_OK;
    }
    struct str raw = cell->kind == SHEET_DATE ? str_sub(cell->text, 0, 10) : cell->text;
    if (date_read(&day, raw) != ERR_OK)
        return fault_set(fault, ERR_INPUT, "“%.*s”不是能确定的日期，请写成 2016-01-05 的样子",
                         STR_ARG(cell->text));
    struct buf buf = {0};
    date_format(&buf, day);
    enum err err = buf_err(&buf);
    *out = err == ERR_OK ? arena_str(arena, buf_view(&buf)) : (struct str){0};
    buf_free(&buf);
    return err != ERR_OK || !out->data ? ERR_MEMORY : ERR_OK;
}

/* Units that stand behind counts in forms. */
static struct str without_unit(struct str text)
{
    static const char *const units[] = {"户", "个", "家", "人", "次", "件", "名", "项"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_ends(text, str_of(units[i])))
            return str_sub(text, 0, text.len - strlen(units[i]));
    return text;
}

static enum err read_count(struct str *out, struct arena *arena, struct str cell,
                           struct fault *fault)
{
    struct str text;
    char digits[24];
    size_t len = 0;
    TRY(compact(&text, arena, cell));
    text = without_unit(text);
    if (str_ends(text, STR(".0")))
        text = str_sub(text, 0, text.len - 2);
    bool plain = text.len > 0 && text.data[0] != ',' && text.len < sizeof digits;
    for (size_t i = 0; plain && i < text.len; i++)
        if (text.data[i] != ',')
            digits[len++] = text.data[i];
    size_t zeros = 0;
    while (zeros + 1 < len && digits[zeros] == '0')
        zeros++;
    struct str number = str_range(digits + zeros, len - zeros);
    uint64_t value;
    if (!plain || str_u64(&value, number) != ERR_OK || value > INT64_MAX)
        return fault_set(fault, ERR_INPUT, "“%.*s”不是大于等于零的整数", STR_ARG(cell));
    *out = arena_str(arena, number);
    return out->data ? ERR_OK : ERR_MEMORY;
}

/* DIGITS or DIGITS.DIGITS as num / 10^k. */
static bool read_decimal(uint64_t *num, uint64_t *den, struct str text)
{
    struct str whole, fraction = text;
    if (!str_cut(&whole, &fraction, '.') || !all_digits(whole) || whole.len > 9)
        return false;
    if (fraction.data && (!all_digits(fraction) || fraction.len > FRACTION_MAX))
        return false;
    *num = 0;
    *den = 1;
    for (size_t i = 0; i < whole.len; i++)
        *num = *num * 10 + (uint64_t)(whole.data[i] - '0');
    for (size_t i = 0; fraction.data && i < fraction.len; i++) {
        *num = *num * 10 + (uint64_t)(fraction.data[i] - '0');
        *den *= 10;
    }
    return true;
}

/* The forms of a ratio: 3%, 3‰, 0.03, 3/100. A bare whole number could mean either percent or
 * times, so only a number cell's 1 is taken. */
static bool read_fraction(uint64_t *num, uint64_t *den, struct str text, bool number)
{
    struct str over, under = text;
    if (str_find_char(text, '/') > 0) {
        return str_cut(&over, &under, '/') && all_digits(over) && all_digits(under) &&
               over.len <= 9 && under.len <= 9 && str_u64(num, over) == ERR_OK &&
               str_u64(den, under) == ERR_OK;
    }
    uint64_t scale = str_ends(text, STR("%")) ? 100 : str_ends(text, STR("‰")) ? 1000 : 1;
    size_t sign = scale == 100 ? 1 : scale == 1000 ? strlen("‰") : 0;
    if (!read_decimal(num, den, str_sub(text, 0, text.len - sign)))
        return false;
    *den *= scale;
    return scale > 1 || *den > 1 || number;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b > 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static enum err read_ratio(struct str *out, struct arena *arena, const struct sheet_cell *cell,
                           struct fault *fault)
{
    struct str text;
    uint64_t num = 0, den = 0;
    bool number = cell->kind == SHEET_NUMBER || cell->kind == SHEET_PERCENT;
    TRY(compact(&text, arena, cell->text));
    if (!read_fraction(&num, &den, text, number) || den == 0 || num == 0 || num > den)
        return fault_set(fault, ERR_INPUT,
                         "“%.*s”不是大于 0、不超过 100%% 的比例，请写成 3%%、3‰ 或 0.03",
                         STR_ARG(cell->text));
    uint64_t divisor = common_divisor(num, den);
    *out = arena_printf(arena, "%llu/%llu", (unsigned long long)(num / divisor),
                        (unsigned long long)(den / divisor));
    return out->data ? ERR_OK : ERR_MEMORY;
}

/* The next character that counts when words are compared: half width, lower case, no blanks; 0 at
 * the end. */
static uint32_t word_char(struct str *rest)
{
    uint32_t cp;
    while (utf8_next(&cp, rest) == ERR_OK) {
        cp = narrow(cp);
        if (cp == ' ' || is_invisible(cp) || is_break(cp))
            continue;
        return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    }
    return 0;
}

static bool same_word(struct str a, struct str b)
{
    uint32_t x, y;
    do {
        x = word_char(&a);
        y = word_char(&b);
    } while (x == y && x != 0);
    return x == y;
}

const struct field_word *sheet_word_find(const struct field_word *words, struct str text)
{
    for (; words && words->code; words++) {
        struct str synonym, rest = words->synonyms ? str_of(words->synonyms) : (struct str){0};
        if (same_word(text, str_of(words->code)) || same_word(text, str_of(words->text)))
            return words;
        while (str_cut(&synonym, &rest, '|'))
            if (synonym.len > 0 && same_word(text, synonym))
                return words;
    }
    return NULL;
}

/* Names the words that would have been right. */
static enum err unknown_word(const struct field *field, struct str text, struct fault *fault)
{
    struct buf list = {0};
    const struct field_word *word = field->words;
    for (size_t i = 0; word->code && i < WORDS_NAMED; i++, word++)
        buf_printf(&list, "%s%s", i ? "、" : "", word->text);
    if (word->code)
        buf_cat(&list, "等");
    enum err err = fault_set(fault, ERR_INPUT, "“%.*s”不在可选内容中，可填：%s", STR_ARG(text),
                             buf_cstr(&list));
    buf_free(&list);
    return err;
}

static enum err read_code(struct str *out, const struct field *field, struct str text,
                          struct fault *fault)
{
    const struct field_word *word = sheet_word_find(field->words, text);
    if (!word)
        return unknown_word(field, text, fault);
    *out = str_of(word->code);
    return ERR_OK;
}

/* Bytes of the separator at the start of s, 0 if there is none. */
static size_t separator(struct str s)
{
    static const char *const marks[] = {"、", "，", ",", "；", ";", "|", "｜", "\n", "\r"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (str_starts(s, str_of(marks[i])))
            return strlen(marks[i]);
    return 0;
}

bool sheet_list_next(struct str *word, struct str *rest)
{
    while (rest->len > 0) {
        size_t len = 0;
        while (len < rest->len && separator(str_sub(*rest, len, rest->len)) == 0)
            len++;
        *word = str_trim(str_sub(*rest, 0, len));
        size_t mark = separator(str_sub(*rest, len, rest->len));
        *rest = str_sub(*rest, len + mark, rest->len);
        if (word->len > 0)
            return true;
    }
    return false;
}

/* Is `word` among the words of a joined list? */
static bool listed(struct str list, struct str word)
{
    struct str seen;
    while (sheet_list_next(&seen, &list))
        if (str_eq(seen, word))
            return true;
    return false;
}

static enum err read_list(struct str *out, const struct field *field, struct str text,
                          struct arena *arena, struct fault *fault)
{
    struct buf list = {0};
    struct str word, rest = text;
    enum err err = ERR_OK;
    while (err == ERR_OK && sheet_list_next(&word, &rest)) {
        err = field->words ? read_code(&word, field, word, fault)
                           : clean_text(&word, arena, word, false);
        if (err != ERR_OK || word.len == 0 || listed(buf_view(&list), word))
            continue;
        if (list.len > 0)
            buf_cat(&list, "、");
        buf_str(&list, word);
    }
    if (err == ERR_OK)
        err = buf_err(&list);
    *out = err == ERR_OK ? arena_str(arena, buf_view(&list)) : (struct str){0};
    buf_free(&list);
    return err == ERR_OK && !out->data ? ERR_MEMORY : err;
}

static enum err read_bool(struct str *out, struct str text, struct fault *fault)
{
    static const char *const yes[] = {"是", "有", "1", "true", "y", "yes", "√", "✓", "对"};
    static const char *const no[] = {"否", "无", "0", "false", "n", "no", "×", "不是", "没有"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        bool truth = same_word(text, str_of(yes[i]));
        if (!truth && !same_word(text, str_of(no[i])))
            continue;
        *out = truth ? STR("1") : STR("0");
        return ERR_OK;
    }
    return fault_set(fault, ERR_INPUT, "“%.*s”应填“是”或“否”", STR_ARG(text));
}

static enum err read_kind(struct str *out, const struct field *field, const struct sheet_cell *cell,
                          struct arena *arena, struct fault *fault)
{
    switch (field->kind) {
    case FIELD_LONG:
        return clean_text(out, arena, cell->text, true);
    case FIELD_DIVISION:
        return compact(out, arena, cell->text);
    case FIELD_DATE:
        return read_date(out, arena, cell, fault);
    case FIELD_COUNT:
        return read_count(out, arena, cell->text, fault);
    case FIELD_RATIO:
        return read_ratio(out, arena, cell, fault);
    case FIELD_CODE:
        return read_code(out, field, cell->text, fault);
    case FIELD_LIST:
        return read_list(out, field, cell->text, arena, fault);
    case FIELD_BOOL:
        return read_bool(out, cell->text, fault);
    default:
        return clean_text(out, arena, cell->text, false);
    }
}

enum err sheet_value(struct str *out, const struct field *field, const struct sheet_cell *cell,
                     struct arena *arena, struct fault *fault)
{
    uint32_t max = field->max ? field->max : MAX_USUAL;
    *out = STR("");
    if (cell->kind == SHEET_ERROR)
        return fault_set(fault, ERR_INPUT, "单元格是错误值“%.*s”，请改正公式", STR_ARG(cell->text));
    if (cell->text.len > 0)
        TRY(read_kind(out, field, cell, arena, fault));
    if (out->len == 0 && field->required)
        return fault_set(fault, ERR_INPUT, "必填，不能为空");
    if (out->len > max)
        return fault_set(fault, ERR_INPUT, "内容太长，超过 %u 字节（约 %u 个汉字）", max, max / 3);
    return ERR_OK;
}
