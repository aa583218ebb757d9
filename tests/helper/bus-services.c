/* bus-services.c - see bus-services.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-services.h"

#include "dt-ras-error.h"

#include <glib/gstdio.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char bus_config[] =
    "<busconfig><type>system</type><listen>%s</listen><auth>EXTERNAL</auth>"
    "<policy context='default'><allow user='*'/><deny own='*'/><deny send_type='method_call'/>"
    "<allow send_type='signal'/><allow send_requested_reply='true' send_type='method_return'/>"
    "<allow send_requested_reply='true' send_type='error'/>"
    "<allow receive_type='method_call'/><allow receive_type='method_return'/>"
    "<allow receive_type='error'/><allow receive_type='signal'/>"
    "<allow send_destination='org.freedesktop.DBus'/></policy>"
    "<policy user='root'><allow own='org.freedesktop.resolve1'/>"
    "<allow send_destination='org.freedesktop.resolve1'/></policy>"
    "<include>/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>"
    "<include>%s/org.dialtone.Dialer1.conf</include></busconfig>";

static struct {
    char *directory, *address;
    GPid bus, polkitd;
} services;

static char *
write_file(const char *name, const char *text)
{
    char *path = g_build_filename(services.directory, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    return path;
}

/* Only this program and its children see @over in place of @path. */
static void
cover(const char *path, const char *over)
{
    g_assert_cmpint(mount(over, path, NULL, MS_BIND, NULL), ==, 0);
}

static void
install_policy(const char *rules_text)
{
    g_autofree char *actions = g_build_filename(services.directory, "actions", NULL);
    g_autofree char *rules = g_build_filename(services.directory, "rules.d", NULL);
    g_autofree char *copy =
        g_strdup_printf("cp %s/org.dialtone.dialer.policy %s", g_getenv("HELPER_SOURCE"), actions);

    g_assert_cmpint(g_mkdir(actions, 0755), ==, 0);
    g_assert_cmpint(g_mkdir(rules, 0755), ==, 0);
    g_free(harness_command(copy));
    g_free(write_file("rules.d/10-test.rules", rules_text));
    g_assert_cmpint(unshare(CLONE_NEWNS), ==, 0);
    g_assert_cmpint(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
    cover("/usr/share/polkit-1/actions", actions);
    cover("/usr/share/polkit-1/rules.d", rules);
}

static GPid
start(const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    GPid pid;

    if (!g_spawn_async(NULL, (char **)argv, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                           G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_SEARCH_PATH,
                       harness_dies_with_us, NULL, &pid, &error))
        g_error("%s", error->message);
    return pid;
}

static bool
bus_listens(gpointer address) /* its socket is there before that */
{
    g_autoptr(GIOStream) stream = g_dbus_address_get_stream_sync(address, NULL, NULL, NULL);
    return stream != NULL;
}

static bool
polkit_answers(gpointer data)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        data, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
        g_variant_new("(s)", "org.freedesktop.PolicyKit1"), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
        NULL);
    gboolean has = FALSE;

    if (reply != NULL)
        g_variant_get(reply, "(b)", &has);
    return has;
}

void
bus_services_start(const char *rules_text)
{
    services.directory = g_dir_make_tmp("dialtone-bus-XXXXXX", NULL);
    g_assert_cmpint(g_chmod(services.directory, 0755), ==, 0);
    services.address = g_strdup_printf("unix:path=%s/bus", services.directory);
    g_autofree char *config =
        g_strdup_printf(bus_config, services.address, g_getenv("HELPER_SOURCE"));
    g_autofree char *path = write_file("bus.conf", config);
    g_autofree char *option = g_strdup_printf("--config-file=%s", path);

    install_policy(rules_text);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", services.address, TRUE);
    services.bus = start((const char *const[]){"dbus-daemon", "--nofork", option, NULL});
    harness_wait(bus_listens, services.address);
    services.polkitd =
        start((const char *const[]){"/usr/lib/polkit-1/polkitd", "--no-debug", NULL});
    g_autoptr(GDBusConnection) c = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    g_assert_nonnull(c);
    g_dbus_connection_set_exit_on_close(c, FALSE);
    harness_wait(polkit_answers, c);
}

static void
end(GPid pid)
{
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

void
bus_services_hold_polkit(bool held)
{
    kill(services.polkitd, held ? SIGSTOP : SIGCONT);
}

void
bus_services_stop(void)
{
    end(services.polkitd);
    end(services.bus);
    umount2("/usr/share/polkit-1/actions", MNT_DETACH);
    umount2("/usr/share/polkit-1/rules.d", MNT_DETACH);
    g_autofree char *remove = g_strdup_printf("rm -r %s", services.directory);
    g_free(harness_command(remove));
}

void
bus_services_use(struct harness *h)
{
    h->bus_address = services.address;
    h->on_bus = true;
    h->name = "org.dialtone.Dialer1";
}

struct front_end
front_end_of(struct harness *h, const char *user)
{
    const struct passwd *pw = getpwnam(user);
    struct front_end f;

    g_assert_nonnull(pw);
    f.bus = harness_join(h, pw->pw_uid, &f.dialer);
    return f;
}

void
front_end_close(struct front_end *f)
{
    g_clear_object(&f->dialer);
    g_dbus_connection_close_sync(f->bus, NULL, NULL);
    g_clear_object(&f->bus);
}

DtConnection *
dial_as(const struct front_end *f, const struct dial_plan *plan, GError **error)
{
    struct harness as = {.peer = f->bus, .dialer = f->dialer, .name = "org.dialtone.Dialer1"};

    return harness_dial(&as, plan, "right", error);
}

DtConnection *
see_as(const struct front_end *f, DtConnection *c)
{
    g_autoptr(GError) error = NULL;
    DtConnection *seen =
        dt_connection_proxy_new_sync(f->bus, G_DBUS_PROXY_FLAGS_NONE, "org.dialtone.Dialer1",
                                     g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)), NULL, &error);

    g_assert_no_error(error);
    return seen;
}

void
assert_denied(GError *error)
{
    g_assert_error(error, DT_RAS_ERROR, (int)RAS_ACCESS_DENIED);
    g_error_free(error);
}
