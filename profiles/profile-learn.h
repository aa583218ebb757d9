/*
 * profile-learn.h - what a call teaches about a profile, kept for the next one. Both faces use it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

G_BEGIN_DECLS

/* @details: the property of that name (a{sv}) of a connection that is or was up; NULL is fine. What
 * connected comes first the next time, where the profile has several protocols or servers; what
 * IPsec's server took is offered to it first. It is put into the profile as it is stored now, which
 * another program may have changed during the call. FALSE: it could not be remembered, which is no
 * failure of the call. A system profile is left as it is. */
gboolean profile_learn(ProfileStore *store, const Profile *p, GVariant *details, GError **error);

G_END_DECLS
