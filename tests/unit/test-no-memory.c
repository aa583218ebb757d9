/*
 * test-no-memory.c - S4: each allocation of the cores and of TLS fails once. What is made then is
 * not made, says so, and leaves nothing behind (the sanitizer counts). malloc() and its kin are
 * wrapped by the linker for our own code; OpenSSL's are counted by its own hooks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "control.h"
#include "helper-journal.h"
#include "io-tls.h"
#include "pump-dgram.h"
#include "pump-stream.h"
#include "session.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);

static long fail_at = -1; /* this many succeed, then one does not; < 0: all do */

static bool
fails(void)
{
    return fail_at >= 0 && fail_at-- == 0;
}

void *
__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

static void *
openssl_malloc(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return fails() ? NULL : __real_malloc(n);
}

static void *
openssl_realloc(void *p, size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return fails() ? NULL : realloc(p, n);
}

static void
openssl_free(void *p, const char *file, int line)
{
    (void)file, (void)line;
    free(p);
}

static void
count_up(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 7, n);
}

static const struct rng rng = {.fill = count_up};

static void
make_plan(struct dial_plan *p)
{
    dial_plan_init(p);
    g_strlcpy(p->name, "x", sizeof p->name);
    p->n_servers = 1;
    g_strlcpy(p->servers[0].host, "vpn.example.test", sizeof p->servers[0].host);
    p->n_protocols = 1;
    p->protocols[0] = PLAN_SSTP;
}

static void
test_plan(void)
{
    static uint8_t bytes[256 * 1024];
    struct dial_plan p, copy = {0};
    struct wr w = wr_over(bytes, sizeof bytes);

    make_plan(&p);
    p.ca_len = 3;
    p.ca = (uint8_t *)g_memdup2("PEM", 3);
    fail_at = 0;
    g_assert_false(dial_plan_copy(&copy, &p));
    g_assert_null(copy.ca);
    dial_plan_put(&w, &p);
    struct rd r = wr_done(&w);
    fail_at = 0;
    g_assert_false(dial_plan_get(&r, &copy));
    g_assert_null(copy.ca);
    fail_at = -1;
    r = wr_done(&w);
    g_assert_true(dial_plan_get(&r, &copy));
    dial_plan_clear(&copy);
    dial_plan_clear(&p);
}

static void
test_session(void)
{
    static const struct credentials nobody = {.user = "u"};
    const struct session_link_info info = {.host = "h", .port = 443, .local_call = 7};
    struct session_event event;
    struct dial_plan p;
    bool ended = false;

    make_plan(&p);
    fail_at = 0;
    g_assert_null(session_new(&p, PLAN_SSTP, &nobody, &rng, 0));

    fail_at = -1; /* PPTP's slots come with the link */
    struct session *s = session_new(&p, PLAN_PPTP, &nobody, &rng, 0);
    fail_at = 0;
    session_link_up(s, 0, &info);
    fail_at = -1;
    for (usec_t now = 0; !ended && now < 100 * USEC_PER_SEC; now += USEC_PER_SEC) {
        session_expire(s, now);
        while (session_poll_event(s, &event)) {
            ended |= event.type == SESSION_ENDED;
            if (ended)
                g_assert_cmpuint(event.end.error, ==, RAS_RASMAN_CANNOT_INITIALIZE);
        }
    }
    g_assert_true(ended);
    session_free(s);
    dial_plan_clear(&p);
}

/* The n-th allocation fails, for every n until none is left to fail. */
static void
test_tls(void)
{
    struct dial_plan p;
    guint refused = 0;
    bool made = false;

    make_plan(&p);
    p.pin_set =
        true; /* no authorities to read: it is the same code with fewer thousands of turns */
    for (long n = 0; !made && n < 100000; n++) {
        struct io_tls t;

        fail_at = n;
        made = io_tls_prepare(&t, &p, "vpn.example.test") && fail_at >= 0;
        refused += !made;
        fail_at = -1;
        io_tls_clear(&t);
    }
    g_assert_true(made);
    g_assert_cmpuint(refused, >, 10);
    dial_plan_clear(&p);
}

/* The pumps: each buffer that is missing. */
static void
test_pump(void)
{
    guint refused = 0;
    bool made = false;

    for (long n = 0; !made && n < 100; n++) {
        struct pump pump = {0};
        struct pump_stream stream = {0};
        struct pump_dgram dgram = {0};

        fail_at = n;
        made = pump_init(&pump) && pump_stream_init(&stream, &pump, NULL) &&
               pump_dgram_init(&dgram, &pump) && fail_at >= 0;
        refused += !made;
        fail_at = -1;
        pump_dgram_clear(&dgram);
        pump_stream_clear(&stream);
        pump_clear(&pump);
    }
    g_assert_true(made);
    g_assert_cmpuint(refused, >=, 8);
}

/* The helper's first message to the tunnel. */
static void
test_control(void)
{
    static uint8_t bytes[TUNNEL_MSG_MAX];
    static const struct credentials nobody = {.user = "u"};
    struct wr w = wr_over(bytes, sizeof bytes);
    struct control_start start = {0};
    struct dial_plan p;

    make_plan(&p);
    p.ca_len = 3;
    p.ca = (uint8_t *)g_memdup2("PEM", 3);
    tunnel_msg_begin(&w, TUNNEL_START);
    dial_plan_put(&w, &p);
    credentials_put(&w, &nobody);
    wr_bytes(&w, (uint8_t[29]){0, PLAN_SSTP}, 29);
    fail_at = 0;
    g_assert_false(control_start_get(wr_done(&w), &start));
    fail_at = -1;
    g_assert_true(control_start_get(wr_done(&w), &start));
    dial_plan_clear(&start.plan);
    dial_plan_clear(&p);
}

static void
count_undo(void *ctx, const struct undo *u)
{
    (void)u;
    (*(unsigned *)ctx)++;
}

/* What is on disk stays there until it can be undone: no slot is taken over what was not read. */
static void
test_journal(void)
{
    g_autofree char *directory = g_dir_make_tmp("dialtone-no-memory-XXXXXX", NULL);
    const struct undo u = {.kind = UNDO_LINK, .link = {.ifindex = 7, .name = "vpn7"}};
    unsigned undone = 0;
    int err = 0;

    struct helper_journal *j = helper_journal_open(directory, count_undo, &undone, &err);
    g_assert_cmpint(helper_journal_intend(j, &u), ==, 0);
    g_assert_cmpint(helper_journal_intend(j, &u), ==, 0);
    fail_at = 0;
    g_assert_null(helper_journal_open(directory, count_undo, &undone, &err));
    g_assert_cmpint(err, ==, -ENOMEM);
    fail_at = 0; /* the file is not read: it must not be removed either */
    helper_journal_undo(j, count_undo, &undone);
    g_assert_cmpuint(undone, ==, 0);
    fail_at = 0;
    g_assert_cmpint(helper_journal_recover(directory, count_undo, &undone), ==, 0);
    g_assert_cmpuint(undone, ==, 0);
    fail_at = -1;
    g_assert_cmpint(helper_journal_recover(directory, count_undo, &undone), ==, 1);
    g_assert_cmpuint(undone, ==, 2);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

int
main(int argc, char **argv)
{
    CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/no-memory/S4-plan", test_plan);
    g_test_add_func("/no-memory/S4-session", test_session);
    g_test_add_func("/no-memory/S4-tls", test_tls);
    g_test_add_func("/no-memory/S4-pump", test_pump);
    g_test_add_func("/no-memory/S4-control", test_control);
    g_test_add_func("/no-memory/S4-journal", test_journal);
    return g_test_run();
}
