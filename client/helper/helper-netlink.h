/*
 * helper-netlink.h - one request to the kernel and its answer, over a socket of one netlink family.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <netlink/msg.h>

#include "attr.h"

struct helper_netlink;

/* @protocol: NETLINK_*. NULL: no memory, or the kernel does not have that. */
struct helper_netlink *helper_netlink_new(int protocol);
void helper_netlink_free(struct helper_netlink *nl); /* NULL is fine */
DEFINE_CLEANUP(struct helper_netlink, helper_netlink_free)

/* A request of @type whose fixed header is the @size octets at @header. NULL: no memory. */
struct nl_msg *helper_netlink_request(int type, int flags, const void *header, size_t size);

typedef void (*helper_netlink_each)(struct nlmsghdr *h, void *ctx);
/* Sends, wipes and frees @msg (NULL: -ENOMEM), calls @each (may be NULL) for what is answered, and
 * waits for the end of it. 0 or a negative errno. */
int helper_netlink_talk(struct helper_netlink *nl, struct nl_msg *msg, helper_netlink_each each,
                        void *ctx);
