/* desktop-proxy.c - see desktop-proxy.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "desktop-proxy.h"

#include "dir-file.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PROXY "org.gnome.system.proxy"
#define UNDO  "proxy-undo"
#define CALL  "call" /* a group of that file */

enum { UNDO_MAX = 1024 * 1024 };

/* What is set and put back. The mode comes last: until then nothing of it counts. */
static const struct setting {
    const char *schema, *key;
} settings[] = {
    {PROXY, "autoconfig-url"},
    {PROXY, "ignore-hosts"},
    {PROXY ".http", "host"},
    {PROXY ".http", "port"},
    {PROXY ".http", "use-authentication"},
    {PROXY ".https", "host"},
    {PROXY ".https", "port"},
    {PROXY ".ftp", "host"},
    {PROXY ".ftp", "port"},
    {PROXY ".socks", "host"},
    {PROXY ".socks", "port"},
    {PROXY, "mode"},
};

static GSettings *
open_schema(const char *schema)
{
    return g_settings_new(schema);
}

static gboolean
is_available(void)
{
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();

    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autoptr(GSettingsSchema) schema =
            source == NULL ? NULL
                           : g_settings_schema_source_lookup(source, settings[i].schema, TRUE);
        if (schema == NULL || !g_settings_schema_has_key(schema, settings[i].key))
            return FALSE;
    }
    return TRUE;
}

/* --- the file that says what was there --- */

static char *
state_file(const char *name)
{
    return g_build_filename(g_get_user_state_dir(), "dialtone", name, NULL);
}

/* The folder, locked as long as the program lives that has set a proxy; -1: it has not. */
static int locked = -1;

/* FALSE: another program that lives has set a proxy. */
static gboolean
lock(void)
{
    g_autofree char *folder = state_file("");

    if (locked < 0)
        locked = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (locked < 0 || flock(locked, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return TRUE; /* without a folder there is nothing to put back, either */
    close(locked);
    locked = -1;
    return FALSE;
}

static void
unlock(void)
{
    if (locked >= 0)
        close(locked);
    locked = -1;
}

/* A value of the file, of the type that the setting has; NULL: there is none. */
static GVariant *
recorded(GKeyFile *file, const struct setting *s, const char *what)
{
    g_autoptr(GSettings) group = open_schema(s->schema);
    g_autoptr(GSettingsSchema) schema = NULL;
    g_autofree char *name = g_strconcat(what, "-", s->key, NULL);
    g_autofree char *text = g_key_file_get_string(file, s->schema, name, NULL);

    g_object_get(group, "settings-schema", &schema, NULL);
    g_autoptr(GSettingsSchemaKey) key = g_settings_schema_get_key(schema, s->key);
    g_autoptr(GVariant) value =
        text == NULL
            ? NULL
            : g_variant_parse(g_settings_schema_key_get_value_type(key), text, NULL, NULL, NULL);
    return value != NULL && g_settings_schema_key_range_check(key, value) ? g_steal_pointer(&value)
                                                                          : NULL;
}

static void
record(GKeyFile *file, const struct setting *s, const char *what, GVariant *value)
{
    g_autofree char *name = g_strconcat(what, "-", s->key, NULL);
    g_autofree char *text = value == NULL ? NULL : g_variant_print(value, TRUE);

    if (text != NULL)
        g_key_file_set_string(file, s->schema, name, text);
}

static gboolean
make_folder(GError **error)
{
    g_autofree char *folder = state_file("");

    if (g_mkdir_with_parents(folder, 0700) == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%s cannot be created."), folder);
    return FALSE;
}

static gboolean
save(const char *name, const char *text, gsize n, GError **error)
{
    g_autofree char *folder = state_file("");
    g_autoptr(GBytes) bytes = g_bytes_new(text, n);
    const int dir = dir_open(folder, error);
    const gboolean ok = dir >= 0 && dir_file_write(dir, name, bytes, error);

    if (dir >= 0)
        close(dir);
    return ok;
}

static void
forget_files(void)
{
    g_autofree char *path = state_file(UNDO), *script = state_file("proxy.pac");

    g_unlink(path);
    g_unlink(script);
}

/* --- what is to be there --- */

/* "file:///…/proxy.pac", with the script in it */
static char *
script_url(const struct web_proxy *w, GError **error)
{
    g_autofree char *path = state_file("proxy.pac");

    if (w->script_text == NULL)
        return g_strdup(w->script == NULL ? "" : w->script);
    if (!save("proxy.pac", w->script_text, strlen(w->script_text), error))
        return NULL;
    return g_filename_to_uri(path, NULL, error);
}

static GVariant *
value_for(const struct setting *s, const struct web_proxy *w, const char *url)
{
    static const char *const groups[WEB_PROXY_KINDS] = {".http", ".https", ".ftp", ".socks"};

    if (strcmp(s->key, "mode") == 0)
        return g_variant_new_string(w->mode == WEB_PROXY_SERVERS ? "manual" : "auto");
    if (strcmp(s->key, "autoconfig-url") == 0)
        return g_variant_new_string(url);
    if (strcmp(s->key, "ignore-hosts") == 0)
        return g_variant_new_strv((const char *const *)w->except, -1);
    if (strcmp(s->key, "use-authentication") == 0)
        return g_variant_new_boolean(FALSE);
    for (gsize i = 0; i < WEB_PROXY_KINDS; i++)
        if (strcmp(s->schema + strlen(PROXY), groups[i]) == 0)
            return strcmp(s->key, "host") == 0
                       ? g_variant_new_string(w->servers[i].host ? w->servers[i].host : "")
                       : g_variant_new_int32((gint32)w->servers[i].port);
    g_assert_not_reached();
}

static gboolean
is_writable(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autoptr(GSettings) group = open_schema(settings[i].schema);
        if (!g_settings_is_writable(group, settings[i].key))
            return FALSE;
    }
    return TRUE;
}

const char *
desktop_proxy_problem(void)
{
    return !is_available()  ? _("This desktop has no setting for it.")
           : !is_writable() ? _("The proxy settings of this desktop are locked.")
                            : NULL;
}

static gboolean
set_all(const struct web_proxy *w, const char *call, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    gsize n = 0;
    g_autofree char *url = script_url(w, error);
    if (url == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autoptr(GSettings) group = open_schema(settings[i].schema);
        g_autoptr(GVariant) before = g_settings_get_user_value(group, settings[i].key);
        g_autoptr(GVariant) value = g_variant_ref_sink(value_for(&settings[i], w, url));

        record(file, &settings[i], "before", before);
        record(file, &settings[i], "set", value);
    }
    g_key_file_set_string(file, CALL, "name", call);
    g_autofree char *text = g_key_file_to_data(file, &n, NULL);
    if (!save(UNDO, text, n, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autoptr(GSettings) group = open_schema(settings[i].schema);
        g_settings_set_value(group, settings[i].key, value_for(&settings[i], w, url));
    }
    return TRUE;
}

/* --- as it was --- */

/* What a setting should be again; NULL: it was never set, or is somebody's own wish since. */
static GVariant *
wanted(GKeyFile *file, const struct setting *s, GSettings *group)
{
    g_autoptr(GVariant) ours = recorded(file, s, "set");
    g_autoptr(GVariant) before = recorded(file, s, "before");
    g_autoptr(GVariant) now = g_settings_get_value(group, s->key);

    if (ours == NULL || !g_variant_equal(ours, now))
        return NULL;
    return before != NULL ? g_steal_pointer(&before) : g_settings_get_default_value(group, s->key);
}

static void
restore_one(GKeyFile *file, const struct setting *s)
{
    g_autoptr(GSettings) group = open_schema(s->schema);
    g_autoptr(GVariant) value = wanted(file, s, group);
    g_autoptr(GVariant) before = recorded(file, s, "before");

    if (value != NULL && before != NULL)
        g_settings_set_value(group, s->key, before);
    else if (value != NULL)
        g_settings_reset(group, s->key);
}

static gboolean
is_restored(GKeyFile *file, const struct setting *s)
{
    g_autoptr(GSettings) group = open_schema(s->schema);
    g_autoptr(GVariant) value = wanted(file, s, group);
    g_autoptr(GVariant) now = g_settings_get_value(group, s->key);

    return value == NULL || g_variant_equal(value, now);
}

/* An empty one when there is none, or none that says anything; NULL: it is there, and cannot be
 * read now. */
static GKeyFile *
read_record(GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *folder = state_file("");
    GError *why = NULL;
    const int dir = dir_open(folder, &why);
    g_autoptr(GBytes) bytes = dir < 0 ? NULL : dir_file_read(dir, UNDO, UNDO_MAX, &why);

    if (dir >= 0)
        close(dir);
    if (bytes != NULL)
        g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, NULL);
    if (why != NULL && !g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
        !g_error_matches(why, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE) &&
        !g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE)) {
        g_propagate_error(error, why);
        return NULL;
    }
    g_clear_error(&why);
    return g_steal_pointer(&file);
}

/* The file goes only when the desktop has it all: at the end of a session nobody may be there any
 * more who could write it down. FALSE: the next one has to try again. */
static gboolean
restore_all(GError **error)
{
    g_autoptr(GKeyFile) file = read_record(error);

    if (file == NULL)
        return FALSE;
    for (gsize i = G_N_ELEMENTS(settings); i > 0; i--)
        restore_one(file, &settings[i - 1]);
    g_settings_sync();
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
        if (!is_restored(file, &settings[i])) {
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                                _("What an earlier one has set could not be put back."));
            return FALSE;
        }
    forget_files();
    return TRUE;
}

/* --- both --- */

gboolean
desktop_proxy_set(const struct web_proxy *w, const char *call, GError **error)
{
    const char *problem = desktop_proxy_problem();

    if (problem != NULL) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, problem);
        return FALSE;
    }
    if (!make_folder(error))
        return FALSE;
    if (!lock()) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY,
                            _("Another window of this program has set one."));
        return FALSE;
    }
    if (restore_all(error)) {
        if (set_all(w, call, error))
            return TRUE;
        forget_files();
    }
    unlock();
    return FALSE;
}

void
desktop_proxy_restore(void)
{
    if (!is_available() || !lock())
        return;
    restore_all(NULL);
    unlock();
}

char *
desktop_proxy_left_by(void)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = state_file(UNDO);

    if (locked >= 0 || !lock())
        return NULL;
    unlock();
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
    char *call = g_key_file_get_string(file, CALL, "name", NULL);
    return call != NULL ? call : g_strdup("");
}

GFileMonitor *
desktop_proxy_monitor(void)
{
    g_autofree char *path = state_file(UNDO);
    g_autoptr(GFile) file = g_file_new_for_path(path);

    return g_file_monitor_file(file, G_FILE_MONITOR_NONE, NULL, NULL);
}

void
desktop_proxy_flush(void)
{
    g_settings_sync();
}
