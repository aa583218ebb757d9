/*
 * helper-xfrm.h - ESP by the kernel (XFRM): security associations by netlink, and the policies of
 * one socket. Transport mode, for the L2TP of one call; over IPv6 in UDP since Linux 5.8.
 *
 * Policies are of a socket (IP_XFRM_POLICY, IPV6_XFRM_POLICY), not of the system: they hold as long
 * as there is the socket, whoever dies, they need no undoing, and touch nothing of another IKE
 * daemon's. Only what has CAP_NET_ADMIN can change them, and the tunnel has not.
 *
 * Each function returns 0 or a negative errno.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp-msg.h"

/* Whose associations: those between two addresses with one number. */
struct helper_xfrm_ends {
    int family;                    /* AF_INET or AF_INET6 */
    uint8_t local[16], remote[16]; /* of IPv4 the first four, and zeros */
    uint32_t reqid;
};

/* One association. */
struct helper_xfrm_sa {
    bool outbound;
    uint32_t spi;
    uint16_t l2tp_port;  /* ours; only UDP between it and the server's 1701 is let through */
    uint16_t float_port; /* ours of UDP 4500, for ESP in UDP; 0: IP protocol 50 */
    enum esp_msg_cipher cipher;
    enum esp_msg_auth auth;
    uint16_t key_bits;
    const struct secret *keys; /* borrowed */
};

/* Has this kernel XFRM at all? Which algorithms it has shows when they are asked for. */
int helper_xfrm_probe(void);

int helper_xfrm_add(const struct helper_xfrm_ends *ends, const struct helper_xfrm_sa *sa);
int helper_xfrm_delete(const struct helper_xfrm_ends *ends, bool outbound, uint32_t spi);
/* Deletes all of @ends, and no other's. */
int helper_xfrm_purge(const struct helper_xfrm_ends *ends);

/* Nothing leaves the socket, nothing comes in. */
int helper_xfrm_block(int fd);
/* Only in ESP: with the association @spi_out; and by one of @ends. */
int helper_xfrm_require(int fd, const struct helper_xfrm_ends *ends, uint32_t spi_out);

/* A marked UDP socket of our own @port for what goes to the server's port 1701, blocked; *ret_fd.
 * It is not connected yet. */
int helper_xfrm_open(const struct helper_xfrm_ends *ends, uint16_t port, bool encapsulated,
                     int *ret_fd);
int helper_xfrm_connect(int fd, const struct helper_xfrm_ends *ends);
/* ESP that comes to the socket of UDP 4500 is the kernel's, or is not. */
int helper_xfrm_encapsulate(int float_fd, bool on);
