/*
 * test-tunnel-pptp-room.c - what wakes a tunnel over PPTP when a socket that was full has room
 * again: that socket, and not the next timer by chance. There is no timer here, nor a session: this
 * test says what there is to say. Pairs of Unix sockets stand in for TCP and GRE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tunnel.h"

enum { N = 60, EACH = 1000 };

static struct {
    enum session_channel channel;
    uint8_t next; /* N: it has said everything */
    uint8_t bytes[EACH];
} session;

/* ---- what tunnel-pptp.c and the pump call */

bool
session_poll_output(struct session *s, struct session_output *ret)
{
    (void)s;
    if (session.next == N)
        return false;
    memset(session.bytes, session.next++, EACH);
    *ret =
        (struct session_output){.channel = session.channel, .bytes = rd_over(session.bytes, EACH)};
    return true;
}

void
tunnel_start_session(struct tunnel *t, struct session_link_info *info)
{
    g_assert_cmpuint(info->local_call, ==, t->pptp.call);
    t->session = (struct session *)t; /* nobody looks at it */
}

void
tunnel_check(struct tunnel *t, enum pump_result result, const struct ras_end *why, const char *what)
{
    (void)t, (void)why, (void)what;
    g_assert_cmpint(result, ==, PUMP_OK);
}

void
tunnel_end(struct tunnel *t, enum ras_error error, const char *format, ...)
{
    (void)t, (void)error, (void)format;
    g_assert_not_reached();
}

void
tunnel_random(void *out, size_t n)
{
    (void)out, (void)n;
    g_assert_not_reached();
}

size_t
session_receive(struct session *s, usec_t now, enum session_channel from, uint8_t *bytes, size_t n,
                struct session_packets *ret)
{
    (void)s, (void)now, (void)from, (void)bytes, (void)n, (void)ret;
    g_assert_not_reached();
}

size_t
session_receive_batch(struct session *s, usec_t now, enum session_channel from,
                      struct session_packet *v, size_t n, struct session_packets *ret)
{
    (void)s, (void)now, (void)from, (void)v, (void)n, (void)ret;
    g_assert_not_reached();
}

size_t
session_seal_batch(struct session *s, struct session_packet *v, size_t n)
{
    (void)s, (void)v, (void)n;
    g_assert_not_reached();
}

bool
session_seal(struct session *s, uint8_t **p, size_t *len)
{
    (void)s, (void)p, (void)len;
    g_assert_not_reached();
}

struct session_framing
session_framing(const struct session *s)
{
    (void)s;
    g_assert_not_reached();
}

const char *
session_encryption(const struct session *s)
{
    (void)s;
    g_assert_not_reached();
}

/* ---- a call that is up */

struct world {
    struct tunnel t;
    struct control_address address;
    int tcp, gre; /* the server's ends */
};

/* As tunnel-session.c has it: of a socket that is writable only the round knows what to make. */
static void
on_server(void *owner, uint32_t events)
{
    (void)owner;
    g_assert_cmphex(events, ==, EPOLLOUT);
}

static void
one_round(void *owner)
{
    struct world *w = owner;

    tunnel_pptp.flush(&w->t);
    tunnel_pptp.watch(&w->t);
    w->t.loop.stop = true;
}

static void
go_around(struct world *w)
{
    w->t.loop.stop = false;
    g_assert_cmpint(loop_run(&w->t.loop, one_round, w), ==, 0);
}

static void
pair(int type, int *ret_ours, int *ret_theirs)
{
    const int little = 1;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
    g_assert_cmpint(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little), ==, 0);
    *ret_ours = fds[0];
    *ret_theirs = fds[1];
}

static struct world *
world_new(enum session_channel channel)
{
    struct world *w = g_new0(struct world, 1);
    int gre;

    session.channel = channel;
    session.next = N;
    g_assert_true(pump_init(&w->t.pump));
    g_assert_true(tunnel_pptp.prepare(&w->t));
    g_assert_cmpint(loop_init(&w->t.loop), ==, 0);
    w->t.server = (struct loop_source){.fd = -1, .ready = on_server, .owner = w};
    pair(SOCK_STREAM, &w->t.server.fd, &w->tcp);
    pair(SOCK_DGRAM, &gre, &w->gre);
    w->t.address = &w->address;
    g_assert_true(tunnel_pptp.socket(&w->t, 0, gre, 0));
    g_assert_nonnull(w->t.session);
    return w;
}

static void
world_free(struct world *w)
{
    tunnel_pptp.drop(&w->t);
    loop_remove(&w->t.loop, &w->t.server);
    close(w->t.server.fd);
    tunnel_pptp.clear(&w->t);
    pump_clear(&w->t.pump);
    loop_close(&w->t.loop);
    close(w->tcp);
    close(w->gre);
    g_free(w);
}

/* Would the tunnel wake up now? */
static bool
wakes(const struct world *w)
{
    struct pollfd p = {.fd = w->t.loop.epoll_fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

/* All that is there, which begins with octet number @at of what is said. */
static size_t
read_from(int fd, size_t at)
{
    uint8_t bytes[EACH];
    size_t total = 0;
    ssize_t n;

    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        for (ssize_t i = 0; i < n; i++, total++)
            g_assert_cmpuint(bytes[i], ==, (at + total) / EACH);
    }
    g_assert_cmpint(errno, ==, EAGAIN);
    return total;
}

/* There is more to say than has room. The tunnel sleeps until some was read, and not longer; in the
 * end it sleeps, though there is room for anything. */
static void
test_room(gconstpointer channel)
{
    struct world *w = world_new((enum session_channel)GPOINTER_TO_INT(channel));
    const int fd = session.channel == CHANNEL_STREAM ? w->tcp : w->gre;
    size_t got = 0, times = 0;

    one_round(w);
    g_assert_false(wakes(w));
    session.next = 0;
    for (one_round(w); got < N * EACH; times++) {
        const bool all =
            session.next == N && w->t.pptp.tx_len == 0 && !pump_dgram_blocked(&w->t.pptp.pump);

        g_assert_false(wakes(w));
        got += read_from(fd, got);
        g_assert_cmpint(wakes(w), ==, !all);
        if (!all)
            go_around(w);
    }
    g_assert_cmpuint(times, >, 1);
    g_assert_false(wakes(w));
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/tunnel-pptp-room/control-connection", GINT_TO_POINTER(CHANNEL_STREAM),
                         test_room);
    g_test_add_data_func("/tunnel-pptp-room/GRE", GINT_TO_POINTER(CHANNEL_DATA), test_room);
    return g_test_run();
}
