/*
 * dt-dialer-client.h - the helper as both faces see it: on the system bus, or peer to peer over a
 * socket to a helper that this program started (foreground mode). Asynchronous throughout.
 *
 * It holds no state of a connection: a DtConnection (generated from the D-Bus contract) is the
 * helper's own, with all its properties; connect to notify:: of them.
 *
 * Signals: connection-added (DtConnection *), connection-removed (DtConnection *).
 * Properties: available (boolean): the helper can be reached. On the bus it is started on demand,
 * so FALSE means that a call failed or that it went away; calls may always be tried.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "dial-plan.h"
#include "dt-dbus.h"

G_BEGIN_DECLS

#define DT_TYPE_DIALER_CLIENT (dt_dialer_client_get_type())
G_DECLARE_FINAL_TYPE(DtDialerClient, dt_dialer_client, DT, DIALER_CLIENT, GObject)

/* The system bus (DBUS_SYSTEM_BUS_ADDRESS chooses another). */
void dt_dialer_client_new_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
/* Starts a helper of our own, which ends with this object. Needs to be root; with @place (else
 * NULL; only read now) it needs nothing. @verbose: its log goes to our standard error. */
struct dt_helper_place;
void dt_dialer_client_spawn_async(gboolean verbose, const struct dt_helper_place *place,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);
DtDialerClient *dt_dialer_client_new_finish(GAsyncResult *result, GError **error); /* of both */

/* A person may be typing an administrator's password for polkit. */
#define DT_DIALER_CLIENT_TIMEOUT_MS (10 * 60 * 1000)
DtDialer *dt_dialer_client_get_dialer(DtDialerClient *self); /* (borrowed) for other calls */
gboolean dt_dialer_client_get_available(DtDialerClient *self);
GListModel *dt_dialer_client_get_connections(DtDialerClient *self); /* (borrowed) DtConnection */
gboolean dt_dialer_client_knows(DtDialerClient *self, DtConnection *connection); /* still? */
/* The connection of that name which belongs to this user, or NULL. Borrowed. One that is not idle
 * comes first. */
DtConnection *dt_dialer_client_find(DtDialerClient *self, const char *name);
/* The same, or one of this name that another user dialed for everybody. */
DtConnection *dt_dialer_client_find_any(DtDialerClient *self, const char *name);

/* Begins to dial; returns the connection at once: watch its State. Errors are of DT_RAS_ERROR where
 * the helper gave a number. The secrets are wiped from the message after it was sent. */
void dt_dialer_client_connect_async(DtDialerClient *self, const struct dial_plan *plan,
                                    const struct credentials *credentials,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
DtConnection *dt_dialer_client_connect_finish(DtDialerClient *self, GAsyncResult *result,
                                              GError **error);
/* Answers @connection's Question; NULL: nobody answers, the call ends. */
void dt_dialer_client_answer_async(DtConnection *connection, const struct credentials *credentials,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean dt_dialer_client_answer_finish(DtConnection *connection, GAsyncResult *result,
                                        GError **error);

/* 0 when nothing is asked; else 691, 648 or 709. */
guint32 dt_dialer_client_question(DtConnection *connection);
/* What happened, and what to try, translated. Static. */
const char *dt_dialer_client_error_text(guint32 number);
const char *dt_dialer_client_error_advice(guint32 number);
/* "691", "0x800B0109": as people search for it. Free with g_free(). */
char *dt_dialer_client_error_number(guint32 number);
/* "Connecting to vpn.example.edu…": the line for a State and Stage; translated; free it. */
char *dt_dialer_client_state_text(DtConnection *connection);
/* The line of a stage, 1 to 3, whatever the state is by now. */
char *dt_dialer_client_stage_text(DtConnection *connection, guint stage);

G_END_DECLS
