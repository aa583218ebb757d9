/*
 * session-esp.h - ESP that the kernel does, when the session's owner can have it done
 * (session_link_info.kernel_esp): the exchange of keys stays here, each pair of associations goes
 * out as a SESSION_ESP, and L2TP's datagrams go over CHANNEL_L2TP as they are, to a socket of which
 * the kernel lets nothing out that is not in ESP. One is asked for at a time; what IKE has to tell
 * waits for the answer. The first answer decides for the whole call: without the kernel, ESP is
 * done here (session-ipsec.h), and no L2TP has been said by then.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp-suite.h"

enum session_esp_op {
    SESSION_ESP_ACCEPT, /* the half that comes in: .in */
    SESSION_ESP_USE,    /* both, and send with .out from now on */
    SESSION_ESP_FORGET, /* the pair whose inbound SPI is .in.spi */
};

struct session_esp {
    enum session_esp_op op;
    struct esp_keys in, out;
    bool encapsulated;   /* over UDP 4500; else IP protocol 50 */
    uint16_t local_port; /* of L2TP */
    uint32_t kilobytes;  /* ike.h */
};

static inline void
session_esp_wipe(struct session_esp *e)
{
    esp_keys_wipe(&e->in);
    esp_keys_wipe(&e->out);
}
