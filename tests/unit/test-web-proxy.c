/* test-web-proxy.c - what Windows' texts about proxies mean. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "web-proxy.h"

static Profile *
with(const char *servers, const char *except, const char *script)
{
    Profile *p = profile_new();

    profile_set(&p->web_proxy, servers);
    profile_set(&p->web_proxy_except, except);
    profile_set(&p->web_proxy_script, script);
    return p;
}

static void
servers(void)
{
    static const struct {
        const char *text, *host[WEB_PROXY_KINDS];
        guint port[WEB_PROXY_KINDS];
    } rows[] = {
        {"proxy:8080", {"proxy", "proxy", "proxy", NULL}, {8080, 8080, 8080, 0}},
        {"proxy", {"proxy", "proxy", "proxy", NULL}, {80, 80, 80, 0}},
        {"http://proxy.example:3128/",
         {"proxy.example", "proxy.example", "proxy.example", NULL},
         {3128, 3128, 3128, 0}},
        {"[2001:db8::1]:8080",
         {"2001:db8::1", "2001:db8::1", "2001:db8::1", NULL},
         {8080, 8080, 8080, 0}},
        {"[2001:db8::1]", {"2001:db8::1", "2001:db8::1", "2001:db8::1", NULL}, {80, 80, 80, 0}},
        {"2001:db8::1", {"2001:db8::1", "2001:db8::1", "2001:db8::1", NULL}, {80, 80, 80, 0}},
        {"http=a:1;HTTPS=b:2;ftp=c;socks=d", {"a", "b", "c", "d"}, {1, 2, 80, 1080}},
        {"https=b:2", {NULL, "b", NULL, NULL}, {0, 2, 0, 0}},
        {"socks=d:9 other:8", {"other", "other", "other", "d"}, {8, 8, 8, 9}},
        {"http=a:1;http=b:2", {"a", NULL, NULL, NULL}, {1, 0, 0, 0}},
        {"http=a:99999;https=b:1", {NULL, "b", NULL, NULL}, {0, 1, 0, 0}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = with(rows[i].text, "", "");
        struct web_proxy w;

        g_test_message("%s", rows[i].text);
        g_assert_true(web_proxy_of(p, &w));
        g_assert_cmpint(w.mode, ==, WEB_PROXY_SERVERS);
        for (gsize k = 0; k < WEB_PROXY_KINDS; k++) {
            g_assert_cmpstr(w.servers[k].host, ==, rows[i].host[k]);
            g_assert_cmpuint(w.servers[k].port, ==, rows[i].port[k]);
        }
        web_proxy_clear(&w);
    }
}

/* F: what is no server is none; nothing of it reaches a desktop's settings. */
static void
no_servers(void)
{
    static const char *const texts[] = {
        "",      ":",      ":80",  "a b",    "a:0",    "a:65536", "a:-1",     "[::1",
        "http=", "x=a:80", "a\"b", "a\n:80", "${x}:8", "a:80:x",  "http=a;b", "ftp=[]:80"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(Profile) p = with(texts[i], "a", "");
        struct web_proxy w;
        const gboolean some = g_str_equal(texts[i], "a b") || g_str_equal(texts[i], "http=a;b");

        g_test_message("%s", texts[i]);
        g_assert_cmpint(web_proxy_of(p, &w), ==, some);
        g_assert_cmpint(w.mode, ==, some ? WEB_PROXY_SERVERS : WEB_PROXY_NONE);
        if (some) /* the first word that is one */
            g_assert_cmpstr(w.servers[WEB_PROXY_HTTP].host, ==, "a");
        web_proxy_clear(&w);
    }
}

static void
exceptions(void)
{
    g_autoptr(Profile) p = with("proxy:80",
                                "*.corp.example;<LOCAL>; 10.*;192.168.*.*,172.16.3.*;10.1;1.2.3.4;"
                                "https://*.lab.example;a'b;10.*.1;;*.corp.example;10.*",
                                "");
    static const char *const expected[] = {
        "*.corp.example", "<local>",       "10.0.0.0/8", "192.168.0.0/16", "172.16.3.0/24", "10.1",
        "1.2.3.4",        "*.lab.example", "10.*.1",     "localhost",      "127.0.0.0/8",   "::1"};
    struct web_proxy w;

    g_assert_true(web_proxy_of(p, &w));
    g_assert_cmpuint(g_strv_length(w.except), ==, G_N_ELEMENTS(expected));
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpstr(w.except[i], ==, expected[i]);
    web_proxy_clear(&w);
}

/* The first that there is: script, servers, search. A file of this computer is no script. */
static void
what_counts(void)
{
    static const struct {
        const char *script, *pac, *servers;
        gboolean detect;
        enum web_proxy_mode mode;
        const char *text;
    } rows[] = {
        {"http://a.example/p.pac", "", "b:80", TRUE, WEB_PROXY_SCRIPT,
         "as the script http://a.example/p.pac says"},
        {"file:///etc/passwd", "", "b:80", TRUE, WEB_PROXY_SERVERS, "b:80 (not for: x)"},
        {"\\\\server\\share", "", "", FALSE, WEB_PROXY_NONE, NULL},
        {"", "function", "b:80", FALSE, WEB_PROXY_SCRIPT, "as a script in the profile says"},
        {"", "", "http=[2001:db8::1]:8;https=c:9", FALSE, WEB_PROXY_SERVERS,
         "[2001:db8::1]:8 c:9 (not for: x)"},
        {"", "", "", TRUE, WEB_PROXY_SEARCH, "programs look for one themselves"},
        {"", "", "", FALSE, WEB_PROXY_NONE, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = with(rows[i].servers, "x", rows[i].script);
        struct web_proxy w;

        profile_set(&p->web_proxy_pac, rows[i].pac);
        p->web_proxy_detect = rows[i].detect;
        g_assert_cmpint(web_proxy_of(p, &w), ==, rows[i].mode != WEB_PROXY_NONE);
        g_assert_cmpint(w.mode, ==, rows[i].mode);
        web_proxy_clear(&w);
        g_autofree char *text = web_proxy_text(p);
        g_assert_cmpstr(text, ==, rows[i].text);
    }
}

/* What a person reads before anything is stored: each that is named, and whether it will be used.
 */
static void
it_is_told(void)
{
    static const struct {
        const char *script, *servers;
        gboolean detect, use;
        const char *told[3];
    } rows[] = {
        {"", "b:80", FALSE, TRUE, {"use a web proxy: b:80 (not for: x). Properties"}},
        {"", "b:80", FALSE, FALSE, {"not used, as you chose: b:80"}},
        {"", "b:x", FALSE, TRUE, {"cannot be used: b:x"}},
        {"", "b:x", TRUE, TRUE, {"use a web proxy: programs look", "cannot be used: b:x"}},
        {"http://a.example/p.pac",
         "b:80",
         FALSE,
         TRUE,
         {"use a web proxy: as the script http://a.example/p.pac",
          "also names the web proxy b:80"}},
        {"file:///p.pac",
         "b:80",
         FALSE,
         TRUE,
         {"use a web proxy: b:80", "cannot be used: file:///p.pac"}},
        {"file:///p.pac", "b:x", FALSE, TRUE, {"cannot be used: file", "cannot be used: b:x"}},
        {"", "", FALSE, TRUE, {NULL}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = with(rows[i].servers, "x", rows[i].script);
        p->web_proxy_detect = rows[i].detect;
        p->use_web_proxy = rows[i].use;
        g_autoptr(GPtrArray) warnings = profile_warnings(p);
        guint n_told = 0, n = 0;

        for (guint k = 0; k < warnings->len; k++)
            n_told += strstr(warnings->pdata[k], "proxy") != NULL;
        for (; rows[i].told[n] != NULL; n++) {
            gboolean told = FALSE;
            for (guint k = 0; k < warnings->len; k++)
                told |= strstr(warnings->pdata[k], rows[i].told[n]) != NULL;
            g_test_message("%zu: %s", i, rows[i].told[n]);
            g_assert_true(told);
        }
        g_assert_cmpuint(n_told, ==, n);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/web-proxy/servers", servers);
    g_test_add_func("/web-proxy/F-no-servers", no_servers);
    g_test_add_func("/web-proxy/exceptions", exceptions);
    g_test_add_func("/web-proxy/what-counts", what_counts);
    g_test_add_func("/web-proxy/told", it_is_told);
    return g_test_run();
}
