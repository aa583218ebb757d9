/*
 * dt-unfinished.h - what was begun and is to be finished though its window is closed meanwhile: a
 * password on its way into the keyring, a hang-up on its way to the helper. While there is such,
 * the application stays; each of them has a deadline of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "credentials.h"
#include "profile.h"

G_BEGIN_DECLS

void dt_unfinished_begin(void);
void dt_unfinished_end(void);
/* For the application's shutdown: returns when all has ended. */
void dt_unfinished_wait(void);

/* Ends of what follows. @who as it was given; @problem: NULL when it is done. Not called when @who
 * is gone by then: nobody is left to be told. */
typedef void (*DtUnfinishedDone)(gpointer who, const GError *problem);

/* As profile_secret_store_async(). @secret is copied. */
void dt_unfinished_store(const Profile *profile, const char *user, const struct secret *secret,
                         DtUnfinishedDone done, gpointer who);
/* As profile_secret_store_key_async(). @key is copied. */
void dt_unfinished_store_key(const Profile *profile, const struct plan_key *key,
                             DtUnfinishedDone done, gpointer who);
/* As profile_secret_clear_async() of every user; that there was nothing is no problem. */
void dt_unfinished_forget(const Profile *profile);

G_END_DECLS
