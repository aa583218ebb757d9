/* helper-host.c - see helper-host.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-host.h"

#include "helper-guard.h"
#include "helper-log.h"

#include <errno.h>
#include <gio/gio.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_STATE_DIRECTORY "/run/dialtone"
#define DEFAULT_SYSTEM_PROFILES "/etc/dialtone/profiles"

enum {
    UNDO_TRIES = 3, /* nobody else will: a passing want of memory must not leave a rule behind */
};

static bool
find_tunnel_user(struct helper_host *host, GError **error)
{
    const struct passwd *user = getpwnam(TUNNEL_USER);

    if (user == NULL)
        user = getpwnam("nobody");
    if (user == NULL || user->pw_uid == 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    "There is neither a user '%s' nor a user 'nobody'.", TUNNEL_USER);
        return false;
    }
    host->tunnel_uid = user->pw_uid;
    host->tunnel_gid = user->pw_gid;
    return true;
}

/* What root says: in the unit (an Environment= line), or by hand. */
static enum helper_esp_mode
esp_mode(void)
{
    const char *text = geteuid() == 0 ? secure_getenv("DIALTONE_ESP") : NULL;
    enum helper_esp_mode mode = HELPER_ESP_AUTO;

    if (text != NULL && !helper_esp_mode_from_text(text, &mode))
        helper_log(NULL, LOG_WARNING, "DIALTONE_ESP is neither auto, kernel nor user.");
    return mode;
}

/* What root says when it starts us, and nobody who calls us: NULL, or an absolute path. */
static const char *
chosen_path(const char *variable)
{
    const char *path = geteuid() == 0 ? secure_getenv(variable) : NULL;

    return path != NULL && *path == '/' ? path : NULL;
}

static bool
open_net(struct helper_host *host, int net_ns, GError **error)
{
    int err;

    host->net = helper_net_new(net_ns, &err);
    if (host->net == NULL)
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(-err), "netlink: %s",
                    g_strerror(-err));
    return host->net != NULL;
}

struct helper_host *
helper_host_new(GDBusConnection *system_bus, GError **error)
{
    CLEANUP(helper_host_free) struct helper_host *host = g_new0(struct helper_host, 1);
    const char *state = chosen_path("DIALTONE_STATE");
    const char *profiles = chosen_path("DIALTONE_SYSTEM_PROFILES");

    host->mark = HELPER_MARK;
    host->state_directory = state != NULL ? state : DEFAULT_STATE_DIRECTORY;
    host->store = helper_store_new(profiles != NULL ? profiles : DEFAULT_SYSTEM_PROFILES);
    host->dns = helper_dns_new(system_bus);
    host->hooks = helper_hooks_new();
    host->early = helper_early_new();
    host->endpoints = g_ptr_array_new();
    host->esp = esp_mode();
    return open_net(host, -1, error) && find_tunnel_user(host, error) ? TAKE(host) : NULL;
}

struct helper_host *
helper_host_new_apart(const struct helper_place *place, GError **error)
{
    CLEANUP(helper_host_free) struct helper_host *host = g_new0(struct helper_host, 1);

    host->dns = helper_dns_new_file(place->resolv_conf);
    host->early = helper_early_new();
    host->endpoints = g_ptr_array_new();
    host->esp = HELPER_ESP_USER;
    host->tunnel_uid = getuid();
    host->tunnel_gid = getgid();
    return open_net(host, place->net_ns, error) ? TAKE(host) : NULL;
}

bool
helper_host_apart(const struct helper_host *host)
{
    return host->state_directory == NULL;
}

void
helper_host_free(struct helper_host *host)
{
    if (host == NULL)
        return;
    helper_hooks_free(host->hooks);
    helper_net_free(host->net);
    helper_early_free(host->early);
    g_ptr_array_unref(host->endpoints);
    helper_dns_free(host->dns);
    helper_store_unref(host->store);
    g_free(host);
}

static int
undo_one(struct helper_host *host, const struct undo *u)
{
    switch (u->kind) {
    case UNDO_LINK:
        return helper_net_delete_link(host->net, u->link.ifindex, u->link.name);
    case UNDO_RULE:
        return helper_net_delete_rule(host->net, &u->rule);
    case UNDO_ROUTE:
        return helper_net_delete_route(host->net, &u->route);
    case UNDO_RESOLVED:
        return helper_dns_undo_resolved(host->dns, u->link.ifindex);
    case UNDO_RESOLVCONF:
        return helper_dns_undo_resolvconf(u->link.name);
    case UNDO_GUARD:
        return helper_guard_remove(u->link.name);
    case UNDO_XFRM:
        return helper_xfrm_purge(&u->xfrm);
    }
    return 0;
}

/* It is not there, or cannot be: a kernel without IPv6, or without nftables, has none of ours. */
static bool
is_undone(int err)
{
    return err == 0 || err == -ENOENT || err == -ESRCH || err == -ENODEV || err == -EAFNOSUPPORT ||
           err == -EOPNOTSUPP;
}

void
helper_host_undo(void *ctx, const struct undo *u)
{
    int err = 0;

    for (int i = 0; i < UNDO_TRIES; i++) {
        err = undo_one(ctx, u);
        if (is_undone(err))
            return;
    }
    helper_log(NULL, LOG_WARNING, "A change of the network could not be undone (%u): %s", u->kind,
               g_strerror(-err));
}

void
helper_host_recover(struct helper_host *host)
{
    const int n = helper_journal_recover(host->state_directory, helper_host_undo, host);

    if (n < 0)
        helper_log(NULL, LOG_WARNING, "The undo journal in %s cannot be read: %s",
                   host->state_directory, g_strerror(-n));
    else if (n > 0)
        helper_log(NULL, LOG_NOTICE, "Undid what %d interrupted connections had left.", n);
}
