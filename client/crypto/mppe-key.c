/* mppe-key.c - see mppe-key.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mppe-key.h"

#include "hash.h"
#include "legacy.h"

static const uint8_t pad1[40]; /* zeros: RFC 3079 section 3.4 calls it SHSpad1 */

static struct rd
pad2(void)
{
    static const uint8_t f2[40] = {
        0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
        0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
        0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2, 0xf2,
    };

    return rd_over(f2, sizeof f2);
}

size_t
mppe_key_size(enum mppe_strength strength)
{
    return strength == MPPE_128 ? 16 : 8;
}

/* RFC 3079 section 2.3: the weaker strengths have known first octets. */
void
mppe_key_weaken(enum mppe_strength strength, uint8_t key[static 16])
{
    if (strength == MPPE_40 || strength == MPPE_56)
        key[0] = 0xd1;
    if (strength == MPPE_40) {
        key[1] = 0x26;
        key[2] = 0x9e;
    }
}

void
mppe_key_master(const uint8_t hash_hash[static 16], const uint8_t nt_response[static 24],
                uint8_t ret[static 16])
{
    static const char magic[] = "This is the MPPE Master Key";
    uint8_t digest[HASH_SHA1_SIZE];

    hash_of(HASH_SHA1, digest, rd_over(hash_hash, 16), rd_over(nt_response, 24),
            rd_over(magic, sizeof magic - 1));
    memcpy(ret, digest, 16);
    explicit_bzero(digest, sizeof digest);
}

void
mppe_key_start(const uint8_t master[static 16], enum mppe_strength strength,
               enum mppe_direction direction, uint8_t ret[static 16])
{
    static const char *const magic[] = {
        [MPPE_CLIENT_SENDS] = "On the client side, this is the send key; "
                              "on the server side, it is the receive key.",
        [MPPE_CLIENT_RECEIVES] = "On the client side, this is the receive key; "
                                 "on the server side, it is the send key.",
    };
    const struct rd text = rd_over(magic[direction], strlen(magic[direction]));
    uint8_t digest[HASH_SHA1_SIZE];

    hash_of(HASH_SHA1, digest, rd_over(master, 16), rd_over(pad1, sizeof pad1), text, pad2());
    memset(ret, 0, 16);
    memcpy(ret, digest, mppe_key_size(strength));
    explicit_bzero(digest, sizeof digest);
}

static void
new_key_from_sha(const uint8_t *start, const uint8_t *session, size_t n, uint8_t *ret)
{
    const struct rd parts[] = {rd_over(start, n), rd_over(pad1, sizeof pad1), rd_over(session, n),
                               pad2()};
    uint8_t digest[HASH_SHA1_SIZE];

    legacy_sha1(parts, sizeof parts / sizeof *parts, digest); /* once a packet: no EVP here */
    memmove(ret, digest, n);
    explicit_bzero(digest, sizeof digest);
}

void
mppe_key_session(const uint8_t start[static 16], enum mppe_strength strength,
                 uint8_t ret[static 16])
{
    const size_t n = mppe_key_size(strength);
    uint8_t key[16] = {0};

    new_key_from_sha(start, start, n, key);
    mppe_key_weaken(strength, key);
    memcpy(ret, key, sizeof key);
    explicit_bzero(key, sizeof key);
}

void
mppe_key_interim(const uint8_t start[static 16], enum mppe_strength strength,
                 const uint8_t session[static 16], uint8_t ret[static 16])
{
    new_key_from_sha(start, session, mppe_key_size(strength), ret);
}

void
mppe_key_next(const uint8_t start[static 16], enum mppe_strength strength,
              uint8_t session[static 16])
{
    const size_t n = mppe_key_size(strength);
    struct legacy_rc4 rc4;
    uint8_t interim[16];

    new_key_from_sha(start, session, n, interim);
    legacy_rc4_key(&rc4, rd_over(interim, n));
    legacy_rc4_run(&rc4, interim, n, session);
    mppe_key_weaken(strength, session);
    explicit_bzero(&rc4, sizeof rc4);
    explicit_bzero(interim, sizeof interim);
}

void
mppe_key_hlak(const uint8_t master[static 16], uint8_t ret[static MPPE_HLAK_SIZE])
{
    mppe_key_start(master, MPPE_128, MPPE_CLIENT_SENDS, ret);
    mppe_key_start(master, MPPE_128, MPPE_CLIENT_RECEIVES, ret + 16);
}
