/* ike-phase2.c - see ike-phase2.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-phase2.h"

#define SECONDS_DEFAULT 28800u /* RFC 2407 section 4.5: when no lifetime is named */
#define SPI_RESERVED    256u   /* RFC 4303 section 2.1: below it, none is for use */

enum { TIER_WINDOWS = 1, TIER_RARE = 2 };
enum { ENCAP_TUNNEL = 1, ENCAP_UDP_TUNNEL = 3, ENCAP_UDP_TUNNEL_DRAFT = 61443 };

enum esp_transform { ESP_T_3DES = 3, ESP_T_AES_CBC = 12, ESP_T_AES_GCM_16 = 20 };

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* clang-format off */
static const struct {
    const char *word;
    struct esp_suite suite;
    bool windows; /* in the list of Windows' client too */
} suites[] = {
    {"aes256gcm16",   {ESP_AES_GCM_16, ESP_AUTH_NONE, 256}, false},
    {"aes128gcm16",   {ESP_AES_GCM_16, ESP_AUTH_NONE, 128}, false},
    {"aes256-sha256", {ESP_AES_CBC, ESP_HMAC_SHA256_128, 256}, false},
    {"aes256-sha1",   {ESP_AES_CBC, ESP_HMAC_SHA1_96, 256}, true},
    {"aes128-sha256", {ESP_AES_CBC, ESP_HMAC_SHA256_128, 128}, false},
    {"aes128-sha1",   {ESP_AES_CBC, ESP_HMAC_SHA1_96, 128}, true},
    {"3des-sha1",     {ESP_3DES_CBC, ESP_HMAC_SHA1_96, 192}, true},
};
static const struct {
    const char *word;
    struct esp_suite suite;
} others[] = { /* those that are rarely wanted; the first only by name */
    {"aes192gcm16",   {ESP_AES_GCM_16, ESP_AUTH_NONE, 192}},
    {"aes256-sha384", {ESP_AES_CBC, ESP_HMAC_SHA384_192, 256}},
    {"aes256-sha512", {ESP_AES_CBC, ESP_HMAC_SHA512_256, 256}},
    {"aes128-sha384", {ESP_AES_CBC, ESP_HMAC_SHA384_192, 128}},
    {"aes128-sha512", {ESP_AES_CBC, ESP_HMAC_SHA512_256, 128}},
    {"aes192-sha256", {ESP_AES_CBC, ESP_HMAC_SHA256_128, 192}},
    {"aes192-sha1",   {ESP_AES_CBC, ESP_HMAC_SHA1_96, 192}},
    {"3des-sha256",   {ESP_3DES_CBC, ESP_HMAC_SHA256_128, 192}},
};
/* clang-format on */

static uint8_t
transform_of(const struct esp_suite *s)
{
    switch (s->cipher) {
    case ESP_AES_CBC:
        return ESP_T_AES_CBC;
    case ESP_3DES_CBC:
        return ESP_T_3DES;
    case ESP_AES_GCM_16:
        return ESP_T_AES_GCM_16;
    }
    return 0;
}

static uint32_t
auth_of(const struct esp_suite *s)
{
    switch (s->auth) {
    case ESP_HMAC_SHA1_96:
        return 2;
    case ESP_HMAC_SHA256_128:
        return 5;
    case ESP_HMAC_SHA384_192:
        return 6;
    case ESP_HMAC_SHA512_256:
        return 7;
    case ESP_AUTH_NONE:
        break;
    }
    return 0;
}

static uint32_t
key_length_of(const struct esp_suite *s)
{
    return s->cipher == ESP_3DES_CBC ? 0 : s->key_bits;
}

unsigned
ike_child_weak(const struct esp_suite *s)
{
    return (s->cipher == ESP_3DES_CBC ? IKE_WEAK_3DES : 0u) |
           (s->auth == ESP_HMAC_SHA1_96 ? IKE_WEAK_SHA1 : 0u);
}

static void
add(struct ike_child_suites *list, const struct esp_suite *s, unsigned refuse)
{
    if (list->n < IKE_CHILD_SUITES_MAX && (ike_child_weak(s) & refuse) == 0)
        list->v[list->n++] = *s;
}

void
ike_child_suites_tier(struct ike_child_suites *ret, unsigned tier, unsigned refuse)
{
    *ret = (struct ike_child_suites){0};
    for (size_t i = 0; i < COUNT(suites) && tier != TIER_RARE; i++)
        if (tier != TIER_WINDOWS || suites[i].windows)
            add(ret, &suites[i].suite, refuse);
    for (size_t i = 1; i < COUNT(others) && tier == TIER_RARE; i++)
        add(ret, &others[i].suite, refuse);
}

static bool
group_refused(unsigned group, unsigned refuse)
{
    return (group == DH_MODP_1024 && (refuse & IKE_WEAK_MODP1024) != 0) ||
           (group == DH_MODP_1536 && (refuse & IKE_WEAK_MODP1536) != 0);
}

unsigned
ike_child_pfs(unsigned tier, unsigned group, bool wanted)
{
    static const uint8_t usual[] = {DH_MODP_2048, DH_MODP_1024, DH_MODP_1536};

    if (tier <= IKE_PHASE2_LISTS)
        return tier == IKE_PHASE2_LISTS || wanted ? group : 0;
    return usual[tier - IKE_PHASE2_LISTS - 1];
}

unsigned
ike_child_next_tier(unsigned tried, unsigned group, bool wanted, bool listed, unsigned refuse)
{
    for (unsigned tier = 0; tier < IKE_PHASE2_TIERS; tier++) {
        const unsigned pfs = ike_child_pfs(tier, group, wanted);
        const bool same = (tier == IKE_PHASE2_LISTS && wanted) ||
                          (tier > IKE_PHASE2_LISTS && pfs == group) ||
                          (listed && (tier == TIER_WINDOWS || tier == TIER_RARE));

        if ((tried >> tier & 1) == 0 && !same && !group_refused(pfs, refuse))
            return tier;
    }
    return IKE_PHASE2_TIERS;
}

static const struct esp_suite *
suite_named(struct rd word)
{
    for (size_t i = 0; i < COUNT(suites); i++)
        if (rd_equal(word, rd_over(suites[i].word, strlen(suites[i].word))))
            return &suites[i].suite;
    for (size_t i = 0; i < COUNT(others); i++)
        if (rd_equal(word, rd_over(others[i].word, strlen(others[i].word))))
            return &others[i].suite;
    return NULL;
}

bool
ike_child_suites_parse(struct ike_child_suites *ret, const char *text, unsigned refuse)
{
    struct rd r = rd_over(text, strlen(text));

    *ret = (struct ike_child_suites){0};
    while (r.left > 0) {
        char after = '\0';
        struct rd word = ike_word(&r, &after);

        if (after == '-') /* a slice over both words */
            word.left += 1 + ike_word(&r, &after).left;
        const struct esp_suite *const s = suite_named(word);

        if (s == NULL || after == '-' || (after == ',' && r.left == 0))
            return false;
        add(ret, s, refuse);
    }
    return ret->n > 0;
}

static struct rd
spi_put(uint8_t room[static 4], uint32_t spi)
{
    struct wr w = wr_over(room, 4);

    wr_be32(&w, spi);
    return wr_done(&w);
}

void
ike_child_offer(const struct ike_child_suites *list, const struct ike_terms *terms, uint32_t spi,
                struct ike_wr *m)
{
    struct ike_sa_wr sa;
    uint8_t room[4];

    ike_sa_begin(&sa, m);
    ike_sa_proposal(&sa, 1, IKE_PROTO_ESP, spi_put(room, spi));
    for (unsigned i = 0; i < list->n; i++) {
        const struct esp_suite *const s = &list->v[i];
        struct wr *const w = &m->w;

        ike_sa_transform(&sa, (uint8_t)(i + 1), transform_of(s));
        if (key_length_of(s) != 0)
            ike_attr_put(w, IKE_A2_KEY_LENGTH, key_length_of(s));
        if (auth_of(s) != 0)
            ike_attr_put(w, IKE_A2_AUTH, auth_of(s));
        ike_attr_put(w, IKE_A2_ENCAPSULATION, terms->encapsulation);
        if (terms->group != 0)
            ike_attr_put(w, IKE_A2_GROUP, terms->group);
        ike_attr_put(w, IKE_A2_LIFE_TYPE, IKE_LIFE_SECONDS);
        ike_attr_put(w, IKE_A2_LIFE_DURATION, terms->seconds);
    }
    ike_sa_end(&sa);
}

/* Is this transform @s in that encapsulation, and nothing besides? The group is looked at by the
 * caller. A key length that is not named is AES' shortest (RFC 3602 section 5.3). */
static bool
matches(const struct ike_transform *t, const struct esp_suite *s, uint32_t encapsulation)
{
    static const uint8_t known[] = {IKE_A2_GROUP, IKE_A2_ENCAPSULATION, IKE_A2_AUTH,
                                    IKE_A2_KEY_LENGTH};
    unsigned others_n = 0;
    uint32_t key_length = t->attr[IKE_A2_KEY_LENGTH];

    for (unsigned type = 0; type < IKE_ATTRS; type++)
        others_n += t->attr[type] != 0;
    for (size_t i = 0; i < COUNT(known); i++)
        others_n -= t->attr[known[i]] != 0;
    if (key_length == 0 && s->cipher != ESP_3DES_CBC)
        key_length = 128;
    return !t->odd && !t->conjoined && others_n == 0 && t->protocol == IKE_PROTO_ESP &&
           t->id == transform_of(s) && key_length == key_length_of(s) &&
           t->attr[IKE_A2_AUTH] == auth_of(s) && t->attr[IKE_A2_ENCAPSULATION] == encapsulation;
}

static bool
spi_get(struct rd spi, uint32_t *ret)
{
    const uint32_t value = rd_be32(&spi);

    if (!rd_done(&spi) || value < SPI_RESERVED)
        return false;
    *ret = value;
    return true;
}

bool
ike_child_check(const struct ike_child_suites *list, const struct ike_terms *terms, struct rd sa,
                struct esp_suite *ret, struct ike_terms *ret_terms, uint32_t *ret_spi)
{
    struct ike_offer answer;
    uint32_t spi;

    if (!ike_offer_get(sa, IKE_PHASE_2, &answer) || answer.proposals != 1 || answer.n != 1)
        return false;

    const struct ike_transform *const t = &answer.v[0];

    if (!spi_get(t->spi, &spi) || t->attr[IKE_A2_GROUP] != terms->group)
        return false;
    for (unsigned i = 0; i < list->n; i++) {
        if (!matches(t, &list->v[i], terms->encapsulation))
            continue;
        *ret = list->v[i];
        *ret_terms = *terms;
        if (t->seconds != 0 && t->seconds < terms->seconds)
            ret_terms->seconds = t->seconds;
        ret_terms->kilobytes = t->kilobytes;
        *ret_spi = spi;
        return true;
    }
    return false;
}

const char *
ike_child_misfit(struct rd sa)
{
    struct ike_offer answer;

    if (!ike_offer_get(sa, IKE_PHASE_2, &answer) || answer.n == 0)
        return "the answer cannot be read";
    const struct ike_transform *const t = &answer.v[0];

    switch (t->attr[IKE_A2_ENCAPSULATION]) {
    case ENCAP_TUNNEL:
    case ENCAP_UDP_TUNNEL:
    case ENCAP_UDP_TUNNEL_DRAFT:
        return "the answer is tunnel mode, which L2TP does not have: the server is set up for "
               "another kind of VPN";
    }
    if (t->protocol == IKE_PROTO_ESP && t->attr[IKE_A2_AUTH] == 0 && t->id != ESP_T_AES_GCM_16)
        return "the answer is ESP without authentication";
    return "the answer is not what was offered";
}

const struct ike_transform *
ike_child_choose(const struct ike_child_suites *list, const struct ike_terms *terms,
                 const struct ike_offer *offer, struct esp_suite *ret, struct ike_terms *ret_terms,
                 uint32_t *ret_spi)
{
    for (unsigned i = 0; i < list->n; i++)
        for (unsigned k = 0; k < offer->n; k++) {
            const struct ike_transform *const t = &offer->v[k];
            const uint32_t group = t->attr[IKE_A2_GROUP];
            uint32_t spi;

            if (!matches(t, &list->v[i], terms->encapsulation) || !spi_get(t->spi, &spi) ||
                (group != 0 && !dh_group_known(group)))
                continue;
            *ret = list->v[i];
            *ret_terms = (struct ike_terms){.encapsulation = terms->encapsulation,
                                            .group = group,
                                            .seconds = t->seconds,
                                            .kilobytes = t->kilobytes};
            if (ret_terms->seconds == 0)
                ret_terms->seconds = SECONDS_DEFAULT;
            *ret_spi = spi;
            return t;
        }
    return NULL;
}

void
ike_child_answer(const struct ike_transform *t, uint32_t spi, struct ike_wr *m)
{
    struct ike_sa_wr sa;
    uint8_t room[4];

    ike_sa_begin(&sa, m);
    ike_sa_proposal(&sa, t->proposal, t->protocol, spi_put(room, spi));
    ike_sa_transform(&sa, t->number, t->id);
    wr_rd(&m->w, t->attributes);
    ike_sa_end(&sa);
}
