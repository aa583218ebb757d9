/*
 * test-sstp-msg.c - SSTP packets: known bytes, malformed ones, every flip and cut of good ones.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "sstp-msg.h"

static const uint8_t request[] = {0x10, 0x01, 0x00, 0x0e, 0x00, 0x01, 0x00,
                                  0x01, 0x00, 0x01, 0x00, 0x06, 0x00, 0x01};
static const uint8_t nonce[32] = {1, 2, 3, 4, 5, 6, 7, 8, [31] = 0xff};

static enum sstp_status
parse(const uint8_t *p, size_t n, struct sstp_message *ret)
{
    struct sstp_packet packet = {0};
    uint8_t about;

    g_assert_cmpint(sstp_cut(p, n, &packet), ==, SSTP_CUT_PACKET);
    g_assert_true(packet.control);
    return sstp_message_parse(packet.body, ret, &about);
}

static void
test_known(void)
{
    uint8_t buf[128];
    struct wr w = wr_over(buf, sizeof buf);
    struct sstp_message m;

    sstp_put_connect_request(&w);
    g_assert_cmpmem(buf, w.len, request, sizeof request);
    g_assert_cmpint(parse(buf, w.len, &m), ==, SSTP_STATUS_NO_ERROR);
    g_assert_cmpint(m.type, ==, SSTP_MSG_CALL_CONNECT_REQUEST);
    g_assert_cmpint(m.protocol, ==, SSTP_PROTOCOL_PPP);

    w = wr_over(buf, sizeof buf);
    sstp_put_connect_ack(&w, 3, nonce);
    g_assert_cmpuint(w.len, ==, 48);
    g_assert_cmpmem(buf, 16, "\x10\x01\x00\x30\x00\x02\x00\x01\x00\x04\x00\x28\x00\x00\x00\x03",
                    16);
    g_assert_cmpint(parse(buf, w.len, &m), ==, SSTP_STATUS_NO_ERROR);
    g_assert_cmpint(m.hashes, ==, 3);
    g_assert_cmpmem(m.nonce.p, m.nonce.left, nonce, sizeof nonce);

    w = wr_over(buf, sizeof buf);
    sstp_put_connected(&w, SSTP_HASH_SHA256, nonce, nonce);
    g_assert_cmpuint(w.len, ==, SSTP_CONNECTED_LEN);
    g_assert_cmpint(parse(buf, w.len, &m), ==, SSTP_STATUS_NO_ERROR);
    g_assert_cmpint(m.hashes, ==, SSTP_HASH_SHA256);
    g_assert_cmpmem(m.cert_hash.p, m.cert_hash.left, nonce, sizeof nonce);
    g_assert_cmpuint(m.mac.left, ==, 32);

    w = wr_over(buf, sizeof buf);
    sstp_put_status(&w, SSTP_MSG_CALL_ABORT, SSTP_ATTRIB_CRYPTO_BINDING,
                    SSTP_STATUS_VALUE_NOT_SUPPORTED);
    g_assert_cmpuint(w.len, ==, 20);
    g_assert_cmpint(parse(buf, w.len, &m), ==, SSTP_STATUS_NO_ERROR);
    g_assert_cmpint(m.status, ==, SSTP_STATUS_VALUE_NOT_SUPPORTED);
    g_assert_cmpint(m.status_attribute, ==, SSTP_ATTRIB_CRYPTO_BINDING);

    for (int type = SSTP_MSG_CALL_DISCONNECT_ACK; type <= SSTP_MSG_ECHO_RESPONSE; type++) {
        w = wr_over(buf, sizeof buf);
        sstp_put_bare(&w, (enum sstp_type)type);
        g_assert_cmpuint(w.len, ==, 8);
        g_assert_cmpint(parse(buf, w.len, &m), ==, SSTP_STATUS_NO_ERROR);
        g_assert_cmpint(m.type, ==, type);
    }
}

static void
test_cut(void)
{
    static const struct {
        const char *why;
        uint8_t v[6];
        size_t n;
        enum sstp_cut cut;
    } rows[] = {
        {"nothing", {0}, 0, SSTP_CUT_MORE},
        {"one octet", {0x10}, 1, SSTP_CUT_MORE},
        {"half a header", {0x10, 0x01, 0x00}, 3, SSTP_CUT_MORE},
        {"length 0", {0x10, 0x01, 0x00, 0x00}, 4, SSTP_CUT_BROKEN},
        {"length 3", {0x10, 0x01, 0x00, 0x03}, 4, SSTP_CUT_BROKEN},
        {"length 4: empty, but a packet", {0x10, 0x00, 0x00, 0x04}, 4, SSTP_CUT_PACKET},
        {"reserved bits over length 4", {0x10, 0x00, 0xf0, 0x04}, 4, SSTP_CUT_PACKET},
        {"4095 and not here yet", {0x10, 0x00, 0x0f, 0xff}, 4, SSTP_CUT_MORE},
        {"reserved bits of control", {0x10, 0xfe, 0x00, 0x05, 9}, 5, SSTP_CUT_PACKET},
        {"version 1.1", {0x11}, 1, SSTP_CUT_BROKEN},
        {"version 2.0", {0x20, 0x01, 0x00, 0x08}, 4, SSTP_CUT_BROKEN},
        {"HTTP", {'H', 'T', 'T', 'P'}, 4, SSTP_CUT_BROKEN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sstp_packet p = {0};
        const enum sstp_cut cut = sstp_cut(rows[i].v, rows[i].n, &p);

        g_test_message("%s", rows[i].why);
        g_assert_cmpint(cut, ==, rows[i].cut);
        if (cut == SSTP_CUT_PACKET) {
            g_assert_cmpuint(p.len, ==, rows[i].n);
            g_assert_cmpuint(p.body.left, ==, rows[i].n - 4);
            g_assert_false(p.control); /* the reserved bits are not the control bit */
        }
    }
}

/* Bodies: type, number of attributes, attributes. */
static void
test_malformed(void)
{
#define BINDING_REQ                                                                                \
    "\0\4\0\x28\0\0\0\2"                                                                           \
    "nonce-nonce-nonce-nonce-nonce-no"
#define STATUS_INFO "\0\2\0\x0c\0\0\0\0\0\0\0\5"
#define ROW(why, bytes, status, about)                                                             \
    {                                                                                              \
        why, bytes, sizeof bytes - 1, SSTP_STATUS_##status, about                                  \
    }
    static const struct {
        const char *why, *v;
        size_t n;
        enum sstp_status status;
        uint8_t about;
    } rows[] = {
        ROW("empty", "", INVALID_FRAME_RECEIVED, 0),
        ROW("half a type", "\0", INVALID_FRAME_RECEIVED, 0),
        ROW("no count", "\0\2", INVALID_FRAME_RECEIVED, 0),
        ROW("good ack", "\0\2\0\1" BINDING_REQ, NO_ERROR, 0),
        ROW("ack without its attribute", "\0\2\0\0", REQUIRED_ATTRIBUTE_MISSING, 4),
        ROW("attribute missing, but counted", "\0\2\0\1", INVALID_FRAME_RECEIVED, 0),
        ROW("one counted, two there", "\0\2\0\1" BINDING_REQ BINDING_REQ, INVALID_FRAME_RECEIVED,
            0),
        ROW("twice", "\0\2\0\2" BINDING_REQ BINDING_REQ, DUPLICATE_ATTRIBUTE, 4),
        ROW("65535 counted", "\0\2\xff\xff" BINDING_REQ, INVALID_FRAME_RECEIVED, 4),
        ROW("attribute length 0", "\0\2\0\1\0\4\0\0", INVALID_ATTRIB_VALUE_LENGTH, 4),
        ROW("attribute length 3", "\0\2\0\1\0\4\0\3", INVALID_ATTRIB_VALUE_LENGTH, 4),
        ROW("attribute length 4", "\0\2\0\1\0\4\0\4", INVALID_ATTRIB_VALUE_LENGTH, 4),
        ROW("attribute past the end", "\0\2\0\1\0\4\0\x28\0\0\0\2short",
            INVALID_ATTRIB_VALUE_LENGTH, 4),
        ROW("nonce of 31", "\0\2\0\1\0\4\0\x27\0\0\0\2nonce-nonce-nonce-nonce-nonce-n",
            INVALID_ATTRIB_VALUE_LENGTH, 4),
        ROW("nonce of 33", "\0\2\0\1\0\4\0\x29\0\0\0\2nonce-nonce-nonce-nonce-nonce-non",
            INVALID_ATTRIB_VALUE_LENGTH, 4),
        ROW("reserved bits over a length",
            "\0\2\0\1\0\4\xf0\x28\0\0\0\2nonce-nonce-nonce-nonce-nonce-no", NO_ERROR, 0),
        ROW("attribute 0", "\0\2\0\1\0\0\0\4", UNRECOGNIZED_ATTRIBUTE, 0),
        ROW("attribute 9", "\0\2\0\1\0\x09\0\4", UNRECOGNIZED_ATTRIBUTE, 9),
        ROW("protocol in an ack", "\0\2\0\1\0\1\0\6\0\1", ATTRIB_NOT_SUPPORTED_IN_MSG, 1),
        ROW("status in an ack", "\0\2\0\1" STATUS_INFO, STATUS_INFO_NOT_SUPPORTED_IN_MSG, 2),
        ROW("ack with another one behind", "\0\2\0\2" BINDING_REQ STATUS_INFO,
            STATUS_INFO_NOT_SUPPORTED_IN_MSG, 2),
        ROW("nak without a status", "\0\3\0\0", REQUIRED_ATTRIBUTE_MISSING, 2),
        ROW("nak with two", "\0\3\0\2" STATUS_INFO STATUS_INFO, NO_ERROR, 0),
        ROW("abort without a status", "\0\5\0\0", NO_ERROR, 0),
        ROW("abort with two", "\0\5\0\2" STATUS_INFO STATUS_INFO, DUPLICATE_ATTRIBUTE, 2),
        ROW("status of 7", "\0\5\0\1\0\2\0\x0b\0\0\0\0\0\0\0", INVALID_ATTRIB_VALUE_LENGTH, 2),
        ROW("echo with an attribute", "\0\x08\0\1" STATUS_INFO, STATUS_INFO_NOT_SUPPORTED_IN_MSG,
            2),
        ROW("echo with something behind", "\0\x08\0\0x", INVALID_FRAME_RECEIVED, 0),
        ROW("type 0", "\0\0\0\1junk", NO_ERROR, 0),
        ROW("type 10", "\0\x0a\0\1junk", NO_ERROR, 0),
        ROW("type ffff", "\xff\xff\xff\xff", NO_ERROR, 0),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sstp_message m;
        uint8_t about = 0xee;
        const enum sstp_status got = sstp_message_parse(rd_over(rows[i].v, rows[i].n), &m, &about);

        g_test_message("%s", rows[i].why);
        g_assert_cmpint(got, ==, rows[i].status);
        g_assert_cmpint(about, ==, rows[i].about);
    }
}

/* Every octet changed to every value, and every length: nothing is read outside (the sanitizer
 * watches), and what is taken still says what it must. */
static void
test_flips_and_cuts(void)
{
    uint8_t good[128];
    struct wr w = wr_over(good, sizeof good);

    sstp_put_connect_ack(&w, 2, nonce);
    for (size_t n = 0; n < w.len; n++) {
        g_autofree uint8_t *exact = g_memdup2(good, n + 1);
        struct sstp_packet p = {0};
        g_assert_cmpint(sstp_cut(exact, n, &p), ==, SSTP_CUT_MORE);
    }
    for (size_t at = 0; at < w.len; at++) {
        for (unsigned v = 0; v < 256; v++) {
            g_autofree uint8_t *exact = g_memdup2(good, w.len);
            struct sstp_packet p = {0};
            struct sstp_message m;
            uint8_t about;

            exact[at] = (uint8_t)v;
            if (sstp_cut(exact, w.len, &p) != SSTP_CUT_PACKET || !p.control)
                continue;
            if (sstp_message_parse(p.body, &m, &about) == SSTP_STATUS_NO_ERROR &&
                m.type == SSTP_MSG_CALL_CONNECT_ACK)
                g_assert_cmpuint(m.nonce.left, ==, 32);
        }
    }
}

static void
test_texts(void)
{
    for (uint32_t status = 0; status <= 0xb; status++)
        g_assert_cmpstr(sstp_status_text(status), !=, sstp_status_text(99));
    g_assert_cmpstr(sstp_status_text(UINT32_MAX), ==, sstp_status_text(0xc));
    g_assert_cmpstr(sstp_type_name(SSTP_MSG_ECHO_REQUEST), ==, "Echo-Request");
    g_assert_cmpstr(sstp_type_name(0), ==, "unknown message");
    g_assert_cmpstr(sstp_type_name(0xffff), ==, "unknown message");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sstp-msg/known-bytes", test_known);
    g_test_add_func("/sstp-msg/H1-H2-cut", test_cut);
    g_test_add_func("/sstp-msg/H1-H4-malformed", test_malformed);
    g_test_add_func("/sstp-msg/flips-and-cuts", test_flips_and_cuts);
    g_test_add_func("/sstp-msg/texts", test_texts);
    return g_test_run();
}
