/*
 * test-bus.c - the helper as a system service: a private system bus with our bus policy, the real
 * polkitd with our actions, and a systemd-resolved that only takes notes.
 *
 * The users: root; daemon, whom a polkit rule allows everything but others' connections; games, who
 * may dial but not take over; sys, who may manage those of others; nobody, whom no rule names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-services.h"
#include "dt-ras-error.h"
#include "fake-resolved.h"
#include "harness.h"
#include "helper-bouncer.h"

#include <pwd.h>
#include <unistd.h>

static const char polkit_rules[] =
    "polkit.addRule(function(action, subject) {\n"
    "    if (action.id == 'org.dialtone.dialer.dial' &&\n"
    "        (subject.user == 'daemon' || subject.user == 'games'))\n"
    "        return polkit.Result.YES;\n"
    "    if (action.id == 'org.dialtone.dialer.full-tunnel' && subject.user == 'daemon')\n"
    "        return polkit.Result.YES;\n"
    "    if (action.id == 'org.dialtone.dialer.manage-others' && subject.user == 'sys')\n"
    "        return polkit.Result.YES;\n"
    "});\n";

struct bus_test {
    struct harness harness;
    struct fake_resolved resolved;
};

static void
setup(struct bus_test *t, gconstpointer data)
{
    harness_setup(&t->harness, data);
    bus_services_use(&t->harness);
}

static void
teardown(struct bus_test *t, gconstpointer data)
{
    fake_resolved_stop(&t->resolved);
    harness_teardown(&t->harness, data);
    fake_resolved_clear(&t->resolved);
}

#define ON_BUS(t)                                                                                  \
    if (!harness_can_run())                                                                        \
        return;                                                                                    \
    harness_start(&(t)->harness)

/* None of the three methods of a connection. */
static void
assert_may_not_manage(const struct front_end *f, DtConnection *c)
{
    g_autoptr(DtConnection) seen = see_as(f, c);
    g_auto(GStrv) lines = NULL;
    GError *error = NULL;

    g_assert_false(dt_connection_call_disconnect_sync(seen, NULL, &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_false(dt_connection_call_get_log_sync(seen, &lines, NULL, &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_false(
        dt_connection_call_answer_sync(seen, dt_credentials_to_variant(NULL), NULL, &error));
    assert_denied(g_steal_pointer(&error));
}

static void
test_nobody_is_denied(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    GError *error = NULL;

    (void)data;
    ON_BUS(t);
    struct front_end nobody = front_end_of(&t->harness, "nobody");
    plan_for(plan, "up.test");
    g_assert_null(dial_as(&nobody, plan, &error));
    assert_denied(g_steal_pointer(&error));

    g_autoptr(DtConnection) roots = harness_dial_to(&t->harness, "up.test", "connected");
    assert_may_not_manage(&nobody, roots);
    g_assert_false(dt_dialer_call_find_sync(nobody.dialer, "Work", NULL, NULL, &error));
    g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE); /* it is not theirs */
    g_clear_error(&error);
    g_assert_cmpstr(dt_connection_get_state(roots), ==, "connected");
    front_end_close(&nobody);
    harness_stop(&t->harness);
}

static void
test_allowed_user(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;

    (void)data;
    ON_BUS(t);
    struct front_end daemon = front_end_of(&t->harness, "daemon"),
                     games = front_end_of(&t->harness, "games");
    plan_for(plan, "up.test");
    g_autoptr(DtConnection) c = dial_as(&daemon, plan, &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    g_assert_cmpuint(dt_connection_get_owner(c), ==, getpwnam("daemon")->pw_uid);
    dt_dialer_call_find_sync(daemon.dialer, "Work", &path, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(path, ==, g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)));

    assert_may_not_manage(&games, c);
    g_assert_true(dt_connection_call_disconnect_sync(c, NULL, &error)); /* one's own */
    harness_wait_state(c, "idle");
    front_end_close(&daemon);
    front_end_close(&games);
    harness_stop(&t->harness);
}

static GVariant *
get_all(const struct front_end *f, const char *path, const char *interface, GError **error)
{
    return g_dbus_connection_call_sync(f->bus, "org.dialtone.Dialer1", path,
                                       "org.freedesktop.DBus.Properties", "GetAll",
                                       g_variant_new("(s)", interface), G_VARIANT_TYPE("(a{sv})"),
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
}

static void
assert_may_not_read(const struct front_end *f, const char *path)
{
    GError *error = NULL;

    g_assert_null(get_all(f, path, "org.dialtone.Dialer1.Connection", &error));
    assert_denied(g_steal_pointer(&error));
    g_assert_null(g_dbus_connection_call_sync(
        f->bus, "org.dialtone.Dialer1", path, "org.freedesktop.DBus.Properties", "Get",
        g_variant_new("(ss)", "org.dialtone.Dialer1.Connection", "Details"), NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error));
    assert_denied(g_steal_pointer(&error));
}

static gsize
n_connections(const struct front_end *f)
{
    g_autoptr(GVariant) reply = get_all(f, "/org/dialtone/Dialer1", "org.dialtone.Dialer1", NULL);
    g_autoptr(GVariant) all = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) paths = g_variant_lookup_value(all, "Connections", NULL);

    return g_variant_n_children(paths);
}

static void
count_signal(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
             const char *name, GVariant *arguments, gpointer data)
{
    (void)bus, (void)sender, (void)path, (void)interface, (void)name, (void)arguments;
    (*(unsigned *)data)++;
}

/* Everything that the helper ever says to this one. */
static guint
listen_to_all(const struct front_end *f, unsigned *n)
{
    return g_dbus_connection_signal_subscribe(f->bus, NULL, "org.freedesktop.DBus.Properties", NULL,
                                              NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, count_signal, n,
                                              NULL);
}

/* A1, A7 of the assets: to whom one is connected is not for the other users of the computer,
 * neither asked for nor overheard. */
static void
test_others_see_nothing(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;
    unsigned heard_daemon = 0, heard_games = 0, heard_root = 0;

    (void)data;
    ON_BUS(t);
    struct front_end daemon = front_end_of(&t->harness, "daemon"),
                     games = front_end_of(&t->harness, "games");
    struct front_end root = front_end_of(&t->harness, "root");
    const guint of_daemon = listen_to_all(&daemon, &heard_daemon);
    const guint of_games = listen_to_all(&games, &heard_games);
    const guint of_root = listen_to_all(&root, &heard_root);

    plan_for(plan, "up.test");
    g_autoptr(DtConnection) c = dial_as(&daemon, plan, &error);
    g_assert_no_error(error);
    const char *path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(c));
    assert_may_not_read(&games, path);
    g_autoptr(DtConnection) seen_by_games = see_as(&games, c);
    g_autoptr(DtConnection) seen_by_root = see_as(&root, c);
    harness_wait_state(c, "connected");
    harness_wait_state(seen_by_root, "connected");
    g_assert_null(dt_connection_get_name(seen_by_games));
    g_assert_cmpuint(n_connections(&daemon), ==, 1);
    g_assert_cmpuint(n_connections(&games), ==, 0);
    g_assert_cmpuint(n_connections(&root), ==, 1);

    heard_games = heard_root = heard_daemon = 0;
    dt_connection_call_disconnect_sync(c, NULL, &error);
    g_assert_no_error(error);
    harness_wait_state(seen_by_root, "idle");
    harness_wait_state(c, "idle");
    assert_may_not_read(&games, path); /* an answer: what was sent before it has come too */
    g_assert_cmpuint(heard_daemon, >, 0);
    g_assert_cmpuint(heard_root, >, 0);
    g_assert_cmpuint(heard_games, ==, 0);
    g_dbus_connection_signal_unsubscribe(daemon.bus, of_daemon);
    g_dbus_connection_signal_unsubscribe(games.bus, of_games);
    g_dbus_connection_signal_unsubscribe(root.bus, of_root);
    front_end_close(&daemon);
    front_end_close(&games);
    front_end_close(&root);
    harness_stop(&t->harness);
}

/* An administrator who is not root finds the connections of others in the list, is told of new
 * ones, and can end them; he does not become their owner. */
static void
test_administrator(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    ON_BUS(t);
    struct front_end daemon = front_end_of(&t->harness, "daemon"),
                     sys = front_end_of(&t->harness, "sys");
    g_assert_cmpuint(n_connections(&sys), ==, 0);
    plan_for(plan, "up.test");
    g_autoptr(DtConnection) c = dial_as(&daemon, plan, &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    g_assert_cmpuint(n_connections(&sys), ==, 1);
    while (dt_dialer_get_connections(sys.dialer) == NULL ||
           dt_dialer_get_connections(sys.dialer)[0] == NULL)
        g_main_context_iteration(NULL, TRUE); /* it is told on its own bus connection, and later */
    g_assert_cmpstr(dt_dialer_get_connections(sys.dialer)[0], ==,
                    g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)));
    g_autoptr(DtConnection) seen = see_as(&sys, c);
    g_assert_cmpstr(dt_connection_get_name(seen), ==, "Work");
    g_assert_false(dt_dialer_call_find_sync(sys.dialer, "Work", NULL, NULL, &error));
    g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE); /* it is not theirs */
    g_clear_error(&error);
    g_assert_null(dial_as(&sys, plan, &error));
    assert_denied(g_steal_pointer(&error));
    dt_connection_call_disconnect_sync(seen, NULL, &error);
    g_assert_no_error(error);
    harness_wait_state(c, "idle");
    front_end_close(&daemon);
    front_end_close(&sys);
    harness_stop(&t->harness);
}

/* D3: who asks over and over, under ever new names, does not fill the helper's memory. */
static void
test_many_watchers(struct bus_test *t, gconstpointer data)
{
    (void)data;
    ON_BUS(t);
    g_autoptr(DtConnection) c = harness_dial_to(&t->harness, "up.test", "connected");
    for (int i = 0; i < 40; i++) {
        struct front_end f = front_end_of(&t->harness, "root");
        g_autoptr(DtConnection) seen = see_as(&f, c);
        g_assert_cmpstr(dt_connection_get_state(seen), ==, "connected");
        if (i % 2 == 0) {
            g_clear_object(&f.dialer); /* stays on the bus until the end of the test */
            continue;
        }
        front_end_close(&f);
    }
    struct front_end last = front_end_of(&t->harness, "root");
    g_autoptr(DtConnection) seen = see_as(&last, c);
    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(seen, "idle");
    front_end_close(&last);
    harness_stop(&t->harness);
}

/* To dial is one thing, to take over the default route another. */
static void
test_full_tunnel_needs_more(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    GError *error = NULL;

    (void)data;
    ON_BUS(t);
    struct front_end games = front_end_of(&t->harness, "games");
    plan_for(plan, "up.test");
    g_assert_null(dial_as(&games, plan, &error));
    assert_denied(g_steal_pointer(&error));

    plan->default_gateway = plan->set_dns = false;
    plan->n_routes = 2; /* the same in other words */
    net_route_parse("0.0.0.0/1", &plan->routes[0]);
    net_route_parse("128.0.0.0/1", &plan->routes[1]);
    g_assert_null(dial_as(&games, plan, &error));
    assert_denied(g_steal_pointer(&error));

    plan->n_routes = 0;
    g_autoptr(DtConnection) c = dial_as(&games, plan, &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    front_end_close(&games);
    harness_stop(&t->harness);
}

static bool
has_no_canary(gpointer data)
{
    return harness_times_in_memory(data, "canary-in-the-mine") == 0;
}

/* Y4: also the buffer that the password came in is overwritten. */
static void
test_secrets(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    ON_BUS(t);
    plan_for(plan, "up.test");
    g_autoptr(DtConnection) c = harness_dial(&t->harness, plan, "canary-in-the-mine", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    harness_wait(has_no_canary, &t->harness);
    harness_stop(&t->harness);
}

/* D4: the program that dialed is gone. */
static void
test_caller_dies(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    ON_BUS(t);
    struct front_end root = front_end_of(&t->harness, "root");
    struct front_end watcher = front_end_of(&t->harness, "root");
    plan_for(plan, "up.test");
    plan->end_with_caller = true;
    g_autoptr(DtConnection) c = dial_as(&root, plan, &error);
    g_assert_no_error(error);
    g_autoptr(DtConnection) seen = see_as(&watcher, c);
    harness_wait_state(seen, "connected");
    g_clear_object(&c);
    front_end_close(&root);
    harness_wait_state(seen, "idle");
    front_end_close(&watcher);
    harness_stop(&t->harness);
}

/* D3: however many names are dialed, a user has a bounded number of objects. */
static void
test_limits(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_auto(GStrv) paths = NULL;

    (void)data;
    ON_BUS(t);
    struct front_end daemon = front_end_of(&t->harness, "daemon");
    plan_for(plan, "e691.test");
    for (int i = 0; i < 40; i++) {
        g_autoptr(GError) error = NULL;
        g_snprintf(plan->name, sizeof plan->name, "Name %d", i);
        g_autoptr(DtConnection) c = dial_as(&daemon, plan, &error);
        g_assert_no_error(error);
        harness_wait_state(c, "idle");
    }
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(daemon.bus, "org.dialtone.Dialer1", "/org/dialtone/Dialer1",
                                    "org.freedesktop.DBus.Properties", "Get",
                                    g_variant_new("(ss)", "org.dialtone.Dialer1", "Connections"),
                                    G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    g_autoptr(GVariant) v = NULL;
    g_variant_get(reply, "(v)", &v);
    g_assert_cmpuint(g_variant_n_children(v), ==, 16);
    front_end_close(&daemon);
    harness_stop(&t->harness);
}

static bool
has_revert(gpointer data)
{
    const struct bus_test *t = data;

    return strstr(t->resolved.notes->str, "RevertLink") != NULL;
}

static void
add_name_server(struct dial_plan *plan, const char *text)
{
    struct plan_address a;
    g_assert_true(plan_address_parse(text, &a) && plan_names_add_server(&plan->names, &a));
}

/* A name server of IPv6 is left out where the tunnel has only IPv4. */
static void
test_resolved(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    gboolean applied = FALSE;

    (void)data;
    if (!harness_can_run())
        return;
    fake_resolved_start(&t->resolved, &t->harness);
    harness_start(&t->harness);
    plan_for(plan, "push.test");
    add_name_server(plan, "2001:db8::53");
    g_autoptr(DtConnection) c = harness_dial(&t->harness, plan, "right", NULL);
    harness_wait_state(c, "connected");
    g_variant_lookup(dt_connection_get_details(c), "dns-applied", "b", &applied);
    g_assert_true(applied);
    dt_connection_call_disconnect(c, NULL, NULL, NULL);
    harness_wait(has_revert, t);
    harness_wait_state(c, "idle");

    g_autofree char *link = harness_command("ip -o link show"); /* vpn0 was the fourth */
    g_assert_null(strstr(link, "vpn0"));
    g_assert_cmpstr(
        t->resolved.notes->str, ==,
        "SetLinkDNS(4, [(2, [0x0a, 0x14, 0x1e, 0x35]), (2, [0x0a, 0x14, 0x1e, 0x36])])\n"
        "SetLinkDomains(4, [('corp.example', false), ('lab.corp.example', false), ('.', true)])\n"
        "SetLinkDefaultRoute(4, true)\n"
        "RevertLink(4,)\n");
    harness_stop(&t->harness);
}

/* Split DNS: only the names that profile and server list, and the profile's servers first. */
static void
test_resolved_split(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    if (!harness_can_run())
        return;
    fake_resolved_start(&t->resolved, &t->harness);
    harness_start(&t->harness);
    plan_for(plan, "push6.test");
    plan->default_gateway = false;
    plan_names_add(&plan->names, "office.example", true);
    plan_names_add(&plan->names, "shop.example", false);
    plan_names_add(&plan->names, "LAB.corp.example", false); /* the server says: to search, too */
    add_name_server(plan, "10.20.30.54");                    /* the server's second one */
    add_name_server(plan, "2001:db8::53");
    g_autoptr(DtConnection) c = harness_dial(&t->harness, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    harness_assert_detail(c, "dns", "['10.20.30.54', '2001:db8::53', '10.20.30.53']");
    harness_assert_detail(c, "search", "['office.example', 'LAB.corp.example']");
    harness_assert_detail(c, "dns-names", "['shop.example']");
    dt_connection_call_disconnect(c, NULL, NULL, NULL);
    harness_wait(has_revert, t);
    harness_wait_state(c, "idle");
    g_assert_cmpstr(t->resolved.notes->str, ==,
                    "SetLinkDNS(4, [(2, [0x0a, 0x14, 0x1e, 0x36]), (10, [0x20, 0x01, 0x0d, 0xb8, "
                    "0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x53]), (2, "
                    "[0x0a, 0x14, 0x1e, 0x35])])\n"
                    "SetLinkDomains(4, [('corp.example', false), ('office.example', false), "
                    "('shop.example', true), ('LAB.corp.example', false)])\n"
                    "SetLinkDefaultRoute(4, false)\n"
                    "RevertLink(4,)\n");
    harness_stop(&t->harness);
}

static bool
was_told_twice(gpointer data)
{
    const struct bus_test *t = data;
    const char *first = strstr(t->resolved.notes->str, "SetLinkDefaultRoute");

    return first != NULL && strstr(first + 1, "SetLinkDefaultRoute") != NULL;
}

/* S7: it is told again when it has been started again. */
static void
test_resolved_restarts(struct bus_test *t, gconstpointer data)
{
    (void)data;
    if (!harness_can_run())
        return;
    fake_resolved_start(&t->resolved, &t->harness);
    harness_start(&t->harness);
    g_autoptr(DtConnection) c = harness_dial_to(&t->harness, "push.test", "connected");
    g_assert_false(was_told_twice(t));
    fake_resolved_stop(&t->resolved);
    fake_resolved_start(&t->resolved, &t->harness);
    harness_wait(was_told_twice, t);
    dt_connection_call_disconnect(c, NULL, NULL, NULL);
    harness_wait_state(c, "idle");
    harness_stop(&t->harness);
}

static void
count_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    dt_dialer_call_connect_finish(DT_DIALER(source), NULL, result, &error);
    g_assert_nonnull(error); /* nobody may, and 65 at once may not either */
    (*(unsigned *)data)++;
}

static bool
has_500(gpointer data)
{
    return *(unsigned *)data == 500;
}

/* D3: while polkit thinks, a user has 64 calls that wait for it; those beyond are refused at once,
 * and the 64 are answered when it has thought. */
static bool
has_436(gpointer data)
{
    return *(unsigned *)data == 436;
}

static void
test_many_wait(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    unsigned answers = 0;

    (void)data;
    ON_BUS(t);
    struct front_end nobody = front_end_of(&t->harness, "nobody");
    plan_for(plan, "up.test");
    bus_services_hold_polkit(true);
    for (int i = 0; i < 500; i++)
        dt_dialer_call_connect(nobody.dialer, dt_plan_to_variant(plan),
                               dt_credentials_to_variant(NULL), NULL, count_answer, &answers);
    harness_wait(has_436, &answers);
    bus_services_hold_polkit(false);
    harness_wait(has_500, &answers);
    front_end_close(&nobody);
    harness_stop(&t->harness);
}

/* D3: calls without waiting for an answer: each gets one, and others are served after. */
static void
test_flood(struct bus_test *t, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    unsigned answers = 0;

    (void)data;
    ON_BUS(t);
    struct front_end nobody = front_end_of(&t->harness, "nobody");
    plan_for(plan, "up.test");
    for (int i = 0; i < 500; i++)
        dt_dialer_call_connect(nobody.dialer, dt_plan_to_variant(plan),
                               dt_credentials_to_variant(NULL), NULL, count_answer, &answers);
    harness_wait(has_500, &answers);
    g_autoptr(DtConnection) c = harness_dial_to(&t->harness, "up.test", "connected");
    front_end_close(&nobody);
    harness_stop(&t->harness);
}

/* Absent means denied: then nobody forgot one. */
static void
test_every_method_has_a_rule(void)
{
    GDBusInterfaceInfo *interfaces[] = {dt_dialer_interface_info(), dt_connection_interface_info()};

    for (gsize i = 0; i < G_N_ELEMENTS(interfaces); i++) {
        g_assert_true(helper_bouncer_knows(interfaces[i]->name, "Get"));
        g_assert_true(helper_bouncer_knows(interfaces[i]->name, "GetAll"));
        g_assert_false(helper_bouncer_knows(interfaces[i]->name, "Set"));
        for (GDBusMethodInfo **m = interfaces[i]->methods; m != NULL && *m != NULL; m++)
            g_assert_true(helper_bouncer_knows(interfaces[i]->name, (*m)->name));
    }
    g_assert_false(helper_bouncer_knows("org.dialtone.Dialer1", "Reconnect"));
    g_assert_false(helper_bouncer_knows("org.dialtone.Dialer1.Connection", "Connect"));
}

#define ADD(path, fn) g_test_add("/bus/" path, struct bus_test, NULL, setup, fn, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)DT_RAS_ERROR;
    g_test_add_func("/bus/every-method-has-a-rule", test_every_method_has_a_rule);
    ADD("D1-nobody-is-denied", test_nobody_is_denied);
    ADD("allowed-user", test_allowed_user);
    ADD("D1-others-see-nothing", test_others_see_nothing);
    ADD("D1-administrator", test_administrator);
    ADD("D3-many-watchers", test_many_watchers);
    ADD("D5-full-tunnel-needs-more", test_full_tunnel_needs_more);
    ADD("Y4-secrets", test_secrets);
    ADD("D4-caller-dies", test_caller_dies);
    ADD("D3-limits", test_limits);
    ADD("D3-flood", test_flood);
    ADD("D3-many-wait", test_many_wait);
    ADD("resolved", test_resolved);
    ADD("resolved-split", test_resolved_split);
    ADD("S7-resolved-restarts", test_resolved_restarts);
    if (geteuid() != 0)
        return g_test_run(); /* each skips */
    bus_services_start(polkit_rules);
    const int status = g_test_run();
    bus_services_stop();
    return status;
}
