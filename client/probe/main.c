/*
 * main.c - dialtone-probe: reads a plan, tells how far a call by it would come, and exits.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privilege.h"

enum { CONTROL_FD = 3, NOBODY = 65534 };

static bool
is_control_socket(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

/* Whatever this user may do that a probe need not is given up before anything is read. */
static bool
give_up(void)
{
    const struct rlimit no_files = {0};

    return privilege_harden() == 0 && setrlimit(RLIMIT_FSIZE, &no_files) == 0 &&
           (geteuid() != 0 || privilege_drop(NOBODY, NOBODY) == 0);
}

static bool
read_plan(struct dial_plan *ret)
{
    uint8_t *bytes = malloc(TUNNEL_MSG_MAX);
    size_t n = 0;
    bool good = bytes != NULL && wire_recv(CONTROL_FD, bytes, TUNNEL_MSG_MAX, &n, NULL) == 0;
    struct rd r = rd_over(bytes, n);

    if (good && (rd_u8(&r) != PROBE_START || !dial_plan_get(&r, ret)))
        good = false;
    if (good && !rd_done(&r)) {
        dial_plan_clear(ret);
        good = false;
    }
    free(bytes);
    return good;
}

static int
run(void)
{
    const pid_t parent = getppid();
    struct dial_plan plan;

    if (!give_up())
        return 1;
    probe_end_with(parent); /* a change of user forgets it */
    if (!read_plan(&plan))
        return 1;
    for (unsigned i = 0; i < plan.n_servers; i++) {
        const pid_t pid = probe_fork();

        if (pid == 0) {
            probe_server(&plan, CONTROL_FD, i);
            _exit(0);
        }
        if (pid < 0) /* one after the other, then */
            probe_server(&plan, CONTROL_FD, i);
    }
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    dial_plan_clear(&plan);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("dialtone-probe " DIALTONE_VERSION "\n");
        return 0;
    }
    if (argc != 1 || !is_control_socket(CONTROL_FD)) {
        fprintf(stderr, "dialtone-probe is started by dialtone, with a socket as descriptor %d.\n",
                CONTROL_FD);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    return run();
}
