/*
 * dt-format.h - numbers and other people's text, made fit to be read.
 *
 * All results are newly allocated UTF-8 without markup; nothing here is ever given to Pango as
 * markup.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *dt_format_duration(guint64 seconds); /* "0:00:07", "27:15:00" */
char *dt_format_error(guint32 error);      /* "Error 691: The server did not accept…" */
/* As above, of a call: in better words where the Details of its connection have them; or NULL. */
char *dt_format_failure(guint32 error, GVariant *details);
char *dt_format_fingerprint(const char *hex); /* "AB:CD:…", in rows of eight; "" if it is none */

/* Text of a server or of a profile: no control characters, no bidi marks, at most @max bytes. */
char *dt_format_foreign(const char *text, gsize max);

G_END_DECLS
