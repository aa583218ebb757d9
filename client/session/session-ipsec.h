/*
 * session-ipsec.h - what protects L2TP: the key exchange (ike.h) and the associations that it makes
 * (esp-sas.h). For session-l2tp.c: L2TP's datagrams go in, ESP comes out, or nothing at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp-sas.h"
#include "esp-udp.h"
#include "ike.h"
#include "session-esp.h"
#include "session.h"

enum {
    SESSION_IPSEC_HEAD = ESP_HEAD + ESP_UDP_HEADER,
    SESSION_IPSEC_TAIL = ESP_TAIL,
};

struct session_ipsec {
    struct secret psk;
    struct ike *ike; /* NULL: not begun, or over */
    struct esp_sas sas;
    struct esp_udp udp;
    bool kernel;              /* does ESP; ->sas is empty */
    bool asking;              /* the owner has not answered yet */
    struct session_esp asked; /* of it */
    uint32_t current;         /* inbound SPI of the newest pair in the kernel */
    bool several;             /* the kernel has had more than one pair */
    bool bereft;              /* the server took away all there was: IKE asks for another */
    uint64_t packets;         /* sent with that */
    bool begun;               /* there was an association, and L2TP began or is about to */
    usec_t l2tp_at;           /* when; 0: has been */
    uint32_t ask;             /* inbound SPI of the pair that IKE wants a sign of; 0: of none */
    usec_t ask_at;            /* when to say Hello for it; 0: it was, or cannot be */
    bool alone;               /* that Hello is out, and was under no other pair */
    bool closing, rekeying;   /* was asked for */
    uint64_t octets, limit;   /* sealed with the newest pair; to be sealed at most, 0: no limit */
    unsigned weak;            /* enum ike_weak */
    char phase1[48], phase2[48];
    char text[160];
};

void session_ipsec_begin(struct session *s, usec_t now);
void session_ipsec_clear(struct session_ipsec *i); /* wipes */
void session_ipsec_datagram(struct session *s, usec_t now, enum session_channel from,
                            struct session_packet *v, size_t n, struct session_packets *ret);
void session_ipsec_expire(struct session *s, usec_t now);
usec_t session_ipsec_deadline(const struct session *s);
/* The goodbye; the session finishes when it is out. Nothing can be sent any more. */
void session_ipsec_close(struct session *s, usec_t now);

/* One datagram of L2TP's: sealed and queued, or dropped. */
void session_ipsec_send(struct session *s, struct rd datagram);
/* L2TP has heard something: may be the answer that is the sign. */
void session_ipsec_answered(struct session *s, usec_t now);
/* @n datagrams of L2TP's, with SESSION_IPSEC_HEAD octets of room before and SESSION_IPSEC_TAIL
 * behind each. How many are ESP now: the first ones. */
size_t session_ipsec_seal(struct session *s, struct session_packet *v, size_t n);

const char *session_ipsec_text(const struct session *s);    /* for a person */
unsigned session_ipsec_weak(const struct session_ipsec *i); /* enum plan_weak */
uint64_t session_ipsec_dropped(const struct session_ipsec *i);
