/* dt-profile-task.c - see dt-profile-task.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-profile-task.h"

static void
task_free(gpointer data)
{
    struct dt_profile_task *t = data;

    g_object_unref(t->store);
    profile_free(t->profile);
    g_free(t);
}

void
dt_profile_task_run(GTask *task, ProfileStore *store, const Profile *profile,
                    GTaskThreadFunc function)
{
    struct dt_profile_task *t = g_new0(struct dt_profile_task, 1);

    t->store = g_object_ref(store);
    t->profile = profile_copy(profile);
    g_task_set_task_data(task, t, task_free);
    g_task_run_in_thread(task, function);
    g_object_unref(task);
}
