/* A scanner for worksheets and string tables as plain as Excel, WPS, LibreOffice and libxlsxwriter
 * write them.
 *
 * Reading a large .xlsx is mostly expat's calls for three million tags; a worksheet needs only six
 * kinds of them. This scanner takes exactly the spelling below and nothing else; expat stays the
 * judge: of what surrounds the rows before anything is scanned, and of the whole worksheet as soon
 * as something else is met (comments, prefixes, rich text, character references, malformed
 * anything).
 *
 *   rows    := (row)*                        blanks may stand between tags
 *   row     := <row ATTRS/> | <row ATTRS> (cell)* </row>
 *   cell    := <c ATTRS/> | <c ATTRS> [<f ATTRS/> | <f ATTRS>TEXT</f>]
 *                                     [<v>TEXT</v> | <is><t ATTRS>TEXT</t></is>] </c>
 *   strings := (<si><t ATTRS>TEXT</t></si>)*
 *   TEXT    := valid UTF-8 without control characters; & only in the five named entities
 *
 * Invariant: what is scanned here gives the rows that expat gives, or is handed to expat; the fuzz
 * target fuzz_xlsx compares the two. */
#include "sheet/xlsx_rows.h"

#include "base/utf8.h"

#include <string.h>

enum { ATTRS_MAX = 12 };

/* The attributes of a tag, those that matter by name, and how it ends. */
struct tag {
    struct str r, t, s;
    struct str names[ATTRS_MAX];
    size_t count;
    bool empty; /* <x/> */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
           c == '.' || c == '_' || c == '-';
}

static size_t skip_space(struct str s, size_t at)
{
    while (at < s.len && is_space(s.data[at]))
        at++;
    return at;
}

/* Does `word` stand at s[at]? */
static bool at_word(struct str s, size_t at, struct str word)
{
    return s.len - at >= word.len && memcmp(s.data + at, word.data, word.len) == 0;
}

/* An attribute value: no markup, nothing that would need normalising. */
static bool plain_value(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c < ' ' || c >= 0x7F || c == '<' || c == '&')
            return false;
    }
    return true;
}

/* Keeps an attribute; false if it was there before or there are too many. */
static bool keep_attr(struct tag *out, struct str name, struct str value)
{
    if (out->count == ATTRS_MAX)
        return false;
    for (size_t i = 0; i < out->count; i++)
        if (str_eq(out->names[i], name))
            return false;
    out->names[out->count++] = name;
    if (name.len != 1)
        return true;
    if (name.data[0] == 'r')
        out->r = value;
    else if (name.data[0] == 't')
        out->t = value;
    else if (name.data[0] == 's')
        out->s = value;
    return true;
}

/* One NAME="VALUE" at s[at]; the place behind it, 0 if it is anything else. */
static size_t scan_attr(struct tag *out, struct str s, size_t at)
{
    size_t start = at;
    while (at < s.len && is_name(s.data[at]))
        at++;
    struct str name = str_range(s.data + start, at - start);
    bool alpha = name.len > 0 && (name.data[0] | 0x20) >= 'a' && (name.data[0] | 0x20) <= 'z';
    if (!alpha || !at_word(s, at, STR("=\"")))
        return 0;
    at += 2;
    const char *quote = memchr(s.data + at, '"', s.len - at);
    if (!quote)
        return 0;
    struct str value = str_range(s.data + at, (size_t)(quote - s.data) - at);
    if (!plain_value(value) || !keep_attr(out, name, value))
        return 0;
    return at + value.len + 1;
}

/* The attributes from behind a tag's name on; the place behind the tag, 0 for expat. */
static size_t scan_tag(struct tag *out, struct str s, size_t at)
{
    out->r = out->t = out->s = (struct str){0};
    out->count = 0;
    out->empty = false;
    for (;;) {
        size_t next = skip_space(s, at);
        if (next >= s.len)
            return 0;
        if (s.data[next] == '>')
            return next + 1;
        out->empty = at_word(s, next, STR("/>"));
        if (out->empty)
            return next + 2;
        if (next == at)
            return 0;
        at = scan_attr(out, s, next);
        if (at == 0)
            return 0;
    }
}

/* The character of an entity at s[at], with its length; 0 for expat. */
static char entity(struct str s, size_t at, size_t *len)
{
    static const struct {
        struct str name;
        char c;
    } entities[] = {{STR("&amp;"), '&'},
                    {STR("&lt;"), '<'},
                    {STR("&gt;"), '>'},
                    {STR("&quot;"), '"'},
                    {STR("&apos;"), '\''}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (!at_word(s, at, entities[i].name))
            continue;
        *len = entities[i].name.len;
        return entities[i].c;
    }
    return '\0';
}

/* Resolves entities of *text into out; false for expat. */
static bool resolve(struct buf *out, struct str *text)
{
    buf_clear(out);
    for (size_t i = 0; i < text->len;) {
        size_t len = 1;
        char c = text->data[i] == '&' ? entity(*text, i, &len) : text->data[i];
        if (c == '\0')
            return false;
        buf_char(out, c);
        i += len;
    }
    *text = buf_view(out);
    return !out->failed;
}

/* A text up to the next '<' as a cell may hold it. */
struct text {
    struct str raw;
    bool marked; /* holds entities */
};

/* What is valid UTF-8 and still no XML text. */
static bool allowed(struct str text)
{
    return str_find(text, STR("]]>")) < 0 && str_find(text, STR("\xEF\xBF\xBE")) < 0 &&
           str_find(text, STR("\xEF\xBF\xBF")) < 0;
}

/* The place behind a text of at most `most` bytes, 0 for expat. */
static size_t scan_text(struct text *out, uint32_t most, struct str s, size_t at)
{
    const char *end = at < s.len ? memchr(s.data + at, '<', s.len - at) : NULL;
    if (!end)
        return 0;
    out->raw = str_range(s.data + at, (size_t)(end - s.data) - at);
    bool control = false, marked = false, high = false, odd = false;
    for (size_t i = 0; i < out->raw.len; i++) {
        unsigned char c = (unsigned char)out->raw.data[i];
        control |= (c < ' ') & (c != '\n') & (c != '\t');
        marked |= c == '&';
        high |= c >= 0x80;
        odd |= (c == ']') | (c == 0xEF);
    }
    out->marked = marked;
    if (control || out->raw.len > most || (odd && !allowed(out->raw)))
        return 0;
    return high && !utf8_valid(out->raw) ? 0 : at + out->raw.len;
}

/* The place behind <f ...>, whose text is of no interest but must be well-formed. */
static size_t scan_formula(struct rows_parser *p, struct str s, size_t at)
{
    struct tag tag;
    struct text text;
    at = scan_tag(&tag, s, at);
    if (at == 0 || tag.empty)
        return at;
    at = scan_text(&text, p->sheet->limits.cell_bytes, s, at);
    if (at == 0 || (text.marked && !resolve(&p->text, &text.raw)) || !at_word(s, at, STR("</f>")))
        return 0;
    return at + 4;
}

/* <t ATTRS>TEXT</t> from behind "<t" on; the place behind it, 0 for expat. */
static size_t scan_string(struct text *out, uint32_t most, struct str s, size_t at)
{
    struct tag tag;
    at = scan_tag(&tag, s, at);
    if (at == 0 || tag.empty)
        return 0;
    at = scan_text(out, most, s, at);
    return at > 0 && at_word(s, at, STR("</t>")) ? at + 4 : 0;
}

/* <v>TEXT</v> or <is><t>TEXT</t></is>; the place behind it, 0 for expat. */
static size_t scan_value(struct text *out, uint32_t most, struct str s, size_t at)
{
    if (at_word(s, at, STR("<v>"))) {
        at = scan_text(out, most, s, at + 3);
        return at > 0 && at_word(s, at, STR("</v>")) ? at + 4 : 0;
    }
    if (!at_word(s, at, STR("<is><t")))
        return 0;
    at = scan_string(out, most, s, at + 6);
    return at > 0 && at_word(s, at, STR("</is>")) ? at + 5 : 0;
}

/* What stands between <c> and </c>. */
static enum err scan_content(struct rows_parser *p, struct str s, size_t *place)
{
    struct text text = {0};
    size_t at = skip_space(s, *place);
    if (at_word(s, at, STR("<f")))
        at = scan_formula(p, s, at + 2);
    if (at == 0)
        return ERR_UNSUPPORTED;
    at = skip_space(s, at);
    if (!at_word(s, at, STR("</")))
        at = scan_value(&text, p->sheet->limits.cell_bytes, s, at);
    if (at == 0)
        return ERR_UNSUPPORTED;
    at = skip_space(s, at);
    if (!at_word(s, at, STR("</c>")))
        return ERR_UNSUPPORTED;
    *place = at + 4;
    bool marked = text.marked;
    if (marked && !resolve(&p->text, &text.raw))
        return ERR_UNSUPPORTED;
    return text.raw.len > 0 ? cells_put(p, text.raw, !marked) : ERR_OK;
}

/* A cell that starts at *place. */
static enum err scan_cell(struct rows_parser *p, struct str s, size_t *place)
{
    struct tag tag;
    size_t at = scan_tag(&tag, s, *place + 2);
    if (at == 0)
        return ERR_UNSUPPORTED;
    TRY(cells_start(p, tag.r, tag.t, tag.s));
    *place = at;
    return tag.empty ? ERR_OK : scan_content(p, s, place);
}

/* A row that starts at *place. */
static enum err scan_row(struct rows_parser *p, struct str s, size_t *place)
{
    struct tag tag;
    size_t at = at_word(s, *place, STR("<row")) ? scan_tag(&tag, s, *place + 4) : 0;
    if (at == 0)
        return ERR_UNSUPPORTED;
    TRY(cells_start_row(p, tag.r));
    *place = at;
    if (tag.empty)
        return ERR_OK;
    for (;;) {
        *place = skip_space(s, *place);
        if (at_word(s, *place, STR("</row>")))
            break;
        if (!at_word(s, *place, STR("<c")))
            return ERR_UNSUPPORTED;
        TRY(scan_cell(p, s, place));
    }
    *place += strlen("</row>");
    return ERR_OK;
}

enum err scan_next(struct rows_parser *p)
{
    struct str s = str_sub(buf_view(&p->whole), 0, p->scan_end);
    for (;;) {
        p->scan_at = skip_space(s, p->scan_at);
        p->sheet->done = p->scan_at;
        if (p->scan_at >= s.len) {
            p->sheet->done = p->whole.len;
            return ERR_END;
        }
        TRY(scan_row(p, s, &p->scan_at));
        if (p->sheet->row.own == 0) {
            p->sheet->blank_rows++;
            continue;
        }
        p->given = p->sheet->row.number;
        return ERR_OK;
    }
}

static void ignore_start(void *user, const char *name, const char **attrs)
{
    (void)user, (void)name, (void)attrs;
}

static void ignore_end(void *user, const char *name)
{
    (void)user, (void)name;
}

/* Is what surrounds the rows a well-formed document, in plain UTF-8 without declarations? */
static bool envelope_sound(struct str head, struct str tail)
{
    struct xml x = {.what = "工作表"};
    ptrdiff_t coding = str_find(head, STR("encoding="));
    struct str name = str_sub(head, coding >= 0 ? (size_t)coding + 10 : 0, 5);
    bool utf8 = coding < 0 || str_eq(name, STR("UTF-8")) || str_eq(name, STR("utf-8"));
    struct str body = str_starts(head, STR("<?xml")) ? str_sub(head, 2, head.len) : head;
    bool plain = str_find(head, STR("<!")) < 0 && str_find(tail, STR("<!")) < 0 &&
                 str_find(body, STR("<?")) < 0 && str_find(tail, STR("<?")) < 0 &&
                 str_find(tail, STR("<sheetData")) < 0;
    if (!utf8 || !plain || xml_open(&x, NULL, ignore_start, ignore_end, NULL) != ERR_OK)
        return false;
    bool sound = xml_feed(&x, head, false) == ERR_OK && xml_feed(&x, tail, true) == ERR_OK;
    xml_close(&x);
    return sound;
}

void scan_open(struct rows_parser *p)
{
    struct str whole = buf_view(&p->whole), mark = STR("<sheetData>");
    ptrdiff_t start = str_find(whole, mark);
    if (start < 0)
        return;
    size_t rows = (size_t)start + mark.len;
    ptrdiff_t len = str_find(str_sub(whole, rows, whole.len), STR("</sheetData>"));
    if (len < 0)
        return;
    struct str head = str_sub(whole, 0, rows);
    p->scan_at = rows;
    p->scan_end = rows + (size_t)len;
    p->scanning = envelope_sound(head, str_sub(whole, p->scan_end, whole.len));
}

/* One <si>, of plain text only; the place behind it, 0 for expat. */
static size_t scan_item(struct text *out, uint32_t most, struct str s, size_t at)
{
    if (!at_word(s, at, STR("<si><t")))
        return 0;
    at = scan_string(out, most, s, at + 6);
    return at > 0 && at_word(s, at, STR("</si>")) ? at + 5 : 0;
}

/* Keeps a string: as it lies there, or changed in the book's arena. */
static enum err keep_string(struct xlsx *book, struct buf *work, struct text *text)
{
    bool escaped = text->raw.len > 0 && memchr(text->raw.data, '_', text->raw.len);
    if (!text->marked && !escaped)
        return xlsx_add_string(book, text->raw);
    if (text->marked && !resolve(work, &text->raw))
        return work->failed ? ERR_MEMORY : ERR_UNSUPPORTED;
    struct buf copy = {0};
    buf_str(&copy, text->raw);
    xlsx_unescape(&copy, 0);
    struct str kept = arena_str(&book->text, buf_view(&copy));
    enum err err = buf_err(&copy);
    buf_free(&copy);
    return err == ERR_OK && kept.data ? xlsx_add_string(book, kept) : ERR_MEMORY;
}

static enum err scan_items(struct xlsx *book, struct buf *work, struct str s, uint32_t most)
{
    for (size_t at = skip_space(s, 0); at < s.len; at = skip_space(s, at)) {
        struct text text;
        at = scan_item(&text, most, s, at);
        if (at == 0)
            return ERR_UNSUPPORTED;
        TRY(keep_string(book, work, &text));
    }
    return ERR_OK;
}

enum err scan_strings(struct xlsx *book, struct str whole, uint32_t most)
{
    struct tag tag;
    struct buf work = {0};
    ptrdiff_t start = str_find(whole, STR("<sst"));
    size_t first = start >= 0 ? scan_tag(&tag, whole, (size_t)start + 4) : 0;
    if (first == 0 || tag.empty)
        return ERR_UNSUPPORTED;
    ptrdiff_t len = str_find(str_sub(whole, first, whole.len), STR("</sst>"));
    if (len < 0 ||
        !envelope_sound(str_sub(whole, 0, first), str_sub(whole, first + (size_t)len, whole.len)))
        return ERR_UNSUPPORTED;
    enum err err = scan_items(book, &work, str_sub(whole, first, (size_t)len), most);
    buf_free(&work);
    return err;
}
