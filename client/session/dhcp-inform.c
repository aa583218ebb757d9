/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp-inform.h"

#include "inner-udp.h"

enum { TRIES = 4 };
static const usec_t pauses[TRIES] = {
    1 * USEC_PER_SEC,
    2 * USEC_PER_SEC,
    4 * USEC_PER_SEC,
    8 * USEC_PER_SEC,
};
static const usec_t hurry = 250 * USEC_PER_MSEC;

void
dhcp_inform_begin(struct dhcp_inform *d, usec_t now, uint32_t xid, uint32_t address)
{
    *d = (struct dhcp_inform){.xid = xid, .address = address, .deadline = now};
}

void
dhcp_inform_hurry(struct dhcp_inform *d, usec_t now)
{
    if (d->deadline != NEVER && d->sent == 0)
        d->deadline = now;
    if (d->deadline != NEVER && d->sent == 1)
        d->deadline = usec_min(d->deadline, now + hurry);
}

void
dhcp_inform_over(struct dhcp_inform *d)
{
    d->answered = true;
    d->deadline = NEVER;
}

bool
dhcp_inform_waits(const struct dhcp_inform *d)
{
    return d->address != 0 && !d->answered;
}

/* Options as a Windows client sends them, without the computer's name: it is nobody's business. */
static void
put_options(struct wr *w)
{
    static const uint8_t options[] = {
        /* clang-format off */
        DHCP_TYPE, 1, DHCP_INFORM,
        DHCP_CLIENT_ID, 7, 8, 0x00, 0x53, 0x45, 0x00, 0x00, 0x00,
        DHCP_CLASS, 8, 'M', 'S', 'F', 'T', ' ', '5', '.', '0',
        DHCP_LIST, 9, DHCP_SUBNET_MASK, DHCP_ROUTER, DHCP_DNS, DHCP_DOMAIN, DHCP_NBNS,
            DHCP_NODE_TYPE, DHCP_SEARCH, DHCP_ROUTES, DHCP_ROUTES_MS,
        DHCP_END,
        /* clang-format on */
    };
    wr_bytes(w, options, sizeof options);
}

static void
put_bootp(const struct dhcp_inform *d, struct wr *w)
{
    static const uint8_t zero[64 + 128 + 16];

    wr_u8(w, 1); /* BOOTREQUEST */
    wr_u8(w, 8); /* hardware: what a PPP link is called there */
    wr_u8(w, 6);
    wr_u8(w, 0);
    wr_be32(w, d->xid);
    wr_be32(w, 0); /* seconds, flags */
    wr_be32(w, d->address);
    wr_bytes(w, zero, 4 + 4 + 4); /* yiaddr, siaddr, giaddr */
    wr_bytes(w, zero, 16 + 64 + 128);
    wr_be32(w, 0x63825363);
    put_options(w);
}

static void
put_packet(const struct dhcp_inform *d, struct wr *w)
{
    const struct inner_udp u = {.from = d->address,
                                .to = UINT32_MAX,
                                .from_port = DHCP_CLIENT_PORT,
                                .to_port = DHCP_SERVER_PORT};

    inner_udp_begin(w, &u);
    put_bootp(d, w);
    inner_udp_end(w);
}

bool
dhcp_inform_next(struct dhcp_inform *d, usec_t now, struct wr *w)
{
    if (now < d->deadline || !dhcp_inform_waits(d))
        return false;
    if (d->sent == TRIES) {
        d->deadline = NEVER; /* a late answer is still welcome */
        return false;
    }
    put_packet(d, w);
    d->deadline = now + pauses[d->sent++];
    return true;
}
