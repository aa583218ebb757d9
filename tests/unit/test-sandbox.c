/*
 * test-sandbox.c - what a tunnel that was taken over can still do (threats D8). Each attempt runs
 * in a child that has entered the tunnel's own sandbox.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/if_tun.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privilege.h"

/* Opened before the sandbox closes, as the tunnel's are. */
static struct {
    int tcp, udp, pipe[2], file;
    pid_t parent;
} has;

static struct sockaddr_in elsewhere = {.sin_family = AF_INET};

static long
try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static long
try_socket_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long
try_socketpair(void)
{
    int pair[2];

    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static long
try_connect(void)
{
    return connect(has.udp, (struct sockaddr *)&elsewhere, sizeof elsewhere);
}

static long
try_bind(void)
{
    return bind(has.tcp, (struct sockaddr *)&elsewhere, sizeof elsewhere);
}

static long
try_listen(void)
{
    return listen(has.tcp, 1);
}

static long
try_accept(void)
{
    return accept(has.tcp, NULL, NULL);
}

static long
try_sendto_elsewhere(void)
{
    return sendto(has.udp, "x", 1, 0, (struct sockaddr *)&elsewhere, sizeof elsewhere);
}

static long
try_sendmsg_elsewhere(void)
{
    struct iovec iov = {.iov_base = (char[]){"x"}, .iov_len = 1};
    const struct msghdr m = {
        .msg_name = &elsewhere, .msg_namelen = sizeof elsewhere, .msg_iov = &iov, .msg_iovlen = 1};

    return sendmsg(has.udp, &m, 0);
}

static long
try_open(void)
{
    return syscall(SYS_open, "/etc/passwd", O_RDONLY);
}

static long
try_openat(void)
{
    return open("/etc/passwd", O_RDONLY);
}

static long
try_openat2(void)
{
    const uint64_t how[3] = {O_RDONLY, 0, 0};

    return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how);
}

static long
try_unlink(void)
{
    return unlink("/tmp/no-such-file");
}

static long
try_execve(void)
{
    char *none[] = {NULL};

    return execve("/bin/true", none, none);
}

static long
try_execveat(void)
{
    char *none[] = {NULL};

    return syscall(SYS_execveat, has.file, "", none, none, AT_EMPTY_PATH);
}

static long
try_fork(void)
{
    return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long
try_clone3(void)
{
    uint64_t args[8] = {0};

    return syscall(SYS_clone3, args, sizeof args);
}

static long
try_ptrace(void)
{
    return ptrace(PTRACE_ATTACH, has.parent, NULL, NULL);
}

static long
try_kill(void)
{
    return kill(has.parent, 0);
}

static long
try_process_vm_readv(void)
{
    char byte;
    const struct iovec iov = {.iov_base = &byte, .iov_len = 1};

    return process_vm_readv(has.parent, &iov, 1, &iov, 1, 0);
}

static long
try_mmap_exec(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1
               : 0;
}

static long
try_mprotect_exec(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static long
try_tun_persist(void)
{
    return ioctl(has.file, TUNSETPERSIST, 1);
}

static long
try_io_uring(void)
{
    char params[120] = {0};

    return syscall(SYS_io_uring_setup, 4, params);
}

static long
try_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}

static long
try_userfaultfd(void)
{
    return syscall(SYS_userfaultfd, 0);
}

static long
try_unshare(void)
{
    return unshare(CLONE_NEWUSER);
}

static long
try_setsockopt(void)
{
    const int mark = 0x6474;

    return setsockopt(has.tcp, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
}

static long
try_detach_filter(void)
{
    const int on = 1;

    return setsockopt(has.udp, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof on);
}

static long
try_prctl(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long
try_setuid(void)
{
    return syscall(SYS_setresuid, 0, 0, 0);
}

static long
try_mount(void)
{
    return syscall(SYS_mount, "x", "/tmp", "tmpfs", 0, NULL);
}

static long
try_dup_fcntl(void)
{
    return fcntl(has.tcp, F_SETOWN, has.parent); /* signals to others through the back door */
}

static long
try_memfd(void)
{
    return syscall(SYS_memfd_create, "x", 0);
}

static const struct forbidden {
    const char *name;
    long (*try)(void);
} forbidden[] = {
    {"socket", try_socket},
    {"socket-unix", try_socket_unix},
    {"socketpair", try_socketpair},
    {"connect", try_connect},
    {"bind", try_bind},
    {"listen", try_listen},
    {"accept", try_accept},
    {"sendto-elsewhere", try_sendto_elsewhere},
    {"sendmsg-elsewhere", try_sendmsg_elsewhere},
    {"open", try_open},
    {"openat", try_openat},
    {"openat2", try_openat2},
    {"unlink", try_unlink},
    {"execve", try_execve},
    {"execveat", try_execveat},
    {"fork", try_fork},
    {"clone3", try_clone3},
    {"ptrace", try_ptrace},
    {"kill", try_kill},
    {"process-vm-readv", try_process_vm_readv},
    {"mmap-exec", try_mmap_exec},
    {"mprotect-exec", try_mprotect_exec},
    {"tun-set-persist", try_tun_persist},
    {"io-uring", try_io_uring},
    {"bpf", try_bpf},
    {"userfaultfd", try_userfaultfd},
    {"unshare", try_unshare},
    {"setsockopt-mark", try_setsockopt},
    {"detach-filter", try_detach_filter},
    {"prctl-dumpable", try_prctl},
    {"setuid", try_setuid},
    {"mount", try_mount},
    {"fcntl-setown", try_dup_fcntl},
    {"memfd", try_memfd},
};

/* ---- and what it must be able to do ---- */

static bool
works(void)
{
    const int on = 1, lowat = 1 << 17, segment = 1000;
    struct sockaddr_in here;
    socklen_t here_len = sizeof here;
    int error = 0;
    socklen_t len = sizeof error;
    struct tcp_info info;
    socklen_t info_len = sizeof info;
    char byte = 'x';
    struct iovec iov = {.iov_base = &byte, .iov_len = 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    struct mmsghdr many = {.msg_hdr = m};
    struct pollfd p = {.fd = has.pipe[0], .events = POLLIN};
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return page != MAP_FAILED && munmap(page, 4096) == 0 && getrandom(&byte, 1, 0) == 1 &&
           send(has.udp, "x", 1, MSG_NOSIGNAL) == 1 && recvmsg(has.udp, &m, MSG_DONTWAIT) == 1 &&
           send(has.udp, "x", 1, MSG_NOSIGNAL) == 1 &&
           recvmmsg(has.udp, &many, 1, MSG_DONTWAIT, NULL) == 1 &&
           write(has.pipe[1], "y", 1) == 1 && poll(&p, 1, 1000) == 1 &&
           readv(has.pipe[0], &iov, 1) == 1 && writev(has.pipe[1], &iov, 1) == 1 &&
           setsockopt(has.udp, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) == 0 &&
           setsockopt(has.udp, IPPROTO_UDP, UDP_GRO, &on, sizeof on) == 0 &&
           getsockname(has.udp, (struct sockaddr *)&here, &here_len) == 0 &&
           setsockopt(has.tcp, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
           setsockopt(has.tcp, IPPROTO_IP, IP_MTU_DISCOVER, &(int){IP_PMTUDISC_DONT},
                      sizeof(int)) == 0 &&
           setsockopt(has.tcp, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof lowat) == 0 &&
           getsockopt(has.tcp, SOL_SOCKET, SO_ERROR, &error, &len) == 0 &&
           getsockopt(has.tcp, IPPROTO_TCP, TCP_INFO, &info, &info_len) == 0 &&
           fcntl(has.udp, F_SETFL, O_NONBLOCK) == 0 && fcntl(has.udp, F_GETFL) >= 0;
}

static void
open_all(void)
{
    socklen_t len = sizeof elsewhere;

    has.parent = getpid();
    has.tcp = socket(AF_INET, SOCK_STREAM, 0);
    has.udp = socket(AF_INET, SOCK_DGRAM, 0);
    has.file = open("/dev/null", O_RDWR);
    elsewhere.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(bind(has.udp, (struct sockaddr *)&elsewhere, sizeof elsewhere), ==, 0);
    g_assert_cmpint(getsockname(has.udp, (struct sockaddr *)&elsewhere, &len), ==, 0);
    g_assert_cmpint(connect(has.udp, (struct sockaddr *)&elsewhere, sizeof elsewhere), ==, 0);
    g_assert_cmpint(pipe(has.pipe), ==, 0);
}

static void
drop(void)
{
    const uint32_t uid = geteuid() == 0 ? 65534 : geteuid();
    const uint32_t gid = geteuid() == 0 ? 65534 : getegid();

    if (privilege_harden() < 0 || privilege_drop(uid, gid) < 0)
        _exit(100);
}

/* The exit status of @body in a child within the sandbox, or 128 + the signal that ended it. */
static int
in_sandbox(enum sandbox_mode mode, int (*body)(const void *), const void *data)
{
    int status;
    const pid_t child = fork();

    if (child == 0) {
        drop();
        if (sandbox_enter(mode) < 0)
            _exit(101);
        _exit(body(data));
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
run_forbidden(const void *data)
{
    const struct forbidden *f = data;

    errno = 0;
    return f->try() < 0 ? errno : 102;
}

static int
run_works(const void *data)
{
    (void)data;
    return works() ? 0 : 1;
}

static void
denied(gconstpointer data)
{
    g_assert_cmpint(in_sandbox(SANDBOX_DENY, run_forbidden, data), ==, EPERM);
}

/* As shipped: the first forbidden call is the last. */
static void
killed(gconstpointer data)
{
    g_assert_cmpint(in_sandbox(SANDBOX_KILL, run_forbidden, data), ==, 128 + SIGSYS);
}

static void
allowed(void)
{
    g_assert_cmpint(in_sandbox(SANDBOX_DENY, run_works, NULL), ==, 0);
    g_assert_cmpint(in_sandbox(SANDBOX_KILL, run_works, NULL), ==, 0);
}

/* The test itself must be able to fail: outside the sandbox the calls are there. */
static void
outside(void)
{
    const int fd = (int)try_socket();

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_cmpint(try_sendto_elsewhere(), ==, 1);
    g_assert_true(works());
}

static void
root_is_refused(void)
{
    g_assert_cmpint(privilege_drop(0, 65534), ==, -EPERM);
    g_assert_cmpint(privilege_drop(65534, 0), ==, -EPERM);
}

static void
drop_is_for_good(void)
{
    int status;

    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    const pid_t child = fork();
    if (child == 0) {
        drop();
        _exit(getuid() == 65534 && getgid() == 65534 && getgroups(0, NULL) == 0 && setuid(0) < 0 &&
                      prctl(PR_GET_DUMPABLE) == 0
                  ? 0
                  : 1);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    open_all();
    g_test_add_func("/sandbox/outside", outside);
    g_test_add_func("/sandbox/allowed", allowed);
    g_test_add_func("/sandbox/root-is-refused", root_is_refused);
    g_test_add_func("/sandbox/drop-is-for-good", drop_is_for_good);
    for (size_t i = 0; i < G_N_ELEMENTS(forbidden); i++) {
        g_autofree char *name = g_strconcat("/sandbox/D8-denied-", forbidden[i].name, NULL);
        g_autofree char *other = g_strconcat("/sandbox/D8-killed-", forbidden[i].name, NULL);
        g_test_add_data_func(name, &forbidden[i], denied);
        g_test_add_data_func(other, &forbidden[i], killed);
    }
    return g_test_run();
}
