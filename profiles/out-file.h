/*
 * out-file.h - what is written for a person, outside of the store: a file, or a folder of files.
 * What is there afterwards is what was there before, or what was to be written; never a part of it,
 * and nothing hidden beside it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

/* A file that is not there yet, or is replaced as a whole (a symbolic link too, and not what it
 * points to). What is no plain file, such as a device or a FIFO, is written to. */
gboolean out_file_write(const char *path, GBytes *bytes, GError **error);
/* @files: name -> GBytes. A folder that is not there yet comes with all of them or not at all. In
 * one that is, those of the same name are replaced, all or, where the file system can exchange two
 * files, none; others stay. */
gboolean out_file_write_folder(const char *path, GHashTable *files, GError **error);
