/* Zip reader: see zip.h. libzip inflates and compares local headers with the central directory
 * (ZIP_CHECKCONS). The central directory is first walked here, because libzip reads all of it
 * before it can be asked how many entries there are, turns a NUL in a name into a blank and
 * searches for the end record where two readers may disagree: what we saw and what libzip sees must
 * be equal.
 *
 * The records, little endian (APPNOTE 4.3.7, 4.3.12, 4.3.16): see enum zip_at. */
#include "base/zip.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum {
    ZIP_END_LEN = 22,
    ZIP_HEAD_LEN = 46,
    ZIP_LOCAL_LEN = 30,
    ZIP_TAIL_MAX = ZIP_END_LEN + 65535,
    ZIP_SMALL = 1024 * 1024, /* up to here an entry's ratio does not matter */
    ZIP_CHUNK = 64 * 1024
};

enum zip_at {
    ZIP_END_DISK = 4,
    ZIP_END_DISK_ENTRIES = 8,
    ZIP_END_ENTRIES = 10,
    ZIP_END_SIZE = 12,
    ZIP_END_OFFSET = 16,
    ZIP_END_COMMENT = 20,
    ZIP_HEAD_FLAGS = 8,
    ZIP_HEAD_METHOD = 10,
    ZIP_HEAD_PACKED = 20,
    ZIP_HEAD_SIZE = 24,
    ZIP_HEAD_NAME = 28,
    ZIP_HEAD_EXTRA = 30,
    ZIP_HEAD_COMMENT = 32,
    ZIP_HEAD_LOCAL = 42,
    ZIP_LOCAL_FLAGS = 6,
    ZIP_LOCAL_METHOD = 8
};

struct zip_reader {
    zip_t *zip;
    zip_source_t *source; /* until zip owns it */
    struct arena arena;
    struct zip_limits limits;
    struct zip_entry *entries;
    uint32_t *sorted; /* indices of entries in the order of their names */
    size_t count;
    uint64_t file_size;
    struct fault *fault; /* while opening */
};

struct zip_stream {
    zip_file_t *file;
    uint64_t left; /* bytes the directory still promises */
};

/* A little-endian number of 2 or 4 bytes, at any alignment. */
static uint32_t zip_le(const unsigned char *at, size_t bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint32_t)at[i] << (8 * i);
    return value;
}

/* libzip's errors in ours: what is not memory, a missing file or the system is damage of the
 * archive. */
static enum err zip_error_err(zip_error_t *error)
{
    int code = zip_error_code_zip(error);
    if (code == ZIP_ER_MEMORY)
        return ERR_MEMORY;
    if (code == ZIP_ER_NOENT)
        return ERR_MISSING;
    if (zip_error_system_type(error) == ZIP_ET_SYS)
        return err_errno(zip_error_code_system(error));
    return ERR_FORMAT;
}

/* The archive is not what it claims; why names the check that found it. */
static enum err zip_damaged(const struct zip_reader *r, const char *why)
{
    return fault_set(r->fault, ERR_FORMAT,
                     "压缩包（zip/xlsx）已损坏或被改动：%s，未读取任何内容，请重新获取该文件", why);
}

/* A failed read of the archive itself, also before libzip has opened it. */
static enum err zip_source_failed(const struct zip_reader *r)
{
    enum err err = zip_error_err(zip_source_error(r->source));
    return err == ERR_FORMAT ? zip_damaged(r, "内容不完整") : err;
}

/* len bytes of the archive at offset. */
static enum err zip_source_bytes(unsigned char *data, size_t len, struct zip_reader *r,
                                 uint64_t offset)
{
    size_t done = 0;
    if (zip_source_seek(r->source, (zip_int64_t)offset, SEEK_SET) < 0)
        return zip_source_failed(r);
    while (done < len) {
        zip_int64_t n = zip_source_read(r->source, data + done, len - done);
        if (n < 0)
            return zip_source_failed(r);
        if (n == 0)
            return zip_damaged(r, "内容不完整");
        done += (size_t)n;
    }
    return ERR_OK;
}

/* The end record: the last signature whose comment reaches exactly to the end of the file. */
static const unsigned char *zip_find_end(const unsigned char *tail, size_t len)
{
    for (size_t at = len - ZIP_END_LEN + 1; at-- > 0;) {
        const unsigned char *end = tail + at;
        if (memcmp(end, "PK\5\6", 4) == 0 &&
            at + ZIP_END_LEN + zip_le(end + ZIP_END_COMMENT, 2) == len)
            return end;
    }
    return NULL;
}

/* Where the directory lies, and how many entries it claims. */
struct zip_directory {
    uint64_t offset;
    uint32_t size;
    uint32_t entries;
};

/* The end record must point at a directory that ends where the record begins: nothing stands
 * between them or behind, where a second directory could hide. The number of entries is checked
 * here, before anything of their size is allocated. */
static enum err zip_check_end(struct zip_directory *dir, const struct zip_reader *r,
                              const unsigned char *end, uint64_t end_offset)
{
    dir->offset = zip_le(end + ZIP_END_OFFSET, 4);
    dir->size = zip_le(end + ZIP_END_SIZE, 4);
    dir->entries = zip_le(end + ZIP_END_ENTRIES, 2);
    if (dir->entries == UINT16_MAX || dir->offset == UINT32_MAX || dir->size == UINT32_MAX)
        return fault_set(r->fault, ERR_UNSUPPORTED,
                         "压缩包使用了 zip64 格式，不支持，未读取，请拆分后重试");
    if (dir->entries > r->limits.entries)
        return fault_set(r->fault, ERR_LIMIT, "压缩包内有 %u 个文件，超过允许的 %llu 个，未读取",
                         dir->entries, (unsigned long long)r->limits.entries);
    if (zip_le(end + ZIP_END_DISK, 4) != 0 ||
        zip_le(end + ZIP_END_DISK_ENTRIES, 2) != dir->entries ||
        dir->offset + dir->size != end_offset)
        return zip_damaged(r, "目录位置不一致");
    if (dir->size > (uint64_t)dir->entries * 2048)
        return zip_damaged(r, "目录过大");
    return ERR_OK;
}

/* Reads the tail, in which the end record with the longest possible comment fits. */
static enum err zip_read_end(struct zip_directory *dir, struct zip_reader *r)
{
    uint64_t size = r->file_size;
    size_t len = size < ZIP_TAIL_MAX ? (size_t)size : ZIP_TAIL_MAX;
    if (len < ZIP_END_LEN)
        return zip_damaged(r, "不是 zip 文件");
    unsigned char *tail = arena_alloc(&r->arena, len);
    if (tail == NULL)
        return ERR_MEMORY;
    TRY(zip_source_bytes(tail, len, r, size - len));
    const unsigned char *end = zip_find_end(tail, len);
    if (end == NULL)
        return zip_damaged(r, "不是 zip 文件，或结尾缺失");
    return zip_check_end(dir, r, end, size - len + (uint64_t)(end - tail));
}

/* Whether a segment between slashes could be misread as a step in the file system. */
static bool zip_segment_ok(struct str segment)
{
    return !str_empty(segment) && !str_eq(segment, STR(".")) && !str_eq(segment, STR(".."));
}

bool zip_name_ok(struct str name)
{
    struct str segment;
    if (name.len == 0 || name.len > 1024 || utf8_has_deceptive(name))
        return false;
    if (str_find_char(name, '\\') >= 0 || (name.len > 1 && name.data[1] == ':'))
        return false;
    if (name.data[name.len - 1] == '/')
        name.len--;
    while (str_cut(&segment, &name, '/'))
        if (!zip_segment_ok(segment))
            return false;
    return true;
}

/* One record of the directory: name, encryption, method, size and ratio. */
static enum err zip_check_head(const struct zip_reader *r, const unsigned char *head,
                               struct str name)
{
    uint64_t size = zip_le(head + ZIP_HEAD_SIZE, 4);
    uint64_t packed = zip_le(head + ZIP_HEAD_PACKED, 4);
    uint32_t method = zip_le(head + ZIP_HEAD_METHOD, 2);
    if (!zip_name_ok(name))
        return zip_damaged(r, "含有不安全的文件名");
    if ((zip_le(head + ZIP_HEAD_FLAGS, 2) & 0x2041U) != 0)
        return fault_set(r->fault, ERR_UNSUPPORTED,
                         "压缩包中的“%.*s”已加密，未读取，请去掉密码后重试", STR_ARG(name));
    if (method != ZIP_CM_STORE && method != ZIP_CM_DEFLATE)
        return fault_set(r->fault, ERR_UNSUPPORTED,
                         "压缩包中的“%.*s”使用了不支持的压缩方法 %u，未读取", STR_ARG(name),
                         method);
    if (size == UINT32_MAX || packed == UINT32_MAX ||
        (size > ZIP_SMALL && size / r->limits.ratio > packed))
        return fault_set(r->fault, ERR_LIMIT,
                         "压缩包中的“%.*s”展开后过大（压缩比超过 %llu），疑似压缩炸弹，未读取",
                         STR_ARG(name), (unsigned long long)r->limits.ratio);
    return ERR_OK;
}

/* The local header must agree on flags (the hints for the packer and the name's encoding aside),
 * method and date; libzip compares names, sizes and CRC, but not these. */
static enum err zip_check_local(struct zip_reader *r, const unsigned char *head)
{
    unsigned char local[ZIP_LOCAL_LEN];
    TRY(zip_source_bytes(local, sizeof local, r, zip_le(head + ZIP_HEAD_LOCAL, 4)));
    uint32_t differ = zip_le(local + ZIP_LOCAL_FLAGS, 2) ^ zip_le(head + ZIP_HEAD_FLAGS, 2);
    if (memcmp(local, "PK\3\4", 4) != 0 || (differ & ~UINT32_C(0x0806)) != 0 ||
        memcmp(local + ZIP_LOCAL_METHOD, head + ZIP_HEAD_METHOD, 6) != 0)
        return zip_damaged(r, "文件头与目录不一致");
    return ERR_OK;
}

/* Walks the directory's records into r->entries. */
static enum err zip_walk(struct zip_reader *r, const unsigned char *data, size_t len)
{
    uint64_t inflated = 0;
    uint64_t packed = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (len < ZIP_HEAD_LEN || memcmp(data, "PK\1\2", 4) != 0)
            return zip_damaged(r, "目录不完整");
        size_t name_len = zip_le(data + ZIP_HEAD_NAME, 2);
        size_t whole = ZIP_HEAD_LEN + name_len + zip_le(data + ZIP_HEAD_EXTRA, 2) +
                       zip_le(data + ZIP_HEAD_COMMENT, 2);
        if (whole > len)
            return zip_damaged(r, "目录不完整");
        struct str name = str_range((const char *)data + ZIP_HEAD_LEN, name_len);
        TRY(zip_check_head(r, data, name));
        TRY(zip_check_local(r, data));
        r->entries[i] = (struct zip_entry){name, zip_le(data + ZIP_HEAD_SIZE, 4)};
        inflated += r->entries[i].size;
        packed += zip_le(data + ZIP_HEAD_PACKED, 4);
        data += whole;
        len -= whole;
    }
    if (inflated > r->limits.inflated)
        return fault_set(r->fault, ERR_LIMIT,
                         "压缩包展开后共 %llu 字节，超过允许的 %llu 字节，未读取",
                         (unsigned long long)inflated, (unsigned long long)r->limits.inflated);
    return len == 0 && packed <= r->file_size ? ERR_OK : zip_damaged(r, "目录与内容不一致");
}

/* From the end record to r->entries. */
static enum err zip_read_directory(struct zip_reader *r)
{
    struct zip_directory dir = {0};
    TRY(zip_read_end(&dir, r));
    r->count = dir.entries;
    r->entries = arena_array(&r->arena, r->count, sizeof *r->entries);
    unsigned char *data = arena_alloc(&r->arena, dir.size);
    if (r->entries == NULL || data == NULL)
        return ERR_MEMORY;
    TRY(zip_source_bytes(data, dir.size, r, dir.offset));
    return zip_walk(r, data, dir.size);
}

/* Indices of entries by their names, for qsort_r. */
static int zip_order(const void *a, const void *b, void *ctx)
{
    const struct zip_reader *r = ctx;
    const uint32_t *x = a;
    const uint32_t *y = b;
    return str_cmp(r->entries[*x].name, r->entries[*y].name);
}

/* Sorts the names for look-ups; equal ones then stand side by side. */
static enum err zip_sort(struct zip_reader *r)
{
    r->sorted = arena_array(&r->arena, r->count, sizeof *r->sorted);
    if (r->sorted == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < r->count; i++)
        r->sorted[i] = (uint32_t)i;
    qsort_r(r->sorted, r->count, sizeof *r->sorted, zip_order, r);
    for (size_t i = 1; i < r->count; i++) {
        struct str name = r->entries[r->sorted[i]].name;
        if (str_eq(name, r->entries[r->sorted[i - 1]].name))
            return fault_set(r->fault, ERR_DUPLICATE, "压缩包中有两个同名文件“%.*s”，未读取",
                             STR_ARG(name));
    }
    return ERR_OK;
}

/* What libzip found must be what we found. */
static enum err zip_compare(const struct zip_reader *r)
{
    if (zip_get_num_entries(r->zip, 0) != (zip_int64_t)r->count)
        return zip_damaged(r, "目录不一致");
    for (size_t i = 0; i < r->count; i++) {
        zip_stat_t st;
        const char *name = zip_get_name(r->zip, i, ZIP_FL_ENC_RAW);
        if (name == NULL || !str_eq(str_of(name), r->entries[i].name) ||
            zip_stat_index(r->zip, i, 0, &st) != 0 || st.size != r->entries[i].size)
            return zip_damaged(r, "目录不一致");
    }
    return ERR_OK;
}

/* The size comes first: nothing of a file that is too large is read. */
static enum err zip_source_size(struct zip_reader *r)
{
    zip_stat_t st;
    if (zip_source_stat(r->source, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0)
        return zip_source_failed(r);
    r->file_size = st.size;
    if (r->file_size > r->limits.file)
        return fault_set(r->fault, ERR_LIMIT, "文件有 %llu 字节，超过允许的 %llu 字节，未读取",
                         (unsigned long long)r->file_size, (unsigned long long)r->limits.file);
    return ERR_OK;
}

/* Checks by ourselves, then gives the source to libzip. */
static enum err zip_reader_start(struct zip_reader *r)
{
    zip_error_t error;
    TRY(zip_source_size(r));
    if (zip_source_open(r->source) != 0)
        return zip_source_failed(r);
    enum err err = zip_read_directory(r);
    zip_source_close(r->source);
    TRY(err);
    TRY(zip_sort(r));
    zip_error_init(&error);
    r->zip = zip_open_from_source(r->source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (r->zip == NULL) {
        err = zip_error_err(&error);
        zip_error_fini(&error);
        return err == ERR_FORMAT ? zip_damaged(r, "文件头与目录不一致") : err;
    }
    r->source = NULL;
    zip_error_fini(&error);
    return zip_compare(r);
}

/* The defaults of SECURITY.md IN4 where a limit is not given. */
static struct zip_limits zip_limits_fill(const struct zip_limits *limits)
{
    struct zip_limits l = limits != NULL ? *limits : (struct zip_limits){0};
    l.file = l.file != 0 ? l.file : UINT64_C(64) << 20;
    l.entries = l.entries != 0 ? l.entries : 1000;
    l.inflated = l.inflated != 0 ? l.inflated : UINT64_C(1) << 30;
    l.ratio = l.ratio != 0 ? l.ratio : 200;
    return l;
}

/* Takes over source, also on failure. */
static enum err zip_reader_make(struct zip_reader **out, zip_source_t *source,
                                const struct zip_limits *limits, struct fault *fault)
{
    struct zip_reader *r = calloc(1, sizeof *r);
    if (r == NULL || source == NULL) {
        zip_source_free(source);
        free(r);
        return ERR_MEMORY;
    }
    r->source = source;
    r->limits = zip_limits_fill(limits);
    r->fault = fault;
    enum err err = zip_reader_start(r);
    r->fault = NULL;
    if (err != ERR_OK) {
        zip_reader_close(r);
        return err;
    }
    *out = r;
    return ERR_OK;
}

enum err zip_reader_open(struct zip_reader **out, const char *path, const struct zip_limits *limits,
                         struct fault *fault)
{
    return zip_reader_make(out, zip_source_file_create(path, 0, -1, NULL), limits, fault);
}

enum err zip_reader_open_memory(struct zip_reader **out, struct str bytes,
                                const struct zip_limits *limits, struct fault *fault)
{
    return zip_reader_make(out, zip_source_buffer_create(bytes.data, bytes.len, 0, NULL), limits,
                           fault);
}

void zip_reader_close(struct zip_reader *r)
{
    if (r == NULL)
        return;
    if (r->zip != NULL)
        zip_discard(r->zip);
    zip_source_free(r->source);
    arena_free(&r->arena);
    free(r);
}

const struct zip_entry *zip_reader_names(const struct zip_reader *r, size_t *count)
{
    *count = r->count;
    return r->entries;
}

/* Index of the entry, or r->count. */
static size_t zip_reader_find(const struct zip_reader *r, struct str name)
{
    size_t low = 0;
    size_t high = r->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(r->entries[r->sorted[mid]].name, name);
        if (order == 0)
            return r->sorted[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return r->count;
}

bool zip_reader_has(const struct zip_reader *r, struct str name, uint64_t *size)
{
    size_t at = zip_reader_find(r, name);
    if (at < r->count && size != NULL)
        *size = r->entries[at].size;
    return at < r->count;
}

enum err zip_reader_entry_open(struct zip_stream **out, struct zip_reader *r, struct str name)
{
    size_t at = zip_reader_find(r, name);
    if (at == r->count)
        return ERR_MISSING;
    struct zip_stream *s = malloc(sizeof *s);
    if (s == NULL)
        return ERR_MEMORY;
    *s = (struct zip_stream){zip_fopen_index(r->zip, at, 0), r->entries[at].size};
    if (s->file == NULL) {
        free(s);
        return zip_error_err(zip_get_error(r->zip));
    }
    *out = s;
    return ERR_OK;
}

enum err zip_stream_read(struct zip_stream *s, void *data, size_t cap, size_t *got)
{
    zip_int64_t n = zip_fread(s->file, data, cap);
    *got = 0;
    if (n < 0)
        return zip_error_err(zip_file_get_error(s->file));
    if ((uint64_t)n > s->left || (n == 0 && s->left > 0))
        return ERR_FORMAT;
    s->left -= (uint64_t)n;
    *got = (size_t)n;
    return ERR_OK;
}

void zip_stream_close(struct zip_stream *s)
{
    if (s == NULL)
        return;
    zip_fclose(s->file);
    free(s);
}

/* To the end, where libzip compares the CRC. */
static enum err zip_stream_load(struct buf *out, struct zip_stream *s)
{
    for (;;) {
        size_t got = 0;
        char *at = buf_reserve(out, ZIP_CHUNK);
        if (at == NULL)
            return ERR_MEMORY;
        TRY(zip_stream_read(s, at, ZIP_CHUNK, &got));
        if (got == 0)
            return ERR_OK;
        out->len += got;
    }
}

enum err zip_reader_load(struct buf *out, struct zip_reader *r, struct str name, size_t limit)
{
    struct zip_stream *s = NULL;
    uint64_t size = 0;
    size_t before = out->len;
    if (zip_reader_has(r, name, &size) && size > limit)
        return ERR_LIMIT;
    TRY(zip_reader_entry_open(&s, r, name));
    enum err err = zip_stream_load(out, s);
    zip_stream_close(s);
    if (err != ERR_OK)
        out->len = before;
    return err;
}

/* The source of a zip_lines is its stream. */
static enum err zip_lines_read(void *source, char *data, size_t cap, size_t *got)
{
    return zip_stream_read(source, data, cap, got);
}

enum err zip_lines_open(struct zip_lines *r, struct zip_reader *zip, struct str name)
{
    *r = (struct zip_lines){0};
    TRY(zip_reader_entry_open(&r->stream, zip, name));
    enum err err = lines_open(&r->in, zip_lines_read, r->stream);
    if (err != ERR_OK)
        zip_lines_close(r);
    return err;
}

enum err zip_lines_next(struct zip_lines *r, struct str *line)
{
    TRY(lines_next(&r->in, line, &r->unterminated));
    r->number++;
    return ERR_OK;
}

void zip_lines_close(struct zip_lines *r)
{
    zip_stream_close(r->stream);
    lines_close(&r->in);
    *r = (struct zip_lines){0};
}
