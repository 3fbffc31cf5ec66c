/* Working days: see workday.h. Invariant: the table begins on a 1 January, and a year is in it
 * whole or not at all. */
#include "base/workday.h"

#include "base/csv.h"
#include "base/time.h"

#include <string.h>

/* The sheet while it is read: days from 1 January of the first year to 31 December of the last. */
struct workdays_sheet {
    uint8_t *days;
    int32_t first;
    int32_t end;
    size_t col_date;
    size_t col_work;
};

/* What the table says of a day; outside it: unknown. */
static enum workday workdays_at(const struct workdays *w, int32_t day)
{
    int64_t at = (int64_t)day - w->first;
    return at >= 0 && at < (int64_t)w->count ? (enum workday)w->days[at] : WORKDAY_UNKNOWN;
}

bool workdays_known(const struct workdays *w, int32_t day)
{
    return workdays_at(w, day) != WORKDAY_UNKNOWN;
}

bool workdays_is(const struct workdays *w, int32_t day)
{
    enum workday kind = workdays_at(w, day);
    return kind == WORKDAY_UNKNOWN ? date_weekday(day) < 5 : kind == WORKDAY_WORK;
}

enum err workdays_add(int32_t *due, bool *estimated, const struct workdays *w, int32_t from,
                      unsigned count)
{
    bool guessed = false;
    int32_t last = 0;
    int32_t day = from;
    TRY(date_make(&last, 9999, 12, 31));
    for (unsigned left = count; left > 0; left -= workdays_is(w, day)) {
        if (day >= last)
            return ERR_RANGE;
        day++;
        guessed = guessed || !workdays_known(w, day);
    }
    *due = day;
    if (estimated != NULL)
        *estimated = guessed;
    return ERR_OK;
}

unsigned workdays_between(bool *estimated, const struct workdays *w, int32_t from, int32_t to)
{
    unsigned count = 0;
    bool guessed = false;
    for (int64_t day = (int64_t)from + 1; day <= to; day++) {
        count += workdays_is(w, (int32_t)day);
        guessed = guessed || !workdays_known(w, (int32_t)day);
    }
    if (estimated != NULL)
        *estimated = guessed;
    return count;
}

/* Finds the two columns by their headings, wherever they stand. */
static enum err workdays_heading(struct workdays_sheet *sheet, const struct str *cells,
                                 size_t count, struct fault *fault)
{
    sheet->col_date = count;
    sheet->col_work = count;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_trim(cells[i]), STR("date")))
            sheet->col_date = i;
        if (str_eq(str_trim(cells[i]), STR("is_workday")))
            sheet->col_work = i;
    }
    if (sheet->col_date < count && sheet->col_work < count)
        return ERR_OK;
    return fault_set(fault, ERR_INPUT,
                     "工作日表第 1 行没有 date 和 is_workday 两列，未导入，请检查表头");
}

/* Reads one row's day and kind. */
static enum err workdays_row(int32_t *day, uint8_t *kind, const struct workdays_sheet *sheet,
                             const struct str *cells, size_t count)
{
    if (sheet->col_date >= count || sheet->col_work >= count)
        return ERR_INPUT;
    struct str work = str_trim(cells[sheet->col_work]);
    if (!str_eq(work, STR("0")) && !str_eq(work, STR("1")))
        return ERR_INPUT;
    *kind = work.data[0] == '1' ? WORKDAY_WORK : WORKDAY_REST;
    return date_parse(day, str_trim(cells[sheet->col_date]));
}

/* A row that cannot stand, with its number; the table is taken whole or not at all. */
static enum err workdays_bad_row(struct fault *fault, uint64_t row, const char *why)
{
    if (fault != NULL)
        fault->row = row;
    return fault_set(fault, ERR_INPUT, "工作日表第 %llu 行%s，整表未导入，请改正后重新导入",
                     (unsigned long long)row, why);
}

/* First pass (days NULL): finds the years. Second pass: fills the days. */
static enum err workdays_rows(struct workdays_sheet *sheet, struct csv *csv, struct fault *fault)
{
    struct str *cells = NULL;
    size_t count = 0;
    enum err err = csv_next(csv, &cells, &count);
    if (err == ERR_OK)
        err = workdays_heading(sheet, cells, count, fault);
    while (err == ERR_OK) {
        int32_t day = 0;
        uint8_t kind = WORKDAY_UNKNOWN;
        err = csv_next(csv, &cells, &count);
        if (err != ERR_OK || (count == 1 && str_empty(cells[0])))
            continue;
        if (workdays_row(&day, &kind, sheet, cells, count) != ERR_OK)
            return workdays_bad_row(fault, csv_row(csv), "的日期或 is_workday 不正确");
        sheet->first = day < sheet->first ? day : sheet->first;
        sheet->end = day >= sheet->end ? day + 1 : sheet->end;
        if (sheet->days == NULL)
            continue;
        if (sheet->days[day - sheet->first] != WORKDAY_UNKNOWN)
            return workdays_bad_row(fault, csv_row(csv), "的日期重复");
        sheet->days[day - sheet->first] = kind;
    }
    return err == ERR_END ? ERR_OK : err;
}

/* One pass over the text. There are two, because the years must be known before their days have
 * room. */
static enum err workdays_pass(struct workdays_sheet *sheet, struct str text, struct fault *fault)
{
    struct csv *csv = NULL;
    const struct csv_options options = {.delimiter = ','};
    TRY(csv_open_memory(&csv, text, &options, fault));
    enum err err = workdays_rows(sheet, csv, fault);
    csv_close(csv);
    return err;
}

/* Widens the range to whole years and makes room for it. */
static enum err workdays_room(struct workdays_sheet *sheet, struct arena *a, struct fault *fault)
{
    if (sheet->first >= sheet->end)
        return fault_set(fault, ERR_INPUT, "工作日表没有任何日期，未导入");
    int from = date_year(sheet->first);
    int to = date_year(sheet->end - 1);
    if (to - from > 200)
        return fault_set(fault, ERR_INPUT, "工作日表的年份 %d 到 %d 相差过大，未导入，请检查日期",
                         from, to);
    TRY(date_make(&sheet->first, from, 1, 1));
    TRY(date_make(&sheet->end, to, 12, 31));
    sheet->end++;
    sheet->days = arena_alloc(a, (size_t)(sheet->end - sheet->first));
    return sheet->days != NULL ? ERR_OK : ERR_MEMORY;
}

/* A year is whole or absent: the first missing day of a begun year is named. */
static enum err workdays_whole(const struct workdays_sheet *sheet, int year, struct fault *fault)
{
    int32_t from = 0;
    int32_t to = 0;
    TRY(date_make(&from, year, 1, 1));
    TRY(date_make(&to, year, 12, 31));
    const uint8_t *days = sheet->days + (from - sheet->first);
    size_t len = (size_t)(to - from) + 1;
    const uint8_t *hole = memchr(days, WORKDAY_UNKNOWN, len);
    bool begun = memchr(days, WORKDAY_WORK, len) != NULL || memchr(days, WORKDAY_REST, len) != NULL;
    if (hole == NULL || !begun)
        return ERR_OK;
    int y = 0;
    int m = 0;
    int d = 0;
    date_split(&y, &m, &d, from + (int32_t)(hole - days));
    return fault_set(fault, ERR_INPUT,
                     "工作日表缺少 %04d-%02d-%02d，一年必须完整，整表未导入，请补全后重新导入", y,
                     m, d);
}

enum err workdays_load(struct workdays *w, struct arena *a, struct str csv, struct fault *fault)
{
    struct workdays_sheet sheet = {.first = INT32_MAX, .end = INT32_MIN};
    TRY(workdays_pass(&sheet, csv, fault));
    TRY(workdays_room(&sheet, a, fault));
    TRY(workdays_pass(&sheet, csv, fault));
    for (int year = date_year(sheet.first); year <= date_year(sheet.end - 1); year++)
        TRY(workdays_whole(&sheet, year, fault));
    *w = (struct workdays){
        .first = sheet.first, .count = (size_t)(sheet.end - sheet.first), .days = sheet.days};
    return ERR_OK;
}
