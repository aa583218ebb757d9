/*
 * dt-logon-private.h - inside of the logon window: what it shows and does (dt-logon-window.c), the
 * questions of a server (dt-logon-questions.c), and the connection that it goes through
 * (dt-logon-first.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-banner.h"
#include "dt-call.h"
#include "dt-failure-view.h"
#include "dt-key.h"
#include "dt-logon-window.h"
#include "dt-status-page.h"

struct _DtLogonWindow {
    GtkApplicationWindow parent_instance;

    GtkHeaderBar *header_bar;
    DtBanner *banner;
    GtkStack *pages;
    GtkWidget *user_label, *user_entry;
    GtkWidget *password_label, *password_entry;
    GtkWidget *domain_label, *domain_entry;
    GtkWidget *save_check, *auto_check, *everybody_check;
    GtkLabel *support_label;
    DtFailureView *failure_view;
    GtkSpinner *spinner;
    GtkLabel *weakness_label;
    GtkLabel *status_label;
    GtkLevelBar *stage_bar;
    GtkWidget *connect_button, *cancel_button;
    DtStatusPage *status_page;

    ProfileStore *store;
    Profile *profile;
    DtKey *key; /* of L2TP/IPsec, and the proxy */
    DtCall *call;
    GCancellable *cancellable;  /* of the keyring; cancelled in dispose */
    GtkWidget *password_dialog; /* the question that is open, or NULL */

    DtCall *first;           /* of a double dial: the first leg; NULL: there is none */
    GtkWidget *first_window; /* that dials it, and is waited for; NULL: it is not */
    gboolean first_opened;   /* for that */
    gboolean first_dialed;   /* for the dial that comes now: it ends behind it */
    gboolean first_owed;     /* the same, of a dial that the helper has not taken yet */

    guint32 shown_failure; /* what failure_view shows: not drawn again while it is the same */
    guint32 shown_question;
    gboolean shown_connected;
    const GError *shown_error; /* compared only, never looked into */
    gboolean dialed_here;      /* this window has a password to keep or to forget */
    guint told_stage;          /* of the dial that began here: the last whose line was shown */
    gboolean auto_dial, looked_for_password;
    gboolean dial_waits; /* for the private key: it begins when that was read */
};

/* ---- of the window */
/* What is typed in it, and @new_password; borrowed. */
struct dt_call_login dt_logon_login(DtLogonWindow *self, const char *new_password);
/* Reads the profile again: the properties window, or another program, may have saved it. */
void dt_logon_refresh_profile(DtLogonWindow *self);
void dt_logon_dial(DtLogonWindow *self);
/* As soon as its password is there, from the keyring; else the person types it. */
void dt_logon_dial_soon(DtLogonWindow *self);
gboolean dt_logon_is_busy(DtLogonWindow *self); /* a dial of this person's goes on */

/* All who use this computer shall have it: chosen of a connection that is everybody's. */
gboolean dt_logon_for_everybody(DtLogonWindow *self);

/* ---- of the first leg */
/* TRUE: it is up, or there is none: ->first is what to go through. Else its window dials it, and
 * this one goes on then by itself; or why it cannot is shown. */
gboolean dt_logon_first_is_up(DtLogonWindow *self);
gboolean dt_logon_first_stop(DtLogonWindow *self); /* FALSE: nobody waited for it */
/* The helper has answered: what was dialed for a call that it did not take is hung up. */
void dt_logon_first_settle(DtLogonWindow *self);
void dt_logon_first_forget(DtLogonWindow *self);

/* ---- of the questions */
void dt_logon_render_question(DtLogonWindow *self);
gboolean
dt_logon_may_accept_certificate(DtLogonWindow *self); /* that one: the failed call showed it */
void dt_logon_show_certificate(DtLogonWindow *self);
