/* ppp-queue.c - see ppp-queue.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-queue.h"

enum { ENTRY_HEADER = 3 }; /* type, 16 bits of length */

/* Room for @n octets of data behind an entry's header, or NULL. */
static uint8_t *
add(struct ppp_queue *q, uint8_t type, size_t n, size_t reserve)
{
    if (q->head == q->tail)
        q->head = q->tail = 0;
    if (n + ENTRY_HEADER + reserve > sizeof q->bytes - q->tail && q->head > 0) {
        memmove(q->bytes, q->bytes + q->head, q->tail - q->head);
        q->tail -= q->head;
        q->head = 0;
    }
    if (n > UINT16_MAX || n + ENTRY_HEADER + reserve > sizeof q->bytes - q->tail)
        return NULL;

    struct wr w = wr_over(q->bytes + q->tail, ENTRY_HEADER);

    wr_u8(&w, type);
    wr_be16(&w, (uint16_t)n);
    q->tail += (uint32_t)(n + ENTRY_HEADER);
    return q->bytes + q->tail - n;
}

void
ppp_queue_frame(struct ppp_queue *q, uint16_t protocol, struct rd body)
{
    uint8_t *room = NULL;

    if (rd_ok(&body) && body.left <= PPP_FRAME_MAX - 4)
        room = add(q, 0, body.left + 4, PPP_QUEUE_RESERVE);
    if (room == NULL) {
        q->lost++;
        return;
    }

    struct wr w = wr_over(room, body.left + 4);

    wr_be16(&w, 0xff03); /* all stations, unnumbered information (RFC 1662 section 3.1) */
    wr_be16(&w, protocol);
    wr_rd(&w, body);
}

void
ppp_queue_event(struct ppp_queue *q, uint8_t type, struct rd data)
{
    uint8_t *room = rd_ok(&data) ? add(q, type, data.left, 0) : NULL;

    if (room == NULL)
        q->lost++;
    else if (data.left > 0)
        memcpy(room, data.p, data.left);
}

bool
ppp_queue_next(struct ppp_queue *q, uint8_t *ret_type, struct rd *ret_data)
{
    struct rd r = rd_over(q->bytes + q->head, q->tail - q->head);

    if (r.left == 0)
        return false;
    *ret_type = rd_u8(&r);

    const uint16_t n = rd_be16(&r);

    *ret_data = rd_take(&r, n);
    q->head = q->tail - (uint32_t)r.left;
    return true;
}
