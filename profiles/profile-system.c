/* profile-system.c - see profile-system.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-system.h"

#include "dt-ras-error.h"
#include "profile-file.h"
#include "profile-memory.h"

#include <glib/gi18n-lib.h>

/* What the helper takes at most. */
#define MAX_FILES 256
#define MAX_SIZE  (16 * 1024 * 1024)

/* --- what is sent --- */

static void
add_file(GVariantBuilder *b, const char *name, GBytes *bytes)
{
    g_variant_builder_add(b, "{s@ay}", name,
                          g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

static gboolean
fits(GHashTable *files, GBytes *text, GError **error)
{
    gsize total = g_bytes_get_size(text);
    GHashTableIter iter;
    gpointer bytes;

    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, NULL, &bytes))
        total += g_bytes_get_size(bytes);
    if (total <= MAX_SIZE && g_bytes_get_size(text) <= PROFILE_FILE_MAX &&
        g_hash_table_size(files) <= MAX_FILES)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                _("The connection is too large to be for everybody: it may have %d files, of %d "
                  "MB together."),
                MAX_FILES, MAX_SIZE / (1024 * 1024));
    return FALSE;
}

GVariant *
profile_system_pack(ProfileStore *store, const Profile *p, GError **error)
{
    g_autoptr(Profile) all = profile_copy(p);
    GHashTableIter iter;
    gpointer name, bytes;
    GVariantBuilder b;

    if (!profile_store_fetch_files(store, all, error))
        return NULL;
    profile_memory_clear_fields(all);
    g_autoptr(GBytes) text = profile_file_write(all);
    if (!fits(all->files, text, error))
        return NULL;
    g_variant_builder_init(&b, G_VARIANT_TYPE("a{say}"));
    add_file(&b, "profile.ini", text);
    g_hash_table_iter_init(&iter, all->files);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        g_autofree char *path = g_strconcat("files/", name, NULL);
        add_file(&b, path, bytes);
    }
    return g_variant_builder_end(&b);
}

/* --- calls --- */

static void
on_reply(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    GVariant *reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

    if (reply != NULL) {
        g_task_return_pointer(task, reply, (GDestroyNotify)g_variant_unref);
        return;
    }
    g_dbus_error_strip_remote_error(error);
    g_task_return_error(task, error);
}

/* @parameters is taken. */
static void
call(GTask *task, const char *method, GVariant *parameters)
{
    DtDialerClient *client = g_task_get_source_object(task);

    g_dbus_proxy_call(G_DBUS_PROXY(dt_dialer_client_get_dialer(client)), method, parameters,
                      G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                      DT_DIALER_CLIENT_TIMEOUT_MS, g_task_get_cancellable(task), on_reply, task);
}

void
profile_system_install_async(DtDialerClient *client, ProfileStore *store, const Profile *p,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
    GTask *task = g_task_new(client, cancellable, callback, user_data);
    GError *error = NULL;
    GVariant *files = profile_system_pack(store, p, &error);

    if (files != NULL) {
        call(task, "InstallProfile", g_variant_new("(s@a{say})", p->system ? p->id : "", files));
        return;
    }
    g_task_return_error(task, error);
    g_object_unref(task);
}

char *
profile_system_install_finish(DtDialerClient *client, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, client), NULL);
    g_autoptr(GVariant) reply = g_task_propagate_pointer(G_TASK(result), error);
    char *id = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(s)", &id);
    return id;
}

void
profile_system_remove_async(DtDialerClient *client, const char *id, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
    call(g_task_new(client, cancellable, callback, user_data), "RemoveProfile",
         g_variant_new("(s)", id));
}

gboolean
profile_system_remove_finish(DtDialerClient *client, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, client), FALSE);
    g_autoptr(GVariant) reply = g_task_propagate_pointer(G_TASK(result), error);

    return reply != NULL;
}

const char *
profile_system_denied(void)
{
    return _("Connections for everybody are an administrator's: give the password that is asked "
             "for, or run “sudo dialtone”.");
}

const char *
profile_system_advice(const GError *error)
{
    const enum ras_error number = dt_ras_error_number(error);

    if (number == RAS_ACCESS_DENIED)
        return profile_system_denied();
    return number == RAS_OK ? "" : dt_dialer_client_error_advice(number);
}
