/*
 * test-hooks.c - the administrator's programs at the beginning and the end of a call: what they are
 * told, and that nobody waits for them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "harness.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

static char *
in(struct harness *h, const char *name)
{
    return g_build_filename(h->directory, name, NULL);
}

/* A hook with these lines; $OUT is a file that the test reads. Call before WITH(). */
static void
add_hook(struct harness *h, const char *name, const char *lines)
{
    g_autofree char *folder = in(h, "hooks.d"), *out = in(h, "out");
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = g_strdup_printf("#!/bin/sh\nOUT=%s\n%s\n", out, lines);

    if (!g_file_test(folder, G_FILE_TEST_EXISTS))
        g_assert_cmpint(g_mkdir(folder, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0755), ==, 0);
}

struct wanted {
    const char *file;
    const char *text;
};

static bool
is_there(gpointer data)
{
    const struct wanted *w = data;
    g_autofree char *text = NULL;

    return g_file_get_contents(w->file, &text, NULL, NULL) && strstr(text, w->text) != NULL;
}

static void
wait_for_text(struct harness *h, const char *text)
{
    g_autofree char *out = in(h, "out");
    struct wanted w = {.file = out, .text = text};

    harness_wait(is_there, &w);
}

static void
hang_up(DtConnection *c)
{
    g_autoptr(GError) error = NULL;

    dt_connection_call_disconnect_sync(c, NULL, &error);
    g_assert_no_error(error);
    harness_wait_state(c, "idle");
}

static void
test_up_and_down(struct harness *h, gconstpointer data)
{
    (void)data;
    if (!harness_can_run())
        return;
    g_autofree char *folder = in(h, "hooks.d");
    h->hooks = folder;
    add_hook(h, "10-tell",
             "echo \"$1 $DIALTONE_DEVICE $DIALTONE_IP4_ADDRESS $DIALTONE_PROTOCOL "
             "error=$DIALTONE_ERROR $#.\" >> $OUT");
    add_hook(h, "20-secrets", "env | grep -c -i password >> $OUT; echo end of $1 >> $OUT");
    harness_start(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "push.test", "connected");
    wait_for_text(h, "up vpn0 10.20.30.2 sstp error= 1.\n0\nend of up\n");
    hang_up(c);
    wait_for_text(h, "end of up\ndown vpn0 10.20.30.2 sstp error=631 1.\n0\nend of down\n");
    harness_stop(h);
}

static bool
has_trouble(gpointer data)
{
    return g_variant_lookup(dt_connection_get_details(data), "hooks", "as", NULL);
}

/* A failure is told; the next hook and the call have nothing of it. */
static void
test_failure(struct harness *h, gconstpointer data)
{
    (void)data;
    if (!harness_can_run())
        return;
    g_autofree char *folder = in(h, "hooks.d");
    h->hooks = folder;
    add_hook(h, "10-fails", "echo all is lost >&2; exit 3");
    add_hook(h, "20-next", "echo next >> $OUT");
    harness_start(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "push.test", "connected");
    wait_for_text(h, "next");
    harness_wait(has_trouble, c);
    harness_assert_detail(c, "hooks", "['10-fails: exit status 3']");
    g_auto(GStrv) lines = NULL;
    dt_connection_call_get_log_sync(c, &lines, NULL, NULL);
    g_autofree char *log = g_strjoinv("\n", lines);
    g_assert_nonnull(strstr(log, "Hook 10-fails: exit status 3. It says: all is lost"));
    g_assert_cmpstr(dt_connection_get_state(c), ==, "connected");
    harness_stop(h);
}

static bool
process_gone(gpointer data)
{
    g_autofree char *pid = NULL, *state = NULL;

    g_assert_true(g_file_get_contents(data, &pid, NULL, NULL));
    g_autofree char *stat = g_strdup_printf("/proc/%s/stat", g_strchomp(pid));
    return !g_file_get_contents(stat, &state, NULL, NULL) || strstr(state, ") Z ") != NULL;
}

/* One that hangs holds up neither the end of the call, nor the next one; and does not outlive the
 * helper, whatever that dies of. */
static void
test_S1_hanging(struct harness *h, gconstpointer data)
{
    (void)data;
    if (!harness_can_run())
        return;
    g_autofree char *folder = in(h, "hooks.d"), *pid = in(h, "out");
    h->hooks = folder;
    add_hook(h, "10-hangs", "sleep 1000 & echo $! > $OUT.new; mv $OUT.new $OUT; wait");
    harness_start(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "push.test", "connected");
    wait_for_text(h, "\n");
    g_assert_false(process_gone(pid));
    hang_up(c);
    g_autoptr(DtConnection) again = harness_dial_to(h, "push.test", "connected");
    g_assert_cmpstr(dt_connection_get_state(again), ==, "connected");
    kill(h->helper, SIGKILL);
    harness_lose(h);
    harness_wait(process_gone, pid);
}

/* Nor does it outlive one that was told to end, and has waited for it as long as it may. */
static void
test_S1_told_to_end(struct harness *h, gconstpointer data)
{
    (void)data;
    if (!harness_can_run())
        return;
    g_autofree char *folder = in(h, "hooks.d"), *pid = in(h, "out");
    h->hooks = folder;
    add_hook(h, "10-hangs", "sleep 1000 & echo $! > $OUT.new; mv $OUT.new $OUT; wait");
    harness_start(h);
    g_autoptr(DtConnection) c = harness_dial_to(h, "push.test", "connected");
    wait_for_text(h, "\n");
    g_assert_false(process_gone(pid));
    harness_stop(h);
    harness_wait(process_gone, pid);
}

#define ADD(path, fn)                                                                              \
    g_test_add("/hooks/" path, struct harness, NULL, harness_setup, fn, harness_teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("up-and-down", test_up_and_down);
    ADD("failure", test_failure);
    ADD("S1-hanging", test_S1_hanging);
    ADD("S1-told-to-end", test_S1_told_to_end);
    return g_test_run();
}
