/*
 * profile-books.h - the phone books of a stored connection: its own, and those of the profiles
 * that References= names, as far as they came with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

struct profile_book {
    char *reference;   /* "": the profile's own; else the name in References= */
    char *name;        /* of the .pbk */
    GBytes *pbk, *pbr; /* @pbr NULL: without regions */
};

GPtrArray *profile_books_new(void); /* none */
void profile_books_add(GPtrArray *books, const char *reference, const char *name, GBytes *pbk,
                       GBytes *pbr); /* takes both */
/* struct profile_book, the own one first; free the array. NULL: the own one cannot be read, and
 * there is no other. A merged profile whose phone book is not there is left out, as its import
 * said. */
GPtrArray *profile_books(ProfileStore *store, const Profile *p, GError **error);
