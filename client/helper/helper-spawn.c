/* helper-spawn.c - see helper-spawn.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_FD = 3 };

struct helper_child {
    int pidfd;
    guint source;
    helper_child_gone gone;
    void *ctx;
};

const char *
helper_libexec(void)
{
    const char *by_hand = secure_getenv("DIALTONE_LIBEXEC");

    return by_hand != NULL && *by_hand == '/' ? by_hand : LIBEXECDIR;
}

static char **
closed_environment(void)
{
    /* What a sanitizer build needs to know; nothing else of ours is a child's business. */
    static const char *const kept[] = {"ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"};
    GStrvBuilder *b = g_strv_builder_new();

    g_strv_builder_add(b, "LC_ALL=C.UTF-8");
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        const char *value = secure_getenv(kept[i]);
        if (value != NULL) {
            g_autofree char *pair = g_strdup_printf("%s=%s", kept[i], value);
            g_strv_builder_add(b, pair);
        }
    }
    char **environment = g_strv_builder_end(b);
    g_strv_builder_unref(b);
    return environment;
}

static void
describe(const siginfo_t *info, char *out, gsize cap)
{
    g_snprintf(out, cap, info->si_code == CLD_EXITED ? "exit status %d" : "signal %d",
               info->si_status);
}

static gboolean
on_pidfd(int fd, GIOCondition condition, gpointer data)
{
    struct helper_child *child = data;
    siginfo_t info = {0};
    char how[32];

    (void)condition;
    if (waitid(P_PIDFD, fd, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0)
        return G_SOURCE_CONTINUE;
    describe(&info, how, sizeof how);
    child->source = 0;
    close(child->pidfd);
    child->pidfd = -1;
    child->gone(child->ctx, how);
    return G_SOURCE_REMOVE;
}

static bool
start(const char *const *argv, GSpawnFlags flags, int socket, GPid *ret_pid, GError **error)
{
    g_auto(GStrv) environment = closed_environment();
    const int target = CHILD_FD;

    /* Every other descriptor is closed by GLib; what we open is CLOEXEC besides. */
    return g_spawn_async_with_pipes_and_fds(
        "/", argv, (const char *const *)environment, flags | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
        -1, -1, -1, &socket, &target, 1, ret_pid, NULL, NULL, NULL, error);
}

static struct helper_child *
spawn(const char *const *argv, GSpawnFlags flags, helper_child_gone gone, void *ctx,
      int *ret_socket, GError **error)
{
    int pair[2];
    GPid pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "socketpair: %s",
                    g_strerror(errno));
        return NULL;
    }

    const bool started = start(argv, flags, pair[1], &pid, error);
    close(pair[1]);
    if (!started) {
        close(pair[0]);
        return NULL;
    }

    struct helper_child *child = g_new0(struct helper_child, 1);
    child->gone = gone;
    child->ctx = ctx;
    child->pidfd = pidfd_open(pid, 0); /* not reaped yet, so it is this process */
    if (child->pidfd < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "pidfd_open: %s",
                    g_strerror(errno));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        close(pair[0]);
        g_free(child);
        return NULL;
    }
    child->source = g_unix_fd_add(child->pidfd, G_IO_IN, on_pidfd, child);
    g_unix_set_fd_nonblocking(pair[0], TRUE, NULL);
    *ret_socket = pair[0];
    return child;
}

struct helper_child *
helper_child_spawn(const char *program, helper_child_gone gone, void *ctx, int *ret_socket,
                   GError **error)
{
    g_autofree char *path = g_build_filename(helper_libexec(), program, NULL);
    const char *const argv[] = {path, NULL};

    return spawn(argv, G_SPAWN_DEFAULT, gone, ctx, ret_socket, error);
}

struct helper_child *
helper_child_spawn_self(const char *option, helper_child_gone gone, void *ctx, int *ret_socket,
                        GError **error)
{
    const char *const argv[] = {"/proc/self/exe", "dialtoned", option, NULL};

    return spawn(argv, G_SPAWN_FILE_AND_ARGV_ZERO, gone, ctx, ret_socket, error);
}

void
helper_child_kill(struct helper_child *child)
{
    if (child->pidfd >= 0)
        pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
}

void
helper_child_free(struct helper_child *child)
{
    if (child == NULL)
        return;
    g_clear_handle_id(&child->source, g_source_remove);
    if (child->pidfd >= 0) {
        siginfo_t info;
        pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
        waitid(P_PIDFD, child->pidfd, &info, WEXITED);
        close(child->pidfd);
    }
    g_free(child);
}

void
helper_child_leave(struct helper_child *child)
{
    if (child == NULL)
        return;
    g_clear_handle_id(&child->source, g_source_remove);
    if (child->pidfd >= 0)
        close(child->pidfd);
    g_free(child);
}
