/* dt-failure.c - see dt-failure.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-failure.h"

#include "dt-dialer-client.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#define USER_REFUSED "user-refused"

/* clang-format off */
static const struct proxy_words {
    const char *problem, *text, *advice;
} proxy_words[] = {
    {"name-unknown", N_("The name of the proxy is not known."),
     N_("Check the proxy's name, and the network that this computer is in.")},
    {"unreachable", N_("The proxy cannot be reached."),
     N_("Check the proxy's address and port, and the network that this computer is in.")},
    {"not-a-proxy", N_("What answers at the proxy's address is not a proxy of this kind."),
     N_("Check the proxy's address and port, and whether it is an HTTP or a SOCKS5 proxy.")},
    {"server-refused", N_("The proxy does not let the connection through to the server."),
     N_("Check the server's name; or ask who runs the proxy to let HTTPS (CONNECT) through to it.")},
    {USER_REFUSED, N_("The proxy wants another user name or password."),
     N_("Those for the proxy may be others than those for the VPN.")},
};
/* clang-format on */

static const char *
problem_of(GVariant *details)
{
    const char *problem = "";

    if (details != NULL)
        g_variant_lookup(details, "proxy-problem", "&s", &problem);
    return problem;
}

/* NULL: the number says it all. */
static const struct proxy_words *
find(guint32 number, GVariant *details)
{
    const char *problem = problem_of(details);

    for (gsize i = 0; number == RAS_CANNOT_CONNECT_PROXY && i < G_N_ELEMENTS(proxy_words); i++)
        if (g_str_equal(proxy_words[i].problem, problem))
            return &proxy_words[i];
    return NULL;
}

const char *
dt_failure_text(guint32 number, GVariant *details)
{
    const struct proxy_words *words = find(number, details);

    return words != NULL ? _(words->text) : dt_dialer_client_error_text(number);
}

const char *
dt_failure_advice(guint32 number, GVariant *details)
{
    const struct proxy_words *words = find(number, details);

    return words != NULL ? _(words->advice) : dt_dialer_client_error_advice(number);
}

gboolean
dt_failure_proxy_user(GVariant *details)
{
    return g_str_equal(problem_of(details), USER_REFUSED);
}
