/*
 * helper-register.h - registering this computer by name on the far end's network: what the helper
 * has to do with it. The protocols are the tunnel's; the name is the computer's own, and only a
 * tunnel that is to tell it learns it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"
#include "helper-log.h"

enum { HELPER_REGISTER_MAX = 4 + NET_MAX_NAME };

/* TUNNEL_REGISTER, with the name of this computer, or "" when it has none that can be told. False:
 * the plan wants nothing registered. */
bool helper_register_message(const struct dial_plan *plan, struct wr *w);
/* May a computer call itself that? Letters, digits and hyphens, and dots between such; not
 * "localhost". */
bool helper_register_name_valid(const char *name);
/* What is new in @now is told once. */
void helper_register_tell(struct helper_log *log, const struct net_registration *before,
                          const struct net_registration *now);
/* For the details of a connection: a{ss}, or NULL when the plan wants nothing. */
GVariant *helper_register_details(const struct dial_plan *plan, const struct net_registration *r);
