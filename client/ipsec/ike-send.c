/* ike-send.c - messages out: sealed, cut, kept, repeated. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "ike-priv.h"

#define FIRST_WAIT (800 * USEC_PER_MSEC)
#define LONGEST    (5 * USEC_PER_SEC)

void
ike_blob_clear(struct ike_blob *b)
{
    if (b->p != NULL)
        explicit_bzero(b->p, b->n);
    free(b->p);
    *b = (struct ike_blob){0};
}

/* Without memory it stays empty: as if the datagram had been lost. */
void
ike_blob_set(struct ike_blob *b, struct rd bytes)
{
    uint8_t *const copy = bytes.left > 0 && !bytes.bad ? malloc(bytes.left) : NULL;

    if (copy != NULL)
        memcpy(copy, bytes.p, bytes.left);
    ike_blob_clear(b);
    *b = (struct ike_blob){.p = copy, .n = copy != NULL ? bytes.left : 0};
}

static void
queue(struct ike *k, enum ike_port port, struct rd bytes, bool keepalive)
{
    if (k->gram_n == IKE_QUEUE || bytes.left == 0)
        return; /* lost on the way, as far as anybody can tell */

    struct ike_gram *const g = &k->grams[(k->gram_first + k->gram_n++) % IKE_QUEUE];

    g->port = port;
    g->keepalive = keepalive;
    ike_blob_set(&g->bytes, bytes);
}

void
ike_transmit(struct ike *k, enum ike_port port, struct rd bytes, bool fragments)
{
    uint8_t buf[IKE_HEADER_SIZE + 8 + IKE_FRAG_DATA];
    uint16_t id;

    if (port == IKE_4500)
        k->keepalive_at = k->keepalive_at == NEVER ? NEVER : k->now + 20 * USEC_PER_SEC;
    if (!fragments || bytes.left <= sizeof buf) {
        queue(k, port, bytes, bytes.left == 1);
        return;
    }
    rng_fill(k->cfg.rng, &id, sizeof id);
    for (unsigned number = 1;; number++) {
        const struct rd piece = ike_frag_cut(bytes, id, number, buf, sizeof buf);

        if (piece.left == 0)
            return;
        queue(k, port, piece, false);
    }
}

void
ike_sent_stop(struct ike_sent *s)
{
    s->due = NEVER;
}

void
ike_sent_clear(struct ike_sent *s)
{
    ike_blob_clear(&s->bytes);
    *s = (struct ike_sent){.due = NEVER};
}

void
ike_sent_keep(struct ike *k, struct ike_sent *s, enum ike_port port, struct rd bytes,
              const struct ike_in *answered)
{
    (void)k;
    ike_blob_set(&s->bytes, bytes);
    s->port = port;
    s->due = NEVER;
    s->said = 0;
    s->is_answer = answered != NULL;
    if (answered != NULL)
        memcpy(s->answers, answered->digest, sizeof s->answers);
}

/* Sends it now, and @times more until ike_sent_stop(): after 0.8 s, then twice as long each time.
 */
void
ike_sent_repeat(struct ike *k, struct ike_sent *s, unsigned times, bool fragments)
{
    ike_transmit(k, s->port, rd_over(s->bytes.p, s->bytes.n), fragments);
    s->left = times;
    s->said++;
    s->wait = FIRST_WAIT;
    s->due = k->now + s->wait;
    s->wait = usec_min(2 * s->wait, LONGEST);
}

bool
ike_sent_answers(const struct ike_sent *s, const struct ike_in *in)
{
    return s->is_answer && memcmp(s->answers, in->digest, sizeof s->answers) == 0;
}

struct rd
ike_seal(const struct ike_keys *keys, uint8_t *iv, struct ike_wr *m)
{
    static const uint8_t zeroes[CIPHER_BLOCK_MAX];
    const size_t over = (m->w.len - IKE_HEADER_SIZE) % keys->block;

    if (over > 0)
        wr_bytes(&m->w, zeroes, keys->block - over);

    const struct rd whole = ike_wr_done(m);

    if (!rd_ok(&whole) ||
        !ike_encrypt(keys, iv, m->w.base + IKE_HEADER_SIZE, m->w.len - IKE_HEADER_SIZE))
        return (struct rd){.bad = true};
    return whole;
}

void
ike_phase2_begin(struct ike *k, const struct ike_sa *sa, uint8_t exchange, uint32_t msgid,
                 struct ike_wr *m)
{
    static const uint8_t room[HASH_MAX_SIZE];
    struct ike_header h = {.exchange = exchange, .flags = IKE_FLAG_ENCRYPTED, .msgid = msgid};

    memcpy(h.cky_i, sa->cky_i, sizeof h.cky_i);
    memcpy(h.cky_r, sa->cky_r, sizeof h.cky_r);
    ike_wr_begin(m, k->scratch, sizeof k->scratch, &h);
    ike_wr_payload(m, IKE_PL_HASH, rd_over(room, sa->keys.size));
}

/* HASH(1), or with @ni HASH(2), over what was written behind it; then the cipher. */
struct rd
ike_phase2_end(const struct ike_sa *sa, uint32_t msgid, const struct ike_value *ni, uint8_t *iv,
               struct ike_wr *m)
{
    struct rd rest = wr_done(&m->w);
    uint8_t hash[HASH_MAX_SIZE];

    rd_take(&rest, IKE_HEADER_SIZE + 4 + sa->keys.size);
    if (!rd_ok(&rest))
        return (struct rd){.bad = true};
    if (ni != NULL)
        ike_hash_2(&sa->keys, msgid, ike_value_rd(ni), rest, hash);
    else
        ike_hash_1(&sa->keys, msgid, rest, hash);
    memcpy(m->w.base + IKE_HEADER_SIZE + 4, hash, sa->keys.size);
    return ike_seal(&sa->keys, iv, m);
}

bool
ike_open(struct ike *k, const struct ike_keys *keys, uint8_t *iv, struct rd body, struct ike_in *in)
{
    uint8_t next[CIPHER_BLOCK_MAX];

    if (body.left == 0 || body.left > sizeof k->plain)
        return false;
    memcpy(k->plain, body.p, body.left);
    memcpy(next, iv, sizeof next);
    if (!ike_decrypt(keys, next, k->plain, body.left) ||
        !ike_payloads_get(rd_over(k->plain, body.left), in->h.next, true, &in->p))
        return false;
    memcpy(iv, next, sizeof next);
    return true;
}
