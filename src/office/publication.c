/* Log entries about results: see publication.h. */
#include "office/publication.h"

#include "base/time.h"
#include "crypto/merkle.h"

#include <stdlib.h>

void publication_cells(struct str cells[MODEL_RESULT_COUNT], struct buf *date,
                       const struct store_published *row)
{
    buf_clear(date);
    date_format(date, row->date);
    cells[MODEL_RESULT_PLAN_NUMBER] = row->plan_number;
    cells[MODEL_RESULT_PLAN_NAME] = row->plan_name;
    cells[MODEL_RESULT_TASK_NUMBER] = row->task_number;
    cells[MODEL_RESULT_TASK_NAME] = row->task_name;
    cells[MODEL_RESULT_TYPE] = model_text(model_task_types, row->type);
    cells[MODEL_RESULT_AUTHORITY] = row->authority;
    cells[MODEL_RESULT_DATE] = buf_view(date);
    cells[MODEL_RESULT_OBJECT_NUMBER] = row->object_number;
    cells[MODEL_RESULT_OBJECT_NAME] = row->object_name;
    cells[MODEL_RESULT_ITEM] = row->item;
    cells[MODEL_RESULT_TEXT] = model_text(model_result_codes, row->code);
}

static void line_cells(struct buf *line, const struct str *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (line->len > 0 || i > 0)
            buf_char(line, '\t');
        for (size_t k = 0; k < cells[i].len; k++)
            buf_char(line, (unsigned char)cells[i].data[k] < 0x20 ? ' ' : cells[i].data[k]);
    }
}

struct str publication_line(struct arena *arena, const struct store_published *row,
                            const struct str *more, size_t more_count)
{
    struct str cells[MODEL_RESULT_COUNT];
    struct buf date = {0};
    struct buf line = {0};
    publication_cells(cells, &date, row);
    line_cells(&line, cells, MODEL_RESULT_COUNT);
    line_cells(&line, more, more_count);
    struct str copy =
        buf_err(&line) == ERR_OK ? arena_str(arena, buf_view(&line)) : str_range(NULL, 0);
    buf_free(&line);
    buf_free(&date);
    return copy;
}

struct str publication_leaf(struct arena *arena, const struct store_published *row)
{
    uint8_t hash[CRYPTO_HASH];
    struct str line = publication_line(arena, row, NULL, 0);
    if (line.data == NULL)
        return line;
    crypto_leaf(hash, line);
    return arena_hex(arena, hash, sizeof hash);
}

struct str publication_withheld(struct arena *arena, struct str kind)
{
    struct str why = model_text(model_exemption_kinds, kind);
    struct str basis = model_text(model_exemption_bases, kind);
    return arena_printf(arena, "依法不予公开（%.*s，%.*s）", STR_ARG(why), STR_ARG(basis));
}

static int publication_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void publication_root(uint8_t root[CRYPTO_HASH], const struct publication *p)
{
    struct crypto_merkle tree;
    qsort(p->lines, p->count, sizeof *p->lines, publication_order);
    crypto_merkle_init(&tree);
    for (size_t i = 0; i < p->count; i++)
        crypto_merkle_add(&tree, p->lines[i]);
    crypto_merkle_root(root, &tree);
}

enum err publication_append(int64_t *idx, struct errand *e, struct db_tx *tx,
                            const struct publication *p)
{
    uint8_t root[CRYPTO_HASH];
    int64_t serial = 0;
    struct buf body = {0};
    publication_root(root, p);
    TRY(office_number(&serial, e, tx, str_of(p->kind), 0));
    buf_printf(&body, "sunlot-result/1 %s\nnumber %.*s-%lld\ncount %zu\nroot ", p->kind,
               STR_ARG(e->office->tenant), (long long)serial, p->count);
    buf_hex(&body, root, sizeof root);
    buf_char(&body, '\n');
    enum err err = buf_err(&body);
    if (err == ERR_OK)
        err = office_log_append(idx, e, tx, buf_view(&body));
    buf_free(&body);
    return err;
}
