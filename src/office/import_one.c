/* One row that a person typed: see office_import_one. It becomes a file of one row that goes the
 * way of every file, so that no rule stands in two places. */
#include "office/import_kind.h"

#include "base/csv.h"
#include "base/file.h"
#include "crypto/random.h"

#include <unistd.h>

enum { ONE_FIELDS = STORE_VALUES_MAX };

/* Headings and cells; an empty value is told as 清空, or left out where it may not be emptied. */
static void one_text(struct buf *out, const struct office_import_typed *typed)
{
    const struct resource *resource = typed->resource;
    struct str heads[ONE_FIELDS];
    struct str cells[ONE_FIELDS];
    for (size_t i = 0; i < resource->count; i++) {
        bool must = resource->fields[i].required || (typed->fixed >> i & 1) != 0 ||
                    typed->target.len == 0; /* a new row has nothing to empty */
        struct str value = str_trim(typed->values[i]);
        heads[i] = str_of(resource->fields[i].label);
        cells[i] = value.len > 0 || must ? value : STR("清空");
    }
    csv_write_row(out, heads, resource->count, ',');
    csv_write_row(out, cells, resource->count, ',');
}

static enum err one_file(struct str *path, struct errand *e,
                         const struct office_import_typed *typed)
{
    uint8_t noise[8];
    struct buf text = {0};
    struct buf hex = {0};
    const char *dir = office_path(e->arena, e->office, "blobs/tmp");
    if (dir == NULL)
        return ERR_MEMORY;
    TRY(file_mkdirs(dir, 0700));
    TRY(crypto_random(noise, sizeof noise));
    buf_hex(&hex, noise, sizeof noise);
    *path = arena_printf(e->arena, "%s/工作台-%.*s.csv", dir, STR_ARG(buf_view(&hex)));
    buf_free(&hex);
    one_text(&text, typed);
    enum err err = path->data == NULL ? ERR_MEMORY : buf_err(&text);
    if (err == ERR_OK)
        err = file_write_plain(path->data, buf_view(&text), 0600);
    buf_free(&text);
    return err;
}

/* The field of a problem, by the first label that the import names. */
static const char *one_field(const struct resource *resource, struct str column)
{
    struct str first = column;
    ptrdiff_t end = str_find(column, STR("、"));
    if (end >= 0)
        first = str_sub(column, 0, (size_t)end);
    for (size_t i = 0; i < resource->count; i++)
        if (str_eq(first, str_of(resource->fields[i].label)))
            return resource->fields[i].name;
    return NULL;
}

enum err office_import_one(struct errand *e, const struct office_import_typed *typed)
{
    struct office_import_report *report = arena_alloc(e->arena, sizeof *report);
    struct str path;
    if (report == NULL)
        return ERR_MEMORY;
    TRY(one_file(&path, e, typed));
    const struct office_import job = {.resource = str_of(typed->resource->name),
                                      .path = path.data,
                                      .by_hand = typed->action,
                                      .target = typed->target};
    enum err err = office_import(e, &job, report);
    unlink(path.data);
    TRY(err);
    if (report->rejected > 0) {
        const struct office_import_problem *problem = &report->problems[0];
        return fault_at(&e->fault, one_field(typed->resource, problem->column), ERR_INPUT, "%.*s",
                        STR_ARG(problem->reason));
    }
    if (report->seen == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         "填写的内容像是示例或说明文字，没有保存；请核对后重新填写");
    return ERR_OK;
}
