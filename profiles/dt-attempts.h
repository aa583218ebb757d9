/*
 * dt-attempts.h - what else was tried: the failed attempts in the Details of a connection.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

struct dt_attempt {
    guint32 number;                                 /* since Connect, from 1 */
    const char *protocol, *server, *server_address; /* as in Details; the address may be "" */
    guint32 error;
    const char *detail; /* may be "" */
};

/* An a(usssus), oldest first; empty if @details (may be NULL) has none. */
GVariant *dt_attempts(GVariant *details);
/* One of them; its texts are those of @attempts. */
struct dt_attempt dt_attempt_at(GVariant *attempts, gsize i);
/* "Tried SSTP to vpn.example.edu (192.0.2.1): Error 809: …": one line, translated, safe to show. */
char *dt_attempt_text(const struct dt_attempt *attempt);
