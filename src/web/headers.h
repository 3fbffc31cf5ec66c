/* The headers of an answer: the same protection on every one (SECURITY.md WB1-WB3), and what its
 * page asks for. */
#ifndef WEB_HEADERS_H
#define WEB_HEADERS_H

#include "web/page.h"

struct MHD_Response;

/* close: the connection ends with this answer. A header that has no memory is left out, as the
 * library leaves it. */
void web_headers_add(struct MHD_Response *response, const struct web_page *page,
                     enum web_encoding encoding, bool close);

#endif
