/*
 * test-profile-secret.c - the keyring: working (a real one on a bus of its own), absent, hanging.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "profile-secret.h"

#include <libsecret/secret.h>

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_S = 20 };

/* One for all cases, and kept: GLib waits 30 s for whoever still holds the connection. */
static GTestDBus *test_bus;

struct world {
    GSubprocess *keyring;
    char *home;
    Profile *p;
};

static gboolean
on_late(gpointer user_data)
{
    g_error("%s: not within %d s", (const char *)user_data, PATIENCE_S);
    return G_SOURCE_REMOVE;
}

static void
on_result(GObject *source, GAsyncResult *result, gpointer user_data)
{
    (void)source;
    *(GAsyncResult **)user_data = g_object_ref(result);
}

static void
wait_for(GAsyncResult *const *result)
{
    const guint timer =
        g_timeout_add_seconds(PATIENCE_S, on_late, (gpointer) "the keyring's answer");

    while (*result == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
}

static gboolean
lookup(struct world *w, const char *user, struct secret *ret, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    profile_secret_lookup_async(w->p, user, NULL, on_result, &result);
    wait_for(&result);
    return profile_secret_lookup_finish(result, ret, error);
}

static gboolean
store(struct world *w, const char *user, const char *password, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    struct secret secret = {0};

    g_assert_true(secret_set_text(&secret, password));
    profile_secret_store_async(w->p, user, &secret, NULL, on_result, &result);
    wait_for(&result);
    return profile_secret_store_finish(result, error);
}

/* The longest that a plan takes: a password's place would not hold it. */
static void
store_key(struct world *w)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    struct plan_key key = {.len = 6000};

    memset(key.pem, 'k', key.len);
    profile_secret_store_key_async(w->p, &key, NULL, on_result, &result);
    wait_for(&result);
    g_assert_true(profile_secret_store_finish(result, &error));
    g_assert_no_error(error);
}

static void
expect_key(struct world *w, guint length)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    struct plan_key key;

    profile_secret_lookup_async(w->p, PROFILE_SECRET_KEY, NULL, on_result, &result);
    wait_for(&result);
    g_assert_true(profile_secret_lookup_key_finish(result, &key, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(key.len, ==, length);
    g_assert_cmpuint(strlen((char *)key.pem), ==, length);
}

static gboolean
clear(struct world *w, const char *user, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    profile_secret_clear_async(w->p, user, NULL, on_result, &result);
    wait_for(&result);
    return profile_secret_clear_finish(result, error);
}

/* A password for a proxy is given to that proxy, and as that user, alone. Leaves two. */
static void
expect_own_proxy_only(struct world *w)
{
    g_autoptr(GError) error = NULL;
    struct secret found = {0};

    profile_set(&w->p->proxy_host, "proxy.example");
    profile_set(&w->p->proxy_user, "line");
    g_assert_true(store(w, PROFILE_SECRET_PROXY, "to the world", &error));
    g_assert_true(lookup(w, PROFILE_SECRET_PROXY, &found, &error));
    g_assert_cmpstr((char *)found.data, ==, "to the world");
    profile_set(&w->p->proxy_user, "another");
    g_assert_true(lookup(w, PROFILE_SECRET_PROXY, &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    profile_set(&w->p->proxy_user, "line");
    profile_set(&w->p->proxy_host, "evil.example");
    g_assert_true(lookup(w, PROFILE_SECRET_PROXY, &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    g_assert_true(store(w, PROFILE_SECRET_PROXY, "of that", &error));
    g_assert_no_error(error);
}

static void
set_up(struct world *w, gconstpointer data)
{
    (void)data;
    w->home = g_dir_make_tmp("dialtone-keyring-XXXXXX", NULL);
    g_setenv("HOME", w->home, TRUE);
    g_setenv("XDG_DATA_HOME", w->home, TRUE);
    g_setenv("XDG_RUNTIME_DIR", w->home, TRUE);
    w->p = profile_new();
    profile_set(&w->p->id, "vpn");
    profile_set(&w->p->name, "VPN");
    profile_secret_timeout_s = PROFILE_SECRET_TIMEOUT_S;
}

static void
tear_down(struct world *w, gconstpointer data)
{
    g_autofree char *command = g_strdup_printf("rm -rf %s", w->home);

    (void)data;
    if (w->keyring != NULL) {
        g_subprocess_force_exit(w->keyring);
        g_subprocess_wait(w->keyring, NULL, NULL);
        g_object_unref(w->keyring);
    }
    profile_free(w->p);
    secret_service_disconnect(); /* the next case has another keyring */
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpint(system(command), ==, 0);
    g_free(w->home);
}

static void
on_keyring(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    (void)bus, (void)name, (void)owner;
    *(gboolean *)user_data = TRUE;
}

/* A keyring with the password "test", which --unlock reads from its standard input. */
static gboolean
start_keyring(struct world *w)
{
    g_autofree char *program = g_find_program_in_path("gnome-keyring-daemon");

    if (program == NULL) {
        g_test_skip("gnome-keyring is not installed");
        return FALSE;
    }
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_subprocess_launcher_unsetenv(launcher, "G_DEBUG"); /* its warnings are not ours */
    w->keyring = g_subprocess_launcher_spawn(launcher, NULL, program, "--foreground", "--unlock",
                                             "--components=secrets", NULL);
    g_assert_nonnull(w->keyring);
    GOutputStream *in = g_subprocess_get_stdin_pipe(w->keyring);
    g_assert_true(g_output_stream_write_all(in, "test", 4, NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(in, NULL, NULL));

    gboolean there = FALSE;
    const guint watch =
        g_bus_watch_name(G_BUS_TYPE_SESSION, "org.freedesktop.secrets",
                         G_BUS_NAME_WATCHER_FLAGS_NONE, on_keyring, NULL, &there, NULL);
    const guint timer = g_timeout_add_seconds(PATIENCE_S, on_late, (gpointer) "the keyring");
    while (!there)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    g_bus_unwatch_name(watch);
    return TRUE;
}

static void
a_password_is_kept_for_profile_and_user(struct world *w, gconstpointer data)
{
    struct secret found = {0};
    g_autoptr(GError) error = NULL;

    (void)data;
    if (!start_keyring(w))
        return;
    g_assert_true(lookup(w, "erika", &found, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(found.len, ==, 0); /* none is no error */
    g_assert_true(store(w, "erika", "pässwörd", &error));
    g_assert_no_error(error);
    g_assert_true(lookup(w, "erika", &found, &error));
    g_assert_cmpstr((char *)found.data, ==, "pässwörd");
    store(w, "erika", "second", &error);
    g_assert_no_error(error);
    g_assert_true(lookup(w, "erika", &found, &error));
    g_assert_cmpstr((char *)found.data, ==, "second");

    g_assert_true(lookup(w, "max", &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    profile_set(&w->p->id, "another");
    g_assert_true(lookup(w, "erika", &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    profile_set(&w->p->id, "vpn");

    g_assert_true(store(w, "max", "third", &error));
    g_assert_true(clear(w, "erika", &error));
    g_assert_true(clear(w, "erika", &error)); /* nor is this */
    g_assert_true(lookup(w, "erika", &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    g_assert_true(lookup(w, "max", &found, &error));
    g_assert_cmpstr((char *)found.data, ==, "third");
    g_assert_true(store(w, PROFILE_SECRET_PSK, "shared", &error));
    g_assert_true(store(w, PROFILE_SECRET_TUNNEL, "of the tunnel", &error));
    store_key(w);
    g_assert_true(clear(w, NULL, &error));
    g_assert_true(lookup(w, "max", &found, &error));
    g_assert_cmpuint(found.len, ==, 0);

    /* The pre-shared key and its like are nobody's password: each stays until it is named. */
    g_assert_true(lookup(w, PROFILE_SECRET_PSK, &found, &error));
    g_assert_cmpstr((char *)found.data, ==, "shared");
    g_assert_true(clear(w, PROFILE_SECRET_PSK, &error));
    g_assert_true(lookup(w, PROFILE_SECRET_PSK, &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    g_assert_true(lookup(w, PROFILE_SECRET_TUNNEL, &found, &error));
    g_assert_cmpstr((char *)found.data, ==, "of the tunnel");
    expect_key(w, 6000);
    expect_own_proxy_only(w);
    for (gsize i = 0; i < PROFILE_SECRET_KINDS; i++)
        g_assert_true(clear(w, profile_secret_kinds[i], &error));
    g_assert_true(lookup(w, PROFILE_SECRET_TUNNEL, &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    g_assert_true(lookup(w, PROFILE_SECRET_PROXY, &found, &error));
    g_assert_cmpuint(found.len, ==, 0); /* of whichever proxy */
    profile_set(&w->p->proxy_host, "proxy.example");
    g_assert_true(lookup(w, PROFILE_SECRET_PROXY, &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    expect_key(w, 0);
    g_assert_no_error(error);
}

static void
no_keyring_is_said(struct world *w, gconstpointer data)
{
    struct secret found = {0};
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_false(lookup(w, "erika", &found, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_false(store(w, "erika", "x", &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_false(clear(w, NULL, &error));
    g_assert_nonnull(error);
}

/* Owns the keyring's name, and never answers. */
static GDBusMessage *
swallow(GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
    (void)bus, (void)user_data;
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
        return message;
    g_object_unref(message);
    return NULL;
}

static GDBusConnection *
start_hanging_keyring(void)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *bus =
        g_dbus_connection_new_for_address_sync(g_test_dbus_get_bus_address(test_bus),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);

    g_assert_no_error(error);
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
        g_variant_new("(su)", "org.freedesktop.secrets", 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
        &error);
    g_assert_no_error(error);
    g_dbus_connection_add_filter(bus, swallow, NULL, NULL);
    return bus;
}

static void
a_hanging_keyring_has_a_deadline(struct world *w, gconstpointer data)
{
    g_autoptr(GDBusConnection) hanging = start_hanging_keyring();
    struct secret found = {0};
    g_autoptr(GError) error = NULL;

    (void)data;
    profile_secret_timeout_s = 1;
    g_assert_false(lookup(w, "erika", &found, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    g_assert_nonnull(strstr(error->message, "keyring"));
    g_clear_error(&error);
    g_assert_false(store(w, "erika", "x", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    g_dbus_connection_close_sync(hanging, NULL, NULL);
}

static gboolean
cancel(gpointer user_data)
{
    g_cancellable_cancel(user_data);
    return G_SOURCE_REMOVE;
}

static void
who_waits_may_cancel(struct world *w, gconstpointer data)
{
    g_autoptr(GDBusConnection) hanging = start_hanging_keyring();
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GAsyncResult) result = NULL;
    struct secret found = {0};
    g_autoptr(GError) error = NULL;

    (void)data;
    profile_secret_lookup_async(w->p, "erika", cancellable, on_result, &result);
    g_idle_add(cancel, cancellable);
    wait_for(&result);
    g_assert_false(profile_secret_lookup_finish(result, &found, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_dbus_connection_close_sync(hanging, NULL, NULL);
}

/* Y: what is kept for a connection of the user's goes to no server of everybody's that has its id,
 * and is not lost with it. */
static void
everybodys_is_another(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    struct secret found = {0};

    (void)data;
    if (!start_keyring(w))
        return;
    g_assert_true(store(w, "anna", "mine", &error));
    g_assert_true(store(w, PROFILE_SECRET_PSK, "my key", &error));
    w->p->system = TRUE;
    g_assert_true(lookup(w, "anna", &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    g_assert_true(lookup(w, PROFILE_SECRET_PSK, &found, &error));
    g_assert_cmpuint(found.len, ==, 0);
    g_assert_true(store(w, PROFILE_SECRET_PSK, "their key", &error));
    g_assert_true(clear(w, NULL, &error));
    w->p->system = FALSE;
    g_assert_true(lookup(w, "anna", &found, &error));
    g_assert_cmpstr((const char *)found.data, ==, "mine");
    g_assert_true(lookup(w, PROFILE_SECRET_PSK, &found, &error));
    g_assert_cmpstr((const char *)found.data, ==, "my key");
    g_assert_no_error(error);
    secret_wipe(&found);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    test_bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(test_bus);
#define TEST(name, fn)                                                                             \
    g_test_add("/profile-secret/" name, struct world, NULL, set_up, fn, tear_down)
    TEST("absent", no_keyring_is_said);
    TEST("D9-hanging", a_hanging_keyring_has_a_deadline);
    TEST("cancelled", who_waits_may_cancel);
    TEST("Y-everybodys-is-another", everybodys_is_another);
    TEST("working", a_password_is_kept_for_profile_and_user);
    const int result = g_test_run();
    g_autoptr(GDBusConnection) last = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    g_dbus_connection_set_exit_on_close(last, FALSE);
    g_test_dbus_stop(test_bus);
    return result;
}
