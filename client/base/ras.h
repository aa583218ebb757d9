/*
 * ras.h - why a connection ended, in the numbers Windows users search the web for.
 *
 * Three kinds of failure never mix: a malformed packet is dropped and counted; a failed call to the
 * system is a negative errno; a connection that ends is one `struct ras_end`, made exactly once, at
 * the place that knows the cause. What follows from a cause is never reported over it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef N_ /* as GLib's gi18n-lib.h spells it, which may come before or after */
#define N_(String) (String)
#endif

enum ras_error {
    RAS_OK = 0,
#define RAS(number, name, text, advice) RAS_##name = number,
#include "ras-errors.inc"
#undef RAS
};

struct ras_end {
    enum ras_error error;
    char detail[160]; /* for the log and the "Details" expander; printable ASCII/UTF-8, never a
                         secret, never raw bytes of a peer, never translated */
};

bool ras_known(uint32_t number);
const char *ras_error_name(enum ras_error error);   /* "AUTHENTICATION_FAILURE" */
const char *ras_error_text(enum ras_error error);   /* what happened; untranslated: the front end
                                                       calls gettext */
const char *ras_error_advice(enum ras_error error); /* what to try; untranslated; may be "" */

/* Record the first cause: does nothing if *@end already holds one. @format is printf-like. */
void ras_end_set(struct ras_end *end, enum ras_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Text from a peer made safe to show: control characters, ESC, invalid UTF-8 and bidi marks become
 * '?', but for the ends of its last line, which are left out; cut to @cap - 1 bytes. */
void ras_printable(char *out, size_t cap, const void *text, size_t n);
