/* dt-attempts.c - see dt-attempts.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-attempts.h"

#include "dt-dialer-client.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

GVariant *
dt_attempts(GVariant *details)
{
    GVariant *list = details == NULL
                         ? NULL
                         : g_variant_lookup_value(details, "attempts", G_VARIANT_TYPE("a(usssus)"));

    return list != NULL
               ? list
               : g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE("(usssus)"), NULL, 0));
}

struct dt_attempt
dt_attempt_at(GVariant *attempts, gsize i)
{
    struct dt_attempt a;

    g_variant_get_child(attempts, i, "(u&s&s&su&s)", &a.number, &a.protocol, &a.server,
                        &a.server_address, &a.error, &a.detail);
    return a;
}

/* Names, which are the same in every language. */
static const char *
protocol_name(const char *protocol)
{
    static const struct {
        const char *key, *name;
    } names[] = {
        {"sstp", "SSTP"}, {"l2tp-ipsec", "L2TP/IPsec"}, {"l2tp", "L2TP"}, {"pptp", "PPTP"}};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(names[i].key, protocol))
            return names[i].name;
    return protocol;
}

char *
dt_attempt_text(const struct dt_attempt *attempt)
{
    const gboolean is_name = !g_str_equal(attempt->server_address, attempt->server);
    const gboolean address = is_name && *attempt->server_address != '\0';
    g_autofree char *server =
        address ? g_strdup_printf("%s (%s)", attempt->server, attempt->server_address)
                : g_strdup(attempt->server);
    g_autofree char *number = dt_dialer_client_error_number(attempt->error);
    const char *detail = attempt->detail;
    g_autofree char *line = g_strdup_printf(
        /* a protocol, a server, a number, a sentence */
        _("Tried %s to %s: Error %s: %s"), protocol_name(attempt->protocol), server, number,
        dt_dialer_client_error_text(attempt->error));
    g_autofree char *text =
        *detail != '\0' ? g_strdup_printf("%s (%s)", line, detail) : g_steal_pointer(&line);
    const gsize n = strlen(text);
    char *safe = g_malloc(n + 1);

    ras_printable(safe, n + 1, text, n);
    return safe;
}
