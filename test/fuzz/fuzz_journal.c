/* The log's journal as a crash or a bad disk may leave it, any bytes: the readable part, read
 * alone, gives the same entries. */
#include "fuzz.h"

#include <string.h>

#include "vault/journal.h"

static void found_free(struct journal_found *f)
{
    buf_free(&f->leaves);
    buf_free(&f->offsets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = str_range((const char *)data, size);
    struct journal_found whole = {0};
    struct journal_found part = {0};
    if (journal_scan(&whole, input) == ERR_OK) {
        if (whole.length > size || journal_scan(&part, str_sub(input, 0, whole.length)) != ERR_OK ||
            part.length != whole.length || !str_eq(buf_view(&part.leaves), buf_view(&whole.leaves)))
            __builtin_trap();
    }
    found_free(&whole);
    found_free(&part);
    return 0;
}
