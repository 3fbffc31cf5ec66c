/* UTF-8: strict validation, stepping, and the normal forms in which texts are compared (Unicode
 * normalisation by libunistring). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Strict (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF, nothing cut off. */
bool utf8_valid(struct str s);
/* Bytes of the longest valid beginning of s. */
size_t utf8_valid_len(struct str s);
/* Takes one character off *rest. ERR_END when empty, ERR_UTF8 when it begins with none (*rest is
 * then unchanged). */
MUST enum err utf8_next(uint32_t *cp, struct str *rest);
/* Appends cp; not a scalar value: U+FFFD. */
void utf8_add(struct buf *out, uint32_t cp);
/* How many characters valid text holds. */
size_t utf8_count(struct str s);

/* Control (category Cc: C0 with TAB and line breaks, DEL, C1). */
bool utf8_is_control(uint32_t cp);
/* A format character that can hide or reorder text or break a line: bidi marks, embeddings,
 * overrides and isolates, U+2028, U+2029. */
bool utf8_is_deceptive(uint32_t cp);
/* Whether s holds a control character (utf8_is_control) or is not valid UTF-8. PROTOCOL.md:
 * "text is UTF-8, NFC, without control characters". */
bool utf8_has_control(struct str s);
/* Whether s holds a control or a deceptive character, or is not valid UTF-8. */
bool utf8_has_deceptive(struct str s);

/* Normal form C. *out may be s itself when nothing changes, else it is in a. ERR_UTF8, ERR_MEMORY.
 */
MUST enum err utf8_nfc(struct str *out, struct arena *a, struct str s);
/* NFKC with case folding, for comparing headings and user names (SECURITY.md ID1): full-width
 * letters, compatibility forms and capitals fall together. Same ownership and errors. */
MUST enum err utf8_nfkc_fold(struct str *out, struct arena *a, struct str s);
/* Full-width ASCII (U+FF01-FF5E) and the ideographic space become ASCII, nothing else changes.
 * Same ownership and errors. */
MUST enum err utf8_halfwidth(struct str *out, struct arena *a, struct str s);

#endif
