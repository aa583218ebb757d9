/*
 * helper-connection.h - one connection of one user: its D-Bus object, and the machine that takes it
 * from idle to connected and back, over several servers, protocols and redials.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"
#include "dt-dbus.h"
#include "helper-bouncer.h"
#include "helper-host.h"

#define HELPER_TYPE_CONNECTION (helper_connection_get_type())
G_DECLARE_FINAL_TYPE(HelperConnection, helper_connection, HELPER, CONNECTION, DtConnectionSkeleton)

/* @host and @bouncer are borrowed and live longer. */
HelperConnection *helper_connection_new(struct helper_host *host, struct helper_bouncer *bouncer,
                                        const char *name, uid_t owner, bool for_everybody);

/* Puts it on the bus; properties are the owner's and root's to see, or everybody's. */
bool helper_connection_export(HelperConnection *self, GDBusConnection *connection, const char *path,
                              GError **error);
void helper_connection_unexport(HelperConnection *self);
const char *helper_connection_path(HelperConnection *self); /* while it is there */

/* Takes what is in @plan; copies @credentials. @first: the connection that it goes through, which
 * is kept until this one has ended, or NULL. @caller: the unique name of who dials, or NULL; with
 * end_with_caller the connection ends when that leaves @bus. False: it is not idle. */
bool helper_connection_dial(HelperConnection *self, struct dial_plan *plan,
                            const struct credentials *credentials, HelperConnection *first,
                            GDBusConnection *bus, const char *caller);
/* Those that go through it first. */
void helper_connection_hang_up(HelperConnection *self);

bool helper_connection_idle(HelperConnection *self);
bool helper_connection_is_up(HelperConnection *self);
bool helper_connection_is_inner(HelperConnection *self); /* it goes through another one */
uid_t helper_connection_owner(HelperConnection *self);
bool helper_connection_for_everybody(HelperConnection *self); /* for good */

/* Signal "settled": it has become idle. */
