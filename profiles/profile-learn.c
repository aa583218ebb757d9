/* profile-learn.c - see profile-learn.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-learn.h"

#include "profile-memory.h"
#include "profile-plan.h"

static enum plan_protocol
protocol_of(GVariant *details)
{
    static const struct {
        const char *name;
        enum plan_protocol protocol;
    } protocols[] = {{"sstp", PLAN_SSTP}, {"l2tp-ipsec", PLAN_L2TP_IPSEC}, {"pptp", PLAN_PPTP}};
    const char *name = "";

    g_variant_lookup(details, "protocol", "&s", &name);
    for (gsize i = 0; i < G_N_ELEMENTS(protocols); i++)
        if (g_str_equal(name, protocols[i].name))
            return protocols[i].protocol;
    return 0;
}

static gboolean
learn_protocol(Profile *p, GVariant *details)
{
    const enum plan_protocol worked = protocol_of(details);
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];

    if (worked == 0 || p->last_protocol == worked || profile_dialable(p, order) < 2)
        return FALSE;
    p->last_protocol = worked;
    return TRUE;
}

/* Only where there is another to try, and not one that was typed for that call. */
static gboolean
learn_server(Profile *p, GVariant *details)
{
    const char *server;

    if (p->choose_server || p->servers->len < 2 ||
        !g_variant_lookup(details, "server", "&s", &server) ||
        g_ascii_strcasecmp(p->last_server, server) == 0 || !profile_plan_lists_host(p, server))
        return FALSE;
    profile_set(&p->last_server, server);
    return TRUE;
}

/* For that server alone. */
static gboolean
learn_ipsec(Profile *p, GVariant *details)
{
    const char *server;
    guint32 taken = 0;

    if (!g_variant_lookup(details, "ipsec-remembered", "u", &taken) || taken == 0 ||
        !g_variant_lookup(details, "server", "&s", &server) ||
        (p->ipsec_remembered == taken && g_str_equal(p->ipsec_remembered_for, server)))
        return FALSE;
    p->ipsec_remembered = taken;
    profile_set(&p->ipsec_remembered_for, server);
    return TRUE;
}

/* Likewise, until it answers after all. @count: this call is another one. */
static gboolean
learn_dhcp(Profile *p, GVariant *details, gboolean count)
{
    const char *server, *dhcp;

    if (!g_variant_lookup(details, "dhcp", "&s", &dhcp) ||
        !g_variant_lookup(details, "server", "&s", &server))
        return FALSE;
    const gboolean known = g_str_equal(p->dhcp_silent_for, server);
    if (!g_str_equal(dhcp, "silent")) {
        if (!known)
            return FALSE;
        p->dhcp_silent_calls = 0;
        profile_set(&p->dhcp_silent_for, "");
        return TRUE;
    }
    const guint calls = known ? MIN(p->dhcp_silent_calls + 1, PROFILE_DHCP_SILENT) : 1;
    if (!count || (known && calls == p->dhcp_silent_calls))
        return FALSE;
    p->dhcp_silent_calls = calls;
    profile_set(&p->dhcp_silent_for, server);
    return TRUE;
}

static Profile *
as_it_is_now(ProfileStore *store, const Profile *p, GError **error)
{
    g_autoptr(Profile) now = p->system ? profile_store_find_system(store, p->id, error)
                                       : profile_store_find(store, p->id, error);

    if (now != NULL)
        profile_memory_recall(now);
    return g_steal_pointer(&now);
}

static gboolean
learn(ProfileStore *store, const Profile *p, GVariant *details, gboolean late, GError **error)
{
    GError *why = NULL;

    if (details == NULL)
        return TRUE;
    g_autoptr(Profile) now = as_it_is_now(store, p, &why);
    if (now != NULL && now->system != p->system) /* the user's own was deleted meanwhile */
        return TRUE;
    const gboolean all = now != NULL && !late;
    const gboolean protocol = all && learn_protocol(now, details);
    const gboolean ipsec = all && learn_ipsec(now, details);
    const gboolean server = all && learn_server(now, details);
    const gboolean dhcp = now != NULL && learn_dhcp(now, details, !late);
    if (protocol || ipsec || server || dhcp)
        now->system ? profile_memory_keep(now, &why) : profile_store_save(store, now, &why);
    if (why == NULL)
        return TRUE;
    g_debug("what the call taught is not remembered: %s", why->message);
    g_propagate_error(error, why);
    return FALSE;
}

gboolean
profile_learn(ProfileStore *store, const Profile *p, GVariant *details, GError **error)
{
    return learn(store, p, details, FALSE, error);
}

void
profile_learn_late(ProfileStore *store, const Profile *p, GVariant *details)
{
    learn(store, p, details, TRUE, NULL);
}
