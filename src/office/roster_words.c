/* Numbered texts: see roster_words.h. */
#include "office/roster_words.h"

#include <stdlib.h>

enum err roster_room(void **array, size_t *cap, size_t count, size_t size)
{
    if (count < *cap)
        return ERR_OK;
    size_t wider = *cap == 0 ? 256 : *cap * 2;
    void *moved = realloc(*array, wider * size);
    if (moved == NULL)
        return ERR_MEMORY;
    *array = moved;
    *cap = wider;
    return ERR_OK;
}

static uint32_t words_hash(struct str text)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 16777619u;
    return hash;
}

static size_t words_slot(const struct roster_words *w, struct str text)
{
    size_t at = words_hash(text) & (w->slot_count - 1);
    while (w->slots[at] != 0 && !str_eq(w->items[w->slots[at] - 1], text))
        at = (at + 1) & (w->slot_count - 1);
    return at;
}

static enum err words_widen(struct roster_words *w)
{
    if (w->count * 2 < w->slot_count)
        return ERR_OK;
    size_t wider = w->slot_count == 0 ? 64 : w->slot_count * 2;
    uint32_t *slots = calloc(wider, sizeof *slots);
    if (slots == NULL)
        return ERR_MEMORY;
    free(w->slots);
    w->slots = slots;
    w->slot_count = wider;
    for (size_t i = 0; i < w->count; i++)
        w->slots[words_slot(w, w->items[i])] = (uint32_t)i + 1;
    return ERR_OK;
}

void roster_words_free(struct roster_words *w)
{
    free(w->items);
    free(w->slots);
    *w = (struct roster_words){0};
}

enum err roster_words_number(uint32_t *out, struct roster_words *w, struct arena *arena,
                             struct str text)
{
    TRY(words_widen(w));
    size_t slot = words_slot(w, text);
    if (w->slots[slot] == 0) {
        TRY(roster_room((void **)&w->items, &w->cap, w->count, sizeof *w->items));
        w->items[w->count] = arena_str(arena, text);
        if (w->items[w->count].data == NULL)
            return ERR_MEMORY;
        w->slots[slot] = (uint32_t)++w->count;
    }
    *out = w->slots[slot] - 1;
    return ERR_OK;
}
