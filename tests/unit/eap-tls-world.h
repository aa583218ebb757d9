/*
 * eap-tls-world.h - a peer of eap.h and an authentication server, request by request, for tests.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "eap.h"
#include "ppp-creds.h"
#include "ppp-wire.h"
#include "ras-eap-tls.h"
#include "test-certs.h"

struct tls_world {
    struct eap eap;
    struct ppp_queue q;
    struct ppp_credentials user;
    struct cert *ca, *server_cert, *client_cert;
    SSL_CTX *client_ctx, *server_ctx;
    struct eap_tls_side side;
    struct ras_end fault;
    struct ras_eap_tls *server;
    uint8_t type, id;
    enum eap_result result;
    guint requests;
};

static struct tls_world w;

static inline SSL_CTX *
world_ctx(const SSL_METHOD *method, const struct cert *cert)
{
    SSL_CTX *ctx = SSL_CTX_new(method);

    g_assert_nonnull(ctx);
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_use_certificate(ctx, cert->x509);
    SSL_CTX_use_PrivateKey(ctx, cert->key);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), w.ca->x509);
    return ctx;
}

static inline void
world_start(uint8_t type, int version, size_t fragment)
{
    w = (struct tls_world){.type = type};
    creds(&w.user, "User", "clientPass", NULL);
    w.ca = cert_new(&(struct cert_spec){.cn = "root", .constraints = "critical,CA:TRUE"}, NULL);
    w.server_cert = cert_new(
        &(struct cert_spec){.cn = "nps", .san = "DNS:nps.example.test", .eku = "serverAuth"}, w.ca);
    w.client_cert = cert_new(&(struct cert_spec){.cn = "anna", .eku = "clientAuth"}, w.ca);
    w.client_ctx = world_ctx(TLS_client_method(), w.client_cert);
    w.server_ctx = world_ctx(TLS_server_method(), w.server_cert);
    SSL_CTX_set_verify(w.client_ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_max_proto_version(w.client_ctx, version);
    w.side = (struct eap_tls_side){.ctx = w.client_ctx, .fault = &w.fault, .has_cert = true};
    w.server = ras_eap_tls_new(w.server_ctx, type, fragment);
    eap_start(&w.eap, &test_rng, &w.q);
    eap_allow(&w.eap, PPP_AUTH_EAP_TLS | PPP_AUTH_PEAP, &w.side);
}

static inline void
world_clear(void)
{
    eap_clear(&w.eap);
    ras_eap_tls_free(w.server);
    SSL_CTX_free(w.client_ctx);
    SSL_CTX_free(w.server_ctx);
    cert_free(w.ca);
    cert_free(w.server_cert);
    cert_free(w.client_cert);
}

static inline enum eap_result
world_ask(struct rd type_data)
{
    uint8_t buf[EAP_PACKET_MAX];
    struct wr p = wr_over(buf, sizeof buf);

    wr_u8(&p, EAP_REQUEST);
    wr_u8(&p, ++w.id);
    wr_be16(&p, (uint16_t)(type_data.left + 5));
    wr_u8(&p, w.type);
    wr_rd(&p, type_data);
    w.requests++;
    w.result = eap_input(&w.eap, &w.user, keep(buf, wr_done(&p).left));
    return w.result;
}

static inline struct rd
world_answer(void)
{
    struct rd frame = next_frame(&w.q);

    g_assert_cmpuint(rd_be16(&frame), ==, 0xc227);
    g_assert_cmpuint(rd_u8(&frame), ==, EAP_RESPONSE);
    g_assert_cmpuint(rd_u8(&frame), ==, w.id);
    g_assert_cmpuint(rd_be16(&frame), ==, frame.left + 4);
    g_assert_cmpuint(rd_u8(&frame), ==, w.type);
    g_assert_cmpuint(frame.left, <=, EAP_TLS_FRAGMENT + 5);
    return frame;
}

static inline struct rd
world_request(void)
{
    uint8_t buf[EAP_PACKET_MAX];
    struct wr p = wr_over(buf, sizeof buf);

    ras_eap_tls_request(w.server, &p);
    return keep(buf, wr_done(&p).left);
}

/* Until the server is to say something new: what came for it is ->server->plain. */
static inline enum ras_eap_tls_step
world_flight(void)
{
    enum ras_eap_tls_step step = RAS_EAP_TLS_GO_ON;

    while (step == RAS_EAP_TLS_GO_ON) {
        world_ask(world_request());
        if (w.result != EAP_RESULT_NOTHING)
            return step;
        step = ras_eap_tls_input(w.server, world_answer());
    }
    return step;
}

static inline enum eap_result
world_end(enum eap_code code)
{
    const uint8_t frame[] = {(uint8_t)code, w.id, 0, 4};

    w.result = eap_input(&w.eap, &w.user, rd_over(frame, sizeof frame));
    return w.result;
}

/* The handshake, from Start to where both are open and the server is to speak. */
static inline void
world_shake(void)
{
    world_ask(hex("20"));
    g_assert_cmpint(w.result, ==, EAP_RESULT_NOTHING);

    enum ras_eap_tls_step step = ras_eap_tls_input(w.server, world_answer());

    while (w.result == EAP_RESULT_NOTHING &&
           (step == RAS_EAP_TLS_GO_ON || !ras_eap_tls_open(w.server) ||
            BIO_ctrl_pending(w.server->out) > 0))
        step = world_flight();
}
