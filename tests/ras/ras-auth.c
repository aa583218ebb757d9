/* ras-auth.c - see ras-auth.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-auth.h"
#include "hash.h"
#include "lcp.h"
#include "mschap.h"
#include "ras-eap-tls.h"

enum pap_code { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };
enum chap_code { CHAP_CHALLENGE = 1, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE, CHAP_CHANGE = 7 };

#define RESEND USEC_PER_SEC

static const struct {
    const char *name;
    enum ppp_auth_method method;
} names[] = {
    {"pap", PPP_AUTH_PAP},           {"chap-md5", PPP_AUTH_CHAP_MD5},
    {"mschapv2", PPP_AUTH_MSCHAPV2}, {"eap-mschapv2", PPP_AUTH_EAP_MSCHAPV2},
    {"eap-tls", PPP_AUTH_EAP_TLS},   {"peap", PPP_AUTH_PEAP},
};

bool
ras_auth_parse(const char *name, enum ppp_auth_method *ret)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) == 0) {
            *ret = names[i].method;
            return true;
        }
    }
    return false;
}

void
ras_auth_init(struct ras_auth *a, const struct ras_env *env)
{
    *a = (struct ras_auth){.env = env, .deadline = NEVER};
}

void
ras_auth_wipe(struct ras_auth *a)
{
    ras_eap_tls_free(a->tls);
    a->tls = NULL;
    explicit_bzero(&a->verdict, sizeof a->verdict);
    explicit_bzero(&a->mschap, sizeof a->mschap);
}

void
ras_auth_send_request(struct ras_auth *a, usec_t now, uint16_t protocol, struct rd frame)
{
    a->n_request = frame.left < sizeof a->request ? frame.left : sizeof a->request;
    memcpy(a->request, frame.p, a->n_request);
    a->deadline = now + RESEND;
    a->env->send(a->env->owner, protocol, rd_over(a->request, a->n_request));
}

void
ras_auth_send_reply(struct ras_auth *a, uint16_t protocol, uint8_t to, struct rd frame)
{
    a->n_reply = frame.left < sizeof a->reply ? frame.left : sizeof a->reply;
    memcpy(a->reply, frame.p, a->n_reply);
    a->reply_id = to;
    a->env->send(a->env->owner, protocol, rd_over(a->reply, a->n_reply));
}

static void
finish(struct ras_auth *a, enum ras_auth_state state)
{
    a->state = state;
    a->deadline = NEVER;
}

static struct rd
packet(struct wr *w, uint8_t code, uint8_t id, struct rd body)
{
    wr_u8(w, code);
    wr_u8(w, id);
    wr_be16(w, (uint16_t)(body.left + 4));
    wr_rd(w, body);
    return wr_done(w);
}

static void
send_challenge(struct ras_auth *a, usec_t now, const char *name)
{
    uint8_t body[17 + NET_MAX_NAME], buf[sizeof body + 4];
    struct wr b = wr_over(body, sizeof body), w = wr_over(buf, sizeof buf);

    wr_u8(&b, sizeof a->mschap.challenge);
    wr_bytes(&b, a->mschap.challenge, sizeof a->mschap.challenge);
    wr_bytes(&b, name, strlen(name));
    ras_auth_send_request(a, now, PPP_PROTO_CHAP, packet(&w, CHAP_CHALLENGE, ++a->id, wr_done(&b)));
}

void
ras_auth_begin(struct ras_auth *a, usec_t now, enum ppp_auth_method method)
{
    const bool again = a->state == RAS_AUTH_ACCEPTED;
    uint8_t buf[64];
    struct wr w = wr_over(buf, sizeof buf);

    a->method = method;
    a->state = RAS_AUTH_WAITING;
    a->sends_left = RAS_AUTH_SENDS;
    a->n_reply = 0;
    a->deadline = NEVER;
    if (method == PPP_AUTH_PAP) { /* it is the client's to begin */
        a->deadline = now + RAS_AUTH_SENDS * RESEND;
        a->sends_left = 0;
        return;
    }
    ras_mschap_begin(&a->mschap, a->env);
    if ((method & PPP_AUTH_EAP) != 0) {
        ras_eap_begin(a, now);
        return;
    }
    if (ras_env_fault(a->env, RAS_FAULT_CHAP_EARLY_SUCCESS) != NULL)
        a->env->send(a->env->owner, PPP_PROTO_CHAP,
                     packet(&w, CHAP_SUCCESS, (uint8_t)(a->id + 1), rd_over("S=00", 4)));
    send_challenge(a, now, again ? "another-server" : a->env->config->name);
}

static void
judge_plain(struct ras_auth *a, struct rd name, bool right, const struct ras_user *user)
{
    a->verdict = (struct ras_mschap_verdict){0};
    ras_printable(a->verdict.user, sizeof a->verdict.user, name.p, name.left);
    a->verdict.error = user == NULL || !right ? 691
                       : user->refuse != 0    ? user->refuse
                       : user->expired        ? 648
                                              : 0;
    a->verdict.success = a->verdict.error == 0;
}

static struct ras_user *
user_named(struct ras_auth *a, struct rd name)
{
    char text[RAS_NAME] = "";

    if (name.left >= sizeof text)
        return NULL;
    memcpy(text, name.p, name.left);
    return ras_users_find(a->env->config->users, text);
}

static bool
pap_input(struct ras_auth *a, uint8_t code, uint8_t id, struct rd body)
{
    const struct rd name = rd_take(&body, rd_u8(&body));
    const struct rd password = rd_take(&body, rd_u8(&body));
    uint8_t buf[64];
    struct wr w = wr_over(buf, sizeof buf);

    if (code != PAP_REQUEST || !rd_done(&body))
        return false;
    if (a->state != RAS_AUTH_WAITING) {
        if (a->n_reply > 0) /* our verdict was lost, or the client is in a hurry */
            a->env->send(a->env->owner, PPP_PROTO_PAP, rd_over(a->reply, a->n_reply));
        return true;
    }
    struct ras_user *user = user_named(a, name);
    const bool right = user != NULL && password.left == user->password.len &&
                       secret_equal(password.p, user->password.data, password.left);

    a->answered = true;
    judge_plain(a, name, right, user);
    const struct rd text =
        a->verdict.success ? rd_over("\007Welcome", 8) : rd_over("\006Denied", 7);
    ras_auth_send_reply(a, PPP_PROTO_PAP, id,
                        packet(&w, a->verdict.success ? PAP_ACK : PAP_NAK, id, text));
    finish(a, a->verdict.success ? RAS_AUTH_ACCEPTED : RAS_AUTH_REFUSED);
    return true;
}

static void
md5_response(struct ras_auth *a, uint8_t id, struct rd value, struct rd name)
{
    struct ras_user *user = user_named(a, name);
    uint8_t want[HASH_MD5_SIZE], buf[64];
    struct wr w = wr_over(buf, sizeof buf);
    bool right = false;

    if (user != NULL && value.left == sizeof want) {
        hash_of(HASH_MD5, want, rd_over(&id, 1), secret_rd(&user->password),
                rd_over(a->mschap.challenge, sizeof a->mschap.challenge));
        right = secret_equal(want, value.p, sizeof want);
    }
    judge_plain(a, name, right, user);
    const struct rd text = a->verdict.success ? rd_over("Welcome", 7) : rd_over("Denied", 6);
    ras_auth_send_reply(a, PPP_PROTO_CHAP, id,
                        packet(&w, a->verdict.success ? CHAP_SUCCESS : CHAP_FAILURE, id, text));
    finish(a, a->verdict.success ? RAS_AUTH_ACCEPTED : RAS_AUTH_REFUSED);
}

/* The text of MS-CHAPv2 in CHAP's frame. A refusal with R=1 awaits the next identifier. */
static void
tell_mschap(struct ras_auth *a, usec_t now, uint8_t id)
{
    uint8_t buf[RAS_AUTH_FRAME];
    struct wr w = wr_over(buf, sizeof buf);
    const struct ras_mschap_verdict *v = &a->verdict;

    ras_auth_send_reply(
        a, PPP_PROTO_CHAP, id,
        packet(&w, v->success ? CHAP_SUCCESS : CHAP_FAILURE, id, rd_over(v->text, v->n_text)));
    if (v->again) {
        a->id = (uint8_t)(id + 1);
        a->sends_left = 0;
        a->deadline = now + 120 * USEC_PER_SEC; /* a person is typing */
        return;
    }
    finish(a, v->success ? RAS_AUTH_ACCEPTED : RAS_AUTH_REFUSED);
}

static bool
chap_input(struct ras_auth *a, usec_t now, uint8_t code, uint8_t id, struct rd body)
{
    if (a->n_reply > 0 && id == a->reply_id && (code == CHAP_RESPONSE || code == CHAP_CHANGE)) {
        a->env->send(a->env->owner, PPP_PROTO_CHAP, rd_over(a->reply, a->n_reply));
        return true;
    }
    if (a->state != RAS_AUTH_WAITING || id != a->id)
        return true; /* late, or not asked for */
    if (code == CHAP_CHANGE && a->method == PPP_AUTH_MSCHAPV2) {
        char user[RAS_NAME];
        memcpy(user, a->verdict.user, sizeof user);
        if (!ras_mschap_change(&a->mschap, a->env, body, user, &a->verdict))
            return false;
        tell_mschap(a, now, id);
        return true;
    }

    const struct rd value = rd_take(&body, rd_u8(&body));
    if (code != CHAP_RESPONSE || !rd_ok(&body))
        return false;
    a->answered = true;
    if (a->method == PPP_AUTH_CHAP_MD5) {
        md5_response(a, id, value, body);
        return true;
    }
    if (!ras_mschap_response(&a->mschap, a->env, value, body, &a->verdict))
        return false;
    tell_mschap(a, now, id);
    return true;
}

bool
ras_auth_input(struct ras_auth *a, usec_t now, uint16_t protocol, struct rd frame)
{
    const struct rd whole = frame;
    const uint8_t code = rd_u8(&frame), id = rd_u8(&frame);
    const uint16_t len = rd_be16(&frame);
    const struct rd body = rd_take(&frame, (size_t)len - 4);

    if (!rd_ok(&frame) || a->state == RAS_AUTH_IDLE)
        return false;
    switch (protocol) {
    case PPP_PROTO_PAP:
        return a->method == PPP_AUTH_PAP && pap_input(a, code, id, body);
    case PPP_PROTO_CHAP:
        return (a->method == PPP_AUTH_MSCHAPV2 || a->method == PPP_AUTH_CHAP_MD5) &&
               chap_input(a, now, code, id, body);
    case PPP_PROTO_EAP:
        return (a->method & PPP_AUTH_EAP) != 0 && ras_eap_input(a, now, rd_over(whole.p, len));
    default:
        return false;
    }
}

void
ras_auth_expire(struct ras_auth *a, usec_t now)
{
    if (now < a->deadline)
        return;
    if (a->sends_left == 0) {
        a->verdict.error = 718;
        finish(a, RAS_AUTH_REFUSED);
        return;
    }
    a->sends_left--;
    a->deadline = now + RESEND;
    a->env->send(a->env->owner, (a->method & PPP_AUTH_EAP) != 0 ? PPP_PROTO_EAP : PPP_PROTO_CHAP,
                 rd_over(a->request, a->n_request));
}
