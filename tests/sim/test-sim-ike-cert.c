/*
 * test-sim-ike-cert.c - calls by certificate, from end to end; their messages are long enough to go
 * in fragments. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <openssl/pem.h>

#include "ike-cert.h"
#include "ike-msg.h"
#include "sim-ike.h"
#include "test-certs.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

static struct sim_ike sim;
static struct ike_cert *client_cert, *server_cert;
static const char *server_name;
static int units; /* in the names of both */

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

static struct ike_cert *
load(const struct cert *own, const struct cert *authority)
{
    g_autofree char *chain = cert_pem(&own, 1), *key = key_pem(own);
    g_autofree char *ca = cert_pem(&authority, 1);
    const struct ike_cert_config cfg = {.chain = rd_over(chain, strlen(chain)),
                                        .key = rd_over(key, strlen(key)),
                                        .authorities = rd_over(ca, strlen(ca))};
    struct ras_end why = {0};
    struct ike_cert *c = ike_cert_new(&cfg, &why);

    g_assert_nonnull(c);
    return c;
}

static void
tweak(struct ike_config *client, struct ike_config *server)
{
    client->auth = server->auth = IKE_AUTH_CERT;
    client->cert = client_cert;
    server->cert = server_cert;
    client->remote_name = server_name;
    client->unix_time = server->unix_time = (guint64)(g_get_real_time() / G_USEC_PER_SEC);
}

static void
run_with(int client_bits, int server_bits, const struct cert *server_ca, const struct cert *ca,
         enum ras_error error, guint lose)
{
    const struct cert_spec ours = {.cn = "client", .rsa_bits = client_bits, .units = units};
    const struct cert_spec theirs = {
        .cn = "server", .san = "DNS:vpn.example.com", .rsa_bits = server_bits, .units = units};
    struct cert *a = cert_new(&ours, ca), *b = cert_new(&theirs, server_ca);
    const struct sim_ike_params p = {.seed = 31, .delay = 20 * MS, .lose = lose, .tweak = tweak};

    client_cert = load(a, ca);
    server_cert = load(b, ca);
    sim_ike_init(&sim, &p);
    sim_ike_start(&sim);
    g_assert_cmpint(sim_ike_settle(&sim, 60 * SEC), ==, error == RAS_OK);
    g_assert_cmphex(sim.client.end.error, ==, error);
    if (error == RAS_OK) { /* and once more, in a rekey of phase 1 */
        sim_ike_run(&sim, sim.now + 28000 * SEC);
        g_assert_true(sim_ike_settle(&sim, sim.now + 60 * SEC));
        g_assert_cmpuint(sim.client.announced, >, 1);
    }
    sim_ike_clear(&sim);
    ike_cert_free(client_cert);
    ike_cert_free(server_cert);
    cert_free(a);
    cert_free(b);
}

static void
test_calls(void)
{
    struct cert *ca =
        cert_new(&(struct cert_spec){.cn = "CA", .constraints = "critical,CA:TRUE"}, NULL);
    struct cert *other =
        cert_new(&(struct cert_spec){.cn = "Other", .constraints = "critical,CA:TRUE"}, NULL);

    server_name = "vpn.example.com";
    run_with(0, 0, ca, ca, RAS_OK, 0);       /* ECDSA */
    run_with(2048, 2048, ca, ca, RAS_OK, 0); /* RSA: in fragments */
    run_with(2048, 2048, ca, ca, RAS_OK, 50);
    units = 3; /* identities of 256 octets and more, which are the names */
    run_with(0, 0, ca, ca, RAS_OK, 0);
    units = 25;
    run_with(0, 0, ca, ca, RAS_OK, 0);
    units = 0;
    run_with(2048, 2048, other, ca, RAS_CERT_E_UNTRUSTEDROOT, 0);
    server_name = "www.example.com";
    run_with(2048, 2048, ca, ca, RAS_CERT_E_CN_NO_MATCH, 0);
    /* one end can RSA, the other ECDSA only: there is no method for both */
    run_with(0, 2048, ca, ca, RAS_OAKLEY_GENERAL_PROCESSING, 0);
    cert_free(ca);
    cert_free(other);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike-cert/calls", test_calls);
    return g_test_run();
}
