/*
 * tlsraw.c - the yardstick of tests/bench: one plain TLS 1.3 stream and nothing else, as fast as it
 * goes over the library that the tunnel uses, neither helped nor hindered:
 *
 * - AES-128-GCM, full records of 16 KB, and four of them to a write(): 64 KB. OpenSSL by itself
 *   makes a write() of each record, which costs the sender some 15 % more.
 * - The receiver reads ahead, two records at a time as the tunnel does (with 128 KB it takes 8 %
 *   more); the sender repeats one buffer: no work but TLS.
 * - Default socket buffers and congestion control of the route; blocking; no process is pinned.
 * - The CPU time is user and system time of the process from the first octet to the last; the
 *   kernel's work for the other end that happens in it is in it, as it is for the tunnel.
 *
 *     tlsraw server CERT KEY ADDRESS PORT         reads until the other end closes; serves for ever
 *     tlsraw client ADDRESS PORT SECONDS          writes for that long
 *
 * Both print one line a connection: octets, seconds, CPU seconds of this process for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

static _Noreturn void
fail(const char *what)
{
    perror(what);
    exit(1);
}

static double
seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static struct sockaddr_in
address_of(const char *address, const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};

    if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
        fail("address");
    return a;
}

static SSL *
start(SSL_CTX *ctx, int fd, bool server)
{
    SSL *ssl = SSL_new(ctx);
    BIO *in = BIO_new_socket(fd, BIO_NOCLOSE), *out = BIO_new(BIO_f_buffer());

    BIO_set_write_buffer_size(out, 2 * CHUNK); /* what is in it goes with a flush */
    BIO_up_ref(in);
    SSL_set_bio(ssl, in, BIO_push(out, in));
    if ((server ? SSL_accept(ssl) : SSL_connect(ssl)) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    return ssl;
}

static void
report(double octets, double since, double cpu_since)
{
    printf("%.0f %.6f %.6f\n", octets, seconds() - since, cpu() - cpu_since);
    fflush(stdout);
}

static void
serve(SSL_CTX *ctx, int fd)
{
    static char bytes[CHUNK];
    const double since = seconds(), cpu_since = cpu();
    SSL *ssl = start(ctx, fd, true);
    double octets = 0;
    size_t n;

    while (ssl != NULL && SSL_read_ex(ssl, bytes, sizeof bytes, &n) == 1)
        octets += (double)n;
    report(octets, since, cpu_since);
    SSL_free(ssl);
    close(fd);
}

static int
server(char **argv)
{
    const struct sockaddr_in a = address_of(argv[2], argv[3]);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    const int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_default_read_buffer_len(ctx, CHUNK / 2);
    if (SSL_CTX_use_certificate_chain_file(ctx, argv[0]) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, argv[1], SSL_FILETYPE_PEM) != 1)
        fail("certificate");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (const struct sockaddr *)&a, sizeof a) < 0 || listen(listener, 4) < 0)
        fail("listen");
    for (;;) {
        const int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            fail("accept");
        serve(ctx, fd);
    }
}

static int
client(char **argv)
{
    const struct sockaddr_in a = address_of(argv[0], argv[1]);
    static char bytes[CHUNK];
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    double octets = 0;
    size_t n;

    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256");
    if (connect(fd, (const struct sockaddr *)&a, sizeof a) < 0)
        fail("connect");
    SSL *ssl = start(ctx, fd, false);
    if (ssl == NULL)
        fail("TLS");

    const double since = seconds(), cpu_since = cpu(), until = since + atof(argv[2]);
    while (seconds() < until && SSL_write_ex(ssl, bytes, sizeof bytes, &n) == 1 &&
           BIO_flush(SSL_get_wbio(ssl)) == 1)
        octets += (double)n;
    report(octets, since, cpu_since);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "server") == 0)
        return server(argv + 2);
    if (argc == 5 && strcmp(argv[1], "client") == 0)
        return client(argv + 2);
    fprintf(stderr, "usage: tlsraw server CERT KEY ADDRESS PORT | client ADDRESS PORT SECONDS\n");
    return 2;
}
