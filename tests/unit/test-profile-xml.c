/* test-profile-xml.c - VPNv2 ProfileXML. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-xml.h"

#include "profile-plan.h"

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

    return profile_xml_read(bytes, 0, "Office", error);
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

#define NATIVE(inside)                                                                             \
    "<VPNProfile><NativeProfile><Servers>a.example</Servers>" inside "</NativeProfile></"          \
    "VPNProfile>"
#define LIST(inside)                                                                               \
    NATIVE("<NativeProtocolType>ProtocolList</"                                                    \
           "NativeProtocolType><ProtocolList><NativeProtocolList>" inside                          \
           "</NativeProtocolList></ProtocolList>")

/* A letter each, in order. */
static char *
dialed(const Profile *p)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];
    const guint n = profile_dialable(p, order);
    GString *letters = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_c(letters, *profile_protocol_name(order[i]));
    return g_string_free(letters, FALSE);
}

/* What a list of protocols dials: those that are in it, in its order, and never another. */
static void
a_list_of_protocols(void)
{
    static const struct {
        const char *text;
        guint strategy;
        const char *note; /* a part of it; NULL: none */
        const char *dials;
    } rows[] = {
        {LIST("<Type>Sstp</Type>"), 5, NULL, "S"},
        {LIST("<Type>L2TP</Type>"), 3, NULL, "L"},
        {LIST("<Type>Pptp</Type>"), 1, NULL, "P"},
        {LIST("<Type>Ikev2</Type>"), 7, NULL, ""},
        {LIST("<Type>Ikev2</Type><Type>Sstp</Type>"), 14, NULL, "S"},
        {LIST("<Type>Sstp</Type><Type>Ikev2</Type>"), 5, "IKEv2", "S"},
        {LIST("<Type>Sstp</Type><Type>L2tp</Type><Type>Pptp</Type>"), 0, NULL, "SLP"},
        {LIST("<Type>Pptp</Type><Type>L2tp</Type><Type>Pptp</Type>"), 2, NULL, "PL"},
        {LIST("<Type>L2tp</Type><Type>Pptp</Type>"), 4, NULL, "LP"},
        {LIST("<Type>Sstp</Type><Type>L2tp</Type>"), 13, NULL, "SL"},
        {LIST("<Type>Sstp</Type><Type>Pptp</Type>"), 12, NULL, "SP"},
        {LIST("<Type>Ikev2</Type><Type>Sstp</Type><Type>L2tp</Type>"), 13, "IKEv2", "SL"},
        {LIST("<Type>L2tp</Type><Type>Sstp</Type><Type>Pptp</Type>"), 0, NULL, "LSP"},
        {LIST("<Type>L2tp</Type><Type>Pptp</Type><Type>Sstp</Type>"), 0, NULL, "LPS"},
        {LIST("<Type>Pptp</Type><Type>Sstp</Type><Type>L2tp</Type>"), 0, NULL, "PSL"},
        {LIST("<Type>Pptp</Type><Type>L2tp</Type><Type>Sstp</Type>"), 0, NULL, "PLS"},
        {LIST("<Type>Pptp</Type><Type>Sstp</Type><Type>Ikev2</Type>"), 12, "IKEv2", "PS"},
        {LIST("<Type>Morse</Type><Type>Sstp</Type>"), 5, "Morse", "S"},
        {LIST(""), 15, NULL, "SLP"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = read_text(rows[i].text, NULL);

        g_test_message("%s", rows[i].text);
        g_autofree char *dials = dialed(p);
        g_assert_cmpuint(p->dun.vpn_strategy, ==, rows[i].strategy);
        g_assert_cmpstr(dials, ==, rows[i].dials);
        g_assert_cmpuint(p->notes->len, ==, rows[i].note != NULL);
        if (rows[i].note != NULL)
            g_assert_nonnull(strstr(p->notes->pdata[0], rows[i].note));
    }
}

static gboolean
noted(const Profile *p, const char *part)
{
    for (guint i = 0; i < p->notes->len; i++)
        if (strstr(p->notes->pdata[i], part) != NULL)
            return TRUE;
    return FALSE;
}

/* What Windows does with the traffic and this program does not is said, and is no other way. */
static void
what_is_not_done_is_said(void)
{
    g_autoptr(Profile) p = read_text(
        "<VPNProfile><NativeProfile><Servers>a.example</Servers></NativeProfile>"
        "<LockDown>true</LockDown><ByPassForLocal>true</ByPassForLocal>"
        "<TrafficFilter><Protocol>6</Protocol></TrafficFilter>"
        "<PluginProfile><PluginPackageFamilyName>Example.VPN</PluginPackageFamilyName></"
        "PluginProfile>"
        "<Route><Address>10.0.0.0</Address><PrefixSize>8</PrefixSize></Route>"
        "<Route><Address>10.9.0.0</Address><PrefixSize>16</PrefixSize>"
        "<ExclusionRoute>true</ExclusionRoute></Route>"
        "<Route><Address>192.0.2.0</Address><PrefixSize>24</PrefixSize>"
        "<ExclusionRoute>false</ExclusionRoute></Route>"
        "<DomainNameInformation><DomainName>.</DomainName><DnsServers>10.0.0.53</DnsServers>"
        "</DomainNameInformation></VPNProfile>",
        NULL);

    g_assert_cmpuint(p->routes->len, ==, 2);
    g_assert_cmpstr(p->routes->pdata[0], ==, "10.0.0.0/8");
    g_assert_cmpstr(p->routes->pdata[1], ==, "192.0.2.0/24");
    g_assert_true(noted(p, "10.9.0.0/16") && noted(p, "LockDown") && noted(p, "TrafficFilter") &&
                  noted(p, "Example.VPN"));
    g_assert_cmpuint(p->notes->len, ==, 4);
    g_assert_cmpstr(p->web_proxy_except, ==, "<local>");
    const struct profile_dns_rule *all = p->dns_rules->pdata[0];
    g_assert_cmpstr(all->domain, ==, "");
    g_assert_cmpstr(all->servers, ==, "10.0.0.53");
}

/* Ways to write the same in XML. */
static void
each_way_to_write_it(void)
{
    static const struct {
        const char *text, *label, *encoding;
    } rows[] = {
        {"<VPNProfile><NativeProfile><Servers><![CDATA[a.example;B&B]]></Servers></NativeProfile>"
         "</VPNProfile>",
         "B&B", "UTF-8"},
        {"<v:VPNProfile xmlns:v=\"urn:x\"><v:NativeProfile><v:Servers>a.example;n</v:Servers>"
         "</v:NativeProfile></v:VPNProfile>",
         "n", "UTF-8"},
        {"<!-- VPNProfile --><!DOCTYPE VPNProfile><Root><Other>a</Other><VPNProfile><NativeProfile>"
         "<Servers>a.<!-- b -->example;in</Servers></NativeProfile></VPNProfile></Root>",
         "in", "UTF-8"},
        {"<?xml version='1.0' encoding='Windows-1251'?><VPNProfile><NativeProfile><Servers>"
         "a.example;\xcc\xee</Servers></NativeProfile></VPNProfile>",
         "Мо", "CP1251"},
        {"<VPNProfile><NativeProfile><Servers>a.example;\xfc</Servers></NativeProfile></"
         "VPNProfile>",
         "ü", "CP1252"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new(rows[i].text, strlen(rows[i].text));
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) p = read_text(rows[i].text, &error);

        g_assert_no_error(error);
        g_test_message("%s", rows[i].label);
        g_assert_true(profile_xml_is(bytes));
        g_assert_cmpuint(p->servers->len, ==, 1);
        const struct profile_server *s = p->servers->pdata[0];
        g_assert_cmpstr(s->address, ==, "a.example");
        g_assert_cmpstr(s->label, ==, rows[i].label);
        g_assert_cmpstr(p->encoding, ==, rows[i].encoding);
        g_assert_cmpuint(p->notes->len, ==, g_str_equal(rows[i].encoding, "CP1252")); /* a guess */
        g_assert_cmpuint(p->others->len, ==, 0);
    }
}

static void
several_in_one_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) p =
        read_text("<a><VPNProfile><DnsSuffix>a.example</DnsSuffix></VPNProfile>"
                  "<VPNProfile><DnsSuffix>b.example</DnsSuffix></VPNProfile></a>",
                  &error);

    g_assert_no_error(error);
    g_assert_cmpstr(p->dun.dns_suffix, ==, "a.example");
    g_assert_true(noted(p, "several"));
    g_assert_null(read_text("<a><b/></a>", &error));
    g_assert_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_EMPTY);
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

/* As Windows writes it for Get-VpnConnection's EapConfigXmlStream. */
static void
eap_of_peap(void)
{
    static const char text[] =
        "<VPNProfile><NativeProfile><Servers>vpn.example.com</Servers><Authentication>"
        "<UserMethod>Eap</UserMethod><Eap><Configuration>"
        "<EapHostConfig><EapMethod><Type>25</Type><VendorId>0</VendorId></EapMethod><Config>"
        "<Eap><Type>25</Type><EapType><ServerValidation>"
        "<DisableUserPromptForServerValidation>true</DisableUserPromptForServerValidation>"
        "<ServerNames>nps1.example.com;nps2.example.com</ServerNames>"
        "<TrustedRootCA>5a 89 fe cb 5b 49 a7 0b 1e 64 a5 37 9f bb 80 21 e2 5f 4e c6 "
        "</TrustedRootCA>"
        "<TrustedRootCA>00112233445566778899aabbccddeeff00112233</TrustedRootCA>"
        "</ServerValidation><FastReconnect>true</FastReconnect><Eap><Type>26</Type><EapType>"
        "<UseWinLogonCredentials>false</UseWinLogonCredentials></EapType></Eap>"
        "<RequireCryptoBinding>%s</RequireCryptoBinding>"
        "<PeapExtensions><PerformServerValidation>%s</PerformServerValidation>"
        "<IdentityPrivacy><EnableIdentityPrivacy>true</EnableIdentityPrivacy>"
        "<AnonymousUserName>anonymous</AnonymousUserName></IdentityPrivacy></PeapExtensions>"
        "</EapType></Eap></Config></EapHostConfig></Configuration></Eap></Authentication>"
        "</NativeProfile></VPNProfile>";

    for (guint i = 0; i < 4; i++) {
        g_autofree char *one =
            g_strdup_printf(text, i & 1 ? "true" : "false", i & 2 ? "true" : "false");
        g_autoptr(Profile) p = read_text(one, NULL);
        struct dial_plan plan;
        struct credentials c;

        g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_PEAP);
        g_assert_cmpint(p->eap.unbound, ==, (i & 1) == 0);
        g_assert_cmpuint(p->notes->len, ==, (i & 2) == 0); /* it would not be checked */
        g_assert_true(profile_plan(p, &(struct plan_request){.user = "anna"}, &plan, &c, NULL));
        g_assert_cmpstr(plan.eap.names, ==, "nps1.example.com;nps2.example.com");
        g_assert_cmpstr(plan.eap.roots, ==,
                        "5a89fecb5b49a70b1e64a5379fbb8021e25f4ec6;"
                        "00112233445566778899aabbccddeeff00112233");
        g_assert_cmpstr(plan.eap.identity, ==, "anonymous");
        g_assert_cmpint(plan.eap.unbound, ==, (i & 1) == 0);
        dial_plan_clear(&plan);
        credentials_wipe(&c);
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
    g_test_add_func("/profile-xml/list", a_list_of_protocols);
    g_test_add_func("/profile-xml/not-done", what_is_not_done_is_said);
    g_test_add_func("/profile-xml/ways", each_way_to_write_it);
    g_test_add_func("/profile-xml/several", several_in_one_file);
    g_test_add_func("/profile-xml/F3-hostile", hostile);
    g_test_add_func("/profile-xml/eap-of-peap", eap_of_peap);
    g_test_add_func("/profile-xml/is", what_it_is);
    return g_test_run();
}
