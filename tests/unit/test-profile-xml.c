/* test-profile-xml.c - VPNv2 ProfileXML. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-xml.h"

#include <string.h>

static const char sample[] =
    "<?xml version=\"1.0\"?>\n<VPNProfile>\n<AlwaysOn>true</AlwaysOn>\n"
    "<RememberCredentials>false</RememberCredentials>\n"
    "<DnsSuffix>corp.example.com,lab.example.com</DnsSuffix>\n"
    "<DomainNameInformation><DomainName>.corp.example.com</DomainName>"
    "<DnsServers>10.0.0.53,10.0.0.54</DnsServers></DomainNameInformation>\n"
    "<NativeProfile><Servers>vpn1.example.com;Berlin,vpn2.example.com</Servers>"
    "<RoutingPolicyType>SplitTunnel</RoutingPolicyType>"
    "<NativeProtocolType>L2tp</NativeProtocolType><L2tpPsk>t0p &amp; secret</L2tpPsk>"
    "<DisableClassBasedDefaultRoute>true</DisableClassBasedDefaultRoute>"
    "<Authentication><UserMethod>Eap</UserMethod><Eap><Configuration>"
    "<EapHostConfig xmlns=\"http://www.microsoft.com/provisioning/EapHostConfig\"><EapMethod>"
    "<Type xmlns=\"http://www.microsoft.com/provisioning/EapCommon\">26</Type></EapMethod>"
    "</EapHostConfig></Configuration></Eap></Authentication></NativeProfile>\n"
    "<Route><Address>10.0.0.0</Address><PrefixSize>8</PrefixSize></Route>\n"
    "<Route><Address>2001:db8::</Address><PrefixSize>32</PrefixSize></Route>\n</VPNProfile>\n";

static Profile *
read_text(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return profile_xml_read(bytes, "Office", error);
}

static void
everything(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) p = read_text(sample, &error);
    const struct profile_dns_rule *rule;

    g_assert_no_error(error);
    g_assert_cmpstr(p->name, ==, "Office");
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 3);
    g_assert_true(p->tunnel && !p->dialup); /* no line before it */
    g_assert_cmpuint(p->servers->len, ==, 2);
    g_assert_cmpstr(((struct profile_server *)p->servers->pdata[0])->label, ==, "Berlin");
    g_assert_cmpstr(((struct profile_server *)p->servers->pdata[1])->address, ==,
                    "vpn2.example.com");
    g_assert_true(!p->dun.gateway_on_remote && !p->dun.class_route && p->hide_remember_password);
    g_assert_true(p->dun.eap && !p->dun.mschap2 && p->dun.custom_auth_key == 26);
    g_assert_cmpstr(p->dun.dns_suffix, ==, "corp.example.com");
    g_assert_cmpstr(p->dns_search->pdata[0], ==, "lab.example.com");
    g_assert_cmpuint(p->routes->len, ==, 2);
    g_assert_cmpstr(p->routes->pdata[1], ==, "2001:db8::/32");
    rule = p->dns_rules->pdata[0];
    g_assert_cmpstr(rule->domain, ==, "corp.example.com");
    g_assert_cmpstr(rule->servers, ==, "10.0.0.53 10.0.0.54");
    g_assert_cmpstr((const char *)p->found_psk.data, ==, "t0p & secret");
    g_assert_cmpuint(p->others->len, ==, 1); /* AlwaysOn */
    g_assert_cmpstr(profile_origin(p, "Networking/VpnStrategy")->key, ==,
                    "VPNProfile/NativeProfile/NativeProtocolType");
}

/* F3: entities, depth, what ends early. */
static void
hostile(void)
{
    g_autoptr(GString) deep = g_string_new(NULL);
    static const char *const texts[] = {
        "", "<VPNProfile>", "<VPNProfile></Other>",
        "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><VPNProfile><DnsSuffix>&a;</DnsSuffix></VPNProfile>"};

    for (guint i = 0; i <= PROFILE_XML_MAX_DEPTH; i++)
        g_string_append(deep, "<VPNProfile>");
    for (gsize i = 0; i <= G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(read_text(i < G_N_ELEMENTS(texts) ? texts[i] : deep->str, &error));
        g_assert_error(error, G_MARKUP_ERROR, error->code);
    }
}

static void
what_it_is(void)
{
    static const struct {
        const char *text;
        gboolean is;
    } rows[] = {
        {sample, TRUE}, {"  <VPNProfile/>", TRUE}, {"<html/>", FALSE}, {"VPNProfile", FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new(rows[i].text, strlen(rows[i].text));
        g_assert_cmpint(profile_xml_is(bytes), ==, rows[i].is);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-xml/everything", everything);
    g_test_add_func("/profile-xml/F3-hostile", hostile);
    g_test_add_func("/profile-xml/is", what_it_is);
    return g_test_run();
}
