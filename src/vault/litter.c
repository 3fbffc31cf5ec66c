/* Temporary files of crashed programs: see litter.h. They may hold a sealed draw's frozen pool, so
 * they must not lie about for ever. */
#include "vault/litter.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool litter_old(int dir, const char *name, int64_t min_age)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return false;
    return (int64_t)(time(NULL) - st.st_mtime) >= min_age;
}

size_t vault_litter_remove(const char *dir, const char *mark, int64_t min_age)
{
    size_t removed = 0;
    DIR *d = opendir(dir);
    for (struct dirent *entry = d ? readdir(d) : NULL; entry != NULL; entry = readdir(d)) {
        bool meant = mark == NULL || strstr(entry->d_name, mark) != NULL;
        if (meant && litter_old(dirfd(d), entry->d_name, min_age) &&
            unlinkat(dirfd(d), entry->d_name, 0) == 0)
            removed++;
    }
    if (d != NULL)
        closedir(d);
    return removed;
}
