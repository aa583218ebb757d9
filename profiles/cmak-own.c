/* cmak-own.c - see cmak-own.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-own.h"

#include <string.h>

gboolean
cmak_own_field(const struct profile_field *f)
{
    static const char *const keys[] = {"Kind",
                                       "CertificateName",
                                       "ChooseServer",
                                       "ProtocolOrder",
                                       "UseCertificate",
                                       "IPsecLocalId",
                                       "IPsecRemoteId",
                                       "IPsecPFS",
                                       "IPsecEncapsulation",
                                       "L2TPPort1701",
                                       "RegisterDNS",
                                       "RegisterSuffix",
                                       "RegisterWINS",
                                       "IdleSeconds",
                                       "UpdateLists",
                                       "DialFirst",
                                       "PhoneNumber",
                                       "WebProxy",
                                       "WebProxyExceptions",
                                       "WebProxyScript",
                                       "WebProxyDetect",
                                       "WebProxyBrowserOnly",
                                       "AreaCode",
                                       "CountryCode",
                                       "UseDialingRules",
                                       "Device",
                                       "Region",
                                       "ServiceType",
                                       "Proxy",
                                       "ProxyHost",
                                       "ProxyPort",
                                       "ProxyUser",
                                       "BackupPhoneNumber",
                                       "BackupAreaCode",
                                       "BackupCountryCode",
                                       "BackupRegion",
                                       "BackupServiceType",
                                       "BackupUseDialingRules"};

    for (gsize i = 0; f->scope == SCOPE_OWN && i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(f->key, keys[i]))
            return TRUE;
    return FALSE;
}

static void
remember(Profile *p, const char *list, const char *value, const char *file, const char *key)
{
    g_autofree char *name = g_strconcat(list, "/", value, NULL);

    profile_set_origin(p, name, file, CMAK_OWN_SECTION, key, value);
}

static gboolean
has_route(const Profile *p, const char *text)
{
    for (guint i = 0; i < p->routes->len; i++)
        if (g_str_equal(p->routes->pdata[i], text))
            return TRUE;
    return FALSE;
}

static void
take_routes(Profile *p, const char *file, const struct ini_entry *e)
{
    g_auto(GStrv) words = g_strsplit(e->value, " ", -1);

    for (guint i = 0; words[i] != NULL; i++) {
        struct net_route route;
        char text[52];

        if (!net_route_parse(words[i], &route) || p->routes->len == PLAN_MAX_ROUTES)
            continue;
        net_route_text(&route, text);
        if (has_route(p, text))
            continue;
        g_ptr_array_add(p->routes, g_strdup(text));
        remember(p, "Route", text, file, e->key);
    }
}

static void
take_search(Profile *p, const char *file, const struct ini_entry *e)
{
    g_auto(GStrv) words = g_strsplit(e->value, " ", -1);

    for (guint i = 0; words[i] != NULL; i++)
        if (net_name_valid(words[i])) {
            profile_add_dns_search(p, words[i]);
            remember(p, "DNS search", words[i], file, e->key);
        }
}

static void
take_rules(Profile *p, const char *file, const struct ini_entry *e)
{
    g_auto(GStrv) rules = g_strsplit(e->value, ";", -1);

    for (guint i = 0; rules[i] != NULL; i++) {
        char *domain = g_strstrip(rules[i]), *servers = strchr(domain, ' ');

        if (servers != NULL)
            *servers++ = '\0';
        if (!net_name_valid(domain) && !g_str_equal(domain, ".")) /* "." is all names */
            continue;
        profile_add_dns_rule(p, domain, servers == NULL ? "" : g_strstrip(servers));
        remember(p, "DNS rule", *domain == '.' ? domain + 1 : domain, file, e->key);
    }
}

/* NULL: nothing that may be shown. */
static char *
unescaped(const char *text)
{
    g_autofree char *plain = g_uri_unescape_string(text, NULL);

    if (plain == NULL || !g_utf8_validate(plain, -1, NULL))
        return NULL;
    for (const char *c = plain; *c != '\0'; c = g_utf8_next_char(c))
        if (g_unichar_iscntrl(g_utf8_get_char(c)))
            return NULL;
    return g_steal_pointer(&plain);
}

static gboolean
take_other(Profile *p, const char *text)
{
    const char *space = strchr(text, ' ');
    g_autofree char *names = space == NULL ? g_strdup("") : g_strndup(text, (gsize)(space - text));
    g_auto(GStrv) parts = g_strsplit(names, "/", -1);

    if (g_strv_length(parts) != 3)
        return FALSE;
    g_autofree char *file = unescaped(parts[0]), *section = unescaped(parts[1]);
    g_autofree char *key = unescaped(parts[2]);
    if (file == NULL || section == NULL || key == NULL)
        return FALSE;
    profile_add_other(p, file, section, key, space + 1);
    return TRUE;
}

static gboolean
is_other(const char *key)
{
    const gsize n = strlen(CMAK_OWN_OTHER);

    return g_ascii_strncasecmp(key, CMAK_OWN_OTHER, n) == 0 && key[n] != '\0' &&
           key[n + strspn(key + n, "0123456789")] == '\0';
}

static gboolean
take_field(Profile *p, const char *file, const struct ini_entry *e)
{
    const struct profile_field *f = NULL;

    for (guint i = 0; i < profile_n_fields && f == NULL; i++)
        if (cmak_own_field(&profile_fields[i]) &&
            g_ascii_strcasecmp(profile_fields[i].key, e->key) == 0)
            f = &profile_fields[i];
    if (f == NULL)
        return FALSE;
    if (f->type == FIELD_TEXT)
        profile_set(field_text(f, p), e->value);
    else if (!field_set_number(f, p, ini_number(e->value, -1)))
        return FALSE;
    field_set_origin(f, p, file, CMAK_OWN_SECTION, f->key);
    return TRUE;
}

gboolean
cmak_own_take(Profile *p, const char *file, const struct ini_entry *e)
{
    static const struct {
        const char *key;
        void (*take)(Profile *p, const char *file, const struct ini_entry *e);
    } lists[] = {{"Routes", take_routes}, {"DnsSearch", take_search}, {"DnsRules", take_rules}};

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        if (g_ascii_strcasecmp(lists[i].key, e->key) == 0) {
            lists[i].take(p, file, e);
            return TRUE;
        }
    return is_other(e->key) ? take_other(p, e->value) : take_field(p, file, e);
}

char *
cmak_own_other(const struct profile_other *o)
{
    g_autofree char *file = g_uri_escape_string(o->file, NULL, TRUE);
    g_autofree char *section = g_uri_escape_string(o->section, NULL, TRUE);
    g_autofree char *key = g_uri_escape_string(o->key, NULL, TRUE);

    return g_strdup_printf("%s/%s/%s %s", file, section, key, o->value);
}

char *
cmak_own_routes(const Profile *p, gboolean only6)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < p->routes->len; i++)
        if (!only6 || strchr(p->routes->pdata[i], ':') != NULL)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "",
                                   (const char *)p->routes->pdata[i]);
    return g_string_free(text, FALSE);
}

char *
cmak_own_search(const Profile *p)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < p->dns_search->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
                               (const char *)p->dns_search->pdata[i]);
    return g_string_free(text, FALSE);
}

char *
cmak_own_rules(const Profile *p)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < p->dns_rules->len; i++) {
        const struct profile_dns_rule *r = p->dns_rules->pdata[i];
        g_string_append_printf(text, "%s%s%s%s", i > 0 ? "; " : "",
                               *r->domain == '\0' ? "." : r->domain, *r->servers == '\0' ? "" : " ",
                               r->servers);
    }
    return g_string_free(text, FALSE);
}
