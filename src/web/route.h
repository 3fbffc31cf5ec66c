/* Which row of the route table answers a path. Pure. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "base/net.h"
#include "web/request.h"

enum { WEB_CAPTURES_MAX = 8 };

/* Finds the row for request->method (HEAD counts as GET) and request->path and sets
 * request->captures. NULL: none; then *status is 404, or 405 when another method would do. */
const struct web_route *web_route_find(struct web_request *request, int *status,
                                       const struct web_route *routes);

/* Is the request's path one that this client shall not even know of: under `closed` (NULL: nothing
 * is), and the client in none of the networks of `but` (NULL: no client is) (AC10)? */
bool web_route_closed(const struct web_request *request, const char *closed,
                      const struct net_list *but);

#endif
