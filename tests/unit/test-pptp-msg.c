/*
 * test-pptp-msg.c - PPTP's control messages: what Windows sends, and what nobody may.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pptp-msg.h"
#include "vectors.h"

static const char *const names[] = {
    "SCCRQ (Windows)",        "SCCRP",           "OCRQ (Windows)", "OCRP",
    "Set-Link-Info",          "Echo-Request",    "Echo-Reply",     "Call-Clear-Request",
    "Call-Disconnect-Notify", "Stop-CC-Request", "Stop-CC-Reply",
};

static struct pptp_msg
cut(const char *name)
{
    g_autoptr(GBytes) bytes = vectors_get("pptp.txt", name);
    gsize n;
    const guint8 *p = g_bytes_get_data(bytes, &n);
    struct rd stream = rd_over(p, n);
    struct pptp_msg m;

    g_assert_cmpint(pptp_msg_cut(&stream, &m), ==, PPTP_CUT_MESSAGE);
    g_assert_true(rd_done(&stream));
    return m;
}

static void
test_vectors(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) { /* read and written again: the same octets */
        g_autoptr(GBytes) bytes = vectors_get("pptp.txt", names[i]);
        const struct pptp_msg m = cut(names[i]);
        guint8 buf[PPTP_MSG_MAX];
        struct wr w = wr_over(buf, sizeof buf);
        gsize n;
        const guint8 *want = g_bytes_get_data(bytes, &n);

        pptp_msg_put(&w, &m);
        g_assert_cmpmem(buf, w.len, want, n);
    }

    const struct pptp_msg start = cut("SCCRQ (Windows)");
    g_assert_cmpint(start.version, ==, 0x0100);
    g_assert_cmpint(start.framing, ==, 1);
    g_assert_cmpstr((const char *)start.vendor, ==, "Microsoft");
    const struct pptp_msg call = cut("OCRQ (Windows)");
    g_assert_cmpint(call.call_id, ==, 0xfaea);
    g_assert_cmpint(call.max_bps, ==, 100000000);
    g_assert_cmpint(call.window, ==, 64);
    g_assert_cmpint(call.subaddress[0], ==, 0xe3);
    const struct pptp_msg reply = cut("OCRP");
    g_assert_cmpint(reply.call_id, ==, 0xe40a);
    g_assert_cmpint(reply.peer_call_id, ==, 0xfaea);
    g_assert_cmpint(reply.result, ==, 1);
    g_assert_cmpint(reply.speed, ==, 5317890);
    g_assert_cmpint(reply.window, ==, 16384);
    g_assert_cmpint(cut("Echo-Request").echo_id, ==, 0x11223344);
    g_assert_cmpint(cut("Set-Link-Info").receive_accm, ==, UINT32_MAX);
}

/* All fifteen lengths, against RFC 2637's own figures. */
static void
test_lengths(void)
{
    static const guint8 lengths[PPTP_TYPES] = {0,  156, 156, 16, 16, 16,  20, 168,
                                               32, 220, 24,  28, 16, 148, 40, 24};

    for (guint type = 1; type < PPTP_TYPES; type++) {
        guint8 buf[PPTP_MSG_MAX + 1];
        struct wr w = wr_over(buf, sizeof buf);
        struct pptp_msg m = {.type = type, .call_id = 7, .host = "h"}, back;

        pptp_msg_put(&w, &m);
        g_assert_cmpint(w.len, ==, lengths[type]);
        struct rd r = rd_over(buf, w.len);
        g_assert_cmpint(pptp_msg_cut(&r, &back), ==, PPTP_CUT_MESSAGE);
        g_assert_cmpint(back.type, ==, type);
    }
}

static void
test_partial(void)
{
    g_autoptr(GBytes) bytes = vectors_get("pptp.txt", "OCRP");
    gsize n;
    const guint8 *p = g_bytes_get_data(bytes, &n);
    g_autofree guint8 *two = g_malloc(2 * n);
    struct pptp_msg m = {.type = 0};

    for (gsize i = 0; i < n; i++) { /* each prefix waits, and takes nothing */
        g_autofree guint8 *exact = g_memdup2(p, i);
        struct rd r = rd_over(exact, i);

        g_assert_cmpint(pptp_msg_cut(&r, &m), ==, PPTP_CUT_MORE);
        g_assert_cmpint(r.left, ==, i);
        g_assert_cmpint(m.type, ==, 0);
    }
    memcpy(two, p, n);
    memcpy(two + n, p, n);
    struct rd r = rd_over(two, 2 * n);
    g_assert_cmpint(pptp_msg_cut(&r, &m), ==, PPTP_CUT_MESSAGE);
    g_assert_cmpint(r.left, ==, n);
    g_assert_cmpint(pptp_msg_cut(&r, &m), ==, PPTP_CUT_MESSAGE);
    g_assert_true(rd_done(&r));
}

static void
test_broken(void)
{
    static const struct {
        const char *why;
        guint8 header[12];
    } rows[] = {
        {"length 0", {0, 0, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 5, 0, 0}},
        {"length below the header", {0, 11, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 5, 0, 0}},
        {"length of another type", {0, 20, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 5, 0, 0}},
        {"length 65535", {255, 255, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 5, 0, 0}},
        {"management message", {0, 16, 0, 2, 0x1a, 0x2b, 0x3c, 0x4d, 0, 5, 0, 0}},
        {"wrong magic", {0, 16, 0, 1, 0x1a, 0x2b, 0x3c, 0x4c, 0, 5, 0, 0}},
        {"type 0", {0, 16, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 0, 0, 0}},
        {"type 16", {0, 16, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 16, 0, 0}},
        {"type 65535", {0, 16, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 255, 255, 0, 0}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct rd r = rd_over(rows[i].header, sizeof rows[i].header);
        struct pptp_msg m = {.call_id = 9};

        g_test_message("%s", rows[i].why);
        g_assert_cmpint(pptp_msg_cut(&r, &m), ==, PPTP_CUT_BROKEN);
        g_assert_cmpint(m.call_id, ==, 9);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pptp-msg/vectors", test_vectors);
    g_test_add_func("/pptp-msg/lengths", test_lengths);
    g_test_add_func("/pptp-msg/G3-partial-reads", test_partial);
    g_test_add_func("/pptp-msg/G3-broken", test_broken);
    return g_test_run();
}
