/* cmak-files.c - see cmak-loader.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-loader.h"

#include "cmak-parts.h"
#include "cmak.h"
#include "profile-fields.h"

#include <glib/gi18n-lib.h>

#include <string.h>

const char *
cmak_base_name(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash == NULL ? name : slash + 1;
}

/* --- files that belong to it --- */

GBytes *
cmak_keep_file(struct cmak_loader *l, const char *wanted, gsize max, const char **ret_name)
{
    const char *name = cmak_source_resolve(l->source, wanted);
    g_autoptr(GError) why = NULL;
    GBytes *bytes = NULL;

    if (name == NULL) {
        profile_note(
            l->p,
            cmak_source_name_safe(wanted)
                ? _("The file %s of the profile is missing.")
                : _("The profile names a file outside its folder, which was not opened: %s"),
            wanted);
        return NULL;
    }
    if (g_hash_table_size(l->p->files) < CMAK_MAX_FILES)
        bytes = cmak_source_read(l->source, name, max, &why);
    if (bytes == NULL) {
        profile_note(l->p, _("A file of the profile cannot be read. %s"),
                     why == NULL ? wanted : why->message);
        return NULL;
    }
    *ret_name = cmak_base_name(name);
    g_hash_table_insert(l->p->files, g_utf8_make_valid(*ret_name, -1), g_bytes_ref(bytes));
    return bytes;
}

/* The name under which it is kept, or none, is what the file has said: nobody changed it. */
static void
set_name(Profile *p, char **field, const char *name)
{
    profile_set(field, name);
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        const gboolean found = f->type == FIELD_TEXT && field_text(f, p) == field;
        g_autofree char *of = found ? field_name(f) : NULL;
        const struct profile_origin *o = found ? profile_origin(p, of) : NULL;

        if (o != NULL) {
            g_autofree char *file = g_strdup(o->file), *section = g_strdup(o->section);
            g_autofree char *key = g_strdup(o->key);
            field_set_origin(f, p, file, section, key);
        }
    }
}

static void
keep_named(struct cmak_loader *l, char **field)
{
    const char *name;

    if (**field == '\0')
        return;
    g_autoptr(GBytes) bytes = cmak_keep_file(l, *field, CMAK_MAX_FILE, &name);
    g_autofree char *valid = bytes == NULL ? NULL : g_utf8_make_valid(name, -1);
    set_name(l->p, field, valid);
}

/* A phone book may still have to be downloaded; its name stays then. */
static void
keep_book(struct cmak_loader *l, char **field)
{
    if (**field != '\0' && cmak_source_resolve(l->source, *field) != NULL)
        keep_named(l, field);
}

/* A saved password in a .cmp is neither used nor kept: secrets live in the keyring. */
gboolean
cmak_is_secret(const char *key)
{
    static const char *const keys[] = {"Password", "InternetPassword", "PresharedKey",
                                       "Pre-SharedKey", "PSK"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_ascii_strcasecmp(key, keys[i]) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
holds_secret(const Ini *ini)
{
    const GPtrArray *sections = ini_sections(ini);

    for (guint i = 0; i < sections->len; i++) {
        const struct ini_section *s = sections->pdata[i];
        for (guint j = 0; j < s->entries->len; j++) {
            const struct ini_entry *e = s->entries->pdata[j];
            if (*e->value != '\0' && cmak_is_secret(e->key))
                return TRUE;
        }
    }
    return FALSE;
}

static void
keep_originals(struct cmak_loader *l)
{
    for (int i = 0; i < N_PARTS; i++) {
        if (l->part[i].ini == NULL)
            continue;
        if (holds_secret(l->part[i].ini)) {
            profile_note(l->p, _("There is a password or a key in %s. It was not taken over."),
                         l->part[i].name);
            continue;
        }
        g_hash_table_insert(l->p->files, g_utf8_make_valid(cmak_base_name(l->part[i].name), -1),
                            g_bytes_ref(l->part[i].bytes));
    }
}

void
cmak_take_files(struct cmak_loader *l)
{
    const Ini *inf = l->part[INF].ini;
    const char *licence = inf == NULL ? NULL : ini_get(inf, "CMAK Status", "LicenseFile");

    keep_originals(l);
    keep_named(l, &l->p->logo);
    keep_named(l, &l->p->icon);
    keep_named(l, &l->p->small_icon);
    keep_named(l, &l->p->tray_icon);
    keep_named(l, &l->p->help_file);
    keep_named(l, &l->p->pb_logo);
    keep_book(l, &l->p->pb_file);
    keep_book(l, &l->p->region_file);
    profile_set(&l->p->licence_file, licence);
    keep_named(l, &l->p->licence_file);
}

/* A file that an action names, as text; NULL: not there, and noted. */
static char *
action_text(struct cmak_loader *l, const char *file, const char **ret_name)
{
    g_autoptr(GBytes) bytes = cmak_keep_file(l, file, INI_MAX_FILE, ret_name);
    gsize n;

    if (bytes == NULL)
        return NULL;
    const char *data = g_bytes_get_data(bytes, &n);
    return g_strndup(data == NULL ? "" : data, n);
}

static void
take_routes(struct cmak_loader *l, struct profile_action *a)
{
    g_autofree char *file = cmak_route_file(a->command), *url = cmak_route_url(a->command);
    const char *name;

    g_autofree char *text = file == NULL ? NULL : action_text(l, file, &name);
    if (file == NULL && url != NULL && *url != '\0')
        a->replaced = TRUE;
    if (text == NULL)
        return;
    cmak_take_routes(l->p, name, text);
    a->replaced = TRUE;
}

static void
take_proxy(struct cmak_loader *l, const struct profile_action *a)
{
    g_autofree char *file = cmak_proxy_file(a);
    const char *name;
    gsize n;

    g_autoptr(GBytes) bytes = file == NULL ? NULL : cmak_keep_file(l, file, INI_MAX_FILE, &name);
    const void *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &n);
    g_autoptr(Ini) ini = data == NULL ? NULL : ini_parse(data, n, l->codepage, NULL);
    if (ini != NULL)
        cmak_take_proxy(l->p, ini, name);
}

/* The program that fetches updates for Connection Manager; here profile-update.h does. */
static void
take_update(const struct cmak_loader *l, struct profile_action *a)
{
    const gboolean of_servers = cmak_is_download(a->command, "/vpn");
    const char *url = of_servers ? l->p->server_list_url : l->p->pb_url;

    if (*url != '\0' && (of_servers || cmak_is_download(a->command, "")))
        a->replaced = TRUE;
}

void
cmak_take_action_files(struct cmak_loader *l)
{
    for (guint i = 0; i < l->p->actions->len; i++) {
        take_routes(l, l->p->actions->pdata[i]);
        take_proxy(l, l->p->actions->pdata[i]);
        take_update(l, l->p->actions->pdata[i]);
    }
}

/* --- the pre-shared key --- */

/* How long the key is: one line of text that could have been typed. 0: it is in some other form,
 * which nobody describes. */
static gsize
key_length(const char *text, gsize n)
{
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    for (gsize i = 0; i < n; i++)
        if (text[i] < ' ' || text[i] > '~')
            return 0;
    return n > 0 && *text != '[' ? n : 0;
}

static void
take_key(struct cmak_loader *l, GBytes *bytes, const char *name)
{
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);
    const gsize length = text == NULL ? 0 : key_length(text, n);

    if (length == 0 || !secret_set(&l->p->found_psk, rd_over(text, length))) {
        profile_note(l->p, _("The pre-shared key in %s cannot be read. It will be asked for."),
                     name);
        return;
    }
    l->p->dun.use_preshared_key = TRUE;
    profile_note(l->p,
                 _("The pre-shared key was taken from %s. If the server refuses it, ask for the "
                   "key and type it."),
                 name);
}

/* The file is not kept: keys live in the keyring. */
void
cmak_take_key_file(struct cmak_loader *l)
{
    g_autofree char *networking = g_strconcat("Networking&", l->p->dun_name, NULL);
    const char *const sections[] = {"Connection Manager", networking};

    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
        const struct ini_entry *e = ini_find(l->part[CMS].ini, sections[i], "PreSharedKeyFile");
        const char *name =
            e == NULL || *e->value == '\0' ? NULL : cmak_source_resolve(l->source, e->value);
        g_autoptr(GBytes) bytes =
            name == NULL ? NULL : cmak_source_read(l->source, name, INI_MAX_LINE, NULL);
        const struct ini_entry *pin =
            e == NULL ? NULL : ini_find(l->part[CMS].ini, sections[i], "EncryptPresharedKey");

        if (e == NULL || *e->value == '\0')
            continue;
        if (pin != NULL && ini_number(pin->value, 0) != 0)
            profile_note(l->p,
                         _("The pre-shared key in %s is protected by a PIN, which cannot be "
                           "undone here. It will be asked for."),
                         e->value);
        else if (bytes == NULL)
            profile_note(l->p, _("The file %s of the profile is missing."), e->value);
        else
            take_key(l, bytes, cmak_base_name(name));
    }
}

/* --- phone books of other profiles --- */

static void
keep_merged(struct cmak_loader *l, const char *wanted)
{
    const char *name = NULL;
    g_autoptr(GBytes) bytes = cmak_keep_file(l, wanted, CMAK_MAX_FILE, &name);
    g_autofree char *list = NULL;

    if (bytes == NULL)
        return;
    list = g_strconcat(l->p->merged_files, *l->p->merged_files == '\0' ? "" : "/", name, NULL);
    profile_set(&l->p->merged_files, list);
}

/* Another profile's .cms in the same package, and the phone book that it names. */
static void
take_reference(struct cmak_loader *l, const char *reference)
{
    g_autofree char *key = g_strconcat("CMSFile&", reference, NULL);
    const char *named = ini_get(l->part[CMS].ini, "ISP", key);
    g_autofree char *wanted =
        named != NULL ? g_strdup(named) : g_strconcat(reference, ".cms", NULL);
    const char *name = cmak_source_resolve(l->source, wanted);
    gsize n;

    keep_merged(l, wanted);
    g_autoptr(GBytes) bytes =
        name == NULL ? NULL : cmak_source_read(l->source, name, INI_MAX_FILE, NULL);
    const void *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &n);
    g_autoptr(Ini) ini = data == NULL ? NULL : ini_parse(data, n, l->codepage, NULL);
    const char *book = ini == NULL ? NULL : ini_get(ini, "ISP", "PBFile");
    const char *regions = ini == NULL ? NULL : ini_get(ini, "ISP", "RegionFile");
    if (book != NULL && *book != '\0')
        keep_merged(l, book);
    if (regions != NULL && *regions != '\0')
        keep_merged(l, regions);
}

void
cmak_take_merged(struct cmak_loader *l)
{
    g_auto(GStrv) names = g_strsplit_set(l->p->references, " ,;", -1);
    guint n = 0;

    for (guint i = 0; names[i] != NULL && n < CMAK_MAX_MERGED; i++)
        if (*names[i] != '\0') {
            take_reference(l, names[i]);
            n++;
        }
}
