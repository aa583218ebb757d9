/*
 * nm-keyfile-words.h - what reader and writer of NetworkManager's keyfiles have in common. Internal
 * to nm-keyfile.c and nm-keyfile-write.c, which has the tables. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

#define NM_SERVICE "org.freedesktop.NetworkManager."

/* The strategy that means "this one only". */
struct nm_plugin {
    const char *name;
    enum plan_protocol protocol;
    guint strategy;
};
enum { NM_PLUGINS = 3 };
extern const struct nm_plugin nm_plugins[NM_PLUGINS]; /* the first is SSTP's */

/* What the plug-ins have no word for: they refuse a key in [vpn] that they do not know. [user] is
 * NetworkManager's place for what other programs keep in a connection, and is left alone by it. */
#define OWN_ENCRYPTION "org.dialtone.encryption"
#define OWN_SERVER     "org.dialtone.server"
#define OWN_SUFFIX     "org.dialtone.dns-suffix" /* which one of dns-search it is */
#define OWN_RULES      "org.dialtone.dns-rules"  /* "corp.example.com 10.0.0.1; ..." */
#define OWN_CLASS      "org.dialtone.class-route"
struct nm_own { /* a text, of one protocol */
    const char *key;
    enum plan_protocol protocol;
    const char *field; /* of SCOPE_OWN */
};
enum { NM_OWN = 2 };
extern const struct nm_own nm_own[NM_OWN];
