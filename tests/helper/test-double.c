/*
 * test-double.c - two legs: a connection that goes through another one. Which may be gone through,
 * where packets go, in what order both end, and what is left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-ras-error.h"
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

struct leg {
    const char *name, *host, *through;
    bool end_through;
    unsigned drop_redials;
};

static const struct leg one = {.name = "One", .host = "up.test"}, two = {.name = "Two",
                                                                         .host = "inner.test",
                                                                         .through = "One",
                                                                         .end_through = true};

static DtConnection *
begin(struct harness *h, const struct leg *leg, GError **error)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);

    plan_for(plan, leg->host);
    g_strlcpy(plan->name, leg->name, sizeof plan->name);
    if (leg->through != NULL)
        g_strlcpy(plan->through, leg->through, sizeof plan->through);
    plan->end_through = leg->end_through;
    plan->drop_redials = (uint16_t)leg->drop_redials;
    plan->redial_delay_s = 1;
    return harness_dial(h, plan, "right", error);
}

static DtConnection *
dial(struct harness *h, const struct leg *leg)
{
    g_autoptr(GError) error = NULL;
    DtConnection *c = begin(h, leg, &error);

    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    return c;
}

static void
output_has(const char *command, const char *needle)
{
    g_autofree char *out = harness_command(command);

    if (strstr(out, needle) == NULL)
        g_error("no '%s' in:\n%s", needle, out);
}

static void
hang_up(DtConnection *c)
{
    g_autoptr(GError) error = NULL;

    dt_connection_call_disconnect_sync(c, NULL, &error);
    g_assert_no_error(error);
}

static void
assert_end(DtConnection *c, enum ras_error number, const char *detail)
{
    g_assert_cmpuint(dt_connection_get_error(c), ==, number);
    g_assert_cmpstr(dt_connection_get_error_detail(c), ==, detail);
}

/* What one connection is when another changes its state. */
struct witness {
    DtConnection *other;
    char *states; /* of both, a pair for each change of the first */
};

static void
on_state(DtConnection *c, GParamSpec *spec, gpointer data)
{
    struct witness *w = data;
    char *before = w->states;

    (void)spec;
    w->states = g_strdup_printf("%s%s/%s ", before, dt_connection_get_state(c),
                                dt_connection_get_state(w->other));
    g_free(before);
}

static void
test_order(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) first = dial(h, &one);
    g_autoptr(DtConnection) second = dial(h, &two);
    struct witness w = {second, g_strdup("")};

    harness_assert_detail(second, "through", "'One'");
    output_has("ip route get 198.51.100.7", "dev vpn1");
    output_has("ip route show table 25717", "192.0.2.1 dev vpn0");
    output_has("ip rule show", "5461:\tfrom all to 192.0.2.1 ipproto tcp");
    g_assert_null(g_variant_lookup_value(dt_connection_get_details(first), "bypassed-by", NULL));

    g_signal_connect(first, "notify::state", G_CALLBACK(on_state), &w);
    hang_up(second);
    harness_wait_state(first, "idle");
    g_assert_cmpstr(dt_connection_get_state(second), ==, "idle");
    /* The other is no more when this begins to end. */
    g_assert_true(g_str_has_prefix(w.states, "disconnecting/"));
    g_assert_null(strstr(w.states, "connected"));
    g_assert_true(g_str_has_suffix(w.states, "idle/idle "));
    g_free(w.states);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* The last thing that is done for a call: its interface is @data. */
static bool
is_guarded(gpointer data)
{
    g_autofree char *rules = harness_command("nft list ruleset");
    g_autofree char *table = g_strconcat("dialtone-", data, NULL);

    return strstr(rules, table) != NULL;
}

/* The first was up before: it stays. */
static void
test_first_stays(struct harness *h, gconstpointer data)
{
    struct leg leg = two;

    (void)data;
    leg.end_through = false;
    WITH(h);
    g_autoptr(DtConnection) first = dial(h, &one);
    harness_wait(is_guarded, (gpointer) "vpn0");
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) second = dial(h, &leg);

    hang_up(second);
    harness_wait_state(second, "idle");
    g_assert_cmpstr(dt_connection_get_state(first), ==, "connected");
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* Whoever of them it was dialed for. */
static void
test_last_one_ends_it(struct harness *h, gconstpointer data)
{
    static const struct leg three = {.name = "Three", .host = "third.test", .through = "One"};

    (void)data;
    WITH(h);
    g_autoptr(DtConnection) first = dial(h, &one);
    g_autoptr(DtConnection) second = dial(h, &two);
    g_autoptr(DtConnection) third = dial(h, &three);

    hang_up(second);
    harness_wait_state(second, "idle");
    g_assert_cmpstr(dt_connection_get_state(first), ==, "connected");
    g_assert_cmpstr(dt_connection_get_state(third), ==, "connected");
    hang_up(third);
    harness_wait_state(first, "idle");
    harness_stop(h);
}

static void
test_first_is_hung_up(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) first = dial(h, &one);
    g_autoptr(DtConnection) second = dial(h, &two);
    struct witness w = {second, g_strdup("")};

    g_signal_connect(first, "notify::state", G_CALLBACK(on_state), &w);
    hang_up(first);
    harness_wait_state(first, "idle");
    g_assert_cmpstr(w.states, ==, "disconnecting/connected idle/idle ");
    g_free(w.states);
    assert_end(second, RAS_USER_DISCONNECTION,
               "One, which this connection goes through, was hung up");
    assert_end(first, RAS_USER_DISCONNECTION, "");
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* Of the one that was dialed first. */
static void
kill_first_tunnel(const struct harness *h)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", h->helper, h->helper);
    g_autofree char *children = NULL;

    g_assert_true(g_file_get_contents(path, &children, NULL, NULL));
    const pid_t tunnel = (pid_t)g_ascii_strtoull(children, NULL, 10);
    g_assert_cmpint(tunnel, >, 1);
    kill(tunnel, SIGKILL);
}

static void
test_first_is_lost(struct harness *h, gconstpointer data)
{
    struct leg leg = two;

    (void)data;
    leg.drop_redials = 9; /* in vain: there is nothing to go through any more */
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) first = dial(h, &one);
    g_autoptr(DtConnection) second = dial(h, &leg);

    kill_first_tunnel(h);
    harness_wait_state(first, "idle");
    harness_wait_state(second, "idle");
    assert_end(second, RAS_LINK_FAILURE, "One, which this connection goes through, has ended");
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

static int
send_unmarked(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(inet_pton(AF_INET, address, &to.sin_addr), ==, 1);
    const int err = sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1 ? 0 : errno;
    close(fd);
    return err;
}

static bool
may_send(gpointer data)
{
    return send_unmarked(data) == 0;
}

/* Not what was told last, but as it is. */
static bool
is_waiting(DtConnection *c)
{
    GDBusProxy *proxy = G_DBUS_PROXY(c);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        g_dbus_proxy_get_connection(proxy), g_dbus_proxy_get_name(proxy),
        g_dbus_proxy_get_object_path(proxy), "org.freedesktop.DBus.Properties", "Get",
        g_variant_new("(ss)", "org.dialtone.Dialer1.Connection", "State"), G_VARIANT_TYPE("(v)"),
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    g_autoptr(GVariant) state = NULL;

    g_assert_no_error(error);
    g_variant_get(reply, "(v)", &state);
    return g_str_equal(g_variant_get_string(state, NULL), "waiting");
}

/* N6: the first is up again before the second is, and nothing of the second's goes by it alone. */
static void
test_both_dialed_again(struct harness *h, gconstpointer data)
{
    struct leg leg_one = one, leg_two = two;

    (void)data;
    leg_one.drop_redials = leg_two.drop_redials = 9;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) first = dial(h, &leg_one);
    g_autoptr(DtConnection) second = dial(h, &leg_two);

    kill_first_tunnel(h);
    harness_wait_state(second, "waiting");
    assert_end(second, RAS_LINK_FAILURE, "One, which this connection goes through, has ended");
    harness_wait(may_send, (gpointer) "198.51.100.7");
    g_assert_false(is_waiting(second));
    harness_wait_state(second, "connected");
    g_assert_cmpstr(dt_connection_get_state(first), ==, "connected");
    g_assert_cmpint(send_unmarked("198.51.100.7"), ==, 0);
    hang_up(second);
    harness_wait_state(first, "idle");
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* The first is dialed again, but not for long: nobody needs it. */
static void
test_hung_up_while_waiting(struct harness *h, gconstpointer data)
{
    struct leg leg = one, waits = two;

    (void)data;
    leg.drop_redials = waits.drop_redials = 9;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) first = dial(h, &leg);
    g_autoptr(DtConnection) second = dial(h, &waits);

    kill_first_tunnel(h);
    harness_wait_state(second, "waiting");
    hang_up(second);
    harness_wait_state(second, "idle");
    harness_wait_state(first, "idle");
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

static void
assert_refused(struct harness *h, const struct leg *leg, enum ras_error number)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DtConnection) c = begin(h, leg, &error);

    g_assert_null(c);
    g_assert_error(error, DT_RAS_ERROR, (int)number);
}

static void
test_refused(struct harness *h, gconstpointer data)
{
    static const struct leg three = {.name = "Three", .host = "third.test", .through = "Two"},
                            itself = {.name = "Same", .host = "up.test", .through = "Same"};

    (void)data;
    WITH(h);
    assert_refused(h, &two, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    assert_refused(h, &itself, RAS_BAD_PROFILE);
    g_autoptr(DtConnection) first = dial(h, &one);
    g_autoptr(DtConnection) second = dial(h, &two);
    assert_refused(h, &three, RAS_BAD_PROFILE);
    hang_up(second);
    harness_wait_state(first, "idle");
    g_autofree char *before = harness_network();
    assert_refused(h, &two, RAS_PORT_DISCONNECTED);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* S1: each journal knows what to undo by itself. */
static void
test_helper_killed(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) first = dial(h, &one);
    g_autoptr(DtConnection) second = dial(h, &two);

    harness_wait(is_guarded, (gpointer) "vpn1"); /* no program that it runs outlives it */
    kill(h->helper, SIGKILL);
    harness_lose(h);
    g_assert_cmpint(harness_undo(h), ==, 0);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

/* The peer goes away: both end, the first last. */
static void
test_service_ends(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) first = dial(h, &one);
    g_autoptr(DtConnection) second = dial(h, &two);

    harness_stop(h);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpuint(DT_RAS_ERROR, !=, 0); /* registered before the first error comes */
#define ADD(name, test)                                                                            \
    g_test_add("/double/" name, struct harness, NULL, harness_setup, test, harness_teardown)
    ADD("order", test_order);
    ADD("first-stays", test_first_stays);
    ADD("last-one-ends-it", test_last_one_ends_it);
    ADD("first-is-hung-up", test_first_is_hung_up);
    ADD("first-is-lost", test_first_is_lost);
    ADD("N6-both-dialed-again", test_both_dialed_again);
    ADD("hung-up-while-waiting", test_hung_up_while_waiting);
    ADD("refused", test_refused);
    ADD("S1-helper-killed", test_helper_killed);
    ADD("service-ends", test_service_ends);
    return g_test_run();
}
