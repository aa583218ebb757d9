/* web-server.c - see web-server.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "web-server.h"

#include <glib-unix.h>
#include <string.h>

enum { CHUNK = 64 << 10 };

/* ---- the server: a thread a connection ---- */

static gboolean
put(GSocketConnection *c, SSL *ssl, const void *bytes, gsize n)
{
    if (ssl != NULL)
        return n == 0 || SSL_write(ssl, bytes, (int)n) == (int)n;
    return g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(c)), bytes, n, NULL,
                                     NULL, NULL);
}

static gssize
get(GSocketConnection *c, SSL *ssl, char *to, gsize n)
{
    if (ssl != NULL)
        return SSL_read(ssl, to, (int)n);
    return g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(c)), to, n, NULL, NULL);
}

/* NULL: it ended without one. */
static char *
read_request(GSocketConnection *c, SSL *ssl)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char some[1024];

    while (strstr(text->str, "\r\n\r\n") == NULL) {
        const gssize n = get(c, ssl, some, sizeof some);

        if (n <= 0)
            return NULL;
        g_string_append_len(text, some, n);
    }
    return g_strdup(text->str);
}

static const char *
note_request(struct web_server *s, const char *request)
{
    g_mutex_lock(&s->lock);
    g_string_append(s->requests, request);
    const char *answer = s->n++ > 0 && s->then != NULL ? s->then : s->answer;

    g_mutex_unlock(&s->lock);
    return answer;
}

static void
note(struct web_server *s, guint *count)
{
    g_mutex_lock(&s->lock);
    ++*count;
    g_mutex_unlock(&s->lock);
    g_main_context_wakeup(NULL);
}

static void
talk(struct web_server *s, GSocketConnection *c, SSL *ssl)
{
    static const char zeros[CHUNK];
    g_autofree char *request = read_request(c, ssl);
    g_autofree char *answer = NULL, *port = g_strdup_printf("%u", s->port);
    char rest[256];
    gboolean ok = request != NULL;

    if (!ok)
        return;
    g_auto(GStrv) parts = g_strsplit(note_request(s, request), "PORT", -1);

    answer = g_strjoinv(port, parts);
    ok = put(c, ssl, answer, strlen(answer));
    if (ok && s->body != NULL)
        ok = put(c, ssl, g_bytes_get_data(s->body, NULL), g_bytes_get_size(s->body));
    for (guint64 left = s->zeros; ok && left > 0; left -= MIN(left, CHUNK)) {
        ok = put(c, ssl, zeros, MIN(left, CHUNK));
        g_mutex_lock(&s->lock);
        s->sent += MIN(left, CHUNK);
        g_mutex_unlock(&s->lock);
    }
    if (ok && s->stall) {
        note(s, &s->stalled);
        while (get(c, ssl, rest, sizeof rest) > 0)
            continue;
    }
}

static gboolean
on_run(GThreadedSocketService *service, GSocketConnection *c, GObject *source, gpointer owner)
{
    struct web_server *s = owner;
    SSL *ssl = s->tls != NULL ? SSL_new(s->tls) : NULL;

    (void)service, (void)source;
    g_socket_set_timeout(g_socket_connection_get_socket(c), WEB_SERVER_DEADLINE);
    if (ssl == NULL) {
        talk(s, c, NULL);
    } else {
        const int fd = g_socket_get_fd(g_socket_connection_get_socket(c));

        g_unix_set_fd_nonblocking(fd, FALSE, NULL); /* OpenSSL waits by itself */
        SSL_set_fd(ssl, fd);
        if (SSL_accept(ssl) == 1)
            talk(s, c, ssl);
        SSL_shutdown(ssl);
        SSL_free(ssl);
    }
    g_io_stream_close(G_IO_STREAM(c), NULL, NULL);
    note(s, &s->ended);
    return TRUE;
}

/* In the main loop, before its thread begins. */
static gboolean
on_incoming(GSocketService *service, GSocketConnection *c, GObject *source, gpointer owner)
{
    (void)service, (void)c, (void)source;
    note(owner, &((struct web_server *)owner)->begun);
    return FALSE;
}

void
web_server_start(struct web_server *s)
{
    g_autoptr(GSocketAddress) at = g_inet_socket_address_new_from_string("127.0.0.1", 0),
                              real = NULL;
    g_autoptr(GError) error = NULL;

    s->service = g_threaded_socket_service_new(8);
    s->requests = g_string_new(NULL);
    g_mutex_init(&s->lock);
    g_socket_listener_add_address(G_SOCKET_LISTENER(s->service), at, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &real, &error);
    g_assert_no_error(error);
    s->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(real));
    g_signal_connect(s->service, "incoming", G_CALLBACK(on_incoming), s);
    g_signal_connect(s->service, "run", G_CALLBACK(on_run), s);
}

static gboolean
on_deadline(gpointer what)
{
    g_error("waited in vain until %s", (const char *)what);
    return G_SOURCE_REMOVE;
}

static gboolean
all_ended(struct web_server *s)
{
    g_mutex_lock(&s->lock);
    const gboolean all = s->begun == s->ended;

    g_mutex_unlock(&s->lock);
    return all;
}

static gboolean
is_stalled(struct web_server *s)
{
    g_mutex_lock(&s->lock);
    const gboolean yes = s->stalled > 0;

    g_mutex_unlock(&s->lock);
    return yes;
}

static void
wait_server(struct web_server *s, gboolean (*until)(struct web_server *s), const char *what)
{
    const guint deadline = g_timeout_add_seconds(WEB_SERVER_DEADLINE, on_deadline, (gpointer)what);

    while (!until(s))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

void
web_server_stop(struct web_server *s)
{
    g_socket_service_stop(s->service);
    wait_server(s, all_ended, "the other end left the server");
    g_socket_listener_close(G_SOCKET_LISTENER(s->service));
    g_clear_object(&s->service);
    g_clear_pointer(&s->body, g_bytes_unref);
    g_clear_pointer(&s->tls, SSL_CTX_free);
    g_mutex_clear(&s->lock);
}

void
web_server_clear(struct web_server *s)
{
    g_string_free(s->requests, TRUE);
}

void
web_server_wait_stalled(struct web_server *s)
{
    wait_server(s, is_stalled, "the server stalls");
}
