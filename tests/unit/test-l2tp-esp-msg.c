/* test-l2tp-esp-msg.c - each suite of IKE's is one that the helper knows. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "l2tp-esp-msg.h"

#include <glib.h>

static struct session_esp
asked(enum esp_cipher cipher, enum esp_auth auth, uint16_t key_bits)
{
    const struct esp_suite suite = {cipher, auth, key_bits};
    struct session_esp e = {.op = SESSION_ESP_USE,
                            .in = {0x1234, suite, {0}},
                            .out = {0x5678, suite, {0}},
                            .encapsulated = true,
                            .local_port = 1701};

    memset(e.in.keymat, 1, sizeof e.in.keymat);
    memset(e.out.keymat, 2, sizeof e.out.keymat);
    return e;
}

/* What is told is taken, whole: with as much of the key as there is of it. */
static void
check(const struct session_esp *e)
{
    const size_t size = esp_keymat_size(&e->in.suite);
    uint8_t bytes[ESP_MSG_SIZE];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct esp_msg m, got;

    g_assert_true(l2tp_esp_msg(e, &m));
    esp_msg_put(&w, &m);
    struct rd r = wr_done(&w);
    g_assert_true(esp_msg_get(&r, &got));
    g_assert_cmpuint(got.op, ==, ESP_MSG_USE);
    g_assert_cmpmem(got.in.data, got.in.len, e->in.keymat, size);
    g_assert_cmpmem(got.out.data, got.out.len, e->out.keymat, size);
    g_assert_cmphex(got.spi_in, ==, 0x1234);
    g_assert_cmphex(got.spi_out, ==, 0x5678);
    g_assert_true(got.encapsulated && got.local_port == 1701);
    g_assert_cmpuint(got.key_bits, ==, e->in.suite.key_bits);
}

static void
test_suites(void)
{
    unsigned valid = 0;

    for (enum esp_cipher c = ESP_AES_CBC; c <= ESP_AES_GCM_16; c++) {
        for (enum esp_auth a = ESP_AUTH_NONE; a <= ESP_HMAC_SHA512_256; a++) {
            for (uint16_t bits = 64; bits <= 320; bits += 64) {
                const struct session_esp e = asked(c, a, bits);
                struct esp_msg m;

                if (esp_suite_valid(&e.in.suite))
                    check(&e), valid++;
                else
                    g_assert_false(l2tp_esp_msg(&e, &m));
            }
        }
    }
    g_assert_cmpuint(valid, ==, 3 * 4 + 4 + 3); /* AES-CBC, 3DES, GCM */
}

static void
test_parts(void)
{
    struct session_esp e = asked(ESP_3DES_CBC, ESP_HMAC_SHA1_96, 192);
    struct esp_msg m;

    e.op = SESSION_ESP_ACCEPT;
    g_assert_true(l2tp_esp_msg(&e, &m));
    g_assert_cmpuint(m.op, ==, ESP_MSG_ACCEPT);
    g_assert_cmpuint(m.out.len, ==, 0);
    e = (struct session_esp){.op = SESSION_ESP_FORGET, .in.spi = 0x1234};
    g_assert_true(l2tp_esp_msg(&e, &m));
    g_assert_cmpuint(m.op, ==, ESP_MSG_FORGET);
    g_assert_cmphex(m.spi_in, ==, 0x1234);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp-esp-msg/suites", test_suites);
    g_test_add_func("/l2tp-esp-msg/parts", test_parts);
    return g_test_run();
}
