/*
 * cmak-source.h - the files of one Connection Manager profile, wherever they are: in a folder, or
 * in memory (out of a package, or from the fuzzer). Names in profiles are Windows names; they are
 * looked up among the files that are there and never reach the file system as they were written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#define CMAK_MAX_NAMES 4096

struct cmak_source;

struct cmak_source *cmak_source_of_folder(const char *path, GError **error);
struct cmak_source *
cmak_source_of_files(GHashTable *files); /* name -> GBytes; a reference is kept */
void cmak_source_free(struct cmak_source *s);

/* The names with this ending (".cms"), in any letter case: those in the folder itself; only when
 * there is none there, those one folder below. Borrowed strings in a new array. */
GPtrArray *cmak_source_with_suffix(const struct cmak_source *s, const char *suffix);
/* The file that a profile means: its path below the folder, or else just its last part, as when a
 * package was unpacked flat. NULL: there is none. Borrowed. */
const char *cmak_source_resolve(const struct cmak_source *s, const char *windows_name);
/* No drive, no root, no "..": may be looked for at all? */
gboolean cmak_source_name_safe(const char *windows_name);
GBytes *cmak_source_read(const struct cmak_source *s, const char *name, gsize max, GError **error);
