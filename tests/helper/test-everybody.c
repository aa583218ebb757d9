/*
 * test-everybody.c - connections for everybody: who may install, remove and dial them, and who sees
 * what, with a real polkitd.
 *
 * The users: root; daemon, whom a rule makes an administrator of these connections; games, who may
 * dial as any user at the desk may; nobody, whom no rule names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-services.h"
#include "dt-ras-error.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char polkit_rules[] =
    "polkit.addRule(function(action, subject) {\n"
    "    if (action.id == 'org.dialtone.dialer.install-system-profile' ||\n"
    "        action.id == 'org.dialtone.dialer.dial-system')\n"
    "        return subject.user == 'daemon' ? polkit.Result.YES : polkit.Result.NO;\n"
    "    if (action.id == 'org.dialtone.dialer.dial' ||\n"
    "        action.id == 'org.dialtone.dialer.full-tunnel')\n"
    "        return subject.user == 'games' ? polkit.Result.YES : polkit.Result.NO;\n"
    "});\n";

static void
setup(struct harness *h, gconstpointer data)
{
    harness_setup(h, data);
    bus_services_use(h);
}

static GVariant *
files_of(const char *ini, gsize padding)
{
    g_autofree char *bytes = g_malloc0(padding + 1);
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{say}"));

    g_variant_builder_add(&b, "{s@ay}", "profile.ini",
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, ini, strlen(ini), 1));
    g_variant_builder_add(&b, "{s@ay}", "files/logo.bmp",
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, padding, 1));
    return g_variant_builder_end(&b);
}

static char *
install(DtDialer *dialer, const char *id, const char *ini, GError **error)
{
    char *ret = NULL;

    dt_dialer_call_install_profile_sync(dialer, id, files_of(ini, 3), &ret, NULL, error);
    return ret;
}

static void
assert_text(const struct harness *h, const char *id, const char *text)
{
    g_autofree char *profiles = harness_profiles(h), *got = NULL;
    g_autofree char *path = g_build_filename(profiles, id, "profile.ini", NULL);

    g_file_get_contents(path, &got, NULL, NULL);
    g_assert_cmpstr(got, ==, text);
}

static void
assert_number(GError *error, enum ras_error number)
{
    g_assert_error(error, DT_RAS_ERROR, (int)number);
    g_error_free(error);
}

/* D1 */
static void
test_install(struct harness *h, gconstpointer data)
{
    GError *error = NULL;

    (void)data;
    WITH(h);
    struct front_end daemon = front_end_of(h, "daemon"), games = front_end_of(h, "games");
    struct front_end nobody = front_end_of(h, "nobody");
    g_autofree char *profiles = harness_profiles(h);

    g_assert_null(install(nobody.dialer, "", "no", &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_null(install(games.dialer, "", "no", &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_false(g_file_test(profiles, G_FILE_TEST_EXISTS));

    g_autofree char *id = install(daemon.dialer, "", "daemon's", &error);
    g_assert_no_error(error);
    assert_text(h, id, "daemon's");
    g_autofree char *second = install(h->dialer, "", "root's", &error);
    g_assert_no_error(error);
    g_autofree char *same = install(daemon.dialer, second, "changed", &error);
    g_assert_cmpstr(same, ==, second);
    assert_text(h, second, "changed");

    g_assert_null(install(games.dialer, id, "no", &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_false(dt_dialer_call_remove_profile_sync(games.dialer, id, NULL, &error));
    assert_denied(g_steal_pointer(&error));
    assert_text(h, id, "daemon's");
    g_assert_true(dt_dialer_call_remove_profile_sync(daemon.dialer, id, NULL, &error));
    assert_text(h, id, NULL);
    g_assert_false(dt_dialer_call_remove_profile_sync(daemon.dialer, id, NULL, &error));
    assert_number(g_steal_pointer(&error), RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    front_end_close(&daemon);
    front_end_close(&games);
    front_end_close(&nobody);
    harness_stop(h);
}

/* D2: refused before anybody is asked, even from root. */
static void
test_bad_arguments(struct harness *h, gconstpointer data)
{
    static const char *const ids[] = {"..", "../state", "a/b", ".hidden"};
    GError *error = NULL;

    (void)data;
    WITH(h);
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_null(install(h->dialer, ids[i], "x", &error));
        assert_number(g_steal_pointer(&error), RAS_BAD_PROFILE);
        g_assert_false(dt_dialer_call_remove_profile_sync(h->dialer, ids[i], NULL, &error));
        assert_number(g_steal_pointer(&error), RAS_BAD_PROFILE);
    }
    g_assert_false(dt_dialer_call_install_profile_sync(
        h->dialer, "", files_of("x", 17 * 1024 * 1024), NULL, NULL, &error));
    assert_number(g_steal_pointer(&error), RAS_BAD_PROFILE);
    g_assert_true(dt_dialer_call_install_profile_sync(
        h->dialer, "", files_of("x", 15 * 1024 * 1024), NULL, NULL, &error));
    g_assert_no_error(error);
    harness_stop(h);
}

struct answers {
    guint n;
    char *ids[8];
};

static void
on_installed(GObject *source, GAsyncResult *result, gpointer data)
{
    struct answers *a = data;
    g_autoptr(GError) error = NULL;

    dt_dialer_call_install_profile_finish(DT_DIALER(source), &a->ids[a->n], result, &error);
    g_assert_no_error(error);
    a->n++;
}

static bool
all_answered(gpointer data)
{
    return ((struct answers *)data)->n == 8;
}

/* Two callers at once, four times: each gets an id of its own. */
static void
test_at_once(struct harness *h, gconstpointer data)
{
    struct answers a = {0};

    (void)data;
    WITH(h);
    struct front_end root = front_end_of(h, "root");
    for (int i = 0; i < 4; i++) {
        dt_dialer_call_install_profile(h->dialer, "", files_of("here", 1), NULL, on_installed, &a);
        dt_dialer_call_install_profile(root.dialer, "", files_of("here", 1), NULL, on_installed,
                                       &a);
    }
    harness_wait(all_answered, &a);
    for (guint i = 0; i < a.n; i++) {
        assert_text(h, a.ids[i], "here");
        for (guint j = 0; j < i; j++)
            g_assert_cmpstr(a.ids[i], !=, a.ids[j]);
    }
    for (guint i = 0; i < a.n; i++)
        g_free(a.ids[i]);
    front_end_close(&root);
    harness_stop(h);
}

/* Whoever has a helper of their own is root. */
static void
test_peer(struct harness *h, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    h->on_bus = false;
    h->name = NULL;
    WITH(h);
    g_autofree char *id = install(h->dialer, "", "peer's", &error);
    g_assert_no_error(error);
    assert_text(h, id, "peer's");
    harness_stop(h);
}

#define ADD(path, fn)                                                                              \
    g_test_add("/everybody/" path, struct harness, NULL, setup, fn, harness_teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)DT_RAS_ERROR;
    ADD("D1-install", test_install);
    ADD("D2-bad-arguments", test_bad_arguments);
    ADD("at-once", test_at_once);
    ADD("peer", test_peer);
    if (geteuid() != 0)
        return g_test_run(); /* each skips */
    bus_services_start(polkit_rules);
    const int status = g_test_run();
    bus_services_stop();
    return status;
}
