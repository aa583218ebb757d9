/*
 * test-helper-endpoints.c - which servers an attempt has sockets to, and whether another has one
 * for IKE to the same. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "helper-endpoints.h"

#include <glib.h>

static struct helper_endpoint
endpoint(enum socket_kind kind, uint8_t last, uint16_t port)
{
    return (struct helper_endpoint){
        .family = 4, .address = {203, 0, 113, last}, .port = port, .kind = kind};
}

static void
add(struct helper_endpoints *e, enum socket_kind kind, uint8_t last, uint16_t port)
{
    const struct helper_endpoint to = endpoint(kind, last, port);

    helper_endpoints_add(e, &to, -1);
}

static void
test_beside(void)
{
    struct helper_endpoints e = {0};

    g_assert_null(helper_endpoints_find(&e, "203.0.113.1"));
    add(&e, SOCKET_UDP, 1, IKE_PORT);
    add(&e, SOCKET_UDP, 1, IKE_FLOAT_PORT);
    add(&e, SOCKET_ESP, 1, 0);
    g_assert_cmpint(e.n, ==, 1);
    g_assert_true(e.v[0].raw);
    add(&e, SOCKET_UDP, 2, IKE_PORT);
    g_assert_cmpint(e.n, ==, 2);
    g_assert_false(e.v[1].raw);
    g_assert_true(helper_endpoints_find(&e, "203.0.113.1") == &e.v[0]);
    g_assert_true(helper_endpoints_find(&e, "203.0.113.9") == &e.v[1]); /* the last */
    for (uint8_t i = 3; i < 100; i++)
        add(&e, SOCKET_TCP, i, 443);
    g_assert_cmpint(e.n, ==, HELPER_MAX_ENDPOINTS);
}

static void
test_have_ike(void)
{
    struct helper_endpoints e = {0};
    struct helper_endpoint to = endpoint(SOCKET_UDP, 1, IKE_PORT);
    const struct helper_endpoint other = endpoint(SOCKET_UDP, 2, IKE_PORT),
                                 clear = endpoint(SOCKET_UDP, 1, L2TP_PORT),
                                 tcp = endpoint(SOCKET_TCP, 1, IKE_PORT);

    g_assert_false(helper_endpoints_have_ike(&e, &to));
    add(&e, SOCKET_UDP, 1, L2TP_PORT); /* L2TP without IPsec */
    g_assert_false(helper_endpoints_have_ike(&e, &to));
    e = (struct helper_endpoints){0};
    add(&e, SOCKET_UDP, 1, IKE_PORT);
    g_assert_true(helper_endpoints_have_ike(&e, &to));
    g_assert_false(helper_endpoints_have_ike(&e, &other));
    g_assert_false(helper_endpoints_have_ike(&e, &clear));
    g_assert_false(helper_endpoints_have_ike(&e, &tcp));
    to.family = 6;
    g_assert_false(helper_endpoints_have_ike(&e, &to));
}

/* A server that has one place for each client or user: who came later has it. */
static void
test_displaced(void)
{
    struct helper_endpoints first = {.since = USEC_PER_SEC}, second = {.since = 2 * USEC_PER_SEC},
                            tls = second, elsewhere = second;
    const usec_t now = second.since + HELPER_DISPLACED_WITHIN;

    add(&first, SOCKET_UDP, 1, IKE_PORT);
    add(&second, SOCKET_UDP, 3, IKE_PORT);
    add(&second, SOCKET_UDP, 1, IKE_PORT);
    add(&tls, SOCKET_TCP, 1, 443);
    add(&elsewhere, SOCKET_UDP, 2, IKE_PORT);
    g_assert_true(helper_endpoints_displaced(&first, &second, second.since));
    g_assert_true(helper_endpoints_displaced(&first, &second, now));
    g_assert_false(helper_endpoints_displaced(&first, &second, now + 1)); /* of another cause */
    g_assert_false(helper_endpoints_displaced(&second, &first, now));
    g_assert_false(helper_endpoints_displaced(&first, &tls, now));
    g_assert_false(helper_endpoints_displaced(&first, &elsewhere, now));

    first.v[0] = endpoint(SOCKET_TCP, 1, 443);
    g_assert_true(helper_endpoints_displaced(&first, &tls, now));
    first.v[0] = endpoint(SOCKET_UDP, 1, 443);
    g_assert_false(helper_endpoints_displaced(&first, &tls, now));
    first.n = 0; /* a call that ended before it had a socket */
    g_assert_false(helper_endpoints_displaced(&first, &tls, now));
    g_assert_false(helper_endpoints_displaced(&tls, &first, now));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-endpoints/beside", test_beside);
    g_test_add_func("/helper-endpoints/have-ike", test_have_ike);
    g_test_add_func("/helper-endpoints/displaced", test_displaced);
    return g_test_run();
}
