/*
 * helper-link.h - the network of one call: its interface, addresses, routes and rules, from the
 * tunnel's first HELPER_CONFIGURE until they are undone. Every change is in the journal before it
 * is made; undoing is the journal's work.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-host.h"
#include "helper-log.h"
#include "helper-route.h"

struct helper_link;

/* Makes and configures the interface. NULL: @ret_end says why, and the journal knows what to undo.
 * @host, @journal, @plan and @log are borrowed. @through: as in struct helper_route_facts.
 * ret_tun->fd belongs to the caller. */
struct helper_link *helper_link_new(struct helper_host *host, struct helper_journal *journal,
                                    struct helper_log *log, const struct dial_plan *plan,
                                    const struct net_config *config,
                                    const struct helper_endpoint *server, uint32_t through,
                                    struct helper_tun *ret_tun, struct ras_end *ret_end);
/* Routes and rules. False: the call must end (@ret_end), for something would bypass the tunnel. */
bool helper_link_route(struct helper_link *link, struct ras_end *ret_end);
/* What the server changed, and then the same. @up: so is the call, and its address stays. */
bool helper_link_change(struct helper_link *link, const struct net_config *config, bool up,
                        struct ras_end *ret_end);
/* Keep the neighbours out (helper-guard.h); for when the call is up, so as not to hold it up. */
void helper_link_guard(struct helper_link *link);
/* An IPv6 address came or went. */
void helper_link_addresses_changed(struct helper_link *link);
/* Only the memory; the network is the journal's. */
void helper_link_free(struct helper_link *link);
DEFINE_CLEANUP(struct helper_link, helper_link_free)

const struct helper_routes *helper_link_done(const struct helper_link *link); /* in the kernel */
/* A rule of somebody else's comes before ours, and sends what was to go through the call's default
 * route to another interface: which. False: none does. */
bool helper_link_bypassed(const struct helper_link *link, char ret[static IFNAMSIZ]);
const char *helper_link_name(const struct helper_link *link);
uint32_t helper_link_index(const struct helper_link *link);
const struct net_config *helper_link_config(const struct helper_link *link);
/* Routes into the tunnel, as texts; g_strfreev(). */
char **helper_link_routes(const struct helper_link *link);
/* What to tell the resolver, always filled; the texts are valid until the next change. False: it is
 * to be told nothing. */
bool helper_link_dns(const struct helper_link *link, struct helper_dns_settings *ret);
/* The computer's own domain while it is connected, from the plan or the server. */
const char *helper_link_domain(const struct helper_link *link);
