/* session-network.c - see session-network.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "session-network.h"

#define DHCP_HOLD   (600 * USEC_PER_MSEC)
#define INFORM_WAIT (100 * USEC_PER_MSEC)

static void
add_servers(uint32_t list[static NET_MAX_SERVERS], uint8_t *n, const uint32_t *more, uint8_t n_more)
{
    for (uint8_t i = 0; i < n_more; i++) {
        bool known = !net_ip4_usable(more[i]);
        for (uint8_t k = 0; k < *n; k++)
            known |= list[k] == more[i];
        if (!known && *n < NET_MAX_SERVERS)
            list[(*n)++] = more[i];
    }
}

/* PPP's part and DHCP's, without servers that nobody can have (threats I2). Padding is zero: two of
 * these can be compared whole. */
static void
compose(const struct session *s, struct net_config *ret)
{
    struct net_config ppp = {0};
    const struct net_config *dhcp = &s->learned;

    ppp_link_config(&s->ppp, &ppp);
    memset(ret, 0, sizeof *ret);
    ret->local4 = ppp.local4;
    ret->peer4 = ppp.peer4;
    memcpy(ret->local6, ppp.local6, sizeof ret->local6);
    memcpy(ret->peer6, ppp.peer6, sizeof ret->peer6);
    ret->mtu = ppp.mtu;
    add_servers(ret->dns, &ret->n_dns, ppp.dns, ppp.n_dns);
    add_servers(ret->dns, &ret->n_dns, dhcp->dns, dhcp->n_dns);
    add_servers(ret->wins, &ret->n_wins, ppp.wins, ppp.n_wins);
    add_servers(ret->wins, &ret->n_wins, dhcp->wins, dhcp->n_wins);
    memcpy(ret->domain, dhcp->domain, sizeof ret->domain);
    memcpy(ret->search, dhcp->search, sizeof ret->search);
    memcpy(ret->routes, dhcp->routes, sizeof ret->routes);
    ret->n_search = dhcp->n_search;
    ret->n_routes = dhcp->n_routes;
}

/* Tell the owner, if it is news. */
static void
publish(struct session *s, usec_t now)
{
    struct net_config c;

    compose(s, &c);
    if (s->configured && memcmp(&c, &s->config, sizeof c) == 0)
        return;
    if (!net_config_valid(&c)) {
        session_fail(s, now, RAS_PPP_NO_PROTOCOLS_CONFIGURED,
                     "the server gave no address that can be used");
        return;
    }
    if (s->info.server4 != 0 && c.local4 == s->info.server4) {
        session_fail(s, now, RAS_PPP_NO_PROTOCOLS_CONFIGURED,
                     "the server gave us the address by which it is reached");
        return;
    }
    memcpy(&s->config, &c, sizeof c);
    s->configured = true;
    s->registered = false;
    s->pending |= PENDING_CONFIG;
    session_register_begin(s, now);
}

void
session_network_send(struct session *s, uint8_t *p, size_t n)
{
    if (ppp_link_seal(&s->ppp, &p, &n))
        s->kind->send(s, rd_over(p, n));
}

static void
send_inform(struct session *s, usec_t now)
{
    uint8_t buf[PPP_CRYPT_HEAD + DHCP_INFORM_MAX];
    struct wr w = wr_over(buf + PPP_CRYPT_HEAD, DHCP_INFORM_MAX);

    if (session_tx_room(s) < SESSION_TX_ITEM)
        s->inform.deadline = now + USEC_PER_SEC;
    else if (!ppp_link_may_seal(&s->ppp, 4)) /* not before there is encryption */
        s->inform.deadline = now + INFORM_WAIT;
    else if (dhcp_inform_next(&s->inform, now, &w))
        session_network_send(s, buf + PPP_CRYPT_HEAD, w.len);
}

/* The address is known: use it at once, and let the question ride along (no round trip of its
 * own). */
void
session_network_address(struct session *s, usec_t now)
{
    struct net_config c;
    uint32_t xid;

    publish(s, now);
    compose(s, &c);
    if (!s->plan->dhcp_inform && !s->ending)
        ppp_link_start_network(&s->ppp, now);
    if (s->ending || !s->plan->dhcp_inform || c.local4 == 0 || s->inform.address == c.local4)
        return;
    rng_fill(s->rng, &xid, sizeof xid);
    dhcp_inform_begin(&s->inform, now, xid, c.local4);
    send_inform(s, now);
}

/* An answer to DHCPINFORM is for us; every other packet is not. */
static bool
take_dhcp(struct session *s, usec_t now, struct rd packet)
{
    if (!dhcp_inform_waits(&s->inform) || !dhcp_ack_is(packet))
        return false;

    const struct dhcp_ack_filter filter = {
        .xid = s->inform.xid, .address = s->inform.address, .vpn_server = s->info.server4};
    struct net_config learned;

    memset(&learned, 0, sizeof learned);
    if (!dhcp_ack_read(packet, &filter, &learned)) {
        s->dropped++; /* not our answer, or nonsense; nobody else waits for one */
        return true;
    }
    s->learned = learned;
    dhcp_inform_over(&s->inform);
    if (s->up)
        s->pending |= PENDING_INFORMED;
    publish(s, now);
    ppp_link_start_network(&s->ppp, now);
    session_drive(s, now);
    return true;
}

/* A solicitation that a bridging far end handed through: see nd-answer.h. */
static bool
take_solicitation(struct session *s, struct rd packet)
{
    uint8_t buf[PPP_CRYPT_HEAD + ND_ANSWER];
    struct wr w = wr_over(buf + PPP_CRYPT_HEAD, ND_ANSWER);

    if (!nd_answer_is(packet))
        return false;
    if (session_tx_room(s) >= SESSION_TX_ITEM &&
        nd_answer_make(&s->nd, s->config.local6, packet, &w))
        session_network_send(s, buf + PPP_CRYPT_HEAD, w.len);
    return true;
}

bool
session_network_takes(struct session *s, usec_t now, struct rd packet)
{
    return take_dhcp(s, now, packet) || take_solicitation(s, packet) ||
           session_register_takes(s, now, packet);
}

void
session_network_expire(struct session *s, usec_t now)
{
    if (!s->over && now >= s->inform.deadline)
        send_inform(s, now);
    session_register_expire(s, now);
}

void
session_network_settle(struct session *s, usec_t now)
{
    if (now >= s->hold) {
        s->hold = NEVER;
        s->held = true;
    }
    if (s->up || s->ending || !s->network_up || !s->registered_once)
        return;
    if (!s->held && (!s->registered || (dhcp_inform_waits(&s->inform) && !s->plan->dhcp_silent)))
        return;
    s->up = true;
    s->hold = NEVER;
    s->pending |= PENDING_UP;
    session_register_begin(s, now);
}

/* What was not waited for has told nothing by its silence. */
enum net_dhcp
session_dhcp(const struct session *s)
{
    if (s->inform.address == 0 || !s->up)
        return NET_DHCP_UNKNOWN;
    if (s->inform.answered)
        return NET_DHCP_ANSWERED;
    return s->held && s->inform.sent > 0 ? NET_DHCP_SILENT : NET_DHCP_UNKNOWN;
}

void
session_network_up(struct session *s, usec_t now)
{
    if (!s->network_up) {
        s->hold = now + DHCP_HOLD;
        s->idle_since = now;
        if (s->plan->idle_timeout_s != 0)
            s->idle_deadline = now + s->plan->idle_timeout_s * USEC_PER_SEC / 8 + 1;
    }
    s->network_up = true;
    session_network_address(s, now);
    dhcp_inform_hurry(&s->inform, now);
    if (s->inform.sent == 0 && s->inform.deadline != NEVER)
        send_inform(s, now); /* it had to wait for encryption */
    publish(s, now);
}
