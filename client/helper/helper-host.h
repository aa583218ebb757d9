/*
 * helper-host.h - what all connections of one helper share: the kernel's network, the way to set
 * name servers, the place of the undo journal, and the user that tunnels run as.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-dns.h"
#include "helper-early.h"
#include "helper-esp.h"
#include "helper-hooks.h"
#include "helper-journal.h"
#include "helper-net.h"
#include "helper-netns.h"
#include "helper-store.h"

#include <sys/types.h>

struct helper_host {
    struct helper_net *net;
    struct helper_dns *dns;
    struct helper_early *early;
    struct helper_hooks *hooks;  /* NULL: not our business, without privilege */
    struct helper_store *store;  /* of connections for everybody; NULL: they are not ours */
    const char *state_directory; /* NULL: what is to be undone dies with us */
    uint32_t mark;               /* of sockets to servers; 0: none */
    enum helper_esp_mode esp;
    GPtrArray *endpoints; /* struct helper_endpoints: of each attempt that there is */
    uid_t tunnel_uid;
    gid_t tunnel_gid;
};

/* NULL: @error says what is missing. @system_bus may be NULL: no systemd-resolved then. */
struct helper_host *helper_host_new(GDBusConnection *system_bus, GError **error);
/* The network of one program, without privilege: nothing outlives the namespace, no mark is needed
 * to keep the servers out of the tunnel, and everything runs as this user. Borrows the descriptors.
 */
struct helper_host *helper_host_new_apart(const struct helper_place *place, GError **error);
bool helper_host_apart(const struct helper_host *host);
void helper_host_free(struct helper_host *host);
DEFINE_CLEANUP(struct helper_host, helper_host_free)

/* Take back one change (helper_undo; @ctx is the host). What is not there any more is fine. */
void helper_host_undo(void *ctx, const struct undo *u);
/* Take back what helpers that died have left. */
void helper_host_recover(struct helper_host *host);
