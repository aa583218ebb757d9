/*
 * dt-profile-text.h - a profile in words: what its settings mean to a person.
 *
 * All results are translated, safe to show, newly allocated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "profile.h"

G_BEGIN_DECLS

char *dt_profile_text_servers(const Profile *p);   /* one a line */
char *dt_profile_text_protocols(const Profile *p); /* "SSTP, L2TP/IPsec" */
/* Those that a person may choose from, with the one that is chosen; the id of a line is the number
 * of its protocol. FALSE: there is nothing to choose. */
gboolean dt_profile_text_offer_protocols(const Profile *p, GtkComboBoxText *combo);
char *dt_profile_text_auth(const Profile *p);       /* "MS-CHAP v2, EAP-MSCHAPv2" */
char *dt_profile_text_encryption(const Profile *p); /* "Required" */
const char *dt_profile_text_encryption_type(guint type);
char *dt_profile_text_routes(const Profile *p);  /* of the profile, one a line; "" for none */
char *dt_profile_text_routing(const Profile *p); /* "All traffic", or the routes, one a line */
char *dt_profile_text_dns(const Profile *p);
char *dt_profile_text_authorities(const Profile *p);
char *dt_profile_text_actions(const Profile *p); /* one a line; "" when there are none */

G_END_DECLS
