/*
 * dt-plan.h - the dial plan as it crosses D-Bus, an a{sv}; the secrets, which are another, are in
 * dt-credentials.h.
 *
 * Keys of the plan. Those with * must be there; the others default to dial_plan_init(). An unknown
 * key, another type, a number out of range, too many elements, or a text with control characters
 * refuses the whole plan.
 *
 *     name* s              protocols* as: "sstp", "l2tp-ipsec", "pptp", in the order to try
 *     servers* a(sq): host or literal address, port (0: the protocol's own), in the order to try
 *     auth* as: "pap", "chap-md5", "ms-chapv2", "eap-mschapv2", "eap-tls", "peap", "none"
 *     eap-identity s: told before TLS protects it    eap-names s: of the authentication server
 *     eap-roots s: SHA-1 or SHA-256 in hexadecimal   eap-pin ay (32 octets)   eap-unbound b
 *     encryption* s: "none", "optional", "required", "maximum"
 *     tls-name s           pin ay (32 octets)   ca ay (PEM, lists of revoked ones too)
 *     ipsec s: "psk", "certificate", or "none": L2TP in the clear
 *     ipsec-remote-id s    ipsec-local-id s     ipsec-pfs b    ipsec-encap b (UDP even without NAT)
 *     l2tp-port-1701 b     ipsec-remembered u   cert ay (PEM: ours, then up to its authority)
 *     proxy s: "none", "http", "socks5"         proxy-host s   proxy-port q   sstp-path-query s
 *     ipv4 b   ipv6 b      default-gateway b    class-route b  dhcp-inform b  set-dns b
 *     mru q                fixed-ip4 s          dns as (IPv6, too)   wins as   domain s compression
 * b dns-search as: suffixes for short names     dns-names-servers as: beside those of the server
 *     dns-names as: these and those below are asked from the VPN's servers; ".": every name
 *     register-dns b: this computer's name, with the far end's DNS     register-suffix b: under the
 * connection's suffix     register-wins b: its NetBIOS names, with the far end's WINS
 *     routes as: "10.0.0.0/8", "2001:db8::/32"
 *     redial-count q       redial-delay q (seconds)            idle-timeout u (seconds)
 *     drop-redials q: when a call that was up is cut off
 *     connect-timeout q (seconds)               end-with-caller b             accept-early-data b
 *     for-everybody b: all users of the computer see the connection
 *     through s: a connection that is up, one's own or everybody's, to go through
 *     end-through b: that one, if one's own, ends after this one, unless others need it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "dial-plan.h"
#include "dt-credentials.h"

/* A floating a{sv}; NULL or an invalid plan is a programmer's error. */
GVariant *dt_plan_to_variant(const struct dial_plan *plan);
/* Checks everything, dial_plan_valid() included. On success the caller owns what is in @ret
 * (dial_plan_clear()). On failure @ret is untouched and @error is RAS_BAD_PROFILE with a sentence.
 */
bool dt_plan_from_variant(GVariant *variant, struct dial_plan *ret, GError **error);

/* A text that fits, and has nothing in it that would have to be shown as something else. */
bool dt_plan_text(GVariant *v, char *out, size_t cap);
