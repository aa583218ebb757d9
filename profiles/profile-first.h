/*
 * profile-first.h - double dial: the connection that a profile wants to be up before it, and that
 * it then goes through (Profile.dial_first; PrerequisiteEntry of a Windows phone book).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

enum profile_first {
    PROFILE_FIRST_NONE,    /* it wants none */
    PROFILE_FIRST_DIAL,    /* *ret_first: dialed before, and hung up after */
    PROFILE_FIRST_BY_HAND, /* a line (a modem, PPPoE) that is not dialed, or not known here */
    PROFILE_FIRST_BAD,     /* several have that name, or it wants one itself: @error */
};

/* @system: it has to be one for everybody. */
enum profile_first profile_first_find(ProfileStore *store, const Profile *p, gboolean system,
                                      Profile **ret_first, GError **error);
/* Of one that is the person's affair: a sentence. Free it. */
char *profile_first_by_hand_text(const Profile *p);
