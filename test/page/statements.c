/* Tells which statements a program runs: loaded in front of libsqlite3 (LD_PRELOAD), it writes the
 * text of each to the file of SUNLOT_STATEMENTS when it is stepped for the first time since its
 * last reset, one line each, and to the file of SUNLOT_ROWS one line for each row it gives. For
 * test/page/timing.py and test/page/reach_mutants.py. */
#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 16384 };

static void tell(const char *path, sqlite3_stmt *statement)
{
    char line[LINE];
    const char *text = sqlite3_sql(statement);
    int fd = path != NULL && text != NULL ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    size_t len = 0;
    if (fd < 0)
        return;
    while (len < LINE - 1 && text[len] != '\0') {
        line[len] = text[len] == '\n' ? ' ' : text[len];
        len++;
    }
    line[len++] = '\n';
    if (write(fd, line, len) != (ssize_t)len)
        abort();
    close(fd);
}

int sqlite3_step(sqlite3_stmt *statement)
{
    int (*real)(sqlite3_stmt *) = NULL;
    void *found = dlsym(RTLD_NEXT, "sqlite3_step");
    memcpy(&real, &found, sizeof real);
    if (real == NULL)
        abort();
    if (sqlite3_stmt_busy(statement) == 0)
        tell(getenv("SUNLOT_STATEMENTS"), statement);
    int got = real(statement);
    if (got == SQLITE_ROW)
        tell(getenv("SUNLOT_ROWS"), statement);
    return got;
}
