/* Makes the files of the sheet tests and dumps what was read: see make.h. */
#include "make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/zip.h"

#include <ftw.h>

int make_setup(void **state)
{
    struct make *make = calloc(1, sizeof *make);
    const char *base = getenv("TMPDIR");
    if (!make)
        return -1;
    snprintf(make->folder, sizeof make->folder, "%s/sheet-test-XXXXXX", base ? base : "/tmp");
    *state = make;
    return mkdtemp(make->folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int make_teardown(void **state)
{
    struct make *make = *state;
    nftw(make->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_free(&make->arena);
    free(make);
    return 0;
}

const char *make_path(struct make *make, const char *name)
{
    return arena_printf(&make->arena, "%s/%s", make->folder, name).data;
}

const char *make_file(struct make *make, const char *name, struct str bytes)
{
    const char *path = make_path(make, name);
    assert_int_equal(file_write_plain(path, bytes, 0600), ERR_OK);
    return path;
}

const char *make_zip(struct make *make, const char *name, const struct make_part *parts)
{
    struct zip_writer *zip;
    const char *path = make_path(make, name);
    assert_int_equal(zip_writer_open(&zip, path), ERR_OK);
    for (; parts->name; parts++)
        assert_int_equal(zip_writer_add(zip, parts->name, str_of(parts->content)), ERR_OK);
    assert_int_equal(zip_writer_close(zip), ERR_OK);
    return path;
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define TYPES "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

const char *make_xlsx(struct make *make, const char *name, const char *rows, const char *after,
                      const char *strings, const char *styles)
{
    const char *body =
        arena_printf(&make->arena, HEAD "<worksheet><sheetData>%s</sheetData>%s</worksheet>", rows,
                     after ? after : "")
            .data;
    const char *table =
        arena_printf(&make->arena, HEAD "<sst>%s</sst>", strings ? strings : "").data;
    const struct make_part parts[] = {
        {"_rels/.rels", HEAD "<Relationships><Relationship Id=\"r1\" Type=\"" TYPES
                             "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"},
        {"xl/workbook.xml", HEAD "<workbook><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"s1\" "
                                 "xmlns:r=\"r\"/></sheets></workbook>"},
        {"xl/_rels/workbook.xml.rels",
         HEAD "<Relationships><Relationship Id=\"s1\" Type=\"" TYPES
              "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"s2\" Type=\"" TYPES
              "/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/><Relationship Id=\"s3\" "
              "Type=\"" TYPES "/styles\" Target=\"./styles.xml\"/></Relationships>"},
        {"xl/worksheets/sheet1.xml", body},
        {"xl/sharedStrings.xml", table},
        {styles ? "xl/styles.xml" : NULL, styles},
        {NULL, NULL},
    };
    return make_zip(make, name, parts);
}

struct str make_bytes(struct make *make, const char *path)
{
    struct buf buf = {0};
    assert_int_equal(file_read(&buf, path, 1 << 30), ERR_OK);
    struct str bytes = arena_str(&make->arena, buf_view(&buf));
    buf_free(&buf);
    return bytes;
}

const char *make_dump(struct make *make, struct sheet *sheet)
{
    static const char marks[] = "  #%@?!";
    struct buf out = {0};
    struct sheet_row row;
    struct fault fault = {0};
    enum err err;
    while ((err = sheet_next(&row, sheet, &fault)) == ERR_OK) {
        buf_printf(&out, "%s%llu:", out.len ? ";" : "", (unsigned long long)row.number);
        for (size_t i = 0; i < row.count; i++) {
            const struct sheet_cell *cell = &row.cells[i];
            buf_cat(&out, i ? "|" : "");
            buf_cat(&out, cell->merged ? "~" : "");
            if (cell->kind > SHEET_TEXT)
                buf_char(&out, marks[cell->kind]);
            buf_str(&out, cell->text);
        }
    }
    if (err != ERR_END)
        buf_printf(&out, "ERR %s", err_code(err));
    const char *text = arena_cstr(&make->arena, buf_view(&out));
    buf_free(&out);
    return text;
}

const char *make_read(struct make *make, const char *path, const struct sheet_limits *limits)
{
    struct sheet *sheet;
    struct fault fault = {0};
    enum err err = sheet_open(&sheet, path, limits, &fault);
    if (err != ERR_OK)
        return arena_printf(&make->arena, "ERR %s", err_code(err)).data;
    const char *text = make_dump(make, sheet);
    sheet_close(sheet);
    return text;
}

void make_refused(struct make *make, const char *path, const struct sheet_limits *limits,
                  enum err err)
{
    struct sheet *sheet;
    struct sheet_row row;
    struct fault fault = {0};
    (void)make;
    enum err found = sheet_open(&sheet, path, limits, &fault);
    while (found == ERR_OK)
        found = sheet_next(&row, sheet, &fault);
    sheet_close(sheet);
    if (found != err || fault.text[0] == '\0')
        fail_msg("%s: %s (%s)", path, err_code(found), fault.text);
}
