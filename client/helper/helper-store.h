/*
 * helper-store.h - the connections for everybody, as they lie in /etc/dialtone/profiles: one folder
 * each, root's, that all may read: profile.ini and files/. Front ends read them (profile-store.h);
 * only this writes them, and it does not know what is in them.
 *
 * A folder is written and replaced as a whole: a hidden one beside it, every file and folder of it
 * on disk, rename, the folder of folders on disk. What a helper that was killed left there is
 * cleaned up by the next one that writes. One at a time, in this process and in any other (.lock).
 * No link is ever followed below the folder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#include "attr.h"

enum helper_store_limits {
    HELPER_STORE_MAX_FILES = 256, /* kept ones, beside profile.ini */
    HELPER_STORE_MAX_NAME = 200,  /* octets, of a file and of an id */
    HELPER_STORE_MAX_SIZE = 16 * 1024 * 1024,
};

struct helper_store;

/* @directory: made, with the one above it, when the first profile is installed. */
struct helper_store *helper_store_new(const char *directory);
struct helper_store *helper_store_ref(struct helper_store *store);
void helper_store_unref(struct helper_store *store); /* NULL is fine */
/* Waits for what is being written; whoever comes later is refused. */
void helper_store_close(struct helper_store *store);

/* Of InstallProfile's arguments (a{say}), by themselves: RAS_BAD_PROFILE. */
bool helper_store_valid(const char *id, GVariant *files, GError **error);
bool helper_store_id_valid(const char *id, GError **error);

/* Both wait for the disk, and may be called in any thread. Errors: RAS_CANNOT_FIND_PHONEBOOK_ENTRY,
 * RAS_CANNOT_WRITE_PHONEBOOK. Then what was there is there. */
bool helper_store_install(struct helper_store *store, const char *id, GVariant *files,
                          char **ret_id, GError **error);
bool helper_store_remove(struct helper_store *store, const char *id, GError **error);
