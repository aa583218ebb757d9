/*
 * dt-profile-task.h - what a thread does with a profile and the files that are kept with it, of
 * which it gets a copy, and a reference. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

G_BEGIN_DECLS

struct dt_profile_task { /* the data of the task */
    ProfileStore *store;
    Profile *profile;
};

/* Takes the caller's @task. */
void dt_profile_task_run(GTask *task, ProfileStore *store, const Profile *profile,
                         GTaskThreadFunc function);

G_END_DECLS
