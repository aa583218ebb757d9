/* helper-hold.c - see helper-hold.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-hold.h"

#include "helper-guard.h"

#include <glib.h>
#include <stdio.h>

struct helper_hold {
    struct helper_host *host;
    struct helper_journal *journal;
};

/* The narrower one is asked first, as when routing. */
static gint
by_prefix(gconstpointer a, gconstpointer b)
{
    const struct helper_route *const *x = a, *const *y = b;

    return (*y)->to.prefix - (*x)->to.prefix;
}

static void
add_route(GString *s, const struct helper_route *r)
{
    const char *verdict = r->type == HELPER_ROUTE_THROW ? "accept" : "drop";
    char text[52];

    if (r->to.prefix == 0)
        g_string_append_printf(s, "    meta nfproto ipv%u %s\n", r->to.family, verdict);
    else
        g_string_append_printf(s, "    %s daddr %s %s\n", r->to.family == 4 ? "ip" : "ip6",
                               net_route_text(&r->to, text), verdict);
}

char *
helper_hold_ruleset(const char *name, const struct helper_routes *routes, bool inner)
{
    GString *s = g_string_new(NULL);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();

    for (int i = 0; i < routes->n_routes; i++)
        if (routes->routes[i].table == 0)
            g_ptr_array_add(sorted, (gpointer)&routes->routes[i]);
    g_ptr_array_sort(sorted, by_prefix);
    g_string_append_printf(s,
                           "table inet dialtone-%s {\n"
                           "  chain held {\n"
                           "    meta mark 0x%x accept\n"
                           "    oifname { %s } accept\n"
                           "    udp sport 68 udp dport 67 accept\n"
                           "    udp sport 546 udp dport 547 accept\n"
                           "    ip6 daddr { fe80::/10, ff02::/16 } accept\n",
                           name, HELPER_MARK,
                           inner ? "\"lo\"" : "\"lo\", \"" HELPER_TUN_PREFIX "*\"");
    for (guint i = 0; i < sorted->len; i++)
        add_route(s, sorted->pdata[i]);
    g_string_append(s, "  }\n"
                       "  chain output {\n"
                       "    type filter hook output priority filter; policy accept;\n"
                       "    jump held\n"
                       "  }\n"
                       "  chain forward {\n"
                       "    type filter hook forward priority filter; policy accept;\n"
                       "    jump held\n"
                       "  }\n"
                       "}\n");
    return g_string_free(s, FALSE);
}

struct helper_hold *
helper_hold_new(struct helper_host *host, const struct helper_routes *routes, bool inner,
                int *ret_error)
{
    struct undo u = {.kind = UNDO_GUARD};
    struct helper_journal *journal =
        helper_journal_open(host->state_directory, helper_host_undo, host, ret_error);

    if (journal == NULL)
        return NULL;
    /* Two holds are never called the same: a slot belongs to one of them. */
    snprintf(u.link.name, sizeof u.link.name, "hold-%u", helper_journal_slot(journal));
    g_autofree char *ruleset = helper_hold_ruleset(u.link.name, routes, inner);
    int err = helper_journal_intend(journal, &u);
    if (err == 0)
        err = helper_guard_run(ruleset);
    if (err < 0) {
        helper_journal_undo(journal, helper_host_undo, host);
        *ret_error = err;
        return NULL;
    }
    struct helper_hold *hold = g_new0(struct helper_hold, 1);
    hold->host = host;
    hold->journal = journal;
    return hold;
}

void
helper_hold_free(struct helper_hold *hold)
{
    if (hold == NULL)
        return;
    helper_journal_undo(hold->journal, helper_host_undo, hold->host);
    g_free(hold);
}
