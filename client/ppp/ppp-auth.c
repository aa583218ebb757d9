/* ppp-auth.c - see ppp-auth.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-auth.h"

#include "lcp.h"
#include "mppe-key.h"

enum { PATIENCE_S = 30 }; /* with the server; not with the person who is asked */

void
ppp_auth_init(struct ppp_auth *a, const struct rng *rng, struct ppp_queue *out)
{
    *a = (struct ppp_auth){.rng = rng, .out = out, .deadline = NEVER};
}

/* The union holds an EAP once there was one, and that owns memory. */
static void
end_eap(struct ppp_auth *a)
{
    if (a->method == PPP_AUTH_EAP_MSCHAPV2)
        eap_clear(&a->eap);
}

void
ppp_auth_wipe(struct ppp_auth *a)
{
    end_eap(a);
    explicit_bzero(a, sizeof *a);
}

static bool
is_chap(const struct ppp_auth *a)
{
    return a->method == PPP_AUTH_CHAP_MD5 || a->method == PPP_AUTH_MSCHAPV2;
}

enum ppp_auth_method
ppp_auth_used(const struct ppp_auth *a)
{
    return a->method == PPP_AUTH_EAP_MSCHAPV2 ? eap_used(&a->eap) : a->method;
}

static void
fail(struct ppp_auth *a, enum ras_error error, const char *what, const char *text)
{
    const bool said = text != NULL && text[0] != '\0';

    ras_end_set(&a->end, error, "%s: %s%s%.80s%s", ppp_auth_method_name(ppp_auth_used(a)), what,
                said ? ": \"" : "", said ? text : "", said ? "\"" : "");
    a->state = PPP_AUTH_FAILED;
    a->deadline = NEVER;
}

/* Of an MSK the first 32 octets are what the client sends with, and they alone are SSTP's key; MPPE
 * takes the first 16 of either half. MS-CHAPv2 has 16 and 16, and both take them all. */
static bool
take_keys(struct ppp_auth *a)
{
    uint8_t msk[64];

    if (a->method == PPP_AUTH_MSCHAPV2) {
        mppe_key_hlak(a->chap.mschapv2.master_key, a->hlak);
        memcpy(a->mppe, a->hlak, sizeof a->mppe);
    } else if (a->method == PPP_AUTH_EAP_MSCHAPV2 && eap_msk(&a->eap, msk)) {
        memcpy(a->hlak, msk, sizeof a->hlak);
        memcpy(a->mppe, msk, 16);
        memcpy(a->mppe + 16, msk + 32, 16);
        explicit_bzero(msk, sizeof msk);
    } else if (a->method == PPP_AUTH_EAP_MSCHAPV2 && a->eap.tls != NULL) {
        return false; /* TLS gave none: nobody encrypts with those of a method that did not run */
    } else if (a->method == PPP_AUTH_EAP_MSCHAPV2) {
        mppe_key_hlak(a->eap.method.core.master_key, a->hlak);
        memcpy(a->mppe, a->hlak, sizeof a->mppe);
    }
    return true;
}

/* Each proof leaves new keys. What is encrypted already goes on with the old ones: they are looked
 * at when CCP opens. So does pppd; and a server whose first Success was lost, and who challenges
 * again, has those of the second. */
static void
proved(struct ppp_auth *a)
{
    if (!take_keys(a)) {
        fail(a, RAS_UNABLE_TO_AUTHENTICATE_SERVER, "no keys came of TLS", NULL);
        return;
    }
    if (a->state == PPP_AUTH_PROVED)
        return;        /* challenged again while connected */
    if (a->changing) { /* from now on this is the password */
        secret_set(&a->credentials.password, secret_rd(&a->credentials.new_password));
        secret_wipe(&a->credentials.new_password);
        a->credentials.has_new_password = false;
        a->changing = false;
        a->changed = true;
    }
    a->state = PPP_AUTH_PROVED;
    a->deadline = NEVER;
}

static const struct mschapv2_failure *
failure_of(const struct ppp_auth *a)
{
    return is_chap(a) ? &a->chap.failure : &a->eap.method.failure;
}

static void chap_outcome(struct ppp_auth *a, enum chap_result result);
static void eap_outcome(struct ppp_auth *a, enum eap_result result);

/* With what ->credentials hold now, after a refusal for ->reason. */
static void
try_again(struct ppp_auth *a, usec_t now)
{
    const bool change = a->reason != RAS_AUTHENTICATION_FAILURE;

    a->state = PPP_AUTH_RUNNING;
    a->deadline = now + PATIENCE_S * USEC_PER_SEC;
    a->changing = change;
    a->tries++;
    if (is_chap(a))
        chap_outcome(a, change ? chap_change(&a->chap, now, &a->credentials)
                               : chap_retry(&a->chap, now, &a->credentials));
    else
        eap_outcome(a, change ? eap_change(&a->eap, &a->credentials)
                              : eap_retry(&a->eap, &a->credentials));
}

/* Which refusals can be answered, and are worth asking a person for. */
static bool
may_go_on(const struct ppp_auth *a, const struct mschapv2_failure *f)
{
    const bool expired = a->reason == RAS_PASSWD_EXPIRED;
    const bool again =
        a->reason == RAS_AUTHENTICATION_FAILURE || a->reason == RAS_CHANGING_PASSWORD;

    if (a->state == PPP_AUTH_PROVED || !f->has_challenge || a->tries >= MSCHAPV2_TRIES)
        return false;
    return expired || (again && f->retry); /* an expired password comes with R=0 as well */
}

static void
give_up(struct ppp_auth *a)
{
    if (a->method == PPP_AUTH_EAP_MSCHAPV2)
        eap_give_up(&a->eap);
    fail(a, a->reason, "the server refused", failure_of(a)->text);
}

static void
refused(struct ppp_auth *a, usec_t now)
{
    const struct mschapv2_failure *f = failure_of(a);

    a->reason = mschapv2_failure_reason(f);
    if (!may_go_on(a, f)) {
        give_up(a);
    } else if (a->reason == RAS_PASSWD_EXPIRED && a->credentials.has_new_password && !a->changing) {
        try_again(a, now);
    } else {
        a->state = PPP_AUTH_ASKING;
        a->deadline = NEVER;
    }
}

static void
chap_outcome(struct ppp_auth *a, enum chap_result result)
{
    switch (result) {
    case CHAP_NOTHING:
    case CHAP_ANSWERED:
    case CHAP_MALFORMED:
    case CHAP_REFUSED: /* refused() */
        break;
    case CHAP_PROVED:
        proved(a);
        break;
    case CHAP_UNPROVEN:
        fail(a, RAS_UNABLE_TO_AUTHENTICATE_SERVER, "the server's proof is missing or wrong", NULL);
        break;
    case CHAP_UNUSABLE:
        fail(a, RAS_AUTHENTICATION_FAILURE, "the password is too long, or not UTF-8", NULL);
        break;
    }
}

static void
eap_outcome(struct ppp_auth *a, enum eap_result result)
{
    switch (result) {
    case EAP_RESULT_NOTHING:
    case EAP_RESULT_MALFORMED:
    case EAP_RESULT_REFUSED: /* refused() */
        break;
    case EAP_RESULT_PROVED:
        proved(a);
        break;
    case EAP_RESULT_FAILED:
        fail(a, a->reason != RAS_OK ? a->reason : RAS_AUTHENTICATION_FAILURE,
             "the server ended it with a failure", a->eap.notification);
        break;
    case EAP_RESULT_UNPROVEN:
        fail(a, RAS_UNABLE_TO_AUTHENTICATE_SERVER, "the server's proof is missing or wrong", NULL);
        break;
    case EAP_RESULT_NO_METHOD:
        fail(a, RAS_PEER_REFUSED_AUTH, "the server has none of the EAP methods allowed", NULL);
        break;
    case EAP_RESULT_UNUSABLE:
        fail(a, RAS_AUTHENTICATION_FAILURE, "the password is too long, or not UTF-8", NULL);
        break;
    case EAP_RESULT_TOO_LONG:
        fail(a, RAS_PPP_TIMEOUT, "the server asks without end", NULL);
        break;
    case EAP_RESULT_ENDED:
        fail(a, a->eap.end.error, a->eap.end.detail, NULL);
        break;
    }
}

static void
pap_outcome(struct ppp_auth *a, enum pap_result result)
{
    switch (result) {
    case PAP_NOTHING:
    case PAP_MALFORMED:
        break;
    case PAP_PROVED:
        proved(a);
        break;
    case PAP_REFUSED:
        fail(a, RAS_AUTHENTICATION_FAILURE, "the server refused", a->pap.text);
        break;
    case PAP_TIMEOUT:
        fail(a, RAS_PPP_TIMEOUT, "no answer", NULL);
        break;
    case PAP_UNUSABLE:
        fail(a, RAS_AUTHENTICATION_FAILURE, "the password is too long for it", NULL);
        break;
    }
}

static void
start_chap(struct ppp_auth *a)
{
    chap_start(&a->chap, a->method == PPP_AUTH_MSCHAPV2, a->rng, a->out);
    a->chap.reliable = a->reliable;
}

static void
start_eap(struct ppp_auth *a)
{
    eap_start(&a->eap, a->rng, a->out);
    if (a->eap_allowed != 0)
        eap_allow(&a->eap, a->eap_allowed, a->eap_side);
}

void
ppp_auth_start(struct ppp_auth *a, usec_t now, enum ppp_auth_method method)
{
    end_eap(a);
    a->method = method;
    a->state = PPP_AUTH_RUNNING;
    a->deadline = now + PATIENCE_S * USEC_PER_SEC;
    a->reason = RAS_OK;
    a->tries = 0;
    a->changing = false;
    a->shown = method == PPP_AUTH_PAP;
    memset(a->hlak, 0, sizeof a->hlak); /* of another method, before LCP was negotiated anew */
    memset(a->mppe, 0, sizeof a->mppe);
    if (method == PPP_AUTH_PAP)
        pap_outcome(a, pap_start(&a->pap, now, a->out, &a->credentials));
    else if (method == PPP_AUTH_EAP_MSCHAPV2)
        start_eap(a);
    else if (is_chap(a))
        start_chap(a);
    else
        proved(a);
}

bool
ppp_auth_input(struct ppp_auth *a, usec_t now, uint16_t protocol, struct rd frame)
{
    if (a->state == PPP_AUTH_IDLE || a->state == PPP_AUTH_FAILED)
        return false;
    if (protocol == PPP_PROTO_PAP && a->method == PPP_AUTH_PAP) {
        const enum pap_result result = pap_input(&a->pap, frame);

        pap_outcome(a, result);
        return result != PAP_MALFORMED;
    }
    if (protocol == PPP_PROTO_CHAP && is_chap(a)) {
        const enum chap_result result = chap_input(&a->chap, now, &a->credentials, frame);

        a->shown |= result == CHAP_ANSWERED;
        if (result == CHAP_REFUSED)
            refused(a, now);
        chap_outcome(a, result);
        return result != CHAP_MALFORMED;
    }
    if (protocol == PPP_PROTO_EAP && a->method == PPP_AUTH_EAP_MSCHAPV2) {
        const enum eap_result result = eap_input(&a->eap, &a->credentials, frame);

        a->shown |= a->eap.sent_len > 0;
        if (result == EAP_RESULT_REFUSED)
            refused(a, now);
        eap_outcome(a, result);
        return result != EAP_RESULT_MALFORMED;
    }
    return false;
}

void
ppp_auth_overtaken(struct ppp_auth *a, usec_t now)
{
    if (a->state == PPP_AUTH_RUNNING && is_chap(a))
        chap_overtaken(&a->chap, now);
}

void
ppp_auth_expire(struct ppp_auth *a, usec_t now)
{
    if (a->state == PPP_AUTH_RUNNING && now >= a->deadline) {
        fail(a, RAS_PPP_TIMEOUT, "no answer", NULL);
        return;
    }
    if (a->state != PPP_AUTH_RUNNING && a->state != PPP_AUTH_PROVED)
        return;
    if (a->method == PPP_AUTH_PAP)
        pap_outcome(a, pap_expire(&a->pap, now, &a->credentials));
    else if (is_chap(a))
        chap_expire(&a->chap, now);
}

usec_t
ppp_auth_deadline(const struct ppp_auth *a)
{
    usec_t method = NEVER;

    if (a->state != PPP_AUTH_RUNNING && a->state != PPP_AUTH_PROVED)
        return NEVER;
    if (a->method == PPP_AUTH_PAP)
        method = a->pap.deadline;
    else if (is_chap(a))
        method = a->chap.deadline;
    return usec_min(a->deadline, method);
}

void
ppp_auth_credentials(struct ppp_auth *a, usec_t now, const struct ppp_credentials *c)
{
    const bool change = a->reason != RAS_AUTHENTICATION_FAILURE;

    if (a->state == PPP_AUTH_IDLE && c != NULL)
        a->credentials = *c;
    if (a->state != PPP_AUTH_ASKING)
        return;
    if (c == NULL || (change && !c->has_new_password)) {
        give_up(a);
        return;
    }

    struct ppp_credentials old = a->credentials;

    a->credentials = *c;
    if (change && c->password.len == 0) /* only the new one was asked for */
        secret_set(&a->credentials.password, secret_rd(&old.password));
    ppp_credentials_wipe(&old);
    try_again(a, now);
}
