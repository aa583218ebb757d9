/* test-own-cert.c - certificates that a person chooses: what is taken of them, and what is said of
 * the bad ones. SPDX-License-Identifier: GPL-3.0-or-later */
#include "own-cert.h"

#include "own-cert-work.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include <limits.h>
#include <string.h>
#include <time.h>

#include "test-certs.h"

#define PASSPHRASE                                                                                 \
    "gehe\xc3\xaf"                                                                                 \
    "m"

struct world {
    struct cert *root, *middle, *own;
    gint64 now;
};

static void
set_up(struct world *w, gconstpointer data)
{
    const struct cert_spec root = {.cn = "Root", .constraints = "critical,CA:TRUE"},
                           middle = {.cn = "Middle", .constraints = "critical,CA:TRUE"},
                           own = {.cn = "laptop", .eku = "clientAuth"};

    (void)data;
    w->root = cert_new(&root, NULL);
    w->middle = cert_new(&middle, w->root);
    w->own = cert_new(&own, w->middle);
    w->now = (gint64)time(NULL);
}

static void
tear_down(struct world *w, gconstpointer data)
{
    (void)data;
    cert_free(w->own);
    cert_free(w->middle);
    cert_free(w->root);
}

static GBytes *
taken(BIO *bio)
{
    char *p = NULL;
    const long n = BIO_get_mem_data(bio, &p);
    GBytes *bytes = g_bytes_new(p, (gsize)n);

    BIO_free(bio);
    return bytes;
}

/* @passphrase NULL: the key is not protected. */
static GBytes *
key_pem(const struct cert *c, const char *passphrase)
{
    BIO *bio = BIO_new(BIO_s_mem());

    g_assert_cmpint(PEM_write_bio_PKCS8PrivateKey(
                        bio, c->key, passphrase != NULL ? EVP_aes_256_cbc() : NULL, passphrase,
                        passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
                    ==, 1);
    return taken(bio);
}

static GBytes *
joined(GBytes *a, const char *b)
{
    gsize n;
    const char *p = g_bytes_get_data(a, &n);
    GByteArray *all = g_byte_array_new();

    g_byte_array_append(all, (const guint8 *)p, (guint)n);
    g_byte_array_append(all, (const guint8 *)b, (guint)strlen(b));
    return g_byte_array_free_to_bytes(all);
}

static GBytes *
text(const char *pem)
{
    return g_bytes_new(pem, strlen(pem));
}

static GBytes *
pem_of(const struct cert *c)
{
    g_autofree char *pem = cert_pem(&c, 1);

    return text(pem);
}

/* As Windows exports it: @algorithm for both, RC2 of 40 bits being that of old. */
static GBytes *
pkcs12(const struct world *w, int cert_algorithm, const char *passphrase)
{
    OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *usual = OSSL_PROVIDER_load(context, "default"),
                  *old = OSSL_PROVIDER_load(context, "legacy");
    STACK_OF(X509) *others = sk_X509_new_null();
    BIO *bio = BIO_new(BIO_s_mem());
    PKCS12 *file;

    if (cert_algorithm == NID_pbe_WithSHA1And40BitRC2_CBC && old == NULL) {
        g_assert_true(FALSE); /* Debian's libssl3 has it */
    }
    sk_X509_push(others, w->root->x509);
    sk_X509_push(others, w->middle->x509);
    file = PKCS12_create_ex(passphrase, "laptop", w->own->key, w->own->x509, others,
                            cert_algorithm == 0 ? 0 : NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                            cert_algorithm, 0, 0, 0, context, NULL);
    g_assert_nonnull(file);
    g_assert_cmpint(i2d_PKCS12_bio(bio, file), ==, 1);
    PKCS12_free(file);
    sk_X509_free(others);
    OSSL_PROVIDER_unload(usual);
    OSSL_PROVIDER_unload(old);
    OSSL_LIB_CTX_free(context);
    return taken(bio);
}

static void
assert_fails(GBytes *file, GBytes *key, const char *passphrase, gint64 now, int code,
             const char *words)
{
    struct own_cert c = {.not_after = 4711};
    g_autoptr(GError) error = NULL;

    g_assert_false(own_cert_read(file, key, passphrase, now, &c, &error));
    g_assert_error(error, OWN_CERT_ERROR, code);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_cmpint(c.not_after, ==, 4711);
}

/* All of the file is there, in the order that a plan wants. */
static void
assert_whole(const struct world *w, struct own_cert *c)
{
    const struct cert *const chain[] = {w->own, w->middle}, *const root[] = {w->root};
    g_autofree char *want = cert_pem(chain, 2), *authority = cert_pem(root, 1);
    BIO *bio = BIO_new_mem_buf(c->key.pem, c->key.len);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");

    g_assert_cmpstr(c->pem, ==, want);
    g_assert_cmpstr(c->authority, ==, authority);
    g_assert_cmpstr(c->subject, ==, "CN=laptop");
    g_assert_cmpstr(c->issuer, ==, "CN=Middle");
    g_assert_cmpstr(c->authority_name, ==, "CN=Root");
    g_assert_cmpstr(c->doubts, ==, "");
    g_assert_cmpint(c->not_after, >, w->now);
    g_assert_cmpint(EVP_PKEY_eq(key, w->own->key), ==, 1);
    EVP_PKEY_free(key);
    BIO_free(bio);
    own_cert_clear(c);
    g_assert_null(c->pem);
    g_assert_cmpint(c->key.pem[0], ==, 0);
}

static void
assert_read(const struct world *w, GBytes *file, GBytes *key, const char *passphrase)
{
    g_autoptr(GError) error = NULL;
    struct own_cert c;

    own_cert_read(file, key, passphrase, w->now, &c, &error);
    g_assert_no_error(error);
    assert_whole(w, &c);
}

static void
test_pem_any_order(struct world *w, gconstpointer data)
{
    const struct cert *const order[] = {w->root, w->middle, w->own};
    g_autofree char *certs = cert_pem(order, 3);
    g_autoptr(GBytes) key = key_pem(w->own, NULL), all = joined(key, certs);
    g_autoptr(GBytes) only = text(certs);

    (void)data;
    assert_read(w, all, NULL, NULL);
    assert_read(w, only, key, NULL);
    assert_fails(only, NULL, NULL, w->now, OWN_CERT_ERROR_NO_KEY, "no private key");
}

static void
test_pem_protected(struct world *w, gconstpointer data)
{
    const struct cert *const order[] = {w->own, w->middle, w->root};
    g_autofree char *certs = cert_pem(order, 3);
    g_autoptr(GBytes) key = key_pem(w->own, PASSPHRASE), all = joined(key, certs);

    (void)data;
    assert_fails(all, NULL, NULL, w->now, OWN_CERT_ERROR_PROTECTED, "pass phrase");
    assert_fails(all, NULL, "wrong", w->now, OWN_CERT_ERROR_WRONG_PASSPHRASE, "not the pass");
    assert_fails(all, NULL, "", w->now, OWN_CERT_ERROR_WRONG_PASSPHRASE, "not the pass");
    assert_read(w, all, NULL, PASSPHRASE);
}

static void
test_pkcs12(struct world *w, gconstpointer data)
{
    static const int algorithms[] = {0, NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                                     NID_pbe_WithSHA1And40BitRC2_CBC};

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        g_autoptr(GBytes) file = pkcs12(w, algorithms[i], PASSPHRASE);

        assert_fails(file, NULL, NULL, w->now, OWN_CERT_ERROR_PROTECTED, "pass phrase");
        assert_fails(file, NULL, "wrong", w->now, OWN_CERT_ERROR_WRONG_PASSPHRASE, "not the pass");
        assert_read(w, file, NULL, PASSPHRASE);
    }
}

/* A key in PEM that asks for so much work: by PBKDF2, or by scrypt when @n is not 0. */
static GBytes *
laborious_key(const struct cert *c, int rounds, guint64 n, guint64 r, guint64 p)
{
    X509_ALGOR *alg =
        n != 0 ? PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, 16, 8, 1)
               : PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 1, NULL, 0, NULL, NID_hmacWithSHA256);
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(c->key);
    PBE2PARAM *both = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);
    X509_SIG *sealed = PKCS8_set0_pbe("x", 1, plain, alg);
    BIO *bio = BIO_new(BIO_s_mem());

    /* only what it says of itself is changed: it could not be opened, but that takes its time */
    g_assert_nonnull(sealed);
    if (n != 0) {
        SCRYPT_PARAMS *s =
            ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), both->keyfunc->parameter);

        ASN1_INTEGER_set_uint64(s->costParameter, n);
        ASN1_INTEGER_set_uint64(s->blockSize, r);
        ASN1_INTEGER_set_uint64(s->parallelizationParameter, p);
        ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), s, &both->keyfunc->parameter);
        SCRYPT_PARAMS_free(s);
    } else {
        PBKDF2PARAM *k =
            ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), both->keyfunc->parameter);

        ASN1_INTEGER_set(k->iter, rounds);
        ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), k, &both->keyfunc->parameter);
        PBKDF2PARAM_free(k);
    }
    const X509_ALGOR *inside;
    X509_SIG_get0(sealed, &inside, NULL);
    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), both, &((X509_ALGOR *)inside)->parameter);
    PBE2PARAM_free(both);
    g_assert_cmpint(PEM_write_bio_PKCS8(bio, sealed), ==, 1);
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return taken(bio);
}

/* F1: a file that would keep a processor busy for days is found out before. */
static void
test_laborious(struct world *w, gconstpointer data)
{
    static const struct {
        int rounds;
        guint64 n, r, p;
        gboolean good; /* it is tried, and then it is not the pass phrase */
    } cases[] = {
        {1, 0, 0, 0, TRUE},
        {3000, 0, 0, 0, TRUE},
        {2000001, 0, 0, 0, FALSE},
        {INT_MAX, 0, 0, 0, FALSE},
        {-1, 0, 0, 0, FALSE},
        {0, 1024, 8, 1, TRUE},
        {0, 1024, 8, 100000, FALSE}, /* little memory, and no end */
        {0, 1 << 20, 8, 1, FALSE},
        {0, G_MAXUINT64, 8, 1, FALSE},
        {0, 1024, G_MAXUINT64, G_MAXUINT64, FALSE},
    };

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) key =
            laborious_key(w->own, cases[i].rounds, cases[i].n, cases[i].r, cases[i].p);
        g_autoptr(GBytes) cert = pem_of(w->own);

        g_test_message("%" G_GSIZE_FORMAT, i);
        assert_fails(cert, key, "other", w->now,
                     cases[i].good ? OWN_CERT_ERROR_WRONG_PASSPHRASE : OWN_CERT_ERROR_INVALID,
                     cases[i].good ? "not the pass" : "more work");
    }
}

/* PKCS #12 with the certificate encrypted by so many rounds, as it says; one was done. */
static PKCS12 *
laborious_pkcs12(const struct world *w, int rounds)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    STACK_OF(PKCS7) *parts = sk_PKCS7_new_null();
    PKCS12 *file;

    g_assert_nonnull(PKCS12_add_cert(&bags, w->own->x509));
    PKCS7 *part =
        PKCS12_pack_p7encdata(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "x", 1, NULL, 0, 1, bags);
    g_assert_nonnull(part);
    X509_ALGOR *alg = part->d.encrypted->enc_data->algorithm;
    PBEPARAM *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), alg->parameter);
    ASN1_INTEGER_set(param->iter, rounds);
    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBEPARAM), param, &alg->parameter);
    PBEPARAM_free(param);
    sk_PKCS7_push(parts, part);
    file = PKCS12_init(NID_pkcs7_data);
    g_assert_cmpint(PKCS12_pack_authsafes(file, parts), ==, 1);
    g_assert_cmpint(PKCS12_set_mac(file, "x", 1, NULL, 0, 2, NULL), ==, 1);
    sk_PKCS7_pop_free(parts, PKCS7_free);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return file;
}

static GBytes *
der_of(PKCS12 *file)
{
    BIO *bio = BIO_new(BIO_s_mem());

    g_assert_cmpint(i2d_PKCS12_bio(bio, file), ==, 1);
    PKCS12_free(file);
    return taken(bio);
}

/* The same in PKCS #12: for its sum, for what is in it, and all together. */
static void
test_laborious_pkcs12(struct world *w, gconstpointer data)
{
    static const int hostile[] = {2000001, INT_MAX, -1};
    PKCS12 *file = PKCS12_create("x", "laptop", w->own->key, w->own->x509, NULL, 0, 0, 300, 100, 0);

    (void)data;
    g_assert_true(own_cert_work_of_mac(file, 100));
    g_assert_false(own_cert_work_of_mac(file, 99));
    g_assert_true(own_cert_work_of_pkcs12(file, "x", 600)); /* the certificate, and the key */
    g_assert_false(own_cert_work_of_pkcs12(file, "x", 599));
    PKCS12_free(file);
    for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
        const ASN1_INTEGER *rounds;
        g_autoptr(GBytes) inside = der_of(laborious_pkcs12(w, hostile[i]));

        assert_fails(inside, NULL, "x", w->now, OWN_CERT_ERROR_INVALID, "more work");
        file = laborious_pkcs12(w, 1);
        PKCS12_get0_mac(NULL, NULL, NULL, &rounds, file);
        ASN1_INTEGER_set((ASN1_INTEGER *)rounds, hostile[i]);
        g_autoptr(GBytes) sum = der_of(file);
        assert_fails(sum, NULL, "x", w->now, OWN_CERT_ERROR_INVALID, "more work");
    }
    g_autoptr(GBytes) fine = der_of(laborious_pkcs12(w, 1));
    assert_fails(fine, NULL, "x", w->now, OWN_CERT_ERROR_NO_KEY, "no private key");
}

/* An empty pass phrase is what some call none. */
static void
test_pkcs12_without_passphrase(struct world *w, gconstpointer data)
{
    g_autoptr(GBytes) empty = pkcs12(w, 0, ""), none = pkcs12(w, 0, NULL);

    (void)data;
    assert_read(w, empty, NULL, NULL);
    assert_read(w, empty, NULL, "");
    assert_read(w, none, NULL, NULL);
}

static void
test_unusable(struct world *w, gconstpointer data)
{
    const struct cert_spec weak = {.cn = "weak", .rsa_bits = 512};
    g_autoptr(GBytes) key = key_pem(w->own, NULL), other_key = key_pem(w->root, NULL);
    g_autoptr(GBytes) own = pem_of(w->own), nothing = text("hello"), empty = text("");
    struct cert *small = cert_new(&weak, NULL);
    g_autoptr(GBytes) small_key = key_pem(small, NULL), small_pem = pem_of(small);
    g_autofree char *much = g_strnfill(OWN_CERT_FILE_MAX + 1, 'x');
    g_autoptr(GBytes) large = text(much);

    (void)data;
    assert_fails(own, other_key, NULL, w->now, OWN_CERT_ERROR_INVALID, "not that of the");
    assert_fails(key, NULL, NULL, w->now, OWN_CERT_ERROR_INVALID, "no certificate in");
    assert_fails(own, own, NULL, w->now, OWN_CERT_ERROR_INVALID, "no private key in that");
    assert_fails(own, nothing, NULL, w->now, OWN_CERT_ERROR_INVALID, "not in the PEM");
    assert_fails(nothing, NULL, NULL, w->now, OWN_CERT_ERROR_INVALID, "neither PEM");
    assert_fails(empty, NULL, NULL, w->now, OWN_CERT_ERROR_INVALID, "neither PEM");
    assert_fails(large, NULL, NULL, w->now, OWN_CERT_ERROR_INVALID, "too large");
    assert_fails(small_pem, small_key, NULL, w->now, OWN_CERT_ERROR_INVALID, "another kind");
    cert_free(small);
}

static void
test_doubts(struct world *w, gconstpointer data)
{
    static const struct {
        const char *words;
        struct cert_spec spec;
    } rows[] = {
        {"expired on", {.cn = "a", .from_days = -20, .to_days = -10}},
        {"not valid before", {.cn = "a", .from_days = 10, .to_days = 20}},
        {"other purposes", {.cn = "a", .eku = "serverAuth"}},
        {"other purposes", {.cn = "a", .eku = "codeSigning,emailProtection"}},
        {"", {.cn = "a", .eku = "serverAuth,1.3.6.1.5.5.7.3.17"}},
        {"", {.cn = "a", .eku = "anyExtendedKeyUsage"}},
        {"", {.cn = "a"}},
    };

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct cert *one = cert_new(&rows[i].spec, w->root);
        g_autoptr(GBytes) key = key_pem(one, NULL), pem = pem_of(one);
        g_autoptr(GError) error = NULL;
        struct own_cert c;

        own_cert_read(pem, key, NULL, w->now, &c, &error);
        g_assert_no_error(error);
        if (*rows[i].words == '\0')
            g_assert_cmpstr(c.doubts, ==, "");
        else
            g_assert_nonnull(strstr(c.doubts, rows[i].words));
        own_cert_clear(&c);
        cert_free(one);
    }
}

/* F1: whatever is cut off or turned over in a file, it is read or refused in words. */
static void
test_damaged(struct world *w, gconstpointer data)
{
    g_autoptr(GBytes) whole = pkcs12(w, NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "");
    gsize n;
    const guint8 *p = g_bytes_get_data(whole, &n);

    (void)data;
    for (gsize i = 0; i < n; i += 7) {
        g_autofree guint8 *copy = g_memdup2(p, n);
        g_autoptr(GBytes) cut = g_bytes_new(p, i);
        struct own_cert c;

        copy[i] ^= (guint8)(1 << i % 8);
        g_autoptr(GBytes) turned = g_bytes_new_static(copy, n);
        g_autoptr(GError) error = NULL;
        g_assert_false(own_cert_read(cut, NULL, "", w->now, &c, NULL));
        if (own_cert_read(turned, NULL, "", w->now, &c, &error))
            own_cert_clear(&c);
        else
            g_assert_cmpint(error->message[0], !=, '\0');
    }
}

static void
test_about(struct world *w, gconstpointer data)
{
    const struct cert *const chain[] = {w->own, w->middle};
    g_autofree char *pem = cert_pem(chain, 2), *subject = NULL;
    gint64 until = 0;

    (void)data;
    g_assert_true(own_cert_about(pem, &subject, &until));
    g_assert_cmpstr(subject, ==, "CN=laptop");
    g_assert_cmpint(until, >, w->now);
    g_assert_false(own_cert_about("hello", &subject, &until));
}

static void
test_authorities(struct world *w, gconstpointer data)
{
    const struct cert *const both[] = {w->root, w->middle}, *const mine[] = {w->own};
    g_autofree char *certs = cert_pem(both, 2), *list = cert_crl_pem(w->root, w->middle);
    g_autofree char *leaf = cert_pem(mine, 1), *want = g_strconcat(certs, list, NULL);
    g_autoptr(GBytes) key = key_pem(w->root, NULL), with_list = joined(key, want);
    g_autoptr(GBytes) only_leaf = text(leaf);
    unsigned char *der = NULL;
    const int n = i2d_X509(w->root->x509, &der);
    g_autoptr(GBytes) in_der = g_bytes_new(der, (gsize)n);
    g_autofree char *pem = NULL, *doubts = NULL, *of_der = NULL, *none = NULL, *some = NULL;
    g_autofree char *of_leaf = NULL;
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_true(own_cert_read_authorities(with_list, w->now, &pem, &doubts, &error));
    g_assert_cmpstr(pem, ==, want); /* and no key */
    g_assert_cmpstr(doubts, ==, "");
    g_assert_true(own_cert_read_authorities(in_der, w->now, &of_der, &none, &error));
    g_assert_true(g_str_has_prefix(want, of_der));
    g_assert_true(own_cert_read_authorities(only_leaf, w->now, &of_leaf, &some, &error));
    g_assert_nonnull(strstr(some, "no authority"));
    g_assert_false(own_cert_read_authorities(key, w->now, &of_leaf, &some, &error));
    g_assert_error(error, OWN_CERT_ERROR, OWN_CERT_ERROR_INVALID);
    OPENSSL_free(der);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct world *, gconstpointer);
    } tests[] = {
        {"/own-cert/pem-any-order", test_pem_any_order},
        {"/own-cert/pem-protected", test_pem_protected},
        {"/own-cert/pkcs12", test_pkcs12},
        {"/own-cert/F1-laborious", test_laborious},
        {"/own-cert/F1-laborious-pkcs12", test_laborious_pkcs12},
        {"/own-cert/pkcs12-without-passphrase", test_pkcs12_without_passphrase},
        {"/own-cert/unusable", test_unusable},
        {"/own-cert/doubts", test_doubts},
        {"/own-cert/F1-damaged", test_damaged},
        {"/own-cert/about", test_about},
        {"/own-cert/authorities", test_authorities},
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, struct world, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}
