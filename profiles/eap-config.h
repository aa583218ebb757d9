/*
 * eap-config.h - what Windows keeps about EAP-TLS and PEAP: which computers may be the
 * authentication server, and whose certificates they have. It comes as XML (EapHostConfig of
 * ProfileXML and of PowerShell) or as octets (its ConfigBlob; CustomAuthData of phone books and of
 * Connection Manager).
 *
 * The octets are those of MS-GPWL 2.2.3.1. How CustomAuthData wraps them is known from published
 * samples alone, so nothing is believed that does not prove itself in each length. What is not
 * understood is kept and said: then the system's authorities and the VPN server's name decide, as
 * for a profile that says nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

enum { EAP_CONFIG_MAX = 64 * 1024 }; /* octets */

/* Into which profile it goes, and where it was found. */
struct eap_config {
    Profile *p;
    const char *file, *section, *key;
};

/* An element that has no others in it; @path: below EapHostConfig. FALSE: it says nothing that has
 * a meaning here. */
gboolean eap_config_element(const struct eap_config *c, const char *path, const char *value);
/* A whole EapHostConfig, which takes the place of what the profile had. */
gboolean eap_config_xml(const struct eap_config *c, const char *xml, GError **error);

/* CustomAuthData, of the method that the profile has for EAP. */
void eap_config_custom(const struct eap_config *c, const guint8 *octets, gsize n);
void eap_config_custom_hex(const struct eap_config *c, const char *hex);
/* As MS-GPWL has it, for the EAP type @type: 13 is EAP-TLS, 25 is PEAP. */
void eap_config_blob_hex(const struct eap_config *c, guint type, const char *hex);

/* Of both: one more name or SHA-1 of a root, as hexadecimal digits. Several have ';' between. */
void eap_config_add_names(const struct eap_config *c, const char *names);
void eap_config_add_root(const struct eap_config *c, const char *digits);
void eap_config_note_unchecked(const struct eap_config *c);
void eap_config_note_inner(const struct eap_config *c, gint64 type);
