/*
 * fake-tunnel.c - a dialtone-tunnel without a network: it plays the part that the first label of
 * the server's name tells it to. Built as "dialtone-tunnel" in a directory of its own.
 *
 *     up.*          dials, configures, stays up until it is hung up
 *     inner.*       the same, with another address; third.*: yet another
 *     push.*        the same, with name servers, domains and routes from the server
 *     change.*      the same as up; when up, a second configuration with one more route
 *     move.*        the same; when up, the server changes the address
 *     six.*         IPv4 and IPv6
 *     push6.*       the same as push, with both
 *     lose6.*       the same; when up, IPv6 is taken back
 *     gre.*         the same as up, but PPTP: with a GRE socket, and the port of the server
 *     esp.*         the same as up, but L2TP: with both ports of IKE, and a socket for ESP
 *     e691.*        ends with that number
 *     ask691.*      asks for credentials; "right" lets it go up, anything else ends with 691
 *     cutN-THEN.*   the first time: goes up, and then ends with error N; after that it plays
 *                   THEN, or the same if that is "again"
 *     change648.*   the same as up, with the password changed
 *     die-WHEN.*    is killed: start, socket, stage, configure, tun, up, hangup
 *     mute.*        says nothing and does not listen
 *     evil-HOW.*    breaks the protocol: unknown, early, fd, again, flood, huge, empty, text, port
 *     local.*       wants a socket to 127.0.0.1; ends with the errno that it got as the detail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dial-plan.h"
#include "tunnel-msg.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CONTROL = 3 };

static uint8_t bytes[TUNNEL_MSG_MAX];
static char part[PLAN_MAX_TEXT]; /* what to play: the first label of the host */
static uint16_t port;            /* of the server */
static uint32_t cut;             /* error that ends it as soon as it is up; 0: none */
static int tun = -1;

static void
say(struct wr *w)
{
    if (wire_send(CONTROL, wr_done(w), -1) < 0)
        exit(0); /* the helper is gone: so are we */
}

static struct wr
begin(uint8_t type)
{
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, type);
    return w;
}

static bool
plays(const char *what)
{
    return strcmp(part, what) == 0;
}

static void
maybe_die(const char *when)
{
    if (strncmp(part, "die-", 4) == 0 && strcmp(part + 4, when) == 0)
        kill(getpid(), SIGKILL);
}

static void
end(uint32_t error, const char *detail)
{
    struct wr w = begin(HELPER_ENDED);

    wr_be32(&w, error);
    wr_bytes(&w, detail, strlen(detail));
    say(&w);
    exit(0);
}

static void
say_stage(enum dial_stage stage)
{
    struct wr w = begin(HELPER_STAGE);

    wr_u8(&w, stage);
    wire_text_put(&w, "192.0.2.1");
    say(&w);
}

static void
say_log(const char *text)
{
    struct wr w = begin(HELPER_LOG);

    wr_u8(&w, 6);
    wr_bytes(&w, text, strlen(text));
    say(&w);
}

/* The next message; its body is in @ret. TUNNEL_HANGUP and the end of the helper end us. */
static uint8_t
hear(struct rd *ret, int *ret_fd)
{
    size_t n;

    if (wire_recv(CONTROL, bytes, sizeof bytes, &n, ret_fd) < 0)
        exit(0);
    *ret = rd_over(bytes, n);
    const uint8_t type = rd_u8(ret);
    if (type == TUNNEL_HANGUP) {
        maybe_die("hangup");
        end(RAS_USER_DISCONNECTION, "");
    }
    return type;
}

static uint32_t
ask_socket_of(enum socket_kind kind, uint32_t address, uint16_t to_port)
{
    struct wr w = begin(HELPER_OPEN_SOCKET);
    struct rd body;
    int fd;

    wr_be16(&w, 7);
    wr_u8(&w, 4);
    wr_be32(&w, address);
    wr_bytes(&w, (uint8_t[12]){0}, 12);
    wr_be16(&w, to_port);
    wr_u8(&w, (uint8_t)kind);
    say(&w);
    if (hear(&body, &fd) != TUNNEL_SOCKET || rd_be16(&body) != 7)
        end(RAS_LINK_FAILURE, "no TUNNEL_SOCKET");
    const uint32_t error = rd_be32(&body);
    if ((error == 0) != (fd >= 0))
        end(RAS_LINK_FAILURE, "a descriptor and an error do not go together");
    if (fd >= 0)
        close(fd);
    return error;
}

static uint32_t
ask_socket(uint32_t address, uint16_t to_port)
{
    return ask_socket_of(SOCKET_TCP, address, to_port);
}

static struct net_config
make_config(void)
{
    struct net_config c = {.local4 = 0x0a141e02, .peer4 = 0x0a141e01, .mtu = 1400};

    if (plays("inner"))
        c.local4 = 0x0a283202, c.peer4 = 0x0a283201;
    if (plays("third"))
        c.local4 = 0x0a3c4602, c.peer4 = 0x0a3c4601;
    if (plays("push") || plays("push6")) {
        c.n_dns = 2;
        c.dns[0] = 0x0a141e35;
        c.dns[1] = 0x0a141e36;
        strcpy(c.domain, "corp.example");
        c.n_search = 1;
        strcpy(c.search[0], "lab.corp.example");
        c.n_routes = 2;
        net_route_parse("172.20.0.0/16", &c.routes[0]);
        net_route_parse("0.0.0.0/1", &c.routes[1]);
    }
    if (plays("six") || plays("lose6") || plays("push6")) {
        memcpy(c.local6, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
        memcpy(c.peer6, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
    }
    return c;
}

static void
say_config(const struct net_config *c)
{
    struct wr w = begin(HELPER_CONFIGURE);

    net_config_put(&w, c);
    say(&w);
}

static void
say_status_and_stats(void)
{
    const struct tunnel_status status = {.auth = "MS-CHAPv2",
                                         .encryption = "TLS 1.3",
                                         .leaf_sha256 = {0xab, 0xcd},
                                         .eap = {.sha256 = {0xef}, .subject = "nps", .until = 7},
                                         .password_changed = plays("change648")};
    const struct tunnel_stats stats = {.bytes_in = 1001, .bytes_out = 2002, .rtt_usec = 3003};
    struct wr w = begin(HELPER_STATUS);

    tunnel_status_put(&w, &status);
    say(&w);
    w = begin(HELPER_STATS);
    tunnel_stats_put(&w, &stats);
    say(&w);
}

static void
change_when_up(void)
{
    struct net_config c = make_config();

    if (plays("change")) {
        c.n_routes = 1;
        net_route_parse("172.30.0.0/16", &c.routes[0]);
        c.mtu = 1300;
        say_config(&c);
    } else if (plays("lose6")) {
        memset(c.local6, 0, sizeof c.local6);
        memset(c.peer6, 0, sizeof c.peer6);
        c.mtu = 1300;
        say_config(&c);
    } else if (plays("move")) {
        c.local4++;
        say_config(&c);
    }
}

static void
go_up(void)
{
    const struct net_config c = make_config();
    struct rd body;
    int fd;

    say_stage(STAGE_REGISTERING);
    say_config(&c);
    maybe_die("configure");
    if (hear(&body, &fd) != TUNNEL_TUN || fd < 0)
        end(RAS_LINK_FAILURE, "no TUNNEL_TUN");
    tun = fd;
    maybe_die("tun");
    if (hear(&body, &fd) != TUNNEL_REGISTERED)
        end(RAS_LINK_FAILURE, "no TUNNEL_REGISTERED");
    say_status_and_stats();
    maybe_die("up");
    if (cut != 0)
        end(cut, "cut off");
    change_when_up();
    for (;;)
        hear(&body, &fd);
}

static void
ask_credentials(void)
{
    struct wr w = begin(HELPER_WANT_CREDENTIALS);
    struct credentials c;
    struct rd body;
    int fd;

    wr_be32(&w, RAS_AUTHENTICATION_FAILURE);
    say(&w);
    if (hear(&body, &fd) != TUNNEL_CREDENTIALS)
        end(RAS_LINK_FAILURE, "no TUNNEL_CREDENTIALS");
    if (body.left == 0)
        end(RAS_AUTHENTICATION_FAILURE, "nobody answered");
    if (!credentials_get(&body, &c) || strcmp((const char *)c.password.data, "right") != 0)
        end(RAS_AUTHENTICATION_FAILURE, "wrong again");
}

static void
be_evil(const char *how)
{
    const struct net_config c = make_config();
    struct wr w = begin(99);

    if (strcmp(how, "unknown") == 0) {
        say(&w);
    } else if (strcmp(how, "early") == 0) {
        const struct tunnel_stats stats = {0};
        w = begin(HELPER_STATS); /* before there is anything to count */
        tunnel_stats_put(&w, &stats);
        say(&w);
    } else if (strcmp(how, "fd") == 0) {
        w = begin(HELPER_LOG);
        wr_u8(&w, 6);
        wire_send(CONTROL, wr_done(&w), CONTROL);
    } else if (strcmp(how, "again") == 0) {
        for (int i = 0; i < 100; i++)
            say_config(&c);
    } else if (strcmp(how, "flood") == 0) {
        for (int i = 0; i < 100000; i++)
            say_log("still here");
    } else if (strcmp(how, "huge") == 0) {
        memset(bytes, HELPER_LOG, sizeof bytes);
        wire_send(CONTROL, rd_over(bytes, sizeof bytes), -1);
    } else if (strcmp(how, "empty") == 0) {
        w = begin(HELPER_CONFIGURE);
        say(&w);
    } else if (strcmp(how, "text") == 0) {
        say_log("\033[2J\n<0>forged");
    } else if (strcmp(how, "port") == 0) {
        ask_socket(0xc0000201, 22);
    }
    for (;;)
        pause(); /* it is the helper that ends this */
}

static void
play(void)
{
    char detail[32];

    if (plays("mute")) {
        signal(SIGTERM, SIG_IGN);
        for (;;)
            pause();
    }
    if (part[0] == 'e' && part[1] >= '0' && part[1] <= '9')
        end((uint32_t)strtoul(part + 1, NULL, 10), "as the script says");
    if (strncmp(part, "evil-", 5) == 0)
        be_evil(part + 5);
    say_stage(STAGE_CONNECTING);
    if (plays("local")) {
        snprintf(detail, sizeof detail, "errno %u", ask_socket(0x7f000001, port));
        end(RAS_VPN_REFUSED, detail);
    }
    if (plays("esp")) {
        if (ask_socket_of(SOCKET_UDP, 0xc0000201, 500) != 0 ||
            ask_socket_of(SOCKET_UDP, 0xc0000201, 4500) != 0 ||
            ask_socket_of(SOCKET_ESP, 0xc0000201, 0) != 0)
            end(RAS_LINK_FAILURE, "no sockets for IPsec");
    } else {
        ask_socket(0xc0000201, port);
    }
    if (plays("gre") && ask_socket_of(SOCKET_GRE, 0xc0000201, 0xbeef) != 0)
        end(RAS_LINK_FAILURE, "no GRE socket");
    maybe_die("socket");
    say_stage(STAGE_AUTHENTICATING);
    say_log("authenticating");
    maybe_die("stage");
    if (plays("ask691"))
        ask_credentials();
    go_up();
}

/* Which part it is this time; and where the server was the last time, for the log. */
static void
take_part(const char *host, uint8_t attempt, struct rd known)
{
    char text[64];
    const char *rest;

    memcpy(part, host, sizeof part);
    part[strcspn(part, ".")] = '\0';
    if (rd_u8(&known) == 4) {
        snprintf(text, sizeof text, "known: %08x", rd_be32(&known));
        say_log(text);
    }
    if (strncmp(part, "cut", 3) != 0 || (rest = strchr(part, '-')) == NULL)
        return;
    if (attempt == 0 || strcmp(rest, "-again") == 0)
        cut = (uint32_t)strtoul(part + 3, NULL, 10);
    else
        memmove(part, rest + 1, strlen(rest));
}

int
main(void)
{
    struct dial_plan plan;
    struct credentials credentials;
    struct rd body;
    int fd;

    /* What a child must not have: any other descriptor. */
    for (int i = CONTROL + 1; i < 256; i++)
        if (fcntl(i, F_GETFD) >= 0 || errno != EBADF)
            return 3;
    if (hear(&body, &fd) != TUNNEL_START || !dial_plan_get(&body, &plan) ||
        !credentials_get(&body, &credentials))
        return 4;
    const uint8_t server = rd_u8(&body);
    const enum plan_protocol protocol = (enum plan_protocol)rd_u8(&body);
    const uint32_t uid = rd_be32(&body);
    rd_be32(&body); /* gid */
    const uint8_t attempt = rd_u8(&body);
    const struct rd known = rd_take(&body, 17);
    rd_u8(&body); /* flags */
    if (!rd_done(&body) || server >= plan.n_servers || uid == 0)
        return 5;
    take_part(plan.servers[server].host, attempt, known);
    port = plan.servers[server].port != 0 ? plan.servers[server].port : plan_default_port(protocol);
    maybe_die("start");
    play();
}
