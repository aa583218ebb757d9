/*
 * ike-cert-priv.h - the inside of struct ike_cert, for ike-cert.c and ike-cert-check.c.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "ike-cert.h"
#include "ike-phase1.h"

struct ike_cert {
    X509 *own[IKE_CERTS_MAX];
    uint8_t *der[IKE_CERTS_MAX];
    int der_n[IKE_CERTS_MAX];
    unsigned own_n;
    EVP_PKEY *key;
    unsigned method;
    X509_STORE *store;
    bool has_crls;
    uint8_t *name[IKE_CERTS_MAX]; /* of authorities, DER */
    int name_n[IKE_CERTS_MAX];
    unsigned names_n;
    bool many; /* authorities: more than ->name has room for */
};

/* 0: a key that IKE has no method for. */
unsigned ike_cert_method_of(const EVP_PKEY *key);
/* Is @signature that of @key over the bare @hash? */
bool ike_signature_good(EVP_PKEY *key, unsigned method, struct rd hash, struct rd signature);
