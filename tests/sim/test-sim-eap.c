/*
 * test-sim-eap.c - whole calls with EAP-TLS and PEAP: over SSTP, whose crypto binding takes the
 * keys, and over PPTP, whose encryption does; and servers that are not to be believed.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <dlfcn.h>
#include <openssl/pem.h>

#include "eap-trust.h"
#include "sim-pptp.h"
#include "sim.h"
#include "test-certs.h"

#define MS USEC_PER_MSEC

enum { WITHOUT_CA = 1, WITHOUT_CERT = 2 };

/* One call: what the profile says, and what the server is. */
struct row {
    const char *why;
    unsigned auth; /* of the profile, and of the server */
    struct plan_eap eap;
    unsigned without;
    const char *user, *password, *script[2];
    int version;
    enum ras_error error; /* RAS_OK: it comes up */
    bool refused_cert;    /* the server does not know who signed ours */
};

static struct cert *ca, *other_ca, *server, *client;
static SSL_CTX *server_ctx;
static struct dial_plan plan;
static struct credentials credentials;
static const struct row *now_row;

static SSL_CTX *
ctx_of(const struct cert *cert, const struct cert *trusted, int version)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    SSL_CTX_use_certificate(ctx, cert->x509);
    SSL_CTX_use_PrivateKey(ctx, cert->key);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), trusted->x509);
    SSL_CTX_set_max_proto_version(ctx, version);
    return ctx;
}

static void
set_key(const struct cert *cert)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *p = NULL;

    PEM_write_bio_PrivateKey(bio, cert->key, NULL, NULL, 0, NULL, NULL);
    const long n = BIO_get_mem_data(bio, &p);
    g_assert_true(plan_key_set(&credentials.key, rd_over(p, (size_t)n)));
    BIO_free(bio);
}

static uint8_t *
pem_of(const struct cert *cert, uint32_t *ret_n)
{
    g_autofree char *pem = cert_pem((const struct cert *const[]){cert}, 1);
    uint8_t *copy = malloc(strlen(pem));

    memcpy(copy, pem, strlen(pem));
    *ret_n = (uint32_t)strlen(pem);
    return copy;
}

static void
fill_plan(const struct row *row)
{
    dial_plan_init(&plan);
    plan.auth = row->auth;
    plan.eap = row->eap;
    if ((row->without & WITHOUT_CA) == 0)
        plan.ca = pem_of(ca, &plan.ca_len);
    if ((row->without & WITHOUT_CERT) == 0) {
        plan.cert = pem_of(client, &plan.cert_len);
        set_key(client);
    }
}

static struct eap_trust *
begin(const struct row *row, struct ras_end *ret_why)
{
    now_row = row;
    credentials = (struct credentials){0};
    server_ctx = ctx_of(server, row->refused_cert ? other_ca : ca,
                        row->version != 0 ? row->version : TLS1_3_VERSION);
    fill_plan(row);
    return eap_trust_new(&plan, &credentials, "vpn.example.com", ret_why);
}

static void
end(struct eap_trust *trust)
{
    eap_trust_free(trust);
    SSL_CTX_free(server_ctx);
    dial_plan_clear(&plan);
}

/* The session borrows nothing of the plan's memory here but what the sides hold. */
static void
tweak(struct ras_config *config, struct dial_plan *p)
{
    const bool peap = (now_row->auth & PLAN_AUTH_PEAP) != 0;

    p->encryption = PLAN_ENCRYPTION_MAXIMUM;
    config->eap = server_ctx;
    config->n_auth = 1;
    config->auth[0] = peap ? PPP_AUTH_PEAP : PPP_AUTH_EAP_TLS;
}

static void
over_sstp(const struct row *row, const struct eap_trust *trust, struct sim *ret)
{
    const struct sim_params p = {.delay = MS,
                                 .traffic = true,
                                 .auth = row->auth,
                                 .user = row->user,
                                 .password = row->password,
                                 .mute = true,
                                 .script = row->script,
                                 .eap = &trust->side,
                                 .tweak = tweak};

    sim_run(ret, &p);
}

static void
run(const struct row *row)
{
    struct ras_end why = {0};
    struct eap_trust *trust = begin(row, &why);
    struct sim s;

    g_test_message("%s", row->why);
    g_assert_nonnull(trust);
    over_sstp(row, trust, &s);
    g_test_message("%s", s.end.detail);
    g_assert_cmpint(s.came_up, ==, row->error == RAS_OK);
    if (row->error != RAS_OK)
        g_assert_cmphex(s.end.error, ==, row->error);
    if (row->error == RAS_OK) {
        g_assert_true(s.bound); /* the keys are those of the server */
        g_assert_cmpuint(s.server_packets, >, 0);
    }
    sim_clear(&s);
    end(trust);
}

#define ANY_NAME                                                                                   \
    {                                                                                              \
        .names = "nps.example.test"                                                                \
    }

static void
test_sstp(void)
{
    static const struct row rows[] = {
        {"EAP-TLS, TLS 1.2", PLAN_AUTH_EAP_TLS, ANY_NAME, .version = TLS1_2_VERSION},
        {"EAP-TLS, TLS 1.3", PLAN_AUTH_EAP_TLS, ANY_NAME},
        {"PEAP, TLS 1.2", PLAN_AUTH_PEAP, ANY_NAME, .version = TLS1_2_VERSION},
        {"PEAP, TLS 1.3", PLAN_AUTH_PEAP, ANY_NAME},
        {"PEAP without a certificate of ours", PLAN_AUTH_PEAP, ANY_NAME, WITHOUT_CERT},
        {"PEAP and EAP-TLS without a certificate of ours", PLAN_AUTH_PEAP | PLAN_AUTH_EAP_TLS,
         ANY_NAME, WITHOUT_CERT},
        {"beside MS-CHAPv2", PLAN_AUTH_PEAP | PLAN_AUTH_MSCHAPV2, ANY_NAME},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        run(&rows[i]);
}

static void
test_pptp(void)
{
    static const struct row rows[] = {
        {"EAP-TLS, TLS 1.2", PLAN_AUTH_EAP_TLS, ANY_NAME, .version = TLS1_2_VERSION},
        {"EAP-TLS, TLS 1.3", PLAN_AUTH_EAP_TLS, ANY_NAME},
        {"PEAP, TLS 1.2", PLAN_AUTH_PEAP, ANY_NAME, .version = TLS1_2_VERSION},
        {"PEAP, TLS 1.3", PLAN_AUTH_PEAP, ANY_NAME},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ras_end why = {0};
        struct eap_trust *trust = begin(&rows[i], &why);
        const struct sim_pptp_params p = {.delay = MS,
                                          .traffic = true,
                                          .auth = rows[i].auth,
                                          .encryption = PLAN_ENCRYPTION_MAXIMUM,
                                          .eap = &trust->side,
                                          .tweak = tweak};
        struct sim_pptp s;

        g_test_message("%s", rows[i].why);
        sim_pptp_run(&s, &p);
        g_test_message("%s", s.end.detail);
        g_assert_true(s.came_up);
        g_assert_cmpstr(s.settings.domain, ==, "corp.example"); /* DHCP, encrypted */
        g_assert_cmpuint(s.up.delivered, >, 30);
        g_assert_cmpuint(s.down.delivered, >, 30);
        sim_pptp_clear(&s);
        end(trust);
    }
}

static void
hex_of(const struct cert *cert, const EVP_MD *md, char *ret)
{
    uint8_t digest[32];
    unsigned n = sizeof digest;

    X509_digest(cert->x509, md, digest, &n);
    for (unsigned i = 0; i < n; i++)
        sprintf(ret + 2 * i, "%02X", digest[i]);
}

/* Whom the profile believes: names, authorities, a pin. */
static void
test_A15_trust(void)
{
    struct row rows[] = {
        {"another of the names", PLAN_AUTH_PEAP, {.names = "x.example.test; nps.example.test"}},
        {"a wildcard", PLAN_AUTH_PEAP, {.names = "*.example.test"}},
        {"authorities of its own, and no name", PLAN_AUTH_PEAP, {.names = ""}},
        {"no such name",
         PLAN_AUTH_PEAP,
         {.names = "vpn.example.test"},
         .error = RAS_CERT_E_CN_NO_MATCH},
        {"a wildcard one up", PLAN_AUTH_PEAP, {.names = "*.test"}, .error = RAS_CERT_E_CN_NO_MATCH},
        {"the wildcard's own name",
         PLAN_AUTH_PEAP,
         {.names = "*.nps.example.test"},
         .error = RAS_CERT_E_CN_NO_MATCH},
        {"the system's authorities", PLAN_AUTH_PEAP, ANY_NAME, WITHOUT_CA,
         .error = RAS_CERT_E_UNTRUSTEDROOT},
        {"and for EAP-TLS",
         PLAN_AUTH_EAP_TLS,
         {.names = "vpn.example.test"},
         .error = RAS_CERT_E_CN_NO_MATCH},
        {"the root by SHA-1", PLAN_AUTH_PEAP, {.names = ""}},
        {"the root by SHA-256, as one of two", PLAN_AUTH_PEAP, {.names = ""}},
        {"another root", PLAN_AUTH_PEAP, {.names = ""}, .error = RAS_CERT_E_UNTRUSTEDROOT},
        {"the leaf instead of the root",
         PLAN_AUTH_PEAP,
         {.names = ""},
         .error = RAS_CERT_E_UNTRUSTEDROOT},
        {"a pin", PLAN_AUTH_PEAP, {.names = "x.example.test", .pin_set = true}, WITHOUT_CA},
        {"another pin",
         PLAN_AUTH_PEAP,
         {.pin_set = true, .pin = {1}},
         .error = RAS_CERT_E_PINNED_MISMATCH},
    };
    char *const one = rows[9].eap.roots;

    hex_of(ca, EVP_sha1(), rows[8].eap.roots);
    hex_of(other_ca, EVP_sha1(), one);
    strcat(one, ";");
    hex_of(ca, EVP_sha256(), one + strlen(one));
    hex_of(other_ca, EVP_sha1(), rows[10].eap.roots);
    hex_of(server, EVP_sha1(), rows[11].eap.roots);
    X509_digest(server->x509, EVP_sha256(), rows[12].eap.pin, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        run(&rows[i]);
}

/* Who trusts every authority there is needs a name: without, it is the VPN server's. */
static void
test_A15_no_name_and_all_authorities(void)
{
    const struct row row = {"", PLAN_AUTH_PEAP, {.names = ""}, WITHOUT_CA};
    struct ras_end why = {0};
    struct eap_trust *trust = begin(&row, &why);

    if (trust != NULL) /* NULL: this computer has none at all */
        g_assert_cmpstr(trust->verify.name, ==, "vpn.example.com");
    end(trust);
}

/* What is wrong with the certificate itself. */
static void
test_A15_certificates(void)
{
    static const struct {
        const char *why;
        struct cert_spec spec;
        enum ras_error error;
    } rows[] = {
        {"a client's",
         {.cn = "nps", .san = "DNS:nps.example.test", .eku = "clientAuth"},
         RAS_CERT_E_WRONG_USAGE},
        {"an old one",
         {.cn = "nps",
          .san = "DNS:nps.example.test",
          .eku = "serverAuth",
          .from_days = -20,
          .to_days = -2},
         RAS_CERT_E_EXPIRED},
        {"a name in CN only",
         {.cn = "nps.example.test", .eku = "serverAuth"},
         RAS_CERT_E_CN_NO_MATCH},
    };
    struct cert *const good = server;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row row = {rows[i].why, PLAN_AUTH_PEAP, ANY_NAME, .error = rows[i].error};

        server = cert_new(&rows[i].spec, ca);
        run(&row);
        cert_free(server);
    }
    server = cert_new(&(struct cert_spec){.cn = "nps", .san = "DNS:nps.example.test"}, NULL);
    run(&(struct row){"self-signed", PLAN_AUTH_PEAP, ANY_NAME, .error = RAS_CERT_E_UNTRUSTEDROOT});
    cert_free(server);
    server = good;
}

static bool no_keys;

/* In place of OpenSSL's, whose part of a call's keys is then missing: no way is known to make it
 * fail behind a handshake that was good. */
int
SSL_export_keying_material(SSL *s, unsigned char *out, size_t n, const char *label, size_t label_n,
                           const unsigned char *context, size_t context_n, int use_context)
{
    static typeof(SSL_export_keying_material) *real;

    if (no_keys && !SSL_is_server(s))
        return 0;
    if (real == NULL)
        real = (typeof(real))dlsym(RTLD_NEXT, "SSL_export_keying_material");
    return real(s, out, n, label, label_n, context, context_n, use_context);
}

/* Else the keys would be those of a password that nobody typed: all zero, and known to anybody. */
static void
test_no_keys_of_tls(void)
{
    no_keys = true;
    run(&(struct row){"the exporter fails", PLAN_AUTH_EAP_TLS, ANY_NAME,
                      .error = RAS_UNABLE_TO_AUTHENTICATE_SERVER});
    no_keys = false;
}

static void
test_refusals(void)
{
    static const struct row rows[] = {
        {"a wrong password", PLAN_AUTH_PEAP, ANY_NAME, .password = "wrong",
         .error = RAS_AUTHENTICATION_FAILURE},
        {"one that may be tried again", PLAN_AUTH_PEAP, ANY_NAME, .user = "retry",
         .password = "wrong", .error = RAS_AUTHENTICATION_FAILURE},
        {"outside of hours", PLAN_AUTH_PEAP, ANY_NAME, .user = "late", .password = "secret",
         .error = RAS_RESTRICTED_LOGON_HOURS},
        {"a certificate that is not known there", PLAN_AUTH_EAP_TLS, ANY_NAME, .refused_cert = true,
         .error = RAS_EAP_USER_CERT_INVALID},
        {"and with TLS 1.2", PLAN_AUTH_EAP_TLS, ANY_NAME, .refused_cert = true,
         .version = TLS1_2_VERSION, .error = RAS_EAP_USER_CERT_INVALID},
        {"A14: no crypto binding", PLAN_AUTH_PEAP, ANY_NAME, .script = {"peap-unbound"},
         .error = RAS_PEAP_CRYPTOBINDING_NOTRECEIVED},
        {"none, and the profile does without",
         PLAN_AUTH_PEAP,
         {.names = "nps.example.test", .unbound = true},
         .script = {"peap-unbound"}},
        {"A14: a wrong one", PLAN_AUTH_PEAP, ANY_NAME, .script = {"peap-wrong-binding"},
         .error = RAS_PEAP_CRYPTOBINDING_INVALID},
        {"A14: a wrong one is never done without",
         PLAN_AUTH_PEAP,
         {.names = "nps.example.test", .unbound = true},
         .script = {"peap-wrong-binding"},
         .error = RAS_PEAP_CRYPTOBINDING_INVALID},
        {"A13: success without the method", PLAN_AUTH_PEAP, ANY_NAME,
         .script = {"peap-early-success"}, .error = RAS_UNABLE_TO_AUTHENTICATE_SERVER},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        run(&rows[i]);
}

/* Before anything is dialed. */
static void
test_no_certificate_of_ours(void)
{
    struct row row = {"none", PLAN_AUTH_EAP_TLS, ANY_NAME, WITHOUT_CERT};
    struct ras_end why = {0};

    g_assert_null(begin(&row, &why));
    g_assert_cmpuint(why.error, ==, RAS_NO_EAPTLS_CERTIFICATE);
    end(NULL);
    why = (struct ras_end){0};
    row.without = 0;
    credentials = (struct credentials){0};
    server_ctx = NULL;
    fill_plan(&row);
    set_key(server); /* of another */
    g_assert_null(eap_trust_new(&plan, &credentials, "vpn.example.com", &why));
    g_assert_cmpuint(why.error, ==, RAS_NO_EAPTLS_CERTIFICATE);
    end(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ca = cert_new(&(struct cert_spec){.cn = "root", .constraints = "critical,CA:TRUE"}, NULL);
    other_ca = cert_new(&(struct cert_spec){.cn = "no", .constraints = "critical,CA:TRUE"}, NULL);
    server = cert_new(
        &(struct cert_spec){.cn = "nps", .san = "DNS:nps.example.test", .eku = "serverAuth"}, ca);
    client = cert_new(&(struct cert_spec){.cn = "anna", .eku = "clientAuth"}, ca);
    g_test_add_func("/sim-eap/sstp", test_sstp);
    g_test_add_func("/sim-eap/pptp", test_pptp);
    g_test_add_func("/sim-eap/A15-trust", test_A15_trust);
    g_test_add_func("/sim-eap/A15-no-name-and-all-authorities",
                    test_A15_no_name_and_all_authorities);
    g_test_add_func("/sim-eap/A15-certificates", test_A15_certificates);
    g_test_add_func("/sim-eap/refusals", test_refusals);
    g_test_add_func("/sim-eap/no-keys-of-tls", test_no_keys_of_tls);
    g_test_add_func("/sim-eap/no-certificate-of-ours", test_no_certificate_of_ours);
    const int result = g_test_run();

    cert_free(ca);
    cert_free(other_ca);
    cert_free(server);
    cert_free(client);
    return result;
}
