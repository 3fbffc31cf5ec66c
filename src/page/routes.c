/* The portal's route table: no row, no service. WEB_BLOCK stands wherever a handler reads the
 * database or the disk, WEB_CACHED where everybody gets the same bytes until something is
 * published, WEB_LIMITED where one request costs much (SECURITY.md AV1). */
#include "page/desk.h"

enum {
    ROUTES_FEEDBACK = 16384,
    ROUTES_PAGE = WEB_BLOCK | WEB_CACHED,
    ROUTES_DESK = 65536 /* bytes of a form of the workbench */
};

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
    /* The workbench: who may come in stands in the last column. */
    {WEB_GET, "/desk/sign-in", desk_sign_in, WEB_BLOCK, 0, "desk-sign-in", 0},
    {WEB_POST, "/desk/sign-in", desk_sign_in_post, WEB_HEAVY, 2 * ROUTES_DESK, "desk-sign-in-post",
     0},
    {WEB_GET, "/desk/setup", desk_setup, WEB_BLOCK, 0, "desk-setup", 0},
    {WEB_POST, "/desk/setup", desk_setup_post, WEB_HEAVY | WEB_LIMITED, ROUTES_DESK,
     "desk-setup-post", 0},
    {WEB_GET, "/desk", desk_home, WEB_BLOCK, 0, "desk-home", DESK_PERMIT(SELF)},
    {WEB_POST, "/desk/large", desk_large, WEB_BLOCK, ROUTES_DESK, "desk-large", DESK_PERMIT(SELF)},
    {WEB_POST, "/desk/sign-out", desk_sign_out, WEB_BLOCK, ROUTES_DESK, "desk-sign-out",
     DESK_PERMIT(SELF)},
    {WEB_GET, "/desk/password", desk_password, WEB_BLOCK, 0, "desk-password", DESK_PERMIT(SELF)},
    {WEB_POST, "/desk/password", desk_password_post, WEB_HEAVY, ROUTES_DESK, "desk-password-post",
     DESK_PERMIT(SELF)},
    {WEB_GET, "/desk/sessions", desk_sessions, WEB_BLOCK, 0, "desk-sessions", DESK_PERMIT(SELF)},
    {WEB_POST, "/desk/sessions/end", desk_sessions_end, WEB_BLOCK, ROUTES_DESK, "desk-sessions-end",
     DESK_PERMIT(SELF)},
    {WEB_GET, NULL, NULL, 0, 0, NULL, 0},
};
