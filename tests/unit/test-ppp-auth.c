/* test-ppp-auth.c - tries, changes of password, and how it ends. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "ppp-auth.h"

#include "ppp-creds.h"
#include "ppp-wire.h"

enum { NOW = 100000000, CHAP = 0xc223, EAP = 0xc227, PAP = 0xc023 };

#define C32 "000102030405060708090A0B0C0D0E0F"

static struct ppp_auth auth;
static struct ppp_queue q;
static guint8 chap_id;

static void
start(enum ppp_auth_method method, const char *new_password)
{
    struct ppp_credentials c;

    q = (struct ppp_queue){0};
    chap_id = 0x10;
    creds(&c, "User", "clientPass", new_password);
    ppp_auth_init(&auth, &test_rng, &q);
    ppp_auth_credentials(&auth, NOW, &c);
    test_rng_next(mv("peer-challenge"));
    ppp_auth_start(&auth, NOW, method);
}

static bool
input(uint16_t protocol, struct rd frame)
{
    return ppp_auth_input(&auth, NOW, protocol, frame);
}

static bool
input_vec(const char *name)
{
    const struct rd r = vec("ppp-auth.txt", name);

    if (g_str_has_prefix(name, "eap"))
        return input(EAP, r);
    return input(CHAP, keep(r.p + 2, r.left - 2));
}

static void
challenged(const char *new_password)
{
    start(PPP_AUTH_MSCHAPV2, new_password);
    g_assert_true(input_vec("chap-challenge"));
    g_assert_cmpuint(next_frame(&q).p[2], ==, CHAP_RESPONSE);
}

/* A CHAP Failure for the response that is out. */
static void
fail_with(const char *text)
{
    uint8_t frame[256] = {CHAP_FAILURE, chap_id++, 0, (uint8_t)(4 + strlen(text))};

    memcpy(frame + 4, text, strlen(text));
    g_assert_true(input(CHAP, keep(frame, 4 + strlen(text))));
}

static void
answer(const char *password, const char *new_password)
{
    struct ppp_credentials c;

    creds(&c, "User", password, new_password);
    ppp_auth_credentials(&auth, NOW, &c);
}

static void
assert_failed(enum ras_error error)
{
    g_assert_cmpint(auth.state, ==, PPP_AUTH_FAILED);
    g_assert_cmpuint(auth.end.error, ==, error);
    g_assert_cmpuint(ppp_auth_deadline(&auth), ==, NEVER);
}

static void
test_each_method_and_its_keys(void)
{
    static const uint8_t none[32];

    challenged(NULL);
    g_assert_true(input_vec("chap-success"));
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
    assert_octets(auth.hlak, 16, mv("start-128-sends"));
    assert_octets(auth.hlak + 16, 16, mv("start-128-receives"));

    start(PPP_AUTH_EAP_MSCHAPV2, NULL);
    input_vec("eap-identity-request");
    input_vec("eap-challenge");
    input_vec("eap-success-request");
    g_assert_cmpint(auth.state, ==, PPP_AUTH_RUNNING);
    input_vec("eap-success");
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
    assert_octets(auth.hlak, 16, mv("start-128-sends"));
    assert_octets(auth.hlak + 16, 16, mv("start-128-receives"));

    start(PPP_AUTH_CHAP_MD5, NULL);
    input(CHAP, hex("01100015 10 5b5d7c7d7b3f2f3e3c2c602132262628"));
    input(CHAP, hex("03100004"));
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
    assert_octets(auth.hlak, 32, rd_over(none, 32));

    start(PPP_AUTH_PAP, NULL);
    input(PAP, hex("02010005 00"));
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
    assert_octets(auth.hlak, 32, rd_over(none, 32));

    start(PPP_AUTH_NONE, NULL);
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
}

/* LCP may be negotiated anew, and come to another method. */
static void
test_keys_go_with_their_method(void)
{
    static const uint8_t none[32];

    challenged(NULL);
    g_assert_true(input_vec("chap-success"));
    ppp_auth_start(&auth, NOW, PPP_AUTH_PAP);
    input(PAP, hex("02010005 00"));
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
    assert_octets(auth.hlak, 32, rd_over(none, 32));
}

static void
test_only_the_method_agreed_on(void)
{
    start(PPP_AUTH_MSCHAPV2, NULL);
    g_assert_false(input(PAP, hex("02010005 00")));
    g_assert_false(input(EAP, hex("0101000501")));
    g_assert_cmpint(auth.state, ==, PPP_AUTH_RUNNING);
    expect_nothing(&q);
}

static void
test_691_asks_three_times(void)
{
    challenged(NULL);
    for (int i = 0; i < MSCHAPV2_TRIES; i++) {
        fail_with("E=691 R=1 C=" C32 " V=3");
        g_assert_cmpint(auth.state, ==, PPP_AUTH_ASKING);
        g_assert_cmpint(auth.reason, ==, RAS_AUTHENTICATION_FAILURE);
        g_assert_cmpuint(ppp_auth_deadline(&auth), ==, NEVER); /* a person has time */
        expect_nothing(&q);
        answer("another", NULL);
        g_assert_cmpint(auth.state, ==, PPP_AUTH_RUNNING);
        g_assert_cmpuint(next_frame(&q).p[2], ==, CHAP_RESPONSE);
    }
    fail_with("E=691 R=1 C=" C32 " V=3"); /* A7: R=1 for ever */
    assert_failed(RAS_AUTHENTICATION_FAILURE);
}

static void
test_refusals_that_end(void)
{
    static const struct {
        const char *text;
        enum ras_error error;
    } rows[] = {
        {"E=691 R=0 C=" C32 " V=3", RAS_AUTHENTICATION_FAILURE},
        {"E=691 R=1 V=3", RAS_AUTHENTICATION_FAILURE}, /* nothing to answer */
        {"E=646 R=0 C=" C32 " V=3", RAS_RESTRICTED_LOGON_HOURS},
        {"E=647 R=1 C=" C32 " V=3", RAS_ACCT_DISABLED}, /* another password would not help */
        {"E=649 R=0 V=3", RAS_NO_DIALIN_PERMISSION},
        {"E=648 R=1 V=3", RAS_PASSWD_EXPIRED}, /* without a challenge it cannot be changed */
        {"E=709 R=0 C=" C32 " V=3", RAS_CHANGING_PASSWORD},
        {"no reason", RAS_AUTHENTICATION_FAILURE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        challenged(NULL);
        fail_with(rows[i].text);
        assert_failed(rows[i].error);
    }
    challenged(NULL);
    fail_with("E=649 R=0 V=3 M=Not <you>");
    g_assert_nonnull(strstr(auth.end.detail, "Not <you>"));
}

static void
test_nobody_answers(void)
{
    static const char *const texts[] = {"E=691 R=1 C=" C32, "E=648 R=0 C=" C32, "E=709 R=1 C=" C32};
    static const enum ras_error errors[] = {RAS_AUTHENTICATION_FAILURE, RAS_PASSWD_EXPIRED,
                                            RAS_CHANGING_PASSWORD};

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        challenged(NULL);
        fail_with(texts[i]);
        g_assert_cmpint(auth.state, ==, PPP_AUTH_ASKING);
        ppp_auth_credentials(&auth, NOW, NULL);
        assert_failed(errors[i]);
    }
    challenged(NULL);
    fail_with("E=648 R=0 C=" C32);
    answer("clientPass", NULL); /* an answer without what was asked for */
    assert_failed(RAS_PASSWD_EXPIRED);
}

static void
test_648_with_a_new_password_at_hand(void)
{
    challenged("newPass1");
    fail_with("E=648 R=1 C=" C32 " V=3");
    g_assert_cmpint(auth.state, ==, PPP_AUTH_RUNNING);
    const struct rd change = next_frame(&q);

    assert_octets(change.p, 6, hex("c223 0711024a"));
    fail_with("E=709 R=1 C=" C32 " V=3"); /* it does not please */
    g_assert_cmpint(auth.state, ==, PPP_AUTH_ASKING);
    g_assert_cmpint(auth.reason, ==, RAS_CHANGING_PASSWORD);
    answer("", "newPass2");
    assert_octets(next_frame(&q).p, 6, hex("c223 0712024a"));
    g_assert_cmpstr((char *)auth.credentials.password.data, ==, "clientPass"); /* still the old */
}

/* A9: the offer alone changes nothing. */
static void
test_A9_648_asks(void)
{
    challenged(NULL);
    fail_with("E=648 R=0 C=" C32 " V=3");
    g_assert_cmpint(auth.state, ==, PPP_AUTH_ASKING);
    g_assert_cmpint(auth.reason, ==, RAS_PASSWD_EXPIRED);
    expect_nothing(&q);
    answer("clientPass", "newPass1");
    assert_octets(next_frame(&q).p, 6, hex("c223 0711024a"));
}

/* After the change the new password is the one that is proved, and kept. */
static void
test_password_has_changed(void)
{
    uint8_t hash[16], proof[20], frame[4 + 2 + 40] = {3, 0x11, 0, sizeof frame, 'S', '='};
    const struct mschapv2 *m = &auth.chap.mschapv2;

    challenged("newPass1");
    fail_with("E=648 R=0 C=" C32 " V=3");
    g_assert_true(mschap_nt_hash(mv("new-password"), hash));
    mschap_authenticator_response(hash, m->nt_response, m->peer_challenge,
                                  m->authenticator_challenge, mv("user"), proof);
    for (guint i = 0; i < sizeof proof; i++) {
        g_autofree char *digits = g_strdup_printf("%02X", proof[i]);
        memcpy(frame + 6 + 2 * i, digits, 2);
    }
    g_assert_true(input(CHAP, keep(frame, sizeof frame)));
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
    g_assert_cmpstr((char *)auth.credentials.password.data, ==, "newPass1");
    g_assert_false(auth.credentials.has_new_password);
}

static void
test_A5_server_without_proof(void)
{
    challenged(NULL);
    g_assert_true(input(CHAP, hex("03100004")));
    assert_failed(RAS_UNABLE_TO_AUTHENTICATE_SERVER);
}

static void
test_A8_refused_while_connected(void)
{
    challenged(NULL);
    g_assert_true(input_vec("chap-success"));
    g_assert_true(ppp_auth_input(&auth, NOW + 60 * USEC_PER_SEC, CHAP,
                                 hex("01110015 10 5b5d7c7d7b3f2f3e3c2c602132262628")));
    g_assert_cmpint(auth.state, ==, PPP_AUTH_PROVED);
    chap_id = 0x11;
    fail_with("E=691 R=1 C=" C32 " V=3"); /* nobody is asked in mid-session */
    assert_failed(RAS_AUTHENTICATION_FAILURE);
}

static void
test_silence_is_718(void)
{
    static const enum ppp_auth_method methods[] = {PPP_AUTH_PAP, PPP_AUTH_CHAP_MD5,
                                                   PPP_AUTH_MSCHAPV2, PPP_AUTH_EAP_MSCHAPV2};

    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        usec_t now = NOW;

        start(methods[i], NULL);
        for (int n = 0; n < 100 && auth.state == PPP_AUTH_RUNNING; n++) {
            now = ppp_auth_deadline(&auth);
            ppp_auth_expire(&auth, now);
        }
        assert_failed(RAS_PPP_TIMEOUT);
        g_assert_cmpuint(now - NOW, <=, 30 * USEC_PER_SEC);
    }
}

static void
test_eap_refusals(void)
{
    start(PPP_AUTH_EAP_MSCHAPV2, NULL);
    input_vec("eap-identity-request");
    input_vec("eap-challenge");
    input_vec("eap-failure-request");
    g_assert_cmpint(auth.state, ==, PPP_AUTH_ASKING);
    answer("another", NULL);
    g_assert_cmpint(auth.state, ==, PPP_AUTH_RUNNING);
    input(EAP, hex("01040011 1a 04 12 000c 453d363437 20 523d30"));
    assert_failed(RAS_ACCT_DISABLED);

    start(PPP_AUTH_EAP_MSCHAPV2, NULL);
    input_vec("eap-identity-request");
    input_vec("eap-challenge");
    input_vec("eap-failure-request");
    input(EAP, hex("04030004")); /* it does not wait */
    assert_failed(RAS_AUTHENTICATION_FAILURE);

    start(PPP_AUTH_EAP_MSCHAPV2, NULL);
    input(EAP, hex("01070006 0d20"));
    input(EAP, hex("04070004"));
    assert_failed(RAS_PEER_REFUSED_AUTH);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-auth/each-method-and-its-keys", test_each_method_and_its_keys);
    g_test_add_func("/ppp-auth/keys-go-with-their-method", test_keys_go_with_their_method);
    g_test_add_func("/ppp-auth/A1-only-the-method-agreed-on", test_only_the_method_agreed_on);
    g_test_add_func("/ppp-auth/691-asks-three-times", test_691_asks_three_times);
    g_test_add_func("/ppp-auth/refusals-that-end", test_refusals_that_end);
    g_test_add_func("/ppp-auth/nobody-answers", test_nobody_answers);
    g_test_add_func("/ppp-auth/648-with-a-new-password-at-hand",
                    test_648_with_a_new_password_at_hand);
    g_test_add_func("/ppp-auth/A9-648-asks", test_A9_648_asks);
    g_test_add_func("/ppp-auth/password-has-changed", test_password_has_changed);
    g_test_add_func("/ppp-auth/A5-server-without-proof", test_A5_server_without_proof);
    g_test_add_func("/ppp-auth/A8-refused-while-connected", test_A8_refused_while_connected);
    g_test_add_func("/ppp-auth/silence-is-718", test_silence_is_718);
    g_test_add_func("/ppp-auth/eap-refusals", test_eap_refusals);
    return g_test_run();
}
