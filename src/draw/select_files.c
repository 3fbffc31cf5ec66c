/* selected.tsv and drawn.tsv: see select.h. */
#include "draw/select.h"

#include "base/arena.h"

#include <string.h>

/* One line of selected.tsv. */
static void row_emit(struct buf *out, const struct draw_selection *selection,
                     const struct draw_drawn *row)
{
    buf_str(out, selection->strata[row->stratum].name);
    buf_char(out, '\t');
    buf_u64(out, row->rank);
    buf_char(out, '\t');
    buf_hex(out, row->ticket, DRAW_HASH);
    buf_char(out, '\t');
    buf_str(out, row->id);
    buf_char(out, '\n');
}

enum err draw_selected_write(struct buf *out, const struct draw_selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        row_emit(out, selection, &selection->rows[i]);
    return buf_err(out);
}

/* ERR_FORMAT for the line last read. */
static enum err bad_row(const struct draw_lines *lines, struct fault *fault, const char *form)
{
    return draw_at_row(
        fault_set(fault, ERR_FORMAT, "第 %llu 行不正确：%s", (unsigned long long)lines->row, form),
        fault, lines->row);
}

/* Form only: four fields, a stratum of the commitment, canonical rank, hex, an id. */
static bool row_parse(struct draw_drawn *row, const struct draw_commitment *commitment,
                      struct str line)
{
    struct str word[3];
    uint64_t rank = 0;
    for (size_t i = 0; i < 3; i++)
        if (!str_cut(&word[i], &line, '\t'))
            return false;
    ptrdiff_t stratum = draw_commitment_stratum(commitment, word[0]);
    if (stratum < 0 || str_u64(&rank, word[1]) != ERR_OK || rank > UINT32_MAX)
        return false;
    row->stratum = (uint32_t)stratum;
    row->rank = (uint32_t)rank;
    row->id = line;
    return str_unhex(row->ticket, DRAW_HASH, word[2]) == ERR_OK && draw_id_ok(line);
}

/* A row follows another: the next rank of its stratum with a larger (ticket, id), or rank 1 of a
 * later stratum. */
static bool row_follows(const struct draw_drawn *row, const struct draw_drawn *before)
{
    if (before == NULL || row->stratum != before->stratum)
        return row->rank == 1 && (before == NULL || row->stratum > before->stratum);
    int order = memcmp(row->ticket, before->ticket, DRAW_HASH);
    return row->rank == before->rank + 1 &&
           (order > 0 || (order == 0 && str_cmp(row->id, before->id) > 0));
}

/* How many rows to make room for. */
static size_t lines_total(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

/* Counts the quotas on the way. */
static enum err rows_parse(struct draw_selection *selection, uint64_t *quotas,
                           const struct draw_commitment *commitment, struct draw_lines *lines,
                           struct fault *fault)
{
    for (size_t i = 0; i < selection->count; i++) {
        struct draw_drawn *row = &selection->rows[i];
        struct str line = {0};
        TRY(draw_line_next(&line, lines, fault));
        if (!row_parse(row, commitment, line))
            return bad_row(lines, fault, "应为“分层<TAB>名次<TAB>签号<TAB>对象编号”");
        if (!row_follows(row, i > 0 ? row - 1 : NULL))
            return bad_row(lines, fault, "没有按分层、名次和签号排列");
        quotas[row->stratum]++;
    }
    return ERR_OK;
}

/* A text without its last LF has one line less than counted, and fails at the end. */
enum err draw_selected_parse(struct draw_selection *selection, struct arena *arena,
                             const struct draw_commitment *commitment, struct str text,
                             struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    size_t count = lines_total(text);
    struct draw_drawn *rows = arena_array(arena, count, sizeof *rows);
    uint64_t *quotas = arena_array(arena, commitment->stratum_count, sizeof *quotas);
    if (rows == NULL || quotas == NULL)
        return ERR_MEMORY;
    *selection =
        (struct draw_selection){rows, count, commitment->strata, commitment->stratum_count, quotas};
    TRY(rows_parse(selection, quotas, commitment, &lines, fault));
    struct str line = {0};
    enum err end = draw_line_next(&line, &lines, fault);
    return end == ERR_END ? ERR_OK : end;
}

/* In the visiting order, which is the order of the file. */
enum err draw_drawn_write(struct buf *out, const struct draw_selection *selection,
                          struct arena *arena)
{
    size_t *order = arena_array(arena, selection->count, sizeof *order);
    if (order == NULL)
        return ERR_MEMORY;
    draw_selection_order(order, selection);
    for (size_t i = 0; i < selection->count; i++) {
        const struct draw_drawn *row = &selection->rows[order[i]];
        buf_hex(out, row->ticket, DRAW_HASH);
        buf_char(out, '\t');
        buf_str(out, row->id);
        buf_char(out, '\n');
    }
    return buf_err(out);
}

/* Tickets ascend strictly, ids where tickets are equal. */
static bool drawn_parse(struct draw_drawn *row, const struct draw_drawn *before, struct str line)
{
    struct str ticket = {0};
    if (!str_cut(&ticket, &line, '\t') || str_unhex(row->ticket, DRAW_HASH, ticket) != ERR_OK ||
        !draw_id_ok(line))
        return false;
    row->id = line;
    int order = before ? memcmp(row->ticket, before->ticket, DRAW_HASH) : 1;
    return order > 0 || (order == 0 && str_cmp(row->id, before->id) > 0);
}

enum err draw_drawn_parse(struct draw_drawn **rows, size_t *count, struct arena *arena,
                          struct str text, struct fault *fault)
{
    struct draw_lines lines = {text, 0};
    size_t total = lines_total(text);
    struct draw_drawn *list = arena_array(arena, total, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < total; i++) {
        struct str line = {0};
        TRY(draw_line_next(&line, &lines, fault));
        if (!drawn_parse(&list[i], i > 0 ? &list[i - 1] : NULL, line))
            return bad_row(&lines, fault, "应为“签号<TAB>对象编号”，按签号排列");
    }
    *rows = list;
    *count = total;
    struct str line = {0};
    enum err end = draw_line_next(&line, &lines, fault);
    return end == ERR_END ? ERR_OK : end;
}
