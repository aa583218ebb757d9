/* test-inside-msg.c - what is said inside of a tunnel to see whether anybody hears it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "inside-msg.h"

#include <glib.h>

static void
test_question(void)
{
    static const uint8_t want[] = {0x12, 0x34, 1,   0, 0,   1,   0,   0,   0, 0, 0, 0, 4, 'c',
                                   'o',  'r',  'p', 4, 't', 'e', 's', 't', 0, 0, 6, 0, 1};
    uint8_t bytes[300];
    struct wr w = wr_over(bytes, sizeof bytes);

    g_assert_true(inside_dns_put(&w, 0x1234, "corp.test"));
    g_assert_cmpmem(bytes, w.len, want, sizeof want);
    w = wr_over(bytes, sizeof bytes);
    g_assert_true(inside_dns_put(&w, 0x1234, "corp.test."));
    g_assert_cmpmem(bytes, w.len, want, sizeof want);
    w = wr_over(bytes, sizeof bytes);
    g_assert_true(inside_dns_put(&w, 1, "")); /* the root */
    g_assert_cmpuint(w.len, ==, 12 + 1 + 4);
}

static void
test_what_is_no_name(void)
{
    uint8_t bytes[600];
    char *const names[] = {g_strdup(".test"), g_strdup("a..b"), g_strnfill(64, 'a'),
                           g_strnfill(254, 'a')};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        struct wr w = wr_over(bytes, sizeof bytes);
        g_assert_false(inside_dns_put(&w, 1, names[i]));
        g_free(names[i]);
    }
    struct wr small = wr_over(bytes, 16);
    g_assert_false(inside_dns_put(&small, 1, "corp.test"));
}

static void
test_answers(void)
{
    uint8_t bytes[12] = {0x12, 0x34, 0x81, 0x80};
    static const struct {
        uint8_t rcode;
        enum inside_answer want;
    } codes[] = {{0, INSIDE_ANSWER}, {2, INSIDE_REFUSAL}, {3, INSIDE_ANSWER}, {5, INSIDE_REFUSAL}};

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        bytes[3] = (uint8_t)(0x80 | codes[i].rcode);
        g_assert_cmpint(inside_dns_read(rd_over(bytes, sizeof bytes), 0x1234), ==, codes[i].want);
    }
    g_assert_cmpint(inside_dns_read(rd_over(bytes, sizeof bytes), 0x1235), ==, INSIDE_NOTHING);
    bytes[2] = 1; /* a question */
    g_assert_cmpint(inside_dns_read(rd_over(bytes, sizeof bytes), 0x1234), ==, INSIDE_NOTHING);
    bytes[2] = 0x81;
    for (gsize n = 0; n < sizeof bytes; n++) {
        g_autofree uint8_t *exact = g_memdup2(bytes, n);
        g_assert_cmpint(inside_dns_read(rd_over(exact, n), 0x1234), ==, INSIDE_NOTHING);
    }
}

static void
test_echo(void)
{
    uint8_t bytes[INSIDE_IP_HEADER + 4 + INSIDE_ICMP_HEADER + 3] = {0};
    uint8_t *const icmp = bytes + INSIDE_IP_HEADER;
    struct wr w = wr_over(icmp, sizeof bytes - INSIDE_IP_HEADER);
    uint32_t sum = 0;

    inside_echo_put(&w, 0x1234, 7, 3);
    g_assert_cmpuint(w.len, ==, INSIDE_ICMP_HEADER + 3);
    for (gsize i = 0; i < w.len; i += 2)
        sum += (uint32_t)(icmp[i] << 8) + (i + 1 < w.len ? icmp[i + 1] : 0u);
    g_assert_cmpuint((sum & 0xffff) + (sum >> 16), ==, 0xffff);

    bytes[0] = 0x45;
    bytes[9] = 1;
    const struct rd raw = rd_over(bytes, INSIDE_IP_HEADER + w.len), cooked = rd_over(icmp, w.len);
    g_assert_false(inside_echo_read(raw, true, 0x1234, 7)); /* our own question */
    icmp[0] = 0;
    g_assert_true(inside_echo_read(raw, true, 0x1234, 7));
    g_assert_false(inside_echo_read(raw, true, 0x1235, 7));
    g_assert_false(inside_echo_read(raw, true, 0x1234, 8));
    g_assert_true(inside_echo_read(cooked, false, 0, 7)); /* the kernel chose the id */
    g_assert_false(inside_echo_read(cooked, false, 0, 6));
    bytes[0] = 0x4f; /* options, more than there is */
    g_assert_false(inside_echo_read(raw, true, 0x1234, 7));
    bytes[0] = 0x44;
    g_assert_false(inside_echo_read(raw, true, 0x1234, 7));
    bytes[0] = 0x45;
    bytes[9] = 17;
    g_assert_false(inside_echo_read(raw, true, 0x1234, 7));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inside-msg/question", test_question);
    g_test_add_func("/inside-msg/what-is-no-name", test_what_is_no_name);
    g_test_add_func("/inside-msg/answers", test_answers);
    g_test_add_func("/inside-msg/echo", test_echo);
    return g_test_run();
}
