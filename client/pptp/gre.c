/* gre.c - see gre.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "gre.h"

#define FLAG_C     0x8000u
#define FLAG_R     0x4000u
#define FLAG_K     0x2000u
#define FLAG_S     0x1000u
#define FLAG_SSR   0x0800u /* strict source route */
#define FLAG_RECUR 0x0700u
#define FLAG_A     0x0080u
#define FLAG_REST  0x0078u
#define VERSION    0x0007u
#define PROTOCOL   0x880bu

void
gre_init(struct gre *g, uint16_t local_call, uint16_t peer_call, uint8_t (*slots)[GRE_SLOT])
{
    *g = (struct gre){
        .local_call = local_call,
        .peer_call = peer_call,
        .slots = slots,
        .acked = UINT32_MAX,
        .ack_deadline = NEVER,
        .gap_deadline = NEVER,
    };
}

/* How far @a is ahead of @b, with wrap-around (RFC 1982). */
static int32_t
ahead(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static void
note_ack(struct gre *g, uint32_t ack)
{
    if (ahead(ack, g->next_send) >= 0 || ahead(ack, g->acked) <= 0)
        return; /* of what was never sent (G1: npppd's first is of -1), or an old one */
    g->acked = ack;
    g->any_acked = true;
}

static void
want_ack(struct gre *g, usec_t now)
{
    if (!g->ack_due)
        g->ack_deadline = now + GRE_ACK_DELAY;
    g->ack_due = true;
    if (++g->unacked >= GRE_UNACKED)
        g->ack_deadline = usec_min(g->ack_deadline, now);
}

static bool
keep(struct gre *g, usec_t now, uint32_t seq, struct rd payload)
{
    const unsigned slot = seq % GRE_WINDOW;

    if (payload.left > GRE_SLOT || payload.left == 0) { /* of nothing, none is kept */
        g->malformed++;
        return false;
    }
    if (g->slot_len[slot] != 0) {
        g->duplicate++;
        return false;
    }
    memcpy(g->slots[slot], payload.p, payload.left);
    g->slot_len[slot] = (uint16_t)payload.left;
    g->reordered++;
    if (g->held++ == 0)
        g->gap_deadline = now + GRE_WAIT;
    return false;
}

/* A packet from beyond the window: what is held can not be waited for any longer. */
static void
give_up_gap(struct gre *g, uint32_t seq)
{
    if (g->held > 0) {
        g->gap_deadline = 0; /* gre_release() now hands on what is held, oldest first */
        return;
    }
    g->lost += (uint32_t)ahead(seq, g->expected);
    g->expected = seq;
}

/* The very first packets have overtaken this one. */
static bool
overtaken_at_start(struct gre *g, uint32_t seq)
{
    const uint32_t ahead_of_it = g->first - seq;

    if (ahead_of_it == 0 || ahead_of_it > GRE_START || g->expected - g->first > GRE_START ||
        (g->before & 1u << ahead_of_it) != 0)
        return false;
    g->before |= 1u << ahead_of_it;
    g->reordered++;
    return true;
}

static bool
place(struct gre *g, usec_t now, uint32_t seq, struct rd payload, struct rd *ret)
{
    const int32_t distance = g->any_received ? ahead(seq, g->expected) : 0;

    if (!g->any_received) {
        g->expected = g->first = seq;
        g->any_received = true;
    }
    if (distance < 0) {
        const bool late = overtaken_at_start(g, seq);

        g->duplicate += !late;
        *ret = late ? payload : *ret;
        return late && payload.left > 0;
    }
    if (distance >= GRE_JUMP && !(g->leapt && seq == g->leap_next)) {
        g->leapt = true;
        g->leap_next = seq + 1;
        g->lost++;
        return false;
    }
    g->leapt = false;
    want_ack(g, now);
    if (distance >= GRE_WINDOW) {
        give_up_gap(g, seq);
        if (g->expected != seq) {
            g->lost++; /* rare: a jump while packets wait; they go first, this one is dropped */
            return false;
        }
    } else if (distance > 0) {
        return keep(g, now, seq, payload);
    }
    g->expected = seq + 1;
    *ret = payload;
    return payload.left > 0;
}

bool
gre_receive(struct gre *g, usec_t now, struct rd packet, struct rd *ret)
{
    const uint16_t flags = rd_be16(&packet);
    const uint16_t protocol = rd_be16(&packet);
    const uint16_t length = rd_be16(&packet);
    const uint16_t call = rd_be16(&packet);
    const uint32_t seq = flags & FLAG_S ? rd_be32(&packet) : 0;
    const uint32_t ack = flags & FLAG_A ? rd_be32(&packet) : 0;
    const struct rd payload = rd_take(&packet, length);

    if (!rd_ok(&packet) || (flags & (FLAG_C | FLAG_R | FLAG_SSR | FLAG_RECUR | FLAG_REST)) != 0 ||
        (flags & FLAG_K) == 0 || (flags & VERSION) != 1 || protocol != PROTOCOL) {
        g->malformed++;
        return false;
    }
    if (call != g->local_call) {
        g->foreign++;
        return false;
    }
    if (flags & FLAG_A)
        note_ack(g, ack);
    if (!(flags & FLAG_S))
        return false;
    /* A number without a payload counts as one all the same: it is not waited for. */
    return place(g, now, seq, payload, ret);
}

bool
gre_release(struct gre *g, usec_t now, struct rd *ret)
{
    if (g->held == 0)
        return false;
    if (g->slot_len[g->expected % GRE_WINDOW] == 0) {
        if (now < g->gap_deadline)
            return false;
        while (g->slot_len[g->expected % GRE_WINDOW] == 0) {
            g->expected++;
            g->lost++;
        }
    }

    const unsigned slot = g->expected % GRE_WINDOW;
    *ret = rd_over(g->slots[slot], g->slot_len[slot]);
    g->slot_len[slot] = 0;
    g->expected++;
    g->held--;
    if (g->held == 0)
        g->gap_deadline = NEVER;
    else if (g->slot_len[g->expected % GRE_WINDOW] == 0)
        g->gap_deadline = now + GRE_WAIT; /* the next gap has its own wait */
    return true;
}

usec_t
gre_deadline(const struct gre *g)
{
    return usec_min(g->ack_deadline, g->gap_deadline);
}

static void
put_header(struct gre *g, struct wr *w, uint16_t flags, size_t len)
{
    wr_be16(w, flags);
    wr_be16(w, PROTOCOL);
    wr_be16(w, (uint16_t)len);
    wr_be16(w, g->peer_call);
}

static void
put_ack(struct gre *g, struct wr *w)
{
    wr_be32(w, g->expected - 1);
    g->ack_due = false;
    g->unacked = 0;
    g->ack_deadline = NEVER;
}

uint8_t *
gre_seal(struct gre *g, uint8_t *payload, size_t len)
{
    const size_t head = g->ack_due ? GRE_HEAD_MAX : GRE_HEAD_MAX - 4;
    struct wr w = wr_over(payload - head, head);
    const bool ack = g->ack_due;

    put_header(g, &w, (uint16_t)(FLAG_K | FLAG_S | 1 | (ack ? FLAG_A : 0)), len);
    wr_be32(&w, g->next_send++);
    if (ack)
        put_ack(g, &w);
    return payload - head;
}

bool
gre_ack(struct gre *g, usec_t now, uint8_t ret[static 12])
{
    struct wr w = wr_over(ret, 12);

    if (!g->ack_due || now < g->ack_deadline)
        return false;
    put_header(g, &w, FLAG_K | FLAG_A | 1, 0);
    put_ack(g, &w);
    return true;
}
