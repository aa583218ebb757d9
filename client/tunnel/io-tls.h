/*
 * io-tls.h - the TLS stream to the server over a non-blocking socket (RFC 8446, 5246).
 *
 * Made for bulk: records are filled by the caller's large writes, several records go to the kernel
 * in one send(), and one recv() brings many. Nothing is sent to a server before its certificate
 * was verified (io-tls-verify.h): io_tls_handshake() does not end well otherwise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <openssl/ssl.h>

#include "dial-plan.h"
#include "ras.h"
#include "tls-verify.h"

enum {
    IO_TLS_RECORD = 16 * 1024,              /* the most a record carries */
    IO_TLS_OUT = 4 * (IO_TLS_RECORD + 512), /* sealed, not yet taken by the kernel */
    IO_TLS_READ_AHEAD = 32 * 1024,          /* more is colder when its turn comes */
};

enum io_tls_result {
    IO_TLS_OK,
    IO_TLS_AGAIN,  /* wait for the socket: readable, or writable if io_tls_blocked() */
    IO_TLS_CLOSED, /* the peer ended the stream in good order */
    IO_TLS_FAILED, /* the cause is in ->end */
};

struct io_tls {
    SSL_CTX *ctx;
    SSL *ssl;
    struct tls_verify verify;
    int fd; /* borrowed; -1: none yet */
    int io_error;
    bool eof;            /* the socket's end was seen */
    bool heard, not_tls; /* something came; it was the beginning of something else */
    bool cert_wanted;    /* the server asked for a certificate of ours */
    bool answered;       /* what is not TLS' own was read */
    bool blocked;        /* it takes nothing more now */
    size_t out_len, out_sent;
    uint8_t *out; /* IO_TLS_OUT */
    struct ras_end end;
};

/* Loads the authorities: all file access happens here, before the sandbox. False: ->end says why.
 */
bool io_tls_prepare(struct io_tls *t, const struct dial_plan *plan, const char *host);
/* A new handshake over @fd; may be called again, with another socket. False: no memory. */
bool io_tls_start(struct io_tls *t, int fd);
/* Instead of both: @ssl, set up by the caller for either role, is taken over (the practice server's
 * way in). False: no memory; io_tls_clear() frees it all the same. */
bool io_tls_adopt(struct io_tls *t, SSL *ssl, int fd);
void io_tls_clear(struct io_tls *t);

enum io_tls_result io_tls_handshake(struct io_tls *t);
/* The authorities are not needed after the last handshake: give their memory back. */
void io_tls_drop_authorities(struct io_tls *t);

/* IO_TLS_OK: *ret_n > 0 octets were read. */
enum io_tls_result io_tls_read(struct io_tls *t, uint8_t *p, size_t cap, size_t *ret_n);
/* Seals @p, record by record; *ret_n says how much was taken. What is sealed gathers, and goes to
 * the kernel several records at a time, the last of them by io_tls_flush(). */
enum io_tls_result io_tls_write(struct io_tls *t, const uint8_t *p, size_t n, size_t *ret_n);
/* Hands what is sealed to the kernel. IO_TLS_OK: all of it. */
enum io_tls_result io_tls_flush(struct io_tls *t);
bool io_tls_blocked(const struct io_tls *t); /* sealed bytes wait for the socket */
void io_tls_close(struct io_tls *t);         /* close_notify, as far as it goes */

const char *io_tls_version(const struct io_tls *t); /* "TLS 1.3" */
const char *io_tls_cipher(const struct io_tls *t);  /* "AES-128-GCM" */
