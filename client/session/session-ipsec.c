/* session-ipsec.c - see session-ipsec.h. Until there is an IKE to ask, no call gets that far.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "session-ipsec.h"

#include "session-priv.h"

void
session_ipsec_begin(struct session *s, usec_t now)
{
    struct ras_end why = {0};

    ras_end_set(&why, RAS_BAD_PROFILE, "this program can not do IPsec");
    session_end(s, now, &why);
    session_finish(s);
}

void
session_ipsec_clear(struct session_ipsec *i)
{
    esp_sas_clear(&i->sas);
    secret_wipe(&i->psk);
}

void
session_ipsec_datagram(struct session *s, usec_t now, enum session_channel from,
                       struct session_packet *v, size_t n, struct session_packets *ret)
{
    (void)s, (void)now, (void)from, (void)v, (void)n, (void)ret;
}

void
session_ipsec_expire(struct session *s, usec_t now)
{
    (void)s, (void)now;
}

usec_t
session_ipsec_deadline(const struct session *s)
{
    (void)s;
    return NEVER;
}

void
session_ipsec_close(struct session *s, usec_t now)
{
    (void)now;
    session_finish(s);
}

void
session_ipsec_send(struct session *s, struct rd datagram)
{
    (void)s, (void)datagram;
}

size_t
session_ipsec_seal(struct session *s, struct session_packet *v, size_t n)
{
    (void)s, (void)v, (void)n;
    return 0;
}

const char *
session_ipsec_text(const struct session *s)
{
    return s->l2tp.ipsec.text;
}

uint64_t
session_ipsec_dropped(const struct session_ipsec *i)
{
    return i->sas.dropped;
}
