/*
 * test-ike-cert.c - certificates in phase 1: signatures over the bare HASH (row K6), and who is
 * believed (row K7). SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>

#include "ike-cert-priv.h"
#include "ike-id.h"
#include "ike-test.h"
#include "test-certs.h"

static const guint8 hash20[20] = "twenty octets it is";

/* The captured signatures of t5, both ways. */
static void
test_captured(void)
{
    static const char *const ends[][3] = {{"cert_initiator_der", "SIG_initiator", "HASH_I"},
                                          {"cert_responder_der", "SIG_responder", "HASH_R"}};

    for (guint i = 0; i < 2; i++) {
        const struct rd der = vector("t5", ends[i][0]), sig = vector("t5", ends[i][1]);
        const struct rd hash = vector("t5", ends[i][2]);
        const guint8 *p = der.p;
        X509 *x = d2i_X509(NULL, &p, (long)der.left);
        EVP_PKEY *key = X509_get0_pubkey(x);

        g_assert_true(ike_signature_good(key, IKE_METHOD_RSA, hash, sig));
        g_assert_false(ike_signature_good(key, IKE_METHOD_ECDSA_256, hash, sig));
        g_assert_false(ike_signature_good(key, IKE_METHOD_RSA, vector("t5", ends[1 - i][2]), sig));
        g_assert_false(ike_signature_good(key, IKE_METHOD_RSA, hash, rd_over(sig.p, 255)));
        g_assert_false(ike_signature_good(key, IKE_METHOD_RSA, hash, rd_over(sig.p, 0)));
        for (gsize at = 0; at < sig.left; at += 5) {
            g_autofree guint8 *copy = g_memdup2(sig.p, sig.left);

            copy[at] ^= 1;
            g_assert_false(ike_signature_good(key, IKE_METHOD_RSA, hash, rd_over(copy, sig.left)));
        }
        X509_free(x);
    }
}

/* Whatever block, signed as it is. */
static void
sign_block(EVP_PKEY *key, const guint8 *block, guint8 *ret, gsize n)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

    g_assert_cmpint(EVP_PKEY_sign_init(ctx), ==, 1);
    g_assert_cmpint(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), ==, 1);
    g_assert_cmpint(EVP_PKEY_sign(ctx, ret, &n, block, n), ==, 1);
    EVP_PKEY_CTX_free(ctx);
}

/* Blocks that a lenient reader takes: what a forger needs when e is 3. */
static void
test_K6(void)
{
    static const guint8 digest_info[] = {0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e,
                                         3,    2,    0x1a, 5, 0, 4, 0x14};
    struct cert *c = cert_new(&(struct cert_spec){.cn = "x", .rsa_bits = 2048}, NULL);
    const struct rd hash = rd_over(hash20, 20);
    const gsize n = 256;
    static const char *const why[] = {
        "as it should be",
        "with a DigestInfo",
        "short padding, garbage behind",
        "zeroes for padding",
        "block type 2",
        "the hash, and one octet behind",
        "no zero before the hash",
        "eight octets of padding, zeroes behind",
    };

    for (guint i = 0; i < G_N_ELEMENTS(why); i++) {
        guint8 block[256], sig[256];

        memset(block, 0xff, n);
        block[0] = 0, block[1] = 1;
        block[n - 21] = 0;
        memcpy(block + n - 20, hash20, 20);
        if (i == 1) {
            memcpy(block + n - 20 - sizeof digest_info, digest_info, sizeof digest_info);
            block[n - 21 - sizeof digest_info] = 0;
        } else if (i == 2 || i == 7) {
            block[10] = 0;
            memcpy(block + 11, hash20, 20);
            memset(block + 31, i == 2 ? 0x5a : 0, n - 31);
        } else if (i == 3) {
            memset(block + 2, 0, n - 22);
        } else if (i == 4) {
            block[1] = 2;
        } else if (i == 5) {
            memmove(block + n - 22, block + n - 21, 21);
            block[n - 1] = 0;
        } else if (i == 6) {
            block[n - 21] = 0xff;
        }
        g_test_message("%s", why[i]);
        sign_block(c->key, block, sig, n);
        g_assert_cmpint(ike_signature_good(c->key, IKE_METHOD_RSA, hash, rd_over(sig, n)), ==,
                        i == 0);
    }
    cert_free(c);
}

static char *
key_pem(const struct cert *c)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;

    PEM_write_bio_PrivateKey(bio, c->key, NULL, NULL, 0, NULL, NULL);
    const long n = BIO_get_mem_data(bio, &data);
    char *text = g_strndup(data, (gsize)n);
    BIO_free(bio);
    return text;
}

static struct rd
text_rd(const char *text)
{
    return text != NULL ? rd_over(text, strlen(text)) : (struct rd){0};
}

static struct ike_cert *
load(const struct cert *own, const struct cert *authority, const char *crls, struct ras_end *why)
{
    g_autofree char *chain = cert_pem(&own, 1), *key = key_pem(own);
    g_autofree char *ca = cert_pem(&authority, 1);
    const struct ike_cert_config cfg = {.chain = text_rd(chain),
                                        .key = text_rd(key),
                                        .authorities = text_rd(ca),
                                        .crls = text_rd(crls)};

    *why = (struct ras_end){0};
    return ike_cert_new(&cfg, why);
}

static void
test_sign(void)
{
    static const guint methods[] = {IKE_METHOD_RSA, IKE_METHOD_ECDSA_256};

    for (guint i = 0; i < 2; i++) {
        const struct cert_spec spec = {.cn = "own", .rsa_bits = i == 0 ? 2048 : 0};
        struct cert *c = cert_new(&spec, NULL);
        struct ras_end why;
        struct ike_cert *own = load(c, c, NULL, &why);
        guint8 sig[IKE_SIGNATURE_MAX];
        const struct rd hash = rd_over(hash20, 20);
        struct ike_id id;
        gsize n;

        g_assert_nonnull(own);
        g_assert_cmpint(ike_cert_method(own), ==, methods[i]);
        g_assert_true(ike_cert_sign(own, hash, sig, &n));
        g_assert_cmpuint(n, ==, i == 0 ? 256 : 64);
        g_assert_true(ike_signature_good(c->key, methods[i], hash, rd_over(sig, n)));
        g_assert_false(ike_signature_good(c->key, methods[i], rd_over("x", 1), rd_over(sig, n)));
        sig[n / 2] ^= 1;
        g_assert_false(ike_signature_good(c->key, methods[i], hash, rd_over(sig, n)));
        memset(sig, 0, n); /* r and s 0 */
        g_assert_false(ike_signature_good(c->key, methods[i], hash, rd_over(sig, n)));
        g_assert_false(ike_signature_good(c->key, methods[i], hash, rd_over(sig, n - 1)));
        g_assert_true(ike_cert_subject(own, &id));
        g_assert_cmpint(id.type, ==, IKE_ID_DN);
        g_assert_cmpint(ike_cert_count(own), ==, 1);
        g_assert_true(ike_cert_authority(own, 1).bad);
        ike_cert_free(own);
        cert_free(c);
    }
}

/* What is asked for: each authority by its name, or anybody where there is no room for all. */
static void
test_asks_for(void)
{
    const struct cert *all[IKE_CERTS_MAX + 1];
    struct cert *c = cert_new(&(struct cert_spec){.cn = "us"}, NULL);
    const struct cert *own = c;
    g_autofree char *chain = cert_pem(&own, 1), *key = key_pem(c);

    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autofree char *name = g_strdup_printf("Authority %u", i);

        all[i] = cert_new(&(struct cert_spec){.cn = name, .constraints = "critical,CA:TRUE"}, NULL);
    }
    for (guint n = 1; n <= G_N_ELEMENTS(all); n++) {
        g_autofree char *authorities = cert_pem(all, n);
        const struct ike_cert_config cfg = {.chain = rd_over(chain, strlen(chain)),
                                            .key = rd_over(key, strlen(key)),
                                            .authorities =
                                                rd_over(authorities, strlen(authorities))};
        struct ras_end why = {0};
        struct ike_cert *cert = ike_cert_new(&cfg, &why);
        const guint names = n <= IKE_CERTS_MAX ? n : 1;

        g_assert_nonnull(cert);
        for (guint i = 0; i < names; i++) {
            g_assert_false(ike_cert_authority(cert, i).bad);
            g_assert_cmpint(ike_cert_authority(cert, i).left > 0, ==, n <= IKE_CERTS_MAX);
        }
        g_assert_true(ike_cert_authority(cert, names).bad);
        ike_cert_free(cert);
    }
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        cert_free((struct cert *)all[i]);
    cert_free(c);
}

struct der {
    guint8 *p;
    int n;
};

static struct rd
der_of(X509 *x, struct der *keep)
{
    keep->p = NULL;
    keep->n = i2d_X509(x, &keep->p);
    return rd_over(keep->p, (gsize)keep->n);
}

/* As Windows sends a certificate and what is between it and its authority. */
static struct rd
bundle_of(X509 *const *list, guint n, struct der *keep)
{
    PKCS7 *bundle = PKCS7_new();

    g_assert_cmpint(PKCS7_set_type(bundle, NID_pkcs7_signed), ==, 1);
    g_assert_cmpint(PKCS7_content_new(bundle, NID_pkcs7_data), ==, 1);
    for (guint i = 0; i < n; i++)
        g_assert_cmpint(PKCS7_add_certificate(bundle, list[i]), ==, 1);
    keep->p = NULL;
    keep->n = i2d_PKCS7(bundle, &keep->p);
    g_assert_cmpint(keep->n, >, 0);
    PKCS7_free(bundle);
    return rd_over(keep->p, (gsize)keep->n);
}

struct world {
    struct cert *ca, *other_ca, *own;
    struct ike_cert *us;
};

static void
world_init(struct world *w, gboolean with_crl, const struct cert *revoked)
{
    struct ras_end why;

    if (w->ca == NULL) {
        w->ca = cert_new(&(struct cert_spec){.cn = "CA", .constraints = "critical,CA:TRUE"}, NULL);
        w->other_ca =
            cert_new(&(struct cert_spec){.cn = "Other", .constraints = "critical,CA:TRUE"}, NULL);
        w->own = cert_new(&(struct cert_spec){.cn = "client"}, w->ca);
    }
    g_autofree char *crl = with_crl ? cert_crl_pem(w->ca, revoked) : NULL;
    ike_cert_free(w->us);
    w->us = load(w->own, w->ca, crl, &why);
    g_assert_nonnull(w->us);
}

static void
world_clear(struct world *w)
{
    ike_cert_free(w->us);
    cert_free(w->ca);
    cert_free(w->other_ca);
    cert_free(w->own);
}

/* What the server @server, with @chain besides, is found to be. */
static enum ras_error
verdict(const struct world *w, const struct cert *server, const char *id_text, const char *name,
        X509 *besides)
{
    struct ike_cert_proof proof = {.name = name,
                                   .is_server = true,
                                   .method = IKE_METHOD_ECDSA_256,
                                   .hash = rd_over(hash20, 20),
                                   .unix_time = (guint64)(g_get_real_time() / G_USEC_PER_SEC)};
    struct der keep[2] = {0};
    struct ras_end why = {0};
    guint8 sig[IKE_SIGNATURE_MAX];
    gsize n;
    struct ike_cert *them = load(server, w->ca, NULL, &why);

    g_assert_nonnull(them);
    g_assert_true(ike_cert_sign(them, proof.hash, sig, &n));
    proof.signature = rd_over(sig, n);
    if (id_text == NULL)
        g_assert_true(ike_cert_subject(them, &proof.id));
    else
        g_assert_true(ike_id_from_text(id_text, &proof.id));
    if (besides != NULL) /* before the leaf: which one it is, the signature says */
        proof.certs[proof.n++] = der_of(besides, &keep[0]);
    proof.certs[proof.n++] = der_of(server->x509, &keep[1]);
    why = (struct ras_end){0};
    const bool good = ike_cert_check(w->us, &proof, &why);
    g_assert_cmpint(good, ==, why.error == RAS_OK);
    ike_cert_free(them);
    OPENSSL_free(keep[0].p);
    OPENSSL_free(keep[1].p);
    return why.error;
}

static void
test_K7(void)
{
#define SAN "DNS:vpn.example.com,IP:198.51.100.2"
    static const struct {
        const char *why;
        struct cert_spec spec;
        const char *id, *name;
        enum ras_error error;
        gboolean other_ca;
    } cases[] = {
        {"good", {.cn = "vpn", .san = SAN}, NULL, "vpn.example.com", RAS_OK},
        {"good by address", {.cn = "vpn", .san = SAN}, NULL, "198.51.100.2", RAS_OK},
        {"no name wanted", {.cn = "vpn"}, NULL, "", RAS_OK},
        {"its name as identity", {.cn = "vpn", .san = SAN}, "vpn.example.com", NULL, RAS_OK},
        {"its address as identity", {.cn = "vpn", .san = SAN}, "198.51.100.2", NULL, RAS_OK},
        {"for servers", {.cn = "vpn", .san = SAN, .eku = "serverAuth"}, NULL, NULL, RAS_OK},
        {"for IKE", {.cn = "vpn", .eku = "1.3.6.1.5.5.8.2.2"}, NULL, NULL, RAS_OK},
        {"a common name only", {.cn = "vpn.example.com"}, NULL, "vpn.example.com", RAS_OK},
        {"another name",
         {.cn = "vpn", .san = SAN},
         NULL,
         "www.example.com",
         RAS_CERT_E_CN_NO_MATCH},
        {"another address",
         {.cn = "vpn", .san = SAN},
         NULL,
         "198.51.100.3",
         RAS_CERT_E_CN_NO_MATCH},
        {"an identity that is not in it",
         {.cn = "vpn", .san = SAN},
         "other.example.com",
         NULL,
         RAS_CERT_E_CN_NO_MATCH},
        {"an address that is not in it",
         {.cn = "vpn", .san = SAN},
         "198.51.100.3",
         NULL,
         RAS_CERT_E_CN_NO_MATCH},
        {"a mail address that is not in it",
         {.cn = "vpn", .san = SAN},
         "a@example.com",
         NULL,
         RAS_CERT_E_CN_NO_MATCH},
        {"a wildcard is no identity",
         {.cn = "vpn", .san = "DNS:*.example.com"},
         "vpn.example.com",
         NULL,
         RAS_CERT_E_CN_NO_MATCH},
        {"expired",
         {.cn = "vpn", .from_days = -20, .to_days = -10},
         NULL,
         NULL,
         RAS_CERT_E_EXPIRED},
        {"not yet valid",
         {.cn = "vpn", .from_days = 10, .to_days = 20},
         NULL,
         NULL,
         RAS_CERT_E_EXPIRED},
        {"of somebody else", {.cn = "vpn", .san = SAN}, NULL, NULL, RAS_CERT_E_UNTRUSTEDROOT, TRUE},
        {"for clients",
         {.cn = "vpn", .san = SAN, .eku = "clientAuth"},
         NULL,
         NULL,
         RAS_CERT_E_WRONG_USAGE},
        {"for code", {.cn = "vpn", .eku = "codeSigning"}, NULL, NULL, RAS_CERT_E_WRONG_USAGE},
        {"an authority itself",
         {.cn = "vpn", .constraints = "critical,CA:TRUE"},
         NULL,
         NULL,
         RAS_CERT_E_WRONG_USAGE},
    };
    struct world w = {0};

    world_init(&w, FALSE, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct cert *server = cert_new(&cases[i].spec, cases[i].other_ca ? w.other_ca : w.ca);

        g_test_message("%s", cases[i].why);
        g_assert_cmphex(verdict(&w, server, cases[i].id, cases[i].name, NULL), ==, cases[i].error);
        cert_free(server);
    }
    world_clear(&w);
}

static void
test_K7_chain(void)
{
    struct world w = {0};

    world_init(&w, FALSE, NULL);
    struct cert *between =
        cert_new(&(struct cert_spec){.cn = "Between", .constraints = "critical,CA:TRUE"}, w.ca);
    struct cert *not_ca = cert_new(&(struct cert_spec){.cn = "Leaf"}, w.ca);
    struct cert *limited = cert_new(&(struct cert_spec){.cn = "Limited",
                                                        .constraints = "critical,CA:TRUE",
                                                        .names = "permitted;DNS:example.org"},
                                    w.ca);
    const struct cert_spec spec = {.cn = "vpn", .san = "DNS:vpn.example.com"};
    struct cert *good = cert_new(&spec, between), *bad = cert_new(&spec, not_ca);
    struct cert *outside = cert_new(&spec, limited);

    g_assert_cmphex(verdict(&w, good, NULL, "vpn.example.com", between->x509), ==, RAS_OK);
    g_assert_cmphex(verdict(&w, good, NULL, NULL, NULL), ==, RAS_CERT_E_UNTRUSTEDROOT);
    g_assert_cmphex(verdict(&w, bad, NULL, NULL, not_ca->x509), !=, RAS_OK);
    g_assert_cmphex(verdict(&w, outside, NULL, NULL, limited->x509), ==, RAS_CERT_E_CHAINING);
    cert_free(good);
    cert_free(bad);
    cert_free(outside);
    cert_free(between);
    cert_free(not_ca);
    cert_free(limited);
    world_clear(&w);
}

static void
test_K7_revoked(void)
{
    struct world w = {0};

    world_init(&w, TRUE, NULL);
    struct cert *server = cert_new(&(struct cert_spec){.cn = "vpn"}, w.ca);
    g_assert_cmphex(verdict(&w, server, NULL, NULL, NULL), ==, RAS_OK);
    world_init(&w, TRUE, server);
    g_assert_cmphex(verdict(&w, server, NULL, NULL, NULL), ==, RAS_CERT_E_REVOKED);
    cert_free(server);
    world_clear(&w);
}

static void
test_K7_what_came(void)
{
    struct world w = {0};
    struct ras_end why = {0};
    struct der keep;
    struct ike_cert_proof proof = {.is_server = true,
                                   .method = IKE_METHOD_ECDSA_256,
                                   .hash = rd_over(hash20, 20),
                                   .signature = rd_over(hash20, 20)};

    world_init(&w, FALSE, NULL);
    g_assert_false(ike_cert_check(w.us, &proof, &why)); /* no certificate */
    g_assert_cmpint(why.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
    why = (struct ras_end){0};
    proof.certs[proof.n++] = rd_over("not a certificate", 17);
    g_assert_false(ike_cert_check(w.us, &proof, &why));
    g_assert_cmphex(why.error, ==, RAS_CERT_E_CHAINING);
    const struct rd der = der_of(w.own->x509, &keep);
    g_autofree guint8 *longer = g_malloc0(der.left + 1);
    memcpy(longer, der.p, der.left);
    why = (struct ras_end){0};
    proof.certs[0] = rd_over(longer, der.left + 1); /* something behind it */
    g_assert_false(ike_cert_check(w.us, &proof, &why));
    g_assert_cmphex(why.error, ==, RAS_CERT_E_CHAINING);
    for (gsize n = 0; n < der.left; n += 7) {
        why = (struct ras_end){0};
        proof.certs[0] = rd_over(der.p, n);
        g_assert_false(ike_cert_check(w.us, &proof, &why));
    }
    why = (struct ras_end){0};
    proof.certs[0] = der; /* a good one, and a signature that is none */
    g_assert_false(ike_cert_check(w.us, &proof, &why));
    g_assert_cmpint(why.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
    OPENSSL_free(keep.p);
    world_clear(&w);
}

static void
test_own(void)
{
    struct cert *a = cert_new(&(struct cert_spec){.cn = "a"}, NULL);
    struct cert *b = cert_new(&(struct cert_spec){.cn = "b"}, NULL);
    const struct cert *const both[] = {a, b};
    g_autofree char *chain = cert_pem(both, 2), *key_a = key_pem(a), *key_b = key_pem(b);
    const struct {
        const char *why, *chain, *key;
        enum ras_error error;
    } cases[] = {
        {"good", chain, key_a, RAS_OK},
        {"nothing", NULL, NULL, RAS_OAKLEY_NO_CERT},
        {"no key", chain, NULL, RAS_OAKLEY_NO_CERT},
        {"the key of another", chain, key_b, RAS_OAKLEY_NO_CERT},
        {"a text", "hello", key_a, RAS_OAKLEY_NO_CERT},
        {"a key where the certificate is", key_a, key_a, RAS_OAKLEY_NO_CERT},
        {"a certificate where the key is", chain, chain, RAS_OAKLEY_NO_CERT},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct ike_cert_config cfg = {.chain = text_rd(cases[i].chain),
                                            .key = text_rd(cases[i].key),
                                            .authorities = text_rd(chain)};
        struct ras_end why = {0};
        struct ike_cert *c = ike_cert_new(&cfg, &why);

        g_test_message("%s", cases[i].why);
        g_assert_cmpint(c != NULL, ==, cases[i].error == RAS_OK);
        g_assert_cmphex(why.error, ==, cases[i].error);
        if (c != NULL)
            g_assert_cmpint(ike_cert_count(c), ==, 2);
        ike_cert_free(c);
    }
    cert_free(a);
    cert_free(b);
}

/* The chain in PKCS #7: the leaf too, or beside it; cut off, or something else, it is nothing. */
static void
test_K7_bundle(void)
{
    struct world w = {0};
    struct ras_end why = {0};
    struct der keep[2];
    guint8 sig[IKE_SIGNATURE_MAX];
    gsize n;

    world_init(&w, FALSE, NULL);
    struct cert *between =
        cert_new(&(struct cert_spec){.cn = "Between", .constraints = "critical,CA:TRUE"}, w.ca);
    struct cert *server = cert_new(&(struct cert_spec){.cn = "vpn"}, between);
    struct ike_cert *them = load(server, w.ca, NULL, &why);
    X509 *const both[] = {between->x509, server->x509};
    struct ike_cert_proof proof = {.is_server = true,
                                   .method = IKE_METHOD_ECDSA_256,
                                   .hash = rd_over(hash20, 20),
                                   .unix_time = (guint64)(g_get_real_time() / G_USEC_PER_SEC)};

    g_assert_true(ike_cert_sign(them, proof.hash, sig, &n));
    proof.signature = rd_over(sig, n);
    g_assert_true(ike_cert_subject(them, &proof.id));
    const struct rd whole = bundle_of(both, 2, &keep[0]);

    proof.bundle = whole;
    g_assert_true(ike_cert_check(w.us, &proof, &why));
    proof.bundle.left--;
    g_assert_false(ike_cert_check(w.us, &proof, &why));
    g_assert_cmpint(why.error, ==, RAS_CERT_E_CHAINING);

    why = (struct ras_end){0};
    proof.certs[proof.n++] = der_of(server->x509, &keep[1]);
    proof.bundle = (struct rd){0}; /* without what is between */
    g_assert_false(ike_cert_check(w.us, &proof, &why));
    g_assert_cmpint(why.error, ==, RAS_CERT_E_UNTRUSTEDROOT);
    why = (struct ras_end){0};
    proof.bundle = whole;
    g_assert_true(ike_cert_check(w.us, &proof, &why));
    proof.bundle = proof.certs[0]; /* a certificate, bare */
    g_assert_false(ike_cert_check(w.us, &proof, &why));

    OPENSSL_free(keep[0].p);
    OPENSSL_free(keep[1].p);
    ike_cert_free(them);
    cert_free(server);
    cert_free(between);
    world_clear(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(hash_init() && cipher_init());
    g_test_add_func("/ike-cert/captured-signatures", test_captured);
    g_test_add_func("/ike-cert/K6-blocks", test_K6);
    g_test_add_func("/ike-cert/sign", test_sign);
    g_test_add_func("/ike-cert/asks-for", test_asks_for);
    g_test_add_func("/ike-cert/own", test_own);
    g_test_add_func("/ike-cert/K7-certificates", test_K7);
    g_test_add_func("/ike-cert/K7-chains", test_K7_chain);
    g_test_add_func("/ike-cert/K7-revoked", test_K7_revoked);
    g_test_add_func("/ike-cert/K7-what-came", test_K7_what_came);
    g_test_add_func("/ike-cert/K7-PKCS7", test_K7_bundle);
    return g_test_run();
}
