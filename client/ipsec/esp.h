/*
 * esp.h - ESP (RFC 4303) in transport mode, sealed and opened in place and in batches. One struct
 * esp_out or esp_in is one security association in one direction; it keeps its cipher contexts, and
 * a packet costs no allocation.
 *
 *     SPI 4 | sequence 4 | IV 16, 8 | payload, padding 1 2 3.., pad length, next header | ICV
 *
 * What it carries is the payload of the IP packet: for L2TP a UDP datagram with its header
 * (esp-udp.h). Sequence numbers are 32 bits, as IKEv1 offers here no extended ones: an association
 * ends after 2^32-1 packets. esp_out_near_end() asks for a new one long before; what comes after
 * the last number is refused, never wrapped (section 3.3.3).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "bytes.h"
#include "esp-suite.h"
#include "rng.h"

enum {
    ESP_HEAD = 8 + 16,      /* room that sealing needs in front of a payload, */
    ESP_TAIL = 15 + 2 + 32, /* and behind it, whatever the suite */
    ESP_NEXT_UDP = 17,      /* next header */
    ESP_BATCH_MAX = 64,     /* packets of one call; more are taken in several */
};

/* One packet of a batch. */
struct esp_packet {
    uint8_t *p;
    size_t n;
};

/* How many octets an ESP packet with @n octets of payload has. */
size_t esp_sealed_size(const struct esp_suite *suite, size_t n);
/* The largest payload whose ESP packet has at most @size octets; 0: none. */
size_t esp_payload_max(const struct esp_suite *suite, size_t size);
/* The SPI that @packet is for; 0 (which is none, RFC 4303 section 2.1) when it is too short. */
uint32_t esp_spi(struct rd packet);

struct esp_out;
/* NULL: not a suite, or no memory. @rng is used in this call only. */
struct esp_out *esp_out_new(const struct esp_keys *keys, const struct rng *rng);
void esp_out_free(struct esp_out *e); /* NULL is fine; wipes */
DEFINE_CLEANUP(struct esp_out, esp_out_free)

/* Each packet is a UDP datagram with ESP_HEAD octets of room in front and ESP_TAIL behind; after
 * the call it is the ESP packet. Returns how many were sealed, from the first: fewer than @n only
 * when sequence numbers have run out, and then none will ever be again. */
size_t esp_seal(struct esp_out *e, struct esp_packet *packets, size_t n);
/* Three quarters of the sequence numbers are used: time for a new pair (IKE's rekey). */
bool esp_out_near_end(const struct esp_out *e);
uint32_t esp_out_sequence(const struct esp_out *e); /* of the last packet; 0 before the first */
uint32_t esp_out_spi(const struct esp_out *e);
/* Goes on after @sequence, if that is later: how a test comes near the end. */
void esp_out_skip(struct esp_out *e, uint32_t sequence);

/* Why packets were dropped: each is silent (RFC 4303 section 3.4). */
enum esp_verdict {
    ESP_GOOD,
    ESP_BAD_LENGTH, /* too short, or not whole blocks */
    ESP_BAD_SPI,    /* not this association's */
    ESP_REPLAYED,   /* seen, older than the window, or sequence 0 */
    ESP_BAD_ICV,
    ESP_BAD_PADDING,     /* longer than the packet, or not 1 2 3.. */
    ESP_BAD_NEXT_HEADER, /* not UDP; 59 is a dummy packet (section 2.6) */
    ESP_VERDICTS,
};

struct esp_in;
struct esp_in *esp_in_new(const struct esp_keys *keys);
void esp_in_free(struct esp_in *e); /* NULL is fine; wipes */
DEFINE_CLEANUP(struct esp_in, esp_in_free)

/* Each packet is an ESP packet; after the call it is the UDP datagram that was in it, or has n == 0
 * because it was dropped. What was in a dropped one is overwritten. Returns how many are good. */
size_t esp_open(struct esp_in *e, struct esp_packet *packets, size_t n);
/* How many packets have had @verdict since the association was made. */
uint64_t esp_in_count(const struct esp_in *e, enum esp_verdict verdict);
uint32_t esp_in_spi(const struct esp_in *e);
