/*
 * probe-msg.h - what `dialtone diagnose` and dialtone-probe say to each other: SOCK_SEQPACKET
 * datagrams as in tunnel-msg.h, on descriptor 3 of dialtone-probe.
 *
 *     dialtone                        dialtone-probe
 *     PROBE_START, the plan      -->
 *                                <--  PROBE_STEP, as each is known, in any order
 *                                     closes the socket when there is no more to tell
 *
 * No secret is in it. The probe reads what servers send, so a step is taken as hostile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"
#include "ras.h"

enum {
    PROBE_START = 1, /* dial_plan_put(): the first and only message to the probe */
    PROBE_STEP = 2,  /* struct probe_step */
    PROBE_MSG_MAX = 512,
    PROBE_ADDRESSES = 4, /* of one server that are tried */
    PROBE_SECONDS = 10,  /* the most that one of them, or one name, takes */
    PROBE_SUBJECT = 48,  /* with their NUL */
    PROBE_DETAIL = 161,
};

/* What was tried. Within a server and an address they are told in this order. */
enum probe_kind {
    PROBE_NAME = 1, /* the server's name, or the proxy's; .subject is the name: "" then */
    PROBE_TCP,      /* a connection */
    PROBE_PROXY,    /* the same, to the proxy; what is behind it is not tried */
    PROBE_TLS,      /* handshake and certificate */
    PROBE_HTTP,     /* is it an SSTP server that answers? */
    PROBE_PPTP,     /* the control connection */
    PROBE_IKE,      /* the first message of main mode, UDP 500 */
    PROBE_NATT,     /* the same, UDP 4500 */
    PROBE_L2TP,     /* L2TP without IPsec */
    PROBE_KINDS,
};

enum probe_state { PROBE_OK = 1, PROBE_WARN, PROBE_FAIL, PROBE_SKIP, PROBE_STATES };

struct probe_step {
    uint8_t server;              /* index into the plan's servers */
    enum plan_protocol protocol; /* 0: PROBE_NAME, for all of them but those of a proxy */
    uint8_t address;             /* which of the server's, from 0 */
    enum probe_kind kind;
    enum probe_state state;
    uint32_t error; /* RAS number; 0: none */
    uint32_t ms;
    char subject[PROBE_SUBJECT]; /* the address, as text */
    char detail[PROBE_DETAIL];   /* printable, never translated */
};

void probe_step_put(struct wr *w, const struct probe_step *s); /* the whole message */
bool probe_step_get(struct rd *r, struct probe_step *ret);     /* likewise; false: malformed */
