/* Records out of the rows below the headings, and the rows that are none.
 *
 * Templates carry hint rows and example rows, lists carry group rows such as 北京市（92所）,
 * printed tables repeat their headings and end in totals and signatures. Each is left out and
 * counted with its reason, so that the report can say so. Invariant: a row is left out only for
 * what stands in it, never for where it stands; a row in doubt is data and is judged by the checks.
 */
#include "sheet/records.h"

#include <string.h>

const char *sheet_skip_text(enum sheet_skip skip)
{
    static const char *const texts[SHEET_SKIP_COUNT] = {
        [SHEET_SKIP_TITLE] = "标题行",        [SHEET_SKIP_EMPTY] = "空行",
        [SHEET_SKIP_HINT] = "填写说明行",     [SHEET_SKIP_EXAMPLE] = "示例行",
        [SHEET_SKIP_GROUP] = "分组行",        [SHEET_SKIP_HEADING] = "重复的表头行",
        [SHEET_SKIP_FOOTER] = "合计、落款行",
    };
    return texts[skip];
}

/* How a cell begins that tells how to fill the column in; each word has three bytes at least. */
static const char hint_words[] =
    "必填|选填|非必填|可不填|必录|可选|可空|不必填|下拉|多个以|多个用|多选|单选|YYYY|"
    "yyyy|格式|文本格式|日期格式|请填写|请选择|填写|如：|如:|例如|参照|18位|详见|"
    "（必填|（选填|(必填|(选填|【必填|【选填";

/* A place in pending->hints for the first three bytes of text. */
static size_t hint_hash(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    return (b[0] * 961U + b[1] * 31U + b[2]) % 1024;
}

static void prepare_hints(struct sheet_pending *pending)
{
    struct str word, left = str_of(hint_words);
    while (str_cut(&word, &left, '|')) {
        size_t at = hint_hash(word.data);
        pending->hints[at / 64] |= UINT64_C(1) << at % 64;
    }
}

enum err records_prepare(struct sheet_mapping *map)
{
    struct sheet_pending *pending = map->pending;
    pending->cells = arena_array(map->arena, map->count, sizeof *pending->cells);
    for (size_t i = 0; i < map->count; i++)
        pending->required += map->fields[i].required;
    prepare_hints(pending);
    return pending->cells ? ERR_OK : ERR_MEMORY;
}

/* A row looked at as a whole. */
struct look {
    struct str first;  /* first filled cell */
    struct str second; /* the next one with another text */
    size_t first_column;
    size_t filled;   /* cells with content of their own */
    size_t distinct; /* runs of equal text, merged ones counted once */
    bool across;     /* the first one is merged across columns */
};

static struct look look_at(const struct sheet_row *row)
{
    struct look look = {0};
    struct str last = {0};
    for (size_t i = 0; i < row->count; i++) {
        const struct sheet_cell *cell = &row->cells[i];
        if (cell->text.len == 0)
            continue;
        look.filled += !cell->merged;
        if (cell->merged && look.distinct > 0 && str_eq(cell->text, last)) {
            look.across |= look.distinct == 1;
            continue;
        }
        last = cell->text;
        if (look.distinct++ == 0) {
            look.first = cell->text;
            look.first_column = i;
        } else if (look.distinct == 2) {
            look.second = cell->text;
        }
    }
    return look;
}

/* Does text begin with one of the words ('|' between)? *rest gets what stands behind. Asked for
 * every row of a registry, hence without slices for the words that differ in their first byte. */
static bool begins(struct str *rest, struct str text, const char *words)
{
    for (const char *word = words; text.len > 0 && *word != '\0';) {
        const char *end = strchrnul(word, '|');
        struct str whole = str_range(word, (size_t)(end - word));
        if (*word == text.data[0] && str_starts(text, whole)) {
            *rest = str_trim(str_sub(text, whole.len, text.len));
            return true;
        }
        word = *end == '|' ? end + 1 : end;
    }
    return false;
}

/* Nothing, or punctuation that ends a word: 示例：, 合计（户）. */
static bool word_ends(struct str rest)
{
    struct str none;
    return rest.len == 0 ||
           begins(&none, rest, ":|：|(|（|【|[|，|,|。|、|1|2|3|_|＿|数据|行|一|二|三");
}

static bool is_example(const struct sheet_row *row, const struct look *look)
{
    struct str rest;
    const char *words = "案例|示例|样例|举例|范例|例如|例：|例:";
    if (begins(&rest, look->first, words) && word_ends(rest))
        return true;
    if (begins(&rest, look->second, words) && word_ends(rest))
        return true;
    for (size_t i = 0; i < row->count; i++)
        if (str_find(row->cells[i].text, STR("请删除")) >= 0 ||
            str_find(row->cells[i].text, STR("导入时删除")) >= 0)
            return true;
    return false;
}

/* A cell that tells how to fill the column in. */
static bool is_hint_text(const struct sheet_pending *pending, struct str text)
{
    struct str rest;
    if (text.len < 3)
        return false;
    size_t at = hint_hash(text.data);
    bool likely = (pending->hints[at / 64] >> at % 64 & 1) != 0;
    return (likely && begins(&rest, text, hint_words)) ||
           str_find(text, STR("无则空白填写")) >= 0 || str_find(text, STR("详见参数表")) >= 0;
}

/* 1 2 3 4 ... below the headings. */
static bool is_ordinals(const struct sheet_row *row)
{
    uint64_t value;
    for (size_t i = 0; i < row->count; i++)
        if (str_u64(&value, row->cells[i].text) != ERR_OK || value != i + 1)
            return false;
    return row->count > 2;
}

static bool is_hint(const struct sheet_pending *pending, const struct sheet_row *row,
                    const struct look *look)
{
    struct str rest;
    size_t hints = 0;
    if (begins(&rest, look->first,
               "填写说明|填表说明|填报说明|导入说明|使用说明|填写要求|说明：|说明:|注意：|注意:|"
               "提示：|"
               "提示:"))
        return true;
    for (size_t i = 0; i < row->count; i++)
        hints += !row->cells[i].merged && is_hint_text(pending, row->cells[i].text);
    return is_ordinals(row) || (hints > 0 && hints * 2 >= look->filled);
}

/* Totals and signatures. A total is a word of its own; a signature has a colon. */
static bool is_footer(const struct look *look)
{
    struct str rest;
    const char *totals = "合计|总计|小计|共计|合 计|总 计|小 计|合　计|总　计";
    if ((begins(&rest, look->first, totals) || begins(&rest, look->second, totals)) &&
        word_ends(rest))
        return true;
    if (begins(&rest, look->first, "注：|注:|备注：|备注:|说明：|说明:|※"))
        return look->distinct <= 2;
    return begins(&rest, look->first,
                  "填表人|填报人|制表人|制表|审核人|填表单位|填报单位|填表日期|填报日期|填表时间|"
                  "单位负责人|负责人|联系人|联系电话|经办人") &&
           word_ends(rest) && rest.len > 0 && look->distinct <= 6;
}

/* The same texts as in the heading row. */
static bool is_heading(const struct sheet_mapping *map, const struct sheet_row *row)
{
    size_t same = 0;
    for (size_t i = 0; i < map->count; i++) {
        int32_t column = map->columns[i];
        if (column < 0 || (size_t)column >= row->count)
            continue;
        same += str_eq(row->cells[column].text, map->headings[column]);
    }
    return same >= 2 || (same == 1 && map->matched == 1);
}

/* One filled cell in a wide table. Where only one field is required and stands in that very column,
 * it is a record that leaves the rest out. */
static bool is_group(const struct sheet_mapping *map, const struct look *look)
{
    if (map->heading_count < 3 || look->distinct != 1)
        return false;
    if (look->across || map->pending->required > 1)
        return true;
    for (size_t i = 0; i < map->count; i++)
        if (map->columns[i] == (int32_t)look->first_column)
            return !map->fields[i].required;
    return true;
}

/* Why the row is no data, SHEET_SKIP_COUNT if it is. */
static enum sheet_skip classify(const struct sheet_mapping *map, const struct sheet_row *row)
{
    struct look look = look_at(row);
    if (look.filled == 0)
        return SHEET_SKIP_EMPTY;
    if (is_heading(map, row))
        return SHEET_SKIP_HEADING;
    if (is_example(row, &look))
        return SHEET_SKIP_EXAMPLE;
    if (is_hint(map->pending, row, &look))
        return SHEET_SKIP_HINT;
    if (is_footer(&look))
        return SHEET_SKIP_FOOTER;
    return is_group(map, &look) ? SHEET_SKIP_GROUP : SHEET_SKIP_COUNT;
}

/* The next row, first of those kept while looking for headings. */
static enum err next_row(struct sheet_row *row, struct sheet_mapping *map, struct fault *fault)
{
    struct sheet_pending *pending = map->pending;
    if (pending->next < pending->count) {
        *row = pending->rows[pending->next++];
        return ERR_OK;
    }
    enum err err = sheet_next(row, map->sheet, fault);
    map->skipped[SHEET_SKIP_EMPTY] = sheet_blank_rows(map->sheet);
    return err;
}

enum err sheet_map_next(struct sheet_record *out, struct sheet_mapping *map, struct fault *fault)
{
    struct sheet_row row;
    enum sheet_skip skip;
    *out = (struct sheet_record){0};
    do {
        TRY(next_row(&row, map, fault));
        if (map->book && row.count > map->heading_count)
            row.count = map->heading_count;
        skip = classify(map, &row);
        if (skip != SHEET_SKIP_COUNT)
            map->skipped[skip]++;
    } while (skip != SHEET_SKIP_COUNT);
    for (size_t i = 0; i < map->count; i++) {
        int32_t column = map->columns[i];
        bool there = column >= 0 && (size_t)column < row.count;
        map->pending->cells[i] = there ? row.cells[column] : (struct sheet_cell){0};
    }
    *out = (struct sheet_record){
        .row = row.number, .cells = map->pending->cells, .count = map->count, .source = row};
    return ERR_OK;
}
