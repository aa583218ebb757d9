/*
 * fuzz-dhcp-ack.c - the input is the options of an answer to our DHCPINFORM, or with a first octet
 * of 0 the whole packet. What comes out is a configuration that the helper takes, or none.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "dhcp-ack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct dhcp_ack_filter filter = {
    .xid = 0x3903f326, .address = 0x0a000002, .vpn_server = 0xc6336401};

static void
read_packet(struct rd packet)
{
    static struct net_config c;

    memset(&c, 0, sizeof c);
    c.local4 = filter.address;
    c.mtu = 1400;
    dhcp_ack_is(packet);
    dhcp_ack_read(packet, &filter, &c);
    if (!net_config_valid(&c))
        abort();
}

static uint16_t
checksum(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)(p[i] << 8 | p[i + 1]);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void
read_options(struct rd options)
{
    uint8_t packet[20 + 8 + 240 + 1400];
    static const uint8_t head[] = {0x45, 0, 0, 0, 0,  0, 0, 0, 64,   17, 0,    0,
                                   10,   0, 0, 1, 10, 0, 0, 2, 0,    67, 0,    68,
                                   0,    0, 0, 0, 2,  8, 6, 0, 0x39, 3,  0xf3, 0x26};
    struct wr w = wr_over(packet, sizeof packet);

    memset(packet, 0, sizeof packet);
    wr_bytes(&w, head, sizeof head);
    w.len = 20 + 8 + 236;
    wr_be32(&w, 0x63825363);
    wr_bytes(&w, "\x35\1\5", 3);
    wr_rd(&w, options);
    if (w.bad)
        return;
    wr_patch_be16(&w, 2, (uint16_t)w.len);
    wr_patch_be16(&w, 24, (uint16_t)(w.len - 20));
    wr_patch_be16(&w, 10, checksum(packet, 20));

    uint8_t *exact = malloc(w.len);
    if (exact == NULL)
        return;
    memcpy(exact, packet, w.len);
    read_packet(rd_over(exact, w.len));
    free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);

    if (size > 0 && data[0] == 0) {
        rd_u8(&in);
        read_packet(in);
    } else {
        read_options(in);
    }
    return 0;
}
