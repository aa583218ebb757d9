/*
 * ike-id.h - identities: from what a person typed, from an address, from the wire; compared, shown.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-config.h"
#include "ike-msg.h"

/* An address becomes one; "CN=gw,O=Example" a distinguished name; "keyid:text" and "@#hex" KEY_ID;
 * "user@host" USER_FQDN; "@name" and anything else FQDN; "" type 0. False: too long, or none. */
bool ike_id_from_text(const char *text, struct ike_id *ret);
void ike_id_from_address(const struct ike_address *a, struct ike_id *ret);
bool ike_id_from_ident(const struct ike_ident *ident, struct ike_id *ret); /* false: too long */
bool ike_id_equal(const struct ike_id *a, const struct ike_id *b);         /* names without case */
void ike_id_text(const struct ike_id *id, char *ret, size_t size);         /* safe to show */

/* The body of an ID payload: type, protocol, port, value. */
void ike_id_put(struct wr *w, const struct ike_id *id, uint8_t protocol, uint16_t port);
