/*
 * harness.h - a dialtoned of the build tree, in a network namespace of its own, with a front end
 * (this program) at the other end of a socketpair, and scripted tunnels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"
#include "dt-dbus.h"
#include "dt-plan.h"

#include <gio/gio.h>

struct harness {
    char *directory;       /* a temporary one, the helper's state is in it */
    GPid helper;           /* 0: not running */
    GDBusConnection *peer; /* of the front end */
    DtDialer *dialer;
    const char *bus_address;     /* for the helper; NULL: none */
    const char *state_directory; /* NULL: in the temporary one */
    bool on_bus;                 /* it serves the bus, not a peer */
    const char *name;            /* of the helper on the bus; NULL: a peer */
    const char *resolvconf;      /* a program in place of resolvconf; NULL: none */
    const char *hooks;           /* a folder in place of /etc/dialtone/hooks.d; NULL: none */
    const char *strace_inject;   /* NULL: run it plainly */
};

/* False: not root, or no namespaces or TUN here; the test was skipped. */
bool harness_can_run(void);
/* This thread moves to a fresh namespace: lo, and lan0 192.0.2.2/24 with a default route. */
void harness_setup(struct harness *h, gconstpointer data);
void harness_teardown(struct harness *h, gconstpointer data);
void harness_start(struct harness *h); /* dialtoned --peer-fd, or on the bus */
void harness_stop(struct harness *h);  /* closes the peer's socket, or SIGTERM; waits for the end */
void harness_lose(struct harness *h);  /* the helper was or is killed: forget it */
char *harness_profiles(const struct harness *h); /* in place of /etc/dialtone/profiles */
int harness_undo(struct harness *h);             /* dialtoned --undo; its exit status */

/* Links, addresses, routes and rules of the namespace. */
char *harness_network(void);
/* For GSpawnChildSetupFunc: the child ends with this program, however that ends. */
void harness_dies_with_us(gpointer data);
/* The output of a command line (no shell); it must succeed. */
char *harness_command(const char *line);

void plan_for(struct dial_plan *plan, const char *host); /* full tunnel, no redials */
/* The object, or NULL with @error. */
DtConnection *harness_dial(struct harness *h, const struct dial_plan *plan, const char *password,
                           GError **error);
/* Turn the main loop until it is in @state (or fail after some seconds). */
void harness_wait_state(DtConnection *c, const char *state);
void harness_wait(bool (*condition)(gpointer data), gpointer data);
/* A connection to the bus as this user; its dialer. */
GDBusConnection *harness_join(struct harness *h, uid_t uid, DtDialer **ret_dialer);
/* Shorthand for dial and wait; asserts. */
DtConnection *harness_dial_to(struct harness *h, const char *host, const char *state);

/* The value of a key in Details; it must be there. */
GVariant *harness_detail(DtConnection *c, const char *key);
void harness_assert_detail(DtConnection *c, const char *key, const char *printed);

/* How often @needle is in the memory that the helper can write to. */
unsigned harness_times_in_memory(struct harness *h, const char *needle);

/* First line of a test that needs a helper. */
#define WITH(h)                                                                                    \
    if (!harness_can_run())                                                                        \
        return;                                                                                    \
    harness_start(h)
