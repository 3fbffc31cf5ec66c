/* Verification of a bundle: the order in which its parts are looked at. See bundle_verify.h.
 *
 * Files first, because everything else is read from them; then the log's entries; then each round
 * recomputed. A difference in one part does not keep the parts from being looked at that do not
 * rest on it, so that a reader sees all there is to see. */
#include "draw/bundle_work.h"

/* The manifest's own words on what this kind of bundle leaves open. */
static void open_say(struct bundle *b)
{
    struct str name = b->manifest.full ? STR("FULL") : STR("PUBLIC");
    for (size_t i = 0; i < b->manifest.unchecked_count; i++)
        bundle_say(b, &(struct draw_finding){.mark = DRAW_OPEN,
                                             .check = DRAW_CHECK_MANIFEST,
                                             .file = name,
                                             .words = b->manifest.unchecked[i]});
}

/* Whether the shelf was read far enough to look at the entries. */
static bool shelf_read(const struct bundle *b)
{
    return b->entry_count > 0 && b->files != NULL && !str_empty(b->manifest.number);
}

/* ERR_PROOF was reported where it arose. */
static enum err verify_run(struct bundle *b)
{
    TRY(bundle_go_on(bundle_shelf(b)));
    if (!shelf_read(b))
        return ERR_OK;
    enum err course = bundle_course(b);
    TRY(bundle_go_on(course));
    if (b->commitment.stratum_count > 0) {
        TRY(bundle_go_on(bundle_objects(b)));
        TRY(bundle_go_on(bundle_teams(b)));
    }
    open_say(b);
    return ERR_OK;
}

enum err draw_verify(struct draw_verdict *verdict, const struct draw_bundle_job *job,
                     struct fault *fault)
{
    struct arena arena = {0};
    struct bundle b = {.job = job, .verdict = verdict, .arena = &arena};
    *verdict = (struct draw_verdict){.holds = true};
    enum err err = verify_run(&b);
    arena_free(&arena);
    if (err == ERR_OK)
        return ERR_OK;
    verdict->holds = false;
    return fault_set(fault, err, "核验没有做完：%s", err_zh(err));
}
