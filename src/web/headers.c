/* Headers: see headers.h. */
#include "web/headers.h"

#include <microhttpd.h>
#include <stdio.h>

static const char *const headers_always[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Strict-Transport-Security", "max-age=63072000; includeSubDomains"},
};

/* What a page may load; a file that is downloaded is no page, whatever is in it (IN9). */
static const char headers_page[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'";
static const char headers_file[] = "sandbox; default-src 'none'; frame-ancestors 'none'";

static void headers_cache(struct MHD_Response *response, const struct web_page *page)
{
    char text[64];
    const char *value = "no-cache";
    if (page->no_store)
        value = "no-store";
    else if (page->immutable)
        value = "public, max-age=31536000, immutable";
    if (page->max_age > 0 && !page->no_store && !page->immutable) {
        snprintf(text, sizeof text, "public, max-age=%u", page->max_age);
        value = text;
    }
    MHD_add_response_header(response, "Cache-Control", value);
}

/* Content-Disposition with a name of any language (RFC 6266, RFC 8187). */
static void headers_download(struct MHD_Response *response, const char *name)
{
    struct buf text = {0};
    buf_cat(&text, "attachment; filename*=UTF-8''");
    for (const char *c = name; *c != '\0'; c++) {
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                     (*c >= 'A' && *c <= 'Z') || *c == '.' || *c == '-' || *c == '_';
        if (plain)
            buf_char(&text, *c);
        else
            buf_printf(&text, "%%%02X", (unsigned)(unsigned char)*c);
    }
    MHD_add_response_header(response, "Content-Disposition", buf_cstr(&text));
    buf_free(&text);
}

/* A strong tag for the plain bytes; a weak one for packed ones, which may be packed anew another
 * way (RFC 9110 8.8.1). */
static void headers_tag(struct MHD_Response *response, const struct web_page *page,
                        enum web_encoding encoding)
{
    static const char *const forms[WEB_ENCODINGS] = {"", "-g", "-b"};
    char text[WEB_ETAG + 8];
    if (page->etag[0] == '\0')
        return;
    snprintf(text, sizeof text, "%s\"%s%s\"", encoding != WEB_IDENTITY ? "W/" : "", page->etag,
             forms[encoding]);
    MHD_add_response_header(response, "ETag", text);
}

/* What few pages ask for. */
static void headers_rare(struct MHD_Response *response, const struct web_page *page)
{
    char text[16];
    if (page->location != NULL)
        MHD_add_response_header(response, "Location", page->location);
    if (page->cookie != NULL)
        MHD_add_response_header(response, "Set-Cookie", page->cookie);
    if (page->download != NULL)
        headers_download(response, page->download);
    if (page->refresh > 0) {
        snprintf(text, sizeof text, "%u", page->refresh);
        MHD_add_response_header(response, "Refresh", text);
    }
    if (page->open_data)
        MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
    if (page->forget)
        MHD_add_response_header(response, "Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
    if (page->status == 503 || page->status == 429)
        MHD_add_response_header(response, "Retry-After", "2");
    if (page->status == 405)
        MHD_add_response_header(response, "Allow", "GET, HEAD, POST");
}

void web_headers_add(struct MHD_Response *response, const struct web_page *page,
                     enum web_encoding encoding, bool close)
{
    for (size_t i = 0; i < sizeof headers_always / sizeof headers_always[0]; i++)
        MHD_add_response_header(response, headers_always[i][0], headers_always[i][1]);
    MHD_add_response_header(response, "Content-Security-Policy",
                            page->download != NULL ? headers_file : headers_page);
    MHD_add_response_header(response, "Content-Type", page->type);
    headers_cache(response, page);
    headers_tag(response, page, encoding);
    if (page->path == NULL)
        MHD_add_response_header(response, "Vary", "Accept-Encoding, Accept-Language");
    if (close)
        MHD_add_response_header(response, "Connection", "close");
    if (encoding != WEB_IDENTITY)
        MHD_add_response_header(response, "Content-Encoding", web_encoding_name(encoding));
    headers_rare(response, page);
}
