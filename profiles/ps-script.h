/*
 * ps-script.h - the commands about VPN connections in a PowerShell script, as data: a script is
 * taken apart, and never run.
 *
 * Known: comments, quotes, escapes, line continuation, lists, variables that are assigned a plain
 * value, New-VpnServerAddress and New-EapConfiguration, blocks (whose conditions are not looked
 * at), and parameters out of a table of plain values (splatting). Whatever would have to be
 * computed is marked so, and so is a table that the script makes or changes in another way.
 *
 * Bounded: PS_MAX_... Grammar: about_Parsing, about_Quoting_Rules, about_Splatting of Microsoft's
 * PowerShell documentation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

enum ps_limits {
    PS_MAX_TEXT = 1024 * 1024,
    PS_MAX_COMMANDS = 4096,
    PS_MAX_TOKENS = 1024, /* of one command */
};

struct ps_argument {
    char *name;        /* "ServerAddress"; "": a value without a name */
    GPtrArray *values; /* char *; none: a switch. $true is "True" */
    gboolean computed; /* only running the script would tell */
};

struct ps_command {
    char *name; /* "Add-VpnConnection", as it is written */
    guint line;
    GPtrArray *arguments; /* struct ps_argument, in order */
    char *splatted;       /* "@name", which is not known; NULL: all arguments are there */
};

/* struct ps_command: those whose noun begins with Vpn. Texts are wiped when they are freed. */
GPtrArray *ps_script_read(const char *text);
