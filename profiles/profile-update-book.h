/*
 * profile-update-book.h - the phone book that a profile takes from the network. Internal to
 * profile-update.c.
 *
 * How Microsoft's Phone Book Service answers is described nowhere. What is taken: a whole book as
 * text (.pbk), or a cabinet (also in a program of Windows) with one .pbk, perhaps its regions
 * (.pbr), and perhaps a .ver that is one number. Changes to another book are not one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-update.h"

/* "Globex\globex.pbk" -> "globex.pbk"; within @name. */
const char *profile_update_base_name(const char *name);
/* @bytes: not empty, PROFILE_UPDATE_MAX at most. */
enum profile_update_result profile_update_take_book(Profile *p,
                                                    const struct profile_update_want *want,
                                                    GBytes *bytes, GError **error);
