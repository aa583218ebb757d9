/*
 * own-cert.h - a file by which this computer proves itself to an IPsec server: its certificate,
 * what is between that and its authority, and the private key. PEM, or PKCS #12 (.pfx, .p12) as
 * Windows exports it (RFC 7292); either may be protected by a pass phrase. And files of authorities
 * that a server is to be known by.
 *
 * What comes out is PEM without protection, as a plan and its credentials want it (dial-plan.h).
 * What cannot work with any server is an error; what a server may refuse is a doubt, in words.
 * A file may ask for some seconds of work (own-cert-work.h): call it on a thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "credentials.h"

#define OWN_CERT_FILE_MAX (256 * 1024) /* of what is read of a file, octets */

#define OWN_CERT_ERROR (own_cert_error_quark())
GQuark own_cert_error_quark(void);
enum own_cert_error {
    OWN_CERT_ERROR_INVALID,   /* the message says what */
    OWN_CERT_ERROR_NO_KEY,    /* the certificate is there; its key may be in another file */
    OWN_CERT_ERROR_PROTECTED, /* a pass phrase is needed */
    OWN_CERT_ERROR_WRONG_PASSPHRASE,
};

struct own_cert {
    char *pem;              /* ours first, then each one's issuer; without the root */
    char *subject, *issuer; /* of ours, as "CN=a,O=b"; UTF-8, and what a stranger wrote */
    gint64 not_after;       /* Unix time, seconds */
    char *authority;        /* PEM of the root, when the file has it; NULL: it has not */
    char *authority_name;   /* its subject; NULL with it */
    char *doubts;           /* a sentence a line, translated; "": none */
    struct plan_key key;
};

/* @key_file: NULL, the key is in @file. @passphrase: UTF-8; NULL when none is known. @now: Unix
 * time, seconds. On success own_cert_clear() it; on failure untouched. */
gboolean own_cert_read(GBytes *file, GBytes *key_file, const char *passphrase, gint64 now,
                       struct own_cert *ret, GError **error);
void own_cert_clear(struct own_cert *c); /* wipes; {0} is fine */

/* Of certificates that are kept as PEM: the first one's subject, and when it ends. FALSE: it cannot
 * be read. Free the name. */
gboolean own_cert_about(const char *pem, char **ret_subject, gint64 *ret_not_after);

/* Authorities in PEM, with their revocation lists, or one in DER. @ret_doubts: as above. */
gboolean own_cert_read_authorities(GBytes *file, gint64 now, char **ret_pem, char **ret_doubts,
                                   GError **error);
