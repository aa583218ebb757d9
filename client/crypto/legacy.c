/* legacy.c - see legacy.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "legacy.h"

#include <openssl/crypto.h>
#include <openssl/des.h>
#include <openssl/md4.h>
#include <openssl/rc4.h>
#include <openssl/sha.h>

_Static_assert(sizeof(RC4_KEY) <= sizeof(struct legacy_rc4), "RC4_KEY has grown");
_Static_assert(_Alignof(RC4_KEY) <= _Alignof(struct legacy_rc4), "RC4_KEY is aligned otherwise");

void
legacy_md4(struct rd data, uint8_t ret[static 16])
{
    MD4_CTX md4;

    MD4_Init(&md4);
    if (data.left > 0)
        MD4_Update(&md4, data.p, data.left);
    MD4_Final(ret, &md4);
    OPENSSL_cleanse(&md4, sizeof md4);
}

void
legacy_sha1(const struct rd *parts, size_t n, uint8_t ret[static 20])
{
    SHA_CTX sha1;

    SHA1_Init(&sha1);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].left > 0)
            SHA1_Update(&sha1, parts[i].p, parts[i].left);
    }
    SHA1_Final(ret, &sha1);
    OPENSSL_cleanse(&sha1, sizeof sha1);
}

/* Seven octets spread over the upper seven bits of eight; the lowest makes the parity odd. */
void
legacy_des_expand_key(const uint8_t key7[static 7], uint8_t ret[static 8])
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < 7; i++)
        bits = bits << 8 | key7[i];
    for (unsigned i = 0; i < 8; i++) {
        const unsigned seven = (unsigned)(bits >> (49 - 7 * i)) & 0x7f;

        ret[i] = (uint8_t)(seven << 1 | !__builtin_parity(seven));
    }
}

void
legacy_des_block(const uint8_t key7[static 7], const uint8_t in[static 8], uint8_t ret[static 8])
{
    DES_cblock key, from, to;
    DES_key_schedule schedule;

    legacy_des_expand_key(key7, key);
    DES_set_key_unchecked(&key, &schedule); /* a hash may be a weak key; it is used all the same */
    memcpy(from, in, sizeof from);
    DES_ecb_encrypt(&from, &to, &schedule, DES_ENCRYPT);
    memcpy(ret, to, sizeof to);
    OPENSSL_cleanse(&schedule, sizeof schedule);
    OPENSSL_cleanse(key, sizeof key);
}

void
legacy_rc4_key(struct legacy_rc4 *rc4, struct rd key)
{
    RC4_set_key((RC4_KEY *)(void *)rc4, (int)key.left, key.p);
}

void
legacy_rc4_run(struct legacy_rc4 *rc4, const uint8_t *in, size_t n, uint8_t *out)
{
    RC4((RC4_KEY *)(void *)rc4, n, in, out);
}
