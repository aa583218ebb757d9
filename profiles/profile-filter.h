/*
 * profile-filter.h - how a profile sorts its access numbers: [ISP] Mask&, Match&, FilterA&,
 * FilterB& and CMSFile& of a .cms, and its [Service Types].
 *
 * Names are the same in any letter case. What a file says twice, or what is no number, is not
 * taken: it stays among the other settings. The origins (profile-list.h) are called as the setting
 * is: "ISP/Mask&SignOn", "Service Types/Modem".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct profile Profile;

enum { PROFILE_MAX_FILTERS = 256 }; /* and references, and service types */

struct profile_filter { /* a number passes when (its flags & mask) == match */
    char *name;
    gboolean has_mask, has_match; /* Mask&name, Match&name; 0 without */
    guint32 mask, match;
};

struct profile_reference { /* the two lists of a phone book; a text is NULL without its key */
    char *name;            /* "": the profile's own; else as in References= */
    char *cms_file;        /* CMSFile&name */
    char *filter_a;        /* FilterA&name: of the first list */
    char *filter_b;        /* FilterB&name: of the second, "more access numbers" */
};

struct profile_service_type {
    char *text;   /* as the person chooses it */
    char *filter; /* "": all numbers */
};

struct profile_setting { /* one of them as the .cms has it */
    char *section, *key, *value;
};

void profile_filter_init(Profile *p);
void profile_filter_clear(Profile *p);
void profile_filter_copy(Profile *to, const Profile *from);

/* FALSE: it is none of these settings, or has no possible value. @file NULL: no origin is noted. */
gboolean profile_filter_take(Profile *p, const char *file, const char *section, const char *key,
                             const char *value);
/* All of them, in order, to be written or shown: struct profile_setting; free the array. */
GPtrArray *profile_filter_settings(const Profile *p);

/* NULL: there is none of that name. */
const struct profile_filter *profile_filter_find(const Profile *p, const char *name);
const struct profile_reference *profile_filter_reference(const Profile *p, const char *name);
const struct profile_service_type *profile_filter_service(const Profile *p, const char *text);
