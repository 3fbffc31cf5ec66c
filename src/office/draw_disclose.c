/* Opening a draw (PROTOCOL 9, 10): the disclosure entry, the bundles, and one business's own proof.
 *
 * The files of a bundle depend on nothing but the draw, so that they are made before the entry that
 * holds their root, and made again, byte for byte the same, whenever the bundles are asked for. */
#include "office/bundle.h"
#include "office/draw_case.h"

#include "base/file.h"
#include "crypto/wipe.h"
#include "draw/bundle_own.h"
#include "vault/log.h"

#include <string.h>

struct disclose {
    struct draw_case *c;
    struct store_draw_file *files;
    size_t file_count;
    struct store_stratum *strata;
    size_t stratum_count;
    bool show_people; /* setting: inspectors.tsv and eligible.tsv in the public bundle */
    struct office_bundle_part *parts;
    size_t part_count;
    struct draw_blind *blinds;
    size_t blind_count;
    struct draw_meaning *meanings;
    struct str *entries; /* without the disclosure */
    size_t entry_count;
    struct office_bundle bundle;
};

/* --- collecting --- */

static bool disclose_keep(const struct disclose *d, struct str name)
{
    bool people = str_eq(name, STR("inspectors.tsv")) || str_ends(name, STR("eligible.tsv")) ||
                  str_ends(name, STR("leaving.tsv"));
    return people && !d->show_people;
}

static enum err disclose_load(struct db_tx *tx, void *ctx)
{
    struct disclose *d = ctx;
    struct draw_case *c = d->c;
    struct errand *e = c->e;
    uint64_t show = 0;
    struct str tenant = e->office->tenant;
    TRY(office_setting_count(&show, e, tx, MODEL_SETTING_PUBLIC_TEAMS));
    d->show_people = show != 0;
    TRY(store_draw_files(&d->files, &d->file_count, e->arena, tx, tenant, c->draw.id));
    return store_strata(&d->strata, &d->stratum_count, e->arena, tx, tenant, c->draw.id);
}

/* selected.tsv without its strata. */
static enum err disclose_drawn(struct str *out, const struct draw_case *c,
                               const struct store_draw_file *file)
{
    struct errand *e = c->e;
    struct str selected;
    struct buf drawn = {0};
    struct draw_selection selection = {0};
    TRY(draw_case_bytes(&selected, c, file));
    enum err err = draw_selected_parse(&selection, e->arena, &c->commitment, selected, &e->fault);
    if (err == ERR_OK)
        err = draw_drawn_write(&drawn, &selection, e->arena);
    return arena_keep(out, e->arena, &drawn, err);
}

/* One file: where it lies, or its bytes where it lies sealed. */
static enum err disclose_part(struct disclose *d, const struct store_draw_file *file)
{
    struct draw_case *c = d->c;
    struct office_bundle_part *part = &d->parts[d->part_count++];
    *part = (struct office_bundle_part){.name = file->name, .kept = disclose_keep(d, file->name)};
    if (c->draw.sealed && !str_eq(file->name, STR("pool.tsv")))
        return draw_case_bytes(&part->bytes, c, file);
    part->path = draw_case_blob(c->e, file->digest);
    return part->path != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err disclose_parts(struct disclose *d)
{
    struct draw_case *c = d->c;
    struct errand *e = c->e;
    d->parts = arena_array(e->arena, d->file_count + 1, sizeof *d->parts);
    d->blinds = arena_array(e->arena, d->file_count, sizeof *d->blinds);
    if (d->parts == NULL || d->blinds == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < d->file_count; i++) {
        const struct store_draw_file *file = &d->files[i];
        TRY(disclose_part(d, file));
        if (str_eq(file->name, STR("selected.tsv"))) {
            struct office_bundle_part *drawn = &d->parts[d->part_count++];
            *drawn = (struct office_bundle_part){.name = STR("drawn.tsv")};
            TRY(disclose_drawn(&drawn->bytes, c, file));
        }
        if (!c->draw.sealed || str_eq(file->name, STR("pool.tsv")))
            continue;
        d->blinds[d->blind_count].name = file->name;
        TRY(draw_case_blind(d->blinds[d->blind_count++].blind, c, file));
    }
    return ERR_OK;
}

static enum err disclose_lists(struct disclose *d)
{
    struct draw_case *c = d->c;
    struct errand *e = c->e;
    d->entries = arena_array(e->arena, c->entry_count, sizeof *d->entries);
    d->meanings = arena_array(e->arena, d->stratum_count, sizeof *d->meanings);
    if (d->entries == NULL || d->meanings == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < c->entry_count; i++)
        if (!str_eq(c->entries[i].kind, draw_kind_name(DRAW_DISCLOSURE)))
            d->entries[d->entry_count++] = c->entries[i].body;
    for (size_t i = 0; i < d->stratum_count; i++)
        d->meanings[i] = (struct draw_meaning){d->strata[i].name, d->strata[i].meaning};
    return ERR_OK;
}

/* All files of the bundle and their root. */
static enum err disclose_prepare(struct disclose *d)
{
    struct draw_case *c = d->c;
    struct errand *e = c->e;
    bool aborted = draw_case_entry(c, DRAW_ABORT, 0) != NULL;
    TRY(office_read(e, "draw-disclose-load", disclose_load, d));
    TRY(disclose_parts(d));
    TRY(disclose_lists(d));
    struct office_bundle_draft draft = {
        .entries = d->entries,
        .entry_count = d->entry_count,
        .parts = d->parts,
        .part_count = d->part_count,
        .secrets = (const uint8_t(*)[DRAW_HASH])c->secret,
        .secret_count = c->draw.sealed && !aborted ? 1 : 0,
        .blinds = d->blinds,
        .blind_count = d->blind_count,
        .pool_key = c->draw.blinded ? c->pool_key : NULL,
        .strata = d->meanings,
        .stratum_count = c->draw.blinded ? d->stratum_count : 0,
    };
    struct str label = arena_printf(e->arena, "bundle|%.*s", STR_ARG(c->draw.number));
    crypto_hmac(draft.salt, str_range((const char *)e->office->seal_key, CRYPTO_HASH), label);
    return office_bundle_prepare(&d->bundle, e->arena, &draft, &e->fault);
}

/* --- the entry --- */

static enum err disclose_body(struct buf *out, const struct disclose *d)
{
    const struct draw_case *c = d->c;
    struct draw_disclosure entry = {.number = c->draw.number,
                                    .secrets = (const uint8_t(*)[DRAW_HASH])c->secret,
                                    .secret_count = c->draw.sealed ? 1 : 0};
    memcpy(entry.files, d->bundle.files, DRAW_HASH);
    return draw_disclosure_write(out, &entry, &c->e->fault);
}

static enum err disclose_write(struct db_tx *tx, void *ctx)
{
    struct disclose *d = ctx;
    struct draw_case *c = d->c;
    struct buf body = {0};
    enum err err = disclose_body(&body, d);
    if (err == ERR_OK)
        err = draw_case_log(c, tx, DRAW_DISCLOSURE, 0, buf_view(&body));
    buf_free(&body);
    TRY(err);
    TRY(office_draw_open(c->e, tx, &c->draw));
    return draw_case_step(c, tx, STR("disclosed"), STR("draw-disclose"), c->draw.number);
}

/* --- the zips --- */

struct disclose_log {
    struct str *entries;
    struct str *proofs;
    struct str vkey;
};

static enum err disclose_proofs(struct disclose_log *out, struct draw_case *c,
                                struct vault_log *log)
{
    struct errand *e = c->e;
    struct buf text = {0};
    enum err err = ERR_OK;
    for (size_t i = 0; i < c->entry_count && err == ERR_OK; i++) {
        buf_clear(&text);
        err = vault_log_proof_first(&text, log, (uint64_t)c->entries[i].idx);
        out->entries[i] = c->entries[i].body;
        out->proofs[i] = arena_str(e->arena, buf_view(&text));
        if (err == ERR_OK && out->proofs[i].data == NULL)
            err = ERR_MEMORY;
    }
    buf_clear(&text);
    vault_log_vkey(&text, log);
    return arena_keep(&out->vkey, e->arena, &text, err);
}

static enum err disclose_log_load(struct disclose_log *out, struct draw_case *c)
{
    struct errand *e = c->e;
    struct vault_log *log = NULL;
    out->entries = arena_array(e->arena, c->entry_count, sizeof *out->entries);
    out->proofs = arena_array(e->arena, c->entry_count, sizeof *out->proofs);
    if (out->entries == NULL || out->proofs == NULL)
        return ERR_MEMORY;
    TRY(vault_log_open(&log, e->office->dir, &e->fault));
    enum err err = disclose_proofs(out, c, log);
    vault_log_close(log);
    return err;
}

static enum err disclose_zips(struct office_disclosed *out, struct disclose *d)
{
    struct draw_case *c = d->c;
    struct errand *e = c->e;
    struct disclose_log log = {0};
    const char *dir = office_path(e->arena, e->office, "bundles");
    if (dir == NULL)
        return ERR_MEMORY;
    TRY(file_mkdirs(dir, 0700));
    TRY(disclose_log_load(&log, c));
    const struct office_bundle_log part = {log.entries, log.proofs, c->entry_count, log.vkey};
    out->full = arena_printf(e->arena, "%s/%.*s-full.zip", dir, STR_ARG(c->draw.number)).data;
    out->public = arena_printf(e->arena, "%s/%.*s-public.zip", dir, STR_ARG(c->draw.number)).data;
    if (out->full == NULL || out->public == NULL)
        return ERR_MEMORY;
    enum err err = office_bundle_write(out->full, true, &d->bundle, &part, &e->fault);
    if (err == ERR_OK)
        err = office_bundle_write(out->public, false, &d->bundle, &part, &e->fault);
    if (err != ERR_OK)
        fault_set(
            &e->fault, err,
            "%.*s，材料包没有写成；公开已写入日志，不会丢失，排除故障后重新运行 draw disclose 即可",
            STR_ARG(office_cause(err)));
    return err;
}

/* The zips need the entry with its place in the log, so the case is read again in between. */
static enum err disclose_run(struct office_disclosed *out, struct draw_case *c)
{
    struct errand *e = c->e;
    struct disclose d = {.c = c};
    TRY(draw_case_expect(c, "assigned|disclosed|aborted", "公开"));
    TRY(disclose_prepare(&d));
    if (str_eq(c->draw.state, STR("assigned")))
        TRY(office_write(e, "draw-disclose", disclose_write, &d));
    TRY(office_log_sync(e->office, e->now, &e->fault));
    TRY(draw_case_read(c, e, c->draw.number));
    return disclose_zips(out, &d);
}

enum err office_draw_disclose(struct office_disclosed *out, struct errand *e, struct str draw)
{
    struct draw_case c;
    TRY(draw_case_read(&c, e, draw));
    enum err err = disclose_run(out, &c);
    draw_case_wipe(&c);
    return err;
}

/* --- own proofs --- */

struct proof_work {
    struct draw_case *c;
    struct str object;
    struct str pool_digest;
    struct str selected;
    struct draw_own own;
};

static enum err proof_load(struct db_tx *tx, void *ctx)
{
    struct proof_work *w = ctx;
    struct draw_case *c = w->c;
    struct store_draw_file pool = {0};
    TRY(store_draw_file_get(&pool, c->e->arena, tx, c->e->office->tenant, c->draw.id,
                            STR("pool.tsv")));
    w->pool_digest = pool.digest;
    return draw_case_file(&w->selected, c, tx, STR("selected.tsv"));
}

typedef enum err proof_line(struct draw_own_finder *finder, struct str line);

static enum err proof_pass(struct draw_own_finder *finder, const char *path, proof_line *take)
{
    struct file_lines lines = {0};
    struct str line;
    TRY(file_lines_open(&lines, path));
    enum err err = file_lines_next(&lines, &line);
    while (err == ERR_OK) {
        err = take(finder, line);
        if (err == ERR_OK)
            err = file_lines_next(&lines, &line);
    }
    file_lines_close(&lines);
    return err == ERR_END ? ERR_OK : err;
}

static enum err proof_place(struct proof_work *w)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct draw_own_finder *finder = NULL;
    const char *path = draw_case_blob(e, w->pool_digest);
    if (path == NULL)
        return ERR_MEMORY;
    TRY(draw_own_open(&finder, e->arena, w->object, c->draw.blinded ? c->pool_key : NULL));
    TRY(proof_pass(finder, path, draw_own_find));
    TRY(draw_own_turn(finder, &e->fault));
    TRY(proof_pass(finder, path, draw_own_prove));
    return draw_own_close(&w->own, finder);
}

/* Quota, cutoff and rank of the object's stratum, from selected.tsv. */
static enum err proof_outcome(struct proof_work *w)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct draw_selection selection = {0};
    struct draw_object object = {0};
    TRY(draw_selected_parse(&selection, e->arena, &c->commitment, w->selected, &e->fault));
    TRY(draw_pool_split(&object, w->own.line.line, &e->fault));
    ptrdiff_t stratum = draw_commitment_stratum(&c->commitment, object.stratum);
    if (stratum < 0)
        return ERR_DAMAGED;
    w->own.quota = selection.quotas[stratum];
    const uint8_t *cutoff = draw_selection_cutoff(&selection, (size_t)stratum);
    if (cutoff != NULL)
        memcpy(w->own.cutoff, cutoff, CRYPTO_HASH);
    const struct draw_drawn *row = draw_selection_find(&selection, w->object);
    w->own.rank = row != NULL ? row->rank : 0;
    return ERR_OK;
}

/* The text and log proof of the case's entry of a kind and round. */
static enum err proof_entry(struct draw_own_entry *out, const struct draw_case *c,
                            const struct disclose_log *log, enum draw_kind kind, int64_t round)
{
    const struct store_draw_entry *entry = draw_case_entry(c, kind, round);
    if (entry == NULL)
        return ERR_STATE;
    size_t at = (size_t)(entry - c->entries);
    *out = (struct draw_own_entry){log->entries[at], log->proofs[at]};
    return ERR_OK;
}

static enum err proof_run(struct buf *out, struct draw_case *c, struct str object)
{
    struct errand *e = c->e;
    struct proof_work work = {.c = c, .object = object};
    struct disclose_log log = {0};
    TRY(draw_case_expect(c, "disclosed", "出具企业自证（须先公开）"));
    TRY(office_read(e, "draw-proof-load", proof_load, &work));
    TRY(proof_place(&work));
    TRY(disclose_log_load(&log, c));
    work.own.vkey = log.vkey;
    TRY(proof_entry(&work.own.commitment, c, &log, DRAW_COMMITMENT, 0));
    if (work.own.present) {
        TRY(proof_outcome(&work));
        TRY(proof_entry(&work.own.beacon, c, &log, DRAW_BEACON, 1));
        TRY(proof_entry(&work.own.disclosure, c, &log, DRAW_DISCLOSURE, 0));
    }
    return draw_own_write(out, &work.own, &e->fault);
}

enum err office_draw_proof(struct buf *out, struct errand *e, struct str draw, struct str object)
{
    struct draw_case c;
    TRY(draw_case_read(&c, e, draw));
    enum err err = proof_run(out, &c, object);
    draw_case_wipe(&c);
    if (err != ERR_OK && e->fault.text[0] == '\0')
        fault_set(&e->fault, err, "%s", err_zh(err));
    return err;
}
