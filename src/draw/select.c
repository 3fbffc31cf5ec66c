/* Selection: see select.h.
 *
 * Each stratum with a quota k keeps the k smallest (ticket, id) met so far in a max-heap: a new
 * object is compared with the largest kept, and mostly that is all. The heap's entries are small,
 * the ticket's first 8 bytes and a row number, so that it stays in the cache; the rows lie aside
 * and are looked at only where 8 bytes are equal. The order of the lines does not matter. While a
 * heap is open, a row's `rank` holds the room of its id's memory, so that a row that is replaced
 * gives its memory to the next one. Strata with quota 0 cost no ticket; of the others, CRYPTO_BATCH
 * objects are collected, whose tickets are made together (crypto/batch.h). */
#include "draw/select.h"

#include "base/arena.h"
#include "crypto/batch.h"
#include "crypto/wipe.h"
#include "draw/seed.h"
#include "draw/strata.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* Children of a slot: they lie side by side in one or two cache lines, and the heap is half as deep
 * as with two. */
enum { ARITY = 4 };

/* Where a row stands in the heap's order: its ticket's beginning, as a number, and its index. */
struct slot {
    uint64_t head;
    uint64_t row;
};

/* rows[0..count) of at most quota, and their slots: a heap once it is full. */
struct heap {
    uint64_t bound; /* head of the largest kept; all ones until it is full */
    struct slot *slots;
    struct draw_drawn *rows;
    size_t count;
    size_t quota;
};

/* An object whose ticket is not made yet. */
struct waiter {
    struct heap *heap;
    size_t len;
    char label[DRAW_OBJECT_LABEL + DRAW_ID_MAX];
};

struct draw_select {
    struct arena *arena;
    const struct draw_commitment *commitment;
    struct crypto_ticket seed;
    struct draw_strata strata;
    struct heap *heaps;
    struct draw_drawn *rows; /* of all heaps, one behind the other */
    struct slot *slots;      /* the same */
    uint64_t *quotas;
    size_t total;
    size_t waiting;
    struct waiter waiters[CRYPTO_BATCH];
};

/* The beginning of a ticket as a number that orders as the bytes do. */
static uint64_t ticket_head(const uint8_t ticket[DRAW_HASH])
{
    uint64_t head = 0;
    memcpy(&head, ticket, sizeof head);
    return be64toh(head);
}

/* Tickets as bytes, ties by id (section 5). */
static int drawn_cmp(const struct draw_drawn *a, const struct draw_drawn *b)
{
    int order = memcmp(a->ticket, b->ticket, DRAW_HASH);
    return order != 0 ? order : str_cmp(a->id, b->id);
}

/* Whether a stands above b. Heads are hardly ever equal; that they may be costs no other branch. */
static bool slot_above(const struct heap *heap, const struct slot *a, const struct slot *b)
{
    if (__builtin_expect(a->head == b->head, 0))
        return drawn_cmp(&heap->rows[a->row], &heap->rows[b->row]) > 0;
    return a->head > b->head;
}

/* The child of slots[at] that stands above its brothers, or count where there is none. Which of
 * them it is is a matter of chance, so it is chosen without a branch. */
static size_t heap_child(const struct heap *heap, size_t count, size_t at)
{
    size_t best = ARITY * at + 1;
    if (best >= count)
        return count;
    size_t end = count - best < ARITY ? count : best + ARITY;
    for (size_t child = best + 1; child < end; child++)
        best = slot_above(heap, &heap->slots[child], &heap->slots[best]) ? child : best;
    return best;
}

/* Lets slots[at] sink until no child is above it. */
static void heap_sink(struct heap *heap, size_t count, size_t at)
{
    struct slot *slots = heap->slots;
    struct slot slot = slots[at];
    for (;;) {
        size_t child = heap_child(heap, count, at);
        if (child == count || !slot_above(heap, &slots[child], &slot))
            break;
        slots[at] = slots[child];
        at = child;
    }
    slots[at] = slot;
}

/* From the last parent up. */
static void heap_build(struct heap *heap)
{
    for (size_t i = (heap->count + ARITY - 2) / ARITY; i > 0; i--)
        heap_sink(heap, heap->count, i - 1);
}

/* Heap sort in place: libc's qsort would want as much memory again. */
static void heap_sort(struct heap *heap)
{
    for (size_t count = heap->count; count > 1; count--) {
        struct slot largest = heap->slots[0];
        heap->slots[0] = heap->slots[count - 1];
        heap->slots[count - 1] = largest;
        heap_sink(heap, count - 1, 0);
    }
}

/* Puts the rows into the order of their sorted slots, cycle by cycle; a slot that is done points to
 * itself. */
static void heap_permute(struct heap *heap)
{
    for (size_t i = 0; i < heap->count; i++) {
        struct draw_drawn first = heap->rows[i];
        size_t at = i;
        while (heap->slots[at].row != i) {
            size_t from = heap->slots[at].row;
            heap->rows[at] = heap->rows[from];
            heap->slots[at].row = at;
            at = from;
        }
        heap->rows[at] = first;
        heap->slots[at].row = at;
    }
}

/* More rows than an index can count are more than memory can hold. */
static enum err quotas_sum(size_t *total, const struct draw_commitment *commitment,
                           const uint64_t *quotas)
{
    *total = 0;
    for (size_t i = 0; i < commitment->stratum_count; i++)
        if (__builtin_add_overflow(*total, quotas[i], total))
            return ERR_MEMORY;
    return ERR_OK;
}

/* Rows and slots of the strata lie one behind the other, in commitment order, as they are wanted
 * in the end. */
static enum err heaps_open(struct draw_select *select, const uint64_t *quotas)
{
    size_t count = select->commitment->stratum_count;
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        select->quotas[i] = quotas[i];
        select->heaps[i] =
            (struct heap){UINT64_MAX, select->slots + next, select->rows + next, 0, quotas[i]};
        next += quotas[i];
        TRY(draw_strata_add(&select->strata, select->commitment->strata[i].name));
    }
    return ERR_OK;
}

enum err draw_select_open(struct draw_select **select, struct arena *arena,
                          const struct draw_commitment *commitment, const uint64_t *quotas,
                          const uint8_t seed[DRAW_HASH])
{
    struct draw_select *s = arena_alloc(arena, sizeof *s);
    if (s == NULL)
        return ERR_MEMORY;
    s->arena = arena;
    s->commitment = commitment;
    TRY(quotas_sum(&s->total, commitment, quotas));
    s->heaps = arena_array(arena, commitment->stratum_count, sizeof *s->heaps);
    s->quotas = arena_array(arena, commitment->stratum_count, sizeof *s->quotas);
    s->rows = arena_array(arena, s->total, sizeof *s->rows);
    s->slots = arena_array(arena, s->total, sizeof *s->slots);
    if (s->heaps == NULL || s->quotas == NULL || s->rows == NULL || s->slots == NULL)
        return ERR_MEMORY;
    TRY(heaps_open(s, quotas));
    crypto_ticket_init(&s->seed, seed);
    *select = s;
    return ERR_OK;
}

/* Puts an object into a row, in the row's own memory where that is large enough. */
static enum err row_set(struct draw_drawn *row, struct arena *arena, struct str id,
                        const uint8_t ticket[DRAW_HASH])
{
    char *data = (char *)(uintptr_t)row->id.data;
    if (row->rank < id.len) {
        data = arena_alloc(arena, id.len);
        if (data == NULL)
            return ERR_MEMORY;
        row->rank = (uint32_t)(id.len + 15) / 16 * 16;
    }
    memcpy(data, id.data, id.len);
    row->id = str_range(data, id.len);
    memcpy(row->ticket, ticket, DRAW_HASH);
    return ERR_OK;
}

/* Rows are taken as they come; order starts to matter with the last one. */
static enum err heap_fill(struct heap *heap, struct arena *arena, struct str id,
                          const uint8_t ticket[DRAW_HASH])
{
    TRY(row_set(&heap->rows[heap->count], arena, id, ticket));
    heap->slots[heap->count] = (struct slot){ticket_head(ticket), heap->count};
    heap->count++;
    if (heap->count < heap->quota)
        return ERR_OK;
    heap_build(heap);
    heap->bound = heap->slots[0].head;
    return ERR_OK;
}

/* The largest gives its row to the new one. Full tickets are compared only where heads are
 * equal. */
static enum err heap_replace(struct heap *heap, struct arena *arena, struct str id,
                             const uint8_t ticket[DRAW_HASH])
{
    struct draw_drawn *row = &heap->rows[heap->slots[0].row];
    uint64_t head = ticket_head(ticket);
    int order = head == heap->bound ? memcmp(ticket, row->ticket, DRAW_HASH) : -1;
    if (order > 0 || (order == 0 && str_cmp(id, row->id) >= 0))
        return ERR_OK;
    TRY(row_set(row, arena, id, ticket));
    heap->slots[0].head = head;
    heap_sink(heap, heap->count, 0);
    heap->bound = heap->slots[0].head;
    return ERR_OK;
}

/* Nearly every object ends at the first line, on one comparison. */
static enum err heap_offer(struct heap *heap, struct arena *arena, struct str id,
                           const uint8_t ticket[DRAW_HASH])
{
    if (ticket_head(ticket) > heap->bound)
        return ERR_OK;
    if (heap->count < heap->quota)
        return heap_fill(heap, arena, id, ticket);
    return heap_replace(heap, arena, id, ticket);
}

/* Makes the tickets of those who wait and offers them to their heaps. */
static enum err select_flush(struct draw_select *select)
{
    uint8_t tickets[CRYPTO_BATCH][DRAW_HASH];
    struct str labels[CRYPTO_BATCH] = {{0}};
    size_t count = select->waiting;
    for (size_t i = 0; i < count; i++)
        labels[i] = str_range(select->waiters[i].label, select->waiters[i].len);
    crypto_ticket_many(tickets, &select->seed, labels, count);
    select->waiting = 0;
    for (size_t i = 0; i < count; i++) {
        struct str id = str_sub(labels[i], DRAW_OBJECT_LABEL, labels[i].len);
        TRY(heap_offer(select->waiters[i].heap, select->arena, id, tickets[i]));
    }
    return ERR_OK;
}

/* The caller has checked the line; the stratum is looked up by name, as the pool gives it. */
enum err draw_select_object(struct draw_select *select, struct str id, struct str stratum,
                            struct fault *fault)
{
    ptrdiff_t index = draw_strata_find(&select->strata, stratum);
    if (index < 0)
        return fault_set(fault, ERR_INPUT, "对象 %.*s 的分层不在承诺之中", STR_ARG(id));
    struct heap *heap = &select->heaps[index];
    if (heap->quota == 0)
        return ERR_OK;
    struct waiter *waiter = &select->waiters[select->waiting++];
    waiter->heap = heap;
    waiter->len = draw_object_label(waiter->label, id);
    return select->waiting < CRYPTO_BATCH ? ERR_OK : select_flush(select);
}

/* From here on `rank` is the rank. */
static void heap_close(struct heap *heap, uint32_t stratum)
{
    heap_sort(heap);
    heap_permute(heap);
    for (size_t i = 0; i < heap->count; i++) {
        heap->rows[i].stratum = stratum;
        heap->rows[i].rank = (uint32_t)(i + 1);
    }
}

/* A pool that does not hold what the commitment says is refused, not drawn from. */
enum err draw_select_close(struct draw_selection *selection, struct draw_select *select,
                           struct fault *fault)
{
    size_t strata = select->commitment->stratum_count;
    TRY(select_flush(select));
    crypto_wipe(&select->seed, sizeof select->seed);
    for (size_t i = 0; i < strata; i++) {
        struct heap *heap = &select->heaps[i];
        if (heap->count < heap->quota)
            return fault_set(fault, ERR_PROOF, "分层“%.*s”应抽 %zu 个，名单中只有 %zu 个",
                             STR_ARG(select->commitment->strata[i].name), heap->quota, heap->count);
        heap_close(heap, (uint32_t)i);
    }
    *selection = (struct draw_selection){select->rows, select->total, select->commitment->strata,
                                         strata, select->quotas};
    return ERR_OK;
}

/* Rows of a stratum are neighbours, so its last one is where its quota ends. */
const uint8_t *draw_selection_cutoff(const struct draw_selection *selection, size_t stratum)
{
    size_t end = 0;
    if (selection->quotas[stratum] == 0)
        return NULL;
    for (size_t i = 0; i <= stratum; i++)
        end += selection->quotas[i];
    return selection->rows[end - 1].ticket;
}

const struct draw_drawn *draw_selection_find(const struct draw_selection *selection, struct str id)
{
    for (size_t i = 0; i < selection->count; i++)
        if (str_eq(selection->rows[i].id, id))
            return &selection->rows[i];
    return NULL;
}

/* Over all strata: rows by ticket. */
static int order_cmp(const void *a, const void *b, void *rows)
{
    const struct draw_drawn *list = rows;
    return drawn_cmp(&list[*(const size_t *)a], &list[*(const size_t *)b]);
}

void draw_selection_order(size_t *order, const struct draw_selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        order[i] = i;
    if (selection->count > 0)
        qsort_r(order, selection->count, sizeof *order, order_cmp, selection->rows);
}

/* After a skip: only the smallest row above a bound is kept. */
struct draw_next {
    struct crypto_ticket seed;
    struct str stratum;
    struct draw_drawn after;
    bool bounded;
    bool found;
    struct draw_drawn best;
    char id[DRAW_ID_MAX];
    struct arena *arena;
};

enum err draw_next_open(struct draw_next **next, struct arena *arena, struct str stratum,
                        const struct draw_drawn *after, const uint8_t seed[DRAW_HASH])
{
    struct draw_next *n = arena_alloc(arena, sizeof *n);
    if (n == NULL)
        return ERR_MEMORY;
    n->arena = arena;
    n->stratum = stratum;
    n->bounded = after != NULL;
    if (n->bounded)
        n->after = *after;
    crypto_ticket_init(&n->seed, seed);
    *next = n;
    return ERR_OK;
}

/* Not above the last one shown, or not below the best found so far: passes by. */
void draw_next_object(struct draw_next *next, struct str id, struct str stratum)
{
    if (!str_eq(stratum, next->stratum) || id.len > DRAW_ID_MAX)
        return;
    struct draw_drawn row = {.id = id};
    draw_ticket_object(row.ticket, &next->seed, id);
    if (next->bounded && drawn_cmp(&row, &next->after) <= 0)
        return;
    if (next->found && drawn_cmp(&row, &next->best) >= 0)
        return;
    memcpy(next->id, id.data, id.len);
    row.id.data = next->id;
    next->best = row;
    next->found = true;
}

enum err draw_next_close(struct draw_drawn *row, struct draw_next *next)
{
    crypto_wipe(&next->seed, sizeof next->seed);
    if (!next->found)
        return ERR_END;
    *row = next->best;
    row->rank = next->bounded ? next->after.rank + 1 : 1;
    row->id = arena_str(next->arena, next->best.id);
    return row->id.data != NULL ? ERR_OK : ERR_MEMORY;
}
