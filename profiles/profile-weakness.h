/*
 * profile-weakness.h - what a person should hear about the protection of a call, before it and
 * while it is up. Sentences are translated. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "profile.h"

/* Of what the profile would dial, before it does: one a line; "": nothing. Free it. */
char *profile_weakness(const Profile *p);
/* Of one protocol of a plan; @ipsec: with L2TP. Static; NULL: nothing. */
const char *profile_protocol_weakness(enum plan_protocol protocol, gboolean ipsec);
/* Of a call, from the Details of its D-Bus object (may be NULL): char *, perhaps none. */
GPtrArray *profile_call_weaknesses(GVariant *details);
