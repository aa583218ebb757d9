/* ike-phase1.c - see ike-phase1.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-phase1.h"

#include <stdio.h>

#define KEY_IKE 1 /* RFC 2407 section 4.4.2 */

#define AES256(hash, group)                                                                        \
    {                                                                                              \
        IKE_ENC_AES, IKE_HASH_##hash, DH_##group, 256                                              \
    }
#define AES128(hash, group)                                                                        \
    {                                                                                              \
        IKE_ENC_AES, IKE_HASH_##hash, DH_##group, 128                                              \
    }
#define AES192(hash, group)                                                                        \
    {                                                                                              \
        IKE_ENC_AES, IKE_HASH_##hash, DH_##group, 192                                              \
    }
#define TDES(hash, group)                                                                          \
    {                                                                                              \
        IKE_ENC_3DES, IKE_HASH_##hash, DH_##group, 0                                               \
    }

/* The whole list holds the first choices of what these servers ship with: Windows from 2003 on
 * (the list of tier 1), SoftEther and strongSwan (AES-SHA256-MODP2048 and below), Libreswan,
 * MikroTik and UniFi (AES-SHA1-MODP1024 to 2048), Fortinet and SonicWall (group 5), Meraki
 * (3DES-SHA1-MODP1024 in old ones). 16 transforms are 650 octets: no fragment on any path. */
/* clang-format off */
static const struct ike_suite whole[] = {
    AES256(SHA384, ECP_384),  AES256(SHA256, ECP_384),   AES256(SHA256, ECP_256),
    AES256(SHA256, MODP_2048), AES128(SHA256, ECP_256),  AES128(SHA256, MODP_2048),
    AES256(SHA1, ECP_384),    AES128(SHA1, ECP_256),     AES256(SHA1, MODP_2048),
    AES128(SHA1, MODP_2048),  TDES(SHA1, MODP_2048),     AES256(SHA1, MODP_1536),
    AES256(SHA256, MODP_1024), AES256(SHA1, MODP_1024),  AES128(SHA1, MODP_1024),
    TDES(SHA1, MODP_1024),
};
static const struct ike_suite windows[] = {
    AES256(SHA1, ECP_384), AES128(SHA1, ECP_256), AES256(SHA1, MODP_2048),
    TDES(SHA1, MODP_2048), TDES(SHA1, MODP_1024),
};
/* What the list above leaves out, of what gateways are set to: Fortinet, Cisco and Zyxel with group
 * 5, Juniper, pfSense and UniFi with a stronger group or hash than their first choice. */
static const struct ike_suite rare[] = {
    AES256(SHA512, ECP_521),   AES256(SHA512, ECP_384),   AES256(SHA512, MODP_4096),
    AES256(SHA256, MODP_4096), AES256(SHA256, MODP_3072), AES256(SHA512, MODP_2048),
    AES256(SHA384, MODP_2048), AES128(SHA256, MODP_3072), AES256(SHA1, MODP_4096),
    AES192(SHA256, MODP_2048), AES192(SHA1, MODP_2048),   AES256(SHA384, ECP_256),
    AES128(SHA256, ECP_384),   AES256(SHA1, ECP_256),     TDES(SHA256, MODP_2048),
    AES256(SHA256, MODP_1536), AES128(SHA256, MODP_1536), AES128(SHA1, MODP_1536),
    TDES(SHA1, MODP_1536),     AES128(SHA256, MODP_1024), TDES(SHA256, MODP_1024),
};
static const struct ike_suite oldest[] = {
    AES256(SHA1, MODP_1024), AES128(SHA1, MODP_1024), TDES(SHA1, MODP_1024),
};
static const struct {
    const struct ike_suite *v;
    size_t n;
} tiers[IKE_PHASE1_TIERS] = {
    {whole, sizeof whole / sizeof *whole},
    {windows, sizeof windows / sizeof *windows},
    {rare, sizeof rare / sizeof *rare},
    {oldest, sizeof oldest / sizeof *oldest},
};

static const struct { const char *word, *text; uint8_t number; uint16_t bits; } ciphers[] = {
    {"aes256", "AES-256-CBC", IKE_ENC_AES, 256}, {"aes192", "AES-192-CBC", IKE_ENC_AES, 192},
    {"aes128", "AES-128-CBC", IKE_ENC_AES, 128}, {"aes", "", IKE_ENC_AES, 128},
    {"3des", "3DES-CBC", IKE_ENC_3DES, 0},
}, hashes[] = {
    {"sha1", "SHA-1", IKE_HASH_SHA1}, {"sha256", "SHA-256", IKE_HASH_SHA256},
    {"sha384", "SHA-384", IKE_HASH_SHA384}, {"sha512", "SHA-512", IKE_HASH_SHA512},
    {"sha", "", IKE_HASH_SHA1}, {"sha2_256", "", IKE_HASH_SHA256},
    {"sha2_384", "", IKE_HASH_SHA384}, {"sha2_512", "", IKE_HASH_SHA512},
}, groups[] = {
    {"modp1024", "MODP-1024", DH_MODP_1024}, {"modp1536", "MODP-1536", DH_MODP_1536},
    {"modp2048", "MODP-2048", DH_MODP_2048}, {"modp3072", "MODP-3072", DH_MODP_3072},
    {"modp4096", "MODP-4096", DH_MODP_4096}, {"ecp256", "ECP-256", DH_ECP_256},
    {"ecp384", "ECP-384", DH_ECP_384}, {"ecp521", "ECP-521", DH_ECP_521},
};
/* clang-format on */
#define COUNT(table) (sizeof(table) / sizeof *(table))

enum cipher_alg
ike_suite_cipher(const struct ike_suite *s)
{
    return s->encryption == IKE_ENC_3DES ? CIPHER_3DES_CBC : CIPHER_AES_CBC;
}

size_t
ike_suite_key_size(const struct ike_suite *s)
{
    return s->encryption == IKE_ENC_3DES ? 24 : s->key_bits / 8;
}

enum hash_alg
ike_suite_hash(const struct ike_suite *s)
{
    switch (s->hash) {
    case IKE_HASH_SHA256:
        return HASH_SHA256;
    case IKE_HASH_SHA384:
        return HASH_SHA384;
    case IKE_HASH_SHA512:
        return HASH_SHA512;
    default:
        return HASH_SHA1;
    }
}

unsigned
ike_suite_weak(const struct ike_suite *s)
{
    return (s->encryption == IKE_ENC_3DES ? IKE_WEAK_3DES : 0u) |
           (s->hash == IKE_HASH_SHA1 ? IKE_WEAK_SHA1 : 0u) |
           (s->group == DH_MODP_1024 ? IKE_WEAK_MODP1024 : 0u) |
           (s->group == DH_MODP_1536 ? IKE_WEAK_MODP1536 : 0u);
}

void
ike_suite_text(const struct ike_suite *s, char *ret, size_t size)
{
    const char *parts[3] = {"?", "?", "?"};

    for (size_t i = COUNT(ciphers); i-- > 0;)
        if (ciphers[i].number == s->encryption && ciphers[i].bits == s->key_bits)
            parts[0] = *ciphers[i].text != '\0' ? ciphers[i].text : parts[0];
    for (size_t i = COUNT(hashes); i-- > 0;)
        if (hashes[i].number == s->hash)
            parts[1] = *hashes[i].text != '\0' ? hashes[i].text : parts[1];
    for (size_t i = 0; i < COUNT(groups); i++)
        if (groups[i].number == s->group)
            parts[2] = groups[i].text;
    snprintf(ret, size, "%s %s %s", parts[0], parts[1], parts[2]);
}

static void
add(struct ike_suites *list, const struct ike_suite *s, unsigned refuse)
{
    if (list->n < IKE_SUITES_MAX && (ike_suite_weak(s) & refuse) == 0)
        list->v[list->n++] = *s;
}

void
ike_suites_tier(struct ike_suites *ret, unsigned tier, unsigned refuse)
{
    *ret = (struct ike_suites){0};
    for (size_t i = 0; i < tiers[tier].n; i++)
        add(ret, &tiers[tier].v[i], refuse);
}

static bool
is_word(struct rd word, const char *name)
{
    return rd_equal(word, rd_over(name, strlen(name)));
}

static bool
suite_parse(struct rd *text, struct ike_suite *ret)
{
    char after = '\0';
    const struct rd cipher = ike_word(text, &after);

    if (after != '-')
        return false;
    const struct rd hash = ike_word(text, &after);

    if (after != '-')
        return false;
    const struct rd group = ike_word(text, &after);

    if (after == '-' || (after == ',' && text->left == 0))
        return false;
    *ret = (struct ike_suite){0};
    for (size_t i = 0; i < COUNT(ciphers); i++)
        if (is_word(cipher, ciphers[i].word)) {
            ret->encryption = ciphers[i].number;
            ret->key_bits = ciphers[i].bits;
        }
    for (size_t i = 0; i < COUNT(hashes); i++)
        if (is_word(hash, hashes[i].word))
            ret->hash = hashes[i].number;
    for (size_t i = 0; i < COUNT(groups); i++)
        if (is_word(group, groups[i].word))
            ret->group = groups[i].number;
    return ret->encryption != 0 && ret->hash != 0 && ret->group != 0;
}

bool
ike_suites_parse(struct ike_suites *ret, const char *text, unsigned refuse)
{
    struct rd r = rd_over(text, strlen(text));

    *ret = (struct ike_suites){0};
    while (r.left > 0) {
        struct ike_suite s;

        if (!suite_parse(&r, &s))
            return false;
        add(ret, &s, refuse);
    }
    return ret->n > 0;
}

void
ike_suites_offer(const struct ike_suites *list, unsigned method, uint32_t seconds, struct ike_wr *m)
{
    struct ike_sa_wr sa;

    ike_sa_begin(&sa, m);
    ike_sa_proposal(&sa, 1, IKE_PROTO_ISAKMP, (struct rd){0});
    for (unsigned i = 0; i < list->n; i++) {
        const struct ike_suite *const s = &list->v[i];
        struct wr *const w = &m->w;

        ike_sa_transform(&sa, (uint8_t)(i + 1), KEY_IKE);
        ike_attr_put(w, IKE_A1_ENCRYPTION, s->encryption);
        if (s->key_bits != 0)
            ike_attr_put(w, IKE_A1_KEY_LENGTH, s->key_bits);
        ike_attr_put(w, IKE_A1_HASH, s->hash);
        ike_attr_put(w, IKE_A1_GROUP, s->group);
        ike_attr_put(w, IKE_A1_AUTH, method);
        ike_attr_put(w, IKE_A1_LIFE_TYPE, IKE_LIFE_SECONDS);
        ike_attr_put(w, IKE_A1_LIFE_DURATION, seconds);
    }
    ike_sa_end(&sa);
}

/* Is this transform @s, and nothing that @s does not say? */
static bool
matches(const struct ike_transform *t, const struct ike_suite *s)
{
    static const uint8_t known[] = {IKE_A1_ENCRYPTION, IKE_A1_HASH, IKE_A1_AUTH, IKE_A1_GROUP,
                                    IKE_A1_KEY_LENGTH};
    unsigned others = 0;

    for (unsigned type = 0; type < IKE_ATTRS; type++)
        others += t->attr[type] != 0;
    for (size_t i = 0; i < COUNT(known); i++)
        others -= t->attr[known[i]] != 0;
    return !t->odd && !t->conjoined && t->protocol == IKE_PROTO_ISAKMP && t->id == KEY_IKE &&
           others == 0 && t->attr[IKE_A1_ENCRYPTION] == s->encryption &&
           t->attr[IKE_A1_KEY_LENGTH] == s->key_bits && t->attr[IKE_A1_HASH] == s->hash &&
           t->attr[IKE_A1_GROUP] == s->group;
}

bool
ike_suites_check(const struct ike_suites *list, unsigned method, uint32_t seconds, struct rd sa,
                 struct ike_suite *ret, uint32_t *ret_seconds)
{
    struct ike_offer answer;

    if (!ike_offer_get(sa, IKE_PHASE_1, &answer) || answer.proposals != 1 || answer.n != 1)
        return false;

    const struct ike_transform *const t = &answer.v[0];

    if (t->attr[IKE_A1_AUTH] != method)
        return false;
    for (unsigned i = 0; i < list->n; i++) {
        if (!matches(t, &list->v[i]))
            continue;
        *ret = list->v[i];
        *ret_seconds = t->seconds != 0 && t->seconds < seconds ? t->seconds : seconds;
        return true;
    }
    return false;
}

const struct ike_transform *
ike_suites_choose(const struct ike_suites *list, unsigned methods, const struct ike_offer *offer,
                  struct ike_suite *ret)
{
    for (unsigned i = 0; i < list->n; i++)
        for (unsigned k = 0; k < offer->n; k++) {
            const struct ike_transform *const t = &offer->v[k];
            const uint32_t method = t->attr[IKE_A1_AUTH];

            if (method < 32 && (methods >> method & 1) != 0 && matches(t, &list->v[i])) {
                *ret = list->v[i];
                return t;
            }
        }
    return NULL;
}

void
ike_phase1_answer(const struct ike_transform *t, struct ike_wr *m)
{
    struct ike_sa_wr sa;

    ike_sa_begin(&sa, m);
    ike_sa_proposal(&sa, t->proposal, t->protocol, t->spi);
    ike_sa_transform(&sa, t->number, t->id);
    wr_rd(&m->w, t->attributes);
    ike_sa_end(&sa);
}
