/* Merged areas of a worksheet, which stand behind its rows in the file, yet are needed while rows
 * are read: the element is looked for in the bytes, and only it is parsed.
 *
 * Invariant: bytes are looked at once, in pieces of any size, and nothing but the element is kept.
 */
#include "sheet/xlsx_rows.h"

#include <stdio.h>
#include <string.h>

/* Where <mergeCells or <x:mergeCells starts, -1 if nowhere. In text '<' is always escaped. */
static ptrdiff_t find_mark(struct str s)
{
    for (size_t from = 0; from < s.len;) {
        ptrdiff_t at = str_find(str_sub(s, from, s.len), STR("mergeCells"));
        if (at < 0)
            return -1;
        size_t start = from + (size_t)at,
               low = start > FINDER_PREFIX_MAX ? start - FINDER_PREFIX_MAX : 0;
        from = start + 1;
        while (start > low && !strchr("<> \"", s.data[start - 1]))
            start--;
        if (start > 0 && s.data[start - 1] == '<')
            return (ptrdiff_t)start - 1;
    }
    return -1;
}

/* Begins to keep the element that starts at `start`. */
static void finder_start(struct merge_finder *finder, struct str start)
{
    size_t name = 1;
    while (name < start.len && name <= FINDER_PREFIX_MAX + 10 &&
           !strchr("/> \t\r\n", start.data[name]))
        name++;
    int len = snprintf(finder->tag, sizeof finder->tag, "</%.*s>", (int)name - 1, start.data + 1);
    finder->close = str_range(finder->tag, (size_t)len);
    buf_str(&finder->tail, start);
}

/* Looks for the end of the element in what was added last. */
static void finder_end(struct merge_finder *finder)
{
    struct str fresh = str_sub(buf_view(&finder->tail), finder->scanned, finder->tail.len);
    ptrdiff_t end = str_find(fresh, finder->close);
    finder->done = end >= 0;
    if (finder->done)
        finder->tail.len = finder->scanned + (size_t)end + finder->close.len;
    else if (fresh.len > finder->close.len)
        finder->scanned += fresh.len - finder->close.len;
}

/* Looks at the next piece. Before the start is found only the last bytes are kept, in case the
 * start lies across two pieces. */
void finder_feed(struct merge_finder *finder, struct str piece)
{
    if (finder->done)
        return;
    buf_str(&finder->tail, piece);
    if (finder->close.len == 0) {
        struct buf seen = finder->tail;
        ptrdiff_t at = find_mark(buf_view(&seen));
        struct str rest = str_sub(buf_view(&seen), at >= 0 ? (size_t)at : 0, seen.len);
        size_t keep = rest.len < 2 * FINDER_PREFIX_MAX ? rest.len : 2 * FINDER_PREFIX_MAX;
        finder->tail = (struct buf){0};
        if (at >= 0)
            finder_start(finder, rest);
        else
            buf_str(&finder->tail, str_sub(rest, rest.len - keep, keep));
        buf_free(&seen);
    }
    if (finder->close.len > 0)
        finder_end(finder);
}

/* The same over a whole worksheet, without copying it. */
void finder_whole(struct merge_finder *finder, struct str whole)
{
    ptrdiff_t at = find_mark(whole);
    if (at < 0)
        return;
    finder_start(finder, str_sub(whole, (size_t)at, whole.len));
    finder_end(finder);
}

struct merge_parser {
    struct xml xml;
    struct sheet *sheet;
};

static void on_merge(void *user, const char *name, const char **attrs)
{
    struct merge_parser *p = user;
    struct merge merge;
    if (strcmp(xml_local(name), "mergeCell") != 0)
        return;
    const char *ref = xml_attr(attrs, "ref");
    enum err err = ERR_OK;
    if (!ref || !range_parse(&merge, str_of(ref)))
        err =
            fault_set(p->xml.fault, ERR_FORMAT, "合并单元格“%s”不正确，文件已损坏", ref ? ref : "");
    else
        err = merges_add(p->sheet, &merge);
    if (err != ERR_OK)
        xml_fail(&p->xml, err);
}

static void ignore_end(void *user, const char *name)
{
    (void)user, (void)name;
}

/* Parses the element that the finder kept. */
enum err finder_load(struct sheet *sheet, struct merge_finder *finder, struct fault *fault)
{
    TRY(buf_err(&finder->tail));
    if (!finder->done)
        return ERR_OK;
    struct merge_parser p = {.sheet = sheet, .xml = {.fault = fault, .what = "工作表"}};
    TRY(xml_open(&p.xml, "UTF-8", on_merge, ignore_end, NULL));
    enum err err = xml_feed(&p.xml, buf_view(&finder->tail), true);
    xml_close(&p.xml);
    merges_sort(&sheet->merges);
    return err;
}
