/* test-tunnel-msg.c - the messages of helper and tunnel. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tunnel-msg.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct tunnel_status a_status = {
    .auth = "MS-CHAPv2",
    .encryption = "TLS 1.3 AES-256-GCM",
    .server_name = "VPN1",
    .leaf_sha256 = {1, 2, 3, [31] = 0xff},
    .eap = {.sha256 = {9, [31] = 7}, .subject = "nps", .issuer = "A Root", .until = 1893456000},
    .weak = 0x81,
    .ipsec_remembered = 0x49000011,
    .dhcp = NET_DHCP_SILENT,
    .early_data_worked = true,
};

static void
test_status(void)
{
    uint8_t bytes[512];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct tunnel_status got;

    tunnel_status_put(&w, &a_status);
    struct rd r = wr_done(&w);
    g_assert_true(tunnel_status_get(&r, &got));
    g_assert_true(rd_done(&r));
    g_assert_cmpmem(&got, sizeof got, &a_status, sizeof a_status);
}

/* Each shorter one is refused, and nothing is read beyond it (ASan sees that). */
static void
test_status_truncated(void)
{
    uint8_t bytes[512];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_status_put(&w, &a_status);
    for (size_t n = 0; n < w.len; n++) {
        g_autofree uint8_t *exact = g_memdup2(bytes, n);
        struct tunnel_status got = {.auth = "untouched"};
        struct rd r = rd_over(exact, n);
        g_assert_false(tunnel_status_get(&r, &got));
        g_assert_cmpstr(got.auth, ==, "untouched");
    }
    bytes[w.len - 1] = 2; /* neither false nor true */
    struct rd r = wr_done(&w);
    struct tunnel_status got;
    g_assert_false(tunnel_status_get(&r, &got));
    bytes[w.len - 1] = 0;
    bytes[w.len - 3] = NET_DHCP_SILENT + 1;
    r = wr_done(&w);
    g_assert_false(tunnel_status_get(&r, &got));
}

static void
test_stats(void)
{
    const struct tunnel_stats stats = {UINT64_MAX, 1, UINT64_C(1) << 32, 3, UINT32_MAX, 5};
    uint8_t bytes[64];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct tunnel_stats got;

    tunnel_stats_put(&w, &stats);
    struct rd r = wr_done(&w);
    g_assert_true(tunnel_stats_get(&r, &got));
    g_assert_true(rd_done(&r));
    g_assert_cmpuint(got.bytes_in, ==, UINT64_MAX);
    g_assert_cmpuint(got.bytes_out, ==, 1);
    g_assert_cmpuint(got.packets_in, ==, UINT64_C(1) << 32);
    g_assert_cmpuint(got.packets_out, ==, 3);
    g_assert_cmpuint(got.rtt_usec, ==, UINT32_MAX);
    g_assert_cmpuint(got.dropped, ==, 5);
    for (size_t n = 0; n < w.len; n++) {
        r = rd_over(bytes, n);
        g_assert_false(tunnel_stats_get(&r, &got));
    }
}

static void
test_text(void)
{
    static const struct {
        const char *text;
        size_t cap;
        bool ok;
    } rows[] = {
        {"", 1, true},       {"abc", 4, true},
        {"abc", 3, false},   {"gr\xc3\xbc\xc3\x9f", 16, true},
        {"a\nb", 16, false}, {"\033[2J", 16, false},
        {"\xff", 16, false}, {"\xe2\x80\xae", 16, false}, /* a bidi override */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t bytes[64];
        char out[16] = "untouched";
        struct wr w = wr_over(bytes, sizeof bytes);
        wire_text_put(&w, rows[i].text);
        struct rd r = wr_done(&w);
        g_assert_cmpint(wire_text_get(&r, out, rows[i].cap), ==, rows[i].ok);
        g_assert_cmpint(rd_ok(&r), ==, rows[i].ok);
        g_assert_cmpstr(out, ==, rows[i].ok ? rows[i].text : "untouched");
    }
}

static void
make_pair(int pair[2])
{
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), ==,
                    0);
}

static unsigned
count_descriptors(void)
{
    unsigned n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void
test_descriptor(void)
{
    int pair[2], got = -1;
    uint8_t bytes[8];
    size_t n;

    make_pair(pair);
    const int passed = open("/dev/null", O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(wire_send(pair[0], rd_over("x", 1), passed), ==, 0);
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, &got), ==, 0);
    g_assert_cmpuint(n, ==, 1);
    g_assert_cmpint(got, >=, 0);
    g_assert_cmpint(fcntl(got, F_GETFD), ==, FD_CLOEXEC);
    close(got);

    /* Nobody expects it: it is closed. */
    const unsigned before = count_descriptors();
    g_assert_cmpint(wire_send(pair[0], rd_over("x", 1), passed), ==, 0);
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, NULL), ==, 0);
    g_assert_cmpuint(count_descriptors(), ==, before);
    close(passed);
    close(pair[0]);
    close(pair[1]);
}

/* More than one descriptor is no message of ours: all of them are closed. */
static void
test_many_descriptors(void)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(3 * sizeof(int))];
    } control = {0};
    struct iovec iov = {.iov_base = (char[]){'x'}, .iov_len = 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    const int fds[3] = {0, 1, 2};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    uint8_t bytes[8];
    int pair[2], got = -2;
    size_t n;

    make_pair(pair);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(c), fds, sizeof fds);
    g_assert_cmpint(sendmsg(pair[0], &msg, 0), ==, 1);
    const unsigned before = count_descriptors();
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, &got), ==, -EBADMSG);
    g_assert_cmpint(got, ==, -2);
    g_assert_cmpuint(count_descriptors(), ==, before);
    close(pair[0]);
    close(pair[1]);
}

static void
test_ends(void)
{
    uint8_t bytes[4];
    int pair[2], fd;
    size_t n;

    make_pair(pair);
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, &fd), ==, -EAGAIN);
    g_assert_cmpint(wire_send(pair[0], rd_over("12345", 5), -1), ==, 0);
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, &fd), ==, -EBADMSG);
    g_assert_cmpint(wire_send(pair[0], rd_over("", 0), -1), ==, -EMSGSIZE);
    g_assert_cmpint(wire_send(pair[0], (struct rd){.bad = true}, -1), ==, -EMSGSIZE);
    close(pair[0]);
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, &fd), ==, -EPIPE);
    g_assert_cmpint(wire_send(pair[1], rd_over("x", 1), -1), ==, -EPIPE);
    close(pair[1]);
}

/* Who ends has said why, even if it never read what was last said to it. */
static void
test_last_word(void)
{
    uint8_t bytes[4];
    int pair[2], fd;
    size_t n;

    make_pair(pair);
    g_assert_cmpint(wire_send(pair[1], rd_over("x", 1), -1), ==, 0);
    g_assert_cmpint(wire_send(pair[0], rd_over("why", 3), -1), ==, 0);
    close(pair[0]);
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, &fd), ==, 0);
    g_assert_cmpmem(bytes, n, "why", 3);
    g_assert_cmpint(wire_recv(pair[1], bytes, sizeof bytes, &n, &fd), ==, -EPIPE);
    close(pair[1]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tunnel-msg/status", test_status);
    g_test_add_func("/tunnel-msg/status-truncated", test_status_truncated);
    g_test_add_func("/tunnel-msg/stats", test_stats);
    g_test_add_func("/tunnel-msg/text", test_text);
    g_test_add_func("/tunnel-msg/descriptor", test_descriptor);
    g_test_add_func("/tunnel-msg/many-descriptors", test_many_descriptors);
    g_test_add_func("/tunnel-msg/ends", test_ends);
    g_test_add_func("/tunnel-msg/last-word", test_last_word);
    return g_test_run();
}
