/* Finding the heading row and what its columns mean.
 *
 * Agencies put titles, notes and dates above their headings, write the same heading in dozens of
 * ways and lay 抽查项目 over 抽查类别 and 抽查事项 in two rows. So the first rows are kept, each is
 * tried as heading row (and, where it has cells merged across, together with the row below), and
 * the row that names the most fields wins; of equal ones the first. Invariants: a column answers to
 * at most one field and a field to at most one column; rows read while looking are given out
 * afterwards as if they had not been. */
#include "sheet/heading.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "sheet/records.h"
#include "sheet/writer.h"

#include <string.h>

enum {
    LOOK_ROWS = 30,
    SEEN_NAMED = 20 /* headings listed in a refusal */
};

/* One way to write a field's heading, as it is compared. rank 0 is the label. */
struct variant {
    struct str key;
    uint32_t field;
    uint32_t rank;
};

struct variants {
    struct variant *items;
    size_t count;
};

/* A try: which column each field would have. */
struct attempt {
    int32_t *columns;
    size_t fields; /* how many */
    struct str *headings;
    size_t heading_count;
    bool book; /* behind the headings stand the columns of an error workbook */
    size_t matched;
    size_t row; /* of the kept rows */
    uint32_t rows;
};

/* Remarks in brackets, and what stands for "required". */
static bool opens(uint32_t cp)
{
    return cp == '(' || cp == '[' || cp == 0x3010 || cp == 0x3014 || cp == 0x300A;
}

static bool closes(uint32_t cp)
{
    return cp == ')' || cp == ']' || cp == 0x3011 || cp == 0x3015 || cp == 0x300B;
}

static bool is_noise(uint32_t cp)
{
    return cp <= ' ' || cp == '*' || cp == ':' || cp == 0x3000 || cp == 0x203B || cp == 0x2605 ||
           cp == 0x3001 || cp == 0xFE30;
}

struct str sheet_heading_key(struct arena *arena, struct str heading)
{
    struct str folded, rest;
    enum err err = utf8_nfkc_fold(&folded, arena, heading);
    if (err == ERR_UTF8)
        folded = STR("");
    char *out = err == ERR_MEMORY ? NULL : arena_alloc(arena, folded.len + 1);
    size_t len = 0, depth = 0;
    uint32_t cp;
    if (!out)
        return (struct str){0};
    for (rest = folded; utf8_next(&cp, &rest) == ERR_OK; folded = rest) {
        size_t width = (size_t)(rest.data - folded.data);
        depth += opens(cp);
        if (depth == 0 && !is_noise(cp)) {
            memcpy(out + len, folded.data, width);
            len += width;
        }
        depth -= depth > 0 && closes(cp);
    }
    return str_range(out, len);
}

static enum err add_variant(struct variants *all, struct arena *arena, struct str text,
                            uint32_t field, uint32_t rank)
{
    struct str key = sheet_heading_key(arena, text);
    if (!key.data)
        return ERR_MEMORY;
    if (key.len > 0)
        all->items[all->count++] = (struct variant){key, field, rank};
    return ERR_OK;
}

static size_t count_variants(const struct field *fields, size_t count)
{
    size_t total = count;
    for (size_t i = 0; i < count; i++) {
        struct str one, rest = fields[i].headings ? str_of(fields[i].headings) : (struct str){0};
        while (str_cut(&one, &rest, '|'))
            total++;
    }
    return total;
}

static enum err list_variants(struct variants *out, struct arena *arena, const struct field *fields,
                              size_t count)
{
    out->items = arena_array(arena, count_variants(fields, count), sizeof *out->items);
    if (!out->items)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        struct str one, rest = fields[i].headings ? str_of(fields[i].headings) : (struct str){0};
        uint32_t rank = 0;
        TRY(add_variant(out, arena, str_of(fields[i].label), i, rank++));
        while (str_cut(&one, &rest, '|'))
            TRY(add_variant(out, arena, one, i, rank++));
    }
    return ERR_OK;
}

/* How well `key` names `field`: the rank, or UINT32_MAX. */
static uint32_t rank_of(const struct variants *all, struct str key, uint32_t field)
{
    uint32_t best = UINT32_MAX;
    for (size_t i = 0; i < all->count && key.len > 0; i++)
        if (all->items[i].field == field && all->items[i].rank < best &&
            str_eq(all->items[i].key, key))
            best = all->items[i].rank;
    return best;
}

/* The two keys a column may be known by: its own, and (two rows) the upper one. */
struct column_keys {
    struct str *own;
    struct str *joined;
    size_t count;
};

static bool column_taken(const struct attempt *try, size_t column)
{
    for (size_t i = 0; i < try->fields; i++)
        if (try->columns[i] == (int32_t)column)
            return true;
    return false;
}

/* Gives `field`, if it has none yet, its best column that is still free, with a rank up to `most`.
 */
static void assign(struct attempt *try, const struct variants *all, const struct column_keys *keys,
                   uint32_t field, uint32_t most)
{
    uint32_t best = UINT32_MAX;
    if (try->columns[field] >= 0)
        return;
    for (size_t column = 0; column < keys->count; column++) {
        uint32_t own = rank_of(all, keys->own[column], field);
        uint32_t joined = rank_of(all, keys->joined[column], field);
        uint32_t rank = own < joined ? own : joined;
        if (rank >= best || rank > most || column_taken(try, column))
            continue;
        best = rank;
        try->columns[field] = (int32_t)column;
    }
    try->matched += best != UINT32_MAX;
}

/* Does the row have a cell merged across, so that a second heading row may stand below? */
static bool merged_across(const struct sheet_row *row)
{
    for (size_t i = 1; i < row->count; i++)
        if (row->cells[i].merged && str_eq(row->cells[i].text, row->cells[i - 1].text))
            return true;
    return false;
}

/* A title: the whole row is one text. */
static bool is_title(const struct sheet_row *row)
{
    size_t filled = 0;
    struct str text = {0};
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].text.len == 0)
            continue;
        if (filled++ > 0 && !str_eq(row->cells[i].text, text))
            return false;
        text = row->cells[i].text;
    }
    return filled > 1;
}

static struct str cell_text(const struct sheet_row *row, size_t column)
{
    return column < row->count ? row->cells[column].text : STR("");
}

/* Keys and headings of the columns of one row, or of two. */
static enum err read_keys(struct column_keys *keys, struct attempt *try, struct arena *arena,
                          const struct sheet_row *upper, const struct sheet_row *lower)
{
    size_t count = lower && lower->count > upper->count ? lower->count : upper->count;
    keys->own = arena_array(arena, count, sizeof *keys->own);
    keys->joined = arena_array(arena, count, sizeof *keys->joined);
    try->headings = arena_array(arena, count, sizeof *try->headings);
    keys->count = try->heading_count = count;
    if (!keys->own || !keys->joined || !try->headings)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct str top = cell_text(upper, i), low = lower ? cell_text(lower, i) : STR("");
        bool two = low.len > 0 && !str_eq(top, low);
        struct str own = two ? low : top;
        try->headings[i] =
            two && top.len > 0 ? arena_printf(arena, "%.*s/%.*s", STR_ARG(top), STR_ARG(low)) : own;
        keys->own[i] = sheet_heading_key(arena, own);
        keys->joined[i] = sheet_heading_key(arena, try->headings[i]);
        if (!keys->own[i].data || !keys->joined[i].data)
            return ERR_MEMORY;
    }
    keys->count = try->heading_count = sheet_error_book_columns(try->headings, count);
    try->book = try->heading_count < count;
    return ERR_OK;
}

/* Tries a row (with the one below if `lower`) as headings. */
static enum err attempt(struct attempt *out, const struct variants *all, size_t fields,
                        struct arena *arena, const struct sheet_row *rows[2])
{
    struct column_keys keys;
    out->matched = 0;
    out->fields = fields;
    out->columns = arena_array(arena, fields, sizeof *out->columns);
    if (!out->columns)
        return ERR_MEMORY;
    for (size_t i = 0; i < fields; i++)
        out->columns[i] = -1;
    TRY(read_keys(&keys, out, arena, rows[0], rows[1]));
    for (uint32_t i = 0; i < fields; i++) /* a label beats other fields' variants */
        assign(out, all, &keys, i, 0);
    for (uint32_t i = 0; i < fields; i++)
        assign(out, all, &keys, i, UINT32_MAX - 1);
    return ERR_OK;
}

/* Picks the best of the kept rows; the headings of an error workbook at once, since the column that
 * it names in each row would pass for one. */
static enum err find_headings(struct attempt *best, const struct variants *all, size_t fields,
                              struct arena *arena, const struct sheet_pending *pending)
{
    *best = (struct attempt){0};
    for (size_t i = 0; i < pending->count; i++) {
        const struct sheet_row *row = &pending->rows[i];
        bool more = i + 1 < pending->count && merged_across(row);
        if (is_title(row))
            continue;
        for (uint32_t lines = 1; lines <= 1U + more; lines++) {
            struct attempt try = {.row = i, .rows = lines};
            const struct sheet_row *rows[2] = {row, lines == 2 ? row + 1 : NULL};
            TRY(attempt(&try, all, fields, arena, rows));
            if (try.matched > best->matched || try.book)
                *best = try;
            if (try.book)
                return ERR_OK;
        }
    }
    return ERR_OK;
}

/* Copies a row into the arena. */
static enum err keep_row(struct sheet_row *out, struct arena *arena, const struct sheet_row *row)
{
    struct sheet_cell *cells = arena_array(arena, row->count, sizeof *cells);
    if (!cells)
        return ERR_MEMORY;
    for (size_t i = 0; i < row->count; i++) {
        cells[i] = row->cells[i];
        cells[i].text = arena_str(arena, row->cells[i].text);
        if (!cells[i].text.data && row->cells[i].text.len > 0)
            return ERR_MEMORY;
    }
    *out = (struct sheet_row){.number = row->number, .cells = cells, .count = row->count};
    return ERR_OK;
}

static enum err keep_rows(struct sheet_pending *pending, struct sheet *sheet, struct arena *arena,
                          struct fault *fault)
{
    struct sheet_row row;
    pending->rows = arena_array(arena, LOOK_ROWS, sizeof *pending->rows);
    if (!pending->rows)
        return ERR_MEMORY;
    while (pending->count < LOOK_ROWS) {
        enum err err = sheet_next(&row, sheet, fault);
        if (err == ERR_END)
            return ERR_OK;
        TRY(err);
        TRY(keep_row(&pending->rows[pending->count], arena, &row));
        pending->count++;
    }
    return ERR_OK;
}

static void list_text(struct buf *out, struct str text, size_t index)
{
    if (text.len == 0 || index >= SEEN_NAMED)
        return;
    if (out->len > 0)
        buf_cat(out, "、");
    buf_str(out, text);
}

/* Required fields without a column are named, with what was seen instead. */
static enum err check_required(const struct sheet_mapping *map, struct fault *fault)
{
    struct buf missing = {0}, seen = {0};
    for (size_t i = 0; i < map->count; i++)
        if (map->fields[i].required && map->columns[i] < 0)
            list_text(&missing, str_of(map->fields[i].label), 0);
    for (size_t i = 0; i < map->heading_count; i++)
        list_text(&seen, map->headings[i], i);
    enum err err = ERR_OK;
    if (missing.len > 0)
        err = fault_set(fault, ERR_INPUT,
                        "表头（第 %llu 行）缺少必填的列：%s。看到的列有：%s。没有导入任何内容",
                        (unsigned long long)map->heading_row, buf_cstr(&missing), buf_cstr(&seen));
    buf_free(&missing);
    buf_free(&seen);
    return err;
}

static enum err no_headings(const struct sheet_pending *pending, struct fault *fault)
{
    struct buf seen = {0};
    if (pending->count == 0)
        return fault_set(fault, ERR_FORMAT, "表里没有内容，没有导入任何内容");
    const struct sheet_row *first = &pending->rows[0];
    for (size_t i = 0; i < first->count; i++)
        if (!first->cells[i].merged)
            list_text(&seen, first->cells[i].text, i);
    enum err err =
        fault_set(fault, ERR_FORMAT, "前 %d 行里没有找到表头，没有导入任何内容。第 %llu 行是：%s",
                  LOOK_ROWS, (unsigned long long)first->number, buf_cstr(&seen));
    buf_free(&seen);
    return err;
}

/* Takes the winning try over. */
static void settle(struct sheet_mapping *out, const struct attempt *best)
{
    struct sheet_pending *pending = out->pending;
    const struct sheet_row *last = &pending->rows[best->row + best->rows - 1];
    out->columns = best->columns;
    out->headings = best->headings;
    out->heading_count = best->heading_count;
    out->book = best->book;
    out->matched = best->matched;
    out->heading_rows = best->rows;
    out->heading_row = last->number;
    out->skipped[SHEET_SKIP_TITLE] = best->row;
    pending->next = best->row + best->rows;
}

/* Nothing is known here: the first row with two different cells is what a person would take for the
 * headings. False where there is none. */
static bool guess_headings(struct attempt *best, const struct sheet_pending *pending)
{
    for (size_t i = 0; i < pending->count; i++) {
        const struct sheet_row *row = &pending->rows[i];
        size_t filled = 0;
        for (size_t k = 0; k < row->count; k++)
            filled += row->cells[k].text.len > 0;
        if (filled < 2 || is_title(row))
            continue;
        best->row = i;
        best->rows = 1;
        return true;
    }
    return false;
}

static enum err guess(struct attempt *best, const struct variants *all, size_t fields,
                      struct arena *arena, const struct sheet_pending *pending)
{
    if (!guess_headings(best, pending))
        return ERR_OK;
    struct attempt found = {.row = best->row, .rows = 1};
    const struct sheet_row *rows[2] = {&pending->rows[best->row], NULL};
    TRY(attempt(&found, all, fields, arena, rows));
    *best = found;
    return ERR_OK;
}

/* What a person chose replaces what was found; of two columns for one field the first counts. */
static void choose(struct sheet_mapping *map, const struct sheet_plan *plan)
{
    map->matched = 0;
    for (size_t i = 0; i < map->count; i++) {
        map->columns[i] = -1;
        for (size_t c = 0; c < plan->chosen_count && c < map->heading_count; c++)
            if (map->columns[i] < 0 && str_eq(plan->chosen[c], str_of(map->fields[i].name)))
                map->columns[i] = (int32_t)c;
        map->matched += map->columns[i] >= 0;
    }
}

enum err sheet_map_plan(struct sheet_mapping *out, struct sheet *sheet,
                        const struct sheet_plan *plan, struct arena *arena, struct fault *fault)
{
    struct variants all = {0};
    struct attempt best;
    bool open = plan->lenient || plan->chosen != NULL;
    *out = (struct sheet_mapping){
        .fields = plan->fields, .count = plan->count, .sheet = sheet, .arena = arena};
    out->pending = arena_alloc(arena, sizeof *out->pending);
    if (!out->pending)
        return ERR_MEMORY;
    TRY(list_variants(&all, arena, plan->fields, plan->count));
    TRY(keep_rows(out->pending, sheet, arena, fault));
    TRY(find_headings(&best, &all, plan->count, arena, out->pending));
    if (best.matched == 0 && !best.book && open)
        TRY(guess(&best, &all, plan->count, arena, out->pending));
    if (best.columns == NULL)
        return no_headings(out->pending, fault);
    settle(out, &best);
    if (plan->chosen != NULL)
        choose(out, plan);
    TRY(records_prepare(out));
    return plan->lenient ? ERR_OK : check_required(out, fault);
}

enum err sheet_map(struct sheet_mapping *out, struct sheet *sheet, const struct field *fields,
                   size_t count, struct arena *arena, struct fault *fault)
{
    const struct sheet_plan plan = {.fields = fields, .count = count};
    return sheet_map_plan(out, sheet, &plan, arena, fault);
}
