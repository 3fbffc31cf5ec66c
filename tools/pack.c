/* Compresses the portal's static files at build time, so that the program starts with them ready:
 * pack OUTDIR FILE... writes OUTDIR/NAME.gz and OUTDIR/NAME.br for each; an empty file where less
 * than a twentieth would be saved. */
#include "base/file.h"
#include "web/encode.h"

#include <stdio.h>
#include <string.h>

static enum err pack(const char *dir, const char *path, enum web_encoding encoding,
                     const char *ending)
{
    const char *slash = strrchr(path, '/');
    struct buf plain = {0};
    struct buf packed = {0};
    char to[4096];
    snprintf(to, sizeof to, "%s/%s.%s", dir, slash != NULL ? slash + 1 : path, ending);
    enum err err = file_read(&plain, path, 64 << 20);
    if (err == ERR_OK)
        err = web_encode_file(&packed, encoding, buf_view(&plain));
    bool worth = packed.len < plain.len - plain.len / 20;
    if (err == ERR_OK)
        err = file_write_plain(to, worth ? buf_view(&packed) : STR(""), 0644);
    buf_free(&plain);
    buf_free(&packed);
    if (err != ERR_OK)
        fprintf(stderr, "pack: %s: %s\n", path, err_en(err));
    return err;
}

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (pack(argv[1], argv[i], WEB_GZIP, "gz") != ERR_OK ||
            pack(argv[1], argv[i], WEB_BROTLI, "br") != ERR_OK)
            return 1;
    return 0;
}
