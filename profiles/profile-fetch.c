/* profile-fetch.c - see profile-fetch.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-fetch.h"

#include "profile-fetch-private.h"
#include "tunnel-name.h"

#include <curl/curl.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEADERS_MAX = 64 << 10, /* octets, all answers together */
    REDIRECTS_MAX = 5,
    SLOW = 64, /* octets a second that are next to nothing */
    NAME_PORT = 53,
    NAME_PAUSE_MS = 2000,
};

struct fetch {
    CURLU *url;
    CURL *curl;            /* while it runs */
    GInetAddress *literal; /* that the URL names; NULL: it has a name */
    gboolean tls;          /* the URL's scheme */
    char *device;          /* NULL: any */
    char **name_servers;   /* the device's; NULL: the computer's are asked */
    char *unknown;         /* "HOST:PORT" that has to be looked up first */
    struct curl_slist *known;
    char *authorities; /* NULL: the system's */
    struct profile_fetch_limits limits;
    GByteArray *body;
    gsize headers;
    gboolean too_large, refused; /* refused: an address, by may_connect() */
    int device_error;            /* errno */
};

static void
fetch_free(struct fetch *f)
{
    curl_url_cleanup(f->url);
    g_clear_object(&f->literal);
    g_free(f->device);
    g_strfreev(f->name_servers);
    g_free(f->unknown);
    curl_slist_free_all(f->known);
    g_free(f->authorities);
    g_clear_pointer(&f->body, g_byte_array_unref);
    g_free(f);
}

/* ---- what may be connected to ---- */

static GInetAddress *
address_of(const struct sockaddr *to)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)to;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)to;

    if (to->sa_family == AF_INET)
        return g_inet_address_new_from_bytes((const guint8 *)&v4->sin_addr, G_SOCKET_FAMILY_IPV4);
    if (to->sa_family != AF_INET6)
        return NULL;
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) /* goes where the IPv4 address does */
        return g_inet_address_new_from_bytes(v6->sin6_addr.s6_addr + 12, G_SOCKET_FAMILY_IPV4);
    return g_inet_address_new_from_bytes(v6->sin6_addr.s6_addr, G_SOCKET_FAMILY_IPV6);
}

/* Of this computer, of the link, or of nobody. */
static gboolean
is_near(GInetAddress *a)
{
    const guint8 first = g_inet_address_to_bytes(a)[0];
    const gboolean v4 = g_inet_address_get_family(a) == G_SOCKET_FAMILY_IPV4;

    return g_inet_address_get_is_loopback(a) || g_inet_address_get_is_link_local(a) ||
           g_inet_address_get_is_any(a) || g_inet_address_get_is_multicast(a) ||
           (v4 && (first == 0 || first >= 240)); /* "this network", broadcast */
}

static gboolean
may_connect(const struct fetch *f, const struct sockaddr *to)
{
    g_autoptr(GInetAddress) a = address_of(to);

    return a != NULL &&
           (!is_near(a) || (f->literal != NULL && g_inet_address_equal(a, f->literal)));
}

static curl_socket_t
on_open(void *owner, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct fetch *f = owner;

    if (purpose != CURLSOCKTYPE_IPCXN || !may_connect(f, &to->addr)) {
        f->refused = TRUE;
        return CURL_SOCKET_BAD;
    }
    const int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);

    if (fd >= 0 && f->device != NULL &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, f->device, strlen(f->device)) < 0) {
        f->device_error = errno;
        close(fd);
        return CURL_SOCKET_BAD;
    }
    return fd;
}

/* ---- names through the tunnel ---- */

static GInetAddress *literal_of(const char *host);

/* libcurl is about to look up a name: it is kept from it, since it would ask whom everybody asks.
 * What it has in CURLOPT_RESOLVE already does not come here. */
static int
on_name(void *resolver, void *reserved, void *owner)
{
    struct fetch *f = owner;
    const char *now = NULL;
    char *host = NULL, *port = NULL;
    CURLU *url = curl_url();

    (void)resolver, (void)reserved;
    if (url != NULL && curl_easy_getinfo(f->curl, CURLINFO_EFFECTIVE_URL, &now) == CURLE_OK &&
        now != NULL && curl_url_set(url, CURLUPART_URL, now, 0) == 0 &&
        curl_url_get(url, CURLUPART_HOST, &host, 0) == 0 &&
        curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == 0) {
        g_autoptr(GInetAddress) literal = literal_of(host);
        g_clear_pointer(&f->unknown, g_free);
        if (literal == NULL)
            f->unknown = g_strdup_printf("%s:%s", host, port);
    }
    const int refused = url == NULL || host == NULL || port == NULL || f->unknown != NULL;
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(url);
    return refused;
}

/* False: nobody knows it. */
static gboolean
look_up(struct fetch *f, GCancellable *cancellable)
{
    const struct tunnel_names names = {
        .device = f->device,
        .servers = (const char *const *)f->name_servers,
        .port = f->limits.name_port != 0 ? f->limits.name_port : NAME_PORT,
        .pause_ms = NAME_PAUSE_MS,
    };
    g_autofree char *host = g_strndup(f->unknown, strcspn(f->unknown, ":"));
    g_auto(GStrv) addresses = tunnel_names_resolve(&names, host, cancellable);

    if (addresses == NULL)
        return FALSE;
    g_autofree char *list = g_strjoinv(",", addresses);
    g_autofree char *entry = g_strdup_printf("%s:%s", f->unknown, list);
    struct curl_slist *more = curl_slist_append(f->known, entry);

    if (more != NULL)
        f->known = more;
    g_clear_pointer(&f->unknown, g_free);
    return more != NULL && curl_easy_setopt(f->curl, CURLOPT_RESOLVE, f->known) == CURLE_OK;
}

/* ---- what arrives ---- */

static size_t
on_header(char *line, size_t size, size_t n, void *owner)
{
    struct fetch *f = owner;

    (void)line;
    f->headers += size * n;
    f->too_large |= f->headers > HEADERS_MAX;
    return f->too_large ? 0 : size * n;
}

/* However long the server said that it is. */
static size_t
on_body(char *bytes, size_t size, size_t n, void *owner)
{
    struct fetch *f = owner;

    f->too_large |= size * n > PROFILE_FETCH_MAX - f->body->len;
    if (f->too_large)
        return 0;
    g_byte_array_append(f->body, (const guint8 *)bytes, (guint)(size * n));
    return size * n;
}

/* ---- set-up ---- */

static void
set_protocols(CURL *c, gboolean tls)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
#else
    curl_easy_setopt(c, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS,
                     tls ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

static void
set_limits(CURL *c, const struct fetch *f)
{
    curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)PROFILE_FETCH_MAX);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, f->limits.connect_ms);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, f->limits.whole_ms);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, f->limits.slow_s);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    set_protocols(c, f->tls);
}

/* Nothing of whoever runs this goes out: no .netrc, no cookie, no proxy of the environment (whose
 * address on_open() would judge in place of the server's). No encoding is asked for: what would be
 * unpacked here could be a bomb. */
static void
set_manners(CURL *c, const struct fetch *f)
{
    curl_easy_setopt(c, CURLOPT_USERAGENT, "Dialtone");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L); /* a redirect's, too */
    curl_easy_setopt(c, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (f->authorities != NULL)
        curl_easy_setopt(c, CURLOPT_CAINFO, f->authorities);
}

static CURL *
make_handle(struct fetch *f)
{
    CURL *c = curl_easy_init();

    if (c == NULL)
        return NULL;
    curl_easy_setopt(c, CURLOPT_CURLU, f->url);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, f);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
    if (f->name_servers != NULL) {
        curl_easy_setopt(c, CURLOPT_RESOLVER_START_FUNCTION, on_name);
        curl_easy_setopt(c, CURLOPT_RESOLVER_START_DATA, f);
    }
    set_limits(c, f);
    set_manners(c, f);
    return c;
}

/* ---- the transfer ---- */

/* curl_easy_perform() would look at its callbacks once a second: this one wakes when cancelled. */
static CURLcode
perform(CURLM *multi, GCancellable *cancellable)
{
    GPollFD wake;
    const gboolean can_wake = g_cancellable_make_pollfd(cancellable, &wake);
    struct curl_waitfd also = {.fd = can_wake ? wake.fd : -1, .events = CURL_WAIT_POLLIN};
    int running = 1, left;
    CURLMcode m = CURLM_OK;

    while (m == CURLM_OK && running > 0 && !g_cancellable_is_cancelled(cancellable)) {
        m = curl_multi_perform(multi, &running);
        if (m == CURLM_OK && running > 0)
            m = curl_multi_poll(multi, &also, can_wake ? 1 : 0, 1000, NULL);
    }
    if (can_wake)
        g_cancellable_release_fd(cancellable);
    const CURLMsg *msg = curl_multi_info_read(multi, &left);

    return msg != NULL ? msg->data.result : CURLE_ABORTED_BY_CALLBACK;
}

static CURLcode
transfer(CURL *c, GCancellable *cancellable)
{
    CURLM *multi = curl_multi_init();
    CURLcode result = CURLE_OUT_OF_MEMORY;

    if (multi != NULL && curl_multi_add_handle(multi, c) == CURLM_OK) {
        result = perform(multi, cancellable);
        curl_multi_remove_handle(multi, c);
    }
    curl_multi_cleanup(multi);
    return result;
}

/* As often as it comes to a name that is not known yet: the first, and those of redirects. */
static CURLcode
transfer_by_name(struct fetch *f, GCancellable *cancellable)
{
    CURLcode code = transfer(f->curl, cancellable);

    for (int i = 0; i <= REDIRECTS_MAX && f->unknown != NULL; i++) {
        if (!look_up(f, cancellable))
            return CURLE_COULDNT_RESOLVE_HOST;
        f->headers = 0;
        g_byte_array_set_size(f->body, 0);
        code = transfer(f->curl, cancellable);
    }
    return code;
}

static const struct {
    CURLcode code;
    GIOErrorEnum error;
    const char *text;
} failures[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, G_IO_ERROR_PERMISSION_DENIED,
     N_("The server sends on to an address that is not taken: only http and https are, and from "
        "https only https.")},
    {CURLE_LOGIN_DENIED, G_IO_ERROR_PERMISSION_DENIED,
     N_("The server sends on to an address with a user name, which is not sent.")},
    {CURLE_COULDNT_RESOLVE_HOST, G_IO_ERROR_HOST_NOT_FOUND, N_("The server's name is not known.")},
    {CURLE_COULDNT_CONNECT, G_IO_ERROR_CONNECTION_REFUSED, N_("The server cannot be reached.")},
    {CURLE_OPERATION_TIMEDOUT, G_IO_ERROR_TIMED_OUT, N_("The server does not answer in time.")},
    {CURLE_FILESIZE_EXCEEDED, G_IO_ERROR_MESSAGE_TOO_LARGE, N_("The file is too large.")},
    {CURLE_PARTIAL_FILE, G_IO_ERROR_PARTIAL_INPUT, N_("The file ends too early.")},
    {CURLE_GOT_NOTHING, G_IO_ERROR_PARTIAL_INPUT, N_("The server ends without an answer.")},
    {CURLE_WEIRD_SERVER_REPLY, G_IO_ERROR_INVALID_DATA, N_("The server does not speak HTTP.")},
    {CURLE_TOO_MANY_REDIRECTS, G_IO_ERROR_TOO_MANY_LINKS, N_("The server sends on too often.")},
    {CURLE_PEER_FAILED_VERIFICATION, G_IO_ERROR_PERMISSION_DENIED,
     N_("The server's certificate is not trusted.")},
};

static void
set_failure(const struct fetch *f, CURLcode code, GError **error)
{
    if (f->too_large)
        code = CURLE_FILESIZE_EXCEEDED;
    else if (code == CURLE_UNSUPPORTED_PROTOCOL && f->headers == 0) /* no redirect: no HTTP */
        code = CURLE_WEIRD_SERVER_REPLY;
    if (f->refused && code == CURLE_COULDNT_CONNECT) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                            _("The server's address is one of this computer or of its link."));
        return;
    }
    if (f->device_error != 0 && code == CURLE_COULDNT_CONNECT) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(f->device_error),
                    _("The network device %s cannot be used: %s"), f->device,
                    g_strerror(f->device_error));
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++)
        if (failures[i].code == code) {
            g_set_error_literal(error, G_IO_ERROR, failures[i].error, _(failures[i].text));
            return;
        }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("The file cannot be downloaded: %s"),
                curl_easy_strerror(code));
}

static GBytes *
take_body(struct fetch *f, long status, GError **error)
{
    if (status == 204 || status == 304 || status == 404)
        return g_bytes_new_static("", 0);
    if (status == 200)
        return g_byte_array_free_to_bytes(g_steal_pointer(&f->body));
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("The web server answers %ld."), status);
    return NULL;
}

static void
run(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    struct fetch *f = data;
    CURL *c = f->curl = make_handle(f);
    const CURLcode code = c != NULL ? transfer_by_name(f, cancellable) : CURLE_OUT_OF_MEMORY;
    g_autoptr(GError) error = NULL;
    GBytes *body = NULL;
    long status = 0;

    (void)source;
    if (code == CURLE_OK && curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        body = take_body(f, status, &error);
    else
        set_failure(f, code, &error);
    curl_easy_cleanup(c);
    if (body != NULL)
        g_task_return_pointer(task, body, (GDestroyNotify)g_bytes_unref);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

/* ---- the URL ---- */

static GInetAddress *
literal_of(const char *host)
{
    g_autofree char *bare = g_strdup(host[0] == '[' ? host + 1 : host);

    bare[strcspn(bare, "]%")] = '\0';
    return g_inet_address_new_from_string(bare);
}

/* libcurl's reading of it is the one that counts: it is also the one that is dialed. */
static gboolean
read_url(struct fetch *f, const char *url)
{
    char *scheme = NULL, *host = NULL;
    gboolean ok = FALSE;

    f->url = curl_url();
    if (f->url != NULL && curl_url_set(f->url, CURLUPART_URL, url, CURLU_DISALLOW_USER) == 0 &&
        curl_url_get(f->url, CURLUPART_SCHEME, &scheme, 0) == 0 &&
        curl_url_get(f->url, CURLUPART_HOST, &host, 0) == 0) {
        f->tls = g_ascii_strcasecmp(scheme, "https") == 0;
        f->literal = literal_of(host);
        ok = f->tls || g_ascii_strcasecmp(scheme, "http") == 0;
    }
    curl_free(scheme);
    curl_free(host);
    return ok;
}

void
profile_fetch_limited_async(const char *url, const char *device, const char *const *name_servers,
                            const struct profile_fetch_limits *limits, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
    static gsize once;
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    struct fetch *f = g_new0(struct fetch, 1);

    if (g_once_init_enter(&once)) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        g_once_init_leave(&once, 1);
    }
    f->device = g_strdup(device);
    if (device != NULL && name_servers != NULL && name_servers[0] != NULL)
        f->name_servers = g_strdupv((char **)name_servers);
    f->authorities = g_strdup(limits->authorities);
    f->limits = *limits;
    f->body = g_byte_array_new();
    g_task_set_source_tag(task, profile_fetch_limited_async);
    g_task_set_task_data(task, f, (GDestroyNotify)fetch_free);
    /* A name server that does not answer cannot be left early: then only the thread waits for it.
     */
    g_task_set_return_on_cancel(task, TRUE);
    if (read_url(f, url))
        g_task_run_in_thread(task, run);
    else
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                _("The address is no web address without a user name: http or "
                                  "https."));
}

void
profile_fetch_async(const char *url, const char *device, const char *const *name_servers,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    static const struct profile_fetch_limits limits = {
        .connect_ms = 15000, .whole_ms = 60000, .slow_s = 20};

    profile_fetch_limited_async(url, device, name_servers, &limits, cancellable, callback,
                                user_data);
}

GBytes *
profile_fetch_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
