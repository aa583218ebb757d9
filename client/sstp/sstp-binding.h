/*
 * sstp-binding.h - the crypto binding of [MS-SSTP] section 3.2.5.2: proof that the end of the TLS
 * session and the end of the PPP authentication are the same computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "sstp-msg.h"

/* The Higher-Layer Authentication Key: 32 octets out of what the PPP authentication left.
 *   MS-CHAPv2: the client's MasterSendKey (16), then its MasterReceiveKey (16)
 *   EAP:       the first 32 octets of the MSK
 *   PAP, CHAP-MD5, none: no keys; the result is zero, and the binding proves nothing */
void sstp_hlak(uint8_t ret[static 32], struct rd keys);

/* SHA-256 when it is in the set, else SHA-1, else 0. */
enum sstp_hash sstp_binding_choose(uint8_t hashes);

/* Fill the Compound MAC of a CALL_CONNECTED as built by sstp_put_connected(). */
void sstp_binding_seal(enum sstp_hash hash, const uint8_t hlak[static 32],
                       uint8_t packet[static SSTP_CONNECTED_LEN]);

/* The server's half: is this CALL_CONNECTED of a client that knows @hlak? The nonce and the
 * certificate's hash are the caller's to compare. In constant time. */
bool sstp_binding_verify(enum sstp_hash hash, const uint8_t hlak[static 32],
                         const uint8_t packet[static SSTP_CONNECTED_LEN]);
