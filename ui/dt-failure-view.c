/* dt-failure-view.c - see dt-failure-view.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-failure-view"

#include "dt-failure-view.h"

#include "dt-failure.h"
#include "dt-format.h"
#include "dt-ras-error.h"
#include "profile-plan.h"
#include "ras.h"

#include <glib/gi18n.h>

enum { MAX_DETAIL = 1024, MAX_LINES = 32 };

struct _DtFailureView {
    GtkBox parent_instance;

    GtkLabel *what_label;
    GtkLabel *advice_label;
    GtkLabel *detail_label;
    GtkWidget *certificate_button;
    GtkToggleButton *details_button;
};

G_DEFINE_TYPE(DtFailureView, dt_failure_view, GTK_TYPE_BOX)

enum { VIEW_LOG, SHOW_CERTIFICATE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_log_clicked(DtFailureView *self)
{
    g_signal_emit(self, signals[VIEW_LOG], 0);
}

static void
on_certificate_clicked(DtFailureView *self)
{
    g_signal_emit(self, signals[SHOW_CERTIFICATE], 0);
}

static char *
safe_lines(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", MAX_LINES);

    for (guint i = 0; lines[i] != NULL; i++) {
        char *safe = dt_format_foreign(lines[i], MAX_DETAIL);

        g_free(lines[i]);
        lines[i] = safe;
    }
    return g_strjoinv("\n", lines);
}

/* @what and @advice are translated sentences; @detail is foreign. */
static void
show_text(DtFailureView *self, const char *what, const char *advice, const char *detail)
{
    g_autofree char *safe = safe_lines(detail);

    gtk_label_set_text(self->what_label, what);
    gtk_label_set_text(self->advice_label, advice);
    gtk_widget_set_visible(GTK_WIDGET(self->advice_label), *advice != '\0');
    gtk_label_set_text(self->detail_label, safe);
    gtk_widget_set_visible(GTK_WIDGET(self->detail_label), *safe != '\0');
    gtk_widget_hide(self->certificate_button);
    gtk_toggle_button_set_active(self->details_button, FALSE);
    gtk_widget_show(GTK_WIDGET(self));
}

void
dt_failure_view_show(DtFailureView *self, guint32 error, GVariant *details, const char *detail,
                     gboolean certificate)
{
    if (error == RAS_OK) {
        gtk_widget_hide(GTK_WIDGET(self));
        return;
    }

    g_autofree char *what = dt_format_failure(error, details);

    show_text(self, what, dt_failure_advice(error, details), detail);
    gtk_widget_set_visible(self->certificate_button, certificate);
}

/* clang-format off */
static const struct {
    gboolean gio; /* the code is of G_IO_ERROR, else of G_DBUS_ERROR */
    int code;
    guint32 number; /* a RAS number says it */
    const char *what, *advice;
} no_answer[] = {
#define NOT_RUNNING                                                                            \
    N_("The dialing service is not running."),                                                 \
        N_("Check that Dialtone is completely installed: the service is called dialtoned.")
#define STOPPED                                                                                \
    N_("The dialing service does not answer."),                                                \
        N_("Try again. If it keeps happening, look at the log of the service dialtoned.")
    {FALSE, G_DBUS_ERROR_SERVICE_UNKNOWN, 0, NOT_RUNNING},
    {FALSE, G_DBUS_ERROR_NAME_HAS_NO_OWNER, 0, NOT_RUNNING},
    {FALSE, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND, 0, NOT_RUNNING},
    {FALSE, G_DBUS_ERROR_SPAWN_EXEC_FAILED, 0, NOT_RUNNING},
    {FALSE, G_DBUS_ERROR_SPAWN_FAILED, 0, NOT_RUNNING},
    {FALSE, G_DBUS_ERROR_UNKNOWN_METHOD, 0, NOT_RUNNING},
    {FALSE, G_DBUS_ERROR_UNKNOWN_OBJECT, 0, NOT_RUNNING},
    {TRUE, G_IO_ERROR_NOT_CONNECTED, 0, NOT_RUNNING},
    {TRUE, G_IO_ERROR_NOT_FOUND, 0, NOT_RUNNING},
    {TRUE, G_IO_ERROR_CLOSED, 0, STOPPED},
    {TRUE, G_IO_ERROR_TIMED_OUT, 0, STOPPED},
    {FALSE, G_DBUS_ERROR_NO_REPLY, 0, STOPPED},
    {FALSE, G_DBUS_ERROR_TIMEOUT, 0, STOPPED},
    {FALSE, G_DBUS_ERROR_DISCONNECTED, 0, STOPPED},
    {FALSE, G_DBUS_ERROR_ACCESS_DENIED, RAS_ACCESS_DENIED, NULL, NULL},
    {FALSE, G_DBUS_ERROR_AUTH_FAILED, RAS_ACCESS_DENIED, NULL, NULL},
    {TRUE, G_IO_ERROR_PERMISSION_DENIED, RAS_ACCESS_DENIED, NULL, NULL},
};
/* clang-format on */

gboolean
dt_failure_view_explain(const GError *error, guint32 *ret_number, const char **ret_what,
                        const char **ret_advice)
{
    for (gsize i = 0; i < G_N_ELEMENTS(no_answer); i++) {
        if (!g_error_matches(error, no_answer[i].gio ? G_IO_ERROR : G_DBUS_ERROR,
                             no_answer[i].code))
            continue;
        *ret_number = no_answer[i].number;
        *ret_what = no_answer[i].what != NULL ? _(no_answer[i].what) : "";
        *ret_advice = no_answer[i].advice != NULL ? _(no_answer[i].advice) : "";
        return TRUE;
    }
    return FALSE;
}

void
dt_failure_view_show_error(DtFailureView *self, const GError *error, const char *denied)
{
    guint32 number = dt_ras_error_number(error);
    const char *what = _("The dialing service could not do this."), *advice = "";

    if (number == RAS_OK && error->domain == PROFILE_PLAN_ERROR) {
        show_text(self, _("This connection cannot be dialed."), error->message, "");
        return;
    }
    if (number == RAS_OK)
        dt_failure_view_explain(error, &number, &what, &advice);
    if (number == RAS_OK)
        show_text(self, what, advice, error->message);
    else
        dt_failure_view_show(self, number, NULL, error->message, FALSE);
    if (number == RAS_ACCESS_DENIED && denied != NULL)
        gtk_label_set_text(self->advice_label, denied);
}

static void
dt_failure_view_class_init(DtFailureViewClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    signals[VIEW_LOG] = g_signal_new("view-log", DT_TYPE_FAILURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
    signals[SHOW_CERTIFICATE] =
        g_signal_new("show-certificate", DT_TYPE_FAILURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                     NULL, G_TYPE_NONE, 0);

    gtk_widget_class_set_css_name(widget_class, "failure");
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/failure-view.ui");
    gtk_widget_class_bind_template_child(widget_class, DtFailureView, what_label);
    gtk_widget_class_bind_template_child(widget_class, DtFailureView, advice_label);
    gtk_widget_class_bind_template_child(widget_class, DtFailureView, detail_label);
    gtk_widget_class_bind_template_child(widget_class, DtFailureView, certificate_button);
    gtk_widget_class_bind_template_child(widget_class, DtFailureView, details_button);
    gtk_widget_class_bind_template_callback(widget_class, on_log_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_certificate_clicked);
}

static void
dt_failure_view_init(DtFailureView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
