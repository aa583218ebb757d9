/*
 * profile-fields.h - the typed fields of a profile as a table: which key of Connection Manager each
 * is, what it may hold, and what it is when nobody said. The CMAK reader, the store and the model's
 * own life cycle all walk it, so a field is added in one place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

enum field_type {
    FIELD_TEXT,   /* char * */
    FIELD_BOOL,   /* gboolean */
    FIELD_NOT,    /* gboolean, written the other way round */
    FIELD_NUMBER, /* guint, min..max */
};

enum field_scope {
    SCOPE_CM,         /* [Connection Manager] of .cms and .cmp */
    SCOPE_USER,       /* the same section; what the user chose: the .cmp has the last word */
    SCOPE_SERVER,     /* [Server&entry] */
    SCOPE_TCPIP,      /* [TCP/IP&entry] */
    SCOPE_NETWORKING, /* [Networking&entry] */
    SCOPE_SCRIPTING,  /* [Scripting&entry] */
    SCOPE_ISP,        /* [ISP] */
    SCOPE_LOGGING,    /* [Logging] */
    SCOPE_ISP_SERVER, /* the same four, of the line that is dialed before the VPN */
    SCOPE_ISP_TCPIP,
    SCOPE_ISP_NETWORKING,
    SCOPE_ISP_SCRIPTING,
    SCOPE_OWN, /* of this program: not in any file of Windows */
};

struct profile_field {
    enum field_scope scope;
    const char *key;
    enum field_type type;
    gsize offset;
    guint fallback, min, max;
};

extern const struct profile_field profile_fields[];
extern const guint profile_n_fields;

const char *field_group(enum field_scope scope);   /* the group in our file */
const char *field_section(enum field_scope scope); /* the section of a .cms, without "&entry" */
char **field_text(const struct profile_field *f, Profile *p);
guint field_number(const struct profile_field *f, const Profile *p); /* FIELD_NOT: as written */
/* FALSE: out of range; the field keeps what it has. */
gboolean field_set_number(const struct profile_field *f, Profile *p, gint64 number);

char *field_name(const struct profile_field *f); /* "Server/PW_Encrypt": unique */
char *field_value(const struct profile_field *f, const Profile *p); /* as text; free it */
/* Where its present value comes from; see profile-list.h. */
void field_set_origin(const struct profile_field *f, Profile *p, const char *file,
                      const char *section, const char *key);
const struct profile_field *field_find(enum field_scope scope, const char *key); /* NULL: none */
