/* Stored numbers as people see them: integers written out, dates from day numbers.
 *
 * Invariant: an identifier of up to 15 digits survives digit by digit; beyond that a spreadsheet
 * has lost digits already and the text is handed on as it is, so that the caller can say so. */
#include "sheet/source.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum {
    EXACT_DIGITS = 15,
    SECONDS = 86400,
    SHIFT_1904 = 1462 /* days between the two epochs of spreadsheets */
};

/* Digits, perhaps with a point and digits that end in no zero: nothing to tidy. */
static bool is_plain(struct str s)
{
    bool point = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '.' && i > 0 && !point)
            point = true;
        else if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    }
    char last = s.len > 0 ? s.data[s.len - 1] : '.';
    return s.len <= EXACT_DIGITS && last != '.' && !(point && last == '0');
}

/* strtod over a slice; false unless all of it is one finite number. */
static bool number_value(double *out, struct str raw)
{
    char text[64], *end;
    if (raw.len == 0 || raw.len >= sizeof text || memchr("+-.0123456789", raw.data[0], 13) == NULL)
        return false;
    memcpy(text, raw.data, raw.len);
    text[raw.len] = '\0';
    *out = strtod(text, &end);
    return end == text + raw.len && *out - *out == 0;
}

void number_text(struct buf *out, struct str raw)
{
    double value;
    buf_clear(out);
    if (is_plain(raw) || !number_value(&value, raw)) {
        buf_str(out, raw);
        return;
    }
    bool whole = value > -1e15 && value < 1e15 && value == (double)(int64_t)value;
    bool fraction = str_find_char(raw, '.') >= 0 && value > -1e15 && value < 1e15;
    if (whole)
        buf_i64(out, (int64_t)value);
    else if (fraction)
        buf_printf(out, "%.15g", value);
    else
        buf_str(out, raw);
}

bool date_text(struct buf *out, struct str raw, bool shift1904)
{
    double value;
    int32_t day;
    buf_clear(out);
    if (!number_value(&value, raw) || value < 0 || value >= 2958466)
        return false;
    int64_t serial = (int64_t)value;
    int64_t seconds = (int64_t)((value - (double)serial) * SECONDS + 0.5);
    if (seconds == SECONDS) {
        serial++;
        seconds = 0;
    }
    if (shift1904)
        serial += SHIFT_1904;
    bool dated = date_of_serial(&day, serial) == ERR_OK;
    if (dated)
        date_format(out, day);
    if (dated && seconds > 0)
        buf_char(out, ' ');
    if (seconds > 0)
        buf_printf(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                   (int)(seconds % 60));
    return dated || seconds > 0;
}

/* Does text have the shape of `form`, in which 9 stands for any digit? */
static bool shaped(struct str text, const char *form)
{
    for (size_t i = 0; form[i]; i++) {
        bool digit = i < text.len && text.data[i] >= '0' && text.data[i] <= '9';
        if (i >= text.len || (form[i] == '9' ? !digit : text.data[i] != form[i]))
            return false;
    }
    return true;
}

bool iso_date_text(struct buf *out, struct str raw)
{
    struct str time = str_sub(raw, 11, raw.len);
    buf_clear(out);
    if (!shaped(raw, "9999-99-99") || (raw.len > 10 && raw.data[10] != 'T'))
        return false;
    buf_str(out, str_sub(raw, 0, 10));
    if (shaped(time, "99:99:99") && !str_starts(time, STR("00:00:00"))) {
        buf_char(out, ' ');
        buf_str(out, str_sub(time, 0, 8));
    }
    return true;
}

/* Built-in formats that show dates or times (ECMA-376 part 1, 18.8.30, with the East Asian ones).
 */
static bool builtin_date(uint32_t id)
{
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

/* Skips what a format code shows literally: "text", \c, _c, *c, [Red]; returns the next place. */
static size_t skip_literal(struct str code, size_t i)
{
    char open = code.data[i];
    if (open == '\\' || open == '_' || open == '*')
        return i + 2;
    char close = open == '[' ? ']' : open;
    for (i++; i < code.len && code.data[i] != close;)
        i++;
    return i + 1;
}

enum sheet_cell_kind format_kind(uint32_t id, struct str code)
{
    if (code.len == 0 && builtin_date(id))
        return SHEET_DATE;
    if (code.len == 0)
        return id == 9 || id == 10 ? SHEET_PERCENT : SHEET_NUMBER;
    for (size_t i = 0; i < code.len;) {
        char c = code.data[i];
        if (c == ';')
            break;
        if (c == '%')
            return SHEET_PERCENT;
        if (c && strchr("yYdDhHsSmM", c) && !str_starts(str_sub(code, i, 7), STR("General")))
            return SHEET_DATE;
        i = c && strchr("\\_*[\"", c) ? skip_literal(code, i) : i + 1;
    }
    return SHEET_NUMBER;
}
