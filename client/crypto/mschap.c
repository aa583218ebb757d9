/* mschap.c - see mschap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mschap.h"

#include "hash.h"
#include "legacy.h"

struct rd
mschap_bare_user(struct rd name)
{
    for (size_t i = name.left; i > 0; i--) {
        if (name.p[i - 1] == '\\')
            return rd_over(name.p + i, name.left - i);
    }
    return name;
}

/* One code point of UTF-8, shortest form only, no surrogates; poisons @r otherwise. */
static uint32_t
next_code_point(struct rd *r)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const uint8_t first = rd_u8(r);
    const unsigned more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    uint32_t c = more == 0 ? first : first & (0x3fu >> more);

    for (unsigned i = 0; i < more; i++) {
        const uint8_t b = rd_u8(r);

        r->bad |= (b & 0xc0) != 0x80;
        c = c << 6 | (b & 0x3f);
    }
    r->bad |= (first >= 0x80 && first < 0xc2) || first > 0xf4;
    r->bad |= c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000);
    return c;
}

static void
put_le16(struct wr *w, uint32_t unit)
{
    wr_u8(w, (uint8_t)unit);
    wr_u8(w, (uint8_t)(unit >> 8));
}

bool
mschap_utf16(struct rd utf8, struct wr *w)
{
    while (utf8.left > 0 && rd_ok(&utf8)) {
        const uint32_t c = next_code_point(&utf8);

        if (c < 0x10000) {
            put_le16(w, c);
        } else {
            put_le16(w, 0xd800 + ((c - 0x10000) >> 10));
            put_le16(w, 0xdc00 + ((c - 0x10000) & 0x3ff));
        }
    }
    return rd_done(&utf8) && !w->bad;
}

bool
mschap_nt_hash(struct rd password, uint8_t ret[static 16])
{
    uint8_t utf16[2 * MSCHAP_PASSWORD_MAX];
    struct wr w = wr_over(utf16, sizeof utf16);
    const bool ok = mschap_utf16(password, &w);

    if (ok)
        legacy_md4(wr_done(&w), ret);
    explicit_bzero(utf16, sizeof utf16);
    return ok;
}

void
mschap_hash_hash(const uint8_t nt_hash[static 16], uint8_t ret[static 16])
{
    legacy_md4(rd_over(nt_hash, 16), ret);
}

void
mschap_challenge_hash(const uint8_t peer[static 16], const uint8_t authenticator[static 16],
                      struct rd user, uint8_t ret[static 8])
{
    uint8_t digest[HASH_SHA1_SIZE];

    hash_of(HASH_SHA1, digest, rd_over(peer, 16), rd_over(authenticator, 16), user);
    memcpy(ret, digest, 8);
}

void
mschap_challenge_response(const uint8_t challenge[static 8], const uint8_t nt_hash[static 16],
                          uint8_t ret[static 24])
{
    uint8_t keys[21] = {0}; /* the last key has two octets of hash and five of nothing */

    memcpy(keys, nt_hash, 16);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t key[7];

        memcpy(key, keys + 7 * i, sizeof key);
        legacy_des_block(key, challenge, ret + 8 * i);
        explicit_bzero(key, sizeof key);
    }
    explicit_bzero(keys, sizeof keys);
}

void
mschap_nt_response(const uint8_t authenticator[static 16], const uint8_t peer[static 16],
                   struct rd user, const uint8_t nt_hash[static 16], uint8_t ret[static 24])
{
    uint8_t challenge[8];

    mschap_challenge_hash(peer, authenticator, user, challenge);
    mschap_challenge_response(challenge, nt_hash, ret);
}

void
mschap_authenticator_response(const uint8_t nt_hash[static 16],
                              const uint8_t nt_response[static 24], const uint8_t peer[static 16],
                              const uint8_t authenticator[static 16], struct rd user,
                              uint8_t ret[static 20])
{
    static const char magic1[] = "Magic server to client signing constant";
    static const char magic2[] = "Pad to make it do more than one iteration";
    uint8_t hash_hash[16], challenge[8], digest[HASH_SHA1_SIZE];

    mschap_hash_hash(nt_hash, hash_hash);
    hash_of(HASH_SHA1, digest, rd_over(hash_hash, 16), rd_over(nt_response, 24),
            rd_over(magic1, sizeof magic1 - 1));
    mschap_challenge_hash(peer, authenticator, user, challenge);
    hash_of(HASH_SHA1, ret, rd_over(digest, sizeof digest), rd_over(challenge, sizeof challenge),
            rd_over(magic2, sizeof magic2 - 1));
    explicit_bzero(hash_hash, sizeof hash_hash);
}

bool
mschap_encrypted_password(struct rd new_password, struct rd old_password,
                          const uint8_t filler[static 512], uint8_t ret[static 516])
{
    uint8_t utf16[2 * MSCHAP_PASSWORD_MAX], old_hash[16];
    struct wr w = wr_over(utf16, sizeof utf16);
    const bool ok = mschap_nt_hash(old_password, old_hash) && mschap_utf16(new_password, &w);

    if (ok) {
        struct legacy_rc4 rc4;
        struct wr clear = wr_over(ret, 516);

        wr_bytes(&clear, filler, 512 - w.len);
        wr_bytes(&clear, utf16, w.len);
        put_le16(&clear, (uint32_t)w.len); /* a little-endian 32-bit number, at most 512 */
        put_le16(&clear, 0);
        legacy_rc4_key(&rc4, rd_over(old_hash, sizeof old_hash));
        legacy_rc4_run(&rc4, ret, 516, ret);
        explicit_bzero(&rc4, sizeof rc4);
    }
    explicit_bzero(utf16, sizeof utf16);
    explicit_bzero(old_hash, sizeof old_hash);
    return ok;
}

bool
mschap_encrypted_hash(struct rd new_password, struct rd old_password, uint8_t ret[static 16])
{
    uint8_t new_hash[16], old_hash[16], keys[14];
    const bool ok =
        mschap_nt_hash(new_password, new_hash) && mschap_nt_hash(old_password, old_hash);

    if (ok) {
        memcpy(keys, new_hash, sizeof keys);
        legacy_des_block(keys, old_hash, ret);
        legacy_des_block(keys + 7, old_hash + 8, ret + 8);
    }
    explicit_bzero(new_hash, sizeof new_hash);
    explicit_bzero(old_hash, sizeof old_hash);
    explicit_bzero(keys, sizeof keys);
    return ok;
}
