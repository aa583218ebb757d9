/* main.c - dialtone-tunnel: one dial attempt. SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tunnel.h"

enum { CONTROL_FD = 3 };

static bool
is_control_socket(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("dialtone-tunnel " DIALTONE_VERSION "\n");
        return 0;
    }
    if (argc != 1 || !is_control_socket(CONTROL_FD)) {
        fprintf(stderr,
                "dialtone-tunnel is started by dialtoned, with a socket as descriptor %d.\n",
                CONTROL_FD);
        return 2;
    }
    /* Nothing is left to be flushed, and what libraries do at exit does not fit the sandbox. */
    _exit(tunnel_run(CONTROL_FD));
}
