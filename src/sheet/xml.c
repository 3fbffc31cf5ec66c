/* expat for files of strangers.
 *
 * Prefixes are cut off by hand instead of by expat's namespace mode: writers of .xlsx disagree on
 * the namespace (transitional, strict) while the local names agree, and the plain mode is faster.
 * expat's own limit on entity amplification lets megabytes pass, so any document type is refused.
 * Invariant: after the first error nothing else is reported. */
#include "sheet/xml.h"

#include <string.h>

enum { DEPTH_MAX = 64, TAG_MAX = 1 << 20 };

void xml_fail(struct xml *x, enum err err)
{
    if (x->err == ERR_OK)
        x->err = err;
    XML_StopParser(x->parser, XML_FALSE);
}

void xml_pause(struct xml *x)
{
    XML_StopParser(x->parser, XML_TRUE);
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int internal)
{
    struct xml *x = user;
    (void)name, (void)system, (void)public, (void)internal;
    xml_fail(
        x, fault_set(x->fault, ERR_DOCTYPE, "%s含有 DOCTYPE 声明，可能有害，已拒绝读取", x->what));
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attrs)
{
    struct xml *x = user;
    if (x->err != ERR_OK)
        return;
    if (++x->depth > DEPTH_MAX) {
        xml_fail(x, fault_set(x->fault, ERR_FORMAT, "%s嵌套过深，文件已损坏", x->what));
        return;
    }
    x->start(user, name, attrs);
}

static void on_end(void *user, const XML_Char *name)
{
    struct xml *x = user;
    if (x->err != ERR_OK)
        return;
    x->depth--;
    x->end(user, name);
}

enum err xml_open(struct xml *x, const char *encoding, XML_StartElementHandler start,
                  XML_EndElementHandler end, XML_CharacterDataHandler text)
{
    x->parser = XML_ParserCreate(encoding);
    if (!x->parser)
        return ERR_MEMORY;
    x->err = ERR_OK;
    x->depth = 0;
    x->fed = 0;
    x->suspended = false;
    x->start = start;
    x->end = end;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    return ERR_OK;
}

void xml_close(struct xml *x)
{
    if (x->parser)
        XML_ParserFree(x->parser);
    x->parser = NULL;
}

/* What expat's answer means. */
static enum err settle(struct xml *x, enum XML_Status status)
{
    x->suspended = status == XML_STATUS_SUSPENDED;
    if (x->err != ERR_OK)
        return x->err;
    if (status == XML_STATUS_ERROR) {
        enum XML_Error code = XML_GetErrorCode(x->parser);
        if (code == XML_ERROR_NO_MEMORY)
            return x->err = ERR_MEMORY;
        return x->err = fault_set(x->fault, ERR_FORMAT, "%s第 %lu 行不是正确的 XML，文件已损坏",
                                  x->what, (unsigned long)XML_GetCurrentLineNumber(x->parser));
    }
    XML_Index at = XML_GetCurrentByteIndex(x->parser);
    if (!x->suspended && at >= 0 && x->fed > (uint64_t)at + TAG_MAX)
        return x->err = fault_set(x->fault, ERR_LIMIT, "%s中有过长的标记，未读取", x->what);
    return ERR_OK;
}

enum err xml_feed(struct xml *x, struct str piece, bool last)
{
    if (x->err != ERR_OK)
        return x->err;
    x->fed += piece.len;
    return settle(x, XML_Parse(x->parser, piece.data ? piece.data : "", (int)piece.len, last));
}

enum err xml_resume(struct xml *x)
{
    if (x->err != ERR_OK)
        return x->err;
    return settle(x, XML_ResumeParser(x->parser));
}

const char *xml_local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xml_attr(const char **attrs, const char *local)
{
    for (; attrs[0]; attrs += 2)
        if (strcmp(xml_local(attrs[0]), local) == 0)
            return attrs[1];
    return NULL;
}
