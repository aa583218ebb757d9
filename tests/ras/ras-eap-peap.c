/*
 * ras-eap-peap.c - ras-auth.h's half for EAP-TLS and PEAPv0: the handshake, then nothing but the
 * octet of RFC 9190 section 2.5; or inside of it Identity, MSCHAPv2, and Result with crypto
 * binding. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lcp.h"
#include "peap-key.h"
#include "ras-auth.h"
#include "ras-eap-tls.h"

enum { EAP_REQUEST = 1, IDENTITY = 1, EAP_TLS = 13, EAP_PEAP = 25, MSCHAPV2 = 26, EXTENSIONS = 33 };
enum { OP_CHALLENGE = 1, OP_RESPONSE, OP_SUCCESS, OP_FAILURE, OP_CHANGE = 7 };
enum { FRAGMENT = 1000, RESULT = 11, WITH_BINDING = 71, BINDING = 60 };

static uint8_t
type_of(const struct ras_auth *a)
{
    return a->method == PPP_AUTH_PEAP ? EAP_PEAP : EAP_TLS;
}

static void
request(struct ras_auth *a, usec_t now)
{
    uint8_t buf[RAS_AUTH_FRAME];
    struct wr w = wr_over(buf, sizeof buf);

    wr_u8(&w, EAP_REQUEST);
    wr_u8(&w, ++a->id);
    wr_be16(&w, 0);
    wr_u8(&w, type_of(a));
    if (a->tls->started)
        ras_eap_tls_request(a->tls, &w);
    else
        ras_eap_tls_start(&w);
    a->tls->started = true;
    wr_patch_be16(&w, 2, (uint16_t)w.len);
    ras_auth_send_request(a, now, PPP_PROTO_EAP, wr_done(&w));
}

static void
say(struct ras_auth *a, usec_t now, struct rd plain)
{
    ras_eap_tls_say(a->tls, plain);
    request(a, now);
}

void
ras_eap_peap_begin(struct ras_auth *a, usec_t now)
{
    ras_eap_tls_free(a->tls);
    a->tls = a->env->config->eap == NULL
                 ? NULL
                 : ras_eap_tls_new(a->env->config->eap, type_of(a), FRAGMENT);
    a->eap_step = EAP_STEP_TLS;
    if (a->tls == NULL)
        ras_eap_refuse(a, a->id, 691);
    else
        request(a, now);
}

/* ---- the keys ---- */

static void
binding_keys(const struct ras_auth *a, struct peap_key *ret)
{
    uint8_t tls[128];

    ras_eap_tls_keys(a->tls, tls);
    peap_key_compound(tls, a->verdict.hlak, ret); /* which is what MSCHAPv2 has left */
}

/* @msk: as hlak of SSTP, and for MPPE. */
static void
take_keys(struct ras_auth *a, const uint8_t msk[static 64])
{
    memcpy(a->verdict.hlak, msk, 32);
    memcpy(a->verdict.keys, msk, 16);
    memcpy(a->verdict.keys + 16, msk + 32, 16);
}

/* ---- EAP-TLS ---- */

static void
accept_certificate(struct ras_auth *a, uint8_t id)
{
    X509 *cert = SSL_get1_peer_certificate(a->tls->ssl);
    uint8_t keys[128];

    a->answered = true;
    a->verdict = (struct ras_mschap_verdict){.success = cert != NULL};
    if (cert == NULL) {
        ras_eap_refuse(a, id, 691);
        return;
    }
    X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, a->verdict.user,
                              sizeof a->verdict.user);
    X509_free(cert);
    ras_eap_tls_keys(a->tls, keys);
    take_keys(a, keys);
    ras_eap_accept(a, id);
}

static void
eap_tls_open(struct ras_auth *a, usec_t now, uint8_t id)
{
    if (!a->tls->v13 || a->tls->asked) {
        accept_certificate(a, id);
        return;
    }
    a->tls->asked = true;
    say(a, now, rd_over("", 1));
}

/* ---- PEAP ---- */

static void
say_challenge(struct ras_auth *a, usec_t now)
{
    uint8_t buf[32 + NET_MAX_NAME];
    struct wr w = wr_over(buf, sizeof buf);

    wr_u8(&w, MSCHAPV2);
    wr_u8(&w, OP_CHALLENGE);
    wr_u8(&w, a->id);
    wr_be16(&w, (uint16_t)(21 + strlen(a->env->config->name)));
    wr_u8(&w, sizeof a->mschap.challenge);
    wr_bytes(&w, a->mschap.challenge, sizeof a->mschap.challenge);
    wr_bytes(&w, a->env->config->name, strlen(a->env->config->name));
    a->eap_step = EAP_STEP_CHALLENGE;
    say(a, now, wr_done(&w));
}

static void
say_verdict(struct ras_auth *a, usec_t now, uint8_t ms_id)
{
    const struct ras_mschap_verdict *v = &a->verdict;
    uint8_t buf[RAS_AUTH_FRAME];
    struct wr w = wr_over(buf, sizeof buf);

    wr_u8(&w, MSCHAPV2);
    wr_u8(&w, v->success ? OP_SUCCESS : OP_FAILURE);
    wr_u8(&w, ms_id);
    wr_be16(&w, (uint16_t)(v->n_text + 4));
    wr_bytes(&w, v->text, v->n_text);
    a->eap_step = EAP_STEP_VERDICT;
    say(a, now, wr_done(&w));
    a->sends_left = v->again ? 0 : RAS_AUTH_SENDS;
    if (v->again)
        a->deadline = now + 120 * USEC_PER_SEC;
}

static void
say_result(struct ras_auth *a, usec_t now, bool success)
{
    uint8_t buf[WITH_BINDING] = {EAP_REQUEST, a->id,           0, 0,  EXTENSIONS, 0x80, 3, 0, 2,
                                 0,           success ? 1 : 2, 0, 12, 0,          56};
    const bool bound = success && ras_env_fault(a->env, RAS_FAULT_PEAP_UNBOUND) == NULL;
    struct peap_key keys;

    buf[3] = bound ? WITH_BINDING : RESULT;
    if (bound) {
        rng_fill(a->env->rng, buf + RESULT + 8, 32);
        binding_keys(a, &keys);
        peap_key_mac(&keys, rd_over(buf + RESULT, BINDING), buf + RESULT + 40);
        if (ras_env_fault(a->env, RAS_FAULT_PEAP_WRONG_BINDING) != NULL)
            buf[WITH_BINDING - 1] ^= 1;
    }
    say(a, now, rd_over(buf, buf[3]));
}

static void
finish(struct ras_auth *a, uint8_t id, struct rd plain)
{
    const bool bound = ras_env_fault(a->env, RAS_FAULT_PEAP_UNBOUND) == NULL;
    uint8_t tlv[BINDING], mac[PEAP_KEY_MAC], csk[PEAP_KEY_CSK];
    struct peap_key keys;
    bool good =
        a->verdict.success && plain.left == (bound ? WITH_BINDING : RESULT) && plain.p[10] == 1;

    if (good && bound) {
        binding_keys(a, &keys);
        memcpy(tlv, plain.p + RESULT, sizeof tlv);
        memset(tlv + 40, 0, sizeof mac);
        peap_key_mac(&keys, rd_over(tlv, sizeof tlv), mac);
        good = tlv[7] == 1 && memcmp(mac, plain.p + RESULT + 40, sizeof mac) == 0;
        peap_key_session(&keys, csk);
    } else if (good) {
        ras_eap_tls_keys(a->tls, csk);
    }
    if (!good) {
        ras_eap_refuse(a, id, a->verdict.error != 0 ? a->verdict.error : 691);
        return;
    }
    take_keys(a, csk);
    ras_eap_accept(a, id);
}

static void
mschapv2_inside(struct ras_auth *a, usec_t now, uint8_t id, struct rd data)
{
    const uint8_t op = rd_u8(&data), ms_id = rd_u8(&data);
    char user[RAS_NAME];

    if (a->eap_step == EAP_STEP_VERDICT && !a->verdict.again &&
        op == (a->verdict.success ? OP_SUCCESS : OP_FAILURE)) {
        say_result(a, now, a->verdict.success);
        return;
    }
    if (a->eap_step == EAP_STEP_VERDICT && op == OP_FAILURE) {
        say_result(a, now, false);
        return;
    }
    rd_be16(&data);
    memcpy(user, a->verdict.user, sizeof user);
    a->answered = true;
    if (op == OP_CHANGE && a->verdict.again &&
        ras_mschap_change(&a->mschap, a->env, data, user, &a->verdict)) {
        say_verdict(a, now, ms_id);
        return;
    }

    const struct rd value = rd_take(&data, rd_u8(&data));

    if (op == OP_RESPONSE && rd_ok(&data) &&
        (a->eap_step == EAP_STEP_CHALLENGE || a->verdict.again) &&
        ras_mschap_response(&a->mschap, a->env, value, data, &a->verdict))
        say_verdict(a, now, ms_id);
    else
        ras_eap_refuse(a, id, 691);
}

static void
peap_open(struct ras_auth *a, usec_t now, uint8_t id)
{
    struct rd plain = rd_over(a->tls->plain, a->tls->n_plain);
    const struct rd whole = plain;
    const uint8_t identity = IDENTITY, first = rd_u8(&plain);

    if (!a->tls->asked) {
        a->tls->asked = true;
        if (ras_env_fault(a->env, RAS_FAULT_PEAP_EARLY_SUCCESS) != NULL) {
            a->verdict = (struct ras_mschap_verdict){.success = true};
            say_result(a, now, true);
            return;
        }
        say(a, now, rd_over(&identity, 1));
    } else if (!a->tls->greeted && first == IDENTITY) {
        a->tls->greeted = true;
        say_challenge(a, now);
    } else if (first == MSCHAPV2) {
        mschapv2_inside(a, now, id, plain);
    } else if (whole.left >= RESULT && whole.p[4] == EXTENSIONS) {
        finish(a, id, whole);
    } else {
        ras_eap_refuse(a, id, 691);
    }
}

bool
ras_eap_peap_input(struct ras_auth *a, usec_t now, uint8_t id, struct rd data)
{
    a->sends_left = RAS_AUTH_SENDS;
    switch (ras_eap_tls_input(a->tls, data)) {
    case RAS_EAP_TLS_OVER:
        ras_eap_refuse(a, id, 691);
        return true;
    case RAS_EAP_TLS_GO_ON:
        request(a, now);
        return true;
    case RAS_EAP_TLS_WHOLE:
        break;
    }
    if (!ras_eap_tls_open(a->tls) || BIO_ctrl_pending(a->tls->out) > 0)
        request(a, now);
    else if (a->method == PPP_AUTH_EAP_TLS)
        eap_tls_open(a, now, id);
    else
        peap_open(a, now, id);
    return true;
}
