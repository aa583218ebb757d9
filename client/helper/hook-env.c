/* hook-env.c - see hook-env.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "hook-env.h"

#include "helper-details.h"

#include <arpa/inet.h>
#include <string.h>

enum { VALUE_MAX = 900 }; /* a message's text has 1023 octets */

char *
hook_env_safe(const char *text)
{
    char *safe = g_utf8_make_valid(text, -1);

    for (char *c = safe; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && (guchar)*c < 0x80 && strchr(" ._@+:-", *c) == NULL)
            *c = '_';
    if (*safe == '-')
        *safe = '_';
    return safe;
}

static void
put(GStrvBuilder *b, const char *key, const char *value)
{
    g_autofree char *pair = g_strdup_printf("DIALTONE_%s=%s", key, value);

    if (*value != '\0')
        g_strv_builder_add(b, pair);
}

static void
put_number(GStrvBuilder *b, const char *key, unsigned number)
{
    g_autofree char *text = g_strdup_printf("%u", number);

    put(b, key, text);
}

static void
put_address4(GStrvBuilder *b, const char *key, uint32_t address)
{
    char text[16];

    if (address != 0)
        put(b, key, net_ip4_text(address, text));
}

/* Words with a space between them, as many as fit. */
static void
put_words(GStrvBuilder *b, const char *key, const char *const *words)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (; *words != NULL && list->len + strlen(*words) < VALUE_MAX; words++)
        g_string_append_printf(list, "%s%s", list->len > 0 ? " " : "", *words);
    put(b, key, list->str);
}

static void
put_servers(GStrvBuilder *b, const struct helper_dns_settings *dns)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    char text[46];

    for (unsigned i = 0; i < dns->n_servers; i++)
        g_strv_builder_add(words, plan_address_text(&dns->servers[i], text));
    g_auto(GStrv) list = g_strv_builder_end(words);
    put_words(b, "DNS", (const char *const *)list);
}

static void
put_search(GStrvBuilder *b, const struct helper_dns_settings *dns)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    for (unsigned i = 0; i < dns->n_domains; i++)
        if (dns->domains[i].search)
            g_strv_builder_add(words, dns->domains[i].name);
    g_auto(GStrv) list = g_strv_builder_end(words);
    put_words(b, "SEARCH", (const char *const *)list);
}

static void
put_wins(GStrvBuilder *b, const struct dial_plan *plan, const struct net_config *c)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    const uint32_t *wins = plan->n_wins > 0 ? plan->wins : c->wins;
    const unsigned n = plan->n_wins > 0 ? plan->n_wins : c->n_wins;
    char text[16];

    for (unsigned i = 0; i < n; i++)
        g_strv_builder_add(words, net_ip4_text(wins[i], text));
    g_auto(GStrv) list = g_strv_builder_end(words);
    put_words(b, "WINS", (const char *const *)list);
}

static void
put_link(GStrvBuilder *b, const struct dial_plan *plan, const struct helper_link *link)
{
    static const uint8_t none[16];
    const struct net_config *c = helper_link_config(link);
    struct helper_dns_settings dns;
    char text[INET6_ADDRSTRLEN];
    g_auto(GStrv) routes = helper_link_routes(link);

    put(b, "DEVICE", helper_link_name(link));
    put_address4(b, "IP4_ADDRESS", c->local4);
    put_address4(b, "IP4_PEER", c->peer4);
    if (memcmp(c->local6, none, sizeof none) != 0)
        put(b, "IP6_ADDRESS", inet_ntop(AF_INET6, c->local6, text, sizeof text));
    put_number(b, "MTU", c->mtu);
    put(b, "DOMAIN", helper_link_domain(link));
    helper_link_dns(link, &dns);
    put_servers(b, &dns);
    put_search(b, &dns);
    put_wins(b, plan, c);
    put_words(b, "ROUTES", (const char *const *)routes);
}

char **
hook_env(const struct hook_env_facts *facts)
{
    g_autoptr(GStrvBuilder) b = g_strv_builder_new();
    g_autofree char *name = hook_env_safe(facts->plan->name);
    const char *number = facts->path == NULL ? NULL : strrchr(facts->path, '/');

    g_strv_builder_add(b, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    g_strv_builder_add(b, "LC_ALL=C.UTF-8");
    put(b, "CONNECTION_ID", number == NULL ? "" : number + 1);
    put(b, "CONNECTION_NAME", name);
    put_number(b, "OWNER_UID", (unsigned)facts->owner);
    put(b, "FOR_EVERYBODY", facts->plan->for_everybody ? "1" : "0");
    put(b, "PROTOCOL",
        helper_protocol_text(facts->protocol, facts->plan->ipsec != PLAN_IPSEC_NONE));
    put(b, "SERVER_ADDRESS", helper_attempt_server_address(facts->attempt));
    put(b, "DEFAULT_GATEWAY", facts->plan->default_gateway ? "1" : "0");
    put_link(b, facts->plan, helper_attempt_link(facts->attempt));
    return g_strv_builder_end(b);
}

char **
hook_env_ended(char **env, unsigned error)
{
    g_autoptr(GStrvBuilder) b = g_strv_builder_new();

    g_strv_builder_addv(b, (const char **)env);
    put_number(b, "ERROR", error);
    return g_strv_builder_end(b);
}
