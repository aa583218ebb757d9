/* helper-early.c - see helper-early.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-early.h"

enum { MAX_SERVERS = 256 };

enum verdict { UNKNOWN, TRY, NEVER_AGAIN };

struct helper_early {
    GHashTable *servers; /* "host:port" -> enum verdict */
};

struct helper_early *
helper_early_new(void)
{
    struct helper_early *e = g_new0(struct helper_early, 1);

    e->servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return e;
}

void
helper_early_free(struct helper_early *e)
{
    if (e == NULL)
        return;
    g_hash_table_unref(e->servers);
    g_free(e);
}

static char *
key_of(const struct plan_server *server)
{
    g_autofree char *host = g_ascii_strdown(server->host, -1);

    return g_strdup_printf("%s:%u", host, server->port);
}

gboolean
helper_early_wanted(struct helper_early *e, const struct plan_server *server)
{
    g_autofree char *key = key_of(server);

    return GPOINTER_TO_INT(g_hash_table_lookup(e->servers, key)) == TRY;
}

void
helper_early_learn(struct helper_early *e, const struct plan_server *server, gboolean asked,
                   gboolean worked)
{
    g_autofree char *key = key_of(server);
    const enum verdict before = GPOINTER_TO_INT(g_hash_table_lookup(e->servers, key));

    if (before == NEVER_AGAIN)
        return;
    if (before == UNKNOWN && g_hash_table_size(e->servers) >= MAX_SERVERS)
        g_hash_table_remove_all(e->servers); /* it only costs a round trip to learn again */
    g_hash_table_insert(e->servers, g_steal_pointer(&key),
                        GINT_TO_POINTER(asked && !worked ? NEVER_AGAIN : TRY));
}
