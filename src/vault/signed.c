/* The list of signed checkpoints: see signed.h. */
#include "vault/signed.h"

#include <string.h>

/* The row at the beginning of rest: text, empty line, signatures, empty line. ERR_FORMAT if there
 * is none; its signatures are checked when it is used. */
static enum err row_scan(struct signed_row *out, struct str rest)
{
    struct tlog_note note;
    struct tlog_checkpoint c;
    ptrdiff_t text = str_find(rest, STR("\n\n"));
    if (text < 0)
        return ERR_FORMAT;
    struct str behind = str_sub(rest, (size_t)text + 2, rest.len);
    ptrdiff_t sigs = str_find(behind, STR("\n\n"));
    if (sigs < 0)
        return ERR_FORMAT;
    out->length = (size_t)text + 2 + (size_t)sigs + 1;
    if (tlog_note_parse(&note, str_sub(rest, 0, out->length)) != ERR_OK ||
        tlog_checkpoint_parse(&c, note.text) != ERR_OK)
        return ERR_FORMAT;
    out->size = c.head.size;
    return ERR_OK;
}

/* Whether a row begins at some line behind the beginning of rest. */
static bool row_later(struct str rest)
{
    struct signed_row row;
    struct str line;
    while (str_cut(&line, &rest, '\n') && rest.data != NULL)
        if (row_scan(&row, rest) == ERR_OK)
            return true;
    return false;
}

struct signed_row signed_row_at(const struct buf *rows, size_t i)
{
    struct signed_row row;
    memcpy(&row, rows->data + i * sizeof row, sizeof row);
    return row;
}

static size_t rows_count(const struct buf *rows)
{
    return rows->len / sizeof(struct signed_row);
}

enum err signed_scan(struct buf *rows, uint64_t *length, struct str content)
{
    struct signed_row row = {0};
    for (*length = 0; *length < content.len; *length += row.length + 1) {
        size_t n = rows_count(rows);
        struct str rest = str_sub(content, *length, content.len);
        if (row_scan(&row, rest) != ERR_OK)
            return row_later(rest) ? ERR_DAMAGED : ERR_OK;
        if (n > 0 && signed_row_at(rows, n - 1).size >= row.size)
            return ERR_DAMAGED;
        row.offset = *length;
        buf_add(rows, &row, sizeof row);
    }
    return buf_err(rows);
}

enum err signed_open(struct signed_list *out, const char *path, const struct vault_log_options *io)
{
    struct buf content = {0};
    uint64_t length = 0;
    *out = (struct signed_list){.tail.fd = -1};
    enum err err = tail_open(&out->tail, &content, path, io);
    if (err == ERR_OK)
        err = signed_scan(&out->rows, &length, buf_view(&content));
    if (err == ERR_OK)
        err = tail_cut(&out->tail, length);
    buf_free(&content);
    if (err != ERR_OK)
        signed_close(out);
    return err;
}

size_t signed_count(const struct signed_list *s)
{
    return rows_count(&s->rows);
}

enum err signed_note(struct buf *out, const struct signed_list *s, size_t i)
{
    struct signed_row row = signed_row_at(&s->rows, i);
    char *at = buf_reserve(out, row.length);
    if (at == NULL)
        return ERR_MEMORY;
    TRY(tail_read(at, row.length, &s->tail, row.offset));
    out->len += row.length;
    return ERR_OK;
}

size_t signed_covering(const struct signed_list *s, uint64_t index)
{
    size_t low = 0;
    size_t high = signed_count(s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (signed_row_at(&s->rows, middle).size > index)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

enum err signed_add(struct signed_list *s, struct str note, uint64_t size)
{
    struct signed_row row = {.size = size, .offset = s->tail.length, .length = note.len};
    struct buf bytes = {0};
    buf_str(&bytes, note);
    buf_char(&bytes, '\n');
    enum err err = buf_err(&bytes);
    if (err == ERR_OK && buf_reserve(&s->rows, sizeof row) == NULL)
        err = ERR_MEMORY;
    if (err == ERR_OK)
        err = tail_append(&s->tail, buf_view(&bytes));
    if (err == ERR_OK)
        buf_add(&s->rows, &row, sizeof row);
    buf_free(&bytes);
    return err;
}

void signed_close(struct signed_list *s)
{
    tail_close(&s->tail);
    buf_free(&s->rows);
}
