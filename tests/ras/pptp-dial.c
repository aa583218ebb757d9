/*
 * pptp-dial.c - dials PPTP with a session over real sockets and pings through it, without a tunnel
 * process or an interface: what tests dialtone-ras alone.
 *
 *     pptp-dial SERVER USER PINGS LEAST [none|required|maximum]
 *
 * Of so many PINGS it waits for all answers, and when LEAST are there, not for long.
 * Needs CAP_NET_RAW. The password is on standard input. Prints one line: "up PINGS ANSWERS", or
 * "end NUMBER DETAIL".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ras-ip.h"
#include "session.h"

enum { IN_FLIGHT = 32 };
enum { ICMP_SUM = 22, ICMP_ID = 24 }; /* of a packet without IP options */

struct dial {
    int stream, gre;
    struct session *s;
    uint32_t local, peer;
    unsigned sent, answered, pings, least;
    size_t n_in;
    uint8_t in[4096];
    bool up, over, stopping;
    struct ras_end end;
    usec_t last_answer;
    bool counting; /* the server was heard to answer: from here on each ping counts */
};

static usec_t
now_usec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

static void
fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    if (getrandom(out, n, 0) != (ssize_t)n)
        abort();
}

static void
send_ping(struct dial *d)
{
    uint8_t room[256 + 1500];
    const struct session_framing f = session_framing(d->s);
    struct wr w = wr_over(room + f.head, sizeof room - f.head);
    uint8_t *p = room + f.head;

    ras_ip_ping(d->local, d->peer, &w);
    p[ICMP_ID + 1] = d->counting; /* those that count are told from those that knock */
    p[ICMP_SUM + 1] -= d->counting;
    size_t n = w.len;
    d->sent++;
    if (session_seal(d->s, &p, &n))
        send(d->gre, p, n, 0);
}

static void
pump(struct dial *d, usec_t now)
{
    struct session_output out;
    struct session_event e;

    do {
        while (session_poll_output(d->s, &out))
            send(out.channel == CHANNEL_STREAM ? d->stream : d->gre, out.bytes.p, out.bytes.left,
                 MSG_NOSIGNAL);
        if (!session_poll_event(d->s, &e))
            return;
        if (e.type == SESSION_WANTS_CREDENTIALS)
            session_credentials(d->s, now, NULL);
        if (e.type == SESSION_CONFIG) {
            d->local = e.config->local4;
            d->peer = e.config->peer4;
            session_registered(d->s, now);
        }
        d->up |= e.type == SESSION_UP;
        if (e.type == SESSION_ENDED) {
            d->over = true;
            d->end = e.end;
        }
    } while (true);
}

static void
take(struct dial *d, usec_t now, const struct session_packets *packets)
{
    for (size_t i = 0; i < packets->n; i++) {
        const uint8_t *p = packets->v[i].p;
        if (packets->v[i].len >= 28 && p[0] == 0x45 && p[9] == 1 && p[20] == 0 &&
            p[ICMP_ID + 1] == d->counting) {
            d->answered++;
            d->last_answer = now;
        }
    }
}

static void
read_stream(struct dial *d, usec_t now)
{
    static struct session_packets packets;
    const struct ras_end why = {.error = RAS_VPN_DISCONNECT, .detail = "the stream ended"};
    const ssize_t n = recv(d->stream, d->in + d->n_in, sizeof d->in - d->n_in, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        session_link_lost(d->s, now, &why);
        return;
    }
    d->n_in += n > 0 ? (size_t)n : 0;
    const size_t used = session_receive(d->s, now, CHANNEL_STREAM, d->in, d->n_in, &packets);
    memmove(d->in, d->in + used, d->n_in - used);
    d->n_in -= used;
}

static void
read_gre(struct dial *d, usec_t now)
{
    static struct session_packets packets;
    uint8_t buf[2048];

    for (ssize_t n; (n = recv(d->gre, buf, sizeof buf, MSG_DONTWAIT)) > 20;) {
        const size_t head = (size_t)(buf[0] & 15) * 4;
        session_receive(d->s, now, CHANNEL_DATA, buf + head, (size_t)n - head, &packets);
        take(d, now, &packets);
    }
}

/* We are up, but our last Ack may be lost, and then the server is not before it asks again. Knock
 * until it answers. */
static void
knock(struct dial *d, usec_t now)
{
    if (d->answered == 0) {
        send_ping(d);
        return;
    }
    d->counting = true;
    d->sent = d->answered = 0;
    d->last_answer = now;
}

/* Some may be lost on purpose: when enough came back, those that still may come are not waited for
 * long. Otherwise it is the machine that is slow. */
static bool
is_done(const struct dial *d, usec_t now)
{
    const usec_t patience = d->answered >= d->least ? USEC_PER_SEC / 2 : 30 * USEC_PER_SEC;

    return d->sent >= d->pings && (d->answered >= d->pings || now > d->last_answer + patience);
}

static void
go_on(struct dial *d, usec_t now)
{
    static struct session_packets packets;

    if (now >= session_deadline(d->s)) {
        session_expire(d->s, now);
        session_receive(d->s, now, CHANNEL_DATA, d->in, 0, &packets);
        take(d, now, &packets);
    }
    pump(d, now);
    if (!d->up || d->stopping || d->over)
        return;
    if (!d->counting) {
        knock(d, now);
        return;
    }
    /* As many at a time, whether or not the last ones were answered: some are lost. */
    for (unsigned n = 0; d->sent < d->pings && n < IN_FLIGHT; n++)
        send_ping(d);
    if (is_done(d, now)) {
        d->stopping = true;
        session_close(d->s, now);
        pump(d, now);
    }
}

static int
open_socket(int type, int protocol, const char *server, uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol);

    if (inet_pton(AF_INET, server, &to.sin_addr) != 1 || fd < 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        perror("pptp-dial");
        exit(1);
    }
    return fd;
}

static void
run(struct dial *d)
{
    while (!d->over) {
        usec_t now = now_usec();
        const usec_t next = usec_min(session_deadline(d->s), now + 20 * USEC_PER_MSEC);
        struct pollfd fds[] = {{.fd = d->stream, .events = POLLIN},
                               {.fd = d->gre, .events = POLLIN}};

        poll(fds, 2, next > now ? (int)((next - now + 999) / 1000) : 0);
        now = now_usec();
        if (fds[0].revents != 0)
            read_stream(d, now);
        if (fds[1].revents != 0)
            read_gre(d, now);
        go_on(d, now);
    }
}

int
main(int argc, char **argv)
{
    const struct rng rng = {.fill = fill};
    struct session_link_info info = {.host = "vpn", .port = 1723};
    struct credentials c = {0};
    struct dial_plan plan;
    struct dial d = {0};
    char password[128] = "";

    if (argc < 5 || fgets(password, sizeof password, stdin) == NULL)
        return 2;
    password[strcspn(password, "\n")] = '\0';
    dial_plan_init(&plan);
    plan.ipv4 = true;
    plan.auth = PLAN_AUTH_MSCHAPV2;
    plan.encryption = argc < 6 || strcmp(argv[5], "maximum") == 0 ? PLAN_ENCRYPTION_MAXIMUM
                      : strcmp(argv[5], "required") == 0          ? PLAN_ENCRYPTION_REQUIRED
                                                                  : PLAN_ENCRYPTION_NONE;
    snprintf(c.user, sizeof c.user, "%s", argv[2]);
    secret_set_text(&c.password, password);
    d.pings = (unsigned)strtoul(argv[3], NULL, 10);
    d.least = (unsigned)strtoul(argv[4], NULL, 10);
    d.gre = open_socket(SOCK_RAW, IPPROTO_GRE, argv[1], 0);
    setsockopt(d.gre, SOL_SOCKET, SO_RCVBUFFORCE, &(int){4 << 20}, sizeof(int));
    d.stream = open_socket(SOCK_STREAM, 0, argv[1], 1723);
    d.s = session_new(&plan, PLAN_PPTP, &c, &rng, now_usec());
    if (d.s == NULL)
        return 1;
    session_link_up(d.s, now_usec(), &info);
    pump(&d, now_usec());
    run(&d);
    if (d.up && d.stopping)
        printf("up %u %u\n", d.sent, d.answered);
    else
        printf("end %u %s\n", (unsigned)d.end.error, d.end.detail);
    session_free(d.s);
    credentials_wipe(&c);
    dial_plan_clear(&plan);
    close(d.stream);
    close(d.gre);
    return 0;
}
