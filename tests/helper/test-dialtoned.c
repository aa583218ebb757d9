/*
 * test-dialtoned.c - the whole helper, peer to peer, with scripted tunnels: states, causes,
 * redials, requests out of line, and that the network is afterwards what it was before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-ras-error.h"
#include "harness.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define WITH(h)                                                                                    \
    if (!harness_can_run())                                                                        \
        return;                                                                                    \
    harness_start(h)

static char *
output_has(const char *command, const char *needle)
{
    char *out = harness_command(command);

    if (strstr(out, needle) == NULL)
        g_error("no '%s' in:\n%s", needle, out);
    return out;
}

struct namespaces {
    const char *a, *b;
};

static bool
are_different(gpointer data)
{
    const struct namespaces *n = data;
    g_autofree char *a = g_file_read_link(n->a, NULL);
    g_autofree char *b = g_file_read_link(n->b, NULL);

    return g_strcmp0(a, b) != 0;
}

static int
status_of(const char *command)
{
    int status;

    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, &status, NULL));
    return status;
}

static void
test_full_tunnel(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");

    g_autofree char *get = output_has("ip route get 198.51.100.7", "dev vpn0");
    g_autofree char *marked = output_has("ip route get 198.51.100.7 mark 0x6474", "dev lan0");
    g_autofree char *lan = output_has("ip route get 192.0.2.9", "dev vpn0");
    g_autofree char *link = output_has("ip link show vpn0", "mtu 1400 qdisc");
    g_autofree char *queue = output_has("ip link show vpn0", "qlen 32");
    g_autofree char *address = output_has("ip address show vpn0", "10.20.30.2 peer 10.20.30.1/32");
    g_autofree char *six = output_has("ip -6 route show table 25716", "unreachable default");
    g_assert_cmpuint(dt_connection_get_error(c), ==, 0);
    g_assert_cmpuint(dt_connection_get_stage(c), ==, 3);

    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_USER_DISCONNECTION);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

static bool
six_is_routed(gpointer data)
{
    g_autofree char *table = harness_command("ip -6 route show table 25716");

    (void)data;
    return strstr(table, "default dev vpn0") != NULL;
}

static void
test_full_tunnel_six(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) c = harness_dial_to(h, "six.test", "connected");

    g_autofree char *address = output_has("ip -6 address show vpn0", "inet6 fe80::2/64");
    g_autofree char *rule = output_has("ip -6 rule show", "not from all fwmark 0x6474");
    g_autofree char *table = output_has("ip -6 route show table 25716", "unreachable default");
    g_assert_null(strstr(table, "dev vpn0")); /* nothing to send from beyond the link */

    /* A router advertisement of the far end, as the kernel would take it. */
    g_free(harness_command("ip -6 address add 2001:db8:1::2/64 dev vpn0 nodad"));
    harness_wait(six_is_routed, NULL);
    harness_stop(h); /* the front end is gone: so is the call */
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

static void
test_split_tunnel(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    g_free(harness_command("ip address add 172.20.9.2/24 dev lan0"));
    g_autofree char *before = harness_network();
    plan_for(plan, "push.test");
    plan->default_gateway = false;
    plan->n_routes = 1;
    net_route_parse("192.0.0.0/16", &plan->routes[0]); /* the server itself is in it */
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");

    g_autofree char *pushed = output_has("ip route get 172.20.1.1", "dev vpn0");
    g_autofree char *class = output_has("ip route get 10.200.0.1", "dev vpn0");
    g_autofree char *profile = output_has("ip route get 192.0.9.9", "dev vpn0");
    g_autofree char *others = output_has("ip route get 198.51.100.7", "dev lan0");
    g_autofree char *lan = output_has("ip route get 172.20.9.7", "dev lan0");
    g_autofree char *own = output_has("ip route get 192.0.2.1 mark 0x6474", "dev lan0");
    g_autofree char *peer = output_has("ip route show table main", "10.20.30.1 dev vpn0");
    g_autofree char *half = harness_command("ip route show table 25716");
    g_assert_null(strstr(half, "0.0.0.0/1")); /* half a default route that nobody agreed to */

    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* Would the kernel take a packet of the server that comes in by lan0, to this port of ours? */
static bool
comes_in(unsigned port)
{
    g_autofree char *command = g_strdup_printf(
        "ip route get 192.0.2.2 from 192.0.2.1 iif lan0 ipproto tcp sport 443 dport %u", port);

    return status_of(command) == 0;
}

/* The strict reverse path filter looks for the way back to the server without a mark, and that
 * leads into the tunnel, but for the rule of the connection itself. */
static void
test_reverse_path_filter(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_free(
        harness_command("sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.lan0.rp_filter=1"));
    g_assert_true(comes_in(1));
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");
    g_autofree char *rules = output_has("ip rule show", "dport 443 lookup main");
    const char *sport = strstr(rules, "ipproto tcp sport ");
    g_assert_nonnull(sport);
    const guint64 port = g_ascii_strtoull(sport + strlen("ipproto tcp sport "), NULL, 10);
    g_assert_cmpuint(port, >, 1);
    g_assert_true(comes_in((unsigned)port));
    g_assert_false(comes_in((unsigned)port - 1)); /* the filter is at work */
    harness_stop(h);
}

/* N1, N3, N5: what the local network says while a full tunnel is up. */
static void
test_hostile_lan(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");

    /* N1, TunnelVision: DHCP option 121 makes routes in main. */
    g_free(harness_command("ip route add 198.51.100.7/32 via 192.0.2.254 dev lan0"));
    g_free(harness_command("ip route add 128.0.0.0/1 via 192.0.2.254 dev lan0"));
    g_autofree char *host = output_has("ip route get 198.51.100.7", "dev vpn0");
    g_autofree char *half = output_has("ip route get 203.0.113.77", "dev vpn0");
    /* N3, ServerIP: the server's address is a way around for its own port and mark only. */
    g_autofree char *web = output_has("ip route get 192.0.2.1", "dev vpn0");
    /* N5: a router advertisement after a call that is IPv4 only. */
    g_free(harness_command("ip -6 address add 2001:db8:9::2/64 dev lan0 nodad"));
    g_free(harness_command("ip -6 route add default via 2001:db8:9::1 dev lan0"));
    g_autofree char *err = NULL;
    int status;
    g_spawn_command_line_sync("ip -6 route get 2001:db8:77::1", NULL, &err, &status, NULL);
    g_assert_cmpint(status, !=, 0);
    g_assert_nonnull(strstr(err, "No route to host"));
    harness_stop(h);
    g_autofree char *again = output_has("ip -6 route get 2001:db8:77::1", "dev lan0");
}

static bool
has_guard(gpointer expected)
{
    g_autofree char *tables = harness_command("nft list tables");

    return (strstr(tables, "dialtone-vpn0") != NULL) == (expected != NULL);
}

/* N4: a neighbour that sends to the tunnel's address gets no answer. */
static void
test_probe(struct harness *h, gconstpointer data)
{
    (void)data;
    if (g_find_program_in_path("nft") == NULL) {
        g_test_skip("needs nft");
        return;
    }
    WITH(h);
    /* lan1, the other end of the wire, into a namespace of its own: the neighbour. */
    const char *const argv[] = {"unshare", "-n", "sleep", "60", NULL};
    GPid neighbour;
    g_assert_true(g_spawn_async(NULL, (char **)argv, NULL,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                NULL, NULL, &neighbour, NULL));
    g_autofree char *own = g_strdup("/proc/self/ns/net");
    g_autofree char *its = g_strdup_printf("/proc/%d/ns/net", neighbour);
    struct namespaces n = {own, its};
    harness_wait(are_different, &n);
    g_autofree char *move = g_strdup_printf("ip link set lan1 netns %d", neighbour);
    g_free(harness_command(move));
    g_autofree char *in = g_strdup_printf("nsenter -t %d -n ", neighbour);
    g_autofree char *up = g_strconcat(in, "ip link set lan1 up", NULL);
    g_autofree char *address = g_strconcat(in, "ip address add 192.0.2.1/24 dev lan1", NULL);
    g_autofree char *route = g_strconcat(in, "ip route add 10.20.30.2 via 192.0.2.2", NULL);
    g_autofree char *ping = g_strconcat(in, "ping -c 1 -W 1 10.20.30.2", NULL);
    g_free(harness_command(up));
    g_free(harness_command(address));
    g_free(harness_command(route));

    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;
    plan_for(plan, "up.test");
    plan->default_gateway = false; /* then an answer would find its way */
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    harness_wait_state(c, "connected");
    harness_wait(has_guard, plan);
    g_assert_cmpint(status_of(ping), !=, 0);
    g_free(harness_command("nft flush ruleset")); /* it was that which kept it out */
    g_assert_cmpint(status_of(ping), ==, 0);
    harness_stop(h);
    harness_wait(has_guard, NULL);
    kill(neighbour, SIGKILL);
    waitpid(neighbour, NULL, 0);
}

/* S8: no TUN here; said in words, before anything else is touched. */
static void
test_no_tun(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    harness_stop(h);
    g_assert_cmpint(unshare(CLONE_NEWNS), ==, 0);
    g_assert_cmpint(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
    g_assert_cmpint(mount("/dev/null", "/dev/net/tun", NULL, MS_BIND, NULL), ==, 0);
    g_autofree char *before = harness_network();
    harness_start(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_RASMAN_CANNOT_INITIALIZE);
    g_assert_true(g_str_has_prefix(dt_connection_get_error_detail(c), "/dev/net/tun: "));
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
    g_assert_cmpint(umount2("/dev/net/tun", MNT_DETACH), ==, 0);
}

/* S6: what could not be undone is not begun. */
static void
test_no_journal(struct harness *h, gconstpointer data)
{
    (void)data;
    if (!harness_can_run())
        return;
    h->state_directory = "/proc/dialtone";
    harness_start(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_RASMAN_CANNOT_INITIALIZE);
    g_assert_true(g_str_has_prefix(dt_connection_get_error_detail(c),
                                   "the undo journal in /proc/dialtone: "));
    harness_stop(h);
}

static GVariant *
detail(DtConnection *c, const char *key)
{
    GVariant *v = g_variant_lookup_value(dt_connection_get_details(c), key, NULL);

    if (v == NULL)
        g_error("the details have no '%s'", key);
    return v;
}

static void
assert_detail(DtConnection *c, const char *key, const char *printed)
{
    g_autoptr(GVariant) v = detail(c, key);
    g_autofree char *text = g_variant_print(v, TRUE);

    g_assert_cmpstr(text, ==, printed);
}

static void
test_details(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "push.test", "connected");

    assert_detail(c, "protocol", "'sstp'");
    assert_detail(c, "server", "'push.test'");
    assert_detail(c, "server-address", "'192.0.2.1'");
    assert_detail(c, "interface", "'vpn0'");
    assert_detail(c, "local-ip", "'10.20.30.2'");
    assert_detail(c, "remote-ip", "'10.20.30.1'");
    assert_detail(c, "dns", "['10.20.30.53', '10.20.30.54']");
    assert_detail(c, "domain", "'corp.example'");
    assert_detail(c, "search", "['lab.corp.example']");
    assert_detail(c, "routes", "['0.0.0.0/0']");
    assert_detail(c, "default-gateway", "true");
    assert_detail(c, "dns-applied", "false"); /* there is neither resolved nor resolvconf */
    assert_detail(c, "mtu", "uint32 1400");
    assert_detail(c, "auth", "'MS-CHAPv2'");
    assert_detail(c, "encryption", "'TLS 1.3'");
    g_autoptr(GVariant) since = detail(c, "connected-since");
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
    assert_detail(c, "server", "'up.three'");
    g_assert_cmpuint(dt_connection_get_error(c), ==, 0);
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

/* I1: the server gives us an address that this computer has already, or the server's own. */
static void
test_address_in_use(struct harness *h, gconstpointer data)
{
    static const char *const ours[] = {"ip address add 10.20.30.2/32 dev lan0", NULL};

    (void)data;
    WITH(h);
    g_free(harness_command(ours[0]));
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_PPP_NO_PROTOCOLS_CONFIGURED);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

static bool
has_changed(gpointer data)
{
    g_autoptr(GVariant) mtu = detail(data, "mtu");

    return g_variant_get_uint32(mtu) == 1300;
}

static void
test_configuration_changes(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    plan_for(plan, "change.test");
    plan->default_gateway = false;
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");
    harness_wait(has_changed, c);
    g_autofree char *route = output_has("ip route get 172.30.1.1", "dev vpn0");
    g_autofree char *link = output_has("ip link show vpn0", "mtu 1300");
    harness_stop(h);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

/* I3: another address in the middle of a call ends it. */
static void
test_address_changes(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "move.test", "idle");

    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_LINK_FAILURE);
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

/* Two connections at once: neither takes away what the other needs. */
static void
test_two_connections(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) full = harness_dial_to(h, "up.test", "connected");
    g_autofree char *between = harness_network();
    plan_for(plan, "six.test");
    g_strlcpy(plan->name, "Lab", sizeof plan->name);
    g_autoptr(DtConnection) other = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(other, "idle"); /* the same address twice */
    g_assert_cmpuint(dt_connection_get_error(other), ==, RAS_PPP_NO_PROTOCOLS_CONFIGURED);
    g_autofree char *still = harness_network();
    g_assert_cmpstr(between, ==, still);
    harness_stop(h);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

static void
test_resolvconf(struct harness *h, gconstpointer data)
{
    g_autofree char *program = g_build_filename(h->directory, "resolvconf", NULL);
    g_autofree char *log = g_build_filename(h->directory, "calls", NULL);
    g_autofree char *text = NULL;
    g_autofree char *script = g_strdup_printf(
        "#!/bin/sh\necho \"$@\" >>%s\n[ \"$1\" = -a ] && cat >>%s\nexit 0\n", log, log);

    (void)data;
    g_file_set_contents_full(program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL);
    h->resolvconf = program;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "push.test", "connected");
    assert_detail(c, "dns-applied", "true");
    harness_stop(h);
    g_file_get_contents(log, &text, NULL, NULL);
    g_assert_cmpstr(text, ==,
                    "-a vpn0.dialtone\n"
                    "nameserver 10.20.30.53\nnameserver 10.20.30.54\n"
                    "search corp.example lab.corp.example\n"
                    "-d vpn0.dialtone\n");
    g_unlink(program);
    g_unlink(log);
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
    ADD("full-tunnel", test_full_tunnel);
    ADD("full-tunnel-six", test_full_tunnel_six);
    ADD("split-tunnel", test_split_tunnel);
    ADD("reverse-path-filter", test_reverse_path_filter);
    ADD("N1-N3-N5-hostile-lan", test_hostile_lan);
    ADD("N4-probe", test_probe);
    ADD("S8-no-tun", test_no_tun);
    ADD("S6-no-journal", test_no_journal);
    ADD("details", test_details);
    ADD("counters", test_counters);
    ADD("failure", test_failure);
    ADD("servers-in-order", test_servers_in_order);
    ADD("final-failure", test_final_failure);
    ADD("redial", test_redial);
    ADD("hang-up-while-waiting", test_hang_up_while_waiting);
    ADD("no-protocol-works", test_no_protocol_works);
    ADD("question", test_question);
    ADD("nobody-answers", test_nobody_answers);
    ADD("S2-tunnel-killed", test_tunnel_killed);
    ADD("tunnel-hangs", test_tunnel_hangs);
    ADD("D7-evil-tunnel", test_evil_tunnel);
    ADD("D7-refused-address", test_refused_address);
    ADD("I1-address-in-use", test_address_in_use);
    ADD("configuration-changes", test_configuration_changes);
    ADD("I3-address-changes", test_address_changes);
    ADD("idle-timeout", test_idle_timeout);
    ADD("D6-races", test_races);
    ADD("signal-hangs-up", test_signal_hangs_up);
    ADD("two-connections", test_two_connections);
    ADD("resolvconf", test_resolvconf);
    ADD("D2-bad-plans", test_bad_plans);
    return g_test_run();
}
