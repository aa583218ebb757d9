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

static bool
put_question(struct wr *w, uint16_t id, const char *name, uint16_t type)
{
    static const uint16_t counts[4] = {1, 0, 0, 0};

    put_header(w, id, FLAG_RD, counts);
    dns_name_put(w, name);
    wr_be16(w, type);
    wr_be16(w, CLASS_IN);
    return !w->bad;
}

bool
dns_soa_query_put(struct wr *w, uint16_t id, const char *name)
{
    return put_question(w, id, name, TYPE_SOA);
}

bool
dns_a_query_put(struct wr *w, uint16_t id, const char *name)
{
    return put_question(w, id, name, TYPE_A);
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
question_fits(struct rd all, size_t *at, unsigned count, const char *name, uint16_t type)
{
    char asked[NET_MAX_NAME];
    uint16_t is;

    if (count == 0)
        return true;
    return count == 1 && read_question(all, at, asked, &is) && is == type &&
           dns_name_same(asked, name);
}

int
dns_update_read(struct rd answer, uint16_t id, const char *zone)
{
    uint16_t counts[4];
    struct rd r = answer;
    const int rcode = read_header(&r, id, OPCODE_UPDATE, counts);
    size_t at = answer.left - r.left;

    return rcode >= 0 && question_fits(answer, &at, counts[0], zone, TYPE_SOA) ? rcode : -1;
}

struct answered { /* one record of an answer */
    char owner[NET_MAX_NAME];
    uint16_t type; /* 0: of another class */
    struct rd data;
    size_t data_at; /* in the whole answer, which names in it may point to */
};

/* The record at *at, and *at behind it. False: malformed. */
static bool
read_record(struct rd all, size_t *at, struct answered *ret)
{
    if (!dns_name_read(all, at, ret->owner))
        return false;
    struct rd r = rd_over(all.p + *at, all.left - *at);
    const uint16_t type = rd_be16(&r);
    ret->type = rd_be16(&r) == CLASS_IN ? type : 0;
    rd_be32(&r);
    ret->data = rd_take(&r, rd_be16(&r));
    *at = all.left - r.left;
    ret->data_at = *at - ret->data.left;
    return rd_ok(&r);
}

/* MNAME (RFC 1035 section 3.3.13), when it is a name that can be asked for. */
static void
read_primary(struct rd all, size_t at, char primary[static NET_MAX_NAME])
{
    if (!dns_name_read(all, &at, primary) || !net_name_valid(primary))
        primary[0] = '\0';
}

/* The zone that a record of SOA at, or above, @name tells: the server's own, or that of the
 * negative answer (RFC 2308 section 2). */
static bool
find_zone(struct rd all, size_t at, unsigned n, const char *name, struct dns_zone *ret)
{
    struct answered a;

    for (unsigned i = 0; i < n && i < RECORDS_MAX; i++) {
        if (!read_record(all, &at, &a))
            return false;
        if (a.type != TYPE_SOA || !net_name_valid(a.owner) || !dns_name_within(name, a.owner))
            continue;
        memcpy(ret->name, a.owner, sizeof ret->name);
        read_primary(all, a.data_at, ret->primary);
        return true;
    }
    return true;
}

int
dns_soa_read(struct rd answer, uint16_t id, const char *name, struct dns_zone *ret_zone)
{
    uint16_t counts[4];
    struct rd r = answer;
    const int rcode = read_header(&r, id, OPCODE_QUERY, counts);
    size_t at = answer.left - r.left;

    memset(ret_zone, 0, sizeof *ret_zone);
    if (rcode < 0 || !question_fits(answer, &at, counts[0], name, TYPE_SOA))
        return -1;
    if (rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN)
        return rcode;
    return find_zone(answer, at, (unsigned)counts[1] + counts[2], name, ret_zone) ? DNS_NOERROR
                                                                                  : -1;
}

int
dns_a_read(struct rd answer, uint16_t id, const char *name, uint32_t wanted, uint32_t *ret)
{
    uint16_t counts[4];
    struct rd r = answer;
    struct answered a;
    const int rcode = read_header(&r, id, OPCODE_QUERY, counts);
    size_t at = answer.left - r.left;

    *ret = 0;
    if (rcode < 0 || !question_fits(answer, &at, counts[0], name, TYPE_A))
        return -1;
    for (unsigned i = 0; rcode == DNS_NOERROR && i < counts[1] && i < RECORDS_MAX; i++) {
        if (!read_record(answer, &at, &a))
            return -1;
        const uint32_t address = rd_be32(&a.data);
        if (a.type != TYPE_A || !rd_done(&a.data) || !net_ip4_usable(address) ||
            !dns_name_same(a.owner, name))
            continue;
        if (*ret == 0 || address == wanted)
            *ret = address;
    }
    return rcode;
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
update_at(struct dns_update *d, usec_t now, uint32_t server)
{
    d->target = server;
    go_to(d, now, DNS_STEP_UPDATE);
}

/* What was asked has not helped: the primary makes way for the server that named it, and that for
 * the next. */
static void
next_server(struct dns_update *d, usec_t now, enum net_registered outcome)
{
    const bool primary = d->step == DNS_STEP_PRIMARY ||
                         (d->step == DNS_STEP_UPDATE && d->target != d->record.servers[d->server]);

    if (primary)
        update_at(d, now, d->record.servers[d->server]);
    else if (++d->server < d->record.n_servers)
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
    if (d->step == DNS_STEP_PRIMARY)
        return dns_a_query_put(w, d->id, d->zone.primary);
    return dns_update_put(w, d->id, &d->record, d->zone.name, DNS_UPDATE_ADD);
}

/* The server that is asked now. */
static uint32_t
asked(const struct dns_update *d)
{
    return d->step == DNS_STEP_ZONE || d->step == DNS_STEP_PRIMARY ? d->record.servers[d->server]
                                                                   : d->target;
}

static void
begin_packet(const struct dns_update *d, struct wr *w)
{
    const struct inner_udp u = {
        .from = d->record.address, .to = asked(d), .from_port = d->port, .to_port = DNS_PORT};

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
zone_told(struct dns_update *d, usec_t now, int rcode, const struct dns_zone *zone)
{
    const unsigned least = d->record.reverse ? REVERSE_LABELS : FORWARD_LABELS;

    if (rcode == DNS_REFUSED) {
        settle(d, now, NET_REGISTER_REFUSED);
    } else if (rcode != DNS_NOERROR) {
        next_server(d, now, NET_REGISTER_FAILED);
    } else if (dns_name_labels(zone->name) < least) {
        settle(d, now, NET_REGISTER_NO_ZONE);
    } else {
        d->zone = *zone;
        if (zone->primary[0] != '\0')
            go_to(d, now, DNS_STEP_PRIMARY);
        else
            update_at(d, now, d->record.servers[d->server]);
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
        settle(d, now, NET_REGISTER_REFUSED);
        break;
    case DNS_NOTAUTH: /* the primary in name only, perhaps */
    case DNS_NOTZONE:
        if (d->target != d->record.servers[d->server])
            next_server(d, now, NET_REGISTER_REFUSED);
        else
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

/* False: of a program that has that port, or nonsense. */
static bool
answer_told(struct dns_update *d, usec_t now, struct rd data)
{
    const uint32_t server = d->record.servers[d->server];
    char buffer[DNS_REVERSE_MAX];
    struct dns_zone zone;
    uint32_t address;
    int rcode;

    if (d->step == DNS_STEP_ZONE) {
        rcode = dns_soa_read(data, d->id, owner(d, buffer), &zone);
        if (rcode >= 0)
            zone_told(d, now, rcode, &zone);
    } else if (d->step == DNS_STEP_PRIMARY) {
        rcode = dns_a_read(data, d->id, d->zone.primary, server, &address);
        if (rcode >= 0)
            update_at(d, now, address != 0 ? address : server);
    } else {
        rcode = dns_update_read(data, d->id, d->zone.name);
        if (rcode >= 0)
            update_told(d, now, rcode);
    }
    return rcode >= 0;
}

bool
dns_update_takes(struct dns_update *d, usec_t now, struct rd packet)
{
    struct inner_udp u;

    return d->step != DNS_STEP_NONE && d->step != DNS_STEP_DONE && d->tries > 0 &&
           inner_udp_read(packet, &u) && u.from == asked(d) && u.to == d->record.address &&
           u.from_port == DNS_PORT && u.to_port == d->port && answer_told(d, now, u.data);
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
    choose_numbers(d, rng);
    begin_packet(d, w);
    dns_update_put(w, d->id, &d->record, d->zone.name, DNS_UPDATE_REMOVE);
    inner_udp_end(w);
    return !w->bad;
}
