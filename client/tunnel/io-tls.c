/* io-tls.c - see io-tls.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "io-tls.h"

#include <errno.h>
#include <malloc.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* ---- the socket, as OpenSSL sees it ---- */

/* Sealed records gather in ->out, so that one send() carries several. */
static int
bio_write(BIO *bio, const char *p, int n)
{
    struct io_tls *t = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (n <= 0)
        return 0;
    if ((size_t)n > IO_TLS_OUT - t->out_len) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(t->out + t->out_len, p, (size_t)n);
    t->out_len += (size_t)n;
    return n;
}

/* What answers a ClientHello begins with an alert or with a handshake message (RFC 8446
 * section 5.1), or does not know what TLS is. */
static void
note_first(struct io_tls *t, uint8_t octet)
{
    t->not_tls = octet != SSL3_RT_ALERT && octet != SSL3_RT_HANDSHAKE;
    t->heard = true;
}

static int
bio_read(BIO *bio, char *p, int cap)
{
    struct io_tls *t = BIO_get_data(bio);
    ssize_t n;

    BIO_clear_retry_flags(bio);
    if (cap <= 0)
        return 0;
    do
        n = recv(t->fd, p, (size_t)cap, 0);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        if (!t->heard)
            note_first(t, (uint8_t)p[0]);
        return (int)n;
    }
    if (n == 0)
        t->eof = true;
    else if (errno == EAGAIN)
        BIO_set_retry_read(bio);
    else
        t->io_error = errno;
    return n == 0 ? 0 : -1;
}

static long
bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)number, (void)pointer;
    const struct io_tls *t = BIO_get_data(bio);

    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return t->eof;
    default:
        return 0;
    }
}

static BIO *
bio_new(struct io_tls *t)
{
    static BIO_METHOD *method;

    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tunnel socket");
        if (method == NULL)
            return NULL;
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_ctrl(method, bio_ctrl);
    }

    BIO *bio = BIO_new(method);
    if (bio != NULL) {
        BIO_set_data(bio, t);
        BIO_set_init(bio, 1);
    }
    return bio;
}

/* ---- set-up ---- */

/* TLS 1.3 first with the cipher that costs the least where the CPU has AES; TLS 1.2 with forward
 * secrecy first. Security level 2 refuses SHA-1, RSA below 2048 bits and old curves. */
static bool
configure(struct io_tls *t)
{
    SSL_CTX *c = t->ctx;

    SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_security_level(c, 2);
    SSL_CTX_set_read_ahead(c, 1);
    SSL_CTX_set_default_read_buffer_len(c, IO_TLS_READ_AHEAD);
    SSL_CTX_set_cert_verify_callback(c, tls_verify_chain, &t->verify);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    return SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(c, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                       "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
           SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AESGCM:"
                                      "RSA+AES:!aNULL:!eNULL:!PSK:!SRP") == 1;
}

static int
on_staple(SSL *ssl, void *arg)
{
    struct io_tls *t = arg;
    const unsigned char *der = NULL;
    const long n = SSL_get_tlsext_status_ocsp_resp(ssl, &der);

    if (t->verify.pinned || der == NULL || n <= 0)
        return 1;
    return tls_verify_staple(&t->verify, der, (size_t)n, SSL_get0_verified_chain(ssl));
}

/* SSTP signs in inside: there is none to give, and most servers that ask can do without. */
static int
on_cert_wanted(SSL *ssl, void *arg)
{
    struct io_tls *t = arg;

    (void)ssl;
    t->cert_wanted = true;
    return 1;
}

bool
io_tls_prepare(struct io_tls *t, const struct dial_plan *plan, const char *host)
{
    *t = (struct io_tls){.fd = -1};
    if (!tls_verify_init(&t->verify, plan, host)) {
        t->end = t->verify.end;
        return false;
    }
    t->out = malloc(IO_TLS_OUT);
    t->ctx = SSL_CTX_new(TLS_client_method());
    if (t->out == NULL || t->ctx == NULL || !configure(t)) {
        ras_end_set(&t->end, RAS_RASMAN_CANNOT_INITIALIZE, "TLS cannot be set up");
        return false;
    }
    if (t->verify.store != NULL) {
        X509_STORE_up_ref(t->verify.store);
        SSL_CTX_set_cert_store(t->ctx, t->verify.store);
    }
    SSL_CTX_set_tlsext_status_cb(t->ctx, on_staple);
    SSL_CTX_set_tlsext_status_arg(t->ctx, t);
    SSL_CTX_set_cert_cb(t->ctx, on_cert_wanted, t);
    return true;
}

/* @ssl is ours from here on, over @fd. */
static bool
attach(struct io_tls *t, SSL *ssl, int fd)
{
    SSL_free(t->ssl);
    t->ssl = ssl;
    t->fd = fd;
    t->io_error = 0;
    t->eof = t->blocked = t->heard = t->not_tls = t->cert_wanted = t->answered = false;
    t->out_len = t->out_sent = 0;
    t->end = (struct ras_end){0};

    BIO *bio = ssl == NULL ? NULL : bio_new(t);
    if (bio == NULL)
        return false;
    SSL_set_bio(ssl, bio, bio);
    return true;
}

bool
io_tls_start(struct io_tls *t, int fd)
{
    if (!attach(t, SSL_new(t->ctx), fd))
        return false;
    SSL_set_connect_state(t->ssl);
    SSL_set_tlsext_status_type(t->ssl, TLSEXT_STATUSTYPE_ocsp);
    return t->verify.is_address || SSL_set_tlsext_host_name(t->ssl, t->verify.name) == 1;
}

bool
io_tls_adopt(struct io_tls *t, SSL *ssl, int fd)
{
    *t = (struct io_tls){.fd = -1, .out = malloc(IO_TLS_OUT)};
    return attach(t, ssl, fd) && t->out != NULL;
}

void
io_tls_clear(struct io_tls *t)
{
    SSL_free(t->ssl);
    SSL_CTX_free(t->ctx);
    tls_verify_clear(&t->verify);
    free(t->out);
    t->ssl = NULL;
    t->ctx = NULL;
    t->out = NULL;
}

void
io_tls_drop_authorities(struct io_tls *t)
{
    X509_STORE *empty = X509_STORE_new();

    if (empty != NULL)
        SSL_CTX_set_cert_store(t->ctx, empty);
    tls_verify_clear(&t->verify);
    malloc_trim(0);
}

/* ---- the stream ---- */

/* SSL_get_error() looks at the queue of errors, which is nearly always empty. */
static void
forget_errors(void)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

/* The alerts by which servers say that they do not go on without a certificate, or not with ours
 * (RFC 8446 section 6.2, RFC 5246 section 7.4.6). */
static bool
misses_certificate(const struct io_tls *t, int reason)
{
    switch (reason - SSL_AD_REASON_OFFSET) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_NO_CERTIFICATE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
        return t->cert_wanted;
    default:
        return false;
    }
}

/* Others hang up on whoever has none without a word, or what they say is lost with the reset behind
 * it. Whoever has answered once has let us in. */
static bool
cut_for_certificate(const struct io_tls *t, unsigned long code)
{
    const bool reset = t->io_error == ECONNRESET || t->io_error == EPIPE;
    const bool ended = t->io_error == 0 &&
                       (code == 0 || ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING);

    return t->cert_wanted && !t->answered && (reset || ended);
}

/* What OpenSSL has to say about a failure, in the numbers of ras.h. */
static void
set_failed(struct io_tls *t, const char *when)
{
    const unsigned long code = ERR_peek_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

    if (t->verify.end.error != RAS_OK)
        t->end = t->verify.end;
    else if (cut_for_certificate(t, code))
        ras_end_set(&t->end, RAS_NO_CERTIFICATE,
                    "%s: the server asked for a certificate of this computer in TLS, and cut the "
                    "connection when there was none",
                    when);
    else if (t->io_error != 0)
        ras_end_set(&t->end, RAS_VPN_DISCONNECT, "%s: %s", when, strerror(t->io_error));
    else if (t->not_tls)
        ras_end_set(&t->end, RAS_INVALID_SERVER_RESPONSE, "%s: what answers does not speak TLS",
                    when);
    else if (misses_certificate(t, ERR_GET_REASON(code)))
        ras_end_set(&t->end, RAS_NO_CERTIFICATE,
                    "%s: the server wants a certificate of this computer in TLS (%s)", when,
                    reason);
    else if (ERR_GET_REASON(code) == SSL_R_TLSV1_UNRECOGNIZED_NAME)
        ras_end_set(&t->end, RAS_WRONG_PRINCIPAL, "%s: %s", when, reason);
    else if (code != 0 && ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING)
        ras_end_set(&t->end, RAS_ILLEGAL_MESSAGE, "%s: %s", when,
                    reason == NULL ? "unknown failure" : reason);
    else
        ras_end_set(&t->end, RAS_VPN_DISCONNECT, "%s: the other end cut the connection", when);
    ERR_clear_error();
}

static enum io_tls_result
after(struct io_tls *t, int result, const char *when)
{
    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return IO_TLS_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return IO_TLS_CLOSED;
    default:
        set_failed(t, when);
        return IO_TLS_FAILED;
    }
}

enum io_tls_result
io_tls_handshake(struct io_tls *t)
{
    ERR_clear_error();
    const int result = SSL_do_handshake(t->ssl);
    const enum io_tls_result flushed = io_tls_flush(t); /* an alert that says why, too */

    if (result == 1)
        return flushed == IO_TLS_FAILED ? IO_TLS_FAILED : IO_TLS_OK;

    const enum io_tls_result said = after(t, result, "in the TLS handshake");
    if (said != IO_TLS_CLOSED)
        return said;
    ras_end_set(&t->end, RAS_ILLEGAL_MESSAGE, "the server ended the TLS handshake");
    return IO_TLS_FAILED;
}

enum io_tls_result
io_tls_read(struct io_tls *t, uint8_t *p, size_t cap, size_t *ret_n)
{
    forget_errors();
    const int result = SSL_read_ex(t->ssl, p, cap, ret_n);

    t->answered |= result == 1;
    return result == 1 ? IO_TLS_OK : after(t, result, "while receiving");
}

/* The socket takes nothing more: @error. With TLS 1.3 a server that refuses us says so after we
 * believe the handshake to be over (RFC 8446 section 4.4.2.4), so that its alert may wait to be
 * read. What else waits is an answer, and then that was not it. */
static void
cut_while_sending(struct io_tls *t, int error)
{
    uint8_t octet;
    size_t n;

    forget_errors();
    if (!t->answered && SSL_is_init_finished(t->ssl)) {
        t->answered = SSL_peek_ex(t->ssl, &octet, sizeof octet, &n) == 1;
        if (ERR_peek_error() != 0 && t->io_error == 0) {
            set_failed(t, "while sending");
            return;
        }
    }
    t->io_error = error;
    set_failed(t, "while sending");
}

/* To the kernel, which may wait with what fills no segment if there is @more. */
static enum io_tls_result
send_out(struct io_tls *t, bool more)
{
    const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);

    t->blocked = false;
    while (t->out_sent < t->out_len) {
        const ssize_t n = send(t->fd, t->out + t->out_sent, t->out_len - t->out_sent, flags);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            t->blocked = true;
            return IO_TLS_AGAIN;
        }
        if (n < 0) {
            cut_while_sending(t, errno);
            return IO_TLS_FAILED;
        }
        t->out_sent += (size_t)n;
    }
    t->out_len = t->out_sent = 0;
    return IO_TLS_OK;
}

enum io_tls_result
io_tls_write(struct io_tls *t, const uint8_t *p, size_t n, size_t *ret_n)
{
    enum io_tls_result sent;
    size_t part;

    forget_errors();
    for (*ret_n = 0; *ret_n < n; *ret_n += part) {
        const size_t left = n - *ret_n, want = left < IO_TLS_RECORD ? left : IO_TLS_RECORD;
        if (IO_TLS_OUT - t->out_len < want + 512) {
            /* a record follows at once: nothing stays behind in the kernel */
            sent = send_out(t, true);
            if (sent != IO_TLS_OK)
                return sent;
        }
        const int result = SSL_write_ex(t->ssl, p + *ret_n, want, &part);
        if (result != 1)
            return after(t, result, "while sending");
    }
    return IO_TLS_OK;
}

enum io_tls_result
io_tls_flush(struct io_tls *t)
{
    return send_out(t, false);
}

bool
io_tls_blocked(const struct io_tls *t)
{
    return t->blocked;
}

void
io_tls_close(struct io_tls *t)
{
    if (t->ssl == NULL || t->end.error != RAS_OK || !SSL_is_init_finished(t->ssl))
        return;
    ERR_clear_error();
    SSL_shutdown(t->ssl);
    io_tls_flush(t);
    ERR_clear_error();
}

const char *
io_tls_version(const struct io_tls *t)
{
    return SSL_version(t->ssl) == TLS1_3_VERSION ? "TLS 1.3" : "TLS 1.2";
}

/* "TLS_AES_128_GCM_SHA256" and "ECDHE-RSA-AES128-GCM-SHA256" as people write them. */
const char *
io_tls_cipher(const struct io_tls *t)
{
    static const struct {
        int nid;
        const char *name;
    } ciphers[] = {
        {NID_aes_128_gcm, "AES-128-GCM"},
        {NID_aes_256_gcm, "AES-256-GCM"},
        {NID_chacha20_poly1305, "ChaCha20-Poly1305"},
        {NID_aes_128_cbc, "AES-128-CBC"},
        {NID_aes_256_cbc, "AES-256-CBC"},
    };
    const SSL_CIPHER *cipher = SSL_get_current_cipher(t->ssl);
    const int nid = cipher == NULL ? NID_undef : SSL_CIPHER_get_cipher_nid(cipher);

    for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
        if (ciphers[i].nid == nid)
            return ciphers[i].name;
    return cipher == NULL ? "" : SSL_CIPHER_get_name(cipher);
}
