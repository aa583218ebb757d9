/* profile-file.c - see profile-file.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-file.h"

#include "profile-fields.h"
#include "profile-filter.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#define FORMAT_VERSION 1

static void
put_field(GKeyFile *file, const struct profile_field *f, const Profile *p)
{
    const char *group = field_group(f->scope);

    if (f->type == FIELD_TEXT) {
        const char *text = *field_text(f, (Profile *)p);
        if (*text != '\0')
            g_key_file_set_string(file, group, f->key, text);
    } else if (field_number(f, p) != f->fallback) {
        g_key_file_set_uint64(file, group, f->key, field_number(f, p));
    }
}

static void
put_list(GKeyFile *file, const char *key, const GPtrArray *texts)
{
    if (texts->len > 0)
        g_key_file_set_string_list(file, "Dialtone", key, (const char *const *)texts->pdata,
                                   texts->len);
}

/* As the .cms has them, so that what an older version kept among the others is read alike. */
static void
put_filters(GKeyFile *file, const Profile *p)
{
    g_autoptr(GPtrArray) settings = profile_filter_settings(p);

    for (guint i = 0; i < settings->len; i++) {
        const struct profile_setting *s = settings->pdata[i];
        g_autofree char *group = g_strdup_printf("Number Setting %u", i);
        g_key_file_set_string(file, group, "Section", s->section);
        g_key_file_set_string(file, group, "Key", s->key);
        g_key_file_set_string(file, group, "Value", s->value);
    }
}

static void
put_lists(GKeyFile *file, const Profile *p)
{
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        g_autofree char *group = g_strdup_printf("Server %u", i);
        g_key_file_set_string(file, group, "Label", s->label);
        g_key_file_set_string(file, group, "Address", s->address);
    }
    for (guint i = 0; i < p->actions->len; i++) {
        const struct profile_action *a = p->actions->pdata[i];
        g_autofree char *group = g_strdup_printf("Action %u", i);
        g_key_file_set_string(file, group, "Event", a->event);
        g_key_file_set_string(file, group, "Command", a->command);
        g_key_file_set_string(file, group, "Description", a->description);
        if (*a->key != '\0')
            g_key_file_set_string(file, group, "Key", a->key);
        g_key_file_set_boolean(file, group, "Replaced", a->replaced);
    }
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        g_autofree char *group = g_strdup_printf("Other %u", i);
        g_key_file_set_string(file, group, "File", o->file);
        g_key_file_set_string(file, group, "Section", o->section);
        g_key_file_set_string(file, group, "Key", o->key);
        g_key_file_set_string(file, group, "Value", o->value);
    }
    for (guint i = 0; i < p->dns_rules->len; i++) {
        const struct profile_dns_rule *r = p->dns_rules->pdata[i];
        g_autofree char *group = g_strdup_printf("DNS Rule %u", i);
        g_key_file_set_string(file, group, "Domain", r->domain);
        g_key_file_set_string(file, group, "Servers", r->servers);
    }
    put_filters(file, p);
    put_list(file, "Routes", p->routes);
    put_list(file, "DnsSearch", p->dns_search);
    put_list(file, "Notes", p->notes);
}

/* Sorted, so that the same profile is the same file. */
static void
put_origins(GKeyFile *file, const Profile *p)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(p->origins), (GCompareFunc)strcmp);
    guint i = 0;

    for (const GList *name = names; name != NULL; name = name->next, i++) {
        const struct profile_origin *o = profile_origin(p, name->data);
        const char *const parts[] = {name->data, o->file, o->section, o->key, o->value};
        g_autofree char *key = g_strdup_printf("Origin%u", i);
        g_key_file_set_string_list(file, "Origins", key, parts, G_N_ELEMENTS(parts));
    }
}

GBytes *
profile_file_write(const Profile *p)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    gsize n;

    g_key_file_set_integer(file, "Profile", "Version", FORMAT_VERSION);
    for (guint i = 0; i < profile_n_fields; i++)
        put_field(file, &profile_fields[i], p);
    put_lists(file, p);
    put_origins(file, p);
    char *text = g_key_file_to_data(file, &n, NULL);
    return g_bytes_new_take(text, n);
}

/* Never NULL. */
static char *
get(GKeyFile *file, const char *group, const char *key)
{
    char *text = g_key_file_get_string(file, group, key, NULL);

    return text == NULL ? g_strdup("") : text;
}

static void
get_field(GKeyFile *file, const struct profile_field *f, Profile *p)
{
    const char *group = field_group(f->scope);

    if (!g_key_file_has_key(file, group, f->key, NULL))
        return;
    if (f->type == FIELD_TEXT) {
        g_autofree char *text = get(file, group, f->key);
        profile_set(field_text(f, p), text);
    } else {
        g_autoptr(GError) error = NULL;
        const guint64 number = g_key_file_get_uint64(file, group, f->key, &error);
        if (error == NULL && number <= G_MAXUINT32)
            field_set_number(f, p, (gint64)number);
    }
}

static void
get_servers(GKeyFile *file, Profile *p)
{
    for (guint i = 0; i < PROFILE_MAX_SERVERS; i++) {
        g_autofree char *group = g_strdup_printf("Server %u", i);
        if (!g_key_file_has_group(file, group))
            return;
        g_autofree char *label = get(file, group, "Label"), *address = get(file, group, "Address");
        profile_add_server(p, label, address);
    }
}

static void
get_actions(GKeyFile *file, Profile *p)
{
    for (guint i = 0; i < PROFILE_MAX_ACTIONS; i++) {
        g_autofree char *group = g_strdup_printf("Action %u", i);
        if (!g_key_file_has_group(file, group))
            return;
        g_autofree char *event = get(file, group, "Event"), *command = get(file, group, "Command");
        g_autofree char *description = get(file, group, "Description");
        g_autofree char *key = get(file, group, "Key");
        profile_add_action(p, event, command, description);
        struct profile_action *a = p->actions->pdata[i];
        a->replaced = g_key_file_get_boolean(file, group, "Replaced", NULL);
        profile_set(&a->key, key);
    }
}

/* Bounded by what profile_filter_take() takes: two keys of a filter, three of a reference. */
static void
get_filters(GKeyFile *file, Profile *p)
{
    for (guint i = 0; i < 6 * PROFILE_MAX_FILTERS; i++) {
        g_autofree char *group = g_strdup_printf("Number Setting %u", i);
        if (!g_key_file_has_group(file, group))
            return;
        g_autofree char *section = get(file, group, "Section");
        g_autofree char *key = get(file, group, "Key"), *value = get(file, group, "Value");
        profile_filter_take(p, NULL, section, key, value);
    }
}

static gboolean
is_cms(const char *name)
{
    const gsize n = strlen(name);

    return n > 4 && g_ascii_strcasecmp(name + n - 4, ".cms") == 0;
}

/* An older store has the filters of access numbers among them. */
static void
get_others(GKeyFile *file, Profile *p)
{
    for (guint i = 0; i < PROFILE_MAX_OTHERS; i++) {
        g_autofree char *group = g_strdup_printf("Other %u", i);
        if (!g_key_file_has_group(file, group))
            return;
        g_autofree char *name = get(file, group, "File"), *section = get(file, group, "Section");
        g_autofree char *key = get(file, group, "Key"), *value = get(file, group, "Value");
        if (!is_cms(name) || !profile_filter_take(p, name, section, key, value))
            profile_add_other(p, name, section, key, value);
    }
}

static void
get_dns_rules(GKeyFile *file, Profile *p)
{
    for (guint i = 0; i < PROFILE_MAX_DNS; i++) {
        g_autofree char *group = g_strdup_printf("DNS Rule %u", i);
        if (!g_key_file_has_group(file, group))
            return;
        g_autofree char *domain = get(file, group, "Domain"),
                        *servers = get(file, group, "Servers");
        profile_add_dns_rule(p, domain, servers);
    }
}

static void
get_origins(GKeyFile *file, Profile *p)
{
    gsize n = 0;
    g_auto(GStrv) keys = g_key_file_get_keys(file, "Origins", &n, NULL);

    for (gsize i = 0; i < n; i++) {
        gsize parts = 0;
        g_auto(GStrv) o = g_key_file_get_string_list(file, "Origins", keys[i], &parts, NULL);
        if (parts == 5)
            profile_set_origin(p, o[0], o[1], o[2], o[3], o[4]);
    }
}

static void
get_list(GKeyFile *file, const char *key, GPtrArray *out)
{
    gsize n = 0;
    g_auto(GStrv) texts = g_key_file_get_string_list(file, "Dialtone", key, &n, NULL);

    for (gsize i = 0; i < n; i++)
        g_ptr_array_add(out, g_strdup(texts[i]));
}

Profile *
profile_file_read(GBytes *bytes, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(Profile) p = profile_new();

    if (g_bytes_get_size(bytes) == 0 ||
        !g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, error)) {
        if (error != NULL && *error == NULL)
            g_set_error_literal(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
                                _("The file is empty."));
        return NULL;
    }
    const int version = g_key_file_get_integer(file, "Profile", "Version", NULL);
    if (version != FORMAT_VERSION) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    _("The profile was written by another version of this program (format %d)."),
                    version);
        return NULL;
    }
    for (guint i = 0; i < profile_n_fields; i++)
        get_field(file, &profile_fields[i], p);
    get_servers(file, p);
    get_actions(file, p);
    get_filters(file, p);
    get_others(file, p);
    get_dns_rules(file, p);
    get_origins(file, p);
    get_list(file, "Routes", p->routes);
    get_list(file, "DnsSearch", p->dns_search);
    get_list(file, "Notes", p->notes);
    return g_steal_pointer(&p);
}
