/* JSON writer: see json.h. It only appends; misuse is remembered, not repaired, and told once at
 * the end, so that building an answer needs no check a line. */
#include "base/json.h"

#include "base/utf8.h"

#include <limits.h>
#include <string.h>

/* Keeps the first error: the later ones only follow from it. */
static void json_fail(struct json_writer *w, enum err err)
{
    if (w->err == ERR_OK)
        w->err = err;
}

/* The bit of the present level, which must not be 0; JSON_DEPTH_MAX levels fit into 64. */
static uint64_t json_bit(const struct json_writer *w)
{
    return UINT64_C(1) << (w->depth - 1);
}

/* Whether the innermost open level is an object: then a key is due before each value. */
static bool json_in_object(const struct json_writer *w)
{
    return w->depth > 0 && (w->objects & json_bit(w)) != 0;
}

void json_write_begin(struct json_writer *w, struct buf *out)
{
    *w = (struct json_writer){.out = out};
}

enum err json_write_end(struct json_writer *w)
{
    if (w->err == ERR_OK && (w->depth != 0 || !w->done))
        w->err = ERR_STATE;
    return w->err != ERR_OK ? w->err : buf_err(w->out);
}

/* Between the members of one level. */
static void json_comma(struct json_writer *w)
{
    if ((w->nonempty & json_bit(w)) != 0)
        buf_char(w->out, ',');
    w->nonempty |= json_bit(w);
}

/* Whether a value may stand here; writes the comma before it. */
static bool json_value(struct json_writer *w)
{
    bool object = json_in_object(w);
    if (w->done || object != w->keyed)
        json_fail(w, ERR_STATE);
    if (w->err != ERR_OK)
        return false;
    if (w->depth > 0 && !object)
        json_comma(w);
    w->keyed = false;
    w->done = w->depth == 0;
    return true;
}

/* Begins an object or array; its own level starts empty, whatever stood there before. */
static void json_open(struct json_writer *w, char sign, bool object)
{
    if (w->depth == JSON_DEPTH_MAX)
        json_fail(w, ERR_LIMIT);
    if (!json_value(w))
        return;
    w->done = false;
    w->depth++;
    w->nonempty &= ~json_bit(w);
    w->objects = object ? w->objects | json_bit(w) : w->objects & ~json_bit(w);
    buf_char(w->out, sign);
}

/* Ends the innermost level if it is of this kind and no key waits for its value. */
static void json_close(struct json_writer *w, char sign, bool object)
{
    if (w->depth == 0 || w->keyed || json_in_object(w) != object)
        json_fail(w, ERR_STATE);
    if (w->err != ERR_OK)
        return;
    w->depth--;
    w->done = w->depth == 0;
    buf_char(w->out, sign);
}

void json_write_object(struct json_writer *w)
{
    json_open(w, '{', true);
}

void json_write_object_end(struct json_writer *w)
{
    json_close(w, '}', true);
}

void json_write_array(struct json_writer *w)
{
    json_open(w, '[', false);
}

void json_write_array_end(struct json_writer *w)
{
    json_close(w, ']', false);
}

/* A key is text like any other; two keys in a row are a misuse. */
static void json_key(struct json_writer *w, struct str key)
{
    if (!json_in_object(w) || w->keyed)
        json_fail(w, ERR_STATE);
    if (!utf8_valid(key))
        json_fail(w, ERR_UTF8);
    if (w->err != ERR_OK)
        return;
    json_comma(w);
    json_escape(w->out, key);
    buf_char(w->out, ':');
    w->keyed = true;
}

void json_write_key(struct json_writer *w, const char *key)
{
    json_key(w, str_of(key));
}

void json_write_str(struct json_writer *w, struct str text)
{
    if (!utf8_valid(text))
        json_fail(w, ERR_UTF8);
    if (json_value(w))
        json_escape(w->out, text);
}

void json_write_int(struct json_writer *w, int64_t number)
{
    if (number > JSON_INT_MAX || number < -JSON_INT_MAX)
        json_fail(w, ERR_RANGE);
    if (json_value(w))
        buf_i64(w->out, number);
}

void json_write_bool(struct json_writer *w, bool value)
{
    if (json_value(w))
        buf_cat(w->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *w)
{
    if (json_value(w))
        buf_cat(w->out, "null");
}

/* A real number: jansson prints it with 17 digits, enough to read the same number back. */
static void json_write_real(struct json_writer *w, const json_t *value)
{
    char text[64];
    size_t len = json_dumpb(value, text, sizeof text, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    if (len == 0 || len > sizeof text)
        json_fail(w, ERR_RANGE);
    if (json_value(w))
        buf_add(w->out, text, len);
}

/* An object in the order of its members, which jansson keeps. */
static void json_write_members(struct json_writer *w, const json_t *object)
{
    json_t *own = (json_t *)(uintptr_t)object; /* jansson's iterators take no const */
    json_write_object(w);
    for (void *at = json_object_iter(own); at != NULL && w->err == ERR_OK;
         at = json_object_iter_next(own, at)) {
        json_write_key(w, json_object_iter_key(at));
        json_write_value(w, json_object_iter_value(at));
    }
    json_write_object_end(w);
}

/* Stops at the first error, so that a value nested too deeply costs no more than its limit. */
static void json_write_elements(struct json_writer *w, const json_t *array)
{
    json_write_array(w);
    for (size_t i = 0; i < json_array_size(array) && w->err == ERR_OK; i++)
        json_write_value(w, json_array_get(array, i));
    json_write_array_end(w);
}

void json_write_value(struct json_writer *w, const json_t *value)
{
    if (value == NULL || json_is_null(value))
        json_write_null(w);
    else if (json_is_object(value))
        json_write_members(w, value);
    else if (json_is_array(value))
        json_write_elements(w, value);
    else if (json_is_string(value))
        json_write_str(w, str_range(json_string_value(value), json_string_length(value)));
    else if (json_is_integer(value))
        json_write_int(w, json_integer_value(value));
    else if (json_is_real(value))
        json_write_real(w, value);
    else
        json_write_bool(w, json_is_true(value));
}

void json_pair_str(struct json_writer *w, const char *key, struct str text)
{
    json_write_key(w, key);
    json_write_str(w, text);
}

void json_pair_int(struct json_writer *w, const char *key, int64_t number)
{
    json_write_key(w, key);
    json_write_int(w, number);
}

void json_pair_bool(struct json_writer *w, const char *key, bool value)
{
    json_write_key(w, key);
    json_write_bool(w, value);
}

/* Bytes at the beginning of valid text that stand for themselves. Of the characters above ASCII
 * only those led by C2, D8 and E2 can need an escape. */
static size_t json_plain_len(struct str s)
{
    static const bool stops[UCHAR_MAX + 1] = {
        [0 ... 0x1F] = true, ['"'] = true,  ['\\'] = true, [0x7F] = true,
        [0xC2] = true,       [0xD8] = true, [0xE2] = true};
    size_t i = 0;
    while (i < s.len && !stops[(unsigned char)s.data[i]])
        i++;
    return i;
}

/* One character that json_plain_len stopped at: the short form where JSON has one, \uXXXX where the
 * character could harm a log or a page, else itself. */
static void json_escape_one(struct buf *out, uint32_t cp)
{
    static const char shorts[] = "\"\\\n\r\t\b\f";
    static const char letters[] = "\"\\nrtbf";
    const char *hit = cp != 0 && cp < 0x80 ? strchr(shorts, (int)cp) : NULL;
    if (hit != NULL)
        buf_printf(out, "\\%c", letters[hit - shorts]);
    else if (utf8_is_control(cp) || utf8_is_deceptive(cp))
        buf_printf(out, "\\u%04x", (unsigned)cp);
    else
        utf8_add(out, cp);
}

/* Runs of plain bytes are copied whole; nearly all text is one run. */
static void json_escape_valid(struct buf *out, struct str rest)
{
    while (rest.len > 0) {
        size_t plain = json_plain_len(rest);
        uint32_t cp = 0;
        buf_add(out, rest.data, plain);
        rest = str_range(rest.data + plain, rest.len - plain);
        if (utf8_next(&cp, &rest) == ERR_OK)
            json_escape_one(out, cp);
    }
}

void json_escape(struct buf *out, struct str text)
{
    buf_char(out, '"');
    while (text.len > 0) {
        size_t good = utf8_valid_len(text);
        json_escape_valid(out, str_range(text.data, good));
        if (good < text.len)
            utf8_add(out, 0xFFFD);
        text = str_sub(text, good + 1, text.len);
    }
    buf_char(out, '"');
}
