/*
 * dt-choices.h - what a person typed and chose in the window of a connection for everybody: the
 * user name, the logon domain, "Save password", "Connect automatically", "Connect for everybody".
 * The profile is not that person's to write, and no copy of it is made for that: an administrator's
 * changes would pass it by.
 *
 * In $XDG_CONFIG_HOME/dialtone/everybody.ini. Never holds a secret. All of it is for p->system; of
 * other profiles nothing is done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

void dt_choices_apply(Profile *p);
gboolean dt_choices_for_everybody(const Profile *p); /* is it dialed so? */
gboolean dt_choices_save(const Profile *p, gboolean for_everybody, GError **error);
void dt_choices_forget(const Profile *p); /* it is no more */

G_END_DECLS
