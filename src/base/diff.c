/* Lines that differ: see diff.h.
 *
 * Looked at first: libgit2 (git_diff_buffers), which is well kept and in Debian, but brings HTTP
 * and TLS, SSH and a repository format into the program for this one function; libxdiff, from which
 * it comes, is not packaged by itself. */
#include "base/diff.h"

#include "base/utf8.h"

#include <stdint.h>

struct diff_text {
    struct str *lines;
    size_t count;
};

/* old[0..n) against new[0..m), the common beginning and end taken off; step d of the search keeps
 * how far each diagonal -d..d had come. */
struct diff_work {
    struct arena *arena;
    const struct str *old;
    const struct str *new;
    ptrdiff_t n;
    ptrdiff_t m;
    ptrdiff_t most;                  /* steps, at most DIFF_MOST */
    ptrdiff_t *reach[DIFF_MOST + 1]; /* of 2 d + 1 diagonals, the lowest first */
};

static enum err diff_split(struct diff_text *out, struct arena *arena, struct str text)
{
    struct str rest = text;
    struct str line;
    size_t most = 1;
    for (size_t i = 0; i < text.len; i++)
        most += text.data[i] == '\n';
    out->count = 0;
    out->lines = arena_array(arena, most, sizeof *out->lines);
    if (out->lines == NULL)
        return ERR_MEMORY;
    while (rest.len > 0) {
        if (!str_cut(&line, &rest, '\n'))
            break;
        if (str_ends(line, STR("\r")))
            line.len--;
        out->lines[out->count++] = line;
    }
    return ERR_OK;
}

/* How far diagonal k had come after d steps. */
static ptrdiff_t diff_at(const struct diff_work *w, ptrdiff_t d, ptrdiff_t k)
{
    return w->reach[d][k + d];
}

/* Whether the furthest way to diagonal k in step d puts a line in (it comes from k + 1), else it
 * takes one out. */
static bool diff_adds(const struct diff_work *w, ptrdiff_t d, ptrdiff_t k)
{
    if (k == -d)
        return true;
    return k != d && diff_at(w, d - 1, k - 1) < diff_at(w, d - 1, k + 1);
}

/* Where diagonal k of step d begins, before its equal lines. */
static ptrdiff_t diff_begin(const struct diff_work *w, ptrdiff_t d, ptrdiff_t k)
{
    if (d == 0)
        return 0;
    return diff_adds(w, d, k) ? diff_at(w, d - 1, k + 1) : diff_at(w, d - 1, k - 1) + 1;
}

/* One step of all diagonals; *met when one has come to both ends. A way that ran out of one text
 * goes on beyond it and meets nothing. */
static enum err diff_step(bool *met, struct diff_work *w, ptrdiff_t d)
{
    w->reach[d] = arena_array(w->arena, (size_t)(2 * d + 1), sizeof *w->reach[d]);
    if (w->reach[d] == NULL)
        return ERR_MEMORY;
    for (ptrdiff_t k = -d; k <= d && !*met; k += 2) {
        ptrdiff_t x = diff_begin(w, d, k);
        while (x < w->n && x - k < w->m && str_eq(w->old[x], w->new[x - k]))
            x++;
        w->reach[d][k + d] = x;
        *met = x == w->n && x - k == w->m;
    }
    return ERR_OK;
}

static void diff_put(struct diff_line *out, size_t *at, enum diff_kind kind, struct str text)
{
    out[--*at] = (struct diff_line){kind, text};
}

/* The way back from both ends, written from the end of `out` on. */
static void diff_back(struct diff_line *out, size_t *at, const struct diff_work *w, ptrdiff_t d)
{
    ptrdiff_t x = w->n;
    ptrdiff_t y = w->m;
    for (; d >= 0; d--) {
        ptrdiff_t k = x - y;
        ptrdiff_t begin = diff_begin(w, d, k);
        for (; x > begin; x--, y--)
            diff_put(out, at, DIFF_SAME, w->old[x - 1]);
        if (d > 0 && diff_adds(w, d, k))
            diff_put(out, at, DIFF_ADDED, w->new[--y]);
        else if (d > 0)
            diff_put(out, at, DIFF_REMOVED, w->old[--x]);
    }
}

static void diff_all(struct diff_line *out, size_t *at, const struct diff_work *w)
{
    for (ptrdiff_t y = w->m; y > 0; y--)
        diff_put(out, at, DIFF_ADDED, w->new[y - 1]);
    for (ptrdiff_t x = w->n; x > 0; x--)
        diff_put(out, at, DIFF_REMOVED, w->old[x - 1]);
}

/* The middle, where both texts begin and end differently. */
static enum err diff_middle(struct diff_line *out, size_t *at, struct diff_work *w)
{
    bool met = false;
    ptrdiff_t d = -1;
    while (!met && d < w->most)
        TRY(diff_step(&met, w, ++d));
    if (met)
        diff_back(out, at, w, d);
    else
        diff_all(out, at, w);
    return ERR_OK;
}

/* Of each run of lines that differ the removed come first. */
static void diff_settle(struct diff_line *lines, size_t count, struct diff_line *room)
{
    for (size_t from = 0, to = 0; from < count; from = to + 1) {
        size_t used = 0;
        for (to = from; to < count && lines[to].kind != DIFF_SAME; to++)
            if (lines[to].kind == DIFF_REMOVED)
                room[used++] = lines[to];
        for (size_t i = from; i < to; i++)
            if (lines[i].kind == DIFF_ADDED)
                room[used++] = lines[i];
        for (size_t i = 0; i < used; i++)
            lines[from + i] = room[i];
    }
}

/* a against b, of which at most `most` pieces may differ. */
static enum err diff_texts(struct diff_line **out, size_t *count, struct arena *arena,
                           const struct diff_text text[2], ptrdiff_t differ)
{
    const struct diff_text *a = &text[0];
    const struct diff_text *b = &text[1];
    size_t head = 0;
    size_t tail = 0;
    size_t most = a->count + b->count;
    struct diff_line *lines = arena_array(arena, 2 * most + 1, sizeof *lines);
    if (lines == NULL)
        return ERR_MEMORY;
    while (head < a->count && head < b->count && str_eq(a->lines[head], b->lines[head]))
        head++;
    while (tail < a->count - head && tail < b->count - head &&
           str_eq(a->lines[a->count - 1 - tail], b->lines[b->count - 1 - tail]))
        tail++;
    struct diff_work *w = arena_alloc(arena, sizeof *w);
    if (w == NULL)
        return ERR_MEMORY;
    *w = (struct diff_work){.arena = arena,
                            .old = a->lines + head,
                            .new = b->lines + head,
                            .n = (ptrdiff_t)(a->count - head - tail),
                            .m = (ptrdiff_t)(b->count - head - tail),
                            .most = differ};
    size_t at = most;
    for (size_t i = 0; i < tail; i++)
        diff_put(lines, &at, DIFF_SAME, a->lines[a->count - 1 - i]);
    TRY(diff_middle(lines, &at, w));
    for (size_t i = head; i > 0; i--)
        diff_put(lines, &at, DIFF_SAME, a->lines[i - 1]);
    *out = lines + at;
    *count = most - at;
    diff_settle(*out, *count, lines + most);
    return ERR_OK;
}

enum err diff_lines(struct diff_line **out, size_t *count, struct arena *arena, struct str old,
                    struct str new)
{
    struct diff_text texts[2];
    TRY(diff_split(&texts[0], arena, old));
    TRY(diff_split(&texts[1], arena, new));
    return diff_texts(out, count, arena, texts, DIFF_MOST);
}

/* --- which line became which --- */

/* Bytes in which two lines begin and end alike. */
static size_t diff_alike(struct str a, struct str b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    size_t head = 0;
    size_t tail = 0;
    while (head < least && a.data[head] == b.data[head])
        head++;
    while (tail < least - head && a.data[a.len - 1 - tail] == b.data[b.len - 1 - tail])
        tail++;
    return head + tail;
}

enum { DIFF_COUPLES = 100000 }; /* pairs that are looked at in one run; a longer one has none */

/* One run: the removed from..middle, the added middle..to. A third alike is enough. */
static void diff_couple(size_t *partner, const struct diff_line *lines, size_t from, size_t middle,
                        size_t to)
{
    size_t next = (middle - from) * (to - middle) <= DIFF_COUPLES ? middle : to;
    for (size_t i = from; i < middle; i++) {
        size_t best = SIZE_MAX;
        size_t most = 0;
        for (size_t k = next; k < to; k++) {
            size_t alike = diff_alike(lines[i].text, lines[k].text);
            best = alike > most ? k : best;
            most = alike > most ? alike : most;
        }
        if (best == SIZE_MAX || 3 * most < lines[i].text.len || 3 * most < lines[best].text.len)
            continue;
        partner[i] = best;
        partner[best] = i;
        next = best + 1;
    }
}

void diff_partners(size_t *partner, const struct diff_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        partner[i] = SIZE_MAX;
    for (size_t from = 0, to = 0; from < count; from = to + 1) {
        size_t middle = from;
        while (middle < count && lines[middle].kind == DIFF_REMOVED)
            middle++;
        for (to = middle; to < count && lines[to].kind == DIFF_ADDED; to++)
            continue;
        diff_couple(partner, lines, from, middle, to);
    }
}

/* --- words --- */

static bool diff_latin(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '%';
}

static enum err diff_split_words(struct diff_text *out, struct arena *arena, struct str line)
{
    struct str rest = line;
    bool latin = false;
    uint32_t c = 0;
    out->count = 0;
    out->lines = arena_array(arena, line.len + 1, sizeof *out->lines);
    if (out->lines == NULL)
        return ERR_MEMORY;
    while (rest.len > 0) {
        struct str word = rest;
        if (utf8_next(&c, &rest) != ERR_OK) { /* a byte that is no text is a word */
            rest = str_sub(rest, 1, SIZE_MAX);
            c = 0;
        }
        word.len -= rest.len;
        if (latin && diff_latin(c))
            out->lines[out->count - 1].len += word.len;
        else
            out->lines[out->count++] = word;
        latin = diff_latin(c);
    }
    return ERR_OK;
}

/* Pieces of one kind that lie behind one another become one. */
static enum err diff_join(struct diff_line **out, size_t *count, struct arena *arena,
                          const struct diff_line *words, size_t words_count)
{
    struct diff_line *lines = arena_array(arena, words_count + 1, sizeof *lines);
    size_t used = 0;
    if (lines == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < words_count; i++)
        if (used > 0 && lines[used - 1].kind == words[i].kind)
            lines[used - 1].text.len += words[i].text.len;
        else
            lines[used++] = words[i];
    *out = lines;
    *count = used;
    return ERR_OK;
}

enum err diff_words(struct diff_line **out, size_t *count, struct arena *arena, struct str old,
                    struct str new)
{
    struct diff_text texts[2];
    struct diff_line *words = NULL;
    struct arena work = {0};
    enum err err = diff_split_words(&texts[0], &work, old);
    if (err == ERR_OK)
        err = diff_split_words(&texts[1], &work, new);
    if (err == ERR_OK)
        err = diff_texts(&words, count, &work, texts, DIFF_WORDS_MOST);
    if (err == ERR_OK)
        err = diff_join(out, count, arena, words, *count);
    arena_free(&work);
    return err;
}
