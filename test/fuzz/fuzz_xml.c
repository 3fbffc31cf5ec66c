/* SpreadsheetML 2003, any bytes: rows keep their properties; and with a document type in front, no
 * XML is ever read (SECURITY.md IN5). */
#include "fuzz.h"
#include "fuzz_sheet.h"

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum sheet_kind kind;
    struct buf file = {0};
    buf_cat(&file, "<?xml version=\"1.0\"?>");
    buf_add(&file, data, size);
    (void)!fuzz_read(&kind, NULL, buf_view(&file));
    buf_clear(&file);
    buf_cat(&file, "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bbbbbbbb\">]>");
    buf_add(&file, data, size);
    enum err err = fuzz_read(&kind, NULL, buf_view(&file));
    if (err == ERR_OK && kind == SHEET_KIND_XML2003)
        __builtin_trap();
    buf_free(&file);
    return 0;
}
