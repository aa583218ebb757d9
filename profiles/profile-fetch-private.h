/*
 * profile-fetch-private.h - the limits of profile-fetch.h that a test cannot wait for, and whom it
 * trusts. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-fetch.h"

struct profile_fetch_limits {
    long connect_ms;         /* name, TCP and TLS */
    long whole_ms;           /* everything; 0: no limit */
    long slow_s;             /* as long as it may be next to nothing that arrives */
    const char *authorities; /* PEM file of those who sign servers; NULL: the system's */
    guint16 name_port;       /* of name servers; 0: theirs */
};

/* As profile_fetch_async(), which has limits of its own. */
void profile_fetch_limited_async(const char *url, const char *device,
                                 const char *const *name_servers,
                                 const struct profile_fetch_limits *limits,
                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
