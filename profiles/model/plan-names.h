/*
 * plan-names.h - split DNS: which names the VPN's name servers are asked, and which servers those
 * are, as far as the profile says so ("name resolution policy" rules and lists of suffixes of
 * phone books). It stays between front end and helper: the tunnel has no use for it. A value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net-config.h"

enum { PLAN_MAX_NAMES = 64 };

struct plan_name {
    char suffix[NET_MAX_NAME]; /* it, and all below it: "corp.example"; ".": every name */
    bool search;               /* put behind short names too */
};

struct plan_names {
    uint8_t n, n_servers;
    struct plan_name name[PLAN_MAX_NAMES];
    uint32_t servers[NET_MAX_SERVERS]; /* host order; beside those that the VPN's server gives */
};

/* Adds @suffix if it is not there yet; one that is there becomes @search too. False: it is no
 * name, or there is no room. */
bool plan_names_add(struct plan_names *names, const char *suffix, bool search);
bool plan_names_add_server(struct plan_names *names, uint32_t address); /* the same */
/* Counts in range, names of hosts, usable addresses. */
bool plan_names_valid(const struct plan_names *names);
