/* Signed notes, any bytes: what is accepted prints back byte by byte, and no key that signed
 * nothing verifies it. */
#include "fuzz.h"

#include "tlog/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[CRYPTO_SEED] = {'f', 'u', 'z', 'z'};
    struct str input = str_range((const char *)data, size);
    struct tlog_signer signer;
    struct tlog_note note;
    struct tlog_seen seen;
    struct buf out = {0};
    if (tlog_note_parse(&note, input) != ERR_OK)
        return 0;
    tlog_note_print(&out, &note);
    if (buf_err(&out) == ERR_OK && !str_eq(buf_view(&out), input))
        __builtin_trap();
    buf_free(&out);
    if (note.count > 0 && tlog_signer_make(&signer, note.sigs[0].name, seed) == ERR_OK &&
        tlog_note_verify(&seen, &note, &signer.verifier) == ERR_OK)
        __builtin_trap();
    return 0;
}
