/*
 * profile-system.h - a connection for everybody on this computer: how both faces have the helper
 * write it (InstallProfile of org.dialtone.Dialer1.xml) and take it away. A desktop's polkit may
 * ask for the administrator's password meanwhile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-dialer-client.h"
#include "profile-store.h"

G_BEGIN_DECLS

/* @p as it is, with the files that it has and those that @store keeps of it, as the helper takes
 * them: a floating a{say}. What calls taught (profile-learn.h) is left out: nobody could unlearn
 * it. NULL: one cannot be read, or it is too much. */
GVariant *profile_system_pack(ProfileStore *store, const Profile *p, GError **error);

/* Installs @p for everybody: in place of the one that it is when p->system, else as a new one. Give
 * it a name first (profile_store_free_system_name()). Finish: its id, free it. It is in the store
 * then, and every front end's "changed" tells of it. Errors: DT_RAS_ERROR, or of a file. */
void profile_system_install_async(DtDialerClient *client, ProfileStore *store, const Profile *p,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);
char *profile_system_install_finish(DtDialerClient *client, GAsyncResult *result, GError **error);

/* Removes the system's profile @id. */
void profile_system_remove_async(DtDialerClient *client, const char *id, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
gboolean profile_system_remove_finish(DtDialerClient *client, GAsyncResult *result, GError **error);

/* What to do about such an error; translated, static, may be "". */
const char *profile_system_advice(const GError *error);
const char *profile_system_denied(void); /* of one that an administrator has to allow; likewise */

G_END_DECLS
