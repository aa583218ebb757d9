/* test-profile-fetch.c - downloads from servers that answer as one should not.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-fetch-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test-certs.h"
#include "web-server.h"

/* ---- a download ---- */

struct got {
    GBytes *body;
    GError *error;
    gboolean done;
};

static void
stop(struct web_server *s)
{
    web_server_stop(s);
    web_server_clear(s);
}

static gboolean
on_deadline(gpointer data)
{
    g_error("neither a file nor an error: %p", data);
    return G_SOURCE_REMOVE;
}

static const struct profile_fetch_limits patient = {.connect_ms = 300000};

static void
on_fetched(GObject *source, GAsyncResult *result, gpointer owner)
{
    struct got *got = owner;

    (void)source;
    got->body = profile_fetch_finish(result, &got->error);
    got->done = TRUE;
}

static void
wait_got(const struct got *got)
{
    const guint deadline = g_timeout_add_seconds(WEB_SERVER_DEADLINE, on_deadline, NULL);

    while (!got->done)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    g_assert_true((got->body == NULL) == (got->error != NULL));
}

static struct got
fetch_url(const char *url, const struct profile_fetch_limits *limits)
{
    struct got got = {0};

    g_test_message("%s", url);
    profile_fetch_limited_async(url, NULL, NULL, limits, NULL, on_fetched, &got);
    wait_got(&got);
    if (got.error != NULL)
        g_test_message("%s", got.error->message);
    return got;
}

static struct got
fetch(const struct web_server *s, const char *path)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u%s", s->port, path);

    return fetch_url(url, &patient);
}

static void
assert_got(struct got *got, const char *body)
{
    g_assert_no_error(got->error);
    g_assert_cmpmem(g_bytes_get_data(got->body, NULL), g_bytes_get_size(got->body), body,
                    strlen(body));
    g_clear_pointer(&got->body, g_bytes_unref);
}

static void
assert_failed(struct got *got, int code)
{
    g_assert_error(got->error, G_IO_ERROR, code);
    g_clear_error(&got->error);
}

/* One answer, one download. */
static struct got
ask(const char *answer)
{
    struct web_server s = {.answer = answer};

    web_server_start(&s);
    struct got got = fetch(&s, "/list");

    stop(&s);
    return got;
}

/* ---- what is taken ---- */

static void
a_file_is_fetched(void)
{
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};

    web_server_start(&s);
    struct got got = fetch(&s, "/a%20list?PBVer=3&PB=book");

    assert_got(&got, "hello");
    stop(&s);
}

static void
nothing_new(void)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        struct got got = ask(answers[i]);

        assert_got(&got, "");
    }
}

static void
no_file(void)
{
    static const char *const answers[] = {
        "HTTP/1.1 500 Sorry\r\nContent-Length: 5\r\n\r\nsorry",
        "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=a\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=a\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 206 Part\r\nContent-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nsorry",
        "HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nsorry",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        struct got got = ask(answers[i]);

        assert_failed(&got, G_IO_ERROR_FAILED);
    }
}

static void
no_http(void)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nsorry",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        struct got got = ask(answers[i]);

        assert_failed(&got, G_IO_ERROR_INVALID_DATA);
    }
}

static void
cut_short(void)
{
    struct got got = ask("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort");

    assert_failed(&got, G_IO_ERROR_PARTIAL_INPUT);
    got = ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n");
    assert_failed(&got, G_IO_ERROR_PARTIAL_INPUT);
    got = ask("");
    assert_failed(&got, G_IO_ERROR_PARTIAL_INPUT);
}

/* ---- F5: how much ---- */

/* It says so: not one octet of it is waited for. */
static void
ten_gb_by_its_length(void)
{
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n",
                           .stall = TRUE};

    web_server_start(&s);
    struct got got = fetch(&s, "/list");

    assert_failed(&got, G_IO_ERROR_MESSAGE_TOO_LARGE);
    stop(&s);
}

static void
ten_gb_without_length(void)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n280000000\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        struct web_server s = {.answer = answers[i], .zeros = G_GUINT64_CONSTANT(10) << 30};

        web_server_start(&s);
        struct got got = fetch(&s, "/list");

        assert_failed(&got, G_IO_ERROR_MESSAGE_TOO_LARGE);
        stop(&s);
        g_assert_cmpuint(s.sent, <, PROFILE_FETCH_MAX + (64 << 20)); /* both ends' buffers */
    }
}

static void
ten_gb_of_five_octets(void)
{
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                           .zeros = G_GUINT64_CONSTANT(10) << 30};

    web_server_start(&s);
    struct got got = fetch(&s, "/list");

    assert_got(&got, "hello");
    stop(&s);
    g_assert_cmpuint(s.sent, <, 64 << 20);
}

static void
exactly_what_may_be(void)
{
    for (guint more = 0; more < 2; more++) {
        struct web_server s = {.answer = "HTTP/1.1 200 OK\r\n\r\n",
                               .zeros = PROFILE_FETCH_MAX + more};

        web_server_start(&s);
        struct got got = fetch(&s, "/list");

        if (more == 0) {
            g_assert_no_error(got.error);
            g_assert_cmpuint(g_bytes_get_size(got.body), ==, PROFILE_FETCH_MAX);
            g_clear_pointer(&got.body, g_bytes_unref);
        } else {
            assert_failed(&got, G_IO_ERROR_MESSAGE_TOO_LARGE);
        }
        stop(&s);
    }
}

static void
headers_without_end(void)
{
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\n", .stall = TRUE};
    g_autoptr(GString) headers = g_string_new(NULL);

    while (headers->len < 128 << 10)
        g_string_append(headers, "X-Header: value\r\n");
    s.body = g_bytes_new(headers->str, headers->len);
    web_server_start(&s);
    struct got got = fetch(&s, "/list");

    assert_failed(&got, G_IO_ERROR_MESSAGE_TOO_LARGE);
    stop(&s);
}

/* A file that unpacks to 64 MiB comes as it is: nothing here unpacks it. */
static void
gzip_bomb(void)
{
    static const char zeros[1 << 20];
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GZlibCompressor) gzip = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
    g_autoptr(GOutputStream) out = g_converter_output_stream_new(memory, G_CONVERTER(gzip));

    for (guint i = 0; i < 64; i++)
        g_assert_true(g_output_stream_write_all(out, zeros, sizeof zeros, NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(out, NULL, NULL));
    g_autoptr(GBytes) bomb = g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
                           .body = g_bytes_ref(bomb)};

    web_server_start(&s);
    struct got got = fetch(&s, "/list");

    g_assert_no_error(got.error);
    g_assert_true(g_bytes_equal(got.body, bomb));
    g_bytes_unref(got.body);
    g_assert_null(strstr(s.requests->str, "Encoding"));
    stop(&s);
}

/* ---- F5: how long ---- */

static void
a_stall_ends(void)
{
    static const struct profile_fetch_limits rows[] = {
        {.connect_ms = 300000, .whole_ms = 300},
        {.connect_ms = 300000, .slow_s = 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                               .stall = TRUE};

        web_server_start(&s);
        g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", s.port);
        struct got got = fetch_url(url, &rows[i]);

        assert_failed(&got, G_IO_ERROR_TIMED_OUT);
        stop(&s);
    }
}

/* The server takes the connection, and never says a word of TLS. */
static void
a_stall_of_tls_ends(void)
{
    static const struct profile_fetch_limits limits = {.connect_ms = 300};
    struct web_server s = {.answer = ""};

    web_server_start(&s);
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", s.port);
    struct got got = fetch_url(url, &limits);

    assert_failed(&got, G_IO_ERROR_TIMED_OUT);
    stop(&s);
}

static void
a_stall_is_cancelled(void)
{
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\n\r\nhalf", .stall = TRUE};
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    struct got got = {0};

    web_server_start(&s);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", s.port);

    profile_fetch_limited_async(url, NULL, NULL, &patient, cancellable, on_fetched, &got);
    web_server_wait_stalled(&s);
    g_cancellable_cancel(cancellable);
    wait_got(&got);
    assert_failed(&got, G_IO_ERROR_CANCELLED);
    stop(&s); /* it sees the end, too */
}

/* ---- F5: where to ---- */

/* @to: with PORT for the server's own. What came of it, and how many requests the server had. */
static struct got
redirect(const char *to, guint *ret_n)
{
    g_autofree char *answer =
        g_strdup_printf("HTTP/1.1 302 Found\r\nLocation: %s\r\nSet-Cookie: a=b; Path=/\r\n"
                        "Content-Length: 0\r\n\r\n",
                        to);
    struct web_server s = {.answer = answer,
                           .then = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};

    web_server_start(&s);
    g_test_message("to %s", to);
    struct got got = fetch(&s, "/");

    *ret_n = s.n;
    g_assert_null(strstr(s.requests->str, "Cookie"));
    stop(&s);
    return got;
}

static void
redirect_within_http(void)
{
    static const char *const rows[] = {"/there", "http://127.0.0.1:PORT/there"};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint n;
        struct got got = redirect(rows[i], &n);

        assert_got(&got, "ok");
        g_assert_cmpuint(n, ==, 2);
    }
}

static void
redirect_elsewhere(void)
{
    static const char *const rows[] = {
        "file:///etc/passwd",
        "ftp://127.0.0.1:PORT/",
        "gopher://127.0.0.1:PORT/1",
        "dict://127.0.0.1:PORT/d:a",
        "http://user:secret@127.0.0.1:PORT/",
        "http://user@127.0.0.1:PORT/",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint n;
        struct got got = redirect(rows[i], &n);

        assert_failed(&got, G_IO_ERROR_PERMISSION_DENIED);
        g_assert_cmpuint(n, ==, 1);
    }
}

static void
redirect_loop(void)
{
    struct web_server s = {.answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:PORT/\r\n"
                                     "Content-Length: 0\r\n\r\n"};

    web_server_start(&s);
    struct got got = fetch(&s, "/");

    assert_failed(&got, G_IO_ERROR_TOO_MANY_LINKS);
    g_assert_cmpuint(s.n, ==, 6);
    stop(&s);
}

static gboolean
has_ipv6(void)
{
    g_autoptr(GSocket) any =
        g_socket_new(G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

    return any != NULL;
}

/* Whatever listens on this computer, or beside it, is no business of a web server's. */
static void
redirect_to_what_is_near(void)
{
    static const char *const rows[] = {
        "http://127.0.0.2:PORT/",
        "http://0.0.0.0:PORT/",
        "http://0.1.2.3:PORT/",
        "http://169.254.1.2:PORT/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://0x7f000002:PORT/",
        "http://[::1]:PORT/",
        "http://[::]:PORT/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://[::ffff:127.0.0.2]:PORT/",
        "http://[::ffff:169.254.1.1]/",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint n;

        if (strchr(rows[i], '[') != NULL && !has_ipv6())
            continue;
        struct got got = redirect(rows[i], &n);

        assert_failed(&got, G_IO_ERROR_PERMISSION_DENIED);
        g_assert_cmpuint(n, ==, 1);
    }
}

/* A name server that says 127.0.0.1. */
static void
name_of_this_computer(void)
{
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};

    web_server_start(&s);
    g_autofree char *url = g_strdup_printf("http://localhost:%u/", s.port);
    struct got got = fetch_url(url, &patient);

    assert_failed(&got, G_IO_ERROR_PERMISSION_DENIED);
    g_assert_cmpuint(s.n, ==, 0);
    stop(&s);
}

static void
nobody_there(void)
{
    struct web_server s = {0};

    web_server_start(&s);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", s.port);

    stop(&s);
    struct got got = fetch_url(url, &patient);

    assert_failed(&got, G_IO_ERROR_CONNECTION_REFUSED);
}

static void
no_address_for_this(void)
{
    static const char *const rows[] = {
        "",
        "127.0.0.1:1/list",
        "list",
        "http://",
        "http://user@127.0.0.1:1/",
        "https://user:secret@127.0.0.1:1/",
        "http://127.0.0.1:1/\r\nX: y",
        "http://127.0.0.1:99999/",
        "http://a b/",
        "ftp://127.0.0.1:1/list",
        "file:///etc/passwd",
        "javascript:alert(1)",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct got got = fetch_url(rows[i], &patient);

        assert_failed(&got, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
through_a_device(void)
{
    static const struct {
        const char *device;
        gboolean ok;
    } rows[] = {{"lo", TRUE}, {"no-such-device", FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
        struct got got = {0};

        web_server_start(&s);
        g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", s.port);

        profile_fetch_async(url, rows[i].device, NULL, NULL, on_fetched, &got);
        wait_got(&got);
        if (rows[i].ok) {
            assert_got(&got, "ok");
        } else {
            assert_failed(&got, g_io_error_from_errno(ENODEV));
            g_assert_cmpuint(s.n, ==, 0);
        }
        stop(&s);
    }
}

/* Of a tunnel with name servers, nobody else is asked for a name: here for one that is always
 * known. */
static void
names_of_a_device(void)
{
    static const struct profile_fetch_limits limits = {.connect_ms = 300000, .name_port = 1};
    static const char *const servers[] = {"127.0.0.1", NULL}; /* which do not answer at that port */
    static const struct {
        const char *const *servers;
        GIOErrorEnum error;
    } rows[] = {{servers, G_IO_ERROR_HOST_NOT_FOUND}, {NULL, G_IO_ERROR_PERMISSION_DENIED}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct got got = {0};

        profile_fetch_limited_async("http://localhost:1/", "lo", rows[i].servers, &limits, NULL,
                                    on_fetched, &got);
        wait_got(&got);
        assert_failed(&got, rows[i].error);
    }
}

/* ---- TLS ---- */

static const struct cert_spec authority = {.cn = "Authority", .constraints = "critical,CA:TRUE"};

struct tls {
    struct cert *ca, *leaf;
    char *dir, *file; /* the authority's PEM */
};

static struct tls
tls_start(struct web_server *s, const char *san)
{
    const struct cert_spec leaf = {.cn = "server", .san = san, .eku = "serverAuth"};
    struct tls t = {.ca = cert_new(&authority, NULL)};

    t.leaf = cert_new(&leaf, t.ca);
    t.dir = g_dir_make_tmp("fetch-XXXXXX", NULL);
    t.file = g_build_filename(t.dir, "ca.pem", NULL);
    const struct cert *one[] = {t.ca};
    char *pem = cert_pem(one, 1);

    g_assert_true(g_file_set_contents(t.file, pem, -1, NULL));
    free(pem);
    s->tls = SSL_CTX_new(TLS_server_method());
    g_assert_cmpint(SSL_CTX_use_certificate(s->tls, t.leaf->x509), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey(s->tls, t.leaf->key), ==, 1);
    web_server_start(s);
    return t;
}

static void
tls_stop(struct tls *t, struct web_server *s)
{
    stop(s);
    g_assert_cmpint(unlink(t->file), ==, 0);
    g_assert_cmpint(rmdir(t->dir), ==, 0);
    g_free(t->file);
    g_free(t->dir);
    cert_free(t->ca);
    cert_free(t->leaf);
}

static struct got
fetch_tls(const struct web_server *s, const char *authorities)
{
    const struct profile_fetch_limits limits = {.connect_ms = 300000, .authorities = authorities};
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/list", s->port);

    return fetch_url(url, &limits);
}

static void
certificates(void)
{
    static const struct {
        const char *san;
        gboolean known, ok;
    } rows[] = {{"IP:127.0.0.1", TRUE, TRUE},
                {"IP:127.0.0.1", FALSE, FALSE},
                {"IP:192.0.2.1", TRUE, FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
        struct tls t = tls_start(&s, rows[i].san);
        struct got got = fetch_tls(&s, rows[i].known ? t.file : NULL);

        if (rows[i].ok)
            assert_got(&got, "ok");
        else
            assert_failed(&got, G_IO_ERROR_PERMISSION_DENIED);
        g_assert_cmpuint(s.n, ==, rows[i].ok ? 1 : 0);
        tls_stop(&t, &s);
    }
}

/* Whoever is between cannot have changed what came by https; by http he could. */
static void
redirect_from_https(void)
{
    static const struct {
        const char *scheme;
        gboolean ok;
    } rows[] = {{"https", TRUE}, {"http", FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct web_server plain = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};

        web_server_start(&plain);
        g_autofree char *port = g_strdup_printf("%u", plain.port);
        g_autofree char *answer =
            g_strdup_printf("HTTP/1.1 302 Found\r\nLocation: %s://127.0.0.1:%s/\r\n"
                            "Content-Length: 0\r\n\r\n",
                            rows[i].scheme, rows[i].ok ? "PORT" : port);
        struct web_server s = {.answer = answer, .then = plain.answer};
        struct tls t = tls_start(&s, "IP:127.0.0.1");
        struct got got = fetch_tls(&s, t.file);

        if (rows[i].ok)
            assert_got(&got, "ok");
        else
            assert_failed(&got, G_IO_ERROR_PERMISSION_DENIED);
        g_assert_cmpuint(plain.n, ==, 0);
        tls_stop(&t, &s);
        stop(&plain);
    }
}

/* ---- Y ---- */

/* Neither .netrc nor a proxy of the environment: main() has put both there. */
static void
nothing_of_the_user_goes_out(void)
{
    static const char *const never[] = {"Authorization", "Cookie", "Accept-Encoding", "Proxy",
                                        "Referer"};
    struct web_server s = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};

    web_server_start(&s);
    struct got got = fetch(&s, "/list");

    assert_got(&got, "ok");
    g_assert_cmpuint(s.n, ==, 1);
    g_assert_true(g_str_has_prefix(s.requests->str, "GET /list HTTP/1.1\r\n"));
    for (gsize i = 0; i < G_N_ELEMENTS(never); i++)
        g_assert_null(strstr(s.requests->str, never[i]));
    stop(&s);
}

static void
add_tests(void)
{
    g_test_add_func("/profile-fetch/a-file", a_file_is_fetched);
    g_test_add_func("/profile-fetch/nothing-new", nothing_new);
    g_test_add_func("/profile-fetch/no-file", no_file);
    g_test_add_func("/profile-fetch/no-http", no_http);
    g_test_add_func("/profile-fetch/nobody-there", nobody_there);
    g_test_add_func("/profile-fetch/through-a-device", through_a_device);
    g_test_add_func("/profile-fetch/names-of-a-device", names_of_a_device);
    g_test_add_func("/profile-fetch/F5/cut-short", cut_short);
    g_test_add_func("/profile-fetch/F5/10-gb-by-its-length", ten_gb_by_its_length);
    g_test_add_func("/profile-fetch/F5/10-gb-without-length", ten_gb_without_length);
    g_test_add_func("/profile-fetch/F5/10-gb-with-a-false-length", ten_gb_of_five_octets);
    g_test_add_func("/profile-fetch/F5/exactly-what-may-be", exactly_what_may_be);
    g_test_add_func("/profile-fetch/F5/headers-without-end", headers_without_end);
    g_test_add_func("/profile-fetch/F5/gzip-bomb", gzip_bomb);
    g_test_add_func("/profile-fetch/F5/a-stall-ends", a_stall_ends);
    g_test_add_func("/profile-fetch/F5/a-stall-of-tls-ends", a_stall_of_tls_ends);
    g_test_add_func("/profile-fetch/F5/a-stall-is-cancelled", a_stall_is_cancelled);
    g_test_add_func("/profile-fetch/F5/redirect", redirect_within_http);
    g_test_add_func("/profile-fetch/F5/redirect-to-another-scheme", redirect_elsewhere);
    g_test_add_func("/profile-fetch/F5/redirect-loop", redirect_loop);
    g_test_add_func("/profile-fetch/F5/redirect-to-what-is-near", redirect_to_what_is_near);
    g_test_add_func("/profile-fetch/F5/redirect-from-https", redirect_from_https);
    g_test_add_func("/profile-fetch/F5/name-of-this-computer", name_of_this_computer);
    g_test_add_func("/profile-fetch/F5/no-address-for-this", no_address_for_this);
    g_test_add_func("/profile-fetch/T/certificates", certificates);
    g_test_add_func("/profile-fetch/Y/nothing-of-the-user", nothing_of_the_user_goes_out);
}

int
main(int argc, char **argv)
{
    g_autofree char *home = g_dir_make_tmp("fetch-home-XXXXXX", NULL);
    g_autofree char *netrc = g_build_filename(home, ".netrc", NULL);

    signal(SIGPIPE, SIG_IGN); /* of the TLS server */
    g_setenv("HOME", home, TRUE);
    g_setenv("http_proxy", "http://127.0.0.1:1", TRUE);
    g_setenv("ALL_PROXY", "http://127.0.0.1:1", TRUE);
    g_assert_true(
        g_file_set_contents(netrc, "machine 127.0.0.1 login user password secret\n", -1, NULL));
    g_test_init(&argc, &argv, NULL);
    add_tests();
    const int result = g_test_run();

    unlink(netrc);
    rmdir(home);
    return result;
}
