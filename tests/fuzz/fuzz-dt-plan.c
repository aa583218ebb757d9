/*
 * fuzz-dt-plan.c - a Connect call of any content: the octets are an a{sv} as D-Bus callers may send
 * it (threats D2). The first octet says whether it is taken as a plan or as secrets. What is
 * accepted must be valid, and must come back the same from another turn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-plan.h"

#include <stdlib.h>

static void
must(bool condition)
{
    if (!condition)
        abort();
}

static void
try_plan(GVariant *v)
{
    g_autofree struct dial_plan *p = g_new0(struct dial_plan, 1);
    g_autofree struct dial_plan *again = g_new0(struct dial_plan, 1);
    g_autoptr(GError) error = NULL;
    const char *why;

    if (!dt_plan_from_variant(v, p, &error)) {
        must(error != NULL && g_utf8_validate(error->message, -1, NULL));
        return;
    }
    must(error == NULL && dial_plan_valid(p, &why));
    g_autoptr(GVariant) back = g_variant_ref_sink(dt_plan_to_variant(p));
    must(dt_plan_from_variant(back, again, NULL));
    must(strcmp(p->name, again->name) == 0 && p->n_servers == again->n_servers &&
         p->auth == again->auth && p->ca_len == again->ca_len && p->n_routes == again->n_routes &&
         p->default_gateway == again->default_gateway && p->pin_set == again->pin_set);
    dial_plan_clear(p);
    dial_plan_clear(again);
}

static void
try_credentials(GVariant *v)
{
    struct credentials c;
    g_autoptr(GError) error = NULL;
    const char *why;

    if (dt_credentials_from_variant(v, &c, &error)) {
        must(credentials_valid(&c, &why));
        credentials_wipe(&c);
    } else {
        must(error != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autoptr(GBytes) bytes = g_bytes_new(data + 1, size - 1);
    g_autoptr(GVariant) raw =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, bytes, FALSE));
    /* GDBus hands on only what is well-formed; so does this. */
    g_autoptr(GVariant) v = g_variant_get_normal_form(raw);

    if (data[0] & 1)
        try_credentials(v);
    else
        try_plan(v);
    return 0;
}
