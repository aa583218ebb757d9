/* test-ras-sstp.c - the practice server's HTTP, SSTP and little IP, message by message.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "ras-http.h"
#include "ras-ip.h"
#include "ras-sstp.h"
#include "sstp-binding.h"

static void
fill_sevens(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 7, n);
}

static unsigned events; /* 1 << type, since the last look */

static void
note_event(void *owner, const struct ras_core_event *event)
{
    (void)owner;
    events |= 1u << event->type;
}

struct fixture {
    struct ras_config config;
    struct rng rng;
    struct ras_env env;
    struct ras_sstp s;
    struct ras_out out;
};

static struct fixture *
fixture_new(const char *fault)
{
    struct fixture *f = g_new0(struct fixture, 1);
    const char *why;

    events = 0;
    ras_config_init(&f->config);
    if (fault != NULL)
        g_assert_true(ras_script_add_line(&f->config.script, fault, &why));
    f->rng.fill = fill_sevens;
    f->env = (struct ras_env){
        .config = &f->config, .rng = &f->rng, .call = 1, .owner = f, .event = note_event};
    memset(f->config.cert_sha256, 0xc2, 32);
    memset(f->config.cert_sha1, 0xc1, 20);
    ras_sstp_init(&f->s, &f->env);
    ras_sstp_begin(&f->s, 0);
    return f;
}

static void
give(struct fixture *f, usec_t now, struct rd bytes)
{
    struct sstp_packet p = {0};

    g_assert_cmpint(sstp_cut(bytes.p, bytes.left, &p), ==, SSTP_CUT_PACKET);
    ras_sstp_input(&f->s, now, &p, &f->out);
}

static void
give_bare(struct fixture *f, usec_t now, enum sstp_type type)
{
    uint8_t buf[SSTP_MAX_CONTROL];
    struct wr w = wr_over(buf, sizeof buf);

    if (type == SSTP_MSG_CALL_CONNECT_REQUEST)
        sstp_put_connect_request(&w);
    else if (type == SSTP_MSG_CALL_ABORT || type == SSTP_MSG_CALL_DISCONNECT)
        sstp_put_status(&w, type, 0, SSTP_STATUS_NO_ERROR);
    else
        sstp_put_bare(&w, type);
    give(f, now, wr_done(&w));
}

/* The type of the next message that the server says; 0: nothing. */
static unsigned
said(struct fixture *f, struct sstp_message *ret)
{
    static uint8_t copy[RAS_OUT_SIZE];
    struct sstp_packet p = {0};
    uint8_t about;

    if (f->out.at == f->out.len)
        return 0;
    g_assert_cmpint(sstp_cut(f->out.bytes + f->out.at, f->out.len - f->out.at, &p), ==,
                    SSTP_CUT_PACKET);
    memcpy(copy, f->out.bytes + f->out.at, p.len);
    f->out.at += p.len;
    g_assert_cmpint(
        sstp_message_parse(rd_over(copy + SSTP_HEADER, p.len - SSTP_HEADER), ret, &about), ==,
        SSTP_STATUS_NO_ERROR);
    return ret->type;
}

static void
connect_and_ack(struct fixture *f, struct sstp_message *ack)
{
    give_bare(f, 0, SSTP_MSG_CALL_CONNECT_REQUEST);
    g_assert_cmpuint(said(f, ack), ==, SSTP_MSG_CALL_CONNECT_ACK);
    g_assert_cmpint(f->s.state, ==, RAS_SSTP_CONNECTED_PENDING);
}

static void
give_connected(struct fixture *f, enum sstp_hash hash, uint8_t hlak_octet, uint8_t cert_octet)
{
    uint8_t packet[SSTP_CONNECTED_LEN], hlak[32], cert[32] = {0}, nonce[32];
    struct wr w = wr_over(packet, sizeof packet);

    memset(hlak, hlak_octet, sizeof hlak);
    memset(cert, cert_octet, hash == SSTP_HASH_SHA1 ? 20 : 32);
    memset(nonce, 7, sizeof nonce);
    sstp_put_connected(&w, hash, nonce, cert);
    sstp_binding_seal(hash, hlak, packet);
    give(f, 0, rd_over(packet, sizeof packet));
}

static void
give_keys(struct fixture *f)
{
    uint8_t hlak[32];

    memset(hlak, 0x5a, sizeof hlak);
    ras_sstp_keys(&f->s, hlak);
}

static void
test_bound(void)
{
    static const struct {
        uint8_t mask;
        enum sstp_hash hash;
        uint8_t hlak, cert;
        bool right;
    } rows[] = {
        {3, SSTP_HASH_SHA256, 0x5a, 0xc2, true},
        {2, SSTP_HASH_SHA256, 0x5a, 0xc2, true},
        {1, SSTP_HASH_SHA1, 0x5a, 0xc1, true},
        {3, SSTP_HASH_SHA1, 0x5a, 0xc1, false}, /* the better one MUST be used */
        {3, SSTP_HASH_SHA256, 0x5b, 0xc2, false},
        {3, SSTP_HASH_SHA256, 0x5a, 0xc3, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct fixture *f = fixture_new(NULL);
        struct sstp_message m;

        f->s.hashes = rows[i].mask;
        connect_and_ack(f, &m);
        g_assert_cmpuint(m.hashes, ==, rows[i].mask);
        give_keys(f);
        give_connected(f, rows[i].hash, rows[i].hlak, rows[i].cert);
        if (rows[i].right) {
            g_assert_cmpint(f->s.state, ==, RAS_SSTP_CONNECTED);
            g_assert_true(events & 1u << RAS_EVENT_BOUND);
            g_assert_cmpuint(said(f, &m), ==, 0);
        } else {
            g_assert_true(events & 1u << RAS_EVENT_BINDING_REFUSED);
            g_assert_cmpuint(said(f, &m), ==, SSTP_MSG_CALL_ABORT);
            g_assert_cmpint(f->s.state, ==, RAS_SSTP_ENDING);
        }
        g_free(f);
    }
}

/* CALL_CONNECTED before PPP has authenticated proves nothing. */
static void
test_bound_too_early(void)
{
    struct fixture *f = fixture_new(NULL);
    struct sstp_message m;

    connect_and_ack(f, &m);
    give_connected(f, SSTP_HASH_SHA256, 0, 0xc2); /* right for a key of zeroes */
    g_assert_cmpuint(said(f, &m), ==, SSTP_MSG_CALL_ABORT);
    g_free(f);
}

/* Each message in each state: what is answered, and where that leads. */
static void
test_cells(void)
{
    static const struct {
        enum ras_sstp_state from;
        enum sstp_type in;
        unsigned out;
        enum ras_sstp_state to;
    } rows[] = {
        {RAS_SSTP_REQUEST_PENDING, SSTP_MSG_CALL_CONNECT_REQUEST, SSTP_MSG_CALL_CONNECT_ACK,
         RAS_SSTP_CONNECTED_PENDING},
        {RAS_SSTP_CONNECTED_PENDING, SSTP_MSG_CALL_CONNECT_REQUEST, SSTP_MSG_CALL_ABORT,
         RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED, SSTP_MSG_CALL_CONNECT_REQUEST, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
        {RAS_SSTP_ENDING, SSTP_MSG_CALL_CONNECT_REQUEST, 0, RAS_SSTP_ENDING},
        {RAS_SSTP_REQUEST_PENDING, SSTP_MSG_ECHO_REQUEST, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED_PENDING, SSTP_MSG_ECHO_REQUEST, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED, SSTP_MSG_ECHO_REQUEST, SSTP_MSG_ECHO_RESPONSE, RAS_SSTP_CONNECTED},
        {RAS_SSTP_ENDING, SSTP_MSG_ECHO_REQUEST, 0, RAS_SSTP_ENDING},
        {RAS_SSTP_REQUEST_PENDING, SSTP_MSG_ECHO_RESPONSE, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED, SSTP_MSG_ECHO_RESPONSE, 0, RAS_SSTP_CONNECTED},
        {RAS_SSTP_REQUEST_PENDING, SSTP_MSG_CALL_DISCONNECT, SSTP_MSG_CALL_DISCONNECT_ACK,
         RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED_PENDING, SSTP_MSG_CALL_DISCONNECT, SSTP_MSG_CALL_DISCONNECT_ACK,
         RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED, SSTP_MSG_CALL_DISCONNECT, SSTP_MSG_CALL_DISCONNECT_ACK,
         RAS_SSTP_ENDING},
        {RAS_SSTP_REQUEST_PENDING, SSTP_MSG_CALL_ABORT, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED_PENDING, SSTP_MSG_CALL_ABORT, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED, SSTP_MSG_CALL_ABORT, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
        {RAS_SSTP_ENDING, SSTP_MSG_CALL_ABORT, 0, RAS_SSTP_ENDING},
        {RAS_SSTP_REQUEST_PENDING, SSTP_MSG_CALL_DISCONNECT_ACK, SSTP_MSG_CALL_ABORT,
         RAS_SSTP_ENDING},
        {RAS_SSTP_CONNECTED, SSTP_MSG_CALL_DISCONNECT_ACK, SSTP_MSG_CALL_ABORT, RAS_SSTP_ENDING},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct fixture *f = fixture_new(NULL);
        struct sstp_message m;

        f->s.state = rows[i].from;
        give_bare(f, 0, rows[i].in);
        g_test_message("row %zu", i);
        g_assert_cmpuint(said(f, &m), ==, rows[i].out);
        g_assert_cmpuint(said(f, &m), ==, 0);
        g_assert_cmpint(f->s.state, ==, rows[i].to);
        g_free(f);
    }
}

static void
test_goodbye_acknowledged(void)
{
    struct fixture *f = fixture_new(NULL);
    struct sstp_message m;

    connect_and_ack(f, &m);
    ras_sstp_disconnect(&f->s, 5, SSTP_STATUS_NO_ERROR, "enough", &f->out);
    g_assert_cmpuint(said(f, &m), ==, SSTP_MSG_CALL_DISCONNECT);
    ras_sstp_disconnect(&f->s, 6, SSTP_STATUS_NO_ERROR, "again", &f->out);
    g_assert_cmpuint(said(f, &m), ==, 0);
    give_bare(f, 7, SSTP_MSG_CALL_DISCONNECT_ACK);
    g_assert_cmpint(f->s.state, ==, RAS_SSTP_CLOSED);
    g_assert_cmpstr(f->s.why, ==, "enough");
    g_free(f);
}

static void
test_timers(void)
{
    struct fixture *f = fixture_new(NULL);
    struct sstp_message m;

    /* the client never asks */
    ras_sstp_expire(&f->s, ras_sstp_deadline(&f->s), &f->out);
    g_assert_cmpuint(said(f, &m), ==, SSTP_MSG_CALL_ABORT);
    g_assert_cmpuint(m.status, ==, SSTP_STATUS_NEGOTIATION_TIMEOUT);
    ras_sstp_expire(&f->s, ras_sstp_deadline(&f->s), &f->out);
    g_assert_cmpint(f->s.state, ==, RAS_SSTP_CLOSED);
    g_assert_true(ras_sstp_deadline(&f->s) == NEVER);
    g_free(f);

    /* it falls silent while connected: asked once, then dropped without a word */
    f = fixture_new(NULL);
    connect_and_ack(f, &m);
    give_keys(f);
    give_connected(f, SSTP_HASH_SHA256, 0x5a, 0xc2);
    g_assert_true(ras_sstp_deadline(&f->s) == 60 * USEC_PER_SEC);
    ras_sstp_expire(&f->s, 60 * USEC_PER_SEC, &f->out);
    g_assert_cmpuint(said(f, &m), ==, SSTP_MSG_ECHO_REQUEST);
    ras_sstp_heard(&f->s, 61 * USEC_PER_SEC);
    ras_sstp_expire(&f->s, 121 * USEC_PER_SEC, &f->out);
    g_assert_cmpuint(said(f, &m), ==, SSTP_MSG_ECHO_REQUEST);
    ras_sstp_expire(&f->s, 181 * USEC_PER_SEC, &f->out);
    g_assert_cmpuint(said(f, &m), ==, 0);
    g_assert_cmpint(f->s.state, ==, RAS_SSTP_CLOSED);
    g_free(f);
}

static void
test_nak_and_masks(void)
{
    struct fixture *f = fixture_new("sstp-nak 2");
    struct sstp_message m;

    for (int i = 0; i < 2; i++) {
        give_bare(f, 0, SSTP_MSG_CALL_CONNECT_REQUEST);
        g_assert_cmpuint(said(f, &m), ==, SSTP_MSG_CALL_CONNECT_NAK);
    }
    connect_and_ack(f, &m);
    g_free(f);

    f = fixture_new("sstp-no-ack");
    give_bare(f, 0, SSTP_MSG_CALL_CONNECT_REQUEST);
    g_assert_cmpuint(said(f, &m), ==, 0);
    g_free(f);

    f = fixture_new("refuse-binding");
    connect_and_ack(f, &m);
    give_keys(f);
    give_connected(f, SSTP_HASH_SHA256, 0x5a, 0xc2);
    g_assert_cmpint(f->s.state, ==, RAS_SSTP_CLOSED);
    g_assert_cmpuint(said(f, &m), ==, 0);
    g_free(f);
}

/* ------------------------------------------------------------------ HTTP */

#define LENGTH "Content-Length: 18446744073709551615\r\n"
#define POST   "SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/"

static void
test_http(void)
{
    static const struct {
        const char *text;
        enum ras_http_verdict verdict;
        uint16_t status;
    } rows[] = {
        {POST " HTTP/1.1\r\nHost: vpn\r\n" LENGTH "\r\n", RAS_HTTP_OK, 200},
        {POST "?tenantid=x HTTP/1.1\r\nhost: vpn\r\n" LENGTH "\r\n", RAS_HTTP_OK, 200},
        {POST " HTTP/1.1\r\nHost: vpn\r\n" LENGTH, RAS_HTTP_MORE, 431},
        {POST " HTTP/1.1\r\n" LENGTH "\r\n", RAS_HTTP_BAD, 400},
        {POST " HTTP/1.1\r\nHost: vpn\r\n\r\n", RAS_HTTP_BAD, 400},
        {POST " HTTP/1.1\r\nHost: vpn\r\nContent-Length: 5\r\n\r\n", RAS_HTTP_BAD, 400},
        {POST " HTTP/1.0\r\nHost: vpn\r\n" LENGTH "\r\n", RAS_HTTP_BAD, 400},
        {POST "etc/passwd HTTP/1.1\r\nHost: vpn\r\n" LENGTH "\r\n", RAS_HTTP_BAD, 404},
        {"GET / HTTP/1.1\r\nHost: vpn\r\n\r\n", RAS_HTTP_BAD, 405},
        {"\r\n\r\n", RAS_HTTP_BAD, 405},
        {"", RAS_HTTP_MORE, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const size_t n = strlen(rows[i].text);
        g_autofree char *exact = g_memdup2(rows[i].text, n);
        size_t used = 0;
        uint16_t status = 0;

        g_test_message("row %zu", i);
        g_assert_cmpint(ras_http_request(exact, n, &used, &status), ==, rows[i].verdict);
        if (rows[i].verdict != RAS_HTTP_MORE)
            g_assert_cmpuint(status, ==, rows[i].status);
        if (rows[i].verdict == RAS_HTTP_OK)
            g_assert_cmpuint(used, ==, n);
    }
}

/* A glued first packet stays where it is; a header without an end is not waited for for ever. */
static void
test_http_bounds(void)
{
    const char *head = POST " HTTP/1.1\r\nHost: vpn\r\n" LENGTH "\r\n";
    g_autoptr(GString) s = g_string_new(head);
    size_t used = 0;
    uint16_t status;

    g_string_append_len(s, "\x10\x01\x00\x0e\n\n", 6);
    g_assert_cmpint(ras_http_request(s->str, s->len, &used, &status), ==, RAS_HTTP_OK);
    g_assert_cmpuint(used, ==, strlen(head));

    g_string_assign(s, POST " HTTP/1.1\r\n");
    while (s->len < RAS_HTTP_MAX)
        g_string_append(s, "X: y\r\n");
    g_assert_cmpint(ras_http_request(s->str, s->len, &used, &status), ==, RAS_HTTP_BAD);
    g_assert_cmpuint(status, ==, 431);
    g_string_assign(s, "");
    while (s->len < RAS_HTTP_MAX)
        g_string_append_c(s, 'x');
    g_assert_cmpint(ras_http_request(s->str, s->len, &used, &status), ==, RAS_HTTP_BAD);
}

/* ------------------------------------------------------------------ IP */

static void
test_ping(void)
{
    struct ras_config config;
    uint8_t packet[28], before[28];
    struct wr w = wr_over(packet, sizeof packet);

    ras_config_init(&config);
    ras_ip_ping(0x0a000002, config.address, &w);
    g_assert_cmpuint(wr_done(&w).left, ==, sizeof packet);
    memcpy(before, packet, sizeof packet);
    g_assert_true(ras_ip_echo(&config, packet, sizeof packet, false));
    g_assert_cmpuint(packet[20], ==, 0); /* a reply, */
    g_assert_cmpmem(packet + 12, 4, before + 16, 4);
    g_assert_cmpmem(packet + 16, 4, before + 12, 4);
    g_assert_cmphex(packet[22] << 8 | packet[23], ==, 0xffff);         /* sum over zeroes */
    g_assert_false(ras_ip_echo(&config, packet, sizeof packet, true)); /* not to a reply */

    w = wr_over(packet, sizeof packet);
    ras_ip_ping(0x0a000002, 0x08080808, &w);
    g_assert_false(ras_ip_echo(&config, packet, sizeof packet, false));
    g_assert_true(ras_ip_echo(&config, packet, sizeof packet, true));
    for (size_t n = 0; n < sizeof before; n++) {
        g_autofree uint8_t *cut = g_memdup2(before, n);
        g_assert_false(ras_ip_echo(&config, cut, n, true));
    }
}

static size_t
make_inform(uint8_t *out, size_t cap, uint8_t type)
{
    struct wr w = wr_over(out, cap);
    static const uint8_t zero[236] = {1, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0, 0, 10, 9, 0, 10};

    wr_be32(&w, 0x4500010c); /* 20 + 8 + 240 */
    wr_be32(&w, 0);
    wr_be32(&w, 0x40110000);
    wr_be32(&w, 0x0a09000a);
    wr_be32(&w, 0xffffffff);
    wr_be16(&w, 68);
    wr_be16(&w, 67);
    wr_be16(&w, 8 + 240 + 4);
    wr_be16(&w, 0);
    wr_bytes(&w, zero, sizeof zero);
    wr_be32(&w, 0x63825363);
    wr_be32(&w, 0x350100ff | (uint32_t)type << 8);
    out[2] = (uint8_t)(w.len >> 8);
    out[3] = (uint8_t)w.len;
    return wr_done(&w).left;
}

static bool
option_is(struct rd options, uint8_t code, const void *value, size_t n)
{
    while (options.left > 0) {
        const uint8_t at = rd_u8(&options);
        if (at == 255)
            return false;
        struct rd v = rd_take(&options, rd_u8(&options));
        if (at == code)
            return rd_equal(v, rd_over(value, n));
    }
    return false;
}

static void
test_dhcp(void)
{
    struct fixture *f = fixture_new(NULL);
    uint8_t inform[400], reply[RAS_IP_MAX];
    const size_t n = make_inform(inform, sizeof inform, 8);
    struct wr w = wr_over(reply, sizeof reply);

    f->config.dns[0] = 0x0a090035;
    strcpy(f->config.domain, "corp.example.test");
    f->config.n_routes = 1;
    g_assert_true(net_route_parse("10.20.0.0/14", &f->config.routes[0].to));
    f->config.routes[0].gateway = f->config.address;

    g_assert_true(ras_ip_is_dhcp(rd_over(inform, n)));
    g_assert_true(ras_ip_dhcp(&f->env, rd_over(inform, n), &w));
    const struct rd r = wr_done(&w);
    const struct rd options = rd_over(r.p + 28 + 240, r.left - 268);
    g_assert_cmpmem(r.p + 28 + 4, 4, inform + 28 + 4, 4); /* transaction */
    g_assert_true(option_is(options, 53, "\5", 1));
    g_assert_true(option_is(options, 15, "corp.example.test", 17));
    g_assert_true(option_is(options, 6, "\x0a\x09\x00\x35", 4));
    g_assert_true(option_is(options, 121, "\x0e\x0a\x14\x0a\x09\x00\x01", 7));
    g_assert_true(option_is(options, 249, "\x0e\x0a\x14\x0a\x09\x00\x01", 7));

    w = wr_over(reply, sizeof reply);
    make_inform(inform, sizeof inform, 1); /* a DISCOVER: addresses come from IPCP */
    g_assert_false(ras_ip_dhcp(&f->env, rd_over(inform, n), &w));
    make_inform(inform, sizeof inform, 8);
    for (size_t cut = 0; cut < n; cut++) {
        g_autofree uint8_t *exact = g_memdup2(inform, cut);
        w = wr_over(reply, sizeof reply);
        g_assert_false(ras_ip_dhcp(&f->env, rd_over(exact, cut), &w));
    }
    g_free(f);

    f = fixture_new("dhcp-routes 10000");
    w = wr_over(reply, sizeof reply);
    g_assert_true(ras_ip_dhcp(&f->env, rd_over(inform, n), &w));
    g_assert_cmpuint(wr_done(&w).left, >, 3000);
    g_free(f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ras/sstp/bound", test_bound);
    g_test_add_func("/ras/sstp/bound-too-early", test_bound_too_early);
    g_test_add_func("/ras/sstp/cells", test_cells);
    g_test_add_func("/ras/sstp/goodbye-acknowledged", test_goodbye_acknowledged);
    g_test_add_func("/ras/sstp/timers", test_timers);
    g_test_add_func("/ras/sstp/nak-and-faults", test_nak_and_masks);
    g_test_add_func("/ras/http/requests", test_http);
    g_test_add_func("/ras/http/bounds", test_http_bounds);
    g_test_add_func("/ras/ip/ping", test_ping);
    g_test_add_func("/ras/ip/dhcp", test_dhcp);
    return g_test_run();
}
