/* helper-exec.c - see helper-exec.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-exec.h"

#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 5000 };

/* A descriptor that reads as @text, and then ends. */
static int
text_fd(const char *text)
{
    const int fd = memfd_create("input", MFD_CLOEXEC);
    const size_t n = strlen(text);

    if (fd < 0)
        return -errno;
    if (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) < 0) {
        close(fd);
        return -EIO;
    }
    return fd;
}

static int
wait_for(GPid pid)
{
    const int pidfd = pidfd_open(pid, 0);
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    siginfo_t info = {0};
    bool late = false;

    if (pidfd >= 0) {
        late = poll(&p, 1, DEADLINE_MS) == 0;
        close(pidfd);
    }
    if (late)
        kill(pid, SIGKILL); /* ours and not reaped yet, so it is still this process */
    if (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0)
        return -errno;
    if (late)
        return -ETIMEDOUT;
    return info.si_code == CLD_EXITED ? info.si_status : -EINTR;
}

int
helper_exec(const char *const *argv, const char *input)
{
    static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                              "LC_ALL=C.UTF-8", NULL};
    g_autoptr(GError) error = NULL;
    const int fd = text_fd(input != NULL ? input : "");
    GPid pid;

    if (fd < 0)
        return fd;
    const bool started = g_spawn_async_with_pipes_and_fds(
        "/", argv, environment, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
        fd, -1, -1, NULL, NULL, 0, &pid, NULL, NULL, NULL, &error);
    close(fd);
    return started ? wait_for(pid) : -ENOEXEC;
}

const char *
helper_resolvconf(void)
{
    static const char *const paths[] = {"/usr/sbin/resolvconf", "/sbin/resolvconf",
                                        "/usr/bin/resolvconf"};
    const char *by_hand = geteuid() == 0 ? secure_getenv("DIALTONE_RESOLVCONF") : NULL;

    if (by_hand != NULL && *by_hand == '/')
        return access(by_hand, X_OK) == 0 ? by_hand : NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}
