/* Stands between a program and the system calls that change files or talk to a server (LD_PRELOAD),
 * and lets the n-th of them go wrong. strace can inject too, but counts each call by name and by
 * thread and costs more than the command; here every such point of the whole program has one
 * number, so that a test can sweep over all of them.
 *
 *   FAULT_CALLS  which calls count: all, sync, write, space (those that can be out of space), name
 *   FAULT_COUNT  a file that gets the number of calls when the program ends by itself
 *   FAULT_AT     the number, from 1, of the call that goes wrong
 *   FAULT_HOW    after: killed after it; torn: killed after half of its bytes; skip: it says that
 *                it was done and is not; or the number of an errno that it returns instead
 *   FAULT_STAY   set: every later call that counts fails, or is skipped, too
 *
 * Writes to standard output and error never fail, but the program may be killed at them. What
 * threads say to each other by an eventfd touches no disk: it neither counts nor fails
 * (libmicrohttpd ends the program where such a write fails, which the kernel never lets happen). */

/* Both names of a call are defined here, so one may not stand for the other. */
#undef _FILE_OFFSET_BITS
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum call { CALL_SYNC = 1, CALL_WRITE = 2, CALL_NAME = 4, CALL_SEND = 8, CALL_CUT = 16 };
enum fate { FATE_NONE, FATE_AFTER, FATE_TORN, FATE_SKIP, FATE_ERROR };

static struct {
    bool ready;
    bool stay;
    int calls;
    long at;
    enum fate fate;
    int error;
    const char *count;
} plan;
static atomic_long number;

static int calls_of(const char *word)
{
    static const struct {
        const char *word;
        int calls;
    } words[] = {{"sync", CALL_SYNC},
                 {"write", CALL_WRITE},
                 {"space", CALL_WRITE | CALL_NAME},
                 {"name", CALL_NAME},
                 {"all", CALL_SYNC | CALL_WRITE | CALL_NAME | CALL_SEND | CALL_CUT}};
    for (size_t i = 0; word != NULL && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].calls;
    return 0;
}

static enum fate fate_of(const char *word)
{
    if (word == NULL)
        return FATE_NONE;
    if (strcmp(word, "after") == 0)
        return FATE_AFTER;
    if (strcmp(word, "torn") == 0)
        return FATE_TORN;
    return strcmp(word, "skip") == 0 ? FATE_SKIP : FATE_ERROR;
}

__attribute__((constructor)) static void plan_read(void)
{
    const char *at = getenv("FAULT_AT");
    const char *how = getenv("FAULT_HOW");
    plan.calls = calls_of(getenv("FAULT_CALLS"));
    plan.count = getenv("FAULT_COUNT");
    plan.at = at != NULL ? strtol(at, NULL, 10) : 0;
    plan.fate = fate_of(how);
    plan.error = plan.fate == FATE_ERROR ? (int)strtol(how, NULL, 10) : 0;
    plan.stay = getenv("FAULT_STAY") != NULL;
    plan.ready = true;
}

__attribute__((destructor)) static void plan_tell(void)
{
    char text[32];
    int fd = plan.count != NULL ? open(plan.count, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    int len = snprintf(text, sizeof text, "%ld\n", atomic_load(&number));
    if (fd >= 0 && syscall(SYS_write, fd, text, (size_t)len) == len)
        close(fd);
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Counts the call and says what becomes of it. */
static enum fate meet(enum call call)
{
    if (!plan.ready || (plan.calls & call) == 0)
        return FATE_NONE;
    long mine = atomic_fetch_add(&number, 1) + 1;
    bool met = mine == plan.at || (plan.stay && plan.at > 0 && mine > plan.at);
    return met ? plan.fate : FATE_NONE;
}

/* What a call answers after it was, or was not, made. */
static long leave(enum fate fate, long answer)
{
    if (fate == FATE_AFTER || fate == FATE_TORN)
        die();
    return answer;
}

static bool fails(enum fate fate)
{
    if (fate == FATE_ERROR)
        errno = plan.error;
    return fate == FATE_ERROR;
}

static size_t part(enum fate fate, size_t size)
{
    return fate == FATE_TORN ? size / 2 : size;
}

/* An eventfd is of no kind of file. */
static bool is_event(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == 0;
}

ssize_t write(int fd, const void *data, size_t size)
{
    enum fate fate = is_event(fd) ? FATE_NONE : meet(CALL_WRITE);
    if (fd > STDERR_FILENO && fails(fate))
        return -1;
    return leave(fate, syscall(SYS_write, fd, data, part(fate, size)));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    enum fate fate = meet(CALL_WRITE);
    if (fails(fate))
        return -1;
    return leave(fate, syscall(SYS_pwrite64, fd, data, part(fate, size), at));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return pwrite64(fd, data, size, at);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    enum fate fate = meet(CALL_SEND);
    if (fails(fate))
        return -1;
    return leave(fate, syscall(SYS_sendto, fd, data, part(fate, size), flags, NULL, 0));
}

int fsync(int fd)
{
    enum fate fate = meet(CALL_SYNC);
    if (fate == FATE_SKIP)
        return 0;
    return fails(fate) ? -1 : (int)leave(fate, syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
    enum fate fate = meet(CALL_SYNC);
    if (fate == FATE_SKIP)
        return 0;
    return fails(fate) ? -1 : (int)leave(fate, syscall(SYS_fdatasync, fd));
}

int ftruncate64(int fd, off64_t size)
{
    enum fate fate = meet(CALL_CUT);
    return fails(fate) ? -1 : (int)leave(fate, syscall(SYS_ftruncate, fd, size));
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int rename(const char *from, const char *to)
{
    enum fate fate = meet(CALL_NAME);
    return fails(fate) ? -1
                       : (int)leave(fate, syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int mkdir(const char *path, mode_t mode)
{
    enum fate fate = meet(CALL_NAME);
    return fails(fate) ? -1 : (int)leave(fate, syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int unlink(const char *path)
{
    enum fate fate = meet(CALL_CUT);
    return fails(fate) ? -1 : (int)leave(fate, syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int unlinkat(int dir, const char *path, int flags)
{
    enum fate fate = meet(CALL_CUT);
    return fails(fate) ? -1 : (int)leave(fate, syscall(SYS_unlinkat, dir, path, flags));
}
