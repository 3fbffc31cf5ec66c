/* Results that are owed, into a table file: see office_pending_export. */
#include "office/pending.h"

#include "base/time.h"
#include "office/account.h"
#include "office/audit.h"
#include "sheet/writer.h"
#include "store/department.h"

const char *const office_pending_columns[OFFICE_PENDING_COLUMNS] = {
    [OFFICE_PENDING_OBJECT] = "检查对象",    [OFFICE_PENDING_NUMBER] = "对象编号",
    [OFFICE_PENDING_TASK] = "抽查任务",      [OFFICE_PENDING_TASK_NUMBER] = "任务编号",
    [OFFICE_PENDING_DRAW] = "抽取编号",      [OFFICE_PENDING_DEPARTMENT] = "检查部门",
    [OFFICE_PENDING_TEAM] = "检查组",        [OFFICE_PENDING_WORK] = "待办",
    [OFFICE_PENDING_DUE] = "期限",           [OFFICE_PENDING_KIND] = "期限种类",
    [OFFICE_PENDING_ESTIMATED] = "是否估算", [OFFICE_PENDING_STATE] = "状态",
    [OFFICE_PENDING_DAYS] = "剩余或逾期",
};

static const char *const pending_names[OFFICE_PENDING_COLUMNS] = {
    "object", "number", "task", "task_number", "draw",  "department", "team",
    "work",   "due",    "kind", "estimated",   "state", "days"};

struct pending_file {
    struct errand *e;
    const struct office_pending_export *export;
    struct store_department *departments;
    size_t department_count;
    struct sheet_writer *writer;
};

static struct str file_department(const struct pending_file *f, struct str code)
{
    for (size_t i = 0; i < f->department_count; i++)
        if (str_eq(f->departments[i].code, code))
            return f->departments[i].name;
    return code;
}

static struct str file_date(struct arena *arena, int32_t day)
{
    struct buf text = {0};
    date_format(&text, day);
    struct str copy =
        buf_err(&text) == ERR_OK ? arena_str(arena, buf_view(&text)) : (struct str){NULL, 0};
    buf_free(&text);
    return copy;
}

static enum err file_row(struct pending_file *f, const struct office_pending *row)
{
    struct arena *arena = f->e->arena;
    const struct str all[OFFICE_PENDING_COLUMNS] = {row->object,
                                                    row->pool_id,
                                                    row->task_name,
                                                    row->task,
                                                    row->draw,
                                                    file_department(f, row->department),
                                                    row->team,
                                                    office_pending_work(arena, row),
                                                    file_date(arena, row->due_on),
                                                    office_pending_kind(row),
                                                    row->estimated ? STR("估算") : STR(""),
                                                    str_of(office_pending_states[row->state].text),
                                                    office_pending_days(arena, row)};
    struct str cells[OFFICE_PENDING_COLUMNS];
    size_t count = 0;
    for (size_t i = 0; i < OFFICE_PENDING_COLUMNS; i++) {
        if (all[i].data == NULL)
            return ERR_MEMORY;
        if ((f->export->columns >> i & 1) != 0)
            cells[count++] = all[i];
    }
    return sheet_writer_row(f->writer, cells, count, &f->e->fault);
}

static enum err file_open(struct pending_file *f)
{
    struct sheet_column columns[OFFICE_PENDING_COLUMNS];
    enum sheet_format format;
    size_t count = 0;
    struct fault *fault = &f->e->fault;
    for (size_t i = 0; i < OFFICE_PENDING_COLUMNS; i++)
        if ((f->export->columns >> i & 1) != 0)
            columns[count++] =
                (struct sheet_column){pending_names[i], office_pending_columns[i], false, 0};
    if (count == 0)
        return fault_set(fault, ERR_INPUT, "请至少选择一列；没有导出");
    TRY(sheet_format_of(&format, f->export->path, fault));
    return sheet_writer_open(&f->writer, f->export->path, format, columns, count, fault);
}

static enum err file_note(struct errand *e, size_t rows)
{
    struct str detail = arena_printf(e->arena, "%zu 行", rows);
    if (detail.data == NULL)
        return ERR_MEMORY;
    return office_audit_note(e, STR("pending-export"), STR("results"), detail);
}

enum err office_pending_export(uint64_t *rows, struct errand *e,
                               const struct office_pending_export *export)
{
    struct pending_file f = {.e = e, .export = export};
    struct office_pendings all;
    TRY(office_departments(&f.departments, &f.department_count, e));
    TRY(office_pendings(&all, e, export->find));
    TRY(file_open(&f));
    enum err err = ERR_OK;
    for (size_t i = 0; i < all.count && err == ERR_OK; i++)
        err = file_row(&f, &all.rows[i]);
    if (err == ERR_OK)
        err = file_note(e, all.count);
    if (err != ERR_OK) {
        sheet_writer_abort(f.writer);
        return err;
    }
    *rows = all.count;
    return sheet_writer_close(f.writer, &e->fault);
}
