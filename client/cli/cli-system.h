/*
 * cli-system.h - import and delete of connections for everybody: profile-system.h, waited for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cli.h"

DtDialerClient *cli_system_client(GError **error);
/* As a new one; on success @p is it. */
gboolean cli_system_install(DtDialerClient *client, ProfileStore *store, Profile *p,
                            GError **error);
gboolean cli_system_remove(DtDialerClient *client, const char *id, GError **error);
/* Of such an error (taken): it, and what to do. */
int cli_system_fail(GError *error);
