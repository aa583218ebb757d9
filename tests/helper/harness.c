/* harness.c - see harness.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixconnection.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_S = 90 };

bool
harness_can_run(void)
{
    if (geteuid() != 0) {
        g_test_skip("needs root");
        return false;
    }
    if (access("/dev/net/tun", R_OK | W_OK) < 0) {
        g_test_skip("needs /dev/net/tun");
        return false;
    }
    return true;
}

char *
harness_command(const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *err = NULL;
    char *out = NULL;
    int status;

    if (!g_spawn_command_line_sync(line, &out, &err, &status, &error))
        g_error("%s: %s", line, error->message);
    if (!g_spawn_check_wait_status(status, NULL))
        g_error("%s: %s", line, err);
    return out;
}

static void
run(const char *line)
{
    g_free(harness_command(line));
}

void
harness_setup(struct harness *h, gconstpointer data)
{
    (void)data;
    h->directory = g_dir_make_tmp("dialtone-helper-XXXXXX", NULL);
    g_assert_nonnull(h->directory);
    if (!harness_can_run())
        return;
    g_assert_cmpint(unshare(CLONE_NEWNET), ==, 0);
    run("ip link set lo up");
    run("ip link add lan0 type veth peer name lan1");
    run("ip address add 192.0.2.2/24 dev lan0");
    run("ip link set lan0 up");
    run("ip link set lan1 up");
    run("ip route add default via 192.0.2.254 dev lan0");
    /* Settled: no address is tentative any more, so that two snapshots can be the same. */
    run("ip -6 address flush dev lan0");
    run("ip -6 address flush dev lan1");
}

void
harness_teardown(struct harness *h, gconstpointer data)
{
    (void)data;
    if (h->helper != 0) {
        kill(h->helper, SIGKILL);
        harness_lose(h);
    }
    g_autofree char *remove = g_strdup_printf("rm -r %s", h->directory);
    run(remove);
    g_free(h->directory);
}

char *
harness_profiles(const struct harness *h)
{
    return g_build_filename(h->directory, "etc", "profiles", NULL);
}

/* A test that aborts tears nothing down, and whoever lives on keeps meson waiting. */
void
harness_dies_with_us(gpointer data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static char **
helper_environment(struct harness *h)
{
    char **e = g_get_environ();
    g_autofree char *state = g_build_filename(h->directory, "state", NULL);
    g_autofree char *profiles = harness_profiles(h);

    e = g_environ_setenv(e, "DIALTONE_LIBEXEC", g_getenv("FAKE_LIBEXEC"), TRUE);
    e = g_environ_setenv(e, "DIALTONE_STATE",
                         h->state_directory != NULL ? h->state_directory : state, TRUE);
    e = g_environ_setenv(e, "DIALTONE_SYSTEM_PROFILES", profiles, TRUE);
    e = g_environ_setenv(e, "DIALTONE_RESOLVCONF",
                         h->resolvconf != NULL ? h->resolvconf : "/nonexistent", TRUE);
    e = g_environ_setenv(e, "DIALTONE_HOOKS", h->hooks != NULL ? h->hooks : "/nonexistent", TRUE);
    e = g_environ_setenv(e, "DBUS_SYSTEM_BUS_ADDRESS",
                         h->bus_address != NULL ? h->bus_address : "unix:path=/nonexistent", TRUE);
    e = g_environ_unsetenv(e, "G_DEBUG"); /* its warnings are for the log, not for a core */
    /* As the helper's own malloc does where it is not the sanitizer's: what is freed is
     * overwritten. */
    e = g_environ_setenv(e, "ASAN_OPTIONS", "max_free_fill_size=1000000:free_fill_byte=165", TRUE);
    if (h->strace_inject != NULL) /* LeakSanitizer cannot run beside strace */
        e = g_environ_setenv(e, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
    return e;
}

static GPid
spawn_helper(struct harness *h, const char *option, const char *value, int fd)
{
    g_auto(GStrv) environment = helper_environment(h);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    const int target = 3;
    GPid pid;

    if (h->strace_inject != NULL) {
        g_ptr_array_add(argv, (gpointer) "strace");
        g_ptr_array_add(argv, (gpointer) "-o/dev/null");
        g_ptr_array_add(argv, (gpointer) "-e");
        g_ptr_array_add(argv, (gpointer)h->strace_inject);
    }
    g_ptr_array_add(argv, (gpointer)g_getenv("DIALTONED"));
    g_ptr_array_add(argv, (gpointer)option);
    g_ptr_array_add(argv, (gpointer)value);
    g_ptr_array_add(argv, NULL);
    if (!g_spawn_async_with_pipes_and_fds(
            NULL, (const char *const *)argv->pdata, (const char *const *)environment,
            G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, harness_dies_with_us, NULL, -1, -1, -1,
            &fd, &target, fd >= 0, &pid, NULL, NULL, NULL, &error))
        g_error("%s", error->message);
    return pid;
}

GDBusConnection *
harness_join(struct harness *h, uid_t uid, DtDialer **ret_dialer)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(seteuid(uid), ==, 0); /* the bus asks the kernel who connected */
    GDBusConnection *c =
        g_dbus_connection_new_for_address_sync(h->bus_address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    g_assert_cmpint(seteuid(0), ==, 0);
    g_assert_no_error(error);
    g_dbus_connection_set_exit_on_close(c, FALSE);
    *ret_dialer = dt_dialer_proxy_new_sync(c, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, h->name,
                                           "/org/dialtone/Dialer1", NULL, &error);
    g_assert_no_error(error);
    return c;
}

static bool
is_on_bus(gpointer data)
{
    const struct harness *h = data;
    g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(h->dialer));

    return owner != NULL;
}

static void
start_on_bus(struct harness *h)
{
    h->name = "org.dialtone.Dialer1";
    h->helper = spawn_helper(h, NULL, NULL, -1);
    h->peer = harness_join(h, 0, &h->dialer);
    harness_wait(is_on_bus, h);
}

void
harness_start(struct harness *h)
{
    if (h->on_bus) {
        start_on_bus(h);
        return;
    }
    g_autoptr(GError) error = NULL;
    int pair[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    h->helper = spawn_helper(h, "--peer-fd", "3", pair[1]);
    close(pair[1]);

    g_autoptr(GSocket) socket = g_socket_new_from_fd(pair[0], &error);
    g_assert_no_error(error);
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
    h->peer = g_dbus_connection_new_sync(G_IO_STREAM(stream), NULL,
                                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL,
                                         h->strace_inject == NULL ? &error : NULL);
    g_assert_no_error(error);
    if (h->peer == NULL)
        return; /* killed that early */
    g_dbus_connection_set_exit_on_close(h->peer, FALSE);
    h->dialer =
        dt_dialer_proxy_new_sync(h->peer, G_DBUS_PROXY_FLAGS_NONE, NULL, "/org/dialtone/Dialer1",
                                 NULL, h->strace_inject == NULL ? &error : NULL);
    g_assert_no_error(error);
}

static void
drop_peer(struct harness *h)
{
    g_clear_object(&h->dialer);
    if (h->peer != NULL && !g_dbus_connection_is_closed(h->peer))
        g_dbus_connection_close_sync(h->peer, NULL, NULL);
    g_clear_object(&h->peer);
}

static int
reap(GPid pid)
{
    const gint64 deadline = g_get_monotonic_time() + DEADLINE_S * G_USEC_PER_SEC;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (g_get_monotonic_time() > deadline) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            g_error("a program did not end");
        }
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
    g_spawn_close_pid(pid);
    return status;
}

void
harness_stop(struct harness *h)
{
    if (h->on_bus)
        kill(h->helper, SIGTERM);
    drop_peer(h);
    const int status = reap(h->helper);
    h->helper = 0;
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

void
harness_lose(struct harness *h)
{
    drop_peer(h);
    reap(h->helper);
    h->helper = 0;
}

int
harness_undo(struct harness *h)
{
    const char *inject = h->strace_inject;

    h->strace_inject = NULL;
    const int status = reap(spawn_helper(h, "--undo", NULL, -1));
    h->strace_inject = inject;
    return status;
}

char *
harness_network(void)
{
    static const char *const commands[] = {
        "ip -o link show",
        "ip -o address show",
        "ip route show table all",
        "ip -6 route show table all",
        "ip rule show",
        "ip -6 rule show",
        "nft list ruleset",
    };
    GString *all = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *out = harness_command(commands[i]);
        g_string_append_printf(all, "# %s\n%s", commands[i], out);
    }
    return g_string_free(all, FALSE);
}

void
plan_for(struct dial_plan *plan, const char *host)
{
    dial_plan_init(plan);
    g_strlcpy(plan->name, "Work", sizeof plan->name);
    plan->n_servers = 1;
    g_strlcpy(plan->servers[0].host, host, sizeof plan->servers[0].host);
    plan->redial_count = 0;
}

DtConnection *
harness_dial(struct harness *h, const struct dial_plan *plan, const char *password, GError **error)
{
    struct credentials credentials = {.user = "alice"};
    g_autofree char *path = NULL;

    secret_set_text(&credentials.password, password);
    if (!dt_dialer_call_connect_sync(h->dialer, dt_plan_to_variant(plan),
                                     dt_credentials_to_variant(&credentials), &path, NULL, error))
        return NULL;
    return dt_connection_proxy_new_sync(h->peer, G_DBUS_PROXY_FLAGS_NONE, h->name, path, NULL,
                                        error);
}

void
harness_wait(bool (*condition)(gpointer data), gpointer data)
{
    const gint64 deadline = g_get_monotonic_time() + DEADLINE_S * G_USEC_PER_SEC;

    while (!condition(data)) {
        if (g_get_monotonic_time() > deadline)
            g_error("waited in vain");
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
}

struct wait_state {
    DtConnection *connection;
    const char *state;
};

static bool
in_state(gpointer data)
{
    const struct wait_state *w = data;

    return g_strcmp0(dt_connection_get_state(w->connection), w->state) == 0;
}

void
harness_wait_state(DtConnection *c, const char *state)
{
    struct wait_state w = {c, state};

    harness_wait(in_state, &w);
}

DtConnection *
harness_dial_to(struct harness *h, const char *host, const char *state)
{
    g_autofree struct dial_plan *plan = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;

    plan_for(plan, host);
    DtConnection *c = harness_dial(h, plan, "right", &error);
    g_assert_no_error(error);
    harness_wait_state(c, state);
    return c;
}

GVariant *
harness_detail(DtConnection *c, const char *key)
{
    GVariant *v = g_variant_lookup_value(dt_connection_get_details(c), key, NULL);

    if (v == NULL)
        g_error("the details have no '%s'", key);
    return v;
}

void
harness_assert_detail(DtConnection *c, const char *key, const char *printed)
{
    g_autoptr(GVariant) v = harness_detail(c, key);
    g_autofree char *text = g_variant_print(v, TRUE);

    g_assert_cmpstr(text, ==, printed);
}

unsigned
harness_times_in_memory(struct harness *h, const char *needle)
{
    g_autofree char *maps_path = g_strdup_printf("/proc/%d/maps", h->helper);
    g_autofree char *mem_path = g_strdup_printf("/proc/%d/mem", h->helper);
    g_autofree char *maps = NULL;
    const int mem = open(mem_path, O_RDONLY | O_CLOEXEC);
    unsigned n = 0;

    g_assert_cmpint(mem, >=, 0);
    g_assert_true(g_file_get_contents(maps_path, &maps, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(maps, "\n", -1);
    for (char **l = lines; *l != NULL && **l != '\0'; l++) {
        char *end;
        const guint64 from = g_ascii_strtoull(*l, &end, 16);
        const guint64 to = g_ascii_strtoull(end + 1, &end, 16);
        if (strncmp(end, " rw", 3) != 0 || to - from > 256 * 1024 * 1024)
            continue; /* larger ones are the sanitizer's shadows */
        g_autofree char *copy = g_malloc(to - from);
        const ssize_t got = pread(mem, copy, to - from, (off_t)from);
        const char *at = copy, *hit;
        while (got > 0 && (hit = memmem(at, (size_t)(copy + got - at), needle, strlen(needle)))) {
            n++;
            at = hit + 1;
        }
    }
    close(mem);
    return n;
}
