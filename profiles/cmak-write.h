/*
 * cmak-write.h - a profile as the files that the CMAK wizard builds: .cms, .cmp, .inf, the list of
 * VPN servers and the static routes, and the pictures that it kept. What was read from such files
 * and has no meaning here goes back to where it stood.
 *
 * Text that the code page of the .inf's language (of its own: 1252) cannot hold is written as
 * UTF-16 with a byte order mark, which the functions of Windows for such files read too. No secret
 * is written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

/* Name -> GBytes. @kept: the files that came with the profile, or NULL; pictures, help and licence
 * are taken from them, and the .inf, which says how Windows installs it all. */
GHashTable *cmak_write(const Profile *p, GHashTable *kept);
