/*
 * bridge.c - lab-bridge: joins two network interfaces as a bad wire would (see impair.h), for
 * kernels without netem. Needs no addresses; both ends of each veth must have their offloads off,
 * or frames come that no wire carries.
 *
 *     lab-bridge [--delay MS] [--rate KBIT] [--queue KB] [--loss %] [--duplicate %] [--reorder %]
 *                [--corrupt %] [--lose aN|bN] [--seed N] [--log FILE] A B
 *
 * Each option holds for both directions, each with its own randomness; --lose is one frame: the
 * N-th (from 1) of IPv4 other than ICMP that comes in at A or B. Prints "ready" when it forwards,
 * and on SIGTERM what it did. In the log, one line a frame: seconds since the first frame,
 * direction, length, what was done; "round" is that time in round trips of 2 * --delay.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "impair.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { BATCH = 64 };

struct bridge {
    int port[2];           /* AF_PACKET sockets of A and B */
    struct impair wire[2]; /* [0]: from A to B */
    int timer, signals;
    FILE *log;
    usec_t first;   /* frame of all; 0: none yet */
    usec_t last[2]; /* frame of each direction */
};

static usec_t
now_usec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

static _Noreturn void
fail(const char *what)
{
    fprintf(stderr, "lab-bridge: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int
open_port(const char *name)
{
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(name),
    };
    const struct packet_mreq all = {.mr_ifindex = address.sll_ifindex,
                                    .mr_type = PACKET_MR_PROMISC};
    const int one = 1, room = 8 << 20;
    const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || address.sll_ifindex == 0)
        fail(name);
    if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        fail(name);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    return fd;
}

static void
log_frame(struct bridge *b, int from, usec_t now, size_t len, enum impair_act act)
{
    const usec_t delay = b->wire[0].config.delay, since = now - b->first;

    if (b->log == NULL)
        return;
    fprintf(b->log, "%.6f %s %zu %s", (double)since / USEC_PER_SEC, from == 0 ? "A>B" : "B>A", len,
            impair_act_name(act));
    if (delay > 0)
        fprintf(b->log, " round %.2f", (double)since / (double)(2 * delay));
    fputc('\n', b->log);
}

static void
take_frames(struct bridge *b, int from)
{
    static uint8_t frame[IMPAIR_FRAME_MAX];

    for (int i = 0; i < BATCH; i++) {
        const ssize_t n = recv(b->port[from], frame, sizeof frame, 0);
        const usec_t now = now_usec();

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0 && errno != ENETDOWN)
            fail("recv");
        if (n <= 0)
            return;
        if (b->first == 0)
            b->first = now;
        b->last[from] = now;
        log_frame(b, from, now, (size_t)n, impair_push(&b->wire[from], now, frame, (size_t)n));
    }
}

static void
give_frames(struct bridge *b, int from)
{
    struct impair_frame f;

    while (impair_pop(&b->wire[from], now_usec(), &f)) {
        if (send(b->port[!from], f.bytes, f.len, 0) < 0 && errno == EMSGSIZE)
            fprintf(stderr, "lab-bridge: a frame of %zu octets: offloads are on\n", f.len);
        free(f.bytes);
    }
}

static void
arm(struct bridge *b)
{
    const usec_t at = usec_min(impair_deadline(&b->wire[0]), impair_deadline(&b->wire[1]));
    struct itimerspec when = {0};

    if (at != NEVER) {
        when.it_value.tv_sec = (time_t)(at / USEC_PER_SEC);
        when.it_value.tv_nsec = (long)(at % USEC_PER_SEC) * 1000 + 1; /* 0 would disarm */
    }
    timerfd_settime(b->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void
forward(struct bridge *b)
{
    for (;;) {
        struct pollfd fds[] = {
            {.fd = b->port[0], .events = POLLIN},
            {.fd = b->port[1], .events = POLLIN},
            {.fd = b->timer, .events = POLLIN},
            {.fd = b->signals, .events = POLLIN},
        };
        uint64_t expired;

        if (poll(fds, 4, -1) < 0 && errno != EINTR)
            fail("poll");
        if (fds[3].revents != 0)
            return;
        if (fds[2].revents != 0 && read(b->timer, &expired, sizeof expired) < 0 && errno != EAGAIN)
            fail("timerfd");
        for (int from = 0; from < 2; from++) {
            if (fds[from].revents != 0)
                take_frames(b, from);
            give_frames(b, from);
        }
        arm(b);
    }
}

static void
report(const struct bridge *b)
{
    for (int from = 0; from < 2; from++) {
        printf("%s:", from == 0 ? "A>B" : "B>A");
        for (int act = 0; act < IMPAIR_N_ACTS; act++)
            printf(" %s %llu", impair_act_name((enum impair_act)act),
                   (unsigned long long)b->wire[from].count[act]);
        printf(" octets %llu seconds %.3f\n", (unsigned long long)b->wire[from].octets,
               b->last[from] > 0 ? (double)(b->last[from] - b->first) / USEC_PER_SEC : 0.0);
    }
}

/* A number of at most @max, in millionths. */
static uint64_t
number(const char *text, double max)
{
    char *end;
    const double value = strtod(text, &end);

    if (end == text || *end != '\0' || !(value >= 0 && value <= max)) {
        fprintf(stderr, "lab-bridge: not a number from 0 to %g: %s\n", max, text);
        exit(2);
    }
    return (uint64_t)(value * 1e6 + 0.5);
}

/* "a3": the third that comes in at A. */
static void
take_lose(const char *text, uint32_t ret[static 2])
{
    const bool good = text[0] == 'a' || text[0] == 'b';

    ret[text[0] == 'b'] = good ? (uint32_t)(number(text + 1, 1e9) / 1000000) : 0;
    if (!good) {
        fprintf(stderr, "lab-bridge: neither a nor b: %s\n", text);
        exit(2);
    }
}

static void
parse(int argc, char **argv, struct impair_config *c, uint32_t ret_lose[static 2], const char **log)
{
    static const struct option options[] = {
        {"delay", 1, NULL, 'd'},
        {"rate", 1, NULL, 'r'},
        {"queue", 1, NULL, 'q'},
        {"loss", 1, NULL, 'l'},
        {"duplicate", 1, NULL, 'u'},
        {"reorder", 1, NULL, 'o'},
        {"corrupt", 1, NULL, 'c'},
        {"seed", 1, NULL, 's'},
        {"log", 1, NULL, 'f'},
        {"lose", 1, NULL, 'n'},
        {0},
    };
    int option;

    *c = (struct impair_config){.queue = 256 * 1024, .seed = 1};
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'd':
            c->delay = number(optarg, 60e3) / 1000;
            break;
        case 'r':
            c->rate = number(optarg, 1e8) / 1000;
            break;
        case 'q':
            c->queue = (uint32_t)(number(optarg, 1e5) / 1000);
            break;
        case 'l':
            c->loss = (uint32_t)(number(optarg, 100) / 100);
            break;
        case 'u':
            c->duplicate = (uint32_t)(number(optarg, 100) / 100);
            break;
        case 'o':
            c->reorder = (uint32_t)(number(optarg, 100) / 100);
            break;
        case 'c':
            c->corrupt = (uint32_t)(number(optarg, 100) / 100);
            break;
        case 's':
            c->seed = strtoull(optarg, NULL, 10);
            break;
        case 'n':
            take_lose(optarg, ret_lose);
            break;
        case 'f':
            *log = optarg;
            break;
        default:
            exit(2);
        }
    }
    c->reorder_by = c->delay / 2 > 5 * USEC_PER_MSEC ? c->delay / 2 : 5 * USEC_PER_MSEC;
    if (argc - optind != 2) {
        fprintf(stderr, "usage: lab-bridge [OPTION...] INTERFACE INTERFACE\n");
        exit(2);
    }
}

int
main(int argc, char **argv)
{
    struct impair_config config;
    uint32_t lose[2] = {0};
    const char *log = NULL;
    struct bridge b = {0};
    sigset_t ends;

    parse(argc, argv, &config, lose, &log);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    b.signals = signalfd(-1, &ends, SFD_CLOEXEC);
    b.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    for (int i = 0; i < 2; i++) {
        b.port[i] = open_port(argv[optind + i]);
        config.lose = lose[i];
        impair_init(&b.wire[i], &config);
        config.seed = ~config.seed;
    }
    if (log != NULL && (b.log = fopen(log, "we")) == NULL)
        fail(log);
    printf("ready\n");
    fflush(stdout);
    forward(&b);
    report(&b);
    for (int i = 0; i < 2; i++)
        impair_clear(&b.wire[i]);
    if (b.log != NULL)
        fclose(b.log);
    return 0;
}
