/* profile-update.c - see profile-update.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-update.h"

#include "cmak-parts.h"
#include "profile-fields.h"
#include "profile-plan.h"
#include "profile-update-book.h"
#include "ras.h"
#include "text-decode.h"

#include <glib/gi18n-lib.h>

#include <stdarg.h>
#include <string.h>

enum { MAX_URL = 2048, MAX_QUERY = 1024 }; /* a Phone Book Service reads no more of a query */

/* --- what there is --- */

static void
want_free(gpointer data)
{
    struct profile_update_want *w = data;

    g_free(w->from);
    g_free(w->url);
    g_free(w->problem);
    g_free(w);
}

static gboolean
is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~' || *text == '\\')
            return FALSE;
    return TRUE;
}

/* An address that gives away a password, or could mean two things, is none. */
static GUri *
parse_url(const char *text)
{
    g_autoptr(GUri) uri = strlen(text) <= MAX_URL && is_plain(text)
                              ? g_uri_parse(text, G_URI_FLAGS_ENCODED, NULL)
                              : NULL;
    const char *host = uri == NULL ? NULL : g_uri_get_host(uri);
    const char *query = uri == NULL ? NULL : g_uri_get_query(uri);

    if (host == NULL || *host == '\0' || g_uri_get_userinfo(uri) != NULL ||
        (query != NULL && strlen(query) > MAX_QUERY) ||
        (!g_str_equal(g_uri_get_scheme(uri), "http") &&
         !g_str_equal(g_uri_get_scheme(uri), "https")))
        return NULL;
    return g_steal_pointer(&uri);
}

static gboolean
ends_in(const char *path, const char *const suffixes[])
{
    const gsize n = strlen(path);

    for (; *suffixes != NULL; suffixes++) {
        const gsize m = strlen(*suffixes);
        if (n >= m && g_ascii_strcasecmp(path + n - m, *suffixes) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The name under which the phone book was published: that of its file. */
static char *
book_name(const Profile *p)
{
    const char *base = profile_update_base_name(p->pb_file);
    const char *dot = strrchr(base, '.');

    if (*base == '\0')
        return g_strdup(p->short_name);
    return g_strndup(base, dot == NULL ? strlen(base) : (gsize)(dot - base));
}

/* Microsoft's Phone Book Service, a program of IIS: an address without a path is that of the
 * server, and one with a query or of a file is meant as it stands. Nothing that is said of this
 * computer tells it from another. */
static char *
book_query(const Profile *p, GUri *uri)
{
    static const char *const files[] = {".pbk", ".cab", ".exe", NULL};

    if (g_uri_get_query(uri) != NULL || ends_in(g_uri_get_path(uri), files))
        return NULL;
    g_autofree char *name = book_name(p), *escaped = g_uri_escape_string(name, NULL, FALSE);
    return g_strdup_printf("OSArch=0&OSType=2&OSVer=10.0&CMVer=7.2&LCID=1033&PBVer=0&PB=%s",
                           escaped);
}

static char *
url_of(const Profile *p, enum profile_update_kind kind, const char *from)
{
    g_autoptr(GUri) uri = parse_url(from);
    g_autofree char *asked = uri != NULL && kind == PROFILE_UPDATE_BOOK ? book_query(p, uri) : NULL;

    if (uri == NULL || (asked != NULL && strlen(asked) > MAX_QUERY))
        return NULL;
    const char *path = g_uri_get_path(uri);
    const gboolean bare = *path == '\0' || g_str_equal(path, "/");
    const char *full = asked != NULL && bare ? "/pbserver/pbserver.dll" : bare ? "/" : path;
    return g_uri_join(G_URI_FLAGS_ENCODED, g_uri_get_scheme(uri), NULL, g_uri_get_host(uri),
                      g_uri_get_port(uri), full, asked != NULL ? asked : g_uri_get_query(uri),
                      NULL);
}

static void
add_want(GPtrArray *wants, const Profile *p, enum profile_update_kind kind, const char *from)
{
    g_autofree char *shown = g_malloc(strlen(from) + 1);

    ras_printable(shown, strlen(from) + 1, from, strlen(from));
    for (guint i = 0; i < wants->len; i++) {
        const struct profile_update_want *w = wants->pdata[i];
        if (w->kind == kind && g_str_equal(w->from, shown))
            return;
    }
    if (*from == '\0' || wants->len == PROFILE_UPDATE_MAX_WANTS)
        return;
    struct profile_update_want *w = g_new0(struct profile_update_want, 1);
    w->kind = kind;
    w->url = url_of(p, kind, from);
    if (w->url == NULL)
        w->problem = g_strdup_printf(
            _("“%s” is not an address that updates can come from: it begins with http:// or "
              "https://, and has no password in it."),
            shown);
    w->from = g_steal_pointer(&shown);
    g_ptr_array_add(wants, w);
}

GPtrArray *
profile_update_wants(const Profile *p)
{
    GPtrArray *wants = g_ptr_array_new_with_free_func(want_free);

    add_want(wants, p, PROFILE_UPDATE_SERVERS, p->server_list_url);
    add_want(wants, p, PROFILE_UPDATE_BOOK, p->pb_url);
    for (guint i = 0; i < p->actions->len; i++) {
        const struct profile_action *a = p->actions->pdata[i];
        g_autofree char *url = cmak_route_url(a->command);
        if (url != NULL)
            add_want(wants, p, PROFILE_UPDATE_ROUTES, url);
    }
    return wants;
}

const char *
profile_update_kind_name(enum profile_update_kind kind)
{
    static const char *const names[] = {[PROFILE_UPDATE_SERVERS] = "servers",
                                        [PROFILE_UPDATE_BOOK] = "phone-book",
                                        [PROFILE_UPDATE_ROUTES] = "routes"};

    return names[kind];
}

/* --- whether --- */

gboolean
profile_update_automatic(const Profile *p)
{
    return p->update_lists && !p->system;
}

static gboolean
is_encrypted(const struct profile_update_want *want)
{
    return g_str_has_prefix(want->url, "https:");
}

gboolean
profile_update_allowed(const struct profile_update_want *want, const char *device,
                       const char **ret_device, GError **error)
{
    *ret_device = NULL;
    if (want->problem != NULL) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, want->problem);
        return FALSE;
    }
    if (is_encrypted(want))
        return TRUE;
    if (device != NULL && *device != '\0') {
        *ret_device = device;
        return TRUE;
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                _("Anyone on the way could change what comes from %s. Connect first: it is only "
                  "fetched through the connection."),
                want->from);
    return FALSE;
}

/* --- lists --- */

G_GNUC_PRINTF(2, 3)
static enum profile_update_result
refuse(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, text);
    return PROFILE_UPDATE_REFUSED;
}

/* The code page that the profile's own files were read with; 0: not known. */
static guint
codepage_of(const Profile *p)
{
    guint64 n = 0;

    if (g_str_has_prefix(p->encoding, "CP"))
        g_ascii_string_to_unsigned(p->encoding + 2, 10, 0, G_MAXUINT16, &n, NULL);
    return (guint)n;
}

static guint
find_server(const Profile *p, const char *address)
{
    for (guint i = 0; i < p->servers->len; i++)
        if (g_ascii_strcasecmp(((struct profile_server *)p->servers->pdata[i])->address, address) ==
            0)
            return i;
    return p->servers->len;
}

/* As one line, so that two lists are the same when these are. */
static char *
list_text(const Profile *p)
{
    GString *text = g_string_new(p->server_message);

    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        g_string_append_printf(text, "\n%s\t%s", s->label, s->address);
    }
    return g_string_free(text, FALSE);
}

static char *
server_origin(const struct profile_server *s)
{
    return g_strconcat("Server/", s->address, NULL);
}

/* What the user has typed in stays, behind what the list has. FALSE: there is no room for it. */
static gboolean
keep_typed(Profile *fresh, const Profile *p)
{
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        g_autofree char *origin = server_origin(s);

        if (profile_origin(p, origin) != NULL ||
            find_server(fresh, s->address) < fresh->servers->len)
            continue;
        if (fresh->servers->len == PROFILE_MAX_SERVERS)
            return FALSE;
        profile_add_server(fresh, s->label, s->address);
    }
    return TRUE;
}

/* What is chosen stays chosen, as long as it is there. */
static void
choose(Profile *p, const Profile *fresh)
{
    const struct profile_server *old =
        p->server < p->servers->len ? p->servers->pdata[p->server] : NULL;
    const guint kept = old == NULL ? fresh->servers->len : find_server(fresh, old->address);

    if (kept < fresh->servers->len) {
        p->server = kept;
        return;
    }
    const struct profile_origin *o = profile_origin(fresh, "Dialtone/Server");
    p->server = fresh->server;
    if (o != NULL)
        field_set_origin(field_find(SCOPE_OWN, "Server"), p, o->file, o->section, o->key);
}

static void
move_origins(Profile *p, const Profile *fresh)
{
    for (guint i = 0; i < p->servers->len; i++) {
        g_autofree char *name = server_origin(p->servers->pdata[i]);
        g_hash_table_remove(p->origins, name);
    }
    for (guint i = 0; i < fresh->servers->len; i++) {
        g_autofree char *name = server_origin(fresh->servers->pdata[i]);
        const struct profile_origin *o = profile_origin(fresh, name);
        if (o != NULL)
            profile_set_origin(p, name, o->file, o->section, o->key, o->value);
    }
}

static enum profile_update_result
put_servers(Profile *p, Profile *fresh, const char *file)
{
    g_autofree char *before = list_text(p), *after = list_text(fresh);

    if (g_str_equal(before, after))
        return PROFILE_UPDATE_SAME;
    choose(p, fresh);
    move_origins(p, fresh);
    g_clear_pointer(&p->servers, g_ptr_array_unref);
    p->servers = g_ptr_array_ref(fresh->servers);
    if (g_strcmp0(p->server_message, fresh->server_message) != 0) {
        profile_set(&p->server_message, fresh->server_message);
        field_set_origin(field_find(SCOPE_OWN, "ServerMessage"), p, file, "Settings", "Message");
    }
    if (!profile_plan_lists_host(p, p->last_server))
        profile_set(&p->last_server, "");
    return PROFILE_UPDATE_CHANGED;
}

/* NULL: not even a list. */
static const struct ini_section *
list_of(const Ini *ini)
{
    const struct ini_section *list = ini == NULL ? NULL : ini_find_section(ini, "VPN Servers");

    return list == NULL || ini_truncated(ini) ? NULL : list;
}

static enum profile_update_result
take_servers(Profile *p, const struct profile_update_want *want, const char *data, gsize n,
             GError **error)
{
    g_autoptr(Ini) ini = ini_parse(data, n, codepage_of(p), NULL);
    const struct ini_section *list = list_of(ini);
    g_autoptr(Profile) fresh = profile_new();
    guint named = 0;

    for (guint i = 0; list != NULL && i < list->entries->len; i++) {
        const struct ini_entry *e = list->entries->pdata[i];
        struct plan_server parsed;

        if (*e->value == '\0')
            continue;
        if (!profile_plan_parse_server(e->value, &parsed, NULL))
            return refuse(error, _("It names “%s” as a server, which is no address of one."),
                          e->value);
        named++;
    }
    if (named == 0)
        return refuse(error, _("It is not a list of VPN servers."));
    if (named > PROFILE_MAX_SERVERS)
        return refuse(error, _("It has more servers than a profile can have (%d)."),
                      PROFILE_MAX_SERVERS);
    cmak_take_servers(fresh, ini, want->from);
    if (!keep_typed(fresh, p))
        return refuse(error, _("It has more servers than a profile can have (%d)."),
                      PROFILE_MAX_SERVERS);
    return put_servers(p, fresh, want->from);
}

/* --- routes --- */

static gboolean
has_text(const GPtrArray *texts, const char *text)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)texts, text, g_str_equal, NULL);
}

static const struct profile_origin *
route_origin(const Profile *p, const char *route)
{
    g_autofree char *name = g_strconcat("Route/", route, NULL);

    return profile_origin(p, name);
}

/* Those of the profile itself, or of another address, then those that came now. NULL: too many. */
static GPtrArray *
merge_routes(const Profile *p, const Profile *fresh, const char *from)
{
    g_autoptr(GPtrArray) routes = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < p->routes->len; i++) {
        const struct profile_origin *o = route_origin(p, p->routes->pdata[i]);
        if (o == NULL || !g_str_equal(o->file, from))
            g_ptr_array_add(routes, g_strdup(p->routes->pdata[i]));
    }
    for (guint i = 0; i < fresh->routes->len; i++)
        if (!has_text(routes, fresh->routes->pdata[i]))
            g_ptr_array_add(routes, g_strdup(fresh->routes->pdata[i]));
    return routes->len > PLAN_MAX_ROUTES ? NULL : g_steal_pointer(&routes);
}

static gboolean
same_texts(const GPtrArray *a, const GPtrArray *b)
{
    for (guint i = 0; i < a->len; i++)
        if (a->len != b->len || !has_text(b, a->pdata[i]))
            return FALSE;
    return a->len == b->len;
}

static void
put_routes(Profile *p, const Profile *fresh, GPtrArray *routes, const char *from)
{
    for (guint i = 0; i < p->routes->len; i++) {
        const struct profile_origin *o = route_origin(p, p->routes->pdata[i]);
        g_autofree char *name = g_strconcat("Route/", (char *)p->routes->pdata[i], NULL);
        if (o != NULL && g_str_equal(o->file, from))
            g_hash_table_remove(p->origins, name);
    }
    for (guint i = 0; i < fresh->routes->len; i++) {
        const struct profile_origin *o = route_origin(fresh, fresh->routes->pdata[i]);
        g_autofree char *name = g_strconcat("Route/", (char *)fresh->routes->pdata[i], NULL);
        if (!has_text(p->routes, fresh->routes->pdata[i]) || profile_origin(p, name) == NULL)
            profile_set_origin(p, name, from, o->section, o->key, o->value);
    }
    g_ptr_array_unref(p->routes);
    p->routes = routes;
}

void
profile_update_forget_routes(Profile *p)
{
    for (guint i = p->routes->len; i-- > 0;) {
        g_autofree char *name = g_strconcat("Route/", (char *)p->routes->pdata[i], NULL);
        const struct profile_origin *o = profile_origin(p, name);
        if (o == NULL || strstr(o->file, "://") == NULL) /* no file is called so */
            continue;
        g_hash_table_remove(p->origins, name);
        g_ptr_array_remove_index(p->routes, i);
    }
}

/* Lines that take a route away, or lead elsewhere, have no meaning here, as in a profile's own
 * file. */
static enum profile_update_result
take_routes(Profile *p, const struct profile_update_want *want, const char *data, gsize n,
            GError **error)
{
    g_autofree char *encoding = NULL;
    g_autofree char *text = text_decode(data, n, codepage_of(p), &encoding);
    g_autoptr(Profile) fresh = profile_new();

    cmak_take_routes(fresh, want->from, text);
    if (fresh->routes->len == 0)
        return refuse(error, _("There is no route in it."));
    const gboolean full = fresh->routes->len == PLAN_MAX_ROUTES && fresh->notes->len > 0;
    g_autoptr(GPtrArray) routes = full ? NULL : merge_routes(p, fresh, want->from);
    if (routes == NULL)
        return refuse(error, _("It has more routes than a connection can have (%d)."),
                      PLAN_MAX_ROUTES);
    if (same_texts(routes, p->routes))
        return PROFILE_UPDATE_SAME;
    put_routes(p, fresh, g_steal_pointer(&routes), want->from);
    return PROFILE_UPDATE_CHANGED;
}

/* --- all --- */

/* The page of a portal, where something else was asked for. */
static gboolean
is_page(const char *data, gsize n)
{
    gsize i = n >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (i < n && g_ascii_isspace(data[i]))
        i++;
    return i < n && data[i] == '<';
}

enum profile_update_result
profile_update_take(Profile *p, const struct profile_update_want *want, GBytes *bytes,
                    GError **error)
{
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);

    if (n == 0)
        return PROFILE_UPDATE_SAME;
    if (is_page(data, n))
        return refuse(error, _("A web page came instead: a network that asks to sign in first "
                               "answers so."));
    if (n > (want->kind == PROFILE_UPDATE_BOOK ? PROFILE_UPDATE_MAX : INI_MAX_FILE))
        return refuse(error, _("It is too large."));
    switch (want->kind) {
    case PROFILE_UPDATE_SERVERS:
        return take_servers(p, want, data, n, error);
    case PROFILE_UPDATE_BOOK:
        return profile_update_take_book(p, want, bytes, error);
    case PROFILE_UPDATE_ROUTES:
        return take_routes(p, want, data, n, error);
    }
    g_assert_not_reached();
}

/* --- in words --- */

static char *
what_from(const struct profile_update_want *w)
{
    switch (w->kind) {
    case PROFILE_UPDATE_SERVERS:
        return g_strdup_printf(_("The list of servers comes from %s."), w->from);
    case PROFILE_UPDATE_BOOK:
        return g_strdup_printf(_("The phone book comes from %s."), w->from);
    case PROFILE_UPDATE_ROUTES:
        return g_strdup_printf(_("Routes for the next call come from %s."), w->from);
    }
    g_assert_not_reached();
}

static char *
sentences(const Profile *p, const struct profile_update_want *w)
{
    g_autofree char *what = what_from(w);
    const char *when = profile_update_automatic(p)
                           ? _("The window fetches it while connected; so does “dialtone update”.")
                           : _("Only “dialtone update” fetches it.");

    if (is_encrypted(w))
        return g_strjoin(" ", what, when, NULL);
    return g_strjoin(" ", what, when,
                     _("Anyone on the way can change it; it is only fetched through the "
                       "connection."),
                     NULL);
}

void
profile_update_warn(const Profile *p, GPtrArray *list)
{
    g_autoptr(GPtrArray) wants = profile_update_wants(p);

    for (guint i = 0; i < wants->len; i++) {
        struct profile_update_want *w = wants->pdata[i];
        g_ptr_array_add(list, w->problem != NULL ? g_steal_pointer(&w->problem) : sentences(p, w));
    }
}
