/*
 * helper-way.h - has a call still the address that it goes out from? A laptop that leaves one
 * network for another loses that address, and with it all that the server sends; the tunnel would
 * notice by echoes that are not answered, a minute or two later.
 *
 * It is looked at when addresses of this computer change. Gone alone is not lost: where there is no
 * other way to the server, the address may come back, and the call lives on. Lost is what has been
 * gone for a while when the server can be reached from another address.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-socket.h"

enum { HELPER_WAY_GRACE_MS = 3000 }; /* renewing an address takes less */

struct helper_way;

/* Called once at most, with what a person may read; may not free the way. */
typedef void (*helper_way_lost)(void *ctx, const char *detail);

/* Of the call to @to (copied), whose .local is known. @out as for its sockets. NULL: addresses
 * cannot be watched here, or are not known; then nobody looks. */
struct helper_way *helper_way_new(const struct helper_endpoint *to, const struct helper_out *out,
                                  unsigned grace_ms, helper_way_lost lost, void *ctx);
void helper_way_free(struct helper_way *way); /* NULL is fine */
