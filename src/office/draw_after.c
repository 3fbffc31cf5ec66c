/* What happens after a draw (PROTOCOL 8): skips, refills, abort.
 *
 * A skip is in the public log before the next name is computed: the first transaction marks the
 * object, the log is published, then the second adds the object that follows, with the name of the
 * one it follows. A crash between the two is mended by calling again. A skipped object's seats go
 * over to the object that follows; who may not visit that one declares a recusal and is replaced by
 * a refill. */
#include "office/draw_case.h"
#include "office/draw_staff.h"

#include "base/file.h"
#include "base/time.h"
#include "crypto/wipe.h"

#include <stdlib.h>
#include <string.h>

enum { AFTER_EVIDENCE_MAX = 256 << 20 };

/* --- skip --- */

struct skip_work {
    struct draw_case *c;
    const struct office_skip *skip;
    struct draw_paper paper;
    struct str body;
    struct store_visit visit; /* of the object that cannot be inspected */
    bool marked;              /* an earlier call got as far as the log */
};

static int64_t skip_count(const struct draw_case *c)
{
    int64_t count = 0;
    for (size_t i = 0; i < c->entry_count; i++)
        count += str_eq(c->entries[i].kind, draw_kind_name(DRAW_SKIP)) ? 1 : 0;
    return count;
}

static enum err skip_evidence(uint8_t hash[CRYPTO_HASH], struct errand *e, const char *path)
{
    struct buf bytes = {0};
    enum err err = path != NULL ? file_read(&bytes, path, AFTER_EVIDENCE_MAX) : ERR_OK;
    if (err == ERR_OK)
        crypto_sha256(hash, buf_view(&bytes));
    buf_free(&bytes);
    if (err != ERR_OK)
        return fault_set(&e->fault, err, "佐证材料 %s 无法读取：%s；没有任何改动", path,
                         err_zh(err));
    return ERR_OK;
}

/* The file skip-K.tsv and its digest, which is of the line without its LF. */
static enum err skip_paper(struct skip_work *w)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct buf line = {0};
    struct buf entry = {0};
    uint8_t evidence[CRYPTO_HASH];
    TRY(skip_evidence(evidence, e, w->skip->evidence));
    struct str name = arena_printf(e->arena, "skip-%lld.tsv", (long long)skip_count(c) + 1);
    enum err err = draw_skip_line(&line, w->skip->pool_id, w->skip->reason, evidence, &e->fault);
    size_t len = line.len;
    buf_char(&line, '\n');
    struct str bytes = arena_str(e->arena, buf_view(&line));
    buf_free(&line);
    TRY(err);
    if (bytes.data == NULL || name.data == NULL)
        return ERR_MEMORY;
    TRY(draw_paper_put(&w->paper, c, name, bytes));
    draw_digest(w->paper.digest, w->paper.blind, str_sub(bytes, 0, len));
    struct draw_outcome outcome = {DRAW_SKIP, c->draw.number, 0, {0}};
    memcpy(outcome.digest, w->paper.digest, CRYPTO_HASH);
    err = draw_outcome_write(&entry, &outcome, &e->fault);
    return arena_keep(&w->body, e->arena, &entry, err);
}

static enum err skip_find(struct db_tx *tx, void *ctx)
{
    struct skip_work *w = ctx;
    struct errand *e = w->c->e;
    enum err err = office_visit_get(&w->visit, e, tx, &w->c->draw, w->skip->pool_id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "对象 %.*s 不在本次抽中名单里；没有任何改动",
                         STR_ARG(w->skip->pool_id));
    TRY(err);
    w->marked = str_eq(w->visit.state, STR("skipped"));
    bool open = str_eq(w->visit.state, STR("drawn")) || str_eq(w->visit.state, STR("assigned"));
    if (!open && !w->marked)
        return fault_set(&e->fault, ERR_STATE,
                         "对象 %.*s 已录入检查结果，不能再标记为无法检查；没有任何改动",
                         STR_ARG(w->skip->pool_id));
    return ERR_OK;
}

static enum err skip_write(struct db_tx *tx, void *ctx)
{
    struct skip_work *w = ctx;
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct str told;
    TRY(draw_case_log(c, tx, DRAW_SKIP, 0, w->body));
    TRY(draw_paper_add(&w->paper, c, tx));
    TRY(store_visit_state(tx, e->office->tenant, w->visit.id, STR("skipped"), w->skip->reason));
    TRY(office_veil(&told, e, &c->draw, w->skip->pool_id));
    return draw_case_step(c, tx, c->draw.state, STR("draw-skip"), told);
}

/* --- the object that follows --- */

struct next_work {
    struct draw_case *c;
    struct store_visit skipped;
    struct store_visit *visits;
    size_t visit_count;
    struct str pool_digest;
    struct draw_drawn last; /* of the stratum */
    struct str known;       /* the object that followed at an earlier call */
    struct draw_drawn next;
    bool found;
};

static enum err next_load(struct db_tx *tx, void *ctx)
{
    struct next_work *w = ctx;
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct str tenant = e->office->tenant;
    struct store_draw_file pool = {0};
    int64_t here = 0;
    TRY(store_draw_file_get(&pool, e->arena, tx, tenant, c->draw.id, STR("pool.tsv")));
    TRY(office_visits(&w->visits, &w->visit_count, e, tx, &c->draw));
    for (size_t i = 0; i < w->visit_count; i++) {
        const struct store_visit *v = &w->visits[i];
        if (!str_eq(v->stratum, w->skipped.stratum))
            continue;
        here++;
        TRY(str_unhex(w->last.ticket, CRYPTO_HASH, v->ticket));
        w->last.id = v->pool_id;
        w->last.rank = (uint32_t)here;
        if (str_eq(v->follows, w->skipped.pool_id))
            w->known = v->pool_id;
    }
    w->pool_digest = pool.digest;
    return ERR_OK;
}

static enum err next_each(void *ctx, const struct draw_object *object, struct fault *fault)
{
    (void)fault;
    draw_next_object(ctx, object->id, object->stratum);
    return ERR_OK;
}

static enum err next_compute(struct next_work *w)
{
    struct draw_case *c = w->c;
    struct draw_next *next = NULL;
    uint8_t seed[CRYPTO_HASH];
    TRY(draw_case_seed(seed, c, 1));
    enum err err = draw_next_open(&next, c->e->arena, w->skipped.stratum, &w->last, seed);
    crypto_wipe(seed, sizeof seed);
    TRY(err);
    TRY(draw_case_pool(c, w->pool_digest, next_each, next));
    err = draw_next_close(&w->next, next);
    w->found = err == ERR_OK;
    return err == ERR_END ? ERR_OK : err;
}

static enum err next_write(struct db_tx *tx, void *ctx)
{
    struct next_work *w = ctx;
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    bool seated = str_eq(c->draw.state, STR("assigned"));
    struct store_visit visit = w->skipped;
    TRY(office_id(&visit.id, e));
    visit.ticket = arena_hex(e->arena, w->next.ticket, CRYPTO_HASH);
    if (visit.ticket.data == NULL)
        return ERR_MEMORY;
    visit.pool_id = w->next.id;
    visit.rank = w->next.rank;
    visit.state = seated ? STR("assigned") : STR("drawn");
    visit.skip_reason = str_range(NULL, 0);
    visit.follows = w->skipped.pool_id;
    visit.at = e->now;
    TRY(office_visits_add(e, tx, &c->draw, &visit, 1));
    TRY(office_seats_move(e, tx, &c->draw, w->skipped.pool_id, w->next.id));
    return office_audit(e, tx, STR("draw-next"), c->draw.number, visit.pool_id);
}

static enum err skip_next(struct str *out, struct draw_case *c, const struct store_visit *skipped)
{
    struct errand *e = c->e;
    struct next_work work = {.c = c, .skipped = *skipped};
    *out = str_range(NULL, 0);
    TRY(office_read(e, "draw-next-load", next_load, &work));
    if (work.known.len > 0) {
        *out = work.known;
        return ERR_OK;
    }
    TRY(next_compute(&work));
    if (!work.found)
        return ERR_OK;
    TRY(office_write(e, "draw-next", next_write, &work));
    *out = work.next.id;
    return ERR_OK;
}

static enum err skip_run(struct str *next, struct draw_case *c, const struct office_skip *skip)
{
    struct errand *e = c->e;
    struct skip_work work = {.c = c, .skip = skip};
    TRY(draw_case_expect(c, "drawn|assigned", "标记无法检查的对象"));
    TRY(office_read(e, "draw-skip-find", skip_find, &work));
    if (!work.marked) {
        TRY(skip_paper(&work));
        TRY(office_write(e, "draw-skip", skip_write, &work));
    }
    TRY(office_log_sync(e->office, e->now, &e->fault));
    return skip_next(next, c, &work.visit);
}

enum err office_draw_skip(struct str *next, struct errand *e, const struct office_skip *skip)
{
    struct draw_case c;
    if (skip->reason.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "必须写明无法检查的原因（--reason）；没有任何改动");
    TRY(draw_case_read(&c, e, skip->draw));
    enum err err = skip_run(next, &c, skip);
    draw_case_wipe(&c);
    return err;
}

/* --- refill --- */

struct refill_work {
    struct draw_case *c;
    const struct office_refill *refill;
    struct draw_source *sources;
    struct draw_roster roster;
    struct draw_leaving *leaving;
    struct store_seat *held; /* who sits where now */
    size_t held_count;
    struct draw_paper leaving_paper;
    struct draw_paper eligible_paper;
    struct str body;
};

/* "SEAT=REASON", with who sits there now. */
static enum err refill_line(struct draw_leaving *out, const struct refill_work *w, struct str text)
{
    struct errand *e = w->c->e;
    struct str rest = text;
    struct str name;
    (void)str_cut(&name, &rest, '=');
    ptrdiff_t seat = draw_seat_find(&w->roster, name);
    if (seat < 0 || rest.data == NULL || rest.len == 0)
        return fault_set(
            &e->fault, ERR_INPUT,
            "“%.*s”写法不对或没有这个席位，应为 席位=理由，例如 对象|部门|1=生病；没有任何改动",
            STR_ARG(text));
    for (size_t i = 0; i < w->held_count; i++) {
        if (!str_eq(w->held[i].seat, name))
            continue;
        ptrdiff_t person = draw_inspector_find(&w->roster, w->held[i].inspector);
        *out = (struct draw_leaving){(uint32_t)seat, (uint32_t)person, rest};
        return person >= 0 ? ERR_OK : ERR_DAMAGED;
    }
    return ERR_DAMAGED;
}

static int refill_by_seat(const void *a, const void *b)
{
    const struct draw_leaving *left = a;
    const struct draw_leaving *right = b;
    return left->seat < right->seat ? -1 : left->seat > right->seat;
}

static enum err refill_leaving(struct refill_work *w, struct db_tx *tx)
{
    struct errand *e = w->c->e;
    size_t count = w->refill->leaving_count;
    TRY(office_seats(&w->held, &w->held_count, e, tx, &w->c->draw));
    w->leaving = arena_array(e->arena, count, sizeof *w->leaving);
    if (w->leaving == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        TRY(refill_line(&w->leaving[i], w, w->refill->leaving[i]));
    qsort(w->leaving, count, sizeof *w->leaving, refill_by_seat);
    return ERR_OK;
}

static enum err refill_load(struct db_tx *tx, void *ctx)
{
    struct refill_work *w = ctx;
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct str seats;
    struct str inspectors;
    struct str eligible;
    struct draw_pair *pairs = NULL;
    TRY(draw_case_fresh(c, tx));
    TRY(draw_case_sources(&w->sources, e, tx, w->refill->sources, w->refill->source_count));
    TRY(draw_case_file(&seats, c, tx, STR("seats.tsv")));
    TRY(draw_case_file(&inspectors, c, tx, STR("inspectors.tsv")));
    TRY(draw_case_file(&eligible, c, tx, STR("eligible.tsv")));
    TRY(draw_roster_parse(&w->roster, e->arena, seats, inspectors, eligible, &e->fault));
    TRY(refill_leaving(w, tx));
    TRY(draw_staff_refill(&pairs, &w->roster.pair_count, c, tx, &w->roster, w->leaving,
                          w->refill->leaving_count));
    w->roster.pairs = pairs;
    return ERR_OK;
}

/* Does this person hold a seat of the object that he does not leave? */
static bool refill_sits(const struct refill_work *w, uint32_t person, struct str object)
{
    for (size_t i = 0; i < w->held_count; i++) {
        ptrdiff_t seat = draw_seat_find(&w->roster, w->held[i].seat);
        bool his = seat >= 0 && str_eq(w->roster.seats[seat].object, object) &&
                   str_eq(w->held[i].inspector, w->roster.inspectors[person].id);
        for (size_t k = 0; k < w->refill->leaving_count && his; k++)
            his = w->leaving[k].seat != (uint32_t)seat;
        if (his)
            return true;
    }
    return false;
}

/* Seats that stay with a person, and vacant seats that he may be given: his cap must bear both. */
static bool refill_has_room(const struct refill_work *w, uint32_t person)
{
    const struct draw_inspector *inspector = &w->roster.inspectors[person];
    uint64_t load = 0;
    for (size_t i = 0; i < w->held_count; i++)
        load += str_eq(w->held[i].inspector, inspector->id) ? 1 : 0;
    for (size_t k = 0; k < w->refill->leaving_count; k++)
        load -= w->leaving[k].inspector == person ? 1 : 0;
    for (size_t p = 0; p < w->roster.pair_count; p++)
        load += w->roster.pairs[p].inspector == person ? 1 : 0;
    return load <= inspector->cap;
}

/* Who may take this seat whatever the randomness. */
static size_t refill_candidates(const struct refill_work *w, const struct draw_leaving *row)
{
    size_t count = 0;
    struct str object = w->roster.seats[row->seat].object;
    for (size_t p = 0; p < w->roster.pair_count; p++) {
        const struct draw_pair *pair = &w->roster.pairs[p];
        if (pair->seat == row->seat && pair->inspector != row->inspector &&
            !refill_sits(w, pair->inspector, object) && refill_has_room(w, pair->inspector))
            count++;
    }
    return count;
}

/* Before the randomness is asked for: each vacant seat must have as many candidates as its object
 * has vacant seats, so that it can be filled whatever comes. */
static enum err refill_possible(const struct refill_work *w)
{
    for (size_t i = 0; i < w->refill->leaving_count; i++) {
        size_t vacant = 0;
        struct str object = w->roster.seats[w->leaving[i].seat].object;
        for (size_t k = 0; k < w->refill->leaving_count; k++)
            vacant += str_eq(w->roster.seats[w->leaving[k].seat].object, object) ? 1 : 0;
        size_t found = refill_candidates(w, &w->leaving[i]);
        if (found < vacant)
            return fault_set(&w->c->e->fault, ERR_STAFF,
                             "席位 %.*s 可以接替的人员只有 %zu 名，该对象空出 %zu 个席位，缺 %zu "
                             "名；没有任何改动",
                             STR_ARG(w->roster.seats[w->leaving[i].seat].id), found, vacant,
                             vacant - found);
    }
    return ERR_OK;
}

static enum err refill_papers(struct refill_work *w)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct buf text = {0};
    long long round = (long long)c->draw.round + 1;
    enum err err =
        draw_leaving_write(&text, &w->roster, w->leaving, w->refill->leaving_count, &e->fault);
    struct str leaving = arena_str(e->arena, buf_view(&text));
    buf_clear(&text);
    if (err == ERR_OK)
        err = draw_eligible_write(&text, &w->roster, &e->fault);
    struct str eligible = arena_str(e->arena, buf_view(&text));
    buf_free(&text);
    TRY(err);
    if (leaving.data == NULL || eligible.data == NULL)
        return ERR_MEMORY;
    TRY(draw_paper_put(&w->leaving_paper, c,
                       arena_printf(e->arena, "round-%lld/leaving.tsv", round), leaving));
    return draw_paper_put(&w->eligible_paper, c,
                          arena_printf(e->arena, "round-%lld/eligible.tsv", round), eligible);
}

static enum err refill_body(struct refill_work *w)
{
    struct draw_case *c = w->c;
    struct buf text = {0};
    struct draw_refill_entry entry = {.number = c->draw.number,
                                      .round = (uint64_t)c->draw.round + 1,
                                      .sources = w->sources,
                                      .source_count = w->refill->source_count};
    memcpy(entry.commitment, c->leaf, CRYPTO_HASH);
    memcpy(entry.leaving, w->leaving_paper.digest, CRYPTO_HASH);
    memcpy(entry.eligible, w->eligible_paper.digest, CRYPTO_HASH);
    return arena_keep(&w->body, c->e->arena, &text,
                      draw_refill_entry_write(&text, &entry, &c->e->fault));
}

static enum err refill_write(struct db_tx *tx, void *ctx)
{
    struct refill_work *w = ctx;
    struct draw_case *c = w->c;
    struct draw_case moved = *c;
    moved.draw.round = c->draw.round + 1;
    TRY(draw_case_log(&moved, tx, DRAW_REFILL, moved.draw.round, w->body));
    TRY(draw_paper_add(&w->leaving_paper, c, tx));
    TRY(draw_paper_add(&w->eligible_paper, c, tx));
    return draw_case_step(&moved, tx, STR("refilling"), STR("draw-refill"), c->draw.number);
}

static enum err refill_run(struct draw_case *c, const struct office_refill *refill)
{
    struct errand *e = c->e;
    struct refill_work work = {.c = c, .refill = refill};
    TRY(draw_case_expect(c, "assigned", "补位"));
    if (c->draw.sealed && (uint64_t)c->draw.round >= c->commitment.codes[0].length)
        return fault_set(&e->fault, ERR_STATE,
                         "封存密码链已用完，不能再补位；请公开或终止本次抽取");
    TRY(office_read(e, "draw-refill-load", refill_load, &work));
    TRY(refill_possible(&work));
    TRY(refill_papers(&work));
    TRY(refill_body(&work));
    TRY(office_write(e, "draw-refill", refill_write, &work));
    return office_log_sync(e->office, e->now, &e->fault);
}

enum err office_draw_refill(struct errand *e, const struct office_refill *refill)
{
    struct draw_case c;
    struct str outcome;
    bool done = false;
    TRY(office_repeated(&done, &outcome, e, STR("draw-refill")));
    if (done)
        return office_log_sync(e->office, e->now, &e->fault);
    if (refill->leaving_count == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         "必须指明空出的席位（--leaving 席位=理由）；没有任何改动");
    TRY(draw_case_read(&c, e, refill->draw));
    enum err err = refill_run(&c, refill);
    draw_case_wipe(&c);
    return err;
}

/* --- abort --- */

struct abort_work {
    struct draw_case *c;
    struct errand *e;
    struct str draw;
    struct str reason;
};

static enum err abort_check(struct abort_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_visit *visits = NULL;
    size_t count = 0;
    TRY(draw_case_expect(w->c, "committed|random1|drawn|staffed|random2|assigned|refilling|random3",
                         "终止"));
    TRY(office_visits(&visits, &count, e, tx, &w->c->draw));
    for (size_t i = 0; i < count; i++)
        if (str_eq(visits[i].state, STR("entered")) || str_eq(visits[i].state, STR("published")))
            return fault_set(&e->fault, ERR_STATE,
                             "抽取 %.*s 已录入检查结果，不能终止；没有任何改动", STR_ARG(w->draw));
    return ERR_OK;
}

static enum err abort_entry(struct buf *out, struct abort_work *w)
{
    const struct draw_abort entry = {w->draw, w->reason};
    return draw_abort_write(out, &entry, &w->e->fault);
}

static enum err abort_write(struct db_tx *tx, void *ctx)
{
    struct abort_work *w = ctx;
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    struct buf body = {0};
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("draw-abort")));
    if (done)
        return ERR_OK;
    TRY(draw_case_load(w->c, e, tx, w->draw));
    TRY(abort_check(w, tx));
    enum err err = abort_entry(&body, w);
    if (err == ERR_OK)
        err = draw_case_log(w->c, tx, DRAW_ABORT, 0, buf_view(&body));
    buf_free(&body);
    TRY(err);
    TRY(store_visits_state(tx, tenant, w->c->draw.id, STR("drawn"), STR("aborted")));
    TRY(store_visits_state(tx, tenant, w->c->draw.id, STR("assigned"), STR("aborted")));
    TRY(store_task_state(tx, tenant, w->c->draw.task, STR("aborted")));
    return draw_case_step(w->c, tx, STR("aborted"), STR("draw-abort"), w->reason);
}

enum err office_draw_abort(struct errand *e, struct str draw, struct str reason)
{
    struct draw_case c = {0};
    struct abort_work work = {&c, e, draw, reason};
    if (reason.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "终止抽取必须写明理由（--reason）；没有任何改动");
    enum err err = office_write(e, "draw-abort", abort_write, &work);
    draw_case_wipe(&c);
    TRY(err);
    return office_log_sync(e->office, e->now, &e->fault);
}
