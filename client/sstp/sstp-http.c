/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sstp-http.h"

#include <stdio.h>

static const char no_end[] = "18446744073709551615"; /* 2^64 - 1: a body without an end */

/* A host name or address: nothing that means something in a header or a URI. */
static bool
host_fits(const char *host)
{
    if (*host == '\0')
        return false;
    for (const char *p = host; *p != '\0'; p++) {
        const char c = (char)(*p | 0x20);
        if (!(c >= 'a' && c <= 'z') && !(*p >= '0' && *p <= '9') && strchr("-._:%", *p) == NULL)
            return false;
    }
    return true;
}

static bool
query_fits(const char *query)
{
    if (*query != '\0' && *query != '?')
        return false;
    for (const char *p = query; *p != '\0'; p++) {
        if (*p <= ' ' || *p == 0x7f || *p == '#') /* char is signed: this takes 0x80.. as well */
            return false;
    }
    return true;
}

static void
put_text(struct wr *w, const char *text)
{
    wr_bytes(w, text, strlen(text));
}

static void
put_host(struct wr *w, const struct sstp_http_target *t)
{
    const bool ip6 = strchr(t->host, ':') != NULL;
    char port[8] = "";

    if (t->port != 443 && t->port != 0)
        snprintf(port, sizeof port, ":%u", t->port);
    put_text(w, ip6 ? "Host: [" : "Host: ");
    put_text(w, t->host);
    put_text(w, ip6 ? "]" : "");
    put_text(w, port);
    put_text(w, "\r\n");
}

static void
put_guid(struct wr *w, const uint8_t g[static 16])
{
    char text[40];

    snprintf(text, sizeof text,
             "{%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X}", g[0], g[1],
             g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11], g[12], g[13], g[14],
             g[15]);
    put_text(w, text);
}

bool
sstp_http_request(struct wr *w, const struct sstp_http_target *t)
{
    const struct wr before = *w;

    if (!host_fits(t->host) || !query_fits(t->path_query))
        return false;
    put_text(w, "SSTP_DUPLEX_POST " SSTP_HTTP_PATH);
    put_text(w, t->path_query);
    put_text(w, " HTTP/1.1\r\n");
    put_host(w, t);
    put_text(w, "SSTPCORRELATIONID: ");
    put_guid(w, t->guid);
    put_text(w, "\r\nContent-Length: ");
    put_text(w, no_end);
    put_text(w, "\r\n\r\n");
    if (w->bad) {
        *w = before;
        return false;
    }
    return true;
}

static void
refuse(struct sstp_http_reply *r, enum ras_error error, const char *why)
{
    char head[48] = "";

    r->state = SSTP_HTTP_REFUSED;
    if (r->code != 0)
        snprintf(head, sizeof head, "HTTP %u%s%.30s: ", r->code, r->reason[0] != '\0' ? " " : "",
                 r->reason);
    ras_end_set(&r->end, error, "%s%s%s%s", head, why, r->server[0] != '\0' ? "; server: " : "",
                r->server);
}

static void
malformed(struct sstp_http_reply *r, const char *why)
{
    refuse(r, RAS_INVALID_SERVER_RESPONSE, why);
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* "HTTP/1.1 200 OK"; the words are optional, the number is not. */
static void
status_line(struct sstp_http_reply *r)
{
    const char *p = r->line;
    const size_t n = r->n_line;

    if (n < 12 || memcmp(p, "HTTP/1.", 7) != 0 || !is_digit(p[7]) || p[8] != ' ' ||
        !is_digit(p[9]) || !is_digit(p[10]) || !is_digit(p[11]) || (n > 12 && p[12] != ' ')) {
        malformed(r, "not an HTTP status line");
        return;
    }
    r->code = (uint16_t)((p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0'));
    if (n > 13)
        ras_printable(r->reason, sizeof r->reason, p + 13, n - 13);
    r->after_status = true;
}

static struct rd
trim(struct rd v)
{
    while (v.left > 0 && (v.p[0] == ' ' || v.p[0] == '\t'))
        v = rd_over(v.p + 1, v.left - 1);
    while (v.left > 0 && (v.p[v.left - 1] == ' ' || v.p[v.left - 1] == '\t'))
        v.left--;
    return v;
}

static bool
starts(struct rd text, const char *what)
{
    const size_t n = strlen(what);

    if (text.left < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (lower((char)text.p[i]) != what[i])
            return false;
    }
    return true;
}

static bool
is(struct rd text, const char *what)
{
    return text.left == strlen(what) && starts(text, what);
}

/* All of it digits and within 64 bits: 2^64 - 1 does not fit a long. */
static bool
read_length(struct rd v, uint64_t *ret)
{
    uint64_t n = 0;

    if (v.left == 0)
        return false;
    for (size_t i = 0; i < v.left; i++) {
        const uint64_t digit = (uint64_t)(v.p[i] - '0');
        if (!is_digit((char)v.p[i]) || n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *ret = n;
    return true;
}

static void
content_length(struct sstp_http_reply *r, struct rd value)
{
    uint64_t n;

    if (!read_length(value, &n) || (r->length_seen && n != r->length)) {
        malformed(r, "a Content-Length that makes no sense");
        return;
    }
    r->length_seen = true;
    r->length = n;
}

/* A token before the colon: no blank, no second status line, no nothing. */
static size_t
name_length(const struct sstp_http_reply *r)
{
    size_t n = 0;

    while (n < r->n_line && r->line[n] > ' ' && r->line[n] < 0x7f && r->line[n] != ':')
        n++;
    return n < r->n_line && r->line[n] == ':' ? n : 0;
}

static void
header_line(struct sstp_http_reply *r)
{
    if (r->line[0] == ' ' || r->line[0] == '\t')
        return; /* an old fold: it goes on with a header whose first line was enough */

    const size_t n = name_length(r);

    if (n == 0) {
        malformed(r, "a header line without a name");
        return;
    }

    const struct rd name = rd_over(r->line, n);
    const struct rd value = trim(rd_over(r->line + n + 1, r->n_line - n - 1));

    if (is(name, "content-length"))
        content_length(r, value);
    else if (is(name, "content-type"))
        r->html = starts(value, "text/html") || starts(value, "application/xhtml");
    else if (is(name, "transfer-encoding"))
        r->chunked = true;
    else if (is(name, "location"))
        r->location = true;
    else if (is(name, "server"))
        ras_printable(r->server, sizeof r->server, value.p, value.left);
}

/* A web server that serves everything, a portal that catches everything, or a server of ours? */
static void
judge_200(struct sstp_http_reply *r)
{
    if (r->html || r->location)
        refuse(r, RAS_CAPTIVE_PORTAL, "a web page came instead of a tunnel");
    else if (r->chunked)
        malformed(r, "a chunked reply is not a tunnel");
    else if (r->length_seen && r->length <= UINT32_MAX)
        malformed(r, "a reply with an end is not a tunnel");
    else
        r->state = SSTP_HTTP_ACCEPTED;
}

static void
next_header(struct sstp_http_reply *r) /* after a 1xx */
{
    r->after_status = r->html = r->length_seen = r->chunked = r->location = false;
    r->code = 0;
    r->reason[0] = r->server[0] = '\0';
}

static void
header_over(struct sstp_http_reply *r)
{
    if (r->code == 200)
        judge_200(r);
    else if (r->code == 101)
        malformed(r, "this client asked for no other protocol");
    else if (r->code / 100 == 1)
        next_header(r);
    else if (r->code == 407)
        refuse(r, RAS_CANNOT_CONNECT_PROXY, "a proxy wants to know who you are");
    else if (r->code == 511 || r->code / 100 == 3)
        refuse(r, RAS_CAPTIVE_PORTAL, "it sends the reader to another page");
    else
        malformed(r, "no SSTP here, or not now");
}

static void
line_over(struct sstp_http_reply *r)
{
    if (r->n_line > 0 && !r->cut && r->line[r->n_line - 1] == '\r')
        r->n_line--;
    if (memchr(r->line, '\r', r->n_line) != NULL && !r->cut)
        malformed(r, "a carriage return inside a line");
    else if (!r->after_status)
        status_line(r);
    else if (r->n_line == 0)
        header_over(r);
    else
        header_line(r);
    r->n_line = 0;
    r->cut = false;
}

/* What cannot become a reply is refused at its first octet, not after a minute. */
static bool
hopeless(const struct sstp_http_reply *r)
{
    static const char begin[] = "HTTP/1.";

    return !r->after_status && r->n_line <= sizeof begin - 1 &&
           memcmp(r->line, begin, r->n_line) != 0;
}

static void
one_octet(struct sstp_http_reply *r, uint8_t c)
{
    if (++r->total > SSTP_HTTP_MAX_REPLY) {
        malformed(r, "a header without an end");
        return;
    }
    if (c == '\n') {
        line_over(r);
        return;
    }
    if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f) {
        malformed(r, "a control character in the header");
        return;
    }
    if (r->n_line == sizeof r->line) {
        r->cut = true;
        return;
    }
    r->line[r->n_line++] = (char)c;
    if (hopeless(r))
        malformed(r, "what answers does not speak HTTP");
}

size_t
sstp_http_reply_input(struct sstp_http_reply *r, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    size_t used = 0;

    while (used < n && r->state == SSTP_HTTP_MORE)
        one_octet(r, p[used++]);
    return used;
}
