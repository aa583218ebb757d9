/*
 * ras-eap-tls.h - the authentication server's end of TLS in EAP (RFC 5216, RFC 9190), for the
 * practice server and for tests of the client: fragments, and what is inside of them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <openssl/ssl.h>

#include "bytes.h"

enum ras_eap_tls_step {
    RAS_EAP_TLS_GO_ON, /* ras_eap_tls_request() has what is next: a fragment, or leave to go on */
    RAS_EAP_TLS_WHOLE, /* a message is complete, or nothing came: see ->plain */
    RAS_EAP_TLS_OVER,  /* TLS has failed, and the client has been told */
};

struct ras_eap_tls {
    SSL *ssl;
    BIO *in, *out;
    uint8_t type;
    size_t fragment;
    bool lengths; /* said with each message, and not only with the first of several fragments */
    bool amid, dead, v13;
    bool started, asked, greeted; /* the conversation of ras-eap.c */
    size_t n_plain;
    uint8_t plain[4096];
};

/* Of files with PEM: its certificate and key, and who may have signed a client's. NULL: not so. */
SSL_CTX *ras_eap_tls_ctx(const char *cert, const char *key, const char *ca);
/* NULL: no memory. @fragment: octets of TLS in one request. */
struct ras_eap_tls *ras_eap_tls_new(SSL_CTX *ctx, uint8_t type, size_t fragment);
void ras_eap_tls_free(struct ras_eap_tls *t); /* NULL is fine */
enum ras_eap_tls_step ras_eap_tls_input(struct ras_eap_tls *t, struct rd type_data);
void ras_eap_tls_start(struct wr *w);
void ras_eap_tls_request(struct ras_eap_tls *t, struct wr *w);
bool ras_eap_tls_open(const struct ras_eap_tls *t);
void ras_eap_tls_say(struct ras_eap_tls *t, struct rd plain);
void ras_eap_tls_keys(const struct ras_eap_tls *t, uint8_t ret[static 128]);
