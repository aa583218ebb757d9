/*
 * test-ppp-crypt.c - both ends of what CCP may agree on, in every combination, with loss.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "ppp-crypt.h"

static const guint32 outcomes[] = {
    CCP_MPPE_128 | CCP_MPPE_STATELESS,
    CCP_MPPE_56 | CCP_MPPE_STATELESS,
    CCP_MPPE_40 | CCP_MPPE_STATELESS,
    CCP_MPPE_128,
    CCP_MPPE_40,
    CCP_MPPE_128 | CCP_MPPE_STATELESS | CCP_MPPC,
    CCP_MPPE_128 | CCP_MPPC,
    CCP_MPPC,
};

static struct ppp_crypt client, server;

static void
start(guint32 bits)
{
    guint8 keys[32], swapped[32];

    for (guint i = 0; i < 32; i++)
        keys[i] = (guint8)(i * 7 + 1);
    memcpy(swapped, keys + 16, 16);
    memcpy(swapped + 16, keys, 16);
    ppp_crypt_begin(&client, bits, bits, keys);
    ppp_crypt_begin(&server, bits, bits, swapped);
}

/* An IPv4 packet of @n octets, compressible two times of three: so each 256th is, now and then. */
static gsize
make(guint8 *buf, gsize n, guint i)
{
    guint8 *p = buf + PPP_CRYPT_HEAD;

    for (gsize k = 0; k < n; k++)
        p[k] = (guint8)(i % 3 != 0 ? k / 20 : (gsize)g_test_rand_int());
    p[0] = 0x45;
    return n;
}

/* Sends one packet; returns whether it arrived, and checks that it is the same. */
static gboolean
pass(struct ppp_crypt *from, struct ppp_crypt *to, gsize n, guint i, gboolean lose)
{
    guint8 buf[PPP_CRYPT_HEAD + 1600], copy[1600];
    guint8 *p = buf + PPP_CRYPT_HEAD;
    gsize len = make(buf, n, i);
    struct rd got;

    memcpy(copy, p, n);
    ppp_crypt_seal(from, 0x0021, &p, &len);
    g_assert_cmpmem(p, 4, "\xff\x03\0\xfd", 4);
    if (lose)
        return FALSE;
    if (!ppp_crypt_open(to, p + 4, len - 4, &got))
        return FALSE;
    g_assert_cmpint(rd_be16(&got), ==, 0x0021);
    g_assert_cmpmem(got.p, got.left, copy, n);
    return TRUE;
}

static void
test_both_ways(void)
{
    for (guint o = 0; o < G_N_ELEMENTS(outcomes); o++) {
        start(outcomes[o]);
        for (guint i = 0; i < 5000; i++) {
            g_assert_true(pass(&client, &server, 20 + i % 1400, i, FALSE));
            g_assert_true(pass(&server, &client, 20 + i * 7 % 1400, i, FALSE));
        }
    }
}

/* Stateless modes lose what is lost and no more; stateful ones ask for a reset, and go on. */
static void
test_loss(void)
{
    for (guint o = 0; o < G_N_ELEMENTS(outcomes); o++) {
        const gboolean stateless = (outcomes[o] & CCP_MPPE_STATELESS) != 0;
        guint resets = 0;

        start(outcomes[o]);
        for (guint i = 0; i < 3000; i++) {
            const gboolean lose = g_test_rand_int_range(0, 20) == 0;
            const gboolean arrived = pass(&client, &server, 20 + i % 1400, i, lose);

            if (stateless)
                g_assert_true(arrived == !lose);
            if (server.needs_reset) {
                server.needs_reset = false;
                resets++;
                ppp_crypt_reset(&client);
                g_assert_true(pass(&client, &server, 100, i, FALSE));
            }
        }
        /* Packets that do not shrink make MPPC begin afresh by itself. */
        if (stateless)
            g_assert_cmpuint(resets, ==, 0);
        else if (!(outcomes[o] & CCP_MPPC))
            g_assert_cmpuint(resets, >, 0);
    }
}

static void
test_directions(void)
{
    guint8 buf[PPP_CRYPT_HEAD + 100];
    guint8 *p = buf + PPP_CRYPT_HEAD;
    gsize len = make(buf, 100, 0);
    struct rd got;

    start(CCP_MPPE_128 | CCP_MPPE_STATELESS);
    ppp_crypt_seal(&client, 0x0021, &p, &len);
    g_assert_false(ppp_crypt_open(&client, p + 4, len - 4, &got)); /* reflected: other keys */
}

static void
test_refused(void)
{
    static const guint8 plain[] = {0x90, 0x00, 0x00, 0x21, 0x45, 0, 0, 0};
    struct rd got;

    for (guint o = 0; o < G_N_ELEMENTS(outcomes); o++) { /* cut, at each length */
        for (gsize n = 0; n <= sizeof plain; n++) {
            g_autofree guint8 *exact = g_memdup2(plain, n);
            start(outcomes[o]);
            ppp_crypt_open(&server, exact, n, &got);
        }
    }
    ppp_crypt_end(&server); /* nothing agreed: nothing opens */
    g_autofree guint8 *exact = g_memdup2(plain, sizeof plain);
    g_assert_false(ppp_crypt_open(&server, exact, sizeof plain, &got));
    /* Compressed data that nobody agreed on. */
    start(CCP_MPPE_128 | CCP_MPPE_STATELESS);
    guint8 buf[PPP_CRYPT_HEAD + 100], *p = buf + PPP_CRYPT_HEAD;
    gsize len = make(buf, 100, 1);
    client.tx_bits |= CCP_MPPC;
    ppp_crypt_seal(&client, 0x0021, &p, &len);
    g_assert_false(ppp_crypt_open(&server, p + 4, len - 4, &got));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-crypt/both-ways", test_both_ways);
    g_test_add_func("/ppp-crypt/A17-loss", test_loss);
    g_test_add_func("/ppp-crypt/directions", test_directions);
    g_test_add_func("/ppp-crypt/A17-refused", test_refused);
    return g_test_run();
}
