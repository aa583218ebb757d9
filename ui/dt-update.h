/*
 * dt-update.h - what a connection takes from the network once it is up: its list of servers, its
 * phone book, its routes (profile-updater.h), after the seconds that its profile wants to wait.
 * Nobody is disturbed by it: what came of it is in the connection's log.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-call.h"
#include "profile-store.h"

G_BEGIN_DECLS

struct dt_update;

/* @call came up, and this program dialed it. NULL: its profile wants nothing by itself. */
struct dt_update *dt_update_begin(ProfileStore *store, DtCall *call);
/* It is down. NULL is fine. */
void dt_update_end(struct dt_update *u);

G_END_DECLS
