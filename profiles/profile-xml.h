/*
 * profile-xml.h - a VPNv2 ProfileXML of Windows 10 and 11 as a profile (schema: vpnv2-profile-xsd
 * of Microsoft's client management documentation).
 *
 * Bounded in size and depth; GMarkup knows no entities but the five of XML and fetches nothing. A
 * pre-shared key goes to ->found_psk. IKEv2 only is read, and said to be nothing that is dialed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

#define PROFILE_XML_MAX       (1024 * 1024)
#define PROFILE_XML_MAX_DEPTH 32

gboolean profile_xml_is(GBytes *bytes);
/* Such a file has no name for the connection: @name is its own. @codepage: of Windows, for what is
 * not Unicode; 0: as the file declares, or a guess. Errors: G_MARKUP_ERROR. */
Profile *profile_xml_read(GBytes *bytes, guint codepage, const char *name, GError **error);
