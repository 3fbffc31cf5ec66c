/* tlog-proof files and tile paths, any bytes: what is accepted prints back byte by byte. */
#include "fuzz.h"

#include "tlog/proof.h"
#include "tlog/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = str_range((const char *)data, size);
    struct tlog_proof proof;
    struct tlog_tile tile;
    struct buf out = {0};
    if (tlog_proof_parse(&proof, input) == ERR_OK) {
        if (tlog_proof_print(&out, &proof) == ERR_OK && !str_eq(buf_view(&out), input))
            __builtin_trap();
    } else if (tlog_tile_parse(&tile, input) == ERR_OK) {
        if (tlog_tile_path(&out, &tile) != ERR_OK || !str_eq(buf_view(&out), input))
            __builtin_trap();
    }
    buf_free(&out);
    return 0;
}
