/*
 * fuzz-ike-clear.c - ISAKMP that needs no key: a dial and its answer under a script. A byte says
 * what happens: the next message passes, or is lost, or time passes, or a datagram comes that
 * nobody sent, with the cookies of the exchange when the script wants it. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#include <stdlib.h>

#include "ike-msg.h"
#include "ike-priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    uint32_t seed;
    usec_t now;
    struct ike *ends[2]; /* initiator, responder */
    bool ended[2];
};

static void
fill(void *ctx, void *out, size_t n)
{
    struct world *w = ctx;

    for (size_t i = 0; i < n; i++)
        ((uint8_t *)out)[i] = (uint8_t)((w->seed = w->seed * 1664525 + 1013904223) >> 24);
}

static void
events(struct world *w, unsigned e)
{
    struct ike_event event;

    while (ike_poll_event(w->ends[e], &event)) {
        if (w->ended[e])
            abort(); /* nothing comes behind the end */
        w->ended[e] = event.type == IKE_EVENT_ENDED;
        if (w->ended[e] && event.end.error == RAS_OK)
            abort(); /* nothing ends without a cause */
    }
    if (w->ended[e] && ike_deadline(w->ends[e]) != NEVER)
        abort();
}

/* What one end says reaches the other, or not. */
static void
carry(struct world *w, unsigned from, bool pass)
{
    struct ike_output out;

    while (ike_poll_output(w->ends[from], &out)) {
        struct rd r = out.bytes;
        struct ike_header h;

        if (!out.keepalive && !ike_header_get(&r, &h))
            abort(); /* what we say is well formed */
        if (pass)
            ike_receive(w->ends[!from], w->now, out.port, out.bytes);
    }
    events(w, 0);
    events(w, 1);
}

static void
forge(struct world *w, unsigned to, struct rd bytes, bool fix)
{
    uint8_t *const copy = malloc(bytes.left + 1);
    const struct ike_sa *sa = &w->ends[to]->sas[0];

    if (copy == NULL)
        return;
    memcpy(copy, bytes.p, bytes.left);
    if (fix && bytes.left >= IKE_HEADER_SIZE) {
        if (sa->state != IKE_SA_FREE) {
            memcpy(copy, sa->cky_i, IKE_COOKIE_SIZE);
            if (sa->state > IKE_SA_SENT_2)
                memcpy(copy + IKE_COOKIE_SIZE, sa->cky_r, IKE_COOKIE_SIZE);
        }
        copy[17] = 0x10;
        copy[24] = copy[25] = 0;
        copy[26] = (uint8_t)(bytes.left >> 8);
        copy[27] = (uint8_t)bytes.left;
    }
    ike_receive(w->ends[to], w->now, IKE_500, rd_over(copy, bytes.left));
    free(copy);
    events(w, to);
}

static void
begin(struct world *w, const struct rng *rng)
{
    struct ike_config c = {.psk = rd_over("secret", 6),
                           .phase1 = "aes128-sha1-ecp256",
                           .local = {4, {198, 51, 100, 1}, 500},
                           .remote = {4, {198, 51, 100, 2}, 500},
                           .rng = rng};

    for (unsigned e = 0; e < 2; e++) {
        c.role = e == 0 ? IKE_INITIATOR : IKE_RESPONDER;
        w->ends[e] = ike_new(&c, w->now);
        if (w->ends[e] == NULL)
            abort();
    }
    ike_start(w->ends[0], w->now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {.seed = 1, .now = USEC_PER_SEC};
    const struct rng rng = {.fill = fill, .ctx = &w};
    struct rd in = rd_over(data, size);

    if (!hash_init() || !cipher_init())
        return 0;
    begin(&w, &rng);
    for (unsigned steps = 0; rd_ok(&in) && in.left > 0 && steps < 64; steps++) {
        const uint8_t op = rd_u8(&in);

        if (op % 8 < 4) {
            carry(&w, op & 1, (op & 2) == 0);
        } else if (op % 8 < 6) {
            const usec_t due = ike_deadline(w.ends[op & 1]);

            w.now = due != NEVER && due > w.now ? due : w.now;
            ike_expire(w.ends[op & 1], w.now);
            events(&w, op & 1);
            if (ike_deadline(w.ends[op & 1]) <= w.now)
                abort(); /* time never stands still */
        } else {
            const size_t n = rd_be16(&in) % 2048;

            if (rd_ok(&in))
                forge(&w, op & 1, rd_take(&in, n < in.left ? n : in.left), (op & 0x80) == 0);
        }
    }
    ike_free(w.ends[0]);
    ike_free(w.ends[1]);
    return 0;
}
