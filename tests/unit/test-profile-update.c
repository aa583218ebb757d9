/* test-profile-update.c - what a profile takes of a download, and what it does not.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-update.h"

#include "ini.h"
#include "package.h"
#include "profile-file.h"
#include "profile-plan.h"

#include <string.h>

#define LIST_URL   "http://lists.example.test/vpn.txt"
#define ROUTES_URL "https://lists.example.test/routes.txt"
#define BOOK_URL   "http://pbs.example.test"

static void
add_server(Profile *p, const char *label, const char *address)
{
    g_autofree char *origin = g_strconcat("Server/", address, NULL);

    profile_add_server(p, label, address);
    profile_set_origin(p, origin, "vpn.txt", "VPN Servers", label, address);
}

static void
add_route(Profile *p, const char *route)
{
    g_autofree char *origin = g_strconcat("Route/", route, NULL);

    g_ptr_array_add(p->routes, g_strdup(route));
    profile_set_origin(p, origin, "routes.txt", "", "", route);
}

/* Two servers, of which the second is chosen, a route, a book of one number. */
static Profile *
sample(void)
{
    Profile *p = profile_new();

    profile_set(&p->name, "Example");
    add_server(p, "Berlin", "vpn1.example.test");
    add_server(p, "Tokyo", "vpn2.example.test:8443");
    p->server = 1;
    profile_set(&p->server_message, "Choose one.");
    profile_set(&p->server_list_url, LIST_URL);
    profile_set(&p->pb_url, BOOK_URL);
    profile_set(&p->pb_file, "book.pbk");
    p->pb_version = 5;
    g_hash_table_insert(p->files, g_strdup("book.pbk"),
                        g_bytes_new_static("1,49,0,Old,30,1,,,0,0,\n", 23));
    profile_add_action(p, "Connect Actions", "cmroute.dll SetRoutes /UPDATE_URL_PATH " ROUTES_URL,
                       NULL);
    add_route(p, "10.1.0.0/16");
    return p;
}

static const struct profile_update_want *
want_of(const GPtrArray *wants, enum profile_update_kind kind)
{
    for (guint i = 0; i < wants->len; i++)
        if (((struct profile_update_want *)wants->pdata[i])->kind == kind)
            return wants->pdata[i];
    return NULL;
}

static enum profile_update_result
take_bytes(Profile *p, enum profile_update_kind kind, GBytes *bytes, char **ret_why)
{
    g_autoptr(GPtrArray) wants = profile_update_wants(p);
    g_autoptr(GError) error = NULL;
    const enum profile_update_result r =
        profile_update_take(p, want_of(wants, kind), bytes, &error);

    g_assert_cmpint(r == PROFILE_UPDATE_REFUSED, ==, error != NULL);
    if (ret_why != NULL)
        *ret_why = error == NULL ? NULL : g_strdup(error->message);
    return r;
}

static enum profile_update_result
take(Profile *p, enum profile_update_kind kind, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return take_bytes(p, kind, bytes, NULL);
}

/* The stored text with its kept files: all that there is of a profile. */
static char *
all_of(const Profile *p)
{
    g_autoptr(GBytes) text = profile_file_write(p);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(p->files), (GCompareFunc)strcmp);
    gsize n;
    const char *data = g_bytes_get_data(text, &n);
    GString *all = g_string_new_len(data, (gssize)n);

    for (const GList *name = names; name != NULL; name = name->next) {
        data = g_bytes_get_data(g_hash_table_lookup(p->files, name->data), &n);
        g_string_append_printf(all, "\n%s: ", (const char *)name->data);
        g_string_append_len(all, data, (gssize)n);
    }
    return g_string_free(all, FALSE);
}

/* It says why, with @why in it, and changes nothing. */
static void
refused_bytes(enum profile_update_kind kind, GBytes *bytes, const char *why)
{
    g_autoptr(Profile) p = sample();
    g_autofree char *before = all_of(p), *said = NULL;

    g_assert_cmpint(take_bytes(p, kind, bytes, &said), ==, PROFILE_UPDATE_REFUSED);
    g_autofree char *after = all_of(p);
    g_assert_cmpstr(before, ==, after);
    if (strstr(said, why) == NULL)
        g_error("“%s” is not in: %s", why, said);
}

static void
refused(enum profile_update_kind kind, const char *text, const char *why)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    refused_bytes(kind, bytes, why);
}

static void
same(enum profile_update_kind kind, GBytes *bytes)
{
    g_autoptr(Profile) p = sample();
    g_autofree char *before = all_of(p);

    g_assert_cmpint(take_bytes(p, kind, bytes, NULL), ==, PROFILE_UPDATE_SAME);
    g_autofree char *after = all_of(p);
    g_assert_cmpstr(before, ==, after);
}

static const char *
server(const Profile *p, guint i)
{
    return ((struct profile_server *)p->servers->pdata[i])->address;
}

/* --- what there is to fetch --- */

static void
wants(void)
{
    g_autoptr(Profile) p = sample();
    g_autoptr(GPtrArray) all = profile_update_wants(p);

    g_assert_cmpuint(all->len, ==, 3);
    g_assert_cmpstr(want_of(all, PROFILE_UPDATE_SERVERS)->url, ==, LIST_URL);
    g_assert_cmpstr(want_of(all, PROFILE_UPDATE_ROUTES)->url, ==, ROUTES_URL);
    g_autoptr(Profile) none = profile_new();
    g_autoptr(GPtrArray) nothing = profile_update_wants(none);
    g_assert_cmpuint(nothing->len, ==, 0);
    for (int i = 0; i < 100; i++) { /* and no more than so many of one profile */
        g_autofree char *command = g_strdup_printf("cmroute /UPDATE_URL_PATH http://a.test/%d", i);
        profile_add_action(p, "Connect Actions", command, NULL);
        profile_add_action(p, "Connect Actions", command, NULL);
    }
    g_autoptr(GPtrArray) many = profile_update_wants(p);
    g_assert_cmpuint(many->len, ==, PROFILE_UPDATE_MAX_WANTS);
    g_assert_cmpstr(((struct profile_update_want *)many->pdata[4])->url, ==, "http://a.test/1");
}

#define QUERY "OSArch=0&OSType=2&OSVer=10.0&CMVer=7.2&LCID=1033&PBVer=0&PB="

static void
phone_book_service(void)
{
    static const struct {
        const char *from, *file, *url;
    } rows[] = {
        {"http://pbs.test", "book.pbk", "http://pbs.test/pbserver/pbserver.dll?" QUERY "book"},
        {"http://pbs.test:81/", "V\\My book.pbk",
         "http://pbs.test:81/pbserver/pbserver.dll?" QUERY "My%20book"},
        {"https://pbs.test/x/pbserver.dll", "", "https://pbs.test/x/pbserver.dll?" QUERY "SHORT"},
        {"https://[2001:db8::1]/pb", "a&b.pbk", "https://[2001:db8::1]/pb?" QUERY "a%26b"},
        {"https://pbs.test/books/book.pbk", "book.pbk", "https://pbs.test/books/book.pbk"},
        {"https://pbs.test/book.CAB", "book.pbk", "https://pbs.test/book.CAB"},
        {"https://pbs.test/setup.exe", "book.pbk", "https://pbs.test/setup.exe"},
        {"https://pbs.test/get?x=%20y", "book.pbk", "https://pbs.test/get?x=%20y"},
        {"https://pbs.test/#part", "a.pbk", "https://pbs.test/pbserver/pbserver.dll?" QUERY "a"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_new();

        profile_set(&p->pb_url, rows[i].from);
        profile_set(&p->pb_file, rows[i].file);
        profile_set(&p->short_name, "SHORT");
        g_autoptr(GPtrArray) all = profile_update_wants(p);
        g_assert_cmpstr(want_of(all, PROFILE_UPDATE_BOOK)->url, ==, rows[i].url);
        g_assert_null(want_of(all, PROFILE_UPDATE_BOOK)->problem);
    }
}

/* F5: no scheme but the two, no credential, nothing that two readers may read differently. */
static void
addresses_that_are_none(void)
{
    static const char *const rows[] = {"file:///etc/passwd",
                                       "ftp://pbs.test/book.pbk",
                                       "gopher://pbs.test/",
                                       "http://",
                                       "http:///book.pbk",
                                       "//pbs.test/book.pbk",
                                       "pbs.test/book.pbk",
                                       "http://anna@pbs.test/",
                                       "http://anna:secret@pbs.test/",
                                       "http://pbs.test\\@evil.test/",
                                       "http://pbs.test/\\evil.test",
                                       "http://pbs.test/a b",
                                       "http://pbs.test/\x01",
                                       "http://pbs.test/\xc3\xbc",
                                       "http://pbs.test:99999/",
                                       "javascript:alert(1)",
                                       "\\\\server\\share\\vpn.txt"};
    g_autofree char *query = g_strnfill(1025, 'q'), *path = g_strnfill(2049, 'p');
    g_autofree char *long_query = g_strconcat("http://pbs.test/?", query, NULL);
    g_autofree char *long_path = g_strconcat("http://pbs.test/", path, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(rows) + 2; i++) {
        g_autoptr(Profile) p = profile_new();
        g_autoptr(GError) error = NULL;
        const char *device;

        profile_set(&p->server_list_url, i < G_N_ELEMENTS(rows)    ? rows[i]
                                         : i == G_N_ELEMENTS(rows) ? long_query
                                                                   : long_path);
        g_autoptr(GPtrArray) all = profile_update_wants(p);
        g_assert_cmpuint(all->len, ==, 1);
        const struct profile_update_want *w = all->pdata[0];
        g_assert_null(w->url);
        g_assert_nonnull(w->problem);
        g_assert_false(profile_update_allowed(w, "tun0", &device, &error));
        g_assert_cmpstr(error->message, ==, w->problem);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    }
    /* A name that is too long for a Phone Book Service. */
    g_autoptr(Profile) p = profile_new();
    profile_set(&p->pb_url, "http://pbs.test/");
    profile_set(&p->pb_file, query);
    g_autoptr(GPtrArray) all = profile_update_wants(p);
    g_assert_null(((struct profile_update_want *)all->pdata[0])->url);
}

/* --- whether it may be fetched --- */

static void
only_https_or_through_the_tunnel(void)
{
    static const struct {
        const char *url, *device, *bound;
        gboolean allowed;
    } rows[] = {
        {"https://a.test/", NULL, NULL, TRUE}, {"https://a.test/", "dialtone0", NULL, TRUE},
        {"HTTPS://a.test/", NULL, NULL, TRUE}, {"http://a.test/", NULL, NULL, FALSE},
        {"http://a.test/", "", NULL, FALSE},   {"http://a.test/", "dialtone0", "dialtone0", TRUE},
        {"http://https:/", "", NULL, FALSE},   {"HTTP://a.test/", NULL, NULL, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_new();
        g_autoptr(GError) error = NULL;
        const char *device = "?";

        profile_set(&p->server_list_url, rows[i].url);
        g_autoptr(GPtrArray) all = profile_update_wants(p);
        const gboolean ok = profile_update_allowed(all->pdata[0], rows[i].device, &device, &error);
        g_assert_cmpint(ok, ==, rows[i].allowed);
        g_assert_cmpstr(device, ==, rows[i].bound);
        g_assert_true(ok || strstr(error->message, "Connect first") != NULL);
    }
}

static void
not_by_itself_when_the_user_said_so(void)
{
    g_autoptr(Profile) p = sample();

    g_assert_true(profile_update_automatic(p));
    p->update_lists = FALSE;
    g_assert_false(profile_update_automatic(p));
    p->update_lists = TRUE;
    p->system = TRUE; /* a copy would hide what the administrator changes later */
    g_assert_false(profile_update_automatic(p));
}

static gboolean
any_contains(const GPtrArray *list, const char *text)
{
    for (guint i = 0; i < list->len; i++)
        if (strstr(list->pdata[i], text) != NULL)
            return TRUE;
    return FALSE;
}

/* F5: a person reads where updates come from, and what http means. */
static void
warnings(void)
{
    g_autoptr(Profile) p = sample();
    g_autoptr(GPtrArray) list = profile_warnings(p);

    g_assert_true(any_contains(list, "list of servers comes from " LIST_URL ". The window"));
    g_assert_true(any_contains(list, "phone book comes from " BOOK_URL ". "));
    g_assert_true(any_contains(list, "Routes for the next call come from " ROUTES_URL ". "));
    guint on_the_way = 0;
    for (guint i = 0; i < list->len; i++)
        on_the_way += strstr(list->pdata[i], "Anyone on the way can change it") != NULL;
    g_assert_cmpuint(on_the_way, ==, 2);
    p->update_lists = FALSE;
    profile_set(&p->pb_url, "file:///etc/passwd");
    g_autoptr(GPtrArray) off = profile_warnings(p);
    g_assert_true(any_contains(off, LIST_URL ". Only “dialtone update” fetches it."));
    g_assert_true(any_contains(off, "“file:///etc/passwd” is not an address"));
}

/* --- servers --- */

static void
a_list_of_servers(void)
{
    g_autoptr(Profile) p = sample();

    profile_set(&p->last_server, "vpn1.example.test");
    g_assert_cmpint(take(p, PROFILE_UPDATE_SERVERS,
                         "[Settings]\nDefault=Oslo\nMessage=New.\n[VPN Servers]\n"
                         "Oslo=vpn3.example.test\nTokyo=VPN2.example.test:8443\n"
                         "By address=[2001:db8::25]:443\nEmpty=\n"),
                    ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(p->servers->len, ==, 3);
    g_assert_cmpstr(server(p, 0), ==, "vpn3.example.test");
    g_assert_cmpuint(p->server, ==, 1); /* what was chosen is there, and stays chosen */
    g_assert_cmpstr(p->server_message, ==, "New.");
    g_assert_cmpstr(p->last_server, ==, "");
    const struct profile_origin *o = profile_origin(p, "Server/vpn3.example.test");
    g_assert_cmpstr(o->file, ==, LIST_URL);
    g_assert_cmpstr(o->key, ==, "Oslo");
    g_assert_null(profile_origin(p, "Server/vpn1.example.test"));
    g_assert_cmpstr(profile_origin(p, "Dialtone/ServerMessage")->file, ==, LIST_URL);
    g_autoptr(Profile) again = profile_copy(p);
    g_assert_cmpint(take(again, PROFILE_UPDATE_SERVERS, "[VPN Servers]\nOslo=vpn3.example.test\n"),
                    ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(again->servers->len, ==, 1);
    g_assert_cmpuint(again->server, ==, 0);
    g_assert_cmpstr(again->server_message, ==, "");
}

static void
what_was_chosen_is_gone(void)
{
    g_autoptr(Profile) p = sample();

    g_assert_cmpint(take(p, PROFILE_UPDATE_SERVERS,
                         "[Settings]\ndefault=Bonn\n[VPN Servers]\nOslo=a.test\nBonn=b.test\n"),
                    ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(p->server, ==, 1);
    g_assert_cmpstr(profile_origin(p, "Dialtone/Server")->file, ==, LIST_URL);
}

static void
the_same_list(void)
{
    static const char text[] = "[Settings]\ndefault=Berlin\nMessage=Choose one.\n[VPN Servers]\n"
                               "Berlin=vpn1.example.test\nTokyo=vpn2.example.test:8443\n";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));

    same(PROFILE_UPDATE_SERVERS, bytes);
}

/* What somebody has typed is theirs, and not the list's to take away. */
static void
servers_of_the_user_stay(void)
{
    g_autoptr(Profile) p = sample();
    GString *text = g_string_new("[VPN Servers]\n");

    profile_add_server(p, "Mine", "mine.example.test");
    p->server = 2;
    g_assert_cmpint(take(p, PROFILE_UPDATE_SERVERS, "[VPN Servers]\nOslo=a.test\n"), ==,
                    PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(p->servers->len, ==, 2);
    g_assert_cmpstr(server(p, 1), ==, "mine.example.test");
    g_assert_cmpuint(p->server, ==, 1);
    g_assert_null(profile_origin(p, "Server/mine.example.test"));
    for (int i = 0; i < PROFILE_MAX_SERVERS; i++)
        g_string_append_printf(text, "S%d=s%d.test\n", i, i);
    g_autofree char *before = all_of(p);
    g_assert_cmpint(take(p, PROFILE_UPDATE_SERVERS, text->str), ==, PROFILE_UPDATE_REFUSED);
    g_autofree char *after = all_of(p);
    g_assert_cmpstr(before, ==, after);
    g_autoptr(Profile) other = sample(); /* and where there is room, that many are taken */
    g_assert_cmpint(take(other, PROFILE_UPDATE_SERVERS, text->str), ==, PROFILE_UPDATE_CHANGED);
    g_string_append(text, "one=more.test\n");
    refused(PROFILE_UPDATE_SERVERS, text->str, "more servers");
    g_string_free(text, TRUE);
}

/* F5: nothing else of a file that somebody could have changed on the way. */
static void
nothing_but_the_list(void)
{
    g_autoptr(Profile) p = sample(), before = NULL;

    profile_set(&p->pin, "00");
    before = profile_copy(p);
    g_assert_cmpint(
        take(p, PROFILE_UPDATE_SERVERS,
             "[VPN Servers]\nEvil=evil.test\n[Settings]\nUpdateURL=http://evil.test/\n"
             "TunnelAddress=evil.test\nUseWebProxy=1\n[Connection Manager]\nServiceName=Evil\n"
             "TunnelAddress=evil.test\nPBURL=http://evil.test/\n[Dialtone]\nIPsec=0\n"
             "CertificatePin=1\nCertificateName=evil.test\nUpdateLists=0\n[Server&Tunnel]\n"
             "Require_PAP=1\nEncryptionType=0\n[Networking&Tunnel]\nVpnStrategy=1\n"
             "UsePreSharedKey=1\n[Connect Actions]\n0=evil.exe\n[ISP]\nPBURL=http://evil.test/\n"),
        ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(p->servers->len, ==, 1);
    g_assert_cmpstr(p->server_list_url, ==, LIST_URL);
    /* Put the list back: all the rest is as it was. */
    g_ptr_array_unref(p->servers);
    p->servers = g_ptr_array_ref(before->servers);
    p->server = before->server;
    profile_set(&p->server_message, before->server_message);
    g_hash_table_remove_all(p->origins);
    g_hash_table_remove_all(before->origins);
    g_autofree char *a = all_of(p), *b = all_of(before);
    g_assert_cmpstr(a, ==, b);
}

static void
no_list_of_servers(void)
{
    GString *keys = g_string_new("[VPN Servers]\nA=a.test\n[More]\n");
    g_autofree char *blank = g_strnfill(INI_MAX_FILE, ' ');
    g_autofree char *large = g_strconcat("[VPN Servers]\nA=a.test\n", blank, NULL);

    refused(PROFILE_UPDATE_SERVERS, "[VPN Servers]\n", "not a list");
    refused(PROFILE_UPDATE_SERVERS, "[VPN Servers]\nOslo=\n", "not a list");
    refused(PROFILE_UPDATE_SERVERS, "Oslo=vpn3.example.test\n", "not a list");
    refused(PROFILE_UPDATE_SERVERS, "Not found\n", "not a list");
    refused(PROFILE_UPDATE_SERVERS, "\x01\x02\x03\x7f", "not a list");
    refused(PROFILE_UPDATE_SERVERS, "[VPN Servers]\nOslo=a.test\nBonn=not a host\n", "not a host");
    refused(PROFILE_UPDATE_SERVERS, "[VPN Servers]\nOslo=ftp://a.test\n", "ftp://a.test");
    refused(PROFILE_UPDATE_SERVERS, large, "too large");
    for (guint i = 0; i < INI_MAX_ENTRIES; i++) /* what was cut off could have been of the list */
        g_string_append_printf(keys, "k%u=1\n", i);
    refused(PROFILE_UPDATE_SERVERS, keys->str, "not a list");
    g_string_free(keys, TRUE);
}

/* F5: a network that wants one to sign in answers everything with its page. */
static void
pages_of_a_portal(void)
{
    static const char *const pages[] = {
        "<!DOCTYPE html><html>[VPN Servers]\nA=a.test\n",
        "\xef\xbb\xbf \r\n\t<html>\nADD 10.0.0.0 MASK 255.0.0.0 default METRIC default IF default\n"
        "[VPN Servers]\nA=a.test\n1,49,0,A,30,1,,,0,0,\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
        for (int kind = PROFILE_UPDATE_SERVERS; kind <= PROFILE_UPDATE_ROUTES; kind++)
            refused(kind, pages[i], "sign in first");
}

static void
nothing_new(void)
{
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);

    for (int kind = PROFILE_UPDATE_SERVERS; kind <= PROFILE_UPDATE_ROUTES; kind++)
        same(kind, empty);
}

/* --- routes --- */

#define ADD(net) "ADD " net " MASK 255.255.0.0 default METRIC default IF default\r\n"

static void
routes(void)
{
    g_autoptr(Profile) p = sample();

    g_assert_cmpint(take(p, PROFILE_UPDATE_ROUTES,
                         "; ours\n" ADD("10.1.0.0") ADD("10.2.0.0") ADD(
                             "10.2.0.0") "DELETE 10.1.0.0 MASK 255.255.0.0 default\nnonsense\n"),
                    ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(p->routes->len, ==, 2);
    g_assert_cmpstr(p->routes->pdata[1], ==, "10.2.0.0/16");
    g_assert_cmpstr(profile_origin(p, "Route/10.2.0.0/16")->file, ==, ROUTES_URL);
    g_assert_cmpstr(profile_origin(p, "Route/10.1.0.0/16")->file, ==, "routes.txt");
    g_assert_cmpuint(p->notes->len, ==, 0);
    /* Those that came from there before go; the profile's own stay. */
    g_assert_cmpint(take(p, PROFILE_UPDATE_ROUTES, ADD("10.3.0.0")), ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(p->routes->len, ==, 2);
    g_assert_cmpstr(p->routes->pdata[0], ==, "10.1.0.0/16");
    g_assert_cmpstr(p->routes->pdata[1], ==, "10.3.0.0/16");
    g_assert_null(profile_origin(p, "Route/10.2.0.0/16"));
    g_assert_cmpint(take(p, PROFILE_UPDATE_ROUTES, ADD("10.3.0.0")), ==, PROFILE_UPDATE_SAME);
}

/* Another address of the same profile has routes of its own. */
static void
routes_of_two_addresses(void)
{
    g_autoptr(Profile) p = sample();
    g_autoptr(GBytes) bytes = g_bytes_new_static(ADD("10.9.0.0"), strlen(ADD("10.9.0.0")));

    profile_add_action(p, "Connect Actions", "cmroute /UPDATE_URL_PATH https://b.test/r", NULL);
    g_assert_cmpint(take(p, PROFILE_UPDATE_ROUTES, ADD("10.2.0.0")), ==, PROFILE_UPDATE_CHANGED);
    g_autoptr(GPtrArray) all = profile_update_wants(p);
    g_assert_cmpint(profile_update_take(p, all->pdata[all->len - 1], bytes, NULL), ==,
                    PROFILE_UPDATE_CHANGED);
    g_assert_cmpuint(p->routes->len, ==, 3);
}

static void
no_routes(void)
{
    GString *many = g_string_new(NULL);
    g_autofree char *blank = g_strnfill(INI_MAX_FILE, ' ');
    g_autofree char *large = g_strconcat(ADD("10.2.0.0"), blank, NULL);

    refused(PROFILE_UPDATE_ROUTES, "; nothing\n", "no route");
    refused(PROFILE_UPDATE_ROUTES, "404 not here\n", "no route");
    refused(PROFILE_UPDATE_ROUTES,
            "ADD 10.2.0.0 MASK 255.255.0.0 192.0.2.1 METRIC default IF default\n", "no route");
    refused(PROFILE_UPDATE_ROUTES, large, "too large");
    for (int i = 0; i < PLAN_MAX_ROUTES; i++) /* with that of the profile one too many */
        g_string_append_printf(many, "ADD 10.0.%d.0 MASK 255.255.255.0 default\n", i);
    refused(PROFILE_UPDATE_ROUTES, many->str, "more routes");
    g_autoptr(Profile) p = sample();
    g_ptr_array_set_size(p->routes, 0);
    g_assert_cmpint(take(p, PROFILE_UPDATE_ROUTES, many->str), ==, PROFILE_UPDATE_CHANGED);
    g_string_append(many, "ADD 10.1.0.0 MASK 255.255.255.0 default\n");
    g_autofree char *before = all_of(p);
    g_assert_cmpint(take(p, PROFILE_UPDATE_ROUTES, many->str), ==, PROFILE_UPDATE_REFUSED);
    g_autofree char *after = all_of(p);
    g_assert_cmpstr(before, ==, after);
    g_string_free(many, TRUE);
}

/* --- phone books --- */

#define BOOK    "1,49,1,Berlin,30,5550,9600,56000,0,0,Line\r\n2,49,2,Bonn,228,5551,,,0,0,\r\n"
#define REGIONS "2\r\nNorth\r\nWest\r\n"

static GBytes *
cabinet(const char *const *pairs)
{
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);

    for (; *pairs != NULL; pairs += 2)
        g_hash_table_insert(files, g_strdup(pairs[0]), g_bytes_new(pairs[1], strlen(pairs[1])));
    GBytes *cab = package_write(files, NULL);
    g_assert_nonnull(cab);
    return cab;
}

#define CABINET(...) cabinet((const char *const[]){__VA_ARGS__, NULL})

static void
assert_kept(const Profile *p, const char *name, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    g_assert_true(g_bytes_equal(g_hash_table_lookup(p->files, name), bytes));
}

static void
a_book_as_text(void)
{
    g_autoptr(Profile) p = sample();
    const char *names[2];

    g_assert_cmpint(take(p, PROFILE_UPDATE_BOOK, BOOK), ==, PROFILE_UPDATE_CHANGED);
    assert_kept(p, "book.pbk", BOOK);
    g_assert_cmpuint(p->pb_version, ==, 5);
    g_assert_cmpint(take(p, PROFILE_UPDATE_BOOK, BOOK), ==, PROFILE_UPDATE_SAME);
    profile_update_files(p, names);
    g_assert_cmpstr(names[0], ==, "book.pbk");
    g_assert_null(names[1]);
}

static void
a_book_in_a_cabinet(void)
{
    g_autoptr(Profile) p = sample();
    g_autoptr(GBytes) cab =
        CABINET("x/BOOK.pbk", BOOK, "r.pbr", REGIONS, "b.ver", " 6\r\n", "setup.exe", "MZ");
    g_autoptr(GBytes) older = CABINET("b.pbk", "1,49,0,Older,30,1,,,0,0,\n", "b.ver", "6");
    g_autoptr(GBytes) other = CABINET("b.pbk", BOOK, "r.pbr", "1\r\nAll\r\n", "b.ver", "seven");

    g_assert_cmpint(take_bytes(p, PROFILE_UPDATE_BOOK, cab, NULL), ==, PROFILE_UPDATE_CHANGED);
    assert_kept(p, "book.pbk", BOOK);
    assert_kept(p, "downloaded.pbr", REGIONS);
    g_assert_cmpstr(p->pb_file, ==, "book.pbk");
    g_assert_cmpstr(p->region_file, ==, "downloaded.pbr");
    g_assert_cmpuint(p->pb_version, ==, 6);
    g_assert_cmpstr(profile_origin(p, "Connection Manager/Version")->file, ==, BOOK_URL);
    g_assert_cmpint(take_bytes(p, PROFILE_UPDATE_BOOK, older, NULL), ==, PROFILE_UPDATE_SAME);
    assert_kept(p, "book.pbk", BOOK);
    /* Without a number there is only the text to go by; new regions alone are something new. */
    g_assert_cmpint(take_bytes(p, PROFILE_UPDATE_BOOK, other, NULL), ==, PROFILE_UPDATE_CHANGED);
    assert_kept(p, "downloaded.pbr", "1\r\nAll\r\n");
    g_assert_cmpuint(p->pb_version, ==, 6);
}

/* The version says that nothing is new, and yet there is no book: it had not come with the profile.
 */
static void
the_first_book(void)
{
    g_autofree char *long_name = g_strnfill(201, 'n');
    const struct {
        const char *file, *kept;
    } rows[] = {{"", "downloaded.pbk"},          {long_name, "downloaded.pbk"},
                {"V\\my.pbk", "my.pbk"},         {"..", "downloaded.pbk"},
                {"a/.hidden", "downloaded.pbk"}, {"dir/", "downloaded.pbk"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = sample();
        g_autoptr(GBytes) cab = CABINET("any.pbk", BOOK, "v.ver", "3");

        g_hash_table_remove_all(p->files);
        profile_set(&p->pb_file, rows[i].file);
        g_assert_cmpint(take_bytes(p, PROFILE_UPDATE_BOOK, cab, NULL), ==, PROFILE_UPDATE_CHANGED);
        g_assert_cmpstr(p->pb_file, ==, rows[i].kept);
        assert_kept(p, rows[i].kept, BOOK);
        g_assert_cmpuint(p->pb_version, ==, 3);
    }
}

static void
one_of_several_books(void)
{
    g_autoptr(Profile) p = sample();
    g_autoptr(GBytes) named = CABINET("a.pbk", "1,1,0,A,1,1,,,0,0,\n", "sub/Book.PBK", BOOK);
    g_autoptr(GBytes) two = CABINET("a.pbk", BOOK, "b.pbk", BOOK);
    g_autoptr(GBytes) regions = CABINET("a.pbk", BOOK, "b.pbr", REGIONS, "c.pbr", REGIONS);

    g_assert_cmpint(take_bytes(p, PROFILE_UPDATE_BOOK, named, NULL), ==, PROFILE_UPDATE_CHANGED);
    assert_kept(p, "book.pbk", BOOK);
    refused_bytes(PROFILE_UPDATE_BOOK, two, "several phone books");
    refused_bytes(PROFILE_UPDATE_BOOK, regions, "several phone books");
}

/* F5: what is not a whole book never takes the place of one. */
static void
no_book(void)
{
    g_autoptr(GBytes) nothing = CABINET("b.txt", BOOK), empty = CABINET("b.pbk", "");
    g_autoptr(GBytes) bad_regions = CABINET("b.pbk", BOOK, "b.pbr", "North\n");
    g_autoptr(GBytes) good = CABINET("b.pbk", BOOK);
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(good, 0, g_bytes_get_size(good) - 9);

    refused(PROFILE_UPDATE_BOOK, "Bad Request\r\n", "no phone book: there is an error in line 1");
    refused(PROFILE_UPDATE_BOOK, BOOK "3,49,0,Half", "error in line 3");
    refused(PROFILE_UPDATE_BOOK, BOOK "3,x,0,Half,1,1,,,0,0,\n", "error in line 3");
    refused(PROFILE_UPDATE_BOOK, "\r\n", "no access number");
    refused(PROFILE_UPDATE_BOOK, "1,49,0,Not to sign on,30,1,,,0,1,\n", "no access number");
    refused_bytes(PROFILE_UPDATE_BOOK, nothing, "no phone book (.pbk)");
    refused_bytes(PROFILE_UPDATE_BOOK, empty, "no access number");
    refused_bytes(PROFILE_UPDATE_BOOK, bad_regions, "no phone book");
    refused_bytes(PROFILE_UPDATE_BOOK, cut, "");
}

/* F5: changes to a book that is not ours, as far as they can be told from a book. */
static void
changes_are_no_book(void)
{
    refused(PROFILE_UPDATE_BOOK, BOOK "7,0,0,,,,0,0,0,0,\n", "changes to another");
    refused(PROFILE_UPDATE_BOOK, BOOK "7,0,0,0,0,0,0,0,0,0,0\n", "changes to another");
    g_autoptr(Profile) p = sample();
    g_assert_cmpint(take(p, PROFILE_UPDATE_BOOK, "0,0,0,,,1,,,0,0,\n"), ==, PROFILE_UPDATE_CHANGED);
    g_assert_cmpint(take(p, PROFILE_UPDATE_BOOK, "0,0,0,Odd,,,,,0,0,\n"), ==,
                    PROFILE_UPDATE_CHANGED);
}

/* F5: 100 MB out of a cabinet of some kilobytes, and what is too large as it is. */
static void
too_large(void)
{
    g_autofree char *blank = g_strnfill(PROFILE_UPDATE_MAX, '\n');
    g_autofree char *text = g_strconcat(BOOK, blank, NULL);
    g_autoptr(GBytes) plain = g_bytes_new(text, strlen(text)), bomb = CABINET("b.pbk", text);

    g_assert_cmpuint(g_bytes_get_size(bomb), <, PROFILE_UPDATE_MAX / 100);
    refused_bytes(PROFILE_UPDATE_BOOK, plain, "too large");
    refused_bytes(PROFILE_UPDATE_BOOK, bomb, "more in it");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-update/wants", wants);
    g_test_add_func("/profile-update/phone-book-service", phone_book_service);
    g_test_add_func("/profile-update/F5-addresses-that-are-none", addresses_that_are_none);
    g_test_add_func("/profile-update/F5-only-https-or-through-the-tunnel",
                    only_https_or_through_the_tunnel);
    g_test_add_func("/profile-update/not-by-itself", not_by_itself_when_the_user_said_so);
    g_test_add_func("/profile-update/F5-warnings", warnings);
    g_test_add_func("/profile-update/servers", a_list_of_servers);
    g_test_add_func("/profile-update/chosen-is-gone", what_was_chosen_is_gone);
    g_test_add_func("/profile-update/the-same-list", the_same_list);
    g_test_add_func("/profile-update/servers-of-the-user-stay", servers_of_the_user_stay);
    g_test_add_func("/profile-update/F5-nothing-but-the-list", nothing_but_the_list);
    g_test_add_func("/profile-update/F5-no-list", no_list_of_servers);
    g_test_add_func("/profile-update/F5-pages-of-a-portal", pages_of_a_portal);
    g_test_add_func("/profile-update/nothing-new", nothing_new);
    g_test_add_func("/profile-update/routes", routes);
    g_test_add_func("/profile-update/routes-of-two-addresses", routes_of_two_addresses);
    g_test_add_func("/profile-update/F5-no-routes", no_routes);
    g_test_add_func("/profile-update/book-as-text", a_book_as_text);
    g_test_add_func("/profile-update/book-in-a-cabinet", a_book_in_a_cabinet);
    g_test_add_func("/profile-update/the-first-book", the_first_book);
    g_test_add_func("/profile-update/one-of-several-books", one_of_several_books);
    g_test_add_func("/profile-update/F5-no-book", no_book);
    g_test_add_func("/profile-update/F5-changes-are-no-book", changes_are_no_book);
    g_test_add_func("/profile-update/F2-F5-too-large", too_large);
    return g_test_run();
}
