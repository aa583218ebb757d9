/* helper-xfrm.c - the associations; see helper-xfrm.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-xfrm.h"

#include "helper-netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/udp.h>
#include <stdio.h>

enum {
    L2TP = 1701,
    FLOAT = 4500,
    REPLAY_WINDOW = 1024,   /* packets, as in user space */
    LEFTOVER_S = 24 * 3600, /* what nobody has undone ends by itself; IKE's hour is long over */
    PURGE_MAX = 64,         /* far more than a call has at once */
    ICV_GCM = 128,
};

static const struct {
    const char *name;
    unsigned icv_bits;
} auths[] = {
    [ESP_MSG_SHA1_96] = {"hmac(sha1)", 96},
    [ESP_MSG_SHA256_128] = {"hmac(sha256)", 128},
    [ESP_MSG_SHA384_192] = {"hmac(sha384)", 192},
    [ESP_MSG_SHA512_256] = {"hmac(sha512)", 256},
};

static const char *const ciphers[] = {
    [ESP_MSG_AES_CBC] = "cbc(aes)",
    [ESP_MSG_3DES_CBC] = "cbc(des3_ede)",
    [ESP_MSG_AES_GCM_16] = "rfc4106(gcm(aes))",
};

/* The three kinds of algorithm begin alike: name, key's bits, in some a number, then the key. */
static bool
put_algorithm(struct nl_msg *msg, int type, const char *name, unsigned icv_bits, struct rd key)
{
    union {
        struct xfrm_algo plain;
        struct xfrm_algo_auth auth;
        struct xfrm_algo_aead aead;
        uint8_t octets[sizeof(struct xfrm_algo_auth) + SECRET_MAX];
    } a = {0};
    const bool plain = type == XFRMA_ALG_CRYPT;
    const size_t head = plain ? sizeof a.plain : sizeof a.auth;

    if (key.bad || key.left > SECRET_MAX)
        return false;
    snprintf(a.plain.alg_name, sizeof a.plain.alg_name, "%s", name);
    a.plain.alg_key_len = (unsigned)key.left * 8;
    if (!plain)
        a.auth.alg_trunc_len = icv_bits; /* where alg_icv_len is */
    memcpy(a.octets + head, key.p, key.left);
    const int err = nla_put(msg, type, (int)(head + key.left), &a);
    explicit_bzero(&a, sizeof a);
    return err >= 0;
}

_Static_assert(offsetof(struct xfrm_algo_auth, alg_trunc_len) ==
                       offsetof(struct xfrm_algo_aead, alg_icv_len) &&
                   offsetof(struct xfrm_algo_auth, alg_key) ==
                       offsetof(struct xfrm_algo_aead, alg_key),
               "one layout");

static bool
put_algorithms(struct nl_msg *msg, const struct helper_xfrm_sa *sa)
{
    struct rd keys = secret_rd(sa->keys);
    const struct rd cipher = rd_take(&keys, esp_msg_cipher_key(sa->cipher, sa->key_bits));
    const struct rd auth = rd_take(&keys, esp_msg_auth_key(sa->auth));

    if (!rd_done(&keys))
        return false;
    if (sa->cipher == ESP_MSG_AES_GCM_16)
        return put_algorithm(msg, XFRMA_ALG_AEAD, ciphers[sa->cipher], ICV_GCM, cipher);
    return put_algorithm(msg, XFRMA_ALG_CRYPT, ciphers[sa->cipher], 0, cipher) &&
           put_algorithm(msg, XFRMA_ALG_AUTH_TRUNC, auths[sa->auth].name, auths[sa->auth].icv_bits,
                         auth);
}

/* A window wider than 32 needs the form of the longer sequence numbers, which IKEv1 does not use.
 */
static bool
put_window(struct nl_msg *msg)
{
    struct {
        struct xfrm_replay_state_esn state;
        uint32_t bits[REPLAY_WINDOW / 32];
    } w = {.state = {.bmp_len = REPLAY_WINDOW / 32, .replay_window = REPLAY_WINDOW}};

    return nla_put(msg, XFRMA_REPLAY_ESN_VAL, sizeof w, &w) >= 0;
}

static bool
put_encapsulation(struct nl_msg *msg, const struct helper_xfrm_sa *sa)
{
    const uint16_t ours = htons(sa->float_port), theirs = htons(FLOAT);
    const struct xfrm_encap_tmpl t = {
        .encap_type = UDP_ENCAP_ESPINUDP,
        .encap_sport = sa->outbound ? ours : theirs,
        .encap_dport = sa->outbound ? theirs : ours,
    };

    return sa->float_port == 0 || nla_put(msg, XFRMA_ENCAP, sizeof t, &t) >= 0;
}

static const struct xfrm_lifetime_cfg no_limit = {
    .soft_byte_limit = XFRM_INF,
    .hard_byte_limit = XFRM_INF,
    .soft_packet_limit = XFRM_INF,
    .hard_packet_limit = XFRM_INF,
};

static xfrm_address_t
address(const uint8_t octets[static 16])
{
    xfrm_address_t a;

    memcpy(&a, octets, sizeof a);
    return a;
}

static struct xfrm_usersa_info
association(const struct helper_xfrm_ends *ends, const struct helper_xfrm_sa *sa)
{
    const xfrm_address_t from = address(sa->outbound ? ends->local : ends->remote);
    const xfrm_address_t to = address(sa->outbound ? ends->remote : ends->local);
    const uint8_t bits = ends->family == AF_INET ? 32 : 128;
    struct xfrm_usersa_info info = {
        .sel = {.family = (uint16_t)ends->family,
                .prefixlen_s = bits,
                .prefixlen_d = bits,
                .proto = IPPROTO_UDP,
                .saddr = from,
                .daddr = to,
                .sport = htons(sa->outbound ? sa->l2tp_port : L2TP),
                .dport = htons(sa->outbound ? L2TP : sa->l2tp_port),
                .sport_mask = UINT16_MAX,
                .dport_mask = UINT16_MAX},
        .id = {.daddr = to, .spi = htonl(sa->spi), .proto = IPPROTO_ESP},
        .saddr = from,
        .lft = no_limit,
        .reqid = ends->reqid,
        .family = (uint16_t)ends->family,
        .mode = XFRM_MODE_TRANSPORT,
    };

    info.lft.hard_add_expires_seconds = LEFTOVER_S;
    return info;
}

static int
talk(struct nl_msg *msg, helper_netlink_each each, void *ctx)
{
    CLEANUP(helper_netlink_free)
    struct helper_netlink *nl = helper_netlink_new(NETLINK_XFRM);

    if (nl != NULL)
        return helper_netlink_talk(nl, msg, each, ctx);
    nlmsg_free(msg);
    return -EPROTONOSUPPORT;
}

int
helper_xfrm_probe(void)
{
    static const uint32_t flags = UINT32_MAX;

    return talk(helper_netlink_request(XFRM_MSG_GETSADINFO, 0, &flags, sizeof flags), NULL, NULL);
}

int
helper_xfrm_add(const struct helper_xfrm_ends *ends, const struct helper_xfrm_sa *sa)
{
    const struct xfrm_usersa_info info = association(ends, sa);
    struct nl_msg *msg =
        helper_netlink_request(XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof info);

    if (msg == NULL)
        return -ENOMEM;
    if (!put_algorithms(msg, sa) || !put_encapsulation(msg, sa) ||
        (!sa->outbound && !put_window(msg))) {
        explicit_bzero(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
        nlmsg_free(msg);
        return -EINVAL;
    }
    return talk(msg, NULL, NULL);
}

static int delete (int family, xfrm_address_t to, uint32_t spi)
{
    const struct xfrm_usersa_id id = {
        .daddr = to, .spi = spi, .family = (uint16_t)family, .proto = IPPROTO_ESP};

    return talk(helper_netlink_request(XFRM_MSG_DELSA, 0, &id, sizeof id), NULL, NULL);
}

int
helper_xfrm_delete(const struct helper_xfrm_ends *ends, bool outbound, uint32_t spi)
{
    return delete (ends->family, address(outbound ? ends->remote : ends->local), htonl(spi));
}

/* What is to be deleted of a dump. */
struct leftovers {
    const struct helper_xfrm_ends *ends;
    size_t n;
    struct {
        xfrm_address_t to;
        uint32_t spi;
    } v[PURGE_MAX];
};

static bool
joins(const struct xfrm_usersa_info *info, int family, const uint8_t *from, const uint8_t *to)
{
    const size_t n = family == AF_INET ? 4 : 16;

    return memcmp(&info->saddr, from, n) == 0 && memcmp(&info->id.daddr, to, n) == 0;
}

static void
note(struct nlmsghdr *h, void *ctx)
{
    struct leftovers *l = ctx;
    const struct helper_xfrm_ends *e = l->ends;
    const struct xfrm_usersa_info *info = nlmsg_data(h);

    if (h->nlmsg_type != XFRM_MSG_NEWSA || !nlmsg_valid_hdr(h, sizeof *info) || l->n == PURGE_MAX ||
        info->family != e->family || info->id.proto != IPPROTO_ESP || info->reqid != e->reqid)
        return;
    if (!joins(info, e->family, e->local, e->remote) &&
        !joins(info, e->family, e->remote, e->local))
        return;
    l->v[l->n].to = info->id.daddr;
    l->v[l->n++].spi = info->id.spi;
}

int
helper_xfrm_purge(const struct helper_xfrm_ends *ends)
{
    struct leftovers l = {.ends = ends};
    int err = talk(nlmsg_alloc_simple(XFRM_MSG_GETSA, NLM_F_DUMP), note, &l);

    if (err == -EPROTONOSUPPORT)
        return 0;
    for (size_t i = 0; i < l.n; i++) {
        const int one = delete (ends->family, l.v[i].to, l.v[i].spi);
        if (one != -ESRCH && err == 0) /* that one has ended meanwhile */
            err = one;
    }
    return err;
}
