/* Runs a fuzz target without libFuzzer: over the empty input and over every file named, or in a
 * folder named, on the command line. Prints TAP, a line an input, the name before the run so that a
 * crash tells which input it was. A folder that does not exist holds no seeds. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static unsigned done;

static void run(const char *name, const uint8_t *data, size_t size)
{
    printf("# %s, %zu bytes\n", name, size);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    printf("ok %u - %s\n", ++done, name);
}

/* Reads the file into memory of exactly its size, so that a sanitizer sees a read past its end. */
static int run_file(const char *path)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode)) {
        printf("Bail out! cannot read %s: %s\n", path, strerror(errno));
        return 1;
    }
    size_t size = (size_t)about.st_size;
    uint8_t *data = malloc(size > 0 ? size : 1);
    size_t got = data != NULL ? fread(data, 1, size, file) : 0;
    fclose(file);
    if (data == NULL || got != size) {
        printf("Bail out! cannot read %s\n", path);
        return 1;
    }
    const char *slash = strrchr(path, '/');
    run(slash != NULL ? slash + 1 : path, data, size);
    free(data);
    return 0;
}

static int no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int run_folder(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, no_dots, alphasort);
    int bad = 0;
    for (int i = 0; i < count; i++) {
        char full[PATH_MAX];
        snprintf(full, sizeof full, "%s/%s", path, entries[i]->d_name);
        bad += run_file(full);
        free(entries[i]);
    }
    free(entries);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    run("no bytes at all", (const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        struct stat about;
        if (stat(argv[i], &about) != 0)
            printf("# no seeds: %s\n", argv[i]);
        else
            bad += S_ISDIR(about.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);
    }
    printf("1..%u\n", done);
    return bad == 0 ? 0 : 1;
}
