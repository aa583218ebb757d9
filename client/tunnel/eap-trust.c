/* eap-trust.c - see eap-trust.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

/* As io-tls.c, and no session is kept. Windows Server 2012 and 2016 know no more than this. */
static bool
configure(struct eap_trust *t)
{
    SSL_CTX *c = t->side.ctx;

    SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_security_level(c, 2);
    SSL_CTX_set_cert_verify_callback(c, tls_verify_chain, &t->verify);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    return SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AESGCM:"
                                      "RSA+AES:!aNULL:!eNULL:!PSK:!SRP") == 1;
}

static int
on_staple(SSL *ssl, void *arg)
{
    struct eap_trust *t = arg;
    const unsigned char *der = NULL;
    const long n = SSL_get_tlsext_status_ocsp_resp(ssl, &der);

    if (t->verify.pinned || der == NULL || n <= 0)
        return 1;
    return tls_verify_staple(&t->verify, der, (size_t)n, SSL_get0_verified_chain(ssl));
}

static bool
use_chain(SSL_CTX *ctx, BIO *pem)
{
    X509 *leaf = PEM_read_bio_X509(pem, NULL, NULL, NULL), *next;
    const bool good = leaf != NULL && SSL_CTX_use_certificate(ctx, leaf) == 1;

    X509_free(leaf);
    while (good && (next = PEM_read_bio_X509(pem, NULL, NULL, NULL)) != NULL)
        if (SSL_CTX_add0_chain_cert(ctx, next) != 1)
            X509_free(next);
    ERR_clear_error(); /* the end of the file is one */
    return good;
}

static bool
use_own(struct eap_trust *t, const struct dial_plan *plan, const struct plan_key *key,
        struct ras_end *ret_why)
{
    BIO *chain = BIO_new_mem_buf(plan->cert, (int)plan->cert_len);
    BIO *pem = BIO_new_mem_buf(key->pem, (int)key->len);
    EVP_PKEY *own = pem == NULL ? NULL : PEM_read_bio_PrivateKey(pem, NULL, NULL, (void *)"");

    t->side.has_cert = chain != NULL && own != NULL && use_chain(t->side.ctx, chain) &&
                       SSL_CTX_use_PrivateKey(t->side.ctx, own) == 1 &&
                       SSL_CTX_check_private_key(t->side.ctx) == 1;
    EVP_PKEY_free(own);
    BIO_free(pem);
    BIO_free(chain);
    ERR_clear_error();
    if (!t->side.has_cert)
        ras_end_set(ret_why, RAS_NO_EAPTLS_CERTIFICATE,
                    "the certificate and the key of the profile cannot be used together");
    return t->side.has_cert;
}

/* Ours is wanted when it is the only way in, and must be right when it is there. */
static bool
find_own(struct eap_trust *t, const struct dial_plan *plan, const struct plan_key *key,
         struct ras_end *ret_why)
{
    if ((plan->auth & PLAN_AUTH_EAP_TLS) == 0)
        return true;
    if (plan->cert_len > 0 && key->len > 0)
        return use_own(t, plan, key, ret_why);
    if ((plan->auth & ~(unsigned)PLAN_AUTH_EAP_TLS) != 0)
        return true;
    ras_end_set(ret_why, RAS_NO_EAPTLS_CERTIFICATE,
                "the profile has no certificate, or no key to it");
    return false;
}

struct eap_trust *
eap_trust_new(const struct dial_plan *plan, const struct credentials *credentials, const char *host,
              struct ras_end *ret_why)
{
    struct eap_trust *t = calloc(1, sizeof *t);

    if (t == NULL || (t->side.ctx = SSL_CTX_new(TLS_client_method())) == NULL || !configure(t)) {
        ras_end_set(ret_why, RAS_RASMAN_CANNOT_INITIALIZE, "TLS cannot be set up for EAP");
        eap_trust_free(t);
        return NULL;
    }
    t->side.fault = &t->verify.end;
    t->side.unbound = plan->eap.unbound;
    snprintf(t->side.identity, sizeof t->side.identity, "%s", plan->eap.identity);
    if (!tls_verify_init_eap(&t->verify, plan, host)) {
        *ret_why = t->verify.end;
        eap_trust_free(t);
        return NULL;
    }
    if (t->verify.store != NULL) {
        X509_STORE_up_ref(t->verify.store);
        SSL_CTX_set_cert_store(t->side.ctx, t->verify.store);
    }
    SSL_CTX_set_tlsext_status_type(t->side.ctx, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_tlsext_status_cb(t->side.ctx, on_staple);
    SSL_CTX_set_tlsext_status_arg(t->side.ctx, t);
    if (!find_own(t, plan, &credentials->key, ret_why)) {
        eap_trust_free(t);
        return NULL;
    }
    return t;
}

void
eap_trust_describe(const struct eap_trust *t, struct tunnel_certificate *ret)
{
    const struct tls_verify *v = &t->verify;

    memcpy(ret->sha256, v->leaf_sha256, sizeof ret->sha256);
    snprintf(ret->subject, sizeof ret->subject, "%s", v->subject);
    snprintf(ret->issuer, sizeof ret->issuer, "%s", v->issuer);
    ret->until = v->until < 0 ? 0 : v->until;
}

void
eap_trust_free(struct eap_trust *t)
{
    if (t == NULL)
        return;
    SSL_CTX_free(t->side.ctx);
    tls_verify_clear(&t->verify);
    free(t);
}
