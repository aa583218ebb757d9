/*
 * ini.h - the one reader of the Windows INI family: .cms, .cmp, .inf, VPN files.
 *
 * Reads as the Windows private-profile functions do: sections and keys in any letter case, the
 * first of two equal keys wins, `;` begins a comment line, quotes around a value are dropped.
 * Bytes may be UTF-8, UTF-16 with a byte order mark, or an ANSI code page. Everything is kept in
 * order, so that what the program does not know can be shown. Bounded: see INI_MAX_*.
 *
 * All text handed out is valid UTF-8 without control characters, and belongs to the struct ini.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#define INI_MAX_FILE     (1024 * 1024)
#define INI_MAX_LINE     4096 /* bytes of UTF-8; a longer line is cut there */
#define INI_MAX_SECTIONS 1024
#define INI_MAX_ENTRIES  16384

#define INI_ERROR (ini_error_quark())
GQuark ini_error_quark(void);

enum ini_error { INI_ERROR_TOO_LARGE };

struct ini_entry {
    char *key;   /* "" for a line without '=', as the lists of an .inf have */
    char *value; /* trimmed, without its quotes */
};

struct ini_section {
    char *name;
    GPtrArray *entries; /* struct ini_entry, in order */
    GHashTable *keys;   /* folded key -> struct ini_entry: the first */
};

typedef struct ini Ini;

/* @codepage: a Windows code page number for bytes that are not UTF-8, 0: 1252. */
Ini *ini_parse(const void *bytes, gsize n, guint codepage, GError **error);
void ini_free(Ini *ini); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ini, ini_free)

/* "UTF-8", "UTF-16LE", "UTF-16BE", "CP1252"...: how the bytes were read, to be shown. */
const char *ini_encoding(const Ini *ini);
/* More lines, sections or keys than INI_MAX_*: the rest was left out. */
gboolean ini_truncated(const Ini *ini);
/* NULL: not there. Every section and every entry of ini_sections() is found by its name. */
const struct ini_section *ini_find_section(const Ini *ini, const char *section);
const struct ini_entry *ini_find(const Ini *ini, const char *section, const char *key);
const char *ini_get(const Ini *ini, const char *section, const char *key); /* NULL: not there */
/* As GetPrivateProfileInt() reads a number: leading digits, after an optional sign; @fallback when
 * there is no such key, no digit, or the number does not fit. */
gint64 ini_number(const char *text, gint64 fallback);
gint64 ini_get_int(const Ini *ini, const char *section, const char *key, gint64 fallback);
/* %name% -> [Strings] name; %% -> %. Unknown names stay as they are. Free with g_free(). */
char *ini_expand(const Ini *ini, const char *value);

GPtrArray *ini_sections(const Ini *ini); /* (borrowed) struct ini_section; names are unique */
