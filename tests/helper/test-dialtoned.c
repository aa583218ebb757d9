/*
 * test-dialtoned.c - the whole helper, peer to peer, with scripted tunnels: states, causes,
 * redials, requests out of line, and that the network is afterwards what it was before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-ras-error.h"
#include "harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_details(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "push.test", "connected");

    harness_assert_detail(c, "protocol", "'sstp'");
    harness_assert_detail(c, "server", "'push.test'");
    harness_assert_detail(c, "server-address", "'192.0.2.1'");
    harness_assert_detail(c, "interface", "'vpn0'");
    harness_assert_detail(c, "local-ip", "'10.20.30.2'");
    harness_assert_detail(c, "remote-ip", "'10.20.30.1'");
    harness_assert_detail(c, "dns", "['10.20.30.53', '10.20.30.54']");
    harness_assert_detail(c, "domain", "'corp.example'");
    harness_assert_detail(c, "search", "['lab.corp.example']");
    harness_assert_detail(c, "routes", "['0.0.0.0/0']");
    harness_assert_detail(c, "default-gateway", "true");
    harness_assert_detail(c, "dns-applied", "false"); /* there is neither resolved nor resolvconf */
    harness_assert_detail(c, "mtu", "uint32 1400");
    harness_assert_detail(c, "auth", "'MS-CHAPv2'");
    harness_assert_detail(c, "encryption", "'TLS 1.3'");
    g_autoptr(GVariant) since = harness_detail(c, "connected-since");
    g_assert_cmpint(ABS((gint64)g_variant_get_uint64(since) - g_get_real_time() / G_USEC_PER_SEC),
                    <, 60);
    harness_stop(h);
}

static guint64
fetch_counter(struct harness *h, DtConnection *c, const char *name)
{
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(h->peer, NULL, g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)),
                                    "org.freedesktop.DBus.Properties", "Get",
                                    g_variant_new("(ss)", "org.dialtone.Dialer1.Connection", name),
                                    G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    g_autoptr(GVariant) v = NULL;

    g_variant_get(reply, "(v)", &v);
    return g_variant_is_of_type(v, G_VARIANT_TYPE_UINT64) ? g_variant_get_uint64(v)
                                                          : g_variant_get_uint32(v);
}

static void
test_counters(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");

    g_assert_cmpuint(fetch_counter(h, c, "BytesIn"), ==, 1001);
    g_assert_cmpuint(fetch_counter(h, c, "BytesOut"), ==, 2002);
    g_assert_cmpuint(fetch_counter(h, c, "RoundTrip"), ==, 3003);
    harness_stop(h);
}

static void
test_failure(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "e691.test", "idle");

    g_assert_cmpuint(dt_connection_get_error(c), ==, 691);
    g_assert_cmpstr(dt_connection_get_error_detail(c), ==, "as the script says");
    g_assert_cmpuint(dt_connection_get_stage(c), ==, 1);
    harness_stop(h);
}

/* Dial with @hosts in order; returns when idle or connected, whichever is @state. */
static DtConnection *
dial_servers(struct harness *h, const char *const *hosts, unsigned redials, const char *state)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    plan_for(plan, hosts[0]);
    for (plan->n_servers = 0; hosts[plan->n_servers] != NULL; plan->n_servers++)
        g_strlcpy(plan->servers[plan->n_servers].host, hosts[plan->n_servers], PLAN_MAX_TEXT);
    plan->redial_count = (uint16_t)redials;
    plan->redial_delay_s = 1;
    DtConnection *c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, state);
    return c;
}

static char *
log_of(DtConnection *c)
{
    g_auto(GStrv) lines = NULL;
    g_autoptr(GError) error = NULL;

    dt_connection_call_get_log_sync(c, &lines, NULL, &error);
    g_assert_no_error(error);
    return g_strjoinv("\n", lines);
}

static void
test_servers_in_order(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = dial_servers(
        h, (const char *const[]){"e809.one", "e868.two", "up.three", NULL}, 0, "connected");
    g_autofree char *log = log_of(c);
    const char *one = strstr(log, "Ended: error 809"), *two = strstr(log, "Ended: error 868");

    g_assert_nonnull(one);
    g_assert_true(two > one);
    harness_assert_detail(c, "server", "'up.three'");
    g_assert_cmpuint(dt_connection_get_error(c), ==, 0);
    harness_stop(h);
}

static void
assert_attempt(DtConnection *c, gsize i, guint32 number, guint32 error, const char *protocol,
               const char *server, const char *address, const char *detail)
{
    g_autoptr(GVariant) list = harness_detail(c, "attempts");
    const char *texts[4];
    guint32 numbers[2];

    g_assert_cmpuint(g_variant_n_children(list), >, i);
    g_variant_get_child(list, i, "(u&s&s&su&s)", &numbers[0], &texts[0], &texts[1], &texts[2],
                        &numbers[1], &texts[3]);
    g_assert_cmpuint(numbers[0], ==, number);
    g_assert_cmpuint(numbers[1], ==, error);
    g_assert_cmpstr(texts[0], ==, protocol);
    g_assert_cmpstr(texts[1], ==, server);
    g_assert_cmpstr(texts[2], ==, address);
    g_assert_cmpstr(texts[3], ==, detail);
}

static void
assert_attempts(DtConnection *c, gsize n)
{
    g_autoptr(GVariant) list = g_variant_lookup_value(dt_connection_get_details(c), "attempts",
                                                      G_VARIANT_TYPE("a(usssus)"));

    g_assert_cmpuint(list == NULL ? 0 : g_variant_n_children(list), ==, n);
}

/* Each with its cause, in order, also when the call connects; those of a dial are not the next's.
 */
static void
test_failed_attempts(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c =
        dial_servers(h, (const char *const[]){"e809.one", "local.two", NULL}, 0, "idle");
    assert_attempts(c, 2);
    assert_attempt(c, 0, 1, 809, "sstp", "e809.one", "", "as the script says");
    assert_attempt(c, 1, 2, RAS_VPN_REFUSED, "sstp", "local.two", "192.0.2.1", "errno 13");

    g_autoptr(DtConnection) d =
        dial_servers(h, (const char *const[]){"e868.one", "up.two", NULL}, 0, "connected");
    assert_attempts(d, 1);
    assert_attempt(d, 0, 1, 868, "sstp", "e868.one", "", "as the script says");
    dt_connection_call_disconnect_sync(d, NULL, NULL);
    harness_wait_state(d, "idle");
    assert_attempts(d, 1); /* what was hung up had not failed */

    g_autoptr(DtConnection) e = harness_dial_to(h, "up.two", "connected");
    assert_attempts(e, 0);
    harness_stop(h);
}

/* A wrong password is not tried elsewhere, and not again: that locks accounts. */
static void
test_final_failure(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c =
        dial_servers(h, (const char *const[]){"e691.one", "up.two", NULL}, 3, "idle");

    g_assert_cmpuint(dt_connection_get_error(c), ==, 691);
    harness_stop(h);
}

static void
test_redial(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c =
        dial_servers(h, (const char *const[]){"e809.one", NULL}, 1, "waiting");
    guint32 attempt = 0, attempts = 0;

    g_variant_lookup(dt_connection_get_waiting(c), "attempt", "u", &attempt);
    g_variant_lookup(dt_connection_get_waiting(c), "attempts", "u", &attempts);
    g_assert_cmpuint(attempt, ==, 1);
    g_assert_cmpuint(attempts, ==, 1);
    harness_wait_state(c, "idle");
    g_autofree char *log = log_of(c);
    const char *first = strstr(log, "Ended: error 809");
    g_assert_nonnull(first);
    const char *second = strstr(first + 1, "Ended: error 809");
    g_assert_nonnull(second);
    g_assert_null(strstr(second + 1, "Ended: error 809"));
    harness_stop(h);
}

static void
test_hang_up_while_waiting(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c =
        dial_servers(h, (const char *const[]){"e809.one", NULL}, 9, "waiting");

    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, 809);
    g_assert_cmpuint(g_variant_n_children(dt_connection_get_waiting(c)), ==, 0);
    harness_stop(h);
}

/* Cut off when it was up; @host says what then happens. */
static DtConnection *
dial_to_be_cut(struct harness *h, const char *host, unsigned redials, const char *state)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    plan_for(plan, host);
    plan->drop_redials = (uint16_t)redials;
    plan->redial_delay_s = 1;
    DtConnection *c = harness_dial(h, plan, "canary-in-the-mine", &error);
    g_assert_no_error(error);
    harness_wait_state(c, state);
    return c;
}

static unsigned
times_in_log(DtConnection *c, const char *what)
{
    g_autofree char *log = log_of(c);
    unsigned n = 0;

    for (const char *at = log; (at = strstr(at, what)) != NULL; at += strlen(what))
        n++;
    return n;
}

/* Without nft a call that is cut off is not held back, which is said before it matters. */
static void
test_nothing_to_hold_with(struct harness *h, gconstpointer data)
{
    (void)data;
    g_setenv("DIALTONE_NFT", "/nonexistent/nft", TRUE);
    if (harness_can_run()) {
        harness_start(h);
        g_autoptr(DtConnection) once = harness_dial_to(h, "up.test", "connected");
        g_assert_cmpuint(times_in_log(once, "nft is not installed"), ==, 0); /* no redials */
        dt_connection_call_disconnect_sync(once, NULL, NULL);
        harness_wait_state(once, "idle");
        g_autoptr(DtConnection) c = dial_to_be_cut(h, "cut829-up.test", 1, "waiting");
        g_assert_cmpuint(times_in_log(c, "nft is not installed"), ==, 1);
        g_assert_cmpuint(times_in_log(c, "is not held back meanwhile"), ==, 1);
        harness_wait_state(c, "connected");
        harness_stop(h);
    }
    g_unsetenv("DIALTONE_NFT");
}

/* T4, N7: whatever cuts a call off, it is dialed again: by a fresh tunnel process, that is told
 * where the server was, with the credentials that are then still there. */
static void
test_cut_and_redialed(struct harness *h, gconstpointer data)
{
    static const char *const cuts[] = {"829", "807", "629", "734",
                                       "619", "718", "721", "2148074278"};

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    for (gsize i = 0; i < G_N_ELEMENTS(cuts); i++) {
        g_autofree char *host = g_strdup_printf("cut%s-up.test", cuts[i]);
        g_autoptr(DtConnection) c = dial_to_be_cut(h, host, 2, "waiting");
        guint32 attempt = 0, attempts = 0, seconds = 0;
        GVariant *waiting = dt_connection_get_waiting(c);
        g_variant_lookup(waiting, "attempt", "u", &attempt);
        g_variant_lookup(waiting, "attempts", "u", &attempts);
        g_variant_lookup(waiting, "seconds", "u", &seconds);
        g_assert_cmpuint(attempt, ==, 1);
        g_assert_cmpuint(attempts, ==, 2);
        g_assert_cmpuint(seconds, ==, 1);
        g_assert_cmpuint(dt_connection_get_error(c), ==, g_ascii_strtoull(cuts[i], NULL, 10));
        g_assert_cmpuint(harness_times_in_memory(h, "canary-in-the-mine"), >, 0);
        harness_wait_state(c, "connected");
        g_assert_cmpuint(dt_connection_get_error(c), ==, 0);
        g_assert_cmpuint(times_in_log(c, "known: c0000201"), ==, i + 1);
        dt_connection_call_disconnect_sync(c, NULL, NULL);
        harness_wait_state(c, "idle");
        g_assert_cmpuint(harness_times_in_memory(h, "canary-in-the-mine"), ==, 0);
    }
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* What somebody meant is not done again; nor is anything when the profile does not say so. */
static void
test_not_redialed(struct harness *h, gconstpointer data)
{
    static const struct {
        const char *host;
        unsigned redials;
        guint32 error;
    } ends[] = {
        {"cut829-up.test", 0, 829}, /* the profile does not ask for it */
        {"cut691-up.test", 3, 691}, /* signed in again in the middle, and refused */
        {"cut649-up.test", 3, 649},   {"cut828-up.test", 3, 828}, {"cut720-up.test", 3, 720},
        {"cut829-e691.test", 3, 691}, /* and the redial: final all the same */
    };

    (void)data;
    WITH(h);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autoptr(DtConnection) c = dial_to_be_cut(h, ends[i].host, ends[i].redials, "idle");
        g_assert_cmpuint(dt_connection_get_error(c), ==, ends[i].error);
        g_assert_cmpuint(harness_times_in_memory(h, "canary-in-the-mine"), ==, 0);
        g_assert_cmpuint(times_in_log(c, "Ended: error 829"), <=, 2);
    }
    g_autoptr(DtConnection) c = dial_to_be_cut(h, "up.test", 3, "connected");
    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_USER_DISCONNECTION);
    harness_stop(h);
}

/* One that is cut off as soon as it is up does not go on for ever. */
static void
test_redials_are_counted(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = dial_to_be_cut(h, "cut829-again.test", 2, "idle");
    g_assert_cmpuint(times_in_log(c, "Connected."), ==, 3);
    g_autoptr(DtConnection) d = dial_to_be_cut(h, "cut829-e809.test", 2, "idle");
    g_assert_cmpuint(dt_connection_get_error(d), ==, 809);
    g_assert_cmpuint(times_in_log(d, "Ended: error 809"), ==, 2);
    assert_attempts(d, 2); /* the first was up */
    assert_attempt(d, 1, 3, 809, "sstp", "cut829-e809.test", "", "as the script says");
    g_assert_cmpuint(harness_times_in_memory(h, "canary-in-the-mine"), ==, 0);
    harness_stop(h);
}

static void
test_hang_up_after_a_cut(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) c = dial_to_be_cut(h, "cut829-up.test", 9, "waiting");

    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(g_variant_n_children(dt_connection_get_waiting(c)), ==, 0);
    g_assert_cmpuint(harness_times_in_memory(h, "canary-in-the-mine"), ==, 0);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* S2: a tunnel that is killed is a cut like another. */
static void
test_killed_and_redialed(struct harness *h, gconstpointer data)
{
    g_autofree char *children = NULL;

    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = dial_to_be_cut(h, "up.test", 1, "connected");
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", h->helper, h->helper);
    g_assert_true(g_file_get_contents(path, &children, NULL, NULL));
    const pid_t tunnel = (pid_t)g_ascii_strtoull(children, NULL, 10);
    g_assert_cmpint(tunnel, >, 1);
    kill(tunnel, SIGKILL);
    harness_wait_state(c, "waiting");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_LINK_FAILURE);
    harness_wait_state(c, "connected");
    harness_stop(h);
}

static void
test_no_protocol_works(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    plan_for(plan, "e809.test");
    plan->protocols[plan->n_protocols++] = PLAN_L2TP_IPSEC;
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_AUTOMATIC_VPN_FAILED);
    assert_attempts(c, 2);
    assert_attempt(c, 0, 1, 809, "sstp", "e809.test", "", "as the script says");
    assert_attempt(c, 1, 2, 809, "l2tp-ipsec", "e809.test", "", "as the script says");
    harness_stop(h);
}

static bool
has_question(gpointer data)
{
    return g_variant_n_children(dt_connection_get_question(data)) > 0;
}

static DtConnection *
dial_to_question(struct harness *h)
{
    DtConnection *c = harness_dial_to(h, "ask691.test", "authenticating");
    guint32 reason = 0;

    harness_wait(has_question, c);
    g_variant_lookup(dt_connection_get_question(c), "reason", "u", &reason);
    g_assert_cmpuint(reason, ==, 691);
    return c;
}

static void
answer(DtConnection *c, const char *password)
{
    struct credentials credentials = {.user = "alice"};
    g_autoptr(GError) error = NULL;

    if (password != NULL)
        secret_set_text(&credentials.password, password);
    dt_connection_call_answer_sync(
        c, dt_credentials_to_variant(password != NULL ? &credentials : NULL), NULL, &error);
    g_assert_no_error(error);
}

static void
test_question(struct harness *h, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = dial_to_question(h);
    answer(c, "right");
    harness_wait_state(c, "connected");
    g_assert_false(has_question(c));
    g_assert_false(
        dt_connection_call_answer_sync(c, dt_credentials_to_variant(NULL), NULL, &error));
    g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE);
    harness_stop(h);
}

static void
test_nobody_answers(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = dial_to_question(h);

    answer(c, NULL);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, 691);
    g_assert_cmpstr(dt_connection_get_error_detail(c), ==, "nobody answered");
    harness_stop(h);
}

/* S2: the tunnel is killed at every step. */
static void
test_tunnel_killed(struct harness *h, gconstpointer data)
{
    static const char *const steps[] = {"start", "socket", "stage", "configure", "tun", "up"};

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *host = g_strdup_printf("die-%s.test", steps[i]);
        g_autoptr(DtConnection) c = harness_dial_to(h, host, "idle");
        const bool was_up = g_str_equal(steps[i], "up");
        g_assert_cmpuint(dt_connection_get_error(c), ==,
                         was_up ? RAS_LINK_FAILURE : RAS_RASMAN_CANNOT_INITIALIZE);
        g_assert_nonnull(strstr(dt_connection_get_error_detail(c), "signal 9"));
        g_autofree char *after = harness_network();
        g_assert_cmpstr(before, ==, after);
    }
    g_autoptr(DtConnection) c = harness_dial_to(h, "die-hangup.test", "connected");
    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_USER_DISCONNECTION);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

static void
test_tunnel_hangs(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "mute.test", "connecting");

    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "disconnecting");
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_USER_DISCONNECTION);
    harness_stop(h);
}

/* D7: the helper ends a tunnel that leaves the protocol, at once, and all is as before. */
static void
test_evil_tunnel(struct harness *h, gconstpointer data)
{
    static const char *const ways[] = {"unknown", "early", "fd",   "again", "flood",
                                       "huge",    "empty", "text", "port"};

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *host = g_strdup_printf("evil-%s.test", ways[i]);
        g_autoptr(DtConnection) c = harness_dial_to(h, host, "idle");
        g_test_message("%s: %s", ways[i], dt_connection_get_error_detail(c));
        g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_RASMAN_CANNOT_INITIALIZE);
        g_assert_true(
            g_str_has_prefix(dt_connection_get_error_detail(c), "the tunnel process made "));
        g_autofree char *after = harness_network();
        g_assert_cmpstr(before, ==, after);
    }
    harness_stop(h);
}

static void
test_refused_address(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "local.test", "idle");

    g_assert_cmpstr(dt_connection_get_error_detail(c), ==, "errno 13"); /* EACCES */
    harness_stop(h);
}

static void
test_idle_timeout(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    plan_for(plan, "up.test");
    plan->idle_timeout_s = 1;
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_IDLE_TIMEOUT);
    harness_stop(h);
}

/* Y1, Y4: the password is nowhere in the helper once it is not needed any more. */
static void
test_secrets(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    plan_for(plan, "ask691.test");
    g_autoptr(DtConnection) c = harness_dial(h, plan, "canary-in-the-mine", &error);
    harness_wait(has_question, c);
    g_assert_cmpuint(harness_times_in_memory(h, "canary-in-the-mine"), >,
                     0); /* for the next server */
    answer(c, "right");
    harness_wait_state(c, "connected");
    g_autofree char *log = log_of(c);
    g_assert_null(strstr(log, "canary"));
    g_assert_cmpuint(harness_times_in_memory(h, "canary-in-the-mine"), ==, 0);
    harness_stop(h);
}

static unsigned
open_descriptors(struct harness *h)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", h->helper);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

/* D6: dial and hang up at once, over and over: one state, nothing grows. */
static void
test_races(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) once = harness_dial_to(h, "up.test", "connected");
    dt_connection_call_disconnect_sync(once, NULL, NULL);
    harness_wait_state(once, "idle");
    const unsigned descriptors = open_descriptors(h);
    plan_for(plan, "up.test");
    for (int i = 0; i < 60; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) twice = NULL;
        g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
        g_assert_no_error(error);
        g_assert_null(harness_dial(h, plan, "right", &twice));
        g_assert_error(twice, DT_RAS_ERROR, RAS_DIAL_ALREADY_IN_PROGRESS);
        const gint64 until = g_get_monotonic_time() + i * 1000; /* 0 to 60 ms into the dial */
        while (g_get_monotonic_time() < until)
            g_main_context_iteration(NULL, FALSE);
        dt_connection_call_disconnect_sync(c, NULL, NULL);
        harness_wait_state(c, "idle");
    }
    g_assert_cmpuint(open_descriptors(h), ==, descriptors);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

static void
test_signal_hangs_up(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");

    kill(h->helper, SIGTERM);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_USER_DISCONNECTION);
    harness_stop(h);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

/* D2: what is not a plan is refused in words, and nothing is dialed. */
static void
test_bad_plans(struct harness *h, gconstpointer data)
{
    static const char *const plans[] = {
        "@a{sv} {}",
        "{'name': <'Work'>}",
        "{'name': <1>, 'servers': <[('a.test', uint16 0)]>, 'protocols': <['sstp']>, "
        "'auth': <['ms-chapv2']>, 'encryption': <'optional'>}",
        "{'name': <'Work'>, 'servers': <[('a.test', uint16 0)]>, 'protocols': <['sstp']>, "
        "'auth': <['ms-chapv2']>, 'encryption': <'optional'>, 'script': <'/bin/sh'>}",
    };

    (void)data;
    WITH(h);
    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        GVariant *plan = g_variant_parse(G_VARIANT_TYPE_VARDICT, plans[i], NULL, NULL, NULL);
        g_autoptr(GError) error = NULL;
        g_assert_nonnull(plan);
        g_assert_false(dt_dialer_call_connect_sync(h->dialer, plan, g_variant_new("a{sv}", NULL),
                                                   NULL, NULL, &error));
        g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE);
    }
    g_assert_cmpuint(g_strv_length((char **)dt_dialer_get_connections(h->dialer)), ==, 0);
    harness_stop(h);
}

#define ADD(path, fn)                                                                              \
    g_test_add("/dialtoned/" path, struct harness, NULL, harness_setup, fn, harness_teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    DT_RAS_ERROR; /* or a number arrives as a stranger */
    ADD("details", test_details);
    ADD("counters", test_counters);
    ADD("failure", test_failure);
    ADD("servers-in-order", test_servers_in_order);
    ADD("failed-attempts", test_failed_attempts);
    ADD("final-failure", test_final_failure);
    ADD("redial", test_redial);
    ADD("hang-up-while-waiting", test_hang_up_while_waiting);
    ADD("T4-N7-cut-and-redialed", test_cut_and_redialed);
    ADD("not-redialed", test_not_redialed);
    ADD("redials-are-counted", test_redials_are_counted);
    ADD("hang-up-after-a-cut", test_hang_up_after_a_cut);
    ADD("S2-killed-and-redialed", test_killed_and_redialed);
    ADD("no-protocol-works", test_no_protocol_works);
    ADD("question", test_question);
    ADD("N6-nothing-to-hold-with", test_nothing_to_hold_with);
    ADD("nobody-answers", test_nobody_answers);
    ADD("S2-S11-tunnel-killed", test_tunnel_killed);
    ADD("tunnel-hangs", test_tunnel_hangs);
    ADD("D7-evil-tunnel", test_evil_tunnel);
    ADD("D7-refused-address", test_refused_address);
    ADD("idle-timeout", test_idle_timeout);
    ADD("Y1-Y4-secrets", test_secrets);
    ADD("D6-races", test_races);
    ADD("signal-hangs-up", test_signal_hangs_up);
    ADD("D2-bad-plans", test_bad_plans);
    return g_test_run();
}
