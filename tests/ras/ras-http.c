/* ras-http.c - see ras-http.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-http.h"
#include "sstp-http.h"

#include <stdio.h>

#define LENGTH_VALUE "18446744073709551615"

/* One line without its end; false: no whole line is there. */
static bool
next_line(struct rd *r, struct rd *ret)
{
    const uint8_t *end = r->left > 0 ? memchr(r->p, '\n', r->left) : NULL;

    if (end == NULL)
        return false;
    *ret = rd_take(r, (size_t)(end - r->p));
    rd_u8(r);
    if (ret->left > 0 && ret->p[ret->left - 1] == '\r')
        ret->left--;
    return true;
}

static bool
begins(struct rd line, const char *text, bool fold)
{
    const size_t n = strlen(text);

    if (line.left < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const int c = fold && line.p[i] >= 'A' && line.p[i] <= 'Z' ? line.p[i] | 0x20 : line.p[i];
        if (c != text[i])
            return false;
    }
    return true;
}

static bool
ends(struct rd line, const char *text)
{
    const size_t n = strlen(text);

    return line.left >= n && memcmp(line.p + line.left - n, text, n) == 0;
}

static uint16_t
judge_request_line(struct rd line)
{
    static const char want[] = "SSTP_DUPLEX_POST " SSTP_HTTP_PATH;

    if (!begins(line, "SSTP_DUPLEX_POST ", false))
        return 405;
    if (!ends(line, " HTTP/1.1"))
        return 400;
    if (!begins(line, want, false))
        return 404;
    const uint8_t behind = line.p[sizeof want - 1];
    return behind == ' ' || behind == '?' ? 0 : 404;
}

enum ras_http_verdict
ras_http_request(const void *bytes, size_t n, size_t *ret_used, uint16_t *ret_status)
{
    struct rd r = rd_over(bytes, n), line;
    bool length = false, host = false;

    *ret_status = 431;
    if (n > 0 && memchr(bytes, '\n', n < RAS_HTTP_MAX ? n : RAS_HTTP_MAX) == NULL)
        return n >= RAS_HTTP_MAX ? RAS_HTTP_BAD : RAS_HTTP_MORE;
    if (!next_line(&r, &line))
        return RAS_HTTP_MORE;
    *ret_status = judge_request_line(line);
    if (*ret_status != 0)
        return RAS_HTTP_BAD;
    while (next_line(&r, &line)) {
        if (line.left == 0) {
            *ret_used = n - r.left;
            *ret_status = length && host ? 200 : 400;
            return length && host ? RAS_HTTP_OK : RAS_HTTP_BAD;
        }
        length |= begins(line, "content-length:", true) && ends(line, LENGTH_VALUE);
        host |= begins(line, "host:", true);
    }
    *ret_status = 431;
    return n >= RAS_HTTP_MAX ? RAS_HTTP_BAD : RAS_HTTP_MORE;
}

static void
put_text(struct ras_out *out, const char *text)
{
    ras_out_put(out, rd_over(text, strlen(text)));
}

void
ras_http_refuse(struct ras_out *out, uint16_t status, const char *location)
{
    static const char page[] = "<!DOCTYPE html><html><body>Not here.</body></html>\r\n";
    char head[512];

    snprintf(head, sizeof head,
             "HTTP/1.1 %u %s\r\nServer: Microsoft-HTTPAPI/2.0\r\n%s%s%s%s"
             "Content-Type: text/html\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
             status,
             status == 302   ? "Found"
             : status == 401 ? "Unauthorized"
             : status == 407 ? "Proxy Authentication Required"
             : status == 503 ? "Service Unavailable"
                             : "Refused",
             status / 100 == 3 ? "Location: " : "", status / 100 == 3 ? location : "",
             status / 100 == 3 ? "\r\n" : "",
             status == 401   ? "WWW-Authenticate: Basic realm=\"practice\"\r\n"
             : status == 407 ? "Proxy-Authenticate: Basic realm=\"practice\"\r\n"
                             : "",
             sizeof page - 1);
    put_text(out, head);
    put_text(out, page);
}

void
ras_http_accept(struct ras_out *out, bool with_length, bool continue_first)
{
    if (continue_first)
        put_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
    put_text(out, "HTTP/1.1 200\r\n");
    if (with_length)
        put_text(out, "Content-Length: " LENGTH_VALUE "\r\n");
    put_text(out, "Server: Microsoft-HTTPAPI/2.0\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n");
}

void
ras_http_endless(struct ras_out *out)
{
    char line[64];

    for (unsigned i = 0; ras_out_room(out) > sizeof line && i < 512; i++) {
        snprintf(line, sizeof line, "X-Filler-%u: nothing to see here\r\n", i);
        put_text(out, line);
    }
}

static void
long_line(struct ras_out *out)
{
    char part[1024];

    memset(part, 'x', sizeof part);
    put_text(out, "HTTP/1.1 200\r\nX-Long: ");
    while (ras_out_room(out) > sizeof part)
        ras_out_put(out, rd_over(part, sizeof part));
}

bool
ras_http_fault(struct ras_out *out, const struct ras_env *env, bool *ret_endless,
               uint16_t *ret_status)
{
    const struct ras_script_line *status = ras_env_fault(env, RAS_FAULT_HTTP_STATUS);

    *ret_endless = false;
    *ret_status = 200;
    if (status != NULL) {
        *ret_status = (uint16_t)status->number;
        ras_http_refuse(out, *ret_status, "http://portal.example.test/login");
    } else if (ras_env_fault(env, RAS_FAULT_HTTP_PORTAL) != NULL) {
        put_text(out, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50\r\n\r\n"
                      "<html><body>Please sign in to Hotel WiFi.</body>\r\n");
    } else if (ras_env_fault(env, RAS_FAULT_HTTP_GARBAGE) != NULL) {
        put_text(out, "SSH-2.0-OpenSSH_9.2\r\n\x01\x02\x03\x04garbage\r\n\r\n");
    } else if (ras_env_fault(env, RAS_FAULT_HTTP_LONG_LINE) != NULL) {
        long_line(out);
        return true;
    } else if (ras_env_fault(env, RAS_FAULT_HTTP_ENDLESS) != NULL) {
        put_text(out, "HTTP/1.1 200\r\n");
        return *ret_endless = true;
    } else {
        return false;
    }
    return true;
}
