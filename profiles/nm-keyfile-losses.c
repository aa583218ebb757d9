/*
 * nm-keyfile-losses.c - what NetworkManager does otherwise; see nm-keyfile.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nm-keyfile.h"

#include "profile-plan.h"
#include "profile-stricter.h"

#include <glib/gi18n-lib.h>

#include <string.h>

G_GNUC_PRINTF(2, 3)
static void
lose(GPtrArray *list, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(list, g_strdup_vprintf(format, args));
    va_end(args);
}

static void
lose_server(const Profile *p, enum plan_protocol protocol, GPtrArray *list)
{
    const char *address = p->server < p->servers->len
                              ? ((struct profile_server *)p->servers->pdata[p->server])->address
                              : "";
    struct plan_server server;

    if (p->servers->len > 1 && !p->choose_server)
        lose(list, _("NetworkManager dials one server, and no other when it does not answer: %s."),
             address);
    if (profile_plan_parse_server(address, &server, NULL) &&
        ((strchr(server.host, ':') != NULL && (protocol != PLAN_SSTP || server.port != 0)) ||
         (protocol != PLAN_SSTP && server.port != 0)))
        lose(list, _("NetworkManager's plug-in has no way to write this server: %s."), address);
}

/* The realm before or behind a name. */
static void
lose_realm(const Profile *p, GPtrArray *list)
{
    const char *name = *p->user != '\0' ? p->user : _("NAME");
    g_autofree char *whole = profile_plan_user(p, name);

    if (strcmp(whole, name) != 0)
        lose(list, _("NetworkManager adds nothing to a user name. Write it there in full: %s."),
             whole);
}

GPtrArray *
nm_keyfile_losses(const Profile *p)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    enum plan_protocol order[PLAN_MAX_PROTOCOLS] = {PLAN_SSTP};
    const guint n = profile_protocols(p, order);

    if (n > 1)
        lose(list, _("NetworkManager dials one protocol, and no other when it fails: %s."),
             profile_protocol_name(order[0]));
    lose_server(p, order[0], list);
    lose_realm(p, list);
    for (guint i = 0; i < p->dns_rules->len; i++) {
        const struct profile_dns_rule *rule = p->dns_rules->pdata[i];
        if (*rule->servers != '\0')
            lose(list, _("NetworkManager asks the VPN's name servers for %s, and not these: %s."),
                 *rule->domain == '\0' ? "." : rule->domain, rule->servers);
    }
    if (!p->dun.gateway_on_remote && p->dun.class_route)
        lose(list, _("NetworkManager sends through the VPN only the networks that are listed, and "
                     "not the one that the address belongs to by its class."));
    if (order[0] == PLAN_SSTP && (*p->ca_pem != '\0' || *p->pin != '\0'))
        lose(list, _("NetworkManager checks the server's certificate against the authorities of "
                     "this computer, and not as this profile says."));
    if (order[0] == PLAN_PPTP && profile_encryption(p) == PROFILE_ENCRYPTION_NONE)
        lose(list, _("NetworkManager has no word for “no encryption”: with it, encryption is "
                     "optional."));
    return list;
}
