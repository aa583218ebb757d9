/*
 * package.h - Connection Manager's installers: a cabinet (.cab), or the self-extracting program
 * (.exe) that holds one. Read into memory, never onto a disk, and nothing in it is run.
 *
 * Bounded: PACKAGE_MAX_FILES files of PACKAGE_MAX_SIZE octets in all, and no more work than to
 * unpack four times that. Programs and libraries in a package are left out; what is taken has a
 * plain relative name. A package with one damaged file is damaged. A signature, which stands behind
 * the cabinet (PE's certificate table), is not looked at: nothing is believed or run for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#define PACKAGE_MAX_FILES 256
#define PACKAGE_MAX_SIZE  (16 * 1024 * 1024)

#define PACKAGE_ERROR (package_error_quark())
GQuark package_error_quark(void);
enum package_error {
    PACKAGE_ERROR_NONE,    /* there is no cabinet in it */
    PACKAGE_ERROR_DAMAGED, /* there is, and it cannot be unpacked */
    PACKAGE_ERROR_TOO_LARGE,
};

/* Does it begin as a cabinet or a program of Windows does? */
gboolean package_is(GBytes *bytes);
/* Name (with '/') -> GBytes. */
GHashTable *package_read(GBytes *bytes, GError **error);
/* @codepage: of Windows, for names that are not Unicode; 0: 1252. */
GHashTable *package_read_as(GBytes *bytes, guint codepage, GError **error);
/* Windows takes this for a device, with whatever suffix: "con", "nul.txt". */
gboolean package_is_device(const char *name);
/* A cabinet of the files, compressed, the same for the same files. */
GBytes *package_write(GHashTable *files, GError **error);
