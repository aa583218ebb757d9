/*
 * tunnel-name.h - the addresses of a host's name by the name servers of a connection, asked through
 * its tunnel and in no other way: what the network outside would answer could send a download to a
 * server of its own choice, and asking it tells which one is meant (RFC 1035, 3596; over UDP).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

#include <gio/gio.h>

G_BEGIN_DECLS

enum {
    TUNNEL_NAME_MESSAGE = 1232, /* octets of an answer that are taken */
    TUNNEL_NAME_QUESTION = 280, /* and of a question, at most */
    TUNNEL_NAME_ADDRESSES = 16,
};

struct tunnel_names {
    const char *device;         /* the tunnel */
    const char *const *servers; /* addresses as text */
    guint16 port;               /* 53 */
    guint pause_ms;             /* of each of two tries with each server */
};

/* Blocks. The addresses of @host as text, IPv4 first; or NULL: no server knows any. */
GStrv tunnel_names_resolve(const struct tunnel_names *t, const char *host,
                           GCancellable *cancellable);

enum tunnel_name_type { TUNNEL_NAME_A = 1, TUNNEL_NAME_AAAA = 28 };

/* False: no name of a host. */
gboolean tunnel_name_put(struct wr *w, guint16 id, const char *host, enum tunnel_name_type type);
/* What @answer says to @question: its addresses are added to @addresses, as text. Returns its
 * rcode, or -1 when it is no answer to that. */
int tunnel_name_read(struct rd answer, struct rd question, GPtrArray *addresses);

G_END_DECLS
