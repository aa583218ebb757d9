/* peap-key.c - see peap-key.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "peap-key.h"

#include "hash.h"

enum { EAP_TYPE_PEAP = 25 };

/* Tn = HMAC-SHA1(key, Tn-1 | label | seed | n | 00 00) */
static void
prf_plus(struct rd key, struct rd label, struct rd seed, uint8_t *ret, size_t n)
{
    uint8_t t[HASH_SHA1_SIZE];
    size_t have = 0; /* of Tn-1 */

    for (uint8_t i = 1; n > 0; i++) {
        const uint8_t end[3] = {i, 0, 0};
        const size_t take = n < sizeof t ? n : sizeof t;

        hmac_of(HASH_SHA1, key, t, rd_over(t, have), label, seed, rd_over(end, sizeof end));
        have = sizeof t;
        memcpy(ret, t, take);
        ret += take;
        n -= take;
    }
    explicit_bzero(t, sizeof t);
}

void
peap_key_compound(const uint8_t tk[static PEAP_KEY_TK], const uint8_t isk[static PEAP_KEY_ISK],
                  struct peap_key *ret)
{
    static const char label[] = "Inner Methods Compound Keys";
    uint8_t both[sizeof ret->ipmk + sizeof ret->cmk];

    prf_plus(rd_over(tk, PEAP_KEY_TK), rd_over(label, sizeof label - 1), rd_over(isk, PEAP_KEY_ISK),
             both, sizeof both);
    memcpy(ret->ipmk, both, sizeof ret->ipmk);
    memcpy(ret->cmk, both + sizeof ret->ipmk, sizeof ret->cmk);
    explicit_bzero(both, sizeof both);
}

void
peap_key_mac(const struct peap_key *k, struct rd tlv, uint8_t ret[static PEAP_KEY_MAC])
{
    const uint8_t type = EAP_TYPE_PEAP;

    hmac_of(HASH_SHA1, rd_over(k->cmk, sizeof k->cmk), ret, tlv, rd_over(&type, 1));
}

void
peap_key_session(const struct peap_key *k, uint8_t ret[static PEAP_KEY_CSK])
{
    static const char label[] = "Session Key Generating Function"; /* with its zero octet */

    prf_plus(rd_over(k->ipmk, sizeof k->ipmk), rd_over(label, sizeof label), rd_over(label, 0), ret,
             PEAP_KEY_CSK);
}
