/* helper-netlink.c - see helper-netlink.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-netlink.h"

#include <netlink/netlink.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct helper_netlink {
    struct nl_sock *sock;
    struct nl_cb *cb;
};

/* The answer to one request: 0, a negative errno, or still to come. */
enum { PENDING = 1 };

struct exchange {
    int result;
    void (*each)(struct nlmsghdr *h, void *ctx);
    void *ctx;
};

static int
on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
    struct exchange *x = arg;

    (void)from;
    x->result = e->error;
    return NL_STOP;
}

static int
on_end(struct nl_msg *msg, void *arg)
{
    struct exchange *x = arg;

    (void)msg;
    x->result = 0;
    return NL_STOP;
}

static int
on_valid(struct nl_msg *msg, void *arg)
{
    struct exchange *x = arg;

    if (x->each != NULL)
        x->each(nlmsg_hdr(msg), x->ctx);
    return NL_OK;
}

int
helper_netlink_talk(struct helper_netlink *nl, struct nl_msg *msg, helper_netlink_each each,
                    void *ctx)
{
    struct exchange x = {.result = PENDING, .each = each, .ctx = ctx};

    if (msg == NULL)
        return -ENOMEM;
    nl_cb_err(nl->cb, NL_CB_CUSTOM, on_error, &x);
    nl_cb_set(nl->cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, &x);
    nl_cb_set(nl->cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, &x);
    nl_cb_set(nl->cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, &x);

    const int sent = nl_send_auto(nl->sock, msg);
    explicit_bzero(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len); /* of XFRM it has keys */
    nlmsg_free(msg);
    if (sent < 0)
        return -EIO;
    while (x.result == PENDING) {
        const int err = nl_recvmsgs(nl->sock, nl->cb);
        if (err < 0 && x.result == PENDING)
            return err == -NLE_DUMP_INTR ? -EAGAIN : -EIO;
    }
    return x.result;
}

struct nl_msg *
helper_netlink_request(int type, int flags, const void *header, size_t size)
{
    struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

    if (msg != NULL && nlmsg_append(msg, (void *)header, size, NLMSG_ALIGNTO) < 0) {
        nlmsg_free(msg);
        return NULL;
    }
    return msg;
}

struct helper_netlink *
helper_netlink_new(int protocol)
{
    struct helper_netlink *nl = calloc(1, sizeof *nl);

    if (nl == NULL)
        return NULL;
    nl->sock = nl_socket_alloc();
    nl->cb = nl_cb_alloc(NL_CB_DEFAULT);
    if (nl->sock != NULL && nl->cb != NULL && nl_connect(nl->sock, protocol) >= 0)
        return nl;
    helper_netlink_free(nl);
    return NULL;
}

void
helper_netlink_free(struct helper_netlink *nl)
{
    if (nl == NULL)
        return;
    if (nl->cb != NULL)
        nl_cb_put(nl->cb);
    if (nl->sock != NULL)
        nl_socket_free(nl->sock);
    free(nl);
}
