/*
 * profile-sieve.h - which access numbers a person is shown: what they asked for (country, region,
 * service type), and of that what the profile shows first, and what among "more access numbers".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cps-book.h"

typedef struct profile Profile;

enum profile_sieve_list { PROFILE_SIEVE_NONE, PROFILE_SIEVE_FIRST, PROFILE_SIEVE_MORE };

struct profile_sieve { /* {0}: everything is in the first list */
    struct cps_filter wished, service, first, more;
    gboolean has_first, has_more;
    /* Filters that the profile names and does not explain; they count as not there. Borrowed. */
    const char *unknown[3];
    guint n_unknown;
};

/* The two lists of a phone book: @reference is "" for the profile's own (profile-books.h). */
void profile_sieve_lists(struct profile_sieve *s, const Profile *p, const char *reference);
/* FALSE: the profile has no such service type. */
gboolean profile_sieve_service(struct profile_sieve *s, const Profile *p, const char *text);
/* Only of that region of @book; FALSE: it has none of that name. NULL: of all. */
gboolean profile_sieve_region(struct profile_sieve *s, const CpsBook *book, const char *name);

enum profile_sieve_list profile_sieve_list(const struct profile_sieve *s,
                                           const struct cps_pop *pop);
