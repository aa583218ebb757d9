/*
 * profile-summary.h - what a list shows of a profile, without the rest of it: its name, where it
 * dials, with what. For thousands of profiles: reads text as profile-file.c writes it, in one pass
 * and next to no memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

typedef struct profile_summary {
    char *id, *name;
    gboolean system;
    guint kind;                                       /* enum profile_kind */
    enum plan_protocol protocols[PLAN_MAX_PROTOCOLS]; /* in the order in which they are dialed */
    guint n_protocols;
    char **servers;   /* addresses; never NULL */
    char *dial_first; /* the connection that comes up before; "": none */
} ProfileSummary;

void profile_summary_free(ProfileSummary *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfileSummary, profile_summary_free)

ProfileSummary *profile_summary_of(const Profile *p);
/* Of a file's text; id "", system FALSE. NULL: somebody else has written in it, or it is damaged,
 * and only profile_file_read() can tell. What is not NULL is what that would have said. */
ProfileSummary *profile_summary_read(GBytes *bytes);
