/*
 * test-tunnel.c - the program dialtone-tunnel from its first message to its last, with this test as
 * its helper and dialtone-ras as the server. No root, no network but the loopback.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-helper.h"
#include "test-certs.h"

enum { SOON = 10000 /* ms: what takes longer is a failure, whatever the machine is doing */ };

#define CANARY "Kanarienvogel-7f3a"

/* ---- the server ---- */

struct server {
    pid_t pid;
    uint16_t port;
    char *dir, *ca;
    int log;
};

static void
write_pem(const char *path, const struct cert *c, bool key)
{
    FILE *f = fopen(path, "w");

    g_assert_nonnull(f);
    if (key)
        PEM_write_PrivateKey(f, c->key, NULL, NULL, 0, NULL, NULL);
    else
        PEM_write_X509(f, c->x509);
    fclose(f);
}

static void
make_files(struct server *s, const char *san)
{
    const struct cert_spec root_spec = {.cn = "Test Root", .constraints = "critical,CA:TRUE"};
    const struct cert_spec leaf_spec = {.cn = "ras", .san = san, .eku = "serverAuth"};
    struct cert *root = cert_new(&root_spec, NULL), *leaf = cert_new(&leaf_spec, root);
    g_autofree char *cert = NULL, *key = NULL, *users = NULL;

    s->dir = g_dir_make_tmp("test-tunnel-XXXXXX", NULL);
    cert = g_build_filename(s->dir, "cert.pem", NULL);
    key = g_build_filename(s->dir, "key.pem", NULL);
    users = g_build_filename(s->dir, "users", NULL);
    write_pem(cert, leaf, false);
    write_pem(key, leaf, true);
    g_assert_true(g_file_set_contents(users, "alice wonderland\n", -1, NULL));
    s->ca = cert_pem((const struct cert *const *)&root, 1);
    cert_free(leaf);
    cert_free(root);
}

static void
exec_server(struct server *s, int ready, const char *fault)
{
    g_autofree char *program = g_test_build_filename(G_TEST_BUILT, "ras", "dialtone-ras", NULL);
    g_autofree char *fd = g_strdup_printf("%d", ready);
    const char *argv[20] = {
        program,   "--listen", "127.0.0.1:0", "--cert", "cert.pem",   "--key", "key.pem",
        "--users", "users",    "--no-tun",    "--json", "--ready-fd", fd};
    int n = 13;

    if (fault != NULL) {
        argv[n++] = "--fault";
        argv[n++] = fault;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
    dup2(s->log, 1);
    dup2(s->log, 2);
    if (chdir(s->dir) == 0)
        execv(program, (char *const *)argv);
    _exit(127);
}

static struct server *
server_new(const char *san, const char *fault)
{
    struct server *s = g_new0(struct server, 1);
    char line[200] = "";
    int ready[2];
    unsigned port = 0;

    make_files(s, san);
    g_autofree char *log = g_build_filename(s->dir, "log", NULL);
    s->log = open(log, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    g_assert_cmpint(pipe(ready), ==, 0);
    s->pid = fork();
    if (s->pid == 0) {
        close(ready[0]);
        exec_server(s, ready[1], fault);
    }
    close(ready[1]);
    struct pollfd p = {.fd = ready[0], .events = POLLIN};
    g_assert_cmpint(poll(&p, 1, SOON), ==, 1);
    g_assert_cmpint(read(ready[0], line, sizeof line - 1), >, 0);
    close(ready[0]);
    g_assert_cmpint(pread(s->log, line, sizeof line - 1, 0), >, 0);
    const char *where = strstr(line, "127.0.0.1:");
    g_assert_true(where != NULL && sscanf(where + strlen("127.0.0.1:"), "%u", &port) == 1);
    s->port = (uint16_t)port;
    return s;
}

static void
server_free(struct server *s)
{
    g_autofree char *remove = g_strdup_printf("rm -r '%s'", s->dir);

    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
    close(s->log);
    g_assert_cmpint(system(remove), ==, 0);
    g_free(s->dir);
    g_free(s->ca);
    g_free(s);
}

static struct fake_helper *
helper_for(const struct server *s)
{
    struct fake_helper *h = fake_helper_new("127.0.0.1", s->port);

    h->plan.ca = (uint8_t *)strdup(s->ca);
    h->plan.ca_len = (uint32_t)strlen(s->ca);
    h->plan.ipv6 = false;
    return h;
}

/* ---- before there is a server ---- */

static void
ends_with(struct fake_helper *h, uint32_t error, const char *detail)
{
    g_assert_true(fake_helper_run(h, NULL, SOON));
    g_assert_true(h->has_ended);
    g_test_message("%u (0x%08x): %s", h->ended, h->ended, h->detail);
    g_assert_cmphex(h->ended, ==, error);
    if (detail != NULL)
        g_assert_nonnull(strstr(h->detail, detail));
    g_assert_true(WIFEXITED(h->exit_status) && WEXITSTATUS(h->exit_status) == 0);
    fake_helper_free(h);
}

static void
name_not_found(void)
{
    struct fake_helper *h = fake_helper_new("no-such-host.invalid", 443);

    fake_helper_start(h);
    ends_with(h, RAS_DNSNAME_NOT_RESOLVABLE, "no-such-host.invalid");
}

/* N10: while traffic is held back no name can be looked up; the address of before will do. */
static void
name_not_found_but_known(void)
{
    struct fake_helper *h = fake_helper_new("no-such-host.invalid", 4443);

    memcpy(h->known, "\xc0\x00\x02\x09", 4);
    h->socket_errno = EHOSTUNREACH;
    fake_helper_start(h);
    ends_with(h, RAS_VPN_TIMEOUT, "192.0.2.9 port 4443: No route to host");
}

static void
name_is_resolved(void)
{
    struct fake_helper *h = fake_helper_new("localhost", 443);

    h->socket_errno = EHOSTUNREACH;
    fake_helper_start(h);
    ends_with(h, RAS_VPN_TIMEOUT, "No route to host");
}

static void
refused(void)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 4443);

    h->socket_errno = ECONNREFUSED;
    fake_helper_start(h);
    ends_with(h, RAS_VPN_TIMEOUT, "192.0.2.1 port 4443: Connection refused");
}

static void
refused_by_the_peer(void)
{
    struct fake_helper *h = fake_helper_new("127.0.0.1", 1);

    fake_helper_start(h);
    ends_with(h, RAS_VPN_TIMEOUT, "127.0.0.1 port 1: Connection refused");
}

static void
no_answer(void)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 443);

    h->mute_sockets = true;
    h->plan.connect_timeout_s = 1;
    fake_helper_start(h);
    ends_with(h, RAS_VPN_TIMEOUT, "timed out connecting");
}

static void
proxy_refuses(void)
{
    struct fake_helper *h = fake_helper_new("vpn.example.org", 443);

    h->plan.proxy = PLAN_PROXY_HTTP;
    h->plan.proxy_port = 8080;
    g_strlcpy(h->plan.proxy_host, "192.0.2.9", sizeof h->plan.proxy_host);
    h->socket_errno = EACCES;
    fake_helper_start(h);
    ends_with(h, RAS_CANNOT_CONNECT_PROXY, "192.0.2.9 port 8080");
}

/* That is the proxy's fault, and no server's. */
static void
no_answer_of_a_proxy(void)
{
    struct fake_helper *h = fake_helper_new("vpn.example.org", 443);

    h->plan.proxy = PLAN_PROXY_SOCKS5;
    h->plan.proxy_port = 1080;
    g_strlcpy(h->plan.proxy_host, "192.0.2.9", sizeof h->plan.proxy_host);
    h->mute_sockets = true;
    h->plan.connect_timeout_s = 1;
    fake_helper_start(h);
    ends_with(h, RAS_CANNOT_CONNECT_PROXY, "192.0.2.9: the proxy does not answer");
}

/* A server that takes the connection and then says nothing at all, or a little now and then. */
static void
slow_handshake(gconstpointer drip)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 443);
    const gint64 start = g_get_monotonic_time();
    int pair[2];
    GPid feeder = 0;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==,
                    0);
    h->give_socket = pair[1];
    h->plan.connect_timeout_s = 1;
    fake_helper_start(h);
    if (drip != NULL) {
        feeder = fork();
        if (feeder == 0) { /* a record header, then octet by octet a record that never ends */
            while (write(pair[0], "\x16\x03\x03\x3f\xff\x02", 6) > 0)
                usleep(50000);
            _exit(0);
        }
    }
    g_assert_true(fake_helper_run(h, NULL, SOON));
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 1000000);
    if (feeder > 0) {
        kill(feeder, SIGKILL);
        waitpid(feeder, NULL, 0);
        g_assert_true(h->ended == RAS_VPN_TIMEOUT || h->ended == RAS_ILLEGAL_MESSAGE);
    } else {
        g_assert_cmpuint(h->ended, ==, RAS_VPN_TIMEOUT);
        g_assert_nonnull(strstr(h->detail, "TLS handshake"));
    }
    close(pair[0]);
    fake_helper_free(h);
}

static bool
asked_for_socket(const struct fake_helper *h)
{
    return h->n_sockets > 0;
}

static void
hangup_while_connecting(void)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 443);

    h->mute_sockets = true;
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, asked_for_socket, SOON));
    fake_helper_send(h, TUNNEL_HANGUP);
    ends_with(h, RAS_USER_DISCONNECTION, NULL);
}

static void
wait_gone(struct fake_helper *h)
{
    const gint64 deadline = g_get_monotonic_time() + SOON * 1000;
    int status;

    while (waitpid(h->pid, &status, WNOHANG) == 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_usleep(1000);
    }
    h->pid = 0;
}

static void
helper_dies(void)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 443);

    h->mute_sockets = true;
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, asked_for_socket, SOON));
    close(h->fd);
    h->fd = -1;
    wait_gone(h);
    fake_helper_free(h);
}

static void
malformed_start(gconstpointer data)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 443);
    static const uint8_t junk[64] = {TUNNEL_START, [60] = 1};

    fake_helper_spawn(h);
    fake_helper_send_bytes(h, junk, GPOINTER_TO_SIZE(data));
    g_assert_true(fake_helper_run(h, NULL, SOON));
    g_assert_true(h->has_ended);
    g_assert_true(h->ended == RAS_BAD_PROFILE || h->ended == RAS_RASMAN_CANNOT_INITIALIZE);
    fake_helper_free(h);
}

/* Root for the tunnel is refused, whoever asks. */
static void
start_as_root(void)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 443);
    uint8_t bytes[64] = {TUNNEL_START};

    fake_helper_spawn(h);
    fake_helper_send_bytes(h, bytes, sizeof bytes);
    ends_with(h, RAS_RASMAN_CANNOT_INITIALIZE, "giving up root");
}

static void
nonsense_from_the_helper(void)
{
    struct fake_helper *h = fake_helper_new("192.0.2.1", 443);
    uint8_t bytes[300];

    h->mute_sockets = true;
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, asked_for_socket, SOON));
    for (unsigned type = 0; type < 256; type++) {
        if (type == TUNNEL_HANGUP)
            continue;
        memset(bytes, (int)(type * 7), sizeof bytes);
        bytes[0] = (uint8_t)type;
        fake_helper_send_bytes(h, bytes, 1 + type);
    }
    fake_helper_send(h, TUNNEL_CREDENTIALS);
    fake_helper_send(h, TUNNEL_REGISTERED);
    fake_helper_send(h, TUNNEL_HANGUP);
    ends_with(h, RAS_USER_DISCONNECTION, NULL);
}

/* ---- a whole call ---- */

static void
hang_up(struct fake_helper *h)
{
    fake_helper_send(h, TUNNEL_HANGUP);
    ends_with(h, RAS_USER_DISCONNECTION, NULL);
}

static struct fake_helper *
dial_up(const struct server *s, uint8_t tun_flags)
{
    struct fake_helper *h = helper_for(s);

    h->tun_flags = tun_flags;
    fake_helper_start(h);
    if (!fake_helper_run(h, fake_helper_is_up, SOON))
        g_error("not up: %u %s\n%s", h->ended, h->detail, h->log->str);
    return h;
}

static uint16_t
ip_sum(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static size_t
make_ping(uint8_t *p, const struct net_config *c, uint16_t sequence)
{
    struct wr w = wr_over(p, 84);

    wr_bytes(&w, "\x45\0\0\x54\0\0\x40\0\x40\x01\0\0", 12);
    wr_be32(&w, c->local4);
    wr_be32(&w, c->peer4);
    wr_bytes(&w, "\x08\0\0\0\x12\x34", 6);
    wr_be16(&w, sequence);
    for (uint8_t i = 0; i < 56; i++)
        wr_u8(&w, i);
    wr_patch_be16(&w, 10, ip_sum(p, 20));
    wr_patch_be16(&w, 22, ip_sum(p + 20, 64));
    return w.len;
}

/* One echo request through the tunnel, and its answer. */
static void
ping(struct fake_helper *h, uint16_t sequence)
{
    uint8_t packet[2048] = {0};
    struct pollfd p = {.fd = h->tun, .events = POLLIN};
    const size_t head = h->tun_flags & TUN_FLAG_VNET_HDR ? 10 : 0;
    const size_t n = head + make_ping(packet + head, &h->config, sequence);

    g_assert_cmpint(write(h->tun, packet, n), ==, (ssize_t)n);
    for (;;) {
        g_assert_cmpint(poll(&p, 1, SOON), ==, 1);
        const ssize_t got = read(h->tun, packet, sizeof packet);
        g_assert_cmpint(got, >, (ssize_t)head + 28);
        if (packet[head + 9] == 1 && packet[head + 20] == 0)
            break; /* an echo reply */
    }
    g_assert_cmpuint(packet[head + 26] << 8 | packet[head + 27], ==, sequence);
}

static void
call(gconstpointer flags)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = dial_up(s, (uint8_t)GPOINTER_TO_UINT(flags));

    g_assert_cmpuint(h->config.local4, !=, 0);
    g_assert_true(g_str_has_prefix(h->status.encryption, "TLS 1.3 AES-128-GCM"));
    g_assert_cmpstr(h->status.server_name, ==, "ras");
    g_assert_cmpint(h->last_stage, ==, STAGE_REGISTERING);
    for (uint16_t i = 0; i < 50; i++)
        ping(h, i);
    hang_up(h);
    server_free(s);
}

static bool
counted(const struct fake_helper *h)
{
    return h->stats.packets_in >= 3 && h->stats.packets_out >= 3;
}

static void
stats(void)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = dial_up(s, 0);

    for (uint16_t i = 0; i < 3; i++)
        ping(h, i);
    g_assert_true(fake_helper_run(h, counted, SOON));
    g_assert_cmpuint(h->stats.bytes_out, >=, 3 * 84);
    g_assert_cmpuint(h->n_stats, <=, 2);
    hang_up(h);
    server_free(s);
}

static void
wrong_password(void)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = helper_for(s);

    secret_set_text(&h->credentials.password, "looking-glass");
    fake_helper_start(h);
    ends_with(h, RAS_AUTHENTICATION_FAILURE, NULL);
    server_free(s);
}

static bool
has_ended(const struct fake_helper *h)
{
    return h->has_ended;
}

static void
wrong_certificate(void)
{
    struct server *s = server_new("IP:127.0.0.9", NULL);
    struct fake_helper *h = helper_for(s);

    static const uint8_t none[32];

    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, has_ended, SOON));
    g_assert_cmpint(memcmp(h->status.leaf_sha256, none, sizeof none), !=, 0); /* to be accepted */
    ends_with(h, RAS_CERT_E_CN_NO_MATCH, "ras");
    server_free(s);
}

static void
server_dies(void)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = dial_up(s, 0);

    ping(h, 1);
    kill(s->pid, SIGKILL);
    g_assert_true(fake_helper_run(h, NULL, SOON));
    g_test_message("%u: %s", h->ended, h->detail);
    g_assert_true(h->ended == RAS_VPN_DISCONNECT || h->ended == RAS_REMOTE_DISCONNECTION ||
                  h->ended == RAS_LINK_FAILURE);
    fake_helper_free(h);
    server_free(s);
}

static void
interface_goes(void)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = dial_up(s, 0);

    close(h->tun);
    h->tun = -1;
    ends_with(h, RAS_LINK_FAILURE, "interface");
    server_free(s);
}

/* The server takes no early Call-Connect: the call is redone, and comes up all the same. */
static void
early_refused(void)
{
    struct server *s = server_new("IP:127.0.0.1", "http-close-early");
    struct fake_helper *h = helper_for(s);

    h->plan.accept_early_data = true;
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, fake_helper_is_up, SOON));
    g_assert_cmpuint(h->n_sockets, ==, 2);
    g_assert_false(h->status.early_data_worked);
    hang_up(h);
    server_free(s);
}

static void
early_taken(void)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = helper_for(s);

    h->plan.accept_early_data = true;
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, fake_helper_is_up, SOON));
    g_assert_cmpuint(h->n_sockets, ==, 1);
    g_assert_true(h->status.early_data_worked);
    hang_up(h);
    server_free(s);
}

/* ---- what the process has given up ---- */

static char *
proc_file(pid_t pid, const char *name, gsize *ret_n)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, name);
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, ret_n, NULL));
    return text;
}

static void
given_up(void)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = helper_for(s);

    secret_set_text(&h->credentials.proxy_password, CANARY);
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, fake_helper_is_up, SOON));
    g_autofree char *status = proc_file(h->pid, "status", NULL);
    g_assert_nonnull(strstr(status, "\nSeccomp:\t2\n"));
    g_assert_nonnull(strstr(status, "\nNoNewPrivs:\t1\n"));
    g_assert_nonnull(strstr(status, "\nThreads:\t1\n"));
    g_assert_nonnull(strstr(status, "\nCapEff:\t0000000000000000\n"));
    g_assert_nonnull(strstr(status, "\nCapPrm:\t0000000000000000\n"));
    if (geteuid() == 0) {
        g_assert_nonnull(strstr(status, "\nUid:\t65534\t65534\t65534\t65534\n"));
        g_assert_nonnull(strstr(status, "\nGid:\t65534\t65534\t65534\t65534\n"));
    }
    hang_up(h);
    server_free(s);
}

/* Y1: a password is in no place where others may look. */
static void
password_is_nowhere(void)
{
    struct server *s = server_new("IP:127.0.0.1", NULL);
    struct fake_helper *h = helper_for(s);
    gsize n;

    secret_set_text(&h->credentials.password, CANARY);
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, asked_for_socket, SOON));
    if (geteuid() == 0) {
        g_autofree char *line = proc_file(h->pid, "cmdline", &n);
        g_assert_null(memmem(line, n, CANARY, strlen(CANARY)));
        g_autofree char *environment = proc_file(h->pid, "environ", &n);
        g_assert_null(memmem(environment, n, CANARY, strlen(CANARY)));
        g_autofree char *limits = proc_file(h->pid, "limits", &n);
        g_assert_nonnull(strstr(limits, "Max core file size        0  "));
    }
    g_assert_true(fake_helper_run(h, NULL, SOON));
    g_assert_cmpuint(h->ended, ==, RAS_AUTHENTICATION_FAILURE);
    g_assert_null(strstr(h->log->str, CANARY));
    g_assert_null(strstr(h->detail, CANARY));
    fake_helper_free(h);
    server_free(s);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tunnel/name-not-found", name_not_found);
    g_test_add_func("/tunnel/N10-name-not-found-but-known", name_not_found_but_known);
    g_test_add_func("/tunnel/name-is-resolved", name_is_resolved);
    g_test_add_func("/tunnel/refused", refused);
    g_test_add_func("/tunnel/refused-by-the-peer", refused_by_the_peer);
    g_test_add_func("/tunnel/no-answer", no_answer);
    g_test_add_func("/tunnel/no-answer-of-a-proxy", no_answer_of_a_proxy);
    g_test_add_func("/tunnel/proxy-refuses", proxy_refuses);
    g_test_add_data_func("/tunnel/T5-silent-handshake", NULL, slow_handshake);
    g_test_add_data_func("/tunnel/T5-dripping-handshake", "", slow_handshake);
    g_test_add_func("/tunnel/hangup-while-connecting", hangup_while_connecting);
    g_test_add_func("/tunnel/helper-dies", helper_dies);
    for (size_t n = 1; n <= 61; n += 12) {
        g_autofree char *name = g_strdup_printf("/tunnel/malformed-start-%zu", n);
        g_test_add_data_func(name, GSIZE_TO_POINTER(n), malformed_start);
    }
    g_test_add_func("/tunnel/start-as-root", start_as_root);
    g_test_add_func("/tunnel/nonsense-from-the-helper", nonsense_from_the_helper);
    g_test_add_data_func("/tunnel/call-plain-tun", GUINT_TO_POINTER(0), call);
    g_test_add_data_func("/tunnel/call-vnet-tun",
                         GUINT_TO_POINTER(TUN_FLAG_VNET_HDR | TUN_FLAG_TSO), call);
    g_test_add_func("/tunnel/stats", stats);
    g_test_add_func("/tunnel/wrong-password", wrong_password);
    g_test_add_func("/tunnel/wrong-certificate", wrong_certificate);
    g_test_add_func("/tunnel/server-dies", server_dies);
    g_test_add_func("/tunnel/interface-goes", interface_goes);
    g_test_add_func("/tunnel/early-refused", early_refused);
    g_test_add_func("/tunnel/early-taken", early_taken);
    g_test_add_func("/tunnel/D8-given-up", given_up);
    g_test_add_func("/tunnel/Y1-password-is-nowhere", password_is_nowhere);
    return g_test_run();
}
