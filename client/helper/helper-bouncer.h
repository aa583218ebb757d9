/*
 * helper-bouncer.h - who may call what. One table; a method that is not in it is denied.
 *
 * A caller is known by its unique bus name, which is never used again, and the bus says whose
 * process that is. polkit decides by that name too, so nobody can slip in after a check. On a peer
 * to peer connection (the front end started us, as root) the only caller is trusted as root.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "attr.h"

struct helper_bouncer;

/* @bus NULL: peer to peer. */
struct helper_bouncer *helper_bouncer_new(GDBusConnection *bus);
void helper_bouncer_free(struct helper_bouncer *b); /* calls on their way are answered "denied" */
DEFINE_CLEANUP(struct helper_bouncer, helper_bouncer_free)

struct helper_demand {
    uid_t owner;        /* of the object that is called; for methods of connections */
    bool for_everybody; /* it is, or shall be, a connection of all users */
    bool takes_over;    /* the default route or the name servers are replaced */
    bool alone;         /* it is large: of one user, one at a time waits for an answer */
};

/* The call may be served: answer @invocation. @caller: root for who may see what root sees, when
 * it is the dialer's properties that are read. */
typedef void (*helper_bouncer_passed)(void *ctx, GDBusMethodInvocation *invocation, uid_t caller);

/* Takes @invocation. Either it is answered with Ras 0x80070005, or @passed is called. In both cases
 * @ctx is given to @free_ctx (may be NULL) at the end. */
void helper_bouncer_check(struct helper_bouncer *b, GDBusMethodInvocation *invocation,
                          const struct helper_demand *demand, helper_bouncer_passed passed,
                          void *ctx, GDestroyNotify free_ctx);

/* Is there a rule for this method? For tests, which ask for every method of the XML. */
bool helper_bouncer_knows(const char *interface, const char *method);
