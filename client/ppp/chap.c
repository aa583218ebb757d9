/* chap.c - see chap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "chap.h"

#include "hash.h"

enum {
    CHAP_PROTOCOL = 0xc223,
    MD5_SIZE = 16,
    FIRST_S = 1,  /* until the response is repeated for want of an outcome, on a wire that loses */
    REPEAT_S = 3, /* and then, for servers that ask another one */
    RECHALLENGE_S = 10, /* not more often than this once connected (threats A8) */
};

void
chap_md5(uint8_t id, struct rd secret, struct rd challenge, uint8_t ret[static 16])
{
    hash_of(HASH_MD5, ret, rd_over(&id, 1), secret, challenge);
}

void
chap_start(struct chap *chap, bool ms, const struct rng *rng, struct ppp_queue *out)
{
    *chap = (struct chap){.out = out, .ms = ms, .deadline = NEVER};
    mschapv2_init(&chap->mschapv2, rng);
}

static struct rd
name_of(const struct ppp_credentials *c)
{
    return rd_over(c->name, strlen(c->name));
}

/* The last response again: the same octets, whatever was random in them. */
static void
send_again(const struct chap *chap)
{
    ppp_queue_frame(chap->out, CHAP_PROTOCOL, rd_over(chap->sent, chap->sent_len));
}

static void
begin(struct chap *chap, struct wr *w, enum chap_code code, uint8_t id)
{
    *w = wr_over(chap->sent, sizeof chap->sent);
    chap->id = id;
    wr_u8(w, (uint8_t)code);
    wr_u8(w, id);
    wr_be16(w, 0);
}

static enum chap_result
finish(struct chap *chap, usec_t now, struct wr *w, bool usable)
{
    wr_patch_be16(w, 2, (uint16_t)w->len);
    if (!usable || w->bad)
        return CHAP_UNUSABLE;
    chap->sent_len = (uint16_t)w->len;
    chap->wait = CHAP_WAIT_OUTCOME;
    chap->overtaken = false;
    chap->deadline = now + (chap->reliable ? REPEAT_S : FIRST_S) * USEC_PER_SEC;
    send_again(chap);
    return CHAP_ANSWERED;
}

static enum chap_result
respond(struct chap *chap, usec_t now, const struct ppp_credentials *c, uint8_t id,
        struct rd challenge)
{
    uint8_t digest[MD5_SIZE];
    bool usable = true;
    struct wr w;

    begin(chap, &w, CHAP_RESPONSE, id);
    if (chap->ms) {
        wr_u8(&w, MSCHAPV2_RESPONSE_SIZE);
        usable = mschapv2_respond(&chap->mschapv2, c, challenge.p, &w);
    } else {
        chap_md5(id, secret_rd(&c->password), challenge, digest);
        wr_u8(&w, sizeof digest);
        wr_bytes(&w, digest, sizeof digest);
    }
    wr_rd(&w, name_of(c));
    return finish(chap, now, &w, usable);
}

static enum chap_result
receive_challenge(struct chap *chap, usec_t now, const struct ppp_credentials *c, uint8_t id,
                  struct rd body)
{
    const uint8_t n = rd_u8(&body);
    const struct rd value = rd_take(&body, n);
    const bool again = id == chap->id && chap->sent_len > 0 &&
                       rd_equal(value, rd_over(chap->challenge, chap->challenge_len));

    if (!rd_ok(&body) || n == 0 || (chap->ms && n != MSCHAP_CHALLENGE_SIZE))
        return CHAP_MALFORMED;
    if (chap->wait == CHAP_WAIT_PERSON)
        return CHAP_NOTHING; /* the failure brought the challenge that counts */
    if (chap->wait != CHAP_WAIT_CHALLENGE && again) {
        send_again(chap);
        return CHAP_NOTHING;
    }
    if (chap->proved && now < chap->last_challenge + RECHALLENGE_S * USEC_PER_SEC)
        return CHAP_NOTHING;

    chap->last_challenge = now;
    chap->challenge_len = n;
    memcpy(chap->challenge, value.p, n);
    return respond(chap, now, c, id, value);
}

static enum chap_result
receive_success(struct chap *chap, const struct ppp_credentials *c, struct rd message)
{
    chap->wait = CHAP_DONE;
    chap->deadline = NEVER;
    if (chap->ms && !mschapv2_verify(&chap->mschapv2, c, message))
        return CHAP_UNPROVEN;
    chap->proved = true;
    return CHAP_PROVED;
}

static enum chap_result
receive_failure(struct chap *chap, struct rd message)
{
    chap->wait = CHAP_WAIT_PERSON;
    chap->deadline = NEVER;
    if (!chap->ms || !mschapv2_failure_parse(message, &chap->failure)) {
        chap->failure = (struct mschapv2_failure){.error = RAS_AUTHENTICATION_FAILURE};
        ras_printable(chap->failure.text, sizeof chap->failure.text, message.p, message.left);
    }
    return CHAP_REFUSED;
}

enum chap_result
chap_input(struct chap *chap, usec_t now, const struct ppp_credentials *c, struct rd frame)
{
    const uint8_t code = rd_u8(&frame);
    const uint8_t id = rd_u8(&frame);
    const uint16_t len = rd_be16(&frame);
    const struct rd body = rd_take(&frame, (size_t)len - 4);
    const bool awaited = chap->wait == CHAP_WAIT_OUTCOME && id == chap->id;

    if (!rd_ok(&frame))
        return CHAP_MALFORMED;
    switch (code) {
    case CHAP_CHALLENGE:
        return receive_challenge(chap, now, c, id, body);
    case CHAP_SUCCESS:
        return awaited ? receive_success(chap, c, body) : CHAP_NOTHING;
    case CHAP_FAILURE:
        return awaited ? receive_failure(chap, body) : CHAP_NOTHING;
    default: /* a response is for authenticators */
        return CHAP_NOTHING;
    }
}

void
chap_expire(struct chap *chap, usec_t now)
{
    if (chap->wait != CHAP_WAIT_OUTCOME || now < chap->deadline)
        return;
    chap->deadline = now + REPEAT_S * USEC_PER_SEC;
    send_again(chap);
}

void
chap_overtaken(struct chap *chap, usec_t now)
{
    if (chap->wait != CHAP_WAIT_OUTCOME || chap->reliable || chap->overtaken)
        return;
    chap->overtaken = true;
    chap->deadline = now + REPEAT_S * USEC_PER_SEC;
    send_again(chap);
}

/* "++ID" in the exchanges of RFC 2759 section 9.1. */
enum chap_result
chap_retry(struct chap *chap, usec_t now, const struct ppp_credentials *c)
{
    return respond(chap, now, c, (uint8_t)(chap->id + 1),
                   rd_over(chap->failure.challenge, sizeof chap->failure.challenge));
}

enum chap_result
chap_change(struct chap *chap, usec_t now, const struct ppp_credentials *c)
{
    struct wr w;
    bool usable;

    begin(chap, &w, CHAP_CHANGE, (uint8_t)(chap->id + 1));
    usable = mschapv2_change(&chap->mschapv2, c, chap->failure.challenge, &w);
    return finish(chap, now, &w, usable);
}
