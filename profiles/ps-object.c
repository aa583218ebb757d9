/* ps-object.c - see ps-object.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ps-object.h"

static const char *
argument_named(const struct ps_command *c, const char *name, guint position)
{
    for (guint i = 0; i < c->arguments->len; i++) {
        const struct ps_argument *a = c->arguments->pdata[i];
        if (a->values->len != 1 || a->computed)
            continue;
        if (g_ascii_strcasecmp(a->name, name) == 0 || (*a->name == '\0' && position-- == 0))
            return a->values->pdata[0];
    }
    return NULL;
}

char *
ps_object_server(const struct ps_command *c)
{
    const char *address = argument_named(c, "ServerAddress", 0);
    const char *label = argument_named(c, "FriendlyName", 1);

    return address == NULL ? NULL : g_strconcat(address, label == NULL ? "" : ";", label, NULL);
}

static gboolean
has_switch(const struct ps_command *c, const char *name)
{
    for (guint i = 0; i < c->arguments->len; i++) {
        const struct ps_argument *a = c->arguments->pdata[i];
        if (g_ascii_strcasecmp(a->name, name) == 0)
            return a->values->len == 0 || g_str_equal(a->values->pdata[0], "True");
    }
    return FALSE;
}

char *
ps_object_eap(const struct ps_command *c)
{
    const guint type = has_switch(c, "Tls")    ? 13
                       : has_switch(c, "Ttls") ? 21
                       : has_switch(c, "Peap") ? 25
                                               : 26; /* which has no certificate of a server */

    for (guint i = 0; i < c->arguments->len; i++) {
        const struct ps_argument *a = c->arguments->pdata[i];
        if (a->computed || g_ascii_strcasecmp(a->name, "TunnelledEapAuthMethod") == 0)
            return NULL;
    }
    if (c->splatted != NULL)
        return NULL;
    return g_strdup_printf(
        "<EapHostConfig><EapMethod><Type>%u</Type></EapMethod><Config><Eap><EapType>"
        "<PerformServerValidation>%s</PerformServerValidation>"
        "</EapType></Eap></Config></EapHostConfig>",
        type, type == 26 || has_switch(c, "VerifyServerIdentity") ? "true" : "false");
}
