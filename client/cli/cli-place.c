/* cli-place.c - see cli-place.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-place.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- in the child --- */

static int
write_text(const char *path, const char *text)
{
    const size_t n = strlen(text);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    const int err = write(fd, text, n) == (ssize_t)n ? 0 : -errno;
    close(fd);
    return err;
}

/* One user and one group, who are called in there what they are called out here. */
static int
map_ids(uid_t uid, gid_t gid)
{
    char text[48];
    int err = write_text("/proc/self/setgroups", "deny");

    snprintf(text, sizeof text, "%u %u 1", gid, gid);
    if (err == 0)
        err = write_text("/proc/self/gid_map", text);
    snprintf(text, sizeof text, "%u %u 1", uid, uid);
    return err < 0 ? err : write_text("/proc/self/uid_map", text);
}

static int
loopback_up(void)
{
    struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    const int err = ioctl(fd, SIOCSIFFLAGS, &ifr) < 0 ? -errno : 0;
    close(fd);
    return err;
}

/* What asks the name services of this computer would be answered by its network, not by the VPN's:
 * they are not there. A program then reads /etc/resolv.conf. */
static void
hide_name_services(void)
{
    static const char *const folders[] = {"/run/systemd/resolve", "/run/nscd", "/run/avahi-daemon"};

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
        if (access(folders[i], F_OK) == 0)
            mount("none", folders[i], "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755");
}

/* Where /etc/resolv.conf leads, even if the file is in what is hidden now. */
static gboolean
resolver_file(char path[static PATH_MAX])
{
    char target[PATH_MAX];

    if (realpath("/etc/resolv.conf", path) != NULL)
        return TRUE;
    const ssize_t n = readlink("/etc/resolv.conf", target, sizeof target - 1);
    if (n <= 0)
        return FALSE;
    target[n] = '\0';
    if (snprintf(path, PATH_MAX, "%s%s", target[0] == '/' ? "" : "/etc/", target) >= PATH_MAX)
        return FALSE;
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return FALSE;
    close(fd);
    return TRUE;
}

/* Puts an empty file over it: what holds the file is mounted somewhere for a moment. Returns a
 * descriptor to write with, or -1: there are no names. */
static int
own_resolver_file(void)
{
    char path[PATH_MAX];
    int fd = -1;

    if (!resolver_file(path) ||
        mount("none", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64k,mode=755") < 0)
        return -1;
    fd = open("/tmp/resolv.conf", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0 && mount("/tmp/resolv.conf", path, NULL, MS_BIND, NULL) < 0) {
        close(fd);
        fd = -1;
    }
    umount2("/tmp", MNT_DETACH);
    return fd;
}

/* And none come back: it is no root to whom exec would give them, and no_new_privs keeps those of
 * files away. (The bounding set stays. Without it programs with such, as ping, do not start.) */
static int
drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {0};

    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

static int
make_namespaces(struct dt_helper_place *ret)
{
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    char range[32];

    prctl(PR_SET_DUMPABLE, 1); /* else its maps belong to root; there is no secret in it yet */
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) < 0)
        return -errno;
    int err = map_ids(uid, gid);
    if (err == 0)
        err = loopback_up();
    if (err == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        err = -errno;
    if (err < 0)
        return err;
    snprintf(range, sizeof range, "%u %u", gid, gid);
    write_text("/proc/sys/net/ipv4/ping_group_range", range); /* a convenience: ping(8) */
    hide_name_services();
    ret->resolv_conf = own_resolver_file();
    ret->user_ns = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
    ret->net_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (ret->user_ns < 0 || ret->net_ns < 0)
        return -errno;
    return drop_capabilities();
}

enum { MAX_FDS = 3 };

static int
send_place(int control, int err, const struct dt_helper_place *p)
{
    const int fds[MAX_FDS] = {p->user_ns, p->net_ns, p->resolv_conf};
    const size_t n = err < 0 ? 0 : p->resolv_conf < 0 ? 2 : 3;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof fds)];
    } space = {0};
    struct iovec iov = {&err, sizeof err};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

    if (n > 0) {
        m.msg_control = space.bytes;
        m.msg_controllen = CMSG_SPACE(n * sizeof *fds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(n * sizeof *fds);
        memcpy(CMSG_DATA(c), fds, n * sizeof *fds);
    }
    return sendmsg(control, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Settings of this network's resolver, not of the other one's. */
static void
settle_environment(void)
{
    unsetenv("LOCALDOMAIN");
    unsetenv("RES_OPTIONS");
}

static G_NORETURN void
run_child(int control, char *const *argv)
{
    struct dt_helper_place p = {-1, -1, -1};
    int err = make_namespaces(&p);
    char go;

    if (send_place(control, err, &p) < 0 || err < 0 || recv(control, &go, 1, 0) != 1)
        _exit(1);
    settle_environment();
    execvp(argv[0], argv);
    err = errno;
    if (send(control, &err, sizeof err, MSG_NOSIGNAL) < 0)
        _exit(126);
    _exit(err == ENOENT ? 127 : 126);
}

/* --- in the parent --- */

static gboolean
is_set_to(const char *path, const char *value)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && g_str_equal(g_strstrip(text), value);
}

static char *
what_to_do(void)
{
    static const struct {
        const char *path, *refused, *remedy;
    } settings[] = {
        {"/proc/sys/kernel/unprivileged_userns_clone", "0",
         "sysctl kernel.unprivileged_userns_clone=1"},
        {"/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"},
        {"/proc/sys/user/max_net_namespaces", "0", "sysctl user.max_net_namespaces=10000"},
        {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
         "sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
        if (is_set_to(settings[i].path, settings[i].refused))
            return g_strdup_printf(_("The administrator can allow it: %s"), settings[i].remedy);
    return g_strdup(
        _("In a container, whoever started it can allow it. Without it, use “dialtone dial”."));
}

static void
set_error(GError **error, int err)
{
    g_autofree char *advice = what_to_do();

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(-err),
                _("This computer lets no user make a network of their own (user namespaces: %s). "
                  "%s"),
                g_strerror(-err), advice);
}

/* What the child could do, and the descriptors. */
static int
receive_place(int control, struct dt_helper_place *ret)
{
    int fds[MAX_FDS] = {-1, -1, -1}, err = 0;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof fds)];
    } space = {0};
    struct iovec iov = {&err, sizeof err};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = space.bytes,
                       .msg_controllen = sizeof space.bytes};
    const ssize_t n = recvmsg(control, &m, MSG_CMSG_CLOEXEC);
    const struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&m);

    if (n != sizeof err)
        return n < 0 ? -errno : -ECHILD;
    if (c != NULL && c->cmsg_type == SCM_RIGHTS && c->cmsg_len <= CMSG_LEN(sizeof fds))
        memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
    *ret = (struct dt_helper_place){fds[0], fds[1], fds[2]};
    return err;
}

gboolean
cli_place_make(struct cli_place *ret, char *const *argv, GError **error)
{
    int ends[2];

    *ret = (struct cli_place){.control = -1, .ns = {-1, -1, -1}};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        set_error(error, -errno);
        return FALSE;
    }
    ret->child = fork();
    if (ret->child == 0) {
        close(ends[0]);
        run_child(ends[1], argv);
    }
    int err = ret->child < 0 ? -errno : 0;
    ret->control = ends[0];
    close(ends[1]);
    if (err == 0)
        err = receive_place(ret->control, &ret->ns);
    if (err == 0)
        return TRUE;
    ret->child = MAX(ret->child, 0);
    cli_place_clear(ret);
    set_error(error, err);
    return FALSE;
}

int
cli_place_start(struct cli_place *place)
{
    int err = 0;

    if (send(place->control, "", 1, MSG_NOSIGNAL) < 0)
        return errno;
    /* The end of the line is success: exec closed it. */
    return recv(place->control, &err, sizeof err, 0) == sizeof err ? err : 0;
}

static void
close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
cli_place_clear(struct cli_place *place)
{
    close_one(&place->control);
    close_one(&place->ns.user_ns);
    close_one(&place->ns.net_ns);
    close_one(&place->ns.resolv_conf);
    if (place->child > 0)
        waitpid(place->child, NULL, 0);
    place->child = 0;
}
