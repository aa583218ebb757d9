/*
 * test-dt-dialer-client.c - the front ends' client of the helper, on a bus of its own, with a
 * helper that plays its part, dies and comes back. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-dialer-client.h"
#include "dt-failure.h"

#include "dt-ras-error.h"
#include "profile-system.h"

#include <signal.h>
#include <string.h>

enum { PATIENCE_S = 20 };

struct world {
    GSubprocess *fake;
    DtDialerClient *client;
    guint added, removed;
};

static gboolean
on_late(gpointer user_data)
{
    g_error("%s: not within %d s", (const char *)user_data, PATIENCE_S);
    return G_SOURCE_REMOVE;
}

#define WAIT_UNTIL(condition)                                                                      \
    do {                                                                                           \
        const guint timer_ = g_timeout_add_seconds(PATIENCE_S, on_late, (gpointer) #condition);    \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(timer_);                                                                   \
    } while (0)

static void
on_result(GObject *source, GAsyncResult *result, gpointer user_data)
{
    (void)source;
    *(GAsyncResult **)user_data = g_object_ref(result);
}

static void
on_added(struct world *w)
{
    w->added++;
}

static void
on_removed(struct world *w)
{
    w->removed++;
}

static void
start_helper(struct world *w)
{
    w->fake = g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, NULL, g_getenv("FAKE_DIALTONED"), NULL);
    g_assert_nonnull(w->fake);
}

static void
set_up(struct world *w, gconstpointer data)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;

    (void)data;
    dt_dialer_client_new_async(NULL, on_result, &result);
    WAIT_UNTIL(result != NULL);
    w->client = dt_dialer_client_new_finish(result, &error);
    g_assert_no_error(error);
    g_signal_connect_swapped(w->client, "connection-added", G_CALLBACK(on_added), w);
    g_signal_connect_swapped(w->client, "connection-removed", G_CALLBACK(on_removed), w);
}

static void
tear_down(struct world *w, gconstpointer data)
{
    (void)data;
    g_assert_finalize_object(w->client);
    if (w->fake != NULL) {
        g_subprocess_force_exit(w->fake);
        g_subprocess_wait(w->fake, NULL, NULL);
        g_object_unref(w->fake);
    }
}

static DtConnection *
dial(struct world *w, const char *user, const char *password, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    struct credentials credentials = {0};
    struct dial_plan plan;

    dial_plan_init(&plan);
    g_strlcpy(plan.name, "VPN", sizeof plan.name);
    plan.n_servers = 1;
    g_strlcpy(plan.servers[0].host, "vpn.example.test", PLAN_MAX_TEXT);
    g_strlcpy(credentials.user, user, sizeof credentials.user);
    secret_set_text(&credentials.password, password);
    dt_dialer_client_connect_async(w->client, &plan, &credentials, NULL, on_result, &result);
    WAIT_UNTIL(result != NULL);
    return dt_dialer_client_connect_finish(w->client, result, error);
}

static gboolean
state_is(DtConnection *c, const char *state)
{
    return g_strcmp0(dt_connection_get_state(c), state) == 0;
}

static void
a_call_is_followed(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_false(dt_dialer_client_get_available(w->client));
    start_helper(w);
    WAIT_UNTIL(dt_dialer_client_get_available(w->client));
    g_assert_null(dt_dialer_client_find(w->client, "VPN"));
    g_autoptr(DtConnection) c = dial(w, "alice", "right", &error);
    g_assert_no_error(error);
    WAIT_UNTIL(state_is(c, "connected"));
    g_assert_true(dt_dialer_client_find(w->client, "VPN") == c);
    g_assert_null(dt_dialer_client_find(w->client, "vpn"));
    g_assert_cmpuint(w->added, ==, 1);
    g_assert_cmpuint(g_list_model_get_n_items(dt_dialer_client_get_connections(w->client)), ==, 1);
    g_autofree char *text = dt_dialer_client_state_text(c);
    g_assert_cmpstr(text, ==, "Connected");

    /* the same object again, not a second one */
    g_autoptr(DtConnection) again = dial(w, "alice", "right", &error);
    g_assert_no_error(error);
    g_assert_true(again == c);
    g_assert_cmpuint(w->added, ==, 1);
}

static void
a_question_is_answered(struct world *w, gconstpointer data)
{
    struct credentials answer = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) first = NULL;
    g_autoptr(GAsyncResult) second = NULL;

    (void)data;
    start_helper(w);
    WAIT_UNTIL(dt_dialer_client_get_available(w->client));
    g_autoptr(DtConnection) c = dial(w, "alice", "wrong", &error);
    g_assert_no_error(error);
    WAIT_UNTIL(dt_dialer_client_question(c) == RAS_AUTHENTICATION_FAILURE);
    g_strlcpy(answer.user, "alice", sizeof answer.user);
    secret_set_text(&answer.password, "right");
    dt_dialer_client_answer_async(c, &answer, NULL, on_result, &first);
    WAIT_UNTIL(first != NULL && state_is(c, "connected"));
    g_assert_true(dt_dialer_client_answer_finish(c, first, &error));
    g_assert_cmpuint(dt_dialer_client_question(c), ==, 0);

    g_autoptr(DtConnection) d = dial(w, "expired", "right", &error);
    WAIT_UNTIL(dt_dialer_client_question(d) == RAS_PASSWD_EXPIRED);
    dt_dialer_client_answer_async(d, NULL, NULL, on_result, &second);
    WAIT_UNTIL(second != NULL && state_is(d, "idle"));
    g_assert_true(dt_dialer_client_answer_finish(d, second, &error));
    g_assert_cmpuint(dt_connection_get_error(d), ==, RAS_PASSWD_EXPIRED);
}

static void
errors_come_as_numbers(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    start_helper(w);
    WAIT_UNTIL(dt_dialer_client_get_available(w->client));
    g_assert_null(dial(w, "nobody", "", &error));
    g_assert_cmpuint(dt_ras_error_number(error), ==, RAS_DIAL_ALREADY_IN_PROGRESS);
    g_assert_cmpstr(error->message, ==, "busy");
}

static void
a_helper_that_dies_and_comes_back(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    start_helper(w);
    WAIT_UNTIL(dt_dialer_client_get_available(w->client));
    g_autoptr(DtConnection) c = dial(w, "alice", "right", &error);
    WAIT_UNTIL(state_is(c, "connected"));
    g_subprocess_send_signal(w->fake, SIGKILL);
    WAIT_UNTIL(!dt_dialer_client_get_available(w->client) && w->removed == 1);
    g_assert_null(dt_dialer_client_find(w->client, "VPN"));
    g_subprocess_wait(w->fake, NULL, NULL);
    g_clear_object(&w->fake);

    start_helper(w);
    WAIT_UNTIL(dt_dialer_client_get_available(w->client));
    g_autoptr(DtConnection) d = dial(w, "alice", "right", &error);
    g_assert_no_error(error);
    WAIT_UNTIL(state_is(d, "connected"));
    g_assert_cmpuint(w->added, ==, 2);
}

static void
on_changed(gboolean *changed)
{
    *changed = TRUE;
}

static char *
install(struct world *w, ProfileStore *store, const Profile *p, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    profile_system_install_async(w->client, store, p, NULL, on_result, &result);
    WAIT_UNTIL(result != NULL);
    return profile_system_install_finish(w->client, result, error);
}

static gboolean
remove_one(struct world *w, const char *id, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    profile_system_remove_async(w->client, id, NULL, on_result, &result);
    WAIT_UNTIL(result != NULL);
    return profile_system_remove_finish(w->client, result, error);
}

/* A front end that was open before there was any sees it come, change and go. */
static void
for_everybody(struct world *w, gconstpointer data)
{
    g_autofree char *root = g_dir_make_tmp("dialtone-client-XXXXXX", NULL);
    g_autofree char *etc = g_build_filename(root, "etc", "profiles", NULL);
    g_autofree char *user = g_build_filename(root, "user", NULL);
    g_autofree char *remove = g_strdup_printf("rm -r %s", root);
    g_autoptr(GError) error = NULL;
    gboolean changed = FALSE;

    (void)data;
    g_setenv("DIALTONE_SYSTEM_PROFILES", etc, TRUE);
    g_autoptr(ProfileStore) store = profile_store_new(user, NULL);
    g_signal_connect_swapped(store, "changed", G_CALLBACK(on_changed), &changed);
    start_helper(w);
    WAIT_UNTIL(dt_dialer_client_get_available(w->client));
    g_autoptr(Profile) p = profile_new();
    profile_set(&p->name, "Office");
    profile_add_server(p, "", "vpn.example.test");
    g_autofree char *id = install(w, store, p, &error);
    g_assert_no_error(error);
    WAIT_UNTIL(changed);
    g_autoptr(Profile) found = profile_store_find(store, "Office", &error);
    g_assert_no_error(error);
    g_assert_true(found->system);
    g_assert_cmpstr(found->id, ==, id);

    changed = FALSE;
    profile_set(&found->service_message, "Call 555 0100.");
    g_autofree char *same = install(w, store, found, &error);
    g_assert_cmpstr(same, ==, id);
    WAIT_UNTIL(changed);
    g_autoptr(Profile) again = profile_store_find(store, id, &error);
    g_assert_cmpstr(again->service_message, ==, "Call 555 0100.");

    changed = FALSE;
    g_assert_true(remove_one(w, id, &error));
    WAIT_UNTIL(changed);
    g_assert_false(remove_one(w, id, &error));
    g_assert_cmpuint(dt_ras_error_number(error), ==, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    g_clear_error(&error);
    g_assert_null(install(w, store, again, &error)); /* as what it was: gone */
    g_assert_cmpuint(dt_ras_error_number(error), ==, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    g_unsetenv("DIALTONE_SYSTEM_PROFILES");
    g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
}

static void
for_everybody_denied(struct world *w, gconstpointer data)
{
    g_autoptr(ProfileStore) store = profile_store_new("/nonexistent", "/nonexistent");
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GError) error = NULL;

    (void)data;
    start_helper(w);
    WAIT_UNTIL(dt_dialer_client_get_available(w->client));
    g_assert_null(install(w, store, p, &error));
    g_assert_cmpuint(dt_ras_error_number(error), ==, RAS_ACCESS_DENIED);
    g_assert_nonnull(strstr(profile_system_advice(error), "sudo dialtone"));
    g_clear_error(&error);
    g_assert_false(remove_one(w, "everybody-1", &error));
    g_assert_cmpuint(dt_ras_error_number(error), ==, RAS_ACCESS_DENIED);
}

static void
nobody_is_there(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_null(dial(w, "alice", "right", &error));
    g_assert_nonnull(error);
    g_assert_false(dt_dialer_client_get_available(w->client));
}

static void
numbers_have_words(void)
{
    g_autofree char *small = dt_dialer_client_error_number(691);
    g_autofree char *large = dt_dialer_client_error_number(RAS_CERT_E_UNTRUSTEDROOT);

    g_assert_cmpstr(small, ==, "691");
    g_assert_cmpstr(large, ==, "0x800B0109");
    g_assert_cmpstr(dt_dialer_client_error_text(0), ==, "");
    g_assert_cmpuint(strlen(dt_dialer_client_error_text(691)), >, 10);
    g_assert_cmpuint(strlen(dt_dialer_client_error_text(12345)), >, 10);
    g_assert_cmpuint(strlen(dt_dialer_client_error_advice(691)), >, 10);
}

/* Of the proxy: what is to be mended, and where; and of nothing else. */
static void
failures_have_words(void)
{
    static const char *const rows[][2] = {
        {"name-unknown", "The name of the proxy is not known."},
        {"unreachable", "The proxy cannot be reached."},
        {"not-a-proxy", "What answers at the proxy's address is not a proxy of this kind."},
        {"server-refused", "The proxy does not let the connection through to the server."},
        {"user-refused", "The proxy wants another user name or password."},
        {"of a later version", "The proxy did not let the connection pass."}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("{'proxy-problem': <'%s'>}", rows[i][0]);
        g_autoptr(GVariant) details = g_variant_ref_sink(g_variant_new_parsed(text));

        g_assert_cmpstr(dt_failure_text(RAS_CANNOT_CONNECT_PROXY, details), ==, rows[i][1]);
        g_assert_cmpuint(strlen(dt_failure_advice(RAS_CANNOT_CONNECT_PROXY, details)), >, 10);
        g_assert_cmpstr(dt_failure_text(691, details), ==, dt_dialer_client_error_text(691));
        g_assert_cmpint(dt_failure_proxy_user(details), ==,
                        g_str_equal(rows[i][0], "user-refused"));
    }
    g_assert_cmpstr(dt_failure_text(RAS_CANNOT_CONNECT_PROXY, NULL), ==, rows[5][1]);
    g_assert_false(dt_failure_proxy_user(NULL));
}

/* Each state is a line; what the server is called cannot disturb it (Y2). */
static void
states_have_words(void)
{
    static const char *const rows[][2] = {
        {"idle", "Disconnected"},
        {"dialing", "Dialing a?[2Jb…"},
        {"connecting", "Connecting to a?[2Jb…"},
        {"authenticating", "Verifying user name and password…"},
        {"registering", "Registering your computer on the network…"},
        {"connected", "Connected"},
        {"waiting", "Redialing in 5 seconds… (2 of 3)"},
        {"disconnecting", "Disconnecting…"},
    };
    g_autoptr(DtConnection) c = dt_connection_skeleton_new();

    dt_connection_set_details(c, g_variant_new_parsed("{'server': <'a\033[2Jb'>}"));
    dt_connection_set_waiting(
        c, g_variant_new_parsed(
               "{'seconds': <uint32 5>, 'attempt': <uint32 2>, 'attempts': <uint32 3>}"));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        dt_connection_set_state(c, rows[i][0]);
        g_autofree char *text = dt_dialer_client_state_text(c);
        g_assert_cmpstr(text, ==, rows[i][1]);
    }
    dt_connection_set_state(c, "waiting");
    dt_connection_set_waiting(
        c, g_variant_new_parsed(
               "{'seconds': <uint32 1>, 'attempt': <uint32 3>, 'attempts': <uint32 3>}"));
    g_autofree char *one = dt_dialer_client_state_text(c);
    g_assert_cmpstr(one, ==, "Redialing in 1 second… (3 of 3)");
}

#define TEST(name, fn) g_test_add("/dialer-client/" name, struct world, NULL, set_up, fn, tear_down)

int
main(int argc, char **argv)
{
    g_autoptr(GTestDBus) bus = g_test_dbus_new(G_TEST_DBUS_NONE);

    g_test_init(&argc, &argv, NULL);
    g_test_dbus_up(bus);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address(bus), TRUE);
    TEST("call", a_call_is_followed);
    TEST("question", a_question_is_answered);
    TEST("errors", errors_come_as_numbers);
    TEST("helper-dies", a_helper_that_dies_and_comes_back);
    TEST("nobody", nobody_is_there);
    TEST("for-everybody", for_everybody);
    TEST("for-everybody-denied", for_everybody_denied);
    g_test_add_func("/dialer-client/numbers", numbers_have_words);
    g_test_add_func("/dialer-client/failures", failures_have_words);
    g_test_add_func("/dialer-client/Y2-states", states_have_words);
    const int result = g_test_run();
    g_autoptr(GDBusConnection) last = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    g_dbus_connection_set_exit_on_close(last, FALSE);
    g_test_dbus_stop(bus);
    return result;
}
