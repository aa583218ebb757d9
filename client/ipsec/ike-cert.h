/*
 * ike-cert.h - certificates for phase 1: our own and its key, whom we trust, and the proof of the
 * other end. Rules: the chain leads to a trusted authority at the time given; CRLs that were handed
 * in are looked at (and then each issuer has to have one); key usage allows signatures; a server's
 * extended key usage, when there is one, has serverAuth, ipsecIKE or iKEIntermediate, as Windows'
 * client wants it; the identity of the ID payload is in the certificate (RFC 4945).
 *
 * An RSA signature is PKCS#1 block type 1 over the bare HASH, without a DigestInfo (RFC 2409
 * section 5.1): the block that must be is built and compared, nothing of what came is parsed (row
 * K6). ECDSA is r | s over the bare HASH (RFC 4754).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-config.h"
#include "ike-msg.h"
#include "ras.h"

enum { IKE_CERTS_MAX = 8, IKE_SIGNATURE_MAX = 1024 };

struct ike_cert_config {
    struct rd chain; /* PEM or DER: our certificate first, then what leads to its authority */
    struct rd key;   /* PEM or DER, without a password */
    struct rd authorities, crls; /* PEM or DER, one after the other */
    bool system;                 /* the system's authorities too; reads files: before a sandbox */
};

/* NULL: @ret_why says why: 786 no certificate, 798-class what is wrong with it. */
struct ike_cert *ike_cert_new(const struct ike_cert_config *cfg, struct ras_end *ret_why);
void ike_cert_free(struct ike_cert *c); /* NULL is fine; wipes */

unsigned ike_cert_method(const struct ike_cert *c); /* enum ike_auth_method, of our key */
unsigned ike_cert_count(const struct ike_cert *c);
struct rd ike_cert_der(const struct ike_cert *c, unsigned i);        /* 0: our own */
bool ike_cert_subject(const struct ike_cert *c, struct ike_id *ret); /* as ID_DER_ASN1_DN */
/* The names of the authorities, for CERTREQ; one empty name, which is anybody (RFC 4945 section
 * 3.2.7.2), when there are too many; .bad: there are no more. */
struct rd ike_cert_authority(const struct ike_cert *c, unsigned i);

bool ike_cert_sign(const struct ike_cert *c, struct rd hash, uint8_t ret[static IKE_SIGNATURE_MAX],
                   size_t *ret_n);

struct ike_cert_proof {             /* what the peer has sent, and what we want it to be */
    struct rd certs[IKE_CERTS_MAX]; /* DER, as they came: its own is found by the signature's key */
    unsigned n;
    struct rd bundle; /* PKCS #7 with more of them, as Windows wraps a chain; empty: none */
    struct ike_id id;
    const char *name; /* the certificate has to be for it; NULL, "": any name */
    bool is_server;
    unsigned method;
    struct rd hash, signature;
    uint64_t unix_time;
};
/* False: @ret_why has the number and the reason. */
bool ike_cert_check(const struct ike_cert *c, const struct ike_cert_proof *proof,
                    struct ras_end *ret_why);
