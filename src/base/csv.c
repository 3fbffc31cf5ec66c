/* CSV reader: see csv.h. (libcsv was looked at: it calls back a byte run at a time, knows no limits
 * and no delimiter but one, and names no rows.)
 *
 * A row is first found whole in the window (csv_scan), without changing it; when it is not whole
 * yet the window gets more text and the scan of this row starts again. Only then are quoted cells
 * unquoted in place. Invariant: from <= to <= cap; cells point into data[from of the row..to). */
#include "base/csv.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
    CSV_WINDOW = 256 * 1024,
    CSV_RAW_MAX = 2 * CSV_CELL_MAX + 2, /* a cell of quotes, each doubled, in quotes */
    CSV_GUESS_BYTES = 64 * 1024,
    CSV_GUESS_LINES = 20
};

struct csv {
    struct decode *decode;
    struct csv_options options;
    struct fault *fault;
    enum err err; /* the first error, repeated ever after */
    bool ended;
    bool zero; /* a NUL has been read */
    char *data;
    size_t cap;
    size_t from;
    size_t to;
    uint64_t row;
    size_t count;
    struct str cells[CSV_COLUMNS_MAX];
};

/* Where a scan stands: it either reached the end of its row, or needs more text. */
struct csv_scan {
    size_t at;
    bool more;
    bool row_end;
};

/* An error in the row being read (one more than given out): a person finds it by row and column. */
static enum err csv_fault(const struct csv *c, enum err err, size_t col, const char *why)
{
    if (c->fault != NULL)
        c->fault->row = c->row + 1;
    return fault_set(c->fault, err, "第 %llu 行第 %zu 列：%s", (unsigned long long)c->row + 1, col,
                     why);
}

/* Reads more text behind what is in the window, moving or growing it first. */
static enum err csv_fill(struct csv *c)
{
    size_t got = 0;
    if (c->from > 0) {
        memmove(c->data, c->data + c->from, c->to - c->from);
        c->to -= c->from;
        c->from = 0;
    }
    if (c->cap - c->to < CSV_WINDOW / 2) {
        char *data = realloc(c->data, c->cap * 2);
        if (data == NULL)
            return ERR_MEMORY;
        c->data = data;
        c->cap *= 2;
    }
    enum err err = decode_read(c->decode, c->data + c->to, c->cap - c->to, &got, c->fault);
    if (err != ERR_OK && err != ERR_END)
        return err;
    c->ended = err == ERR_END;
    c->zero = c->zero || memchr(c->data + c->to, '\0', got) != NULL;
    c->to += got;
    return ERR_OK;
}

/* Lines, for each delimiter, that have as many of it as most lines have; quoted text aside. */
struct csv_guess {
    size_t lines;
    size_t counts[CSV_GUESS_LINES][3];
};

static const char csv_delimiters[3] = {',', '\t', ';'};

/* Counts the delimiters of the first lines that are not blank, outside quotes. */
static void csv_count(struct csv_guess *g, struct str text)
{
    bool quoted = false;
    bool blank = true;
    for (size_t i = 0; i < text.len && g->lines < CSV_GUESS_LINES; i++) {
        char ch = text.data[i];
        quoted = quoted != (ch == '"');
        bool line_end = !quoted && (ch == '\n' || ch == '\r');
        g->lines += line_end && !blank;
        blank = line_end;
        const char *hit = quoted || line_end ? NULL : memchr(csv_delimiters, ch, 3);
        if (hit != NULL && g->lines < CSV_GUESS_LINES)
            g->counts[g->lines][hit - csv_delimiters]++;
    }
    if (!blank && g->lines < CSV_GUESS_LINES)
        g->lines++;
}

/* How well a delimiter fits: lines that agree on a count, then the count. */
static uint64_t csv_fit(const struct csv_guess *g, size_t which)
{
    uint64_t best = 0;
    for (size_t i = 0; i < g->lines; i++) {
        uint64_t same = 0;
        uint64_t count = g->counts[i][which];
        for (size_t j = 0; j < g->lines; j++)
            same += g->counts[j][which] == count;
        uint64_t fit = count == 0 ? 0 : same << 32 | count;
        best = fit > best ? fit : best;
    }
    return best;
}

/* The delimiter that fits best; a comma where none fits, as in a file of one column. */
static enum err csv_guess_delimiter(struct csv *c)
{
    struct csv_guess g = {0};
    uint64_t best = 0;
    while (!c->ended && c->to < CSV_GUESS_BYTES)
        TRY(csv_fill(c));
    csv_count(&g, str_range(c->data, c->to));
    c->options.delimiter = ',';
    for (size_t i = 0; i < 3; i++) {
        uint64_t fit = csv_fit(&g, i);
        if (fit > best) {
            best = fit;
            c->options.delimiter = csv_delimiters[i];
        }
    }
    return ERR_OK;
}

/* Takes over decode, also on failure. */
static enum err csv_make(struct csv **out, struct decode *decode, const struct csv_options *options,
                         struct fault *fault)
{
    struct csv *c = calloc(1, sizeof *c);
    if (c == NULL) {
        decode_close(decode);
        return ERR_MEMORY;
    }
    c->decode = decode;
    c->fault = fault;
    c->options = options != NULL ? *options : (struct csv_options){0};
    if (c->options.rows_max == 0)
        c->options.rows_max = CSV_ROWS_MAX;
    c->cap = CSV_WINDOW;
    c->data = malloc(c->cap);
    enum err err = c->data != NULL ? ERR_OK : ERR_MEMORY;
    if (err == ERR_OK && c->options.delimiter == 0)
        err = csv_guess_delimiter(c);
    if (err != ERR_OK) {
        csv_close(c);
        return err;
    }
    *out = c;
    return ERR_OK;
}

enum err csv_open(struct csv **out, int fd, const struct csv_options *options, struct fault *fault)
{
    struct decode *decode = NULL;
    TRY(decode_open(&decode, fd, options != NULL ? options->kind : DECODE_AUTO, fault));
    return csv_make(out, decode, options, fault);
}

enum err csv_open_memory(struct csv **out, struct str text, const struct csv_options *options,
                         struct fault *fault)
{
    struct decode *decode = NULL;
    TRY(decode_open_memory(&decode, text, options != NULL ? options->kind : DECODE_AUTO, fault));
    return csv_make(out, decode, options, fault);
}

void csv_close(struct csv *c)
{
    if (c == NULL)
        return;
    decode_close(c->decode);
    free(c->data);
    free(c);
}

uint64_t csv_row(const struct csv *c)
{
    return c->row;
}

char csv_delimiter(const struct csv *c)
{
    return c->options.delimiter;
}

enum decode_kind csv_kind(const struct csv *c)
{
    return decode_kind(c->decode);
}

/* Behind the opening quote at s->at: to behind the closing one. */
static enum err csv_scan_quoted(struct csv_scan *s, const struct csv *c, size_t col)
{
    size_t start = s->at++;
    for (;;) {
        const char *quote = memchr(c->data + s->at, '"', c->to - s->at);
        size_t at = quote != NULL ? (size_t)(quote - c->data) : c->to;
        if (at - start > CSV_RAW_MAX)
            return csv_fault(c, ERR_LIMIT, col,
                             "单元格超过 32767 字节，文件未导入；如果该单元格以英文双引号开头，"
                             "请检查是否缺少结尾的双引号");
        s->more = quote == NULL || (at + 1 == c->to && !c->ended);
        if (s->more && c->ended)
            return csv_fault(c, ERR_FORMAT, col,
                             "英文双引号没有配对，直到文件结尾也没有结束，文件未导入；"
                             "请补上结尾的双引号后重新导入");
        if (s->more)
            return ERR_OK;
        s->at = at + 1;
        if (s->at == c->to || c->data[s->at] != '"')
            return ERR_OK;
        s->at++;
    }
}

/* To the delimiter or line end that closes the cell. */
static enum err csv_scan_plain(struct csv_scan *s, const struct csv *c, size_t col)
{
    const char *at = c->data + s->at;
    const char *end = c->data + c->to;
    char delimiter = c->options.delimiter;
    while (at < end && *at != delimiter && *at != '\n' && *at != '\r')
        at++;
    if ((size_t)(at - c->data) - s->at > CSV_RAW_MAX)
        return csv_fault(c, ERR_LIMIT, col, "单元格超过 32767 字节，文件未导入，请缩短后重新导入");
    s->at = (size_t)(at - c->data);
    bool last_cr = at + 1 == end && *at == '\r';
    s->more = !c->ended && (at == end || last_cr);
    return ERR_OK;
}

/* Over the delimiter or line end at s->at. */
static void csv_scan_separator(struct csv_scan *s, const struct csv *c)
{
    s->row_end = s->at == c->to || c->data[s->at] != c->options.delimiter;
    if (s->at == c->to)
        return;
    bool pair = c->data[s->at] == '\r' && s->at + 1 < c->to && c->data[s->at + 1] == '\n';
    s->at += pair && s->row_end ? 2 : 1;
}

/* Finds the cells of the row at c->from, raw; s->more when the window does not hold all of it. */
static enum err csv_scan(struct csv_scan *s, struct csv *c)
{
    *s = (struct csv_scan){.at = c->from};
    for (c->count = 0; !s->row_end; c->count++) {
        size_t start = s->at;
        if (c->count == CSV_COLUMNS_MAX)
            return csv_fault(c, ERR_LIMIT, c->count + 1,
                             "列数超过 256，文件未导入，请删去多余的列后重新导入");
        if (start < c->to && c->data[start] == '"')
            TRY(csv_scan_quoted(s, c, c->count + 1));
        if (!s->more)
            TRY(csv_scan_plain(s, c, c->count + 1));
        if (s->more)
            return ERR_OK;
        c->cells[c->count] = str_range(c->data + start, s->at - start);
        csv_scan_separator(s, c);
    }
    return ERR_OK;
}

/* Takes the quotes off a cell that begins with one, in place; text behind the closing quote stays.
 */
static struct str csv_unquote(char *data, size_t len)
{
    size_t to = 0;
    size_t from = 1;
    while (from < len) {
        const char *quote = memchr(data + from, '"', len - from);
        size_t run = (quote != NULL ? (size_t)(quote - data) : len) - from;
        memmove(data + to, data + from, run);
        to += run;
        from += run + 1;
        if (from >= len || data[from] != '"')
            break;
        data[to++] = '"';
        from++;
    }
    if (from < len) {
        memmove(data + to, data + from, len - from);
        to += len - from;
    }
    return str_range(data, to);
}

/* A plain number keeps its minus: -5, -0.25. */
static bool csv_is_number(struct str s)
{
    size_t i = 1;
    size_t digits = 0;
    size_t dots = 0;
    for (; i < s.len; i++) {
        bool digit = s.data[i] >= '0' && s.data[i] <= '9';
        bool dot = s.data[i] == '.' && digits > 0 && i + 1 < s.len;
        if (!digit && !dot)
            return false;
        digits += digit;
        dots += dot;
    }
    return s.len > 1 && s.data[0] == '-' && dots < 2;
}

/* What a spreadsheet would take for a formula, by its first character (SECURITY.md IN3). */
static bool csv_is_formula(struct str s)
{
    static const struct str wide[] = {{"＝", 3}, {"＋", 3}, {"－", 3}, {"＠", 3}};
    if (s.len == 0)
        return false;
    if (memchr("=+-@\t\r", s.data[0], 6) != NULL)
        return !csv_is_number(s);
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (str_starts(s, wide[i]))
            return true;
    return false;
}

bool csv_needs_guard(struct str cell)
{
    while (cell.len > 0 && cell.data[0] == '\'')
        cell = str_range(cell.data + 1, cell.len - 1);
    return csv_is_formula(cell);
}

/* Turns the raw cells of a whole row into their values. */
static enum err csv_finish(struct csv *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct str *cell = &c->cells[i];
        if (cell->len > 0 && cell->data[0] == '"')
            *cell = csv_unquote(c->data + (cell->data - c->data), cell->len);
        if (c->options.strip_guard && cell->len > 0 && cell->data[0] == '\'' &&
            csv_needs_guard(*cell))
            *cell = str_range(cell->data + 1, cell->len - 1);
        if (cell->len > CSV_CELL_MAX)
            return csv_fault(c, ERR_LIMIT, i + 1,
                             "单元格超过 32767 字节，文件未导入，请缩短后重新导入");
        if (c->zero && cell->len > 0 && memchr(cell->data, '\0', cell->len) != NULL)
            return csv_fault(
                c, ERR_FORMAT, i + 1,
                "含有空字符（0x00），这不是文本表格，文件未导入；请另存为 CSV 或 xlsx");
    }
    return ERR_OK;
}

/* One row from the window into c->cells. The limit of rows is checked before the row is scanned, so
 * that a file of exactly rows_max rows passes. */
static enum err csv_read_row(struct csv *c)
{
    struct csv_scan scan = {0};
    while (!c->ended && c->from == c->to)
        TRY(csv_fill(c));
    if (c->from == c->to)
        return ERR_END;
    if (c->row == c->options.rows_max)
        return csv_fault(c, ERR_LIMIT, 1, "行数超过允许的上限，文件未导入，请拆分后分次导入");
    TRY(csv_scan(&scan, c));
    while (scan.more) {
        TRY(csv_fill(c));
        TRY(csv_scan(&scan, c));
    }
    c->from = scan.at;
    return csv_finish(c);
}

enum err csv_next(struct csv *c, struct str **cells, size_t *count)
{
    if (c->err == ERR_OK)
        c->err = csv_read_row(c);
    if (c->err != ERR_OK)
        return c->err;
    c->row++;
    *cells = c->cells;
    *count = c->count;
    return ERR_OK;
}

/* RFC 4180, and blanks at the ends, which some programs drop, and a byte-order mark, which a reader
 * would drop at the beginning of a file. */
static bool csv_needs_quotes(struct str cell, char delimiter)
{
    if (cell.len == 0)
        return false;
    bool blank = cell.data[0] == ' ' || cell.data[cell.len - 1] == ' ';
    return blank || memchr(cell.data, delimiter, cell.len) != NULL ||
           memchr(cell.data, '"', cell.len) != NULL || memchr(cell.data, '\n', cell.len) != NULL ||
           memchr(cell.data, '\r', cell.len) != NULL || str_starts(cell, STR("\xEF\xBB\xBF"));
}

/* In quotes, each quote doubled. */
static void csv_write_quoted(struct buf *out, struct str cell, bool guard)
{
    struct str piece;
    buf_char(out, '"');
    if (guard)
        buf_char(out, '\'');
    for (bool first = true; str_cut(&piece, &cell, '"'); first = false) {
        if (!first)
            buf_cat(out, "\"\"");
        buf_str(out, piece);
    }
    buf_char(out, '"');
}

void csv_write_row(struct buf *out, const struct str *cells, size_t count, char delimiter)
{
    for (size_t i = 0; i < count; i++) {
        bool guard = csv_needs_guard(cells[i]);
        if (i > 0)
            buf_char(out, delimiter);
        if (csv_needs_quotes(cells[i], delimiter)) {
            csv_write_quoted(out, cells[i], guard);
            continue;
        }
        if (guard)
            buf_char(out, '\'');
        buf_str(out, cells[i]);
    }
    buf_cat(out, "\r\n");
}
