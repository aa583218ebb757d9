/*
 * cmak-parts.h - the smaller files and sections of a Connection Manager profile: the list of VPN
 * servers, the static routes, the connect actions. Internal to cmak.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ini.h"
#include "profile.h"

/* The VPN file ([Settings] default=, Message=; [VPN Servers] label=address). FALSE: no server in
 * it. */
gboolean cmak_take_servers(Profile *p, const Ini *vpn, const char *file);
/* What stands before the '=' there: neither a comment nor a heading, and of one part. Free it. */
char *cmak_server_key(const char *label, const char *address);
/* Is @section one of the lists of programs that Connection Manager or its installer would run? */
gboolean cmak_is_action_section(const char *section);
void cmak_take_actions(Profile *p, const struct ini_section *section);
/* "0&Description", of an action that there is: it stands in that one. */
gboolean cmak_is_description(const struct ini_section *section, const struct ini_entry *e);
/* The file behind /STATIC_FILE_NAME of a cmroute action, or NULL. Free it. */
char *cmak_route_file(const char *command);
char *cmak_route_url(const char *command); /* behind /UPDATE_URL_PATH */
/* Is it cmdl32, and has @option in it? */
gboolean cmak_is_download(const char *command, const char *option);
/* The file behind /source_filename of a cmproxy action that sets, or NULL. Free it. */
char *cmak_proxy_file(const struct profile_action *a);
/* [Manual Proxy] and [Automatic Proxy]: what web browsers should use. */
void cmak_take_proxy(Profile *p, const Ini *ini, const char *file);
/* "ADD net MASK mask default METRIC default IF default" lines; others become notes. */
void cmak_take_routes(Profile *p, const char *file, const char *text);
