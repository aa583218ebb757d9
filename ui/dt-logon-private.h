/*
 * dt-logon-private.h - inside of the logon window: what it shows and does (dt-logon-window.c), and
 * the questions of a server (dt-logon-questions.c).
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
    GtkWidget *save_check, *auto_check;
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
gboolean dt_logon_is_busy(DtLogonWindow *self); /* a dial of this person's goes on */

/* ---- of the questions */
void dt_logon_render_question(DtLogonWindow *self);
void dt_logon_show_certificate(DtLogonWindow *self);
