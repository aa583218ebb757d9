/* helper-dns.c - see helper-dns.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-dns.h"

#include "helper-exec.h"
#include "helper-log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RESOLVED_NAME      "org.freedesktop.resolve1"
#define RESOLVED_PATH      "/org/freedesktop/resolve1"
#define RESOLVED_INTERFACE "org.freedesktop.resolve1.Manager"

enum { RESOLVED_TIMEOUT_MS = 5000, RESOLVED_UNDO_TIMEOUT_MS = 2000 };

struct helper_dns {
    GDBusConnection *bus;
    bool apart; /* a file is all there is, */
    int file;   /* or not even that: -1 */
};

/* One apply() on its way: three calls to systemd-resolved, or one answer that is there already. */
struct apply {
    GDBusConnection *bus;
    bool apart;
    int file;
    struct helper_journal *journal;
    struct helper_dns_settings settings;
    char ifname[IFNAMSIZ];
    GCancellable *cancel;
    helper_dns_done done;
    void *ctx;
    unsigned pending;
    char *failure;
};

struct helper_dns *
helper_dns_new(GDBusConnection *system_bus)
{
    struct helper_dns *dns = g_new0(struct helper_dns, 1);

    g_set_object(&dns->bus, system_bus);
    return dns;
}

struct helper_dns *
helper_dns_new_file(int fd)
{
    struct helper_dns *dns = helper_dns_new(NULL);

    dns->apart = true;
    dns->file = fd;
    return dns;
}

void
helper_dns_free(struct helper_dns *dns)
{
    if (dns == NULL)
        return;
    g_clear_object(&dns->bus);
    g_free(dns);
}

static void
apply_free(struct apply *a)
{
    for (unsigned i = 0; i < a->settings.n_domains; i++)
        g_free((char *)a->settings.domains[i].name);
    g_clear_object(&a->bus);
    g_clear_object(&a->cancel);
    g_free(a->failure);
    g_free(a);
}

static void
finish(struct apply *a, bool applied, const char *how)
{
    if (!g_cancellable_is_cancelled(a->cancel))
        a->done(a->ctx, applied, how);
    apply_free(a);
}

static int
intend(struct apply *a, enum undo_kind kind)
{
    struct undo u = {.kind = kind, .link.ifindex = a->settings.ifindex};

    g_strlcpy(u.link.name, a->ifname, sizeof u.link.name);
    return helper_journal_intend(a->journal, &u);
}

static char *
resolvconf_text(const struct apply *a)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char address[46];
    bool found = false;

    for (unsigned i = 0; i < a->settings.n_servers; i++)
        g_string_append_printf(text, "nameserver %s\n",
                               plan_address_text(&a->settings.servers[i], address));
    for (unsigned i = 0; i < a->settings.n_domains; i++)
        if (a->settings.domains[i].search) {
            g_string_append_printf(text, "%s%s", found ? " " : "search ",
                                   a->settings.domains[i].name);
            found = true;
        }
    if (found)
        g_string_append_c(text, '\n');
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Written anew and at once: a resolver that looks meanwhile finds no server, not half of one. */
static void
with_file(struct apply *a)
{
    g_autofree char *text = resolvconf_text(a);
    const size_t n = strlen(text);

    if (a->file < 0)
        finish(a, false, "there is no /etc/resolv.conf to stand in for");
    else if (ftruncate(a->file, 0) < 0 || pwrite(a->file, text, n, 0) != (ssize_t)n)
        finish(a, false, g_strerror(errno));
    else
        finish(a, true, "a resolv.conf of its own");
}

static void
with_resolvconf(struct apply *a)
{
    g_autofree char *record = g_strdup_printf("%s.dialtone", a->ifname);
    const char *const argv[] = {helper_resolvconf(), "-a", record, NULL};

    if (argv[0] == NULL) {
        finish(a, false, "neither systemd-resolved nor resolvconf manages this computer's names");
        return;
    }
    const int err = intend(a, UNDO_RESOLVCONF);
    if (err < 0) {
        finish(a, false, "the undo journal cannot be written");
        return;
    }
    g_autofree char *text = resolvconf_text(a);
    const bool ok = helper_exec(argv, text) == 0;
    const char *how = a->settings.everything
                          ? "resolvconf"
                          : "resolvconf, which cannot keep other names from them";
    finish(a, ok, ok ? how : "resolvconf failed");
}

static void
on_resolved(GObject *source, GAsyncResult *result, gpointer data)
{
    struct apply *a = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (reply == NULL && a->failure == NULL) {
        g_dbus_error_strip_remote_error(error);
        a->failure = g_strdup_printf("systemd-resolved: %s", error->message);
    }
    if (--a->pending == 0)
        finish(a, a->failure == NULL, a->failure != NULL ? a->failure : "systemd-resolved");
}

static void
call_resolved(struct apply *a, const char *method, GVariant *arguments)
{
    a->pending++;
    g_dbus_connection_call(a->bus, RESOLVED_NAME, RESOLVED_PATH, RESOLVED_INTERFACE, method,
                           arguments, NULL, G_DBUS_CALL_FLAGS_NONE, RESOLVED_TIMEOUT_MS, a->cancel,
                           on_resolved, a);
}

static void
with_resolved(struct apply *a)
{
    const struct helper_dns_settings *s = &a->settings;
    GVariantBuilder servers, domains;

    if (intend(a, UNDO_RESOLVED) < 0) {
        finish(a, false, "the undo journal cannot be written");
        return;
    }
    g_variant_builder_init(&servers, G_VARIANT_TYPE("a(iay)"));
    for (unsigned i = 0; i < s->n_servers; i++) {
        const bool six = s->servers[i].family == 6;
        g_variant_builder_add(
            &servers, "(i@ay)", six ? AF_INET6 : AF_INET,
            g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, s->servers[i].octets, six ? 16 : 4, 1));
    }
    g_variant_builder_init(&domains, G_VARIANT_TYPE("a(sb)"));
    for (unsigned i = 0; i < s->n_domains; i++)
        g_variant_builder_add(&domains, "(sb)", s->domains[i].name, !s->domains[i].search);
    if (s->everything)
        g_variant_builder_add(&domains, "(sb)", ".", TRUE);

    call_resolved(a, "SetLinkDNS", g_variant_new("(ia(iay))", (int)s->ifindex, &servers));
    call_resolved(a, "SetLinkDomains", g_variant_new("(ia(sb))", (int)s->ifindex, &domains));
    call_resolved(a, "SetLinkDefaultRoute",
                  g_variant_new("(ib)", (int)s->ifindex, (gboolean)s->everything));
}

/* Is systemd-resolved running? It is not started for us: then it would not manage the names. */
static void
on_has_owner(GObject *source, GAsyncResult *result, gpointer data)
{
    struct apply *a = data;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    gboolean running = FALSE;

    if (g_cancellable_is_cancelled(a->cancel)) {
        apply_free(a);
        return;
    }
    if (reply != NULL)
        g_variant_get(reply, "(b)", &running);
    if (running)
        with_resolved(a);
    else
        with_resolvconf(a);
}

static gboolean
without_bus(gpointer data)
{
    struct apply *a = data;

    if (g_cancellable_is_cancelled(a->cancel))
        apply_free(a);
    else if (a->apart)
        with_file(a);
    else
        with_resolvconf(a);
    return G_SOURCE_REMOVE;
}

void
helper_dns_apply(struct helper_dns *dns, struct helper_journal *journal,
                 const struct helper_dns_settings *settings, GCancellable *cancel,
                 helper_dns_done done, void *ctx)
{
    struct apply *a = g_new0(struct apply, 1);

    a->settings = *settings;
    a->journal = journal;
    a->done = done;
    a->ctx = ctx;
    g_strlcpy(a->ifname, settings->ifname, sizeof a->ifname);
    for (unsigned i = 0; i < settings->n_domains; i++)
        a->settings.domains[i].name = g_strdup(settings->domains[i].name);
    g_set_object(&a->cancel, cancel);
    g_set_object(&a->bus, dns->bus);
    a->apart = dns->apart;
    a->file = dns->file;
    if (a->bus == NULL) {
        g_idle_add(without_bus, a);
        return;
    }
    g_dbus_connection_call(a->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "NameHasOwner",
                           g_variant_new("(s)", RESOLVED_NAME), G_VARIANT_TYPE("(b)"),
                           G_DBUS_CALL_FLAGS_NONE, RESOLVED_TIMEOUT_MS, a->cancel, on_has_owner, a);
}

struct watch {
    void (*started)(void *ctx);
    void *ctx;
};

static void
on_resolved_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    const struct watch *w = data;

    (void)bus, (void)name, (void)owner;
    w->started(w->ctx);
}

guint
helper_dns_watch(struct helper_dns *dns, void (*started)(void *ctx), void *ctx)
{
    if (dns->bus == NULL)
        return 0;
    struct watch *w = g_new0(struct watch, 1);
    w->started = started;
    w->ctx = ctx;
    return g_bus_watch_name_on_connection(dns->bus, RESOLVED_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                          on_resolved_appeared, NULL, w, g_free);
}

int
helper_dns_undo_resolved(struct helper_dns *dns, uint32_t ifindex)
{
    if (dns->bus == NULL)
        return 0; /* it forgets a link that is gone by itself */
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        dns->bus, RESOLVED_NAME, RESOLVED_PATH, RESOLVED_INTERFACE, "RevertLink",
        g_variant_new("(i)", (int)ifindex), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
        RESOLVED_UNDO_TIMEOUT_MS, NULL, NULL);

    return 0; /* the link may be gone, and then so are its settings */
}

int
helper_dns_undo_resolvconf(const char *ifname)
{
    g_autofree char *record = g_strdup_printf("%s.dialtone", ifname);
    const char *const argv[] = {helper_resolvconf(), "-d", record, NULL};

    if (argv[0] == NULL)
        return 0;
    return helper_exec(argv, NULL) == 0 ? 0 : -EIO;
}
