/* Compressing replies: gzip and brotli, pages on the way and files once. */
#ifndef WEB_ENCODE_H
#define WEB_ENCODE_H

#include "web/frame.h"

enum web_encoding { WEB_IDENTITY, WEB_GZIP, WEB_BROTLI, WEB_ENCODINGS };

/* "gzip", "br"; NULL for identity. */
const char *web_encoding_name(enum web_encoding encoding);
/* The best encoding that an Accept-Encoding value allows (RFC 9110 12.5.3; q=0 refuses). */
enum web_encoding web_encoding_pick(struct str accept);
/* True for types that shrink: text, JSON, XML, SVG, JavaScript. */
bool web_encoding_worth(struct str type, size_t len);
/* Appends the encoded bytes: slow and small, for files that are packed once. ERR_MEMORY. */
MUST enum err web_encode_file(struct buf *out, enum web_encoding encoding, struct str plain);
/* Appends a part of a gzip'ed text: deflate blocks that end on a byte, refer to nothing before them
 * and are not the last (RFC 1951 3.2.3). ERR_MEMORY. */
MUST enum err web_encode_part(struct buf *out, struct str plain);

/* Packs pages on their way, fast: gzip by ISA-L with one code for all pages, made from the first of
 * them; what it works in is kept between pages, one room a thread that packs at once. Thread-safe.
 */
struct web_packer;
MUST enum err web_packer_open(struct web_packer **out);
/* NULL is allowed. */
void web_packer_close(struct web_packer *packer);
/* Appends the encoded bytes; nothing where they would be more than the plain ones. ERR_MEMORY.
 * framed: with a frame its parts go in as they were packed, which takes half the
 * time and a fifth more bytes; NULL or without a frame all is packed as one. */
MUST enum err web_pack(struct buf *out, struct web_packer *packer, enum web_encoding encoding,
                       struct str plain, const struct web_framed *framed);

#endif
