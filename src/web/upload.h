/* Forms with a file (multipart/form-data): the file streams into a temporary file, never into
 * memory; the few other fields are kept like those of any form (WEB_UPLOAD). libmicrohttpd's post
 * processor takes the form apart. Private to the room. */
#ifndef WEB_UPLOAD_H
#define WEB_UPLOAD_H

#include "web/request.h"

struct MHD_Connection;

/* One form on its way in. */
struct web_sink;
/* Opens the temporary file of an admitted form. ERR_FORMAT when the request is no such form; those
 * of making a file. Everything but the file lives in the arena. */
MUST enum err web_sink_open(struct web_sink **out, struct MHD_Connection *connection,
                            const struct web_admission *admission, struct arena *arena);
/* Takes a piece of the body. 0, or the status of a refusal: 400, 413, 507. */
int web_sink_take(struct web_sink *sink, const char *data, size_t size);
/* The body is complete: fills the request's fields and upload. 0, or the status of a refusal. */
int web_sink_end(struct web_sink *sink, struct web_request *request);
/* Ends it; the file is removed unless a handler moved it away. NULL is allowed. */
void web_sink_close(struct web_sink *sink);

#endif
