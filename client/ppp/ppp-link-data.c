/* ppp-link-data.c - see ppp-link-data.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-link-data.h"

enum { IP_MOST = 1500, LEAST_IP4 = 20, LEAST_IP6 = 40 };

uint16_t
ppp_link_data_header(struct rd *frame)
{
    struct rd peek = *frame;

    if (rd_u8(&peek) == 0xff && rd_u8(&peek) == 0x03)
        *frame = peek;

    uint16_t protocol = rd_u8(frame);

    if (protocol % 2 == 0) /* the first octet of two is even, the last one odd */
        protocol = (uint16_t)(protocol << 8 | rd_u8(frame));
    if (protocol == 0xff) /* half an address: no protocol has this number */
        return 0;
    return rd_ok(frame) && protocol % 2 == 1 ? protocol : 0;
}

bool
ppp_link_data_encrypted_only(const struct ppp_link *l)
{
    return l->params.mppe_required || ppp_crypt_encrypts(l->crypt.rx_bits);
}

bool
ppp_link_data_waits(const struct ppp_link *l)
{
    const enum ppp_state ccp = l->ccp.fsm.state;

    return !l->params.server && l->params.mppe != 0 && !l->network_up && ccp >= PPP_REQ_SENT &&
           ccp < PPP_OPENED;
}

bool
ppp_link_data_keys(const struct ppp_link *l)
{
    static const uint8_t none[32];

    return memcmp(l->auth.mppe, none, sizeof none) != 0;
}

static bool
take_packet(struct ppp_link *l, uint16_t protocol, struct rd packet, struct rd *ret_packet)
{
    const bool v6 = protocol == PPP_PROTO_IP6;
    const struct ppp_fsm *ncp = v6 ? &l->ipv6cp.fsm : &l->ipcp.fsm;
    const size_t least = v6 ? LEAST_IP6 : LEAST_IP4;

    if ((!v6 && protocol != PPP_PROTO_IP4) || ncp->state != PPP_OPENED)
        return false;
    if (packet.left < least || packet.left > IP_MOST || packet.p[0] >> 4 != (v6 ? 6 : 4))
        return false;
    lcp_heard(&l->lcp);
    *ret_packet = packet;
    return true;
}

bool
ppp_link_data_take(struct ppp_link *l, uint16_t protocol, struct rd body, struct rd *ret_packet)
{
    struct rd inner;

    if (l->phase != PPP_PHASE_NETWORK)
        return false;
    if (protocol != PPP_PROTO_COMPRESSED) {
        const bool taken =
            !ppp_link_data_encrypted_only(l) && take_packet(l, protocol, body, ret_packet);

        l->ccp.refused &= !taken; /* it does without */
        return taken;
    }
    if (l->crypt.rx_bits == 0 || !ppp_crypt_open(&l->crypt, (uint8_t *)body.p, body.left, &inner))
        return false;
    protocol = ppp_link_data_header(&inner);
    return take_packet(l, protocol, inner, ret_packet);
}

void
ppp_link_data_settle(struct ppp_link *l)
{
    const uint32_t rx = ccp_agreed(&l->ccp), tx = rx != 0 ? l->ccp.peer : 0;
    uint8_t keys[32];

    if (rx != l->crypt.rx_bits || tx != l->crypt.tx_bits) {
        /* The keys are told as the client sees them; the server sends with the second. */
        memcpy(keys, l->auth.mppe + (l->params.server ? 16 : 0), 16);
        memcpy(keys + 16, l->auth.mppe + (l->params.server ? 0 : 16), 16);
        ppp_crypt_begin(&l->crypt, rx, tx, keys);
        l->ccp.unheard_at = 0;
        explicit_bzero(keys, sizeof keys);
        /* CCP is not protected: whoever can forge a frame could take back what it agreed on. */
        if (ppp_crypt_encrypts(rx) || ppp_crypt_encrypts(tx))
            l->params.mppe_required = true;
    }
    if (l->ccp.reset_wanted) {
        l->ccp.reset_wanted = false;
        ppp_crypt_reset(&l->crypt);
    }
    if (l->crypt.needs_reset) {
        l->crypt.needs_reset = false;
        ccp_request_reset(&l->ccp);
    }
}

/* The protocol of this version is up, or as good as up. */
static bool
may_send(const struct ppp_link *l, uint8_t version)
{
    const struct ppp_fsm *ncp = version == 6 ? &l->ipv6cp.fsm : &l->ipcp.fsm;
    const bool early = version == 4 && ncp->state >= PPP_REQ_SENT && l->ipcp.now.local != 0;

    return l->phase == PPP_PHASE_NETWORK && (ncp->state == PPP_OPENED || early);
}

bool
ppp_link_may_seal_plain(const struct ppp_link *l, uint8_t version)
{
    return may_send(l, version) && l->crypt.tx_bits == 0 && !ppp_link_data_encrypted_only(l) &&
           !ppp_link_data_waits(l);
}

bool
ppp_link_may_seal(const struct ppp_link *l, uint8_t version)
{
    return l->crypt.tx_bits != 0 ? may_send(l, version) : ppp_link_may_seal_plain(l, version);
}

size_t
ppp_link_header(const struct ppp_link *l, uint8_t version, uint8_t ret[static 4])
{
    const uint16_t protocol = version == 6 ? PPP_PROTO_IP6 : PPP_PROTO_IP4;
    struct wr w = wr_over(ret, 4);

    if (!ppp_link_may_seal_plain(l, version))
        return 0;
    if (!l->lcp.peer_acfc)
        wr_be16(&w, 0xff03);
    if (l->lcp.peer_pfc)
        wr_u8(&w, (uint8_t)protocol);
    else
        wr_be16(&w, protocol);
    return w.len;
}

bool
ppp_link_seal(struct ppp_link *l, uint8_t **p, size_t *len)
{
    const uint8_t version = **p >> 4;
    uint8_t head[4];

    if (l->crypt.tx_bits != 0) {
        if (!may_send(l, version))
            return false;
        ppp_crypt_seal(&l->crypt, version == 6 ? PPP_PROTO_IP6 : PPP_PROTO_IP4, p, len);
        return true;
    }

    const size_t n = ppp_link_header(l, version, head);
    if (n == 0)
        return false;
    *p -= n;
    *len += n;
    memcpy(*p, head, n);
    return true;
}

static uint16_t
link_mtu(const struct ppp_link *l)
{
    const uint16_t carrier = l->params.mtu_max != 0 ? l->params.mtu_max : IP_MOST;
    const uint16_t ours = l->params.mru != 0 ? l->params.mru : LCP_MRU_DEFAULT;
    uint16_t mtu = l->lcp.peer_mru;

    if (mtu > carrier)
        mtu = carrier;
    if (mtu > ours) /* what we cannot receive, we do not send: paths are mostly alike both ways */
        mtu = ours;
    return mtu;
}

void
ppp_link_config(const struct ppp_link *l, struct net_config *ret)
{
    *ret = (struct net_config){.mtu = link_mtu(l)};
    const bool again = l->network_up && l->ipcp.fsm.state != PPP_OPENED;
    const struct ipcp_config *c = again ? &l->shown.ipcp : &l->ipcp.now;

    if (c->local != 0 && l->params.ipv4) {
        ret->local4 = c->local;
        ret->peer4 = c->peer;
        for (int i = 0; i < 2; i++) {
            if (c->dns[i] != 0)
                ret->dns[ret->n_dns++] = c->dns[i];
            if (c->nbns[i] != 0)
                ret->wins[ret->n_wins++] = c->nbns[i];
        }
    }
    if (l->ipv6cp.fsm.state == PPP_OPENED && ret->mtu >= 1280) {
        ipv6cp_address(l->ipv6cp.local, ret->local6);
        ipv6cp_address(l->ipv6cp.peer, ret->peer6);
    }
}
