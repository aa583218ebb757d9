/* test-cmak.c - Connection Manager profiles, of tests/fixtures/cmak. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "cmak.h"

#include "profile-filter.h"

#include "profile-plan.h"

#include <gio/gio.h>

#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *
fixture(const char *name)
{
    return g_test_build_filename(G_TEST_DIST, "fixtures", "cmak", name, NULL);
}

static Profile *
load(const char *name)
{
    g_autofree char *path = fixture(name);
    g_autoptr(GError) error = NULL;
    Profile *p = cmak_load(path, 0, &error);

    g_assert_no_error(error);
    g_assert_nonnull(p);
    return p;
}

static gboolean
any_contains(const GPtrArray *texts, const char *word)
{
    for (guint i = 0; i < texts->len; i++)
        if (strstr(texts->pdata[i], word) != NULL)
            return TRUE;
    return FALSE;
}

static const char *
address(const Profile *p, guint i)
{
    return ((struct profile_server *)p->servers->pdata[i])->address;
}

static const char *
other(const Profile *p, const char *section, const char *key)
{
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        if (g_str_equal(o->section, section) && g_str_equal(o->key, key))
            return o->value;
    }
    return NULL;
}

static void
assert_origin(const Profile *p, const char *name, const char *file, const char *section,
              const char *key, const char *value)
{
    const struct profile_origin *o = profile_origin(p, name);

    g_test_message("%s", name);
    g_assert_nonnull(o);
    g_assert_cmpstr(o->file, ==, file);
    g_assert_cmpstr(o->section, ==, section);
    g_assert_cmpstr(o->key, ==, key);
    g_assert_cmpstr(o->value, ==, value);
}

/* The one complete real profile that is known in public, with other names: what it says is in its
 * author's own description. */
static void
college(void)
{
    g_autoptr(Profile) p = load("college");

    g_assert_cmpstr(p->name, ==, "Example College VPN");
    g_assert_cmpstr(p->short_name, ==, "EC_VPN");
    g_assert_cmpuint(p->format_version, ==, 4);
    g_assert_true(p->direct && p->tunnel && !p->dialup);
    g_assert_cmpuint(p->connection_type, ==, 1);
    g_assert_cmpuint(p->servers->len, ==, 1);
    g_assert_cmpstr(address(p, 0), ==, "vpn.example.edu");
    g_assert_false(p->choose_server);
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 2);
    g_assert_true(p->dun.mschap && p->dun.mschap2 && !p->dun.pap && !p->dun.chap && !p->dun.spap);
    g_assert_true(p->dun.enforce_custom);
    g_assert_cmpuint(p->dun.encryption_type, ==, 1);
    g_assert_true(p->dun.ip_header_compress && !p->dun.gateway_on_remote &&
                  !p->dun.specify_servers);
    g_assert_true(p->hide_domain && p->hide_remember_password && p->disable_ics &&
                  p->hide_advanced_tab);
    g_assert_cmpuint(p->redial_count, ==, 3);
    g_assert_cmpuint(p->redial_delay, ==, 5);
    g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2);
    g_assert_cmpstr(p->logo, ==, "ec_vpn.bmp");
    g_assert_nonnull(g_hash_table_lookup(p->files, "ec_vpn.bmp"));
    g_assert_nonnull(g_hash_table_lookup(p->files, "EC_VPN.cms"));
    g_assert_nonnull(g_hash_table_lookup(p->files, "EC_VPN.inf"));
    /* what has no meaning here is kept: phone book, the dial-up entry */
    g_assert_null(other(p, "Connection Manager", "DownloadDelay"));
    g_assert_cmpuint(p->download_delay, ==, 15);
    g_assert_null(other(p, "ISP", "FilterA&"));
    g_assert_cmpstr(profile_filter_reference(p, "")->filter_a, ==, "NosurchargeSignon");
    g_assert_cmpuint(p->filters->len, ==, 0);
    g_assert_cmpstr(p->isp_name, ==, "Example College VPN");
    g_assert_cmpstr(p->dun_name, ==, "Example College VPN Tunnel");
    g_assert_true(p->isp.pw_encrypt && p->isp.chap);
    assert_origin(p, "Connection Manager/RedialCount", "EC_VPN.cms", "Connection Manager",
                  "RedialCount", "3");
    assert_origin(p, "Networking/VpnStrategy", "EC_VPN.cms",
                  "Networking&Example College VPN Tunnel", "VpnStrategy", "2");
    assert_origin(p, "Dial-up Server/PW_Encrypt", "EC_VPN.cms", "Server&Example College VPN",
                  "PW_Encrypt", "1");
    assert_origin(p, "Server/vpn.example.edu", "EC_VPN.cms", "Connection Manager", "TunnelAddress",
                  "vpn.example.edu");
    g_assert_null(profile_origin(p, "Connection Manager/HideUserName"));
    g_assert_null(other(p, "Connection Manager", "ServiceName"));
    g_assert_cmpuint(p->actions->len, ==, 0);
}

static void
each_file_of_a_profile_leads_to_it(void)
{
    static const char *const names[] = {"college/EC_VPN.cmp", "college/EC_VPN.cms",
                                        "college/EC_VPN.inf"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Profile) p = load(names[i]);
        g_assert_cmpstr(p->name, ==, "Example College VPN");
        g_assert_cmpstr(address(p, 0), ==, "vpn.example.edu");
    }
}

static void
sstp_with_everything(void)
{
    g_autoptr(Profile) p = load("sstp");
    const struct profile_action *a;

    g_assert_cmpstr(p->service_message, ==, "Help desk: +49 30 5555, 8-18 h");
    g_assert_cmpstr(p->user_suffix, ==, "@acme.example");
    g_assert_cmpstr(p->user, ==, "erika");
    g_assert_cmpstr(p->domain, ==, "ACME");
    g_assert_true(p->remember_password && p->dial_automatically);
    g_assert_cmpuint(p->redial_count, ==, 2); /* the user's .cmp goes before the .cms */
    g_assert_cmpuint(p->redial_delay, ==, 20);
    g_assert_cmpuint(p->idle_timeout, ==, 30);
    g_assert_cmpuint(p->max_user, ==, 20);
    g_assert_cmpuint(p->servers->len, ==, 3);
    g_assert_false(p->choose_server);   /* the chosen one is first, not alone */
    g_assert_cmpuint(p->server, ==, 1); /* the .cmp's TunnelAddress, not the file's default */
    g_assert_cmpstr(address(p, 2), ==, "[2001:db8::25]:443");
    g_assert_cmpstr(p->server_message, ==, "Choose the office that is nearest to you.");
    g_assert_cmpuint(p->routes->len, ==, 3);
    g_assert_cmpstr(p->routes->pdata[0], ==, "10.1.0.0/16");
    g_assert_cmpstr(p->routes->pdata[1], ==, "172.16.0.0/12");
    g_assert_cmpstr(p->routes->pdata[2], ==, "192.168.7.0/24");
    g_assert_true(any_contains(p->notes, "10.1.0.1"));
    g_assert_true(any_contains(p->notes, "DELETE"));
    g_assert_true(any_contains(p->notes, "255.0.255.0"));
    g_assert_cmpstr(p->dun.dns1, ==, "10.1.0.53");
    g_assert_cmpstr(p->dun.dns_suffix, ==, "corp.acme.example");
    g_assert_false(p->dun.class_route);
    g_assert_cmpstr(p->help_file, ==, "acme.chm");
    g_assert_cmpuint(p->actions->len, ==, 1);
    a = p->actions->pdata[0];
    g_assert_true(a->replaced);
    g_assert_cmpstr(a->description, ==, "Routes of the head office");
    g_assert_cmpstr(other(p, "Connect Actions", "0&Flags"), ==, "24");
}

static void
assert_filters(const Profile *p)
{
    const struct profile_filter *f = profile_filter_find(p, "SURCHARGE");
    const struct profile_reference *own = profile_filter_reference(p, "");
    const struct profile_reference *roaming = profile_filter_reference(p, "roaming");

    g_assert_true(f->has_mask && f->has_match);
    g_assert_cmpuint(f->mask, ==, 0x40);
    g_assert_cmpuint(f->match, ==, 0x40);
    g_assert_cmpstr(own->filter_a, ==, "SignOn");
    g_assert_cmpstr(own->filter_b, ==, "Surcharge");
    g_assert_null(own->cms_file);
    g_assert_cmpstr(roaming->cms_file, ==, "roam.cms");
    g_assert_cmpstr(roaming->filter_a, ==, "SignOn");
    g_assert_null(roaming->filter_b);
    g_assert_cmpstr(profile_filter_service(p, "Modem")->filter, ==, "Modem");
    g_assert_null(profile_filter_find(p, "Modem"));
    assert_origin(p, "ISP/Mask&Surcharge", "Globex.cms", "ISP", "Mask&Surcharge", "0x0040");
    assert_origin(p, "ISP/FilterA&Roaming", "Globex.cms", "ISP", "FilterA&Roaming", "SignOn");
    assert_origin(p, "Service Types/Modem", "Globex.cms", "Service Types", "Modem", "Modem");
    g_assert_null(other(p, "ISP", "Mask&Surcharge"));
    g_assert_null(other(p, "ISP", "CMSFile&Roaming"));
    g_assert_null(other(p, "Service Types", "Modem"));
}

/* Proxy file, key file, phone books of two profiles, menu, script of the line. */
static void
everything_that_a_profile_can_name(void)
{
    g_autoptr(Profile) p = load("everything");

    g_assert_cmpstr(p->web_proxy, ==, "proxy.globex.example:8080");
    g_assert_cmpstr(p->web_proxy_except, ==, "*.globex.example;<local>");
    g_assert_cmpstr(p->web_proxy_script, ==, "http://www.globex.example/proxy.pac");
    g_assert_false(p->web_proxy_detect);
    assert_origin(p, "Dialtone/WebProxy", "web proxy.txt", "Manual Proxy", "ProxyServer",
                  "proxy.globex.example:8080");
    g_assert_cmpstr(other(p, "Manual Proxy", "Later"), ==, "1");
    g_assert_null(other(p, "Manual Proxy", "ProxyEnable"));
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_assert_true(any_contains(warnings, "proxy.globex.example:8080"));
    g_assert_true(any_contains(warnings, "proxy.pac"));

    g_assert_cmpmem(p->found_psk.data, p->found_psk.len, "correct horse", 13);
    g_assert_null(g_hash_table_lookup(p->files, "globex.psk"));
    g_assert_true(any_contains(p->notes, "globex.psk"));
    g_assert_cmpstr(other(p, "Connection Manager", "PreSharedKeyFile"), ==, "Globex\\globex.psk");

    g_assert_cmpstr(p->references, ==, "Roaming Absent");
    g_assert_cmpstr(p->merged_files, ==, "roam.cms/roam.pbk");
    g_assert_nonnull(g_hash_table_lookup(p->files, "roam.pbk"));
    g_assert_true(any_contains(p->notes, "Absent.cms"));
    g_assert_true(any_contains(p->notes, "roam.pbr"));
    assert_filters(p);

    g_assert_cmpstr(other(p, "Menu Options", "0"), ==, "notepad.exe readme.txt");
    g_assert_true(any_contains(p->notes, "menu beside the clock"));
    g_assert_cmpstr(p->isp.script, ==, "login.scp");
    g_assert_cmpstr(other(p, "Settings", "Odd"), ==, "1");
    g_assert_cmpstr(other(p, "More", "Key"), ==, "value");
    g_assert_cmpuint(p->server, ==, 1);
    g_assert_cmpuint(p->routes->len, ==, 1);
    g_assert_true(any_contains(warnings, "http://www.globex.example/routes.txt"));
}

static GHashTable *
files_of(const char *const *pairs)
{
    GHashTable *files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);

    for (; *pairs != NULL; pairs += 2)
        g_hash_table_insert(files, g_strdup(pairs[0]), g_bytes_new(pairs[1], strlen(pairs[1])));
    return files;
}

/* What is no typed key, or is protected, is asked for; F4: the end's backup is no proxy file. */
static void
keys_and_proxies_that_are_none(void)
{
    static const struct {
        const char *key, *pin, *says;
    } rows[] = {{"\x01\x02", "0", "cannot be read"},
                {"two\nlines", "0", "cannot be read"},
                {"[Settings]", "0", "cannot be read"},
                {"", "0", "cannot be read"},
                {"secret", "1", "PIN"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *cms = g_strdup_printf(
            "[Profile Format]\nVersion=4\n[Connection Manager]\nTunnelAddress=a\n"
            "TunnelDUN=V\n[Networking&V]\nPreSharedKeyFile=k.txt\nEncryptPresharedKey=%s\n"
            "[Disconnect Actions]\n0=cmproxy.dll SetProxy /source_filename p.txt\n"
            "[Connect Actions]\n0=other.dll SetProxy /source_filename p.txt\n",
            rows[i].pin);
        const char *const pairs[] = {"a.cms", cms,
                                     "k.txt", rows[i].key,
                                     "p.txt", "[Manual Proxy]\nProxyEnable=1\nProxyServer=x:1\n",
                                     NULL};
        g_autoptr(GHashTable) files = files_of(pairs);
        g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, NULL);

        g_test_message("%s", rows[i].says);
        g_assert_cmpuint(p->found_psk.len, ==, 0);
        g_assert_true(any_contains(p->notes, rows[i].says));
        g_assert_cmpstr(p->web_proxy, ==, "");
    }
}

/* What is not enabled says nothing, and is kept. */
static void
a_proxy_that_is_off(void)
{
    const char *const pairs[] = {
        "a.cms",
        "[Profile Format]\nVersion=4\n[Connection Manager]\nTunnelAddress=a\n"
        "[Connect Actions]\n0=CMPROXY.DLL SetProxy /SOURCE_FILENAME p.txt\n",
        "p.txt",
        "[Manual Proxy]\nProxyEnable=0\nProxyServer=x:1\n[Automatic Proxy]\nAutoProxyEnable=1\n"
        "AutoConfigScriptEnable=0\nAutoConfigScript=http://a/\n",
        NULL};
    g_autoptr(GHashTable) files = files_of(pairs);
    g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, NULL);

    g_assert_cmpstr(p->web_proxy, ==, "");
    g_assert_cmpstr(p->web_proxy_script, ==, "");
    g_assert_true(p->web_proxy_detect);
    g_assert_cmpstr(other(p, "Manual Proxy", "ProxyServer"), ==, "x:1");
    g_assert_cmpstr(other(p, "Manual Proxy", "ProxyEnable"), ==, "0");
    g_assert_cmpstr(other(p, "Automatic Proxy", "AutoConfigScript"), ==, "http://a/");
}

/* The guess is said; who knows better says so, and is not contradicted by the .inf. */
static void
code_pages(void)
{
    const char *const pairs[] = {"a.cms",
                                 "[Profile Format]\nVersion=4\n[Connection Manager]\n"
                                 "ServiceName=\xc1\xfe\xf0\xee\nTunnelAddress=a\n",
                                 NULL};
    const char *const with_inf[] = {pairs[0], pairs[1], "a.inf", "[Strings]\nDisplayLCID=1049\n",
                                    NULL};
    g_autoptr(GHashTable) files = files_of(pairs), told = files_of(with_inf);
    g_autoptr(Profile) guess = cmak_load_files(files, NULL, 0, NULL);
    g_autoptr(Profile) right = cmak_load_files(files, NULL, 1251, NULL);
    g_autoptr(Profile) by_inf = cmak_load_files(told, NULL, 0, NULL);
    g_autoptr(Profile) over_inf = cmak_load_files(told, NULL, 1252, NULL);

    g_assert_cmpstr(guess->name, ==, "Áþðî");
    g_assert_true(any_contains(guess->notes, "CP1252, which is a guess"));
    g_assert_cmpstr(right->name, ==, "Бюро");
    g_assert_false(any_contains(right->notes, "guess"));
    g_assert_cmpstr(by_inf->name, ==, "Бюро");
    g_assert_false(any_contains(by_inf->notes, "guess"));
    g_assert_cmpstr(over_inf->name, ==, "Áþðî");
}

static void
encodings(void)
{
    g_autoptr(Profile) wide = load("utf16");
    g_autoptr(Profile) german = load("cp1252");
    g_autoptr(Profile) russian = load("cp1251");

    g_assert_cmpstr(wide->name, ==, "Büro – Köln Ω");
    g_assert_cmpstr(wide->service_message, ==, "Hilfe: ☎ 5555");
    g_assert_cmpstr(wide->encoding, ==, "UTF-16LE");
    g_assert_cmpstr(german->name, ==, "Universität Köln");
    g_assert_cmpstr(german->encoding, ==, "CP1252");
    g_assert_cmpstr(russian->name, ==, "Удалённый доступ");
    g_assert_cmpstr(russian->encoding, ==, "CP1251");
}

static void
odd_letter_case(void)
{
    g_autoptr(Profile) p = load("case");

    g_assert_cmpstr(p->name, ==, "Odd case");
    g_assert_cmpstr(address(p, 0), ==, "vpn.example.test");
    g_assert_true(p->hide_domain);
    g_assert_true(p->dun.mschap2);
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 5);
    g_assert_cmpuint(p->redial_count, ==, 7);
    g_assert_cmpuint(p->redial_delay, ==, 5);
    g_assert_true(any_contains(p->notes, "RedialDelay=soon"));
    g_assert_cmpuint(p->dun.encryption_type, ==, 3);
    g_assert_true(any_contains(p->notes, "EncryptionType=99"));
}

static void
faults_are_named(void)
{
    static const struct {
        const char *name;
        enum cmak_error code;
        const char *words;
    } rows[] = {
        {"missing-cms", CMAK_ERROR_MISSING, "Lost\\Lost.cms"},
        {"damaged", CMAK_ERROR_DAMAGED, "Hurt.cms"},
        {"outside", CMAK_ERROR_UNSAFE, "outside the profile's folder"},
        {"two", CMAK_ERROR_AMBIGUOUS, "One.cmp"},
        {"empty", CMAK_ERROR_MISSING, ".cms"},
        {"empty/readme.txt", CMAK_ERROR_MISSING, "readme.txt"},
        {"no-server-file", CMAK_ERROR_MISSING, "servers.txt"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = fixture(rows[i].name);
        g_autoptr(GError) error = NULL;
        g_assert_null(cmak_load(path, 0, &error));
        g_test_message("%s: %s", rows[i].name, error->message);
        g_assert_error(error, CMAK_ERROR, (int)rows[i].code);
        g_assert_nonnull(strstr(error->message, rows[i].words));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(cmak_load("/nonexistent/profile", 0, &error));
    g_assert_nonnull(error);
    g_autoptr(Profile) one = load("two/Two.cms");
    g_assert_cmpstr(one->name, ==, "Two");
}

/* F4: programs are listed, with their parameters as text, and nothing of them runs. */
static void
actions_are_shown_and_never_run(void)
{
    g_autoptr(Profile) p = load("weak");
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    const struct profile_action *a;

    g_assert_cmpuint(p->actions->len, ==, 6);
    a = p->actions->pdata[1];
    g_assert_cmpstr(a->event, ==, "Pre-Connect Actions");
    g_assert_cmpstr(a->command, ==, "evil.dll Run %s %n");
    g_assert_cmpstr(a->description, ==, "Checks your computer");
    for (guint i = 0; i < p->actions->len; i++)
        g_assert_false(((struct profile_action *)p->actions->pdata[i])->replaced);
    g_assert_true(any_contains(warnings, "never run"));
    g_assert_false(g_file_test("/tmp/dialtone-ran", G_FILE_TEST_EXISTS));
}

/* F6: what weakens is said; the plan stays strict. */
static void
weak_wishes_are_shown(void)
{
    g_autoptr(Profile) p = load("weak");
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    const struct plan_request request = {.user = "u"};
    struct dial_plan plan;
    struct credentials credentials;

    g_assert_true(any_contains(warnings, "PAP"));
    g_assert_true(any_contains(warnings, "always checked"));
    g_assert_true(any_contains(warnings, "no encryption"));
    g_assert_true(any_contains(warnings, "all traffic"));
    g_assert_true(profile_plan(p, &request, &plan, &credentials, NULL));
    g_assert_false(plan.pin_set);
    g_assert_cmpuint(plan.ca_len, ==, 0);
    g_assert_cmpuint(plan.encryption, !=, PLAN_ENCRYPTION_NONE);
    dial_plan_clear(&plan);
}

static void
passwords_in_files_are_not_taken(void)
{
    g_autoptr(Profile) p = load("weak");

    g_assert_true(any_contains(p->notes, "password"));
    g_assert_null(g_hash_table_lookup(p->files, "Weak.cms"));
    for (guint i = 0; i < p->others->len; i++)
        g_assert_cmpstr(((struct profile_other *)p->others->pdata[i])->value, !=, "hunter2");
}

static void
files_outside_are_not_opened(void)
{
    g_autoptr(Profile) p = load("weak");

    g_assert_cmpstr(p->logo, ==, "");
    g_assert_cmpstr(p->icon, ==, "");
    g_assert_true(any_contains(p->notes, "win.ini"));
    g_assert_true(any_contains(p->notes, "ec_vpn.bmp"));
}

static void
own_authorities(void)
{
    g_autoptr(Profile) p = load("authority");
    g_autoptr(GPtrArray) warnings = profile_warnings(p);

    g_assert_true(g_str_has_prefix(p->ca_pem, "-----BEGIN CERTIFICATE-----"));
    g_assert_cmpstr(p->tls_name, ==, "vpn.example.test");
    g_assert_cmpstr(p->pin, ==, "");
    g_assert_true(any_contains(warnings, "own certificate authority"));
}

/* --- F7: files that are no files --- */

struct folder {
    char *path;
};

static void
folder_make(struct folder *f, gconstpointer data)
{
    (void)data;
    f->path = g_dir_make_tmp("dialtone-cmak-XXXXXX", NULL);
    g_assert_nonnull(f->path);
}

static void
folder_remove(struct folder *f, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(f->path, 0, NULL);
    const char *name;

    (void)data;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(f->path, name, NULL);
        g_assert_cmpint(unlink(path), ==, 0);
    }
    g_assert_cmpint(rmdir(f->path), ==, 0);
    g_free(f->path);
}

static char *
in(const struct folder *f, const char *name)
{
    return g_build_filename(f->path, name, NULL);
}

static void
put(const struct folder *f, const char *name, const char *text)
{
    g_autofree char *path = in(f, name);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

#define GOOD                                                                                       \
    "[Profile Format]\nVersion=4\n[Connection Manager]\nServiceName=Good\n"                        \
    "TunnelAddress=vpn.example.test\n"

static void
a_link_is_refused(struct folder *f, gconstpointer data)
{
    g_autofree char *link = in(f, "a.cms"), *target = in(f, "target");
    g_autoptr(GError) error = NULL;

    (void)data;
    put(f, "target", GOOD);
    g_assert_cmpint(symlink(target, link), ==, 0);
    g_assert_null(cmak_load(link, 0, &error));
    g_assert_error(error, CMAK_ERROR, CMAK_ERROR_UNSAFE);
    g_assert_nonnull(strstr(error->message, "plain file"));
}

static void
a_fifo_does_not_hang(struct folder *f, gconstpointer data)
{
    g_autofree char *fifo = in(f, "a.cms");
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_null(cmak_load(fifo, 0, &error));
    g_assert_error(error, CMAK_ERROR, CMAK_ERROR_UNSAFE);
}

static void
a_sparse_file_is_too_large(struct folder *f, gconstpointer data)
{
    g_autofree char *path = in(f, "a.cms");
    g_autoptr(GError) error = NULL;

    (void)data;
    put(f, "a.cms", GOOD);
    g_assert_cmpint(truncate(path, G_GINT64_CONSTANT(1) << 40), ==, 0);
    g_assert_null(cmak_load(path, 0, &error));
    g_assert_nonnull(error);
}

static void
an_empty_file_is_damaged(struct folder *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    put(f, "a.cms", "");
    g_assert_null(cmak_load(f->path, 0, &error));
    g_assert_error(error, CMAK_ERROR, CMAK_ERROR_DAMAGED);
}

static void
a_linked_picture_is_left_out(struct folder *f, gconstpointer data)
{
    g_autofree char *link = in(f, "logo.bmp");
    g_autoptr(GError) error = NULL;

    (void)data;
    put(f, "a.cms", GOOD "Logo=logo.bmp\n");
    g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
    g_autoptr(Profile) p = cmak_load(f->path, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(p->logo, ==, "");
    g_assert_cmpuint(g_hash_table_size(p->files), ==, 1);
}

/* Root can read everything, unless it leaves that power aside for a moment. */
static void
set_dac_override(gboolean on)
{
    const guint32 powers = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[2];

    g_assert_cmpint(syscall(SYS_capget, &header, caps), ==, 0);
    if (on)
        caps[0].effective |= powers & caps[0].permitted;
    else
        caps[0].effective &= ~powers;
    g_assert_cmpint(syscall(SYS_capset, &header, caps), ==, 0);
}

static void
unreadable_says_so(struct folder *f, gconstpointer data)
{
    g_autofree char *path = in(f, "a.cms");
    g_autoptr(GError) error = NULL;

    (void)data;
    put(f, "a.cms", GOOD);
    g_assert_cmpint(chmod(path, 0), ==, 0);
    set_dac_override(FALSE);
    Profile *const p = cmak_load(path, 0, &error);
    set_dac_override(TRUE);
    g_assert_null(p);
    g_assert_nonnull(strstr(error->message, "a.cms"));
}

#define F7(name, fn)                                                                               \
    g_test_add("/cmak/F7-" name, struct folder, NULL, folder_make, fn, folder_remove)

/* "Use a key" stands beside the file of the key in some profiles; the entry has the last word. */
static void
use_of_a_key_beside_its_file(void)
{
    static const struct {
        const char *general, *entry;
        gboolean used;
        const char *section;
    } rows[] = {{"1", NULL, TRUE, "Connection Manager"},
                {"0", NULL, FALSE, "Connection Manager"},
                {"1", "0", FALSE, "Networking&VPN"},
                {"0", "1", TRUE, "Networking&VPN"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GHashTable) files =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
        char *cms =
            g_strdup_printf("[Profile Format]\nVersion=4\n[Connection Manager]\n"
                            "ServiceName=a\nTunnel=1\nTunnelAddress=a.example\n"
                            "TunnelDUN=VPN\nUsePreSharedKey=%s\n[Networking&VPN]\n%s%s\n",
                            rows[i].general, rows[i].entry == NULL ? "" : "UsePreSharedKey=",
                            rows[i].entry == NULL ? "" : rows[i].entry);
        g_hash_table_insert(files, g_strdup("a.cms"), g_bytes_new_take(cms, strlen(cms)));
        g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, NULL);

        g_assert_cmpint(p->dun.use_preshared_key, ==, rows[i].used);
        g_assert_cmpstr(profile_origin(p, "Networking/UsePreSharedKey")->section, ==,
                        rows[i].section);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cmak/use-of-a-key", use_of_a_key_beside_its_file);
    g_test_add_func("/cmak/college", college);
    g_test_add_func("/cmak/each-file-leads-to-it", each_file_of_a_profile_leads_to_it);
    g_test_add_func("/cmak/everything", everything_that_a_profile_can_name);
    g_test_add_func("/cmak/F4-keys-and-proxies", keys_and_proxies_that_are_none);
    g_test_add_func("/cmak/proxy-off", a_proxy_that_is_off);
    g_test_add_func("/cmak/code-pages", code_pages);
    g_test_add_func("/cmak/sstp", sstp_with_everything);
    g_test_add_func("/cmak/encodings", encodings);
    g_test_add_func("/cmak/odd-letter-case", odd_letter_case);
    g_test_add_func("/cmak/faults-are-named", faults_are_named);
    g_test_add_func("/cmak/own-authorities", own_authorities);
    g_test_add_func("/cmak/F4-actions-never-run", actions_are_shown_and_never_run);
    g_test_add_func("/cmak/F6-weak-wishes-are-shown", weak_wishes_are_shown);
    g_test_add_func("/cmak/passwords-in-files", passwords_in_files_are_not_taken);
    g_test_add_func("/cmak/files-outside", files_outside_are_not_opened);
    F7("link", a_link_is_refused);
    F7("fifo", a_fifo_does_not_hang);
    F7("sparse", a_sparse_file_is_too_large);
    F7("empty", an_empty_file_is_damaged);
    F7("linked-picture", a_linked_picture_is_left_out);
    F7("unreadable", unreadable_says_so);
    return g_test_run();
}
