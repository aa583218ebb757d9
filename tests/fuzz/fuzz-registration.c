/*
 * fuzz-registration.c - what servers answer to DNS updates, questions for a zone, and NetBIOS
 * registrations. The first octet says which; the next two stand in place of the number that was
 * asked under, so that the rest is reached. What is taken for an answer is one.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "dns-name.h"
#include "dns-update.h"
#include "inner-udp.h"
#include "nbns-register.h"

#define NAME "vpnclient.corp.example"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_soa(struct rd in, uint16_t id)
{
    struct dns_zone zone;
    const int rcode = dns_soa_read(in, id, NAME, &zone);

    if (rcode < -1 || rcode > 15)
        abort();
    if (rcode == 0 && zone.name[0] != '\0' &&
        (!net_name_valid(zone.name) || !dns_name_within(NAME, zone.name)))
        abort();
    if (zone.primary[0] != '\0' && (zone.name[0] == '\0' || !net_name_valid(zone.primary)))
        abort();
}

static void
read_address(struct rd in, uint16_t id)
{
    uint32_t address;

    if (dns_a_read(in, id, NAME, 0x0a000001, &address) == 0 && address != 0 &&
        !net_ip4_usable(address))
        abort();
}

static void
read_nbns(struct rd in, uint16_t id)
{
    const struct nbns_name name = {.text = "VPNCLIENT"};
    struct nbns_answer a;

    if (nbns_read(in, id, &name, &a) && a.rcode > 15)
        abort();
}

static void
read_name(struct rd in)
{
    char name[NET_MAX_NAME];
    size_t at = 0;

    while (at < in.left) {
        const size_t before = at;
        if (!dns_name_read(in, &at, name))
            return;
        if (at <= before || at > in.left || strlen(name) >= sizeof name)
            abort();
    }
}

/* A whole packet, against registrations that wait for an answer. */
static void
read_packet(struct rd in)
{
    const struct dns_record record = {
        .name = NAME, .address = 0x0a000002, .n_servers = 1, .servers = {0x0a000001}};
    struct dns_update d;
    struct inner_udp u;

    dns_update_begin(&d, 0, &record);
    d.tries = 1;
    d.id = 0x2001;
    d.port = 0xc001;
    if (dns_update_takes(&d, 1, in) && (!inner_udp_read(in, &u) || u.to_port != d.port))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    const uint8_t kind = rd_u8(&in);
    struct rd peek = in;
    const uint16_t id = rd_be16(&peek);

    switch (kind % 6) {
    case 0:
        read_soa(in, id);
        break;
    case 1:
        if (dns_update_read(in, id, "corp.example") > 15)
            abort();
        break;
    case 2:
        read_nbns(in, id);
        break;
    case 5:
        read_address(in, id);
        break;
    case 3:
        read_name(in);
        break;
    default:
        read_packet(in);
    }
    return 0;
}
