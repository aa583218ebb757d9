/*
 * profile-batch.h - many new profiles into the store at once: their names and the folder are looked
 * at once, the disk is waited for once, and then each gets its place as a save of one does. Until
 * profile_batch_finish() nobody sees any of them; what was added is gone when that is not called.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

#define PROFILE_BATCH_MAX 16384

typedef struct profile_batch ProfileBatch;

ProfileBatch *profile_batch_new(ProfileStore *store, GError **error);
void profile_batch_free(ProfileBatch *batch); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfileBatch, profile_batch_free)

/* The name of @p becomes one that no profile has. @p is not kept; it may be freed after the call.
 */
gboolean profile_batch_add(ProfileBatch *batch, Profile *p, GError **error);
/* All or none. @ret_ids (may be NULL): char *, in order. */
gboolean profile_batch_finish(ProfileBatch *batch, GPtrArray **ret_ids, GError **error);
