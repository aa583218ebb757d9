/*
 * profile-update.h - what Connection Manager's cmdl32 and cmroute fetch once a connection is up:
 * the list of servers (UpdateURL of the VPN file), the phone book (PBURL) and the routes (cmroute's
 * /UPDATE_URL_PATH). Which there are, whether they may be fetched, and what of the answer a profile
 * takes. Pure: no network, no disk; profile-updater.h does the work.
 *
 * What comes is hostile: the page of a hotel's portal, half a file, a gigabyte out of a kilobyte,
 * somebody else's servers. An answer that is not wholly what was asked for changes nothing. It may
 * change the list of servers and its message, the phone book and its regions with their version,
 * and the routes of that URL; never who is trusted, how one signs in, or where updates come from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "profile.h"

G_BEGIN_DECLS

#define PROFILE_UPDATE_MAX (16 * 1024 * 1024) /* octets of an answer */
enum { PROFILE_UPDATE_MAX_WANTS = 8 };        /* of one profile */

enum profile_update_kind { PROFILE_UPDATE_SERVERS, PROFILE_UPDATE_BOOK, PROFILE_UPDATE_ROUTES };

struct profile_update_want {
    enum profile_update_kind kind;
    char *from;    /* as the profile has it, printable */
    char *url;     /* what to ask for: http or https, without user info; NULL: see ->problem */
    char *problem; /* a sentence: why @from is no address to fetch from; NULL: it is */
};

/* struct profile_update_want; free the array. A phone book that does not come as a file is asked
 * for in full (PBVer=0): how an answer with changes alone would look is described nowhere. */
GPtrArray *profile_update_wants(const Profile *p);
const char *
profile_update_kind_name(enum profile_update_kind kind); /* "servers", "phone-book"... */

/* Is it done without being asked? Not when the user said no, nor to what everybody shares. */
gboolean profile_update_automatic(const Profile *p);
/* The one place that decides. By https from anywhere; by http only through the connection itself:
 * @device is the tunnel of this profile's connection that is up, NULL or "" when it is not.
 * *ret_device is what the download is to be bound to, NULL: nothing. FALSE: @error says what to do.
 */
gboolean profile_update_allowed(const struct profile_update_want *want, const char *device,
                                const char **ret_device, GError **error);

enum profile_update_result {
    PROFILE_UPDATE_REFUSED, /* the profile is as it was; @error says why */
    PROFILE_UPDATE_SAME,    /* and so it is when nothing is new */
    PROFILE_UPDATE_CHANGED,
};

/* @p: a copy, as it is stored, with what is kept of its phone book in ->files
 * (profile_update_files()). @bytes: the answer; an empty one says that nothing is new. What changed
 * is in @p then, new files in ->files. Routes count from the next dial on. */
enum profile_update_result profile_update_take(Profile *p, const struct profile_update_want *want,
                                               GBytes *bytes, GError **error);
/* The two names of kept files that profile_update_take() compares with; NULL: none. */
void profile_update_files(const Profile *p, const char *ret_names[2]);

/* Takes out the routes that were fetched: a profile that goes elsewhere has its own, and fetches
 * them there. */
void profile_update_forget_routes(Profile *p);

/* What a person should know of it, in sentences, onto @list of profile_warnings(). */
void profile_update_warn(const Profile *p, GPtrArray *list);

G_END_DECLS
