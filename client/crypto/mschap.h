/*
 * mschap.h - the arithmetic of MS-CHAPv2, RFC 2759 section 8. Packets are client/ppp's business.
 *
 * A user name here is the one that is hashed: without the "DOMAIN\" that may stand before it
 * (mschap_bare_user()); "user@realm" is hashed whole. Passwords are UTF-8.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>

#include "bytes.h"

enum {
    MSCHAP_CHALLENGE_SIZE = 16,
    MSCHAP_HASH_SIZE = 16,
    MSCHAP_NT_RESPONSE_SIZE = 24,
    MSCHAP_AUTH_RESPONSE_SIZE = 20,
    MSCHAP_PASSWORD_MAX = 256,            /* in UTF-16 units (RFC 2759 section 8.9) */
    MSCHAP_ENCRYPTED_PASSWORD_SIZE = 516, /* 512 octets and the length */
};

/* What of a name is hashed: the part after the last backslash. */
struct rd mschap_bare_user(struct rd name);

/* UTF-16LE of valid UTF-8. False: not UTF-8, or longer than @w. */
bool mschap_utf16(struct rd utf8, struct wr *w);

/* MD4 of the password in UTF-16LE. False: not UTF-8, or longer than 256 units. */
bool mschap_nt_hash(struct rd password, uint8_t ret[static 16]);
void mschap_hash_hash(const uint8_t nt_hash[static 16], uint8_t ret[static 16]);

void mschap_challenge_hash(const uint8_t peer[static 16], const uint8_t authenticator[static 16],
                           struct rd user, uint8_t ret[static 8]);
/* DES of an eight-octet challenge under the three keys of a hash (8.5). */
void mschap_challenge_response(const uint8_t challenge[static 8], const uint8_t nt_hash[static 16],
                               uint8_t ret[static 24]);
void mschap_nt_response(const uint8_t authenticator[static 16], const uint8_t peer[static 16],
                        struct rd user, const uint8_t nt_hash[static 16], uint8_t ret[static 24]);
void mschap_authenticator_response(const uint8_t nt_hash[static 16],
                                   const uint8_t nt_response[static 24],
                                   const uint8_t peer[static 16],
                                   const uint8_t authenticator[static 16], struct rd user,
                                   uint8_t ret[static 20]);

/* The two secrets of a change of password (8.9 to 8.12). @filler is 512 random octets; the
 * password is laid over its end. False: a password is not UTF-8, or too long. */
bool mschap_encrypted_password(struct rd new_password, struct rd old_password,
                               const uint8_t filler[static 512], uint8_t ret[static 516]);
bool mschap_encrypted_hash(struct rd new_password, struct rd old_password, uint8_t ret[static 16]);
