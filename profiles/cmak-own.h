/*
 * cmak-own.h - the section of our own in a .cms, which Connection Manager ignores: what its format
 * has no word for, so that a profile that is written and read again is the same. Only what cannot
 * weaken a connection is read from it: no pin, no plain L2TP. Internal to cmak.c and cmak-write.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ini.h"
#include "profile-fields.h"

#define CMAK_OWN_SECTION "Dialtone"
#define CMAK_OWN_PAC     "WebProxyScriptFile" /* the script is in that file */

gboolean cmak_own_field(const struct profile_field *f); /* may it be read from there? */
/* TRUE: it is one of those, and was taken over. */
gboolean cmak_own_take(Profile *p, const char *file, const struct ini_entry *e);
/* "Routes", "DnsSearch", "DnsRules" as one text each; "" when there is nothing to say. Free it. */
char *cmak_own_routes(const Profile *p, gboolean only6);
char *cmak_own_search(const Profile *p);
/* What came from a file of another kind and has no meaning here, on one line:
 * "rasphone.pbk/Office/Key value". Written as CMAK_OWN_OTHER with a number behind it. */
#define CMAK_OWN_OTHER "Other"
char *cmak_own_other(const struct profile_other *o);
char *cmak_own_rules(const Profile *p); /* "corp.example 10.0.0.1 10.0.0.2; lab.example" */
