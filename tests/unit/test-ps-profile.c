/* test-ps-profile.c - scripts with Add-VpnConnection, read and never run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ps-profile.h"

#include "ps-script.h"

#include <string.h>

static GPtrArray *
read_text(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return ps_profile_read(bytes, 0, "a.ps1", error);
}

static GPtrArray *
fixture(const char *name)
{
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "fixtures", "powershell", name, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    GPtrArray *profiles = read_text(text, &error);
    g_assert_no_error(error);
    return profiles;
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
other(const Profile *p, const char *key)
{
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        if (g_str_equal(o->key, key))
            return o->value;
    }
    return NULL;
}

static const struct profile_server *
server(const Profile *p, guint i)
{
    return p->servers->pdata[i];
}

/* Name is another name for ConnectionName; what stands without a name goes to the first place that
 * is free. */
static void
bound_as_powershell_does(void)
{
    static const char *const routes[] = {
        "Add-VpnConnectionRoute -ConnectionName Office -DestinationPrefix 10.7.0.0/16",
        "Add-VpnConnectionRoute -Name Office -DestinationPrefix 10.7.0.0/16",
        "Add-VpnConnectionRoute Office 10.7.0.0/16",
        "Add-VpnConnectionRoute -Name Office 10.7.0.0/16",
        "Add-VpnConnectionRoute 10.7.0.0/16 -ConnectionName Office",
        "Add-VpnConnectionRoute -DestinationPrefix 10.7.0.0/16 Office",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++) {
        g_autofree char *text =
            g_strconcat("Add-VpnConnection -ServerAddress vpn.example.com Office Sstp\n", routes[i],
                        "\nSet-VpnConnectionProxy -Name Office -ProxyServer p.example:80\n", NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) profiles = read_text(text, &error);

        g_test_message("%s", routes[i]);
        g_assert_no_error(error);
        const Profile *p = profiles->pdata[0];
        g_assert_cmpstr(p->name, ==, "Office");
        g_assert_cmpuint(p->dun.vpn_strategy, ==, 5);
        g_assert_cmpstr(server(p, 0)->address, ==, "vpn.example.com");
        g_assert_cmpuint(p->routes->len, ==, 1);
        g_assert_cmpstr(p->routes->pdata[0], ==, "10.7.0.0/16");
        g_assert_cmpstr(p->web_proxy, ==, "p.example:80");
        g_assert_cmpuint(p->notes->len + p->others->len, ==, 0);
    }
}

static void
a_script_of_an_administrator(void)
{
    g_autoptr(GPtrArray) profiles = fixture("office.ps1");

    g_assert_cmpuint(profiles->len, ==, 2);
    const Profile *p = profiles->pdata[0];
    g_assert_cmpstr(p->name, ==, "Example Office");
    g_assert_true(p->tunnel && !p->dialup);
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 3);
    g_assert_cmpuint(p->dun.encryption_type, ==, 2);
    g_assert_true(p->dun.mschap2 && p->dun.chap && !p->dun.pap && !p->dun.eap);
    g_assert_false(p->dun.gateway_on_remote);
    g_assert_true(p->remember_password);
    g_assert_cmpuint(p->idle_timeout * 60 + p->idle_seconds, ==, 90);
    g_assert_cmpstr(p->dun.dns_suffix, ==, "corp.example.com");
    g_assert_true(p->dun.use_preshared_key);
    g_assert_cmpmem(p->found_psk.data, p->found_psk.len, "it's \"a\" key", 12);
    g_assert_cmpuint(p->servers->len, ==, 2);
    g_assert_cmpstr(server(p, 0)->address, ==, "vpn.example.com");
    g_assert_cmpstr(server(p, 0)->label, ==, "Head office");
    g_assert_cmpstr(server(p, 1)->label, ==, "Spare; one");
    g_assert_false(p->choose_server); /* the chosen one is first, not alone */
    g_assert_cmpuint(p->server, ==, 0);
    g_assert_cmpuint(p->routes->len, ==, 2);
    g_assert_cmpstr(p->routes->pdata[1], ==, "2001:db8:20::/48");
    const struct profile_dns_rule *rule = p->dns_rules->pdata[0];
    g_assert_cmpstr(rule->domain, ==, "corp.example.com");
    g_assert_cmpstr(rule->servers, ==, "10.20.0.53 10.20.0.54");
    g_assert_cmpstr(other(p, "-DHGroup"), ==, "Group14");
    g_assert_cmpstr(p->web_proxy, ==, "proxy.corp.example.com:8080");
    g_assert_cmpstr(p->web_proxy_except, ==, "<local>;*.corp.example.com");
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_assert_true(any_contains(warnings, "proxy.corp.example.com:8080"));
}

static void
positions_and_changes(void)
{
    g_autoptr(GPtrArray) profiles = fixture("office.ps1");
    const Profile *p = profiles->pdata[1];

    g_assert_cmpstr(p->name, ==, "Second");
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 5);
    g_assert_cmpuint(p->dun.encryption_type, ==, 3);
    g_assert_true(p->dun.pap && p->dun.eap && !p->dun.mschap2);
    g_assert_false(p->dun.gateway_on_remote);
    g_assert_false(p->remember_password);
    g_assert_cmpuint(p->servers->len, ==, 1);
    g_assert_cmpstr(server(p, 0)->address, ==, "vpn3.example.com");
    g_assert_true(any_contains(p->notes, "-EapConfigXmlStream"));
    g_assert_true(any_contains(p->notes, "Nobody"));
    const struct profile_origin *o = profile_origin(p, "Networking/VpnStrategy");
    g_assert_cmpstr(o->section, ==, "Add-VpnConnection");
    g_assert_cmpstr(o->key, ==, "TunnelType");
}

/* Parameters out of a table of plain values; NULL: it has to be computed, and nothing is taken. */
static void
out_of_a_table(void)
{
    static const struct {
        const char *text;
        const char *name, *server;
        guint strategy;
    } rows[] = {
        {"$p = @{ Name = 'A'; ServerAddress = \"a.example\"; TunnelType = 'Sstp' }\n"
         "Add-VpnConnection @p",
         "A", "a.example", 5},
        {"$Params = @{\n  # don't mind } this\n  'Name'=\"A\"\n  ServerAddress='a.example'  # "
         "it's\n\n"
         "  TunnelType=\"L2tp\"; SplitTunneling=$true\n  AuthenticationMethod = @('Pap',\n "
         "'Chap')\n}\r\n"
         "Add-VpnConnection @params -PassThru",
         "A", "a.example", 3},
        {"$n='A'\n$p=[ordered]@{Name=$n;ServerAddress=\"vpn.$n.example\"}\n"
         "Add-VpnConnection -TunnelType Pptp @p",
         "A", "vpn.A.example", 1},
        {"$p=@{Name='A'}\n$q=@{ServerAddress='a.example'}\nAdd-VpnConnection @p @q", "A",
         "a.example", 0},
        {"$p=@{Name='A';ServerAddress='a.example'}\nAdd-VpnConnection @p\n$p=@{Name='A'}\n"
         "Set-VpnConnection @p -TunnelType Sstp",
         "A", "a.example", 5},
        {"$p=@{Name='A';ServerAddress='a.example';TunnelType=Get-Type}\nAdd-VpnConnection @p", "A",
         "a.example", 0}, /* and a note */
        {"$p=@{Name='A';ServerAddress=Get-Server}\nAdd-VpnConnection @p", NULL, NULL, 0},
        {"$p=@{Name='A';ServerAddress='a.example'}\n$p.TunnelType='Sstp'\nAdd-VpnConnection @p",
         NULL, NULL, 0},
        {"$p=@{Name='A';ServerAddress='a.example'}\n$p['TunnelType']='Sstp'\nAdd-VpnConnection @p",
         NULL, NULL, 0},
        {"$p=@{Name='A';ServerAddress='a.example'}\n$p += @{TunnelType='Sstp'}\nAdd-VpnConnection "
         "@p",
         NULL, NULL, 0},
        {"$p=@{Name='A';ServerAddress='a.example'}\n$p=Get-Table\nAdd-VpnConnection @p", NULL, NULL,
         0},
        {"$p=@{Name='A';ServerAddress='a.example'} + $q\nAdd-VpnConnection @p", NULL, NULL, 0},
        {"$p=@{Name='A'; Get-More; ServerAddress='a.example'}\nAdd-VpnConnection @p", NULL, NULL,
         0},
        {"$p=@{Name='A'; ServerAddress='a.example'\nAdd-VpnConnection @p", NULL, NULL, 0},
        {"Add-VpnConnection @p\n$p=@{Name='A';ServerAddress='a.example'}", NULL, NULL, 0},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) profiles = read_text(rows[i].text, &error);

        g_test_message("%s", rows[i].text);
        if (rows[i].name == NULL) {
            g_assert_null(profiles);
            g_assert_error(error, PS_PROFILE_ERROR, PS_PROFILE_ERROR_COMPUTED);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpuint(profiles->len, ==, 1);
        const Profile *p = profiles->pdata[0];
        g_assert_cmpstr(p->name, ==, rows[i].name);
        g_assert_cmpstr(server(p, 0)->address, ==, rows[i].server);
        g_assert_cmpuint(p->dun.vpn_strategy, ==, rows[i].strategy);
        g_assert_cmpint(p->dun.pap, ==, i == 1);
        g_assert_cmpint(p->dun.gateway_on_remote, ==, i != 1);
        g_assert_cmpuint(p->notes->len, ==, i == 5);
    }
}

/* What Windows takes where nothing is said, by its documentation. */
static void
what_is_not_said(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) profiles = read_text("Add-VpnConnection A b.example", &error);

    g_assert_no_error(error);
    const Profile *p = profiles->pdata[0];
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 0);
    g_assert_cmpuint(p->dun.encryption_type, ==, 1);
    g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2);
    g_assert_true(p->dun.gateway_on_remote);
    g_assert_false(p->remember_password);
    g_assert_cmpuint(p->found_psk.len, ==, 0);
    g_autoptr(GPtrArray) no = read_text("Add-VpnConnection A b -SplitTunneling:$false", &error);
    g_assert_true(((Profile *)no->pdata[0])->dun.gateway_on_remote);
}

/* F4: only running them would tell; they are not run, and the person reads why. */
static void
what_would_have_to_be_run(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"\n\n$p = @{ Name = 'A'; ServerAddress = 'b.example' } + $q\nAdd-VpnConnection @p",
         "Line 4"},
        {"Add-VpnConnection @p -Name A -ServerAddress b", "@p"},
        {"Add-VpnConnection -Name (Get-Name) -ServerAddress b.example", "-Name"},
        {"Add-VpnConnection -Name A -ServerAddress $env:SERVER", "-ServerAddress"},
        {"Add-VpnConnection -Name A -ServerAddress \"$(whoami).example\"", "-ServerAddress"},
        {"Add-VpnConnection -Name A -ServerAddress $unknown", "-ServerAddress"},
        {"$s = Get-Content x; Add-VpnConnection -Name A -ServerAddress $s", "-ServerAddress"},
        {"$s = 'a'; $s += 'b'; Add-VpnConnection -Name A -ServerAddress $s", "-ServerAddress"},
        {"Add-VpnConnection -Name A -ServerAddress ${a.b}", "-ServerAddress"},
        {"Add-VpnConnection -Name A", "no -ServerAddress"},
        {"Add-VpnConnection -ServerAddress b.example", "no -Name"},
        {"Write-Host Add-VpnConnection", "without running"},
        {"\"Add-VpnConnection -Name A -ServerAddress b\"", "without running"},
        {"# Add-VpnConnection -Name A -ServerAddress b", "without running"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", rows[i].text);
        g_assert_null(read_text(rows[i].text, &error));
        g_assert_error(error, PS_PROFILE_ERROR, PS_PROFILE_ERROR_COMPUTED);
        g_assert_nonnull(strstr(error->message, rows[i].says));
    }
}

static void
quotes_and_lines(void)
{
    static const struct {
        const char *text, *name;
    } rows[] = {
        {"Add-VpnConnection -Name 'a ''b'' $c' -ServerAddress b", "a 'b' $c"},
        {"Add-VpnConnection -Name \"a `\"b`\" `$c\"\"\" -ServerAddress b", "a \"b\" $c\""},
        {"Add-VpnConnection -Name a` b -ServerAddress b", "a b"},
        {"$x='Y';Add-VpnConnection -Name \"a $X ${x}z\" -ServerAddress b", "a Y Yz"},
        {"Add-VpnConnection -Name:x -ServerAddress:b", "x"},
        {"Add-VpnConnection `\r\n -Name x `\r\n -ServerAddress b\r\n", "x"},
        {"Add-VpnConnection -Na x -ServerA b", "x"},
        {"VpnClient\\Add-VpnConnection -Name x -ServerAddress b", "x"},
        {"if ($true) {Add-VpnConnection -Name x -ServerAddress b}", "x"},
        {"$r = 5; ADD-VPNCONNECTION -NAME x -SERVERADDRESS b -Verbose", "x"},
        {"$x = @'\nb 'c' $d\n'@\nAdd-VpnConnection -Name $x -ServerAddress b", "b 'c' $d"},
        {"Add-VpnConnection -Name x -ServerAddress b # -Name y", "x"},
        {"Add-VpnConnection -Name x <# -Name y\n#> -ServerAddress b", "x"},
        {"\xef\xbb\xbf"
         "Add-VpnConnection -Name \xc3\xa9 -ServerAddress b",
         "\xc3\xa9"},
        {"Add-VpnConnection -Name \xe9 -ServerAddress b", "\xc3\xa9"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) profiles = read_text(rows[i].text, &error);

        g_test_message("row %" G_GSIZE_FORMAT, i);
        g_assert_no_error(error);
        g_assert_cmpstr(((Profile *)profiles->pdata[0])->name, ==, rows[i].name);
        g_assert_cmpstr(server(profiles->pdata[0], 0)->address, ==, "b");
    }
}

/* F3: a script that doubles its variables ends soon, and has no name to show for it. */
static void
variables_that_grow(void)
{
    GString *text = g_string_new("$a = 'xxxxxxxx'; $l = 'y'\n");
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 2000; i++)
        g_string_append(text, "$a = \"$a$a\"; $l = $l, $l\n");
    g_string_append(text, "Add-VpnConnection -Name $a -ServerAddress b -ServerList $l");
    g_autofree char *owned = g_string_free(text, FALSE);
    g_assert_null(read_text(owned, &error));
    g_assert_error(error, PS_PROFILE_ERROR, PS_PROFILE_ERROR_COMPUTED);
}

/* Values that are wrong are said; the connection is there all the same. */
static void
values_that_are_none(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) profiles =
        read_text("Add-VpnConnection A b -TunnelType Carrier -EncryptionLevel Some "
                  "-AuthenticationMethod MachineCertificate -DnsSuffix 'no_t a/name' "
                  "-IdleDisconnectSeconds soon -Odd 1\nAdd-VpnConnectionRoute A 10.0.0.0/33",
                  &error);

    g_assert_no_error(error);
    const Profile *p = profiles->pdata[0];
    g_assert_cmpuint(p->notes->len, ==, 6);
    g_assert_cmpuint(p->routes->len, ==, 0);
    g_assert_cmpstr(other(p, "-Odd"), ==, "1");
    g_assert_cmpuint(profile_auth(p), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ps-profile/table", out_of_a_table);
    g_test_add_func("/ps-profile/script", a_script_of_an_administrator);
    g_test_add_func("/ps-profile/positions", positions_and_changes);
    g_test_add_func("/ps-profile/bound", bound_as_powershell_does);
    g_test_add_func("/ps-profile/defaults", what_is_not_said);
    g_test_add_func("/ps-profile/F4-never-run", what_would_have_to_be_run);
    g_test_add_func("/ps-profile/quotes", quotes_and_lines);
    g_test_add_func("/ps-profile/F3-growth", variables_that_grow);
    g_test_add_func("/ps-profile/values", values_that_are_none);
    return g_test_run();
}
