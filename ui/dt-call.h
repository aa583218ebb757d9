/*
 * dt-call.h - one connection as a window sees it: what it looks like, and what may be asked of it.
 *
 * Keeps no state of the connection: State, Stage, Question and Error are the helper's properties,
 * read when they are needed. Its own are only the calls on their way and the error of the last call
 * that the helper did not take. Signal: "changed", whenever any of that may have changed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-dialer-client.h"
#include "profile.h"

G_BEGIN_DECLS

typedef struct {
    const char *state;  /* as the D-Bus contract spells it */
    gboolean form;      /* the fields may be edited, Connect may be pressed */
    gboolean busy;      /* something goes on: the spinner turns, Cancel hangs up */
    gboolean connected; /* the status page is shown in place of the form */
} DtCallLook;

/* Never NULL: a state that this version does not know looks like "idle". */
const DtCallLook *dt_call_look(const char *state);

#define DT_TYPE_CALL (dt_call_get_type())

G_DECLARE_FINAL_TYPE(DtCall, dt_call, DT, CALL, GObject)

DtCall *dt_call_new(const char *name); /* of the connection */

const char *dt_call_get_name(DtCall *self);
/* Is its profile everybody's on this computer? The title says so, in at most @max bytes of the name
 * and a few words; free it. */
void dt_call_set_system(DtCall *self, gboolean system);
char *dt_call_get_title(DtCall *self, gsize max);

/* The helper; NULL: it cannot be reached. The call keeps a reference. What is dialed before the
 * first of these waits for it. */
void dt_call_set_client(DtCall *self, DtDialerClient *client);
DtDialerClient *dt_call_get_client(DtCall *self); /* borrowed; NULL: none */
gboolean dt_call_is_settled(DtCall *self);        /* is it known what connection there is? */

/* Borrowed; NULL when this connection was not dialed since the helper started. */
DtConnection *dt_call_get_connection(DtCall *self);
/* FALSE: another person has dialed it for everybody. Its failures and questions are not ours. */
gboolean dt_call_is_own(DtCall *self);
/* This program asked for it, be it by another DtCall; until it is idle. */
gboolean dt_call_is_dialed_here(DtCall *self);
const DtCallLook *dt_call_get_look(DtCall *self);
gboolean dt_call_is_starting(DtCall *self); /* a dial is on its way to the helper */
guint32 dt_call_get_question(DtCall *self); /* 0, 691, 648, 709; 0 while an answer is on its way */
guint32 dt_call_get_failure(DtCall *self);  /* what ended the last attempt, to be shown; or 0 */
/* Of that failure: its cause, or a line an attempt if there were several; foreign text; free it. */
char *dt_call_get_failure_detail(DtCall *self);
const GError *dt_call_get_error(DtCall *self); /* of the last call to the helper, or NULL */
char *dt_call_get_status_text(DtCall *self);   /* the line for the state; free it */
GVariant *dt_call_get_details(DtCall *self);   /* all Details, or NULL; borrowed */
const char *dt_call_get_detail(DtCall *self,
                               const char *key); /* a text of Details, or ""; borrowed */

/* Dial, answer, hang up: return at once. The password is copied and wiped after it was sent. A
 * hang-up takes place even if the caller gives the call up. */
struct dt_call_login {
    const char *user, *domain, *password;
    const char *new_password;        /* NULL: none */
    const char *psk, *tunnel_secret; /* of L2TP/IPsec; NULL: none */
    const char *proxy_password;      /* for the profile's proxy_user; NULL: none */
    const struct plan_key *key;      /* of the profile's certificate; NULL: none */
    const char *through;    /* the connection that it goes through, which is up; NULL: none */
    gboolean end_through;   /* that was dialed for this one */
    gboolean for_everybody; /* who uses this computer: polkit asks for an administrator */
};
void dt_call_dial(DtCall *self, const Profile *profile, const struct dt_call_login *login);
void dt_call_answer(DtCall *self, const Profile *profile, const struct dt_call_login *login);
void dt_call_hang_up(DtCall *self);

G_END_DECLS
