/*
 * dt-failure-view.h - how a connection failed: the number, a sentence, what to try, and the cause.
 *
 * Signals: "view-log"; "show-certificate" (only offered when dt_failure_view_show() was told so).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DT_TYPE_FAILURE_VIEW (dt_failure_view_get_type())

G_DECLARE_FINAL_TYPE(DtFailureView, dt_failure_view, DT, FAILURE_VIEW, GtkBox)

/*
 * @error: RAS number or HRESULT; 0 hides the view. @details: of the connection (dt-failure.h), or
 * NULL. @detail: the technical cause, foreign text of
 * one or more lines, may be "". @certificate: offer to look at the certificate of the server.
 */
void dt_failure_view_show(DtFailureView *self, guint32 error, GVariant *details, const char *detail,
                          gboolean certificate);

/* A call that the helper did not take, or that did not reach it. @denied: what to do when it may
 * not be made; NULL: what is done of any. */
void dt_failure_view_show_error(DtFailureView *self, const GError *error, const char *denied);

/* FALSE: @error is none of those that say that the helper is not there, gives no answer, or may not
 * be called. A number says it when *@ret_number is not 0, else the sentences; static. */
gboolean dt_failure_view_explain(const GError *error, guint32 *ret_number, const char **ret_what,
                                 const char **ret_advice);

G_END_DECLS
