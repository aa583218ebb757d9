/* ras-mschap.c - see ras-mschap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-mschap.h"
#include "legacy.h"
#include "mppe-key.h"
#include "mschap.h"

#include <stdio.h>

void
ras_mschap_begin(struct ras_mschap *m, const struct ras_env *env)
{
    *m = (struct ras_mschap){0};
    rng_fill(env->rng, m->challenge, sizeof m->challenge);
}

static size_t
put_hex(char *out, const uint8_t *octets, size_t n, const char digits[static 16])
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[octets[i] >> 4];
        out[2 * i + 1] = digits[octets[i] & 15];
    }
    return 2 * n;
}

/* A failure as long as a frame, with what a terminal would obey (threats A7). */
static void
pad_failure(struct ras_mschap_verdict *v)
{
    static const char filler[] = "\033[2J\033]0;owned\a<b>\xe2\x80\xae\n";

    while (v->n_text < sizeof v->text) {
        const size_t room = sizeof v->text - v->n_text;
        const size_t n = room < sizeof filler - 1 ? room : sizeof filler - 1;
        memcpy(v->text + v->n_text, filler, n);
        v->n_text += n;
    }
}

static void
refuse(struct ras_mschap *m, const struct ras_env *env, uint32_t error, bool again,
       struct ras_mschap_verdict *ret)
{
    char c[33] = "";

    if (ras_env_fault(env, RAS_FAULT_CHAP_RETRY) != NULL)
        again = true;
    else if (m->tries >= RAS_MSCHAP_TRIES)
        again = false;
    if (again) {
        m->tries++;
        rng_fill(env->rng, m->challenge, sizeof m->challenge);
    }
    m->may_change = again && (error == 648 || error == 709);
    put_hex(c, m->challenge, sizeof m->challenge, "0123456789ABCDEF");
    ret->error = error;
    ret->again = again;
    ret->n_text = (size_t)snprintf(ret->text, sizeof ret->text, "E=%u R=%d C=%s V=3 M=%s", error,
                                   again, c, error == 691 ? "Authentication failure" : "Refused");
    if (ras_env_fault(env, RAS_FAULT_CHAP_LONG_FAILURE) != NULL)
        pad_failure(ret);
}

static void
accept(const struct ras_env *env, const struct ras_user *user, struct rd name,
       const uint8_t challenge[static 16], const uint8_t peer[static 16],
       const uint8_t response[static 24], struct ras_mschap_verdict *ret)
{
    const char *digits = ras_env_fault(env, RAS_FAULT_CHAP_LOWER_PROOF) != NULL
                             ? "0123456789abcdef"
                             : "0123456789ABCDEF";
    uint8_t hash[16], hash_hash[16], proof[20], master[16];

    mschap_nt_hash(secret_rd(&user->password), hash);
    mschap_authenticator_response(hash, response, peer, challenge, name, proof);
    mschap_hash_hash(hash, hash_hash);
    mppe_key_master(hash_hash, response, master);
    mppe_key_hlak(master, ret->keys);
    memcpy(ret->hlak, ret->keys, sizeof ret->hlak);
    explicit_bzero(hash, sizeof hash);
    explicit_bzero(hash_hash, sizeof hash_hash);
    explicit_bzero(master, sizeof master);

    if (ras_env_fault(env, RAS_FAULT_CHAP_WRONG_PROOF) != NULL)
        proof[7] ^= 0x10;
    ret->success = true;
    if (ras_env_fault(env, RAS_FAULT_CHAP_NO_PROOF) == NULL) {
        memcpy(ret->text, "S=", 2);
        ret->n_text = 2 + put_hex(ret->text + 2, proof, sizeof proof, digits);
    }
    memcpy(ret->text + ret->n_text, " M=Welcome", 10);
    ret->n_text += 10;
}

static bool
response_right(const struct ras_user *user, struct rd name, const uint8_t challenge[static 16],
               const uint8_t peer[static 16], const uint8_t response[static 24])
{
    uint8_t hash[16], want[24];

    if (!mschap_nt_hash(secret_rd(&user->password), hash))
        return false;
    mschap_nt_response(challenge, peer, name, hash, want);
    explicit_bzero(hash, sizeof hash);
    return secret_equal(want, response, sizeof want);
}

bool
ras_mschap_response(struct ras_mschap *m, const struct ras_env *env, struct rd value,
                    struct rd name, struct ras_mschap_verdict *ret)
{
    const struct rd peer = rd_take(&value, 16);
    rd_take(&value, 8);
    const struct rd nt = rd_take(&value, 24);
    rd_u8(&value);
    if (!rd_done(&value) || name.left >= RAS_NAME)
        return false;

    const struct rd bare = mschap_bare_user(name);
    char plain[RAS_NAME] = "";
    struct ras_user *user;

    *ret = (struct ras_mschap_verdict){0};
    memcpy(plain, name.p, name.left);
    ras_printable(ret->user, sizeof ret->user, name.p, name.left);
    user = ras_users_find(env->config->users, plain);
    if (user == NULL || !response_right(user, bare, m->challenge, peer.p, nt.p))
        refuse(m, env, 691, user != NULL && user->retry, ret);
    else if (user->refuse != 0)
        refuse(m, env, user->refuse, false, ret);
    else if (user->expired)
        refuse(m, env, 648, true, ret);
    else if (ras_env_fault(env, RAS_FAULT_CHAP_RETRY) != NULL)
        refuse(m, env, 691, true, ret);
    else
        accept(env, user, bare, m->challenge, peer.p, nt.p, ret);
    return true;
}

/* UTF-16LE to UTF-8; false for a broken pair of surrogates. */
static bool
to_utf8(struct rd utf16, struct secret *ret)
{
    uint8_t out[SECRET_MAX + 4];
    struct wr w = wr_over(out, SECRET_MAX);

    while (utf16.left > 0) {
        uint32_t c = rd_u8(&utf16);
        c |= (uint32_t)rd_u8(&utf16) << 8;
        if (c >= 0xd800 && c < 0xdc00) {
            uint32_t low = rd_u8(&utf16);
            low |= (uint32_t)rd_u8(&utf16) << 8;
            if (low < 0xdc00 || low > 0xdfff)
                return false;
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
        if (c < 0x80) {
            wr_u8(&w, (uint8_t)c);
        } else if (c < 0x800) {
            wr_be16(&w, (uint16_t)(0xc080 | (c >> 6) << 8 | (c & 63)));
        } else if (c < 0x10000) {
            wr_u8(&w, (uint8_t)(0xe0 | c >> 12));
            wr_be16(&w, (uint16_t)(0x8080 | (c >> 6 & 63) << 8 | (c & 63)));
        } else {
            wr_be32(&w, 0xf0808080u | (c >> 18) << 24 | (c >> 12 & 63) << 16 | (c >> 6 & 63) << 8 |
                            (c & 63));
        }
    }
    const bool ok = rd_ok(&utf16) && secret_set(ret, wr_done(&w));
    explicit_bzero(out, sizeof out);
    return ok;
}

/* RFC 2759 section 8.9 backwards: RC4 under the old hash, the password at the end of 512 octets. */
static bool
decrypt_password(const struct ras_user *user, struct rd sealed, struct secret *ret)
{
    uint8_t hash[16], plain[516];
    struct legacy_rc4 rc4;

    if (!mschap_nt_hash(secret_rd(&user->password), hash))
        return false;
    legacy_rc4_key(&rc4, rd_over(hash, sizeof hash));
    legacy_rc4_run(&rc4, sealed.p, sizeof plain, plain);
    const uint32_t n = (uint32_t)plain[512] | (uint32_t)plain[513] << 8 |
                       (uint32_t)plain[514] << 16 | (uint32_t)plain[515] << 24;
    const bool ok = n <= 512 && n % 2 == 0 && to_utf8(rd_over(plain + 512 - n, n), ret);
    explicit_bzero(&rc4, sizeof rc4);
    explicit_bzero(hash, sizeof hash);
    explicit_bzero(plain, sizeof plain);
    return ok;
}

/* Does the packet prove that its sender knows the old password and the new one? */
static bool
change_right(const struct ras_user *user, const struct ras_user *changed, struct rd old_hash)
{
    uint8_t want[16];

    return mschap_encrypted_hash(secret_rd(&changed->password), secret_rd(&user->password), want) &&
           secret_equal(want, old_hash.p, sizeof want);
}

bool
ras_mschap_change(struct ras_mschap *m, const struct ras_env *env, struct rd body,
                  const char *user_name, struct ras_mschap_verdict *ret)
{
    const struct rd sealed = rd_take(&body, 516), old_hash = rd_take(&body, 16);
    const struct rd peer = rd_take(&body, 16);
    rd_take(&body, 8);
    const struct rd nt = rd_take(&body, 24);
    rd_be16(&body);
    if (!rd_done(&body) || !m->may_change)
        return false;

    struct ras_user *user = ras_users_find(env->config->users, user_name);
    struct ras_user changed = {0};
    const struct rd bare = mschap_bare_user(rd_over(user_name, strlen(user_name)));

    *ret = (struct ras_mschap_verdict){0};
    ras_printable(ret->user, sizeof ret->user, user_name, strlen(user_name));
    if (user == NULL || !decrypt_password(user, sealed, &changed.password) ||
        !change_right(user, &changed, old_hash) ||
        !response_right(&changed, bare, m->challenge, peer.p, nt.p)) {
        refuse(m, env, 691, false, ret);
    } else if (changed.password.len < user->minimum ||
               rd_equal(secret_rd(&changed.password), secret_rd(&user->password))) {
        refuse(m, env, 709, true, ret);
    } else {
        secret_set(&user->password, secret_rd(&changed.password));
        user->expired = false;
        ret->changed = true;
        accept(env, user, bare, m->challenge, peer.p, nt.p, ret);
    }
    secret_wipe(&changed.password);
    return true;
}
