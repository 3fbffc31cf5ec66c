/* Assignment: see assign.h.
 *
 * "At most one seat of an object an inspector" makes this more than a bipartite matching, so the
 * network is inspector -> (inspector, object) -> seat, the middle node having capacity 1. Pairs are
 * sorted by inspector and seat and the seats of an object are neighbours, so a node is a run of
 * pairs; no adjacency is built but the reverse one (seat -> nodes).
 *
 * A search walks the residual network from one inspector who has a unit to place: by a node of his
 * that holds nothing to any of its seats; from a held seat to the node that holds it, which may
 * take another seat of its object instead or hand the unit back to its inspector, who goes on.
 * Loads of all others stay as they are whatever path is taken.
 *
 * Step 1 ends each search at a free seat. A search that fails has closed everything it saw: no
 * later path can lead through it, so it is never looked at again, and what is not closed in the end
 * is the witness. Step 2 fixes seat after seat; one search from its present holder, continued from
 * candidate to candidate, tells for every one of them whether a filling with the same loads
 * remains: either he can hand back a unit, or his seat of the same object can go elsewhere. What is
 * fixed is taken out of the network, so that the searches shrink with what is left. */
#include "draw/assign.h"

#include "base/arena.h"
#include "crypto/hash.h"
#include "crypto/wipe.h"
#include "draw/seed.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define CLOSED UINT32_MAX

struct net {
    const struct draw_roster *roster;
    uint32_t node_count;
    uint32_t *person_node; /* person_node[i]..person_node[i+1]: the nodes of inspector i */
    uint32_t *person_live; /* how many of them, from the front of `nodes`, can still change */
    uint32_t *nodes;       /* node numbers, by inspector */
    uint32_t *node_at;     /* where a node stands in `nodes` */
    uint32_t *node_pair;   /* node_pair[n]: where its seats begin in `seats` */
    uint32_t *node_live;   /* how many of them are not fixed yet */
    uint32_t *seats;       /* seats a node may hold, by node */
    uint32_t *node_person;
    uint32_t *node_seat;  /* the seat it holds, or NONE */
    uint32_t *seat_node;  /* the node that holds it, or NONE */
    uint32_t *seat_first; /* seat_first[s]..seat_first[s+1] in seat_nodes: who may sit there */
    uint32_t *seat_nodes;
    bool *seat_fixed;
    uint64_t *loads;
    /* The search: a stamp per seat and inspector, and the way they were reached. */
    uint32_t stamp;
    uint32_t *seat_seen;
    uint32_t *seat_via; /* the node that would take this seat */
    uint32_t *person_seen;
    uint32_t *person_via; /* the node that would hand its unit back */
    uint32_t *queue;      /* seats as s, inspectors as seat_count + i */
    size_t head;
    size_t tail;
};

/* One more than asked for: room for an end mark, and never an empty array. */
static uint32_t *words(struct arena *arena, size_t count)
{
    return arena_array(arena, count + 1, sizeof(uint32_t));
}

/* Sets every word of a list. */
static void fill(uint32_t *list, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++)
        list[i] = value;
}

/* Everything in the arena, sized by the roster: 32 bytes a pair at most. */
static bool net_alloc(struct net *net, struct arena *arena, const struct draw_roster *roster)
{
    size_t seats = roster->seat_count;
    size_t people = roster->inspector_count;
    net->roster = roster;
    net->person_node = words(arena, people);
    net->person_live = words(arena, people);
    net->nodes = words(arena, roster->pair_count);
    net->node_at = words(arena, roster->pair_count);
    net->node_pair = words(arena, roster->pair_count);
    net->node_live = words(arena, roster->pair_count);
    net->seats = words(arena, roster->pair_count);
    net->node_person = words(arena, roster->pair_count);
    net->node_seat = words(arena, roster->pair_count);
    net->seat_node = words(arena, seats);
    net->seat_first = words(arena, seats);
    net->seat_nodes = words(arena, roster->pair_count);
    net->seat_fixed = arena_array(arena, seats, sizeof(bool));
    net->loads = arena_array(arena, people, sizeof *net->loads);
    net->seat_seen = words(arena, seats);
    net->seat_via = words(arena, seats);
    net->person_seen = words(arena, people);
    net->person_via = words(arena, people);
    net->queue = words(arena, seats + people);
    return net->person_node && net->person_live && net->nodes && net->node_at && net->node_pair &&
           net->node_live && net->seats && net->node_person && net->node_seat && net->seat_node &&
           net->seat_first && net->seat_nodes && net->seat_fixed && net->loads && net->seat_seen &&
           net->seat_via && net->person_seen && net->person_via && net->queue;
}

/* Whether pair p goes to the node of the pair before it: same inspector, same object. */
static bool pair_joins(const struct draw_roster *r, uint32_t p)
{
    if (p == 0 || r->pairs[p - 1].inspector != r->pairs[p].inspector)
        return false;
    return str_eq(r->seats[r->pairs[p - 1].seat].object, r->seats[r->pairs[p].seat].object);
}

/* Cuts the sorted pairs into nodes: a new one where the inspector or the object changes. */
static void net_nodes(struct net *net)
{
    const struct draw_roster *r = net->roster;
    uint32_t n = 0;
    for (uint32_t p = 0; p < r->pair_count; p++) {
        uint32_t person = r->pairs[p].inspector;
        net->seats[p] = r->pairs[p].seat;
        if (!pair_joins(r, p)) {
            net->node_pair[n] = p;
            net->node_person[n] = person;
            net->nodes[n] = n;
            net->node_at[n] = n;
            net->person_live[person]++;
            n++;
        }
        net->node_live[n - 1]++;
    }
    for (size_t i = 0; i < r->inspector_count; i++)
        net->person_node[i + 1] = net->person_node[i] + net->person_live[i];
    net->node_count = n;
    fill(net->node_seat, n, NONE);
}

/* The nodes of each seat: counted, summed, placed. */
static void net_reverse(struct net *net)
{
    const struct draw_roster *r = net->roster;
    for (size_t p = 0; p < r->pair_count; p++)
        net->seat_first[r->pairs[p].seat]++;
    uint32_t sum = 0;
    for (size_t s = 0; s <= r->seat_count; s++) {
        uint32_t count = s < r->seat_count ? net->seat_first[s] : 0;
        sum += count;
        net->seat_first[s] = sum;
    }
    for (uint32_t n = net->node_count; n > 0; n--)
        for (uint32_t k = 0; k < net->node_live[n - 1]; k++)
            net->seat_nodes[--net->seat_first[net->seats[net->node_pair[n - 1] + k]]] = n - 1;
}

static enum err net_open(struct net **net, struct arena *arena, const struct draw_roster *roster)
{
    struct net *made = arena_alloc(arena, sizeof *made);
    if (made == NULL || !net_alloc(made, arena, roster))
        return ERR_MEMORY;
    net_nodes(made);
    net_reverse(made);
    fill(made->seat_node, roster->seat_count, NONE);
    *net = made;
    return ERR_OK;
}

/* The two directions of one fact. */
static void net_hold(struct net *net, uint32_t node, uint32_t seat)
{
    net->node_seat[node] = seat;
    net->seat_node[seat] = node;
}

/* A new stamp forgets the search before without touching what it marked. */
static void search_begin(struct net *net, uint32_t person)
{
    net->stamp++;
    net->head = 0;
    net->tail = 0;
    net->person_seen[person] = net->stamp;
    net->person_via[person] = NONE;
    net->queue[net->tail++] = (uint32_t)net->roster->seat_count + person;
}

/* Seen in this search, or closed for ever by one that failed. */
static bool search_old(const struct net *net, uint32_t seen)
{
    return seen == net->stamp || seen == CLOSED;
}

/* Sees every new seat that this node may hold. Returns a free one, or NONE. */
static uint32_t search_node(struct net *net, uint32_t node)
{
    const uint32_t *seats = net->seats + net->node_pair[node];
    for (uint32_t k = 0; k < net->node_live[node]; k++) {
        uint32_t seat = seats[k];
        if (search_old(net, net->seat_seen[seat]))
            continue;
        net->seat_seen[seat] = net->stamp;
        net->seat_via[seat] = node;
        net->queue[net->tail++] = seat;
        if (net->seat_node[seat] == NONE)
            return seat;
    }
    return NONE;
}

/* An inspector with a unit to place may use any node of his that holds nothing. */
static uint32_t search_person(struct net *net, uint32_t person)
{
    const uint32_t *nodes = net->nodes + net->person_node[person];
    for (uint32_t k = 0; k < net->person_live[person]; k++) {
        uint32_t n = nodes[k];
        uint32_t free_seat = net->node_seat[n] == NONE ? search_node(net, n) : NONE;
        if (free_seat != NONE)
            return free_seat;
    }
    return NONE;
}

/* The holder of a seat could take another seat of the object, or hand its unit back. */
static uint32_t search_seat(struct net *net, uint32_t seat)
{
    uint32_t node = net->seat_node[seat];
    uint32_t person = net->node_person[node];
    if (!search_old(net, net->person_seen[person])) {
        net->person_seen[person] = net->stamp;
        net->person_via[person] = node;
        net->queue[net->tail++] = (uint32_t)net->roster->seat_count + person;
    }
    return search_node(net, node);
}

/* One step of the search: the next thing seen is looked at. Returns a free seat, or NONE. */
static uint32_t search_step(struct net *net)
{
    uint32_t at = net->queue[net->head++];
    uint32_t seats = (uint32_t)net->roster->seat_count;
    return at < seats ? search_seat(net, at) : search_person(net, at - seats);
}

/* Gives `seat` to the node it was seen from, and so on back to where the search began. */
static void search_flip(struct net *net, uint32_t seat)
{
    while (seat != NONE) {
        uint32_t node = net->seat_via[seat];
        uint32_t left = net->node_seat[node];
        net_hold(net, node, seat);
        if (left == NONE) {
            uint32_t back = net->person_via[net->node_person[node]];
            left = back == NONE ? NONE : net->node_seat[back];
            if (back != NONE)
                net->node_seat[back] = NONE;
        }
        seat = left;
    }
}

/* Everything the queue ever held. */
static void search_close(struct net *net)
{
    uint32_t seats = (uint32_t)net->roster->seat_count;
    for (size_t i = 0; i < net->tail; i++) {
        uint32_t at = net->queue[i];
        if (at < seats)
            net->seat_seen[at] = CLOSED;
        else
            net->person_seen[at - seats] = CLOSED;
    }
}

/* Whether one more seat can be served by this inspector; serves it. */
static bool net_grow(struct net *net, uint32_t person)
{
    uint32_t found = NONE;
    if (net->person_seen[person] == CLOSED)
        return false;
    search_begin(net, person);
    while (found == NONE && net->head < net->tail)
        found = search_step(net);
    if (found == NONE) {
        search_close(net);
        return false;
    }
    search_flip(net, found);
    net->loads[person]++;
    return true;
}

/* Who grows next: a binary heap by (level, ticket, index); indexes ascend with ids. */
struct turn {
    uint64_t level;
    uint8_t ticket[DRAW_HASH];
    uint32_t person;
};

struct turns {
    struct turn *heap;
    size_t count;
    const struct crypto_ticket *seed; /* NULL: any order will do */
};

/* Smallest (BASE + x, ticket, id) first. */
static int turn_cmp(const struct turn *a, const struct turn *b)
{
    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    int order = memcmp(a->ticket, b->ticket, DRAW_HASH);
    return order != 0 ? order : (a->person > b->person) - (a->person < b->person);
}

/* Lets a turn sink until no child comes before it. */
static void turns_sink(struct turns *turns, size_t at)
{
    struct turn turn = turns->heap[at];
    for (size_t child = 2 * at + 1; child < turns->count; child = 2 * at + 1) {
        if (child + 1 < turns->count && turn_cmp(&turns->heap[child + 1], &turns->heap[child]) < 0)
            child++;
        if (turn_cmp(&turns->heap[child], &turn) >= 0)
            break;
        turns->heap[at] = turns->heap[child];
        at = child;
    }
    turns->heap[at] = turn;
}

/* An inspector's next turn, at the load he has now. */
static void turn_set(struct turn *turn, const struct turns *turns, const struct net *net,
                     uint32_t person)
{
    const struct draw_inspector *inspector = &net->roster->inspectors[person];
    *turn = (struct turn){.level = inspector->base + net->loads[person], .person = person};
    if (turns->seed != NULL)
        draw_ticket_load(turn->ticket, turns->seed, turn->level, inspector->id);
}

/* Everybody with CAP > 0 is active at first. */
static enum err turns_open(struct turns *turns, struct arena *arena, const struct net *net,
                           const struct crypto_ticket *seed)
{
    size_t people = net->roster->inspector_count;
    *turns = (struct turns){arena_array(arena, people + 1, sizeof(struct turn)), 0, seed};
    if (turns->heap == NULL)
        return ERR_MEMORY;
    for (uint32_t i = 0; i < people; i++)
        if (net->roster->inspectors[i].cap > 0)
            turn_set(&turns->heap[turns->count++], turns, net, i);
    for (size_t i = turns->count / 2; i > 0; i--)
        turns_sink(turns, i - 1);
    return ERR_OK;
}

/* Section 7 step 1. Returns the number of seats served. */
static size_t net_load(struct net *net, struct turns *turns)
{
    size_t served = 0;
    while (served < net->roster->seat_count && turns->count > 0) {
        uint32_t person = turns->heap[0].person;
        if (net->loads[person] < net->roster->inspectors[person].cap && net_grow(net, person)) {
            served++;
            turn_set(&turns->heap[0], turns, net, person);
        } else {
            turns->heap[0] = turns->heap[--turns->count];
        }
        if (turns->count > 0)
            turns_sink(turns, 0);
    }
    return served;
}

/* Takes a node that can change no more off its inspector's live ones. */
static void node_retire(struct net *net, uint32_t node)
{
    uint32_t person = net->node_person[node];
    uint32_t first = net->person_node[person];
    uint32_t at = net->node_at[node];
    if (at >= first + net->person_live[person])
        return;
    uint32_t end = first + --net->person_live[person];
    uint32_t moved = net->nodes[end];
    net->nodes[at] = moved;
    net->node_at[moved] = at;
    net->nodes[end] = node;
    net->node_at[node] = end;
}

/* Takes a fixed seat off a node that might have held it. */
static void node_drop(struct net *net, uint32_t node, uint32_t seat)
{
    uint32_t *seats = net->seats + net->node_pair[node];
    uint32_t k = 0;
    while (k < net->node_live[node] && seats[k] != seat)
        k++;
    if (k == net->node_live[node])
        return;
    seats[k] = seats[--net->node_live[node]];
    if (net->node_live[node] == 0)
        node_retire(net, node);
}

/* From now on no search meets this seat, nor the node that holds it. */
static void net_seal(struct net *net, uint32_t seat)
{
    net->seat_fixed[seat] = true;
    for (uint32_t i = net->seat_first[seat]; i < net->seat_first[seat + 1]; i++)
        node_drop(net, net->seat_nodes[i], seat);
}

/* One who may sit on the seat being fixed, in the order of pair tickets. */
struct candidate {
    uint8_t ticket[DRAW_HASH];
    uint32_t node;
};

struct fixing {
    struct net *net;
    const struct crypto_ticket *seed;
    uint64_t *left; /* of each inspector: seats held and not yet fixed */
    struct candidate *candidates;
    size_t count;
};

/* Two tickets that are equal are told apart by the inspector, whose nodes ascend with his id. */
static int candidate_cmp(const struct candidate *a, const struct candidate *b)
{
    int order = memcmp(a->ticket, b->ticket, DRAW_HASH);
    return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

/* Those who could at all: the present holder; who can give up a seat of the object that is not
 * fixed; or who holds none of it and any seat that is not fixed. */
static void fixing_collect(struct fixing *f, uint32_t seat)
{
    struct net *net = f->net;
    const struct draw_roster *roster = net->roster;
    f->count = 0;
    for (uint32_t i = net->seat_first[seat]; i < net->seat_first[seat + 1]; i++) {
        uint32_t node = net->seat_nodes[i];
        uint32_t person = net->node_person[node];
        uint32_t held = net->node_seat[node];
        if (held == NONE ? f->left[person] == 0 : net->seat_fixed[held])
            continue;
        struct candidate *candidate = &f->candidates[f->count++];
        candidate->node = node;
        draw_ticket_pair(candidate->ticket, f->seed, roster->seats[seat].id,
                         roster->inspectors[person].id);
    }
}

/* Takes the candidate with the smallest ticket out of the list. */
static uint32_t fixing_next(struct fixing *f)
{
    size_t best = 0;
    for (size_t i = 1; i < f->count; i++)
        if (candidate_cmp(&f->candidates[i], &f->candidates[best]) < 0)
            best = i;
    uint32_t node = f->candidates[best].node;
    f->candidates[best] = f->candidates[--f->count];
    return node;
}

/* Continues the search until it has seen what the node needs: its held seat, or its inspector. */
static bool fixing_reaches(struct net *net, uint32_t node)
{
    uint32_t held = net->node_seat[node];
    const uint32_t *seen =
        held != NONE ? &net->seat_seen[held] : &net->person_seen[net->node_person[node]];
    while (*seen != net->stamp && net->head < net->tail)
        (void)search_step(net);
    return *seen == net->stamp;
}

/* Hands the seat, which nobody holds now, to the node, along the way the search found. */
static void fixing_move(struct net *net, uint32_t node, uint32_t seat)
{
    uint32_t moved = net->node_seat[node];
    if (moved == NONE) {
        uint32_t back = net->person_via[net->node_person[node]];
        moved = net->node_seat[back];
        net->node_seat[back] = NONE;
    }
    search_flip(net, moved);
    net_hold(net, node, seat);
}

/* Fixes one seat. Its holder always remains possible, so the loop ends. */
static void fixing_seat(struct fixing *f, uint32_t seat)
{
    struct net *net = f->net;
    uint32_t holder = net->seat_node[seat];
    fixing_collect(f, seat);
    uint32_t node = fixing_next(f);
    net_seal(net, seat);
    if (node != holder) {
        net->node_seat[holder] = NONE;
        search_begin(net, net->node_person[holder]);
        while (node != holder && !fixing_reaches(net, node))
            node = fixing_next(f);
    }
    if (node == holder)
        net_hold(net, holder, seat);
    else
        fixing_move(net, node, seat);
    node_retire(net, node);
    f->left[net->node_person[node]]--;
}

/* A seat and its place in the order of step 2. */
struct seat_turn {
    uint8_t ticket[DRAW_HASH];
    uint32_t seat;
};

/* Ticket, then seat: indexes ascend with ids. */
static int seat_turn_cmp(const void *a, const void *b)
{
    const struct seat_turn *x = a;
    const struct seat_turn *y = b;
    int order = memcmp(x->ticket, y->ticket, DRAW_HASH);
    return order != 0 ? order : (x->seat > y->seat) - (x->seat < y->seat);
}

/* Seats by ticket_2("seat|" SEAT). */
static enum err seat_order(struct seat_turn **order, struct arena *arena,
                           const struct draw_roster *roster, const struct crypto_ticket *seed)
{
    struct seat_turn *list = arena_array(arena, roster->seat_count + 1, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    for (uint32_t s = 0; s < roster->seat_count; s++) {
        list[s].seat = s;
        draw_ticket_seat(list[s].ticket, seed, roster->seats[s].id);
    }
    qsort(list, roster->seat_count, sizeof *list, seat_turn_cmp);
    *order = list;
    return ERR_OK;
}

/* Section 7 step 2. */
static enum err net_fix(struct net *net, struct arena *arena, const struct crypto_ticket *seed)
{
    const struct draw_roster *roster = net->roster;
    struct seat_turn *order = NULL;
    struct fixing f = {.net = net, .seed = seed};
    f.left = arena_array(arena, roster->inspector_count, sizeof *f.left);
    f.candidates = arena_array(arena, roster->inspector_count + 1, sizeof *f.candidates);
    if (f.left == NULL || f.candidates == NULL)
        return ERR_MEMORY;
    TRY(seat_order(&order, arena, roster, seed));
    for (size_t i = 0; i < roster->inspector_count; i++)
        f.left[i] = net->loads[i];
    fill(net->seat_seen, roster->seat_count, 0);
    fill(net->person_seen, roster->inspector_count, 0);
    net->stamp = 0;
    for (size_t i = 0; i < roster->seat_count; i++)
        fixing_seat(&f, order[i].seat);
    return ERR_OK;
}

/* Turns the network into what the caller asked for. */
static enum err teams_open(struct draw_teams *teams, struct arena *arena, struct net *net)
{
    size_t seats = net->roster->seat_count;
    *teams = (struct draw_teams){.people = words(arena, seats), .loads = net->loads};
    if (teams->people == NULL)
        return ERR_MEMORY;
    for (size_t s = 0; s < seats; s++)
        teams->people[s] =
            net->seat_node[s] == NONE ? DRAW_NOBODY : net->node_person[net->seat_node[s]];
    return ERR_OK;
}

/* Marks everyone eligible for the seat. */
static void witness_people(const struct net *net, bool *marked, uint32_t seat)
{
    for (uint32_t i = net->seat_first[seat]; i < net->seat_first[seat + 1]; i++)
        marked[net->node_person[net->seat_nodes[i]]] = true;
}

/* The seats no failed search has closed cannot be reached from spare capacity. */
static enum err net_witness(struct draw_teams *teams, struct arena *arena, const struct net *net)
{
    const struct draw_roster *roster = net->roster;
    bool *marked = arena_array(arena, roster->inspector_count, sizeof *marked);
    teams->short_seats = words(arena, roster->seat_count);
    teams->short_people = words(arena, roster->inspector_count);
    if (marked == NULL || teams->short_seats == NULL || teams->short_people == NULL)
        return ERR_MEMORY;
    for (uint32_t s = 0; s < roster->seat_count; s++) {
        if (net->seat_seen[s] == CLOSED)
            continue;
        teams->short_seats[teams->short_seat_count++] = s;
        witness_people(net, marked, s);
    }
    for (uint32_t i = 0; i < roster->inspector_count; i++)
        if (marked[i])
            teams->short_people[teams->short_people_count++] = i;
    return ERR_OK;
}

/* The numbers a person needs: how many are missing, and where. */
static enum err net_short(struct draw_teams *teams, struct arena *arena, const struct net *net,
                          size_t served, struct fault *fault)
{
    teams->missing = net->roster->seat_count - served;
    TRY(net_witness(teams, arena, net));
    return fault_set(fault, ERR_STAFF,
                     "检查人员不足：%zu 个席位中有 %llu 个派不出人；其中 %zu 个席位只有 %zu "
                     "人可派，且受人数上限和每户一席的限制。尚未分派，请增派人员或放宽条件",
                     net->roster->seat_count, (unsigned long long)teams->missing,
                     teams->short_seat_count, teams->short_people_count);
}

/* Step 1 and, when there is a filling and a seed, step 2. */
static enum err assign(struct draw_teams *teams, struct arena *arena,
                       const struct draw_roster *roster, const struct crypto_ticket *seed,
                       struct fault *fault)
{
    struct net *net = NULL;
    struct turns turns;
    *teams = (struct draw_teams){0};
    TRY(draw_roster_check(roster, fault));
    TRY(net_open(&net, arena, roster));
    TRY(turns_open(&turns, arena, net, seed));
    size_t served = net_load(net, &turns);
    bool complete = served == roster->seat_count;
    if (complete && seed != NULL)
        TRY(net_fix(net, arena, seed));
    TRY(teams_open(teams, arena, net));
    return complete ? ERR_OK : net_short(teams, arena, net, served, fault);
}

enum err draw_assign(struct draw_teams *teams, struct arena *arena,
                     const struct draw_roster *roster, const uint8_t seed[DRAW_HASH],
                     struct fault *fault)
{
    struct crypto_ticket ticket;
    crypto_ticket_init(&ticket, seed);
    enum err err = assign(teams, arena, roster, &ticket, fault);
    crypto_wipe(&ticket, sizeof ticket);
    return err;
}

enum err draw_assign_possible(struct draw_teams *teams, struct arena *arena,
                              const struct draw_roster *roster, struct fault *fault)
{
    return assign(teams, arena, roster, NULL, fault);
}
