/*
 * profile-file.h - a profile as one text of our own: a GKeyFile with the sections and keys of
 * Connection Manager where there are such, so that who knows .cms files can read it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

#define PROFILE_FILE_MAX (4 * 1024 * 1024)

GBytes *profile_file_write(const Profile *p);
/* Unknown keys are left alone; a value out of its range falls back to the default. */
Profile *profile_file_read(GBytes *bytes, GError **error);
