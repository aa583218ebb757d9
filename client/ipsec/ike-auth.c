/*
 * ike-auth.c - messages 5 and 6: who the ends are, and how they prove it (RFC 2409 section 5.1 and
 * 5.4, RFC 4945).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-cert.h"
#include "ike-priv.h"

unsigned
ike_auth_method(const struct ike *k)
{
    return k->cfg.auth == IKE_AUTH_CERT ? ike_cert_method(k->cfg.cert) : IKE_METHOD_PSK;
}

static void
local_id(const struct ike *k, struct ike_id *ret)
{
    struct ike_id subject;

    if (k->cfg.local_id.type == IKE_ID_DN && k->cfg.auth == IKE_AUTH_CERT &&
        ike_cert_subject(k->cfg.cert, &subject) && ike_id_equal(&k->cfg.local_id, &subject))
        *ret = subject; /* octet for octet as the certificate has it */
    else if (k->cfg.local_id.type != 0)
        *ret = k->cfg.local_id;
    else if (k->cfg.auth != IKE_AUTH_CERT || !ike_cert_subject(k->cfg.cert, ret))
        ike_id_from_address(&k->cfg.local, ret);
}

/* HASH_I or HASH_R, over the ID payload's body @id. */
static void
hash_of_end(const struct ike_sa *sa, bool initiator, struct rd id, uint8_t *ret)
{
    const struct ike_hash_parts p = {
        .g_first = ike_value_rd(initiator ? &sa->ke_i : &sa->ke_r),
        .g_second = ike_value_rd(initiator ? &sa->ke_r : &sa->ke_i),
        .cky_first = initiator ? sa->cky_i : sa->cky_r,
        .cky_second = initiator ? sa->cky_r : sa->cky_i,
        .sa = rd_over(sa->sa_b, sa->sa_b_n),
        .id = id,
    };

    ike_hash_phase1(&sa->keys, &p, ret);
}

static void
signature_put(struct ike *k, struct rd hash, struct ike_wr *m)
{
    uint8_t signature[IKE_SIGNATURE_MAX];
    size_t n = 0;

    for (unsigned i = 0; i < ike_cert_count(k->cfg.cert); i++) {
        ike_wr_open(m, IKE_PL_CERT);
        wr_u8(&m->w, IKE_CERT_X509_SIGNATURE);
        wr_rd(&m->w, ike_cert_der(k->cfg.cert, i));
        ike_wr_close(m);
    }
    if (!ike_cert_sign(k->cfg.cert, hash, signature, &n))
        m->w.bad = true;
    ike_wr_payload(m, IKE_PL_SIG, rd_over(signature, n));
}

void
ike_auth_put(struct ike *k, struct ike_sa *sa, struct ike_wr *m)
{
    uint8_t body[4 + IKE_ID_MAX], hash[HASH_MAX_SIZE];
    struct wr w = wr_over(body, sizeof body);
    struct ike_id id;

    local_id(k, &id);
    ike_id_put(&w, &id, 0, 0);
    hash_of_end(sa, sa->initiator, wr_done(&w), hash);
    ike_wr_payload(m, IKE_PL_ID, wr_done(&w));
    if (k->cfg.auth == IKE_AUTH_CERT)
        signature_put(k, rd_over(hash, sa->keys.size), m);
    else
        ike_wr_payload(m, IKE_PL_HASH, rd_over(hash, sa->keys.size));
}

void
ike_auth_request(struct ike *k, struct ike_wr *m)
{
    for (unsigned i = 0; i < IKE_CERTS_MAX; i++) {
        const struct rd name = ike_cert_authority(k->cfg.cert, i);

        if (!rd_ok(&name))
            return;
        ike_wr_open(m, IKE_PL_CERTREQ);
        wr_u8(&m->w, IKE_CERT_X509_SIGNATURE);
        wr_rd(&m->w, name);
        ike_wr_close(m);
    }
}

static bool
psk_good(const struct ike_sa *sa, const struct ike_in *in, struct rd id, struct ras_end *why)
{
    const struct rd theirs = ike_payload_find(&in->p, IKE_PL_HASH, 0);
    uint8_t ours[HASH_MAX_SIZE];

    hash_of_end(sa, !sa->initiator, id, ours);
    if (theirs.left == sa->keys.size && secret_equal(theirs.p, ours, theirs.left))
        return true;
    ras_end_set(why, RAS_OAKLEY_GENERAL_PROCESSING,
                "the other end does not prove that it knows the pre-shared key (HASH_%c)",
                sa->initiator ? 'R' : 'I');
    return false;
}

static bool
signature_good(struct ike *k, const struct ike_sa *sa, const struct ike_in *in, struct rd id_body,
               const struct ike_id *id, struct ras_end *why)
{
    uint8_t hash[HASH_MAX_SIZE];
    struct ike_cert_proof proof = {
        .id = *id,
        .name = k->remote_name,
        .is_server = k->cfg.role == IKE_INITIATOR,
        .method = sa->method,
        .hash = rd_over(hash, sa->keys.size),
        .signature = ike_payload_find(&in->p, IKE_PL_SIG, 0),
        .unix_time = k->cfg.unix_time + (k->now - k->made_at) / USEC_PER_SEC,
    };

    if (k->cfg.remote_id.type != 0)
        proof.name = NULL; /* the identity that was asked for is what counts */
    hash_of_end(sa, !sa->initiator, id_body, hash);
    for (unsigned i = 0; i < ike_payload_count(&in->p, IKE_PL_CERT); i++) {
        struct rd cert = ike_payload_find(&in->p, IKE_PL_CERT, i);

        const uint8_t encoding = rd_u8(&cert);

        if (encoding == IKE_CERT_X509_SIGNATURE && proof.n < IKE_CERTS_MAX)
            proof.certs[proof.n++] = cert;
        else if (encoding == IKE_CERT_PKCS7 && proof.bundle.left == 0)
            proof.bundle = cert;
    }
    return ike_cert_check(k->cfg.cert, &proof, why);
}

/* Is it who it should be: the configured identity, or the one of the beginning? */
static bool
expected(const struct ike *k, const struct ike_id *id, struct ras_end *why)
{
    const struct ike_id *const want = k->cfg.remote_id.type != 0 ? &k->cfg.remote_id
                                      : k->peer_id.type != 0     ? &k->peer_id
                                                                 : NULL;
    char is[64], should[48];

    if (want == NULL || ike_id_equal(want, id))
        return true;
    ike_id_text(id, is, sizeof is);
    ike_id_text(want, should, sizeof should);
    ras_end_set(why, RAS_OAKLEY_GENERAL_PROCESSING,
                "the other end calls itself %s, and should be %s", is, should);
    return false;
}

enum ike_auth_result
ike_auth_check(struct ike *k, struct ike_sa *sa, const struct ike_in *in, struct ras_end *why)
{
    const bool cert = k->cfg.auth == IKE_AUTH_CERT;
    const struct rd body = ike_payload_find(&in->p, IKE_PL_ID, 0);
    struct ike_ident ident;
    struct ike_id id;

    if (ike_payload_count(&in->p, IKE_PL_ID) != 1 || !ike_ident_get(body, &ident) ||
        !ike_id_from_ident(&ident, &id) ||
        ike_payload_count(&in->p, cert ? IKE_PL_SIG : IKE_PL_HASH) != 1)
        return IKE_AUTH_MALFORMED;
    if (!(cert ? signature_good(k, sa, in, body, &id, why) : psk_good(sa, in, body, why)) ||
        !expected(k, &id, why))
        return IKE_AUTH_BAD;
    k->peer_id = id;
    return IKE_AUTH_GOOD;
}
