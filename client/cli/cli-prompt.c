/* cli-prompt.c - asking the person at the terminal: see cli.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "cli.h"

#include "secret.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct asking {
    int fd;
    gboolean done, ok;
    char line[SECRET_MAX + 2];
    gsize n;
};

gboolean
cli_is_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* In the terminal's line mode a read gives at most one line, and nothing before it is complete. */
static gboolean
on_readable(gint fd, GIOCondition condition, gpointer user_data)
{
    struct asking *a = user_data;
    const ssize_t n = read(fd, a->line + a->n, sizeof a->line - 1 - a->n);

    (void)condition;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (n > 0)
        a->n += (gsize)n;
    a->ok = n > 0 && memchr(a->line, '\n', a->n) != NULL;
    a->done = a->ok || n <= 0 || a->n == sizeof a->line - 1;
    return a->done ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

gboolean
cli_prompt(const char *label, gboolean echo, const gboolean *stop, struct secret *ret)
{
    struct asking a = {.fd = STDIN_FILENO};
    struct termios before, quiet;
    const gboolean changed = !echo && tcgetattr(a.fd, &before) == 0;
    gboolean ok;

    if (changed) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        quiet.c_lflag |= ICANON | ISIG;
        tcsetattr(a.fd, TCSAFLUSH, &quiet);
    }
    g_printerr("%s ", label); /* only now: what is typed before would be seen, and lost */
    const guint source = g_unix_fd_add(a.fd, G_IO_IN | G_IO_HUP, on_readable, &a);
    while (!a.done && !*stop)
        g_main_context_iteration(NULL, TRUE);
    if (!a.done)
        g_source_remove(source);
    if (changed) {
        tcsetattr(a.fd, TCSAFLUSH, &before);
        g_printerr("\n");
    }
    ok = a.ok && secret_set(ret, rd_over(a.line, strcspn(a.line, "\r\n")));
    explicit_bzero(&a, sizeof a);
    return ok;
}

gboolean
cli_read_secret(const char *path, struct secret *ret, GError **error)
{
    const gboolean standard = g_str_equal(path, "-");
    const int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    char line[SECRET_MAX + 3];
    gsize n = 0;
    ssize_t got = fd < 0 ? -1 : 1;
    int reason = errno;

    while (got > 0 && n < sizeof line - 1 && memchr(line, '\n', n) == NULL) {
        /* What follows on standard input may be somebody else's. */
        got = read(fd, line + n, standard ? 1 : sizeof line - 1 - n);
        reason = errno;
        if (got > 0)
            n += (gsize)got;
        else if (got < 0 && reason == EINTR)
            got = 1;
    }
    line[n] = '\0';
    if (fd >= 0 && !standard)
        close(fd);
    const gsize len = strcspn(line, "\r\n");
    const gboolean ok = got >= 0 && (len < n || len == strlen(line)) &&
                        g_utf8_validate(line, (gssize)len, NULL) &&
                        secret_set(ret, rd_over(line, len));
    explicit_bzero(line, sizeof line);
    if (got < 0)
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(reason), "%s: %s", path,
                    g_strerror(reason));
    else if (!ok)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    _("%s: not a password: it is too long, or not UTF-8 text"), path);
    return ok;
}
