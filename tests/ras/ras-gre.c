/* ras-gre.c - see ras-gre.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-gre.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "io-raw.h"

enum { BUFFER = 4 * 1024 * 1024 };

static bool
init_batch(struct ras_gre_batch *b)
{
    b->bytes = malloc(RAS_GRE_BATCH * sizeof *b->bytes);
    for (int i = 0; b->bytes != NULL && i < RAS_GRE_BATCH; i++) {
        b->pieces[i] = (struct iovec){.iov_base = b->bytes[i], .iov_len = RAS_GRE_MAX};
        b->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &b->peers[i],
            .msg_namelen = sizeof b->peers[i],
            .msg_iov = &b->pieces[i],
            .msg_iovlen = 1,
        };
    }
    return b->bytes != NULL;
}

int
ras_gre_open(struct ras_gre_port *port, const struct sockaddr_in *local)
{
    const struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = local->sin_addr};
    const int size = BUFFER, cut = IP_PMTUDISC_DONT;

    *port = (struct ras_gre_port){.fd = -1};
    if (!init_batch(&port->in) || !init_batch(&port->out))
        return -ENOMEM;
    port->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_GRE);
    if (port->fd < 0)
        return -errno;
    setsockopt(port->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(port->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    setsockopt(port->fd, IPPROTO_IP, IP_MTU_DISCOVER, &cut, sizeof cut);
    return bind(port->fd, (const struct sockaddr *)&in, sizeof in) < 0 ? -errno : 0;
}

void
ras_gre_close(struct ras_gre_port *port)
{
    if (port->fd >= 0)
        close(port->fd);
    free(port->in.bytes);
    free(port->out.bytes);
    *port = (struct ras_gre_port){.fd = -1};
}

/* ---- out ---- */

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
void
ras_gre_flush(struct ras_gre_port *port)
{
    for (unsigned done = 0; done < port->n_out;) {
        const int n = sendmmsg(port->fd, port->out.messages + done, port->n_out - done, 0);

        if (n < 0 && errno == EINTR)
            continue;
        done += n > 0 ? (unsigned)n : 1; /* an error is the first one's */
    }
    port->n_out = 0;
}

uint8_t *
ras_gre_room(struct ras_gre_port *port)
{
    if (port->n_out == RAS_GRE_BATCH)
        ras_gre_flush(port);
    return port->out.bytes[port->n_out];
}

static void
put(struct ras_gre *g, const uint8_t *p, size_t n)
{
    struct ras_gre_batch *const b = &g->port->out;
    uint8_t *const room = ras_gre_room(g->port);
    const unsigned i = g->port->n_out;
    const bool inside = p >= room && p < room + RAS_GRE_MAX;

    if (n > RAS_GRE_MAX)
        return;
    if (!inside)
        memcpy(room, p, n);
    b->pieces[i] = (struct iovec){.iov_base = inside ? (uint8_t *)p : room, .iov_len = n};
    b->peers[i] = g->to;
    g->port->n_out++;
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

/* ---- in ---- */

unsigned
ras_gre_receive(struct ras_gre_port *port)
{
    int n;

    for (int i = 0; i < RAS_GRE_BATCH; i++)
        port->in.messages[i].msg_hdr.msg_namelen = sizeof port->in.peers[i];
    do
        n = recvmmsg(port->fd, port->in.messages, RAS_GRE_BATCH, MSG_DONTWAIT, NULL);
    while (n < 0 && errno == EINTR);
    return n > 0 ? (unsigned)n : 0;
}

struct ras_gre_packet
ras_gre_packet(const struct ras_gre_port *port, unsigned i)
{
    struct ras_gre_packet packet = {.from = &port->in.peers[i]};
    uint8_t *const bytes = port->in.bytes[i];
    struct rd r;

    if (!io_raw_payload(rd_over(bytes, port->in.messages[i].msg_len), &r))
        return packet;
    packet.p = bytes + (r.p - bytes);
    packet.n = r.left;
    rd_take(&r, 6); /* flags, protocol, length: gre_receive() judges them */
    const uint16_t call = rd_be16(&r);
    packet.call = rd_ok(&r) ? call : 0;
    return packet;
}
