/*
 * main.c - dialtone-proxy: takes one connection through a proxy, says how it went, and exits.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "privilege.h"
#include "proxy-run.h"
#include "tunnel-msg.h"

enum { CONTROL_FD = 3, IDS = 8 /* octets of uid and gid, at the end of the first message */ };

static int
ask_again(void *owner)
{
    static const uint8_t again = PROXY_AGAIN;
    unsigned *left = owner;
    uint8_t bytes[64];
    size_t n;
    int fd = -1;

    if (*left == 0)
        return -ECONNRESET;
    --*left;
    int error = wire_send(CONTROL_FD, rd_over(&again, 1), -1);
    if (error == 0)
        error = wire_recv(CONTROL_FD, bytes, sizeof bytes, &n, &fd);
    if (error < 0)
        return error;

    struct rd r = rd_over(bytes, n);
    const bool right = rd_u8(&r) == PROXY_SOCKET;
    const uint32_t refused = rd_be32(&r);
    if (right && rd_done(&r) && refused == 0 && fd >= 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return right && refused > 0 && refused < 4096 ? -(int)refused : -EBADMSG;
}

/* Root is given up before anything but the two numbers at the end is looked at. */
static bool
read_start(struct proxy_start *ret, int *ret_socket)
{
    uint8_t bytes[PROXY_MSG_MAX];
    const struct rlimit no_files = {0};
    size_t n = 0;
    bool good = false;

    if (privilege_harden() < 0 || wire_recv(CONTROL_FD, bytes, sizeof bytes, &n, ret_socket) < 0 ||
        n < 1 + IDS)
        return false;

    struct rd ids = rd_over(bytes + n - IDS, IDS), body = rd_over(bytes, n);
    const uint32_t uid = rd_be32(&ids), gid = rd_be32(&ids);
    if (privilege_drop(uid, gid) == 0 && setrlimit(RLIMIT_FSIZE, &no_files) == 0)
        good = rd_u8(&body) == PROXY_START && proxy_start_get(&body, ret) && *ret_socket >= 0;
    explicit_bzero(bytes, sizeof bytes);
    return good;
}

static int
run(void)
{
    struct proxy_start start = {0};
    struct proxy_done done = {
        .outcome = PROXY_UNREACHED, .error = EBADMSG, .detail = "bad first message"};
    unsigned again = PROXY_AGAIN_MAX;
    struct proxy_run p = {.start = &start, .socket = -1, .again = ask_again, .owner = &again};
    uint8_t bytes[PROXY_DETAIL + 16];
    struct wr w = wr_over(bytes, sizeof bytes);

    if (read_start(&start, &p.socket) && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        proxy_run(&p, &done);
    explicit_bzero(&start, sizeof start);
    proxy_done_put(&w, &done);
    return wire_send(CONTROL_FD, wr_done(&w), -1) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    int type = 0;
    socklen_t len = sizeof type;

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("dialtone-proxy " DIALTONE_VERSION "\n");
        return 0;
    }
    if (argc != 1 || getsockopt(CONTROL_FD, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
        type != SOCK_SEQPACKET) {
        fprintf(stderr, "dialtone-proxy is started by dialtoned, with a socket as descriptor %d.\n",
                CONTROL_FD);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    return run();
}
