/*
 * cmak.h - reads a Connection Manager profile as the CMAK wizard builds it: a folder, or one of its
 * .cms, .cmp or .inf files.
 *
 * Everything in it is data: no program, library or script that it names is ever run, and no file
 * outside its own folder is opened, whatever it says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

#define CMAK_MAX_FILE  (16 * 1024 * 1024) /* of one picture or help file */
#define CMAK_MAX_FILES 256

#define CMAK_ERROR (cmak_error_quark())
GQuark cmak_error_quark(void);

enum cmak_error {
    CMAK_ERROR_MISSING,   /* a file that must be there is not; the message names it */
    CMAK_ERROR_DAMAGED,   /* "the service profile is damaged": no [Profile Format] Version */
    CMAK_ERROR_AMBIGUOUS, /* a folder with several profiles: name one of its files */
    CMAK_ERROR_UNSAFE,    /* it names a file outside its folder, or something not a plain file */
};

/* @path: a folder, or a .cms/.cmp/.inf file. @codepage: how to read what is not Unicode; 0: as the
 * .inf's language says, or else by a guess, which is noted. Blocks; run it in a thread from a
 * window. */
Profile *cmak_load(const char *path, guint codepage, GError **error);
guint cmak_codepage(GBytes *inf); /* of its language; 0: it does not tell one */
/* From memory: @files maps names to GBytes, with `/` in them; @name is the .cmp, .cms or .inf to
 * begin with, or NULL. What cmak_load() and the fuzzer use. */
Profile *cmak_load_files(GHashTable *files, const char *name, guint codepage, GError **error);
