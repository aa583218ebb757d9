/* cli-system.c - connections for everybody, through the helper. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "cli-system.h"

#include "dt-ras-error.h"
#include "profile-system.h"
#include "ras.h"

#include <unistd.h>

/* Where there is no bus, as in a container, root has a helper of their own. */
DtDialerClient *
cli_system_client(GError **error)
{
    GError *why = NULL;
    DtDialerClient *client = cli_client(CLI_HELPER_SYSTEM, &why);

    if (client != NULL)
        return client;
    if (geteuid() != 0) {
        g_propagate_error(error, why);
        return NULL;
    }
    g_error_free(why);
    return cli_client(CLI_HELPER_OWN, error);
}

static void
on_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    (void)source;
    *(GAsyncResult **)user_data = g_object_ref(result);
}

gboolean
cli_system_install(DtDialerClient *client, ProfileStore *store, Profile *p, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    profile_system_install_async(client, store, p, NULL, on_done, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_autofree char *id = profile_system_install_finish(client, result, error);
    if (id == NULL)
        return FALSE;
    profile_set(&p->id, id);
    p->system = TRUE;
    return TRUE;
}

gboolean
cli_system_remove(DtDialerClient *client, const char *id, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    profile_system_remove_async(client, id, NULL, on_done, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return profile_system_remove_finish(client, result, error);
}

int
cli_system_fail(GError *error)
{
    const guint32 number = dt_ras_error_number(error);
    int result;

    if (number == RAS_OK) /* a file that cannot be read, or nobody is there to write */
        return cli_fail(error, error->domain == G_DBUS_ERROR ? RAS_RASMAN_CANNOT_INITIALIZE
                                                             : RAS_CANNOT_WRITE_PHONEBOOK);
    result = cli_fail_number(number, dt_dialer_client_error_text(number),
                             profile_system_advice(error), error->message);
    g_error_free(error);
    return result;
}
