/* dt-profile-text.c - see dt-profile-text.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-profile-text.h"

#include "dt-format.h"
#include "profile-stricter.h"

#include <glib/gi18n.h>

enum { MAX_ITEM = 200, MAX_LINES = 12 };

/* Collects foreign texts; a long list is cut, and says so. */
struct list {
    GString *text;
    const char *separator;
    guint n, left_out;
};

static void
list_add(struct list *list, const char *item)
{
    g_autofree char *safe = dt_format_foreign(item, MAX_ITEM);

    if (list->n++ >= MAX_LINES) {
        list->left_out++;
        return;
    }
    if (list->text->len > 0)
        g_string_append(list->text, list->separator);
    g_string_append(list->text, safe);
}

static char *
list_end(struct list *list, const char *if_empty)
{
    if (list->left_out > 0) {
        g_string_append(list->text, list->separator);
        g_string_append_printf(list->text, ngettext("and %u more", "and %u more", list->left_out),
                               list->left_out);
    }
    if (list->text->len == 0)
        g_string_append(list->text, if_empty);
    return g_string_free(list->text, FALSE);
}

char *
dt_profile_text_servers(const Profile *p)
{
    struct list list = {.text = g_string_new(NULL), .separator = "\n"};

    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *server = p->servers->pdata[i];
        g_autofree char *both =
            *server->label != '\0' && !g_str_equal(server->label, server->address)
                ? g_strdup_printf("%s (%s)", server->label, server->address)
                : g_strdup(server->address);

        list_add(&list, both);
    }
    return list_end(&list, _("None"));
}

char *
dt_profile_text_protocols(const Profile *p)
{
    struct list list = {.text = g_string_new(NULL), .separator = ", "};
    enum plan_protocol protocols[PLAN_MAX_PROTOCOLS];
    const guint n = profile_protocols(p, protocols);

    for (guint i = 0; i < n; i++)
        list_add(&list, profile_protocol_name(protocols[i]));
    return list_end(&list, _("None"));
}

static void
offer(GtkComboBoxText *combo, guint protocol, const char *format)
{
    g_autofree char *id = g_strdup_printf("%u", protocol);
    g_autoptr(GString) text = g_string_new(format);

    g_string_replace(text, "%s", profile_protocol_name(protocol), 1);
    gtk_combo_box_text_append(combo, id, text->str);
}

/* The first line stands for what the profile says. What was the only one that its person allowed,
 * and is no longer offered, is a line too: nothing else comes in its place by itself. */
gboolean
dt_profile_text_offer_protocols(const Profile *p, GtkComboBoxText *combo)
{
    enum plan_protocol all[PLAN_MAX_PROTOCOLS];
    const guint n = profile_order(p->kind, p->dun.vpn_strategy, p->protocol_order, 0, 0, all);
    struct list names = {.text = g_string_new(NULL), .separator = ", "};
    g_autofree char *chosen = g_strdup_printf("%u", p->only_protocol);
    gboolean gone = n > 0 && p->only_protocol != 0;

    for (guint i = 0; i < n; i++)
        list_add(&names, profile_protocol_name(all[i]));
    g_autofree char *listed = list_end(&names, "");
    /* Translators: the kinds of tunnel, as "SSTP, PPTP" */
    g_autofree char *as_it_says = g_strdup_printf(_("As the profile says: %s"), listed);
    gtk_combo_box_text_append(combo, "0", as_it_says);
    for (guint i = 0; i < n; i++) {
        /* Translators: a kind of tunnel */
        offer(combo, all[i], _("Only %s"));
        gone &= all[i] != p->only_protocol;
    }
    if (gone)
        /* Translators: a kind of tunnel */
        offer(combo, p->only_protocol, _("Only %s, which the profile no longer offers"));
    if (!gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo), chosen))
        gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 0);
    return n > 1 || gone;
}

char *
dt_profile_text_auth(const Profile *p)
{
    static const struct {
        unsigned flag;
        const char *name;
    } methods[] = {
        {PLAN_AUTH_EAP_TLS, "EAP-TLS"},
        {PLAN_AUTH_PEAP, "PEAP"},
        {PLAN_AUTH_EAP_MSCHAPV2, "EAP-MSCHAPv2"},
        {PLAN_AUTH_MSCHAPV2, "MS-CHAP v2"},
        {PLAN_AUTH_CHAP_MD5, "CHAP"},
        {PLAN_AUTH_PAP, "PAP"},
        {PLAN_AUTH_NONE, N_("No sign-in")},
    };
    struct list list = {.text = g_string_new(NULL), .separator = ", "};
    const unsigned allowed = profile_auth(p);

    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if ((allowed & methods[i].flag) != 0)
            list_add(&list, _(methods[i].name));
    return list_end(&list, _("None"));
}

const char *
dt_profile_text_encryption_type(guint type)
{
    static const char *const types[] = {N_("None"), N_("Required"),
                                        N_("Required, of maximum strength"), N_("Optional")};

    return _(types[MIN(type, G_N_ELEMENTS(types) - 1)]);
}

char *
dt_profile_text_encryption(const Profile *p)
{
    enum plan_protocol protocols[PLAN_MAX_PROTOCOLS];

    if (profile_protocols(p, protocols) == 1 && protocols[0] == PLAN_SSTP)
        return g_strdup(_("TLS, always"));
    return g_strdup(dt_profile_text_encryption_type(profile_encryption(p)));
}

char *
dt_profile_text_routes(const Profile *p)
{
    struct list list = {.text = g_string_new(NULL), .separator = "\n"};

    for (guint i = 0; i < p->routes->len; i++)
        list_add(&list, p->routes->pdata[i]);
    return list_end(&list, "");
}

char *
dt_profile_text_routing(const Profile *p)
{
    g_autofree char *routes = dt_profile_text_routes(p);

    if (p->dun.gateway_on_remote)
        return g_strdup(_("All traffic of this computer goes through the connection"));
    return *routes != '\0' ? g_steal_pointer(&routes)
                           : g_strdup(_("Only the network of the server"));
}

char *
dt_profile_text_dns(const Profile *p)
{
    struct list list = {.text = g_string_new(NULL), .separator = ", "};
    const char *const servers[] = {p->dun.dns1, p->dun.dns2};

    for (gsize i = 0; i < G_N_ELEMENTS(servers) && p->dun.specify_servers; i++)
        if (*servers[i] != '\0')
            list_add(&list, servers[i]);
    return list_end(&list, _("Those that the server gives"));
}

char *
dt_profile_text_authorities(const Profile *p)
{
    return g_strdup(*p->ca_pem != '\0' ? _("Only those of this profile")
                                       : _("Those that this computer trusts"));
}

char *
dt_profile_text_actions(const Profile *p)
{
    struct list list = {.text = g_string_new(NULL), .separator = "\n"};

    for (guint i = 0; i < p->actions->len; i++) {
        const struct profile_action *action = p->actions->pdata[i];

        list_add(&list, *action->description != '\0' ? action->description : action->command);
    }
    return list_end(&list, "");
}
