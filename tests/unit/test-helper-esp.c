/*
 * test-helper-esp.c - in which order the kernel is asked, and that what fails at any step leaves
 * nothing, with a kernel that this test plays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "helper-esp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel: what there is in it, what it was asked, and which call (from 1) is to fail. */
static struct {
    GString *asked;
    unsigned calls, fail_at, n;
    uint32_t spis[16];
    bool encapsulated;
    int fd; /* of the socket for L2TP */
    struct helper_xfrm_ends ends;
} kernel;

static int
step(const struct helper_xfrm_ends *ends, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_string_append_vprintf(kernel.asked, format, args);
    va_end(args);
    if (ends != NULL)
        kernel.ends = *ends;
    return ++kernel.calls == kernel.fail_at ? -ENOBUFS : 0;
}

static int
play_open(const struct helper_xfrm_ends *ends, uint16_t port, bool encapsulated, int *ret_fd)
{
    const int err = step(ends, "open %u %d\n", port, encapsulated);

    if (err == 0)
        *ret_fd = kernel.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return err;
}

static int
play_add(const struct helper_xfrm_ends *ends, const struct helper_xfrm_sa *sa)
{
    const int err =
        step(ends, "add %s %x %u\n", sa->outbound ? "out" : "in", sa->spi, sa->float_port != 0);

    for (unsigned i = 0; i < kernel.n; i++) {
        if (kernel.spis[i] == sa->spi)
            return -EEXIST;
    }
    if (err == 0)
        kernel.spis[kernel.n++] = sa->spi;
    return err;
}

static int
play_remove(const struct helper_xfrm_ends *ends, bool outbound, uint32_t spi)
{
    (void)ends;
    g_string_append_printf(kernel.asked, "remove %s %x\n", outbound ? "out" : "in", spi);
    for (unsigned i = 0; i < kernel.n; i++) {
        if (kernel.spis[i] == spi) {
            kernel.spis[i] = kernel.spis[--kernel.n];
            return 0;
        }
    }
    return -ESRCH;
}

static int
play_block(int fd)
{
    g_assert_cmpint(fd, ==, kernel.fd);
    return step(NULL, "block\n");
}

static int
play_require(int fd, const struct helper_xfrm_ends *ends, uint32_t spi_out)
{
    g_assert_cmpint(fd, ==, kernel.fd);
    return step(ends, "require %x\n", spi_out);
}

static int
play_connect(int fd, const struct helper_xfrm_ends *ends)
{
    g_assert_cmpint(fd, ==, kernel.fd);
    return step(ends, "connect\n");
}

static int
play_encapsulate(int float_fd, bool on)
{
    g_assert_cmpint(float_fd, >=, 0);
    const int err = on ? step(NULL, "encapsulate\n") : 0;

    if (!on || err == 0)
        kernel.encapsulated = on;
    return err;
}

static const struct helper_esp_ops ops = {play_open,    play_add,     play_remove,     play_block,
                                          play_require, play_connect, play_encapsulate};

struct fixture {
    char *directory;
    struct helper_journal *journal;
    struct helper_esp *esp;
    int udp; /* the socket to UDP 4500 */
    unsigned undone;
    struct helper_xfrm_ends undo;
};

static void
undo(void *ctx, const struct undo *u)
{
    struct fixture *f = ctx;

    g_assert_cmpint(u->kind, ==, UNDO_XFRM);
    f->undo = u->xfrm;
    f->undone++;
}

static int
connected(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(4500)};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    inet_pton(AF_INET, address, &to.sin_addr);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&to, sizeof to), ==, 0);
    return fd;
}

static void
remote_is(const char *address)
{
    uint8_t want[16] = {0};

    g_assert_cmpint(inet_pton(AF_INET, address, want), ==, 1);
    g_assert_cmpmem(kernel.ends.remote, 16, want, 16);
}

static void
setup(struct fixture *f, gconstpointer data)
{
    int err = 0;

    (void)data;
    memset(&kernel, 0, sizeof kernel);
    kernel.asked = g_string_new(NULL);
    kernel.fd = -1;
    f->directory = g_dir_make_tmp("dialtone-esp-XXXXXX", NULL);
    f->journal = helper_journal_open(f->directory, undo, f, &err);
    g_assert_nonnull(f->journal);
    f->esp = helper_esp_new(&ops, f->journal);
    f->udp = connected("127.0.0.5");
    helper_esp_use_float(f->esp, f->udp);
}

static void
teardown(struct fixture *f, gconstpointer data)
{
    (void)data;
    helper_esp_free(f->esp);
    if (f->journal != NULL)
        helper_journal_undo(f->journal, undo, f);
    close(f->udp);
    g_rmdir(f->directory);
    g_free(f->directory);
    g_string_free(kernel.asked, TRUE);
}

static struct esp_msg
message(enum esp_msg_op op, uint32_t in, uint32_t out)
{
    return (struct esp_msg){.op = op,
                            .spi_in = in,
                            .spi_out = out,
                            .encapsulated = true,
                            .local_port = 50000,
                            .cipher = ESP_MSG_AES_CBC,
                            .auth = ESP_MSG_SHA1_96,
                            .key_bits = 128};
}

static int
serve(struct fixture *f, enum esp_msg_op op, uint32_t in, uint32_t out, int *ret_fd)
{
    const struct esp_msg m = message(op, in, out);

    g_string_truncate(kernel.asked, 0);
    return helper_esp_serve(f->esp, &m, ret_fd);
}

#define FIRST "open 50000 1\nadd in 100 1\nadd out 200 1\nrequire 200\nconnect\nencapsulate\n"

/* L7: the socket is blocked first, and given away last. */
static void
test_first(struct fixture *f, gconstpointer data)
{
    int fd;

    (void)data;
    g_assert_false(helper_esp_in_use(f->esp));
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, FIRST);
    g_assert_cmpint(fd, ==, kernel.fd);
    g_assert_true(helper_esp_in_use(f->esp) && kernel.encapsulated);
    /* The addresses are the socket's, the number is this slot's. */
    g_assert_cmpint(kernel.ends.family, ==, AF_INET);
    remote_is("127.0.0.5");
    g_assert_cmpmem(kernel.ends.local, 16, ((uint8_t[16]){127, 0, 0, 1}), 16);
    g_assert_cmphex(kernel.ends.reqid, ==, 0x64740000 | helper_journal_slot(f->journal));
}

/* S1, L7: whichever step fails, nothing is left, no socket is given, and it is on record before. */
static void
test_fails(struct fixture *f, gconstpointer data)
{
    const unsigned steps = 6;
    int fd;

    (void)data;
    for (unsigned at = 1; at <= steps; at++) {
        kernel.calls = 0;
        kernel.fail_at = at;
        g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, -ENOBUFS);
        g_assert_cmpint(fd, ==, -1);
        g_assert_cmpuint(kernel.n, ==, 0);
        g_assert_false(kernel.encapsulated || helper_esp_in_use(f->esp));
    }
    kernel.fail_at = 0;
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    helper_journal_undo(f->journal, undo, f);
    f->journal = NULL;
    g_assert_cmpuint(f->undone, ==, 1); /* once for all pairs */
    g_assert_cmpmem(&f->undo, sizeof f->undo, &kernel.ends, sizeof kernel.ends);
}

/* What was there before under the same number is another's: it stays. */
static void
test_taken(struct fixture *f, gconstpointer data)
{
    int fd;

    (void)data;
    kernel.spis[kernel.n++] = 0x200;
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, -EEXIST);
    g_assert_cmpuint(kernel.n, ==, 1);
    g_assert_cmphex(kernel.spis[0], ==, 0x200);
}

/* E4: make before break. */
static void
test_rekey(struct fixture *f, gconstpointer data)
{
    int fd;

    (void)data;
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    g_assert_cmpint(serve(f, ESP_MSG_ACCEPT, 0x101, 0, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "add in 101 1\n");
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x101, 0x201, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "add out 201 1\nrequire 201\n");
    g_assert_cmpint(fd, ==, -1);
    g_assert_cmpint(serve(f, ESP_MSG_FORGET, 0x100, 0, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "remove in 100\nremove out 200\n");
    g_assert_cmpuint(kernel.n, ==, 2);
    /* L8: without the newest nothing goes out, until there is another. */
    g_assert_cmpint(serve(f, ESP_MSG_FORGET, 0x101, 0, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "block\nremove in 101\nremove out 201\n");
    g_assert_cmpint(serve(f, ESP_MSG_FORGET, 0x101, 0, &fd), ==, -ENOENT);
}

/* The server takes the newest away: the one before serves again. Then that as well: nothing goes
 * out until there is another, through the same socket. */
static void
test_taken_away(struct fixture *f, gconstpointer data)
{
    struct esp_msg m = message(ESP_MSG_USE, 0x102, 0x202);
    int fd;

    (void)data;
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x101, 0x201, &fd), ==, 0);
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x201, &fd), ==, -EEXIST); /* of another */
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "require 200\n");
    g_assert_cmpint(serve(f, ESP_MSG_FORGET, 0x101, 0, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "remove in 101\nremove out 201\n");
    g_assert_cmpint(serve(f, ESP_MSG_FORGET, 0x100, 0, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "block\nremove in 100\nremove out 200\n");
    m.local_port = 50001; /* that socket is not for another L2TP */
    g_assert_cmpint(helper_esp_serve(f->esp, &m, &fd), ==, -EINVAL);
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x102, 0x202, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, "add in 102 1\nadd out 202 1\nrequire 202\n");
    g_assert_cmpint(fd, ==, -1);
    g_assert_true(kernel.encapsulated && helper_esp_in_use(f->esp));
}

/* A rekey that fails leaves the pair that is in use. */
static void
test_rekey_fails(struct fixture *f, gconstpointer data)
{
    int fd;

    (void)data;
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    for (unsigned at = 1; at <= 3; at++) {
        kernel.calls = 0;
        kernel.fail_at = at;
        g_assert_cmpint(serve(f, ESP_MSG_USE, 0x101, 0x201, &fd), ==, -ENOBUFS);
        g_assert_cmpuint(kernel.n, ==, 2);
        g_assert_true(kernel.encapsulated && helper_esp_in_use(f->esp));
    }
}

/* D7. */
static void
test_refused(struct fixture *f, gconstpointer data)
{
    struct esp_msg m = message(ESP_MSG_USE, 0x101, 0x201);
    const int other = connected("127.0.0.6");
    int fd;

    (void)data;
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, -EEXIST); /* twice */
    g_assert_cmpint(serve(f, ESP_MSG_ACCEPT, 0x100, 0, &fd), ==, -EEXIST);
    m.local_port = 50001; /* another L2TP */
    g_assert_cmpint(helper_esp_serve(f->esp, &m, &fd), ==, -EINVAL);
    m = message(ESP_MSG_USE, 0x101, 0x201);
    m.encapsulated = false;
    g_assert_cmpint(helper_esp_serve(f->esp, &m, &fd), ==, -EINVAL);
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x101, 0x201, &fd), ==, 0);
    for (uint32_t i = 0; i < 6; i++)
        g_assert_cmpint(serve(f, ESP_MSG_ACCEPT, 0x110 + i, 0, &fd), ==, 0);
    g_assert_cmpint(serve(f, ESP_MSG_ACCEPT, 0x120, 0, &fd), ==, -ENOSPC);
    helper_esp_use_float(f->esp, other); /* the dial begins again */
    g_assert_cmpuint(kernel.n, ==, 0);
    g_assert_false(kernel.encapsulated || helper_esp_in_use(f->esp));
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    remote_is("127.0.0.6");
    close(other);
}

/* Before there is a socket to UDP 4500 there is no address; the latest of them counts. */
static void
test_addresses(struct fixture *f, gconstpointer data)
{
    struct helper_esp *e = helper_esp_new(&ops, f->journal);
    const struct esp_msg m = message(ESP_MSG_ACCEPT, 0x100, 0);
    const int later = connected("127.0.0.6");
    int fd;

    (void)data;
    g_assert_cmpint(helper_esp_serve(e, &m, &fd), ==, -ENOTCONN);
    g_assert_cmpuint(kernel.calls, ==, 0);
    helper_esp_use_float(e, f->udp);
    helper_esp_use_float(e, later);
    g_assert_cmpint(helper_esp_serve(e, &m, &fd), ==, 0);
    remote_is("127.0.0.6");
    helper_esp_free(e);
    close(later);
}

/* Over IPv6 as well. A mapped address needs none on this machine. */
static void
test_ipv6(struct fixture *f, gconstpointer data)
{
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(4500)};
    const int v6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int fd;

    (void)data;
    g_assert_cmpint(inet_pton(AF_INET6, "::ffff:127.0.0.7", &to.sin6_addr), ==, 1);
    g_assert_cmpint(connect(v6, (const struct sockaddr *)&to, sizeof to), ==, 0);
    helper_esp_use_float(f->esp, v6);
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    g_assert_cmpstr(kernel.asked->str, ==, FIRST);
    g_assert_cmpint(kernel.ends.family, ==, AF_INET6);
    g_assert_cmpmem(kernel.ends.remote, 16, &to.sin6_addr, 16);
    g_assert_cmpmem(kernel.ends.local, 15, &to.sin6_addr, 15);
    g_assert_cmpint(kernel.ends.local[15], ==, 1);
    /* Of an address of 16 octets nothing stays behind one of 4. */
    helper_esp_use_float(f->esp, f->udp);
    g_assert_cmpint(serve(f, ESP_MSG_USE, 0x100, 0x200, &fd), ==, 0);
    remote_is("127.0.0.5");
    close(v6);
}

static void
test_mode(void)
{
    enum helper_esp_mode mode = HELPER_ESP_AUTO;

    g_assert_true(helper_esp_mode_from_text("kernel", &mode) && mode == HELPER_ESP_KERNEL);
    g_assert_true(helper_esp_mode_from_text("user", &mode) && mode == HELPER_ESP_USER);
    g_assert_false(helper_esp_mode_from_text("Kernel", &mode));
    g_assert_false(helper_esp_mode_from_text("", &mode));
    g_assert_cmpint(mode, ==, HELPER_ESP_USER);
    g_assert_true(helper_esp_mode_from_text("auto", &mode) && mode == HELPER_ESP_AUTO);
    g_assert_false(helper_esp_wanted(HELPER_ESP_USER));
}

/* Of eight computers. */
static void
test_choice(void)
{
    for (unsigned i = 0; i < 8; i++) {
        const struct helper_esp_probe p = {
            .xfrm = (i & 1) != 0, .instructions = (i & 2) != 0, .engine = (i & 4) != 0};

        g_assert_false(helper_esp_choice(HELPER_ESP_USER, &p));
        g_assert_cmpint(helper_esp_choice(HELPER_ESP_KERNEL, &p), ==, (i & 1) != 0);
        g_assert_cmpint(helper_esp_choice(HELPER_ESP_AUTO, &p), ==, i == 5);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, body) g_test_add(name, struct fixture, NULL, setup, body, teardown)
    ADD("/helper-esp/L7-first-pair", test_first);
    ADD("/helper-esp/S1-each-step-fails", test_fails);
    ADD("/helper-esp/taken", test_taken);
    ADD("/helper-esp/E4-rekey", test_rekey);
    ADD("/helper-esp/L8-taken-away", test_taken_away);
    ADD("/helper-esp/rekey-fails", test_rekey_fails);
    ADD("/helper-esp/D7-refused", test_refused);
    ADD("/helper-esp/addresses", test_addresses);
    ADD("/helper-esp/ipv6", test_ipv6);
    g_test_add_func("/helper-esp/mode", test_mode);
    g_test_add_func("/helper-esp/choice", test_choice);
    return g_test_run();
}
