/*
 * web-proxy.h - what a profile wants of web browsers while it is connected: a script, servers, or
 * to look for themselves; of the texts of Windows (Internet Explorer's ProxyServer and
 * ProxyOverride), as a desktop's settings say it.
 *
 * A profile may say several of these; the first that there is counts: script, servers, search.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

enum web_proxy_mode { WEB_PROXY_NONE, WEB_PROXY_SCRIPT, WEB_PROXY_SERVERS, WEB_PROXY_SEARCH };
enum { WEB_PROXY_HTTP, WEB_PROXY_HTTPS, WEB_PROXY_FTP, WEB_PROXY_SOCKS, WEB_PROXY_KINDS };

struct web_proxy {
    enum web_proxy_mode mode;
    char *script;      /* http:// or https://, or NULL */
    char *script_text; /* the script itself, or NULL */
    struct {
        char *host; /* NULL: none for this kind */
        guint port;
    } servers[WEB_PROXY_KINDS];
    char **except; /* hosts, "*.domain", networks, "<local>"; never NULL after web_proxy_of() */
};

/* FALSE: it says nothing of a proxy, or nothing that can be used; *ret is empty. */
gboolean web_proxy_of(const Profile *p, struct web_proxy *ret);
void web_proxy_clear(struct web_proxy *w);
/* One translated line: "proxy.example.edu:8080, not for localhost"; NULL: none. Free it. */
char *web_proxy_text(const Profile *p);
