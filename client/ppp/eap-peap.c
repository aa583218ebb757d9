/* eap-peap.c - see eap-peap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-peap.h"

#include "mppe-key.h"

enum {
    EAP_HEADER = 4,
    REQUEST = 1,
    RESPONSE = 2,
    FAILURE = 4,
    IDENTITY = 1,
    NOTIFICATION = 2,
    NAK = 3,
    MSCHAPV2 = 26,
    EXTENSIONS = 33,
    NAKS_MAX = 8,
    BINDING_SIZE = 56, /* of its value: reserved, versions, subtype, nonce, MAC */
    BINDING_MAC = 4 + 36,
    SUCCESS = 1,
    NO_SUCCESS = 2,
};

void
eap_peap_init(struct eap_peap *p, const struct rng *rng, bool unbound)
{
    *p = (struct eap_peap){.rng = rng, .unbound = unbound};
}

static enum eap_peap_result
fail(struct eap_peap *p, enum ras_error error, const char *what)
{
    ras_end_set(&p->end, error, "PEAP: %s", what);
    p->state = EAP_PEAP_LOST;
    return EAP_PEAP_FAILED;
}

static enum eap_peap_result
untrue(struct eap_peap *p, const char *what)
{
    return fail(p, RAS_UNABLE_TO_AUTHENTICATE_SERVER, what);
}

/* ---- the Extensions method ---- */

struct extensions {
    uint8_t id;
    uint16_t result;   /* 0: none */
    struct rd binding; /* with its header; empty: none */
};

static bool
parse_extensions(struct rd r, struct extensions *ret)
{
    while (rd_ok(&r) && r.left > 0) {
        const struct rd whole = r;
        const uint16_t type = rd_be16(&r);
        struct rd value = rd_take(&r, rd_be16(&r));

        if (!rd_ok(&r))
            return false;
        switch (type & 0x3fff) {
        case EAP_PEAP_RESULT:
            if (ret->result != 0)
                return false;
            ret->result = rd_be16(&value);
            if (!rd_done(&value) || (ret->result != SUCCESS && ret->result != NO_SUCCESS))
                return false;
            break;
        case EAP_PEAP_BINDING:
            if (ret->binding.left > 0 || value.left != BINDING_SIZE)
                return false;
            ret->binding = rd_over(whole.p, BINDING_SIZE + 4);
            break;
        default:
            if ((type & EAP_PEAP_MANDATORY) != 0)
                return false;
            break;
        }
    }
    return rd_done(&r);
}

/* Version and Received-Version 0, a request, and a MAC by who has the keys of both methods. */
static bool
binding_good(const struct peap_key *keys, struct rd tlv)
{
    uint8_t copy[BINDING_SIZE + 4], mac[PEAP_KEY_MAC];

    memcpy(copy, tlv.p, sizeof copy);
    memset(copy + BINDING_MAC, 0, PEAP_KEY_MAC);
    peap_key_mac(keys, rd_over(copy, sizeof copy), mac);

    const bool same = secret_equal(mac, tlv.p + BINDING_MAC, sizeof mac);

    explicit_bzero(mac, sizeof mac);
    return same && copy[5] == 0 && copy[6] == 0 && copy[7] == 0;
}

static void
put_binding(const struct eap_peap *p, const struct peap_key *keys, struct wr *w)
{
    uint8_t tlv[BINDING_SIZE + 4] = {0, EAP_PEAP_BINDING, 0, BINDING_SIZE, 0, 0, 0, 1};
    uint8_t mac[PEAP_KEY_MAC];

    rng_fill(p->rng, tlv + 8, 32);
    peap_key_mac(keys, rd_over(tlv, sizeof tlv), mac);
    memcpy(tlv + BINDING_MAC, mac, sizeof mac);
    wr_bytes(w, tlv, sizeof tlv);
}

static size_t
begin_extensions(uint8_t id, uint16_t result, struct wr *w)
{
    const size_t at = w->len;

    wr_u8(w, RESPONSE);
    wr_u8(w, id);
    wr_be16(w, 0);
    wr_u8(w, EXTENSIONS);
    wr_be16(w, EAP_PEAP_MANDATORY | EAP_PEAP_RESULT);
    wr_be16(w, 2);
    wr_be16(w, result);
    return at;
}

static enum eap_peap_result
bind(struct eap_peap *p, const struct eap_mschapv2 *inner, const uint8_t msk[static 64],
     const struct extensions *e, struct wr *answer)
{
    uint8_t isk[PEAP_KEY_ISK], csk[PEAP_KEY_CSK];
    struct peap_key keys;

    mppe_key_hlak(inner->core.master_key, isk);
    peap_key_compound(msk, isk, &keys);
    explicit_bzero(isk, sizeof isk);
    const bool good = binding_good(&keys, e->binding);

    if (good) {
        put_binding(p, &keys, answer);
        peap_key_session(&keys, csk);
        memcpy(p->msk, csk, sizeof p->msk);
        explicit_bzero(csk, sizeof csk);
    }
    explicit_bzero(&keys, sizeof keys);
    return good ? EAP_PEAP_ANSWER
                : fail(p, RAS_PEAP_CRYPTOBINDING_INVALID, "the crypto binding is wrong");
}

static enum eap_peap_result
succeed(struct eap_peap *p, const struct eap_mschapv2 *inner, const uint8_t msk[static 64],
        const struct extensions *e, struct wr *answer)
{
    if (p->state != EAP_PEAP_INSIDE || inner->state != EAP_MSCHAPV2_DONE)
        return untrue(p, "the server says success before it has proved itself");
    if (e->binding.left == 0 && !p->unbound)
        return fail(p, RAS_PEAP_CRYPTOBINDING_NOTRECEIVED, "there is no crypto binding");

    const size_t at = begin_extensions(e->id, SUCCESS, answer);

    memcpy(p->msk, msk, sizeof p->msk);
    if (e->binding.left > 0 && bind(p, inner, msk, e, answer) == EAP_PEAP_FAILED)
        return EAP_PEAP_FAILED;
    wr_patch_be16(answer, at + 2, (uint16_t)(answer->len - at));
    p->state = EAP_PEAP_DONE;
    return EAP_PEAP_ANSWER;
}

static enum eap_peap_result
receive_extensions(struct eap_peap *p, const struct eap_mschapv2 *inner,
                   const uint8_t msk[static 64], uint8_t id, struct rd tlvs, struct wr *answer)
{
    struct extensions e = {.id = id};

    if (!parse_extensions(tlvs, &e))
        return untrue(p, "the server's TLVs make no sense");
    if (e.result == SUCCESS)
        return succeed(p, inner, msk, &e, answer);
    if (e.result != NO_SUCCESS)
        return untrue(p, "the server's TLVs have no result");

    const size_t at = begin_extensions(id, NO_SUCCESS, answer);

    wr_patch_be16(answer, at + 2, (uint16_t)(answer->len - at));
    p->state = EAP_PEAP_LOST;
    return EAP_PEAP_ANSWER;
}

/* ---- EAP without its header ---- */

static enum eap_peap_result
receive_mschapv2(struct eap_peap *p, struct eap_mschapv2 *inner, const struct ppp_credentials *c,
                 struct rd data, struct wr *answer)
{
    wr_u8(answer, MSCHAPV2);
    switch (eap_mschapv2_input(inner, c, data, answer)) {
    case EAP_METHOD_RESPOND:
    case EAP_METHOD_PROVED:
        return EAP_PEAP_ANSWER;
    case EAP_METHOD_REFUSED:
        return EAP_PEAP_REFUSED;
    case EAP_METHOD_UNUSABLE:
        return EAP_PEAP_UNUSABLE;
    case EAP_METHOD_UNPROVEN:
        return untrue(p, "the server's proof is missing or wrong");
    case EAP_METHOD_IGNORE:
        break;
    }
    return untrue(p, "the server's request makes no sense here");
}

static enum eap_peap_result
receive_type(struct eap_peap *p, struct eap_mschapv2 *inner, const struct ppp_credentials *c,
             uint8_t type, struct rd data, struct wr *answer)
{
    if (type == MSCHAPV2)
        return receive_mschapv2(p, inner, c, data, answer);
    if (type == IDENTITY && inner->state == EAP_MSCHAPV2_IDLE) {
        wr_u8(answer, IDENTITY);
        wr_bytes(answer, c->name, strlen(c->name));
        return EAP_PEAP_ANSWER;
    }
    if (type == NOTIFICATION) {
        wr_u8(answer, NOTIFICATION);
        return EAP_PEAP_ANSWER;
    }
    if (type == 0 || type == IDENTITY || type == NAK || inner->state != EAP_MSCHAPV2_IDLE ||
        ++p->naks > NAKS_MAX)
        return untrue(p, "the server's request makes no sense here");
    /* Another method; or of an expanded type, Windows' questions about the health of the computer
     * and about what we can do: all can be done without ([MS-PEAP] section 3.2.5). */
    wr_u8(answer, NAK);
    wr_u8(answer, MSCHAPV2);
    return EAP_PEAP_ANSWER;
}

/* The Extensions method, and what a server may send so all the same, has a whole header. No packet
 * without one looks like that: its second and third octet would be its own length. */
static bool
has_header(struct rd plain)
{
    const uint8_t code = rd_u8(&plain);

    rd_u8(&plain);
    const uint16_t len = rd_be16(&plain);

    return rd_ok(&plain) && code >= REQUEST && code <= FAILURE && len == plain.left + EAP_HEADER;
}

enum eap_peap_result
eap_peap_input(struct eap_peap *p, struct eap_mschapv2 *inner, const struct ppp_credentials *c,
               const uint8_t msk[static 64], struct rd plain, struct wr *answer)
{
    uint8_t code = REQUEST, id = 0;

    if (p->state != EAP_PEAP_INSIDE)
        return untrue(p, "the server goes on behind its result");
    if (has_header(plain)) {
        code = rd_u8(&plain);
        id = rd_u8(&plain);
        rd_be16(&plain);
    }
    if (code == FAILURE) {
        p->state = EAP_PEAP_LOST;
        return EAP_PEAP_NOTHING;
    }

    const uint8_t type = rd_u8(&plain);

    if (code != REQUEST || !rd_ok(&plain))
        return untrue(p, "the server's request makes no sense");
    if (type == EXTENSIONS)
        return receive_extensions(p, inner, msk, id, plain, answer);
    return receive_type(p, inner, c, type, plain, answer);
}
