/*
 * fuzz-mppe.c - encrypted and compressed data as a server may send it: first octet the mode, then
 * packets with a length before each. With MPPE the fuzzer can not know the key, so packets are also
 * sealed here, to reach what lies behind it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "mppc.h"
#include "mppe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mppc_rx rx;
static struct mppc_tx tx;

static void
decompress(uint16_t bits, struct rd data)
{
    struct rd plain;

    if (mppc_decompress(&rx, bits, data, &plain) && (bits & MPPC_COMPRESSED) &&
        plain.left > MPPC_PACKET_MAX + MPPC_HISTORY)
        abort();
}

static void
one_packet(struct mppe *seal, struct mppe *open, uint8_t how, uint8_t *buf, size_t n)
{
    uint8_t *const plain = buf + MPPE_HEADER;
    uint16_t bits = 0;
    struct rd got;

    if (how & 1)
        mppe_seal(seal, plain, n, (uint16_t)(how << 12 & (MPPE_COMPRESSED | MPPE_AT_FRONT)));
    const enum mppe_opened state =
        mppe_open(open, how & 1 ? buf : plain, how & 1 ? n + MPPE_HEADER : n, &got, &bits);
    if (state == MPPE_OPENED && (bits & MPPE_COMPRESSED))
        decompress(bits, got);
    if (open->credit > MPPE_CREDIT_MAX)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[16] = "sixteen octets..";
    static const enum mppe_strength strengths[] = {MPPE_40, MPPE_56, MPPE_128};
    struct rd in = rd_over(data, size);
    const uint8_t mode = rd_u8(&in);
    struct mppe seal, open;

    mppe_init(&seal, key, strengths[mode % 3], mode & 4);
    mppe_init(&open, key, strengths[mode % 3], mode & 4);
    mppc_rx_init(&rx);
    mppc_tx_init(&tx);
    while (in.left > 0 && rd_ok(&in)) {
        const uint8_t how = rd_u8(&in);
        const size_t want = rd_u8(&in);
        const struct rd chunk = rd_take(&in, want < in.left ? want : in.left);
        uint8_t buf[MPPE_HEADER + 256], shrunk[512];
        struct wr w = wr_over(shrunk, sizeof shrunk);

        if (chunk.bad || chunk.left == 0)
            continue;
        memcpy(buf + MPPE_HEADER, chunk.p, chunk.left);
        switch (how >> 4 & 3) {
        case 0: /* MPPC alone, as it comes */
            decompress((uint16_t)(how << 12 & 0xe000), chunk);
            break;
        case 1: { /* what we compress comes out again */
            static struct mppc_rx other;
            const uint16_t bits = mppc_compress(&tx, chunk, &w);
            struct rd got;
            if (bits & MPPC_COMPRESSED &&
                (!mppc_decompress(&other, bits, wr_done(&w), &got) || !rd_equal(got, chunk)))
                abort();
            break;
        }
        default:
            one_packet(&seal, &open, how, buf, chunk.left);
        }
    }
    return 0;
}
