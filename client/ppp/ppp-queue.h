/*
 * ppp-queue.h - what a link has to say, in the order in which it happened: frames to send and
 * events to act on, in one bounded queue. "Authenticated" so stands before the first frame of
 * IPCP, and a link that is written to but not read cannot grow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    PPP_FRAME_MAX = 1504, /* of a control frame with its four octets of header */
    PPP_QUEUE_SIZE = 24 * 1024,
    PPP_QUEUE_RESERVE = 1024, /* kept free for events: a frame may be lost, an event not */
};

struct ppp_queue {
    uint32_t head, tail;
    uint64_t lost; /* frames that found no room */
    uint8_t bytes[PPP_QUEUE_SIZE];
};

/* A frame with address, control and @protocol before @body. */
void ppp_queue_frame(struct ppp_queue *q, uint16_t protocol, struct rd body);
/* @type is the owner's, not 0 (a frame). @data comes out as it went in. */
void ppp_queue_event(struct ppp_queue *q, uint8_t type, struct rd data);
/* The oldest entry; *ret_data is valid until something is queued. False: empty. */
bool ppp_queue_next(struct ppp_queue *q, uint8_t *ret_type, struct rd *ret_data);
