/*
 * own-cert-work.h - how much work a file with a private key asks for, before it is done: rounds by
 * which a pass phrase becomes a key (PKCS #5, PKCS #12, scrypt), of everything in it together. A
 * file that somebody sent may name any number.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <openssl/pkcs12.h>

/* Windows does 2,000 rounds, others up to a million. */
#define OWN_CERT_WORK_MAX (2 * 1000 * 1000)

/* Each: at most @max? What cannot be read is no work: to read it fails. */
gboolean own_cert_work_of_pem(GBytes *pem, guint64 max);
gboolean own_cert_work_of_mac(PKCS12 *file, guint64 max);
/* Of what is inside, which may have to be opened by @passphrase (or NULL) to see it. */
gboolean own_cert_work_of_pkcs12(PKCS12 *file, const char *passphrase, guint64 max);
