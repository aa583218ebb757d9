/*
 * import.h - any file of Windows (or of another program) that describes connections: recognised by
 * what is in it rather than by what it is called, and read one profile at a time.
 *
 * A Connection Manager profile (folder, .cms, .cmp, .inf, or the package that holds them: .exe,
 * .cab), a RAS phone book (rasphone.pbk), a connection of NetworkManager, a VPNv2 ProfileXML, a
 * PowerShell script with Add-VpnConnection.
 * Nothing is stored, run or downloaded. Blocks; run it in a thread from a window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

#define IMPORT_ERROR (import_error_quark())
GQuark import_error_quark(void);
enum import_error {
    IMPORT_ERROR_UNKNOWN, /* none of the formats above */
    IMPORT_ERROR_NUMBERS, /* a phone book of access numbers (cps-book.h): no connection */
};

typedef struct import Import;

Import *import_open(const char *path, GError **error);
/* @codepage: how to read text that is not Unicode, instead of a guess; 0: guess. */
Import *import_open_as(const char *path, guint codepage, GError **error);
void import_free(Import *import); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Import, import_free)

const char *import_format(const Import *import); /* "cmak", "package", "rasphone", "nm",
                                                    "profilexml", "powershell": for logs and JSON */
guint import_count(const Import *import);        /* at least 1 */
const char *import_name(const Import *import, guint i);
/* By name, in the same letter case or else in any. */
gboolean import_find(const Import *import, const char *name, guint *ret_i);
/* NULL: this one cannot be read; the others may. */
Profile *import_profile(Import *import, guint i, GError **error);
/* FALSE: the profile is no fault of the file; the file cannot be read at all (access, no such). */
gboolean import_error_is_of_content(const GError *error);
