/* A folder for one test, and files in it to look at, break and put back. */
#ifndef TEST_VAULT_SCRATCH_H
#define TEST_VAULT_SCRATCH_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

struct scratch {
    char dir[64];
    struct buf path;
};

static inline int scratch_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

/* A new folder under `parent`; false if there can be none. */
static inline bool scratch_open_in(struct scratch *s, const char *parent)
{
    *s = (struct scratch){0};
    snprintf(s->dir, sizeof s->dir, "%s/sunlot-vault-XXXXXX", parent);
    return mkdtemp(s->dir) != NULL;
}

/* In memory where the machine has room for that: these tests open and sync thousands of times. */
static inline void scratch_open(struct scratch *s)
{
    struct statvfs st;
    bool room = statvfs("/dev/shm", &st) == 0 && (uint64_t)st.f_bavail * st.f_frsize > 48u << 20;
    if (!room || !scratch_open_in(s, "/dev/shm"))
        assert_true(scratch_open_in(s, "/tmp"));
}

static inline void scratch_close(struct scratch *s)
{
    assert_int_equal(nftw(s->dir, scratch_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
    buf_free(&s->path);
}

/* Path of a file in it, valid until the next call. */
static inline const char *scratch_path(struct scratch *s, const char *name)
{
    buf_clear(&s->path);
    buf_printf(&s->path, "%s/%s", s->dir, name);
    return buf_cstr(&s->path);
}

static inline void scratch_read(struct buf *out, struct scratch *s, const char *name)
{
    buf_clear(out);
    assert_int_equal(file_read(out, scratch_path(s, name), 1 << 28), ERR_OK);
}

static inline void scratch_write(struct scratch *s, const char *name, struct str content)
{
    FILE *f = fopen(scratch_path(s, name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(content.data, 1, content.len, f), content.len);
    assert_int_equal(fclose(f), 0);
}

#endif
