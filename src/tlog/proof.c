/* tlog-proof files: printed, read, checked. Every byte of one is either fixed by the format, in its
 * one canonical spelling, or covered by the inclusion check or a signature. */
#include "tlog/proof.h"

#include "base/base64.h"

#include <string.h>

#define PROOF_HEAD "c2sp.org/tlog-proof@v1\n"

enum err tlog_proof_print(struct buf *out, const struct tlog_proof *p)
{
    buf_cat(out, PROOF_HEAD "index ");
    buf_u64(out, p->index);
    buf_char(out, '\n');
    for (size_t i = 0; i < p->path.count; i++) {
        base64_encode(out, p->path.hash[i], CRYPTO_HASH);
        buf_char(out, '\n');
    }
    buf_char(out, '\n');
    buf_str(out, p->note);
    return buf_err(out);
}

/* The hash lines up to the empty one. */
static enum err proof_path(struct crypto_proof *out, struct str *rest)
{
    struct str line;
    out->count = 0;
    while (str_cut(&line, rest, '\n') && rest->data != NULL) {
        if (str_empty(line))
            return ERR_OK;
        if (out->count == CRYPTO_PROOF_MAX)
            return ERR_LIMIT;
        if (base64_decode_exact(out->hash[out->count++], CRYPTO_HASH, line) != ERR_OK)
            return ERR_FORMAT;
    }
    return ERR_FORMAT;
}

enum err tlog_proof_parse(struct tlog_proof *out, struct str text)
{
    struct tlog_note note;
    struct str line;
    if (text.len > TLOG_PROOF)
        return ERR_LIMIT;
    if (!str_starts(text, STR(PROOF_HEAD "index ")))
        return ERR_FORMAT;
    struct str rest = str_sub(text, sizeof PROOF_HEAD - 1 + 6, text.len);
    if (!str_cut(&line, &rest, '\n') || str_u64(&out->index, line) != ERR_OK)
        return ERR_FORMAT;
    TRY(proof_path(&out->path, &rest));
    out->note = rest;
    return tlog_note_parse(&note, rest);
}

enum err tlog_proof_verify(struct tlog_proven *out, struct str text,
                           const uint8_t leaf[CRYPTO_HASH], const struct tlog_verifier *v,
                           struct fault *fault)
{
    struct tlog_proof p;
    struct tlog_checkpoint c;
    enum err err = tlog_proof_parse(&p, text);
    if (err != ERR_OK)
        return fault_set(fault, err, "存证证明的格式不正确，文件可能被改动或没有下载完整");
    err = tlog_checkpoint_open_own(&c, p.note, v);
    if (err != ERR_OK)
        return fault_set(
            fault, err,
            "存证证明中的日志签名核验不通过（日志公钥 %s+%08x）：文件被改动，或公钥不是这个日志的",
            v->name, v->id);
    err = crypto_merkle_verify_inclusion(leaf, p.index, c.head.size, &p.path, c.head.root);
    if (err != ERR_OK)
        return fault_set(fault, err, "存证证明不成立：日志序号 %llu 不是这一条目，条目或证明被改动",
                         (unsigned long long)p.index);
    *out = (struct tlog_proven){.index = p.index, .size = c.head.size, .time = c.time};
    memcpy(out->root, c.head.root, CRYPTO_HASH);
    return ERR_OK;
}
