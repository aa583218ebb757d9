/* test-dt-ras-error.c - every number survives D-Bus. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-ras-error.h"

#include <gio/gio.h>

static const enum ras_error all[] = {
#define RAS(number, name, text, advice) RAS_##name,
#include "ras-errors.inc"
#undef RAS
};

static void
test_round_trip(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autoptr(GError) sent = NULL;
        dt_ras_error_set(&sent, all[i], "because of %d", 5);
        g_autofree char *name = g_dbus_error_encode_gerror(sent);
        g_assert_true(g_dbus_is_error_name(name));
        g_assert_true(g_str_has_prefix(name, "org.dialtone.Dialer1.Error.Ras"));

        g_autoptr(GError) got = g_dbus_error_new_for_dbus_error(name, "because of 5");
        g_assert_cmpuint(dt_ras_error_number(got), ==, all[i]);
        g_assert_true(g_dbus_error_strip_remote_error(got));
        g_assert_cmpstr(got->message, ==, "because of 5");
    }
}

static void
test_names(void)
{
    g_autoptr(GError) password = g_error_new(DT_RAS_ERROR, 691, "x");
    g_autoptr(GError) profile = g_error_new(DT_RAS_ERROR, (int)RAS_BAD_PROFILE, "x");
    g_autofree char *first = g_dbus_error_encode_gerror(password);
    g_autofree char *second = g_dbus_error_encode_gerror(profile);

    g_assert_cmpstr(first, ==, "org.dialtone.Dialer1.Error.Ras691");
    g_assert_cmpstr(second, ==, "org.dialtone.Dialer1.Error.Ras0x80070057");
}

static void
test_others(void)
{
    g_autoptr(GError) other = g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "x");

    g_assert_cmpuint(dt_ras_error_number(NULL), ==, RAS_OK);
    g_assert_cmpuint(dt_ras_error_number(other), ==, RAS_OK);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dt-ras-error/round-trip", test_round_trip);
    g_test_add_func("/dt-ras-error/names", test_names);
    g_test_add_func("/dt-ras-error/others", test_others);
    return g_test_run();
}
