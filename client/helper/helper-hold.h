/*
 * helper-hold.h - what went through a call that was cut off goes nowhere while it is dialed again.
 *
 * The routes of a call go with its interface; what followed them would leave by the ordinary ones,
 * in the clear, until the call is up again (threats N6, 4.4). A hold is one nftables table, in the
 * undo journal before it is made, that drops it instead: everything where the call had taken the
 * default route, else what its routes named. Our own marked sockets, loopback, other tunnels and
 * what keeps the local network working (DHCP, neighbour discovery) pass. Not routes that lead
 * nowhere: with those, a reverse path filter would drop the server's answers too. Of a call that
 * goes through another one, other tunnels do not pass: the other is where it would leave.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-host.h"
#include "helper-route.h"

struct helper_hold;

/* @routes: those of the call, still in place or just gone. @inner: it goes through another. NULL:
 * *ret_error is a negative errno
 * (-ENOENT: there is no nft here), and nothing is held. @host is borrowed. */
struct helper_hold *helper_hold_new(struct helper_host *host, const struct helper_routes *routes,
                                    bool inner, int *ret_error);
void helper_hold_free(struct helper_hold *hold); /* lets go; NULL is fine */

/* The table called @name, as nft reads it; g_free(). */
char *helper_hold_ruleset(const char *name, const struct helper_routes *routes, bool inner);
