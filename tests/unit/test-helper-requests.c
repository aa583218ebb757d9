/*
 * test-helper-requests.c - what the tunnel may ask, in every phase, and how it must not (D7).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "helper-requests.h"

#include <arpa/inet.h>
#include <glib.h>

struct fixture {
    struct helper_requests requests;
    struct dial_plan plan;
    unsigned calls; /* of any operation */
    uint16_t tcp_port, wanted;
    bool allowed, first;
    enum dial_stage stage;
    enum ras_error reason;
    struct ras_end end;
    char text[512];
};

static void
on_stage(void *ctx, enum dial_stage stage, const char *address)
{
    struct fixture *f = ctx;

    f->calls++;
    f->stage = stage;
    g_strlcpy(f->text, address, sizeof f->text);
}

static void
on_open_socket(void *ctx, uint16_t tag, const struct helper_endpoint *to, bool allowed)
{
    struct fixture *f = ctx;

    g_assert_cmpuint(tag, ==, 7);
    g_assert_cmpuint(to->port, ==, to->kind == SOCKET_GRE ? 0xbeef : f->tcp_port);
    f->calls++;
    f->allowed = allowed;
    f->wanted = to->wanted_port;
}

static void
on_want_credentials(void *ctx, enum ras_error reason)
{
    struct fixture *f = ctx;

    f->calls++;
    f->reason = reason;
}

static void
on_configure(void *ctx, const struct net_config *config, bool first)
{
    struct fixture *f = ctx;

    g_assert_true(net_config_valid(config));
    f->calls++;
    f->first = first;
}

static void
on_status(void *ctx, const struct tunnel_status *status)
{
    struct fixture *f = ctx;

    f->calls++;
    g_strlcpy(f->text, status->auth, sizeof f->text);
}

static void
on_stats(void *ctx, const struct tunnel_stats *stats)
{
    struct fixture *f = ctx;

    (void)stats;
    f->calls++;
}

static void
on_log(void *ctx, int level, const char *text)
{
    struct fixture *f = ctx;

    g_assert_cmpint(level, ==, 6);
    f->calls++;
    g_strlcpy(f->text, text, sizeof f->text);
}

static void
on_ended(void *ctx, const struct ras_end *end)
{
    struct fixture *f = ctx;

    f->calls++;
    f->end = *end;
}

static void
on_esp(void *ctx, const struct esp_msg *m, bool allowed)
{
    struct fixture *f = ctx;

    g_assert_cmphex(m->spi_in, ==, 0x1234);
    f->calls++;
    f->allowed = allowed;
}

static const struct helper_request_ops ops = {on_stage,     on_open_socket, on_want_credentials,
                                              on_configure, on_status,      on_stats,
                                              on_log,       on_ended,       on_esp};

static void
setup(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->tcp_port = 443;
    dial_plan_init(&f->plan);
    f->plan.n_servers = 1;
    g_strlcpy(f->plan.servers[0].host, "vpn.example", PLAN_MAX_TEXT);
    helper_requests_init(&f->requests, 0, &ops, f, &f->plan, 0, PLAN_SSTP);
}

static void
teardown(struct fixture *f, gconstpointer data)
{
    (void)data;
    dial_plan_clear(&f->plan);
}

static bool
serve(struct fixture *f, struct rd message)
{
    g_autofree uint8_t *exact = g_memdup2(message.p, message.left); /* so that ASan sees its end */
    const char *why = NULL;
    const bool ok = helper_requests_serve(&f->requests, 0, rd_over(exact, message.left), &why);

    g_assert_cmpint(ok, ==, why == NULL);
    return ok;
}

static uint8_t bytes[4096];

static const struct esp_msg an_association = {.op = ESP_MSG_ACCEPT,
                                              .spi_in = 0x1234,
                                              .local_port = 50000,
                                              .cipher = ESP_MSG_AES_CBC,
                                              .auth = ESP_MSG_SHA1_96,
                                              .key_bits = 128,
                                              .in = {.len = 36}};

/* A good message of each type. */
static struct rd
good(enum helper_msg type)
{
    const struct net_config config = {.local4 = 0x0a000002, .mtu = 1400};
    const struct tunnel_status status = {.auth = "MS-CHAPv2"};
    const struct tunnel_stats stats = {.bytes_in = 1};
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, (uint8_t)type);
    switch (type) {
    case HELPER_STAGE:
        wr_u8(&w, STAGE_AUTHENTICATING);
        wire_text_put(&w, "203.0.113.5");
        break;
    case HELPER_OPEN_SOCKET:
        wr_be16(&w, 7);
        wr_u8(&w, 4);
        wr_be32(&w, 0xcb007105);
        wr_bytes(&w, (uint8_t[12]){0}, 12);
        wr_be16(&w, 443);
        wr_u8(&w, SOCKET_TCP);
        break;
    case HELPER_WANT_CREDENTIALS:
        wr_be32(&w, 691);
        break;
    case HELPER_CONFIGURE:
        net_config_put(&w, &config);
        break;
    case HELPER_STATUS:
        tunnel_status_put(&w, &status);
        break;
    case HELPER_STATS:
        tunnel_stats_put(&w, &stats);
        break;
    case HELPER_LOG:
        wr_u8(&w, 6);
        wr_bytes(&w, "hello", 5);
        break;
    case HELPER_ENDED:
        wr_be32(&w, 691);
        wr_bytes(&w, "no", 2);
        break;
    case HELPER_ESP:
        esp_msg_put(&w, &an_association);
        break;
    }
    return wr_done(&w);
}

enum cell { NO, YES, HEARD /* accepted, without an operation */ };

/* Every request in every phase. */
static const struct {
    enum helper_msg type;
    enum cell dialing, registering, up, closing, over;
} cells[] = {
    {HELPER_STAGE, YES, YES, NO, HEARD, NO},
    {HELPER_OPEN_SOCKET, YES, NO, NO, YES, NO},
    {HELPER_WANT_CREDENTIALS, YES, NO, NO, HEARD, NO},
    {HELPER_CONFIGURE, YES, YES, YES, HEARD, NO},
    {HELPER_STATUS, YES, YES, YES, YES, NO},
    {HELPER_STATS, NO, YES, YES, YES, NO},
    {HELPER_LOG, YES, YES, YES, YES, NO},
    {HELPER_ENDED, YES, YES, YES, YES, NO},
    {HELPER_ESP, YES, YES, YES, YES, NO},
};

/* Only L2TP in IPsec has something of that, and only where the tunnel was told to ask. */
static void
offer_esp(struct fixture *f)
{
    f->plan.ipsec = PLAN_IPSEC_PSK;
    f->plan.l2tp_port_1701 = false;
    f->requests.protocol = PLAN_L2TP_IPSEC;
    f->requests.kernel_esp = true;
}

static void
test_cells(struct fixture *f, gconstpointer data)
{
    static const enum tunnel_phase phases[] = {TUNNEL_DIALING, TUNNEL_REGISTERING, TUNNEL_UP,
                                               TUNNEL_CLOSING, TUNNEL_OVER};

    for (gsize i = 0; i < G_N_ELEMENTS(cells); i++) {
        const enum cell row[] = {cells[i].dialing, cells[i].registering, cells[i].up,
                                 cells[i].closing, cells[i].over};
        for (gsize p = 0; p < G_N_ELEMENTS(phases); p++) {
            g_test_message("request %u in phase %u", cells[i].type, phases[p]);
            setup(f, data);
            f->requests.phase = phases[p];
            if (cells[i].type == HELPER_ESP)
                offer_esp(f);
            f->calls = 0;
            g_assert_cmpint(serve(f, good(cells[i].type)), ==, row[p] != NO);
            g_assert_cmpuint(f->calls, ==, row[p] == YES);
        }
    }
}

/* Cut anywhere, or with something behind it, no message is good; and no operation is called. Texts
 * that go to the end of the message are shorter then, and that is all. */
static void
test_malformed(struct fixture *f, gconstpointer data)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cells); i++) {
        const bool open_end = cells[i].type == HELPER_LOG || cells[i].type == HELPER_ENDED;
        const size_t n = good(cells[i].type).left;
        const size_t least = cells[i].type == HELPER_LOG     ? 2
                             : cells[i].type == HELPER_ENDED ? 5
                                                             : n;
        for (size_t cut = 0; cut <= n + 1; cut++) {
            setup(f, data);
            f->requests.phase = TUNNEL_REGISTERING;
            if (cells[i].type == HELPER_OPEN_SOCKET || cells[i].type == HELPER_WANT_CREDENTIALS)
                f->requests.phase = TUNNEL_DIALING;
            if (cells[i].type == HELPER_ESP)
                offer_esp(f);
            f->calls = 0;
            struct rd message = good(cells[i].type);
            bytes[n] = 'x';
            message.left = cut;
            const bool ok = open_end ? cut >= least : cut == n;
            g_assert_cmpint(serve(f, message), ==, ok);
            g_assert_cmpuint(f->calls, ==, ok);
        }
    }
}

static bool
serve_esp(struct fixture *f, const struct esp_msg *m)
{
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_ESP);
    esp_msg_put(&w, m);
    return serve(f, wr_done(&w));
}

/* Whoever was not told to ask has no business with it (D7). */
static void
test_esp(struct fixture *f, gconstpointer data)
{
    struct esp_msg m = an_association;

    (void)data;
    g_assert_false(serve_esp(f, &m)); /* SSTP */
    offer_esp(f);
    g_assert_true(serve_esp(f, &m) && f->allowed);
    f->requests.kernel_esp = false;
    g_assert_false(serve_esp(f, &m));
    offer_esp(f);
    f->plan.ipsec = PLAN_IPSEC_NONE;
    g_assert_false(serve_esp(f, &m));
    offer_esp(f);
    m.local_port = 49151; /* somebody's */
    g_assert_false(serve_esp(f, &m));
    m.local_port = 1702;
    g_assert_false(serve_esp(f, &m));
    m.local_port = 1701;
    g_assert_true(serve_esp(f, &m));
    m = (struct esp_msg){.op = ESP_MSG_FORGET, .spi_in = 0x1234};
    g_assert_true(serve_esp(f, &m));
    f->requests.phase = TUNNEL_CLOSING;
    g_assert_true(serve_esp(f, &m) && !f->allowed);
}

static void
test_unknown(struct fixture *f, gconstpointer data)
{
    for (unsigned type = 0; type < 256; type++) {
        setup(f, data);
        const uint8_t message[] = {(uint8_t)type};
        g_assert_false(serve(f, rd_over(message, 1)));
    }
    g_assert_false(serve(f, rd_over("", 0)));
    g_assert_cmpuint(f->calls, ==, 0);
}

static void
test_only_once(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(serve(f, good(HELPER_ENDED)));
    g_assert_cmpuint(f->end.error, ==, 691);
    g_assert_cmpstr(f->end.detail, ==, "no");
    g_assert_false(serve(f, good(HELPER_ENDED)));
    g_assert_false(serve(f, good(HELPER_LOG)));
}

static void
test_too_often(struct fixture *f, gconstpointer data)
{
    int n = 0;

    (void)data;
    while (serve(f, good(HELPER_OPEN_SOCKET)))
        g_assert_cmpint(++n, <, 100);
    g_assert_cmpint(n, ==, 32);
}

static void
test_flood(struct fixture *f, gconstpointer data)
{
    const char *why;
    int n = 0;

    (void)data;
    while (serve(f, good(HELPER_LOG)))
        g_assert_cmpint(++n, <, 10000);
    g_assert_cmpint(n, ==, 400);
    /* It is the time that lets in more, and not without end. */
    g_assert_true(helper_requests_serve(&f->requests, USEC_PER_SEC, good(HELPER_LOG), &why));
    for (n = 1; helper_requests_serve(&f->requests, USEC_PER_SEC, good(HELPER_LOG), &why); n++)
        g_assert_cmpint(n, <, 10000);
    g_assert_cmpint(n, ==, 50);
    for (n = 0; helper_requests_serve(&f->requests, 86400 * USEC_PER_SEC, good(HELPER_LOG), &why);
         n++)
        g_assert_cmpint(n, <, 10000);
    g_assert_cmpint(n, ==, 400);
}

static void
test_stages_go_on(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(serve(f, good(HELPER_STAGE)));
    g_assert_cmpuint(f->stage, ==, STAGE_AUTHENTICATING);
    g_assert_cmpstr(f->text, ==, "203.0.113.5");
    struct rd back = good(HELPER_STAGE);
    bytes[1] = STAGE_CONNECTING;
    g_assert_false(serve(f, back));
    back = good(HELPER_STAGE);
    bytes[1] = 4;
    g_assert_false(serve(f, back));
}

static void
test_one_question_at_a_time(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(serve(f, good(HELPER_WANT_CREDENTIALS)));
    g_assert_cmpuint(f->reason, ==, 691);
    g_assert_false(serve(f, good(HELPER_WANT_CREDENTIALS)));
    f->requests.question = false;
    g_assert_true(serve(f, good(HELPER_WANT_CREDENTIALS)));
    f->requests.question = false;
    struct rd other = good(HELPER_WANT_CREDENTIALS);
    bytes[3] = 0x02, bytes[4] = 0x87; /* 647: nothing that a person could answer */
    g_assert_false(serve(f, other));
}

static void
test_texts(struct fixture *f, gconstpointer data)
{
    static const char *const bad[] = {"\033[2J", "a\nb", "\xff", "\xe2\x80\xae"};
    char text[450];

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct wr w = wr_over(bytes, sizeof bytes);
        tunnel_msg_begin(&w, HELPER_LOG);
        wr_u8(&w, 6);
        wr_bytes(&w, bad[i], strlen(bad[i]));
        g_assert_false(serve(f, wr_done(&w)));
    }
    memset(text, 'x', sizeof text);
    for (size_t n = 399; n <= 401; n++) {
        struct wr w = wr_over(bytes, sizeof bytes);
        tunnel_msg_begin(&w, HELPER_LOG);
        wr_u8(&w, 6);
        wr_bytes(&w, text, n);
        g_assert_cmpint(serve(f, wr_done(&w)), ==, n <= 400);
    }
}

static void
test_port_and_kind(struct fixture *f, gconstpointer data)
{
    struct rd m = good(HELPER_OPEN_SOCKET);

    (void)data;
    g_assert_true(serve(f, m));
    g_assert_true(f->allowed);
    m = good(HELPER_OPEN_SOCKET);
    bytes[21] = 22; /* the low octet of the port */
    g_assert_false(serve(f, m));
    m = good(HELPER_OPEN_SOCKET);
    bytes[22] = SOCKET_GRE;
    g_assert_false(serve(f, m));
    m = good(HELPER_OPEN_SOCKET);
    bytes[22] = SOCKET_PROXY; /* the plan has none */
    g_assert_false(serve(f, m));
    m = good(HELPER_OPEN_SOCKET);
    bytes[3] = 5; /* family */
    g_assert_false(serve(f, m));
    f->requests.phase = TUNNEL_CLOSING;
    g_assert_true(serve(f, good(HELPER_OPEN_SOCKET)));
    g_assert_false(f->allowed);
}

static struct rd
pptp_socket(uint8_t family, uint32_t address, uint16_t port, enum socket_kind kind)
{
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, HELPER_OPEN_SOCKET);
    wr_be16(&w, 7);
    wr_u8(&w, family);
    wr_be32(&w, address);
    wr_bytes(&w, (uint8_t[12]){0}, 12);
    wr_be16(&w, port);
    wr_u8(&w, kind);
    return wr_done(&w);
}

static void
test_gre(struct fixture *f, gconstpointer data)
{
    const uint32_t server = 0xcb007105, other = 0xcb007106;

    (void)data;
    f->tcp_port = 1723;
    f->plan.proxy = PLAN_PROXY_HTTP; /* GRE passes none, so it is not used */
    helper_requests_init(&f->requests, 0, &ops, f, &f->plan, 0, PLAN_PPTP);
    g_assert_false(serve(f, pptp_socket(4, server, 443, SOCKET_TCP)));
    g_assert_false(serve(f, pptp_socket(4, server, 1723, SOCKET_PROXY)));
    g_assert_false(serve(f, pptp_socket(6, 0x20010db8, 1723, SOCKET_TCP)));
    g_assert_false(serve(f, pptp_socket(4, server, 0xbeef, SOCKET_GRE))); /* not yet */

    g_assert_true(serve(f, pptp_socket(4, 0x7f000001, 1723, SOCKET_TCP)));
    g_assert_false(f->allowed);
    g_assert_false(serve(f, pptp_socket(4, 0x7f000001, 0xbeef, SOCKET_GRE))); /* was refused */

    g_assert_true(serve(f, pptp_socket(4, server, 1723, SOCKET_TCP)));
    g_assert_true(f->allowed);
    g_assert_false(serve(f, pptp_socket(4, other, 0xbeef, SOCKET_GRE)));
    g_assert_false(serve(f, pptp_socket(4, server, 0, SOCKET_GRE))); /* of any call? */
    g_assert_false(serve(f, pptp_socket(6, server, 0xbeef, SOCKET_GRE)));
    g_assert_cmpuint(f->calls, ==, 2);
    g_assert_true(serve(f, pptp_socket(4, server, 0xbeef, SOCKET_GRE)));
    g_assert_true(f->allowed);

    f->requests.phase = TUNNEL_CLOSING;
    g_assert_true(serve(f, pptp_socket(4, server, 0xbeef, SOCKET_GRE)));
    g_assert_false(f->allowed);
    f->requests.phase = TUNNEL_UP;
    g_assert_false(serve(f, pptp_socket(4, server, 0xbeef, SOCKET_GRE)));

    helper_requests_init(&f->requests, 0, &ops, f, &f->plan, 0, PLAN_SSTP);
    f->plan.proxy = PLAN_PROXY_NONE;
    f->tcp_port = 443;
    g_assert_true(serve(f, pptp_socket(4, server, 443, SOCKET_TCP)));
    g_assert_false(serve(f, pptp_socket(4, server, 0xbeef, SOCKET_GRE)));
}

/* The plan says what is dialed, and with what around it (L7). */
static void
test_udp_and_esp(struct fixture *f, gconstpointer data)
{
    static const struct {
        enum plan_ipsec ipsec;
        uint8_t family;
        uint32_t address;
        uint16_t port;
        enum socket_kind kind;
        bool served, allowed;
        uint16_t wanted;
    } rows[] = {
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 4500, SOCKET_UDP, false, false, 0}, /* not yet */
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 0, SOCKET_ESP, false, false, 0},
        {PLAN_IPSEC_PSK, 4, 0x7f000001, 500, SOCKET_UDP, true, false, 500},
        {PLAN_IPSEC_PSK, 4, 0x7f000001, 0, SOCKET_ESP, false, false, 0}, /* was refused */
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 500, SOCKET_UDP, true, true, 500},
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 4500, SOCKET_UDP, true, true, 4500},
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 0, SOCKET_ESP, true, true, 0},
        {PLAN_IPSEC_PSK, 4, 0xcb007106, 4500, SOCKET_UDP, false, false, 0}, /* somebody else */
        {PLAN_IPSEC_PSK, 4, 0xcb007106, 0, SOCKET_ESP, false, false, 0},
        {PLAN_IPSEC_PSK, 6, 0xcb007105, 0, SOCKET_ESP, false, false, 0},
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 1, SOCKET_ESP, false, false, 0},
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 1701, SOCKET_UDP, false, false, 0}, /* in the clear */
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 53, SOCKET_UDP, false, false, 0},
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 500, SOCKET_TCP, false, false, 0},
        {PLAN_IPSEC_PSK, 4, 0xcb007105, 0xbeef, SOCKET_GRE, false, false, 0},
        {PLAN_IPSEC_CERTIFICATE, 6, 0x20010db8, 500, SOCKET_UDP, true, true, 500},
        {PLAN_IPSEC_CERTIFICATE, 6, 0x20010db8, 0, SOCKET_ESP, true, true, 0},
        {PLAN_IPSEC_NONE, 4, 0xcb007105, 1701, SOCKET_UDP, true, true, 0},
        {PLAN_IPSEC_NONE, 4, 0xcb007105, 500, SOCKET_UDP, false, false, 0},
        {PLAN_IPSEC_NONE, 4, 0xcb007105, 4500, SOCKET_UDP, false, false, 0},
        {PLAN_IPSEC_NONE, 4, 0xcb007105, 0, SOCKET_ESP, false, false, 0},
    };

    (void)data;
    f->plan.l2tp_port_1701 = false;
    helper_requests_init(&f->requests, 0, &ops, f, &f->plan, 0, PLAN_L2TP_IPSEC);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        f->plan.ipsec = rows[i].ipsec;
        f->tcp_port = rows[i].port;
        f->allowed = false;
        f->wanted = 0;
        g_test_message("row %u", i);
        g_assert_cmpint(
            serve(f, pptp_socket(rows[i].family, rows[i].address, rows[i].port, rows[i].kind)), ==,
            rows[i].served);
        g_assert_cmpint(f->allowed, ==, rows[i].allowed);
        g_assert_cmpuint(f->wanted, ==, rows[i].wanted);
    }
    f->plan.l2tp_port_1701 = true;
    f->tcp_port = 1701;
    g_assert_true(serve(f, pptp_socket(4, 0xcb007105, 1701, SOCKET_UDP)));
    g_assert_cmpuint(f->wanted, ==, 1701);

    for (enum plan_protocol other = PLAN_SSTP; other <= PLAN_PPTP; other += 2) {
        helper_requests_init(&f->requests, 0, &ops, f, &f->plan, 0, other);
        g_assert_false(serve(f, pptp_socket(4, 0xcb007105, 500, SOCKET_UDP)));
        g_assert_false(serve(f, pptp_socket(4, 0xcb007105, 1701, SOCKET_UDP)));
        g_assert_false(serve(f, pptp_socket(4, 0xcb007105, 0, SOCKET_ESP)));
    }
}

static void
test_addresses(void)
{
    static const struct {
        const char *address, *host;
        bool allowed;
    } rows[] = {
        {"203.0.113.5", "vpn.example", true},
        {"10.1.2.3", "vpn.example", true},
        {"127.0.0.1", "vpn.example", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.2", "127.0.0.1", false},
        {"127.0.0.1", "localhost", false},
        {"0.0.0.0", "vpn.example", false},
        {"0.0.0.0", "0.0.0.0", false},
        {"224.0.0.1", "vpn.example", false},
        {"255.255.255.255", "vpn.example", false},
        {"203.0.113.5", "203.0.113.6", false},
        {"203.0.113.5", "2001:db8::1", false},
        {"2001:db8::1", "vpn.example", true},
        {"2001:db8::1", "2001:db8::1", true},
        {"2001:db8::1", "203.0.113.5", false},
        {"::", "vpn.example", false},
        {"::", "::", false},
        {"::1", "vpn.example", false},
        {"::1", "::1", true},
        {"::127.0.0.1", "vpn.example", false},
        {"::ffff:127.0.0.1", "vpn.example", false},
        {"::ffff:203.0.113.5", "vpn.example", false},
        {"ff02::1", "vpn.example", false},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct helper_endpoint to = {.family = strchr(rows[i].address, ':') != NULL ? 6 : 4};
        g_test_message("%s for %s", rows[i].address, rows[i].host);
        g_assert_cmpint(inet_pton(to.family == 4 ? AF_INET : AF_INET6, rows[i].address, to.address),
                        ==, 1);
        g_assert_cmpint(helper_endpoint_allowed(&to, rows[i].host), ==, rows[i].allowed);
    }
}

#define ADD(path, fn)                                                                              \
    g_test_add("/helper-requests/" path, struct fixture, NULL, setup, fn, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("D7-every-phase", test_cells);
    ADD("D7-malformed", test_malformed);
    ADD("D7-esp-only-where-offered", test_esp);
    ADD("D7-unknown", test_unknown);
    ADD("D7-only-once", test_only_once);
    ADD("D7-too-often", test_too_often);
    ADD("D7-flood", test_flood);
    ADD("D7-gre", test_gre);
    ADD("D7-L7-udp-and-esp", test_udp_and_esp);
    ADD("stages-go-on", test_stages_go_on);
    ADD("one-question-at-a-time", test_one_question_at_a_time);
    ADD("D7-texts", test_texts);
    ADD("D7-port-and-kind", test_port_and_kind);
    g_test_add_func("/helper-requests/D7-addresses", test_addresses);
    return g_test_run();
}
