/*
 * profile-learn.h - what a call teaches about a profile, kept for the next one. Both faces use it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

G_BEGIN_DECLS

/* A server that did not answer DHCPINFORM in so many calls in a row is not waited for any more; one
 * answer may have been lost on its way. */
enum { PROFILE_DHCP_SILENT = 2 };

/* @details: the property of that name (a{sv}) of a connection that is or was up; NULL is fine. What
 * connected comes first the next time, where the profile has several protocols or servers; what
 * IPsec's server took is offered to it first, and whether it answers DHCPINFORM is counted. It is
 * put into the profile as it is stored now, which another program may have changed during the call.
 * FALSE: it could not be remembered, which is no failure of the call. What one for everybody taught
 * is this user's memory (profile-memory.h). Once a call. */
gboolean profile_learn(ProfileStore *store, const Profile *p, GVariant *details, GError **error);
/* Of the same call, later: that its server has answered DHCPINFORM after all. */
void profile_learn_late(ProfileStore *store, const Profile *p, GVariant *details);

G_END_DECLS
