/* test-eap-peap.c - what PEAP carries inside. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-tls-world.h"
#include "mppe-key.h"

static struct rd
v(const char *name)
{
    return vec("ppp-auth.txt", name);
}

/* Without the four octets of EAP's header. */
static struct rd
headless(const char *name)
{
    struct rd r = v(name);

    rd_take(&r, 4);
    return r;
}

static void
start(int version)
{
    world_start(EAP_PEAP, version, 1000);
    test_rng_next(mv("peer-challenge"));
    world_shake();
    g_assert_cmpint(w.result, ==, EAP_RESULT_NOTHING);
}

/* The server says @plain inside; what comes back is ->server->plain. */
static enum eap_result
say(struct rd plain)
{
    ras_eap_tls_say(w.server, plain);
    world_flight();
    return w.result;
}

static void
expect(struct rd want)
{
    assert_octets(w.server->plain, w.server->n_plain, want);
}

/* Up to where the server is to say how it went. */
static void
proved(int version)
{
    start(version);
    g_assert_cmpint(say(hex("01")), ==, EAP_RESULT_NOTHING);
    expect(hex("0155736572"));
    g_assert_cmpint(say(headless("eap-challenge")), ==, EAP_RESULT_NOTHING);
    expect(headless("eap-response"));
    g_assert_cmpint(say(headless("eap-success-request")), ==, EAP_RESULT_NOTHING);
    expect(hex("1a03"));
}

static void
keys_of(struct peap_key *ret)
{
    uint8_t tls[128], isk[32];

    ras_eap_tls_keys(w.server, tls);
    mppe_key_hlak(mv("master-key").p, isk);
    peap_key_compound(tls, isk, ret);
}

/* Result and Crypto-Binding as a server sends them. */
static struct rd
verdict(void)
{
    uint8_t frame[4 + 1 + 6 + 60] = {1, 9,  0, sizeof frame, 33, 0x80, 3, 0, 2, 0, 1,
                                     0, 12, 0, 56,           0,  0,    0, 0};
    struct peap_key keys;

    memset(frame + 19, 0xa5, 32);
    keys_of(&keys);
    peap_key_mac(&keys, rd_over(frame + 11, 60), frame + 51);
    return keep(frame, sizeof frame);
}

static void
check_answer(void)
{
    struct peap_key keys;
    uint8_t tlv[60], mac[20], csk[128], msk[64];

    g_assert_cmpuint(w.server->n_plain, ==, 71);
    assert_octets(w.server->plain, 11, hex("0209 0047 21 8003 0002 0001"));
    assert_octets(w.server->plain + 11, 8, hex("000c 0038 00000001"));
    memcpy(tlv, w.server->plain + 11, sizeof tlv);
    memset(tlv + 40, 0, 20);
    keys_of(&keys);
    peap_key_mac(&keys, rd_over(tlv, sizeof tlv), mac);
    assert_octets(mac, 20, rd_over(w.server->plain + 51, 20));
    g_assert_cmpint(memcmp(w.server->plain + 19, "\xa5\xa5\xa5\xa5", 4), !=, 0);
    peap_key_session(&keys, csk);
    g_assert_true(eap_msk(&w.eap, msk));
    assert_octets(msk, 64, rd_over(csk, 64));
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void
test_peap(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++) {
        proved(versions[i]);
        g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING); /* A13 */
        g_assert_cmpint(say(verdict()), ==, EAP_RESULT_NOTHING);
        check_answer();
        g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_PROVED);
        g_assert_cmpuint(eap_used(&w.eap), ==, PPP_AUTH_PEAP);
        world_clear();
    }
}

/* A server of a later version begins; ours is told in every response. */
static void
test_version(void)
{
    world_start(EAP_PEAP, TLS1_2_VERSION, 1000);
    world_ask(hex("22"));
    g_assert_cmpint(w.result, ==, EAP_RESULT_NOTHING);
    g_assert_cmpuint(world_answer().p[0] & 7, ==, 0);
    world_clear();
}

static void
refuses(struct rd plain, enum ras_error error)
{
    say(plain);
    g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED);
    g_assert_cmpuint(w.eap.end.error, ==, error);
    expect_nothing(&w.q); /* and says nothing */
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING);
    world_clear();
}

static void
test_A13_result_without_the_method(void)
{
    start(TLS1_2_VERSION);
    refuses(verdict(), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
    start(TLS1_2_VERSION);
    say(hex("01"));
    refuses(hex("0109000b 21 8003 0002 0001"), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
    start(TLS1_2_VERSION);
    say(headless("eap-challenge")); /* answered, and nothing proved */
    refuses(verdict(), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
    start(TLS1_2_VERSION);
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING);
    refuses(hex("03090004"), RAS_UNABLE_TO_AUTHENTICATE_SERVER); /* an inner Success */
    proved(TLS1_2_VERSION);
    refuses(hex("03090004"), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
}

static void
test_A14_no_crypto_binding(void)
{
    uint8_t msk[64], theirs[128];

    proved(TLS1_2_VERSION);
    refuses(hex("0109000b 21 8003 0002 0001"), RAS_PEAP_CRYPTOBINDING_NOTRECEIVED);

    proved(TLS1_2_VERSION);
    w.eap.peap.unbound = true; /* as the profile may say */
    g_assert_cmpint(say(hex("0109000b 21 8003 0002 0001")), ==, EAP_RESULT_NOTHING);
    expect(hex("0209000b 21 8003 0002 0001"));
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_PROVED);
    g_assert_true(eap_msk(&w.eap, msk));
    ras_eap_tls_keys(w.server, theirs);
    assert_octets(msk, 64, rd_over(theirs, 64));
    world_clear();
}

/* Each octet of the TLV counts, also where the profile could do without. */
static void
test_A14_wrong_crypto_binding(void)
{
    for (guint at = 15; at < 71; at += at < 20 ? 1 : 17) {
        struct rd good;
        uint8_t bad[71];

        g_test_message("octet %u", at);
        proved(TLS1_2_VERSION);
        w.eap.peap.unbound = at % 2 == 0;
        good = verdict();
        memcpy(bad, good.p, sizeof bad);
        bad[at] ^= 1;
        refuses(rd_over(bad, sizeof bad), RAS_PEAP_CRYPTOBINDING_INVALID);
    }
}

/* With a right MAC, and yet not what it must be. */
static void
test_A14_binding_of_another_kind(void)
{
    static const guint at[] = {16, 17, 18}; /* version, received version, subtype */

    for (guint i = 0; i < G_N_ELEMENTS(at); i++) {
        uint8_t bad[71];
        struct peap_key keys;

        proved(TLS1_2_VERSION);
        memcpy(bad, verdict().p, sizeof bad);
        bad[at[i]] = 1;
        memset(bad + 51, 0, 20);
        keys_of(&keys);
        peap_key_mac(&keys, rd_over(bad + 11, 60), bad + 51);
        refuses(rd_over(bad, sizeof bad), RAS_PEAP_CRYPTOBINDING_INVALID);
    }
}

static void
test_A14_malformed_tlvs(void)
{
    static const char *const rows[] = {
        "0109000b 21 8003 0002 0003",                /* neither success nor failure */
        "0109000c 21 8003 0003 000100",              /* too long */
        "0109000a 21 8003 0001 00",                  /* too short */
        "01090011 21 8003 0002 0001 8003 0002 0001", /* twice */
        "0109000f 21 8003 0002 0001 8063 0000",      /* something that must be understood */
        "0109000c 21 8003 0002 0001 00",             /* half of one */
        "0109000d 21 8003 0004 0001 00 00",          /* beyond the end */
        "01090005 21",                               /* no result */
        "01090009 21 0007 0000",
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i]);
        proved(TLS1_2_VERSION);
        w.eap.peap.unbound = true;
        refuses(hex(rows[i]), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
    }
    for (guint size = 55; size <= 57; size += 2) { /* of the binding */
        uint8_t frame[4 + 1 + 6 + 4 + 57] = {
            1, 9, 0, (uint8_t)(15 + size), 33, 0x80, 3, 0, 2, 0, 1, 0, 12, 0, (uint8_t)size};

        proved(TLS1_2_VERSION);
        refuses(rd_over(frame, 15 + size), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
    }
    proved(TLS1_2_VERSION); /* two of them, both right */
    uint8_t both[71 + 60];
    memcpy(both, verdict().p, 71);
    memcpy(both + 71, both + 11, 60);
    both[3] = sizeof both;
    refuses(rd_over(both, sizeof both), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
}

static void
test_optional_tlvs_are_passed_over(void)
{
    uint8_t more[71 + 6];
    struct rd good;

    proved(TLS1_2_VERSION);
    good = verdict();
    memcpy(more, good.p, good.left);
    memcpy(more + good.left, hex("0063 0002 aabb").p, 6);
    more[3] = sizeof more;
    g_assert_cmpint(say(rd_over(more, sizeof more)), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_PROVED);
    world_clear();
}

static void
test_inner_refusal(void)
{
    start(TLS1_2_VERSION);
    say(headless("eap-challenge"));
    ras_eap_tls_say(w.server, headless("eap-failure-request"));
    world_ask(world_request());
    g_assert_cmpint(w.result, ==, EAP_RESULT_REFUSED);
    expect_nothing(&w.q); /* a person is asked */
    g_assert_cmpuint(w.eap.method.failure.error, ==, 691);
    creds(&w.user, "User", "other", NULL);
    g_assert_cmpint(eap_retry(&w.eap, &w.user), ==, EAP_RESULT_NOTHING);
    ras_eap_tls_input(w.server, world_answer());
    assert_octets(w.server->plain, 3, hex("1a 02 11"));
    ras_eap_tls_say(w.server, headless("eap-failure-request"));
    world_ask(world_request());
    g_assert_cmpint(w.result, ==, EAP_RESULT_REFUSED);
    eap_give_up(&w.eap);
    ras_eap_tls_input(w.server, world_answer());
    expect(hex("1a04"));
    g_assert_cmpint(say(hex("0109000b 21 8003 0002 0002")), ==, EAP_RESULT_NOTHING);
    expect(hex("0209000b 21 8003 0002 0002"));
    g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(world_end(EAP_FAILURE), ==, EAP_RESULT_FAILED);
    world_clear();
}

static void
test_inner_change_of_password(void)
{
    start(TLS1_2_VERSION);
    say(headless("eap-challenge"));
    ras_eap_tls_say(w.server, headless("eap-failure-request"));
    world_ask(world_request());
    creds(&w.user, "User", "clientPass", "newPass1");
    g_assert_cmpint(eap_change(&w.eap, &w.user), ==, EAP_RESULT_NOTHING);
    ras_eap_tls_input(w.server, world_answer());
    assert_octets(w.server->plain, 5, hex("1a 07 11 024a"));
    g_assert_cmpuint(w.server->n_plain, ==, 1 + 0x24a);
    world_clear();
}

static void
test_A5_inner_success_without_proof(void)
{
    uint8_t frame[56];
    struct rd good = headless("eap-success-request");

    start(TLS1_2_VERSION);
    say(headless("eap-challenge"));
    memcpy(frame, good.p, good.left);
    frame[8] ^= 1;
    refuses(rd_over(frame, good.left), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
}

/* In each state, what is answered to what. */
static void
test_states(void)
{
    static const struct {
        const char *why, *plain, *begun, *amid, *after; /* "-": it is the end */
    } rows[] = {
        {"Identity", "01", "0155736572", "-", "-"},
        {"Identity with a header", "01050005 01", "0155736572", "-", "-"},
        {"Notification", "02 41", "02", "02", "02"},
        {"a request for a Nak", "03 1a", "-", "-", "-"},
        {"type 0", "00", "-", "-", "-"},
        {"MD5", "04 10 00112233445566778899aabbccddeeff", "031a", "-", "-"},
        {"GTC", "06 50617373", "031a", "-", "-"},
        {"EAP-TLS", "0d 20", "031a", "-", "-"},
        {"Windows' capabilities", "0105 0010 fe 000137 00000022 00000000", "031a", "-", "-"},
        {"Windows' health", "fe 000137 00000021", "031a", "-", "-"},
        {"a Response", "02050005 01", "-", "-", "-"},
        {"an empty MSCHAPv2", "1a", "-", "-", "-"},
        {"a Success of MSCHAPv2 too early", "1a 03 10 0004", "-", "-", "-"},
        {"a Failure", "04050004", "", "", ""},
        {"no success", "0109000b 21 8003 0002 0002", "0209000b2180030002 0002",
         "0209000b2180030002 0002", "0209000b2180030002 0002"},
    };

    for (guint state = 0; state < 3; state++) {
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            const char *want = state == 0   ? rows[i].begun
                               : state == 1 ? rows[i].amid
                                            : rows[i].after;

            g_test_message("%s in state %u", rows[i].why, state);
            if (state == 2)
                proved(TLS1_2_VERSION);
            else
                start(TLS1_2_VERSION);
            if (state == 1)
                say(headless("eap-challenge"));
            say(hex(rows[i].plain));
            g_assert_cmpint(w.result, ==, *want == '-' ? EAP_RESULT_ENDED : EAP_RESULT_NOTHING);
            if (*want != '-')
                expect(hex(want));
            g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING);
            world_clear();
        }
    }
}

static void
test_nothing_behind_the_result(void)
{
    proved(TLS1_2_VERSION);
    say(verdict());
    refuses(hex("01"), RAS_UNABLE_TO_AUTHENTICATE_SERVER);
}

static void
test_A11_naks_inside_are_bounded(void)
{
    guint n = 0;

    start(TLS1_2_VERSION);
    while (say(hex("06 50")) == EAP_RESULT_NOTHING)
        n++;
    g_assert_cmpint(w.result, ==, EAP_RESULT_ENDED);
    g_assert_cmpuint(n, ==, 8);
    world_clear();
}

static void
test_flip_and_truncate(void)
{
    struct rd good;

    for (size_t cut = 0; cut < 71; cut += cut < 16 ? 1 : 11) {
        proved(TLS1_2_VERSION);
        good = verdict();
        if (cut > 0)
            say(rd_over(good.p, cut));
        g_assert_cmpint(world_end(EAP_SUCCESS), ==, EAP_RESULT_NOTHING);
        world_clear();
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/eap-peap/peap", test_peap);
    g_test_add_func("/eap-peap/version", test_version);
    g_test_add_func("/eap-peap/A13-result-without-the-method", test_A13_result_without_the_method);
    g_test_add_func("/eap-peap/A14-no-crypto-binding", test_A14_no_crypto_binding);
    g_test_add_func("/eap-peap/A14-wrong-crypto-binding", test_A14_wrong_crypto_binding);
    g_test_add_func("/eap-peap/A14-binding-of-another-kind", test_A14_binding_of_another_kind);
    g_test_add_func("/eap-peap/A14-malformed-tlvs", test_A14_malformed_tlvs);
    g_test_add_func("/eap-peap/optional-tlvs-are-passed-over", test_optional_tlvs_are_passed_over);
    g_test_add_func("/eap-peap/inner-refusal", test_inner_refusal);
    g_test_add_func("/eap-peap/inner-change-of-password", test_inner_change_of_password);
    g_test_add_func("/eap-peap/A5-inner-success-without-proof",
                    test_A5_inner_success_without_proof);
    g_test_add_func("/eap-peap/states", test_states);
    g_test_add_func("/eap-peap/nothing-behind-the-result", test_nothing_behind_the_result);
    g_test_add_func("/eap-peap/A11-naks-inside-are-bounded", test_A11_naks_inside_are_bounded);
    g_test_add_func("/eap-peap/flip-and-truncate", test_flip_and_truncate);
    return g_test_run();
}
