/* Base64, RFC 4648 section 4, strict in reading. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Characters that encode len bytes, padding included. */
#define BASE64_SIZE(len) (((len) + 2) / 3 * 4)

/* Appends the padded encoding. */
void base64_encode(struct buf *out, const uint8_t *data, size_t len);
/* Decodes the one canonical form only: missing padding, set bits behind the last byte, blanks or
 * line breaks are ERR_INPUT; more than cap bytes ERR_LIMIT. *len gets the number of bytes. */
MUST enum err base64_decode(uint8_t *out, size_t cap, size_t *len, struct str s);
/* Decodes exactly size bytes, else ERR_INPUT. */
MUST enum err base64_decode_exact(uint8_t *out, size_t size, struct str s);

#endif
