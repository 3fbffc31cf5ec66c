/* The portal's route table: no row, no service. WEB_BLOCK stands wherever a handler reads the
 * database or the disk, WEB_CACHED where everybody gets the same bytes until something is
 * published, WEB_LIMITED where one request costs much (SECURITY.md AV1). */
#include "page/page.h"

enum { ROUTES_FEEDBACK = 16384, ROUTES_PAGE = WEB_BLOCK | WEB_CACHED };

const struct web_route page_routes[] = {
    {WEB_GET, "/", page_front, ROUTES_PAGE, 0, "front", 0},
    {WEB_GET, "/search", page_search, ROUTES_PAGE | WEB_LIMITED, 0, "search", 0},
    {WEB_GET, "/business/{id}", page_business, ROUTES_PAGE, 0, "business", 0},
    {WEB_GET, "/results", page_results_list, ROUTES_PAGE, 0, "results", 0},
    {WEB_GET, "/draws", page_draws, ROUTES_PAGE, 0, "draws", 0},
    {WEB_GET, "/draws/{number}", page_draw, ROUTES_PAGE, 0, "draw", 0},
    {WEB_GET, "/tasks", page_tasks, ROUTES_PAGE, 0, "tasks", 0},
    {WEB_GET, "/tasks/{number}", page_task, ROUTES_PAGE, 0, "task", 0},
    {WEB_GET, "/items", page_items, ROUTES_PAGE, 0, "items", 0},
    {WEB_GET, "/items/{code}", page_item, ROUTES_PAGE, 0, "item", 0},
    {WEB_GET, "/statistics", page_statistics, ROUTES_PAGE, 0, "statistics", 0},
    {WEB_GET, "/how", page_how, WEB_CACHED, 0, "how", 0},
    {WEB_GET, "/verify", page_verify, ROUTES_PAGE, 0, "verify", 0},
    {WEB_GET, "/sitemap", page_sitemap, WEB_CACHED, 0, "sitemap", 0},
    {WEB_GET, "/sitemap.xml", page_sitemap_xml, WEB_FAST, 0, "sitemap-xml", 0},
    {WEB_GET, "/robots.txt", page_robots, WEB_FAST, 0, "robots", 0},
    {WEB_GET, "/feedback", page_feedback, WEB_FAST, 0, "feedback", 0},
    {WEB_POST, "/feedback", page_feedback_post, WEB_BLOCK | WEB_LIMITED, ROUTES_FEEDBACK,
     "feedback-post", 0},
    {WEB_GET, "/open", page_open, WEB_CACHED, 0, "open", 0},
    {WEB_GET, "/open/{name}", page_open_file, WEB_BLOCK | WEB_LIMITED, 0, "open-file", 0},
    {WEB_GET, "/open/bundles/{name}", page_bundle, WEB_BLOCK, 0, "bundle", 0},
    {WEB_GET, "/catalog.jsonld", page_catalog, WEB_FAST, 0, "catalog", 0},
    {WEB_GET, "/log/checkpoint", page_log_checkpoint, WEB_BLOCK, 0, "log-checkpoint", 0},
    {WEB_GET, "/log/tile/{path*}", page_log_tile, WEB_BLOCK, 0, "log-tile", 0},
    {WEB_GET, "/static/{name}", page_static, WEB_FAST, 0, "static", 0},
    {WEB_GET, "/healthz", page_health, WEB_BLOCK, 0, "health", 0},
    {WEB_GET, NULL, NULL, 0, 0, NULL, 0},
};
