/* tunnel-name.c - see tunnel-name.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tunnel-name.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEADER = 12,
    FLAG_ANSWER = 0x8000,
    FLAG_RD = 0x0100,
    OPCODE = 0x7800,
    RCODE = 0x000f,
    NXDOMAIN = 3,
    CLASS_IN = 1,
    LABEL_MAX = 63,
    NAME_MAX_OCTETS = 255, /* RFC 1035 section 2.3.4 */
    POINTER = 0xc0,
    RECORDS_MAX = 64, /* that are looked at */
    TRIES = 2,
};

/* ---- messages ---- */

static gboolean
put_name(struct wr *w, const char *host)
{
    const gsize start = w->len;

    while (*host != '\0') {
        const gsize n = strcspn(host, ".");
        if (n == 0 || n > LABEL_MAX)
            return FALSE;
        wr_u8(w, (guint8)n);
        wr_bytes(w, host, n);
        host += n + (host[n] == '.');
    }
    wr_u8(w, 0);
    return !w->bad && w->len - start > 1 && w->len - start <= NAME_MAX_OCTETS;
}

gboolean
tunnel_name_put(struct wr *w, guint16 id, const char *host, enum tunnel_name_type type)
{
    wr_be16(w, id);
    wr_be16(w, FLAG_RD);
    wr_be32(w, 0x00010000);
    wr_be32(w, 0);
    if (!put_name(w, host))
        return FALSE;
    wr_be16(w, (guint16)type);
    wr_be16(w, CLASS_IN);
    return !w->bad;
}

/* Whose record it is, or where another name is for it: whom we ask may say what it likes. */
static void
skip_name(struct rd *r)
{
    guint8 n = rd_u8(r);

    while (rd_ok(r) && n != 0 && n <= LABEL_MAX) {
        rd_take(r, n);
        n = rd_u8(r);
    }
    if (n >= POINTER)
        rd_u8(r);
    else if (n != 0)
        r->bad = true;
}

/* Letter case says nothing; no length of a label is a letter. */
static gboolean
same_question(struct rd a, struct rd b)
{
    gboolean same = !a.bad && !b.bad && a.left == b.left;

    for (gsize i = 0; same && i < a.left; i++)
        same = g_ascii_tolower((gchar)a.p[i]) == g_ascii_tolower((gchar)b.p[i]);
    return same;
}

static void
take_record(struct rd *r, enum tunnel_name_type wanted, GPtrArray *addresses)
{
    char text[INET6_ADDRSTRLEN];

    skip_name(r);
    const guint16 type = rd_be16(r), class = rd_be16(r);
    rd_be32(r);
    const struct rd data = rd_take(r, rd_be16(r));
    const gsize size = wanted == TUNNEL_NAME_A ? 4 : 16;
    const int family = wanted == TUNNEL_NAME_A ? AF_INET : AF_INET6;

    if (rd_ok(r) && type == wanted && class == CLASS_IN && data.left == size &&
        addresses->len < TUNNEL_NAME_ADDRESSES)
        g_ptr_array_add(addresses, g_strdup(inet_ntop(family, data.p, text, sizeof text)));
}

int
tunnel_name_read(struct rd answer, struct rd question, GPtrArray *addresses)
{
    struct rd r = answer, asked = question;
    const guint16 id = rd_be16(&asked);

    rd_take(&asked, HEADER - 2);
    const gboolean ours = rd_be16(&r) == id;
    const guint16 flags = rd_be16(&r), questions = rd_be16(&r), answers = rd_be16(&r);
    rd_be32(&r);
    const struct rd back = rd_take(&r, asked.left);
    if (!ours || !rd_ok(&r) || !rd_ok(&asked) || asked.left < 4 || questions != 1 ||
        !(flags & FLAG_ANSWER) || (flags & OPCODE) != 0 || !same_question(back, asked))
        return -1;
    const enum tunnel_name_type type =
        asked.p[asked.left - 3] == TUNNEL_NAME_AAAA ? TUNNEL_NAME_AAAA : TUNNEL_NAME_A;
    for (guint i = 0; (flags & RCODE) == 0 && i < answers && i < RECORDS_MAX && rd_ok(&r); i++)
        take_record(&r, type, addresses);
    return flags & RCODE;
}

/* ---- asking ---- */

static int
connected(const struct tunnel_names *t, const char *server)
{
    g_autoptr(GSocketAddress) to = g_inet_socket_address_new_from_string(server, t->port);
    struct sockaddr_storage native;

    if (to == NULL || !g_socket_address_to_native(to, &native, sizeof native, NULL))
        return -1;
    const int fd = socket(native.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, t->device, strlen(t->device)) == 0 &&
        connect(fd, (const struct sockaddr *)&native,
                (socklen_t)g_socket_address_get_native_size(to)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

struct asking {
    guint8 bytes[2][TUNNEL_NAME_QUESTION];
    struct rd questions[2]; /* A, AAAA */
    int rcodes[2];          /* -1: not answered */
    GPtrArray *addresses[2];
};

static gboolean
ask(struct asking *a, const char *host)
{
    static const enum tunnel_name_type types[2] = {TUNNEL_NAME_A, TUNNEL_NAME_AAAA};
    guint16 ids[2];

    if (getrandom(ids, sizeof ids, 0) != (gssize)sizeof ids)
        return FALSE;
    for (guint i = 0; i < 2; i++) {
        struct wr w = wr_over(a->bytes[i], sizeof a->bytes[i]);
        if (!tunnel_name_put(&w, ids[i], host, types[i]))
            return FALSE;
        a->questions[i] = wr_done(&w);
        a->rcodes[i] = -1;
    }
    return TRUE;
}

static gboolean
answered(const struct asking *a)
{
    return a->rcodes[0] >= 0 && a->rcodes[1] >= 0;
}

/* Until both questions are answered, or the time is over. False: nobody hears us. */
static gboolean
hear(struct asking *a, int fd, guint pause_ms)
{
    const gint64 end = g_get_monotonic_time() + pause_ms * G_TIME_SPAN_MILLISECOND;
    guint8 bytes[TUNNEL_NAME_MESSAGE];

    while (!answered(a)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        const gint64 left = (end - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
        if (left <= 0 || poll(&p, 1, (int)left) <= 0)
            return TRUE;
        const gssize n = recv(fd, bytes, sizeof bytes, 0);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return FALSE;
        for (guint i = 0; n > 0 && i < 2; i++)
            if (a->rcodes[i] < 0)
                a->rcodes[i] =
                    tunnel_name_read(rd_over(bytes, (gsize)n), a->questions[i], a->addresses[i]);
    }
    return TRUE;
}

/* True: it is known what there is. */
static gboolean
ask_server(struct asking *a, const struct tunnel_names *t, const char *server, GCancellable *stop)
{
    const int fd = connected(t, server);
    gboolean hears = fd >= 0;

    for (guint i = 0; i < TRIES && hears && !answered(a) && !g_cancellable_is_cancelled(stop);
         i++) {
        for (guint k = 0; k < 2 && hears; k++)
            hears = a->rcodes[k] >= 0 ||
                    send(fd, a->questions[k].p, a->questions[k].left, MSG_NOSIGNAL) >= 0;
        hears = hears && hear(a, fd, t->pause_ms);
    }
    if (fd >= 0)
        close(fd);
    return a->addresses[0]->len + a->addresses[1]->len > 0 || a->rcodes[0] == NXDOMAIN;
}

GStrv
tunnel_names_resolve(const struct tunnel_names *t, const char *host, GCancellable *cancellable)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    gboolean known = FALSE;

    for (guint i = 0; t->servers[i] != NULL && !known; i++) {
        struct asking a = {.addresses = {g_ptr_array_new_with_free_func(g_free),
                                         g_ptr_array_new_with_free_func(g_free)}};
        known = ask(&a, host) && ask_server(&a, t, t->servers[i], cancellable);
        for (guint k = 0; k < 2; k++) {
            for (guint j = 0; j < a.addresses[k]->len; j++)
                g_ptr_array_add(all, g_strdup(a.addresses[k]->pdata[j]));
            g_ptr_array_unref(a.addresses[k]);
        }
    }
    if (all->len == 0)
        return NULL;
    g_ptr_array_add(all, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&all), FALSE);
}
