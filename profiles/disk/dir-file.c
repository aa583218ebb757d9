/* dir-file.c - see dir-file.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dir-file.h"

#include "ras.h"

#include <glib/gi18n-lib.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Names come from other people's files; show them so that they cannot play with the terminal. */
static gboolean
fail(GError **error, int number, const char *name)
{
    const GIOErrorEnum code =
        number == ELOOP ? G_IO_ERROR_NOT_REGULAR_FILE : g_io_error_from_errno(number);
    const char *why = number == ELOOP ? _("It is not a plain file.") : g_strerror(number);
    char shown[256];

    ras_printable(shown, sizeof shown, name, strlen(name));
    if (*name == '.') /* the folder itself, or a name that nobody has given */
        g_set_error_literal(error, G_IO_ERROR, code, why);
    else
        g_set_error(error, G_IO_ERROR, code, "%s: %s", shown, why);
    return FALSE;
}

int
dir_open(const char *path, GError **error)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        fail(error, errno, path);
    return fd;
}

int
dir_open_child(int dir, const char *name, gboolean create, GError **error)
{
    if (create && mkdirat(dir, name, 0700) < 0 && errno != EEXIST) {
        fail(error, errno, name);
        return -1;
    }

    const int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        fail(error, errno == ENOTDIR ? ELOOP : errno, name);
    return fd;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Not every file system tells in the directory. */
static gboolean
is_kind(int dir, const struct dirent *e, gboolean folder)
{
    struct stat st;

    if (e->d_type != DT_UNKNOWN)
        return e->d_type == (folder ? DT_DIR : DT_REG);
    if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return FALSE;
    return folder ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode);
}

/* @dir once more, to be read from its begin: closedir() closes it. */
static DIR *
open_listing(int dir)
{
    const int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy < 0 ? NULL : fdopendir(copy);

    if (d == NULL && copy >= 0)
        close(copy);
    return d;
}

GPtrArray *
dir_list(int dir, gboolean folders, guint max, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    DIR *d = open_listing(dir);

    errno = d == NULL ? errno : 0;
    for (const struct dirent *e; d != NULL && names->len < max && (e = readdir(d)) != NULL;) {
        if (e->d_name[0] != '.' && is_kind(dir, e, folders))
            g_ptr_array_add(names, g_strdup(e->d_name));
        errno = 0;
    }
    const int reason = errno;
    if (d != NULL)
        closedir(d);
    if (reason != 0) {
        fail(error, reason, ".");
        return NULL;
    }
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

/* For kernels and sandboxes without openat2(2): one component at a time. */
static int
open_steps(int dir, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 16);
    int at = dir, next = -1;

    for (guint i = 0; parts[i] != NULL; i++) {
        const gboolean last = parts[i + 1] == NULL;

        if (*parts[i] == '\0' || g_str_equal(parts[i], "..") || strchr(parts[i], '/') != NULL)
            next = -1, errno = EXDEV;
        else
            next = openat(at, parts[i],
                          O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
                              (last ? O_NOCTTY : O_DIRECTORY));
        const int reason = errno;
        if (at != dir)
            close(at);
        errno = reason;
        if (next < 0)
            return -1;
        at = next;
    }
    return next;
}

static int
open_beneath(int dir, const char *name)
{
    const struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    const int fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof how);

    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_steps(dir, name);
    return fd;
}

static GBytes *
read_all(int fd, gsize max, const char *name, GError **error)
{
    struct stat st;

    const int reason = fstat(fd, &st) < 0 ? errno : S_ISREG(st.st_mode) ? 0 : ELOOP;
    if (reason != 0) {
        fail(error, reason, name);
        return NULL;
    }
    if (st.st_size > (off_t)max) {
        fail(error, EMSGSIZE, name);
        return NULL;
    }

    /* It may change while it is read: take what was announced, and no more than allowed. */
    g_autoptr(GByteArray) out = g_byte_array_sized_new((guint)st.st_size + 1);
    guint8 buf[16384];
    ssize_t n;
    while ((n = read(fd, buf, sizeof buf)) > 0) {
        if (out->len + (gsize)n > max) {
            fail(error, EMSGSIZE, name);
            return NULL;
        }
        g_byte_array_append(out, buf, (guint)n);
    }
    if (n < 0) {
        fail(error, errno, name);
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

GBytes *
dir_file_read(int dir, const char *name, gsize max, GError **error)
{
    const int fd = open_beneath(dir, name);

    if (fd < 0) {
        fail(error, errno == ENXIO || errno == EXDEV ? ELOOP : errno, name);
        return NULL;
    }
    GBytes *bytes = read_all(fd, max, name, error);
    close(fd);
    return bytes;
}

static gboolean
write_bytes(int fd, GBytes *bytes)
{
    gsize n;
    const guint8 *p = g_bytes_get_data(bytes, &n);

    while (n > 0) {
        const ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return FALSE;
        p += done;
        n -= (gsize)done;
    }
    return TRUE;
}

static gboolean
write_all(int fd, GBytes *bytes)
{
    return write_bytes(fd, bytes) && fsync(fd) == 0;
}

static gboolean
create(int dir, const char *name, GBytes *bytes, mode_t mode, GError **error)
{
    const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return fail(error, errno, name);
    gboolean ok =
        mode == 0 ? write_bytes(fd, bytes) : write_all(fd, bytes) && fchmod(fd, mode) == 0;
    int reason = errno;
    if (close(fd) < 0 && ok)
        ok = FALSE, reason = errno;
    return ok || fail(error, reason, name);
}

gboolean
dir_file_create(int dir, const char *name, GBytes *bytes, GError **error)
{
    return create(dir, name, bytes, 0, error);
}

gboolean
dir_file_create_as(int dir, const char *name, mode_t mode, GBytes *bytes, GError **error)
{
    return create(dir, name, bytes, mode, error);
}

gboolean
dir_sync_all(int dir, GError **error)
{
    return syncfs(dir) == 0 || fail(error, errno, ".");
}

gboolean
dir_sync(int dir, GError **error)
{
    return fsync(dir) == 0 || fail(error, errno, ".");
}

char *
dir_hidden_name(const char *prefix)
{
    return g_strdup_printf("%s%08x%08x", prefix, g_random_int(), (unsigned)getpid());
}

char *
dir_file_stage(int dir, const char *name, mode_t mode, GBytes *bytes, GError **error)
{
    g_autofree char *hidden = dir_hidden_name(DIR_NEW);
    const int fd = openat(dir, hidden, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

    if (fd < 0) {
        fail(error, errno, name);
        return NULL;
    }
    gboolean ok = write_all(fd, bytes);
    int reason = errno;
    if (close(fd) < 0 && ok)
        ok = FALSE, reason = errno;
    if (ok)
        return g_steal_pointer(&hidden);
    unlinkat(dir, hidden, 0);
    fail(error, reason, name);
    return NULL;
}

gboolean
dir_file_write(int dir, const char *name, GBytes *bytes, GError **error)
{
    g_autofree char *hidden = dir_file_stage(dir, name, 0600, bytes, error);

    if (hidden == NULL)
        return FALSE;
    if (renameat(dir, hidden, dir, name) < 0) {
        const int reason = errno;
        unlinkat(dir, hidden, 0);
        return fail(error, reason, name);
    }
    return dir_sync(dir, error);
}

/* Files of @dir, and with @deeper its folders of files. */
static void
empty_folder(int dir, gboolean deeper)
{
    DIR *d = open_listing(dir);

    if (d == NULL)
        return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        if (g_str_equal(e->d_name, ".") || g_str_equal(e->d_name, ".."))
            continue;
        if (unlinkat(dir, e->d_name, 0) == 0 || !deeper)
            continue;
        const int child = dir_open_child(dir, e->d_name, FALSE, NULL);
        if (child < 0)
            continue;
        empty_folder(child, FALSE);
        close(child);
        unlinkat(dir, e->d_name, AT_REMOVEDIR);
    }
    closedir(d);
}

gboolean
dir_remove(int dir, const char *name, GError **error)
{
    if (unlinkat(dir, name, 0) == 0) /* a link that somebody put there */
        return dir_sync(dir, error);
    const int child = dir_open_child(dir, name, FALSE, error);

    if (child < 0)
        return FALSE;
    empty_folder(child, TRUE);
    close(child);
    if (unlinkat(dir, name, AT_REMOVEDIR) < 0)
        return fail(error, errno, name);
    return dir_sync(dir, error);
}

/* --- what others left behind --- */

enum { SWEEP_AGE_S = 60 * 60 };

static gboolean
is_hidden_name(const char *name)
{
    static const gsize prefix = sizeof DIR_NEW - 1;
    gsize digits = 0;

    if (!g_str_has_prefix(name, DIR_NEW) && !g_str_has_prefix(name, DIR_OLD))
        return FALSE;
    while (g_ascii_isxdigit(name[prefix + digits]))
        digits++;
    return digits == 16 && strchr("-", name[prefix + digits]) != NULL;
}

void
dir_each_hidden(int dir, void (*each)(int dir, const char *hidden))
{
    DIR *d = open_listing(dir);

    if (d == NULL)
        return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        if (is_hidden_name(e->d_name))
            each(dir, e->d_name);
    closedir(d);
}

/* The last eight digits are the process that made it. Another computer may share the folder and has
 * processes of its own, so that alone says nothing. */
static gboolean
maker_is_gone(const char *hidden)
{
    g_autofree char *digits = g_strndup(hidden + sizeof DIR_NEW - 1 + 8, 8);
    guint64 pid;

    return g_ascii_string_to_unsigned(digits, 16, 1, G_MAXINT, &pid, NULL) &&
           kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static gboolean
is_old(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           st.st_mtime < time(NULL) - SWEEP_AGE_S;
}

static void
sweep_one(int dir, const char *hidden)
{
    if (maker_is_gone(hidden) && is_old(dir, hidden) && unlinkat(dir, hidden, 0) < 0)
        dir_remove(dir, hidden, NULL);
}

void
dir_sweep(int dir)
{
    dir_each_hidden(dir, sweep_one);
}
