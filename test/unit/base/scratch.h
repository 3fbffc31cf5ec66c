/* A folder of its own for tests that write files: made before the group, removed after it, and the
 * working folder in between. */
#ifndef TEST_BASE_SCRATCH_H
#define TEST_BASE_SCRATCH_H

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

static inline int scratch_make(void **state)
{
    char *dir = strdup("/tmp/sunlot-test-XXXXXX");
    *state = dir;
    return dir != NULL && mkdtemp(dir) != NULL && chdir(dir) == 0 ? 0 : -1;
}

static inline int scratch_unlink(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static inline int scratch_remove(void **state)
{
    char *dir = *state;
    int bad = chdir("/") != 0 || nftw(dir, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS) != 0;
    free(dir);
    return bad ? -1 : 0;
}

/* How many names stand in dir, "." and ".." aside. */
static inline size_t scratch_count(const char *dir)
{
    size_t count = 0;
    DIR *d = opendir(dir);
    if (d == NULL)
        return (size_t)-1;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return count;
}

/* Writes content to path without any code under test. */
static inline void scratch_put(const char *path, struct str content)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(content.data, 1, content.len, f) != content.len || fclose(f) != 0)
        perror(path);
}

#endif
