/* test-format.c - numbers, foreign text and profiles in words. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "dt-call.h"
#include "dt-certificate-dialog.h"
#include "dt-format.h"
#include "dt-profile-text.h"
#include "ras.h"

#include <string.h>

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"

static void
expect(char *text, const char *wanted)
{
    g_assert_cmpstr(text, ==, wanted);
    g_free(text);
}

static void
test_duration(void)
{
    expect(dt_format_duration(0), "0:00:00");
    expect(dt_format_duration(59), "0:00:59");
    expect(dt_format_duration(3661), "1:01:01");
    expect(dt_format_duration(G_MAXUINT32), "1193046:28:15");
}

static void
test_error(void)
{
    expect(dt_format_error(691),
           "Error 691: The server did not accept this user name and password.");
    expect(dt_format_error(0x800B0101),
           "Error 0x800B0101: The server's certificate has expired or is not valid yet.");
    expect(dt_format_error(12345), "Error 12345: The connection ended for an unknown reason.");
}

static void
test_fingerprint(void)
{
    expect(dt_format_fingerprint(SHA256), "01:23:45:67:89:AB:CD:EF\n01:23:45:67:89:AB:CD:EF\n"
                                          "01:23:45:67:89:AB:CD:EF\n01:23:45:67:89:AB:CD:EF");
    expect(dt_format_fingerprint(NULL), "");
    expect(dt_format_fingerprint(""), "");
    expect(dt_format_fingerprint(SHA256 "0"), "");
    expect(dt_format_fingerprint("0123"), "");
    expect(
        dt_format_fingerprint("<b>3456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        "");
}

static void
test_Y2_foreign(void)
{
    g_autofree char *long_text = g_strnfill(70000, 'a');
    g_autofree char *cut = dt_format_foreign(long_text, 100);

    expect(dt_format_foreign(NULL, 10), "");
    expect(dt_format_foreign("a\x1b[31m\n\tb", 100), "a?[31m??b");
    expect(dt_format_foreign("\xe2\x80\xae"
                             "evil",
                             100),
           "???evil");
    expect(dt_format_foreign("\xff\xc3", 100), "??");
    expect(dt_format_foreign("<b>&amp;", 100), "<b>&amp;");
    expect(dt_format_foreign("sch\xc3\xb6n", 4), "sch"); /* never half a character */
    g_assert_cmpuint(strlen(cut), ==, 100);
}

/* The contract's states, and what is neither. */
static void
test_looks(void)
{
    static const struct {
        const char *state;
        gboolean form, busy, connected;
    } rows[] = {
        {"idle", TRUE, FALSE, FALSE},
        {"dialing", FALSE, TRUE, FALSE},
        {"connecting", FALSE, TRUE, FALSE},
        {"authenticating", FALSE, TRUE, FALSE},
        {"registering", FALSE, TRUE, FALSE},
        {"connected", FALSE, FALSE, TRUE},
        {"waiting", FALSE, TRUE, FALSE},
        {"disconnecting", FALSE, TRUE, FALSE},
        {"from a later version", TRUE, FALSE, FALSE},
        {NULL, TRUE, FALSE, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const DtCallLook *look = dt_call_look(rows[i].state);

        g_assert_cmpint(look->form, ==, rows[i].form);
        g_assert_cmpint(look->busy, ==, rows[i].busy);
        g_assert_cmpint(look->connected, ==, rows[i].connected);
    }
}

static void
test_may_accept(void)
{
    g_assert_true(dt_certificate_dialog_may_accept(RAS_CERT_E_UNTRUSTEDROOT, SHA256));
    g_assert_true(dt_certificate_dialog_may_accept(RAS_CERT_E_CN_NO_MATCH, SHA256));
    g_assert_false(dt_certificate_dialog_may_accept(RAS_CERT_E_UNTRUSTEDROOT, ""));
    for (guint32 code = 0x800B0100; code < 0x800B0120; code++)
        g_assert_cmpint(dt_certificate_dialog_may_accept(code, SHA256), ==,
                        code == RAS_CERT_E_UNTRUSTEDROOT || code == RAS_CERT_E_CN_NO_MATCH);
}

static void
test_profile(void)
{
    g_autoptr(Profile) p = profile_new();

    expect(dt_profile_text_servers(p), "None");
    expect(dt_profile_text_dns(p), "Those that the server gives");
    expect(dt_profile_text_actions(p), "");
    profile_add_server(p, "Head\x1b office", "vpn.example.edu");
    profile_add_server(p, "", "192.0.2.1");
    expect(dt_profile_text_servers(p), "Head? office (vpn.example.edu)\n192.0.2.1");
    p->dun.specify_servers = TRUE;
    profile_set(&p->dun.dns1, "10.0.0.1");
    profile_set(&p->dun.dns2, "10.0.0.2");
    expect(dt_profile_text_dns(p), "10.0.0.1, 10.0.0.2");
    p->dun.gateway_on_remote = FALSE;
    expect(dt_profile_text_routing(p), "Only the network of the server");
    g_ptr_array_add(p->routes, g_strdup("10.0.0.0/8"));
    expect(dt_profile_text_routing(p), "10.0.0.0/8");
    p->dun.gateway_on_remote = TRUE;
    expect(dt_profile_text_routing(p), "All traffic of this computer goes through the connection");
    for (int i = 0; i < 100; i++)
        profile_add_action(p, "Connect Actions", "x.exe", "");

    g_autofree char *actions = dt_profile_text_actions(p);

    g_assert_true(g_str_has_suffix(actions, "\nand 88 more"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/format/duration", test_duration);
    g_test_add_func("/format/error", test_error);
    g_test_add_func("/format/fingerprint", test_fingerprint);
    g_test_add_func("/format/Y2-foreign", test_Y2_foreign);
    g_test_add_func("/call/looks", test_looks);
    g_test_add_func("/certificate/may-accept", test_may_accept);
    g_test_add_func("/profile-text", test_profile);
    return g_test_run();
}
