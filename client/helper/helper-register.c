/* helper-register.c - see helper-register.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-register.h"

#include "tunnel-msg.h"

#include <string.h>
#include <unistd.h>

/* clang-format off */
static const struct {
    const char *word, *text;
} outcomes[] = {
    [NET_REGISTER_NONE] =      {"pending", "no answer yet"},
    [NET_REGISTERED] =         {"registered", "registered"},
    [NET_REGISTER_NO_NAME] =   {"no-name", "not registered: it has no name that could be told"},
    [NET_REGISTER_NO_SERVER] = {"no-server", "not registered: the far end named no server"},
    [NET_REGISTER_NO_ZONE] =   {"no-zone", "not registered: its domain has no zone there"},
    [NET_REGISTER_SILENT] =    {"silent", "not registered: no server answered"},
    [NET_REGISTER_REFUSED] =   {"refused", "not registered: the server refused"},
    [NET_REGISTER_TAKEN] =     {"taken", "not registered: the name is in use"},
    [NET_REGISTER_FAILED] =    {"failed", "not registered: the server could not"},
};
/* clang-format on */

bool
helper_register_name_valid(const char *name)
{
    return net_name_valid(name) && strchr(name, '_') == NULL &&
           g_ascii_strcasecmp(name, "localhost") != 0 && !g_str_has_prefix(name, "localhost.");
}

bool
helper_register_message(const struct dial_plan *plan, struct wr *w)
{
    const unsigned flags = (plan->register_dns ? REGISTER_DNS : 0u) |
                           (plan->register_suffix ? REGISTER_SUFFIX : 0u) |
                           (plan->register_wins ? REGISTER_WINS : 0u);
    char name[NET_MAX_NAME] = "";

    if (!plan->register_dns && !plan->register_wins)
        return false;
    if (gethostname(name, sizeof name - 1) < 0 || !helper_register_name_valid(name))
        name[0] = '\0';
    tunnel_msg_begin(w, TUNNEL_REGISTER);
    wr_u8(w, (uint8_t)flags);
    wire_text_put(w, name);
    return !w->bad;
}

static void
tell(struct helper_log *log, const char *what, enum net_registered before, enum net_registered now)
{
    if (now != before && now != NET_REGISTER_NONE)
        helper_log(log, now == NET_REGISTERED ? LOG_INFO : LOG_WARNING, "%s: %s.", what,
                   outcomes[now].text);
}

void
helper_register_tell(struct helper_log *log, const struct net_registration *before,
                     const struct net_registration *now)
{
    g_autofree char *dns =
        g_strdup_printf("This computer in DNS%s%s", now->name[0] != '\0' ? ", as " : "", now->name);

    tell(log, dns, before->dns, now->dns);
    tell(log, "Its address in DNS (PTR)", before->ptr, now->ptr);
    tell(log, "This computer in WINS", before->wins, now->wins);
}

GVariant *
helper_register_details(const struct dial_plan *plan, const struct net_registration *r)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));

    if (!plan->register_dns && !plan->register_wins)
        return NULL;
    if (r->name[0] != '\0')
        g_variant_builder_add(&b, "{ss}", "name", r->name);
    if (plan->register_dns)
        g_variant_builder_add(&b, "{ss}", "dns", outcomes[r->dns].word);
    if (r->ptr != NET_REGISTER_NONE)
        g_variant_builder_add(&b, "{ss}", "ptr", outcomes[r->ptr].word);
    if (plan->register_wins)
        g_variant_builder_add(&b, "{ss}", "wins", outcomes[r->wins].word);
    return g_variant_builder_end(&b);
}
