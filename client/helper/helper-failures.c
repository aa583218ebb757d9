/* helper-failures.c - see helper-failures.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-failures.h"

#include <string.h>

void
helper_failures_add(struct helper_failures *f, const struct helper_failure *failure)
{
    if (f->n == HELPER_FAILURES_MAX)
        memmove(f->list, f->list + 1, --f->n * sizeof *f->list);
    f->list[f->n++] = *failure;
}

const char *
helper_failures_proxy(const struct helper_failures *f)
{
    static const char *const words[] = {
        [PROXY_THROUGH] = "",
        [PROXY_UNKNOWN] = "name-unknown",
        [PROXY_UNREACHED] = "unreachable",
        [PROXY_IS_NONE] = "not-a-proxy",
        [PROXY_REFUSES_SERVER] = "server-refused",
        [PROXY_REFUSES_USER] = "user-refused",
    };
    unsigned i = f->n;

    while (i > 0 && f->list[i - 1].proxy == PROXY_THROUGH)
        i--;
    return i == 0 ? "" : words[f->list[i - 1].proxy];
}

GVariant *
helper_failures_to_variant(const struct helper_failures *f)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(usssus)"));

    for (unsigned i = 0; i < f->n; i++) {
        const struct helper_failure *one = &f->list[i];

        g_variant_builder_add(&b, "(usssus)", one->number, one->protocol, one->server,
                              one->server_address, (guint32)one->end.error, one->end.detail);
    }
    return g_variant_builder_end(&b);
}
