/*
 * ps-object.h - the two objects that a script makes and hands to the commands about VPN
 * connections, as the text that stands for them. Internal to ps-script.c. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include "ps-script.h"

/* Both: NULL when only running the script would tell. */

/* New-VpnServerAddress, as ProfileXML writes it: "address;name". */
char *ps_object_server(const struct ps_command *c);
/* New-EapConfiguration, as an EapHostConfig. It knows methods, and whether the server's certificate
 * is looked at, but neither names nor authorities. */
char *ps_object_eap(const struct ps_command *c);
