/*
 * test-l2tp-avp.c - L2TP's headers and attributes: [MS-L2TPIE]'s messages, our own, what is hidden,
 * and what is to be done about what is malformed.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "l2tp-avp.h"
#include "vectors.h"

#define HAS(what) L2TP_HAS(L2TP_AVP_##what)

static struct rd
vector(const char *name)
{
    static GBytes *bytes;
    gsize n;

    g_clear_pointer(&bytes, g_bytes_unref);
    bytes = vectors_get("l2tp.txt", name);
    const void *p = g_bytes_get_data(bytes, &n);
    return rd_over(p, n);
}

static const struct rd nothing;

static struct l2tp_header
header_of(const char *name)
{
    struct l2tp_header h;

    g_assert_true(l2tp_header_get(vector(name), &h));
    return h;
}

static struct l2tp_msg
message_of(const char *name, struct l2tp_header *ret)
{
    struct l2tp_msg m;

    *ret = header_of(name);
    g_assert_true(ret->control);
    g_assert_cmpint(l2tp_msg_get(ret->body, nothing, &m), ==, L2TP_GOOD);
    return m;
}

/* What Windows says, attribute by attribute. */
static void
test_windows(void)
{
    struct l2tp_header h;
    struct l2tp_msg m = message_of("SCCRQ", &h);

    g_assert_cmpuint(h.tunnel, ==, 0);
    g_assert_cmpint(m.type, ==, L2TP_SCCRQ);
    g_assert_cmphex(m.version, ==, L2TP_VERSION);
    g_assert_cmpuint(m.framing_cap, ==, 1);
    g_assert_cmpmem(m.host_name.p, m.host_name.left, "testclient.contoso.com", 22);
    g_assert_cmpmem(m.vendor_name.p, m.vendor_name.left, "Microsoft", 9);
    g_assert_cmpuint(m.tunnel, ==, 11);
    g_assert_cmpuint(m.window, ==, 8);
    m = message_of("SCCRP", &h);
    g_assert_cmpint(m.type, ==, L2TP_SCCRP);
    g_assert_cmpuint(h.nr, ==, 1);
    g_assert_cmpuint(m.tunnel, ==, 13);
    m = message_of("SCCCN", &h);
    g_assert_cmpint(m.type, ==, L2TP_SCCCN);
    g_assert_cmpuint(h.ns, ==, 1);
    m = message_of("ICRQ", &h); /* with an attribute of Microsoft's own, which need not be known */
    g_assert_cmpint(m.type, ==, L2TP_ICRQ);
    g_assert_cmpuint(m.session, ==, 1);
    g_assert_cmpuint(m.bearer, ==, 2);
    m = message_of("ICRP", &h);
    g_assert_cmpint(m.type, ==, L2TP_ICRP);
    g_assert_cmpuint(h.session, ==, 1);
    g_assert_cmpuint(m.session, ==, 1);
    m = message_of("ICCN", &h);
    g_assert_cmpint(m.type, ==, L2TP_ICCN);
    g_assert_cmpuint(m.speed, ==, 100000000);
    g_assert_cmpuint(m.framing, ==, 1);
    m = message_of("CDN", &h);
    g_assert_cmpint(m.type, ==, L2TP_CDN);
    g_assert_cmpuint(m.result, ==, 3);
    m = message_of("StopCCN", &h);
    g_assert_cmpint(m.type, ==, L2TP_STOPCCN);
    g_assert_cmpuint(m.result, ==, 1);
    m = message_of("HELLO", &h);
    g_assert_cmpint(m.type, ==, L2TP_HELLO);
    h = header_of("ZLB");
    g_assert_true(h.control);
    g_assert_cmpuint(h.body.left, ==, 0);
    g_assert_cmpuint(h.nr, ==, 3);
    h = header_of("data");
    g_assert_false(h.control || h.numbered);
    g_assert_cmpuint(h.tunnel, ==, 13);
    g_assert_cmpuint(h.session, ==, 1);
    g_assert_cmpmem(h.body.p, 4, "\xff\x03\xc0\x21", 4);
}

static struct rd
put(guint8 *buf, gsize cap, const struct l2tp_msg *m, struct rd secret, struct rd random)
{
    struct wr w = wr_over(buf, cap);

    l2tp_msg_put(&w, 13, m->type == L2TP_CDN ? 1 : 0, m, secret, random);
    g_assert_false(w.bad);
    return wr_done(&w);
}

/* Ours are what Windows' would be, octet for octet (but for the numbers, which the channel knows).
 */
static void
test_put(void)
{
    guint8 buf[256];
    const struct l2tp_msg messages[] = {
        {.type = L2TP_SCCCN},
        {.type = L2TP_HELLO},
        {.type = L2TP_CDN, .has = HAS(SESSION) | HAS(RESULT), .session = 1, .result = 3},
        {.type = L2TP_STOPCCN, .has = HAS(TUNNEL) | HAS(RESULT), .tunnel = 13, .result = 1},
    };
    static const char *const names[] = {"SCCCN", "HELLO", "CDN", "StopCCN"};

    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        struct l2tp_header h;
        const struct rd ours = put(buf, sizeof buf, &messages[i], nothing, nothing);
        struct l2tp_msg back, theirs = message_of(names[i], &h);

        g_assert_cmpuint(buf[2] << 8 | buf[3], ==, ours.left);
        g_assert_true(l2tp_header_get(ours, &h));
        g_assert_cmpuint(h.tunnel, ==, 13);
        g_assert_cmpint(l2tp_msg_get(h.body, nothing, &back), ==, L2TP_GOOD);
        g_assert_cmpint(back.type, ==, theirs.type);
        g_assert_cmphex(back.has, ==, theirs.has);
        g_assert_cmpuint(back.result, ==, theirs.result);
        if (i < 2)
            g_assert_cmpmem(h.body.p, h.body.left, vector(names[i]).p + 12, 8);
    }
}

static struct l2tp_msg
everything(void)
{
    return (struct l2tp_msg){
        .type = L2TP_ICRQ,
        .has = HAS(RESULT) | HAS(VERSION) | HAS(FRAMING_CAP) | HAS(BEARER_CAP) | HAS(HOST_NAME) |
               HAS(VENDOR_NAME) | HAS(TUNNEL) | HAS(WINDOW) | HAS(CHALLENGE) | HAS(RESPONSE) |
               HAS(SESSION) | HAS(SERIAL) | HAS(BEARER) | HAS(FRAMING) | HAS(SPEED) |
               HAS(CALL_ERRORS) | HAS(SEQUENCING),
        .result = 2,
        .error = 6,
        .text = rd_over("why", 3),
        .version = 0x100,
        .framing_cap = 3,
        .bearer_cap = 0x10203,
        .host_name = rd_over("lns", 3),
        .vendor_name = rd_over("a vendor with a name of more than one block", 43),
        .tunnel = 0x1234,
        .window = 4,
        .challenge = rd_over("0123456789abcdef0123456789abcdef!", 33),
        .response = "fedcba987654321",
        .session = 0x5678,
        .serial = 7,
        .bearer = 2,
        .framing = 1,
        .speed = 100000000,
        .errors = {1, 2, 3, 4, 5, 0xffffffff},
    };
}

static void
assert_everything(const struct l2tp_msg *m)
{
    const struct l2tp_msg e = everything();

    g_assert_cmphex(m->has, ==, e.has);
    g_assert_cmpuint(m->result, ==, 2);
    g_assert_cmpuint(m->error, ==, 6);
    g_assert_true(rd_equal(m->text, e.text));
    g_assert_true(rd_equal(m->host_name, e.host_name));
    g_assert_true(rd_equal(m->vendor_name, e.vendor_name));
    g_assert_true(rd_equal(m->challenge, e.challenge));
    g_assert_cmpmem(m->response, 16, e.response, 16);
    g_assert_cmpmem(m->errors, sizeof m->errors, e.errors, sizeof e.errors);
    g_assert_cmphex(m->tunnel, ==, 0x1234);
    g_assert_cmphex(m->session, ==, 0x5678);
    g_assert_cmphex(m->bearer_cap, ==, 0x10203);
    g_assert_cmpuint(m->serial + m->bearer + m->framing + m->window, ==, 14);
}

static void
test_round_trip(void)
{
    guint8 buf[1024];
    const struct l2tp_msg e = everything();
    const struct rd secret = rd_over("l2tpsecret", 10), random = rd_over("RANDOM VECTOR 16", 16);
    struct l2tp_header h;
    struct l2tp_msg m;

    g_assert_true(l2tp_header_get(put(buf, sizeof buf, &e, nothing, nothing), &h));
    g_assert_cmpint(l2tp_msg_get(h.body, nothing, &m), ==, L2TP_GOOD);
    assert_everything(&m);

    const struct rd hidden = put(buf, sizeof buf, &e, secret, random);
    g_assert_null(memmem(buf, hidden.left, "a vendor", 8));
    g_assert_nonnull(memmem(buf, hidden.left, "lns", 3)); /* Host Name is never hidden */
    g_assert_true(l2tp_header_get(hidden, &h));
    g_assert_cmpint(l2tp_msg_get(h.body, secret, &m), ==, L2TP_GOOD);
    assert_everything(&m);
    /* L3 */
    g_assert_cmpint(l2tp_msg_get(h.body, nothing, &m), ==, L2TP_BAD_HIDDEN);
    g_assert_cmpint(l2tp_msg_get(h.body, rd_over("another", 7), &m), !=, L2TP_GOOD);

    /* Too small a buffer is noticed. */
    struct wr w = wr_over(buf, 100);
    l2tp_msg_put(&w, 1, 0, &e, secret, random);
    g_assert_true(w.bad);
}

static void
test_secrets(void)
{
    guint8 value[64], response[L2TP_RESPONSE];
    const struct rd secret = rd_over("l2tpsecret", 10);
    guint8 challenge[16];

    memcpy(challenge, vector("Challenge").p, 16);
    l2tp_response(L2TP_SCCRP, secret, rd_over(challenge, 16), response);
    g_assert_cmpmem(response, 16, vector("Response in SCCRP, secret l2tpsecret").p, 16);
    l2tp_response(L2TP_SCCCN, secret, rd_over(challenge, 16), response);
    g_assert_cmpmem(response, 16, vector("Response in SCCCN, secret l2tpsecret").p, 16);

    guint8 random[8];
    memcpy(random, vector("Random Vector").p + 6, 8);
    memcpy(value, "\0\2\x12\x34", 4);
    l2tp_hide(9, secret, rd_over(random, 8), value, 4);
    g_assert_cmpmem(value, 4, vector("hidden Assigned Tunnel ID 1234").p + 6, 4);
    l2tp_unhide(9, secret, rd_over(random, 8), value, 4);
    g_assert_cmpmem(value, 4, "\0\2\x12\x34", 4);

    memset(value, 0, sizeof value);
    memcpy(value, "\0\x14+358401234567890abcd", 22);
    l2tp_hide(21, secret, rd_over(random, 8), value, 28);
    g_assert_cmpmem(value, 28, vector("hidden Called Number").p + 6, 28);
    l2tp_unhide(21, secret, rd_over(random, 8), value, 28);
    g_assert_cmpmem(value, 22, "\0\x14+358401234567890abcd", 22);
}

/* L1: each is dropped without a word. */
static void
test_headers(void)
{
    static const struct {
        const char *why;
        guint8 n;
        const char *bytes;
    } rows[] = {
        {"nothing", 0, ""},
        {"cut in its flags", 1, "\xc8"},
        {"version 3", 12, "\xc8\x03\0\x0c\0\1\0\0\0\0\0\0"},
        {"version 1 (L2F)", 12, "\xc8\x01\0\x0c\0\1\0\0\0\0\0\0"},
        {"control, no length", 10, "\x88\x02\0\1\0\0\0\0\0\0"},
        {"control, no numbers", 8, "\xc0\x02\0\x08\0\1\0\0"},
        {"control with an offset", 14, "\xca\x02\0\x0e\0\1\0\0\0\0\0\0\0\0"},
        {"control with priority", 12, "\xc9\x02\0\x0c\0\1\0\0\0\0\0\0"},
        {"control, length less", 12, "\xc8\x02\0\x0b\0\1\0\0\0\0\0\0"},
        {"control, length more", 12, "\xc8\x02\0\x0d\0\1\0\0\0\0\0\0"},
        {"control, cut", 11, "\xc8\x02\0\x0b\0\1\0\0\0\0\0"},
        {"data, cut", 5, "\0\2\0\1\0"},
        {"data, length less than its head", 9, "\x40\x02\0\x07\0\1\0\1."},
        {"data, length less than itself", 9, "\x40\x02\0\x03\0\1\0\1."},
        {"data, length 0", 9, "\x40\x02\0\0\0\1\0\1."},
        {"data, offset past the length", 11, "\x42\x02\0\x0a\0\1\0\1\0\1."},
        {"data, length more", 9, "\x40\x02\0\x0a\0\1\0\1."},
        {"data, numbers cut", 9, "\x08\x02\0\1\0\1\0\0\0"},
        {"data, offset past the end", 9, "\x02\x02\0\1\0\1\0\2."},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct l2tp_header h = {.tunnel = 77};
        g_autofree void *exact = g_memdup2(rows[i].bytes, rows[i].n);

        if (l2tp_header_get(rd_over(exact, rows[i].n), &h))
            g_error("%s was taken", rows[i].why);
        g_assert_cmpuint(h.tunnel, ==, 77);
    }

    struct l2tp_header h;
    g_assert_true(l2tp_header_get(rd_over("\x4a\x02\0\x11\0\1\0\2\0\3\0\4\0\2..x", 17), &h));
    g_assert_true(h.numbered && !h.control);
    g_assert_cmpuint(h.ns, ==, 3);
    g_assert_cmpmem(h.body.p, h.body.left, "x", 1);
    /* what is behind the length is not ours */
    g_assert_true(l2tp_header_get(rd_over("\x4a\x02\0\x11\0\1\0\2\0\3\0\4\0\2..xyz", 19), &h));
    g_assert_cmpmem(h.body.p, h.body.left, "x", 1);
    g_assert_true(l2tp_header_get(rd_over("\xc8\x02\0\x0c\0\1\0\0\0\5\0\6...", 15), &h));
    g_assert_true(h.control && h.ns == 5 && h.nr == 6);
    g_assert_cmpuint(h.body.left, ==, 0);
    g_assert_true(l2tp_header_get(rd_over("\x01\x02\0\1\0\2y", 7), &h)); /* priority: a hint */
    g_assert_cmpmem(h.body.p, h.body.left, "y", 1);
    g_assert_true(l2tp_header_get(rd_over("\x30\xf2\0\1\0\2", 6), &h)); /* reserved bits */
}

#define TYPE(n) "\x80\x08\0\0\0\0\0" n
#define ICRP    TYPE("\x0b")

/* L2, L3: what is to be done about each. */
static void
test_faults(void)
{
    static const struct {
        const char *why;
        enum l2tp_fault fault;
        guint8 n;
        const char *bytes;
    } rows[] = {
        {"nothing", L2TP_BAD_LENGTH, 0, ""},
        {"length 5", L2TP_BAD_LENGTH, 14, ICRP "\x80\x05\0\0\0\x0e"},
        {"length 0", L2TP_BAD_LENGTH, 14, ICRP "\x80\0\0\0\0\x0e"},
        {"past the end", L2TP_BAD_LENGTH, 15, ICRP "\x80\x08\0\0\0\x0e\0"},
        {"length 1023", L2TP_BAD_LENGTH, 16, ICRP "\x83\xff\0\0\0\x0e\0\1"},
        {"cut in its head", L2TP_BAD_LENGTH, 11, ICRP "\x80\x08\0"},
        {"the type is not first", L2TP_BAD_VALUE, 16, "\x80\x08\0\0\0\x0e\0\1" ICRP},
        {"the type is hidden", L2TP_BAD_VALUE, 8, "\xc0\x08\0\0\0\0\0\x0b"},
        {"the type is a vendor's, M", L2TP_UNKNOWN_AVP, 8, "\x80\x08\0\1\0\0\0\x0b"},
        {"the type is a vendor's", L2TP_SKIP, 8, "\0\x08\0\1\0\0\0\x0b"},
        {"the type is long", L2TP_BAD_LENGTH, 9, "\x80\x09\0\0\0\0\0\x0b."},
        {"the type comes twice", L2TP_BAD_LENGTH, 16, ICRP ICRP},
        {"an unknown type, M", L2TP_UNKNOWN_AVP, 8, TYPE("\x63")},
        {"a reserved type, M", L2TP_UNKNOWN_AVP, 8, TYPE("\x05")},
        {"an unknown type", L2TP_SKIP, 8, "\0\x08\0\0\0\0\0\x63"},
        {"unknown, M", L2TP_UNKNOWN_AVP, 16, ICRP "\x80\x08\0\0\0\x63\0\1"},
        {"unknown (20, a gap), M", L2TP_UNKNOWN_AVP, 16, ICRP "\x80\x08\0\0\0\x14\0\1"},
        {"a vendor's, M", L2TP_UNKNOWN_AVP, 16, ICRP "\x80\x08\0\x09\0\x0e\0\1"},
        {"reserved bits, M", L2TP_UNKNOWN_AVP, 16, ICRP "\x84\x08\0\0\0\x0e\0\1"},
        {"missing", L2TP_BAD_VALUE, 8, ICRP},
        {"only not understood", L2TP_BAD_VALUE, 16, ICRP "\x04\x08\0\0\0\x0e\0\1"},
        {"session 0", L2TP_BAD_VALUE, 16, ICRP "\x80\x08\0\0\0\x0e\0\0"},
        {"session too long, M", L2TP_BAD_LENGTH, 17, ICRP "\x80\x09\0\0\0\x0e\0\1."},
        {"session too short, M", L2TP_BAD_LENGTH, 15, ICRP "\x80\x07\0\0\0\x0e\1"},
        {"session twice, M", L2TP_BAD_VALUE, 24,
         ICRP "\x80\x08\0\0\0\x0e\0\1\x80\x08\0\0\0\x0e\0\2"},
        {"a challenge of nothing", L2TP_BAD_LENGTH, 14, ICRP "\x80\x06\0\0\0\x0b"},
        {"window 0", L2TP_BAD_VALUE, 24, ICRP "\x80\x08\0\0\0\x0e\0\1\x80\x08\0\0\0\x0a\0\0"},
        {"result code of 3 octets", L2TP_BAD_LENGTH, 17, TYPE("\x0e") "\x80\x09\0\0\0\1\0\1."},
        {"hidden, no random vector", L2TP_BAD_HIDDEN, 18, ICRP "\xc0\x0a\0\0\0\x0e\0\2\0\1"},
        {"random vector of nothing", L2TP_BAD_VALUE, 14, ICRP "\x80\x06\0\0\0\x24"},
        {"random vector hidden", L2TP_BAD_VALUE, 15, ICRP "\xc0\x07\0\0\0\x24."},
        /* and what harms nobody */
        {"unknown", L2TP_GOOD, 24, ICRP "\x80\x08\0\0\0\x0e\0\1\0\x08\0\0\0\x63\0\1"},
        {"a vendor's", L2TP_GOOD, 24, ICRP "\x80\x08\0\0\0\x0e\0\1\0\x08\0\x09\0\x0e\0\1"},
        {"twice", L2TP_GOOD, 24, ICRP "\x80\x08\0\0\0\x0e\0\1\0\x08\0\0\0\x0e\0\2"},
        {"wrong length", L2TP_GOOD, 23, ICRP "\x80\x08\0\0\0\x0e\0\1\0\x07\0\0\0\x18."},
        {"an empty host name, M", L2TP_GOOD, 22, ICRP "\x80\x08\0\0\0\x0e\0\1\x80\x06\0\0\0\x07"},
        {"no result", L2TP_GOOD, 8, TYPE("\x0e")},
        {"session 0 in CDN", L2TP_GOOD, 16, TYPE("\x0e") "\x80\x08\0\0\0\x0e\0\0"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree void *exact = g_memdup2(rows[i].bytes, rows[i].n);
        struct l2tp_msg m;
        const enum l2tp_fault fault =
            l2tp_msg_get(rd_over(exact, rows[i].n), rd_over("secret", 6), &m);

        if (fault != rows[i].fault)
            g_error("%s: %d", rows[i].why, fault);
        if (fault == L2TP_GOOD && m.type == L2TP_ICRP)
            g_assert_cmpuint(m.session, ==, 1);
    }
}

/* L3: hidden values that lie about themselves. */
static void
test_hidden_lies(void)
{
    const struct rd secret = rd_over("secret", 6), random = rd_over("RV", 2);
    guint8 bytes[600] = ICRP "\x80\x08\0\0\0\x24RV";
    guint8 *const avp = bytes + 16, *const value = avp + 6;
    struct l2tp_msg m;

    for (guint original = 0; original < 8; original++) {
        memcpy(avp, "\xc0\x0a\0\0\0\x0e\0.\0\1", 10);
        value[1] = (guint8)original;
        l2tp_hide(L2TP_AVP_SESSION, secret, random, value, 4);
        g_assert_cmpint(l2tp_msg_get(rd_over(bytes, 26), secret, &m), ==,
                        original == 2  ? L2TP_GOOD
                        : original > 2 ? L2TP_BAD_HIDDEN
                                       : L2TP_BAD_LENGTH);
    }
    memcpy(avp, "\xc0\x07\0\0\0\x0e.", 7); /* no room for its own length */
    g_assert_cmpint(l2tp_msg_get(rd_over(bytes, 23), secret, &m), ==, L2TP_BAD_HIDDEN);
    memcpy(avp, "\xc0\x0a\0\0\0\x02\0\2\1\0", 10); /* Protocol Version is never hidden */
    l2tp_hide(L2TP_AVP_VERSION, secret, random, value, 4);
    g_assert_cmpint(l2tp_msg_get(rd_over(bytes, 26), secret, &m), ==, L2TP_BAD_HIDDEN);
    /* A name that the server hides, and that we need not know, is no reason to end without a
     * secret. */
    memcpy(avp, "\x40\x08\0\0\0\x08\0\1\x80\x08\0\0\0\x0e\0\1", 16);
    g_assert_cmpint(l2tp_msg_get(rd_over(bytes, 32), (struct rd){0}, &m), ==, L2TP_GOOD);
    g_assert_cmpint(m.session, ==, 1);
    avp[0] = 0xc0;
    g_assert_cmpint(l2tp_msg_get(rd_over(bytes, 32), (struct rd){0}, &m), ==, L2TP_BAD_HIDDEN);
    memset(avp, 0, 584); /* more than there is room for */
    memcpy(avp, "\x42\x48\0\0\0\x08", 6);
    g_assert_cmpint(l2tp_msg_get(rd_over(bytes, 600), secret, &m), ==, L2TP_BAD_HIDDEN);
}

/* Every bit of a message flipped, and every cut: nothing is read outside, and nothing crashes. */
static void
test_flips_and_cuts(void)
{
    guint8 buf[1024];
    const struct l2tp_msg e = everything();
    const struct rd secret = rd_over("l2tpsecret", 10), random = rd_over("RANDOM VECTOR 16", 16);

    for (int hidden = 0; hidden < 2; hidden++) {
        const struct rd all =
            put(buf, sizeof buf, &e, hidden ? secret : nothing, hidden ? random : nothing);
        struct l2tp_header h;
        struct l2tp_msg m;

        for (gsize cut = 0; cut < all.left; cut++) {
            g_autofree guint8 *exact = g_memdup2(buf, cut);
            g_assert_false(l2tp_header_get(rd_over(exact, cut), &h));
            if (cut >= 12)
                l2tp_msg_get(rd_over(exact + 12, cut - 12), secret, &m);
        }
        for (gsize bit = 0; bit < all.left * 8; bit++) {
            g_autofree guint8 *exact = g_memdup2(buf, all.left);
            exact[bit / 8] ^= (guint8)(1u << bit % 8);
            if (l2tp_header_get(rd_over(exact, all.left), &h))
                l2tp_msg_get(h.body, secret, &m);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp-avp/windows", test_windows);
    g_test_add_func("/l2tp-avp/put", test_put);
    g_test_add_func("/l2tp-avp/round-trip", test_round_trip);
    g_test_add_func("/l2tp-avp/secrets", test_secrets);
    g_test_add_func("/l2tp-avp/L1-headers", test_headers);
    g_test_add_func("/l2tp-avp/L2-L3-faults", test_faults);
    g_test_add_func("/l2tp-avp/L3-hidden", test_hidden_lies);
    g_test_add_func("/l2tp-avp/flips-and-cuts", test_flips_and_cuts);
    return g_test_run();
}
