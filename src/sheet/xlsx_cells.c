/* From a cell's attributes and text to the row: kinds, styles, shared strings.
 *
 * Invariants: row numbers rise; a cell's reference names its own row; a shared string exists. */
#include "sheet/xlsx_rows.h"

#include <string.h>

enum err cells_fault(struct rows_parser *p, enum err err, const char *what)
{
    char column[4];
    column_name(column, p->column);
    return fault_set(p->xml.fault, err, "第 %llu 行 %s 列%s",
                     (unsigned long long)p->sheet->row.number, column, what);
}

enum err cells_start_row(struct rows_parser *p, struct str text)
{
    uint64_t number = p->last_row + 1;
    if (text.data && (str_u64(&number, text) != ERR_OK || number <= p->last_row))
        return fault_set(p->xml.fault, ERR_FORMAT, "第 %llu 行之后的行号不正确，文件已损坏",
                         (unsigned long long)p->last_row);
    if (number > p->sheet->limits.rows)
        return fault_set(p->xml.fault, ERR_LIMIT, "工作表超过 %u 行，未读取；请拆分后重试",
                         p->sheet->limits.rows);
    p->last_row = number;
    p->next_column = 0;
    row_begin(&p->sheet->row, number);
    return ERR_OK;
}

static enum cell_type type_of(struct str type)
{
    switch (type.len > 0 ? type.data[0] : 'n') {
    case 's':
        return type.len > 1 ? TYPE_INLINE : TYPE_SHARED; /* "s", or "str" of a formula */
    case 'i':
        return TYPE_INLINE;
    case 'b':
        return TYPE_BOOL;
    case 'e':
        return TYPE_ERROR;
    case 'd':
        return TYPE_DATE;
    default:
        return TYPE_NUMBER;
    }
}

/* Takes a cell's reference apart: its row must be the row it stands in. */
static enum err place_cell(struct rows_parser *p, struct str ref)
{
    uint64_t row = 0;
    size_t letters = column_parse(&p->column, ref);
    struct str digits = str_sub(ref, letters, ref.len);
    bool known = letters > 0 && str_u64(&row, digits) == ERR_OK;
    return known && row == p->sheet->row.number
               ? ERR_OK
               : cells_fault(p, ERR_FORMAT, "的单元格位置不正确，文件已损坏");
}

enum err cells_start(struct rows_parser *p, struct str ref, struct str type, struct str style)
{
    uint64_t number = 0;
    p->type = type_of(type);
    p->style = str_u64(&number, style) == ERR_OK && number < UINT32_MAX ? (uint32_t)number : 0;
    p->column = p->next_column;
    if (ref.data)
        TRY(place_cell(p, ref));
    p->next_column = p->column + 1;
    return ERR_OK;
}

static enum err put_shared(struct rows_parser *p, struct str text)
{
    uint64_t index;
    if (str_u64(&index, text) != ERR_OK || index >= p->book->string_count)
        return cells_fault(p, ERR_FORMAT, "引用了不存在的文字，文件已损坏");
    return row_put_fixed(p->sheet, p->column, SHEET_TEXT, p->book->strings[index]);
}

/* A number by its style. */
static enum err put_number(struct rows_parser *p, struct str raw)
{
    enum sheet_cell_kind kind = SHEET_NUMBER;
    if (p->style < p->book->format_count)
        kind = (enum sheet_cell_kind)p->book->formats[p->style];
    if (kind == SHEET_DATE && date_text(&p->shown, raw, p->book->date1904))
        return row_put(p->sheet, p->column, SHEET_DATE, buf_view(&p->shown));
    number_text(&p->shown, raw);
    TRY(buf_err(&p->shown));
    return row_put(p->sheet, p->column, kind == SHEET_PERCENT ? kind : SHEET_NUMBER,
                   buf_view(&p->shown));
}

/* An ISO date as stored by strict writers: 2016-01-05T00:00:00. */
static enum err put_date(struct rows_parser *p, struct str raw)
{
    if (!iso_date_text(&p->shown, raw))
        return row_put(p->sheet, p->column, SHEET_TEXT, raw);
    return row_put(p->sheet, p->column, SHEET_DATE, buf_view(&p->shown));
}

static enum err put_text(struct rows_parser *p, struct str text, bool fixed)
{
    if (fixed && !memchr(text.data, '_', text.len))
        return row_put_fixed(p->sheet, p->column, SHEET_TEXT, text);
    buf_clear(&p->shown);
    buf_str(&p->shown, text);
    xlsx_unescape(&p->shown, 0);
    TRY(buf_err(&p->shown));
    return row_put(p->sheet, p->column, SHEET_TEXT, buf_view(&p->shown));
}

enum err cells_put(struct rows_parser *p, struct str text, bool fixed)
{
    text = row_trim(text);
    if (text.len == 0)
        return ERR_OK;
    switch (p->type) {
    case TYPE_SHARED:
        return put_shared(p, text);
    case TYPE_NUMBER:
        return put_number(p, text);
    case TYPE_DATE:
        return put_date(p, text);
    case TYPE_BOOL:
        return row_put(p->sheet, p->column, SHEET_BOOL,
                       str_eq(text, STR("1")) ? STR("TRUE") : STR("FALSE"));
    case TYPE_ERROR:
        return row_put(p->sheet, p->column, SHEET_ERROR, text);
    default:
        return put_text(p, text, fixed);
    }
}
