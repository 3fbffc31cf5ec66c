/* Putting a row together, and filling merged areas.
 *
 * Invariants: a row never has more than limits.columns cells, a cell never more than
 * limits.cell_bytes; text is copied into one buffer and addressed by offset until the row is
 * finished, because the buffer moves as it grows. A merged area gives its first cell's value to all
 * its cells, flagged; a row that holds nothing but such values counts as blank. */
#include "sheet/source.h"

#include <stdlib.h>
#include <string.h>

enum { MERGES_MAX = 1048576 };

void row_begin(struct row_builder *row, uint64_t number)
{
    row->number = number;
    buf_clear(&row->text);
    memset(row->slots, 0, row->count * sizeof *row->slots);
    row->count = 0;
    row->own = 0;
}

/* Makes room for `column`; NULL with the error set when it is beyond the limit. */
static enum err slot_of(struct row_slot **out, struct sheet *sheet, uint32_t column)
{
    struct row_builder *row = &sheet->row;
    if (column >= sheet->limits.columns)
        return fault_set(sheet->fault, ERR_LIMIT,
                         "第 %llu 行的内容超过 %u 列，未读取；请删去多余的列后重试",
                         (unsigned long long)row->number, sheet->limits.columns);
    if (column >= row->count)
        row->count = column + 1;
    *out = &row->slots[column];
    return ERR_OK;
}

static enum err check_size(struct sheet *sheet, uint32_t column, size_t size)
{
    char name[4];
    if (size <= sheet->limits.cell_bytes)
        return ERR_OK;
    column_name(name, column);
    return fault_set(sheet->fault, ERR_LIMIT, "第 %llu 行 %s 列的内容超过 %u 字节，未读取",
                     (unsigned long long)sheet->row.number, name, sheet->limits.cell_bytes);
}

/* str_trim for the many texts that neither begin nor end with anything it takes off: blanks,
 * U+3000, U+00A0 and U+FEFF are known by their first and last bytes. */
struct str row_trim(struct str text)
{
    unsigned char first = text.len ? (unsigned char)text.data[0] : 0;
    unsigned char last = text.len ? (unsigned char)text.data[text.len - 1] : 0;
    bool begins = first <= ' ' || first == 0xE3 || first == 0xC2 || first == 0xEF;
    bool ends = last <= ' ' || last == 0x80 || last == 0xA0 || last == 0xBF;
    return begins || ends ? str_trim(text) : text;
}

/* Common half of the two puts: a slot for trimmed text, NULL for an empty cell. */
static enum err put(struct row_slot **out, struct sheet *sheet, uint32_t column, struct str *text)
{
    *out = NULL;
    *text = row_trim(*text);
    if (text->len == 0)
        return ERR_OK;
    TRY(check_size(sheet, column, text->len));
    TRY(slot_of(out, sheet, column));
    sheet->row.own += (*out)->len == 0;
    (*out)->own = true;
    (*out)->len = text->len;
    return ERR_OK;
}

enum err row_put(struct sheet *sheet, uint32_t column, enum sheet_cell_kind kind, struct str text)
{
    struct row_slot *slot;
    TRY(put(&slot, sheet, column, &text));
    if (!slot)
        return ERR_OK;
    slot->fixed = NULL;
    slot->at = sheet->row.text.len;
    slot->kind = kind;
    buf_str(&sheet->row.text, text);
    return ERR_OK;
}

enum err row_put_fixed(struct sheet *sheet, uint32_t column, enum sheet_cell_kind kind,
                       struct str text)
{
    struct row_slot *slot;
    TRY(put(&slot, sheet, column, &text));
    if (!slot)
        return ERR_OK;
    slot->fixed = text.data;
    slot->kind = kind;
    return ERR_OK;
}

static struct str slot_text(const struct row_builder *row, const struct row_slot *slot)
{
    if (slot->len == 0)
        return (struct str){0};
    return str_range(slot->fixed ? slot->fixed : row->text.data + slot->at, slot->len);
}

/* Keeps the value of an area whose first row this is. */
static enum err merge_hold(struct sheet *sheet, struct merge *merge)
{
    const struct row_builder *row = &sheet->row;
    if (merge->left >= row->count || row->slots[merge->left].len == 0)
        return ERR_OK;
    const struct row_slot *slot = &row->slots[merge->left];
    merge->kind = slot->kind;
    merge->text = arena_str(&sheet->merges.held, slot_text(row, slot));
    return merge->text.data ? ERR_OK : ERR_MEMORY;
}

/* Gives the value of an area to its other cells in this row. What a cell below it still holds was
 * left there by a program; nobody sees it. */
static enum err merge_fill(struct sheet *sheet, const struct merge *merge)
{
    if (merge->text.len == 0)
        return ERR_OK;
    for (uint32_t column = merge->left; column <= merge->right; column++) {
        struct row_slot *slot;
        TRY(slot_of(&slot, sheet, column));
        if (sheet->row.number == merge->top && column == merge->left)
            continue;
        sheet->row.own -= slot->own;
        *slot = (struct row_slot){
            .fixed = merge->text.data, .len = merge->text.len, .kind = merge->kind};
    }
    return ERR_OK;
}

/* Takes areas that end above the row off the active ones. */
static void merges_drop(struct merges *merges, uint64_t row)
{
    size_t kept = 0;
    for (size_t i = 0; i < merges->active_count; i++)
        if (merges->items[merges->active[i]].bottom >= row)
            merges->active[kept++] = merges->active[i];
    merges->active_count = kept;
    if (kept == 0)
        arena_clear(&merges->held);
}

/* Makes areas that begin at or above the row active. */
static enum err merges_reach(struct sheet *sheet)
{
    struct merges *merges = &sheet->merges;
    uint64_t row = sheet->row.number;
    for (; merges->next < merges->count && merges->items[merges->next].top <= row; merges->next++) {
        struct merge *merge = &merges->items[merges->next];
        if (merge->bottom < row)
            continue;
        if (merges->active_count == sheet->limits.columns)
            return fault_set(sheet->fault, ERR_FORMAT,
                             "第 %llu 行处的合并单元格互相重叠，文件已损坏",
                             (unsigned long long)row);
        merges->active[merges->active_count++] = merges->next;
        if (merge->top == row)
            TRY(merge_hold(sheet, merge));
    }
    return ERR_OK;
}

static enum err merges_apply(struct sheet *sheet)
{
    struct merges *merges = &sheet->merges;
    if (merges->count == 0)
        return ERR_OK;
    merges_drop(merges, sheet->row.number);
    TRY(merges_reach(sheet));
    for (size_t i = 0; i < merges->active_count; i++)
        TRY(merge_fill(sheet, &merges->items[merges->active[i]]));
    return ERR_OK;
}

enum err row_finish(struct sheet *sheet)
{
    struct row_builder *row = &sheet->row;
    TRY(buf_err(&row->text));
    TRY(merges_apply(sheet));
    while (row->count > 0 && row->slots[row->count - 1].len == 0)
        row->count--;
    for (size_t i = 0; i < row->count; i++) {
        const struct row_slot *slot = &row->slots[i];
        row->cells[i] = (struct sheet_cell){.text = slot_text(row, slot),
                                            .kind = slot->len ? slot->kind : SHEET_EMPTY,
                                            .merged = slot->len && !slot->own};
    }
    return ERR_OK;
}

enum err merges_add(struct sheet *sheet, const struct merge *merge)
{
    struct merges *merges = &sheet->merges;
    bool single = merge->top >= merge->bottom && merge->left >= merge->right;
    if (single || merge->left >= sheet->limits.columns || merge->top > merge->bottom)
        return ERR_OK;
    if (merges->count == MERGES_MAX)
        return fault_set(sheet->fault, ERR_LIMIT, "合并单元格超过 %d 处，未读取", MERGES_MAX);
    if (merges->count == merges->cap) {
        size_t cap = merges->cap ? merges->cap * 2 : 64;
        struct merge *items = realloc(merges->items, cap * sizeof *items);
        if (!items)
            return ERR_MEMORY;
        merges->items = items;
        merges->cap = cap;
    }
    struct merge *added = &merges->items[merges->count++];
    *added = *merge;
    added->text = (struct str){0};
    if (added->right >= sheet->limits.columns)
        added->right = sheet->limits.columns - 1;
    return ERR_OK;
}

static int compare_tops(const void *a, const void *b)
{
    const struct merge *x = a, *y = b;
    if (x->top != y->top)
        return x->top < y->top ? -1 : 1;
    return x->left < y->left ? -1 : x->left > y->left;
}

void merges_sort(struct merges *merges)
{
    if (merges->count > 1)
        qsort(merges->items, merges->count, sizeof *merges->items, compare_tops);
}

bool merges_cover(const struct merges *merges, uint64_t row, uint32_t column)
{
    for (size_t i = 0; i < merges->active_count; i++) {
        const struct merge *merge = &merges->items[merges->active[i]];
        if (merge->top < row && merge->bottom >= row && merge->left <= column &&
            column <= merge->right)
            return true;
    }
    return false;
}

void merges_clear(struct merges *merges)
{
    merges->count = 0;
    merges->next = 0;
    merges->active_count = 0;
    arena_clear(&merges->held);
}

size_t column_parse(uint32_t *column, struct str ref)
{
    uint32_t value = 0;
    size_t letters = 0;
    while (letters < ref.len && ref.data[letters] >= 'A' && ref.data[letters] <= 'Z') {
        if (letters == 3)
            return 0;
        value = value * 26 + (uint32_t)(ref.data[letters++] - 'A' + 1);
    }
    *column = value - 1;
    return letters;
}

void column_name(char out[4], uint32_t column)
{
    char reversed[4];
    size_t len = 0;
    for (uint32_t left = column + 1; left > 0 && len < 3; left = (left - 1) / 26)
        reversed[len++] = (char)('A' + (left - 1) % 26);
    for (size_t i = 0; i < len; i++)
        out[i] = reversed[len - 1 - i];
    out[len] = '\0';
}

static bool cell_parse(uint64_t *row, uint32_t *column, struct str ref)
{
    size_t letters = column_parse(column, ref);
    struct str digits = str_sub(ref, letters, ref.len);
    return letters > 0 && str_u64(row, digits) == ERR_OK && *row > 0 && *row <= UINT32_MAX;
}

bool range_parse(struct merge *out, struct str ref)
{
    struct str first, rest = ref;
    *out = (struct merge){0};
    if (!str_cut(&first, &rest, ':') || !cell_parse(&out->top, &out->left, first))
        return false;
    out->bottom = out->top;
    out->right = out->left;
    if (!rest.data)
        return true;
    return cell_parse(&out->bottom, &out->right, rest) && out->bottom >= out->top &&
           out->right >= out->left;
}
