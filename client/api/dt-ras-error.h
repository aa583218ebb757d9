/*
 * dt-ras-error.h - the RAS numbers as a GError domain that survives D-Bus.
 *
 * On the bus an error is org.dialtone.Dialer1.Error.Ras691, or ...Ras0x80070057 for an HRESULT; a
 * program that has called dt_ras_error_quark() once (any use of DT_RAS_ERROR does) gets it back as
 * this domain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "ras.h"

#define DT_RAS_ERROR (dt_ras_error_quark())

GQuark dt_ras_error_quark(void);
/* The number; RAS_OK when @error is NULL or of another domain. GError's own code is an int, which
 * makes HRESULTs negative. */
enum ras_error dt_ras_error_number(const GError *error);
void dt_ras_error_set(GError **error, enum ras_error number, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
