/* probe-io.c - see probe.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"

#if defined __SANITIZE_ADDRESS__
#define SANDBOX_MODE SANDBOX_DENY /* a report has to read /proc */
#else
#define SANDBOX_MODE SANDBOX_KILL
#endif

#define CONNECT_WAIT (6 * USEC_PER_SEC) /* the kernel has asked at 0, 1 and 3 s */

static void
fill_random(void *ctx, void *out, size_t n)
{
    (void)ctx;
    for (uint8_t *at = out; n > 0;) {
        const ssize_t got = getrandom(at, n, 0);

        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
}

const struct rng probe_rng = {.fill = fill_random};

usec_t
probe_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

void
probe_end_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it was faster */
        _exit(1);
}

pid_t
probe_fork(void)
{
    const pid_t parent = getpid(), pid = fork();

    if (pid == 0)
        probe_end_with(parent);
    return pid;
}

void
probe_begin(struct probe *p, enum probe_kind kind)
{
    p->step.kind = kind;
    p->step_began = probe_now();
}

void
probe_tell(struct probe *p, enum probe_state state, enum ras_error error, const char *format, ...)
{
    char text[2 * PROBE_DETAIL];
    uint8_t bytes[PROBE_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ras_printable(p->step.detail, sizeof p->step.detail, text, strlen(text));
    p->step.state = state;
    p->step.error = error;
    const usec_t ended = p->step_ended != 0 ? p->step_ended : probe_now();
    p->step.ms = (uint32_t)((ended - p->step_began) / USEC_PER_MSEC);
    probe_step_put(&w, &p->step);
    wire_send(p->control_fd, wr_done(&w), -1); /* whoever asked may be gone: there is no use then */
}

void
probe_fail(struct probe *p, const struct ras_end *end)
{
    probe_tell(p, PROBE_FAIL, end->error, "%s", end->detail);
}

bool
probe_wait(const struct probe *p, int fd, short events, usec_t deadline)
{
    struct pollfd f = {.fd = fd, .events = events};

    deadline = usec_min(deadline, p->deadline);
    for (;;) {
        const usec_t now = probe_now();

        if (now >= deadline)
            return false;
        const int n = poll(&f, 1, (int)((deadline - now) / USEC_PER_MSEC + 1));
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
}

static int
open_socket(const struct control_address *a, int type, uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    const bool six = a->family == 6;
    const int fd = socket(six ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    memcpy(&in.sin_addr, a->octets, sizeof in.sin_addr);
    memcpy(&in6.sin6_addr, a->octets, sizeof in6.sin6_addr);
    if (fd < 0)
        return -1;
    if (connect(fd, six ? (const struct sockaddr *)&in6 : (const struct sockaddr *)&in,
                six ? sizeof in6 : sizeof in) == 0 ||
        errno == EINPROGRESS)
        return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int
probe_udp(struct probe *p, uint16_t port)
{
    return open_socket(&p->address, SOCK_DGRAM, port);
}

int
probe_connect(struct probe *p, enum probe_kind kind, uint16_t port)
{
    const enum ras_error number = kind == PROBE_PROXY ? RAS_CANNOT_CONNECT_PROXY : RAS_VPN_TIMEOUT;
    int error = 0;
    socklen_t len = sizeof error;

    probe_begin(p, kind);
    int fd = open_socket(&p->address, SOCK_STREAM, port);
    if (fd < 0)
        error = errno;
    else if (!probe_wait(p, fd, POLLOUT, p->step_began + CONNECT_WAIT))
        error = ETIMEDOUT;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    if (error == 0) {
        probe_tell(p, PROBE_OK, RAS_OK, "TCP port %u", port);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    probe_tell(p, PROBE_FAIL, number, "TCP port %u: %s", port, strerror(error));
    return -1;
}

/* The terminal of who asks would show what is written there as it is. */
static void
leave_terminal(void)
{
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    if (SANDBOX_MODE == SANDBOX_KILL)
        close(STDERR_FILENO);
}

bool
probe_close_sandbox(struct probe *p)
{
    leave_terminal();
    const int error = sandbox_enter(SANDBOX_MODE);

    if (error < 0)
        probe_tell(p, PROBE_FAIL, RAS_RASMAN_CANNOT_INITIALIZE, "the sandbox: %s",
                   strerror(-error));
    return error == 0;
}
