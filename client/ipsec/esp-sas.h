/*
 * esp-sas.h - the security associations of one call, both directions, through rekeying: what goes
 * out uses the pair that IKE says, what comes in is opened by whichever it is for, until IKE says
 * that one is gone (E4). Make before break costs no packet.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp.h"

enum { ESP_SAS_IN = 8 /* that may be alive at once; the oldest that is not sent with gives way */ };

/* What was sent with stays, too: when an older pair must serve again its numbers go on, and so no
 * IV is used twice. */
struct esp_pair {
    struct esp_in *in;   /* NULL: there is no such pair */
    struct esp_out *out; /* NULL: not sent with yet */
    bool heard;
};

struct esp_sas {
    struct esp_suite suite;            /* of ->out */
    struct esp_out *out;               /* of one of the pairs; NULL: nothing can be sent */
    struct esp_pair pairs[ESP_SAS_IN]; /* newest first */
    uint32_t heard;                    /* SPI of the newest that was heard for the first time; the
                                          owner sets it to 0 when it has seen it */
    uint64_t dropped;
};

void esp_sas_clear(struct esp_sas *s); /* wipes all; zero is the empty set */

/* A pair, new or not: what is sent from now on uses @out. False: not a suite, or no memory; nothing
 * has changed. */
bool esp_sas_add(struct esp_sas *s, const struct esp_keys *in, const struct esp_keys *out,
                 const struct rng *rng);
/* Only its half that comes in, as long as the other end may not be ready for ours; esp_sas_add() is
 * to follow. */
bool esp_sas_accept(struct esp_sas *s, const struct esp_keys *in);
/* Both halves, but what is sent with stays what it is. For esp_sas_seal_with(). */
bool esp_sas_prepare(struct esp_sas *s, const struct esp_keys *in, const struct esp_keys *out,
                     const struct rng *rng);
/* The pair with this inbound SPI is gone. If it was what is sent with, nothing can be sent any
 * more. */
void esp_sas_remove(struct esp_sas *s, uint32_t spi_in);
bool esp_sas_ready(const struct esp_sas *s);    /* there is one to send with */
bool esp_sas_near_end(const struct esp_sas *s); /* time to rekey */

/* As esp_seal(); 0 without a pair. */
size_t esp_sas_seal(struct esp_sas *s, struct esp_packet *packets, size_t n);
/* The same under the pair with this inbound SPI, whether it is what is sent with or not. */
size_t esp_sas_seal_with(struct esp_sas *s, uint32_t spi_in, struct esp_packet *packets, size_t n);
bool esp_sas_sends_with(const struct esp_sas *s, uint32_t spi_in); /* is it? */
/* As esp_open(), for packets of any of the associations; those of none are dropped, n == 0. */
size_t esp_sas_open(struct esp_sas *s, struct esp_packet *packets, size_t n);
