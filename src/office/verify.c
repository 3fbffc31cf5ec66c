/* Opens a bundle (zip or folder) or an own proof, gives the pure verification its files and the
 * log's proofs, and renders what it finds. See verify.h.
 *
 * Nothing is written, nothing but the named file is read, and an archive is taken only within the
 * limits of base/zip.h. */
#include "office/verify.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/utf8.h"
#include "base/zip.h"
#include "draw/bundle_own.h"
#include "tlog/proof.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pool of ten million lines is 300 MB and deflates to a third; base/zip.h's defaults are for
 * uploads. */
static const struct zip_limits verify_limits = {
    .file = UINT64_C(2) << 30, .entries = DRAW_BUNDLE_FILES, .inflated = UINT64_C(4) << 30};

/* Where the files are, and who signed. */
struct place {
    struct arena arena;
    struct zip_reader *zip;
    const char *dir;
    struct str *names;
    size_t count;
    struct tlog_verifier verifier;
};

/* The log's proof for the pure verification; ctx is the verifier. */
static enum err prove(struct draw_logged *out, void *ctx, struct str proof,
                      const uint8_t leaf[DRAW_HASH], struct fault *fault)
{
    struct tlog_proven proven = {0};
    TRY(tlog_proof_verify(&proven, proof, leaf, ctx, fault));
    *out = (struct draw_logged){.index = proven.index, .size = proven.size, .time = proven.time};
    for (size_t i = 0; i < DRAW_HASH; i++)
        out->root[i] = proven.root[i];
    return ERR_OK;
}

/* A file that cannot be opened is damaged content to a reader, not a failure of the machine. */
static enum err zip_open(void **stream, void *ctx, struct str name)
{
    struct place *place = ctx;
    struct zip_stream *entry = NULL;
    enum err err = zip_reader_entry_open(&entry, place->zip, name);
    *stream = entry;
    return err == ERR_MEMORY ? err : err == ERR_OK ? ERR_OK : ERR_FORMAT;
}

/* As zip_open: inflating gives content or proves damage. */
static enum err zip_read(void *stream, char *data, size_t cap, size_t *got)
{
    enum err err = zip_stream_read(stream, data, cap, got);
    return err == ERR_OK || err == ERR_MEMORY ? err : ERR_FORMAT;
}

/* The stream is a zip_stream. */
static void zip_close(void *stream)
{
    zip_stream_close(stream);
}

/* An open file of a folder; the stream is the address of its descriptor. */
static enum err dir_open(void **stream, void *ctx, struct str name)
{
    struct place *place = ctx;
    struct stat about;
    int *fd = arena_alloc(&place->arena, sizeof *fd);
    struct str joined = arena_printf(&place->arena, "%s/%.*s", place->dir, STR_ARG(name));
    if (fd == NULL || joined.data == NULL)
        return ERR_MEMORY;
    *fd = open(joined.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (*fd < 0)
        return ERR_FORMAT;
    if (fstat(*fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(*fd);
        return ERR_FORMAT;
    }
    *stream = fd;
    return ERR_OK;
}

/* Errors of the disk are told as what they are. */
static enum err dir_read(void *stream, char *data, size_t cap, size_t *got)
{
    ssize_t n = read(*(int *)stream, data, cap);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? err_errno(errno) : ERR_OK;
}

/* The number itself lives in the arena. */
static void dir_close(void *stream)
{
    close(*(int *)stream);
}

/* The name is copied: readdir overwrites it. */
static enum err name_add(struct place *place, struct str name)
{
    if (place->count == DRAW_BUNDLE_FILES)
        return ERR_LIMIT;
    place->names[place->count] = arena_str(&place->arena, name);
    return place->names[place->count++].data == NULL ? ERR_MEMORY : ERR_OK;
}

/* Adds the files below dir/under; a bundle has one level of folders, so whatever lies deeper keeps
 * a name that no bundle has and is reported. */
static enum err dir_names(struct place *place, const char *under, int depth)
{
    struct str at = arena_printf(&place->arena, "%s/%s", place->dir, under);
    DIR *dir = at.data == NULL ? NULL : opendir(at.data);
    if (dir == NULL)
        return at.data == NULL ? ERR_MEMORY : err_errno(errno);
    enum err err = ERR_OK;
    const struct dirent *entry = NULL;
    while (err == ERR_OK && (entry = readdir(dir)) != NULL) {
        struct stat about;
        struct str self = str_of(entry->d_name);
        if (str_eq(self, STR(".")) || str_eq(self, STR("..")))
            continue;
        struct str name =
            arena_printf(&place->arena, "%s%s%s", under, *under != '\0' ? "/" : "", entry->d_name);
        bool folder = fstatat(dirfd(dir), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
                      S_ISDIR(about.st_mode) && depth < 2;
        if (name.data == NULL)
            err = ERR_MEMORY;
        else
            err = folder ? dir_names(place, name.data, depth + 1) : name_add(place, name);
    }
    closedir(dir);
    return err;
}

/* Of the archive or of the folder. */
static enum err names_make(struct place *place)
{
    size_t count = 0;
    place->names = arena_array(&place->arena, DRAW_BUNDLE_FILES, sizeof *place->names);
    if (place->names == NULL)
        return ERR_MEMORY;
    if (place->zip == NULL)
        return dir_names(place, "", 0);
    const struct zip_entry *entries = zip_reader_names(place->zip, &count);
    for (size_t i = 0; i < count; i++)
        TRY(name_add(place, entries[i].name));
    return ERR_OK;
}

/* As the pure part counts and reports; the key is the one thing it does not look at. */
static void report_key(const struct office_verify *job, struct draw_verdict *verdict,
                       const struct draw_finding *finding)
{
    if (job->report != NULL)
        job->report(job->ctx, finding);
    verdict->open += finding->mark == DRAW_OPEN;
    verdict->same += finding->mark == DRAW_SAME;
    if (finding->mark != DRAW_DIFFERS)
        return;
    if (verdict->differs++ == 0)
        verdict->file[0] = '\0';
    verdict->holds = false;
}

/* Chooses the key: the reader's if there is one, and then the file's own must be the same. own is
 * empty when the file shows none that can be read. */
static enum err key_choose(struct place *place, const struct office_verify *job, struct str own,
                           struct draw_verdict *verdict, struct fault *fault)
{
    struct tlog_verifier shown = {0};
    struct draw_finding finding = {.mark = DRAW_OPEN,
                                   .check = DRAW_CHECK_KEY,
                                   .file = STR("vkey"),
                                   .shown = own,
                                   .computed = job->vkey,
                                   .words = STR("公钥取自文件自身，请与机构另行公布的公钥核对，"
                                                "或用 --vkey 给出")};
    bool readable = tlog_verifier_parse(&shown, own) == ERR_OK;
    place->verifier = shown;
    if (str_empty(job->vkey) && readable) {
        verdict->own_key = true;
        report_key(job, verdict, &finding);
        return ERR_OK;
    }
    if (!str_empty(job->vkey) && tlog_verifier_parse(&place->verifier, job->vkey) != ERR_OK)
        return fault_set(fault, ERR_INPUT, "--vkey 给出的不是日志公钥：%.*s", STR_ARG(job->vkey));
    bool same = readable && str_eq(own, job->vkey);
    finding.mark = same ? DRAW_SAME : DRAW_DIFFERS;
    finding.words = same       ? STR("与给出的公钥一致")
                    : readable ? STR("与给出的公钥不一致")
                               : STR("文件中没有可以读出的日志公钥");
    report_key(job, verdict, &finding);
    return same ? ERR_OK : ERR_PROOF;
}

/* The one line of the file vkey, without its LF; empty when it is anything else. */
static struct str own_key(struct place *place, const struct draw_bundle_source *files)
{
    enum { MOST = 1024 };
    char *data = arena_alloc(&place->arena, MOST);
    void *stream = NULL;
    size_t len = 0;
    size_t got = 1;
    if (data == NULL || files->open(&stream, place, STR("vkey")) != ERR_OK)
        return str_range(NULL, 0);
    while (got > 0 && len < MOST) {
        if (files->read(stream, data + len, MOST - len, &got) != ERR_OK)
            got = len = 0;
        len += got;
    }
    files->close(stream);
    if (len == 0 || len == MOST || data[len - 1] != '\n')
        return str_range(NULL, 0);
    return str_range(data, len - 1);
}

/* Adds what was found before the pure verification began. */
static void verdict_join(struct draw_verdict *verdict, const struct draw_verdict *before)
{
    verdict->own_key = before->own_key;
    verdict->same += before->same;
    verdict->open += before->open;
    verdict->differs += before->differs;
    verdict->holds = verdict->holds && before->holds;
    if (before->differs == 0)
        return;
    const char key[] = "vkey";
    for (size_t i = 0; i < sizeof key; i++)
        verdict->file[i] = key[i];
    verdict->row = 1;
}

/* A key that does not fit is a difference, and all else is still looked at. */
static enum err bundle_run(struct draw_verdict *verdict, struct place *place,
                           const struct office_verify *job, struct fault *fault)
{
    struct draw_bundle_source files = {.ctx = place,
                                       .open = place->zip != NULL ? zip_open : dir_open,
                                       .read = place->zip != NULL ? zip_read : dir_read,
                                       .close = place->zip != NULL ? zip_close : dir_close};
    struct draw_verdict before = {.holds = true};
    enum err err = names_make(place);
    if (err != ERR_OK)
        return fault_set(fault, err, "读不出“%s”中的文件：%s", job->path, err_zh(err));
    files.names = place->names;
    files.count = place->count;
    err = key_choose(place, job, own_key(place, &files), &before, fault);
    if (err != ERR_OK && err != ERR_PROOF)
        return err;
    struct draw_bundle_log log = {.ctx = &place->verifier, .prove = prove};
    struct draw_bundle_job run = {
        .files = &files, .log = &log, .report = job->report, .ctx = job->ctx};
    TRY(draw_verify(verdict, &run, fault));
    verdict_join(verdict, &before);
    return ERR_OK;
}

/* The same for an own proof, which is small enough to be read whole. */
static enum err own_run(struct draw_verdict *verdict, struct place *place,
                        const struct office_verify *job, struct fault *fault)
{
    struct buf text = {0};
    struct draw_own own = {0};
    struct draw_verdict before = {.holds = true};
    enum err err = file_read(&text, job->path, DRAW_OWN_MAX);
    if (err != ERR_OK)
        fault_set(fault, err, "读不出“%s”：%s", job->path, err_zh(err));
    if (err == ERR_OK)
        err = draw_own_parse(&own, buf_view(&text), fault);
    if (err == ERR_OK)
        err = key_choose(place, job, own.vkey, &before, fault);
    if (err == ERR_OK || err == ERR_PROOF) {
        struct draw_bundle_log log = {.ctx = &place->verifier, .prove = prove};
        struct draw_bundle_job run = {.log = &log, .report = job->report, .ctx = job->ctx};
        err = draw_own_verify(verdict, &own, &run, fault);
        verdict_join(verdict, &before);
    }
    buf_free(&text);
    return err;
}

/* Whether the file at path begins with these bytes. */
static bool file_begins(const char *path, struct str bytes)
{
    char head[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    return got > 0 && str_starts(str_range(head, (size_t)got), bytes);
}

/* What it is, is told by its first bytes, never by its name. */
static enum err place_run(struct draw_verdict *verdict, struct place *place,
                          const struct office_verify *job, struct fault *fault)
{
    struct stat about;
    if (stat(job->path, &about) != 0)
        return fault_set(fault, err_errno(errno), "打不开“%s”，请检查文件名", job->path);
    if (S_ISDIR(about.st_mode)) {
        place->dir = job->path;
        return bundle_run(verdict, place, job, fault);
    }
    if (file_begins(job->path, STR("sunlot-proof/1\n")))
        return own_run(verdict, place, job, fault);
    if (!file_begins(job->path, STR("PK")))
        return fault_set(fault, ERR_FORMAT,
                         "“%s”既不是材料包（zip），也不是企业自证（sunlot-proof/1）", job->path);
    TRY(zip_reader_open(&place->zip, job->path, &verify_limits, fault));
    return bundle_run(verdict, place, job, fault);
}

enum err office_verify(struct draw_verdict *verdict, const struct office_verify *job,
                       struct fault *fault)
{
    struct place place = {0};
    *verdict = (struct draw_verdict){0};
    enum err err = place_run(verdict, &place, job, fault);
    zip_reader_close(place.zip);
    arena_free(&place.arena);
    if (err != ERR_OK)
        verdict->holds = false;
    return err;
}

/* Two characters each, so that a report lines up. */
static const char *mark_zh(enum draw_mark mark)
{
    switch (mark) {
    case DRAW_SAME:
        return "相符";
    case DRAW_DIFFERS:
        return "不符";
    case DRAW_OPEN:
        return "未核";
    default:
        return "所示";
    }
}

/* A text as one line of a terminal: what could steer or reorder it becomes a blank, bytes that are
 * no text a question mark, and there is an end to it. */
static void text_add(struct buf *out, struct str text)
{
    enum { MOST = 1024 };
    struct str rest = text;
    while (rest.len > 0 && text.len - rest.len < MOST) {
        uint32_t cp = '?';
        if (utf8_next(&cp, &rest) != ERR_OK)
            rest = str_sub(rest, 1, rest.len);
        utf8_add(out, utf8_is_control(cp) || utf8_is_deceptive(cp) ? ' ' : cp);
    }
    if (rest.len > 0)
        buf_cat(out, "…");
}

/* A value with its label, nothing for an empty one. */
static void value_add(struct buf *out, const char *label, struct str value)
{
    if (str_empty(value))
        return;
    buf_printf(out, "；%s", label);
    text_add(out, value);
}

void office_verify_line(struct buf *out, const struct draw_finding *finding)
{
    buf_printf(out, "%s  %s", mark_zh(finding->mark), draw_check_zh(finding->check));
    if (!str_empty(finding->file)) {
        buf_cat(out, "（");
        text_add(out, finding->file);
        if (finding->row > 0)
            buf_printf(out, " 第 %llu 行", (unsigned long long)finding->row);
        buf_cat(out, "）");
    }
    bool both = !str_empty(finding->shown) && str_eq(finding->shown, finding->computed);
    value_add(out, both ? "" : "所示 ", finding->shown);
    if (!both)
        value_add(out, "重算 ", finding->computed);
    value_add(out, "", finding->words);
    buf_char(out, '\n');
}

void office_verify_end(struct buf *out, const struct draw_verdict *verdict)
{
    buf_printf(out,
               "\n共核对 %llu 项：相符 %llu，不符 %llu；另有 %llu "
               "项凭这份文件不能核对（见上面的“未核”）。\n",
               (unsigned long long)(verdict->same + verdict->differs),
               (unsigned long long)verdict->same, (unsigned long long)verdict->differs,
               (unsigned long long)verdict->open);
    if (verdict->holds && verdict->training)
        buf_cat(out, "结论：全部相符，但只用了本机随机数，仅供培训和演示。\n");
    else if (verdict->holds)
        buf_cat(out, "结论：全部相符。\n");
    if (verdict->holds && verdict->own_key)
        buf_cat(out,
                "但日志公钥取自这份文件自身：请与机构另行公布的公钥核对，或用 --vkey 给出。\n");
    if (verdict->holds)
        return;
    buf_cat(out, "结论：不符，这份文件不能证明抽取是按规则进行的。");
    if (verdict->file[0] != '\0') {
        buf_cat(out, "最先不符之处：");
        text_add(out, str_of(verdict->file));
    }
    if (verdict->file[0] != '\0' && verdict->row > 0)
        buf_printf(out, " 第 %llu 行", (unsigned long long)verdict->row);
    buf_cat(out, "\n");
}
