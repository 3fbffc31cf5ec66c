/* HTML tables, as web systems export them under the name .xls.
 *
 * A small tokenizer of our own: libxml2's HTML parser was looked at; it needs a tree or a push
 * parser that repairs nesting in its own way, guesses encodings (GB18030 wrongly from gb2312), and
 * is deprecated upstream for hostile input, while a table needs six tags. Everything that is not
 * table, tr, td, th, br or a block is passed over. Cells and rows end when the next begins.
 *
 * Invariants: a table inside a cell is a table of its own and no text of the outer one; positions
 * only move forward, so a file is read in linear time. */
#include "sheet/source.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { TABLES_MAX = 4096, DEPTH_MAX = 64, NAME_MAX_LEN = 15 };

struct table {
    size_t at;   /* behind its start tag */
    size_t rows; /* with two cells or more */
};

/* A tag, or the text before it. */
struct token {
    struct str text;             /* before the tag */
    char name[NAME_MAX_LEN + 1]; /* lower case; empty at the end of the file */
    bool closing;
    struct str attrs;
};

struct html {
    struct buf text; /* the document in UTF-8 */
    size_t at;
    struct table *tables;
    uint64_t number;
    unsigned depth; /* of tables inside the one being read */
    bool in_cell, in_row, ended;
    uint32_t column, span;
    enum sheet_cell_kind kind;
    struct str shown; /* number that the cell carries as an attribute */
    struct buf cell;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Where `needle` starts at or behind `from`; the end if nowhere. */
static size_t find_from(struct str s, size_t from, const char *needle)
{
    ptrdiff_t at = str_find(str_sub(s, from, s.len), str_of(needle));
    return at < 0 ? s.len : from + (size_t)at;
}

/* End of a tag that starts at `at`: a '>' outside quotes. */
static size_t tag_end(struct str s, size_t at)
{
    char quote = '\0';
    for (; at < s.len; at++) {
        char c = s.data[at];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if ((c == '"' || c == '\'') && s.data[at - 1] == '=')
            quote = c;
        else if (c == '>')
            return at;
    }
    return s.len;
}

/* Reads the name and attributes of the tag at s[at] == '<'; returns the place behind it. */
static size_t read_tag(struct token *out, struct str s, size_t at)
{
    size_t i = at + 1, len = 0;
    out->closing = i < s.len && s.data[i] == '/';
    i += out->closing;
    for (; i < s.len && !is_space(s.data[i]) && s.data[i] != '>' && s.data[i] != '/'; i++)
        if (len < NAME_MAX_LEN)
            out->name[len++] = lower(s.data[i]);
    out->name[len] = '\0';
    size_t end = tag_end(s, i);
    out->attrs = str_sub(s, i, end - i);
    return end < s.len ? end + 1 : s.len;
}

/* Behind the element whose content is no markup. */
static size_t skip_raw(struct str s, size_t at, const char *close)
{
    size_t len = strlen(close);
    while (at < s.len) {
        at = find_from(s, at, "</");
        if (at + len <= s.len && strncasecmp(s.data + at, close, len) == 0)
            return find_from(s, at, ">");
        at += 2;
    }
    return s.len;
}

/* The next text and tag. Comments, <!...> and <?...> are passed over as tags without a use. */
static void next_token(struct token *out, struct html *html)
{
    struct str s = buf_view(&html->text);
    *out = (struct token){0};
    size_t at = find_from(s, html->at, "<");
    out->text = str_sub(s, html->at, at - html->at);
    if (at >= s.len) {
        html->at = s.len;
        return;
    }
    struct str rest = str_sub(s, at, 4);
    if (str_eq(rest, STR("<!--"))) {
        html->at = find_from(s, at + 4, "-->");
        html->at += html->at < s.len ? 3 : 0;
        memcpy(out->name, "!", 2);
        return;
    }
    char next = rest.len > 1 ? lower(rest.data[1]) : ' ';
    if ((next < 'a' || next > 'z') && next != '/' && next != '!' && next != '?') {
        out->text = str_sub(s, html->at, at + 1 - html->at);
        html->at = at + 1;
        memcpy(out->name, "!", 2);
        return;
    }
    html->at = read_tag(out, s, at);
    if (!out->closing && strcmp(out->name, "script") == 0)
        html->at = skip_raw(s, html->at, "</script");
    else if (!out->closing && strcmp(out->name, "style") == 0)
        html->at = skip_raw(s, html->at, "</style");
    if (out->name[0] == '\0')
        memcpy(out->name, "!", 2);
}

static bool is(const struct token *token, const char *name)
{
    return strcmp(token->name, name) == 0;
}

static bool is_cell(const struct token *token)
{
    return is(token, "td") || is(token, "th");
}

/* The value of an attribute, empty if absent. */
static struct str attr(struct str attrs, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i + len < attrs.len; i++) {
        bool starts = i == 0 || is_space(attrs.data[i - 1]);
        if (!starts || strncasecmp(attrs.data + i, name, len) != 0)
            continue;
        size_t at = i + len;
        while (at < attrs.len && is_space(attrs.data[at]))
            at++;
        if (at == attrs.len || attrs.data[at++] != '=')
            continue;
        while (at < attrs.len && is_space(attrs.data[at]))
            at++;
        char quote = at < attrs.len && strchr("\"'", attrs.data[at]) ? attrs.data[at++] : '\0';
        size_t end = at;
        while (end < attrs.len && (quote ? attrs.data[end] != quote : !is_space(attrs.data[end])))
            end++;
        return str_sub(attrs, at, end - at);
    }
    return (struct str){0};
}

/* A span of 1 if absent or senseless, at most `most`. */
static uint32_t span_attr(struct str attrs, const char *name, uint32_t most)
{
    uint64_t value;
    if (str_u64(&value, str_trim(attr(attrs, name))) != ERR_OK || value == 0)
        return 1;
    return value < most ? (uint32_t)value : most;
}

/* First pass: where the tables are and how many rows of cells each has. */
static enum err list_tables(struct html *html, struct sheet *sheet, struct fault *fault)
{
    size_t open[DEPTH_MAX], cells[DEPTH_MAX], depth = 0;
    struct token token;
    for (next_token(&token, html); token.name[0]; next_token(&token, html)) {
        if (is(&token, "table") && !token.closing) {
            if (sheet->tab_count == TABLES_MAX || depth == DEPTH_MAX)
                return fault_set(fault, ERR_LIMIT, "网页表格过多或嵌套过深，未读取");
            cells[depth] = 0;
            open[depth++] = sheet->tab_count;
            html->tables[sheet->tab_count++].at = html->at;
        } else if (depth > 0 && is(&token, "table")) {
            depth--;
        } else if (depth > 0 && is(&token, "tr")) {
            cells[depth - 1] = 0;
        } else if (depth > 0 && is_cell(&token) && !token.closing) {
            html->tables[open[depth - 1]].rows += ++cells[depth - 1] == 2;
        }
    }
    return ERR_OK;
}

/* Only the largest table counts as visible: layout tables, headers and footers surround it. */
static void hide_small(struct html *html, struct sheet *sheet)
{
    size_t best = 0;
    for (size_t i = 1; i < sheet->tab_count; i++)
        if (html->tables[i].rows > html->tables[best].rows)
            best = i;
    for (size_t i = 0; i < sheet->tab_count; i++)
        sheet->tabs[i].hidden = i != best;
}

/* Named characters that office programs write. */
static uint32_t named_char(struct str name)
{
    static const struct {
        const char *name;
        uint32_t cp;
    } names[] = {
        {"nbsp", ' '},     {"amp", '&'},      {"lt", '<'},        {"gt", '>'},
        {"quot", '"'},     {"apos", '\''},    {"ensp", ' '},      {"emsp", ' '},
        {"middot", 0xB7},  {"ldquo", 0x201C}, {"rdquo", 0x201D},  {"lsquo", 0x2018},
        {"rsquo", 0x2019}, {"mdash", 0x2014}, {"ndash", 0x2013},  {"hellip", 0x2026},
        {"times", 0xD7},   {"divide", 0xF7},  {"deg", 0xB0},      {"plusmn", 0xB1},
        {"copy", 0xA9},    {"reg", 0xAE},     {"trade", 0x2122},  {"yen", 0xA5},
        {"sect", 0xA7},    {"bull", 0x2022},  {"permil", 0x2030}, {"euro", 0x20AC},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(name, str_of(names[i].name)))
            return names[i].cp;
    return 0;
}

/* &#20013; &#x4E2D; */
static uint32_t numbered_char(struct str digits)
{
    uint32_t value = 0;
    bool hex = digits.len > 1 && lower(digits.data[0]) == 'x';
    for (size_t i = hex; i < digits.len; i++) {
        char c = lower(digits.data[i]);
        bool letter = hex && c >= 'a' && c <= 'f';
        if (!letter && (c < '0' || c > '9'))
            return 0;
        value = value * (hex ? 16 : 10) + (uint32_t)(letter ? c - 'a' + 10 : c - '0');
        if (value > 0x10FFFF)
            return 0;
    }
    return value == 0xA0 ? ' ' : value;
}

/* Appends the character of the entity at s[*at] == '&' and moves behind it; a lone & stays. */
static void add_entity(struct buf *out, struct str s, size_t *at)
{
    size_t end = *at + 1;
    while (end < s.len && end - *at < 12 && s.data[end] != ';' && s.data[end] != '&' &&
           !is_space(s.data[end]))
        end++;
    struct str name = str_sub(s, *at + 1, end - *at - 1);
    bool closed = end < s.len && s.data[end] == ';';
    bool numbered = name.len > 1 && name.data[0] == '#';
    uint32_t cp = 0;
    if (closed || numbered)
        cp = numbered ? numbered_char(str_sub(name, 1, name.len)) : named_char(name);
    if (cp == 0) {
        buf_char(out, '&');
        *at += 1;
        return;
    }
    utf8_add(out, cp);
    *at = end + closed;
}

/* Adds text as a browser shows it: runs of blanks are one, entities resolved. */
static void add_text(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len;) {
        char c = s.data[i];
        if (c == '&') {
            add_entity(out, s, &i);
            continue;
        }
        i++;
        char last = out->len > 0 ? out->data[out->len - 1] : ' ';
        if (!is_space(c))
            buf_char(out, c);
        else if (!is_space(last))
            buf_char(out, ' ');
    }
}

/* A <br>, or the edge of a block, which breaks a line once. */
static void break_line(struct buf *out, bool block)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
    bool fresh = out->len == 0 || out->data[out->len - 1] == '\n';
    if (out->len > 0 && !(block && fresh))
        buf_char(out, '\n');
}

static enum err end_cell(struct sheet *sheet, struct html *html)
{
    if (!html->in_cell)
        return ERR_OK;
    html->in_cell = false;
    TRY(buf_err(&html->cell));
    struct str text = html->shown.len > 0 ? html->shown : buf_view(&html->cell);
    return row_put(sheet, html->column, html->kind, text);
}

/* Starts a cell at the next column that no cell from above reaches into. */
static enum err start_cell(struct sheet *sheet, struct html *html, struct str attrs)
{
    TRY(end_cell(sheet, html));
    html->column += html->span;
    while (html->column < sheet->limits.columns &&
           merges_cover(&sheet->merges, html->number, html->column))
        html->column++;
    html->span = span_attr(attrs, "colspan", sheet->limits.columns);
    html->in_cell = true;
    buf_clear(&html->cell);
    html->shown = attr(attrs, "x:num"); /* Excel: the value behind 4.69E+14 */
    html->kind = html->shown.len > 0 ? SHEET_NUMBER : SHEET_TEXT;
    if (html->column >= sheet->limits.columns)
        html->column = sheet->limits.columns;
    struct merge merge = {.top = html->number,
                          .bottom = html->number + span_attr(attrs, "rowspan", 65535) - 1,
                          .left = html->column,
                          .right = html->column + html->span - 1};
    return merges_add(sheet, &merge);
}

static enum err start_row(struct sheet *sheet, struct html *html, struct fault *fault)
{
    if (++html->number > sheet->limits.rows)
        return fault_set(fault, ERR_LIMIT, "表格超过 %u 行，未读取；请拆分后重试",
                         sheet->limits.rows);
    html->in_row = true;
    html->column = 0;
    html->span = 0;
    row_begin(&sheet->row, html->number);
    return ERR_OK;
}

static bool is_block(const struct token *token)
{
    return is(token, "p") || is(token, "div") || is(token, "li");
}

/* The text before a tag belongs to the cell, unless a table inside it is being passed over. */
static enum err take_text(struct sheet *sheet, struct str text, struct fault *fault)
{
    struct html *html = sheet->source;
    if (html->in_cell && html->depth == 0)
        add_text(&html->cell, text);
    if (html->cell.len <= sheet->limits.cell_bytes)
        return ERR_OK;
    return fault_set(fault, ERR_LIMIT, "第 %llu 行有内容超过 %u 字节，未读取",
                     (unsigned long long)html->number, sheet->limits.cell_bytes);
}

/* Keeps count of tables inside this one; its own end tag, or the file's end, ends it. */
static void take_table(struct html *html, const struct token *token)
{
    bool table = is(token, "table");
    if (table && !token->closing)
        html->depth++;
    else if (table && html->depth > 0)
        html->depth--;
    else if (table || token->name[0] == '\0')
        html->ended = true;
}

/* A tag inside a row or between rows. */
static enum err take_tag(struct sheet *sheet, const struct token *token, struct fault *fault)
{
    struct html *html = sheet->source;
    if (is(token, "tr"))
        return token->closing ? ERR_OK : start_row(sheet, html, fault);
    if (is_cell(token)) {
        if (token->closing)
            return end_cell(sheet, html);
        if (!html->in_row)
            TRY(start_row(sheet, html, fault));
        return start_cell(sheet, html, token->attrs);
    }
    if (html->in_cell && (is(token, "br") || is_block(token)))
        break_line(&html->cell, !is(token, "br"));
    return ERR_OK;
}

/* One token inside the table being read. *done is set when a row is complete; a tr that ended it
 * by beginning the next, which starts at `start`, is left to be read again. */
static enum err take_token(bool *done, struct sheet *sheet, const struct token *token, size_t start,
                           struct fault *fault)
{
    struct html *html = sheet->source;
    TRY(take_text(sheet, token->text, fault));
    bool inner = html->depth > 0;
    take_table(html, token);
    bool row = is(token, "tr") && !inner;
    if (html->in_row && (row || html->ended)) {
        html->at = row && !token->closing ? start : html->at;
        html->in_row = false;
        *done = true;
        return end_cell(sheet, html);
    }
    return inner || html->ended ? ERR_OK : take_tag(sheet, token, fault);
}

static enum err next_row(struct sheet *sheet, struct fault *fault)
{
    struct html *html = sheet->source;
    bool done = false;
    while (!done) {
        if (html->ended)
            return ERR_END;
        struct token token;
        size_t text = html->at;
        next_token(&token, html);
        TRY(take_token(&done, sheet, &token, text + token.text.len, fault));
    }
    sheet->done = html->at;
    return ERR_OK;
}

static enum err select_table(struct sheet *sheet, size_t index, struct fault *fault)
{
    struct html *html = sheet->source;
    (void)fault;
    html->at = html->tables[index].at;
    html->number = 0;
    html->depth = 0;
    html->in_cell = html->in_row = html->ended = false;
    buf_clear(&html->cell);
    return ERR_OK;
}

static void close_all(struct sheet *sheet)
{
    struct html *html = sheet->source;
    buf_free(&html->text);
    buf_free(&html->cell);
    free(html);
}

enum err html_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    static const struct source_ops ops = {
        .next = next_row, .select = select_table, .close = close_all};
    struct html *html = calloc(1, sizeof *html);
    if (!html)
        return ERR_MEMORY;
    sheet->source = html;
    sheet->ops = &ops;
    sheet->kind = SHEET_KIND_HTML;
    html->tables = arena_array(&sheet->arena, TABLES_MAX, sizeof *html->tables);
    sheet->tabs = arena_array(&sheet->arena, TABLES_MAX, sizeof *sheet->tabs);
    if (!html->tables || !sheet->tabs)
        return ERR_MEMORY;
    TRY(source_load(&html->text, sheet, path, fault));
    sheet->total = html->text.len;
    TRY(list_tables(html, sheet, fault));
    if (sheet->tab_count == 0)
        return fault_set(fault, ERR_FORMAT, "网页文件里没有表格，未读取");
    hide_small(html, sheet);
    return ERR_OK;
}
