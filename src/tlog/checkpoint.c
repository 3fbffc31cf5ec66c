/* Checkpoints: their text, their two signatures. The origin is the key's name, so that a key signs
 * for one log only. */
#include "tlog/checkpoint.h"

#include "base/base64.h"

enum err tlog_checkpoint_parse(struct tlog_checkpoint *out, struct str text)
{
    struct str rest = text;
    struct str size;
    struct str root;
    if (!str_ends(text, STR("\n")))
        return ERR_FORMAT;
    bool cut = str_cut(&out->origin, &rest, '\n') && str_cut(&size, &rest, '\n') &&
               str_cut(&root, &rest, '\n');
    if (!cut || rest.data == NULL || str_empty(out->origin))
        return ERR_FORMAT;
    if (str_u64(&out->head.size, size) != ERR_OK ||
        base64_decode_exact(out->head.root, CRYPTO_HASH, root) != ERR_OK)
        return ERR_FORMAT;
    out->extra = rest;
    out->time = 0;
    if (str_starts(rest, STR("\n")) || str_find(rest, STR("\n\n")) >= 0)
        return ERR_FORMAT;
    return ERR_OK;
}

void tlog_checkpoint_print(struct buf *out, const struct tlog_checkpoint *c)
{
    buf_str(out, c->origin);
    buf_char(out, '\n');
    buf_u64(out, c->head.size);
    buf_char(out, '\n');
    base64_encode(out, c->head.root, CRYPTO_HASH);
    buf_char(out, '\n');
    buf_str(out, c->extra);
}

enum err tlog_checkpoint_sign(struct buf *out, const struct tlog_signer *s,
                              const struct crypto_head *head, int64_t seconds)
{
    struct tlog_checkpoint c = {.origin = str_of(s->verifier.name), .head = *head};
    struct buf text = {0};
    tlog_checkpoint_print(&text, &c);
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = tlog_note_sign(out, s, buf_view(&text));
    if (err == ERR_OK)
        err = tlog_note_cosign(out, s, buf_view(&text), seconds);
    buf_free(&text);
    return err;
}

/* Parses note and text and checks the verifier's signatures. */
static enum err checkpoint_open(struct tlog_checkpoint *out, struct tlog_note *n,
                                struct tlog_seen *seen, struct str note,
                                const struct tlog_verifier *v)
{
    TRY(tlog_note_parse(n, note));
    TRY(tlog_note_verify(seen, n, v));
    TRY(tlog_checkpoint_parse(out, n->text));
    out->time = seen->time;
    return seen->plain > 0 && str_eq(out->origin, str_of(v->name)) ? ERR_OK : ERR_PROOF;
}

enum err tlog_checkpoint_open(struct tlog_checkpoint *out, struct str note,
                              const struct tlog_verifier *v)
{
    struct tlog_note n;
    struct tlog_seen seen;
    return checkpoint_open(out, &n, &seen, note, v);
}

enum err tlog_checkpoint_open_own(struct tlog_checkpoint *out, struct str note,
                                  const struct tlog_verifier *v)
{
    struct tlog_note n;
    struct tlog_seen seen;
    TRY(checkpoint_open(out, &n, &seen, note, v));
    bool two = n.count == 2 && seen.plain == 1 && seen.cosigned == 1 && n.sigs[0].id == v->id;
    return two && str_empty(out->extra) ? ERR_OK : ERR_PROOF;
}
