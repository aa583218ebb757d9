/* l2tp-channel.c - see l2tp-channel.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "l2tp-channel.h"

#define TIMEOUT_FIRST (1 * USEC_PER_SEC)
#define TIMEOUT_LEAST (250 * USEC_PER_MSEC)
#define TIMEOUT_MOST  (8 * USEC_PER_SEC)  /* RFC 2661 section 5.8: no cap below it */
#define PATIENCE      (20 * USEC_PER_SEC) /* whatever the round trip: servers restart */
#define ACK_EVERY     (100 * USEC_PER_MSEC)

enum { ACKS_AT_ONCE = 8, HALF = 0x8000 };

static struct l2tp_slot *
slot(struct l2tp_channel *c, uint16_t ns)
{
    return &c->slots[ns % L2TP_QUEUE];
}

void
l2tp_channel_init(struct l2tp_channel *c, usec_t rtt)
{
    memset(c, 0, sizeof *c);
    c->window = 4; /* RFC 2661 section 4.4.3: what a peer has that does not say */
    c->congestion = 1;
    c->threshold = L2TP_QUEUE;
    c->deadline = NEVER;
    c->timeout = TIMEOUT_FIRST;
    c->acks = ACKS_AT_ONCE;
    if (rtt > 0 && rtt < TIMEOUT_FIRST / 3)
        c->timeout = 3 * rtt > TIMEOUT_LEAST ? 3 * rtt : TIMEOUT_LEAST;
}

void
l2tp_channel_wipe(struct l2tp_channel *c)
{
    explicit_bzero(c->slots, sizeof c->slots);
}

bool
l2tp_channel_has_room(const struct l2tp_channel *c, unsigned n)
{
    return (uint16_t)(c->ns - c->acked) + n <= L2TP_QUEUE;
}

bool
l2tp_channel_send(struct l2tp_channel *c, struct rd message)
{
    struct l2tp_slot *const s = slot(c, c->ns);

    if (message.bad || message.left < L2TP_CONTROL_HEAD || message.left > sizeof s->bytes ||
        !l2tp_channel_has_room(c, 1))
        return false;
    memcpy(s->bytes, message.p, message.left);
    s->len = (uint16_t)message.left;
    s->again = false;
    c->ns++;
    return true;
}

/* As RFC 6298 does it for TCP. */
static void
measure(struct l2tp_channel *c, usec_t sample)
{
    const usec_t off = sample > c->rtt ? sample - c->rtt : c->rtt - sample;

    if (c->rtt == 0) {
        c->rtt = sample == 0 ? 1 : sample;
        c->deviation = sample / 2;
    } else {
        c->deviation = (3 * c->deviation + off) / 4;
        c->rtt = (7 * c->rtt + sample) / 8;
    }
    c->timeout = c->rtt + 4 * c->deviation;
    if (c->timeout < TIMEOUT_LEAST)
        c->timeout = TIMEOUT_LEAST;
    if (c->timeout > TIMEOUT_MOST)
        c->timeout = TIMEOUT_MOST;
}

/* Appendix A: one more a message up to the threshold, then one more a window. */
static void
widen(struct l2tp_channel *c)
{
    if (c->congestion >= L2TP_QUEUE)
        return;
    if (c->congestion < c->threshold || ++c->growth >= c->congestion) {
        c->congestion++;
        c->growth = 0;
    }
}

static void
take_acknowledgement(struct l2tp_channel *c, usec_t now, uint16_t nr)
{
    const uint16_t n = (uint16_t)(nr - c->acked);

    if (n == 0)
        return;
    if (n > (uint16_t)(c->sent - c->acked)) {
        c->ignored++; /* of what was not sent yet, or long ago */
        return;
    }
    const struct l2tp_slot *const last = slot(c, (uint16_t)(nr - 1));
    if (!last->again)
        measure(c, now - last->at);
    for (; c->acked != nr; c->acked++) {
        widen(c);
        explicit_bzero(slot(c, c->acked)->bytes, L2TP_SEND_MAX);
    }
    if ((uint16_t)(c->sent - c->next) > (uint16_t)(c->sent - nr))
        c->next = nr;
    c->tries = 0;
    c->deadline = c->next == c->acked ? NEVER : now + c->timeout;
    c->since = now;
}

bool
l2tp_channel_receive(struct l2tp_channel *c, usec_t now, const struct l2tp_header *h)
{
    take_acknowledgement(c, now, h->nr);
    if (h->body.left == 0) /* a ZLB has no number of its own */
        return false;
    if (h->ns == c->nr) {
        c->nr++;
        c->ack = true;
        return true;
    }
    c->ignored++;
    if ((uint16_t)(c->nr - h->ns) <= HALF) /* had it: our acknowledgement was lost */
        c->ack = true;
    return false;
}

static void
fill_bucket(struct l2tp_channel *c, usec_t now)
{
    const usec_t n = now < c->acks_at ? 0 : (now - c->acks_at) / ACK_EVERY;

    if (n == 0)
        return;
    c->acks = n + c->acks > ACKS_AT_ONCE ? (unsigned)ACKS_AT_ONCE : c->acks + (unsigned)n;
    c->acks_at += n * ACK_EVERY;
}

static bool
poll_message(struct l2tp_channel *c, usec_t now, struct rd *ret)
{
    const uint16_t room = c->congestion < c->window ? c->congestion : c->window;

    if (c->dead || c->next == c->ns || (uint16_t)(c->next - c->acked) >= room)
        return false;

    struct l2tp_slot *const s = slot(c, c->next);
    struct wr w = {.base = s->bytes, .len = s->len, .cap = s->len};
    wr_patch_be16(&w, 8, c->next);
    wr_patch_be16(&w, 10, c->nr);
    s->again = c->next != c->sent;
    s->at = now;
    if (c->next == c->sent)
        c->sent++;
    c->next++;
    if (c->deadline == NEVER) {
        c->deadline = now + c->timeout;
        if (c->tries == 0)
            c->since = now;
    }
    c->ack = false;
    *ret = wr_done(&w);
    return true;
}

bool
l2tp_channel_poll(struct l2tp_channel *c, usec_t now, uint16_t tunnel, struct rd *ret)
{
    if (poll_message(c, now, ret))
        return true;
    fill_bucket(c, now);
    if (!c->ack || tunnel == 0 || c->acks == 0)
        return false;
    c->ack = false;
    if (c->acks-- == ACKS_AT_ONCE)
        c->acks_at = now;

    struct wr w = wr_over(c->zlb, sizeof c->zlb);
    wr_be16(&w, 0xc802);
    wr_be16(&w, L2TP_CONTROL_HEAD);
    wr_be16(&w, tunnel);
    wr_be16(&w, 0);
    wr_be16(&w, c->next);
    wr_be16(&w, c->nr);
    *ret = wr_done(&w);
    return true;
}

void
l2tp_channel_expire(struct l2tp_channel *c, usec_t now)
{
    if (now < c->deadline || c->dead)
        return;
    c->deadline = NEVER;
    if (++c->tries >= L2TP_TRIES && now - c->since >= PATIENCE) {
        c->dead = true;
        return;
    }
    const uint16_t flying = (uint16_t)(c->next - c->acked);
    c->threshold = flying > 2 ? flying / 2 : 1;
    c->congestion = 1;
    c->growth = 0;
    c->next = c->acked;
    c->timeout = c->timeout > TIMEOUT_MOST / 2 ? TIMEOUT_MOST : 2 * c->timeout;
}

usec_t
l2tp_channel_deadline(const struct l2tp_channel *c)
{
    return c->ack && c->acks == 0 ? usec_min(c->deadline, c->acks_at + ACK_EVERY) : c->deadline;
}

void
l2tp_channel_cut(struct l2tp_channel *c)
{
    c->acked = c->ns = c->next;
    c->deadline = NEVER;
}

bool
l2tp_channel_idle(const struct l2tp_channel *c)
{
    return c->acked == c->ns;
}
