/*
 * test-certs.h - certificates of every kind, good and bad, made on the spot for the tests of TLS.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>
#include <stdbool.h>

struct cert_spec {
    const char *cn;
    const char *san;         /* as in openssl.cnf: "DNS:a.example,IP:192.0.2.1"; NULL: none */
    const char *eku;         /* "serverAuth"; NULL: none */
    const char *constraints; /* basicConstraints: "critical,CA:TRUE"; NULL: none */
    const char *names;       /* nameConstraints; NULL: none */
    int from_days, to_days;  /* 0, 0: yesterday to next year */
    int rsa_bits;            /* 0: P-256 */
    bool sha1;
    int units;         /* that many OU of 64 letters: a long name */
    bool san_with_nul; /* DNS:CN, a NUL, .evil.example */
};

struct cert {
    X509 *x509;
    EVP_PKEY *key;
};

/* @issuer NULL: self-signed. */
struct cert *cert_new(const struct cert_spec *spec, const struct cert *issuer);
void cert_free(struct cert *c); /* NULL is fine */

/* PEM of @n certificates. */
char *cert_pem(const struct cert *const *certs, size_t n);
/* PEM of a revocation list of @issuer that names @revoked (may be NULL: an empty one). */
char *cert_crl_pem(const struct cert *issuer, const struct cert *revoked);
/* DER of an OCSP answer of @issuer for @subject. */
unsigned char *cert_ocsp(const struct cert *issuer, const struct cert *subject, bool revoked,
                         int *ret_len);
