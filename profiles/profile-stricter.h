/*
 * profile-stricter.h - where its user is stricter than the profile: never weaker, whatever stands
 * in the fields. only_protocol is an enum plan_protocol, refused_auth enum plan_auth or'ed,
 * more_encryption 1 (demanded) or 2 (the strongest), as in EncryptionType; 0: as the profile says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

enum { PROFILE_ENCRYPTION_NONE = 0 }; /* of EncryptionType */

unsigned profile_auth_offered(const Profile *p); /* enum plan_auth: before its user refused some */
guint profile_encryption(const Profile *p);      /* as EncryptionType, with what the user demands */
gboolean profile_encryption_stricter(guint type, guint than); /* both as EncryptionType */
