/*
 * test-proxy.c - client/proxy against proxies of every kind, well-behaved and not (threats H11). A
 * proxy here is a list of answers; each takes one request.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "proxy-run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_STEPS = 6 };

struct step {
    const char *expect; /* must be in the request; NULL: anything */
    const char *answer;
    size_t n;         /* of the answer; 0: a string */
    size_t flood;     /* then this many octets 'x' */
    bool close_after; /* and the next step is a new connection */
};

#define AUTH(scheme)                                                                               \
    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: " scheme                    \
    "\r\nContent-Length: 3\r\n\r\nno\n"
#define AUTH_CLOSE(scheme)                                                                         \
    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: " scheme                    \
    "\r\nContent-Length: 0\r\nProxy-Connection: close\r\nConnection: close\r\n\r\n"
#define ESTABLISHED "HTTP/1.1 200 Connection established\r\n\r\n"
#define NONCE       "Digest realm=\"p\", nonce=\"abc\", qop=\"auth\""

static const struct proxy_case {
    const char *name;
    const char *user; /* NULL: none */
    bool socks;
    uint32_t expect; /* errno */
    struct step steps[MAX_STEPS];
} cases[] = {
    /* clang-format off */
    {"http", NULL, false, 0, {{"CONNECT vpn.example.org:443 HTTP/1.1\r\n", ESTABLISHED}}},
    {"http-sstp-header", NULL, false, 0, {{"SSTPVERSION: 1.0\r\n", ESTABLISHED}}},
    {"http-no-agent", NULL, false, 0, {{"Host: vpn.example.org:443\r\n", ESTABLISHED}}},
    {"http-basic", "alice", false, 0,
     {{"CONNECT", AUTH("Basic realm=\"p\"")}, {"Proxy-Authorization: Basic YWxpY2U6c2VzYW1l\r\n", ESTABLISHED}}},
    {"http-digest", "alice", false, 0,
     {{"CONNECT", AUTH(NONCE)}, {"Proxy-Authorization: Digest username=\"alice\"", ESTABLISHED}}},
    {"http-strongest", "alice", false, 0,
     {{"CONNECT", AUTH("Basic realm=\"p\"\r\nProxy-Authenticate: " NONCE)},
      {"Proxy-Authorization: Digest", ESTABLISHED}}},
    {"http-closes", "alice", false, 0,
     {{"CONNECT", AUTH_CLOSE("Basic realm=\"p\""), .close_after = true},
      {"Proxy-Authorization: Basic", ESTABLISHED}}},
    {"http-ntlm", "alice", false, 0,
     {{"CONNECT", AUTH("NTLM")},
      {"Proxy-Authorization: NTLM TlRMTVNTUAAB",
       AUTH("NTLM TlRMTVNTUAACAAAAAAAAADgAAAAGgokA1cLl9PaPcW8AAAAAAAAAAAAAAAA4AAAABgGxHQAAAA8=")},
      {"Proxy-Authorization: NTLM TlRMTVNTUAAD", ESTABLISHED}}},
    {"http-wrong-password", "alice", false, EACCES,
     {{"CONNECT", AUTH("Basic realm=\"p\"")}, {"Basic", AUTH("Basic realm=\"p\"")}}},
    {"http-auth-without-user", NULL, false, EACCES, {{"CONNECT", AUTH("Basic realm=\"p\"")}}},
    {"http-no-password-unasked", "alice", false, 0, {{"CONNECT", ESTABLISHED}}},
    {"http-forbidden", NULL, false, ECONNREFUSED, {{"CONNECT", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"}}},
    {"http-bad-gateway", NULL, false, ECONNREFUSED, {{"CONNECT", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops"}}},
    {"http-redirect", NULL, false, ECONNREFUSED, {{"CONNECT", "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n"}}},
    {"H11-glued-bytes", NULL, false, 0, {{"CONNECT", ESTABLISHED "glued"}}},
    {"H11-not-http", NULL, false, EPROTO, {{"CONNECT", "SSH-2.0-OpenSSH_9\r\n\r\n", .close_after = true}}},
    {"H11-empty", NULL, false, EPROTO, {{"CONNECT", "", .close_after = true}}},
    {"H11-endless-headers", NULL, false, EPROTO,
     {{"CONNECT", "HTTP/1.1 200 OK\r\nX: ", .flood = 3000000}}},
    {"H11-many-headers", NULL, false, EPROTO, {{"CONNECT", "HTTP/1.1 200 OK\r\n", .flood = 1}}},
    {"H11-ntlm-oversize", "alice", false, EACCES,
     {{"CONNECT", AUTH("NTLM")},
      {"NTLM", AUTH("NTLM TlRMTVNTUAACAAAA//8AADgAAAAGgokA1cLl9PaPcW8AAAAAAAAAAP//AAA4AAAABgGxHQAAAA8=")}}},
    {"H11-silent", NULL, false, ETIMEDOUT, {{"CONNECT", NULL}}},
    {"socks", NULL, true, 0,
     {{NULL, "\x05\x00", 2}, {"vpn.example.org\x01\xbb", "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10}}},
    {"socks-password", "alice", true, 0,
     {{NULL, "\x05\x02", 2}, {"\x01\x05" "alice\x06" "sesame", "\x01\x00", 2},
      {"vpn.example.org\x01\xbb", "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10}}},
    {"socks-wrong-password", "alice", true, EACCES,
     {{NULL, "\x05\x02", 2}, {"alice", "\x01\x01", 2, .close_after = true}}},
    {"socks-no-method", NULL, true, EACCES, {{NULL, "\x05\xff", 2, .close_after = true}}},
    {"socks-refused", NULL, true, ECONNREFUSED,
     {{NULL, "\x05\x00", 2}, {"vpn", "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00", 10}}},
    {"H11-socks-not", NULL, true, EPROTO, {{NULL, "HTTP/1.1 400 Bad\r\n\r\n", .close_after = true}}},
    /* clang-format on */
};

/* ---- the proxy ---- */

static void
flood(int fd, const struct step *s)
{
    char block[1000];

    if (s->flood == 1) { /* short headers without end */
        for (int i = 0; i < 100000; i++)
            if (send(fd, "A: b\r\n", 6, MSG_NOSIGNAL) < 0)
                return;
        return;
    }
    memset(block, 'x', sizeof block);
    for (size_t i = 0; i < s->flood; i += sizeof block)
        if (send(fd, block, sizeof block, MSG_NOSIGNAL) < 0)
            return;
}

/* False: the request is not what was expected, or there was none. */
static bool
play(int fd, const struct step *s, bool socks)
{
    char request[8192];
    size_t n = 0;

    do {
        const ssize_t got = recv(fd, request + n, sizeof request - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        request[n] = '\0';
    } while (!socks && strstr(request, "\r\n\r\n") == NULL);
    if (s->expect != NULL && memmem(request, n, s->expect, strlen(s->expect)) == NULL)
        return false;
    if (s->answer == NULL)
        return true;
    send(fd, s->answer, s->n > 0 ? s->n : strlen(s->answer), MSG_NOSIGNAL);
    flood(fd, s);
    return true;
}

/* Runs in a child: exits 0 when each step was asked for as expected. */
static int
serve(int listener, const struct proxy_case *c)
{
    int fd = -1;
    char byte;

    for (int i = 0; i < MAX_STEPS && (c->steps[i].answer != NULL || c->steps[i].expect != NULL);
         i++) {
        if (fd < 0)
            fd = accept(listener, NULL, NULL);
        if (!play(fd, &c->steps[i], c->socks))
            return 1;
        if (c->steps[i].close_after) {
            close(fd);
            fd = -1;
        }
    }
    while (fd >= 0 && recv(fd, &byte, 1, 0) > 0)
        ;
    return 0;
}

/* ---- our side ---- */

struct world {
    struct sockaddr_in address;
    pid_t proxy;
    int newest; /* as the helper keeps one */
    unsigned again;
};

static int
open_socket(struct world *w)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    g_assert_true(connect(fd, (struct sockaddr *)&w->address, sizeof w->address) == 0 ||
                  errno == EINPROGRESS);
    if (w->newest >= 0)
        close(w->newest);
    w->newest = dup(fd);
    return fd;
}

static int
on_again(void *owner)
{
    struct world *w = owner;

    return w->again++ < PROXY_AGAIN_MAX ? open_socket(w) : -ECONNRESET;
}

static void
world_init(struct world *w, const struct proxy_case *c)
{
    socklen_t len = sizeof w->address;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *w = (struct world){.newest = -1};
    w->address.sin_family = AF_INET;
    w->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(bind(listener, (struct sockaddr *)&w->address, len), ==, 0);
    g_assert_cmpint(listen(listener, 4), ==, 0);
    g_assert_cmpint(getsockname(listener, (struct sockaddr *)&w->address, &len), ==, 0);
    w->proxy = fork();
    if (w->proxy == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(serve(listener, c));
    }
    close(listener);
}

static struct proxy_start
start_for(const struct proxy_case *c)
{
    struct proxy_start s = {.kind = c->socks ? PLAN_PROXY_SOCKS5 : PLAN_PROXY_HTTP,
                            .proxy_host = "proxy.example.org",
                            .proxy_port = 8080,
                            .host = "vpn.example.org",
                            .port = 443,
                            .timeout_s = g_strcmp0(c->name, "H11-silent") == 0 ? 1 : 10};

    if (c->user != NULL) {
        g_strlcpy(s.user, c->user, sizeof s.user);
        secret_set_text(&s.password, "sesame");
    }
    return s;
}

/* What follows the proxy's answer must still be there for the tunnel. */
static void
check_glued(const struct world *w)
{
    struct pollfd p = {.fd = w->newest, .events = POLLIN};
    char bytes[16];

    g_assert_cmpint(poll(&p, 1, 5000), ==, 1);
    const ssize_t n = recv(w->newest, bytes, sizeof bytes, 0);
    g_assert_cmpmem(bytes, n, "glued", 5);
}

/* Which of the two sides of the proxy a person has to look at. */
static enum proxy_outcome
outcome_of(uint32_t error)
{
    return error == 0              ? PROXY_THROUGH
           : error == EACCES       ? PROXY_REFUSES_USER
           : error == ECONNREFUSED ? PROXY_REFUSES_SERVER
           : error == EPROTO       ? PROXY_IS_NONE
                                   : PROXY_UNREACHED;
}

static void
through(gconstpointer data)
{
    const struct proxy_case *c = data;
    const struct proxy_start start = start_for(c);
    struct proxy_done done = {.error = 1};
    struct world w;
    int status;

    world_init(&w, c);
    struct proxy_run run = {.start = &start, .again = on_again, .owner = &w};
    run.socket = open_socket(&w);
    proxy_run(&run, &done);
    g_test_message("%u %s", done.error, done.detail);
    g_assert_cmpuint(done.error, ==, c->expect);
    g_assert_cmpint(done.outcome, ==, outcome_of(c->expect));
    g_assert_cmpint(run.socket, ==, -1);
    if (strstr(c->name, "glued") != NULL)
        check_glued(&w);
    if (c->expect == 0) /* the connection lives on in the helper's descriptor */
        g_assert_cmpint(send(w.newest, "x", 1, MSG_NOSIGNAL), ==, 1);
    close(w.newest);
    if (strstr(c->name, "H11") != NULL)
        kill(w.proxy, SIGKILL);
    g_assert_cmpint(waitpid(w.proxy, &status, 0), ==, w.proxy);
    if (strstr(c->name, "H11") == NULL)
        g_assert_cmpint(status, ==, 0);
}

static void
refused(void)
{
    const struct proxy_start start = start_for(&cases[0]);
    struct proxy_done done = {0};
    struct world w = {.newest = -1};

    w.address.sin_family = AF_INET;
    w.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w.address.sin_port = htons(1);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    connect(fd, (struct sockaddr *)&w.address, sizeof w.address);
    struct proxy_run run = {.start = &start, .again = on_again, .owner = &w, .socket = fd};
    w.again = PROXY_AGAIN_MAX;
    proxy_run(&run, &done);
    g_assert_cmpuint(done.error, ==, ECONNREFUSED); /* by the proxy's computer, not by the proxy */
    g_assert_cmpint(done.outcome, ==, PROXY_UNREACHED);
}

/* H9: no request is made that a name could have written. */
static void
names_are_checked(void)
{
    static const char *const bad[] = {"a b", "evil\r\nX: y", "a/b", "a@b", "a?b", "", "a#b"};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct proxy_start start = start_for(&cases[0]);
        struct proxy_done done = {0};
        int pair[2];
        char byte;

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
        g_strlcpy(start.host, bad[i], sizeof start.host);
        struct proxy_run run = {.start = &start, .again = on_again, .socket = pair[0]};
        proxy_run(&run, &done);
        g_assert_cmpuint(done.error, ==, EINVAL);
        g_assert_cmpint(recv(pair[1], &byte, 1, MSG_DONTWAIT), ==, 0); /* closed, nothing said */
        close(pair[1]);
    }
}

static void
messages(void)
{
    const struct proxy_start start = start_for(&cases[3]);
    struct proxy_done done = {PROXY_REFUSES_USER, EACCES, "no"}, got_done;
    static const struct proxy_done bad[] = {{PROXY_THROUGH, EACCES, ""},
                                            {PROXY_REFUSES_USER, 0, ""},
                                            {PROXY_UNKNOWN, EACCES, ""},
                                            {PROXY_REFUSES_USER + 1, EACCES, ""}};
    struct proxy_start got;
    uint8_t bytes[PROXY_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);

    proxy_start_put(&w, &start);
    g_assert_true(rd_ok(&(struct rd){.bad = w.bad}));
    for (size_t n = 0; n < w.len; n++) {
        struct rd cut = rd_over(bytes + 1, n);
        g_assert_true(n == w.len - 1 || !proxy_start_get(&cut, &got));
    }
    struct rd r = rd_over(bytes + 1, w.len - 1);
    g_assert_true(proxy_start_get(&r, &got));
    g_assert_cmpstr(got.host, ==, start.host);
    g_assert_cmpstr(got.user, ==, "alice");
    g_assert_cmpmem(got.password.data, got.password.len, "sesame", 6);
    w = wr_over(bytes, sizeof bytes);
    proxy_done_put(&w, &done);
    r = rd_over(bytes + 1, w.len - 1);
    g_assert_true(proxy_done_get(&r, &got_done));
    g_assert_cmpuint(got_done.error, ==, EACCES);
    g_assert_cmpint(got_done.outcome, ==, PROXY_REFUSES_USER);
    g_assert_cmpstr(got_done.detail, ==, "no");
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) { /* D7 */
        w = wr_over(bytes, sizeof bytes);
        proxy_done_put(&w, &bad[i]);
        r = rd_over(bytes + 1, w.len - 1);
        g_assert_false(proxy_done_get(&r, &got_done));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proxy/messages", messages);
    g_test_add_func("/proxy/refused", refused);
    g_test_add_func("/proxy/H9-names-are-checked", names_are_checked);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strconcat("/proxy/", cases[i].name, NULL);
        g_test_add_data_func(name, &cases[i], through);
    }
    return g_test_run();
}
