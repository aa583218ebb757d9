/* proxy-run.c - see proxy-run.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "proxy-run.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ras.h"

enum { ANSWER_MAX = 16 * 1024 /* octets of headers, all answers together */ };

struct run {
    struct proxy_run *p;
    CURL *curl;
    struct curl_slist *headers, *resolved;
    int error;     /* of a socket: an errno */
    bool too_long; /* the answer */
    size_t headers_seen;
    usec_t deadline;
};

static usec_t
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

/* The socket came while it was connecting. 0 or an errno. */
static int
wait_connected(const struct run *r, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int error = 0, n;
    socklen_t len = sizeof error;

    do {
        const usec_t at = now();
        n = at >= r->deadline ? 0 : poll(&p, 1, (int)((r->deadline - at) / 1000 + 1));
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return ETIMEDOUT;
    if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        return errno;
    return error;
}

/* ---- what libcurl asks of us ---- */

static curl_socket_t
on_open(void *owner, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct run *r = owner;
    int fd = r->p->socket;

    (void)purpose, (void)address;
    r->p->socket = -1;
    if (fd < 0)
        fd = r->p->again(r->p->owner);
    r->error = fd < 0 ? -fd : wait_connected(r, fd);
    if (r->error == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return CURL_SOCKET_BAD;
}

static int
on_sockopt(void *owner, curl_socket_t fd, curlsocktype purpose)
{
    (void)owner, (void)fd, (void)purpose;
    return CURL_SOCKOPT_ALREADY_CONNECTED;
}

static size_t
on_header(char *line, size_t size, size_t n, void *owner)
{
    struct run *r = owner;

    (void)line;
    r->headers_seen += size * n;
    r->too_long = r->headers_seen > ANSWER_MAX;
    return r->too_long ? 0 : size * n;
}

static size_t
on_body(char *bytes, size_t size, size_t n, void *owner)
{
    (void)bytes, (void)owner;
    return size * n; /* a proxy's page about why not */
}

/* ---- set-up ---- */

/* The proxy's name, as Negotiate needs it, is where the socket already goes. */
static bool
set_resolved(struct run *r, const char *host, uint16_t port)
{
    char entry[PLAN_MAX_TEXT + 80], text[INET6_ADDRSTRLEN];
    struct sockaddr_storage to = {0};
    socklen_t len = sizeof to;
    const void *address = &((const struct sockaddr_in *)&to)->sin_addr;

    if (getpeername(r->p->socket, (struct sockaddr *)&to, &len) < 0 &&
        errno != ENOTCONN) /* still connecting */
        return false;
    if (to.ss_family == AF_INET6)
        address = &((const struct sockaddr_in6 *)&to)->sin6_addr;
    if ((to.ss_family != AF_INET && to.ss_family != AF_INET6) ||
        inet_ntop(to.ss_family, address, text, sizeof text) == NULL)
        snprintf(text, sizeof text, "192.0.2.1"); /* never dialed: on_open() gives the socket */
    snprintf(entry, sizeof entry, "%s:%u:%s", host, port, text);
    r->resolved = curl_slist_append(NULL, entry);
    return r->resolved != NULL && curl_easy_setopt(r->curl, CURLOPT_RESOLVE, r->resolved) == 0;
}

static bool
is_address6(const char *host)
{
    struct in6_addr a;

    return inet_pton(AF_INET6, host, &a) == 1;
}

/* "scheme://host:port" with brackets where they belong, every part checked by libcurl. */
static char *
make_url(const char *scheme, const char *host, uint16_t port)
{
    char bracketed[PLAN_MAX_TEXT + 2], number[8];
    CURLU *u = curl_url();
    char *url = NULL;

    snprintf(bracketed, sizeof bracketed, is_address6(host) ? "[%s]" : "%s", host);
    snprintf(number, sizeof number, "%u", port);
    if (u != NULL && curl_url_set(u, CURLUPART_SCHEME, scheme, CURLU_NON_SUPPORT_SCHEME) == 0 &&
        curl_url_set(u, CURLUPART_HOST, bracketed, 0) == 0 &&
        curl_url_set(u, CURLUPART_PORT, number, 0) == 0)
        curl_url_get(u, CURLUPART_URL, &url, 0);
    curl_url_cleanup(u);
    return url;
}

static bool
set_text(CURL *curl, CURLoption option, const char *text)
{
    return text != NULL && curl_easy_setopt(curl, option, text) == CURLE_OK;
}

/* With a user name: the strongest of what the proxy offers and a password can do. Without one: the
 * ticket that this process's user may have. */
static bool
set_user(CURL *curl, const struct proxy_start *s)
{
    const bool named = s->user[0] != '\0';
    const unsigned long http =
        named ? CURLAUTH_BASIC | CURLAUTH_DIGEST | CURLAUTH_NTLM : CURLAUTH_NEGOTIATE;

    curl_easy_setopt(curl, CURLOPT_PROXYAUTH, http);
    curl_easy_setopt(curl, CURLOPT_SOCKS5_AUTH,
                     named ? CURLAUTH_BASIC : CURLAUTH_BASIC | CURLAUTH_GSSAPI);
    if (!named)
        return s->kind == PLAN_PROXY_SOCKS5 || set_text(curl, CURLOPT_PROXYUSERPWD, ":");
    return set_text(curl, CURLOPT_PROXYUSERNAME, s->user) &&
           set_text(curl, CURLOPT_PROXYPASSWORD, (const char *)s->password.data);
}

static void
set_callbacks(struct run *r)
{
    CURL *c = r->curl;

    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, r);
    curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, on_sockopt);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, r);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)r->p->start->timeout_s * 1000);
}

static bool
set_up(struct run *r)
{
    const struct proxy_start *s = r->p->start;
    const bool http = s->kind == PLAN_PROXY_HTTP;
    CURL *c = r->curl;
    char *to = make_url("http", s->host, s->port);
    char *through = make_url(http ? "http" : "socks5h", s->proxy_host, s->proxy_port);

    r->headers = curl_slist_append(NULL, "SSTPVERSION: 1.0");
    set_callbacks(r);
    curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(c, CURLOPT_HTTPPROXYTUNNEL, (long)http);
    curl_easy_setopt(c, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(c, CURLOPT_PROXYHEADER, r->headers);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "");
    const bool good = r->headers != NULL && set_text(c, CURLOPT_URL, to) &&
                      set_text(c, CURLOPT_PROXY, through) && set_text(c, CURLOPT_NOPROXY, "") &&
                      set_user(c, s) && set_resolved(r, s->proxy_host, s->proxy_port);
    curl_free(to);
    curl_free(through);
    return good;
}

/* ---- what became of it ---- */

static void
set_done(struct proxy_done *d, enum proxy_outcome outcome, int error, const char *text)
{
    d->outcome = outcome;
    d->error = (uint32_t)error;
    ras_printable(d->detail, sizeof d->detail, text, strlen(text));
}

static void
judge_answer(long status, struct proxy_done *ret)
{
    char text[PROXY_DETAIL];

    snprintf(text, sizeof text, "the proxy answered %ld", status);
    if (status == 407)
        set_done(ret, PROXY_REFUSES_USER, EACCES,
                 "the proxy wants another user name or password (407)");
    else
        set_done(ret, PROXY_REFUSES_SERVER, ECONNREFUSED, text);
}

static void
judge_socks(const struct run *r, struct proxy_done *ret)
{
    long code = 0;
    char text[PROXY_DETAIL];

    curl_easy_getinfo(r->curl, CURLINFO_PROXY_ERROR, &code);
    switch (code) {
    case CURLPX_USER_REJECTED:
    case CURLPX_NO_AUTH:
    case CURLPX_GSSAPI:
        set_done(ret, PROXY_REFUSES_USER, EACCES, "the proxy wants another user name or password");
        return;
    case CURLPX_BAD_VERSION:
    case CURLPX_BAD_ADDRESS_TYPE:
    case CURLPX_UNKNOWN_MODE:
    case CURLPX_CLOSED:
        set_done(ret, PROXY_IS_NONE, EPROTO, "the proxy's answer is not SOCKS5");
        return;
    default:
        snprintf(text, sizeof text, "the proxy could not reach the server (SOCKS5, %ld)", code);
        set_done(ret, PROXY_REFUSES_SERVER, ECONNREFUSED, text);
    }
}

static void
judge(const struct run *r, CURLcode code, struct proxy_done *ret)
{
    long status = 0;

    curl_easy_getinfo(r->curl, CURLINFO_HTTP_CONNECTCODE, &status);
    if (code == CURLE_OK && (r->p->start->kind != PLAN_PROXY_HTTP || status / 100 == 2))
        *ret = (struct proxy_done){0};
    else if (r->error != 0)
        set_done(ret, PROXY_UNREACHED, r->error, "");
    else if (r->too_long)
        set_done(ret, PROXY_IS_NONE, EPROTO, "the proxy's answer is too long");
    else if (code == CURLE_OPERATION_TIMEDOUT)
        set_done(ret, PROXY_UNREACHED, ETIMEDOUT, "the proxy does not answer");
    else if (code == CURLE_PROXY)
        judge_socks(r, ret);
    else if (status >= 300)
        judge_answer(status, ret);
    else
        set_done(ret, PROXY_IS_NONE, EPROTO, curl_easy_strerror(code));
}

void
proxy_run(struct proxy_run *p, struct proxy_done *ret)
{
    struct run r = {.p = p, .curl = curl_easy_init()};

    r.deadline = now() + p->start->timeout_s * USEC_PER_SEC;
    if (r.curl == NULL || !set_up(&r))
        set_done(ret, PROXY_UNREACHED, EINVAL, "the proxy or the server cannot be named so");
    else
        judge(&r, curl_easy_perform(r.curl), ret);
    curl_easy_cleanup(r.curl);
    curl_slist_free_all(r.headers);
    curl_slist_free_all(r.resolved);
    if (p->socket >= 0)
        close(p->socket);
    p->socket = -1;
}
