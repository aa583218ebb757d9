/*
 * plan-names.h - split DNS: which names the VPN's name servers are asked, and which servers those
 * are, as far as the profile says so ("name resolution policy" rules and lists of suffixes of
 * phone books). It stays between front end and helper: the tunnel has no use for it, as it has none
 * for name servers of IPv6. A value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net-config.h"

enum { PLAN_MAX_NAMES = 64 };

struct plan_address {
    uint8_t family;     /* 4 or 6 */
    uint8_t octets[16]; /* as on the wire; of IPv4 the first four, the others zero */
};

struct plan_name {
    char suffix[NET_MAX_NAME]; /* it, and all below it: "corp.example"; ".": every name */
    bool search;               /* put behind short names too */
};

struct plan_names {
    uint8_t n, n_servers, n_dns6;
    struct plan_name name[PLAN_MAX_NAMES];
    struct plan_address servers[NET_MAX_SERVERS]; /* beside those that the VPN's server gives */
    struct plan_address dns6[NET_MAX_SERVERS];    /* of IPv6, beside the plan's dns or the server's:
                                                     no server gives one in PPP */
};

/* "10.0.0.1", "2001:db8::1"; false: it is no address that a name server of a VPN can have. */
bool plan_address_parse(const char *text, struct plan_address *ret);
bool plan_address_valid(const struct plan_address *a);
char *plan_address_text(const struct plan_address *a, char out[static 46]); /* returns @out */
struct plan_address plan_address_of_ip4(uint32_t address);                  /* host order */

/* Adds @suffix if it is not there yet; one that is there becomes @search too. False: it is no
 * name, or there is no room. */
bool plan_names_add(struct plan_names *names, const char *suffix, bool search);
bool plan_names_add_server(struct plan_names *names, const struct plan_address *server);
bool plan_names_add_dns6(struct plan_names *names, const struct plan_address *server);
/* Counts in range, names of hosts, usable addresses. */
bool plan_names_valid(const struct plan_names *names);
