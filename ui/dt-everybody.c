/* dt-everybody.c - see dt-everybody.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-everybody"

#include "dt-everybody.h"

#include "dt-failure-view.h"
#include "dt-format.h"
#include "dt-ras-error.h"
#include "profile-system.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 120, MAX_TEXT = 400 };

char *
dt_everybody_name(const char *name, gboolean system, gsize max)
{
    g_autofree char *safe = dt_format_foreign(name, max);

    /* Translators: %s is the name of a connection that everybody on this computer may use */
    return system ? g_strdup_printf(_("%s (everybody)"), safe) : g_steal_pointer(&safe);
}

static char *
sentences(const char *what, const char *advice)
{
    return *advice != '\0' ? g_strdup_printf("%s %s", what, advice) : g_strdup(what);
}

char *
dt_everybody_problem(const GError *error)
{
    guint32 number = dt_ras_error_number(error);
    const char *what = NULL, *advice = "";
    g_autofree char *cause = dt_format_foreign(error->message, MAX_TEXT);

    if (number == RAS_OK && !dt_failure_view_explain(error, &number, &what, &advice))
        return g_steal_pointer(&cause);
    if (number == RAS_OK)
        return sentences(what, advice);
    g_autoptr(GError) denied = g_error_new_literal(DT_RAS_ERROR, (int)number, "");
    g_autofree char *text = dt_format_error(number);
    if (number == RAS_ACCESS_DENIED)
        return sentences(text, profile_system_advice(denied));
    g_autofree char *with_cause = *cause != '\0' ? g_strdup_printf("%s (%s)", text, cause) : NULL;
    return sentences(with_cause != NULL ? with_cause : text, profile_system_advice(denied));
}

GtkWidget *
dt_everybody_ask(GtkWindow *parent, const char *name)
{
    g_autofree char *safe = dt_format_foreign(name, MAX_NAME);
    GtkWidget *dialog = gtk_message_dialog_new(
        parent, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
        GTK_BUTTONS_NONE, _("Change the connection “%s” for everybody?"), safe);

    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(dialog), "%s",
        _("It is for everybody who uses this computer, and only an administrator may change it. In "
          "a copy of your own the changes are for you alone; it takes the place of this one for "
          "you, and does not follow what an administrator changes."));
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("Ca_ncel"), GTK_RESPONSE_CANCEL);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Keep My Own Copy"), GTK_RESPONSE_NO);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("Change for _Everybody"), GTK_RESPONSE_YES);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_NO);
    return dialog;
}

GError *
dt_everybody_no_helper(void)
{
    return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                               "the system bus cannot be reached");
}
