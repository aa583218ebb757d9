/* main.c - dialtone-gtk: the window. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-application.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main(int argc, char **argv)
{
    const char *catalogues = g_getenv("DIALTONE_LOCALEDIR"); /* of a build tree */

    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, catalogues != NULL ? catalogues : LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    g_set_application_name("Dialtone");

    g_autoptr(DtApplication) application = dt_application_new();

    return g_application_run(G_APPLICATION(application), argc, argv);
}
