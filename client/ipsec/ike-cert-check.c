/* ike-cert-check.c - is the other end who it says it is? See ike-cert.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "ike-cert-priv.h"
#include "ike-id-dn.h"

struct given { /* certificates that came, read */
    X509 *v[IKE_CERTS_MAX];
    unsigned n;
};

static void
given_free(struct given *g)
{
    for (unsigned i = 0; i < g->n; i++)
        X509_free(g->v[i]);
}

static bool
given_read(const struct ike_cert_proof *proof, struct given *g)
{
    for (unsigned i = 0; i < proof->n; i++) {
        const uint8_t *p = proof->certs[i].p;
        X509 *const one = proof->certs[i].left <= INT32_MAX
                              ? d2i_X509(NULL, &p, (long)proof->certs[i].left)
                              : NULL;

        if (one == NULL)
            return false;
        g->v[g->n++] = one;
        if (p != proof->certs[i].p + proof->certs[i].left)
            return false; /* something is behind it */
    }
    return true;
}

/* "Signed data" that nobody has signed: only the certificates in it are looked at. */
static bool
bundle_read(const struct ike_cert_proof *proof, struct given *g)
{
    const uint8_t *p = proof->bundle.p;

    if (proof->bundle.left == 0)
        return true;

    PKCS7 *const bundle =
        proof->bundle.left <= INT32_MAX ? d2i_PKCS7(NULL, &p, (long)proof->bundle.left) : NULL;
    const bool good = bundle != NULL && p == proof->bundle.p + proof->bundle.left &&
                      PKCS7_type_is_signed(bundle) && bundle->d.sign != NULL;
    STACK_OF(X509) *const list = good ? bundle->d.sign->cert : NULL;

    for (int i = 0; i < sk_X509_num(list) && g->n < IKE_CERTS_MAX; i++) {
        g->v[g->n] = sk_X509_value(list, i);
        X509_up_ref(g->v[g->n++]);
    }
    PKCS7_free(bundle);
    return good;
}

/* Chain and time, as libcrypto sees them. */
static bool
chain_good(const struct ike_cert *c, const struct ike_cert_proof *proof, X509 *leaf,
           const struct given *g, struct ras_end *why)
{
    X509_STORE_CTX *const ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *const between = sk_X509_new_null();
    int error = X509_V_ERR_OUT_OF_MEM;

    for (unsigned i = 0; i < g->n && between != NULL; i++)
        sk_X509_push(between, g->v[i]);
    if (ctx != NULL && between != NULL && X509_STORE_CTX_init(ctx, c->store, leaf, between) == 1) {
        X509_VERIFY_PARAM *const param = X509_STORE_CTX_get0_param(ctx);

        X509_VERIFY_PARAM_set_auth_level(param, 1);
        X509_VERIFY_PARAM_set_depth(param, IKE_CERTS_MAX);
        X509_VERIFY_PARAM_set_time(param, (time_t)proof->unix_time);
        X509_VERIFY_PARAM_set_flags(
            param, X509_V_FLAG_PARTIAL_CHAIN |
                       (c->has_crls ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0ul));
        if (X509_verify_cert(ctx) == 1)
            error = X509_V_OK;
        else
            error = X509_STORE_CTX_get_error(ctx);
    }
    X509_STORE_CTX_free(ctx);
    sk_X509_free(between);
    if (error == X509_V_OK)
        return true;

    enum ras_error number = RAS_CERT_E_CHAINING;

    if (error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID)
        number = RAS_CERT_E_EXPIRED;
    else if (error == X509_V_ERR_CERT_REVOKED)
        number = RAS_CERT_E_REVOKED;
    else if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
             error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
             error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
             error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE)
        number = RAS_CERT_E_UNTRUSTEDROOT;
    ras_end_set(why, number, "the peer's certificate: %s", X509_verify_cert_error_string(error));
    return false;
}

/* May it sign, and may it be at that end (RFC 4945 section 5.1.3, and what Windows asks for)? */
static bool
usage_good(X509 *leaf, bool is_server)
{
    static const char *const any[] = {"2.5.29.37.0", "1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.8.2.2"};
    const uint32_t usage = X509_get_key_usage(leaf);
    EXTENDED_KEY_USAGE *eku;
    bool good = false;

    if (X509_check_ca(leaf) == 1 ||
        (usage != UINT32_MAX && (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0))
        return false;
    eku = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
    if (eku == NULL)
        return X509_get_ext_by_NID(leaf, NID_ext_key_usage, -1) < 0;
    for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
        const ASN1_OBJECT *const o = sk_ASN1_OBJECT_value(eku, i);
        char oid[64];

        OBJ_obj2txt(oid, sizeof oid, o, 1);
        good |= OBJ_obj2nid(o) == (is_server ? NID_server_auth : NID_client_auth);
        for (size_t k = 0; k < sizeof any / sizeof *any; k++)
            good |= strcmp(oid, any[k]) == 0;
    }
    EXTENDED_KEY_USAGE_free(eku);
    return good;
}

/* Is what the ID payload says in the certificate? */
static bool
id_good(X509 *leaf, const struct ike_id *id)
{
    const char *const text = (const char *)id->value;
    uint8_t *der = NULL;
    bool good = false;
    int n;

    switch (id->type) {
    case IKE_ID_DN:
        n = i2d_X509_NAME(X509_get_subject_name(leaf), &der);
        good =
            n > 0 && ike_id_dn_equal(rd_over(der, (size_t)n), rd_over(id->value, id->len), false);
        OPENSSL_free(der);
        return good;
    case IKE_ID_FQDN:
        return X509_check_host(leaf, text, id->len,
                               X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                               NULL) == 1;
    case IKE_ID_USER_FQDN:
        return X509_check_email(leaf, text, id->len, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT) == 1;
    case IKE_ID_IPV4:
    case IKE_ID_IPV6:
        return X509_check_ip(leaf, id->value, id->len, 0) == 1;
    default:
        return false;
    }
}

static bool
name_good(X509 *leaf, const char *name)
{
    if (name == NULL || *name == '\0')
        return true;
    return X509_check_ip_asc(leaf, name, 0) == 1 ||
           X509_check_host(leaf, name, strlen(name), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) ==
               1;
}

static bool
leaf_good(const struct ike_cert *c, const struct ike_cert_proof *proof, X509 *leaf,
          const struct given *g, struct ras_end *why)
{
    if (!chain_good(c, proof, leaf, g, why))
        return false;
    if (!usage_good(leaf, proof->is_server)) {
        ras_end_set(why, RAS_CERT_E_WRONG_USAGE, "the peer's certificate is not meant for %s",
                    proof->is_server ? "a server" : "a client");
        return false;
    }
    if (!id_good(leaf, &proof->id)) {
        ras_end_set(why, RAS_CERT_E_CN_NO_MATCH,
                    "what the peer calls itself is not in its certificate");
        return false;
    }
    if (!name_good(leaf, proof->name)) {
        ras_end_set(why, RAS_CERT_E_CN_NO_MATCH, "the server's certificate is not for %s",
                    proof->name);
        return false;
    }
    return true;
}

bool
ike_cert_check(const struct ike_cert *c, const struct ike_cert_proof *proof,
               struct ras_end *ret_why)
{
    struct given g = {0};
    X509 *leaf = NULL;
    bool good = false;

    if (proof->n == 0 && proof->bundle.left == 0)
        ras_end_set(ret_why, RAS_OAKLEY_GENERAL_PROCESSING, "the peer sent no certificate");
    else if (!given_read(proof, &g) || !bundle_read(proof, &g))
        ras_end_set(ret_why, RAS_CERT_E_CHAINING, "a certificate of the peer is malformed");
    for (unsigned i = 0; i < g.n && leaf == NULL && ret_why->error == RAS_OK; i++)
        if (ike_signature_good(X509_get0_pubkey(g.v[i]), proof->method, proof->hash,
                               proof->signature))
            leaf = g.v[i];
    if (leaf != NULL)
        good = leaf_good(c, proof, leaf, &g, ret_why);
    else
        ras_end_set(ret_why, RAS_OAKLEY_GENERAL_PROCESSING,
                    "the peer's signature is not made with the key of its certificate");
    given_free(&g);
    ERR_clear_error();
    return good;
}
