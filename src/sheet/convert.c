/* Old binary .xls (BIFF) by way of LibreOffice, since no C library that reads it well is packaged:
 * libxls was looked at (not in Debian 12, a history of memory errors), gnumeric's ssconvert drags a
 * desktop in. The child process works on a copy in a private folder, with a profile of its own (no
 * macros, no recent files, no lock with a running office), bounded in time, memory and file size,
 * and is killed with all it started when the time is up. What comes out is read as .xlsx with the
 * same limits as any other.
 *
 * Invariant: the folder is removed in every case, by convert_clean. */
#include "sheet/source.h"

#include "base/child.h"
#include "base/file.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMITER "/usr/bin/prlimit"

/* Where distributions put the program. */
static const char *converter(void)
{
    static const char *const places[] = {
        "/usr/bin/soffice", "/usr/local/bin/soffice", "/usr/lib/libreoffice/program/soffice",
        "/usr/bin/libreoffice", "/opt/libreoffice/program/soffice"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

bool sheet_converter_present(void)
{
    return converter() != NULL && access(LIMITER, X_OK) == 0;
}

/* The texts that the child needs; all in the sheet's arena. */
struct command {
    const char *program;
    char *input, *output, *profile, *outdir, *home;
    char *memory, *seconds, *size; /* options of prlimit */
};

/* prlimit (util-linux) bounds itself and then becomes the program. */
static enum err run(const struct command *command, const struct sheet_limits *limits)
{
    const char *const args[] = {LIMITER,
                                command->memory,
                                command->seconds,
                                command->size,
                                "--core=0",
                                "--nofile=256",
                                command->program,
                                command->profile,
                                "--headless",
                                "--norestore",
                                "--nolockcheck",
                                "--nodefault",
                                "--nofirststartwizard",
                                "--convert-to",
                                "xlsx",
                                "--outdir",
                                command->outdir,
                                command->input,
                                NULL};
    const char *const environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8",
                                       "SAL_USE_VCLPLUGIN=svp", command->home, NULL};
    const struct child child = {args, environment, -1, -1, limits->convert_seconds};
    int status = -1;
    TRY(child_run(&status, &child));
    return status == 0 ? ERR_OK : ERR_FORMAT;
}

/* A copy under a plain name, so that the child never sees the caller's path. */
static enum err copy_in(const char *to, const char *from, uint64_t limit_bytes)
{
    struct buf content = {0};
    enum err err = file_read(&content, from, limit_bytes);
    if (err == ERR_OK)
        err = file_write_plain(to, buf_view(&content), 0600);
    buf_free(&content);
    return err;
}

/* prefix + folder + suffix, terminated. */
static char *join(struct sheet *sheet, const char *prefix, const char *suffix)
{
    return arena_cstr(&sheet->arena,
                      arena_printf(&sheet->arena, "%s%s%s", prefix, sheet->scratch, suffix));
}

static char *option(struct sheet *sheet, const char *name, uint64_t value)
{
    return arena_cstr(&sheet->arena,
                      arena_printf(&sheet->arena, "--%s=%llu", name, (unsigned long long)value));
}

static enum err make_folder(struct sheet *sheet)
{
    const char *base = getenv("TMPDIR");
    struct str name =
        arena_printf(&sheet->arena, "%s/sunlot-XXXXXX", base && *base ? base : "/tmp");
    char *folder = arena_cstr(&sheet->arena, name);
    if (!name.data || !folder)
        return ERR_MEMORY;
    if (!mkdtemp(folder))
        return err_errno(errno);
    sheet->scratch = folder;
    return ERR_OK;
}

static enum err prepare(struct command *command, struct sheet *sheet, const char *path)
{
    TRY(make_folder(sheet));
    command->input = join(sheet, "", "/in.xls");
    command->output = join(sheet, "", "/out/in.xlsx");
    command->outdir = join(sheet, "", "/out");
    command->profile = join(sheet, "-env:UserInstallation=file://", "/profile");
    command->home = join(sheet, "HOME=", "");
    command->memory = option(sheet, "as", sheet->limits.convert_memory);
    command->seconds = option(sheet, "cpu", sheet->limits.convert_seconds);
    command->size = option(sheet, "fsize", sheet->limits.inflated_bytes);
    if (!command->memory || !command->seconds || !command->size || !command->input ||
        !command->output || !command->outdir || !command->profile || !command->home)
        return ERR_MEMORY;
    return copy_in(command->input, path, sheet->limits.file_bytes);
}

/* Names of streams in a compound file, UTF-16LE. */
#define ENCRYPTED "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e"
#define WORKBOOK "W\0o\0r\0k\0b\0o\0o\0k"
#define BOOK "B\0o\0o\0k"
#define HOLDS(content, name) (str_find(content, str_range(name, sizeof(name))) >= 0)

/* A compound file may also be an .xlsx with a password, a Word file or junk, which LibreOffice
 * would take for text: refused here. Other files are left to LibreOffice. */
static enum err check_streams(const char *path, uint64_t limit_bytes, struct fault *fault)
{
    struct buf content = {0};
    enum err err = file_read(&content, path, limit_bytes);
    struct str bytes = buf_view(&content);
    bool compound = str_starts(bytes, STR("\xD0\xCF\x11\xE0"));
    if (err == ERR_OK && compound && HOLDS(bytes, ENCRYPTED))
        err = fault_set(fault, ERR_UNSUPPORTED, "“%s”设有打开密码，请去掉密码后重试", path);
    else if (err == ERR_OK && compound && !HOLDS(bytes, WORKBOOK) && !HOLDS(bytes, BOOK))
        err = fault_set(fault, ERR_FORMAT, "“%s”里没有工作簿，不是 Excel 文件或已损坏", path);
    buf_free(&content);
    return err;
}

enum err convert_run(const char **out, struct sheet *sheet, const char *path, struct fault *fault)
{
    struct command command = {.program = converter()};
    *out = NULL;
    TRY(check_streams(path, sheet->limits.file_bytes, fault));
    if (!sheet_converter_present())
        return fault_set(fault, ERR_CONVERTER,
                         "“%s”是旧版 Excel 文件（.xls），未读取；请另存为 .xlsx 后重试，"
                         "或在本机安装 LibreOffice",
                         path);
    enum err err = prepare(&command, sheet, path);
    if (err != ERR_OK)
        return fault_set(fault, err, "无法在临时文件夹准备转换“%s”", path);
    err = run(&command, &sheet->limits);
    if (err == ERR_CONVERTER)
        return fault_set(fault, err, "无法启动 LibreOffice 转换“%s”；请另存为 .xlsx 后重试", path);
    if (err == ERR_TIMEOUT)
        return fault_set(fault, err, "转换“%s”超过 %u 秒，已停止；请另存为 .xlsx 后重试", path,
                         sheet->limits.convert_seconds);
    if (err != ERR_OK || !file_exists(command.output))
        return fault_set(fault, err == ERR_MEMORY ? err : ERR_FORMAT,
                         "“%s”无法转换，可能已损坏；请另存为 .xlsx 后重试", path);
    *out = command.output;
    return ERR_OK;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void convert_clean(struct sheet *sheet)
{
    if (sheet->scratch)
        (void)nftw(sheet->scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    sheet->scratch = NULL;
}
