/*
 * cli-profile.h - how the commands about profiles show one. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include "cli.h"

char *cli_protocol_names(const Profile *p);             /* "PPTP, SSTP": in the order to try */
void cli_add_summary(JsonBuilder *b, const Profile *p); /* members of an object */
JsonNode *cli_profile_node(const Profile *p);
void cli_print_warnings(const Profile *p);
