/*
 * helper-endpoints.h - where the sockets of one attempt go to, and whether those of another go to
 * the same server. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "helper-requests.h"

/* Some servers keep one phase 1 for each identity, or one call for each user (l2tpns unless it is
 * told otherwise), and end an older call when a newer one signs in: within so long after that
 * began. */
#define HELPER_DISPLACED_WITHIN (30 * USEC_PER_SEC)

struct helper_endpoints {
    usec_t since; /* the attempt began */
    int n;
    struct helper_endpoint v[HELPER_MAX_ENDPOINTS];
};

/* @fd is the socket to @to. What is beside an earlier one to that server is noted there. */
void helper_endpoints_add(struct helper_endpoints *e, const struct helper_endpoint *to, int fd);
/* The one of this address, else the last; NULL: there is none. Borrowed. */
const struct helper_endpoint *helper_endpoints_find(const struct helper_endpoints *e,
                                                    const char *address);
/* Before its address in a log: "GRE of ". */
const char *helper_endpoint_kind(const struct helper_endpoint *to);
/* Is there a socket for IKE to the server of @to, which is one as well? */
bool helper_endpoints_have_ike(const struct helper_endpoints *e, const struct helper_endpoint *to);
/* @e's call was ended by its server: may that be because of @other, which began after it? */
bool helper_endpoints_displaced(const struct helper_endpoints *e,
                                const struct helper_endpoints *other, usec_t now);
