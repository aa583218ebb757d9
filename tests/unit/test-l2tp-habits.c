/*
 * test-l2tp-habits.c - what LNSs of other makers do that ours does not, octet by octet: the call
 * comes up all the same, or ends with the number that a person should be told. Whose habits these
 * are is told in tests/lab/README.md. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "l2tp-tunnel.h"
#include "ppp-test.h" /* hex() */

#define SEC USEC_PER_SEC

/* Messages without their headers. */
#define SCCRP_BARE                                                                                 \
    "8008 00000000 0002 8008 00000002 0100 800a 00000003 00000003 8007 00000007 78 "               \
    "8008 00000009 0021"
#define SCCRP      SCCRP_BARE " 8008 0000000a 0008"
#define ICRP       "8008 00000000 000b 8008 0000000e 0031"
#define HELLO      "8008 00000000 0006"
#define CDN(more)  "8008 00000000 000e 8008 0000000e 0031 " more
#define STOP(more) "8008 00000000 0004 8008 00000009 0021 " more
/* Agent-Remote-Id of the Broadband Forum, whose type is that of Protocol Version; PPP Disconnect
 * Cause (RFC 3145), which is newer than we are; a hidden one that nobody needs. */
#define STRANGE                                                                                    \
    " 000d 0de90002 44455500515343 000b 0000002e 0001c02101 400a 00000007 00011234 0008 "          \
    "00090001 abcd"

static struct l2tp_tunnel t;
static usec_t now;
static guint16 ns; /* the server's next */

static void
fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 0x77, n);
}

static const struct rng rng = {.fill = fill};

/* What the client has to say now, a letter a message; z: an acknowledgement of its own. */
static const char *
hears(void)
{
    static const char names[L2TP_TYPES + 1] = "-QPNS-h---qpn-d--";
    static char said[64];
    struct rd r;
    guint n = 0;

    while (l2tp_tunnel_poll(&t, now, &r)) {
        struct l2tp_header h;
        struct l2tp_msg m;

        g_assert_true(l2tp_header_get(r, &h));
        g_assert_cmpuint(n, <, sizeof said - 1);
        if (h.body.left > 0)
            g_assert_cmpint(l2tp_msg_get(h.body, (struct rd){0}, &m), ==, L2TP_GOOD);
        said[n++] = h.body.left == 0 ? 'z' : names[m.type];
    }
    said[n] = '\0';
    return said;
}

static bool
datagram(guint16 flags, guint16 tunnel, guint16 session, guint32 numbers, struct rd body)
{
    guint8 bytes[1024];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct rd frame;

    wr_be16(&w, flags);
    if ((flags & 0x4000) != 0)
        wr_be16(&w, (guint16)(8 + ((flags & 0x0800) != 0 ? 4 : 0) + body.left));
    wr_be16(&w, tunnel);
    wr_be16(&w, session);
    if ((flags & 0x0800) != 0)
        wr_be32(&w, numbers);
    wr_rd(&w, body);
    g_assert_false(w.bad);
    g_autofree guint8 *exact = g_memdup2(bytes, w.len);
    return l2tp_tunnel_receive(&t, now, rd_over(exact, w.len), &frame);
}

/* A control message with a number; it acknowledges all that was heard. */
static void
says_numbered(guint16 number, guint16 session, const char *text)
{
    g_assert_false(datagram(0xc802, t.local_tunnel, session, (guint32)number << 16 | t.channel.next,
                            hex(text)));
}

static void
says(guint16 session, const char *text)
{
    says_numbered(ns++, session, text);
}

static void
acknowledges(void)
{
    says_numbered(ns, 0, "");
}

static void
begin(void)
{
    const struct l2tp_config config = {.rng = &rng, .no_answer = RAS_VPN_TIMEOUT};

    now = SEC;
    ns = 0;
    l2tp_tunnel_init(&t, &config);
    l2tp_tunnel_begin(&t, now);
    g_assert_cmpstr(hears(), ==, "Q");
}

static void
bring_up(void)
{
    begin();
    says(0, SCCRP);
    g_assert_cmpstr(hears(), ==, "Nq");
    says(t.local_session, ICRP);
    g_assert_cmpstr(hears(), ==, "n");
    acknowledges();
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
}

/* The clock runs until then, and nobody says a word. */
static void
waits(usec_t until)
{
    while (l2tp_tunnel_deadline(&t) <= until) {
        now = l2tp_tunnel_deadline(&t);
        l2tp_tunnel_expire(&t, now);
        hears();
    }
    now = until;
}

/* ---- acknowledgements, windows, numbers ---- */

/* None given means 4; a server of one buffer gets one message at a time; some name no bound. */
static void
test_windows(void)
{
    static const struct {
        const char *sccrp, *next;
    } rows[] = {
        {SCCRP_BARE, "Nq"},
        {SCCRP_BARE " 8008 0000000a 0004", "Nq"},
        {SCCRP_BARE " 8008 0000000a ffff", "Nq"},
        {SCCRP_BARE " 8008 0000000a 0001", "N"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        begin();
        says(0, rows[i].sccrp);
        g_assert_cmpstr(hears(), ==, rows[i].next);
        acknowledges();
        g_assert_cmpstr(hears(), ==, rows[i].next[1] == '\0' ? "q" : "");
        says(t.local_session, ICRP);
        g_assert_cmpstr(hears(), ==, "n");
        g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
    }
}

/* One acknowledges each message by itself, another only with what it has to say anyway: then ICCN
 * waits for the next Hello. */
static void
test_acknowledgements(void)
{
    begin();
    acknowledges();
    acknowledges();
    says(0, SCCRP);
    g_assert_cmpstr(hears(), ==, "Nq");
    for (guint16 i = 0; i < 5; i++)
        says_numbered((guint16)(ns + i), 0, ""); /* with any number: it has none */
    says(t.local_session, ICRP);
    g_assert_cmpstr(hears(), ==, "n");
    acknowledges();
    waits(now + 40 * SEC);
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);

    begin();
    says(0, SCCRP);
    g_assert_cmpstr(hears(), ==, "Nq");
    says(t.local_session, ICRP);
    g_assert_cmpstr(hears(), ==, "n");
    waits(now + 15 * SEC);
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
    says(0, HELLO);
    g_assert_cmpstr(hears(), ==, "z");
    g_assert_true(l2tp_channel_idle(&t.channel));
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
}

/* Nothing is ever acknowledged: that is no server that can be talked to. */
static void
test_never_acknowledged(void)
{
    begin();
    says(0, SCCRP);
    hears();
    says(t.local_session, ICRP);
    hears();
    waits(now + 60 * SEC);
    g_assert_cmpint(t.state, ==, L2TP_CLOSED);
    g_assert_cmpint(t.end.error, ==, RAS_LINK_FAILURE);
}

/* Early, often, and while we say goodbye. */
static void
test_hello(void)
{
    begin();
    says(0, SCCRP);
    g_assert_cmpstr(hears(), ==, "Nq");
    says(0, HELLO);
    g_assert_cmpstr(hears(), ==, "z");
    says(t.local_session, ICRP);
    says(0, HELLO);
    g_assert_cmpstr(hears(), ==, "n"); /* which acknowledges both */
    for (guint i = 0; i < 200; i++) {
        now += SEC / 2;
        says(0, HELLO);
        g_assert_cmpstr(hears(), ==, "z");
    }
    l2tp_tunnel_close(&t, now, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    g_assert_cmpstr(hears(), ==, "dS");
    g_assert_false(datagram(0xc802, t.local_tunnel, 0,
                            (guint32)ns++ << 16 | (guint16)(t.channel.next - 2), hex(HELLO)));
    g_assert_cmpstr(hears(), ==, "z");
    g_assert_cmpint(t.state, ==, L2TP_STOPPING);
    acknowledges();
    g_assert_cmpint(t.state, ==, L2TP_CLOSED);
    g_assert_cmpint(t.end.error, ==, RAS_USER_DISCONNECTION);
}

static void
test_out_of_order(void)
{
    begin();
    says(0, SCCRP);
    g_assert_cmpstr(hears(), ==, "Nq");
    says_numbered((guint16)(ns + 1), 0, HELLO); /* ICRP is still on its way */
    g_assert_cmpstr(hears(), ==, "");
    says(t.local_session, ICRP);
    g_assert_cmpstr(hears(), ==, "n");
    says(0, HELLO);
    says_numbered(0, 0, SCCRP); /* and one that has been under way for long */
    g_assert_cmpstr(hears(), ==, "z");
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
}

/* ---- slow, and twice ---- */

static void
test_slow(void)
{
    static const struct {
        guint seconds;
        enum ras_error error;
    } rows[] = {{5, RAS_OK}, {40, RAS_OK}, {50, RAS_PPP_NO_RESPONSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        begin();
        says(0, SCCRP);
        g_assert_cmpstr(hears(), ==, "Nq");
        acknowledges(); /* and then RADIUS is asked */
        waits(now + rows[i].seconds * SEC);
        g_assert_cmpint(t.end.error, ==, rows[i].error);
        if (rows[i].error == RAS_OK) {
            says(t.local_session, ICRP);
            g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
        }
    }

    begin();
    waits(now + 12 * SEC); /* SCCRQ has been repeated, and each copy makes a tunnel of its own */
    says(0, SCCRP);
    g_assert_cmpstr(hears(), ==, "Nq");
    g_autofree char *other = g_strdup(SCCRP);
    memcpy(strstr(other, "0021"), "0022", 4);
    says_numbered(0, 0, other);
    hears();
    g_assert_cmpuint(t.peer_tunnel, ==, 0x21);
    says(t.local_session, ICRP);
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
}

/* Servers count from 1, or repeat our own numbers. */
static void
test_numbers(void)
{
    begin();
    g_autofree char *sccrp = g_strdup_printf("%s", SCCRP);
    char mine[5];
    g_snprintf(mine, sizeof mine, "%04x", t.local_tunnel);
    memcpy(strstr(sccrp, "0021"), mine, 4);
    says(0, sccrp);
    g_assert_cmpstr(hears(), ==, "Nq");
    g_assert_cmpuint(t.peer_tunnel, ==, t.local_tunnel);
    g_snprintf(mine, sizeof mine, "%04x", t.local_session);
    g_autofree char *icrp = g_strdup(ICRP);
    memcpy(strstr(icrp, "0031"), mine, 4);
    says(t.local_session, icrp);
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
    g_assert_cmpuint(t.peer_session, ==, t.local_session);
}

/* ---- attributes ---- */

/* What is not known and not mandatory is skipped in each message. */
static void
test_strange_attributes(void)
{
    begin();
    says(0, SCCRP STRANGE " 0008 00000006 1130 000e 00000005 0102030405060708");
    g_assert_cmpstr(hears(), ==, "Nq");
    says(0, HELLO STRANGE);
    says(t.local_session, ICRP STRANGE);
    g_assert_cmpstr(hears(), ==, "n");
    says(t.local_session, "8008 00000000 0010 8010 00000023 0000 ffffffff ffffffff" STRANGE);
    says(0, "0008 00000000 0028"); /* a message that is not known, and need not be */
    says(0, "0008 0de90000 0002"); /* nor one of a vendor's, whatever its number */
    g_assert_cmpstr(hears(), ==, "z");
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);

    bring_up();
    says(t.local_session, CDN("8008 00000001 0003") STRANGE);
    g_assert_cmpint(t.end.error, ==, RAS_REMOTE_DISCONNECTION);
    bring_up();
    says(0, STOP("8008 00000001 0006") STRANGE);
    g_assert_cmpint(t.end.error, ==, RAS_REMOTE_DISCONNECTION);
}

/* With the M bit they end the tunnel (RFC 2661 section 4.1): 628, and 829 when the call was up. */
static void
test_mandatory(void)
{
    static const char *const strange[] = {" 8008 0000002e 0001", " 8008 00090001 abcd"};

    for (gsize i = 0; i < G_N_ELEMENTS(strange); i++) {
        g_autofree char *sccrp = g_strconcat(SCCRP, strange[i], NULL);
        g_autofree char *icrp = g_strconcat(ICRP, strange[i], NULL);
        g_autofree char *hello = g_strconcat(HELLO, strange[i], NULL);

        begin();
        says(0, sccrp);
        g_assert_cmpint(t.end.error, ==, RAS_DISCONNECTION);
        begin();
        says(0, SCCRP);
        says(t.local_session, icrp);
        g_assert_cmpint(t.end.error, ==, RAS_DISCONNECTION);
        bring_up();
        says(0, hello);
        g_assert_cmpint(t.end.error, ==, RAS_LINK_FAILURE);
        g_assert_nonnull(strstr(t.end.detail, i == 0 ? "attribute 46" : "vendor 9"));
    }
    bring_up();
    says(0, "8008 00090000 0002");
    g_assert_cmpint(t.end.error, ==, RAS_LINK_FAILURE);
    g_assert_nonnull(strstr(t.end.detail, "vendor 9, error 8"));
}

/* ---- goodbyes ---- */

static void
test_goodbyes(void)
{
    static const struct {
        const char *text;
        const char *detail; /* of it */
        enum ras_error before, up;
        bool stop, no_number; /* StopCCN; the call is told by the server's number only */
    } rows[] = {
        {CDN("8008 00000001 0003"), "result 3 (administrative), error 0", RAS_DISCONNECTION,
         RAS_REMOTE_DISCONNECTION},
        {CDN("800a 00000001 0002 0006"), "result 2 (general error), error 6", RAS_DISCONNECTION,
         RAS_REMOTE_DISCONNECTION},
        {CDN("8010 00000001 0002 0004 6e6f20495021"), "error 4: no IP!", RAS_DISCONNECTION,
         RAS_REMOTE_DISCONNECTION},
        {CDN("8008 00000001 0004 800b 0000000c 0010080000"), "result 4 (no facilities)",
         RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {CDN("8008 00000001 0003"), "result 3", RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION,
         .no_number = true},
        {STOP("8008 00000001 0001"), "result 1 (cleared)", RAS_DISCONNECTION,
         RAS_REMOTE_DISCONNECTION, .stop = true},
        {STOP("800a 00000001 0002 0001"), "result 2 (general error), error 1", RAS_DISCONNECTION,
         RAS_REMOTE_DISCONNECTION, .stop = true},
        {"8008 00000000 0004", "result 0 (no reason)", RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION,
         .stop = true},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint up = 0; up < 2; up++) {
            if (up)
                bring_up();
            else
                begin(), says(0, SCCRP), hears();
            waits(up ? now + 44 * SEC : now); /* idle */
            says(rows[i].stop || rows[i].no_number ? 0 : t.local_session, rows[i].text);
            g_test_message("row %zu: %u, %s", i, t.end.error, t.end.detail);
            g_assert_cmpint(t.end.error, ==, up ? rows[i].up : rows[i].before);
            g_assert_nonnull(strstr(t.end.detail, rows[i].detail));
            g_assert_cmpstr(hears(), ==, rows[i].stop ? "z" : "S");
        }
    }

    bring_up(); /* another's */
    says((guint16)(t.local_session + 1), CDN("8008 00000001 0003"));
    says(0, "8008 00000000 000e 8008 0000000e 0099 8008 00000001 0003");
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
}

/* ---- data ---- */

/* PPP begins before ICCN is acknowledged, in any dress that section 3.1 knows; and Set-Link-Info
 * comes with it. */
static void
test_data(void)
{
    begin();
    says(0, SCCRP);
    hears();
    says(t.local_session, ICRP);
    g_assert_true(datagram(0x0002, t.local_tunnel, t.local_session, 0, hex("ff03c021")));
    says(t.local_session, "8008 00000000 0010 8010 00000023 0000 ffffffff ffffffff");
    g_assert_cmpstr(hears(), ==, "n");
    g_assert_true(datagram(0x4002, t.local_tunnel, t.local_session, 0, hex("c021")));
    g_assert_true(datagram(0x4302, t.local_tunnel, t.local_session, 0, hex("0003 000000 c021")));
    g_assert_true(datagram(0x0202, t.local_tunnel, t.local_session, 0, hex("0000 c021")));
    g_assert_false(datagram(0x0202, t.local_tunnel, t.local_session, 0, hex("0003 c021")));
    g_assert_false(datagram(0x0002, t.local_tunnel, 0, 0, hex("c021")));
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
    g_assert_false(t.sequence);
}

/* The LNS numbers, or wants it of us, or stops (section 5.4). */
static void
test_sequencing(void)
{
    bring_up();
    g_assert_true(datagram(0x0802, t.local_tunnel, t.local_session, 0x00050000, hex("c021")));
    g_assert_true(t.sequence);
    g_assert_false(datagram(0x0802, t.local_tunnel, t.local_session, 0x00050000, hex("c021")));
    g_assert_true(datagram(0x4802, t.local_tunnel, t.local_session, 0x00061234, hex("c021")));
    g_assert_true(datagram(0x0002, t.local_tunnel, t.local_session, 0, hex("c021")));
    g_assert_false(t.sequence);

    begin();
    says(0, SCCRP);
    hears();
    says(t.local_session, ICRP " 8006 00000027");
    g_assert_true(t.sequence);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp-habits/windows", test_windows);
    g_test_add_func("/l2tp-habits/acknowledgements", test_acknowledgements);
    g_test_add_func("/l2tp-habits/never-acknowledged", test_never_acknowledged);
    g_test_add_func("/l2tp-habits/hello", test_hello);
    g_test_add_func("/l2tp-habits/out-of-order", test_out_of_order);
    g_test_add_func("/l2tp-habits/slow", test_slow);
    g_test_add_func("/l2tp-habits/numbers", test_numbers);
    g_test_add_func("/l2tp-habits/strange-attributes", test_strange_attributes);
    g_test_add_func("/l2tp-habits/mandatory-attributes", test_mandatory);
    g_test_add_func("/l2tp-habits/goodbyes", test_goodbyes);
    g_test_add_func("/l2tp-habits/data", test_data);
    g_test_add_func("/l2tp-habits/sequencing", test_sequencing);
    return g_test_run();
}
