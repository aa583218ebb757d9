/* test-esp-udp.c - the datagram that ESP carries. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-udp.h"

#include "ppp-test.h"

static void
test_ipv4_has_no_checksum(void)
{
    static const uint8_t zero[16];
    uint8_t memory[12] = {[8] = 1, 2, 3, 4};
    struct esp_udp u, back;
    struct rd got;

    esp_udp_init(&u, 4, zero, zero);
    u.local_port = 1701;
    u.remote_port = 40000;
    esp_udp_put(&u, memory + 8, 4);
    assert_octets(memory, sizeof memory, hex("06a5 9c40 000c 0000 01020304"));
    esp_udp_init(&back, 4, zero, zero);
    back.local_port = 40000;
    back.remote_port = 1701;
    g_assert_true(esp_udp_take(&back, rd_over(memory, sizeof memory), &got));
    assert_octets(got.p, got.left, hex("01020304"));
}

/* The receiver's sum over everything is all ones (RFC 1071); an odd octet counts as a high one. */
static void
test_ipv6_has_one(void)
{
    const struct rd local = hex("20010db8000000000000000000000001");
    const struct rd remote = hex("20010db80000000000000000000000ff");
    struct esp_udp u;

    esp_udp_init(&u, 6, local.p, remote.p);
    u.local_port = u.remote_port = 1701;
    for (size_t n = 0; n < 1400; n += 7) {
        g_autofree uint8_t *memory = g_malloc(8 + n + 1);
        uint32_t sum = 17 + (uint32_t)n + 8;

        rng_fill(&test_rng, memory, 8 + n);
        esp_udp_put(&u, memory + 8, n);
        memory[8 + n] = 0;
        for (size_t i = 0; i < 16; i += 2)
            sum += (uint32_t)(local.p[i] << 8 | local.p[i + 1]) +
                   (uint32_t)(remote.p[i] << 8 | remote.p[i + 1]);
        for (size_t i = 0; i < 8 + n; i += 2)
            sum += (uint32_t)(memory[i] << 8 | memory[i + 1]);
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        g_assert_cmphex(sum, ==, 0xffff);
        g_assert_true(memory[6] != 0 || memory[7] != 0);
    }
}

static void
test_E3_ports_and_length(void)
{
    static const struct {
        const char *datagram;
        bool good;
    } rows[] = {
        {"06a506a5 000c 0000 01020304", true},
        {"06a506a5 000c beef 01020304",
         true}, /* what a NAT made of the checksum is nobody's business */
        {"06a506a5 0008 0000", true},
        {"06a506a5 000b 0000 01020304", false},
        {"06a506a5 000d 0000 01020304", false},
        {"06a506a5 0000 0000 01020304", false},
        {"06a506a5 0007 0000", false},
        {"06a406a5 000c 0000 01020304", false},
        {"06a506a4 000c 0000 01020304", false},
        {"003506a5 000c 0000 01020304", false},
        {"06a506a5 000800", false},
        {"", false},
    };
    const struct esp_udp u = {.local_port = 1701, .remote_port = 1701};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct rd got;

        g_test_message("%s", rows[i].datagram);
        g_assert_cmpint(esp_udp_take(&u, hex(rows[i].datagram), &got), ==, rows[i].good);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/esp-udp/ipv4-has-no-checksum", test_ipv4_has_no_checksum);
    g_test_add_func("/esp-udp/ipv6-has-one", test_ipv6_has_one);
    g_test_add_func("/esp-udp/E3-ports-and-length", test_E3_ports_and_length);
    return g_test_run();
}
