/*
 * inside-msg.h - what `dialtone diagnose` says inside of a tunnel to see whether anybody hears it:
 * a question to a name server (RFC 1035 section 4), an echo request (RFC 792). Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum { INSIDE_IP_HEADER = 20, INSIDE_ICMP_HEADER = 8 };

enum inside_answer {
    INSIDE_NOTHING, /* it is no answer to this */
    INSIDE_ANSWER,
    INSIDE_REFUSAL, /* an answer that the server cannot, or will not, give (SERVFAIL, REFUSED) */
};

/* Who is in charge of @name (SOA)? "": the root. False: it is no name. */
bool inside_dns_put(struct wr *w, uint16_t id, const char *name);
enum inside_answer inside_dns_read(struct rd datagram, uint16_t id);

/* @size: octets behind ICMP's header. */
void inside_echo_put(struct wr *w, uint16_t id, uint16_t sequence, size_t size);
/* @raw: with the IPv4 header, and of any program's; else the kernel has looked at @id. */
bool inside_echo_read(struct rd packet, bool raw, uint16_t id, uint16_t sequence);
