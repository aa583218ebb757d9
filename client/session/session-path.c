/* session-path.c - what fits through the way to the server. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "session-priv.h"

/* A route that is narrower than usual is known at once (a line with PPPoE, mobile, another VPN):
 * less for each packet, so that none has to be cut, which firewalls dislike. Inside there has to be
 * room for IPv6, if that is wanted. */
void
session_fit_path(struct session *s)
{
    const uint16_t least = s->plan->ipv6 ? 1280 : 576;

    if (s->info.path.mtu == 0 || s->kind->fits == NULL)
        return;
    const uint16_t fits = s->info.path.mtu > least ? s->kind->fits(s) : 0;
    const uint16_t mtu = fits > least ? fits : least;

    if (mtu < s->ppp.params.mtu_max)
        s->ppp.params.mtu_max = mtu;
    if (s->ppp.params.mru > mtu)
        s->ppp.params.mru = s->ppp.lcp.params.mru = mtu;
}
