/*
 * dir-file.h - plain files inside one folder that the caller holds open, and nothing outside it: no
 * "..", no absolute name, no symbolic link, FIFO or device. What is read is bounded; what is
 * written is complete on disk or did not happen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

/* O_PATH-free descriptor of a folder, or -1. Close it with close(). */
int dir_open(const char *path, GError **error);
/* A folder @name (one level) inside @dir; made (0700) when @create. -1 on failure. */
int dir_open_child(int dir, const char *name, gboolean create, GError **error);

/* Names of plain files (and with @folders of folders instead) in @dir, sorted; at most @max. */
GPtrArray *dir_list(int dir, gboolean folders, guint max);

/* @name may have '/' but stays beneath @dir. Errors: G_IO_ERROR of the cause;
 * G_IO_ERROR_NOT_REGULAR_FILE for a link, FIFO...; G_IO_ERROR_MESSAGE_TOO_LARGE for more than @max
 * bytes. */
GBytes *dir_file_read(int dir, const char *name, gsize max, GError **error);
/* Replaces @name (one level) as a whole: temporary file, fsync, rename, fsync of the folder. On
 * failure the old file is there as before and nothing is left behind. */
gboolean dir_file_write(int dir, const char *name, GBytes *bytes, GError **error);
gboolean dir_sync(int dir, GError **error);
/* A new file @name, not yet safe on disk: for many, before one dir_sync_all(). */
gboolean dir_file_create(int dir, const char *name, GBytes *bytes, GError **error);
/* Everything written to the file system that @dir is on. */
gboolean dir_sync_all(int dir, GError **error);
/* Removes the folder @name inside @dir with the files in it, two levels deep. */
gboolean dir_remove(int dir, const char *name, GError **error);
