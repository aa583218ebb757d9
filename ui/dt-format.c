/* dt-format.c - see dt-format.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-format.h"

#include "dt-dialer-client.h"
#include "dt-failure.h"
#include "ras.h"

#include <glib/gi18n.h>
#include <string.h>

enum { SHA256_DIGITS = 64, BYTES_PER_ROW = 8 };

char *
dt_format_duration(guint64 seconds)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%02u:%02u", seconds / 3600,
                           (guint)(seconds / 60 % 60), (guint)(seconds % 60));
}

char *
dt_format_error(guint32 error)
{
    return dt_format_failure(error, NULL);
}

char *
dt_format_failure(guint32 error, GVariant *details)
{
    g_autofree char *number = dt_dialer_client_error_number(error);

    /* Translators: a number that help desks know, and a sentence that says what happened */
    return g_strdup_printf(_("Error %s: %s"), number, dt_failure_text(error, details));
}

char *
dt_format_fingerprint(const char *hex)
{
    GString *out = g_string_new(NULL);

    if (hex == NULL || strspn(hex, "0123456789abcdefABCDEF") != SHA256_DIGITS ||
        hex[SHA256_DIGITS] != '\0')
        return g_string_free(out, FALSE);
    for (guint i = 0; i < SHA256_DIGITS; i += 2) {
        const guint byte = i / 2;

        if (byte > 0)
            g_string_append_c(out, byte % BYTES_PER_ROW == 0 ? '\n' : ':');
        g_string_append_c(out, g_ascii_toupper(hex[i]));
        g_string_append_c(out, g_ascii_toupper(hex[i + 1]));
    }
    return g_string_free(out, FALSE);
}

char *
dt_format_foreign(const char *text, gsize max)
{
    char *out = g_malloc(max + 1);

    ras_printable(out, max + 1, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    return out;
}
