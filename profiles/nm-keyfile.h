/*
 * nm-keyfile.h - connections of NetworkManager's plug-ins for SSTP, L2TP/IPsec and PPTP as
 * profiles, and back. Format: nm-settings-keyfile(5); the keys of [vpn] are those that the plug-ins
 * document.
 *
 * A pre-shared key goes to ->found_psk; a password in the file is not taken over.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

#define NM_KEYFILE_MAX (1024 * 1024)

#define NM_KEYFILE_ERROR (nm_keyfile_error_quark())
GQuark nm_keyfile_error_quark(void);
enum nm_keyfile_error { NM_KEYFILE_ERROR_FORMAT, NM_KEYFILE_ERROR_KIND /* not one of the three */ };

gboolean nm_keyfile_is(GBytes *bytes);
Profile *nm_keyfile_read(GBytes *bytes, const char *file, GError **error);
/* Of the protocol that is dialed first; NetworkManager knows one a connection. */
GBytes *nm_keyfile_write(const Profile *p);
/* What NetworkManager will do otherwise than this program: char *, sentences; free the array. What
 * only its plug-ins have no word for stands in [user], and is there again when it is read. */
GPtrArray *nm_keyfile_losses(const Profile *p);
