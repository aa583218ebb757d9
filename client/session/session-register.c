/* session-register.c - see session-register.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "session-register.h"

#include "session-network.h"
#include "session.h"

enum {
    TELL_MAX = 24, /* the helper hears no more than so many changes of a server's mind */
    PACKETS_MAX = DNS_PACKET_MAX, /* which is the longest */
    RELEASES = 2 + NBNS_NAMES,
};
#define NO_ROOM_WAIT USEC_PER_SEC

_Static_assert((int)NBNS_PACKET_MAX <= (int)PACKETS_MAX, "for both");
_Static_assert(PACKETS_MAX + PPP_CRYPT_HEAD <= SESSION_TX_ITEM, "one fits where there is room");

void
session_register_init(struct session *s)
{
    dns_update_init(&s->reg.forward);
    dns_update_init(&s->reg.reverse);
    nbns_register_init(&s->reg.wins);
}

/* --- what is to be known --------------------------------------------------------------------- */

static bool
put_name(char out[static NET_MAX_NAME], const char *host, size_t n, const char *domain)
{
    const size_t d = strlen(domain);

    if (n == 0 || d == 0 || n + 1 + d >= NET_MAX_NAME)
        return false;
    memcpy(out, host, n);
    out[n] = '.';
    memcpy(out + n + 1, domain, d + 1);
    return net_name_valid(out);
}

/* The computer's own whole name, or its first label and this connection's suffix: when that is
 * wanted, or when the computer has no domain of its own. */
static void
full_name(const struct session *s, char out[static NET_MAX_NAME])
{
    const char *own = s->info.computer;
    const size_t label = strcspn(own, ".");
    const char *suffix = s->plan->domain[0] != '\0' ? s->plan->domain : s->config.domain;
    const bool suffixed = s->plan->register_suffix || own[label] == '\0';

    if (suffixed && put_name(out, own, label, suffix))
        return;
    memset(out, 0, NET_MAX_NAME);
    if (own[label] == '.')
        put_name(out, own, label, own + label + 1);
}

static uint8_t
copy_servers(uint32_t to[static NET_MAX_SERVERS], const uint32_t *own, uint8_t n_own,
             const uint32_t *theirs, uint8_t n_theirs)
{
    const uint8_t n = n_own > 0 ? n_own : n_theirs;

    for (uint8_t i = 0; i < n && i < NET_MAX_SERVERS; i++)
        to[i] = n_own > 0 ? own[i] : theirs[i];
    return n;
}

static void
begin_dns(struct session *s, usec_t now)
{
    const struct net_config *c = &s->config;
    struct dns_record record;

    memset(&record, 0, sizeof record);
    full_name(s, record.name);
    record.address = c->local4;
    record.n_servers = copy_servers(record.servers, s->plan->dns, s->plan->n_dns, c->dns, c->n_dns);
    if (memcmp(&record, &s->reg.forward.record, sizeof record) == 0)
        return;
    dns_update_init(&s->reg.reverse);
    dns_update_begin(&s->reg.forward, now, &record);
}

static void
begin_wins(struct session *s, usec_t now)
{
    const struct net_config *c = &s->config;
    struct nbns_names names;

    memset(&names, 0, sizeof names);
    nbns_name_from(s->info.computer, names.computer);
    nbns_name_from(s->info.workgroup, names.workgroup);
    names.address = c->local4;
    names.n_servers =
        copy_servers(names.servers, s->plan->wins, s->plan->n_wins, c->wins, c->n_wins);
    if (memcmp(&names, &s->reg.wins.names, sizeof names) != 0)
        nbns_register_begin(&s->reg.wins, now, &names);
}

/* --- packets --------------------------------------------------------------------------------- */

/* Its name first: an address that leads to a name which leads nowhere is of no use. */
static void
begin_reverse(struct session *s, usec_t now)
{
    const struct dns_update *forward = &s->reg.forward;
    struct dns_record record = forward->record;

    if (forward->outcome != NET_REGISTERED || s->reg.reverse.step != DNS_STEP_NONE)
        return;
    record.reverse = true;
    dns_update_begin(&s->reg.reverse, now, &record);
}

static bool
next_packet(struct session *s, usec_t now, struct wr *w)
{
    return dns_update_next(&s->reg.forward, now, s->rng, w) ||
           dns_update_next(&s->reg.reverse, now, s->rng, w) ||
           nbns_register_next(&s->reg.wins, now, s->rng, w);
}

static void
look(const struct session *s, struct net_registration *ret)
{
    const struct session_register *r = &s->reg;

    memset(ret, 0, sizeof *ret);
    ret->dns = r->forward.outcome;
    ret->ptr = r->reverse.outcome;
    ret->wins = nbns_register_outcome(&r->wins);
    memcpy(ret->name, r->forward.record.name, sizeof ret->name);
}

static void
tell(struct session *s)
{
    struct net_registration now;

    look(s, &now);
    if (memcmp(&now, &s->reg.told, sizeof now) == 0 || s->reg.times >= TELL_MAX)
        return;
    s->reg.told = now;
    s->reg.times++;
    s->pending |= PENDING_INFORMED;
}

/* All that is due, and what follows from it. */
static void
drive(struct session *s, usec_t now)
{
    uint8_t buf[PPP_CRYPT_HEAD + PACKETS_MAX];

    for (;;) {
        struct wr w = wr_over(buf + PPP_CRYPT_HEAD, PACKETS_MAX);
        begin_reverse(s, now);
        if (session_tx_room(s) < SESSION_TX_ITEM || !next_packet(s, now, &w))
            break;
        session_network_send(s, buf + PPP_CRYPT_HEAD, w.len);
    }
    tell(s);
}

void
session_register_begin(struct session *s, usec_t now)
{
    if (!s->up || s->ending || s->config.local4 == 0)
        return;
    if (s->plan->register_dns)
        begin_dns(s, now);
    if (s->plan->register_wins)
        begin_wins(s, now);
    drive(s, now);
}

bool
session_register_takes(struct session *s, usec_t now, struct rd packet)
{
    struct session_register *r = &s->reg;

    if (!s->up || s->ending)
        return false;
    if (!dns_update_takes(&r->forward, now, packet) &&
        !dns_update_takes(&r->reverse, now, packet) && !nbns_register_takes(&r->wins, now, packet))
        return false;
    drive(s, now);
    return true;
}

usec_t
session_register_deadline(const struct session *s)
{
    const struct session_register *r = &s->reg;
    const usec_t dns = usec_min(r->forward.deadline, r->reverse.deadline);

    if (!s->up || s->ending)
        return NEVER;
    const usec_t due = usec_min(dns, nbns_register_deadline(&r->wins));
    const usec_t later = s->now + NO_ROOM_WAIT;
    return session_tx_room(s) < SESSION_TX_ITEM && due < later ? later : due;
}

void
session_register_expire(struct session *s, usec_t now)
{
    if (!s->over && now >= session_register_deadline(s))
        drive(s, now);
}

static bool
next_release(struct session *s, struct wr *w)
{
    return nbns_register_release(&s->reg.wins, s->rng, w) ||
           dns_update_release(&s->reg.reverse, s->rng, w) ||
           dns_update_release(&s->reg.forward, s->rng, w);
}

void
session_register_release(struct session *s)
{
    uint8_t buf[PPP_CRYPT_HEAD + PACKETS_MAX];

    for (int i = 0; s->up && !s->ending && i < RELEASES; i++) {
        struct wr w = wr_over(buf + PPP_CRYPT_HEAD, PACKETS_MAX);
        if (session_tx_room(s) < SESSION_TX_ITEM || !next_release(s, &w))
            return;
        session_network_send(s, buf + PPP_CRYPT_HEAD, w.len);
    }
}

void
session_registration(const struct session *s, struct net_registration *ret)
{
    look(s, ret);
}
