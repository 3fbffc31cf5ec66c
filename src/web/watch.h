/* Deadlines of connections (SECURITY.md AV2): a client that sends its request byte by byte is cut
 * off, however steadily it sends; the library's own timeout only knows silence. Thread-safe. */
#ifndef WEB_WATCH_H
#define WEB_WATCH_H

#include "base/err.h"

#include <stdint.h>

struct web_watch;

/* Starts the thread that looks once a second. ERR_MEMORY. */
MUST enum err web_watch_start(struct web_watch **out);
/* NULL is allowed. */
void web_watch_stop(struct web_watch *watch);
/* From now on the socket has this many seconds; 0: as long as it likes. A socket must be given 0
 * before it is closed. */
void web_watch_set(struct web_watch *watch, int fd, unsigned seconds);

#endif
