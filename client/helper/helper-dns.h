/*
 * helper-dns.h - name servers of a connection: through systemd-resolved, else through resolvconf or
 * openresolv, else not at all. No file that another program manages is ever written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "attr.h"
#include "dial-plan.h"
#include "helper-journal.h"

struct helper_dns_settings {
    uint32_t ifindex;
    const char *ifname;
    unsigned n_servers, n_domains;
    struct plan_address servers[3 * NET_MAX_SERVERS];
    struct helper_dns_domain { /* valid names; the first is the computer's own */
        const char *name;
        bool search; /* put behind short names too, not only asked here */
    } domains[NET_MAX_SEARCH + 1 + PLAN_MAX_NAMES];
    bool everything; /* all names are asked here, not only those in @domains */
};

struct helper_dns;

struct helper_dns *helper_dns_new(GDBusConnection *system_bus); /* NULL: no bus */
/* Into an open resolv.conf(5) that is this program's alone; -1: there is none. */
struct helper_dns *helper_dns_new_file(int fd);
void helper_dns_free(struct helper_dns *dns);

/* @how: "systemd-resolved", "resolvconf", or why nothing was done. */
typedef void (*helper_dns_done)(void *ctx, bool applied, const char *how);

/* Called back once, never from within this call, unless @cancel is cancelled. Records in @journal
 * how to undo it first. @settings is copied as needed. */
void helper_dns_apply(struct helper_dns *dns, struct helper_journal *journal,
                      const struct helper_dns_settings *settings, GCancellable *cancel,
                      helper_dns_done done, void *ctx);

/* Calls @started each time that systemd-resolved starts, until the returned id is given to
 * g_bus_unwatch_name(). 0: there is no bus. */
guint helper_dns_watch(struct helper_dns *dns, void (*started)(void *ctx), void *ctx);

int helper_dns_undo_resolved(struct helper_dns *dns, uint32_t ifindex);
int helper_dns_undo_resolvconf(const char *ifname);
