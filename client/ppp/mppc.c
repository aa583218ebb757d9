/* mppc.c - see mppc.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mppc.h"

enum { SHORTEST = 3, LONGEST = 8191 };

/* --- bits, most significant first ------------------------------------------------------------ */

struct bits_out {
    struct wr *w;
    uint32_t hold;
    unsigned n; /* bits in hold, < 8 between calls */
};

static void
put(struct bits_out *b, uint32_t value, unsigned n)
{
    b->hold = b->hold << n | value;
    b->n += n;
    while (b->n >= 8) {
        b->n -= 8;
        wr_u8(b->w, (uint8_t)(b->hold >> b->n));
    }
    b->hold &= (1u << b->n) - 1;
}

struct bits_in {
    struct rd r;
    uint32_t hold;
    unsigned n;
};

static size_t
bits_left(const struct bits_in *b)
{
    return b->n + 8 * b->r.left;
}

/* @n is at most 16. Past the end the bits are zero and the cursor is bad. */
static uint32_t
get(struct bits_in *b, unsigned n)
{
    while (b->n < n) {
        b->hold = b->hold << 8 | rd_u8(&b->r);
        b->n += 8;
    }
    b->n -= n;
    const uint32_t value = b->hold >> b->n & ((1u << n) - 1);
    b->hold &= (1u << b->n) - 1;
    return value;
}

/* --- compression ----------------------------------------------------------------------------- */

void
mppc_tx_init(struct mppc_tx *tx)
{
    *tx = (struct mppc_tx){.flushed = true};
}

void
mppc_tx_reset(struct mppc_tx *tx)
{
    mppc_tx_init(tx);
}

static void
put_literal(struct bits_out *b, uint8_t octet)
{
    if (octet < 0x80)
        put(b, octet, 8);
    else
        put(b, 0x100u | (octet & 0x7fu), 9); /* 10 and seven bits */
}

/* RFC 2118 section 4.2.2. */
static void
put_offset(struct bits_out *b, unsigned offset)
{
    if (offset < 64)
        put(b, 0xfu << 6 | offset, 10);
    else if (offset < 320)
        put(b, 0xeu << 8 | (offset - 64), 12);
    else
        put(b, 0x6u << 13 | (offset - 320), 16);
}

/* RFC 2118 section 4.2.3: for 2^k <= length < 2^(k+1), k - 1 ones, a zero, the low k bits; 3 is a
 * single zero. */
static void
put_length(struct bits_out *b, unsigned length)
{
    unsigned k = 2;

    if (length == SHORTEST) {
        put(b, 0, 1);
        return;
    }
    while (length >> (k + 1) != 0)
        k++;
    put(b, (1u << k) - 2, k);
    put(b, length & ((1u << k) - 1), k);
}

static unsigned
hash3(const uint8_t *p)
{
    return ((p[0] << 8 ^ p[1] << 4 ^ p[2]) * 40543u >> 4) & 0xfff;
}

static unsigned
match_length(const struct mppc_tx *tx, unsigned from, unsigned at, unsigned end)
{
    unsigned n = 0;

    while (at + n < end && n < LONGEST && tx->history[from + n] == tx->history[at + n])
        n++;
    return n;
}

static void
compress_run(struct mppc_tx *tx, unsigned end, struct bits_out *b)
{
    unsigned at = tx->at;

    while (at < end && !b->w->bad) {
        unsigned length = 0, from = 0;

        if (end - at >= SHORTEST) {
            uint16_t *slot = &tx->hash[hash3(tx->history + at)];
            if (*slot != 0) {
                from = *slot - 1u;
                length = match_length(tx, from, at, end);
            }
            *slot = (uint16_t)(at + 1);
        }
        if (length < SHORTEST) {
            put_literal(b, tx->history[at++]);
            continue;
        }
        put_offset(b, at - from);
        put_length(b, length);
        for (unsigned i = 1; i < length && at + i + SHORTEST <= end; i++)
            tx->hash[hash3(tx->history + at + i)] = (uint16_t)(at + i + 1);
        at += length;
    }
    if (b->n > 0)
        put(b, 0, 8 - b->n);
}

uint16_t
mppc_compress(struct mppc_tx *tx, struct rd plain, struct wr *out)
{
    uint8_t *const shrunk = out->base + out->len;
    const size_t room = out->cap - out->len;
    struct wr w = wr_over(shrunk, room < plain.left ? room : plain.left);
    struct bits_out b = {.w = &w};
    uint16_t bits = 0;

    if (plain.left > MPPC_PACKET_MAX) {
        mppc_tx_reset(tx);
        tx->flushed = true;
        return MPPC_FLUSHED;
    }
    if (tx->flushed)
        bits |= MPPC_FLUSHED | MPPC_AT_FRONT;
    if (tx->at + plain.left > MPPC_HISTORY) { /* no packet wraps: begin at the front again */
        tx->at = 0;
        memset(tx->hash, 0, sizeof tx->hash);
        bits |= MPPC_AT_FRONT;
    }
    tx->flushed = false;
    memcpy(tx->history + tx->at, plain.p, plain.left);
    compress_run(tx, tx->at + (unsigned)plain.left, &b);
    if (w.bad || w.len >= plain.left) { /* it grew: send it plain, and forget the history */
        mppc_tx_reset(tx);
        return MPPC_FLUSHED;
    }
    tx->at = (uint16_t)(tx->at + plain.left);
    out->len += w.len;
    return bits | MPPC_COMPRESSED;
}

/* --- decompression --------------------------------------------------------------------------- */

void
mppc_rx_init(struct mppc_rx *rx)
{
    *rx = (struct mppc_rx){.at = 0};
}

static unsigned
get_offset(struct bits_in *b)
{
    /* 11 has been read */
    if (get(b, 1) == 0)
        return 320 + get(b, 13);
    return get(b, 1) == 0 ? 64 + get(b, 8) : get(b, 6);
}

static unsigned
get_length(struct bits_in *b)
{
    unsigned k;

    if (get(b, 1) == 0)
        return SHORTEST;
    for (k = 2; get(b, 1) == 1; k++)
        if (k == 12)
            return 0; /* longer than the history */
    return 1u << k | get(b, k);
}

/* An offset may reach round the front, into what the last time round left behind. */
static bool
copy(struct mppc_rx *rx, unsigned *at, unsigned offset, unsigned length)
{
    if (offset == 0 || offset >= MPPC_HISTORY || length == 0 || length > MPPC_HISTORY - *at)
        return false;
    for (unsigned i = 0; i < length; i++, (*at)++) /* may overlap: octet by octet */
        rx->history[*at] = rx->history[(*at - offset) % MPPC_HISTORY];
    return true;
}

bool
mppc_decompress(struct mppc_rx *rx, uint16_t bits, struct rd data, struct rd *ret)
{
    struct bits_in b = {.r = data};

    if (!(bits & MPPC_COMPRESSED)) {
        if (bits & MPPC_FLUSHED)
            mppc_rx_init(rx);
        *ret = data;
        return !data.bad;
    }
    if (bits & (MPPC_AT_FRONT | MPPC_FLUSHED))
        rx->at = 0;

    const unsigned begin = rx->at;
    unsigned at = begin;
    while (bits_left(&b) >= 8) { /* fewer are padding */
        if (get(&b, 1) == 0) {
            if (at == MPPC_HISTORY)
                return false;
            rx->history[at++] = (uint8_t)get(&b, 7);
        } else if (get(&b, 1) == 0) {
            if (at == MPPC_HISTORY)
                return false;
            rx->history[at++] = (uint8_t)(0x80 | get(&b, 7));
        } else {
            const unsigned offset = get_offset(&b);
            if (!copy(rx, &at, offset, get_length(&b)))
                return false;
        }
        if (!rd_ok(&b.r))
            return false;
        if (at - begin > MPPC_PACKET_MAX)
            return false;
    }
    rx->at = (uint16_t)at;
    *ret = rd_over(rx->history + begin, at - begin);
    return true;
}
