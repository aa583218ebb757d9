/* cmak-write.c - see cmak-write.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-write.h"

#include "cmak-own.h"
#include "cmak-parts.h"
#include "cmak.h"
#include "package.h"
#include "profile-fields.h"
#include "profile-filter.h"
#include "profile-update.h"
#include "text-decode.h"

#include <string.h>

struct writer {
    const Profile *p;
    GHashTable *files, *kept;
    char *svc;            /* the profile's file name */
    char *dun, *isp;      /* names of the network entries */
    char *proxy;          /* the file of the cmproxy action, or NULL */
    const char *list;     /* the file that the servers came from, or NULL */
    GString *out;         /* the file that is being written */
    GHashTable *sections; /* folded names of those that it has */
    guint codepage;       /* in which the files are read: the .inf tells */
};

/* "My VPN!" -> "MyVPN": eight letters or digits, as the wizard wants it. */
static char *
short_name(const Profile *p)
{
    g_autofree char *ascii = g_str_to_ascii(*p->short_name != '\0' ? p->short_name : p->name, "C");
    GString *name = g_string_new(NULL);

    for (const char *c = ascii; *c != '\0' && (name->len < 8 || *p->short_name != '\0'); c++)
        if (g_ascii_isalnum(*c) || *c == '_' || *c == '-')
            g_string_append_c(name, *c);
    if (name->len == 0 || package_is_device(name->str))
        g_string_append(name, "VPN");
    return g_string_free(name, FALSE);
}

static void
begin(struct writer *w)
{
    w->out = g_string_new(NULL);
    w->sections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* NULL: the code page does not hold it so that it is read as it was. */
static char *
ansi_of(const struct writer *w, gsize *ret_n)
{
    g_autofree char *charset = g_strdup_printf("CP%u", w->codepage), *encoding = NULL;
    g_autofree char *ansi =
        g_convert(w->out->str, (gssize)w->out->len, charset, "UTF-8", NULL, ret_n, NULL);
    g_autofree char *back = ansi == NULL ? NULL : text_decode(ansi, *ret_n, w->codepage, &encoding);

    return g_strcmp0(back, w->out->str) == 0 ? g_steal_pointer(&ansi) : NULL;
}

static void
end_as(struct writer *w, char *name) /* takes it */
{
    gsize n = 0;
    char *ansi = ansi_of(w, &n);

    if (ansi == NULL) {
        g_string_prepend(w->out, "\xef\xbb\xbf"); /* becomes the mark of UTF-16 */
        ansi = g_convert(w->out->str, (gssize)w->out->len, "UTF-16LE", "UTF-8", NULL, &n, NULL);
    }
    g_hash_table_insert(w->files, name, g_bytes_new_take(ansi, n));
    g_string_free(w->out, TRUE);
    g_hash_table_unref(w->sections);
}

static void
end(struct writer *w, const char *suffix)
{
    end_as(w, g_strconcat(w->svc, suffix, NULL));
}

static void
section(struct writer *w, const char *name)
{
    g_string_append_printf(w->out, "%s[%s]\r\n", w->out->len > 0 ? "\r\n" : "", name);
    g_hash_table_add(w->sections, g_utf8_casefold(name, -1));
}

/* Quotes, where the reader would take spaces or quotes of the value's own away. */
static void
pair(struct writer *w, const char *key, const char *value)
{
    const gsize n = strlen(value);
    const gboolean quoted = n > 0 && (*value == ' ' || value[n - 1] == ' ' || *value == '"' ||
                                      *value == '\'' || *value == ';');

    g_string_append_printf(w->out, "%s%s", key, *key == '\0' ? "" : "=");
    if (quoted)
        g_string_append_c(w->out, '"');
    for (const char *c = value; *c != '\0'; c++) {
        g_string_append_c(w->out, *c);
        if (quoted && *c == '"')
            g_string_append_c(w->out, '"');
    }
    g_string_append(w->out, quoted ? "\"\r\n" : "\r\n");
}

/* A value that is the default is written only where a file said it. */
static gboolean
worth_writing(const struct profile_field *f, const Profile *p)
{
    g_autofree char *name = field_name(f);

    if (profile_origin(p, name) != NULL)
        return TRUE;
    return f->type == FIELD_TEXT ? **field_text(f, (Profile *)p) != '\0'
                                 : field_number(f, p) != f->fallback;
}

/* What a .cmp said of the numbers to dial, in the words that it used; NULL: it did not. */
static const char *
key_of_number(const struct profile_field *f, const Profile *p)
{
    g_autofree char *name = field_name(f);
    const struct profile_origin *o = f->scope == SCOPE_OWN ? profile_origin(p, name) : NULL;

    if (o == NULL || !cmak_own_field(f) || !g_str_equal(o->section, "Connection Manager") ||
        g_str_equal(f->key, "Kind"))
        return NULL;
    return o->key;
}

static void
put_numbers_dialed(struct writer *w)
{
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        const char *key = key_of_number(f, w->p);
        g_autofree char *value = field_value(f, w->p);

        if (key != NULL)
            pair(w, key, value);
    }
}

/* A proxy file says the same, and Windows reads that; but for which programs it is. */
static gboolean
in_own_section(const struct writer *w, const struct profile_field *f)
{
    return cmak_own_field(f) && key_of_number(f, w->p) == NULL &&
           (w->proxy == NULL || !g_str_has_prefix(f->key, "WebProxy") ||
            g_str_equal(f->key, "WebProxyBrowserOnly"));
}

static void
put_scope(struct writer *w, enum field_scope scope)
{
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];

        if (scope == SCOPE_CM && g_str_equal(f->key, "TunnelDUN")) {
            pair(w, f->key, w->dun);
            continue;
        }
        if (f->scope != scope || !worth_writing(f, w->p) ||
            (scope == SCOPE_OWN && !in_own_section(w, f)))
            continue;
        g_autofree char *value = field_value(f, w->p);
        pair(w, f->key, value);
    }
}

static gboolean
has_scope(const struct writer *w, enum field_scope scope)
{
    for (guint i = 0; i < profile_n_fields; i++)
        if (profile_fields[i].scope == scope && worth_writing(&profile_fields[i], w->p))
            return TRUE;
    return FALSE;
}

/* The proxy file and the list of servers may have any name. */
static gboolean
is_of_file(const struct writer *w, const struct profile_other *o, const char *suffix)
{
    g_autofree char *file = g_ascii_strdown(o->file, -1);
    const gboolean of_proxy = w->proxy != NULL && g_ascii_strcasecmp(o->file, w->proxy) == 0;

    if (of_proxy || suffix == w->proxy)
        return of_proxy && suffix == w->proxy;
    if (g_str_equal(suffix, ".txt"))
        return w->list != NULL && g_str_equal(o->file, w->list);
    return g_str_has_suffix(file, suffix);
}

/* What had no meaning here, in the section and in the kind of file that it came from. */
static void
put_others(struct writer *w, const char *suffix, const char *only)
{
    g_autofree char *folded = only == NULL ? NULL : g_utf8_casefold(only, -1);

    for (guint i = 0; i < w->p->others->len; i++) {
        const struct profile_other *o = w->p->others->pdata[i];
        g_autofree char *name = g_utf8_casefold(o->section, -1);

        if (!is_of_file(w, o, suffix))
            continue;
        if (only != NULL ? !g_str_equal(name, folded) : g_hash_table_contains(w->sections, name))
            continue;
        if (only == NULL) {
            section(w, o->section);
            put_others(w, suffix, o->section);
        } else {
            pair(w, o->key, o->value);
        }
    }
}

static void
put_section(struct writer *w, const char *name, enum field_scope scope, const char *suffix)
{
    section(w, name);
    put_scope(w, scope);
    put_others(w, suffix, name);
}

/* The phone book, and how its numbers are sorted. */
static void
put_numbers(struct writer *w)
{
    g_autoptr(GPtrArray) settings = profile_filter_settings(w->p);
    const struct profile_setting *last = NULL;

    section(w, "ISP");
    put_scope(w, SCOPE_ISP);
    for (guint i = 0; i < settings->len; i++) {
        const struct profile_setting *s = settings->pdata[i];
        if (g_str_equal(s->section, "ISP"))
            pair(w, s->key, s->value);
    }
    put_others(w, ".cms", "ISP");
    for (guint i = 0; i < settings->len; i++) {
        const struct profile_setting *s = settings->pdata[i];
        if (g_str_equal(s->section, "ISP"))
            continue;
        if (last == NULL)
            section(w, s->section);
        pair(w, s->key, s->value);
        last = s;
    }
    if (last != NULL)
        put_others(w, ".cms", last->section);
}

static void
put_entry(struct writer *w, const char *entry, enum field_scope server)
{
    for (guint i = 0; i < 4; i++) {
        const enum field_scope scope = server + i;

        if (field_section(scope) == field_section(SCOPE_SCRIPTING) && !has_scope(w, scope))
            continue;
        g_autofree char *name = g_strconcat(field_section(scope), "&", entry, NULL);

        put_section(w, name, scope, ".cms");
    }
}

static gboolean
is_action(const struct profile_action *a)
{
    return !g_str_has_prefix(a->event, "Custom") && !g_str_has_suffix(a->event, "Section");
}

/* Its own, which other keys of it begin with; else the next number that is free. */
static const char *
action_key(const struct profile_action *a, GHashTable *taken)
{
    char *key = g_strdup(a->key);

    for (guint n = 0; *key == '\0' || g_hash_table_contains(taken, key); n++) {
        g_free(key);
        key = g_strdup_printf("%u", n);
    }
    g_hash_table_add(taken, key);
    return key;
}

static void
put_actions(struct writer *w)
{
    for (guint i = 0; i < w->p->actions->len; i++) {
        const struct profile_action *a = w->p->actions->pdata[i];
        g_autofree char *folded = g_utf8_casefold(a->event, -1);
        g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        if (!is_action(a) || g_hash_table_contains(w->sections, folded))
            continue;
        section(w, a->event);
        for (guint j = i; j < w->p->actions->len; j++) {
            const struct profile_action *b = w->p->actions->pdata[j];

            if (g_ascii_strcasecmp(b->event, a->event) != 0)
                continue;
            const char *key = action_key(b, taken);
            g_autofree char *described = g_strconcat(key, "&Description", NULL);
            pair(w, key, b->command);
            if (*b->description != '\0')
                pair(w, described, b->description);
        }
        put_others(w, ".cms", a->event);
    }
}

static const struct profile_server *
server_at(const Profile *p, guint i)
{
    return p->servers->pdata[i];
}

static void
put_text(struct writer *w, const char *key, char *value) /* takes it */
{
    if (*value != '\0')
        pair(w, key, value);
    g_free(value);
}

/* The routes are in a file that an action of the profile names, as Windows has it. */
static gboolean
has_route_action(const struct writer *w)
{
    for (guint i = 0; i < w->p->actions->len; i++) {
        const struct profile_action *a = w->p->actions->pdata[i];
        g_autofree char *file = cmak_route_file(a->command);
        if (a->replaced && file != NULL)
            return TRUE;
    }
    return FALSE;
}

/* Of none of the files of such a profile. The .inf is kept as it is. */
static gboolean
is_foreign(const struct writer *w, const struct profile_other *o)
{
    static const char *const suffixes[] = {".cms", ".cmp", ".txt"};
    g_autofree char *file = g_ascii_strdown(o->file, -1);

    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (is_of_file(w, o, suffixes[i]))
            return FALSE;
    return !g_str_has_suffix(file, ".inf") && (w->proxy == NULL || !is_of_file(w, o, w->proxy));
}

/* As many as leave a file that is not too large to be read. */
static void
put_foreign(struct writer *w)
{
    gsize room = INI_MAX_FILE / 4;
    guint n = 0;

    for (guint i = 0; i < w->p->others->len; i++) {
        const struct profile_other *o = w->p->others->pdata[i];
        if (!is_foreign(w, o))
            continue;
        g_autofree char *key = g_strdup_printf(CMAK_OWN_OTHER "%u", n), *text = cmak_own_other(o);
        const gsize length = strlen(key) + strlen(text) + 8; /* with quotes, and the line's end */
        if (length > INI_MAX_LINE || length > room)
            continue;
        pair(w, key, text);
        room -= length;
        n++;
    }
}

static void
put_own(struct writer *w)
{
    section(w, CMAK_OWN_SECTION);
    put_scope(w, SCOPE_OWN);
    if (*w->p->ca_pem != '\0')
        put_text(w, "CertificateAuthorities", g_strconcat(w->svc, "-ca.pem", NULL));
    if (*w->p->web_proxy_pac != '\0')
        put_text(w, CMAK_OWN_PAC, g_strconcat(w->svc, "-proxy.pac", NULL));
    put_text(w, "Routes", cmak_own_routes(w->p, has_route_action(w)));
    put_text(w, "DnsSearch", cmak_own_search(w->p));
    put_text(w, "DnsRules", cmak_own_rules(w->p));
    put_others(w, ".cms", CMAK_OWN_SECTION);
    put_foreign(w);
}

/* Servers that were fetched since do not tell; where to fetch them from does. */
static const char *
list_name(const Profile *p)
{
    const struct profile_origin *url = profile_origin(p, "Dialtone/ServerListURL");

    if (url != NULL)
        return url->file;
    for (guint i = 0; i < p->servers->len; i++) {
        g_autofree char *name = g_strconcat("Server/", server_at(p, i)->address, NULL);
        const struct profile_origin *o = profile_origin(p, name);
        if (o != NULL && g_ascii_strcasecmp(o->section, "VPN Servers") == 0)
            return o->file;
    }
    return NULL;
}

/* A file with the servers to choose from; a list of one may have a message, or be updated. */
static gboolean
has_list(const Profile *p)
{
    return p->servers->len > 1 || (p->servers->len == 1 &&
                                   (*server_at(p, 0)->label != '\0' || *p->server_message != '\0' ||
                                    *p->server_list_url != '\0' || list_name(p) != NULL));
}

static void
put_cms(struct writer *w)
{
    g_autofree char *list = g_strconcat(w->svc, ".txt", NULL);

    begin(w);
    section(w, "Profile Format");
    pair(w, "Version", "4");
    section(w, "Connection Manager");
    put_scope(w, SCOPE_CM);
    if (has_list(w->p))
        pair(w, "TunnelFile", list);
    else if (w->p->servers->len == 1)
        pair(w, "TunnelAddress", server_at(w->p, 0)->address);
    put_others(w, ".cms", "Connection Manager");
    put_numbers(w);
    put_entry(w, w->dun, SCOPE_SERVER);
    if (*w->isp != '\0' && g_ascii_strcasecmp(w->isp, w->dun) != 0)
        put_entry(w, w->isp, SCOPE_ISP_SERVER);
    put_actions(w);
    put_own(w);
    put_others(w, ".cms", NULL);
    end(w, ".cms");
}

static void
put_cmp(struct writer *w)
{
    g_autofree char *cms = g_strconcat(w->svc, ".cms", NULL);

    begin(w);
    section(w, "Profile Format");
    pair(w, "Version", "4");
    section(w, "Connection Manager");
    pair(w, "CMSFile", cms);
    put_scope(w, SCOPE_USER);
    put_numbers_dialed(w);
    if (has_list(w->p) && w->p->server < w->p->servers->len)
        pair(w, "TunnelAddress", server_at(w->p, w->p->server)->address);
    put_others(w, ".cmp", "Connection Manager");
    if (has_scope(w, SCOPE_LOGGING))
        put_section(w, "Logging", SCOPE_LOGGING, ".cmp");
    put_others(w, ".cmp", NULL);
    end(w, ".cmp");
}

static void
put_server_list(struct writer *w)
{
    const Profile *p = w->p;

    if (!has_list(p))
        return;
    begin(w);
    section(w, "Settings");
    if (p->server < p->servers->len) {
        const struct profile_server *s = server_at(p, p->server);
        g_autofree char *key = cmak_server_key(s->label, s->address);
        pair(w, "default", key);
    }
    if (*p->server_message != '\0')
        pair(w, "Message", p->server_message);
    if (*p->server_list_url != '\0')
        pair(w, "UpdateURL", p->server_list_url);
    put_others(w, ".txt", "Settings");
    section(w, "VPN Servers");
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = server_at(p, i);
        g_autofree char *key = cmak_server_key(s->label, s->address);
        pair(w, key, s->address);
    }
    put_others(w, ".txt", "VPN Servers");
    put_others(w, ".txt", NULL);
    end(w, ".txt");
}

static void
put_proxy_part(struct writer *w, const char *name, const char *flag, gboolean on)
{
    section(w, name);
    if (on)
        pair(w, flag, "1");
    put_others(w, w->proxy, name);
}

static void
put_proxy(struct writer *w)
{
    const Profile *p = w->p;
    const gboolean by_hand = *p->web_proxy != '\0' || *p->web_proxy_except != '\0';

    if (w->proxy == NULL)
        return;
    begin(w);
    put_proxy_part(w, "Automatic Proxy", "AutoConfigScriptEnable", *p->web_proxy_script != '\0');
    if (*p->web_proxy_script != '\0')
        pair(w, "AutoConfigScript", p->web_proxy_script);
    if (p->web_proxy_detect || profile_origin(p, "Dialtone/WebProxyDetect") != NULL)
        pair(w, "AutoProxyEnable", p->web_proxy_detect ? "1" : "0");
    put_proxy_part(w, "Manual Proxy", "ProxyEnable", by_hand);
    if (*p->web_proxy != '\0')
        pair(w, "ProxyServer", p->web_proxy);
    if (*p->web_proxy_except != '\0')
        pair(w, "ProxyOverride", p->web_proxy_except);
    put_others(w, w->proxy, NULL);
    end_as(w, g_strdup(w->proxy));
}

/* Its name alone: packages are flat. */
static char *
proxy_name(const Profile *p)
{
    for (guint i = 0; i < p->actions->len; i++) {
        g_autofree char *file = cmak_proxy_file(p->actions->pdata[i]);
        if (file != NULL && *file != '\0')
            return g_path_get_basename(g_strdelimit(file, "\\", '/'));
    }
    return NULL;
}

/* What Windows needs to install it; the wizard's own is better, where there is one. */
static void
put_inf(struct writer *w)
{
    begin(w);
    section(w, "version");
    g_string_append(w->out, "Signature=$chicago$\r\nAdvancedINF=2.5\r\n");
    section(w, "DefaultInstall");
    g_string_append(w->out, "CopyFiles=Xnstall.CopyFiles, Xnstall.CopyFiles.ICM\r\n");
    section(w, "Xnstall.CopyFiles.ICM");
    g_string_append_printf(w->out, "%s.cmp\r\n", w->svc);
    section(w, "Xnstall.CopyFiles");
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(w->files), (GCompareFunc)strcmp);
    for (const GList *name = names; name != NULL; name = name->next)
        if (!g_str_has_suffix(name->data, ".cmp"))
            g_string_append_printf(w->out, "%s\r\n", (const char *)name->data);
    g_string_append_printf(w->out, "%s.inf\r\n", w->svc);
    section(w, "SourceDisksNames");
    g_string_append(w->out, "1=%ServiceName%,,,\r\n");
    section(w, "Strings");
    g_string_append_printf(w->out,
                           "ServiceName=\"%s\"\r\nShortSvcName=\"%s\"\r\nDisplayLCID=1033\r\n",
                           w->p->name, w->svc); /* whose code page is 1252 */
    section(w, "CMAK Status");
    g_string_append_printf(w->out, "InfVersion=4\r\nIncludeCMCode=0\r\nLicenseFile=%s\r\n",
                           w->p->licence_file);
    end(w, ".inf");
}

/* Of IPv4; the syntax of cmroute knows no other. */
static char *
route_lines(const Profile *p)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < p->routes->len; i++) {
        struct net_route route;
        char net[16], mask[16];

        if (!net_route_parse(p->routes->pdata[i], &route) || route.family != 4)
            continue;
        const guint32 bits = route.prefix == 0 ? 0 : ~UINT32_C(0) << (32 - route.prefix);
        const guint32 address = (guint32)route.address[0] << 24 | (guint32)route.address[1] << 16 |
                                (guint32)route.address[2] << 8 | route.address[3];
        net_ip4_text(address, net);
        net_ip4_text(bits, mask);
        g_string_append_printf(text, "ADD %s MASK %s default METRIC default IF default\r\n", net,
                               mask);
    }
    return g_string_free(text, FALSE);
}

/* What has several lines: a file by itself. */
static void
put_text_file(struct writer *w, const char *suffix, const char *text)
{
    if (*text != '\0')
        g_hash_table_insert(w->files, g_strconcat(w->svc, suffix, NULL),
                            g_bytes_new(text, strlen(text)));
}

static void
put_route_files(struct writer *w)
{
    for (guint i = 0; i < w->p->actions->len; i++) {
        const struct profile_action *a = w->p->actions->pdata[i];
        g_autofree char *file = cmak_route_file(a->command);

        if (!a->replaced || file == NULL)
            continue;
        g_strdelimit(file, "\\", '/');
        char *lines = route_lines(w->p), *name = g_path_get_basename(file);
        g_hash_table_insert(w->files, name, g_bytes_new_take(lines, strlen(lines)));
    }
}

static gboolean
keep(struct writer *w, const char *name)
{
    GBytes *bytes = *name == '\0' || w->kept == NULL ? NULL : g_hash_table_lookup(w->kept, name);

    if (bytes != NULL)
        g_hash_table_insert(w->files, g_strdup(name), g_bytes_ref(bytes));
    return bytes != NULL;
}

/* Windows makes nothing of letter case, and neither does who packs its files. NULL: none. */
static const char *
kept_inf(const struct writer *w)
{
    g_autofree char *name = g_strconcat(w->svc, ".inf", NULL);
    GHashTableIter iter;
    gpointer key;

    if (w->kept == NULL)
        return NULL;
    if (g_hash_table_lookup_extended(w->kept, name, &key, NULL))
        return key;
    g_hash_table_iter_init(&iter, w->kept);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (g_ascii_strcasecmp(key, name) == 0)
            return key;
    return NULL;
}

static void
keep_merged(struct writer *w)
{
    g_auto(GStrv) names = g_strsplit(w->p->merged_files, "/", -1);

    for (guint i = 0; names[i] != NULL; i++)
        keep(w, names[i]);
}

GHashTable *
cmak_write(const Profile *whole, GHashTable *kept)
{
    g_autoptr(Profile) p = profile_copy(whole);
    struct writer w = {.p = p, .kept = kept, .svc = short_name(p)};
    const char *const pictures[] = {p->logo,         p->icon,      p->small_icon,
                                    p->tray_icon,    p->help_file, p->pb_logo,
                                    p->licence_file, p->pb_file,   p->region_file};
    const char *inf = kept_inf(&w);
    GBytes *of = inf == NULL ? NULL : g_hash_table_lookup(kept, inf);
    const guint told = of == NULL ? 0 : cmak_codepage(of);

    profile_update_forget_routes(p);
    w.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    w.dun = g_strdup(*p->dun_name != '\0' ? p->dun_name : p->name);
    w.isp = g_strdup(p->isp_name);
    w.proxy = proxy_name(p);
    w.list = list_name(p);
    w.codepage = told != 0 ? told : 1252;
    for (gsize i = 0; i < G_N_ELEMENTS(pictures); i++)
        keep(&w, pictures[i]);
    keep_merged(&w);
    put_cms(&w);
    put_cmp(&w);
    put_server_list(&w);
    put_route_files(&w);
    put_text_file(&w, "-ca.pem", p->ca_pem);
    put_text_file(&w, "-proxy.pac", p->web_proxy_pac);
    put_proxy(&w);
    if (inf == NULL || !keep(&w, inf))
        put_inf(&w);
    g_free(w.svc);
    g_free(w.dun);
    g_free(w.isp);
    g_free(w.proxy);
    return w.files;
}
