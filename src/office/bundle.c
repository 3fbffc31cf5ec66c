/* Bundles: makes the files that follow from a draw, lists them, and writes the zip. See bundle.h.
 *
 * Invariant: what is kept back from the public bundle stands in private.tsv and nowhere else, and a
 * blind goes where its file goes; so nothing that is public tells anything about what is not. */
#include "office/bundle.h"

#include "base/zip.h"
#include "crypto/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* One preparation. */
struct shelf {
    struct arena *arena;
    const struct office_bundle_draft *draft;
    struct fault *fault;
    struct draw_commitment commitment;
    struct office_bundle_part *parts;
    size_t count;
    size_t room;
};

/* By name: the order of the zip. */
static int part_order(const void *a, const void *b)
{
    return str_cmp(((const struct office_bundle_part *)a)->name,
                   ((const struct office_bundle_part *)b)->name);
}

/* Parts are few. */
static const struct office_bundle_part *part_find(const struct shelf *s, struct str name)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->parts[i].name, name))
            return &s->parts[i];
    return NULL;
}

/* Whatever betrays strata is kept back without being asked. */
static enum err part_add(struct shelf *s, const struct office_bundle_part *part)
{
    struct office_bundle_part *to = &s->parts[s->count];
    if (!draw_bundle_name_ok(part->name))
        return fault_set(s->fault, ERR_INPUT, "材料包中没有名为“%.*s”的文件", STR_ARG(part->name));
    if (part_find(s, part->name) != NULL)
        return fault_set(s->fault, ERR_DUPLICATE, "文件“%.*s”重复", STR_ARG(part->name));
    if (s->count == s->room)
        return fault_set(s->fault, ERR_LIMIT, "材料包中的文件过多");
    *to = *part;
    bool blinded = s->commitment.blinded;
    if (draw_bundle_must_keep(part->name) && draw_bundle_may_keep(part->name, blinded))
        to->kept = true;
    if (to->kept && !draw_bundle_may_keep(part->name, blinded))
        return fault_set(s->fault, ERR_INPUT, "文件“%.*s”必须公开", STR_ARG(part->name));
    s->count++;
    return ERR_OK;
}

/* Adds a file made here; takes text's memory in any case. err is what making it gave. */
static enum err text_add(struct shelf *s, struct str name, struct buf *text, enum err err)
{
    struct office_bundle_part part = {.name = arena_str(s->arena, name)};
    if (err == ERR_OK)
        err = buf_err(text);
    if (err == ERR_OK) {
        part.bytes = arena_str(s->arena, buf_view(text));
        err = part.bytes.data == NULL || part.name.data == NULL ? ERR_MEMORY : ERR_OK;
    }
    buf_free(text);
    TRY(err);
    return part_add(s, &part);
}

/* One party a line, in the order of the commitment's codes. */
static enum err secret_add(struct shelf *s)
{
    struct buf text = {0};
    for (size_t i = 0; i < s->draft->secret_count; i++) {
        buf_hex(&text, s->draft->secrets[i], DRAW_HASH);
        buf_char(&text, '\n');
    }
    return s->draft->secret_count == 0 ? ERR_OK : text_add(s, STR("secret"), &text, ERR_OK);
}

/* The key opens every leaf of a blinded pool; the meanings say what its strata stand for. */
static enum err strata_add(struct shelf *s)
{
    struct buf key = {0};
    struct buf text = {0};
    uint8_t salt[DRAW_HASH];
    if (s->draft->pool_key == NULL)
        return ERR_OK;
    buf_hex(&key, s->draft->pool_key, DRAW_HASH);
    buf_char(&key, '\n');
    TRY(text_add(s, STR("pool-key"), &key, ERR_OK));
    struct draw_meaning *rows = arena_array(s->arena, s->draft->stratum_count, sizeof *rows);
    if (rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < s->draft->stratum_count; i++)
        rows[i] = s->draft->strata[i];
    crypto_hmac(salt, draw_bytes(s->draft->salt, DRAW_HASH), STR("strata"));
    return text_add(s, STR("strata.tsv"), &text,
                    draw_meanings_write(&text, rows, s->draft->stratum_count, salt, s->fault));
}

/* True for a file whose digest stands in a log entry. */
static bool part_committed(struct str name)
{
    return str_eq(name, STR("selected.tsv")) || str_eq(name, STR("seats.tsv")) ||
           str_eq(name, STR("inspectors.tsv")) || str_eq(name, STR("eligible.tsv")) ||
           str_eq(name, STR("teams.tsv")) || str_starts(name, STR("round-")) ||
           str_starts(name, STR("skip-"));
}

/* By the name of the file it belongs to. */
static const struct draw_blind *blind_find(const struct office_bundle_draft *draft, struct str name)
{
    for (size_t i = 0; i < draft->blind_count; i++)
        if (str_eq(draft->blinds[i].name, name))
            return &draft->blinds[i];
    return NULL;
}

/* The blinds of the files that are kept back (kept), or of all others. */
static enum err blinds_add(struct shelf *s, size_t parts, bool kept)
{
    struct buf text = {0};
    size_t count = 0;
    struct draw_blind *rows = arena_array(s->arena, parts, sizeof *rows);
    if (rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < parts; i++) {
        const struct office_bundle_part *part = &s->parts[i];
        const struct draw_blind *blind = blind_find(s->draft, part->name);
        if (!part_committed(part->name) || part->kept != kept)
            continue;
        if (blind == NULL)
            return fault_set(s->fault, ERR_INPUT, "缺少文件“%.*s”的遮盖数", STR_ARG(part->name));
        rows[count++] = *blind;
    }
    if (count == 0)
        return ERR_OK;
    return text_add(s, kept ? STR("blinds-private") : STR("blinds"), &text,
                    draw_blinds_write(&text, rows, count, s->fault));
}

/* Empty when nothing was given for the round. */
static struct str evidence_of(const struct office_bundle_draft *draft, uint64_t round)
{
    for (size_t i = 0; i < draft->evidence_count; i++)
        if (draft->evidence[i].round == round)
            return draft->evidence[i].text;
    return str_range(NULL, 0);
}

/* The parts repeat the entry, so that the file can be read alone. */
static enum err beacon_add(struct shelf *s, struct str entry)
{
    struct buf text = {0};
    struct draw_beacon beacon = {0};
    TRY(draw_beacon_parse(&beacon, s->arena, entry, s->fault));
    struct str name = arena_printf(s->arena, "beacons/%llu.txt", (unsigned long long)beacon.round);
    if (name.data == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < beacon.part_count; i++)
        buf_printf(&text, "part %.*s\n", STR_ARG(beacon.parts[i]));
    struct str evidence = evidence_of(s->draft, beacon.round);
    if (!str_empty(evidence)) {
        buf_char(&text, '\n');
        buf_str(&text, evidence);
        if (evidence.data[evidence.len - 1] != '\n')
            buf_char(&text, '\n');
    }
    return text_add(s, name, &text, ERR_OK);
}

/* Every round that came. */
static enum err beacons_add(struct shelf *s)
{
    for (size_t i = 0; i < s->draft->entry_count; i++) {
        enum draw_kind kind = DRAW_COMMITMENT;
        TRY(draw_entry_kind(&kind, s->draft->entries[i], s->fault));
        if (kind == DRAW_BEACON)
            TRY(beacon_add(s, s->draft->entries[i]));
    }
    return ERR_OK;
}

/* VERIFY.md and both manifests; they name what is kept back, so they come after everything else. */
static enum err texts_add(struct shelf *s)
{
    struct buf guide = {0};
    struct buf full = {0};
    struct buf open = {0};
    struct str *kept = arena_array(s->arena, s->count, sizeof *kept);
    struct draw_bundle_plan plan = {.entries = s->draft->entries,
                                    .entry_count = s->draft->entry_count,
                                    .secrets = s->draft->secrets,
                                    .secret_count = s->draft->secret_count,
                                    .kept = kept};
    if (kept == NULL)
        return ERR_MEMORY;
    qsort(s->parts, s->count, sizeof *s->parts, part_order);
    for (size_t i = 0; i < s->count; i++)
        if (s->parts[i].kept)
            kept[plan.kept_count++] = s->parts[i].name;
    TRY(text_add(s, STR("VERIFY.md"), &guide,
                 draw_bundle_guide(&guide, s->arena, &plan, s->fault)));
    TRY(text_add(s, STR("FULL"), &full,
                 draw_bundle_manifest(&full, s->arena, &plan, true, s->fault)));
    return text_add(s, STR("PUBLIC"), &open,
                    draw_bundle_manifest(&open, s->arena, &plan, false, s->fault));
}

/* A pool may be larger than memory: it streams. */
static enum err path_hash(uint8_t hash[DRAW_HASH], const char *path)
{
    char data[65536];
    struct crypto_sha256 h;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(errno);
    crypto_sha256_init(&h);
    ssize_t got = 1;
    while (got > 0) {
        got = read(fd, data, sizeof data);
        if (got > 0)
            crypto_sha256_add(&h, str_range(data, (size_t)got));
    }
    enum err err = got < 0 ? err_errno(errno) : ERR_OK;
    close(fd);
    crypto_sha256_final(hash, &h);
    return err;
}

/* The digest of bytes or of the file at a path. */
static enum err part_hash(struct draw_file *file, const struct shelf *s,
                          const struct office_bundle_part *part)
{
    file->name = part->name;
    if (part->path == NULL) {
        crypto_sha256(file->hash, part->bytes);
        return ERR_OK;
    }
    enum err err = path_hash(file->hash, part->path);
    if (err == ERR_OK)
        return ERR_OK;
    return fault_set(s->fault, err, "读不出“%.*s”：%s", STR_ARG(part->name), err_zh(err));
}

/* The digests of the files that are kept back, or of all others. */
static enum err list_make(struct draw_file **files, size_t *count, struct shelf *s, bool kept)
{
    *count = 0;
    *files = arena_array(s->arena, s->count, sizeof **files);
    if (*files == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < s->count; i++)
        if (s->parts[i].kept == kept)
            TRY(part_hash(&(*files)[(*count)++], s, &s->parts[i]));
    return ERR_OK;
}

/* Comes after everything that may be kept back, and before files.tsv, which lists it. */
static enum err private_add(struct shelf *s)
{
    struct draw_file *files = NULL;
    size_t count = 0;
    struct buf text = {0};
    TRY(list_make(&files, &count, s, true));
    if (count == 0)
        return ERR_OK;
    return text_add(s, STR("private.tsv"), &text,
                    draw_files_write(&text, files, count, s->draft->salt, s->fault));
}

/* files.tsv is not listed in itself, and so is no part whose name draw_bundle_name_ok knows. */
static enum err files_add(struct office_bundle *bundle, struct shelf *s)
{
    struct draw_file *files = NULL;
    size_t count = 0;
    struct buf text = {0};
    struct office_bundle_part part = {.name = STR("files.tsv")};
    TRY(list_make(&files, &count, s, false));
    TRY(draw_files_root(bundle->files, files, count, s->fault));
    enum err err = draw_files_write(&text, files, count, NULL, s->fault);
    if (err == ERR_OK) {
        part.bytes = arena_str(s->arena, buf_view(&text));
        err = part.bytes.data == NULL ? ERR_MEMORY : ERR_OK;
    }
    buf_free(&text);
    TRY(err);
    s->parts[s->count++] = part;
    return ERR_OK;
}

enum err office_bundle_prepare(struct office_bundle *bundle, struct arena *arena,
                               const struct office_bundle_draft *draft, struct fault *fault)
{
    enum { MADE_HERE = 10 };
    struct shelf s = {.arena = arena, .draft = draft, .fault = fault};
    s.room = draft->part_count + draft->entry_count + MADE_HERE;
    s.parts = arena_array(arena, s.room + 1, sizeof *s.parts);
    if (s.parts == NULL)
        return ERR_MEMORY;
    if (draft->entry_count == 0)
        return fault_set(fault, ERR_INPUT, "抽取还没有任何日志条目，没有材料可以打包");
    TRY(draw_commitment_parse(&s.commitment, arena, draft->entries[0], fault));
    for (size_t i = 0; i < draft->part_count; i++)
        TRY(part_add(&s, &draft->parts[i]));
    if (draw_commitment_sealed(&s.commitment)) {
        TRY(blinds_add(&s, draft->part_count, false));
        TRY(blinds_add(&s, draft->part_count, true));
    }
    TRY(secret_add(&s));
    TRY(strata_add(&s));
    TRY(beacons_add(&s));
    TRY(texts_add(&s));
    TRY(private_add(&s));
    TRY(files_add(bundle, &s));
    qsort(s.parts, s.count, sizeof *s.parts, part_order);
    bundle->parts = s.parts;
    bundle->part_count = s.count;
    return ERR_OK;
}

/* All files of one zip: those of the draw that go into it, and those of the log. */
static enum err zip_parts(struct office_bundle_part **parts, size_t *count, struct arena *arena,
                          const struct office_bundle_log *log)
{
    struct office_bundle_part *list = *parts;
    for (size_t i = 0; i < log->count; i++) {
        struct buf names[2] = {0};
        enum draw_kind kind = DRAW_COMMITMENT;
        TRY(draw_entry_kind(&kind, log->entries[i], NULL));
        draw_bundle_entry_name(&names[0], i, kind);
        draw_bundle_proof_name(&names[1], i, kind);
        list[*count].name = arena_str(arena, buf_view(&names[0]));
        list[*count + 1].name = arena_str(arena, buf_view(&names[1]));
        list[*count].bytes = log->entries[i];
        list[*count + 1].bytes = log->proofs[i];
        buf_free(&names[0]);
        buf_free(&names[1]);
        if (list[*count].name.data == NULL || list[*count + 1].name.data == NULL)
            return ERR_MEMORY;
        *count += 2;
    }
    list[*count].name = STR("vkey");
    list[*count].bytes = arena_printf(arena, "%.*s\n", STR_ARG(log->vkey));
    *count += 1;
    return list[*count - 1].bytes.data == NULL ? ERR_MEMORY : ERR_OK;
}

/* Whether a part stands in this kind of bundle. */
static bool part_belongs(const struct office_bundle_part *part, bool full)
{
    if (full)
        return !str_eq(part->name, STR("PUBLIC"));
    return !part->kept && !str_eq(part->name, STR("FULL")) &&
           !str_eq(part->name, STR("private.tsv"));
}

/* Nothing stands at path unless all was written. */
static enum err zip_write(const char *path, struct arena *arena,
                          const struct office_bundle_part *parts, size_t count)
{
    struct zip_writer *zip = NULL;
    enum err err = zip_writer_open(&zip, path);
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const char *name = arena_cstr(arena, parts[i].name);
        if (name == NULL)
            err = ERR_MEMORY;
        else if (parts[i].path != NULL)
            err = zip_writer_add_file(zip, name, parts[i].path);
        else
            err = zip_writer_add(zip, name, parts[i].bytes);
    }
    if (err == ERR_OK)
        return zip_writer_close(zip);
    zip_writer_abandon(zip);
    return err;
}

enum err office_bundle_write(const char *path, bool full, const struct office_bundle *bundle,
                             const struct office_bundle_log *log, struct fault *fault)
{
    struct arena arena = {0};
    size_t count = 0;
    struct office_bundle_part *parts =
        arena_array(&arena, bundle->part_count + 2 * log->count + 1, sizeof *parts);
    enum err err = parts == NULL ? ERR_MEMORY : ERR_OK;
    for (size_t i = 0; i < bundle->part_count && err == ERR_OK; i++)
        if (part_belongs(&bundle->parts[i], full))
            parts[count++] = bundle->parts[i];
    if (err == ERR_OK)
        err = zip_parts(&parts, &count, &arena, log);
    if (err == ERR_OK) {
        qsort(parts, count, sizeof *parts, part_order);
        err = zip_write(path, &arena, parts, count);
    }
    arena_free(&arena);
    if (err == ERR_OK)
        return ERR_OK;
    return fault_set(fault, err, "材料包“%s”没有写成：%s", path, err_zh(err));
}
