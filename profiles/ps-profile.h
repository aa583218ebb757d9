/*
 * ps-profile.h - the connections that a PowerShell script would make with Add-VpnConnection and
 * its kin (VpnClient module of Windows 8 to 11), as profiles. The script is read (ps-script.h), and
 * never run: a connection whose name or address would have to be computed is an error that names
 * the line, any other such value a note.
 *
 * A pre-shared key goes to ->found_psk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

#define PS_PROFILE_ERROR (ps_profile_error_quark())
GQuark ps_profile_error_quark(void);
enum ps_profile_error { PS_PROFILE_ERROR_COMPUTED /* only running it would tell */ };

gboolean ps_profile_is(GBytes *bytes); /* it names Add-VpnConnection */
/* Profile, at least one, in the order of the script. @file: its name, for the origins. */
GPtrArray *ps_profile_read(GBytes *bytes, guint codepage, const char *file, GError **error);
