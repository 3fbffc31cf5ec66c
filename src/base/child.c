/* Programs started for one piece of work: see child.h. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>

enum { POLL_MS = 10 };

/* Waits at most `seconds`; then kills the whole process group. */
static enum err child_wait(int *status, pid_t pid, uint32_t seconds)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int ended = 0;
    for (uint64_t waited = 0; waited <= (uint64_t)seconds * 1000; waited += POLL_MS) {
        pid_t done = waitpid(pid, &ended, WNOHANG);
        if (done == pid) {
            kill(-pid, SIGKILL);
            *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
            return ERR_OK;
        }
        nanosleep(&pause, NULL);
    }
    kill(-pid, SIGKILL);
    waitpid(pid, &ended, 0);
    return ERR_TIMEOUT;
}

/* The descriptor itself, else nothing to be read or written. */
static bool child_file(posix_spawn_file_actions_t *files, int to, int fd)
{
    if (fd >= 0)
        return posix_spawn_file_actions_adddup2(files, fd, to) == 0;
    return posix_spawn_file_actions_addopen(files, to, "/dev/null", to == 0 ? O_RDONLY : O_WRONLY,
                                            0) == 0;
}

static enum err child_spawn(pid_t *pid, const struct child *child)
{
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
    if (posix_spawnattr_init(&attr) != 0)
        return ERR_MEMORY;
    if (posix_spawn_file_actions_init(&files) != 0) {
        posix_spawnattr_destroy(&attr);
        return ERR_MEMORY;
    }
    bool ready = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP) == 0 &&
                 child_file(&files, 0, child->in) && child_file(&files, 1, child->out) &&
                 child_file(&files, 2, -1) &&
                 posix_spawn_file_actions_addclosefrom_np(&files, 3) == 0;
    int failed = ready ? posix_spawn(pid, child->args[0], &files, &attr, (char *const *)child->args,
                                     (char *const *)child->environment)
                       : ENOMEM;
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return failed ? ERR_CONVERTER : ERR_OK;
}

enum err child_run(int *status, const struct child *child)
{
    pid_t pid = 0;
    *status = -1;
    TRY(child_spawn(&pid, child));
    return child_wait(status, pid, child->seconds);
}
