/*
 * profile-secret.h - saved passwords in the desktop's keyring (libsecret), one for a profile and a
 * user name. All calls end within PROFILE_SECRET_TIMEOUT_S, even when the keyring hangs, and fail
 * in words when there is none; a call that failed leaves dialing possible.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "credentials.h"
#include "profile.h"

#define PROFILE_SECRET_TIMEOUT_S 60
extern guint profile_secret_timeout_s; /* that; a test has less patience */

/* In the place of a user name: the pre-shared key of IPsec, the secret by which the two ends of an
 * L2TP tunnel know each other, the private key of the profile's certificate, and the password of
 * the profile's proxy_user for its proxy: another proxy or user is given no other's. None is a
 * user's password: they are not forgotten with those. No user is called so: a user name has no
 * control characters. */
#define PROFILE_SECRET_PSK    "\001psk"
#define PROFILE_SECRET_TUNNEL "\001l2tp"
#define PROFILE_SECRET_KEY    "\001key"
#define PROFILE_SECRET_PROXY  "\001proxy"

void profile_secret_lookup_async(const Profile *p, const char *user, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
/* TRUE and ret_password->len == 0: none is saved. */
gboolean profile_secret_lookup_finish(GAsyncResult *result, struct secret *ret_password,
                                      GError **error);

void profile_secret_store_async(const Profile *p, const char *user, const struct secret *password,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean profile_secret_store_finish(GAsyncResult *result, GError **error);

/* Of PROFILE_SECRET_KEY, which is longer than a password. The rest is as above. */
gboolean profile_secret_lookup_key_finish(GAsyncResult *result, struct plan_key *ret_key,
                                          GError **error);
void profile_secret_store_key_async(const Profile *p, const struct plan_key *key,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);

/* All that there is of a profile, one after the other: NULL (see below) and the four above. */
enum { PROFILE_SECRET_KINDS = 5 };
extern const char *const profile_secret_kinds[PROFILE_SECRET_KINDS];

/* @user NULL: the passwords of every user of the profile; PROFILE_SECRET_PROXY: of every proxy. Not
 * having one is success. */
void profile_secret_clear_async(const Profile *p, const char *user, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
gboolean profile_secret_clear_finish(GAsyncResult *result, GError **error);
