/*
 * ras-ip.h - the little IP that a server needs to answer without a TUN: pings (ICMP, ICMPv6), the
 * client's DHCPINFORM, and router solicitations. Pure; malformed packets are not answered.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-env.h"

enum { RAS_IP_MAX = 4080 };

/* The reply to an echo request for one of the server's addresses, made in place (same length).
 * False: not such a request; unchanged. @any: answer for every address, not only the server's. */
bool ras_ip_echo(const struct ras_config *config, uint8_t *packet, size_t n, bool any);

/* A DHCPINFORM (RFC 2131 section 4.4.3, [MS-DHCPE]): is @packet one, and the answer to it. */
bool ras_ip_is_dhcp(struct rd packet);
bool ras_ip_dhcp(const struct ras_env *env, struct rd packet, struct wr *reply);

/* A router solicitation (RFC 4861), answered with config->prefix6 from @id's link-local address. */
bool ras_ip_is_solicitation(struct rd packet);
void ras_ip_advertise(const struct ras_config *config, const uint8_t id[static 8], struct rd packet,
                      struct wr *reply);

/* An echo request from the server to @to: something to send when data should not pass. */
void ras_ip_ping(uint32_t from, uint32_t to, struct wr *w);
