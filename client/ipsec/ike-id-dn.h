/*
 * ike-id-dn.h - distinguished names (RFC 4514) as identities: from text to DER, compared by the
 * rules of RFC 5280 section 7.1 (letter case and spaces do not count), shown.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-config.h"

/* "CN=gw,O=Example", the most specific part first; a backslash before what is meant as it is, parts
 * that belong together joined by "+". The types are those that OpenSSL knows, or numbers. False: it
 * is none. */
bool ike_id_dn_from_text(const char *text, struct ike_id *ret);
/* Both are DER. @either: also when one is the other backwards, as some programs write names. */
bool ike_id_dn_equal(struct rd a, struct rd b, bool either);
void ike_id_dn_text(struct rd der, char *ret, size_t size); /* safe to show */
