/* tunnel-msg.c - see tunnel-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tunnel-msg.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_FDS = 4,     /* room for more than the one that is allowed, so that we get to close them */
    MAX_TEXT = 1024, /* no text between the two is as long as this */
};

void
tunnel_msg_begin(struct wr *w, uint8_t type)
{
    wr_u8(w, type);
}

void
wire_text_put(struct wr *w, const char *text)
{
    const size_t n = strnlen(text, MAX_TEXT - 1);

    wr_be16(w, (uint16_t)n);
    wr_bytes(w, text, n);
}

static bool
printable(struct rd text)
{
    char safe[MAX_TEXT];

    if (text.bad || text.left >= sizeof safe)
        return false;
    ras_printable(safe, sizeof safe, text.p, text.left);
    return memcmp(safe, text.p, text.left) == 0;
}

bool
wire_text_get(struct rd *r, char *out, size_t cap)
{
    const struct rd text = rd_take(r, rd_be16(r));

    if (text.left >= cap || (text.left > 0 && !printable(text)))
        r->bad = true;
    if (r->bad)
        return false;
    if (text.left > 0)
        memcpy(out, text.p, text.left);
    out[text.left] = '\0';
    return true;
}

static void
put_be64(struct wr *w, uint64_t v)
{
    wr_be32(w, (uint32_t)(v >> 32));
    wr_be32(w, (uint32_t)v);
}

static uint64_t
get_be64(struct rd *r)
{
    const uint64_t high = rd_be32(r);

    return high << 32 | rd_be32(r);
}

void
tunnel_status_put(struct wr *w, const struct tunnel_status *s)
{
    wire_text_put(w, s->auth);
    wire_text_put(w, s->encryption);
    wire_text_put(w, s->server_name);
    wr_bytes(w, s->leaf_sha256, sizeof s->leaf_sha256);
    wr_bytes(w, s->eap.sha256, sizeof s->eap.sha256);
    wire_text_put(w, s->eap.subject);
    wire_text_put(w, s->eap.issuer);
    put_be64(w, (uint64_t)s->eap.until);
    wr_u8(w, s->weak);
    wr_be32(w, s->ipsec_remembered);
    wr_u8(w, (uint8_t)s->dhcp);
    wr_u8(w, (uint8_t)s->registration.dns);
    wr_u8(w, (uint8_t)s->registration.ptr);
    wr_u8(w, (uint8_t)s->registration.wins);
    wire_text_put(w, s->registration.name);
    wr_u8(w, s->early_data_worked);
    wr_u8(w, s->password_changed);
}

static void
get_registration(struct rd *r, struct net_registration *ret)
{
    const uint8_t dns = rd_u8(r), ptr = rd_u8(r), wins = rd_u8(r);

    wire_text_get(r, ret->name, sizeof ret->name);
    r->bad |= dns > NET_REGISTER_FAILED || ptr > NET_REGISTER_FAILED ||
              wins > NET_REGISTER_FAILED || (ret->name[0] != '\0' && !net_name_valid(ret->name));
    ret->dns = (enum net_registered)dns;
    ret->ptr = (enum net_registered)ptr;
    ret->wins = (enum net_registered)wins;
}

static void
get_certificate(struct rd *r, struct tunnel_certificate *ret)
{
    const struct rd sha256 = rd_take(r, sizeof ret->sha256);

    wire_text_get(r, ret->subject, sizeof ret->subject);
    wire_text_get(r, ret->issuer, sizeof ret->issuer);

    const uint64_t until = get_be64(r);
    r->bad |= until > (uint64_t)INT64_MAX;
    if (!rd_ok(r))
        return;
    memcpy(ret->sha256, sha256.p, sizeof ret->sha256);
    ret->until = (int64_t)until;
}

bool
tunnel_status_get(struct rd *r, struct tunnel_status *ret)
{
    struct tunnel_status s = {0};

    wire_text_get(r, s.auth, sizeof s.auth);
    wire_text_get(r, s.encryption, sizeof s.encryption);
    wire_text_get(r, s.server_name, sizeof s.server_name);

    const struct rd sha256 = rd_take(r, sizeof s.leaf_sha256);
    get_certificate(r, &s.eap);
    const uint8_t weak = rd_u8(r);
    const uint32_t remembered = rd_be32(r);
    const uint8_t dhcp = rd_u8(r);
    get_registration(r, &s.registration);
    const uint8_t early = rd_u8(r), changed = rd_u8(r);
    if (!rd_ok(r) || dhcp > NET_DHCP_SILENT || early > 1 || changed > 1)
        return false;
    memcpy(s.leaf_sha256, sha256.p, sizeof s.leaf_sha256);
    s.weak = weak;
    s.ipsec_remembered = remembered;
    s.dhcp = (enum net_dhcp)dhcp;
    s.early_data_worked = early;
    s.password_changed = changed;
    *ret = s;
    return true;
}

void
tunnel_stats_put(struct wr *w, const struct tunnel_stats *s)
{
    put_be64(w, s->bytes_in);
    put_be64(w, s->bytes_out);
    put_be64(w, s->packets_in);
    put_be64(w, s->packets_out);
    wr_be32(w, s->rtt_usec);
    put_be64(w, s->dropped);
}

bool
tunnel_stats_get(struct rd *r, struct tunnel_stats *ret)
{
    struct tunnel_stats s;

    s.bytes_in = get_be64(r);
    s.bytes_out = get_be64(r);
    s.packets_in = get_be64(r);
    s.packets_out = get_be64(r);
    s.rtt_usec = rd_be32(r);
    s.dropped = get_be64(r);
    if (!rd_ok(r))
        return false;
    *ret = s;
    return true;
}

static ssize_t
send_with_fd(int fd, struct rd message, int pass_fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {.iov_base = (void *)message.p, .iov_len = message.left};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof pass_fd);
    memcpy(CMSG_DATA(c), &pass_fd, sizeof pass_fd);
    return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

int
wire_send(int fd, struct rd message, int pass_fd)
{
    ssize_t n;

    if (message.bad || message.left == 0 || message.left > TUNNEL_MSG_MAX)
        return -EMSGSIZE;
    do {
        /* send(), not sendmsg(): the tunnel's sandbox allows only the former. */
        n = pass_fd < 0 ? send(fd, message.p, message.left, MSG_NOSIGNAL)
                        : send_with_fd(fd, message, pass_fd);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == ECONNRESET ? -EPIPE : -errno;
    return 0;
}

/* Collect the descriptors of @msg: the only one, or -1 with all of them closed. */
static int
take_fd(struct msghdr *msg, size_t *ret_count)
{
    int first = -1;
    size_t count = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        const size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++, count++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (count == 0)
                first = fd;
            else
                close(fd);
        }
    }
    if (count > 1) {
        close(first);
        first = -1;
    }
    *ret_count = count;
    return first;
}

int
wire_recv(int fd, void *buf, size_t cap, size_t *ret_len, int *ret_fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
    } control;
    struct iovec iov = {.iov_base = buf, .iov_len = cap};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    size_t n_fds;
    ssize_t n;
    int again = 1;

    /* A peer that ended without having read all is told of as ECONNRESET, once, and before its own
     * last messages, which are there all the same. */
    do
        n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && (errno == EINTR || (errno == ECONNRESET && again-- > 0)));
    if (n < 0)
        return errno == ECONNRESET ? -EPIPE : -errno;

    int passed = take_fd(&msg, &n_fds);
    const bool damaged = n_fds > 1 || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    if (passed >= 0 && (damaged || n == 0 || ret_fd == NULL)) {
        close(passed);
        passed = -1;
    }
    if (n == 0)
        return -EPIPE;
    if (damaged)
        return -EBADMSG;
    *ret_len = (size_t)n;
    if (ret_fd != NULL)
        *ret_fd = passed;
    return 0;
}
