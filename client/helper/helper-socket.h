/*
 * helper-socket.h - sockets for the tunnel: with our mark, so that they never go into a tunnel;
 * non-blocking, with the connection begun. A raw socket for PPTP's GRE hands out what one server
 * sends to one call, and nothing else, whoever holds it; of UDP and ESP, what one server sends.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-requests.h"

/* A descriptor, or a negative errno. The endpoint was checked (helper_endpoint_allowed()). @mark:
 * HELPER_MARK, or 0 where no tunnel is in the same network (and none may set a mark). */
int helper_socket_open(const struct helper_endpoint *to, uint32_t mark);
/* The mark, and room for bursts, for a socket of datagrams. 0 or a negative errno. */
int helper_socket_equip(int fd, uint32_t mark);
/* Of a connected or connecting TCP or UDP socket; 0: not known. */
uint16_t helper_socket_local_port(int fd);
/* The address of its end here; zeros: not known. */
void helper_socket_local_address(int fd, uint8_t ret[static 16]);
/* Of the route that a connected socket of datagrams has; 0: not known. */
uint16_t helper_socket_mtu(int fd, uint8_t family);
/* "203.0.113.1" or "2001:db8::1". @out: INET6_ADDRSTRLEN. */
const char *helper_endpoint_text(const struct helper_endpoint *to, char *out, size_t cap);
