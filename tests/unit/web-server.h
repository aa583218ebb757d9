/*
 * web-server.h - a web server of 127.0.0.1 in the test's own process, which says what a test wants,
 * right or wrong. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

enum { WEB_SERVER_DEADLINE = 60 /* s: what does not come by then, never does */ };

struct web_server {
    /* set by the test before web_server_start() */
    const char
        *answer;      /* to a request, with "PORT" for the server's own; each ends its connection */
    const char *then; /* to the second and later; NULL: @answer */
    GBytes *body;     /* after that; NULL: none. web_server_stop() frees it, and @tls */
    guint64 zeros;    /* after that, until the other end has enough */
    gboolean stall;   /* after that: wait until the other end is gone */
    SSL_CTX *tls;     /* NULL: none */

    GSocketService *service;
    guint16 port;
    GMutex lock;       /* of the rest, while it serves */
    GString *requests; /* as they came */
    guint n;           /* of them */
    guint begun, ended, stalled;
    guint64 sent; /* of @zeros */
};

void web_server_start(struct web_server *s);
/* Until a connection has had everything, and waits. */
void web_server_wait_stalled(struct web_server *s);
/* Waits until the other end has left every connection. @n and @sent stay; @requests, too: free it
 * with web_server_clear(). */
void web_server_stop(struct web_server *s);
void web_server_clear(struct web_server *s);
