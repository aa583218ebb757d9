/*
 * peap-key.h - the keys of PEAPv0 ([MS-PEAP] sections 3.1.5.5 and 3.1.5.7): what binds the method
 * that was carried to the TLS that carried it, and what both leave for the link.
 *
 * TK is the beginning of the TLS key material (RFC 9427 section 2.3); ISK is what the inner method
 * left, as the peer sees it: send key, receive key; zero when it leaves none. The PRF+ here is not
 * SSTP's: it has a counter and two zero octets behind the seed, and no length.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    PEAP_KEY_TK = 40, /* of its 60 octets, those that are used */
    PEAP_KEY_ISK = 32,
    PEAP_KEY_CSK = 128, /* MSK and EMSK */
    PEAP_KEY_MAC = 20,
};

struct peap_key {
    uint8_t ipmk[40], cmk[20];
};

void peap_key_compound(const uint8_t tk[static PEAP_KEY_TK], const uint8_t isk[static PEAP_KEY_ISK],
                       struct peap_key *ret);
/* Of a Crypto-Binding TLV whose MAC is zero. */
void peap_key_mac(const struct peap_key *k, struct rd tlv, uint8_t ret[static PEAP_KEY_MAC]);
void peap_key_session(const struct peap_key *k, uint8_t ret[static PEAP_KEY_CSK]);
