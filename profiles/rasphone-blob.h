/*
 * rasphone-blob.h - what Windows 8 and later write into a phone book entry as hexadecimal: routes,
 * suffixes to search, rules of names, what EAP keeps (see eap-config.h). Internal to
 * rasphone-profile.c.
 *
 * Microsoft does not describe these, so nothing is believed that does not prove itself, in each
 * length and each octet. A route is a record of 36 octets, as entries that people published show it
 * (Server Fault, question 1051424); text must be UTF-16 of names and addresses, as many as the
 * entry counts. What is not so stays among the other settings, octet by octet, with a note.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"
#include "rasphone.h"

/* Adds the lines that it understood to @used. */
void rasphone_blob_take(Profile *p, const RasphoneEntry *e, const char *file, GHashTable *used);
