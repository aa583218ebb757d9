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

/* Names of plain files (and with @folders of folders instead) in @dir, sorted; at most @max. NULL
 * on failure. */
GPtrArray *dir_list(int dir, gboolean folders, guint max, GError **error);

/* @name may have '/' but stays beneath @dir. Errors: G_IO_ERROR of the cause;
 * G_IO_ERROR_NOT_REGULAR_FILE for a link, FIFO...; G_IO_ERROR_MESSAGE_TOO_LARGE for more than @max
 * bytes. */
GBytes *dir_file_read(int dir, const char *name, gsize max, GError **error);
/* Replaces @name (one level) as a whole: temporary file, fsync, rename, fsync of the folder. On
 * failure nothing is left behind, and the old file is there as before; only when the folder itself
 * could not be put on the disk the new one is there, whole, and may be the old one again after a
 * power cut. */
gboolean dir_file_write(int dir, const char *name, GBytes *bytes, GError **error);
/* The first half of that: a hidden file, safe on disk, that is yet to be renamed. Free its name. */
char *dir_file_stage(int dir, const char *name, mode_t mode, GBytes *bytes, GError **error);
gboolean dir_sync(int dir, GError **error);
/* A new file @name, not yet safe on disk: for many, before one dir_sync_all(). */
gboolean dir_file_create(int dir, const char *name, GBytes *bytes, GError **error);
/* The same, safe on disk, and of exactly that mode, whatever the umask. */
gboolean dir_file_create_as(int dir, const char *name, mode_t mode, GBytes *bytes, GError **error);
/* Everything written to the file system that @dir is on. */
gboolean dir_sync_all(int dir, GError **error);
/* Removes the folder @name inside @dir with the files in it, two levels deep; or a link, itself. */
gboolean dir_remove(int dir, const char *name, GError **error);
/* A hidden name for what is being written (DIR_NEW) or removed (DIR_OLD); free it. It begins with
 * the prefix and 16 hexadecimal digits; more may be put behind a '-'. */
#define DIR_NEW ".new-"
#define DIR_OLD ".old-"
char *dir_hidden_name(const char *prefix);
/* What has such a name in @dir. */
void dir_each_hidden(int dir, void (*each)(int dir, const char *hidden));
/* Removes what a program that was killed, or the power cut, left of its hidden names in @dir: it is
 * an hour old, and no such program is there any more. */
void dir_sweep(int dir);
