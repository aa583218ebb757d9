/* dt-choices.c - see dt-choices.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-choices"

#include "dt-choices.h"

#include <errno.h>
#include <gio/gio.h>

enum { MAX_TEXT = 255 };

static char *
path(void)
{
    return g_build_filename(g_get_user_config_dir(), "dialtone", "everybody.ini", NULL);
}

/* Empty when there is none, or when it was damaged: what is typed next is kept again. */
static GKeyFile *
load(void)
{
    GKeyFile *file = g_key_file_new();
    g_autofree char *name = path();

    g_key_file_load_from_file(file, name, G_KEY_FILE_NONE, NULL);
    return file;
}

/* Of a folder that an administrator made by hand, too, which may be called anything. */
static char *
group_of(const Profile *p)
{
    return g_uri_escape_string(p->id, NULL, FALSE);
}

static void
take_text(GKeyFile *file, const char *group, const char *key, char **text)
{
    g_autofree char *value = g_key_file_get_string(file, group, key, NULL);

    if (value != NULL && g_utf8_strlen(value, -1) <= MAX_TEXT)
        profile_set(text, value);
}

void
dt_choices_apply(Profile *p)
{
    if (!p->system)
        return;
    g_autoptr(GKeyFile) file = load();
    g_autofree char *group = group_of(p);

    if (!g_key_file_has_group(file, group))
        return;
    take_text(file, group, "UserName", &p->user);
    take_text(file, group, "Domain", &p->domain);
    p->remember_password = g_key_file_get_boolean(file, group, "RememberPassword", NULL);
    p->dial_automatically = g_key_file_get_boolean(file, group, "DialAutomatically", NULL);
}

gboolean
dt_choices_for_everybody(const Profile *p)
{
    g_autoptr(GKeyFile) file = load();
    g_autofree char *group = group_of(p);

    return p->system && g_key_file_get_boolean(file, group, "DialForEverybody", NULL);
}

static gboolean
save(GKeyFile *file, GError **error)
{
    g_autofree char *name = path(), *folder = g_path_get_dirname(name);

    if (g_mkdir_with_parents(folder, 0700) == 0)
        return g_key_file_save_to_file(file, name, error);
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", folder,
                g_strerror(errno));
    return FALSE;
}

gboolean
dt_choices_save(const Profile *p, gboolean for_everybody, GError **error)
{
    if (!p->system)
        return TRUE;
    g_autoptr(GKeyFile) file = load();
    g_autofree char *group = group_of(p);

    g_key_file_set_string(file, group, "UserName", p->user);
    g_key_file_set_string(file, group, "Domain", p->domain);
    g_key_file_set_boolean(file, group, "RememberPassword", p->remember_password);
    g_key_file_set_boolean(file, group, "DialAutomatically", p->dial_automatically);
    g_key_file_set_boolean(file, group, "DialForEverybody", for_everybody);
    return save(file, error);
}

void
dt_choices_forget(const Profile *p)
{
    if (!p->system)
        return;
    g_autoptr(GKeyFile) file = load();
    g_autofree char *group = group_of(p);

    if (g_key_file_remove_group(file, group, NULL))
        save(file, NULL);
}
