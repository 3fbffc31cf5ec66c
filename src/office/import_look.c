/* Looking at a file before anything is done with it: its columns and its first rows. */
#include "office/import_kind.h"

#include "crypto/hash.h"

#include <string.h>

struct import_look {
    struct errand *e;
    const struct office_import *job;
    struct office_import_look *out;
    const struct resource *resource;
    struct sheet *sheet;
    struct sheet_mapping map;
    uint64_t seconds;
};

static enum err look_setting(struct db_tx *tx, void *ctx)
{
    struct import_look *l = ctx;
    return office_setting_count(&l->seconds, l->e, tx, MODEL_SETTING_XLS_SECONDS);
}

static enum err look_digest(struct import_look *l)
{
    uint8_t hash[CRYPTO_HASH];
    struct crypto_sha256 h;
    crypto_sha256_init(&h);
    for (size_t i = 0; i < l->map.heading_count; i++) {
        struct str key = sheet_heading_key(l->e->arena, l->map.headings[i]);
        if (key.data == NULL)
            return ERR_MEMORY;
        crypto_sha256_add(&h, key);
        crypto_sha256_add(&h, STR("\n"));
    }
    crypto_sha256_final(hash, &h);
    l->out->digest = arena_hex(l->e->arena, hash, sizeof hash);
    return l->out->digest.data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err look_columns(struct import_look *l)
{
    struct arena *arena = l->e->arena;
    size_t count = l->map.heading_count;
    struct office_import_column *columns = arena_array(arena, count, sizeof *columns);
    if (columns == NULL)
        return ERR_MEMORY;
    for (size_t c = 0; c < count; c++) {
        columns[c].heading = arena_str(arena, l->map.headings[c]);
        columns[c].field = STR("");
        if (columns[c].heading.data == NULL)
            return ERR_MEMORY;
        for (size_t i = 0; i < l->map.count; i++)
            if (l->map.columns[i] == (int32_t)c)
                columns[c].field = str_of(l->map.fields[i].name);
    }
    l->out->columns = columns;
    l->out->column_count = count;
    return ERR_OK;
}

static enum err look_sample(struct import_look *l, const struct sheet_row *row)
{
    struct str *texts = arena_array(l->e->arena, l->map.heading_count, sizeof *texts);
    if (texts == NULL)
        return ERR_MEMORY;
    for (size_t c = 0; c < l->map.heading_count; c++) {
        texts[c] = c < row->count ? arena_str(l->e->arena, row->cells[c].text) : STR("");
        if (texts[c].data == NULL)
            return ERR_MEMORY;
    }
    l->out->samples[l->out->sample_count++] = texts;
    return ERR_OK;
}

static enum err look_open(struct import_look *l)
{
    struct errand *e = l->e;
    const struct sheet_limits limits = {.convert_seconds = (uint32_t)l->seconds};
    const struct sheet_plan plan = {
        .fields = l->resource->fields, .count = l->resource->count, .lenient = true};
    struct sheet_record record;
    TRY(sheet_open(&l->sheet, l->job->path, &limits, &e->fault));
    TRY(sheet_map_plan(&l->map, l->sheet, &plan, e->arena, &e->fault));
    TRY(look_columns(l));
    TRY(look_digest(l));
    while (l->out->sample_count < OFFICE_IMPORT_SAMPLES) {
        enum err err = sheet_map_next(&record, &l->map, &e->fault);
        if (err == ERR_END)
            return ERR_OK;
        TRY(err);
        TRY(look_sample(l, &record.source));
    }
    return ERR_OK;
}

enum err office_import_look(struct office_import_look *out, struct errand *e,
                            const struct office_import *job)
{
    const struct import_kind *kind = import_kind_find(job->resource);
    struct import_look l = {.e = e, .job = job, .out = out};
    *out = (struct office_import_look){0};
    if (kind == NULL)
        return fault_set(&e->fault, ERR_USAGE, "不能导入“%.*s”", STR_ARG(job->resource));
    l.resource = kind->resource;
    TRY(office_read(e, "import-look", look_setting, &l));
    enum err err = look_open(&l);
    sheet_close(l.sheet);
    return err;
}
