/* test-mschapv2.c - responses, proofs, failures. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mschapv2.h"

#include "mppe-key.h"
#include "ppp-creds.h"

static struct mschapv2 m;
static struct ppp_credentials user;

#define PROOF "S=407A5589115FD0D6209F510FE9C04566932CDA56"

static void
respond(const char *name)
{
    uint8_t response[64];
    struct wr w = wr_over(response, sizeof response);

    creds(&user, name, "clientPass", NULL);
    mschapv2_init(&m, &test_rng);
    test_rng_next(mv("peer-challenge"));
    g_assert_true(mschapv2_respond(&m, &user, mv("authenticator-challenge").p, &w));
    g_assert_cmpuint(w.len, ==, MSCHAPV2_RESPONSE_SIZE);
    assert_octets(response, 16, mv("peer-challenge"));
    assert_octets(response + 16, 8, hex("0000000000000000"));
    assert_octets(response + 24, 24, mv("nt-response"));
    g_assert_cmpuint(response[48], ==, 0);
}

static bool
verify(const char *text)
{
    return mschapv2_verify(&m, &user, keep(text, strlen(text)));
}

static void
test_response_and_proof(void)
{
    uint8_t hlak[32];

    respond("User");
    g_assert_true(verify(PROOF " M=OK"));
    assert_octets(m.master_key, 16, mv("master-key"));
    mppe_key_hlak(m.master_key, hlak);
    assert_octets(hlak, 16, mv("start-128-sends"));
    respond("CORP\\User");        /* the domain is sent, not hashed */
    g_assert_true(verify(PROOF)); /* SoftEther sends no M= */
}

static void
test_A5_wrong_proofs(void)
{
    static const struct {
        const char *why, *text;
    } rows[] = {
        {"nothing", ""},
        {"no S=", "M=OK"},
        {"the proof without S=", "407A5589115FD0D6209F510FE9C04566932CDA56"},
        {"lower case", "S=407a5589115fd0d6209f510fe9c04566932cda56"},
        {"a lower-case mark", "s=407A5589115FD0D6209F510FE9C04566932CDA56"},
        {"39 digits", "S=407A5589115FD0D6209F510FE9C04566932CDA5"},
        {"39 digits and a blank", "S=407A5589115FD0D6209F510FE9C04566932CDA5 "},
        {"41 digits", PROOF "0"},
        {"one digit changed", "S=407A5589115FD0D6209F510FE9C04566932CDA57"},
        {"the first digit changed", "S=507A5589115FD0D6209F510FE9C04566932CDA56"},
        {"later in the text", "M=OK " PROOF},
        {"after a blank", " " PROOF},
        {"zeros", "S=0000000000000000000000000000000000000000"},
        {"no digit", "S=407A5589115FD0D6209F510FE9C04566932CDA5G"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].why);
        respond("User");
        g_assert_false(verify(rows[i].text));
    }
    respond("User");
    user.name[0] = 'u'; /* the proof is bound to the name */
    g_assert_false(verify(PROOF));
}

static void
test_A6_proof_without_question(void)
{
    respond("User");
    g_assert_true(verify(PROOF));
    g_assert_false(verify(PROOF)); /* it proves one response, once */
    mschapv2_init(&m, &test_rng);
    g_assert_false(verify(PROOF));
}

static void
test_unusable_passwords(void)
{
    uint8_t response[64];
    struct wr w = wr_over(response, sizeof response);
    g_autofree char *longer = g_strnfill(257, 'x');

    mschapv2_init(&m, &test_rng);
    creds(&user, "User", "\xff", NULL);
    g_assert_false(mschapv2_respond(&m, &user, mv("authenticator-challenge").p, &w));
    creds(&user, "User", longer, NULL);
    g_assert_false(mschapv2_respond(&m, &user, mv("authenticator-challenge").p, &w));
}

static void
test_change_of_password(void)
{
    uint8_t body[MSCHAPV2_CHANGE_SIZE + 1], random[512 + 16], expected[24], hash[16], proof[20];
    struct wr w = wr_over(body, sizeof body);
    g_autoptr(GString) text = g_string_new("S=");

    for (guint i = 0; i < 512; i++)
        random[i] = (uint8_t)i;
    memcpy(random + 512, mv("peer-challenge").p, 16);
    creds(&user, "User", "clientPass", "newPass1");
    mschapv2_init(&m, &test_rng);
    test_rng_next(rd_over(random, sizeof random));
    g_assert_true(mschapv2_change(&m, &user, mv("authenticator-challenge").p, &w));
    g_assert_cmpuint(w.len, ==, MSCHAPV2_CHANGE_SIZE);
    assert_octets(body, 16, mv("change-first16"));
    assert_octets(body + 496, 20, mv("change-last20"));
    assert_octets(body + 516, 16, mv("change-hash"));
    assert_octets(body + 532, 16, mv("peer-challenge"));
    g_assert_true(mschap_nt_hash(mv("new-password"), hash));
    mschap_nt_response(mv("authenticator-challenge").p, mv("peer-challenge").p, mv("user"), hash,
                       expected);
    assert_octets(body + 556, 24, rd_over(expected, 24)); /* by the new password */
    assert_octets(body + 580, 2, hex("0000"));

    mschap_authenticator_response(hash, expected, mv("peer-challenge").p,
                                  mv("authenticator-challenge").p, mv("user"), proof);
    for (guint i = 0; i < sizeof proof; i++)
        g_string_append_printf(text, "%02X", proof[i]);
    g_assert_true(verify(text->str));
}

static void
test_A7_failures(void)
{
#define C32 "000102030405060708090A0B0C0D0E0F"
    static const struct {
        const char *text;
        bool ok;
        guint error;
        bool retry, challenge;
        const char *said;
    } rows[] = {
        {"E=691 R=1 C=" C32 " V=3 M=Authentication failure", true, 691, true, true,
         "Authentication failure"},
        {"E=648 R=0 C=" C32 " V=3", true, 648, false, true, ""},
        {"E=691 R=0 C=000102030405060708090a0b0c0d0e0f V=3", true, 691, false, true, ""},
        {"", false, 0, false, false, ""},
        {"M=E=648", false, 0, false, false, ""}, /* inside the text it means nothing */
        {"E=691", true, 691, false, false, ""},
        {"E=691 R=1", true, 691, true, false, ""},
        {"E=691 R=10 C=" C32, true, 691, false, true, ""},
        {"E=691 R=1 C=000102030405060708090A0B0C0D0E0 V=3", true, 691, true, false, ""},
        {"E=691 R=1 C=" C32 "00 V=3", true, 691, true, false, ""},
        {"E=691 R=1 C=000102030405060708090A0B0C0D0E0G V=3", true, 691, true, false, ""},
        {"E=99999999999999999999999 R=1 C=" C32, true, 0, true, true, ""},
        {"E=18446744073709552307", true, 0, false, false, ""}, /* 691 and 2^64 */
        {"E=4294967296", true, 0, false, false, ""},
        {"E=-1", true, 0, false, false, ""},
        {"E=", true, 0, false, false, ""},
        {"E=691 E=648", true, 691, false, false, ""},
        {"R=1 E=647", true, 647, true, false, ""},
        {"x E=649 M=\x1b[31mred\n<b>", true, 649, false, false, "?[31mred?<b>"},
    };
    struct mschapv2_failure f;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].text);
        g_assert_true(rows[i].ok ==
                      mschapv2_failure_parse(keep(rows[i].text, strlen(rows[i].text)), &f));
        if (!rows[i].ok)
            continue;
        g_assert_cmpuint(f.error, ==, rows[i].error);
        g_assert_true(f.retry == rows[i].retry);
        g_assert_true(f.has_challenge == rows[i].challenge);
        g_assert_cmpstr(f.text, ==, rows[i].said);
        if (f.has_challenge)
            assert_octets(f.challenge, 16, hex(C32));
    }

    g_autofree char *flood = g_strnfill(65536, 'M');

    memcpy(flood, "E=691 M=", 8);
    g_assert_true(mschapv2_failure_parse(rd_over(flood, 65536), &f));
    g_assert_cmpuint(strlen(f.text), <, MSCHAPV2_TEXT);
}

static void
test_reasons(void)
{
    static const guint known[] = {646, 647, 648, 649, 691, 709};
    static const guint unknown[] = {0, 1, 690, 742, UINT32_MAX};

    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        const struct mschapv2_failure f = {.error = known[i]};
        g_assert_cmpuint(mschapv2_failure_reason(&f), ==, known[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(unknown); i++) {
        const struct mschapv2_failure f = {.error = unknown[i]};
        g_assert_cmpuint(mschapv2_failure_reason(&f), ==, 691);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mschapv2/response-and-proof", test_response_and_proof);
    g_test_add_func("/mschapv2/A5-wrong-proofs", test_A5_wrong_proofs);
    g_test_add_func("/mschapv2/A6-proof-without-question", test_A6_proof_without_question);
    g_test_add_func("/mschapv2/unusable-passwords", test_unusable_passwords);
    g_test_add_func("/mschapv2/change-of-password", test_change_of_password);
    g_test_add_func("/mschapv2/A7-failures", test_A7_failures);
    g_test_add_func("/mschapv2/reasons", test_reasons);
    return g_test_run();
}
