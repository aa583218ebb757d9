/* fake-helper.c - see fake-helper.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-helper.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct fake_helper *
fake_helper_new(const char *host, uint16_t port)
{
    struct fake_helper *h = g_new0(struct fake_helper, 1);

    h->fd = h->tun = h->give_socket = h->give_gre = h->give_esp = -1;
    h->give_udp[0] = h->give_udp[1] = -1;
    h->log = g_string_new(NULL);
    dial_plan_init(&h->plan);
    g_strlcpy(h->plan.name, "test", sizeof h->plan.name);
    h->protocol = PLAN_SSTP;
    h->plan.n_protocols = 1;
    h->plan.protocols[0] = PLAN_SSTP;
    h->plan.n_servers = 1;
    g_strlcpy(h->plan.servers[0].host, host, sizeof h->plan.servers[0].host);
    h->plan.servers[0].port = port;
    g_strlcpy(h->credentials.user, "alice", sizeof h->credentials.user);
    secret_set_text(&h->credentials.password, "wonderland");
    return h;
}

static void
reap(struct fake_helper *h)
{
    if (h->pid == 0)
        return;
    while (waitpid(h->pid, &h->exit_status, 0) < 0 && errno == EINTR)
        ;
    h->pid = 0;
}

void
fake_helper_free(struct fake_helper *h)
{
    if (h->pid > 0)
        kill(h->pid, SIGKILL);
    reap(h);
    if (h->fd >= 0)
        close(h->fd);
    if (h->tun >= 0)
        close(h->tun);
    dial_plan_clear(&h->plan);
    credentials_wipe(&h->credentials);
    g_string_free(h->log, TRUE);
    g_free(h);
}

void
fake_helper_spawn(struct fake_helper *h)
{
    g_autofree char *beside =
        g_test_build_filename(G_TEST_BUILT, "..", "client", "tunnel", "dialtone-tunnel", NULL);
    const char *program = g_getenv("DIALTONE_TUNNEL");
    int pair[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
    h->pid = fork();
    if (h->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* Through a copy: when it is number 3 already, dup2() would leave it close-on-exec. */
        const int copy = fcntl(pair[1], F_DUPFD, 10);
        dup2(copy, 3);
        close(copy);
        execl(program != NULL ? program : beside, "dialtone-tunnel", NULL);
        _exit(127);
    }
    close(pair[1]);
    h->fd = pair[0];
}

void
fake_helper_send_bytes(struct fake_helper *h, const void *p, size_t n)
{
    g_assert_cmpint(wire_send(h->fd, rd_over(p, n), -1), ==, 0);
}

void
fake_helper_send(struct fake_helper *h, uint8_t type)
{
    fake_helper_send_bytes(h, &type, 1);
}

void
fake_helper_send_start(struct fake_helper *h)
{
    g_autofree uint8_t *bytes = g_malloc(TUNNEL_MSG_MAX);
    struct wr w = wr_over(bytes, TUNNEL_MSG_MAX);

    tunnel_msg_begin(&w, TUNNEL_START);
    dial_plan_put(&w, &h->plan);
    credentials_put(&w, &h->credentials);
    wr_u8(&w, 0);
    wr_u8(&w, (uint8_t)h->protocol);
    wr_be32(&w, geteuid() == 0 ? 65534 : geteuid());
    wr_be32(&w, geteuid() == 0 ? 65534 : getegid());
    wr_u8(&w, 1);
    wr_u8(&w, h->known[0] != 0 ? 4 : 0);
    wr_bytes(&w, h->known, sizeof h->known);
    wr_u8(&w, h->kernel_esp ? START_KERNEL_ESP : 0);
    g_assert_cmpint(wire_send(h->fd, wr_done(&w), -1), ==, 0);
}

void
fake_helper_start(struct fake_helper *h)
{
    fake_helper_spawn(h);
    fake_helper_send_start(h);
}

/* ---- what the tunnel asks for ---- */

static int
dial(struct fake_helper *h, uint8_t family, const uint8_t *address, uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    char host[64] = "";
    unsigned other = 0;

    if (h->connect_to != NULL && sscanf(h->connect_to, "%63[0-9.]:%u", host, &other) == 2) {
        g_assert_cmpint(inet_pton(AF_INET, host, &to.sin_addr), ==, 1);
        to.sin_port = htons((uint16_t)other);
    } else if (family == 4) {
        memcpy(&to.sin_addr, address, 4);
    } else {
        return -EAFNOSUPPORT;
    }

    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
        const int error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

static int
take(int *fd)
{
    const int taken = *fd >= 0 ? *fd : -EACCES;

    *fd = -1;
    return taken;
}

static void
serve_socket(struct fake_helper *h, struct rd r)
{
    uint8_t bytes[16];
    struct wr w = wr_over(bytes, sizeof bytes);
    const uint16_t tag = rd_be16(&r);
    const uint8_t family = rd_u8(&r);
    const struct rd address = rd_take(&r, 16);
    const uint16_t port = rd_be16(&r);
    int fd = -h->socket_errno;

    const enum socket_kind kind = (enum socket_kind)rd_u8(&r);
    g_assert_true(kind != 0 && rd_done(&r));
    if (h->n_sockets < G_N_ELEMENTS(h->asked_ports))
        h->asked_ports[h->n_sockets] = port;
    h->n_sockets++;
    if (h->mute_sockets)
        return;
    if (kind == SOCKET_GRE) {
        fd = take(&h->give_gre);
        h->gre_call = port;
    } else if (kind == SOCKET_UDP || kind == SOCKET_ESP) {
        fd = take(kind == SOCKET_ESP ? &h->give_esp : &h->give_udp[port == 4500]);
    } else if (h->give_socket >= 0) {
        fd = h->give_socket;
        h->give_socket = -1;
    } else if (h->socket_errno == 0) {
        fd = dial(h, family, address.p, port);
    }
    tunnel_msg_begin(&w, TUNNEL_SOCKET);
    wr_be16(&w, tag);
    wr_be32(&w, fd < 0 ? (uint32_t)-fd : 0);
    wr_u8(&w, h->path_flags);
    wr_be16(&w, h->path_mtu);
    wire_send(h->fd, wr_done(&w), fd);
    if (fd >= 0)
        close(fd);
}

static void
serve_configure(struct fake_helper *h, struct rd r)
{
    const uint8_t tun[2] = {TUNNEL_TUN, h->tun_flags};
    int pair[2];

    g_assert_true(net_config_get(&r, &h->config) && rd_done(&r));
    if (h->n_configs++ == 0) {
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
        g_assert_cmpint(wire_send(h->fd, rd_over(tun, sizeof tun), pair[1]), ==, 0);
        close(pair[1]);
        h->tun = pair[0];
    }
    fake_helper_send(h, TUNNEL_REGISTERED);
}

static void
serve_question(struct fake_helper *h, struct rd r)
{
    uint8_t bytes[8192];
    struct wr w = wr_over(bytes, sizeof bytes);

    h->question = rd_be32(&r);
    g_assert_true(rd_done(&r));
    h->n_questions++;
    tunnel_msg_begin(&w, TUNNEL_CREDENTIALS);
    if (h->answer_credentials)
        credentials_put(&w, &h->credentials);
    g_assert_cmpint(wire_send(h->fd, wr_done(&w), -1), ==, 0);
}

static void
serve_text(struct fake_helper *h, struct rd r, bool ended)
{
    g_autofree char *text = NULL;

    if (ended)
        h->ended = rd_be32(&r);
    else
        rd_u8(&r);
    g_assert_true(rd_ok(&r));
    text = g_strndup((const char *)r.p, r.left);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    if (ended) {
        h->has_ended = true;
        g_strlcpy(h->detail, text, sizeof h->detail);
    } else {
        g_string_append_printf(h->log, "%s\n", text);
    }
}

static void
serve(struct fake_helper *h, struct rd r)
{
    char address[64];

    switch (rd_u8(&r)) {
    case HELPER_STAGE:
        h->last_stage = rd_u8(&r);
        g_assert_true(wire_text_get(&r, address, sizeof address) && rd_done(&r));
        return;
    case HELPER_OPEN_SOCKET:
        serve_socket(h, r);
        return;
    case HELPER_WANT_CREDENTIALS:
        serve_question(h, r);
        return;
    case HELPER_CONFIGURE:
        serve_configure(h, r);
        return;
    case HELPER_STATUS:
        h->has_status = tunnel_status_get(&r, &h->status) && rd_done(&r);
        g_assert_true(h->has_status);
        return;
    case HELPER_STATS:
        g_assert_true(tunnel_stats_get(&r, &h->stats) && rd_done(&r));
        h->n_stats++;
        return;
    case HELPER_LOG:
        serve_text(h, r, false);
        return;
    case HELPER_ENDED:
        serve_text(h, r, true);
        return;
    }
    g_assert_not_reached();
}

bool
fake_helper_is_up(const struct fake_helper *h)
{
    return h->has_status && h->status.auth[0] != '\0'; /* the first one tells of TLS only */
}

bool
fake_helper_run(struct fake_helper *h, bool (*done)(const struct fake_helper *), unsigned ms)
{
    const gint64 deadline = g_get_monotonic_time() + (gint64)ms * 1000;
    g_autofree uint8_t *bytes = g_malloc(TUNNEL_MSG_MAX);
    size_t n;

    while (done == NULL || !done(h)) {
        const gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        struct pollfd p = {.fd = h->fd, .events = POLLIN};

        if (left <= 0)
            return false;
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        if (wire_recv(h->fd, bytes, TUNNEL_MSG_MAX, &n, NULL) < 0) {
            reap(h);
            return done == NULL || done(h);
        }
        serve(h, rd_over(bytes, n));
    }
    return true;
}
