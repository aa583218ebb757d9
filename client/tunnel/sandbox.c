/* sandbox.c - see sandbox.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* ---- Landlock ---- */

/* What each version of the interface can handle; all of it is denied, by naming no exception. */
static const struct {
    uint64_t fs, net, scoped;
} landlock_abi[] = {
    {0x1fff, 0, 0},     /* 1: files */
    {0x3fff, 0, 0},     /* 2: refer */
    {0x7fff, 0, 0},     /* 3: truncate */
    {0x7fff, 0x3, 0},   /* 4: TCP bind and connect */
    {0xffff, 0x3, 0},   /* 5: ioctl on devices */
    {0xffff, 0x3, 0x3}, /* 6: abstract Unix sockets, signals */
};

static int
enter_landlock(void)
{
    /* The struct grew with the versions; the kernel is told how much of it we mean. */
    struct {
        uint64_t fs, net, scoped;
    } attr;
    const size_t known = sizeof landlock_abi / sizeof *landlock_abi;
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (abi <= 0) /* not built in, or switched off: seccomp alone has to do */
        return 0;

    const size_t row = ((size_t)abi < known ? (size_t)abi : known) - 1;
    attr.fs = landlock_abi[row].fs;
    attr.net = landlock_abi[row].net;
    attr.scoped = landlock_abi[row].scoped;
    const size_t size = abi < 4 ? 8 : abi < 6 ? 16 : 24;
    const int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (fd < 0)
        return -errno;
    const int error = syscall(SYS_landlock_restrict_self, fd, 0) < 0 ? -errno : 0;
    close(fd);
    return error;
}

/* ---- seccomp ---- */

/* Argument @n equals @value; has none of @bits. */
#define IS(n, value)                                                                               \
    {                                                                                              \
        n, SCMP_CMP_EQ, value, 0                                                                   \
    }
#define LACKS(n, bits)                                                                             \
    {                                                                                              \
        n, SCMP_CMP_MASKED_EQ, bits, 0                                                             \
    }

/* A system call that is allowed, when its arguments are. */
static const struct rule {
    int call;
    unsigned n;
    struct scmp_arg_cmp args[2];
} rules[] = {
    /* clang-format off */
    {SCMP_SYS(read)}, {SCMP_SYS(readv)}, {SCMP_SYS(write)}, {SCMP_SYS(writev)}, {SCMP_SYS(close)},
    {SCMP_SYS(recvfrom)}, {SCMP_SYS(recvmsg)}, {SCMP_SYS(recvmmsg)},
    /* No address: what is not connected cannot be sent from, what is, only to its peer. */
    {SCMP_SYS(sendto), 1, {IS(4, 0)}},
    {SCMP_SYS(getsockopt), 2, {IS(1, SOL_SOCKET),
                               IS(2, SO_ERROR)}},
    {SCMP_SYS(getsockopt), 2, {IS(1, IPPROTO_TCP),
                               IS(2, TCP_INFO)}},
    {SCMP_SYS(setsockopt), 2, {IS(1, IPPROTO_TCP),
                               IS(2, TCP_NODELAY)}},
    {SCMP_SYS(setsockopt), 2, {IS(1, IPPROTO_TCP),
                               IS(2, TCP_NOTSENT_LOWAT)}},
    {SCMP_SYS(setsockopt), 2, {IS(1, IPPROTO_IP),
                               IS(2, IP_MTU_DISCOVER)}},
    {SCMP_SYS(setsockopt), 2, {IS(1, IPPROTO_UDP),
                               IS(2, UDP_SEGMENT)}},
    {SCMP_SYS(setsockopt), 2, {IS(1, IPPROTO_UDP),
                               IS(2, UDP_GRO)}},
    {SCMP_SYS(getpeername)}, {SCMP_SYS(getsockname)}, {SCMP_SYS(shutdown)},
    {SCMP_SYS(fcntl), 1, {IS(1, F_GETFL)}},
    {SCMP_SYS(fcntl), 1, {IS(1, F_SETFL)}},
    {SCMP_SYS(epoll_ctl)}, {SCMP_SYS(epoll_wait)}, {SCMP_SYS(epoll_pwait)},
    {SCMP_SYS(timerfd_settime)}, {SCMP_SYS(poll)}, {SCMP_SYS(ppoll)},
    {SCMP_SYS(clock_gettime)}, {SCMP_SYS(gettimeofday)}, {SCMP_SYS(time)},
    {SCMP_SYS(getrandom)}, {SCMP_SYS(getpid)}, {SCMP_SYS(gettid)}, {SCMP_SYS(getuid)},
    {SCMP_SYS(geteuid)}, {SCMP_SYS(getgid)}, {SCMP_SYS(getegid)},
    {SCMP_SYS(brk)}, {SCMP_SYS(munmap)}, {SCMP_SYS(mremap)}, {SCMP_SYS(madvise)},
    {SCMP_SYS(mmap), 1, {LACKS(2, PROT_EXEC)}},
    {SCMP_SYS(mprotect), 1, {LACKS(2, PROT_EXEC)}},
    {SCMP_SYS(futex)}, {SCMP_SYS(sched_yield)}, {SCMP_SYS(sigaltstack)}, {SCMP_SYS(rt_sigreturn)},
    {SCMP_SYS(rt_sigprocmask)}, {SCMP_SYS(restart_syscall)},
    {SCMP_SYS(exit)}, {SCMP_SYS(exit_group)},
    /* clang-format on */
};

static int
enter_seccomp(enum sandbox_mode mode)
{
    scmp_filter_ctx filter =
        seccomp_init(mode == SANDBOX_KILL ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
    int error = filter == NULL ? -ENOMEM : 0;

    for (size_t i = 0; error == 0 && i < sizeof rules / sizeof *rules; i++)
        error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].n,
                                       rules[i].args);
    if (error == 0)
        error = seccomp_load(filter);
    seccomp_release(filter);
    return error;
}

/* libcrypto compares a certificate's dates by way of mktime(), and that would look for
 * /etc/localtime again each time. Dates in certificates are UTC (RFC 5280 section 4.1.2.5). */
static void
settle_time_zone(void)
{
    setenv("TZ", "UTC0", 1);
    tzset();
}

int
sandbox_enter(enum sandbox_mode mode)
{
    int error;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    settle_time_zone();
    error = enter_landlock();
    return error < 0 ? error : enter_seccomp(mode);
}
