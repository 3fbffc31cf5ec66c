/* Routes: see route.h. */
#include "web/route.h"

/* Matches one pattern; captures get names and values. "{name*}" takes the rest of the path. */
static bool route_match(struct web_pair *captures, size_t *count, struct str pattern,
                        struct str path)
{
    struct str want;
    struct str have;
    *count = 0;
    while (str_cut(&want, &pattern, '/')) {
        bool open = want.len > 2 && want.data[0] == '{';
        bool rest = open && want.data[want.len - 2] == '*';
        if (path.data == NULL)
            return false;
        have = path;
        if (rest)
            path = str_range(NULL, 0);
        else
            (void)str_cut(&have, &path, '/');
        if (!open && !str_eq(want, have))
            return false;
        if (!open)
            continue;
        if (have.len == 0 || *count == WEB_CAPTURES_MAX)
            return false;
        captures[(*count)++] = (struct web_pair){str_sub(want, 1, want.len - (rest ? 3 : 2)), have};
    }
    return path.data == NULL;
}

const struct web_route *web_route_find(struct web_request *request, int *status,
                                       const struct web_route *routes)
{
    enum web_method method = request->method == WEB_HEAD ? WEB_GET : request->method;
    struct web_pair *captures = arena_array(request->arena, WEB_CAPTURES_MAX, sizeof *captures);
    size_t count = 0;
    *status = captures != NULL ? 404 : 503;
    for (const struct web_route *r = routes; captures != NULL && r->pattern != NULL; r++) {
        if (!route_match(captures, &count, str_of(r->pattern), request->path))
            continue;
        if (r->method != method) {
            *status = 405;
            continue;
        }
        request->captures = captures;
        request->capture_count = count;
        return r;
    }
    return NULL;
}

bool web_route_closed(const struct web_request *request, const char *closed,
                      const struct net_list *but)
{
    struct str head = str_of(closed != NULL ? closed : "");
    struct str next = str_sub(request->path, head.len, 1);
    if (head.len == 0 || !str_starts(request->path, head) || (next.len > 0 && next.data[0] != '/'))
        return false;
    return but == NULL || !net_list_holds(but, request->client);
}
