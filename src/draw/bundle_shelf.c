/* The files of a bundle as files: their names, the manifest, the two lists and every digest.
 *
 * Invariant: after bundle_shelf found no difference, every file of the bundle is an entry, a proof,
 * vkey, files.tsv, or listed with its digest exactly once; and every listed file is there unless
 * this kind of bundle leaves it out. */
#include "draw/bundle_work.h"

#include <stdlib.h>
#include <string.h>

/* For sorting names. */
static int str_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* A copy: the source's own order is nobody's business. */
static enum err names_sort(struct bundle *b)
{
    const struct draw_bundle_source *files = b->job->files;
    if (files->count > DRAW_BUNDLE_FILES)
        return bundle_differs(
            b, &(struct draw_finding){.check = DRAW_CHECK_NAMES, .words = STR("文件数量超过上限")});
    b->names = arena_array(b->arena, files->count + 1, sizeof *b->names);
    if (b->names == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < files->count; i++)
        b->names[i] = files->names[i];
    if (files->count > 0)
        qsort(b->names, files->count, sizeof *b->names, str_order);
    return ERR_OK;
}

/* Names of the entry at `index` and of its proof, if the bundle has such an entry. */
static enum err entry_find(struct bundle_entry *entry, struct bundle *b, size_t index)
{
    struct buf name = {0};
    struct buf proof = {0};
    bool found = false;
    for (int kind = 0; kind < DRAW_KINDS && !found; kind++) {
        buf_clear(&name);
        draw_bundle_entry_name(&name, index, (enum draw_kind)kind);
        found = bundle_has(b, buf_view(&name));
        entry->kind = (enum draw_kind)kind;
    }
    draw_bundle_proof_name(&proof, index, entry->kind);
    entry->name = arena_str(b->arena, buf_view(&name));
    entry->proof = arena_str(b->arena, buf_view(&proof));
    bool memory = buf_err(&name) == ERR_OK && buf_err(&proof) == ERR_OK &&
                  entry->name.data != NULL && entry->proof.data != NULL;
    buf_free(&name);
    buf_free(&proof);
    if (!memory)
        return ERR_MEMORY;
    return found ? ERR_OK : ERR_END;
}

/* Numbers run without gap from 01; what stands behind a gap is found as a name that nothing
 * knows. */
static enum err entries_find(struct bundle *b)
{
    size_t most = 0;
    for (size_t i = 0; i < b->job->files->count; i++)
        most += str_starts(b->names[i], STR("entries/"));
    b->entries = arena_array(b->arena, most + 1, sizeof *b->entries);
    if (b->entries == NULL)
        return ERR_MEMORY;
    enum err err = ERR_OK;
    while (b->entry_count < most && err == ERR_OK) {
        err = entry_find(&b->entries[b->entry_count], b, b->entry_count);
        b->entry_count += err == ERR_OK;
    }
    if (err == ERR_MEMORY)
        return err;
    if (b->entry_count > 0 && b->entry_count <= DRAW_BUNDLE_ENTRIES)
        return ERR_OK;
    return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_ENTRY,
                                                    .file = STR("entries/01-commitment"),
                                                    .words = STR("材料包中没有承诺条目")});
}

/* Files that the log proves; all others must be listed. */
static bool name_of_log(const struct bundle *b, struct str name)
{
    if (str_eq(name, STR("vkey")) || str_eq(name, STR("files.tsv")))
        return true;
    for (size_t i = 0; i < b->entry_count; i++)
        if (str_eq(name, b->entries[i].name) || str_eq(name, b->entries[i].proof))
            return true;
    return false;
}

/* Listed, or of the log. */
static bool name_known(const struct bundle *b, struct str name)
{
    return draw_files_find(b->files, b->file_count, name) != NULL ||
           draw_files_find(b->kept, b->kept_count, name) != NULL || name_of_log(b, name);
}

/* Every stranger is named, not only the first. */
static enum err names_check(struct bundle *b)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < b->job->files->count; i++)
        if (!name_known(b, b->names[i]))
            err = bundle_differs(
                b, &(struct draw_finding){.check = DRAW_CHECK_NAMES,
                                          .file = b->names[i],
                                          .words = STR("文件清单和日志条目中都没有这个文件")});
    return err;
}

/* Which manifest is there says which kind of bundle this is. */
static enum err manifest_load(struct bundle *b)
{
    struct str text = {0};
    struct fault fault = {0};
    bool full = bundle_has(b, STR("FULL"));
    struct str name = full ? STR("FULL") : STR("PUBLIC");
    if (full && bundle_has(b, STR("PUBLIC")))
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_MANIFEST,
                                                        .file = STR("PUBLIC"),
                                                        .words = STR("FULL 与 PUBLIC 只能有一个")});
    TRY(bundle_load(&text, b, DRAW_CHECK_MANIFEST, name, BUNDLE_LIST));
    enum err err = draw_manifest_parse(&b->manifest, b->arena, text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_MANIFEST, name, err, &fault));
    if (b->manifest.full != full || (full && b->manifest.without_count > 0))
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_MANIFEST,
                                                        .file = name,
                                                        .row = 1,
                                                        .words = STR("说明与材料包的种类不一致")});
    b->verdict->full = full;
    bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                         .check = DRAW_CHECK_MANIFEST,
                                         .file = name,
                                         .shown = b->manifest.number,
                                         .words = full ? STR("完整材料包") : STR("公开材料包")});
    return ERR_OK;
}

/* files.tsv or private.tsv. */
static enum err list_load(struct draw_file **rows, size_t *count, struct bundle *b, struct str name)
{
    struct str text = {0};
    struct fault fault = {0};
    bool salted = str_eq(name, STR("private.tsv"));
    TRY(bundle_load(&text, b, DRAW_CHECK_FILE, name, BUNDLE_LIST));
    enum err err = draw_files_parse(rows, count, b->arena, text, salted, &fault);
    return bundle_blame(b, DRAW_CHECK_FILE, name, err, &fault);
}

/* Whether this kind of bundle leaves out a file of files.tsv. */
static bool left_out(const struct bundle *b, struct str name)
{
    if (b->manifest.full)
        return str_eq(name, STR("PUBLIC"));
    return str_eq(name, STR("FULL")) || str_eq(name, STR("private.tsv"));
}

/* The digest of one listed file. */
static enum err file_check(struct bundle *b, const struct draw_file *row, uint64_t line)
{
    uint8_t hash[DRAW_HASH];
    if (left_out(b, row->name) && !bundle_has(b, row->name)) {
        bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                             .check = DRAW_CHECK_LEFT_OUT,
                                             .file = row->name,
                                             .row = line});
        return ERR_OK;
    }
    TRY(bundle_hash(hash, b, row->name));
    return bundle_match(b, DRAW_CHECK_FILE, row->name, row->hash, hash);
}

/* All listed files are looked at, whatever the first ones gave. */
static enum err files_check(struct bundle *b, const struct draw_file *rows, size_t count)
{
    enum err all = ERR_OK;
    for (size_t i = 0; i < count; i++) {
        enum err err = file_check(b, &rows[i], i + 1);
        TRY(bundle_go_on(err));
        if (err != ERR_OK)
            all = err;
    }
    return all;
}

/* A file of private.tsv may be kept back and stands in no other list; of a blinded pool all that
 * betrays strata stands there. */
static enum err kept_check(struct bundle *b)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < b->kept_count; i++)
        if (!draw_bundle_may_keep(b->kept[i].name, b->manifest.blinded) ||
            draw_files_find(b->files, b->file_count, b->kept[i].name) != NULL)
            err = bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_FILE,
                                                           .file = b->kept[i].name,
                                                           .words = STR("这个文件必须公开")});
    for (size_t i = 0; b->manifest.blinded && i < b->file_count; i++)
        if (draw_bundle_must_keep(b->files[i].name))
            err = bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_FILE,
                                                           .file = b->files[i].name,
                                                           .words = STR("这个文件不得公开")});
    return err;
}

/* What the manifest says is missing must be missing, and must be allowed to be. */
static enum err without_check(struct bundle *b)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < b->manifest.without_count; i++) {
        struct str name = b->manifest.without[i];
        struct draw_finding finding = {
            .mark = DRAW_OPEN, .check = DRAW_CHECK_LEFT_OUT, .file = name};
        bool wrong = bundle_has(b, name) || !draw_bundle_may_keep(name, b->manifest.blinded);
        if (wrong)
            err = bundle_differs(b, &finding);
        else
            bundle_say(b, &finding);
    }
    return err;
}

enum err bundle_shelf(struct bundle *b)
{
    TRY(names_sort(b));
    TRY(entries_find(b));
    TRY(manifest_load(b));
    TRY(list_load(&b->files, &b->file_count, b, STR("files.tsv")));
    bool kept = draw_files_find(b->files, b->file_count, STR("private.tsv")) != NULL;
    if (kept && b->manifest.full)
        TRY(list_load(&b->kept, &b->kept_count, b, STR("private.tsv")));
    enum err err = names_check(b);
    enum err more[] = {files_check(b, b->files, b->file_count),
                       files_check(b, b->kept, b->kept_count), kept_check(b), without_check(b)};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        TRY(bundle_go_on(more[i]));
        err = more[i] != ERR_OK ? more[i] : err;
    }
    return err;
}
