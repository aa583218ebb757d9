/*
 * test-way.c - a laptop goes from one network to another while a call is up:
 * client/helper/helper-way, alone and in a dialtoned. Needs root; skips without.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "harness.h"
#include "helper-net.h"
#include "helper-way.h"

#include "dt-ras-error.h"

#include <arpa/inet.h>

static const struct helper_out marked = {.mark = HELPER_MARK};
static const char OURS[] = "192.0.2.2", OURS6[] = "2001:db8:2::2";

static void
command(const char *line)
{
    g_free(harness_command(line));
}

/* Nothing but the address that the calls went out from. */
static void
leave(void)
{
    command("ip address del 192.0.2.2/24 dev lan0"); /* the last one takes the routes along */
}

static void
come_back(void)
{
    command("ip address add 192.0.2.2/24 dev lan0");
    command("ip route replace default via 192.0.2.254 dev lan0");
}

/* Another network, by the same interface. */
static void
move(void)
{
    command("ip address add 203.0.113.9/24 dev lan0");
    command("ip route replace default via 203.0.113.1 dev lan0");
}

static void
move_back(void)
{
    command("ip address del 203.0.113.9/24 dev lan0");
}

/* ---- alone ---- */

struct told {
    int times;
    char *detail;
};

static void
on_lost(void *ctx, const char *detail)
{
    struct told *told = ctx;

    told->times++;
    g_free(told->detail);
    told->detail = g_strdup(detail);
}

static gboolean
stop_waiting(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

/* Long enough for several of the graces below. */
static void
for_a_while(void)
{
    bool over = false;

    g_timeout_add(300, stop_waiting, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

static bool
was_told(gpointer data)
{
    return ((const struct told *)data)->times > 0;
}

static struct helper_way *
way_from(uint8_t family, const char *to, const char *from, struct told *told)
{
    struct helper_endpoint e = {.family = family, .port = 443, .kind = SOCKET_TCP};
    const int af = family == 4 ? AF_INET : AF_INET6;

    g_assert_cmpint(inet_pton(af, to, e.address), ==, 1);
    g_assert_cmpint(inet_pton(af, from, e.local), ==, 1);
    struct helper_way *way = helper_way_new(&e, &marked, 20, on_lost, told);
    g_assert_nonnull(way);
    return way;
}

/* Of a call whose address has gone, and no other way is there yet. */
static struct helper_way *
way_without_address(struct told *told)
{
    struct helper_way *way = way_from(4, "198.51.100.7", OURS, told);

    leave();
    for_a_while();
    g_assert_cmpint(told->times, ==, 0);
    return way;
}

static void
test_there_is_no_other(struct harness *h, gconstpointer data)
{
    struct told told = {0};

    (void)h, (void)data;
    if (!harness_can_run())
        return;
    struct helper_way *way = way_without_address(&told);
    come_back();
    move(); /* and both are there */
    for_a_while();
    g_assert_cmpint(told.times, ==, 0);
    helper_way_free(way);
}

static void
test_there_is_another(struct harness *h, gconstpointer data)
{
    struct told told = {0};

    (void)h, (void)data;
    if (!harness_can_run())
        return;
    struct helper_way *way = way_without_address(&told);
    move(); /* now there is */
    harness_wait(was_told, &told);
    g_assert_nonnull(strstr(told.detail, OURS));
    come_back();
    leave();
    for_a_while();
    g_assert_cmpint(told.times, ==, 1);
    helper_way_free(way);
    g_free(told.detail);
}

static void
test_six(struct harness *h, gconstpointer data)
{
    struct told told = {0};

    (void)h, (void)data;
    if (!harness_can_run())
        return;
    command("ip -6 address add 2001:db8:2::2/64 dev lan0 nodad");
    struct helper_way *way = way_from(6, "2001:db8:2::7", OURS6, &told);
    command("ip -6 address add 2001:db8:2::3/64 dev lan0 nodad");
    leave(); /* that of IPv4 is another matter */
    for_a_while();
    g_assert_cmpint(told.times, ==, 0);
    command("ip -6 address del 2001:db8:2::2/64 dev lan0");
    harness_wait(was_told, &told);
    g_assert_nonnull(strstr(told.detail, OURS6));
    helper_way_free(way);
    g_free(told.detail);
}

static void
test_not_known(struct harness *h, gconstpointer data)
{
    const struct helper_endpoint e = {.family = 4, .address = {198, 51, 100, 7}};
    struct told told;

    (void)h, (void)data;
    g_assert_null(helper_way_new(&e, &marked, 20, on_lost, &told));
    helper_way_free(NULL);
}

/* ---- a call ---- */

/* It ends at once, and not by echoes, and as a link that failed: to be dialed again if the plan
 * says so. */
static void
test_call(struct harness *h, gconstpointer data)
{
    (void)data;
    WITH(h);
    g_autofree char *before = harness_network();
    g_autoptr(DtConnection) c = harness_dial_to(h, "up.test", "connected");
    leave();
    move();
    harness_wait_state(c, "idle");
    g_assert_cmpuint(dt_connection_get_error(c), ==, RAS_LINK_FAILURE);
    g_assert_nonnull(strstr(dt_connection_get_error_detail(c), OURS));
    move_back();
    come_back();
    harness_stop(h);
    g_autofree char *after = harness_network();
    g_assert_cmpstr(before, ==, after);
}

#define ADD(path, fn)                                                                              \
    g_test_add("/way/" path, struct harness, NULL, harness_setup, fn, harness_teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)DT_RAS_ERROR;
    ADD("there-is-no-other", test_there_is_no_other);
    ADD("there-is-another", test_there_is_another);
    ADD("six", test_six);
    ADD("not-known", test_not_known);
    ADD("a-call-ends", test_call);
    return g_test_run();
}
