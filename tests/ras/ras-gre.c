/* ras-gre.c - see ras-gre.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-gre.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 4 * 1024 * 1024 };

int
ras_gre_open(const struct sockaddr_in *local)
{
    const struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = local->sin_addr};
    const int size = BUFFER;
    const int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_GRE);

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    if (bind(fd, (const struct sockaddr *)&in, sizeof in) < 0) {
        const int r = -errno;
        close(fd);
        return r;
    }
    return fd;
}

static bool
dice(const struct ras_gre *g, enum ras_fault fault)
{
    const struct ras_script_line *l = ras_script_fault(&g->config->script, fault, g->call);
    uint32_t v;

    if (l == NULL)
        return false;
    rng_fill(g->rng, &v, sizeof v);
    return v % 1000 < l->number;
}

/* What the kernel does not take now is lost: so is the nature of datagrams. */
static void
put(const struct ras_gre *g, const uint8_t *p, size_t n)
{
    ssize_t done;

    do
        done = sendto(g->fd, p, n, 0, (const struct sockaddr *)&g->to, sizeof g->to);
    while (done < 0 && errno == EINTR);
}

void
ras_gre_send(struct ras_gre *g, const uint8_t *p, size_t n)
{
    if (dice(g, RAS_FAULT_GRE_LOSE))
        return;
    if (g->n_held == 0 && n <= sizeof g->held && dice(g, RAS_FAULT_GRE_SWAP)) {
        memcpy(g->held, p, n);
        g->n_held = n;
        return;
    }
    put(g, p, n);
    if (dice(g, RAS_FAULT_GRE_DOUBLE))
        put(g, p, n);
    if (g->n_held > 0) {
        put(g, g->held, g->n_held);
        g->n_held = 0;
    }
}

bool
ras_gre_next(int fd, uint8_t buf[static RAS_GRE_MAX], struct sockaddr_in *ret_from, uint8_t **ret,
             size_t *ret_n, uint16_t *ret_call)
{
    socklen_t len = sizeof *ret_from;
    const ssize_t n = recvfrom(fd, buf, RAS_GRE_MAX, 0, (struct sockaddr *)ret_from, &len);
    struct rd r = rd_over(buf, n > 0 ? (size_t)n : 0);

    *ret = buf;
    *ret_n = *ret_call = 0;
    if (n < 0)
        return errno == EINTR;
    rd_take(&r, (size_t)(rd_u8(&r) & 15) * 4 - 1);
    *ret = buf + (r.p - buf);
    *ret_n = r.left;
    rd_take(&r, 6); /* flags, protocol, length: gre_receive() judges them */
    const uint16_t call = rd_be16(&r);
    if (rd_ok(&r))
        *ret_call = call;
    return true;
}
