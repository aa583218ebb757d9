/*
 * failing-calls.h - system calls that fail when a test wants it, put under our own code by the
 * linker (failing_calls_args in meson.build): not under GLib, and not while nothing is armed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* NULL-terminated: "openat", "write", "fsync"... */
extern const char *const failing_calls[];

/* The @nth call (from 1) of that name fails with @number, and with @always each after it. A write
 * puts half of its bytes there first. */
void failing_calls_arm(const char *call, guint nth, int number, gboolean always);
/* As a number: the process ends there, before the call, as in a power cut. */
enum { FAILING_CALLS_CRASH = -1 };
/* And a second one, once. */
void failing_calls_also(const char *call, guint nth, int number);
/* Back to a disk that works; TRUE: the call was reached. */
gboolean failing_calls_disarm(void);
