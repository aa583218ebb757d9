/* web-proxy.c - see web-proxy.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "web-proxy.h"

#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum { MAX_HOST = 253, MAX_EXCEPTIONS = 256, MAX_URL = 2048 };

static const struct {
    const char *name; /* in "http=proxy:80;https=proxy:443" */
    guint port;       /* when the text has none */
} kinds[WEB_PROXY_KINDS] = {{"http", 80}, {"https", 80}, {"ftp", 80}, {"socks", 1080}};

void
web_proxy_clear(struct web_proxy *w)
{
    g_free(w->script);
    g_free(w->script_text);
    for (gsize i = 0; i < WEB_PROXY_KINDS; i++)
        g_free(w->servers[i].host);
    g_strfreev(w->except);
    *w = (struct web_proxy){0};
}

static gboolean
is_host(const char *text)
{
    const gsize n = strlen(text);

    if (n == 0 || n > MAX_HOST)
        return FALSE;
    for (gsize i = 0; i < n; i++)
        if (!g_ascii_isalnum(text[i]) && strchr("-._:%", text[i]) == NULL)
            return FALSE;
    return strchr(text, ':') == NULL || g_hostname_is_ip_address(text);
}

/* --- servers --- */

/* "host", "host:port", "[2001:db8::1]:port", each perhaps behind "http://" */
static gboolean
take_server(const char *text, guint port, struct web_proxy *w, gsize kind)
{
    const char *scheme = strstr(text, "://");
    g_autofree char *host = g_strdup(scheme == NULL ? text : scheme + 3);
    const gboolean bracket = *host == '[';
    char *end = bracket ? strchr(host, ']') : strrchr(host, ':');
    char *digits = end;
    guint64 number = port;

    host[strcspn(host, "/")] = '\0';
    if (bracket) {
        if (end == NULL)
            return FALSE;
        *end = '\0';
        digits = end[1] == ':' ? end + 1 : NULL;
    } else if (end != NULL && strchr(host, ':') != end) {
        digits = NULL; /* an IPv6 address by itself */
    }
    if (digits != NULL &&
        !g_ascii_string_to_unsigned(digits + 1, 10, 1, G_MAXUINT16, &number, NULL))
        return FALSE;
    if (digits != NULL && !bracket)
        *digits = '\0';
    if (!is_host(host + bracket))
        return FALSE;
    w->servers[kind].host = g_strdup(host + bracket);
    w->servers[kind].port = (guint)number;
    return TRUE;
}

static void
take_of_kind(const char *word, struct web_proxy *w)
{
    const gsize n = strcspn(word, "=");

    for (gsize i = 0; i < WEB_PROXY_KINDS; i++)
        if (strlen(kinds[i].name) == n && g_ascii_strncasecmp(kinds[i].name, word, n) == 0 &&
            w->servers[i].host == NULL)
            take_server(word + n + 1, kinds[i].port, w, i);
}

/* One server for all but SOCKS, or one for each kind. */
static gboolean
take_servers(const char *text, struct web_proxy *w)
{
    g_auto(GStrv) words = g_strsplit_set(text, "; ", -1);
    gboolean any = FALSE;

    for (guint i = 0; words[i] != NULL; i++) {
        if (strchr(words[i], '=') != NULL)
            take_of_kind(words[i], w);
        else
            for (gsize k = WEB_PROXY_HTTP; *words[i] != '\0' && k < WEB_PROXY_SOCKS; k++)
                if (w->servers[k].host == NULL)
                    take_server(words[i], kinds[k].port, w, k);
    }
    for (gsize i = 0; i < WEB_PROXY_KINDS; i++)
        any |= w->servers[i].host != NULL;
    return any;
}

/* --- for whom not --- */

/* "10.*" and "10.1.*.*" are networks: "10.0.0.0/8", "10.1.0.0/16". NULL: it is no such thing. */
static char *
network_of(const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, ".", 5);
    guint64 octets[4] = {0};
    guint n = 0;

    if (g_strv_length(parts) > 4)
        return NULL;
    while (parts[n] != NULL && strcmp(parts[n], "*") != 0 &&
           g_ascii_string_to_unsigned(parts[n], 10, 0, 255, &octets[n], NULL))
        n++;
    if (n == 0 || parts[n] == NULL)
        return NULL;
    for (guint i = n; parts[i] != NULL; i++)
        if (strcmp(parts[i], "*") != 0)
            return NULL;
    return g_strdup_printf("%u.%u.%u.%u/%u", (guint)octets[0], (guint)octets[1], (guint)octets[2],
                           (guint)octets[3], 8 * n);
}

static gboolean
is_exception(const char *word)
{
    for (const char *c = word; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && strchr("-._:%*/[]", *c) == NULL)
            return FALSE;
    return *word != '\0' && strlen(word) <= MAX_HOST;
}

static void
add_exception(GPtrArray *list, const char *word)
{
    for (guint i = 0; i < list->len; i++)
        if (g_str_equal(list->pdata[i], word))
            return;
    if (list->len < MAX_EXCEPTIONS)
        g_ptr_array_add(list, g_strdup(word));
}

/* This computer is always left out: no proxy in the VPN can reach it. */
static char **
exceptions_of(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, ";, ", -1);
    GPtrArray *list = g_ptr_array_new();

    for (guint i = 0; words[i] != NULL; i++) {
        const char *scheme = strstr(words[i], "://"), *word = scheme ? scheme + 3 : words[i];
        g_autofree char *network = network_of(word);

        if (network != NULL || is_exception(word))
            add_exception(list, network != NULL ? network : word);
        else if (g_ascii_strcasecmp(word, "<local>") == 0)
            add_exception(list, "<local>");
    }
    add_exception(list, "localhost");
    add_exception(list, "127.0.0.0/8");
    add_exception(list, "::1");
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

/* --- all of it --- */

/* Not of this computer's files: a profile does not choose among them. */
static gboolean
is_script(const char *url)
{
    g_autofree char *scheme = g_uri_parse_scheme(url);

    return strlen(url) <= MAX_URL && g_uri_is_valid(url, G_URI_FLAGS_NONE, NULL) &&
           scheme != NULL && (g_str_equal(scheme, "http") || g_str_equal(scheme, "https"));
}

gboolean
web_proxy_of(const Profile *p, struct web_proxy *ret)
{
    struct web_proxy w = {0};

    if (is_script(p->web_proxy_script)) {
        w.mode = WEB_PROXY_SCRIPT;
        w.script = g_strdup(p->web_proxy_script);
    } else if (*p->web_proxy_pac != '\0') {
        w.mode = WEB_PROXY_SCRIPT;
        w.script_text = g_strdup(p->web_proxy_pac);
    } else if (take_servers(p->web_proxy, &w)) {
        w.mode = WEB_PROXY_SERVERS;
    } else if (p->web_proxy_detect) {
        w.mode = WEB_PROXY_SEARCH;
    }
    w.except = exceptions_of(p->web_proxy_except);
    *ret = w;
    if (w.mode == WEB_PROXY_NONE)
        web_proxy_clear(ret);
    return w.mode != WEB_PROXY_NONE;
}

static char *
servers_text(const struct web_proxy *w, const char *except)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *first = NULL;

    for (gsize i = 0; i < WEB_PROXY_KINDS; i++) {
        const char *host = w->servers[i].host;
        g_autofree char *one =
            host == NULL ? NULL
                         : g_strdup_printf(strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
                                           w->servers[i].port);

        if (one == NULL || (first != NULL && strstr(text->str, one) != NULL))
            continue;
        g_string_append_printf(text, "%s%s", first == NULL ? "" : " ", one);
        first = text->str;
    }
    if (*except == '\0')
        return g_string_free(g_steal_pointer(&text), FALSE);
    /* Translators: a proxy server, and the hosts that are reached without it */
    return g_strdup_printf(_("%s (not for: %s)"), text->str, except);
}

char *
web_proxy_text(const Profile *p)
{
    struct web_proxy w;
    g_autofree char *text = NULL;

    if (!web_proxy_of(p, &w))
        return NULL;
    text = w.mode == WEB_PROXY_SEARCH    ? g_strdup(_("programs look for one themselves"))
           : w.mode == WEB_PROXY_SERVERS ? servers_text(&w, p->web_proxy_except)
           : w.script != NULL            ? g_strdup_printf(_("as the script %s says"), w.script)
                                         : g_strdup(_("as a script in the profile says"));
    web_proxy_clear(&w);

    const gsize n = strlen(text);
    char *shown = g_malloc(n + 1);
    ras_printable(shown, n + 1, text, n);
    return shown;
}
