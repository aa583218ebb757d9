/* ps-profile.c - see ps-profile.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ps-profile.h"

#include "eap-config.h"
#include "ini.h"
#include "profile-fields.h"
#include "ps-script.h"
#include "ras.h"
#include "text-decode.h"

#include <glib/gi18n-lib.h>

#include <string.h>

G_DEFINE_QUARK(ps - profile - error - quark, ps_profile_error)

struct reader {
    const char *file, *encoding;
    gboolean guessed; /* that encoding */
    GPtrArray *profiles;
    GPtrArray *problems; /* char *: about no connection of the script */
    Profile *p;          /* of the command that is read */
    const struct ps_command *command;
    const char *parameter; /* its name in the documentation */
    GError **error;
};

G_GNUC_PRINTF(2, 3)
static gboolean
fail(struct reader *r, const char *format, ...)
{
    va_list args;
    char shown[512];

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    ras_printable(shown, sizeof shown, text, strlen(text));
    g_set_error(r->error, PS_PROFILE_ERROR, PS_PROFILE_ERROR_COMPUTED, _("Line %u: %s"),
                r->command->line, shown);
    return FALSE;
}

/* --- values --- */

static void
origin(struct reader *r, enum field_scope scope, const char *field)
{
    field_set_origin(field_find(scope, field), r->p, r->file, r->command->name, r->parameter);
}

static void
list_origin(struct reader *r, const char *list, const char *value)
{
    g_autofree char *name = g_strconcat(list, "/", value, NULL);

    profile_set_origin(r->p, name, r->file, r->command->name, r->parameter, value);
}

static const char *
first(const struct ps_argument *a)
{
    return a->values->len == 0 ? "" : a->values->pdata[0];
}

/* A switch that is there, or says that it is: -SplitTunneling:$false. */
static gboolean
is_on(const struct ps_argument *a)
{
    const char *text = first(a);

    return a->values->len == 0 || g_ascii_strcasecmp(text, "True") == 0 || g_str_equal(text, "1");
}

static void
impossible(struct reader *r, const char *value)
{
    profile_note(r->p, _("-%s %s: this value is not known."), r->parameter, value);
}

struct named {
    const char *name;
    guint number;
};

static gboolean
number_named(const struct named *names, gsize n, const char *text, guint *ret)
{
    for (gsize i = 0; i < n; i++)
        if (g_ascii_strcasecmp(names[i].name, text) == 0) {
            *ret = names[i].number;
            return TRUE;
        }
    return FALSE;
}

static void
take_tunnel(struct reader *r, const struct ps_argument *a)
{
    static const struct named names[] = {
        {"Automatic", 0}, {"Pptp", 1}, {"L2tp", 3}, {"Sstp", 5}, {"Ikev2", 7}};

    if (number_named(names, G_N_ELEMENTS(names), first(a), &r->p->dun.vpn_strategy))
        origin(r, SCOPE_NETWORKING, "VpnStrategy");
    else
        impossible(r, first(a));
}

static void
take_encryption(struct reader *r, const struct ps_argument *a)
{
    static const struct named names[] = {
        {"NoEncryption", 0}, {"Required", 1}, {"Custom", 1}, {"Maximum", 2}, {"Optional", 3}};

    if (number_named(names, G_N_ELEMENTS(names), first(a), &r->p->dun.encryption_type))
        origin(r, SCOPE_SERVER, "EncryptionType");
    else
        impossible(r, first(a));
}

static void
take_auth(struct reader *r, const struct ps_argument *a)
{
    struct profile_dun *d = &r->p->dun;
    const struct {
        const char *name, *field;
        gboolean *flag;
    } methods[] = {{"Pap", "Require_PAP", &d->pap},
                   {"Chap", "Require_CHAP", &d->chap},
                   {"MSChapv2", "Require_MSCHAP2", &d->mschap2},
                   {"Eap", "Require_EAP", &d->eap}};

    d->pap = d->chap = d->mschap2 = d->eap = FALSE;
    d->custom_security = d->enforce_custom = TRUE;
    for (guint i = 0; i < a->values->len; i++) {
        const char *value = a->values->pdata[i];
        gsize k = 0;

        while (k < G_N_ELEMENTS(methods) && g_ascii_strcasecmp(methods[k].name, value) != 0)
            k++;
        if (k == G_N_ELEMENTS(methods)) { /* MachineCertificate is of IKEv2 */
            impossible(r, value);
            continue;
        }
        *methods[k].flag = TRUE;
        origin(r, SCOPE_SERVER, methods[k].field);
    }
}

static void
take_split(struct reader *r, const struct ps_argument *a)
{
    r->p->dun.gateway_on_remote = !is_on(a);
    origin(r, SCOPE_TCPIP, "Gateway_On_Remote");
}

static void
take_remember(struct reader *r, const struct ps_argument *a)
{
    r->p->remember_password = is_on(a);
    origin(r, SCOPE_USER, "RememberPassword");
}

static void
take_psk(struct reader *r, const struct ps_argument *a)
{
    if (!secret_set_text(&r->p->found_psk, first(a))) {
        profile_note(r->p, _("The pre-shared key is too long. It was not taken over."));
        return;
    }
    r->p->dun.use_preshared_key = TRUE;
    origin(r, SCOPE_NETWORKING, "UsePreSharedKey");
}

static void
take_eap(struct reader *r, const struct ps_argument *a)
{
    const struct eap_config c = {r->p, r->file, r->command->name, r->parameter};
    g_autoptr(GError) why = NULL;
    char shown[256];

    if (eap_config_xml(&c, first(a), &why))
        return;
    ras_printable(shown, sizeof shown, why->message, strlen(why->message));
    profile_note(r->p, _("Line %u: the EAP settings of -%s cannot be read. %s"), r->command->line,
                 r->parameter, shown);
}

static void
take_idle(struct reader *r, const struct ps_argument *a)
{
    const gint64 seconds = ini_number(first(a), -1);

    if (seconds < 0 ||
        !field_set_number(field_find(SCOPE_USER, "IdleTimeout"), r->p, seconds / 60)) {
        impossible(r, first(a));
        return;
    }
    r->p->idle_seconds = (guint)(seconds % 60);
    origin(r, SCOPE_USER, "IdleTimeout");
    origin(r, SCOPE_OWN, "IdleSeconds");
}

static void
take_suffix(struct reader *r, const struct ps_argument *a)
{
    if (*first(a) != '\0' && !net_name_valid(first(a))) {
        profile_note(r->p, _("“%s” is not a domain name."), first(a));
        return;
    }
    profile_set(&r->p->dun.dns_suffix, first(a));
    origin(r, SCOPE_TCPIP, "DnsSuffix");
}

static void
add_server(struct reader *r, const char *text)
{
    g_autofree char *address = g_strdup(text);
    char *label = strchr(address, ';');

    if (label != NULL)
        *label++ = '\0';
    g_strstrip(address);
    for (guint i = 0; i < r->p->servers->len; i++) {
        struct profile_server *s = r->p->servers->pdata[i];
        if (g_ascii_strcasecmp(s->address, address) != 0)
            continue;
        if (label != NULL)
            profile_set(&s->label, label);
        return;
    }
    if (*address == '\0')
        return;
    profile_add_server(r->p, label == NULL ? "" : label, address);
    list_origin(r, "Server", address);
}

static const struct ps_argument *argument(const struct reader *r, const char *name);

/* Set-VpnConnection names another one instead. */
static void
take_server(struct reader *r, const struct ps_argument *a)
{
    if (argument(r, "ServerList") != NULL)
        return;
    g_ptr_array_set_size(r->p->servers, 0);
    r->p->choose_server = FALSE;
    r->p->server = 0;
    add_server(r, first(a));
}

/* The address beside it is the choice so far: it is dialed first. */
static void
take_server_list(struct reader *r, const struct ps_argument *a)
{
    const struct ps_argument *chosen = argument(r, "ServerAddress");

    g_ptr_array_set_size(r->p->servers, 0);
    r->p->server = 0;
    for (guint i = 0; i < a->values->len; i++)
        add_server(r, a->values->pdata[i]);
    if (chosen != NULL)
        add_server(r, first(chosen));
    for (guint i = 0; i < r->p->servers->len && chosen != NULL; i++) {
        const struct profile_server *s = r->p->servers->pdata[i];
        if (g_ascii_strcasecmp(s->address, first(chosen)) == 0)
            r->p->server = i;
    }
    r->p->choose_server = FALSE;
}

static void
take_route(struct reader *r, const struct ps_argument *a)
{
    const gboolean removes = g_ascii_strncasecmp(r->command->name, "Remove", 6) == 0;

    for (guint i = 0; i < a->values->len; i++) {
        const char *text = a->values->pdata[i];
        struct net_route route;
        char net[52];
        guint at = 0;

        if (!net_route_parse(text, &route)) {
            profile_note(r->p, _("“%s” is not a network."), text);
            continue;
        }
        net_route_text(&route, net);
        while (at < r->p->routes->len && !g_str_equal(r->p->routes->pdata[at], net))
            at++;
        if (removes && at < r->p->routes->len)
            g_ptr_array_remove_index(r->p->routes, at);
        if (removes || at < r->p->routes->len || at >= PLAN_MAX_ROUTES)
            continue;
        g_ptr_array_add(r->p->routes, g_strdup(net));
        list_origin(r, "Route", net);
    }
}

static void
take_search(struct reader *r, const struct ps_argument *a)
{
    for (guint i = 0; i < a->values->len; i++) {
        const char *name = a->values->pdata[i];
        if (!net_name_valid(name)) {
            profile_note(r->p, _("“%s” is not a domain name."), name);
            continue;
        }
        profile_add_dns_search(r->p, name);
        list_origin(r, "DNS search", name);
    }
}

/* A name, and the servers that know it, which are in another parameter. */
static void
take_rule(struct reader *r, const struct ps_argument *a)
{
    const struct ps_argument *at = argument(r, "DnsIPAddress");
    const char *name = *first(a) == '.' ? first(a) + 1 : first(a);
    g_autoptr(GString) servers = g_string_new(NULL);

    for (guint i = 0; at != NULL && i < at->values->len; i++)
        if (g_hostname_is_ip_address(at->values->pdata[i]))
            g_string_append_printf(servers, "%s%s", servers->len > 0 ? " " : "",
                                   (const char *)at->values->pdata[i]);
    if (!net_name_valid(name)) {
        profile_note(r->p, _("“%s” is not a domain name."), first(a));
        return;
    }
    profile_add_dns_rule(r->p, name, servers->str);
    list_origin(r, "DNS rule", name);
}

static void
take_proxy(struct reader *r, const struct ps_argument *a)
{
    profile_set(&r->p->web_proxy, first(a));
    origin(r, SCOPE_OWN, "WebProxy");
}

static void
take_proxy_script(struct reader *r, const struct ps_argument *a)
{
    profile_set(&r->p->web_proxy_script, first(a));
    origin(r, SCOPE_OWN, "WebProxyScript");
}

static void
take_proxy_detect(struct reader *r, const struct ps_argument *a)
{
    r->p->web_proxy_detect = is_on(a);
    origin(r, SCOPE_OWN, "WebProxyDetect");
}

static void
add_exception(struct reader *r, const char *text)
{
    g_autofree char *both =
        g_strconcat(r->p->web_proxy_except, *r->p->web_proxy_except == '\0' ? "" : ";", text, NULL);

    profile_set(&r->p->web_proxy_except, both);
    origin(r, SCOPE_OWN, "WebProxyExceptions");
}

static void
take_proxy_exceptions(struct reader *r, const struct ps_argument *a)
{
    for (guint i = 0; i < a->values->len; i++)
        add_exception(r, a->values->pdata[i]);
}

static void
take_proxy_local(struct reader *r, const struct ps_argument *a)
{
    if (is_on(a))
        add_exception(r, "<local>");
}

/* What says how the command is run, and nothing about the connection. */
static void
pass_over(struct reader *r, const struct ps_argument *a)
{
    (void)r, (void)a;
}

/* --- commands --- */

struct parameter {
    const char *name;
    int position;                                                /* -1: only by its name */
    void (*take)(struct reader *r, const struct ps_argument *a); /* NULL: kept, and shown */
};

#define ABOUT_THE_RUN                                                                              \
    {"AllUserConnection", -1, pass_over}, {"AsJob", -1, pass_over}, {"CimSession", -1, pass_over}, \
        {"Confirm", -1, pass_over}, {"Debug", -1, pass_over}, {"ErrorAction", -1, pass_over},      \
        {"ErrorVariable", -1, pass_over}, {"Force", -1, pass_over}, {"OutBuffer", -1, pass_over},  \
        {"OutVariable", -1, pass_over}, {"PassThru", -1, pass_over},                               \
        {"ThrottleLimit", -1, pass_over}, {"Verbose", -1, pass_over},                              \
        {"WarningAction", -1, pass_over}, {"WarningVariable", -1, pass_over},                      \
    {                                                                                              \
        "WhatIf", -1, pass_over                                                                    \
    }

static const struct parameter of_connection[] = {{"Name", 0, pass_over},
                                                 {"ServerAddress", 1, take_server},
                                                 {"TunnelType", 2, take_tunnel},
                                                 {"EncryptionLevel", 3, take_encryption},
                                                 {"AuthenticationMethod", 4, take_auth},
                                                 {"SplitTunneling", -1, take_split},
                                                 {"L2tpPsk", -1, take_psk},
                                                 {"RememberCredential", -1, take_remember},
                                                 {"IdleDisconnectSeconds", -1, take_idle},
                                                 {"DnsSuffix", -1, take_suffix},
                                                 {"ServerList", -1, take_server_list},
                                                 {"UseWinlogonCredential", -1, NULL},
                                                 {"EapConfigXmlStream", -1, take_eap},
                                                 {"MachineCertificateIssuerFilter", -1, NULL},
                                                 {"MachineCertificateEKUFilter", -1, NULL},
                                                 {"PlugInApplicationID", -1, NULL},
                                                 {"CustomConfiguration", -1, NULL},
                                                 {"ThirdPartyVpn", -1, NULL},
                                                 ABOUT_THE_RUN,
                                                 {NULL}};

static const struct parameter of_route[] = {{"ConnectionName", 0, pass_over},
                                            {"DestinationPrefix", 1, take_route},
                                            {"RouteMetric", 2, NULL},
                                            {"Name", 0, pass_over}, /* another name for it */
                                            ABOUT_THE_RUN,
                                            {NULL}};

static const struct parameter of_dns[] = {{"ConnectionName", 0, pass_over},
                                          {"DnsSuffix", 1, take_rule},
                                          {"DnsIPAddress", 2, pass_over},
                                          {"DnsSuffixSearchList", 3, take_search},
                                          {"Name", 0, pass_over}, /* another name for it */
                                          ABOUT_THE_RUN,
                                          {NULL}};

static const struct parameter of_proxy[] = {{"ConnectionName", 0, pass_over},
                                            {"AutoDetect", -1, take_proxy_detect},
                                            {"AutoConfigurationScript", 1, take_proxy_script},
                                            {"ProxyServer", 2, take_proxy},
                                            {"BypassProxyForLocal", -1, take_proxy_local},
                                            {"ExceptionPrefix", 3, take_proxy_exceptions},
                                            {"Name", 0, pass_over}, /* another name for it */
                                            ABOUT_THE_RUN,
                                            {NULL}};

static const struct parameter of_others[] = {
    {"ConnectionName", 0, pass_over}, {"Name", 0, pass_over}, ABOUT_THE_RUN, {NULL}};

static const struct command {
    const char *name;
    const struct parameter *parameters;
    enum { CREATES, CHANGES, REMOVES } what;
} commands[] = {
    {"Add-VpnConnection", of_connection, CREATES},
    {"Set-VpnConnection", of_connection, CHANGES},
    {"Remove-VpnConnection", of_connection, REMOVES},
    {"Add-VpnConnectionRoute", of_route, CHANGES},
    {"Remove-VpnConnectionRoute", of_route, CHANGES},
    {"Add-VpnConnectionTriggerDnsConfiguration", of_dns, CHANGES},
    {"Set-VpnConnectionTriggerDnsConfiguration", of_dns, CHANGES},
    {"Add-VpnConnectionTriggerApplication", of_others, CHANGES},
    {"Add-VpnConnectionTriggerTrustedNetwork", of_others, CHANGES},
    {"Set-VpnConnectionTriggerTrustedNetwork", of_others, CHANGES},
    {"Set-VpnConnectionIPsecConfiguration", of_others, CHANGES},
    {"Set-VpnConnectionProxy", of_proxy, CHANGES},
    {"Set-VpnConnectionUsername", of_others, CHANGES},
};

static const struct command *
command_named(const char *name)
{
    const char *slash = strrchr(name, '\\'); /* VpnClient\Add-VpnConnection */

    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_ascii_strcasecmp(commands[i].name, slash == NULL ? name : slash + 1) == 0)
            return &commands[i];
    return NULL;
}

/* As PowerShell completes a name that is cut short: when only one begins so. */
static const struct parameter *
parameter_named(const struct parameter *list, const char *name)
{
    const struct parameter *found = NULL;
    guint n = 0;

    for (const struct parameter *p = list; p->name != NULL; p++) {
        if (g_ascii_strcasecmp(p->name, name) == 0)
            return p;
        if (g_ascii_strncasecmp(p->name, name, strlen(name)) == 0) {
            found = p;
            n++;
        }
    }
    return n == 1 ? found : NULL;
}

static const struct parameter *
parameter_at(const struct parameter *list, int position)
{
    for (const struct parameter *p = list; p->name != NULL; p++)
        if (p->position == position)
            return p;
    return NULL;
}

static gboolean
is_named(const struct ps_command *c, const struct parameter *list, int position)
{
    for (guint i = 0; i < c->arguments->len; i++) {
        const struct ps_argument *a = c->arguments->pdata[i];
        const struct parameter *p = *a->name == '\0' ? NULL : parameter_named(list, a->name);
        if (p != NULL && p->position == position)
            return TRUE;
    }
    return FALSE;
}

/* As PowerShell binds them: what has no name goes to the places that no name has taken. */
static const struct parameter *
parameter_of(const struct ps_command *c, guint at)
{
    const struct parameter *list = command_named(c->name)->parameters, *p;
    const struct ps_argument *a = c->arguments->pdata[at];
    guint before = 0;

    if (*a->name != '\0')
        return parameter_named(list, a->name);
    for (guint i = 0; i < at; i++)
        before += *((const struct ps_argument *)c->arguments->pdata[i])->name == '\0';
    for (int position = 0; (p = parameter_at(list, position)) != NULL; position++)
        if (!is_named(c, list, position) && before-- == 0)
            return p;
    return NULL;
}

static const struct ps_argument *
argument(const struct reader *r, const char *name)
{
    for (guint i = 0; i < r->command->arguments->len; i++) {
        const struct parameter *p = parameter_of(r->command, i);
        if (p != NULL && g_str_equal(p->name, name))
            return r->command->arguments->pdata[i];
    }
    return NULL;
}

static void
keep(struct reader *r, const char *name, const struct ps_argument *a)
{
    g_autoptr(GString) text = g_string_new(a->values->len == 0 ? "True" : NULL);

    for (guint i = 0; i < a->values->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (const char *)a->values->pdata[i]);
    g_autofree char *shown = g_malloc(text->len + 1);
    ras_printable(shown, text->len + 1, text->str, text->len);
    g_autofree char *key = g_strconcat("-", name, NULL);
    profile_add_other(r->p, r->file, r->command->name, key, shown);
}

static void
take_argument(struct reader *r, const struct parameter *p, const struct ps_argument *a)
{
    const gboolean runs = p != NULL && p->take == pass_over;

    r->parameter = p != NULL ? p->name : a->name;
    if (a->computed && !runs)
        profile_note(r->p,
                     _("Line %u: -%s is computed by the script, which is never run. It was left "
                       "out."),
                     r->command->line, r->parameter);
    else if (p == NULL || p->take == NULL)
        keep(r, r->parameter, a);
    else
        p->take(r, a);
}

static void
take_arguments(struct reader *r)
{
    for (guint i = 0; i < r->command->arguments->len; i++)
        take_argument(r, parameter_of(r->command, i), r->command->arguments->pdata[i]);
}

static gboolean
is_known(struct reader *r, const struct ps_argument *a, const char *name)
{
    if (a == NULL || (!a->computed && *first(a) == '\0'))
        return fail(r, _("%s has no -%s."), r->command->name, name);
    return !a->computed ||
           fail(r,
                _("The value of -%s is computed by the script, which is never run. Write it out."),
                name);
}

static Profile *
profile_called(const struct reader *r, const char *name)
{
    g_autofree char *wanted = g_utf8_casefold(name, -1);

    for (guint i = r->profiles->len; i > 0; i--) {
        Profile *p = r->profiles->pdata[i - 1];
        g_autofree char *folded = g_utf8_casefold(p->name, -1);
        if (g_str_equal(folded, wanted))
            return p;
    }
    return NULL;
}

/* What Windows takes where a script says nothing. */
static Profile *
new_profile(const struct reader *r, const char *name)
{
    Profile *p = profile_new();

    profile_set(&p->name, name);
    profile_set(&p->source, r->file);
    profile_set(&p->encoding, r->encoding);
    if (r->guessed)
        profile_note_guess(p);
    profile_vpn_alone(p);
    p->dun.encryption_type = 1;
    p->dun.mschap2 = p->dun.custom_security = p->dun.enforce_custom = TRUE;
    return p;
}

/* A key is octets, and XML has lines; all else is shown some day. */
static void
make_printable(const struct ps_command *c, const struct parameter *list)
{
    for (guint i = 0; i < c->arguments->len; i++) {
        const struct ps_argument *a = c->arguments->pdata[i];
        const struct parameter *p = parameter_named(list, a->name);
        const gboolean raw = p != NULL && (p->take == take_psk || p->take == take_eap);
        for (guint k = 0; k < a->values->len && !raw; k++) {
            char *text = a->values->pdata[k];
            const gsize n = strlen(text);
            char *shown = g_malloc(n + 1);
            ras_printable(shown, n + 1, text, n);
            g_free(text);
            a->values->pdata[k] = shown;
        }
    }
}

static gboolean
take_command(struct reader *r, const struct ps_command *c)
{
    const struct command *command = command_named(c->name);

    r->command = c;
    if (command == NULL)
        return TRUE;
    make_printable(c, command->parameters);
    if (c->splatted != NULL)
        return fail(r,
                    _("%s takes its values out of a table (%s) that the script computes, which is "
                      "never run. Write them out."),
                    c->name, c->splatted);
    const char *key = command->parameters == of_connection ? "Name" : "ConnectionName";
    const struct ps_argument *name = argument(r, key);
    if (command->what == CREATES && !is_known(r, argument(r, "ServerAddress"), "ServerAddress"))
        return FALSE;
    if (name == NULL && command->parameters != of_connection)
        name = argument(r, "Name");
    if (!is_known(r, name, key))
        return command->what == REMOVES && (g_clear_error(r->error), TRUE);
    r->p = command->what == CREATES ? NULL : profile_called(r, first(name));
    if (command->what == REMOVES) { /* as a rule of what was there before */
        g_ptr_array_remove(r->profiles, r->p);
        return TRUE;
    }
    if (command->what == CREATES)
        g_ptr_array_add(r->profiles, r->p = new_profile(r, first(name)));
    if (r->p == NULL) {
        g_ptr_array_add(r->problems,
                        g_strdup_printf(_("Line %u: %s is about “%s”, which the script does not "
                                          "make."),
                                        c->line, c->name, first(name)));
        return TRUE;
    }
    take_arguments(r);
    return TRUE;
}

static void
finish(struct reader *r)
{
    for (guint i = 0; i < r->profiles->len; i++) {
        Profile *p = r->profiles->pdata[i];
        for (guint k = 0; k < r->problems->len; k++)
            profile_note(p, "%s", (const char *)r->problems->pdata[k]);
    }
}

static char *
text_of(GBytes *bytes, guint codepage, char **ret_encoding)
{
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);

    return text_decode(data == NULL ? "" : data, n, codepage, ret_encoding);
}

gboolean
ps_profile_is(GBytes *bytes)
{
    if (g_bytes_get_size(bytes) > PS_MAX_TEXT)
        return FALSE;
    g_autofree char *encoding = NULL, *text = text_of(bytes, 0, &encoding);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    return strstr(lower, "add-vpnconnection") != NULL;
}

GPtrArray *
ps_profile_read(GBytes *bytes, guint codepage, const char *file, GError **error)
{
    g_autofree char *encoding = NULL, *text = text_of(bytes, codepage, &encoding);
    g_autoptr(GPtrArray) profiles = g_ptr_array_new_with_free_func((GDestroyNotify)profile_free);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) read = ps_script_read(text);
    struct reader r = {.file = file,
                       .encoding = encoding,
                       .guessed = codepage == 0,
                       .profiles = profiles,
                       .problems = problems,
                       .error = error};

    explicit_bzero(text, strlen(text));
    for (guint i = 0; i < read->len; i++)
        if (!take_command(&r, read->pdata[i]))
            return NULL;
    if (profiles->len == 0) {
        g_set_error_literal(error, PS_PROFILE_ERROR, PS_PROFILE_ERROR_COMPUTED,
                            _("The script does not make a VPN connection in a way that can be "
                              "read without running it."));
        return NULL;
    }
    finish(&r);
    return g_steal_pointer(&profiles);
}
