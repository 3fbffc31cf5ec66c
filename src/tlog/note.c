/* Signed notes: taking apart, checking, signing. Keys are in key.c.
 *
 * Reading is stricter than the standard asks: base64 must be canonical, so that of one signature
 * there is one spelling only and a note that parses prints back byte by byte. What is not verified
 * is never trusted: tlog_note_parse says what a note claims, tlog_note_verify what one key stands
 * for. */
#include "tlog/note.h"

#include "base/base64.h"
#include "base/utf8.h"
#include "tlog/key.h"

#include <endian.h>
#include <string.h>

/* Longest signature, with its id: post-quantum ones have nearly 5 kB. */
enum { SIG_BYTES = 8192, SIG_LEAST = 5 };

#define SIG_MARK "\xE2\x80\x94 "

/* UTF-8 without control characters other than the newline. */
static bool note_text_ok(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.data[i] < 0x20 && s.data[i] != '\n')
            return false;
    return utf8_valid(s);
}

/* One signature line without its newline. */
static enum err sig_parse(struct tlog_sig *out, struct str line)
{
    uint8_t bytes[SIG_BYTES];
    uint32_t id = 0;
    size_t len = 0;
    if (!str_starts(line, STR(SIG_MARK)))
        return ERR_FORMAT;
    struct str rest = str_sub(line, sizeof SIG_MARK - 1, line.len);
    if (!str_cut(&out->name, &rest, ' ') || !key_name_ok(out->name) || rest.data == NULL)
        return ERR_FORMAT;
    enum err err = base64_decode(bytes, sizeof bytes, &len, rest);
    if (err == ERR_LIMIT)
        return ERR_LIMIT;
    if (err != ERR_OK || len < SIG_LEAST)
        return ERR_FORMAT;
    memcpy(&id, bytes, sizeof id);
    out->id = be32toh(id);
    out->base64 = rest;
    return ERR_OK;
}

/* Where the signatures begin: behind the last empty line. 0 if there is none. */
static size_t note_split(struct str note)
{
    for (size_t i = note.len; i >= 2; i--)
        if (note.data[i - 1] == '\n' && note.data[i - 2] == '\n')
            return i;
    return 0;
}

enum err tlog_note_parse(struct tlog_note *out, struct str note)
{
    struct str line;
    if (note.len > TLOG_NOTE)
        return ERR_LIMIT;
    size_t split = note_split(note);
    if (split == 0 || split == note.len || !str_ends(note, STR("\n")) || !note_text_ok(note))
        return ERR_FORMAT;
    out->text = str_range(note.data, split - 1);
    out->count = 0;
    struct str rest = str_range(note.data + split, note.len - split - 1);
    while (str_cut(&line, &rest, '\n')) {
        if (out->count == TLOG_SIGS)
            return ERR_LIMIT;
        TRY(sig_parse(&out->sigs[out->count++], line));
    }
    return ERR_OK;
}

void tlog_note_print(struct buf *out, const struct tlog_note *n)
{
    buf_str(out, n->text);
    buf_char(out, '\n');
    for (size_t i = 0; i < n->count; i++) {
        buf_cat(out, SIG_MARK);
        buf_str(out, n->sigs[i].name);
        buf_char(out, ' ');
        buf_str(out, n->sigs[i].base64);
        buf_char(out, '\n');
    }
}

/* The message under a cosignature (tlog-cosignature, Ed25519 signed message). */
static void cosigned_message(struct buf *out, struct str text, int64_t seconds)
{
    buf_cat(out, "cosignature/v1\ntime ");
    buf_i64(out, seconds);
    buf_char(out, '\n');
    buf_str(out, text);
}

static enum err plain_verify(const struct tlog_sig *sig, const struct tlog_verifier *v,
                             struct str text)
{
    uint8_t bytes[4 + CRYPTO_SIGNATURE];
    if (base64_decode_exact(bytes, sizeof bytes, sig->base64) != ERR_OK)
        return ERR_PROOF;
    return crypto_sign_verify(bytes + 4, v->key, text);
}

static enum err cosigned_verify(int64_t *seconds, const struct tlog_sig *sig,
                                const struct tlog_verifier *v, struct str text)
{
    uint8_t bytes[4 + 8 + CRYPTO_SIGNATURE];
    uint64_t stamp = 0;
    if (base64_decode_exact(bytes, sizeof bytes, sig->base64) != ERR_OK)
        return ERR_PROOF;
    memcpy(&stamp, bytes + 4, sizeof stamp);
    stamp = be64toh(stamp);
    if (stamp > INT64_MAX)
        return ERR_PROOF;
    *seconds = (int64_t)stamp;
    struct buf message = {0};
    cosigned_message(&message, text, *seconds);
    enum err err = buf_err(&message);
    if (err == ERR_OK)
        err = crypto_sign_verify(bytes + 12, v->key, buf_view(&message));
    buf_free(&message);
    return err;
}

enum err tlog_note_verify(struct tlog_seen *out, const struct tlog_note *n,
                          const struct tlog_verifier *v)
{
    struct tlog_seen seen = {0};
    for (size_t i = 0; i < n->count; i++) {
        const struct tlog_sig *sig = &n->sigs[i];
        int64_t seconds = 0;
        if (!str_eq(sig->name, str_of(v->name)))
            continue;
        if (sig->id == v->id) {
            TRY(plain_verify(sig, v, n->text));
            seen.plain++;
        } else if (sig->id == v->cosigner_id) {
            TRY(cosigned_verify(&seconds, sig, v, n->text));
            seen.time = seen.cosigned++ == 0 || seconds < seen.time ? seconds : seen.time;
        }
    }
    *out = seen;
    return seen.plain + seen.cosigned > 0 ? ERR_OK : ERR_PROOF;
}

/* Appends a signature line: mark, name, base64 of id and body. */
static enum err sig_add(struct buf *out, const char *name, uint32_t id, struct str body)
{
    uint8_t bytes[4 + 8 + CRYPTO_SIGNATURE];
    uint32_t big = htobe32(id);
    memcpy(bytes, &big, sizeof big);
    memcpy(bytes + 4, body.data, body.len);
    buf_cat(out, SIG_MARK);
    buf_cat(out, name);
    buf_char(out, ' ');
    base64_encode(out, bytes, 4 + body.len);
    buf_char(out, '\n');
    return buf_err(out);
}

enum err tlog_note_sign(struct buf *out, const struct tlog_signer *s, struct str text)
{
    char sig[CRYPTO_SIGNATURE];
    if (!str_ends(text, STR("\n")) || !note_text_ok(text) || text.len > TLOG_NOTE / 2)
        return ERR_INPUT;
    TRY(crypto_sign((uint8_t *)sig, s->seed, text));
    buf_str(out, text);
    buf_char(out, '\n');
    return sig_add(out, s->verifier.name, s->verifier.id, str_range(sig, sizeof sig));
}

enum err tlog_note_cosign(struct buf *out, const struct tlog_signer *s, struct str text,
                          int64_t seconds)
{
    char body[8 + CRYPTO_SIGNATURE];
    if (seconds < 0)
        return ERR_RANGE;
    uint64_t stamp = htobe64((uint64_t)seconds);
    memcpy(body, &stamp, sizeof stamp);
    struct buf message = {0};
    cosigned_message(&message, text, seconds);
    enum err err = buf_err(&message);
    if (err == ERR_OK)
        err = crypto_sign((uint8_t *)body + 8, s->seed, buf_view(&message));
    buf_free(&message);
    TRY(err);
    return sig_add(out, s->verifier.name, s->verifier.cosigner_id, str_range(body, sizeof body));
}
