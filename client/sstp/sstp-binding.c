/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sstp-binding.h"

#include "hash.h"
#include "secret.h"

static const char seed[] = "SSTP inner method derived CMK";

enum { MAC_AT = SSTP_CONNECTED_LEN - 32 };

void
sstp_hlak(uint8_t ret[static 32], struct rd keys)
{
    const size_t n = keys.left < 32 ? keys.left : 32;

    memset(ret, 0, 32);
    if (n > 0)
        memcpy(ret, keys.p, n);
}

enum sstp_hash
sstp_binding_choose(uint8_t hashes)
{
    if (hashes & SSTP_HASH_SHA256)
        return SSTP_HASH_SHA256;
    return (enum sstp_hash)(hashes & SSTP_HASH_SHA1);
}

/* The MAC over @packet as if its MAC were zero. One round of PRF+ is as long as either key, so
 * T1 is the whole Compound MAC Key. */
static void
compound_mac(enum sstp_hash hash, const uint8_t hlak[static 32], const uint8_t *packet,
             uint8_t ret[static 32])
{
    static const uint8_t zero[32];
    const enum hash_alg alg = hash == SSTP_HASH_SHA256 ? HASH_SHA256 : HASH_SHA1;
    const uint8_t n = (uint8_t)hash_size(alg);
    const uint8_t tail[] = {n, 0, 1}; /* the length, little-endian; the number of the round */
    uint8_t key[HASH_MAX_SIZE];

    memset(ret, 0, 32);
    hmac_of(alg, rd_over(hlak, 32), key, rd_over(seed, sizeof seed - 1),
            rd_over(tail, sizeof tail));
    hmac_of(alg, rd_over(key, n), ret, rd_over(packet, MAC_AT), rd_over(zero, sizeof zero));
    explicit_bzero(key, sizeof key);
}

void
sstp_binding_seal(enum sstp_hash hash, const uint8_t hlak[static 32],
                  uint8_t packet[static SSTP_CONNECTED_LEN])
{
    compound_mac(hash, hlak, packet, packet + MAC_AT);
}

bool
sstp_binding_verify(enum sstp_hash hash, const uint8_t hlak[static 32],
                    const uint8_t packet[static SSTP_CONNECTED_LEN])
{
    uint8_t mac[32];

    compound_mac(hash, hlak, packet, mac);
    return secret_equal(mac, packet + MAC_AT, sizeof mac);
}
