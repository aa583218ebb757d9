/* helper-details.c - see helper-details.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-details.h"

#include "helper-register.h"

#include <arpa/inet.h>
#include <stdio.h>

const char *
helper_protocol_text(enum plan_protocol protocol, bool ipsec)
{
    switch (protocol) {
    case PLAN_SSTP:
        return "sstp";
    case PLAN_L2TP_IPSEC:
        return ipsec ? "l2tp-ipsec" : "l2tp"; /* in the clear, and told so */
    case PLAN_PPTP:
        return "pptp";
    }
    return "";
}

static void
put_text(GVariantBuilder *b, const char *key, const char *text)
{
    if (*text != '\0')
        g_variant_builder_add(b, "{sv}", key, g_variant_new_string(text));
}

static void
put_address4(GVariantBuilder *b, const char *key, uint32_t address)
{
    char text[16];

    if (address != 0)
        put_text(b, key, net_ip4_text(address, text));
}

static void
put_addresses4(GVariantBuilder *b, const char *key, const uint32_t *addresses, unsigned n)
{
    GVariantBuilder list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    char text[16];

    for (unsigned i = 0; i < n; i++)
        g_variant_builder_add(&list, "s", net_ip4_text(addresses[i], text));
    g_variant_builder_add(b, "{sv}", key, g_variant_builder_end(&list));
}

static void
put_addresses(GVariantBuilder *b, const char *key, const struct plan_address *addresses, unsigned n)
{
    GVariantBuilder list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    char text[46];

    for (unsigned i = 0; i < n; i++)
        g_variant_builder_add(&list, "s", plan_address_text(&addresses[i], text));
    g_variant_builder_add(b, "{sv}", key, g_variant_builder_end(&list));
}

/* FALSE: there is none. */
static gboolean
put_sha256(GVariantBuilder *b, const char *key, const uint8_t sha256[static 32])
{
    static const uint8_t none[32];
    char text[2 * sizeof none + 1];

    if (memcmp(sha256, none, sizeof none) == 0)
        return FALSE;
    for (size_t i = 0; i < sizeof none; i++)
        snprintf(text + 2 * i, 3, "%02x", sha256[i]);
    put_text(b, key, text);
    return TRUE;
}

static void
put_status(GVariantBuilder *b, const struct dial_plan *plan, const struct tunnel_status *s)
{
    GVariant *registration = helper_register_details(plan, &s->registration);

    put_text(b, "auth", s->auth);
    put_text(b, "encryption", s->encryption);
    if (s->weak != 0)
        g_variant_builder_add(b, "{sv}", "weak", g_variant_new_uint32(s->weak));
    if (s->ipsec_remembered != 0)
        g_variant_builder_add(b, "{sv}", "ipsec-remembered",
                              g_variant_new_uint32(s->ipsec_remembered));
    if (registration != NULL)
        g_variant_builder_add(b, "{sv}", "registration", registration);
    put_text(b, "dhcp",
             s->dhcp == NET_DHCP_ANSWERED ? "answered"
             : s->dhcp == NET_DHCP_SILENT ? "silent"
                                          : "");
    put_sha256(b, "certificate-sha256", s->leaf_sha256);
    if (!put_sha256(b, "eap-certificate-sha256", s->eap.sha256))
        return;
    put_text(b, "eap-certificate-name", s->eap.subject);
    put_text(b, "eap-certificate-issuer", s->eap.issuer);
    if (s->eap.until > 0)
        g_variant_builder_add(b, "{sv}", "eap-certificate-until",
                              g_variant_new_uint64((guint64)s->eap.until));
}

static void
put_names(GVariantBuilder *b, const char *key, const struct helper_dns_settings *s, bool search,
          const char *but)
{
    GVariantBuilder list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (unsigned i = 0; i < s->n_domains; i++)
        if (s->domains[i].search == search && !g_str_equal(s->domains[i].name, but))
            g_variant_builder_add(&list, "s", s->domains[i].name);
    g_variant_builder_add(b, "{sv}", key, g_variant_builder_end(&list));
}

static void
put_link(GVariantBuilder *b, const struct helper_details_facts *facts,
         const struct helper_link *link)
{
    const struct dial_plan *plan = facts->plan;
    static const uint8_t none[16];
    const struct net_config *c = helper_link_config(link);
    char text[INET6_ADDRSTRLEN];
    const char *domain = helper_link_domain(link);
    struct helper_dns_settings names;
    char other[IFNAMSIZ];
    g_auto(GStrv) routes = helper_link_routes(link);

    put_text(b, "interface", helper_link_name(link));
    put_address4(b, "local-ip", c->local4);
    put_address4(b, "remote-ip", c->peer4);
    if (memcmp(c->local6, none, sizeof none) != 0)
        put_text(b, "local-ip6", inet_ntop(AF_INET6, c->local6, text, sizeof text));
    helper_link_dns(link, &names);
    put_addresses(b, "dns", names.servers, names.n_servers);
    put_addresses4(b, "wins", plan->n_wins > 0 ? plan->wins : c->wins,
                   plan->n_wins > 0 ? plan->n_wins : c->n_wins);
    put_text(b, "domain", domain);
    put_names(b, "search", &names, true, domain);
    put_names(b, "dns-names", &names, false, "");
    g_variant_builder_add(b, "{sv}", "routes", g_variant_new_strv((const char *const *)routes, -1));
    g_variant_builder_add(b, "{sv}", "default-gateway",
                          g_variant_new_boolean(plan->default_gateway));
    if (!facts->carries && helper_link_bypassed(link, other))
        put_text(b, "bypassed-by", other);
    g_variant_builder_add(b, "{sv}", "mtu", g_variant_new_uint32(c->mtu));
}

/* Who does the encryption of L2TP/IPsec. */
static void
put_esp(GVariantBuilder *b, const struct helper_details_facts *facts)
{
    if (facts->protocol == PLAN_L2TP_IPSEC && facts->plan->ipsec != PLAN_IPSEC_NONE)
        put_text(b, "esp", helper_attempt_kernel_esp(facts->attempt) ? "kernel" : "user-space");
}

GVariant *
helper_details(const struct helper_details_facts *facts)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    const struct helper_attempt *a = facts->attempt;

    put_text(&b, "protocol",
             helper_protocol_text(facts->protocol, facts->plan->ipsec != PLAN_IPSEC_NONE));
    put_text(&b, "server", facts->server->host);
    put_text(&b, "through", facts->plan->through);
    if (a != NULL) {
        put_text(&b, "server-address", helper_attempt_server_address(a));
        put_status(&b, facts->plan, helper_attempt_status(a));
    }
    if (a != NULL && helper_attempt_link(a) != NULL) {
        put_link(&b, facts, helper_attempt_link(a));
        put_esp(&b, facts);
        g_variant_builder_add(&b, "{sv}", "dns-applied",
                              g_variant_new_boolean(helper_attempt_dns_applied(a)));
    }
    put_text(&b, "proxy-problem", helper_failures_proxy(facts->failures));
    if (facts->failures->n > 0)
        g_variant_builder_add(&b, "{sv}", "attempts", helper_failures_to_variant(facts->failures));
    if (facts->hook_troubles->len > 0)
        g_variant_builder_add(&b, "{sv}", "hooks",
                              g_variant_new_strv((const char *const *)facts->hook_troubles->pdata,
                                                 (gssize)facts->hook_troubles->len));
    if (facts->connected_since > 0)
        g_variant_builder_add(&b, "{sv}", "connected-since",
                              g_variant_new_uint64((guint64)facts->connected_since));
    return g_variant_builder_end(&b);
}

const char *
helper_error_text(enum ras_error error)
{
    static char text[16];

    snprintf(text, sizeof text, error > UINT16_MAX ? "0x%08X" : "%u", (unsigned)error);
    return text;
}
