/* Zip writer: see zip.h. libzip writes; this file takes out of it whatever would make two archives
 * of the same entries differ (time, time zone, compression level) and puts the durable rename
 * around it. Invariant: from open to close a temporary file reserves the name next to the final
 * path. */
#include "base/zip.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { ZIP_DOS_1980_01_01 = 0x21, ZIP_LEVEL = 6 };

struct zip_writer {
    zip_t *zip;
    char path[FILE_PATH_MAX];
    char temp[FILE_PATH_MAX];
};

/* libzip's last error in ours; what has no other place is a failed write. */
static enum err zip_writer_err(struct zip_writer *w)
{
    zip_error_t *error = zip_get_error(w->zip);
    int code = zip_error_code_zip(error);
    if (code == ZIP_ER_MEMORY)
        return ERR_MEMORY;
    if (code == ZIP_ER_EXISTS)
        return ERR_DUPLICATE;
    if (zip_error_system_type(error) == ZIP_ET_SYS)
        return err_errno(zip_error_code_system(error));
    return ERR_IO;
}

/* Reserves the temporary name; libzip keeps the mode of the file it replaces. */
static enum err zip_writer_temp(struct zip_writer *w, const char *path)
{
    int len = snprintf(w->path, sizeof w->path, "%s", path);
    int more = snprintf(w->temp, sizeof w->temp, "%s.tmp-XXXXXX", path);
    bool fits = len > 0 && more > 0 && (size_t)more < sizeof w->temp;
    int fd = fits ? mkostemp(w->temp, O_CLOEXEC) : -1;
    if (fd < 0) {
        w->temp[0] = '\0'; /* nothing of ours to remove */
        return fits ? err_errno(errno) : ERR_LIMIT;
    }
    enum err err = fchmod(fd, 0644) == 0 ? ERR_OK : err_errno(errno);
    close(fd);
    return err;
}

enum err zip_writer_open(struct zip_writer **out, const char *path)
{
    int code = 0;
    struct zip_writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ERR_MEMORY;
    enum err err = zip_writer_temp(w, path);
    if (err == ERR_OK) {
        w->zip = zip_open(w->temp, ZIP_CREATE | ZIP_TRUNCATE, &code);
        err = w->zip != NULL ? ERR_OK : ERR_IO;
    }
    if (err != ERR_OK) {
        zip_writer_abandon(w);
        return err;
    }
    *out = w;
    return ERR_OK;
}

/* Takes over source, also on failure. */
static enum err zip_writer_put(struct zip_writer *w, const char *name, zip_source_t *source)
{
    if (source == NULL)
        return zip_writer_err(w);
    zip_int64_t at = zip_file_add(w->zip, name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        return zip_writer_err(w);
    }
    if (zip_file_set_dostime(w->zip, (zip_uint64_t)at, 0, ZIP_DOS_1980_01_01, 0) != 0 ||
        zip_set_file_compression(w->zip, (zip_uint64_t)at, ZIP_CM_DEFLATE, ZIP_LEVEL) != 0)
        return zip_writer_err(w);
    return ERR_OK;
}

enum err zip_writer_add(struct zip_writer *w, const char *name, struct str content)
{
    if (!zip_name_ok(str_of(name)))
        return ERR_INPUT;
    char *copy = malloc(content.len + 1);
    if (copy == NULL)
        return ERR_MEMORY;
    memcpy(copy, content.len > 0 ? content.data : "", content.len);
    zip_source_t *source = zip_source_buffer(w->zip, copy, content.len, 1);
    if (source == NULL)
        free(copy);
    return zip_writer_put(w, name, source);
}

enum err zip_writer_add_file(struct zip_writer *w, const char *name, const char *path)
{
    uint64_t size = 0;
    if (!zip_name_ok(str_of(name)))
        return ERR_INPUT;
    TRY(file_size(&size, path));
    return zip_writer_put(w, name, zip_source_file(w->zip, path, 0, -1));
}

enum err zip_writer_close(struct zip_writer *w)
{
    enum err err = ERR_OK;
    if (zip_get_num_entries(w->zip, 0) == 0) {
        err = ERR_STATE;
    } else if (zip_close(w->zip) != 0) {
        err = zip_writer_err(w);
    } else {
        w->zip = NULL;
        err = file_publish(w->temp, w->path);
    }
    zip_writer_abandon(w);
    return err;
}

void zip_writer_abandon(struct zip_writer *w)
{
    if (w == NULL)
        return;
    if (w->zip != NULL)
        zip_discard(w->zip);
    if (w->temp[0] != '\0')
        unlink(w->temp);
    free(w);
}
