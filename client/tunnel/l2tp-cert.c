/* l2tp-cert.c - see l2tp-cert.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "l2tp-cert.h"

#include <openssl/pem.h>
#include <stdlib.h>

#include "tls-verify.h"

/* Those of a store, as PEM, one after the other. */
static bool
write_store(X509_STORE *store, BIO *authorities, BIO *crls)
{
    STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);
    bool good = true;

    for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
        const X509_OBJECT *one = sk_X509_OBJECT_value(all, i);

        if (X509_OBJECT_get_type(one) == X509_LU_X509)
            good = good && PEM_write_bio_X509(authorities, X509_OBJECT_get0_X509(one)) == 1;
        else if (X509_OBJECT_get_type(one) == X509_LU_CRL)
            good = good && PEM_write_bio_X509_CRL(crls, X509_OBJECT_get0_X509_CRL(one)) == 1;
    }
    return good;
}

static struct rd
written(BIO *bio)
{
    char *p = NULL;
    const long n = BIO_get_mem_data(bio, &p);

    return rd_over(p, n > 0 ? (size_t)n : 0);
}

static struct ike_cert *
with_store(const struct dial_plan *plan, const struct credentials *credentials, X509_STORE *store,
           struct ras_end *ret_why)
{
    BIO *authorities = BIO_new(BIO_s_mem()), *crls = BIO_new(BIO_s_mem());
    struct ike_cert *cert = NULL;

    if (authorities != NULL && crls != NULL && write_store(store, authorities, crls))
        cert = session_cert_new(plan, credentials, written(authorities), written(crls), ret_why);
    else
        ras_end_set(ret_why, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the authorities");
    BIO_free(authorities);
    BIO_free(crls);
    return cert;
}

struct ike_cert *
l2tp_cert_new(const struct dial_plan *plan, const struct credentials *credentials,
              struct ras_end *ret_why)
{
    struct tls_verify trust;
    struct ike_cert *cert = NULL;

    if (!tls_verify_init(&trust, plan, ""))
        *ret_why = trust.end;
    else if (trust.store == NULL) /* a pin says nothing of an authority, and IKE wants one */
        ras_end_set(ret_why, RAS_BAD_PROFILE, "an accepted certificate is not enough for IPsec");
    else
        cert = with_store(plan, credentials, trust.store, ret_why);
    tls_verify_clear(&trust);
    return cert;
}
