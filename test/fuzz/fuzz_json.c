/* JSON, any bytes: what is accepted is printed, parsed again and equal to what it was. */
#include "fuzz.h"

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *first = NULL;
    json_t *second = NULL;
    struct buf out = {0};
    struct json_writer writer;
    struct fault fault = {0};
    if (json_parse(&first, str_range((const char *)data, size), &fault) != ERR_OK)
        return 0;
    json_write_begin(&writer, &out);
    json_write_value(&writer, first);
    if (json_write_end(&writer) != ERR_OK ||
        json_parse_sized(&second, buf_view(&out), SIZE_MAX, &fault) != ERR_OK ||
        !json_equal(first, second))
        __builtin_trap();
    json_decref(first);
    json_decref(second);
    buf_free(&out);
    return 0;
}
