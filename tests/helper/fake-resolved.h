/*
 * fake-resolved.h - a systemd-resolved on the test's bus that only takes notes.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "harness.h"

struct fake_resolved {
    GDBusConnection *bus; /* NULL: it does not run */
    GString *notes;       /* what it was told, a line a call; NULL: it never ran */
};

void fake_resolved_start(struct fake_resolved *r, struct harness *h); /* the notes go on */
void fake_resolved_stop(struct fake_resolved *r);
void fake_resolved_clear(struct fake_resolved *r);
