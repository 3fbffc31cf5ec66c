/* Files for the sheet tests, made on the spot in a private folder that is removed at the end. */
#ifndef TEST_SHEET_MAKE_H
#define TEST_SHEET_MAKE_H

#include "base/arena.h"
#include "base/str.h"
#include "sheet/reader.h"

/* A folder for one test program. */
struct make {
    char folder[256];
    struct arena arena;
};

struct make_part {
    const char *name;
    const char *content;
};

/* cmocka group fixtures: *state becomes a struct make. */
int make_setup(void **state);
int make_teardown(void **state);
/* The path of a file in the folder. */
const char *make_path(struct make *make, const char *name);
/* Writes bytes to a file and returns its path. */
const char *make_file(struct make *make, const char *name, struct str bytes);
/* Writes a zip of these parts (ends with name NULL). */
const char *make_zip(struct make *make, const char *name, const struct make_part *parts);
/* An .xlsx with one worksheet of this XML inside <sheetData>, `after` behind it, these shared
 * strings (<si> elements) and styles (whole part); the last three may be NULL. */
const char *make_xlsx(struct make *make, const char *name, const char *rows, const char *after,
                      const char *strings, const char *styles);
/* Bytes of a file made before, in the arena. */
struct str make_bytes(struct make *make, const char *path);

/* All rows of the selected sheet as text: "1:A|B;2:C", merged cells with '~' before, kinds other
 * than text as #N(umber) %P(ercent) @D(ate) ?B(ool) !E(rror); "ERR code" when reading fails. */
const char *make_dump(struct make *make, struct sheet *sheet);
/* Opens, dumps, closes. */
const char *make_read(struct make *make, const char *path, const struct sheet_limits *limits);
/* Expects opening or reading `path` to fail with `err` and words. */
void make_refused(struct make *make, const char *path, const struct sheet_limits *limits,
                  enum err err);

#endif
