/* Zip, any bytes: whatever the reader accepts keeps the limits, its names are safe and different,
 * and an entry read to its end has exactly the size that the directory stated. */
#include "fuzz.h"

#include "base/zip.h"

#include <string.h>

static void fuzz_entry(struct zip_reader *r, const struct zip_entry *entry)
{
    struct zip_stream *s = NULL;
    unsigned char chunk[4096];
    uint64_t total = 0;
    size_t got = 0;
    if (zip_reader_entry_open(&s, r, entry->name) != ERR_OK)
        return;
    enum err err = zip_stream_read(s, chunk, sizeof chunk, &got);
    for (; err == ERR_OK && got > 0; err = zip_stream_read(s, chunk, sizeof chunk, &got))
        total += got;
    if (total > entry->size || (err == ERR_OK && total != entry->size))
        __builtin_trap();
    zip_stream_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct zip_limits limits = {.entries = 50, .inflated = 1 << 22};
    struct zip_reader *r = NULL;
    size_t count = 0;
    uint64_t total = 0;
    struct fault fault = {0};
    struct str bytes = {(const char *)data, size};
    if (zip_reader_open_memory(&r, bytes, &limits, &fault) != ERR_OK)
        return 0;
    const struct zip_entry *entries = zip_reader_names(r, &count);
    for (size_t i = 0; i < count; i++) {
        total += entries[i].size;
        if (!zip_name_ok(entries[i].name) || memchr(entries[i].name.data, 0, entries[i].name.len))
            __builtin_trap();
        for (size_t j = 0; j < i; j++)
            if (str_eq(entries[i].name, entries[j].name))
                __builtin_trap();
        fuzz_entry(r, &entries[i]);
    }
    if (count > limits.entries || total > limits.inflated)
        __builtin_trap();
    zip_reader_close(r);
    return 0;
}
