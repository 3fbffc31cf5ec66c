/* Forms with a file: see upload.h. */
#include "web/upload.h"

#include "base/utf8.h"
#include "web/check.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SINK_WINDOW = 64 * 1024, SINK_FIELDS = 65536, SINK_NAME = 255 };

struct web_sink {
    struct MHD_PostProcessor *processor;
    struct arena *arena;
    uint64_t limit;
    uint64_t bytes; /* of the file */
    size_t used;    /* bytes of the other fields */
    struct web_upload upload;
    struct web_pair *pairs;
    struct buf values[WEB_PARAMS_MAX]; /* of pairs */
    size_t count;
    int fd;
    int status;
    bool named; /* the file's part has begun */
};

static enum MHD_Result sink_refuse(struct web_sink *sink, int status)
{
    if (sink->status == 0)
        sink->status = status;
    return MHD_NO;
}

/* The last segment of what the browser calls the file. */
static struct str sink_name(struct arena *arena, const char *name)
{
    struct str text = str_of(name);
    for (size_t i = text.len; i-- > 0;)
        if (text.data[i] == '/' || text.data[i] == '\\') {
            text = str_sub(text, i + 1, SIZE_MAX);
            break;
        }
    if (!utf8_valid(text))
        return STR("");
    text = str_sub(text, 0, utf8_valid_len(str_sub(text, 0, SINK_NAME)));
    char *copy = arena_cstr(arena, text);
    for (char *c = copy; c != NULL && *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = '_';
    return copy != NULL ? str_of(copy) : STR("");
}

static enum MHD_Result sink_file(struct web_sink *sink, const char *name, struct str data)
{
    if (!sink->named) {
        sink->named = true;
        sink->upload.name = sink_name(sink->arena, name);
    }
    sink->bytes += data.len;
    if (sink->bytes > sink->limit)
        return sink_refuse(sink, 413);
    while (data.len > 0) {
        ssize_t wrote = write(sink->fd, data.data, data.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return sink_refuse(sink, err_http(err_errno(errno)));
        data = str_sub(data, (size_t)wrote, SIZE_MAX);
    }
    return MHD_YES;
}

/* A piece of a field; off 0 begins one. */
static enum MHD_Result sink_field(struct web_sink *sink, const char *key, struct str data,
                                  uint64_t off)
{
    if (off == 0) {
        for (size_t i = 0; i < sink->count; i++)
            if (str_eq(sink->pairs[i].name, str_of(key)))
                return sink_refuse(sink, 400);
        if (sink->count == WEB_PARAMS_MAX)
            return sink_refuse(sink, 400);
        sink->pairs[sink->count++].name = arena_str(sink->arena, str_of(key));
    }
    sink->used += data.len;
    if (sink->count == 0 || sink->used > SINK_FIELDS)
        return sink_refuse(sink, 413);
    buf_str(&sink->values[sink->count - 1], data);
    return MHD_YES;
}

/* check: allow parameters — the library's own signature of a callback */
static enum MHD_Result sink_part(void *ctx, enum MHD_ValueKind kind, const char *key,
                                 const char *filename, const char *type, const char *encoding,
                                 const char *data, uint64_t off, size_t size)
{
    struct web_sink *sink = ctx;
    (void)kind;
    (void)type;
    (void)encoding;
    if (sink->status != 0 || key == NULL)
        return sink_refuse(sink, 400);
    struct str piece = str_range(data, size);
    if (filename == NULL)
        return sink_field(sink, key, piece, off);
    if (strcmp(key, "file") != 0 || (sink->named && off == 0))
        return sink_refuse(sink, 400);
    return sink_file(sink, filename, piece);
}

enum err web_sink_open(struct web_sink **out, struct MHD_Connection *connection,
                       const struct web_admission *admission, struct arena *arena)
{
    struct web_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL)
        return ERR_MEMORY;
    sink->fd = -1;
    sink->arena = arena;
    sink->limit = admission->limit;
    sink->pairs = arena_array(arena, WEB_PARAMS_MAX, sizeof *sink->pairs);
    char *path = (char *)(uintptr_t)arena_printf(arena, "%s/.tmp-XXXXXX", admission->dir).data;
    sink->processor = MHD_create_post_processor(connection, SINK_WINDOW, sink_part, sink);
    enum err err = sink->pairs == NULL || path == NULL ? ERR_MEMORY : ERR_OK;
    if (err == ERR_OK && sink->processor == NULL)
        err = ERR_FORMAT;
    if (err == ERR_OK && (sink->fd = mkstemp(path)) < 0)
        err = err_errno(errno);
    if (err != ERR_OK) {
        web_sink_close(sink);
        return err;
    }
    sink->upload.path = path;
    *out = sink;
    return ERR_OK;
}

int web_sink_take(struct web_sink *sink, const char *data, size_t size)
{
    if (sink->status == 0 && MHD_post_process(sink->processor, data, size) != MHD_YES &&
        sink->status == 0)
        sink->status = 400;
    return sink->status;
}

int web_sink_end(struct web_sink *sink, struct web_request *request)
{
    if (sink->status == 0 && MHD_destroy_post_processor(sink->processor) != MHD_YES)
        sink->status = 400;
    else if (sink->status != 0)
        (void)MHD_destroy_post_processor(sink->processor);
    sink->processor = NULL;
    for (size_t i = 0; i < sink->count && sink->status == 0; i++) {
        sink->pairs[i].value = arena_str(sink->arena, buf_view(&sink->values[i]));
        bool plain = utf8_valid(sink->pairs[i].name) && utf8_valid(sink->pairs[i].value);
        if (!plain || sink->pairs[i].value.data == NULL)
            sink->status = 400;
    }
    sink->upload.bytes = sink->bytes;
    request->fields = sink->pairs;
    request->field_count = sink->count;
    request->upload = sink->named ? &sink->upload : NULL;
    return sink->status;
}

void web_sink_close(struct web_sink *sink)
{
    if (sink == NULL)
        return;
    if (sink->processor != NULL)
        (void)MHD_destroy_post_processor(sink->processor);
    if (sink->fd >= 0)
        close(sink->fd);
    if (sink->upload.path != NULL)
        unlink(sink->upload.path);
    for (size_t i = 0; i < WEB_PARAMS_MAX; i++)
        buf_free(&sink->values[i]);
    free(sink);
}
