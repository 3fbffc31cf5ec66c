/* What pages have in common: see frame.h. */
#include "web/frame.h"

#include "web/encode.h"

#include <stdlib.h>

struct web_frame {
    _Atomic unsigned refs;
    struct buf texts[WEB_FRAME_PARTS];
    struct buf packed[WEB_FRAME_PARTS];
};

static enum err frame_fill(struct web_frame *frame, const struct str texts[WEB_FRAME_PARTS])
{
    for (size_t i = 0; i < WEB_FRAME_PARTS; i++) {
        buf_str(&frame->texts[i], texts[i]);
        TRY(buf_err(&frame->texts[i]));
        TRY(web_encode_part(&frame->packed[i], texts[i]));
        buf_fit(&frame->packed[i]);
    }
    return ERR_OK;
}

enum err web_frame_make(struct web_frame **out, const struct str texts[WEB_FRAME_PARTS])
{
    struct web_frame *frame = calloc(1, sizeof *frame);
    if (frame == NULL)
        return ERR_MEMORY;
    frame->refs = 1;
    enum err err = frame_fill(frame, texts);
    if (err == ERR_OK)
        *out = frame;
    else
        web_frame_release(frame);
    return err;
}

struct web_frame *web_frame_hold(struct web_frame *frame)
{
    frame->refs++;
    return frame;
}

void web_frame_release(struct web_frame *frame)
{
    if (frame == NULL || --frame->refs > 0)
        return;
    for (size_t i = 0; i < WEB_FRAME_PARTS; i++) {
        buf_free(&frame->texts[i]);
        buf_free(&frame->packed[i]);
    }
    free(frame);
}

struct str web_frame_text(const struct web_frame *frame, size_t part)
{
    return buf_view(&frame->texts[part]);
}

struct str web_frame_packed(const struct web_frame *frame, size_t part)
{
    return buf_view(&frame->packed[part]);
}

void web_framed_drop(struct web_framed *framed)
{
    web_frame_release(framed->frame);
    framed->frame = NULL;
}
