/* resolve.c - see resolve.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RESOLVE_LOOKED_AT = 64 };

bool
resolve_literal(const char *host, uint16_t port, struct control_address *ret)
{
    struct control_address a = {.port = port};

    if (inet_pton(AF_INET, host, a.octets) == 1)
        a.family = 4;
    else if (inet_pton(AF_INET6, host, a.octets) == 1)
        a.family = 6;
    else
        return false;
    *ret = a;
    return true;
}

size_t
resolve_interleave(const struct control_address *in, size_t n,
                   struct control_address out[static RESOLVE_MAX])
{
    size_t done = 0, at[2] = {0}; /* next of the first address's family, of the other */

    for (bool other = false; done < RESOLVE_MAX; other = !other) {
        size_t *i = &at[other];
        while (*i < n && (in[*i].family != in[0].family) != other)
            ++*i;
        if (*i < n)
            out[done++] = in[(*i)++];
        else if (at[!other] >= n)
            break;
    }
    return done;
}

/* ---- in the child ---- */

static bool
take_address(const struct addrinfo *ai, uint16_t port, struct control_address *ret)
{
    *ret = (struct control_address){.port = port};
    if (ai->ai_family == AF_INET) {
        ret->family = 4;
        memcpy(ret->octets, &((const struct sockaddr_in *)ai->ai_addr)->sin_addr, 4);
    } else if (ai->ai_family == AF_INET6) {
        ret->family = 6;
        memcpy(ret->octets, &((const struct sockaddr_in6 *)ai->ai_addr)->sin6_addr, 16);
    }
    return ret->family != 0;
}

static void
look_up(const char *host, uint16_t port, struct resolve_answer *ret)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_IDN};
    struct control_address all[RESOLVE_LOOKED_AT];
    struct addrinfo *list = NULL;
    size_t n = 0;

    ret->gai_error = getaddrinfo(host, NULL, &hints, &list);
    ret->sys_error = ret->gai_error == EAI_SYSTEM ? errno : 0;
    for (const struct addrinfo *ai = list; ai != NULL && n < RESOLVE_LOOKED_AT; ai = ai->ai_next)
        n += take_address(ai, port, &all[n]);
    ret->n = resolve_interleave(all, n, ret->v);
    if (ret->gai_error == 0 && ret->n == 0)
        ret->gai_error = EAI_NODATA;
}

static void
run_child(int out, const char *host, uint16_t port, void *secret, size_t n)
{
    struct resolve_answer answer = {0};

    explicit_bzero(secret, n);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    look_up(host, port, &answer);
    if (write(out, &answer, sizeof answer) != sizeof answer)
        _exit(1);
    _exit(0);
}

/* ---- in the parent ---- */

int
resolve_start(struct resolve *r, const char *host, uint16_t port, void *secret, size_t n)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    r->child = fork();
    if (r->child == 0) {
        close(ends[0]);
        run_child(ends[1], host, port, secret, n);
    }
    const int error = r->child < 0 ? -errno : 0;
    close(ends[1]);
    r->fd = ends[0];
    if (error < 0) {
        close(ends[0]);
        r->fd = -1;
    }
    return error;
}

void
resolve_stop(struct resolve *r)
{
    if (r->child <= 0)
        return;
    kill(r->child, SIGKILL);
    while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR)
        ;
    close(r->fd);
    r->child = 0;
    r->fd = -1;
}

void
resolve_finish(struct resolve *r, struct resolve_answer *ret)
{
    /* One write of less than PIPE_BUF is read whole or not at all. */
    if (read(r->fd, ret, sizeof *ret) != sizeof *ret || ret->n > RESOLVE_MAX)
        *ret = (struct resolve_answer){.gai_error = EAI_FAIL};
    resolve_stop(r);
}
