/* control.c - see control.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    START_TAIL = 29, /* server, protocol, uid, gid, attempt, known address, flags */
    LOG_MAX = 400,
};

bool
control_start_ids(struct rd message, uint32_t *ret_uid, uint32_t *ret_gid)
{
    if (message.left < 1 + START_TAIL || rd_u8(&message) != TUNNEL_START)
        return false;
    rd_take(&message, message.left - START_TAIL + 2);
    *ret_uid = rd_be32(&message);
    *ret_gid = rd_be32(&message);
    return rd_ok(&message);
}

static void
get_known(struct rd *r, struct control_address *ret)
{
    *ret = (struct control_address){.family = rd_u8(r)};
    const struct rd octets = rd_take(r, sizeof ret->octets);
    if (!octets.bad)
        memcpy(ret->octets, octets.p, sizeof ret->octets);
    r->bad |= ret->family != 0 && ret->family != 4 && ret->family != 6;
}

bool
control_start_get(struct rd message, struct control_start *ret)
{
    if (rd_u8(&message) != TUNNEL_START || !dial_plan_get(&message, &ret->plan))
        return false;

    const bool credentials = credentials_get(&message, &ret->credentials);
    ret->server = rd_u8(&message);
    ret->protocol = (enum plan_protocol)rd_u8(&message);
    rd_be32(&message);
    rd_be32(&message);
    ret->attempt = rd_u8(&message);
    get_known(&message, &ret->known);
    const uint8_t flags = rd_u8(&message);
    ret->kernel_esp = flags == START_KERNEL_ESP;
    if (credentials && rd_done(&message) && flags <= START_KERNEL_ESP &&
        ret->server < ret->plan.n_servers)
        return true;
    dial_plan_clear(&ret->plan);
    credentials_wipe(&ret->credentials);
    return false;
}

static void
get_socket(struct rd *r, struct control_msg *m)
{
    m->tag = rd_be16(r);
    m->error = rd_be32(r);
    const uint8_t flags = rd_u8(r);
    m->shared = (flags & SOCKET_SHARED) != 0;
    m->second = (flags & SOCKET_SECOND) != 0;
    m->mtu = rd_be16(r);
    const struct rd text = rd_take(r, r->left);
    if (!text.bad && text.left > 0)
        ras_printable(m->text, sizeof m->text, text.p, text.left);
}

bool
control_msg_get(struct rd r, struct control_msg *ret)
{
    bool good = true;

    *ret = (struct control_msg){.type = (enum tunnel_msg)rd_u8(&r)};
    switch (ret->type) {
    case TUNNEL_SOCKET:
        get_socket(&r, ret);
        break;
    case TUNNEL_TUN:
        ret->tun_flags = rd_u8(&r);
        break;
    case TUNNEL_CREDENTIALS:
        ret->answered = r.left > 0;
        good = !ret->answered || credentials_get(&r, &ret->credentials);
        break;
    case TUNNEL_ESP:
        ret->spi = rd_be32(&r);
        ret->error = rd_be32(&r);
        break;
    case TUNNEL_REGISTER:
        ret->names = rd_u8(&r);
        good = wire_text_get(&r, ret->computer, sizeof ret->computer) &&
               (ret->computer[0] == '\0' || net_name_valid(ret->computer));
        break;
    case TUNNEL_HANGUP:
    case TUNNEL_REGISTERED:
        break;
    case TUNNEL_START: /* once, and it was */
        good = false;
        break;
    default: /* not ours to name: a number from the wire */
        good = false;
    }
    if (good && rd_done(&r))
        return true;
    credentials_wipe(&ret->credentials);
    return false;
}

char *
control_address_text(const struct control_address *a, char out[static 48])
{
    if (inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->octets, out, 48) == NULL)
        out[0] = '\0';
    return out;
}

/* ---- what we say ---- */

int
control_stage(int fd, enum dial_stage stage, const char *server)
{
    uint8_t bytes[128];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_STAGE);
    wr_u8(&w, (uint8_t)stage);
    wire_text_put(&w, server);
    return wire_send(fd, wr_done(&w), -1);
}

int
control_open_socket(int fd, uint16_t tag, const struct control_address *a, enum socket_kind kind)
{
    uint8_t bytes[32];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_OPEN_SOCKET);
    wr_be16(&w, tag);
    wr_u8(&w, a->family);
    wr_bytes(&w, a->octets, sizeof a->octets);
    wr_be16(&w, a->port);
    wr_u8(&w, (uint8_t)kind);
    return wire_send(fd, wr_done(&w), -1);
}

int
control_want_credentials(int fd, enum ras_error reason)
{
    uint8_t bytes[8];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_WANT_CREDENTIALS);
    wr_be32(&w, reason);
    return wire_send(fd, wr_done(&w), -1);
}

int
control_configure(int fd, const struct net_config *config)
{
    uint8_t bytes[CONTROL_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_CONFIGURE);
    net_config_put(&w, config);
    return wire_send(fd, wr_done(&w), -1);
}

int
control_status(int fd, const struct tunnel_status *status)
{
    uint8_t bytes[512];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_STATUS);
    tunnel_status_put(&w, status);
    return wire_send(fd, wr_done(&w), -1);
}

int
control_stats(int fd, const struct tunnel_stats *stats)
{
    uint8_t bytes[128];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    if (poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0)
        return -EAGAIN;
    tunnel_msg_begin(&w, HELPER_STATS);
    tunnel_stats_put(&w, stats);
    return wire_send(fd, wr_done(&w), -1);
}

int
control_esp(int fd, const struct esp_msg *m)
{
    uint8_t bytes[1 + ESP_MSG_SIZE];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_ESP);
    esp_msg_put(&w, m);
    const int error = wire_send(fd, wr_done(&w), -1);
    explicit_bzero(bytes, sizeof bytes);
    return error;
}

int
control_ended(int fd, const struct ras_end *end)
{
    uint8_t bytes[256];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_ENDED);
    wr_be32(&w, end->error);
    wr_bytes(&w, end->detail, strnlen(end->detail, sizeof end->detail));
    return wire_send(fd, wr_done(&w), -1);
}

int
control_log(int fd, int level, const char *format, ...)
{
    char text[LOG_MAX + 1], safe[LOG_MAX + 1];
    uint8_t bytes[LOG_MAX + 16];
    struct wr w = wr_over(bytes, sizeof bytes);
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ras_printable(safe, sizeof safe, text, strlen(text));
    tunnel_msg_begin(&w, HELPER_LOG);
    wr_u8(&w, (uint8_t)level);
    wr_bytes(&w, safe, strlen(safe));
    return wire_send(fd, wr_done(&w), -1);
}
