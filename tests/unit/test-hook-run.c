/*
 * test-hook-run.c - which of the administrator's programs are run, how, and for how long: with real
 * files, processes and signals.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hook-run.h"

#include "hook-env.h"
#include "tunnel-msg.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
    char *folder, *first, *second; /* ../first, ../second: hooks */
    GPtrArray *results;            /* struct hook_result */
};

static void
begin(struct world *w)
{
    w->folder = g_dir_make_tmp("dialtone-hooks-XXXXXX", NULL);
    w->first = g_build_filename(w->folder, "first", NULL);
    w->second = g_build_filename(w->folder, "second", NULL);
    g_assert_cmpint(g_mkdir(w->first, 0755), ==, 0);
    g_assert_cmpint(g_mkdir(w->second, 0755), ==, 0);
    w->results = g_ptr_array_new_with_free_func(g_free);
}

static void
end(struct world *w)
{
    const char *const argv[] = {"rm", "-rf", w->folder, NULL};

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    g_free(w->folder);
    g_free(w->first);
    g_free(w->second);
    g_ptr_array_unref(w->results);
}

static char *
add(const char *folder, const char *name, int mode, const char *script)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", script);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
    return path;
}

static void
hook(const char *folder, const char *name, const char *script)
{
    g_free(add(folder, name, 0755, script));
}

/* What `dialtoned --hooks` would do; for as long as it takes. */
static void
run_as(struct world *w, uint16_t seconds, uint16_t all, uid_t owner)
{
    struct hook_event e = {.seconds = seconds,
                           .all_seconds = all,
                           .action = "up",
                           .n_folders = 2,
                           .folders = {w->first, w->second},
                           .n_env = 2,
                           .env = {"PATH=/usr/bin:/bin", "DIALTONE_DEVICE=vpn0"}};
    uint8_t bytes[2048];
    int pair[2];
    size_t n;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
    hook_run(&e, owner, pair[1]);
    close(pair[1]);
    g_ptr_array_set_size(w->results, 0);
    while (wire_recv(pair[0], bytes, sizeof bytes, &n, NULL) == 0) {
        struct hook_result *r = g_new0(struct hook_result, 1);
        struct rd in = rd_over(bytes, n);
        g_assert_true(hook_result_get(&in, r));
        g_ptr_array_add(w->results, r);
    }
    close(pair[0]);
}

static void
run(struct world *w)
{
    run_as(w, 60, 120, geteuid());
}

static const struct hook_result *
result(const struct world *w, guint i)
{
    g_assert_cmpuint(i, <, w->results->len);
    return w->results->pdata[i];
}

/* In the order of their names, the first folder's for the second's; and nothing that is no hook. */
static void
test_order(void)
{
    static const char *const not_hooks[] = {".hidden",      "20-b~", "20-b.dpkg-old",
                                            "20-b.rpmsave", "a b",   "-rf"};
    struct world w;

    begin(&w);
    hook(w.first, "20-b", "echo first $1");
    hook(w.second, "20-b", "echo second");
    hook(w.second, "10-a", "echo $DIALTONE_DEVICE; echo on stderr >&2");
    hook(w.first, "30-c", "echo \"$#$0\"");
    for (size_t i = 0; i < G_N_ELEMENTS(not_hooks); i++)
        hook(w.first, not_hooks[i], "echo no");
    g_free(add(w.first, "15-off", 0644, "echo no")); /* switched off, and the second's with it */
    hook(w.second, "15-off", "echo no");
    run(&w);
    g_assert_cmpuint(w.results->len, ==, 3);
    g_assert_cmpstr(result(&w, 0)->name, ==, "10-a");
    g_assert_nonnull(strstr(result(&w, 0)->text, "vpn0"));
    g_assert_nonnull(strstr(result(&w, 0)->text, "on stderr"));
    g_assert_cmpstr(result(&w, 1)->text, ==, "first up");
    g_autofree char *own = g_strdup_printf("1%s/30-c", w.first);
    g_assert_cmpstr(result(&w, 2)->text, ==, own);
    for (guint i = 0; i < 3; i++)
        g_assert_true(result(&w, i)->outcome == HOOK_EXITED && result(&w, i)->number == 0);
    end(&w);
}

static void
test_no_folder(void)
{
    struct world w;

    begin(&w);
    g_assert_cmpint(g_rmdir(w.first), ==, 0);
    g_assert_cmpint(g_rmdir(w.second), ==, 0);
    run(&w);
    g_assert_cmpuint(w.results->len, ==, 0);
    end(&w);
}

/* Nobody but root can have had a hand in what root runs. */
static void
test_refused(void)
{
    struct world w;
    g_autofree char *target = NULL, *link = NULL, *fifo = NULL;

    begin(&w);
    target = add(w.folder, "target", 0755, "echo no");
    link = g_build_filename(w.first, "10-link", NULL);
    g_assert_cmpint(symlink(target, link), ==, 0);
    fifo = g_build_filename(w.first, "20-fifo", NULL);
    g_assert_cmpint(mkfifo(fifo, 0755), ==, 0);
    g_free(add(w.first, "30-group", 0775, "echo no"));
    g_free(add(w.first, "40-world", 0757, "echo no"));
    g_free(add(w.first, "50-setuid", 04755, "echo no"));
    g_autofree char *sub = g_build_filename(w.first, "60-folder", NULL);
    g_assert_cmpint(g_mkdir(sub, 0755), ==, 0); /* is no mistake, and not run */
    run(&w);
    g_assert_cmpuint(w.results->len, ==, 5);
    for (guint i = 0; i < w.results->len; i++)
        g_assert_cmpint(result(&w, i)->outcome, ==, HOOK_REFUSED);
    g_assert_cmpstr(result(&w, 0)->text, ==, "it is not a regular file");
    g_assert_cmpstr(result(&w, 2)->text, ==, "others than root may change it");
    end(&w);
}

static void
test_wrong_owner(void)
{
    struct world w;

    begin(&w);
    hook(w.first, "10-a", "echo no");
    run_as(&w, 60, 60, geteuid() + 1); /* the folders are another's as well */
    g_assert_cmpuint(w.results->len, ==, 2);
    g_assert_cmpint(result(&w, 0)->outcome, ==, HOOK_REFUSED);
    end(&w);
    if (geteuid() != 0)
        return;
    begin(&w);
    g_autofree char *path = add(w.first, "10-a", 0755, "echo no");
    g_assert_cmpint(chown(path, 65534, 65534), ==, 0);
    run(&w);
    g_assert_cmpuint(w.results->len, ==, 1);
    g_assert_cmpint(result(&w, 0)->outcome, ==, HOOK_REFUSED);
    end(&w);
}

static void
test_folder_that_others_write(void)
{
    struct world w;

    begin(&w);
    hook(w.first, "10-a", "echo no");
    g_assert_cmpint(g_chmod(w.first, 0777), ==, 0);
    run(&w);
    g_assert_cmpuint(w.results->len, ==, 1);
    g_assert_cmpint(result(&w, 0)->outcome, ==, HOOK_REFUSED);
    end(&w);
}

static void
test_how_they_end(void)
{
    struct world w;

    begin(&w);
    hook(w.first, "10-status", "echo oops; exit 3");
    hook(w.first, "20-signal", "kill -TERM $$");
    hook(w.first, "30-closed", "exec >&- 2>&-; exit 0");
    hook(w.first, "40-escapes", "printf 'a\\033[31mb\\nc'");
    g_autofree char *missing = g_build_filename(w.first, "50-no-interpreter", NULL);
    g_assert_true(g_file_set_contents(missing, "#!/nonexistent\n", -1, NULL));
    g_assert_cmpint(g_chmod(missing, 0755), ==, 0);
    run(&w);
    g_assert_cmpuint(w.results->len, ==, 5);
    g_assert_true(result(&w, 0)->outcome == HOOK_EXITED && result(&w, 0)->number == 3);
    g_assert_cmpstr(result(&w, 0)->text, ==, "oops");
    g_assert_true(result(&w, 1)->outcome == HOOK_KILLED && result(&w, 1)->number == SIGTERM);
    g_assert_true(result(&w, 2)->outcome == HOOK_EXITED && result(&w, 2)->number == 0);
    g_assert_null(strchr(result(&w, 3)->text, '\033'));
    g_assert_null(strchr(result(&w, 3)->text, '\n'));
    g_assert_true(result(&w, 4)->outcome == HOOK_EXITED && result(&w, 4)->number == 127);
    end(&w);
}

/* A megabyte of output is read and dropped: the hook does not hang in writing it. */
static void
test_much_output(void)
{
    struct world w;

    begin(&w);
    hook(w.first, "10-a", "head -c 1048576 /dev/zero | tr '\\0' x; echo; exit 4");
    run(&w);
    g_assert_true(result(&w, 0)->outcome == HOOK_EXITED && result(&w, 0)->number == 4);
    g_assert_cmpuint(strlen(result(&w, 0)->text), <, HOOK_TEXT);
    g_assert_cmpuint(strlen(result(&w, 0)->text), >, 300);
    end(&w);
}

static bool
is_gone(const char *file)
{
    g_autofree char *text = NULL;
    char *end_of_number;

    if (!g_file_get_contents(file, &text, NULL, NULL))
        return false; /* it has not come so far */
    const gint64 pid = g_ascii_strtoll(text, &end_of_number, 10);
    g_autofree char *stat = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/stat", pid);
    g_autofree char *state = NULL;
    return end_of_number != text &&
           (!g_file_get_contents(stat, &state, NULL, NULL) || strstr(state, ") Z ") != NULL);
}

static void
wait_until_gone(const char *file)
{
    const gint64 limit = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

    while (!is_gone(file)) {
        g_assert_cmpint(g_get_monotonic_time(), <, limit);
        g_usleep(5000);
    }
}

/* One that hangs is killed with what it has started, and the next one has its turn. */
static void
test_hanging(void)
{
    struct world w;

    begin(&w);
    g_autofree char *child = g_build_filename(w.folder, "child", NULL);
    g_autofree char *script =
        g_strdup_printf("trap '' TERM; sleep 1000 & echo $! > %s; echo hm; wait", child);
    hook(w.first, "10-hang", script);
    hook(w.first, "20-next", "echo next");
    run_as(&w, 3, 120, geteuid());
    g_assert_cmpuint(w.results->len, ==, 2);
    g_assert_cmpint(result(&w, 0)->outcome, ==, HOOK_LATE);
    g_assert_cmpint(result(&w, 1)->outcome, ==, HOOK_EXITED);
    if (g_file_test(child, G_FILE_TEST_EXISTS)) /* else it was killed before */
        wait_until_gone(child);
    end(&w);
}

/* Nor is anything left in its group of one that ends. */
static void
test_left_behind(void)
{
    struct world w;

    begin(&w);
    g_autofree char *child = g_build_filename(w.folder, "child", NULL);
    g_autofree char *script = g_strdup_printf("sleep 1000 & echo $! > %s", child);
    hook(w.first, "10-leaves", script);
    run(&w);
    g_assert_true(result(&w, 0)->outcome == HOOK_EXITED && result(&w, 0)->number == 0);
    wait_until_gone(child);
    end(&w);
}

static bool
is_written(const char *file)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(file, &text, NULL, NULL) && *text != '\0';
}

/* Nor what has made a session of its own, a daemon's daemon among it: of one that ends, and of one
 * that is late. */
static void
test_own_sessions(void)
{
    static const char *const ends[] = {"exit 0", "sleep 1000"};

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        struct world w;
        begin(&w);
        g_autofree char *one = g_build_filename(w.folder, "one", NULL);
        g_autofree char *two = g_build_filename(w.folder, "two", NULL);
        g_autofree char *script = g_strdup_printf(
            "setsid sh -c 'trap \"\" TERM HUP; echo $$ > %s; setsid sh -c \"echo \\$\\$ > %s; "
            "sleep 1000\" & sleep 1000' >/dev/null 2>&1 & while [ ! -s %s ]; do :; done; %s",
            one, two, two, ends[i]);
        hook(w.first, "10-daemon", script);
        hook(w.first, "20-next", "echo next");
        run_as(&w, i == 0 ? 600 : 5, 1200, geteuid());
        g_assert_cmpint(result(&w, 0)->outcome, ==, i == 0 ? HOOK_EXITED : HOOK_LATE);
        g_assert_cmpstr(result(&w, 1)->text, ==, "next");
        if (i == 0 || (is_written(one) && is_written(two))) { /* else it was killed before */
            g_assert_true(is_gone(one));                      /* when it is told, it is done */
            g_assert_true(is_gone(two));
        }
        end(&w);
    }
}

static void
test_all_together_late(void)
{
    struct world w;

    begin(&w);
    hook(w.first, "10-hang", "sleep 1000");
    hook(w.first, "20-next", "echo next");
    run_as(&w, 60, 2, geteuid());
    g_assert_cmpuint(w.results->len, ==, 2);
    g_assert_cmpint(result(&w, 0)->outcome, ==, HOOK_LATE);
    g_assert_cmpint(result(&w, 1)->outcome, ==, HOOK_REFUSED);
    end(&w);
}

/* The helper is killed while a hook runs: it goes, too, with all that it has started. */
static void
test_S1_helper_gone(void)
{
    struct world w;
    int pair[2];

    begin(&w);
    g_autofree char *child = g_build_filename(w.folder, "child", NULL);
    g_autofree char *script = g_strdup_printf(
        "setsid sleep 1000 & echo $! > %s.new; mv %s.new %s; wait", child, child, child);
    hook(w.first, "10-hang", script);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
    const pid_t runner = fork();
    if (runner == 0) {
        close(pair[0]);
        _exit(hook_serve(pair[1], geteuid()));
    }
    close(pair[1]);
    const struct hook_event e = {.seconds = 600,
                                 .all_seconds = 600,
                                 .action = "up",
                                 .n_folders = 1,
                                 .folders = {w.first},
                                 .n_env = 1,
                                 .env = {"PATH=/usr/bin:/bin"}};
    uint8_t bytes[4096];
    struct wr out = wr_over(bytes, sizeof bytes);
    hook_event_put(&out, &e);
    g_assert_cmpint(wire_send(pair[0], wr_done(&out), -1), ==, 0);
    const gint64 limit = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    while (!g_file_test(child, G_FILE_TEST_EXISTS)) {
        g_assert_cmpint(g_get_monotonic_time(), <, limit);
        g_usleep(5000);
    }
    g_assert_false(is_gone(child));
    close(pair[0]);
    int status;
    g_assert_cmpint(waitpid(runner, &status, 0), ==, runner);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    wait_until_gone(child);
    end(&w);
}

static void
test_messages(void)
{
    const struct hook_event e = {.seconds = 20,
                                 .all_seconds = 60,
                                 .action = "down",
                                 .n_folders = 1,
                                 .folders = {"/a"},
                                 .n_env = 1,
                                 .env = {"A=b"}};
    uint8_t bytes[256];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct hook_event got;

    hook_event_put(&w, &e);
    struct rd r = wr_done(&w);
    g_assert_true(hook_event_get(&r, &got));
    g_assert_cmpstr(got.env[0], ==, "A=b");
    g_assert_null(got.env[1]);
    g_assert_cmpstr(got.folders[0], ==, "/a");
    g_assert_cmpstr(got.action, ==, "down");
    g_assert_cmpuint(got.all_seconds, ==, 60);
    hook_event_clear(&got);
    for (size_t n = 0; n < w.len; n++) {
        r = rd_over(bytes, n);
        g_assert_false(hook_event_get(&r, &got));
    }
    bytes[w.len - 6] = HOOK_ENV + 1; /* more variables than there may be */
    r = wr_done(&w);
    g_assert_false(hook_event_get(&r, &got));
}

/* A name is what some user typed. */
static void
test_safe_name(void)
{
    static const struct {
        const char *text, *safe;
    } rows[] = {
        {"Office", "Office"},
        {"Büro 2", "Büro 2"},
        {"--force", "_-force"},
        {"$(reboot)`x`;&|<>\"'\\*?", "__reboot__x___________"},
        {"a\nDIALTONE_OWNER_UID=0", "a_DIALTONE_OWNER_UID_0"},
        {"", ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *safe = hook_env_safe(rows[i].text);
        g_assert_cmpstr(safe, ==, rows[i].safe);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hook-run/order", test_order);
    g_test_add_func("/hook-run/no-folder", test_no_folder);
    g_test_add_func("/hook-run/refused", test_refused);
    g_test_add_func("/hook-run/wrong-owner", test_wrong_owner);
    g_test_add_func("/hook-run/folder-that-others-write", test_folder_that_others_write);
    g_test_add_func("/hook-run/how-they-end", test_how_they_end);
    g_test_add_func("/hook-run/much-output", test_much_output);
    g_test_add_func("/hook-run/hanging", test_hanging);
    g_test_add_func("/hook-run/left-behind", test_left_behind);
    g_test_add_func("/hook-run/own-sessions", test_own_sessions);
    g_test_add_func("/hook-run/all-together-late", test_all_together_late);
    g_test_add_func("/hook-run/S1-helper-gone", test_S1_helper_gone);
    g_test_add_func("/hook-run/messages", test_messages);
    g_test_add_func("/hook-run/safe-name", test_safe_name);
    return g_test_run();
}
