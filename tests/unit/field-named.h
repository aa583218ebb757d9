/*
 * field-named.h - the typed field of a profile that a test means by its name: the name that
 * `dialtone show --json` gives it, "Connection Manager/RedialCount".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-fields.h"

static inline const struct profile_field *
field_named(const char *wanted)
{
    for (guint i = 0; i < profile_n_fields; i++) {
        g_autofree char *name = field_name(&profile_fields[i]);
        if (g_str_equal(name, wanted))
            return &profile_fields[i];
    }
    g_error("no field %s", wanted);
}
