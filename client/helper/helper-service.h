/*
 * helper-service.h - the objects of org.dialtone.Dialer1.xml on one D-Bus connection: the system
 * bus, or a peer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "helper-host.h"

struct helper_service;

/* Exports the dialer on @connection. @peer: it is the front end itself, trusted as root; otherwise
 * a bus, whose callers polkit judges. @host is borrowed. */
struct helper_service *helper_service_new(GDBusConnection *connection, bool peer,
                                          struct helper_host *host, GError **error);
/* Hang up everything, politely; @stopped is called when all is as before. No more dialing. */
void helper_service_stop(struct helper_service *s, void (*stopped)(void *ctx), void *ctx);
void helper_service_free(struct helper_service *s); /* at once; undoes what is left */
DEFINE_CLEANUP(struct helper_service, helper_service_free)
