/*
 * test-dialtoned.c - the whole helper, peer to peer, with scripted tunnels: states, causes,
 * redials, requests out of line, and that the network is afterwards what it was before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-ras-error.h"
#include "harness.h"

#include <signal.h>

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

#define ADD(path, fn)                                                                              \
    g_test_add("/dialtoned/" path, struct harness, NULL, harness_setup, fn, harness_teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("full-tunnel", test_full_tunnel);
    return g_test_run();
}
