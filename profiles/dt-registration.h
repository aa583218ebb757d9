/*
 * dt-registration.h - where this computer is registered by name: "registration" in the Details of a
 * connection, as both faces tell it. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

enum dt_registered { DT_REGISTERED_NAME, DT_REGISTERED_ADDRESS, DT_REGISTERED_WINS };
enum { DT_REGISTERED = 3 };

/* "This computer in DNS"; translated, static. */
const char *dt_registration_label(enum dt_registered what);
/* The name that DNS has, "registered", or why it is not; NULL: it was not asked for. A name, or a
 * word that this version does not know, is foreign text. Free it. */
char *dt_registration_text(GVariant *details, enum dt_registered what);
