/*
 * helper-socket.h - sockets for the tunnel: with our mark, so that they never go into a tunnel;
 * non-blocking, with the connection begun. A raw socket for PPTP's GRE hands out what one server
 * sends to one call, and nothing else, whoever holds it; of UDP and ESP, what one server sends.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-requests.h"

/* How a socket leaves this computer. */
struct helper_out {
    uint32_t
        mark; /* HELPER_MARK; 0 where no tunnel is in the same network (and none may set one) */
    uint32_t ifindex; /* by this interface alone, whatever the routes say, for good; 0: by them */
};

/* A descriptor, or a negative errno. The endpoint was checked (helper_endpoint_allowed()). Bound to
 * an interface, IPv4 needs no route there (the kernel takes all to be on that link), IPv6 does. */
int helper_socket_open(const struct helper_endpoint *to, const struct helper_out *out);
/* The way out, and room for bursts, for a socket of datagrams. 0 or a negative errno. */
int helper_socket_equip(int fd, const struct helper_out *out);
/* Of a connected or connecting TCP or UDP socket; 0: not known. */
uint16_t helper_socket_local_port(int fd);
/* The address of its end here; zeros: not known. */
void helper_socket_local_address(int fd, uint8_t ret[static 16]);
/* Is another UDP socket of this computer than @fd connected to the address and port of @to? So are
 * those of other helpers; of other programs' IKE they seldom are. */
bool helper_socket_has_rival(int fd, const struct helper_endpoint *to);
/* Of the route that a connected socket of datagrams has; 0: not known. */
uint16_t helper_socket_mtu(int fd, uint8_t family);
/* "203.0.113.1" or "2001:db8::1". @out: INET6_ADDRSTRLEN. */
const char *helper_endpoint_text(const struct helper_endpoint *to, char *out, size_t cap);
