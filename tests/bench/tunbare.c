/*
 * tunbare.c - the bounds of tests/bench for what a tunnel over datagrams can do here: super-packets
 * from a TUN are cut, sent one packet a datagram, and merged again, by the tunnel's own pump and
 * buffers; around a packet there is as much as in the protocol, and nothing of the protocol is
 * done. What the tunnel needs beyond this is PPP, GRE's acknowledgements or L2TP, and IKE's
 * associations.
 *
 *     gre         GRE through raw sockets; nothing is encrypted
 *     gre-mppe    the same, and MPPE: RC4 with a new key for each packet
 *     udp         UDP with UDP_SEGMENT and UDP_GRO; nothing is encrypted
 *     udp-cbc     the same, and AES-256-CBC with HMAC-SHA-1, as ESP's are made; the IV stays
 *     udp-gcm     the same, and AES-128-GCM
 *
 *     tunbare KIND LOCAL REMOTE INTERFACE         both ends alike, until they are ended
 *
 * Prints a line when the interface is there; its address is the caller's business.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "esp-crypt.h"
#include "mppe.h"
#include "pump-dgram.h"

enum {
    PORT = 4500,
    MTU = 1400,
    GRE = 12,               /* flags, protocol, length, call, sequence */
    IP4 = 0x21,             /* PPP's number for it, in one octet */
    ROOM = 2 * 1024 * 1024, /* of a socket, as the helper sets it */
    BATCH = 64,             /* packets of one esp_crypt_run() */
    AROUND = 64,            /* octets before and behind a packet, more than any kind needs */
};

static const struct kind {
    const char *name;
    bool gre, mppe, secret;
    struct esp_suite suite;
} kinds[] = {
    /* clang-format off */
    {"gre",      .gre = true},
    {"gre-mppe", .gre = true, .mppe = true},
    {"udp",      .suite = {ESP_AES_GCM_16, ESP_AUTH_NONE, 128}},
    {"udp-cbc",  .secret = true, .suite = {ESP_AES_CBC, ESP_HMAC_SHA1_96, 256}},
    {"udp-gcm",  .secret = true, .suite = {ESP_AES_GCM_16, ESP_AUTH_NONE, 128}},
    /* clang-format on */
};

/* What pump.h takes for a session. */
struct session {
    const struct kind *kind;
    struct mppe tx, rx;
    struct esp_crypt *seal, *open;
};

static _Noreturn void
fail(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- up ---- */

struct session_framing
session_framing(const struct session *s)
{
    (void)s;
    return (struct session_framing){
        .head = AROUND, .tail = AROUND, .mtu = MTU, .channel = CHANNEL_DATA};
}

static void
wrap_gre(struct session *s, struct session_packet *v)
{
    static const uint8_t header[GRE] = {0x30, 0x01, 0x88, 0x0b};

    if (s->kind->mppe) {
        *--v->p = IP4;
        mppe_seal(&s->tx, v->p, ++v->len, 0);
        v->p -= MPPE_HEADER;
        v->len += MPPE_HEADER;
    }
    v->p -= GRE;
    v->len += GRE;
    memcpy(v->p, header, GRE);
}

static void
wrap_esp(struct session *s, struct session_packet *v, size_t n)
{
    const struct esp_suite *suite = &s->kind->suite;
    const size_t head = ESP_HEADER + esp_iv_size(suite), block = esp_block_size(suite);
    struct esp_job jobs[BATCH];

    for (size_t i = 0; i < n; i++) {
        const size_t text = (v[i].len + block - 1) / block * block;

        memset(v[i].p - head, 0, head);
        jobs[i] = (struct esp_job){.p = v[i].p - head, .n = head + text};
        v[i] = (struct session_packet){jobs[i].p, jobs[i].n + esp_icv_size(suite)};
    }
    if (s->seal != NULL)
        esp_crypt_run(s->seal, jobs, n);
}

size_t
session_seal_batch(struct session *s, struct session_packet *v, size_t n)
{
    for (size_t i = 0; i < n && s->kind->gre; i++)
        wrap_gre(s, &v[i]);
    for (size_t i = 0; i < n && !s->kind->gre; i += BATCH)
        wrap_esp(s, v + i, n - i < BATCH ? n - i : BATCH);
    return n;
}

bool
session_seal(struct session *s, uint8_t **p, size_t *len)
{
    struct session_packet one = {*p, *len};

    session_seal_batch(s, &one, 1);
    *p = one.p;
    *len = one.len;
    return true;
}

/* ---- down ---- */

/* IPv4, without what padding there is behind. */
static void
deliver(struct session_packets *ret, struct rd packet)
{
    struct rd r = packet;

    rd_take(&r, 2);
    const size_t n = rd_be16(&r);
    if (rd_ok(&r) && n > 0 && n <= packet.left)
        ret->v[ret->n++] = (struct session_packet){(uint8_t *)packet.p, n};
}

static void
unwrap_gre(struct session *s, const struct session_packet *v, struct session_packets *ret)
{
    struct rd r = rd_over(v->p, v->len), plain;
    uint16_t bits;

    rd_take(&r, GRE);
    if (s->kind->mppe) {
        if (!rd_ok(&r) || mppe_open(&s->rx, (uint8_t *)r.p, r.left, &plain, &bits) != MPPE_OPENED)
            return;
        r = plain;
        rd_u8(&r);
    }
    deliver(ret, r);
}

static void
unwrap_esp(struct session *s, const struct session_packet *v, size_t n, struct session_packets *ret)
{
    const struct esp_suite *suite = &s->kind->suite;
    const size_t head = ESP_HEADER + esp_iv_size(suite), icv = esp_icv_size(suite);
    struct esp_job jobs[BATCH];
    size_t whole = 0;

    for (size_t i = 0; i < n; i++)
        if (v[i].len > head + icv && (v[i].len - head - icv) % esp_block_size(suite) == 0)
            jobs[whole++] = (struct esp_job){.p = v[i].p, .n = v[i].len - icv, .good = true};
    if (s->open != NULL)
        esp_crypt_run(s->open, jobs, whole);
    for (size_t i = 0; i < whole; i++)
        if (jobs[i].good)
            deliver(ret, rd_over(jobs[i].p + head, jobs[i].n - head));
}

size_t
session_receive_batch(struct session *s, usec_t now, enum session_channel from,
                      struct session_packet *v, size_t n, struct session_packets *ret)
{
    const size_t used = n < BATCH ? n : BATCH;

    (void)now, (void)from;
    ret->n = 0;
    for (size_t i = 0; i < used && s->kind->gre; i++)
        unwrap_gre(s, &v[i], ret);
    if (!s->kind->gre)
        unwrap_esp(s, v, used, ret);
    return used;
}

/* ---- both ---- */

static void
start(struct session *s, const char *name)
{
    struct esp_keys keys = {.spi = 1};
    const uint8_t key[16] = "known to anybody";

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            s->kind = &kinds[i];
    if (s->kind == NULL)
        fail(name);
    mppe_init(&s->tx, key, MPPE_128, true);
    mppe_init(&s->rx, key, MPPE_128, true);
    keys.suite = s->kind->suite;
    if (!s->kind->secret)
        return;
    s->seal = esp_crypt_new(&keys, ESP_SEAL, ESP_CRYPT_BEST);
    s->open = esp_crypt_new(&keys, ESP_OPEN, ESP_CRYPT_BEST);
    if (s->seal == NULL || s->open == NULL)
        fail("cipher");
}

static int
open_tun(const char *name)
{
    struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0 ||
        ioctl(fd, TUNSETOFFLOAD, (unsigned long)(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)) < 0)
        fail("TUN");
    return fd;
}

static int
open_socket(const struct kind *kind, const char *local, const char *remote)
{
    const struct kind *const k = kind;
    struct sockaddr_in ends[2] = {{.sin_family = AF_INET}, {.sin_family = AF_INET}};
    const int fd = k->gre ? socket(AF_INET, SOCK_RAW, IPPROTO_GRE) : socket(AF_INET, SOCK_DGRAM, 0);
    const int room = ROOM, room_out = ROOM / 4;

    for (int i = 0; i < 2; i++) {
        ends[i].sin_port = k->gre ? 0 : htons(PORT);
        if (inet_pton(AF_INET, i == 0 ? local : remote, &ends[i].sin_addr) != 1)
            fail("address");
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room_out, sizeof room_out);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&ends[0], sizeof ends[0]) < 0 ||
        connect(fd, (const struct sockaddr *)&ends[1], sizeof ends[1]) < 0)
        fail("socket");
    return fd;
}

static _Noreturn void
run(struct pump_dgram *d, int fd)
{
    struct pump *const p = d->pump;
    struct pollfd at[2] = {{.fd = fd}, {.fd = p->tun.fd}};

    for (;;) {
        const bool waits = pump_waits(p) && pump_dgram_wants_tun(d);

        at[0].events = (short)(POLLIN | (pump_dgram_blocked(d) ? POLLOUT : 0));
        at[1].events = pump_dgram_wants_tun(d) ? POLLIN : 0;
        poll(at, 2, waits ? 0 : -1);
        if (at[0].revents & (POLLIN | POLLERR))
            pump_dgram_receive(d, CHANNEL_DATA, 0);
        if (at[0].revents & POLLOUT)
            pump_dgram_writable(d, CHANNEL_DATA);
        if ((waits || at[1].revents != 0) && pump_dgram_send(d) != PUMP_OK)
            exit(0); /* the interface has gone */
    }
}

int
main(int argc, char **argv)
{
    static struct session session;
    static struct pump pump;
    static struct pump_dgram d;

    if (argc != 5) {
        fprintf(stderr, "usage: tunbare KIND LOCAL REMOTE INTERFACE\n");
        return 2;
    }
    start(&session, argv[1]);
    if (!pump_init(&pump) || !pump_dgram_init(&d, &pump))
        fail("memory");
    pump.session = &session;
    if (pump_open_tun(&pump, open_tun(argv[4]), TUN_FLAG_VNET_HDR | TUN_FLAG_TSO) < 0)
        fail("TUN");

    const int fd = open_socket(session.kind, argv[2], argv[3]);
    if (session.kind->gre)
        pump_dgram_use(&d, CHANNEL_DATA, fd, true);
    else
        pump_dgram_use_udp(&d, CHANNEL_DATA, fd);
    printf("%s\n", argv[4]);
    fflush(stdout);
    run(&d, fd);
}
