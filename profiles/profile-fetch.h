/*
 * profile-fetch.h - a profile's file from a web server: its list of servers, phone book or routes,
 * as Windows' cmdl32 and cmroute take them once the connection is up.
 *
 * The server and everybody on the way to it are hostile: what is taken is bounded in octets and
 * time, comes only by http or https, from https never by http, without a credential, a cookie or a
 * web proxy; and an address of this computer or of the link only when @url itself names it, so that
 * neither a redirect nor a name server turns a download against what listens here. What the body
 * means is profile-update.h's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

enum { PROFILE_FETCH_MAX = 16 << 20 }; /* octets of a download */

/* GETs @url in a thread. @device: NULL, or the network device that it must go through: the tunnel
 * of a connection; then its @name_servers alone are asked for names, through it (tunnel-name.h), or
 * the computer's as ever when it has none. A cancelled one ends at once. Finish: the body, which is
 * empty when the server has nothing new (204, 304, 404); or NULL and a G_IO_ERROR, whose message is
 * a translated sentence. */
void profile_fetch_async(const char *url, const char *device, const char *const *name_servers,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
GBytes *profile_fetch_finish(GAsyncResult *result, GError **error);

G_END_DECLS
