/* The datasets of open data, as their files (open.c) and their catalogue (catalog.c) know them. */
#ifndef PAGE_OPEN_H
#define PAGE_OPEN_H

#include "page/page.h"
#include "sheet/writer.h"

enum { OPEN_COLUMNS = 16, OPEN_YEARS = 6, OPEN_SETS = 8, OPEN_FORMATS = 3 };

struct open_file;

/* A dataset: its name in addresses, its label, what a row of it is, its keywords (cut by commas),
 * its columns, and how its rows of a year are written. */
struct open_set {
    const char *name;
    const char *label;
    const char *about;
    const char *keywords;
    size_t count;
    struct sheet_column columns[OPEN_COLUMNS];
    enum err (*walk)(struct open_file *f);
    bool yearly;
};

struct open_format {
    const char *ending;
    const char *type;
    enum sheet_format format;
};

extern const struct open_set open_sets[OPEN_SETS];
extern const struct open_format open_formats[OPEN_FORMATS];

/* Which years of a set have rows: bit N is the year `newest` - N. */
MUST enum err open_years(unsigned *out, struct page *p, const struct open_set *set, int newest);
/* The address of a set's file without its ending; year 0: it has none. data NULL: no memory. */
struct str open_base(struct arena *arena, const struct open_set *set, int year);
/* How many bytes a file has that stands ready and is up to date; -1 for one still to be made. */
int64_t open_size(struct page *p, const struct open_set *set, int year,
                  const struct open_format *format);

#endif
