/* What differs between two texts, line by line, and between two lines, word by word: the fewest
 * pieces taken out and put in that turn one into the other (E. W. Myers, An O(ND) Difference
 * Algorithm, 1986). For texts of some thousand lines; where more than DIFF_MOST lines differ, all
 * between the common beginning and the common end is told as taken out and put in, which is true,
 * though not the fewest. */
#ifndef BASE_DIFF_H
#define BASE_DIFF_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { DIFF_MOST = 800, DIFF_WORDS_MOST = 100 };

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

struct diff_line {
    enum diff_kind kind;
    struct str text; /* without its line end; borrowed from the texts */
};
/* The lines of both in their order; of those that differ the removed stand before the added. A line
 * ends with \n or \r\n; an empty text has no line. Memory comes from arena. ERR_MEMORY. */
MUST enum err diff_lines(struct diff_line **out, size_t *count, struct arena *arena, struct str old,
                         struct str new);

/* For each line of diff_lines the place of the line that it became or was, SIZE_MAX where there is
 * none: of the removed and the added of one run those are taken together, in their order, that
 * begin and end most alike. partner has room for count. */
void diff_partners(size_t *partner, const struct diff_line *lines, size_t count);
/* What differs between two lines, as diff_lines tells it of texts; neighbours of one kind are one
 * piece. A word is a number or a run of Latin letters, else one character. Beyond DIFF_WORDS_MOST
 * words all between the common beginning and the common end differ. Memory comes from arena.
 * ERR_MEMORY. */
MUST enum err diff_words(struct diff_line **out, size_t *count, struct arena *arena, struct str old,
                         struct str new);

#endif
