/* cmak-parts.c - see cmak-parts.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-parts.h"

#include "profile-fields.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum { MAX_ROUTE_NOTES = 8 };

/* --- servers --- */

static gboolean
is_list_key(const struct ini_section *s, const struct ini_entry *e)
{
    static const char *const keys[] = {"default", "Message", "UpdateURL"};

    if (g_ascii_strcasecmp(s->name, "VPN Servers") == 0)
        return *e->value != '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_ascii_strcasecmp(s->name, "Settings") == 0 &&
            g_ascii_strcasecmp(e->key, keys[i]) == 0)
            return TRUE;
    return FALSE;
}

static void
keep_unknown(Profile *p, const Ini *vpn, const char *file)
{
    const GPtrArray *sections = ini_sections(vpn);

    for (guint i = 0; i < sections->len; i++) {
        const struct ini_section *s = sections->pdata[i];
        for (guint k = 0; k < s->entries->len; k++) {
            const struct ini_entry *e = s->entries->pdata[k];
            if (!is_list_key(s, e))
                profile_add_other(p, file, s->name, e->key, e->value);
        }
    }
}

char *
cmak_server_key(const char *label, const char *address)
{
    const char *text = *label != '\0' ? label : address;
    GString *key = g_string_new(*label != '\0' && strchr("[;", *text) != NULL ? "- " : NULL);

    for (const char *c = text; *c != '\0'; c++) {
        if (*label == '\0' && (*c == '[' || *c == ']')) /* of an IPv6 address */
            continue;
        g_string_append_c(key, *c == '=' ? '-' : *c);
    }
    return g_string_free(key, FALSE);
}

gboolean
cmak_take_servers(Profile *p, const Ini *vpn, const char *file)
{
    const struct ini_section *list = ini_find_section(vpn, "VPN Servers");
    const char *chosen = ini_get(vpn, "Settings", "default");
    const char *message = ini_get(vpn, "Settings", "Message");
    const char *url = ini_get(vpn, "Settings", "UpdateURL");
    const guint before = p->servers->len;

    for (guint i = 0; list != NULL && i < list->entries->len; i++) {
        const struct ini_entry *e = list->entries->pdata[i];

        if (*e->value == '\0')
            continue;
        if (chosen != NULL && g_ascii_strcasecmp(e->key, chosen) == 0) {
            p->server = p->servers->len;
            field_set_origin(field_find(SCOPE_OWN, "Server"), p, file, "Settings", "default");
        }
        g_autofree char *origin = g_strconcat("Server/", e->value, NULL);
        g_autofree char *unnamed = cmak_server_key("", e->value);
        const gboolean same = g_str_equal(e->key, e->value) || g_str_equal(e->key, unnamed);
        profile_add_server(p, same ? "" : e->key, e->value);
        profile_set_origin(p, origin, file, list->name, e->key, e->value);
    }
    keep_unknown(p, vpn, file);
    profile_set(&p->server_message, message);
    if (message != NULL)
        field_set_origin(field_find(SCOPE_OWN, "ServerMessage"), p, file, "Settings", "Message");
    if (url != NULL && *url != '\0') {
        profile_set(&p->server_list_url, url);
        field_set_origin(field_find(SCOPE_OWN, "ServerListURL"), p, file, "Settings", "UpdateURL");
    }
    return p->servers->len > before;
}

/* --- actions --- */

gboolean
cmak_is_action_section(const char *section)
{
    static const char *const sections[] = {
        "Pre-Init Actions", "Pre-Connect Actions", "Pre-Dial Actions", "Pre-Tunnel Actions",
        "Connect Actions", "Auto Applications", "Disconnect Actions", "On-Cancel Actions",
        "On-Error Actions", "Animation Actions",
        /* of the .inf */
        "RunPreSetupCommandsSection", "RunPostSetupCommandsSection", "RunPreUnInstCommandsSection",
        "RunPostUnInstCommandsSection", "RegisterOCXSection", "UnRegisterOCXSection"};

    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        if (g_ascii_strcasecmp(section, sections[i]) == 0)
            return TRUE;
    return FALSE;
}

gboolean
cmak_is_description(const struct ini_section *section, const struct ini_entry *e)
{
    const char *mark = strchr(e->key, '&');

    if (mark == NULL || g_ascii_strcasecmp(mark, "&Description") != 0)
        return FALSE;
    g_autofree char *key = g_strndup(e->key, (gsize)(mark - e->key));
    g_autofree char *folded = g_utf8_casefold(key, -1);
    const struct ini_entry *of = g_hash_table_lookup(section->keys, folded);
    return of != NULL && *of->value != '\0';
}

/* "0=program parameters", with companions "0&Description=..."; or bare lines. What has another form
 * is kept as it is written. */
void
cmak_take_actions(Profile *p, const struct ini_section *section)
{
    for (guint i = 0; i < section->entries->len; i++) {
        const struct ini_entry *e = section->entries->pdata[i], *said;

        if (*e->value == '\0' || strchr(e->key, '&') != NULL)
            continue;
        g_autofree char *key = g_strconcat(e->key, "&Description", NULL);
        g_autofree char *folded = g_utf8_casefold(key, -1);
        said = *e->key == '\0' ? NULL : g_hash_table_lookup(section->keys, folded);
        const guint at = p->actions->len;
        profile_add_action(p, section->name, e->value, said == NULL ? NULL : said->value);
        if (at < p->actions->len)
            profile_set(&((struct profile_action *)p->actions->pdata[at])->key, e->key);
    }
}

/* --- what actions name --- */

/* What follows @option in a command of @tool; NULL: it is another's, or has no such option. */
static char *
option_of(const char *command, const char *tool, const char *option)
{
    g_autofree char *lower = g_ascii_strdown(command, -1);
    const char *at = strstr(lower, option);

    if (strstr(lower, tool) == NULL || at == NULL)
        return NULL;
    const char *name = command + (at - lower) + strlen(option);
    name += strspn(name, " ");
    if (*name == '"')
        return g_strndup(name + 1, strcspn(name + 1, "\""));
    return g_strndup(name, strcspn(name, " "));
}

char *
cmak_route_file(const char *command)
{
    return option_of(command, "cmroute", "/static_file_name");
}

char *
cmak_route_url(const char *command)
{
    return option_of(command, "cmroute", "/update_url_path");
}

gboolean
cmak_is_download(const char *command, const char *option)
{
    const char *name = command + strspn(command, " \"");
    const gsize n = strcspn(name, " \"");
    g_autofree char *program = g_ascii_strdown(name, (gssize)n);
    g_autofree char *rest = g_ascii_strdown(name + n, -1);
    const char *base = program + n;

    while (base > program && base[-1] != '\\' && base[-1] != '/')
        base--;
    return (g_str_equal(base, "cmdl32") || g_str_equal(base, "cmdl32.exe")) &&
           strstr(rest, option) != NULL;
}

char *
cmak_proxy_file(const struct profile_action *a)
{
    /* The one at the end puts back what the one at the beginning has saved. */
    if (g_ascii_strcasecmp(a->event, "Disconnect Actions") == 0)
        return NULL;
    return option_of(a->command, "cmproxy", "/source_filename");
}

/* --- proxy --- */

static void
proxy_origin(Profile *p, const char *file, const char *field, const char *section, const char *key)
{
    field_set_origin(field_find(SCOPE_OWN, field), p, file, section, key);
}

static gboolean
proxy_key(const struct ini_section *s, const struct ini_entry *e, const char *section,
          const char *key)
{
    return g_ascii_strcasecmp(s->name, section) == 0 && g_ascii_strcasecmp(e->key, key) == 0;
}

/* "Using automatic proxy configuration" in Microsoft's documentation of Connection Manager: what
 * is not enabled says nothing. TRUE: the entry was taken over. */
static gboolean
take_proxy_entry(Profile *p, const Ini *ini, const char *file, const struct ini_section *s,
                 const struct ini_entry *e)
{
    static const char automatic[] = "Automatic Proxy", manual[] = "Manual Proxy";
    const gboolean by_hand = ini_get_int(ini, manual, "ProxyEnable", 0) == 1;
    const gboolean script = ini_get_int(ini, automatic, "AutoConfigScriptEnable", 0) == 1;

    if (proxy_key(s, e, manual, "ProxyServer") && by_hand) {
        profile_set(&p->web_proxy, e->value);
        proxy_origin(p, file, "WebProxy", s->name, e->key);
    } else if (proxy_key(s, e, manual, "ProxyOverride") && by_hand) {
        profile_set(&p->web_proxy_except, e->value);
        proxy_origin(p, file, "WebProxyExceptions", s->name, e->key);
    } else if (proxy_key(s, e, automatic, "AutoConfigScript") && script) {
        profile_set(&p->web_proxy_script, e->value);
        proxy_origin(p, file, "WebProxyScript", s->name, e->key);
    } else if (proxy_key(s, e, automatic, "AutoProxyEnable")) {
        p->web_proxy_detect = ini_number(e->value, 0) == 1;
        proxy_origin(p, file, "WebProxyDetect", s->name, e->key);
    } else {
        return (by_hand && proxy_key(s, e, manual, "ProxyEnable")) ||
               (script && proxy_key(s, e, automatic, "AutoConfigScriptEnable"));
    }
    return TRUE;
}

void
cmak_take_proxy(Profile *p, const Ini *ini, const char *file)
{
    const GPtrArray *sections = ini_sections(ini);

    for (guint i = 0; i < sections->len; i++) {
        const struct ini_section *s = sections->pdata[i];
        for (guint k = 0; k < s->entries->len; k++) {
            const struct ini_entry *e = s->entries->pdata[k];
            if (!take_proxy_entry(p, ini, file, s, e))
                profile_add_other(p, file, s->name, e->key, e->value);
        }
    }
}

/* --- routes --- */

/* The prefix of a netmask, or -1. */
static int
prefix_of(const char *text)
{
    uint32_t mask;
    int n = 0;

    if (!net_ip4_parse(text, &mask))
        return -1;
    while (n < 32 && (mask & (UINT32_C(0x80000000) >> n)) != 0)
        n++;
    return n == 32 || (mask << n) == 0 ? n : -1;
}

static gboolean
is_word(char **words, guint i, guint n, const char *word)
{
    return i < n && g_ascii_strcasecmp(words[i], word) == 0;
}

/* A route through the new connection as a "net/prefix"; NULL: not one, or through something else.
 */
static char *
route_of(char **words)
{
    const guint n = g_strv_length(words);
    struct net_route route;
    char text[52];

    if (n < 5 || !is_word(words, 0, n, "ADD") || !is_word(words, 2, n, "MASK") ||
        !is_word(words, 4, n, "default"))
        return NULL;
    for (guint i = 5; i + 1 < n; i += 2)
        if (is_word(words, i, n, "IF") && !is_word(words, i + 1, n, "default"))
            return NULL;
    const int prefix = prefix_of(words[3]);
    g_autofree char *net = g_strdup_printf("%s/%d", words[1], prefix);
    if (prefix < 0 || !net_route_parse(net, &route) || route.family != 4)
        return NULL;
    return g_strdup(net_route_text(&route, text));
}

static void
take_route_line(Profile *p, const char *file, char *raw, guint *odd)
{
    char line[256];

    g_strdelimit(raw, "\t", ' ');
    ras_printable(line, sizeof line, raw, strlen(raw));
    g_strstrip(line);
    if (*line == '\0' || *line == ';' || *line == '#')
        return;

    g_auto(GStrv) all = g_strsplit(line, " ", 64);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (guint i = 0; all[i] != NULL; i++)
        if (*all[i] != '\0')
            g_ptr_array_add(words, all[i]);
    g_ptr_array_add(words, NULL);

    g_autofree char *route = route_of((char **)words->pdata);
    if (route != NULL && p->routes->len < PLAN_MAX_ROUTES) {
        g_autofree char *origin = g_strconcat("Route/", route, NULL);

        profile_set_origin(p, origin, file, "", line, route);
        g_ptr_array_add(p->routes, g_steal_pointer(&route));
    } else if ((*odd)++ < MAX_ROUTE_NOTES)
        profile_note(p, _("A line of the route file has no meaning here: %s"), line);
}

void
cmak_take_routes(Profile *p, const char *file, const char *text)
{
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
    guint odd = 0;

    for (guint i = 0; lines[i] != NULL; i++)
        take_route_line(p, file, lines[i], &odd);
}
