/* The alphabet of the protocol's texts and a strict line reader: see text.h.
 *
 * Every parser of this room reads through draw_line_*, so that a missing LF, an empty rest or a
 * wrong word is refused in one place, with the line's number. */
#include "draw/text.h"

#include "base/utf8.h"

#include <string.h>

struct str draw_bytes(const uint8_t *data, size_t len)
{
    return str_range((const char *)data, len);
}

/* utf8_has_control also refuses what is not UTF-8. */
bool draw_text_ok(struct str text, size_t max)
{
    return text.len > 0 && text.len <= max && !utf8_has_control(text);
}

/* The blanks that separate fields in an entry, and the two that look like them. */
bool draw_name_ok(struct str name, size_t max)
{
    return draw_text_ok(name, max) && str_find_char(name, ' ') < 0 &&
           str_find(name, STR("\xC2\xA0")) < 0 && str_find(name, STR("\xE3\x80\x80")) < 0;
}

/* What an id is made of. */
static const bool id_chars[256] = {
    ['-'] = true, ['.'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true,
    ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
    ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true, ['F'] = true,
    ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true, ['L'] = true,
    ['M'] = true, ['N'] = true, ['O'] = true, ['P'] = true, ['Q'] = true, ['R'] = true,
    ['S'] = true, ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true,
    ['Y'] = true, ['Z'] = true};

/* Without a branch on the characters: ids are random to the processor. */
bool draw_id_ok(struct str id)
{
    if (id.len == 0 || id.len > DRAW_ID_MAX)
        return false;
    bool ok = true;
    for (size_t i = 0; i < id.len; i++)
        ok &= id_chars[(unsigned char)id.data[i]];
    return ok;
}

enum err draw_at_row(enum err err, struct fault *fault, uint64_t row)
{
    if (fault != NULL)
        fault->row = row;
    return err;
}

/* A last line without LF is a text cut short, never a line. */
enum err draw_line_next(struct str *line, struct draw_lines *lines, struct fault *fault)
{
    if (lines->rest.len == 0)
        return ERR_END;
    lines->row++;
    ptrdiff_t end = str_find_char(lines->rest, '\n');
    if (end < 0)
        return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行没有换行符，内容可能被截断",
                                     (unsigned long long)lines->row),
                           fault, lines->row);
    *line = str_range(lines->rest.data, (size_t)end);
    lines->rest = str_sub(lines->rest, (size_t)end + 1, lines->rest.len);
    return ERR_OK;
}

bool draw_line_is(const struct draw_lines *lines, struct str key)
{
    return str_starts(lines->rest, key) && lines->rest.len > key.len &&
           lines->rest.data[key.len] == ' ';
}

/* The key is checked before the line is taken, so that the row named is the one that is wrong. */
enum err draw_line_value(struct str *value, struct draw_lines *lines, struct str key,
                         struct fault *fault)
{
    if (!draw_line_is(lines, key))
        return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行应以“%.*s ”开头",
                                     (unsigned long long)lines->row + 1, STR_ARG(key)),
                           fault, lines->row + 1);
    struct str line = {0};
    TRY(draw_line_next(&line, lines, fault));
    *value = str_sub(line, key.len + 1, line.len);
    if (!str_empty(*value))
        return ERR_OK;
    return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行“%.*s”后面没有内容",
                                 (unsigned long long)lines->row, STR_ARG(key)),
                       fault, lines->row);
}

/* Whatever stands behind the last line is refused. */
enum err draw_line_end(const struct draw_lines *lines, struct fault *fault)
{
    if (lines->rest.len == 0)
        return ERR_OK;
    return draw_at_row(fault_set(fault, ERR_FORMAT, "第 %llu 行多余：内容应到上一行为止",
                                 (unsigned long long)lines->row + 1),
                       fault, lines->row + 1);
}
