/* test-eap-tls.c - TLS in EAP: fragments, the end, and the keys. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include "eap-tls-world.h"

static struct rd
v(const char *name)
{
    return vec("eap-tls.txt", name);
}

/* ---- keys, made another way ---- */

static void
derive(const char *kdf_name, const OSSL_PARAM *params, uint8_t *ret, size_t n)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, kdf_name, NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

    g_assert_cmpint(EVP_KDF_derive(ctx, ret, n, params), ==, 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

static void
tls12_keys(const char *md, struct rd master, struct rd client, struct rd server, uint8_t ret[128])
{
    g_autoptr(GByteArray) seed = g_byte_array_new();

    g_byte_array_append(seed, (const guint8 *)"client EAP encryption", 21);
    g_byte_array_append(seed, client.p, (guint)client.left);
    g_byte_array_append(seed, server.p, (guint)server.left);

    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("digest", (char *)md, 0),
        OSSL_PARAM_construct_octet_string("secret", (void *)master.p, master.left),
        OSSL_PARAM_construct_octet_string("seed", seed->data, seed->len),
        OSSL_PARAM_construct_end(),
    };

    derive("TLS1-PRF", params, ret, 128);
}

/* RFC 8446 section 7.1. */
static void
expand_label(const char *md, struct rd secret, const char *label, struct rd context, uint8_t *ret,
             size_t n)
{
    g_autoptr(GByteArray) info = g_byte_array_new();
    const guint8 size[2] = {(guint8)(n >> 8), (guint8)n};
    const guint8 n_label = (guint8)(6 + strlen(label)), n_context = (guint8)context.left;
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;

    g_byte_array_append(info, size, 2);
    g_byte_array_append(info, &n_label, 1);
    g_byte_array_append(info, (const guint8 *)"tls13 ", 6);
    g_byte_array_append(info, (const guint8 *)label, (guint)strlen(label));
    g_byte_array_append(info, &n_context, 1);
    g_byte_array_append(info, context.p, n_context);

    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("digest", (char *)md, 0),
        OSSL_PARAM_construct_int("mode", &mode),
        OSSL_PARAM_construct_octet_string("key", (void *)secret.p, secret.left),
        OSSL_PARAM_construct_octet_string("info", info->data, info->len),
        OSSL_PARAM_construct_end(),
    };

    derive("HKDF", params, ret, n);
}

static void
tls13_keys(const char *md, struct rd secret, uint8_t type, uint8_t ret[128])
{
    uint8_t none[64], context[64], inner[64];
    unsigned n = 0;

    EVP_Digest("", 0, none, &n, EVP_get_digestbyname(md), NULL);
    EVP_Digest(&type, 1, context, &n, EVP_get_digestbyname(md), NULL);
    expand_label(md, secret, "EXPORTER_EAP_TLS_Key_Material", rd_over(none, n), inner, n);
    expand_label(md, rd_over(inner, n), "exporter", rd_over(context, n), ret, 128);
}

static void
test_key_vectors(void)
{
    uint8_t keys[128];

    tls12_keys("SHA256", v("master-secret"), v("client-random"), v("server-random"), keys);
    assert_octets(keys, 64, v("tls12-msk"));
    assert_octets(keys + 64, 64, v("tls12-emsk"));
    tls12_keys("SHA384", v("master-secret"), v("client-random"), v("server-random"), keys);
    assert_octets(keys, 64, v("tls12-sha384-msk"));
    tls13_keys("SHA256", v("exporter-secret"), EAP_TLS, keys);
    assert_octets(keys, 64, v("tls13-msk"));
    tls13_keys("SHA256", v("exporter-secret"), EAP_PEAP, keys);
    assert_octets(keys, 64, v("tls13-peap-msk"));
}

static char *exporter_secret;

static void
on_secret(const SSL *ssl, const char *line)
{
    (void)ssl;
    if (g_str_has_prefix(line, "EXPORTER_SECRET ")) {
        g_free(exporter_secret);
        exporter_secret = g_strdup(strrchr(line, ' ') + 1);
    }
}

/* What TLS says its secrets are, through the functions that the vectors have checked. */
static void
derive_from(SSL *ssl, uint8_t type, uint8_t ret[128])
{
    uint8_t master[48], client[32], server[32];
    const EVP_MD *md = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
    const char *name = EVP_MD_get0_name(md);

    if (SSL_version(ssl) >= TLS1_3_VERSION) {
        tls13_keys(name, hex(exporter_secret), type, ret);
        return;
    }
    SSL_SESSION_get_master_key(SSL_get_session(ssl), master, sizeof master);
    SSL_get_client_random(ssl, client, sizeof client);
    SSL_get_server_random(ssl, server, sizeof server);
    tls12_keys(name, rd_over(master, sizeof master), rd_over(client, sizeof client),
               rd_over(server, sizeof server), ret);
}

/* ---- conversations ---- */

/* RFC 9190 section 2.5: the server of TLS 1.3 says that there is nothing more to come. */
static void
commit(void)
{
    if (SSL_version(w.server->ssl) < TLS1_3_VERSION)
        return;
    ras_eap_tls_say(w.server, rd_over("", 1));
    world_flight();
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void
test_eap_tls(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        uint8_t ours[64], theirs[128];

        world_start(EAP_TLS, versions[i], 1000);
        SSL_CTX_set_keylog_callback(w.server_ctx, on_secret);
        world_shake();
        commit();
        g_assert_cmpint(SSL_version(w.server->ssl), ==, versions[i]);
        g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_PROVED);
        g_assert_cmpuint(eap_used(&w.eap), ==, PPP_AUTH_EAP_TLS);
        g_assert_true(eap_msk(&w.eap, ours));
        derive_from(w.server->ssl, EAP_TLS, theirs);
        assert_octets(ours, 64, rd_over(theirs, 64));
        world_clear();
    }
    g_clear_pointer(&exporter_secret, g_free);
}

/* The commitment of TLS 1.3 is awaited, and nothing else may be carried. */
static void
test_A10_success_before_the_commitment(void)
{
    world_start(EAP_TLS, TLS1_3_VERSION, 1000);
    world_shake();
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING);
    commit();
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_PROVED);
    world_clear();

    static const struct rd others[] = {{(const uint8_t *)"\1", 1, false},
                                       {(const uint8_t *)"\0", 2, false}};

    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        world_start(EAP_TLS, versions[1 - i], 1000);
        world_shake();
        ras_eap_tls_say(w.server, others[i]);
        world_flight();
        g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED);
        g_assert_cmpuint(w.eap.end.error, ==, RAS_ILLEGAL_MESSAGE);
        world_clear();
    }
}

static void
test_A10_success_amid_the_handshake(void)
{
    world_start(EAP_TLS, TLS1_2_VERSION, 300);
    world_ask(hex("20"));
    for (;;) {
        const enum ras_eap_tls_step step = ras_eap_tls_input(w.server, world_answer());

        g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING);
        if (step == RAS_EAP_TLS_WHOLE && ras_eap_tls_open(w.server))
            break;
        world_ask(world_request());
    }
    world_clear();
}

static void
test_every_size_of_fragment(void)
{
    for (size_t n = 8; n <= 1400; n += n < 64 ? 14 : 191) {
        world_start(EAP_TLS, TLS1_2_VERSION, n);
        w.server->lengths = n % 2 == 0;
        world_shake();
        if (w.result == EAP_RESULT_TOO_LONG) {
            g_assert_cmpuint(w.requests, ==, EAP_TLS_REQUESTS_MAX + 1);
            g_assert_cmpuint(n, <, 16);
        } else {
            g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_PROVED);
        }
        world_clear();
    }
}

/* Our certificate does not fit into one response: it is cut, and each piece acknowledged. */
static void
test_our_fragments(void)
{
    struct cert *big, *ca;

    world_start(EAP_TLS, TLS1_2_VERSION, 1000);
    ca = w.ca;
    big = cert_new(&(struct cert_spec){.cn = "big", .eku = "clientAuth", .units = 40}, ca);
    SSL_CTX_use_certificate(w.client_ctx, big->x509);
    SSL_CTX_use_PrivateKey(w.client_ctx, big->key);
    eap_clear(&w.eap);
    eap_start(&w.eap, &test_rng, &w.q);
    eap_allow(&w.eap, PPP_AUTH_EAP_TLS, &w.side);
    world_shake();
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_PROVED);
    g_assert_cmpuint(w.requests, >=, 7);
    cert_free(big);
    world_clear();
}

/* While we have more to say, a request is an acknowledgement, or wrong. */
static void
test_spoken_to_amid_our_fragments(void)
{
    struct cert *big;

    world_start(EAP_TLS, TLS1_2_VERSION, 1400);
    big = cert_new(&(struct cert_spec){.cn = "big", .eku = "clientAuth", .units = 40}, w.ca);
    SSL_CTX_use_certificate(w.client_ctx, big->x509);
    SSL_CTX_use_PrivateKey(w.client_ctx, big->key);
    world_ask(hex("20"));

    struct rd answer = world_answer();

    while ((answer.p[0] & EAP_TLS_MORE) == 0) {
        ras_eap_tls_input(w.server, answer);
        world_ask(world_request());
        answer = world_answer();
    }
    g_assert_true((answer.p[0] & EAP_TLS_LENGTH) != 0);
    g_assert_cmpint(world_ask(hex("00 1603")), ==, EAP_RESULT_ENDED);
    cert_free(big);
    world_clear();
}

static void
test_A12_lengths_that_lie(void)
{
    static const struct {
        const char *why, *first, *second;
    } rows[] = {
        {"4 GB", "c0 ffffffff 1603", NULL},
        {"10 MB", "c0 00989680 1603", NULL},
        {"64 KiB and one", "c0 00010001 1603", NULL},
        {"smaller than its data", "80 00000001 1603", NULL},
        {"smaller than its data, and more to come", "c0 00000001 1603", NULL},
        {"more to come, and all is here", "c0 00000002 1603", NULL},
        {"larger than all there is", "80 00000100 1603", NULL},
        {"other in the second", "c0 00000100 1603", "c0 00000101 03"},
        {"overrun by the second", "c0 00000003 1603", "00 0300"},
        {"not filled by the last", "c0 00000100 1603", "00 03"},
        {"an empty one of several", "c0 00000100", NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].why);
        world_start(EAP_TLS, TLS1_2_VERSION, 1000);
        world_ask(hex("20"));
        world_answer();
        world_ask(hex(rows[i].first));
        if (rows[i].second != NULL) {
            g_assert_cmpint(w.result, ==, EAP_RESULT_NOTHING);
            assert_octets(world_answer().p, 1, hex("00"));
            world_ask(hex(rows[i].second));
        }
        g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED);
        g_assert_cmpuint(w.eap.end.error, ==, RAS_ILLEGAL_MESSAGE);
        world_clear();
    }
}

static void
test_A12_fragments_without_end(void)
{
    uint8_t data[1 + 1400] = {EAP_TLS_MORE};

    world_start(EAP_PEAP, TLS1_2_VERSION, 1000);
    world_ask(hex("20"));
    world_answer();
    while (world_ask(rd_over(data, sizeof data)) == EAP_RESULT_NOTHING)
        world_answer();
    g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED); /* 64 KiB */
    g_assert_cmpuint(w.requests, <, 60);
    world_clear();

    world_start(EAP_PEAP, TLS1_2_VERSION, 1000);
    world_ask(hex("20"));
    world_answer();
    while (world_ask(rd_over(data, 2)) == EAP_RESULT_NOTHING)
        world_answer();
    g_assert_cmpint(w.result, ==, EAP_RESULT_TOO_LONG);
    g_assert_cmpuint(w.requests, ==, EAP_TLS_REQUESTS_MAX + 1);
    world_clear();
}

static void
test_a_server_that_never_finishes(void)
{
    world_start(EAP_TLS, TLS1_2_VERSION, 1000);
    world_ask(hex("20"));
    world_answer();
    while (world_ask(hex("00")) == EAP_RESULT_NOTHING)
        assert_octets(world_answer().p, 1, hex("00"));
    g_assert_cmpint(w.result, ==, EAP_RESULT_TOO_LONG);
    world_clear();
}

/* In each state, what is answered. */
static void
test_states(void)
{
    world_start(EAP_TLS, TLS1_2_VERSION, 1000);
    g_assert_cmpint(world_ask(hex("00 1603")), ==, EAP_RESULT_NOTHING); /* Start is awaited */
    g_assert_cmpint(world_ask(hex("")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(world_ask(hex("80 0000")), ==, EAP_RESULT_NOTHING);
    expect_nothing(&w.q);
    world_shake();
    g_assert_cmpint(world_ask(hex("20")), ==, EAP_RESULT_NOTHING); /* it has started */
    expect_nothing(&w.q);
    w.type = EAP_PEAP; /* and no other may */
    g_assert_cmpint(world_ask(hex("20")), ==, EAP_RESULT_NOTHING);
    w.type = EAP_MSCHAPV2;
    g_assert_cmpint(world_ask(hex("01 20 001b 10 00112233445566778899aabbccddeeff 73727672")), ==,
                    EAP_RESULT_NOTHING);
    expect_nothing(&w.q);
    w.type = EAP_TLS;
    world_ask(hex("00 1703030001 00"));
    g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED); /* not what TLS said */
    drain(&w.q);
    g_assert_cmpint(world_ask(hex("20")), ==, EAP_RESULT_NOTHING); /* dead */
    g_assert_cmpint(world_ask(hex("00")), ==, EAP_RESULT_NOTHING);
    expect_nothing(&w.q);
    world_clear();
}

static void
test_a_repeated_request_gets_the_same_response(void)
{
    world_start(EAP_TLS, TLS1_2_VERSION, 1000);
    world_ask(hex("20"));

    const struct rd first = world_answer();

    w.id--;
    world_ask(hex("20"));
    assert_octets(world_answer().p, first.left, first);
    ras_eap_tls_input(w.server, first);

    const struct rd request = world_request();

    world_ask(request);
    const struct rd second = world_answer();

    w.id--;
    world_ask(request);
    assert_octets(world_answer().p, second.left, second);
    world_clear();
}

/* The server does not like our certificate, and says so. */
static void
test_alert_about_our_certificate(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        struct cert *other;

        world_start(EAP_TLS, versions[i], 1000);
        other = cert_new(&(struct cert_spec){.cn = "self"}, NULL);
        SSL_CTX_use_certificate(w.client_ctx, other->x509);
        SSL_CTX_use_PrivateKey(w.client_ctx, other->key);
        world_shake();
        g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED);
        g_assert_cmpuint(w.eap.end.error, ==, RAS_EAP_USER_CERT_INVALID);
        cert_free(other);
        world_clear();
    }
}

/* A certificate that we do not trust: the server gets an alert, and no password was told. */
static void
test_A15_a_server_that_is_not_trusted(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        struct cert *other;

        world_start(EAP_PEAP, versions[i], 1000);
        other = cert_new(&(struct cert_spec){.cn = "nps", .san = "DNS:nps.example.test"}, NULL);
        SSL_CTX_use_certificate(w.server_ctx, other->x509);
        SSL_CTX_use_PrivateKey(w.server_ctx, other->key);
        ras_eap_tls_free(w.server);
        w.server = ras_eap_tls_new(w.server_ctx, EAP_PEAP, 1000);
        world_shake();
        g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED);
        ras_eap_tls_input(w.server, world_answer());
        g_assert_true(w.server->dead);
        expect_nothing(&w.q);
        cert_free(other);
        world_clear();
    }
}

static void
test_nak_names_what_is_allowed(void)
{
    world_start(EAP_TLS, TLS1_2_VERSION, 1000);
    w.id = 1;
    w.type = EAP_MSCHAPV2;
    world_ask(hex("01"));
    assert_octets(next_frame(&w.q).p + 2, 7, hex("0202000703190d"));
    w.side.has_cert = false;
    eap_allow(&w.eap, PPP_AUTH_EAP, &w.side);
    w.type = EAP_TLS;
    world_ask(hex("20"));
    assert_octets(next_frame(&w.q).p + 2, 7, hex("0203000703191a"));
    eap_allow(&w.eap, PPP_AUTH_EAP_TLS, NULL);
    world_ask(hex("20"));
    assert_octets(next_frame(&w.q).p + 2, 6, hex("020400060300"));
    world_clear();
}

static void
test_identity_before_tls(void)
{
    world_start(EAP_PEAP, TLS1_2_VERSION, 1000);
    g_assert_cmpint(eap_input(&w.eap, &w.user, hex("0101000501")), ==, EAP_RESULT_NOTHING);
    assert_octets(next_frame(&w.q).p + 2, 9, hex("02010009 01 55736572"));
    g_strlcpy(w.side.identity, "anonymous", sizeof w.side.identity);
    g_assert_cmpint(eap_input(&w.eap, &w.user, hex("0102000501")), ==, EAP_RESULT_NOTHING);
    assert_octets(next_frame(&w.q).p + 2, 14, hex("0202000e 01 616e6f6e796d6f7573"));
    world_clear();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/eap-tls/key-vectors", test_key_vectors);
    g_test_add_func("/eap-tls/eap-tls", test_eap_tls);
    g_test_add_func("/eap-tls/A10-success-before-the-commitment",
                    test_A10_success_before_the_commitment);
    g_test_add_func("/eap-tls/A10-success-amid-the-handshake", test_A10_success_amid_the_handshake);
    g_test_add_func("/eap-tls/every-size-of-fragment", test_every_size_of_fragment);
    g_test_add_func("/eap-tls/our-fragments", test_our_fragments);
    g_test_add_func("/eap-tls/spoken-to-amid-our-fragments", test_spoken_to_amid_our_fragments);
    g_test_add_func("/eap-tls/A12-lengths-that-lie", test_A12_lengths_that_lie);
    g_test_add_func("/eap-tls/A12-fragments-without-end", test_A12_fragments_without_end);
    g_test_add_func("/eap-tls/a-server-that-never-finishes", test_a_server_that_never_finishes);
    g_test_add_func("/eap-tls/states", test_states);
    g_test_add_func("/eap-tls/a-repeated-request-gets-the-same-response",
                    test_a_repeated_request_gets_the_same_response);
    g_test_add_func("/eap-tls/alert-about-our-certificate", test_alert_about_our_certificate);
    g_test_add_func("/eap-tls/A15-a-server-that-is-not-trusted",
                    test_A15_a_server_that_is_not_trusted);
    g_test_add_func("/eap-tls/nak-names-what-is-allowed", test_nak_names_what_is_allowed);
    g_test_add_func("/eap-tls/identity-before-tls", test_identity_before_tls);
    return g_test_run();
}
