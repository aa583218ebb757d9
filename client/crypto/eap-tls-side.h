/*
 * eap-tls-side.h - our side of TLS in EAP: what whoever can read files makes, and client/ppp uses.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <openssl/ssl.h>

#include "ras.h"

enum { EAP_TLS_NAME = 256 };

/* What a conversation is held with, made before a sandbox closes and lent to each. */
struct eap_tls_side {
    SSL_CTX *ctx;                /* TLS 1.2 or newer; verifies the server's certificate, always */
    struct ras_end *fault;       /* that verification's verdict; cleared by eap_tls_new() */
    bool has_cert;               /* @ctx has one of ours, for EAP-TLS */
    bool unbound;                /* PEAP: a server that does no crypto binding is accepted */
    char identity[EAP_TLS_NAME]; /* told before TLS protects it; "": the user's name */
};
