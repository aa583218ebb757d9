/*
 * profile-others.h - "Other settings": what a profile says that has no meaning here.
 *
 * Some of it is typed all the same, so that it is written back and can be compared: a firewall tab
 * to hide, the line that would be dialed before the VPN, protocols that nobody speaks any more. One
 * table says which those are; the rest is what no typed field knows (profile->others).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-fields.h"

/* Does this program act by it, or show it at a place of its own? */
gboolean profile_field_used(const struct profile_field *f);
/* struct profile_other, first the typed ones that a file said; free the array. */
GPtrArray *profile_other_settings(const Profile *p);
