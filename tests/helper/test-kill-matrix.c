/*
 * test-kill-matrix.c - S1: the helper is killed at every step of a call, and everything is as
 * before once `dialtoned --undo` (what systemd runs after it) has run.
 *
 * A step is a system call that changes something or records a change: strace kills the helper as it
 * enters the n-th one, for n from 1 until a call gets through unharmed.
 *
 * S5: and when such a call fails instead, the dial goes on or ends with an error, and leaves
 * nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_STEPS = 200, DEADLINE_S = 90 };

static bool
helper_is_dead(struct harness *h)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)h->helper, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

/* Turn the main loop until @c is in @state. False: the helper died first. */
static bool
reaches(struct harness *h, DtConnection *c, const char *state)
{
    const gint64 deadline = g_get_monotonic_time() + DEADLINE_S * G_USEC_PER_SEC;

    while (g_strcmp0(dt_connection_get_state(c), state) != 0) {
        if (helper_is_dead(h))
            return false;
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
    return true;
}

/* A whole call. False: the helper did not live to see its end. */
static bool
call(struct harness *h, const struct dial_plan *plan)
{
    harness_start(h);
    if (h->dialer == NULL)
        return false;
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", NULL);
    if (c == NULL || !reaches(h, c, "connected"))
        return false;
    dt_connection_call_disconnect_sync(c, NULL, NULL);
    if (!reaches(h, c, "idle"))
        return false;
    g_clear_object(&c);
    harness_stop(h);
    return true;
}

static bool
no_tunnel_left(gpointer data)
{
    g_autofree char *links = harness_command("ip -o link show");

    (void)data;
    return strstr(links, "vpn") == NULL;
}

static void
kill_at_every(struct harness *h, const char *syscall, const struct dial_plan *plan)
{
    g_autofree char *before = harness_network();
    int n = 1;

    for (bool alive = false; !alive; n++) {
        g_autofree char *inject = g_strdup_printf("inject=%s:signal=SIGKILL:when=%d", syscall, n);
        g_assert_cmpint(n, <, MAX_STEPS);
        h->strace_inject = inject;
        alive = call(h, plan);
        if (!alive)
            harness_lose(h);
        h->strace_inject = NULL;
        harness_wait(no_tunnel_left, NULL); /* it ends with its helper */
        g_assert_cmpint(harness_undo(h), ==, 0);
        g_autofree char *after = harness_network();
        if (!g_str_equal(before, after))
            g_error("killed at %s number %d, left:\n%s", syscall, n, after);
    }
    g_test_message("%s: %d steps", syscall, n - 2);
    g_assert_cmpint(n, >, 2); /* something was killed */
}

/* A call that may fail, but must come to an end. */
static void
call_to_an_end(struct harness *h, const struct dial_plan *plan)
{
    g_autoptr(GError) error = NULL;

    harness_start(h);
    g_autoptr(DtConnection) c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    while (g_strcmp0(dt_connection_get_state(c), "connected") != 0 &&
           g_strcmp0(dt_connection_get_state(c), "idle") != 0)
        g_main_context_iteration(NULL, TRUE);
    if (g_str_equal(dt_connection_get_state(c), "connected")) {
        dt_connection_call_disconnect_sync(c, NULL, NULL);
        g_assert_true(reaches(h, c, "idle"));
    }
    g_assert_cmpuint(dt_connection_get_error(c), !=, 0);
    g_clear_object(&c);
    harness_stop(h);
}

static const struct failure {
    const char *syscall, *error;
    int steps; /* of a whole call, and a few more */
} failures[] = {
    {"fdatasync", "ENOSPC", 12},
    {"sendmsg", "ENOBUFS", 32},
    {"ioctl", "EMFILE", 4},
    {"socketpair", "EMFILE", 1},
};

static void
test_failure(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    const struct failure *f = data;

    if (!harness_can_run())
        return;
    if (g_find_program_in_path("strace") == NULL) {
        g_test_skip("needs strace");
        return;
    }
    g_autofree char *before = harness_network();
    plan_for(plan, "six.test");
    for (int n = 1; n <= f->steps; n++) {
        g_autofree char *inject =
            g_strdup_printf("inject=%s:error=%s:when=%d", f->syscall, f->error, n);
        h->strace_inject = inject;
        call_to_an_end(h, plan);
        h->strace_inject = NULL;
        g_autofree char *after = harness_network();
        if (!g_str_equal(before, after))
            g_error("%s number %d failed, left:\n%s", f->syscall, n, after);
    }
}

static void
test_syscall(struct harness *h, gconstpointer data)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);

    if (!harness_can_run())
        return;
    if (g_find_program_in_path("strace") == NULL) {
        g_test_skip("needs strace");
        return;
    }
    plan_for(plan, "six.test");
    kill_at_every(h, data, plan);
}

#define ADD(syscall)                                                                               \
    g_test_add("/kill-matrix/S1-" syscall, struct harness, syscall, harness_setup, test_syscall,   \
               harness_teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("fdatasync"); /* a change was recorded, and not made */
    ADD("sendmsg");   /* netlink changes, and what is said to the tunnel */
    ADD("ioctl");     /* the interface */
    ADD("unlinkat");  /* all was undone, the record is still there */
    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
        g_autofree char *path =
            g_strdup_printf("/kill-matrix/S5-%s-%s", failures[i].syscall, failures[i].error);
        g_test_add(path, struct harness, &failures[i], harness_setup, test_failure,
                   harness_teardown);
    }
    return g_test_run();
}
