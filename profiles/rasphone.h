/*
 * rasphone.h - a Windows RAS phone book (rasphone.pbk, NT 4 to Windows 11) as a document: its
 * entries, their lines, and the same bytes again when it is written.
 *
 * Grammar: MS-RRASM 2.2.2. An entry is "[name]" and Key=Value lines, in four kinds of parts that
 * begin with a key of their own (NETCOMPONENTS, MEDIA, DEVICE, PhoneNumber). Keys repeat, and
 * differ by letter case ("Device" is a name, "DEVICE" begins a part), which no reader of INI files
 * knows. Strings are UTF-8 (Encoding=1) or ANSI; both are recognised by what they are.
 *
 * The file is kept as it is; only the entry that is asked for is taken apart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#define RASPHONE_MAX_FILE    (64 * 1024 * 1024)
#define RASPHONE_MAX_ENTRIES 65536
#define RASPHONE_MAX_LINES   8192 /* of one entry; what is beyond is written back, and not read */
#define RASPHONE_MAX_VALUE   65536

#define RASPHONE_ERROR (rasphone_error_quark())
GQuark rasphone_error_quark(void);
enum rasphone_error {
    RASPHONE_ERROR_TOO_LARGE,
    RASPHONE_ERROR_EMPTY, /* not one entry: it is no phone book */
};

enum rasphone_part { PART_ENTRY, PART_NETCOMPONENTS, PART_MEDIA, PART_DEVICE, PART_NUMBER };

struct rasphone_line {
    enum rasphone_part part;
    guint group;       /* which part of its kind, from 0 */
    gsize at, n, end;  /* in the entry's bytes: its start, without and with its line end */
    char *key, *value; /* UTF-8, printable; key "": a line without '=' */
    char *changed;     /* the value to be written instead, or NULL */
};

typedef struct rasphone_entry {
    char *name, *encoding; /* UTF-8, printable; "UTF-8" or "CP1252"... */
    GBytes *bytes;         /* from its '[' to the next entry; of the first: from the file's start */
    GPtrArray *lines;      /* struct rasphone_line, in order */
    GPtrArray *added;      /* char *: "Key=Value" */
    gsize body;            /* in ->bytes: behind the line of the header */
    guint codepage;
    char newline; /* of the file: '\n', or '\r' alone */
} RasphoneEntry;

typedef struct rasphone Rasphone;

/* @codepage: for text that is not UTF-8, 0: 1252. Keeps a reference to @bytes. */
Rasphone *rasphone_parse(GBytes *bytes, guint codepage, GError **error);
void rasphone_free(Rasphone *r); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rasphone, rasphone_free)

guint rasphone_count(const Rasphone *r);
gboolean rasphone_truncated(const Rasphone *r); /* more than RASPHONE_MAX_ENTRIES */
const char *rasphone_name(const Rasphone *r, guint i);
gboolean rasphone_find(const Rasphone *r, const char *name, guint *ret_i);

RasphoneEntry *rasphone_entry(const Rasphone *r, guint i);
void rasphone_entry_free(RasphoneEntry *e); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RasphoneEntry, rasphone_entry_free)

/* The first such line; NULL: none. @group -1: of any. Keys in their exact letter case, or, when
 * there is none such, in any (only for keys that are no part's beginning). */
struct rasphone_line *rasphone_line(const RasphoneEntry *e, enum rasphone_part part, int group,
                                    const char *key);
/* Changes the line, or adds one behind the last of the entry's own; a part that is not there, or
 * has no such line, stays as it is. FALSE: the entry's text is in a code page that has no such
 * letters; nothing was changed. */
gboolean rasphone_set(RasphoneEntry *e, enum rasphone_part part, const char *key,
                      const char *value);
/* Changes this line of the entry; FALSE as above. */
gboolean rasphone_set_line(RasphoneEntry *e, struct rasphone_line *line, const char *value);
/* The entry's bytes: as they were, but for what was set. */
GBytes *rasphone_entry_write(const RasphoneEntry *e);
/* The whole file, with @changed (or NULL) in the place of entry @i. */
GBytes *rasphone_write(const Rasphone *r, guint i, const RasphoneEntry *changed);
