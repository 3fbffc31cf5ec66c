/* Words checked against the vocabulary: see vocabulary.h. */
#include "office/vocabulary.h"

#include "base/utf8.h"
#include "sheet/value.h"
#include "store/label.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_MOST = 48 /* characters that are compared; a word of the vocabulary has 40 at most */ };

struct vocabulary_work {
    struct vocabulary *out;
    struct arena *arena;
    struct errand *e;
    struct str subject;
};

static enum err vocabulary_row(void *ctx, const struct store_record *record)
{
    struct vocabulary_work *w = ctx;
    struct vocabulary *v = w->out;
    const struct str *values = record->values;
    if (!str_eq(values[MODEL_LABEL_SUBJECT], w->subject) ||
        !str_eq(values[MODEL_LABEL_STATE], STR("active")))
        return ERR_OK;
    if (v->count == v->cap) {
        size_t cap = v->cap == 0 ? 64 : v->cap * 2;
        struct str *wider = arena_array(w->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (v->count > 0)
            memcpy(wider, v->words, v->count * sizeof *wider);
        v->words = wider;
        v->cap = cap;
    }
    v->words[v->count++] = values[MODEL_LABEL_WORD];
    return ERR_OK;
}

static int vocabulary_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum err vocabulary_load(struct vocabulary *out, struct arena *arena, struct errand *e,
                         struct db_tx *tx, const char *subject)
{
    struct vocabulary_work w = {out, arena, e, str_of(subject)};
    const struct store_find find = {tx, e->office->tenant, arena, vocabulary_row, &w, 0};
    *out = (struct vocabulary){.subject = str_of(subject)};
    TRY(store_registry_all(STORE_LABELS, &find));
    if (out->count > 0)
        qsort(out->words, out->count, sizeof *out->words, vocabulary_order);
    return ERR_OK;
}

static enum err vocabulary_read(struct db_tx *tx, void *ctx)
{
    struct vocabulary_work *w = ctx;
    return vocabulary_load(w->out, w->arena, w->e, tx, w->subject.data);
}

enum err office_vocabulary(struct vocabulary *out, struct errand *e, const char *subject)
{
    struct vocabulary_work w = {out, e->arena, e, str_of(subject)};
    return office_read(e, "vocabulary", vocabulary_read, &w);
}

bool vocabulary_has(const struct vocabulary *v, struct str word)
{
    return v->count == 0 ||
           bsearch(&word, v->words, v->count, sizeof *v->words, vocabulary_order) != NULL;
}

bool vocabulary_unknown(struct str *word, struct str *rest, const struct vocabulary *v,
                        struct str kept)
{
    while (sheet_list_next(word, rest))
        if (!vocabulary_has(v, *word) && !store_label_in(kept, *word))
            return true;
    return false;
}

/* --- the nearest --- */

static size_t characters(uint32_t out[WORD_MOST], struct str text)
{
    size_t count = 0;
    while (count < WORD_MOST && utf8_next(&out[count], &text) == ERR_OK)
        count++;
    return count;
}

/* How many characters must be changed, put in or left out (Levenshtein). */
static size_t distance(struct str a, struct str b)
{
    uint32_t x[WORD_MOST];
    uint32_t y[WORD_MOST];
    size_t row[WORD_MOST + 1];
    size_t m = characters(x, a);
    size_t n = characters(y, b);
    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 0; i < m; i++) {
        size_t before = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < n; k++) {
            size_t change = before + (x[i] != y[k]);
            size_t other = (row[k] < row[k + 1] ? row[k] : row[k + 1]) + 1;
            before = row[k + 1];
            row[k + 1] = change < other ? change : other;
        }
    }
    return row[n];
}

struct str vocabulary_nearest(const struct vocabulary *v, struct str word)
{
    struct str best = STR("");
    bool held = false;
    size_t least = SIZE_MAX;
    size_t length = utf8_count(word);
    for (size_t i = 0; i < v->count; i++) {
        struct str one = v->words[i];
        size_t other = utf8_count(one);
        bool holds = str_find(one, word) >= 0 || str_find(word, one) >= 0;
        size_t far = length > other ? length - other : other - length;
        size_t longer = length > other ? length : other;
        if ((held && !holds) || (!holds && far * 2 > longer))
            continue;
        far = holds ? far : distance(word, one);
        if (!holds && far * 2 > longer)
            continue;
        if (holds && !held)
            least = SIZE_MAX;
        held = held || holds;
        if (far < least) {
            least = far;
            best = one;
        }
    }
    return best;
}

struct str vocabulary_words(struct arena *arena, const struct vocabulary *v, struct str word)
{
    struct str nearest = vocabulary_nearest(v, word);
    struct str shown = str_sub(word, 0, utf8_valid_len(str_sub(word, 0, 90)));
    if (nearest.len == 0)
        return arena_printf(arena, "“%.*s”不在标签字库中", STR_ARG(shown));
    return arena_printf(arena, "“%.*s”不在标签字库中，最接近的是“%.*s”", STR_ARG(shown),
                        STR_ARG(nearest));
}
