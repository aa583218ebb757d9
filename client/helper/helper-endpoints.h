/*
 * helper-endpoints.h - where the sockets of one attempt go to, and whether those of another go to
 * the same server. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-requests.h"

struct helper_endpoints {
    int n;
    struct helper_endpoint v[HELPER_MAX_ENDPOINTS];
};

/* @fd is the socket to @to. What is beside an earlier one to that server is noted there. */
void helper_endpoints_add(struct helper_endpoints *e, const struct helper_endpoint *to, int fd);
/* The one of this address, else the last; NULL: there is none. Borrowed. */
const struct helper_endpoint *helper_endpoints_find(const struct helper_endpoints *e,
                                                    const char *address);
/* Is there a socket for IKE to the server of @to, which is one as well? */
bool helper_endpoints_have_ike(const struct helper_endpoints *e, const struct helper_endpoint *to);
