/*
 * rasphone-profile.h - an entry of a Windows RAS phone book as a profile, and back.
 *
 * One table says which key is which field (rasphone-profile.c); what is not in it stands in the
 * profile's other settings, and in the entry's own bytes, which the profile keeps as the file
 * "rasphone.pbk": from them the same entry is written again, with nothing else changed but what was
 * changed here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"
#include "rasphone.h"

#define RASPHONE_KEPT "rasphone.pbk"

/* Never NULL. @file is its name, for the origins. A key in the entry is moved to ->found_psk. */
Profile *rasphone_profile(const RasphoneEntry *e, const char *file);
/* What of @p an entry that is written from nothing does not say: sentences (char *). Never NULL. */
GPtrArray *rasphone_profile_losses(const Profile *p);
/* @original: the kept bytes, or NULL to write an entry from nothing. */
GBytes *rasphone_profile_write(const Profile *p, GBytes *original, GError **error);
