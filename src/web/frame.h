/* What many pages have around what is their own (the site's head, menu and foot): its text in three
 * parts, and each packed by itself, once. A page says where in its body they stand (struct
 * web_framed), so that only its own text is packed when it is sent (encode.h). Shared by reference
 * between threads; its bytes never change. */
#ifndef WEB_FRAME_H
#define WEB_FRAME_H

#include "base/buf.h"

enum { WEB_FRAME_PARTS = 3 };

struct web_frame;

/* Copies the texts and packs them; one reference. ERR_MEMORY. */
MUST enum err web_frame_make(struct web_frame **out, const struct str texts[WEB_FRAME_PARTS]);
/* One more reference; gives the frame back. */
struct web_frame *web_frame_hold(struct web_frame *frame);
/* One reference less; frees the last. NULL is allowed. */
void web_frame_release(struct web_frame *frame);
struct str web_frame_text(const struct web_frame *frame, size_t part);
/* Deflate blocks that end on a byte and refer to nothing before them (RFC 1951). */
struct str web_frame_packed(const struct web_frame *frame, size_t part);

/* A body's frame: the bytes from at[i] on are those of part i. */
struct web_framed {
    struct web_frame *frame; /* NULL: none; one reference */
    size_t at[WEB_FRAME_PARTS];
};
/* Gives the reference back: the body is its own from now on. */
void web_framed_drop(struct web_framed *framed);

#endif
