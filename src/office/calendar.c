/* The working-day calendar of a place: the shipped table and the years imported here (R106,
 * REQUIREMENTS.md B7). See setting.h.
 *
 * A last day that passed through a year without a table was estimated (估算). When the year's table
 * comes, open last days are computed again from the day they were counted from and from the setting
 * in force, but only where the table can have moved them. */
#include "office/setting.h"

#include "base/time.h"
#include "base/utf8.h"
#include "office/scan.h"
#include "sheet/reader.h"

#include <stdio.h>
#include <string.h>

enum { YEAR_DAYS = 366 };

/* Days of a year. */
static size_t year_length(int year)
{
    int32_t from = 0;
    int32_t to = 0;
    if (date_make(&from, year, 1, 1) != ERR_OK || date_make(&to, year, 12, 31) != ERR_OK)
        return 0;
    return (size_t)(to - from) + 1;
}

/* --- the table --- */

/* Lays a year over the table, which lives in the errand's arena. */
static enum err calendar_lay(struct workdays *w, struct errand *e, int year, struct str days)
{
    int32_t first = 0;
    int32_t begin = 0;
    int32_t end = 0;
    TRY(date_make(&first, year, 1, 1));
    if (days.len != year_length(year))
        return ERR_DAMAGED;
    int32_t last = first + (int32_t)days.len;
    begin = w->count > 0 && w->first < first ? w->first : first;
    end = w->count > 0 && w->first + (int32_t)w->count > last ? w->first + (int32_t)w->count : last;
    uint8_t *table = arena_alloc(e->arena, (size_t)(end - begin));
    if (table == NULL)
        return ERR_MEMORY;
    memset(table, WORKDAY_UNKNOWN, (size_t)(end - begin));
    if (w->count > 0)
        memcpy(table + (w->first - begin), w->days, w->count);
    for (size_t i = 0; i < days.len; i++)
        table[first - begin + (int32_t)i] = days.data[i] == '1' ? WORKDAY_WORK : WORKDAY_REST;
    *w = (struct workdays){.first = begin, .count = (size_t)(end - begin), .days = table};
    return ERR_OK;
}

enum err office_workdays(struct workdays *out, struct errand *e, struct db_tx *tx)
{
    struct store_workday_year *years = NULL;
    size_t count = 0;
    *out = e->office->workdays;
    TRY(store_workday_years(&years, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        TRY(calendar_lay(out, e, (int)years[i].year, years[i].days));
    return ERR_OK;
}

struct calendar_work {
    struct errand *e;
    struct office_calendar *out;
    int year;
};

static enum err calendar_read(struct db_tx *tx, void *ctx)
{
    struct calendar_work *w = ctx;
    struct errand *e = w->e;
    TRY(office_workdays(&w->out->days, e, tx));
    return store_workday_versions(&w->out->versions, &w->out->count, e->arena, tx,
                                  e->office->tenant, w->year);
}

enum err office_calendar(struct office_calendar *out, struct errand *e, int year)
{
    struct calendar_work w = {e, out, year};
    return office_read(e, "calendar", calendar_read, &w);
}

/* --- reading a file --- */

struct calendar_file {
    struct errand *e;
    size_t col_date;
    size_t col_work;
    int year;
    int32_t first;
    char days[YEAR_DAYS]; /* 0: not seen */
};

static const char *const date_heads[] = {"date", "日期", "day"};
static const char *const work_heads[] = {"is_workday", "是否工作日", "工作日", "workday"};

static bool head_is(struct str text, const char *const *heads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_trim(text), str_of(heads[i])))
            return true;
    return false;
}

/* Is this the heading row? */
static bool file_heading(struct calendar_file *f, const struct sheet_row *row)
{
    f->col_date = f->col_work = row->count;
    for (size_t i = 0; i < row->count; i++) {
        if (head_is(row->cells[i].text, date_heads, 3))
            f->col_date = i;
        if (head_is(row->cells[i].text, work_heads, 4))
            f->col_work = i;
    }
    return f->col_date < row->count && f->col_work < row->count;
}

static bool file_kind(char *kind, struct str text)
{
    static const char *const works[] = {"1", "是", "工作日", "上班", "true", "TRUE"};
    static const char *const rests[] = {"0",    "否",   "休息日", "节假日",
                                        "放假", "休息", "false",  "FALSE"};
    *kind = head_is(text, works, 6) ? '1' : head_is(text, rests, 8) ? '0' : 0;
    return *kind != 0;
}

static enum err file_row(struct calendar_file *f, const struct sheet_row *row)
{
    struct errand *e = f->e;
    int32_t day = 0;
    char kind = 0;
    unsigned long long at = row->number;
    if (f->col_date >= row->count || f->col_work >= row->count ||
        date_read(&day, row->cells[f->col_date].text) != ERR_OK ||
        !file_kind(&kind, row->cells[f->col_work].text))
        return fault_at(&e->fault, "file", ERR_INPUT,
                        "第 %llu 行的日期或是否工作日（1/0、是/否）不能识别，整表没有导入", at);
    if (f->year == 0) {
        f->year = date_year(day);
        TRY(date_make(&f->first, f->year, 1, 1));
    }
    if (date_year(day) != f->year)
        return fault_at(&e->fault, "file", ERR_INPUT,
                        "第 %llu 行不是 %d 年：一个文件只能是一整年，没有导入", at, f->year);
    if (f->days[day - f->first] != 0)
        return fault_at(&e->fault, "file", ERR_INPUT, "第 %llu 行的日期重复，没有导入", at);
    f->days[day - f->first] = kind;
    return ERR_OK;
}

static enum err file_rows(struct calendar_file *f, struct sheet *sheet)
{
    struct errand *e = f->e;
    struct sheet_row row;
    bool found = false;
    enum err err;
    while ((err = sheet_next(&row, sheet, &e->fault)) == ERR_OK) {
        if (found)
            TRY(file_row(f, &row));
        else
            found = file_heading(f, &row);
    }
    if (err != ERR_END)
        return err;
    if (!found || f->year == 0)
        return fault_at(&e->fault, "file", ERR_INPUT,
                        "没有找到“日期”“是否工作日”（或 date、is_workday）两列，没有导入");
    size_t length = year_length(f->year);
    for (size_t i = 0; i < length; i++) {
        int y = 0, m = 0, d = 0;
        if (f->days[i] != 0)
            continue;
        date_split(&y, &m, &d, f->first + (int32_t)i);
        return fault_at(&e->fault, "file", ERR_INPUT, "缺少 %04d-%02d-%02d：一年必须完整，没有导入",
                        y, m, d);
    }
    return ERR_OK;
}

enum err office_calendar_read(int *year, struct str *days, struct errand *e, const char *path)
{
    struct calendar_file f = {.e = e};
    struct sheet *sheet = NULL;
    int64_t scanned_at = 0;
    const struct office_scan scan = {path, STR("工作日表"), STR("calendar")};
    TRY(office_scan(&scanned_at, e, &scan));
    TRY(sheet_open(&sheet, path, NULL, &e->fault));
    enum err err = file_rows(&f, sheet);
    sheet_close(sheet);
    TRY(err);
    *year = f.year;
    *days = arena_str(e->arena, str_range(f.days, year_length(f.year)));
    return days->data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- changing --- */

struct change_work {
    struct errand *e;
    const struct office_calendar_change *in;
    struct office_calendar_preview *out;
    struct workdays now;
    struct workdays then;
};

static enum err change_judge(struct errand *e, const struct office_calendar_change *in)
{
    size_t length = in->year >= 2000 && in->year <= 2100 ? year_length(in->year) : 0;
    bool plain = in->days.len == length && length > 0;
    for (size_t i = 0; i < in->days.len && plain; i++)
        plain = in->days.data[i] == '0' || in->days.data[i] == '1';
    if (!plain)
        return fault_set(&e->fault, ERR_INPUT, "工作日表不完整，没有导入；请重新选择文件");
    if (in->basis.len == 0 || in->basis.len > 600 || utf8_has_deceptive(in->basis))
        return fault_at(&e->fault, "basis", ERR_INPUT,
                        "请写明依据（最多约200字），如：国办发明电〔2026〕7号");
    return ERR_OK;
}

/* Days whose kind differs from what is known or assumed now. */
static enum err change_days(struct change_work *w)
{
    int32_t first = 0;
    TRY(date_make(&first, w->in->year, 1, 1));
    w->out->days = arena_array(w->e->arena, w->in->days.len + 1, sizeof *w->out->days);
    if (w->out->days == NULL)
        return ERR_MEMORY;
    w->out->day_count = 0;
    for (size_t i = 0; i < w->in->days.len; i++) {
        int32_t day = first + (int32_t)i;
        if (workdays_is(&w->now, day) != workdays_is(&w->then, day))
            w->out->days[w->out->day_count++] = day;
    }
    return ERR_OK;
}

/* Open last days that pass through the year: the days since they were counted from are kept. */
static enum err change_dues(struct change_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_due *dues = NULL;
    size_t count = 0;
    int32_t first = 0;
    TRY(date_make(&first, w->in->year, 1, 1));
    TRY(store_dues(&dues, &count, e->arena, tx, e->office->tenant, first));
    w->out->dues = arena_array(e->arena, count + 1, sizeof *w->out->dues);
    if (w->out->dues == NULL)
        return ERR_MEMORY;
    w->out->due_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct office_due_change change = {.due = dues[i]};
        int32_t from = dues[i].correction ? date_of_time(dues[i].entered_at) : dues[i].result_on;
        unsigned length = workdays_between(NULL, &w->now, from, dues[i].due_on);
        if (from > first + (int32_t)w->in->days.len)
            continue;
        TRY(workdays_add(&change.to, &change.estimated, &w->then, from, length));
        if (change.to != dues[i].due_on || change.estimated != dues[i].estimated)
            w->out->dues[w->out->due_count++] = change;
    }
    return ERR_OK;
}

static enum err change_look(struct change_work *w, struct db_tx *tx)
{
    TRY(office_workdays(&w->now, w->e, tx));
    w->then = w->now;
    TRY(calendar_lay(&w->then, w->e, w->in->year, w->in->days));
    TRY(change_days(w));
    return change_dues(w, tx);
}

static enum err preview_read(struct db_tx *tx, void *ctx)
{
    return change_look(ctx, tx);
}

enum err office_calendar_preview(struct office_calendar_preview *out, struct errand *e,
                                 const struct office_calendar_change *change)
{
    struct change_work w = {.e = e, .in = change, .out = out};
    TRY(change_judge(e, change));
    return office_read(e, "calendar-preview", preview_read, &w);
}

static enum err change_write(struct change_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_workday_year *versions = NULL;
    size_t count = 0;
    TRY(store_workday_versions(&versions, &count, e->arena, tx, e->office->tenant, w->in->year));
    const struct store_workday_year row = {.year = w->in->year,
                                           .version = count > 0 ? versions[0].version + 1 : 1,
                                           .days = w->in->days,
                                           .basis = w->in->basis,
                                           .actor = e->actor,
                                           .at = e->now};
    TRY(store_workday_add(tx, e->office->tenant, &row));
    for (size_t i = 0; i < w->out->due_count; i++)
        TRY(store_due_move(tx, e->office->tenant, &w->out->dues[i].due, w->out->dues[i].to,
                           w->out->dues[i].estimated));
    struct str detail = arena_printf(e->arena, "%.*s；%zu 天不同，%zu 个公示期限重新计算",
                                     STR_ARG(w->in->basis), w->out->day_count, w->out->due_count);
    struct str year = arena_printf(e->arena, "%d", w->in->year);
    const struct office_audit_row audit = {
        .action = STR("calendar-change"),
        .target = year,
        .detail = detail,
        .outcome = STR("done"),
        .before = count > 0
                      ? arena_printf(e->arena, "{\"days\":\"%.*s\"}", STR_ARG(versions[0].days))
                      : STR(""),
        .after = arena_printf(e->arena, "{\"days\":\"%.*s\"}", STR_ARG(w->in->days))};
    if (detail.data == NULL || year.data == NULL || audit.before.data == NULL ||
        audit.after.data == NULL)
        return ERR_MEMORY;
    return office_audit_add(e, tx, &audit);
}

static enum err change_run(struct db_tx *tx, void *ctx)
{
    struct change_work *w = ctx;
    struct errand *e = w->e;
    bool done = false;
    struct str outcome;
    TRY(office_once(&done, &outcome, e, tx, STR("calendar-change")));
    if (done)
        return ERR_OK;
    TRY(change_look(w, tx));
    TRY(change_write(w, tx));
    return office_once_done(e, tx, STR("calendar-change"), STR(""));
}

enum err office_calendar_change(struct errand *e, const struct office_calendar_change *change)
{
    struct office_calendar_preview preview = {0};
    struct change_work w = {.e = e, .in = change, .out = &preview};
    TRY(change_judge(e, change));
    return office_write(e, "calendar-change", change_run, &w);
}
