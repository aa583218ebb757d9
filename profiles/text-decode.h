/*
 * text-decode.h - the bytes of a file from Windows as UTF-8: UTF-8 or UTF-16 with or without a byte
 * order mark, else an ANSI code page. Nothing is lost silently: what cannot be read becomes U+FFFD,
 * NUL too. The name of what was used ("UTF-8", "UTF-16LE", "CP1252"...) is there to be shown, since
 * a code page is a guess.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* A whole file. @codepage: for bytes that are neither UTF-8 nor UTF-16; 0: 1252. Free both. */
char *text_decode(const char *bytes, gsize n, guint codepage, char **ret_encoding);
/* A part of a file that is not UTF-16. */
char *text_decode_ansi(const char *bytes, gsize n, guint codepage, char **ret_encoding);

/* Can this computer read it? */
gboolean text_codepage_known(int codepage);
/* The ANSI code page that Windows uses with a locale (LCID of an .inf), or 0. */
guint text_codepage_of_lcid(guint lcid);
