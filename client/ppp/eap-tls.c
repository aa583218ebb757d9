/* eap-tls.c - see eap-tls.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-tls.h"

#include <openssl/err.h>
#include <stdlib.h>

enum { TYPE_EAP_TLS = 13 };

struct eap_tls {
    const struct eap_tls_side *side;
    SSL *ssl;
    BIO *in, *out; /* the SSL's */
    uint8_t type;
    enum {
        EAP_TLS_IDLE, /* Start is awaited */
        EAP_TLS_SHAKING,
        EAP_TLS_OPENED,
        EAP_TLS_CONTENT, /* EAP-TLS: the server is, too */
        EAP_TLS_DEAD,
    } state;
    struct ras_end end;

    bool gathering;    /* the first fragment of a message is here */
    uint32_t expected; /* what it said that there will be; 0: nothing */
    uint32_t gathered;
    bool first; /* the next fragment of ours is a message's first */
    size_t plain_len;
    uint8_t plain[EAP_TLS_PLAIN_MAX];
};

struct eap_tls *
eap_tls_new(const struct eap_tls_side *side, uint8_t type)
{
    struct eap_tls *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->side = side;
    t->type = type;
    t->first = true;
    t->ssl = SSL_new(side->ctx);
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    if (t->ssl == NULL || t->in == NULL || t->out == NULL) {
        BIO_free(t->in);
        BIO_free(t->out);
        SSL_free(t->ssl);
        free(t);
        return NULL;
    }
    BIO_set_mem_eof_return(t->in, -1);
    SSL_set_bio(t->ssl, t->in, t->out);
    SSL_set_connect_state(t->ssl);
    *side->fault = (struct ras_end){.error = RAS_OK};
    ERR_clear_error();
    return t;
}

void
eap_tls_free(struct eap_tls *t)
{
    if (t == NULL)
        return;
    SSL_free(t->ssl); /* and both BIOs */
    explicit_bzero(t, sizeof *t);
    free(t);
}

static enum eap_tls_result
fail(struct eap_tls *t, enum ras_error error, const char *what)
{
    ras_end_set(&t->end, error, "%s", what);
    t->state = EAP_TLS_DEAD;
    return EAP_TLS_FAILED;
}

static enum eap_tls_result
malformed(struct eap_tls *t, const char *what)
{
    return fail(t, RAS_ILLEGAL_MESSAGE, what);
}

/* ---- TLS ---- */

/* The alerts that say something about our certificate (RFC 8446 section 6.2). */
static bool
is_about_ours(int alert)
{
    switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
        return true;
    default:
        return false;
    }
}

static enum eap_tls_result
tls_failed(struct eap_tls *t)
{
    const struct ras_end *fault = t->side->fault;
    const unsigned long error = ERR_peek_error();
    const char *reason = ERR_reason_error_string(error);

    t->state = EAP_TLS_DEAD;
    if (fault->error != RAS_OK)
        ras_end_set(&t->end, fault->error, "of the authentication server: %s", fault->detail);
    else if (is_about_ours(ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET))
        ras_end_set(&t->end, RAS_EAP_USER_CERT_INVALID, "the authentication server says: %s",
                    reason != NULL ? reason : "no");
    else
        ras_end_set(&t->end, RAS_ILLEGAL_MESSAGE, "with the authentication server: %s",
                    reason != NULL ? reason : "TLS ended");
    ERR_clear_error();
    return EAP_TLS_FAILED;
}

/* In EAP-TLS nothing is carried inside but one octet, by which a server of TLS 1.3 says that there
 * is nothing more to come. (A draft of it had no octet but a closing alert; hence nothing of it.)
 */
static enum eap_tls_result
judge_plain(struct eap_tls *t)
{
    if (t->type != TYPE_EAP_TLS || t->plain_len == 0)
        return EAP_TLS_WHOLE;
    if (t->plain_len != 1 || t->plain[0] != 0 || t->state != EAP_TLS_OPENED ||
        SSL_version(t->ssl) < TLS1_3_VERSION)
        return malformed(t, "the server sent data inside of EAP-TLS");
    t->state = EAP_TLS_CONTENT;
    return EAP_TLS_WHOLE;
}

static enum eap_tls_result
read_plain(struct eap_tls *t)
{
    size_t n = 0;

    for (;;) {
        if (t->plain_len == sizeof t->plain)
            return malformed(t, "the server sent too much at once");
        const int got =
            SSL_read_ex(t->ssl, t->plain + t->plain_len, sizeof t->plain - t->plain_len, &n);

        if (got != 1) {
            const bool waits = SSL_get_error(t->ssl, got) == SSL_ERROR_WANT_READ;

            return waits ? judge_plain(t) : tls_failed(t);
        }
        t->plain_len += n;
    }
}

static enum eap_tls_result
run(struct eap_tls *t)
{
    t->plain_len = 0;
    ERR_clear_error();
    if (t->state == EAP_TLS_SHAKING) {
        const int done = SSL_do_handshake(t->ssl);

        if (done != 1)
            return SSL_get_error(t->ssl, done) == SSL_ERROR_WANT_READ ? EAP_TLS_WHOLE
                                                                      : tls_failed(t);
        t->state = EAP_TLS_OPENED;
        if (SSL_version(t->ssl) < TLS1_3_VERSION && t->type == TYPE_EAP_TLS)
            t->state = EAP_TLS_CONTENT; /* its Finished was the last that there is to say */
    }
    return read_plain(t);
}

/* ---- fragments ---- */

static bool
is_sending(const struct eap_tls *t)
{
    return !t->first;
}

void
eap_tls_respond(struct eap_tls *t, struct wr *response)
{
    const size_t left = BIO_ctrl_pending(t->out);
    const size_t n = left < EAP_TLS_FRAGMENT ? left : EAP_TLS_FRAGMENT;
    const bool more = n < left, whole = t->first && !more;
    uint8_t octets[EAP_TLS_FRAGMENT];

    wr_u8(response,
          (uint8_t)((more ? EAP_TLS_MORE : 0) | (t->first && !whole ? EAP_TLS_LENGTH : 0)));
    if (t->first && !whole)
        wr_be32(response, (uint32_t)left);
    if (n > 0 && BIO_read(t->out, octets, (int)n) == (int)n)
        wr_bytes(response, octets, n);
    t->first = !more;
    explicit_bzero(octets, n);
}

/* Of a message, this is a fragment; is it one that can be? */
static const char *
fragment_fault(const struct eap_tls *t, uint8_t flags, uint32_t length, size_t n)
{
    const bool told = (flags & EAP_TLS_LENGTH) != 0;

    if (told && length > EAP_TLS_MESSAGE_MAX)
        return "the server announced a TLS message that is too long";
    if (told && t->gathering && length != t->expected)
        return "the server changed the length of a TLS message";
    if (n > EAP_TLS_MESSAGE_MAX - t->gathered)
        return "the server sent a TLS message that is too long";

    const uint32_t all = told ? length : t->gathering ? t->expected : 0;
    const uint32_t have = t->gathered + (uint32_t)n;

    if (all != 0 && have > all)
        return "the server sent more of a TLS message than it had announced";
    if ((flags & EAP_TLS_MORE) != 0 && (n == 0 || (all != 0 && have == all)))
        return "the server announced a fragment that cannot be";
    if ((flags & EAP_TLS_MORE) == 0 && all != 0 && have != all)
        return "the server sent less of a TLS message than it had announced";
    return NULL;
}

static enum eap_tls_result
gather(struct eap_tls *t, uint8_t flags, uint32_t length, struct rd data, struct wr *response)
{
    const char *fault = fragment_fault(t, flags, length, data.left);

    if (fault != NULL)
        return malformed(t, fault);
    if (data.left > 0 && BIO_write(t->in, data.p, (int)data.left) != (int)data.left)
        return fail(t, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for TLS");
    if ((flags & EAP_TLS_MORE) == 0) {
        t->gathering = false;
        t->gathered = t->expected = 0;
        return run(t);
    }
    if (!t->gathering)
        t->expected = length;
    t->gathering = true;
    t->gathered += (uint32_t)data.left;
    wr_u8(response, 0); /* go on */
    return EAP_TLS_PART;
}

enum eap_tls_result
eap_tls_input(struct eap_tls *t, struct rd type_data, struct wr *response)
{
    const uint8_t flags = rd_u8(&type_data);
    const uint32_t length = (flags & EAP_TLS_LENGTH) != 0 ? rd_be32(&type_data) : 0;
    const bool start = (flags & EAP_TLS_START) != 0;

    if (!rd_ok(&type_data) || t->state == EAP_TLS_DEAD || start != (t->state == EAP_TLS_IDLE))
        return EAP_TLS_IGNORE;
    if (start) { /* what PEAP's may have behind it is of no version that we do */
        t->state = EAP_TLS_SHAKING;
        return run(t);
    }
    if (is_sending(t)) {
        if (type_data.left > 0 || flags >> 5 != 0)
            return malformed(t, "the server spoke while it was being told something");
        eap_tls_respond(t, response);
        return EAP_TLS_PART;
    }
    return gather(t, flags, length, type_data, response);
}

/* ---- the inside ---- */

struct rd
eap_tls_plain(const struct eap_tls *t)
{
    return rd_over(t->plain, t->plain_len);
}

bool
eap_tls_say(struct eap_tls *t, struct rd plain)
{
    size_t n = 0;

    return eap_tls_open(t) && rd_ok(&plain) && SSL_write_ex(t->ssl, plain.p, plain.left, &n) == 1 &&
           n == plain.left;
}

bool
eap_tls_open(const struct eap_tls *t)
{
    return t->state == EAP_TLS_OPENED || t->state == EAP_TLS_CONTENT;
}

bool
eap_tls_settled(const struct eap_tls *t)
{
    return t->state == EAP_TLS_CONTENT;
}

const struct ras_end *
eap_tls_end(const struct eap_tls *t)
{
    return &t->end;
}

/* RFC 5216 section 2.3; RFC 9190 section 2.3 and RFC 9427 section 2.1: then the type tells one
 * method's keys from another's. */
bool
eap_tls_keys(const struct eap_tls *t, uint8_t ret[static EAP_TLS_KEYS])
{
    static const char old[] = "client EAP encryption", new[] = "EXPORTER_EAP_TLS_Key_Material";
    const bool v13 = SSL_version(t->ssl) >= TLS1_3_VERSION;

    return eap_tls_open(t) && SSL_export_keying_material(t->ssl, ret, EAP_TLS_KEYS, v13 ? new : old,
                                                         (v13 ? sizeof new : sizeof old) - 1,
                                                         &t->type, v13 ? 1 : 0, v13 ? 1 : 0) == 1;
}
