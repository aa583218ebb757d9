/*
 * dt-failure.h - why a call failed, in words, and what to try: those of its number, or better ones
 * where the Details of its connection tell more. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* @details: of the connection (org.dialtone.Dialer1.xml), or NULL. Translated, static, perhaps "".
 */
const char *dt_failure_text(guint32 number, GVariant *details);
const char *dt_failure_advice(guint32 number, GVariant *details);

/* Of any attempt of that dial: the proxy wants another user name or password. */
gboolean dt_failure_proxy_user(GVariant *details);
