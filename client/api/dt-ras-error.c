/* dt-ras-error.c - see dt-ras-error.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-ras-error.h"

#include <gio/gio.h>

static const GDBusErrorEntry entries[] = {
#define RAS(number, name, text, advice) {(gint)(number), "org.dialtone.Dialer1.Error.Ras" #number},
#include "ras-errors.inc"
#undef RAS
};

GQuark
dt_ras_error_quark(void)
{
    static gsize quark;

    g_dbus_error_register_error_domain("dt-ras-error", &quark, entries, G_N_ELEMENTS(entries));
    return (GQuark)quark;
}

enum ras_error
dt_ras_error_number(const GError *error)
{
    return error != NULL && error->domain == DT_RAS_ERROR ? (enum ras_error)error->code : RAS_OK;
}

void
dt_ras_error_set(GError **error, enum ras_error number, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_propagate_error(error, g_error_new_valist(DT_RAS_ERROR, (gint)number, format, args));
    va_end(args);
}
