/* HTML tables, any bytes behind a tag that makes them HTML: rows keep their properties. */
#include "fuzz.h"
#include "fuzz_sheet.h"

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum sheet_kind kind;
    struct buf file = {0};
    buf_cat(&file, "<html>");
    buf_add(&file, data, size);
    (void)!fuzz_read(&kind, NULL, buf_view(&file));
    buf_free(&file);
    return 0;
}
