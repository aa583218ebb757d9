/*
 * test-ike-msg.c - ISAKMP messages: what is read, what is refused, what is written.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-test.h"

static bool
reads(struct rd datagram)
{
    struct ike_header h;
    struct ike_payloads p;

    return ike_header_get(&datagram, &h) &&
           ike_payloads_get(datagram, h.next, (h.flags & IKE_FLAG_ENCRYPTED) != 0, &p);
}

/* Each captured message in clear is read, and written again octet for octet. */
static void
test_captured(void)
{
    static const guint8 types1[] = {1, 13, 13, 13, 13, 13};

    for (guint i = 0; i < G_N_ELEMENTS(captured); i++)
        for (guint k = 1; k <= 4; k++) {
            g_autofree char *name = g_strdup_printf("msg%u", k);
            struct rd r = vector(captured[i], name);
            guint8 buf[1024];
            struct ike_header h;
            struct ike_payloads p;
            struct ike_wr m;

            g_assert_true(ike_header_get(&r, &h));
            g_assert_cmpint(h.exchange, ==, IKE_MAIN);
            g_assert_cmpint(h.flags, ==, 0);
            g_assert_cmpint(h.msgid, ==, 0);
            g_assert_cmpmem(h.cky_i, 8, vector(captured[i], "icookie").p, 8);
            g_assert_true(ike_payloads_get(r, h.next, false, &p));
            for (guint n = 0; k == 1 && n < G_N_ELEMENTS(types1); n++)
                g_assert_cmpint(p.v[n].type, ==, types1[n]);
            ike_wr_begin(&m, buf, sizeof buf, &h);
            for (guint n = 0; n < p.n; n++)
                ike_wr_payload(&m, p.v[n].type, p.v[n].body);
            g_assert_rd(ike_wr_done(&m), vector(captured[i], name));
        }
}

static void
test_found(void)
{
    struct rd r = vector("t1", "msg3");
    struct ike_header h;
    struct ike_payloads p;

    g_assert_true(ike_header_get(&r, &h));
    g_assert_true(ike_payloads_get(r, h.next, false, &p));
    g_assert_rd(ike_payload_find(&p, IKE_PL_KE, 0), vector("t1", "g^xi"));
    g_assert_rd(ike_payload_find(&p, IKE_PL_NONCE, 0), vector("t1", "Ni_b"));
    g_assert_rd(ike_payload_find(&p, IKE_PL_NATD, 0), vector("t1", "NAT-D responder"));
    g_assert_rd(ike_payload_find(&p, IKE_PL_NATD, 1), vector("t1", "NAT-D initiator forced"));
    g_assert_cmpint(ike_payload_count(&p, IKE_PL_NATD), ==, 2);
    g_assert_true(ike_payload_find(&p, IKE_PL_NATD, 2).bad);
    g_assert_true(ike_payload_find(&p, IKE_PL_HASH, 0).bad);
}

static void
test_header(void)
{
    static const struct {
        const char *why;
        guint at;
        guint8 octet;
    } bad[] = {
        {"version 2.0", 17, 0x20},
        {"version 0.0", 17, 0},
        {"version 1.1", 17, 0x11},
        {"unknown flag", 19, 8},
        {"a high flag", 19, 0x80},
        {"longer than it is", 27, 0xb5},
        {"shorter than it is", 27, 0xb3},
        {"length 16 M", 24, 1},
        {"length 0", 27, 0},
    };
    const struct rd good = vector("t1", "msg1");

    g_assert_true(reads(good));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree guint8 *copy = g_memdup2(good.p, good.left);

        copy[bad[i].at] = bad[i].octet;
        g_test_message("%s", bad[i].why);
        g_assert_false(reads(rd_over(copy, good.left)));
    }
    for (gsize n = 0; n < good.left; n++) {
        g_autofree guint8 *cut = g_memdup2(good.p, MAX(n, 1));

        g_assert_false(reads(rd_over(cut, n)));
        if (n < IKE_HEADER_SIZE)
            continue;
        cut[26] = (guint8)(n >> 8), cut[27] = (guint8)n; /* and the header agrees */
        g_assert_false(reads(rd_over(cut, n)));
    }
}

static void
test_chain(void)
{
    static const struct {
        const char *why;
        guint8 first;
        guint n;
        guint8 octets[12];
    } bad[] = {
        {"no payload at all", 0, 0, {0}},
        {"a first one that is not there", 1, 0, {0}},
        {"length 3", 13, 4, {0, 0, 0, 3}},
        {"length 0", 13, 4, {0, 0, 0, 0}},
        {"past the end", 13, 4, {0, 0, 0, 5}},
        {"reserved not 0", 13, 4, {0, 1, 0, 4}},
        {"the next is not there", 13, 4, {13, 0, 0, 4}},
        {"half a header", 13, 6, {13, 0, 0, 4, 0, 0}},
        {"four octets behind the last", 13, 8, {0, 0, 0, 4, 0, 0, 0, 0}},
        {"one that points to itself", 13, 8, {13, 0, 0, 4, 13, 0, 0, 4}},
    };
    struct ike_payloads p;
    guint8 many[4 * 1000] = {0};

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i].why);
        g_assert_false(ike_payloads_get(rd_over(bad[i].octets, bad[i].n), bad[i].first, false, &p));
    }
    g_assert_true(ike_payloads_get(rd_over(bad[8].octets, 8), 13, true, &p));  /* padding */
    g_assert_true(ike_payloads_get(rd_over(bad[8].octets, 7), 13, false, &p)); /* ikepad */
    /* Windows asks for a certificate of each authority that it trusts, and NAT-D comes behind. */
    many[0] = 7;
    for (guint i = 0; i < 200; i++)
        many[4 * i] = i < 199 ? 7 : 20, many[4 * i + 3] = 4;
    many[4 * 200 + 3] = 4;
    g_assert_true(ike_payloads_get(rd_over(many, 4 * 201), 4, false, &p));
    g_assert_cmpint(ike_payload_count(&p, IKE_PL_CERTREQ), ==, 8);
    g_assert_cmpint(ike_payload_count(&p, IKE_PL_KE), ==, 1);
    g_assert_cmpint(ike_payload_count(&p, IKE_PL_NATD), ==, 1);
    memset(many, 0, sizeof many);
    for (guint i = 0; i < 1000; i++)
        many[4 * i] = 11, many[4 * i + 3] = 4;
    many[4 * 999] = 0;
    g_assert_false(ike_payloads_get(rd_over(many, sizeof many), 11, false, &p));
    many[4 * 63] = 0;
    g_assert_true(ike_payloads_get(rd_over(many, 4 * 64), 11, false, &p));
    g_assert_cmpint(p.n, ==, 64);
    many[4 * 63] = 11, many[4 * 64] = 0;
    g_assert_false(ike_payloads_get(rd_over(many, 4 * 65), 11, false, &p));
    /* Vendor ids are passed over when there are too many. */
    for (guint i = 0; i < 1000; i++)
        many[4 * i] = i < 998 ? 13 : i == 998 ? 20 : 0;
    g_assert_true(ike_payloads_get(rd_over(many, sizeof many), 13, false, &p));
    g_assert_cmpint(ike_payload_count(&p, IKE_PL_VENDOR), ==, 40);
    g_assert_cmpint(ike_payload_count(&p, IKE_PL_NATD), ==, 1);
}

/* The HASH of phase 2 covers what is behind it, without the padding. */
static void
test_after_first(void)
{
    const struct rd plain = vector("t1", "QM1_plain");
    struct ike_payloads p;
    guint8 hash[HASH_MAX_SIZE];
    struct ike_keys keys;
    struct rd id = vector("t1", "QM msgid");

    captured_keys(0, &keys);
    g_assert_true(ike_payloads_get(plain, IKE_PL_HASH, true, &p));
    ike_hash_1(&keys, rd_be32(&id), p.after_first, hash);
    g_assert_rd(rd_over(hash, keys.size), vector("t1", "HASH(1)"));
    ike_keys_wipe(&keys);
}

static void
test_notify(void)
{
    static const guint8 good[] = {0, 0, 0, 1, 1, 2, 0x60, 2, 0xaa, 0xbb, 7, 8, 9};
    struct ike_notify n;

    g_assert_true(ike_notify_get(rd_over(good, sizeof good), &n));
    g_assert_cmpint(n.protocol, ==, 1);
    g_assert_cmpint(n.type, ==, IKE_N_INITIAL_CONTACT);
    g_assert_cmpmem(n.spi.p, n.spi.left, "\xaa\xbb", 2);
    g_assert_cmpmem(n.data.p, n.data.left, "\7\10\11", 3);
    for (gsize i = 0; i < 10; i++)
        g_assert_false(ike_notify_get(rd_over(good, i), &n));
    g_assert_false(ike_notify_get(rd_over("\0\0\0\2\1\0\0\1", 8), &n)); /* a DOI nobody knows */
}

static void
test_delete(void)
{
    static const guint8 good[] = {0, 0, 0, 1, 3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
    struct ike_delete d;

    g_assert_true(ike_delete_get(rd_over(good, sizeof good), &d));
    g_assert_cmpint(d.protocol, ==, IKE_PROTO_ESP);
    g_assert_cmpint(d.spi_size, ==, 4);
    g_assert_cmpint(d.n, ==, 2);
    for (gsize i = 0; i < sizeof good; i++)
        g_assert_false(ike_delete_get(rd_over(good, i), &d));
    g_assert_false(ike_delete_get(rd_over("\0\0\0\1\3\4\0\0", 8), &d));       /* of none */
    g_assert_false(ike_delete_get(rd_over("\0\0\0\1\3\0\xff\xff", 8), &d));   /* of nothing */
    g_assert_false(ike_delete_get(rd_over("\0\0\0\1\3\xff\xff\xff", 8), &d)); /* 16 MB of SPIs */
    g_assert_false(ike_delete_get(rd_over("\0\0\0\1\3\4\0\1abcde", 13), &d)); /* one too long */
}

static void
test_ident(void)
{
    struct ike_ident id;

    g_assert_true(ike_ident_get(vector("t1", "IDii_b"), &id));
    g_assert_cmpint(id.type, ==, IKE_ID_IPV4);
    g_assert_cmpmem(id.value.p, id.value.left, "\xc6\x33\x64\x01", 4);
    g_assert_true(ike_ident_get(rd_over("\2\21\6\245a", 5), &id));
    g_assert_cmpint(id.protocol, ==, 17);
    g_assert_cmpint(id.port, ==, 1701);
    g_assert_false(ike_ident_get(rd_over("\1\0\0\0abc", 7), &id));
    g_assert_false(ike_ident_get(rd_over("\1\0\0\0abcde", 9), &id));
    g_assert_false(ike_ident_get(rd_over("\5\0\0\0abcd", 8), &id));
    g_assert_false(ike_ident_get(rd_over("\4\0\0\0abcd", 8), &id));
    g_assert_false(ike_ident_get(rd_over("\2\0\0\0", 4), &id));
    g_assert_false(ike_ident_get(rd_over("\2\0\0", 3), &id));
}

/* What does not fit makes the whole message bad, and nothing is written past the end. */
static void
test_no_room(void)
{
    const struct ike_header h = {.exchange = IKE_MAIN};
    const struct rd body = vector("t1", "g^xi");

    for (gsize cap = 0; cap < IKE_HEADER_SIZE + 4 + body.left; cap++) {
        g_autofree guint8 *buf = g_malloc(MAX(cap, 1));
        struct ike_wr m;

        ike_wr_begin(&m, buf, cap, &h);
        ike_wr_payload(&m, IKE_PL_KE, body);
        g_assert_true(ike_wr_done(&m).bad);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(hash_init() && cipher_init());
    g_test_add_func("/ike-msg/captured-messages-are-read-and-written", test_captured);
    g_test_add_func("/ike-msg/payloads-are-found", test_found);
    g_test_add_func("/ike-msg/K1-header", test_header);
    g_test_add_func("/ike-msg/K1-chain-of-payloads", test_chain);
    g_test_add_func("/ike-msg/hash-covers-what-is-behind-it", test_after_first);
    g_test_add_func("/ike-msg/notify", test_notify);
    g_test_add_func("/ike-msg/delete", test_delete);
    g_test_add_func("/ike-msg/identification", test_ident);
    g_test_add_func("/ike-msg/no-room", test_no_room);
    return g_test_run();
}
