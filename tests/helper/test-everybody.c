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

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
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

/* ---- calls ---- */

/* One that takes over nothing. */
static DtConnection *
dial(const struct front_end *f, const char *name, bool for_everybody, GError **error)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);

    plan_for(plan, "up.test");
    g_strlcpy(plan->name, name, sizeof plan->name);
    plan->default_gateway = plan->set_dns = false;
    plan->for_everybody = for_everybody;
    return dial_as(f, plan, error);
}

static bool
lists(const struct front_end *f, DtConnection *c)
{
    const char *path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(c));
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        f->bus, "org.dialtone.Dialer1", "/org/dialtone/Dialer1", "org.freedesktop.DBus.Properties",
        "Get", g_variant_new("(ss)", "org.dialtone.Dialer1", "Connections"), NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    g_autoptr(GVariant) value = NULL;

    g_variant_get(reply, "(v)", &value);
    g_autofree const char **paths = g_variant_get_objv(value, NULL);
    return g_strv_contains(paths, path);
}

static void
assert_finds(const struct front_end *f, const char *name, DtConnection *c)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;

    if (!dt_dialer_call_find_sync(f->dialer, name, &path, NULL, &error))
        g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE);
    g_assert_cmpstr(path, ==, c == NULL ? NULL : g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)));
}

/* D1: to dial is one thing, for everybody another; daemon may not even dial on its own here. */
static void
test_who_may_dial(struct harness *h, gconstpointer data)
{
    GError *error = NULL;

    (void)data;
    WITH(h);
    struct front_end daemon = front_end_of(h, "daemon"), games = front_end_of(h, "games");
    g_assert_null(dial(&games, "Office", true, &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_null(dial(&daemon, "Office", false, &error));
    assert_denied(g_steal_pointer(&error));

    g_autoptr(DtConnection) own = dial(&games, "Office", false, &error);
    g_assert_no_error(error);
    g_assert_false(dt_connection_get_for_everybody(own));
    assert_finds(&daemon, "Office", NULL);
    g_assert_false(lists(&daemon, own));

    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    plan_for(plan, "up.test"); /* takes over: that is asked, too, and daemon may not */
    plan->for_everybody = true;
    g_assert_null(dial_as(&daemon, plan, &error));
    assert_denied(g_steal_pointer(&error));
    front_end_close(&daemon);
    front_end_close(&games);
    harness_stop(h);
}

static bool
is_told(gpointer data)
{
    const struct front_end *f = data;
    const char *const *paths = dt_dialer_get_connections(f->dialer);

    return paths != NULL && paths[0] != NULL;
}

/* All see it and are told of it; who may not end it cannot, nor answer, nor read its log. */
static void
test_seen_by_all(struct harness *h, gconstpointer data)
{
    g_auto(GStrv) lines = NULL;
    GError *error = NULL;

    (void)data;
    WITH(h);
    struct front_end daemon = front_end_of(h, "daemon"), nobody = front_end_of(h, "nobody");
    g_autoptr(DtConnection) c = dial(&daemon, "Office", true, &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    harness_wait(is_told, &nobody);
    g_assert_true(lists(&nobody, c));
    assert_finds(&nobody, "Office", c);
    g_autoptr(DtConnection) seen = see_as(&nobody, c);
    g_assert_cmpstr(dt_connection_get_name(seen), ==, "Office");
    g_assert_true(dt_connection_get_for_everybody(seen));
    harness_assert_detail(seen, "server", "'up.test'");

    g_assert_false(dt_connection_call_disconnect_sync(seen, NULL, &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_false(
        dt_connection_call_answer_sync(seen, dt_credentials_to_variant(NULL), NULL, &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_false(dt_connection_call_get_log_sync(seen, &lines, NULL, &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_cmpstr(dt_connection_get_state(c), ==, "connected");

    g_assert_true(dt_connection_call_disconnect_sync(c, NULL, &error)); /* its owner */
    harness_wait_state(seen, "idle");                                   /* and all are told */
    assert_finds(&nobody, "Office", c);
    front_end_close(&daemon);
    front_end_close(&nobody);
    harness_stop(h);
}

/* Who may dial for everybody may end what another one dialed; only for everybody. */
static void
test_ended_by_another(struct harness *h, gconstpointer data)
{
    GError *error = NULL;

    (void)data;
    WITH(h);
    struct front_end daemon = front_end_of(h, "daemon"), games = front_end_of(h, "games");
    struct front_end root = front_end_of(h, "root");
    g_autoptr(DtConnection) c = dial(&root, "Office", true, &error);
    g_assert_no_error(error);
    g_autoptr(DtConnection) own = dial(&games, "Mine", false, &error);
    g_assert_no_error(error);
    g_autoptr(DtConnection) seen = see_as(&daemon, c);
    g_assert_true(dt_connection_call_disconnect_sync(seen, NULL, &error));
    g_assert_no_error(error);
    harness_wait_state(c, "idle");
    g_autoptr(DtConnection) others = see_as(&daemon, own);
    g_assert_null(dt_connection_get_name(others));
    g_assert_false(dt_connection_call_disconnect_sync(others, NULL, &error));
    assert_denied(g_steal_pointer(&error));
    front_end_close(&daemon);
    front_end_close(&games);
    front_end_close(&root);
    harness_stop(h);
}

static DtConnection *
dial_through(const struct front_end *f, const char *through, bool for_everybody, GError **error)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);

    plan_for(plan, "inner.test");
    g_strlcpy(plan->name, "Inner", sizeof plan->name);
    g_strlcpy(plan->through, through, sizeof plan->through);
    plan->end_through = true;
    plan->for_everybody = for_everybody;
    plan->default_gateway = plan->set_dns = false;
    return dial_as(f, plan, error);
}

/* Everybody's may be gone through by anybody, and not be ended so; of another user's own it is not
 * even told that it is there, and it is no way for what is everybody's. */
static void
test_gone_through(struct harness *h, gconstpointer data)
{
    GError *error = NULL;

    (void)data;
    WITH(h);
    struct front_end daemon = front_end_of(h, "daemon"), games = front_end_of(h, "games");
    struct front_end root = front_end_of(h, "root");
    g_autoptr(DtConnection) c = dial(&daemon, "Office", true, &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    g_autoptr(DtConnection) inner = dial_through(&games, "Office", false, &error);
    g_assert_no_error(error);
    harness_wait_state(inner, "connected");
    g_assert_true(dt_connection_call_disconnect_sync(inner, NULL, &error));
    harness_wait_state(inner, "idle");
    g_assert_cmpstr(dt_connection_get_state(c), ==, "connected");
    g_assert_true(dt_connection_call_disconnect_sync(c, NULL, &error));
    harness_wait_state(c, "idle");

    g_autoptr(DtConnection) own = dial(&root, "Roots", false, &error);
    g_assert_no_error(error);
    harness_wait_state(own, "connected");
    g_assert_null(dial_through(&games, "Roots", false, &error));
    assert_number(g_steal_pointer(&error), RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    g_assert_null(dial_through(&root, "Roots", true, &error));
    assert_number(g_steal_pointer(&error), RAS_ACCESS_DENIED);
    front_end_close(&daemon);
    front_end_close(&games);
    front_end_close(&root);
    harness_stop(h);
}

/* While it is there, nobody's own call fights with it; afterwards each has their own object. */
static void
test_rivals(struct harness *h, gconstpointer data)
{
    GError *error = NULL;

    (void)data;
    WITH(h);
    struct front_end daemon = front_end_of(h, "daemon"), games = front_end_of(h, "games");
    g_autoptr(DtConnection) c = dial(&daemon, "Office", true, &error);
    g_assert_no_error(error);
    g_assert_null(dial(&games, "Office", false, &error));
    g_assert_nonnull(strstr(error->message, "for everybody"));
    assert_number(g_steal_pointer(&error), RAS_DIAL_ALREADY_IN_PROGRESS);
    g_assert_null(dial(&daemon, "Office", true, &error));
    assert_number(g_steal_pointer(&error), RAS_DIAL_ALREADY_IN_PROGRESS);
    g_autoptr(DtConnection) other = dial(&games, "Elsewhere", false, &error);
    g_assert_no_error(error);

    dt_connection_call_disconnect_sync(c, NULL, &error);
    harness_wait_state(c, "idle");
    g_autoptr(DtConnection) own = dial(&games, "Office", false, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(g_dbus_proxy_get_object_path(G_DBUS_PROXY(own)), !=,
                    g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)));
    assert_finds(&games, "Office", own);
    assert_finds(&daemon, "Office", c);
    g_assert_false(lists(&daemon, own));
    harness_wait_state(own, "connected");
    dt_connection_call_disconnect_sync(own, NULL, &error);
    harness_wait_state(own, "idle");
    g_autoptr(DtConnection) again = dial(&daemon, "Office", true, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(g_dbus_proxy_get_object_path(G_DBUS_PROXY(again)), ==,
                    g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)));
    assert_finds(&games, "Office", again); /* more than the own one that is idle */
    front_end_close(&daemon);
    front_end_close(&games);
    harness_stop(h);
}

/* D1: what a user dials alone is never seen by others, whatever they dialed for everybody before.
 */
static void
test_own_stays_own(struct harness *h, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    struct front_end root = front_end_of(h, "root"), nobody = front_end_of(h, "nobody");
    for (int everybodys = 1; everybodys >= 0; everybodys--) {
        g_autoptr(DtConnection) c = dial(&root, "Office", everybodys, &error);
        g_assert_no_error(error);
        g_assert_cmpint(dt_connection_get_for_everybody(c), ==, everybodys);
        g_assert_cmpint(lists(&nobody, c), ==, everybodys);
        assert_finds(&root, "Office", c);
        harness_wait_state(c, "connected");
        dt_connection_call_disconnect_sync(c, NULL, &error);
        harness_wait_state(c, "idle");
    }
    front_end_close(&root);
    front_end_close(&nobody);
    harness_stop(h);
}

/* ---- a disk that is full, and one that is read-only ---- */

static void
assert_cannot_write(GError *error, const char *why)
{
    g_assert_nonnull(strstr(error->message, why));
    assert_number(error, RAS_CANNOT_WRITE_PHONEBOOK);
}

/* S6 */
static void
test_full_and_read_only(struct harness *h, gconstpointer data)
{
    g_autofree char *profiles = harness_profiles(h), *etc = g_path_get_dirname(profiles);
    g_autofree char *large = g_strnfill(200 * 1024, 'x');
    GError *error = NULL;

    (void)data;
    if (!harness_can_run())
        return;
    g_assert_cmpint(g_mkdir(etc, 0755), ==, 0);
    g_assert_cmpint(mount("none", etc, "tmpfs", 0, "size=128k"), ==, 0);
    harness_start(h);
    g_autofree char *id = install(h->dialer, "", "old", &error);
    g_assert_no_error(error);
    g_assert_null(install(h->dialer, id, large, &error));
    assert_cannot_write(g_steal_pointer(&error), "No space left on device");
    g_assert_null(install(h->dialer, "", large, &error));
    assert_cannot_write(g_steal_pointer(&error), "No space left on device");
    assert_text(h, id, "old");
    g_autofree char *same = install(h->dialer, id, "new", &error); /* there is room for that */
    g_assert_no_error(error);

    g_assert_cmpint(mount("none", etc, NULL, MS_REMOUNT | MS_RDONLY, NULL), ==, 0);
    g_assert_null(install(h->dialer, "", "x", &error));
    assert_cannot_write(g_steal_pointer(&error), "Read-only file system");
    g_assert_false(dt_dialer_call_remove_profile_sync(h->dialer, id, NULL, &error));
    assert_cannot_write(g_steal_pointer(&error), "Read-only file system");
    assert_text(h, id, "new");
    harness_stop(h);
    g_assert_cmpint(umount2(etc, MNT_DETACH), ==, 0);
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
    ADD("S6-full-and-read-only", test_full_and_read_only);
    ADD("D1-own-stays-own", test_own_stays_own);
    ADD("D1-who-may-dial", test_who_may_dial);
    ADD("seen-by-all", test_seen_by_all);
    ADD("D1-ended-by-another", test_ended_by_another);
    ADD("D1-gone-through", test_gone_through);
    ADD("D4-rivals", test_rivals);
    if (geteuid() != 0)
        return g_test_run(); /* each skips */
    bus_services_start(polkit_rules);
    const int status = g_test_run();
    bus_services_stop();
    return status;
}
