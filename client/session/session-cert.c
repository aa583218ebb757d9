/* session-cert.c - see session-cert.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "session-cert.h"

#include "ike-cert.h"

struct ike_cert *
session_cert_new(const struct dial_plan *plan, const struct credentials *credentials,
                 struct rd authorities, struct rd crls, struct ras_end *ret_why)
{
    const struct ike_cert_config config = {
        .chain = rd_over(plan->cert, plan->cert_len),
        .key = rd_over(credentials->key.pem, credentials->key.len),
        .authorities = authorities,
        .crls = crls,
    };

    return ike_cert_new(&config, ret_why);
}

void
session_cert_free(struct ike_cert *cert)
{
    ike_cert_free(cert);
}
