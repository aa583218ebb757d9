/* mschapv2.c - see mschapv2.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mschapv2.h"

#include "mppe-key.h"

void
mschapv2_init(struct mschapv2 *m, const struct rng *rng)
{
    *m = (struct mschapv2){.rng = rng};
}

static struct rd
bare_user(const struct ppp_credentials *c)
{
    return mschap_bare_user(rd_over(c->name, strlen(c->name)));
}

/* Peer challenge, reserved octets and NT-Response, from ->nt_hash. */
static void
put_response(struct mschapv2 *m, const struct ppp_credentials *c,
             const uint8_t challenge[static 16], struct wr *w)
{
    static const uint8_t reserved[8];

    memcpy(m->authenticator_challenge, challenge, 16);
    rng_fill(m->rng, m->peer_challenge, 16);
    mschap_nt_response(challenge, m->peer_challenge, bare_user(c), m->nt_hash, m->nt_response);
    wr_bytes(w, m->peer_challenge, 16);
    wr_bytes(w, reserved, sizeof reserved);
    wr_bytes(w, m->nt_response, 24);
    m->answered = true;
}

bool
mschapv2_respond(struct mschapv2 *m, const struct ppp_credentials *c,
                 const uint8_t challenge[static 16], struct wr *w)
{
    if (!mschap_nt_hash(secret_rd(&c->password), m->nt_hash))
        return false;
    put_response(m, c, challenge, w);
    wr_u8(w, 0); /* flags */
    return !w->bad;
}

bool
mschapv2_change(struct mschapv2 *m, const struct ppp_credentials *c,
                const uint8_t challenge[static 16], struct wr *w)
{
    const struct rd new_password = secret_rd(&c->new_password);
    const struct rd old_password = secret_rd(&c->password);
    uint8_t filler[512], encrypted[MSCHAP_ENCRYPTED_PASSWORD_SIZE], hash[16];

    rng_fill(m->rng, filler, sizeof filler);
    if (!mschap_encrypted_password(new_password, old_password, filler, encrypted) ||
        !mschap_encrypted_hash(new_password, old_password, hash) ||
        !mschap_nt_hash(new_password, m->nt_hash))
        return false;
    wr_bytes(w, encrypted, sizeof encrypted);
    wr_bytes(w, hash, sizeof hash);
    put_response(m, c, challenge, w);
    wr_be16(w, 0); /* flags */
    return !w->bad;
}

static int
hex_digit(uint8_t c, bool lower_too)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (lower_too && c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Exactly 2 * @n digits. */
static bool
read_hex(struct rd *r, size_t n, bool lower_too, uint8_t *ret)
{
    struct rd digits = rd_take(r, 2 * n);

    while (digits.left > 0) {
        const int hi = hex_digit(rd_u8(&digits), lower_too);
        const int lo = hex_digit(rd_u8(&digits), lower_too);

        if (hi < 0 || lo < 0)
            return false;
        *ret++ = (uint8_t)(hi << 4 | lo);
    }
    return rd_ok(&digits);
}

bool
mschapv2_verify(struct mschapv2 *m, const struct ppp_credentials *c, struct rd message)
{
    uint8_t said[MSCHAP_AUTH_RESPONSE_SIZE], expected[MSCHAP_AUTH_RESPONSE_SIZE], hash_hash[16];
    const bool marked = rd_u8(&message) == 'S' && rd_u8(&message) == '=';

    if (!m->answered || !marked || !read_hex(&message, sizeof said, false, said))
        return false;
    if (message.left > 0 && rd_u8(&message) != ' ')
        return false;

    mschap_authenticator_response(m->nt_hash, m->nt_response, m->peer_challenge,
                                  m->authenticator_challenge, bare_user(c), expected);
    if (!secret_equal(said, expected, sizeof expected))
        return false;
    mschap_hash_hash(m->nt_hash, hash_hash);
    mppe_key_master(hash_hash, m->nt_response, m->master_key);
    explicit_bzero(hash_hash, sizeof hash_hash);
    m->answered = false;
    return true;
}

/* Up to a blank, or for M= the rest. */
static struct rd
next_word(struct rd *r, bool to_the_end)
{
    size_t n = 0;

    while (n < r->left && (to_the_end || r->p[n] != ' '))
        n++;
    return rd_take(r, n);
}

static uint32_t
decimal(struct rd digits)
{
    uint64_t v = 0;

    while (digits.left > 0) {
        const uint8_t c = rd_u8(&digits);

        if (c < '0' || c > '9' || v > UINT32_MAX / 10)
            return 0;
        v = 10 * v + (c - '0');
    }
    return v <= UINT32_MAX ? (uint32_t)v : 0;
}

bool
mschapv2_failure_parse(struct rd message, struct mschapv2_failure *ret)
{
    struct mschapv2_failure f = {0};
    bool has_error = false;

    while (message.left > 0) {
        struct rd peek = message;
        const uint8_t key = rd_u8(&peek);

        if (key == ' ' || rd_u8(&peek) != '=') {
            rd_u8(&message);
            continue;
        }
        message = peek;

        struct rd value = next_word(&message, key == 'M');

        if (key == 'E' && !has_error) {
            f.error = decimal(value);
            has_error = true;
        } else if (key == 'R') {
            f.retry = value.left == 1 && value.p[0] == '1';
        } else if (key == 'C') {
            f.has_challenge = value.left == 32 && read_hex(&value, 16, true, f.challenge);
        } else if (key == 'M') {
            ras_printable(f.text, sizeof f.text, value.p, value.left);
        }
    }
    if (has_error)
        *ret = f;
    return has_error;
}

enum ras_error
mschapv2_failure_reason(const struct mschapv2_failure *f)
{
    static const enum ras_error known[] = {
        RAS_RESTRICTED_LOGON_HOURS, RAS_ACCT_DISABLED,          RAS_PASSWD_EXPIRED,
        RAS_NO_DIALIN_PERMISSION,   RAS_AUTHENTICATION_FAILURE, RAS_CHANGING_PASSWORD,
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (f->error == (uint32_t)known[i])
            return known[i];
    }
    return RAS_AUTHENTICATION_FAILURE;
}
