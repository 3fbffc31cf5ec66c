/* Pictures from outside: see picture.h. */
#include "office/picture.h"

#include "base/child.h"
#include "base/file.h"
#include "crypto/seal.h"
#include "picture/answer.h"
#include "vault/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PICTURE_PROGRAM "/sunlot-picture"

enum { ORIGINAL_MOST = 1 << 30 };

bool office_picture_is(struct str kind)
{
    return str_eq(kind, STR("png")) || str_eq(kind, STR("jpeg"));
}

/* --- the copy --- */

struct picture_settings {
    struct errand *e;
    uint64_t megapixels;
    uint64_t edge;
    uint64_t mib;
    uint64_t seconds;
};

static enum err picture_settings(struct db_tx *tx, void *ctx)
{
    struct picture_settings *s = ctx;
    TRY(office_setting_count(&s->megapixels, s->e, tx, MODEL_SETTING_PICTURE_PIXELS));
    TRY(office_setting_count(&s->edge, s->e, tx, MODEL_SETTING_PICTURE_EDGE));
    TRY(office_setting_count(&s->mib, s->e, tx, MODEL_SETTING_PICTURE_MEMORY));
    return office_setting_count(&s->seconds, s->e, tx, MODEL_SETTING_PICTURE_SECONDS);
}

/* The program stands beside ours; SUNLOT_PICTURE names it for programs that stand elsewhere. */
static const char *picture_program(struct arena *arena)
{
    char own[FILE_PATH_MAX];
    const char *named = secure_getenv("SUNLOT_PICTURE");
    if (named != NULL && named[0] == '/')
        return named;
    ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
    while (len > 0 && own[len - 1] != '/')
        len--;
    if (len <= 0)
        return NULL;
    struct str path = arena_printf(arena, "%.*s%s", (int)(len - 1), own, PICTURE_PROGRAM);
    return path.data != NULL ? arena_cstr(arena, path) : NULL;
}

static enum err picture_refuse(struct errand *e, const char *words)
{
    return fault_at(&e->fault, "file", ERR_UNSUPPORTED, "%s", words);
}

/* What the program's end means to the person. */
static enum err picture_judge(const struct picture_settings *s, int status)
{
    struct errand *e = s->e;
    switch (status) {
    case PICTURE_DONE:
        return ERR_OK;
    case PICTURE_LARGE:
        return fault_at(&e->fault, "file", ERR_UNSUPPORTED,
                        "图片超过 %llu 百万像素，没有上传；请缩小后再上传",
                        (unsigned long long)s->megapixels);
    case PICTURE_COLOUR:
        return picture_refuse(e, "图片用的是印刷颜色（CMYK），网页上不能显示，没有上传；"
                                 "请用看图软件另存为普通的（RGB）JPEG 或 PNG 后再上传");
    case PICTURE_MEMORY:
        return picture_refuse(e, "处理这张图片需要的内存过多，没有上传；请缩小，"
                                 "或另存为普通的（非渐进式）JPEG 后再上传");
    case PICTURE_USAGE:
    case PICTURE_UNCAGED:
    case PICTURE_WRITE:
        return fault_at(&e->fault, "file", ERR_STATE,
                        "本机不能安全地处理图片，没有上传；请联系系统管理员（sunlot-picture：%d）",
                        status);
    case -1:
        return picture_refuse(e, "处理这张图片的程序中途停止（图片已损坏或过于复杂），没有上传；"
                                 "请重新拍摄，或用看图软件另存为普通的 JPEG 后再上传");
    default:
        return picture_refuse(e, "图片已损坏或不完整，没有上传；请重新拍摄，"
                                 "或用看图软件另存为 JPEG 或 PNG 后再上传");
    }
}

static enum err picture_child(const struct picture_settings *s, int in, int out)
{
    struct errand *e = s->e;
    char numbers[4][24];
    const uint64_t values[] = {s->megapixels, s->edge, s->mib, s->seconds};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        snprintf(numbers[i], sizeof numbers[i], "%llu", (unsigned long long)values[i]);
    const char *const args[] = {
        picture_program(e->arena), numbers[0], numbers[1], numbers[2], numbers[3], NULL};
    const char *const environment[] = {NULL};
    const struct child child = {args, environment, in, out, (uint32_t)s->seconds};
    int status = -1;
    enum err err = args[0] != NULL ? child_run(&status, &child) : ERR_CONVERTER;
    if (err == ERR_CONVERTER)
        return fault_at(&e->fault, "file", ERR_STATE,
                        "本机没有处理图片的程序 sunlot-picture，没有上传；请联系系统管理员");
    if (err == ERR_TIMEOUT)
        return fault_at(&e->fault, "file", ERR_UNSUPPORTED,
                        "处理这张图片超过 %llu 秒，没有上传；请缩小，"
                        "或用看图软件另存为普通的 JPEG 后再上传",
                        (unsigned long long)s->seconds);
    TRY(err);
    return picture_judge(s, status);
}

/* Runs the program with its output in a temporary file. */
static enum err picture_run(struct buf *copy, const struct picture_settings *s, int in)
{
    const char *dir = office_path(s->e->arena, s->e->office, "blobs/tmp");
    struct str text = arena_printf(s->e->arena, "%s/picture-XXXXXX", dir != NULL ? dir : "");
    char *path = text.data != NULL ? arena_cstr(s->e->arena, text) : NULL;
    if (dir == NULL || path == NULL)
        return ERR_MEMORY;
    TRY(file_mkdirs(dir, 0700));
    int out = mkostemp(path, O_CLOEXEC);
    if (out < 0)
        return err_errno(errno);
    enum err err = picture_child(s, in, out);
    close(out);
    if (err == ERR_OK)
        err = file_read(copy, path, (size_t)s->mib << 20);
    unlink(path);
    return err;
}

enum err office_picture_copy(struct buf *copy, struct errand *e, const char *path)
{
    struct picture_settings s = {.e = e};
    TRY(office_read(e, "picture-settings", picture_settings, &s));
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return err_errno(errno);
    enum err err = picture_run(copy, &s, in);
    close(in);
    return err;
}

/* --- the original --- */

static struct str picture_place(const struct errand *e, struct str original)
{
    return arena_printf(e->arena, "attachment|%.*s|original|%.*s", STR_ARG(e->office->tenant),
                        STR_ARG(original));
}

static enum err picture_keep(uint8_t digest[CRYPTO_HASH], struct errand *e, struct str bytes)
{
    const char *root = office_path(e->arena, e->office, "blobs");
    return root != NULL ? vault_blob_put(digest, root, bytes) : ERR_MEMORY;
}

enum err office_picture_seal(struct office_picture *out, struct errand *e, struct str bytes)
{
    uint8_t digest[CRYPTO_HASH];
    struct buf sealed = {0};
    crypto_sha256(digest, bytes);
    out->original = arena_hex(e->arena, digest, CRYPTO_HASH);
    struct str place = picture_place(e, out->original);
    if (out->original.data == NULL || place.data == NULL)
        return ERR_MEMORY;
    enum err err = crypto_seal(&sealed, e->office->seal_key, place, bytes);
    if (err == ERR_OK)
        err = picture_keep(digest, e, buf_view(&sealed));
    buf_free(&sealed);
    TRY(err);
    out->sealed = arena_hex(e->arena, digest, CRYPTO_HASH);
    return out->sealed.data != NULL ? ERR_OK : ERR_MEMORY;
}

enum err office_picture_open(struct buf *out, struct errand *e,
                             const struct office_picture *picture)
{
    uint8_t digest[CRYPTO_HASH];
    struct buf path = {0};
    struct buf sealed = {0};
    const char *root = office_path(e->arena, e->office, "blobs");
    struct str place = picture_place(e, picture->original);
    TRY(str_unhex(digest, sizeof digest, picture->sealed));
    if (root == NULL || place.data == NULL)
        return ERR_MEMORY;
    vault_blob_path(&path, root, digest);
    enum err err = buf_err(&path);
    if (err == ERR_OK)
        err = file_read(&sealed, buf_cstr(&path), ORIGINAL_MOST);
    if (err == ERR_OK)
        err = crypto_open(out, e->office->seal_key, place, buf_view(&sealed));
    buf_free(&path);
    buf_free(&sealed);
    return err;
}
