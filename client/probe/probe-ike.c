/*
 * probe-ike.c - IKE's first message on UDP 500, and behind the non-ESP marker on UDP 4500, both at
 * once, from ports of our own. See probe.h and ike-probe.h. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#include "probe.h"

#include <errno.h>
#include <openssl/pem.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "dh.h"
#include "ike-cert-priv.h"
#include "ike-probe.h"

enum { MARKER = 4, LANES = 2, TRIES = 6, FOLLOWS = 4, MESSAGE_MAX = 2048 };

#define FOLLOW_WAIT (800 * USEC_PER_MSEC)

/* How long the list of a try is, and how long it waits for its answer. A server that takes none of
 * it says so, and the next comes at once; others are silent about what they cannot read. The last
 * asks for the other way to prove who one is: it tells a wrong setting from a wrong server. */
static const struct {
    unsigned tier;
    bool other;
    usec_t wait;
} plans[TRIES] = {
    {0, false, 1000 * USEC_PER_MSEC}, {0, false, 1500 * USEC_PER_MSEC},
    {1, false, 1500 * USEC_PER_MSEC}, {2, false, 1000 * USEC_PER_MSEC},
    {3, false, 1500 * USEC_PER_MSEC}, {0, true, 1000 * USEC_PER_MSEC},
};

struct lane { /* one of the two ports */
    enum probe_kind kind;
    int fd, error;
    unsigned method, next; /* of the certificate, or a shared key; of what is tried */
    usec_t due;            /* the next one; NEVER: no more */
    bool done;
    struct ike_probe tries[TRIES];
    struct ike_probe_reply last;
    const struct ike_probe *taken; /* which of them was */
    bool other;                    /* the answer is to what the profile does not do */
    usec_t answered;               /* when; 0: not */
    /* UDP 4500: message 3 of what was taken on UDP 500, with its marker. */
    size_t follow_n;
    unsigned follows_left;
    bool passes; /* it was answered */
    uint8_t follow[MARKER + MESSAGE_MAX];
};

static const char *
method_name(unsigned method)
{
    return method == IKE_METHOD_PSK ? "pre-shared key" : "certificate";
}

static unsigned
other_method(unsigned method)
{
    return method == IKE_METHOD_PSK ? IKE_METHOD_RSA : IKE_METHOD_PSK;
}

/* Of our own certificate, which the user gave. */
static unsigned
method_of(const struct dial_plan *plan)
{
    if (plan->ipsec != PLAN_IPSEC_CERTIFICATE)
        return IKE_METHOD_PSK;
    char no_password[] = ""; /* else libcrypto would ask at the terminal */
    BIO *bio = BIO_new_mem_buf(plan->cert, (int)plan->cert_len);
    X509 *cert = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, no_password);
    const EVP_PKEY *key = cert == NULL ? NULL : X509_get0_pubkey(cert);
    const unsigned method = key == NULL ? 0 : ike_cert_method_of(key);

    X509_free(cert);
    BIO_free(bio);
    return method != 0 ? method : IKE_METHOD_RSA;
}

/* Not every server listens to a first message on UDP 4500; each does to a second one. */
static void
follow(struct lane *to, const struct lane *taken, usec_t now)
{
    const struct rd message =
        ike_probe_next(taken->taken, &taken->last, &probe_rng, to->follow + MARKER, MESSAGE_MAX);

    if (message.bad || to->fd < 0 || to->last.answer == IKE_PROBE_TAKES)
        return;
    to->taken = taken->taken;
    to->follow_n = MARKER + message.left;
    to->follows_left = FOLLOWS;
    to->due = now;
    to->done = false;
}

static bool
send_follow(struct lane *l, usec_t now)
{
    if (l->follow_n == 0)
        return false;
    l->due = l->follows_left == 0 ? NEVER : now + FOLLOW_WAIT;
    if (l->follows_left > 0 && send(l->fd, l->follow, l->follow_n, MSG_NOSIGNAL) < 0)
        l->error = errno;
    l->follows_left -= l->follows_left > 0;
    return true;
}

static void
send_next(struct lane *l, usec_t now)
{
    uint8_t bytes[MARKER + MESSAGE_MAX] = {0};
    const unsigned i = l->next;

    if (send_follow(l, now))
        return;
    if (i == TRIES || (plans[i].other && l->last.answer != IKE_PROBE_REFUSES)) {
        l->due = NEVER;
        return;
    }
    const struct rd message =
        ike_probe_begin(&l->tries[i], plans[i].other ? other_method(l->method) : l->method,
                        plans[i].tier, &probe_rng, bytes + MARKER, MESSAGE_MAX);
    const size_t marker = l->kind == PROBE_NATT ? MARKER : 0;
    if (message.bad)
        l->error = EMSGSIZE;
    else if (send(l->fd, message.p - marker, message.left + marker, MSG_NOSIGNAL) < 0)
        l->error = errno;
    l->next++;
    l->due = now + plans[i].wait;
}

static void
tell_taken(struct probe *p, const struct lane *l)
{
    char suite[64];

    ike_suite_text(&l->last.suite, suite, sizeof suite);
    if (l->other)
        probe_tell(p, PROBE_FAIL, RAS_OAKLEY_GENERAL_PROCESSING,
                   "IKE: the server takes a %s (%s), and no %s",
                   method_name(other_method(l->method)), suite, method_name(l->method));
    else
        probe_tell(p, ike_suite_weak(&l->last.suite) != 0 ? PROBE_WARN : PROBE_OK, RAS_OK,
                   "the server takes a %s with %s%s%s", method_name(l->method), suite,
                   ike_suite_weak(&l->last.suite) != 0 ? ", which is weak" : "",
                   l->last.natt != IKE_NATT_NONE ? "" : "; it knows no NAT traversal");
}

static void
tell(struct probe *p, const struct lane *l, bool other_port_answered)
{
    const unsigned port = l->kind == PROBE_IKE ? 500 : 4500;

    p->step.kind = l->kind;
    p->step_ended = l->answered;
    if (l->passes) {
        probe_tell(p, PROBE_OK, RAS_OK, "the server answers there");
        return;
    }
    switch (l->last.answer) {
    case IKE_PROBE_TAKES:
        tell_taken(p, l);
        return;
    case IKE_PROBE_REFUSES:
        probe_tell(
            p, PROBE_FAIL, RAS_OAKLEY_GENERAL_PROCESSING,
            l->last.notify == IKE_N_NO_PROPOSAL_CHOSEN
                ? "IKE: NO-PROPOSAL-CHOSEN: the server takes no %s with any of what is offered"
                : "IKE: message 1 with a %s was refused",
            method_name(l->method));
        return;
    case IKE_PROBE_ODD:
        probe_tell(p, PROBE_WARN, RAS_OK, "IKE: an answer that says nothing of use");
        return;
    case IKE_PROBE_NOTHING:
        break;
    }
    /* Without a NAT on the way, or with UDP 500 closed, a call may come up all the same. */
    if (other_port_answered)
        probe_tell(p, PROBE_WARN, RAS_OK, "no answer on UDP %u%s: a firewall may drop it", port,
                   l->kind == PROBE_NATT && p->plan->ipsec_encap ? ", which a call needs" : "");
    else
        probe_tell(p, PROBE_FAIL, RAS_VPN_TIMEOUT, "IKE: no answer on UDP %u%s%s", port,
                   l->error != 0 ? ": " : "", l->error != 0 ? strerror(l->error) : "");
}

/* Is it an answer to any of what was sent? */
static void
receive(struct lane *l, usec_t now)
{
    uint8_t bytes[MARKER + MESSAGE_MAX];
    const ssize_t n = recv(l->fd, bytes, sizeof bytes, 0);
    struct rd datagram = rd_over(bytes, n < 0 ? 0 : (size_t)n);

    if (n < 0) {
        l->error = errno == EAGAIN ? l->error : errno; /* "port unreachable", for one */
        return;
    }
    if (l->kind == PROBE_NATT && rd_be32(&datagram) != 0)
        return;
    if (l->follow_n > 0 && ike_probe_read(l->taken, datagram).answer != IKE_PROBE_NOTHING) {
        l->passes = l->done = true;
        l->answered = now;
        return;
    }
    for (unsigned i = 0; i < l->next; i++) {
        const struct ike_probe_reply reply = ike_probe_read(&l->tries[i], datagram);

        if (reply.answer == IKE_PROBE_NOTHING)
            continue;
        if (reply.answer == IKE_PROBE_TAKES || !plans[i].other)
            l->last = reply;
        l->other = plans[i].other && reply.answer == IKE_PROBE_TAKES;
        l->done = reply.answer == IKE_PROBE_TAKES;
        l->taken = l->done ? &l->tries[i] : NULL;
        l->answered = now;
        if (!l->done && i + 1 == l->next)
            l->due = now;
        return;
    }
}

/* On UDP 500, to what went to UDP 4500: some servers change ports only later. */
static void
receive_other(struct lane *v, usec_t now)
{
    uint8_t bytes[MESSAGE_MAX];
    const ssize_t n = recv(v[0].fd, bytes, sizeof bytes, 0);

    if (n > 0 && ike_probe_read(v[1].taken, rd_over(bytes, (size_t)n)).answer == IKE_PROBE_ODD) {
        v[1].passes = v[1].done = true;
        v[1].answered = now;
    }
}

/* What is due is sent. Returns when the next one is; NEVER: no more. */
static usec_t
send_due(struct lane v[static LANES], usec_t now)
{
    usec_t due = NEVER;

    for (unsigned i = 0; i < LANES; i++) {
        if (!v[i].done && v[i].due <= now)
            send_next(&v[i], now);
        if (v[i].due == NEVER)
            v[i].done = true;
        due = usec_min(due, v[i].done ? NEVER : v[i].due);
    }
    return due;
}

/* Until both have an answer, or no more is to be tried. */
static void
listen_to(struct probe *p, struct lane v[static LANES])
{
    for (;;) {
        const usec_t now = probe_now(), due = usec_min(send_due(v, now), p->deadline);
        const bool follows = v[1].follow_n > 0;
        struct pollfd f[LANES];

        if ((v[0].done && v[1].done) || now >= p->deadline)
            return;
        for (unsigned i = 0; i < LANES; i++)
            f[i] = (struct pollfd){.fd = v[i].done && !follows ? -1 : v[i].fd, .events = POLLIN};
        if (poll(f, LANES, due <= now ? 0 : (int)((due - now) / USEC_PER_MSEC + 1)) <= 0)
            continue;
        if (f[1].revents != 0)
            receive(&v[1], probe_now());
        if (f[0].revents != 0 && follows)
            receive_other(v, probe_now());
        else if (f[0].revents != 0)
            receive(&v[0], probe_now());
        if (v[0].done && v[0].taken != NULL && !v[0].other && !follows)
            follow(&v[1], &v[0], probe_now());
    }
}

void
probe_ike(struct probe *p)
{
    struct lane v[LANES] = {{.kind = PROBE_IKE}, {.kind = PROBE_NATT}};
    const unsigned method = method_of(p->plan);

    probe_begin(p, PROBE_IKE);
    for (unsigned i = 0; i < LANES; i++) {
        v[i].method = method;
        v[i].fd = probe_udp(p, v[i].kind == PROBE_IKE ? 500 : 4500);
        v[i].error = v[i].fd < 0 ? errno : 0;
        v[i].done = v[i].fd < 0;
        v[i].due = v[i].done ? NEVER : 0;
    }
    /* libcrypto reads its configuration when it first needs random numbers, as this does. */
    dh_free(dh_new(DH_ECP_384, &probe_rng));
    if (!probe_close_sandbox(p))
        return;
    listen_to(p, v);
    for (unsigned i = 0; i < LANES; i++)
        tell(p, &v[i], v[!i].last.answer != IKE_PROBE_NOTHING);
}
