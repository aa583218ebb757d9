/*
 * cli-inside.h - does a packet get through? For `dialtone diagnose`: sockets as any program has
 * them, answers that are waited for within a second or two. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "inside-msg.h"

/* Would a packet to the address @to leave from @local, the tunnel's? */
gboolean cli_inside_leads(const char *to, const char *local);
/* Asks the name server at @server for @name's zone. */
enum inside_answer cli_inside_ask(const char *server, const char *name);

enum cli_ping { CLI_PING_ANSWERED, CLI_PING_SILENT, CLI_PING_NOT_ALLOWED };
/* IPv4; @size: octets of the whole packet, which may not be cut on its way. *ret_ms: when it is
 * answered. */
enum cli_ping cli_inside_ping(const char *to, gsize size, gint64 *ret_ms);
