/* Checkpoint texts and keys, any bytes: what is accepted prints back byte by byte. */
#include "fuzz.h"

#include "tlog/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = str_range((const char *)data, size);
    struct tlog_checkpoint checkpoint;
    struct tlog_verifier verifier;
    struct buf out = {0};
    bool taken = tlog_checkpoint_parse(&checkpoint, input) == ERR_OK;
    if (taken)
        tlog_checkpoint_print(&out, &checkpoint);
    else if (tlog_verifier_parse(&verifier, input) == ERR_OK) {
        taken = true;
        tlog_verifier_print(&out, &verifier);
    }
    if (taken && buf_err(&out) == ERR_OK && !str_eq(buf_view(&out), input))
        __builtin_trap();
    buf_free(&out);
    return 0;
}
