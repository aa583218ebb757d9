/* profile-list.c - see profile-list.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-list.h"

#include "profile-filter.h"
#include "profile.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

static void
server_free(gpointer data)
{
    struct profile_server *s = data;

    g_free(s->label);
    g_free(s->address);
    g_free(s);
}

static void
action_free(gpointer data)
{
    struct profile_action *a = data;

    g_free(a->event);
    g_free(a->command);
    g_free(a->description);
    g_free(a->key);
    g_free(a);
}

static void
dns_rule_free(gpointer data)
{
    struct profile_dns_rule *r = data;

    g_free(r->domain);
    g_free(r->servers);
    g_free(r);
}

void
profile_other_free(gpointer data)
{
    struct profile_other *o = data;

    g_free(o->file);
    g_free(o->section);
    g_free(o->key);
    g_free(o->value);
    g_free(o);
}

static void
origin_free(gpointer data)
{
    struct profile_origin *o = data;

    g_free(o->file);
    g_free(o->section);
    g_free(o->key);
    g_free(o->value);
    g_free(o);
}

void
profile_lists_init(Profile *p)
{
    p->servers = g_ptr_array_new_with_free_func(server_free);
    p->routes = g_ptr_array_new_with_free_func(g_free);
    p->dns_search = g_ptr_array_new_with_free_func(g_free);
    p->dns_rules = g_ptr_array_new_with_free_func(dns_rule_free);
    p->actions = g_ptr_array_new_with_free_func(action_free);
    profile_filter_init(p);
    p->others = g_ptr_array_new_with_free_func(profile_other_free);
    p->notes = g_ptr_array_new_with_free_func(g_free);
    p->origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, origin_free);
    p->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

void
profile_lists_clear(Profile *p)
{
    g_ptr_array_unref(p->servers);
    g_ptr_array_unref(p->routes);
    g_ptr_array_unref(p->dns_search);
    g_ptr_array_unref(p->dns_rules);
    g_ptr_array_unref(p->actions);
    profile_filter_clear(p);
    g_ptr_array_unref(p->others);
    g_ptr_array_unref(p->notes);
    g_hash_table_unref(p->origins);
    g_hash_table_unref(p->files);
}

static void
copy_texts(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, g_strdup(from->pdata[i]));
}

static void
copy_tables(Profile *to, const Profile *from)
{
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, from->origins);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const struct profile_origin *o = value;
        profile_set_origin(to, name, o->file, o->section, o->key, o->value);
    }
    g_hash_table_iter_init(&iter, from->files);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_hash_table_insert(to->files, g_strdup(name), g_bytes_ref(value));
}

void
profile_lists_copy(Profile *to, const Profile *from)
{
    for (guint i = 0; i < from->servers->len; i++) {
        const struct profile_server *s = from->servers->pdata[i];
        profile_add_server(to, s->label, s->address);
    }
    for (guint i = 0; i < from->dns_rules->len; i++) {
        const struct profile_dns_rule *r = from->dns_rules->pdata[i];
        profile_add_dns_rule(to, r->domain, r->servers);
    }
    for (guint i = 0; i < from->actions->len; i++) {
        const struct profile_action *a = from->actions->pdata[i];
        profile_add_action(to, a->event, a->command, a->description);
        ((struct profile_action *)to->actions->pdata[i])->replaced = a->replaced;
        profile_set(&((struct profile_action *)to->actions->pdata[i])->key, a->key);
    }
    for (guint i = 0; i < from->others->len; i++) {
        const struct profile_other *o = from->others->pdata[i];
        profile_add_other(to, o->file, o->section, o->key, o->value);
    }
    profile_filter_copy(to, from);
    copy_texts(to->routes, from->routes);
    copy_texts(to->dns_search, from->dns_search);
    copy_texts(to->notes, from->notes);
    copy_tables(to, from);
}

void
profile_vpn_alone(Profile *p)
{
    p->tunnel = TRUE;
    p->dialup = FALSE;
    p->connection_type = 1;
}

void
profile_add_server(Profile *p, const char *label, const char *address)
{
    if (p->servers->len == PROFILE_MAX_SERVERS)
        return;
    struct profile_server *s = g_new0(struct profile_server, 1);
    s->label = g_strdup(label);
    s->address = g_strdup(address);
    g_ptr_array_add(p->servers, s);
}

void
profile_add_action(Profile *p, const char *event, const char *command, const char *description)
{
    if (p->actions->len == PROFILE_MAX_ACTIONS)
        return;
    struct profile_action *a = g_new0(struct profile_action, 1);
    a->event = g_strdup(event);
    a->command = g_strdup(command);
    a->description = g_strdup(description == NULL ? "" : description);
    a->key = g_strdup("");
    g_ptr_array_add(p->actions, a);
}

void
profile_add_other(Profile *p, const char *file, const char *section, const char *key,
                  const char *value)
{
    if (p->others->len == PROFILE_MAX_OTHERS)
        return;
    struct profile_other *o = g_new0(struct profile_other, 1);
    o->file = g_strdup(file);
    o->section = g_strdup(section);
    o->key = g_strdup(key);
    o->value = g_strdup(value);
    g_ptr_array_add(p->others, o);
}

void
profile_note(Profile *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    g_autofree char *shown = g_malloc(strlen(text) + 1);
    va_end(args);

    ras_printable(shown, strlen(text) + 1, text, strlen(text)); /* file names can hold anything */
    if (p->notes->len < PROFILE_MAX_NOTES &&
        !g_ptr_array_find_with_equal_func(p->notes, shown, g_str_equal, NULL))
        g_ptr_array_add(p->notes, g_steal_pointer(&shown));
}

void
profile_note_guess(Profile *p)
{
    if (g_str_has_prefix(p->encoding, "CP") || g_str_has_prefix(p->encoding, "ISO-"))
        profile_note(p, _("The text is not Unicode. It was read as %s, which is a guess."),
                     p->encoding);
}

void
profile_add_dns_rule(Profile *p, const char *domain, const char *servers)
{
    if (p->dns_rules->len == PROFILE_MAX_DNS)
        return;
    struct profile_dns_rule *r = g_new0(struct profile_dns_rule, 1);
    r->domain = g_strdup(*domain == '.' ? domain + 1 : domain);
    r->servers = g_strdup(servers);
    g_ptr_array_add(p->dns_rules, r);
}

void
profile_add_dns_search(Profile *p, const char *suffix)
{
    if (p->dns_search->len < PROFILE_MAX_DNS)
        g_ptr_array_add(p->dns_search, g_strdup(suffix));
}

void
profile_set_origin(Profile *p, const char *name, const char *file, const char *section,
                   const char *key, const char *value)
{
    struct profile_origin *o = g_new0(struct profile_origin, 1);

    o->file = g_strdup(file);
    o->section = g_strdup(section);
    o->key = g_strdup(key);
    o->value = g_strdup(value);
    g_hash_table_replace(p->origins, g_strdup(name), o);
}

const struct profile_origin *
profile_origin(const Profile *p, const char *name)
{
    return g_hash_table_lookup(p->origins, name);
}
