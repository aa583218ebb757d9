/*
 * test-io-tls.c - client/tunnel/io-tls and tls-verify against a server in the same process, with
 * certificates of every kind (threats T1-T4).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "io-tls.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test-certs.h"

static const char secret[] = "POST with a password in it";

/* ---- both ends ---- */

struct world {
    struct io_tls client;
    struct dial_plan plan;
    int client_fd, server_fd;
    SSL_CTX *server_ctx;
    SSL *server;
    unsigned char *staple;
    int staple_len;
};

static int
give_staple(SSL *ssl, void *arg)
{
    struct world *w = arg;

    if (w->staple == NULL)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup(w->staple, (size_t)w->staple_len),
                                    w->staple_len);
    return SSL_TLSEXT_ERR_OK;
}

static void
world_init(struct world *w, const struct cert *leaf, const struct cert *middle, const char *ca_pem)
{
    int ends[2];

    *w = (struct world){0};
    dial_plan_init(&w->plan);
    if (ca_pem != NULL) {
        w->plan.ca = (uint8_t *)g_strdup(ca_pem);
        w->plan.ca_len = (uint32_t)strlen(ca_pem);
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), ==, 0);
    w->client_fd = ends[0];
    w->server_fd = ends[1];
    w->server_ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(w->server_ctx, 0);
    SSL_CTX_set_cipher_list(w->server_ctx, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
    g_assert_cmpint(SSL_CTX_use_certificate(w->server_ctx, leaf->x509), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey(w->server_ctx, leaf->key), ==, 1);
    if (middle != NULL)
        SSL_CTX_add1_chain_cert(w->server_ctx, middle->x509);
    SSL_CTX_set_tlsext_status_cb(w->server_ctx, give_staple);
    SSL_CTX_set_tlsext_status_arg(w->server_ctx, w);
}

static void
world_clear(struct world *w)
{
    io_tls_clear(&w->client);
    SSL_free(w->server);
    SSL_CTX_free(w->server_ctx);
    OPENSSL_free(w->staple);
    close(w->client_fd);
    if (w->server_fd >= 0)
        close(w->server_fd);
    g_free(w->plan.ca);
}

static void
world_start(struct world *w, const char *host)
{
    if (!io_tls_prepare(&w->client, &w->plan, host))
        g_error("prepare: %s", w->client.end.detail);
    g_assert_true(io_tls_start(&w->client, w->client_fd));
    w->server = SSL_new(w->server_ctx);
    SSL_set_fd(w->server, w->server_fd);
    SSL_set_accept_state(w->server);
}

/* Both take steps until the client is done. The client speaks first once it may, as the real one
 * does; what the server reads by then is in @heard. */
static enum io_tls_result
shake(struct world *w, char *heard, size_t cap, size_t *ret_n)
{
    enum io_tls_result result = IO_TLS_AGAIN;
    size_t n;

    *ret_n = 0;
    for (int steps = 0; result == IO_TLS_AGAIN && steps < 200; steps++) {
        result = io_tls_handshake(&w->client);
        SSL_do_handshake(w->server);
    }
    if (result == IO_TLS_OK) {
        g_assert_cmpint(io_tls_write(&w->client, (const uint8_t *)secret, sizeof secret, &n), ==,
                        IO_TLS_OK);
        g_assert_cmpint(io_tls_flush(&w->client), ==, IO_TLS_OK);
    }
    SSL_do_handshake(w->server);
    SSL_read_ex(w->server, heard, cap, ret_n);
    return result;
}

/* ---- T1: chains ---- */

static const struct cert_spec root_spec = {.cn = "Test Root", .constraints = "critical,CA:TRUE"};

static const struct cert_spec other_spec = {.cn = "Other Root", .constraints = "critical,CA:TRUE"};

static const struct chain_case {
    const char *name, *host;
    enum ras_error expect; /* RAS_OK: accepted */
    struct cert_spec leaf;
    struct cert_spec middle; /* .cn NULL: the root signs the leaf */
    bool self_signed, unknown_root, middle_not_sent;
    enum { NO_STAPLE, STAPLE_GOOD, STAPLE_REVOKED, STAPLE_FORGED } staple;
    enum { NO_CRL, CRL_EMPTY, CRL_REVOKED } crl;
    const char *why; /* in the detail */
} chain_cases[] = {
    /* clang-format off */
    {"good", "vpn.example.org", 0, {"vpn", "DNS:vpn.example.org", "serverAuth"}},
    {"good-no-eku", "vpn.example.org", 0, {"vpn", "DNS:vpn.example.org"}},
    {"good-case", "VPN.Example.ORG", 0, {"vpn", "DNS:vpn.example.org"}},
    {"good-wildcard", "vpn.example.org", 0, {"vpn", "DNS:*.example.org", "serverAuth"}},
    {"good-ip", "192.0.2.7", 0, {"vpn", "IP:192.0.2.7", "serverAuth"}},
    {"good-ip6", "2001:db8::7", 0, {"vpn", "IP:2001:db8::7", "serverAuth"}},
    {"good-middle", "vpn.example.org", 0, {"vpn", "DNS:vpn.example.org"}, {"Middle", .constraints = "critical,CA:TRUE"}},
    {"good-rsa", "vpn.example.org", 0, {"vpn", "DNS:vpn.example.org", .rsa_bits = 2048}},
    {"good-staple", "vpn.example.org", 0, {"vpn", "DNS:vpn.example.org"}, .staple = STAPLE_GOOD},
    {"good-crl", "vpn.example.org", 0, {"vpn", "DNS:vpn.example.org"}, .crl = CRL_EMPTY},
    {"wrong-name", "vpn.example.org", RAS_CERT_E_CN_NO_MATCH, {"vpn.example.org", "DNS:other.example.org"}, .why = "ostname"},
    {"expired", "vpn.example.org", RAS_CERT_E_EXPIRED, {"vpn", "DNS:vpn.example.org", .from_days = -20, .to_days = -1}, .why = "expired"},
    {"not-yet-valid", "vpn.example.org", RAS_CERT_E_EXPIRED, {"vpn", "DNS:vpn.example.org", .from_days = 2, .to_days = 20}, .why = "not yet"},
    {"self-signed", "vpn.example.org", RAS_CERT_E_UNTRUSTEDROOT, {"vpn", "DNS:vpn.example.org"}, .self_signed = true, .why = "self-signed"},
    {"unknown-root", "vpn.example.org", RAS_CERT_E_UNTRUSTEDROOT, {"vpn", "DNS:vpn.example.org"}, .unknown_root = true, .why = "issuer"},
    {"middle-not-sent", "vpn.example.org", RAS_CERT_E_UNTRUSTEDROOT, {"vpn", "DNS:vpn.example.org"}, {"Middle", .constraints = "critical,CA:TRUE"}, .middle_not_sent = true},
    {"wrong-eku", "vpn.example.org", RAS_CERT_E_WRONG_USAGE, {"vpn", "DNS:vpn.example.org", "clientAuth"}, .why = "purpose"},
    {"ca-false", "vpn.example.org", RAS_CERT_E_CHAINING, {"vpn", "DNS:vpn.example.org"}, {"Middle", .constraints = "critical,CA:FALSE"}, .why = "CA"},
    {"sha1", "vpn.example.org", RAS_CERT_E_CHAINING, {"vpn", "DNS:vpn.example.org", .sha1 = true}, .why = "digest"},
    {"rsa-512", "vpn.example.org", RAS_CERT_E_CHAINING, {"vpn", "DNS:vpn.example.org", .rsa_bits = 512}, .why = "key too weak"},
    {"revoked-staple", "vpn.example.org", RAS_CERT_E_REVOKED, {"vpn", "DNS:vpn.example.org"}, .staple = STAPLE_REVOKED, .why = "OCSP"},
    {"forged-staple", "vpn.example.org", 0, {"vpn", "DNS:vpn.example.org"}, .staple = STAPLE_FORGED},
    {"revoked-crl", "vpn.example.org", RAS_CERT_E_REVOKED, {"vpn", "DNS:vpn.example.org"}, .crl = CRL_REVOKED, .why = "revoked"},
    {"name-constraint", "vpn.example.org", RAS_CERT_E_CHAINING, {"vpn", "DNS:vpn.example.org"}, {"Middle", .constraints = "critical,CA:TRUE", .names = "critical,permitted;DNS:other.example"}, .why = "subtree"},
    {"ip-mismatch", "192.0.2.8", RAS_CERT_E_CN_NO_MATCH, {"192.0.2.8", "IP:192.0.2.7"}, .why = "IP"},
    {"ip-as-dns", "192.0.2.8", RAS_CERT_E_CN_NO_MATCH, {"vpn", "DNS:192.0.2.8"}},
    {"wildcard-tld", "example.com", RAS_CERT_E_CN_NO_MATCH, {"vpn", "DNS:*.com"}},
    {"wildcard-two-labels", "a.b.example.com", RAS_CERT_E_CN_NO_MATCH, {"vpn", "DNS:*.example.com"}},
    {"wildcard-partial", "vpn1.example.com", RAS_CERT_E_CN_NO_MATCH, {"vpn", "DNS:vpn*.example.com"}},
    {"wildcard-bare", "example.com", RAS_CERT_E_CN_NO_MATCH, {"vpn", "DNS:*"}},
    {"no-san", "vpn.example.org", RAS_CERT_E_CN_NO_MATCH, {"vpn.example.org"}},
    {"nul-in-san", "vpn.example.org", RAS_CERT_E_CN_NO_MATCH, {"vpn.example.org", .san_with_nul = true}},
    {"expired-and-unknown", "vpn.example.org", RAS_CERT_E_UNTRUSTEDROOT, {"vpn", "DNS:x.example", .from_days = -20, .to_days = -1}, .unknown_root = true},
    {"expired-and-wrong-name", "vpn.example.org", RAS_CERT_E_EXPIRED, {"vpn", "DNS:x.example", .from_days = -20, .to_days = -1}},
    /* clang-format on */
};

static char *
trusted_pem(const struct chain_case *c, const struct cert *root, const struct cert *leaf)
{
    g_autofree char *pem = cert_pem(&root, 1);
    g_autofree char *crl = NULL;

    if (c->crl == NO_CRL)
        return g_steal_pointer(&pem);
    crl = cert_crl_pem(root, c->crl == CRL_REVOKED ? leaf : NULL);
    return g_strconcat(pem, crl, NULL);
}

static void
run_chain(const struct chain_case *c, int max_version)
{
    struct cert *root = cert_new(&root_spec, NULL), *other = cert_new(&other_spec, NULL);
    struct cert *signer = c->unknown_root ? other : root;
    struct cert *middle = c->middle.cn != NULL ? cert_new(&c->middle, signer) : NULL;
    struct cert *issuer = middle != NULL ? middle : signer;
    struct cert *leaf = cert_new(&c->leaf, c->self_signed ? NULL : issuer);
    g_autofree char *pem = trusted_pem(c, root, leaf);
    struct world w;
    char heard[256];
    size_t n;

    world_init(&w, leaf, c->middle_not_sent ? NULL : middle, pem);
    SSL_CTX_set_max_proto_version(w.server_ctx, max_version);
    if (c->staple != NO_STAPLE)
        w.staple = cert_ocsp(c->staple == STAPLE_FORGED ? other : root, leaf,
                             c->staple != STAPLE_GOOD, &w.staple_len);
    world_start(&w, c->host);
    const enum io_tls_result result = shake(&w, heard, sizeof heard, &n);
    if (c->expect == RAS_OK) {
        if (result != IO_TLS_OK)
            g_error("refused: %s", w.client.end.detail);
        g_assert_cmpmem(heard, n, secret, sizeof secret);
    } else {
        g_assert_cmpint(result, ==, IO_TLS_FAILED);
        g_assert_cmphex(w.client.end.error, ==, c->expect);
        g_assert_cmpuint(n, ==, 0); /* not a word to a server that was not verified */
        g_test_message("%s", w.client.end.detail);
        if (c->why != NULL)
            g_assert_nonnull(strstr(w.client.end.detail, c->why));
    }
    world_clear(&w);
    cert_free(leaf);
    cert_free(middle);
    cert_free(other);
    cert_free(root);
}

static void
chain(gconstpointer data)
{
    const struct chain_case *c = data;

    if (c->leaf.rsa_bits != 512) /* too short to sign TLS 1.3's handshake at all */
        run_chain(c, TLS1_3_VERSION);
    run_chain(c, TLS1_2_VERSION);
}

/* ---- pins ---- */

static void
pin(bool right, enum ras_error expect)
{
    /* Everything is wrong with it but that the user accepted it. */
    const struct cert_spec spec = {.cn = "bad\x1b[31m", .from_days = -9, .to_days = -1};
    struct cert *leaf = cert_new(&spec, NULL);
    struct world w;
    char heard[256];
    unsigned len = 32;
    size_t n;

    world_init(&w, leaf, NULL, NULL);
    w.plan.pin_set = true;
    X509_digest(leaf->x509, EVP_sha256(), w.plan.pin, &len);
    w.plan.pin[31] ^= right ? 0 : 1;
    world_start(&w, "vpn.example.org");
    const enum io_tls_result result = shake(&w, heard, sizeof heard, &n);
    g_assert_cmpint(result, ==, expect == RAS_OK ? IO_TLS_OK : IO_TLS_FAILED);
    g_assert_cmphex(w.client.end.error, ==, expect);
    g_assert_cmpuint(n, ==, expect == RAS_OK ? sizeof secret : 0);
    g_assert_cmpstr(w.client.verify.subject, ==, "bad?[31m");
    g_assert_null(strchr(w.client.end.detail, 0x1b));
    world_clear(&w);
    cert_free(leaf);
}

static void
pin_accepts(void)
{
    pin(true, RAS_OK);
}

static void
pin_mismatch(void)
{
    pin(false, RAS_CERT_E_PINNED_MISMATCH);
}

static void
fingerprints(void)
{
    struct cert *root = cert_new(&root_spec, NULL);
    const struct cert_spec spec = {.cn = "vpn", .san = "DNS:vpn.example.org"};
    struct cert *leaf = cert_new(&spec, root);
    g_autofree char *pem = cert_pem((const struct cert *const *)&root, 1);
    struct world w;
    uint8_t expect[32];
    char heard[256];
    unsigned len = 32;
    size_t n;

    world_init(&w, leaf, NULL, pem);
    world_start(&w, "vpn.example.org");
    g_assert_cmpint(shake(&w, heard, sizeof heard, &n), ==, IO_TLS_OK);
    X509_digest(leaf->x509, EVP_sha256(), expect, &len);
    g_assert_cmpmem(w.client.verify.leaf_sha256, 32, expect, 32);
    X509_digest(leaf->x509, EVP_sha1(), expect, &len);
    g_assert_cmpmem(w.client.verify.leaf_sha1, 20, expect, 20);
    g_assert_cmpstr(w.client.verify.subject, ==, "vpn");
    g_assert_cmpstr(io_tls_version(&w.client), ==, "TLS 1.3");
    g_assert_cmpstr(io_tls_cipher(&w.client), ==, "AES-128-GCM");
    g_assert_cmpstr(SSL_get_servername(w.server, TLSEXT_NAMETYPE_host_name), ==, "vpn.example.org");
    world_clear(&w);
    cert_free(leaf);
    cert_free(root);
}

/* ---- T2: old and weak ---- */

static const struct weak_case {
    const char *name;
    int version;
    const char *ciphers;
} weak_cases[] = {
    {"tls-1.0", TLS1_VERSION, "ALL:@SECLEVEL=0"},
    {"tls-1.1", TLS1_1_VERSION, "ALL:@SECLEVEL=0"},
    {"null", TLS1_2_VERSION, "eNULL:@SECLEVEL=0"},
    {"anonymous", TLS1_2_VERSION, "aNULL:@SECLEVEL=0"},
};

static struct world *
good_world(void)
{
    static const struct cert_spec spec = {.cn = "vpn", .san = "DNS:vpn.example.org"};
    struct cert *root = cert_new(&root_spec, NULL), *leaf = cert_new(&spec, root);
    g_autofree char *pem = cert_pem((const struct cert *const *)&root, 1);
    struct world *w = g_new(struct world, 1);

    world_init(w, leaf, NULL, pem);
    cert_free(leaf);
    cert_free(root);
    return w;
}

static void
good_world_free(struct world *w)
{
    world_clear(w);
    g_free(w);
}

static void
weak(gconstpointer data)
{
    const struct weak_case *c = data;
    struct world *w = good_world();
    char heard[256];
    size_t n;

    SSL_CTX_set_min_proto_version(w->server_ctx, c->version);
    SSL_CTX_set_max_proto_version(w->server_ctx, c->version);
    g_assert_cmpint(SSL_CTX_set_cipher_list(w->server_ctx, c->ciphers), ==, 1);
    SSL_CTX_set_dh_auto(w->server_ctx, 1);
    world_start(w, "vpn.example.org");
    g_assert_cmpint(shake(w, heard, sizeof heard, &n), ==, IO_TLS_FAILED);
    g_assert_cmphex(w->client.end.error, ==, RAS_ILLEGAL_MESSAGE);
    g_assert_cmpuint(n, ==, 0);
    g_test_message("%s", w->client.end.detail);
    good_world_free(w);
}

static int
insists_on_a_name(SSL *ssl, int *alert, void *unused)
{
    (void)unused;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) == NULL ? SSL_TLSEXT_ERR_ALERT_FATAL
                                                                      : SSL_TLSEXT_ERR_OK;
}

/* accel-ppp with host-name, reached by its address: that there is no SNI then, and the advice is to
 * give the name. */
static void
name_wanted(void)
{
    for (int named = 0; named < 2; named++) {
        struct world *w = good_world();
        char heard[256];
        size_t n;

        SSL_CTX_set_tlsext_servername_callback(w->server_ctx, insists_on_a_name);
        world_start(w, named ? "vpn.example.org" : "192.0.2.1");
        const enum io_tls_result result = shake(w, heard, sizeof heard, &n);
        g_assert_cmpint(result, ==, named ? IO_TLS_OK : IO_TLS_FAILED);
        if (!named)
            g_assert_cmphex(w->client.end.error, ==, RAS_WRONG_PRINCIPAL);
        good_world_free(w);
    }
}

/* What @wanted makes of a client without one, by @version: the server's failure is told as what it
 * is, and one that can do without goes on. */
static void
certificate_wanted(struct world *w, int version, int wanted, enum io_tls_result expect)
{
    char heard[256];
    uint8_t bytes[64];
    size_t n;

    SSL_CTX_set_min_proto_version(w->server_ctx, version);
    SSL_CTX_set_max_proto_version(w->server_ctx, version);
    SSL_CTX_set_verify(w->server_ctx, wanted, NULL);
    world_start(w, "vpn.example.org");
    enum io_tls_result result = shake(w, heard, sizeof heard, &n);
    if (result == IO_TLS_OK) /* with TLS 1.3 our side of the handshake is over by then */
        result = io_tls_read(&w->client, bytes, sizeof bytes, &n);
    g_assert_cmpint(result, ==, expect);
}

static void
client_certificate(void)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
        struct world *w = good_world();
        certificate_wanted(w, versions[i], SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           IO_TLS_FAILED);
        g_assert_cmphex(w->client.end.error, ==, RAS_NO_CERTIFICATE);
        g_test_message("%s", w->client.end.detail);
        good_world_free(w);

        w = good_world();
        certificate_wanted(w, versions[i], SSL_VERIFY_PEER, IO_TLS_AGAIN);
        good_world_free(w);
    }
}

enum server_does { CUTS, ANSWERS_AND_CUTS, REFUSES_AND_CUTS };

/* What the client is told that sends first, or reads first, when the server has hung up. */
static enum ras_error
cut_by(int version, int verify, bool answers, bool send_first)
{
    struct world *w = good_world();
    enum io_tls_result result = IO_TLS_AGAIN;
    char heard[256];
    uint8_t bytes[64];
    size_t n;

    SSL_CTX_set_min_proto_version(w->server_ctx, version);
    SSL_CTX_set_max_proto_version(w->server_ctx, version);
    SSL_CTX_set_num_tickets(w->server_ctx, 2);
    SSL_CTX_set_verify(w->server_ctx, verify, NULL);
    world_start(w, "vpn.example.org");
    g_assert_cmpint(shake(w, heard, sizeof heard, &n), ==, IO_TLS_OK);
    if (answers)
        g_assert_cmpint(SSL_write_ex(w->server, "HTTP", 4, &n), ==, 1);
    close(w->server_fd);
    w->server_fd = -1;
    if (send_first &&
        io_tls_write(&w->client, (const uint8_t *)secret, sizeof secret, &n) == IO_TLS_OK)
        result = io_tls_flush(&w->client);
    while (!send_first && (result == IO_TLS_AGAIN || result == IO_TLS_OK))
        result = io_tls_read(&w->client, bytes, sizeof bytes, &n);
    g_assert_cmpint(result, ==, IO_TLS_FAILED);
    g_test_message("%s", w->client.end.detail);

    const enum ras_error error = w->client.end.error;
    good_world_free(w);
    return error;
}

/* That the server hangs up while we speak hides no reason, and is none by itself. */
static void
cut_for_a_certificate(void)
{
    static const struct {
        int verify;
        bool answers;
        enum ras_error expect;
    } rows[] = {
        {SSL_VERIFY_NONE, false, RAS_VPN_DISCONNECT},
        {SSL_VERIFY_NONE, true, RAS_VPN_DISCONNECT},
        {SSL_VERIFY_PEER, false, RAS_NO_CERTIFICATE},
        {SSL_VERIFY_PEER, true, RAS_VPN_DISCONNECT},
        {SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, false, RAS_NO_CERTIFICATE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (int how = 0; how < 4; how++) {
            const int version = how & 1 ? TLS1_3_VERSION : TLS1_2_VERSION;

            if (version == TLS1_2_VERSION &&
                (rows[i].verify & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) != 0)
                continue; /* there the handshake is not over yet, by then */
            g_assert_cmphex(cut_by(version, rows[i].verify, rows[i].answers, (how & 2) != 0), ==,
                            rows[i].expect);
        }
}

/* The same alert, and nobody has asked for a certificate. */
static void
no_common_cipher(void)
{
    struct world *w = good_world();
    char heard[256];
    size_t n;

    SSL_CTX_set_max_proto_version(w->server_ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(w->server_ctx, SSL_VERIFY_PEER, NULL);
    g_assert_cmpint(SSL_CTX_set_cipher_list(w->server_ctx, "ECDHE-RSA-AES128-GCM-SHA256"), ==, 1);
    world_start(w, "vpn.example.org"); /* its key is for ECDSA */
    g_assert_cmpint(shake(w, heard, sizeof heard, &n), ==, IO_TLS_FAILED);
    g_assert_cmphex(w->client.end.error, ==, RAS_ILLEGAL_MESSAGE);
    good_world_free(w);
}

static void
renegotiation(void)
{
    struct world *w = good_world();
    char heard[256];
    uint8_t bytes[64];
    size_t n;

    SSL_CTX_set_max_proto_version(w->server_ctx, TLS1_2_VERSION);
    world_start(w, "vpn.example.org");
    g_assert_cmpint(shake(w, heard, sizeof heard, &n), ==, IO_TLS_OK);
    SSL_renegotiate(w->server);
    SSL_do_handshake(w->server); /* sends a HelloRequest */
    const enum io_tls_result result = io_tls_read(&w->client, bytes, sizeof bytes, &n);
    g_assert_true(result == IO_TLS_AGAIN || result == IO_TLS_FAILED);
    io_tls_flush(&w->client);
    SSL_read_ex(w->server, heard, sizeof heard, &n);
    g_assert_cmpint(SSL_num_renegotiations(w->client.ssl), ==, 0);
    good_world_free(w);
}

static void
not_tls(void)
{
    struct world *w = good_world();
    char heard[256];

    world_start(w, "vpn.example.org");
    g_assert_cmpint(io_tls_handshake(&w->client), ==, IO_TLS_AGAIN);
    g_assert_cmpint(write(w->server_fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28), ==, 28);
    g_assert_cmpint(io_tls_handshake(&w->client), ==, IO_TLS_FAILED);
    g_assert_cmphex(w->client.end.error, ==, RAS_INVALID_SERVER_RESPONSE);
    g_assert_cmpint(read(w->server_fd, heard, sizeof heard), >, 0);
    good_world_free(w);
}

/* ---- T4: the stream ---- */

static struct world *
talking_world(int version)
{
    struct world *w = good_world();
    char heard[256];
    size_t n;

    SSL_CTX_set_max_proto_version(w->server_ctx, version);
    world_start(w, "vpn.example.org");
    g_assert_cmpint(shake(w, heard, sizeof heard, &n), ==, IO_TLS_OK);
    return w;
}

static void
close_in_order(void)
{
    struct world *w = talking_world(TLS1_3_VERSION);
    uint8_t bytes[64];
    size_t n;

    SSL_shutdown(w->server);
    g_assert_cmpint(io_tls_read(&w->client, bytes, sizeof bytes, &n), ==, IO_TLS_CLOSED);
    g_assert_cmpint(w->client.end.error, ==, RAS_OK);
    good_world_free(w);
}

/* The end of the socket without close_notify, between records or within one. */
static void
cut_off(gconstpointer data)
{
    struct world *w = talking_world(GPOINTER_TO_INT(data) & 1 ? TLS1_2_VERSION : TLS1_3_VERSION);
    uint8_t bytes[64];
    size_t n;

    if (GPOINTER_TO_INT(data) & 2)
        g_assert_cmpint(write(w->server_fd, "\x17\x03\x03\x01\x00half", 9), ==, 9);
    close(w->server_fd);
    w->server_fd = -1;
    g_assert_cmpint(io_tls_read(&w->client, bytes, sizeof bytes, &n), ==, IO_TLS_FAILED);
    g_assert_cmpint(w->client.end.error, ==, RAS_VPN_DISCONNECT);
    good_world_free(w);
}

static void
cut_off_in_handshake(void)
{
    struct world *w = good_world();

    world_start(w, "vpn.example.org");
    g_assert_cmpint(io_tls_handshake(&w->client), ==, IO_TLS_AGAIN);
    shutdown(w->server_fd, SHUT_WR);
    g_assert_cmpint(io_tls_handshake(&w->client), ==, IO_TLS_FAILED);
    g_assert_cmpint(w->client.end.error, ==, RAS_VPN_DISCONNECT);
    good_world_free(w);
}

static void
damaged_record(void)
{
    struct world *w = talking_world(TLS1_3_VERSION);
    uint8_t bytes[64];
    size_t n;

    g_assert_cmpint(write(w->server_fd, "\x17\x03\x03\x00\x20 a record that nobody sealed....", 37),
                    ==, 37);
    g_assert_cmpint(io_tls_read(&w->client, bytes, sizeof bytes, &n), ==, IO_TLS_FAILED);
    g_assert_cmphex(w->client.end.error, ==, RAS_ILLEGAL_MESSAGE);
    good_world_free(w);
}

/* Everything arrives octet by octet. */
static void
one_octet_segments(void)
{
    struct world *w = good_world();
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    enum io_tls_result result = IO_TLS_AGAIN;
    uint8_t bytes[4096];
    char octet;
    size_t n;

    world_start(w, "vpn.example.org");
    SSL_set_bio(w->server, in, out);
    BIO_set_mem_eof_return(in, -1);
    result = io_tls_handshake(&w->client);
    for (int steps = 0; result == IO_TLS_AGAIN && steps < 20000; steps++) {
        if (read(w->server_fd, &octet, 1) == 1)
            BIO_write(in, &octet, 1);
        SSL_do_handshake(w->server);
        if (BIO_read(out, &octet, 1) == 1)
            g_assert_cmpint(write(w->server_fd, &octet, 1), ==, 1);
        result = io_tls_handshake(&w->client);
    }
    g_assert_cmpint(result, ==, IO_TLS_OK);
    while (read(w->server_fd, &octet, 1) == 1)
        BIO_write(in, &octet, 1);
    g_assert_cmpint(SSL_do_handshake(w->server), ==, 1);
    g_assert_cmpint(SSL_write(w->server, "hello", 5), ==, 5);
    result = IO_TLS_AGAIN;
    while (result == IO_TLS_AGAIN && BIO_read(out, &octet, 1) == 1) {
        g_assert_cmpint(write(w->server_fd, &octet, 1), ==, 1);
        result = io_tls_read(&w->client, bytes, sizeof bytes, &n);
    }
    g_assert_cmpint(result, ==, IO_TLS_OK);
    g_assert_cmpmem(bytes, n, "hello", 5);
    good_world_free(w);
}

/* A server that does not read: the client says so, keeps what it has sealed, and loses nothing. */
static void
window_zero(void)
{
    enum { TOTAL = 3 * 1024 * 1024 };
    struct world *w = talking_world(TLS1_3_VERSION);
    g_autofree uint8_t *bytes = g_malloc(TOTAL), *got = g_malloc(TOTAL);
    size_t sent = 0, received = 0, n;
    bool blocked = false;

    for (size_t i = 0; i < TOTAL; i++)
        bytes[i] = (uint8_t)(i * 31 + (i >> 10));
    while (received < TOTAL) {
        for (bool room = true; sent < TOTAL && room;) {
            room = io_tls_write(&w->client, bytes + sent, TOTAL - sent, &n) != IO_TLS_FAILED;
            sent += n;
            room &= io_tls_flush(&w->client) == IO_TLS_OK;
        }
        blocked |= io_tls_blocked(&w->client);
        g_assert_cmpuint(w->client.out_len, <=, IO_TLS_OUT);
        while (SSL_read_ex(w->server, got + received, TOTAL - received, &n) == 1)
            received += n;
        io_tls_flush(&w->client);
    }
    g_assert_true(blocked);
    g_assert_cmpmem(bytes, TOTAL, got, TOTAL);
    good_world_free(w);
}

/* Records are full: that is what makes bulk cheap. */
static void
records_are_full(void)
{
    struct world *w = talking_world(TLS1_3_VERSION);
    static uint8_t bytes[48 * 1024];
    uint8_t got[IO_TLS_RECORD + 1];
    size_t n;

    g_assert_cmpint(io_tls_write(&w->client, bytes, sizeof bytes, &n), ==, IO_TLS_OK);
    g_assert_cmpuint(n, ==, sizeof bytes);
    g_assert_cmpint(SSL_read_ex(w->server, got, sizeof got, &n), ==, 0); /* they gather */
    g_assert_cmpint(io_tls_flush(&w->client), ==, IO_TLS_OK);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(SSL_read_ex(w->server, got, sizeof got, &n), ==, 1);
        g_assert_cmpuint(n, ==, IO_TLS_RECORD);
    }
    good_world_free(w);
}

/* More than gathers goes to the kernel by itself, and no last octet stays behind in it: TCP may
 * hold back what is said to have more behind it. */
static void
nothing_stays_behind(void)
{
    struct world *w = talking_world(TLS1_3_VERSION);
    g_autofree uint8_t *bytes = g_malloc0(10 * IO_TLS_RECORD), *got = g_malloc(IO_TLS_RECORD);
    size_t n;

    for (size_t records = 4; records <= 10; records++) {
        const size_t total = records * IO_TLS_RECORD;
        size_t received = 0;

        g_assert_cmpint(io_tls_write(&w->client, bytes, total, &n), ==, IO_TLS_OK);
        g_assert_cmpuint(n, ==, total);
        g_assert_cmpuint(w->client.out_len, >, 0);
        g_assert_cmpint(io_tls_flush(&w->client), ==, IO_TLS_OK);
        while (SSL_read_ex(w->server, got, IO_TLS_RECORD, &n) == 1)
            received += n;
        g_assert_cmpuint(received, ==, total);
    }
    good_world_free(w);
}

/* Keys are renewed in mid-stream (RFC 8446, 4.6.3): the answer goes out, the data goes on. */
static void
key_update(void)
{
    struct world *w = talking_world(TLS1_3_VERSION);
    uint8_t bytes[64];
    size_t n;

    g_assert_cmpint(SSL_key_update(w->server, SSL_KEY_UPDATE_REQUESTED), ==, 1);
    g_assert_cmpint(SSL_write(w->server, "after", 5), ==, 5);
    g_assert_cmpint(io_tls_read(&w->client, bytes, sizeof bytes, &n), ==, IO_TLS_OK);
    g_assert_cmpmem(bytes, n, "after", 5);
    g_assert_cmpint(io_tls_write(&w->client, bytes, 5, &n), ==, IO_TLS_OK);
    g_assert_cmpint(io_tls_flush(&w->client), ==, IO_TLS_OK);
    g_assert_cmpint(SSL_read_ex(w->server, bytes, sizeof bytes, &n), ==, 1);
    g_assert_cmpmem(bytes, n, "after", 5);
    good_world_free(w);
}

/* The authorities go once they are not needed; the stream stays. */
static void
authorities_dropped(void)
{
    struct world *w = talking_world(TLS1_3_VERSION);
    uint8_t bytes[64];
    size_t n;

    io_tls_drop_authorities(&w->client);
    g_assert_null(w->client.verify.store);
    g_assert_cmpint(SSL_write(w->server, "still", 5), ==, 5);
    g_assert_cmpint(io_tls_read(&w->client, bytes, sizeof bytes, &n), ==, IO_TLS_OK);
    g_assert_cmpmem(bytes, n, "still", 5);
    good_world_free(w);
}

static void
bad_authorities(void)
{
    struct world *w = good_world();

    w->plan.ca[30] = '!';
    g_assert_false(io_tls_prepare(&w->client, &w->plan, "vpn.example.org"));
    g_assert_cmphex(w->client.end.error, ==, RAS_BAD_PROFILE);
    good_world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(chain_cases); i++) {
        g_autofree char *name = g_strconcat("/tls/T1-", chain_cases[i].name, NULL);
        g_test_add_data_func(name, &chain_cases[i], chain);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(weak_cases); i++) {
        g_autofree char *name = g_strconcat("/tls/T2-", weak_cases[i].name, NULL);
        g_test_add_data_func(name, &weak_cases[i], weak);
    }
    g_test_add_func("/tls/T2-renegotiation", renegotiation);
    g_test_add_func("/tls/a-server-that-insists-on-a-name", name_wanted);
    g_test_add_func("/tls/a-server-that-wants-a-certificate-of-ours", client_certificate);
    g_test_add_func("/tls/a-server-that-hangs-up-for-want-of-one", cut_for_a_certificate);
    g_test_add_func("/tls/T2-no-common-cipher", no_common_cipher);
    g_test_add_func("/tls/T2-not-tls", not_tls);
    g_test_add_func("/tls/T3-pin-accepts", pin_accepts);
    g_test_add_func("/tls/T3-pin-mismatch", pin_mismatch);
    g_test_add_func("/tls/fingerprints", fingerprints);
    g_test_add_func("/tls/T4-close-in-order", close_in_order);
    g_test_add_data_func("/tls/T4-cut-off-1.3", GINT_TO_POINTER(0), cut_off);
    g_test_add_data_func("/tls/T4-cut-off-1.2", GINT_TO_POINTER(1), cut_off);
    g_test_add_data_func("/tls/T4-fin-mid-record-1.3", GINT_TO_POINTER(2), cut_off);
    g_test_add_data_func("/tls/T4-fin-mid-record-1.2", GINT_TO_POINTER(3), cut_off);
    g_test_add_func("/tls/T4-cut-off-in-handshake", cut_off_in_handshake);
    g_test_add_func("/tls/T4-damaged-record", damaged_record);
    g_test_add_func("/tls/T4-one-octet-segments", one_octet_segments);
    g_test_add_func("/tls/T4-window-zero", window_zero);
    g_test_add_func("/tls/records-are-full", records_are_full);
    g_test_add_func("/tls/nothing-stays-behind", nothing_stays_behind);
    g_test_add_func("/tls/key-update", key_update);
    g_test_add_func("/tls/authorities-dropped", authorities_dropped);
    g_test_add_func("/tls/bad-authorities", bad_authorities);
    return g_test_run();
}
