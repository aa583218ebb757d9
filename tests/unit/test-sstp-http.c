/*
 * test-sstp-http.c - the request, and every sort of answer to it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "sstp-http.h"

#define OK_HEAD "HTTP/1.1 200\r\n"
#define NO_END  "Content-Length: 18446744073709551615\r\n"
#define GOOD    OK_HEAD NO_END "Server: Microsoft-HTTPAPI/2.0\r\n\r\n"

static const uint8_t guid[16] = {0xba, 0x19, 0x59, 0x80, 0xcd, 0x49, 0x45, 0x8b,
                                 0x9e, 0x23, 0xc8, 0x4e, 0xe0, 0xad, 0xcd, 0x75};

static char *
request(const char *host, uint16_t port, const char *query)
{
    uint8_t bytes[SSTP_HTTP_MAX_REQUEST];
    struct wr w = wr_over(bytes, sizeof bytes);
    const struct sstp_http_target t = {
        .host = host, .port = port, .path_query = query, .guid = guid};

    if (!sstp_http_request(&w, &t)) {
        g_assert_cmpuint(w.len, ==, 0);
        g_assert_false(w.bad);
        return NULL;
    }
    return g_strndup((const char *)bytes, w.len);
}

static void
test_request(void)
{
    g_autofree char *plain = request("vpn.example.com", 443, "");
    g_autofree char *more = request("vpn.example.com", 8443, "?tenantid=a-b");
    g_autofree char *six = request("2001:db8::1", 443, "");

    g_assert_cmpstr(plain, ==,
                    "SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1\r\n"
                    "Host: vpn.example.com\r\n"
                    "SSTPCORRELATIONID: {BA195980-CD49-458B-9E23-C84EE0ADCD75}\r\n"
                    "Content-Length: 18446744073709551615\r\n\r\n");
    g_assert_nonnull(strstr(more, "/?tenantid=a-b HTTP/1.1\r\nHost: vpn.example.com:8443\r\n"));
    g_assert_nonnull(strstr(six, "Host: [2001:db8::1]\r\n"));
}

/* Threats H9. */
static void
test_request_refused(void)
{
    static const char *const hosts[] = {"",    "a\r\nX: y", "a b",      "a\nb", "a/b",
                                        "a@b", "\"",        "\xc3\xa4", "a\tb", "a\x7f"};
    static const char *const queries[] = {"tenantid=x", "?a b",  "?a\r\nX: y",
                                          "?a#b",       "?\x01", "?\xff"};
    g_autofree char *longest = g_strnfill(SSTP_HTTP_MAX_REQUEST, 'a');

    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++)
        g_assert_null(request(hosts[i], 443, ""));
    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++)
        g_assert_null(request("h", 443, queries[i]));
    g_assert_null(request(longest, 443, "")); /* no room */
}

/* Feed it in pieces of @step. Returns how many octets were used. */
static size_t
feed(struct sstp_http_reply *r, const char *text, size_t n, size_t step)
{
    size_t used = 0;

    *r = (struct sstp_http_reply){0};
    while (used < n && r->state == SSTP_HTTP_MORE) {
        const size_t piece = MIN(step, n - used);
        g_autofree char *exact = g_memdup2(text + used, piece);
        const size_t took = sstp_http_reply_input(r, exact, piece);
        g_assert_cmpuint(took, <=, piece);
        g_assert_true(took == piece || r->state != SSTP_HTTP_MORE);
        used += took;
    }
    return used;
}

#define A SSTP_HTTP_ACCEPTED
#define R SSTP_HTTP_REFUSED
#define M SSTP_HTTP_MORE
#define ROW(why, text, state, error)                                                               \
    {                                                                                              \
        why, text, sizeof text - 1, state, error                                                   \
    }
static const struct {
    const char *why, *text;
    size_t n;
    enum sstp_http_state state;
    enum ras_error error;
} replies[] = {
    /* clang-format off */
    ROW("Windows", GOOD, A, 0),
    ROW("with words", "HTTP/1.1 200 OK\r\n" NO_END "\r\n", A, 0),
    ROW("HTTP/1.0", "HTTP/1.0 200 OK\r\n" NO_END "\r\n", A, 0),
    ROW("bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 18446744073709551615\n\n", A, 0),
    ROW("no length", OK_HEAD "\r\n", A, 0),
    ROW("length in other letters", OK_HEAD "cOnTeNt-LeNgTh:18446744073709551615 \r\n\r\n", A, 0),
    ROW("twice the same length", OK_HEAD NO_END NO_END "\r\n", A, 0),
    ROW("an old fold", OK_HEAD "X: a\r\n b: c\r\n" NO_END "\r\n", A, 0),
    ROW("100-continue first", "HTTP/1.1 100 Continue\r\n\r\n" GOOD, A, 0),
    ROW("100 with a page's header", "HTTP/1.1 100 Continue\r\nContent-Type: text/html\r\n\r\n" GOOD, A, 0),
    ROW("incomplete", OK_HEAD NO_END, M, 0),
    ROW("nothing", "", M, 0),
    ROW("length 2^64", OK_HEAD "Content-Length: 18446744073709551616\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("length 2^65-1", OK_HEAD "Content-Length: 36893488147419103231\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("length -1", OK_HEAD "Content-Length: -1\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("length empty", OK_HEAD "Content-Length:\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("two lengths", OK_HEAD NO_END "Content-Length: 18446744073709551614\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("a body with an end", OK_HEAD "Content-Length: 5\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("an empty body", OK_HEAD "Content-Length: 0\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("a page", OK_HEAD "Content-Type: text/html; charset=x\r\nContent-Length: 99\r\n\r\n<html>", R, RAS_CAPTIVE_PORTAL),
    ROW("a page without an end", OK_HEAD "Content-Type: TEXT/HTML\r\n\r\n", R, RAS_CAPTIVE_PORTAL),
    ROW("redirected", "HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n", R, RAS_CAPTIVE_PORTAL),
    ROW("redirected 307", "HTTP/1.1 307 X\r\n\r\n", R, RAS_CAPTIVE_PORTAL),
    ROW("network authentication required", "HTTP/1.1 511 Login\r\n\r\n", R, RAS_CAPTIVE_PORTAL),
    ROW("401", "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("403 with a page", "HTTP/1.1 403 No\r\nContent-Type: text/html\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("404", "HTTP/1.1 404 Not Found\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("407", "HTTP/1.1 407 Proxy\r\nProxy-Authenticate: NTLM\r\n\r\n", R, RAS_CANNOT_CONNECT_PROXY),
    ROW("503", "HTTP/1.1 503 Service Unavailable\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("201", "HTTP/1.1 201 Created\r\n" NO_END "\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("101", "HTTP/1.1 101 Switching\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("200 twice", OK_HEAD "HTTP/1.1 200 OK\r\n" NO_END "\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("a header without a colon", OK_HEAD "hello\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("a blank before the colon", OK_HEAD "X : y\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("no name", OK_HEAD ": y\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("NUL", OK_HEAD "X: \0\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("ESC", OK_HEAD "X: \x1b[2J\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("a lone carriage return", OK_HEAD "X: a\rb\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("code 20", "HTTP/1.1 20 OK\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("code 2000", "HTTP/1.1 2000 OK\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("code abc", "HTTP/1.1 abc OK\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("HTTP/2", "HTTP/2 200\r\n\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("an SSH server", "SSH-2.0-OpenSSH\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("an SSTP packet", "\x10\x01\x00\x30", R, RAS_INVALID_SERVER_RESPONSE),
    ROW("an empty line", "\r\n", R, RAS_INVALID_SERVER_RESPONSE),
    /* clang-format on */
};

/* Threats H7, H8, H10: whatever the pieces. */
static void
test_replies(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        for (size_t step = 1; step < 80; step += step < 4 ? 1 : 25) {
            struct sstp_http_reply r;

            g_test_message("%s, %zu at a time", replies[i].why, step);
            feed(&r, replies[i].text, replies[i].n, step);
            g_assert_cmpint(r.state, ==, replies[i].state);
            g_assert_cmpint(r.end.error, ==, replies[i].error);
        }
    }
}

/* Threats H8: the first packet in the same segment is not swallowed. */
static void
test_glued(void)
{
    static const char glued[] = GOOD "\x10\x01\x00\x30\x00\x02";
    struct sstp_http_reply r;

    for (size_t step = 1; step < sizeof glued; step++) {
        const size_t used = feed(&r, glued, sizeof glued - 1, step);
        g_assert_cmpint(r.state, ==, SSTP_HTTP_ACCEPTED);
        g_assert_cmpuint(used, ==, sizeof GOOD - 1);
    }
}

static void
check_endless(const char *begin, const char *again, size_t at_most)
{
    struct sstp_http_reply r = {0};
    size_t total = 0;

    sstp_http_reply_input(&r, begin, strlen(begin));
    while (r.state == SSTP_HTTP_MORE && total < 10 * 1024 * 1024)
        total += sstp_http_reply_input(&r, again, strlen(again));
    g_assert_cmpint(r.state, ==, SSTP_HTTP_REFUSED);
    g_assert_cmpint(r.end.error, ==, RAS_INVALID_SERVER_RESPONSE);
    g_assert_cmpuint(total, <=, at_most);
}

static void
test_endless(void)
{
    check_endless(OK_HEAD, "X: y\r\n", SSTP_HTTP_MAX_REPLY);
    check_endless(OK_HEAD "X: ", "yyyyyyyyyyyyyyyyyyyy", SSTP_HTTP_MAX_REPLY);
    check_endless("HTTP/1.1 200 ", "OK ", SSTP_HTTP_MAX_REPLY);
    check_endless("HTTP/1.1 ", "100 Continue\r\n\r\nHTTP/1.1 ", SSTP_HTTP_MAX_REPLY);
}

/* A long line is skipped, not misread: its end is no header of its own. */
static void
test_long_line(void)
{
    g_autofree char *filler = g_strnfill(2000, 'a');
    g_autofree char *text =
        g_strconcat(OK_HEAD "X: ", filler, "Transfer-Encoding: chunked\r\n", NO_END "\r\n", NULL);
    struct sstp_http_reply r;

    feed(&r, text, strlen(text), 7);
    g_assert_cmpint(r.state, ==, SSTP_HTTP_ACCEPTED);
    g_assert_false(r.chunked);
}

static void
test_detail(void)
{
    static const char text[] =
        "HTTP/1.1 404 Not \xff\xfe\x80 Found and a lot of words that nobody needs to read here\r\n"
        "Server: nginx \xe2\x80\xae/9\r\n\r\n";
    struct sstp_http_reply r;

    feed(&r, text, sizeof text - 1, 100);
    g_assert_nonnull(strstr(r.end.detail, "HTTP 404 Not"));
    g_assert_nonnull(strstr(r.end.detail, "nginx"));
    g_assert_true(g_utf8_validate(r.end.detail, -1, NULL));
    g_assert_null(strstr(r.end.detail, "\xe2\x80\xae")); /* no bidi override */
}

/* Every octet changed to a few values: bounded, and nothing is read outside. */
static void
test_flips(void)
{
    static const uint8_t values[] = {0, '\n', '\r', ' ', ':', 'A', '9', 0x7f, 0xff};

    for (size_t at = 0; at < sizeof GOOD - 1; at++) {
        for (gsize v = 0; v < sizeof values; v++) {
            g_autofree char *text = g_memdup2(GOOD, sizeof GOOD - 1);
            struct sstp_http_reply r;

            text[at] = (char)values[v];
            feed(&r, text, sizeof GOOD - 1, 1000);
            g_assert_true(r.state != SSTP_HTTP_REFUSED || r.end.error != RAS_OK);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sstp-http/request", test_request);
    g_test_add_func("/sstp-http/H9-request-refused", test_request_refused);
    g_test_add_func("/sstp-http/H7-H8-H10-replies", test_replies);
    g_test_add_func("/sstp-http/H8-glued", test_glued);
    g_test_add_func("/sstp-http/H7-endless", test_endless);
    g_test_add_func("/sstp-http/H7-long-line", test_long_line);
    g_test_add_func("/sstp-http/Y2-detail", test_detail);
    g_test_add_func("/sstp-http/flips", test_flips);
    return g_test_run();
}
