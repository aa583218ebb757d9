/*
 * test-tunnel-name.c - names asked of a connection's name servers: what is asked, and what is made
 * of the answers of a server that may mean harm, over real sockets.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tunnel-name.h"

#include <string.h>

#define HOST     "files.corp.example.test"
#define FOUR     "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xcb\0\x71\7"
#define FOUR_LEN 16
#define SIX      "\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"
#define SIX_LEN  28

static struct rd
question(guint8 buf[static TUNNEL_NAME_QUESTION], enum tunnel_name_type type)
{
    struct wr w = wr_over(buf, TUNNEL_NAME_QUESTION);

    g_assert_true(tunnel_name_put(&w, 0x1234, HOST, type));
    return wr_done(&w);
}

/* @question back, with these flags and records. */
static struct rd
answer(guint8 buf[static 1024], struct rd question, guint16 flags, guint16 n, const char *records,
       gsize size)
{
    struct wr w = wr_over(buf, 1024);

    wr_bytes(&w, question.p, 2);
    wr_be16(&w, flags);
    wr_be16(&w, 1);
    wr_be16(&w, n);
    wr_be32(&w, 0);
    wr_bytes(&w, question.p + 12, question.left - 12);
    wr_bytes(&w, records, size);
    g_assert_false(w.bad);
    return wr_done(&w);
}

static void
questions(void)
{
    static const guint8 want[] =
        "\x12\x34\1\0\0\1\0\0\0\0\0\0\5files\4corp\7example\4test\0\0\1\0\1";
    static const char *const bad[] = {"", ".", "a..b", ".a",
                                      "a123456789a123456789a123456789a123456789a123456789a123456789"
                                      "abcd.test"};
    g_autoptr(GString) longest = g_string_new("a");
    guint8 buf[TUNNEL_NAME_QUESTION];
    const struct rd q = question(buf, TUNNEL_NAME_A);

    g_assert_cmpmem(q.p, q.left, want, sizeof want - 1);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct wr w = wr_over(buf, sizeof buf);
        g_assert_false(tunnel_name_put(&w, 1, bad[i], TUNNEL_NAME_A));
    }
    for (guint i = 0; i < 126; i++)
        g_string_append(longest, ".a");
    struct wr w = wr_over(buf, sizeof buf);
    g_assert_true(
        tunnel_name_put(&w, 1, longest->str, TUNNEL_NAME_AAAA)); /* 253: as long as one may be */
    g_string_append(longest, ".a");
    w = wr_over(buf, sizeof buf);
    g_assert_false(tunnel_name_put(&w, 1, longest->str, TUNNEL_NAME_AAAA));
}

static void
answers(void)
{
    static const struct {
        const char *why;
        enum tunnel_name_type type;
        guint16 flags, n;
        const char *records;
        gsize size;
        int rcode;
        const char *found;
    } rows[] = {
        {"one", TUNNEL_NAME_A, 0x8180, 1, FOUR, FOUR_LEN, 0, "203.0.113.7"},
        {"IPv6", TUNNEL_NAME_AAAA, 0x8180, 1, SIX, SIX_LEN, 0, "2001:db8::7"},
        {"another type", TUNNEL_NAME_AAAA, 0x8180, 1, FOUR, FOUR_LEN, 0, ""},
        {"an alias first", TUNNEL_NAME_A, 0x8180, 2, "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\2\xc0\x12" FOUR,
         14 + FOUR_LEN, 0, "203.0.113.7"},
        {"another class", TUNNEL_NAME_A, 0x8180, 1, "\xc0\x0c\0\1\0\3\0\0\0\x3c\0\4\xcb\0\x71\7",
         16, 0, ""},
        {"too short for one", TUNNEL_NAME_A, 0x8180, 1, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\3\xcb\0\x71",
         15, 0, ""},
        {"cut off", TUNNEL_NAME_A, 0x8180, 1, FOUR, FOUR_LEN - 1, 0, ""},
        {"more announced than there is", TUNNEL_NAME_A, 0x8180, 9, FOUR, FOUR_LEN, 0,
         "203.0.113.7"},
        {"behind the announced", TUNNEL_NAME_A, 0x8180, 0, FOUR, FOUR_LEN, 0, ""},
        {"a reserved label", TUNNEL_NAME_A, 0x8180, 1, "\x41" FOUR, 1 + FOUR_LEN, 0, ""},
        {"no such name", TUNNEL_NAME_A, 0x8183, 1, FOUR, FOUR_LEN, 3, ""},
        {"a question", TUNNEL_NAME_A, 0x0100, 1, FOUR, FOUR_LEN, -1, ""},
        {"to an update", TUNNEL_NAME_A, 0xa800, 1, FOUR, FOUR_LEN, -1, ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
        guint8 buf[TUNNEL_NAME_QUESTION], bytes[1024];
        const struct rd q = question(buf, rows[i].type);
        const struct rd a =
            answer(bytes, q, rows[i].flags, rows[i].n, rows[i].records, rows[i].size);
        g_test_message("%s", rows[i].why);
        g_assert_cmpint(tunnel_name_read(a, q, found), ==, rows[i].rcode);
        g_assert_cmpuint(found->len, ==, *rows[i].found != '\0');
        if (found->len > 0)
            g_assert_cmpstr(found->pdata[0], ==, rows[i].found);
    }
}

/* To another question, or cut off: no answer at all. */
static void
not_ours(void)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    guint8 buf[TUNNEL_NAME_QUESTION], bytes[1024];
    const struct rd q = question(buf, TUNNEL_NAME_A);
    const struct rd a = answer(bytes, q, 0x8180, 1, FOUR, FOUR_LEN);

    for (gsize i = 0; i < q.left; i++) {
        if (i >= 2 && i < 12 && i != 5)
            continue; /* flags and counts, of an answer its own */
        bytes[i] ^= 1;
        g_assert_cmpint(tunnel_name_read(a, q, found), ==, -1);
        bytes[i] ^= 1;
    }
    for (gsize n = 0; n < q.left; n++)
        g_assert_cmpint(tunnel_name_read(rd_over(bytes, n), q, found), ==, -1);
    g_assert_cmpuint(found->len, ==, 0);
    bytes[13] ^= 0x20; /* capitals are the same */
    g_assert_cmpint(tunnel_name_read(a, q, found), ==, 0);
    g_assert_cmpuint(found->len, ==, 1);
}

static void
no_end_of_addresses(void)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GByteArray) records = g_byte_array_new();
    guint8 buf[TUNNEL_NAME_QUESTION], bytes[1024];
    const struct rd q = question(buf, TUNNEL_NAME_A);

    for (guint i = 0; i < 40; i++)
        g_byte_array_append(records, (const guint8 *)FOUR, FOUR_LEN);
    const struct rd a = answer(bytes, q, 0x8180, 40, (const char *)records->data, records->len);
    g_assert_cmpint(tunnel_name_read(a, q, found), ==, 0);
    g_assert_cmpuint(found->len, ==, TUNNEL_NAME_ADDRESSES);
}

/* ---- over sockets ---- */

struct name_server {
    GSocket *socket;
    GThread *thread;
    GCancellable *stop;
    guint lose, heard; /* so many of the first are not answered */
    gboolean refuses;
};

static void
reply(struct name_server *s, struct rd q, GSocketAddress *to)
{
    guint8 bytes[1024];
    const gboolean six = q.p[q.left - 3] == TUNNEL_NAME_AAAA;
    const struct rd a = answer(bytes, q, s->refuses ? 0x8185 : 0x8180, 1, six ? SIX : FOUR,
                               six ? SIX_LEN : FOUR_LEN);
    guint8 other[1024];

    memcpy(other, bytes, a.left);
    other[0] ^= 1; /* somebody guesses first */
    g_socket_send_to(s->socket, to, (const char *)other, a.left, NULL, NULL);
    g_socket_send_to(s->socket, to, (const char *)bytes, a.left, NULL, NULL);
}

static gpointer
serve(gpointer data)
{
    struct name_server *s = data;
    char bytes[TUNNEL_NAME_QUESTION];

    for (;;) {
        g_autoptr(GSocketAddress) from = NULL;
        const gssize n =
            g_socket_receive_from(s->socket, &from, bytes, sizeof bytes, s->stop, NULL);
        if (n <= 0)
            return NULL;
        if (s->heard++ >= s->lose)
            reply(s, rd_over(bytes, (gsize)n), from);
    }
}

/* At this address, and the port of the first. */
static guint16
start(struct name_server *s, const char *address, guint16 port)
{
    g_autoptr(GSocketAddress) at = g_inet_socket_address_new_from_string(address, port);
    g_autoptr(GError) error = NULL;

    s->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
    g_assert_no_error(error);
    g_socket_bind(s->socket, at, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(s->socket, NULL);
    s->stop = g_cancellable_new();
    s->thread = g_thread_new("name server", serve, s);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

static void
stop(struct name_server *s)
{
    g_cancellable_cancel(s->stop);
    g_thread_join(s->thread);
    g_object_unref(s->socket);
    g_object_unref(s->stop);
}

static void
resolved(void)
{
    static const char *const servers[] = {"127.0.0.1", "127.0.0.2", NULL};

    for (guint how = 0; how < 3; how++) { /* at once; after a loss; by the second */
        struct name_server first = {.lose = how == 1 ? 2 : 0, .refuses = how == 2}, second = {0};
        struct tunnel_names t = {.device = "lo", .servers = servers, .pause_ms = 60000};
        t.port = start(&first, "127.0.0.1", 0);
        start(&second, "127.0.0.2", t.port);
        if (how == 1)
            t.pause_ms = 500;
        g_auto(GStrv) found = tunnel_names_resolve(&t, HOST, NULL);
        g_assert_nonnull(found);
        g_assert_cmpstr(found[0], ==, "203.0.113.7");
        g_assert_cmpstr(found[1], ==, "2001:db8::7");
        g_assert_null(found[2]);
        stop(&first);
        stop(&second);
        if (how == 0)
            g_assert_cmpuint(second.heard, ==, 0);
    }
}

/* Where nobody hears, and by a device that is not there: nothing, and nobody else is asked. */
static void
nobody(void)
{
    static const char *const servers[] = {"127.0.0.1", NULL}, *const nonsense[] = {"not an address",
                                                                                   NULL};
    struct name_server s = {0};
    struct tunnel_names t = {.device = "no-such-device", .servers = servers, .pause_ms = 60000};

    t.port = start(&s, "127.0.0.1", 0);
    g_assert_null(tunnel_names_resolve(&t, HOST, NULL));
    t.servers = nonsense;
    t.device = "lo";
    g_assert_null(tunnel_names_resolve(&t, HOST, NULL));
    t.servers = servers;
    g_assert_null(tunnel_names_resolve(&t, "not..a.name", NULL));
    stop(&s);
    g_assert_cmpuint(s.heard, ==, 0);
    g_assert_null(tunnel_names_resolve(&t, HOST, NULL)); /* the port is closed by now */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tunnel-name/questions", questions);
    g_test_add_func("/tunnel-name/answers", answers);
    g_test_add_func("/tunnel-name/not-ours", not_ours);
    g_test_add_func("/tunnel-name/no-end-of-addresses", no_end_of_addresses);
    g_test_add_func("/tunnel-name/resolved", resolved);
    g_test_add_func("/tunnel-name/nobody", nobody);
    return g_test_run();
}
