/*
 * dt-web-proxy.h - the desktop uses the web proxy of the connection that came up last, as long as
 * one that has a proxy is up and its person wants that; then what it used before. Also when the
 * program is told to end; and at its start, should it have been killed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "dt-library.h"

G_BEGIN_DECLS

#define DT_TYPE_WEB_PROXY (dt_web_proxy_get_type())

G_DECLARE_FINAL_TYPE(DtWebProxy, dt_web_proxy, DT, WEB_PROXY, GObject)

DtWebProxy *dt_web_proxy_new(GApplication *application, ProfileStore *store, DtLibrary *library);
/* @name was connected, or has ended. Cheap when nothing changes. */
void dt_web_proxy_set_up(DtWebProxy *self, const char *name, gboolean up);
void dt_web_proxy_refresh(DtWebProxy *self); /* profiles may have changed */

G_END_DECLS
