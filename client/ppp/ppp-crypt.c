/* ppp-crypt.c - see ppp-crypt.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-crypt.h"

static enum mppe_strength
strength(uint32_t bits)
{
    return bits & CCP_MPPE_128 ? MPPE_128 : bits & CCP_MPPE_56 ? MPPE_56 : MPPE_40;
}

bool
ppp_crypt_encrypts(uint32_t bits)
{
    return (bits & (CCP_MPPE_128 | CCP_MPPE_56 | CCP_MPPE_40)) != 0;
}

static bool
compresses(uint32_t bits)
{
    return (bits & CCP_MPPC) != 0;
}

static void
begin(struct mppe *m, uint32_t bits, const uint8_t key[static 16])
{
    uint8_t start[16] = {0};

    if (!ppp_crypt_encrypts(bits))
        return;
    memcpy(start, key, mppe_key_size(strength(bits)));
    mppe_init(m, start, strength(bits), bits & CCP_MPPE_STATELESS);
    explicit_bzero(start, sizeof start);
}

void
ppp_crypt_begin(struct ppp_crypt *c, uint32_t rx_bits, uint32_t tx_bits,
                const uint8_t hlak[static 32])
{
    ppp_crypt_end(c);
    c->rx_bits = rx_bits;
    c->tx_bits = tx_bits;
    c->heard = MPPE_COUNT; /* so that 0 is the next */
    begin(&c->tx, tx_bits, hlak);
    begin(&c->rx, rx_bits, hlak + 16);
    mppc_tx_init(&c->pack);
}

void
ppp_crypt_end(struct ppp_crypt *c)
{
    explicit_bzero(c, sizeof *c);
}

void
ppp_crypt_reset(struct ppp_crypt *c)
{
    mppe_reset(&c->tx);
    mppc_tx_reset(&c->pack);
}

/* MPPC alone: the same header without the encrypted bit; a gap in the counts needs a reset. */
static bool
open_plain(struct ppp_crypt *c, struct rd r, uint16_t *ret_bits, struct rd *ret)
{
    const uint16_t header = rd_be16(&r);
    const uint16_t count = header & MPPE_COUNT;
    const bool next = count == ((c->heard + 1) & MPPE_COUNT);

    if (!rd_ok(&r) || (header & MPPE_ENCRYPTED))
        return false;
    if (!next && !(header & MPPE_FLUSHED)) {
        c->needs_reset = true;
        return false;
    }
    c->heard = count;
    *ret_bits = header & (uint16_t)~MPPE_COUNT;
    *ret = r;
    return true;
}

bool
ppp_crypt_open(struct ppp_crypt *c, uint8_t *data, size_t n, struct rd *ret)
{
    uint16_t bits;
    struct rd plain;

    if (ppp_crypt_encrypts(c->rx_bits)) {
        const enum mppe_opened state = mppe_open(&c->rx, data, n, &plain, &bits);

        c->needs_reset |= state == MPPE_NEEDS_RESET;
        if (state != MPPE_OPENED)
            return false;
    } else if (!compresses(c->rx_bits) || !open_plain(c, rd_over(data, n), &bits, &plain)) {
        return false;
    }
    if (!compresses(c->rx_bits)) {
        *ret = plain;
        return !(bits & MPPE_COMPRESSED); /* nobody asked for that */
    }
    if (mppc_decompress(&c->unpack, bits, plain, ret))
        return true;
    c->needs_reset |= !(c->rx_bits & CCP_MPPE_STATELESS);
    return false;
}

/* Compress what @p and @len describe, where it lies. Returns the header's bits. */
static uint16_t
pack(struct ppp_crypt *c, uint8_t *p, size_t *len)
{
    uint8_t shrunk[MPPC_PACKET_MAX];
    struct wr w = wr_over(shrunk, sizeof shrunk);

    /* Stateless, each packet stands for itself; and the flushed bit of one with a new key, which
     * stateful is each 256th, empties the peer's history as well (RFC 2118 section 3.1). */
    if ((c->tx_bits & CCP_MPPE_STATELESS) ||
        (ppp_crypt_encrypts(c->tx_bits) && mppe_flushes(&c->tx)))
        mppc_tx_reset(&c->pack);
    const uint16_t bits = mppc_compress(&c->pack, rd_over(p, *len), &w);
    if (bits & MPPC_COMPRESSED) {
        memcpy(p, shrunk, w.len);
        *len = w.len;
    }
    return bits;
}

void
ppp_crypt_seal(struct ppp_crypt *c, uint16_t protocol, uint8_t **p, size_t *len)
{
    uint8_t *inner = *p - 2;
    size_t n = *len + 2;
    uint16_t bits = 0;
    struct wr w = wr_over(inner, 2);

    wr_be16(&w, protocol);
    if (compresses(c->tx_bits))
        bits = pack(c, inner, &n);
    if (ppp_crypt_encrypts(c->tx_bits)) {
        if (bits & MPPC_FLUSHED)
            c->tx.flush = true;
        mppe_seal(&c->tx, inner, n, bits & (MPPE_COMPRESSED | MPPE_AT_FRONT));
    } else {
        w = wr_over(inner - MPPE_HEADER, MPPE_HEADER);
        wr_be16(&w, (uint16_t)(bits | c->count));
        c->count = (c->count + 1) & MPPE_COUNT;
    }
    w = wr_over(inner - MPPE_HEADER - 4, 4);
    wr_be32(&w, 0xff0300fd);
    *p = inner - MPPE_HEADER - 4;
    *len = n + MPPE_HEADER + 4;
}
