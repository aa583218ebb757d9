/*
 * test-network.c - what a call does to the network of this computer, and that nothing of it is
 * left. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-ras-error.h"
#include "harness.h"
#include "helper-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
output_has(const char *command, const char *needle)
{
    char *out = harness_command(command);

    if (strstr(out, needle) == NULL)
        g_error("no '%s' in:\n%s", needle, out);
    return out;
}

static int
status_of(const char *command)
{
    g_autofree char *out = NULL, *err = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(command, &out, &err, &status, NULL));
    return status;
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
is_not_bypassed(gpointer data)
{
    g_autoptr(GVariant) v =
        g_variant_lookup_value(dt_connection_get_details(data), "bypassed-by", NULL);

    return v == NULL;
}

static bool
is_bypassed(gpointer data)
{
    return !is_not_bypassed(data);
}

/* Another program's rule takes all that should go through the tunnel: that is told, whenever the
 * rule comes or goes, and not of a call that was to have only some of it. */
static void
test_a_rule_that_comes_first(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    g_free(harness_command("ip rule add pref 10 lookup main"));
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");
    harness_assert_detail(c, "bypassed-by", "'lan0'");
    g_free(harness_command("ip rule del pref 10 lookup main"));
    harness_wait(is_not_bypassed, c);
    g_free(harness_command("ip rule add pref 11 lookup main suppress_prefixlength 0"));
    g_free(harness_command("ip rule add pref 10 fwmark 0x6474 lookup main"));
    g_free(harness_command("ip rule add pref 12 lookup main"));
    harness_wait(is_bypassed, c);
    g_free(harness_command("ip rule del pref 12 lookup main"));
    harness_wait(is_not_bypassed, c);
    g_free(harness_command("ip rule add pref 12 lookup main"));
    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");

    plan_for(plan, "up.test");
    plan->default_gateway = false;
    g_autoptr(DtConnection) split = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(split, "connected");
    g_assert_true(is_not_bypassed(split));
    harness_stop(h);
}

/* PPTP: GRE to the server, and only that, goes past the tunnel without a mark too, so that what
 * comes back passes a strict reverse path filter. */
static void
test_full_tunnel_gre(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    plan_for(plan, "gre.test");
    plan->n_protocols = 1;
    plan->protocols[0] = PLAN_PPTP;
    plan->servers[0].port = 0;
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");

    g_autofree char *gre = output_has("ip rule show", "to 192.0.2.1 ipproto gre lookup main");
    g_autofree char *queue = output_has("ip link show vpn0", "qlen 32");
    g_autofree char *most = output_has("ip -d link show vpn0", "gso_max_size 32000");
    g_autofree char *rest = output_has("ip route get 192.0.2.1", "dev vpn0");
    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
    harness_stop(h);
}

/* L2TP: the same for IKE and for ESP, in UDP and bare. */
static void
test_full_tunnel_ipsec(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    plan_for(plan, "esp.test");
    plan->n_protocols = 1;
    plan->protocols[0] = PLAN_L2TP_IPSEC;
    plan->servers[0].port = 0;
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "connected");

    g_autofree char *esp = output_has("ip rule show", "to 192.0.2.1 ipproto esp lookup main");
    g_autofree char *ike =
        output_has("ip rule show", "to 192.0.2.1 ipproto udp sport 500 dport 500 lookup main");
    g_autofree char *natt =
        output_has("ip rule show", "to 192.0.2.1 ipproto udp sport 4500 dport 4500 lookup main");
    g_autofree char *rest = output_has("ip route get 192.0.2.1", "dev vpn0");
    g_autofree char *clear =
        output_has("ip route get 192.0.2.1 ipproto udp sport 1701 dport 1701", "dev vpn0");
    dt_connection_call_disconnect_sync(c, NULL, NULL);
    harness_wait_state(c, "idle");
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
    g_autoptr(GVariant) mtu = harness_detail(data, "mtu");

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

/* 0, or why the kernel lets no packet go there. @mark 0: none, as of any program. */
static int
send_to(const char *address, unsigned mark)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(inet_pton(AF_INET, address, &to.sin_addr), ==, 1);
    if (mark != 0)
        g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark), ==, 0);
    const int err = sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1 ? 0 : errno;
    close(fd);
    return err;
}

static DtConnection *
dial_to_be_cut(struct harness *h, const char *host, bool full)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    plan_for(plan, host);
    plan->default_gateway = full;
    plan->drop_redials = 1;
    plan->redial_delay_s = 2;
    net_route_parse("172.30.0.0/16", &plan->routes[0]);
    plan->n_routes = full ? 0 : 1;
    DtConnection *c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, "waiting");
    return c;
}

/* N6, T4: from the cut until it is up again, nothing that went through the tunnel goes anywhere. */
static void
test_held_while_redialing(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) full = dial_to_be_cut(h, "cut829-up.test", true);
    g_assert_cmpint(send_to("198.51.100.7", 0), ==, EPERM);
    g_assert_cmpint(send_to("192.0.2.254", 0), ==, EPERM);
    g_assert_cmpint(send_to("198.51.100.7", HELPER_MARK), ==, 0); /* what dials */
    g_assert_cmpint(send_to("127.0.0.1", 0), !=, EPERM);
    g_autofree char *held = output_has("nft list ruleset", "dialtone-hold-");
    harness_wait_state(full, "connected");
    g_assert_cmpint(send_to("198.51.100.7", 0), ==, 0);
    g_autofree char *let_go = harness_command("nft list ruleset");
    g_assert_null(strstr(let_go, "dialtone-hold-"));
    dt_connection_call_disconnect_sync(full, NULL, NULL);
    harness_wait_state(full, "idle");
    g_autofree char *between = harness_network();
    g_assert_cmpstr(before, ==, between);

    g_autoptr(DtConnection) split = dial_to_be_cut(h, "cut829-e809.test", false);
    g_assert_cmpint(send_to("172.30.1.1", 0), ==, EPERM);
    g_assert_cmpint(send_to("198.51.100.7", 0), ==, 0);
    harness_wait_state(split, "idle"); /* given up: the computer is as it was */
    g_assert_cmpint(send_to("172.30.1.1", 0), ==, 0);
    harness_stop(h);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

/* S1: so it stays when the helper dies meanwhile, until its successor undoes it. */
static void
test_held_and_killed(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) c = dial_to_be_cut(h, "cut829-up.test", true);
    kill(h->helper, SIGKILL);
    harness_lose(h);
    g_assert_cmpint(send_to("198.51.100.7", 0), ==, EPERM);
    g_assert_cmpint(harness_undo(h), ==, 0);
    g_assert_cmpint(send_to("198.51.100.7", 0), ==, 0);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

static bool
has_lost6(gpointer data)
{
    g_autofree char *link = harness_command("ip link show vpn0");

    (void)data;
    return strstr(link, "mtu 1300") != NULL;
}

/* I3: IPv6 goes, as with a pppd that has none: the call goes on with IPv4, and IPv6 is blocked. */
static void
test_six_is_lost(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "lose6.test", "connected");

    harness_wait(has_lost6, NULL);
    g_free(harness_command("ip -6 address add 2001:db8:1::2/64 dev vpn0 nodad"));
    g_autofree char *address = output_has("ip address show vpn0", "10.20.30.2 peer 10.20.30.1/32");
    g_autofree char *get = output_has("ip route get 198.51.100.7", "dev vpn0");
    g_autofree char *table = output_has("ip -6 route show table 25716", "unreachable default");
    g_assert_null(strstr(table, "dev vpn0"));
    g_assert_cmpstr(dt_connection_get_state(c), ==, "connected");
    harness_stop(h);
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
    harness_wait(has_guard, h); /* "connected" does not wait for nft */
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

/* What is ours is taken away by others while the call is up: it is not fought for, hanging up is no
 * error, what they made stays, and the next call is as good as the first. */
static void
test_others_take_away(struct harness *h, gconstpointer data)
{
    static const char *const rows[] = {
        "ip route flush table 25716", "ip -6 route flush table 25716", "ip address flush dev vpn0",
        "ip link set vpn0 down",      "ip link delete vpn0",           "nft flush ruleset",
        "ip rule delete table 25716", "ip -6 rule delete table 25716",
    };

    (void)data;
    WITH(h);
    g_free(harness_command("ip route add 203.0.113.0/24 via 192.0.2.1"));
    g_autofree char *before = harness_network();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");
        harness_wait(has_guard, h); /* "connected" does not wait for nft */
        g_autofree char *get = output_has("ip route get 198.51.100.7", "dev vpn0");

        g_test_message("%s", rows[i]);
        g_free(harness_command(rows[i]));
        g_free(harness_command("ip rule add pref 20 to 203.0.113.0/24 lookup main"));
        dt_connection_call_disconnect_sync(c, NULL, NULL);
        harness_wait_state(c, "idle");
        g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_USER_DISCONNECTION);
        g_free(harness_command("ip rule del pref 20")); /* it is still there */
        g_autofree char *after = harness_network();
        g_assert_cmpstr(before, ==, after);
    }
    harness_stop(h);
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
    harness_assert_detail(c, "dns-applied", "true");
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

#define ADD(path, fn)                                                                              \
    g_test_add("/network/" path, struct harness, NULL, harness_setup, fn, harness_teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)DT_RAS_ERROR;
    ADD("full-tunnel", test_full_tunnel);
    ADD("a-rule-that-comes-first", test_a_rule_that_comes_first);
    ADD("full-tunnel-gre", test_full_tunnel_gre);
    ADD("full-tunnel-ipsec", test_full_tunnel_ipsec);
    ADD("full-tunnel-six", test_full_tunnel_six);
    ADD("split-tunnel", test_split_tunnel);
    ADD("reverse-path-filter", test_reverse_path_filter);
    ADD("N1-N3-N5-hostile-lan", test_hostile_lan);
    ADD("N4-probe", test_probe);
    ADD("S8-no-tun", test_no_tun);
    ADD("S6-no-journal", test_no_journal);
    ADD("I1-address-in-use", test_address_in_use);
    ADD("configuration-changes", test_configuration_changes);
    ADD("I3-address-changes", test_address_changes);
    ADD("N6-T4-held-while-redialing", test_held_while_redialing);
    ADD("S1-held-and-killed", test_held_and_killed);
    ADD("I3-six-is-lost", test_six_is_lost);
    ADD("two-connections", test_two_connections);
    ADD("N9-S9-others-take-away", test_others_take_away);
    ADD("resolvconf", test_resolvconf);
    return g_test_run();
}
