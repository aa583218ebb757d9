/* dt-helper-spawn.c - see dt-helper-spawn.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-helper-spawn.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HELPER_FD = 3 };

static char *
if_program(char *path)
{
    if (path != NULL && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
        return path;
    g_free(path);
    return NULL;
}

/* client/cli/dialtone or ui/dialtone-gtk of a build tree -> client/helper/dialtoned. */
static char *
in_build_tree(void)
{
    static const char *const ways[] = {"../helper", "../client/helper"};
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self == NULL ? NULL : g_path_get_dirname(self);

    for (gsize i = 0; dir != NULL && i < G_N_ELEMENTS(ways); i++) {
        char *found = if_program(g_build_filename(dir, ways[i], "dialtoned", NULL));
        if (found != NULL)
            return found;
    }
    return NULL;
}

char *
dt_helper_path(void)
{
    const char *dir = g_getenv("DIALTONE_LIBEXEC");
    char *found = dir == NULL ? NULL : if_program(g_build_filename(dir, "dialtoned", NULL));

    if (found == NULL)
        found = in_build_tree();
    if (found == NULL)
        found = if_program(g_build_filename(LIBEXECDIR, "dialtoned", NULL));
    return found != NULL ? found : g_find_program_in_path("dialtoned");
}

/* Ctrl+C at the terminal is for the front end, which then hangs up politely; the helper would die
 * of it. */
static void
leave_group(gpointer user_data)
{
    (void)user_data;
    setpgid(0, 0);
}

static GSubprocess *
launch(const char *path, gboolean verbose, int fd, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        verbose ? G_SUBPROCESS_FLAGS_NONE : G_SUBPROCESS_FLAGS_STDERR_SILENCE);

    g_subprocess_launcher_set_child_setup(launcher, leave_group, NULL, NULL);
    g_subprocess_launcher_take_fd(launcher, fd, HELPER_FD);
    return g_subprocess_launcher_spawn(launcher, error, path, "--peer-fd", "3", NULL);
}

GSubprocess *
dt_helper_spawn(gboolean verbose, GIOStream **ret_stream, GError **error)
{
    g_autofree char *path = dt_helper_path();
    int fds[2];

    if (path == NULL) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            _("The dialing service (dialtoned) is not installed."));
        return NULL;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s", g_strerror(errno));
        return NULL;
    }
    GSubprocess *helper = launch(path, verbose, fds[1], error);
    g_autoptr(GSocket) ours = g_socket_new_from_fd(fds[0], helper == NULL ? NULL : error);
    if (helper == NULL || ours == NULL) {
        g_clear_object(&helper);
        return NULL;
    }
    *ret_stream = G_IO_STREAM(g_socket_connection_factory_create_connection(ours));
    return helper;
}
