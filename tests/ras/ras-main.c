/*
 * ras-main.c - dialtone-ras, the practice server: options, certificate, and off it goes.
 *
 * It is for demonstrations and tests. Passwords lie in its files in clear text, and it misbehaves
 * on request; do not put it where strangers can reach it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hash.h"
#include "ike-cert.h"
#include "ras-auth.h"
#include "ras-eap-tls.h"
#include "ras-report.h"
#include "ras-server.h"

#include <getopt.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static const char usage[] =
    "Usage: dialtone-ras --cert FILE --key FILE --users FILE [OPTION...]\n"
    "The practice server: SSTP, PPTP, L2TP/IPsec and PPP in user space, for demonstrations and "
    "tests only.\n"
    "\n"
    "  --listen A.B.C.D:PORT   where to listen (127.0.0.1:443); port 0: any\n"
    "  --pptp A.B.C.D:PORT     where to listen for PPTP, whose port is 1723; needs CAP_NET_RAW\n"
    "  --l2tp ADDRESS          where to answer L2TP: inside of IPsec with --psk KEY, else in the\n"
    "                          clear; --phase1 LIST, --phase2 LIST: what IKE accepts;\n"
    "                          --l2tp-secret TEXT: both ends have to prove that they know it\n"
    "  --ike-cert FILE --ike-key FILE --ike-ca FILE [--ike-crl FILE]\n"
    "                          PEM: IPsec by certificate, in place of --psk\n"
    "  --mppe LIST             PPTP: of 128,56,40,mppc (128,56,40) or none; --mppe-required\n"
    "  --cert FILE --key FILE  PEM: the chain, the leaf first, and its key\n"
    "  --tls MIN-MAX           versions: 1.0 to 1.3 (1.2-1.3)\n"
    "  --client-cert WORD      of TLS, of which nobody has one: ask for it, require it, or reset\n"
    "  --users FILE            one account a line: NAME PASSWORD [disabled] [hours] [nodialin]\n"
    "                          [expired] [retry] [minlength=N] [address=A.B.C.D]\n"
    "  --eap-cert FILE --eap-key FILE --eap-ca FILE\n"
    "                          PEM: of EAP-TLS and PEAP; who may sign clients' certificates\n"
    "  --eap-tls MAX           the version there (1.3)\n"
    "  --auth LIST             of eap-tls,peap,eap-mschapv2,mschapv2,chap-md5,pap in the order to\n"
    "                          demand them;\n"
    "                          none: no authentication (eap-mschapv2,mschapv2); last in LIST: as\n"
    "                          pppd, demand nothing when something else is suggested\n"
    "  --pool FIRST-LAST       addresses for clients; may be given again (10.9.0.10-10.9.0.137)\n"
    "  --address A.B.C.D       its own inside the tunnel (10.9.0.1)\n"
    "  --dns A[,B] --wins A[,B] --domain NAME --route NET/PREFIX[,GATEWAY]\n"
    "  --real-names            servers of --dns and --wins are behind the TUN; it plays none\n"
    "  --prefix6 PREFIX        advertise this /64; --no-ipv6: refuse IPV6CP\n"
    "  --hash LIST             crypto binding: sha1,sha256 (both)\n"
    "  --hello MS              how often it looks whether a client is alive (60000)\n"
    "  --tun NAME              the interface to make (ras%d); --no-tun: answer pings itself\n"
    "  --fault LINE            misbehave; may be given again; --script FILE: one a line\n"
    "  --list-faults           the words of such lines\n"
    "  --ready-fd N            write a line there when ready\n"
    "  --json                  report one JSON object a line\n";

enum {
    OPT_LISTEN = 256,
    OPT_PPTP,
    OPT_L2TP,
    OPT_PSK,
    OPT_L2TP_SECRET,
    OPT_PHASE1,
    OPT_PHASE2,
    OPT_IKE_CERT,
    OPT_IKE_KEY,
    OPT_IKE_CA,
    OPT_IKE_CRL,
    OPT_EAP_CERT,
    OPT_EAP_KEY,
    OPT_EAP_CA,
    OPT_EAP_TLS,
    OPT_MPPE,
    OPT_MPPE_REQUIRED,
    OPT_CERT,
    OPT_KEY,
    OPT_TLS,
    OPT_CLIENT_CERT,
    OPT_USERS,
    OPT_AUTH,
    OPT_POOL,
    OPT_ADDRESS,
    OPT_DNS,
    OPT_WINS,
    OPT_DOMAIN,
    OPT_ROUTE,
    OPT_REAL_NAMES,
    OPT_PREFIX6,
    OPT_NO_IPV6,
    OPT_HASH,
    OPT_HELLO,
    OPT_TUN,
    OPT_NO_TUN,
    OPT_FAULT,
    OPT_SCRIPT,
    OPT_LIST_FAULTS,
    OPT_READY_FD,
    OPT_JSON,
    OPT_HELP,
};

struct options {
    const char *listen, *pptp, *l2tp, *cert, *key, *tun, *tls, *client_cert;
    const char *ike[OPT_IKE_CRL - OPT_IKE_CERT + 1];
    const char *eap[OPT_EAP_TLS - OPT_EAP_CERT + 1];
    bool no_tun, pool_given, json;
    int ready_fd;
};

static const struct option options[] = {
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"pptp", required_argument, NULL, OPT_PPTP},
    {"l2tp", required_argument, NULL, OPT_L2TP},
    {"psk", required_argument, NULL, OPT_PSK},
    {"l2tp-secret", required_argument, NULL, OPT_L2TP_SECRET},
    {"phase1", required_argument, NULL, OPT_PHASE1},
    {"phase2", required_argument, NULL, OPT_PHASE2},
    {"ike-cert", required_argument, NULL, OPT_IKE_CERT},
    {"ike-key", required_argument, NULL, OPT_IKE_KEY},
    {"ike-ca", required_argument, NULL, OPT_IKE_CA},
    {"ike-crl", required_argument, NULL, OPT_IKE_CRL},
    {"eap-cert", required_argument, NULL, OPT_EAP_CERT},
    {"eap-key", required_argument, NULL, OPT_EAP_KEY},
    {"eap-ca", required_argument, NULL, OPT_EAP_CA},
    {"eap-tls", required_argument, NULL, OPT_EAP_TLS},
    {"mppe", required_argument, NULL, OPT_MPPE},
    {"mppe-required", no_argument, NULL, OPT_MPPE_REQUIRED},
    {"cert", required_argument, NULL, OPT_CERT},
    {"key", required_argument, NULL, OPT_KEY},
    {"tls", required_argument, NULL, OPT_TLS},
    {"client-cert", required_argument, NULL, OPT_CLIENT_CERT},
    {"users", required_argument, NULL, OPT_USERS},
    {"auth", required_argument, NULL, OPT_AUTH},
    {"pool", required_argument, NULL, OPT_POOL},
    {"address", required_argument, NULL, OPT_ADDRESS},
    {"dns", required_argument, NULL, OPT_DNS},
    {"wins", required_argument, NULL, OPT_WINS},
    {"domain", required_argument, NULL, OPT_DOMAIN},
    {"route", required_argument, NULL, OPT_ROUTE},
    {"real-names", no_argument, NULL, OPT_REAL_NAMES},
    {"prefix6", required_argument, NULL, OPT_PREFIX6},
    {"no-ipv6", no_argument, NULL, OPT_NO_IPV6},
    {"hash", required_argument, NULL, OPT_HASH},
    {"hello", required_argument, NULL, OPT_HELLO},
    {"tun", required_argument, NULL, OPT_TUN},
    {"no-tun", no_argument, NULL, OPT_NO_TUN},
    {"fault", required_argument, NULL, OPT_FAULT},
    {"script", required_argument, NULL, OPT_SCRIPT},
    {"list-faults", no_argument, NULL, OPT_LIST_FAULTS},
    {"ready-fd", required_argument, NULL, OPT_READY_FD},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, OPT_HELP},
    {0},
};

static struct ras_server server;
static struct ras_users users;
static struct ras_pool pool;
static struct ras_tun tun;

static _Noreturn void
wrong(const char *what, const char *value, const char *why)
{
    fprintf(stderr, "dialtone-ras: %s %s: %s\n", what, value, why);
    exit(2);
}

static void
read_lines(const char *path, bool (*line_taken)(const char *line, const char **ret_why))
{
    FILE *f = fopen(path, "re");
    char *line = NULL, where[300];
    size_t cap = 0;
    unsigned n = 0;
    const char *why;

    if (f == NULL)
        wrong("file", path, "cannot be opened");
    while (getline(&line, &cap, f) >= 0) {
        n++;
        if (!line_taken(line, &why)) {
            snprintf(where, sizeof where, "%s, line %u", path, n);
            wrong("file", where, why);
        }
    }
    free(line);
    fclose(f);
}

static bool
take_user(const char *line, const char **ret_why)
{
    return ras_users_add_line(&users, line, ret_why);
}

static bool
take_script(const char *line, const char **ret_why)
{
    return ras_script_add_line(&server.config.script, line, ret_why);
}

/* "A,B" */
static void
take_addresses(const char *option, char *text, uint32_t ret[static 2])
{
    char *rest = NULL;

    ret[0] = ret[1] = 0;
    for (int i = 0; i < 2; i++) {
        const char *word = strtok_r(i == 0 ? text : NULL, ",", &rest);
        if (word != NULL && !net_ip4_parse(word, &ret[i]))
            wrong(option, word, "not an address");
    }
}

static void
take_auth(char *text)
{
    struct ras_config *c = &server.config;
    char *rest = NULL;

    c->n_auth = 0;
    for (char *w = strtok_r(text, ",", &rest); w != NULL; w = strtok_r(NULL, ",", &rest)) {
        const bool none = strcmp(w, "none") == 0;

        if (none && c->n_auth == 0)
            continue;
        if (c->n_auth == RAS_MAX_AUTH || (!none && !ras_auth_parse(w, &c->auth[c->n_auth])))
            wrong("--auth", w, "unknown, or one too many");
        if (none)
            c->auth[c->n_auth] = PPP_AUTH_NONE;
        c->n_auth++;
    }
}

static void
take_hash(char *text)
{
    char *rest = NULL;

    server.config.hash_mask = 0;
    for (char *w = strtok_r(text, ",", &rest); w != NULL; w = strtok_r(NULL, ",", &rest)) {
        if (strcmp(w, "sha1") == 0)
            server.config.hash_mask |= 1;
        else if (strcmp(w, "sha256") == 0)
            server.config.hash_mask |= 2;
        else
            wrong("--hash", w, "sha1 or sha256");
    }
}

/* NET/PREFIX[,GATEWAY] */
static void
take_route(char *text)
{
    struct ras_config *c = &server.config;
    char *comma = strchr(text, ',');
    struct ras_route r = {0};

    if (comma != NULL)
        *comma++ = '\0';
    if (c->n_routes == RAS_MAX_ROUTES || !net_route_parse(text, &r.to) ||
        (comma != NULL && !net_ip4_parse(comma, &r.gateway)))
        wrong("--route", text, "not a route, or one too many");
    c->routes[c->n_routes++] = r;
}

static void
take_prefix6(const char *text)
{
    struct net_route r;

    if (!net_route_parse(text, &r) || r.family != 6 || r.prefix != 64)
        wrong("--prefix6", text, "not a /64");
    server.config.has_prefix6 = true;
    memcpy(server.config.prefix6, r.address, sizeof server.config.prefix6);
}

static uint32_t
take_number(const char *option, const char *text, uint32_t max)
{
    char *end;
    const unsigned long v = strtoul(text, &end, 10);

    if (*text == '\0' || *end != '\0' || v > max)
        wrong(option, text, "not a number, or too large");
    return (uint32_t)v;
}

static void
list_faults(void)
{
    for (int i = 0; i < RAS_N_FAULTS; i++)
        puts(ras_script_fault_name(i));
    for (int i = 0; i < RAS_N_ACTIONS; i++)
        printf("at STAGE [+MS] %s\n", ras_script_action_name(i));
    exit(0);
}

static void
apply_config(int option, char *value, struct options *o)
{
    struct ras_config *c = &server.config;
    const char *why;

    switch (option) {
    case OPT_USERS:
        read_lines(value, take_user);
        break;
    case OPT_AUTH:
        take_auth(value);
        break;
    case OPT_POOL:
        o->pool_given = true;
        if (!ras_pool_add(&pool, value))
            wrong("--pool", value, "not FIRST-LAST, or too large");
        break;
    case OPT_ADDRESS:
        if (!net_ip4_parse(value, &c->address))
            wrong("--address", value, "not an address");
        break;
    case OPT_DNS:
        take_addresses("--dns", value, c->dns);
        break;
    case OPT_WINS:
        take_addresses("--wins", value, c->nbns);
        break;
    case OPT_DOMAIN:
        snprintf(c->domain, sizeof c->domain, "%s", value);
        break;
    case OPT_ROUTE:
        take_route(value);
        break;
    case OPT_REAL_NAMES:
        c->real_names = true;
        break;
    case OPT_PREFIX6:
        take_prefix6(value);
        break;
    case OPT_NO_IPV6:
        c->ipv6 = false;
        break;
    case OPT_HASH:
        take_hash(value);
        break;
    case OPT_HELLO:
        c->hello = take_number("--hello", value, 3600000) * USEC_PER_MSEC;
        break;
    case OPT_MPPE:
        if (!ras_script_mppe(value, &c->mppe))
            wrong("--mppe", value, "of 128,56,40,mppc, or none");
        break;
    case OPT_MPPE_REQUIRED:
        c->mppe_required = true;
        break;
    case OPT_PSK:
        c->ipsec = true;
        if (strlen(value) >= sizeof c->psk)
            wrong("--psk", "...", "too long");
        snprintf(c->psk, sizeof c->psk, "%s", value);
        break;
    case OPT_L2TP_SECRET:
        if (strlen(value) >= sizeof c->l2tp_secret)
            wrong("--l2tp-secret", "...", "too long");
        snprintf(c->l2tp_secret, sizeof c->l2tp_secret, "%s", value);
        break;
    case OPT_PHASE1:
        c->phase1 = value;
        break;
    case OPT_PHASE2:
        c->phase2 = value;
        break;
    case OPT_IKE_CERT:
    case OPT_IKE_KEY:
    case OPT_IKE_CA:
    case OPT_IKE_CRL:
        c->ipsec = true;
        o->ike[option - OPT_IKE_CERT] = value;
        break;
    case OPT_EAP_CERT:
    case OPT_EAP_KEY:
    case OPT_EAP_CA:
    case OPT_EAP_TLS:
        o->eap[option - OPT_EAP_CERT] = value;
        break;
    case OPT_FAULT:
        if (!take_script(value, &why))
            wrong("--fault", value, why);
        break;
    case OPT_SCRIPT:
        read_lines(value, take_script);
        break;
    }
}

static void
parse(int argc, char **argv, struct options *o)
{
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        switch (option) {
        case OPT_LISTEN:
            o->listen = optarg;
            break;
        case OPT_PPTP:
            o->pptp = optarg;
            break;
        case OPT_L2TP:
            o->l2tp = optarg;
            break;
        case OPT_CERT:
            o->cert = optarg;
            break;
        case OPT_KEY:
            o->key = optarg;
            break;
        case OPT_TLS:
            o->tls = optarg;
            break;
        case OPT_CLIENT_CERT:
            o->client_cert = optarg;
            break;
        case OPT_TUN:
            o->tun = optarg;
            break;
        case OPT_NO_TUN:
            o->no_tun = true;
            break;
        case OPT_READY_FD:
            o->ready_fd = (int)take_number("--ready-fd", optarg, 1023);
            break;
        case OPT_JSON:
            o->json = true;
            break;
        case OPT_LIST_FAULTS:
            list_faults();
            break;
        case OPT_HELP:
            fputs(usage, stdout);
            exit(0);
        case '?':
            exit(2);
        default:
            apply_config(option, optarg, o);
        }
    }
    if (optind < argc || o->cert == NULL || o->key == NULL || users.n == 0) {
        fputs(usage, stderr);
        exit(2);
    }
}

enum { FILE_MOST = 1 << 16 };

/* A whole file; NULL: none. */
static struct rd
read_file(const char *path, uint8_t text[static FILE_MOST])
{
    FILE *f = path == NULL ? NULL : fopen(path, "re");

    if (path == NULL)
        return rd_over("", 0);
    if (f == NULL)
        wrong("file", path, "cannot be read");
    const size_t n = fread(text, 1, FILE_MOST, f);
    fclose(f);
    return rd_over(text, n);
}

/* What proves it to clients, and whom it believes among them. NULL: it goes by the key, or not at
 * all. */
static struct ike_cert *
open_ike_cert(const struct options *o)
{
    enum { FILES = OPT_IKE_CRL - OPT_IKE_CERT + 1 };
    static uint8_t texts[FILES][FILE_MOST]; /* they last as long as the program */
    struct rd files[FILES];
    struct ras_end why = {0};
    struct ike_cert *cert;

    if (o->ike[0] == NULL)
        return NULL;
    for (size_t i = 0; i < FILES; i++)
        files[i] = read_file(o->ike[i], texts[i]);
    cert = ike_cert_new(
        &(struct ike_cert_config){
            .chain = files[0], .key = files[1], .authorities = files[2], .crls = files[3]},
        &why);
    if (cert == NULL)
        wrong("--ike-cert", o->ike[0], why.detail);
    return cert;
}

static int
tls_version(const char *text)
{
    static const struct {
        const char *name;
        int version;
    } versions[] = {
        {"1.0", TLS1_VERSION},
        {"1.1", TLS1_1_VERSION},
        {"1.2", TLS1_2_VERSION},
        {"1.3", TLS1_3_VERSION},
    };

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strncmp(text, versions[i].name, 3) == 0)
            return versions[i].version;
    wrong("--tls", text, "1.0, 1.1, 1.2 or 1.3");
}

/* NULL: it has no method by TLS. */
static SSL_CTX *
open_eap(const struct options *o)
{
    SSL_CTX *ctx = o->eap[0] == NULL ? NULL : ras_eap_tls_ctx(o->eap[0], o->eap[1], o->eap[2]);

    if (o->eap[0] != NULL && ctx == NULL)
        wrong("--eap-cert", o->eap[0], "cannot be used");
    if (ctx != NULL && o->eap[3] != NULL)
        SSL_CTX_set_max_proto_version(ctx, tls_version(o->eap[3]));
    return ctx;
}

static int
verify_mode(const char *word)
{
    if (word == NULL)
        return SSL_VERIFY_NONE;
    server.config.client_cert = strcmp(word, "reset") == 0;
    if (strcmp(word, "ask") == 0 || server.config.client_cert)
        return SSL_VERIFY_PEER;
    if (strcmp(word, "require") == 0)
        return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    wrong("--client-cert", word, "ask, require or reset");
}

static SSL_CTX *
open_tls(const struct options *o)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    const char *dash = strchr(o->tls, '-');
    const int min = tls_version(o->tls), max = dash != NULL ? tls_version(dash + 1) : min;

    if (ctx == NULL)
        return NULL;
    /* A test may want what a client must refuse. */
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20:ALL:@SECLEVEL=0");
    SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                  "TLS_CHACHA20_POLY1305_SHA256");
    SSL_CTX_set_min_proto_version(ctx, min);
    SSL_CTX_set_max_proto_version(ctx, max);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_default_read_buffer_len(ctx, IO_TLS_READ_AHEAD);
    SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_verify(ctx, verify_mode(o->client_cert), NULL);
    if (SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM) != 1) {
        ERR_print_errors_fp(stderr);
        SSL_CTX_free(ctx);
        return NULL;
    }
    const X509 *leaf = SSL_CTX_get0_certificate(ctx);
    X509_digest(leaf, EVP_sha256(), server.config.cert_sha256, NULL);
    X509_digest(leaf, EVP_sha1(), server.config.cert_sha1, NULL);
    return ctx;
}

static void
fill_random(void *ctx, void *out, size_t n)
{
    uint8_t *p = out;

    (void)ctx;
    while (n > 0) {
        const ssize_t done = getrandom(p, n, 0);
        if (done < 0)
            continue;
        p += done;
        n -= (size_t)done;
    }
}

int
main(int argc, char **argv)
{
    struct options o = {
        .listen = "127.0.0.1:443",
        .tls = "1.2-1.3",
        .tun = "ras%d",
        .ready_fd = -1,
    };
    int r = 0;

    ras_config_init(&server.config);
    server.config.users = &users;
    server.config.pool = &pool;
    server.rng.fill = fill_random;
    parse(argc, argv, &o);
    ras_report_init(o.json ? RAS_REPORT_JSON : RAS_REPORT_TEXT);
    if (!o.pool_given)
        ras_pool_add(&pool, "10.9.0.10-10.9.0.137");
    for (uint16_t i = 0; i < server.config.n_routes; i++)
        if (server.config.routes[i].gateway == 0)
            server.config.routes[i].gateway = server.config.address;
    struct ike_cert *const cert = open_ike_cert(&o);
    server.config.cert = cert;
    server.config.eap = open_eap(&o);
    server.ctx = hash_init() ? open_tls(&o) : NULL;
    if (server.ctx == NULL)
        return 1;
    if (!o.no_tun) {
        r = ras_tun_open(&tun, o.tun, &server.config);
        server.tun = &tun;
    }
    if (r == 0)
        r = ras_server_open(&server, o.listen, o.pptp, o.l2tp);
    if (r == 0 && o.ready_fd >= 0) {
        dprintf(o.ready_fd, "ready\n");
        close(o.ready_fd);
    }
    if (r == 0) {
        r = ras_server_run(&server);
        ras_server_close(&server);
    }
    if (server.tun != NULL)
        ras_tun_close(&tun);
    SSL_CTX_free(server.config.eap);
    SSL_CTX_free(server.ctx);
    ike_cert_free(cert);
    ras_users_wipe(&users);
    if (r < 0)
        fprintf(stderr, "dialtone-ras: %s\n", strerror(-r));
    return r < 0;
}
