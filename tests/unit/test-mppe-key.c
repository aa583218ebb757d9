/* test-mppe-key.c - RFC 3079's keys, and RFC 3078's packets under them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "mppe-key.h"

#include "legacy.h"
#include "ppp-test.h"

static struct rd
v(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *name = g_strdup_vprintf(format, args);
    va_end(args);
    return vec("mschapv2.txt", name);
}

static const enum mppe_strength strengths[] = {MPPE_40, MPPE_56, MPPE_128};

static void
test_start_and_session_keys(void)
{
    uint8_t master[16], start[16], session[16];

    mppe_key_master(v("nt-hash-hash").p, v("nt-response").p, master);
    assert_octets(master, 16, v("master-key"));
    for (guint i = 0; i < G_N_ELEMENTS(strengths); i++) {
        for (enum mppe_direction d = MPPE_CLIENT_SENDS; d <= MPPE_CLIENT_RECEIVES; d++) {
            const char *name = d == MPPE_CLIENT_SENDS ? "sends" : "receives";
            const size_t n = mppe_key_size(strengths[i]);

            mppe_key_start(master, strengths[i], d, start);
            assert_octets(start, n, v("start-%d-%s", strengths[i], name));
            mppe_key_session(start, strengths[i], session);
            assert_octets(session, n, v("session-%d-%s", strengths[i], name));
        }
    }
}

/* RFC 3079 sections 3.5.1 to 3.5.3 print the server's send key, which the client receives with. */
static void
test_sample_text(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(strengths); i++) {
        const struct rd text = v("sample-text");
        struct legacy_rc4 rc4;
        uint8_t out[12];

        legacy_rc4_key(&rc4, v("session-%d-receives", strengths[i]));
        legacy_rc4_run(&rc4, text.p, text.left, out);
        assert_octets(out, text.left, v("sample-%d", strengths[i]));
    }
}

static void
encrypt(const uint8_t *key, struct legacy_rc4 *rc4, uint8_t *out)
{
    const struct rd plain = v("mppe-plain");

    if (key != NULL)
        legacy_rc4_key(rc4, rd_over(key, 16));
    legacy_rc4_run(rc4, plain.p, plain.left, out);
}

static void
test_stateless_packets(void)
{
    uint8_t start[16];
    const size_t n = v("mppe-plain").left;
    struct legacy_rc4 rc4;
    uint8_t session[16], data[64];

    memcpy(start, v("start-128-sends").p, sizeof start);
    mppe_key_session(start, MPPE_128, session);
    encrypt(session, &rc4, data); /* without a change first: what a receiver must not accept */
    const struct rd late = v("too-late-0-frame");
    assert_octets(data, n, rd_over(late.p + 4, late.left - 4));

    for (int count = 0; count < 3; count++) {
        const struct rd frame = v("stateless-%d-frame", count);

        mppe_key_next(start, MPPE_128, session);
        assert_octets(session, 16, v("stateless-%d-key", count));
        encrypt(session, &rc4, data);
        assert_octets(data, n, rd_over(frame.p + 4, frame.left - 4));
    }
}

static void
test_stateful_packets(void)
{
    uint8_t start[16];
    struct legacy_rc4 rc4;
    uint8_t session[16], data[64];
    bool fresh = true;

    memcpy(start, v("start-128-sends").p, sizeof start);
    mppe_key_session(start, MPPE_128, session);
    for (int count = 0; count <= 256; count++) {
        if (count % 256 == 255) {
            mppe_key_next(start, MPPE_128, session);
            fresh = true;
        }
        encrypt(fresh ? session : NULL, &rc4, data);
        fresh = false;
        if (count > 1 && count < 254)
            continue;
        assert_octets(session, 16, v("stateful-%d-key", count));
        assert_octets(data, v("mppe-plain").left, v("stateful-%d-data", count));
    }
}

static void
test_hlak(void)
{
    uint8_t hlak[MPPE_HLAK_SIZE];

    mppe_key_hlak(v("master-key").p, hlak);
    assert_octets(hlak, 16, v("start-128-sends"));
    assert_octets(hlak + 16, 16, v("start-128-receives"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mppe-key/start-and-session-keys", test_start_and_session_keys);
    g_test_add_func("/mppe-key/sample-text", test_sample_text);
    g_test_add_func("/mppe-key/stateless-packets", test_stateless_packets);
    g_test_add_func("/mppe-key/stateful-packets", test_stateful_packets);
    g_test_add_func("/mppe-key/hlak", test_hlak);
    return g_test_run();
}
