/* Compressing replies: gzip by libdeflate, brotli by libbrotlienc. Pure. */
#ifndef WEB_ENCODE_H
#define WEB_ENCODE_H

#include "base/buf.h"

enum web_encoding { WEB_IDENTITY, WEB_GZIP, WEB_BROTLI, WEB_ENCODINGS };

/* "gzip", "br"; NULL for identity. */
const char *web_encoding_name(enum web_encoding encoding);
/* The best encoding that an Accept-Encoding value allows (RFC 9110 12.5.3; q=0 refuses). */
enum web_encoding web_encoding_pick(struct str accept);
/* True for types that shrink: text, JSON, XML, SVG, JavaScript. */
bool web_encoding_worth(struct str type, size_t len);
/* Appends the encoded bytes. best: slow and small, for files that are encoded once. ERR_MEMORY,
 * ERR_IO. */
MUST enum err web_encode(struct buf *out, enum web_encoding encoding, struct str plain, bool best);

#endif
