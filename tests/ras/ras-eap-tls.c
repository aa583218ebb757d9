/* ras-eap-tls.c - see ras-eap-tls.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-eap-tls.h"

#include <openssl/err.h>
#include <stdlib.h>

enum { LENGTH = 0x80, MORE = 0x40, START = 0x20, TYPE_EAP_TLS = 13 };

SSL_CTX *
ras_eap_tls_ctx(const char *cert, const char *key, const char *ca)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    if (ctx == NULL)
        return NULL;
    if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_file(ctx, ca) != 1) {
        ERR_print_errors_fp(stderr);
        SSL_CTX_free(ctx);
        return NULL;
    }
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    return ctx;
}

struct ras_eap_tls *
ras_eap_tls_new(SSL_CTX *ctx, uint8_t type, size_t fragment)
{
    struct ras_eap_tls *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->type = type;
    t->fragment = fragment;
    t->ssl = SSL_new(ctx);
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    if (t->ssl == NULL || t->in == NULL || t->out == NULL)
        abort(); /* in a test */
    BIO_set_mem_eof_return(t->in, -1);
    SSL_set_bio(t->ssl, t->in, t->out);
    SSL_set_accept_state(t->ssl);
    if (type == TYPE_EAP_TLS)
        SSL_set_verify(t->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return t;
}

void
ras_eap_tls_free(struct ras_eap_tls *t)
{
    if (t == NULL)
        return;
    SSL_free(t->ssl);
    explicit_bzero(t, sizeof *t);
    free(t);
}

static void
run(struct ras_eap_tls *t)
{
    size_t n = 0;
    int done = 1;

    t->n_plain = 0;
    ERR_clear_error();
    if (!SSL_is_init_finished(t->ssl))
        done = SSL_do_handshake(t->ssl);
    while (done == 1 && t->n_plain < sizeof t->plain) {
        done = SSL_read_ex(t->ssl, t->plain + t->n_plain, sizeof t->plain - t->n_plain, &n);
        t->n_plain += done == 1 ? n : 0;
    }
    t->dead = done != 1 && SSL_get_error(t->ssl, done) != SSL_ERROR_WANT_READ;
    t->v13 = SSL_version(t->ssl) >= TLS1_3_VERSION;
    ERR_clear_error();
}

enum ras_eap_tls_step
ras_eap_tls_input(struct ras_eap_tls *t, struct rd type_data)
{
    const uint8_t flags = rd_u8(&type_data);

    if ((flags & LENGTH) != 0)
        rd_be32(&type_data);
    t->n_plain = 0;
    if (!rd_ok(&type_data) || (t->dead && BIO_ctrl_pending(t->out) == 0))
        return RAS_EAP_TLS_OVER;
    if (type_data.left == 0)
        return t->amid ? RAS_EAP_TLS_GO_ON : RAS_EAP_TLS_WHOLE;
    BIO_write(t->in, type_data.p, (int)type_data.left);
    if ((flags & MORE) != 0)
        return RAS_EAP_TLS_GO_ON;
    run(t);
    if (t->dead)
        return BIO_ctrl_pending(t->out) > 0 ? RAS_EAP_TLS_GO_ON : RAS_EAP_TLS_OVER;
    return RAS_EAP_TLS_WHOLE;
}

void
ras_eap_tls_start(struct wr *w)
{
    wr_u8(w, START);
}

void
ras_eap_tls_request(struct ras_eap_tls *t, struct wr *w)
{
    const size_t left = BIO_ctrl_pending(t->out), n = left < t->fragment ? left : t->fragment;
    const bool more = n < left, length = !t->amid && n > 0 && (more || t->lengths);
    uint8_t octets[4096];

    wr_u8(w, (uint8_t)((more ? MORE : 0) | (length ? LENGTH : 0)));
    if (length)
        wr_be32(w, (uint32_t)left);
    if (n > 0 && BIO_read(t->out, octets, (int)n) == (int)n)
        wr_bytes(w, octets, n);
    t->amid = more;
}

bool
ras_eap_tls_open(const struct ras_eap_tls *t)
{
    return !t->dead && SSL_is_init_finished(t->ssl);
}

void
ras_eap_tls_say(struct ras_eap_tls *t, struct rd plain)
{
    size_t n;

    if (SSL_write_ex(t->ssl, plain.p, plain.left, &n) != 1)
        t->dead = true;
}

void
ras_eap_tls_keys(const struct ras_eap_tls *t, uint8_t ret[static 128])
{
    const char *label = t->v13 ? "EXPORTER_EAP_TLS_Key_Material" : "client EAP encryption";

    if (SSL_export_keying_material(t->ssl, ret, 128, label, strlen(label), &t->type, t->v13,
                                   t->v13) != 1)
        abort();
}
