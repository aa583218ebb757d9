/*
 * ike-call.c - struct ike over real sockets: phase 1 and quick mode with somebody else's IKE.
 * Prints a line an event; ends after --for seconds, or when IKE does. No ESP is made.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cipher.h"
#include "hash.h"
#include "ike-cert.h"
#include "ike-id.h"
#include "ike.h"

static char *server, *local, *psk, *cert, *key, *ca, *crl, *phase1, *phase2, *id, *remote_id, *name;
static int phase1_seconds, phase2_seconds, seconds = 5, dpd, rekey_after, close_after;
static gboolean pfs, plain;
static GSList *kept_files;
static struct ike_cert *ours;

static const GOptionEntry options[] = {
    {"server", 0, 0, G_OPTION_ARG_STRING, &server, "", ""},
    {"local", 0, 0, G_OPTION_ARG_STRING, &local, "", ""},
    {"psk", 0, 0, G_OPTION_ARG_STRING, &psk, "", ""},
    {"cert", 0, 0, G_OPTION_ARG_STRING, &cert, "", ""},
    {"key", 0, 0, G_OPTION_ARG_STRING, &key, "", ""},
    {"ca", 0, 0, G_OPTION_ARG_STRING, &ca, "", ""},
    {"crl", 0, 0, G_OPTION_ARG_STRING, &crl, "", ""},
    {"phase1", 0, 0, G_OPTION_ARG_STRING, &phase1, "", ""},
    {"phase2", 0, 0, G_OPTION_ARG_STRING, &phase2, "", ""},
    {"id", 0, 0, G_OPTION_ARG_STRING, &id, "", ""},
    {"remote-id", 0, 0, G_OPTION_ARG_STRING, &remote_id, "", ""},
    {"name", 0, 0, G_OPTION_ARG_STRING, &name, "", ""},
    {"phase1-seconds", 0, 0, G_OPTION_ARG_INT, &phase1_seconds, "", ""},
    {"phase2-seconds", 0, 0, G_OPTION_ARG_INT, &phase2_seconds, "", ""},
    {"for", 0, 0, G_OPTION_ARG_INT, &seconds, "", ""},
    {"dpd", 0, 0, G_OPTION_ARG_INT, &dpd, "", ""},
    {"rekey-after", 0, 0, G_OPTION_ARG_INT, &rekey_after, "", ""},
    {"close-after", 0, 0, G_OPTION_ARG_INT, &close_after, "", ""},
    {"pfs", 0, 0, G_OPTION_ARG_NONE, &pfs, "", ""},
    {"plain", 0, 0, G_OPTION_ARG_NONE, &plain, "", ""},
    G_OPTION_ENTRY_NULL,
};

static void
fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    if (getrandom(out, n, 0) != (ssize_t)n)
        g_error("no randomness");
}

static usec_t
now(void)
{
    return (usec_t)g_get_monotonic_time();
}

static int
open_socket(guint16 port, guint16 *ret_port)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t n = sizeof a;

    inet_pton(AF_INET, local, &a.sin_addr);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        a.sin_port = 0;
        if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
            g_error("bind: %s", g_strerror(errno));
    }
    getsockname(fd, (struct sockaddr *)&a, &n);
    *ret_port = ntohs(a.sin_port);
    a.sin_port = htons(port);
    inet_pton(AF_INET, server, &a.sin_addr);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        g_error("connect: %s", g_strerror(errno));
    return fd;
}

static struct rd
file(const char *path)
{
    char *text;
    gsize n;

    if (path == NULL)
        return (struct rd){0};
    if (!g_file_get_contents(path, &text, &n, NULL))
        g_error("cannot read %s", path);
    kept_files = g_slist_prepend(kept_files, text);
    return rd_over(text, n);
}

static struct ike *
make(const struct rng *rng, guint16 port)
{
    struct ike_config c = {
        .role = IKE_INITIATOR,
        .remote_name = name,
        .plain_esp = plain,
        .phase1 = phase1,
        .phase2 = phase2,
        .pfs = pfs,
        .phase1_seconds = (guint32)phase1_seconds,
        .phase2_seconds = (guint32)phase2_seconds,
        .dpd_seconds = (guint32)dpd,
        .unix_time = (guint64)(g_get_real_time() / G_USEC_PER_SEC),
        .rng = rng,
    };

    c.local.family = c.remote.family = 4;
    inet_pton(AF_INET, local, c.local.octets);
    inet_pton(AF_INET, server, c.remote.octets);
    c.local.port = port;
    c.remote.port = 500;
    if (id != NULL)
        ike_id_from_text(id, &c.local_id);
    if (remote_id != NULL)
        ike_id_from_text(remote_id, &c.remote_id);
    if (cert != NULL) {
        const struct ike_cert_config files = {
            .chain = file(cert), .key = file(key), .authorities = file(ca), .crls = file(crl)};
        struct ras_end why = {0};

        c.auth = IKE_AUTH_CERT;
        c.cert = ours = ike_cert_new(&files, &why);
        if (ours == NULL) {
            printf("ended %u %s\n", why.error, why.detail);
            return NULL;
        }
    } else {
        c.psk = rd_over(psk, strlen(psk));
    }
    return ike_new(&c, now());
}

static bool
tell(struct ike *k)
{
    struct ike_event e;

    while (ike_poll_event(k, &e)) {
        switch (e.type) {
        case IKE_EVENT_AUTHENTICATED:
            printf("authenticated %s%s\n", e.authenticated.proposal,
                   e.authenticated.encapsulated ? " in UDP" : "");
            break;
        case IKE_EVENT_CHILD:
            printf("child %08x %08x %s%s%s\n", e.child.in.spi, e.child.out.spi, e.child.proposal,
                   e.child.encapsulated ? " in UDP" : "", e.child.send ? "" : " not yet");
            if (e.child.ask) /* there is no ESP here that could be heard */
                ike_sign(k, now(), e.child.in.spi);
            break;
        case IKE_EVENT_CHILD_GONE:
            printf("gone %08x\n", e.spi_in);
            break;
        case IKE_EVENT_PEER_MOVED:
            printf("moved\n");
            break;
        case IKE_EVENT_ENDED:
            printf("ended %u %s\n", e.end.error, e.end.detail);
            return false;
        }
        fflush(stdout);
    }
    return true;
}

static void
send_all(struct ike *k, const struct pollfd *fds)
{
    static const guint8 marker[4];
    struct ike_output out;

    while (ike_poll_output(k, &out)) {
        struct iovec v[] = {{(void *)marker, out.port == IKE_4500 && !out.keepalive ? 4 : 0},
                            {(void *)out.bytes.p, out.bytes.left}};
        const struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};

        if (sendmsg(fds[out.port == IKE_4500].fd, &m, 0) < 0 && errno != ECONNREFUSED)
            perror("send");
    }
}

static void
receive_one(struct ike *k, int fd, enum ike_port port)
{
    static guint8 buf[65536];
    const ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);
    struct rd r = rd_over(buf, n > 0 ? (size_t)n : 0);

    if (port == IKE_4500 && (n < 4 || rd_be32(&r) != 0))
        return; /* ESP, or a keep-alive */
    if (n > 0)
        ike_receive(k, now(), port, r);
}

int
main(int argc, char **argv)
{
    static const struct rng rng = {.fill = fill};
    g_autoptr(GOptionContext) context = g_option_context_new("");
    g_autoptr(GError) error = NULL;
    struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
    guint16 port, other;

    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || !hash_init() || !cipher_init())
        g_error("%s", error != NULL ? error->message : "no crypto");
    fds[0].fd = open_socket(500, &port);
    fds[1].fd = open_socket(4500, &other);

    struct ike *k = make(&rng, port);
    const usec_t begin = now(), until = begin + (usec_t)seconds * USEC_PER_SEC;
    bool rekeyed = rekey_after == 0, closed = close_after == 0;

    if (k == NULL)
        return 1;
    ike_start(k, now());
    for (;;) {
        send_all(k, fds);
        if (!tell(k) || now() >= until)
            break;
        if (!rekeyed && now() >= begin + (usec_t)rekey_after * USEC_PER_SEC) {
            rekeyed = true;
            ike_rekey(k, now());
            continue;
        }
        if (!closed && now() >= begin + (usec_t)close_after * USEC_PER_SEC) {
            closed = true;
            ike_close(k, now());
            continue;
        }
        const usec_t due = usec_min(usec_min(ike_deadline(k), until), now() + 100000);

        poll(fds, 2, due > now() ? (int)((due - now()) / 1000) + 1 : 0);
        for (int i = 0; i < 2; i++)
            if (fds[i].revents != 0)
                receive_one(k, fds[i].fd, i == 0 ? IKE_500 : IKE_4500);
        if (ike_deadline(k) <= now())
            ike_expire(k, now());
    }
    send_all(k, fds);
    printf("remembered %08x dropped %" G_GUINT64_FORMAT "\n", ike_remember(k), ike_dropped(k));
    ike_free(k);
    ike_cert_free(ours);
    g_slist_free_full(kept_files, g_free);
    return 0;
}
