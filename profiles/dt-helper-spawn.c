/* dt-helper-spawn.c - see dt-helper-spawn.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-helper-spawn.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_COPY = 16 };
enum { HELPER_FD = 3, HELPER_USER_NS, HELPER_NET_NS, HELPER_RESOLV_CONF };

static char *
if_program(char *path)
{
    if (path != NULL && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
        return path;
    g_free(path);
    return NULL;
}

/* client/cli/dialtone or ui/dialtone-gtk of a build tree -> client/@folder/@name. */
static char *
in_build_tree(const char *name, const char *folder)
{
    static const char *const ways[] = {"..", "../client"};
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self == NULL ? NULL : g_path_get_dirname(self);

    for (gsize i = 0; dir != NULL && i < G_N_ELEMENTS(ways); i++) {
        char *found = if_program(g_build_filename(dir, ways[i], folder, name, NULL));
        if (found != NULL)
            return found;
    }
    return NULL;
}

char *
dt_program_path(const char *name, const char *folder)
{
    const char *dir = g_getenv("DIALTONE_LIBEXEC");
    char *found = dir == NULL ? NULL : if_program(g_build_filename(dir, name, NULL));

    if (found == NULL)
        found = in_build_tree(name, folder);
    if (found == NULL)
        found = if_program(g_build_filename(LIBEXECDIR, name, NULL));
    return found != NULL ? found : g_find_program_in_path(name);
}

char *
dt_helper_path(void)
{
    return dt_program_path("dialtoned", "helper");
}

/* Ctrl+C at the terminal is for the front end, which then hangs up politely; the helper would die
 * of it. Nor are the signals that the front end reads in its own way the helper's business. */
static void
leave_group(gpointer user_data)
{
    sigset_t none;

    (void)user_data;
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Far from the numbers that the child's have, one of which it may be. */
static int
copy_of(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, FIRST_COPY);
}

/* The child's @number; takes @fd. */
static void
hand_over(GSubprocessLauncher *launcher, GStrvBuilder *argv, const char *option, int fd, int number)
{
    g_autofree char *text = g_strdup_printf("%d", number);

    g_subprocess_launcher_take_fd(launcher, fd, number);
    g_strv_builder_add(argv, option);
    g_strv_builder_add(argv, text);
}

static GSubprocess *
launch(const char *path, gboolean verbose, const struct dt_helper_place *place, int fd,
       GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        verbose ? G_SUBPROCESS_FLAGS_NONE : G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_autoptr(GStrvBuilder) b = g_strv_builder_new();

    g_subprocess_launcher_set_child_setup(launcher, leave_group, NULL, NULL);
    g_strv_builder_add(b, path);
    hand_over(launcher, b, "--peer-fd", fd, HELPER_FD);
    if (place != NULL) {
        hand_over(launcher, b, "--user-ns", copy_of(place->user_ns), HELPER_USER_NS);
        hand_over(launcher, b, "--net-ns", copy_of(place->net_ns), HELPER_NET_NS);
    }
    if (place != NULL && place->resolv_conf >= 0)
        hand_over(launcher, b, "--resolv-conf", copy_of(place->resolv_conf), HELPER_RESOLV_CONF);
    g_auto(GStrv) argv = g_strv_builder_end(b);
    return g_subprocess_launcher_spawnv(launcher, (const char *const *)argv, error);
}

GSubprocess *
dt_helper_spawn(gboolean verbose, const struct dt_helper_place *place, GIOStream **ret_stream,
                GError **error)
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
    GSubprocess *helper = launch(path, verbose, place, fds[1], error);
    g_autoptr(GSocket) ours = g_socket_new_from_fd(fds[0], helper == NULL ? NULL : error);
    if (helper == NULL || ours == NULL) {
        g_clear_object(&helper);
        return NULL;
    }
    *ret_stream = G_IO_STREAM(g_socket_connection_factory_create_connection(ours));
    return helper;
}
