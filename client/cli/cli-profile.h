/*
 * cli-profile.h - how the commands about profiles show one. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include "cli.h"

char *cli_protocol_names(const ProfileSummary *s); /* "PPTP, SSTP": in the order to try */
void cli_add_summary(JsonBuilder *b, const ProfileSummary *s); /* members of an object */
JsonNode *cli_profile_node(const Profile *p);
void cli_print_warnings(const Profile *p);
