/*
 * control.h - the tunnel's end of the socket to the helper: tunnel-msg.h as calls and values.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"
#include "esp-msg.h"
#include "tunnel-msg.h"

enum { CONTROL_TEXT = 161, CONTROL_MSG_MAX = 8 * 1024 /* of all but the first message */ };

struct control_address {
    uint8_t family; /* 4 or 6 */
    uint8_t octets[16];
    uint16_t port;
};

struct control_start {
    struct dial_plan plan;
    struct credentials credentials;
    enum plan_protocol protocol;
    uint8_t server, attempt;
    struct control_address known; /* of an earlier attempt, no port; family 0: none */
    bool kernel_esp;
    char computer[NET_MAX_NAME]; /* of TUNNEL_REGISTER; "": it is not to be told */
};

struct control_msg {
    enum tunnel_msg type;
    uint32_t error; /* TUNNEL_SOCKET, TUNNEL_ESP */
    /* TUNNEL_SOCKET */
    uint16_t tag;
    bool shared;  /* SOCKET_SHARED */
    bool second;  /* SOCKET_SECOND */
    uint16_t mtu; /* of the route; 0: not known */
    char text[CONTROL_TEXT];
    /* TUNNEL_TUN */
    uint8_t tun_flags;
    /* TUNNEL_CREDENTIALS */
    bool answered;
    struct credentials credentials;
    /* TUNNEL_ESP */
    uint32_t spi;
    /* TUNNEL_REGISTER */
    uint8_t names; /* enum register_flags */
    char computer[NET_MAX_NAME];
};

/* The ids at the end of TUNNEL_START, so that root is given up before anything is parsed. */
bool control_start_ids(struct rd message, uint32_t *ret_uid, uint32_t *ret_gid);
/* False: malformed, or not valid; nothing is owned then. Later dial_plan_clear(),
 * credentials_wipe(). */
bool control_start_get(struct rd message, struct control_start *ret);
/* Any later message. */
bool control_msg_get(struct rd message, struct control_msg *ret);

char *control_address_text(const struct control_address *a, char out[static 48]);

/* Each returns 0 or a negative errno; -EPIPE: the helper is gone. */
int control_stage(int fd, enum dial_stage stage, const char *server);
int control_open_socket(int fd, uint16_t tag, const struct control_address *a,
                        enum socket_kind kind);
int control_want_credentials(int fd, enum ras_error reason);
int control_configure(int fd, const struct net_config *config);
int control_status(int fd, const struct tunnel_status *status);
int control_stats(int fd, const struct tunnel_stats *stats); /* not sent when that would block */
int control_esp(int fd, const struct esp_msg *m);
int control_ended(int fd, const struct ras_end *end);
int control_log(int fd, int level, const char *format, ...) __attribute__((format(printf, 3, 4)));
