/* dns-update.c - see dns-update.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns-update.h"

#include "dns-name.h"
#include "inner-udp.h"

#include <stdio.h>

enum {
    TYPE_A = 1,
    TYPE_CNAME = 5,
    TYPE_SOA = 6,
    TYPE_PTR = 12,
    CLASS_IN = 1,
    CLASS_NONE = 254,
    CLASS_ANY = 255,
    FLAG_ANSWER = 0x8000,
    OPCODE = 0x7800,
    OPCODE_QUERY = 0,
    OPCODE_UPDATE = 0x2800,
    FLAG_RD = 0x0100, /* recursion desired: a server that only forwards has to ask */
    RCODE = 0x000f,
    TRIES = 2,          /* of each server */
    RECORDS_MAX = 64,   /* of an answer that are looked at */
    PORT_FIRST = 49152, /* RFC 6335 section 6 */
    FORWARD_LABELS = 2, /* nobody has a zone of his own above "example.org", */
    REVERSE_LABELS = 3, /* or "10.in-addr.arpa" */
};

static const usec_t pauses[TRIES] = {1 * USEC_PER_SEC, 2 * USEC_PER_SEC};
#define AGAIN (24 * 3600 * USEC_PER_SEC)

char *
dns_reverse_name(uint32_t address, char out[static DNS_REVERSE_MAX])
{
    snprintf(out, DNS_REVERSE_MAX, "%u.%u.%u.%u.in-addr.arpa", address & 255, address >> 8 & 255,
             address >> 16 & 255, address >> 24);
    return out;
}

/* --- messages -------------------------------------------------------------------------------- */

static void
put_header(struct wr *w, uint16_t id, uint16_t flags, const uint16_t counts[static 4])
{
    wr_be16(w, id);
    wr_be16(w, flags);
    for (size_t i = 0; i < 4; i++)
        wr_be16(w, counts[i]);
}

static void
put_record(struct wr *w, const char *name, uint16_t type, uint16_t class, uint32_t ttl)
{
    dns_name_put(w, name);
    wr_be16(w, type);
    wr_be16(w, class);
    wr_be32(w, ttl);
}

/* RDLENGTH and RDATA of what is to be known. */
static void
put_data(struct wr *w, const struct dns_record *record)
{
    const size_t at = w->len;

    wr_be16(w, 0);
    if (record->reverse)
        dns_name_put(w, record->name);
    else
        wr_be32(w, record->address);
    wr_patch_be16(w, at, (uint16_t)(w->len - at - 2));
}

/* Sections of RFC 2136: zone (2.3); "CNAME does not exist" (2.4.3), so that no alias is broken;
 * "delete an RRset" (2.5.2) and "add" (2.5.1), or "delete an RR" (2.5.4), ours alone. */
bool
dns_update_put(struct wr *w, uint16_t id, const struct dns_record *record, const char *zone,
               enum dns_update_kind kind)
{
    char reverse[DNS_REVERSE_MAX];
    const char *name = record->reverse ? dns_reverse_name(record->address, reverse) : record->name;
    const uint16_t type = record->reverse ? TYPE_PTR : TYPE_A;
    const bool add = kind == DNS_UPDATE_ADD, guarded = add && !record->reverse;
    const uint16_t counts[4] = {1, guarded ? 1 : 0, add ? 2 : 1, 0};
    const size_t start = w->len;

    put_header(w, id, OPCODE_UPDATE, counts);
    dns_name_put(w, zone);
    wr_be16(w, TYPE_SOA);
    wr_be16(w, CLASS_IN);
    if (guarded) {
        put_record(w, name, TYPE_CNAME, CLASS_NONE, 0);
        wr_be16(w, 0);
    }
    if (add) {
        put_record(w, name, type, CLASS_ANY, 0);
        wr_be16(w, 0);
    }
    put_record(w, name, type, add ? CLASS_IN : CLASS_NONE, add ? DNS_TTL : 0);
    put_data(w, record);
    return !w->bad && w->len - start <= DNS_MESSAGE_MAX;
}

bool
dns_soa_query_put(struct wr *w, uint16_t id, const char *name)
{
    static const uint16_t counts[4] = {1, 0, 0, 0};

    put_header(w, id, FLAG_RD, counts);
    dns_name_put(w, name);
    wr_be16(w, TYPE_SOA);
    wr_be16(w, CLASS_IN);
    return !w->bad;
}

/* The header of an answer; its rcode, or -1. */
static int
read_header(struct rd *r, uint16_t id, uint16_t opcode, uint16_t counts[static 4])
{
    const uint16_t is = rd_be16(r);
    const uint16_t flags = rd_be16(r);

    for (size_t i = 0; i < 4; i++)
        counts[i] = rd_be16(r);
    if (!rd_ok(r) || is != id || !(flags & FLAG_ANSWER) || (flags & OPCODE) != opcode)
        return -1;
    return flags & RCODE;
}

/* The name, type and class at *at; false: there is none. */
static bool
read_question(struct rd all, size_t *at, char name[static NET_MAX_NAME], uint16_t *ret_type)
{
    if (!dns_name_read(all, at, name))
        return false;
    struct rd r = rd_over(all.p + *at, all.left - *at);
    *ret_type = rd_be16(&r);
    const uint16_t class = rd_be16(&r);
    *at += 4;
    return rd_ok(&r) && class == CLASS_IN;
}

/* Is the first section the question that we asked? A server may leave it out (RFC 2136 section
 * 3.8), but not put another's there. */
static bool
question_fits(struct rd all, size_t *at, unsigned count, const char *name)
{
    char asked[NET_MAX_NAME];
    uint16_t type;

    if (count == 0)
        return true;
    return count == 1 && read_question(all, at, asked, &type) && type == TYPE_SOA &&
           dns_name_within(asked, name) && dns_name_within(name, asked);
}

int
dns_update_read(struct rd answer, uint16_t id, const char *zone)
{
    uint16_t counts[4];
    struct rd r = answer;
    const int rcode = read_header(&r, id, OPCODE_UPDATE, counts);
    size_t at = answer.left - r.left;

    return rcode >= 0 && question_fits(answer, &at, counts[0], zone) ? rcode : -1;
}

/* One record of the answer; its owner when it is an SOA. False: malformed. */
static bool
read_owner(struct rd all, size_t *at, char owner[static NET_MAX_NAME], bool *ret_soa)
{
    if (!dns_name_read(all, at, owner))
        return false;
    struct rd r = rd_over(all.p + *at, all.left - *at);
    const uint16_t type = rd_be16(&r);
    const uint16_t class = rd_be16(&r);
    rd_be32(&r);
    rd_take(&r, rd_be16(&r));
    *at = all.left - r.left;
    *ret_soa = type == TYPE_SOA && class == CLASS_IN;
    return rd_ok(&r);
}

/* The zone that a record of SOA at, or above, @name tells: the server's own, or that of the
 * negative answer (RFC 2308 section 2). */
static bool
find_zone(struct rd all, size_t at, unsigned n, const char *name, char zone[static NET_MAX_NAME])
{
    char owner[NET_MAX_NAME];
    bool soa;

    zone[0] = '\0';
    for (unsigned i = 0; i < n && i < RECORDS_MAX; i++) {
        if (!read_owner(all, &at, owner, &soa))
            return false;
        if (soa && net_name_valid(owner) && dns_name_within(name, owner)) {
            memcpy(zone, owner, strlen(owner) + 1);
            return true;
        }
    }
    return true;
}

int
dns_soa_read(struct rd answer, uint16_t id, const char *name, char ret_zone[static NET_MAX_NAME])
{
    uint16_t counts[4];
    struct rd r = answer;
    const int rcode = read_header(&r, id, OPCODE_QUERY, counts);
    size_t at = answer.left - r.left;

    if (rcode < 0 || !question_fits(answer, &at, counts[0], name))
        return -1;
    if (rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN)
        return rcode;
    return find_zone(answer, at, (unsigned)counts[1] + counts[2], name, ret_zone) ? DNS_NOERROR
                                                                                  : -1;
}

/* --- one registration ------------------------------------------------------------------------ */

void
dns_update_init(struct dns_update *d)
{
    *d = (struct dns_update){.deadline = NEVER};
}

/* Ask (the same, or another server) from a port and under a number that nobody can guess. */
static void
go_to(struct dns_update *d, usec_t now, enum dns_update_step step)
{
    d->step = step;
    d->tries = 0;
    d->deadline = now;
}

static void
settle(struct dns_update *d, usec_t now, enum net_registered outcome)
{
    d->step = DNS_STEP_DONE;
    d->outcome = outcome;
    d->known |= outcome == NET_REGISTERED;
    d->deadline = outcome == NET_REGISTERED ? now + AGAIN : NEVER;
}

void
dns_update_begin(struct dns_update *d, usec_t now, const struct dns_record *record)
{
    dns_update_init(d);
    d->record = *record;
    if (record->n_servers == 0)
        settle(d, now, NET_REGISTER_NO_SERVER);
    else if (record->name[0] == '\0')
        settle(d, now, NET_REGISTER_NO_NAME);
    else
        go_to(d, now, DNS_STEP_ZONE);
}

static void
next_server(struct dns_update *d, usec_t now, enum net_registered outcome)
{
    if (++d->server < d->record.n_servers)
        go_to(d, now, DNS_STEP_ZONE);
    else
        settle(d, now, outcome);
}

static const char *
owner(const struct dns_update *d, char buffer[static DNS_REVERSE_MAX])
{
    return d->record.reverse ? dns_reverse_name(d->record.address, buffer) : d->record.name;
}

static bool
put_message(const struct dns_update *d, struct wr *w)
{
    char buffer[DNS_REVERSE_MAX];

    if (d->step == DNS_STEP_ZONE)
        return dns_soa_query_put(w, d->id, owner(d, buffer));
    return dns_update_put(w, d->id, &d->record, d->zone, DNS_UPDATE_ADD);
}

static void
begin_packet(const struct dns_update *d, struct wr *w)
{
    const struct inner_udp u = {.from = d->record.address,
                                .to = d->record.servers[d->server],
                                .from_port = d->port,
                                .to_port = DNS_PORT};

    inner_udp_begin(w, &u);
}

static void
choose_numbers(struct dns_update *d, const struct rng *rng)
{
    rng_fill(rng, &d->id, sizeof d->id);
    rng_fill(rng, &d->port, sizeof d->port);
    d->port |= PORT_FIRST;
}

bool
dns_update_next(struct dns_update *d, usec_t now, const struct rng *rng, struct wr *w)
{
    if (now < d->deadline)
        return false;
    if (d->step == DNS_STEP_DONE) { /* a day later */
        d->server = 0;
        go_to(d, now, DNS_STEP_ZONE);
    }
    if (d->tries == TRIES)
        next_server(d, now, NET_REGISTER_SILENT);
    if (d->step == DNS_STEP_DONE || d->step == DNS_STEP_NONE)
        return false;
    if (d->tries == 0)
        choose_numbers(d, rng);
    begin_packet(d, w);
    if (!put_message(d, w)) {
        *w = wr_over(w->base, w->cap);
        settle(d, now, NET_REGISTER_NO_NAME);
        return false;
    }
    inner_udp_end(w);
    d->deadline = now + pauses[d->tries++];
    return !w->bad;
}

static void
zone_told(struct dns_update *d, usec_t now, int rcode, const char *zone)
{
    const unsigned least = d->record.reverse ? REVERSE_LABELS : FORWARD_LABELS;

    if (rcode == DNS_REFUSED) {
        settle(d, now, NET_REGISTER_REFUSED);
    } else if (rcode != DNS_NOERROR) {
        next_server(d, now, NET_REGISTER_FAILED);
    } else if (dns_name_labels(zone) < least) {
        settle(d, now, NET_REGISTER_NO_ZONE);
    } else {
        memcpy(d->zone, zone, strlen(zone) + 1);
        go_to(d, now, DNS_STEP_UPDATE);
    }
}

static void
update_told(struct dns_update *d, usec_t now, int rcode)
{
    switch (rcode) {
    case DNS_NOERROR:
        settle(d, now, NET_REGISTERED);
        break;
    case DNS_REFUSED:
    case DNS_NOTAUTH:
    case DNS_NOTZONE:
        settle(d, now, NET_REGISTER_REFUSED);
        break;
    case DNS_YXDOMAIN:
    case DNS_YXRRSET:
    case DNS_NXRRSET:
        settle(d, now, NET_REGISTER_TAKEN);
        break;
    default: /* a number from the wire: this server cannot, another may */
        next_server(d, now, NET_REGISTER_FAILED);
    }
}

bool
dns_update_takes(struct dns_update *d, usec_t now, struct rd packet)
{
    char zone[NET_MAX_NAME] = "", buffer[DNS_REVERSE_MAX];
    struct inner_udp u;
    int rcode;

    if ((d->step != DNS_STEP_ZONE && d->step != DNS_STEP_UPDATE) || d->tries == 0 ||
        !inner_udp_read(packet, &u) || u.from != d->record.servers[d->server] ||
        u.to != d->record.address || u.from_port != DNS_PORT || u.to_port != d->port)
        return false;
    if (d->step == DNS_STEP_ZONE)
        rcode = dns_soa_read(u.data, d->id, owner(d, buffer), zone);
    else
        rcode = dns_update_read(u.data, d->id, d->zone);
    if (rcode < 0)
        return false; /* of a program that has that port, or nonsense */
    if (d->step == DNS_STEP_ZONE)
        zone_told(d, now, rcode, zone);
    else
        update_told(d, now, rcode);
    return true;
}

bool
dns_update_release(struct dns_update *d, const struct rng *rng, struct wr *w)
{
    const bool sent = d->step == DNS_STEP_UPDATE && d->tries > 0; /* its answer may be on the way */

    d->deadline = NEVER;
    if (!d->known && !sent)
        return false;
    d->known = false;
    d->step = DNS_STEP_DONE;
    if (d->server >= d->record.n_servers)
        d->server = 0;
    choose_numbers(d, rng);
    begin_packet(d, w);
    dns_update_put(w, d->id, &d->record, d->zone, DNS_UPDATE_REMOVE);
    inner_udp_end(w);
    return !w->bad;
}
